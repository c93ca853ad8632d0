"""KL along one coordinate beside its parabola: the bowl, the gap on logarithmic axes, the two distributions."""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import divergence
from fisher_core import information as fisher
from fisher_core.validation import Array

from ...controls import Choice, Toggle
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import here, triangle_of_slope
from ...stage.marks import Bracket, Curve, Guess, Handle, Label, Mark, Points, Rule, Veil, named
from ...stage.scene import Check, Number, Scene, View
from ...stage.tables import Live
from . import asked, pair, words
from .case import CASES, SHOWN, Case, case_of, moved, numbers
from .checks import relative


def picture(v: Values) -> Scene:
    case = case_of(v)
    n, say, s, steps = numbers(case.name), words.part("bowl"), case.symbol, case.shift.nodes
    regular, answer = case.family.regular, asked.answer(v)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = n.cursor.forward / n.cursor.quadratic
    found = {"kl": (n.cursor.forward, "4"), "reverse": (n.cursor.reverse, "4"), "ratio": (ratio, "2")}
    fitted = {"slope": n.slope, "order": np.round(n.slope)}
    if regular:
        fitted |= {"reverse_slope": n.reverse_slope, "midpoint_slope": n.midpoint_slope}
    shown = {k: Number(case.far(a, steps, case.both), f) for k, (a, f) in found.items()}
    shown |= {k: Number(Live(a, case.one), "i" if k == "order" else "2") for k, a in fitted.items()}
    shown |= {
        "quad": Number(Live(n.cursor.quadratic, case.both), "4"),
        "F": Number(Live(n.information, case.one), "g4"),
        "q": Number(Live(1 - case.parameter.nodes, case.one), "2"),
        "size": Number(Live(np.abs(steps), (case.shift.key,)), "g3"),
        "moved": Number(Live(moved(case), case.both), "3", none="–"),
    }
    relation, said = "≈" if regular else "≠", f"{{guess|you say {answer[1]:g} ×}}" if answer else ""
    kl = [f"{{exact|`KL`(_{s}_‖_{s}_+_δ_)}}", relation, "{exact|½ _F_ _δ_^{2}}", "", ""]
    return Scene(
        [main(v, case), gap(v, case), pair.view(v, case)],
        controls=[case.shift.key, case.parameter.key],
        numbers=shown,
        checks=checks(v, case),
        formula={
            "groups": [
                [kl, ["**[kl]**", relation, "½ · [F] · [size]^{2}", "=", "**[quad]**"]],
                [[f"{{exact|_F_}} = {say['F', case.name]}"], [f"[F] = {say['F_in_numbers', case.name]}"]],
                [["`KL` ∕ ½_Fδ_^{2}", ""], ["**[ratio] ×**", said]],
            ]
        },
        groups=[] if v.moving else ["model", *(["coords"] if v.model == "coin" else [])],
        breaks=["moving"],
        more=["mid"],
    )


def main(v: Values, case: Case) -> View:
    n, say, s = numbers(case.name), words.part("bowl"), case.symbol
    t, at, nodes, over = n.curves.steps[0], here(case.shift), case.shift.nodes, case.one
    names = [f"`KL`(_{s}_‖_{s}_+_δ_)", f"`KL`(_{s}_+_δ_‖_{s}_)"]
    forward, reverse = n.curves.forward, n.curves.reverse
    back = "end" if case.family.regular else "start"
    layers: list[Mark] = [
        *veils(v, case),
        Rule(x=at),
        named(Curve(t, Live(n.curves.quadratic, over), "bowl"), "½_F_ _δ_^{2}  the bowl", "start", size=14),
        named(Curve(t, case.far(reverse, t, over), "exact-thin"), names[1], back, phone=False),
        named(Curve(t, case.far(forward, t, over), "exact"), names[0], "end", weight=600, phone=False),
        Points(at, Live(n.cursor.quadratic, case.both), "bowl", size=4, casing=True, edge=False),
        Points(at, case.far(n.cursor.reverse, nodes, case.both), "exact-thin", size=4, hollow=True, edge=False),
        Points(at, case.far(n.cursor.forward, nodes, case.both), "exact", edge=False),
        Handle(x=case.shift.key, at_y=[0.0], text=f"[{case.shift.key}]"),
    ]
    if v.mid:
        layers.append(Curve(t, case.far(0.5 * (forward + reverse), t, over), "exact-thin", dash="dot"))
        layers.append(Curve(t, Live(n.curves.midpoint, over), "bowl", dash="dot"))
    if not case.family.regular:  # a θ too small for the data, or data that θ has not: infinite, on one side each
        for x, name, weight in zip(0.5 * nodes[[0, -1]], names, (600, 400), strict=True):
            words_ = f"{name} = ∞"
            layers.append(Label([x], [0.8 * case.highest], words_, align="center", token="exact", weight=weight))
    if case.asked:
        layers += [Guess("left" if "right" in v.seen else "right"), *measured(v)]
    row = case.node(v)
    return View(
        "a",
        x=Axis.along(case.shift, say["x", case.name], signed=True),
        y=Axis.linear(0, case.highest, "divergence, nats"),
        layers=layers,
        slot="main",
        caption=say["a", "caption", case.name],
        alt=say["a", "alt"],
        sentence=say("a", "sentence", symbol=s, parameter=f"[{case.parameter.key}]", shift=f"[{case.shift.key}]"),
        table=(
            say.list("a", "columns"),
            [a[::4] for a in (t, *opened(v, case, t, forward[row], reverse[row]), n.curves.quadratic[row])],
        ),
    )


def gap(v: Values, case: Case) -> View:
    n, say, at, regular = numbers(case.name), words.part("bowl", "b"), here(case.shift), case.family.regular
    t, over = n.gaps.steps[0], case.one
    forward, reverse, middle = (np.abs(g) for g in (n.gaps.gap, n.gaps.reverse_gap, n.gaps.midpoint_gap))
    nearest = np.fmin(forward, np.where(np.isfinite(reverse), reverse, np.inf))
    low = 0.35 * np.array([np.interp(case.fit / 3, t, row) for row in nearest])
    triangle = triangle_of_slope(case.fit / 3, case.fit, Live(low, over), Live(low * 3 ** np.round(n.slope), over))
    back = Curve(t, case.far(reverse, t, over), "exact-thin")
    layers = [
        *([Veil(x0=[SHOWN])] if case.asked and "right" not in v.seen else []),
        named(back, "slope [reverse_slope]", "below") if regular else back,
        named(Curve(t, case.far(forward, t, over), "exact"), "slope [slope]", "above", weight=600),
        *([Curve(t, case.far(middle, t, over), "exact-thin", dash="dot")] if v.mid else []),
        named(triangle, "[order:i] : 1", "right", token="ink2"),
        Rule(x=at),
        Points(at, case.far(np.abs(n.cursor.gap), case.shift.nodes, case.both), "exact", size=5, edge=False),
        Points(at, [case.gaps[0]], "theta", size=3.5, token="ctl", edge=False),
    ]
    row = case.node(v)
    return View(
        "b",
        x=Axis.decades(*case.steps, "step _δ_ > 0"),
        y=Axis.decades(*case.gaps, "|`KL` − ½_F_ _δ_^{2}|, nats"),
        layers=layers,
        slot="side",
        caption=say("caption", fit=case.fit),
        alt=say["alt"],
        sentence=say["sentence" if regular else "sentence_irregular"],
        table=(
            say.list("columns"),
            [a[::2] for a in (t, *opened(v, case, t, forward[row], reverse[row], middle[row]))],
        ),
    )


def opened(v: Values, case: Case, steps: Array, *values: Array) -> list[Array]:
    """What a table of the figure may hold now."""
    tables = [case.far(a, steps, ()) for a in values]
    return [np.asarray((t if isinstance(t, Live) else t.shown(v.seen)).values) for t in tables]


def veils(v: Values, case: Case) -> list[Veil]:
    """Where the open questions' answers will be, with words on the first."""
    shut = [key for key in ("right", "left") if case.asked and key not in v.seen]
    place: dict[str, dict[str, Any]] = {
        "right": {"x0": [SHOWN], "at": 0.19 * case.highest},
        "left": {"x1": [-SHOWN], "at": 0.75 * case.highest},
    }
    return [Veil(words.list("bowl", "veil", k) if k == shut[0] else None, **place[k]) for k in shut]


def measured(v: Values) -> list[Mark]:
    """The gap between the answer given and the truth, where it was asked."""
    answer = asked.answer(v)
    if answer is None:
        return []
    key, said, truth = answer
    unit, text = asked.bowl(key), f"gap {abs(said - truth):.2f} ×"
    return [Bracket([asked.AT[key]], [said * unit], [truth * unit], text, when=asked.setting(key))]


def checks(v: Values, case: Case) -> list[Check]:
    family, shift = case.family, getattr(v, case.shift.key)
    start = case.coordinate([getattr(v, case.parameter.key)])[0]
    end = start + shift if family.contains(start + shift) else start + 0.5 * case.fit
    F, kl = family.fisher(start)[0, 0], family.kl(start, end)
    found = [
        Check("F", "closed form", "quadrature of score²", relative(F, fisher.by_quadrature(family, start)[0, 0]), 1e-6)
    ]
    if family.regular or shift >= 0:
        residual = relative(kl, divergence.kl_quadrature(family, start, end))
        found.insert(0, Check("KL(θ‖θ+δ)", "closed form", "quadrature", residual, 1e-8))
    return found


def program(v: Values) -> tuple[str, dict[str, Any]]:
    case = case_of(v)
    return "bowl", {
        "model": case.name,
        "value": getattr(v, case.parameter.key),
        "delta": getattr(v, case.shift.key),
    }


sliders = [*dict.fromkeys([c.shift for c in CASES.values()]), *dict.fromkeys([c.parameter for c in CASES.values()])]
tab = Tab(
    key="bowl",
    words=words,
    picture=picture,
    program=program,
    questions=asked.questions,
    controls=[
        *sliders,
        Choice("model", "Model", {"coin": "coin", "poisson": "Poisson"}, "coin"),
        Choice("coords", "Coordinates", {"p": "_p_", "logit": "logit", "arcsine": "arcsine"}, "p"),
        Toggle("moving", "let the support move"),
        Toggle("mid", "average both directions, _F_ at the midpoint"),
    ],
)
