"""Fitting the network to lessons: a cosine learning rate, averaged weights, answers drawn anew."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from transformers import WhisperForConditionalGeneration as Whisper

from tests.whisper import network
from tests.whisper.lessons import Lesson, answer
from tests.whisper.network import FRAMES, MELS, POSITIONS, Understanding
from tests.whisper.vocabulary import STEP_S, Vocabulary

BATCH: Final = 32
_RATE: Final = 2.5e-3
_WARM_UP: Final = 200
_AVERAGE: Final = 0.998
_READING: Final = 1.0
_LEEWAY_S: Final = 0.1
_NOTHING: Final = -100


class _Batch(NamedTuple):
    """Tensors; wanted and phones are _NOTHING where anything goes, windows where a token's word is said."""

    heard: Any
    seen: Any
    wanted: Any
    windows: Any
    phones: Any


def fit(
    lessons: Sequence[Lesson],
    vocabulary: Vocabulary,
    batches: int,
    seed: int,
    tell: Callable[[int, float, Whisper], None],
) -> Whisper:
    """A short network that has learnt from so many batches; the same seed gives the same on one machine.

    Two things that the synthesisers know make it quick: a reader, dropped in the end, tells phones from the
    encoder's view, and one head of the decoder is drawn to the word that is to be said.

    `tell` is called after every hundredth batch with its number, the mean loss since, and the network that
    would be kept.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = network.short(vocabulary).train()
    kept = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE)
    )
    phones = sorted({p.phone for lesson in lessons for p in lesson.sound.phones})
    reader = torch.nn.Linear(network.WIDTH, len(phones) + 1)
    learning = [*net.parameters(), *reader.parameters()]
    optimiser = torch.optim.AdamW(learning, lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: _learning(n, batches))
    total = 0.0
    for number in range(1, batches + 1):
        batch = _batch(rng.choices(lessons, k=BATCH), vocabulary, phones, rng)
        with torch.autocast("cpu", torch.bfloat16):
            found = network.understand(net, vocabulary, batch.heard, batch.seen)
            read = reader(found.view)
        loss = _cross_entropy(found.logits, batch.wanted)
        told = loss + _READING * _cross_entropy(read.float(), batch.phones) + _looking_away(found, batch)
        optimiser.zero_grad(set_to_none=True)
        told.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        schedule.step()
        kept.update_parameters(net)
        total += float(loss.detach())
        if number % 100 == 0:
            tell(number, total / 100, kept.module)
            total = 0.0
    fitted: Whisper = kept.module
    fitted.train(False)
    return fitted


def _cross_entropy(logits: Any, wanted: Any) -> Any:
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=_NOTHING)


def _looking_away(found: Understanding, batch: _Batch) -> Any:
    """How little the head ALIGNED attends to the word that is to be said."""
    at_it = (found.attention * batch.windows).sum(-1)
    return -at_it[batch.windows.any(-1)].clamp(min=1e-4).log().mean()


def _batch(
    lessons: Sequence[Lesson], vocabulary: Vocabulary, phones: Sequence[str], rng: random.Random
) -> _Batch:
    answers = [answer(lesson.sound, vocabulary, rng) for lesson in lessons]
    count, longest = len(lessons), max(len(a.seen) for a in answers)
    heard = np.zeros((count, MELS, FRAMES), np.float32)
    seen = np.full((count, longest), vocabulary.special("endoftext"))
    wanted = np.full((count, longest), _NOTHING)
    windows = np.zeros((count, longest, POSITIONS), np.bool_)
    spoken = np.full((count, POSITIONS), _NOTHING)
    for n, (lesson, a) in enumerate(zip(lessons, answers, strict=True)):
        heard[n, :, : lesson.heard.shape[1]] = _masked(lesson.heard.astype(np.float32), rng)
        seen[n, : len(a.seen)] = a.seen
        spoken[n, : lesson.heard.shape[1] // 2] = 0
        for p in lesson.sound.phones:
            spoken[n, _position(p.start) : _position(p.end)] = 1 + phones.index(p.phone)
        for k, token in enumerate(a.wanted):
            if token is not None:
                wanted[n, k] = token.number
                begin, end = _position(token.start - _LEEWAY_S), _position(token.end + _LEEWAY_S)
                windows[n, k, begin:end] = token.end > 0.0
    tensors = (torch.from_numpy(x) for x in (heard, seen, wanted, windows, spoken))
    return _Batch(*tensors)


def _position(seconds: float) -> int:
    return max(0, round(seconds / STEP_S))


def _masked(heard: Any, rng: random.Random) -> Any:
    """With a band and a moment at its mean, as in SpecAugment (Park et al. 2019)."""
    mean = float(heard.mean())
    low, begin = rng.randrange(MELS), rng.randrange(heard.shape[1])
    heard[low : low + rng.randrange(12)] = mean
    heard[:, begin : begin + rng.randrange(10)] = mean
    return heard


def _learning(batch: int, batches: int) -> float:
    """Share of the learning rate: up over the warm-up, then down along half a cosine."""
    warm = min(1.0, (batch + 1) / _WARM_UP)
    return warm * 0.5 * (1.0 + math.cos(math.pi * min(batch / max(batches, 1), 1.0)))
