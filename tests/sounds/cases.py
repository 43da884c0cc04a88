"""The set by which interruptions are judged: what must not interrupt, by class, and who must."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, product
from typing import Final

import numpy as np

from tests.sounds import hums, voices
from tests.sounds.noises import NOISES, Sound
from tests.sounds.scenes import EchoPath, Scene, scene

LEVELS_DB: Final = (-40.0, -30.0, -20.0, -12.0, -6.0)
DELAYS_MS: Final = (20.0, 60.0, 150.0, 250.0, 400.0)
DECAYS_S: Final = (0.3, 0.5, 0.7)
PATHS: Final = tuple(
    EchoPath(level, delay, decay)
    for (level, delay), decay in zip(product(LEVELS_DB, DELAYS_MS), cycle(DECAYS_S), strict=False)
)
REPLIES: Final = (("f2", 0), ("m3", 1), ("", 0))
EACH: Final = 10
"""Of each kind of noise, and hums."""


@dataclass(frozen=True, slots=True)
class Case:
    """`kind` is its class."""

    kind: str
    name: str
    scene: Scene


def false_alarms(every: int = 1) -> Iterator[Case]:
    """What is no interruption: echoes alone, noises and hums, beside headphones and beside a loudspeaker.

    With `every` only each so manieth of a class.
    """
    for n in range(0, len(PATHS), every):
        path = PATHS[n]
        name = f"{path.level_db:g} dB {path.delay_ms:g} ms"
        yield Case("echo", name, scene(n, _reply(n), path))
    makers = {"hum": hums.hum, **NOISES}
    for k, (kind, make) in enumerate(makers.items()):
        rng = np.random.default_rng(1000 + k)
        for n, sound in enumerate([make(rng) for _ in range(EACH)][::every]):
            yield Case(kind, f"{kind} {n}", scene(2000 + 100 * k + n, _reply(n), None, sound))
            path = PATHS[(7 * n + k) % len(PATHS)]
            yield Case(f"{kind} and echo", f"{kind} {n}", scene(3000 + 100 * k + n, _reply(n), path, sound))


def backchannels(every: int = 1) -> Iterator[Case]:
    """ "Uh-huh" and "mm-hmm" as words, with the mouth open."""
    for n, (name, sound) in enumerate(voices.backchannels()[::every]):
        yield Case("backchannel", name, scene(4000 + n, _reply(n), None, sound))


def interruptions(every: int = 1) -> Iterator[Case]:
    """Who means to interrupt: with headphones, over an echo, and within the first second of a session."""
    for n, (name, sound) in enumerate(voices.interruptions()[:: 2 * every]):
        sound, at = sound[voices.onset(sound) :], (2.0, 4.0, 6.0)[n % 3]
        yield Case("headphones", name, scene(5000 + n, _reply(n), None, sound, at))
        soft = PATHS[(7 * n) % 20]  # up to -12 dB
        yield Case("over an echo", name, scene(6000 + n, _reply(n), soft, sound, at))
        loud = PATHS[20 + n % 5]  # -6 dB: as loud as the person
        yield Case("over an echo as loud", name, scene(7000 + n, _reply(n), loud, sound, at))
        yield Case("in the first second", name, scene(8000 + n, _reply(n), None, sound, 0.5))


def _reply(n: int) -> Sound:
    return voices.reply(*REPLIES[n % len(REPLIES)])
