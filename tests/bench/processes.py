"""Processes the bench starts, and what the kernel says of them."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

READY_S = 30.0
STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time used so far (Linux; NaN elsewhere)."""
        return _cpu_seconds(Path(f"/proc/{self.pid}/stat"))

    def loop_seconds(self) -> float:
        """The same of the thread of its event loop."""
        return _cpu_seconds(Path(f"/proc/{self.pid}/task/{self.pid}/stat"))

    def resident_mb(self) -> float:
        """Resident memory in MiB (Linux; NaN elsewhere)."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except OSError:
            return float("nan")
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cpu_seconds(stat: Path) -> float:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@asynccontextmanager
async def python(*arguments: str, read: bool = False) -> AsyncIterator[asyncio.subprocess.Process]:
    """``python ARGUMENTS`` as a process that ends, at the latest, with this context."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=subprocess.PIPE if read else subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


@asynccontextmanager
async def serve(*arguments: str) -> AsyncIterator[Served]:
    """``python ARGUMENTS --port N``, ready when ``/readyz`` says so.

    Raises RuntimeError if it never does.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with python(*arguments, "--port", str(port)) as process:
        await _answers(url, process)
        try:
            yield Served(url, process.pid)
        finally:
            if process.returncode is not None:
                print(f"the server ended by itself with status {process.returncode}", file=sys.stderr)


@asynccontextmanager
async def facewire(brain: str = "echo", recognizer: str = "none") -> AsyncIterator[Served]:
    """FaceWire itself, configured for measuring."""
    with tempfile.TemporaryDirectory() as folder:
        config = _write(Path(folder, "bench.yaml"), brain, recognizer)
        async with serve("-m", "server", "serve", "--config", str(config)) as served:
            yield served


def _write(config: Path, brain: str, recognizer: str) -> Path:
    config.write_text(CONFIG.format(brain=brain, recognizer=recognizer), encoding="utf-8")
    return config


CONFIG = """\
server: {{max_sessions: 5000}}
limits: {{messages_per_s: 10000}}
engines: {{brain: {brain}, voice: espeak, face: articulation, recognizer: {recognizer}}}
log: {{level: warning}}
"""


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(READY_S):
        while process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the server ended with status {process.returncode}")


async def load(url: str, arguments: Sequence[str]) -> bytes:
    """Run the load client to its end; what it printed. Cancelling ends it."""
    return await client("tests.bench.load", url, *arguments)


async def client(module: str, *arguments: str) -> bytes:
    """Run a module to its end; what it printed. Cancelling ends it."""
    async with python("-m", module, *arguments, read=True) as process:
        out, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{module} ended with status {process.returncode}")
        return out
