r"""A design matrix X in coordinates of its own: Z = X T with columns orthonormal on the average, θ = T γ.

Units and origins of the columns, kelvin or nanoseconds since 1970, are nobody's business but the reader's: in γ they are
gone. T comes from the QR decomposition of the scaled rows; Z is then computed from X and this very T to full accuracy
(:mod:`fisher_core.numerics.accurate`), so that the rounding of T costs nothing: a fit in Z is a fit in X. Rank is judged by the
singular values of X with columns of length one, never by XᵀX, which squares their ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.numerics import accurate
from fisher_core.validation import Array

__all__ = ["Design", "orthogonal"]

WELL_CONDITIONED = 16.0  # so far a plain product loses less than a digit and a half


@dataclass(frozen=True, eq=False)
class Design:
    """``rows`` Z (n, d) with Zᵀ diag(w) Z ≈ I for weights w that add up to 1, and ``back`` T (d, d)."""

    rows: Array
    back: Array

    def turned(self, weights: Array) -> Design:
        """The same with Zᵀ diag(w) Z = I to rounding, for weights of about those of Z: then T Tᵀ = (Xᵀ diag(w) X)⁻¹."""
        inner = _inverted(_triangle(np.sqrt(weights)[:, None] * self.rows))
        return Design(self.rows @ inner, self.back @ inner)


def orthogonal(x: Array, weights: Array | None = None, name: str = "XᵀX/n") -> Design:
    """The Design of x (n, d) under ``weights`` w ≥ 0 (n,) of its rows, by default 1/n each.

    Raises SingularFisherError, under the ``name`` of the matrix that has no inverse, if the columns of the weighted rows
    are dependent to rounding, with the null directions in the units of x.
    """
    root = np.full(len(x), len(x) ** -0.5) if weights is None else np.sqrt(weights)
    weighted = root[:, None] * check.matrix("x", x)
    exponent = np.frexp(np.abs(weighted).max(axis=0))[1]  # columns change units by powers of two: nothing is rounded
    r = _triangle(np.ldexp(weighted, -exponent))
    lengths = np.linalg.norm(r, axis=0)
    lengths[lengths == 0] = 1.0
    values, vectors = _singular_values(r / lengths)
    null = values <= 8 * len(values) * np.finfo(float).eps * values[0]
    if null.any():
        directions = vectors[null].T / lengths[:, None]
        directions = np.ldexp(directions, (exponent.min() - exponent)[:, None])
        directions /= np.linalg.norm(directions, axis=0)
        raise linalg.SingularFisherError(name, values[::-1] ** 2, np.linalg.qr(directions)[0])
    back = _inverted(r)
    if values[0] <= WELL_CONDITIONED * values[-1]:
        back = np.ldexp(back, -exponent[:, None])
        return Design(x @ back, back)
    scaled = np.ldexp(x, -exponent)
    for _ in range(3):
        rows = accurate.product(scaled, back)
        r = _triangle(root[:, None] * rows)
        if np.linalg.cond(r) <= WELL_CONDITIONED:
            break
        back = back @ _inverted(r)
    return Design(rows, np.ldexp(back, -exponent[:, None]))


def _triangle(a: Array) -> Array:
    """R of a = QR, (min(n, d), d)."""
    return np.asarray(np.linalg.qr(a, mode="r"), dtype=np.float64)


def _singular_values(r: Array) -> tuple[Array, Array]:
    """Singular values (d,), descending, and right vectors in rows (d, d), also of fewer rows than columns."""
    _, values, vectors = np.linalg.svd(r, full_matrices=True)
    padded = np.zeros(len(vectors))
    padded[: len(values)] = values
    return padded, vectors


def _inverted(r: Array) -> Array:
    """R⁻¹ of an upper triangle; its pivots are its diagonal, so this is back substitution."""
    return np.asarray(np.linalg.solve(r, np.eye(len(r))), dtype=np.float64)
