"""Figures of the identity lesson: two routes datum by datum, three matrices on one sample, two steps, two error bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Check,
    Cross,
    Layer,
    Live,
    Number,
    Scene,
    TableView,
    View,
    arrow,
    bars,
    curve,
    guesses,
    handle,
    label,
    points,
    region,
    rule,
    segments,
    veil,
)  # fmt: skip

COLUMNS, AREAS = "minmax(0, 1fr) 300px", ("a b", "a c")
WINDOW = (-0.95, 1.75)  # how far from the truth the first view reaches, in rulers
ROW = 0.8  # height that the deepest expected fall takes in a row of the first view
REACH, TOP = -0.6, 5.0  # axis of the dots, in units of F
SETS = 5


@dataclass(frozen=True)
class Frame:
    """Words and fixed scales of one state of the lesson: what does not change while a control moves."""

    symbol: str  # of the parameter
    origin: float  # its value at the middle of the window, and the length of one unit of the slider in it
    unit: float
    depth: float  # nats per observation that make one ROW
    data: str  # "random draw, seed 7" or what else the data are
    others: str  # what data sets 2 to 5 are
    top: float  # of the running means, in units of F
    x_format: str = "2"  # of a datum
    low: float = REACH  # left end of the dots, and bottom of the running means
    note: str = ""  # why the identity is false here, if it is

    @property
    def measured(self) -> bool:
        """Whether the data are rows: what the model would expect is then their mean."""
        return self.others == "resampled"


@dataclass(frozen=True)
class Sample:
    """Arrays over t (nodes of the assumed parameter), c (nodes of n), k (data sets), g (grid), d (dots), p (picks), m (steps).

    Squares and curvatures are in units of F(t); slopes and values are per observation, as they come.
    """

    information: Array  # (t,)
    expected: Array  # (4, t): mean and SD of s², mean and SD of −ℓ″, under the data's population
    level: Array  # (c, k, g) log-likelihood below its maximum
    slope: Array  # (c, t, k)
    bend: Array  # (c, t, k)
    x: Array  # (p,) the pickable data
    datum: Array  # (p, g)
    datum_slope: Array  # (p, t)
    datum_bend: Array  # (p, t)
    dots: Array  # (2, t, d)
    means: Array  # (4, t, c): mean and SE of s², mean and SE of −ℓ″
    running: Array  # (4, t, m)
    below: Array  # (t, c): how many of the first n curvatures are negative
    counts: Array  # (c,) data in use at each node of n
    steps: Array  # (m,)
    grid: Array  # (g,)

    def hidden(self) -> Sample:
        """The same, with all that a prediction has not yet revealed taken out."""
        kept = {"information", "counts", "steps", "grid"}
        return replace(
            self, **{f.name: np.full_like(getattr(self, f.name), np.nan) for f in fields(self) if f.name not in kept}
        )


def ticks(frame: Frame, low: float, high: float, about: int = 5) -> list[tuple[float, str]]:
    """Round values of the parameter, at their places in units of the slider."""
    a, b = frame.origin + frame.unit * low, frame.origin + frame.unit * high
    raw = (b - a) / about
    power = 10.0 ** np.floor(np.log10(raw))
    step = power * min((m for m in (1, 2, 5, 10) if m * power >= raw * 0.8), default=10)
    digits = max(0, int(-np.floor(np.log10(step) + 1e-9)))
    values = np.arange(np.ceil(a / step - 1e-9), np.floor(b / step + 1e-9) + 1) * step
    return [((v - frame.origin) / frame.unit, f"{v + 0.0:.{digits}f}".replace("-", "−")) for v in values]


def _joined(lines: Array) -> Array:
    """(..., k, m) to (..., k(m + 1)): lines one after another with a gap between."""
    gap = np.full((*lines.shape[:-1], 1), np.nan)
    return np.concatenate([lines, gap], axis=-1).reshape(*lines.shape[:-2], -1)


def _in_row(y: Array) -> Array:
    return np.where((y > 0.2) | (y < -0.86), np.nan, y)


def _tangent(height: Array, slope: Array) -> tuple[Array, Array]:
    """Half-lengths in t and rises of tangents, short enough to stay in their row."""
    with np.errstate(divide="ignore"):
        half = np.minimum(0.34, 0.36 / np.abs(slope))
    return half, half * slope


def _likelihoods(frame: Frame, s: Sample, nodes: Array, t: int, c: int, hidden: bool) -> View:
    """Row 0: one datum; rows 1 to 5: data sets.  Heights are in rows, downwards from each row's maximum."""
    scale = ROW / frame.depth
    base = -np.arange(1.0, SETS + 1)
    at = np.searchsorted(s.grid, nodes - 1e-9)
    curves = _in_row(s.level * scale) + base[:, None]
    height = s.level[:, :, at].swapaxes(1, 2) * scale  # (c, t, k)
    slope, bend = s.slope * scale * frame.unit, s.bend * scale * frame.unit**2
    half, rise = _tangent(height, slope)
    offsets = np.linspace(-0.8, 0.8, 15)
    bowls = _in_row(height[..., None] + slope[..., None] * offsets - 0.5 * bend[..., None] * offsets**2) + base[:, None]
    bowl_x = np.broadcast_to(nodes[:, None, None] + offsets, (len(nodes), SETS, len(offsets)))

    def both(a: Array) -> Cross:  # (c, t, ...) through the present point
        return Cross((Live(a[c], ("at",)), Live(a[:, t], ("n",))))

    fall = -np.fmin.reduce(s.datum, axis=-1, keepdims=True)
    own = 0.86 / np.where(fall > 0, fall, 1.0)  # one datum has a scale of its own: it may fall little or much
    one = _in_row(s.datum * own)
    one_height, one_slope = s.datum[:, at] * own, s.datum_slope * own * frame.unit  # (p, t)
    one_bend = s.datum_bend * own * frame.unit**2
    one_half, one_rise = _tangent(one_height, one_slope)
    few = np.linspace(-0.75, 0.75, 11)
    one_bowl = _in_row(one_height[..., None] + one_slope[..., None] * few - 0.5 * one_bend[..., None] * few**2)
    pair = ("i", "at")
    layers: list[Layer] = [
        rule(x=Live(nodes, ("at",))),
        curve(np.tile(np.append(s.grid, np.nan), SETS - 1), Live(_joined(curves[:, 1:]), ("n",)), "theta", width=1.25, alpha=0.75),
        curve(s.grid, Live(curves[:, 0], ("n",)), "theta", width=2.25),
        curve(s.grid, Live(one, ("i",)), "data", width=1.5),
        curve(Live(_joined(bowl_x), ("at",)), both(_joined(bowls)), "observed", width=1.75, dash="short"),
        curve(Live(nodes[:, None] + few, ("at",)), Live(one_bowl, pair), "observed", width=1.75, dash="short"),
        segments(both(nodes[:, None] - half), both(base + height - rise), both(nodes[:, None] + half), both(base + height + rise), "sampled", width=2.25),
        segments(Live(nodes - one_half, pair), Live(one_height - one_rise, pair), Live(nodes + one_half, pair), Live(one_height + one_rise, pair), "sampled", width=2.25),
        handle(x="at", at_y=-5.95, text="[theta]"),
    ]  # fmt: skip
    right, left = WINDOW[1], WINDOW[0]
    layers += [
        label(right, 0.4, "slope", dx=48, dy=-8, align="right", token="sampled", clip=False),
        label(right, 0.4, "curvature", dx=112, dy=-8, align="right", token="observed", clip=False),
    ]
    if hidden:
        layers += [veil(["hidden until you commit"], x0=left, x1=right)]
    else:
        names = ["datum [pick:i], _x_ = [x]", "data set 1", *(f"{frame.others} {k}" for k in range(2, SETS + 1))]
        for k, name in enumerate(names):
            layers += [
                label(left, -k + 0.06, name, dx=2, token="ink3", size=12, weight=600 if k == 1 else 400),
                label(right, -k - 0.42, f"[s{k}]", dx=48, align="right", token="sampled", clip=False, casing=False, weight=600 if k == 1 else 400),
                label(right, -k - 0.42, f"[h{k}]", dx=112, align="right", token="observed", clip=False, casing=False, weight=600 if k == 1 else 400),
            ]  # fmt: skip
    return View(
        "a", f"**Log-likelihood per observation** · {frame.data}, _n_ = [used:i]",
        Axis(left, right, f"parameter _{frame.symbol}_" if frame.symbol.isalpha() and len(frame.symbol) == 1 else f"parameter {frame.symbol}", ticks(frame, *WINDOW), label_at="right"),
        Axis(-5.95, 0.4, grid=True, line=False), layers, pad=(10, 24, 118, 42), phone=330,
        alt="Log-likelihood of one datum and of five data sets, each with its tangent and its parabola at the assumed parameter",
        sentence="At the assumed value [theta] data set 1 has slope [s1] and curvature [h1] per observation; datum [pick:i] has slope [s0] and curvature [h0].",
        table=(["data set", "slope per observation", "curvature per observation"], [np.arange(1, SETS + 1), s.slope[c, t], s.bend[c, t]]),
    )  # fmt: skip


def _dots(frame: Frame, s: Sample, nodes: Array, t: int, c: int, question: str | None, hidden: bool) -> View:
    """Each datum twice: its squared slope above, its curvature below, in units of F."""
    shown = s.dots.shape[2]
    jitter = 0.30 * (2 * np.mod(np.arange(shown) * 0.6180339887, 1) - 1)
    clipped = np.clip(s.dots, frame.low + 0.06, TOP - 0.06)
    count = Live(np.minimum(np.nan_to_num(s.counts, nan=0), shown), ("n",))
    two, over = ("at", "n"), ("at",)
    mean, error = s.means[[0, 2]], s.means[[1, 3]]
    layers: list[Layer] = [rule(x=[1.0], token="exact", width=2), rule(x=[0.0], token="hair")]
    if hidden:
        layers.append(veil(["hidden until", "you commit"], at=0.35))
    for route, (style, y) in enumerate((("sampled", 1.0), ("observed", 0.0))):
        population = s.expected[2 * route] / s.information
        low, high = (mean[route] + sign * 2 * error[route] for sign in (-1, 1))
        layers += [
            points(Live(clipped[route], over), y + jitter - 0.08, style, size=2.6 if route == 0 else 2.4, alpha=0.55, count=count, pick="i", casing=False),
            segments(Live(population, over), [y - 0.5], Live(population, over), [y + 0.34], style, width=2),
            segments(Live(low, two), [y - 0.08], Live(high, two), [y - 0.08], "page", width=6),
            segments(Live(low, two), [y - 0.08], Live(high, two), [y - 0.08], style, width=3),
            points(Live(mean[route], two), [y - 0.08], style, size=5),
        ]  # fmt: skip
    if not hidden:
        layers += [
            label(TOP, 1.4, "squared slope {sampled|_s_^{2}}" + (" · [beyond:i] beyond →" if np.nanmax(s.dots, initial=0) > TOP else ""), align="right", clip=False),
            label(TOP, 0.4, "curvature {observed|−_ℓ_″}" + (" · [below:i] below 0" if np.nanmax(s.below, initial=0) > 0 else ""), align="right", clip=False),
        ]  # fmt: skip
    layers.append(label(1.0, 1.75, "{exact|_F_ = [F]}", dy=-6, align="center", token="exact", weight=600, clip=False))
    if question:
        layers.append(guesses(question))
    drawn = min(int(np.nan_to_num(s.counts[c])), shown) or 1
    return View(
        "b", frame.note or "**Every datum twice:** " + ("[dots:i] of [used:i] drawn" if np.nanmax(s.counts) > shown else "two estimates of one number"),
        Axis(frame.low, TOP, "", [*([(-1, "−_F_")] if frame.low < -1 else []), (0, "0"), (1, "_F_"), (2, "2_F_"), (3, "3_F_"), (4, "4_F_"), (5, "5_F_")]), Axis(-0.75, 1.75, grid=False, line=False),
        layers, height=178, phone=200, pad=(8, 22, 8, 26), small=True,
        alt="Dots: squared slope and negative curvature of each datum on one axis, their means with two standard errors, exact F",
        sentence="Mean squared slope [ms] ± [ses], mean curvature [mh] ± [seh], exact F [F]. [below:i] of [used:i] curvatures are negative.",
        table=(["datum", "squared slope / F", "curvature / F"], [np.arange(1, drawn + 1), *s.dots[:, t, :drawn]]),
    )  # fmt: skip


def _running(frame: Frame, s: Sample, nodes: Array, t: int, c: int, hidden: bool) -> View:
    over, two = ("at",), ("at", "n")
    m = s.steps > 1
    layers: list[Layer] = [rule(y=[1.0], token="exact", width=2), rule(x=Live(s.counts, ("n",)))]
    if hidden:
        layers.append(veil(["hidden until", "you commit"]))
    picks = len(s.x)
    for route, style in enumerate(("sampled", "observed")):
        mean, error = s.running[2 * route], s.running[2 * route + 1]
        floor = -1.0 + 0 * mean
        low, high = (np.clip(mean + sign * 2 * error, floor - 1, frame.top + 1)[:, m] for sign in (-1, 1))
        if not hidden:
            layers.append(
                region(
                    np.concatenate([s.steps[m], s.steps[m][::-1]]),
                    Live(np.concatenate([high, low[:, ::-1]], -1), over),
                    style,
                    alpha=0.16,
                )
            )
        now = s.means[2 * route]
        layers += [
            curve(s.steps, Live(mean, over), style, width=1.75, dash="solid" if route == 0 else "dash"),
            points(s.steps[:picks], Live(mean[:, :picks], over), style, size=3.2, alpha=0, pick="i", casing=False, edge=False),
            points(Live(s.counts, ("n",)), Live(now, two), style, size=4.5),
        ]  # fmt: skip
    step = 1 if frame.top < 4.5 else 2 if frame.top < 9 else 5 if frame.top < 21 else 10
    marks = [
        (k, "0" if k == 0 else "−_F_" if k == -1 else "_F_" if k == 1 else f"{k}_F_")
        for k in ([-1] if frame.low < -1 else [])
        + ([1] if step > 4 else [0, 1] if step > 1 else [0])
        + list(range(step, int(frame.top) + 1, step))
    ]
    row_t = s.running[:, t]
    return View(
        "c", "**Running means** of {sampled|_s_^{2}} and {observed|−_ℓ_″}, ± 2 standard errors",
        Axis(1, 5000, "number of data", [(1, "1"), (10, "10"), (100, "100"), (1000, "1000")], log=True),
        Axis(min(frame.low / 2 if frame.low > -1 else frame.low, -0.12 * frame.top), frame.top, "", marks),
        layers, height=144, phone=200, pad=(30, 6, 8, 38), small=True,
        alt="Running means of squared slope and of curvature against the number of data, with bands of two standard errors",
        sentence="After [used:i] data: squared slope [ms] ± [ses], curvature [mh] ± [seh]; the exact value is [F].",
        table=(["data", "mean square / F", "SE", "mean curvature / F", "SE of that"], [s.steps, *row_t]),
    )  # fmt: skip


def two_routes(frame: Frame, s: Sample, nodes: Array, t: int, c: int, question: str | None, hidden: bool, checks: Sequence[Check],
               extra: Mapping[str, Number | str], **placement: Sequence[str]) -> Scene:  # fmt: skip
    over, two = ("at",), ("at", "n")
    f = s.information[:, None]
    mean_s, error_s, mean_h, error_h = s.means
    square, square_sd, bend, bend_sd = s.expected
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, price = square / bend, np.where(square_sd == bend_sd, 1.0, square_sd / bend_sd) ** 2
        costs = [np.where(np.isnan(price), np.nan, np.fmax(p, 1)) for p in (price, 1 / price)]
    beyond = np.array(
        [
            (row > TOP).cumsum()[np.minimum(np.nan_to_num(s.counts, nan=1).astype(int), row.size) - 1]
            for row in s.dots[0]
        ],
        dtype=float,
    )
    numbers: dict[str, Number | str] = {
        "theta": Number(Live(frame.origin + frame.unit * nodes, over), "g3"),
        "used": Number(Live(s.counts, ("n",)), "i"), "dots": Number(Live(np.minimum(s.counts, s.dots.shape[2]), ("n",)), "i"), "F": Number(Live(s.information, over), "g3"),
        "es": Number(Live(square, over), "g3"), "eh": Number(Live(bend, over), "g3"),
        "sds": Number(Live(square_sd, over), "g3"), "sdh": Number(Live(bend_sd, over), "g3"),
        "ratio": Number(Live(ratio, over), "2"),
        "price_s": Number(Live(costs[0], over), "g2"),
        "price_h": Number(Live(costs[1], over), "g2"),
        "ms": Number(Live(mean_s * f, two), "g3"), "ses": Number(Live(error_s * f, two), "g2"),
        "mh": Number(Live(mean_h * f, two), "g3"), "seh": Number(Live(error_h * f, two), "g2"),
        "below": Number(Live(s.below, two), "i"), "beyond": Number(Live(beyond, two), "i"),
        "pick": Number(Live(np.arange(1.0, len(s.x) + 1), ("i",)), "i"), "x": Number(Live(s.x, ("i",)), frame.x_format),
    }  # fmt: skip
    digits = int(
        np.clip(1 - np.floor(np.log10(s.information[int(np.abs(nodes).argmin())])), 2, 6)
    )  # so that F has two figures
    numbers |= {
        "s0": Number(Live(s.datum_slope, ("i", "at")), f"+{digits}"), "h0": Number(Live(s.datum_bend, ("i", "at")), f"{digits}"),
    }  # fmt: skip
    for k in range(SETS):
        for name, table, spec in (("s", s.slope, f"+{digits}"), ("h", s.bend, f"{digits}")):
            numbers[f"{name}{k + 1}"] = Number(Live(table[:, :, k].T, two), spec)
    numbers |= {"at": numbers["theta"], **extra}
    views = [
        _likelihoods(frame, s, nodes, t, c, hidden),
        _dots(frame, s, nodes, t, c, question, hidden),
        _running(frame, s, nodes, t, c, hidden),
    ]
    formula = {
        "head": ["", "{exact|_F_} = {sampled|`E` _s_^{2}} = {observed|−`E` _ℓ_″}", "mean of all" if frame.measured else "expected", "SD of one", "first [used:i]", "± SE", "data needed"],
        "align": ["left", "left", "right", "right", "right", "right", "right"],
        "rows": [
            [{"glyph": "exact"}, "{exact|_F_}  of the model", "**[F]**", "", "", "", ""],
            [{"glyph": "sampled"}, "{sampled|_s_^{2}}  squared slope", "**[es]**", "[sds]", "[ms]", "[ses]", "[price_s] ×"],
            [{"glyph": "observed"}, "{observed|−_ℓ_″}  curvature; ratio **[ratio]**", "**[eh]**", "[sdh]", "[mh]", "[seh]", "[price_h] ×"],
        ],
    }  # fmt: skip
    return Scene(views, COLUMNS, AREAS, ["at", "n"], numbers, formula, checks=checks, **placement)


# ---- which matrix is it? ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Peak:
    """At the maximum of the likelihood of the first n data, one entry per node of n: its place in t, and the three matrices."""

    t: Array
    exact: Array
    observed: Array
    observed_error: Array
    empirical: Array
    empirical_error: Array


def which_matrix(frame: Frame, s: Sample, peak: Peak, nodes: Array, t: int, c: int, whole: Mapping[str, Any] | None, hidden: bool,
                 checks: Sequence[Check], extra: Mapping[str, Number | str], **placement: Sequence[str]) -> Scene:  # fmt: skip
    over, two = ("at",), ("at", "n")
    unit = s.information[int(np.abs(nodes).argmin())]
    f = s.information
    empirical, observed = (s.means[k] * f[:, None] for k in (0, 2))
    top = 3.0
    limit = np.clip
    layers: list[Layer] = [
        rule(x=Live(nodes, over)),
        rule(x=Live(peak.t, ("n",)), token="hair", width=1.5),
        curve(nodes, f / unit, "exact"),
        curve(nodes, Live(limit(observed / unit, -3, 6).T, ("n",)), "observed"),
        curve(nodes, Live(limit(empirical / unit, -3, 6).T, ("n",)), "empirical"),
        points(Live(nodes, over), Live(f / unit, over), "exact", size=4.5),
        points(Live(nodes, over), Live(observed / unit, two), "observed", size=4.5),
        points(Live(nodes, over), Live(empirical / unit, two), "empirical", size=4.5),
        points(Live(peak.t, ("n",)), Live(peak.exact / unit, ("n",)), "exact", size=7),
        points(Live(peak.t, ("n",)), Live(peak.observed / unit, ("n",)), "observed", size=6),
        points(Live(peak.t, ("n",)), Live(peak.empirical / unit, ("n",)), "empirical", size=6),
        label(Live(peak.t, ("n",)), top, "maximum of the likelihood", dx=6, dy=14, token="ink3", size=12),
        handle(x="at", at_y=-0.6, text="[theta]"),
    ]  # fmt: skip
    if hidden:
        layers.append(veil(["hidden until you commit"], y0=-0.6, y1=top))
    last = len(nodes) - 1
    row = dict(zip(("F", "J", "E"), (f / unit, observed[:, c] / unit, empirical[:, c] / unit), strict=True))
    names = {"F": ("expected", "exact"), "J": ("observed", "observed"), "E": ("empirical", "empirical")}
    order = sorted(row, key=lambda k: -np.nan_to_num(np.clip(row[k][last], -0.5, top)))
    heights = np.array([np.nan_to_num(np.clip(row[k][last], -0.5, top)) for k in order])
    for j in range(1, 3):  # labels at the right end, at least a line apart
        heights[j] = min(heights[j], heights[j - 1] - 0.2)
    if not hidden:
        layers += [
            label(nodes[-1], y, names[k][0], dx=8, middle=True, token=names[k][1], weight=600, clip=False)
            for k, y in zip(order, heights, strict=True)
        ]
    main = View(
        "a", f"**One sample, three informations** · {frame.data}, _n_ = [used:i]",
        Axis(nodes[0], nodes[-1], f"parameter {frame.symbol}", ticks(frame, nodes[0], nodes[-1]), label_at="right"),
        Axis(-0.6, top, "", [(0, "0"), (1, "_F_"), (2, "2_F_"), (3, "3_F_")]), layers, pad=(38, 10, 84, 42), phone=320,
        alt="Expected, observed and empirical information of one sample against the parameter, with the maximum of the likelihood",
        sentence="At the maximum: expected [pF], observed [pJ] ± [pJe], empirical [pE] ± [pEe]. At the assumed [theta]: [F], [mh], [ms].",
        table=(["parameter", "expected", "observed", "empirical"], [frame.origin + frame.unit * nodes, f, observed[:, c], empirical[:, c]]),
    )  # fmt: skip
    numbers: dict[str, Number | str] = {
        "theta": Number(Live(frame.origin + frame.unit * nodes, over), "g3"), "used": Number(Live(s.counts, ("n",)), "i"),
        "F": Number(Live(f, over), "g3"), "ms": Number(Live(empirical, two), "g3"), "mh": Number(Live(observed, two), "g3"),
        "ses": Number(Live(s.means[1] * f[:, None], two), "g2"), "seh": Number(Live(s.means[3] * f[:, None], two), "g2"),
        "hat": Number(Live(frame.origin + frame.unit * peak.t, ("n",)), "g3"),
    }  # fmt: skip
    for name, table in (
        ("pF", peak.exact),
        ("pJ", peak.observed),
        ("pJe", peak.observed_error),
        ("pE", peak.empirical),
        ("pEe", peak.empirical_error),
    ):
        numbers[name] = Number(Live(table, ("n",)), "g2" if name.endswith("e") else "g3")
    numbers |= {"at": numbers["theta"], **extra}
    cells: list[Mapping[str, Any]] = [{
        "title": "", "head": ["", "at the maximum", "where you stand"], "align": ["left", "right", "right"],
        "rows": [
            ["parameter", "[hat]", "[theta]"],
            ["{exact|expected}", "**[pF]**", "[F]"],
            ["{observed|observed}", "**[pJ]** ± [pJe]", "[mh] ± [seh]"],
            ["{empirical|empirical}", "**[pE]** ± [pEe]", "[ms] ± [ses]"],
        ],
    }]  # fmt: skip
    side = [TableView(
        "b", "**One coordinate**", cells, height=150,
        alt="Table of the three informations at the maximum of the likelihood and at the assumed parameter",
        sentence="At the maximum [hat]: expected [pF], observed [pJ], empirical [pE].",
        table=(["which", "at the maximum", "where you stand"], [["expected", "observed", "empirical"], [peak.exact[c], peak.observed[c], peak.empirical[c]], [f[t], observed[t, c], empirical[t, c]]]),
    )]  # fmt: skip
    side.append(_whole(whole))
    formula = {"groups": [
        [["{exact|_F_ = −`E`~{_θ_} _ℓ_″}", "", "{observed|_J_ = −mean _ℓ_″}", "", "{empirical|mean _s_^{2}}"], ["**[F]**", "", "**[mh]**", "", "**[ms]**"]],
        [["at the maximum  {exact|_F_},  {observed|_J_},  {empirical|mean _s_^{2}}"], ["[pF],  [pJ],  [pE]"]],
    ]}  # fmt: skip
    return Scene([main, *side], COLUMNS, AREAS, ["at", "n"], numbers, formula, checks=checks, **placement)


def _whole(whole: Mapping[str, Any] | None) -> TableView:
    """The same three for all ``parameters`` of the family at once, or under ``none`` why not; None while they are hidden."""
    title = "**All parameters**"
    if whole is not None and "matrices" in whole:
        title += f" ({', '.join(whole['parameters'])}), at their joint maximum"
        spelled = {
            k: [[f"{x:.2f}".replace("-", "−") for x in r] for r in np.asarray(m)] for k, m in whole["matrices"].items()
        }
        cells = [{"title": f"{{{'exact' if k == 'expected' else k}|{k}}}", "matrix": m} for k, m in spelled.items()]
        sentence = "Matrices of all parameters, 2 rows each."
        table = ["entry", "value"], [
            [f"{k} {i + 1}{j + 1}" for k in whole["matrices"] for i in range(2) for j in range(2)],
            np.concatenate([np.ravel(m) for m in whole["matrices"].values()]),
        ]
    else:
        lines = ("hidden until you commit",) if whole is None else whole["none"]
        cells = [{"title": "", "matrix": [[line] for line in lines], "plain": True}]
        sentence, table = f"0 matrices: {' '.join(lines)}", (["why"], [[" ".join(lines)]])
    return TableView("c", title, cells, height=160,
                     alt="The three matrices at the joint maximum of the likelihood", sentence=sentence, table=table)  # fmt: skip


# ---- Newton or scoring --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Steps:
    """Total log-likelihood over v, and for every start (node of ``start``) both methods' quadratic, step and path."""

    v: Array  # (g,)
    value: Array  # (g,)
    start: Array  # (s,)
    height: Array  # (s,)
    gradient: Array  # (s,)
    curvature: Array  # (2, s): observed, expected
    step: Array  # (2, s): Newton, scoring
    path: Array  # (2, s, k)
    peak: float
    data: Array  # the values themselves


def two_steps(
    q: Steps, now: int, checks: Sequence[Check], extra: Mapping[str, Number | str], **placement: Sequence[str]
) -> Scene:
    over = ("start",)
    low, high = -72.0, -44.0
    quadratics = [
        q.height[:, None]
        + q.gradient[:, None] * (q.v - q.start[:, None])
        - 0.5 * k[:, None] * (q.v - q.start[:, None]) ** 2
        for k in q.curvature
    ]
    quadratics = [np.where((y > high + 4) | (y < low - 4), np.nan, y) for y in quadratics]
    landed = q.start + q.step
    edge = np.clip(landed, 4, q.v[-1] - 4)
    levels = (-66.5, -69.3)
    layers: list[Layer] = [
        rule(x=[q.peak], token="hair"), rule(x=Live(q.start, over)),
        curve(q.v, q.value, "theta", width=2.5),
        curve(q.v, Live(quadratics[1], over), "bowl"), curve(q.v, Live(quadratics[0], over), "observed", width=2, dash="short"),
        points(Live(q.start, over), Live(q.height, over), "theta", size=5),
        label(q.peak, high, "maximum [peak:i]", dx=6, dy=14, token="ink3", size=12),
        handle(x="start", at_y=low, text="[start]"),
    ]  # fmt: skip
    for level, style, end, name in zip(levels, ("observed", "exact"), edge, ("Newton", "scoring"), strict=True):
        spot = np.maximum(q.start, end)
        left, above = np.minimum(q.start, end), 0.5 * (q.start + end)
        near = spot < q.v[-1] * 0.72  # the name goes right of the arrow, else left of it, else above
        far = ~near & (left < q.v[-1] * 0.3)
        layers += [
            arrow(Live(q.start, over), level, Live(end, over), level, style, width=2.25, dash="solid"),
            label(Live(np.where(near, spot, np.nan), over), level, f"{name} [{name}]", dx=8, middle=True, token=style, weight=600),
            label(Live(np.where(near | far, np.nan, left), over), level, f"{name} [{name}]", dx=-8, align="right", middle=True, token=style, weight=600),
            label(Live(np.where(far, above, np.nan), over), level, f"{name} [{name}]", dy=-6, align="center", token=style, weight=600),
        ]  # fmt: skip
    main = View(
        "a", "**Log-likelihood of ten values,** total, mean held at 80. Drag the start.",
        Axis(0, q.v[-1], "variance _v_ = _σ_^{2}", [(0, "0"), (400, "400"), (800, "800"), (1200, "1200"), (1600, "1600")]),
        Axis(low, high, "", [(k, f"−{-k}") for k in (-70, -60, -50)]), layers, pad=(38, 10, 18, 42), phone=320,
        alt="Log-likelihood of ten values against the variance, with the quadratics and the steps of Newton and of scoring",
        sentence="From v = [start] Newton steps by [Newton] and scoring by [scoring]; the maximum is at [peak].",
        table=(["variance", "log-likelihood", "Newton's quadratic", "scoring's quadratic"], [q.v, q.value, quadratics[0][now], quadratics[1][now]]),
    )  # fmt: skip
    k = np.arange(q.path.shape[2])
    top = q.v[-1]
    iterates = View(
        "b", "**Step after step**",
        Axis(-0.3, k[-1] + 0.3, "steps taken", [(int(j), str(j)) for j in k[::2]]), Axis(0, top, "", [(0, "0"), (400, "400"), (800, "800"), (1200, "1200"), (1600, "1600")]),
        [rule(y=[q.peak], token="hair", width=1.5), *(layer for m, style in enumerate(("observed", "exact")) for layer in (
            curve(k, Live(np.where(q.path[m] > 3 * top, np.nan, q.path[m]), over), style, width=1.75),
            points(k, Live(np.where(q.path[m] > top, np.nan, q.path[m]), over), style, size=4),
        )), label(k[-1] + 0.3, q.peak, "maximum [peak:i]", dy=-13, align="right", token="ink3", size=12)],
        height=232, phone=240, pad=(40, 10, 10, 40), small=True,
        alt="Variance after each step of Newton and of scoring", sentence="Newton goes to [n1], [n2], [n3]; scoring to [s1], [s2], [s3].",
        table=(["steps", "Newton", "scoring"], [k, *q.path[:, now]]),
    )  # fmt: skip
    note = TableView("c", "**The ten values,** Σ (_x_ − 80)^{2} = [sum]", [{"title": "", "matrix": [[f"{x:.0f}" for x in half] for half in np.split(q.data, 2)], "plain": True}], height=64,
                     alt="The ten values", sentence="Their squared distances from 80 add up to [sum].", table=(["quantity", "value"], [["sum of squares", "maximum"], [q.peak * 10, q.peak]]))  # fmt: skip
    numbers: dict[str, Number | str] = {
        "gradient": Number(Live(q.gradient, over), "+3"), "J": Number(Live(q.curvature[0], over), "g3"), "F": Number(Live(q.curvature[1], over), "g3"),
        "Newton": Number(Live(q.step[0], over), "+0"), "scoring": Number(Live(q.step[1], over), "+0"),
        "to_n": Number(Live(landed[0], over), "i"), "to_s": Number(Live(landed[1], over), "i"), "peak": Number(q.peak, "i"), "sum": Number(q.peak * 10, "i"),
    }  # fmt: skip
    numbers |= extra
    for m, name in enumerate("ns"):
        for j in (1, 2, 3):
            numbers[f"{name}{j}"] = Number(Live(q.path[m][:, j], over), "i")
    formula = {
        "head": ["", "step = slope ∕ curvature", "slope", "curvature", "step", "lands at"], "align": ["left", "left", "right", "right", "right", "right"],
        "rows": [
            [{"glyph": "observed"}, "{observed|Newton}: the data's own curvature", "[gradient]", "[J]", "**[Newton]**", "[to_n]"],
            [{"glyph": "exact"}, "{exact|scoring}: the curvature the model expects", "[gradient]", "[F]", "**[scoring]**", "[to_s]"],
        ],
    }  # fmt: skip
    return Scene([main, iterates, note], COLUMNS, AREAS, ["start"], numbers, formula, checks=checks, **placement)


# ---- sandwich -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Errors:
    """For every node of ``growth``: error bars of a slope, from one data set, from the population, from simulated fits."""

    growth: Array  # (b,)
    x: Array  # (d,)
    y: Array  # (b, d)
    naive: Array
    sandwich: Array
    naive_population: Array
    sandwich_population: Array
    simulated: Array
    simulated_error: Array
    edges: Array  # (h + 1,)
    density: Array  # (b, h)
    grid: Array  # (g,)
    bells: Array  # (2, b, g): the normal curves that the naive and the sandwich population error promise
    fits: int


def two_error_bars(
    e: Errors, now: int, checks: Sequence[Check], extra: Mapping[str, Number | str], **placement: Sequence[str]
) -> Scene:
    over = ("growth",)
    grid, (naive, sandwich) = e.grid, e.bells
    top = 11.0
    at = 98  # a grid point on the right flank, for the labels
    main = View(
        "a", f"**Slopes of {e.fits} simulated data sets** of 1000, truth 2 · seed 7",
        Axis(e.edges[0], e.edges[-1], "error of the fitted slope", [(-0.2, "−0.2"), (-0.1, "−0.1"), (0, "0"), (0.1, "+0.1"), (0.2, "+0.2")]),
        Axis(0, top, "share per unit", [(0, "0"), (5, "5"), (10, "10")]),
        [
            bars(e.edges[:-1], e.edges[1:], [0.0], Live(e.density, over), "data", alpha=0.3),
            curve(grid, Live(sandwich, over), "empirical", width=2.5, dash="solid"), curve(grid, Live(naive, over), "observed", width=2.25),
            label(0.0, Live(naive.max(1), over), "{observed|naive: SE [Pn]}", dx=34, dy=6, token="observed", weight=600),
            label(grid[at], Live(sandwich[:, at], over), "{empirical|sandwich: SE [Ps]}", dx=10, dy=-12, token="empirical", weight=600),
            label(e.edges[0], 0.72 * top, "simulated:", dx=8, token="data", weight=600),
            label(e.edges[0], 0.72 * top, "SD [S] ± [Se]", dx=8, dy=18, token="data", weight=600),
        ],
        pad=(34, 8, 10, 42), phone=300,
        alt="Histogram of simulated slope errors with the normal curves that the naive and the sandwich standard errors promise",
        sentence="Simulated standard deviation [S] ± [Se]; the naive error bar is [Pn], the sandwich [Ps].",
        table=(["noise growth", "naive", "sandwich", "simulated", "± SE"], [e.growth, e.naive_population, e.sandwich_population, e.simulated, e.simulated_error]),
    )  # fmt: skip
    line = np.array([-3.2, 3.2])
    scatter = View(
        "b", "**One data set:** noise grows with |_x_|", Axis(-3.2, 3.2, "_x_", [(-2, "−2"), (0, "0"), (2, "2")]), Axis(-13, 15, "_y_", [(-10, "−10"), (0, "0"), (10, "10")]),
        [points(e.x, Live(e.y, over), "data", size=1.9, alpha=0.55, casing=False), curve(line, 1 + 2 * line, "theta", width=1.75)],
        height=196, phone=220, pad=(36, 6, 8, 40), small=True, alt="Data scattered about the line y = 1 + 2x, further from it where |x| is large",
        sentence="One data set of 1000: naive error bar [Dn], sandwich [Ds].", table=(["x", "y"], [e.x, e.y[now]]),
    )  # fmt: skip
    table = TableView(
        "c", "**Standard error of the slope,** _n_ = 1000",
        [{"title": "", "head": ["", "this data set", "population"], "align": ["left", "right", "right"], "rows": [
            ["{observed|naive _H_^{−1}}", "**[Dn]**", "[Pn]"], ["{empirical|sandwich _H_^{−1}_EH_^{−1}}", "**[Ds]**", "[Ps]"], ["simulated truth", "", "**[S]** ± [Se]"],
        ]}],
        height=110, alt="Standard errors of the slope: naive, sandwich, simulated", sentence="Naive [Dn], sandwich [Ds] from this data set; population [Pn], [Ps]; simulated [S] ± [Se].",
        table=(["which", "this data set", "population"], [["naive", "sandwich", "simulated"], [e.naive[now], e.sandwich[now], np.nan], [e.naive_population[now], e.sandwich_population[now], e.simulated[now]]]),
    )  # fmt: skip
    numbers: dict[str, Number | str] = {name: Number(Live(a, over), "4") for name, a in (
        ("Dn", e.naive), ("Ds", e.sandwich), ("Pn", e.naive_population), ("Ps", e.sandwich_population), ("S", e.simulated), ("Se", e.simulated_error))}  # fmt: skip
    numbers |= extra
    numbers["much"] = Number(Live((e.sandwich_population / e.naive_population) ** 2, over), "2")
    formula = {"groups": [
        [["variance of the slope", "=", "{observed|_H_^{−1}} {empirical|_E_} {observed|_H_^{−1}} ∕ _n_"], ["[Ps]^{2}", "", ""]],
        [["= {observed|_H_^{−1}∕_n_} only if {empirical|_E_} = {observed|_H_}"], ["[Pn]^{2} is too small by **[much] ×**"]],
    ]}  # fmt: skip
    return Scene([main, scatter, table], COLUMNS, AREAS, ["growth"], numbers, formula, checks=checks, **placement)
