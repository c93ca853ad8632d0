"""Figures of the lesson on exact, sampled and empirical Fisher: the plane of two weights, its data, and the four tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Live,
    TableView,
    View,
    arrow,
    bars,
    curve,
    ellipse,
    guesses,
    handle,
    label,
    points,
    region,
    rule,
    segments,
    veil,
)  # fmt: skip

COLUMNS, AREAS = "minmax(0, 1fr) 286px", ("a b", "a c", "d d")
PAD = ("a", "b")
WINDOW_X, WINDOW_Y = 5.0, 3.8
LARGEST = 9.0  # pixels of a datum's mark, at most
HIDDEN = "empirical step: hidden until you commit"


def table(values: Array, every: int = 1, over: Sequence[str] = PAD) -> Live:
    """A table over the pad; one that is linear in both sliders travels as its four corners."""
    x, y = (np.linspace(0, 1, k) for k in values.shape[:2])
    u, v = (t.reshape(-1, *(1,) * (values.ndim - 1 - i)) for i, t in enumerate((x, y)))
    corners = values[[0, -1]][:, [0, -1]]
    across = corners[0][None] * (1 - u) + corners[1][None] * u
    flat = across[:, :1] * (1 - v) + across[:, -1:] * v
    if np.isfinite(values).all() and np.abs(flat - values).max() <= 1e-9 * (1 + np.abs(values).max()):
        return Live(corners, tuple(over), (values.shape[0] - 1) * every)
    return Live(values, tuple(over), every)


def level_segments(x: Array, y: Array, z: Array, levels: Sequence[float]) -> tuple[Array, Array, Array, Array]:
    """Contour lines of z[i, j] at (x[i], y[j]) as loose segments, for the ``segments`` layer: marching triangles."""
    ends: list[list[Array]] = [[], [], [], []]
    corner = [(slice(None, -1), slice(None, -1)), (slice(1, None), slice(None, -1)), (slice(1, None), slice(1, None)), (slice(None, -1), slice(1, None))]  # fmt: skip
    grid_x, grid_y = np.meshgrid(x, y, indexing="ij")
    for triangle in ((0, 1, 2), (0, 2, 3)):
        px, py, pz = ([grid[corner[k]].ravel() for k in triangle] for grid in (grid_x, grid_y, z))
        for level in levels:
            above = [q > level for q in pz]
            for one in range(3):  # the corner that is alone on its side of the level
                i, j, k = one, (one + 1) % 3, (one + 2) % 3
                alone = (above[i] != above[j]) & (above[j] == above[k])
                for which, (p, q) in enumerate(((i, j), (i, k))):
                    t = (level - pz[p][alone]) / (pz[q][alone] - pz[p][alone])
                    ends[2 * which].append(px[p][alone] + t * (px[q][alone] - px[p][alone]))
                    ends[2 * which + 1].append(py[p][alone] + t * (py[q][alone] - py[p][alone]))
    x0, y0, x1, y1 = (np.concatenate(e) for e in ends)
    return x0, y0, x1, y1


@dataclass(frozen=True, eq=False)
class Plane:
    """What the plane shows at every offset from the optimum; tables over the pad, every ``every``-th node."""

    nodes: Array
    every: int
    contours: tuple[Array, Array, Array, Array]
    exact_root: Array
    sampled_root: Array
    empirical_root: Array
    exact_step: Array
    sampled_step: Array
    empirical_step: Array  # NaN where hidden
    band_every: int
    band: tuple[Array, Array]  # inner and outer radius of the sampled ellipse


def plane(p: Plane, axes: tuple[str, str], optimum: str, ghost: tuple[float, float] | None, before: Sequence[float] | None,
          tilt: Array, found: bool, rows: Any) -> View:  # fmt: skip
    """V1: contours, the three ellipses {δᵀMδ = 1} around θ, the three steps at true length, the datum's gradient."""
    at = p.nodes[:: p.every]
    ax, ay = np.meshgrid(at, at, indexing="ij")
    here = (Live(at, ("a",), p.every), Live(at, ("b",), p.every))

    def shape(root: Array, style: str, **look: Any) -> Any:
        return ellipse(*here, table(root[..., 0, 0], p.every), table(root[..., 0, 1], p.every), table(root[..., 1, 1], p.every), style, **look)

    def step(move: Array, style: str, **look: Any) -> Any:
        """Without a casing: the sampled arrow lies on the exact one, and both are to be seen."""
        return arrow(*here, table(ax + move[..., 0], p.every), table(ay + move[..., 1], p.every), style, **look, casing=False)

    def loose(values: Array) -> Live:
        """Where a label stands: to the pixel is not needed, so a sixteenth of the nodes will do."""
        return table(values[:: 4 // p.every, :: 4 // p.every], 4)

    def beside(root: Array, x: float, y: float, text: str, other: bool = False, **look: Any) -> Any:
        """A name at the point of an ellipse where the unit circle has (x, y), or if that is outside at its left end."""
        spots = [(ax + root[..., 0, 0] * u + root[..., 0, 1] * w, ay + root[..., 0, 1] * u + root[..., 1, 1] * w) for u, w in ((x, y), (-1.0, 0.0))]  # fmt: skip
        inside = [(np.abs(u) < WINDOW_X - 0.2) & (np.abs(w) < WINDOW_Y - 0.3) for u, w in spots]
        px, py = (np.where(inside[0], a, np.where(inside[1] & other, b, np.nan)) for a, b in zip(*spots, strict=True))
        return label(loose(px), loose(py), text, middle=True, **look)

    turn = np.linspace(0, 2 * np.pi, p.band[0].shape[-1])
    rings = [r * np.stack([np.cos(turn), np.sin(turn)])[:, None, None] for r in p.band]
    bx, by = np.meshgrid(p.nodes[:: p.band_every], p.nodes[:: p.band_every], indexing="ij")
    band_x, band_y = (np.concatenate([rings[1][k], rings[0][k][..., ::-1]], axis=-1) + c[..., None] for k, c in ((0, bx), (1, by)))
    hidden = np.isnan(p.empirical_step[..., 0])
    middle = (ax + 0.5 * p.exact_step[..., 0], ay + 0.5 * p.exact_step[..., 1])
    far = np.hypot(p.exact_step[..., 0], p.exact_step[..., 1]) > 0.8
    stub = tuple(c + 0.5 * np.nan_to_num(p.empirical_step[..., k]) for k, c in enumerate((ax, ay)))
    stride = (len(p.nodes) - 1) // (len(tilt) - 1)
    tips = [Live(tilt[..., k], ("a", "b", "i"), (stride, stride, 1)) for k in (0, 1)]
    far_out = np.hypot(ax, ay)
    layers = [
        segments(*p.contours, "hair", width=1.25),
        region(table(band_x, p.band_every), table(band_y, p.band_every), "sampled", alpha=0.22),
        shape(p.exact_root, "exact", width=2.25), shape(p.sampled_root, "sampled", width=2, dash="dot"),
        shape(p.empirical_root, "empirical", width=2),
        segments(*here, *tips, "data", width=1.5),
        points([0.0], [0.0], "optimum" if found else "theta", size=7 if found else 4, casing=True, hollow=None if found else True), label(0, 0, optimum, dx=-13, dy=-10, align="right", token="ink"),
        step(p.exact_step, "exact", width=2.75), step(p.sampled_step, "sampled", width=1.5, dash="dot"), step(p.empirical_step, "empirical", width=3, dash="solid"),
        label(loose(np.where(far, middle[0], np.nan)), loose(middle[1]), "[exact_length]", dx=-12, dy=20, align="right", token="exact", weight=600),
        label(loose(np.where(hidden | (far_out < 0.03), np.nan, stub[0])), loose(stub[1]), "[empirical_length]", dx=18, dy=25, token="empirical", weight=600),
        beside(p.exact_root, 0.71, 0.71, "{exact|exact}", dx=7, token="exact", weight=600),
        beside(p.sampled_root, 0.0, 1.0, "{sampled|sampled}", dy=-11, dx=10, token="sampled"),
        beside(p.empirical_root, -0.2, -1.0, "{empirical|empirical}", True, dx=-18, dy=11, align="right", token="empirical"),
        label(loose(np.where(hidden, -0.97 * WINDOW_X, np.nan)), -0.96 * WINDOW_Y, HIDDEN, token="ink3"),
        handle(x="a", y="b", ring=13), points(*here, "theta", size=3.5, casing=True),
    ]  # fmt: skip
    if ghost is not None:
        layers += [points([ghost[0]], [ghost[1]], "theta", size=4, hollow=True, casing=True), label(*ghost, "3 × further out", dx=-9, dy=-9, align="right", token="ink2")]  # fmt: skip
    if before is not None:
        x, y, dx, dy = before
        layers += [arrow(x, y, x + dx, y + dy, "empirical", width=2, dash="solid"), points([x], [y], "theta", size=2.5), label(x, y, "[start_length] from here", dx=9, dy=10, token="empirical")]  # fmt: skip
    ticks = [(t, f"{t:+g}".replace("-", "−") if t else "0") for t in (-4, -2, 0, 2, 4)]
    return View(
        "a", "**Three matrices, three steps,** at true length. Drag the ring.",
        Axis(-WINDOW_X, WINDOW_X, f"{axes[0]}, from {optimum}", ticks), Axis(-WINDOW_Y, WINDOW_Y, f"{axes[1]}, from {optimum}", ticks[1:4], grid=False),
        layers, "Plane of two weights: loss contours, optimum, and at θ the ellipse and step of exact, sampled and empirical Fisher",
        "θ lies ([a], [b]) from the optimum. Steps: exact [exact_length], sampled [sampled_length], empirical [empirical_length].",
        table=rows, height=340, phone=300, pad=(30, 6, 6, 40), equal=True,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shown:
    """The data that are drawn one by one. ``residual``, ``fitted`` and ``norm`` in units of the model."""

    kind: str  # "line", "curve" or "plane"
    x: Array
    y: Array | Live
    crowd: tuple[Array, Array]
    fit_x: Array | Live
    fit_y: Array | Live
    foot: Live | Array | None  # where a residual starts: the fit at x
    sizes: Live | Array
    x_axis: Axis
    y_axis: Axis
    ones: Array  # labels 1, for the plane


def pixels(weight_root: Array, unit: float) -> Array:
    """Radius of a mark whose area is its weight in the empirical Fisher; ``unit`` pixels for weight 1."""
    return np.minimum(0.8 + unit * weight_root, LARGEST)


def around(values: Array, words: str) -> Axis:
    """An axis on which all values lie, with some air, and with three to six round ticks."""
    low, high = float(values.min()), float(values.max())
    air = 0.08 * (high - low)
    power = 10.0 ** np.floor(np.log10((high - low) / 3))
    step = max(m * power for m in (1, 2, 2.5, 5) if m * power <= (high - low) / 3 + 1e-12)
    at = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return Axis(low - air, high + air, words, [(float(t), f"{t + 0.0:.6g}".replace("-", "−")) for t in at])


def data(d: Shown, drawn: bool, count: int, height: int = 144, own: bool = False) -> View:
    style, words = ("sampled", "labels drawn at _θ_") if drawn else ("empirical", "observed labels")
    fit = curve(d.fit_x, d.fit_y, "theta", width=1.5)
    if d.kind == "plane":
        zero = np.where(d.ones, np.nan, 1.0)
        marks = [points(d.x * zero, d.y, "data", sizes=d.sizes, alpha=0.85, hollow=True), points(d.x * np.where(d.ones, 1.0, np.nan), d.y, "data", sizes=d.sizes, alpha=0.7), points(d.x, d.y, "data", sizes=np.zeros(len(d.x)), pick="i")]  # fmt: skip
        layers = [*marks, fit]
    else:
        crowd = [] if drawn or (d.kind == "curve" and not own) else [points(*d.crowd, "data", size=1.1, alpha=0.35)]
        layers = [*crowd, segments(d.x, d.foot, d.x, d.y, style, width=1.25), fit, points(d.x, d.y, "data", sizes=d.sizes, alpha=0.6, pick="i")]
    return View(
        "b", f"**{'Your data' if own else 'Data'},** {words}. Area = weight _r_^{{2}}‖∇_f_‖^{{2}}", d.x_axis, d.y_axis, layers,
        "Data with residuals; each mark's area is the datum's weight in the matrix; click one to follow it",
        f"{min(len(d.x), count)} of {count} data. Datum [datum] has residual [residual].",
        table=(["x", "y"], [d.x, np.asarray(d.y if isinstance(d.y, np.ndarray) else d.crowd[1][: len(d.x)])]) if d.kind != "plane" else (["x1", "x2", "label"], [d.x, np.asarray(d.y), d.ones.astype(int)]),
        height=height, phone=210, pad=(30, 6, 6, 40), small=True,
    )  # fmt: skip


def lengths(distance: Array, exact: Array, empirical: Array, here: tuple[Array, Array, Array], every: int,
            window: tuple[float, float] | None, question: str | None, optimum: str) -> View:  # fmt: skip
    """Step length against distance from the optimum, along one ray; the dots are the present θ."""
    keep = np.ones_like(distance, dtype=bool) if window is None else (distance >= window[0]) & (distance <= window[1])
    shown = np.where(keep, empirical, np.nan)
    far, long_step, short_step = (table(t, every) for t in here)
    name = int(np.abs(distance - (1.2 if window is None else 1.3)).argmin())
    layers = [
        *([veil(x1=window[0]), veil(x0=window[1]), label(2.05, 0.25, "hidden until", token="ink3", casing=False), label(2.05, 0.25, "you commit", dy=17, token="ink3", casing=False)] if window else []),
        rule(x=far), curve(distance, exact, "exact", width=2.25), curve(distance, shown, "empirical"),
        label(2.0, float(np.interp(2.0, distance, exact)), "{exact|exact}", dy=-9, dx=-10, align="right", token="exact", weight=600),
        label(float(distance[name]), float(empirical[name]), "{empirical|empirical}", dy=18 if window else -9, align="center", token="empirical", weight=600),
        points(far, long_step, "exact", size=4.5), points(far, short_step, "empirical", size=4.5, edge=False),
        *([guesses(question)] if question else []),
    ]  # fmt: skip
    return View(
        "c", f"**Step length** against distance from {optimum}", Axis(0, 5.9, "distance, along (1, −1)", [(t, str(t)) for t in range(6)]),
        Axis(0.05, 8, "", [(0.1, "0.1"), (1, "1")], log=True), layers,
        "Length of the exact and the empirical step against the distance from the optimum; step axis logarithmic",
        "At distance [distance] the exact step is [exact_length] long and the empirical one [empirical_length].",
        table=(["distance", "exact step", "empirical step"], [distance, exact, shown]), height=154, phone=220, pad=(34, 6, 8, 40), small=True,
    )  # fmt: skip


def matrices(linear: bool, rows: Any) -> TableView:
    """V2: the three matrices with live numbers, and what one datum adds."""

    def cells(token: str, name: str, error: bool = False) -> list[list[str]]:
        plus = lambda k: f"{{ink3| ± [{name}{k}_se]}}" if error else ""  # noqa: E731
        return [[f"{{{token}|[{name}{k}]}}" + plus(k) for k in row] for row in (("11", "12"), ("12", "22"))]

    outer = "∇_f_∇_f_\u200a^{T}"
    return TableView(
        "d", "", [
            {"title": f"{{exact|**exact** mean {'' if linear else '_w_ '}{outer}}}", "matrix": cells("exact", "F")},
            {"title": f"{{sampled|**sampled** mean _r_^{{2}}{outer}, _y_ drawn [M] ×}}", "matrix": cells("sampled", "S", True)},
            {"title": f"{{empirical|**empirical** mean _r_^{{2}}{outer}, _y_ observed}}", "matrix": cells("empirical", "E")},
            {"title": "datum [datum]: ([residual])^{2} ×", "matrix": [["[x11]", "[x12]"], ["[x12]", "[x22]"]]},
        ],
        "Exact, sampled and empirical Fisher matrix as numbers, and the rank-one term of the highlighted datum",
        "Exact [F11], [F12], [F22]; sampled [S11], [S12], [S22] from [M] draws; empirical [E11], [E12], [E22].",
        table=rows, height=70,
    )  # fmt: skip


# ---- tab: fields -----------------------------------------------------------------------------------------------------
def field(id: str, title: str, style: str, grid: Array, moves: Array, scale: float, path: Array, contours: Any, optimum: Array, hidden: bool) -> View:  # fmt: skip
    """One panel of the field picture: arrows at grid points, runs from a few starts, on one clock."""
    x0, y0 = grid[..., 0].ravel(), grid[..., 1].ravel()
    body = [veil([HIDDEN.split(": ")[1].replace("until you", "until you")])] if hidden else [
        segments(x0, y0, x0 + scale * moves[..., 0].ravel(), y0 + scale * moves[..., 1].ravel(), style, width=1.25, alpha=0.75),
        points(x0, y0, style, size=1.5, symbol="circle", hollow=False),
        *(curve(path[:, k, 0], path[:, k, 1], style, upto="step", casing=True, dots=True, end=5, dash="solid") for k in range(path.shape[1])),
    ]  # fmt: skip
    ticks = [(t, f"{t}".replace("-", "−")) for t in (0, 2, 4)]
    return View(
        id, f"{title}, arrows × {'⅓' if scale < 1 else f'{scale:g}'}", Axis(-1, 5, "intercept", ticks), Axis(-1, 5, "slope", ticks, grid=False, rotate=True),
        [segments(*contours, "hair", width=1.25), *body, points([optimum[0]], [optimum[1]], "optimum", size=6, casing=True)],
        f"Field of {title.replace('*', '')} steps with runs from four starts towards the optimum",
        "After [step] steps the runs are " + ("hidden." if hidden else f"[{id}_away:3] from the optimum on average."),
        table=(["step"], [np.arange(2)]) if hidden else (["step", *(f"{n} {k + 1}" for k in range(path.shape[1]) for n in ("intercept", "slope"))], [np.arange(len(path)), *(path[:, k, c] for k in range(path.shape[1]) for c in (0, 1))]),
        height=232, phone=300, pad=(44, 8, 4, 40), equal=True, small=True,
    )  # fmt: skip


def field_losses(excess: Mapping[str, Array]) -> View:
    names = {"identity": "gradient descent", "exact": "natural", "empirical": "empirical"}
    count = len(next(iter(excess.values())))
    clock = np.arange(count, dtype=float)
    layers = [rule(x=Live(clock, ("step",)))]
    for style, values in excess.items():
        k, dy = {"identity": (78, -9), "exact": (58, 20), "empirical": (30, -8)}[style]
        layers += [curve(clock, values, style, upto="step", casing=True), points(Live(clock, ("step",)), Live(values, ("step",)), style, size=4.5, edge=False),
                   label(float(clock[k]), float(values[k]), f"{{{style}|{names[style]}}}", dx=8 if dy < 0 else -8, dy=dy, align="left" if dy < 0 else "right", token=style, weight=600)]  # fmt: skip
    return View(
        "l", "**Loss above the optimum,** first start", Axis(0, count - 1, "step", [(t, str(t)) for t in range(0, count, 20)]),
        Axis(1e-6, 30, "", [(1e-6, "10^{−6}"), (1e-3, "10^{−3}"), (1, "1")], log=True), layers,
        "Loss above the optimum against the step for gradient descent, natural gradient and empirical Fisher", "Step [step] of the clock.",
        table=(["step", *(names[s] for s in excess)], [clock, *excess.values()]), height=130, phone=200, pad=(42, 8, 8, 36), small=True,
    )  # fmt: skip


# ---- tab: one dimension ----------------------------------------------------------------------------------------------
def walk(exponents: Array, paths: Array) -> list[View]:
    """θ against the step for a live exponent ξ, and the last steps enlarged."""
    clock = np.arange(paths.shape[-1], dtype=float)
    shown = np.where(np.isfinite(paths), paths, np.nan)
    at = Live(clock, ("step",))

    def panel(id: str, caption: str, y: Axis, x: Axis, alt: str, **size: Any) -> View:
        return View(id, caption, x, y, [
            rule(y=[0.0], dash="short"), curve(clock, Live(shown, ("xi",)), "empirical", upto="step", dash="solid", width=1.75),
            points(clock, Live(shown, ("xi",)), "empirical", size=2.4, symbol="circle", edge=False), rule(x=at), points(at, Live(shown, ("xi", "step")), "empirical", size=5),
            label(at, Live(shown, ("xi", "step")), "_θ_ = [walk]", dx=-9, dy=-10, align="right", token="empirical", weight=600),
        ], alt, "With ξ = [xi], θ is [walk] after [step] steps.", table=(["step", *(f"θ at ξ = {exponents[k]:g}" for k in (0, 10, 20))], [clock, *shown[[0, 10, 20]]]), **size)  # fmt: skip

    whole = panel("a", "**Divide the gradient by** _E_^{_ξ_}: 100 steps on ½_θ_^{2} from 5", Axis(-36, 7, "_θ_", [(-30, "−30"), (-20, "−20"), (-10, "−10"), (0, "0"), (5, "5")]), Axis(0, 100, "step", [(t, str(t)) for t in range(0, 101, 20)]), "θ against step when the gradient is divided by a power of the empirical Fisher", height=352, pad=(42, 8, 12, 40))
    near = panel("z", "**Near the optimum**", Axis(-2.4, 1.2, "_θ_", [(-2, "−2"), (-1, "−1"), (0, "0"), (1, "1")]), Axis(0, 100, "step", [(t, str(t)) for t in range(0, 101, 20)]), "The same walk between −2.4 and 1.2", height=330, phone=220, pad=(42, 8, 12, 40), small=True)  # fmt: skip
    return [whole, near]


# ---- tab: second moment ----------------------------------------------------------------------------------------------
def moments(axes: tuple[str, str], every: int, exact: Array, covariance: Array, mean_square: Array, batch: Array) -> list[View]:
    """Diagonals: exact, empirical split into covariance and squared mean, and Adam's squared batch gradients."""
    top = 12.0

    def column(left: float, low: Any, high: Any, token: str, **look: Any) -> Any:
        return bars([left], [left + 0.62], low, high, token, **look)

    def beyond(height: Array) -> Array:
        """The top of the axis where a bar goes on beyond it."""
        return np.where(height > top, top, np.nan)

    views = []
    for k, name in enumerate(axes):
        total = table(covariance[..., k] + mean_square[..., k], every)
        noise = Live(batch[..., k] - mean_square[:: 4 // every, :: 4 // every, None, k], ("a", "b", "batch"), (4, 4, 1))
        adam = Live(batch[..., k], ("a", "b", "batch"), (4, 4, 1))
        views.append(View(
            "ab"[k], f"**{name.capitalize()}:** what each method divides by", Axis(0, 3, "", [(0.41, "exact"), (1.41, "empirical"), (2.41, "Adam, _B_ = [batch:i]")]), Axis(0, top, "", [(t, str(t)) for t in (0, 5, 10)]),
            [
                column(0.1, [0.0], table(exact[..., k], every), "exact"),
                column(1.1, [0.0], table(covariance[..., k], every), "empirical"), column(1.1, table(covariance[..., k], every), total, "identity", alpha=0.85),
                column(2.1, [0.0], noise, "empirical"), column(2.1, noise, adam, "identity", alpha=0.85),
                label(1.41, table(beyond(covariance[..., k] + mean_square[..., k]), every), "↑ goes on", dy=14, align="center", token="ink", clip=False),
                label(2.41, Live(beyond(batch[..., k]), ("a", "b", "batch"), (4, 4, 1)), "↑ goes on", dy=14, align="center", token="ink", clip=False),
                label(0.41, table(exact[..., k], every), f"{{exact|[F{k}]}}", dy=-7, align="center", token="exact", weight=600),
                label(1.41, table(np.minimum(covariance[..., k] + mean_square[..., k], 0.86 * top), every), f"[E{k}] = {{empirical|[C{k}]}} + {{identity|[G{k}]}}", dy=-7, align="center", token="ink", weight=600),
                label(2.41, Live(np.minimum(batch[..., k], 0.86 * top), ("a", "b", "batch"), (4, 4, 1)), f"[V{k}]", dy=-7, align="center", token="ink", weight=600),
            ],
            "Diagonal entry of the exact Fisher, of the empirical one split in two, and of Adam's second moment", f"Exact [F{k}]; empirical [E{k}] = covariance [C{k}] + squared mean [G{k}]; Adam [V{k}].",
            table=(["quantity", "value at rest"], [["exact", "covariance", "squared mean"], [float(exact[0, 0, k]), float(covariance[0, 0, k]), float(mean_square[0, 0, k])]]),
            height=330, phone=280, pad=(36, 12, 8, 30),
        ))  # fmt: skip
    return views


# ---- tab: sampling error -----------------------------------------------------------------------------------------------
def errors(draws: Array, sampled: Array, observed: Array) -> View:
    """Relative error of the sampled matrix against the number of draws, with its band; the observed labels' floor."""
    mean, low, high = sampled.mean(axis=1), *np.quantile(sampled, [0.025, 0.975], axis=1)
    slope = mean[0] * np.sqrt(draws[0] / draws)
    return View(
        "a", "**Error of the sampled Fisher** against the number of labels drawn", Axis(8, 13000, "labels drawn, _M_", [(10.0**k, f"10^{{{k}}}") for k in range(1, 5)], log=True),
        Axis(0.008, 4, "‖estimate − _F_‖ ∕ ‖_F_‖", [(0.01, "0.01"), (0.1, "0.1"), (1, "1")], log=True),
        [
            region(np.concatenate([draws, draws[::-1]]), np.concatenate([low, high[::-1]]), "sampled", alpha=0.16),
            curve(draws, slope, "theta", width=1, dash="short", alpha=0.5), curve(draws, mean, "sampled"), points(draws, mean, "sampled", size=4.5),
            curve(draws, observed.mean(axis=1), "empirical"), label(float(draws[3]), float(observed.mean(axis=1)[3]), "{empirical|labels of another world, weights (1, 1)}", dy=-12, token="empirical", weight=600),
            *(label(float(draws[k]), float(mean[k]), f"[err{k}]", dx=6, dy=-8, token="sampled", weight=600) for k in (0, 2, 4, 6)),
            label(float(draws[1]), float(low[1]), "95 % of 100 repeats", dy=22, dx=-18, token="sampled"), label(float(draws[4]), float(slope[4]), "slope −½", dx=-26, dy=34, token="ink2"),
            rule(x=Live(draws_nodes(draws), ("M",))), points(Live(draws_nodes(draws), ("M",)), Live(np.exp(np.interp(np.log(draws_nodes(draws)), np.log(draws), np.log(mean))), ("M",)), "sampled", size=6),
        ],
        "Relative error of the sampled Fisher matrix against the number of labels drawn, both axes logarithmic, with band",
        "Mean errors [err0], [err2], [err4], [err6] for 10, 100, 1000 and 10 000 labels; random draws, seed [seed:i].",
        table=(["labels", "mean error", "2.5 %", "97.5 %"], [draws, mean, low, high]), height=352, phone=300, pad=(46, 8, 12, 44),
    )  # fmt: skip


def draws_nodes(draws: Array) -> Array:
    """The nodes of the slider of draws, of which the error curve holds every second."""
    return np.array([float(f"{v:.6g}") for v in np.geomspace(draws[0], draws[-1], 2 * len(draws) - 1)])
