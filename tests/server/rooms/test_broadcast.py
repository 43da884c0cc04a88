"""One member's voice and face on their way out, however they come in."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import FaceFrames, frames_before
from server.audio.chunk import AudioFormat, Samples
from server.rooms.broadcast import LONGEST_S, MARGIN_S, Broadcast
from server.rooms.feed import Feed
from server.turn.events import PeerSpoke

FPS = 60
SEGMENT_S = 0.04


class Outlet:
    """Writes down what is given out, by frames a second."""

    def __init__(self) -> None:
        self.given: dict[int, list[PeerSpoke]] = {}
        self.rests = 0
        self.loud_s = 0.0

    def heard(self, peer: int, samples: Samples) -> None:
        self.loud_s += len(samples) / 24_000

    def give(self, feed: Feed, event: PeerSpoke) -> None:
        self.given.setdefault(feed.fps, []).append(event)

    def rested(self, peer: int) -> None:
        self.rests += 1


class Speaker:
    """A broadcast that is fed like a take is: voice, and frames some time after it."""

    def __init__(self, rate: int = 24_000, fps: int = FPS, ahead_s: float = 0.06) -> None:
        self.audio = AudioFormat(rate)
        self.outlet = Outlet()
        self.broadcast = Broadcast(7, self.audio, fps, self.outlet, segment_s=SEGMENT_S)
        self.fps = fps
        self.ahead = self.audio.samples(ahead_s)
        self.begin(0)

    def begin(self, position: int) -> None:
        """A take at this sample of its own timeline."""
        self.end = position
        self.shown = position * self.fps // self.audio.rate
        self.broadcast.begin(position)

    def hear(self, samples: int) -> None:
        """So much more; the value of a sample is its position, that of a frame its number."""
        self.end += samples
        until = max(self.shown, frames_before(self.audio.micros(self.end - self.ahead), self.fps))
        self.add(samples, until)

    def settle(self) -> None:
        self.add(0, frames_before(self.audio.micros(self.end), self.fps) + 5)

    def add(self, samples: int, until: int) -> None:
        voice = np.arange(self.end - samples, self.end).astype(np.int16)
        n = until - self.shown
        weights = np.zeros((n, len(CHANNELS)), np.float32)
        frames = FaceFrames(self.shown, self.fps, weights, np.zeros((n, 3), np.float32))
        self.shown = until
        self.broadcast.add(voice, frames, 0.2)


def check(events: list[PeerSpoke], fps: int) -> None:
    """What every listener may rely on."""
    assert [e.seq for e in events] == list(range(len(events)))
    faced: int | None = None
    for before, event in pairwise([events[0], *events]):
        assert event.audio.position >= (before.audio.end if event is not before else 0)
        if not len(event.audio):
            assert not len(event.frames)
            faced = None
            continue
        due = frames_before(event.audio.format.micros(event.audio.end), fps)
        if len(event.frames):
            first = event.frames.first
            if faced is None:
                assert event.frames.pts < event.audio.format.micros(event.audio.position) + 1e6 / fps
            else:
                assert first == faced, "no hole while somebody speaks"
            faced = event.frames.end
        assert faced is not None and faced >= due, "every frame before the end of the voice is there"


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from([8000, 24_000, 44_100, 48_000]),
    fps=st.sampled_from([60, 30, 25, 90]),
    source=st.sampled_from([60, 30]),
    first=st.integers(0, 200_000),
    cuts=st.lists(st.integers(1, 4000), min_size=20, max_size=60),
    onset=st.integers(3, 15),
    length=st.integers(1, 30),
)
def test_every_frame_comes_in_time_and_nothing_is_lost(
    rate: int, fps: int, source: int, first: int, cuts: list[int], onset: int, length: int
) -> None:
    speaker = Speaker(rate, source)
    speaker.broadcast.serve({fps})
    speaker.begin(first)
    preroll = rate // 5
    since = 0
    for k, cut in enumerate(cuts):
        speaker.hear(cut)
        if k == onset:
            since = max(first, speaker.end - preroll)
            speaker.broadcast.speak(speaker.end - preroll)
        if k == onset + length:
            speaker.broadcast.rest()
    speaker.settle()
    speaker.broadcast.rest()
    events = speaker.outlet.given[fps]
    check(events, fps)
    assert not len(events[-1].audio)
    voice = [e for e in events if len(e.audio)]
    assert all(a.audio.end == b.audio.position for a, b in pairwise(voice))
    shift = -(first // rate) * rate
    if voice:
        assert since <= voice[0].audio.position - shift <= since + rate / source + rate / fps + 1
        heard = np.concatenate([e.audio.samples for e in voice])
        start = voice[0].audio.position - shift
        assert np.array_equal(heard, np.arange(start, start + len(heard)).astype(np.int16))


def test_segments_are_of_about_the_length_that_was_asked_for() -> None:
    speaker = Speaker()
    speaker.broadcast.serve({60, 30, 10})
    for k in range(100):
        speaker.hear(480)
        if k == 20:
            speaker.broadcast.speak(speaker.end - 4800)
    for fps, seconds in ((60, SEGMENT_S), (30, SEGMENT_S), (10, 0.1)):
        lengths = [e.audio.seconds for e in speaker.outlet.given[fps][1:]]
        assert np.mean(lengths) == pytest.approx(seconds, rel=0.25)


def test_nothing_leaves_while_the_member_is_silent() -> None:
    speaker = Speaker()
    speaker.broadcast.serve({60})
    for _ in range(100):
        speaker.hear(480)
    speaker.broadcast.rest()
    assert speaker.outlet.given == {}
    assert (speaker.outlet.rests, speaker.outlet.loud_s) == (0, 0)


def test_a_voice_that_gets_no_face_is_left_out_and_memory_is_bounded() -> None:
    speaker = Speaker(ahead_s=100.0)
    speaker.broadcast.serve({60})
    for k in range(500):
        speaker.hear(480)
        if k == 20:
            speaker.broadcast.speak(speaker.end - 4800)
    assert speaker.outlet.given == {}
    assert len(speaker.broadcast._voice) <= LONGEST_S * 24_000
    speaker.ahead = 0
    speaker.hear(480)
    events = speaker.outlet.given[60]
    check(events, 60)
    assert events[0].audio.end == speaker.end
    assert len(events[0].frames) <= LONGEST_S * 60 + 2
    assert events[0].audio.seconds <= LONGEST_S + 0.02


def test_silence_is_kept_no_longer_than_needed() -> None:
    speaker = Speaker()
    speaker.broadcast.serve({60})
    for _ in range(500):
        speaker.hear(480)
    assert len(speaker.broadcast._voice) <= (0.2 + MARGIN_S) * 24_000


@pytest.mark.parametrize("positions", [(0, 0), (0, 5_000_000), (50_000_000, 0), (2**52 // 1000, 7)])
def test_times_rise_whatever_the_times_of_the_takes(positions: tuple[int, int]) -> None:
    speaker = Speaker()
    speaker.broadcast.serve({60, 25})
    for position in positions:
        speaker.begin(position)
        for k in range(40):
            speaker.hear(480)
            if k == 15:
                speaker.broadcast.speak(speaker.end - 4800)
    speaker.broadcast.rest()
    for fps in (60, 25):
        events = speaker.outlet.given[fps]
        check(events, fps)
        assert len([e for e in events if not len(e.audio)]) == 2
        assert events[-1].audio.end <= 4 * 24_000
    assert speaker.outlet.rests == 2


def test_a_rate_that_is_wanted_later_begins_with_what_is_now() -> None:
    speaker = Speaker()
    speaker.broadcast.serve({60})
    for k in range(60):
        speaker.hear(480)
        if k == 15:
            speaker.broadcast.speak(speaker.end - 4800)
        if k == 30:
            speaker.broadcast.serve({60, 30})
    late = speaker.outlet.given[30]
    check(late, 30)
    assert late[0].audio.position == 31 * 480
    assert late[-1].audio.end >= 59 * 480 - 0.12 * 24_000
    speaker.broadcast.serve({30})
    count = len(speaker.outlet.given[60])
    speaker.hear(4800)
    assert len(speaker.outlet.given[60]) == count
