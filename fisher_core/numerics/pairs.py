r"""Integrals over two members p, q of a family at once, where neighbours would cancel: the nodes, and log p/q there.

KL is here, ∫ p (e^{−d} − 1 + d) with d = log p/q, because a family that writes no KL of its own is given this one.
The definitions and what they are good for stand in :mod:`fisher_core.divergence`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core.numerics import expectation
from fisher_core.numerics.distribution import Distribution
from fisher_core.numerics.special import exp_excess
from fisher_core.validation import Array

REACHES = (1.0, 4.0, 16.0, 64.0)  # how far into the tails nodes go, until nothing is left out there
FADED, ENOUGH = 1e-13, 1e-9  # of the whole, in the outermost nodes: when to stop, and what the widest reach may leave
FAR = 0.1  # KL from which ∫ p d no longer cancels; ∫ (q − p) = 0, for which x may be too coarse, is left out then
ROUNDS, UNRESOLVED = 3, 1e-13  # how often panels are halved, and which: those that miss that much of the whole
LEGENDRE = np.polynomial.legendre.legvander(expectation.POINTS, expectation.POINTS.size - 1)
LEGENDRE *= np.arange(expectation.POINTS.size) + 0.5  # weighted values at the nodes to coefficients
NEIGHBOURS = 0.1  # root mean square of log p/q below which it is integrated from the score


def kl(f: Distribution, theta_p: ArrayLike, theta_q: ArrayLike) -> float:
    """KL(p‖q): see :func:`fisher_core.divergence.kl_quadrature`."""
    theta_p, theta_q = at_origin(f, theta_p, theta_q)
    if on_edge(f, theta_p, theta_q):
        _, log_p, log_q, d = log_masses(f, theta_p, theta_q)
        return float("inf") if (d == np.inf).any() else float(_kl_terms(log_p, log_q, d).sum())
    nested = not same_support(f, theta_p, theta_q)
    for reach in REACHES:
        cuts = np.empty(0)
        for _ in range(ROUNDS):
            at, log_p, log_q, d = log_masses(f, theta_p, theta_q, reach=reach, cuts=cuts)
            if nested and np.isneginf(log_q).any():
                return float("inf")
            with np.errstate(all="ignore"):
                terms = _kl_terms(log_p, log_q, d)
                if nested or terms.sum() > FAR:
                    terms = np.where(np.isneginf(log_p) & (d < 0), 0.0, np.exp(log_p) * d)
            middles = _unresolved(f, at, terms)
            cuts = np.append(cuts, middles)
            if not middles.size:
                break
        if nested or (np.isfinite(terms).all() and fades(f, at, terms, theta_p, reach)):
            mass = float(np.exp(log_p).sum())
            if not abs(mass - 1) < ENOUGH:
                raise expectation.QuadratureError(f.key, theta_p, mass)
            return float(terms.sum())
    raise ValueError(f"theta_q = {theta_q!r} must not have so much thinner tails than theta_p = {theta_p!r}")


def _kl_terms(log_p: Array, log_q: Array, d: Array) -> Array:
    """p(e^{−d} − 1 + d) ≥ 0; where d < −½ the larger q is factored out, as e^{−d} may overflow."""
    away = np.clip(d, -800.0, 0.0)  # e^{−800} is 0
    return np.where(
        d < -0.5,
        np.exp(log_q) * (1 + (away - 1) * np.exp(away)),
        np.exp(log_p) * exp_excess(-np.maximum(d, -0.5)),
    )


def _unresolved(f: Distribution, at: expectation.Nodes, terms: Array) -> Array:
    """Middles of the panels that are too wide for their terms.

    A smooth integrand has Legendre coefficients c_k ~ ρ⁻ᵏ, and Gauss's rule of n nodes misses c_2n, about c_n²/c₀.
    """
    if f.columns is not None or f.discrete or not np.isfinite(terms).all():
        return np.empty(0)
    n = expectation.POINTS.size
    c = np.abs(terms.reshape(-1, n) @ LEGENDRE)
    most = np.maximum(c.max(axis=1), np.finfo(float).tiny)
    rough = c[:, -2:].max(axis=1) * (c[:, -2:].max(axis=1) / most) > UNRESOLVED * np.abs(terms).sum()
    x = at.x.reshape(-1, n)[rough]
    return (x[:, n // 2 - 1] + x[:, n // 2]) / 2


def fades(f: Distribution, at: expectation.Nodes, terms: Array, theta: ArrayLike, reach: float) -> bool:
    """Whether next to nothing of a sum over nodes of scalars is in the outermost ones, where more might follow."""
    if f.columns is not None:
        return True
    few = 5 if f.discrete else expectation.POINTS.size
    lower, upper = f.support(theta) if f.discrete else (-np.inf, np.inf)
    ends = [end for end, more in ((terms[:few], at.x[0] > lower), (terms[-few:], at.x[-1] < upper)) if more]
    most = (ENOUGH if reach == REACHES[-1] else FADED) * np.abs(terms).sum()
    return all(np.abs(end).sum() <= most for end in ends)


def at_origin(f: Distribution, theta_p: ArrayLike, theta_q: ArrayLike) -> tuple[Array, Array]:
    """The pair moved so that p is at 0, which changes no divergence: x next to a location of 1e8 has few digits left."""
    p, q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
    shift = np.zeros_like(p)
    shift[list(f.locations)] = p[list(f.locations)]
    return p - shift, q - shift


def same_support(f: Distribution, theta_p: ArrayLike, theta_q: ArrayLike) -> bool:
    return f.columns is not None or on_edge(f, theta_p, theta_q) or f.support(theta_p) == f.support(theta_q)


def on_edge(f: Distribution, *thetas: ArrayLike) -> bool:
    """Whether one of ``thetas`` is at a closed end of its domain, where some outcomes of a discrete family have no chance."""
    return not all(f.contains(theta) for theta in thetas)


def within(f: Distribution, theta_p: ArrayLike, theta_q: ArrayLike) -> bool:
    """Whether the support of p is part of that of q."""
    (lower_p, upper_p), (lower_q, upper_q) = f.support(theta_p), f.support(theta_q)
    return lower_q <= lower_p and upper_p <= upper_q


def log_density(f: Distribution, x: Array, theta: Array) -> Array:
    """log p(x|θ), −∞ outside the support."""
    if f.columns is not None:
        return expectation.log_density(f, x, theta)
    lo, hi = f._bounds(theta)
    inside = (x >= lo) & (x <= hi)
    return np.where(inside, expectation.log_density(f, x, theta), -np.inf)


def log_ratio(f: Distribution, x: Array, p: Array, q: Array, log_weights: Array) -> Array:
    """log p/q at x, from the family's ``log_ratio`` if its root mean square under the weights is below NEIGHBOURS.

    Then a difference would lose digits, and the step is small enough for an integral along it. Single |d| above ½, in
    a tail or at an outcome that hardly ever comes, are differences all the same.
    """
    d = np.asarray(log_density(f, x, p) - log_density(f, x, q))
    size = np.minimum(np.abs(d), 1.0)
    if not float(np.exp(log_weights) @ size**2) < NEIGHBOURS**2:
        return d
    with np.errstate(all="ignore"):
        near = -f._log_ratio(x, p, q, q - p)
    return np.where((np.abs(d) < 0.5) & np.isfinite(near), near, d)


def log_masses(
    f: Distribution,
    theta_p: ArrayLike,
    theta_q: ArrayLike,
    crossings: bool = False,
    reach: float = 1.0,
    cuts: ArrayLike = (),
) -> tuple[expectation.Nodes, Array, Array, Array]:
    """Common nodes in the support of p, fine enough for both densities, and there log(p Δ), log(q Δ) and log(p/q).

    ``crossings`` puts a panel edge wherever the densities cross, for integrands with a corner there; ``cuts`` are more.
    """
    p, q = f.check_theta(theta_p, closure=True), f.check_theta(theta_q, closure=True)
    if on_edge(f, p, q):
        return _edge_masses(f, p, q)
    same = same_support(f, p, q)
    resolved = (p, q) if same else (p,)
    ends = (*np.asarray(cuts), *(() if same else (end for end in f.support(q) if np.isfinite(end))))
    at = expectation.nodes(f, *resolved, cuts=ends, reach=reach)
    if crossings and at.x.ndim == 1 and not f.discrete:
        at = expectation.nodes(f, *resolved, cuts=(*ends, *_crossings(f, at.x, p, q)), reach=reach)
    log_p = expectation.log_weights(f, p, at)
    log_q = expectation.log_weights(f, q, at) if same else at.values(lambda x: log_density(f, x, q)) + at.log_measure
    mass = np.append(log_p, [-np.inf] * (0 if at.anchors is None else len(at.anchors)))
    d = at.values(lambda x: log_ratio(f, x, p, q, mass[: len(x)]))
    return at, log_p, log_q, np.where(np.isnan(d), 0.0, d)  # where both logarithms have left float64


def _edge_masses(f: Distribution, p: Array, q: Array) -> tuple[expectation.Nodes, Array, Array, Array]:
    """:func:`log_masses` of whole numbers where p or q is at a closed end: d = ±∞ where only one of them has mass."""
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


def _crossings(f: Distribution, x: Array, p: Array, q: Array) -> Array:
    """Where p = q, between neighbours of the increasing nodes x, by bisection to 1e-8 of their distance."""

    def p_larger(at: Array) -> NDArray[np.bool_]:
        return log_density(f, at, p) > log_density(f, at, q)

    start = p_larger(x)
    here = np.flatnonzero(start[1:] != start[:-1])
    low, high, before = x[here], x[here + 1], start[here]
    for _ in range(27 if here.size else 0):
        middle = (low + high) / 2
        left = p_larger(middle) == before
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return (low + high) / 2
