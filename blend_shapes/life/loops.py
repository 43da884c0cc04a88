"""Seamless loops for a face that waits: the last frame leads into the first.

A client may enter a loop anywhere, so what a state asks for holds all along: who listens keeps looking at
the speaker, who thinks looks away. Heads stay near the middle, because a turn begins there at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.articulation import shapes
from blend_shapes.articulation.windows import Array, Times, evaluate, row
from blend_shapes.face import FaceFrames
from blend_shapes.life.blink import blink
from blend_shapes.life.drift import STEP_S, drift
from blend_shapes.life.finish import finished
from blend_shapes.life.gaze import CONTACT_VERGENCE
from blend_shapes.life.gestures import gesture
from blend_shapes.life.moods import MOODS, mood_named
from blend_shapes.life.prosody import breath
from blend_shapes.life.pulses import HEAD_AT, Pulse, expression, total


@dataclass(frozen=True, slots=True)
class _Script:
    """What happens in a loop."""

    seconds: int
    breaths: int
    mood: str
    intensity: float
    vergence: float
    blinks: tuple[float, ...]
    fixations: tuple[tuple[float, float, float], ...]
    """(start, yaw, pitch) in seconds and degrees, besides what the mood's gaze is; each until the next."""
    gestures: tuple[tuple[float, str], ...] = ()


_SCRIPTS: Final[dict[str, _Script]] = {
    "idle": _Script(
        17,
        4,
        "neutral",
        0.0,
        CONTACT_VERGENCE,
        (1.9, 5.3, 8.4, 8.7, 13.6),
        (
            *((0.2, 1.5, 0.3), (1.1, -1.7, 0.3), (2.2, 0.1, -2.4), (3.0, 1.6, 0.3), (4.1, -9.0, -3.0)),
            *((5.0, -1.4, 0.3), (6.3, 1.8, 0.3), (7.2, 0.2, -2.4), (8.4, -1.5, 0.3), (9.7, 1.4, 0.3)),
            *(
                (10.6, 12.0, 1.5),
                (11.3, -0.2, -2.4),
                (12.1, -1.8, 0.3),
                (13.6, 1.6, 0.3),
                (15.2, -1.6, 0.3),
            ),
        ),
    ),
    "listening": _Script(
        13,
        3,
        "listening",
        0.8,
        CONTACT_VERGENCE,
        (3.6, 9.3),
        (
            *((0.3, -1.6, 0.3), (1.4, 1.5, 0.3), (2.3, 0.1, -2.4), (3.5, -1.8, 0.3), (4.6, 1.7, 0.3)),
            *((5.8, 0.2, -2.4), (6.9, -1.4, 0.3), (8.0, 6.0, -4.5), (8.4, 1.5, 0.3), (9.6, -1.6, 0.3)),
            *((10.7, 0.0, -2.4), (11.8, 1.4, 0.3)),
        ),
        ((4.2, "nod"), (9.7, "nod")),
    ),
    "thinking": _Script(
        13,
        3,
        "thinking",
        0.8,
        0.0,
        (3.2, 9.9),
        (
            *((0.0, 3.0, 1.5), (1.6, -1.5, 3.0), (3.2, -23.0, 0.5), (4.9, -26.0, 2.0), (6.2, 4.5, -1.5)),
            *((7.9, 0.5, 2.5), (9.9, -22.5, -17.5), (11.4, 1.5, 0.0)),
        ),
    ),
}
NAMES: Final[tuple[str, ...]] = tuple(_SCRIPTS)


def loop(name: str, fps: int, mood: str = "neutral", intensity: float = 0.4, seed: int = 0) -> FaceFrames:
    """One period of `idle` (17 s), `listening` or `thinking` (13 s), in a mood.

    Raises ValueError for another name, or an unknown mood.
    """
    if name not in _SCRIPTS:
        raise ValueError(f"no loop {name!r}; there are {', '.join(NAMES)}")
    script = _SCRIPTS[name]
    times = np.arange(script.seconds * fps, dtype=np.float64) / fps
    slow = drift(seed, times, round(script.seconds / STEP_S))
    life = _wrapped(_pulses(script), times, script.seconds)
    for shown, strength in ((MOODS[script.mood], script.intensity), (mood_named(mood), intensity)):
        life += strength * (shown.upper + shown.mouth)
    mouth = np.tile(shapes.REST_FACE, (len(times), 1))
    weights = finished(mouth, life, slow, np.zeros(len(times), np.float32))
    head = life[:, HEAD_AT].copy()
    return FaceFrames(0, fps, weights, head)


def _pulses(script: _Script) -> list[Pulse]:
    pulses = [p for at in script.blinks for p in blink(at, 0.004)]
    first = script.fixations[0]
    following = [*script.fixations[1:], (first[0] + script.seconds, *first[1:])]
    before = script.fixations[-1]
    for now, after in zip(script.fixations, following, strict=True):
        window = row(now[0], now[0] + _move_s(before, now), after[0], after[0] + _move_s(now, after))
        gaze = {"gazeYaw": now[1], "gazePitch": now[2], "vergence": script.vergence}
        pulses.append(Pulse(window, expression(gaze)))
        before = now
    pulses += [breath(n, script.seconds / script.breaths) for n in range(script.breaths)]
    for at, name in script.gestures:
        pulses += gesture(name, at)
    return pulses


def _move_s(before: tuple[float, float, float], after: tuple[float, float, float]) -> float:
    """How long the saccade between two fixations takes."""
    return 0.025 + 0.0024 * float(np.hypot(after[1] - before[1], after[2] - before[2]))


def _wrapped(pulses: list[Pulse], times: Times, period: float) -> Array:
    """Pulses that begin near the end of the loop go on at its beginning."""
    windows = [p.window for p in pulses]
    vectors = [p.vector for p in pulses]
    return total(vectors, evaluate(windows, times)) + total(vectors, evaluate(windows, times + period))
