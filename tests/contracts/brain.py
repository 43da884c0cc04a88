"""What every brain promises."""

import asyncio
from contextlib import aclosing

from server.history import History
from server.ports import Brain
from server.speech.character import Character


async def think(brain: Brain, text: str, character: Character, history: History | None = None) -> str:
    async with aclosing(brain.think((history or History()).asked(text), character)) as stream:
        return "".join([piece async for piece in stream])


class BrainContract:
    """Subclass it with `brain` and `character` fixtures."""

    async def test_a_question_gets_an_answer(self, brain: Brain, character: Character) -> None:
        assert (await think(brain, "Hello, who are you?", character)).strip()

    async def test_the_same_conversation_gets_the_same_answer_or_another_alternative(
        self, brain: Brain, character: Character
    ) -> None:
        """Nothing is kept between conversations: two sessions in parallel do not disturb each other."""
        alone = await think(brain, "Hello!", character)
        both = await asyncio.gather(*(think(brain, "Hello!", character) for _ in range(5)))
        assert set(both) == {alone}

    async def test_pieces_are_never_empty(self, brain: Brain, character: Character) -> None:
        async with aclosing(brain.think(History().asked("Hello, who are you?"), character)) as stream:
            assert all([piece async for piece in stream])

    async def test_closing_in_the_middle_leaves_the_brain_usable(
        self, brain: Brain, character: Character
    ) -> None:
        async with aclosing(brain.think(History().asked("Hello, who are you?"), character)) as stream:
            async for _piece in stream:
                break
        assert (await think(brain, "Hello!", character)).strip()

    async def test_empty_and_very_long_questions_are_survived(
        self, brain: Brain, character: Character
    ) -> None:
        for text in ("", " ", "?!", "😀", "word " * 800, "\x00\x07"):
            await think(brain, text, character)
