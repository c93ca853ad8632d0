r"""Divergences between two members p = p(·|θ_p), q = p(·|θ_q) of a family, in nats.

    KL(p‖q)  = ∫ p log(p/q)          squared Hellinger  H² = 1 − ∫√(pq)          D_φ(p‖q) = ∫ q φ(p/q)

To second order in δ = θ_q − θ_p all of them are one quadratic form, and its matrix is the Fisher information:
KL ≈ ½δᵀFδ, H² ≈ ⅛δᵀFδ, D_φ ≈ ½φ''(1) δᵀFδ (Csiszár and Shields 2004, §4).

Nearly equal members are the interesting case, and there the definitions cancel: KL is a sum of terms of order δ that
add up to order δ². With d = log(p/q) the forms used here have no negative term to lose digits to,

    KL = ∫ p (e^{−d} − 1 + d)        H² = ½∫ p (1 − e^{−d/2})²        D_φ = ∫ q (φ(e^d) − φ'(1)(e^d − 1))

and d itself is no difference of two rounded logarithms: for neighbours it is the score integrated from p to q.

θ may lie at a closed end of its domain, where an outcome has no chance at all: as in Family.kl, what p never gives adds q
to KL, and what q never gives makes it infinite.
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

REACHES = (1.0, 4.0, 16.0, 64.0)  # how far into the tails nodes go, until nothing is left out there
FADED, ENOUGH = 1e-13, 1e-9  # of the whole, in the outermost nodes: when to stop, and what the widest reach may leave
FAR = 350.0  # log p/q up to which φ is asked for its values: φ(t) = t² still fits into float64
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
    theta_p, theta_q = _at_origin(f, theta_p, theta_q)
    if _on_edge(f, theta_p, theta_q):
        _, log_p, log_q, d = _log_masses(f, theta_p, theta_q)
        return float("inf") if (d == np.inf).any() else float(_kl_terms(log_p, log_q, d).sum())
    nested = not _same_support(f, theta_p, theta_q)
    for reach in REACHES:
        at, log_p, log_q, d = _log_masses(f, theta_p, theta_q, reach=reach)
        if nested and np.isneginf(log_q).any():
            return float("inf")
        with np.errstate(all="ignore"):
            terms = np.exp(log_p) * d if nested else _kl_terms(log_p, log_q, d)
        if nested or (np.isfinite(terms).all() and _fades(f, at, terms, theta_p, reach)):
            return float(terms.sum())
    raise ValueError(f"theta_q = {theta_q!r} must not have so much thinner tails than theta_p = {theta_p!r}")


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
    theta_p, theta_q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
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
    theta_p, theta_q = _at_origin(f, theta_p, theta_q)
    if not _same_support(f, theta_p, theta_q) and _within(f, theta_q, theta_p):
        theta_p, theta_q = theta_q, theta_p
    _, log_p, log_q, d = _log_masses(f, theta_p, theta_q)
    if not _same_support(f, theta_p, theta_q):
        if _within(f, theta_p, theta_q):
            return float(np.exp(log_p) @ -np.expm1(-d / 2))
        return 1.0 - float(np.exp((log_p + log_q) / 2).sum())
    return 0.5 * float(np.exp(np.maximum(log_p, log_q)) @ np.expm1(-np.abs(d) / 2) ** 2)


def overlap(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """Area under both curves, ∫ min(p, q) = 1 − total variation distance; between 0 and 1."""
    _, log_p, log_q, _ = _log_masses(f, *_at_origin(f, theta_p, theta_q), crossings=True)
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
    if not _same_support(f, theta_p, theta_q):
        raise ValueError(f"theta_p = {theta_p!r} and theta_q = {theta_q!r} must have the same support")
    theta_p, theta_q = _at_origin(f, theta_p, theta_q)
    before = np.nan
    for reach in REACHES:
        at, log_p, log_q, d = _log_masses(f, theta_p, theta_q, crossings=True, reach=reach)
        with np.errstate(all="ignore"):
            terms = _f_terms(convex, log_p, log_q, d)
        value = float(terms.sum())
        if _on_edge(f, theta_p, theta_q) and not np.isnan(value):
            return value
        if not np.isfinite(value):
            break
        if _fades(f, at, terms, theta_p, reach) if f.columns is None else abs(value - before) <= 1e-12 * abs(value):
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


def _fades(f: Family, at: expectation.Nodes, terms: Array, theta: ArrayLike, reach: float) -> bool:
    """Whether next to nothing of a sum over nodes of scalars is in the outermost ones, where more might follow."""
    if f.columns is not None:
        return True
    few = 5 if f.discrete else expectation.POINTS.size
    lower, upper = f.support(theta) if f.discrete else (-np.inf, np.inf)
    ends = [end for end, more in ((terms[:few], at.x[0] > lower), (terms[-few:], at.x[-1] < upper)) if more]
    most = (ENOUGH if reach == REACHES[-1] else FADED) * np.abs(terms).sum()
    return all(np.abs(end).sum() <= most for end in ends)


def _kl_terms(log_p: Array, log_q: Array, d: Array) -> Array:
    """p(e^{−d} − 1 + d) ≥ 0; where d < −½ the larger q is factored out, as e^{−d} may overflow."""
    away = np.clip(d, -800.0, 0.0)  # e^{−800} is 0
    return np.where(
        d < -0.5,
        np.exp(log_q) * (1 + (away - 1) * np.exp(away)),
        np.exp(log_p) * exp_excess(-np.maximum(d, -0.5)),
    )


def _at_origin(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> tuple[Array, Array]:
    """The pair moved so that p is at 0, which changes no divergence: x next to a location of 1e8 has few digits left."""
    p, q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
    shift = np.zeros_like(p)
    shift[list(f.locations)] = p[list(f.locations)]
    return p - shift, q - shift


def _same_support(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> bool:
    return f.columns is not None or _on_edge(f, theta_p, theta_q) or f.support(theta_p) == f.support(theta_q)


def _on_edge(f: Family, *thetas: ArrayLike) -> bool:
    """Whether one of ``thetas`` is at a closed end of its domain, where some outcomes of a discrete family have no chance."""
    return not all(f.contains(theta) for theta in thetas)


def _within(f: Family, theta_p: ArrayLike, theta_q: ArrayLike) -> bool:
    """Whether the support of p is part of that of q."""
    (lower_p, upper_p), (lower_q, upper_q) = f.support(theta_p), f.support(theta_q)
    return lower_q <= lower_p and upper_p <= upper_q


def _log_density(f: Family, x: Array, theta: Array) -> Array:
    """log p(x|θ), −∞ outside the support."""
    if f.columns is not None:
        return expectation.log_density(f, x, theta)
    lo, hi = f._bounds(theta)
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
    f: Family, theta_p: ArrayLike, theta_q: ArrayLike, crossings: bool = False, reach: float = 1.0
) -> tuple[expectation.Nodes, Array, Array, Array]:
    """Common nodes in the support of p, fine enough for both densities, and there log(p Δ), log(q Δ) and log(p/q).

    ``crossings`` puts a panel edge wherever the densities cross, for integrands with a corner there.
    """
    p, q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
    if _on_edge(f, p, q):
        return _edge_masses(f, p, q)
    same = _same_support(f, p, q)
    resolved = (p, q) if same else (p,)
    ends = () if same else tuple(end for end in f.support(q) if np.isfinite(end))
    at = expectation.nodes(f, *resolved, cuts=ends, reach=reach)
    if crossings and at.x.ndim == 1 and not f.discrete:
        at = expectation.nodes(f, *resolved, cuts=(*ends, *_crossings(f, at.x, p, q)), reach=reach)
    log_p = expectation.log_weights(f, p, at)
    log_q = expectation.log_weights(f, q, at) if same else at.values(lambda x: _log_density(f, x, q)) + at.log_measure
    mass = np.append(log_p, [-np.inf] * (0 if at.anchors is None else len(at.anchors)))
    d = at.values(lambda x: _log_ratio(f, x, p, q, mass[: len(x)]))
    return at, log_p, log_q, np.where(np.isnan(d), 0.0, d)  # where both logarithms have left float64


def _edge_masses(f: Family, p: Array, q: Array) -> tuple[expectation.Nodes, Array, Array, Array]:
    """:func:`_log_masses` of whole numbers where p or q is at a closed end: d = ±∞ where only one of them has mass."""
    low, high = f.bounds
    if np.isfinite(high):
        at = expectation.Nodes(np.arange(low, high + 1), np.zeros(int(high - low) + 1))
    else:  # counts that never come are at 0, where nodes of frequent ones have none
        inside = [expectation.nodes(f, theta) for theta in (p, q) if f.contains(theta)]
        rest = [nodes.only(nodes.x > low) for nodes in inside]
        x, measure = ([getattr(nodes, name) for nodes in rest] for name in ("x", "log_measure"))
        at = expectation.Nodes(np.concatenate([[low], *x]), np.concatenate([[0.0], *measure]))
    log_p, log_q = (expectation.log_density(f, at.x, theta) + at.log_measure for theta in (p, q))
    with np.errstate(invalid="ignore"):  # −∞ + ∞, where neither has mass
        d = log_p - log_q
    return at, log_p, log_q, np.where(np.isnan(d), 0.0, d)


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
