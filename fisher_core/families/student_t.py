r"""Student's t with ν > 0 degrees of freedom, any real number, fixed: log p = −m log(1 + z²/ν) − log s − log c, m = (ν+1)/2.

    s_μ = a z/s,   s_s = (z² − 1)/(1 + z²/ν)/s,   a = (1 + 1/ν)/(1 + z²/ν),   z = (x − μ)/s
    F = diag(ν + 1, 2ν)/((ν + 3) s²),             c = √(πν) Γ(ν/2)/Γ(m)

ν = 1 is the Cauchy family, ν → ∞ the normal. For odd ν, KL is elementary; for others it is one sum over fixed complex nodes
(:mod:`fisher_core.numerics.student_t_kl`). Put the pair at one complex number of the unit disc,

    κ = (Δ + i(s_q − s_p))/(Δ + i(s_q + s_p)),   Δ = (μ_q − μ_p)/√ν

With x = μ_p + s_p √ν tan φ, the density of φ is ∝ cos^{ν−1} φ, whose Fourier coefficients at 2j are
e_j = Γ(m)²/(Γ(m+j)Γ(m−j)), and expanding log|1 + κ e^{−2iφ}|² under it gives for odd ν

    KL(p‖q) = −ν log(1 − |κ|²) + 2 Re[(m−1) log(1 − κ) − m Σ_{j=1}^{m−1} e_j (−κ)ʲ/j]

The terms of first order in κ cancel, because (m−1) = m e₁; near κ = 0 they are left out and the rest is a power series.
ν = 1 leaves the first term only. Source: Lange, Little and Taylor (1989), JASA 84, 881 (F, and estimates with fixed ν).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import stdtr, stdtrit

from fisher_core import charts
from fisher_core import validation as check
from fisher_core.families.fitting import heavy_tails
from fisher_core.family import Family
from fisher_core.numerics import student_t_kl
from fisher_core.numerics.special import stirling_error
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["StudentT"]

SERIES_RADIUS, SERIES_TERMS = 0.2, 24  # 0.2²⁴ is below rounding
FAR = 3e8  # z/√ν from which on 1 + z²/ν is z²/ν to the last digit
MOST_TERMS = 50  # of the elementary form, which sums m of them


class StudentT(Family):
    """x is any number; theta = (loc, scale); ``nu`` > 0 degrees of freedom: StudentT(4), StudentT(0.5), StudentT(30.5).

    Raises ValueError unless nu is a single finite number > 0. The family of ``FAMILIES["student_t"]`` is StudentT(5).
    """

    key = "student_t"
    title = "Student t"
    parameters = (
        Parameter("loc", "μ", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("scale", "s", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (charts.Separable("log_scale", (charts.IDENTITY, charts.LOG)),)

    def __init__(self, nu: float = 5) -> None:
        self.nu = check.positive("nu", nu)
        self.title = f"Student t, ν = {self.nu:.15g}"
        self.tail = 0.001 if self.nu >= 3 else 0.03
        self._log_norm = _log_norm(np.array(self.nu))

    def _log_prob(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        z = (x - loc) / scale
        return -(self.nu + 1) / 2 * heavy_tails.log_rise(z, self.nu) - np.log(scale) - self._log_norm

    def _score(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        z = (x - loc) / scale
        _, zw, rest = heavy_tails.pulls(z, self.nu)
        return (1 + 1 / self.nu) * zw / scale, rest / scale

    def _hessian(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        nu, z, v = self.nu, (x - loc) / scale, scale**2
        (w, zw, rest), a = heavy_tails.pulls(z, nu), 1 + 1 / nu
        mixed = -2 * a * zw * w / v
        return (
            (a * (zw / np.sqrt(nu) - w) * (zw / np.sqrt(nu) + w) / v, mixed),
            (mixed, -(rest + 2 * a * zw**2) / v),
        )

    def _fisher(self, theta: Array) -> Any:
        _, scale = theta
        v = (self.nu + 3) * scale**2
        return ((self.nu + 1) / v, 0), (0, 2 * self.nu / v)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_loc, d_scale) = p, q, step
        if self.nu % 2 == 1 and self.nu < 2 * MOST_TERMS:
            return _elementary_kl(int(self.nu), s, t, d_loc, d_scale)
        shift, scale, change = np.broadcast_arrays(d_loc / s, t / s, d_scale / s)
        return student_t_kl.kl(self.nu, self._log_norm, shift, scale, change)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        loc, scale = theta
        return loc + scale * rng.standard_t(self.nu, n)

    def _mle(self, x: Array) -> Array:
        return heavy_tails.maximum(self, self.nu, x)

    def _cdf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return self._below((x - loc) / scale)

    def _sf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return self._below((loc - x) / scale)

    def _quantile(self, u: Array, theta: Array) -> Array:
        loc, scale = theta
        z = np.asarray(stdtrit(self.nu, u))
        far = np.minimum(u, 1 - u) < np.exp(self._log_tail(np.log(FAR * np.sqrt(self.nu))))
        if far.any():
            out = np.exp((self._log_tail(0.0) - np.log(np.minimum(u, 1 - u))) / self.nu)
            z = np.where(far, np.copysign(out, u - 0.5), z)
        return loc + scale * z

    def _below(self, z: Array) -> Array:
        """P(Z ≤ z), by its leading term where no other could change a digit: stdtr ends where z² overflows."""
        far = -z > FAR * np.sqrt(self.nu)
        below = np.asarray(stdtr(self.nu, np.where(far, -1.0, z)))
        return np.where(far, np.exp(self._log_tail(np.log(np.where(far, -z, 1.0)))), below) if far.any() else below

    def _log_tail(self, log_z: Any) -> Any:
        """log P(Z > z) for z far above √ν: ½(ν − 1) log ν − ν log z − log c."""
        return (self.nu - 1) / 2 * np.log(self.nu) - self.nu * log_z - self._log_norm


def _log_norm(nu: Array) -> float:
    """log √(πν) Γ(ν/2)/Γ((ν+1)/2) by Stirling's form of log Γ, in which large ν do not cancel: ½ log 2π for ν → ∞."""
    half = nu / 2
    rise = half * np.log1p(0.5 / half) - 0.5 + stirling_error(half + 0.5) - stirling_error(half)
    return float(0.5 * np.log(2 * np.pi) - rise)


def _elementary_kl(nu: int, s: Array, t: Array, d_loc: Array, d_scale: Array) -> Array:
    m, delta = (nu + 1) // 2, d_loc / np.sqrt(nu)
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
    return np.asarray(nu * disc + 2 * np.where(np.abs(kappa) < SERIES_RADIUS, near_sum, far))


def _power_series(z: Array, coefficients: list[float]) -> Array:
    """c₁z + c₂z² + …"""
    result = np.zeros_like(z)
    for c in reversed(coefficients):
        result = (result + c) * z
    return result
