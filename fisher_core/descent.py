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
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import expectation, information, linalg
from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.models.bandit import SoftmaxPolicy
from fisher_core.models.base import ConditionalModel
from fisher_core.models.generalized_linear import GeneralizedLinearModel
from fisher_core.validation import Array

KINDS = ("gradient", "natural", "damped", "newton", "scoring", "empirical", "centred")
RANGE_TOLERANCE = 1e-9  # part of the gradient outside the range of F, relative, that counts as rounding


@dataclass(frozen=True)
class Objective:
    """A loss to be made small, as functions of θ (d,); ``None`` for what it does not have.

    loss (), gradient (d,), fisher (d, d), hessian (d, d), empirical (θ, centred) → (d, d), kl (θ, θ') → KL(θ‖θ').
    """

    name: str
    loss: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    fisher: Callable[[Array], Array]
    hessian: Callable[[Array], Array] | None = None
    empirical: Callable[[Array, bool], Array] | None = None
    kl: Callable[[Array, Array], float] | None = None


# Objectives -----------------------------------------------------------------------------------------------------------


def likelihood(model: Family | ConditionalModel, data: information.Data) -> Objective:
    """L(θ) = −(1/n) Σ log p at the observations: x for a family, (x, y) for a conditional model."""
    if isinstance(model, ConditionalModel):
        if not (isinstance(data, tuple) and len(data) == 2):
            raise ValueError(f"data of type {type(data).__name__} must be the pair (x, y) for a conditional model")
        x, y = data
        return Objective(
            f"negative log-likelihood of {type(model).__name__}",
            lambda t: float(-model.log_prob(x, y, t).mean()),
            lambda t: -model.score(x, y, t).mean(axis=0),
            lambda t: model.fisher(x, t),
            lambda t: information.observed(model, data, t).value,
            lambda t, centred: information.empirical(model, data, t, centered=centred).value,
        )
    values = check.array("data", cast(ArrayLike, data))
    return Objective(
        f"negative log-likelihood of {model.key}",
        lambda t: float(-model.log_prob(values, t).mean()),
        lambda t: -model.score(values, t).mean(axis=0),
        model.fisher,
        lambda t: information.observed(model, data, t).value,
        lambda t, centred: information.empirical(model, data, t, centered=centred).value,
        lambda p, q: float(model.kl(p, q)),
    )


def divergence(family: Family, target: ArrayLike) -> Objective:
    """L(θ) = KL(target ‖ θ) within a family, nats. Gradient −E_target[s(x, θ)] by quadrature, to about 1e-11.

    In an exponential family it is (mean parameters of θ minus those of the target) in natural parameters.
    """
    target = family.check_theta(target)
    at = expectation.nodes(family, target)
    w = expectation.weights(family, target, at)
    return Objective(
        f"KL to a member of {family.key}",
        lambda t: float(family.kl(target, t)),
        lambda t: -(w @ at.values(lambda x: family.score(x, t))),
        family.fisher,
        lambda t: -np.einsum("m,mij->ij", w, at.values(lambda x: family.hessian(x, t))),
        kl=lambda p, q: float(family.kl(p, q)),
    )


def reward(policy: SoftmaxPolicy, rewards: ArrayLike, baseline: float = 0.0) -> Objective:
    """L(θ) = −J(θ), minus the expected reward of a policy. "empirical" is the reward-weighted E[(r−b)² s sᵀ]."""
    r = check.vector("rewards", rewards, policy.arms)

    def weighted(t: Array, centred: bool) -> Array:
        g = policy.gradient(t, r)
        return policy.reward_weighted_fisher(t, r, baseline) - (np.outer(g, g) if centred else 0.0)

    return Objective(
        "minus expected reward",
        lambda t: -float(policy.value(t, r)),
        lambda t: -policy.gradient(t, r),
        policy.fisher,
        lambda t: -policy.value_hessian(t, r),
        weighted,
        lambda p, q: float(policy.kl(p, q)),
    )


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

    Newton's matrix may be indefinite: then this need not lead downhill.
    """
    theta = check.vector("theta", theta)
    g = check.computed(np.asarray(objective.gradient(theta)), theta=theta)
    if kind == "gradient":
        return -g / (1.0 + check.non_negative("damping", damping))
    m = matrix(objective, theta, kind, damping)
    if kind == "newton":
        return -_solve_symmetric(m, g, pseudo_inverse)
    return -(_solve_symmetric(m, g, True) if pseudo_inverse else linalg.solve(m, g))


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

    What the natural step is the limit of: the angle between the two shrinks as √radius. Directions are angles in the
    coordinates where F is the identity; along each the radius is found by root finding, and the best angle within a
    quarter turn of the natural one by golden section. ValueError where the parameter space ends inside the ball.
    """
    from scipy.optimize import brentq, minimize_scalar

    theta, radius = check.vector("theta", theta, 2), check.positive("radius", radius)
    divergence_to = objective.kl
    if divergence_to is None:
        raise ValueError(f"objective '{objective.name}' has no divergence, and a KL ball must have it")
    natural, _ = kl_step(objective, theta, radius)  # refuses a singular F
    values, vectors, _ = linalg.eigen("fisher", objective.fisher(theta))
    whitened = np.sqrt(values) * (vectors.T @ natural)
    centre = float(np.arctan2(whitened[1], whitened[0]))

    def reached(angle: float) -> Array:
        unit = np.sqrt(2 * radius) * vectors @ (np.array([np.cos(angle), np.sin(angle)]) / np.sqrt(values))
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
    from scipy.integrate import solve_ivp

    start, times = check.vector("start", start), check.vector("times", times)
    if times.size == 0 or times[0] < 0 or (np.diff(times) < 0).any():
        raise ValueError("times must be ascending and begin at 0 or later")
    if times[-1] == 0:
        return np.broadcast_to(start, (times.size, start.size)).copy()
    done = solve_ivp(
        lambda t, theta: direction(objective, theta, kind, damping, pseudo_inverse),
        (0.0, times[-1]),
        start,
        method="DOP853",
        t_eval=times,
        rtol=1e-10,
        atol=1e-12,
    )
    if not done.success:
        raise ValueError(f"times reach {times[-1]:g} and must stop before the flow leaves the parameter space")
    return done.y.T


# Logistic regression: three names for one step -----------------------------------------------------------------------


def irls_step(model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
    """One step of iteratively reweighted least squares: regress z + r/w on x with weights w; (d,).

    By QR of √w·x. No gradient and no Fisher matrix is formed, and yet for a canonical link the result is that of a full
    natural step and of a Newton step (Nelder and Wedderburn 1972).
    """
    theta = check.vector("theta", theta)
    x = check.rows("x", x, theta.size)
    z = x @ theta
    weight, residual = model.weight(z), model.residual(model.check_labels(y, len(x)), z)
    if not (weight > 0).all():
        raise ValueError("theta must be smaller: a row's weight underflows to 0 and its working response is infinite")
    root = np.sqrt(weight)
    return np.asarray(np.linalg.lstsq(root[:, None] * x, root * z + residual / root, rcond=None)[0], dtype=float)


def race(
    model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, start: ArrayLike, kind: str, rate: float, count: int
) -> tuple[Array, Array]:
    """:func:`path` on many data sets of one shape at once: θ (count + 1, s, d) and mean losses (count + 1, s).

    x (s, n, d), y (s, n), start (s, d); kind "gradient", "natural", "empirical" or "centred". A step that overflows
    or meets a singular matrix leaves NaN, and the other sets go on.
    """
    x, y, theta = check.array("x", x), check.array("y", y), check.array("start", start)
    if x.ndim != 3 or y.shape != x.shape[:2] or theta.shape != (x.shape[0], x.shape[2]):
        raise ValueError(f"x {x.shape}, y {y.shape} and start {theta.shape} must be (s, n, d), (s, n) and (s, d)")
    check.choice("kind", kind, ("gradient", "natural", "empirical", "centred"))
    count, n = check.integer("count", count), x.shape[1]
    thetas, losses = [theta], []
    for k in range(count + 1):
        z = np.einsum("snd,sd->sn", x, theta)
        residual = model.residual(y, z)
        losses.append(-model.log_density(y, z).mean(axis=1))
        if k == count:
            break
        g = -np.einsum("sn,snd->sd", residual, x) / n
        weight = model.weight(z) if kind == "natural" else residual**2
        m = np.einsum("sn,sni,snj->sij", weight / n, x, x)
        if kind == "gradient":
            theta = theta - rate * g
        else:
            if kind == "centred":
                m = m - g[:, :, None] * g[:, None, :]
            theta = theta - rate * _solve_each(m, g)
        thetas.append(theta)
    return np.stack(thetas), np.stack(losses)


# ----------------------------------------------------------------------------------------------------------------------


def _given(function: Callable[..., Array] | None, what: str, objective: Objective) -> Callable[..., Array]:
    if function is None:
        raise ValueError(f"objective '{objective.name}' has no {what}, and this kind of step must have it")
    return function


def _solve_symmetric(m: Array, g: Array, pseudo_inverse: bool) -> Array:
    """M⁻¹g by eigenvectors; where M is singular its pseudo-inverse, if that was asked for and g lies in the range."""
    values, vectors = np.linalg.eigh(m)
    null = np.abs(values) <= 8 * len(values) * np.finfo(float).eps * np.abs(values).max(initial=0.0)
    along = vectors.T @ g
    lost = np.linalg.norm(along[null])
    if null.any() and (not pseudo_inverse or lost > RANGE_TOLERANCE * np.linalg.norm(g)):
        raise linalg.SingularFisherError("matrix", values, vectors[:, null])
    return vectors @ np.divide(along, values, out=np.zeros_like(along), where=~null)


def _solve_each(m: Array, g: Array) -> Array:
    """M⁻¹g for a stack; NaN where M is singular or not finite."""
    fine = np.flatnonzero(np.isfinite(m).all(axis=(1, 2)) & np.isfinite(g).all(axis=1))
    fine = fine[np.linalg.cond(m[fine]) < 1e15]
    result = np.full_like(g, np.nan)
    result[fine] = np.linalg.solve(m[fine], g[fine, :, None])[..., 0]
    return result
