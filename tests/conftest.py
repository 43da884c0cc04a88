"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# Machines differ in speed, and no test here is about time.
settings.register_profile("facewire", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("facewire")
