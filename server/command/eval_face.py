"""Measure face drivers on recordings: closures, rounding, the jaw, pauses, as a table, JSON and plots.

A FOLDER holds speech as WAV or FLAC, and under the same name beside it phone labels (EMU _annot.json,
Praat TextGrid), a captured face (BEAT json, csv of Live Link Face, npz of FACEGOOD) or lip sensors (SSFF).
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from blend_shapes.evaluation.drivers import Driver, default, driver
from blend_shapes.evaluation.evaluate import Evaluation, evaluate
from blend_shapes.evaluation.folder import BadRecording, read_folder
from blend_shapes.evaluation.recording import Recording
from blend_shapes.evaluation.report import as_json, text
from server.command.eval_plots import draw
from server.command.eval_program import program
from server.command.faults import BadFile
from server.errors import ConfigError

FOLDER = Path("..", "shared", "eval")
LEAST_SNR_DB, MOST_SNR_DB = -20.0, 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", default=[FOLDER], help=f"recordings ({FOLDER})"
    )
    parser.add_argument(
        "--driver",
        action="append",
        default=[],
        metavar="NAME",
        help="articulation (all layers of life), articulation:mouth, articulation:MOOD, audio, loudness, "
        "capture; all of them unless one is named",
    )
    parser.add_argument(
        "--command",
        action="append",
        default=[],
        metavar="'PROG {wav} {csv}'",
        help="a program that reads a WAV file and writes a csv as Live Link Face or `facewire face` do",
    )
    parser.add_argument(
        "--noise",
        type=float,
        metavar="DB",
        help="also with noise so far below the speech (drivers of sound)",
    )
    parser.add_argument(
        "--synthetic", action="store_true", help="the voices are synthetic: their own target"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every value and its definition")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw each recording (extra: plot)")


def run(args: argparse.Namespace) -> int:
    """Print the table and write what is asked for. Raises FaceWireError."""
    if args.noise is not None and not LEAST_SNR_DB <= args.noise <= MOST_SNR_DB:
        raise ConfigError(f"--noise {args.noise:g}: from {LEAST_SNR_DB:g} to {MOST_SNR_DB:g} dB")
    drivers = _drivers(args.driver, args.command)
    recordings = _recordings(args.folders)
    found = evaluate(recordings, drivers, args.noise, args.synthetic, _tell)
    if not found.results:
        raise ConfigError(
            "no driver can follow these recordings: articulation wants phones, capture a face"
        )
    print(text(found))
    if args.json is not None:
        _write_json(args.json, found, recordings, args)
    if args.plots is not None:
        print(f"{len(draw(args.plots, recordings, found.results))} plots: {args.plots}")
    return 0


def _tell(message: str) -> None:
    print(message, file=sys.stderr)


def _drivers(names: list[str], commands: list[str]) -> list[Driver]:
    try:
        found = [driver(name) for name in names] if names or commands else default()
    except ValueError as error:
        raise ConfigError(str(error)) from None
    found += [program(command) for command in commands]
    double = [name for name, n in Counter(d.name for d in found).items() if n > 1]
    if double:
        raise ConfigError(f"two drivers are called {double[0]!r}; give each program a name of its own")
    return found


def _recordings(folders: list[Path]) -> list[Recording]:
    found: dict[str, Recording] = {}
    try:
        for folder in folders:
            for each in read_folder(folder):
                if each.name in found:
                    raise ConfigError(
                        f"two recordings are called {each.name}; measure the folders one by one"
                    )
                found[each.name] = each
    except BadRecording as error:
        raise BadFile(str(error)) from None
    return list(found.values())


def _write_json(
    path: Path, found: Evaluation, recordings: list[Recording], args: argparse.Namespace
) -> None:
    about = {
        "folders": [str(f) for f in args.folders],
        "recordings": len(recordings),
        "seconds": sum(r.seconds for r in recordings),
        "noise_db": args.noise,
        "synthetic": args.synthetic,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(as_json(found, about), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise BadFile(f"{path}: cannot be written ({error.strerror or error})") from None
    print(f"{path}")
