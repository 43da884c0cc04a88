"""Fitting the network to lessons: random stretches of them, a cosine learning rate, averaged weights."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from blend_shapes.audio.training.lessons import Lesson
from blend_shapes.audio.training.model import FaceNet, loss

STRETCH: Final = 512
"""Steps learnt from at once: eight and a half seconds."""
BATCH: Final = 32
_RATE: Final = 2.5e-3
_WARM_UP: Final = 300
_AVERAGE: Final = 0.999
"""The network that is kept is a running average over about a thousand batches."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """All lessons one after the other, ready to be cut."""

    inputs: Tensor
    core: Tensor
    seals: Tensor
    classes: Tensor

    @classmethod
    def of(cls, lessons: Sequence[Lesson]) -> "Course":
        return cls(
            torch.from_numpy(np.concatenate([x.inputs for x in lessons])),
            torch.from_numpy(np.concatenate([x.answers.core for x in lessons]).astype(np.float16)),
            torch.from_numpy(np.concatenate([x.answers.seals for x in lessons]).astype(np.float16)),
            torch.from_numpy(np.concatenate([x.answers.classes for x in lessons]).astype(np.uint8)),
        )

    def usual(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each channel of the mouth, the latter not below .01."""
        some = self.core[:: max(1, len(self.core) // 1_000_000)].float()
        return some.mean(dim=0), some.std(dim=0).clamp(min=0.01)

    def stretches(self, begins: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Inputs, core, seals (batch, channels, STRETCH) and classes (batch, STRETCH)."""
        at = begins[:, None] + torch.arange(STRETCH)
        wide = [x[at].float().transpose(1, 2).contiguous() for x in (self.inputs, self.core, self.seals)]
        return wide[0], wide[1], wide[2], self.classes[at].long()


def fit(
    course: Course,
    batches: int,
    seed: int,
    tell: Callable[[int, float, FaceNet], None],
    device: str = "cpu",
) -> FaceNet:
    """A network that has learnt from so many batches; the same seed gives the same on the same machine.

    `tell` is called after every hundredth batch with the batch's number, the mean loss since, and the
    averaged network. Arithmetic is bfloat16 where the device has it, weights are float32.
    """
    torch.manual_seed(seed)
    net = FaceNet()
    net.expect(*course.usual())
    net.to(device)
    kept = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_AVERAGE), use_buffers=True
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: _learning(n, batches))
    chance = torch.Generator().manual_seed(seed)
    total = 0.0
    for number in range(1, batches + 1):
        begins = torch.randint(0, len(course.inputs) - STRETCH, (BATCH,), generator=chance)
        stretch = [x.to(device) for x in course.stretches(begins)]
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            wrong = loss(net, stretch[0], stretch[1], stretch[2], stretch[3])
        optimiser.zero_grad(set_to_none=True)
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        kept.update_parameters(net)
        total += float(wrong.detach())
        if number % 100 == 0:
            tell(number, total / 100, kept.module)
            total = 0.0
    fitted: FaceNet = kept.module.to("cpu").eval()
    return fitted


def _learning(batch: int, batches: int) -> float:
    """Share of the learning rate: up over the warm-up, then down along half a cosine."""
    warm = min(1.0, (batch + 1) / _WARM_UP)
    return warm * 0.5 * (1.0 + math.cos(math.pi * min(batch / max(batches, 1), 1.0)))
