r"""Symmetric matrices in units of their own: what rank they have, and which directions are null.

Rank does not hang on units. It is judged on S⁻¹MS⁻¹ with S = √diag M: of all scalings by a diagonal this has the least
condition number of a positive definite matrix, but for a factor d (van der Sluis 1969, Numer. Math. 14, 14). A direction
is null when its eigenvalue there is at most 8d·eps of the largest: what rounding alone can leave behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["SingularFisherError", "Spectrum", "equilibrating", "left_vectors", "nulls", "power_of_two"]

GRADED = (
    1e-4  # eigenvalues below this share of the largest are computed to their own digits, not to those of the largest
)
DROP = "Drop the direction: nothing is known along it"


class SingularFisherError(ValueError):
    """An undamped inverse was asked of a matrix that has none.

    Attributes
    ----------
    eigenvalues : (d,) in ascending order.
    null_space : (d, k) orthonormal columns: the directions in which the data say nothing.
    """

    def __init__(self, name: str, eigenvalues: Array, null_space: Array, advice: str = DROP) -> None:
        d, k = null_space.shape
        directions = "; ".join(np.array2string(v, precision=4, threshold=6) for v in null_space.T[:3])
        super().__init__(
            f"{name} has rank {d - k} of {d} and no inverse; null direction{'s' if k > 1 else ''} {directions}"
            f"{' …' if k > 3 else ''}. {advice}"
        )
        self.eigenvalues = eigenvalues
        self.null_space = null_space


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A symmetric ``matrix`` M (d, d) in units of its own: S⁻¹MS⁻¹ = V diag(``values``) Vᵀ with S = diag(``scale``)."""

    name: str
    matrix: Array
    scale: Array
    values: Array
    vectors: Array

    @classmethod
    def of(cls, name: str, matrix: ArrayLike, definite: bool = True) -> Spectrum:
        m = check.symmetric(name, check.matrix(name, matrix))
        if definite:
            values, vectors = np.linalg.eigh(check.unit_diagonal(name, m))
            check.no_negative_eigenvalue(name, m, values)
            diagonal = np.diagonal(m)
            return cls(name, m, np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), values, vectors)
        scale = equilibrating(m)
        return cls(name, m, scale, *np.linalg.eigh(m / scale[:, None] / scale))

    @property
    def is_null(self) -> NDArray[np.bool_]:
        return nulls(self.values)

    @property
    def null_space(self) -> Array:
        """Orthonormal, (d, k), in the units of ``matrix``."""
        basis = self.vectors[:, self.is_null] / self.scale[:, None]
        if basis.shape[1] > 1:
            basis = left_vectors(basis)[1]
        elif basis.size:
            basis = basis / np.linalg.norm(basis / np.abs(basis).max()) / np.abs(basis).max()
        return basis + 0.0

    @property
    def factor(self) -> Array:
        kept = ~self.is_null
        return np.asarray(self.scale[:, None] * self.vectors[:, kept] * np.sqrt(self.values[kept]))

    def eigen(self) -> tuple[Array, Array]:
        """Eigenvalues ascending, (d,), and eigenvectors (d, d) of ``matrix``, positive semi-definite, in its units."""
        values, vectors = np.linalg.eigh(self.matrix)
        null = self.null_space
        k = null.shape[1]
        if k < len(values) and values[k] <= GRADED * values[-1]:
            own, range_ = left_vectors(self.factor)
            values, vectors = np.concatenate([np.zeros(k), own[::-1] ** 2]), np.hstack([null, range_[:, ::-1]])
        return np.where(np.arange(len(values)) < k, 0.0, np.maximum(values, 0.0)), vectors

    def shortest(self, along: Array) -> Array:
        """The shortest solution of M θ = S V ``along`` as far as M has a range."""
        solved = self.vectors @ np.divide(along, self.values, out=np.zeros_like(along), where=~self.is_null)
        theta, null = solved / self.scale, self.null_space
        return np.asarray(theta - null @ (null.T @ theta))

    def error(self, advice: str) -> SingularFisherError:
        definite = not (self.values[~nulls(self.values)] < 0).any()
        values = self.eigen()[0] if definite else np.asarray(np.linalg.eigvalsh(self.matrix))
        return SingularFisherError(self.name, values, self.null_space, advice)


def nulls(values: Array) -> NDArray[np.bool_]:
    size = np.abs(values)
    return np.asarray(
        size <= 8 * values.shape[-1] * np.finfo(float).eps * size.max(axis=-1, keepdims=True, initial=0.0)
    )


def power_of_two(scale: Array) -> Array:
    """The nearest power of two: dividing by it rounds nothing."""
    return np.ldexp(1.0, np.rint(np.log2(scale)).astype(int))


def equilibrating(m: Array) -> Array:
    """s (..., d), powers of two, that bring the largest entry in every row of m/(ssᵀ) near 1 (Ruiz 2001).

    For a positive semi-definite m that is the scaling to unit diagonal: no other entry of a row is larger then.
    """
    size = np.abs(m)
    diagonal = np.diagonal(size, axis1=-2, axis2=-1)
    scale = power_of_two(np.sqrt(np.where(diagonal > 0, diagonal, 1.0)))
    row = (size / scale[..., :, None] / scale[..., None, :]).max(axis=-1, initial=0.0)
    other = ((row > 2) | ((diagonal == 0) & (row > 0))).any(axis=-1)
    if other.any():
        rest, size = np.ones_like(scale[other]), size[other]
        for _ in range(16):  # each round halves what is left of the logarithm
            row = (size / rest[..., :, None] / rest[..., None, :]).max(axis=-1, initial=0.0)
            rest *= np.sqrt(np.where(row > 0, row, 1.0))
        scale[other] = power_of_two(rest)
    return scale


def left_vectors(g: Array) -> tuple[Array, Array]:
    """Singular values descending, (r,), and left singular vectors (d, r) of g (d, r), of full rank r ≤ d.

    By Jacobi rotations, which keep the digits of every one, however different the rows are in size (Drmač and Veselić
    2008, SIAM J. Matrix Anal. Appl. 29, 1322).
    """
    from scipy.linalg.lapack import dgejsv

    values, vectors, _, work, _, info = dgejsv(g, joba=2, jobu=0, jobv=3, jobr=0, jobp=0)
    if info:
        raise np.linalg.LinAlgError(f"dgejsv did not converge: info = {info}")
    return values * (work[0] / work[1]), vectors
