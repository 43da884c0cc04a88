"""What an audio thread does with one speaker of a room: live voice, from arrival to the device. Pure.

::

    idle -> priming -> playing <-> starved -> draining -> idle,   flushing from anywhere

As `Playout`, but for what cannot wait: as little is held as the network allows. The fill is steered to its
target by playing up to half a per cent faster or slower; far too much is cut out. A speaker speaks in runs,
between which nothing comes; each is primed anew. `protocol/PLAYOUT.md` is normative.
"""

from typing import Final

import numpy as np

from protocol.face_format import Floats
from python_client.jitter import TARGET_MS, JitterTarget
from python_client.live_ring import LiveRing
from python_client.playout import FADE_MS, Anchor, PlayoutState
from python_client.resampler import Resampler

CAPACITY_S: Final = 2
WINDOW_S: Final = 0.2
SMOOTHING: Final = 0.25
STEERING: Final = 0.00025
"""Share of speed for each millisecond that the fill is off."""
FASTEST: Final = 0.005
SOME: Final = 1.35
"""Times the target: what is more is cut down where it is quiet."""
MUCH: Final = 2.0
"""Times the target: what is more is cut down anywhere."""
BEYOND_MS: Final = 250.0
"""No more than this beyond the target is ever waited for."""
OVER_S: Final = 0.3
"""A run that stood still for so long is over, if nobody said so."""
_VOICED: Final = ("playing", "draining", "flushing")


class LivePlayout:
    """`device_rate` and the voice's `rate` are in samples a second; `target_ms` is for a good network."""

    def __init__(self, device_rate: int, rate: int, target_ms: float = TARGET_MS) -> None:
        self.device_rate = device_rate
        self.rate = rate
        self.state: PlayoutState = "idle"
        self.run = -1
        """Run heard now or last."""
        self.underruns = 0
        self.target = JitterTarget(target_ms)
        self.ring = LiveRing(CAPACITY_S * rate, round(FADE_MS * rate / 1000))
        self._resampler = Resampler(rate, device_rate)
        self._origin = 0
        self._ended = False
        self._waiting: list[tuple[int, int, Floats]] = []
        """Runs that have come and are not yet played: run, number of the first sample, samples."""
        self._waiting_ended = -1
        self._pulled = self._arrived = 0
        """Samples that the device has had, in all and when voice came last."""
        self._stood_since = 0
        self._cut_short = False
        """Whether the voice ran dry, and it is not yet known whether that was its end."""
        self._newest = -1
        self._level = -1.0
        self._window, self._fill = 0, 0.0

    @property
    def buffered_ms(self) -> float:
        """Milliseconds of voice held for the current run."""
        return 0.0 if self.state == "idle" else 1000 * self.ring.available / self.rate

    def push(self, run: int, start: int, samples: Floats) -> None:
        """Take samples, shape (n,) in -1..1, the first of which has number `start`; they are kept.

        A new run waits until the one before has been played. Nothing comes of a run after its `end`.
        """
        if run != self._newest:
            self._newest = run
            self.target.begin()
        end, length = (start + len(samples)) / self.rate, len(samples) / self.rate
        self.target.arrive(self._pulled / self.device_rate, end, length)
        self._arrived = self._pulled
        if run == self.run and self.state != "flushing":
            self._resume(start, samples)
            return
        self._waiting.append((run, start, samples))
        self._ended = True
        while sum(len(samples) for *_, samples in self._waiting) > CAPACITY_S * self.rate:
            self._waiting.pop(0)

    def end(self, run: int) -> None:
        """Nothing follows in this run."""
        if run == self.run:
            self._ended = True
        else:
            self._waiting_ended = run

    def flush(self, fade_ms: float) -> None:
        """Drop what is here, with a fade."""
        self._waiting.clear()
        self._newest = -1
        if self.state in ("playing", "draining"):
            self.ring.cut(round(fade_ms * self.rate / 1000))
            self.state = "flushing"
        elif self.state != "flushing":
            self.state = "idle"
            self.ring.clear(self.ring.written_to)
        self._ended = True

    def pull(self, out: Floats) -> Anchor:
        """Fill `out`, shape (n,), with the next block; what is said of it holds at its first sample."""
        self._turn_over()
        anchor = self._anchor()
        if self.state in _VOICED:
            self._voice(out)
        else:
            out[:] = 0
        self._pulled += len(out)
        return anchor

    def _turn_over(self) -> None:
        """The state of the next block."""
        if self.state == "idle" and self._waiting:
            self._open()
        if self.state in ("priming", "starved"):
            self._ended = self._ended or self._pulled - self._arrived >= OVER_S * self.device_rate
            if self._ended or self.buffered_ms >= self.target.ms:
                self._play()
        if self.state == "playing" and self._ended:
            self.state = "draining"

    def _anchor(self) -> Anchor:
        position = min(self._origin + self._resampler.position, self.ring.read_at)
        received = self.ring.written_to * 1e6 / self.rate
        at = position * 1e6 / self.rate
        return Anchor(self.run, self.run, at, received, self.state, self.buffered_ms, self.underruns)

    def _open(self) -> None:
        """Take up the next run that waits."""
        self.run, start, _ = self._waiting[0]
        self.ring.clear(start)
        while self._waiting and self._waiting[0][0] == self.run:
            _, start, samples = self._waiting.pop(0)
            self.ring.write_at(start, samples)
        self._ended = bool(self._waiting) or self._waiting_ended == self.run
        self._cut_short = False
        self._stand("priming")

    def _resume(self, start: int, samples: Floats) -> None:
        """More of the run has come.

        If it had run dry, and nothing was left out, the network was to blame. If something was left out,
        the silence since then stands for it, and the voice goes on in its time.
        """
        hole, stood = start - self.ring.written_to, None
        if self._cut_short and hole <= 0:
            self.underruns += 1
            self.target.grow()
        elif self._cut_short and self.state == "starved":
            stood = int((self._pulled - self._stood_since) * self.rate / self.device_rate + 0.5)
        self.ring.write_at(start, samples, stood)
        self._cut_short = self._ended = False
        if stood is not None and hole >= stood:
            self._play()
        elif self.state == "idle":
            self._stand("priming")
        elif self.state == "draining":
            self.state = "playing"

    def _play(self) -> None:
        """From silence to voice: the filter begins afresh where the ring stands."""
        most = int((self.target.ms + BEYOND_MS) * self.rate / 1000)
        self.ring.leave(max(0, self.ring.available - most))
        self._level, self._window, self._fill = -1.0, 0, 0.0
        self._stand("playing")

    def _stand(self, state: PlayoutState) -> None:
        """Into `state` where the ring stands."""
        self.state = state
        self._origin = self.ring.read_at
        self._resampler.reset()

    def _voice(self, out: Floats) -> None:
        if self.state == "playing":
            self._steer(len(out))
        samples = np.empty(self._resampler.need(len(out)), np.float32)
        skipped = self.ring.skipped
        real = self.ring.read(samples, last=False)
        self._resampler.process(samples, out)
        self._origin += self.ring.skipped - skipped
        if self.state != "playing" and self._origin + self._resampler.position >= self.ring.written_to:
            self.state = "idle"
        elif self.state == "playing" and real < len(samples):
            self._cut_short, self._stood_since = True, self._pulled
            self._stand("starved")
        else:
            self.target.relax(len(out) / self.device_rate)

    def _steer(self, n: int) -> None:
        """Every `WINDOW_S` the speed, and whether to cut, from the mean fill since the last time."""
        self._fill += n * self.buffered_ms
        self._window += n
        if self._window < WINDOW_S * self.device_rate:
            return
        mean = self._fill / self._window
        self._window, self._fill = 0, 0.0
        self._level = mean if self._level < 0 else self._level + SMOOTHING * (mean - self._level)
        target = self.target.ms
        if mean > SOME * target:
            self._level -= 1000 * self._cut(mean - target, anywhere=mean > MUCH * target) / self.rate
        off = STEERING * (self._level - target)
        self._resampler.steer(1.0 + min(max(off, -FASTEST), FASTEST))

    def _cut(self, excess_ms: float, *, anywhere: bool) -> int:
        """Cut out what waits beyond the target; how many samples."""
        wanted, least = (int(ms * self.rate / 1000) for ms in (excess_ms, excess_ms - BEYOND_MS))
        quiet = self.ring.cut_quiet(wanted)
        return quiet if quiet or not anywhere else self.ring.cut_voice(wanted, least)
