r"""Divergences between two members p = p(·|θ_p), q = p(·|θ_q) of a family, in nats.

    KL(p‖q)  = ∫ p log(p/q)          squared Hellinger  H² = 1 − ∫√(pq)          D_φ(p‖q) = ∫ q φ(p/q)

To second order in δ = θ_q − θ_p all of them are one quadratic form, and its matrix is the Fisher information:
KL ≈ ½δᵀFδ, H² ≈ ⅛δᵀFδ, D_φ ≈ ½φ''(1) δᵀFδ (Csiszár and Shields 2004, §4).

Nearly equal members are the interesting case, and there the definitions cancel: KL is a sum of terms of order δ that
add up to order δ². With d = log(p/q) the forms used here have no negative term to lose digits to,

    KL = ∫ p (e^{−d} − 1 + d)        H² = ½∫ p (1 − e^{−d/2})²        D_φ = ∫ q (φ(e^d) − φ'(1)(e^d − 1))

and d itself is no difference of two rounded logarithms: for neighbours it is the score integrated from p to q.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import drawn, expectation
from fisher_core import validation as check
from fisher_core.family import Estimate, Family
from fisher_core.special import exp_excess
from fisher_core.validation import Array

NEIGHBOURS = 0.1  # root mean square of log p/q below which it is integrated from the score
RADIUS = 0.3  # of the disc around t = 1 in which φ is a polynomial; t log t ends at t = 0


def kl(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> Array:
    """KL(p‖q) in the family's own form; θ (..., d) broadcast and give (...). Infinite where q misses part of p."""
    return f.kl(theta_p, theta_q)


def quadratic(fisher: ArrayLike, delta: ArrayLike) -> Array:
    """½ δᵀFδ for F (..., d, d) and δ (..., d), broadcasting over the leading axes."""
    fisher, delta = check.array("fisher", fisher), check.array("delta", delta)
    if delta.ndim == 0 or fisher.ndim < 2 or fisher.shape[-2:] != (delta.shape[-1],) * 2:
        raise ValueError(f"fisher has shape {fisher.shape} and must be (..., d, d) for delta {delta.shape} = (..., d)")
    return 0.5 * np.einsum("...i,...ij,...j->...", delta, fisher, delta)


def log_ratio(f: Family, x: ArrayLike, theta_p: ArrayLike, theta_q: ArrayLike) -> Array:
    """d(xᵢ) = log p(xᵢ|θ_p)/p(xᵢ|θ_q), shape (n,), for x in the support of θ_p; ∞ outside that of θ_q.

    Neighbours, where most |d| are below 0.1, get it from the score and keep its digits at any step.
    """
    p, q = f.check_theta(theta_p), f.check_theta(theta_q)
    x = f.check_data(x, p)
    return _log_ratio(f, x, p, q, np.full(len(x), -np.log(max(len(x), 1))))


def kl_quadrature(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """KL(p‖q) by numerical integration of p(e^{−d} − 1 + d): never negative, about 1e-12 relative error at any step.

    Infinite when the support of p is not within that of q. When it is smaller, p·d alone is integrated over it.
    Raises QuadratureError if the nodes do not resolve both densities, and ValueError if the integrand outlasts them.
    """
    log_p, log_q, d = _log_masses(f, theta_p, theta_q)
    if np.isneginf(log_q).any():
        return float("inf")
    nested = not _same_support(f, theta_p, theta_q)
    terms = np.exp(log_p) * d if nested else _kl_terms(log_p, log_q, d)
    total = float(terms.sum())
    # The nodes end where p and q do. With a much thinner q, p·log(p/q) may be largest out there, in the last panel.
    last = expectation.POINTS.size
    if not (f.discrete or nested) and max(terms[:last].sum(), terms[-last:].sum()) > 1e-3 * total:
        raise ValueError(f"theta_q = {theta_q!r} must not have so much thinner tails than theta_p = {theta_p!r}")
    return total


def kl_monte_carlo(
    f: Family,
    theta_p: ArrayLike,
    theta_q: ArrayLike,
    n: int,
    rng: np.random.Generator,
    estimator: str = "log_ratio",
) -> Estimate:
    """KL(p‖q) from n draws x ~ p; value and standard error of shape ().

    estimator = "log_ratio"     mean of d = log p/q. Its spread is √(2 KL): useless once KL < 2/n.
    estimator = "non_negative"  mean of e^{−d} − 1 + d, which has the same mean and a relative spread that stays finite
                                as q → p; but E[(q/p)²] may be infinite when q is much wider than p (Schulman 2020).
    """
    check.choice("estimator", estimator, ("log_ratio", "non_negative"))
    n, rng = check.integer("n", n, 2), check.generator("rng", rng)
    theta_p, theta_q = f.check_theta(theta_p), f.check_theta(theta_q)
    total, squares, shift = 0.0, 0.0, None
    for x, counts in drawn.blocks(f, theta_p, n, rng):
        times = np.ones(len(x)) if counts is None else counts
        d = _log_ratio(f, x, theta_p, theta_q, np.log(times / times.sum()))
        if np.isinf(d).any():
            return Estimate(np.array(np.inf), np.array(0.0), n)
        terms = d if estimator == "log_ratio" else exp_excess(-d)
        if shift is None:  # near the mean, or the sum of squares would lose its digits
            shift = float(times @ terms / times.sum())
        terms = terms - shift
        total, squares = total + float(times @ terms), squares + float(times @ terms**2)
    variance = max(squares - total**2 / n, 0.0) / (n - 1)
    assert shift is not None, "n is at least 2"
    return Estimate(np.array(shift + total / n), np.array(np.sqrt(variance / n)), n)


def hellinger(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """Squared Hellinger distance 1 − ∫√(pq) = ½∫(√p − √q)², between 0 and 1; about ⅛δᵀFδ for near neighbours."""
    log_p, log_q, d = _log_masses(f, theta_p, theta_q)
    if not _same_support(f, theta_p, theta_q):
        return 1.0 - float(np.exp((log_p + log_q) / 2).sum())
    return 0.5 * float(np.exp(np.maximum(log_p, log_q)) @ np.expm1(-np.abs(d) / 2) ** 2)


def overlap(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """Area under both curves, ∫ min(p, q) = 1 − total variation distance; between 0 and 1."""
    log_p, log_q, _ = _log_masses(f, theta_p, theta_q, crossings=True)
    return float(np.exp(np.minimum(log_p, log_q)).sum())


def f_divergence(f: Family, theta_p: ArrayLike, theta_q: ArrayLike, convex: Callable[[Array], Array]) -> float:
    """D_φ(p‖q) = ∫ q φ(p/q) for a convex φ = ``convex`` with φ(1) = 0, called with an array of ratios t = p/q > 0.

    φ = t log t gives KL(p‖q), −log t KL(q‖p), (√t − 1)²/2 the squared Hellinger distance, (t − 1)² Pearson's χ²,
    |t − 1|/2 total variation. Relative error about 1e-11 at any step where φ is smooth at 1, see
    :func:`_without_slope`; about 1e-15/|δ| where it has a corner there. Raises ValueError when φ(1) ≠ 0, when the
    supports differ, or when the ratio leaves float64 where there is mass.
    """
    at_one = float(np.asarray(convex(np.ones(1)))[0])
    if not abs(at_one) < 1e-14:
        raise ValueError(f"convex(1) = {at_one:g} must be 0")
    if not _same_support(f, theta_p, theta_q):
        raise ValueError(f"theta_p = {theta_p!r} and theta_q = {theta_q!r} must have the same support")
    log_p, log_q, d = _log_masses(f, theta_p, theta_q, crossings=True)
    seen = np.maximum(log_p, log_q) > -60  # where there is 1e-26 of mass; p/q need not fit into float64 elsewhere
    d, mass = d[seen], np.exp(log_q[seen])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = float(mass @ _without_slope(convex, np.clip(d, -700, 700)))
    if mass[np.abs(d) > 700].sum() > 1e-15:
        value = np.nan
    if not np.isfinite(value):
        raise ValueError(f"theta_p = {theta_p!r} and theta_q = {theta_q!r} must be near enough for p/q to fit float64")
    return value


def _without_slope(convex: Callable[[Array], Array], d: Array) -> Array:
    """φ(1 + u) − φ'(1) u with 1 + u = e^d: the same divergence, since ∫ q u = 0, without the terms of first order that cancel in it.

    φ is known only by its values, whose rounding hides φ″ at u = 1e-8. Within |u| < RADIUS φ/u is therefore replaced by
    a polynomial a₁ + a₂u + … through Chebyshev nodes: u (a₂u + …) then has as many digits as u. If the polynomial
    misses φ between the nodes, φ has a corner at 1, and is left as it is.
    """
    polynomial = np.polynomial.Polynomial
    t = 1 + RADIUS * np.cos(np.pi * (np.arange(20) + 0.5) / 20)
    nodes = (t - 1) / RADIUS  # as rounded in t
    a = np.polynomial.Chebyshev.fit(nodes, convex(t) / nodes, 19, domain=[-1, 1]).convert(kind=polynomial).coef
    between = np.linspace(-0.9, 0.9, 8)
    values = convex(1 + RADIUS * between)
    if not (np.abs(between * polynomial(a)(between) - values) < 1e-11 * np.abs(values).max()).all():
        return convex(np.exp(d))
    u = np.expm1(d)
    near = np.abs(u) < RADIUS
    z = np.where(near, u, 0.0) / RADIUS
    return np.where(near, z**2 * polynomial(a[1:])(z), convex(np.exp(d)) - a[0] * u / RADIUS)


def _kl_terms(log_p: Array, log_q: Array, d: Array) -> Array:
    """p(e^{−d} − 1 + d) ≥ 0; where d < −½ the larger q is factored out, as e^{−d} may overflow."""
    away = np.minimum(d, 0.0)
    return np.where(
        d < -0.5,
        np.exp(log_q) * (1 + (away - 1) * np.exp(away)),
        np.exp(log_p) * exp_excess(-np.maximum(d, -0.5)),
    )


def _same_support(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> bool:
    return f.columns is not None or f.support(theta_p) == f.support(theta_q)


def _log_density(f: Family, x: Array, theta: Array) -> Array:
    """log p(x|θ), −∞ outside the support."""
    if f.columns is not None:
        return expectation.log_density(f, x, theta)
    lo, hi = f.support(theta)
    inside = (x >= lo) & (x <= hi)
    return np.where(inside, expectation.log_density(f, x, theta), -np.inf)


def _log_ratio(f: Family, x: Array, p: Array, q: Array, log_weights: Array) -> Array:
    """log p/q at x, from the family's ``_log_ratio`` if its root mean square under the weights is below NEIGHBOURS.

    Then a difference would lose digits, and the step is small enough for an integral along it. Single |d| above ½, in
    a tail or at an outcome that hardly ever comes, are differences all the same.
    """
    d = np.asarray(_log_density(f, x, p) - _log_density(f, x, q))
    size = np.minimum(np.abs(d), 1.0)
    if not float(np.exp(log_weights) @ size**2) < NEIGHBOURS**2:
        return d
    with np.errstate(all="ignore"):
        near = -f._log_ratio(x, p, q, q - p)
    return np.where((np.abs(d) < 0.5) & np.isfinite(near), near, d)


def _log_masses(
    f: Family, theta_p: ArrayLike, theta_q: ArrayLike, crossings: bool = False
) -> tuple[Array, Array, Array]:
    """log(p Δ), log(q Δ) and log(p/q) on common nodes in the support of p, fine enough for both densities.

    ``crossings`` puts a panel edge wherever the densities cross, for integrands with a corner there.
    """
    p, q = f.check_theta(theta_p), f.check_theta(theta_q)
    same = _same_support(f, p, q)
    resolved = (p, q) if same else (p,)
    ends = () if same else tuple(end for end in f.support(q) if np.isfinite(end))
    at = expectation.nodes(f, *resolved, cuts=ends)
    if crossings and at.x.ndim == 1 and not f.discrete:
        at = expectation.nodes(f, *resolved, cuts=(*ends, *_crossings(f, at.x, p, q)))
    log_p = expectation.log_weights(f, p, at)
    if not same:
        log_q = at.values(lambda x: _log_density(f, x, q)) + at.log_measure
        return log_p, log_q, log_p - log_q
    log_q = expectation.log_weights(f, q, at)
    mass = np.append(log_p, [-np.inf] * (0 if at.anchors is None else len(at.anchors)))
    return log_p, log_q, at.values(lambda x: _log_ratio(f, x, p, q, mass[: len(x)]))


def _crossings(f: Family, x: Array, p: Array, q: Array) -> Array:
    """Where p = q, between neighbours of the increasing nodes x, by bisection to 1e-8 of their distance."""

    def p_larger(at: Array) -> NDArray[np.bool_]:
        return _log_density(f, at, p) > _log_density(f, at, q)

    start = p_larger(x)
    here = np.flatnonzero(start[1:] != start[:-1])
    low, high, before = x[here], x[here + 1], start[here]
    for _ in range(27 if here.size else 0):
        middle = (low + high) / 2
        left = p_larger(middle) == before
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return (low + high) / 2
