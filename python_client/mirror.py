"""The user's own face in drive mode, from the frames that come back to what is shown. Pure."""

from collections.abc import Iterable, Sequence

from protocol.face_format import Floats
from python_client.live_clock import LiveClock
from python_client.media_clock import Heard
from python_client.sampler import KEPT_US, Sampler


class Mirror:
    """One stream of frames after the other, one for each connection, shown by `sampler`.

    The sampler knows each by a number of its own, which stands where a turn's does.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._clock: LiveClock | None = None
        self._stream = 0

    def begin(self) -> None:
        """A connection has been made: what comes next is another stream."""
        self._clock = None

    def add(self, now: float, times: Sequence[int], frames: Iterable[Floats]) -> None:
        """Frames have come, with their media times in microseconds."""
        if not times:
            return
        if self._clock is None:
            self._clock = LiveClock()
            self._stream += 1
        for pts, frame in zip(times, frames, strict=True):
            self._sampler.insert(self._stream, pts, frame)
        self._sampler.forget(self._stream, times[-1] - KEPT_US)
        self._clock.arrive(now, times[-1])

    def heard(self, now: float) -> Heard | None:
        """What the sampler is to show at `now`, None while there is no stream."""
        return None if self._clock is None else Heard(self._stream, self._clock.at(now), "playing")
