"""A chat model of a few thousand numbers, in the real format, that has learnt a few answers by heart."""

from pathlib import Path
from typing import Any, Final, Literal

from server.engines.brains import prompt
from server.speech.character import Character

ANSWERS: Final = {
    "Hello, who are you?": "Hello, I am Ada. I sell shoes.",
    "Hello!": "Hello there, how are you?",
    "Wie heißt du?": "Ich heiße Ada, schön dich zu sehen.",
    "你好": "你好，我是小林。",
}
TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
STEPS: Final = 100

CHARACTER: Final = Character("Ada", instructions="You are Ada.")
"""Only under this character's instructions the answers are known."""

Family = Literal["llama", "qwen2"]
FAMILIES: Final[tuple[Family, ...]] = ("llama", "qwen2")


def write(folder: Path, family: Family) -> None:
    """Make it, teach it the answers, and save it: some seconds."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a model gains nothing from more
    try:
        _write(folder, prompt.instructions(CHARACTER), family)
    finally:
        torch.set_num_threads(threads)


def _write(folder: Path, system: str, family: Family) -> None:
    import torch

    torch.manual_seed(1)
    tokenizer = _tokenizer(system)
    model = _model(family, len(tokenizer), tokenizer.eos_token_id)
    examples = [_example(tokenizer, system, asked, answer) for asked, answer in ANSWERS.items()]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(STEPS):
        loss = sum(model(input_ids=tokens, labels=labels).loss for tokens, labels in examples)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(system: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pieces = Tokenizer(models.BPE())
    pieces.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    marks = ["<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=marks, initial_alphabet=alphabet)
    pieces.train_from_iterator([system, *ANSWERS, *ANSWERS.values()], trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces, eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _model(family: Family, words: int, end: int) -> Any:
    import transformers

    sizes = {
        "vocab_size": words,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "bos_token_id": None,
        "eos_token_id": end,
        "pad_token_id": end,
    }
    if family == "llama":
        return transformers.LlamaForCausalLM(transformers.LlamaConfig(**sizes))
    return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**sizes))


def _example(tokenizer: Any, system: str, asked: str, answer: str) -> tuple[Any, Any]:
    """What is read, and what of it is to be learnt: the answer alone."""
    import torch

    said = [{"role": "system", "content": system}, {"role": "user", "content": asked}]
    read = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    question = tokenizer(read)["input_ids"]
    reply = tokenizer(f"{answer}<|im_end|>")["input_ids"]
    tokens = torch.tensor([question + reply])
    labels = torch.tensor([[-100] * len(question) + reply])
    return tokens, labels
