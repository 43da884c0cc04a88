"""Drivers over recordings: the table of values with targets, and everything behind it as JSON."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from blend_shapes.evaluation import noise, quiet
from blend_shapes.evaluation.drivers import CAPTURE, PHONES, SOUND, Driver, able
from blend_shapes.evaluation.evidence import Evidence, gather
from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.rows import Measure, Row, Wanted, closure_net, rows
from blend_shapes.evaluation.speech import FPS, speech
from blend_shapes.face import FaceFrames, Weights

_SILENT_S: Final = 6
_SILENT_RATE: Final = 16_000


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One driver over all recordings that it can follow."""

    driver: Driver
    faces: dict[str, FaceFrames]
    """By recording."""
    evidence: list[Evidence]
    values: dict[str, Measure]
    """By row."""
    room: dict[str, float] = field(default_factory=dict)
    """99th percentile of unrest by silent recording; of drivers of sound."""
    noisy: dict[str, Measure] = field(default_factory=dict)
    """Closure hits minus chance by kind of noise; of drivers of sound."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    rows: list[Row]
    results: list[Result]


def evaluate(
    recordings: Sequence[Recording],
    drivers: Sequence[Driver],
    snr_db: float | None = 10.0,
    synthetic: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Measure every driver over every recording it can follow; `snr_db` None leaves out noise. Drivers that
    can follow none are left out. `tell` hears what is going on."""
    table = rows(synthetic)
    results = []
    for each in drivers:
        own = [r for r in recordings if able(each, r)]
        if own:
            tell(f"{each.name}: {len(own)} of {len(recordings)} recordings")
            results.append(_result(each, own, table, snr_db))
    extra = [_room_row()] if any(r.room for r in results) else []
    extra += [_noisy_row(snr_db)] if snr_db is not None and any(r.noisy for r in results) else []
    at = next(i for i, row in enumerate(table) if row.name.startswith("pauses")) + 1
    return Evaluation([*table[:at], *extra, *table[at:]], results)


def _result(each: Driver, recordings: list[Recording], table: list[Row], snr_db: float | None) -> Result:
    rest = _rest(each)
    faces = {r.name: each.frames(r) for r in recordings}
    evidence = [gather(faces[r.name], rest, r) for r in recordings]
    values = {row.name: row.measure(evidence) for row in table}
    if each.needs != SOUND:
        return Result(each, faces, evidence, values)
    room = _room(each, rest, recordings)
    values[_room_row().name] = Measure(max(room.values()), len(room))
    noisy = {} if snr_db is None else _noisy(each, rest, recordings, snr_db)
    if snr_db is not None and noisy:
        known = [m.value for m in noisy.values()]
        values[_noisy_row(snr_db).name] = Measure(float(np.mean(known)), sum(m.n for m in noisy.values()))
    return Result(each, faces, evidence, values, room, noisy)


def _rest(each: Driver) -> Weights:
    """The face that a driver has in digital silence: of each shape the median of six seconds without the
    first."""
    if each.needs == CAPTURE:
        return np.zeros_like(each.frames(_silence()).weights[0])
    weights = each.frames(_silence()).weights[FPS:]
    return np.asarray(np.median(weights, axis=0), np.float32)


def _silence() -> Recording:
    return Recording("digital silence", np.zeros(_SILENT_S * _SILENT_RATE, np.int16), _SILENT_RATE, ())


def _room(each: Driver, rest: Weights, recordings: Sequence[Recording]) -> dict[str, float]:
    silent = [quiet.silence_of(r, speech(r)) for r in recordings]
    rooms = [noise.room(), *(s for s in silent if s is not None)]
    return {r.name: float(np.percentile(quiet.unrest(each.frames(r), rest), 99)) for r in rooms}


def _room_row() -> Row:
    def measure(all_of: Sequence[Evidence]) -> Measure:
        """99th percentile of the same distance over ten seconds of a made-up room (noise that falls by 3 dB
        an octave, and hum, -50 dB of full scale) and of each recording's longest pause, over and over: the
        largest of them; n counts them."""
        return Measure(math.nan, len(all_of))

    return Row("room silence, p99", measure, "", None, Wanted(None, 0.04))


def _noisy(each: Driver, rest: Weights, recordings: Sequence[Recording], snr_db: float) -> dict[str, Measure]:
    found = {}
    labelled = [r for r in recordings if r.phones is not None]
    for kind in noise.KINDS if labelled else ():
        loud = [noise.with_noise(r, snr_db, kind) for r in labelled]
        # What is speech and what is not is known from the clean recording.
        found[kind] = closure_net(
            [gather(each.frames(n), rest, r) for n, r in zip(loud, labelled, strict=True)], "head"
        )
    return found


def _noisy_row(snr_db: float) -> Row:
    def measure(all_of: Sequence[Evidence]) -> Measure:
        """Closure hit rate minus chance (head) with white noise and with noise of the speech's own spectrum,
        both above 150 Hz so far below the speech where it sounds; the mean of both."""
        return Measure(math.nan, len(all_of))

    wanted = Wanted(0.35) if snr_db == 10.0 else None
    return Row(f"closures: hit minus chance at {snr_db:g} dB", measure, "", None, wanted)


def wanted(row: Row, each: Driver) -> Wanted | None:
    """The target of a row for a driver."""
    return {PHONES: row.phones, SOUND: row.sound}.get(each.needs)


def missed(row: Row, result: Result) -> bool:
    """Whether a driver has a value and a target in a row, and misses it."""
    target, found = wanted(row, result.driver), result.values.get(row.name)
    return target is not None and found is not None and found.value == found.value and not target.met(found.value)


def as_json(evaluation: Evaluation, about: dict[str, Any]) -> dict[str, Any]:
    """Everything: definitions, targets, values, and what each recording shows by itself. nan is null."""
    return _plain(
        about
        | {
            "metrics": [
                {
                    "name": row.name,
                    "definition": row.definition,
                    "target_phones": row.phones and str(row.phones),
                    "target_sound": row.sound and str(row.sound),
                }
                for row in evaluation.rows
            ],
            "drivers": [_driver_json(evaluation.rows, r) for r in evaluation.results],
        }
    )


def _driver_json(table: list[Row], result: Result) -> dict[str, Any]:
    return {
        "name": result.driver.name,
        "needs": result.driver.needs,
        "look_ahead_s": result.driver.look_ahead,
        "values": {
            row.name: {"value": m.value, "n": m.n, "missed": missed(row, result)}
            for row in table
            if (m := result.values.get(row.name)) is not None
        },
        "room": result.room,
        "noise": {kind: {"value": m.value, "n": m.n} for kind, m in result.noisy.items()},
        "recordings": {
            e.recording: {
                "seconds": e.seconds,
                "values": {
                    row.name: {"value": m.value, "n": m.n}
                    for row in table
                    if row.name in result.values and (m := row.measure([e])).value == m.value
                },
                "closures": [
                    {k: getattr(c, k) for k in ("phone", "start", "end", "hit", "chance", "sealed", "onset")}
                    for c in e.closures["head"]
                ],
            }
            for e in result.evidence
        },
    }


def _plain(value: Any) -> Any:
    """The same without nan, numpy's numbers and endless digits."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        return round(float(value), 6) if math.isfinite(value) else None
    return value
