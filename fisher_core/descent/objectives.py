"""Losses that :mod:`fisher_core.descent` goes down, with the matrices that a model gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import information
from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.models.base import ConditionalModel
from fisher_core.models.policy import SoftmaxPolicy
from fisher_core.numerics import expectation
from fisher_core.validation import Array

__all__ = ["Objective", "divergence", "likelihood", "reward"]


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
        if not centred:
            return policy.reward_weighted_fisher(t, r, baseline)
        single = (r - baseline)[:, None] * policy.score(np.arange(policy.arms), t)
        single -= policy.gradient(t, r)  # before they are squared: a difference of matrices need not be semi-definite
        return np.asarray((single.T * policy.probabilities(t)) @ single)

    return Objective(
        "minus expected reward",
        lambda t: -float(policy.value(t, r)),
        lambda t: -policy.gradient(t, r),
        policy.fisher,
        lambda t: -policy.value_hessian(t, r),
        weighted,
        lambda p, q: float(policy.kl(p, q)),
    )
