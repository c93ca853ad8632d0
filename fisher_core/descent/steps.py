r"""Steps and flows θ ← θ − η M⁻¹g, and what the choice of M makes of them.

A loss is whatever has a gradient g(θ); a model gives it matrices (all per observation, in nats):

    gradient    M = I
    natural     M = F(θ), the exact Fisher matrix: steepest descent when length is measured by KL (Amari 1998)
    damped      M = F(θ) + εI: coordinates come back in
    newton      M = ∇²L(θ), definite or not
    scoring     M = F(θ) at full step on a likelihood: Fisher scoring, which for a canonical link is IRLS and Newton
    empirical   M = E(θ) = mean of the products ggᵀ of single gradients at the observed data, uncentred
    centred     M = E − ḡḡᵀ: their covariance. A trap: by Sherman–Morrison its step is the empirical one times
                1/(1 − ḡᵀE⁻¹ḡ), a longer step and no better direction

Objectives come from :func:`likelihood` (a family in any chart, or a conditional model, with data), :func:`divergence`
(fit a family to one of its own members) and :func:`reward` (a policy). Nothing here knows coordinates: to see a path in
others, hand over ``family.in_chart(...)``. A singular matrix raises SingularFisherError, unless damping is asked for or,
by ``pseudo_inverse=True``, F⁺; and that only where the gradient lies in the range, so that no part of it is dropped.

Sources: Amari (1998), Neural Computation 10, 251; Martens (2020), arXiv 1412.1193; Kunstner, Balles and Hennig (2019),
arXiv 1905.12558.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.descent.objectives import Objective
from fisher_core.models.policy_flows import ascending, integrate
from fisher_core.validation import Array

__all__ = [
    "KINDS",
    "direction",
    "flow",
    "kl_ball",
    "kl_step",
    "matrix",
    "path",
    "step",
    "steps_until",
]

KINDS = ("gradient", "natural", "damped", "newton", "scoring", "empirical", "centred")


# One step -------------------------------------------------------------------------------------------------------------


def matrix(objective: Objective, theta: ArrayLike, kind: str, damping: float = 0.0) -> Array:
    """The M of ``kind`` at θ, (d, d), with ``damping``·I added."""
    theta = check.vector("theta", theta)
    check.choice("kind", kind, KINDS)
    damping = check.non_negative("damping", damping)
    if kind == "damped" and damping == 0:
        raise ValueError("damping = 0 must be > 0 for the damped step; without it the step is 'natural'")
    if kind == "gradient":
        m = np.eye(theta.size)
    elif kind in ("natural", "damped", "scoring"):
        m = objective.fisher(theta)
    elif kind == "newton":
        m = _given(objective.hessian, "Hessian", objective)(theta)
    else:
        m = _given(objective.empirical, "single gradients", objective)(theta, kind == "centred")
    return m + damping * np.eye(theta.size)


def direction(
    objective: Objective, theta: ArrayLike, kind: str, damping: float = 0.0, pseudo_inverse: bool = False
) -> Array:
    """−M⁻¹g, (d,). Singular M: SingularFisherError, or with ``pseudo_inverse`` −M⁺g if g lies in the range of M.

    Newton's matrix may be indefinite: then this need not lead downhill. Only "gradient" and what ``damping`` adds hang
    on the units of θ; the other steps land at the same point in any.
    """
    theta = check.vector("theta", theta)
    g = check.computed(np.asarray(objective.gradient(theta)), theta=theta)
    if kind == "gradient":
        return -g / (1.0 + check.non_negative("damping", damping))
    m = matrix(objective, theta, kind, damping)
    advice = linalg.advise(damping, m)
    if kind == "newton" or pseudo_inverse:
        return -linalg.solve_symmetric(m, g, pseudo_inverse, advice=advice)
    return -linalg.solve(m, g, advice=advice)


def step(
    objective: Objective,
    theta: ArrayLike,
    kind: str = "natural",
    rate: float = 1.0,
    damping: float = 0.0,
    pseudo_inverse: bool = False,
) -> Array:
    """θ − rate·M⁻¹g, (d,)."""
    rate = check.scalar("rate", rate)
    return check.vector("theta", theta) + rate * direction(objective, theta, kind, damping, pseudo_inverse)


def kl_step(
    objective: Objective, theta: ArrayLike, radius: float, kind: str = "natural", pseudo_inverse: bool = False
) -> tuple[Array, float]:
    """The step δ along ``kind`` with ½δᵀFδ = radius (nats), and the fall of the loss −gᵀδ it promises to first order.

    Along "natural" δ = −√(2c/gᵀF⁻¹g)·F⁻¹g and no direction promises more, √(2c·gᵀF⁻¹g). The true KL of the step is
    radius·(1 + O(√radius)).
    """
    theta, radius = check.vector("theta", theta), check.non_negative("radius", radius)
    d = direction(objective, theta, kind, pseudo_inverse=pseudo_inverse)
    length = float(d @ objective.fisher(theta) @ d)
    if not length > 0:
        raise ValueError(f"theta = {theta} must have a slope that the Fisher matrix sees: the gradient there is 0")
    delta = np.sqrt(2 * radius / length) * d
    return delta, float(-objective.gradient(theta) @ delta)


def kl_ball(objective: Objective, theta: ArrayLike, radius: float) -> tuple[Array, float]:
    """The step δ (2,) of exactly KL(θ‖θ+δ) = radius after which the loss is least, and its fall; for d = 2.

    What the natural step is the limit of: the angle between the two shrinks as √radius. Directions are angles in
    coordinates where F is the identity; along each the radius is found by root finding, and the best angle within a
    quarter turn of the natural one by golden section. ValueError where the parameter space ends inside the ball.
    """
    from scipy.optimize import brentq, minimize_scalar

    theta, radius = check.vector("theta", theta, 2), check.positive("radius", radius)
    divergence_to = objective.kl
    if divergence_to is None:
        raise ValueError(f"objective '{objective.name}' has no divergence, and a KL ball must have it")
    natural, _ = kl_step(objective, theta, radius)  # refuses a singular F
    rays = linalg.whitening(objective.fisher(theta))
    whitened = np.linalg.solve(rays, natural)
    centre = float(np.arctan2(whitened[1], whitened[0]))

    def reached(angle: float) -> Array:
        unit = np.sqrt(2 * radius) * rays @ np.array([np.cos(angle), np.sin(angle)])
        short = lambda t: float(divergence_to(theta, theta + t * unit)) / radius - 1.0  # noqa: E731
        far = 1.0
        while short(far) < 0:
            far *= 1.5
        return float(brentq(short, 0.0, far, xtol=1e-14, rtol=1e-14)) * unit

    start = objective.loss(theta)
    best = minimize_scalar(
        lambda angle: objective.loss(theta + reached(angle)) - start,
        bounds=(centre - np.pi / 2, centre + np.pi / 2),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return reached(best.x), float(-best.fun)


# Many steps -----------------------------------------------------------------------------------------------------------


def path(
    objective: Objective,
    start: ArrayLike,
    kind: str,
    rate: float,
    count: int,
    damping: float = 0.0,
    pseudo_inverse: bool = False,
) -> Array:
    """``count`` steps of one kind, (count + 1, d), the start first. ValueError where a step leaves the space."""
    trail = [check.vector("start", start)]
    for _ in range(check.integer("count", count)):
        trail.append(step(objective, trail[-1], kind, rate, damping, pseudo_inverse))
    objective.loss(trail[-1])  # refuses a last step that has left the parameter space
    return np.stack(trail)


def steps_until(
    objective: Objective, start: ArrayLike, kind: str, rate: float, loss: float, most: int, damping: float = 0.0
) -> int | None:
    """How many steps of one kind it takes until the loss is below ``loss``; None if ``most`` are not enough.

    None too where a step leaves the parameter space: that run has no end.
    """
    theta = check.vector("start", start)
    for count in range(check.integer("most", most) + 1):
        try:
            if objective.loss(theta) < loss:
                return count
            theta = step(objective, theta, kind, rate, damping)
        except ValueError:
            if count == 0:
                raise
            return None
    return None


def flow(
    objective: Objective,
    start: ArrayLike,
    times: ArrayLike,
    kind: str = "natural",
    damping: float = 0.0,
    pseudo_inverse: bool = False,
) -> Array:
    """dθ/dt = −M⁻¹g at ``times`` (m,) ascending from 0 or later: (m, d), relative error about 1e-9.

    The limit of small steps. In it, and only in it, the natural gradient does not depend on coordinates. Closed forms:
    ``SoftmaxPolicy.natural_flow``, ``GaussianPolicy``; in an exponential family the natural flow to a target is a
    straight line in mean parameters, η_t = η* + (η₀ − η*)e^{−t}.
    """
    start, times = check.vector("start", start), ascending(times)
    return integrate(
        lambda t, theta: direction(objective, theta, kind, damping, pseudo_inverse),
        start,
        times,
        1 / np.sqrt(np.where((seen := np.diagonal(objective.fisher(start))) > 0, seen, 1.0)),
    )


# ----------------------------------------------------------------------------------------------------------------------


def _given(function: Callable[..., Array] | None, what: str, objective: Objective) -> Callable[..., Array]:
    if function is None:
        raise ValueError(f"objective '{objective.name}' has no {what}, and this kind of step must have it")
    return function
