"""The parabola ½δᵀFδ, and how far KL is from it.

KL(p_θ ‖ p_{θ+δ}) = ½ δᵀF(θ)δ + O(|δ|³), and the same for the other direction: both share one quadratic and part at third
order.  With F at the midpoint and the two directions averaged the gap is of fourth order in every family.
Source: Kullback (1959), *Information Theory and Statistics*, §2.6; reference values in ``tests/core/test_curvature.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg, validation
from fisher_core.family import Family
from fisher_core.validation import Array

__all__ = [
    "Profile",
    "fitted_order",
    "kl_contour",
    "order_of_gap",
    "profile",
    "quadratic",
    "reach",
    "unit_direction",
]

ROUNDING = 1e-14  # a gap smaller than this, relative to the parabola, is none


def quadratic(fisher: ArrayLike, delta: ArrayLike) -> Array:
    """½ δᵀFδ for F (..., d, d) and δ (..., d), broadcasting over the leading axes."""
    fisher, delta = validation.array("fisher", fisher), validation.array("delta", delta)
    if delta.ndim == 0 or fisher.ndim < 2 or fisher.shape[-2:] != (delta.shape[-1],) * 2:
        raise ValueError(f"fisher has shape {fisher.shape} and must be (..., d, d) for delta {delta.shape} = (..., d)")
    return 0.5 * np.einsum("...i,...ij,...j->...", delta, fisher, delta)


@dataclass(frozen=True)
class Profile:
    """Divergences along θ + tδ, each of shape (..., m), in nats; a step that leaves the parameter space is NaN, and so is
    one at which a family without a closed form is too narrow or too wide for quadrature.

    forward KL(θ ‖ θ+tδ), reverse KL(θ+tδ ‖ θ), quadratic ½t²δᵀF(θ)δ, midpoint ½t²δᵀF(θ+½tδ)δ.
    """

    steps: Array
    forward: Array
    reverse: Array
    quadratic: Array
    midpoint: Array

    @property
    def gap(self) -> Array:
        """Forward KL minus the parabola."""
        return self.forward - self.quadratic

    @property
    def reverse_gap(self) -> Array:
        return self.reverse - self.quadratic

    @property
    def midpoint_gap(self) -> Array:
        """Mean of the two directions minus the parabola of the midpoint."""
        return 0.5 * (self.forward + self.reverse) - self.midpoint


def profile(family: Family, theta: ArrayLike, direction: ArrayLike, steps: ArrayLike, midpoint: bool = True) -> Profile:
    """KL both ways and its parabola along a line.

    theta (..., d), direction (d,), steps (m,) or (..., m) broadcasting against theta's leading axes.
    ValueError if theta is outside the parameter space; a *step* outside gives NaN. Without ``midpoint`` that parabola
    is left out, NaN: it wants F at every step, which a family without a closed form takes its time for.
    """
    theta = validation.parameters("theta", theta, len(family.parameters))
    direction = validation.vector("direction", direction, theta.shape[-1])
    steps = validation.array("steps", steps)
    start, end = np.broadcast_arrays(theta[..., None, :], theta[..., None, :] + steps[..., None] * direction)
    inside = family.contains(end)
    end_inside, start = np.where(inside[..., None], end, start), np.ascontiguousarray(start)
    curvature = np.einsum("...ij,i,j->...", family.fisher(theta), direction, direction)[..., None]
    at_middle = np.full(inside.shape, np.nan)
    if midpoint:
        middle = _each(family, "_fisher", family.fisher, 0.5 * (start + end_inside))
        at_middle = np.einsum("...ij,i,j->...", middle, direction, direction)

    def masked(values: Array) -> Array:
        return np.where(inside, values, np.nan)

    return Profile(
        np.broadcast_to(steps, inside.shape),
        masked(_each(family, "_kl", family.kl, start, end_inside)),
        masked(_each(family, "_kl", family.kl, end_inside, start)),
        np.broadcast_to(0.5 * curvature * steps**2, inside.shape),
        masked(0.5 * at_middle * steps**2),
    )


def _each(family: Family, hook: str, function: Callable[..., Array], *thetas: Array) -> Array:
    """``function`` of thetas (..., d); where it is quadrature, point by point, NaN where that is refused."""
    if family.writes(hook):
        return function(*thetas)
    shape, d = thetas[0].shape[:-1], thetas[0].shape[-1]
    found = np.full((int(np.prod(shape)), *((d, d) if hook == "_fisher" else ())), np.nan)
    for k, at in enumerate(zip(*(t.reshape(-1, d) for t in thetas), strict=True)):
        with suppress(ValueError):  # narrower, or with thinner tails, than quadrature resolves
            found[k] = function(*at)
    return found.reshape(*shape, *found.shape[1:])


def unit_direction(family: Family, theta: ArrayLike, weights: ArrayLike) -> Array:
    """The direction δ, (d,), with δᵀF(θ)δ = 1: weights (d,) times 1/√Fᵢᵢ, what one datum would notice of each coordinate.

    A step of t along it has the parabola ½t² in every family and every chart.
    """
    theta = family.check_theta(theta)
    weights = validation.vector("weights", weights, len(theta))
    fisher = family.fisher(theta)
    with np.errstate(all="ignore"):
        direction = np.where(weights != 0, weights / np.sqrt(np.diag(fisher)), 0.0)
        length = float(np.sqrt(direction @ fisher @ direction))
    if not 0 < length < np.inf:
        raise ValueError(
            f"weights = {weights.tolist()} must have a length in F, and it is {length:g} at {theta.tolist()}"
        )
    return direction / length


def reach(family: Family, theta: ArrayLike, direction: ArrayLike, most: float) -> tuple[float, float]:
    """(lo, hi), the steps t in [−most, most] between which θ + tδ stays in the parameter space, found by bisection.

    lo and hi themselves are inside. The space must have no holes along the line, as that of every family here.
    """
    theta, most = family.check_theta(theta), validation.positive("most", most)
    direction = validation.vector("direction", direction, len(theta))

    def farthest(side: float) -> float:
        inside, outside = 0.0, side * most
        if family.contains(theta + outside * direction):
            return outside
        for _ in range(52):
            middle = 0.5 * (inside + outside)
            inside, outside = (middle, outside) if family.contains(theta + middle * direction) else (inside, middle)
        return inside

    return farthest(-1.0), farthest(1.0)


def order_of_gap(family: Family, theta: ArrayLike, direction: ArrayLike, scale: float, kind: str = "gap") -> float:
    """Slope of log|gap| against log t for t in [scale/10, scale]: 3 in general, 4 where symmetry cancels the third order.

    ``kind`` is "gap", "reverse_gap" or "midpoint_gap".  ValueError if a step leaves the space, or if there is no gap, as
    along a Normal's mean.  Possible only with a KL that keeps its digits at small steps.
    """
    validation.choice("kind", kind, ("gap", "reverse_gap", "midpoint_gap"))
    steps = validation.positive("scale", scale) * np.geomspace(0.1, 1.0, 24)
    line = profile(family, theta, direction, steps, midpoint=kind == "midpoint_gap")
    if not np.isfinite(getattr(line, kind)).all():
        raise ValueError(f"scale = {scale:g} must be smaller: theta + scale · direction leaves the parameter space")
    order = fitted_order(line, kind)
    if np.isnan(order):
        raise ValueError(
            f"direction = {np.asarray(direction).tolist()} must be one in which KL is not its own parabola: the gap is 0"
        )
    return order


def fitted_order(line: Profile, kind: str = "gap") -> float:
    """Slope of log|gap| against log|t| over all steps of a profile (m,); NaN where there is no gap, or an infinite one."""
    gap = np.abs(getattr(line, validation.choice("kind", kind, ("gap", "reverse_gap", "midpoint_gap"))))
    if np.unique(np.abs(line.steps)).size < 2:
        raise ValueError(f"line has the steps {line.steps.tolist()} and must have two of different size")
    if not (np.isfinite(gap) & (gap > ROUNDING * line.quadratic)).all():
        return np.nan
    return float(np.polyfit(np.log(np.abs(line.steps)), np.log(gap), 1)[0])


def kl_contour(family: Family, theta: ArrayLike, level: ArrayLike, count: int = 180) -> Array:
    """Points of {θ' : KL(θ ‖ θ') = level} for d = 2: theta (..., 2) and level (...) broadcast to (..., count, 2).

    Directions are spread evenly on the ellipse ½δᵀFδ = level, and the step along each is found by bisection; NaN where
    the parameter space ends first.
    """
    theta, level = validation.array("theta", theta), validation.array("level", level)
    if theta.ndim == 0 or theta.shape[-1] != 2:
        raise ValueError(f"theta has shape {theta.shape} and must have shape (..., 2)")
    if not (level > 0).all():
        raise ValueError(f"level = {level.min():g} must be > 0")
    angles = np.linspace(0.0, 2 * np.pi, validation.integer("count", count, 3))
    circle = np.stack([np.cos(angles), np.sin(angles)])
    rays = np.swapaxes(linalg.whitening(family.fisher(theta)) @ circle, -1, -2)
    rays = np.sqrt(2 * level)[..., None, None] * rays
    start = np.broadcast_to(theta[..., None, :], rays.shape)
    low, high = np.zeros(rays.shape[:-1]), np.full(rays.shape[:-1], 8.0)
    for _ in range(46):  # 8 / 2^46 is 1e-13
        middle = 0.5 * (low + high)
        end = start + middle[..., None] * rays
        inside = family.contains(end)
        far = ~inside | (family.kl(start, np.where(inside[..., None], end, start)) > level[..., None])
        low, high = np.where(far, low, middle), np.where(far, middle, high)
    points = start + low[..., None] * rays
    reached = np.abs(family.kl(start, points) - level[..., None]) < 1e-6 * level[..., None]
    return np.where(reached[..., None], points, np.nan)
