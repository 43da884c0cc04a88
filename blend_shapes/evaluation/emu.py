"""EMU: phone labels in ``NAME_annot.json``, tracks of sensors in SSFF files.

Sources: the EMU-SDMS manual, chapters "Annotation structure modeling" and "The SSFF file format".
"""

import json
from typing import Any, Final

import numpy as np

from blend_shapes.evaluation.recording import Track
from blend_shapes.phonemes.normalise import plain
from blend_shapes.phonemes.timing import PhoneTiming

SAMPA: Final = {
    "V": "ʌ", "N": "ŋ", "S": "ʃ", "Z": "ʒ", "D": "ð", "T": "θ", "I": "ɪ", "E": "ɛ", "U": "ʊ", "O": "ɒ",
    "A": "æ", "@": "ə", "@:": "ɜː", "@u": "oʊ", "i:": "iː", "u:": "uː", "o:": "ɔː", "a:": "ɑː",
    "ai": "aɪ", "ei": "eɪ", "aI": "aɪ", "6": "ɐ", "9": "œ", "2:": "øː", "Y": "ʏ", "C": "ç", "tS": "tʃ",
    "dZ": "dʒ", "r": "ɹ", "H": "h", "dH": "h", "&p:": "",
}  # fmt: skip
"""Labels of the Australian and the German set (SAMPA and MAUS) that IPA writes differently."""
_CLUSTERS: Final = {"db": ("d", "b")}
"""One label for two closures: where the first ends is unknown, each gets half."""

_HEADER_END: Final = b"-----------------\n"
_TYPES: Final = {"DOUBLE": "f8", "FLOAT": "f4", "LONG": "i4", "SHORT": "i2", "BYTE": "u1", "CHAR": "i1"}


def phones(data: bytes) -> tuple[PhoneTiming, ...]:
    """The labels of the first level of segments. Raises ValueError saying what is missing.

    Closure and aspiration are labels of their own here, so a stop's label is its closure.
    """
    try:
        annotation = json.loads(data)
        rate = float(annotation["sampleRate"])
        level = next(each for each in annotation["levels"] if each["type"] == "SEGMENT")
        labels = [p for item in level["items"] for p in _phones_of(item, rate)]
    except StopIteration:
        raise ValueError("no level of type SEGMENT; phone labels are wanted") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not an EMU annotation ({type(error).__name__}: {error})") from None
    return tuple(sorted(labels, key=lambda p: p.start))


def _phones_of(item: dict[str, Any], rate: float) -> list[PhoneTiming]:
    label = str(item["labels"][0]["value"])
    names = _CLUSTERS.get(label, (SAMPA.get(label, label),))
    start, length = int(item["sampleStart"]) / rate, (int(item["sampleDur"]) + 1) / rate
    cuts = [start + length * i / len(names) for i in range(len(names) + 1)]
    return [plain(name, a, b) for name, a, b in zip(names, cuts[:-1], cuts[1:], strict=True)]


def track(data: bytes) -> dict[str, Track]:
    """The columns of an SSFF file by name. Raises ValueError saying what is wrong.

    After an ASCII header that ends with seventeen dashes come rows of numbers, little-endian unless the
    header says ``Machine SPARC``.
    """
    head, found, body = data.partition(_HEADER_END)
    if not data.startswith(b"SSFF") or not found:
        raise ValueError('not an SSFF file: it begins with "SSFF" and its header ends with 17 dashes')
    fields = [line.split() for line in head.decode("ascii", "replace").splitlines()]
    order = ">" if ["Machine", "SPARC"] in fields else "<"
    columns = [
        (words[1], order + _TYPES.get(words[2], "?"), int(words[3]))
        for words in fields
        if words and words[0] == "Column"
    ]
    if not columns or any("?" in kind for _, kind, _ in columns):
        raise ValueError(f"the header names no columns of a type among {', '.join(_TYPES)}")
    row = np.dtype(columns)
    if len(body) % row.itemsize or not body:
        raise ValueError(
            f"{len(body)} bytes after the header are no whole rows of {row.itemsize}: truncated?"
        )
    table = np.frombuffer(body, row)
    rate, start = _number(fields, "Record_Freq"), _number(fields, "Start_Time")
    return {
        name: Track(np.asarray(table[name], np.float64).reshape(len(table), -1)[:, 0], rate, start)
        for name, _, _ in columns
    }


def _number(fields: list[list[str]], name: str) -> float:
    for words in fields:
        if words[:1] == [name]:
            return float(words[1])
    raise ValueError(f"the header has no {name}")


def lip_distance(upper: bytes, lower: bytes) -> Track:
    """Millimetres between two lip sensors, from their SSFF files with columns ``*_posx``, ``y``, ``z``.

    Rows that are all zero at the end are padding and left out. Raises ValueError.
    """
    above, rate, start = _place(upper)
    below, other_rate, _ = _place(lower)
    if above.shape != below.shape or rate != other_rate:
        raise ValueError(
            f"upper lip {above.shape} at {rate:g} Hz, lower lip {below.shape} at {other_rate:g} Hz"
        )
    kept = np.flatnonzero((above != 0.0).any(axis=1) & (below != 0.0).any(axis=1))
    if not len(kept):
        raise ValueError("all rows are zero")
    apart = np.linalg.norm(above - below, axis=1)[: kept[-1] + 1]
    return Track(np.asarray(apart, np.float64), rate, start)


def _place(data: bytes) -> tuple[np.ndarray[Any, np.dtype[np.float64]], float, float]:
    columns = track(data)
    axes = [t for axis in "xyz" for name, t in columns.items() if name.endswith(f"pos{axis}")]
    if len(axes) != 3:
        raise ValueError(f"columns posx, posy, posz are wanted, found {', '.join(columns)}")
    return np.stack([t.values for t in axes], axis=1), axes[0].rate, axes[0].start
