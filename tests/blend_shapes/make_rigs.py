"""Writes what is made from the rigs' tables: `python -m tests.blend_shapes.make_rigs`.

That is `web_client/core/rigs.js`, the tables for JavaScript, and `blend_shapes/rigs/vectors`, which every
mapper must pass. A vector that stands is never changed.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from blend_shapes.arkit import CHANNELS
from blend_shapes.rigs import tables, visemes
from blend_shapes.rigs.shape_mapper import SOURCES, ShapeMapper
from tests.blend_shapes.rig_cases import CASES, FACES

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "web_client" / "core" / "rigs.js"
VECTORS = ROOT / "blend_shapes" / "rigs" / "vectors"


def script() -> str:
    """The tables as a module of JavaScript: browsers cannot import JSON everywhere yet."""
    lines = [
        "/** Made from blend_shapes/rigs by `python -m tests.blend_shapes.make_rigs`. Do not edit. */",
        "",
        f"export const CHANNELS = {_text(CHANNELS)};",
        f"export const READ_BY_VISEMES = {_text(sorted(visemes.READ))};",
        '/** @type {readonly import("./shape_mapper.js").Rig[]} the families that can show more first */',
        "export const RIGS = [",
    ]
    for table in tables():
        lines += [
            "  {",
            f"    name: {_text(table['name'])},",
            f"    fidelity: {table['fidelity']},",
            "    shapes: {",
            *(f"      {_text(key)}: {_text(row)}," for key, row in table["shapes"].items()),
            "    },",
            "  },",
        ]
    return "\n".join([*lines, "];", ""])


def vector(shapes: Sequence[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """One case: the names, what becomes of them, and faces with what the shapes make of them."""
    mapper = ShapeMapper(shapes, **options)
    samples = []
    for face in FACES:
        weights = np.array([[face.get(name, 0.0) for name in CHANNELS]], np.float32)
        out = mapper.map(weights)[0]
        moved = {name: round(float(x), 7) for name, x in zip(shapes, out, strict=True) if x > 0}
        samples.append({"weights": face, "out": moved})
    return {
        "shapes": list(shapes),
        "options": dict(options),
        "families": mapper.families,
        "matrix": [[shapes[e.shape], SOURCES[e.source], e.gain] for e in mapper.entries],
        "unmapped": list(mapper.unmapped),
        "missing": list(mapper.missing),
        "samples": samples,
    }


def files() -> dict[Path, str]:
    """Every vector by its path."""
    return {
        VECTORS / f"{name}.json": json.dumps(vector(shapes, options), ensure_ascii=False, indent=1) + "\n"
        for name, (shapes, options) in CASES.items()
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> int:
    """Write what is missing; the exit status is 1 where a vector would change."""
    SCRIPT.write_text(script(), encoding="utf-8")
    VECTORS.mkdir(exist_ok=True)
    changed = 0
    for path, text in files().items():
        if path.exists() and path.read_text(encoding="utf-8") != text:
            print(f"{path.name} stands and would change: add one of another name")
            changed = 1
        elif not path.exists():
            path.write_text(text, encoding="utf-8")
    return changed


if __name__ == "__main__":
    sys.exit(main())
