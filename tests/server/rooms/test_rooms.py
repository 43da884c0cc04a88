"""People in rooms, on the virtual clock."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS
from blend_shapes.audio.loudness import Loudness
from blend_shapes.face import frames_before
from server.audio.chunk import AudioChunk
from server.errors import PeerError
from server.turn.events import PeerSpoke
from tests.fakes.company import MESSAGE_S, MICROPHONE, Company, Guest
from tests.virtual_time import run_virtual

JAW = CHANNELS.index("jawOpen")
PREROLL_S, HANGOVER_S = 0.2, 0.6
NOTICED_S = 0.064
"""Two windows of the detector."""
SLACK_S = 0.07
"""Windows, frames and messages do not end together."""


def refusal(company: Company, guest: Guest, room: str, name: str | None = None) -> str:
    with pytest.raises(PeerError) as refused:
        company.rooms.join(guest.session, room, name)
    return refused.value.code


def voice(events: list[PeerSpoke]) -> list[PeerSpoke]:
    return [e for e in events if len(e.audio)]


def check(events: list[PeerSpoke], fps: int = 60) -> None:
    """Times never fall, seq rises, and every frame is there in time."""
    shown = 0
    for before, event in pairwise(events):
        assert event.seq > before.seq
        assert event.audio.position >= before.audio.end
    for event in voice(events):
        assert event.frames.fps == fps
        shown = max(shown, event.frames.end)
        assert shown >= frames_before(event.audio.format.micros(event.audio.end), fps)


# --- who is where --------------------------------------------------------------------------------------


def test_who_joins_is_told_who_is_there_and_they_are_told_of_it() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada = await company.member("Ada")
            bo = await company.member(" Bo\u0000 ")
            cy = await company.member("ADA", mode="converse")
            await company.member("Dee", "another room")
            assert ada.told == [("you Ada", "joined"), ("Bo", "joined"), ("ADA 2", "muted")]
            assert bo.told == [("you Bo", "joined"), ("Ada", "joined"), ("ADA 2", "muted")]
            assert cy.told == [("you ADA 2", "joined"), ("Ada", "joined"), ("Bo", "joined")]
            assert (len(company.rooms), company.rooms.members) == (2, 4)
            company.rooms.leave(bo.session, " lobby ")
            assert bo.told[-1] == ("you Bo", "left")
            assert ada.told[-1] == cy.told[-1] == ("Bo", "left")
            company.rooms.join(bo.session, "lobby", "Bo")
            assert bo.told[-3:] == [("you Bo", "joined"), ("Ada", "joined"), ("ADA 2", "muted")]

    run_virtual(scene())


def test_nobody_need_have_a_name() -> None:
    async def scene() -> None:
        async with Company() as company:
            guests = [await company.member() for _ in range(3)]
            assert [g.told[0][0] for g in guests] == ["you Guest", "you Guest 2", "you Guest 3"]

    run_virtual(scene())


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    async def scene() -> None:
        async with Company(capacity=2) as company:
            await company.member("Ada")
            bo = await company.guest()
            assert refusal(company, bo, "lobby", "x" * 10_000) == "bad_name"
            assert refusal(company, bo, "lobby", " ") == "bad_name"
            assert refusal(company, bo, "y" * 41) == "bad_name"
            assert refusal(company, bo, "\u0000") == "bad_name"
            for room in ("lobby", "nowhere"):
                with pytest.raises(PeerError, match="in no room") as refused:
                    company.rooms.leave(bo.session, room)
                assert refused.value.code == "unknown_room"
            assert company.rooms.members == 1
            company.rooms.join(bo.session, "lobby", "Bo")
            assert refusal(company, bo, "lobby") == refusal(company, bo, "elsewhere") == "in_a_room"
            with pytest.raises(PeerError, match="not in 'elsewhere' but in 'lobby'"):
                company.rooms.leave(bo.session, "elsewhere")
            cy = await company.guest()
            assert refusal(company, cy, "lobby") == "room_full"
            assert cy.told == []
            company.rooms.leave(bo.session, "lobby")
            company.rooms.join(cy.session, "lobby", "Cy")
            assert (len(company.rooms), company.rooms.members) == (1, 2)

    run_virtual(scene())


def test_where_rooms_are_listed_there_are_no_others() -> None:
    async def scene() -> None:
        async with Company(listed=("stage", "lobby")) as company:
            ada = await company.guest()
            with pytest.raises(PeerError, match="no room 'Lobby'; there are: stage, lobby") as refused:
                company.rooms.join(ada.session, "Lobby", None)
            assert refused.value.code == "unknown_room"
            company.rooms.join(ada.session, "stage", None)
            company.rooms.leave(ada.session, "stage")
            assert len(company.rooms) == 0

    run_virtual(scene())


# --- who is heard --------------------------------------------------------------------------------------


def test_one_who_speaks_is_heard_and_seen_by_all_others_while_it_speaks() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo, cy = [await company.member() for _ in range(3)]
            await ada.say(1.0, level=0)
            assert company.made == []
            await ada.say(1.0)
            await ada.say(2.0, level=0)
            assert ada.got() == []
            events = bo.got(1)
            assert events == cy.got(1), "the very same values"
            check(events)
            spoken = voice(events)
            first, last = (
                e.audio.format.micros(p) / 1e6
                for e, p in ((spoken[0], spoken[0].audio.position), (spoken[-1], spoken[-1].audio.end))
            )
            assert 1.0 - PREROLL_S <= first <= 1.0 - PREROLL_S + NOTICED_S + SLACK_S
            assert 2.0 + HANGOVER_S - 0.1 - SLACK_S <= last <= 2.0 + HANGOVER_S + SLACK_S
            assert events.index(spoken[-1]) == len(events) - 2
            assert (len(events[-1].audio), len(events[-1].frames)) == (0, 0)
            assert events[-1].audio.position == spoken[-1].audio.end
            jaw = np.concatenate([e.frames.weights[:, JAW] for e in spoken])
            assert jaw.max() > 0.1
            assert jaw[-1] < 0.02, "the face has come to rest"

    run_virtual(scene())


def test_a_voice_is_heard_soon() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = [await company.member() for _ in range(2)]
            begin = asyncio.get_running_loop().time()
            await ada.say(2.0)
            late = [at - begin - e.audio.format.micros(e.audio.end) / 1e6
                    for at, e in bo.ears.log if isinstance(e, PeerSpoke)]  # fmt: skip
            assert len(late) >= 30
            assert max(late) <= Loudness.look_ahead + 3 / 60 + MESSAGE_S

    run_virtual(scene())


def test_a_member_in_converse_mode_hears_at_its_own_rate() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada = await company.member()
            slow = [await company.member(mode="converse", fps=30) for _ in range(2)]
            fast = await company.member(fps=90)
            await ada.say(0.5, level=0)
            await ada.say(1.0)
            await ada.say(1.0, level=0)
            check(slow[0].got(1), 30)
            check(fast.got(1), 90)
            assert slow[0].got(1) == slow[1].got(1), "made once for a rate"
            for guest in (slow[0], fast):
                assert guest.heard_s(1) == pytest.approx(1.0 + PREROLL_S + HANGOVER_S - NOTICED_S, abs=0.2)
                end = guest.got(1)[-1]
                assert not len(end.audio)
            t = {fps: np.concatenate([e.frames.times() for e in voice(g.got(1))])
                 for fps, g in ((30, slow[0]), (90, fast))}  # fmt: skip
            jaws = {fps: np.concatenate([e.frames.weights[:, JAW] for e in voice(g.got(1))])
                    for fps, g in ((30, slow[0]), (90, fast))}  # fmt: skip
            assert np.abs(np.interp(t[30], t[90], jaws[90]) - jaws[30]).max() < 0.05

    run_virtual(scene())


def test_who_comes_late_hears_and_sees_at_once() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada = await company.member()
            await company.member()
            speaking = asyncio.create_task(ada.say(2.0))
            await asyncio.sleep(1.0)
            for fps in (60, 30):
                late = await company.member(fps=fps)
                await asyncio.sleep(0.15)
                first = late.got(1)[0]
                assert first.frames.pts < first.audio.format.micros(first.audio.position) + 1e6 / fps
                assert first.frames.weights[:, JAW].max() > 0.1
                check(late.got(1), fps)
            await speaking

    run_virtual(scene())


# --- mute ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["muted", "closed"])
def test_who_is_muted_is_heard_by_nobody_whatever_it_sends(state: str) -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            await ada.say(1.0)
            ada.session.microphone(state)  # type: ignore[arg-type]
            assert bo.told[-1] == ("Ada", "muted")
            await asyncio.sleep(0.1)
            heard = bo.heard_s(1)
            assert not len(bo.got(1)[-1].audio), "cut off in mid-word, and told so"
            await ada.say(1.0)
            ada.session.microphone("open")
            assert bo.told[-1] == ("Ada", "joined")
            await ada.say(0.02, level=0)
            assert bo.heard_s(1) == heard
            await ada.say(1.0)
            assert bo.heard_s(1) > heard + 0.5
            check(bo.got(1))
            assert ada.told == [("you Ada", "joined"), ("Bo", "joined")], "not told of itself"
            assert len(bo.told) == 4
            ada.session.microphone("open")
            assert len(bo.told) == 4, "nothing has changed"

    run_virtual(scene())


def test_sound_that_came_while_muted_is_not_heard_later() -> None:
    """It waits behind a face that is slow: the microphone is open again before it is followed."""

    async def scene() -> None:
        async with Company() as company:
            ada, bo = [await company.member() for _ in range(2)]
            ada.session.microphone("muted")
            for _ in range(50):
                wave = np.full(320, 9000, np.int16)
                ada.session.hear(AudioChunk(wave, MICROPHONE, ada.at))
                ada.at += 320
            ada.session.microphone("open")
            await ada.say(1.0, level=0)
            assert bo.got(1) == []

    run_virtual(scene())


def test_who_was_muted_before_joining_is_muted() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.guest(), await company.member("Bo")
            ada.session.microphone("muted")
            company.rooms.join(ada.session, "lobby", "Ada")
            assert bo.told[-1] == ("Ada", "muted")
            await ada.say(0.5)
            assert bo.got() == []
            ada.session.microphone("open")
            assert bo.told[-1] == ("Ada", "joined")

    run_virtual(scene())


# --- how many at once ----------------------------------------------------------------------------------


def test_at_most_so_many_are_heard_at_once_and_never_oneself() -> None:
    async def scene() -> None:
        async with Company(speakers=2) as company:
            guests = [await company.member() for _ in range(4)]
            listener = await company.member(mode="converse")
            await asyncio.gather(*(guest.say(2.0) for guest in guests))
            for listening in (*guests, listener):
                numbers = {e.peer for e in voice(listening.got())}
                assert len(numbers) == 2
                assert guests.index(listening) + 1 not in numbers if listening in guests else True

    run_virtual(scene())


def test_one_who_gives_way_to_a_louder_one_is_ended() -> None:
    async def scene() -> None:
        async with Company(speakers=1) as company:
            ada, bo = [await company.member() for _ in range(2)]
            listener = await company.member(mode="converse")
            soft = asyncio.create_task(ada.say(3.0, level=1000))
            await asyncio.sleep(0.5)
            await bo.say(2.0, level=12_000)
            events = listener.got()
            order = [e.peer for e in events]
            change = order.index(2)
            assert set(order[:change]) == {1}
            assert set(order[change + 1 :]) <= {1, 2}
            ending = [e for e in events if e.peer == 1][-1]
            assert not len(ending.audio)
            check(listener.got(1))
            check(listener.got(2))
            assert len(voice(bo.got(1))) > len(voice(listener.got(1))), "bo hears ada all the time"
            await soft

    run_virtual(scene())


# --- who is away ---------------------------------------------------------------------------------------


def test_who_loses_the_connection_stays_silent_and_is_told_all_anew() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            await ada.say(1.0)
            ada.vanish()
            await asyncio.sleep(0.1)
            assert bo.told[-1] == ("Ada", "muted")
            check(bo.got(1))
            assert not len(bo.got(1)[-1].audio), "in mid-word"
            before = bo.got(1)
            cy = await company.member("Cy")
            await bo.say(0.5)
            await ada.connect()
            assert ada.told == [("you Ada", "joined"), ("Bo", "joined"), ("Cy", "joined")]
            assert bo.told[-1] == cy.told[-1] == ("Ada", "joined")
            await ada.say(1.0)
            assert bo.got(1)[len(before)].audio.position > before[-1].audio.end
            check(bo.got(1))
            await bo.say(0.5)
            assert ada.heard_s(2) > 0.3

    run_virtual(scene())


def test_a_microphone_that_was_muted_is_so_after_the_resume() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            ada.session.microphone("muted")
            ada.vanish()
            await ada.connect()
            assert bo.told[-1] == ("Ada", "muted")
            await ada.say(0.5)
            assert bo.got() == []

    run_virtual(scene())


def test_who_does_not_come_back_has_left() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            ada.vanish()
            await ada.session.close("client_left")
            assert bo.told[-2:] == [("Ada", "muted"), ("Ada", "left")]
            assert company.rooms.members == 1

    run_virtual(scene())


def test_nobody_is_told_anything_while_away() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = await company.member("Ada"), await company.member("Bo")
            bo.vanish()
            told = len(bo.ears.log)
            await ada.say(0.5)
            await company.member("Cy")
            assert len(bo.ears.log) == told

    run_virtual(scene())


# --- microphones that misbehave ------------------------------------------------------------------------


def test_leaps_of_a_microphone_do_not_reach_the_others() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = [await company.member() for _ in range(2)]
            for leap in (0, 16_000 * 5, 2**52 // 1_000_000 * 16_000):
                ada.at += leap
                await ada.say(0.5)
            check(bo.got(1))
            assert bo.got(1)[-1].audio.end < 24_000 * 10
            assert bo.heard_s(1) > 3 * (0.5 - Loudness.look_ahead - 3 / 60)

    run_virtual(scene())


def test_a_microphone_at_twice_real_time_is_passed_on_in_real_time() -> None:
    async def scene() -> None:
        async with Company() as company:
            ada, bo = [await company.member() for _ in range(2)]
            for _ in range(1000):
                for _ in range(2):
                    wave = np.tile(np.array([8000, -8000], np.int16), 160)
                    ada.session.hear(AudioChunk(wave, MICROPHONE, ada.at))
                    ada.at += 320
                await asyncio.sleep(0.02)
            assert bo.heard_s(1) <= 20.0 * 1.05 + 2.1
            check(bo.got(1))

    run_virtual(scene())
