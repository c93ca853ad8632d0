r"""The two routes to Fisher information, datum by datum and one coordinate at a time.

    s(x)² = (∂ log p(x|θ)/∂θᵢ)²        −ℓ″(x) = −∂² log p(x|θ)/∂θᵢ²

Under the model's own θ both have mean F(θ)ᵢᵢ, because ∂²p/p = ℓ″ + s² has mean ∂²∫p = 0.  As random quantities they are
different: their spreads differ, and off the model so do their means.  Sizes are per observation, in nats per squared
unit of θᵢ.  Source: Lehmann and Casella (1998), *Theory of Point Estimation*, lemma 2.5.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.score import coordinate, ruler
from fisher_core.validation import Array
from fisher_studies.misspecified import Population

__all__ = ["Moments", "Routes", "moments", "routes", "ruler", "running"]


@dataclass(frozen=True, eq=False)
class Routes:
    """Per datum: the score s and the curvature −ℓ″ in one coordinate, both (n,)."""

    score: Array
    curvature: Array

    @property
    def square(self) -> Array:
        """s², (n,)."""
        return self.score**2


def routes(f: Family, x: ArrayLike, theta: ArrayLike, i: int = 0) -> Routes:
    """s and −ℓ″ of every datum in coordinate i of θ."""
    i = coordinate(f, i)
    return Routes(f.score(x, theta)[:, i], -f.hessian(x, theta)[:, i, i])


@dataclass(frozen=True)
class Moments:
    """Mean and standard deviation, for one datum, of s² (``square``) and of −ℓ″ (``curvature``)."""

    square: float
    square_sd: float
    curvature: float
    curvature_sd: float

    @property
    def ratio(self) -> float:
        """E[s²]/E[−ℓ″]: 1 if the model is right."""
        return self.square / self.curvature if self.curvature else np.inf

    @property
    def price(self) -> float:
        """Data that the s² route needs for each datum of the other, at equal standard error: (SD s²/SD ℓ″)²."""
        if self.curvature_sd:
            return (self.square_sd / self.curvature_sd) ** 2
        return np.inf if self.square_sd else 1.0


def moments(f: Family, theta: ArrayLike, population: Population, i: int = 0) -> Moments:
    """Exact moments of the two routes at θ when the data come from ``population``, by its quadrature."""
    r = routes(f, population.x, theta, i)
    return Moments(*_mean_sd(r.square, population.weights), *_mean_sd(r.curvature, population.weights))


def running(values: ArrayLike) -> tuple[Array, Array]:
    """Mean and standard error of the first n values, n = 1, 2, …, along the last axis; the error of one is infinite."""
    values = check.array("values", values)
    n = np.arange(1, values.shape[-1] + 1)
    shift = values[..., :1]
    deviation = values - shift
    deviation[np.abs(deviation) <= 1e-13 * np.abs(shift)] = 0.0  # constant values have an error of exactly zero
    mean = np.cumsum(deviation, axis=-1) / n
    square = np.cumsum(deviation**2, axis=-1) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.maximum(square - mean**2, 0.0) / (n - 1))
    error[..., 0] = np.inf
    return mean + shift, error


def _mean_sd(values: Array, weights: Array) -> tuple[float, float]:
    mean = float(weights @ values)
    deviation = values - mean
    # A constant, such as the curvature in a natural parameter, must come out with no spread at all.
    if np.ptp(values) <= 1e-12 * abs(mean):
        return mean, 0.0
    return mean, float(np.sqrt(weights @ deviation**2))
