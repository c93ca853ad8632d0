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
    return ellipses(grid), ellipses(pad), MU, SIGMA, z, height, float(np.sqrt(2 * LEVEL)), matrices, LEVEL


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
            "Where the ellipse is small, neighbours are easy to tell apart: the data carry much information. Drag the handle down: the ellipse shrinks, because the same step in _μ_ now shows. Choose a lesson below, or take them in order.",
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
    trap="The ellipse is not an error bar. Its matrix is _F_; the error bars of an estimate are _F_^{−1}, so a small ellipse here means a precise estimate.",
    recap=[
        ("What is the Fisher matrix?", "The covariance of the score: of the gradient of the log-likelihood."),
        ("What does it measure?", "How fast the distribution changes when the parameter does, in nats."),
    ],
    terms=["Fisher matrix", "score", "KL"],
    sources=["LI", "LY", "AM"],
    code=lambda v: snippets.render("home", mu=v.mu, sigma=v.sigma),
    holds=lambda v: bool(np.allclose(FAMILIES["normal"].fisher([v.mu, v.sigma]), np.diag([1, 2]) / v.sigma**2)),
).show()
