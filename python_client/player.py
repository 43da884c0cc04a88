"""The voice in blocks for an audio device, and the face of the sample that is heard.

Gathers the parts of the playout. Pure but for a lock: times come in. `pull` may be called by an audio
thread; everything else belongs to one other thread.
"""

from threading import Lock
from typing import Final

from protocol import messages as m
from protocol.face_format import HEAD_ANGLES, Floats, frame_time
from python_client.media_clock import DeviceClock, Heard, MediaClock
from python_client.mirror import Mirror
from python_client.peer_player import PeerPlayer, PeerPlayers, Pose
from python_client.playout import TARGET_MS, Anchor, Playout
from python_client.reception import Reception
from python_client.reports import Reports
from python_client.sampler import Sampler

FADE_MS: Final = 10
POLL_S: Final = 0.05
"""How often `poll` wants to be called."""


class Player:
    """Feed it every message with `take`, let the audio device `pull`, and ask for the `face` to show.

    `device_rate` is the device's, in samples a second; `target_ms` the voice held before a turn begins. All
    `now` are seconds of one clock that never falls. In a room the others are heard beside the avatar;
    `peer` gives their faces.
    """

    def __init__(self, device_rate: int = 48_000, target_ms: float = TARGET_MS) -> None:
        self.device_rate = device_rate
        self.playout = Playout(device_rate, target_ms)
        self._lock = Lock()  # between the audio thread and the other
        self._clock = MediaClock()
        self._device = DeviceClock()
        self._reports = Reports(self._clock)
        self.reception: Reception | None = None
        self._sampler: Sampler | None = None
        self._avatar: m.AvatarState = "idle"
        self._pending: list[m.Played] = []
        self._mirror: Mirror | None = None
        self._welcome: m.Welcome | None = None
        self._peers = PeerPlayers(device_rate, self._lock, lambda now: now + self._device.offset)

    # --- the audio thread ------------------------------------------------------------------------------

    def pull(self, out: Floats, heard_at: float) -> Anchor:
        """Fill `out`, shape (n,) float32, with the next block of mono sound, silence where there is none.

        `heard_at` is when its first sample will be heard, in seconds of the device's clock: what PortAudio
        calls `outputBufferDacTime`. Gives the state at that sample.
        """
        with self._lock:
            anchor = self.playout.pull(out)
            self._clock.add(heard_at, anchor)
            self._peers.mix(out, heard_at)
        return anchor

    # --- the other thread ------------------------------------------------------------------------------

    def take(self, message: m.FromServer, now: float) -> None:
        """A message has come.

        Raises `BadMessage` for media that cannot be used, and `ValueError` for a stream of Opus; nothing
        else suffers.
        """
        match message:
            case m.Welcome():
                self._greet(message, now)
            case m.Segment():
                self._receive(message)
            case m.Mirror():
                self._reflect(message, now)
            case m.Turn() | m.End() | m.Duck():
                self._of_the_turn(message)
            case m.Flush():
                self.flush(message.turn, now, message.fade_ms)
            case m.Clip() if self.reception and self._sampler:
                frames = [*self.reception.frames(message.face)]
                self._sampler.set_loop(message.name, message.fps, frames)
                self._peers.set_loop(message.name, message.fps, frames)
            case m.PeerSegment() | m.Peer():
                self._of_the_room(message)
            case m.State():
                self._avatar = message.state

    def flush(self, turn: int, now: float, fade_ms: float = FADE_MS) -> None:
        """Silence this turn and all before it: at once, with a fade."""
        if self.reception:
            self.reception.flush(turn)
        with self._lock:
            self.playout.flush(turn, fade_ms)
            self._pending += self._reports.flush(now, turn, self._heard(now))
        if self._sampler:
            self._sampler.flush(turn)

    def face(self, now: float, device: float | None = None, ahead_us: float = 0.0) -> Pose:
        """The face of what is heard at `now`, or `ahead_us` microseconds later, when the picture lights up;
        in drive mode the user's own.

        `device` is what the device's clock shows at `now`, in seconds; left out where `heard_at` is of the
        same clock as `now`.
        """
        if device is not None:
            self._device.observe(now, device)
        with self._lock:
            heard = self._heard(now)
        if self._sampler is None:
            return Pose(heard=heard)
        own = self._mirror.heard(now) if self._mirror else None
        ahead = ahead_us if own is None else 0.0
        frame, shown = self._sampler.sample(now, own or heard, self._avatar, ahead)
        return Pose.of(frame, shown, heard)

    def peer(self, number: int) -> PeerPlayer:
        """Someone else in the room: their volume, their face, their sound apart.

        Holds until they leave. Raises `LookupError` before a `welcome`.
        """
        if self._welcome is None:
            raise LookupError("there is no `welcome` yet, and so nobody in a room")
        return self._peers.peer(number, self._welcome)

    def listen(self, now: float) -> dict[int, bool]:
        """Whether each of those who were heard or asked for speaks at `now`, by their numbers."""
        self._peers.listen(now)
        return {number: peer.speaking for number, peer in self._peers.players.items()}

    def forget_peer(self, number: int) -> None:
        """This one is gone, though no message said so."""
        self._peers.drop(number)

    @property
    def busy(self) -> bool:
        """Whether something that came is still to be pulled."""
        with self._lock:
            return self.playout.waiting

    def poll(self, now: float) -> list[m.Played]:
        """The reports for the server due by now, oldest first; to be asked for every `POLL_S`."""
        with self._lock:
            due = self._pending + self._reports.due(now, self._heard(now))
        self._pending = []
        return due

    def _heard(self, now: float) -> Heard:
        return self._clock.at(now + self._device.offset)

    def _of_the_room(self, message: m.PeerSegment | m.Peer) -> None:
        if isinstance(message, m.PeerSegment):
            if self._welcome is not None:
                self._peers.receive(message, self._welcome)
        elif message.you and message.state == "left":
            self._peers.clear()
        elif message.state == "left":
            self._peers.drop(message.peer)

    def _greet(self, welcome: m.Welcome, now: float) -> None:
        self._welcome = welcome
        self._peers.begin()
        if self._mirror:
            self._mirror.begin()
        if welcome.resumed is not None and self.reception:
            return
        if self.reception:
            self.flush(self.reception.turn, now)
        self.reception = Reception(welcome.audio, welcome.face)
        self._avatar = "idle"
        self._peers.clear()
        self._pending = []  # of a session that is over
        with self._lock:
            self._clock.forget()
        self._reports = Reports(self._clock)
        size = len(welcome.face.channels) + HEAD_ANGLES
        if self._sampler is None or self._sampler.size != size:
            self._sampler = Sampler(size)
            self._mirror = Mirror(self._sampler)

    def _of_the_turn(self, message: m.Turn | m.End | m.Duck) -> None:
        if self.reception is None or self.reception.stale(message.turn):
            return
        match message:
            case m.Turn():
                self.reception.begin(message.turn)
            case m.End():
                self.reception.end(message.turn)
                with self._lock:
                    self.playout.end(message.turn)
            case m.Duck():
                with self._lock:
                    self.playout.duck(message.turn, message.level, message.fade_ms)

    def _reflect(self, mirror: m.Mirror, now: float) -> None:
        if self.reception is None or self._mirror is None:
            return
        frames, fps = self.reception.frames(mirror.face), self.reception.fps
        self._mirror.add(now, [mirror.face_pts + frame_time(i, fps) for i in range(len(frames))], frames)

    def _receive(self, segment: m.Segment) -> None:
        if self.reception is None or self._sampler is None:
            return
        media = self.reception.take(segment)
        if media is None:
            return
        for pts, frame in zip(media.times, media.frames, strict=True):
            self._sampler.insert(media.turn, pts, frame)
        if len(media.samples):
            with self._lock:
                self.playout.push(media.turn, media.pts, self.reception.rate, media.samples)
