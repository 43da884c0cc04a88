"""The table on the screen: a row for each measure, a column for each driver, targets beside them."""

from blend_shapes.evaluation.evaluate import Evaluation, Result, missed
from blend_shapes.evaluation.rows import Row, Wanted

MISS = "!"


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
