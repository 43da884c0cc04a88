"""A whole recording of what the user said, understood at once."""

import asyncio
from contextlib import closing

from server.audio.chunk import AudioChunk
from server.audio.windows import Windows
from server.errors import EngineError
from server.ports import LISTENING_RATE, WINDOW, Hints, Recognizer
from server.speech.answerable import answerable
from server.speech.values import Utterance
from server.turn.spoken import UNDERSTAND_S


async def understood(sound: AudioChunk, recognizer: Recognizer, hints: Hints) -> Utterance:
    """What is said in it; empty where that is nothing to answer. Cancelling is safe.

    Raises EngineError, also where it takes longer than the sound lasts and UNDERSTAND_S.
    """
    windows = Windows(sound.format.rate, LISTENING_RATE, WINDOW)
    with closing(recognizer.begin(hints)) as transcript:
        for piece in _pieces(sound):
            for window in windows.feed(piece.samples):
                transcript.follow(window)
            await asyncio.sleep(0)
        for window in windows.finish():
            transcript.follow(window)
        try:
            async with asyncio.timeout(sound.seconds + UNDERSTAND_S):
                said = await transcript.understood()
        except TimeoutError:
            raise EngineError("the recognizer understood nothing in time") from None
    return said if answerable(said, sound.seconds) else Utterance("", said.language)


def _pieces(sound: AudioChunk) -> list[AudioChunk]:
    """A second at a time, in between others get on."""
    pieces = []
    while len(sound):
        piece, sound = sound.split(sound.format.rate)
        pieces.append(piece)
    return pieces
