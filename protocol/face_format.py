"""Faces to bytes and back: the payload formats `q8` and `f32`. Pure.

A frame is its weight channels in the order of `welcome.face.channels`, then, where the layout has a head,
yaw, pitch and roll.

- ``q8``: a byte a weight (value / 255), a little-endian int16 an angle (1/100 degree); ARKit: 58 bytes.
- ``f32``: little-endian float32 each, angles in degrees; ARKit: 220 bytes.

Frame bytes may start at any offset of a message, so all reads are unaligned-safe.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.codes import BadMessage
from protocol.messages import FaceFormat, FaceFormatInfo

Floats = NDArray[np.float32]

HEAD_ANGLES: Final = 3
_SCALES: Final = {"q8": (255, 100), "f32": (1, 1)}
_WIDEST_STEP: Final = 32767


def frame_time(index: int, fps: int) -> int:
    """Media time of frame `index` of a run that starts at 0: ``round(index * 1e6 / fps)``, exact."""
    return (2_000_000 * index + fps) // (2 * fps)


@dataclass(frozen=True, slots=True)
class FaceLayout:
    """How the frames of one connection are packed."""

    format: FaceFormat = "q8"
    channels: int = 52
    head: bool = True

    @classmethod
    def of(cls, info: FaceFormatInfo) -> "FaceLayout":
        """The layout that `welcome.face` announces."""
        return cls(info.format, len(info.channels), info.head)

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame."""
        return _row(self).itemsize

    def count(self, payload: bytes) -> int:
        """Frames in `payload`. Raises `BadMessage` where its length is no whole number of frames."""
        frames, rest = divmod(len(payload), self.frame_bytes)
        if rest:
            raise BadMessage(
                "bad_message",
                f"a face of {len(payload)} bytes; {self.format} with {self.channels} channels"
                f"{' and a head' if self.head else ''} has {self.frame_bytes} bytes a frame",
            )
        return frames

    def pack(self, weights: Floats, head: Floats | None = None) -> bytes:
        """Pack `weights`, shape (n, channels) in 0..1, and `head`, shape (n, 3) in degrees.

        Values outside the range of the format are clamped; a missing head is at rest. Raises `ValueError`
        for other shapes.
        """
        n = len(weights)
        angles = np.zeros((n, HEAD_ANGLES), np.float32) if head is None else head
        if weights.shape != (n, self.channels) or angles.shape != (n, HEAD_ANGLES):
            raise ValueError(
                f"weights {weights.shape} and head {angles.shape}; "
                f"expected ({n}, {self.channels}) and ({n}, {HEAD_ANGLES})"
            )
        rows = np.empty(n, _row(self))
        weight_scale, angle_scale = _SCALES[self.format]
        bounded = np.fmin(np.fmax(weights, 0), 1) * np.float32(weight_scale)
        turned = np.nan_to_num(angles[:, : rows["head"].shape[1]]) * np.float32(angle_scale)
        if self.format == "q8":
            bounded, turned = np.rint(bounded), np.rint(turned).clip(-_WIDEST_STEP, _WIDEST_STEP)
        rows["weights"], rows["head"] = bounded, turned
        return rows.tobytes()

    def unpack(self, payload: bytes) -> tuple[Floats, Floats]:
        """Weights, shape (n, channels) in 0..1, and head, shape (n, 3) in degrees (zero without a head).

        New arrays, owned by the caller. Weights outside 0..1 are clamped. Raises `BadMessage` for a length
        that is no whole number of frames and for values that are no finite numbers.
        """
        n = self.count(payload)
        rows = np.frombuffer(payload, _row(self))
        weight_scale, angle_scale = _SCALES[self.format]
        weights = rows["weights"].astype(np.float32) / np.float32(weight_scale)
        head = np.zeros((n, HEAD_ANGLES), np.float32)
        if self.head:
            head[:] = rows["head"].astype(np.float32) / np.float32(angle_scale)
        if not (np.isfinite(weights).all() and np.isfinite(head).all()):
            raise BadMessage("bad_message", "a face value is NaN or infinite; weights are from 0 to 1")
        return weights.clip(0, 1), head


@lru_cache(maxsize=64)
def _row(layout: FaceLayout) -> np.dtype[np.void]:
    """One frame as a packed record; numpy reads its fields at any alignment."""
    weight, angle = ("u1", "<i2") if layout.format == "q8" else ("<f4", "<f4")
    angles = HEAD_ANGLES if layout.head else 0
    return np.dtype([("weights", weight, (layout.channels,)), ("head", angle, (angles,))])
