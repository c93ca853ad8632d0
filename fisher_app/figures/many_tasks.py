"""Figures of the lesson on many tasks: three tasks in the plane, their ends enlarged, and the loss of each on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Cross, Data, Layer, Live, Number, View, curve, label, points, region, rule, segments

COLUMNS, AREAS = "minmax(0, 1fr) 176px 176px", ("a z c", "a b b", "player player player")
MEMORIES = ("separate", "single", "online")  # in the order of drawing
STYLES = {
    "full": {"single": "exact", "separate": "separate", "online": "online"},
    "diagonal": {"single": "diagonal", "separate": "diagonal-separate", "online": "diagonal-online"},
}
TOKENS = {"full": "exact", "diagonal": "diagonal"}
NOT_ONE = [round(0.05 * i, 2) for i in range(20)]  # γ < 1, where online EWC leaves the single spring
HIGHEST = 6.0  # of the losses shown
SPOT = {"A": 1.0, "B": 2.0, "C": 3.0}


@dataclass(frozen=True)
class Picture:
    """What the core computed for one state: ``played`` as made by the scene, the memories shown, the matrix's kind."""

    played: Any
    shown: tuple[str, ...]
    kind: str
    v: Any

    @property
    def token(self) -> str:
        return TOKENS[self.kind]

    def style(self, memory: str) -> str:
        return STYLES[self.kind][memory]

    @property
    def factors(self) -> str:
        """Style of one factor per task: exact again where the running sum counts twice."""
        return "exact-thin" if self.kind == "full" else "diagonal"

    @property
    def stages(self) -> int:
        return len(self.played.order)

    def apart(self, memory: str, layer: Layer) -> Layer:
        """Online EWC is drawn where it is not the single spring, unless it stands alone."""
        return layer.where({"gamma": NOT_ONE}) if memory == "online" and "single" in self.shown else layer


def table(p: Picture, memory: str, what: str, column: int, step: bool = False) -> Data:
    """One quantity of one run over the steps; of online EWC over γ too."""
    values = getattr(p.played.runs[memory], what)[..., column]
    tail = ("step",) if step else ()
    if memory != "online":
        return Live(values, tail)
    every = (p.played.every, 1)[: 1 + len(tail)]
    over = Live(values, ("gamma", *tail), every=every)
    if p.played.every == 1:
        return over
    return Cross((Live(p.played.now_online(what)[..., column], tail), over))


# ---- the two weights ---------------------------------------------------------------------------------------------------
def weights(p: Picture) -> View:
    layers: list[Layer] = []
    for name, hatch in (("A", "/"), ("B", "\\"), ("C", ".")):
        rim = p.played.rims[name]
        layers.append(
            region(rim[:, 0], rim[:, 1], name, hatch=hatch, outline=f"{name}-hatch", alpha=0.65, outline_alpha=0.01)
        )
        layers.append(
            label(*LETTERS[name], name, size=22, weight=650, align="center", middle=True, token="ink2", casing=False)
        )
    at = np.array([LETTERS[n] for n in p.played.order])
    layers.append(points(at[:, 0], at[:, 1], "theta", size=10, alpha=0, pick="k", casing=False, base=1))
    layers += trails(p, 6.5)
    layers.append(points([START_X], [START_Y], "theta", size=3.5))
    layers.append(label(START_X, START_Y, "start", dx=8, dy=-4, token="ink2"))
    x0, x1, y0, y1 = box(p)
    layers.append(segments([x0, x0, x0, x1], [y0, y1, y0, y0], [x1, x1, x0, x1], [y0, y1, y1, y1], "axis"))
    layers += end_names(p)
    return View(
        "a", "**Two weights, Laplace noise.** Shaded: loss ≤ 0.35." if p.v.bent else "**Two weights.** Shaded: loss ≤ 0.35. Click a letter.",
        Axis(-1.3, 4.5, "weight _θ_~{1}", ticks((0, 2, 4)), label_at="right"),
        Axis(-0.75, 4.85, "weight _θ_~{2}", ticks((0, 2, 4)), grid=False),
        layers, height=316, phone=300, pad=(34, 8, 6, 36), equal=True,
        alt="Plane of two weights with the low-loss regions of tasks A, B and C; training runs through the tasks in order",
        sentence="At step [step:i], task [stage]: single ([single_x], [single_y]), separate ([separate_x], [separate_y]), "
        "online at γ = [gamma] ([online_x], [online_y]); trained on all at once ([joint_x], [joint_y]).",
        table=rows(p, "path", ("θ1", "θ2")),
    )  # fmt: skip


def end_names(p: Picture) -> list[Layer]:
    """Names beside the marks, each on the side where the others are not."""
    place = {"weight": 600, "token": p.token, "size": 14}
    single, separate = (p.played.runs[m].path[-1] for m in ("single", "separate"))
    right = single[0] >= separate[0]
    layers = []
    for memory, on_right, dy in (("single", right, 12), ("separate", not right, 3)):
        if memory in p.shown:
            at = table(p, memory, "path", 0, True), table(p, memory, "path", 1, True)
            layers.append(
                label(*at, memory, dx=11 if on_right else -11, dy=dy, align="left" if on_right else "right", **place)
            )
    if "online" in p.shown:
        every, ends = p.played.every, p.played.runs["online"].path[:, -1]
        x, y = (table(p, "online", "path", i, True) for i in (0, 1))
        beyond_single = (ends[:, 0] >= single[0]) == right
        above = np.where(ends[:, 1] >= np.where(beyond_single, single[1], separate[1]), -8.0, 22.0)
        for side, on_right in ((beyond_single, right), (~beyond_single, not right)):
            dy = Live(np.where(side, above, np.nan), ("gamma",), every=every)
            layers.append(
                p.apart(
                    "online",
                    label(
                        x,
                        y,
                        "online",
                        dx=11 if on_right else -11,
                        dy=dy,
                        align="left" if on_right else "right",
                        **place,
                    ),
                )
            )
    return layers


LETTERS = {"A": (-0.42, -0.52), "B": (3.55, 1.0), "C": (0.62, 4.35)}
START_X, START_Y = 2.5, 2.6


def ticks(at: Sequence[float]) -> list[tuple[float, str]]:
    return [(t, f"{t:g}".replace("-", "−")) for t in at]


def trails(p: Picture, size: float, edge: bool | None = None) -> list[Layer]:
    """The runs, the part learned with the followed task, springs with their anchors, the joint optimum, end marks."""
    layers: list[Layer] = []
    for memory in p.shown:
        if memory != "online":
            layers.append(followed(p, memory))
    for memory in p.shown:
        at = table(p, memory, "path", 0), table(p, memory, "path", 1)
        layers.append(p.apart(memory, curve(*at, p.style(memory), casing=True, upto="step", dots=memory != "online")))
    for memory in p.shown:
        if memory == "online" and "single" in p.shown:
            continue  # its anchor is its own last end; only alone is there room for it
        here = table(p, memory, "path", 0, True), table(p, memory, "path", 1, True)
        held = table(p, memory, "anchors", 0, True), table(p, memory, "anchors", 1, True)
        layers.append(segments(*held, *here, "ctl", width=1, alpha=0.75))
        layers.append(points(*held, "theta", size=size - 2.5, hollow=True, edge=edge))
    if p.played.factors is not None:
        path = p.played.factors.path
        layers.append(curve(path[:, 0], path[:, 1], p.factors, width=1.5, casing=True, upto="step"))
        layers.append(
            points(Live(path[:, 0], ("step",)), Live(path[:, 1], ("step",)), p.factors, size=size - 2.5, edge=edge)
        )
    layers.append(points([p.played.joint[0]], [p.played.joint[1]], "optimum", size=size + 3.5))
    for memory in p.shown:
        at = table(p, memory, "path", 0, True), table(p, memory, "path", 1, True)
        layers.append(p.apart(memory, points(*at, p.style(memory), size=size - 1, edge=edge)))
    return layers


def followed(p: Picture, memory: str) -> Layer:
    """The stage in which the followed task was learned, as a broad band; nothing when k is beyond the plane's tasks."""
    path, length = p.played.runs[memory].path, (len(p.played.runs[memory].path) - 1) // p.stages
    parts = np.full((20, length + 1, 2), np.nan)
    for k in range(p.stages):
        parts[k] = path[k * length : (k + 1) * length + 1]
    return curve(
        Live(parts[..., 0], ("k",)), Live(parts[..., 1], ("k",)), p.style(memory), width=9, alpha=0.25, dash="solid"
    )


def box(p: Picture) -> tuple[float, float, float, float]:
    """What is enlarged: all ends and the anchors of the last stage, if they lie close enough."""
    runs = [p.played.now] if p.shown == ("online",) else [p.played.runs[m] for m in ("single", "separate")]
    ends = np.array([*(r.path[-1] for r in runs), p.played.joint])
    near = np.concatenate([ends, [r.anchors[-1] for r in runs]])
    if not np.ptp(near, axis=0).max() < 1.4:  # too far, or without an anchor
        near = ends
    middle, half = (near.max(axis=0) + near.min(axis=0)) / 2, max(0.5, 0.72 * float(np.ptp(near, axis=0).max()))
    return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half


def enlarged(p: Picture) -> View:
    x0, x1, y0, y1 = box(p)
    layers = trails(p, 6.5, edge=False)
    below = any(
        0.02 < p.played.runs[m].path[-1, 1] - p.played.joint[1] < 0.35 * (y1 - y0) for m in ("single", "separate")
    )
    layers.append(
        label(*p.played.joint, "all at once", dy=23 if below else -13, align="center", token="ink", size=12.5)
    )
    for memory, dx, align in (("single", 7, "left"), ("separate", -7, "right")):
        if memory in p.shown:
            at = table(p, memory, "anchors", 0, True), table(p, memory, "anchors", 1, True)
            layers.append(label(*at, "anchor", dx=dx, dy=15, align=align, token="ink2", size=12.5))
    return View(
        "z", "**Enlarged:** where it ends",
        Axis(x0, x1, "", (), line=True), Axis(y0, y1, "", (), grid=False), layers, height=158, phone=240, pad=(6, 6, 6, 6), equal=True, small=True,
        alt="The part of the plane where training ends, enlarged, with the anchors that the springs pull to",
        sentence="The springs of the present stage pull to ([single_ax], [single_ay]) if single, to ([separate_ax], [separate_ay]) together if separate.",
        table=(["run", "end θ1", "end θ2", "anchor θ1", "anchor θ2"], [np.array(["single", "separate"]), *(np.round([getattr(p.played.runs[m], f)[-1, i] for m in ("single", "separate")], 6) for f in ("path", "anchors") for i in (0, 1))]),
    )  # fmt: skip


# ---- the losses --------------------------------------------------------------------------------------------------------
def task_losses(p: Picture) -> View:
    """Loss by task at the present step: a mark per way to remember, a bar for what training on all at once leaves."""
    spots = np.array([SPOT[n] for n in p.played.order] + [np.nan] * (20 - p.stages))
    layers: list[Layer] = [rule(x=Live(spots, ("k",)), token="ctl")]
    for i, name in enumerate("ABC"):
        x, j = SPOT[name], float(p.played.joint_losses[i])
        layers.append(segments([x - 0.4], [j], [x + 0.4], [j], "ctl", width=2))
        for memory, side in (("separate", -0.17), ("single", 0.0), ("online", 0.17)):
            if memory not in p.shown:
                continue
            if len(p.shown) == 1:
                side = 0.0
            at = table(p, memory, "losses", i, True)
            layers.append(p.apart(memory, points([x + side], at, p.style(memory), size=5)))
            over = label(
                [x + side][0],
                beyond(p, memory, i),
                f"[{memory}_{name}:1] ↑",
                dx=-9,
                dy=16,
                align="right",
                token=p.token,
                size=12.5,
            )
            layers.append(p.apart(memory, over))
    layers.append(points(spots[: p.stages], np.full(p.stages, -1.0), "data", size=2.5, alpha=0, pick="k", column=True, base=1))
    layers.append(
        label(3.45, float(p.played.joint_losses[2]), "all at once", dy=20, align="right", token="ink", size=12.5)
    )
    names = [(SPOT[n], n) for n in "ABC"]
    return View(
        "c", "**Loss** of each task",
        Axis(0.5, 3.5, "", names), Axis(0, HIGHEST, "", ticks((0, 2, 4, 6)), line=False), layers, height=158, phone=200,
        pad=(22, 8, 6, 26), small=True,
        alt="Loss of tasks A, B and C at the present step under each way to remember, and after training on all at once",
        sentence="Losses of A, B, C: single [single_A], [single_B], [single_C]; separate [separate_A], [separate_B], [separate_C]; online [online_A], [online_B], [online_C].",
        table=rows(p, "losses", ("loss A", "loss B", "loss C")),
    )  # fmt: skip


def beyond(p: Picture, memory: str, task: int) -> Data:
    """Where the number of a loss stands that is off the axis once all is learned; nowhere else."""

    def high(losses: Array) -> Array:
        last = np.arange(losses.shape[-1]) == losses.shape[-1] - 1
        return np.where(last & (losses > HIGHEST), HIGHEST, np.nan)

    made = table(p, memory, "losses", task, True)
    lives = made.tables if isinstance(made, Cross) else (made,)
    edges = tuple(Live(high(np.asarray(one.values)), one.over, one.every) for one in lives)
    return Cross(edges) if len(edges) > 1 else edges[0]


def rows(p: Picture, what: str, columns: Sequence[str]) -> tuple[list[str], list[Array]]:
    names, made = ["step"], [np.arange(len(p.played.runs["single"].path))]
    for memory in p.shown:
        values = getattr(p.played.runs[memory], what) if memory != "online" else p.played.now_online(what)
        names += [f"{memory} {c}" for c in columns]
        made += [np.round(values[:, i], 6) for i in range(len(columns))]
    return names, made


# ---- the table that is the key -----------------------------------------------------------------------------------------
def key(p: Picture) -> dict:
    matrix = "_F_" if p.kind == "full" else "diag _F_"
    held = {
        "single": f"Σ {matrix}~{{t}} at the latest _θ_",
        "separate": f"each {matrix}~{{t}} at its own _θ_~{{t}}",
        "online": f"_γ_-weighted Σ {matrix}~{{t}}, latest _θ_",
        "factors": f"Σ {matrix}~{{t}}, A’s replaced",
    }
    body = [
        [
            {"glyph": "optimum", "text": "all at once"},
            "nothing: all data kept",
            "–",
            "([joint_x], [joint_y])",
            *(f"[joint_{n}]" for n in "ABC"),
            "**[joint_sum]**",
        ]
    ]
    last = "factors" if p.played.factors is not None else "online"
    for m in ("single", "separate", last):
        name = {"online": "online, _γ_ = [gamma]", "factors": "one factor per task"}.get(
            m, f"{m} springs" if m == "separate" else "single spring"
        )
        style = p.factors if m == "factors" else p.style(m)
        body.append(
            [
                {"glyph": style, "text": f"{{{p.token}|{name}}}"},
                f"{{{p.token}|{held[m]}}}",
                f"([{m}_ax], [{m}_ay])",
                f"([{m}_x], [{m}_y])",
                *(f"[{m}_{n}]" for n in "ABC"),
                f"**[{m}_sum]**",
            ]
        )
    head = [
        "_L_~{t} + ½ Σ (_θ_ − _a_)^{T}_S_(_θ_ − _a_)",
        "springs _S_",
        "anchor _a_ now",
        "_θ_ now",
        "loss A",
        "loss B",
        "loss C",
        "sum",
    ]
    return {"head": head, "rows": body, "align": ["left", "left", *["right"] * 6], "wide": [1, 2, 3]}


def numbers(p: Picture) -> dict[str, Number]:
    made: dict[str, Number] = {}
    for m in ("single", "separate", "online", *(["factors"] if p.played.factors is not None else [])):
        run = p.played.factors if m == "factors" else None

        def at(what: str, i: int, m: str = m, run: Any = run) -> Data:
            return Live(getattr(run, what)[..., i], ("step",)) if run is not None else table(p, m, what, i, True)

        made |= {f"{m}_x": Number(at("path", 0), "3"), f"{m}_y": Number(at("path", 1), "3")}
        made |= {f"{m}_ax": Number(at("anchors", 0), "3", none="–"), f"{m}_ay": Number(at("anchors", 1), "3", none="–")}
        made |= {f"{m}_{n}": Number(at("losses", i), "3") for i, n in enumerate("ABC")}
        made[f"{m}_sum"] = Number(at("sums", 0), "3")
    made |= {f"joint_{n}": Number(float(x), "3") for n, x in zip("ABC", p.played.joint_losses, strict=True)}
    made |= {"joint_x": Number(float(p.played.joint[0]), "3"), "joint_y": Number(float(p.played.joint[1]), "3"), "joint_sum": Number(float(p.played.joint_losses.sum()), "3")}  # fmt: skip
    steps = len(p.played.runs["single"].path)
    made["stage"] = Number(Live(1 + np.maximum(np.arange(steps) - 1, 0) // ((steps - 1) // p.stages), ("step",)), "i")
    return made
