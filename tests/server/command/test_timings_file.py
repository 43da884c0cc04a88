import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.command.faults import BadFile
from server.command.timings_file import TOLERANCE_S, parse_timings, read_timings


def parse(*phones: dict[str, Any], duration: float | None = 2.0) -> Any:
    file: dict[str, Any] = {"phones": list(phones)}
    if duration is not None:
        file["duration"] = duration
    return parse_timings(json.dumps(file).encode())


def phone(start: float, end: float, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"phone": name, "start": start, "end": end, **more}


def test_the_documented_example() -> None:
    timings = parse(phone(0.10, 0.18, "b", release=0.16, stress=0), duration=1.2)
    (b,) = timings.phones
    assert (b.phone, b.start, b.release, b.end, b.stress) == ("b", 0.10, 0.16, 0.18, 0)
    assert timings.duration == 1.2


def test_release_may_be_left_out() -> None:
    (p,) = parse(phone(0.1, 0.2, "p")).phones
    assert p.start <= p.release <= p.end


def test_duration_may_be_left_out() -> None:
    assert parse(phone(0, 0.5), duration=None).duration == 0.5


def test_stress_marks_in_the_name() -> None:
    first, second = parse(phone(0, 0.1, "ˈa"), phone(0.1, 0.2, "ˌo")).phones
    assert (first.phone, first.stress) == ("a", 1)
    assert (second.phone, second.stress) == ("o", 2)


@pytest.mark.parametrize(
    ("phones", "says"),
    [
        ([phone(-0.1, 0.2)], r"phones\[0\] \(a\): starts at -0.1 s; no time is negative"),
        ([phone(0.3, 0.2)], r"phones\[0\] \(a\): ends at 0.2 s, before it starts"),
        ([phone(0, 0.2), phone(0.1, 0.3, "b")], r"phones\[1\] \(b\) starts at 0.1 s, before phones\[0\]"),
        ([phone(0.5, 0.6), phone(0.1, 0.2, "b")], r"phones\[1\] \(b\) starts"),
        ([phone(0, 0.2, release=0.3)], r"phones\[0\] \(a\): release 0.3 s is not between"),
        ([phone(0, 0.2, stress=3)], r"phones\[0\] \(a\): stress 3"),
        ([phone(0, 2.5)], "duration: 2 s, but the last phone ends at 2.5 s"),
        ([{"phone": "a", "start": 0}], r"phones\[0\]: .*`end`"),
        ([{"start": 0, "end": 1}], r"phones\[0\]: .*`phone`"),
        ([phone(0, 0.1), {"phone": "a", "start": "x", "end": 1}], r"phones\[1\].start"),
        ([phone(0, 0.1, loudness=0.05)], r"phones\[0\]: .*`loudness`"),
        ([1], r"phones\[0\]"),
    ],
)
def test_errors_name_the_entry(phones: list[Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(*phones)


@pytest.mark.parametrize("duration", [0, -1, 3600.1, 1e300])
def test_durations_that_cannot_be(duration: float) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse(duration=duration)


def test_overlap_up_to_the_tolerance() -> None:
    parse(phone(0, 0.5), phone(0.5 - TOLERANCE_S * 0.99, 0.6))
    with pytest.raises(ValueError, match="overlap"):
        parse(phone(0, 0.5), phone(0.5 - TOLERANCE_S * 1.01, 0.6))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"phones": 1}',
        b'{"phones": [NaN]}',
        b"\xff\xfe",
        b"null",
        b"[" * 9999,
    ],
)
def test_other_files(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timings(data)


def test_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{")
    with pytest.raises(BadFile, match=r"t\.json: not JSON"):
        read_timings(tmp_path / "t.json")
    with pytest.raises(BadFile, match=r"none\.json"):
        read_timings(tmp_path / "none.json")


@given(st.binary(max_size=200))
def test_any_bytes_are_timings_or_a_clear_error(data: bytes) -> None:
    try:
        parse_timings(data)
    except ValueError as error:
        assert str(error)
