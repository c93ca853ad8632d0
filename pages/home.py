"""The page that opens the course."""

from fisher_app.start import enter_through_app

enter_through_app("pages/home.py")

import numpy as np
import streamlit as st

from fisher_app import snippets
from fisher_app.controls import Slider
from fisher_app.figures import home as figures
from fisher_app.lesson import Figure, Front, Preset
from fisher_app.stage.scene import Check
from fisher_core import FAMILIES, information, linalg

LEVEL = 0.06  # nats
controls = [
    Slider("mu", "Mean _μ_", -2, 2, 0.1, 0.8, format="+1"),
    Slider("sigma", "Standard deviation _σ_", 0.4, 2.4, 0.05, 1.0),
]
MU, SIGMA = (c.nodes for c in controls)


@st.cache_data(max_entries=1, show_spinner=False)
def numbers():
    family, z = FAMILIES["normal"], np.linspace(-4, 4, 81)

    def ellipses(theta):
        return linalg.fisher_ellipse(family.fisher(theta), LEVEL).points(49, theta)

    grid = np.stack(np.meshgrid([-1.5, 0.0, 1.5], [0.45, 0.9, 1.6, 2.5], indexing="ij"), -1).reshape(-1, 2)
    pad = np.stack(np.meshgrid(MU, SIGMA, indexing="ij"), -1)
    height = np.array([np.exp(family.log_prob(s * z, [0.0, s])) for s in SIGMA])
    matrices = family.fisher(np.stack([np.zeros_like(SIGMA), SIGMA], -1))
    return ellipses(grid), ellipses(pad), MU, SIGMA, z, height, float(np.sqrt(2 * LEVEL)), matrices, LEVEL, ends()


def ends():
    """KL from N(0, 1) to the right end, the top and the bottom of its ellipse; the same from every Normal to its own."""
    family, theta = FAMILIES["normal"], np.array([0.0, 1.0])
    right, top = np.sqrt(2 * LEVEL / np.diag(family.fisher(theta)))
    return tuple(float(family.kl(theta, theta + step)) for step in ([right, 0.0], [0.0, top], [0.0, -top]))


def ruler(v):
    family, theta = FAMILIES["normal"], [v.mu, v.sigma]
    end = [v.mu + np.sqrt(2 * LEVEL) * v.sigma, v.sigma]
    scale = float(family.fisher(theta).max())
    checks = [
        Check(
            "F",
            "closed form",
            "quadrature of ssᵀ",
            float(np.abs(family.fisher(theta) - information.by_quadrature(family, theta)).max()) / scale,
            1e-6,
        ),
        Check(
            "KL to the right end",
            "level of the ellipse",
            "closed-form KL",
            abs(float(family.kl(theta, end)) - LEVEL),
            1e-9,
        ),
    ]
    return figures.ruler(*numbers(), checks)


Front(
    slug="home",
    claim="See the Fisher information matrix.",
    question="How much does one observation tell you about each parameter? The ellipse is the answer.",
    figures={
        "ruler": Figure(
            "Ruler",
            ruler,
            "Where the ellipse is small, neighbours are easy to tell apart: the data carry much information. Drag the handle down: the ellipse shrinks, because the same step in _μ_ now shows. `KL` itself is the ellipse’s number at its left and right ends only; it is less at the top, more at the bottom (lesson 3). Choose a lesson below, or take them in order.",
        )
    },
    controls=controls,
    presets=[
        Preset("sharp", "sharp", "a tiny ellipse: every shift shows.", {"mu": 0.0, "sigma": 0.4}),
        Preset("unit", "_σ_ = 1", "the ellipse is wider than tall: _F_ = diag(1, 2)."),
        Preset("wide", "wide", "a large ellipse: the same step hardly shows.", {"mu": 0.0, "sigma": 2.4}),
        Preset("left", "far left", "the ellipse does not care where _μ_ is.", {"mu": -2.0}),
    ],
    predictions=[],
    trap=f"Two ellipses belong to _F_, and they are opposite. This one, _δ_^{{T}}_Fδ_ = {2 * LEVEL:g}, shrinks as _F_ grows: it has the shape of the error ellipse of an estimate, whose covariance from _n_ data is _F_^{{−1}} ∕ _n_, and is that ellipse itself for _n_ = {1 / (2 * LEVEL):.1f}. The other one, in lesson 1, is the spread of the scores: its covariance is _F_ itself, and it grows as _F_ grows.",
    recap=[
        ("What is the Fisher matrix?", "The covariance of the score: of the gradient of the log-likelihood."),
        ("What does it measure?", "How fast the distribution changes when the parameter does, in nats."),
    ],
    terms=["Fisher matrix", "score", "KL"],
    sources=["LI", "LY", "AM"],
    code=lambda v: snippets.render("home", mu=v.mu, sigma=v.sigma),
    holds=lambda v: bool(np.allclose(FAMILIES["normal"].fisher([v.mu, v.sigma]), np.diag([1, 2]) / v.sigma**2)),
).show()
