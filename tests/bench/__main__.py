"""``python -m tests.bench [CASE ...]``: run the cases, print one table, write ``out/bench.json``."""

import argparse
import asyncio
import importlib
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.figures import Figure, table

CASES = {
    "codec": 30,
    "face": 60,
    "hearing": 120,
    "stream": 60,
    "first_segment": 90,
    "interrupt": 120,
    "listening": 240,
    "mirror": 90,
    "barge_in": 200,
    "onset": 240,
    "streams": 180,
    "rooms": 120,
    "memory": 240,
    "sessions": 300,
    "sync": 400,
}
"""Each case, a module of this package, and the seconds it may take."""

OUT = Path("out", "bench.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every case ran, also where a target was missed; 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("case", nargs="*", help=f"one or more of {', '.join(CASES)}; all without one")
    parser.add_argument(
        "--quick", action="store_true", help="as small as possible: shows only that it runs"
    )
    a = parser.parse_args(arguments)
    if unknown := [name for name in a.case if name not in CASES]:
        parser.error(f"no case {unknown[0]!r}; there are {', '.join(CASES)}")
    results: dict[str, list[Figure]] = {}
    failed: list[str] = []
    for name in a.case or CASES:
        begin = time.perf_counter()
        print(f"{name} ...", end=" ", flush=True)
        try:
            results[name] = asyncio.run(run_case(name, a.quick))
        except Exception:
            traceback.print_exc()
            failed.append(name)
        print(f"{time.perf_counter() - begin:.1f} s", flush=True)
    print("\n" + table(results))
    _write(results, failed)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


async def run_case(name: str, quick: bool) -> list[Figure]:
    """The figures of one case. Raises TimeoutError if it takes longer than it may."""
    run: Callable[[bool], Awaitable[list[Figure]]] = importlib.import_module(f"tests.bench.{name}").run
    async with asyncio.timeout(CASES[name]):
        return await run(quick)


def _write(results: dict[str, list[Figure]], failed: list[str]) -> None:
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    cases = {name: [asdict(f) | {"holds": f.holds} for f in figures] for name, figures in results.items()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"machine": machine, "cases": cases, "failed": failed}, indent=2) + "\n")
    print(f"\nwritten to {OUT}")


if __name__ == "__main__":
    sys.exit(main())
