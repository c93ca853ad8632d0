r"""Gram matrices of weighted rows, Σₙ wₙ xₙxₙᵀ, and of Kronecker products, Σₙ xₙxₙᵀ ⊗ Λₙ: the inner loops of Fisher matrices.

Symmetric matrices are also kept *packed*, as their half i ≤ j in one row: a quarter of the work where two of them meet.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.validation import Array

# Rows are scaled a block at a time: the block stays in the second-level cache, and no n×d temporary is ever made. Of at
# least 2d rows, because every block also reads and writes the whole result: for d = 500 blocks of 1 MB took 1.5 times a
# bare syrk, those of 2d rows 1.25 times.
BLOCK_BYTES, BLOCK_ROWS = 1 << 20, 1 << 14
# For few columns OpenBLAS multiplies small matrices, of up to a million multiplications, in two thirds of the time of its
# syrk, and of its own larger products.
SYRK_COLUMNS, SMALL_PRODUCT = 40, 1_000_000
SPREAD = np.ones((1, 64))


def weighted(x: ArrayLike, weights: ArrayLike | None = None) -> Array:
    r"""XᵀWX = Σₙ wₙ xₙxₙᵀ, shape (d, d), for rows x (n, d) and weights wₙ ≥ 0 (n,).

    Fisher weights are never negative, so the rows can be scaled by √w and one symmetric product (BLAS syrk, which
    numpy picks for ``z.T @ z``) does half the work of (XᵀW)X. Raises ValueError on a negative weight.
    """
    x = check.rows("x", x)
    if weights is None:
        return check.computed(x.T @ x, x=x)
    weights = check.vector("weights", weights, len(x))
    if weights.min(initial=0.0) < 0:
        raise ValueError(f"weights contain {weights.min():g} and must be >= 0")
    return check.computed(blocked(x, lambda part, rows: weights[rows]), x=x)


@np.errstate(all="ignore")
def blocked(x: Array, weights: Callable[[Array, slice], Array], over: float = 1.0) -> Array:
    """Σₙ wₙ xₙxₙᵀ/``over``, (d, d), where ``weights(x[rows], rows)`` gives the w ≥ 0 of one block of rows, (m,).

    Asking block by block lets a model compute its weights from rows that are in the cache already. Where syrk is slower
    than the general product, for few columns, (WX)ᵀX is formed, and the mean with its transpose, from which it
    differs by rounding. Unchecked: the inner loop of every Fisher matrix; the caller tests the result with
    ``validation.computed``. Floating-point warnings are off, in ``weights`` too.
    """
    n, d = x.shape
    syrk = d >= SYRK_COLUMNS
    size = max(2 * d, BLOCK_BYTES // (8 * d)) if syrk else min(BLOCK_ROWS, SMALL_PRODUCT // max(1, d * d))
    if n <= size:
        gram = _gram(x, weights(x, slice(n)), syrk, None)
    else:
        gram, room = np.zeros((d, d)), np.empty((size, d))
        for start in range(0, n, size):
            rows = slice(start, min(start + size, n))
            part = x[rows]
            gram += _gram(part, weights(part, rows), syrk, room[: len(part)])
    if not syrk:
        gram = gram + gram.T
        over *= 2.0
    gram /= over
    return gram


def _gram(x: Array, weights: Array, syrk: bool, room: Array | None) -> Array:
    """Σₙ wₙ xₙxₙᵀ of one block, by rows times √w (syrk) or one factor's rows times w."""
    if not syrk:
        return scaled_rows(x, weights, room).T.dot(x)
    z = scaled_rows(x, np.sqrt(weights), room)
    return z.T.dot(z)


def scaled_rows(x: Array, weights: Array, room: Array | None = None) -> Array:
    """wₙxₙ, (n, d); in ``room`` if that is given.

    numpy multiplies short rows one by one. It is faster to have BLAS spread w over the columns first, and for two
    columns to multiply one after the other.
    """
    d = x.shape[1]
    if d <= 2:
        return np.multiply(x.T, weights, order="C").T
    if d > SPREAD.size:
        return np.multiply(x, weights[:, None], room)
    z = weights[:, None].dot(SPREAD[:, :d], room)
    z *= x
    return z


@np.errstate(all="ignore")
def kronecker(x: Array, halves: Callable[[slice], Array], k: int) -> Array:
    """Σₙ xₙxₙᵀ ⊗ Λₙ, (dk, dk), where ``halves(rows)`` gives the half c ≤ e of the symmetric Λ of one block of rows,
    (k(k+1)/2, m) in the order of :func:`packing`.

    Never an n×dk×dk array, nor an nk×dk factor, whose product would take k times as long. For few columns of x one
    product of the packed halves of xxᵀ and Λ; for many, one of d×d for every pair of classes, by syrk where the weights
    have one sign, as −π_cπ_e has. Unchecked, as :func:`blocked`.
    """
    n, d = x.shape
    _, _, class_pairs = packing(k)
    few = d < SYRK_COLUMNS
    size = BLOCK_BYTES // (4 * d * (d + 1)) if few else min(BLOCK_ROWS, BLOCK_BYTES // (8 * max(d, k * k)))
    size = max(2 * d, 2 * k * k, size)
    sums = np.zeros((d * (d + 1) // 2, class_pairs.max() + 1) if few else (class_pairs.max() + 1, d, d))
    for start in range(0, n, size):
        rows = slice(start, min(start + size, n))
        half = halves(rows)
        if few:
            sums += packed_outer(np.ascontiguousarray(x[rows].T)).dot(half.T)
        else:
            for gram, weights in zip(sums, half, strict=True):
                gram += _signed_gram(x[rows], weights)
    full = sums[packing(d)[2]][:, :, class_pairs] if few else sums[class_pairs].transpose(2, 3, 0, 1)
    return full.transpose(0, 2, 1, 3).reshape(d * k, d * k)


def _signed_gram(x: Array, weights: Array) -> Array:
    """Σₙ wₙ xₙxₙᵀ, by syrk where all weights have one sign."""
    if weights.min() < 0 < weights.max():
        return scaled_rows(x, weights).T.dot(x)
    gram = _gram(x, np.abs(weights), True, None)
    return gram if weights[np.argmax(np.abs(weights))] >= 0 else -gram


@lru_cache(maxsize=32)
def packing(m: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The rows i ≤ j of the half of an m × m matrix, (m(m+1)/2,) each, and where in it every entry is, (m, m)."""
    i, j = np.triu_indices(m)
    where = np.empty((m, m), dtype=np.intp)
    where[i, j] = where[j, i] = np.arange(len(i))
    for indices in (i, j, where):
        indices.flags.writeable = False
    return i, j, where


def packed_outer(columns: Array) -> Array:
    """The half a_i a_j, i ≤ j, of aaᵀ for every column a of (m, n), as (m(m+1)/2, n); no index is gathered."""
    m, n = columns.shape
    table = np.empty((m * (m + 1) // 2, n))
    start = 0
    for i in range(m):
        np.multiply(columns[i], columns[i:], out=table[start : start + m - i])
        start += m - i
    return table
