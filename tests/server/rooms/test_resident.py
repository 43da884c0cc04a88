"""A character in a room, on the virtual clock."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from blend_shapes.face import frames_before
from server.errors import EngineError
from server.history import Exchange
from server.ports import Hints
from server.rooms.resident import FOLLOW_UP_S, TALKED_OVER_S
from server.rooms.stage import AHEAD_S, SLICE_S
from server.speech.character import Answer, Character
from server.turn.events import PeerChanged, PeerSaid, PeerSpoke, TurnFailed
from tests.fakes.brain import ScriptedBrain
from tests.fakes.company import Company, Guest
from tests.fakes.recognizer import ScriptedRecognizer, ScriptedTranscript
from tests.virtual_time import run_virtual

MIRA = Character("Mira", knowledge=(Answer(("who are you",), ("I am Mira.",)),))
REPLY = "Hello there, my friend. This is what I know of it."
RESIDENT = 1
"""The character comes into the room before anybody else."""


class Scene:
    """A company with Mira in it. What is said is understood as the script says, as it begins."""

    def __init__(self, *understood: str | EngineError, reply: str = REPLY) -> None:
        self.recognizer = ScriptedRecognizer(*understood, latency_s=0.05)
        self.brain = ScriptedBrain(reply)
        self.company = Company(recognizer=self.recognizer, brain=self.brain, characters=[MIRA])

    async def __aenter__(self) -> "Scene":
        await self.company.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.company.__aexit__(*error)  # type: ignore[arg-type]
        assert self.recognizer.open == 0

    @property
    def asked(self) -> list[str]:
        """What Mira answered, or began to."""
        return [history.exchanges[-1].user for history in self.brain.histories]


async def speak(guest: Guest, seconds: float = 1.0) -> None:
    """An utterance, and silence until it is over."""
    await guest.say(seconds)
    await guest.say(1.0, level=0)


def replied(guest: Guest) -> str:
    return "".join(e.text for e in guest.ears.events if isinstance(e, PeerSaid))


def test_it_answers_to_its_name_with_voice_face_and_words() -> None:
    async def scene() -> None:
        async with Scene("Mira, who are you?") as s:
            ada, bo = await s.company.member("Ada"), await s.company.member("Bo", mode="converse")
            mira = next(e for e in ada.ears.events if isinstance(e, PeerChanged) and not e.you)
            assert (mira.peer, mira.name, mira.state, mira.character) == (
                RESIDENT,
                "Mira",
                "joined",
                "Mira",
            )
            await speak(ada)
            await asyncio.sleep(10)
            assert s.asked == ["Ada: who are you?"]
            for guest in (ada, bo):
                assert replied(guest) == REPLY
                events = guest.got(RESIDENT)
                assert [e.seq for e in events] == list(range(len(events)))
                assert not len(events[-1].audio)
                for a, b in pairwise(events):
                    assert a.audio.end == b.audio.position
                    assert (
                        b.frames.end >= frames_before(b.audio.format.micros(b.audio.end), 60)
                        or b is events[-1]
                    )
                words = [e for e in guest.ears.events if isinstance(e, PeerSaid)]
                assert words[-1].end <= events[-1].audio.format.micros(events[-1].audio.end)
            hints = s.recognizer.transcripts[0].hints
            assert hints.phrases == ("Mira", "Mira, who are you", "who are you")
            assert hints.language == MIRA.speaker.language

    run_virtual(scene())


def test_its_voice_comes_in_real_time_and_its_words_before_it() -> None:
    async def scene() -> None:
        async with Scene("Mira, again", "Mira, again") as s:
            ada = await s.company.member("Ada")
            for _ in range(2):
                await speak(ada)
                await asyncio.sleep(8)
            spoke = [(at, e) for at, e in ada.ears.log if isinstance(e, PeerSpoke) and len(e.audio)]
            second = next(k for k, (a, b) in enumerate(pairwise(spoke), 1)
                          if b[1].audio.position > a[1].audio.end)  # fmt: skip
            for reply in (spoke[:second], spoke[second:]):
                begin, first = reply[0]
                zero = begin - first.audio.position / 24_000
                ahead = [event.audio.end / 24_000 + zero - at for at, event in reply]
                assert max(ahead) <= AHEAD_S + SLICE_S + 0.001
                assert min(ahead) >= 0, "before it is due"
                assert len(reply) > 1.5 / 0.05
            said = [(at, e) for at, e in ada.ears.log if isinstance(e, PeerSaid)]
            for at, word in said:
                sound = [t for t, e in spoke if e.audio.format.micros(e.audio.end) > word.pts]
                assert at <= sound[0] + 0.001

    run_virtual(scene())


def test_what_is_not_meant_for_it_is_remembered_and_not_answered() -> None:
    async def scene() -> None:
        async with Scene("I had soup today", "So had I", "Mira, what did we eat?") as s:
            ada, bo = await s.company.member("Ada"), await s.company.member("Bo")
            await speak(ada)
            await speak(bo)
            await asyncio.sleep(5)
            assert s.asked == []
            assert ada.got(RESIDENT) == []
            await speak(ada)
            assert s.brain.histories[0].exchanges == (
                Exchange("Ada: I had soup today"),
                Exchange("Bo: So had I"),
                Exchange("Ada: what did we eat?"),
            )

    run_virtual(scene())


def test_alone_with_one_person_it_needs_no_name() -> None:
    async def scene() -> None:
        async with Scene("who are you", "and now") as s:
            ada = await s.company.member("Ada")
            bo = await s.company.member("Bo")
            s.company.rooms.leave(bo.session, "lobby")
            await speak(ada)
            assert s.asked == ["Ada: who are you"]
            await s.company.member("Cy", mode="converse")
            await asyncio.sleep(30)
            await speak(ada)
            assert len(s.asked) == 1, "one who only listens is a person too"

    run_virtual(scene())


@pytest.mark.parametrize(("wait_s", "answers"), [(FOLLOW_UP_S - 1.5, 2), (FOLLOW_UP_S + 1.5, 1)])
def test_who_was_answered_may_go_on_for_a_while(wait_s: float, answers: int) -> None:
    async def scene() -> None:
        async with Scene("Mira, who are you?", "and why") as s:
            ada = await s.company.member("Ada")
            await s.company.member("Bo")
            await speak(ada)
            while not ada.got(RESIDENT) or len(ada.got(RESIDENT)[-1].audio):
                await asyncio.sleep(0.02)
            await asyncio.sleep(wait_s)
            await speak(ada)
            assert len(s.asked) == answers

    run_virtual(scene())


def test_nobody_follows_up_what_another_asked() -> None:
    async def scene() -> None:
        async with Scene("Mira, who are you?", "nice weather", "and why") as s:
            ada, bo = await s.company.member("Ada"), await s.company.member("Bo")
            await speak(ada)
            await asyncio.sleep(4)
            await speak(bo)
            await speak(ada)
            assert s.asked == ["Ada: who are you?"]

    run_virtual(scene())


@pytest.mark.parametrize(
    ("seconds", "interrupts"), [(TALKED_OVER_S - 0.2, False), (TALKED_OVER_S + 0.3, True)]
)
def test_talking_over_it_ends_its_reply_and_a_mhm_does_not(seconds: float, interrupts: bool) -> None:
    async def scene() -> None:
        long = " ".join([REPLY] * 4)
        async with Scene("Mira, who are you?", "mhm", "Mira, go on", reply=long) as s:
            ada, bo = await s.company.member("Ada"), await s.company.member("Bo")
            await speak(ada)
            await asyncio.sleep(0.5)
            assert ada.got(RESIDENT)
            await speak(bo, seconds)
            before = len(ada.got(RESIDENT))
            await asyncio.sleep(1.0)
            assert (len(ada.got(RESIDENT)) == before) == interrupts
            if interrupts:
                assert not len(ada.got(RESIDENT)[-1].audio)
                await speak(ada)
                first, mhm, _ = s.brain.histories[-1].exchanges
                assert first.user == "Ada: who are you?"
                assert 0 < len(first.reply) < len(long), "it knows how far it was heard"
                assert mhm == Exchange("Bo: mhm")

    run_virtual(scene())


def test_who_spoke_already_does_not_talk_over_it() -> None:
    async def scene() -> None:
        async with Scene("", "Mira, who are you?") as s:
            ada, bo = await s.company.member("Ada"), await s.company.member("Bo")
            going_on = asyncio.create_task(bo.say(8.0))
            await asyncio.sleep(0.3)
            await speak(ada)
            await asyncio.sleep(3.0)
            assert ada.heard_s(RESIDENT) > 2.5
            await going_on

    run_virtual(scene())


def test_it_goes_with_the_last_person_whatever_is_under_way() -> None:
    async def scene() -> None:
        async with Scene(*["Mira, who are you?"] * 32) as s:
            for wait_s in np.arange(0.0, 1.2, 0.1):
                ada = await s.company.member("Ada")
                await ada.say(0.3)
                silence = asyncio.create_task(ada.say(1.2, level=0))
                await asyncio.sleep(wait_s)
                s.company.rooms.leave(ada.session, "lobby")
                await silence
                heard = len(ada.ears.log)
                await asyncio.sleep(1.0)
                assert len(ada.ears.log) == heard
                assert len(s.company.rooms) == 0
            assert s.brain.streams.open == 0

    run_virtual(scene())


def test_it_takes_no_place_and_no_name_of_its_own() -> None:
    async def scene() -> None:
        recognizer = ScriptedRecognizer()
        async with Company(recognizer=recognizer, characters=[MIRA, MIRA], capacity=1) as company:
            mira = await company.member("mira")
            assert mira.told == [("you mira 3", "joined"), ("Mira", "joined"), ("Mira 2", "joined")]

    run_virtual(scene())


def test_what_cannot_be_understood_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        async with Scene(EngineError("the model is gone"), "Mira, who are you?") as s:
            ada = await s.company.member("Ada")
            await speak(ada)
            assert s.asked == []
            await speak(ada)
            assert s.asked == ["Ada: who are you?"]

    run_virtual(scene())
    assert "the model is gone" in caplog.text


def test_a_recognizer_that_cannot_begin_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing(ScriptedRecognizer):
        def begin(self, hints: Hints) -> ScriptedTranscript:
            raise EngineError("no such language")

    async def scene() -> None:
        async with Company(recognizer=Refusing(), characters=[MIRA]) as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            await speak(ada)
            assert bo.heard_s() > 1.0
            assert not any(isinstance(e, TurnFailed) for e in ada.ears.events)

    run_virtual(scene())
    assert "no such language" in caplog.text


def test_without_a_recognizer_nobody_answers() -> None:
    async def scene() -> None:
        async with Company(characters=[MIRA]) as company:
            ada = await company.member("Ada")
            assert ada.told == [("you Ada", "joined")]
            await ada.say(0.5)

    run_virtual(scene())
