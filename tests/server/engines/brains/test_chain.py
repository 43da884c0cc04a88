"""Chains of brains, on the virtual clock."""

from contextlib import aclosing

import pytest

from server.engines.brains.chain import BrainChain
from server.engines.breaker import Breaker
from server.engines.chain import Link, Patience
from server.errors import EngineError
from server.history import History
from server.ports import Brain
from server.speech.character import Character
from tests.fakes.brain import ScriptedBrain
from tests.fakes.failing import FailingBrain
from tests.virtual_time import VirtualClock, run_virtual

PATIENCE = Patience(first_s=2.0, between_s=1.0, retries=1)
FIRST = ("first", "brain")
SECOND = ("second", "brain")


def chain(*brains: Brain, changes: list[tuple[str, str]] | None = None) -> BrainChain:
    clock = VirtualClock()
    links = [
        Link(f"brain {n}", brain, Breaker(clock, failures=2, rest_s=10.0), PATIENCE)
        for n, brain in enumerate(brains, 1)
    ]
    told = [] if changes is None else changes
    return BrainChain(links, lambda name, why: told.append((name, why)))


async def thought(brain: Brain) -> list[str]:
    async with aclosing(brain.think(History().asked("hello"), Character("test"))) as pieces:
        return [piece async for piece in pieces]


def failing(error: Exception | None, after: int = 0, times: int = 1_000_000) -> FailingBrain:
    return FailingBrain(ScriptedBrain(*FIRST), error, after, times)


def second() -> ScriptedBrain:
    return ScriptedBrain(*SECOND)


def test_the_first_that_works_is_the_only_one_asked() -> None:
    async def main() -> None:
        other = second()
        changes: list[tuple[str, str]] = []
        assert await thought(chain(ScriptedBrain(*FIRST), other, changes=changes)) == [*FIRST]
        assert other.streams.opened == 0
        assert changes == []

    run_virtual(main())


@pytest.mark.parametrize(
    ("error", "why", "asked"),
    [
        (EngineError("it is ill"), "it is ill", 2),
        (EngineError("it is gone", permanent=True), "it is gone", 1),
        (RuntimeError("a bug"), "brain 1 failed: RuntimeError('a bug')", 2),
        (None, "brain 1 gave nothing for 2 s", 1),
    ],
)
def test_the_next_takes_over_and_it_is_told_why(error: Exception | None, why: str, asked: int) -> None:
    async def main() -> None:
        ill = failing(error)
        changes: list[tuple[str, str]] = []
        assert await thought(chain(ill, second(), changes=changes)) == [*SECOND]
        assert changes == [("brain 2", why)]
        assert ill.streams.opened == asked
        assert ill.streams.open == 0

    run_virtual(main())


def test_what_fails_once_is_asked_again() -> None:
    async def main() -> None:
        changes: list[tuple[str, str]] = []
        ill = failing(EngineError("a hiccup"), times=1)
        assert await thought(chain(ill, second(), changes=changes)) == [*FIRST]
        assert changes == []

    run_virtual(main())


@pytest.mark.parametrize("error", [EngineError("it broke off"), None])
def test_what_has_been_said_is_not_said_again(error: Exception | None) -> None:
    async def main() -> None:
        other = second()
        brains = chain(failing(error, after=1), other)
        said = []
        with pytest.raises(EngineError, match=r"it broke off|gave nothing for 1 s"):
            async with aclosing(brains.think(History().asked("hello"), Character("test"))) as pieces:
                async for piece in pieces:
                    said.append(piece)
        assert said == ["first"]
        assert other.streams.opened == 0

    run_virtual(main())


def test_one_that_keeps_failing_rests_and_comes_back() -> None:
    async def main() -> None:
        ill = failing(EngineError("it is ill"))
        brains = chain(ill, second())
        for _ in range(2):
            await thought(brains)
        asked = ill.streams.opened
        assert [health.state for health in brains.health] == ["open", "closed"]
        assert await thought(brains) == [*SECOND]
        assert ill.streams.opened == asked
        clock = VirtualClock()
        await clock.sleep_until(clock.now() + 10.0)
        ill.times = 0
        assert await thought(brains) == [*FIRST]
        assert [health.state for health in brains.health] == ["closed", "closed"]

    run_virtual(main())


def test_the_last_is_asked_even_while_it_rests() -> None:
    async def main() -> None:
        brains = chain(failing(EngineError("first")), failing(EngineError("last")))
        for _ in range(3):
            with pytest.raises(EngineError, match="last"):
                await thought(brains)

    run_virtual(main())


def test_leaving_in_the_middle_closes_the_stream_and_blames_nobody() -> None:
    async def main() -> None:
        brain = ScriptedBrain(*FIRST)
        brains = chain(brain, second())
        for _ in range(5):
            async with aclosing(brains.think(History().asked("hello"), Character("test"))) as pieces:
                await anext(pieces)
            assert brain.streams.open == 0
        assert [health.state for health in brains.health] == ["closed", "closed"]

    run_virtual(main())


def test_a_chain_wants_a_brain() -> None:
    with pytest.raises(ValueError, match="one brain or more"):
        BrainChain([])
