"""Reads histograms and single values out of Prometheus' text format."""

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Histogram:
    """Cumulative counts by upper bound; the last bound is infinite."""

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    def since(self, earlier: "Histogram") -> "Histogram":
        """What was counted after `earlier`, a reading of the same histogram."""
        if not earlier.counts:
            return self
        return Histogram(
            self.bounds, tuple(a - b for a, b in zip(self.counts, earlier.counts, strict=True))
        )

    def percentile(self, percent: float) -> float:
        """Upper bound of the percentile's bucket: the true value is no larger. NaN without counts."""
        if not self.counts or self.counts[-1] == 0:
            return float("nan")
        wanted = self.counts[-1] * percent / 100
        return next(b for b, c in zip(self.bounds, self.counts, strict=True) if c >= wanted)


def histogram(text: str, name: str) -> Histogram:
    """The histogram `name`, all its labels added up; an empty one if the text has none."""
    buckets: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{name}_bucket":
                bound = float(sample.labels["le"])
                buckets[bound] = buckets.get(bound, 0.0) + sample.value
    bounds = tuple(sorted(buckets))
    return Histogram(bounds, tuple(buckets[b] for b in bounds))


def value(text: str, name: str) -> float:
    """The value `name` without labels. Raises LookupError if the text has none."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                return float(sample.value)
    raise LookupError(name)
