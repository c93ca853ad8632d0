r"""From a likelihood to an estimate and its error bars: Newton and scoring steps, one-parameter maxima, the sandwich.

    Newton    θ ← θ − (Σ ∇²log p)⁻¹ Σ s          curvature of the data at hand
    scoring   θ ← θ + (n F(θ))⁻¹ Σ s             curvature expected by the model (Fisher 1925)

Error bars of a maximum-likelihood estimate, with H = −mean ∇²log p and E = mean s sᵀ on the data:

    naive     H⁻¹/n            right if the model is right, when E = H
    sandwich  H⁻¹ E H⁻¹/n      right, for large n, even if it is not (Huber 1967; White 1982, Econometrica 50, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from fisher_core import information, linalg
from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.information import Data
from fisher_core.models.base import ConditionalModel, between
from fisher_core.validation import Array

__all__ = ["along", "naive", "newton_step", "sandwich", "scoring_step"]

CENTRES = 256  # data, or quantiles of more data, around which a search for the highest peak looks
WORK = 4e6  # densities that such a search may ask for
SLACK = (
    0.1  # nats per datum: a peak that starts so much lower, between points a quarter of 1/√F apart, is not the highest
)
POLISHED = 32  # of its peaks, those that are followed to the top
HELD = "Leave a coordinate along it out of free"


def newton_step(f: Family, x: ArrayLike, theta: ArrayLike, free: Sequence[int] | None = None) -> Array:
    """The step in θ, (d,), that maximises the quadratic with the data's own Hessian; zero outside ``free`` coordinates.

    Where that quadratic has no maximum (upward curvature), the step leads away from one: it is still returned.
    Raises SingularFisherError where the Hessian among the free coordinates has no inverse.
    """
    theta, kept, gradient = _start(f, x, theta, free)
    step, block = np.zeros_like(theta), np.ix_(kept, kept)
    curvature = -f.hessian(x, theta).sum(axis=0)[block]
    step[kept] = linalg.solve_symmetric(curvature, gradient[kept], name=_among("−Σ ∇²log p", free), advice=HELD)
    return step


def scoring_step(f: Family, x: ArrayLike, theta: ArrayLike, free: Sequence[int] | None = None) -> Array:
    """The step in θ, (d,), with n F(θ) in place of the data's curvature; zero outside ``free`` coordinates.

    Raises SingularFisherError where F among the free coordinates has no inverse.
    """
    theta, kept, gradient = _start(f, x, theta, free)
    step, block = np.zeros_like(theta), np.ix_(kept, kept)
    curvature = len(np.asarray(x)) * f.fisher(theta)[block]
    step[kept] = linalg.solve(curvature, gradient[kept], name=_among("n F", free), advice=HELD)
    return step


def along(f: Family, x: ArrayLike, theta: ArrayLike, i: int, lower: float, upper: float, grid: int = 49) -> float:
    """The value of θᵢ in [lower, upper] with the largest likelihood, other coordinates of ``theta`` held.

    Several peaks (Cauchy) are told apart by a grid of that many points and, where θᵢ is a location, by points around the
    data: no peak is much narrower than what one datum makes, 1/√Fᵢᵢ, nor far from all of them. The best are followed to
    the zero of the score, or by Brent's method where it has none.
    """
    theta, x = f.check_theta(theta).copy(), f.check_data(x)
    if len(x) == 0:
        raise ValueError("x is empty and must hold at least one observation")
    if check.integer("i", i) >= len(theta):
        raise ValueError(f"i = {i} must be below {len(theta)}, the number of parameters")
    lower, upper = check.scalar("lower", lower), check.scalar("upper", upper)
    if not lower < upper:
        raise ValueError(f"lower = {lower:g} must be below upper = {upper:g}")

    def at(value: float) -> Array:
        theta[i] = value
        return theta

    def loss(value: float) -> float:
        return -float(f.log_prob(x, at(value)).mean()) if _fits(f, x, at(value)) else np.inf

    def slope(value: float) -> float:
        return float(f.score(x, at(value))[:, i].mean())

    points = _places(f, x, at(lower), i, lower, upper, check.integer("grid", grid, 3))
    losses = np.array([loss(value) for value in points])
    for k in np.flatnonzero(np.diff(np.isfinite(losses))):  # the support ends between two points: go there
        inside, outside = (points[k], points[k + 1]) if np.isfinite(losses[k]) else (points[k + 1], points[k])
        while (middle := (inside + outside) / 2) not in (inside, outside):
            inside, outside = (middle, outside) if np.isfinite(loss(middle)) else (inside, middle)
        points, losses = np.append(points, inside), np.append(losses, loss(inside))
    order = np.argsort(points)
    points, losses = points[order], losses[order]
    if not np.isfinite(losses).any():
        raise ValueError(f"x must lie in the support for some value between lower = {lower:g} and upper = {upper:g}")
    beside = np.concatenate([[np.inf], losses, [np.inf]])
    peaks = np.flatnonzero(np.isfinite(losses) & (losses <= beside[:-2]) & (losses <= beside[2:]))
    peaks = peaks[np.argsort(losses[peaks], kind="stable")][:POLISHED]
    lowest, top = losses[peaks[0]], points[peaks[0]]
    for peak in map(int, peaks):
        if i in f.locations and losses[peak] > lowest + SLACK:
            break
        before, after = max(peak - 1, 0), min(peak + 1, len(points) - 1)
        low = float(points[before if np.isfinite(losses[before]) else peak])
        high = float(points[after if np.isfinite(losses[after]) else peak])
        for end in _tops(loss, slope, low, high):
            value = loss(end)
            if value < lowest:
                lowest, top = value, end
    return float(top)


def _tops(loss: Callable[[float], float], slope: Callable[[float], float], low: float, high: float) -> Iterator[float]:
    """Where a peak between ``low`` and ``high`` may be: the zero of the score, and what needs no score."""
    if slope(low) > 0 > slope(high):
        yield brentq(slope, low, high, xtol=np.finfo(float).tiny, rtol=4 * np.finfo(float).eps, maxiter=2000)
    elif low < high:
        yield minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-9 * (high - low)}).x


def _fits(f: Family, x: Array, theta: Array) -> bool:
    """Whether x lies in the support at θ, which only for a few families hangs on θ."""
    if not f.writes("_bounds"):
        return True
    lower, upper = f.support(theta)
    low, high = f.closed
    return bool(((x >= lower if low else x > lower) & (x <= upper if high else x < upper)).all())


def _places(f: Family, x: Array, theta: Array, i: int, lower: float, upper: float, grid: int) -> Array:
    """Values of θᵢ, ascending, to look at before anything is followed: see :func:`along`."""
    places = [np.linspace(lower, upper, grid)]
    edge = f.parameters[i].lower
    if np.isfinite(edge) and lower > edge:  # a scale is searched by factors too
        places.append(edge + np.geomspace(lower - edge, upper - edge, grid))
    if i in f.locations:
        column = x if f.columns is None else x[:, i]
        unit = f.fisher(theta)[i, i] ** -0.5
        around = unit * np.linspace(-2, 2, 17)
        count = int(np.clip(WORK / (len(x) * len(around)), 5, CENTRES))
        values = np.unique(column)
        centres = values if len(values) <= count else np.unique(np.quantile(column, np.linspace(0, 1, count)))
        near = np.unique(np.rint((centres[:, None] - column[0] + around).ravel() / (unit / 4))) * (unit / 4) + column[0]
        places += [near, centres, (centres[1:] + centres[:-1]) / 2]
    every = np.unique(np.concatenate(places))
    return np.concatenate([[lower], every[(lower < every) & (every < upper)], [upper]])


def naive(model: Family | ConditionalModel, data: Data, theta: ArrayLike) -> Array:
    """H⁻¹/n, the covariance (d, d) of the estimate if the model is right.

    Raises SingularFisherError where H has no inverse, and ValueError where it has a negative eigenvalue, θ being no
    maximum of the likelihood, or where the family is not regular: the curvature then says nothing of the spread. That θ
    is where the score vanishes is left to the caller.
    """
    bread, n = _bread(model, data, theta)
    return bread / n


def sandwich(model: Family | ConditionalModel, data: Data, theta: ArrayLike) -> Array:
    """H⁻¹ E H⁻¹/n, the covariance (d, d) of the estimate whether or not the model is right. Raises as :func:`naive`."""
    if isinstance(model, ConditionalModel):
        x, y = information.observations(model, data)
        return model.sandwich(x, y, theta) / model.total_weight(len(x))
    bread, n = _bread(model, data, theta)
    return between(bread, information.empirical(model, data, theta).value, x=cast(ArrayLike, data), theta=theta) / n


def _bread(model: Family | ConditionalModel, data: Data, theta: ArrayLike) -> tuple[Array, float]:
    """H⁻¹ per observation, and n, the sum of weights where rows have them."""
    if isinstance(model, ConditionalModel):
        x, y = information.observations(model, data)
        return model.inverse_information(x, y, theta), model.total_weight(len(x))
    if not model.regular:
        raise ValueError(
            f"model = {model.key} must be regular for error bars from the curvature of its likelihood: {model.why_irregular}"
        )
    h = information.observed(model, data, theta)
    return linalg.inverse_at_maximum(h.value, theta), h.n


def _start(f: Family, x: ArrayLike, theta: ArrayLike, free: Sequence[int] | None) -> tuple[Array, list[int], Array]:
    """θ, the coordinates that are free, and the score of all data."""
    theta = f.check_theta(theta)
    if free is not None and not np.iterable(free):
        raise ValueError(f"free = {free!r} must be different whole numbers from 0 to {len(theta) - 1}")
    kept = list(range(len(theta))) if free is None else [check.integer("free", k) for k in free]
    if any(k >= len(theta) for k in kept) or len(set(kept)) < len(kept):
        raise ValueError(f"free = {kept} must be different whole numbers from 0 to {len(theta) - 1}")
    scores = f.score(x, theta)
    if len(scores) == 0:
        raise ValueError("x is empty and must hold at least one observation")
    return theta, kept, scores.sum(axis=0)


def _among(name: str, free: Sequence[int] | None) -> str:
    return name if free is None else f"{name} among the coordinates free = {list(free)}"
