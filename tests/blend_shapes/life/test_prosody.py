"""Head, brows and breath that answer speech."""

from collections.abc import Sequence

import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.articulation.windows import evaluate
from blend_shapes.life.phrasing import Accent, ClauseEnd, Mark, Onset
from blend_shapes.life.prosody import BREATH_PERIOD_S, Prosody, breath
from blend_shapes.life.pulses import HEAD_AT, Pulse, total

BROW, PITCH = INDEX["browInnerUp"], HEAD_AT.start + 1


def accents(count: int, apart: float = 2.0, height: float | None = None) -> list[Accent]:
    return [Accent(apart * (n + 1), n, height) for n in range(count)]


def answers(marks: Sequence[Mark], seed: int = 1, *, ahead_s: float = 0.0) -> list[list[Pulse]]:
    prosody = Prosody(seed, ahead_s)
    return [prosody.answer(mark, frowning=False) for mark in marks]


def beats(pulses: list[Pulse]) -> list[Pulse]:
    return [p for p in pulses if p.vector[PITCH] < 0]


def brows(pulses: list[Pulse]) -> list[Pulse]:
    return [p for p in pulses if p.vector[BROW] > 0]


@pytest.mark.parametrize(
    ("height", "beaten", "raised"),
    [(None, 0.70, 0.35), (0.0, 0.55, 0.20), (1.0, 0.80, 0.35), (2.5, 1.0, 0.50)],
)
def test_share_of_accents_answered(height: float | None, beaten: float, raised: float) -> None:
    """High ones are answered more often."""
    found = answers(accents(3000, height=height))
    assert np.mean([len(beats(p)) for p in found]) == pytest.approx(beaten, abs=0.03)
    assert np.mean([len(brows(p)) for p in found]) == pytest.approx(raised, abs=0.03)


def test_a_beat_lowers_the_chin_by_1_5_to_4_degrees() -> None:
    sizes = {
        h: [-b.vector[PITCH] for p in answers(accents(600, height=h)) for b in beats(p)]
        for h in (None, 0.0, 3.0)
    }
    for found in sizes.values():
        assert min(found) >= 1.5 and max(found) <= 4.0
    assert np.std(sizes[None]) > 0.5, "by chance"
    assert np.mean(sizes[3.0]) > np.mean(sizes[0.0]) + 1.5, "by pitch"


def test_a_beat_peaks_after_the_vowel_begins_and_the_brows_with_it() -> None:
    t = np.arange(0.0, 4.0, 0.001)
    found = [pulse for pulses in answers(accents(1, height=2.5), seed=4) for pulse in pulses]
    life = total([p.vector for p in found], evaluate([p.window for p in found], t))
    moving = t[life[:, PITCH] < 0]
    assert 1.94 <= moving[0] <= 2.0
    assert t[life[:, PITCH].argmin()] == pytest.approx(2.12, abs=0.005)
    assert moving[-1] == pytest.approx(2.12 + 0.35, abs=0.005)
    if life[:, BROW].any():
        assert t[life[:, BROW] > 0][0] == pytest.approx(1.9, abs=0.005)
        assert 0.18 <= life[:, BROW].max() <= 0.30


def test_accents_close_together_share_a_beat() -> None:
    for apart, share in ((0.39, 0.5), (0.41, 1.0)):
        found = [bool(beats(p)) for p in answers(accents(1000, apart, height=2.5))]
        assert np.mean(found) == pytest.approx(share, abs=0.01)
    raised = [p[0].start for p in map(brows, answers(accents(1000, 0.3, height=2.5))) if p]
    assert np.diff(raised).min() >= 1.0


def test_clauses_settle_and_questions_rise() -> None:
    (settle,), question = answers([ClauseEnd(1.0), ClauseEnd(5.0, asks=True)])
    assert settle.start == 1.0 and settle.vector[PITCH] == -2.0
    (rise,) = question
    assert 2.0 <= rise.vector[PITCH] <= 3.0
    assert rise.vector[PITCH + 1] == 2.0
    assert rise.vector[BROW] > 0.2


def test_breathing_in_before_speech() -> None:
    ((inhale,),) = answers([Onset(2.0, first=True)])
    t = np.arange(1.0, 3.0, 0.001)
    jaw = total([inhale.vector], evaluate([inhale.window], t))[:, INDEX["jawOpen"]]
    moving = t[jaw > 0]
    assert 0.3 <= moving[-1] - moving[0] <= 0.5, "fast"
    assert t[jaw.argmax()] < 2.0
    assert jaw[t >= 2.0].max() < 0.02


@pytest.mark.parametrize(("lead", "breathes"), [(0.15, False), (0.17, True), (0.3, True)])
def test_no_breath_where_speech_is_known_too_late(lead: float, breathes: bool) -> None:
    (found,) = answers([Onset(2.0, first=False, known=2.1)], ahead_s=0.1 + lead)
    assert bool(found) == breathes
    for pulse in found:
        assert pulse.start >= 2.0 - lead - 1e-9 and pulse.start <= 2.0 - 0.16


def test_what_is_known_late_begins_when_it_is_known() -> None:
    late = Accent(2.0, 0, 2.5, known=2.2)
    for ahead_s, start in ((0.0, 2.2), (0.1, 2.1), (0.26, 1.94), (0.5, 1.94)):
        (beat,) = beats(answers([late], ahead_s=ahead_s)[0])
        assert beat.start == pytest.approx(start)
        assert beat.end - beat.start == pytest.approx(0.53)


def test_breaths_a_minute() -> None:
    assert 12 <= 60 / BREATH_PERIOD_S <= 16
    t = np.arange(0, 120, 0.01)
    pulses = [breath(n) for n in range(40)]
    sneer = total([p.vector for p in pulses], evaluate([p.window for p in pulses], t))[
        :, INDEX["noseSneerLeft"]
    ]
    breaths = (np.diff((sneer > 0.5 * sneer.max()).astype(int)) == 1).sum()
    assert 24 <= breaths <= 32
