"""Gaze: where the eyes are, for how long."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kstest, lognorm

from blend_shapes.articulation.windows import evaluate
from blend_shapes.life.gaze import (
    CONTACT_VERGENCE,
    DIRECTIONS,
    LISTENING,
    TALKING,
    Attention,
    Fixation,
    Gaze,
    shift_deg,
    vergence,
)
from blend_shapes.life.pulses import GAZE_AT, HEAD_AT, total

HOUR = 3600.0


def walk(attention: Attention, seeds: range = range(12)) -> list[list[tuple[Fixation, Fixation]]]:
    return [Gaze(seed, attention).until(HOUR) for seed in seeds]


def departures(attention: Attention) -> list[tuple[Fixation, Fixation]]:
    """The saccades that leave the listener's face."""
    return [(a, b) for pairs in walk(attention) for a, b in pairs if b.away]


def stays(attention: Attention, *, away: bool) -> NDArray[np.float64]:
    """How long the eyes were away, or with the listener, each time."""
    found: list[float] = []
    for pairs in walk(attention):
        since = 0.0
        for now, following in pairs:
            if now.away != following.away:
                if now.away == away:
                    found.append(following.start - since)
                since = following.start
    return np.array(found)


def columns(seed: int, attention: Attention, seconds: int) -> NDArray[np.float32]:
    """Head angles and gaze at 60 Hz, shape (n, 6)."""
    times = np.arange(seconds * 60) / 60
    gaze = Gaze(seed, attention)
    pulses = [p for pair in gaze.until(float(seconds)) for p in gaze.pulses(*pair)]
    result = np.zeros((len(times), 6), np.float32)
    for begin in range(0, len(times), 900):
        t = times[begin : begin + 900]
        now = [p for p in pulses if p.start < t[-1] and p.end > t[0]]
        life = total([p.vector for p in now], evaluate([p.window for p in now], t))
        result[begin : begin + 900] = np.concatenate([life[:, HEAD_AT], life[:, GAZE_AT]], axis=1)
    return result


@pytest.mark.parametrize(("attention", "most"), [(TALKING, 27.5), (LISTENING, 22.7)])
def test_sizes_of_shifts(attention: Attention, most: float) -> None:
    """-6.9 ln(P / 15.7) for P even up to 15, given at least 3 degrees; sideways, where nothing cuts it."""
    pairs = departures(attention)
    sideways = [shift_deg(a, b) for a, b in pairs if abs(b.pitch - a.pitch) < 0.4 * abs(b.yaw - a.yaw)]
    assert len(sideways) > 500
    below = np.array([s for s in sideways if s < most - 1e-9])
    assert max(sideways) == pytest.approx(most)

    def share(size: NDArray[np.float64]) -> NDArray[np.float64]:
        p = 15.7 * np.exp(-size / 6.9)
        top = 15.7 * math.exp(-3.0 / 6.9)
        return (top - p) / (top - 15.7 * math.exp(-most / 6.9))

    assert kstest(below, share).pvalue > 0.01
    assert len(below) / len(sideways) == pytest.approx(1 - math.exp(-(most - 3.0) / 6.9), abs=0.01)


def test_directions_of_shifts() -> None:
    pairs = departures(TALKING)
    angles = np.array([math.atan2(b.pitch - a.pitch, b.yaw - a.yaw) for a, b in pairs])
    sectors = np.round(angles / (math.pi / 4)).astype(int) % 8
    shares = np.bincount(sectors, minlength=8) / len(sectors)
    assert np.allclose(shares, np.array([15.5, 6.5, 17.7, 7.4, 16.8, 7.9, 20.4, 7.8]) / 100, atol=0.012)
    assert sum(DIRECTIONS) == pytest.approx(100.0)
    within = angles / (math.pi / 4) - np.round(angles / (math.pi / 4))
    assert within.std() > 0.2, "not only the eight directions themselves"


def test_shifts_are_not_steep() -> None:
    rises = [abs(b.pitch - a.pitch) for a, b in departures(TALKING)]
    assert 11.5 < max(rises) <= 12.0 + 1e-6


@pytest.mark.parametrize(
    ("attention", "away", "mean", "deviation"),
    [
        (TALKING, False, 93.9 / 30, 94.9 / 30),
        (TALKING, True, 27.8 / 30, 24.0 / 30),
        (LISTENING, False, 237.5 / 30, 47.1 / 30),
        (LISTENING, True, 13.0 / 30, 7.1 / 30),
    ],
)
def test_dwell_times(attention: Attention, away: bool, mean: float, deviation: float) -> None:
    """Lee, Badler, Badler 2002, in frames of 1/30 s."""
    found = stays(attention, away=away)
    assert len(found) > 1500
    assert found.mean() == pytest.approx(mean, rel=0.12)
    assert found.std() == pytest.approx(deviation, rel=0.3)
    sigma = math.sqrt(math.log(1 + (deviation / mean) ** 2))
    stated = lognorm(sigma, scale=mean * math.exp(-(sigma**2) / 2))
    assert (
        kstest(
            found[found > 0.45], lambda x: (stated.cdf(x) - stated.cdf(0.45)) / stated.sf(0.45)
        ).statistic
        < 0.06
    )


def test_contact_most_of_the_time_and_more_of_it_when_listening() -> None:
    shares = []
    for attention in (TALKING, LISTENING):
        away, contact = stays(attention, away=True).sum(), stays(attention, away=False).sum()
        shares.append(contact / (contact + away))
    assert 0.70 < shares[0] < 0.82
    assert 0.90 < shares[1] < 0.97


def test_small_shifts_during_contact() -> None:
    micro = [(a, b) for pairs in walk(TALKING, range(3)) for a, b in pairs if not (a.away or b.away)]
    gaps = np.array([b.start - a.start for a, b in micro])
    assert gaps.min() >= 0.4 and gaps.max() <= 1.2
    sizes = np.array([shift_deg(a, b) for a, b in micro])
    assert sizes.max() < 5.0
    assert 1.5 < np.median(sizes[sizes > 0.8]) < 3.5


def test_saccades_take_their_time() -> None:
    for a, b in departures(TALKING)[:200]:
        assert b.move_s == pytest.approx(0.025 + 0.0024 * shift_deg(a, b))


def test_eyes_meet_at_what_they_see() -> None:
    assert vergence(0.8) == pytest.approx(math.degrees(math.atan(0.031 / 0.8)))
    depths = {round(f.vergence, 6) for pairs in walk(TALKING, range(2)) for f, _ in pairs if f.away}
    assert vergence(1.0) <= min(depths) and max(depths) <= vergence(0.6)
    assert len(depths) > 100
    contact = {f.vergence for pairs in walk(TALKING, range(2)) for f, _ in pairs if not f.away}
    assert contact == {CONTACT_VERGENCE} == {vergence(0.8)}


def test_the_head_follows_far_shifts_late_and_in_part() -> None:
    shares, lates = [], []
    gaze = Gaze(4, TALKING)
    for now, following in gaze.until(4 * HOUR):
        eyes, *turn = gaze.pulses(now, following)
        assert bool(turn) == (math.hypot(now.yaw, now.pitch) > 12.0)
        for pulse in turn:
            lates.append(pulse.start - eyes.start)
            shares.append(float(pulse.vector[HEAD_AT][0]) / now.yaw)
            assert np.allclose(pulse.vector[HEAD_AT][:2], -pulse.vector[GAZE_AT][:2])
    assert len(shares) > 100
    assert 0.30 <= min(shares) < 0.33 and 0.47 < max(shares) <= 0.50
    assert 0.06 <= min(lates) < 0.07 and 0.11 < max(lates) <= 0.12


def test_eyes_stay_within_their_sockets() -> None:
    _, _, _, yaw, pitch, _ = columns(2, TALKING, 600).T
    assert 8.0 < np.abs(yaw).max() <= 30.0
    assert np.abs(pitch).max() <= 15.0


def test_leaving_at_once() -> None:
    for seed in range(20):
        gaze = Gaze(seed, TALKING)
        gaze.leave(0.0)
        (_, first), *_ = gaze.until(1.0)
        assert first.away and first.start < 0.15


def test_the_walk_does_not_depend_on_its_steps() -> None:
    whole = Gaze(3, TALKING).until(50.0)
    gaze = Gaze(3, TALKING)
    assert [pair for t in np.arange(0.1, 50.05, 0.1) for pair in gaze.until(float(t))] == whole
