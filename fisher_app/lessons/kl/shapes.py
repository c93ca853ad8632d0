"""Two members of any family side by side: curves of densities, bars of masses, draws of vectors."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import numpy as np

from fisher_core.family import Family

from ...stage.axes import Axis
from ...stage.compound import two_densities, two_masses
from ...stage.marks import Points
from ...stage.scene import Live, View
from . import words
from .line import STEPS, line

DRAWS = 150  # of vectors, which have no curve to show


@lru_cache(maxsize=16)
def pair(*where: str) -> tuple[str, tuple[float, float], tuple[float, float], list[np.ndarray], tuple[int, ...]]:
    """Kind of picture, window, heights, and x, y at θ and over the step (NaN where there is no distribution); columns."""
    q = line(*where)
    f, theta, ends = q.family, q.theta, q.theta + STEPS[:, None] * q.direction
    inside = f.contains(ends)
    if f.columns is not None:
        return clouds(f, theta, ends, inside)
    lo, hi = view_of(f, theta, ends[inside & (np.abs(STEPS) < 1.01)][::4])
    if f.discrete:
        x = np.unique(np.round(np.linspace(np.ceil(lo), np.floor(hi), min(int(hi - lo) + 1, 120))))
        after = np.full((len(STEPS), len(x)), np.nan)
        after[inside] = [masses(f, x, t) for t in ends[inside]]
        before = masses(f, x, theta)
        top = top_of([before.max(), *after[inside].max(axis=1)], 3)
        return "masses", (x[0] - 0.6, x[-1] + 0.6), (0, top), [x, before, x, after], ()
    x, before, peak = density(f, theta, lo, hi)
    after, peaks = np.full((2, len(STEPS), len(x)), np.nan), [peak]
    for i in np.flatnonzero(inside):
        with suppress(ValueError):  # near a wall its quantiles may leave float64: that one is not drawn
            *after[:, i], peak = density(f, ends[i], lo, hi)
            peaks.append(peak)
    return "density", (lo, hi), (0, top_of(peaks, 2)), [x, before, *after], ()


def view(where: tuple[str, ...], before: str, after: str, node: int) -> View:
    """``before`` and ``after``: θ and θ + δ in words; ``node``: the present step."""
    kind, window, heights, (x0, y0, x, y), columns = pair(*where)
    say, moved = words.part("every", "c", kind), (Live(x, ("step",)), Live(y, ("step",)))
    if kind == "masses":
        half = 0.42 * float(np.diff(x0).min(initial=1.0))
        layers, cells = two_masses(x0, y0, Live(np.nan_to_num(y), ("step",)), half), [x0, y0, y[node]]
    elif kind == "pairs":
        layers, cells = (
            [Points(x0, y0, "data", size=1.6, alpha=0.7), Points(*moved, "theta", size=1.6)],
            [x0, y0, x[node], y[node]],
        )
    else:
        layers, cells = two_densities(x0, y0, *moved), [a[::3] for a in (x0, y0, x[node], y[node])]
    names = [f"x{k} at {at}" for at in ("θ", "θ + δ") for k in columns] or say.list("columns")
    return View(
        "c",
        say("caption", draws=DRAWS),
        Axis.linear(*window),
        Axis(*heights, grid=False, line=False),
        layers,
        slot="low",
        alt=say["alt"],
        sentence=words("every", "c", "sentence", before=before, after=after),
        table=(names, cells),
    )


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
    height = float(np.nanquantile(p[: len(at)], 0.9))
    return np.array([start, *x[order], end]), np.array([feet[0], *p[order], feet[1]]), height


def clouds(f: Family, theta, ends, inside):
    """Draws with the same random numbers before and after: the two columns that move most."""

    def draw(at):
        x = f.sample(at, DRAWS, np.random.default_rng(2))
        return np.column_stack([x, np.zeros(DRAWS)]).T  # so that there are two columns at least

    before, later = draw(theta), np.stack([draw(t) for t in ends[inside]], axis=1)
    shown = np.sort(np.argsort(-np.abs(later - before[:, None]).mean(axis=(1, 2)), kind="stable")[:2])
    after = np.full((2, len(ends), DRAWS), np.nan)
    after[:, inside] = later[shown]
    (lo, bottom), (hi, top) = (np.nanquantile(after, u, axis=(1, 2)) + (2 * u - 1) * 1e-3 for u in (0.001, 0.999))
    return "pairs", (lo, hi), (bottom, top), [*before[shown], *after], tuple(int(k) + 1 for k in shown)
