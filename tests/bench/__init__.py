"""Measurements of the running system; ``python -m tests.bench``."""
