"""Bytes on the wire for a second of speech: the face alone, and everything with the WebSocket's headers."""

import aiohttp

from protocol import messages as m
from tests.bench.figures import Figure
from tests.bench.processes import facewire
from tests.bench.texts import speech
from tests.bench.wire import Wire, connect


async def run(quick: bool = False) -> list[Figure]:
    words = 3 if quick else 40
    async with (
        facewire() as server,
        aiohttp.ClientSession() as http,
        connect(http, server.url) as wire,
    ):
        return await _measure(wire, words)


async def _measure(wire: Wire, words: int) -> list[Figure]:
    """Over one turn; what a connection gets once, the clips, is not of it."""
    face = audio = segments = 0
    await wire.send(m.Say(speech(words, seed=1)))
    while not isinstance(await wire.receive(), m.Turn):
        pass
    before = wire.bytes
    while not isinstance(message := await wire.receive(), m.End):
        if isinstance(message, m.Segment):
            face, audio, segments = face + len(message.face), audio + len(message.audio), segments + 1
    seconds = message.pts / 1e6
    return [
        Figure("face, q8 at 60 fps", face / seconds / 1000, "KB/s", at_most=4),
        Figure("everything, pcm16 at 24 kHz", (wire.bytes - before) / seconds / 1000, "KB/s", at_most=55),
        Figure("messages but sound and face", (wire.bytes - before - face - audio) / seconds, "B/s"),
        Figure("segments", segments / seconds, "a second"),
    ]
