"""Large numbers of draws from a family in bounded memory: block by block, and outcomes counted where they repeat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fisher_core.numerics.distribution import Distribution
from fisher_core.validation import Array

BLOCK = 1 << 14  # draws at a time: they and what is made of them stay in the second-level cache

FEW = 8  # outcomes below this are counted faster one by one


def blocks(f: Distribution, theta: Array, n: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array | None]]:
    """n draws as pairs (x, counts): x (m,) or (m, k), and how often each came, (m,), or None for once each.

    Draws of a discrete family repeat themselves: whatever is asked of them is worked out once for each outcome.
    """
    for start in range(0, n, BLOCK):
        x = f.sample(theta, min(BLOCK, n - start), rng)
        yield counted(x) if f.discrete else (x, None)


def counted(x: Array) -> tuple[Array, Array | None]:
    """Whole numbers x (n,) as those that occur and how often; as they are if they are too large to be counted."""
    top = x.max()
    if x.min() < 0 or top >= len(x):
        return x, None
    if top < FEW:
        counts = np.array([np.count_nonzero(x == value) for value in range(int(top) + 1)])
    else:
        counts = np.bincount(x.astype(np.intp))
    seen = np.flatnonzero(counts)
    return seen.astype(np.float64), counts[seen].astype(np.float64)
