r"""Derivatives in θ by central differences: they know log p and nothing of its derivatives.

f′(0) ≈ [8 (f(h) − f(−h)) − (f(2h) − f(−2h))]/12h,    error h⁴f⁽⁵⁾/30        (Fornberg 1988, table 1)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fisher_core.numerics.distribution import Distribution
from fisher_core.numerics.expectation import Nodes
from fisher_core.validation import Array

STEP = 0.002  # in units of 1/(largest score), so that truncation, 1e-11, and rounding, 1e-16/STEP, are both small


def by_differences(function: Callable[[Array, Array], Array], f: Distribution, at: Nodes, theta: Array) -> Array:
    """∂function(x, θ)/∂θᵢ at the nodes, the derivatives along a new last axis: (m,) to (m, d), (m, d) to (m, d, d).

    The step is where no log-density moves by more than about STEP. That fits any parameter scale and stays within the
    parameter space, where a probability of 1e-12 allows no more than 1e-14. A power of two makes θ ± kh exact.
    """
    reach = np.abs(at.values(lambda x: f.score(x, theta))).max(axis=0)
    steps = 2.0 ** np.floor(np.log2(STEP / np.where(reach > 0, reach, 1.0)))

    def rise(shift: Array) -> Array:
        return at.values(lambda x: function(x, theta + shift) - function(x, theta - shift))

    slopes = [(8 * rise(e) - rise(2 * e)) / (12 * h) for h, e in zip(steps, np.diag(steps), strict=True)]
    return np.stack(slopes, axis=-1)
