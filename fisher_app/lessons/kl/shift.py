"""Same shift of the mean, another spread: how far apart two Normals are in nats."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, divergence

from ...controls import Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import Reading, readings, two_densities
from ...stage.marks import Points, Rule, named
from ...stage.scene import Check, Live, Number, Scene, View
from . import words
from .checks import relative

NORMAL, MEANS = FAMILIES["normal"], (-2.0, 2.0)
ROUND = (0.5, 2.0)  # spreads whose KL is a round number: 32 and 2 nats

spread = Slider("spread", "Standard deviation of both", 0.4, 3, 0.05, 2)


def ends(spreads):
    """θ of the two Normals at each standard deviation, (n, 2) each."""
    return [np.stack([np.full_like(spreads, m), spreads], axis=-1) for m in MEANS]


@lru_cache(maxsize=1)
def numbers():
    """All that the tab says, over the nodes of the standard deviation."""
    left, right = ends(spread.nodes)
    pairs = list(zip(left, right, strict=True))
    return {
        "kl": NORMAL.kl(left, right),
        "hellinger": np.array([divergence.hellinger(NORMAL, a, b) for a, b in pairs]),
        "overlap": np.array([divergence.overlap(NORMAL, a, b) for a, b in pairs]),
        "peak": np.array([np.exp(NORMAL.log_prob(MEANS[:1], a))[0] for a in left]),
        "as_variance": NORMAL.kl(*ends(np.sqrt(spread.nodes))),
    }


@lru_cache(maxsize=1)
def densities():
    x = np.linspace(-7, 7, 181)
    return x, [Live([np.exp(NORMAL.log_prob(x, t)) for t in side], ("spread",)) for side in ends(spread.nodes)]


def picture(v: Values) -> Scene:
    n, (x, (left, right)), say = numbers(), densities(), words.part("shift")
    main = View(
        "main",
        x=Axis.linear(-7, 7, "observation _x_"),
        y=Axis.linear(0, 1.05, "density", 1),
        slot="main",
        **say.view("main"),
        layers=[
            *two_densities(x, left, x, right),
            *[named(Rule(x=[m], end=1.0), f"{m:+.0f}".replace("-", "−"), "end") for m in MEANS],
        ],
        table=(say.list("main", "columns"), [spread.nodes, n["kl"], n["hellinger"], n["overlap"]]),
    )
    known = np.interp(ROUND, spread.nodes, n["kl"])
    side = View(
        "side",
        x=Axis.decades(0.3, 3, "standard deviation"),
        y=Axis.decades(0.5, 100, "`KL`, nats"),
        slot="side",
        **say.view("side"),
        layers=[
            *readings(spread, spread.nodes, {"exact": Reading(n["kl"], Live(n["kl"][:, None], ("spread",)))}),
            *[named(Points([s], [k], "theta", size=3.5), f"{k:.0f} nats") for s, k in zip(ROUND, known, strict=True)],
        ],
        table=(say.list("side", "columns"), [spread.nodes, n["kl"]]),
    )
    pair = (
        NORMAL.kl(*[t[0] for t in ends(np.ones(1))]),
        divergence.kl_quadrature(NORMAL, *[t[0] for t in ends(np.ones(1))]),
    )
    return Scene(
        [main, side],
        controls=["spread"],
        numbers={k: Number(Live(a, ("spread",)), "g4" if k == "kl" else "4") for k, a in n.items()},
        formula={"groups": say.list("formula")},
        checks=[Check("KL", "closed form", "quadrature", relative(*pair), 1e-8)],
    )


tab = Tab(
    key="shift", words=words, controls=[spread], picture=picture, program=lambda v: ("shift", {"spread": v.spread})
)
