"""Beside the plane: both losses on its clock, the trade-off over λ, and the table that is the key to all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from fisher_core import continual

from ...frame.declaration import Values
from ...stage.axes import Axis
from ...stage.compound import hand, timed
from ...stage.marks import Curve, Label, Mark, Points, Segments, named
from ...stage.scene import View
from ...stage.tables import at, read
from .look import MATRICES, SLOTS, STRAIGHT, TURNED, named_for, say, shown, style, token, twins
from .runs import angle, step
from .tasks import problem


def rows(v: Values, now, wanted: Mapping[str, str], degrees: float = 0.0) -> tuple[list[str], list[np.ndarray]]:
    """The runs as a table: a row a step."""
    names, columns = ["step"], [step.nodes.astype(int)]
    for kind in shown(v):
        x, y = continual.rotation(np.radians(degrees)) @ [now[kind]["x"], now[kind]["y"]]
        data = now[kind] | {"x": x, "y": y}
        names += [f"{say['names', kind]} {name}" for name in wanted.values()]
        columns += [np.round(data[q], 6) for q in wanted]
    return names, columns


# ---- both losses on one clock ------------------------------------------------------------------------------------------
def losses(v: Values, task: str, found, now) -> View:
    highest = float(np.nanmax(now["none"]["A"]))
    top = next(t for t in (3, 6, 9, 12, 24) if t >= min(24, highest))
    layers = hand(step)
    for kind in shown(v):
        path, mark = timed(step, found[kind][task], style(v, kind), size=4)
        if task == "B":
            layers += [path, *named_for(v, kind, mark, "beyond", "short", size=12.5)]
        else:
            layers += [path, mark.where(TURNED) if kind == "ewc_diagonal" and twins(v) else mark]
    start, view = float(now["none"]["B"][0]), say.view("losses", task=task)
    if task == "B":
        view["caption"] = say("losses", "caption_from" if start > top else "caption_b", start=start)
    return View(
        "b" if task == "A" else "c",
        x=Axis.linear(0, 120, "step", 0),
        y=Axis.linear(0, top, digits=0, line=False),
        layers=layers,
        slot="narrow",
        **view,
        table=rows(v, now, {task: f"loss {task}"}),
    )


# ---- the trade-off -----------------------------------------------------------------------------------------------------
def trade_off(v: Values, which: tuple, found, now, best) -> View:
    penalties, nodes = [k for k in shown(v) if k != "none"], {"angle": angle.nodes}
    at_rest = {k: [read(d, nodes, vars(v)) for d in best[k]] for k in best}
    at_one = float(problem(*which).ends("l2", [1.0])[1]["A"][0])
    size = next(s for s in (0.5, 1, 2, 4, 6, 8, 16) if s >= min(16, max(1.3 * at_rest["l2"][2][0], at_one / 0.7)))
    layers: list[Mark] = []
    for kind in penalties:
        a, b, least = best[kind]
        layers.append(Curve(a, b, style(v, kind)))
        if kind != "ewc_diagonal":
            layers.append(Segments([0.0], least, least, [0.0]))
    for i, kind in enumerate(k for k in ("l2", "ewc_diagonal", "ewc_full") if k in penalties):
        height = (0.87 - 0.16 * i) * size  # above all fronts, where they leave room
        layers += best_sum(v, kind, Label(1.15 * size, height, "", align="right", token=token(v, kind)))
    beyond = step.nodes[now["none"]["A"] > 1.15 * size].tolist()
    far = Points(*(at(step, found["none"][q]) for q in "AB"), "none", size=5)
    layers.append(named(far, say["beyond"], "above", token="ink", weight=600).where({"step": beyond}))
    for kind in shown(v):
        here = Points(*(at(step, found[kind][q]) for q in "AB"), style(v, kind), size=5)
        layers += [here] if kind == "none" else named_for(v, kind, here, "right" if kind == "l2" else "left")
    columns = [np.round(np.concatenate([at_rest[k][i] for k in penalties]), 6) for i in (0, 1)]
    return View(
        "d",
        x=Axis.linear(0, 1.15 * size, "loss A"),
        y=Axis.linear(0, size, "loss B", rotate=True, line=True),
        layers=layers,
        slot="side",
        **say.view("trade_off"),
        table=(
            say.list("trade_off", "columns"),
            [np.array([say["names", k] for k in penalties for _ in at_rest[k][0]]), *columns],
        ),
    )


def best_sum(v: Values, kind: str, label: Label) -> list[Mark]:
    """What a front comes to; of twins at 0° one says it for both."""
    text = say("best", name=say["names", kind], best=f"[best_{SLOTS[kind]}]")
    if kind == "l2" or not twins(v):
        return [replace(label, text=text)]
    both = say("best", name=say["names", "ewc"], best="[best_full]")
    apart = replace(label, text=text).where(TURNED)
    if kind == "ewc_full":
        return [apart]
    return [apart, replace(label, text=both, token=token(v, "ewc_full")).where(STRAIGHT)]


def key(v: Values) -> dict:
    """The table that is the key to styles, and the numbers of now."""
    matrices = MATRICES | ({"ewc_full": "_F_~{A} = 0"} if v.brk else {})
    table = []
    for kind, slot in (("none", "none"), ("l2", "l2"), ("ewc_diagonal", "diagonal"), ("ewc_full", "full")):
        name = say["key", "empirical" if v.brk and kind == "ewc_full" else kind]
        colour = f"{{{token(v, kind)}|%s}}"
        numbers = [f"[{slot}_A]", f"[{slot}_B]", f"**[{slot}_sum]**", "–" if kind == "none" else f"[best_{slot}]"]
        first = {"glyph": style(v, kind), "text": colour % name}
        table.append([first, colour % matrices[kind], f"([{slot}_x], [{slot}_y])", *numbers])
    return {"head": say.list("key", "head"), "rows": table, "align": ["left", *["right"] * 6], "wide": [1, 2, 6]}
