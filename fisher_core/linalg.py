r"""Linear algebra of Fisher matrices: weighted Gram matrices, solves, null spaces, ellipses.

A Fisher matrix is symmetric and positive semi-definite, often only just. A direction without information is an
answer, not an accident: whatever needs F⁻¹ raises :class:`SingularFisherError`, which carries the eigenvalues and the
null directions. Damping, F + εI, is never added unless it is asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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


class SingularFisherError(ValueError):
    """An undamped inverse was asked of a matrix that has none.

    Attributes
    ----------
    eigenvalues : (d,) in ascending order.
    null_space : (d, k) orthonormal columns: the directions in which the data say nothing.
    """

    def __init__(self, name: str, eigenvalues: Array, null_space: Array) -> None:
        d, k = null_space.shape
        directions = "; ".join(np.array2string(v, precision=4, threshold=6) for v in null_space.T[:3])
        super().__init__(
            f"{name} has rank {d - k} of {d} and no inverse; null direction{'s' if k > 1 else ''} {directions}"
            f"{' …' if k > 3 else ''}. Add damping > 0 or drop the direction"
        )
        self.eigenvalues = eigenvalues
        self.null_space = null_space


def weighted_gram(x: ArrayLike, weights: ArrayLike | None = None) -> Array:
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
    return check.computed(blocked_gram(x, lambda part, rows: weights[rows]), x=x)


@np.errstate(all="ignore")
def blocked_gram(x: Array, weights: Callable[[Array, slice], Array], over: float = 1.0) -> Array:
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
def kronecker_gram(x: Array, halves: Callable[[slice], Array], k: int) -> Array:
    """Σₙ xₙxₙᵀ ⊗ Λₙ, (dk, dk), where ``halves(rows)`` gives the half c ≤ e of the symmetric Λ of one block of rows,
    (k(k+1)/2, m) in the order of :func:`packing`.

    Never an n×dk×dk array, nor an nk×dk factor, whose product would take k times as long. For few columns of x one
    product of the packed halves of xxᵀ and Λ; for many, one of d×d for every pair of classes, by syrk where the weights
    have one sign, as −π_cπ_e has. Unchecked, as :func:`blocked_gram`.
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


def eigen(name: str, matrix: ArrayLike) -> tuple[Array, Array, Array]:
    """Eigenvalues (d,) ascending, eigenvectors (d, d) in columns, and the (d, k) of them that are null.

    A direction is null when its eigenvalue is at most 8d·eps of the largest: what rounding alone can leave behind.
    """
    values, vectors = np.linalg.eigh(check.positive_semidefinite(name, matrix))
    return values, vectors, vectors[:, _is_null(values)]


def null_space(fisher: ArrayLike) -> Array:
    """Orthonormal basis (d, k) of {v: Fv = 0}, the directions without information; k = 0 when F is regular."""
    return eigen("fisher", fisher)[2]


def solve(fisher: ArrayLike, rhs: ArrayLike, damping: float = 0.0) -> Array:
    """(F + damping·I)⁻¹ rhs by Cholesky; F (d, d) positive semi-definite, rhs (d,) or (d, k).

    Raises SingularFisherError when F is singular and ``damping`` is 0.
    """
    from scipy.linalg import cho_factor, cho_solve

    damped = _damped(fisher, damping)
    rhs = check.array("rhs", rhs)
    if rhs.ndim not in (1, 2) or len(rhs) != len(damped):
        raise ValueError(f"rhs has shape {rhs.shape} and must have shape ({len(damped)},) or ({len(damped)}, k)")
    return cho_solve(cho_factor(damped, lower=True, check_finite=False), rhs, check_finite=False)


def inverse(fisher: ArrayLike, damping: float = 0.0) -> Array:
    """(F + damping·I)⁻¹, the covariance a Fisher matrix forecasts. Raises SingularFisherError as :func:`solve`."""
    damped = _damped(fisher, damping)
    result = solve(damped, np.eye(len(damped)))
    return (result + result.T) / 2  # the two triangles are solved separately and differ in the last digit


def square_root(matrix: ArrayLike) -> Array:
    """The principal square roots R of positive semi-definite matrices (..., d, d): R = Rᵀ ⪰ 0, R R = matrix.

    For d = 2 it takes the unit circle to the 1σ ellipse. Eigenvalues at rounding level (see :func:`eigen`) count as zero:
    their square root would blow 1e-16 up to 1e-8.
    """
    values, vectors = np.linalg.eigh(check.positive_semidefinites("matrix", matrix))
    roots = np.sqrt(np.where(_is_null(values), 0.0, values))
    return (vectors * roots[..., None, :]) @ np.swapaxes(vectors, -1, -2)


@dataclass(frozen=True, eq=False)
class Ellipse:
    """Ellipses in the plane, one for each leading index.

    Attributes
    ----------
    semi_axes : (..., 2), the longer first.
    angle : (...), of the longer axis, counter-clockwise from the first coordinate, radians in [0, π).
    """

    semi_axes: Array
    angle: Array

    def points(self, n: int = 181, center: ArrayLike = (0.0, 0.0)) -> Array:
        """Closed polygons, (..., n, 2): the first point is repeated at the end; ``center`` is (..., 2)."""
        turn = np.linspace(0.0, 2 * np.pi, check.integer("n", n, 2))
        u = self.semi_axes[..., :1] * np.cos(turn)
        v = self.semi_axes[..., 1:] * np.sin(turn)
        cos, sin = np.cos(self.angle)[..., None], np.sin(self.angle)[..., None]
        return check.array("center", center)[..., None, :] + np.stack([cos * u - sin * v, sin * u + cos * v], axis=-1)


def covariance_ellipse(covariance: ArrayLike, scale: float = 1.0) -> Ellipse:
    """{δ: δᵀC⁻¹δ = scale²} for covariances C of shape (..., 2, 2).

    Squared semi-axes scale²·[(C₁₁+C₂₂)/2 ± √((C₁₁−C₂₂)²/4 + C₁₂²)], tan 2φ = 2C₁₂/(C₁₁−C₂₂) (Coe 2009, eqs. 7–8).
    scale = 1.5152, 2.4860, 3.4393 holds 68.27, 95.45, 99.73 % of a two-dimensional Gaussian.
    """
    c = check.array("covariance", covariance)
    scale = check.positive("scale", scale)
    if c.shape[-2:] != (2, 2):
        raise ValueError(f"covariance has shape {c.shape} and must have shape (..., 2, 2)")
    a, b, d = c[..., 0, 0], c[..., 0, 1], c[..., 1, 1]
    if (np.abs(b - c[..., 1, 0]) > 1e-12 * (np.abs(a) + np.abs(d))).any():
        raise ValueError(
            f"covariance must be symmetric; it differs from its transpose by {np.abs(b - c[..., 1, 0]).max():.3g}"
        )
    determinant = a * d - b * b
    if (a < 0).any() or (d < 0).any() or (determinant < -1e-12 * (a * d)).any():
        lowest = np.linalg.eigvalsh(c).min()
        raise ValueError(f"covariance must have no negative eigenvalue; its lowest is {lowest:.6g}")
    major = (a + d) / 2 + np.hypot((a - d) / 2, b)
    # The difference (a+d)/2 − hypot(…) would cancel for thin ellipses; the determinant over the long axis does not.
    minor = np.divide(np.maximum(determinant, 0.0), major, out=np.zeros_like(major), where=major > 0)
    angle = np.mod(np.arctan2(2 * b, a - d) / 2, np.pi)
    return Ellipse(scale * np.sqrt(np.stack([major, minor], axis=-1)), angle)


def fisher_ellipse(fisher: ArrayLike, level: float = 0.5) -> Ellipse:
    """{δ: ½ δᵀFδ = level} for Fisher matrices of shape (..., 2, 2); semi-axes √(2·level/eigenvalue).

    To second order the points at KL divergence ``level`` nats. level = ½ is the one-sigma ellipse of one observation.
    Raises SingularFisherError where F is singular: the set is then a strip without end.
    """
    f = check.array("fisher", fisher)
    level = check.positive("level", level)
    if f.shape[-2:] != (2, 2):
        raise ValueError(f"fisher has shape {f.shape} and must have shape (..., 2, 2)")
    curvature = covariance_ellipse(f)  # semi-axes √eigenvalue; the short axis of one is the long axis of the other
    smallest = curvature.semi_axes[..., 1]
    if (smallest**2 <= 16 * np.finfo(float).eps * curvature.semi_axes[..., 0] ** 2).any():
        worst = f.reshape(-1, 2, 2)[np.argmin(smallest)]
        values, _, null = eigen("fisher", worst)
        raise SingularFisherError("fisher", values, null)
    axes = np.sqrt(2 * level) / curvature.semi_axes[..., ::-1]
    return Ellipse(axes, np.mod(curvature.angle + np.pi / 2, np.pi))


def _is_null(values: Array) -> NDArray[np.bool_]:
    return values <= 8 * values.shape[-1] * np.finfo(float).eps * values.max(axis=-1, keepdims=True, initial=0.0)


def _damped(fisher: ArrayLike, damping: float) -> Array:
    values, vectors, _ = eigen("fisher", fisher)
    values = values + check.non_negative("damping", damping)
    null = _is_null(values)
    if null.any():
        raise SingularFisherError("fisher", values, vectors[:, null])
    return np.asarray(fisher, dtype=float) + damping * np.eye(len(values))
