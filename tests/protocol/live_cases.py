"""The scripts of the timeline vectors of rooms: live voice of peers, as `timeline_cases.py` has turns.

Channel `b` is one half for peer 1, a quarter for peer 2. A voice is a constant or a tone; at level 0 it is
the quiet of a room.
"""

from collections.abc import Iterator
from typing import Any, Self

from tests.protocol.timeline_cases import Script, whole

LEVEL = 16384
NOTHING = range(0)


class LiveScript(Script):
    """A vector with peers in it; media times are milliseconds on a peer's own time.

    Of the pictures every `looks`-th is judged.
    """

    def __init__(self, about: str, *, peers: tuple[int, ...] = (1,), looks: int = 1, **head: Any) -> None:
        super().__init__(about, **head)
        self._head["peers"] = [*peers]
        self._looks = looks

    def live(
        self, start: float, end: float, *, peer: int = 1, level: int = LEVEL, voice: bool = True
    ) -> Self:
        """The segment of a peer from `start` to `end`, with its frames; an empty one ends the run."""
        rate: int = self._head["rate"]
        first, last = round(start * rate / 1000), round(end * rate / 1000)
        numbers = range(-int(-start // 50), -int(-end // 50))
        return self.tell(
            peer_segment={
                "peer": peer,
                "pts": (2_000_000 * first + rate) // (2 * rate),
                "samples": last - first if voice else 0,
                "level": level,
                "face_pts": 50_000 * numbers.start if numbers else 0,
                "frames": [[round(k % 20 / 20, 2), round(0.5 / 2 ** (peer - 1), 4)] for k in numbers],
            }
        )

    def speak(
        self,
        start: int,
        end: int,
        *,
        peer: int = 1,
        level: int = LEVEL,
        speed: float = 1.0,
        left_out: range = NOTHING,
    ) -> Self:
        """Segments of 40 ms, each when it is complete; without those that begin in `left_out`."""
        for at in range(start, end, 40):
            self.run(0.04 / speed)
            if at not in left_out:
                self.live(at, at + 40, peer=peer, level=level)
        return self

    def burst(self, start: int, end: int, *, peer: int = 1, level: int = LEVEL) -> Self:
        """Segments of 40 ms at once."""
        for at in range(start, end, 40):
            self.live(at, min(end, at + 40), peer=peer, level=level)
        return self

    def over(self, at: int, *, peer: int = 1) -> Self:
        """Nothing follows for now."""
        return self.live(at, at, peer=peer)

    def _tick(self, pulling: bool) -> None:
        super()._tick(pulling)
        if self._due % self._looks:
            del self.steps[-1]["want"]


def every_case() -> Iterator[tuple[str, Script]]:
    """Each with its name."""
    for make in (_runs, _starting, _delays, _jitter, _losses, _clocks, _company):
        yield from make()


IDLE = {"name": "idle", "fps": 4, "frames": [[0.2, 0.2], [0.4, 0]]}


def _runs() -> Iterator[tuple[str, Script]]:
    s = LiveScript("Two runs: the quiet before speech does not become delay, and between them is the loop.")
    s.tell(clip=IDLE).run(0.1).burst(5000, 5200, level=0).speak(5200, 6000).over(6000).run(0.5)
    yield "live-runs", s.burst(7520, 7720, level=0).speak(7720, 8120).over(8120).run(0.4)
    s = LiveScript("The end of a run is lost: what there is is played; 300 ms without voice are its end.")
    s.burst(0, 200, level=0).speak(200, 600).run(0.5)
    yield "live-end-lost", s.live(1560, 1600).run(0.5)
    s = LiveScript("A run that had stopped for 400 ms goes on where it was: the network was to blame.")
    s.burst(0, 200).speak(200, 600).run(0.4).live(600, 760)
    yield "live-again", s.speak(760, 1000).over(1000).run(0.3)
    s = LiveScript("A new run begins while the one before is still played: that one first, to its end.")
    s.burst(0, 200).speak(200, 440)
    yield "live-next-run", s.burst(2000, 2200).speak(2200, 2400).over(2400).run(0.4)
    s = LiveScript("Frames without voice belong to the run; what ends a run that is over says nothing.")
    s.over(0).burst(0, 200).speak(200, 400).live(400, 500, voice=False).over(400)
    yield "live-over-twice", s.over(400).run(0.3)


def _starting() -> Iterator[tuple[str, Script]]:
    for ms in (59, 60, 61):
        s = LiveScript(f"A live voice begins with 60 ms; {ms} are there, and more come later.")
        s.live(0, ms).run(0.1).live(ms, 120).run(0.1).over(120)
        yield f"live-start-{ms}", s.run(0.2)
    s = LiveScript("A run of 40 ms begins when its end is known.")
    yield "live-start-at-end", s.live(0, 40).run(0.1).over(40).run(0.2)
    for ms in (310, 400):
        s = LiveScript(f"{ms} ms at once: no more than 250 beyond the target are waited for.", tone=200)
        s.burst(0, ms).speak(ms, ms + 1200)
        yield f"live-backlog-{ms}", s.over(ms + 1200).run(0.2)


def _delays() -> Iterator[tuple[str, Script]]:
    s = LiveScript("A loud voice, 140 ms too much of it: 40 ms go at once, where both sides fit.", tone=170)
    yield "live-cut-voice", s.burst(0, 200).speak(200, 1400).over(1400).run(0.2)
    s = LiveScript(
        "100 ms are held on average, less than twice the target: too many go in the quiet alone."
    )
    s.live(0, 90).speak(90, 490).speak(490, 1090, level=40)
    yield "live-cut-quiet", s.speak(1090, 1330).over(1330).run(0.2)
    s = LiveScript(
        "The network stands still for half a second, then brings all: it is caught up with.",
        tone=170,
    )
    s.burst(0, 200).speak(200, 1000).run(0.5).burst(1000, 1480)
    yield "live-stall", s.speak(1480, 4000).over(4000).run(0.2)
    s = LiveScript(
        "The device stands still for three seconds: of the two that are kept, 250 ms too much.",
        device=lambda t: min(t, max(0.5, t - 3)),
        looks=2,
    )
    s.burst(0, 200).speak(200, 3600)
    yield "live-hung", s.speak(3600, 5200).over(5200).run(0.3)


def _jitter() -> Iterator[tuple[str, Script]]:
    s = LiveScript(
        "Every fourth segment is 61 ms late: it runs dry once, then enough is held.",
        every=0.01,
        looks=16,
    )
    s.burst(0, 160)
    for k in range(4, 140):
        late = 0.061 if k % 4 == 3 else 0
        s.run(max(0.0, 0.04 * (k - 3) + late - s.now)).live(40 * k, 40 * k + 40)
    yield "live-jitter", s.over(5600).run(0.3)
    s = LiveScript("Three times dry: more is held after each, and slowly less again.", looks=4)
    for start in (0, 1000, 2000):
        s.speak(start, start + 840).run(0.16).burst(start + 840, start + 1000)
    yield "live-dry", s.speak(3000, 9000).over(9000).run(0.4)


def _losses() -> Iterator[tuple[str, Script]]:
    s = LiveScript(
        "Segments are left out, one and three together: silence of their length, then in time.",
        tone=170,
    )
    s.burst(0, 200).speak(200, 1400, left_out=range(520, 521))
    yield "live-loss", s.speak(1400, 2600, left_out=range(1880, 2000)).over(2600).run(0.2)
    for ms in (200, 201):
        s = LiveScript(f"A hole of {ms} ms: 200 are bridged, more begins a run.")
        s.burst(0, 200).speak(200, 600).run(0.04 + ms / 1000).live(600 + ms, 640 + ms)
        yield f"live-hole-{ms}", s.speak(640 + ms, 800 + ms).over(800 + ms).run(0.3)
    s = LiveScript("Dry, and then something was left out: the silence since then stands for it.")
    s.live(0, 60).run(0.1).live(130, 150).run(0.05).live(150, 230)
    yield "live-loss-dry", s.speak(230, 390).over(390).run(0.2)


def _clocks() -> Iterator[tuple[str, Script]]:
    for name, speed in (("fast", 1.003), ("slow", 0.997)):
        s = LiveScript(
            f"A speaker whose clock is 0.3 % {name}: steered, so that as much is held as should be.",
            looks=10,
            tone=170,
        )
        s.burst(0, 120)
        yield f"live-{name}", s.speak(120, 12_000, speed=speed).over(12_000).run(0.2)
    for rate, device_rate, block in ((16_000, 44_100, 1024), (48_000, 48_000, 128), (24_000, 16_000, 320)):
        s = LiveScript(
            f"{rate} samples a second on a device of {device_rate}.",
            rate=rate,
            device_rate=device_rate,
            blocks=(block,),
            tone=170,
        )
        s.burst(0, 200).speak(200, 1600, speed=1.002)
        yield f"live-device-{rate}-{device_rate}", s.over(1600).run(0.2)


def _company() -> Iterator[tuple[str, Script]]:
    s = LiveScript("Two peers and a reply at once: within bounds, each with its own face.", peers=(1, 2))
    whole(s, 1, 700)
    s.burst(0, 200).speak(200, 400).burst(5000, 5200, peer=2)
    for at in range(400, 1000, 40):
        s.run(0.04).live(at, at + 40).live(at + 4800, at + 4840, peer=2)
    yield "live-company", s.over(1000).over(5800, peer=2).run(0.3)
    s = LiveScript("A peer is made quieter, silenced, and loud, within a block each; the face goes on.")
    s.burst(0, 200).speak(200, 440).tell(volume={"peer": 1, "to": 0.5})
    s.speak(440, 640).tell(volume={"peer": 1, "to": 0}).speak(640, 840).tell(volume={"peer": 1, "to": 4})
    yield "live-volume", s.speak(840, 1040).over(1040).run(0.2)
    s = LiveScript("A peer leaves in the midst of a word: it fades, and the other is heard on.")
    s.burst(0, 200).burst(0, 200, peer=2)
    for at in range(200, 400, 40):
        s.run(0.04).live(at, at + 40).live(at, at + 40, peer=2)
    yield "live-left", s.tell(left=2).speak(400, 600).over(600).run(0.2)
