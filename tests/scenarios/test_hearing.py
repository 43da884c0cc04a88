"""What a real server makes of a microphone in conversation: what it takes, and in which language."""

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest

from protocol import messages as m
from protocol import opus_packets
from server import app
from server.engines.brains.echo import EchoBrain
from server.engines.detectors.loudness import LoudnessDetector
from server.engines.faces.articulation import ArticulationDriver
from server.engines.voices.tone import ToneVoice
from server.net import wav
from server.ports import RecognizerTraits
from server.turn.turn import Engines
from tests.fakes.client import connected, tree
from tests.fakes.opus import FRAME, RATE, encoded
from tests.fakes.recognizer import ScriptedRecognizer


@asynccontextmanager
async def listening(languages: Sequence[str], *understood: str) -> AsyncIterator[app.Running]:
    """A server that understands these words, one utterance after the other."""
    recognizer = ScriptedRecognizer(*understood, traits=RecognizerTraits(tuple(languages)))
    engines = Engines(
        EchoBrain(),
        ToneVoice(character_s=0.02),
        ArticulationDriver(),
        detector=LoudnessDetector(),
        recognizer=recognizer,
    )
    async with app.running(tree(server={"grace_s": 0}), environ={}, made=engines) as server:
        yield server


def hello(codec: m.AudioCodec, language: str | None = None) -> m.Hello:
    return m.Hello(mic=m.AudioFormatInfo(codec, 16_000), language=language)


async def test_words_in_opus_are_heard_and_answered() -> None:
    """A packet that is none costs only itself."""
    tone = (8000 * np.sin(np.arange(RATE * 6 // 10) * 0.05)).astype(np.int16)
    sound = np.concatenate([tone, np.zeros(RATE * 12 // 10, np.int16)])  # at once: less than may wait
    async with listening(("en",), "hello there") as server, connected(server) as client:
        assert (await client.hello(hello("opus"))).mic == m.AudioFormatInfo("opus", RATE)
        await client.send(m.Microphone(0, 0, opus_packets.pack([b"\xff" * 9])))
        assert (await client.error()).code == "bad_message"
        packets = encoded(sound)
        for seq, at in enumerate(range(0, len(packets), 5), 1):
            pts = round(at * FRAME * 1e6 / RATE)
            await client.send(m.Microphone(seq, pts, opus_packets.pack(packets[at : at + 5])))
        heard = await client.until(m.Heard, lambda message: message.final)
        assert heard.text == "hello there"
        await client.until(m.Segment)


async def test_a_recording_is_understood_and_answered_at_once() -> None:
    sound = np.zeros(RATE, np.int16)
    recording = base64.b64encode(wav.header(2 * RATE, RATE) + sound.tobytes()).decode()
    async with (
        listening(("en",), "hello there", "") as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.address}ws/talker", max_msg_size=2**26) as ws,
    ):
        for audio, key, part in (
            (recording, "text", "hello there"),
            (recording, "error", "nothing was understood"),
            ("UklGRg==", "error", "no WAV file"),
            ("???", "error", "base64"),
        ):
            await ws.send_json({"audio": audio})
            assert part in (await ws.receive_json(timeout=10))[key]


@pytest.mark.parametrize(("understood", "language"), [(("en",), "en-GB"), ((), None), (("en", "de"), None)])
async def test_a_language_that_is_understood(understood: tuple[str, ...], language: str | None) -> None:
    async with listening(understood) as server, connected(server) as client:
        welcome = await client.hello(hello("pcm16", language))
        assert welcome.mic == m.AudioFormatInfo("pcm16", 16_000)


async def test_in_a_language_that_is_not_understood_the_user_can_still_write() -> None:
    async with listening(("en",)) as server, connected(server) as client:
        welcome = await client.hello(hello("pcm16", "de"))
        assert welcome.mic is None
        error = next(x for x in client.log if isinstance(x, m.Error))
        assert (error.code, error.fatal) == ("unknown_language", False)
        assert "understands en, not 'de'" in error.message
        await client.send(m.Text("Guten Tag"))
        await client.until(m.Segment)
