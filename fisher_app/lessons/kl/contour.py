"""Two parameters: where KL reaches a level, and the ellipse where its quadratic does."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, divergence, information, linalg
from fisher_core.divergence.parabola import kl_contour, profile

from ...controls import Choice, Slider
from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.compound import Reading, readings, two_densities
from ...stage.marks import Curve, Handle, Points, Region, named
from ...stage.scene import Check, Live, Number, Scene, TableView, View
from . import words
from .checks import relative

NORMAL, TRIANGLE = FAMILIES["normal"], FAMILIES["categorical"]
PLACES = {"middle": (1 / 3, 1 / 3), "edge": (0.05, 0.475)}

level = Slider("level", "Level, nats", 0.005, 0.32, np.log10(2) / 4, 0.16, format="g3", log=True)
scale = Slider("dscale", "Shift of the scale", -0.6, 0.8, 0.02, 0.3, format="+2")
LEVEL, SCALE = ("level",), ("dscale",)


def around(coordinate: str):
    """The Normal in σ or in log σ, and where N(0, 1) lies in it."""
    return (
        (NORMAL.in_chart("log_sigma"), np.array([0.0, 0.0])) if coordinate == "log" else (NORMAL, np.array([0.0, 1.0]))
    )


@lru_cache(maxsize=2)
def numbers(coordinate: str):
    """Contours and ellipses for all levels; KL along the scale, finely and at its nodes; the shifted densities."""
    family, theta = around(coordinate)
    ellipses = np.array([linalg.fisher_ellipse(family.fisher(theta), a).points(180) for a in level.nodes])
    fine = np.linspace(-0.62, 0.82, 121)
    scales = np.exp(scale.nodes) if coordinate == "log" else 1 + scale.nodes
    x = np.linspace(-4, 4, 161)
    return (
        kl_contour(family, theta, level.nodes) - theta,
        ellipses,
        *(profile(family, theta, [0, 1], s) for s in (fine, scale.nodes)),
        x,
        np.array([np.exp(NORMAL.log_prob(x, [0, s])) for s in scales]),
    )


def picture(v: Values) -> Scene:
    return triangle(v) if v.space == "triangle" else normal(v)


def normal(v: Values) -> Scene:
    (family, theta), symbol = around(v.scale), {"sigma": "_σ_", "log": "log _σ_"}[v.scale]
    contour, ellipse, along, cursor, x, densities = numbers(v.scale)
    say = words.part("contour")
    shift = say("shift_of", symbol=symbol)
    main = View(
        "a",
        say("a", "caption", symbol=symbol),
        Axis.linear(-1.15, 1.15, say("shift_of", symbol="_μ_"), 1, signed=True),
        Axis.linear(-0.62, 1.0, shift, 1, signed=True, grid=False),
        equal=True,
        slot="main",
        alt=say["a", "alt"],
        sentence=say["a", "sentence"],
        layers=[
            named(
                Region(*xy(ellipse), outline="exact", dash="short", width=2, outline_alpha=0.6),
                "½_δ_^{T}_Fδ_ = [level]",
                "below",
                token="exact",
            ),
            named(Curve(*xy(contour), "exact"), "`KL` = [level]", "right", weight=600),
            named(Points([0], [0], "theta", size=4), "_θ_ = (0, 1)", "right"),
            Handle(y="dscale", at_x=[0.0]),
        ],
        table=(say.list("a", "columns"), contour[len(level.nodes) // 2].T),
    )
    at = {k: Live(getattr(cursor, k)[:, None], SCALE) for k in ("quadratic", "forward")}
    arm = View(
        "b",
        say["b", "caption"],
        Axis.linear(-0.62, 0.82, shift, 1, signed=True),
        Axis.linear(0, 0.6, digits=1),
        slot="side",
        alt=say["b", "alt"],
        sentence=say["b", "sentence"],
        layers=readings(
            scale,
            along.steps,
            {
                "bowl": Reading(along.quadratic, at["quadratic"], "½_Fδ_^{2}", size=4),
                "exact": Reading(along.forward, at["forward"], "`KL`"),
            },
        ),
        table=(say.list("b", "columns"), [a[::3] for a in (along.steps, along.forward, along.quadratic)]),
    )
    still = densities[np.abs(scale.nodes).argmin()]
    pair = View(
        "c",
        say["c", "caption"],
        Axis.linear(-4, 4, digits=0),
        Axis(0, 1.05, grid=False, line=False),
        slot="low",
        alt=say["c", "alt"],
        sentence=say["c", "sentence"],
        layers=two_densities(x, still, x, Live(densities, SCALE)),
        table=(say.list("c", "columns"), [a[::4] for a in (x, still, densities[0], densities[-1])]),
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = {
            "kl": (cursor.forward, "4"),
            "quad": (cursor.quadratic, "4"),
            "ratio": (cursor.forward / cursor.quadratic, "2"),
        }
    end = theta + np.array([0.2, 0.3])
    return Scene(
        [main, arm, pair],
        controls=["level", "dscale"],
        groups=["space", "scale"],
        formula={"groups": say.list("formula")},
        numbers={k: Number(Live(a, SCALE), f) for k, (a, f) in shown.items()},
        checks=[
            Check(
                "KL(θ‖θ+δ)",
                "closed form",
                "quadrature",
                relative(family.kl(theta, end), divergence.kl_quadrature(family, theta, end)),
                1e-8,
            ),
            same_matrix(family, theta, "quadrature of ssᵀ"),
        ],
    )


def xy(points) -> tuple[Live, Live]:
    return Live(points[..., 0], LEVEL), Live(points[..., 1], LEVEL)


def same_matrix(family, theta, method: str) -> Check:
    gap = np.abs(family.fisher(theta) - information.by_quadrature(family, theta)).max()
    return Check("F", "closed form", method, float(gap), 1e-6)


# ---- three outcomes ------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def simplex():
    """Ten distributions, and around each the contours and ellipses of all levels, as one line with gaps each."""
    centres = np.array([[i, j] for i in (1, 3, 5, 7) for j in (1, 3, 5, 7) if i + j <= 8]) / 9.0
    shape = (len(level.nodes), len(centres))
    ellipses = np.array([linalg.fisher_ellipse(TRIANGLE.fisher(centres), a).points(49, centres) for a in level.nodes])
    contours = kl_contour(TRIANGLE, centres, np.broadcast_to(level.nodes[:, None], shape), 49)
    return centres, one_line(contours), one_line(ellipses)


def one_line(shapes):
    """(level, shape, point, 2) to (level, points, 2), a gap between shapes."""
    gap = np.full((*shapes.shape[:2], 1, 2), np.nan)
    return np.concatenate([shapes, gap], axis=2).reshape(len(shapes), -1, 2)


def triangle(v: Values) -> Scene:
    centres, contours, ellipses = simplex()
    say = words.part("contour", "triangle")
    main = View(
        "a",
        x=Axis.linear(-0.03, 1.05, "_p_~{1}", 1),
        y=Axis.linear(-0.03, 1.05, "_p_~{2}", 1, grid=False),
        equal=True,
        slot="main",
        **say.view("a"),
        layers=[
            Region([0, 1, 0], [0, 0, 1], outline="axis", dash="solid", width=1, outline_alpha=1),
            Points(centres[:, 0], centres[:, 1], "theta", size=2.5),
            named(Curve(*xy(ellipses), "bowl"), "½_δ_^{T}_Fδ_ = [level]", "right"),
            named(Curve(*xy(contours), "exact", width=2), "`KL` = [level]", "right", weight=600),
        ],
        table=(["p1", "p2"], centres.T),
    )
    F = TRIANGLE.fisher(centres)
    side = TableView(
        "b",
        cells=[
            {"title": say["place", k], "matrix": [[f"{e:.2f}" for e in row] for row in TRIANGLE.fisher(at)]}
            for k, at in PLACES.items()
        ],
        slot="side",
        table=(["p1", "p2", "F11", "F12", "F22"], [*centres.T, F[:, 0, 0], F[:, 0, 1], F[:, 1, 1]]),
        **say.view("b"),
    )
    return Scene(
        [main, side],
        controls=["level"],
        groups=["space"],
        checks=[same_matrix(TRIANGLE, [0.2, 0.3], "sum over outcomes")],
    )


def egg(at: float = 0.16) -> dict[str, float]:
    """How much higher the top and less deep the bottom of KL = level is than its ellipse's, in log σ, in per cent."""
    family, theta = around("log")
    reach = np.sqrt(2 * at / family.fisher(theta)[1, 1])
    line = (kl_contour(family, theta, at, 5) - theta)[:, 1]  # right, top, left, bottom, right
    return {"top": 100 * (abs(line[1]) / reach - 1), "bottom": 100 * (1 - abs(line[3]) / reach)}


words.facts |= {"egg_top": lambda: egg()["top"], "egg_bottom": lambda: egg()["bottom"]}


def program(v: Values):
    if v.space == "triangle":
        return "triangle", {"p1": 0.2, "p2": 0.3}
    return "scale", {"shift": v.dscale, "log_scale": v.scale == "log"}


tab = Tab(
    key="contour",
    words=words,
    picture=picture,
    program=program,
    controls=[
        level,
        scale,
        Choice("space", "Distributions", {"normal": "Normal", "triangle": "three outcomes"}, "normal"),
        Choice("scale", "Coordinates", {"sigma": "_σ_", "log": "log _σ_"}, "sigma"),
    ],
)
