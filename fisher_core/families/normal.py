r"""Normal: p(x | μ, σ) = (2π)^{−½} σ⁻¹ e^{−z²/2}, z = (x − μ)/σ, with σ a standard deviation.

s_μ = z/σ,   s_σ = (z² − 1)/σ,   F = diag(1, 2)/σ²,
KL(p‖q) = ½ (r − 1 − log r) + (μ_p − μ_q)²/2σ_q²,   r = σ_p²/σ_q²
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from fisher_core import charts
from fisher_core.families.scoring import standardised
from fisher_core.family import Family, Parameter
from fisher_core.special import itakura_saito, log_ratio, product_difference
from fisher_core.validation import Array


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


class Normal(Family):
    """x is any number; theta = (mu, sigma), mean and standard deviation."""

    key = "normal"
    title = "Normal"
    parameters = (
        Parameter("mu", "μ", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("sigma", "σ", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (
        charts.Separable("log_sigma", (charts.IDENTITY, charts.LOG)),
        charts.Separable("variance", (charts.IDENTITY, charts.VARIANCE)),
        PrecisionChart("precision", (charts.IDENTITY, charts.PRECISION)),
        Natural(),
        MeanParameters(),
    )

    def _log_prob(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)

    def _score(self, x: Array, theta: Array) -> Any:
        mu, sigma = theta
        z = (x - mu) / sigma
        return z / sigma, (z - 1) * (z + 1) / sigma

    def _hessian(self, x: Array, theta: Array) -> Any:
        mu, sigma = theta
        z = (x - mu) / sigma
        v = sigma**2
        return (-1 / v, -2 * z / v), (-2 * z / v, (1 - 3 * z**2) / v)

    def _fisher(self, theta: Array) -> Any:
        _, sigma = theta
        return (1 / sigma**2, 0), (0, 2 / sigma**2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_mu, d_sigma) = p, q, step
        ratio = s / t  # its square fits into float64 where those of s and t do not
        scales = 0.5 * itakura_saito(ratio**2, np.ones(()), -d_sigma / t * (ratio + 1))
        beyond = (ratio < 1e-100) | (ratio > 1e100)
        if beyond.any():
            scales = np.where(beyond, 0.5 * (ratio - 1) * (ratio + 1) - log_ratio(s, t), scales)
        return scales + 0.5 * (d_mu / t) ** 2

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        mu, sigma = theta
        return mu + sigma * rng.standard_normal(n)

    def _mle(self, x: Array) -> Any:
        data = standardised(self, x)
        mean = data.z.mean()
        return data.placed(mean, np.sqrt(((data.z - mean) ** 2).mean()))

    def _cdf(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return ndtr((x - mu) / sigma)

    def _sf(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return ndtr((mu - x) / sigma)

    def _quantile(self, u: Array, theta: Array) -> Array:
        mu, sigma = theta
        return mu + sigma * ndtri(u)
