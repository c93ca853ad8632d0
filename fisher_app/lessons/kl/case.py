"""One family in one coordinate: what the bowl is drawn of, and which part of it the questions ask for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import FAMILIES
from fisher_core.divergence.parabola import Profile, order_of_gap, profile
from fisher_core.family import Family
from fisher_core.validation import Array

from ...controls import Slider
from ...frame.declaration import Values
from ...stage.axes import Axis
from ...stage.tables import Live, Secret

SHOWN = 0.04  # shifts of a coin's p that are drawn while the questions are open

p = Slider("p", "Chance of heads _p_", 0.02, 0.98, 0.01, 0.1)
lam = Slider("lam", "Rate _λ_", 1, 10, 0.25, 4)
top = Slider("top", "Upper end _θ_", 0.5, 2, 0.05, 1)
delta = Slider("delta", "Shift _δ_", -0.08, 0.14, 0.005, 0.1, format="+3")
logit = Slider("dlogit", "Shift _δ_ of the logit", -1, 1.5, 0.05, 0.8, format="+2")
arcsine = Slider("darc", "Shift _δ_ of arcsin √_p_", -0.15, 0.25, 0.01, 0.14, format="+2")
rate = Slider("dlam", "Shift _δ_", -2, 3, 0.1, 2, format="+1")
upper = Slider("dtop", "Shift _δ_", -0.3, 0.5, 0.02, 0.3, format="+2")


@dataclass(frozen=True)
class Case:
    """A family, a coordinate, and the axes.  ``fit``: the gap's slope is fitted to steps up to here."""

    name: str
    key: str
    chart: str
    parameter: Slider
    shift: Slider
    symbol: str
    highest: float  # of the divergence drawn
    steps: tuple[float, float]
    gaps: tuple[float, float]
    fit: float

    @property
    def family(self) -> Family:
        return FAMILIES[self.key].in_chart(self.chart) if self.chart else FAMILIES[self.key]

    def coordinate(self, parameter: ArrayLike) -> Array:
        """The case's coordinate of parameter values, (n,) to (n, 1)."""
        theta = np.asarray(parameter, dtype=float).reshape(-1, 1)
        return FAMILIES[self.key].in_chart(self.chart).from_base(theta) if self.chart else theta

    @property
    def one(self) -> tuple[str]:
        return (self.parameter.key,)

    @property
    def both(self) -> tuple[str, str]:
        return self.parameter.key, self.shift.key

    def node(self, v: Values) -> int:
        """The row of the tables at which the parameter stands."""
        return int(np.abs(self.parameter.nodes - getattr(v, self.parameter.key)).argmin())

    def far(self, values: Array, steps: Array, over: tuple[str, ...]) -> Live | Secret:
        """A table of which the far ``steps``, along its last axis, are the questions' answers."""
        table = Live(values, over)
        if not self.asked:
            return table
        return Secret(Secret(table, "right", steps > SHOWN + 1e-9), "left", steps < -SHOWN - 1e-9)

    @property
    def asked(self) -> bool:
        return self.name == "coin.p"


CASES = {c.name: c for c in (
    Case("coin.p", "bernoulli", "", p, delta, "p", 0.095, (10**-2.5, 10**-0.85), (5e-8, 0.1), 0.01),
    Case("coin.logit", "bernoulli", "logit", p, logit, "η", 0.12, (10**-1.4, 1.55), (3e-8, 0.1), 0.12),
    Case("coin.arcsine", "bernoulli", "arcsine", p, arcsine, "φ", 0.13, (10**-2.2, 0.26), (3e-8, 0.1), 0.02),
    Case("poisson.lambda", "poisson", "", lam, rate, "λ", 1.2, (10**-1.2, 3.1), (3e-7, 10.0), 0.25),
    Case("uniform.theta", "uniform", "", top, upper, "θ", 0.6, (10**-2, 0.52), (3e-4, 10.0), 0.1),
)}  # fmt: skip  # a table of numbers


def case_of(v: Values) -> Case:
    return CASES["uniform.theta" if v.moving else f"coin.{v.coords}" if v.model == "coin" else "poisson.lambda"]


class Numbers(NamedTuple):
    """Over (parameter, shift): KL both ways with its parabola, on a fine grid, at the shift's nodes, at small steps; F over
    the parameter, and the fitted slopes of the gap: forward, back, and of the mean of both with F at the midpoint."""

    curves: Profile
    cursor: Profile
    gaps: Profile
    information: Array
    slope: Array
    reverse_slope: Array
    midpoint_slope: Array


@lru_cache(maxsize=8)
def numbers(name: str) -> Numbers:
    case = CASES[name]
    family, nodes = case.family, case.parameter.nodes
    theta, (lo, hi) = case.coordinate(nodes), Axis.along(case.shift).ends
    fine = np.unique(np.round([*np.linspace(lo, hi, 133), 0.0, -SHOWN, SHOWN], 6))
    curves, cursor, gaps = (
        profile(family, theta, [1.0], s) for s in (fine, case.shift.nodes, np.geomspace(*case.steps, 49))
    )
    if family.regular:
        near = np.minimum(1, np.minimum(nodes, 1 - nodes) / 0.1) if case.asked else np.ones(len(nodes))
        slopes = [
            np.array([order_of_gap(family, t, [1.0], case.fit * r, kind) for t, r in zip(theta, near, strict=True)])
            for kind in ("gap", "reverse_gap", "midpoint_gap")
        ]
    else:  # the support moves: KL itself is of first order one way, infinite the other
        slopes = [np.full(len(nodes), order) for order in (1.0, np.inf, np.inf)]
    return Numbers(curves, cursor, gaps, family.fisher(theta)[:, 0, 0], *slopes)


def moved(case: Case) -> Array:
    """The parameter after the shift, over (parameter, shift); NaN where the shift leaves the space."""
    end = case.coordinate(case.parameter.nodes)[:, None] + case.shift.nodes[:, None]
    inside = case.family.contains(end)
    if case.chart:
        end = FAMILIES[case.key].in_chart(case.chart).to_base(np.where(inside[..., None], end, case.coordinate([0.5])))
    return np.where(inside, end[..., 0], np.nan)
