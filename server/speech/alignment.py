"""Where the listener's playhead was when a sample of their microphone was heard. Pure.

Microphone and loudspeaker run on clocks of one device, so between underruns the two move together; what
the network makes late now and then is not to move them apart.
"""

from typing import Final

GAIN: Final = 0.05
"""Of each deviation that is believed."""
JUMP_S: Final = 0.1
"""A larger deviation, seen so often in a row, is a gap in what is played."""
SEEN: Final = 4


class Alignment:
    """For one turn. Times in seconds."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._strays = 0

    def follow(self, heard: float, playhead: float) -> None:
        """The microphone's stream has come up to `heard`; the playhead is, it seems, at `playhead`."""
        offset = playhead - heard
        if self._offset is None:
            self._offset = offset
        deviation = offset - self._offset
        self._strays = self._strays + 1 if abs(deviation) > JUMP_S else 0
        if self._strays >= SEEN:
            self._offset, self._strays = offset, 0
        elif self._strays == 0:
            self._offset += GAIN * deviation

    def playhead(self, heard: float) -> float:
        """Where the playhead was at `heard` of the microphone's stream; 0 before anything is known."""
        return 0.0 if self._offset is None else heard + self._offset
