import sys
from pathlib import Path

from server.command.player import Player

KEEP = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
NEVER_READS = "import time; time.sleep(60)"


async def test_a_reply_is_played_whole(tmp_path: Path) -> None:
    player = Player([sys.executable, "-c", KEEP, str(tmp_path / "heard")])
    await player.play(b"one ")
    await player.play(b"two")
    player.finish()
    await player.wait()
    assert (tmp_path / "heard").read_bytes() == b"one two"


async def test_cutting_ends_the_player() -> None:
    player = Player([sys.executable, "-c", NEVER_READS])
    await player.play(b"long")
    await player.cut()
    await player.play(b"next")
    player.finish()
    await player.cut()


async def test_a_player_that_ends_early_is_silence() -> None:
    player = Player([sys.executable, "-c", "pass"])
    for _ in range(20):
        await player.play(bytes(100_000))
    await player.cut()


async def test_without_a_player_nothing_happens() -> None:
    player = Player(None)
    await player.play(b"sound")
    player.finish()
    await player.wait()
    await player.cut()
