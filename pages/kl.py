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
from fisher_app.stage.scene import Check
from fisher_core import FAMILIES, divergence, information, linalg
from fisher_core.curvature import kl_contour, order_of_gap, profile

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


@st.cache_data(max_entries=8, show_spinner=False)
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


@st.cache_data(max_entries=4, show_spinner=False)
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


def relative(value, other) -> float:
    value, other = float(value), float(other)
    return 0.0 if value == other else abs(value - other) / max(abs(value), 1e-12)


# ---- the questions -----------------------------------------------------------------------------------------------------
def ratio(shift: float, reverse: bool = False) -> float:
    line = profile(FAMILIES["bernoulli"], [0.1], [1.0], [shift])
    return float((line.reverse if reverse else line.forward)[0] / line.quadratic[0])


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


predictions = [
    Choose(
        key="right", question="At _p_ = 0.10, _δ_ = +0.10: how large is KL beside the bowl, `KL` / (½_Fδ_^{2})?",
        setup=setting("right") | {"tab": "bowl"}, when=setting("right"), view="a",
        hint="or click the {guess|◆} on the plot", correct="below", next="Next: the other side",
        truth=lambda: f"It is {{exact|{ratio(0.1):.2f} ×}}.",
        why="The third-order term of KL is ½·⅓·F′·δ³: at p = 0.1 the information F falls as p grows, so KL lags behind its bowl to the right and runs ahead to the left.",
        observe=Observe("Look at the triangle on the line at _δ_ = +0.10. Where is it?", ["above the dashed bowl", "on the bowl", "below the bowl"]),
        options=[
            Option("below", "0.66 ×", lambda: f"Yes. Look at the triangle, under the dashed bowl: _F_ **falls** from {information_at(0.1):.2f} to {information_at(0.2):.2f} as the coin moves inward, so the true curve bends less. Now drag _δ_ towards 0 and watch the ratio return to 1.", text="KL lies well below the bowl", at=at("right", "below")),
            Option("same", "1 ×", lambda: f"That is the limit of small steps; here _δ_ is as big as _p_ itself. Look at the triangle: it stands at {ratio(0.1):.2f} of the bowl. Drag _δ_ towards 0 and watch the ratio return to 1.", "limit taken as equality", text="they still agree", at=at("right", "same")),
            Option("above", "1.5 ×", lambda: f"Right size, wrong side. Look at the triangle: _F_ = 1∕_p_(1−_p_) **falls** as the coin moves inward, from {information_at(0.1):.2f} to {information_at(0.2):.2f}, so the true curve bends less than the bowl. Now drag _δ_ towards 0 and watch the ratio return to 1.", "sign of the third order", text="KL lies well above the bowl", at=at("right", "above")),
        ],
    ),
    Choose(
        key="left", question="Now the other side: _p_ = 0.10, _δ_ = −0.05. `KL` / (½_Fδ_^{2}) is…",
        setup=setting("left") | {"tab": "bowl"}, when=setting("left"), view="a",
        correct="above", truth=lambda: f"It is {{exact|{ratio(-0.05):.2f} ×}}.",
        options=[
            Option("mirror", "0.66 ×", lambda: f"That is the answer of the other side: the gap is of third order, an odd power, so it changes sign with _δ_. Look at the triangle above the bowl, at {ratio(-0.05):.2f} ×. Drag _δ_ through 0 and watch it cross.", "even gap", text="as on the right", at=at("left", "mirror")),
            Option("same", "1 ×", lambda: f"Smaller step, but _p_ is near the wall, where _F_ is steep: from {information_at(0.1):.1f} to {information_at(0.05):.1f}. Look at the triangle, at {ratio(-0.05):.2f} ×. Choose the fair coin to see a step where the two nearly agree.", "step size alone decides", text="the step is small enough", at=at("left", "same")),
            Option("above", "1.5 ×", lambda: f"Yes: towards the wall _F_ rises from {information_at(0.1):.1f} to {information_at(0.05):.1f}, so KL outruns the bowl. Look at the triangle. In the logit the same two coins fit better: press logit below.", text="KL lies well above the bowl", at=at("left", "above")),
        ],
    ),
]  # fmt: skip


# ---- the other figures -------------------------------------------------------------------------------------------------
@st.cache_data(max_entries=4, show_spinner=False)
def contour_numbers(scale: str) -> figures.Contour:
    base = FAMILIES["normal"]
    family = base.in_chart("log_sigma") if scale == "log" else base
    theta = np.array([0.0, 0.0 if scale == "log" else 1.0])
    levels, steps, x = NODES["level"], NODES["dscale"], np.linspace(-4, 4, 161)
    ellipses = np.array([linalg.fisher_ellipse(family.fisher(theta), level).points(180) for level in levels])
    scales = np.exp(steps) if scale == "log" else 1 + steps
    end = theta + [0.2, 0.3]
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


@st.cache_data(max_entries=2, show_spinner=False)
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


@st.cache_data(max_entries=2, show_spinner=False)
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


@st.cache_data(max_entries=2, show_spinner=False)
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


there, back = (float(FAMILIES["bernoulli"].kl([a], [b])) for a, b in ((0.3, 0.6), (0.6, 0.3)))

lesson = Lesson(
    slug="kl",
    claim="Near _θ_, KL is a bowl whose matrix is {exact|_F_}; the fit breaks at third order.",
    question="How far from a coin can you walk before the parabola stops measuring the distance?",
    figures={
        "bowl": Figure("Bowl", bowl, "Curves that hug are the claim. On the logarithmic plot the slope counts the order of the gap: slope 3 means halve the step, an eighth of the gap."),
        "contour": Figure("Two parameters", contour, "The solid line is where KL reaches the level, the dashed ellipse where its quadratic does. Where they part, the quadratic errs."),
        "shift": Figure("Same shift", shift, "The means stay 4 apart. Only the spread changes, and with it how far apart the two distributions are in nats."),
        "partition": Figure("_A_(_η_)", partition, "For an exponential family KL is the gap under a tangent, and the curvature of _A_ is the Fisher information."),
    },
    controls=controls,
    presets=[
        Preset("fair", "fair coin", "slope 4, because symmetry cancels the third order.", {"p": 0.5}),
        Preset("rare", "rare event", "two curves split."),
        Preset("wall", "_p_ = .02", "the bowl hits the wall: to the left there is nothing.", {"p": 0.02, "delta": 0.02}),
        Preset("sigma", "Normal in _σ_", "a lopsided contour.", {"tab": "contour"}),
        Preset("log", "Normal in log _σ_", "nearly round.", {"tab": "contour", "scale": "log"}),
        Preset("triangle", "categorical triangle", "ellipses flatten at the edges.", {"tab": "contour", "space": "triangle", "level": 0.02}),
    ],
    predictions=predictions,
    trap=f"KL is no distance: from a coin of 0.3 to one of 0.6 it is {there:.3f} nats, back again {back:.3f}. _F_ is not the Hessian of the loss on your data; it is an expectation under the model. And the quadratic errs both ways: below KL on one side, above it on the other.",
    recap=[
        ("At which order do the two directions of KL part?", "The third: they share one quadratic."),
        ("Why is the slope 4 for the fair coin?", "Symmetry: at _p_ = ½ the third-order term cancels."),
        ("From lesson 1: when is the mean score not 0?", "When _θ_ is not the truth, or when the support moves with _θ_."),
    ],
    terms=["KL", "Fisher matrix", "score", "natural parameter", "mean parameter", "regular"],
    sources=["LI", "WO2", "DU"],
    code=code,
    holds=holds,
)  # fmt: skip
lesson.show()
