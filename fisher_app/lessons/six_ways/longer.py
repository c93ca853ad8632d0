"""Two separable classes trained longer and longer: SAMPLE keeps its mean and loses its median."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import historical as datasets
from fisher_core.models import LogisticRegression
from fisher_studies import two_weights
from fisher_studies.trained_longer import trained_longer

from ...controls import Choice, Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.marks import Curve, Handle, Points, Region, Rule, Veil, named
from ...stage.scene import Check, Live, Number, Scene, View
from ...stage.tables import Secret
from . import words
from .unit import QUESTION, RUNS, seed

STEPS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000)
SHOWN = 60.0  # steps up to which nothing gives the answer away

t = Slider("t", "Training step", STEPS[0], STEPS[-1], 1, 300, format="i", log=True, at=STEPS, local=True)
weight = Choice("weight", "Weight", {"0": "first", "1": "second"}, "1")
OVER = ("t",)


@lru_cache(maxsize=4)
def training(number: int):
    return trained_longer(*datasets.separable_classes(), 1.0, STEPS, RUNS, np.random.default_rng(number))


def picture(v: Values) -> Scene:
    run, w, say = training(v.seed), int(v.weight), words.part("longer")
    mean, error = (a[:, w] for a in run.mean_ratio)
    median, empirical = run.median_ratio[:, w], (run.empirical / run.exact)[:, w]
    ratios = run.samples[..., w] / run.exact[:, None, w]
    steps, y = np.array(STEPS, dtype=float), Axis.decades(1e-4, 300.0, "in units of EXACT")
    band = [np.maximum(mean + k * error, 1e-6) for k in (-2, 2)]
    at, hidden = Live(steps, OVER), [] if QUESTION in v.seen else words.list("hidden")
    whole = View(
        "a",
        x=Axis.decades(1, steps[-1], "step of gradient descent, log axis"),
        y=y,
        layers=[
            *([Veil(hidden, x0=SHOWN, at=0.04)] if hidden else []),
            Region([*steps, *steps[::-1]], [*band[1], *band[0][::-1]], "sampled", alpha=0.18),
            named(Rule(y=[1.0], token="exact", width=2), "EXACT", "start", weight=600),
            Rule(x=at),
            named(Curve(steps, empirical, "empirical"), "EMPIRICAL", "start", weight=600),
            named(
                Curve(steps, Secret(median, QUESTION), "sampled", width=2.5, dash="solid"), "median", "end", weight=600
            ),
            named(Curve(steps, mean, "sampled"), say["mean"], "above", weight=600),
            Points(at, Live(mean, OVER), "sampled", size=5),
            Points(at, Secret(Live(median, OVER), QUESTION), "sampled", size=5, hollow=False),
            Points(at, Live(empirical, OVER), "empirical", size=4.5),
            Handle(x="t"),
        ],
        slot="main",
        table=(say.list("whole", "columns"), [steps, mean, error, Secret(median, QUESTION), empirical]),
        **say.view("whole"),
    )
    single = View(
        "b",
        x=Axis.linear(0, RUNS, "run", 0),
        y=y,
        layers=[
            *([Veil(hidden, at=0.04)] if hidden else []),
            Rule(y=[1.0], token="exact", width=2),
            Rule(y=Live(empirical, OVER), token="empirical", width=1.5, dash="dashdot"),
            Points(np.arange(float(RUNS)), Secret(Live(ratios, OVER), QUESTION), "sampled", size=2.2, edge=False),
        ],
        slot="side",
        table=(say.list("single", "columns"), [np.arange(RUNS), *(Secret(ratios[k], QUESTION) for k in (0, -1))]),
        **say.view("single"),
    )
    return Scene(
        [whole, single],
        controls=["t"],
        numbers={
            "mean": Number(Live(mean, OVER), "2"),
            "se": Number(Live(error, OVER), "g2"),
            "median": Number(Secret(Live(median, OVER), QUESTION), "g2"),
            "empirical": Number(Live(empirical, OVER), "g2"),
            "exact": Number(Live(run.exact[:, w], OVER), "g2"),
        },
        formula={"groups": say.list("formula")},
        groups=["weight"],
        more=["seed"],
        checks=[by_labels(run)],
    )


def by_labels(run) -> Check:
    at, (x, _) = len(STEPS) // 2, datasets.separable_classes()
    second = np.diag(two_weights.by_label_quadrature(LogisticRegression(), x, run.theta[at]))
    gap = float(np.abs(run.exact[at] / second - 1).max())
    return Check(f"EXACT at step {STEPS[at]}", "closed form", "sum over labels", gap, 1e-6)


def program(v: Values):
    return "longer", {"seed": v.seed, "weight": int(v.weight)}


tab = Tab(key="longer", words=words, controls=[t, weight, seed], picture=picture, program=program)
