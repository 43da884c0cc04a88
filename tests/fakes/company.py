"""Rooms with people in them, on the virtual clock: microphones that buzz, and ears that write down."""

import asyncio
import itertools
from collections.abc import Sequence
from types import TracebackType

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat
from server.config import Rooms as Section
from server.engines.detectors.loudness import LoudnessDetector
from server.engines.faces.articulation import ArticulationDriver
from server.engines.faces.loudness import LoudnessDriver
from server.engines.voices.tone import ToneVoice
from server.ports import Brain
from server.rooms.rooms import Rooms
from server.speech.character import Character
from server.turn.events import PeerChanged, PeerSpoke
from server.turn.session import Mode, Session, Terms
from server.turn.turn import Engines, Pace
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears
from tests.fakes.recognizer import ScriptedRecognizer
from tests.virtual_time import VirtualClock

MICROPHONE = AudioFormat(16_000)
WIRE = AudioFormat(24_000)
MESSAGE_S = 0.02


class Guest:
    """A session with ears and, in drive mode, a microphone; `at` is the microphone's position."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ears = Ears()
        self.at = 0

    async def connect(self) -> None:
        """The user is here, with new ears and a new microphone."""
        self.ears, self.at = Ears(), 0
        await self.session.attach(self.ears)
        if self.session.terms.mode == "drive":
            self.session.listen(MICROPHONE)

    def vanish(self) -> None:
        self.session.detach(self.ears)

    async def say(self, seconds: float, level: int = 8000) -> None:
        """Sound in real time: a buzz; level 0 is silence."""
        for _ in range(round(seconds / MESSAGE_S)):
            t = (self.at + np.arange(320)) / MICROPHONE.rate
            wave = (level * np.sign(np.sin(2 * np.pi * 220 * t))).astype(np.int16)
            self.session.hear(AudioChunk(wave, MICROPHONE, self.at))
            self.at += 320
            await asyncio.sleep(MESSAGE_S)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Names and states, in order; `you` stands before what is said of oneself."""
        return [
            (f"you {e.name}" if e.you else e.name, e.state)
            for e in self.ears.events
            if isinstance(e, PeerChanged)
        ]

    def got(self, number: int | None = None) -> list[PeerSpoke]:
        """Every segment of that peer, or of all."""
        spoke = [e for e in self.ears.events if isinstance(e, PeerSpoke)]
        return [e for e in spoke if number is None or e.peer == number]

    def heard_s(self, number: int | None = None) -> float:
        return sum(e.audio.seconds for e in self.got(number))


class Company:
    """`async with Company(capacity=3) as company`; whoever came is gone at its end."""

    def __init__(
        self,
        *,
        recognizer: ScriptedRecognizer | None = None,
        brain: Brain | None = None,
        characters: Sequence[Character] = (),
        **section: object,
    ) -> None:
        self.made: list[PeerSpoke] = []
        self._brain = brain or ScriptedBrain()
        self._characters = characters
        self.rooms = Rooms(
            Section(**section),  # type: ignore[arg-type]
            LoudnessDetector(),
            WIRE,
            VirtualClock(),
            recognizer=recognizer,
            casting=self._cast,
            observer=self.made.append,
        )
        self.guests: list[Guest] = []
        self._ids = itertools.count(1)

    async def __aenter__(self) -> "Company":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for guest in self.guests:
            await guest.session.close("shutdown")
        await self.rooms.close()
        assert kind is not None or len(self.rooms) == self.rooms.members == 0

    async def guest(self, *, mode: Mode = "drive", fps: int = 60) -> Guest:
        """Somebody who is connected, and in no room."""
        guest = Guest(self._session(Character("test"), mode, fps))
        guest.session.start()
        self.guests.append(guest)
        await guest.connect()
        return guest

    def _session(self, character: Character, mode: Mode = "converse", fps: int = 60) -> Session:
        driver = LoudnessDriver()
        engines = Engines(self._brain, ToneVoice(WIRE.rate), ArticulationDriver(), driver)
        terms = Terms(character, Pace(fps), mode)
        return Session(f"s{next(self._ids)}", terms, engines, VirtualClock())

    def _cast(self, room: str) -> list[Session]:
        return [self._session(character) for character in self._characters]

    async def member(
        self, name: str | None = None, room: str = "lobby", *, mode: Mode = "drive", fps: int = 60
    ) -> Guest:
        """Somebody who is in the room."""
        guest = await self.guest(mode=mode, fps=fps)
        self.rooms.join(guest.session, room, name)
        return guest
