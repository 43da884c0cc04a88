"""A face as a line of text: eyes, mouth, and a few channels as bars."""

from blend_shapes.arkit import INDEX
from blend_shapes.face import Weights
from blend_shapes.metrics import CLOSED, aperture

_LEVELS = " ▁▂▃▄▅▆▇█"
_BARS = (("jaw", "jawOpen"), ("round", "mouthPucker"), ("smile", "mouthSmileLeft"), ("brow", "browInnerUp"))
_BLINK, _ROUND = 0.5, 0.25


def face_line(weights: Weights) -> str:
    """The pose in one row of weights, shape (52,), as text of constant width."""
    bars = " ".join(f"{label} {_bar(float(weights[INDEX[name]]))}" for label, name in _BARS)
    return f"({_eye(weights, 'Left')}{_mouth(weights)}{_eye(weights, 'Right')}) {bars}"


def _eye(weights: Weights, side: str) -> str:
    return "-" if weights[INDEX[f"eyeBlink{side}"]] > _BLINK else "•"


def _mouth(weights: Weights) -> str:
    lips = float(aperture(weights[None])[0])
    rounded = max(weights[INDEX["mouthPucker"]], weights[INDEX["mouthFunnel"]]) > _ROUND
    if lips <= CLOSED:
        return "-"
    if rounded:
        return "o" if lips < 0.3 else "O"
    return "~" if lips < 0.12 else "u" if lips < 0.3 else "D"


def _bar(value: float) -> str:
    """A weight as one of nine heights; anything above 0 shows."""
    last = len(_LEVELS) - 1
    return _LEVELS[0] if value < 0.01 else _LEVELS[min(last, max(1, round(value * last)))]
