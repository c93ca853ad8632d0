"""Scenes of the lesson on data, labels and actions: its controls, and the figure of three machines.

The tabs on policies are in ``recipe_policy``, those on classifiers and networks in ``recipe_models``; words are in
``pages/recipe.py``, drawing in ``fisher_app/figures/recipe*.py``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, descent, information, linalg, logistic_design, two_weights
from fisher_core.models import LogisticRegression, SoftmaxPolicy
from fisher_core.models.bandit import first_crossing, half_time

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..figures import recipe as figures
from ..stage.scene import Axis, Check, Cross, Live, Number, Scene, curve, ellipse, label, points, segments

POLICY, ARMS = SoftmaxPolicy(3), np.array([1.0, 0.5, 0.0])  # the rewards
RARE = (0.01, 0.09)  # π₁, π₂ of the start
NORMAL, LOGISTIC = FAMILIES["normal"], LogisticRegression()
INPUTS = np.arange(-3.0, 4.0)
FEATURES = np.column_stack([np.ones(7), INPUTS])
TIMES = np.concatenate([[0.0], np.geomspace(0.05, 1000, 120)])
Z = np.linspace(-2.4, 2.4, 17)  # outputs of the Normal, in units of σ from μ

controls = [
    Slider("p1", "Best arm _π_~{1}, at the start", 0.002, 0.45, 0, RARE[0], format="g2", at=(0.002, 0.003, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12, 0.15, 0.18, 0.21, 0.25, 0.29, 0.33, 0.36, 0.4, 0.42, 0.45)),
    Slider("p2", "Middle arm _π_~{2}, at the start", 0.01, 0.5, 0, RARE[1], format="g2", at=(0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12, 0.14, 0.17, 0.2, 0.24, 0.27, 0.31, 0.35, 0.39, 0.42, 0.46, 0.5)),
    Choice("machine", "Machine", {"generative": "data", "supervised": "labels", "policy": "actions"}, "policy"),
    Choice("labels", "Labels", {"data": "given", "flipped": "flipped", "model": "drawn"}, "data"),
    Slider("b", "Intercept _b_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("w", "Slope _w_", 0, 4, 0.1, 1.0, format="1"),
    Slider("mu", "Mean _μ_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("sigma", "Standard deviation _σ_", 0.7, 2, 0.05, 1.0),
    Toggle("damp", "damp _F_ + _εI_"),
    Slider("eps", "Damping _ε_", 1e-4, 1, 0.25, 0.1, format="g2", log=True),
    Slider("step", "Step", 0, 120, 1, 120.0, format="i", local=True),
    Slider("ia", "Action ringed", 0, 2, 1, 1, format="i", local=True),
    Slider("ix", "Label ringed", 0, 13, 1, 11, format="i", local=True),
    Slider("ig", "Output ringed", 0, 16, 1, 12, format="i", local=True),
    Slider("c", "KL radius _c_, nats", 0.001, 0.05, 0, 0.01, format="g2", at=(0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05)),
    Slider("scale", "Rewards times", 1, 10, 1, 1.0, format="i"),
    Toggle("weighted", "take rewards into _F_"),
    Slider("baseline", "Baseline _β_~{0}", -1, 11, 0.1, 0.0, format="1"),
    Slider("offset", "Added to all rewards", 0, 10, 0.5, 0.0, format="1"),
    Toggle("logs", "actions from uniform logs"),
    seed(),
    Slider("p0", "Better arm at the start _p_~{0}", 0.001, 0.5, 0, 0.01, format="g2", at=(0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)),
    Slider("beta", "Price of information _β_", 0.05, 5, 0.0625, 0.2, format="g2", at=tuple(float(f"{1 / t:.6g}") for t in (20, 16, 13, 10, 8, 7, 6, 5, 4, 3.5, 3, 2.5, 2, 1.6, 1.3, 1, 0.8, 0.6, 0.4, 0.3, 0.2))),
    Slider("l1", "First logit _θ_~{1}", -4, 2, 0.1, -2.0, format="+1"),
    Slider("l2", "Second logit _θ_~{2}", -4, 2, 0.1, 0.0, format="+1"),
    Slider("shift", "Same number added to all logits", -2, 2, 0.1, 0.0, format="+1"),
    Slider("race", "Data set", 0, 199, 1, 3, format="i"),
    Slider("gap", "Weights _θ_ times", 0.2, 2, 0.05, 1.0),
]  # fmt: skip
CONTROL = {c.key: c for c in controls}
NODES = {k: c.nodes for k, c in CONTROL.items() if isinstance(c, Slider)}


def start(p1: float, p2: float) -> np.ndarray:
    """Logits of (π₁, π₂, the rest)."""
    return POLICY.logits([p1, p2, 1 - p1 - p2])


def committed(v) -> bool:
    """Whether the reader may see where the plain gradient goes."""
    return "arm" in v.seen


# ---- the three clouds --------------------------------------------------------------------------------------------------
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


def rest(now, table: Live) -> Cross:
    """An exact array at rest, a coarser table while the hand moves."""
    return Cross((Live(np.atleast_1d(now), ()), table))


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
    observed = (y + 0.0) @ np.eye(7)  # which of the two scores the label picks
    seen_at = np.where(observed[:, None] == 1, now[7:], now[:7])
    many = np.where(observed[:, None] == 1, scores[:, :, 7:], scores[:, :, :7])
    more = [segments(-INPUTS * 0 - 1.2, -1.2 * INPUTS, INPUTS * 0 + 1.2, 1.2 * INPUTS, "hair")]
    if v.machine == "supervised":
        style = "sampled" if v.labels == "model" else "empirical"
        more += [ellipse(0.0, 0.0, *rooted(empirical / 7, every=4), style, width=2),
                 points(rest(seen_at[:, 0], Live(many[..., 0], over, EVERY)), rest(seen_at[:, 1], Live(many[..., 1], over, EVERY)), style, size=4, casing=True)]  # fmt: skip
    view = figures.cloud("s", "**Labels** _p_(_y_ | _x_): two dots on a ray", c, Axis(-1.05, 1.05, "score of _b_", figures.ticks(-1, 0), label_at="right"), Axis(-3.2, 3.2, "of _w_", figures.ticks(-2, 0, 2)),
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


# ---- the main figure ---------------------------------------------------------------------------------------------------
def machines(v) -> Scene:
    clouds, numbers = [], {}
    for made in (normal_cloud, label_cloud, action_cloud):
        view, some = made(v)
        clouds.append(view)
        numbers |= some
    own = {"policy": policy, "supervised": supervised, "generative": generative}[v.machine]
    views, more, parts = own(v)
    return Scene([*clouds, *views], figures.COLUMNS, figures.PLAYED if "player" in parts else figures.AREAS, parts.pop("controls"), numbers | more, table(v), checks=checks(v), **parts)


@lru_cache(maxsize=1)
def natural_runs() -> np.ndarray:
    """Over every second start: (π₁, π₂) of the natural flow at all times, (12, 10, 121, 2)."""
    theta = arm_tables()[4][::2, ::2]
    return POLICY.probabilities(POLICY.natural_flow(theta, ARMS, TIMES))[..., :2]


@lru_cache(maxsize=1)
def plain_runs() -> np.ndarray:
    theta = arm_tables()[4][::2, ::2]
    return POLICY.probabilities(POLICY.plain_flow(theta, ARMS, TIMES))[..., :2]


@lru_cache(maxsize=4)
def damped_runs(p1: float, p2: float) -> np.ndarray:
    """Over ε at one start: (n, 121, 2)."""
    return POLICY.probabilities(POLICY.damped_flow(start(p1, p2), ARMS, TIMES, NODES["eps"]))[..., :2]


@lru_cache(maxsize=32)
def run_from(p1: float, p2: float, kind: str) -> tuple[np.ndarray, float]:
    """One flow at one start, (121, 3), and when it has π₁ = ½."""
    theta = start(p1, p2)
    path = POLICY.natural_flow(theta, ARMS, TIMES) if kind == "natural" else POLICY.plain_flow(theta, ARMS, TIMES)
    return POLICY.probabilities(path), POLICY.time_to(theta, ARMS, 0, 0.5, kind)


def tracks(now: np.ndarray, over_starts: np.ndarray, other: tuple[str, np.ndarray] | None = None):
    """(path, present point) of a flow: exact at rest, a table over the starts while the ring is dragged."""
    path, here = [], []
    for k in (0, 1):
        tables = [Live(now[:, k], ())]
        points_ = [Live(now[:, k], ("step",))]
        if other is not None:
            tables.append(Live(other[1][..., k], (other[0],)))
            points_.append(Live(other[1][..., k], (other[0], "step")))
        tables.append(Live(over_starts[..., k], ("p1", "p2"), 2))
        points_.append(Live(over_starts[..., k], ("p1", "p2", "step"), (2, 2, 1)))
        path.append(Cross(tuple(tables)))
        here.append(Cross(tuple(points_)))
    return tuple(path), tuple(here)


def spot(now: np.ndarray, over_starts: np.ndarray, time: float):
    """A point on a run, for its name."""
    k = int(np.abs(TIMES - time).argmin())
    return tuple(Cross((Live([now[k, i]], ()), Live(over_starts[:, :, k, i], ("p1", "p2"), 2))) for i in (0, 1))


def when(now: float, over_starts: np.ndarray) -> Cross:
    """Where the words about π₁ = ½ stand on the clock: there, but no later than they fit."""
    return rest(min(now, 300.0), Live(np.minimum(first_crossing(TIMES, over_starts[..., 0], 0.5), 300.0), ("p1", "p2"), 2))


def policy(v):
    shown = committed(v)
    natural, t_natural = run_from(v.p1, v.p2, "natural")
    coarse = natural_runs()
    runs = {"natural": tracks(natural, coarse)}
    columns = {"t": TIMES, "natural π1": natural[:, 0], "natural π2": natural[:, 1]}
    numbers = {
        "time": Number(Live(TIMES, ("step",)), "g3"),
        "n1": Number(Live(natural[:, 0], ("step",)), "3"),
        "j_natural": Number(Live(natural @ ARMS, ("step",)), "3"),
        "t_natural": Number(Live(first_crossing(TIMES, coarse[..., 0], 0.5), ("p1", "p2"), 2), "2", t_natural),
    }
    hidden = Number(np.nan)
    numbers |= dict.fromkeys(("g1", "j_plain", "t_plain"), hidden)
    if shown:
        plain, t_plain = run_from(v.p1, v.p2, "plain")
        runs["plain"] = tracks(plain, plain_runs())
        columns |= {"plain π1": plain[:, 0], "plain π2": plain[:, 1]}
        numbers |= {
            "g1": Number(Live(plain[:, 0], ("step",)), "3"),
            "j_plain": Number(Live(plain @ ARMS, ("step",)), "3"),
            "t_plain": Number(Live(first_crossing(TIMES, plain_runs()[..., 0], 0.5), ("p1", "p2"), 2), "g4", t_plain),
        }
    if v.damp and shown:  # it goes where the plain one goes
        over_eps = damped_runs(v.p1, v.p2)
        damped = over_eps[int(np.abs(NODES["eps"] - v.eps).argmin())]
        runs["damped"] = tracks(damped, np.full_like(coarse, np.nan), ("eps", over_eps))
    both = [runs.get(k, (None, None)) for k in ("natural", "plain", "damped")]
    names, halves = [spot(natural, coarse, 4.0), None], [when(t_natural, coarse), None]
    if shown:
        names[1], halves[1] = spot(plain, plain_runs(), 40.0), when(t_plain, plain_runs())
    r = figures.Runs(TIMES, *both[0], *both[1], *both[2], ARMS, tuple(names), tuple(halves), (list(columns), list(columns.values())))
    parts = {"controls": ["p1", "p2"], "player": "step", "groups": ["machine"], "breaks": ["damp"], "more": ["eps"] if v.damp else []}
    return [figures.triangle(r, "arm"), figures.rewards_over_time(r)], numbers, parts


@lru_cache(maxsize=1)
def curves():
    """Over a coarse pad: p(x) and p(1 − p) on a fine grid, and p(1 − p) at the seven inputs; the best pair of inputs."""
    grid = np.linspace(-3.5, 3.5, 57)
    z = pad(EVERY) @ np.stack([np.ones_like(grid), grid])
    at = pad(EVERY) @ FEATURES.T
    b, w = np.moveaxis(pad(), -1, 0)
    with np.errstate(divide="ignore"):
        best = (np.array([-1, 1]) * logistic_design.d_optimal() - b[..., None]) / w[..., None]
    return grid, LOGISTIC.mean(z), LOGISTIC.weight(z), LOGISTIC.weight(at), np.where(np.abs(best) < 20, best, np.nan)


def supervised(v):
    y, theta = labels_of(v), np.array([v.b, v.w])
    fisher, empirical, gradient, step = survey(tuple(y))
    over = ("b", "w")
    at = pad()
    every = 2
    tip = (at + step)[::every, ::every]
    grid, chance, weight, here, best = curves()
    z, seven = theta[0] + theta[1] * grid, FEATURES @ theta
    words = {"data": "labels 1\\[_x_ ≥ 0\\]", "flipped": "labels flipped", "model": "labels drawn: seed [seed:i]"}[v.labels]
    i = int(np.abs(NODES["b"] - v.b).argmin()), int(np.abs(NODES["w"] - v.w).argmin())
    pad_view = figures.weights_pad(rooted(fisher, True, every), rooted(empirical, True, every), tuple(Live(tip[..., k], over, every) for k in (0, 1)), "sampled" if v.labels == "model" else "empirical", words,
                                   (["entry", "F", "E"], [["11", "12", "22"], *([m[i][0, 0], m[i][0, 1], m[i][1, 1]] for m in (fisher, empirical))]))  # fmt: skip
    seen = figures.labels(INPUTS, y, v.labels == "model", grid, rest(LOGISTIC.mean(z), Live(chance, over, EVERY)), rest(LOGISTIC.weight(z), Live(weight, over, EVERY)),
                          rest(LOGISTIC.weight(seven), Live(here, over, EVERY)), rest(figures.radii(4 * LOGISTIC.weight(seven), 6), Live(figures.radii(4 * here, 6), over, EVERY)), Live(best, over), Live(best[..., 1], over),
                          (["x", "label", "p", "p(1 − p)"], [INPUTS, y, LOGISTIC.mean(seven), LOGISTIC.weight(seven)]))  # fmt: skip
    numbers = {f"{name}_{axis}": Number(Live(t[..., k], over), "+2") for name, t in (("step", step), ("grad", gradient)) for k, axis in enumerate("bw")}
    return [pad_view, seen], numbers, {"controls": ["b", "w"], "groups": ["machine", "labels"], "more": ["seed"]}


def generative(v):
    *_, fisher, _, chance = normal_tables()
    sigma = NODES["sigma"]
    grid = np.linspace(-3.4, 3.4, 69)
    peak = np.stack([np.exp(NORMAL.log_prob(s * grid, [0.0, s])) for s in sigma])
    marks = np.stack([np.exp(NORMAL.log_prob(s * Z, [0.0, s])) for s in sigma])
    moved = lambda z: NODES["mu"][[0, -1], None, None] + sigma[None, [0, -1], None] * z  # noqa: E731
    over, ends = ("mu", "sigma"), (40, 26)
    i = int(np.abs(sigma - v.sigma).argmin())
    half = 1 / np.sqrt(fisher[:, [0, 1], [0, 1]])
    pad_view = figures.half_plane((Live(half[:, 0], ("sigma",)), Live(half[:, 1], ("sigma",))), (["entry", "F"], [["11", "12", "22"], [fisher[i, 0, 0], fisher[i, 0, 1], fisher[i, 1, 1]]]))
    shown = figures.density(Live(moved(grid), over, ends), Live(peak, ("sigma",)), Live(moved(Z), over, ends), Live(marks, ("sigma",)), figures.radii(chance, 17), 0.66,
                            (["x", "density", "probability"], [v.mu + v.sigma * Z, marks[i], chance]))  # fmt: skip
    return [pad_view, shown], {}, {"controls": ["mu", "sigma"], "groups": ["machine"]}


def checks(v) -> list[Check]:
    if v.machine == "generative":
        theta = np.array([v.mu, v.sigma])
        gap = np.abs(information.by_quadrature(NORMAL, theta) - NORMAL.fisher(theta)).max()
        return [Check("F of the Normal", "closed form", "quadrature of squared slopes", float(gap), 1e-8)]
    if v.machine == "supervised":
        theta = np.array([v.b, v.w])
        f = LOGISTIC.fisher(FEATURES, theta)
        y = labels_of(v)
        loss = descent.likelihood(LOGISTIC, (FEATURES, y))
        gap = np.abs(two_weights.by_label_quadrature(LOGISTIC, FEATURES, theta) - f).max()
        irls = np.abs(descent.irls_step(LOGISTIC, FEATURES, y, theta) - descent.step(loss, theta)).max()
        return [Check("F of the labels", "closed form", "sum over labels, slopes by differences", float(gap), 1e-7),
                Check("natural step", "−F⁻¹∇L", "weighted least squares", float(irls / (1 + np.abs(theta).max())), 1e-7)]  # fmt: skip
    theta = start(v.p1, v.p2)
    gap = np.abs(information.by_quadrature(POLICY, theta) - POLICY.fisher(theta)).max()
    flow = descent.flow(descent.reward(POLICY, ARMS), theta, [0.0, 3.0], "natural", pseudo_inverse=True)
    natural = np.abs(flow[-1] - POLICY.natural_flow(theta, ARMS, [3.0])[0]).max()
    tests = [Check("F of the actions", "closed form", "sum over actions, slopes by differences", float(gap), 1e-8),
             Check("natural flow", "closed form", "differential equation with F⁺", float(natural), 1e-7)]  # fmt: skip
    if committed(v):
        two = SoftmaxPolicy(2)
        found = two.time_to(two.logits([v.p1, 1 - v.p1]), [1.0, 0.0], 0, 0.5, "plain")
        tests.append(Check("plain flow, two arms", "differential equation", "closed time to ½", float(abs(found / half_time(v.p1)[0] - 1)), 1e-7))
    return tests


# ---- words -------------------------------------------------------------------------------------------------------------
def pushes() -> np.ndarray:
    """∇J at π = (.01, .09, .90)."""
    return POLICY.gradient(start(*RARE), ARMS)


def arm_text(form: str):
    return lambda: form.format(*pushes(), ratio=pushes()[1] / pushes()[0], natural=run_from(*RARE, "natural")[1], plain=run_from(*RARE, "plain")[1], top=plain_peak())


def plain_peak() -> float:
    """The highest π₂ on the plain flow's way."""
    t = np.linspace(60, 130, 701)
    return float(POLICY.probabilities(POLICY.plain_flow(start(*RARE), ARMS, t))[:, 1].max())


def flips() -> tuple[float, float, float]:
    """At θ = (0, 1): trace of F, of E at the data's labels, and of E at flipped ones."""
    y = (INPUTS >= 0).astype(float)
    theta = np.array([0.0, 1.0])
    return tuple(7 * float(np.trace(m)) for m in (LOGISTIC.fisher(FEATURES, theta), LOGISTIC.empirical_fisher(FEATURES, y, theta), LOGISTIC.empirical_fisher(FEATURES, 1 - y, theta)))  # fmt: skip


def flip_text(form: str):
    return lambda: form.format(*flips())


def holds(v) -> bool:
    """At the defaults: F is the covariance of the score under each model's own output, by quadrature and enumeration;
    and the natural gradient of the policy is the centred rewards, the same for another policy."""
    theta, other = start(v.p1, v.p2), start(0.3, 0.3)
    models = ((NORMAL, np.array([v.mu, v.sigma])), (POLICY, theta))
    covariances = all(np.abs(information.by_quadrature(f, t) - f.fisher(t)).max() < 1e-8 for f, t in models)
    labels = np.abs(two_weights.by_label_quadrature(LOGISTIC, FEATURES, [v.b, v.w]) - LOGISTIC.fisher(FEATURES, [v.b, v.w])).max() < 1e-7
    steps = [np.linalg.pinv(POLICY.fisher(t)) @ POLICY.gradient(t, ARMS) for t in (theta, other)]
    return bool(covariances and labels and np.allclose(steps[0], steps[1], atol=1e-9))


def program(v) -> str:
    render = snippets.render
    if v.tab == "machines" and v.machine == "policy":
        return render("recipe_flow", p=(v.p1, v.p2), damping=v.eps if v.damp else 0.0)
    if v.tab == "machines":
        return render("recipe", p=(v.p1, v.p2), theta=(v.b, v.w), labels=v.labels, seed=v.seed, normal=(v.mu, v.sigma))
    values = {
        "kl": {"c": v.c, "scale": v.scale},
        "noise": {"baseline": v.baseline, "offset": v.offset, "logs": v.logs, "seed": v.seed},
        "speed": {"p0": v.p0},
        "newton": {"chosen": int(v.race)},
        "gauss": {"factor": v.gap},
        "null": {"shift": v.shift},
        "inference": {"beta": v.beta},
        "corridor": {"theta": (v.l1, v.l2)},
    }
    return render(f"recipe_{v.tab}", **values[v.tab])
