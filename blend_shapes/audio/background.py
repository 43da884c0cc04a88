"""What stands out from the sound that is always there: noise of room, line and microphone."""

from typing import Final

from blend_shapes.audio.correlation import HOP_HZ

_GATE_DB: Final = 9.0
_FAINT_DB: Final = -60.0
"""Nothing below this stands out."""
_RISE_DB: Final = 4.0 / HOP_HZ
_FALL: Final = 0.3
"""How the background follows a hop that is louder, and the share of the way to one that is fainter."""
_MOST_FIRST_DB: Final = -50.0
"""A stream that begins louder than this begins with a voice."""
_LEAST_DB: Final = -80.0


class Background:
    """The background of one stream, told the level of each hop in order, dB of full scale."""

    def __init__(self) -> None:
        self._floor: float | None = None

    def stands_out(self, level: float) -> bool:
        """Whether the next hop is louder than the background; each hop is asked once."""
        floor = self._floor
        if floor is None:
            floor = min(level, _MOST_FIRST_DB)
        elif level < floor:
            floor += _FALL * (level - floor)
        else:
            floor += min(_RISE_DB, level - floor)
        self._floor = max(floor, _LEAST_DB)
        return level > max(self._floor + _GATE_DB, _FAINT_DB)
