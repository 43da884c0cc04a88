"""Writes the golden vectors: ``python -m tests.protocol.make_vectors``.

A vector that stands is never changed: only missing files are written, and a difference is an error.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.protocol import live_cases, timeline_cases
from tests.protocol.timeline_replay import Replay, Step
from tests.protocol.vector_cases import every_case

FOLDER = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


def files() -> dict[Path, bytes]:
    """Every file of the set but the timelines, by its path below `FOLDER`."""
    made: dict[Path, bytes] = {}
    for folder, name, data, expected in every_case():
        payload, ending = (data.encode(), ".txt") if isinstance(data, str) else (data, ".bin")
        twin = (json.dumps(expected, ensure_ascii=False) + "\n").encode()
        for path, content in ((name + ending, payload), (name + ".json", twin)):
            if Path(folder, path) in made:
                raise ValueError(f"two vectors are called {folder}/{path}")
            made[Path(folder, path)] = content
    return made


def timelines() -> dict[str, dict[str, Any]]:
    """The timeline vectors by name, with what the Python client makes of each step as what is wanted."""
    cases = [*timeline_cases.every_case(), *live_cases.every_case()]
    return {name: wanted(script.vector) for name, script in cases}


def wanted(vector: dict[str, Any]) -> dict[str, Any]:
    """`vector` with every `want` and its `counts` filled in."""
    replay = Replay(vector)
    script: list[Step] = []
    for step in vector["script"]:
        came = replay.perform(step)
        script.append({**step, "want": came} if "want" in step else step)
    return {**vector, "script": script, "counts": replay.counts()}


def timeline_text(vector: dict[str, Any]) -> str:
    """JSON with a step on each line."""
    head = json.dumps({k: v for k, v in vector.items() if k != "script"})[:-1]
    steps = ",\n".join(json.dumps(step) for step in vector["script"])
    return f'{head},\n"script": [\n{steps}\n]}}\n'


def main() -> int:
    """Write what is missing; the exit status is 1 where a vector would change."""
    changed = 0
    written = {
        Path("timeline", f"{name}.json"): timeline_text(v).encode() for name, v in timelines().items()
    }
    for path, content in (files() | written).items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_bytes(content)
        elif target.read_bytes() != content:
            print(f"{path} stands and would change: a vector is never edited, add one of another name")
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main())
