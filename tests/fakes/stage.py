"""A session with fake engines and one listener, opened and closed around a test."""

from server.engines.detectors.loudness import LoudnessDetector
from server.engines.faces.articulation import ArticulationDriver
from server.ports import Brain, FaceDriver, Recognizer, Voice
from server.speech.character import Character
from server.turn.ear import Listening
from server.turn.session import Session, Terms
from server.turn.turn import Engines, Pace
from tests.fakes.ears import Ears
from tests.fakes.voice import SlowVoice
from tests.virtual_time import VirtualClock


class Stage:
    """`async with Stage(brain) as (session, ears)`."""

    def __init__(
        self,
        brain: Brain,
        voice: Voice | None = None,
        ears: Ears | None = None,
        face: FaceDriver | None = None,
        recognizer: Recognizer | None = None,
        listening: Listening | None = None,
        character: Character | None = None,
    ) -> None:
        self._brain = brain
        self._voice = voice or SlowVoice()
        self._face = face or ArticulationDriver()
        self._recognizer = recognizer
        self._listening = listening
        self._character = character or Character("test")
        self.ears = ears or Ears()

    async def __aenter__(self) -> tuple[Session, Ears]:
        engines = Engines(
            self._brain,
            self._voice,
            self._face,
            detector=LoudnessDetector(),
            recognizer=self._recognizer,
        )
        terms = Terms(self._character, Pace())
        self.session = Session("s", terms, engines, VirtualClock(), listening=self._listening)
        self.session.start()
        await self.session.attach(self.ears)
        return self.session, self.ears

    async def __aexit__(self, *error: object) -> None:
        await self.session.close("shutdown")
