r"""What a family leaves unwritten, computed from what it does write: slower, one θ at a time, ten digits or more.

    fisher      E[s sᵀ] of the family's own score, by quadrature
    kl          ∫ p (e^{−d} − 1 + d), d = log p/q, by quadrature: neighbours keep their digits
    cdf, sf     ∫ p up to x and from x on, each with its digits; panels of the quadrature end at x; counts are added up
    quantile    the root of cdf(x) = u by Newton's method inside a bracket; the first count that reaches u

A hook of :class:`~fisher_core.family.Family` that a family does not write comes here.
"""

from __future__ import annotations

import numpy as np

from fisher_core.numerics import expectation, pairs
from fisher_core.numerics.distribution import Distribution
from fisher_core.validation import Array

MOST_STEPS = 100  # bisection alone needs some 50


def fisher(f: Distribution, theta: Array) -> Array:
    """E[s sᵀ] at theta (d, ...), shape (..., d, d)."""
    matrices = [_mean_square(f, point) for point in _points(theta)]
    return np.reshape(matrices, (*theta.shape[1:], len(theta), len(theta)))


def kl(f: Distribution, p: Array, q: Array) -> Array:
    """KL(p‖q) at p, q (d, ...) that broadcast, shape (...)."""
    p, q = np.broadcast_arrays(p, q)
    values = [pairs.kl(f, *at) for at in zip(_points(p), _points(q), strict=True)]
    return np.reshape(values, p.shape[1:])


def cdf(f: Distribution, x: Array, theta: Array) -> Array:
    """P(X ≤ x), shape of x."""
    cuts, mass = _masses(f, x, theta)
    below = np.minimum(np.cumsum(mass[:-1]), 1.0)[np.searchsorted(cuts, x)]
    return np.where(x < f._bounds(theta)[1], below, 1.0)


def sf(f: Distribution, x: Array, theta: Array) -> Array:
    """P(X > x), shape of x."""
    cuts, mass = _masses(f, x, theta)
    above = np.minimum(np.cumsum(mass[:0:-1])[::-1], 1.0)[np.searchsorted(cuts, x)]
    return np.where(x < f._bounds(theta)[1], above, 0.0)


def quantile(f: Distribution, u: Array, theta: Array) -> Array:
    """The smallest x with P(X ≤ x) ≥ u, shape of u."""
    if f.discrete:
        counts, below = _counts(f, theta)
        return counts[np.minimum(np.searchsorted(below, u), len(counts) - 1)]
    x = np.unique(expectation.nodes(f, theta).x)
    place = np.clip(np.searchsorted(f._cdf(x, theta), u), 1, len(x) - 1)
    low, high = x[place - 1], x[place]
    at, width = (low + high) / 2, high - low
    for _ in range(MOST_STEPS):
        above = f._cdf(at, theta) - u
        low, high = np.where(above < 0, at, low), np.where(above < 0, high, at)
        newton = at - above / np.exp(f._log_prob(at, theta))
        inside = (low <= newton) & (newton <= high)
        before, at = at, np.where(inside, newton, (low + high) / 2)
        # a step of Newton's is squared in the next: after one of 1e-8 nothing is left
        if (np.abs(at - before) <= np.maximum(np.where(inside, 1e-8 * width, 0.0), 4e-16 * np.abs(at))).all():
            break
    return at


def _points(theta: Array) -> Array:
    """(d, ...) as rows (n, d)."""
    return theta.reshape(len(theta), -1).T


def _mean_square(f: Distribution, theta: Array) -> Array:
    at = expectation.nodes(f, theta)
    w = expectation.weights(f, theta, at)
    kept = w > 1e-30 * w.max()
    s = np.sqrt(w[kept, None]) * at.only(kept).values(lambda x: f.score(x, theta))
    return s.T @ s


def _masses(f: Distribution, x: Array, theta: Array) -> tuple[Array, Array]:
    """The different x (m,), ascending, and the probabilities of the m + 1 bins that they cut."""
    cuts = np.unique(x)
    at, bins = expectation.binned(f, theta, cuts)
    mass: Array = np.bincount(bins, expectation.weights(f, theta, at), minlength=len(cuts) + 1).astype(float)
    return cuts, mass


def _counts(f: Distribution, theta: Array) -> tuple[Array, Array]:
    """All whole numbers within reach, from the lower end of the support if it has one, and P(X ≤ x) there."""
    reach = expectation.nodes(f, theta).x
    start = f._bounds(theta)[0]
    counts = np.arange(start if np.isfinite(start) else reach[0], reach[-1] + 1)
    return counts, np.minimum(np.cumsum(np.exp(expectation.log_density(f, counts, theta))), 1.0)
