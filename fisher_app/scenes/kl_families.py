"""The tab of the KL lesson for every family of the registry: what it computes.

A step is measured by F itself, t = √(δᵀFδ) with the sign of the direction, so that one slider and one bowl ½t² fit all
families.  Whatever is said about a family comes from the registry: title, symbols, charts, typical values, irregularity.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from fisher_core import FAMILIES
from fisher_core.curvature import Profile, fitted_order, profile, reach, unit_direction
from fisher_core.family import Family

from .. import snippets
from ..controls import Choice, Slider
from ..figures import kl_families as figures
from ..figures.kl_families import MOST
from ..figures.kl_shapes import Shapes
from ..stage.scene import escaped
from .kl_checks import checked
from .kl_shapes import pair

OWN = "own"
STARTS = {"low": "low", "default": "default", "high": "high"}
TOGETHER = "all"
SPARSE = 4  # KL that is itself an integral is computed at every so manieth step


def offered_families() -> dict[str, str]:
    """All that have a unit of length: F is not 0 at the default."""
    return {k: escaped(f.title) for k, f in FAMILIES.items() if f.fisher(f.default)[0, 0] > 0}


def offered_charts() -> dict[str, str]:
    return {OWN: OWN} | {c: escaped(c) for f in FAMILIES.values() for c in f.charts}


def offered_directions() -> dict[str, str]:
    most = max(len(f.parameters) for f in FAMILIES.values())
    return {str(i + 1): f"parameter {i + 1}" for i in range(most)} | {TOGETHER: "all"}


controls = [
    Slider("step", "Step |_δ_|~{_F_}", -MOST, MOST, 0.05, 0.7, format="+2"),
    Choice("family", "Family", offered_families(), "gamma", select=True),
    Choice("chart", "Coordinates", offered_charts(), OWN, select=True),
    Choice("along", "Along", offered_directions(), "1"),
    Choice("start", "Start _θ_", STARTS, "default"),
]
STEPS = controls[0].nodes


def symbol(text: str) -> str:
    """A parameter's symbol as rich text: single letters are italic, words such as log are not."""
    return re.sub(r"(?<![A-Za-zΑ-ω])([A-Za-zΑ-ω])(?![A-Za-zΑ-ω])", r"_\1_", escaped(text))


def symbols(family: Family) -> list[str]:
    return [symbol(p.symbol) for p in family.parameters]


# ---- what a state offers, and stands at -----------------------------------------------------------------------------------
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


def stands_at(value: str, options: dict) -> str:
    """A value that this family does not offer stands for the first that it does, on the page as well."""
    return value if value in options else next(iter(options))


def state(v) -> tuple[str, str, str, str]:
    base = FAMILIES[v.family]
    chart = stands_at(v.chart, charts(base))
    family = in_chart(base, chart)
    return v.family, chart, stands_at(v.along, directions(family)), stands_at(v.start, places(v.family))


def in_chart(base: Family, chart: str) -> Family:
    return base if chart == OWN else base.in_chart(chart)


@lru_cache(maxsize=32)
def line(key: str, chart: str, along: str, start: str) -> figures.Line:
    """A family, where it starts and the unit direction of its steps."""
    base = FAMILIES[key]
    family = in_chart(base, chart)
    theta = np.array(places(key)[start]) if chart == OWN else family.from_base(places(key)[start])
    d = len(theta)
    direction = unit_direction(family, theta, np.ones(d) if along == TOGETHER else np.eye(d)[int(along) - 1])
    walls = reach(family, theta, direction, MOST)
    return figures.Line(
        family, theta, direction, walls, tuple(symbols(family)), None if along == TOGETHER else int(along) - 1
    )


# ---- numbers ---------------------------------------------------------------------------------------------------------------
def along(q: figures.Line, steps) -> Profile:
    return profile(q.family, q.theta, q.direction, steps, midpoint=False)


@lru_cache(maxsize=32)
def numbers(*where: str) -> figures.Numbers:
    q = line(*where)
    near = [w * (1 - 10.0**-k) for w in q.walls if abs(w) < MOST for k in (2, 3, 5)]  # KL is steep before a wall
    fine = np.unique(np.round([*np.linspace(-MOST, MOST, 161), *near], 8))
    fitted = min(figures.FITTED, 0.5 * q.walls[1]) * np.geomspace(0.1, 1.0, 6)
    small = along(q, fitted)
    if q.family.writes("_kl"):
        curves, cursor, gaps = along(q, fine), along(q, STEPS), along(q, np.geomspace(figures.SMALLEST, MOST, 61))
    else:
        few = along(q, STEPS[::SPARSE])
        curves, cursor, gaps = (
            between(few, fine, q.family.regular),
            between(few, STEPS, q.family.regular),
            joined(small, few, few.steps > fitted[-1]),
        )
    finite = np.isfinite(cursor.gap)
    exact = finite.any() and (np.abs(cursor.gap[finite]) <= 1e-10 * cursor.quadratic[finite]).all()
    slopes = [np.nan if exact else fitted_order(small, kind) for kind in ("gap", "reverse_gap")]
    return figures.Numbers(curves, cursor, gaps, *slopes, bool(exact))


def between(few: Profile, steps, smooth: bool) -> Profile:
    """A profile at more steps: a monotone cubic through KL, or where KL is smooth through KL ∕ parabola, 1 at t = 0."""
    parabola = 0.5 * steps**2
    unit = [np.where(p == 0, 1.0, p) if smooth else np.ones(len(p)) for p in (few.quadratic, parabola)]

    def read(values):
        values = np.where(few.steps == 0, float(smooth), values / unit[0])
        known, endless = np.isfinite(values), np.interp(steps, few.steps, np.isposinf(values)) > 0
        found = PchipInterpolator(few.steps[known], values[known], extrapolate=False)(steps) * (
            parabola if smooth else 1
        )
        return np.where(endless, np.inf, found)

    return Profile(steps, read(few.forward), read(few.reverse), parabola, np.full(len(steps), np.nan))


def joined(a: Profile, b: Profile, kept) -> Profile:
    """The steps of a, then those of b that are ``kept``."""
    return Profile(*(np.append(getattr(a, f.name), getattr(b, f.name)[kept]) for f in fields(Profile)))


@lru_cache(maxsize=64)
def at_rest(where: tuple[str, ...], node: int) -> figures.Numbers:
    """The numbers with those of the present step computed, where the table holds them between others."""
    q, table = line(*where), numbers(*where)
    if q.family.writes("_kl") or node % SPARSE == 0:
        return table
    here = along(q, STEPS[node : node + 1])
    values = {
        k: np.where(np.arange(len(STEPS)) == node, getattr(here, k), getattr(table.cursor, k))
        for k in ("forward", "reverse")
    }
    return replace(table, cursor=replace(table.cursor, **values))


@lru_cache(maxsize=16)
def shapes(*where: str) -> Shapes:
    q = line(*where)
    return pair(q.family, q.theta, q.direction, STEPS)


# ---- the question ------------------------------------------------------------------------------------------------------------
ASKED = {"family": "cauchy", "chart": OWN, "along": "1", "start": "default"}
ASKED_AT = 1.5
SHOWN = 0.5  # steps that are drawn while the question is open
SAID = {"below": 0.67, "same": 1.0, "above": 1.5}


def setting() -> dict:
    return ASKED | {"step": ASKED_AT}


def ratio(family: str, along: str = "1", step: float = ASKED_AT, chart: str = OWN) -> float:
    """KL in units of its bowl, a step from the default."""
    q = line(family, chart, along, "default")
    p = profile(q.family, q.theta, q.direction, [step])
    return float(p.forward[0] / p.quadratic[0])


def at(answer: str) -> dict:
    return {"x": ASKED_AT, "y": SAID[answer] * 0.5 * ASKED_AT**2}


def guess(v, where) -> figures.Guess:
    given = v.given.get("tail")
    return figures.Guess(
        "tail",
        where == tuple(ASKED.values()),
        setting(),
        None if given is None else SAID[given],
        ratio(ASKED["family"]),
        ASKED_AT,
    )


# ---- the tab -----------------------------------------------------------------------------------------------------------------
def every(v):
    where = state(v)
    q, base = line(*where), FAMILIES[v.family]
    node = int(np.abs(STEPS - v.step).argmin())
    checks, unchecked = checked(q, v.step)
    hidden = v.family == ASKED["family"] and "tail" not in v.seen
    why = "" if base.regular else f"**Irregular:** {escaped(base.why_irregular)}"
    offers = {"chart": charts(base), "along": directions(q.family), "start": {k: STARTS[k] for k in places(v.family)}}
    groups = ["family", *(k for k in ("chart", "along", "start") if len(offers[k]) > 1)]
    return figures.every(
        escaped(base.title), q, at_rest(where, node), shapes(*where), checks, SHOWN if hidden else np.inf, guess(v, where), node, groups=groups, options=offers, reading=" ".join(filter(None, [why, unchecked])),
    )  # fmt: skip


def program(v) -> str:
    key, chart, *_ = where = state(v)
    q = line(*where)
    return snippets.render("kl_families", family=key, chart=chart, theta=[round(float(t), 10) for t in q.theta],
                           direction=[round(float(t), 12) for t in q.direction], step=v.step)  # fmt: skip
