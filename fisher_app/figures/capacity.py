"""Figures of the capacity lesson: SNR of the first pattern, patterns kept, signal by pattern; signal against noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fisher_core.estimate import Estimate
from fisher_core.validation import Array

from ..stage.scene import Axis, Data, Layer, Live, View, bars, curve, handle, label, points, rule, segments, veil

COLUMNS, AREAS = "minmax(0, 1fr) 286px", ("a b", "a c")
STYLE = {"gd": "identity", "ewc": "exact", "rate": "identity-dot"}
TOKEN = {"gd": "identity", "ewc": "exact", "rate": "identity"}
NAME = {"gd": "GD", "ewc": "EWC", "rate": "_c_ = [c]"}
NAMED_AT = {"gd": 1.5, "ewc": 1.5, "rate": 0.22}  # where along its curve a rule is named
NAMED = {
    "gd": {"dx": -2, "dy": 19, "align": "right"},
    "ewc": {"dx": -2, "dy": 19, "align": "right"},
    "rate": {"dx": 6, "dy": -10},
}
START, END = 0.02, 1.5  # loads t/n that are drawn
HIDDEN = ["EWC: hidden", "until you commit"]


@dataclass(frozen=True, eq=False)
class Line:
    """One rule against the load t/n, data of the stage: SNR of pattern 1, and the fraction of patterns kept."""

    rule: str
    x: Data
    snr: Data
    snr_here: Data
    snr_named: Data  # where its name stands
    holds_to: Data  # the load of the last t at which pattern 1 reaches the threshold
    kept: Data
    kept_here: Data
    shown: bool  # kept patterns are hidden while a question asks for them

    @property
    def style(self) -> str:
        return STYLE[self.rule]

    @property
    def token(self) -> str:
        return TOKEN[self.rule]

    @property
    def words(self) -> str:
        return f"{{{self.token}|{NAME[self.rule]}}}"


@dataclass(frozen=True, eq=False)
class Bars:
    """Signals of one pattern per bin of loads: all, and those kept; ``line`` is threshold × noise at the bins."""

    rule: str
    edges: Array
    all: Data
    kept: Data
    line_x: Data
    line: Data
    other: Data  # the other rule's signals
    other_rule: str | None


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was simulated, to be drawn with ± 2 standard errors; ``when`` the controls stand where it was."""

    load: Array
    snr: Estimate
    bins: Array
    signal: Estimate
    line_x: Array
    line: Estimate
    when: Mapping[str, Any]


def intervals(x: Array, estimate: Estimate, when: Mapping[str, Any], low: float = -np.inf) -> list[Layer]:
    """Hollow circles with ± 2 standard errors; what reaches below ``low`` is cut there."""
    half = 2 * estimate.standard_error
    bar = segments(x, np.maximum(estimate.value - half, low), x, estimate.value + half, "sampled", width=1.25)
    return [bar.where(when), points(x, estimate.value, "sampled", size=3.2, edge=False, when=when)]


# ---- patterns stored ---------------------------------------------------------------------------------------------------
def snr(lines: Sequence[Line], loads: Array, threshold: Live, hebb: tuple[Array, Array], followed: tuple[Data, Data, Data] | None,
        rule_shown: str, drawn: Drawn | None, rows: Any) -> View:  # fmt: skip
    """V1: SNR of pattern 1 against t/n; a thin line for the pattern whose bar is chosen."""
    at = Live(loads, ("load",))
    layers: list[Layer] = [
        curve(*hebb, "theta", width=1, dash="short", alpha=0.45), label(float(hebb[0][18]), float(hebb[1][18]), "√(_n_ ∕ _t_), slope −½", dx=8, dy=-8, token="ink3"),
        rule(y=threshold, token="ink2"), label(START * 1.05, threshold, "threshold [thr]", dy=16, token="ink2"), rule(x=at),
    ]  # fmt: skip
    for line in lines:
        layers += [
            curve(line.x, line.snr, line.style), points(at, line.snr_here, line.style, size=5, edge=False),
            label(NAMED_AT[line.rule], line.snr_named, line.words, **NAMED[line.rule], token=line.token, weight=600),
        ]  # fmt: skip
        if line.rule != "rate":
            side = {"dx": 8, "dy": -9} if line.rule == "ewc" else {"dx": -7, "dy": 18, "align": "right"}
            layers += [
                points(line.holds_to, threshold, "theta", size=3, symbol="circle", edge=False),
                label(line.holds_to, threshold, f"{{{line.token}|[{line.rule}_holds:i]}}", weight=600, **side),
            ]
    if followed:
        x, y, here = followed
        layers += [
            curve(x, y, STYLE[rule_shown], width=1.25, alpha=0.85),
            points(at, here, STYLE[rule_shown], size=4, symbol="circle", hollow=True, edge=False),
        ]
    if drawn:
        layers += intervals(drawn.load, drawn.snr, {k: x for k, x in drawn.when.items() if k in ("n", "c")}, 0.15)
    layers.append(handle(x="load", text="[load]"))
    return View(
        "a", "**SNR of pattern 1,** thin line: pattern [index]. Drag: patterns keep arriving." if followed else "**SNR of pattern 1.** Drag the handle: patterns keep arriving.",
        Axis(START, END, "patterns per synapse _t_ ∕ _n_", [(0.02, "0.02"), (0.1, "0.1"), (0.5, "0.5"), (1, "1"), (1.5, "1.5")], log=True),
        Axis(0.15, 9, "signal ∕ noise", [(0.2, "0.2"), (0.5, "0.5"), (1, "1"), (2, "2"), (5, "5")], log=True), layers,
        "Signal-to-noise ratio of the first pattern against patterns per synapse, both axes logarithmic, with the threshold",
        "After [t:i] patterns the SNR of pattern 1 is [gd_snr] under GD, holding to [gd_holds:i], and [ewc_snr] under EWC, holding to [ewc_holds:i].",
        table=rows, height=322, phone=300, pad=(36, 12, 8, 50),
    )  # fmt: skip


def kept(lines: Sequence[Line], loads: Array, own: bool, rows: Any) -> View:
    """V2: the fraction of all patterns so far that are above the threshold."""
    at = Live(loads, ("load",))
    layers: list[Layer] = [rule(x=at)]
    for line in lines:
        if line.shown:
            layers += [
                curve(loads, line.kept, line.style),
                points(at, line.kept_here, line.style, size=4.5, edge=False),
            ]
    spots = {"gd": (0.42, 0.7), "ewc": (1.1, 0.86)} if own else {"gd": (1.12, 0.27), "ewc": (0.86, 0.9)}
    named = [line for line in lines if line.shown and line.rule in spots]
    layers += [label(*spots[line.rule], line.words, token=line.token, weight=600) for line in named]
    if not all(line.shown for line in lines):
        layers += [label(0.04, 0.55 - 0.22 * k, words, token="ink3") for k, words in enumerate(HIDDEN)]
    layers.append(handle(x="load", invisible=True))
    shown = ", ".join(f"{NAME[line.rule]} [{line.rule}_kept:3]" for line in lines if line.shown)
    return View(
        "b", "**Patterns kept,** as a share of all so far", Axis(0, END, "_t_ ∕ _n_", [(0, "0"), (0.5, "0.5"), (1, "1"), (1.5, "1.5")]), Axis(0, 1.08, "", [(0, "0"), (0.5, "½"), (1, "1")]), layers,
        "Fraction of stored patterns above the threshold against patterns per synapse", f"Above the threshold at _t_ ∕ _n_ = [load]: {shown}.",
        table=rows, height=122, phone=190, pad=(28, 8, 10, 38), small=True,
    )  # fmt: skip


def signals(b: Bars | None, loads: Array, drawn: Drawn | None, own: bool, rows: Any) -> View:
    """V3: signal of the patterns in the order in which they came; those above threshold × noise are full."""
    axes = (
        Axis(0, END, "stored at _i_ ∕ _n_", [(0, "0"), (0.5, "0.5"), (1, "1"), (1.5, "1.5")]),
        Axis(0, 1.28, "", [(0, "0"), (0.5, "½"), (1, "1")]),
    )
    alt = (
        "Signal of each stored pattern, oldest left; full bars are above threshold times noise; click one to follow it"
    )
    size = {"height": 162, "phone": 220, "pad": (28, 8, 10, 38), "small": True}
    if b is None:
        return View("c", "**Signal by pattern,** oldest left", *axes, [veil(["EWC's bars:", "hidden until you commit"]), rule(x=Live(loads, ("load",)))], alt, "EWC's signals at _t_ ∕ _n_ = [load] are hidden until you commit.", table=rows, **size)  # fmt: skip
    token, (left, right) = TOKEN[b.rule], (b.edges[:-1], b.edges[1:] - 0.004)
    middle = (b.edges[:-1] + b.edges[1:]) / 2
    layers = [
        rule(x=Live(loads, ("load",))), bars(left, right, [0.0], b.all, token, alpha=0.2), bars(left, right, [0.0], b.kept, token, alpha=0.9),
        *([curve(middle, b.other, STYLE[b.other_rule], width=1.5)] if b.other_rule else []),
        curve(b.line_x, b.line, "theta", width=1.5), points(middle, b.all, token, size=0.1, pick="i", column=True, edge=False, casing=False),
        label(END, 1.1, "line: threshold × " + ("own noise" if own else "noise"), align="right", dx=-1, dy=-2, token="ink2"),
    ]  # fmt: skip
    if drawn:
        layers += intervals(drawn.bins, drawn.signal, drawn.when) + intervals(drawn.line_x, drawn.line, drawn.when)
    return View(
        "c", f"**Signal by pattern,** {{{token}|{NAME[b.rule]}}}, oldest left; click one", *axes, layers, alt,
        "Pattern [index:i] has signal [i_signal:3], noise [i_noise:3] and SNR [i_snr]; of [t:i] patterns a share of [shown_kept:3] is kept.",
        table=rows, **size,
    )  # fmt: skip


# ---- signal against noise ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Path:
    """Pattern 1 of one rule in the plane of noise and signal, over loads; marks at ``stops``."""

    rule: str
    noise: Data
    signal: Data
    noise_here: Data
    signal_here: Data
    noise_stops: Data
    signal_stops: Data
    name_at: tuple[Data, Data, int, int]


def crosses(noise: Estimate, signal: Estimate, when: Mapping[str, Any]) -> list[Layer]:
    """Hollow circles with ± 2 standard errors both ways."""
    x, y, dx, dy = noise.value, signal.value, 2 * noise.standard_error, 2 * signal.standard_error
    arms = [
        segments(x - dx, y, x + dx, y, "sampled", width=1.25),
        segments(x, y - dy, x, y + dy, "sampled", width=1.25),
    ]
    return [*(arm.where(when) for arm in arms), points(x, y, "sampled", size=3.2, edge=False, when=when)]


def plane(paths: Sequence[Path], threshold: Live, hidden: bool, drawn: tuple[Estimate, Estimate, Mapping[str, Any]] | None,
          rows: Any) -> View:  # fmt: skip
    """Every ray from the origin is one SNR; height is how strongly the unit answers."""
    reach = np.minimum(1.0, 1.1 / np.asarray(threshold.values))
    layers: list[Layer] = [
        segments([0.0], [0.0], Live(reach, ("thr",)), Live(reach * np.asarray(threshold.values), ("thr",)), "ink2", width=1.25),
        label(Live(0.93 * reach, ("thr",)), Live(0.93 * reach * np.asarray(threshold.values), ("thr",)), "SNR = [thr]", dx=-8, dy=-6, align="right", token="ink2"),
        label(0.06, 0.62, "read out", token="ink3"), label(0.98, 0.06, "lost in the noise", align="right", token="ink3"),
    ]  # fmt: skip
    for p in paths:
        x, y, dx, dy = p.name_at
        layers += [
            curve(p.noise, p.signal, STYLE[p.rule]), points(p.noise_stops, p.signal_stops, STYLE[p.rule], size=2.4, symbol="circle"),
            points(p.noise_here, p.signal_here, STYLE[p.rule], size=6), label(x, y, f"{{{TOKEN[p.rule]}|{NAME[p.rule]}}}", dx=dx, dy=dy, token=TOKEN[p.rule], weight=600),
        ]  # fmt: skip
    if drawn:
        layers += crosses(*drawn)
    if hidden:
        layers.append(label(1.0, 1.05, "_c_ = [c]: hidden until you commit", align="right", token="ink3"))
    return View(
        "a", "**Pattern 1 on its way,** a dot at every quarter of _t_ ∕ _n_", Axis(0, 1.02, "noise", [(0, "0"), (0.5, "½"), (1, "1")]),
        Axis(0, 1.12, "signal", [(0, "0"), (0.5, "½"), (1, "1")]), layers, "Signal of the first pattern against the noise, a path for each rule; one ray from the origin is the threshold",
        "At _t_ ∕ _n_ = [load]: GD signal [gd_signal:3], noise [gd_noise:3]; EWC [ewc_signal:3], [ewc_noise:3].",
        table=rows, height=322, phone=330, pad=(36, 12, 8, 44),
    )  # fmt: skip


def along_rates(id: str, caption: str, sentence: str, rates: Array, values: Data, here: Data, rivals: Sequence[tuple[str, Data]],
                hidden: bool, rows: Any) -> View:  # fmt: skip
    """A number of pattern 1 against the constant rate c, with GD's and EWC's as level lines, the higher one first."""
    style = STYLE["rate"]
    body: list[Layer] = [veil(["hidden until you commit"])] if hidden else [
        *(layer for k, (rule_, y) in enumerate(rivals) for layer in (rule(y=y, token=TOKEN[rule_]), label(0.0108, y, f"{{{TOKEN[rule_]}|{NAME[rule_]}}}", dy=15 if k else -5, token=TOKEN[rule_], weight=600))),
        rule(x=Live(rates, ("c",))), curve(rates, values, style), points(Live(rates, ("c",)), here, style, size=4.5), handle(x="c", invisible=True),
    ]  # fmt: skip
    return View(
        id, caption, Axis(0.01, 1, "rate _c_", [(0.01, "0.01"), (0.1, "0.1"), (1, "1")], log=True), Axis(0, 1.08, "", [(0, "0"), (0.5, "½"), (1, "1")]), body,
        caption.replace("*", "").replace("_", "") + ", against the constant rate c on a logarithmic axis", sentence, table=rows, height=142, phone=200, pad=(28, 8, 10, 38), small=True,
    )  # fmt: skip
