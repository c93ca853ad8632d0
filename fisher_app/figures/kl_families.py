"""Figures of the KL lesson's tab for every family: KL beside one bowl for all, the gap on log axes, the two distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fisher_core.curvature import Profile
from fisher_core.family import Family
from fisher_core.validation import Array

from ..stage.scene import (
    Axis, Check, Layer, Live, Number, Scene, View, bracket, curve, escaped, guesses, handle, label, points, region, rule, veil,
)  # fmt: skip
from .kl import AREAS, COLUMNS, decades, ticks
from .kl_shapes import Shapes
from .names import Name, Room

MOST = 2.0  # steps reach from −2 to 2
SMALLEST, FITTED = 0.01, 0.1  # steps of the gap view begin here; its slopes are fitted up to here
OVER = ("step",)
X = Axis(-2.14, 2.14, "step, √(_δ_^{T}_Fδ_): at 1, one datum would begin to notice", ticks([-2, -1, 0, 1, 2], 0, True))
Y = Axis(0, 2.45, "divergence, nats", ticks([0, 0.5, 1, 1.5, 2], 1))
PIXELS = (96.0, 118.0)  # of one unit of X and of Y on a wide screen, for placing names
FORWARD, REVERSE, EITHER = "`KL`(_θ_‖_θ_+_δ_)", "`KL`(_θ_+_δ_‖_θ_)", "`KL`, either way"

Both = tuple[Array, Array]  # KL one way and the other


@dataclass(frozen=True, eq=False)
class Line:
    """θ + tδ with δᵀFδ = 1; ``walls``: the t between which it stays in the parameter space."""

    family: Family
    theta: Array
    direction: Array
    walls: tuple[float, float]
    symbols: tuple[str, ...]
    coordinate: int | None  # the one that moves alone

    @property
    def moving(self) -> str:
        return " and ".join(self.symbols) + " together" if self.coordinate is None else self.symbols[self.coordinate]

    def wall(self, t: float) -> str:
        """The rule that ends the space at t, in rich text."""
        for value, p, symbol in zip(self.theta + t * self.direction, self.family.parameters, self.symbols, strict=True):
            if min(abs(value - p.lower), abs(value - p.upper)) < 1e-9 * max(1.0, abs(value)):
                return f"{symbol} {p.rule}"
        rule = escaped(self.family.joint_rule)
        for p, symbol in zip(self.family.parameters, self.symbols, strict=True):
            rule = rule.replace(escaped(p.name), symbol)
        return rule


@dataclass(frozen=True)
class Numbers:
    curves: Profile
    cursor: Profile  # at the nodes of the step
    gaps: Profile  # at small steps, t > 0
    slope: float
    reverse_slope: float
    exact: bool  # KL is its own parabola


class Guess(NamedTuple):
    key: str
    asked: bool  # of what is shown
    when: Mapping[str, Any]
    said: float | None  # KL in units of the bowl
    truth: float
    step: float


def cut(p: Profile, most: float) -> Both:
    """KL both ways without the steps beyond ``most``: the answer of an open question."""
    keep = np.abs(p.steps) <= most + 1e-12
    return np.where(keep, p.forward, np.nan), np.where(keep, p.reverse, np.nan)


# ---- what stands in the main view --------------------------------------------------------------------------------------------
def walls(q: Line, room: Room) -> list[Layer]:
    """Where the parameter space ends, with the rule that ends it."""
    layers: list[Layer] = []
    for side, t in zip((-1, 1), q.walls, strict=True):
        if abs(t) >= MOST:
            continue
        edge, words, align = side * X.hi, f"no _θ_ here: {q.wall(t)}", "right" if side > 0 else "left"
        layers += [
            region([t, edge, edge, t], [0, 0, Y.hi, Y.hi], "veil"), rule(x=[t], width=2),
            label([edge], [2.06], words, align=align, dx=-4 * side, token="ink3"),
        ]  # fmt: skip
        room.taken.append(room.box(edge, 2.06, 6.6 * len(words), (-4 * side, 0, align)))
    return layers


def infinite(q: Line, p: Profile, room: Room) -> list[Layer]:
    """Where KL one way is infinite."""
    layers = []
    for values, name in ((p.forward, FORWARD), (p.reverse, REVERSE)):
        for side, t in zip((-1, 1), q.walls, strict=True):
            there = (side * p.steps > 0.05) & (np.abs(p.steps) < abs(t) - 1e-6)
            if there.any() and np.isposinf(values[there]).all():
                tried = [(x * t, y) for x in (0.5, 0.2, 0.0) for y in (1.7, 1.4, 1.1, 2.0)]
                layers.append(room.centred(f"{name} = ∞", 94, tried))
    return layers


def named(forward: Array, reverse: Array, quadratic: Array) -> list[Name]:
    """The three curves by their names; KL both ways is one curve where the two agree."""
    finite = np.isfinite(forward)
    same = (finite == np.isfinite(reverse)).all() and np.allclose(
        forward[finite], reverse[finite], rtol=0.02, atol=1e-3
    )
    kl = [Name(EITHER, forward, 88, 600)] if same else [Name(FORWARD, forward, 64, 600), Name(REVERSE, reverse, 62)]
    return [*kl, Name("½_δ_^{T}_F_ _δ_  the bowl", quadratic, 96)]


# ---- the views -----------------------------------------------------------------------------------------------------------------
def every(
    title: str, q: Line, n: Numbers, shapes: Shapes, checks: Sequence[Check], most: float, guess: Guess, node: int, **placement: Any,
) -> Scene:  # fmt: skip
    """``most``: the largest step that may be shown; ``node``: the present one."""
    t = n.cursor.steps
    curves, at = cut(n.curves, most), cut(n.cursor, most)
    hidden = np.isfinite(most)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(np.abs(t) > 1e-9, at[0] / n.cursor.quadratic, np.nan)
    ends = np.round(q.theta + t[:, None] * q.direction, 12)
    ends[(t <= q.walls[0]) | (t >= q.walls[1])] = np.nan  # there is no θ to name
    none = None if hidden else "–"
    numbers = {
        "kl": Number(Live(at[0], OVER), "4", none=none), "reverse": Number(Live(at[1], OVER), "4", none=none), "quad": Number(Live(n.cursor.quadratic, OVER), "4"),
        "ratio": Number(Live(ratio, OVER), "2", none=none), "slope": Number(n.slope, "2", none="–"), "reverse_slope": Number(n.reverse_slope, "2", none="–"),
        **{f"from{i + 1}": Number(float(a), "g3") for i, a in enumerate(np.round(q.theta, 12))}, **{f"to{i + 1}": Number(Live(ends[:, i], OVER), "g3", none="–") for i in range(len(q.theta))},
    }  # fmt: skip
    holds = "=" if n.exact else "≈" if n.slope > 2 else "≠"
    said = "" if guess.said is None or not guess.asked else f"{{guess|you say {guess.said:g} ×}}"
    formula = {"groups": [
        [[f"{{exact|{FORWARD}}}", holds, "{exact|½ _δ_^{T}_F_ _δ_}"], ["**[kl]**", holds, "**[quad]**"]],
        [[f"from {written(q, 'from')}"], [f"to {written(q, 'to')}"]],
        [["`KL` ∕ ½_δ_^{T}_Fδ_", ""], ["**[ratio] ×**", said]],
    ]}  # fmt: skip
    return Scene(
        [bowl(title, q, n, curves, at, most, guess), gap(q, n, most, at), shapes.view(written(q, 'from'), written(q, 'to'), node, OVER)], COLUMNS, AREAS, ["step"], numbers, formula,
        checks=checks, **placement,
    )  # type: ignore[arg-type]  # fmt: skip


def written(q: Line, which: str) -> str:
    """The coordinates with their live values; of more than three, those that move, at most three."""
    shown = range(len(q.symbols)) if len(q.symbols) <= 3 or q.coordinate is None else [q.coordinate]
    return ", ".join(f"{q.symbols[i]} = [{which}{i + 1}]" for i in shown[:3]) + (", …" if len(shown) > 3 else "")


def bowl(title: str, q: Line, n: Numbers, curves: Both, at: Both, most: float, guess: Guess) -> View:
    (forward, reverse), t, here = curves, n.curves.steps, Live(n.cursor.steps[:, None], OVER)
    room = Room(X, Y, PIXELS, t, [forward, reverse, n.curves.quadratic])
    side = 1.0 if q.walls[1] >= -q.walls[0] else -1.0
    words = [*walls(q, room), *infinite(q, n.curves, room)]
    words += filter(None, [room.name(name, side) for name in named(forward, reverse, n.curves.quadratic)])
    veils = [veil(x0=[most]), veil(["hidden until", "you commit"], x1=[-most], at=0.3)] if np.isfinite(most) else []
    layers = [
        *veils, *words, rule(x=here), curve(t, n.curves.quadratic, "bowl"), curve(t, reverse, "exact-thin"), curve(t, forward, "exact"),
        points(here, Live(n.cursor.quadratic[:, None], OVER), "bowl", size=4, casing=True, edge=False),
        points(here, Live(at[1][:, None], OVER), "exact-thin", size=4, hollow=True, edge=False),
        points(here, Live(at[0][:, None], OVER), "exact", edge=False),
        handle(x="step", at_y=[0.0], text="[step]"), *answers(guess),
    ]  # fmt: skip
    here_and_there = f"From {written(q, 'from')} to {written(q, 'to')}, a step of [step],"
    return View(
        "a", f"**{title}**, a step of {q.moving}. Drag the handle.", X, Y, layers,
        alt="KL both ways and its parabola against the step in standard units; the handle on the axis moves the step",
        sentence=f"{here_and_there} KL is [kl] nats, the other way round [reverse]; the bowl says [quad]: ratio [ratio].",
        table=(
            ["step", *(p.name for p in q.family.parameters), "KL forward", "KL reverse", "bowl"],
            [a[::4] for a in (t, *(q.theta + t[:, None] * q.direction).T, forward, reverse, n.curves.quadratic)],
        ),
    )  # fmt: skip


def answers(guess: Guess) -> list[Layer]:
    """The question's options where it is asked, and the gap between the answer given and the truth."""
    if guess.said is None:
        return [guesses(guess.key)]
    unit, apart = 0.5 * guess.step**2, abs(guess.said - guess.truth)
    gap = bracket([guess.step], [guess.said * unit], [guess.truth * unit], f"gap {apart:.2f} ×")
    return [guesses(guess.key), gap.where(guess.when)]


def gap(q: Line, n: Numbers, most: float, at: Both) -> View:
    t = n.gaps.steps
    seen = (t <= most) & ~n.exact
    forward, reverse = (
        np.where(seen & np.isfinite(g) & (g != 0), np.abs(g), np.nan) for g in (n.gaps.gap, n.gaps.reverse_gap)
    )
    ahead = n.cursor.steps
    here = Live(np.where(ahead > 0, ahead, np.nan)[:, None], OVER)
    shown = (ahead > 0) & np.isfinite(at[0]) & ~n.exact
    x = Axis(SMALLEST, 2.2, "step > 0", [(v, f"{v:g}") for v in (0.01, 0.1, 1)], log=True)
    y = Axis(1e-10, 10, "|`KL` − ½_δ_^{T}_Fδ_|, nats", decades(-9, 0, 3), log=True)
    layers = [
        *([veil(x0=[most])] if np.isfinite(most) else []),
        *([rule(x=[q.walls[1]], width=2)] if q.walls[1] < 2 else []),
        curve(t, reverse, "exact-thin"), curve(t, forward, "exact"), *slopes(t, forward, reverse, n), rule(x=here),
        points(here, Live(np.where(shown, np.abs(n.cursor.gap), np.nan)[:, None], OVER), "exact", size=5, edge=False),
        *remark(n),
    ]  # fmt: skip
    return View(
        "b", f"**Gap** to the bowl, slope fitted for steps ≤ {FITTED:g}", x, y, layers, height=196, phone=230, pad=(38, 10, 10, 40), small=True,
        alt="Gap between KL and its parabola against the step, both axes logarithmic, with fitted slopes",
        sentence="There is no gap at any step: slope [slope]." if n.exact else "The gap shrinks with slope [slope] forward and [reverse_slope] the other way round.",
        table=(["step", "forward gap", "reverse gap"], [a[::2] for a in (t, forward, reverse)]),
    )  # fmt: skip


def remark(n: Numbers) -> list[Layer]:
    """What the gap owes to symmetry: an even KL has no third order, unless it is not smooth."""
    if n.exact:
        return [label([0.15], [1e-5], "no gap: `KL` is its bowl", align="center", token="exact", weight=600)]
    if not np.allclose(n.cursor.forward, n.cursor.forward[::-1], rtol=1e-9, equal_nan=True):
        return []
    return [
        label(
            [1.9],
            [3e-9],
            f"even in _δ_, {'so' if n.slope > 3.5 else 'yet'} of order [slope:i]",
            align="right",
            token="ink3",
        )
    ]


def slopes(t: Array, forward: Array, reverse: Array, n: Numbers) -> list[Layer]:
    """The two slopes beside their lines: the larger gap's above, the other's below; one for both where the lines lie together."""
    left, right = int(np.abs(t - 0.09).argmin()), int(np.abs(t - 0.22).argmin())
    found = [
        (g, text, weight)
        for g, text, slope, weight in (
            (forward, "slope [slope]", n.slope, 600),
            (reverse, "slope [reverse_slope]", n.reverse_slope, 400),
        )
        if np.isfinite(slope)
    ]
    if len(found) == 2 and np.allclose(forward[left], reverse[left], rtol=0.05):
        found = found[:1]
    found.sort(key=lambda f: -f[0][left])
    above = (left, -6, -6, "right") if found and found[0][0][left] < 0.02 else (left, 0, 22, "center")
    return [
        label([t[k]], [g[k]], text, dx=dx, dy=dy, align=align, token="exact", weight=weight)
        for (g, text, weight), (k, dx, dy, align) in zip(found, (above, (right, 8, 14, "left")), strict=False)
        if np.isfinite(g[k])
    ]
