"""For an exponential family KL is the gap under a tangent of A(η), and F is the curvature of A."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES

from ...controls import Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import Reading, here, readings
from ...stage.marks import Curve, Handle, Points, Segments, named
from ...stage.scene import Check, Live, Number, Scene, View
from . import words

COIN, IN_LOGIT = FAMILIES["bernoulli"], FAMILIES["bernoulli"].in_chart("logit")

eta = Slider("eta", "Natural parameter _η_", -3, 3, 0.1, -1.0, format="+1")
step = Slider("deta", "Shift _δ_", -3, 3, 0.1, 2.0, format="+1")
ONE, BOTH = ("eta",), ("eta", "deta")


def potential(at):
    """A(η) = −log p(tails | η): the normaliser of an exponential family with T(x) = x."""
    return np.array([-IN_LOGIT.log_prob([0.0], [e])[0] for e in np.ravel(at)]).reshape(np.shape(at))


@lru_cache(maxsize=1)
def numbers():
    """A, its tangent and its curvature over η, and the gap over (η, δ)."""
    at, end = eta.nodes, eta.nodes[:, None] + step.nodes
    A, mean = potential(at), IN_LOGIT.to_base(at[:, None])[:, 0]
    x = np.linspace(-4.2, 4.2, 169)
    return {
        "x": x,
        "A": potential(x),
        "tangent": A[:, None] + mean[:, None] * (x - at[:, None]),
        "at": A,
        "mean": mean,
        "end": end,
        "on_tangent": A[:, None] + mean[:, None] * step.nodes,
        "on_curve": potential(end),
        "F": IN_LOGIT.fisher(at[:, None])[:, 0, 0],
        "kl": IN_LOGIT.kl(at[:, None, None], end[..., None]),
    }


def picture(v: Values) -> Scene:
    n, say = numbers(), words.part("partition")
    end, low, high = (Live(n[k][..., None], BOTH) for k in ("end", "on_tangent", "on_curve"))
    main = View(
        "main",
        x=Axis.linear(-4.2, 4.2, say["main", "x"]),
        y=Axis.linear(0, 4.3, "_A_(_η_), nats", 0),
        slot="main",
        **say.view("main"),
        layers=[
            named(Curve(n["x"], n["A"], "exact"), "_A_(_η_)", "end"),
            named(Curve(n["x"], Live(n["tangent"], ONE), "bowl"), "tangent", "start"),
            named(Segments(end, low, end, high, "exact", width=3), "gap = `KL` = [kl]", "right", weight=600),
            Points(here(eta), Live(n["at"][:, None], ONE), "theta", size=5),
            Points(end, high, "exact", size=5, edge=False),
            Handle(x="eta", at_y=[0.0], text="[eta]"),
        ],
        table=(["eta", "A"], [n["x"], n["A"]]),
    )
    side = View(
        "side",
        x=Axis.along(eta, "_η_"),
        y=Axis.linear(0, 0.3, "_F_", 1),
        slot="side",
        **say.view("side"),
        layers=readings(eta, eta.nodes, {"exact": Reading(n["F"], Live(n["F"][:, None], ONE), "_A_″(_η_) = _F_")}),
        table=(["eta", "F"], [eta.nodes, n["F"]]),
    )
    gap = float(np.abs(n["on_curve"] - n["on_tangent"] - n["kl"]).max())
    pulled = COIN.fisher(n["mean"][:, None])[:, 0, 0] * (n["mean"] * (1 - n["mean"])) ** 2
    return Scene(
        [main, side],
        controls=["eta", "deta"],
        formula={"groups": say.list("formula")},
        numbers={
            "kl": Number(Live(n["kl"], BOTH), "4"),
            "mean": Number(Live(n["mean"], ONE), "3"),
            "F": Number(Live(n["F"], ONE), "4"),
        },
        checks=[
            Check("gap under the tangent", "potential minus tangent", "closed-form KL", gap, 1e-9),
            Check("A″", "Fisher in η", "JᵀFJ from p", float(np.abs(pulled - n["F"]).max()), 1e-9),
        ],
    )


def program(v: Values):
    return "bowl", {"model": "coin.logit", "value": float(1 / (1 + np.exp(-v.eta))), "delta": v.deta}


tab = Tab(key="partition", words=words, controls=[eta, step], picture=picture, program=program)
