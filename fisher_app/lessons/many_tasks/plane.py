"""Three tasks in the plane: the trails of training, where they end enlarged, and the loss of each task on one clock."""

from __future__ import annotations

from functools import partial

import numpy as np

from fisher_app.controls import Choice, Toggle
from fisher_app.frame.declaration import Tab, Values
from fisher_app.lessons.many_tasks import shares, words
from fisher_app.lessons.many_tasks.memories import (
    MEMORIES,
    MOST,
    STYLES,
    TOKENS,
    apart,
    followed,
    gamma,
    show,
    shown,
    tasks,
)
from fisher_app.lessons.many_tasks.runs import (
    LEVEL,
    ORDERS,
    START,
    STEPS,
    box,
    checks,
    data,
    end,
    numbers,
    remember,
    step,
    total,
    world,
)
from fisher_app.stage.axes import Axis
from fisher_app.stage.marks import Curve, Label, Mark, Points, Region, Rule, Segments, named
from fisher_app.stage.scene import Live, Number, Scene, View
from fisher_app.stage.tables import Cross, Data
from fisher_studies.basins import basin

LETTERS = {"A": (-0.42, -0.52), "B": (3.55, 1.0), "C": (0.62, 4.35)}  # where a letter covers no trail
HIGHEST = 6.0  # of the losses shown


def picture(v: Values) -> Scene:
    return Scene(
        [weights(v), enlarged(v), losses(v), shares.view(v, v.kind)],
        controls=["T", "gamma"],
        numbers=live_numbers(v) | shares.live_numbers(),
        formula=key(v),
        player="step",
        groups=["show"],
        breaks=["bent"],
        more=["kind", "order"],
        checks=checks(v),
    )


# ---- the two weights ---------------------------------------------------------------------------------------------------
def weights(v: Values) -> View:
    say = words.part("plane", "a")
    layers: list[Mark] = []
    for name, hatch in (("A", "/"), ("B", "\\"), ("C", ".")):
        rim = basin(world(v.bent)[name], LEVEL, 73).T
        layers.append(Region(*rim, name, hatch=hatch, outline=f"{name}-hatch", alpha=0.65, outline_alpha=0.01))
        big = {"size": 22, "weight": 650, "token": "ink2", "casing": False}
        layers.append(Label(*LETTERS[name], name, align="center", middle=True, **big))
    at = np.array([LETTERS[n] for n in ORDERS[v.order]]).T
    layers.append(Points(*at, "theta", size=10, alpha=0, pick="k", casing=False, base=1))
    layers += trails(v, names=True)
    layers.append(named(Points([START[0]], [START[1]], "theta", size=3.5), say["start"], "right", token="ink2"))
    x0, x1, y0, y1 = box(v)
    layers.append(Segments([x0, x0, x0, x1], [y0, y1, y0, y0], [x1, x1, x0, x1], [y0, y1, y1, y1]))
    return View(
        "a",
        say["caption_bent" if v.bent else "caption"],
        Axis.linear(-1.3, 4.5, "weight _θ_~{1}", 0),
        Axis.linear(-0.75, 4.85, "weight _θ_~{2}", 0, grid=False),
        layers,
        alt=say["alt"],
        sentence=say["sentence"],
        equal=True,
        slot="main",
        table=rows(v, "path", ("θ1", "θ2")),
    )


def trails(v: Values, names: bool = False, edge: bool | None = None) -> list[Mark]:
    """The runs, the part learned with the followed task, springs with their anchors, the joint optimum, end marks."""
    style, say, layers = STYLES[v.kind], words.part("plane", "name"), []
    whole = lambda m: [data(v, m, "path", i, by_step=False) for i in (0, 1)]  # noqa: E731
    now = lambda m, what: [data(v, m, what, i) for i in (0, 1)]  # noqa: E731
    layers += [stage(v, m) for m in shown(v) if m != "online"]
    for m in shown(v):
        layers.append(apart(v, m, Curve(*whole(m), style[m], casing=True, upto="step", dots=m != "online")))
    for m in shown(v):
        if m == "online" and "single" in shown(v):
            continue  # its anchor is its own last end; only alone is there room for it
        held = now(m, "anchors")
        anchor = Points(*held, "theta", size=4, hollow=True, edge=edge)
        layers.append(Segments(*held, *now(m, "path"), "ctl", alpha=0.75))
        layers.append(anchor if names else named(anchor, say["anchor"], token="ink2"))
    if "factors" in numbers(v.kind, v.order, v.bent):
        layers.append(Curve(*whole("factors"), factors(v), width=1.5, casing=True, upto="step"))
        layers.append(Points(*now("factors", "path"), factors(v), size=4, edge=edge))
    star = Points(*([x] for x in numbers(v.kind, v.order, v.bent)["joint"].path), "optimum", size=10)
    layers.append(star if names else named(star, say["joint"], "above", token="ink"))
    for m in shown(v):
        mark = Points(*now(m, "path"), style[m], size=5.5, edge=edge)
        layers.append(apart(v, m, named(mark, m, weight=600, size=14) if names else mark))
    return layers


def factors(v: Values) -> str:
    """Style of one factor per task: exact again where the running sum counts twice."""
    return "exact-thin" if v.kind == "full" else "diagonal"


def stage(v: Values, memory: str) -> Mark:
    """The stage in which the followed task was learned, as a broad band; nothing when k is beyond the plane's tasks."""
    path, length = numbers(v.kind, v.order, v.bent)[memory].path, STEPS // len(ORDERS[v.order])
    parts = np.full((MOST, length + 1, 2), np.nan)
    for i in range(len(ORDERS[v.order])):
        parts[i] = path[i * length : (i + 1) * length + 1]
    x, y = (Live(parts[..., i], ("k",)) for i in (0, 1))
    return Curve(x, y, STYLES[v.kind][memory], width=9, alpha=0.25, dash="solid")


def enlarged(v: Values) -> View:
    x0, x1, y0, y1 = box(v)
    runs = [numbers(v.kind, v.order, v.bent)[m] for m in ("single", "separate")]
    ends = [np.round([r[f][-1, i] for r in runs], 6) for f in (0, 2) for i in (0, 1)]
    return View(
        "z",
        x=Axis(x0, x1, line=True),
        y=Axis(y0, y1, grid=False),
        layers=trails(v, edge=False),
        equal=True,
        slot="pair",
        **words.view("plane", "z"),
        table=(words.list("plane", "z", "columns"), [["single", "separate"], *ends]),
    )


# ---- the losses --------------------------------------------------------------------------------------------------------
def losses(v: Values) -> View:
    """Loss by task at the present step: a mark per way to remember, a bar for what training on all at once leaves."""
    order = ORDERS[v.order]
    spots = np.array([1.0 + "ABC".index(n) for n in order] + [np.nan] * (MOST - len(order)))
    x, joint = np.array([1.0, 2.0, 3.0]), data(v, "joint", "losses")
    layers: list[Mark] = [
        Rule(x=Live(spots[:, None], ("k",)), token="ctl"),
        named(Segments(x - 0.4, joint, x + 0.4, joint, "ctl", width=2), words["plane", "name", "joint"], "below"),
    ]
    aside = {"separate": -0.17, "single": 0.0, "online": 0.17} if len(shown(v)) > 1 else {}
    for m in shown(v):
        for i, name in enumerate("ABC"):
            at = [x[i] + aside.get(m, 0.0)]
            mark, off = (
                Points(at, data(v, m, "losses", i), STYLES[v.kind][m], size=5),
                Points(at, beyond(v, m, i), STYLES[v.kind][m], alpha=0),
            )
            layers += [apart(v, m, mark), apart(v, m, named(off, f"[{m}_{name}:1] ↑", "below"))]
    pick = Points(spots[: len(order)], np.full(len(order), -1.0), "data", alpha=0, pick="k", column=True, base=1)
    return View(
        "c",
        x=Axis(0.5, 3.5, ticks=list(zip(x, "ABC", strict=True))),  # letters, not numbers
        y=Axis.linear(0, HIGHEST, digits=0, line=False),
        layers=[*layers, pick],
        slot="pair",
        **words.view("plane", "c"),
        table=rows(v, "losses", ("loss A", "loss B", "loss C")),
    )


def beyond(v: Values, memory: str, task: int) -> Data:
    """Where the number of a loss stands that is off the axis once all is learned; nowhere else."""

    def high(table: Live) -> Live:
        values = np.asarray(table.values)
        last = np.arange(values.shape[-1]) == values.shape[-1] - 1
        return Live(np.where(last & (values > HIGHEST), HIGHEST, np.nan), table.over, table.every)

    found = data(v, memory, "losses", task)
    return Cross(tuple(map(high, found.tables))) if isinstance(found, Cross) else high(found)


def rows(v: Values, what: str, columns) -> tuple[list[str], list]:
    names, made = ["step"], [step.nodes]
    for m in shown(v):
        values = getattr(remember(v.kind, v.order, v.bent, m, v.gamma if m == "online" else 1.0), what)
        names += [f"{m} {c}" for c in columns]
        made += list(np.round(values, 6).T)
    return names, made


# ---- the table that is the key -----------------------------------------------------------------------------------------
def key(v: Values) -> dict:
    say, token = words.part("plane", "key"), TOKENS[v.kind]
    matrix = say["matrix", v.kind]

    def row(m: str, style: str, colour: str) -> list:
        name, held = (f"{{{colour}|{say(m, role, matrix=matrix)}}}" for role in ("name", "held"))
        return [
            {"glyph": style, "text": name},
            held,
            f"[{m}_anchor]",
            f"[{m}_at]",
            *(f"[{m}_{n}]" for n in "ABC"),
            f"**[{m}_sum]**",
        ]

    last = "factors" if len(ORDERS[v.order]) > 3 else "online"
    styles = STYLES[v.kind] | {"factors": factors(v)}
    body = [row("joint", "optimum", "ink"), *(row(m, styles[m], token) for m in ("single", "separate", last))]
    return {"head": say.list("head"), "rows": body, "align": ["left", "left", *["right"] * 6], "wide": [1, 2, 3]}


def live_numbers(v: Values) -> dict[str, Number]:
    made: dict[str, Number] = {}
    for m in (*MEMORIES, "joint", *(["factors"] if len(ORDERS[v.order]) > 3 else [])):
        read = partial(data, v, m)
        made |= {f"{m}_at": Number(read("path"), "3"), f"{m}_anchor": Number(read("anchors"), "3", none="–")}
        made |= {f"{m}_{n}": Number(read("losses", i), "3") for i, n in enumerate("ABC")}
        made[f"{m}_sum"] = Number(total(read("losses")), "3")
    length = STEPS // len(ORDERS[v.order])
    return made | {"stage": Number(Live(1 + np.maximum(step.nodes - 1, 0) // length, ("step",)), "i")}


def holds(v: Values) -> bool:
    """One running penalty ends at the joint minimiser; separate springs do not, and keep half of the answer for task 1."""
    best = numbers("full", "abc", False)["joint"].path
    single, separate = (np.abs(end(m).path - best).max() for m in ("single", "separate"))
    half = shares.numbers()["separate"][:, 0]
    return bool(single < 1e-12 and separate > 0.1 and np.abs(half - 0.5).max() < 1e-12)


def program(v: Values):
    values = {"order": ORDERS[v.order], "diagonal": v.kind == "diagonal", "gamma": float(v.gamma)}
    return "bent" if v.bent else "plane", values


tab = Tab(
    key="plane",
    words=words,
    controls=[
        tasks,
        gamma,
        followed,
        show,
        step,
        Toggle("bent", "tasks that are not quadratic"),
        Choice("kind", "Matrix", {"full": "full _F_", "diagonal": "diagonal"}, "full"),
        Choice(
            "order",
            "Order of tasks",
            {"abc": "A, B, C", "cba": "C, B, A", "bac": "B, A, C", "abca": "A, B, C, A again"},
            "abc",
        ),
    ],
    picture=picture,
    program=program,
    questions=[shares.question],
)
