"""Gaze: where the eyes are, for how long."""

import numpy as np

from blend_shapes.articulation.windows import evaluate
from blend_shapes.life.gaze import LISTENING, TALKING, Attention, Gaze
from blend_shapes.life.pulses import GAZE_AT, total


def angles(
    attention: Attention, seed: int = 2, seconds: int = 600
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Gaze yaw and pitch at 30 Hz, shape (n, 2)."""
    times = np.arange(seconds * 30) / 30
    pulses = Gaze(seed, attention).until(float(seconds))
    result = np.zeros((len(times), 2))
    for begin in range(0, len(times), 900):
        t = times[begin : begin + 900]
        now = [p for p in pulses if p.start < t[-1] and p.end > t[0]]
        result[begin : begin + 900] = total([p.vector for p in now], evaluate([p.window for p in now], t))[
            :, GAZE_AT
        ]
    return result


def test_contact_most_of_the_time_and_more_of_it_when_listening() -> None:
    talking, listening = ((np.hypot(*angles(a).T) < 4.0).mean() for a in (TALKING, LISTENING))
    assert 0.55 < talking < 0.9
    assert listening > max(talking, 0.85)


def test_shifts_are_bounded() -> None:
    eyes = angles(TALKING)
    assert np.abs(eyes[:, 0]).max() <= 27.5
    assert np.abs(eyes[:, 1]).max() <= 12.5
    assert np.abs(eyes[:, 0]).max() > 8.0


def test_every_saccade_is_reported_once_with_its_size() -> None:
    gaze = Gaze(1, TALKING)
    gaze.until(60.0)
    assert 30 < len(gaze.shifts) < 150
    assert all(0.0 <= size < 60.0 for _, size in gaze.shifts)


def test_the_walk_does_not_depend_on_its_steps() -> None:
    whole = [p.window for p in Gaze(3, TALKING).until(50.0)]
    gaze = Gaze(3, TALKING)
    assert [p.window for t in np.arange(0.1, 50.05, 0.1) for p in gaze.until(float(t))] == whole
