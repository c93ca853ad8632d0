"""Scenes of the KL lesson: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/kl.py``, drawing in ``fisher_app/figures/kl.py``.  What the browser scrubs is computed over all nodes
of a control at once and kept.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, divergence, information, linalg
from fisher_core.curvature import kl_contour, order_of_gap, profile

from .. import snippets
from ..controls import Choice, Slider, Toggle
from ..figures import kl as figures
from ..stage.scene import Check
from . import kl_families
from .kl_checks import relative

SHOWN = 0.04  # shifts of a coin's p that are drawn while the questions are open

controls = [
    Slider("delta", "Shift _δ_", -0.08, 0.14, 0.005, 0.1, format="+3"),
    Slider("dlogit", "Shift _δ_ of the logit", -1, 1.5, 0.05, 0.8, format="+2"),
    Slider("darc", "Shift _δ_ of arcsin √_p_", -0.15, 0.25, 0.01, 0.14, format="+2"),
    Slider("dlam", "Shift _δ_", -2, 3, 0.1, 2, format="+1"),
    Slider("dtop", "Shift _δ_", -0.3, 0.5, 0.02, 0.3, format="+2"),
    Slider("p", "Chance of heads _p_", 0.02, 0.98, 0.01, 0.1),
    Slider("lam", "Rate _λ_", 1, 10, 0.25, 4),
    Slider("top", "Upper end _θ_", 0.5, 2, 0.05, 1),
    Slider("level", "Level, nats", 0.005, 0.32, np.log10(2) / 4, 0.16, format="g3", log=True),
    Slider("dscale", "Shift of the scale", -0.6, 0.8, 0.02, 0.3, format="+2"),
    Slider("spread", "Standard deviation of both", 0.4, 3, 0.05, 2),
    Slider("eta", "Natural parameter _η_", -3, 3, 0.1, -1.0, format="+1"),
    Slider("deta", "Shift _δ_", -3, 3, 0.1, 2.0, format="+1"),
    Choice("model", "Model", {"coin": "coin", "poisson": "Poisson"}, "coin"),
    Choice("coords", "Coordinates", {"p": "_p_", "logit": "logit", "arcsine": "arcsine"}, "p"),
    Choice("space", "Distributions", {"normal": "Normal", "triangle": "three outcomes"}, "normal"),
    Choice("scale", "Coordinates", {"sigma": "_σ_", "log": "log _σ_"}, "sigma"),
    Toggle("moving", "let the support move"),
    Toggle("mid", "average both directions, _F_ at the midpoint"),
    *kl_families.controls,
]
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
CHART = {"coin.p": ("bernoulli", None), "coin.logit": ("bernoulli", "logit"), "coin.arcsine": ("bernoulli", "arcsine"),
         "poisson.lambda": ("poisson", None), "uniform.theta": ("uniform", None)}  # fmt: skip


def case_of(v):
    return "uniform.theta" if v.moving else f"coin.{v.coords}" if v.model == "coin" else "poisson.lambda"


def family_of(name):
    key, chart = CHART[name]
    return FAMILIES[key] if chart is None else FAMILIES[key].in_chart(chart)


def coordinate(name, parameter):
    """The family's coordinate of parameter values, (n,) to (n, 1)."""
    theta = np.asarray(parameter, dtype=float).reshape(-1, 1)
    return family_of(name).from_base(theta) if CHART[name][1] else theta


@lru_cache(maxsize=8)
def bowl_numbers(name: str) -> figures.Bowl:
    case, family = figures.CASES[name], family_of(name)
    nodes = NODES[case.parameter]
    theta = coordinate(name, nodes)
    fine = np.unique(np.round([*np.linspace(case.x.lo, case.x.hi, 133), 0.0, -SHOWN, SHOWN], 6))
    room = (
        np.minimum(1.0, np.minimum(nodes, 1 - nodes) / 0.1)
        if case.parameter == "p" and name == "coin.p"
        else np.ones(len(nodes))
    )
    slopes = [np.array([order_of_gap(family, t, [1.0], case.fit * r, kind) for t, r in zip(theta, room, strict=True)]) for kind in ("gap", "reverse_gap", "midpoint_gap")] if family.regular else [np.ones(len(nodes)), np.full(len(nodes), np.inf), np.full(len(nodes), np.inf)]  # fmt: skip
    return figures.Bowl(
        nodes, profile(family, theta, [1.0], fine), profile(family, theta, [1.0], NODES[case.shift]), profile(family, theta, [1.0], np.geomspace(case.step.lo, case.step.hi, 49)),
        family.fisher(theta)[:, 0, 0], *slopes,
    )  # fmt: skip


@lru_cache(maxsize=4)
def poisson_masses(x_max: int = 18):
    family, x = FAMILIES["poisson"], np.arange(x_max + 1.0)
    lam, moved = NODES["lam"], NODES["lam"][:, None] + NODES["dlam"]
    mass = {
        m: np.exp(family.log_prob(x, [m])) if m > 0 else np.full(len(x), np.nan)
        for m in np.unique([*lam, *moved.ravel()])
    }
    return np.array([mass[m] for m in lam]), np.array([[mass[m] for m in row] for row in moved])


def bowl(v):
    name = case_of(v)
    case, family, numbers = figures.CASES[name], family_of(name), bowl_numbers(name)
    window = (
        (-np.inf if "left" in v.seen else -SHOWN, np.inf if "right" in v.seen else SHOWN)
        if name == "coin.p"
        else (-np.inf, np.inf)
    )
    value, shift = getattr(v, case.parameter), getattr(v, case.shift)
    start = coordinate(name, [value])[0]
    end = start + shift if family.contains(start + shift) else start + 0.5 * case.fit
    checks = (
        [
            Check(
                "KL(θ‖θ+δ)",
                "closed form",
                "quadrature",
                relative(family.kl(start, end), divergence.kl_quadrature(family, start, end)),
                1e-8,
            )
        ]
        if family.regular or shift >= 0
        else []
    )
    checks += [
        Check(
            "F",
            "closed form",
            "quadrature of score²",
            relative(family.fisher(start)[0, 0], information.by_quadrature(family, start)[0, 0]),
            1e-6,
        )
    ]
    node = int(np.abs(NODES[case.parameter] - value).argmin())
    moved = moved_chances(name, numbers.cursor) if case.parameter == "p" else None
    side = side_view(case, node, int(np.abs(NODES[case.shift] - shift).argmin()), moved)
    return figures.bowl(case, numbers, window, side, checks, node, moved, drawn_guess(v), v.mid, breaks=["moving"],
                         groups=[] if v.moving else ["model", *(["coords"] if v.model == "coin" else [])], more=["mid"])  # fmt: skip


def moved_chances(name: str, cursor) -> np.ndarray:
    """Chance of heads after the shift, over (p, shift); NaN where the shift leaves the space."""
    inside = np.isfinite(cursor.forward)[..., None]
    end = coordinate(name, NODES["p"])[:, None] + cursor.steps[..., None]
    if CHART[name][1]:
        end = family_of(name).to_base(np.where(inside, end, coordinate(name, [0.5])))
    return np.where(inside, end, np.nan)[..., 0]


def side_view(case, node: int, step: int, moved):
    if case.parameter == "p":
        return figures.coins(NODES["p"], case.shift, moved, node)
    if case.parameter == "lam":
        words = "**The counts** at _λ_ (grey) and _λ_ + _δ_", "Rates [lam] and [moved]."
        return figures.masses(("lam", "dlam"), *poisson_masses(), *words, at=(node, step))
    return figures.boxes(case, NODES["top"], NODES["dtop"], node)


# ---- what the questions ask ---------------------------------------------------------------------------------------------
def ratio(shift: float, reverse: bool = False) -> float:
    line = profile(FAMILIES["bernoulli"], [0.1], [1.0], [shift])
    return float((line.reverse if reverse else line.forward)[0] / line.quadratic[0])


def third_order(reverse: bool = False, coords: str = "p") -> Fraction:
    """c in KL = ½Fδ² + c·F′δ³ + …, for a coin in one of its coordinates: the odd part of the gap beside the slope of F."""
    family, step = family_of(f"coin.{coords}"), 1e-3
    theta = coordinate(f"coin.{coords}", [0.1])[0]
    line = profile(family, theta, [1.0], [step, -step])
    ahead, back = line.reverse_gap if reverse else line.gap
    slope = (family.fisher(theta + step)[0, 0] - family.fisher(theta - step)[0, 0]) / (2 * step)
    return Fraction(float((ahead - back) / 2 / step**3 / slope)).limit_denominator(12)


def slope_of_information(p: float) -> float:
    """F′(p) of a coin."""
    fisher, step = FAMILIES["bernoulli"].fisher, 1e-5
    return float((fisher([p + step]) - fisher([p - step]))[0, 0] / (2 * step))


def third_order_text() -> str:
    glyph = {Fraction(1, 3): "⅓", Fraction(1, 6): "⅙"}
    terms = [f"{glyph[third_order(back)]}_F_′_δ_^{{3}}" for back in (False, True)]
    return (
        f"Beyond the bowl, `KL`(_p_‖_p_+_δ_) goes on with {terms[0]}, where _F_′ is the slope of _F_ in _p_: "
        f"{slope_of_information(0.1):.1f} at _p_ = 0.1. It is negative, so KL lags behind its bowl to the right and runs "
        f"ahead to the left. The other direction, `KL`(_p_+_δ_‖_p_), goes on with {terms[1]}: half as much."
    ).replace(": -", ": −")


def egg_text(level: float = 0.16) -> str:
    """Where the line KL = level ends along log σ, beside its ellipse."""
    family, theta = FAMILIES["normal"].in_chart("log_sigma"), np.zeros(2)
    reach = np.sqrt(2 * level / family.fisher(theta)[1, 1])
    line = (kl_contour(family, theta, level, 5) - theta)[:, 1]  # five points: right, top, left, bottom, right
    top, bottom = (100 * (abs(at) / reach - 1) for at in (line[1], line[3]))
    return f"an egg, not the ellipse: its top {top:.0f} % higher, its bottom {-bottom:.0f} % less deep."


def information_at(p: float) -> float:
    return float(FAMILIES["bernoulli"].fisher([p])[0, 0])


SAID = {"right": {"below": 0.66, "same": 1.0, "above": 1.5}, "left": {"mirror": 0.66, "same": 1.0, "above": 1.5}}
ASKED_AT = {"right": 0.1, "left": -0.05}


def setting(key: str) -> dict:
    """Where the question is asked: the controls that must stand there for its marks to be drawn."""
    return {"p": 0.1, "delta": ASKED_AT[key], "coords": "p", "model": "coin", "moving": False}


def at(key: str, answer: str):
    shift = ASKED_AT[key]
    return {"x": shift, "y": SAID[key][answer] * 0.5 * information_at(0.1) * shift**2}


def drawn_guess(v):
    """The open question's options, or the last answer with its measured gap."""
    for key in ("left", "right"):
        if v.given.get(key) is not None:
            shift, said, truth = ASKED_AT[key], SAID[key][v.given[key]], ratio(ASKED_AT[key])
            bowl_there = 0.5 * information_at(0.1) * shift**2
            return {
                "key": key,
                "x": [shift],
                "given": [said * bowl_there],
                "truth": [truth * bowl_there],
                "text": f"gap {abs(said - truth):.2f} ×",
                "when": setting(key),
                "said": f"{said:g} ×",
            }
    return {"key": "left" if "right" in v.seen else "right"}


# ---- the other figures -------------------------------------------------------------------------------------------------
@lru_cache(maxsize=4)
def contour_numbers(scale: str) -> figures.Contour:
    base = FAMILIES["normal"]
    family = base.in_chart("log_sigma") if scale == "log" else base
    theta = np.array([0.0, 0.0 if scale == "log" else 1.0])
    levels, steps, x = NODES["level"], NODES["dscale"], np.linspace(-4, 4, 161)
    ellipses = np.array([linalg.fisher_ellipse(family.fisher(theta), level).points(180) for level in levels])
    scales = np.exp(steps) if scale == "log" else 1 + steps
    end = theta + np.array([0.2, 0.3])
    checks = [
        Check(
            "KL(θ‖θ+δ)",
            "closed form",
            "quadrature",
            relative(family.kl(theta, end), divergence.kl_quadrature(family, theta, end)),
            1e-8,
        ),
        Check(
            "F",
            "closed form",
            "quadrature of ssᵀ",
            float(np.abs(family.fisher(theta) - information.by_quadrature(family, theta)).max()),
            1e-6,
        ),
    ]
    return figures.Contour(
        levels, kl_contour(family, theta, levels) - theta, ellipses,
        profile(family, theta, [0, 1], np.linspace(-0.62, 0.82, 121)), profile(family, theta, [0, 1], steps), x,
        np.array([np.exp(base.log_prob(x, [0, s])) for s in scales]), "log _σ_" if scale == "log" else "_σ_", checks,
    )  # fmt: skip


@lru_cache(maxsize=2)
def triangle_numbers():
    family, levels = FAMILIES["categorical"], NODES["level"]
    centres = np.array([[i, j] for i in (1, 3, 5, 7) for j in (1, 3, 5, 7) if i + j <= 8]) / 9.0
    shape = (len(levels), len(centres))
    ellipses = np.array([linalg.fisher_ellipse(family.fisher(centres), level).points(49, centres) for level in levels])
    contours = kl_contour(family, centres, np.broadcast_to(levels[:, None], shape), 49)
    places = {"middle (⅓, ⅓)": [1 / 3, 1 / 3], "near an edge (0.05, 0.475)": [0.05, 0.475]}
    matrices = [
        {"title": name, "matrix": [[f"{entry:.2f}" for entry in row] for row in family.fisher(c)]}
        for name, c in places.items()
    ]
    check = Check(
        "F",
        "closed form",
        "sum over outcomes",
        float(np.abs(family.fisher([0.2, 0.3]) - information.by_quadrature(family, [0.2, 0.3])).max()),
        1e-6,
    )
    return levels, centres, contours, ellipses, family.fisher(centres), matrices, [check]


def contour(v):
    if v.space == "triangle":
        return figures.triangle(*triangle_numbers(), groups=["space"])
    return figures.contour(contour_numbers(v.scale), groups=["space", "scale"])


@lru_cache(maxsize=2)
def shift_numbers():
    family, spreads, x = FAMILIES["normal"], NODES["spread"], np.linspace(-7, 7, 181)
    left, right = (np.stack([np.full_like(spreads, m), spreads], -1) for m in (-2.0, 2.0))
    density = [np.array([np.exp(family.log_prob(x, t)) for t in side]) for side in (left, right)]
    values = {
        "kl": family.kl(left, right), "hellinger": np.array([divergence.hellinger(family, a, b) for a, b in zip(left, right, strict=True)]),
        "overlap": np.array([divergence.overlap(family, a, b) for a, b in zip(left, right, strict=True)]), "peak": np.array([np.exp(family.log_prob([-2.0], t))[0] for t in left]),
        "as_variance": family.kl(np.stack([left[:, 0], np.sqrt(spreads)], -1), np.stack([right[:, 0], np.sqrt(spreads)], -1)),
    }  # fmt: skip
    check = Check(
        "KL",
        "closed form",
        "quadrature",
        relative(family.kl([-2, 1], [2, 1]), divergence.kl_quadrature(family, [-2, 1], [2, 1])),
        1e-8,
    )
    return x, *density, spreads, values, [(0.5, "32 nats"), (2.0, "2 nats")], [check]


def shift(v):
    return figures.shifted(*shift_numbers())


@lru_cache(maxsize=2)
def partition_numbers():
    family = FAMILIES["bernoulli"].in_chart("logit")
    eta, steps, line = NODES["eta"], NODES["deta"], np.linspace(-4.2, 4.2, 169)
    base = FAMILIES["bernoulli"]

    def potential(at):  # A(η) = −log p(tails | η): the normaliser of an exponential family with T(x) = x
        return np.array([-family.log_prob([0.0], [e])[0] for e in np.ravel(at)]).reshape(np.shape(at))

    at, mean = potential(eta), family.to_base(eta[:, None])[:, 0]
    end = eta[:, None] + steps
    cursor = {"eta": eta, "end": end, "at": at, "on_tangent": at[:, None] + mean[:, None] * steps, "on_curve": potential(end), "mean": mean,
              "F": family.fisher(eta[:, None])[:, 0, 0], "kl": family.kl(eta[:, None, None], end[..., None])}  # fmt: skip
    gap = float(np.abs(cursor["on_curve"] - cursor["on_tangent"] - cursor["kl"]).max())
    slope = float(np.abs(base.fisher(mean[:, None])[:, 0, 0] * (mean * (1 - mean)) ** 2 - cursor["F"]).max())
    checks = [
        Check("gap under the tangent", "potential minus tangent", "closed-form KL", gap, 1e-9),
        Check("A″", "Fisher in η", "JᵀFJ from p", slope, 1e-9),
    ]
    return line, potential(line), at[:, None] + mean[:, None] * (line - eta[:, None]), cursor, checks


def partition(v):
    return figures.partition(*partition_numbers())


def code(v):
    if v.tab == "every":
        return kl_families.program(v)
    if v.tab == "shift":
        return snippets.render("kl_shift", spread=v.spread)
    if v.tab == "contour" and v.space == "normal":
        return snippets.render("kl_scale", shift=v.dscale, log_scale=v.scale == "log")
    if v.tab == "partition":
        return snippets.render("kl_bowl", model="coin.logit", value=float(1 / (1 + np.exp(-v.eta))), delta=v.deta)
    if v.tab == "contour":
        return snippets.render("kl_triangle", p1=0.2, p2=0.3)
    case = figures.CASES[case_of(v)]
    return snippets.render("kl_bowl", model=case_of(v), value=getattr(v, case.parameter), delta=getattr(v, case.shift))


def holds(v) -> bool:
    """The gap is of third order, at defaults: its slope lies between 2.9 and 3.1."""
    return abs(order_of_gap(FAMILIES["bernoulli"], [v.p], [1.0], 0.01) - 3) < 0.1
