"""Six programs for one weight: what each returns, the λ it needs, and the single runs of SAMPLE."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...frame.declaration import Tab, Values, choose
from ...stage.axes import Axis
from ...stage.marks import Bars, Handle, Label, Points, Rule, Segments, named
from ...stage.scene import Live, Mix, Number, Scene, View
from . import words
from .runs import LAMBDAS, VALUES, every_need, every_run, i, medians, runs, secret
from .unit import (
    ASKED,
    LOOKS,
    QUESTION,
    RUNS,
    SIZES,
    SLOT,
    N,
    b,
    both_ways,
    checks,
    classes,
    eps,
    lean,
    name,
    seed,
    squared,
    unit,
)

HALF = 0.31  # of a bar's thickness, in rows
ROW = {way: 5.0 - k for k, way in enumerate(LOOKS)}


def programs(v: Values):
    """What each program returns and the λ it needs, over ε; BATCHED also over N and b, a product."""
    along, _ = both_ways(v)
    returned = {way: Live([[u.value(way)] for u in along], ("eps",)) for way in LOOKS}
    needed = {way: Live([[u.multiplier(way)] for u in along], ("eps",)) for way in LOOKS}
    factor = parts(v).sum(axis=-1)
    returned["BATCHED"] = times(returned["EMPIRICAL"], factor)
    needed["BATCHED"] = times(needed["EMPIRICAL"], 1 / factor)
    return returned, needed


def parts(v: Values, **other) -> np.ndarray:
    """Covariance and mean part of BATCHED in units of EMPIRICAL, over (N, b)."""
    beside = [[replace(unit(v, n=n, batch=size), **other) for size in b.nodes] for n in SIZES]
    return np.array([[u.batch_parts(v.squared) for u in row] for row in beside])


def times(over_eps: Live, over_n_and_b) -> Mix:
    return Mix(over_eps, Live(over_n_and_b[..., None, None], ("N", "b")))


def picture(v: Values) -> Scene:
    (returned, needed), (values, lambdas, wrong) = programs(v), runs(v)
    # exact, from the law of one run: where no run drew a wrong label the runs agree, and their own spread would say 0
    error = [np.array([u.sample_sd for u in units]) / np.sqrt(RUNS) for units in both_ways(v)]
    mean = [x.mean(axis=1) for x in values]
    between = [secret(v, [np.maximum(m + k * e, VALUES[0]) for m, e in zip(mean, error, strict=True)]) for k in (-1, 1)]
    numbers = {f"F_{SLOT[way]}": Number(t, "g2") for way, t in returned.items()}
    numbers |= {f"m_{SLOT[way]}": Number(t, "g2") for way, t in needed.items()}
    numbers |= {
        "run": Number(secret(v, values, "i"), "g2"),
        "need": Number(secret(v, lambdas, "i"), "g2"),
        "k": Number(secret(v, wrong, "i"), "i"),
        "mean": Number(secret(v, mean), "g2"),
        "se": Number(secret(v, error), "g2"),
        "median": Number(secret(v, medians(values)), "g2"),
        "sd": Number(secret(v, [[u.sample_sd for u in units] for units in both_ways(v)]), "g2"),
        "none": Number(secret(v, [[u.no_wrong_label for u in units] for units in both_ways(v)]), "g3"),
    }
    if v.lean:
        each = parts(v)
        numbers |= {
            k: Number(times(returned["EMPIRICAL"], each[..., j]), "g2") for j, k in enumerate(("cov", "square"))
        }
    return Scene(
        [
            bars(v, returned, values),
            strengths(v, needed, lambdas),
            every_run(v, returned, values, mean, between),
            every_need(v, needed, lambdas),
        ],
        controls=["eps", "N", "b"],
        numbers=numbers,
        formula={"groups": laws(v)},
        groups=["squared"],
        breaks=["lean"],
        more=["classes", "seed"],
        checks=checks(v),
    )


def laws(v: Values):
    say = words.part("ways", "law")
    right = say["right", v.classes]
    batched = say("lean" if v.lean else "batched", v.squared, right=right)
    return say.list("with_lean" if v.lean else "groups", exact=say["exact", v.classes], right=right, batched=batched)


# ---- the four views ----------------------------------------------------------------------------------------------------
def by_program(v: Values):
    here, say = unit(v), words.part("ways")
    return say.list("by_program"), [
        list(LOOKS),
        *([of(w, v.squared) for w in LOOKS] for of in (here.value, here.multiplier)),
    ]


def bars(v: Values, returned, values) -> View:
    """Six bars on a logarithmic axis; on SAMPLE's the range of 90 % of its runs, and the run that is followed."""
    say, y = words.part("ways"), [ROW["SAMPLE"]]
    spread = [secret(v, [np.quantile(x, q, axis=1) for x in values]) for q in (0.05, 0.95)]
    layers = [
        named(
            Bars([VALUES[0]], returned[way], [ROW[way] - HALF], [ROW[way] + HALF], token, alpha=alpha),
            f"[F_{SLOT[way]}]",
            "end",
            token="ink",
        )
        for way, (_, token, alpha) in LOOKS.items()
    ]
    layers += [
        Segments(spread[0], y, spread[1], y, "ink", width=1.25),
        Points(secret(v, values, "i"), y, "sampled", size=4.5, casing=True, edge=False),
        Handle(x="eps", at_y=ROW["EXACT"]),
    ]
    if v.lean:  # where the 1/b rule would put BATCHED
        rule = times(returned["EMPIRICAL"], parts(v, lean=0.0).sum(axis=-1))
        layers.append(Points(rule, [ROW["BATCHED"]], "empirical", size=5, hollow=True, casing=True, edge=False))
    return View(
        "a",
        say["bars", "caption_lean" if v.lean else "caption"],
        Axis.decades(*VALUES, grid=True, numbers=False),
        Axis.rows([f"**{name(way)}**" for way in LOOKS]),
        layers,
        slot="main",
        alt=say["bars", "alt"],
        sentence=say["bars", "sentence"],
        table=by_program(v),
    )


def strengths(v: Values, needed, lambdas) -> View:
    """The λ that gives every program the stiffness of EXACT at 1; on SAMPLE's row that of each single run."""
    flat = np.linspace(-HALF, HALF, 7)[np.arange(RUNS) * 3 % 7] + ROW["SAMPLE"]
    layers = [Rule(x=[1.0], token="axis", width=1.25), Points(secret(v, lambdas), flat, "sampled", size=1.5, alpha=0.5)]
    for way, (style, token, _) in LOOKS.items():
        hollow = True if way in ("BATCHED", "EXACT(n)", "SAMPLE") else None
        dot = Points(needed[way], [ROW[way]], style, size=4.5, hollow=hollow, casing=True)
        layers += [
            named(dot, f"[m_{SLOT[way]}]", "right", token=token, weight=600),
            Label(
                LAMBDAS[0], ROW[way], name(way), middle=True, phone="only", size=12
            ),  # on a desk the bars beside say it
        ]
    return View(
        "c",
        x=Axis.decades(*LAMBDAS, grid=True, numbers=False),
        y=Axis(-0.6, 5.6, grid=False, line=False),
        layers=[
            *layers,
            Points(secret(v, lambdas, "i"), [ROW["SAMPLE"]], "sampled", size=4.5, casing=True, edge=False),
        ],
        slot="side",
        table=by_program(v),
        **words.part("ways").view("strengths"),
    )


def program(v: Values):
    u = unit(v)
    own = {"epsilon": v.eps, "n": u.n, "batch": u.batch, "squared": v.squared, "lean": u.lean}
    return "ways", own | {"wrong": u.shares or (1.0,), "seed": v.seed}


tab = Tab(
    key="ways",
    words=words,
    controls=[eps, N, b, squared, classes, lean, seed, i],
    picture=picture,
    program=program,
    questions=[
        choose(
            QUESTION,
            words,
            correct="empirical",
            setup=ASKED,
            when={k: ASKED[k] for k in ("eps", "N", "b")},
            view="d",
            at={
                "exact": {"x": 1.0, "y": 50.0},
                "between": {"x": 100.0, "y": 110.0},
                "empirical": {"x": 9999.0, "y": 170.0},
            },
        )
    ],
)
