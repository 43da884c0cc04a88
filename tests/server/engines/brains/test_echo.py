import pytest

from server.engines.brains.echo import EchoBrain
from server.speech.character import Character
from tests.contracts.brain import BrainContract, think


@pytest.fixture
def brain() -> EchoBrain:
    return EchoBrain()


@pytest.fixture
def character() -> Character:
    return Character("Nobody")


class TestContract(BrainContract):
    pass


async def test_it_says_exactly_what_it_was_told(character: Character) -> None:
    assert await think(EchoBrain(), " one  two\nthree ", character) == " one  two\nthree "
    assert await think(EchoBrain(prefix="You said: "), "hi", character) == "You said: hi"
