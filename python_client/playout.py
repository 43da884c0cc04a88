"""What an audio thread does: the voice of one turn after another, from arrival to the device. Pure.

::

    idle -> priming -> playing <-> starved -> draining -> idle,   flushing from anywhere

Samples come in by `push`, blocks go out by `pull`, which also gives the state and media position at the
block's first sample. A block is silent unless the state is playing, draining or flushing. Media position
moves only with real samples: in a gap it stands still. `protocol/PLAYOUT.md` is normative.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from protocol.face_format import Floats
from python_client.audio_ring import AudioRing
from python_client.cushion import Cushion
from python_client.fader import Fader
from python_client.resampler import Resampler

PlayoutState = Literal["idle", "priming", "playing", "starved", "draining", "flushing"]

TARGET_MS: Final = 120.0
FADE_MS: Final = 5
CAPACITY_S: Final = 12
_VOICED: Final = ("playing", "draining", "flushing")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The audio thread's state at the first sample of a block."""

    stream: int
    """Rises with each turn taken up; turn numbers begin again in a new session."""
    turn: int
    pts: float
    """Media time in microseconds."""
    received: float
    """Media time up to which the turn was there, in microseconds."""
    state: PlayoutState
    buffered_ms: float
    underruns: int


@dataclass(slots=True)
class _Waiting:
    """A turn that has come and is not yet played."""

    turn: int
    rate: int
    start: int
    chunks: list[Floats] = field(default_factory=list)
    ended: bool = False


class Playout:
    """`device_rate` is in samples a second, `target_ms` the voice held before a turn begins."""

    def __init__(self, device_rate: int, target_ms: float = TARGET_MS) -> None:
        self.device_rate = device_rate
        self.state: PlayoutState = "idle"
        self.turn = -1
        """Turn heard now or last."""
        self.underruns = 0
        self._cushion = Cushion(target_ms)
        self._stream = 0
        self._rested = True
        """Whether the block before said idle."""
        self._waiting: list[_Waiting] = []
        self._ended = False
        self._fader = Fader()
        self._ducked = -1
        """Turn up to which voice is heard with the fader's loudness."""
        self._origin = 0
        self._rate = device_rate
        self._ring = AudioRing(1, 1)
        self._resampler = Resampler(1, 1)

    @property
    def buffered_ms(self) -> float:
        """Milliseconds of voice held for the current turn."""
        return 0.0 if self.state == "idle" else 1000 * self._ring.available / self._rate

    @property
    def overrun(self) -> int:
        """Samples lost because more came than the ring holds."""
        return self._ring.overrun

    @property
    def waiting(self) -> bool:
        """Whether voice is still to be given out."""
        return self.state != "idle" or bool(self._waiting)

    def push(self, turn: int, pts: float, rate: int, samples: Floats) -> None:
        """Take samples, shape (n,) in -1..1, that follow what was pushed for this turn; they are kept.

        A new turn waits until the one before is over. `pts` is read for a turn's first samples only.
        """
        if turn == self.turn and self.state not in ("idle", "flushing"):
            self._ring.write(samples)
            return
        stream = next((waiting for waiting in self._waiting if waiting.turn == turn), None)
        if stream is None:
            stream = _Waiting(turn, rate, round(pts * rate / 1e6))
            self._waiting.append(stream)
        stream.chunks.append(samples)

    def end(self, turn: int) -> None:
        """Nothing follows in this turn."""
        if turn == self.turn:
            self._ended = True
        for stream in self._waiting:
            if stream.turn == turn:
                stream.ended = True

    def flush(self, turn: int, fade_ms: float) -> None:
        """Drop this turn and all before it, with a fade."""
        self._waiting = [stream for stream in self._waiting if stream.turn > turn]
        if turn >= self._ducked:
            self._ducked = -1
        if self.turn > turn or self.state in ("idle", "flushing"):
            return
        if self.state in ("playing", "draining"):
            self._ring.cut(round(fade_ms * self._rate / 1000))
            self.state = "flushing"
        else:
            self.state = "idle"
        self._ended = True

    def duck(self, turn: int, level: float, fade_ms: float) -> None:
        """Within `fade_ms` give the voice of this turn and those before `level` of its loudness, 0 to 1."""
        self._ducked = max(self._ducked, turn)
        if self.turn <= turn:
            self._fader.fade(level, round(fade_ms * self.device_rate / 1000))

    def pull(self, out: Floats) -> Anchor:
        """Fill `out`, shape (n,), with the next block; what is said of it holds at its first sample.

        A block that says idle lies between two turns.
        """
        if self.state == "idle" and self._rested:
            self._open()
        if self.state in ("priming", "starved") and self._ready():
            self._play()
        if self.state == "playing" and self._ended:
            self.state = "draining"
        anchor = self._anchor()
        self._rested = self.state == "idle"
        if self.state in _VOICED:
            self._voice(out)
        else:
            out[:] = 0
        self._fader.apply(out)
        return anchor

    def _anchor(self) -> Anchor:
        ring, rate = self._ring, self._rate
        position = min(self._origin + self._resampler.position, ring.read_at)
        return Anchor(
            self._stream,
            self.turn,
            position * 1e6 / rate,
            ring.written_to * 1e6 / rate,
            self.state,
            self.buffered_ms,
            self.underruns,
        )

    def _open(self) -> None:
        """Take up the next waiting turn."""
        if not self._waiting:
            return
        stream = self._waiting.pop(0)
        if stream.rate != self._rate or self._stream == 0:
            self._ring = AudioRing(CAPACITY_S * stream.rate, round(FADE_MS * stream.rate / 1000))
            self._resampler = Resampler(stream.rate, self.device_rate)
        self._rate, self.turn, self._ended = stream.rate, stream.turn, stream.ended
        self._stream += 1
        if stream.turn > self._ducked:
            self._fader.reset()
        self._origin = stream.start
        self._ring.clear(stream.start)
        self._resampler.reset()
        for chunk in stream.chunks:
            self._ring.write(chunk)
        self.state = "priming"

    def _ready(self) -> bool:
        return self._ended or self.buffered_ms >= self._cushion.ms

    def _play(self) -> None:
        """From silence to voice: the filter begins afresh where the ring stands."""
        self._origin = self._ring.read_at
        self._resampler.reset()
        self.state = "playing"

    def _voice(self, out: Floats) -> None:
        samples = np.empty(self._resampler.need(len(out)), np.float32)
        last = self.state != "playing"
        real = self._ring.read(samples, last=last)
        self._resampler.process(samples, out)
        if last and self._origin + self._resampler.position >= self._ring.written_to:
            self.state = "idle"
        elif not last and real < len(samples):
            self._starve()
        else:
            self._cushion.relax(len(out) / self.device_rate)

    def _starve(self) -> None:
        self.state = "starved"
        self.underruns += 1
        self._cushion.grow()
        self._origin = self._ring.read_at
        self._resampler.reset()
