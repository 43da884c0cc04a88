"""Sound out of a terminal: a player program that reads raw samples from a pipe."""

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

COMMANDS = {
    "aplay": "aplay -q -t raw -f S16_LE -c 1 -r {rate} -",
    "paplay": "paplay --raw --format=s16le --channels=1 --rate={rate}",
    "ffplay": "ffplay -nodisp -autoexit -loglevel quiet -f s16le -ar {rate} -i pipe:0",
    "play": "play -q -t raw -e signed -b 16 -c 1 -r {rate} -",
}
"""Programs that play 16-bit little-endian mono from standard input, the quickest to start first."""


def player_command(rate: int) -> Sequence[str] | None:
    """The first of the known players that is installed; None without one."""
    for name, command in COMMANDS.items():
        if shutil.which(name):
            return command.format(rate=rate).split()
    return None


class Player:
    """Plays what it is given, in order; a new process for each reply, so that a reply can be cut off."""

    def __init__(self, command: Sequence[str] | None) -> None:
        self._command = command
        self._process: Process | None = None
        self._ending: list[Process] = []

    async def play(self, audio: bytes) -> None:
        """Hand over more sound; starts the player for the first. A player that died stays silent."""
        if self._command is None or not audio:
            return
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
            )
        if (pipe := self._process.stdin) is not None:
            with contextlib.suppress(ConnectionError):
                pipe.write(audio)
                await pipe.drain()

    def finish(self) -> None:
        """No more sound of this reply: the player plays what it has and ends by itself."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            self._ending.append(process)

    async def wait(self) -> None:
        """Until all finished sound has been heard. Cancelling is safe."""
        while self._ending:
            await self._ending[0].wait()
            self._ending.pop(0)

    async def cut(self) -> None:
        """Silence now."""
        processes = [p for p in (self._process, *self._ending) if p is not None]
        self._process = None
        self._ending.clear()
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
