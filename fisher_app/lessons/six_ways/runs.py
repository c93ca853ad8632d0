"""The single runs of SAMPLE: what each returns, the λ it needs, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...controls import Slider
from ...frame.declaration import Values
from ...stage.axes import Axis
from ...stage.marks import Guess, Points, Segments, Veil, named
from ...stage.scene import View
from ...stage.tables import Cross, Live, Secret
from . import words
from .unit import EPSILONS, QUESTION, RUNS, SHOWN, SIZES, both_ways, drawn, unit

i = Slider("i", "Run followed", 0, RUNS - 1, 1, 12, format="i", local=True)

VALUES, LAMBDAS = (1e-15, 300.0), (1e-4, 1e10)
MEAN, MEDIAN, DOTS = [222.0], [-24.0], (-56.0, 252.0)  # over and under the runs; their axis
EACH = np.arange(float(RUNS))


def runs(v: Values) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """What each run of SAMPLE returns, the λ it needs, its wrong labels: a table (nodes, runs) for either way along."""
    counts, here = drawn(v.seed, unit(v).shares), (EPSILONS.index(v.eps), SIZES.index(int(v.N)))
    returned, needed, wrong = [], [], []
    for units, along in zip(both_ways(v), (counts[:, :, here[1]], counts[:, here[0]]), strict=True):
        each = along.swapaxes(0, 1)
        values = [u.of_wrong_labels(k if u.shares else k[:, 0]) for u, k in zip(units, each, strict=True)]
        returned.append(np.array(values))
        needed.append(np.array([u.value("EXACT") for u in units])[:, None] / values)
        wrong.append(each.sum(axis=-1))
    return returned, needed, wrong


def unknown(v: Values) -> list[np.ndarray]:
    """Where a run may draw no wrong label, which is what is asked: (nodes,) for either way along."""
    return [np.array([u.no_wrong_label > SHOWN for u in units]) for units in both_ways(v)]


def along_both(tables: Sequence, *more: str) -> Cross:
    """Tables along ε and along N, followed as either moves."""
    return Cross(tuple(Live(t, (key, *more)) for key, t in zip(("eps", "N"), tables, strict=True)))


def secret(v: Values, tables: Sequence, *more: str) -> Secret:
    """The same, of what SAMPLE does: what would give the answer away is kept back."""
    where = [shut.reshape(-1, *[1] * (np.ndim(t) - 1)) for shut, t in zip(unknown(v), tables, strict=True)]
    return Secret(along_both(tables, *more), QUESTION, where)


def medians(tables) -> list[np.ndarray]:
    return [np.median(x, axis=1) for x in tables]


# ---- their two views ---------------------------------------------------------------------------------------------------
def by_run(v: Values):
    here, shut = EPSILONS.index(v.eps), unknown(v)[0]
    columns = [Secret(t[0][here], QUESTION, shut[here]) for t in runs(v)]
    return words.list("ways", "by_run"), [EACH, columns[2], columns[0], columns[1]]


def lines(exact, empirical) -> list[Segments]:
    """Where EXACT and EMPIRICAL stand."""
    low, high = [-8.0], [208.0]
    return [
        Segments(exact, low, exact, high, "exact", width=2),
        Segments(empirical, low, empirical, high, "empirical", width=1.5, dash="dashdot"),
    ]


def veil(v: Values, axis: tuple[float, float]) -> list[Veil]:
    """Over all of an axis where the answer would be."""
    if QUESTION in v.seen:
        return []
    ends = [np.where(shut, axis[1], axis[0] / 10) for shut in unknown(v)]
    return [Veil(words.list("hidden"), x1=along_both(ends), align="right", at=40.0)]


def every_run(v: Values, returned, values, mean, between) -> View:
    """What every run of SAMPLE returns, with mean (± its standard error) and median."""
    look = {"size": 5, "hollow": False, "edge": False}
    return View(
        "b",
        x=Axis.decades(*VALUES, "returned value, log axis: a gridline is a factor of ten", grid=True),
        y=Axis(*DOTS, grid=False),
        layers=[
            *veil(v, VALUES),
            *lines(returned["EXACT"], returned["EMPIRICAL"]),
            Points(secret(v, values), EACH, "sampled", size=2.2, pick="i"),
            Segments(between[0], MEAN, between[1], MEAN, "sampled", width=5, alpha=0.45),
            named(Points(secret(v, mean), MEAN, "sampled", **look), "mean [mean] ± [se]", weight=600),
            named(
                Points(secret(v, medians(values)), MEDIAN, "sampled", symbol="diamond", **look),
                "median [median]",
                weight=600,
            ),
        ],
        slot="main",
        table=by_run(v),
        **words.part("ways").view("runs"),
    )


def every_need(v: Values, needed, lambdas) -> View:
    """The same runs, as the λ each of them would need."""
    return View(
        "d",
        x=Axis.decades(*LAMBDAS, "_λ_, log axis", grid=True),
        y=Axis(*DOTS, grid=False, line=False),
        layers=[
            *veil(v, LAMBDAS),
            *lines([1.0], needed["EMPIRICAL"]),
            Points(secret(v, lambdas), EACH, "sampled", size=2.2, pick="i"),
            *([Guess(QUESTION)] if v.classes == "2" else []),
        ],
        slot="side",
        table=by_run(v),
        **words.part("ways").view("needs"),
    )
