"""Figures of the policy tabs: a step of fixed KL, the noise of sampled gradients, speed, inference, the corridor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Data,
    Layer,
    Live,
    View,
    arrow,
    bars,
    curve,
    handle,
    label,
    points,
    region,
    rule,
    segments,
)  # fmt: skip
from .recipe import HIDDEN, ticks

Rows = tuple[Sequence[str], Sequence[Any]]
TWO = "minmax(0, 1fr) minmax(0, 1fr)"


# ---- a step of fixed KL ------------------------------------------------------------------------------------------------
def ball(start: Array, true_ring: Any, quadratic: Any, natural: Any, plain: Any, rows: Rows) -> View:
    """The corner of the triangle around the start: both rings, both steps."""
    layers: list[Layer] = [
        region(true_ring[0], true_ring[1], outline="theta", dash="solid", outline_alpha=1.0, width=1.25),
        region(quadratic[0], quadratic[1], outline="exact", dash="short", width=2, outline_alpha=0.7),
        arrow(*start, *natural, "exact", width=2.75),
        *([arrow(*start, *plain, "identity", width=2.25)] if plain is not None else [label(0.055, 0.235, "plain step:", token="ink3"), label(0.055, 0.235, HIDDEN, dy=17, token="ink3")]),
        points([start[0]], [start[1]], "theta", size=4, casing=True),
        label(start[0], start[1], "_π_~{0}", dx=10, dy=16, token="ink"),
        label(*natural, "{exact|natural}", dx=9, dy=3, token="exact", weight=600),
        *([label(*plain, "{identity|plain}", dx=9, dy=-9, token="identity", weight=600)] if plain is not None else []),
    ]  # fmt: skip
    return View(
        "a", "**Steps of equal KL.** Solid: `KL` = _c_; dashed: ½_δ_^{T}_Fδ_ = _c_", Axis(0, 0.115, "share of arm 1, _π_~{1}", ticks(0, 0.05, 0.1)), Axis(0, 0.26, "_π_~{2}", ticks(0, 0.1, 0.2), grid=False), layers,
        "Corner of the policy triangle: rings of equal divergence around the start, and the natural and the plain step to them",
        "At c = [c] the natural step promises a gain of [predicted] and brings [actual]; its true KL is [spent].", table=rows, height=372, phone=300, pad=(42, 8, 8, 40),
    )  # fmt: skip


def gains(radius: Array, predicted: Array, natural: Array, plain: Array | None, rows: Rows) -> View:
    clock = Live(radius, ("c",))
    layers: list[Layer] = [
        rule(x=clock), curve(radius, predicted, "bowl"), curve(radius, natural, "exact"), points(clock, Live(natural, ("c",)), "exact", size=5),
        label(float(radius[8]), float(natural[8]), "{exact|natural, gained}", dx=-10, dy=-8, align="right", token="exact", weight=600), label(float(radius[8]), float(predicted[8]), "{exact|promised}", dx=10, dy=16, token="exact"),
    ]  # fmt: skip
    if plain is not None:
        layers += [curve(radius, plain, "identity"), points(clock, Live(plain, ("c",)), "identity", size=4.5), label(float(radius[2]), float(plain[2]), "{identity|plain, gained}", dx=12, dy=24, token="identity")]  # fmt: skip
    return View(
        "b", "**Gain of reward** at equal KL", Axis(0.001, 0.05, "KL radius _c_, nats", [(0.001, "0.001"), (0.003, "0.003"), (0.01, "0.01"), (0.03, "0.03")], log=True), Axis(0.005, 0.12, "", [(0.01, "0.01"), (0.03, "0.03"), (0.1, "0.1")], log=True), layers,
        "Gain of expected reward against the KL radius: promised and real for the natural step, real for the plain one",
        "At c = [c]: promised [predicted], natural [actual], plain [actual_plain].", table=rows, height=372, phone=240, pad=(42, 8, 10, 40),
    )  # fmt: skip


def step_sizes(scale: Array, natural: Array, weighted: Array, rows: Rows) -> View:
    clock = Live(scale, ("scale",))
    layers = [
        rule(x=clock), curve(scale, natural, "exact"), curve(scale, weighted, "empirical"), points(clock, Live(natural, ("scale",)), "exact", size=5), points(clock, Live(weighted, ("scale",)), "empirical", size=5),
        label(4.0, float(np.interp(4, scale, natural)), "{exact|_F_⁺∇_J_ grows with the rewards}", dx=-30, dy=-34, align="center", token="exact", weight=600), label(4.0, float(np.interp(4, scale, weighted)), "{empirical|_E_⁺∇_J_ shrinks}", dx=-30, dy=34, align="center", token="empirical", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**Length of a full step** against the size of rewards", Axis(0.95, 10.6, "rewards times", [(1, "1"), (2, "2"), (5, "5"), (10, "10")], log=True), Axis(0.1, 12, "", [(0.1, "0.1"), (1, "1"), (10, "10")], log=True), layers,
        "Length of the step against the size of rewards with Fisher's matrix and with rewards taken into it, logarithmic",
        "With rewards times [scale:i] the natural step is [natural_length] long, the reward-weighted one [weighted_length].", table=rows, height=372, phone=240, pad=(42, 8, 10, 40),
    )  # fmt: skip


# ---- noise -------------------------------------------------------------------------------------------------------------
def cloud(id: str, x: Data, y: Data, exact: Array | None, rows: Rows, reach: tuple[float, float]) -> View:
    """Sampled gradients around the exact one, from afar or from near; ``reach`` half the axes' lengths."""
    far = id == "a"
    across, up = reach
    marks = ((-0.3, 0), (-0.5, 0, 0.5)) if far else ((-0.04, 0), (-0.05, 0, 0.05))
    layers: list[Layer] = [
        segments([-1.0, 0.0], [0.0, -1.0], [1.0, 0.0], [0.0, 1.0], "hair"),
        *([label(0.0, 0.16 * up, "the cloud’s middle is an answer:", align="center", token="ink3"), label(0.0, 0.16 * up, HIDDEN, dy=17, align="center", token="ink3")] if exact is None else []),
        points(x, y, "sampled", size=2.4, alpha=0.4, symbol="circle", edge=False, hollow=False),
        *([arrow(0.0, 0.0, exact[0], exact[1], "exact", width=2.5), label(exact[0], exact[1], "{exact|∇_J_}", dx=10, dy=-8 if far else 4, token="exact", weight=600)] if exact is not None else []),
    ]  # fmt: skip
    return View(
        id, "**200 sampled gradients,** 100 actions each; seed [seed:i]" if far else "**The same,** eight times nearer", Axis(-across, across, "push on arm 1", ticks(*marks[0]), label_at="right"), Axis(-up, up, "arm 2", ticks(*marks[1]), grid=False), layers,
        "Two hundred sampled policy gradients around the exact one" + ("" if far else ", enlarged"), "Random draws, seed [seed:i]. Noise of one sampled term: [noise]; [noise_b] with the best baseline, [best].",
        table=rows, height=172, phone=240, pad=(46, 8, 8, 24), small=True,
    )  # fmt: skip


def noise(baseline: Array, value: Data, here: Data, least: tuple[Data, Data], rows: Rows) -> View:
    clock = Live(baseline, ("baseline",))
    layers = [
        rule(x=clock), curve(baseline, value, "sampled", dash="solid"), points(clock, here, "sampled", size=5),
        points(*least, "sampled", size=5, symbol="star", hollow=False), label(*least, "best: **[best]**", dy=20, align="center", token="sampled"),
        label(clock, here, "[noise]", dx=9, dy=-9, token="sampled", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**Noise of one term** (_r_ − _β_~{0}) _s_: trace of its covariance", Axis(-1, 13, "baseline _β_~{0}", ticks(0, 5, 10)), Axis(0.002, 60, "", [(0.01, "0.01"), (0.1, "0.1"), (1, "1"), (10, "10")], log=True), layers,
        "Noise of the sampled gradient against the baseline, logarithmic, with its minimum", "At baseline [baseline] and rewards + [offset] the noise is [noise]; least at [best], [noise_b].",
        table=rows, height=372, phone=240, pad=(42, 8, 10, 40),
    )  # fmt: skip


# ---- speed -------------------------------------------------------------------------------------------------------------
def half_times(p: Array, plain: Array, natural: Array, nodes: Array, at_plain: Array, at_natural: Array, rows: Rows) -> View:
    clock = Live(nodes, ("p0",))
    layers = [
        rule(x=clock), curve(p, plain, "identity"), curve(p, natural, "exact"), points(clock, Live(at_plain, ("p0",)), "identity", size=5), points(clock, Live(at_natural, ("p0",)), "exact", size=5),
        label(clock, Live(at_plain, ("p0",)), "[t_plain]", dx=11, dy=-8, token="identity", weight=600), label(clock, Live(at_natural, ("p0",)), "[t_natural]", dx=11, dy=20, token="exact", weight=600),
        label(0.0016, 420.0, "{identity|plain: ∝ 1 ∕ _p_~{0}}", dx=34, dy=-6, token="identity"), label(0.0016, 6.0, "{exact|natural: ∝ log}", dx=10, dy=-14, token="exact"),
    ]  # fmt: skip
    return View(
        "a", "**Two arms:** time until the better one has ½", Axis(0.0009, 0.5, "better arm at the start, _p_~{0}", [(0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1"), (0.5, "0.5")], log=True), Axis(0.05, 1500, "time", [(0.1, "0.1"), (1, "1"), (10, "10"), (100, "100"), (1000, "1000")], log=True), layers,
        "Time to one half against the start for plain and natural gradient flow, both axes logarithmic", "From p₀ = [p0] the plain flow takes [t_plain], the natural one [t_natural].",
        table=rows, height=372, phone=260, pad=(46, 8, 10, 40),
    )  # fmt: skip


def gaussian(t: Array, plain: Array, natural: Array, rows: Rows) -> View:
    k = int(np.abs(t - 2).argmin())
    layers = [
        rule(x=[2.0], dash="short"), curve(t, plain, "identity"), curve(t, natural, "exact"),
        points([2.0], [plain[k]], "identity", size=5), points([2.0], [natural[k]], "exact", size=5),
        label(2.0, float(natural[k]), "{exact|natural [g_natural]}", dx=10, dy=-8, token="exact", weight=600), label(2.0, float(plain[k]), "{identity|plain [g_plain]}", dx=12, dy=-4, token="identity", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**A Gaussian policy:** here natural is slower", Axis(0, 4, "time", ticks(0, 1, 2, 3, 4)), Axis(0.0005, 8, "|_μ_ − _m_|", [(0.001, "0.001"), (0.01, "0.01"), (0.1, "0.1"), (1, "1")], log=True), layers,
        "Distance of a Gaussian policy's mean from the best action against time; the natural flow is the slower one", "At t = 2 the natural flow is [g_natural] away, the plain one [g_plain].",
        table=rows, height=372, phone=240, pad=(48, 8, 10, 40),
    )  # fmt: skip


# ---- inference ---------------------------------------------------------------------------------------------------------
def posterior(path: Array, here: tuple[Data, Data], start: Array, rows: Rows) -> View:
    layers = [
        segments([1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0], "axis"), curve(path[:, 0], path[:, 1], "exact", casing=True),
        points(*here, "exact", size=6.5), points([start[0]], [start[1]], "theta", size=4, casing=True), label(start[0], start[1], "_π_~{0}", dx=-9, dy=-8, align="right", token="ink"),
        label(*here, "_π_~{0} e^{_r_ ∕ _β_}", dx=12, dy=-10, token="exact", weight=600), label(1.0, 0.0, "arm 1", dx=4, dy=-10, token="ink"), label(0.0, 1.0, "arm 2", dx=10, dy=5, token="ink"),
    ]  # fmt: skip
    return View(
        "a", "**The best compromise** runs along the natural flow, _t_ = 1 ∕ _β_", Axis(-0.16, 1.24, "share of arm 1, _π_~{1}", ticks(0, 0.5, 1)), Axis(0, 1.08, "_π_~{2}", ticks(0.5, 1), grid=False), layers,
        "Triangle of policies: the compromise between reward and divergence for every price, on the natural flow's path", "At β = [beta] the best policy is ([q1], [q2], [q3]).",
        table=rows, height=372, phone=300, pad=(36, 8, 8, 40), equal=True,
    )  # fmt: skip


def compromise(t: Array, fine: Sequence[Array], nodes: Array, here: Sequence[Array], rows: Rows) -> View:
    """Reward, cost and their difference against t = 1/β; ``here`` at the nodes of β."""
    clock = Live(nodes, ("beta",))
    layers: list[Layer] = [rule(x=clock)]
    places = (("exact", "exact", "{exact|`E`\\[_r_\\]}", 7.0, -12, "right"), ("data", "data", "cost _β_ `KL`", 3.0, 20, "left"), ("theta", "ink", "value", 16.0, -12, "right"))
    for values, marks, (style, token, text, at, dy, align) in zip(fine, here, places, strict=True):
        layers += [curve(t, values, style, width=2), points(clock, Live(marks, ("beta",)), style, size=4.5)]
        layers.append(label(at, float(np.interp(at, t, values)), text, dx=-6 if align == "right" else 6, dy=dy, align=align, token=token, weight=600 if style == "exact" else None))
    return View(
        "b", "**Reward, and what moving away from** _π_~{0} **costs**", Axis(0.2, 20, "1 ∕ _β_ = time on the natural flow", [(0.2, "0.2"), (1, "1"), (5, "5"), (20, "20")], log=True), Axis(0, 1.08, "", ticks(0, 0.5, 1)), layers,
        "Expected reward, cost of divergence and their difference against one over the price", "At β = [beta]: reward [gained], β·KL [cost], value [value].",
        table=rows, height=372, phone=240, pad=(36, 8, 10, 40),
    )  # fmt: skip


# ---- the corridor ------------------------------------------------------------------------------------------------------
def logits(plain: tuple[Data, Data], natural: tuple[Data, Data], rows: Rows) -> View:
    here = (Live([-4.0, 2.0], ("l1",), 60), Live([-4.0, 2.0], ("l2",), 60))
    layers = [
        arrow(*here, *natural, "exact", width=2.75), arrow(*here, *plain, "identity", width=2.25), handle(x="l1", y="l2", ring=8),
        label(*natural, "{exact|2 × natural}", dx=8, dy=-6, token="exact", weight=600), label(*plain, "{identity|20 × plain}", dx=10, dy=12, token="identity"),
    ]  # fmt: skip
    return View(
        "a", "**Two logits of “right”.** Drag the ring.", Axis(-4.6, 3.6, "first place, _θ_~{1}", ticks(-4, -2, 0, 2)), Axis(-4.6, 3.6, "second place, _θ_~{2}", ticks(-4, -2, 0, 2), grid=False), layers,
        "Plane of the two logits with twice the natural gradient and twenty times the plain one", "At logits ([l1], [l2]) the gradient is ([g1], [g2]), the natural one ([n1], 1).",
        table=rows, height=356, phone=300, pad=(42, 8, 8, 40),
    )  # fmt: skip


def corridor(visits: Data, right: Data, on: tuple[Data, Data], rows: Rows) -> View:
    """Two places and a goal; the height of a bar is how often the place is visited, the teal part how often one goes on."""
    layers = [
        bars([0.1, 1.1, 2.1], [0.8, 1.8, 2.8], [0.0], visits, "hair"), bars([0.1, 1.1], [0.8, 1.8], [0.0], right, "exact", alpha=0.85),
        label(0.45, 1.0, "always here", dy=-8, align="center", token="ink2"), label(1.45, 1.0, "visited [p1v]", dy=-8, align="center", token="ink2"), label(2.45, 1.0, "reward 1, [jv]", dy=-8, align="center", token="ink2"),
        label(0.45, on[0], "right [p1v]", dy=-8, align="center", token="exact", weight=600), label(1.45, on[1], "right [p2v]", dy=-8, align="center", token="exact", weight=600),
    ]  # fmt: skip
    return View(
        "b", "**A corridor:** go right twice", Axis(0, 2.9, "", [(0.45, "first place"), (1.45, "second"), (2.45, "goal")]), Axis(0, 1.16, "", ticks(0, 0.5, 1)), layers,
        "How often each place of the corridor is visited, and how often one goes right there", "Right with chance [p1v] and [p2v]; the goal is reached with chance [jv].",
        table=rows, height=356, phone=240, pad=(36, 8, 12, 30),
    )  # fmt: skip

