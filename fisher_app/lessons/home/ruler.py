"""The half-plane of Normals: around each the ellipse of one divergence, small where data tell much."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from fisher_app.controls import Slider
from fisher_app.frame.declaration import Tab, Values
from fisher_app.lessons.home import words
from fisher_app.stage.axes import Axis
from fisher_app.stage.compound import Reading, here, readings, two_densities
from fisher_app.stage.marks import Ellipse, Handle, named
from fisher_app.stage.scene import Check, Live, Number, Scene, View
from fisher_core import FAMILIES, information

NORMAL = FAMILIES["normal"]
LEVEL = 0.06  # nats, ½δᵀFδ on the ellipse

mu = Slider("mu", "Mean _μ_", -2, 2, 0.1, 0.8, format="+1")
sigma = Slider("sigma", "Standard deviation _σ_", 0.4, 2.4, 0.05, 1.0)
OVER = ("sigma",)


def at(spread) -> np.ndarray:
    """θ = (0, σ), (n, 2): where μ is changes neither F nor the shape of the density."""
    return np.stack([np.zeros_like(spread), spread], axis=-1)


def half_axes(theta) -> np.ndarray:
    """How far ½δᵀFδ = LEVEL reaches along μ and along σ, (n, 2): F of a Normal is diagonal."""
    return np.sqrt(2 * LEVEL / np.diagonal(NORMAL.fisher(theta), axis1=-2, axis2=-1))


@lru_cache(maxsize=1)
def numbers():
    """Over σ: the diagonal of F, the half axes, the density at μ + zσ; and KL to three ends of the ellipse."""
    theta, z = at(sigma.nodes), np.linspace(-4, 4, 81)
    right, top = half_axes([0.0, 1.0])
    ends = {"right": [right, 0.0], "top": [0.0, top], "bottom": [0.0, -top]}  # the same from every Normal to its own
    return {
        "F": np.diagonal(NORMAL.fisher(theta), axis1=-2, axis2=-1),
        "reach": half_axes(theta),
        "z": z,
        "height": np.array([np.exp(NORMAL.log_prob(s * z, t)) for s, t in zip(sigma.nodes, theta, strict=True)]),
        "ends": {name: float(NORMAL.kl([0.0, 1.0], np.add([0.0, 1.0], step))) for name, step in ends.items()},
    }


def picture(v: Values) -> Scene:
    n = numbers()
    first, second = (Live(n["F"][:, i], OVER) for i in (0, 1))
    return Scene(
        [plane(n), pair(n), rate(n)],
        controls=["mu", "sigma"],
        numbers={"f_mu": Number(first, "g3"), "f_sigma": Number(second, "g3")}
        | {name: Number(kl, "3") for name, kl in n["ends"].items()},
        formula={"groups": words.list("ruler", "formula")},
        checks=checks(v),
    )


def plane(n) -> View:
    field = list(product([-1.5, 0.0, 1.5], [0.45, 0.9, 1.6, 2.5]))
    around = half_axes(at(np.array([s for _, s in field])))
    width, height = (Live(n["reach"][:, i], OVER) for i in (0, 1))
    return View(
        "a",
        x=Axis.linear(-2.3, 2.3, "mean _μ_", 0),
        y=Axis.linear(0, 3.5, "standard deviation _σ_", 1, grid=False),
        equal=True,
        slot="main",
        **words.view("ruler", "a"),
        layers=[
            *(
                Ellipse(m, s, a, 0, b, "exact-thin", width=1.25, alpha=0.45)
                for (m, s), (a, b) in zip(field, around, strict=True)
            ),
            named(
                Ellipse(here(mu), here(sigma), width, 0, height, "exact"),
                words["ruler", "name"],
                "right",
                weight=600,
            ),
            Handle(x="mu", y="sigma", ring=5),
        ],
        table=(words.list("ruler", "a", "columns"), [sigma.nodes, *n["F"].T]),
    )


def pair(n) -> View:
    """The Normal in the middle and the one at the right end; x = μ + zσ is linear in both controls."""
    corners = (len(mu.nodes) - 1, len(sigma.nodes) - 1)
    middle = mu.nodes[:: corners[0], None, None] + sigma.nodes[:: corners[1], None] * n["z"]
    right = middle + n["reach"][:: corners[1], :1]
    x0, x1 = (Live(x, ("mu", "sigma"), every=corners) for x in (middle, right))
    height = Live(n["height"], OVER)
    return View(
        "b",
        x=Axis.linear(-6, 6, "observation _x_", 0),
        y=Axis.linear(0, 1.25, "density", 1),
        slot="side",
        **words.view("ruler", "b"),
        layers=two_densities(x0, height, x1, height, "exact"),
        table=(words.list("ruler", "b", "columns"), [n["z"], n["height"][0], n["height"][-1]]),
    )


def rate(n) -> View:
    first = n["F"][:, 0]
    return View(
        "c",
        x=Axis.linear(0, 2.6, "_σ_", 0),
        y=Axis.linear(0, 8, "_F_~{μμ}", 0),
        slot="side",
        **words.view("ruler", "c"),
        layers=readings(sigma, sigma.nodes, {"exact": Reading(first, Live(first[:, None], OVER))}),
        table=(words.list("ruler", "c", "columns"), [sigma.nodes, first]),
    )


def checks(v: Values) -> list[Check]:
    theta = np.array([v.mu, v.sigma])
    F = NORMAL.fisher(theta)
    end = theta + half_axes(theta) * [1, 0]
    gap = float(np.abs(F - information.by_quadrature(NORMAL, theta)).max() / F.max())
    return [
        Check("F", "closed form", "quadrature of ssᵀ", gap, 1e-6),
        Check(
            "KL to the right end",
            "level of the ellipse",
            "closed-form KL",
            abs(float(NORMAL.kl(theta, end)) - LEVEL),
            1e-9,
        ),
    ]


def holds(v: Values) -> bool:
    return bool(np.allclose(NORMAL.fisher([v.mu, v.sigma]), np.diag([1, 2]) / v.sigma**2))


words.facts |= {"level": lambda: LEVEL, "square": lambda: 2 * LEVEL, "n": lambda: 1 / (2 * LEVEL)}

tab = Tab(
    key="ruler",
    words=words,
    controls=[mu, sigma],
    picture=picture,
    program=lambda v: ("ruler", {"mu": v.mu, "sigma": v.sigma}),
)
