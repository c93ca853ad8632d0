"""Figures of the lesson on data, labels and actions: three clouds of scores, and what each machine produces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Data,
    Layer,
    Live,
    Mix,
    View,
    arrow,
    curve,
    ellipse,
    guesses,
    handle,
    label,
    points,
    rule,
    segments,
)  # fmt: skip

COLUMNS = "repeat(6, minmax(0, 1fr))"
AREAS = ("g g s s p p", "t t t j j j")
PLAYED = (*AREAS, "player player player player player player")
CLOUD, LOWER, TALLER = 126, 178, 226  # heights; the taller where no player stands below
HIDDEN = "hidden until you commit"


def minus(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def ticks(*values: float) -> list[tuple[float, str]]:
    return [(v, minus(v)) for v in values]


def radii(probabilities: Array, largest: float = 13.0) -> Array:
    """Radius in pixels of a dot whose area is its probability; the rarest stay visible."""
    return np.maximum(largest * np.sqrt(probabilities), 1.6)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Scores of one machine's outputs: positions, dot radii, the ringed one's control, F^{1/2} (its ellipse)."""

    x: Data
    y: Data
    sizes: Data
    pick: str
    root: tuple[Data, Data, Data]
    rows: tuple[Sequence[str], Sequence[Any]]


def cloud(id: str, caption: str, c: Cloud, x: Axis, y: Axis, more: Sequence[Layer], on: bool, alt: str, sentence: str) -> View:
    """Dot position = score, dot area = probability under the model; cross = mean score, ellipse = its covariance."""
    layers = [
        *more,
        points(c.x, c.y, "data", sizes=c.sizes, alpha=0.8 if on else 0.55, casing=False, edge=False),
        points(c.x, c.y, "data", sizes=np.zeros(64), pick=c.pick),
        ellipse(0.0, 0.0, *c.root, "exact", width=2.25, casing=True),
        points([0.0], [0.0], "theta", symbol="cross", size=5, casing=True),
    ]  # fmt: skip
    return View(id, caption, x, y, layers, alt, sentence, table=c.rows, height=CLOUD, phone=220, pad=(30, 6, 6, 24), small=True)


# ---- the policy --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Runs:
    """Two flows of one policy on one clock: π₁ and π₂ over the starts, the steps last.  ``plain`` None: hidden."""

    times: Array
    natural: tuple[Data, Data]
    natural_now: tuple[Data, Data]
    plain: tuple[Data, Data] | None
    plain_now: tuple[Data, Data] | None
    damped: tuple[Data, Data] | None
    damped_now: tuple[Data, Data] | None
    rewards: Array
    damping: bool
    names: tuple[tuple[Data, Data], tuple[Data, Data] | None]  # where "natural" and "plain" stand
    halves: tuple[Data, Data | None]  # when π₁ = ½, for the labels of the clock
    rows: tuple[Sequence[str], Sequence[Any]]

    @property
    def shown(self) -> list[tuple[str, tuple[Data, Data], tuple[Data, Data], dict[str, Any]]]:
        """Style, path, present point, look of each run that may be seen."""
        runs = [("identity", self.plain, self.plain_now, {}), ("exact", self.natural, self.natural_now, {})]
        runs.append(("exact-thin", self.damped, self.damped_now, {"dash": "short"}))
        return [r for r in runs if r[1] is not None and r[2] is not None]


LEVELS = np.arange(1, 10) / 10  # of expected reward


def triangle(r: Runs, question: str) -> View:
    """All policies over three arms: π₁ across, π₂ up, π₃ what is left."""
    low, high = np.where(LEVELS < 0.5, 0.0, 2 * LEVELS - 1), np.minimum(LEVELS, 1.0)
    layers: list[Layer] = [
        segments(low, np.minimum(2 * LEVELS, 2 - 2 * LEVELS), high, np.zeros(9), "hair", width=1.25),
        segments([1.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 1.0], "axis"),
    ]
    if r.names[1] is not None:  # else the options of the question stand there
        layers += [label(1.0, 0.0, "arm 1, _r_ = 1", dx=4, dy=-12, token="ink"), label(0.0, 1.0, "arm 2, _r_ = ½", dx=10, dy=4, token="ink"),
                   label(0.0, 0.0, "arm 3, _r_ = 0", dx=26, dy=-3, token="ink2", phone=False)]  # fmt: skip
    for style, (x, y), now, look in r.shown:
        layers += [curve(x, y, style, upto="step", casing=True, **look), points(*now, style, size=5.5, casing=True)]
    if r.names[1] is not None:
        layers.append(label(*r.names[1], "{identity|plain}", dx=12, dy=18, token="identity", weight=600))
    else:
        layers.append(label(1.5, 0.42, "plain gradient:", align="right", token="ink3", at="right"))
        layers.append(label(1.5, 0.42, HIDDEN, dy=17, align="right", token="ink3", at="right"))
        layers.append(guesses(question))
    layers.append(label(*r.names[0], "{exact|natural}", token="exact", weight=600, dx=14, dy=20, align="center"))
    words = ["{identity|∇_J_ = ([push1], [push2], [push3])}", "{exact|_F_⁺∇_J_ = ([natural1], [natural2], [natural3])}"]
    if r.damping:
        words.append("{exact|damped [eps]: ([damped1], [damped2], [damped3])}")
    layers += [label(1.5, 1.07, text, dy=31 + 18 * i, align="right", at="right") for i, text in enumerate(words)]
    layers.append(handle(x="p1", y="p2", ring=10))
    return View(
        "t", "**Policies over three arms.** Drag the ring: a start. One clock.",
        Axis(-0.1, 1.5, "_π_~{1}", ticks(0, 0.5, 1), label_at="right"), Axis(0, 1.07, "_π_~{2}", ticks(0.5, 1), grid=False), layers,
        "Triangle of policies over three arms with the plain and the natural gradient flow from the same start",
        "Start (π₁, π₂) = ([p1], [p2]); at t = [time] the natural flow is at π₁ = [n1], the plain one at [g1].",
        table=r.rows, height=LOWER, phone=260, pad=(30, 6, 6, 24), equal=True, small=True,
    )  # fmt: skip


def rewards_over_time(r: Runs) -> View:
    clock = Live(r.times, ("step",))
    layers: list[Layer] = [rule(x=clock), rule(y=[0.5], dash="short")]
    for style, (x, y), now, look in r.shown:
        gained, here = Mix(r.rewards[:2], (x, y)), Mix(r.rewards[:2], now)
        layers += [curve(r.times, gained, style, upto="step", casing=True, **look), points(clock, here, style, size=4.5)]
    layers.append(label(r.halves[0], 0.93, "{exact|_π_~{1} = ½ at **[t_natural]**}", align="right", dx=-6, token="exact"))
    if r.halves[1] is None:
        layers.append(label(34.0, 0.64, "plain: hidden", token="ink3"))
    else:
        layers.append(label(r.halves[1], 0.2, "{identity|_π_~{1} = ½ at **[t_plain]**}", align="right", dx=50, token="identity"))
    return View(
        "j", "**Expected reward** _J_ = _π_·_r_ against time", Axis(0.05, 1000, "time _t_", [(0.1, "0.1"), (1, "1"), (10, "10"), (100, "100")], log=True, label_at="right"),
        Axis(0, 1.08, "", ticks(0, 0.5, 1)), layers, "Expected reward against logarithmic time for plain and natural gradient flow",
        "At t = [time]: J = [j_natural] natural, [j_plain] plain. π₁ reaches ½ at t = [t_natural] and [t_plain].",
        table=r.rows, height=LOWER, phone=230, pad=(34, 8, 10, 24), small=True,
    )  # fmt: skip


# ---- the classifier ----------------------------------------------------------------------------------------------------
def weights_pad(exact: tuple[Data, Data, Data], empirical: tuple[Data, Data, Data], step: tuple[Data, Data], style: str, words: str, rows: Any) -> View:
    """(b, w) with the ellipses {δᵀMδ = 1} of the summed matrices, and the natural step at these labels."""
    here = (Live([-2.0, 2.0], ("b",), 40), Live([0.0, 4.0], ("w",), 40))
    layers = [
        ellipse(*here, *empirical, style, width=2, casing=True), ellipse(*here, *exact, "exact", width=2.25, casing=True),
        arrow(*here, *step, "exact", width=2.25),
        handle(x="b", y="w", ring=10),
        label(-3.0, 4.75, "{exact|tr _F_ = [trF]}", dx=66, token="exact", weight=600), label(-3.0, 4.75, f"{{{style}|tr _E_ = [trE]}}", dx=66, dy=18, token=style),
        label(3.1, 4.75, words, align="right", token="ink3"),
    ]  # fmt: skip
    return View(
        "t", "**Two weights.** Small matrix, large ellipse. Drag the ring.", Axis(-3.2, 3.2, "intercept _b_", ticks(-2, 0), label_at="right"), Axis(-0.9, 5.2, "slope _w_", ticks(0, 2, 4), grid=False), layers,
        "Plane of intercept and slope with the ellipses of the exact and the empirical Fisher matrix and the natural step",
        "At (b, w) = ([b], [w]) the trace of F is [trF] and of the empirical matrix [trE]; the natural step is ([step_b], [step_w]).",
        table=rows, height=TALLER, phone=260, pad=(30, 6, 6, 24), small=True,
    )  # fmt: skip


def labels(x: Array, y: Array, drawn: bool, how: str, grid: Array, chance: Data, weight: Data, here: Data, sizes: Data, best: Data, second: Data, rows: Any) -> View:
    """Labels at the seven inputs, the model's p(x), and the information p(1 − p) each label would carry."""
    style = "sampled" if drawn else "empirical"
    layers = [
        curve(grid, weight, "exact", width=2, dash="solid"), points(x, here, "exact", sizes=sizes, symbol="circle"),
        curve(grid, chance, "theta", width=1.75), points(x, y, style, size=5),
        label(-3.4, 0.36, "{exact|_p_(1 − _p_)}", token="exact", weight=600), label(-3.4, 0.86, "slope: Σ _x_^{2}_p_(1 − _p_) = {exact|**[F22]**}", token="ink2"),
        points(np.tile(x, 2), np.repeat([0.0, 1.0], len(x)), "data", sizes=np.zeros(2 * len(x)), pick="ix"),
        rule(x=best, token="exact", dash="short"), label(second, 1.0, "best pair", dx=5, dy=-9, token="exact"),
    ]
    return View(
        "j", "**Labels** " + how + "; black: _p_(_x_), {exact|teal: information}", Axis(-3.5, 3.5, "input _x_", ticks(-3, -2, -1, 0, 1, 2), label_at="right"), Axis(-0.12, 1.25, "", ticks(0, 1)), layers,
        "Seven labels, the model's probability of label 1, and the information that a label at each input carries",
        "Labels at x = −3 … 3; information about the slope [F22] in all.", table=rows, height=TALLER, phone=220, pad=(30, 8, 6, 24), small=True,
    )  # fmt: skip


# ---- the density -------------------------------------------------------------------------------------------------------
def half_plane(root: tuple[Data, Data], rows: Any) -> View:
    here = (Live([-2.0, 2.0], ("mu",), 40), Live([0.7, 2.0], ("sigma",), 26))
    layers = [ellipse(*here, root[0], 0.0, root[1], "exact", width=2.25), handle(x="mu", y="sigma", ring=10),
              label(3.9, 3.45, "{exact|_F_ = diag([G11], [G22])}", align="right", token="exact", weight=600)]  # fmt: skip
    return View(
        "t", "**Normal** _N_(_μ_, _σ_). Ellipse: _δ_^{T}_Fδ_ = 1. Drag the ring.", Axis(-4, 4, "mean _μ_", ticks(-2, 0, 2), label_at="right"), Axis(0, 3.7, "_σ_", ticks(1, 2, 3), grid=False), layers,
        "Half-plane of mean and standard deviation with the ellipse of the Fisher matrix at the present point",
        "At μ = [mu], σ = [sigma] the Fisher matrix is diag([G11], [G22]).", table=rows,
        height=TALLER, phone=260, pad=(30, 6, 6, 24), small=True,
    )  # fmt: skip


def density(grid: Data, height: Data, x: Data, y: Data, sizes: Array, top: float, rows: Any) -> View:
    layers = [curve(grid, height, "theta", width=1.75), points(x, y, "data", sizes=sizes, alpha=0.7), points(x, y, "data", sizes=np.zeros(len(sizes)), pick="ig")]  # fmt: skip
    return View(
        "j", "**Density** and its outputs; area = probability", Axis(-6, 6, "output _x_", ticks(-4, -2, 0, 2), label_at="right"), Axis(0, top, "", []), layers,
        "Normal density with the outputs whose scores are drawn above", "Density of N([mu], [sigma]); the ringed output has score ([gs1], [gs2]).",
        table=rows, height=TALLER, phone=220, pad=(12, 8, 6, 24), small=True,
    )  # fmt: skip
