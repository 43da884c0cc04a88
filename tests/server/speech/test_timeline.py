"""Placing speech on the turn's timeline, and its captions."""

import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.captions import captions
from server.speech.timeline import Timeline
from server.speech.values import Sentence, SpeechChunk, WordTiming

FORMAT = AudioFormat(16_000)


def chunk(seconds: float, *phones: PhoneTiming, words: tuple[WordTiming, ...] = ()) -> SpeechChunk:
    return SpeechChunk(AudioChunk(np.zeros(FORMAT.samples(seconds), np.int16), FORMAT), phones, words)


def test_chunks_follow_each_other_without_a_gap() -> None:
    timeline = Timeline(FORMAT)
    first = timeline.place(chunk(0.5, PhoneTiming("a", 0.1, 0.3, 0.3)))
    second = timeline.place(chunk(0.25, PhoneTiming("m", 0.0, 0.1, 0.1)))
    assert (first.audio.position, second.audio.position) == (0, 8000)
    assert second.stream_phones()[0].start == pytest.approx(0.5)
    assert timeline.micros == 750_000


def test_a_rest_fills_the_pause_up_to_its_length() -> None:
    timeline = Timeline(FORMAT)
    timeline.place(chunk(0.5, PhoneTiming("a", 0.1, 0.4, 0.4)))
    rest = timeline.rest(0.3)
    assert rest is not None
    assert rest.audio.seconds == pytest.approx(0.2)
    assert timeline.rest(0.3) is None


def test_another_sample_rate_is_refused() -> None:
    other = SpeechChunk(AudioChunk(np.zeros(10, np.int16), AudioFormat(8000)))
    with pytest.raises(ValueError, match="8000 Hz, not 16000"):
        Timeline(FORMAT).place(other)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Hello, world!", [("Hello", 0), ("world", 7)], ["Hello, ", "world!"]),
        ("“Well,” he said.", [("Well", 1), ("he", 8), ("said", 11)], ["“Well,” ", "he ", "said."]),
        ("你好，世界。", [("你好", 0), ("世界", 3)], ["你好，", "世界。"]),
    ],
)
def test_captions_put_together_give_the_text(
    text: str, words: list[tuple[str, int]], expected: list[str]
) -> None:
    timings = tuple(WordTiming(w, i * 0.2, i * 0.2 + 0.2, at) for i, (w, at) in enumerate(words))
    timeline = Timeline(FORMAT)
    timeline.place(chunk(1.0))
    pieces = list(captions(Sentence(0, text), timeline.place(chunk(1.0, words=timings))))
    assert [p.text for p in pieces] == expected
    assert "".join(p.text for p in pieces) == text
    assert pieces[-1].until == len(text)
    assert pieces[0].start == pytest.approx(1.0)
