"""The design that FaceWire is measured against: a WebSocket server that answers with whole replies.

``python -m tests.bench.article_server --port N``. The client sends ``{"text": ...}``; the server speaks all
of it, computes all of its face, and answers with one JSON object: the text, a base64 WAV, and a list of
frames of 52 numbers. Voice and face are FaceWire's own, so that only the design differs.
"""

import argparse
import base64
import io
import wave
from contextlib import aclosing

import numpy as np
from aiohttp import WSMsgType, web

from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from server.audio.chunk import AudioFormat
from server.engines.faces.articulation import ArticulationDriver
from server.engines.voices.espeak import EspeakVoice
from server.speech.character import Speaker
from server.speech.sentences import SentenceSplitter
from server.speech.timeline import Timeline
from server.speech.values import SpeechChunk
from server.turn.turn import PAUSE_S

FPS = 60


async def reply(voice: EspeakVoice, text: str) -> dict[str, object]:
    """The whole answer to `text`."""
    timeline = Timeline(AudioFormat(voice.traits.rate))
    spoken = await _speak(voice, timeline, text)
    track, life = ArticulationDriver().begin(FPS), LivingFace(FPS, 1, "neutral", 0.4)
    runs: list[FaceFrames] = []
    for chunk in spoken:
        life.hear(chunk.stream_phones(), chunk.end)
        runs.append(life.compose(track.follow(chunk)))
    runs.append(life.compose(track.settle()))
    face = FaceFrames.join(runs)
    return {
        "text": text,
        "audio": base64.b64encode(_wav(spoken, voice.traits.rate)).decode(),
        "facial": face.weights.tolist(),
        "fps": FPS,
    }


async def _speak(voice: EspeakVoice, timeline: Timeline, text: str) -> list[SpeechChunk]:
    splitter = SentenceSplitter()
    spoken: list[SpeechChunk] = []
    for sentence in [*splitter.feed(text), *splitter.finish()]:
        async with aclosing(voice.speak(sentence, Speaker())) as chunks:
            spoken += [timeline.place(chunk) async for chunk in chunks]
        if (rest := timeline.rest(PAUSE_S)) is not None:
            spoken.append(rest)
    return spoken


def _wav(spoken: list[SpeechChunk], rate: int) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.concatenate([c.audio.samples for c in spoken]).tobytes())
    return data.getvalue()


def application() -> web.Application:
    """The server; its voice lives as long as it does."""
    voice = EspeakVoice()

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_json(await reply(voice, message.json()["text"]))
        return socket

    async def ready(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def close(_: web.Application) -> None:
        await voice.close()

    app = web.Application()
    app.add_routes([web.get("/ws", talk), web.get("/readyz", ready)])
    app.on_cleanup.append(close)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    web.run_app(application(), host="127.0.0.1", port=parser.parse_args().port, print=lambda *_: None)


if __name__ == "__main__":
    main()
