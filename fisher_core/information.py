r"""Fisher information by every route the subject knows, under four names that are never mixed.

    exact        F(θ) = E_{x~p_θ}[s sᵀ] in closed form, s = ∇_θ log p(x|θ)
    monte_carlo  the average of s sᵀ over draws from the *model*; converges to exact
    empirical    the average of s sᵀ over the *observed* data; converges to exact only if the model is true at θ
    observed     −(1/n) Σ ∇²_θ log p(xᵢ|θ) on the observed data

and a second opinion on the first, :func:`by_quadrature`, which shares no formula with it. Everything is per
observation, in nats², shape (d, d); what comes from draws or data is an ``Estimate`` with its standard error. Where a
matrix would not fit, or is not wanted, ``diagonal=True`` gives its diagonal, (d,), in all but the last.

This is the one door to each quantity, for families, conditional models and networks; a model's own methods are the fast
ways behind it.

A family takes (f, θ) and data x; a conditional model p(y|x, θ) takes inputs as well, (m, x, θ), and as data the pair
(x, y); its matrices are means over the rows of x, expectations running over the labels only.

Sources: Fisher (1925), Proc. Camb. Phil. Soc. 22, 700; Martens (2020), arXiv 1412.1193, §5 and §11 (empirical Fisher).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import singledispatch
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.family import Family
from fisher_core.models.base import ConditionalModel
from fisher_core.numerics import draws, expectation
from fisher_core.numerics.differences import by_differences
from fisher_core.score import bin_means
from fisher_core.validation import Array

__all__ = [
    "Data",
    "by_quadrature",
    "coarsened",
    "empirical",
    "exact",
    "exact_diagonal",
    "gauss_newton",
    "monte_carlo",
    "observations",
    "observed",
]

Data = ArrayLike | tuple[ArrayLike, ArrayLike]
Coordinates = Array | Sequence[Array]  # (d, m), or d arrays (m,)

BLOCK = 1 << 18  # numbers held at a time: memory stays at a few MB for any number of observations


def exact(model: Family | ConditionalModel, *at: ArrayLike, diagonal: bool = False, **named: ArrayLike) -> Array:
    """F(θ), shape (d, d): ``exact(f, theta)`` for a family, ``exact(m, x, theta)`` for a conditional model.

    For a family θ may be (..., d) and gives (..., d, d). The ``diagonal`` of a model's is made without the matrix.
    """
    if not isinstance(model, (Family, ConditionalModel)):
        raise _not_a_model(model)
    if diagonal and isinstance(model, ConditionalModel):
        return model.fisher_diagonal(*at, **named)
    fisher = model.fisher(*at, **named)
    return np.diagonal(fisher, axis1=-2, axis2=-1).copy() if diagonal else fisher


def exact_diagonal(model: Family | ConditionalModel, *at: ArrayLike) -> Array:
    """diag F(θ), shape (d,): :func:`exact` with ``diagonal=True``."""
    return exact(model, *at, diagonal=True)


def gauss_newton(model: ConditionalModel, x: ArrayLike, theta: ArrayLike, diagonal: bool = False) -> Array:
    """(1/n) Σ JᵢᵀΛᵢJᵢ, shape (d, d), J the Jacobian of the outputs and Λ the curvature of −log p in them."""
    return model.gauss_newton_diagonal(x, theta) if diagonal else model.gauss_newton(x, theta)


@singledispatch
def monte_carlo(model: object, *at: Any, draws: int = 1, diagonal: bool = False) -> Estimate:
    """Average of s sᵀ over draws from the model; unbiased for the exact matrix.

    ``monte_carlo(f, theta, n, rng)`` draws n observations; ``monte_carlo(m, x, theta, rng, draws=1)`` draws that many
    labels for every row of x. Memory does not grow with n.
    """
    raise _not_a_model(model)


@monte_carlo.register
def _(model: Family, theta: ArrayLike, n: int, rng: np.random.Generator, diagonal: bool = False) -> Estimate:
    theta = model.check_theta(theta)
    n, rng = check.integer("n", n, 1), check.generator("rng", rng)
    drawings = draws.blocks(model, theta, n, rng)
    return _second_moment(diagonal, ((_scores(model, theta, x), counts) for x, counts in drawings))


@monte_carlo.register
def _(
    model: ConditionalModel,
    x: ArrayLike,
    theta: ArrayLike,
    rng: np.random.Generator,
    draws: int = 1,
    diagonal: bool = False,
) -> Estimate:
    way = model.monte_carlo_fisher_diagonal if diagonal else model.monte_carlo_fisher
    return way(x, theta, rng, draws)


def empirical(
    model: Family | ConditionalModel, data: Data, theta: ArrayLike, centered: bool = False, diagonal: bool = False
) -> Estimate:
    """(1/n) Σ sᵢsᵢᵀ over the observations: the uncentred second moment of the scores, divisor n.

    ``data`` is x for a family and (x, y) for a conditional model. ``centered=True`` gives the covariance
    (1/n) Σ (sᵢ − s̄)(sᵢ − s̄)ᵀ instead, which is smaller by s̄s̄ᵀ: equal at a maximum of the likelihood, where s̄ = 0,
    and a different matrix everywhere else.
    """
    theta, columns = check.vector("theta", theta), observations(model, data)

    def scores() -> Iterator[tuple[Array, Array | None]]:
        for part, weights, rows in _parts(model, columns, theta.size):
            yield cast(Callable[..., Array], part.score)(*rows, theta).T, weights

    if not centered and isinstance(model, ConditionalModel):
        x, y = columns
        value = (model.empirical_fisher_diagonal if diagonal else model.empirical_fisher)(x, y, theta)
        return Estimate(value, lambda: _second_moment(diagonal, scores()).standard_error, _count(model, columns))
    if not centered:
        return _second_moment(diagonal, scores())
    mean = np.sum([s.sum(axis=1) if w is None else s @ w for s, w in scores()], axis=0) / _count(model, columns)
    return _second_moment(diagonal, ((s - mean[:, None], w) for s, w in scores()))


@np.errstate(over="ignore")  # of squares, which are for the standard error
def observed(model: Family | ConditionalModel, data: Data, theta: ArrayLike, diagonal: bool = False) -> Estimate:
    """−(1/n) Σ ∇²_θ log p at the observations, shape (d, d). Need not be positive semi-definite away from the maximum.

    ``data`` is x for a family and (x, y) for a conditional model.
    """
    theta, columns = check.vector("theta", theta), observations(model, data)
    n = _count(model, columns)
    # Deviations from the first Hessian: where all are equal, as in a natural parameter, the error is exactly zero.
    total: Any = 0.0
    squares: Any = 0.0
    first: Any = None
    for part, weights, rows in _parts(model, columns, theta.size**2):
        hessian: Callable[..., Array] = part.hessian
        at = hessian(*rows, theta)
        at = np.diagonal(at, axis1=1, axis2=2) if diagonal else at
        first = at[0] if first is None else first
        deviation = at - first
        total = total + _sum(deviation, weights)
        squares = squares + _sum(deviation**2, weights)
    return Estimate(-(first + total / n), _standard_error(total / n, squares / n, n), n)


def by_quadrature(f: Family, theta: ArrayLike, of: str = "score") -> Array:
    r"""The Fisher matrix by numerical integration, shape (d, d): the second method beside ``exact``.

    of = "score"    E[s sᵀ] with s from fourth-order differences of ``log_prob``
    of = "hessian"  −E[∇²log p] with the Hessian from the same differences of ``score``

    The two agree where the support does not depend on θ and log p is twice differentiable (Lehmann and Casella 1998,
    lemma 2.5.3). Families that are not ``regular`` have no differences to speak of at a corner or a moving end; there
    the family's own score and Hessian are averaged, and the disagreement of the two forms is the result.

    Accuracy about 1e-11 relative, limited by the rounding of ``log_prob`` for parameters beyond 1e5. Raises
    QuadratureError if the nodes do not find a mass of 1 (:mod:`fisher_core.numerics.expectation`).
    """
    check.choice("of", of, ("score", "hessian"))
    theta = f.check_theta(theta)
    at, w = _weighted_nodes(f, theta)
    if of == "score":
        s = by_differences(f.log_prob, f, at, theta) if f.regular else at.values(lambda x: f.score(x, theta))
        return (w[:, None] * s).T @ s
    h = by_differences(f.score, f, at, theta) if f.regular else at.values(lambda x: f.hessian(x, theta))
    mean = np.einsum("m,mij->ij", w, h)
    return -(mean + mean.T) / 2


def coarsened(f: Family, theta: ArrayLike, edges: ArrayLike) -> Array:
    r"""Fisher information of the *bin* that x falls into, shape (d, d), for a family of scalars.

    ``edges`` e₁ < … < e_m cut the line into m + 1 bins (−∞, e₁], (e₁, e₂], …, (e_m, ∞). The score of the bin is the
    conditional mean of the score, so with P_j = P(bin j)

        F_bin = Σ_j P_j s̄_j s̄_jᵀ,   s̄_j = E[s | bin j],   F − F_bin = E[Cov(s | bin)] ⪰ 0

    One bit, sign(x) of N(μ, 1), keeps φ(μ)²/(Φ(μ)Φ(−μ)): 2/π = .63662 at μ = 0 and .43863 at μ = 1. Edges at
    |x| ≥ 1e300, or so far out that the mass beyond them is no float64, tell nothing: there F_bin is 0.
    Source: Rao (1973), *Linear Statistical Inference*, §5a.4.
    """
    mass, means = bin_means(f, theta, edges)
    return (means.T * mass) @ means


def _weighted_nodes(f: Family, theta: Array) -> tuple[expectation.Nodes, Array]:
    """Nodes and weights of E_θ, without the nodes whose weight could not change a digit."""
    at = expectation.nodes(f, theta)
    w = expectation.weights(f, theta, at)
    kept = w > 1e-30 * w.max()
    return at.only(kept), w[kept]


def observations(model: Family | ConditionalModel, data: Data) -> tuple[Array, ...]:
    """The observations as arrays of one length: (x,) for a family, (x, y) for a conditional model."""
    columns: tuple[Array, ...]
    if not isinstance(model, ConditionalModel):
        columns = (np.atleast_1d(check.array("x", cast(ArrayLike, data))),)
    elif isinstance(data, tuple) and len(data) == 2:
        columns = model.check_data(*data)
    else:
        raise ValueError(f"data of type {type(data).__name__} must be the pair (x, y) for a conditional model")
    if len(columns[0]) == 0:
        raise ValueError("x is empty and must hold at least one observation")
    return columns


def _parts(
    model: Family | ConditionalModel, columns: tuple[Array, ...], size: int
) -> Iterator[tuple[Family | ConditionalModel, Array | None, tuple[Array, ...]]]:
    """Blocks of rows that make about BLOCK numbers at ``size`` numbers a row: the model of the block, how often each of its
    rows counts (None for once), and the block."""
    n, block = len(columns[0]), max(1, BLOCK // max(1, size))
    if isinstance(model, ConditionalModel):
        model.check_rows(n)
    for start in range(0, n, block):
        rows = slice(start, start + block)
        part = model.only(rows) if isinstance(model, ConditionalModel) else model
        weights = part.weights if isinstance(part, ConditionalModel) else None
        yield part, None if weights is None else np.asarray(weights), tuple(column[rows] for column in columns)


def _count(model: Family | ConditionalModel, columns: tuple[Array, ...]) -> float:
    """How many observations there are: rows, or the sum of their weights."""
    n = model.total_weight(len(columns[0])) if isinstance(model, ConditionalModel) else len(columns[0])
    return int(n) if n == int(n) else n


def _sum(values: Array, weights: Array | None) -> Array:
    """Over rows, each as often as it counts."""
    return np.asarray(values.sum(axis=0) if weights is None else np.tensordot(weights, values, 1))


def _scores(f: Family, theta: Array, x: Array) -> Coordinates:
    """The d coordinates of the scores at the family's own draws, (m,) each, past the checks of ``f.score``."""
    with np.errstate(all="ignore"):
        s = f._score(x, theta)
        return s.T if isinstance(s, np.ndarray) else np.broadcast_arrays(*s, x)[:-1]


def _second_moment(diagonal: bool, blocks: Iterable[tuple[Coordinates, Array | None]]) -> Estimate:
    """Mean of s sᵀ, or of its ``diagonal``, and its standard error, from the sums of sᵢsⱼ and of (sᵢsⱼ)².

    Blocks are the d coordinates of the scores, (m,) each, and how often each score came, or None for once.
    """
    total, squares = np.zeros(()), np.zeros(())
    n: float = 0
    for s, counts in blocks:
        if diagonal:
            sums, sums_of_squares = _own(np.asarray(s), counts)
        else:
            sums, sums_of_squares = _few(s) if counts is None and len(s) <= 3 else _many(np.asarray(s), counts)
        total, squares = total + sums, squares + sums_of_squares
        n += len(s[0]) if counts is None else float(counts.sum())
    n = int(n) if n == int(n) else n
    value = check.computed(total / n, scores=total)
    return Estimate(value, _standard_error(value, squares / n, n), n)


def _own(s: Array, counts: Array | None) -> tuple[Array, Array]:
    """Σ sᵢ² and Σ sᵢ⁴, (d,) each, from s (d, m)."""
    square = s * s
    counted = square if counts is None else square * counts
    return counted.sum(axis=1), np.einsum("dm,dm->d", counted, square)


def _few(s: Coordinates) -> tuple[Array, Array]:
    """Σ sᵢsⱼ and Σ (sᵢsⱼ)² one pair at a time: for d = 2 and 3 in a third of the time of :func:`_many`."""
    d, square = len(s), [c * c for c in s]
    sums, squares = np.empty((2, d, d))
    for i in range(d):
        for j in range(i + 1):
            sums[i, j] = sums[j, i] = s[i].dot(s[j])
            squares[i, j] = squares[j, i] = square[i].dot(square[j])
    return sums, squares


def _many(s: Array, counts: Array | None) -> tuple[Array, Array]:
    """Σ sᵢsⱼ and Σ (sᵢsⱼ)² as two products, from s (d, m)."""
    square = s * s
    if counts is not None:
        root = np.sqrt(counts)
        s, square = s * root, square * root
    return s @ s.T, square @ square.T


def _standard_error(mean: Array, mean_square: Array, n: float) -> Array:
    """√((E[z²] − E[z]²)/(n − 1)); infinite for one draw, which says nothing about its own error."""
    if n <= 1:
        return np.full(mean.shape, np.inf)
    # A variance of zero, such as that of s² for a fair coin, may come out as −1e-17.
    return np.sqrt(np.maximum(mean_square - mean**2, 0.0) / (n - 1))


def _not_a_model(model: object) -> ValueError:
    return ValueError(f"model = {model!r} must be a Family or a ConditionalModel")
