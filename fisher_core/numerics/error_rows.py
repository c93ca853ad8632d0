"""Which rows the standard error of a sampled Fisher matrix is computed from: it would cost as much as the matrix.

It is estimated from one row in 32, at least and at most as many as LEAST and MOST: to some 2 %, or 7 % from LEAST rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fisher_core.validation import Array

LEAST, MOST = 256, 2048


def drawn(share: Array, offset: float) -> tuple[NDArray[np.intp], Array]:
    """Rows drawn with probability proportional to ``share`` (n,), and how many each stands for.

    With the share of a row in what is summed, or an upper estimate of it, no outlier is missed. Systematic sampling:
    equal steps in the running total, from ``offset``, a uniform number in [0, 1).
    """
    cumulative = np.cumsum(share)
    if not cumulative[-1] > 0:  # nothing varies
        return np.arange(1), np.zeros(1)
    size = min(max(LEAST, len(share) // 32), MOST)
    spacing = cumulative[-1] / size
    steps = np.arange(size) + 0.999999 * offset  # < 1 also after the addition is rounded
    rows = np.searchsorted(cumulative, spacing * steps, side="right")
    return rows, spacing / share[rows]


def squared_lengths(x: Array, weights: Array, trace: float) -> Array:
    """|xₙ|² of every row, (n,), for an error read after the matrix Σ wₙ xₙxₙᵀ, whose trace was ``trace``.

    ValueError if Σ wₙ|xₙ|² is not that trace any more: x was changed in place, and its error would be of other data.
    """
    found = np.vecdot(x, x)
    if not abs(weights.dot(found) - trace) <= 1e-9 * trace:
        raise ValueError("x was changed after the estimate was made: read standard_error before, or hand in a copy")
    return found
