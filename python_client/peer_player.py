"""The others of a room at a `Player`: their voices in its sound or apart, and their faces.

Pure but for the player's lock: times come in. `PeerPlayer.pull` may be called by an audio thread; all
else belongs to the player's other thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from protocol import messages as m
from protocol.face_format import HEAD_ANGLES, Floats
from python_client.jitter import TARGET_MS
from python_client.live_peer import LivePeer
from python_client.live_playout import LivePlayout
from python_client.media_clock import Heard
from python_client.mixer import LOUDEST, Mixer, PeerVoice
from python_client.playout import Anchor


def _nothing(size: int = 0) -> Floats:
    return np.zeros(size, np.float32)


@dataclass(frozen=True, slots=True)
class Pose:
    """The face at one moment; its arrays belong to whoever asked."""

    weights: Floats = field(default_factory=_nothing)
    """In the order of `welcome.face.channels`, 0..1; empty before a `welcome`."""
    head: Floats = field(default_factory=lambda: _nothing(HEAD_ANGLES))
    """Yaw to the character's left, pitch up, roll to its right shoulder, in degrees."""
    shown: float = -1.0
    """Media time of the shown frame, of a reply, mirror or peer, in microseconds; -1 where none is."""
    heard: Heard = field(default_factory=Heard)

    @classmethod
    def of(cls, frame: Floats, shown: float, heard: Heard) -> "Pose":
        """From a frame of a sampler, which is handed over."""
        return cls(frame[:-HEAD_ANGLES], frame[-HEAD_ANGLES:], shown, heard)


class PeerPlayer:
    """One of the others; `Player.peer` gives it."""

    def __init__(
        self, peer: LivePeer, voice: PeerVoice, lock: Lock, device_time: Callable[[float], float]
    ) -> None:
        self.number = peer.number
        self.playout, self.reception = voice.playout, peer.reception
        self._peer, self._voice, self._lock, self._device_time = peer, voice, lock, device_time

    @property
    def volume(self) -> float:
        """From 0 to 4, 1 at first. Raises `ValueError` for anything else."""
        return self._voice.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        if not 0 <= volume <= LOUDEST:
            raise ValueError(f"a volume of {volume}; it is from 0 to {LOUDEST:g}")
        self._voice.volume = volume

    @property
    def apart(self) -> bool:
        """Left out of the player's sound, for an engine that places voices in space: `pull` gives them."""
        return self._voice.apart

    @apart.setter
    def apart(self, apart: bool) -> None:
        with self._lock:
            self._voice.apart = apart

    @property
    def speaking(self) -> bool:
        """Whether there was something to be heard of them at the last `face` or `Player.listen`."""
        return self._peer.speaking

    @property
    def newest(self) -> Anchor | None:
        """The audio thread's last word of them: ahead of what is heard."""
        return self._peer.clock.newest

    def pull(self, out: Floats, heard_at: float) -> Anchor:
        """As `Player.pull`, with this voice alone, at full volume; for one that is `apart`."""
        with self._lock:
            anchor = self._voice.playout.pull(out)
            self._peer.clock.add(heard_at, anchor)
        return anchor

    def face(self, now: float, ahead_us: float = 0.0) -> Pose:
        """Their face as they are heard at `now`, in seconds, or `ahead_us` microseconds later, when the
        picture lights up. While nothing is said, a loop.

        The device's clock is the one that `Player.face` was told last.
        """
        with self._lock:
            heard = self._peer.listen(self._device_time(now))
        return Pose.of(*self._peer.face(now, ahead_us), heard)


class PeerPlayers:
    """Everybody heard or asked for; `lock` is between the audio thread and the other."""

    def __init__(
        self,
        device_rate: int,
        lock: Lock,
        device_time: Callable[[float], float],
        target_ms: float = TARGET_MS,
    ) -> None:
        self.players: dict[int, PeerPlayer] = {}
        self._device_rate, self._lock, self._device_time = device_rate, lock, device_time
        self._target_ms = target_ms
        self._mixer = Mixer()
        self._peers: dict[int, LivePeer] = {}
        self._loops: dict[str, tuple[float, Sequence[Floats]]] = {}

    def mix(self, out: Floats, heard_at: float) -> None:
        """Add everybody's next block to `out`; called with the lock held."""
        for number, anchor in self._mixer.mix(out).items():
            self._peers[number].clock.add(heard_at, anchor)

    def peer(self, number: int, welcome: m.Welcome) -> PeerPlayer:
        """The one of this number, made where it is new."""
        if number not in self.players:
            rate, face = welcome.audio.rate, welcome.face
            peer = LivePeer(number, rate, face)
            for name, (fps, frames) in self._loops.items():
                peer.set_loop(name, fps, frames)
            voice = PeerVoice(LivePlayout(self._device_rate, rate, self._target_ms))
            self.players[number] = PeerPlayer(peer, voice, self._lock, self._device_time)
            with self._lock:
                self._peers[number] = peer
                self._mixer.voices[number] = voice
        return self.players[number]

    def receive(self, segment: m.PeerSegment, welcome: m.Welcome) -> None:
        """Voice and face have come. Raises `BadMessage`."""
        self.peer(segment.peer, welcome)
        media = self._peers[segment.peer].take(segment)
        if media is None:
            return
        with self._lock:
            playout = self._mixer.voices[segment.peer].playout
            if len(media.samples):
                playout.push(media.run, media.start, media.samples)
            if media.ended:
                playout.end(media.run)

    def set_loop(self, name: str, fps: float, frames: Sequence[Floats]) -> None:
        """A loop for all who are silent."""
        self._loops[name] = (fps, frames)
        for peer in self._peers.values():
            peer.set_loop(name, fps, frames)

    def begin(self) -> None:
        """Another connection: streams start anew."""
        for peer in self._peers.values():
            peer.reception.begin()

    def listen(self, now: float) -> None:
        """Look what is heard of each at `now`."""
        with self._lock:
            for peer in self._peers.values():
                peer.listen(self._device_time(now))

    def drop(self, number: int) -> None:
        """This one is gone; what is still heard fades."""
        self.players.pop(number, None)
        with self._lock:
            self._peers.pop(number, None)
            self._mixer.drop(number)

    def clear(self) -> None:
        """All are gone."""
        for number in [*self.players]:
            self.drop(number)
