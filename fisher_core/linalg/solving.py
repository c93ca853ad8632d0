r"""Linear algebra of Fisher matrices: solves, null spaces, roots, ellipses.

A Fisher matrix is symmetric and positive semi-definite, often only just. A direction without information is an
answer, not an accident: whatever needs F⁻¹ raises :class:`SingularFisherError`, which carries the eigenvalues and the
null directions. Damping, F + εI, is never added unless it is asked for by name. Rank is judged, and every system solved,
in units in which the diagonal is 1 (:mod:`fisher_core.linalg.spectrum`): a change of units changes no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.linalg.spectrum import DROP, GRADED, Spectrum, equilibrating, nulls, power_of_two
from fisher_core.validation import Array

__all__ = [
    "Ellipse",
    "advise",
    "covariance_ellipse",
    "eigen",
    "factor",
    "fisher_ellipse",
    "inverse",
    "inverse_at_maximum",
    "least_norm",
    "null_space",
    "solve",
    "solve_symmetric",
    "solves",
    "square_root",
    "whitening",
]

RANGE_TOLERANCE = 1e-9  # part of a right-hand side outside the range of M, relative, that counts as rounding
ADD_DAMPING = "Add damping > 0 or drop the direction"


def eigen(name: str, matrix: ArrayLike) -> tuple[Array, Array, Array]:
    """Eigenvalues (d,) ascending, eigenvectors (d, d) in columns, and an orthonormal basis (d, k) of the null space.

    The null space is that of the matrix in any units (see above). Eigenvalues and eigenvectors, which belong to the
    units at hand, are right to their own last digits if the matrix of unit diagonal is well conditioned.
    """
    spectrum = Spectrum.of(name, matrix)
    return *spectrum.eigen(), spectrum.null_space


def advise(damping: float, damped: Array) -> str:
    """What a reader can do about a singular F + ``damping``·I, ``damped``."""
    if damping == 0:
        return ADD_DAMPING
    largest = float(np.abs(damped).max())
    return f"damping = {damping:g} is too small to be seen beside {largest:g}: raise it or drop the direction"


def null_space(fisher: ArrayLike) -> Array:
    """Orthonormal basis (d, k) of {v: Fv = 0}, the directions without information; k = 0 when F is regular."""
    return Spectrum.of("fisher", fisher).null_space


def solve(
    fisher: ArrayLike, rhs: ArrayLike, damping: float = 0.0, name: str = "fisher", advice: str | None = None
) -> Array:
    """(F + damping·I)⁻¹ rhs by Cholesky; F (d, d) positive semi-definite, rhs (d,) or (d, k).

    Raises SingularFisherError when F is singular and ``damping`` is 0, or too small to be seen beside F. ``name`` and
    ``advice`` are for the words of that error.
    """
    f = check.matrix(name, fisher)
    return _cholesky_solve(name, f, _right("rhs", rhs, len(f)), damping, advice)


def inverse(fisher: ArrayLike, damping: float = 0.0, name: str = "fisher", advice: str | None = None) -> Array:
    """(F + damping·I)⁻¹, the covariance a Fisher matrix forecasts. Raises SingularFisherError as :func:`solve`."""
    f = check.matrix(name, fisher)
    result = _cholesky_solve(name, f, np.eye(len(f)), damping, advice)
    return (result + result.T) / 2  # the two triangles are solved separately and differ in the last digit


def solve_symmetric(
    matrix: ArrayLike, rhs: ArrayLike, pseudo_inverse: bool = False, name: str = "matrix", advice: str = ADD_DAMPING
) -> Array:
    """M⁻¹ rhs for a symmetric matrix (d, d), definite or not, and rhs (d,), by eigenvectors.

    Singular M: SingularFisherError, or with ``pseudo_inverse`` M⁺rhs, the shortest of all solutions, if there are any:
    if rhs lies in the range of M.
    """
    spectrum = Spectrum.of(name, matrix, definite=False)
    right = _right("rhs", rhs, len(spectrum.matrix), vector=True)
    null = nulls(spectrum.values)
    along = spectrum.vectors.T @ (right / spectrum.scale)
    if null.any() and (
        not pseudo_inverse or np.linalg.norm(along[null]) > RANGE_TOLERANCE * np.linalg.norm(right / spectrum.scale)
    ):
        raise spectrum.error(advice)
    return spectrum.shortest(along)


def least_norm(fisher: ArrayLike, rhs: ArrayLike, name: str = "fisher") -> Array:
    """The shortest θ (d,) with Fθ = rhs, for F (d, d) positive semi-definite and rhs (d,) in its range but for rounding."""
    spectrum = Spectrum.of(name, fisher)
    right = _right("rhs", rhs, len(spectrum.matrix), vector=True)
    return spectrum.shortest(spectrum.vectors.T @ (right / spectrum.scale))


def solves(matrices: ArrayLike, rhs: ArrayLike) -> Array:
    """M⁻¹ rhs for symmetric matrices (..., d, d), definite or not, and rhs (..., d, k); NaN where M is singular.

    NaN too where M or rhs is not finite: a stack of runs goes on when one of them has ended.
    """
    m, g = np.asarray(matrices, dtype=float), np.asarray(rhs, dtype=float)
    if np.isfinite(m).all() and np.isfinite(g).all():  # as nearly always: nothing has to be picked out
        scale = equilibrating(m)
        scaled = m / scale[..., :, None] / scale[..., None, :]
        if not nulls(np.asarray(np.linalg.eigvalsh(scaled))).any():
            return np.asarray(np.linalg.solve(scaled, g / scale[..., None]) / scale[..., None])
    (d, k), many = g.shape[-2:], np.broadcast_shapes(m.shape[:-2], g.shape[:-2])
    m, g = np.broadcast_to(m, (*many, d, d)).reshape(-1, d, d), np.broadcast_to(g, (*many, d, k)).reshape(-1, d, k)
    result = np.full(g.shape, np.nan)
    fine = np.isfinite(m).all(axis=(-2, -1)) & np.isfinite(g).all(axis=(-2, -1))
    scale = equilibrating(m[fine])
    scaled = m[fine] / scale[..., :, None] / scale[..., None, :]
    values = np.linalg.eigvalsh(scaled)
    regular = ~nulls(values).any(axis=-1)
    fine[fine] = regular
    scale = scale[regular][..., None]
    result[fine] = np.linalg.solve(scaled[regular], g[fine] / scale) / scale
    return result.reshape(*many, d, k)


def inverse_at_maximum(information: ArrayLike, theta: ArrayLike, name: str = "the observed information") -> Array:
    """H⁻¹ of ``information`` H = −mean ∇²log p (d, d) at a maximum ``theta`` of the likelihood.

    H is only positive definite if there is one: ValueError where an eigenvalue is negative, SingularFisherError where
    one is 0.
    """
    spectrum = Spectrum.of(name, information, definite=False)
    values = spectrum.values
    if values.size and values[0] < -1e-12 * np.abs(values).max():
        v = spectrum.vectors[:, 0] / spectrum.scale
        v = v / np.linalg.norm(v) + 0.0
        raise ValueError(
            f"theta = {np.array2string(np.asarray(theta), precision=6, threshold=6)} is no maximum of the likelihood: "
            f"along {np.array2string(v, precision=4, threshold=6)} it curves upward, {name} there being "
            f"{v @ spectrum.matrix @ v:.6g}. Error bars belong to a maximum"
        )
    return inverse(information, name=name, advice=DROP)


def whitening(fisher: ArrayLike, name: str = "fisher") -> Array:
    """W (..., d, d), upper triangular with WᵀFW = I: its columns take the unit circle to {δ: δᵀFδ = 1}.

    F = LLᵀ, W = L⁻ᵀ. Raises SingularFisherError where F is singular.
    """
    f = check.array(name, fisher)
    flat = f.reshape(-1, *f.shape[-2:])
    scaled = check.unit_diagonal(name, check.symmetric(name, f))
    values = np.asarray(np.linalg.eigvalsh(scaled))
    check.no_negative_eigenvalue(name, f, values)
    singular = nulls(values).any(axis=-1)
    if singular.any():
        raise Spectrum.of(name, flat[int(np.argmax(singular))]).error(ADD_DAMPING)
    scale = power_of_two(np.sqrt(np.diagonal(f, axis1=-2, axis2=-1)))
    lower = np.linalg.cholesky(f / scale[..., :, None] / scale[..., None, :])
    upper = np.swapaxes(lower, -1, -2)
    return np.asarray(np.linalg.solve(upper, np.broadcast_to(np.eye(f.shape[-1]), f.shape)) / scale[..., :, None])


def factor(name: str, matrix: ArrayLike) -> Array:
    """G (d, r) with GGᵀ = the positive semi-definite matrix (d, d) of rank r, rows right to their own digits.

    RG(RG)ᵀ is positive semi-definite, and of the same rank, to the last digit, whatever R; R·matrix·Rᵀ need not be.
    """
    return Spectrum.of(name, matrix).factor


def square_root(matrix: ArrayLike) -> Array:
    """The principal square roots R of positive semi-definite matrices (..., d, d): R = Rᵀ ⪰ 0, R R = matrix.

    For d = 2 it takes the unit circle to the 1σ ellipse. Null directions (see :func:`eigen`) stay null: the square root of
    a rounding would blow 1e-16 up to 1e-8.
    """
    m = check.positive_semidefinites("matrix", matrix)
    values, vectors = np.linalg.eigh(m)
    roots = np.sqrt(np.maximum(values, 0.0))
    result = (vectors * roots[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    # What eigh says of eigenvalues far below the largest is rounding: these, or none, are found one by one.
    small = values.min(axis=-1, initial=np.inf) <= GRADED * values.max(axis=-1, initial=0.0)
    for at in zip(*np.nonzero(small), strict=True) if m.ndim > 2 else [()] * bool(small):
        own, vectors_at = Spectrum.of("matrix", m[at]).eigen()
        result[at] = (vectors_at * np.sqrt(own)) @ vectors_at.T
    return result


@dataclass(frozen=True, eq=False)
class Ellipse:
    """Ellipses in the plane, one for each leading index.

    Attributes
    ----------
    semi_axes : (..., 2), the longer first.
    axis : (..., 2), unit vector along the longer axis, both coordinates to their own digits: of a thin ellipse the angle
        alone would not tell where its end is.
    """

    semi_axes: Array
    axis: Array

    @property
    def angle(self) -> Array:
        """(...), of the longer axis, counter-clockwise from the first coordinate, radians in [0, π)."""
        return np.asarray(np.mod(np.arctan2(self.axis[..., 1], self.axis[..., 0]), np.pi))

    def points(self, n: int = 181, center: ArrayLike = (0.0, 0.0)) -> Array:
        """Closed polygons, (..., n, 2): the first point is repeated at the end; ``center`` is (..., 2)."""
        turn = np.linspace(0.0, 2 * np.pi, check.integer("n", n, 2))
        u = self.semi_axes[..., :1] * np.cos(turn)
        v = self.semi_axes[..., 1:] * np.sin(turn)
        cos, sin = self.axis[..., :1], self.axis[..., 1:]
        return check.array("center", center)[..., None, :] + np.stack([cos * u - sin * v, sin * u + cos * v], axis=-1)


def covariance_ellipse(covariance: ArrayLike, scale: float = 1.0) -> Ellipse:
    """{δ: δᵀC⁻¹δ = scale²} for covariances C of shape (..., 2, 2).

    Squared semi-axes scale²·[(C₁₁+C₂₂)/2 ± √((C₁₁−C₂₂)²/4 + C₁₂²)], tan 2φ = 2C₁₂/(C₁₁−C₂₂) (Coe 2009, eqs. 7–8).
    scale = 1.5152, 2.4860, 3.4393 holds 68.27, 95.45, 99.73 % of a two-dimensional Gaussian.
    """
    scale = check.positive("scale", scale)
    return _ellipse("covariance", _planar("covariance", covariance), scale)[0]


def _planar(name: str, matrices: ArrayLike) -> Array:
    m = check.array(name, matrices)
    if m.shape[-2:] != (2, 2):
        raise ValueError(f"{name} has shape {m.shape} and must have shape (..., 2, 2)")
    return check.symmetric(name, m)


def _ellipse(name: str, c: Array, scale: float) -> tuple[Ellipse, Array, Array]:
    """The ellipses, and the product of the diagonal and the determinant of :func:`_determinant`."""
    a, b, d = c[..., 0, 0], c[..., 0, 1], c[..., 1, 1]
    s, t, product, determinant = _determinant(a, b, d)
    if (a < 0).any() or (d < 0).any() or (determinant < -1e-12 * product).any():
        check.positive_semidefinites(name, c)
        raise ValueError(f"{name} must have no negative eigenvalue")
    major = (a + d) / 2 + np.hypot((a - d) / 2, b)
    # The difference (a+d)/2 − hypot(…) would cancel for thin ellipses; the determinant over the long axis does not.
    long = np.sqrt(major)
    share = np.divide(np.maximum(s, t), long, out=np.zeros_like(major), where=long > 0)
    short = np.sqrt(np.maximum(determinant, 0.0)) * np.minimum(s, t) * share
    # tan 2φ = 2b/(a − d) by the half-angle whose sum has no cancellation
    half = np.abs(a - d) / 2 + np.hypot((a - d) / 2, b)
    x, y = np.where(a >= d, half, b), np.where(a >= d, b, half)
    length = np.hypot(x, y)
    round_ = length == 0
    axis = np.stack([np.where(round_, 1.0, x), y], axis=-1) / np.where(round_, 1.0, length)[..., None]
    return Ellipse(scale * np.stack([long, short], axis=-1), _upward(axis)), product, determinant


def _determinant(a: Array, b: Array, d: Array) -> tuple[Array, Array, Array, Array]:
    """Units s, t, and in these the product of the diagonal and the determinant of [[a, b], [b, d]], beyond no range."""
    s, t = (np.ldexp(1.0, np.frexp(v)[1] // 2) for v in (a, d))
    product = (a / s / s) * (d / t / t)
    return s, t, product, product - (b / s / t) ** 2


def _upward(axis: Array) -> Array:
    """Of a line's two unit vectors the one at an angle in [0, π)."""
    x, y = axis[..., :1], axis[..., 1:]
    return np.where((y < 0) | ((y == 0) & (x < 0)), -axis, axis)


def fisher_ellipse(fisher: ArrayLike, level: float = 0.5) -> Ellipse:
    """{δ: ½ δᵀFδ = level} for Fisher matrices of shape (..., 2, 2); semi-axes √(2·level/eigenvalue).

    To second order the points at KL divergence ``level`` nats. level = ½ is the one-sigma ellipse of one observation.
    Raises SingularFisherError where F is singular: the set is then a strip without end.
    """
    f = _planar("fisher", fisher)
    level = check.positive("level", level)
    # semi-axes √eigenvalue; the short axis of one is the long axis of the other. With 1 − ρ² of the matrix of unit diagonal,
    # whose eigenvalues are 1 ± |ρ|: the rank in any units
    curvature, product, determinant = _ellipse("fisher", f, 1.0)
    singular = determinant <= 32 * np.finfo(float).eps * product
    if singular.any():
        spectrum = Spectrum.of("fisher", f.reshape(-1, 2, 2)[int(np.argmax(singular))])
        raise spectrum.error(ADD_DAMPING)
    axes = np.sqrt(2 * level) / curvature.semi_axes[..., ::-1]
    return Ellipse(axes, _upward(np.stack([-curvature.axis[..., 1], curvature.axis[..., 0]], axis=-1)))


def _right(name: str, rhs: ArrayLike, d: int, vector: bool = False) -> Array:
    result = check.array(name, rhs)
    if result.ndim not in ((1,) if vector else (1, 2)) or len(result) != d:
        wanted = f"({d},)" if vector else f"({d},) or ({d}, k)"
        raise ValueError(f"{name} has shape {result.shape} and must have shape {wanted}")
    return result


def _cholesky_solve(name: str, f: Array, rhs: Array, damping: float, advice: str | None) -> Array:
    from scipy.linalg import cho_factor, cho_solve

    damping = check.non_negative("damping", damping)
    damped = f
    if damping > 0:
        damped = check.positive_semidefinite(name, f) + damping * np.eye(len(f))
    spectrum = Spectrum.of(name, damped)
    if spectrum.is_null.any():
        raise spectrum.error(advice or advise(damping, damped))
    scale = power_of_two(spectrum.scale)  # rounds nothing: the digits of the result are the same in other units
    whole = cho_factor(damped / scale[:, None] / scale, lower=True, check_finite=False)
    with np.errstate(over="ignore"):  # reported by the next line
        solved = cho_solve(whole, (rhs.T / scale).T, check_finite=False)
        result = np.asarray((solved.T / scale).T)
    if not np.isfinite(result).all():
        raise ValueError(
            f"{name} has an inverse beyond float64: its diagonal goes down to {np.diagonal(damped).min():g}"
        )
    return result
