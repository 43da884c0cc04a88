"""A figure of the bench: a number, its unit, and where there is one the target it is held against."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. A target is an upper or a lower bound, both included."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.at_most is None and self.at_least is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile by linear interpolation; NaN for no values."""
    return float(np.percentile(values, percent)) if len(values) else float("nan")


def table(results: dict[str, list[Figure]]) -> str:
    """All figures as aligned text, one line each."""
    marks = {True: "ok", False: "MISSED", None: ""}
    rows = [("case", "figure", "value", "unit", "target", "")]
    for case, figures in results.items():
        for n, f in enumerate(figures):
            name = "" if n else case
            rows.append((name, f.name, _number(f.value), f.unit, f.target, marks[f.holds]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    case, name, value, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join([case, name, value.strip().rjust(widths[2]), *rest]).rstrip()


def _number(value: float) -> str:
    if value != value:
        return "-"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"
