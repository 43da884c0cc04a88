"""A client that comes back: what it gets again, what is dropped, and when it has to begin anew."""

import asyncio

from server.history import Exchange
from server.turn.delivery import Delivery
from server.turn.events import SegmentReady, StateChanged, TurnBegan, TurnFlushed
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears
from tests.fakes.stage import Stage
from tests.server.turn.test_delivery import delivered, segment, seqs
from tests.virtual_time import run_virtual


async def test_a_flush_stops_what_is_being_sent_again() -> None:
    delivery, old = await delivered(5)
    delivery.detach(old)
    slow = Ears(delay_s=0.001)
    attaching = asyncio.create_task(delivery.attach(slow, 1, 0))
    while not seqs(slow):
        await asyncio.sleep(0)
    delivery.flush(1)
    delivery.tell(TurnFlushed(1, "client_asked", 10))
    at_flush = len(seqs(slow))
    await attaching
    assert slow.hushed == 1
    assert isinstance(slow.events[at_flush], TurnFlushed)
    assert len(seqs(slow)) <= at_flush + 1 < 5


async def test_a_listener_that_leaves_while_it_is_attached_is_not_waited_for() -> None:
    delivery, old = await delivered(5)
    delivery.detach(old)
    slow = Ears(delay_s=0.001)
    attaching = asyncio.create_task(delivery.attach(slow, 1, 0))
    await asyncio.sleep(0)
    delivery.detach(slow)
    await attaching
    late = asyncio.create_task(delivery.send(segment(5)))
    await asyncio.sleep(0.005)
    assert not late.done()
    again = Ears()
    await delivery.attach(again, 1, 800_000)
    await late
    assert seqs(again) == [4, 5]


async def test_the_next_turn_can_be_followed_from_its_beginning_only() -> None:
    delivery = Delivery(lambda event: None)
    assert delivery.follows(0)
    await delivery.attach(Ears())
    await delivery.send(TurnBegan(2, "text", None))
    assert delivery.follows(1)
    assert not delivery.follows(2)
    for seq in range(20):
        await delivery.send(segment(seq, turn=2))
    delivery.played(2, 3_000_000)
    assert not delivery.follows(1)


def test_a_question_whose_answer_was_not_heard_yet_is_answered_after_the_resume() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("Yes.")) as (session, ears):
            session.detach(ears)
            session.text("are you there?")
            await asyncio.sleep(1)
            assert session.resumable(0, 0) == (0, 0)
            again = Ears()
            await session.attach(again, 0, 0)
            await asyncio.sleep(3)
            assert again.events[0] == StateChanged("thinking")
            assert again.events[1] == TurnBegan(1, "text", None)
            assert seqs(again)[0] == 0

    run_virtual(main())


def test_a_flush_that_was_lost_is_told_again() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four five six seven.")) as (session, ears):
            session.text("count")
            await asyncio.sleep(1)
            session.detach(ears)
            session.text("count again")
            await asyncio.sleep(1)
            pts = 200_000
            assert session.resumable(1, pts) == (1, pts)
            again = Ears()
            await session.attach(again, 1, pts)
            await asyncio.sleep(1)
            assert again.events[0] == TurnFlushed(1, "superseded", 10)
            assert all(e.turn == 2 for e in again.events if isinstance(e, TurnBegan | SegmentReady))
            assert seqs(again)[0] == 0

    run_virtual(main())


def test_who_missed_media_cannot_go_on() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four five six seven eight nine ten.")) as (
            session,
            ears,
        ):
            session.text("count")
            await asyncio.sleep(3.5)
            session.detach(ears)
            assert session.resumable(1, 0) is None
            assert session.resumable(0, 0) is None
            assert session.resumable(7, 0) is None

    run_virtual(main())


def test_a_session_closed_in_the_middle_of_a_turn_remembers_what_was_heard() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four five six seven.")) as (session, _):
            session.text("count")
            await asyncio.sleep(1)
            await session.close("client_left")
            assert session.history.exchanges == (Exchange("count", "One two three"),)

    run_virtual(main())
