"""Whole evaluations of made-up recordings: values, targets, table and JSON."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.evaluation.drivers import PHONES, SOUND, Captured, driver
from blend_shapes.evaluation.evaluate import Evaluation, evaluate
from blend_shapes.evaluation.measures import Measure
from blend_shapes.evaluation.recording import Capture, Recording, Track
from blend_shapes.evaluation.report import as_json, missed, text
from blend_shapes.evaluation.rows import Row, Wanted, rows
from blend_shapes.face import FaceFrames
from tests.blend_shapes.evaluation.made import RATE, face, grid, opening, spoken, voice

TEXT = "a l a m a l u l e l a b i l ʃ l a l o p a l a f a s u l a _ a l a l a v a l a"


@dataclass(frozen=True, slots=True)
class Made:
    """A driver whose jaw follows what the recording says, or half of it, late."""

    name: str = "made"
    needs: str = PHONES
    late_s: float = 0.0
    gain: float = 1.0
    look_ahead: float | None = 0.06

    def frames(self, recording: Recording) -> FaceFrames:
        return face(recording.seconds, jawOpen=self.gain * opening(recording, moved=self.late_s))


def jaw_of(seconds: float, late_s: float = 0.0) -> NDArray[np.float64]:
    times = grid(seconds) - late_s
    return np.where(
        (times > 1) & (times < 9),
        0.3 - 0.2 * np.cos(2 * np.pi * 2.1 * times) - 0.1 * np.sin(5 * times),
        0.0,
    )


def captured() -> Recording:
    true = face(
        10.0, jawOpen=jaw_of(10.0), mouthFunnel=0.5 * jaw_of(10.0), mouthLowerDown=0.2 * jaw_of(10.0)
    )
    capture = Capture(true.weights, 60.0, 0.5 * jaw_of(10.0))
    return Recording("made/captured", voice([(1.0, 9.0)], 10.0), RATE, capture=capture)


@dataclass(frozen=True, slots=True)
class Copy:
    """The captured jaw, smaller and late."""

    name: str = "copy"
    needs: str = SOUND
    gain: float = 1.0
    late_s: float = 0.0
    look_ahead: float | None = None

    def frames(self, recording: Recording) -> FaceFrames:
        if recording.capture is None:
            return face(recording.seconds)
        jaw = self.gain * jaw_of(10.0, self.late_s)
        return face(10.0, jawOpen=jaw, mouthPucker=0.5 * jaw, mouthLowerDown=jaw)


def values(found: Evaluation, n: int = 0) -> dict[str, Measure]:
    return found.results[n].values


def test_a_perfect_jaw_has_its_closures_and_misses_the_rest() -> None:
    found = evaluate([spoken(TEXT)], [Made()])
    value = values(found)
    assert value["closures: hit minus chance (head)"] == Measure(1.0, 3)
    assert value["false closures (head)"].value == 0.0
    assert value["labiodental hit (head)"] == Measure(0.0, 2)
    assert value["rounding hit"] == Measure(0.0, 4)
    assert value["rounding AUC"].value == 0.5
    assert value["pauses, p99"].value == 0.0
    assert value["jaw, capture: r over all"].n == 0
    assert math.isnan(value["jaw, capture: r over all"].value)


def test_a_late_jaw_is_late() -> None:
    on_time, late = (values(evaluate([spoken(TEXT)], [Made(late_s=s)])) for s in (0.0, 0.05))
    for row in ("closure onset, median (head)", "first movement, median"):
        assert late[row].value - on_time[row].value == pytest.approx(50, abs=1)


@pytest.mark.parametrize("late_s", [-0.05, 0.05])
def test_a_shifted_capture_agrees_with_its_lag(late_s: float) -> None:
    value = values(evaluate([captured()], [Copy(late_s=late_s)], snr_db=None))
    assert value["jaw, capture: r over all"].value == pytest.approx(1.0, abs=0.01)
    assert value["jaw, capture: r in speech"].value == pytest.approx(1.0, abs=0.02)
    assert value["jaw, capture: lag"].value == pytest.approx(1000 * late_s, abs=3)
    assert value["rounding, capture: r"].value == pytest.approx(1.0, abs=0.02)
    assert value["lower lip, capture: r"].value == pytest.approx(1.0, abs=0.02)
    assert value["turning points: offset"].value == pytest.approx(50, abs=12)


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.2])
def test_dynamics_are_against_the_capture(gain: float) -> None:
    value = values(evaluate([captured()], [Copy(gain=gain)], snr_db=None))
    for row in ("jaw: sd ratio", "jaw: opening speed p95 ratio", "jaw: closing speed p95 ratio"):
        assert value[row].value == pytest.approx(gain, abs=0.01)


def test_dynamics_without_a_capture_are_against_face_mds_figures() -> None:
    said = spoken(TEXT)
    found = evaluate([said], [Made()])
    motion = found.results[0].evidence[0].jaw
    assert values(found)["jaw: sd ratio"].value == pytest.approx(motion.values.std() / 0.135)
    assert values(found)["jaw: opening speed p95 ratio"].value == pytest.approx(
        np.percentile(motion.opening, 95) / 4.8
    )


def test_a_capture_agrees_with_itself() -> None:
    value = values(evaluate([captured()], [Captured()], snr_db=None))
    assert value["jaw, capture: r over all"].value == pytest.approx(1.0)
    assert value["jaw, capture: lag"].value == pytest.approx(0.0, abs=0.1)
    assert value["jaw: sd ratio"].value == pytest.approx(1.0)


def test_lips_against_sensors() -> None:
    said = spoken(TEXT)
    sensors = Track(15.0 + 20.0 * opening(said, moved=-2 / 60), 60.0)
    sensed = Recording(said.name, said.samples, said.rate, said.phones, lips=sensors)
    value = values(evaluate([sensed], [Made()]))
    for form in ("head", "proxy"):
        assert value[f"lips, articulograph: r ({form})"].value == pytest.approx(1.0, abs=0.05)
        assert value[f"lips, articulograph: lag ({form})"].value == pytest.approx(33, abs=4)


def test_only_drivers_of_sound_meet_rooms_and_noise() -> None:
    found = evaluate([spoken(TEXT)], [driver("articulation:mouth"), driver("loudness")], snr_db=10)
    phones, sound = found.results
    assert not phones.room
    assert not phones.noisy
    assert set(sound.noisy) == {"white", "shaped"}
    assert "made-up room" in sound.room
    noisy = "closures: hit minus chance at 10 dB"
    assert noisy in sound.values
    assert noisy not in phones.values
    assert [r.name for r in found.rows].count(noisy) == 1
    without = evaluate([spoken(TEXT)], [driver("loudness")], snr_db=None)
    assert noisy not in [r.name for r in without.rows]


def test_a_restless_mouth_is_told() -> None:
    @dataclass(frozen=True, slots=True)
    class Restless(Made):
        needs: str = SOUND

        def frames(self, recording: Recording) -> FaceFrames:
            moving = recording.samples.any() * (0.3 + 0.3 * np.sin(20 * grid(recording.seconds)))
            return face(recording.seconds, mouthFunnel=moving)

    value = values(evaluate([spoken(TEXT)], [Restless()], snr_db=None))
    assert value["pauses, p99"].value == pytest.approx(0.6, abs=0.02)
    assert value["room silence, p99"].value == pytest.approx(0.6, abs=0.02)


def test_drivers_without_recordings_are_left_out() -> None:
    assert evaluate([captured()], [Made()]).results == []


def test_frames_must_begin_at_zero_on_the_grid() -> None:
    @dataclass(frozen=True, slots=True)
    class Off(Made):
        def frames(self, recording: Recording) -> FaceFrames:
            on_time = face(recording.seconds)
            return FaceFrames(0, 30, on_time.weights, on_time.head)

    with pytest.raises(ValueError, match="from 0 on at 60 a second"):
        evaluate([spoken(TEXT)], [Off()])


def test_frames_that_end_early_are_held() -> None:
    @dataclass(frozen=True, slots=True)
    class Short(Made):
        def frames(self, recording: Recording) -> FaceFrames:
            return face(0.5, jawOpen=0.4)

    value = values(evaluate([spoken(TEXT)], [Short()]))
    assert value["closures: hit rate (head)"] == Measure(0.0, 3)
    assert value["jaw: sd ratio"].value == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("wanted", "inside", "outside", "printed"),
    [
        (Wanted(0.7), (0.7, 0.71), (0.69,), ">= 0.7"),
        (Wanted(None, 0.02), (0.02, 0.0), (0.021,), "<= 0.02"),
        (Wanted(-40, 20), (-40, 0, 20), (-41, 21), "-40..20"),
    ],
)
def test_targets_include_their_bounds(
    wanted: Wanted, inside: tuple[float, ...], outside: tuple[float, ...], printed: str
) -> None:
    assert all(wanted.met(v) for v in inside)
    assert not any(wanted.met(v) for v in outside)
    assert str(wanted) == printed


def test_synthetic_voices_have_a_target_of_their_own() -> None:
    first = "closures: hit minus chance (head)"
    for synthetic, target in ((False, 0.70), (True, 0.85)):
        row = next(r for r in rows(synthetic) if r.name == first)
        assert (row.phones, row.sound) == (Wanted(0.95), Wanted(target))


def test_every_row_has_a_definition_and_a_name_of_its_own() -> None:
    found = rows()
    assert len({r.name for r in found}) == len(found)
    assert all(len(r.definition) > 20 for r in found)


def test_cells_have_their_n() -> None:
    row = Row("a", None)
    assert row.cell(Measure(0.5, 3)) == "0.500 (3)"
    assert row.cell(Measure(float("nan"), 0)) == row.cell(None) == "-"
    assert Row("a", None, counts="s", unit="ms").cell(Measure(-0.4, 2.4)) == "0 (2 s)"


def test_the_table_marks_what_is_missed() -> None:
    found = evaluate([spoken(TEXT)], [Made(gain=0.0)])
    result = found.results[0]
    hits = next(r for r in found.rows if r.name == "closures: hit minus chance (head)")
    calm = next(r for r in found.rows if r.name == "pauses, p99")
    assert missed(hits, result)
    assert not missed(calm, result)
    lines = text(found).splitlines()
    assert "made" in lines[0]
    line = next(x for x in lines if x.startswith("closures: hit minus chance (head)"))
    assert "0.000 (3)!" in line
    assert line.split()[-4:] == [">=", "0.95", ">=", "0.7"]
    misses = sum(missed(row, result) for row in found.rows)
    assert lines[-1] == f"made: knows phones, 60 ms ahead; 1 recordings, {misses} targets missed (!)"


def test_the_json_has_everything() -> None:
    found = evaluate([spoken(TEXT)], [driver("loudness")])
    report = json.loads(json.dumps(as_json(found, {"folders": ["x"]}), allow_nan=False))
    assert report["folders"] == ["x"]
    assert [m["name"] for m in report["metrics"]] == [r.name for r in found.rows]
    one = report["drivers"][0]
    assert one["name"] == "loudness"
    assert one["look_ahead_s"] == pytest.approx(0.2)
    hit = one["values"]["closures: hit rate (head)"]
    assert hit == {"value": hit["value"], "n": 3, "missed": False}
    recording = one["recordings"][f"made/{TEXT[:8]}"]
    assert len(recording["closures"]) == 3
    assert recording["values"]["closures: hit rate (head)"]["n"] == 3
    assert "jaw, capture: lag" not in recording["values"]
    assert one["values"]["jaw, capture: lag"]["value"] is None


def test_the_same_again() -> None:
    first, second = (as_json(evaluate([spoken(TEXT)], [driver("loudness")]), {}) for _ in range(2))
    assert first == second


def test_the_rest_of_a_capture_is_neutral() -> None:
    found = evaluate([captured()], [Captured()])
    assert found.results[0].faces["made/captured"].weights[:, INDEX["jawOpen"]].max() > 0.3


@pytest.mark.parametrize(
    ("count", "rate"), [(1, 16_000), (63, 8000), (900, 1000), (4000, 8000), (48_000, 48_000)]
)
@pytest.mark.parametrize("kind", ["zeros", "noise", "clipped"])
def test_recordings_too_short_or_strange_to_say_much_are_survived(count: int, rate: int, kind: str) -> None:
    noise = np.random.default_rng(1).integers(-3000, 3000, count)
    sound = {"zeros": 0 * noise, "noise": noise, "clipped": np.where(noise > 0, 32767, -32768)}[kind]
    face_of_one_frame = Capture(np.zeros((1, 52), np.float32), 30.0, np.zeros(1))
    for labels in ((), spoken("m a").phones):
        said = Recording(
            "odd", sound.astype(np.int16), rate, labels, face_of_one_frame, Track(np.ones(3), 200.0)
        )
        found = evaluate([said], [Captured(), driver("articulation:mouth"), driver("loudness")])
        assert len(found.results) == 3
        assert text(found)
        json.dumps(as_json(found, {}), allow_nan=False)
