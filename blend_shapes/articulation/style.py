"""How much a speaker moves: the JALI plane (Edwards, Landreth, Fiume, Singh 2016), two axes in [0, 1]."""

from dataclasses import dataclass
from typing import Final

GAIN_SLOPE: Final = 0.8
"""Factor on a movement for the whole length of an axis."""
_LEAST_GAIN: Final = 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """(0, 0) mumbles, (1, 1) shouts, (0.5, 0.5) talks. Raises ValueError outside [0, 1]."""

    jaw: float = 0.5
    lips: float = 0.5

    def __post_init__(self) -> None:
        if not (0.0 <= self.jaw <= 1.0 and 0.0 <= self.lips <= 1.0):
            raise ValueError(f"style wants jaw and lips in [0, 1], got {self.jaw} and {self.lips}")

    def jaw_gain(self, emphasis: float = 0.0) -> float:
        """Factor on the jaw; `emphasis` is added to the axis for stressed or reduced vowels."""
        return _LEAST_GAIN + GAIN_SLOPE * (self.jaw + emphasis)

    @property
    def lip_gain(self) -> float:
        return _LEAST_GAIN + GAIN_SLOPE * self.lips


NEUTRAL: Final = Style()
