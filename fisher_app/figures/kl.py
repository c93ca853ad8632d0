"""Figures of the KL lesson: the bowl along one coordinate, its contour in two, two equal shifts, the log-partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fisher_core.curvature import Profile
from fisher_core.validation import Array

from ..stage.scene import (
    Axis, Check, Live, Number, Scene, View, bars, bracket, curve, guesses, handle, label, points, rule, segments, veil,
)  # fmt: skip

COLUMNS, AREAS = "minmax(0, 1fr) 250px", ("a b", "a c", "a d")


@dataclass(frozen=True)
class BowlFrame:
    """Fixed axes and words of one family in one coordinate: what does not change while a control moves."""

    parameter: str  # key of the parameter's control
    shift: str  # key of the shift's control
    symbol: str
    x: tuple[float, float]
    x_ticks: Sequence[tuple[float, str]]
    x_label: str
    y_top: float
    y_ticks: Sequence[tuple[float, str]]
    gap: tuple[float, float]
    gap_ticks: Sequence[tuple[float, str]]
    gap_x: tuple[float, float]
    gap_x_ticks: Sequence[tuple[float, str]]
    fit: float
    caption: str


def hide(profile: Profile, low: float | None, high: float | None) -> tuple[Array, Array]:
    """Forward and reverse with steps below ``low`` or above ``high`` removed: an unanswered question's answer."""
    keep = np.ones_like(profile.steps, dtype=bool)
    if low is not None:
        keep &= profile.steps >= low - 1e-12
    if high is not None:
        keep &= profile.steps <= high + 1e-12
    return np.where(keep, profile.forward, np.nan), np.where(keep, profile.reverse, np.nan)


def bowl(
    frame: BowlFrame,
    nodes: Array,
    curves: Profile,
    cursor: Profile,
    gaps: Profile,
    information: Array,
    slopes: Mapping[str, Array],
    window: tuple[float | None, float | None],
    formula: Mapping[str, Any],
    side: View,
    numbers: Mapping[str, Number | str],
    checks: Sequence[Check],
    guess: Mapping[str, Any] | None,
    midpoint: bool,
    **placement: Sequence[str],
) -> Scene:
    """``curves``, ``cursor`` and ``gaps`` are profiles over (parameter node, step); ``window`` is what may be shown."""
    over, both = (frame.parameter,), (frame.parameter, frame.shift)
    low, high = window
    forward, reverse = hide(curves, low, high)
    at_forward, at_reverse = hide(cursor, low, high)
    shown = ~np.isnan(at_forward)
    steps = curves.steps[0]
    # anchor of the bowl's name: on its left arm, at most 40 % up
    name_x = -np.minimum(0.95 * abs(frame.x[0]), np.sqrt(2 * 0.42 * frame.y_top / information))
    name_y = 0.5 * information * name_x**2
    tag = (0.42, 0.62) if high is not None else (0.8, 0.9)
    tag_x = np.array(tag) * (high if high is not None else frame.x[1])
    names = [np.array([np.interp(x, steps, np.nan_to_num(row, nan=frame.y_top)) for row in table]) for x, table in zip(tag_x, (curves.forward, curves.reverse), strict=True)]
    layers = [
        *([veil(["hidden until", "you commit"], x0=high, at=0.2 * frame.y_top)] if high is not None else []),
        *([veil(["hidden until", "prediction 2"] if high is None else None, x1=low, at=0.72 * frame.y_top)] if low is not None else []),
        rule(x=Live(cursor.steps, both)),
        curve(steps, Live(curves.quadratic, over), "bowl"),
        curve(steps, Live(reverse, over), "exact-thin"),
        curve(steps, Live(forward, over), "exact"),
        *([curve(steps, Live(0.5 * (forward + reverse), over), "exact-thin", dash="dot"), curve(steps, Live(curves.midpoint, over), "bowl", dash="dot")] if midpoint else []),
        label(Live(name_x, over), Live(name_y, over), "{exact|½_F_ _δ_^{2}}  the bowl", dx=6, dy=-12, token="exact", size=14),
        points(Live(cursor.steps, both), Live(np.where(shown, np.nan, cursor.quadratic), both), "bowl", size=4, casing=True),
        points(Live(cursor.steps, both), Live(at_reverse, both), "exact-thin", size=4, hollow=True, casing=True),
        points(Live(cursor.steps, both), Live(at_forward, both), "exact", casing=True),
        label(tag_x[0], Live(names[0], over), "{exact|`KL`(_" + frame.symbol + "_‖_" + frame.symbol + "_+_δ_)}", dy=26 if high is None else 30, dx=6, token="exact", weight=600, phone=False),
        label(tag_x[1], Live(names[1], over), "{exact|`KL`(_" + frame.symbol + "_+_δ_‖_" + frame.symbol + "_)}", dy=-18 if high is None else -30, dx=-14, align="right", token="exact", phone=False),
        handle(x=frame.shift, at_y=0.0, text=f"[{frame.shift}]"),
    ]  # fmt: skip
    if guess is not None:
        layers.append(guesses(guess["key"]))
        if guess.get("truth") is not None and guess.get("given") is not None:
            layers.append(bracket(guess["x"], guess["given"], guess["truth"], guess["text"]) | {"when": guess["when"]})
    gap_forward, gap_reverse = (np.abs(g) for g in (gaps.gap, gaps.reverse_gap))
    visible = gaps.steps <= (high if high is not None else np.inf) + 1e-12
    t = gaps.steps[0]
    cursor_gap = np.where((cursor.steps > 0) & shown, np.abs(cursor.gap), np.nan)
    corner = np.array([frame.fit / 4, frame.fit])
    base = np.nanmin(np.where(t < frame.fit, gap_reverse, np.nan), axis=-1)[:, None] * 0.35
    order = np.round(slopes["forward"])[:, None]
    ramp = base * (corner / corner[0]) ** order
    gap_layers = [
        *([veil(x0=high)] if high is not None else []),
        curve(t, Live(np.where(visible, gap_reverse, np.nan), over), "exact-thin"),
        curve(t, Live(np.where(visible, gap_forward, np.nan), over), "exact"),
        *([curve(t, Live(np.where(visible, np.abs(gaps.midpoint_gap), np.nan), over), "exact-thin", dash="dot")] if midpoint else []),
        segments(np.array([corner[0], corner[1], corner[0]]), Live(np.concatenate([base, base, base], -1), over),
                 np.array([corner[1], corner[1], corner[1]]), Live(np.concatenate([base, ramp[:, 1:], ramp[:, 1:]], -1), over)),
        label(corner[1], Live(np.sqrt(base * ramp[:, 1:])[:, 0], over), "[order:i]", dx=6, middle=True),
        label(np.sqrt(corner[0] * corner[1]), Live(base[:, 0], over), "1", dy=14, align="center"),
        label(t[2], Live(gap_forward[:, 40], over), "slope [slope]", dy=-20, dx=4, token="exact", weight=600),
        label(corner[1], Live(np.sqrt(base * ramp[:, 1:])[:, 0], over), "slope [reverse_slope]", dx=20, middle=True, token="exact"),
        rule(x=Live(np.where(cursor.steps > 0, cursor.steps, np.nan), both)),
        points(Live(np.where(cursor.steps > 0, cursor.steps, np.nan), both), Live(cursor_gap, both), "exact", size=5),
        points(Live(np.where(cursor.steps > 0, cursor.steps, np.nan), both), [frame.gap[0]], "theta", size=3.5, token="ctl"),
    ]  # fmt: skip
    main = View(
        "a", frame.caption, Axis(*frame.x, frame.x_label, frame.x_ticks), Axis(0, frame.y_top, "divergence, nats", frame.y_ticks),
        layers, alt="KL divergence both ways and the parabola ½Fδ² against the shift δ; handle on the axis moves δ",
        sentence=f"At {frame.symbol} = [{frame.parameter}] and δ = [{frame.shift}] KL is [kl] nats, the other way round [reverse], the bowl says [quad]; ratio [ratio].",
        table=(["shift", "KL forward", "KL reverse", "bowl"], _rows(curves, numbers, forward, reverse)),
    )  # fmt: skip
    gap_view = View(
        "b", f"**Gap** to the bowl, slope fitted for _δ_ ≤ {frame.fit:g}",
        Axis(*frame.gap_x, "step _δ_ > 0", frame.gap_x_ticks, log=True), Axis(*frame.gap, "|`KL` − ½_F_ _δ_^{2}|, nats", frame.gap_ticks, log=True),
        gap_layers, height=232, phone=240, pad=(38, 10, 10, 40), small=True,
        alt="Gap between KL and its parabola against the step, both axes logarithmic, with fitted slopes",
        sentence="The gap shrinks with slope [slope] forward and [reverse_slope] the other way round.",
    )  # fmt: skip
    return Scene([main, gap_view, side], COLUMNS, AREAS, [frame.shift, frame.parameter], numbers, formula, checks=checks, **placement)


def _rows(curves: Profile, numbers: Mapping[str, Any], forward: Array, reverse: Array) -> list[Array]:
    row = int(numbers["_row"].value) if isinstance(numbers.get("_row"), Number) else 0  # type: ignore[arg-type]
    pick = slice(None, None, 4)
    return [curves.steps[row][pick], forward[row][pick], reverse[row][pick], curves.quadratic[row][pick]]


def coins(nodes: Array, shifts: Array) -> View:
    """Two horizontal bars: the chance of heads before and after the shift."""
    grid, moved = np.broadcast_arrays(nodes[:, None], nodes[:, None] + shifts)
    moved = np.where((moved > 0) & (moved < 1), moved, np.nan)
    over = ("p", "delta")
    return View(
        "c", "**The coins** _p_ and _p_ + _δ_", Axis(0, 1, line=False), Axis(0, 2, grid=False, line=False),
        [
            bars([0], [1], [1.15], [1.75], "page", outline="axis"), bars([0], [1], [0.15], [0.75], "page", outline="axis"),
            bars([0], Live(grid[..., None], over), [1.15], [1.75], "data"), bars([0], Live(moved[..., None], over), [0.15], [0.75], "ctl"),
            label(0, 1.45, "heads", dx=-6, align="right", token="ink3", middle=True, clip=False), label(0, 0.45, "heads", dx=-6, align="right", token="ink3", middle=True, clip=False),
            label(Live(np.minimum(grid, 0.6), over), 1.45, "_p_ = [p]", dx=8, middle=True, token="ink"), label(Live(np.minimum(np.nan_to_num(moved, nan=0.5), 0.6), over), 0.45, "_p_ + _δ_ = [moved]", dx=8, middle=True, token="ink"),
        ],
        alt="Chance of heads of the two coins, as bars", sentence="The coins show heads with chance [p] and [moved].", height=84, phone=92, pad=(38, 2, 10, 2),
    )  # fmt: skip
