"""Placing speech on the turn's timeline, and its captions."""

import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.captions import CaptionPiece, Captions
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
    phones = second.stream_phones()
    assert phones is not None
    assert phones[0].start == pytest.approx(0.5)
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
        (
            "I'm “fine”, FaceWire.",
            [("I", 0), ("fine", 5), ("Face", 12), ("Wire", 16)],
            ["I'm ", "“fine”, ", "Face", "Wire."],
        ),
    ],
)
def test_captions_put_together_give_the_text(
    text: str, words: list[tuple[str, int]], expected: list[str]
) -> None:
    timings = tuple(WordTiming(w, i * 0.2, i * 0.2 + 0.2, at) for i, (w, at) in enumerate(words))
    timeline = Timeline(FORMAT)
    timeline.place(chunk(1.0))
    captions = Captions(Sentence(0, text), 1.0)
    pieces = list(captions.follow(timeline.place(chunk(1.0, words=timings))))
    assert list(captions.finish(2.0)) == []
    assert [p.text for p in pieces] == expected
    assert "".join(p.text for p in pieces) == text
    assert pieces[-1].until == len(text)
    assert pieces[0].start == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "chunks", "expected"),
    [
        ("I don't know", [[("I", 0), ("don", 2)], [("know", 8)]], [" I ", "don't ", "know"]),
        ("FaceWire is", [[("Face", 0)], [("Wire", 4), ("is", 9)]], [" FaceWire ", "is"]),
        ("新版本好。", [[("新", 0), ("版", 1)], [("好", 3)]], ["新", "版", "本好。"]),
        ("版本", [[("版", 0)]], ["版", "本"]),
    ],
)
def test_a_voice_that_names_parts_of_words_loses_no_text(
    text: str, chunks: list[list[tuple[str, int]]], expected: list[str]
) -> None:
    captions = Captions(Sentence(1, text), 0.0)
    timeline = Timeline(FORMAT)
    pieces: list[CaptionPiece] = []
    for words in chunks:
        timings = tuple(WordTiming(w, 0.1, 0.2, at) for w, at in words)
        pieces += captions.follow(timeline.place(chunk(0.5, words=timings)))
    pieces += captions.finish(timeline.seconds)
    assert [p.text for p in pieces] == expected


def test_a_voice_without_word_times_is_captioned_by_the_sentence() -> None:
    captions = Captions(Sentence(0, "All of it."), 2.0)
    timeline = Timeline(FORMAT)
    assert list(captions.follow(timeline.place(chunk(0.5)))) == []
    assert list(captions.finish(2.5)) == [CaptionPiece("All of it.", 2.0, 2.5, 10)]
