r"""Matrix products to full accuracy where float64 would cancel: X T with columns of X far from zero.

Both factors are cut into slices of so few bits that a product of two slices, sums included, is exact in float64; those
products are made by BLAS, and added up with the error of every addition kept (Ozaki, Ogita, Oishi and Rump 2012,
*Numerical Algorithms* 59, 95). The result is as if computed with twice the digits and then rounded.
"""

from __future__ import annotations

import numpy as np

from fisher_core.validation import Array

SLICES = 5  # of some 23 bits: what a row holds below 2⁻¹¹⁵ of its largest number is left out


def product(a: Array, b: Array) -> Array:
    """a b, (n, m), for a (n, d) and b (d, m), rounded about once from its exact value."""
    bits = (53 - int(np.ceil(np.log2(max(2, a.shape[1]))))) // 2
    left, right = _slices(a, bits, 1), _slices(b, bits, 0)
    high = np.zeros((len(a), b.shape[1]))
    low = np.zeros_like(high)
    order = sorted((i + j, i, j) for i in range(len(left)) for j in range(len(right)))
    for _, i, j in order:
        term = left[i] @ right[j]  # exact
        total = high + term
        back = total - high
        low += (high - (total - back)) + (term - back)
        high = total
    return high + low


def _slices(a: Array, bits: int, axis: int) -> list[Array]:
    """Parts that add up to ``a``: whole multiples, of at most ``bits`` bits, of one unit in each row (axis 1) or column."""
    parts: list[Array] = []
    rest = a
    while len(parts) < SLICES and rest.any():
        exponent = np.frexp(np.abs(rest).max(axis=axis, keepdims=True))[1]
        part = np.ldexp(np.rint(np.ldexp(rest, bits - exponent)), exponent - bits)
        parts.append(part)
        rest = rest - part
    return parts
