"""Deterministic noise: the same seed, name and time always give the same number."""

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def uniform(key: str, numbers: Times) -> Floats:
    """(n,) float64 in 0 <= u < 1 for (n,) int64: the finaliser of SplitMix64 (Steele, Lea, Flood 2014) over key and number."""
    mixed = numbers.astype(np.uint64) * _GOLDEN + np.uint64(zlib.crc32(key.encode()))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    shares: Floats = (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return shares


def smooth(key: str, at_ms: Times, period_s: float) -> Floats:
    """(n,) float64 in 0..1 that wanders from one value to another in about `period_s`."""
    position = at_ms / (period_s * 1000)
    left = np.floor(position).astype(np.int64)
    share = position - left
    eased = share * share * (3 - 2 * share)
    between: Floats = uniform(key, left) * (1 - eased) + uniform(key, left + 1) * eased
    return between
