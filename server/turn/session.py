"""A session: one client's conversation from hello to bye. It outlives its socket.

Whoever receives from the client calls the methods below, which never wait; its conductor performs the turns
one after the other, and its ear or its mirror hears the microphone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from blend_shapes.life.moods import MOODS
from server.audio.chunk import AudioChunk, AudioFormat
from server.clock import Clock
from server.errors import PeerError
from server.history import History
from server.speech.character import Character
from server.speech.values import Utterance
from server.turn.conductor import CANCEL_DEADLINE_S, FADE_MS, Conductor
from server.turn.delivery import Delivery, Listener
from server.turn.ear import Ear, Listening
from server.turn.events import (
    AtOnce,
    AvatarState,
    PeerSpoke,
    Reason,
    StateChanged,
    TurnEvent,
    TurnFlushed,
)
from server.turn.membership import Membership
from server.turn.microphone import MicrophoneState
from server.turn.mirror import Mirror
from server.turn.recording import understood
from server.turn.spoken import expected
from server.turn.turn import Engines, Pace, Request

WAITING_LIMIT = 32

Mode = Literal["converse", "drive"]
Queue = Literal["now", "next", "last"]
Observer = Callable[[TurnEvent], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What client and server agreed on at hello."""

    character: Character
    pace: Pace
    mode: Mode = "converse"


class Session:
    """Owns its conductor, its ear or mirror, and delivery. Create, `start`, and in the end `close`."""

    def __init__(
        self,
        id: str,
        terms: Terms,
        engines: Engines,
        clock: Clock,
        *,
        history: History | None = None,
        listening: Listening | None = None,
        seed: int = 0,
        observer: Observer = lambda event: None,
    ) -> None:
        self.id = id
        self.terms = terms
        self._engines = engines
        self._clock = clock
        self._seed = seed
        self._listening = listening or Listening()
        self._delivery = Delivery(observer)
        self._conductor = Conductor(
            id,
            engines,
            lambda: self.terms.character,
            terms.pace,
            clock,
            self._delivery,
            history or History(),
            seed,
        )
        self._hearer: Ear | Mirror | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.membership: Membership | None = None
        """The session's place in a room; set by the room."""
        self.microphone_state: MicrophoneState = "open"

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to perform turns; needs a running loop."""
        self._conductor.start()

    async def close(self, reason: Reason) -> None:
        """End the current turn, forget what waits, wait for what was under way. Safe to call twice."""
        self.interrupt(reason)
        if self.membership is not None:
            self.membership.close()
        self._end_hearing()
        if self._ending:
            await asyncio.wait(self._ending, timeout=CANCEL_DEADLINE_S)
        await self._conductor.close()
        self._delivery.close()

    @property
    def history(self) -> History:
        """What was said, as far as it was heard."""
        return self._conductor.history

    @property
    def state(self) -> AvatarState:
        """What the avatar does."""
        return self._conductor.state

    @property
    def busy(self) -> bool:
        """Whether a turn runs, is being listened to, or waits, or the user speaks."""
        return self._conductor.busy

    # --- the client's listener -------------------------------------------------------------------

    async def attach(self, listener: Listener, turn: int = -1, pts: int = 0) -> None:
        """Stream to `listener`, who has everything up to `pts` of `turn`; -1 for nothing.

        If nothing more of `turn` will come it is told to drop what it has of it: its end, or the flush, may
        have been lost with the old connection.
        """
        current = self._conductor.current
        if current is not None and current.pacer.begun:
            at = pts if current.number == turn else 0
            current.pacer.begin(self._clock.now(), at / 1e6)
        if turn > 0 and self._delivery.resumable(turn, pts) is None:
            listener.tell(TurnFlushed(turn, "superseded", FADE_MS))
        listener.tell(StateChanged(self.state))
        await self._delivery.attach(listener, turn, pts)
        if self.membership is not None:
            self.membership.attached()

    def detach(self, listener: Listener) -> None:
        """The listener's connection is gone: the turn pauses until another one is attached.

        Its microphone is gone too.
        """
        self._delivery.detach(listener)
        if not self._delivery.attached:
            self._end_hearing()
            if self.membership is not None:
                self.membership.detached()

    @property
    def attached(self) -> bool:
        return self._delivery.attached

    def resumable(self, turn: int, pts: int) -> tuple[int, int] | None:
        """The position, if a client with `turn` up to `pts` can go on from it without a gap, or None."""
        at = self._delivery.resumable(turn, pts)
        next_follows = at is None and turn <= self._conductor.number and self._delivery.follows(turn)
        return (turn, pts) if at == pts or next_follows else None

    # --- what the client says --------------------------------------------------------------------

    def text(self, text: str, id: str | None = None) -> None:
        """The user typed: answer it next. A reply under way is superseded, what waits goes on waiting.

        Raises PeerError, like `say` and `configure`, if this cannot be done; then nothing has changed.
        """
        self._check_mode()
        request = Request(text, "text", self._clock.now(), id)
        self._check_room()
        self._conductor.stop("superseded")
        self._conductor.request(request, first=True)

    def say(
        self, text: str, *, mood: str | None = None, id: str | None = None, queue: Queue = "last"
    ) -> None:
        """Speak `text` word for word: now, next or after all that waits."""
        self._check_mode()
        self._check_mood(mood)
        self._check_room()
        if queue == "now":
            self._conductor.stop("superseded")
        request = Request(text, "say", self._clock.now(), id, mood)
        self._conductor.request(request, first=queue != "last")

    def overhear(self, text: str) -> None:
        """Others said this among themselves: the next reply may know of it."""
        self._conductor.overhear(text)

    def greet(self) -> None:
        """Speak the character's greeting, if it has one; not in drive mode."""
        if self.terms.mode == "converse" and self.terms.character.greeting:
            self._conductor.request(Request(self.terms.character.greeting, "greeting", self._clock.now()))

    def interrupt(self, reason: Reason, turn: int | None = None) -> None:
        """Stop the current reply at once and drop the turns that wait; with `turn` only if it is that one.

        Silence comes first: the number is stale, queued media is gone and the client is told before this
        returns. The work behind the reply is cancelled and waited for by the session's own task.
        """
        current = self._conductor.current
        if turn is None or (current is not None and turn == current.number):
            self._conductor.interrupt(reason)

    def played(self, turn: int, pts: int, state: Literal["playing", "starved", "idle"]) -> None:
        """The client's playhead is at `pts` of `turn`."""
        self._delivery.played(turn, pts)
        self._conductor.played(turn, pts, state)

    def configure(
        self,
        *,
        character: Character | None = None,
        voice: str | None = None,
        language: str | None = None,
        mood: str | None = None,
    ) -> None:
        """Change what is given, from the next turn on."""
        self._check_mood(mood)
        new = character or self.terms.character
        speaker = replace(
            new.speaker,
            voice=new.speaker.voice if voice is None else voice,
            language=language or new.speaker.language,
        )
        self.terms = replace(
            self.terms,
            character=replace(new, speaker=speaker, mood=mood or new.mood),
        )
        if isinstance(self._hearer, Mirror):
            self._hearer.feel()

    # --- the user's own voice --------------------------------------------------------------------

    def listen(self, microphone: AudioFormat) -> None:
        """The attached client's microphone stream begins, at position 0.

        In drive mode its sound moves the user's face, else the avatar listens to it.
        """
        self._end_hearing()
        self._hearer = self._mirror(microphone) if self.terms.mode == "drive" else self._ear(microphone)
        self._hearing = asyncio.create_task(self._hearer.run(), name=f"microphone of {self.id}")

    def hear(self, chunk: AudioChunk) -> None:
        """Sound of the user, at its position in the stream. Raises PeerError where nobody can hear it."""
        self._heard_by.hear(chunk)

    async def understand(self, sound: AudioChunk) -> Utterance:
        """What the user said in a whole recording; empty where there is nothing to answer.

        Cancelling is safe. Raises PeerError where nobody listens, and EngineError.
        """
        recognizer = self._engines.recognizer
        if recognizer is None:
            raise PeerError("this server has no speech recognizer; send text", "not_available")
        return await understood(sound, recognizer, expected(self.terms.character))

    def microphone(self, state: MicrophoneState) -> None:
        """The user's microphone was opened, closed or muted. Raises PeerError as `hear` does."""
        hearer = self._heard_by
        hearer.switch(state)
        self.microphone_state = state
        if self.membership is not None and isinstance(hearer, Mirror):
            self.membership.switch(state, hearer.arrived)

    @property
    def _heard_by(self) -> Ear | Mirror:
        if self._hearer is None:
            raise PeerError("this session takes no microphone, as `welcome.mic` says", "not_available")
        return self._hearer

    def _mirror(self, microphone: AudioFormat) -> Mirror:
        assert self._engines.mirror is not None, "drive mode without a driver"
        return Mirror(
            microphone,
            self._engines.mirror,
            lambda: self.terms.character,
            fps=self.terms.pace.fps,
            seed=self._seed,
            clock=self._clock,
            delivery=self._delivery,
            audience=lambda: self.membership,
        )

    def _ear(self, microphone: AudioFormat) -> Ear:
        detector, recognizer = self._engines.detector, self._engines.recognizer
        assert detector is not None and recognizer is not None, "a microphone without a recognizer"
        return Ear(
            microphone,
            detector,
            recognizer,
            lambda: self.terms.character,
            self._listening,
            clock=self._clock,
            conductor=self._conductor,
            delivery=self._delivery,
        )

    def _end_hearing(self) -> None:
        """Nothing more is heard of the microphone that was, nor shown."""
        task, self._hearing, self._hearer = self._hearing, None, None
        if task is not None:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    # --- what can be done ------------------------------------------------------------------------

    def _check_mode(self) -> None:
        if self.terms.mode == "drive":
            raise PeerError("drive mode has no replies; connect with mode 'converse'", "not_available")

    def _check_mood(self, mood: str | None) -> None:
        if mood is not None and mood not in MOODS:
            raise PeerError(f"no mood {mood!r}; there are {', '.join(sorted(MOODS))}", "unknown_mood")

    def _check_room(self) -> None:
        if self._conductor.waiting >= WAITING_LIMIT:
            raise PeerError(f"{WAITING_LIMIT} turns wait already; send more when some have ended", "busy")

    # --- the room --------------------------------------------------------------------------------

    def tell(self, event: AtOnce) -> None:
        """Tell the client at once of what happens around it; nobody, while it is not there."""
        self._delivery.tell(event)

    def relay(self, event: PeerSpoke) -> None:
        """Pass on what others produce, now or never."""
        self._delivery.relay(event)
