"""Every case of the bench runs and gives figures; nothing here looks at the numbers."""

import pytest

from tests.bench.__main__ import CASES, run_case
from tests.bench.figures import Figure, percentile, table
from tests.bench.metrics import histogram, value
from tests.bench.playhead import CUSHION_S, Playhead
from tests.bench.texts import speech
from tests.web_client.conftest import need_chromium


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.browser) if case == "sync" else case for case in CASES]
)
async def test_case_at_its_smallest(case: str) -> None:
    if case == "sync":
        need_chromium()
    figures = await run_case(case, quick=True)
    assert figures
    assert all(f.name for f in figures)


def test_targets_include_their_bounds() -> None:
    assert Figure("a", 5, at_most=5).holds
    assert not Figure("a", 5.1, at_most=5).holds
    assert Figure("a", 5, at_least=5).holds
    assert not Figure("a", 4.9, at_least=5).holds
    assert not Figure("a", float("nan"), at_most=5).holds
    assert Figure("a", 5).holds is None


def test_the_table_marks_what_is_missed() -> None:
    lines = table(
        {"x": [Figure("fine", 1, "ms", at_most=2), Figure("slow", 3, "ms", at_most=2)]}
    ).splitlines()
    assert lines[2].endswith("ok")
    assert lines[3].endswith("MISSED")


def test_percentile() -> None:
    assert percentile([1, 2, 3], 50) == 2
    assert percentile([], 50) != percentile([], 50)


def test_a_playhead_in_time() -> None:
    head = Playhead(lead_s=0.5)
    assert head.arrive(10.0, 0.0, 0.2)
    assert head.arrive(10.0, 0.2, 0.4)
    assert head.arrive(10.1, 0.4, 0.5)
    assert head.at(10.0 + CUSHION_S) == 0.0
    assert head.at(10.0 + CUSHION_S + 0.25) == pytest.approx(0.25)
    assert head.at(99.0) == pytest.approx(0.5)
    assert head.starved == 0
    assert head.lateness == [0.0, 0.0, pytest.approx(0.0)]


def test_a_playhead_that_runs_dry_waits_for_a_new_cushion() -> None:
    head = Playhead(lead_s=0.5)
    head.arrive(10.0, 0.0, 0.2)
    assert not head.arrive(11.0, 0.2, 0.4)
    assert head.starved == 1
    assert head.lateness[-1] == pytest.approx(11.0 - (10.0 + CUSHION_S + 0.4 - 0.5))
    assert head.at(11.0 + CUSHION_S) == pytest.approx(0.2)


def test_a_histogram_between_two_readings() -> None:
    def reading(quick: int, all_of_them: int) -> str:
        return (
            "# TYPE late histogram\n"
            f'late_bucket{{le="0.01"}} {quick}\nlate_bucket{{le="+Inf"}} {all_of_them}\n'
            f"late_sum 1\nlate_count {all_of_them}\n"
        )

    before, after = histogram(reading(5, 5), "late"), histogram(reading(95, 105), "late")
    assert after.since(before).percentile(90) == 0.01
    assert after.since(before).percentile(91) == float("inf")
    assert histogram("", "late").percentile(50) != 0


def test_a_single_value() -> None:
    assert value("# TYPE made counter\nmade_total 7\n", "made_total") == 7
    with pytest.raises(LookupError):
        value("", "made_total")


def test_texts_are_as_long_as_asked_and_the_same_again() -> None:
    assert 60 <= len(speech(60, seed=3).split()) < 75
    assert speech(60, seed=3) == speech(60, seed=3) != speech(60, seed=4)
