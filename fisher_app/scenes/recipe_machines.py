"""The first figure: three clouds of scores, and below them what the chosen machine does."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import descent, information
from fisher_studies import logistic_design, two_weights
from fisher_core.models import SoftmaxPolicy
from fisher_core.models.policy import first_crossing, half_time

from ..figures import recipe as figures
from ..stage.scene import Check, Cross, Live, Number, Scene
from .recipe import ARMS, FEATURES, INPUTS, LOGISTIC, NODES, NORMAL, POLICY, RARE, TIMES, Z, committed, rest, start
from .recipe_clouds import EVERY, action_cloud, arm_tables, label_cloud, labels_of, normal_cloud, normal_tables, pad, rooted, survey, table


def machines(v) -> Scene:
    clouds, numbers = [], {}
    for made in (normal_cloud, label_cloud, action_cloud):
        view, some = made(v)
        clouds.append(view)
        numbers |= some
    own = {"policy": policy, "supervised": supervised, "generative": generative}[v.machine]
    views, more, parts = own(v)
    return Scene([*views, *clouds], figures.COLUMNS, figures.PLAYED if "player" in parts else figures.AREAS, parts.pop("controls"), numbers | more, table(v), checks=checks(v), **parts)


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


@lru_cache(maxsize=1)
def slope_tables() -> np.ndarray:
    """∇J over (π₁, π₂), (23, 19, 3)."""
    return POLICY.gradient(arm_tables()[4], ARMS)


def slopes(v, shown: bool) -> dict[str, Number]:
    """The gradients at the start, component by component; damped ones over ε or over the starts."""
    here, names = start(v.p1, v.p2), ("push", "natural", "damped")
    numbers = {f"{name}{k}": Number(np.nan) for name in names for k in (1, 2, 3)}
    natural = POLICY.natural_gradient(here, ARMS)
    numbers |= {f"natural{k + 1}": Number(float(natural[k]), "+1") for k in range(3)}
    if shown:
        numbers |= {f"push{k + 1}": Number(Live(slope_tables()[..., k], ("p1", "p2")), "+5") for k in range(3)}
    if shown and v.damp:
        over_eps = POLICY.damped_gradient(here, ARMS, NODES["eps"])
        over_starts = POLICY.damped_gradient(arm_tables()[4], ARMS, v.eps)
        for k in range(3):
            both = Cross((Live(over_eps[:, k], ("eps",)), Live(over_starts[..., k], ("p1", "p2"))))
            numbers[f"damped{k + 1}"] = Number(both, "+2")
    return numbers


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
    numbers |= slopes(v, shown)
    both = [runs.get(k, (None, None)) for k in ("natural", "plain", "damped")]
    names, halves = [spot(natural, coarse, 4.0), None], [when(t_natural, coarse), None]
    if shown:
        names[1], halves[1] = spot(plain, plain_runs(), 40.0), when(t_plain, plain_runs())
    r = figures.Runs(TIMES, *both[0], *both[1], *both[2], ARMS, v.damp, tuple(names), tuple(halves), (list(columns), list(columns.values())))
    parts = {"controls": ["p1", "p2"], "player": "step", "groups": ["machine"], "breaks": ["damp"], "more": ["eps"] if v.damp else []}
    return [figures.triangle(r, "arm"), figures.rewards_over_time(r)], numbers, parts


@lru_cache(maxsize=1)
def curves():
    """Over a coarse pad: p(x) and p(1 − p) on a fine grid, and p(1 − p) at the seven inputs; the best pair of inputs."""
    grid = np.linspace(-3.5, 3.5, 57)
    z = pad(EVERY) @ np.stack([np.ones_like(grid), grid])
    at = pad(EVERY) @ FEATURES.T
    best = logistic_design.best_pair(pad())
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
    words = {"data": "labels 1\\[_x_ ≥ 0\\]", "flipped": "labels flipped", "model": "random labels, seed [seed:i]"}[v.labels]
    i = int(np.abs(NODES["b"] - v.b).argmin()), int(np.abs(NODES["w"] - v.w).argmin())
    pad_view = figures.weights_pad(rooted(fisher, True, every), rooted(empirical, True, every), tuple(Live(tip[..., k], over, every) for k in (0, 1)), "sampled" if v.labels == "model" else "empirical", words,
                                   (["entry", "F", "E"], [["11", "12", "22"], *([m[i][0, 0], m[i][0, 1], m[i][1, 1]] for m in (fisher, empirical))]))  # fmt: skip
    how = {"data": "given", "flipped": "flipped", "model": "drawn at _θ_, seed [seed:i]"}[v.labels]
    seen = figures.labels(INPUTS, y, v.labels == "model", how, grid, rest(LOGISTIC.mean(z), Live(chance, over, EVERY)), rest(LOGISTIC.weight(z), Live(weight, over, EVERY)),
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
    return lambda: form.format(*pushes(), down=-pushes()[2], ratio=pushes()[1] / pushes()[0], natural=run_from(*RARE, "natural")[1], plain=run_from(*RARE, "plain")[1], top=plain_peak())


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
