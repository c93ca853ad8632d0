"""Figures of the tabs on classifiers and networks: the race of four matrices, Gauss–Newton, the null space of softmax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Data,
    Layer,
    Live,
    TableView,
    View,
    bars,
    curve,
    label,
    points,
    rule,
    segments,
)  # fmt: skip
from .recipe import ticks

Rows = tuple[Sequence[str], Sequence[Any]]
RACERS = {"gradient": "identity", "centred": "empirical", "empirical": "empirical", "natural": "exact"}  # kind: style


def style_of(kind: str) -> tuple[str, Mapping[str, Any]]:
    """The centred matrix has the empirical one's colour and a dotted line: it is made of the same labels."""
    return ("empirical", {"dash": "dot"}) if kind == "centred" else (RACERS[kind], {})


# ---- Newton ------------------------------------------------------------------------------------------------------------
def race(mean: Mapping[str, Array], one: Mapping[str, Array], rows: Rows) -> View:
    """Mean loss over 200 data sets, and the loss on one of them as marks."""
    steps = np.arange(6.0)
    layers: list[Layer] = []
    for kind, values in mean.items():
        style, look = style_of(kind)
        layers += [curve(steps, values, style, casing=True, **look), points(steps, Live(one[kind], ("race",)), style, size=3.5, alpha=0.75, edge=False)]
    layers += [
        label(4.0, float(mean["gradient"][4]), "{identity|gradient}", dy=-10, align="center", token="identity", weight=600),
        label(2.0, float(mean["natural"][2]), "{exact|exact} = {observed|Newton} = IRLS", dx=9, dy=-7, token="exact", weight=600),
        label(1.62, float(mean["empirical"][2]), "{empirical|empirical}", dx=-6, dy=0, align="right", token="empirical"),
        label(1.0, float(mean["centred"][1]), "{empirical|centred: a longer step}", dy=18, dx=-4, align="left", token="empirical"),
    ]
    return View(
        "a", "**Mean training loss,** 200 data sets, step 1; small marks: data set [race]", Axis(0, 5, "step", ticks(0, 1, 2, 3, 4, 5)), Axis(0.15, 0.75, "", [(0.2, "0.2"), (0.3, "0.3"), (0.5, "0.5"), (0.7, "0.7")], log=True), layers,
        "Training loss against steps for four matrices, mean over 200 data sets, vertical axis logarithmic", "After one step: gradient [gradient_1], centred [centred_1], empirical [empirical_1], exact [natural_1].",
        table=rows, height=300, phone=260, pad=(40, 12, 10, 36),
    )  # fmt: skip


def plane(paths: Mapping[str, Array], newton: Data, end: tuple[Data, Data], rows: Rows) -> View:
    layers: list[Layer] = []
    for kind, path in paths.items():
        style, look = style_of(kind)
        layers.append(curve(Live(path[..., 0], ("race",)), Live(path[..., 1], ("race",)), style, casing=True, dots=True, **look))
    layers += [points(newton[0], newton[1], "observed", size=5, casing=True), points(*end, "optimum", size=7, casing=True), label(0.0, 0.0, "start", dx=8, dy=14, token="ink2")]  # type: ignore[index]
    return View(
        "b", "**Data set [race]:** two weights; {observed|crosses:} Newton", Axis(-0.2, 3.4, "weight _θ_~{1}", ticks(0, 1, 2, 3)), Axis(-0.2, 3.2, "_θ_~{2}", ticks(0, 1, 2, 3), grid=False), layers,
        "Plane of two weights with the runs of four matrices on one data set; Newton's steps lie on the exact Fisher's", "On data set [race] the empirical first step is [long] times as long when it is centred.",
        table=rows, height=300, phone=280, pad=(34, 8, 8, 36),
    )  # fmt: skip


# ---- Gauss–Newton ------------------------------------------------------------------------------------------------------
SPECTRA = (("H", 2.0, "observed", "∇^{2}_L_"), ("G", 1.0, "exact", "_G_ = _F_"), ("R", 0.0, "data", "_R_"))


def spectra(values: Mapping[str, Array], rows: Rows) -> View:
    """Eigenvalues of the Hessian and of its two parts, one row each."""
    layers: list[Layer] = [rule(x=[0.0], token="axis")]
    for name, height, style, _ in SPECTRA:
        eigen = Live(values[name], ("gap",))
        layers += [rule(y=[height], token="hair"), points(eigen, np.full(4, height), style, size=6, casing=False, symbol="triangle" if name == "G" else "cross" if name == "H" else "circle")]
        layers.append(label(Live(values[name][:, 0], ("gap",)), height, f"[{name}0]", dy=-11, align="center", token=style, weight=600))
        layers.append(label(Live(values[name][:, -1], ("gap",)), height, f"[{name}3]", dy=-11, align="center", token=style))
    return View(
        "a", "**Eigenvalues.** Left of 0 a Newton step goes uphill", Axis(-1.9, 1.9, "eigenvalue", ticks(-1, 0, 1)), Axis(-0.5, 2.6, "", [(h, t) for _, h, _, t in SPECTRA], grid=False), layers,
        "Eigenvalues of the Hessian, of the Gauss–Newton matrix, and of the rest, one row each", "Lowest eigenvalue: Hessian [H0], Gauss–Newton [G0], rest [R0]; the norm of the rest is [norm], its bound [bound].",
        table=rows, height=340, phone=240, pad=(62, 12, 10, 36),
    )  # fmt: skip


def bound(factor: Array, norm: Array, limit: Array, rows: Rows) -> View:
    clock = Live(factor, ("gap",))
    layers = [
        rule(x=clock), curve(factor, limit, "theta", dash="short", width=1.5), curve(factor, norm, "data", width=2), points(clock, Live(norm, ("gap",)), "data", size=5), points(clock, Live(limit, ("gap",)), "theta", size=4),
        label(1.3, float(np.interp(1.3, factor, limit)), "bound [bound]", dx=8, dy=-8, token="ink"), label(0.42, float(np.interp(0.42, factor, norm)), "‖_R_‖ = [norm]", dx=6, dy=-12, token="data", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**The rest** and its bound", Axis(0.2, 2.0, "weights times", ticks(0.5, 1, 1.5, 2)), Axis(0.05, 8, "", [(0.1, "0.1"), (1, "1")], log=True), layers,
        "Norm of the rest of the Hessian and its bound against the size of the weights, logarithmic", "At weights times [gap]: norm [norm], bound [bound].",
        table=rows, height=340, phone=220, pad=(40, 8, 10, 36),
    )  # fmt: skip


# ---- the null space ----------------------------------------------------------------------------------------------------
def arms(logit: Data, first: Data, chance: Array, rows: Rows) -> View:
    """Logits that move together, probabilities that do not move."""
    left = np.array([0.1, 1.1, 2.1])
    layers = [
        rule(y=[0.0]), bars(left, left + 0.36, [0.0], logit, "data", alpha=0.55), bars(left + 0.44, left + 0.8, [0.0], chance, "theta", alpha=0.9),
        label(0.28, first, "logit", dy=16, align="center", token="data"), label(0.6, 0.7, "chance", dy=-7, align="center", token="ink"),
    ]  # fmt: skip
    return View(
        "a", "**Softmax unit** (.7, .2, .1): logits move, chances stay", Axis(0, 3, "", [(0.5, "class 1"), (1.5, "class 2"), (2.5, "class 3")]), Axis(-4.6, 2, "", ticks(-4, -2, 0, 2)), layers,
        "Logits and probabilities of three classes: adding one number to all logits changes no probability", "With [shift] added the logits are [z1], [z2], [z3]; the chances stay (.7, .2, .1).",
        table=rows, height=270, phone=240, pad=(36, 8, 10, 30),
    )  # fmt: skip


def ray(values: Array, rows: Rows) -> View:
    """Information vᵀFv along unit directions, by angle from (1, 1, 1) towards the two other eigenvectors."""
    layers = [
        segments([0.0, 1.0, 2.0], np.zeros(3), [0.0, 1.0, 2.0], values, "exact", width=3), points(np.arange(3.0), values, "exact", size=6.5),
        label(0.0, float(values[0]), "**0** along (1, 1, 1)", dy=-12, dx=-10, align="left", token="exact"), label(1.0, float(values[1]), "[e1]", dy=-12, align="center", token="exact", weight=600), label(2.0, float(values[2]), "[e2]", dy=-12, align="center", token="exact", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**Eigenvalues of** {exact|_F_}: one direction carries nothing", Axis(-0.4, 2.4, "", [(0, "null"), (1, "second"), (2, "first")]), Axis(0, 0.42, "", ticks(0, 0.1, 0.2, 0.3, 0.4)), layers,
        "The three eigenvalues of the Fisher matrix of a softmax unit: one of them is zero", "Eigenvalues 0, [e1] and [e2]; their sum is [trace].",
        table=rows, height=270, phone=220, pad=(40, 8, 10, 30),
    )  # fmt: skip


def matrices(rows: Rows) -> TableView:
    def cells(name: str, token: str) -> list[list[str]]:
        return [[f"{{{token}|[{name}{i}{j}]}}" for j in range(3)] for i in range(3)]

    return TableView(
        "c", "", [
            {"title": "{exact|_F_} = diag _π_ − _ππ_^{T}", "matrix": cells("f", "exact")},
            {"title": "pseudo-inverse {exact|_F_⁺}", "matrix": cells("i", "exact")},
            {"title": "{exact|_F_⁺}_F_: takes the mean away", "matrix": cells("q", "ink")},
        ],
        "Fisher's matrix of a softmax unit, its pseudo-inverse, and their product", "F is singular: its rows add up to 0; F⁺F subtracts the mean. F₁₁ = [f00].", table=rows, height=92,
    )  # fmt: skip
