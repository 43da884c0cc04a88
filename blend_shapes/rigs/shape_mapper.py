"""The 52 channels on the shapes that an avatar has: a sparse matrix found from the shapes' names.

Eyes with brows and mouth with jaw are judged apart, because many avatars have all of ARKit's lids but
visemes for a mouth. For each of the two the family of rigs is taken whose shapes are found most completely,
weighed by how much of a face that family can show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.face import Weights
from blend_shapes.rigs import Rig, Row, names, rigs, visemes

Region = Literal["upper", "mouth"]
REGIONS: Final[tuple[Region, ...]] = ("upper", "mouth")
SOURCES: Final = (*CHANNELS, *visemes.VISEMES)
"""What may drive a shape: the rows of the matrix's input."""
_SOURCE: Final = {name: i for i, name in enumerate(SOURCES)}
_MOUTH: Final = ("jaw", "mouth", "tongue", "cheekPuff")


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of the matrix."""

    shape: int
    """Index in the list of shapes that was given."""
    source: int
    """Index in SOURCES."""
    gain: float


@dataclass(frozen=True, slots=True)
class Found:
    """A shape of the avatar that is a row of a rig."""

    shape: int
    row: Row


class ShapeMapper:
    """The matrix for one list of shape names, and a report of what it reaches."""

    def __init__(
        self,
        shapes: Sequence[str],
        *,
        families: Mapping[Region, str | None] | None = None,
        gains: Mapping[str, float] | None = None,
        offsets: Mapping[str, float] | None = None,
        limit_mouth_close: bool = True,
    ) -> None:
        """`families` fixes what is otherwise found; `gains` multiplies sources, `offsets` is added to
        shapes, both by name. `limit_mouth_close` keeps mouthClose at most at jawOpen, as the lips of most
        models want it. Raises ValueError for a family, source or shape that there is not."""
        self.shapes = tuple(shapes)
        self.limit_mouth_close = limit_mouth_close
        by_rig = {rig.name: _found(rig, self.shapes) for rig in rigs()}
        self.families = dict(families) if families is not None else _best(by_rig)
        gains, offsets = gains or {}, offsets or {}
        _known("family", [x for x in self.families.values() if x], by_rig)
        _known("source", gains, _SOURCE)
        _known("shape", offsets, self.shapes)
        used = [
            (region, found)
            for region in REGIONS
            for found in by_rig.get(self.families.get(region) or "", ())
            if _region(found.row) == region
        ]
        self.entries = tuple(
            Entry(found.shape, _SOURCE[source], gain * gains.get(source, 1.0))
            for _, found in used
            for source, gain in found.row.terms.items()
        )
        self._offsets = np.array([offsets.get(name, 0.0) for name in self.shapes], np.float64)
        known = {found.shape for _, found in used}
        self.unmapped = tuple(name for i, name in enumerate(self.shapes) if i not in known)
        """Shapes that nothing here drives."""
        reached = {SOURCES[entry.source] for entry in self.entries}
        if reached & set(visemes.VISEMES):
            reached |= visemes.READ
        self.missing = tuple(name for name in CHANNELS if name not in reached)
        """Channels that this avatar does not show."""

    @property
    def coverage(self) -> float:
        """Share of the 52 channels that the avatar shows, if only as visemes."""
        return 1 - len(self.missing) / len(CHANNELS)

    def map(self, weights: Weights) -> NDArray[np.float32]:
        """Weights of shape (frames, 52), in the order of CHANNELS, to shape (frames, len(shapes)), each in
        [0, 1]."""
        given = np.array(weights, np.float32)
        if self.limit_mouth_close:
            close, jaw = INDEX["mouthClose"], INDEX["jawOpen"]
            given[:, close] = np.minimum(given[:, close], given[:, jaw])
        sources = np.concatenate([given, visemes.visemes(given)], axis=1)
        out = np.tile(self._offsets, (len(given), 1))
        for entry in self.entries:
            out[:, entry.shape] += entry.gain * sources[:, entry.source]
        return np.clip(out, 0.0, 1.0).astype(np.float32)


def _found(rig: Rig, shapes: Sequence[str]) -> tuple[Found, ...]:
    """The rig's rows among the shapes. Of two shapes that mean one row, the plainer name counts, then the
    first."""
    rows = {row.key: row for row in rig.rows}
    known = {"".join(names.words(spelling)): row.key for row in rig.rows for spelling in row.spellings}
    plainest: dict[str, tuple[int, int]] = {}
    for i, shape in enumerate(shapes):
        match = names.look_up(shape, known)
        if match and (match[0] not in plainest or match[1] < plainest[match[0]][0]):
            plainest[match[0]] = (match[1], i)
    return tuple(
        Found(i, rows[key])
        for key, (_, i) in plainest.items()
        if not any(other in plainest for other in rows[key].unless)
    )


def _region(row: Row) -> Region:
    """Where a row's sources lie; rows without any are of the mouth."""
    source = next(iter(row.terms), "jaw")
    return "mouth" if source in visemes.VISEMES or source.startswith(_MOUTH) else "upper"


def _best(by_rig: Mapping[str, tuple[Found, ...]]) -> dict[Region, str | None]:
    """For each region the family that scores highest, the first of equals; None without any shape."""
    best: dict[Region, str | None] = {}
    for region in REGIONS:
        scores = {rig.name: _score(rig, by_rig[rig.name], region) for rig in rigs()}
        winner = max(scores, key=lambda name: scores[name])
        best[region] = winner if scores[winner] > 0 else None
    return best


def _score(rig: Rig, found: Sequence[Found], region: Region) -> float:
    wanted = sum(not row.optional and not row.unless for row in rig.rows if _region(row) == region)
    have = sum(bool(x.row.terms) and not x.row.optional for x in found if _region(x.row) == region)
    return rig.fidelity * min(1.0, have / wanted) if wanted else 0.0


def _known(what: str, given: Sequence[str] | Mapping[str, object], known: object) -> None:
    for name in given:
        if name not in known:  # type: ignore[operator]
            raise ValueError(f"there is no {what} {name!r}")
