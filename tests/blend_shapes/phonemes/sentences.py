"""Sentences of the main languages, from ``sentences.txt`` beside this file."""

from pathlib import Path


def sentences() -> dict[str, list[str]]:
    """Language tag to lines of text."""
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, _, text = line.partition("\t")
            found.setdefault(language, []).append(text)
    return found
