"""An evaluation as a table on the screen and as JSON."""

import math
from typing import Any, Final

import numpy as np

from blend_shapes.evaluation.drivers import PHONES, SOUND, Driver
from blend_shapes.evaluation.evaluate import Evaluation, Result
from blend_shapes.evaluation.rows import Row, Wanted

MISS: Final = "!"


def wanted(row: Row, each: Driver) -> Wanted | None:
    """The target of a row for a driver."""
    return {PHONES: row.phones, SOUND: row.sound}.get(each.needs)


def missed(row: Row, result: Result) -> bool:
    """Whether a driver has a value and a target in a row, and misses it."""
    target, found = wanted(row, result.driver), result.values.get(row.name)
    return (
        target is not None
        and found is not None
        and found.value == found.value
        and not target.met(found.value)
    )


def text(evaluation: Evaluation) -> str:
    """Values with their n, "!" after each that misses its target, "-" where nothing can be measured."""
    names = [r.driver.name for r in evaluation.results]
    lines = [["", *names, "phones", "sound"]]
    lines += [_line(row, evaluation.results) for row in evaluation.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    printed = [
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    rule = "-" * len(printed[0])
    return "\n".join(
        [printed[0], rule, *printed[1:], rule, *(_about(r, evaluation) for r in evaluation.results)]
    )


def _line(row: Row, results: list[Result]) -> list[str]:
    cells = [row.cell(r.values.get(row.name)) + (MISS if missed(row, r) else " ") for r in results]
    name = f"{row.name}, {row.unit}" if row.unit else row.name
    return [name, *cells, _target(row.phones), _target(row.sound)]


def _target(wanted: Wanted | None) -> str:
    return "" if wanted is None else str(wanted)


def _about(result: Result, evaluation: Evaluation) -> str:
    ahead = result.driver.look_ahead
    seen = "the whole recording" if ahead is None else f"{1000 * ahead:.0f} ms ahead"
    misses = sum(missed(row, result) for row in evaluation.rows)
    return (
        f"{result.driver.name}: knows {result.driver.needs}, {seen}; {len(result.evidence)} recordings, "
        f"{misses} targets missed ({MISS})"
    )


def as_json(evaluation: Evaluation, about: dict[str, Any]) -> dict[str, Any]:
    """Everything: definitions, targets, values, and what each recording shows by itself. nan is null."""
    found: dict[str, Any] = _plain(
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
    return found


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
                    if (m := row.over([e])) is not None and m.value == m.value
                },
                "closures": [
                    {
                        k: getattr(c, k)
                        for k in ("phone", "start", "end", "hit", "chance", "anywhere", "sealed", "onset")
                    }
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
