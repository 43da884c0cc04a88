"""One microphone while the avatar talks: ducks are told, interruptions found, echoes taken out."""

import numpy as np
import pytest

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.ports import WINDOW
from server.speech.barge_in import DUCK_AFTER, INTERRUPT_AFTER, RESUME_AFTER
from server.speech.echo import DELAY_SAMPLES
from server.speech.sent_voice import TAIL_S, SentVoice
from server.turn.events import VoiceDucked
from server.turn.interruption import BACK_MS, DUCK_MS, DUCKED, Interruption, Playing

RATE = 16_000
STEP_S = WINDOW / RATE
SPEECH = np.random.default_rng(1).integers(-3000, 3000, WINDOW).astype(np.int16)


class Hearing:
    """Feeds windows of one sound, as time goes on."""

    def __init__(self) -> None:
        self.told: list[VoiceDucked] = []
        self.interruption = Interruption(self.told.append)
        self.seconds = 0.0

    def hear(self, windows: int, probability: float, turn: int | None = 1) -> list[int]:
        """How many windows ago each one found that a voice began that interrupts."""
        found = []
        for _ in range(windows):
            self.seconds += STEP_S
            playing = None if turn is None else Playing(turn, self.seconds)
            self.interruption.follow(self.seconds, playing)
            window = self.interruption.clean(SPEECH, self.seconds)
            found.append(self.interruption.hear(window, probability, playing))
        return found


def test_a_voice_ducks_and_interrupts_from_where_it_began() -> None:
    hearing = Hearing()
    hearing.hear(5, 0.1)
    found = hearing.hear(INTERRUPT_AFTER, 0.9)
    assert found == [0] * (INTERRUPT_AFTER - 1) + [INTERRUPT_AFTER]
    assert hearing.told == [VoiceDucked(1, DUCKED, DUCK_MS)]


def test_what_was_nothing_is_told_too() -> None:
    hearing = Hearing()
    hearing.hear(DUCK_AFTER, 0.9)
    assert hearing.hear(RESUME_AFTER, 0.1) == [0] * RESUME_AFTER
    assert hearing.told == [VoiceDucked(1, DUCKED, DUCK_MS), VoiceDucked(1, 1.0, BACK_MS)]


def test_nobody_interrupts_silence() -> None:
    hearing = Hearing()
    assert not any(hearing.hear(40, 0.9, turn=None))
    assert hearing.told == []


def test_each_turn_is_judged_by_itself() -> None:
    hearing = Hearing()
    assert not any(hearing.hear(INTERRUPT_AFTER - 1, 0.9, turn=1))
    found = hearing.hear(INTERRUPT_AFTER, 0.9, turn=2)
    assert found.index(INTERRUPT_AFTER) == INTERRUPT_AFTER - 1
    assert [duck.turn for duck in hearing.told] == [1, 2]


def test_a_microphone_that_falls_silent_brings_the_voice_back() -> None:
    hearing = Hearing()
    hearing.interruption.rest(Playing(1, 0.0))
    assert hearing.told == []
    hearing.hear(DUCK_AFTER, 0.9)
    hearing.interruption.rest(Playing(1, 1.0))
    hearing.interruption.rest(Playing(1, 1.0))
    assert [duck.level for duck in hearing.told] == [DUCKED, 1.0]


def voice(seconds: float) -> Samples:
    """Noise in syllables."""
    rng = np.random.default_rng(2)
    swell = np.interp(
        np.arange(seconds * RATE), np.arange(0, seconds * RATE, 2000), rng.random(int(seconds * 8))
    )
    return np.asarray(np.rint(8000 * swell**3 * rng.normal(0, 0.4, len(swell))), np.int16)


@pytest.mark.parametrize("stopped_s", [None, 3.0])
def test_the_echo_of_what_was_sent_is_taken_out_and_nothing_else(stopped_s: float | None) -> None:
    """Where the turn was stopped, what was sent beyond is no echo."""
    sound, late = voice(5.0), round(0.1 * RATE)
    sent = SentVoice(RATE)
    sent.add(AudioChunk(sound, AudioFormat(RATE)))
    sent.end()
    heard = np.zeros(len(sound) + 2 * RATE)
    heard[late : late + len(sound)] = 0.2 * sound
    interruption, left = Interruption(lambda duck: None), []
    for end in range(WINDOW, len(heard) + 1, WINDOW):
        seconds = end / RATE
        stopped = stopped_s is not None and seconds > stopped_s
        if stopped and seconds - STEP_S <= (stopped_s or 0):
            sent.cut(seconds)
        interruption.follow(seconds, None if stopped or seconds > 5 else Playing(1, seconds, sent))
        window = np.rint(heard[end - WINDOW : end]).astype(np.int16)
        left.append(interruption.clean(window, seconds))
    clean = np.concatenate(left)[DELAY_SAMPLES:].astype(float)
    heard = heard[: len(clean)]

    def lost(begin_s: float, end_s: float) -> float:
        part = slice(round(begin_s * RATE), round(end_s * RATE))
        return float(1 - np.std(clean[part]) / np.std(heard[part]))

    assert lost(1.5, 2.9) > 0.85
    assert (lost(3.3 + TAIL_S, 4.9) > 0.85) is (stopped_s is None)
    if stopped_s is not None:
        assert lost(3.3 + TAIL_S, 4.9) < 0.05
