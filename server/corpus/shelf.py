"""The corpus on disk: one file for each order, made once by all cores and read again as often as needed."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Final, get_args

import numpy as np

from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus.cast import Engine, Order, Part, speech
from server.corpus.spoken import Spoken

SHARES: Final[dict[Engine, float]] = {"espeak": 0.45, "flite": 0.2, "festival": 0.35}
"""Of the speech that is learnt from."""
_ORDER_S: Final = 75.0
"""About how long an order's speech is."""


def orders(seconds: float, part: Part) -> list[Order]:
    """What to make for about so much speech; flite's voices are all learnt from."""
    engines = get_args(Engine) if part == "learn" else ("espeak", "festival")
    total = sum(SHARES[engine] for engine in engines)
    return [
        Order(engine, part, seed)
        for engine in engines
        for seed in range(max(1, round(seconds * SHARES[engine] / total / _ORDER_S)))
    ]


def fill(folder: Path, wanted: Sequence[Order], jobs: int) -> list[Path]:
    """Make what is not there yet; the files of all that is wanted, in its order."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(partial(_make, folder), wanted, chunksize=4))


def _make(folder: Path, order: Order) -> Path:
    path = folder / f"{order.engine}-{order.part}-{order.seed:05}.npz"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            _write(file, list(speech(order)))
        part.replace(path)
    return path


def _write(file: object, said: Sequence[Spoken]) -> None:
    phones = [(n, *astuple(p)) for n, spoken in enumerate(said) for p in spoken.phones]
    names = sorted({str(row[1]) for row in phones})
    np.savez(
        file,  # type: ignore[arg-type]
        samples=np.concatenate([s.samples for s in said] or [np.zeros(0, np.int16)]),
        lengths=np.array([len(s.samples) for s in said], np.int64),
        names=np.array(names, dtype="U12"),
        utterances=np.array([row[0] for row in phones], np.int32),
        phones=np.array([names.index(str(row[1])) for row in phones], np.int32),
        times=np.array([row[2:5] for row in phones], np.float64).reshape(-1, 3),
        marks=np.array([row[5:7] for row in phones], np.int8).reshape(-1, 2),
    )


def read(path: Path) -> Iterator[Spoken]:
    """The utterances of one file."""
    with np.load(path) as file:
        samples, lengths, names = file["samples"], file["lengths"], file["names"].tolist()
        utterances, phones, times, marks = (file[k] for k in ("utterances", "phones", "times", "marks"))
    ends = np.cumsum(lengths)
    for n, (begin, end) in enumerate(zip(ends - lengths, ends, strict=True)):
        rows = np.flatnonzero(utterances == n)
        timed = zip(phones[rows].tolist(), times[rows].tolist(), marks[rows].tolist(), strict=True)
        yield Spoken(
            samples[begin:end],
            tuple(
                PhoneTiming(names[p], start, release, stop, stress, bool(word))
                for p, (start, release, stop), (stress, word) in timed
            ),
        )
