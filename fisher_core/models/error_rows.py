"""Which rows the standard error of a sampled Fisher matrix is computed from: it would cost as much as the matrix.

It is estimated from one row in 32, at least and at most as many as LEAST and MOST: to some 2 %, or 7 % from LEAST rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fisher_core.validation import Array

LEAST, MOST = 256, 2048


def drawn(share: Array, rng: np.random.Generator) -> tuple[NDArray[np.intp], Array]:
    """Rows drawn with probability proportional to ``share`` (n,), and how many each stands for.

    With the share of a row in what is summed, or an upper estimate of it, no outlier is missed. Systematic sampling: one
    uniform number, equal steps in the running total.
    """
    cumulative = np.cumsum(share)
    if not cumulative[-1] > 0:  # nothing varies
        return np.arange(1), np.zeros(1)
    size = min(max(LEAST, len(share) // 32), MOST)
    spacing = cumulative[-1] / size
    offset = 0.999999 * rng.random()  # < 1 also after the addition below is rounded
    rows = np.searchsorted(cumulative, spacing * (np.arange(size) + offset), side="right")
    return rows, spacing / share[rows]
