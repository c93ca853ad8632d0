r"""The score as a random variable: its mean and covariance when the data come from one θ₀ and it is evaluated at another θ.

    E_{θ₀}[s(x|θ)] = −∇_θ KL(p_θ₀ ‖ p_θ),     zero at θ = θ₀, where Cov_{θ₀}[s(x|θ₀)] = F(θ₀)

Everything is per observation, in nats. Off the truth the second moment E[s sᵀ] and the covariance differ by the outer
product of the mean. Sources: Lehmann and Casella (1998), *Theory of Point Estimation*, §2.5; White (1982), *Econometrica*
50, 1.

Scores at many θ and many data make a large table of low rank: an exponential family's score is affine in its statistic.
:func:`skeleton` writes the table as weights (θ) times rows (data), the rows being the scores at a few of the θ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.models.base import ConditionalModel
from fisher_core.numerics import expectation
from fisher_core.validation import Array

__all__ = [
    "LabelsAtInputs",
    "Model",
    "Moments",
    "Skeleton",
    "bin_information",
    "bin_means",
    "coordinate",
    "density_and_slopes",
    "expected",
    "kl_slope",
    "moments",
    "outcomes",
    "ruler",
    "running",
    "skeleton",
    "step_along",
]


class Model(Protocol):
    """What a score needs: families have it, and :class:`LabelsAtInputs`."""

    def score(self, x: ArrayLike, theta: ArrayLike, /) -> Array: ...

    def fisher(self, theta: ArrayLike, /) -> Array: ...

    def sample(self, theta: ArrayLike, n: int, rng: np.random.Generator, /) -> Array: ...


@dataclass(frozen=True, eq=False)
class LabelsAtInputs:
    """A model of pairs (x, y): x one of the rows of ``inputs`` with equal chance, y a label 0 or 1 from ``model``.

    Observations are rows (row number, y), shape (n, 2). p(x) knows nothing of θ, so scores and Fisher matrix are those of
    the conditional model, averaged over the inputs.
    """

    model: ConditionalModel
    inputs: Array

    def score(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """∇_θ log p(y | x), shape (n, d)."""
        x = check.rows("x", x, 2)
        return self.model.score(self.inputs[x[:, 0].astype(int)], x[:, 1], theta)

    def chance(self, y: float, theta: ArrayLike) -> Array:
        """p(y | x) at every input, shape (k,)."""
        return np.exp(self.model.log_prob(self.inputs, np.full(len(self.inputs), float(y)), theta))

    def fisher(self, theta: ArrayLike) -> Array:
        return self.model.fisher(self.inputs, theta)

    def sample(self, theta: ArrayLike, n: int, rng: np.random.Generator) -> Array:
        row = check.generator("rng", rng).integers(len(self.inputs), size=check.integer("n", n))
        return np.column_stack([row, self.model.sample(self.inputs[row], theta, rng)]).astype(float)

    def outcomes(self, theta: ArrayLike) -> tuple[Array, Array]:
        """All pairs, (2k, 2), and their probabilities, (2k,)."""
        k = len(self.inputs)
        pairs = np.column_stack([np.tile(np.arange(k), 2), np.repeat([0, 1], k)]).astype(float)
        return pairs, np.concatenate([self.chance(0, theta), self.chance(1, theta)]) / k


def outcomes(model: Family | LabelsAtInputs, truth: ArrayLike) -> tuple[Array, Array]:
    """Points and weights (m,) such that Σ w g(x) = E_truth[g(x)], to quadrature's accuracy; exact for finite sets."""
    if isinstance(model, LabelsAtInputs):
        return model.outcomes(truth)
    at = expectation.nodes(model, truth)
    w = expectation.weights(model, truth, at)
    kept = w > 1e-18 * w.max()
    return at.x[kept], w[kept]


@dataclass(frozen=True, eq=False)
class Moments:
    """Of scores under some weights: ``mean`` (..., d), ``covariance`` (..., d, d), and ``spread`` (..., d, d), the standard
    deviation of one term (sᵢ − mᵢ)(sⱼ − mⱼ): divided by √N it is the leading part of an estimated covariance's error."""

    mean: Array
    covariance: Array
    spread: Array

    @property
    def second(self) -> Array:
        """E[s sᵀ] = covariance + mean meanᵀ."""
        return self.covariance + self.mean[..., :, None] * self.mean[..., None, :]

    def error(self, n: ArrayLike) -> Array:
        """Root mean square error of the covariance of ``n`` independent draws, 1/n Σ (s − s̄)(s − s̄)ᵀ: (..., d, d).

        Exact at every n, also where ``spread`` is 0 and the error is of order 1/n (the slope of a Laplace, always ±1/b):
        its square is (n − 1)² spread²/n³ + (n − 1) (CᵢᵢCⱼⱼ + Cᵢⱼ²)/n³ + Cᵢⱼ²/n², variance and squared bias.
        ``n`` ≥ 1 broadcasts with the leading axes.  Source: McCullagh (1987), Tensor Methods in Statistics, §4.2.
        """
        n = check.array("n", n)
        if not (n >= 1).all():
            raise ValueError(f"n = {n.min():g} must be >= 1")
        n, c = n[..., None, None], self.covariance
        diagonal = np.diagonal(c, axis1=-2, axis2=-1)
        pairs = diagonal[..., :, None] * diagonal[..., None, :] + c**2
        return np.sqrt((n - 1) ** 2 / n**3 * self.spread**2 + (n - 1) / n**3 * pairs + (c / n) ** 2)


def moments(scores: ArrayLike, weights: ArrayLike) -> Moments:
    """Moments of scores (..., d, m) under weights (m,) that sum to 1."""
    s = check.array("scores", scores)
    if s.ndim < 2:
        raise ValueError(f"scores has shape {s.shape} and must have shape (..., d, m)")
    w = check.vector("weights", weights, s.shape[-1])
    mean = s @ w
    s = s - mean[..., None]
    d = s.shape[-2]
    covariance = (s * w) @ np.swapaxes(s, -1, -2)
    square = s * s
    fourth = (square * w) @ np.swapaxes(square, -1, -2)
    spread = np.sqrt(np.maximum(fourth - covariance**2, 0.0))
    return Moments(mean, covariance.reshape(*mean.shape[:-1], d, d), spread)


def expected(model: Family | LabelsAtInputs, truth: ArrayLike, theta: ArrayLike) -> Moments:
    """Moments of the score evaluated at ``theta`` when the data come from ``truth``."""
    x, w = outcomes(model, truth)
    return moments(model.score(x, theta).T, w)


def kl_slope(model: Family, truth: ArrayLike, theta: ArrayLike, step: float = 1e-4) -> Array:
    """−∇_θ KL(p_truth ‖ p_θ), shape (d,), by fourth-order differences of KL: a second way to the mean score.

    Steps are relative to the distance from the nearest end of θᵢ's domain; where it has none, to max(1, |θᵢ|). The
    error is about step⁴ or 1e-12/step, whichever is larger."""
    truth, theta = model.check_theta(truth), model.check_theta(theta)
    slope = np.empty_like(theta)
    for i in range(theta.size):
        h = np.zeros_like(theta)
        room = min(theta[i] - model.parameters[i].lower, model.parameters[i].upper - theta[i])
        h[i] = step * (room if np.isfinite(room) else max(1.0, abs(theta[i])))
        kl = [float(model.kl(truth, theta + k * h)) for k in (-2, -1, 1, 2)]
        slope[i] = -(kl[0] - 8 * kl[1] + 8 * kl[2] - kl[3]) / (12 * h[i])
    return slope


@dataclass(frozen=True, eq=False)
class Skeleton:
    """scores[g, i, n] ≈ Σ_r weights[g, i, r] · rows[r, n], row r being score coordinate ``coordinate[r]`` at ``theta[r]``."""

    weights: Array
    theta: Array
    coordinate: Array

    def rows(self, model: Model, x: ArrayLike) -> Array:
        """The rows for data x, shape (r, n)."""
        return np.stack([model.score(x, t)[:, i] for t, i in zip(self.theta, self.coordinate, strict=True)])


def skeleton(score: Callable[[Array], Array], thetas: ArrayLike, tolerance: float = 1e-8) -> Skeleton:
    """The score table over ``thetas`` (G, d) as a few of its own rows and weights on them.

    ``score(theta)`` gives scores (n, d) of some data that cover the support; rows are chosen by pivoted QR until what is
    left of every other is below ``tolerance`` of the largest, and weights solve the least-squares problem. The rows are the
    table's own, so the weights stay near 1 in size and float32 is enough for a screen.
    """
    from scipy.linalg import qr, solve_triangular

    thetas = np.atleast_2d(check.array("thetas", thetas))
    table = np.stack([score(t) for t in thetas])  # (G, n, d)
    count, n, d = table.shape
    flat = np.moveaxis(table, 1, 2).reshape(count * d, n)
    scale = np.abs(flat).max()
    _, r, order = qr(flat.T / scale, mode="economic", pivoting=True)
    sizes = np.abs(np.diag(r))
    rank = max(1, int((sizes > tolerance * sizes[0]).sum()))
    upper, chosen = r[:rank], order[:rank]
    solved = solve_triangular(upper[:, :rank], upper)  # every column in terms of the first ``rank``
    weights = np.empty((count * d, rank))
    weights[order] = solved.T
    return Skeleton(weights.reshape(count, d, rank), thetas[chosen // d], chosen % d)


def running(rows: ArrayLike, counts: Sequence[int]) -> tuple[Array, Array]:
    """Means (C, r) and second moments (C, r, r) of the first ``counts[c]`` columns of rows (r, n): one pass over the data."""
    b = check.rows("rows", rows)
    total, square = np.zeros(len(b)), np.zeros((len(b), len(b)))
    means, seconds, start = [], [], 0
    for stop in counts:
        part = b[:, start:stop]
        total, square, start = total + part.sum(axis=1), square + part @ part.T, stop
        means.append(total / stop)
        seconds.append(square / stop)
    return np.array(means), np.array(seconds)


def step_along(scores: ArrayLike, fisher: ArrayLike, length: float) -> Array:
    """Steps along scores (..., d) of Fisher length √(δᵀFδ) = ``length``: the same KL ½length² for every datum."""
    s = check.array("scores", scores)
    size = np.sqrt(np.einsum("...i,...ij,...j->...", s, check.array("fisher", fisher), s))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size[..., None] > 0, length * s / size[..., None], 0.0)


def ruler(f: Family, theta: ArrayLike, i: int = 0) -> float:
    """1/√Fᵢᵢ, how far θᵢ moves before one datum would notice; shorter where the end of the domain is nearer than that.

    From θᵢ one may go one ruler down and two up and stay inside. ValueError where Fᵢᵢ is 0, or underflows to it.
    """
    theta, i = f.check_theta(theta), coordinate(f, i)
    parameter, information = f.parameters[i], f.fisher(theta)[i, i]
    if not information > 0:
        raise ValueError(f"theta = {theta} has information {information:g} on {parameter.name}, and must have some")
    return float(min(information**-0.5, theta[i] - parameter.lower, (parameter.upper - theta[i]) / 2))


def coordinate(f: Family, i: int) -> int:
    """i, if it numbers one of the parameters of f."""
    if not 0 <= check.integer("i", i) < len(f.parameters):
        raise ValueError(f"i = {i} must be below {len(f.parameters)}, the number of parameters of {f.key}")
    return i


def bin_means(f: Family, theta: ArrayLike, edges: ArrayLike) -> tuple[Array, Array]:
    """Probability (B,) of each bin cut by ``edges`` and the score of the bin, E[s | bin], (B, d): what a summary still says.

    ``edges`` e₁ < … < e_m cut the line into (−∞, e₁], (e₁, e₂], …, (e_m, ∞). The score of a summary is the conditional
    mean of the score; zero-mass bins have score 0. Its second moment is ``information.coarsened``.
    """
    theta, edges = f.check_theta(theta), check.vector("edges", edges)
    if edges.size == 0 or (np.diff(edges) <= 0).any():
        raise ValueError(f"edges = {edges} must be one or more increasing numbers")
    if f.columns is not None:
        raise ValueError(f"f = {f.key} must be a family of scalars")
    at, bins = expectation.binned(f, theta, edges)
    w = expectation.weights(f, theta, at)
    most = np.zeros(edges.size + 1)
    np.maximum.at(most, bins, w)
    kept = w > 1e-30 * most[bins]  # no other could change a digit of its bin
    at, w, bins = at.only(kept), w[kept], bins[kept]
    mass = np.asarray(np.bincount(bins, w, minlength=edges.size + 1), dtype=float)
    s = at.values(lambda x: f.score(x, theta))
    sums = np.stack([np.bincount(bins, w * c, minlength=edges.size + 1) for c in s.T], axis=1)
    if not f.writes("_bounds"):
        # E[s] = 0: in the largest bin, where scores cancel, the sum is minus that of all others
        largest = int(mass.argmax())
        others = np.arange(edges.size + 1) != largest
        mass[largest], sums[largest] = 1 - mass[others].sum(), -sums[others].sum(axis=0)
    return mass, np.where(mass[:, None] > 0, sums / np.where(mass > 0, mass, 1.0)[:, None], 0.0)


def bin_information(f: Family, theta: ArrayLike, edges: ArrayLike, i: int, step: float = 1e-3) -> float:
    r"""Σ_j (∂P_j/∂θᵢ)²/P_j from fourth-order differences of the distribution function, or of the survival function for
    bins above the median: the information of the bin about θᵢ when the rest is known, by a way that uses neither scores
    nor quadrature: the second method beside ``information.coarsened``. Steps are in units of :func:`ruler`. Error
    about step⁴ or 1e-13/step."""
    theta, edges = f.check_theta(theta), check.vector("edges", edges)
    h = np.zeros_like(theta)
    h[i] = step * ruler(f, theta, i)
    upper = np.append(f.cdf(edges, theta) > 0.5, True)  # bins whose upper end is above the median

    def masses(t: Array) -> Array:
        below, above = (
            np.diff(f.cdf(edges, t), prepend=0.0, append=1.0),
            -np.diff(f.sf(edges, t), prepend=1.0, append=0.0),
        )
        return np.where(upper, above, below)

    slope = (masses(theta - 2 * h) - 8 * masses(theta - h) + 8 * masses(theta + h) - masses(theta + 2 * h)) / (
        12 * h[i]
    )
    p = masses(theta)
    return float((slope[p > 0] ** 2 / p[p > 0]).sum())


def density_and_slopes(f: Family, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
    """p(x|θ) (m,) and the score (m, d) at points of a plot; both 0 outside the support. ∂p/∂θ = p·s."""
    x, theta = check.vector("x", x), f.check_theta(theta)
    lo, hi = f.support(theta)
    inside = (x >= lo if f.closed[0] else x > lo) & (x <= hi if f.closed[1] else x < hi)
    p, s = np.zeros(x.shape), np.zeros((*x.shape, theta.size))
    if inside.any():
        p[inside], s[inside] = np.exp(f.log_prob(x[inside], theta)), f.score(x[inside], theta)
    return p, s
