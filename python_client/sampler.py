"""The face to show now. Pure.

It is the frame at the playhead while a turn is heard, else a loop that keeps the avatar breathing, with
soft steps between the two. Where frames fail or the voice stands still, the face is held for 150 ms, then
passes to the loop, whose mouth is at rest, with a time constant of 120 ms. Nothing is extrapolated.
"""

from collections.abc import Sequence
from math import exp, inf
from typing import Final

import numpy as np

from protocol.face_format import Floats
from protocol.messages import AvatarState
from python_client.frame_buffer import FrameBuffer, mix
from python_client.media_clock import Heard

EASE_IN_S: Final = 0.07
EASE_OUT_S: Final = 0.16
FLUSH_OUT_S: Final = 0.12
LOOP_FADE_S: Final = 0.35
HOLD_S: Final = 0.15
RELAX_S: Final = 0.12
KEPT_US: Final = 1_000_000


def ease(x: float) -> float:
    """From 0 to 1 with flat ends."""
    t = min(max(x, 0.0), 1.0)
    return t * t * (3 - 2 * t)


class _Loops:
    """Short loops of frames, cross-faded."""

    def __init__(self, size: int) -> None:
        self._clips: dict[str, _Clip] = {}
        self._rest = np.zeros(size, np.float32)
        self._name = "idle"
        self._before: _Clip | None = None
        self._since = self._now = -inf

    def set(self, name: str, clip: "_Clip") -> None:
        """Another mood has other loops: the one shown passes into its successor."""
        shown = self._clips.get(name)
        self._clips[name] = clip
        if shown is not None and name == self._name:
            self._before, self._since = shown, self._now

    def choose(self, state: AvatarState, now: float) -> None:
        name = state if state in self._clips else "idle"
        self._now = now
        if name != self._name:
            self._before, self._since = self._clips.get(self._name), now
            self._name = name

    def sample(self, now: float) -> Floats:
        share = ease((now - self._since) / LOOP_FADE_S)
        face = self._frame(self._clips.get(self._name), now)
        return face if share >= 1 else mix(self._frame(self._before, now), face, share)

    def _frame(self, clip: "_Clip | None", now: float) -> Floats:
        if clip is None:
            return self._rest
        fps, frames = clip
        at = (now * fps) % len(frames)
        i = int(at)
        return mix(frames[i], frames[(i + 1) % len(frames)], at - i)


_Clip = tuple[float, Sequence[Floats]]


class Sampler:
    """A frame is `size` numbers: weights, three angles. Times are seconds of a clock that never falls."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._loops = _Loops(size)
        self._turns: dict[int, FrameBuffer] = {}
        self._voice = np.zeros(size, np.float32)
        self._presence = 0.0
        self._out_s = EASE_OUT_S
        self._turn = -1
        self._shown = -1.0
        self._still = 0.0
        self._relaxed = 0.0
        self._last: float | None = None

    def set_loop(self, name: str, fps: float, frames: Sequence[Floats]) -> None:
        """Show `frames`, each of shape (size,), as the loop `name` while nothing is said."""
        if len(frames):
            self._loops.set(name, (fps, frames))

    def insert(self, turn: int, pts: int, frame: Floats) -> None:
        """Keep `frame`, shape (size,), of media time `pts` in microseconds."""
        self._turns.setdefault(turn, FrameBuffer()).insert(pts, frame)

    def forget(self, turn: int, pts: float) -> None:
        """Forget the frames of this turn before `pts`, but the last of them; for a screen that is off."""
        if turn in self._turns:
            self._turns[turn].drop_before(pts)

    def forget_turns(self, turn: float) -> None:
        """Forget the frames of this turn and all before it."""
        for known in [known for known in self._turns if known <= turn]:
            del self._turns[known]

    def flush(self, turn: float = inf) -> None:
        """Forget the frames of this turn and all before it, all without `turn`; the face goes to rest."""
        self.forget_turns(turn)
        if self._turn <= turn:
            self._turn = -1
        self._out_s = FLUSH_OUT_S

    def sample(
        self, now: float, heard: Heard, avatar: AvatarState, ahead_us: float = 0.0
    ) -> tuple[Floats, float]:
        """The face at `now`, a new array of shape (size,), and its media time, -1 when no turn is shown.

        `avatar` says which loop fits, `ahead_us` how much later than `heard` the picture lights up.
        """
        passed = 0.0 if self._last is None else max(0.0, now - self._last)
        self._last = now
        self._loops.choose(avatar, now)
        rest = self._loops.sample(now)
        speaking = heard.state in ("playing", "draining")
        buffer = self._turns.get(heard.turn)
        present = buffer is not None and (speaking or heard.state == "starved")
        if buffer is not None and present:
            pts = heard.pts + (ahead_us if speaking else 0)
            self._follow(buffer, heard.turn, pts, speaking, passed)
            if self._relaxed > 0:
                self._voice = mix(self._voice, rest, self._relaxed)
        self._fade(present, passed)
        return mix(rest, self._voice, ease(self._presence)), self._shown if present else -1.0

    def _follow(self, buffer: FrameBuffer, turn: int, pts: float, moving: bool, passed: float) -> None:
        """Take the frame at `pts`; say how far the face is relaxed while voice or frames are missing."""
        if turn != self._turn:
            self.forget_turns(turn - 1)
            self._turn, self._shown, self._relaxed, self._out_s = turn, -1.0, 0.0, EASE_OUT_S
        buffer.drop_before(pts - KEPT_US)
        before = self._shown
        self._shown = buffer.sample(pts, self._voice)
        self._still = 0.0 if moving and self._shown != before else self._still + passed
        if self._still > HOLD_S:
            self._relaxed += (1 - self._relaxed) * (1 - exp(-passed / RELAX_S))
        else:
            self._relaxed = max(0.0, self._relaxed - passed / EASE_IN_S)

    def _fade(self, present: bool, passed: float) -> None:
        if present:
            self._presence = min(1.0, self._presence + passed / EASE_IN_S)
        else:
            self._presence = max(0.0, self._presence - passed / self._out_s)
