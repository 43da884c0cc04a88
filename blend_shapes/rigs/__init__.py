"""Which shapes an avatar has, by their names, and how the 52 channels drive them.

The tables are data (`*.json` beside this file), shared by all clients; `web_client/core/rigs.js` is made
from them by `python -m tests.blend_shapes.make_rigs`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One shape of a family of rigs."""

    key: str
    """As the family spells it."""
    spellings: tuple[str, ...]
    """`key` first."""
    terms: Mapping[str, float]
    """Gain by source: a channel or a viseme of `visemes.VISEMES`. Without terms the shape stays at rest."""
    optional: bool
    """Avatars of this family may do without it."""
    unless: tuple[str, ...]
    """Left at rest where one of these rows of the family is found too: it would do the same again."""


@dataclass(frozen=True, slots=True)
class Rig:
    """A family of rigs: one way of naming and dividing the shapes of a face."""

    name: str
    fidelity: float
    """How much of a face it can show, 1 for all of it: what a found share of its shapes is worth against
    another family's."""
    rows: tuple[Row, ...]


def tables() -> list[dict[str, Any]]:
    """The JSON tables as they are, the families that can show more first."""
    folder = resources.files(__package__)
    files = [file for file in folder.iterdir() if file.name.endswith(".json")]
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda table: (-table["fidelity"], table["name"]))


@cache
def rigs() -> Sequence[Rig]:
    """Every known family."""
    return tuple(
        Rig(
            table["name"],
            table["fidelity"],
            tuple(
                Row(
                    key,
                    (key, *row.get("spellings", ())),
                    row["from"],
                    row.get("optional", False),
                    tuple(row.get("unless", ())),
                )
                for key, row in table["shapes"].items()
            ),
        )
        for table in tables()
    )
