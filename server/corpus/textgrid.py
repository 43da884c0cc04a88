"""An utterance's phones as a Praat TextGrid: what other tools read, and `eval-face` too."""

from collections.abc import Sequence

from blend_shapes.phonemes.ipa import is_stop
from server.corpus.spoken import Spoken


def textgrid(spoken: Spoken) -> str:
    """In Praat's short text format: a tier of intervals "phones", IPA, and a point tier "releases"."""
    releases = [p.release for p in spoken.phones if is_stop(p.phone) and p.start < p.release < p.end]
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", f"{spoken.seconds:.6f}"]
    intervals = _intervals(spoken)
    cells = [cell for start, end, name in intervals for cell in (f"{start:.6f}", f"{end:.6f}", f'"{name}"')]
    points = [cell for at in releases for cell in (f"{at:.6f}", '"release"')]
    tiers = [
        *_tier("IntervalTier", "phones", spoken.seconds, len(intervals), cells),
        *_tier("TextTier", "releases", spoken.seconds, len(releases), points),
    ]
    return "\n".join([*head, "<exists>", "2", *tiers]) + "\n"


def _tier(kind: str, name: str, seconds: float, count: int, cells: Sequence[str]) -> list[str]:
    return [f'"{kind}"', f'"{name}"', "0", f"{seconds:.6f}", str(count), *cells]


def _intervals(spoken: Spoken) -> list[tuple[float, float, str]]:
    """Phones and what lies between them, without a hole or an overlap."""
    found: list[tuple[float, float, str]] = []
    at = 0.0
    for p in spoken.phones:
        start = max(p.start, at)
        if start > at + 1e-6:
            found.append((at, start, ""))
        if p.end > start:
            found.append((start, p.end, p.phone))
            at = p.end
    if at < spoken.seconds - 1e-6:
        found.append((at, spoken.seconds, ""))
    return found
