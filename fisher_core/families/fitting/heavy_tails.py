r"""Maximum likelihood of location and scale of Student's t, Cauchy's among them, as a climb in the hyperbolic plane.

With y = √ν s the log-likelihood, −(ν+1)/2 Σ log(((x−μ)² + y²)/y) + (ν−1)/2 n log y, is a sum of Busemann functions of the
half-plane (μ, y > 0): for ν ≥ 1 it is concave along the geodesics of ds² = (dμ² + dy²)/y², so that it has one peak
(Copas 1975; Kent and Tyler 1991, Annals of Statistics 19, 2102), and Newton's method along geodesics climbs it from
anywhere, also over ten decades between observations. For ν < 1 there may be several peaks: one climb begins near each
observation, and the highest is taken.
"""

from __future__ import annotations

import numpy as np

from fisher_core.families.fitting.scoring import check_ties, check_varied, seen_from
from fisher_core.family import Family
from fisher_core.validation import Array

__all__ = ["log_rise", "maximum", "pulls"]

LONGEST_STEP, MAX_STEPS = 2.0, 400  # a geodesic of length 2 changes the scale by at most e²
MOST_PEAKS = 256
NEAR = 1e4
FAR = 1e150  # z beyond which z² overflows, or soon will
SHORTEST = 2.0**-60


def maximum(family: Family, nu: float, x: Array) -> Array:
    """(loc, scale) with the largest likelihood under ``nu`` > 0 degrees of freedom; x (n,).

    ValueError where a share ν/(ν + 1) of the data coincide, and nothing keeps the scale from 0.
    """
    check_ties(x, nu / (nu + 1))
    check_varied(family, x)
    # From the datum nearest to 0 no two of them are rounded into one, however many decades lie between them.
    data = seen_from(x, float(x[np.abs(x).argmin()]))
    loc, y = data.placed(*_highest(data.z, nu))
    if NEAR * y < abs(loc - data.middle):  # a narrow peak far from there is rounded: climb it again from close by
        data = seen_from(x, float(x[np.abs(x - loc).argmin()]), y)
        loc, y = data.placed(*_climb(data.z, nu, (loc - data.middle) / data.unit, y / data.unit)[1])
    return np.array([loc, y / np.sqrt(nu)])


def pulls(z: Array, nu: float) -> tuple[Array, Array, Array]:
    """w = 1/(1 + z²/ν), zw and (z² − 1)w of z (n,), also where z² would overflow."""
    w = 1 / (1 + z**2 / nu)
    zw, rest, far = z * w, (z - 1) * (z + 1) * w, np.abs(z) > FAR
    if far.any():
        zw, rest = np.where(far, nu / z, zw), np.where(far, nu, rest)
    return w, zw, rest


def log_rise(z: Array, nu: float) -> Array:
    """log(1 + z²/ν), also where z² would overflow."""
    rise, far = np.log1p(z**2 / nu), np.abs(z) > FAR
    return np.where(far, 2 * np.log(np.abs(z)) - np.log(nu), rise) if far.any() else rise


def _highest(z: Array, nu: float) -> tuple[float, float]:
    """(loc, y) of the highest peak of z (n,)."""
    low, median, high = np.quantile(z, [0.25, 0.5, 0.75])
    starts = [(median, (high - low) / 2 or z.std())]
    if nu < 1:
        at = np.unique(z)
        at = at[np.unique(np.linspace(0, len(at) - 1, MOST_PEAKS).astype(int))]
        gap = np.diff(at)
        starts += zip(at, np.minimum(np.append(gap, np.inf), np.append(np.inf, gap)), strict=True)
    return max((_climb(z, nu, *start) for start in starts), key=lambda top: top[0])[1]


def _climb(x: Array, nu: float, loc: float, y: float) -> tuple[float, tuple[float, float]]:
    """The peak above (loc, y): its height, the mean log-likelihood less a constant, and where it is."""

    def height(loc: float, y: float) -> float:
        z = np.abs((x - loc) / y)
        log = np.where(z < 1, np.log1p(z * z) / 2, np.log(np.hypot(1.0, z)))  # digits for large ν, and no overflow
        return float(-(nu + 1) * log.mean() - np.log(y))

    value = height(loc, y)
    for _ in range(MAX_STEPS):
        z = (x - loc) / y
        w = 1 / (1 + z * z)
        rest = np.where(np.abs(z) < 1, z * z * w, 1 - w)  # 1 − w, which for large ν is small
        score = np.array([(nu + 1) * (z * w).mean(), nu * rest.mean() - w.mean()])  # by unit vectors y ∂/∂μ and y ∂/∂y
        bend = (w * rest).mean()
        mixed = (nu + 1) * (z * w * (1 - 2 * w)).mean()
        hessian = np.array([[2 * (nu + 1) * bend - nu, mixed], [mixed, -2 * (nu + 1) * bend]])  # covariant
        values, vectors = np.linalg.eigh(-hessian)
        # flat or bent upwards, as it may be for ν < 1 and far out: as long a step as is allowed
        step = vectors @ ((vectors.T @ score) / np.maximum(np.abs(values), np.finfo(float).tiny))
        length = float(np.hypot(*step))
        if length == 0:
            return value, (loc, y)
        step *= min(1.0, LONGEST_STEP / length)
        gain, size = float(score @ step), 1.0
        at = _along(loc, y, step)
        new = height(*at)
        while gain > 1e-10 and not new > value + 1e-4 * size * gain and size > SHORTEST:
            size /= 2
            at = _along(loc, y, size * step)
            new = height(*at)
        (loc, y), value = at, new
        if gain < 1e-22:
            return value, (loc, y)
    raise ValueError(f"x must be less extreme: after {MAX_STEPS} steps its likelihood still grows")


def _along(loc: float, y: float, step: Array) -> tuple[float, float]:
    """Where the geodesic that leaves (loc, y) along ``step`` arrives after its length."""
    length = float(np.hypot(*step))
    if length < 1e-9:
        return loc + y * step[0], y * (1 + step[1])
    across, up = step / length
    fall = np.cosh(length) - up * np.sinh(length)
    return float(loc + y * across * np.sinh(length) / fall), float(y / fall)
