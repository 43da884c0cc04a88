"""Speech in pieces: nothing lost, nothing moved."""

import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.values import SpeechChunk, WordTiming

RATE = 1000


def chunk(samples: int, *, phones: bool = True) -> SpeechChunk:
    """A phone every 300 ms, 350 ms long; a word every 500 ms."""
    audio = AudioChunk(np.arange(samples, dtype=np.int16), AudioFormat(RATE), 70)
    seconds = samples / RATE
    timed = tuple(PhoneTiming("a", t, t + 0.35, t + 0.35) for t in np.arange(0, seconds, 0.3).tolist())
    words = tuple(WordTiming("w", t, t + 0.4, i) for i, t in enumerate(np.arange(0, seconds, 0.5).tolist()))
    return SpeechChunk(audio, timed if phones else None, words)


@pytest.mark.parametrize(
    ("samples", "lengths"),
    [(0, [0]), (999, [999]), (1000, [1000]), (1001, [1000, 1]), (2500, [1000, 1000, 500])],
)
def test_pieces_are_at_most_so_long(samples: int, lengths: list[int]) -> None:
    assert [len(p.audio) for p in chunk(samples).pieces(1.0)] == lengths


def test_pieces_are_the_whole() -> None:
    whole = chunk(2500)
    pieces = list(whole.pieces(1.0))
    assert np.concatenate([p.audio.samples for p in pieces]).tolist() == whole.audio.samples.tolist()
    assert [p.audio.position for p in pieces] == [70, 1070, 2070]
    phones = [p for piece in pieces for p in piece.stream_phones() or ()]
    expected = whole.stream_phones() or ()
    assert [p.phone for p in phones] == [p.phone for p in expected]
    for name in ("start", "release", "end"):
        assert [getattr(p, name) for p in phones] == pytest.approx([getattr(p, name) for p in expected])
    words = [
        (piece.start + w.start, piece.start + w.end, w.offset) for piece in pieces for w in piece.words
    ]
    for word, w in zip(words, whole.words, strict=True):
        assert word == pytest.approx((whole.start + w.start, whole.start + w.end, w.offset))


def test_a_piece_has_what_starts_in_it() -> None:
    for piece in chunk(2500).pieces(1.0):
        assert all(0 <= p.start < piece.audio.seconds for p in piece.phones or ())
        assert all(0 <= w.start < piece.audio.seconds for w in piece.words)


def test_unknown_phones_stay_unknown() -> None:
    assert [p.phones for p in chunk(1500, phones=False).pieces(1.0)] == [None, None]
