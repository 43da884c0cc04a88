"""The simulated listener, on times that the tests choose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.messages import Played
from python_client.playhead import REPORT_EVERY, Phase, Playhead
from python_client.playout import TARGET_MS

MS = 1000
TARGET = round(TARGET_MS * MS)


def states(reports: list[Played]) -> list[tuple[int, str, int]]:
    return [(r.turn, r.state, r.pts) for r in reports]


def started(media: int = 1_000_000) -> Playhead:
    playhead = Playhead()
    playhead.begin(1, 0)
    playhead.add(media, 0)
    return playhead


@pytest.mark.parametrize(("media", "phase"), [
    (TARGET - 1, Phase.PRIMING), (TARGET, Phase.PLAYING), (TARGET + 1, Phase.PLAYING),
])  # fmt: skip
def test_sound_starts_when_enough_is_buffered(media: int, phase: Phase) -> None:
    playhead = started(media)
    assert playhead.phase is phase
    assert states(playhead.poll(0)) == ([(1, "playing", 0)] if phase is Phase.PLAYING else [])


def test_sound_starts_when_there_is_no_more_to_come() -> None:
    playhead = started(30 * MS)
    assert playhead.wake() is None
    playhead.finish(40 * MS, 5 * MS)
    assert states(playhead.poll(5 * MS)) == [(1, "playing", 0)]
    assert playhead.wake() == 45 * MS
    assert states(playhead.poll(45 * MS)) == [(1, "idle", 40 * MS)]
    assert (playhead.phase, playhead.wake()) == (Phase.IDLE, None)


def test_reports_come_at_their_interval_while_playing() -> None:
    playhead = started()
    playhead.poll(0)
    assert playhead.wake() == REPORT_EVERY
    assert playhead.poll(REPORT_EVERY - 1) == []
    assert states(playhead.poll(REPORT_EVERY)) == [(1, "playing", REPORT_EVERY)]
    assert playhead.wake() == 2 * REPORT_EVERY


def test_a_report_says_what_is_left() -> None:
    playhead = started()
    playhead.poll(0)
    (report,) = playhead.poll(250 * MS)
    assert (report.buffered_ms, report.underruns) == (750.0, 0)


def test_it_starves_where_the_media_ends_and_goes_on_with_more_in_hand() -> None:
    playhead = started(TARGET)
    playhead.poll(0)
    assert playhead.wake() == TARGET
    assert states(playhead.poll(TARGET + 50 * MS)) == [(1, "starved", TARGET)]
    playhead.add(2 * TARGET, TARGET + 60 * MS)  # enough at first, not after an underrun
    assert (playhead.phase, playhead.underruns) == (Phase.STARVED, 1)
    playhead.add(TARGET + TARGET * 3 // 2, TARGET + 70 * MS)
    assert states(playhead.poll(TARGET + 80 * MS)) == [(1, "playing", TARGET)]
    assert playhead.position == TARGET + 10 * MS


def test_the_target_grows_to_a_limit_and_is_itself_again_after_half_a_minute_of_voice() -> None:
    playhead = started(TARGET)
    now, media = 0, TARGET
    for _ in range(10):
        now += 10_000 * MS
        assert playhead.poll(now)[-1].state == "starved"
        media += 600 * MS
        playhead.add(media, now)
        assert playhead.poll(now)[-1].state == "playing"
    playhead.finish(media + 31_000 * MS, now)
    playhead.begin(2, now + 40_000 * MS)
    playhead.add(TARGET, now + 40_000 * MS)
    assert (playhead.phase, playhead.underruns) == (Phase.PLAYING, 10)


def test_turns_play_one_after_the_other() -> None:
    playhead = started(TARGET)
    playhead.finish(TARGET, 0)
    playhead.begin(2, 10 * MS)
    playhead.add(200 * MS, 10 * MS)
    playhead.finish(200 * MS, 10 * MS)
    assert states(playhead.poll(TARGET + 30 * MS)) == [
        (1, "playing", 0), (1, "idle", TARGET), (2, "playing", 0),
    ]  # fmt: skip
    assert playhead.position == 30 * MS
    assert states(playhead.poll(10_000 * MS)) == [(2, "idle", 200 * MS)]


def test_flush_says_where_the_listener_was() -> None:
    playhead = started()
    playhead.poll(0)
    playhead.flush(1, 150 * MS)
    assert playhead.wake() == 0
    assert states(playhead.poll(150 * MS)) == [(1, "idle", 150 * MS)]
    playhead.add(2_000_000, 160 * MS)
    assert playhead.poll(10_000 * MS) == []


def test_flush_takes_the_turns_up_to_its_own() -> None:
    playhead = started()
    playhead.finish(1_000_000, 0)
    playhead.begin(2, 0)
    playhead.begin(3, 0)
    playhead.add(TARGET, 0)
    playhead.poll(0)
    playhead.flush(2, 40 * MS)
    assert states(playhead.poll(40 * MS)) == [(1, "idle", 40 * MS), (3, "playing", 0)]
    playhead.flush(1, 50 * MS)
    assert playhead.phase is Phase.PLAYING


def test_reset_forgets() -> None:
    playhead = started()
    playhead.reset(5)
    assert (playhead.phase, playhead.position, playhead.poll(10**9), playhead.wake()) == (
        Phase.IDLE,
        0,
        [],
        None,
    )


def test_a_turn_of_nothing() -> None:
    playhead = Playhead()
    playhead.begin(1, 0)
    playhead.finish(0, 0)
    assert states(playhead.poll(0)) == [(1, "playing", 0), (1, "idle", 0)]


steps = st.lists(
    st.tuples(st.sampled_from(["begin", "add", "finish", "flush", "poll"]), st.integers(0, 500 * MS)),
    max_size=40,
)


@given(steps)
def test_it_never_plays_what_it_has_not_and_never_goes_back(script: list[tuple[str, int]]) -> None:
    playhead, now, turn, received = Playhead(), 0, 0, 0
    last: dict[int, int] = {}
    ends: dict[int, int] = {}
    for what, amount in script:
        now += amount
        if what == "begin":
            turn, received = turn + 1, 0
            playhead.begin(turn, now)
        elif what == "flush":
            playhead.flush(turn, now)
        elif what == "poll":
            for report in playhead.poll(now):
                assert last.get(report.turn, 0) <= report.pts <= ends.get(report.turn, 0)
                last[report.turn] = report.pts
        else:
            received += amount
            ends[turn] = received
            (playhead.add if what == "add" else playhead.finish)(received, now)
        wake = playhead.wake()
        assert wake is None or playhead.phase is Phase.PLAYING or playhead.poll(now)
