"""Case ``face``: frames a second of one core with all layers, and closures of hand-labelled speech that
close.

The labels come from ``shared/eval/hand_labelled`` (Australian English) and ``articulograph`` (German),
beside the project's folder; where that is missing only speed is measured. They are measured on, never
tuned to.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blend_shapes.articulation import Mouth
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.chance import between, uniform
from blend_shapes.metrics import CLOSED, aperture, closure_share, labiodental_share, least_within
from blend_shapes.phonemes import arpabet
from blend_shapes.phonemes.ipa import is_stop
from blend_shapes.phonemes.normalise import FLITE_CLOSURE_SHARE, plain
from blend_shapes.phonemes.timing import PhoneTiming
from tests.bench.figures import Figure

EVAL = Path("..", "shared", "eval")
FPS = 60
CHUNKS_S = (0.5, 1.0, 2.0)
"""How much speech arrives at once: voices send from half a second to two seconds."""
_PHONES = "ð ə k w ɪ k b ɹ aʊ n f ɒ k s dʒ ʌ m p s oʊ v ɚ l eɪ z i m æ d t iː ʃ uː ŋ".split()

_SAMPA = {
    "V": "ʌ", "N": "ŋ", "S": "ʃ", "Z": "ʒ", "D": "ð", "T": "θ", "I": "ɪ", "E": "ɛ", "U": "ʊ", "O": "ɒ",
    "A": "æ", "@": "ə", "@:": "ɜː", "@u": "oʊ", "i:": "iː", "u:": "uː", "o:": "ɔː", "a:": "ɑː",
    "ai": "aɪ", "ei": "eɪ", "aI": "aɪ", "6": "ɐ", "9": "œ", "2:": "øː", "Y": "ʏ", "C": "ç", "tS": "tʃ",
    "dZ": "dʒ", "r": "ɹ", "H": "h", "&p:": "",
}  # fmt: skip
"""Labels of the two recordings' sets that IPA writes differently."""


@dataclass(frozen=True, slots=True)
class Closures:
    """What labelled speech shows: shares, and seconds from a label's start to the lips closing (median)."""

    count: int
    closing: float
    labiodental: float
    false: float
    onset_s: float


def speech(seconds: float) -> list[PhoneTiming]:
    """Made-up speech, 14 phones a second, a pause every two seconds or so."""
    phones: list[PhoneTiming] = []
    start = 0.0
    for n in itertools.count():
        if start >= seconds:
            return phones
        pause = n % 28 == 27
        name = "" if pause else _PHONES[int(uniform(1, "phone", n) * len(_PHONES))]
        end = start + (0.3 if pause else between(1, "length", n, 0.035, 0.107))
        stress = int(not pause and uniform(1, "stress", n) < 0.15)
        phones.append(PhoneTiming(name, start, start + 0.7 * (end - start), end, stress))
        start = end
    raise AssertionError


def turn(phones: Sequence[PhoneTiming], chunk_s: float) -> FaceFrames:
    """One turn with all layers, its phones arriving `chunk_s` seconds at a time."""
    end = phones[-1].end
    mouth, life = Mouth(FPS), LivingFace(FPS, seed=7, mood="happy")
    runs, given = [], 0
    for known in itertools.chain(np.arange(chunk_s, end, chunk_s).tolist(), (end,)):
        until = given
        while until < len(phones) and phones[until].start < known:
            until += 1
        new, given = phones[given:until], until
        life.hear(new, known)
        runs.append(life.compose(mouth.follow(new, known)))
    return FaceFrames.join([*runs, life.settle(mouth.settle(end), end)])


def frames_per_second(chunk_s: float, seconds: float = 30.0, repeats: int = 7) -> float:
    """Of one core's processor time: the best of some runs, since other work only ever slows one down."""
    phones = speech(seconds)
    best = 0.0
    for _ in range(repeats):
        begin = time.process_time()
        frames = turn(phones, chunk_s)
        best = max(best, len(frames) / (time.process_time() - begin))
    return best


def labelled(path: Path, level: str) -> list[PhoneTiming]:
    """The phones of an EMU annotation. Raises OSError, or ValueError where it has no such level."""
    annotation = json.loads(path.read_text(encoding="utf-8"))
    rate = annotation["sampleRate"]
    for each in annotation["levels"]:
        if each["name"] == level:
            return [_phone(item, rate) for item in each["items"]]
    raise ValueError(f"{path}: no level {level!r}")


def _phone(item: "dict[str, object]", rate: float) -> PhoneTiming:
    label = str(item["labels"][0]["value"])  # type: ignore[index]
    start = int(str(item["sampleStart"])) / rate
    end = start + (int(str(item["sampleDur"])) + 1) / rate
    return plain(_SAMPA.get(label, label), start, end)


def aligned(path: Path) -> list[PhoneTiming]:
    """The phones of a TextGrid in Praat's short format, ARPABET in its last tier, "phones".

    A stop's label holds closure and burst here; the closure gets flite's share.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index('"phones"') + 4
    phones = []
    for start, end, label in zip(lines[at::3], lines[at + 1 :: 3], lines[at + 2 :: 3], strict=False):
        phone, stress = arpabet.to_ipa(label.strip('"'))
        begin, stop = float(start), float(end)
        release = begin + FLITE_CLOSURE_SHARE * (stop - begin) if is_stop(phone) else stop
        phones.append(PhoneTiming(phone, begin, release, stop, stress))
    return phones


def recordings(folder: Path) -> Iterator[list[PhoneTiming]]:
    """The labelled sentences. Raises FileNotFoundError where the folder has none."""
    paths = [(p, "Phonetic") for p in sorted(folder.glob("hand_labelled/*_annot.json"))]
    paths += [(p, "Segment") for p in sorted(folder.glob("articulograph/*_annot.json"))]
    if not paths:
        raise FileNotFoundError(f"no labelled speech in {folder}")
    for path, level in paths:
        yield labelled(path, level)
    for path in sorted(folder.glob("speech/*.TextGrid")):
        yield aligned(path)


def closures(folder: Path) -> Closures:
    """How the face, all layers on, closes for the labelled m b p. Raises FileNotFoundError."""
    counts, closing, labiodental, false, onsets = [], [], [], [], []
    for phones in recordings(folder):
        frames = turn(phones, 1.0)
        stops = [(p.start, p.release) for p in phones if set(p.phone) & set("mbp")]
        teeth = [(p.start, p.end) for p in phones if p.phone in ("f", "v")]
        counts.append((len(stops), len(teeth)))
        closing.append(closure_share(frames, stops))
        labiodental.append(labiodental_share(frames, teeth))
        false.append(_false_share(frames, phones))
        onsets += [_onset(frames, start, end) for start, end in stops]
    stops_n, teeth_n = np.array(counts).T
    return Closures(
        int(stops_n.sum()),
        float(np.average(closing, weights=stops_n)),
        float(np.average(labiodental, weights=teeth_n)) if teeth_n.sum() else 1.0,
        float(np.mean(false)),
        float(np.median(onsets)),
    )


def _false_share(frames: FaceFrames, phones: Sequence[PhoneTiming]) -> float:
    """Share of speech frames with closed lips, 60 ms and more from any m b p f v and from silence."""
    times = frames.times()
    far = (times >= phones[0].start + 0.06) & (times <= phones[-1].end - 0.06)
    for p in phones:
        if p.phone == "" or set(p.phone) & set("mbpfv"):
            far &= (times < p.start - 0.06) | (times > p.end + 0.06)
    return float((aperture(frames.weights)[far] <= CLOSED).mean())


def _onset(frames: FaceFrames, start: float, end: float) -> float:
    """From a label's start to when the lips, open before, have closed."""
    times, lips = frames.times(), aperture(frames.weights)
    lowest = least_within(lips, frames, start - 0.04, end + 0.03)
    inside = np.flatnonzero((times >= start - 0.04) & (times <= end + 0.03) & (lips <= max(lowest, CLOSED)))
    first = int(inside[0])
    while first > 0 and lips[first - 1] <= CLOSED:
        first -= 1
    return float(times[first]) - start


async def run(quick: bool = False, folder: Path = EVAL) -> list[Figure]:
    """The figures of the case."""
    figures = []
    for chunk_s in CHUNKS_S:
        rate = frames_per_second(chunk_s, *((2.0, 1) if quick else (30.0, 7)))
        goal = 60_000 if chunk_s == 1.0 else None
        figures.append(
            Figure(f"frames a second of one core, {chunk_s:g} s of speech at once", rate, at_least=goal)
        )
    try:
        found = closures(folder)
    except FileNotFoundError as error:
        print(f"{error}: closures are not measured", end=" ")
        return figures
    return [
        *figures,
        Figure(f"labelled m b p that close, of {found.count}", found.closing, at_least=0.98),
        Figure("labelled f v with the lip on the teeth", found.labiodental, at_least=0.95),
        Figure("closed lips far from m b p f v", found.false, "of frames", at_most=0.05),
        Figure("lips closed, after the label's start (median)", 1000 * found.onset_s, "ms"),
    ]


def main() -> None:
    for figure in asyncio.run(run()):
        print(f"{figure.name}: {figure.value:.4g} {figure.unit} {figure.target}")


if __name__ == "__main__":
    main()
