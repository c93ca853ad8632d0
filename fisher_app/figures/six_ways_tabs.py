"""The other figures of the lesson on the six ways: longer training, published strengths, and the autopsy of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Live, View, curve, handle, label, points, region, rule, segments, veil
from .six_ways import HALF, HIDDEN, LOOKS, decades


# ---- trained longer ----------------------------------------------------------------------------------------------------
def longer(steps: Array, mean: Array, error: Array, median: Array, empirical: Array, ratios: Array, hidden: bool) -> list[View]:  # fmt: skip
    """Three ratios to EXACT against the training step, and the single runs at the step that is followed."""
    at = Live(steps, ("t",))
    y = Axis(1e-4, 300.0, "in units of EXACT", decades(-4, 2, 1))
    y = Axis(y.lo, y.hi, y.label, y.ticks, log=True)
    band = [np.maximum(mean + k * 2 * error, 1e-6) for k in (-1, 1)]
    near = int(np.abs(steps - 10).argmin())
    layers = [
        *([veil(HIDDEN, x0=60.0, at=0.04)] if hidden else []),
        region(np.concatenate([steps, steps[::-1]]), np.concatenate([band[1], band[0][::-1]]), "sampled", alpha=0.18),
        rule(y=[1.0], token="exact", width=2), rule(x=at),
        curve(steps, empirical, "empirical"), curve(steps, median, "sampled", width=2.5, dash="solid"), curve(steps, mean, "sampled"),
        points(at, Live(mean, ("t",)), "sampled", size=5), points(at, Live(median, ("t",)), "sampled", size=5, hollow=False), points(at, Live(empirical, ("t",)), "empirical", size=4.5),
        label(1.2, 1.0, "{exact|EXACT}", dy=-9, token="exact", weight=600), label(6.0, 1.0, "{sampled|mean of 200 runs, ± 2 standard errors}", dy=-30, token="sampled", weight=600),
        label(float(steps[near]), float(empirical[near]), "{empirical|EMPIRICAL}", dx=-6, dy=18, align="right", token="empirical", weight=600),
        *([] if hidden else [label(220.0, 0.03, "{sampled|median}", dx=26, token="sampled", weight=600)]),
        handle(x="t"),
    ]  # fmt: skip
    whole = View(
        "a", "**Two separable classes, trained longer and longer.** Drag the disc.",
        Axis(1, float(steps[-1]), "step of gradient descent, log axis", [(10.0**k, f"10^{{{k}}}" if k else "1") for k in range(4)], log=True), y, layers,
        "Mean and median of SAMPLE and EMPIRICAL in units of EXACT against the training step, both axes logarithmic",
        "At step [t:i] SAMPLE has mean [mean] ± [se] and median [median] in units of EXACT; EMPIRICAL [empirical]. Random draws, seed [seed:i].",
        table=(["step", "mean", "standard error", "median", "EMPIRICAL"], [steps, mean, error, median, empirical]), height=352, phone=290, pad=(46, 8, 12, 44),
    )  # fmt: skip
    side = View(
        "b", "**200 runs** at this step", Axis(0, 200, "run", [(0, "0"), (100, "100"), (200, "200")]), y,
        [
            *([veil(HIDDEN, at=0.04)] if hidden else []), rule(y=[1.0], token="exact", width=2),
            rule(y=Live(empirical, ("t",)), token="empirical", width=1.5, dash="dashdot"), points(np.arange(200.0), Live(ratios, ("t",)), "sampled", size=2.2, edge=False),
        ],
        "What each of 200 runs of SAMPLE returns at the present training step, in units of EXACT",
        "At step [t:i]: median [median], mean [mean].", table=(["run", "at the first step", "at the last step"], [np.arange(200), ratios[0], ratios[-1]]),
        height=352, phone=240, pad=(46, 8, 16, 44), small=True,
    )  # fmt: skip
    return [whole, side]


# ---- λ shift -----------------------------------------------------------------------------------------------------------
def peaks(id: str, title: str, published: Mapping[str, tuple[float, float]], moved: Mapping[str, Any]) -> View:
    """Published best λ (grey), and EXACT's moved by the multipliers of one sure unit (coloured)."""
    layers: list[Any] = []
    for k, (way, (lo, hi)) in enumerate(published.items()):
        y, (style, token, _) = 3.0 - k, LOOKS[way]
        layers += [
            segments([lo], [y], [hi], [y], "data", width=7, alpha=0.55) if hi > lo else points([lo], [y], "data", size=5, symbol="square"),
            *([label(1e8, y, HIDDEN[0] + " " + HIDDEN[1], middle=True, align="center", token="ink3")] if np.isnan(lo) else []),
            label(30.0, y, f"{{{token}|{way}}}", middle=True, token=token, weight=600),
        ]  # fmt: skip
        if way in moved:
            ends = [_scaled(moved[way], e) for e in dict.fromkeys(published["EXACT"])]
            layers += [segments(ends[0], [y + HALF], ends[-1], [y + HALF], token, width=2), *(points(e, [y + HALF], style, size=4.5, hollow=True if way != "EMPIRICAL" else None, edge=False) for e in ends)]  # fmt: skip
    layers.append(rule(x=list(published["EXACT"]), token="exact", width=1, dash="short"))
    return View(
        id, f"**{title},** best _λ_: {{data|published}} and {{empirical|by one unit}}", Axis(20.0, 1e14, "_λ_, log axis", decades(2, 14, 2), log=True, grid=True), Axis(-0.6, 3.7, grid=False, line=False), layers,
        f"{title}: published λ of highest accuracy for four ways, and EXACT's moved by the multipliers of one unit",
        "In the unit SAMPLE’s typical run needs [m_SAMPLE] times EXACT’s λ, EMPIRICAL [m_EMPIRICAL], BATCHED [m_BATCHED].",
        table=(["way", "published λ from", "to"], [list(published), *([r[k] for r in published.values()] for k in (0, 1))]), height=270, phone=250, pad=(6, 6, 12, 44),
    )  # fmt: skip


def _scaled(table: Any, by: float) -> Any:
    """A table in other units of its axis."""
    if hasattr(table, "tables"):
        return type(table)(tuple(_scaled(t, by) for t in table.tables))
    return Live(np.asarray(table.values) * by, table.over, table.every)


# ---- the autopsy -------------------------------------------------------------------------------------------------------
def too_small(epsilons: Array, ratio: Array) -> View:
    """How many times too small the predicted label makes F."""
    here, now = Live(epsilons, ("eps",)), Live(ratio, ("eps",))
    printed = [int(np.abs(epsilons - e).argmin()) for e in (0.4, 0.25, 0.1, 0.01)]
    return View(
        "a", "**(a) The predicted label** makes _F_ too small by (1 − _ε_) ∕ _ε_", Axis(1e-6, 0.6, "doubt _ε_, log axis", decades(-6, -1, 1), log=True), Axis(0.7, 3e7, "EXACT ∕ ARGMAX", decades(0, 6, 2), log=True),
        [
            curve(epsilons, ratio, "none", width=2), rule(y=[1.0], token="exact", width=2), label(2e-6, 1.0, "{exact|EXACT}", dy=-8, token="exact", weight=600),
            points(epsilons[printed], ratio[printed], "theta", size=3.5), *(label(float(epsilons[k]), float(ratio[k]), f"{ratio[k]:.3g}", dx=8 if right else -9, dy=1 if right else 5, align="left" if right else "right", token="ink2") for k, right in zip(printed, (False, True, False, False), strict=True)),
            rule(x=here), points(here, now, "none", size=6, casing=True), label(here, now, "[ratio] ×", dx=9, dy=-8, token="ink", weight=600), handle(x="eps"),
        ],
        "By how much the predicted label makes the Fisher information too small, against the doubt; both axes logarithmic",
        "At ε = [eps] it is [ratio] times too small.", table=(["ε", "EXACT / ARGMAX"], [epsilons, ratio]), height=230, phone=250, pad=(46, 8, 16, 44),
    )  # fmt: skip


def moving_anchor(
    clock: Array, along: Mapping[bool, Array], marks: Mapping[bool, Array], nodes: Array, now: int
) -> View:
    """How far towards B's optimum the walk gets, with the anchor renewed and with it kept; ``now`` is the row of the table at rest."""
    here = Live(nodes, ("K",))
    layers: list[Any] = [rule(x=here)]
    for moving, style in ((True, "none"), (False, "exact")):
        mark = Live(marks[moving], ("lam", "K"))
        layers += [
            curve(clock, Live(along[moving], ("lam",)), style), points(here, mark, style, size=5, casing=True),
            label(here, mark, "renewed: [moving] %" if moving else "{exact|kept: [fixed] %}", dx=-10 if moving else 10, dy=-9 if moving else 19, align="right" if moving else "left", token="ink" if moving else "exact", weight=600),
        ]  # fmt: skip
    ticks = [(10.0**k, f"{100 * 10.0**k:g} %") for k in range(-6, 1, 2)]
    return View(
        "b", "**(b) An anchor renewed every epoch:** a trust region, not EWC", Axis(1, float(nodes[-1]), "epochs _K_, log axis", decades(0, 4, 1), log=True), Axis(2e-7, 5.0, "of the way to B’s optimum", ticks, log=True),
        [*layers, handle(x="K")], "Progress towards the optimum of task B against epochs, with the anchor renewed every epoch and with it kept",
        "After [K:i] epochs at λ = [lam:i]: [moving] % with a renewed anchor, [fixed] % with a kept one.",
        table=(["epochs", "renewed", "kept"], [clock, along[True][now], along[False][now]]), height=230, phone=250, pad=(62, 8, 12, 44),
    )  # fmt: skip
