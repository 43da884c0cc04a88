"""The token bucket, at, below and above its limit."""

from server.net.allowance import Allowance


def test_a_burst_and_then_a_rate() -> None:
    allowance = Allowance(burst=3, per_s=10)
    assert [allowance.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not allowance.take(0.099)
    assert allowance.take(0.101)
    assert not allowance.take(0.102)


def test_it_never_saves_more_than_the_burst() -> None:
    allowance = Allowance(burst=2, per_s=10)
    assert allowance.take(0.0)
    assert [allowance.take(1000.0) for _ in range(3)] == [True, True, False]
