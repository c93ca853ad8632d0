r"""Whether a likelihood has a maximum: exactly, by rational arithmetic, and not by a solver's tolerance.

The likelihood grows without end along v ≠ 0 if mᵀv ≥ 0 for every row m of a matrix of *margins*: (2y − 1) x for two
classes, (e_y − e_c) ⊗ x for every other class c, and for counts −x where y = 0 and both x and −x where y > 0 (Albert and
Anderson 1984, *Biometrika* 71, 1; Silvapulle 1981). Rows of full column rank either have such a v, or positive λ with
Σ λm = 0 among rows of full rank (Stiemke 1915), and never both.

At a maximum the residuals are such λ up to rounding: that settles the ordinary case (:func:`overlap`). What it leaves open,
labels that a hair separates or that touch, goes to :func:`direction`, which makes no error.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fisher_core.validation import Array

__all__ = ["NoMaximumError", "SeparableDataError", "UndecidedError", "direction", "overlap"]

Vector = list[Fraction]
LARGEST = 25  # parameters up to which rational arithmetic is affordable


class NoMaximumError(ValueError):
    """The likelihood grows without end along ``direction`` (d,), a unit vector."""

    reason = "y"

    def __init__(self, direction: Array) -> None:
        shown = np.array2string(direction, precision=4, threshold=6)
        super().__init__(
            f"{self.reason}: no theta maximises the likelihood, it grows without end along the direction {shown}"
        )
        self.direction = direction


class SeparableDataError(NoMaximumError):
    """A plane separates the labels: the likelihood grows without end along ``direction`` (d,), a unit vector."""

    reason = "y is separable"


class UndecidedError(ValueError):
    """Labels that are separable, or not, within less than rounding, of too many parameters to tell."""


def overlap(margins: Array, forces: Array) -> bool:
    """Whether forces λ ≥ 0 (n,) on ``margins`` (n, d) prove that no direction separates.

    They need not balance exactly: if the least singular value of λm exceeds twice what is left of Σ λm, rounding
    included, then changes of λ by less than half of itself balance them.
    """
    pulls = forces[:, None] * margins
    left = np.linalg.norm(pulls.sum(axis=0)) + 64 * np.finfo(float).eps * np.abs(pulls).sum()
    return bool(len(pulls) >= pulls.shape[1] and np.linalg.svd(pulls, compute_uv=False)[-1] > 2 * left)


def direction(margins: Array, guide: Array, start: Array) -> Array | None:
    """A unit vector v (d,) with mᵀv ≥ 0 for all rows m of ``margins`` (n, d), of full column rank; None if only v = 0.

    ``guide`` (n, d), margins in coordinates of even scale, chooses rows and decides nothing. ``start`` (d,) and what linear
    programmes propose is tested without rounding. Where they fail a few rows at a time are settled exactly, and rows
    that their v violates join them (cutting planes). Raises UndecidedError beyond LARGEST parameters.
    """
    scale = np.ldexp(1.0, np.frexp(np.abs(margins).max(axis=0))[1])
    margins = margins / scale  # exact
    guide = guide / _lengths(guide)
    start = start * scale
    at_start = _fractions(start / (np.abs(start).max() or 1.0))
    if any(at_start) and not _violated(margins, at_start)[0].size:
        return _unit(at_start, scale)
    proposals, forces = _proposals(margins)
    for v in (start, *proposals):
        for candidate in (_fractions(np.where(np.abs(v) > 1e-9 * np.abs(v).max(), v, 0.0)), _on_ties(margins, v)):
            if any(candidate) and not _violated(margins, candidate)[0].size:
                return _unit(candidate, scale)
    if overlap(guide, forces):
        return None
    count = margins.shape[1]
    if count > LARGEST:
        raise UndecidedError(
            f"x must be less extreme: within rounding, it cannot be told whether the likelihood in its {count} parameters "
            "has a maximum"
        )
    values = margins @ (proposals[-1] if proposals else start) / _lengths(margins)[:, 0]
    chosen = list(dict.fromkeys([*_spanning(guide), *np.argsort(values)[: 3 * count], *np.argsort(-forces)[:count]]))
    while True:
        settled = _settled([_fractions(margins[i]) for i in chosen])
        if settled is None:
            return None
        wrong, values = _violated(margins, settled)
        if not wrong.size:
            return _unit(settled, scale)
        chosen += list(wrong[np.argsort(values[wrong] / _lengths(margins)[wrong, 0])][: 2 * count])


def _proposals(margins: Array) -> tuple[list[Array], Array]:
    """Directions worth a try, and forces that may balance the margins: by max min mᵀv and by max Σ mᵀv over |vⱼ| ≤ 1.

    The second programme keeps mᵀv ≥ 0; at v = 0 its prices μ make Σ (1 + μ) m = 0.
    """
    from scipy.optimize import linprog

    rows = margins / _lengths(margins)
    n, d = rows.shape
    bounds = [(-1.0, 1.0)] * d
    least = np.append(np.zeros(d), -1.0)
    inside = linprog(least, A_ub=np.column_stack([-rows, np.ones(n)]), b_ub=np.zeros(n), bounds=[*bounds, (0.0, 1.0)])
    total = linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(n), bounds=bounds)
    proposals = [np.asarray(found.x[:d]) for found in (inside, total) if found.success]
    forces = 1.0 - total.ineqlin.marginals if total.success else np.ones(n)
    return proposals, np.asarray(forces)


def _on_ties(margins: Array, v: Array) -> Vector:
    """The direction next to v that has mᵀv = 0, exactly, for independent rows among those that have it nearly."""
    from scipy.linalg import qr

    rows = margins / _lengths(margins)
    ties = np.flatnonzero(np.abs(rows @ v) <= 1e-7 * np.abs(v).max())
    if not ties.size:
        return [Fraction()]
    r, order = qr(rows[ties].T, mode="r", pivoting=True)
    rank = int((np.abs(np.diagonal(r)) > 1e-9 * abs(r[0, 0])).sum())
    lines = [_fractions(margins[i]) for i in ties[order[:rank]]]
    bound: list[int] = []  # the coordinate that each line settles
    for at in range(rank):
        pivot = max((j for j in range(len(v)) if j not in bound), key=lambda j: abs(lines[at][j]), default=None)
        if pivot is None or not lines[at][pivot]:
            return [Fraction()]
        bound.append(pivot)
        lines[at] = [c / lines[at][pivot] for c in lines[at]]
        lines = [line if i == at else _cleared(line, lines[at], pivot) for i, line in enumerate(lines)]
    result = _fractions(np.where(np.abs(v) > 1e-9 * np.abs(v).max(), v, 0.0))
    for pivot in bound:
        result[pivot] = Fraction()
    for pivot, line in zip(bound, lines, strict=True):
        free = (a * b for j, (a, b) in enumerate(zip(line, result, strict=True)) if j not in bound)
        result[pivot] = -sum(free, Fraction())
    return result


def _fractions(v: Array) -> Vector:
    return [Fraction(float(c)) for c in v]


def _lengths(rows: Array) -> Array:
    """Of rows (n, d), (n, 1); 1 for rows of zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    return lengths


def _unit(v: Vector, scale: Array) -> Array:
    largest = max(map(abs, v))
    rounded = np.array([float(c / largest) for c in v]) / scale
    rounded /= np.abs(rounded).max()
    return np.asarray(rounded / np.linalg.norm(rounded), dtype=np.float64)


def _violated(margins: Array, v: Vector) -> tuple[NDArray[np.intp], Array]:
    """Rows with mᵀv < 0, and all mᵀv to rounding. Where rounding cannot tell, in fractions, unless there are clear cases."""
    rounded = np.array([float(c) for c in v])
    values = margins @ rounded
    doubt = 1e-9 * (np.abs(margins) @ np.abs(rounded))
    clear = np.flatnonzero(values < -doubt)
    if clear.size:
        return clear, values
    doubtful = np.flatnonzero(values <= doubt)
    different, which = np.unique(margins[doubtful], axis=0, return_inverse=True)
    signs = [sum((c * Fraction(float(m)) for m, c in zip(row, v, strict=True)), Fraction()) < 0 for row in different]
    return doubtful[np.array(signs, dtype=bool)[which.ravel()]], values


def _spanning(guide: Array) -> NDArray[np.intp]:
    """Rows of full rank, (d,), by QR with pivoting."""
    from scipy.linalg import qr

    return np.asarray(qr(guide.T, mode="r", pivoting=True)[1][: guide.shape[1]])


def _settled(rows: list[Vector]) -> Vector | None:
    """v ≠ 0 with mᵀv ≥ 0 for rows m of full column rank, or None: phase one of the simplex method, in fractions.

    Either λ ≥ 0 with Σ λm = −Σ m exists, and λ + 1 > 0 balances the rows; or the prices of the last basis are such a −v.
    """
    d, k = len(rows[0]), len(rows)
    zero, one = Fraction(), Fraction(1)
    table, signs = [], []
    for j in range(d):
        line = [row[j] for row in rows]
        line += [zero] * d + [-sum(line, zero)]
        signs.append(-1 if line[-1] < 0 else 1)
        table.append([signs[j] * c for c in line])
        table[j][k + j] = one
    cost = [-sum(column, zero) for column in zip(*table, strict=True)]
    cost[k : k + d] = [zero] * d
    basis = list(range(k, k + d))
    while cost[-1] != 0:
        entering = next((i for i in range(k) if cost[i] < 0), None)  # Bland's rule: no cycles
        if entering is None:
            return [(cost[k + j] - 1) * signs[j] for j in range(d)]
        leaving = min((line[-1] / line[entering], basis[j], j) for j, line in enumerate(table) if line[entering] > 0)[2]
        pivot = table[leaving][entering]
        row = table[leaving] = [c / pivot for c in table[leaving]]
        basis[leaving] = entering
        for j, line in enumerate(table):
            if j != leaving:
                table[j] = _cleared(line, row, entering)
        cost = _cleared(cost, row, entering)
    return None


def _cleared(line: Vector, row: Vector, at: int) -> Vector:
    """``line`` less the multiple of ``row`` that makes its entry ``at`` zero."""
    factor = line[at]
    return [a - factor * b if b else a for a, b in zip(line, row, strict=True)] if factor else line
