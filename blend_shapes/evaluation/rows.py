"""The rows of the table: each a measure, how it is printed, and what it should be.

Targets: the project's own for phones and for sound alone; of the last two rows of the motion FACE.md 4.2's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from blend_shapes.evaluation import measures
from blend_shapes.evaluation.evidence import Evidence
from blend_shapes.evaluation.measures import Measure


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a value should be; None is no bound."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Bounds belong to what is wanted; weights are float32, so a millionth beyond does too."""
        low = self.least is None or value >= self.least - 1e-6
        return low and (self.most is None or value <= self.most + 1e-6)

    def __str__(self) -> str:
        if self.least is None:
            return f"<= {self.most:g}"
        return f">= {self.least:g}" if self.most is None else f"{self.least:g}..{self.most:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    measure: Callable[[Sequence[Evidence]], Measure] | None
    """None where more than the evidence is needed: `definition` then says what is measured."""
    phones: Wanted | None = None
    sound: Wanted | None = None
    counts: str = ""
    """What n counts: "s" seconds, else labels."""
    unit: str = ""
    """"ms", "/s2" or none."""
    told: str = ""

    def over(self, all_of: Sequence[Evidence]) -> Measure | None:
        return None if self.measure is None else self.measure(all_of)

    def cell(self, found: Measure | None) -> str:
        """A value as the table has it, with its n."""
        if found is None or found.value != found.value:
            return "-"
        value = f"{round(found.value)}" if self.unit else f"{found.value:.3f}"
        return f"{value} ({found.n:.0f}{' s' if self.counts else ''})"

    @property
    def definition(self) -> str:
        function = self.measure.func if isinstance(self.measure, partial) else self.measure
        return self.told or " ".join((function.__doc__ or "").split())


_RATIO: Final = Wanted(0.7, 1.3)


def _closure_rows(form: str, net: float) -> list[Row]:
    def row(
        name: str,
        measure: Callable[..., Measure],
        phones: Wanted | None = None,
        sound: Wanted | None = None,
        counts: str = "",
        unit: str = "",
    ) -> Row:
        return Row(f"{name} ({form})", partial(measure, form=form), phones, sound, counts, unit)

    return [
        row("closures: hit minus chance", measures.closure_net, Wanted(0.95), Wanted(net)),
        row("closures: hit rate", measures.closure_hits),
        row("closures: chance", measures.closure_chance),
        row("closures: chance, labials too", measures.closure_anywhere),
        row("closures: share sealed", measures.sealed_share, Wanted(0.90), Wanted(0.55)),
        row("closure onset, median", measures.onset_median, Wanted(-40, 0), Wanted(-40, 20), unit="ms"),
        row("closure onset, p90", measures.onset_p90, Wanted(None, 45), Wanted(None, 65), unit="ms"),
        row("false closures", measures.false_share, Wanted(None, 0.02), Wanted(None, 0.05), "s"),
    ]


def _lip_rows(form: str) -> list[Row]:
    r, late = (partial(f, name=f"lips {form}") for f in (measures.likeness, measures.lag))
    return [
        Row(f"lips, articulograph: r ({form})", r, Wanted(0.65), Wanted(0.65), "s"),
        Row(f"lips, articulograph: lag ({form})", late, Wanted(-20, 30), Wanted(-20, 40), "s", "ms"),
    ]


def _capture_rows() -> list[Row]:
    def r(name: str) -> Callable[[Sequence[Evidence]], Measure]:
        return partial(measures.likeness, name=name)

    late = partial(measures.lag, name="jaw")
    return [
        Row("jaw, capture: r over all", r("jaw"), None, Wanted(0.82), "s"),
        Row("jaw, capture: r in speech", r("jaw in speech"), None, Wanted(0.62), "s"),
        Row("jaw, capture: lag", late, None, Wanted(-20, 40), "s", "ms"),
        Row("rounding, capture: r", r("rounding"), None, Wanted(0.45), "s"),
        Row("lower lip, capture: r", r("lower lip"), None, Wanted(0.45), "s"),
    ]


def _motion_rows() -> list[Row]:
    return [
        Row("jaw: sd ratio", measures.jaw_sd, _RATIO, _RATIO, "s"),
        Row("jaw: opening speed p95 ratio", measures.jaw_opening, _RATIO, _RATIO, "s"),
        Row("jaw: closing speed p95 ratio", measures.jaw_closing, _RATIO, _RATIO, "s"),
        Row("jaw: jitter at 30 fps", measures.jitter, Wanted(25, 65), Wanted(25, 60), "s", "/s2"),
        Row("jaw: power above 8 Hz", measures.high_power, Wanted(None, 0.05), Wanted(None, 0.015), "s"),
        Row("pauses, p99", measures.pause_noise, Wanted(None, 0.02), Wanted(None, 0.03), "s"),
        Row("first movement, median", measures.first_movement, Wanted(-80, 0), Wanted(-60, 20), unit="ms"),
        Row(
            "aperture, level by seconds: r",
            measures.second_by_second,
            Wanted(0.35, 0.8),
            Wanted(0.35, 0.75),
            "s",
        ),
        Row(
            "turning points: offset", measures.turning_points, Wanted(None, 40), Wanted(None, 60), unit="ms"
        ),
    ]


ROOM: Final = Row(
    "room silence, p99",
    None,
    None,
    Wanted(None, 0.04),
    told="99th percentile of the same distance as in pauses over ten seconds of a made-up room (noise that "
    "falls by 3 dB an octave, and hum, -50 dB of full scale) and of each recording's longest pause, over "
    "and over: the largest of them; n counts them.",
)


def noisy(snr_db: float) -> Row:
    """The row of closures under noise; its target is for 10 dB."""
    return Row(
        f"closures: hit minus chance at {snr_db:g} dB",
        None,
        None,
        Wanted(0.35) if snr_db == 10.0 else None,
        told="Closure hit rate minus chance (head) under white noise and under noise of the speech's own "
        "spectrum, so far below the speech (both above 150 Hz, the speech where it sounds); mean of both.",
    )


def rows(synthetic: bool = False) -> list[Row]:
    """The table. Synthetic voices that a driver has not heard have a closure target of their own."""
    net = 0.85 if synthetic else 0.70
    on_head, by_weights = (partial(measures.labiodental_hits, form=form) for form in ("head", "weights"))
    return [
        *_closure_rows("head", net),
        Row("labiodental hit (head)", on_head, Wanted(0.95), Wanted(0.60)),
        Row("labiodental hit (weights)", by_weights, Wanted(0.95), Wanted(0.60)),
        Row("rounding hit", measures.rounding_hits, Wanted(0.95), Wanted(0.70)),
        Row("rounding AUC", measures.rounding_auc, Wanted(0.97), Wanted(0.85)),
        *_lip_rows("head"),
        *_capture_rows(),
        *_motion_rows(),
        *_closure_rows("proxy", net),
        *_lip_rows("proxy"),
    ]
