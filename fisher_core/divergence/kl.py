r"""Kullback–Leibler divergence between two members p = p(·|θ_p), q = p(·|θ_q) of a family, in nats.

    KL(p‖q) = ∫ p log(p/q) ≈ ½δᵀFδ,     δ = θ_q − θ_p

Nearly equal members are the interesting case, and there the definition cancels: a sum of terms of order δ that add up
to order δ². With d = log(p/q) the form used here has no negative term to lose digits to,

    KL = ∫ p (e^{−d} − 1 + d),

and d itself is no difference of two rounded logarithms: for neighbours it is the score integrated from p to q.

θ may lie at a closed end of its domain, where an outcome has no chance at all: as in Family.kl, what p never gives adds q
to KL, and what q never gives makes it infinite. Source: Csiszár and Shields (2004), §4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.family import Family
from fisher_core.numerics import draws, pairs
from fisher_core.numerics.special import exp_excess
from fisher_core.validation import Array

__all__ = ["kl", "kl_monte_carlo", "kl_quadrature", "log_ratio"]


def kl(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> Array:
    """KL(p‖q) in the family's own form; θ (..., d) broadcast and give (...). Infinite where q misses part of p."""
    return f.kl(theta_p, theta_q)


def log_ratio(f: Family, x: ArrayLike, theta_p: ArrayLike, theta_q: ArrayLike) -> Array:
    """d(xᵢ) = log p(xᵢ|θ_p)/p(xᵢ|θ_q), shape (n,), for x in the support of θ_p; ∞ outside that of θ_q.

    Neighbours, where most |d| are below 0.1, get it from the score and keep its digits at any step.
    """
    p, q = f.check_theta(theta_p), f.check_theta(theta_q)
    x = f.check_data(x, p)
    return pairs.log_ratio(f, x, p, q, np.full(len(x), -np.log(max(len(x), 1))))


def kl_quadrature(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """KL(p‖q) by numerical integration of p(e^{−d} − 1 + d): about 1e-12 relative error at any step and scale.

    From KL = 0.1 on, and where the support of p is smaller than that of q, p·d alone is integrated: the same without
    ∫ (q − p) = 0. Infinite when the support of p is not within that of q. Shapes of a few hundredths, whose tails end
    with float64, and coordinates in which log p cancels keep nine digits.
    Raises QuadratureError if the nodes do not resolve both densities or miss 1e-9 of p, and ValueError if the
    integrand outlasts them.
    """
    return pairs.kl(f, theta_p, theta_q)


def kl_monte_carlo(
    f: Family,
    theta_p: ArrayLike,
    theta_q: ArrayLike,
    n: int,
    rng: np.random.Generator,
    estimator: str = "log_ratio",
) -> Estimate:
    """KL(p‖q) from n draws x ~ p; value and standard error of shape ().

    estimator = "log_ratio"     mean of d = log p/q. Its spread is √(2 KL): useless once KL < 2/n.
    estimator = "non_negative"  mean of e^{−d} − 1 + d, which has the same mean and a relative spread that stays finite
                                as q → p; but E[(q/p)²] may be infinite when q is much wider than p (Schulman 2020).
    """
    check.choice("estimator", estimator, ("log_ratio", "non_negative"))
    n, rng = check.integer("n", n, 2), check.generator("rng", rng)
    theta_p, theta_q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
    total, squares, shift = 0.0, 0.0, None
    for x, counts in draws.blocks(f, theta_p, n, rng):
        times = np.ones(len(x)) if counts is None else counts
        d = pairs.log_ratio(f, x, theta_p, theta_q, np.log(times / times.sum()))
        if np.isinf(d).any():
            return Estimate(np.array(np.inf), np.array(0.0), n)
        terms = d if estimator == "log_ratio" else exp_excess(-d)
        if shift is None:  # near the mean, or the sum of squares would lose its digits
            shift = float(times @ terms / times.sum())
        terms = terms - shift
        total, squares = total + float(times @ terms), squares + float(times @ terms**2)
    variance = max(squares - total**2 / n, 0.0) / (n - 1)
    assert shift is not None, "n is at least 2"
    return Estimate(np.array(shift + total / n), np.array(np.sqrt(variance / n)), n)
