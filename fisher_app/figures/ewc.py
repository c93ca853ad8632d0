"""Figures of the EWC lesson: trails over two weights, both losses on one clock, the trade-off; Bayes' posterior of A."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from fisher_studies.landscape import Trails
from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Cross,
    Data,
    Layer,
    Live,
    Number,
    View,
    curve,
    handle,
    label,
    points,
    region,
    rule,
    segments,
)

COLUMNS, AREAS = "minmax(0, 1fr) 116px 144px", ("a b c", "a d d", "player player player")
KINDS = ("none", "l2", "ewc_full", "ewc_diagonal")  # the order in which they are drawn: leaf dashes lie on teal
SHOWN = {"all": KINDS, "l2": KINDS[:2], "diagonal": ("none", "ewc_diagonal"), "full": ("none", "ewc_full")}
NAMES = {"none": "none", "l2": "l2", "ewc_diagonal": "diagonal", "ewc_full": "full"}  # in live numbers
SHORT = {"none": "none", "l2": "L2", "ewc_diagonal": "diagonal", "ewc_full": "full"}
EVERY = {"ewc_diagonal": 3}  # nodes of the angle's tables: the diagonal bends, everything else only turns
EVERY_SHAPE = 5
TURNED = {"angle": [float(a) for a in range(1, 91)]}
STRAIGHT = {"angle": 0.0}
FAR = 40.0  # beyond this a diverging run is not drawn


@dataclass(frozen=True)
class Picture:
    """All that the core computed for one state.  Trails over λ at the present angle; over angles at the present λ."""

    lam: Mapping[str, Trails]
    angle: Mapping[str, Trails]
    corners: Mapping[str, Array]  # trails for θ_B at the corners of its pad; empty if the trails are not linear in θ_B
    shapes: Mapping[str, Array]  # "A", "B", "l2", "ewc_full", "ewc_diagonal": rims over angles (n, m, 2)
    shapes_now: Mapping[str, Array]
    prologue: tuple[Array, Array] | None  # learning A: over angles, now
    anchor: Array  # θ_A over angles (n, 2)
    centre: Array  # θ_B over angles (n, 2)
    fronts: Mapping[str, tuple[Array, Array]]  # loss A, loss B over λ
    diagonal_front: tuple[Array, Array, int]  # the same over angles, and their stride
    best: Mapping[str, float]
    diagonal_best: tuple[Array, int]
    start_b: float
    limits: Array  # step limit over λ, the smallest of all penalties
    learning_rate: float
    v: object
    styles: Mapping[str, str] = field(default_factory=dict)

    @property
    def twins(self) -> bool:
        """At 0° diagonal and full are the same matrix, and only one of their marks is drawn."""
        return self.v.loss == "quadratic" and {"ewc_full", "ewc_diagonal"} <= set(self.shown)  # type: ignore[attr-defined]

    def apart(self, layer: Layer) -> Layer:
        """Drawn only where it differs from its twin."""
        return layer.where(TURNED) if self.twins else layer

    def together(self, layer: Layer) -> list[Layer]:
        """Drawn only where the twins coincide."""
        return [layer.where(STRAIGHT)] if self.twins else []

    @property
    def shown(self) -> tuple[str, ...]:
        return SHOWN[self.v.show]  # type: ignore[attr-defined]

    def style(self, kind: str) -> str:
        return self.styles[kind]

    def token(self, kind: str) -> str:
        return {"none": "theta", "l2": "identity", "ewc_diagonal": "diagonal"}.get(kind, self.styles[kind])


# ---- data over the controls --------------------------------------------------------------------------------------------
def trail(p: Picture, kind: str, pick: Callable[[Trails], Array], step: bool = False) -> Cross:
    """One quantity of one run: a table over λ, which holds the present point, and one over the angle."""
    tail = ("step",) if step else ()
    here = pick(p.lam[kind])
    tables = [Live(here[0], tail) if kind == "none" else Live(here, ("lam", *tail))]
    if kind in p.angle and not (kind != "ewc_diagonal" and pick in (loss_a, loss_b, total)):
        stride = EVERY.get(kind, EVERY_SHAPE)
        tables.append(Live(pick(p.angle[kind]), ("angle", *tail), every=(stride, 1) if step else (stride,)))
    if kind in p.corners and pick in (weight_1, weight_2):
        path = p.corners[kind][..., 0 if pick is weight_1 else 1]
        tables.append(Live(path, ("bx", "by", *tail), every=(PAD_ENDS[0], PAD_ENDS[1], 1)[: 2 + len(tail)]))
    elif kind in p.corners:
        tables += unknown(121, tail)
    return Cross(tuple(tables))


def unknown(size: int, tail: tuple[str, ...] = ()) -> list[Live]:
    """What Python has to say after the release of θ_B, being no linear function of it: hidden while the hand moves."""
    shape = (2, 2, size) if size else (2, 2)
    return [Live(np.full(shape, np.nan), ("bx", "by", *tail), every=(PAD_ENDS[0], PAD_ENDS[1], 1)[: 2 + len(tail)])]


PAD_ENDS = [1, 1]  # how many nodes of θ_B's sliders lie from end to end; set by the page, which owns the sliders


def weight_1(t: Trails) -> Array:
    return _clipped(t.path[..., 0])


def weight_2(t: Trails) -> Array:
    return _clipped(t.path[..., 1])


def loss_a(t: Trails) -> Array:
    return np.where(t.losses["A"] > 9e3, np.inf, t.losses["A"])


def loss_b(t: Trails) -> Array:
    return np.where(t.losses["B"] > 9e3, np.inf, t.losses["B"])


def total(t: Trails) -> Array:
    return loss_a(t) + loss_b(t)


def _clipped(x: Array) -> Array:
    return np.where(np.abs(x) > FAR, np.sign(x) * np.inf, x)


def turning(table: Array, now: Array | None = None, every: int = EVERY_SHAPE) -> Data:
    """A quantity of the angle alone: a table, and its exact value at rest."""
    live = Live(table, ("angle",), every=every)
    return live if now is None else Cross((Live(np.atleast_1d(now), ()), live))


def along(angles: Sequence[float], values: Sequence[float]) -> Live:
    """Where a label stands, picked by eye at some angles."""
    return Live(np.interp(np.arange(0, 91, EVERY_SHAPE), angles, values), ("angle",), every=EVERY_SHAPE)


# ---- the two weights ---------------------------------------------------------------------------------------------------
END_LABELS = {  # pixels from mark to the middle of its name, at 0°, 45°, 90°
    "none": ((48, 48, 4), (-3, -4, -26)),
    "l2": ((-20, -20, -20), (-10, -8, 8)),
    "ewc_full": ((24, 26, 26), (18, 8, 8)),
    "ewc_diagonal": ((36, 36, -38), (16, 16, 14)),
}


def weights(p: Picture, handles: bool) -> View:
    x, y = (
        (lambda s: turning(p.shapes[s][..., 0], p.shapes_now[s][..., 0])),
        (lambda s: turning(p.shapes[s][..., 1], p.shapes_now[s][..., 1])),
    )
    bx, by = x("B"), y("B")
    if handles:
        centre = p.centre[0]
        offset = p.shapes_now["B"] - centre
        ends_x, ends_y = (np.array(e) for e in PAD_RANGE)
        bx = Cross((*bx.tables, Live(ends_x[:, None] + offset[:, 0], ("bx",), every=PAD_ENDS[0])))  # type: ignore[union-attr]
        by = Cross((*by.tables, Live(ends_y[:, None] + offset[:, 1], ("by",), every=PAD_ENDS[1])))  # type: ignore[union-attr]
    layers: list[Layer] = [
        region(x("A"), y("A"), "A", hatch="/", outline="A-hatch", alpha=0.62, outline_alpha=0.01),
        region(bx, by, "B", hatch="\\", outline="B-hatch", alpha=0.72, outline_alpha=0.01),
    ]
    for kind in ("l2", "ewc_full", "ewc_diagonal"):
        if kind in p.shown and kind in p.shapes:
            belief = region(x(kind), y(kind), outline=p.token(kind), dash="short", width=1.5, outline_alpha=0.6)
            layers.append(p.apart(belief) if kind == "ewc_diagonal" else belief)
    if p.prologue is not None:
        table, now = p.prologue
        layers.append(
            curve(
                turning(table[..., 0], now[:, 0]),
                turning(table[..., 1], now[:, 1]),
                "data",
                width=1.5,
                dash="dot",
                casing=True,
            )
        )
        layers.append(
            label(
                turning(table[:, 0, 0]), turning(table[:, 0, 1]), "learning A", dx=8, dy=10, token="data", phone=False
            )
        )
    for kind in KINDS:
        if kind not in p.shown:
            continue
        twin = kind == "ewc_diagonal" and p.twins
        layers.append(
            curve(
                trail(p, kind, weight_1),
                trail(p, kind, weight_2),
                p.style(kind),
                casing=True,
                upto="step",
                dots=not twin or p.v.angle != 0,
                end=not twin,
            )
        )  # type: ignore[attr-defined]
        if twin:
            layers.append(
                p.apart(points(trail(p, kind, weight_1, True), trail(p, kind, weight_2, True), p.style(kind)))
            )
    layers.append(points(turning(p.anchor[:, 0]), turning(p.anchor[:, 1]), "optimum", size=10))
    layers += _letters(p, handles)
    for kind in p.shown:
        (dx, dy), at = END_LABELS[kind], (0, 45, 90)
        if kind == "ewc_full" and p.v.loss == "logistic":  # type: ignore[attr-defined]  # the diagonal ends just below
            dx, dy = (32, 30, 26), (3, 4, 8)
        if kind == "none" and handles:
            at, dx, dy = (0, 5, 45, 90), (58, 48, 48, 4), (-3, -4, -4, -26)
        place = {"dx": along(at, dx), "dy": along(at, dy), "align": "center", "middle": True, "weight": 600, "size": 14}
        here = trail(p, kind, weight_1, True), trail(p, kind, weight_2, True)
        if kind == "none":
            layers.append(
                label(*here, "none", token="ink", phone="only", **place | {"dx": along(at, [x - 16 for x in dx])})
            )
            layers.append(label(*here, "no penalty", token="ink", phone=False, **place))
        elif kind == "l2":
            layers.append(label(*here, "L2", token="identity", **place))
        else:
            if kind == "ewc_full":
                layers += p.together(label(*here, "EWC", token=p.token(kind), **place))
                layers += p.together(label(*here, "diagonal = full", dx=10, dy=40, token="ink2", phone=False))
            name = label(
                *here, SHORT[kind] if p.twins or p.v.loss == "logistic" else "EWC", token=p.token(kind), **place
            )  # type: ignore[attr-defined]
            layers.append(p.apart(name))
    words = f"**step {p.learning_rate:g} > limit [limit]:** the descent diverges"
    edge = Live(np.where(p.limits < p.learning_rate, -2.22, np.nan), ("lam",))
    layers.append(label(edge, -1.3, words, token="ink"))
    if handles:
        layers.append(handle(x="bx", y="by", ring=12).where(STRAIGHT))
    return View(
        "a", "**Two weights.** Shaded: loss ≤ 0.35. A trail is one training run." + (" Drag the ring." if handles else ""),
        Axis(-2.3, 2.0, "weight _θ_~{1}", [(i, str(i).replace("-", "−")) for i in (-2, -1, 0, 1)], label_at="right"),
        Axis(-1.44, 1.62, "weight _θ_~{2}", [(i, str(i).replace("-", "−")) for i in (-1, 0, 1)], grid=False),
        layers, height=316, phone=292, pad=(36, 8, 6, 36), equal=True,
        alt="Plane of two weights: low-loss regions of tasks A and B, and training runs from A's optimum under four penalties",
        sentence="At λ = [lam], turned by [angle], step [step:i]: without penalty ([none_x], [none_y]), L2 ([l2_x], [l2_y]), "
        "diagonal EWC ([diagonal_x], [diagonal_y]), full EWC ([full_x], [full_y]).",
        table=_rows(p),
    )  # fmt: skip


PAD_RANGE = [(-1.0, 1.0), (-1.0, 1.0)]


def _letters(p: Picture, handles: bool) -> list[Layer]:
    big = {"size": 24, "weight": 650, "align": "center", "middle": True, "token": "ink2", "casing": False}
    spots = [0, 20, 30, 45, 60, 90]
    tilt = np.radians(np.arange(0, 91, EVERY_SHAPE))
    valley = p.centre + np.interp(tilt, np.radians([0, 45, 90]), [0.86, 0.5, 0.86])[:, None] * np.stack(
        [-np.sin(tilt), np.cos(tilt)], -1
    )
    if p.v.bv == "along":  # type: ignore[attr-defined]
        valley = p.centre + 0.7 * np.stack([np.cos(tilt), np.sin(tilt)], -1)
    at_b: list[Data] = [turning(valley[:, i]) for i in (0, 1)]
    if handles:  # the letter goes with the ring
        away = valley[0] - p.centre[0]
        at_b = [
            Cross((at_b[i], Live(np.array(PAD_RANGE[i]) + away[i], (key,), every=PAD_ENDS[i])))
            for i, key in enumerate(("bx", "by"))
        ]  # type: ignore[arg-type]
    right = 0.2 if p.v.bx >= 0.7 else 1.35  # type: ignore[attr-defined]  # clear of the trails' ends
    low = p.v.bv == "along" or p.v.by > 0.9  # type: ignore[attr-defined]  # trails leave upwards: names go below
    layers = [
        label(along(spots, [-2.16, -1.93, -1.32, -0.86, 0.19, 0.62]), along(spots, [-0.43, -1.13, -1.2, -1.33, -0.86, -0.6]), "A", **big),
        label(*at_b, "B", **big),
        label(turning(p.anchor[:, 0]), turning(p.anchor[:, 1]), "_θ_^{\\*}~{A}", dx=along([0, 45, 90], [-30 if low else 2, -30, -34]), dy=along([0, 45, 90], [6 if low else -38, -6, 2]), align="center", token="ink", size=17),
    ]  # fmt: skip
    if "l2" in p.shown:
        layers.append(
            label(
                along([0, 45, 90], [-1.2, -1.42, -1.2]),
                along([0, 45, 90], [-1.37 if low else 0.55, -0.42, -0.72]),
                "what L2 believes of A",
                align="center",
                token="identity",
                phone=None,
            )
        )
    if "ewc_full" in p.shown:
        layers.append(
            label(
                along([0, 45, 90], [right, 0.66, 1.35]),
                along([0, 45, 90], [-0.93, -1.22, -0.6]),
                "what EWC knows" if "ewc_full" in p.shapes else "EWC knows nothing of A",
                align="center",
                token=p.token("ewc_full"),
            )
        )
    return layers


def _rows(p: Picture, wanted: Sequence[str] = ("θ1", "θ2", "loss A", "loss B")) -> tuple[list[str], list[Array]]:
    names, columns = ["step"], [np.arange(121)]
    for kind in KINDS:
        if kind not in p.shown:
            continue
        here = p.lam[kind]
        row = 0 if kind == "none" else int(p.v.lam_index)  # type: ignore[attr-defined]
        data = {
            "θ1": here.path[row, :, 0],
            "θ2": here.path[row, :, 1],
            "loss A": here.losses["A"][row],
            "loss B": here.losses["B"][row],
        }
        names += [f"{SHORT[kind]} {what}" for what in wanted]
        columns += [np.round(data[what], 6) for what in wanted]
    return names, columns


# ---- both losses on one clock ------------------------------------------------------------------------------------------
def losses(p: Picture, which: str, top: float) -> View:
    steps = np.arange(121)
    pick, kinds = (loss_a if which == "A" else loss_b), [k for k in KINDS if k in p.shown]
    layers: list[Layer] = [rule(x=Live(steps, ("step",)), token="ctl")]
    for kind in kinds:
        twin = kind == "ewc_diagonal" and p.twins
        layers.append(curve(steps, trail(p, kind, pick), p.style(kind), upto="step"))
        layers.append(
            points(Live(steps, ("step",)), trail(p, kind, pick, True), p.style(kind), size=4).where(TURNED if twin else None)
        )
    if which == "B":
        heights = _apart(p, kinds, pick, top, 13.0 / 86.0 * top)
        for kind, y in heights.items():
            place = {
                "dx": 9,
                "middle": True,
                "weight": 600,
                "size": 12.5,
                "clip": False,
                "token": "ink" if kind == "none" else p.token(kind),
            }
            if kind == "ewc_full":
                layers += p.together(label(120, y, "EWC", **place))
                layers.append(p.apart(label(120, y, "full", **place)))
            else:
                word = label(120, y, {"none": "none", "l2": "L2", "ewc_diagonal": "diag."}[kind], **place)
                layers.append(p.apart(word) if kind == "ewc_diagonal" else word)
        if p.start_b > top:
            layers.append(label(6, top, f"from {p.start_b:.2f}", dy=13, token="ink3", size=12.5))
    layers.append(handle(x="step", invisible=True))
    ticks = [(top * i / 3, f"{top * i / 3:g}" if which == "A" else "") for i in range(4)]
    return View(
        "b" if which == "A" else "c", f"**Loss {which}** at each step" if which == "A" else "**Loss B**",
        Axis(0, 120, "step", [(0, "0"), (120, "120")]), Axis(0, top, "", ticks, line=False), layers, height=134, phone=190,
        pad=(22, 8, 14, 36) if which == "A" else (8, 8, 50, 36), small=True,
        alt=f"Loss of task {which} against the training step, one curve per penalty; drag to scrub",
        sentence=f"At step [step:i] loss {which} is [none_{which}] without penalty, [l2_{which}] with L2, [diagonal_{which}] with the diagonal, [full_{which}] with the full matrix.",
        table=_rows(p, (f"loss {which}",)),
    )  # fmt: skip


def _apart(
    p: Picture, kinds: Sequence[str], pick: Callable[[Trails], Array], top: float, gap: float
) -> dict[str, Data]:
    """Heights of the names beside the last step, moved apart, over λ and over the angle."""

    def last(table: Mapping[str, Trails], n: int) -> dict[str, Array]:
        return {
            k: np.broadcast_to(np.minimum(np.nan_to_num(pick(table[k])[:, -1], nan=top), top), n)
            for k in kinds
            if k in table
        }

    over_lam = last(p.lam, len(p.lam["l2"].path))
    if p.v.angle == 0 and p.twins:  # type: ignore[attr-defined]
        over_lam.pop("ewc_diagonal", None)
    n = 90 // EVERY["ewc_diagonal"] + 1
    row = int(p.v.lam_index)  # type: ignore[attr-defined]
    over_angle = {k: np.full(n, float(h[row if len(h) > 1 else 0])) for k, h in over_lam.items()}
    if "ewc_diagonal" in kinds and "ewc_diagonal" in p.angle:
        over_angle["ewc_diagonal"] = np.minimum(pick(p.angle["ewc_diagonal"])[:, -1], top)
    lam_heights, angle_heights = _spread(over_lam, gap, top), _spread(over_angle, gap, top)
    heights = {}
    for kind in kinds:
        tables = [Live(lam_heights[kind], ("lam",))] if kind in lam_heights else [Live([np.nan], ())]
        if kind in angle_heights:
            tables.append(Live(angle_heights[kind], ("angle",), every=EVERY["ewc_diagonal"]))
        heights[kind] = Cross(tuple(tables))
    return heights


def _spread(heights: Mapping[str, Array], gap: float, top: float) -> dict[str, Array]:
    """Moved up, lowest first, until neighbours are ``gap`` apart; then down again if the highest left the view."""
    names = list(heights)
    h = np.nan_to_num(np.stack([heights[n] for n in names]), nan=top, posinf=top)
    order = np.argsort(h, axis=0, kind="stable")
    placed = np.take_along_axis(h, order, 0)
    placed[0] = np.maximum(placed[0], -0.3 * gap)
    if len(names) > 1 and "none" in names:
        placed[0] -= np.clip(gap - (placed[1] - placed[0]), 0, 0.3 * gap)
    for i in range(1, len(names)):
        placed[i] = np.maximum(placed[i], placed[i - 1] + gap)
    for i in range(len(names) - 1, -1, -1):
        placed[i] = np.minimum(placed[i], top - gap * (len(names) - 1 - i))
    out = np.empty_like(placed)
    np.put_along_axis(out, order, placed, 0)
    out[np.isnan([heights[n] for n in names])] = np.nan  # hidden
    return dict(zip(names, out, strict=True))


# ---- the trade-off -----------------------------------------------------------------------------------------------------
def trade_off(p: Picture, size: float) -> View:
    right = 1.15 * size
    layers: list[Layer] = []
    for kind in ("l2", "ewc_full"):
        if kind in p.shown:
            j = p.best[kind]
            layers.append(segments([0.0], [j], [j], [0.0]))
    for kind in KINDS[1:]:
        if kind not in p.shown:
            continue
        a, b = p.fronts[kind]
        hidden = unknown(len(a)) if p.corners else []
        fronts = [[Live(a, ())], [Live(b, ())]]
        if kind == "ewc_diagonal":
            table_a, table_b, every = p.diagonal_front
            fronts[0].append(Live(table_a, ("angle",), every=every))
            fronts[1].append(Live(table_b, ("angle",), every=every))
        xs, ys = (Cross((*tables, *hidden)) for tables in fronts)
        layers.append(curve(xs, ys, p.style(kind)))
    for kind in p.shown:
        twin = kind == "ewc_diagonal" and p.twins
        here = trail(p, kind, loss_a, True), trail(p, kind, loss_b, True)
        layers.append(
            points(*here, p.style(kind), size=4.5 if kind == "none" else 5).where(TURNED if twin else None)
        )
        if kind != "none":
            name = {"l2": "L2", "ewc_diagonal": "diagonal", "ewc_full": "EWC"}[kind]
            side = {"dx": 12, "align": "left"} if kind != "ewc_full" else {"dx": -12, "align": "right"}
            if p.v.bv == "along":  # type: ignore[attr-defined]  # marks lie near the left edge
                side = {"dx": 8, "dy": -9, "align": "left"}
            layers.append(
                label(*here, name, middle=True, weight=600, token=p.token(kind), **side).where(TURNED if twin else None)
            )
    a = loss_a(p.lam["none"])[0]
    layers.append(
        label(
            Live(np.where(a > right, right, np.nan), ("step",)),
            0,
            "none, [none_A:2] →",
            dy=-19,
            align="right",
            token="ink",
            weight=600,
            size=12.5,
        )
    )
    layers.append(label(right, size, "lower left is better", dy=12, align="right", token="ink3", size=12.5))
    down = 34
    for kind in ("l2", "ewc_diagonal", "ewc_full"):
        if kind not in p.shown:
            continue
        place = {"dy": down, "align": "right", "token": p.token(kind)}
        text = {
            "l2": "best sum, L2  [best_l2]",
            "ewc_diagonal": "best sum, diagonal  [best_diagonal]",
            "ewc_full": "best sum, full  [best_full]",
        }[kind]
        layers.append(label(right, size, text, **place) if kind == "l2" else p.apart(label(right, size, text, **place)))
        if kind == "ewc_diagonal":
            layers += p.together(
                label(right, size, "best sum, EWC  [best_full]", dy=down, align="right", token=p.token("ewc_full"))
            )
        down += 17
    half = size / 2
    names = [k for k in KINDS[1:] if k in p.shown]
    columns = [np.round(np.concatenate([p.fronts[k][i] for k in names]), 6) for i in (0, 1)]
    return View(
        "d", "**Trade-off** as _λ_ runs from 0 to ∞",
        Axis(0, right, "loss A", [(half, f"{half:g}"), (size, f"{size:g}")]), Axis(0, size, "loss B", [(0, "0"), (half, f"{half:g}"), (size, f"{size:g}")], rotate=True, grid=True, line=True),
        layers, height=152, phone=250, pad=(46, 8, 10, 36), small=True,
        alt="Loss of B against loss of A at the end of training, one curve per penalty over its strength; present strength marked",
        sentence="Best sum of both losses over λ: L2 [best_l2], diagonal EWC [best_diagonal], full EWC [best_full]. Now: L2 [l2_sum], diagonal [diagonal_sum], full [full_sum].",
        table=(["penalty", "loss A", "loss B"], [np.array([SHORT[k] for k in names for _ in p.fronts[k][0]]), *columns]),
    )  # fmt: skip


# ---- the table that is the key -----------------------------------------------------------------------------------------
def key(p: Picture) -> dict:
    names = {"none": "no penalty", "l2": "L2", "ewc_diagonal": "EWC, diagonal", "ewc_full": "EWC, full"}
    matrix = {"none": "0", "l2": "_I_", "ewc_diagonal": "diag([d1], [d2])", "ewc_full": "_F_~{A}"}
    if p.styles["ewc_full"] == "empirical":
        names |= {"ewc_full": "EWC, empirical _F_"}
        matrix |= {"ewc_full": "_F_~{A} = 0"}
    rows = []
    for kind in ("none", "l2", "ewc_diagonal", "ewc_full"):
        s, t = NAMES[kind], "ink" if kind == "none" else p.token(kind)
        best = "–" if kind == "none" else f"[best_{s}]"
        rows.append(
            [
                {"glyph": p.style(kind), "text": f"{{{t}|{names[kind]}}}"},
                f"{{{t}|{matrix[kind]}}}",
                f"([{s}_x], [{s}_y])",
                f"[{s}_A]",
                f"[{s}_B]",
                f"**[{s}_sum]**",
                best,
            ]
        )
    head = [
        "_L_~{B}(_θ_) + ½ _λ_ (_θ_ − _θ_^{\\*})^{T} _P_ (_θ_ − _θ_^{\\*})",
        "_P_",
        "_θ_ now",
        "loss A",
        "loss B",
        "sum",
        "best over _λ_",
    ]
    return {"head": head, "rows": rows, "align": ["left", *["right"] * 6], "wide": [1, 2, 6]}


def numbers(p: Picture, entry: Array, entries: Array) -> dict[str, Number]:
    """``entry``, ``entries``: the diagonal of F now (2,) and over angles (n, 2)."""
    made = {}
    for kind, s in NAMES.items():
        for name, pick, shape in (
            ("x", weight_1, "2"),
            ("y", weight_2, "2"),
            ("A", loss_a, "3"),
            ("B", loss_b, "3"),
            ("sum", total, "3"),
        ):
            made[f"{s}_{name}"] = Number(trail(p, kind, pick, True), shape)
        if kind != "none":
            best = [Live([p.best[kind]], ())]
            if kind == "ewc_diagonal":
                table, every = p.diagonal_best
                best.append(Live(table, ("angle",), every=every))
            made[f"best_{s}"] = Number(Cross((*best, *(unknown(0) if p.corners else ()))), "3")
    made["limit"] = Number(Live(p.limits, ("lam",)), "g2")
    made |= {f"d{i + 1}": Number(turning(entries[:, i], entry[i : i + 1]), "2") for i in (0, 1)}
    return made


# ---- Bayes -------------------------------------------------------------------------------------------------------------
BAYES_COLUMNS, BAYES_AREAS = "minmax(0, 1fr) 286px", ("a b",)


def posterior(
    over: str, row: int, rims: Mapping[str, Array], mode: Array, half: float, words: Mapping[str, str]
) -> View:
    """``rims``: "exact", "exact-50", "full", "diagonal" over the nodes of N_A, (n, m, 2)."""

    def xy(name: str) -> tuple[Live, Live]:
        return Live(rims[name][..., 0], (over,)), Live(rims[name][..., 1], (over,))

    def name(
        which: str, word: str, token: str, extreme: Callable[[Array], Array], axis: int, **place: float | str
    ) -> Layer:
        at = rims[which][np.arange(len(rims[which])), extreme(rims[which][..., axis])]
        return label(Live(at[:, 0], (over,)), Live(at[:, 1], (over,)), word, token=token, weight=600, **place)

    def lowest(x: Array) -> Array:
        return x.argmin(axis=1)

    layers = [
        region(*xy("exact"), "A", alpha=0.5, outline="ink3", dash="solid", width=1, outline_alpha=0.9),
        region(*xy("exact-50"), "A", hatch="/", outline="ink3", dash="solid", width=1, outline_alpha=0.9),
        region(*xy("full"), outline="exact", dash="short", width=2.25, outline_alpha=1),
        region(*xy("diagonal"), outline="diagonal", dash="longshort", width=1.75, outline_alpha=1),
        points([mode[0]], [mode[1]], "optimum", size=6),
        name("exact", "exact", "ink2", lowest, 0, dx=-6, dy=12, align="right"),
        name("full", "full Gaussian", "exact", lambda x: x.argmax(axis=1), 0, dx=8, dy=-4),
        name("diagonal", "diagonal Gaussian", "diagonal", lowest, 1, dx=6, dy=17),
        label(mode[0], mode[1], "_θ_^{\\*}~{A}", dx=12, dy=-10, token="ink", size=16),
        label(mode[0] - half * 1.25, mode[1] - half, words["title"], dx=10, dy=-8, token="ink3"),
    ]
    ticks = [t for t in np.arange(-8, 8.5, 1.0 if half < 2.5 else 2.0)]
    as_ticks = lambda c: [(float(t), f"{t:g}".replace("-", "−")) for t in ticks if c - half <= t <= c + half]  # noqa: E731
    return View(
        "a", "**Posterior of A.** Rims at 5 % and 50 % of the peak; dashed: Gaussians, 5 %.",
        Axis(mode[0] - half * 1.25, mode[0] + half * 1.25, "weight _θ_~{1}", as_ticks(mode[0]), label_at="right"), Axis(mode[1] - half, mode[1] + half, "weight _θ_~{2}", as_ticks(mode[1]), grid=False),
        layers, height=352, phone=300, pad=(36, 8, 6, 36), equal=True,
        alt="Posterior of the two weights after task A, exact as shaded rims, with the full and the diagonal Gaussian approximation dashed",
        sentence="With [na] observations of A the full Gaussian is [tv_full] away from the posterior, the diagonal one [tv_diagonal] (total variation).",
        table=(["rim", "θ1", "θ2"], [np.repeat(["exact", "full", "diagonal"], 15), *(np.round(np.concatenate([rims[k][row, :-1:4, i] for k in ("exact", "full", "diagonal")]), 4) for i in (0, 1))]),
    )  # fmt: skip


def distances(over: str, nodes: Array, full: Array, diagonal: Array) -> View:
    layers = [
        rule(x=Live(nodes, (over,)), token="ctl"),
        curve(nodes, full, "exact"), curve(nodes, diagonal, "diagonal"),
        points(Live(nodes, (over,)), Live(full, (over,)), "exact", size=5), points(Live(nodes, (over,)), Live(diagonal, (over,)), "diagonal", size=5),
        label(nodes[-4], float(full[-4]), "full _F_", dy=-10, align="center", token="exact", weight=600), label(nodes[-4], float(diagonal[-4]), "diagonal", dy=-12, align="center", token="diagonal", weight=600),
        handle(x=over, invisible=True),
    ]  # fmt: skip
    top = 0.25 * np.ceil(max(float(np.max(diagonal)), float(np.max(full)), 0.2) * 1.15 / 0.25)
    return View(
        "b", "**Distance** to the exact posterior, total variation",
        Axis(float(nodes[0]), float(nodes[-1]), "observations _N_~{A}", [(10, "10"), (100, "100"), (1000, "1000")], log=True), Axis(0, top, "", [(t, f"{t:g}") for t in np.arange(0, top + 0.01, 0.25).tolist()]),
        layers, height=316, phone=240, pad=(40, 10, 12, 40), small=True,
        alt="Total variation distance of the full and the diagonal Gaussian from the exact posterior against the number of observations",
        sentence="At [na] observations of A the full Gaussian is [tv_full] away, the diagonal one [tv_diagonal].",
        table=(["observations", "full", "diagonal"], [nodes, full, diagonal]),
    )  # fmt: skip
