"""Seeded chance: draws by weight, and quotas that give everybody his share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def pick(chance: Random, weights: Mapping[T, float]) -> T:
    """One key, by weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


def split(total: int, weights: Sequence[float], *, least: int = 0) -> list[int]:
    """Whole numbers in proportion to `weights` that add up to `total`, none below `least` while there is enough."""
    least = min(least, total // len(weights)) if weights else 0
    free, whole = total - least * len(weights), sum(weights)
    exact = [free * weight / whole for weight in weights]
    counts = [math.floor(each) for each in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: counts[i] - exact[i])
    for i in by_rest[: free - sum(counts)]:
        counts[i] += 1
    return [count + least for count in counts]


def quota(chance: Random, total: int, weights: Mapping[T, float], *, least: int = 1) -> list[T]:
    """`total` keys in proportion to their weights, each at least `least` times where there is room, shuffled.

    Where there is not, the keys that stand first are served.
    """
    counts = split(total, list(weights.values()), least=least if total >= least * len(weights) else 0)
    keys = [key for key, count in zip(weights, counts, strict=True) for _ in range(count)]
    if total < least * len(weights):
        keys = list(weights)[:total]
    chance.shuffle(keys)
    return keys


def lognormal(chance: Random, median: float, sigma: float) -> float:
    """A positive number, mostly near the median and sometimes far above it."""
    return median * math.exp(chance.gauss(0, sigma))
