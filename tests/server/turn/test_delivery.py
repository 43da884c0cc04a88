"""Delivery: what is kept, what is sent again, what never leaves."""

import asyncio
import weakref

import numpy as np
import pytest

from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioChunk, AudioFormat
from server.speech.captions import CaptionPiece
from server.speech.values import Segment
from server.turn.delivery import BEHIND_US, Delivery
from server.turn.events import SegmentReady, TurnBegan, TurnEnded, TurnEvent, WordSpoken
from server.turn.heard import HeardText
from tests.fakes.ears import Ears

FORMAT = AudioFormat(1000)


def segment(seq: int, turn: int = 1) -> SegmentReady:
    """200 ms each."""
    audio = AudioChunk(np.zeros(200, np.int16), FORMAT, 200 * seq)
    return SegmentReady(turn, Segment(seq, audio, FaceFrames.empty(12 * seq, 60)), 0.0)


async def delivered(count: int) -> tuple[Delivery, Ears]:
    delivery, ears = Delivery(lambda event: None), Ears()
    await delivery.attach(ears)
    await delivery.send(TurnBegan(1, "text", None))
    for seq in range(count):
        await delivery.send(segment(seq))
    return delivery, ears


def seqs(ears: Ears) -> list[int]:
    return [e.segment.seq for e in ears.events if isinstance(e, SegmentReady)]


@pytest.mark.parametrize(("pts", "expected"), [(0, 0), (399_999, 1), (400_000, 2), (1_000_000, 5)])
async def test_a_returning_listener_gets_exactly_what_it_lacks(pts: int, expected: int) -> None:
    delivery, ears = await delivered(5)
    delivery.detach(ears)
    assert delivery.resumable(1, pts) == pts
    again = Ears()
    await delivery.attach(again, 1, pts)
    assert seqs(again) == list(range(expected, 5))


@pytest.mark.parametrize(("turn", "pts"), [(1, 1_000_001), (2, 0), (0, 0)])
async def test_what_was_never_sent_cannot_be_resumed(turn: int, pts: int) -> None:
    delivery, _ = await delivered(5)
    assert delivery.resumable(turn, pts) is None


async def test_what_lies_well_behind_the_playhead_is_forgotten() -> None:
    delivery, _ = await delivered(20)
    delivery.played(1, BEHIND_US + 400_000)
    assert delivery.resumable(1, 0) == 400_000


async def test_sending_waits_for_a_listener_and_order_is_kept() -> None:
    delivery, ears = await delivered(2)
    delivery.detach(ears)
    late = asyncio.create_task(delivery.send(segment(2)))
    await asyncio.sleep(0)
    assert not late.done()
    again = Ears()
    await delivery.attach(again, 1, 200_000)
    await late
    assert seqs(again) == [1, 2]


async def test_a_flushed_turn_sends_nothing_more() -> None:
    delivery, ears = await delivered(2)
    delivery.flush(1)
    await delivery.send(segment(2))
    assert seqs(ears) == [0, 1]
    assert ears.hushed == 1
    assert delivery.resumable(1, 0) is None
    await delivery.send(TurnBegan(2, "text", None))
    await delivery.send(segment(0, turn=2))
    assert seqs(ears) == [0, 1, 0]


async def test_the_end_of_a_turn_is_told_again() -> None:
    delivery, ears = await delivered(2)
    await delivery.send(WordSpoken(1, 0, 200_000, "a "))
    await delivery.send(WordSpoken(1, 200_000, 400_000, "b"))
    await delivery.send(TurnEnded(1, 400_000))
    delivery.detach(ears)
    again = Ears()
    await delivery.attach(again, 1, 200_000)
    expected: list[TurnEvent] = [WordSpoken(1, 200_000, 400_000, "b"), TurnEnded(1, 400_000)]
    assert seqs(again) == [1]
    assert again.events[1:] == expected


async def test_an_old_connection_that_ends_late_does_not_detach_the_new_one() -> None:
    delivery, ears = await delivered(1)
    again = Ears()
    await delivery.attach(again, 1, 200_000)
    delivery.detach(ears)
    assert delivery.attached


def test_heard_text_is_cut_at_the_middle_of_a_word() -> None:
    heard = HeardText()
    heard.add(CaptionPiece("One ", 0.0, 1.0, 4))
    heard.add(CaptionPiece("two.", 1.0, 2.0, 8))
    heard.add(CaptionPiece(" Three.", 2.0, 3.0, 6))
    assert heard.until(0.49) == ""
    assert heard.until(0.5) == "One"
    assert heard.until(1.5) == "One two."
    assert heard.until(9.0) == "One two. Three."
    assert heard.until(None) == "One two. Three."


async def test_a_closed_delivery_holds_nothing() -> None:
    delivery, ears = await delivered(0)
    event = segment(0)
    sound = weakref.ref(event.segment.audio.samples)
    await delivery.send(event)
    ears.log.clear()
    del event
    assert sound() is not None
    delivery.close()
    assert sound() is None
    assert not delivery.attached
