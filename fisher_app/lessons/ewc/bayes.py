"""After A, Bayes' prior for B is A's posterior: how far a Gaussian of it is from the exact one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import continual, linalg
from fisher_studies.basins import basin
from fisher_studies.landscape import hessian_by_differences

from ...controls import Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import Reading, outline, plane, readings
from ...stage.marks import Label, Points, Region, named
from ...stage.scene import Check, Live, Number, Scene, View
from . import words
from .plane import program
from .tasks import ROWS, loss, number, problem

na = Slider("na", "Observations of A, _N_~{A}", 10, 1000, 0.2, 15.8489, format="i", log=True)
tilt = Slider("tilt", "Turn A's valley", 0, 90, 5, 30.0, format="i", unit="°")
nb = Slider("nb", "Observations of B, _N_~{B}", 10, 1000, 0.2, 63.0957, format="i", log=True)
tau = Slider("tau", "Prior precision _τ_", 0, 5, 0.5, 0.0, format="1")
OVER, HALF = ("na",), 2.6
RIMS = {"exact": np.log(20), "exact-50": np.log(2)}  # how far below the peak, in nats


def task_of(loss: str, tilt: float, seed: int) -> continual.LogisticTask | continual.QuadraticTask:
    return problem(loss, seed=seed).task_a.rotated(np.radians(tilt))


@lru_cache(maxsize=4)
def numbers(loss: str, tilt: float, tau: float, seed: int):
    """Over the nodes of N_A: rims of the posterior and of its Gaussians, their distance to it; and its mode."""
    task, kinds = task_of(loss, tilt, seed), ("full", "diagonal")
    rims: dict[str, list] = {k: [] for k in (*RIMS, *kinds)}
    apart: dict[str, list] = {k: [] for k in kinds}
    for n in na.nodes:
        with_prior = continual.with_prior(task, tau / n)
        gaussians = {k: continual.laplace(task, n, tau, diagonal=k == "diagonal") for k in kinds}
        reach = 5.5 * np.sqrt(np.diag(gaussians["full"].covariance))
        axes = [np.linspace(m - r, m + r, 71) for m, r in zip(gaussians["full"].mean, reach, strict=True)]
        exact = continual.posterior_on_grid(task, n, *axes, tau)
        for name, drop in RIMS.items():
            rims[name].append(basin(with_prior, drop / n, 61))
        for k, g in gaussians.items():
            rims[k].append(linalg.fisher_ellipse(g.precision, RIMS["exact"]).points(61, g.mean))
            apart[k].append(exact.total_variation(g))
    mode = continual.laplace(task, na.nodes[-1], tau).mean
    return {k: np.stack(r) for k, r in rims.items()}, {k: np.array(a) for k, a in apart.items()}, mode


def picture(v: Values) -> Scene:
    seed, say = v.seed if v.loss == "logistic" else 0, words.part("bayes")
    rims, apart, (mx, my) = numbers(v.loss, v.tilt, v.tau, seed)
    row, columns = int(np.abs(na.nodes - v.na).argmin()), ("exact", "full", "diagonal")
    xy = {k: (Live(r[..., 0], OVER), Live(r[..., 1], OVER)) for k, r in rims.items()}
    rim = {"outline": "ink3", "dash": "solid", "width": 1, "outline_alpha": 0.9}
    diagonal = outline(*xy["diagonal"], "diagonal", "longshort", 1.75, alpha=1)
    layers = [
        named(Region(*xy["exact"], "A", alpha=0.5, **rim), say["exact"], "left", token="ink2", weight=600),
        Region(*xy["exact-50"], "A", hatch="/", **rim),
        named(outline(*xy["full"], "exact", width=2.25, alpha=1), say["full"], "right", token="exact", weight=600),
        named(diagonal, say["diagonal"], "below", token="diagonal", weight=600),
        named(Points([mx], [my], "optimum", size=6), "_θ_^{\\*}~{A}", "above", token="ink", size=16),
        Label(mx + 1.2 * HALF, my - 0.95 * HALF, say(v.loss, seed=v.seed, rows=ROWS), align="right", token="ink3"),
    ]
    posterior = plane(
        "a",
        (mx - 1.25 * HALF, mx + 1.25 * HALF),
        (my - HALF, my + HALF),
        layers,
        **say.view("posterior"),
        table=(
            ["rim", "θ1", "θ2"],
            [
                np.repeat(columns, 15),
                *(np.round(np.concatenate([rims[k][row, :-1:4, i] for k in columns]), 4) for i in (0, 1)),
            ],
        ),
    )
    highest = 1.15 * max(0.2, *(float(a.max()) for a in apart.values()))
    distance = View(
        "b",
        x=Axis.along(na, "observations _N_~{A}"),
        y=Axis.linear(0, 0.25 * np.ceil(highest / 0.25)),
        layers=readings(
            na,
            na.nodes,
            {
                "exact": Reading(apart["full"], Live(apart["full"][:, None], OVER), say["F"], "end", weight=600),
                "diagonal": Reading(
                    apart["diagonal"], Live(apart["diagonal"][:, None], OVER), say["diag"], "end", weight=600
                ),
            },
        ),
        slot="side",
        **say.view("distance"),
        table=(say.list("distance", "columns"), [na.nodes, apart["full"], apart["diagonal"]]),
    )
    task = task_of(v.loss, v.tilt, v.seed)
    gap = float(np.abs(hessian_by_differences(task, task.minimiser, 2e-4) - task.fisher()).max() / 6)
    ratio = np.array([[continual.bayes_strength(a, b) for b in nb.nodes] for a in na.nodes])
    return Scene(
        [posterior, distance],
        controls=["na", "tilt", "nb", "tau"],
        groups=["loss"],
        more=["seed"],
        numbers={f"tv_{k}": Number(Live(a, OVER), "2") for k, a in apart.items()}
        | {
            "summed": Number(Live([continual.bayes_strength(a) for a in na.nodes], OVER), "i"),
            "mean": Number(Live(ratio, ("na", "nb")), "g2"),
        },
        formula={"groups": say.list("formula")},
        checks=[Check("precision per observation", "Fisher matrix", "second differences of the loss", gap, 1e-5)],
    )


tab = Tab(key="bayes", words=words, picture=picture, program=program, controls=[na, tilt, nb, tau, loss, number])
