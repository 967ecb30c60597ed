"""Random numbers of the simulator: uniforms, taken through inverse distribution functions.

NumPy promises the bits of PCG64 and of its seed sequence; it does not promise the algorithms behind
its normal or gamma variates. So every draw here is a raw uniform, and its place in the stream is
its row and its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Uniforms = dict[str, Floats]
Stream = Literal["law", "columns", "missing", "dirt", "blemishes", "long tables"]
_STREAMS: tuple[Stream, ...] = get_args(Stream)  # places are seeds: a new one goes to the end
_SMALLEST = 2.0**-54  # an exact 0 would become an infinite normal variate


def generator(seed: int, stream: Stream, part: int = 0) -> np.random.Generator:
    """Generator of one stream of draws: the law, the columns without a law, and so on.

    The streams are independent, so that switching one layer off leaves the others as they were.
    ``part`` numbers the portions of a large draw.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(_STREAMS.index(stream), part))
    return np.random.Generator(np.random.PCG64(sequence))


def uniforms(rng: np.random.Generator, n: int, names: Sequence[str]) -> Uniforms:
    """Uniforms on (0, 1), shape (n,) under each name: one row after the other, names in order."""
    draws = np.maximum(rng.random((n, len(names))), _SMALLEST)
    return dict(zip(names, np.ascontiguousarray(draws.T), strict=True))


def category(u: Floats, shares: Sequence[float]) -> Ints:
    """Position 0, 1, … with these probabilities (they sum to 1)."""
    return np.asarray(np.searchsorted(np.cumsum(shares)[:-1], u, side="right"), dtype=np.int64)


def integer(u: Floats, low: Any, high: Any) -> Ints:
    """Whole number from ``low`` to ``high``, both included; the ends may be arrays."""
    return np.asarray(low + np.floor(u * (np.asarray(high) - low + 1)), dtype=np.int64)


def normal(u: Floats, mean: float = 0.0, deviation: float = 1.0) -> Floats:
    """Normal variate."""
    return np.asarray(mean + deviation * ndtri(u), dtype=np.float64)


def exponential(u: Floats, rate: float = 1.0) -> Floats:
    """Exponential variate."""
    return -np.log(u) / rate


def gamma(u: Floats, variance: float) -> Floats:
    """Gamma variate with mean 1 and this variance."""
    return np.asarray(gammaincinv(1.0 / variance, u) * variance, dtype=np.float64)
