"""A session: one client's conversation from hello to bye. It outlives its socket.

The one mutable object of the server. Whoever receives from the client calls the methods below, which
never wait; one task, the session's own, performs the turns one after the other.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from blend_shapes.life.moods import MOODS
from server.audio.chunk import AudioChunk, AudioFormat
from server.clock import Clock
from server.errors import PeerError
from server.history import History
from server.speech.character import Character
from server.turn.delivery import Delivery, Listener
from server.turn.events import (
    AtOnce,
    AvatarState,
    PeerSpoke,
    Reason,
    StateChanged,
    TurnEvent,
    TurnFailed,
    TurnFlushed,
)
from server.turn.membership import Membership
from server.turn.mirror import MicrophoneState, Mirror
from server.turn.turn import EARLY_S, Engines, Pace, Request, Turn

FADE_MS = 10
CANCEL_DEADLINE_S = 2.0
HEARD_DEADLINE_S = 0.15
"""How long the next turn waits for the client to say where it stopped."""
ATTENTION_S = 4.0
"""After an interruption the avatar listens for so long, if nothing is said."""
WAITING_LIMIT = 32
OVERHEARD_LIMIT = 64
HISTORY_CHARACTERS = 20_000

log = logging.getLogger(__name__)

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
    """Owns its turns, or its mirror, its history and delivery. Create, `start`, and in the end `close`."""

    def __init__(
        self,
        id: str,
        terms: Terms,
        engines: Engines,
        clock: Clock,
        *,
        history: History | None = None,
        seed: int = 0,
        observer: Observer = lambda event: None,
    ) -> None:
        self.id = id
        self.terms = terms
        self.history = history or History()
        self.state: AvatarState = "idle"
        self._engines = engines
        self._clock = clock
        self._seed = seed
        self._observer = observer
        self._delivery = Delivery(observer)
        self._waiting: deque[Request] = deque()
        self._overheard: deque[str] = deque(maxlen=OVERHEARD_LIMIT)
        self._wake = asyncio.Event()
        self._turn: Turn | None = None
        self._turn_task: asyncio.Task[None] | None = None
        self._reported: tuple[int, int] | None = None
        self._report_arrived = asyncio.Event()
        self._number = 0
        self._conductor: asyncio.Task[None] | None = None
        self._mirror: Mirror | None = None
        self._mirror_task: asyncio.Task[None] | None = None
        self.membership: Membership | None = None
        """The session's place in a room; set by the room."""
        self.microphone_state: MicrophoneState = "open"

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to perform turns; needs a running loop."""
        self._conductor = asyncio.create_task(self._conduct(), name=f"session {self.id}")

    async def close(self, reason: Reason) -> None:
        """End the current turn, forget what waits, wait for what was under way. Safe to call twice."""
        self.interrupt(reason)
        if self.membership is not None:
            self.membership.close()
        own = (self._conductor, self._turn_task, self._mirror_task)
        tasks = {task for task in own if task is not None}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CANCEL_DEADLINE_S)
        self._conductor = self._turn_task = self._mirror_task = self._mirror = None
        self._delivery.close()

    @property
    def busy(self) -> bool:
        """Whether a turn runs, is being listened to, or waits."""
        return self._turn is not None or bool(self._waiting)

    # --- the client's listener -------------------------------------------------------------------

    async def attach(self, listener: Listener, turn: int = -1, pts: int = 0) -> None:
        """Stream to `listener`, who has everything up to `pts` of `turn`; -1 for nothing.

        If nothing more of `turn` will come it is told to drop what it has of it: its end, or the flush, may
        have been lost with the old connection.
        """
        if self._turn is not None and self._turn.pacer.begun:
            at = pts if self._turn.number == turn else 0
            self._turn.pacer.begin(self._clock.now(), at / 1e6)
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
            self._end_mirror()
            if self.membership is not None:
                self.membership.detached()

    @property
    def attached(self) -> bool:
        return self._delivery.attached

    def resumable(self, turn: int, pts: int) -> tuple[int, int] | None:
        """The position, if a client with `turn` up to `pts` can go on from it without a gap, or None."""
        at = self._delivery.resumable(turn, pts)
        next_follows = at is None and turn <= self._number and self._delivery.follows(turn)
        return (turn, pts) if at == pts or next_follows else None

    # --- what the client says --------------------------------------------------------------------

    def text(self, text: str, id: str | None = None) -> None:
        """The user typed: answer it next. A reply under way is superseded, what waits goes on waiting.

        Raises PeerError, like `say` and `configure`, if this cannot be done; then nothing has changed.
        """
        self._check_mode()
        request = Request(text, "text", self._clock.now(), id)
        self._check_room()
        self._stop("superseded")
        self._enqueue(request, first=True)

    def say(
        self, text: str, *, mood: str | None = None, id: str | None = None, queue: Queue = "last"
    ) -> None:
        """Speak `text` word for word: now, next or after all that waits."""
        self._check_mode()
        self._check_mood(mood)
        self._check_room()
        if queue == "now":
            self._stop("superseded")
        request = Request(text, "say", self._clock.now(), id, mood)
        self._enqueue(request, first=queue != "last")

    def overhear(self, text: str) -> None:
        """Others said this among themselves: the next reply may know of it."""
        self._overheard.append(text)

    def greet(self) -> None:
        """Speak the character's greeting, if it has one; not in drive mode."""
        if self.terms.mode == "converse" and self.terms.character.greeting:
            self._enqueue(Request(self.terms.character.greeting, "greeting", self._clock.now()))

    def interrupt(self, reason: Reason, turn: int | None = None) -> None:
        """Stop the current reply at once and drop the turns that wait; with `turn` only if it is that one.

        Silence comes first: the number is stale, queued media is gone and the client is told before this
        returns. The work behind the reply is cancelled and waited for by the session's own task.
        """
        if turn is None or (self._turn is not None and turn == self._turn.number):
            self._waiting.clear()
            self._stop(reason)
            if self.state != "idle" and reason in ("user_spoke", "client_asked"):
                self._enter("listening")

    def _stop(self, reason: Reason) -> None:
        current, self._turn = self._turn, None
        if current is None:
            return
        self._report_arrived.clear()
        self._delivery.flush(current.number)
        self._tell(TurnFlushed(current.number, reason, FADE_MS))
        if self._turn_task is not None:
            self._turn_task.cancel()
        self._wake.set()

    def played(self, turn: int, pts: int, state: Literal["playing", "starved", "idle"]) -> None:
        """The client's playhead is at `pts` of `turn`."""
        self._reported = (turn, pts)
        self._report_arrived.set()
        self._delivery.played(turn, pts)
        if self._turn is not None and self._turn.number == turn and self._turn.pacer.begun:
            self._turn.pacer.report(self._clock.now(), pts / 1e6, state)
            self._wake.set()

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
        if self._mirror is not None:
            self._mirror.feel()

    # --- the user's own voice --------------------------------------------------------------------

    def listen(self, microphone: AudioFormat) -> None:
        """The attached client's microphone stream begins, at position 0. Only in drive mode."""
        self._end_mirror()
        assert self._engines.mirror is not None, "drive mode without a driver"
        self._mirror = Mirror(
            microphone,
            self._engines.mirror,
            lambda: self.terms.character,
            fps=self.terms.pace.fps,
            seed=self._seed,
            clock=self._clock,
            delivery=self._delivery,
            audience=lambda: self.membership,
        )
        self._mirror_task = asyncio.create_task(self._mirror.run(), name=f"mirror of {self.id}")

    def hear(self, chunk: AudioChunk) -> None:
        """Sound of the user, at its position in the stream. Raises PeerError where nobody can hear it."""
        self._listening.hear(chunk)

    def microphone(self, state: MicrophoneState) -> None:
        """The user's microphone was opened, closed or muted. Raises PeerError as `hear` does."""
        self._listening.switch(state)
        self.microphone_state = state
        if self.membership is not None:
            self.membership.switch(state, self._listening.arrived)

    @property
    def _listening(self) -> Mirror:
        if self._mirror is None:
            raise PeerError("this server has no speech recognizer; send `text`", "not_available")
        return self._mirror

    def _end_mirror(self) -> None:
        """Nothing more is heard or shown of the microphone that was."""
        if self._mirror_task is not None:
            self._mirror_task.cancel()
        self._mirror = self._mirror_task = None

    # --- turns, one after the other --------------------------------------------------------------

    def _check_mode(self) -> None:
        if self.terms.mode == "drive":
            raise PeerError("drive mode has no replies; connect with mode 'converse'", "not_available")

    def _check_mood(self, mood: str | None) -> None:
        if mood is not None and mood not in MOODS:
            raise PeerError(f"no mood {mood!r}; there are {', '.join(sorted(MOODS))}", "unknown_mood")

    def _check_room(self) -> None:
        if len(self._waiting) >= WAITING_LIMIT:
            raise PeerError(f"{WAITING_LIMIT} turns wait already; send more when some have ended", "busy")

    def _enqueue(self, request: Request, *, first: bool = False) -> None:
        if first:
            self._waiting.appendleft(request)
        else:
            self._waiting.append(request)
        self._wake.set()

    async def _conduct(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._attend()
            await self._perform(self._waiting.popleft())

    async def _attend(self) -> None:
        """Wait for what comes next. Who interrupted has the avatar's attention for a while."""
        try:
            async with asyncio.timeout(ATTENTION_S if self.state == "listening" else None):
                await self._wake.wait()
        except TimeoutError:
            self._enter("idle")

    async def _perform(self, request: Request) -> None:
        self._number += 1
        for text in self._overheard:
            self.history = self.history.asked(text)
        self._overheard.clear()
        history = self.history if request.say else self.history.asked(request.text)
        turn = Turn(
            self._number,
            request,
            engines=self._engines,
            character=self.terms.character,
            history=history.trimmed(HISTORY_CHARACTERS),
            pace=self.terms.pace,
            delivery=self._delivery,
            clock=self._clock,
            seed=self._seed + self._number,
            speaking=lambda: self._enter("speaking"),
        )
        self._turn = turn
        self._enter("thinking")
        self._turn_task = asyncio.create_task(turn.run(), name=f"turn {turn.number} of {self.id}")
        heard_until: float | None = None
        try:
            await self._sent(turn, self._turn_task)
            await self._played_out(turn)
            heard_until = await self._heard_until(turn)
            self._turn = self._turn_task = None
        except asyncio.CancelledError:  # the session is being closed; its history is kept
            heard_until = turn.pacer.playhead(self._clock.now())
            raise
        finally:
            reply = turn.heard.until(heard_until)
            self.history = history.heard(reply) if not request.say else history.said(reply)
        if not self._waiting and self.state != "listening":
            self._enter("idle")

    async def _sent(self, turn: Turn, task: asyncio.Task[None]) -> None:
        """Wait until the turn has been sent, or was stopped and cleaned up."""
        task.add_done_callback(lambda _: self._wake.set())
        while not task.done() and self._turn is turn:
            self._wake.clear()
            await self._wake.wait()
        if self._turn is not turn:
            await asyncio.wait({task}, timeout=CANCEL_DEADLINE_S)
        if not task.done():
            log.error("turn %d of session %s does not stop", turn.number, self.id)
        elif not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn %d of session %s failed", turn.number, self.id, exc_info=error)
            self._tell(TurnFailed(turn.number, "internal", "something went wrong here; please try again"))
            self._stop("failed")

    async def _played_out(self, turn: Turn) -> None:
        """Wait until the listener has come to the end of the turn, or it was stopped."""
        while self._turn is turn and (left := self._left_to_play(turn)) > EARLY_S:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()

    def _left_to_play(self, turn: Turn) -> float:
        end = (turn.length_us or 0) / 1e6
        return end - turn.pacer.playhead(self._clock.now())

    async def _heard_until(self, turn: Turn) -> float | None:
        """Seconds of the reply that were heard, None for all of it."""
        if self._turn is turn:
            return None
        guess = turn.pacer.playhead(self._clock.now())
        if self._reported is None or not self._delivery.attached:
            return guess
        try:
            async with asyncio.timeout(HEARD_DEADLINE_S):
                await self._report_arrived.wait()
        except TimeoutError:
            return guess
        reported, pts = self._reported
        return pts / 1e6 if reported == turn.number else guess

    # --- telling ---------------------------------------------------------------------------------

    def tell(self, event: AtOnce) -> None:
        """Tell the client at once of what happens around it; nobody, while it is not there."""
        self._tell(event)

    def relay(self, event: PeerSpoke) -> None:
        """Pass on what others produce, now or never."""
        self._delivery.relay(event)

    def _enter(self, state: AvatarState) -> None:
        if state != self.state:
            self.state = state
            self._tell(StateChanged(state))

    def _tell(self, event: AtOnce) -> None:
        self._delivery.tell(event)
