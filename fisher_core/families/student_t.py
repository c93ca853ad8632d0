r"""Student's t with ν degrees of freedom, ν fixed and odd: log p = −m log(1 + z²/ν) − log s + const, m = (ν+1)/2.

    s_μ = 2m z/(ν + z²)/s,   s_s = ν(z² − 1)/(ν + z²)/s,   F = diag(ν + 1, 2ν)/((ν + 3) s²),   z = (x − μ)/s

For odd ν, KL is elementary. Put the pair at one complex number of the unit disc,

    κ = (Δ + i(s_q − s_p))/(Δ + i(s_q + s_p)),   Δ = (μ_q − μ_p)/√ν

With x = μ_p + s_p √ν tan φ, the density of φ is ∝ cos^{ν−1} φ, whose Fourier coefficients at 2j are
e_j = Γ(m)²/(Γ(m+j)Γ(m−j)), and expanding log|1 + κ e^{−2iφ}|² under it gives

    KL(p‖q) = −ν log(1 − |κ|²) + 2 Re[(m−1) log(1 − κ) − m Σ_{j=1}^{m−1} e_j (−κ)ʲ/j]

The terms of first order in κ cancel, because (m−1) = m e₁; near κ = 0 they are left out and the rest is a power series.
ν = 1 is the Cauchy family: only the first term is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betaln, stdtr, stdtrit

from fisher_core import charts
from fisher_core import validation as check
from fisher_core.families import heavy_tails
from fisher_core.family import Family, Parameter
from fisher_core.validation import Array

SERIES_RADIUS, SERIES_TERMS = 0.2, 24  # 0.2²⁴ is below rounding


class StudentT(Family):
    """x is any number; theta = (loc, scale); nu an odd whole number."""

    key = "student_t"
    title = "Student t"
    parameters = (
        Parameter("loc", "μ", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("scale", "s", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (charts.Separable("log_scale", (charts.IDENTITY, charts.LOG)),)

    def __init__(self, nu: int = 5) -> None:
        self.nu = check.integer("nu", nu, 1)
        if self.nu % 2 == 0:
            raise ValueError(f"nu = {nu} must be odd: only then is KL elementary")
        self.title = f"Student t, ν = {self.nu}"

    def _log_prob(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        norm = 0.5 * np.log(self.nu) + betaln(0.5, self.nu / 2)
        return -(self.nu + 1) / 2 * np.log1p(((x - loc) / scale) ** 2 / self.nu) - np.log(scale) - norm

    def _score(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        z = (x - loc) / scale
        w = 1 / (self.nu + z**2)
        return (self.nu + 1) * z * w / scale, self.nu * (z - 1) * (z + 1) * w / scale

    def _hessian(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        nu, z, v = self.nu, (x - loc) / scale, scale**2
        w = 1 / (nu + z**2)
        mixed = -2 * nu * (nu + 1) * z * w**2 / v
        return (
            ((nu + 1) * (z**2 - nu) * w**2 / v, mixed),
            (mixed, -(nu * (z - 1) * (z + 1) * w + 2 * nu * (nu + 1) * (z * w) ** 2) / v),
        )

    def _fisher(self, theta: Array) -> Any:
        _, scale = theta
        v = (self.nu + 3) * scale**2
        return ((self.nu + 1) / v, 0), (0, 2 * self.nu / v)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_loc, d_scale) = p, q, step
        m, delta = (self.nu + 1) // 2, d_loc / np.sqrt(self.nu)
        fourier = [(m - 1) / m]  # by e_{j+1}/e_j, for the gamma functions overflow
        for j in range(1, m - 1):
            fourier.append(fourier[-1] * (m - j - 1) / (m + j))
        wave = [-m * e * (-1) ** j / j for j, e in enumerate(fourier[: m - 1], 1)]  # coefficients of κʲ in the sum
        far_pole = delta + 1j * (t + s)
        kappa = (delta + 1j * d_scale) / far_pole
        # −log(1 − |κ|²) and log|1 − κ|, each from what does not cancel in it
        disc = np.log1p((delta**2 + d_scale**2) / (4 * s * t))
        shrink = np.log(2 * s / np.abs(far_pole))
        far = (m - 1) * shrink + _power_series(kappa, wave).real
        near = [-(m - 1) / j + (wave[j - 1] if j < m else 0) for j in range(2, SERIES_TERMS)]
        near_sum = _power_series(kappa, [0, *near]).real
        return self.nu * disc + 2 * np.where(np.abs(kappa) < SERIES_RADIUS, near_sum, far)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        loc, scale = theta
        return loc + scale * rng.standard_t(self.nu, n)

    def _mle(self, x: Array) -> Array:
        return heavy_tails.maximum(self, self.nu, x)

    def _cdf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return stdtr(self.nu, (x - loc) / scale)

    def _sf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return stdtr(self.nu, (loc - x) / scale)

    def _quantile(self, u: Array, theta: Array) -> Array:
        loc, scale = theta
        return loc + scale * stdtrit(self.nu, u)


def _power_series(z: Array, coefficients: list[float]) -> Array:
    """c₁z + c₂z² + …"""
    result = np.zeros_like(z)
    for c in reversed(coefficients):
        result = (result + c) * z
    return result
