"""Two weights: runs on task B from A's optimum under four penalties, their losses on one clock, and the trade-off."""

from __future__ import annotations

import numpy as np

from fisher_core import continual
from fisher_studies.landscape import Landscape, hessian_by_differences

from ...controls import Choice, Slider, Toggle
from ...frame.declaration import Tab, Values, choose, order
from ...stage.compound import outline, plane, trail, valley
from ...stage.marks import Curve, Handle, Label, Points, named
from ...stage.scene import Check, Number, Scene, View
from ...stage.tables import Cross, Data, Live, Mix, Secret, at, read, turned
from . import words
from .look import BELIEF, SLOTS, STRAIGHT, TURNED, WHERE, named_for, say, shown, style, token, twins
from .runs import (
    PAD,
    angle,
    basins,
    beliefs,
    bx,
    by,
    diagonals,
    fronts,
    lam,
    learning_of_a,
    limits,
    rate,
    runs,
    step,
)
from .sides import key, losses, rows, trade_off
from .tasks import CENTRE_B, KINDS, RATE, loss, number, problem

noise = Slider("noise", "Gradient noise, standard deviation", 0, 2, 0.1, 0.0, format="1")


def picture(v: Values) -> Scene:
    which = (v.loss, v.bv, v.bx, v.by, v.brk, v.seed if v.loss == "logistic" else 0)
    pad, land = v.loss == "quadratic" and v.angle == 0, problem(*which)
    found = runs(which, (v.lr, v.noise, v.seed), v.lam, v.angle, pad)
    best, most = fronts(which, v.angle, pad), limits(which, v.angle)
    nodes = {s.key: s.nodes for s in (lam, angle, step, bx, by)}
    now = {k: {q: read(data, nodes, vars(v)) for q, data in found[k].items()} for k in KINDS}
    numbers = {"limit": Number(Live(most, ("lam",)), "g2")}
    for i in (0, 1):
        entry = Live(diagonals(which)[:, i], ("angle",))
        numbers[f"d{i + 1}"] = Number(Secret(entry, "order", angle.nodes != 0), "2")
    for kind, slot in SLOTS.items():
        q = {name: at(step, data) for name, data in found[kind].items()}
        q["x"], q["y"] = turned(angle, q["x"], q["y"])
        q["sum"] = Mix([1.0, 1.0], (q["A"], q["B"]))
        for name, data in q.items():
            numbers[f"{slot}_{name}"] = Number(data, "2" if name in "xy" else "3", none="∞")
        if kind in best:
            numbers[f"best_{slot}"] = Number(best[kind][2], "3")
    return Scene(
        [
            weights(v, which, found, now, most, pad),
            *(losses(v, k, found, now) for k in "AB"),
            trade_off(v, which, found, now, best),
        ],
        controls=["lam", "angle"],
        numbers=numbers,
        formula=key(v),
        player="step",
        groups=["show"],
        breaks=["brk"],
        more=["bx", "by", "lr", "noise", "loss", "bv", "prologue", "seed"],
        checks=checks(land, v),
    )


# ---- the two weights ---------------------------------------------------------------------------------------------------
def weights(v: Values, which: tuple, found, now, most: np.ndarray, pad: bool) -> View:
    low, believed, (ax, ay) = basins(which), beliefs(which, v.angle), problem(*which).task_a.minimiser
    b: tuple[Data, Data] = tuple(low["B"].T)
    if pad:  # the valley goes with the ring
        ends = [s.nodes[[0, -1], None] + x - c for s, x, c in zip((bx, by), low["B"].T, (v.bx, v.by), strict=True)]
        b = tuple(
            Cross((Live(x, ()), Live(e, (s.key,), every=every)))
            for x, e, s, every in zip(low["B"].T, ends, (bx, by), PAD, strict=True)
        )
    layers = [valley(*turned(angle, *low["A"].T), "A", "/"), valley(*turned(angle, *b), "B", "\\")]
    for kind in [k for k in ("l2", "ewc_full", "ewc_diagonal") if k in shown(v) and k in believed]:
        rim = outline(*turned(angle, *believed[kind]), token(v, kind))
        if kind == "ewc_diagonal":
            layers.append(rim.where(TURNED) if twins(v) else rim)
        else:
            layers.append(named(rim, say["believes", kind], BELIEF[kind], token=token(v, kind)))
    if v.prologue:
        path = Curve(*turned(angle, *learning_of_a(which).T), "data", width=1.5, dash="dot", casing=True)
        layers.append(named(path, say["prologue"], "start", phone=False))
    for kind in shown(v):
        xy, twin = turned(angle, found[kind]["x"], found[kind]["y"]), kind == "ewc_diagonal" and twins(v)
        path, mark = trail(*xy, style(v, kind), clock=step, dots=not twin or v.angle != 0)
        if kind == "ewc_full" and kind not in believed:
            path = named(path, say["knows_nothing"], "start", token=token(v, kind))
        layers += [path, *named_for(v, kind, mark, WHERE[kind], size=14)]
        if twin:
            layers.append(named(path, say["twins"], "end", token="ink2", phone=False).where(STRAIGHT))
    star = Points(*turned(angle, [ax], [ay]), "optimum", size=10)
    layers.append(named(star, "_θ_^{\\*}~{A}", "above", token="ink", size=17))
    diverges = {"lam": lam.nodes[most < v.lr].tolist()}
    layers.append(Label(-2.22, -1.3, say("diverges", rate=v.lr), token="ink").where(diverges))
    if pad:
        layers.append(Handle(x="bx", y="by", ring=12).where(STRAIGHT))
    return plane(
        "a",
        (-2.3, 2.0),
        (-1.44, 1.62),
        layers,
        **say.view("weights", drag=say["drag"] if pad else ""),
        table=rows(v, now, {"x": "θ1", "y": "θ2", "A": "loss A", "B": "loss B"}, v.angle),
    )


def checks(land: Landscape, v: Values) -> list[Check]:
    """End points by other means: the matrix exponential for bowls, differences of the objective otherwise."""
    worst, a, b = 0.0, land.task_a, land.task_b
    for kind in KINDS:
        p = land.penalty(kind, v.lam, np.radians(v.angle))
        end = continual.minimiser(b, p)
        if b.is_quadratic:
            worst = max(worst, float(np.abs(continual.gradient_flow(b, p, p.anchor, [1e3])[0] - end).max()))
        else:
            rise = lambda t, p=p: float(b.loss(t) + p.value(t))  # noqa: E731
            worst = max(worst, *(abs(rise(end + e) - rise(end - e)) / 2e-5 for e in 1e-5 * np.eye(2)))
    methods = ("linear solve", "matrix exponential") if b.is_quadratic else ("Newton", "slope by differences")
    gap = np.abs(hessian_by_differences(a, a.minimiser, 2e-4) - a.fisher()).max() / np.abs(a.fisher()).max()
    return [
        Check("end of training", *methods, worst, 1e-9 if b.is_quadratic else 1e-6),
        Check("_F_~{A}", "closed form", "second differences of the loss", float(gap), 1e-5),
    ]


def holds(v: Values) -> bool:
    """On A's loss the trails end in this order: full EWC below L2 below no penalty, and EWC has the best sum."""
    land = problem(v.loss, v.bv, v.bx, v.by, v.brk)
    ends = {k: land.ends(k, [v.lam], np.radians(v.angle))[1] for k in KINDS}
    sums = {k: land.best_total(k, np.radians(v.angle))[1] for k in KINDS[1:]}
    return bool(ends["ewc_full"]["A"] < ends["l2"]["A"] < ends["none"]["A"] and sums["ewc_full"] < sums["l2"])


# ---- what is asked -----------------------------------------------------------------------------------------------------
def kind_of_order(groups) -> str:
    place = {name: i for i, group in enumerate(groups) for name in group}
    full, diagonal, l2 = (place[k] for k in ("full", "diagonal", "l2"))
    if full < diagonal == l2:
        return "right"
    if full == diagonal:
        return "full_is_diagonal"
    if diagonal < l2:
        return "l2_worst"
    return "one_strength" if full < l2 < diagonal else "full_not_first"


TEXTBOOK = {"tab": "plane", "angle": 0.0, "lam": 1.0, "brk": False, "show": "all", "loss": "quadratic", "bv": "across"}
TEXTBOOK |= {"bx": CENTRE_B[0], "by": CENTRE_B[1], "lr": RATE, "noise": 0.0, "step": 120.0}


def program(v: Values):
    same = {"angle": float(v.angle), "lam": float(v.lam), "eta": float(v.lr), "b": (float(v.bx), float(v.by))}
    same |= {"along": v.bv == "along", "noise": float(v.noise), "seed": int(v.seed)}
    return ("logistic", same) if v.loss == "logistic" else ("bowls", same | {"broken": bool(v.brk)})


tab = Tab(
    key="plane",
    words=words,
    picture=picture,
    program=program,
    controls=[
        lam,
        angle,
        step,
        Toggle("brk", "noise-free A, empirical Fisher"),
        Choice("show", "Penalties", {"all": "all", "l2": "L2", "diagonal": "diagonal", "full": "full"}, "all"),
        loss,
        Choice("bv", "B's valley", {"across": "across A's", "along": "along A's"}, "across"),
        Toggle("prologue", "show how A was learned"),
        rate,
        noise,
        bx,
        by,
        number,
    ],
    questions=[
        order(
            "order",
            words,
            glyphs={"full": "exact", "diagonal": "diagonal", "l2": "identity"},
            correct=[frozenset({"full"}), frozenset({"diagonal", "l2"})],
            said=kind_of_order,
            setup=TEXTBOOK,
            shows={"angle": 45.0},
        ),
        choose("empirical", words, correct="none", setup=TEXTBOOK, shows={"brk": True}),
    ],
)
