r"""Where data really come from: a model's own member, or a distribution near it that the model does not contain.

    contaminated     (1 − ε) p(x|θ) + ε p(x|θ′): most data from the model, some from an outlying member θ′
    over-dispersed   variance c times the model's at the same mean (for Cauchy and Student: spread √c times as wide).
                     Counts: the negative binomial with size r = mean/(c − 1), variance m + m²/r = c m.

A :class:`Population` can be sampled, and averaged over exactly by quadrature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.numerics import expectation
from fisher_core.validation import Array

LOCATION_SCALE = ("normal", "cauchy", "laplace", "logistic", "student_t")


@dataclass(frozen=True, eq=False)
class Population:
    """Nodes ``x`` (m,) with ``weights`` (m,) that sum to 1, for expectations Σ wₘ g(xₘ); ``draw(n, rng)`` samples (n,).

    ``parts`` says the same in names: (share, family key or "gamma_poisson", its parameters); empty for rows of data.
    """

    x: Array
    weights: Array
    draw: Callable[[int, np.random.Generator], Array]
    parts: tuple[tuple[float, str, tuple[float, ...]], ...] = ()


def model(f: Family, theta: ArrayLike) -> Population:
    """The member θ of the family itself."""
    return mixture(f, f.check_theta(theta)[None], [1.0])


def mixture(f: Family, thetas: ArrayLike, shares: ArrayLike) -> Population:
    """Members ``thetas`` (k, d) in proportions ``shares`` (k,)."""
    thetas, shares = f.check_thetas("thetas", thetas), check.vector("shares", shares)
    if thetas.ndim != 2 or len(thetas) != len(shares):
        raise ValueError(f"thetas has shape {thetas.shape} and must have shape (k, d), k = {len(shares)} as shares")
    if (shares <= 0).any() or not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares = {shares} must be positive and sum to 1")
    at = expectation.nodes(f, *thetas)
    w = sum(share * expectation.weights(f, theta, at) for share, theta in zip(shares, thetas, strict=True))
    kept = w > 1e-30 * w.max()

    def draw(n: int, rng: np.random.Generator) -> Array:
        if len(thetas) == 1:
            return f.sample(thetas[0], n, rng)
        which = rng.choice(len(shares), n, p=shares)
        return np.choose(which, [f.sample(theta, n, rng) for theta in thetas])

    parts = tuple((float(share), f.key, tuple(theta.tolist())) for share, theta in zip(shares, thetas, strict=True))
    return Population(at.x[kept], w[kept], draw, parts)


def contaminated(f: Family, theta: ArrayLike, share: float = 0.1) -> Population:
    """A share of the data from an outlying member: spread times 3, a count's mean times 3, a coin with p and 1 − p swapped.

    Of any other family: its first parameter three standard deviations of one observation, 3/√F₁₁, further up, or three
    quarters of the way to the end of its domain.
    """
    theta = f.check_theta(theta)
    away = theta.copy()
    if f.key in LOCATION_SCALE:
        away[1] *= 3
    elif f.key == "poisson":
        away *= 3
    elif f.key == "bernoulli":
        away = 1 - theta
    elif f.key == "beta":
        away = theta[::-1].copy()
    elif f.key in ("exponential", "gamma"):
        away[-1] /= 3
    elif f.key == "weibull":
        away[-1] *= 3
    else:
        if f.columns is not None or f.joint_rule or f.writes("_bounds"):
            raise ValueError(
                f"{f.key} data must stay as they are: scalars whose support is fixed can be contaminated here"
            )
        away[0] += min(3 / np.sqrt(f.fisher(theta)[0, 0]), 0.75 * (f.parameters[0].upper - theta[0]))
    return mixture(f, [theta, away], [1 - share, share])


def overdispersed(f: Family, theta: ArrayLike, factor: float = 3.0) -> Population:
    """Variance ``factor`` > 1 times the model's, mean unchanged."""
    theta = f.check_theta(theta)
    if not check.positive("factor", factor) > 1:
        raise ValueError(f"factor = {factor:g} must be > 1")
    if f.key in LOCATION_SCALE:
        return model(f, theta * np.array([1, factor**0.5]))
    if f.key == "poisson":
        return negative_binomial(theta[0], theta[0] / (factor - 1))
    if f.key in ("exponential", "gamma"):
        from fisher_core.families.gamma import Gamma  # a family's file must not need this module's

        shape = theta[0] if f.key == "gamma" else 1.0
        return model(Gamma(), [shape / factor, theta[-1] / factor])
    if f.key == "bernoulli":
        raise ValueError("a yes/no outcome must have variance p(1 − p) whatever its cause: it cannot be over-dispersed")
    raise ValueError(
        f"{f.key} data must stay as they are: only Poisson, exponential, Gamma and location families can be "
        "over-dispersed here"
    )


def rows(x: ArrayLike) -> Population:
    """The data at hand as a population: every row equally likely, drawn again with replacement."""
    x = check.vector("x", x)
    if x.size == 0:
        raise ValueError("x is empty and must hold at least one observation")
    return Population(x, np.full(x.size, 1 / x.size), lambda n, rng: rng.choice(x, n))


def negative_binomial(mean: float, size: float) -> Population:
    r"""Counts with mean m and variance m + m²/r: log p = log Γ(x+r)/Γ(r)x! + r log r/(r+m) + x log m/(r+m)."""
    mean, size = check.positive("mean", mean), check.positive("size", size)
    odds = mean / size
    reach = mean + 60 * np.sqrt(mean + mean * odds) + 60 * (1 + odds)
    x = np.arange(0.0, np.ceil(reach) + 1)
    log_mass = gammaln(x + size) - gammaln(size) - gammaln(x + 1) - size * np.log1p(odds) - x * np.log1p(1 / odds)
    w = np.exp(log_mass)
    kept = w > 1e-30 * w.max()

    def draw(n: int, rng: np.random.Generator) -> Array:
        return rng.poisson(rng.gamma(size, odds, n)).astype(float)

    return Population(x[kept], w[kept], draw, ((1.0, "gamma_poisson", (mean, size)),))
