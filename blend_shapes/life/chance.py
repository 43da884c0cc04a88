"""Randomness by counting: the n-th draw of a stream is a function of (seed, stream, n) and nothing else."""

import math
from statistics import NormalDist
from typing import Final

_MASK: Final = (1 << 64) - 1
_NORMAL: Final = NormalDist()


def _mix(x: int) -> int:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def uniform(seed: int, stream: str, index: int) -> float:
    """In (0, 1), never an end point."""
    name = int.from_bytes(stream.encode()[-8:], "little")
    x = _mix((seed * 0x9E3779B97F4A7C15 + name) & _MASK)
    x = _mix((x + (index + 1) * 0x9E3779B97F4A7C15) & _MASK)
    return ((x >> 11) + 0.5) / (1 << 53)


def between(seed: int, stream: str, index: int, low: float, high: float) -> float:
    return low + (high - low) * uniform(seed, stream, index)


def normal(seed: int, stream: str, index: int) -> float:
    """Of mean 0 and standard deviation 1."""
    return _NORMAL.inv_cdf(uniform(seed, stream, index))


def lognormal(seed: int, stream: str, index: int, median: float, sigma: float) -> float:
    return median * math.exp(sigma * normal(seed, stream, index))
