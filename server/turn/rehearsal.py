"""One reply to nobody, so that the first one to somebody is not the slow one.

The first use of an engine loads dictionaries, builds an index, compiles and caches.
"""

from contextlib import closing

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat
from server.clock import Clock
from server.history import History
from server.speech.character import Character
from server.speech.values import SpeechChunk
from server.turn.delivery import Delivery
from server.turn.events import AtOnce, InOrder, Live
from server.turn.offload import offloaded
from server.turn.turn import Engines, Pace, Request, Turn

HOURS_S = 1e5
"""A lead so long that nothing is held back."""


class _Nobody:
    async def stream(self, event: InOrder) -> None:
        """Nobody listens."""

    def tell(self, event: AtOnce) -> None:
        """Nobody listens."""

    def live(self, event: Live) -> None:
        """Nobody listens."""

    def hush(self) -> None:
        """Nothing waits."""


async def rehearse(engines: Engines, character: Character, fps: int, clock: Clock) -> None:
    """Answer the character's first example, as fast as the engines can. Cancelling is safe."""
    text = character.examples[0] if character.examples else "Hello!"
    delivery = Delivery(lambda event: None)
    await delivery.attach(_Nobody())
    turn = Turn(
        1,
        Request(text, "text", clock.now()),
        engines=engines,
        character=character,
        history=History().asked(text),
        pace=Pace(fps, lead_s=HOURS_S),
        delivery=delivery,
        clock=clock,
        seed=0,
        speaking=lambda: None,
    )
    turn.let_go()
    await turn.run()
    if engines.mirror is not None:
        executor = engines.mirror.executor
        with closing(engines.mirror.begin(fps)) as track:
            await offloaded(executor, track.follow, _silence(1.0))
            await offloaded(executor, track.settle)


def _silence(seconds: float) -> SpeechChunk:
    audio = AudioFormat(16_000)
    return SpeechChunk(AudioChunk(np.zeros(audio.samples(seconds), np.int16), audio), phones=None)
