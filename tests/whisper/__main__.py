"""Makes the tiny Whisper, or measures one: `python -m tests.whisper make|measure`."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from tests.whisper import FOLDER

ENGINES = ("espeak", "flite", "festival")
LESSONS, BATCHES, SEED = 9_000, 3_000, 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.whisper", description=__doc__)
    parser.add_argument("task", choices=("make", "measure"))
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"the model's ({FOLDER})")
    parser.add_argument("--lessons", type=int, default=LESSONS, help=f"to be made ({LESSONS})")
    parser.add_argument("--batches", type=int, default=BATCHES, help=f"to learn from ({BATCHES})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of making ({SEED}) and measuring")
    parser.add_argument("--each", type=int, default=4, help="voices that say each phrase, to measure (4)")
    parser.add_argument("--jobs", type=int, default=2, help="processes and threads (2)")
    args = parser.parse_args()
    missing = [name for name in ENGINES[1:] if shutil.which(name) is None]
    if missing:
        sys.exit(
            f"The speech is made with {' and '.join(missing)} too: apt-get install {' '.join(missing)}"
        )
    if args.task == "make":
        _make(args)
    else:
        _measure(args)


def _make(args: argparse.Namespace) -> None:
    import torch

    from tests.whisper import export, lessons
    from tests.whisper.fit import fit
    from tests.whisper.vocabulary import Vocabulary

    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    made = lessons.make(args.lessons, args.seed, ENGINES, args.jobs)
    tell(f"{len(made)} lessons")
    torch.set_num_threads(args.jobs)
    vocabulary = Vocabulary(lessons.taught())
    net = fit(
        made,
        vocabulary,
        args.batches,
        args.seed,
        lambda number, loss, _: tell(f"batch {number} of {args.batches}, loss {loss:.3f}"),
    )
    export.write(net, vocabulary, args.folder)
    size = sum(file.stat().st_size for file in args.folder.iterdir())
    tell(f"{size / 1e6:.1f} MB in {args.folder}")


def _measure(args: argparse.Namespace) -> None:
    from tests.whisper.measure import measure, table

    rows = measure(args.folder, args.each, args.seed, ENGINES)
    print(table(rows))


if __name__ == "__main__":
    main()
