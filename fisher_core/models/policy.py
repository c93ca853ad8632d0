r"""Policies: the model's output is an action, and the machine learns from rewards.

A softmax policy over K arms, π = softmax(θ), rewards r (K,), expected reward J(θ) = πᵀr:

    score            s_a = e_a − π,                        E_π[s] = 0
    Fisher           F = E_π[s sᵀ] = diag π − ππᵀ          rank K − 1: a constant added to θ changes nothing
    gradient         ∇J = E_π[r_a s_a] = π∘(r − J) = F r
    natural gradient F⁺∇J = r − mean(r)                    π has dropped out
    natural flow     π_t ∝ π₀ e^{tr}                       multiplicative weights, and also
                     the maximiser of E_π[r] − β KL(π‖π₀) at β = 1/t, value β log Σ π₀e^{r/β}

A policy is a family like any other: data are actions 0 … K−1, θ (K,) are all K logits, so ``information`` and
``divergence`` take it as they take a coin. With states, π(a|s), it is :class:`SoftmaxRegression` with the states as
rows of x, and F = E_s[diag π − ππᵀ ⊗ ssᵀ].

Sources: Williams (1992), Machine Learning 8, 229 (score-function gradient); Kakade (2001), NeurIPS 14 (natural policy
gradient); Greensmith, Bartlett and Baxter (2004), JMLR 5, 1471 (baselines).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.families.categorical import Categorical
from fisher_core.family import Family
from fisher_core.models.policy_flows import (
    ascending,
    first_crossing,
    integrate,
    log_sum,
    natural_crossing,
    plain_crossing,
)
from fisher_core.numerics.simplex import kl_of_logits, log_ratio_of_logits, log_softmax
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["SoftmaxPolicy", "first_crossing", "half_time"]


class SoftmaxPolicy(Family):
    """Actions 0 … arms−1 with probabilities softmax(θ), θ (arms,). ``rewards`` is (arms,) throughout.

    Methods broadcast over leading axes of θ, (..., arms), unless they draw or solve.
    """

    key = "softmax_policy"
    title = "Softmax policy"
    discrete = True
    closed = (True, True)

    def __init__(self, arms: int = 3) -> None:
        self.arms = check.integer("arms", arms, 2)
        self.parameters = tuple(
            Parameter(f"theta_{i}", f"θ_{i}", -np.inf, np.inf, (-4.0, 4.0), 0.0) for i in range(1, self.arms + 1)
        )
        self.bounds = (0.0, self.arms - 1.0)
        # Differences to the last logit are the natural parameters of a categorical, which knows logs and divergences.
        self._categorical = Categorical(self.arms).in_chart("natural")

    # Probabilities and logits ----------------------------------------------------------------------------------------

    def probabilities(self, theta: ArrayLike) -> Array:
        """π = softmax(θ), (..., arms)."""
        return _softmax(self.check_thetas("theta", theta))

    def logits(self, probabilities: ArrayLike) -> Array:
        """log π, (..., arms), of positive probabilities with sum 1 (to 1e-9): the θ that a policy starts from."""
        p = self._distribution("probabilities", probabilities)
        if not (p > 0).all():
            raise ValueError(f"probabilities contain {p.min():g} and must be > 0: the logit of 0 is infinite")
        return np.log(p)

    # What a reward adds ----------------------------------------------------------------------------------------------

    def value(self, theta: ArrayLike, rewards: ArrayLike) -> Array:
        """J = E_π[r], (...)."""
        return self.probabilities(theta) @ self._rewards(rewards)

    def variance(self, theta: ArrayLike, rewards: ArrayLike) -> Array:
        """Var_π(r) = rᵀFr = ∇JᵀF⁺∇J, (...): the squared length of the natural gradient in its own metric."""
        p, r = self.probabilities(theta), self._rewards(rewards)
        return np.einsum("...a,...b,ab->...", p, p, (r[:, None] - r[None, :]) ** 2) / 2  # 0 where all rewards are equal

    def gradient(self, theta: ArrayLike, rewards: ArrayLike) -> Array:
        """∇J = π∘(r − J), (..., arms): an arm is pushed by its advantage times how often it is played."""
        p, r = self.probabilities(theta), self._rewards(rewards)
        # r_a − J = Σ_b π_b (r_a − r_b): no cancellation when one arm is nearly certain
        return p * np.einsum("...b,ab->...a", p, r[:, None] - r[None, :])

    def natural_gradient(self, theta: ArrayLike, rewards: ArrayLike) -> Array:
        """F⁺∇J = r − mean(r), (..., arms): of all solutions of Fδ = ∇J the shortest. The same for every policy."""
        theta, r = self.check_thetas("theta", theta), self._rewards(rewards)
        return np.broadcast_to(r - r.mean(), theta.shape).copy()

    def damped_gradient(self, theta: ArrayLike, rewards: ArrayLike, damping: ArrayLike) -> Array:
        """(F + εI)⁻¹∇J, (..., arms), ε > 0, by Sherman–Morrison on diag(π + ε) − ππᵀ: π is back in it.

        Here and in :meth:`damped_flow` damping (...) broadcasts with the leading axes of θ.
        """
        theta, r = self.check_thetas("theta", theta), self._rewards(rewards)
        return self._damped_slope(theta, r, _damping(damping))

    def value_hessian(self, theta: ArrayLike, rewards: ArrayLike) -> Array:
        """∇²J = diag g − πgᵀ − gπᵀ with g = ∇J, (..., arms, arms). Not definite: J is not concave in θ."""
        p, g = self.probabilities(theta), self.gradient(theta, rewards)
        cross = p[..., :, None] * g[..., None, :]
        return np.eye(self.arms) * g[..., None, :] - cross - np.swapaxes(cross, -1, -2)

    # Sampling the gradient -------------------------------------------------------------------------------------------

    def sampled_gradient(
        self, theta: ArrayLike, rewards: ArrayLike, n: int, rng: np.random.Generator, baseline: float = 0.0
    ) -> Estimate:
        """(1/n) Σ (r_a − b) s_a over n actions of the policy itself: unbiased for ∇J at any b, because E[s] = 0."""
        theta, r = self.check_theta(theta), self._rewards(rewards)
        n, b = check.integer("n", n, 2), check.scalar("baseline", baseline)
        counts = np.bincount(self.sample(theta, n, rng).astype(int), minlength=self.arms) / n
        terms = (r - b)[:, None] * self.score(np.arange(self.arms), theta)
        mean = counts @ terms
        spread = np.sqrt(np.maximum(counts @ terms**2 - mean**2, 0.0) / (n - 1))
        return Estimate(mean, spread, n)

    def gradient_noise(self, theta: ArrayLike, rewards: ArrayLike, baseline: ArrayLike = 0.0) -> Array:
        """Trace of the covariance of one term (r_a − b) s_a: E[(r−b)²‖s‖²] − ‖∇J‖². Broadcasts over ``baseline``."""
        p, r, b = self._one(theta, rewards, baseline)
        squares = ((r - b[..., None]) ** 2 * (p * self._score_lengths(p))).sum(axis=-1)
        return squares - (self.gradient(theta, rewards) ** 2).sum()

    def optimal_baseline(self, theta: ArrayLike, rewards: ArrayLike) -> float:
        """b* = E[‖s‖² r]/E[‖s‖²], where ``gradient_noise`` is least; in general not J."""
        p, r, _ = self._one(theta, rewards, 0.0)
        weight = p * self._score_lengths(p)
        return float(weight @ r / weight.sum())

    # Matrices that are taken for F ------------------------------------------------------------------------------------

    def reward_weighted_fisher(self, theta: ArrayLike, rewards: ArrayLike, baseline: float = 0.0) -> Array:
        """E_π[(r−b)² s sᵀ], (arms, arms): the second moment of the sampled gradients. It scales as rewards squared."""
        p, r, b = self._one(theta, rewards, baseline)
        s = self.score(np.arange(self.arms), self.check_theta(theta))
        return (s.T * (p * (r - b) ** 2)) @ s

    def off_policy_moment(self, theta: ArrayLike, behaviour: ArrayLike) -> Array:
        """E_b[s sᵀ], (arms, arms), over actions of another policy with probabilities b ≥ 0. Is F only if b = π."""
        b = self._distribution("probabilities of behaviour", behaviour)
        s = self.score(np.arange(self.arms), self.check_theta(theta))
        return (s.T * b) @ s

    # Steps and flows -------------------------------------------------------------------------------------------------

    def kl_step(self, theta: ArrayLike, rewards: ArrayLike, radius: ArrayLike) -> tuple[Array, Array]:
        """The natural step δ of ½δᵀFδ = radius, and the gain it promises to first order.

        δ = √(2c/Var_π r)·(r − mean r), gain √(2c·Var_π r). θ (..., arms) and radius (...) broadcast.
        """
        radius = check.array("radius", radius)
        if (radius < 0).any():
            raise ValueError(f"radius contains {radius.min():g} and must be >= 0")
        variance = self.variance(theta, rewards)
        if not (variance > 0).all():
            raise ValueError("rewards must differ between arms: with equal rewards there is no direction to step in")
        size = np.sqrt(2 * radius / variance)
        return size[..., None] * self.natural_gradient(theta, rewards), np.sqrt(2 * radius * variance)

    def kl_ring(self, theta: ArrayLike, radius: ArrayLike, count: int = 121) -> Array:
        """Logits (..., count, 3) of the ellipse ½δᵀFδ = radius around θ (3,), closed; δ adds up to 0, arms = 3 only."""
        if self.arms != 3:
            raise ValueError(f"arms = {self.arms} must be 3: the ellipse is drawn in the plane of two differences")
        theta, radius = self.check_theta(theta), check.array("radius", radius)
        values, vectors = np.linalg.eigh(self.fisher(theta))  # the first one is null: all logits moved together
        turn = np.linspace(0.0, 2 * np.pi, check.integer("count", count, 3))
        unit = np.cos(turn)[:, None] * vectors[:, 1] / np.sqrt(values[1]) + np.sin(turn)[:, None] * vectors[
            :, 2
        ] / np.sqrt(values[2])
        return theta + np.sqrt(2 * radius)[..., None, None] * unit

    def natural_flow(self, theta: ArrayLike, rewards: ArrayLike, times: ArrayLike) -> Array:
        """dθ/dt = F⁺∇J in closed form, θ_t = θ₀ + t(r − mean r): (..., m, arms) for θ (..., arms), times (m,)."""
        theta = self.check_thetas("theta", theta)
        times = check.vector("times", times)
        return theta[..., None, :] + times[:, None] * self.natural_gradient(theta, rewards)[..., None, :]

    def plain_flow(self, theta: ArrayLike, rewards: ArrayLike, times: ArrayLike) -> Array:
        """dθ/dt = ∇J by an eighth-order Runge–Kutta method: (..., m, arms), relative error about 1e-9.

        All starts are one system of equations, for times (m,) ascending from 0 or later.
        """
        theta, r = self.check_thetas("theta", theta), self._rewards(rewards)
        times = ascending(times)
        path = integrate(lambda t, flat: self._slope(flat.reshape(theta.shape), r).ravel(), theta.ravel(), times)
        return np.moveaxis(path.reshape(len(times), *theta.shape), 0, -2)

    def damped_flow(self, theta: ArrayLike, rewards: ArrayLike, times: ArrayLike, damping: ArrayLike) -> Array:
        """dθ/dt = (F + εI)⁻¹∇J, as :meth:`plain_flow`: the natural flow for ε → 0, the plain one slowed 1/ε for ε → ∞."""
        theta, r = self.check_thetas("theta", theta), self._rewards(rewards)
        times, damping = ascending(times), _damping(damping)
        start = np.broadcast_to(theta, np.broadcast_shapes(theta.shape, damping.shape))
        slope = lambda t, flat: self._damped_slope(flat.reshape(start.shape), r, damping).ravel()  # noqa: E731
        return np.moveaxis(integrate(slope, start.ravel(), times).reshape(len(times), *start.shape), 0, -2)

    def time_to(
        self, theta: ArrayLike, rewards: ArrayLike, arm: int, level: float, flow: Literal["natural", "plain"]
    ) -> float:
        """When the flow from θ (arms,) first has π_arm = level; infinite if it never does (or not before t = 1e9)."""
        theta, r = self.check_theta(theta), self._rewards(rewards)
        arm, level = check.integer("arm", arm), check.positive("level", level)
        check.choice("flow", flow, ("natural", "plain"))
        if arm >= self.arms or level >= 1:
            raise ValueError(f"arm = {arm}, level = {level:g} must be an arm from 0 to {self.arms - 1} and below 1")
        wanted, others = np.log(level) - np.log1p(-level), np.arange(self.arms) != arm

        def short(t: float, now: Array) -> float:
            return float(now[arm] - log_sum(now[others]) - wanted)

        if short(0.0, theta) >= 0:
            return 0.0
        return natural_crossing(theta, r, short) if flow == "natural" else plain_crossing(theta, r, short)

    def soft_optimum(self, theta: ArrayLike, rewards: ArrayLike, beta: ArrayLike) -> tuple[Array, Array]:
        """argmax over π of E_π[r] − β KL(π‖π₀) and its value: logits log π₀ + r/β, value β log Σ π₀e^{r/β}.

        π₀ = softmax(θ); β (m,) > 0 gives (m, arms) and (m,). It is Bayes' rule with prior π₀ and likelihood e^{r/β}.
        """
        theta, r = self.check_theta(theta), self._rewards(rewards)
        beta = np.atleast_1d(check.array("beta", beta))
        if not (beta > 0).all():
            raise ValueError(f"beta contains {beta.min():g} and must be > 0")
        logits = theta - logsumexp(theta) + r / beta[:, None]
        return logits, beta * logsumexp(logits, axis=-1)

    # ------------------------------------------------------------------------------------------------------------------

    def _distribution(self, name: str, value: ArrayLike) -> Array:
        """Probabilities (..., arms) >= 0 with sum 1 (to 1e-9)."""
        p = check.parameters(name, value, self.arms)
        if not (p >= 0).all():
            raise ValueError(f"{name} contain {p.min():g} and must be >= 0")
        total = p.sum(axis=-1)
        if (np.abs(total - 1) > 1e-9).any():
            raise ValueError(f"{name} have the sum {total.flat[np.abs(total - 1).argmax()]:.9g} and must have 1")
        return p

    def _rewards(self, rewards: ArrayLike) -> Array:
        return check.vector("rewards", rewards, self.arms)

    def _one(self, theta: ArrayLike, rewards: ArrayLike, baseline: ArrayLike) -> tuple[Array, Array, Array]:
        return _softmax(self.check_theta(theta)), self._rewards(rewards), check.array("baseline", baseline)

    def _score_lengths(self, p: Array) -> Array:
        """‖e_a − π‖² for every arm, (arms,)."""
        return (_others(p) ** 2 - p**2) + (p**2).sum()

    @staticmethod
    def _slope(theta: Array, rewards: Array) -> Array:
        p = _softmax(theta)
        return p * (rewards - (p @ rewards)[..., None])

    def _damped_slope(self, theta: Array, rewards: Array, damping: Array) -> Array:
        p, g = _softmax(theta), self._slope(theta, rewards)
        along = p / (p + damping)
        rest = 1.0 - (p * along).sum(axis=-1, keepdims=True)
        return g / (p + damping) + along * (along * g).sum(axis=-1, keepdims=True) / rest

    # A family's own formulas ------------------------------------------------------------------------------------------

    def _contrast(self, theta: Array) -> Array:
        return theta[:-1] - theta[-1]

    def _log_prob(self, x: Array, theta: Array) -> Array:
        return log_softmax(theta)[x.astype(int)]

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return log_ratio_of_logits(p, q)[x.astype(int)]

    def _score(self, x: Array, theta: Array) -> Any:
        p = _softmax(theta)
        return np.where(x[:, None] == np.arange(self.arms), _others(p), -p)

    def _hessian(self, x: Array, theta: Array) -> Any:
        return -_covariance(theta)

    def _fisher(self, theta: Array) -> Any:
        return [list(row) for row in _covariance(theta)]

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return kl_of_logits(p, q)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return self._categorical._sample(self._contrast(theta), n, rng)

    def _mle(self, x: Array) -> Any:
        """Log frequencies with mean 0: of all equivalent maxima the one of least norm."""
        logits = np.append(Categorical(self.arms).in_chart("natural")._mle(x), 0.0)
        return logits - logits.mean()

    def _cdf(self, x: Array, theta: Array) -> Array:
        return self._categorical._cdf(x, self._contrast(theta))

    def _sf(self, x: Array, theta: Array) -> Array:
        return self._categorical._sf(x, self._contrast(theta))

    def _quantile(self, u: Array, theta: Array) -> Array:
        return self._categorical._quantile(u, self._contrast(theta))


# Two arms, in closed form ---------------------------------------------------------------------------------------------


def half_time(start: ArrayLike, gap: float = 1.0) -> tuple[Array, Array]:
    """When the better of two arms reaches ½ from π = start < ½: (plain flow, natural flow), rewards apart by ``gap``.

    ṗ = 2Δp²(1−p)² gives  T = (1/2Δ)[1/p₀ − 1/(1−p₀) + 2 ln((1−p₀)/p₀)];   ṗ = Δp(1−p) gives  T = (1/Δ) ln((1−p₀)/p₀).
    (With both logits free, the plain gap of logits grows at 2Δp(1−p), the natural one at Δ.)
    """
    p, gap = check.array("start", start), check.positive("gap", gap)
    if not ((p > 0) & (p <= 0.5)).all():
        raise ValueError(f"start contains {p[~((p > 0) & (p <= 0.5))].flat[0]:g} and must be in (0, 1/2]")
    odds = np.log1p(-p) - np.log(p)
    return (1 / p - 1 / (1 - p) + 2 * odds) / (2 * gap), odds / gap


# ----------------------------------------------------------------------------------------------------------------------


def _softmax(theta: Array) -> Array:
    e = np.exp(theta - theta.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _others(p: Array) -> Array:
    """1 − π as the sum of the others, (..., arms)."""
    return p @ (1.0 - np.eye(p.shape[-1]))


def _covariance(theta: Array) -> Array:
    """diag π − ππᵀ, (k, k, ...), from logits with the arm first, (k, ...)."""
    p = np.moveaxis(_softmax(np.moveaxis(theta, 0, -1)), -1, 0)
    others = np.tensordot(1.0 - np.eye(len(p)), p, 1)
    result = -p[:, None] * p[None, :]
    arm = np.arange(len(p))
    result[arm, arm] = p * others
    return result


def _damping(damping: ArrayLike) -> Array:
    """ε > 0 as (..., 1)."""
    damping = check.array("damping", damping)
    if not (damping > 0).all():
        raise ValueError(f"damping contains {damping.min():g} and must be > 0")
    return damping[..., None]
