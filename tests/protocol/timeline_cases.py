"""The scripts of the timeline vectors: what arrives when, and what the device does.

Faces are made so that a reader can check them: channel `a` is the frame's media time in seconds (its
fraction), channel `b` is one half in turn 1, a quarter in turn 2, an eighth in turn 3. Every sample is half
of full scale, so the level of what was pulled is 0.5 for voice and 0 for silence. A tone, where there is
one, is so high that it tells whether the resampler is the right one.
"""

from collections.abc import Callable, Iterator
from math import floor
from typing import Any, Self

Step = dict[str, Any]
FIRST_S = 0.037
"""Device time at which the first sample pulled is heard: so far ahead is the audio thread."""
TICK_S = 0.048
"""Between pictures. No multiple of it is 70, 150 or 200 ms: no case hangs on how a language rounds."""


class Script:
    """A vector being written; times are seconds, media times milliseconds."""

    def __init__(
        self,
        about: str,
        *,
        rate: int = 24_000,
        device_rate: int = 48_000,
        blocks: tuple[int, ...] = (480,),
        every: float = TICK_S,
        device: Callable[[float], float] = lambda t: t,
        target_ms: float = 120,
        ahead: int = 8333,
        tone: int = 0,
    ) -> None:
        self.about = about
        self.every = every
        self.device = device
        self.now = 0.0
        self._head: dict[str, Any] = {
            "rate": rate,
            "fps": 20,
            "channels": ["a", "b"],
            "device_rate": device_rate,
            "first": FIRST_S,
            "target_ms": target_ms,
            "tone": tone,
        }
        self._blocks = blocks
        self._ahead = ahead
        self._pulled = 0
        self._count = 0
        self._due = 0
        self.steps: list[Step] = []

    @property
    def vector(self) -> dict[str, Any]:
        """Without what is wanted."""
        return {"about": self.about, **self._head, "script": self.steps}

    def tell(self, **step: Any) -> Self:
        """Something arrives now."""
        self.steps.append({"at": self._at(), **step})
        return self

    def media(
        self, turn: int, start: float, end: float, *, frames: bool = True, voice: bool = True
    ) -> Self:
        """The segment of one turn from `start` to `end` milliseconds, with the frames that lie in it."""
        rate: int = self._head["rate"]
        first, last = round(start * rate / 1000), round(end * rate / 1000)
        numbers = range(-int(-start // 50), -int(-end // 50)) if frames else range(0)
        return self.tell(
            segment={
                "turn": turn,
                "pts": (2_000_000 * first + rate) // (2 * rate),
                "samples": last - first if voice else 0,
                "face_pts": 50_000 * numbers.start if frames else 0,
                "frames": [[round(k % 20 / 20, 2), round(0.5 / 2 ** (turn - 1), 4)] for k in numbers],
            }
        )

    def mirror(self, start: float, end: float) -> Self:
        """The frames of a mirror from `start` to `end` milliseconds."""
        numbers = range(-int(-start // 50), -int(-end // 50))
        frames = [[round(k % 20 / 20, 2), 0.5] for k in numbers]
        return self.tell(mirror={"face_pts": 50_000 * numbers.start, "frames": frames})

    def flush(self, turn: int, fade_ms: int = 10) -> Self:
        """A flush, and which reports it calls for."""
        return self.tell(flush={"turn": turn, "fade_ms": fade_ms}, want={})

    def duck(self, turn: int, level: float, fade_ms: int) -> Self:
        """The voice gets this loudness."""
        return self.tell(duck={"turn": turn, "level": level, "fade_ms": fade_ms})

    def run(self, seconds: float, *, pulling: bool = True) -> Self:
        """The device goes on, with a tick of the screen every `every` seconds."""
        end = self.now + seconds
        while self._due * self.every < end - 1e-9:
            self.now = max(self.now, self._due * self.every)
            self._tick(pulling)
            self._due += 1
        self.now = end
        return self

    def sleep(self, seconds: float) -> Self:
        """No tick for so long; the audio thread catches up at the next."""
        self.now += seconds
        self._due = max(self._due, -floor(-self.now / self.every))
        return self

    def _tick(self, pulling: bool) -> None:
        device = round(self.device(self.now), 6)
        pull = []
        rate: int = self._head["device_rate"]
        while pulling and self._pulled / rate <= device:
            size = self._blocks[self._count % len(self._blocks)]
            pull.append(size)
            self._pulled += size
            self._count += 1
        self.steps.append(
            {"at": self._at(), "device": device, "pull": pull, "ahead": self._ahead, "want": {}}
        )

    def _at(self) -> float:
        return round(self.now, 6)


def every_case() -> Iterator[tuple[str, Script]]:
    """Each with its name."""
    for make in (
        _plain,
        _starting,
        _gaps,
        _cushion,
        _stopping,
        _ducking,
        _turns,
        _arrivals,
        _devices,
        _clocks,
        _loops,
        _mirrors,
    ):
        yield from make()


def whole(script: Script, turn: int, ms: float) -> Script:
    """A whole turn at once."""
    return script.tell(turn=turn).media(turn, 0, ms).tell(end=turn)


def _plain() -> Iterator[tuple[str, Script]]:
    s = Script("A reply of 600 ms in three segments: priming, playing, draining, idle.")
    s.run(0.1).tell(turn=1).media(1, 0, 100).run(0.1).media(1, 100, 340)
    yield "plain", s.run(0.2).media(1, 340, 600).tell(end=1).run(0.7)


def _starting() -> Iterator[tuple[str, Script]]:
    for ms in (119, 120, 121):
        s = Script(f"The cushion is 120 ms; {ms} ms are there, and 80 more come later.")
        yield f"start-{ms}", s.media(1, 0, ms).run(0.2).media(1, ms, 200).tell(end=1).run(0.4)
    s = Script("A reply shorter than the cushion starts when its end is known.")
    yield "start-at-end", s.media(1, 0, 60).run(0.15).tell(end=1).run(0.25)
    s = Script("A cushion of 200 ms, as a phone may want it.", target_ms=200)
    yield "start-200", s.media(1, 0, 199).run(0.1).media(1, 199, 250).run(0.1).tell(end=1).run(0.4)


def _gaps() -> Iterator[tuple[str, Script]]:
    s = Script("The network stalls: voice and face stand still, and go on at 180 ms, not before.")
    s.media(1, 0, 200).run(0.5).media(1, 200, 379).run(0.1).media(1, 379, 380).run(0.1)
    yield "gap", s.media(1, 380, 600).tell(end=1).run(0.55)
    s = Script("A stall of a second: after 150 ms the mouth relaxes, and comes back within 70 ms.")
    yield "stall", s.media(1, 0, 200).run(1.25).media(1, 200, 600).tell(end=1).run(0.6)
    s = Script("The end of a reply comes while it is starved: it goes on with what there is.")
    yield "end-in-gap", s.media(1, 0, 200).run(0.45).media(1, 200, 240).run(0.1).tell(end=1).run(0.3)
    s = Script("300 ms of the voice were never sent: silence stands for them, so that the rest is on time.")
    yield "hole", s.media(1, 0, 150).media(1, 450, 600).tell(end=1).run(0.9)
    s = Script("Voice without frames: held for 150 ms, relaxed, and back when frames come.")
    s.media(1, 0, 200).media(1, 200, 900, frames=False).run(0.7)
    yield "frames-late", s.media(1, 650, 900, voice=False).tell(end=1).run(0.5)


def _cushion() -> Iterator[tuple[str, Script]]:
    s = Script(
        "The cushion grows by half with each underrun and goes back 16 ms with each second of voice: 120, "
        "180, 266, 393, 580, then 600 at most.",
        blocks=(960,),
        every=0.096,
    )
    at = 0.0
    for cushion in (120, 180, 266, 393, 580, 600, 600):
        s.media(1, at, at + cushion - 2, frames=False).run(0.1)
        s.media(1, at + cushion - 2, at + cushion + 2, frames=False).run(cushion / 1000 + 0.2)
        at += cushion + 2
    yield "cushion-grows", s.tell(end=1).run(0.2)
    s = Script(
        "The cushion goes back 16 ms with each second of voice: 585 after four underruns, about 346 after "
        "15 s more. The next underrun makes it about 519: 515 ms are not enough, 524 are.",
        blocks=(4800,),
        every=0.48,
    )
    at = 0.0
    for cushion in (120, 180, 270, 405):
        s.media(1, at, at + cushion, frames=False).run(1.0)
        at += cushion
    for _ in range(30):
        s.media(1, at, at + 500, frames=False).run(0.5)
        at += 500
    s.run(1.5).media(1, at, at + 515, frames=False).run(0.5)
    yield "cushion-relaxes", s.media(1, at + 515, at + 524, frames=False).run(0.5).tell(end=1).run(1)
    s = Script("A cushion that is more than 600 ms from the start is not made smaller.", target_ms=800)
    s.media(1, 0, 800, frames=False).run(1).media(1, 800, 1599, frames=False).run(0.2)
    yield "cushion-large", s.media(1, 1599, 1600, frames=False).run(0.1).tell(end=1).run(1.1)


def _stopping() -> Iterator[tuple[str, Script]]:
    s = Script(
        "Flushed while it plays, twice: silence after one fade of 100 ms. What comes late is dropped.",
        every=0.019,
    )
    s.media(1, 0, 800).run(0.3).flush(1, 100).run(0.05).flush(1, 100)
    yield "flush", s.media(1, 800, 900).run(0.3)
    s = Script("Flushed while it primes, and while it is starved: nothing fades.")
    s.media(1, 0, 60).run(0.15).flush(1).run(0.1).media(2, 0, 130).run(0.4).flush(2)
    yield "flush-silent", s.run(0.2)
    s = Script("A new turn takes the place of the one that plays.")
    s.media(1, 0, 800).run(0.3).flush(1).tell(turn=2).media(2, 0, 300).tell(end=2)
    yield "replace", s.media(1, 800, 900).run(0.7)
    s = Script("A flush of an older turn leaves the newer one alone.")
    yield "flush-older", whole(whole(s, 1, 200).run(0.1), 2, 300).run(0.25).flush(1).run(0.5)
    s = Script("A new session while a reply plays: turns count from 1 again, at media time 0.")
    s.media(1, 0, 900).run(0.6).flush(1).tell(session=True).tell(turn=1).media(1, 0, 300).tell(end=1)
    yield "new-session", s.run(0.6)


def _ducking() -> Iterator[tuple[str, Script]]:
    s = Script("Ducked to a quarter within 100 ms, and brought back within 200.", every=0.019)
    s.media(1, 0, 1000).tell(end=1).run(0.3).duck(1, 0.25, 100).run(0.3).duck(1, 1, 200)
    yield "duck", s.run(0.6)
    s = Script("Brought back while it still goes down: from where it is.", every=0.019)
    s.media(1, 0, 800).tell(end=1).run(0.3).duck(1, 0, 100).run(0.057).duck(1, 1, 100)
    yield "duck-short", s.run(0.6)
    s = Script(
        "Ducked and then flushed: the fade begins at what is heard. The next turn is loud.", every=0.019
    )
    s.media(1, 0, 900).run(0.3).duck(1, 0.5, 0).run(0.1).flush(1, 100).run(0.05)
    yield "duck-flush", whole(s, 2, 200).run(0.5)
    s = Script("A turn that ends ducked, and one after it: loud from its first sample.")
    whole(s, 1, 300).run(0.2).duck(1, 0.1, 20)
    yield "duck-next", whole(s, 2, 200).run(0.7)
    s = Script("Ducked by the number of a turn that waits: that one and the one before. The third is loud.")
    whole(whole(s, 1, 200), 2, 200).run(0.15).duck(2, 0.5, 0)
    yield "duck-waiting", whole(s, 3, 200).run(0.9)
    s = Script("Ducked by the number of a turn that is over: nothing changes.")
    whole(whole(s, 1, 150), 2, 300).run(0.35).duck(1, 0, 0)
    yield "duck-older", s.run(0.4)
    s = Script("Ducked while it is starved: the fade goes on in silence.")
    s.media(1, 0, 200).run(0.4).duck(1, 0.5, 100).run(0.2).media(1, 200, 500).tell(end=1)
    yield "duck-starved", s.run(0.5)
    s = Script("A new session after a ducked turn 3: its turn 1 is loud.")
    s.media(3, 0, 400).run(0.3).duck(3, 0.1, 10).run(0.05).flush(3).tell(session=True).tell(turn=1)
    yield "duck-session", s.media(1, 0, 300).tell(end=1).run(0.6)


def _turns() -> Iterator[tuple[str, Script]]:
    s = Script("Three replies arrive at once and play one after the other; each end is reported.")
    yield "queue", whole(whole(whole(s, 1, 200), 2, 250), 3, 100).run(0.9)
    s = Script("Media of an older turn, and voice after the end: the one is dropped, the other refused.")
    whole(s, 2, 300).run(0.1).media(1, 0, 200).run(0.1).media(2, 300, 400)
    s.steps[-1]["want"] = {"refused": "wrong_order"}
    yield "out-of-date", s.run(0.4)


def _arrivals() -> Iterator[tuple[str, Script]]:
    s = Script("The connection is lost at 300 ms and comes back with 100 to 300 ms said again.")
    s.tell(turn=1).media(1, 0, 300).run(0.5).media(1, 100, 200).media(1, 200, 300).media(1, 250, 400)
    yield "repeated", s.media(1, 400, 600).tell(end=1).run(0.6)
    s = Script("13 s at once: the ring holds 12, and the oldest give way.", blocks=(4800,), every=0.48)
    yield "overrun", s.media(1, 0, 13_000, frames=False).tell(end=1).run(1.5)


def _devices() -> Iterator[tuple[str, Script]]:
    for rate, device_rate, blocks in (
        (24_000, 44_100, (441, 1024, 128)),
        (24_000, 24_000, (1024,)),
        (24_000, 16_000, (256, 320)),
        (22_050, 48_000, (128, 512, 960)),
        (48_000, 48_000, (480,)),
    ):
        sizes = ", ".join(map(str, blocks))
        s = Script(
            f"A stream of {rate} on a device of {device_rate} samples a second, blocks of {sizes}.",
            rate=rate,
            device_rate=device_rate,
            blocks=blocks,
            tone=min(rate, device_rate) * 9 // 20,
        )
        yield (
            f"device-{rate}-{device_rate}",
            s.media(1, 0, 300).run(0.2).media(1, 300, 500).tell(end=1).run(0.6),
        )


def _clocks() -> Iterator[tuple[str, Script]]:
    for name, ppm in (("fast", 200), ("slow", -200)):
        s = Script(
            f"A device clock {abs(ppm)} ppm {name}, 10 s of voice.",
            blocks=(960,),
            every=0.24,
            device=lambda t, ppm=ppm: t * (1 + ppm * 1e-6),  # type: ignore[misc]
        )
        for start in range(0, 10_000, 500):
            s.media(1, start, start + 500, frames=start % 2000 == 0).run(0.5 if start else 0.3)
        yield f"skew-{name}", s.tell(end=1).run(0.7)
    s = Script(
        "A device clock that moves in steps of 20 ms, at 60 pictures a second.",
        every=0.0163,
        device=lambda t: floor(t / 0.02) * 0.02,
    )
    yield "stepped", s.media(1, 0, 600).tell(end=1).run(0.85)
    s = Script(
        "The device clock leaps 250 ms ahead: it is followed at once.",
        device=lambda t: t + (0.25 if t > 0.4 else 0),
    )
    yield "leap", s.media(1, 0, 900).tell(end=1).run(0.9)
    s = Script(
        "The device clock falls 30 ms behind: followed after four pictures, one stray reading is not.",
        every=0.019,
        device=lambda t: t - (0.03 if t > 0.4 or 0.19 <= t < 0.2 else 0),
    )
    yield "shift", s.media(1, 0, 700).tell(end=1).run(0.8)
    s = Script(
        "The audio thread stands still: the position runs on for 100 ms at most, and never goes back."
    )
    yield "hung", s.media(1, 0, 900).tell(end=1).run(0.4).run(0.4, pulling=False).run(0.5)


def _loops() -> Iterator[tuple[str, Script]]:
    s = Script(
        "Nothing is said: loops go round and pass into each other; a loop that is not there is idle."
    )
    s.run(0.1).tell(clip={"name": "idle", "fps": 4, "frames": [[0, 0.1], [0.2, 0.1], [0.1, 0.3]]}).run(0.9)
    s.tell(clip={"name": "listening", "fps": 2, "frames": [[0.6, 0.6], [0.8, 0.8]]}).tell(state="listening")
    yield "loops", s.run(0.6).tell(state="thinking").run(0.5)
    s = Script("A reply between two idles, then a page that was hidden for five seconds.")
    s.tell(clip={"name": "idle", "fps": 4, "frames": [[0.2, 0.2], [0.4, 0]]}).run(0.1)
    yield "loop-and-voice", whole(s, 1, 300).run(0.6).sleep(5).run(0.3)
    s = Script("Hidden for a second of voice: the picture after it is the one of what is heard then.")
    yield "hidden", s.media(1, 0, 2000).tell(end=1).run(0.4).sleep(1).run(0.3)


def live(script: Script, start: int, end: int, *, speed: float = 1.0) -> Script:
    """The frames of a mirror one by one, each when it is due."""
    for at in range(start, end, 50):
        script.mirror(at, at + 50).run(0.05 / speed)
    return script


def _mirrors() -> Iterator[tuple[str, Script]]:
    s = Script("A mirror of two seconds: shown a little behind its newest frame.", every=0.0163)
    yield "mirror", live(s.run(0.1), 0, 2000).run(0.1)
    s = Script("A mirror whose frames come in bursts of four: the face stands, then runs a little slower.")
    for at in range(0, 3000, 200):
        s.mirror(at, at + 200).run(0.2)
    yield "mirror-bursts", s.run(0.1)
    s = Script("A stall of 200 ms: shown late, then a little faster, and as before within seconds.")
    live(s, 0, 1000).run(0.2).mirror(1000, 1200)
    yield "mirror-stall", live(s, 1200, 4000).run(0.1)
    s = Script("More than 250 ms ahead of what is shown: the rest is left out.")
    live(s, 0, 500)
    yield "mirror-leap", live(s.mirror(500, 700).run(0.1).mirror(700, 1000).run(0.1), 1000, 1400).run(0.1)
    for end in (250, 300):
        s = Script(
            f"A face that stands at 0 ms and frames up to {end} ms: 250 are shown, 300 are too many."
        )
        yield f"mirror-{end}", s.mirror(0, 50).run(0.2).mirror(50, end + 50).run(0.4)
    s = Script("A microphone clock that is 5 % fast: the face keeps up.", every=0.0963)
    yield "mirror-fast", live(s, 0, 6000, speed=1.05).run(0.2)
    s = Script("The microphone rests: held for 150 ms, then the loop, and back within 70 ms.")
    s.tell(clip={"name": "idle", "fps": 4, "frames": [[0.2, 0.2], [0.4, 0]]})
    live(s, 0, 600).run(0.9)
    yield "mirror-rest", live(s, 2000, 2400).run(0.2)
    s = Script("A new connection: its mirror counts from 0 again, and the one before fades to the loop.")
    live(s, 0, 400).tell(session=True).run(0.3)
    yield "mirror-again", live(s, 0, 300).run(0.2)
    s = Script("Nobody looks for three seconds of a mirror: then the newest is shown.")
    live(s, 0, 300)
    for at in range(300, 3300, 50):
        s.mirror(at, at + 50).sleep(0.05)
    yield "mirror-hidden", live(s, 3300, 3500).run(0.2)
