"""Coordinates of the Normal: natural η, mean parameters m, and the precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.family import Family
from fisher_core.numerics.special import product_difference
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["InNatural", "InPrecision", "MeanParameters", "Natural", "PrecisionChart"]


class Natural(charts.Chart):
    """η = (μ/σ², −1/2σ²), the coefficients of (x, x²): an exponential family's likelihood is concave in η."""

    key = "natural"

    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return (
            Parameter("eta_1", "η₁", -np.inf, np.inf, (-3.0, 3.0), 0.0),
            Parameter("eta_2", "η₂", -np.inf, 0.0, (-3.0, -0.05), -0.5),
        )

    def to_theta(self, phi: Array) -> Array:
        a, b = phi
        return np.stack([-0.5 * a / b, (-2 * b) ** -0.5])

    def from_theta(self, theta: Array) -> Array:
        mu, sigma = theta
        return np.stack([mu / sigma**2, -0.5 / sigma**2])

    def jacobian(self, phi: Array) -> Array:
        a, b = phi
        return np.array([[-0.5 / b, 0.5 * a / b**2], [np.zeros_like(a), (-2 * b) ** -1.5]])

    def curvature(self, phi: Array) -> Array:
        a, b = phi
        zero, mixed = np.zeros_like(a), 0.5 / b**2
        return np.array([[[zero, mixed], [mixed, -a / b**3]], [[zero, zero], [zero, 3 * (-2 * b) ** -2.5]]])

    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        (a, b), (c, d) = phi_p, phi_q
        near = np.abs(d - b) < -0.5 * b
        crossed = np.where(near, product_difference(a, d - b, b, c - a), product_difference(a, d, b, c))
        return np.stack([0.5 * crossed / (b * d), charts.PRECISION.difference(-2 * b, -2 * d)])

    def of(self, family: Family) -> InNatural:
        return InNatural(family, self)


class InNatural(charts.Charted):
    """Normal in η: x − μ is formed without rounding μ, and the Hessian does not know x."""

    def _residual(self, x: Array, eta: Array) -> Array:
        a, b = eta
        return product_difference(x, 2 * b, -a, 1.0) / (2 * b)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        _, b = theta
        return -((self._residual(x, theta) * np.sqrt(-b)) ** 2) + 0.5 * np.log(-b / np.pi)

    _log_ratio = Family._log_ratio

    def _score(self, x: Array, theta: Array) -> Any:
        a, b = theta
        residual = self._residual(x, theta)
        return residual, residual * (x - 0.5 * a / b) + 0.5 / b

    def _hessian(self, x: Array, theta: Array) -> Any:
        return -self._fisher(theta)


class InPrecision(charts.Charted):
    """Normal in (μ, 1/σ²), where the pull-back of the Hessian would cancel for an x in the tails."""

    def _hessian(self, x: Array, theta: Array) -> Any:
        mu, precision = theta
        return (-precision, x - mu), (x - mu, -0.5 / precision**2)


class PrecisionChart(charts.Separable):
    def of(self, family: Family) -> InPrecision:
        return InPrecision(family, self)


class MeanParameters(charts.Chart):
    """m = (E x, E x²) = (μ, μ² + σ²), the expectations of the sufficient statistics; m₂ > m₁²."""

    key = "mean_parameters"
    joint_rule = "m_2 > m_1²"

    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return (
            Parameter("m_1", "m₁", -np.inf, np.inf, (-0.9, 0.9), 0.0),
            Parameter("m_2", "m₂", 0.0, np.inf, (1.0, 20.0), 1.0),
        )

    def to_theta(self, phi: Array) -> Array:
        a, b = phi
        return np.stack([a, np.sqrt(product_difference(b, 1.0, a, a))])

    def from_theta(self, theta: Array) -> Array:
        mu, sigma = theta
        return np.stack([mu, mu**2 + sigma**2])

    def jacobian(self, phi: Array) -> Array:
        mu, sigma = self.to_theta(phi)
        return np.array([[np.ones_like(mu), np.zeros_like(mu)], [-mu / sigma, 0.5 / sigma]])

    def curvature(self, phi: Array) -> Array:
        mu, sigma = self.to_theta(phi)
        zero, mixed = np.zeros_like(mu), 0.5 * mu / sigma**3
        square = -(sigma**2 + mu**2) / sigma**3
        return np.array([[[zero, zero], [zero, zero]], [[square, mixed], [mixed, -0.25 / sigma**3]]])

    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        (a, b), (c, d) = phi_p, phi_q
        v, w = product_difference(b, 1.0, a, a), product_difference(d, 1.0, c, c)
        near = product_difference(d - b, 1.0, c - a, 2 * a) - (c - a) ** 2
        change = np.where(np.abs((c - a) * a) < v, near, w - v)
        return np.stack([c - a, change / (np.sqrt(v) + np.sqrt(w))])

    @np.errstate(all="ignore")
    def allows(self, phi: Array) -> Any:
        a, b = phi
        return product_difference(b, 1.0, a, a) > 0
