"""The two distributions of the bowl, small: coins as bars, counts, uniform densities."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES
from fisher_core.validation import Array

from ...frame.declaration import Values
from ...stage.axes import Axis
from ...stage.compound import two_masses
from ...stage.marks import Bars, Label, Mark
from ...stage.scene import View
from ...stage.tables import Live
from . import words
from .case import CASES, Case, lam, moved, top

BARE = {"grid": False, "line": False}


def view(v: Values, case: Case) -> View:
    say, node, after = words.part("bowl", "c", case.parameter.key), case.node(v), moved(case)
    axes, layers = {lam.key: counts, top.key: boxes}.get(case.parameter.key, coins)(case, after)
    cells = [np.repeat(case.parameter.nodes[node], len(after[node])), after[node]]
    if case.parameter is lam:
        x, before, later = masses()
        cells = [x, before[node], later[node, np.abs(case.shift.nodes - getattr(v, case.shift.key)).argmin()]]
    return View("c", x=axes[0], y=axes[1], layers=layers, slot="low", table=(say.list("columns"), cells), **say.view())


def coins(case: Case, after: Array) -> tuple[tuple[Axis, Axis], list[Mark]]:
    rows = [
        (1.15, case.parameter.nodes, case.one, "data", "heads: [p]"),
        (0.15, after, case.both, "ctl", "moved to [moved]"),
    ]
    layers: list[Mark] = []
    for y, chance, over, token, name in rows:
        layers.append(Bars([0], [1], [y], [y + 0.6], "page", outline="axis"))
        layers.append(Bars([0], Live(np.fmax(chance, 0)[..., None], over), [y], [y + 0.6], token))
        layers.append(Label([0.98], [y + 0.3], name, align="right", middle=True, token="ink"))
    return (Axis(0, 1, line=False), Axis(0, 2, **BARE)), layers


@lru_cache(maxsize=1)
def masses() -> tuple[Array, Array, Array]:
    """Counts, and Poisson masses before and after, over λ and over (λ, shift); none where the rate would be negative."""
    x, after = np.arange(19.0), moved(CASES["poisson.lambda"])
    known = np.unique([*lam.nodes, *after[after > 0]])
    mass = dict(zip(known, (np.exp(FAMILIES["poisson"].log_prob(x, [m])) for m in known), strict=True))
    later = [[mass.get(m, np.zeros(len(x))) for m in row] for row in after]
    return x, np.array([mass[m] for m in lam.nodes]), np.array(later)


def counts(case: Case, after: Array) -> tuple[tuple[Axis, Axis], list[Mark]]:
    x, p, q = masses()
    return (Axis.linear(-0.6, x[-1] + 0.6), Axis(0, 0.5, **BARE)), two_masses(x, Live(p, case.one), Live(q, case.both))


def boxes(case: Case, after: Array) -> tuple[tuple[Axis, Axis], list[Mark]]:
    """Two uniform densities, on (0, θ) and on (0, θ + δ)."""
    sides = ((case.parameter.nodes[:, None], case.one), (after[..., None], case.both))
    before, later = ((Live(end, over), Live(1 / end, over)) for end, over in sides)
    layers = [
        Bars([0], before[0], [0], before[1], "data", alpha=0.5),
        Bars([0], later[0], [0], later[1], "ctl", hollow=True, outline="ctl"),
    ]
    return (Axis.linear(0, 2.6), Axis(0, 2.6, **BARE)), layers
