"""KL along one coordinate beside its parabola: the bowl, the gap on logarithmic axes, the two distributions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, divergence, information
from fisher_core.curvature import order_of_gap, profile

from ...controls import Choice, Slider, Toggle
from ...frame.declaration import Tab, Values, choose
from ...stage.axes import Axis
from ...stage.compound import here, triangle_of_slope, two_masses
from ...stage.marks import Bars, Bracket, Curve, Guess, Handle, Label, Points, Rule, Veil, named
from ...stage.scene import Check, Live, Number, Scene, View
from ...stage.tables import Secret
from . import words
from .checks import relative

SHOWN = 0.04  # shifts of a coin's p that are drawn while the questions are open

p = Slider("p", "Chance of heads _p_", 0.02, 0.98, 0.01, 0.1)
lam = Slider("lam", "Rate _λ_", 1, 10, 0.25, 4)
top = Slider("top", "Upper end _θ_", 0.5, 2, 0.05, 1)
delta = Slider("delta", "Shift _δ_", -0.08, 0.14, 0.005, 0.1, format="+3")
logit = Slider("dlogit", "Shift _δ_ of the logit", -1, 1.5, 0.05, 0.8, format="+2")
arcsine = Slider("darc", "Shift _δ_ of arcsin √_p_", -0.15, 0.25, 0.01, 0.14, format="+2")
rate = Slider("dlam", "Shift _δ_", -2, 3, 0.1, 2, format="+1")
upper = Slider("dtop", "Shift _δ_", -0.3, 0.5, 0.02, 0.3, format="+2")


@dataclass(frozen=True)
class Case:
    """One family in one coordinate.  ``fit``: the gap's slope is fitted to steps up to here."""

    name: str
    parameter: Slider
    shift: Slider
    symbol: str
    highest: float  # of the divergence drawn
    steps: tuple[float, float]
    gaps: tuple[float, float]
    fit: float

    @property
    def family(self):
        key, chart = {
            "coin.p": ("bernoulli", ""),
            "poisson.lambda": ("poisson", ""),
            "uniform.theta": ("uniform", ""),
        }.get(self.name, ("bernoulli", self.name.removeprefix("coin.")))
        return FAMILIES[key].in_chart(chart) if chart else FAMILIES[key]

    def coordinate(self, parameter) -> np.ndarray:
        """The case's coordinate of parameter values, (n,) to (n, 1)."""
        theta = np.asarray(parameter, dtype=float).reshape(-1, 1)
        return theta if self.name in ("coin.p", "poisson.lambda", "uniform.theta") else self.family.from_base(theta)

    @property
    def asked(self) -> bool:
        return self.name == "coin.p"


CASES = {
    c.name: c
    for c in (
        Case("coin.p", p, delta, "p", 0.095, (10**-2.5, 10**-0.85), (5e-8, 0.1), 0.01),
        Case("coin.logit", p, logit, "η", 0.12, (10**-1.4, 1.55), (3e-8, 0.1), 0.12),
        Case("coin.arcsine", p, arcsine, "φ", 0.13, (10**-2.2, 0.26), (3e-8, 0.1), 0.02),
        Case("poisson.lambda", lam, rate, "λ", 1.2, (10**-1.2, 3.1), (3e-7, 10.0), 0.25),
        Case("uniform.theta", top, upper, "θ", 0.6, (10**-2, 0.52), (3e-4, 10.0), 0.1),
    )
}


def case_of(v: Values) -> Case:
    return CASES["uniform.theta" if v.moving else f"coin.{v.coords}" if v.model == "coin" else "poisson.lambda"]


@lru_cache(maxsize=8)
def numbers(name: str):
    """Over (parameter, shift): KL both ways with its parabola, on a fine grid, at the shift's nodes, at small steps; F; the
    slopes of the gap forward, back and with F at the midpoint."""
    case = CASES[name]
    family, nodes = case.family, case.parameter.nodes
    theta, lo, hi = case.coordinate(nodes), *Axis.along(case.shift).ends
    fine = np.unique(np.round([*np.linspace(lo, hi, 133), 0.0, -SHOWN, SHOWN], 6))
    room = np.minimum(1, np.minimum(nodes, 1 - nodes) / 0.1) if case.asked else np.ones(len(nodes))
    kinds = ("gap", "reverse_gap", "midpoint_gap")
    if family.regular:
        slopes = [
            [order_of_gap(family, t, [1.0], case.fit * r, k) for t, r in zip(theta, room, strict=True)] for k in kinds
        ]
    else:  # the support moves: KL itself is of first order one way, infinite the other
        slopes = [np.full(len(nodes), order) for order in (1.0, np.inf, np.inf)]
    at = [profile(family, theta, [1.0], s) for s in (fine, case.shift.nodes, np.geomspace(*case.steps, 49))]
    return (*at, family.fisher(theta)[:, 0, 0], *map(np.array, slopes))


def hidden(values, steps, case: Case) -> Live | Secret:
    """A table over (parameter[, shift]) whose far shifts are the questions' answers."""
    cursor = len(steps) == len(case.shift.nodes) and np.allclose(steps, case.shift.nodes)
    table = Live(values, (case.parameter.key, case.shift.key) if cursor else (case.parameter.key,))
    if not case.asked:
        return table
    return Secret(Secret(table, "right", steps > SHOWN + 1e-9), "left", steps < -SHOWN - 1e-9)


def picture(v: Values) -> Scene:
    case = case_of(v)
    _, cursor, _, F, *slopes = numbers(case.name)
    say, over, both = words.part("bowl"), (case.parameter.key,), (case.parameter.key, case.shift.key)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = cursor.forward / cursor.quadratic
    found = {"kl": cursor.forward, "reverse": cursor.reverse, "ratio": ratio}
    shown = {
        **{k: Number(hidden(a, case.shift.nodes, case), "2" if k == "ratio" else "4") for k, a in found.items()},
        "quad": Number(Live(cursor.quadratic, both), "4"),
        "F": Number(Live(F, over), "g4"),
        "q": Number(Live(1 - case.parameter.nodes, over), "2"),
        "slope": Number(Live(slopes[0], over), "2"),
        "order": Number(Live(np.round(slopes[0]), over), "i"),
        "size": Number(Live(np.abs(case.shift.nodes), (case.shift.key,)), "g3"),
        "moved": Number(Live(moved(case), both), "3", none="–"),
    }
    if case.family.regular:
        shown |= {
            "reverse_slope": Number(Live(slopes[1], over), "2"),
            "midpoint_slope": Number(Live(slopes[2], over), "2"),
        }
    given = said(v)
    ratios = [["`KL` ∕ ½_Fδ_^{2}", ""], ["**[ratio] ×**", f"{{guess|you say {given[0]:g} ×}}" if given else ""]]
    relation, s = "≈" if case.family.regular else "≠", case.symbol
    kl = [
        [f"{{exact|`KL`(_{s}_‖_{s}_+_δ_)}}", relation, "{exact|½ _F_ _δ_^{2}}", "", ""],
        ["**[kl]**", relation, "½ · [F] · [size]^{2}", "=", "**[quad]**"],
    ]
    return Scene(
        [main(v, case, given), gap(v, case), side(v, case)],
        controls=[case.shift.key, case.parameter.key],
        numbers=shown,
        checks=checks(v, case),
        formula={
            "groups": [
                kl,
                [[f"{{exact|_F_}} = {say['F', case.name]}"], [f"[F] = {say['F_in_numbers', case.name]}"]],
                ratios,
            ]
        },
        groups=[] if v.moving else ["model", *(["coords"] if v.model == "coin" else [])],
        breaks=["moving"],
        more=["mid"],
    )


def main(v: Values, case: Case, given) -> View:
    curves, cursor = numbers(case.name)[:2]
    steps, over, s, say = curves.steps[0], (case.parameter.key,), case.symbol, words.part("bowl")
    names = [f"`KL`(_{s}_‖_{s}_+_δ_)", f"`KL`(_{s}_+_δ_‖_{s}_)"]
    x, y = Axis.along(case.shift, say["x", case.name], signed=True), Axis.linear(0, case.highest, "divergence, nats")
    at, bowl = here(case.shift), Live(cursor.quadratic, (case.parameter.key, case.shift.key))
    layers = [
        *veils(v, case),
        Rule(x=at),
        named(Curve(steps, Live(curves.quadratic, over), "bowl"), "½_F_ _δ_^{2}  the bowl", "start", size=14),
        named(
            Curve(steps, hidden(curves.reverse, steps, case), "exact-thin"),
            names[1],
            "end" if case.family.regular else "start",
            phone=False,
        ),
        named(Curve(steps, hidden(curves.forward, steps, case), "exact"), names[0], "end", weight=600, phone=False),
        *(
            [
                Curve(steps, hidden(0.5 * (curves.forward + curves.reverse), steps, case), "exact-thin", dash="dot"),
                Curve(steps, Live(curves.midpoint, over), "bowl", dash="dot"),
            ]
            if v.mid
            else []
        ),
        Points(at, bowl, "bowl", size=4, casing=True, edge=False),
        Points(at, hidden(cursor.reverse, case.shift.nodes, case), "exact-thin", size=4, hollow=True, edge=False),
        Points(at, hidden(cursor.forward, case.shift.nodes, case), "exact", edge=False),
        Handle(x=case.shift.key, at_y=[0.0], text=f"[{case.shift.key}]"),
    ]
    if not case.family.regular:  # a θ too small for the data, or data that θ has not: infinite, on one side each
        half = 0.5 * case.shift.nodes[[0, -1]]
        layers += [
            Label([x_], [0.8 * case.highest], f"{n} = ∞", align="center", token="exact", weight=w)
            for x_, n, w in zip(half, names, (600, 400), strict=True)
        ]
    if case.asked:
        layers += [Guess("left" if "right" in v.seen else "right")]
    if given and case.asked:
        _, truth, key = given
        unit, asked = bowl_at(key), ASKED[key]
        layers.append(
            Bracket([asked], [given[0] * unit], [truth * unit], f"gap {abs(given[0] - truth):.2f} ×", when=setting(key))
        )
    node = int(np.abs(case.parameter.nodes - getattr(v, case.parameter.key)).argmin())
    return View(
        "a",
        say["a", "caption", case.name],
        x,
        y,
        layers,
        slot="main",
        alt=say["a", "alt"],
        sentence=say("a", "sentence", symbol=s, parameter=f"[{case.parameter.key}]", shift=f"[{case.shift.key}]"),
        table=(
            say.list("a", "columns"),
            [
                steps[::4],
                *(open_(case, v, a[node], steps)[::4] for a in (curves.forward, curves.reverse)),
                curves.quadratic[node][::4],
            ],
        ),
    )


def open_(case: Case, v: Values, values, steps):
    """What a table of the figure may hold now."""
    secret = hidden(values, steps, case)
    return values if isinstance(secret, Live) else secret.shown(v.seen).values


def veils(v: Values, case: Case) -> list[Veil]:
    """Where the open questions' answers will be."""
    shut = [key for key in ("right", "left") if case.asked and key not in v.seen]
    say = words.part("bowl", "veil")
    found = [
        Veil(
            say.list(k) if k == shut[0] else None,
            **(
                {"x0": [SHOWN], "at": 0.19 * case.highest}
                if k == "right"
                else {"x1": [-SHOWN], "at": 0.75 * case.highest}
            ),
        )
        for k in shut
    ]
    return found


def gap(v: Values, case: Case) -> View:
    _, cursor, gaps, _, slope, *_ = numbers(case.name)
    t, say, over, regular = gaps.steps[0], words.part("bowl", "b"), (case.parameter.key,), case.family.regular
    forward, reverse, middle = (np.abs(g) for g in (gaps.gap, gaps.reverse_gap, gaps.midpoint_gap))
    corner, fit = case.fit / 3, case.fit
    low = (
        np.array(
            [np.interp(corner, t, row) for row in np.fmin(forward, np.where(np.isfinite(reverse), reverse, np.inf))]
        )
        * 0.35
    )
    high = low * (fit / corner) ** np.round(slope)
    seen_of = lambda a: hidden(a, t, case)  # noqa: E731
    at = here(case.shift)
    layers = [
        *([Veil(x0=[SHOWN])] if case.asked and "right" not in v.seen else []),
        Curve(t, seen_of(reverse), "exact-thin")
        if not regular
        else named(Curve(t, seen_of(reverse), "exact-thin"), "slope [reverse_slope]", "below"),
        named(Curve(t, seen_of(forward), "exact"), "slope [slope]", "above", weight=600),
        *([Curve(t, seen_of(middle), "exact-thin", dash="dot")] if v.mid else []),
        named(
            triangle_of_slope(corner, fit, Live(low, over), Live(high, over)), "[order:i] : 1", "right", token="ink2"
        ),
        Rule(x=at),
        Points(at, hidden(np.abs(cursor.gap), case.shift.nodes, case), "exact", size=5, edge=False),
        Points(at, [case.gaps[0]], "theta", size=3.5, token="ctl", edge=False),
    ]
    node = int(np.abs(case.parameter.nodes - getattr(v, case.parameter.key)).argmin())
    return View(
        "b",
        say("caption", fit=case.fit),
        Axis.decades(*case.steps, "step _δ_ > 0"),
        Axis.decades(*case.gaps, "|`KL` − ½_F_ _δ_^{2}|, nats"),
        layers,
        slot="side",
        alt=say["alt"],
        sentence=say["sentence" if regular else "sentence_irregular"],
        table=(say.list("columns"), [t[::2], *(open_(case, v, a[node], t)[::2] for a in (forward, reverse, middle))]),
    )


# ---- the two distributions ---------------------------------------------------------------------------------------------------
def moved(case: Case) -> np.ndarray:
    """The parameter after the shift, over (parameter, shift); NaN where the shift leaves the space."""
    end = case.coordinate(case.parameter.nodes)[:, None] + case.shift.nodes[:, None]
    inside = case.family.contains(end)
    if case.name in ("coin.logit", "coin.arcsine"):
        end = case.family.to_base(np.where(inside[..., None], end, case.coordinate([0.5])))
    return np.where(inside, end[..., 0], np.nan)


@lru_cache(maxsize=1)
def counts():
    """Poisson masses before and after, over λ and over (λ, shift)."""
    x, after = np.arange(19.0), moved(CASES["poisson.lambda"])
    known = np.unique([*lam.nodes, *after[after > 0]])
    mass = dict(zip(known, (np.exp(FAMILIES["poisson"].log_prob(x, [m])) for m in known), strict=True))
    return (
        x,
        np.array([mass[m] for m in lam.nodes]),
        np.array([[mass.get(m, np.zeros(len(x))) for m in row] for row in after]),
    )


def side(v: Values, case: Case) -> View:
    say, one, both = (
        words.part("bowl", "c", case.parameter.key),
        (case.parameter.key,),
        (case.parameter.key, case.shift.key),
    )
    nodes, after = case.parameter.nodes, moved(case)
    node, step = (int(np.abs(s.nodes - getattr(v, s.key)).argmin()) for s in (case.parameter, case.shift))
    if case.parameter is lam:
        x, p0, p1 = counts()
        layers, axes = (
            two_masses(x, Live(p0, one), Live(p1, both)),
            (Axis.linear(-0.6, x[-1] + 0.6), Axis(0, 0.5, grid=False, line=False)),
        )
        cells = [x, p0[node], p1[node, step]]
    elif case.parameter is top:
        layers = [
            Bars([0], Live(nodes[:, None], one), [0], Live(1 / nodes[:, None], one), "data", alpha=0.5),
            Bars(
                [0],
                Live(after[..., None], both),
                [0],
                Live(1 / after[..., None], both),
                "ctl",
                hollow=True,
                outline="ctl",
            ),
        ]
        axes, cells = (
            (Axis.linear(0, 2.6), Axis(0, 2.6, grid=False, line=False)),
            [np.repeat(nodes[node], len(after[node])), after[node]],
        )
    else:
        rows = (
            (1.15, Live(nodes[:, None], one), "data", "heads: [p]"),
            (0.15, Live(np.fmax(after, 0)[..., None], both), "ctl", "moved to [moved]"),
        )
        layers = [
            m
            for y, x, token, name in rows
            for m in (
                Bars([0], [1], [y], [y + 0.6], "page", outline="axis"),
                Bars([0], x, [y], [y + 0.6], token),
                Label([0.98], [y + 0.3], name, align="right", middle=True, token="ink"),
            )
        ]
        axes, cells = (
            (Axis(0, 1, line=False), Axis(0, 2, grid=False, line=False)),
            [np.repeat(nodes[node], len(after[node])), after[node]],
        )
    return View(
        "c",
        say["caption"],
        *axes,
        layers,
        alt=say["alt"],
        sentence=say["sentence"],
        table=(say.list("columns"), cells),
        slot="low",
    )


def checks(v: Values, case: Case) -> list[Check]:
    family, shift = case.family, getattr(v, case.shift.key)
    start = case.coordinate([getattr(v, case.parameter.key)])[0]
    end = start + shift if family.contains(start + shift) else start + 0.5 * case.fit
    found = [
        Check(
            "F",
            "closed form",
            "quadrature of score²",
            relative(family.fisher(start)[0, 0], information.by_quadrature(family, start)[0, 0]),
            1e-6,
        )
    ]
    if family.regular or shift >= 0:
        found.insert(
            0,
            Check(
                "KL(θ‖θ+δ)",
                "closed form",
                "quadrature",
                relative(family.kl(start, end), divergence.kl_quadrature(family, start, end)),
                1e-8,
            ),
        )
    return found


# ---- what is asked, and what the words say ---------------------------------------------------------------------------------
ASKED = {"right": 0.1, "left": -0.05}
SAID = {"right": {"below": 0.66, "same": 1.0, "above": 1.5}, "left": {"mirror": 0.66, "same": 1.0, "above": 1.5}}


def setting(key: str) -> dict:
    """Where the question is asked: the controls that must stand there for its marks to be drawn."""
    return {"p": 0.1, "delta": ASKED[key], "coords": "p", "model": "coin", "moving": False}


def ratio(shift: float) -> float:
    """KL in units of its bowl, that far from the coin p = 0.1."""
    line = profile(FAMILIES["bernoulli"], [0.1], [1.0], [shift])
    return float(line.forward[0] / line.quadratic[0])


def information_at(chance: float) -> float:
    return float(FAMILIES["bernoulli"].fisher([chance])[0, 0])


def bowl_at(key: str) -> float:
    return 0.5 * information_at(0.1) * ASKED[key] ** 2


def said(v: Values) -> tuple[float, float, str] | None:
    """The last answer, as a ratio, with the truth."""
    return next(
        ((SAID[k][v.given[k]], ratio(ASKED[k]), k) for k in ("left", "right") if v.given.get(k) is not None), None
    )


def third_order(reverse: bool = False) -> Fraction:
    """c in KL = ½Fδ² + c·F′δ³ + … of a coin: the odd part of the gap beside the slope of F."""
    coin, at, step = FAMILIES["bernoulli"], np.array([0.1]), 1e-3
    line = profile(coin, at, [1.0], [step, -step])
    ahead, back = line.reverse_gap if reverse else line.gap
    slope = (coin.fisher(at + step)[0, 0] - coin.fisher(at - step)[0, 0]) / (2 * step)
    return Fraction(float((ahead - back) / 2 / step**3 / slope)).limit_denominator(12)


def slope_of_information(chance: float = 0.1) -> float:
    """F′(p) of a coin."""
    fisher, step = FAMILIES["bernoulli"].fisher, 1e-5
    return float((fisher([chance + step]) - fisher([chance - step]))[0, 0] / (2 * step))


GLYPHS = {Fraction(1, 3): "⅓", Fraction(1, 6): "⅙"}
words.facts |= {
    "ratio_right": lambda: ratio(0.1),
    "ratio_left": lambda: ratio(-0.05),
    "F05": lambda: information_at(0.05),
    "F10": lambda: information_at(0.1),
    "F20": lambda: information_at(0.2),
    "third": lambda: GLYPHS[third_order()],
    "third_back": lambda: GLYPHS[third_order(reverse=True)],
    "slope_of_F": slope_of_information,
    "kl_there": lambda: float(FAMILIES["bernoulli"].kl([0.3], [0.6])),
    "kl_back": lambda: float(FAMILIES["bernoulli"].kl([0.6], [0.3])),
}

questions = [
    choose(
        key,
        words,
        correct=correct,
        setup=setting(key) | {"tab": "bowl"},
        when=setting(key),
        view="a",
        at={o: {"x": ASKED[key], "y": r * bowl_at(key)} for o, r in SAID[key].items()},
    )
    for key, correct in (("right", "below"), ("left", "above"))
]

tab = Tab(
    key="bowl",
    words=words,
    questions=questions,
    picture=picture,
    controls=[
        delta,
        logit,
        arcsine,
        rate,
        upper,
        p,
        lam,
        top,
        Choice("model", "Model", {"coin": "coin", "poisson": "Poisson"}, "coin"),
        Choice("coords", "Coordinates", {"p": "_p_", "logit": "logit", "arcsine": "arcsine"}, "p"),
        Toggle("moving", "let the support move"),
        Toggle("mid", "average both directions, _F_ at the midpoint"),
    ],
    program=lambda v: (
        "bowl",
        {
            "model": case_of(v).name,
            "value": getattr(v, case_of(v).parameter.key),
            "delta": getattr(v, case_of(v).shift.key),
        },
    ),
)
