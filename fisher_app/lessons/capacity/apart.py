"""Signal against noise, and what a constant rate trades for holding longer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_studies import capacity

from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import Reading, readings
from ...stage.marks import Curve, Label, Points, Rule, Segments, Veil, named
from ...stage.scene import Number, Scene, View
from ...stage.tables import Live, Secret
from . import words
from .drawn import STOPS, crosses, on_its_way, runs_note, runs_number
from .memory import (
    END,
    NODES,
    RATES,
    STYLE,
    THRESHOLDS,
    TOKEN,
    Point,
    along,
    c,
    checks,
    count,
    drawn_runs,
    first,
    first_numbers,
    here,
    load,
    method,
    moving,
    n,
    name,
    patterns,
    seed,
    thr,
)
from .storing import program, row

GRID = np.concatenate([[0.001], np.linspace(0.02, END, 75)])


@lru_cache(maxsize=1)
def crossings() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """For n → ∞: the load at which pattern 1 crosses and its signal there, over (threshold, c); and for both rivals."""
    at = np.array([[capacity.limit_capacity("rate", x, rate) for rate in RATES] for x in THRESHOLDS])
    signal = np.stack(
        [[capacity.limit_signal("rate", 0.0, t, rate) for t, rate in zip(line, RATES, strict=True)] for line in at]
    )
    loads = {rule: np.array([capacity.limit_capacity(rule, x) for x in THRESHOLDS]) for rule in ("gd", "ewc")}
    return at, signal, loads, {rule: capacity.limit_signal(rule, 0.0, t) for rule, t in loads.items()}


def picture(v: Values) -> Scene:
    p, hidden, say = here(v), "slow" not in v.seen, words.part("apart")
    rules = ["gd", "ewc", *([] if hidden else ["rate"])]
    at, signal, loads, heights = crossings()
    numbers = {"t": Number(moving(p, count, "load", "n"), "i"), **runs_number(v)}
    for rule in rules:
        numbers |= first_numbers(p, rule)
    for key, values in (("crosses", at), ("faint", signal)):
        numbers[key] = Number(Secret(Live(values, ("thr", "c")), "slow"), "3")
    rows = []
    for rule in rules:
        label, step = row(rule)
        note = f"  {runs_note(v)[0]}" if rule == v.method else ""
        cells = [f"**[{rule}_signal]**", f"[{rule}_noise]", f"**[{rule}_snr]**", f"[{rule}_holds]"]
        rows.append([label | {"text": label["text"] + note}, step, *cells])
    return Scene(
        [plane(p, v, rules), beside(v, "b", "holds", at, loads), beside(v, "c", "signal", signal, heights)],
        controls=["load", "c", "thr", "n"],
        numbers=numbers,
        formula={"head": say.list("head"), "rows": rows, "align": ["left", *["right"] * 5], "wide": [1, 5]},
        more=["method", "runs", "seed"],
        checks=checks(v),
    )


def plane(p: Point, v: Values, rules) -> View:
    """Every ray from the origin is one SNR; height is how strongly the unit answers."""
    say, reach = words.part("apart", "plane"), np.minimum(1.0, 1.1 / NODES["thr"])
    ray = Segments([0.0], [0.0], Live(reach, ("thr",)), Live(reach * NODES["thr"], ("thr",)), "ink2", width=1.25)
    layers = [
        named(ray, "SNR = [thr]", "end"),
        Label([0.06], [0.62], say["above"], token="ink3"),
        Label([0.98], [0.06], say["below"], align="right", token="ink3"),
    ]
    for rule in rules:
        quantities = [
            (first(rule, what, GRID), first(rule, what, STOPS), first(rule, what)) for what in ("noise", "signal")
        ]
        path, stops, now = (
            [moving(p, q, *along(rule, *keys)) for q in pair]
            for pair, keys in zip(zip(*quantities, strict=True), (("n",), ("n",), ("load", "n")), strict=True)
        )
        layers += [
            named(Curve(*path, STYLE[rule]), name(rule), "start" if rule == "rate" else "end", weight=600),
            Points(*stops, STYLE[rule], size=2.4, symbol="circle"),
            Points(*now, STYLE[rule], size=6),
        ]
    simulated = on_its_way(v)
    if simulated:
        layers += crosses(*simulated)
    if "slow" not in v.seen:
        layers.append(Label([1.0], [1.05], say["hidden"], align="right", token="ink3"))
    columns = [first(rule, what, GRID)(p) for rule in rules for what in ("noise", "signal")]
    heads = [say("column", what=what, rule=rule) for rule in rules for what in ("noise", "signal")]
    return View(
        "a",
        say["caption"],
        Axis.linear(0, 1.02, "noise", 1),
        Axis.linear(0, 1.12, "signal", 1),
        layers,
        slot="main",
        alt=say["alt"],
        sentence=say["sentence"],
        table=([say["patterns"], *heads], [patterns(GRID, v.n), *columns]),
    )


def beside(v: Values, id_: str, key: str, values, rivals) -> View:
    """A number of pattern 1 against the constant rate c, with GD's and EWC's as level lines."""
    say, k = words.part("apart", key), THRESHOLDS.index(v.thr)
    layers = [
        named(
            Rule(y=Live(level, ("thr",)), token=TOKEN[rule]),
            name(rule),
            "start",
            weight=600,
        )
        for rule, level in rivals.items()
    ]
    now = Live(values[..., None], ("thr", "c"))
    layers += readings(c, NODES["c"], {STYLE["rate"]: Reading(Live(values, ("thr",)), now, size=4.5)})
    shut = [Veil(words["hidden"])] if "slow" not in v.seen else []
    return View(
        id_,
        x=Axis.decades(RATES[0], RATES[-1], "rate _c_"),
        y=Axis.linear(0, 1.08, digits=1),
        layers=[*shut, *(Secret(mark, "slow") for mark in layers)],
        slot="side",
        table=(say.list("columns"), [list(RATES), Secret(values[k], "slow")]),
        **say.view(),
    )


tab = Tab(
    key="apart",
    words=words,
    controls=[load, c, thr, n, method, drawn_runs, seed],
    picture=picture,
    program=program,
)
