r"""Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P, also far out where a is large.

Where a > 50,000 and x is four standard deviations √a or more from a, scipy's series stops before it has converged. There

    P(a, x) = w ∫₀¹ (1−s)^{a−1} e^{xs} ds   (x < a),     Q(a, x) = w ∫₀^∞ (1+s)^{a−1} e^{−xs} ds   (x > a),

w = xᵃe^{−x}/Γ(a) in Stirling's form. Both integrands fall faster than e^{−|x−a|s}, to below rounding on the Gauss–Legendre
nodes from 0 to 40/|x−a|.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, gammaincc

from fisher_core.numerics import special
from fisher_core.validation import Array

LARGE, FAR = 5e4, 4.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)
U, DU = 20 * (NODES + 1), 20 * WEIGHTS  # from 0 to 40


def lower(a: Array | float, x: Array) -> Array:
    """P(a, x), shape of x (and a)."""
    return _regularised(a, x, -1.0)


def upper(a: Array | float, x: Array) -> Array:
    """Q(a, x), shape of x (and a)."""
    return _regularised(a, x, 1.0)


def _regularised(a: Array | float, x: Array, side: float) -> Array:
    a, x = np.broadcast_arrays(np.asarray(a, dtype=float), x)
    value = np.asarray(gammaincc(a, x) if side > 0 else gammainc(a, x))
    far = (a > LARGE) & (side * (x - a) > FAR * np.sqrt(a)) & (x > 0)
    if not far.any():
        return value
    value, (b, y) = value.copy(), (a[far], x[far])
    distance = np.abs(y - b)
    s = side * U / distance[:, None]
    log_fall = -(b[:, None] - 1) * special.itakura_saito(1 + s, np.ones(()), s) - (y - b + 1)[:, None] * s
    log_weight = 0.5 * np.log(b / (2 * np.pi)) - special.stirling_error(b) - b * special.itakura_saito(y, b, y - b)
    value[far] = np.exp(log_weight) * (np.exp(log_fall) @ DU) / distance
    return value
