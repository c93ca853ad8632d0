"""A straight line of steps in the parameter space of any family, measured by F itself: t = ±√(δᵀFδ)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from fisher_core import FAMILIES
from fisher_core.divergence.parabola import Profile, fitted_order, profile, reach, unit_direction
from fisher_core.family import Family

from ...stage.scene import escaped

OWN, TOGETHER = "own", "all"
MOST = 2.0  # steps reach from −2 to 2
SMALLEST, FITTED = 0.01, 0.1  # steps of the gap view begin here; its slopes are fitted up to here
STEPS = np.round(np.arange(-40, 41) * 0.05, 10)
SPARSE = 4  # KL that is itself an integral is computed at every so manieth step


@dataclass(frozen=True, eq=False)
class Line:
    """θ + tδ with δᵀFδ = 1; ``walls``: the t between which it stays in the parameter space."""

    family: Family
    theta: np.ndarray
    direction: np.ndarray
    walls: tuple[float, float]
    symbols: tuple[str, ...]
    coordinate: int | None  # the one that moves alone

    @property
    def ends(self) -> np.ndarray:
        """θ + tδ at every node of the step, (step, d); NaN where that is no parameter."""
        ends = np.round(self.theta + STEPS[:, None] * self.direction, 12)
        return np.where(((self.walls[0] < STEPS) & (self.walls[1] > STEPS))[:, None], ends, np.nan)

    @property
    def moving(self) -> str:
        return " and ".join(self.symbols) + " together" if self.coordinate is None else self.symbols[self.coordinate]

    def wall(self, t: float) -> str:
        """The rule that ends the space at t, in rich text."""
        for value, p, symbol in zip(self.theta + t * self.direction, self.family.parameters, self.symbols, strict=True):
            if min(abs(value - p.lower), abs(value - p.upper)) < 1e-9 * max(1.0, abs(value)):
                return f"{symbol} {p.rule}"
        rule = escaped(self.family.joint_rule)
        for p, symbol in zip(self.family.parameters, self.symbols, strict=True):
            rule = rule.replace(escaped(p.name), symbol)
        return rule


@dataclass(frozen=True)
class Numbers:
    """KL along a line: on a fine grid, at the nodes of the step, at small steps; the order of its gap."""

    curves: Profile
    cursor: Profile
    gaps: Profile
    slope: float
    reverse_slope: float
    exact: bool  # KL is its own parabola


# ---- what a family offers --------------------------------------------------------------------------------------------------
def symbol(text: str) -> str:
    """A parameter's symbol as rich text: single letters are italic, words such as log are not."""
    return re.sub(r"(?<![A-Za-zΑ-ω])([A-Za-zΑ-ω])(?![A-Za-zΑ-ω])", r"_\1_", escaped(text))


def symbols(family: Family) -> list[str]:
    return [symbol(p.symbol) for p in family.parameters]


def charts(base: Family) -> dict[str, str]:
    return {OWN: ", ".join(symbols(base))} | {c: ", ".join(symbols(base.in_chart(c))) for c in base.charts}


def directions(family: Family) -> dict[str, str]:
    d = len(family.parameters)
    return {str(i + 1): s for i, s in enumerate(symbols(family))} | (
        {TOGETHER: "all" if d > 2 else "both"} if d > 1 else {}
    )


@lru_cache(maxsize=32)
def places(key: str) -> dict[str, tuple[float, ...]]:
    """Parameter vectors to start from: the default, and the ends of what is typical where they are in the space."""
    base = FAMILIES[key]
    low, high = ([p.typical[i] for p in base.parameters] for i in (0, 1))
    found = {"low": low, "default": base.default, "high": high}
    return {k: tuple(map(float, t)) for k, t in found.items() if base.contains(t)}


def in_chart(base: Family, chart: str) -> Family:
    return base if chart == OWN else base.in_chart(chart)


@lru_cache(maxsize=32)
def line(key: str, chart: str, along: str, start: str) -> Line:
    """A family, where it starts and the unit direction of its steps."""
    base = FAMILIES[key]
    family = in_chart(base, chart)
    theta = np.array(places(key)[start]) if chart == OWN else family.from_base(places(key)[start])
    alone = None if along == TOGETHER else int(along) - 1
    direction = unit_direction(family, theta, np.ones(len(theta)) if alone is None else np.eye(len(theta))[alone])
    return Line(family, theta, direction, reach(family, theta, direction, MOST), tuple(symbols(family)), alone)


# ---- KL along it ---------------------------------------------------------------------------------------------------------------
def along_line(q: Line, steps) -> Profile:
    return profile(q.family, q.theta, q.direction, steps, midpoint=False)


@lru_cache(maxsize=32)
def numbers(*where: str) -> Numbers:
    q = line(*where)
    near = [w * (1 - 10.0**-k) for w in q.walls if abs(w) < MOST for k in (2, 3, 5)]  # KL is steep before a wall
    fine = np.unique(np.round([*np.linspace(-MOST, MOST, 161), *near], 8))
    fitted = min(FITTED, 0.5 * q.walls[1]) * np.geomspace(0.1, 1.0, 6)
    small = along_line(q, fitted)
    if q.family.writes("_kl"):
        curves, cursor, gaps = (along_line(q, s) for s in (fine, STEPS, np.geomspace(SMALLEST, MOST, 61)))
    else:
        few = along_line(q, STEPS[::SPARSE])
        curves, cursor = between(few, fine, q.family.regular), between(few, STEPS, q.family.regular)
        gaps = joined(small, few, few.steps > fitted[-1])
    finite = np.isfinite(cursor.gap)
    exact = finite.any() and (np.abs(cursor.gap[finite]) <= 1e-10 * cursor.quadratic[finite]).all()
    slopes = [np.nan if exact else fitted_order(small, kind) for kind in ("gap", "reverse_gap")]
    return Numbers(curves, cursor, gaps, *slopes, bool(exact))


def between(few: Profile, steps, smooth: bool) -> Profile:
    """A profile at more steps: a monotone cubic through KL, or where KL is smooth through KL ∕ parabola, 1 at t = 0."""
    parabola = 0.5 * steps**2
    unit = [np.where(p == 0, 1.0, p) if smooth else np.ones(len(p)) for p in (few.quadratic, parabola)]

    def read(values):
        values = np.where(few.steps == 0, float(smooth), values / unit[0])
        known, endless = np.isfinite(values), np.interp(steps, few.steps, np.isposinf(values)) > 0
        found = PchipInterpolator(few.steps[known], values[known], extrapolate=False)(steps)
        return np.where(endless, np.inf, found * (parabola if smooth else 1))

    return Profile(steps, read(few.forward), read(few.reverse), parabola, np.full(len(steps), np.nan))


def joined(a: Profile, b: Profile, kept) -> Profile:
    """The steps of a, then those of b that are ``kept``."""
    return Profile(*(np.append(getattr(a, f.name), getattr(b, f.name)[kept]) for f in fields(Profile)))


@lru_cache(maxsize=64)
def at_rest(where: tuple[str, ...], node: int) -> Profile:
    """The profile at the nodes of the step, that of the present one computed where the table holds it between others."""
    q, cursor = line(*where), numbers(*where).cursor
    if q.family.writes("_kl") or node % SPARSE == 0:
        return cursor
    now, here = along_line(q, STEPS[node : node + 1]), np.arange(len(STEPS)) == node
    forward, reverse = (np.where(here, getattr(now, k), getattr(cursor, k)) for k in ("forward", "reverse"))
    return Profile(cursor.steps, forward, reverse, cursor.quadratic, cursor.midpoint)
