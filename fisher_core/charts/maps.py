"""Changes of a single coordinate, each with its inverse, two derivatives and its cancellation-free difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Map"]

Elementwise = Callable[[Array], Array]


@dataclass(frozen=True)
class Map:
    """One coordinate φ of θ: forward θ(φ), slope dθ/dφ, curvature d²θ/dφ², inverse φ(θ).

    ``difference(a, b)`` is θ(b) − θ(a) without cancellation. ``name`` and ``symbol`` hold {} for those of θ.
    """

    name: str
    symbol: str
    forward: Elementwise
    inverse: Elementwise
    slope: Elementwise
    curvature: Elementwise
    difference: Callable[[Array, Array], Array]

    def rename(self, parameter: Parameter) -> Parameter:
        """The new coordinate as a parameter: domain, typical range and default are the images of the old ones."""
        with np.errstate(all="ignore"):  # log 0 = −∞ and 1/0 = ∞ are the right ends
            ends = np.array([parameter.lower, parameter.upper, *parameter.typical, parameter.default])
            a, b, low, high, default = self.inverse(ends).tolist()
        return Parameter(
            self.name.format(parameter.name),
            self.symbol.format(parameter.symbol),
            min(a, b),
            max(a, b),
            (min(low, high), max(low, high)),
            default,
        )


def _fall(a: Array, b: Array) -> Array:
    """1 − e^{−|b − a|} with the sign of b − a: never more than 1, however far apart they are."""
    return np.copysign(np.expm1(-np.abs(b - a)), b - a)


IDENTITY = Map("{}", "{}", lambda u: u, lambda t: t, np.ones_like, np.zeros_like, lambda a, b: b - a)
LOG = Map("log_{}", "log {}", np.exp, np.log, np.exp, np.exp, lambda a, b: np.exp(np.maximum(a, b)) * _fall(a, b))
SQRT = Map(
    "sqrt_{}",
    "√{}",
    np.square,
    np.sqrt,
    lambda u: 2 * u,
    lambda u: np.full_like(u, 2.0),
    lambda a, b: (b - a) * (a + b),
)
LOGIT = Map(
    "logit_{}",
    "logit {}",
    expit,
    logit,
    lambda u: expit(u) * expit(-u),
    lambda u: -expit(u) * expit(-u) * np.tanh(u / 2),
    lambda a, b: expit(np.maximum(a, b)) * expit(-np.minimum(a, b)) * _fall(a, b),
)
ARCSINE = Map(
    "arcsine_{}",
    "arcsin √{}",
    lambda u: np.sin(u) ** 2,
    lambda t: np.arctan2(np.sqrt(t), np.sqrt(1 - t)),
    lambda u: np.sin(2 * u),
    lambda u: 2 * np.cos(2 * u),
    lambda a, b: np.sin(b - a) * (np.sin(a) * np.cos(b) + np.cos(a) * np.sin(b)),  # a + b would round near π
)
RECIPROCAL = Map(
    "mean",
    "1/{}",
    np.reciprocal,
    np.reciprocal,
    lambda u: -1 / u**2,
    lambda u: 2 / u**3,
    lambda a, b: (a - b) / a / b,
)
VARIANCE = Map(
    "variance",
    "{}²",
    np.sqrt,
    np.square,
    lambda u: 0.5 / np.sqrt(u),
    lambda u: -0.25 * u**-1.5,
    lambda a, b: (b - a) / (np.sqrt(a) + np.sqrt(b)),
)
PRECISION = Map(
    "precision",
    "1/{}²",
    lambda u: 1 / np.sqrt(u),
    lambda t: 1 / np.square(t),
    lambda u: -0.5 * u**-1.5,
    lambda u: 0.75 * u**-2.5,
    lambda a, b: (a - b) / (np.sqrt(a * b) * (np.sqrt(a) + np.sqrt(b))),
)
