"""Drivers over recordings: every row's value for every driver, and what stands behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from blend_shapes.evaluation import noise, quiet
from blend_shapes.evaluation.drivers import CAPTURE, SOUND, Driver, able
from blend_shapes.evaluation.evidence import Evidence, gather, to_the_end
from blend_shapes.evaluation.measures import Measure, closure_net
from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.rows import ROOM, Row, noisy, rows
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
    extra = [ROOM] if any(r.room for r in results) else []
    extra += [noisy(snr_db)] if snr_db is not None and any(r.noisy for r in results) else []
    at = next(i for i, row in enumerate(table) if row.name.startswith("pauses")) + 1
    return Evaluation([*table[:at], *extra, *table[at:]], results)


def _result(each: Driver, recordings: list[Recording], table: list[Row], snr_db: float | None) -> Result:
    rest = _rest(each)
    faces = {r.name: each.frames(r) for r in recordings}
    evidence = [gather(faces[r.name], rest, r) for r in recordings]
    values = {row.name: m for row in table if (m := row.over(evidence)) is not None}
    if each.needs != SOUND:
        return Result(each, faces, evidence, values)
    room = _room(each, rest, recordings)
    values[ROOM.name] = Measure(max(room.values()), len(room))
    under = {} if snr_db is None else _noisy(each, rest, recordings, snr_db)
    if snr_db is not None and under:
        known = [m.value for m in under.values()]
        values[noisy(snr_db).name] = Measure(float(np.mean(known)), sum(m.n for m in under.values()))
    return Result(each, faces, evidence, values, room, under)


def _rest(each: Driver) -> Weights:
    """The face that a driver has in digital silence: of each shape the median of six seconds without the
    first."""
    if each.needs == CAPTURE:
        return np.zeros_like(each.frames(_silence()).weights[0])
    weights = to_the_end(each.frames(_silence()), _SILENT_S * FPS).weights[FPS:]
    return np.asarray(np.median(weights, axis=0), np.float32)


def _silence() -> Recording:
    return Recording("digital silence", np.zeros(_SILENT_S * _SILENT_RATE, np.int16), _SILENT_RATE, ())


def _room(each: Driver, rest: Weights, recordings: Sequence[Recording]) -> dict[str, float]:
    silent = [quiet.silence_of(r, speech(r)) for r in recordings]
    rooms = [noise.room(), *(s for s in silent if s is not None)]
    return {r.name: float(np.percentile(quiet.unrest(each.frames(r), rest), 99)) for r in rooms}


def _noisy(
    each: Driver, rest: Weights, recordings: Sequence[Recording], snr_db: float
) -> dict[str, Measure]:
    found = {}
    labelled = [r for r in recordings if r.phones is not None]
    for kind in noise.KINDS if labelled else ():
        loud = [noise.with_noise(r, snr_db, kind) for r in labelled]
        # What is speech and what is not is known from the clean recording.
        found[kind] = closure_net(
            [gather(each.frames(n), rest, r) for n, r in zip(loud, labelled, strict=True)], "head"
        )
    return found
