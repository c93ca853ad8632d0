r"""Divergences that are no KL: Hellinger distance, total variation, and D_φ for any convex φ.

    squared Hellinger  H² = 1 − ∫√(pq)      total variation  1 − ∫ min(p, q)      D_φ(p‖q) = ∫ q φ(p/q)

To second order in δ = θ_q − θ_p the smooth ones are the quadratic form of KL times a number: H² ≈ ⅛δᵀFδ and
D_φ ≈ ½φ''(1) δᵀFδ (Csiszár and Shields 2004, §4). With d = log(p/q) the forms used here have no negative term to lose
digits to: H² = ½∫ p (1 − e^{−d/2})², D_φ = ∫ q (φ(e^d) − φ'(1)(e^d − 1)).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from fisher_core.family import Family
from fisher_core.numerics import pairs
from fisher_core.validation import Array

__all__ = ["f_divergence", "hellinger", "overlap"]

FAR = 350.0  # log p/q up to which φ is asked for its values: φ(t) = t² still fits into float64
RADIUS = 0.3  # of the disc around t = 1 in which φ is a polynomial; t log t ends at t = 0


def hellinger(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """Squared Hellinger distance 1 − ∫√(pq) = ½∫(√p − √q)², between 0 and 1; about ⅛δᵀFδ for near neighbours."""
    theta_p, theta_q = pairs.at_origin(f, theta_p, theta_q)
    if not pairs.same_support(f, theta_p, theta_q) and pairs.within(f, theta_q, theta_p):
        theta_p, theta_q = theta_q, theta_p
    _, log_p, log_q, d = pairs.log_masses(f, theta_p, theta_q)
    if not pairs.same_support(f, theta_p, theta_q):
        if pairs.within(f, theta_p, theta_q):
            return float(np.exp(log_p) @ -np.expm1(-d / 2))
        return 1.0 - float(np.exp((log_p + log_q) / 2).sum())
    return 0.5 * float(np.exp(np.maximum(log_p, log_q)) @ np.expm1(-np.abs(d) / 2) ** 2)


def overlap(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """Area under both curves, ∫ min(p, q) = 1 − total variation distance; between 0 and 1."""
    _, log_p, log_q, _ = pairs.log_masses(f, *pairs.at_origin(f, theta_p, theta_q), crossings=True)
    return float(np.exp(np.minimum(log_p, log_q)).sum())


def f_divergence(f: Family, theta_p: ArrayLike, theta_q: ArrayLike, convex: Callable[[Array], Array]) -> float:
    """D_φ(p‖q) = ∫ q φ(p/q) for a convex φ = ``convex`` with φ(1) = 0, called with an array of ratios t = p/q > 0.

    φ = t log t gives KL(p‖q), −log t KL(q‖p), (√t − 1)²/2 the squared Hellinger distance, (t − 1)² Pearson's χ²,
    |t − 1|/2 total variation. Relative error about 1e-11 at any step, whether φ is smooth at 1 or has a corner there.
    Infinite where p has mass that q has not, at a closed end of θ, if φ(t)/t has no limit there; in the same way for q
    and φ(0). Raises ValueError when φ(1) ≠ 0, when the supports differ, or when q φ(p/q) does not fade in the tails, as of
    Pearson's χ² where q is thinner than √p.
    """
    at_one = float(np.asarray(convex(np.ones(1)))[0])
    if not abs(at_one) < 1e-14:
        raise ValueError(f"convex(1) = {at_one:g} must be 0")
    if not pairs.same_support(f, theta_p, theta_q):
        raise ValueError(f"theta_p = {theta_p!r} and theta_q = {theta_q!r} must have the same support")
    theta_p, theta_q = pairs.at_origin(f, theta_p, theta_q)
    before = np.nan
    for reach in pairs.REACHES:
        at, log_p, log_q, d = pairs.log_masses(f, theta_p, theta_q, crossings=True, reach=reach)
        with np.errstate(all="ignore"):
            terms = _f_terms(convex, log_p, log_q, d)
        value = float(terms.sum())
        if pairs.on_edge(f, theta_p, theta_q) and not np.isnan(value):
            return value
        if not np.isfinite(value):
            break
        if (
            pairs.fades(f, at, terms, theta_p, reach)
            if f.columns is None
            else abs(value - before) <= 1e-12 * abs(value)
        ):
            return value
        before = value
    raise ValueError(
        f"theta_p = {theta_p!r} and theta_q = {theta_q!r} must be nearer: q φ(p/q) does not fade in the tails, or "
        f"does not fit float64"
    )


def _f_terms(convex: Callable[[Array], Array], log_p: Array, log_q: Array, d: Array) -> Array:
    """q (φ(e^d) − φ′(1)(e^d − 1)): the same sum, since ∫ (p − q) = 0, without the terms of first order that cancel in it.

    Near d = 0 the digits of u = e^d − 1 are kept, which those of e^d do not hold: by a polynomial in u, or, where φ has
    a corner at 1, as φ(t)/(t − 1) times u.
    """
    u = np.expm1(d)
    near = np.abs(u) < RADIUS
    small = np.where(near, u, 0.0)
    values, logs = _growth(convex, d)
    weights = np.exp(np.maximum(log_p, log_q) + logs)
    away = np.where(weights == 0, 0.0, values * weights)
    series = _series(convex)
    if series is None:
        t = 1 + small
        t = np.where(t == 1, np.where(small < 0, 1 - 2.0**-53, 1 + 2.0**-52), t)
        return np.where(near, np.exp(log_q) * (convex(t) / (t - 1) * small), away)
    z = small / RADIUS
    flat = np.exp(log_q) * z**2 * np.polynomial.Polynomial(series[1:])(z)
    return np.where(near, flat, away - series[0] / RADIUS * (np.exp(log_p) - np.exp(log_q)))


def _growth(convex: Callable[[Array], Array], d: Array) -> tuple[Array, Array]:
    """φ(e^d)/max(1, e^d) as a value times the exponential of a logarithm.

    Beyond FAR it goes on as it grows there: like a line in d (KL and whatever stays bounded), or like an exponential
    (χ²); NaN if it is neither.
    """
    inner = np.clip(d, -FAR, FAR)
    t = np.exp(inner)
    values, logs = convex(t) / np.maximum(t, 1.0), np.zeros_like(d)
    for side in (-1.0, 1.0):
        out = side * d > FAR
        if out.any():
            at = np.exp(side * (FAR - np.array([0.0, 8.0, 16.0])))
            y = convex(at) / np.maximum(at, 1.0)
            further = side * d[out] - FAR
            if abs(y[0]) < 1e-100:  # t log t as t → 0
                values[out] = 0.0
            elif abs(y[0] - 2 * y[1] + y[2]) <= 1e-11 * np.abs(y).max():
                slope = (y[0] - y[1]) / 8
                values[out] = y[0] + (slope * further if abs(slope) > 1e-14 * abs(y[0]) else 0.0)
            elif abs(y[0] * y[2] / y[1] ** 2 - 1) <= 1e-9:
                logs[out] = np.log(y[0] / y[1]) / 8 * further
            else:
                values[out] = np.nan
    return values, logs


def _series(convex: Callable[[Array], Array]) -> Array | None:
    """a₁, a₂, … of φ(1 + RADIUS z)/z, by a polynomial through Chebyshev nodes; None if it misses φ between them.

    φ is known only by its values, whose rounding hides φ″ at u = 1e-8; u (a₂u + …) has as many digits as u.
    """
    polynomial = np.polynomial.Polynomial
    t = 1 + RADIUS * np.cos(np.pi * (np.arange(20) + 0.5) / 20)
    nodes = (t - 1) / RADIUS  # as rounded in t
    a = np.polynomial.Chebyshev.fit(nodes, convex(t) / nodes, 19, domain=[-1, 1]).convert(kind=polynomial).coef
    between = np.linspace(-0.9, 0.9, 8)
    values = convex(1 + RADIUS * between)
    matches = (np.abs(between * polynomial(a)(between) - values) < 1e-11 * np.abs(values).max()).all()
    return np.asarray(a, dtype=float) if matches else None
