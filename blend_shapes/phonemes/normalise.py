"""From a voice's own idea of time to closure, release and end.

espeak-ng dates a voiceless stop by its burst: the silent closure lies before the event. Measured on 1.52 in
six languages: 39 to 50 ms before p t k and before aspirated and affricated ones (``ph`` ``tɕh`` ``tʃ``),
from the WORD event where one comes first, and 120 ms before the long stops of Italian and Hindi, which
have the same name: only the samples tell them (`silence_before`). b d ɡ m n mark the closure's start,
except that a word-initial one also begins at its WORD event. flite dates a stop by its closure.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.phonemes import arpabet
from blend_shapes.phonemes.ipa import is_pause, is_stop, is_voiceless_stop
from blend_shapes.phonemes.timing import PhoneTiming

ESPEAK_CLOSURE_S: Final = 0.045
ESPEAK_CLOSURES_S: Final = (0.030, 0.180)
"""The shortest and the longest that silence in the samples makes it."""
ESPEAK_WORD_REACH_S: Final = 0.060
"""A WORD event not more than this before the phone is where its closure begins."""
VOICED_CLOSURE_SHARE: Final = 0.8
"""How much of a voiced stop of espeak-ng is closure."""
FLITE_CLOSURE_SHARE: Final = 0.55
"""How much of a stop of flite is closure: about 50 of 90 ms."""


_SILENT: Final = 40
"""espeak-ng's closures are zeros; resampled, they stay below this of 32767."""


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """A PHONEME event of espeak-ng: its name (see `espeak.ipa`), and seconds from the first sample."""

    name: str
    start: float
    word_start_time: float | None = None
    """Time of the WORD event, on the first phone after it."""
    silent_since: float | None = None
    """For a voiceless stop, where the silence before its burst begins; None where nobody looked."""


def split_stress(name: str) -> tuple[str, int]:
    """A name without its marks, and its stress: 1 for ˈ, 2 for ˌ, else 0."""
    stress = 1 if "ˈ" in name else 2 if "ˌ" in name else 0
    return name.replace("ˈ", "").replace("ˌ", ""), stress


def silence_before(samples: NDArray[np.int16], rate: int, time: float) -> float:
    """Where the silence begins that lasts until `time`, both in seconds from the first sample; `time`
    itself where there is none.

    The last 3 ms do not count: a resampler rings that long before a burst.
    """
    end = min(max(round((time - 0.003) * rate), 0), len(samples))
    begin = max(end - round(ESPEAK_CLOSURES_S[1] * rate), 0)
    loud = np.flatnonzero(np.abs(samples[begin:end].astype(np.int32)) > _SILENT)
    start = begin + int(loud[-1]) + 1 if len(loud) else begin
    return start / rate if start < end else time


def plain(
    phone: str, start: float, end: float, *, stress: int = 0, word_start: bool = False
) -> PhoneTiming:
    """A phone whose label begins at the closure and ends with the phone, as in hand-labelled speech."""
    return PhoneTiming(phone, start, end, end, stress, word_start)


def from_espeak(events: Sequence[PhoneEvent], end: float) -> tuple[PhoneTiming, ...]:
    """Events in order of time, and where the sound ends, to phones that touch or leave a gap, never
    overlap.

    Names in brackets (``(en)``: a change of language) are left out, empty names are pauses. Raises
    ValueError for a time that is not finite.
    """
    kept = [e for e in events if not e.name.startswith("(")]
    if not all(math.isfinite(e.start) for e in kept) or not math.isfinite(end):
        raise ValueError("times of phones must be finite numbers of seconds")
    names = [split_stress(e.name) for e in kept]
    closures: list[float] = []
    floor = 0.0
    after_pause = True
    for event, (phone, _) in zip(kept, names, strict=True):
        closures.append(max(_closure(event, phone, after_pause=after_pause), floor))
        floor = max(event.start, floor)
        after_pause = is_pause(phone)
    closures.append(max(end, floor))
    phones = []
    for i, (event, (phone, stress)) in enumerate(zip(kept, names, strict=True)):
        start, stop = closures[i], closures[i + 1]
        burst = _burst(event, phone, stop)
        release = min(max(burst, start), stop) if is_stop(phone) else stop
        phones.append(PhoneTiming(phone, start, release, stop, stress, event.word_start_time is not None))
    return tuple(phones)


def _closure(event: PhoneEvent, phone: str, *, after_pause: bool) -> float:
    if is_pause(phone) or not is_stop(phone):
        return event.start
    word = event.word_start_time
    voiceless = is_voiceless_stop(phone)
    if voiceless and event.silent_since is not None and not after_pause:
        shortest, longest = ESPEAK_CLOSURES_S
        return event.start - min(max(event.start - event.silent_since, shortest), longest)
    if word is not None and event.start - ESPEAK_WORD_REACH_S < word <= event.start:
        return word
    return event.start - (ESPEAK_CLOSURE_S if voiceless else 0.0)


def _burst(event: PhoneEvent, phone: str, end: float) -> float:
    if is_voiceless_stop(phone):
        return event.start
    return event.start + VOICED_CLOSURE_SHARE * (end - event.start)


def from_flite(labels: Iterable[tuple[str, float]]) -> tuple[PhoneTiming, ...]:
    """flite's ``-psdur`` labels, (ARPABET name, end in seconds), to phones."""
    return from_closures((*arpabet.to_ipa(label), end) for label, end in labels)


def from_closures(labels: Iterable[tuple[str, int, float]]) -> tuple[PhoneTiming, ...]:
    """Labels (IPA, stress, end in seconds) one after another that date a stop by its closure, to phones.

    Raises ValueError for a time that is not finite.
    """
    phones = []
    start = 0.0
    for phone, stress, end in labels:
        if not math.isfinite(end):
            raise ValueError("times of phones must be finite numbers of seconds")
        end = max(end, start)
        release = start + FLITE_CLOSURE_SHARE * (end - start) if is_stop(phone) else end
        phones.append(PhoneTiming(phone, start, release, end, stress))
        start = end
    return tuple(phones)
