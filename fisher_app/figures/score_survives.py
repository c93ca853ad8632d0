"""Figures of the score lesson's tab: what a summary keeps of the information."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Live, Number, View, bars, curve, handle, label, points, rule, segments
from .score_arrays import ticks

COLUMNS, AREAS = "minmax(0, 1fr) 270px", ("e f", "e g")
CUT_WORDS = {"sign": "sign(_x_)", "three": "3 bins", "unit": "bins of 1", "fine": "bins of ¼"}


def survives(
    at: Array,
    sizes: Array,
    cut: str,
    edges: Sequence[float],
    curves: dict[str, Array],
    means: Array,
    mass: Array,
    full: Array,
    data: Array,
):
    """Scores and the mean score of each bin; information kept by each summary; the same against θ."""
    over = ("at",)
    lo, hi = -4.0, 4.0
    cuts = np.array([lo, *edges, hi])
    left, right = np.repeat(cuts[:-1], 1), np.repeat(cuts[1:], 1)
    stairs_x = np.column_stack([left, right, np.full(len(left), np.nan)]).ravel()
    stairs_y = np.stack([np.column_stack([m, m, np.full(len(m), np.nan)]).ravel() for m in means])
    grid = np.array([lo, hi])
    shifted = data + at[:, None]  # the same draws, moved with θ
    scores = shifted - at[:, None]
    bins = np.stack([np.searchsorted(edges, row) for row in shifted])
    tails = np.take_along_axis(means, bins, axis=1)
    few = slice(0, 140)
    e = View(
        "e", "**The score of what is kept**: in each bin, the mean of the scores. Drag _θ_.", Axis(lo, hi, "datum _x_", ticks(-3, -2, -1, 0, 1, 2, 3)), Axis(-3.4, 3.4, "score of _μ_ at _θ_ = [at]", ticks(-3, -2, -1, 0, 1, 2, 3)),
        [
            rule(x=list(edges) if len(edges) < 12 else np.array(edges), token="hair"),
            segments(Live(shifted[:, few], over), Live(scores[:, few], over), Live(shifted[:, few], over), Live(tails[:, few], over), "data", alpha=0.35),
            curve(grid, Live(grid - at[:, None], over), "exact-thin"), points(Live(shifted, over), Live(scores, over), "data", size=2.2, alpha=0.5),
            curve(stairs_x, Live(stairs_y, over), "exact", casing=True),
            label(Live(np.minimum(at + 1.75, 3.0), over), Live(np.minimum(at + 1.75, 3.0) - at, over), "score of _x_ itself", dx=-12, dy=-2, align="right", token="exact"),
            handle(x="at", at_y=-3.4, text="[at]"),
        ],
        alt="Scores of normal data on a slanted line, and the steps of their mean in each bin; grey threads are what is lost",
        sentence="At θ = [at] one datum carries information 1; the bins keep [kept], and [lost] scatters inside them.",
        table=(["bin from", "to", "probability", "score"], [left, right, mass[np.abs(at).argmin()], means[np.abs(at).argmin()]]), height=352, phone=300, pad=(42, 12, 8, 46),
    )  # fmt: skip
    rows = [("all of _x_", full), ("their mean", full), (CUT_WORDS[cut], curves[cut])]
    if cut != "sign":
        rows.append(("sign(_x_)", curves["sign"]))
    n = sizes[:, None]
    layers = []
    for k, (name, value) in enumerate(rows):
        y = len(rows) - k - 0.5
        total = Live((n * value)[..., None], ("m", "at"))
        layers += [bars([0.0], Live((n * full)[..., None], ("m", "at")), [y - 0.26], [y + 0.26], "row"), bars([0.0], total, [y - 0.26], [y + 0.26], "exact", alpha=0.85 if k != 1 else 0.6),
                   label(0.0, y, name, dx=-8, align="right", middle=True, clip=False), label(Live((n * full), ("m", "at")), y, f"[bar{k}]", dx=7, middle=True, token="ink", weight=600, clip=False)]  # fmt: skip
    f = View(
        "f", "**Information** in _n_ = [m] observations: _F_ adds up.", Axis(0, 6, "", ticks(0, 1, 2, 3, 4, 5)), Axis(0, len(rows), "", (), line=False), layers,
        alt="Bars of the information that all data, their mean, the chosen bins and one bit keep", sentence="Of [bar0] the mean keeps [bar1] and the chosen summary [bar2].",
        table=(["summary", "information of one"], [[r.replace("_", "") for r, _ in rows], [float(v[np.abs(at).argmin()]) for _, v in rows]]), height=150, phone=170, pad=(84, 6, 8, 26), small=True,
    )  # fmt: skip
    g = View(
        "g", "**Kept by one observation**, wherever _θ_ is", Axis(-2, 2, "_θ_", ticks(-2, -1, 0, 1), label_at="right"), Axis(0, 1.12, "", ticks(0, 0.5, 1)),
        [
            rule(x=Live(at[:, None], over)), curve(at, full, "exact-thin"), *([curve(at, curves["sign"], "exact-thin", dash="dot")] if cut != "sign" else []), curve(at, curves[cut], "exact"),
            label(-2, 1, "_F_ = 1", dx=6, dy=-6, token="exact"), points(Live(at[:, None], over), Live(curves[cut][:, None], over), "exact", size=5),
            label(Live(np.clip(at, -1.45, 1.45), over), Live(curves[cut], over), "[kept]", dy=18 if cut != "fine" else 20, align="center", token="exact", weight=600),
        ],
        alt="Information kept by the chosen summary against the parameter, with the full information above it", sentence="At θ = [at] the summary keeps [kept] of 1.",
        table=(["θ", "kept"], [at, curves[cut]]), height=160, phone=180, pad=(36, 8, 10, 28), small=True,
    )  # fmt: skip
    numbers = {
        "kept": Number(Live(curves[cut], over), "3"), "lost": Number(Live(full - curves[cut], over), "3"), "full": Number(Live(full, over), "i"),
        **{f"bar{k}": Number(Live(n * v, ("m", "at")), "2") for k, (_, v) in enumerate(rows)},
    }  # fmt: skip
    formula = {"groups": [
        [["{exact|_F_}", "=", "kept", "+", "scatter inside the bins"], ["[full]", "=", "**[kept]**", "+", "**[lost]**"]],
        [["_n_ observations"], ["[m] · [kept] = **[bar2]**"]],
        [["sufficient: the mean"], ["[m] · 1 = **[bar1]**"]],
    ]}  # fmt: skip
    return [e, f, g], numbers, formula
