"""Every family of the registry: steps measured by F share one bowl; what differs is where KL leaves it.

Whatever is said about a family comes from the registry: title, symbols, charts, typical values, irregularity.
"""

from __future__ import annotations

import numpy as np

from fisher_core import FAMILIES
from fisher_core.divergence.parabola import Profile, profile

from ...controls import Choice, Slider
from ...frame.declaration import Tab, Values, choose
from ...stage.axes import Axis
from ...stage.compound import here
from ...stage.marks import Bracket, Curve, Guess, Handle, Label, Mark, Points, Region, Rule, Veil, named
from ...stage.scene import Live, Number, Scene, View, escaped
from ...stage.tables import Secret
from . import shapes, words
from .checks import checked
from .line import (
    FITTED,
    MOST,
    OWN,
    SMALLEST,
    STEPS,
    TOGETHER,
    Line,
    Numbers,
    at_rest,
    charts,
    directions,
    in_chart,
    line,
    numbers,
    places,
)

STARTS = {"low": "low", "default": "default", "high": "high"}
OVER = ("step",)
FORWARD, REVERSE, EITHER = "`KL`(_θ_‖_θ_+_δ_)", "`KL`(_θ_+_δ_‖_θ_)", "`KL`, either way"
TOP = 2.45

step = Slider("step", "Step |_δ_|~{_F_}", -MOST, MOST, 0.05, 0.7, format="+2")


def offered_families() -> dict[str, str]:
    """All that have a unit of length: F is not 0 at the default."""
    return {k: escaped(f.title) for k, f in FAMILIES.items() if f.fisher(f.default)[0, 0] > 0}


def offered_charts() -> dict[str, str]:
    return {OWN: OWN} | {c: escaped(c) for f in FAMILIES.values() for c in f.charts}


def offered_directions() -> dict[str, str]:
    most = max(len(f.parameters) for f in FAMILIES.values())
    return {str(i + 1): f"parameter {i + 1}" for i in range(most)} | {TOGETHER: "all"}


def stands_at(value: str, options: dict) -> str:
    """A value that this family does not offer stands for the first that it does, on the page as well."""
    return value if value in options else next(iter(options))


def state(v: Values) -> tuple[str, str, str, str]:
    base = FAMILIES[v.family]
    chart = stands_at(v.chart, charts(base))
    return v.family, chart, stands_at(v.along, directions(in_chart(base, chart))), stands_at(v.start, places(v.family))


def picture(v: Values) -> Scene:
    where = state(v)
    q, n, base, say = line(*where), numbers(*where), FAMILIES[v.family], words.part("every")
    node = int(np.abs(STEPS - v.step).argmin())
    cursor, asked = at_rest(where, node), v.family == ASKED["family"]
    found, unchecked = checked(q, v.step)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(np.abs(STEPS) > 1e-9, cursor.forward / cursor.quadratic, np.nan)
    none = None if asked and "tail" not in v.seen else "–"
    shown = {
        **{
            k: Number(hidden(a, STEPS, asked), f, none=none)
            for k, a, f in (("kl", cursor.forward, "4"), ("reverse", cursor.reverse, "4"), ("ratio", ratio, "2"))
        },
        "quad": Number(Live(cursor.quadratic, OVER), "4"),
        "slope": Number(n.slope, "2", none="–"),
        "reverse_slope": Number(n.reverse_slope, "2", none="–"),
        **{f"from{i + 1}": Number(float(a), "g3") for i, a in enumerate(np.round(q.theta, 12))},
        **{f"to{i + 1}": Number(Live(a, OVER), "g3", none="–") for i, a in enumerate(q.ends.T)},
    }
    holds, given = (
        "=" if n.exact else "≈" if n.slope > 2 else "≠",
        v.given.get("tail") if where == tuple(ASKED.values()) else None,
    )
    here_said = f"{{guess|you say {SAID[given]:g} ×}}" if given else ""
    offers = {"chart": charts(base), "along": directions(q.family), "start": {k: STARTS[k] for k in places(v.family)}}
    why = "" if base.regular else f"**Irregular:** {escaped(base.why_irregular)}"
    return Scene(
        [
            bowl(v, where, cursor, asked, given),
            gap(v, q, n, cursor, asked),
            shapes.view(where, written(q, "from"), written(q, "to"), node),
        ],
        controls=["step"],
        numbers=shown,
        checks=found,
        formula={
            "groups": [
                [[f"{{exact|{FORWARD}}}", holds, "{exact|½ _δ_^{T}_F_ _δ_}"], ["**[kl]**", holds, "**[quad]**"]],
                [[f"from {written(q, 'from')}"], [f"to {written(q, 'to')}"]],
                [["`KL` ∕ ½_δ_^{T}_Fδ_", ""], ["**[ratio] ×**", here_said]],
            ]
        },
        groups=["family", *(k for k in offers if len(offers[k]) > 1)],
        options=offers,
        reading=" ".join(filter(None, [why, say[unchecked] if unchecked else ""])),
    )


def hidden(values, steps, asked: bool) -> Live | Secret:
    """A table over the step whose far part is the question's answer."""
    table = Live(values, OVER)
    return Secret(table, "tail", np.abs(steps) > SHOWN + 1e-9) if asked else table


def line_of(values, steps, asked: bool):
    return Secret(values, "tail", np.abs(steps) > SHOWN + 1e-9) if asked else values


def written(q: Line, prefix: str) -> str:
    """The coordinates with their live values; of more than three, those that move, at most three."""
    shown = range(len(q.symbols)) if len(q.symbols) <= 3 or q.coordinate is None else [q.coordinate]
    return ", ".join(f"{q.symbols[i]} = [{prefix}{i + 1}]" for i in shown[:3]) + (", …" if len(shown) > 3 else "")


def bowl(v: Values, where, cursor: Profile, asked: bool, given: str | None) -> View:
    q, n, say = line(*where), numbers(*where), words.part("every", "a")
    t, at = n.curves.steps, here(step)
    both = [(n.curves.forward, cursor.forward, "exact"), (n.curves.reverse, cursor.reverse, "exact-thin")]
    finite = np.isfinite(n.curves.forward)
    same = np.array_equal(finite, np.isfinite(n.curves.reverse)) and np.allclose(
        n.curves.forward[finite], n.curves.reverse[finite], rtol=0.02, atol=1e-3
    )
    names = [EITHER, ""] if same else [FORWARD, REVERSE]
    layers: list[Mark] = [
        *walls(q),
        *([Veil(say.list("veil"), x0=[SHOWN], at=1.1), Veil(x1=[-SHOWN])] if asked and "tail" not in v.seen else []),
        Rule(x=at),
        named(Curve(t, n.curves.quadratic, "bowl"), "½_δ_^{T}_F_ _δ_  the bowl", "end", phone=False),
        *[
            named(Curve(t, line_of(y, t, asked), style), name, "end", weight=w, phone=False)
            if name
            else Curve(t, line_of(y, t, asked), style)
            for (y, _, style), name, w in zip(both, names, (600, 400), strict=True)
        ][::-1],
        *infinite(q, n.curves),
        Points(at, Live(cursor.quadratic[:, None], OVER), "bowl", size=4, casing=True, edge=False),
        *[
            Points(
                at,
                hidden(y, STEPS, asked),
                style,
                size=4 if style != "exact" else None,
                hollow=style != "exact" or None,
                edge=False,
            )
            for _, y, style in reversed(both)
        ],
        Handle(x="step", at_y=[0.0], text="[step]"),
    ]
    if where == tuple(ASKED.values()):
        layers.append(Guess("tail"))
        if given:
            unit, truth = 0.5 * ASKED_AT**2, ratio(ASKED["family"])
            layers.append(
                Bracket(
                    [ASKED_AT],
                    [SAID[given] * unit],
                    [truth * unit],
                    f"gap {abs(SAID[given] - truth):.2f} ×",
                    when=setting(),
                )
            )
    rows = [t, *(line_of(y, t, asked) for y, *_ in both), n.curves.quadratic]
    return View(
        "a",
        say("caption", title=escaped(FAMILIES[v.family].title), moving=q.moving),
        Axis.linear(-2.14, 2.14, say["x"], 0, signed=True),
        Axis.linear(0, TOP, "divergence, nats", 1),
        layers,
        slot="main",
        alt=say["alt"],
        sentence=say("sentence", start=written(q, "from"), end=written(q, "to")),
        table=(say.list("columns"), [(a.shown(v.seen) if isinstance(a, Secret) else a)[::4] for a in rows]),
    )


def walls(q: Line) -> list[Mark]:
    """Where the parameter space ends, with the rule that ends it."""
    layers: list[Mark] = []
    for side, t in zip((-1, 1), q.walls, strict=True):
        if abs(t) < MOST:
            edge = side * 2.14
            words_ = words("every", "a", "wall", rule=q.wall(t))
            layers += [
                Region([t, edge, edge, t], [0, 0, TOP, TOP], "veil"),
                named(Rule(x=[t], width=2), words_, "left" if side > 0 else "right", token="ink3"),
            ]
    return layers


def infinite(q: Line, p: Profile) -> list[Mark]:
    """Where KL one way is infinite."""
    layers = []
    for values, name, height in ((p.forward, FORWARD, 1.7), (p.reverse, REVERSE, 1.4)):
        for side, t in zip((-1, 1), q.walls, strict=True):
            there = (side * p.steps > 0.05) & (np.abs(p.steps) < abs(t) - 1e-6)
            if there.any() and np.isposinf(values[there]).all():
                layers.append(Label([0.5 * t], [height], f"{name} = ∞", align="center", token="exact", weight=600))
    return layers


def gap(v: Values, q: Line, n: Numbers, cursor: Profile, asked: bool) -> View:
    t, say, at = n.gaps.steps, words.part("every", "b"), here(step)
    forward, reverse = np.abs(n.gaps.gap), np.abs(n.gaps.reverse_gap)
    lines = [(forward, "exact", n.slope, "slope", 600), (reverse, "exact-thin", n.reverse_slope, "reverse_slope", 400)]
    if np.allclose(forward, reverse, rtol=0.05, equal_nan=True):
        lines = [lines[0], (*lines[1][:2], np.nan, "", 400)]  # one name for both
    marks: list[Mark] = []
    if not n.exact:
        drawn = [(Curve(t, line_of(y, t, asked), style), slope, key, w) for y, style, slope, key, w in lines]
        marks = [
            named(c, f"slope [{key}]", "above" if w == 600 else "below", weight=w) if np.isfinite(slope) else c
            for c, slope, key, w in drawn
        ][::-1]
    even = np.allclose(n.cursor.forward, n.cursor.forward[::-1], rtol=1e-9, equal_nan=True)
    if n.exact:
        marks.append(Label([0.15], [1e-5], say["none"], align="center", token="exact", weight=600))
    elif even:
        marks.append(
            Label([1.9], [3e-9], say["even_smooth" if n.slope > 3.5 else "even_corner"], align="right", token="ink3")
        )
    dot = Points(at, hidden(np.abs(cursor.gap), STEPS, asked), "exact", size=5, edge=False)
    return View(
        "b",
        say("caption", fit=FITTED),
        Axis.decades(0.9 * SMALLEST, 2.4, say["x"]),
        Axis.decades(1e-9, 10, say["y"]),
        [*marks, Rule(x=at), *([] if n.exact else [dot])],
        slot="side",
        alt=say["alt"],
        sentence=say["sentence_exact" if n.exact else "sentence"],
        table=(
            say.list("columns"),
            [
                (a.shown(v.seen) if isinstance(a, Secret) else a)[::2]
                for a in (t, line_of(forward, t, asked), line_of(reverse, t, asked))
            ],
        ),
    )


# ---- the question ------------------------------------------------------------------------------------------------------------
ASKED = {"family": "cauchy", "chart": OWN, "along": "1", "start": "default"}
ASKED_AT = 1.5
SHOWN = 0.5  # steps that are drawn while the question is open
SAID = {"above": 1.5, "same": 1.0, "below": 0.67}


def setting() -> dict:
    return ASKED | {"step": ASKED_AT}


def ratio(family: str, along: str = "1", step: float = ASKED_AT, chart: str = OWN) -> float:
    """KL in units of its bowl, a step from the default."""
    q = line(family, chart, along, "default")
    p = profile(q.family, q.theta, q.direction, [step])
    return float(p.forward[0] / p.quadratic[0])


words.facts |= {
    "cauchy": lambda: ratio("cauchy"),
    "cauchy_near": lambda: ratio("cauchy", step=0.5),
    "student": lambda: ratio("student_t"),
    "laplace": lambda: ratio("laplace"),
}


def program(v: Values):
    key, chart, *_ = where = state(v)
    q = line(*where)
    return "families", {
        "family": key,
        "chart": chart,
        "theta": [round(float(t), 10) for t in q.theta],
        "direction": [round(float(t), 12) for t in q.direction],
        "step": v.step,
    }


tab = Tab(
    key="every",
    words=words,
    picture=picture,
    program=program,
    controls=[
        step,
        Choice("family", "Family", offered_families(), "gamma", select=True),
        Choice("chart", "Coordinates", offered_charts(), OWN, select=True),
        Choice("along", "Along", offered_directions(), "1"),
        Choice("start", "Start _θ_", STARTS, "default"),
    ],
    questions=[
        choose(
            "tail",
            words,
            correct="below",
            setup=setting() | {"tab": "every"},
            when=setting(),
            view="a",
            at={k: {"x": ASKED_AT, "y": r * 0.5 * ASKED_AT**2} for k, r in SAID.items()},
        )
    ],
)
