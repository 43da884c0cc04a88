"""What a client knows of its session: the position to resume from, and the back-off."""

from random import Random

import msgspec
import pytest

from protocol import messages as m
from protocol.codes import BadMessage
from python_client.backoff import Backoff
from python_client.session import Session
from tests.python_client.scripted_server import WELCOME, segment, welcome


def session(*messages: m.FromServer) -> Session:
    made = Session()
    for message in (WELCOME, *messages):
        made.take(message, 0)
    return made


def test_the_position_is_exact_and_follows_the_turn() -> None:
    talk = session()
    assert talk.position == m.Position(0, 0)
    talk.take(m.Turn(4, "text"), 0)
    assert talk.position == m.Position(4, 0)
    for seq in range(3):  # 961 samples are 40041.67 us: rounded once, not three times
        talk.take(segment(4, seq, 961), 0)
    assert talk.position == m.Position(4, 120_125)
    talk.take(m.Segment(4, 3, 120_125, b"", 150_000, bytes(58)), 0)
    assert talk.position == m.Position(4, 120_125)
    talk.take(m.End(4, 150_000), 0)
    talk.take(m.Turn(5, "text"), 0)
    assert talk.position == m.Position(5, 0)


def test_opus_resumes_from_its_last_segment() -> None:
    talk = Session()
    opus = msgspec.structs.replace(WELCOME, audio=m.AudioFormatInfo("opus", 48000))
    for message in (opus, m.Turn(1, "text"), m.Segment(1, 0, 0, b"abc"), m.Segment(1, 1, 20_000, b"abc")):
        talk.take(message, 0)
    assert talk.position == m.Position(1, 20_000)


def test_hello_names_the_session_only_where_there_is_one() -> None:
    hello = m.Hello(token="s3cret", character="guide")
    assert Session().resuming(hello) == hello
    again = session(m.Turn(1, "text"), segment(1, 0)).resuming(hello)
    assert (again.token, again.character) == ("s3cret", "guide")
    assert (again.session, again.resume_token, again.resume) == (
        "session-1",
        "resume-1",
        m.Position(1, 40_000),
    )


def test_what_a_resume_repeats_is_dropped_and_not_counted_twice() -> None:
    talk = session(m.Turn(1, "text"), segment(1, 0), segment(1, 1))
    talk.reconnected()
    assert talk.take(welcome(m.Position(1, 80_000)), 0)
    assert not talk.take(segment(1, 1), 0)
    assert talk.take(segment(1, 2), 0)
    assert (talk.position, talk.stale) == (m.Position(1, 120_000), 1)


def test_a_new_session_begins_at_nothing() -> None:
    talk = session(m.Turn(9, "text"), segment(9, 0))
    talk.silence(0)
    talk.reconnected()
    talk.take(WELCOME, 0)
    assert talk.position == m.Position(0, 0)
    assert talk.take(m.Turn(1, "text"), 0) and talk.take(segment(1, 0), 0)


def test_what_is_silenced_still_counts_as_received() -> None:
    talk = session(m.Turn(1, "text"), segment(1, 0))
    talk.silence(0)
    assert not talk.take(segment(1, 1), 0)
    assert talk.position == m.Position(1, 80_000)
    assert talk.playhead.poll(0) == [m.Played(1, 0, "idle", 40.0, 0)]
    assert talk.playhead.wake() is None


def test_wrong_order_is_said() -> None:
    with pytest.raises(BadMessage, match="wrong_order"):
        session(m.Turn(1, "text"), segment(1, 1))


def test_backoff_doubles_to_its_limit_and_gives_up() -> None:
    calm = Backoff(first_s=0.5, longest_s=3.0, jitter=0.0, give_up_s=10.0)
    assert list(calm.delays(Random(1))) == [0.5, 1.0, 2.0, 3.0, 3.0]
    spread = list(Backoff(jitter=0.3).delays(Random(1)))
    assert 0.35 <= spread[0] <= 0.5 and 0.7 <= spread[1] <= 1.0
    assert list(Backoff(give_up_s=0.4).delays(Random(1))) == []
