"""Two members of any family side by side: curves of densities, bars of masses, draws of vectors."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from fisher_core.family import Family

from ..figures.kl_shapes import Shapes
from .score_families import nice, ticks

DRAWS = 150  # of vectors, which have no curve to show


def pair(f: Family, theta, direction, steps) -> Shapes:
    """The distributions at θ and at θ + tδ for all t in ``steps``; NaN where there is none."""
    ends = theta + steps[:, None] * direction
    inside = f.contains(ends)
    if f.columns is not None:
        return clouds(f, theta, ends, inside)
    lo, hi = view_of(f, theta, ends[inside & (np.abs(steps) < 1.01)][::4])
    if f.discrete:
        whole = [x for x in nice(lo, hi, 4) if x == round(x)]
        x = np.unique(np.round(np.linspace(np.ceil(lo), np.floor(hi), min(int(hi - lo) + 1, 120))))
        after = np.full((len(steps), len(x)), np.nan)
        after[inside] = [masses(f, x, t) for t in ends[inside]]
        before = masses(f, x, theta)
        peaks = [before.max(), *after[inside].max(axis=1)]
        return Shapes("masses", (x[0] - 0.6, x[-1] + 0.6), top_of(peaks, 3), x, before, x, after, ticks(whole))
    x, before, peak = density(f, theta, lo, hi)
    after, peaks = np.full((2, len(steps), len(x)), np.nan), [peak]
    for i in np.flatnonzero(inside):
        with suppress(ValueError):  # near a wall its quantiles may leave float64: that one is not drawn
            *after[:, i], peak = density(f, ends[i], lo, hi)
            peaks.append(peak)
    return Shapes("density", (lo, hi), top_of(peaks, 2), x, before, *after, ticks(nice(lo, hi, 4)))


def view_of(f: Family, theta, ends) -> tuple[float, float]:
    """The window at θ, widened by at most half of itself on each side for ``ends``."""
    lo, hi = window(f, theta)
    others = np.array([window(f, t) for t in ends])
    room = 0.5 * (hi - lo)
    first, last = f.bounds
    return float(max(others[:, 0].min(), lo - room, first)), float(min(others[:, 1].max(), hi + room, last))


def quantile(f: Family, u, theta) -> np.ndarray:
    """The family's own; those of a few draws where it has none, which is near enough to place a curve's points."""
    if f.writes("_quantile"):
        return f.quantile(u, theta)
    return np.quantile(f.sample(theta, 2000, np.random.default_rng(3)), u)


def window(f: Family, theta) -> tuple[float, float]:
    """The family's window, or one like it by draws."""
    if f.writes("_quantile"):
        return f.window(theta)
    low, high = quantile(f, [f.tail, 1 - f.tail], theta)
    (lower, upper), near = f.support(theta), 0.5 * (high - low)
    low, high = (lower if low - lower <= near else low), (upper if upper - high <= near else high)
    return float(low), float(max(high, low + 1) if f.discrete else high)


def top_of(peaks, most: float) -> float:
    """Height of the axis: room for the first peak, and for most of the taller ones, up to ``most`` times that."""
    return float(1.12 * np.clip(np.quantile(peaks, 0.9), peaks[0], most * peaks[0]))


def inside_support(f: Family, x, theta):
    lo, hi = f.support(theta)
    low, high = f.closed
    return (x >= lo if low else x > lo) & (x <= hi if high else x < hi)


def masses(f: Family, x, theta) -> np.ndarray:
    """p(x | θ), 0 outside the support."""
    kept, p = inside_support(f, x, theta), np.zeros(len(x))
    p[kept] = np.exp(f.log_prob(x[kept], theta))
    return p


def density(f: Family, theta, lo: float, hi: float) -> tuple[np.ndarray, np.ndarray, float]:
    """A density over its own quantiles and evenly over the view, with its fall to 0 at finite ends of the support; and
    its height, where a pole at an end does not count."""
    bounds = f.support(theta)
    start, end = max(lo, bounds[0]), min(hi, bounds[1])
    at = quantile(f, np.linspace(0.01, 0.99, 41), theta)
    x = np.clip([*at, *np.linspace(start, end, 60)], start, max(start, end))
    inside, p = inside_support(f, x, theta), np.full(len(x), np.nan)
    with np.errstate(over="ignore"):  # next to a pole
        p[inside] = np.exp(f.log_prob(x[inside], theta))
    p[np.isinf(p)] = np.nan
    order = np.argsort(x, kind="stable")
    feet = [0.0 if bound == edge else np.nan for bound, edge in zip(bounds, (start, end), strict=True)]
    return (
        np.array([start, *x[order], end]),
        np.array([feet[0], *p[order], feet[1]]),
        float(np.nanquantile(p[: len(at)], 0.9)),
    )


def clouds(f: Family, theta, ends, inside) -> Shapes:
    """Draws with the same random numbers before and after: the two columns that move most."""

    def draw(at):
        x = f.sample(at, DRAWS, np.random.default_rng(2))
        return np.column_stack([x, np.zeros(DRAWS)]).T  # so that there are two columns at least

    before, later = draw(theta), np.stack([draw(t) for t in ends[inside]], axis=1)
    shown = np.sort(np.argsort(-np.abs(later - before[:, None]).mean(axis=(1, 2)), kind="stable")[:2])
    before, after = before[shown], np.full((2, len(ends), DRAWS), np.nan)
    after[:, inside] = later[shown]
    (lo, bottom), (hi, top) = (np.nanquantile(after, u, axis=(1, 2)) + (2 * u - 1) * 1e-3 for u in (0.001, 0.999))
    return Shapes("pairs", (lo, hi), top, *before, *after, ticks(nice(lo, hi, 4)), bottom, tuple(shown + 1))
