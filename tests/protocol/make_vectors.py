"""Writes the golden vectors: ``python -m tests.protocol.make_vectors``.

A vector that stands is never changed: only missing files are written, and a difference is an error.
"""

import json
import sys
from pathlib import Path

from tests.protocol.vector_cases import every_case

FOLDER = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


def files() -> dict[Path, bytes]:
    """Every file of the set, by its path below `FOLDER`."""
    made: dict[Path, bytes] = {}
    for folder, name, data, expected in every_case():
        payload, ending = (data.encode(), ".txt") if isinstance(data, str) else (data, ".bin")
        twin = (json.dumps(expected, ensure_ascii=False) + "\n").encode()
        for path, content in ((name + ending, payload), (name + ".json", twin)):
            if Path(folder, path) in made:
                raise ValueError(f"two vectors are called {folder}/{path}")
            made[Path(folder, path)] = content
    return made


def main() -> int:
    """Write what is missing; the exit status is 1 where a vector would change."""
    changed = 0
    for path, content in files().items():
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
