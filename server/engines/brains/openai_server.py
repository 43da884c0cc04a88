"""Brain `openai`: any server that speaks OpenAI's chat completions, in the cloud or beside this one."""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

import openai

from server.engines.brains import prompt
from server.engines.brains.reply_filter import ReplyFilter
from server.errors import EngineError
from server.history import History
from server.speech.character import Character

KNOWLEDGE: Final = ("prompt", "tool", "none")
ROUNDS: Final = 3
"""How often a model may look something up before it answers."""
_LOOK_UP: Final = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "What you know about something. Use it before you answer a question about facts.",
        "parameters": {
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
        },
    },
}


@dataclass(slots=True)
class Usage:
    """Tokens as the server counted them."""

    prompt: int = 0
    completion: int = 0


@dataclass(slots=True)
class _Call:
    """A call of a tool, as it arrives in pieces."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class _Round:
    """What one request gave besides text."""

    calls: dict[int, _Call] = field(default_factory=dict)
    anything: bool = False


class OpenAIBrain:
    """Streams the replies of `model` at `base_url` (OpenAI's own where it is empty).

    The key is in the environment variable `key_env`; servers of one's own mostly want none. The character's
    knowledge reaches the model in the "prompt" (what is near to the question), by a "tool", or not: "none".
    A reply ends after `max_tokens`, or `longest_s` at a point where a sentence does.
    """

    def __init__(
        self,
        model: str,
        base_url: str = "",
        key_env: str = "OPENAI_API_KEY",
        temperature: float = 0.7,
        max_tokens: int = 400,
        timeout_s: float = 20.0,
        longest_s: float = 60.0,
        history_characters: int = 12_000,
        knowledge: str = "prompt",
        facts: int = 4,
    ) -> None:
        if knowledge not in KNOWLEDGE:
            raise ValueError(f"knowledge is one of {', '.join(KNOWLEDGE)}, not {knowledge!r}")
        if not model:
            raise ValueError("model is the name that the server knows the model by")
        key = os.environ.get(key_env, "")
        if not key and not base_url:
            raise ValueError(f"put the key into the environment variable {key_env}, or name a base_url")
        self._client = openai.AsyncOpenAI(
            api_key=key or "none", base_url=base_url or None, timeout=timeout_s, max_retries=0
        )
        self._where = base_url or "api.openai.com"
        self._model = model
        self._settings = {"temperature": temperature, "max_tokens": max_tokens}
        self._longest_s = longest_s
        self._history_characters = history_characters
        self._knowledge = knowledge
        self._most_facts = facts
        self._facts: dict[int, tuple[Character, prompt.Facts]] = {}
        """By identity of the character, which is kept alive here."""
        self.usage = Usage()

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """See `Brain.think`. Closing it ends the request."""
        asked = history.exchanges[-1].user
        facts = await self._known(character)
        near = facts.about(asked, self._most_facts) if self._knowledge == "prompt" else ()
        system = prompt.instructions(character, near)
        messages: list[Any] = [
            {"role": "system", "content": system},
            *prompt.conversation(history, self._history_characters),
        ]
        reply = ReplyFilter(system)
        until = time.monotonic() + self._longest_s
        for number in range(ROUNDS + 1):
            this = _Round()
            async with aclosing(self._stream(messages, this, tools=number < ROUNDS)) as pieces:
                async for piece in pieces:
                    if said := reply.feed(piece):
                        yield said
                    if time.monotonic() > until and piece.rstrip().endswith(
                        (".", "!", "?", "。", "！", "？")
                    ):
                        return
            if not this.calls:
                break
            messages += self._answered(this, facts)
        if not this.anything:
            raise EngineError(f"{self._where} answers, but not as an OpenAI-compatible server does")
        if said := reply.finish():
            yield said

    async def close(self) -> None:
        await self._client.close()

    async def _known(self, character: Character) -> prompt.Facts:
        if (known := self._facts.get(id(character))) is None:
            known = (character, await asyncio.to_thread(prompt.Facts.of, character))
            self._facts = {**dict(list(self._facts.items())[-63:]), id(character): known}
        return known[1]

    async def _stream(self, messages: list[Any], this: _Round, tools: bool) -> AsyncGenerator[str, None]:
        """The text of one request; what tools it wants goes into `this`. Raises EngineError."""
        offered = {"tools": [_LOOK_UP]} if tools and self._knowledge == "tool" else {}
        try:
            stream = await self._client.chat.completions.create(
                model=self._model,
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
                **self._settings,
                **offered,
            )
            async with stream:
                async for chunk in stream:
                    if text := self._taken(chunk, this):
                        yield text
        except openai.OpenAIError as error:
            raise self._failure(error) from error
        except (ValueError, AttributeError, TypeError) as error:  # what came is no chat completion
            raise EngineError(f"{self._where} gave no chat completion: {error!r}"[:300]) from error

    def _taken(self, chunk: Any, this: _Round) -> str:
        if chunk.usage is not None:
            self.usage.prompt += chunk.usage.prompt_tokens or 0
            self.usage.completion += chunk.usage.completion_tokens or 0
        text = ""
        for choice in (chunk.choices or ())[:1]:
            this.anything = True
            text = choice.delta.content or ""
            for piece in choice.delta.tool_calls or ():
                call = this.calls.setdefault(piece.index, _Call())
                call.id = piece.id or call.id
                call.name += piece.function.name or ""
                call.arguments += piece.function.arguments or ""
        return text

    def _answered(self, this: _Round, facts: prompt.Facts) -> list[Any]:
        """The model's calls and what they gave, as messages."""
        calls = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in this.calls.values()
        ]
        results = [
            {"role": "tool", "tool_call_id": c.id, "content": self._look_up(c, facts)}
            for c in this.calls.values()
        ]
        return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]

    def _look_up(self, call: _Call, facts: prompt.Facts) -> str:
        try:
            question = str(json.loads(call.arguments)["question"])
        except (ValueError, KeyError, TypeError):
            return 'call look_up with {"question": "..."}'
        if call.name != "look_up":
            return f"there is no tool {call.name!r}; there is look_up"
        return "\n".join(facts.about(question, self._most_facts)) or "Nothing is known about this."

    def _failure(self, error: openai.OpenAIError) -> EngineError:
        why = " ".join(str(error).split())[:200]
        match error:
            case openai.APITimeoutError():
                return EngineError(f"{self._where} did not answer in time")
            case openai.APIConnectionError():
                return EngineError(f"{self._where} cannot be reached: {why}")
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return EngineError(f"{self._where} refuses the key: {why}", permanent=True)
            case openai.NotFoundError():
                return EngineError(f"{self._where} has no model {self._model!r}: {why}", permanent=True)
            case openai.BadRequestError() | openai.UnprocessableEntityError():
                return EngineError(f"{self._where} refuses the request: {why}", permanent=True)
        return EngineError(f"{self._where} failed: {why}")
