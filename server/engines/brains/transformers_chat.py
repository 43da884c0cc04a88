"""Brain `transformers`: a chat model in this process, from a folder or a name that transformers knows.

All sessions share the model: its tokens are made in batches, in a thread of its own, by transformers'
continuous batching. Pages of its key-value cache that hold the same beginning are shared too, so a
conversation is not read again at every turn, nor a character's instructions for every session.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from tokenizers.decoders import DecodeStream
from transformers import GenerationConfig
from transformers.generation.configuration_utils import ContinuousBatchingConfig

from server.engines.brains import prompt
from server.engines.brains.reply_filter import ReplyFilter
from server.errors import EngineError
from server.history import History
from server.speech.character import Character

PAGE_TOKENS: Final = 32
"""Sharing is by whole pages, so they are small."""
BATCH_TOKENS: Final = 512
"""Tokens of a step, of all conversations that are read."""
STOP_S: Final = 10.0
LOADING: Final = {"": {}, "8bit": {"load_in_8bit": True}, "4bit": {"load_in_4bit": True}}

_numbers = itertools.count(1)


class TransformersBrain:
    """Chat models that have a chat template: Qwen, Llama and their like.

    `model` is a folder or a name; `quantize` is "8bit" or "4bit", where bitsandbytes and the hardware can.
    `kv_tokens` is the room for all conversations together: what needs more waits.
    """

    def __init__(
        self,
        model: str = "",
        folder: str = "",
        device: str = "auto",
        dtype: str = "auto",
        quantize: str = "",
        temperature: float = 0.7,
        top_p: float = 0.9,
        max_tokens: int = 300,
        context_tokens: int = 4096,
        kv_tokens: int = 16_384,
        facts: int = 4,
    ) -> None:
        """Loads the model. Raises ValueError for one that cannot be had, or cannot chat."""
        if bool(model) == bool(folder):
            raise ValueError("give the `folder` of a model, or the `model` by its name")
        if folder and not (Path(folder) / "config.json").is_file():
            raise ValueError(f"folder {folder} holds no model: it has no config.json")
        if quantize not in LOADING:
            raise ValueError(f"quantize is one of {', '.join(filter(None, LOADING))}, not {quantize!r}")
        if not 0 < max_tokens < context_tokens <= kv_tokens:
            raise ValueError("it must be 0 < max_tokens < context_tokens <= kv_tokens")
        self._tokenizer, self._model = _loaded(folder or model, device, dtype, quantize)
        self._context = context_tokens - max_tokens
        self._most_facts = facts
        self._facts: dict[int, tuple[Character, prompt.Facts]] = {}
        self._manager = self._model.init_continuous_batching(
            generation_config=GenerationConfig(
                max_new_tokens=max_tokens,
                eos_token_id=_ends(self._tokenizer, self._model),
                pad_token_id=self._tokenizer.pad_token_id,
                **({"do_sample": True, "temperature": temperature, "top_p": top_p} if temperature else {}),
            ),
            continuous_batching_config=ContinuousBatchingConfig(
                page_size=PAGE_TOKENS,
                num_blocks=-(-kv_tokens // PAGE_TOKENS),
                max_batch_tokens=BATCH_TOKENS,
            ),
        )
        self._manager.start()

    async def think(self, history: History, character: Character) -> AsyncGenerator[str, None]:
        """See `Brain.think`. Closing it stops the model's work for it within a token."""
        system, tokens = await asyncio.to_thread(self._read, history, character)
        reply = ReplyFilter(system)
        results: asyncio.Queue[Any] = asyncio.Queue()
        name = f"turn {next(_numbers)}"
        self._manager.register_result_handler(name, results.put_nowait)
        if self._manager.add_request(tokens, request_id=name, streaming=True) is None:
            raise EngineError("the language model has stopped", permanent=True)
        decoding = DecodeStream(skip_special_tokens=True)
        known = 0
        finished = False
        try:
            while not finished:
                result = await results.get()
                if result.error:
                    finished = True
                    raise EngineError(f"the language model failed: {result.error}"[:300])
                finished = result.is_finished()
                written, known = result.generated_tokens[known:], len(result.generated_tokens)
                pieces = (decoding.step(self._tokenizer._tokenizer, token) or "" for token in written)
                if said := reply.feed("".join(pieces)):
                    yield said
            if said := reply.finish():
                yield said
        finally:
            if not finished:
                self._manager.cancel_request(name)

    async def close(self) -> None:
        """End the thread after the token it is at; replies under way fail."""
        await asyncio.to_thread(self._manager.stop, timeout=STOP_S, hard_stop=True)

    def _read(self, history: History, character: Character) -> tuple[str, Sequence[int]]:
        """The instructions, and all that the model reads, as tokens: the newest that fits."""
        if (known := self._facts.get(id(character))) is None:
            known = (character, prompt.Facts.of(character))
            self._facts = {**dict(list(self._facts.items())[-63:]), id(character): known}
        # What is known goes with the question, not the instructions: their cache stays valid.
        near = known[1].about(history.exchanges[-1].user, self._most_facts)
        system = prompt.instructions(character)
        said = prompt.conversation(history, self._context * 4)
        if near:
            said[-1]["content"] += "\n\n(You know: " + "; ".join(near) + ")"
        while True:
            tokens = self._tokens([{"role": "system", "content": system}, *said])
            if len(tokens) <= self._context or len(said) == 1:
                return system, tokens[-self._context :]
            said = said[2:] if len(said) > 2 else said[-1:]

    def _tokens(self, messages: Sequence[prompt.Message]) -> list[int]:
        template: dict[str, Any] = {"add_generation_prompt": True, "enable_thinking": False}
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, **template)
        tokens: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return tokens


def _loaded(name: str, device: str, dtype: str, quantize: str) -> tuple[Any, Any]:
    """Tokenizer and model. Raises ValueError."""
    settings: dict[str, Any] = {"dtype": dtype}
    if quantize:
        settings["quantization_config"] = transformers.BitsAndBytesConfig(**LOADING[quantize])
    if device == "auto":
        device = (
            "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        )
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name)
        model = transformers.AutoModelForCausalLM.from_pretrained(name, **settings)
        model = model if quantize else model.to(device)
    except Exception as error:  # files missing, cut off, of another kind; no memory; no bitsandbytes
        raise ValueError(
            f"the model {name} cannot be loaded: {' '.join(str(error).split())[:300]}"
        ) from error
    if not tokenizer.chat_template:
        raise ValueError(f"the model {name} has no chat template; use one that was made to chat")
    return tokenizer, model.eval()


def _ends(tokenizer: Any, model: Any) -> list[int]:
    """Every token that ends a reply."""
    own = model.generation_config.eos_token_id
    listed = own if isinstance(own, list) else [own]
    return sorted({token for token in (*listed, tokenizer.eos_token_id) if token is not None})
