"""The examples in the READMEs run as they are written."""

import asyncio
import os
import re
import sys
import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from protocol.messages import Peer
from python_client import connect
from server import app
from tests.fakes.client import tree
from tests.fakes.sentence import sentence

ROOT = Path(__file__).parent.parent
EMBEDDED: dict[str, object] = {"brain": "knowledge", "voice": "espeak", "face": "articulation"}


def examples(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


async def run(program: str, folder: Path) -> str:
    """What the program prints; it must end well within the test's time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


@pytest.mark.parametrize("readme", ["README.md", "python_client/README.md"])
async def test_the_client_of_the_readme(readme: str, tmp_path: Path) -> None:
    program, *_ = examples(readme)
    async with app.running(tree(server={"grace_s": 0}, engines=EMBEDDED), environ={}) as server:
        out = await run(program.replace("127.0.0.1:8765", f"127.0.0.1:{server.port}"), tmp_path)
    assert "frames, jaw open up to 0." in out
    with wave.open(str(tmp_path / "reply.wav")) as sound:
        assert sound.getnframes() > sound.getframerate()


SOUNDDEVICE = '''
import threading, time, types
import numpy as np

class OutputStream:
    """A device that nobody hears: 10 ms blocks in time, on a clock of its own."""

    def __init__(self, rate, channels, dtype, callback):
        self.rate, self.callback, self.over = rate, callback, threading.Event()
        self.thread = threading.Thread(target=self.play)

    time = property(lambda self: time.monotonic() + 1000)

    def play(self):
        heard_at = self.time + 0.02
        while not self.over.wait(max(0, heard_at - 0.02 - self.time)):
            out = np.empty((self.rate // 100, 1), np.float32)
            self.callback(out, len(out), types.SimpleNamespace(outputBufferDacTime=heard_at), None)
            heard_at += 0.01

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
'''


async def test_the_player_of_the_readme(tmp_path: Path) -> None:
    program = examples("python_client/README.md")[1]
    (tmp_path / "sounddevice.py").write_text(SOUNDDEVICE, encoding="utf-8")
    engines = {**EMBEDDED, "brain": "echo"}
    async with app.running(tree(server={"grace_s": 0}, engines=engines), environ={}) as server:
        out = await run(program.replace("127.0.0.1:8765", f"127.0.0.1:{server.port}"), tmp_path)
    states, jaws = zip(*re.findall(r"(\w+), jaw ([\d.]+)", out), strict=True)
    assert {"playing", "draining"} <= {*states}
    assert max(float(jaw) for jaw in jaws) > 0.1


async def test_the_own_face_of_the_readme(tmp_path: Path) -> None:
    program = examples("python_client/README.md")[2]
    with wave.open(str(tmp_path / "voice.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((await sentence(16_000)).tobytes())
    async with app.running(tree(server={"grace_s": 0}), environ={}) as server:
        out = await run(program.replace("127.0.0.1:8765", f"127.0.0.1:{server.port}"), tmp_path)
    jaws = [float(jaw) for jaw in re.findall(r"s, jaw ([\d.]+)", out)]
    assert max(jaws) > 0.2
    assert jaws[-1] < 0.03


async def test_the_room_of_the_readme(tmp_path: Path) -> None:
    program = examples("python_client/README.md")[3]
    (tmp_path / "sounddevice.py").write_text(SOUNDDEVICE, encoding="utf-8")
    voice = await sentence(16_000, before_s=0.0)

    async def speak(url: str) -> None:
        async with connect(url, mode="drive", mic_rate=16_000) as bo:
            await bo.join("lobby", "Bo")
            async for message in bo:
                if isinstance(message, Peer) and message.name == "Ada":
                    break
            while True:
                for block in np.array_split(voice, len(voice) // 320):
                    await bo.hear(block)
                    await asyncio.sleep(0.02)

    async with app.running(tree(server={"grace_s": 0}), environ={}) as server:
        speaking = asyncio.create_task(speak(f"ws://127.0.0.1:{server.port}/v1/stream"))
        out = await run(program.replace("127.0.0.1:8765", f"127.0.0.1:{server.port}"), tmp_path)
        speaking.cancel()
        with suppress(asyncio.CancelledError):
            await speaking
    assert "Bo joined" in out and "Bo speaking" in out
    assert max(float(jaw) for jaw in re.findall(r"Bo, jaw ([\d.]+)", out)) > 0.2


async def test_the_face_of_the_readme(tmp_path: Path) -> None:
    face, mouth, listener = examples("blend_shapes/README.md")
    assert "52) (" in await run(face, tmp_path)
    assert 0.4 < float(await run(mouth, tmp_path)) <= 0.65
    assert (await run(listener, tmp_path)).startswith("116 [[")
