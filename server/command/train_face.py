"""Train the audio network anew: make its speech and its lessons, fit it, write it as ONNX.

Everything is synthesised here, by espeak-ng, flite and festival; what is made is kept in FOLDER, so that
the command may be stopped and called again. Wants the extra `train` and the Debian packages flite, festival
and the voices that blend_shapes/audio/MODEL.md names.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from server.errors import ConfigError

FOLDER = Path("out", "train-face")
HOURS, PASSES, BATCHES, SEED = 24.0, 2, 4600, 1
PROGRAMS = ("flite", "festival")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where everything is made ({FOLDER})")
    parser.add_argument("--hours", type=float, default=HOURS, help=f"of clean speech ({HOURS:g})")
    parser.add_argument("--passes", type=int, default=PASSES, help=f"over it, each heard anew ({PASSES})")
    parser.add_argument("--batches", type=int, default=BATCHES, help=f"to learn from ({BATCHES})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the fitting ({SEED})")
    parser.add_argument("--device", help="cpu or cuda; the second where there is one")


def run(args: argparse.Namespace) -> int:
    """Train and write FOLDER/face.onnx. Raises ConfigError for what is missing."""
    if args.hours <= 0 or args.passes < 1 or args.batches < 1:
        raise ConfigError("train-face wants more than 0 hours, and 1 pass and 1 batch at least")
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise ConfigError(f"train-face needs {' and '.join(missing)}: apt-get install {' '.join(missing)}")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of each process that makes lessons
    try:
        return _train(args)
    except ImportError as error:
        raise ConfigError(f"train-face: {error}; install it with: pip install 'facewire[train]'") from error


def _train(args: argparse.Namespace) -> int:
    import torch

    from blend_shapes.audio.training import export
    from blend_shapes.audio.training.fit import Course, fit
    from blend_shapes.audio.training.model import FaceNet
    from server.corpus import course, shelf

    began, jobs = time.monotonic(), os.cpu_count() or 1

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    def tell_batch(number: int, wrong: float, net: FaceNet) -> None:
        tell(f"batch {number} of {args.batches}, loss {wrong:.3f}")

    corpus = shelf.fill(args.folder / "speech", shelf.orders(args.hours * 3600, "learn"), jobs)
    tell(f"{args.hours:g} hours of speech in {len(corpus)} files")
    files = course.fill(args.folder / "lessons", corpus, args.passes, jobs)
    tell(f"{len(files)} files of lessons")
    learnt = Course.of([course.read(path) for path in files])
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(jobs)
    net = fit(learnt, args.batches, args.seed, tell_batch, device)
    out = args.folder / "face.onnx"
    export.write(net, out, {"made by": f"facewire train-face --hours {args.hours:g} --passes {args.passes} "
                                       f"--batches {args.batches} --seed {args.seed}"})  # fmt: skip
    tell(f"{out.stat().st_size / 1e6:.1f} MB: {out}")
    return 0
