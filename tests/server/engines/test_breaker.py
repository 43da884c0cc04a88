"""The circuit breaker on a clock that the test moves."""

from collections.abc import Iterator

import pytest

from server.engines.breaker import Breaker, State


class HandClock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    async def sleep_until(self, when: float) -> None:
        raise AssertionError("a breaker does not wait")


@pytest.fixture
def clock() -> Iterator[HandClock]:
    yield HandClock()


def is_(breaker: Breaker, state: State) -> bool:
    return breaker.state == state


def opened(clock: HandClock) -> Breaker:
    breaker = Breaker(clock, failures=2, rest_s=5.0, longest_rest_s=15.0)
    for _ in range(2):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_at_the_last_of_the_failures_in_a_row(clock: HandClock) -> None:
    breaker = Breaker(clock, failures=3)
    for _ in range(2):
        breaker.failed()
    assert is_(breaker, "closed")
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
    assert is_(breaker, "closed")
    breaker.failed()
    assert is_(breaker, "open")
    assert not breaker.admits()


def test_a_permanent_failure_opens_at_once_and_for_long(clock: HandClock) -> None:
    breaker = Breaker(clock, failures=3, rest_s=5.0, longest_rest_s=60.0)
    breaker.failed(permanent=True)
    clock.time += 59.9
    assert not breaker.admits()
    clock.time += 0.1
    assert breaker.admits()


def test_after_its_rest_one_trial_is_let_in_at_a_time(clock: HandClock) -> None:
    breaker = opened(clock)
    clock.time += 4.9
    assert is_(breaker, "open")
    clock.time += 0.1
    assert is_(breaker, "half_open")
    assert breaker.admits()
    assert not breaker.admits()
    breaker.succeeded()
    assert is_(breaker, "closed")
    assert breaker.admits()
    assert breaker.admits()


def test_a_trial_that_fails_makes_the_rest_longer_up_to_a_limit(clock: HandClock) -> None:
    breaker = opened(clock)
    rest = 5.0
    for longer in (10.0, 15.0, 15.0):
        clock.time += rest
        assert breaker.admits()
        breaker.failed()
        rest = longer
        clock.time += rest - 0.1
        assert not breaker.admits()
        clock.time -= rest - 0.1
    clock.time += rest
    assert breaker.admits()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
    clock.time += 5.0
    assert is_(breaker, "half_open")


def test_a_trial_that_is_withdrawn_may_be_made_again(clock: HandClock) -> None:
    breaker = opened(clock)
    clock.time += 5.0
    assert breaker.admits()
    breaker.withdrawn()
    assert breaker.admits()


def test_calls_begun_before_it_opened_do_not_lengthen_the_rest(clock: HandClock) -> None:
    breaker = opened(clock)
    breaker.failed()
    breaker.failed()
    clock.time += 5.0
    assert is_(breaker, "half_open")


@pytest.mark.parametrize(("failures", "rest", "longest"), [(0, 1.0, 2.0), (1, 0.0, 2.0), (1, 3.0, 2.0)])
def test_what_makes_no_sense_is_refused(
    clock: HandClock, failures: int, rest: float, longest: float
) -> None:
    with pytest.raises(ValueError, match="a breaker wants"):
        Breaker(clock, failures=failures, rest_s=rest, longest_rest_s=longest)
