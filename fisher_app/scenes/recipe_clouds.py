"""Clouds of scores of the three machines, and the table that says what each draws, is given, and has for F."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import linalg
from fisher_studies import two_weights

from ..figures import recipe as figures
from ..stage.scene import Axis, Live, Number, curve, ellipse, label, points, segments
from .recipe import FEATURES, INPUTS, LOGISTIC, NODES, NORMAL, POLICY, Z, rest, start


@lru_cache(maxsize=1)
def normal_tables():
    """Over σ: scores of the outputs and of a fine grid, F, and F^{1/2}; μ only moves the outputs."""
    sigma = NODES["sigma"]
    fine = np.linspace(-2.45, 2.45, 61)
    at = lambda z: np.stack([NORMAL.score(s * z, [0.0, s]) for s in sigma])  # noqa: E731
    fisher = NORMAL.fisher(np.stack([np.zeros_like(sigma), sigma], axis=1))
    chance = np.exp(NORMAL.log_prob(Z, [0.0, 1.0]))
    roots = np.stack([linalg.square_root(f) for f in fisher])
    return at(Z), at(fine), fisher, roots, chance / chance.sum()


def normal_cloud(v):
    scores, parabola, fisher, roots, chance = normal_tables()
    over = ("sigma",)
    i = int(np.abs(NODES["sigma"] - v.sigma).argmin())
    c = figures.Cloud(Live(scores[..., 0], over), Live(scores[..., 1], over), figures.radii(chance, 17), "ig",
                      (Live(roots[:, 0, 0], over), 0.0, Live(roots[:, 1, 1], over)),
                      (["z", "score of μ", "score of σ", "probability"], [Z, *scores[i].T, chance]))  # fmt: skip
    view = figures.cloud("g", "**Data** _p_(_x_): a parabola", c, Axis(-4.2, 4.2, "score of _μ_", figures.ticks(-2, 0), label_at="right"), Axis(-2, 5.6, "of _σ_", figures.ticks(0, 2, 4)),
                         [curve(Live(parabola[..., 0], over), Live(parabola[..., 1], over), "data", width=1)], v.machine == "generative",
                         "Scores of the outputs of a Normal: a parabola; dot area is probability, the ellipse is their covariance", "F = diag([G11], [G22]); ringed score ([gs1], [gs2]).")  # fmt: skip
    ringed = ("sigma", "ig")
    numbers = {"gw": Number(Live(chance, ("ig",)), "2"), "gs1": Number(Live(scores[..., 0], ringed), "+2"), "gs2": Number(Live(scores[..., 1], ringed), "+2"),
               "G11": Number(Live(fisher[:, 0, 0], over), "2"), "G22": Number(Live(fisher[:, 1, 1], over), "2"), "trG": Number(Live(fisher[:, 0, 0] + fisher[:, 1, 1], over), "3")}  # fmt: skip
    return view, numbers


EVERY = 4  # of the nodes of b and w, in tables of scores


def labels_of(v) -> np.ndarray:
    """The seven labels: 1[x ≥ 0], the same turned round, or drawn from the model at θ."""
    data = (INPUTS >= 0).astype(float)
    if v.labels == "model":
        return LOGISTIC.sample(FEATURES, [v.b, v.w], np.random.default_rng(v.seed))
    return 1 - data if v.labels == "flipped" else data


def pad(every: int = 1) -> np.ndarray:
    return np.stack(np.meshgrid(NODES["b"][::every], NODES["w"][::every], indexing="ij"), axis=-1)


@lru_cache(maxsize=1)
def both_labels():
    """Over a coarse pad: scores of label 0 and 1 at each input, (i, j, 14, 2), and the chance of each label."""
    at = pad(EVERY).reshape(-1, 2)
    scores = np.stack([np.concatenate([LOGISTIC.score(FEATURES, np.full(7, k), t) for k in (0.0, 1.0)]) for t in at])
    ones = np.stack([LOGISTIC.predict_mean(FEATURES, t) for t in at])
    side = len(NODES["b"][::EVERY]), len(NODES["w"][::EVERY])
    return scores.reshape(*side, 14, 2), np.concatenate([1 - ones, ones], axis=1).reshape(*side, 14)


@lru_cache(maxsize=16)
def survey(y: tuple[float, ...]):
    """Over the pad, summed over the seven inputs: F, E, gradient of the log-likelihood, natural step."""
    here = two_weights.survey(LOGISTIC, FEATURES, np.array(y), pad())
    return 7 * here.exact, 7 * here.empirical, -7 * here.gradient, two_weights.steps(here.exact, here.gradient)


def rooted(matrices: np.ndarray, inverse: bool = False, every: int = 1) -> tuple[Live, Live, Live]:
    """Square roots over the pad, for ellipses: of M, or {δᵀMδ = 1} of its inverse."""
    some = matrices[::every, ::every]
    roots = two_weights.inverse_roots(some) if inverse else np.stack([linalg.square_root(m) for m in some.reshape(-1, 2, 2)]).reshape(some.shape)
    return tuple(Live(roots[..., i, j], ("b", "w"), every) for i, j in ((0, 0), (0, 1), (1, 1)))


@lru_cache(maxsize=1)
def label_roots():
    fisher = survey(tuple((INPUTS >= 0).astype(float)))[0]
    return rooted(fisher / 7, every=2)


def label_cloud(v):
    scores, chance = both_labels()
    y, theta = labels_of(v), np.array([v.b, v.w])
    now = np.concatenate([LOGISTIC.score(FEATURES, np.full(7, k), theta) for k in (0.0, 1.0)])
    one = LOGISTIC.predict_mean(FEATURES, theta)
    p = np.concatenate([1 - one, one])
    over = ("b", "w")
    x, s = (rest(now[:, k], Live(scores[..., k], over, EVERY)) for k in (0, 1))
    c = figures.Cloud(x, s, rest(figures.radii(p, 9), Live(figures.radii(chance, 9), over, EVERY)), "ix", label_roots(),
                      (["x", "label", "score of b", "score of w", "probability"], [np.tile(INPUTS, 2), np.repeat([0, 1], 7), *now.T, p]))  # fmt: skip
    fisher, empirical, *_ = survey(tuple(y))
    picked = np.arange(7) + 7 * (y == 1)  # which of its two scores each label picks
    seen_at, many = now[picked], scores[:, :, picked]
    more = [segments(np.full(7, -1.2), -1.2 * INPUTS, np.full(7, 1.2), 1.2 * INPUTS, "hair")]  # the rays along (1, x)
    if v.machine == "supervised":
        style = "sampled" if v.labels == "model" else "empirical"
        more += [ellipse(0.0, 0.0, *rooted(empirical / 7, every=4), style, width=2),
                 points(rest(seen_at[:, 0], Live(many[..., 0], over, EVERY)), rest(seen_at[:, 1], Live(many[..., 1], over, EVERY)), style, size=4, casing=True)]  # fmt: skip
    view = figures.cloud("s", "**Labels** _p_(_y_ | _x_): two dots a ray", c, Axis(-1.05, 1.05, "score of _b_", figures.ticks(-1, 0), label_at="right"), Axis(-3.2, 3.2, "of _w_", figures.ticks(-2, 0, 2)),
                         more, v.machine == "supervised", "Scores of both labels at seven inputs: two dots on a ray each; area is probability, the ellipse their covariance",
                         "Trace of F over the seven inputs [trF]; ringed score ([ss1], [ss2]).")  # fmt: skip
    ringed = ("b", "w", "ix")
    trace = lambda m: m[..., 0, 0] + m[..., 1, 1]  # noqa: E731
    numbers = {"trF": Number(Live(trace(fisher), over), "3"), "F22": Number(Live(fisher[..., 1, 1], over), "3"), "trE": Number(Live(trace(empirical), over), "3"),
               "sw": Number(Live(chance, ringed, (EVERY, EVERY, 1)), "2", Live(p, ("ix",))), "ss1": Number(Live(scores[..., 0], ringed, (EVERY, EVERY, 1)), "+2", Live(now[:, 0], ("ix",))),
               "ss2": Number(Live(scores[..., 1], ringed, (EVERY, EVERY, 1)), "+2", Live(now[:, 1], ("ix",)))}  # fmt: skip
    return view, numbers


@lru_cache(maxsize=1)
def arm_tables():
    """Over (π₁, π₂): probabilities, scores of the three actions, F and the root of its first block."""
    grid = np.stack(np.meshgrid(NODES["p1"], NODES["p2"], indexing="ij"), axis=-1)
    p = np.concatenate([grid, 1 - grid.sum(axis=-1, keepdims=True)], axis=-1)
    theta = POLICY.logits(p)
    scores = np.stack([POLICY.score(np.arange(3), t) for t in theta.reshape(-1, 3)]).reshape(*p.shape[:2], 3, 3)
    fisher = POLICY.fisher(theta)
    roots = np.stack([linalg.square_root(f[:2, :2]) for f in fisher.reshape(-1, 3, 3)]).reshape(*p.shape[:2], 2, 2)
    return p, scores, fisher, roots, theta


def action_cloud(v):
    p, scores, fisher, roots, _ = arm_tables()
    over, here = ("p1", "p2"), start(v.p1, v.p2)
    now = POLICY.score(np.arange(3), here)
    c = figures.Cloud(Live(scores[..., 0], over), Live(scores[..., 1], over), Live(figures.radii(p, 15), over), "ia",
                      tuple(Live(roots[..., i, j], over) for i, j in ((0, 0), (0, 1), (1, 1))),
                      (["action", "score of θ1", "of θ2", "of θ3", "probability"], [np.arange(1, 4), *now.T, POLICY.probabilities(here)]))  # fmt: skip
    names = [label(Live(scores[..., k, 0], over), Live(scores[..., k, 1], over), f"_a_ = {k + 1}", dx=dx, dy=dy, align=align, token="ink2") for k, dx, dy, align in ((0, -8, -9, "right"), (1, 12, 8, "left"), (2, 17, -11, "left"))]  # fmt: skip
    view = figures.cloud("p", "**Actions** _π_(_a_): three dots _e_~{_a_} − _π_", c, Axis(-0.62, 1.12, "score of _θ_~{1}", figures.ticks(-0.5, 0), label_at="right"), Axis(-0.62, 1.12, "of _θ_~{2}", figures.ticks(0, 1)),
                         names, v.machine == "policy", "Scores of the three actions of a policy; dot area is probability, the ellipse is their covariance",
                         "π = ([p1], [p2], [p3]); trace of F [trP].")  # fmt: skip
    ringed = ("p1", "p2", "ia")
    numbers = {"p3": Number(Live(p[..., 2], over), "g2"), "trP": Number(Live(np.trace(fisher, axis1=-2, axis2=-1), over), "3"), "pw": Number(Live(p, ringed), "g2"),
               **{f"ps{k + 1}": Number(Live(scores[..., k], ringed), "+2") for k in range(3)}}  # fmt: skip
    return view, numbers


def table(v) -> dict:
    """V3: the recipe, one row a machine."""
    observed = {"data": " {empirical|_E_ [trE]}", "flipped": " {empirical|_E_ [trE]}", "model": " {sampled|[trE]}"}[v.labels] if v.machine == "supervised" else ""
    rows = [
        ("generative", ["data", "_p_(_x_)", "_x_", "–", "{exact|`E`\\[_ss_\u200a^{T}\\]}", "{exact|[trG]}", "[gw] × ([gs1], [gs2])"]),
        ("supervised", ["labels", "_p_(_y_ | _x_)", "_y_", "seven _x_", "{exact|Σ~{_x_} _J_^{T}(diag _p_ − _pp_^{T})_J_}", "{exact|[trF]}" + observed, "[sw] × ([ss1], [ss2])"]),
        ("policy", ["actions", "_π_(_a_ | _s_)", "_a_", "_s_ from visits", "{exact|`E`~{_s_}\\[diag _π_ − _ππ_^{T}\\]}", "{exact|[trP]}", "[pw] × ([ps1], [ps2], [ps3])"]),
    ]  # fmt: skip
    cells = [[f"**{c}**" if machine == v.machine and i == 0 else c for i, c in enumerate(row)] for machine, row in rows]
    return {"head": ["", "machine", "drawn", "given", "{exact|_F_} = covariance of the score", "tr {exact|_F_}", "ringed dot: chance × score"], "rows": cells, "align": ["left"] * 6 + ["right"]}  # fmt: skip
