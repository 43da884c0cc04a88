"""One member's live voice and face: kept for a moment, and given out while the member speaks. Pure.

The member's timeline is made of takes: stretches of voice with a timeline of their own (a microphone's, a
reply's), each of which is moved by whole seconds to where the one before ended, or just after. So frames of
every rate stay on their grid, and times rise whatever the takes' own times were.
"""

from typing import Final, Protocol

import numpy as np

from blend_shapes.face import FaceFrames
from server.audio.chunk import AudioFormat, Samples
from server.rooms.feed import Feed
from server.turn.events import PeerSpoke

LONGEST_S: Final = 2.0
"""So much voice may wait for its face; what is older is left out."""
MARGIN_S: Final = 0.3
"""Voice kept beyond the preroll while the member is silent: its start may be noticed so late."""

ONSET_S: Final = 0.1
"""So much of its voice says how loud a member begins."""


class Outlet(Protocol):
    """Where a broadcast goes. No call waits or raises."""

    def heard(self, peer: int, samples: Samples) -> None:
        """The member has said this, which may not have been given out yet."""
        ...

    def give(self, feed: Feed, event: PeerSpoke) -> None:
        """This is for whoever takes the feed."""
        ...

    def rested(self, peer: int) -> None:
        """The member has stopped; all was given out."""
        ...


class Broadcast:
    """Voice comes at the rate of `audio`, frames at `fps`. Memory is bounded."""

    def __init__(
        self, peer: int, audio: AudioFormat, fps: int, outlet: Outlet, *, segment_s: float
    ) -> None:
        self.peer = peer
        self.speaking = False
        self.feeds: dict[int, Feed] = {}
        self._audio = audio
        self._fps = fps
        self._outlet = outlet
        self._segment_s = segment_s
        self._voice = np.zeros(0, np.int16)
        self._end = 0
        """After the last sample that came."""
        self._moved_s = 0

    def serve(self, rates: set[int]) -> None:
        """Frames are wanted at these rates from now on, and at no others."""
        self.feeds = {fps: self.feeds.get(fps) or self._feed(fps) for fps in rates}

    def begin(self, position: int) -> None:
        """A take begins at this sample of its own timeline; what was not given out is left out."""
        self.rest()
        self._voice = self._voice[:0]
        self._moved_s = -(-self._end // self._audio.rate) - position // self._audio.rate
        self._end = position + self._moved_s * self._audio.rate
        for feed in self.feeds.values():
            feed.forget(self._end)

    def add(self, samples: Samples, frames: FaceFrames, keep_s: float) -> None:
        """Voice that follows, and the frames that are certain now, on the take's own timeline.

        The last `keep_s` of silence are kept for when the member speaks.
        """
        self._voice = np.concatenate([self._voice, samples])
        self._end += len(samples)
        if self.speaking and len(samples):
            self._outlet.heard(self.peer, samples)
        moved = FaceFrames(
            frames.first + self._moved_s * self._fps, frames.fps, frames.weights, frames.head
        )
        for feed in self.feeds.values():
            feed.show(moved)
            if self.speaking:
                self._give(feed, feed.least)
        self._forget(LONGEST_S if self.speaking else keep_s + MARGIN_S)

    def speak(self, since: int) -> None:
        """The member has begun to speak: from `since` on, of the take's own timeline, it is to be heard."""
        self.speaking = True
        self._outlet.heard(self.peer, self._voice[-self._audio.samples(ONSET_S) :])
        for feed in self.feeds.values():
            feed.begin(max(since + self._moved_s * self._audio.rate, self._first))
            self._give(feed, feed.least)

    def rest(self) -> None:
        """The member has stopped. What has its face is given out, and then that nothing follows."""
        if not self.speaking:
            return
        self.speaking = False
        for feed in self.feeds.values():
            self._give(feed, 1)
            self._outlet.give(feed, feed.ending())
        self._outlet.rested(self.peer)

    @property
    def moved_us(self) -> int:
        """From the take's own timeline to the member's."""
        return self._moved_s * 1_000_000

    @property
    def _first(self) -> int:
        """The first sample that is kept."""
        return self._end - len(self._voice)

    def _feed(self, fps: int) -> Feed:
        feed = Feed(self.peer, self._audio, self._fps, fps, segment_s=self._segment_s)
        feed.begin(self._end)
        return feed

    def _give(self, feed: Feed, least: int) -> None:
        if (ready := feed.ready(self._end)) >= least:
            at = feed.cursor - self._first
            self._outlet.give(feed, feed.cut(self._voice[at : at + ready].copy()))

    def _forget(self, keep_s: float) -> None:
        """What nobody will be given any more."""
        first = self._end - self._audio.samples(keep_s)
        if self.speaking and self.feeds:
            first = max(first, min(feed.cursor for feed in self.feeds.values()))
        if first <= self._first:
            return
        self._voice = self._voice[first - self._first :]
        for feed in self.feeds.values():
            feed.forget(first)
            feed.cursor = max(feed.cursor, first) if self.speaking else feed.cursor
