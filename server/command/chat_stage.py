"""What of a reply is seen at the playhead: its words so far and its face now."""

from dataclasses import dataclass, field

import numpy as np

from blend_shapes.face import Weights
from protocol import messages as m
from protocol.face_format import FaceLayout


@dataclass(slots=True)
class StagedReply:
    """One turn as it comes in. Times in microseconds on the turn's timeline."""

    turn: int
    layout: FaceLayout
    fps: int
    cut: bool = False
    """Whether it was stopped before its end."""
    captions: list[m.Caption] = field(default_factory=list)
    frames: list[Weights] = field(default_factory=list)

    def add_face(self, payload: bytes) -> None:
        """Frames follow each other without a hole, from time 0. Raises BadMessage."""
        self.frames += list(self.layout.unpack(payload)[0])

    def face_at(self, pts: int) -> Weights:
        """The newest frame not after `pts`; at rest before the first."""
        if not self.frames:
            return np.zeros(self.layout.channels, np.float32)
        return self.frames[min(pts * self.fps // 1_000_000, len(self.frames) - 1)]

    def text_until(self, pts: int) -> str:
        """The words that have begun by `pts`."""
        return "".join(c.text for c in self.captions if c.pts <= pts).strip()


class Screen:
    """A terminal: one line that changes while the avatar speaks, whole lines for everything else.

    Where the output is no terminal only whole lines are written.
    """

    def __init__(self, name: str, width: int, terminal: bool) -> None:
        self._name = name
        self._width = width
        self._terminal = terminal

    def live(self, face: str, text: str) -> str:
        """What to write to show the face and the end of the text, in one line."""
        if not self._terminal:
            return ""
        room = max(10, self._width - len(face) - 3)
        tail = text if len(text) <= room else f"…{text[1 - room :]}"
        return f"\r\x1b[2K{face}  {tail}"

    def said(self, text: str, *, cut: bool) -> str:
        """A whole reply, or as much of it as was heard."""
        return self.line(f"{self._name}: {text}{' -' if cut else ''}")

    def line(self, text: str) -> str:
        """A line of its own, and the prompt again."""
        return f"\r\x1b[2K{text}\n> " if self._terminal else f"{text}\n"
