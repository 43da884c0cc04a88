"""Conversations on a virtual clock."""

import asyncio

import pytest

from server.errors import EngineError, PeerError
from server.history import Exchange
from server.turn.conductor import ATTENTION_S
from server.turn.events import (
    CueReached,
    MoodChanged,
    SegmentReady,
    StageTimes,
    StateChanged,
    TurnBegan,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnFlushed,
    WordSpoken,
)
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears, check_media
from tests.fakes.stage import Stage
from tests.fakes.voice import FORMAT, SlowVoice
from tests.virtual_time import VirtualLoop, run_virtual

REPLY = ("Hello there, ", 0.05, "my friend. ", 0.3, "How are you today?")


def kinds(events: list[TurnEvent]) -> list[str]:
    """Names of the events, runs of the same one as one."""
    names = [type(e).__name__ for e in events if not isinstance(e, StateChanged | WordSpoken)]
    return [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n]


def test_a_question_is_answered_in_order() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(*REPLY)) as (session, ears):
            session.text("Hi", "q1")
            await asyncio.sleep(12)
            assert kinds(ears.events) == [
                "TurnBegan",
                "MoodChanged",
                "SegmentReady",
                "TurnEnded",
                "StageTimes",
            ]
            assert TurnBegan(1, "text", "q1") in ears.events
            states = [e.state for e in ears.events if isinstance(e, StateChanged)]
            assert states == ["idle", "thinking", "speaking", "idle"]
            words = [e.text for e in ears.events if isinstance(e, WordSpoken)]
            assert "".join(words) == "Hello there, my friend. How are you today?"
            check_media(ears, 1)
            end = next(e for e in ears.events if isinstance(e, TurnEnded))
            assert end.pts == FORMAT.micros(ears.segments(1)[-1].audio.end)
            assert session.history.exchanges == (
                Exchange("Hi", "Hello there, my friend. How are you today?"),
            )

    run_virtual(main())


def test_the_stages_are_timed() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(0.1, *REPLY), SlowVoice(0.02)) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(12)
            times = next(e.stages for e in ears.events if isinstance(e, StageTimes))
            assert times["thinking"] == pytest.approx(100, abs=0.01)
            assert times["sentence"] >= times["thinking"]
            assert times["voice"] == pytest.approx(times["sentence"] + 20, abs=0.01)
            assert times["segment"] >= times["voice"]

    run_virtual(main())


def test_media_is_never_more_than_the_lead_ahead_of_the_listener() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("A sentence of many words " * 8), SlowVoice(0.001)) as (
            session,
            ears,
        ):
            session.text("go on")
            await asyncio.sleep(60)
            sent = [(t, e.segment) for t, e in ears.log if isinstance(e, SegmentReady)]
            start = sent[0][0]
            for time, segment in sent:
                assert segment.audio.end / FORMAT.rate - (time - start) <= 0.5 + 1e-6 or segment.seq < 5
            assert sent[-1][0] - start > 10

    run_virtual(main())


def test_an_interrupt_silences_at_once_and_history_keeps_what_was_heard() -> None:
    async def main() -> None:
        brain = ScriptedBrain("One two three four five six seven eight nine ten eleven twelve.")
        async with Stage(brain) as (session, ears):
            session.text("count")
            await asyncio.sleep(1.5)
            session.interrupt("client_asked")
            flushed, listens = ears.events[-2:]
            assert isinstance(flushed, TurnFlushed)
            assert flushed.reason == "client_asked"
            assert listens == StateChanged("listening")
            assert ears.hushed == 1
            session.played(1, 1_000_000, "idle")
            at = len(ears.events)
            await asyncio.sleep(5)
            assert [e for e in ears.events[at:] if not isinstance(e, StateChanged)] == []
            assert session.history.exchanges[-1].reply == "One two three"
            assert brain.streams.open == 0

    run_virtual(main())


def test_who_interrupted_has_attention_for_a_while() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four five six seven eight.")) as (session, _):
            session.text("count")
            await asyncio.sleep(1.0)
            session.interrupt("user_spoke")
            states = []
            for wait in (ATTENTION_S - 0.1, 0.3):
                await asyncio.sleep(wait)
                states.append(session.state)
            assert states == ["listening", "idle"]
            session.text("again")
            await asyncio.sleep(1.0)
            session.interrupt("client_asked")
            session.text("and again")
            await asyncio.sleep(0.3)
            assert session.state in ("thinking", "speaking"), "what is said ends it sooner"

    run_virtual(main())


def test_only_who_wants_to_speak_is_listened_to() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four.")) as (session, ears):
            session.interrupt("client_asked")
            session.text("count")
            await asyncio.sleep(1.0)
            session.interrupt("shutdown")
            await asyncio.sleep(0.5)
            assert session.state == "idle"
            assert StateChanged("listening") not in ears.events

    run_virtual(main())


def test_an_interrupt_of_another_turn_does_nothing() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(*REPLY)) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(0.5)
            session.interrupt("client_asked", turn=7)
            await asyncio.sleep(12)
            assert "TurnFlushed" not in kinds(ears.events)

    run_virtual(main())


def test_a_new_question_supersedes_the_reply() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("Some words that take a while to say.")) as (session, ears):
            session.text("first")
            await asyncio.sleep(0.5)
            session.text("second")
            await asyncio.sleep(10)
            order = kinds(ears.events)
            assert order[order.index("TurnFlushed") :] == [
                "TurnFlushed",
                "TurnBegan",
                "MoodChanged",
                "SegmentReady",
                "TurnEnded",
                "StageTimes",
            ]
            assert [x.user for x in session.history.exchanges] == ["first", "second"]
            check_media(ears, 2)

    run_virtual(main())


def test_say_queues_and_turns_never_overlap() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("unused")) as (session, ears):
            session.say("alpha beta", id="a")
            await asyncio.sleep(0.1)
            session.say("gamma", id="c")
            session.say("delta", id="b", queue="next")
            await asyncio.sleep(20)
            began = [(t, e) for t, e in ears.log if isinstance(e, TurnBegan)]
            assert [e.id for _, e in began] == ["b", "a", "c"] or [e.id for _, e in began] == [
                "a",
                "b",
                "c",
            ]
            ends = [e.pts for e in ears.events if isinstance(e, TurnEnded)]
            for (one, _), (two, _), length in zip(began, began[1:], ends, strict=False):
                assert two - one >= length / 1e6 - 0.2

    run_virtual(main())


def test_say_now_supersedes() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("unused")) as (session, ears):
            session.say("alpha beta gamma delta")
            await asyncio.sleep(0.3)
            session.say("stop", queue="now")
            await asyncio.sleep(5)
            assert [e.reason for e in ears.events if isinstance(e, TurnFlushed)] == ["superseded"]
            assert [e.turn for e in ears.events if isinstance(e, TurnEnded)] == [2]

    run_virtual(main())


def test_moods_and_cues_come_with_their_words() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("[happy] Hello [wave] you. [sad] Bye now.")) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(10)
            moods = [(e.mood, e.pts) for e in ears.events if isinstance(e, MoodChanged)]
            assert [m for m, _ in moods] == ["neutral", "happy", "sad"]
            words = {e.text.strip(): e.pts for e in ears.events if isinstance(e, WordSpoken)}
            cue = next(e for e in ears.events if isinstance(e, CueReached))
            assert (cue.name, cue.pts) == ("wave", words["you."])
            assert moods[2][1] <= words["Bye"]

    run_virtual(main())


def test_a_brain_that_fails_ends_the_turn_and_the_next_one_works() -> None:
    async def main() -> None:
        brain = ScriptedBrain("Fine.", bad=("Well, it is a pity. ", EngineError("out of memory")))
        async with Stage(brain) as (session, ears):
            session.text("bad")
            await asyncio.sleep(5)
            failed = next(e for e in ears.events if isinstance(e, TurnFailed))
            assert (failed.code, failed.turn) == ("engine_failed", 1)
            session.text("good")
            await asyncio.sleep(5)
            assert [e.turn for e in ears.events if isinstance(e, TurnEnded)] == [1, 2]

    run_virtual(main())


def test_a_bug_in_an_engine_flushes_the_turn_and_the_session_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        brain = ScriptedBrain("Fine.", bad=("Well, it is a pity. ", ZeroDivisionError("oops")))
        async with Stage(brain) as (session, ears):
            session.text("bad")
            await asyncio.sleep(5)
            assert "internal" in [e.code for e in ears.events if isinstance(e, TurnFailed)]
            assert [e.reason for e in ears.events if isinstance(e, TurnFlushed)] == ["failed"]
            session.text("good")
            await asyncio.sleep(5)
            assert [e.turn for e in ears.events if isinstance(e, TurnEnded)] == [2]

    run_virtual(main())
    assert "ZeroDivisionError" in caplog.text


def test_a_brain_that_stays_silent_is_not_waited_for_for_ever() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(3600.0, "late")) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(40)
            failed = [e.message for e in ears.events if isinstance(e, TurnFailed)]
            assert failed[0] == "the brain gave nothing for 30 s"
            assert ears.events[-1] == StateChanged("idle")

    run_virtual(main())


def test_a_sentence_that_cannot_be_spoken_is_left_out() -> None:
    async def main() -> None:
        voice = SlowVoice(refused="漢")
        async with Stage(ScriptedBrain("Good morning to you. 漢字漢字漢字。 And good night."), voice) as (
            session,
            ears,
        ):
            session.text("Hi")
            await asyncio.sleep(12)
            failed = [e for e in ears.events if isinstance(e, TurnFailed)]
            assert [e.code for e in failed] == ["cannot_speak"]
            assert "漢字" in failed[0].message
            assert any(isinstance(e, TurnEnded) for e in ears.events)
            check_media(ears, 1)

    run_virtual(main())


def test_text_with_nothing_to_speak_is_said_clearly() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("unused")) as (session, ears):
            session.say("🙂🙂🙂")
            await asyncio.sleep(2)
            assert [e.code for e in ears.events if isinstance(e, TurnFailed)] == ["cannot_speak"]
            assert [e.pts for e in ears.events if isinstance(e, TurnEnded)] == [0]

    run_virtual(main())


@pytest.mark.parametrize("gone_s", [0.1, 3.0])
def test_a_lost_connection_pauses_the_turn_and_it_goes_on(gone_s: float) -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two three four five six seven eight nine ten.")) as (
            session,
            ears,
        ):
            session.text("count")
            await asyncio.sleep(1.7)
            session.detach(ears)
            had = ears.segments(1)
            await asyncio.sleep(gone_s)
            assert len(ears.segments(1)) == len(had)
            lost = had[-2]
            pts = FORMAT.micros(lost.audio.position)
            assert session.resumable(1, pts) == (1, pts)
            again = Ears()
            await session.attach(again, 1, pts)
            await asyncio.sleep(15)
            segments = again.segments(1)
            assert [s.seq for s in segments] == list(range(lost.seq, lost.seq + len(segments)))
            assert isinstance(again.events[-2], StageTimes | TurnEnded)
            assert not any(isinstance(e, TurnBegan) for e in again.events)

    run_virtual(main())


def test_what_cannot_be_done_is_refused_and_changes_nothing() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(*REPLY)) as (session, ears):
            session.text("Hi")
            await asyncio.sleep(0.5)
            with pytest.raises(PeerError, match="no mood 'hungry'; there are angry"):
                session.say("x", mood="hungry", queue="now")
            for _ in range(32):
                session.say("more")
            with pytest.raises(PeerError, match="32 turns wait already"):
                session.text("too much")
            assert "TurnFlushed" not in kinds(ears.events)
            session.interrupt("client_asked")

    run_virtual(main())


@pytest.mark.parametrize("way", ["interrupt", "close"])
def test_cancel_sweep(way: str) -> None:
    """Stopped at every scheduling step: no open stream, no late message, no leaked task."""
    steps = _run_stopped_at(None, way)
    assert steps > 100
    for step in range(1, steps):
        _run_stopped_at(step, way)


def _run_stopped_at(step: int | None, way: str) -> int:
    """Stop one reply at a step of the loop, None for never; the steps the reply took."""
    brain = ScriptedBrain("Hello you two. ", 0.05, "Then [wave] more. ", 0.1, "End.")
    voice = SlowVoice()

    async def main() -> int:
        async with Stage(brain, voice) as (session, ears):
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            began = loop.steps
            heard: list[int] = []

            def stop(now: int) -> None:
                if now - began == step:
                    if way == "interrupt":
                        session.interrupt("client_asked")
                    heard.append(len(ears.events))

            loop.before_step = stop
            session.text("Hi")
            while not heard and not any(isinstance(e, TurnEnded) for e in ears.events):
                await asyncio.sleep(0.05)
            taken = loop.steps - began
            if way == "interrupt" and heard:
                await asyncio.sleep(1)
                late = [e for e in ears.events[heard[0] :] if not isinstance(e, StateChanged)]
                assert late == [], f"after step {step}"
                session.say("ok")
                await asyncio.sleep(2)
                assert isinstance(ears.events[-1], StateChanged)
            return taken

    taken = run_virtual(main())
    assert brain.streams.open == 0
    assert voice.streams.open == 0
    return taken
