"""Histories in memory: found with their token, forgotten when too many or too old."""

from server.history import Exchange, History
from server.store.memory import MemoryHistories


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    async def sleep_until(self, when: float) -> None:
        raise AssertionError("nothing waits here")


def history(text: str) -> History:
    return History((Exchange(text, "reply"),))


async def test_only_the_token_opens_it() -> None:
    store = MemoryHistories(Clock())
    await store.save("s", "tökén", history("hi"))
    assert await store.load("s", "tökén") == history("hi")
    assert await store.load("s", "token") is None
    assert await store.load("t", "tökén") is None


async def test_the_oldest_goes_first() -> None:
    store = MemoryHistories(Clock(), count=2)
    for name in ("a", "b", "a", "c"):
        await store.save(name, "t", history(name))
    assert await store.load("b", "t") is None
    assert await store.load("a", "t") == history("a")
    assert await store.load("c", "t") == history("c")
    assert len(store) == 2


async def test_what_is_too_old_is_gone() -> None:
    clock = Clock()
    store = MemoryHistories(clock, age_s=10)
    await store.save("s", "t", history("hi"))
    clock.time = 9.9
    assert await store.load("s", "t") is not None
    clock.time = 10.0
    assert await store.load("s", "t") is None
    assert len(store) == 0


async def test_an_empty_history_is_not_kept() -> None:
    store = MemoryHistories(Clock())
    await store.save("s", "t", History())
    assert len(store) == 0
