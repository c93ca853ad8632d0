"""A widely linked EWC program: the label that it predicts itself, and an anchor that it renews every epoch."""

from __future__ import annotations

import numpy as np

from fisher_studies import anchors, published
from fisher_studies.sure_unit import SureUnit

from ...controls import Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import here
from ...stage.marks import Curve, Handle, Points, Rule, named
from ...stage.scene import Check, Live, Number, Scene, View
from . import words
from .unit import EPSILONS, checks, eps

NOTES = published.AUTOPSY
EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LAMBDAS = (*(m * 10**k for k in range(5) for m in (1, 2, 5)), 100_000)
PRINTED = (0.4, 0.25, 0.1, 0.01)  # doubts whose factor is written beside the line

K = Slider("K", "Epochs _K_", 1, 10_000, 1, NOTES.epochs, format="i", log=True, at=EPOCHS, local=True)
lam = Slider("lam", "Importance _λ_", 1, 100_000, 1, NOTES.importance, format="i", log=True, at=LAMBDAS)


def walked(epochs, moving: bool) -> np.ndarray:
    """Per cent of the way to B's optimum, over (λ, epochs); without its ½ the penalty has stiffness 2λ."""
    return 100 * np.array([anchors.progress(1.0, 2 * x, epochs, moving) for x in LAMBDAS])


def picture(v: Values) -> Scene:
    ratio = np.array([SureUnit(e).multiplier("ARGMAX") for e in EPSILONS])
    drift = [SureUnit(e).at_logit(0.5).value("EXACT") / SureUnit(e).value("EXACT") for e in EPSILONS]
    at = {moving: Live(walked(K.nodes, moving), ("lam", "K")) for moving in (True, False)}
    ends = [
        anchors.progress(1.0, 2 * v.lam, NOTES.epochs),
        anchors.re_anchored(1.0, 1.0, 0.0, 2 * v.lam, NOTES.epochs)[-1],
    ]
    say = words.part("autopsy")
    return Scene(
        [too_small(ratio), moving_anchor(v, at)],
        controls=["eps", "K", "lam"],
        numbers={
            "ratio": Number(Live(ratio, ("eps",)), "g2"),
            "drift": Number(Live(drift, ("eps",)), "g2"),
            "moving": Number(at[True], "g4"),
            "fixed": Number(at[False], "g4"),
            "stiff": Number(Live(2 * lam.nodes, ("lam",)), "i"),
        },
        formula={"head": say.list("head"), "rows": say.list("rows"), "align": ["left"] * 4, "wrap": True},
        checks=[
            *(c for c in checks(v) if c.quantity in ("EXACT", "ARGMAX")),
            Check(
                f"progress in {NOTES.epochs} epochs",
                "closed form",
                "solve after solve",
                float(abs(ends[0] / ends[1] - 1)),
                1e-9,
            ),
        ],
    )


def too_small(ratio) -> View:
    """How many times too small the predicted label makes F."""
    doubt, say = here(eps), words.part("autopsy")
    written = {e: ratio[EPSILONS.index(e)] for e in PRINTED}
    return View(
        "a",
        x=Axis.along(eps, "doubt _ε_, log axis", room=0.02),
        y=Axis.decades(0.7, 3e7, "EXACT ∕ ARGMAX"),
        layers=[
            Curve(EPSILONS, ratio, "none", width=2),
            named(Rule(y=[1.0], token="exact", width=2), "EXACT", "start", weight=600),
            *[named(Points([e], [r], "theta", size=3.5), f"{r:.3g}", "left", token="ink2") for e, r in written.items()],
            Rule(x=doubt),
            named(
                Points(doubt, Live(ratio[:, None], ("eps",)), "none", size=6, casing=True),
                "[ratio] ×",
                "right",
                token="ink",
                weight=600,
            ),
            Handle(x="eps"),
        ],
        slot="half",
        table=(say.list("small", "columns"), [EPSILONS, ratio]),
        **say.view("small"),
    )


def moving_anchor(v: Values, at) -> View:
    """How far towards B's optimum the walk gets, with the anchor renewed and with it kept."""
    clock, now, say = np.unique(np.round(np.geomspace(1, EPOCHS[-1], 70))), LAMBDAS.index(v.lam), words.part("autopsy")
    along = {moving: walked(clock, moving) for moving in (True, False)}
    layers = [Rule(x=here(K))]
    for moving, style, text, token in ((True, "none", "renewed", "ink"), (False, "exact", "kept", "exact")):
        layers += [
            Curve(clock, Live(along[moving], ("lam",)), style),
            named(
                Points(here(K), at[moving], style, size=5, casing=True),
                say["anchor", text],
                "left" if moving else "right",
                token=token,
                weight=600,
            ),
        ]
    return View(
        "b",
        x=Axis.decades(1, EPOCHS[-1], "epochs _K_, log axis"),
        y=Axis.decades(2e-5, 500, "% of the way to B’s optimum"),
        layers=[*layers, Handle(x="K")],
        slot="half",
        table=(say.list("anchor", "columns"), [clock, *(along[moving][now] / 100 for moving in (True, False))]),
        **say.view("anchor"),
    )


def program(v: Values):
    return "autopsy", {"epsilon": v.eps, "importance": v.lam}


tab = Tab(key="autopsy", words=words, controls=[eps, K, lam], picture=picture, program=program)
low, high = NOTES.starts
words.facts |= {
    "inputs": lambda: NOTES.inputs,
    "start_low": lambda: low,
    "start_high": lambda: high,
    "points": lambda: 100 * (high - low),
}
