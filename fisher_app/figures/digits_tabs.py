"""Figures of the other tabs on a real network: fronts, overlap by layer, weight noise, more permutations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis, Layer, Live, TableView, View, bars, curve, handle, label, points, region, rule, segments, tiles,
)  # fmt: skip
from .digits import SHORT, STYLE, TOKEN, share

SIDE = "minmax(0, 1fr) 296px"


# ---- fronts ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Matched:
    """Test accuracies at matched accuracy on B, over its nodes: mean (n, 2) over seeds, and the paired gap to EWC's A."""

    mean: Array
    gap: Array  # (n, 2): mean and half width of A minus exact EWC's A


def fronts(curves: Mapping[str, Array], matched: Mapping[str, Matched], targets: Array, none: Array, joint: Array, seeds: int, lo: float) -> View:
    """Accuracy on A against accuracy on B, a curve per method over λ; rings where each matches the wanted accuracy on B."""
    layers: list[Layer] = [rule(x=Live(targets, ("target",)), token="axis")]
    for m in sorted(curves, key="exact".__eq__):  # exact on top
        front = curves[m]
        keep = front[:, 1] > 0.4
        layers.append(curve(front[keep, 1], front[keep, 0], STYLE[m], casing=True))
        layers.append(points(Live(matched[m].mean[:, 1], ("target",)), Live(matched[m].mean[:, 0], ("target",)), STYLE[m], size=6.5, edge=False, casing=True))
    for text, spot, dy in (("none", none, 18), ("joint", joint, -10)):
        layers += [points([spot[1]], [spot[0]], "theta", size=5, symbol="cross" if text == "none" else "star", casing=True), label(spot[1], spot[0], text, dx=8 if text == "joint" else 6, dy=dy if text == "none" else 5, token="ink2", weight=600)]
    for m, where in (("l2", 0.86), ("exact", 0.86)):
        front = curves[m][np.argsort(curves[m][:, 1])]
        layers.append(label(where, float(np.interp(where, front[:, 1], front[:, 0])), f"{{{TOKEN[m]}|{SHORT[m]}}}", dy=-9 if m == "exact" else 18, align="center", token=TOKEN[m], weight=600))
    layers.append(handle(x="target", text="on validation rows: [target]"))
    table = [np.concatenate([c[:, k] for c in curves.values()]) for k in (1, 0)]
    return View(
        "a", f"**What is kept for what is learned,** {seeds} seeds. Up and right is better.", Axis(0.8, 0.985, "accuracy on B, test rows", [(v, f"{v:.2f}") for v in (0.8, 0.85, 0.9, 0.95)]),
        Axis(lo, 1.0, "accuracy on A", [(v, share(v)) for v in (0.4, 0.6, 0.8, 1.0)]), layers,
        "Accuracy on A against accuracy on B after both, one front per method over λ, with no penalty and joint training as points",
        "At accuracy [target] wanted on B: L2 keeps [l2_mA] of A, exact EWC [exact_mA]; joint training [joint_mA].",
        table=(["accuracy on B", "accuracy on A"], table), height=306, phone=280, pad=(42, 8, 12, 56),
    )  # fmt: skip


def paired(methods: Sequence[str], hidden: Sequence[str], targets: Array, matched: Mapping[str, Matched], seeds: int) -> View:
    """A minus exact EWC's A at matched B, paired by seed, with 95 % intervals: right of 0 keeps more."""
    rows = ["none", *methods, "joint"]
    layers: list[Layer] = [rule(x=0.0, token="exact", width=1.5)]
    for i, m in enumerate(rows):
        y, style = len(rows) - 1.0 - i, STYLE.get(m, "optimum")
        text = SHORT.get(m, m)
        layers.append(label(-0.6, y, text + (" ?" if m in hidden else ""), token=TOKEN.get(m, "ink2"), middle=True, casing=False))
        if m == "exact" or m in hidden:
            continue
        gap = matched[m].gap
        low, high = (Live(gap[:, 0] + sign * gap[:, 1], ("target",)) for sign in (-1, 1))
        layers += [segments(low, y, high, y, TOKEN.get(m, "ink2"), width=2), points(Live(gap[:, 0], ("target",)), [y], style, size=4.5)]
    layers.append(label(0.0, len(rows) - 1.0 - rows.index("exact"), "exact", dx=7, token="exact", middle=True))
    return View(
        "b", "**A, minus exact EWC’s,** paired, 95 %", Axis(-0.62, 0.3, "", [(v, f"{v:+.1f}".replace("-", "−") if v else "0") for v in (-0.4, -0.2, 0.0, 0.2)]),
        Axis(-0.6, len(rows) - 0.4), layers,
        "Paired differences in accuracy on A at matched accuracy on B, each method minus exact EWC, with 95 per cent intervals",
        "L2 minus exact EWC: [l2_gap] ± [l2_half]; no penalty [none_gap] ± [none_half]; joint [joint_gap] ± [joint_half].",
        table=(["target on B", "L2 minus EWC", "half width"], [targets, matched["l2"].gap[:, 0], matched["l2"].gap[:, 1]]), height=300, phone=230, pad=(8, 6, 8, 50), small=True,
    )  # fmt: skip


def matched_table(methods: Sequence[str]) -> dict:
    head: list = ["{ink2|B: [target]}"]
    rows = [["A"], ["B"], ["A − exact"]]
    for m in ("none", *methods, "joint"):
        token = {"none": "ink", "joint": "ink2"}.get(m) or TOKEN[m]
        head.append({"glyph": STYLE.get(m, "optimum"), "text": f"{{{token}|{SHORT.get(m, m)}}}"})
        rows[0].append(f"**[{m}_mA]**")
        rows[1].append(f"[{m}_mB]")
        rows[2].append("–" if m == "exact" else f"[{m}_gap] {{ink3|± [{m}_half]}}")
    return {"head": head, "rows": rows, "align": ["left", *["right"] * (len(methods) + 2)]}


# ---- overlap ---------------------------------------------------------------------------------------------------------
def overlap(widths: Array, table: Array) -> View:
    """Overlap of F_A and F_B layer by layer, (seeds, widths, layers)."""
    layers_ = np.arange(1.0, table.shape[2] + 1)
    mean = table.mean(axis=0)
    jitter = np.linspace(-0.22, 0.22, len(table))
    x = (layers_[:, None] + jitter).ravel()
    drawn = [
        bars(layers_ - 0.34, layers_ + 0.34, [0.0] * len(layers_), Live(mean, ("width",)), "exact", alpha=0.28, outline="exact"),
        points(x, Live(np.moveaxis(table, 0, -1).reshape(len(widths), -1), ("width",)), "exact", size=2.5, symbol="circle"),
        rule(y=1.0, token="axis", dash="short"), label(0.45, 1.0, "1: the same weights matter to both", dy=-6, token="ink3"),
    ]  # fmt: skip
    names = ["first", *[str(k) for k in range(2, len(layers_))], "output"]
    return View(
        "a", "**Overlap of _F_~{A} and _F_~{B}, layer by layer.** Bar: mean; dots: ten seeds", Axis(0.4, len(layers_) + 0.6, "layer", [(float(k), n) for k, n in zip(layers_, names, strict=True)]),
        Axis(0, 1.08, "", [(v, share(v)) for v in (0.0, 0.5, 1.0)]), drawn,
        "Bars: overlap of the Fisher matrices of tasks A and B in each of seven layers, for the side of the shuffled square",
        "Shuffled square of side [width]: overlap [o1] in the first layer, [o4] in the fourth, [o7] at the output.",
        table=(["layer", *(f"side {w}" for w in widths)], [layers_, *mean]), height=330, phone=260,
    )  # fmt: skip


def square(widths: Array, side: int = 8) -> View:
    """Which pixels are shuffled."""
    inside = np.zeros((len(widths), side, side))
    for k, w in enumerate(widths):
        low = (side - int(w)) // 2
        inside[k, low : low + int(w), low : low + int(w)] = 0.75
    return View(
        "b", "**Pixels shuffled in B**", Axis(0, 8, "", [], line=False), Axis(0, 8), [tiles(0, 8, 0, 8, np.zeros(64), 8, "ink3", outline="axis"), tiles(0, 8, 0, 8, Live(inside.reshape(len(widths), 64), ("width",)), 8, "theta")],
        "The 8 by 8 image; the dark square in the middle is shuffled in task B", "The middle [width] by [width] pixels are shuffled.",
        table=(["side", "pixels shuffled"], [widths, widths**2]), height=150, phone=150, pad=(4, 6, 4, 4), equal=True, small=True,
    )  # fmt: skip


def overlap_numbers(accuracy: Array) -> TableView:
    """``accuracy`` (2,) at rest."""
    return TableView(
        "c", "", [{"title": "accuracy after both", "matrix": [["A", "[oA]"], ["B", "[oB]"]]}],
        "Accuracy on A and B after both tasks", "Accuracy [oA] on A and [oB] on B.",
        table=(["task", "accuracy after both"], [["A", "B"], list(accuracy)]), height=86,
    )  # fmt: skip


# ---- weight noise ----------------------------------------------------------------------------------------------------
KIND = ("identity", "diagonal", "exact")
KINDS = ("any direction", "cheap by diag _F_", "null space of _F_")


def noise(lengths: Array, table: Array, norm: float) -> View:
    """KL against ‖Δ‖ for three kinds of directions; (seeds, 3, lengths, 3): measured, foreseen by F, by its diagonal."""
    layers: list[Layer] = [rule(x=Live(lengths, ("length",)), token="axis"), rule(x=norm, token="hair", dash="short"), label(norm, 3e-11, "‖_θ_‖", dx=-5, align="right", token="ink3")]
    mean, low, high = table[..., 0].mean(axis=0), table[..., 0].min(axis=0), table[..., 0].max(axis=0)
    for k, (style, text) in enumerate(zip(KIND, KINDS, strict=True)):
        layers.append(region(np.concatenate([lengths, lengths[::-1]]), np.concatenate([low[k], high[k, ::-1]]), style, alpha=0.15))
        layers += [curve(lengths, table[:, k, :, 1].mean(axis=0), style, dash="short", width=1.5, alpha=0.85), curve(lengths, mean[k], style, dash="solid", width=2.5), points(Live(lengths, ("length",)), Live(mean[k], ("length",)), style, size=4.5)]
        at, dx, dy, align = ((3, -8, -6, "right"), (2, 4, 18, "left"), (7, 10, 14, "left"))[k]
        layers.append(label(float(lengths[at]), float(mean[k, at]), f"{{{style}|{text}}}", dx=dx, dy=dy, align=align, token=style, weight=600))
    layers.append(handle(x="length"))
    return View(
        "a", "**Damage done** (solid, range over ten seeds) **and foreseen,** ½_Δ_^{T}_FΔ_ (dashed)", Axis(0.009, 22, "length ‖_Δ_‖ of the perturbation", [(0.01, "0.01"), (0.1, "0.1"), (1, "1"), (10, "10")], log=True),
        Axis(1e-11, 30, "`KL`, nats", [(10.0**k, f"10^{{{str(k).replace('-', '−')}}}" if k else "1") for k in range(-10, 1, 2)], log=True), layers,
        "KL of the perturbed network against the size of the perturbation, for three kinds of directions; log axes",
        "At length [length]: any direction [n0], cheap by the diagonal [n1], null space [n2] nats.",
        table=(["length", "any", "cheap by diagonal", "null space"], [lengths, *mean]), height=300, phone=280, pad=(48, 8, 10, 50),
    )  # fmt: skip


def believed(lengths: Array, table: Array) -> View:
    """What the diagonal foresees, over what is done."""
    layers: list[Layer] = [rule(y=1.0, token="axis"), rule(x=Live(lengths, ("length",)), token="axis")]
    ratios = (table[..., 2] / table[..., 0]).mean(axis=0), (table[..., 1] / table[..., 0]).mean(axis=0)
    for k, style in enumerate(KIND):
        layers += [curve(lengths, ratios[0][k], style, dash="solid"), points(Live(lengths, ("length",)), Live(ratios[0][k], ("length",)), style, size=3.5)]
    layers += [label(0.01, 1.0, "right", dy=-5, token="ink3"), label(20.0, 3e3, "fears too much", align="right", token="ink3"), label(20.0, 2e-5, "fears too little", align="right", token="ink3")]
    return View(
        "b", "**Foreseen by the diagonal alone,** ÷ done", Axis(0.009, 22, "length ‖_Δ_‖", [(0.01, "0.01"), (0.1, "0.1"), (1, "1"), (10, "10")], log=True),
        Axis(3e-6, 3e7, "", [(1e-3, "10^{−3}"), (1.0, "1"), (1e3, "10^{3}"), (1e6, "10^{6}")], log=True), layers,
        "Ratio of the damage foreseen by the diagonal of F to the damage done, against the size of the perturbation; log axes",
        "At length [length] the diagonal foresees [d0] for any direction, [d1] for its cheap ones, [d2] for the null space.",
        table=(["length", "any", "cheap by diagonal", "null space"], [lengths, *ratios[0]]), height=300, phone=220, pad=(40, 6, 8, 50), small=True,
    )  # fmt: skip


def noise_table() -> dict:
    rows = [[{"glyph": style, "text": f"{{{style}|{text}}}"}, f"**[n{k}]**", f"[f{k}]", f"[d{k}]"] for k, (style, text) in enumerate(zip(KIND, KINDS, strict=True))]
    return {"head": ["‖_Δ_‖ = [length]", "`KL` done", "½_Δ_^{T}_FΔ_", "½ Σ _F_~{ii}_Δ_~{i}^{2}"], "rows": rows, "align": ["left", *["right"] * 3]}


# ---- more permutations -----------------------------------------------------------------------------------------------
ORDER = ("none", "l2", "ewc", "joint")
MORE_STYLE = {"none": "none", "l2": "identity", "ewc": "exact", "joint": "optimum"}
MORE_NAME = {"none": "none", "l2": "L2", "ewc": "EWC, one running penalty", "joint": "joint"}


def seen(tables: Mapping[str, Array]) -> View:
    """Mean accuracy over the tasks seen so far, after 1 … 5 tasks; (seeds, 5) of every method."""
    k = np.arange(1.0, 6)
    layers: list[Layer] = [rule(x=Live(k, ("after",)), token="axis")]
    for m in ORDER:
        mean, sd = tables[m].mean(axis=0), tables[m].std(axis=0, ddof=1)
        token = {"none": "theta", "l2": "identity", "ewc": "exact", "joint": "ink3"}[m]
        layers.append(region(np.concatenate([k, k[::-1]]), np.concatenate([mean - sd, (mean + sd)[::-1]]), token, alpha=0.14))
        layers += [curve(k, mean, MORE_STYLE[m], dash="short" if m == "joint" else None), points(k, mean, MORE_STYLE[m], size=4.5), label(5, float(mean[-1]), f"{{{token}|{MORE_NAME[m].split(',')[0]}}}", dx=9, middle=True, token=token, weight=600)]
    layers.append(handle(x="after"))
    return View(
        "a", "**Mean accuracy over the tasks seen,** ± 1 SD over ten seeds", Axis(0.8, 5.6, "tasks learned, each a new permutation of the pixels", [(float(i), str(i)) for i in range(1, 6)]),
        Axis(0.2, 1.0, "", [(v, share(v)) for v in (0.2, 0.4, 0.6, 0.8, 1.0)]), layers,
        "Mean test accuracy over all tasks seen so far against the number of tasks, four methods, with the spread over seeds",
        "After [after] tasks: none [m_none], L2 [m_l2], EWC [m_ewc], joint [m_joint].",
        table=(["tasks", *ORDER], [k, *(tables[m].mean(axis=0) for m in ORDER)]), height=300, phone=280,
    )  # fmt: skip


def each(tables: Mapping[str, Array]) -> View:
    """Accuracy on every single task after so many; (seeds, 5 after, 5 tasks), nan for tasks not seen."""
    x = np.arange(1.0, 6)
    layers: list[Layer] = []
    for m in ORDER:
        mean = tables[m].mean(axis=0)
        layers += [curve(x, Live(mean, ("after",)), MORE_STYLE[m], dash="short" if m == "joint" else None, width=1.25), points(x, Live(mean, ("after",)), MORE_STYLE[m], size=4)]
    return View(
        "b", "**Each task, after [after]**", Axis(0.7, 5.3, "task", [(float(i + 1), c) for i, c in enumerate("ABCDE")]), Axis(0.0, 1.0, "", [(v, share(v)) for v in (0.0, 0.5, 1.0)]), layers,
        "Test accuracy on each task after so many tasks, four methods", "After [after] tasks, accuracy on the first: none [a_none], L2 [a_l2], EWC [a_ewc], joint [a_joint].",
        table=(["task", *ORDER], [list("ABCDE"), *(tables[m].mean(axis=0)[-1] for m in ORDER)]), height=300, phone=220, pad=(34, 6, 8, 50), small=True,
    )  # fmt: skip


def more_table() -> dict:
    rows = [["mean over tasks seen", *(f"**[m_{m}]** {{ink3|± [s_{m}]}}" for m in ORDER)], ["on A, the first", *(f"[a_{m}]" for m in ORDER)], ["EWC minus it, paired, 95 %", *("–" if m == "ewc" else f"[g_{m}] ± [h_{m}]" for m in ORDER)]]
    head: list = ["after **[after]**"]
    for m in ORDER:
        token = {"none": "ink", "l2": "identity", "ewc": "exact", "joint": "ink2"}[m]
        head.append({"glyph": MORE_STYLE[m], "text": f"{{{token}|{MORE_NAME[m].split(',')[0]}}}"})
    return {"head": head, "rows": rows, "align": ["left", *["right"] * 4]}
