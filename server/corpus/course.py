"""The course on disk: lessons made of the corpus by all cores, each file as often as there are passes.

Every pass gives every utterance other circumstances; the same pass gives it the same.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blend_shapes.articulation.windows import Array
from blend_shapes.audio.training.lessons import Lesson, lessons, quiet_lessons
from blend_shapes.audio.training.targets import Answers
from server.corpus import shelf

_OTHERS = 2
"""Files that the people in the background come from, and how many of each."""
_OF_EACH = 4


@dataclass(frozen=True, slots=True)
class _Task:
    source: Path
    others: tuple[Path, ...]
    seed: int
    target: Path


def fill(folder: Path, corpus: Sequence[Path], passes: int, jobs: int) -> list[Path]:
    """Make what is not there yet; the files of all passes."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [task for number in range(passes) for task in _tasks(folder, corpus, number)]
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_make, tasks, chunksize=2))
    return [task.target for task in tasks]


def read(path: Path) -> Lesson:
    """All lessons of one file as one."""
    with np.load(path) as file:
        return Lesson(file["inputs"], Answers(file["core"], file["seals"], file["classes"]))


def _tasks(folder: Path, corpus: Sequence[Path], number: int) -> Iterator[_Task]:
    rng = np.random.default_rng(number)
    for n, source in enumerate(corpus):
        others = tuple(corpus[i] for i in rng.integers(0, len(corpus), _OTHERS))
        yield _Task(source, others, 100_000 * number + n, folder / f"{number}-{source.stem}.npz")


def _make(task: _Task) -> None:
    if task.target.exists():
        return
    rng = np.random.default_rng(task.seed)
    speech = [(spoken.samples, spoken.phones) for spoken in shelf.read(task.source)]
    others = [_sound(path) for path in task.others]
    made = [*lessons(speech, [o for some in others for o in some], rng), *quiet_lessons(1, rng)]
    part = task.target.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            inputs=np.concatenate([x.inputs for x in made]),
            core=np.concatenate([x.answers.core for x in made]).astype(np.float16),
            seals=np.concatenate([x.answers.seals for x in made]).astype(np.float16),
            classes=np.concatenate([x.answers.classes for x in made]).astype(np.uint8),
        )
    part.replace(task.target)


def _sound(path: Path) -> list[Array]:
    some = [spoken.samples for spoken in shelf.read(path)][:_OF_EACH]
    return [samples.astype(np.float32) / 32768.0 for samples in some]
