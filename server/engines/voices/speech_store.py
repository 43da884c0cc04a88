"""Finished sentences by key, in memory and, where a folder is given, on disk; the least used go first.

What is on disk are sound and words of replies: whoever can read the folder can read what was said.
"""

import asyncio
import logging
import os
from collections import OrderedDict
from pathlib import Path

from server.engines.voices import speech_file
from server.speech.values import SpeechChunk

MEMORY_BYTES = 64 * 2**20
DISK_BYTES = 512 * 2**20
SUFFIX = ".speech"

log = logging.getLogger(__name__)

Speech = tuple[SpeechChunk, ...]


class SpeechStore:
    """Holds at most `memory_bytes` of packed speech, and files of `disk_bytes` in `folder`.

    Keys are file names without a suffix. One process uses a folder at a time for its bound to hold.
    Raises ValueError where the folder cannot be made or written.
    """

    def __init__(
        self,
        memory_bytes: int = MEMORY_BYTES,
        folder: Path | None = None,
        disk_bytes: int = DISK_BYTES,
    ) -> None:
        self._memory = _Shelf(memory_bytes)
        self._disk = _Shelf(disk_bytes)
        self._kept: dict[str, Speech] = {}
        self._folder = folder
        if folder is not None:
            self._open(folder)

    @property
    def memory_bytes(self) -> int:
        """What is held in memory now, as packed."""
        return self._memory.used

    @property
    def disk_bytes(self) -> int:
        return self._disk.used

    async def get(self, key: str) -> Speech | None:
        """The sentence, None if it is not there. Cancelling is safe."""
        if self._memory.touch(key):
            return self._kept[key]
        if self._folder is None or not self._disk.touch(key):
            return None
        try:
            data = await asyncio.to_thread(_read, self._path(key))
            speech = speech_file.unpack(data)
        except (OSError, ValueError) as error:
            log.warning("cached speech %s is left out: %s", key, error)
            await self._remove(key)
            return None
        self._keep(key, speech, len(data))
        return speech

    async def put(self, key: str, speech: Speech) -> None:
        """Keep a finished sentence. Cancelling is safe. A disk that fails is logged."""
        data = speech_file.pack(speech)
        self._keep(key, speech, len(data))
        if self._folder is None or not self._disk.fits(len(data)):
            return
        try:
            await asyncio.to_thread(_write, self._path(key), data)
        except OSError as error:
            log.warning("speech cannot be cached on disk: %s", error)
            return
        for old in self._disk.add(key, len(data)):
            await self._remove(old)

    def _keep(self, key: str, speech: Speech, size: int) -> None:
        if self._memory.fits(size):
            self._kept[key] = speech
            for old in self._memory.add(key, size):
                del self._kept[old]

    async def _remove(self, key: str) -> None:
        self._disk.discard(key)
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        assert self._folder is not None, "no folder"
        return self._folder / f"{key}{SUFFIX}"

    def _open(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files = sorted(
                (entry.stat().st_mtime, entry.name.removesuffix(SUFFIX), entry.stat().st_size)
                for entry in os.scandir(folder)
                if entry.name.endswith(SUFFIX)
            )
        except OSError as error:
            raise ValueError(f"the folder for cached speech, {folder}, cannot be used: {error}") from None
        if not os.access(folder, os.W_OK):
            raise ValueError(f"the folder for cached speech, {folder}, cannot be written")
        for _, key, size in files:
            for old in self._disk.add(key, size):
                self._path(old).unlink(missing_ok=True)


class _Shelf:
    """Sizes by key, the least used first, of at most `room` bytes together."""

    def __init__(self, room: int) -> None:
        self.used = 0
        self._room = room
        self._sizes: OrderedDict[str, int] = OrderedDict()

    def fits(self, size: int) -> bool:
        """Whether something of this size can be held at all: it may take a quarter of the room."""
        return size * 4 <= self._room

    def touch(self, key: str) -> bool:
        """Whether it is here; then it was used just now."""
        if key not in self._sizes:
            return False
        self._sizes.move_to_end(key)
        return True

    def add(self, key: str, size: int) -> list[str]:
        """What has to go to make room for it."""
        self.discard(key)
        self._sizes[key] = size
        self.used += size
        gone = []
        while self.used > self._room:
            old = next(iter(self._sizes))
            self.discard(old)
            gone.append(old)
        return gone

    def discard(self, key: str) -> None:
        self.used -= self._sizes.pop(key, 0)


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    path.touch()
    return data


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing, also when the power fails."""
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)
