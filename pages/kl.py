"""P3: near θ, KL is a bowl whose matrix is F; the fit breaks at third order."""

from fisher_app.start import enter_through_app

enter_through_app("pages/kl.py")

import numpy as np
import streamlit as st

from fisher_app import snippets
from fisher_app.controls import Choice, Slider, Toggle
from fisher_app.figures import kl as figures
from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.stage.scene import Check, Live, Number
from fisher_core import FAMILIES, divergence
from fisher_core.curvature import order_of_gap, profile

WINDOW = 0.04  # before a commitment only shifts up to here are drawn

controls = [
    Slider("delta", "Shift _δ_", -0.08, 0.14, 0.005, 0.10, format="+3"),
    Slider("p", "Chance of heads _p_", 0.02, 0.98, 0.01, 0.10),
    Choice("coords", "Coordinates", {"p": "_p_", "logit": "logit", "arcsine": "arcsine"}, "p"),
    Toggle("mid", "average both directions, _F_ at the midpoint"),
]
CONTROL = {c.key: c for c in controls}
P, DELTA = CONTROL["p"].nodes, CONTROL["delta"].nodes

FRAMES = {
    "p": figures.BowlFrame(
        "p", "delta", "p", (-0.086, 0.142), [(-0.05, "−0.05"), (0, "0"), (0.05, "+0.05"), (0.1, "+0.10")], "shift _δ_ of the chance of heads",
        0.095, [(0, "0"), (0.02, "0.02"), (0.04, "0.04"), (0.06, "0.06"), (0.08, "0.08")],
        (5e-8, 0.1), [(1e-6, "10^{−6}"), (1e-4, "10^{−4}"), (1e-2, "10^{−2}")], (10**-2.5, 10**-0.85), [(0.01, "0.01"), (0.1, "0.1")],
        0.01, "**Two coins, shift apart.** Drag the handle along the axis.",
    ),
}  # fmt: skip


@st.cache_data(max_entries=8, show_spinner=False)
def tables(coords: str):
    """Everything the browser scrubs: profiles over all p at once."""
    frame = FRAMES[coords]
    family = FAMILIES["bernoulli"]
    theta = P[:, None]
    fine = np.unique(np.round(np.concatenate([np.linspace(*frame.x, 229), [-WINDOW, WINDOW]]), 6))
    curves = profile(family, theta, [1.0], fine)
    cursor = profile(family, theta, [1.0], DELTA)
    gaps = profile(family, theta, [1.0], np.geomspace(*frame.gap_x, 61))
    slopes = {
        name: np.array([order_of_gap(family, [p], [1.0], frame.fit * min(1.0, p / 0.1, (1 - p) / 0.1), kind) for p in P])
        for name, kind in (("forward", "gap"), ("reverse", "reverse_gap"), ("midpoint", "midpoint_gap"))
    }
    return curves, cursor, gaps, family.fisher(theta)[:, 0, 0], slopes


def hidden(seen) -> tuple[float | None, float | None]:
    return (None if "left" in seen else -WINDOW), (None if "right" in seen else WINDOW)


def bowl(v):
    family, frame = FAMILIES["bernoulli"], FRAMES["p"]
    curves, cursor, gaps, information, slopes = tables("p")
    window = hidden(v.seen)
    forward, reverse = figures.hide(cursor, *window)
    both, over = ("p", "delta"), ("p",)
    numbers = {
        "kl": Number(Live(forward, both), "4"),
        "reverse": Number(Live(reverse, both), "4"),
        "quad": Number(Live(cursor.quadratic, both), "4"),
        "ratio": Number(Live(np.divide(forward, cursor.quadratic, out=np.full_like(forward, np.nan), where=cursor.quadratic > 0), both), "2"),
        "F": Number(Live(information, over), "2"),
        "q": Number(Live(1 - P, over), "2"),
        "moved": Number(Live(P[:, None] + DELTA, both), "3"),
        "slope": Number(Live(slopes["forward"], over), "2"),
        "reverse_slope": Number(Live(slopes["reverse"], over), "2"),
        "order": Number(Live(np.round(slopes["forward"]), over), "i"),
        "_row": Number(float(np.abs(P - v.p).argmin())),
    }
    formula = {"groups": [
        [["{exact|`KL`(_p_‖_p_+_δ_)}", "≈", "{exact|½ _F_ _δ_^{2}}", "", ""], ["**[kl]**", "≈", "½ · [F] · [delta]^{2}", "=", "**[quad]**"]],
        [["{exact|_F_} = 1 ∕ _p_(1 − _p_)"], ["[F] = 1 ∕ ([p] · [q])"]],
        [["`KL` ∕ ½_Fδ_^{2}"], ["**[ratio] ×**"]],
    ]}  # fmt: skip
    end = np.clip(v.p + v.delta, 1e-9, 1 - 1e-9)
    checks = [
        Check("KL(p‖p+δ)", "closed form", "quadrature", relative(family.kl([v.p], [end]), divergence.kl_quadrature(family, [v.p], [end])), 1e-7),
        Check("F", "closed form", "sum over outcomes", relative(family.fisher([v.p])[0, 0], second_fisher(family, v.p)), 1e-7),
    ]
    guess = None
    return figures.bowl(frame, P, curves, cursor, gaps, information, slopes, window, formula, figures.coins(P, DELTA), numbers, checks, guess,
                        v.mid, groups=["coords"], more=["mid"])  # fmt: skip


def relative(a, b) -> float:
    return float(abs(a - b) / max(abs(a), 1e-300))


def second_fisher(family, p: float) -> float:
    from fisher_core import information

    return float(information.by_quadrature(family, [p])[0, 0])


lesson = Lesson(
    slug="kl",
    claim="Near _θ_, KL is a bowl whose matrix is {exact|_F_}; the fit breaks at third order.",
    question="How far from a coin can you walk before the parabola stops measuring the distance?",
    figures={"bowl": Figure("Along one coordinate", bowl, "Curves that hug are the claim. On the logarithmic plot the slope counts the order of the gap: slope 3 means halve the step, an eighth of the gap.")},
    controls=controls,
    presets=[
        Preset("fair", "fair coin", "slope 4: symmetry cancels the third order.", {"p": 0.5}),
        Preset("rare", "rare event", "two curves split."),
        Preset("wall", "_p_ = .02", "the bowl hits the wall.", {"p": 0.02, "delta": 0.02}),
    ],
    predictions=[
        Choose(
            key="right", question="At _p_ = 0.10, _δ_ = +0.10: how large is KL beside the bowl, `KL` / (½_Fδ_^{2})?", setup={"p": 0.1, "delta": 0.1}, when={"p": 0.1, "delta": 0.1}, view="a",
            hint="or click the {guess|◆} on the plot", correct="below", truth="It is {exact|0.66 ×}.", next="Next: the other side",
            options=[Option("below", "0.66 ×", "Right.", text="KL lies well below the bowl", at={"x": 0.1, "y": 0.0367}), Option("same", "1 ×", "That is the limit.", text="they still agree", at={"x": 0.1, "y": 0.0556}), Option("above", "1.5 ×", "Right size, wrong side.", text="KL lies well above the bowl", at={"x": 0.1, "y": 0.0833})],
        ),
    ],
    trap="KL is no distance.", recap=[], terms=["KL", "Fisher matrix"], sources=["LI", "WO2", "DU"],
    code=lambda v: "pass", holds=lambda v: True,
)  # fmt: skip
lesson.show()
