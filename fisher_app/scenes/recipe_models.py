"""Scenes of the tabs on classifiers and networks: natural gradient = Newton, Gauss–Newton = Fisher, the null space."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import historical as datasets
from fisher_core import descent, linalg
from fisher_studies import tiny_net
from fisher_core.models import MLP, SoftmaxRegression

from ..figures import recipe_models as figures
from ..stage.scene import Check, Cross, Live, Number, Scene
from .recipe import LOGISTIC, NODES, POLICY

KINDS = ("gradient", "centred", "empirical", "natural")
NAMES = {"gradient": "none: gradient", "centred": "covariance of gradients", "empirical": "empirical Fisher", "natural": "exact Fisher = Hessian"}


# ---- Newton ------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def races():
    """G1: 200 data sets at once. By kind: weights (200, 6, 2) and losses (200, 6); and where natural steps end."""
    runs = [datasets.g1_race(k) for k in range(200)]
    x, y, start = (np.stack([getattr(r, name) for r in runs]) for name in ("x", "y", "start"))
    made = {k: descent.race(LOGISTIC, x, y, start, k, 1.0, 5) for k in KINDS}
    end = descent.race(LOGISTIC, x, y, start, "natural", 1.0, 12)[0][-1]
    return {k: (np.moveaxis(t, 0, 1), losses.T) for k, (t, losses) in made.items()}, end


def newton(v) -> Scene:
    made, end = races()
    k = int(v.race)
    mean = {kind: losses.mean(axis=0) for kind, (_, losses) in made.items()}
    spread = {kind: losses[:, -1].std() for kind, (_, losses) in made.items()}
    run = datasets.g1_race(k)
    loss = descent.likelihood(LOGISTIC, (run.x, run.y))
    steps = descent.path(loss, run.start, "newton", 1.0, 5)
    hidden = np.full((2, 6), np.nan)
    crosses = tuple(Cross((Live(steps[:, i], ()), Live(hidden, ("race",), 199))) for i in (0, 1))
    over = ("race",)
    length = {kind: np.linalg.norm(made[kind][0][:, 1] - made[kind][0][:, 0], axis=1) for kind in ("centred", "empirical")}
    numbers = {f"{kind}_{i}": Number(float(m[i]), "4") for kind, m in mean.items() for i in range(6)}
    numbers |= {f"sd_{kind}": Number(float(s / np.sqrt(200)), "3") for kind, s in spread.items()} | {"long": Number(Live(length["centred"] / length["empirical"], over), "2")}
    rows = [["{empirical|· · · · ▾}" if kind == "centred" else {"glyph": figures.RACERS[kind]}, NAMES[kind], *(f"**[{kind}_{i}]**" if kind == "natural" else f"[{kind}_{i}]" for i in range(6)), f"[sd_{kind}]"] for kind in KINDS]
    formula = {"head": ["", "matrix, step 1", "start", "1", "2", "3", "4", "5", "± at 5"], "rows": rows, "align": ["left", "left"] + ["right"] * 7}
    irls = descent.irls_step(LOGISTIC, run.x, run.y, run.start)
    second = np.abs(irls - made["natural"][0][k, 1]).max()
    tests = [Check("a natural step", "exact Fisher", "weighted least squares (IRLS)", float(second), 1e-9), Check("Newton’s path", "Hessian of the data", "exact Fisher", float(np.abs(steps - made["natural"][0][k]).max()), 1e-9)]
    table = (["step", *KINDS], [np.arange(6), *mean.values()])
    path = (["step", *(f"{kind} {axis}" for kind in KINDS for axis in ("θ1", "θ2"))], [np.arange(6), *(made[kind][0][k, :, i] for kind in KINDS for i in (0, 1))])
    views = [figures.race(mean, {kind: losses for kind, (_, losses) in made.items()}, table),
             figures.plane({kind: t for kind, (t, _) in made.items()}, crosses, (Live(end[:, 0], over), Live(end[:, 1], over)), path)]  # fmt: skip
    return Scene(views, "minmax(0, 1fr) 300px", ("a b",), ["race"], numbers, formula, checks=tests)


# ---- Gauss–Newton ------------------------------------------------------------------------------------------------------
NET = MLP((1, 2, 2), "tanh")
FREE = [0, 2, 7, 8]  # its weights; biases and the first class are 0


def as_network(theta: np.ndarray) -> np.ndarray:
    w1, w2, v1, v2 = theta
    return NET.flatten([([[w1], [w2]], [0, 0]), ([[0, 0], [v1, v2]], [0, 0])])


@lru_cache(maxsize=1)
def splits():
    """Over the factor on the weights: eigenvalues of the Hessian and its parts, traces, norm of the rest, bound."""
    made = [tiny_net.split(tiny_net.EXAMPLE_X, tiny_net.EXAMPLE_Y, f * tiny_net.EXAMPLE_THETA) for f in NODES["gap"]]
    values = {name: np.stack([np.linalg.eigvalsh(pick(m)) for m in made]) for name, pick in (("H", lambda m: m.hessian), ("G", lambda m: m.gauss_newton), ("R", lambda m: m.rest))}
    traces = np.array([[np.trace(m.hessian), np.trace(m.gauss_newton), np.trace(m.empirical)] for m in made])
    return values, traces, np.array([np.linalg.norm(m.rest, 2) for m in made]), np.array([m.bound for m in made])


def gauss_newton(v) -> Scene:
    values, traces, norm, limit = splits()
    over, factor = ("gap",), NODES["gap"]
    i = int(np.abs(factor - v.gap).argmin())
    numbers = {f"{name}{k}": Number(Live(e[:, k], over), "3" if name != "G" or k > 1 else "e0") for name, e in values.items() for k in range(4)}
    numbers |= {"norm": Number(Live(norm, over), "3"), "bound": Number(Live(limit, over), "3"), "trH": Number(Live(traces[:, 0], over), "3"), "trG": Number(Live(traces[:, 1], over), "3"), "trE": Number(Live(traces[:, 2], over), "3")}
    formula = {"groups": [
        [["∇^{2}_L_ = {exact|_G_} + {data|_R_}"], ["traces [trH], {exact|[trG]}"]], [["{observed|lowest of} ∇^{2}_L_"], ["{observed|**[H0]**}"]], [["{exact|lowest of _G_}"], ["{exact|**[G0]**}"]],
        [["{data|‖_R_‖} ≤ max‖∇^{2}_f_‖ · Σ|_r_|".replace("|_r_|", "\\|_r_\\|")], ["[norm] ≤ [bound]"]],
    ]}  # fmt: skip
    theta = factor[i] * tiny_net.EXAMPLE_THETA
    here = tiny_net.split(tiny_net.EXAMPLE_X, tiny_net.EXAMPLE_Y, theta)
    both = tiny_net.by_labels(tiny_net.EXAMPLE_X, theta)
    g, r = NET.hessian_split(tiny_net.EXAMPLE_X[:, None], tiny_net.EXAMPLE_Y.astype(int), as_network(theta))
    total = 5 * (g + r)[np.ix_(FREE, FREE)]
    tests = [Check("G = F", "∇f by hand", "sum over both labels", float(np.abs(both - here.gauss_newton).max()), 1e-12), Check("Hessian", "derivatives by hand", "backward passes of a network", float(np.abs(total - here.hessian).max()), 1e-11)]
    rows = (["weights times", *(f"{n} {k + 1}" for n in "HGR" for k in range(4)), "norm of R", "bound"], [factor, *(e[:, k] for e in values.values() for k in range(4)), norm, limit])
    return Scene([figures.spectra(values, rows), figures.bound(factor, norm, limit, rows)], "minmax(0, 1fr) 286px", ("a b",), ["gap"], numbers, formula, checks=tests)


# ---- the null space ----------------------------------------------------------------------------------------------------
UNIT = np.array([0.7, 0.2, 0.1])


def null_space(v) -> Scene:
    theta = POLICY.logits(UNIT)
    fisher = POLICY.fisher(theta)
    values, _, null = linalg.eigen("fisher", fisher)
    inverse = np.linalg.pinv(fisher, hermitian=True)
    moved = theta + NODES["shift"][:, None]
    model, rows = SoftmaxRegression(3), np.array([[1.0, 2.0]])
    with_inputs = np.linalg.eigvalsh(model.fisher(rows, np.concatenate([theta, np.zeros(3)])))
    shift = np.full(6, float(v.shift))
    unchanged = model.probabilities(rows, np.concatenate([theta, np.zeros(3)]) + shift)[0][0]
    numbers = {f"z{k + 1}": Number(Live(moved[:, k], ("shift",)), "+2") for k in range(3)} | {"e1": Number(float(values[1]), "4"), "e2": Number(float(values[2]), "4"), "trace": Number(float(np.trace(fisher)), "2")}
    for name, m in (("f", fisher), ("i", inverse), ("q", inverse @ fisher)):
        numbers |= {f"{name}{i}{j}": Number(float(m[i, j]), "2") for i in range(3) for j in range(3)}
    numbers |= {"x1": Number(float(with_inputs[-2]), "3"), "x2": Number(float(with_inputs[-1]), "3"), "rank": Number(float((with_inputs > 1e-12).sum()), "i")}
    formula = {"groups": [
        [["eigenvalues of {exact|_F_}"], ["{exact|0, **[e1], [e2]**}, trace [trace]"]], [["with an input _x_ = (1, 2)"], ["{exact|[x1], [x2]}: rank [rank] of 6"]], [["no _F_^{−1}"], ["{exact|_F_⁺}, where the gradient lies in the range"]],
    ]}  # fmt: skip
    scores = POLICY.score(np.arange(3), theta)
    tests = [Check("F of the unit", "diag π − ππᵀ", "sum of score products", float(np.abs((scores.T * UNIT) @ scores - fisher).max()), 1e-14),
             Check("F⁺F", "singular values", "I − null vectors", float(np.abs(inverse @ fisher - np.eye(3) + null @ null.T).max()), 1e-12),
             Check("chances after the shift", "unchanged", "softmax of the moved logits", float(np.abs(unchanged - UNIT).max()), 1e-12)]  # fmt: skip
    arms = (["class", "logit", "chance"], [[1, 2, 3], theta + v.shift, UNIT])
    return Scene(
        [figures.arms(Live(moved, ("shift",)), Live(np.minimum(moved[:, 0], 0), ("shift",)), UNIT, arms), figures.ray(values, (["eigenvalue"], [values])), figures.matrices((["row", "F", "", " "], [[1, 2, 3], *fisher]))],
        "minmax(0, 1fr) minmax(0, 1fr)", ("a b", "c c"), ["shift"], numbers, formula, checks=tests,
    )  # fmt: skip
