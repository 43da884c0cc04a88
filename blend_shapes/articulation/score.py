"""The score of a mouth: timed phones as windows on two tracks and as constraints.

Every window has compact support: it begins at most `ANTICIPATION_S` before its phone, so what a phone does
is known once the phones starting within that time are known.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from blend_shapes.articulation.tables import variant
from blend_shapes.articulation.windows import Row, released_sooner, row
from blend_shapes.phonemes.ipa import parts
from blend_shapes.phonemes.targets import Kind, Seal, Target
from blend_shapes.phonemes.timing import PhoneTiming

ANTICIPATION_S: Final = 0.12
CARRY_OVER_S: Final = 0.17
"""No window lasts longer after its phone than this."""

_VOWEL_RAMP: Final = 0.9
"""Length of a vowel's ramps in lengths of the vowel."""
_VOWEL_RISE_S: Final = (0.06, 0.11)
_VOWEL_FALL_S: Final = (0.08, 0.16)
_RISE_S: Final = 0.07
_FALL_S: Final = 0.09
_LEAST_EDGE_S: Final = 0.035
_NEIGHBOUR_SHARE: Final = 0.5
"""A consonant takes no more than this share of the vowel beside it for its rise or fall."""
_SUSTAIN: Final = 0.75
"""A phone holds its shape until this share of its time..."""
_LAST_S: Final = 0.10
"""...and a consonant until so long before its end: what comes next is known when it lets go."""
_ONSET_S: Final = 0.10
_OFFSET_S: Final = 0.15
_SEAL_EDGE_S: Final = 0.06
_SHORTEST_SEAL_S: Final = 0.05
"""Lips touch for 60 to 130 ms in measured speech, however short the label: two 60 Hz frames at least."""
_MERGE_S: Final = 0.08
"""Two bilabials not further apart than this are one closure ("pop man")."""


@dataclass(slots=True)
class Track:
    """Windows of one track in order of time, with the index of each one's target."""

    rows: list[Row] = field(default_factory=list)
    round_rows: list[Row] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)

    def add(self, base: Row, rounding: Row, target: int) -> None:
        self.rows.append(base)
        self.round_rows.append(rounding)
        self.targets.append(target)

    def release_last(self, fall: float) -> None:
        """Cut the fall of the window added last."""
        if self.rows:
            self.rows[-1] = released_sooner(self.rows[-1], fall)
            self.round_rows[-1] = released_sooner(self.round_rows[-1], fall)

    def forget(self, before: float) -> None:
        keep = [i for i, (a, b) in enumerate(zip(self.rows, self.round_rows, strict=True)) if max(a[2], b[2]) > before]
        if len(keep) < len(self.rows):
            self.rows = [self.rows[i] for i in keep]
            self.round_rows = [self.round_rows[i] for i in keep]
            self.targets = [self.targets[i] for i in keep]


@dataclass(slots=True)
class Constraints:
    """Speaking or not, and the closures: what every later layer must respect."""

    speaking: list[Row] = field(default_factory=list)
    seals: dict[Seal, list[Row]] = field(
        default_factory=lambda: {Seal.BILABIAL: [], Seal.LABIODENTAL: [], Seal.SIBILANT: []}
    )
    _last_closure: tuple[float, float] | None = None
    """Of the phone just before, if it was a bilabial."""

    def add_phone(self, phone: PhoneTiming) -> None:
        self.speaking.append(row(phone.start - _ONSET_S, phone.start, phone.end, phone.end + _OFFSET_S))

    def add_seal(self, seal: Seal, start: float, release: float, end: float, edge: float) -> None:
        """A constraint that takes hold over `edge` seconds before `start`."""
        if seal is not Seal.BILABIAL and end > start:
            self._last_closure = None
        if seal is Seal.BILABIAL:
            self._close(min(start, release - _SHORTEST_SEAL_S), release, edge)
        elif seal is not Seal.NONE:
            leave = max(start + _SUSTAIN * (end - start), start + _SHORTEST_SEAL_S)
            self._append(seal, start, leave, edge)

    def release_last(self, seal: Seal, fall: float) -> None:
        """Cut the fall of the constraint added last."""
        rows = self.seals.get(seal)
        if rows:
            rows[-1] = released_sooner(rows[-1], fall)

    def _close(self, start: float, release: float, edge: float) -> None:
        rows = self.seals[Seal.BILABIAL]
        last = self._last_closure
        if last is not None and rows and -_MERGE_S < start - last[1] < _MERGE_S:
            release = max(last[1], release)
            begun, per_rise, _, _ = rows.pop()
            rows.append((begun, per_rise, release + _SEAL_EDGE_S, 1.0 / _SEAL_EDGE_S))
            self._last_closure = (last[0], release)
        else:
            self._append(Seal.BILABIAL, start, release, edge)
            self._last_closure = (start, release)

    def _append(self, seal: Seal, full: float, leave: float, edge: float) -> None:
        self.seals[seal].append(row(full - edge, full, leave, leave + _SEAL_EDGE_S))

    def forget(self, before: float) -> None:
        self.speaking = [r for r in self.speaking if r[2] > before]
        for seal, rows in self.seals.items():
            self.seals[seal] = [r for r in rows if r[2] > before]


@dataclass(slots=True)
class Score:
    """Everything known of the speech around now. `add` in order of time, `forget` what is over."""

    vowels: Track = field(default_factory=Track)
    consonants: Track = field(default_factory=Track)
    constraints: Constraints = field(default_factory=Constraints)
    _last: Target | None = None
    _last_start: float = 0.0
    _last_end: float = -1.0
    """The part added last, its beginning and end."""

    def add(self, phones: Iterable[PhoneTiming]) -> None:
        for phone in phones:
            found = parts(phone.phone)
            if not found:
                continue
            self.constraints.add_phone(phone)
            start = phone.start
            for i, part in enumerate(found):
                last = i == len(found) - 1
                end = phone.end if last else start + part.share * (phone.end - phone.start)
                release = min(max(phone.release, start), end)
                self._part(part.target, phone, start, release, end)
                start = end

    def _part(self, target: Target, phone: PhoneTiming, start: float, release: float, end: float) -> None:
        if target.kind is Kind.VOWEL:
            self._make_room(start, _NEIGHBOUR_SHARE * (end - start))
            self._vowel(target, phone.stress, start, end)
            self.constraints.add_seal(target.seal, start, release, end, 0.0)
        elif target.kind is Kind.CONSONANT:
            room = max(_NEIGHBOUR_SHARE * self._length_before(start), _LEAST_EDGE_S)
            self.constraints.add_seal(target.seal, start, release, end, min(room, _SEAL_EDGE_S))
            self._consonant(target, start, release, end, min(room, _RISE_S))
        self._last, self._last_start, self._last_end = target, start, end

    def _length_before(self, start: float) -> float:
        """Length of the vowel that ends here; no limit where there is none."""
        if self._last is not None and self._last.kind is Kind.VOWEL and start - self._last_end < _LEAST_EDGE_S:
            return self._last_end - self._last_start
        return 1.0

    def _make_room(self, start: float, room: float) -> None:
        """The consonant that ends where a vowel begins lets go within `room` seconds."""
        last = self._last
        if last is not None and last.kind is Kind.CONSONANT and abs(start - self._last_end) < _LEAST_EDGE_S:
            fall = max(room, _LEAST_EDGE_S)
            self.consonants.release_last(fall)
            self.constraints.release_last(last.seal, fall)

    def _vowel(self, target: Target, stress: int, start: float, end: float) -> None:
        length = end - start
        rise = min(max(_VOWEL_RAMP * length, _VOWEL_RISE_S[0]), _VOWEL_RISE_S[1])
        fall = min(max(_VOWEL_RAMP * length, _VOWEL_FALL_S[0]), _VOWEL_FALL_S[1])
        full = start + min(0.2 * length, 0.03)
        leave = start + _SUSTAIN * length
        self.vowels.add(
            row(start - rise, full, leave, end + fall),
            row(start - ANTICIPATION_S, start, leave, end + fall),
            variant(target, stress),
        )

    def _consonant(self, target: Target, start: float, release: float, end: float, rise: float) -> None:
        # A stop lets go at its release, anything else before its end.
        leave = release if target.stop and release < end else max(start + _SUSTAIN * (end - start), end - _LAST_S)
        self.consonants.add(
            row(start - rise, start, leave, leave + _FALL_S),
            row(start - ANTICIPATION_S, start, leave, leave + _FALL_S),
            variant(target, 0),
        )

    def forget(self, before: float) -> None:
        self.vowels.forget(before)
        self.consonants.forget(before)
        self.constraints.forget(before)

