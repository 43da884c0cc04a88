"""Makes the tiny Whisper, or measures one: `python -m tests.whisper make|measure`."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from tests.whisper import FOLDER
from tests.whisper.measure import measure, table

ENGINES = ("espeak", "flite", "festival")
MADE = Path("out", "tiny_whisper")
LESSONS, BATCHES, SEED = 10_000, 3_000, 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.whisper", description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    making = tasks.add_parser("make", help="make speech, learn from it, write a model")
    making.add_argument("--folder", type=Path, default=MADE, help=f"to write the model into ({MADE})")
    making.add_argument("--lessons", type=int, default=LESSONS, help=f"to be made ({LESSONS})")
    making.add_argument("--batches", type=int, default=BATCHES, help=f"to learn from ({BATCHES})")
    making.add_argument("--seed", type=int, default=SEED, help=f"of lessons and learning ({SEED})")
    making.add_argument("--jobs", type=int, default=2, help="processes that make lessons (2)")
    measuring = tasks.add_parser("measure", help="count errors on voices that were not learnt from")
    measuring.add_argument(
        "--folder", type=Path, default=FOLDER, help="the model's (the one that is shipped)"
    )
    measuring.add_argument("--each", type=int, default=4, help="voices that say each phrase (4)")
    measuring.add_argument("--seed", type=int, default=7, help="of voices and circumstances (7)")
    args = parser.parse_args()
    missing = [name for name in ENGINES[1:] if shutil.which(name) is None]
    if missing:
        sys.exit(
            f"The speech is made with {' and '.join(missing)} too: apt-get install {' '.join(missing)}"
        )
    if args.task == "make":
        _make(args)
    else:
        print(table(measure(args.folder, args.each, args.seed, ENGINES)))


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
    torch.set_num_threads(1)  # more wait for each other where others work too
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


if __name__ == "__main__":
    main()
