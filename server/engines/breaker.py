"""A circuit breaker: an engine that keeps failing rests, and is tried again with one call at a time."""

from typing import Final, Literal

from server.clock import Clock

FAILURES: Final = 3
REST_S: Final = 5.0
LONGEST_REST_S: Final = 120.0
LENGTHENING: Final = 2.0

State = Literal["closed", "open", "half_open"]
"""As the pattern has it: closed lets calls through, open none, half open one to try."""


class Breaker:
    """Opens after `failures` calls in a row that failed, for `rest_s`; twice as long when a trial fails.

    Whoever was let in by `admits` says in the end what came of it: `succeeded`, `failed` or `withdrawn`.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        longest_rest_s: float = LONGEST_REST_S,
    ) -> None:
        if failures < 1 or not 0 < rest_s <= longest_rest_s:
            raise ValueError(
                f"a breaker wants 1 failure or more and 0 < rest_s <= longest_rest_s, "
                f"not {failures}, {rest_s} and {longest_rest_s}"
            )
        self._clock = clock
        self._most = failures
        self._first_rest = self._rest = rest_s
        self._longest = longest_rest_s
        self._failures = 0
        self._open_until: float | None = None
        self._trying = False

    @property
    def state(self) -> State:
        if self._open_until is None:
            return "closed"
        return "open" if self._clock.now() < self._open_until else "half_open"

    def admits(self) -> bool:
        """Whether a call may be made now. In the half open state only one at a time."""
        match self.state:
            case "closed":
                return True
            case "half_open" if not self._trying:
                self._trying = True
                return True
        return False

    def succeeded(self) -> None:
        """The engine did its work."""
        self._failures = 0
        self._open_until = None
        self._trying = False
        self._rest = self._first_rest

    def failed(self, *, permanent: bool = False) -> None:
        """The engine failed; `permanent` says that trying again soon will not help."""
        self._failures += 1
        tried, self._trying = self._trying, False
        if self._open_until is not None and not tried:
            return  # begun before it opened: known already
        if tried:
            self._rest = min(self._rest * LENGTHENING, self._longest)
        elif not permanent and self._failures < self._most:
            return
        self._open_until = self._clock.now() + (self._longest if permanent else self._rest)

    def withdrawn(self) -> None:
        """The caller left before it was known; a trial may be made again."""
        self._trying = False
