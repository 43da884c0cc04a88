"""A microphone on its way to a room: what is judged, what is kept, what an ear hears of it."""

import numpy as np
import pytest

from blend_shapes.face import FaceFrames, frames_before
from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.ports import LISTENING_RATE, WINDOW
from server.rooms.broadcast import MARGIN_S, Broadcast
from server.rooms.speech import Speech
from tests.server.rooms.test_broadcast import Outlet

WIRE = AudioFormat(24_000)
PREROLL_S, HANGOVER_S = 0.2, 0.6


class Detector:
    """Whatever is loud is speech; `begun` judges so far, and `judged` windows."""

    def __init__(self) -> None:
        self.begun = 0
        self.judged: list[Samples] = []

    def begin(self) -> "Detector":
        self.begun += 1
        return self

    def probability(self, window: Samples) -> float:
        assert window.shape == (WINDOW,)
        self.judged.append(window)
        return float(np.abs(window).max() > 1000)

    async def close(self) -> None: ...


class Ear:
    """Writes down utterances, as pieces, and how many windows of them were speech."""

    def __init__(self) -> None:
        self.utterances: list[list[Samples]] = []
        self.spoken = 0
        self.open = False

    def begin(self, samples: Samples) -> None:
        assert not self.open
        self.open = True
        self.utterances.append([samples])

    def follow(self, samples: Samples, spoken: bool) -> None:
        assert self.open
        self.utterances[-1].append(samples)
        self.spoken += spoken

    def end(self) -> None:
        self.open = False


class Line:
    """A microphone at `rate`; `hear` is a stretch of it at one level, in messages of 20 ms."""

    def __init__(self, rate: int = 16_000) -> None:
        self.format = AudioFormat(rate)
        self.detector, self.outlet, self.ear = Detector(), Outlet(), Ear()
        self.broadcast = Broadcast(1, WIRE, 60, self.outlet, segment_s=0.04)
        self.broadcast.serve({60})
        self.speech = Speech(
            self.detector, self.broadcast, WIRE, preroll_s=PREROLL_S, hangover_s=HANGOVER_S
        )
        self.speech.ear = self.ear
        self.at = self.shown = 0

    def hear(self, seconds: float, level: int, message_s: float = 0.02) -> None:
        for _ in range(round(seconds / message_s)):
            count = self.format.samples(message_s)
            t = np.arange(self.at, self.at + count) / self.format.rate
            wave = (level * np.sin(2 * np.pi * 300 * t)).astype(np.int16)
            audio = AudioChunk(wave, self.format, self.at)
            self.at += count
            until = frames_before(self.format.micros(self.at), 60)
            frames = FaceFrames(self.shown, 60, np.zeros((until - self.shown, 52), np.float32),
                                np.zeros((until - self.shown, 3), np.float32))  # fmt: skip
            self.shown = until
            self.speech.follow(audio, frames)

    def leap(self, seconds: float) -> None:
        self.at += self.format.samples(seconds)
        self.shown = frames_before(self.format.micros(self.at), 60)

    @property
    def spoken(self) -> list[tuple[float, float]]:
        """Beginnings and ends of what was given out, in seconds."""
        stretches, begin = [], None
        for event in self.outlet.given.get(60, []):
            if len(event.audio):
                begin = event.audio.position / WIRE.rate if begin is None else begin
            elif begin is not None:
                stretches.append((begin, event.audio.position / WIRE.rate))
                begin = None
        return stretches


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_speech_is_given_out_with_what_was_before_it_and_a_while_after(rate: int) -> None:
    line = Line(rate)
    line.hear(1.0, 0)
    line.hear(1.0, 9000)
    line.hear(2.0, 0)
    ((begin, end),) = line.spoken
    assert 1.0 + 0.064 - PREROLL_S - 0.01 <= begin <= 1.0 + 0.1 - PREROLL_S + 1 / 60
    assert 2.0 + HANGOVER_S - 0.05 <= end <= 2.0 + HANGOVER_S + 0.1
    judged = len(line.detector.judged) * WINDOW / LISTENING_RATE
    assert judged == pytest.approx(4.0, abs=0.08)
    assert np.concatenate(line.detector.judged).max() == pytest.approx(9000, rel=0.05)


def test_a_click_is_no_speech_and_a_pause_no_end() -> None:
    line = Line()
    line.hear(0.5, 0)
    line.hear(0.005, 20_000, message_s=0.005)
    line.hear(1.0, 0)
    assert line.spoken == []
    for _ in range(3):
        line.hear(0.4, 9000)
        line.hear(HANGOVER_S - 0.1, 0)
    line.hear(1.0, 0)
    assert len(line.spoken) == 1


def test_an_ear_hears_what_is_said_with_the_preroll() -> None:
    line = Line()
    line.hear(0.5, 0)
    line.hear(1.0, 9000)
    line.hear(1.0, 0)
    assert not line.ear.open
    (utterance,) = line.ear.utterances
    seconds = sum(map(len, utterance)) / LISTENING_RATE
    assert len(utterance[0]) == round(PREROLL_S * LISTENING_RATE / WINDOW) * WINDOW
    assert seconds == pytest.approx(1.0 + PREROLL_S - 0.064 + HANGOVER_S, abs=0.07)
    assert line.ear.spoken * WINDOW / LISTENING_RATE == pytest.approx(1.0 - 0.064, abs=0.04)


def test_a_take_that_ends_ends_the_utterance_and_the_next_is_judged_anew() -> None:
    line = Line()
    line.hear(1.0, 9000)
    line.speech.rest()
    assert not line.ear.open
    assert len(line.spoken) == 1
    line.hear(1.0, 9000)
    line.leap(5.0)
    assert line.ear.open
    line.hear(1.0, 0)
    assert not line.ear.open
    assert len(line.spoken) == 2
    assert line.detector.begun == 3


def test_nothing_follows_a_rest_without_sound() -> None:
    line = Line()
    line.speech.follow(None, FaceFrames.empty(0, 60))
    line.speech.rest()
    line.speech.rest()
    assert line.outlet.given == {}


def test_ten_minutes_of_silence_leaves_nothing_behind() -> None:
    line = Line()
    line.hear(600, 0, message_s=0.2)
    assert line.outlet.given == {}
    assert line.ear.utterances == []
    assert len(line.broadcast._voice) <= (PREROLL_S + MARGIN_S) * WIRE.rate
    assert len(line.broadcast.feeds[60]._frames) <= (PREROLL_S + MARGIN_S) * 60 + 4
    line.hear(0.5, 9000)
    line.speech.rest()
    assert len(line.spoken) == 1
