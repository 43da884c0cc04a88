"""Conversations in which the user speaks, or seems to, while the avatar talks; on a virtual clock."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from server.audio.chunk import AudioChunk, AudioFormat
from server.ports import VoiceTraits
from server.speech.character import Speaker
from server.speech.values import Sentence, SpeechChunk, WordTiming
from server.turn.events import (
    SegmentReady,
    TurnBegan,
    TurnEnded,
    TurnEvent,
    TurnFlushed,
    UtteranceHeard,
    VoiceDucked,
    WordSpoken,
)
from server.turn.interruption import BACK_MS, DUCK_MS, DUCKED
from server.turn.session import Session
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.stage import Stage
from tests.fakes.user import NOISE, User
from tests.fakes.voice import SlowVoice
from tests.virtual_time import VirtualLoop, run_virtual

REPLY = "One two three, four five six, seven eight nine. Ten eleven twelve."
"""A tenth of a second for each letter: the second clause begins at 1.1 s, the third at 2.3 s."""
SPEECH_S = 0.4
NOISE_S = 0.08


def told(ears: Ears) -> list[TurnEvent]:
    """What changed the reply."""
    return [
        e
        for e in ears.events
        if isinstance(e, TurnBegan | VoiceDucked | TurnFlushed | TurnEnded | UtteranceHeard)
        and not (isinstance(e, UtteranceHeard) and not e.final)
    ]


def words(ears: Ears, turn: int) -> str:
    return "".join(e.text for e in ears.events if isinstance(e, WordSpoken) and e.turn == turn)


async def begin(session: Session, user: User, seconds: float) -> None:
    """Ask, and listen to so much of the reply."""
    session.text("count")
    while session.state != "speaking":
        await user.pause(0.02)
    await user.pause(seconds)


def test_a_noise_ducks_and_the_voice_comes_back() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer()) as (session, ears):
            user = User(session)
            await begin(session, user, 1.0)
            await user.speak(NOISE_S)
            await user.pause(9)
            ducks = [e for e in told(ears) if isinstance(e, VoiceDucked)]
            assert ducks == [VoiceDucked(1, DUCKED, DUCK_MS), VoiceDucked(1, 1.0, BACK_MS)]
            assert isinstance(told(ears)[-1], TurnEnded)
            assert session.history.exchanges[-1].reply == REPLY

    run_virtual(main())


def test_speech_ducks_and_stops_the_reply() -> None:
    async def main() -> None:
        brain = ScriptedBrain(REPLY, **{"Stop it.": ["Good."]})
        recognizer = ScriptedRecognizer("Stop it.")
        async with Stage(brain, recognizer=recognizer) as (session, ears):
            user = User(session)
            await begin(session, user, 1.0)
            since = asyncio.get_running_loop().time()
            await user.speak(SPEECH_S)
            await user.pause(3)
            assert [type(e) for e in told(ears)] == [
                TurnBegan, VoiceDucked, TurnFlushed, UtteranceHeard, TurnBegan, TurnEnded,
            ]  # fmt: skip
            flushed = next(t for t, e in ears.log if isinstance(e, TurnFlushed))
            assert 0.1 < flushed - since < 0.25
            assert words(ears, 2) == "Good."
            assert session.history.exchanges[0].reply == "One two three,"
            assert recognizer.transcripts[0].seconds > SPEECH_S, "heard from its beginning"

    run_virtual(main())


@pytest.mark.parametrize("said", ["", "Mhm.", "Yeah, okay."])
def test_what_was_nothing_is_followed_by_the_rest_from_its_clause(said: str) -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer(said)) as (session, ears):
            user = User(session)
            await begin(session, user, 1.8)
            await user.speak(SPEECH_S)
            await user.pause(9)
            assert [type(e) for e in told(ears)] == [
                TurnBegan, VoiceDucked, TurnFlushed, UtteranceHeard, TurnBegan, TurnEnded,
            ]  # fmt: skip
            assert [e.origin for e in told(ears) if isinstance(e, TurnBegan)] == ["text", "text"]
            assert words(ears, 2) == "four five six, seven eight nine. Ten eleven twelve."
            assert [(e.user, e.reply) for e in session.history.exchanges] == [("count", REPLY)]
            assert session.state == "idle"

    run_virtual(main())


def test_what_means_something_is_answered_and_the_rest_is_not_said() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer("No.")) as (session, ears):
            user = User(session)
            await begin(session, user, 1.8)
            await user.speak(SPEECH_S)
            await user.pause(9)
            assert words(ears, 2) == REPLY
            assert [e.user for e in session.history.exchanges] == ["count", "No."]

    run_virtual(main())


def test_twice_stopped_for_nothing_is_still_one_reply() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer("hm", "hm")) as (
            session,
            ears,
        ):
            user = User(session)
            await begin(session, user, 1.8)
            await user.speak(SPEECH_S)
            while not any(isinstance(e, SegmentReady) and e.turn == 2 for e in ears.events):
                await user.pause(0.02)
            await user.pause(1.6)
            await user.speak(SPEECH_S)
            await user.pause(9)
            assert words(ears, 3) == "seven eight nine. Ten eleven twelve."
            assert [(e.user, e.reply) for e in session.history.exchanges] == [("count", REPLY)]

    run_virtual(main())


def test_stopped_again_for_something_history_keeps_what_was_heard_in_both() -> None:
    async def main() -> None:
        brain = ScriptedBrain(REPLY, **{"Enough.": ["Good."]})
        async with Stage(brain, recognizer=ScriptedRecognizer("hm", "Enough.")) as (session, ears):
            user = User(session)
            await begin(session, user, 1.8)
            await user.speak(SPEECH_S)
            while not any(isinstance(e, SegmentReady) and e.turn == 2 for e in ears.events):
                await user.pause(0.02)
            await user.pause(0.6)
            await user.speak(SPEECH_S)
            await user.pause(5)
            first, second = session.history.exchanges
            assert first.reply == "One two three, four five"
            assert (second.user, second.reply) == ("Enough.", "Good.")

    run_virtual(main())


def test_yes_after_a_question_is_an_answer() -> None:
    async def main() -> None:
        brain = ScriptedBrain("Shall I go on? There is more to say.", yes=["Well then."])
        async with Stage(brain, recognizer=ScriptedRecognizer("yes")) as (session, ears):
            user = User(session)
            await begin(session, user, 1.5)
            await user.speak(SPEECH_S)
            await user.pause(5)
            assert words(ears, 2) == "Well then."

    run_virtual(main())


def test_what_waits_is_said_after_the_rest() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer("hm")) as (session, ears):
            user = User(session)
            await begin(session, user, 1.8)
            session.say("And this.")
            await user.speak(SPEECH_S)
            await user.pause(12)
            assert words(ears, 2).endswith("twelve.")
            assert words(ears, 3) == "And this."

    run_virtual(main())


def test_what_is_typed_meanwhile_is_answered_and_the_rest_forgotten() -> None:
    async def main() -> None:
        brain = ScriptedBrain(REPLY, typed=["Good."])
        async with Stage(brain, recognizer=ScriptedRecognizer("")) as (session, ears):
            user = User(session)
            await begin(session, user, 1.8)
            await user.speak(SPEECH_S)
            session.text("typed")
            await user.pause(6)
            assert [e.user for e in session.history.exchanges] == ["count", "typed"]
            assert words(ears, 2) == "Good."
            assert len([e for e in told(ears) if isinstance(e, TurnBegan)]) == 2

    run_virtual(main())


def test_in_the_first_tenth_of_a_second_the_reply_begins_anew() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain(REPLY), recognizer=ScriptedRecognizer("hm")) as (session, ears):
            user = User(session)
            await begin(session, user, 0.06)
            await user.speak(SPEECH_S)
            await user.pause(9)
            assert words(ears, 2) == REPLY
            assert [e.reply for e in session.history.exchanges] == [REPLY]

    run_virtual(main())


def test_at_the_last_word_there_is_nothing_left() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain("One two."), recognizer=ScriptedRecognizer("hm")) as (session, ears):
            user = User(session)
            await begin(session, user, 0.62)
            await user.speak(SPEECH_S)
            await user.pause(9)
            assert session.history.exchanges[0].reply == "One two."
            assert not any(
                isinstance(e, SegmentReady) and "One" in words(ears, e.turn) and e.turn > 1
                for e in ears.events
            )
            assert session.state == "idle"

    run_virtual(main())


class NoisyVoice(SlowVoice):
    """Says each word as noise that swells, so that an echo of it can be told."""

    traits = VoiceTraits(rate=16_000, phones=True)

    def __init__(self) -> None:
        super().__init__()
        self.traits = VoiceTraits(rate=16_000, phones=True)

    async def speak(self, sentence: Sentence, speaker: Speaker) -> AsyncGenerator[SpeechChunk, None]:
        rng, position, offset = np.random.default_rng(sentence.index), 0, 0
        with self.streams.one():
            for word in sentence.text.split():
                await asyncio.sleep(0)
                offset = sentence.text.index(word, offset)
                count = 1600 * len(word)
                swell = np.hanning(count) * rng.uniform(0.2, 1)
                sound = np.rint(8000 * swell * NOISE[:count]).astype(np.int16)
                timing = WordTiming(word, 0, count / 16_000, offset)
                yield SpeechChunk(AudioChunk(sound, AudioFormat(16_000), position), (), (timing,))
                position += count
                offset += len(word)


@pytest.mark.parametrize("gain", [0.0, 0.1, 0.4])
def test_the_avatar_is_not_stopped_by_its_own_echo(gain: float) -> None:
    """The microphone hears all that is sent, 150 ms after it is heard."""

    async def main() -> None:
        async with Stage(
            ScriptedBrain("Some words that swell " * 8), NoisyVoice(), recognizer=ScriptedRecognizer()
        ) as (session, ears):
            user = User(session)
            loop = asyncio.get_running_loop()
            session.text("talk")
            began: float | None = None
            for _ in range(600):
                await asyncio.sleep(0.02)
                sent = [e.segment.audio for e in ears.events if isinstance(e, SegmentReady)]
                if sent and began is None:
                    began = loop.time()
                played = np.concatenate([a.samples for a in sent]) if sent else np.zeros(0, np.int16)
                at = 0 if began is None else round((loop.time() - began - 0.15) * 16_000)
                heard = np.zeros(320, np.int16)
                if at > 0:
                    part = played[at : at + 320]
                    heard[: len(part)] = gain * part
                chunk = AudioChunk(heard, user.format, user.position)
                user.position = chunk.end
                session.hear(chunk)
            assert not any(isinstance(e, TurnFlushed) for e in ears.events)
            assert not any(isinstance(e, UtteranceHeard) for e in ears.events)

    run_virtual(main())


def test_cancel_sweep() -> None:
    """Closed at each 7th step of a conversation with a duck, a false alarm and an interruption."""
    steps = _closed_at(None)
    assert steps > 500
    for step in range(1, steps, 7):
        _closed_at(step)


def _closed_at(step: int | None) -> int:
    brain = ScriptedBrain("One, two three. ", 0.05, "Four.", **{"No.": ["Five."]})
    voice, recognizer = SlowVoice(), ScriptedRecognizer("hm", "No.", latency_s=0.05)

    async def main() -> int:
        async with Stage(brain, voice, recognizer=recognizer) as (session, ears):
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            began, reached = loop.steps, asyncio.Event()
            loop.before_step = lambda now: reached.set() if now - began == step else None
            talk = asyncio.create_task(_talk(session, ears))
            stop = asyncio.create_task(reached.wait())
            await asyncio.wait({talk, stop}, return_when=asyncio.FIRST_COMPLETED)
            for task in (talk, stop):
                task.cancel()
            await asyncio.wait({talk, stop})
            return loop.steps - began

    taken = run_virtual(main())
    assert brain.streams.open == voice.streams.open == 0
    assert recognizer.open == 0
    return taken


async def _talk(session: Session, ears: Ears) -> None:
    user = User(session)
    await begin(session, user, 0.2)
    await user.speak(NOISE_S)
    await user.pause(0.5)
    await user.speak(SPEECH_S)
    while not any(isinstance(e, SegmentReady) and e.turn == 2 for e in ears.events):
        await user.pause(0.02)
    await user.speak(SPEECH_S)
    await user.pause(2)
    assert session.history.exchanges[-1].user == "No."
