r"""KL of two Student t distributions with any real ν > 0, by one sum over fixed complex nodes.

In units of s_p √ν around μ_p, with a = (μ_q − μ_p)/(s_p √ν), r = s_q/s_p, ζ = a + ir, ε = ζ − i and m = (ν+1)/2, the logarithm
of either density is that of an analytic function in the upper half plane: log((z−a)² + r²) = 2 Re log(ζ − z). So

    KL(p‖q) = (ν+1) Re E log((ζ − Z)/(i − Z)) − ν log r,     density of Z ∝ (1 + z²)^{−m}

and the path of Z may leave the real line downwards, away from every ζ with r > 0, however small r is: along

    z = sinh(u − iβ)      the trapezoidal rule converges at one rate for all pairs (Trefethen and Weideman 2014),

with β ~ 1/√ν as the density is that narrow. The logarithm is written so that neither neighbours nor large ν cancel:

    ν ≤ 2     log(1 + x), x = ε/(i − Z). Near x = 0, log(1 + x) − x and ν(r − 1 − log r), for E[x] is known
    ν > 2     log ζ is taken out, and what is left is log(1 + y), y = −iZε/(ζ(1 + iZ)), with E[y − …] known as well
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fisher_core.numerics.special import itakura_saito
from fisher_core.validation import Array

Complex = NDArray[np.complex128]

FORGOTTEN = 38.0  # −log of what is left out of a tail
STEP = 0.17  # of the trapezoidal rule, in units of β: e^{−2π/STEP} is below rounding
LIGHT = 2.0  # ν from which on log ζ is taken out
NEAR = 0.4  # |ε| up to which terms of first order are left out
SERIES = [1 / (2 * j + 3) for j in range(17)]
BLOCK = 1 << 17  # numbers held at a time


def kl(nu: float, log_norm: float, shift: Array, scale: Array, change: Array) -> Array:
    """KL from ``shift`` = (μ_q − μ_p)/s_p, ``scale`` = s_q/s_p and ``change`` = (s_q − s_p)/s_p, arrays of one shape.

    log_norm is that of the density: log p = −m log(1 + z²/ν) − log s − log_norm.
    """
    a, r, change = (np.ravel(v) for v in (shift / np.sqrt(nu), scale, change))
    epsilon = a + 1j * change
    size = np.abs(epsilon)
    path, weights = _path(nu, log_norm, float(size.max(initial=0.0)))
    result = np.empty(a.shape)
    rows = max(1, BLOCK // len(path))
    for start in range(0, len(a), rows):
        part = slice(start, start + rows)
        form = _heavy if nu <= LIGHT else _light
        result[part] = form(nu, path, weights, a[part], r[part], epsilon[part], size[part] < NEAR)
    return result.reshape(np.shape(shift))


def _path(nu: float, log_norm: float, farthest: float) -> tuple[Complex, Complex]:
    """Nodes z and weights of E[f(Z)]; a tail is cut where it or, for small ν, the logarithm in it is forgotten."""
    beta = min(np.pi / 4, 1 / np.sqrt(nu))
    tail = np.arccosh(np.exp(min(FORGOTTEN / (nu - 1 if nu > LIGHT else nu), 600.0)))
    end = min(tail, FORGOTTEN + np.log1p(farthest), 700.0)
    count = int(np.ceil(end / (STEP * beta)))
    u = np.linspace(-end, end, 2 * count + 1) - 1j * beta
    z = np.sinh(u)
    small = np.abs(u) < 1  # where log cosh u, of which ν take the digits, is small as well
    log_cosh = np.where(small, 0.5 * _log1p(np.where(small, z, 0.0) ** 2), np.log(np.cosh(u)))
    return z, (end / count) * np.sqrt(nu) * np.exp(-nu * log_cosh - log_norm)


def _heavy(nu: float, z: Complex, w: Complex, a: Array, r: Array, epsilon: Complex, near: NDArray[np.bool_]) -> Array:
    x = epsilon[:, None] / (1j - z)
    result = np.empty(a.shape)
    result[near] = (nu + 1) * (_log1p_excess(x[near]) @ w).real + nu * _scales(r[near], epsilon[near].imag)
    far = ~near
    result[far] = (nu + 1) * (_log1p(x[far]) @ w).real - nu * np.log(r[far])
    return result


def _light(nu: float, z: Complex, w: Complex, a: Array, r: Array, epsilon: Complex, near: NDArray[np.bool_]) -> Array:
    zeta = a + 1j * r
    square = (a / r) ** 2
    result = (nu + 1) / 2 * np.log1p(square)
    y = -1j * z / (1 + 1j * z) * (epsilon[near] / zeta[near])[:, None]
    b2, scale = square[near], r[near]
    back = itakura_saito(np.ones(()), scale, -epsilon[near].imag)  # log r + 1/r − 1
    result[near] += back - b2 / (scale * (1 + b2)) + (nu + 1) * (_log1p_excess(y) @ w).real
    # Farther apart E[Z] = 0 is left out of log(1 − Z/ζ), where Z/ζ is not large: then it is all that counts.
    own = (nu + 1) * float((_log1p_excess(1j * z) @ w).real)
    for rows, log in (
        (~near & (np.abs(zeta) > 3 / np.sqrt(nu)), _log1p_excess),
        (~near & (np.abs(zeta) <= 3 / np.sqrt(nu)), _log1p),
    ):
        result[rows] += np.log(r[rows]) + (nu + 1) * (log(-z / zeta[rows, None]) @ w).real - own
    return result


def _scales(r: Array, change: Array) -> Array:
    """r − 1 − log r."""
    return itakura_saito(r, np.ones(()), change)


def _log1p(x: Complex) -> Complex:
    """log(1 + x), to the digits of x."""
    return 0.5 * np.log1p(x.real * (2 + x.real) + x.imag**2) + 1j * np.arctan2(x.imag, 1 + x.real)


def _log1p_excess(x: Complex) -> Complex:
    """log(1 + x) − x; where |x| < ½ by s = x/(2 + x), as 2(s³/3 + s⁵/5 + …) − x s."""
    small = np.abs(x) < 0.5
    u = np.where(small, x, 0.0)
    s = u / (2 + u)
    t = s * s
    series = np.full_like(t, SERIES[-1])
    for c in SERIES[-2::-1]:
        series = series * t + c
    result = s * (2 * t * series - u)
    rest = ~small
    if rest.any():
        result[rest] = _log1p(x[rest]) - x[rest]
    return result
