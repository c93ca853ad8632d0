"""Figures of the KL lesson: the bowl along one coordinate, its contour in two, equal shifts, the log-partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fisher_core.curvature import Profile
from fisher_core.validation import Array

from ..stage.scene import (
    Axis, Check, Layer, Live, Number, Scene, TableView, View, bars, bracket, curve, guesses, handle, label, points, region,
    rule, segments, veil,
)  # fmt: skip

COLUMNS, AREAS = "minmax(0, 1fr) 250px", ("a b", "a c")
Ticks = Sequence[tuple[float, str]]


def ticks(values: Sequence[float], digits: int, signed: bool = False) -> Ticks:
    return [(v, "0" if v == 0 else f"{v:{'+' if signed else ''}.{digits}f}".replace("-", "−")) for v in values]


def decades(low: int, high: int, step: int = 2) -> Ticks:
    return [(10.0**k, f"10^{{{str(k).replace('-', '−')}}}") for k in range(low, high + 1, step)]


@dataclass(frozen=True)
class Case:
    """One family in one coordinate: controls, axes and words, all fixed while a control moves."""

    parameter: str  # key of the parameter's control
    shift: str  # key of the shift's control
    symbol: str  # of the coordinate
    x: Axis
    y: Axis
    step: Axis  # of the gap view
    gap: Axis
    fit: float  # slopes are fitted for steps up to here
    caption: str
    formula: tuple[str, str]  # F in symbols, F in numbers
    regular: bool = True


def _divergence(top: float, *values: float, digits: int = 2) -> Axis:
    return Axis(0, top, "divergence, nats", ticks([0, *values], digits))


def _gap(low: int, high: int) -> Axis:
    return Axis(10.0**low * 0.3, 10.0**high, "|`KL` − ½_F_ _δ_^{2}|, nats", decades(low, high), log=True)


def _step(low: float, high: float, *at: float) -> Axis:
    return Axis(low, high, "step _δ_ > 0", [(v, f"{v:g}") for v in at], log=True)


CASES = {
    "coin.p": Case(
        "p", "delta", "p", Axis(-0.086, 0.142, "shift _δ_ of the chance of heads", ticks([-0.05, 0, 0.05, 0.1], 2, True)),
        _divergence(0.095, 0.02, 0.04, 0.06, 0.08), _step(10**-2.5, 10**-0.85, 0.01, 0.1), Axis(5e-8, 0.1, "|`KL` − ½_F_ _δ_^{2}|, nats", decades(-6, -2), log=True),
        0.01, "**Two coins, shift apart.** Drag the handle along the axis.", ("1 ∕ _p_(1 − _p_)", "1 ∕ ([p] · [q])"),
    ),
    "coin.logit": Case(
        "p", "dlogit", "η", Axis(-1.05, 1.55, "shift _δ_ of the logit _η_", ticks([-1, -0.5, 0, 0.5, 1], 1, True)),
        _divergence(0.12, 0.04, 0.08), _step(10**-1.4, 1.55, 0.1, 1), _gap(-7, -1), 0.12,
        "**Two coins, logits apart.** Drag the handle along the axis.", ("_p_(1 − _p_)", "[p] · [q]"),
    ),
    "coin.arcsine": Case(
        "p", "darc", "φ", Axis(-0.16, 0.26, "shift _δ_ of _φ_ = arcsin √_p_", ticks([-0.1, 0, 0.1, 0.2], 1, True)),
        _divergence(0.13, 0.04, 0.08, 0.12), _step(10**-2.2, 0.26, 0.01, 0.1), _gap(-7, -1), 0.02,
        "**Two coins, arcsines apart.** In this coordinate every coin has the same bowl.", ("4", "4"),
    ),
    "poisson.lambda": Case(
        "lam", "dlam", "λ", Axis(-2.1, 3.1, "shift _δ_ of the rate _λ_", ticks([-2, -1, 0, 1, 2, 3], 0, True)),
        _divergence(1.2, 0.4, 0.8, digits=1), _step(10**-1.2, 3.1, 0.1, 1), _gap(-6, 1), 0.25,
        "**Two Poisson rates, shift apart.** Drag the handle along the axis.", ("1 ∕ _λ_", "1 ∕ [lam]"),
    ),
    "uniform.theta": Case(
        "top", "dtop", "θ", Axis(-0.32, 0.52, "shift _δ_ of the upper end _θ_", ticks([-0.2, 0, 0.2, 0.4], 1, True)),
        _divergence(0.6, 0.2, 0.4, digits=1), _step(10**-2, 0.52, 0.01, 0.1), _gap(-3, 1), 0.1,
        "**Two uniforms on (0, _θ_).** The support moves with _θ_: no bowl.", ("E _s_^{2} = 1 ∕ _θ_^{2}", "1 ∕ [top]^{2}"), regular=False,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Bowl:
    """Numbers of one case over all nodes of its parameter: profiles over (node, step), F, fitted slopes."""

    nodes: Array
    curves: Profile
    cursor: Profile
    gaps: Profile
    information: Array
    slope: Array
    reverse_slope: Array
    midpoint_slope: Array


def hide(profile: Profile, window: tuple[float, float]) -> tuple[Array, Array]:
    """Forward and reverse without the steps outside ``window``: the answers of open questions."""
    keep = (profile.steps >= window[0] - 1e-12) & (profile.steps <= window[1] + 1e-12)
    return np.where(keep, profile.forward, np.nan), np.where(keep, profile.reverse, np.nan)


def _tags(case: Case, b: Bowl, forward: Array, reverse: Array, right: float) -> list[Layer]:
    """Names of the two curves, beside them, where each is still inside the axes (per node of the parameter)."""
    over, steps = (case.parameter,), b.curves.steps[0]
    layers, top, hidden = [], case.y.hi, right < case.x.hi
    for table, part, order, style in ((forward, 0.62, (0, 1), 600), (reverse, 0.9, (1, 0), 400)):
        # the largest step, up to a part of the right arm, at which the curve is below half the height
        allowed = (steps > 0) & (steps <= part * right) & (np.nan_to_num(table, nan=np.inf) < 0.55 * top)
        if not case.regular and not allowed.any():  # infinite on the right: named on the other side
            continue
        at = np.where(allowed.any(axis=1), np.where(allowed, np.arange(len(steps)), -1).max(axis=1), len(steps) // 2)
        x, y = steps[at], np.take_along_axis(np.nan_to_num(table), at[:, None], 1)[:, 0]
        s = case.symbol
        name = f"`KL`(_{s}_‖_{s}_+_δ_)" if order == (0, 1) else f"`KL`(_{s}_+_δ_‖_{s}_)"
        if hidden:  # the arms are short: names stand above, with leaders
            side = -1 if order == (0, 1) else 1
            at_x = side * 0.62 * min(right, -case.x.lo if side < 0 else right)
            row = np.abs(steps - at_x).argmin()
            layers.append(label([at_x], Live(np.nan_to_num(table[:, row]), over), name, dx=-8 if side < 0 else 8, dy=-48, align="center", token="exact", weight=style, leader=True, phone=False))  # fmt: skip
        else:
            below = order == (0, 1)
            layers.append(label(Live(x, over), Live(y, over), name, dx=10 if below else -10, dy=16 if below else -8, align="left" if below else "right", token="exact", weight=style, phone=False))  # fmt: skip
    return layers


def _infinite_sides(case: Case, steps: Array, reverse: Array) -> list[Layer]:
    """One way KL is infinite, on each side another way; the finite one on the left gets its name too."""
    s, over = case.symbol, (case.parameter,)
    forth, back = f"`KL`(_{s}_‖_{s}_+_δ_)", f"`KL`(_{s}_+_δ_‖_{s}_)"
    x = 0.6 * case.x.lo
    y = reverse[:, np.abs(steps - x).argmin()]
    return [
        label([0.5 * case.x.lo], [0.8 * case.y.hi], f"{forth} = ∞", align="center", token="exact", weight=600),
        label([0.5 * case.x.hi], [0.8 * case.y.hi], f"{back} = ∞", align="center", token="exact"),
        label([x], Live(y, over), back, dx=8, dy=-8, token="exact"),
    ]


def bowl(
    case: Case, b: Bowl, window: tuple[float, float], side: View, checks: Sequence[Check], node: int,
    moved: Array | None = None, guess: Mapping[str, Any] | None = None, midpoint: bool = False, **placement: Sequence[str],
) -> Scene:  # fmt: skip
    """KL both ways with its parabola; the gap on log axes; ``window`` is the range of shifts that may be shown."""
    over, both = (case.parameter,), (case.parameter, case.shift)
    low, high = window
    left_shut, right_shut = np.isfinite(low), np.isfinite(high)
    forward, reverse = hide(b.curves, window)
    at_forward, at_reverse = hide(b.cursor, window)
    shown = ~np.isnan(at_forward)
    steps, top = b.curves.steps[0], case.y.hi
    here = Live(b.cursor.steps[0][:, None], (case.shift,))
    name_x = -np.minimum(0.93 * abs(case.x.lo), np.sqrt(2 * 0.45 * top / b.information))
    layers = [
        *([veil(["hidden until", "you commit"], x0=[high], at=0.19 * top, align="right")] if right_shut else []),
        *([veil(None if right_shut else ["hidden until", "prediction 2"], x1=[low], at=0.75 * top)] if left_shut else []),
        rule(x=here),
        curve(steps, Live(b.curves.quadratic, over), "bowl"),
        curve(steps, Live(reverse, over), "exact-thin"),
        curve(steps, Live(forward, over), "exact"),
        *([curve(steps, Live(0.5 * (forward + reverse), over), "exact-thin", dash="dot")] if midpoint else []),
        *([curve(steps, Live(b.curves.midpoint, over), "bowl", dash="dot")] if midpoint else []),
        label(Live(name_x, over), Live(0.5 * b.information * name_x**2, over), "½_F_ _δ_^{2}  the bowl", dx=7, dy=-12, token="exact", size=14),
        points(here, Live(np.where(shown, np.nan, b.cursor.quadratic), both), "bowl", size=4, casing=True, edge=False),
        points(here, Live(at_reverse, both), "exact-thin", size=4, hollow=True, edge=False),
        points(here, Live(at_forward, both), "exact", edge=False),
        *_tags(case, b, forward, reverse, min(high, case.x.hi)),
        handle(x=case.shift, at_y=[0.0], text=f"[{case.shift}]"),
    ]  # fmt: skip
    if not case.regular:
        layers += _infinite_sides(case, steps, reverse)
    if guess is not None:
        layers += [guesses(guess["key"]), *([bracket(guess["x"], guess["given"], guess["truth"], guess["text"]).where(guess["when"])] if "given" in guess else [])]  # fmt: skip
    main = View(
        "a", case.caption, case.x, case.y, layers,
        alt="KL divergence both ways and the parabola ½Fδ² against the shift δ; the handle on the axis moves δ",
        sentence=f"At _{case.symbol}_ = [{case.parameter}] and _δ_ = [{case.shift}], KL is [kl] nats, the other way round [reverse]; the bowl says [quad], so the ratio is [ratio].",
        table=(["shift", "KL forward", "KL reverse", "bowl"], [a[node][::4] for a in (b.curves.steps, forward, reverse, b.curves.quadratic)]),
    )  # fmt: skip
    ratio = np.divide(
        at_forward, b.cursor.quadratic, out=np.full_like(at_forward, np.nan), where=b.cursor.quadratic > 1e-300
    )
    numbers = {
        "kl": Number(Live(at_forward, both), "4"), "reverse": Number(Live(at_reverse, both), "4"), "quad": Number(Live(b.cursor.quadratic, both), "4"),
        "ratio": Number(Live(ratio, both), "2"), "F": Number(Live(b.information, over), "g4"), "q": Number(Live(1 - b.nodes, over), "2"),
        "slope": Number(Live(b.slope, over), "2"), "reverse_slope": Number(Live(b.reverse_slope, over), "2"), "order": Number(Live(np.round(b.slope), over), "i"),
        "size": Number(Live(np.abs(b.cursor.steps[0]), (case.shift,)), "g3"), "moved": Number(Live(np.where(np.isnan(b.cursor.forward), np.nan, b.nodes[:, None] + b.cursor.steps), both), "3", none="–"),
        **({} if moved is None else {"moved_p": Number(Live(moved, both), "3")}), "midpoint_slope": Number(Live(b.midpoint_slope, over), "2"),
    }  # fmt: skip
    s, relation = case.symbol, "≈" if case.regular else "≠"
    formula = {"groups": [
        [[f"{{exact|`KL`(_{s}_‖_{s}_+_δ_)}}", relation, "{exact|½ _F_ _δ_^{2}}", "", ""], ["**[kl]**", relation, "½ · [F] · [size]^{2}", "=", "**[quad]**"]],
        [["{exact|_F_} = " + case.formula[0]], ["[F] = " + case.formula[1]]],
        [["`KL` ∕ ½_Fδ_^{2}", ""], ["**[ratio] ×**", "{guess|you say " + guess["said"] + "}" if guess and guess.get("said") else ""]],
    ]}  # fmt: skip
    return Scene(
        [main, _gap_view(case, b, high, shown, node, midpoint), side],
        COLUMNS,
        AREAS,
        [case.shift, case.parameter],
        numbers,
        formula,
        checks=checks,
        **placement,
    )  # type: ignore[arg-type]


def _gap_view(case: Case, b: Bowl, high: float, shown: Array, node: int, midpoint: bool) -> View:
    over, both, t = (case.parameter,), (case.parameter, case.shift), b.gaps.steps[0]
    forward, reverse, middle = (np.where((t <= high + 1e-12) & np.isfinite(g) & (np.abs(g) > 0), np.abs(g), np.nan) for g in (b.gaps.gap, b.gaps.reverse_gap, b.gaps.midpoint_gap))  # fmt: skip
    low_corner, high_corner = case.fit / 3, case.fit
    under = (
        np.array(
            [
                np.interp(low_corner, t, row)
                for row in np.fmin(np.nan_to_num(forward, nan=1e3), np.nan_to_num(reverse, nan=1e3))
            ]
        )[:, None]
        * 0.35
    )
    over_top = under * (high_corner / low_corner) ** np.round(b.slope)[:, None]
    middle_y = np.sqrt(under * over_top)[:, 0]
    tag = int(0.22 * len(t))
    ahead = b.cursor.steps[0]
    cursor_x = Live(np.where(ahead > 0, ahead, np.nan)[:, None], (case.shift,))
    layers = [
        *([veil(x0=[high])] if np.isfinite(high) else []),
        curve(t, Live(reverse, over), "exact-thin"),
        curve(t, Live(forward, over), "exact"),
        *([curve(t, Live(middle, over), "exact-thin", dash="dot")] if midpoint else []),
        segments([low_corner, high_corner, low_corner], Live(np.hstack([under, under, under]), over), [high_corner, high_corner, high_corner], Live(np.hstack([under, over_top, over_top]), over)),
        label([high_corner], Live(middle_y, over), "[order:i]", dx=6, middle=True),
        label([np.sqrt(low_corner * high_corner)], Live(under[:, 0], over), "1", dy=14, align="center"),
        label([t[tag]], Live(np.nan_to_num(forward[:, tag], nan=1.0), over), "slope [slope]", dx=-10, dy=-14, align="center", token="exact", weight=600),
        *([label([high_corner], Live(middle_y, over), "slope [reverse_slope]", dx=20, middle=True, token="exact")] if case.regular else []),
        rule(x=cursor_x),
        points(cursor_x, Live(np.where(shown & (b.cursor.steps > 0), np.abs(b.cursor.gap), np.nan), both), "exact", size=5),
        points(cursor_x, [case.gap.lo], "theta", size=3.5, token="ctl"),
    ]  # fmt: skip
    return View(
        "b", f"**Gap** to the bowl, slope fitted for _δ_ ≤ {case.fit:g}", case.step, case.gap, layers, height=232, phone=240, pad=(38, 10, 10, 40), small=True,
        alt="Gap between KL and its parabola against the step, both axes logarithmic, with fitted slopes",
        sentence="The gap shrinks with slope [slope] forward" + (" and [reverse_slope] the other way round; averaged, with _F_ at the midpoint, [midpoint_slope]." if case.regular else "; the other way round KL is infinite."),
        table=(["step", "forward gap", "reverse gap", "midpoint gap"], [a[::2] for a in (t, forward[node], reverse[node], middle[node])]),
    )  # fmt: skip


def coins(nodes: Array, shift: str, moved: Array, node: int) -> View:
    """Two bars: the chance of heads before and after the shift; ``moved`` over (node, shift), NaN outside (0, 1)."""
    both = ("p", shift)
    inside = np.nan_to_num(moved, nan=0.0)
    row: list[Layer] = []
    for y, x, who, token in (
        (1.15, Live(nodes[:, None], ("p",)), "_p_ = [p]", "data"),
        (0.15, Live(inside[..., None], both), "moved to [moved_p]", "ctl"),
    ):
        end = Live(np.minimum(x.values, 0.55)[..., 0], x.over)
        row += [
            bars([0], [1], [y], [y + 0.6], "page", outline="axis"), bars([0], x, [y], [y + 0.6], token),
            label([0], [y + 0.3], "heads", dx=-6, align="right", token="ink3", middle=True, clip=False), label(end, [y + 0.3], who, dx=8, middle=True, token="ink"),
        ]  # fmt: skip
    return View("c", "**The coins** before and after", Axis(0, 1, line=False), Axis(0, 2, grid=False, line=False), row,
                alt="Chance of heads of the two coins, as bars", sentence="The coins show heads with chance [p] and [moved_p].", table=(["chance before", "chance after"], [np.repeat(nodes[node], moved.shape[1]), moved[node]]), height=84, phone=92, pad=(38, 2, 10, 2))  # fmt: skip


def masses(over: tuple[str, str], before: Array, after: Array, caption: str, sentence: str, at: tuple[int, int]) -> View:
    """Two mass functions side by side; ``before`` (node, x), ``after`` (node, shift, x)."""
    x = np.arange(before.shape[-1], dtype=float)
    return View(
        "c", caption, Axis(-0.6, x[-1] + 0.6, ticks=[(v, f"{v:g}") for v in (0, 5, 10, 15)]), Axis(0, 0.5, grid=False, line=False),
        [bars(x - 0.4, x, [0], Live(before, over[:1]), "data"), bars(x, x + 0.4, [0], Live(np.nan_to_num(after), over), "ctl")],
        alt="The two distributions, as bars", sentence=sentence, table=(["count", "before", "after"], [x, before[at[0]], after[at]]), height=84, phone=110, pad=(38, 2, 10, 22), small=True,
    )  # fmt: skip


def boxes(case: Case, nodes: Array, shifts: Array, node: int) -> View:
    """Two uniform densities on (0, θ) and (0, θ + δ)."""
    end = nodes[:, None] + shifts
    return View(
        "c", "**The uniforms** before (grey) and after", Axis(0, 2.6, ticks=[(0, "0"), (1, "1"), (2, "2")]), Axis(0, 2.6, grid=False, line=False),
        [bars([0], Live(nodes[:, None], (case.parameter,)), [0], Live(1 / nodes[:, None], (case.parameter,)), "data", alpha=0.5),
         bars([0], Live(end[..., None], (case.parameter, case.shift)), [0], Live(1 / end[..., None], (case.parameter, case.shift)), "ctl", hollow=True, outline="ctl")],
        alt="Two uniform densities with different upper ends", sentence="The supports end at [top] and [moved].", table=(["upper end before", "after"], [np.repeat(nodes[node], len(shifts)), end[node]]), height=84, phone=110, pad=(38, 2, 10, 22), small=True,
    )  # fmt: skip


@dataclass(frozen=True)
class Contour:
    """KL against its quadratic around N(0, 1), in (μ, scale coordinate): contours per level, profiles along the scale."""

    levels: Array
    forward: Array  # (level, angle, 2) shifts with KL(θ ‖ θ+δ) = level
    ellipse: Array  # (level, angle, 2) shifts with ½δᵀFδ = level
    along: Profile
    cursor: Profile
    x: Array
    densities: Array  # (shift, x)
    words: str
    checks: Sequence[Check] = field(default_factory=tuple)


def contour(c: Contour, **placement: Sequence[str]) -> Scene:
    level, shift = ("level",), ("dscale",)
    main = View(
        "a", f"**Where KL reaches a level**, around _N_(0, 1); steps in _μ_ and in {c.words}.",
        Axis(-1.15, 1.15, "shift of _μ_", ticks([-1, -0.5, 0, 0.5, 1], 1, True)), Axis(-0.62, 1.0, f"shift of {c.words}", ticks([-0.5, 0, 0.5, 1], 1, True), grid=False),
        [
            region(Live(c.ellipse[..., 0], level), Live(c.ellipse[..., 1], level), outline="exact", dash="short", width=2, outline_alpha=0.6),
            curve(Live(c.forward[..., 0], level), Live(c.forward[..., 1], level), "exact"),
            points([0], [0], "theta", size=4),
            label([0.0], [0.0], "_θ_ = (0, 1)", dx=9, dy=5),
            label(Live(c.forward[:, 20, 0], level), Live(c.forward[:, 20, 1], level), "`KL` = [level]", dx=8, dy=-8, token="exact", weight=600),
            label(Live(c.ellipse[:, 155, 0], level), Live(c.ellipse[:, 155, 1], level), "½_δ_^{T}_Fδ_ = [level]", dx=8, dy=14, token="exact"),
            handle(y="dscale", at_x=[0.0]),
        ],
        alt="Contour of equal KL around a Normal and the Fisher ellipse of the same level; the handle moves the scale",
        sentence="At shift [dscale] of the scale KL is [kl] nats and the ellipse says [quad]: ratio [ratio].",
        table=(["shift of μ on the KL contour", "shift of scale"], [c.forward[len(c.levels) // 2, :, 0], c.forward[len(c.levels) // 2, :, 1]]), pad=(42, 12, 8, 50), equal=True,
    )  # fmt: skip
    t = c.along.steps
    arm = View(
        "b", "**Along the scale**, _μ_ fixed; nats", Axis(-0.62, 0.82, f"shift of {c.words}", ticks([-0.5, 0, 0.5], 1, True)), Axis(0, 0.6, "", ticks([0, 0.2, 0.4], 1)),
        [
            rule(x=Live(c.cursor.steps[:, None], shift)), curve(t, c.along.quadratic, "bowl"), curve(t, c.along.forward, "exact"),
            points(Live(c.cursor.steps[:, None], shift), Live(c.cursor.quadratic[:, None], shift), "bowl", size=4, casing=True, edge=False),
            points(Live(c.cursor.steps[:, None], shift), Live(c.cursor.forward[:, None], shift), "exact", size=5, edge=False),
            handle(x="dscale", invisible=True),
        ],
        alt="KL and its parabola along the scale", sentence="Ratio [ratio] at shift [dscale].", table=(["shift", "KL", "parabola"], [t[::3], c.along.forward[::3], c.along.quadratic[::3]]), height=190, phone=220, pad=(38, 10, 10, 40), small=True,
    )  # fmt: skip
    pair = View(
        "c", "**The Normals** _N_(0, 1) and shifted", Axis(-4, 4, ticks=ticks([-2, 0, 2], 0)), Axis(0, 1.05, grid=False, line=False),
        [curve(c.x, c.densities[np.abs(c.cursor.steps).argmin()], "data"), curve(c.x, Live(c.densities, shift), "theta", width=2)],
        alt="Two Normal densities", sentence="The second Normal has its scale shifted by [dscale].", table=(["x", "N(0, 1)", "narrowest", "widest"], [c.x[::4], c.densities[np.abs(c.cursor.steps).argmin()][::4], c.densities[0][::4], c.densities[-1][::4]]), height=126, phone=140, pad=(38, 4, 10, 22), small=True,
    )  # fmt: skip
    ratio = np.divide(
        c.cursor.forward,
        c.cursor.quadratic,
        out=np.full_like(c.cursor.forward, np.nan),
        where=c.cursor.quadratic > 1e-300,
    )
    numbers = {
        "kl": Number(Live(c.cursor.forward, shift), "4"),
        "quad": Number(Live(c.cursor.quadratic, shift), "4"),
        "ratio": Number(Live(ratio, shift), "2"),
    }
    formula = {"groups": [
        [["{exact|`KL`(_θ_‖_θ_+_δ_)}", "≈", "{exact|½ _δ_^{T}_F_ _δ_}"], ["**[kl]**", "≈", "**[quad]**"]],
        [["{exact|_F_} = diag(1, 2) at _N_(0, 1), in _σ_ and in log _σ_"], ["shift [dscale] along the scale"]],
        [["`KL` ∕ ½_δ_^{T}_Fδ_"], ["**[ratio] ×**"]],
    ]}  # fmt: skip
    return Scene([main, arm, pair], COLUMNS, AREAS, ["level", "dscale"], numbers, formula, checks=c.checks, **placement)  # type: ignore[arg-type]


def triangle(
    levels: Array,
    centres: Array,
    forward: Array,
    ellipse: Array,
    information: Array,
    matrices: Sequence[Mapping[str, Any]],
    checks: Sequence[Check],
    **placement: Sequence[str],
) -> Scene:
    """Contours (level, centre, angle, 2) over the simplex of three outcomes, drawn in (p₁, p₂)."""
    gap = np.full((*forward.shape[:2], 1, 2), np.nan)
    kl, quadratic = (np.concatenate([a, gap], axis=2).reshape(len(levels), -1, 2) for a in (forward, ellipse))
    over = ("level",)
    main = View(
        "a", "**Three outcomes.** Each point is a distribution; ellipses flatten at the edges.",
        Axis(-0.03, 1.05, "_p_~{1}", ticks([0, 0.5, 1], 1)), Axis(-0.03, 1.05, "_p_~{2}", ticks([0, 0.5, 1], 1), grid=False),
        [
            region([0, 1, 0], [0, 0, 1], outline="axis", dash="solid", width=1, outline_alpha=1), points(centres[:, 0], centres[:, 1], "theta", size=2.5),
            curve(Live(quadratic[..., 0], over), Live(quadratic[..., 1], over), "bowl"), curve(Live(kl[..., 0], over), Live(kl[..., 1], over), "exact", width=2),
            label([0.62], [0.86], "`KL` = [level]", token="exact", weight=600), label([0.62], [0.79], "½_δ_^{T}_Fδ_ = [level]", token="exact"),
        ],
        alt="Contours of equal KL and Fisher ellipses at ten points of the probability triangle", equal=True,
        sentence="At level [level] the contours of KL leave their ellipses near the edges, where _F_ grows without bound.",
        table=(["p1", "p2"], [centres[:, 0], centres[:, 1]]),
    )  # fmt: skip
    side = TableView(
        "b",
        "**Fisher matrix** in (_p_~{1}, _p_~{2})",
        matrices,
        "Fisher matrices at two points of the triangle",
        "_F_ in the middle and near an edge.",
        table=(["p1", "p2", "F11", "F12", "F22"], [*centres.T, *(np.asarray(information)[:, i, j] for i, j in ((0, 0), (0, 1), (1, 1)))]),
        height=230,
    )
    return Scene([main, side], COLUMNS, ("a b",), ["level"], {}, None, checks=checks, **placement)  # type: ignore[arg-type]


def shifted(
    x: Array,
    left: Array,
    right: Array,
    spreads: Array,
    values: Mapping[str, Array],
    named: Sequence[tuple[float, str]],
    checks: Sequence[Check],
    **placement: Sequence[str],
) -> Scene:
    """Two Normals with the same shift of the mean and one spread; ``values`` over the spread."""
    over = ("spread",)
    main = View(
        "a", "**Means at −2 and +2, one standard deviation.** Drag it.", Axis(-7, 7, "observation _x_", ticks([-6, -2, 2, 6], 0)), Axis(0, 1.05, "density", ticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], 1)),
        [curve(x, Live(left, over), "data", width=2), curve(x, Live(right, over), "theta", width=2), rule(x=[-2, 2]), label([-2], [1.0], "−2", dx=6), label([2], [1.0], "+2", dx=6)],
        alt="Two Normal densities with means −2 and 2 and a common standard deviation", sentence="With standard deviation [spread] the peaks are [peak:3] and KL is [kl:g4] nats.",
        table=(["standard deviation", "KL", "squared Hellinger", "overlap"], [spreads, values["kl"], values["hellinger"], values["overlap"]]),
    )  # fmt: skip
    side = View(
        "b", "**Same shift**, KL against spread", Axis(0.3, 3, "standard deviation", [(0.5, "0.5"), (1, "1"), (2, "2")], log=True), Axis(0.5, 100, "`KL`, nats", [(1, "1"), (10, "10"), (100, "100")], log=True),
        [
            curve(spreads, values["kl"], "exact"), rule(x=Live(spreads[:, None], over)), points(Live(spreads[:, None], over), Live(values["kl"][:, None], over), "exact", size=5),
            *[layer for at, words in named for layer in (points([at], [float(np.interp(at, spreads, values["kl"]))], "theta", size=3.5), label([at], [float(np.interp(at, spreads, values["kl"]))], words, dx=7, dy=-4))],
            handle(x="spread", invisible=True),
        ],
        alt="KL between the two Normals against their standard deviation, log axes", sentence="At [spread] KL is [kl:g4] nats.", table=(["standard deviation", "KL"], [spreads, values["kl"]]), height=300, phone=240, pad=(38, 10, 10, 40), small=True,
    )  # fmt: skip
    numbers = {k: Number(Live(v, over), "4" if k != "kl" else "g4") for k, v in values.items()}
    formula = {"groups": [
        [["{exact|`KL`} = _Δ_^{2} ∕ 2_σ_^{2}"], ["**[kl]** = 4^{2} ∕ (2 · [spread]^{2})"]], [["peak"], ["[peak:3]"]], [["1 − ∫√_pq_"], ["[hellinger]"]], [["overlap"], ["[overlap:g3]"]],
        [["if [spread] were a variance"], ["[as_variance:g4] nats"]],
    ]}  # fmt: skip
    return Scene([main, side], COLUMNS, ("a b",), ["spread"], numbers, formula, checks=checks, **placement)  # type: ignore[arg-type]


def partition(
    eta: Array,
    potential: Array,
    tangent: Array,
    cursor: Mapping[str, Array],
    checks: Sequence[Check],
    **placement: Sequence[str],
) -> Scene:
    """A(η) with its tangent; ``tangent`` (node, x), ``cursor`` over (eta) or (eta, shift)."""
    one, both = ("eta",), ("eta", "deta")
    main = View(
        "a", "**The log-partition** _A_(_η_) of a coin, and its tangent at _η_.", Axis(-4.2, 4.2, "natural parameter _η_ = logit _p_", ticks([-4, -2, 0, 2, 4], 0)), Axis(0, 4.3, "_A_(_η_), nats", ticks([0, 1, 2, 3, 4], 0)),
        [
            curve(eta, potential, "exact"), curve(eta, Live(tangent, one), "bowl"),
            segments(Live(cursor["end"][..., None], both), Live(cursor["on_tangent"][..., None], both), Live(cursor["end"][..., None], both), Live(cursor["on_curve"][..., None], both), "exact", width=3),
            points(Live(cursor["eta"][:, None], one), Live(cursor["at"][:, None], one), "theta", size=5), points(Live(cursor["end"][..., None], both), Live(cursor["on_curve"][..., None], both), "exact", size=5, edge=False),
            label(Live(cursor["end"], both), Live(0.5 * (cursor["on_tangent"] + cursor["on_curve"]), both), "gap = `KL` = [kl]", dx=10, middle=True, token="exact", weight=600),
            handle(x="eta", at_y=[0.0], text="[eta]"),
        ],
        alt="Log-partition of the Bernoulli with its tangent; the gap under the curve is the KL divergence",
        sentence="At _η_ = [eta] the slope is the mean [mean], the curvature is _F_ = [F], and the gap at _η_ + [deta] is KL = [kl].",
        table=(["eta", "A"], [eta, potential]),
    )  # fmt: skip
    side = View(
        "b", "**Curvature** _A_″ is the Fisher information", Axis(-4.2, 4.2, "_η_", ticks([-4, 0, 4], 0)), Axis(0, 0.3, "_F_", ticks([0, 0.1, 0.2], 1)),
        [curve(cursor["eta"], cursor["F"], "exact"), rule(x=Live(cursor["eta"][:, None], one)), points(Live(cursor["eta"][:, None], one), Live(cursor["F"][:, None], one), "exact", size=5), handle(x="eta", invisible=True)],
        alt="Fisher information of the coin against its natural parameter", sentence="The curvature at [eta] is [F].", table=(["eta", "F"], [cursor["eta"], cursor["F"]]), height=300, phone=220, pad=(38, 10, 10, 40), small=True,
    )  # fmt: skip
    numbers = {
        "kl": Number(Live(cursor["kl"], both), "4"),
        "mean": Number(Live(cursor["mean"], one), "3"),
        "F": Number(Live(cursor["F"], one), "4"),
    }
    formula = {"groups": [
        [["_A_′(_η_) = mean"], ["[mean]"]], [["_A_″(_η_) = {exact|_F_}"], ["[F]"]], [["_A_(_η_+_δ_) − _A_(_η_) − _δ A_′(_η_) = {exact|`KL`(_η_‖_η_+_δ_)}"], ["**[kl]** nats"]],
    ]}  # fmt: skip
    return Scene([main, side], COLUMNS, ("a b",), ["eta", "deta"], numbers, formula, checks=checks, **placement)  # type: ignore[arg-type]
