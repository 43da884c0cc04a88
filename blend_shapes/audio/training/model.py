"""The network as PyTorch trains it: a stack of dilated causal convolutions over steps.

After the temporal convolutional network of Bai, Kolter, Koltun 2018, with one convolution a block. A step
sees what came up to `AHEAD_S` after it and about two seconds before; its state is what each block saw.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from blend_shapes.audio.hearing import INPUTS
from blend_shapes.audio.training.targets import CLASSES, SEALS
from blend_shapes.phonemes.targets import CORE

WIDTH: Final = 192
DILATIONS: Final = (1, 2, 4, 8, 16) * 2
TAPS: Final = 3
MOUTH: Final = len(CORE)
ANSWERS: Final = MOUTH + len(SEALS) + 1
"""Numbers that a step answers when the network runs: core weights, logits of the seals, and of speech."""


class Block(nn.Module):
    """x + mix(relu(norm(conv(x)))), the convolution looking `dilation` and twice that back."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.conv = nn.Conv1d(WIDTH, WIDTH, TAPS, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.mix = nn.Conv1d(WIDTH, WIDTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        before = functional.pad(x, ((TAPS - 1) * self.dilation, 0))
        mixed: Tensor = self.mix(functional.relu(self.norm(self.conv(before))))
        return x + mixed


class FaceNet(nn.Module):
    """Inputs (batch, INPUTS, steps) to core weights (batch, 16, steps), logits of seals and of
    speech (batch, 4, steps) and, for
    training alone, logits of phone classes (batch, classes, steps)."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(MOUTH))
        self.register_buffer("spread", torch.ones(MOUTH))
        self.entry = nn.Conv1d(INPUTS, WIDTH, 1)
        self.blocks = nn.ModuleList(Block(d) for d in DILATIONS)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.answer = nn.Conv1d(WIDTH, ANSWERS, 1)
        self.classes = nn.Conv1d(WIDTH, len(CLASSES), 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = functional.relu(self.entry(x))
        for block in self.blocks:
            x = block(x)
        x = functional.relu(self.norm(x))
        said = self.classes(x).float()
        with torch.autocast(x.device.type, enabled=False):
            answer = self.answer(x.float())
        mouth = self.centre[:, None] + self.spread[:, None] * answer[:, :MOUTH]
        return mouth, answer[:, MOUTH:], said

    def expect(self, centre: Tensor, spread: Tensor) -> None:
        """The mouth's usual values and how far it strays from them, both (16,): where answers start."""
        self.centre.copy_(centre)
        self.spread.copy_(spread)


_WEIGHTS: Final = {
    "jawOpen": 3.0,
    "mouthClose": 4.0,
    "mouthLowerDown": 1.5,
    "mouthFunnel": 1.5,
    "mouthPucker": 1.5,
}
"""How much the error of a channel counts; mouthClose stands for the gap between the lips."""


def loss(net: FaceNet, inputs: Tensor, core: Tensor, seals: Tensor, classes: Tensor) -> Tensor:
    """How wrong the answers are, one number.

    Squared error of the mouth and of its speed, both in units of each channel's spread, more where lips are
    sealed; cross-entropy of the seals, of speech, and of the phones.
    """
    mouth, sealed, said = net(inputs)
    device = inputs.device
    channels = torch.tensor([_WEIGHTS.get(name, 0.5) for name in CORE], device=device)[None, :, None]
    error = (mouth - core) / net.spread[None, :, None]
    weight = channels * (1.0 + 3.0 * seals[:, :1])
    speed = error[..., 1:] - error[..., :-1]
    shape = (weight * error**2).mean() + 4.0 * (weight[..., 1:] * speed**2).mean()
    positive = torch.tensor((4.0, 4.0, 1.0, 1.0), device=device)[None, :, None]
    closing = functional.binary_cross_entropy_with_logits(sealed, seals, pos_weight=positive)
    return shape + 2.0 * closing + 0.5 * functional.cross_entropy(said, classes)
