"""How long to wait before each attempt to reconnect. Pure but for the random numbers it is given."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays from `first_s`, doubling up to `longest_s`, each shortened by up to `jitter` of itself.

    They end when `give_up_s` would be exceeded in all. Chance keeps the clients of a restarted server
    apart.
    """

    first_s: float = 0.5
    longest_s: float = 8.0
    jitter: float = 0.3
    give_up_s: float = 60.0

    def delays(self, random: Random) -> Iterator[float]:
        delay, spent = self.first_s, 0.0
        while spent + delay <= self.give_up_s:
            yield delay * (1 - self.jitter * random.random())
            spent += delay
            delay = min(2 * delay, self.longest_s)
