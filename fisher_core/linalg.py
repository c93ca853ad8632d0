r"""Linear algebra of Fisher matrices: solves, null spaces, roots, ellipses.

A Fisher matrix is symmetric and positive semi-definite, often only just. A direction without information is an
answer, not an accident: whatever needs F⁻¹ raises :class:`SingularFisherError`, which carries the eigenvalues and the
null directions. Damping, F + εI, is never added unless it is asked for by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.validation import Array


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
