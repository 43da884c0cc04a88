"""The pacer: never more than the lead ahead of the playhead, never stuck."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.speech.pacer import PATIENCE_S, Pacer

LEAD = 0.5
STATES: list[Literal["playing", "starved", "idle"]] = ["playing", "starved", "idle"]


def test_the_first_segment_leaves_at_once() -> None:
    assert Pacer(LEAD).due(10.0) < 0


def test_a_client_that_never_reports_is_paced_by_the_clock() -> None:
    pacer = Pacer(LEAD)
    pacer.begin(100.0)
    assert pacer.due(0.5) == 100.0
    assert pacer.due(0.74) == pytest.approx(100.24)
    assert pacer.due(10.5) == pytest.approx(110.0)


def test_reports_move_the_playhead() -> None:
    pacer = Pacer(LEAD)
    pacer.begin(100.0)
    pacer.sent(0.6)
    pacer.report(100.3, 0.1, "playing")
    assert pacer.playhead(100.3) == pytest.approx(0.1)
    assert pacer.due(0.8) == pytest.approx(100.5)


def test_a_starved_client_freezes_the_playhead_but_not_for_ever() -> None:
    pacer = Pacer(LEAD)
    pacer.begin(100.0)
    pacer.sent(0.5)
    pacer.report(100.5, 0.5, "starved")
    assert pacer.playhead(101.0) == pytest.approx(0.5)
    assert pacer.due(0.9) <= 100.5
    assert pacer.due(1.1) == pytest.approx(100.5 + PATIENCE_S + 0.1)


def test_a_report_beyond_what_was_sent_is_clamped() -> None:
    pacer = Pacer(LEAD)
    pacer.begin(0.0)
    pacer.sent(0.2)
    pacer.report(0.1, 3600.0, "playing")
    assert pacer.playhead(0.1) == pytest.approx(0.2)


@given(
    st.lists(
        st.tuples(st.floats(0.001, 0.5), st.floats(0, 20), st.sampled_from(STATES)), min_size=1, max_size=30
    )
)
def test_never_more_than_the_lead_ahead(
    reports: list[tuple[float, float, Literal["playing", "idle"]]],
) -> None:
    pacer = Pacer(LEAD)
    now = 50.0
    pacer.begin(now)
    end = 0.0
    for wait, pts, state in reports:
        end += 0.24
        now = max(now, pacer.due(end))
        assert end - pacer.playhead(now) <= LEAD + 1e-9 or end - pacer.playhead(now) <= 0.24 + 1e-9
        pacer.sent(end)
        now += wait
        pacer.report(now, pts, state)
        assert pacer.due(end + 0.24) < now + PATIENCE_S + end + 0.24 + 1e-6
        assert 0 <= pacer.playhead(now) <= end
