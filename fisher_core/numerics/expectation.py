r"""Expectations under a family as weighted sums: E_p[g(x)] = ∫ p g dx ≈ Σₘ wₘ g(xₘ), with wₘ = p(xₘ|θ) Δₘ.

The rule knows a family only through its support, its log-density and a few hundred draws. The draws decide *where*
the nodes go, never what they weigh, so any error in them shows as a total mass Σ w ≠ 1, which raises
:class:`QuadratureError`. No moment, no normaliser, no Fisher matrix of the family is used.

Continuous, scalar. The support is stretched to the whole line (x = u, lo + eᵘ, or lo + (hi − lo)/(1 + e⁻ᵘ)), where the
densities of this subject have one peak. Panels with edges at

    u = mode ± s·sinh(k/2),    k = 0, 1, 2, …

and Gauss–Legendre nodes within: fine around the peak, geometric in the tails, and a corner at the peak (Laplace) costs
nothing because it is an edge. Several parameters share the union of their edges, so both densities are resolved.

Discrete: every integer within reach, or, of many, every k-th with weight k once a peak is more than some 20 k wide; by
Poisson's summation formula that loses nothing if the peak is round. Vectors: the trapezoidal rule on whitened axes, which converges geometrically
(Trefethen and Weideman 2014).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from fisher_core.numerics.distribution import Distribution
from fisher_core.validation import Array

DRAWS = 256  # enough to find the bulk of a density to within a factor of two
FORGOTTEN = -50.0  # log of the mass, relative to the peak's, beyond which a tail is cut: 2e-22
MASS_TOLERANCE = 1e-7
ANCHORS = np.array([2.0**-44, 2.0**-47])  # distances from an upper end, in units of its width: 1 − 2⁻⁴⁴ is a float64
COARSE = 4.0  # where e⁻ᵘ is 2e-2, from which on the rounding of x next to an upper end is made good
MOST = 1 << 22  # counts that are taken one by one
FEW = 50_000  # whole numbers that are all taken, for the support may begin at a peak, where strides lose mass
POINTS, WEIGHTS = np.polynomial.legendre.leggauss(14)


class QuadratureError(ValueError):
    """The nodes did not find all of the probability. ``mass`` is what they found."""

    def __init__(self, key: str, theta: Array, mass: float) -> None:
        super().__init__(
            f"theta = {np.array2string(theta, precision=6)} must leave the {key} density resolvable in float64; "
            f"quadrature found mass {mass:.9g} in place of 1"
        )
        self.mass = mass


@dataclass(frozen=True, eq=False)
class Nodes:
    """Where to evaluate. ``x`` is (m,) or (m, k); ``log_measure`` (m,) is log Δₘ, the logarithm of dx or of 1.

    Next to an upper end such as 1 floats are too coarse: Beta(½, ½) has 1e-8 of its mass in the last one. Nodes that
    belong there have a float nearby as x. ``beyond`` (m,) says how far they are from it, in u ~ −log(1 − x), and
    ``values`` does better than to evaluate at x: it goes on from there with the slope between the two ``anchors``.
    Log-densities and scores are straight lines in u there, up to terms of order 1 − x.
    """

    x: Array
    log_measure: Array
    beyond: Array | None = None
    anchors: Array | None = None

    def values(self, function: Callable[[Array], Array]) -> Array:
        """``function`` of x at the nodes, (m, ...)."""
        if self.beyond is None or self.anchors is None or not self.beyond.any():
            return function(self.x)
        values = np.array(function(np.concatenate([self.x, self.anchors])))
        values, before, last = values[:-2], values[-2], values[-1]
        rise = last - before if np.isfinite(last).all() else np.zeros_like(last)  # −∞ off the support of a second θ
        far = self.beyond != 0
        values[far] += np.multiply.outer(self.beyond[far], rise / np.log(ANCHORS[0] / ANCHORS[1]))
        return values

    def only(self, kept: NDArray[np.bool_]) -> Nodes:
        """The nodes where ``kept`` (m,) is true."""
        beyond = None if self.beyond is None else self.beyond[kept]
        return Nodes(self.x[kept], self.log_measure[kept], beyond, self.anchors)


class Line(NamedTuple):
    """A map of the support onto the whole line: u = to_line(x), x = from_line(u), and log dx/du.

    Beyond u = ``last`` x has too few digits left; beyond ±``reach`` it, or its distance from the end, underflows.
    """

    to_line: Callable[[Array], Array]
    from_line: Callable[[Array], Array]
    log_slope: Callable[[Array], Array]
    reach: float
    last: float = np.inf
    anchors: Array | None = None

    def nodes(self, u: Array, log_width: Array | float = 0.0) -> Nodes:
        """Nodes at u, with weights dx = e^log_width dx/du."""
        x = self.from_line(np.minimum(u, self.last))
        if self.anchors is None:
            return Nodes(x, self.log_slope(u) + log_width)
        beyond = np.where(u > COARSE, u - self.to_line(x), 0.0)
        return Nodes(x, self.log_slope(u) + log_width, beyond, self.anchors)


def nodes(f: Distribution, *thetas: ArrayLike, cuts: Sequence[float] = (), reach: float = 1.0) -> Nodes:
    """Nodes in the support of the first of ``thetas`` (d,) that resolve p(·|θ) of each; panels end at ``cuts``.

    With a ``reach`` above 1 they go on into tails that hold no mass, where p²/q may still be large.
    """
    points = [f.check_theta(theta) for theta in thetas]
    draws = [f.sample(theta, DRAWS, np.random.default_rng(0)) for theta in points]
    if f.columns is not None:
        return _lattice_of_vectors(draws, reach)
    if f.discrete:
        return _integers(draws, f.support(points[0]), reach)
    line = _line(*f.support(points[0]))
    with np.errstate(all="ignore"):  # cuts may lie on the ends of the support or beyond, and are then not needed
        inner = [u for u in line.to_line(np.asarray(cuts, dtype=float)) if abs(u) < line.reach]
    edges = np.unique(
        np.concatenate([inner, *(_edges(f, t, x, line, reach) for t, x in zip(points, draws, strict=True))])
    )
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half + half * POINTS).ravel()
    return line.nodes(u, np.log(half * WEIGHTS).ravel())


def binned(f: Distribution, theta: ArrayLike, cuts: Array) -> tuple[Nodes, NDArray[np.intp]]:
    """Nodes for p(·|θ) of scalars, and in which of the bins (−∞, c₁], (c₁, c₂], …, (c_m, ∞) each lies, (m,).

    They resolve every bin in its own right, however little mass it has: panels begin anew at cuts in the tails. Counts
    are taken one by one as far as their logarithm is above that of the smallest float.
    """
    theta = f.check_theta(theta)
    if f.discrete:
        counts = _every_count(f, theta, cuts)
        return Nodes(counts, np.zeros(counts.shape)), np.searchsorted(cuts, counts, side="left")
    line = _line(*f.support(theta))
    with np.errstate(all="ignore"):  # cuts may lie on the ends of the support or beyond
        places = np.nan_to_num(line.to_line(np.clip(cuts, *f.support(theta))), nan=0.0)
    draws = f.sample(theta, DRAWS, np.random.default_rng(0))
    core = _edges(f, theta, draws, line, 1.0)
    inner = places[np.abs(places) < line.reach]
    edges = np.unique(np.concatenate([core, inner, *_into_tails(f, theta, line, core, inner)]))
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half + half * POINTS).ravel()
    return line.nodes(u, np.log(half * WEIGHTS).ravel()), np.searchsorted(places, u, side="left")


def weights(f: Distribution, theta: ArrayLike, at: Nodes) -> Array:
    """wₘ = p(xₘ|θ) Δₘ, shape (m,); QuadratureError unless they sum to 1 within 1e-7."""
    return np.exp(log_weights(f, theta, at))


def log_weights(f: Distribution, theta: ArrayLike, at: Nodes) -> Array:
    """log wₘ, shape (m,), where wₘ itself may underflow; QuadratureError as :func:`weights`."""
    theta = f.check_theta(theta)
    log_w = at.values(lambda x: log_density(f, x, theta)) + at.log_measure
    mass = float(np.exp(log_w).sum())
    if not abs(mass - 1) < MASS_TOLERANCE:
        raise QuadratureError(f.key, theta, mass)
    return log_w


def log_density(f: Distribution, x: Array, theta: Array) -> Array:
    """log p(x|θ) at nodes, −∞ where even the logarithm leaves float64.

    Straight from the formula, past the checks of ``f.log_prob``: those refuse an x so far out that log p overflows,
    which a search for the end of a tail must be allowed to try. A formula failing in the bulk is caught as lost mass.
    """
    with np.errstate(all="ignore"):
        value = f._log_prob(x, theta)
    return np.where(np.isnan(value), -np.inf, value)


def _line(lo: float, hi: float) -> Line:
    if np.isinf(lo) and np.isinf(hi):
        return Line(lambda x: x, lambda u: u, np.zeros_like, 1e300)
    first = np.nextafter(lo, np.inf)  # next to a lower end other than 0 nodes would be rounded onto it
    if np.isinf(hi):
        return Line(lambda x: np.log(x - lo), lambda u: np.maximum(lo + np.exp(u), first), lambda u: u, 700.0)
    width = hi - lo
    return Line(
        lambda x: np.log(x - lo) - np.log(hi - x),
        lambda u: np.maximum(lo + width * expit(u), first),
        lambda u: np.log(width) - np.abs(u) - 2 * np.log1p(np.exp(-np.abs(u))),
        700.0,
        float(-np.log(ANCHORS[0])),
        hi - width * ANCHORS,
    )


def _edges(f: Distribution, theta: Array, draws: Array, line: Line, reach: float) -> Array:
    """Panel edges for one density: its peak, and outwards until the tail is forgotten."""

    def height(u: Array) -> Array:
        at = line.nodes(np.clip(u, -line.reach, line.reach))
        return at.values(lambda x: log_density(f, x, theta)) + at.log_measure

    with np.errstate(divide="ignore"):  # a draw may have been rounded onto the end of the support
        u = np.clip(line.to_line(draws), -line.reach, line.reach)
    first, median, third = np.quantile(u, (0.25, 0.5, 0.75))
    width = float(third - first)
    if not width > 0:
        raise QuadratureError(f.key, theta, 0.0)
    mode = _peak(height, float(median), width)
    peak = height(np.array([mode]))[0]
    edges = [[mode]]
    for side in (-1.0, 1.0):
        distance = width * 2.0 ** np.linspace(-12, 12, 25)
        fallen = height(mode + side * distance) < peak - 1
        scale = distance[np.argmax(fallen)] if fallen.any() else distance[-1]
        outwards = scale * np.sinh(np.linspace(1, 100, 100))
        seen = height(mode + side * outwards) + np.log(outwards) > peak + np.log(scale) + reach * FORGOTTEN
        last = len(seen) if seen.all() else int(np.argmin(seen)) + 1
        edges.append(mode + side * scale * np.sinh(np.arange(1, 2 * last + 1) / 2))
    return np.unique(np.clip(np.concatenate(edges), -line.reach, line.reach))


def _into_tails(f: Distribution, theta: Array, line: Line, core: Array, cuts: Array) -> list[Array]:
    """Panel edges that begin at each cut in a tail and lead away from the peak, until its own tail is forgotten."""

    def height(u: Array) -> Array:
        at = line.nodes(np.clip(u, -line.reach, line.reach))
        return at.values(lambda x: log_density(f, x, theta)) + at.log_measure

    mode = core[np.argmax(height(core))]
    low = cuts[height(cuts) < height(np.array([mode]))[0] - 2]
    parts = []
    for side, tail in ((-1.0, low[low < mode]), (1.0, low[low > mode])):
        if tail.size == 0:
            continue
        start = tail[:, None]
        at_start = height(tail)[:, None]
        # how far the density falls by a factor of e from there: between 2⁻⁴⁰ and twice the distance from the peak
        distance = np.abs(start - mode) * 2.0 ** np.linspace(1, -40, 42)
        fallen = height((start + side * distance).ravel()).reshape(distance.shape) < at_start - 1
        scale = np.take_along_axis(distance, np.maximum(fallen.sum(axis=1, keepdims=True) - 1, 0), axis=1)
        outwards = scale * np.sinh(np.arange(1, 61) / 2)
        reached = np.clip(start + side * outwards, -line.reach, line.reach)
        heights = height(reached.ravel()).reshape(reached.shape) + np.log(outwards / scale)
        seen = np.logical_and.accumulate(heights > at_start + FORGOTTEN, axis=1)
        kept = np.concatenate([np.ones_like(seen[:, :1]), seen[:, :-1]], axis=1)
        following = np.append(tail[1:], np.inf) if side > 0 else np.append(-np.inf, tail[:-1])
        kept &= side * reached < side * following[:, None]
        parts.append(reached[kept])
    return parts


def _every_count(f: Distribution, theta: Array, cuts: Array) -> Array:
    """All whole numbers around the mode whose probability is a float64; if they were too many, those that are not below
    e⁻⁵⁰ of it at the mode and at every cut. ValueError if these are too many as well."""
    support = f.support(theta)
    draws = f.sample(theta, DRAWS, np.random.default_rng(0))
    mode = float(np.floor(np.median(draws)))

    def height(at: float) -> float:
        return float(log_density(f, np.array([at]), theta)[0])

    lowest = min(height(at) for at in (mode, *np.clip(np.floor(cuts[[0, -1]]), *support)))
    count = np.inf
    for floor in (-745.0, max(-745.0, lowest - 50.0)):
        ends = []
        for side, bound in ((-1.0, support[0]), (1.0, support[1])):
            step = 1.0
            while side * (mode + side * step) < side * bound and height(mode + side * step) > floor and step < MOST:
                step *= 2
            ends.append(mode + side * step if side * (mode + side * step) < side * bound else bound)
        count = ends[1] - ends[0] + 1
        if count <= MOST:
            return np.arange(ends[0], ends[1] + 1)
    raise ValueError(
        f"theta = {np.array2string(theta, precision=6)} must leave at most {MOST} counts in reach, and leaves {count:g}"
    )


def _peak(height: Callable[[Array], Array], mode: float, width: float) -> float:
    """Where ``height`` is largest: to the last digits if that is a corner, roughly if it is round.

    Nodes h apart next to a corner differ by h, next to a round top by h². Only the corner is worth going on for.
    """
    step = width / 16
    for _ in range(40):
        grid = mode + step * np.linspace(-16, 16, 33)
        heights = height(grid)
        best = int(np.argmax(heights))
        mode = float(grid[best])
        if 0 < best < 32:  # else the peak is outside, and the grid moves there
            if heights[best] - min(heights[best - 1], heights[best + 1]) < 0.05 * step / width:
                break
            step /= 8
        if step < 1e-14 * width:
            break
    return mode


def _integers(draws: Sequence[Array], support: tuple[float, float], reach: float) -> Nodes:
    """Integers out to 45 standard deviations and 60 steps beyond the draws of each density, within the support: a tail
    that falls like e⁻ˣ is forgotten there.

    Ranges that touch are one, with the finer stride, or one that leaves some FEW numbers, which loses mass, and is found
    out, where one density is very much narrower than another; what lies between distant ones holds no mass and is left out.
    """
    ranges: list[tuple[float, float, float]] = []
    for x in draws:
        spread = float(x.std())
        margin = reach * (45 * spread + 60)
        lo, hi = max(np.ceil(support[0]), np.floor(x.min() - margin)), min(support[1], x.max() + margin)
        stride = max(1.0, np.floor(spread / 20)) if hi - lo > FEW else 1.0
        for other in [r for r in ranges if r[0] <= hi and lo <= r[1]]:
            ranges.remove(other)
            lo, hi, stride = min(lo, other[0]), max(hi, other[1]), min(stride, other[2])
        ranges.append((lo, hi, stride))
    ranges = [(lo, hi, max(stride, np.floor((hi - lo) / FEW))) for lo, hi, stride in sorted(ranges)]
    parts = [(np.arange(lo, hi + 1, stride), stride) for lo, hi, stride in ranges]
    x = np.concatenate([part for part, _ in parts])
    return Nodes(x, np.concatenate([np.full(part.shape, np.log(stride)) for part, stride in parts]))


def _lattice_of_vectors(draws: Sequence[Array], reach: float) -> Nodes:
    """A lattice with spacing half a standard deviation of the first density, six beyond all the draws."""
    center, root = draws[0].mean(axis=0), np.linalg.cholesky(np.cov(draws[0].T))
    whitened = np.linalg.solve(root, (np.concatenate(draws) - center).T)
    margin = 6 * reach
    axes = [
        np.arange(low - margin, high + margin, 0.5) for low, high in zip(whitened.min(1), whitened.max(1), strict=True)
    ]
    grid = np.stack([side.ravel() for side in np.meshgrid(*axes, indexing="ij")])
    log_cell = np.log(0.5) * len(axes) + np.log(np.diag(root)).sum()
    return Nodes(center + (root @ grid).T, np.full(grid.shape[1], log_cell))
