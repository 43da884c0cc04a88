"""Short seamless loops for a face that waits: their last frame leads into the first, and frame 0 follows
the last."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.articulation import shapes
from blend_shapes.articulation.windows import Array, Times, evaluate, row
from blend_shapes.face import FaceFrames
from blend_shapes.life.blink import blink
from blend_shapes.life.drift import STEP_S, drift
from blend_shapes.life.finish import finished
from blend_shapes.life.gestures import gesture
from blend_shapes.life.moods import MOODS, mood_named
from blend_shapes.life.prosody import add_breath
from blend_shapes.life.pulses import HEAD_AT, Pulse, expression, total


@dataclass(frozen=True, slots=True)
class _Script:
    """What happens in a loop: drift steps (its length in STEP_S), breaths, mood, blinks, glances,
    gestures."""

    steps: int
    breaths: int
    mood: str
    intensity: float
    blinks: tuple[float, ...]
    glances: tuple[tuple[float, float, float, float], ...]
    """(start, end, yaw, pitch) in seconds and degrees."""
    gestures: tuple[tuple[float, str], ...] = ()


_SCRIPTS: Final[dict[str, _Script]] = {
    "idle": _Script(
        5,
        2,
        "neutral",
        0.0,
        (1.9, 5.3),
        ((0.9, 1.9, 1.5, 0.3), (3.1, 4.0, -9.0, -3.0), (5.3, 6.2, -1.5, 0.3)),
    ),
    "listening": _Script(
        4, 1, "listening", 0.8, (3.6,), ((1.2, 2.0, -1.6, 0.3), (2.0, 2.9, 0.0, -2.4)), ((4.2, "nod"),)
    ),
    "thinking": _Script(4, 1, "thinking", 0.8, (3.2,), ((1.4, 2.7, 3.0, 1.5), (3.2, 4.6, -20.0, 1.0))),
}
NAMES: Final[tuple[str, ...]] = tuple(_SCRIPTS)


def loop(name: str, fps: int, mood: str = "neutral", intensity: float = 0.4, seed: int = 0) -> FaceFrames:
    """One period of `idle` (7.5 s), `listening` or `thinking` (6 s), in a mood.

    Raises ValueError for another name, or an unknown mood.
    """
    if name not in _SCRIPTS:
        raise ValueError(f"no loop {name!r}; there are {', '.join(NAMES)}")
    script = _SCRIPTS[name]
    period = script.steps * STEP_S
    times = np.arange(round(period * fps), dtype=np.float64) / fps
    slow = drift(seed, times, script.steps)
    life = _wrapped(_pulses(script), times, period)
    add_breath(life, times, period / script.breaths)
    for shown, strength in ((MOODS[script.mood], script.intensity), (mood_named(mood), intensity)):
        life += strength * (shown.upper + shown.mouth)
    mouth = np.tile(shapes.REST_FACE, (len(times), 1))
    weights = finished(mouth, life, slow, np.zeros(len(times), np.float32))
    head = life[:, HEAD_AT].copy()
    return FaceFrames(0, fps, weights, head)


def _pulses(script: _Script) -> list[Pulse]:
    pulses = [blink(at) for at in script.blinks]
    for start, end, yaw, pitch in script.glances:
        move = 0.025 + 0.0024 * float(np.hypot(yaw, pitch))
        window = row(start, start + move, end, end + move)
        pulses.append(Pulse(window, expression({"gazeYaw": yaw, "gazePitch": pitch})))
    for at, name in script.gestures:
        pulses += gesture(name, at)
    return pulses


def _wrapped(pulses: list[Pulse], times: Times, period: float) -> Array:
    """Pulses that begin near the end of the loop go on at its beginning."""
    windows = [p.window for p in pulses]
    vectors = [p.vector for p in pulses]
    return total(vectors, evaluate(windows, times)) + total(vectors, evaluate(windows, times + period))
