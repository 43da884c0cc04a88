"""Performs a session's turns, one after the other, and prepares the one that may come next.

While the user speaks nothing new is begun: a reply that has made no sound yet is held back, and what the
user adds is answered together with what it was to answer.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from server.clock import Clock
from server.history import History
from server.speech.character import Character
from server.speech.endpointing import is_han
from server.speech.rest import joined
from server.turn.delivery import Delivery
from server.turn.events import AvatarState, Reason, StateChanged, TurnFailed, TurnFlushed
from server.turn.interruption import Playing
from server.turn.turn import EARLY_S, Engines, Pace, Request, Turn

FADE_MS = 10
CANCEL_DEADLINE_S = 2.0
HEARD_DEADLINE_S = 0.15
"""How long the next turn waits for the client to say where it stopped."""
ATTENTION_S = 4.0
"""After an interruption the avatar listens for so long, if nothing is said."""
HISTORY_CHARACTERS = 20_000
OVERHEARD_LIMIT = 64

log = logging.getLogger(__name__)


class _Running:
    """A turn and its task, with what it was made from."""

    def __init__(self, turn: Turn, history: History, character: Character, name: str) -> None:
        self.turn = turn
        self.history = history
        self.character = character
        self.joined = False
        """Whether a later turn answers its request too: nothing of it is kept."""
        self.task = asyncio.create_task(turn.run(), name=name)


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A turn that was stopped because the user spoke, and what waited behind it."""

    turn: Turn
    waiting: tuple[Request, ...]


class Conductor:
    """Owns the turns and the history. `start` it, and in the end `close` it.

    `character` says who speaks, at each turn.
    """

    def __init__(
        self,
        name: str,
        engines: Engines,
        character: Callable[[], Character],
        pace: Pace,
        clock: Clock,
        delivery: Delivery,
        history: History,
        seed: int,
    ) -> None:
        self.history = history
        self.state: AvatarState = "idle"
        self._name = name
        self._engines = engines
        self._character = character
        self._pace = pace
        self._clock = clock
        self._delivery = delivery
        self._seed = seed
        self._waiting: deque[Request] = deque()
        self._overheard: deque[str] = deque(maxlen=OVERHEARD_LIMIT)
        self._wake = asyncio.Event()
        self._current: _Running | None = None
        self._settling = False
        """Whether a turn that is no longer current is not yet part of the history."""
        self._stopped: _Stopped | None = None
        self.aloud = False
        """Whether a microphone may hear what is played."""
        self._prepared: _Running | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._user_speaks = False
        self._reported: tuple[int, int] | None = None
        self._report_arrived = asyncio.Event()
        self.number = 0
        self._task: asyncio.Task[None] | None = None

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to perform; needs a running loop."""
        self._task = asyncio.create_task(self._conduct(), name=f"session {self._name}")

    async def close(self) -> None:
        """Wait for what was under way. Safe to call twice."""
        self.forget()
        tasks = {*self._ending}
        if self._task is not None:
            tasks.add(self._task)
        if self._current is not None:
            tasks.add(self._current.task)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CANCEL_DEADLINE_S)
        self._task = self._current = None

    @property
    def current(self) -> Turn | None:
        """The turn that runs, or is being listened to."""
        return None if self._current is None else self._current.turn

    @property
    def playing(self) -> Playing | None:
        """What is heard of the avatar now; None before its first sound and after its last."""
        turn = self.current
        if turn is None or not turn.pacer.begun:
            return None
        return Playing(turn.number, turn.pacer.playhead(self._clock.now()), turn.voice)

    @property
    def busy(self) -> bool:
        """Whether a turn runs, is being listened to, or waits, or the user speaks."""
        return self._current is not None or bool(self._waiting) or self._user_speaks

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return len(self._waiting)

    # --- what is asked for -----------------------------------------------------------------------

    def request(self, request: Request, *, first: bool = False) -> None:
        """Perform this after all that waits, or before it."""
        if first:
            self._waiting.appendleft(request)
        else:
            self._waiting.append(request)
        self._wake.set()

    def overhear(self, text: str) -> None:
        """Others said this among themselves: the next reply may know of it."""
        self._overheard.append(text)

    def answer(self, request: Request) -> None:
        """Answer what the user said, next; a reply under way is superseded.

        If nothing of that was heard yet both are answered together.
        """
        together = self._with_unanswered(request)
        self._stopped = None
        if self._current is not None:
            self._current.joined = together is not request
            self.stop("user_spoke")
        elif together is not request:
            self._waiting.popleft()
        self.request(together, first=True)

    def interrupt(self, reason: Reason) -> None:
        """Stop the current reply and drop the turns that wait. Who wants to speak is listened to."""
        current, waiting = self.current, tuple(self._waiting)
        self._waiting.clear()
        self.forget()
        self.stop(reason)
        if current is not None and current.pacer.begun and reason == "user_spoke":
            self._stopped = _Stopped(current, waiting)
        if self.state != "idle" and reason in ("user_spoke", "client_asked"):
            self.enter("listening")

    def stop(self, reason: Reason) -> None:
        """Silence the current turn at once: see ARCHITECTURE.md, "Interrupt: one place"."""
        running, self._current = self._current, None
        self._stopped = None
        if running is None:
            return
        running.turn.stop_at(running.turn.pacer.playhead(self._clock.now()))
        self._settling = True
        self._report_arrived.clear()
        self._delivery.flush(running.turn.number)
        self._delivery.tell(TurnFlushed(running.turn.number, reason, FADE_MS))
        running.task.cancel()
        self._ending.add(running.task)
        running.task.add_done_callback(self._ending.discard)
        self._wake.set()

    def played(self, turn: int, pts: int, state: Literal["playing", "starved", "idle"]) -> None:
        """The client's playhead is at `pts` of `turn`."""
        self._reported = (turn, pts)
        self._report_arrived.set()
        current = self.current
        if current is not None and current.number == turn and current.pacer.begun:
            current.pacer.report(self._clock.now(), pts / 1e6, state)
            self._wake.set()

    def can_go_on(self, *, answered: bool) -> bool:
        """Whether a reply was stopped because the user spoke, and goes on if that was nothing.

        With `answered` the user said something, if only "yes": not where a question had just been asked.
        """
        return self._stopped is not None and not (answered and self._stopped.turn.left.after_question)

    def go_on(self) -> None:
        """It was nothing: what is left of the reply is said in a new turn, then what waited behind it."""
        stopped, self._stopped = self._stopped, None
        assert stopped is not None, "see can_go_on"
        turn = stopped.turn
        if turn.left.sentences:
            self.request(replace(turn.request, id=None, rest=turn.left, since=self._clock.now(), stages={}))
        self._waiting.extend(stopped.waiting)
        self._wake.set()

    # --- the user speaks -------------------------------------------------------------------------

    def yield_floor(self) -> None:
        """The user speaks: what has made no sound yet is held back."""
        self._user_speaks = True
        if self._current is not None:
            self._current.turn.hold_back()
        self.enter("listening")
        self._wake.set()

    def take_floor(self) -> None:
        """The user has said all, and it was understood: what was held back goes on."""
        if not self._user_speaks:
            return
        self._user_speaks = False
        if self._current is not None:
            self._current.turn.let_go()
        self.enter("thinking" if self._current is not None or self._waiting else "listening")
        self._wake.set()

    def prepare(self, request: Request) -> None:
        """Think about what the user seems to have said, and speak, held back: nobody learns of it.

        Does nothing where the conversation to be answered is not settled yet.
        """
        self.forget()
        together = self._with_unanswered(request)
        if not self._settling and (self._current is None or together is not request):
            self._prepared = self._begin(together)

    def forget(self) -> None:
        """What was prepared is not wanted."""
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            prepared.task.cancel()
            self._ending.add(prepared.task)
            prepared.task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a turn that session %s prepared failed", self._name, exc_info=error)

    def _with_unanswered(self, request: Request) -> Request:
        """The request, after what the user said just before it if nothing was heard of the answer."""
        before = None
        if self._current is not None:
            before = None if self._current.turn.pacer.begun else self._current.turn.request
        elif self._waiting:
            before = self._waiting[0]
        if before is None or before.rest is not None or before.origin not in ("text", "speech"):
            return request
        space = "" if is_han(before.text[-1:]) else " "
        return replace(request, text=f"{before.text}{space}{request.text}", id=before.id)

    # --- one after the other ---------------------------------------------------------------------

    async def _conduct(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._attend()
            await self._perform(self._waiting.popleft())

    async def _attend(self) -> None:
        """Wait for what comes next. Who interrupted has the avatar's attention for a while."""
        waits = self.state == "listening" and not self._user_speaks
        try:
            async with asyncio.timeout(ATTENTION_S if waits else None):
                await self._wake.wait()
        except TimeoutError:
            self.enter("idle")

    def _begin(self, request: Request) -> _Running:
        """A turn that is held back, and may become the next one."""
        number = self.number + 1
        character = self._character()
        history = self.history if request.say or request.rest else self.history.asked(request.text)
        turn = Turn(
            number,
            request,
            engines=self._engines,
            character=character,
            history=history.trimmed(HISTORY_CHARACTERS),
            pace=self._pace,
            delivery=self._delivery,
            clock=self._clock,
            seed=self._seed + number,
            speaking=lambda: self.enter("speaking"),
            aloud=self.aloud,
        )
        return _Running(turn, self.history, character, f"turn {number} of {self._name}")

    def _ready(self, request: Request) -> _Running | None:
        """The turn that was prepared, if it is what a new one would be; else it is forgotten."""
        prepared = self._prepared
        if prepared is None:
            return None
        turn = prepared.turn
        same = (turn.number, turn.request.text) == (self.number + 1, request.text)
        if not same or prepared.history is not self.history or prepared.character is not self._character():
            self.forget()
        elif turn.failed or prepared.task.done():
            self.forget()  # another try may do better
        self._prepared, ready = None, self._prepared
        return ready

    async def _perform(self, request: Request) -> None:
        for text in self._overheard:
            self.history = self.history.asked(text)
        self._overheard.clear()
        running = self._ready(request) or self._begin(request)
        turn = running.turn
        turn.request = request
        self.number = turn.number
        self._current = running
        if not self._user_speaks:
            self.enter("thinking")
            turn.let_go()
        heard_until: float | None = None
        try:
            await self._sent(running)
            await self._played_out(running)
            heard_until = await self._heard_until(running)
            self._current = None
        except asyncio.CancelledError:  # the session is being closed; its history is kept
            heard_until = turn.pacer.playhead(self._clock.now())
            raise
        finally:
            self._settling = False
            turn.heard_until = heard_until
            if not running.joined:
                self._keep(turn)
        if not self._waiting and self.state != "listening" and not self._user_speaks:
            self.enter("idle")

    def _keep(self, turn: Turn) -> None:
        """The turn is part of the history, as far as it was heard; what goes on is one with what it was."""
        request = turn.request
        reply = joined([turn.before, turn.heard.until(turn.heard_until)])
        if request.rest is not None:
            self.history = self.history.heard(reply)
        elif request.say:
            self.history = self.history.said(reply)
        else:
            self.history = self.history.asked(request.text).heard(reply)

    async def _sent(self, running: _Running) -> None:
        """Wait until the turn has been sent, or was stopped and cleaned up."""
        turn, task = running.turn, running.task
        task.add_done_callback(lambda _: self._wake.set())
        while not task.done() and self._current is running:
            self._wake.clear()
            await self._wake.wait()
        if self._current is not running:
            await asyncio.wait({task}, timeout=CANCEL_DEADLINE_S)
        if not task.done():
            log.error("turn %d of session %s does not stop", turn.number, self._name)
        elif not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn %d of session %s failed", turn.number, self._name, exc_info=error)
            text = "something went wrong here; please try again"
            self._delivery.tell(TurnFailed(turn.number, "internal", text))
            self.stop("failed")

    async def _played_out(self, running: _Running) -> None:
        """Wait until the listener has come to the end of the turn, or it was stopped."""
        while self._current is running and (left := self._left_to_play(running.turn)) > EARLY_S:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wake.wait()

    def _left_to_play(self, turn: Turn) -> float:
        end = (turn.length_us or 0) / 1e6
        return end - turn.pacer.playhead(self._clock.now())

    async def _heard_until(self, running: _Running) -> float | None:
        """Seconds of the reply that were heard, None for all of it."""
        if self._current is running:
            return None
        turn = running.turn
        guess = turn.pacer.playhead(self._clock.now())
        if running.joined or self._reported is None or not self._delivery.attached:
            return guess
        try:
            async with asyncio.timeout(HEARD_DEADLINE_S):
                await self._report_arrived.wait()
        except TimeoutError:
            return guess
        reported, pts = self._reported
        return pts / 1e6 if reported == turn.number else guess

    # --- telling ---------------------------------------------------------------------------------

    def enter(self, state: AvatarState) -> None:
        """Be in this state, and say so if it is a new one."""
        if state != self.state:
            self.state = state
            self._delivery.tell(StateChanged(state))
