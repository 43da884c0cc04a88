"""Utterances from the probabilities of windows: where each begins, pauses and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.speech.segmenter import (
    CONFIRMED,
    PAUSE,
    PREROLL,
    SPEECH,
    STILL_SPEECH,
    Segmenter,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

SIZE = 512
PATIENCE, LONGEST = 10, 100


def segmenter(position: int = 0) -> Segmenter:
    return Segmenter(SIZE, PATIENCE, LONGEST, position)


def heard(probabilities: list[float], by: Segmenter | None = None) -> list[tuple[int, SpeechEvent]]:
    """The events, each with the number of windows after which it came."""
    by = by or segmenter()
    events = [(at, by.feed(p)) for at, p in enumerate(probabilities, 1)]
    return [(at, event) for at, event in events if event is not None]


def test_an_utterance_with_a_pause() -> None:
    sound = [0.0] * 20 + [0.9] * 10 + [0.0] * 6 + [0.9] * 5 + [0.0] * 30
    assert heard(sound) == [
        (20 + CONFIRMED, SpeechStarted((20 - PREROLL) * SIZE)),
        (30 + PAUSE, SpeechPaused(30 * SIZE)),
        (37, SpeechResumed()),
        (41 + PAUSE, SpeechPaused(41 * SIZE)),
        (41 + PATIENCE, SpeechEnded((20 - PREROLL) * SIZE, 41 * SIZE)),
    ]


def test_positions_count_from_where_the_stretch_begins() -> None:
    sound = [0.0] * 20 + [0.9] * 10 + [0.0] * 30
    (_, first), *_, (_, last) = heard(sound, segmenter(position=777))
    assert first == SpeechStarted(777 + (20 - PREROLL) * SIZE)
    assert last == SpeechEnded(777 + (20 - PREROLL) * SIZE, 777 + 30 * SIZE)


@pytest.mark.parametrize("before", [0, 3, PREROLL, PREROLL + 1])
def test_there_is_no_preroll_before_the_beginning(before: int) -> None:
    (_, started), *_ = heard([0.0] * before + [1.0] * 5)
    assert started == SpeechStarted(max(0, before - PREROLL) * SIZE)


@pytest.mark.parametrize(("row", "begins"), [(CONFIRMED - 1, False), (CONFIRMED, True)])
def test_a_click_is_no_speech(row: int, begins: bool) -> None:
    assert bool(heard([0.0, *[1.0] * row, 0.0] * 5)) is begins


def test_a_sinking_voice_lasts_but_does_not_begin_or_resume() -> None:
    between = (SPEECH + STILL_SPEECH) / 2
    assert heard([between] * 50) == []
    assert [type(e) for _, e in heard([1.0] * 5 + [between] * 50)] == [SpeechStarted]
    resumed = heard([1.0] * 5 + [0.0] * PAUSE + [between] * 3)
    assert [type(e) for _, e in resumed] == [SpeechStarted, SpeechPaused]
    below = STILL_SPEECH - 0.001
    assert type(heard([1.0] * 5 + [below] * PAUSE)[-1][1]) is SpeechPaused
    at = heard([1.0] * 5 + [0.0] * PAUSE + [SPEECH])
    assert type(at[-1][1]) is SpeechResumed


@pytest.mark.parametrize("silence", [PAUSE - 1, PAUSE])
def test_a_stop_is_no_pause(silence: int) -> None:
    events = heard([1.0] * 5 + [0.0] * silence + [1.0] * 5)
    paused = any(isinstance(event, SpeechPaused) for _, event in events)
    assert paused is (silence == PAUSE)


def test_how_long_a_pause_may_last_is_said_while_it_lasts() -> None:
    by = segmenter()
    heard([1.0] * 5 + [0.0] * PAUSE, by)
    assert by.wait(PAUSE + 3) is None
    assert heard([0.0] * 5, by) == [(3, SpeechEnded(0, 5 * SIZE))]
    heard([1.0] * 5 + [0.0] * 8, by)
    assert isinstance(by.wait(8), SpeechEnded), "it has lasted so long already"
    assert by.wait(8) is None, "and is over"


def test_after_it_went_on_the_usual_patience_holds() -> None:
    by = segmenter()
    heard([1.0] * 5 + [0.0] * PAUSE, by)
    by.wait(50)
    events = heard([1.0] + [0.0] * 20, by)
    assert events[-1] == (1 + PATIENCE, SpeechEnded(0, (5 + PAUSE + 1) * SIZE))


def test_nobody_holds_a_turn_for_ever() -> None:
    events = [event for _, event in heard([1.0] * 3 * LONGEST)]
    assert events[:4] == [
        SpeechStarted(0),
        SpeechEnded(0, LONGEST * SIZE),
        SpeechStarted(LONGEST * SIZE),
        SpeechEnded(LONGEST * SIZE, 2 * LONGEST * SIZE),
    ]
    by = segmenter()
    heard([1.0] * 5 + [0.0] * PAUSE, by)
    by.wait(10 * LONGEST)
    assert isinstance(heard([0.0] * LONGEST, by)[-1][1], SpeechEnded)


def test_it_can_be_ended_from_outside() -> None:
    by = segmenter()
    assert by.finish() is None
    heard([1.0] * 5 + [0.0], by)
    assert by.finish() == SpeechEnded(0, 5 * SIZE)
    assert by.finish() is None
    assert not by.speaking


def test_what_is_not_judged_counts() -> None:
    by = segmenter()
    for _ in range(30):
        by.skip()
    assert by.position == 30 * SIZE
    assert by.begin(8) == SpeechStarted((30 - 8 - PREROLL) * SIZE)
    assert by.end == 30 * SIZE
    with pytest.raises(AssertionError):
        by.skip()


def test_settings_that_cannot_work() -> None:
    for patience, longest in ((PAUSE - 1, 100), (100, 100)):
        with pytest.raises(ValueError, match="patience"):
            Segmenter(SIZE, patience, longest)
    Segmenter(SIZE, PAUSE, PAUSE + 1)


class Model:
    """The order that events may come in, and what they may say."""

    def __init__(self) -> None:
        self.start: int | None = None
        self.paused = False
        self.spoken_until = 0

    def take(self, event: SpeechEvent | None, now: int) -> None:
        match event:
            case SpeechStarted(start):
                assert self.start is None
                assert self.spoken_until <= start < now
                self.start, self.paused = start, False
            case SpeechPaused(end):
                assert self.start is not None and not self.paused
                assert end == now - PAUSE * SIZE
                self.paused = True
            case SpeechResumed():
                assert self.start is not None and self.paused
                self.paused = False
            case SpeechEnded(start, end):
                assert start == self.start
                assert start < end <= now
                assert now - start <= LONGEST * SIZE
                self.start, self.spoken_until = None, end


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.4, 0.5, 0.9]), st.integers(1, 40), st.sampled_from([0, 4, 20])),
        max_size=20,
    )
)
def test_whatever_is_heard(runs: list[tuple[float, int, int]]) -> None:
    """Events alternate, utterances never overlap, none is too long, no speech is lost between two."""
    by, model = segmenter(), Model()
    for probability, windows, patience in runs:
        for _ in range(windows):
            model.take(by.feed(probability), by.position)
            assert by.speaking is (model.start is not None)
            assert not by.speaking or by.paused is model.paused
        if patience:
            model.take(by.wait(patience), by.position)
    model.take(by.finish(), by.position)
    assert not by.speaking
