"""Scenes of the policy tabs: a step of fixed KL, noise and baselines, speed, inference, the corridor."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, descent, information
from fisher_core.divergence import parabola as curvature
from fisher_studies.corridor import Corridor
from fisher_studies.gaussian_policy import GaussianPolicy
from fisher_core.models import SoftmaxPolicy
from fisher_core.models.policy import half_time

from ..figures import recipe_policy as figures
from ..stage.scene import Check, Cross, Live, Number, Scene
from .recipe import ARMS, NODES, POLICY, RARE, committed, start

START = start(*RARE)
HERE = POLICY.probabilities(START)
UNIFORM = np.full(3, 1 / 3)
WALK, AIM = Corridor(), GaussianPolicy(1.0)


def enumeration(theta: np.ndarray) -> Check:
    gap = np.abs(information.by_quadrature(POLICY, theta) - POLICY.fisher(theta)).max()
    return Check("F of the actions", "closed form", "sum over actions, slopes by differences", float(gap), 1e-8)


# ---- a step of fixed KL ------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def rings():
    """Over c: the ring KL = c, the ring of its quadratic, both in (π₁, π₂); and where the two steps end."""
    radius = NODES["c"]
    true = curvature.kl_contour(FAMILIES["categorical"], HERE[:2], radius, 121)
    quadratic = POLICY.probabilities(POLICY.kl_ring(START, radius))[..., :2]
    delta, predicted = POLICY.kl_step(START, ARMS, radius)
    loss = descent.reward(POLICY, ARMS)
    plain = np.stack([descent.kl_step(loss, START, c, "gradient")[0] for c in radius])
    return true, quadratic, predicted, START + delta, START + plain


def kl_step(v) -> Scene:
    true, quadratic, predicted, natural, plain = rings()
    shown, over = committed(v), ("c",)
    radius, before = NODES["c"], POLICY.value(START, ARMS)
    gain, gain_plain = POLICY.value(natural, ARMS) - before, POLICY.value(plain, ARMS) - before
    spent = POLICY.kl(START, natural)
    ends = [POLICY.probabilities(t)[:, :2] for t in (natural, plain)]
    rows = {"c": radius, "promised": predicted, "gain, natural": gain, "true KL": spent} | ({"gain, plain": gain_plain} if shown else {})
    table = (list(rows), list(rows.values()))
    pair = lambda a: tuple(Live(a[..., k], over) for k in (0, 1))  # noqa: E731
    views = [figures.ball(HERE[:2], pair(true), pair(quadratic), pair(ends[0]), pair(ends[1]) if shown else None, table)]
    numbers = {"predicted": Number(Live(predicted, over), "4"), "actual": Number(Live(gain, over), "4"), "spent": Number(Live(spent, over), "4"),
               "actual_plain": Number(Live(gain_plain, over), "4") if shown else Number(np.nan)}  # fmt: skip
    groups = [[["promised √(2_c_ Var _r_)"], ["{exact|[predicted]}"]], [["{exact|natural}, gained"], ["{exact|**[actual]**}"]], [["{identity|plain}, gained"], ["{identity|[actual_plain]}"]], [["true `KL` of the step"], ["[spent]"]]]
    controls = ["c"]
    if v.weighted and shown:
        scale = NODES["scale"]
        weighted = np.stack([descent.direction(descent.reward(POLICY, s * ARMS, float(s * before)), START, "empirical", pseudo_inverse=True) for s in scale])
        lengths = np.linalg.norm(np.stack([POLICY.natural_gradient(START, s * ARMS) for s in scale]), axis=1), np.linalg.norm(weighted, axis=1)
        views.append(figures.step_sizes(scale, *lengths, (["rewards times", "natural", "reward-weighted"], [scale, *lengths])))
        numbers |= {"natural_length": Number(Live(lengths[0], ("scale",)), "3"), "weighted_length": Number(Live(lengths[1], ("scale",)), "3"), "weighted_2": Number(Live(weighted[:, 1], ("scale",)), "3")}
        groups = [*groups[:2], [["{exact|‖_F_⁺∇_J_‖}"], ["{exact|[natural_length]}"]], [["{empirical|‖_E_⁺∇_J_‖,} arm 2"], ["{empirical|[weighted_length], [weighted_2]}"]]]
        controls.append("scale")
    else:
        views.append(figures.gains(radius, predicted, gain, gain_plain if shown else None, table))
    i = int(np.abs(radius - v.c).argmin())
    loss = descent.reward(POLICY, ARMS)
    general, _ = descent.kl_step(loss, START, float(radius[i]), pseudo_inverse=True)
    tests = [enumeration(START), Check("step of radius c", "closed form", "eigenvectors of F", float(np.abs(START + general - natural[i]).max()), 1e-9)]
    return Scene(views, figures.TWO, ("a b",), controls, numbers, {"groups": groups}, breaks=["weighted"], checks=tests)


# ---- noise -------------------------------------------------------------------------------------------------------------
CLOUDS, EACH = 200, 100


@lru_cache(maxsize=4)
def sampled(number: int):
    """Sampled gradients at the corners of (baseline, offset), (2, 2, 200, 3): the same actions, linear in offset − baseline."""
    low, high = (
        np.stack([POLICY.sampled_gradient(START, ARMS, EACH, np.random.default_rng([number, k]), b).value for k in range(CLOUDS)])
        for b in (0.0, -1.0)
    )
    added = NODES["offset"][[0, -1]] - NODES["baseline"][[0, -1], None]
    return low + added[..., None, None] * (high - low)


@lru_cache(maxsize=4)
def estimated(number: int, logs: bool):
    """Mean of ssᵀ over 1000 actions of the policy, or of a uniform one."""
    rng = np.random.default_rng([number, 1])
    actions = rng.integers(3, size=1000).astype(float) if logs else POLICY.sample(START, 1000, rng)
    return information.empirical(POLICY, actions, START)


@lru_cache(maxsize=1)
def noise_tables():
    """Over (baseline, offset): noise of one term; over offset: the best baseline and its noise."""
    offsets = NODES["offset"]
    noise = np.stack([POLICY.gradient_noise(START, ARMS + o, NODES["baseline"]) for o in offsets], axis=1)
    best = np.array([POLICY.optimal_baseline(START, ARMS + o) for o in offsets])
    least = np.array([POLICY.gradient_noise(START, ARMS + o, b) for o, b in zip(offsets, best, strict=True)])
    return noise, best, least


def noise(v) -> Scene:
    corners = sampled(v.seed)
    both, ends = ("baseline", "offset"), (len(NODES["baseline"]) - 1, len(NODES["offset"]) - 1)
    table, best, least = noise_tables()
    shown = committed(v)
    if not shown:  # the cloud's middle is the answer
        corners = np.full_like(corners, np.nan)
    at = int(np.abs(NODES["baseline"] - v.baseline).argmin()), int(np.abs(NODES["offset"] - v.offset).argmin())
    found = estimated(v.seed, v.logs)
    exact = POLICY.fisher(START)
    numbers = {"noise": Number(Live(table, both), "g3"), "best": Number(Live(best, ("offset",)), "3"), "noise_b": Number(Live(least, ("offset",)), "4"),
               "trF": Number(float(np.trace(exact)), "3"), "trL": Number(float(np.trace(POLICY.off_policy_moment(START, UNIFORM))), "3"),
               "f22": Number(float(found.value[1, 1]), "3"), "se": Number(float(found.standard_error[1, 1]), "3"), "F22": Number(float(exact[1, 1]), "3")}  # fmt: skip
    formula = {"groups": [
        [["noise of one term"], ["{sampled|**[noise]**}"]], [["best baseline"], ["[best], noise [noise_b]"]],
        [["_F_~{22} from 1000 actions"], ["{sampled|[f22] ± [se]}, exact {exact|[F22]}"]],
        [["trace"], ["{exact|_F_ [trF]}" + (", uniform logs **[trL]**" if v.logs else "")]],
    ]}  # fmt: skip
    dots = [Live(corners[..., k], both, ends) for k in (0, 1)]
    middle = POLICY.gradient(START, ARMS) if shown else None
    rows = (["draw", *(["push on arm 1", "push on arm 2"] if shown else [])], [np.arange(CLOUDS), *(corners[0, 0, :, :2].T if shown else [])])
    views = [
        figures.cloud("a", *dots, middle, rows, (0.4, 0.8)), figures.cloud("z", *dots, middle, rows, (0.05, 0.1)),
        figures.noise(NODES["baseline"], Live(table.T, ("offset",)), Live(table, both), (Live(best, ("offset",)), Live(least, ("offset",))), (["baseline", "noise at this offset"], [NODES["baseline"], table[:, at[1]]])),
    ]  # fmt: skip
    scores = POLICY.score(np.arange(3), START)
    terms = (ARMS + v.offset - v.baseline)[:, None] * scores
    by_hand = HERE @ (terms**2).sum(axis=1) - ((HERE @ terms) ** 2).sum()
    tests = [enumeration(START), Check("noise of one term", "closed form", "sum over actions", float(abs(by_hand / table[at] - 1)), 1e-9)]
    return Scene(views, figures.TWO, ("a b", "z b"), ["baseline", "offset"], numbers, formula, breaks=["logs"], more=["seed"], checks=tests)


# ---- speed -------------------------------------------------------------------------------------------------------------
def speed(v) -> Scene:
    fine, nodes = np.geomspace(0.001, 0.499, 80), NODES["p0"]
    curves, marks = half_time(fine), half_time(nodes)
    t = np.linspace(0, 4, 81)
    plain, natural = (run(-1.0, 1.0, t) for run in (AIM.plain_flow, AIM.natural_flow))
    far = [np.abs(mu - AIM.target) for mu, _ in (plain, natural)]
    numbers = {"t_plain": Number(Live(marks[0], ("p0",)), "g3"), "t_natural": Number(Live(marks[1], ("p0",)), "g3"),
               "g_plain": Number(float(far[0][40]), "3"), "g_natural": Number(float(far[1][40]), "1"), "j_plain": Number(float(AIM.value(*AIM.plain_flow(-1.0, 1.0, 2.0))), "4"), "j_natural": Number(float(AIM.value(*AIM.natural_flow(-1.0, 1.0, 2.0))), "2")}  # fmt: skip
    formula = {"groups": [
        [["{identity|plain} ≈ 1 ∕ 2_p_~{0}"], ["{identity|**[t_plain]**}"]], [["{exact|natural} = ln((1 − _p_~{0}) ∕ _p_~{0})"], ["{exact|**[t_natural]**}"]],
        [["Gaussian, _J_ at _t_ = 2"], ["{identity|[j_plain]}, {exact|[j_natural]}"]],
    ]}  # fmt: skip
    two = SoftmaxPolicy(2)
    i = int(np.abs(nodes - v.p0).argmin())
    gaps = [abs(two.time_to(two.logits([v.p0, 1 - v.p0]), [1.0, 0.0], 0, 0.5, kind) - float(m[i])) / (1 + float(m[i])) for kind, m in zip(("plain", "natural"), marks, strict=True)]
    normal = FAMILIES["normal"]
    slope = np.linalg.solve(normal.fisher([natural[0][40], natural[1][40]]), [-2 * (natural[0][40] - 1), -2 * natural[1][40]])
    h = 1e-5
    after, before = (np.array(AIM.natural_flow(-1.0, 1.0, 2 + s)) for s in (h, -h))
    tests = [Check("times to ½", "closed form", "differential equation", max(gaps), 1e-7), Check("Gaussian natural flow", "closed form", "F⁻¹∇J of the Normal", float(np.abs((after - before) / (2 * h) - slope).max()), 1e-8)]
    return Scene(
        [figures.half_times(fine, *curves, nodes, *marks, (["p0", "plain", "natural"], [nodes, *marks])), figures.gaussian(t, *far, (["t", "plain", "natural"], [t, *far]))],
        figures.TWO, ("a b",), ["p0"], numbers, formula, checks=tests,
    )  # fmt: skip


# ---- inference ---------------------------------------------------------------------------------------------------------
def compromise(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reward, cost β·KL and value of the best policy at each β."""
    logits, value = POLICY.soft_optimum(START, ARMS, beta)
    return POLICY.value(logits, ARMS), beta * POLICY.kl(logits, START), value


def inference(v) -> Scene:
    beta, t = NODES["beta"], np.geomspace(0.2, 20, 81)
    logits, value = POLICY.soft_optimum(START, ARMS, beta)
    best = POLICY.probabilities(logits)
    gained, spent = best @ ARMS, POLICY.kl(logits, START)
    path = POLICY.probabilities(POLICY.natural_flow(START, ARMS, np.concatenate([[0], np.geomspace(0.05, 20, 80)])))
    over = ("beta",)
    numbers = {**{f"q{k + 1}": Number(Live(best[:, k], over), "3") for k in range(3)}, "gained": Number(Live(gained, over), "4"), "cost": Number(Live(beta * spent, over), "4"),
               "kl": Number(Live(spent, over), "3"), "value": Number(Live(value, over), "4"), "t": Number(Live(1 / beta, over), "g3")}  # fmt: skip
    formula = {"groups": [
        [["max `E`\\[_r_\\] − _β_ `KL`(_π_ ‖ _π_~{0})"], ["[gained] − [cost] = **[value]**"]], [["= _β_ log Σ _π_~{0} e^{_r_ ∕ _β_}"], ["**[value]**"]],
        [["_π_"], ["{exact|([q1], [q2], [q3])}"]], [["time"], ["1 ∕ _β_ = [t]"]],
    ]}  # fmt: skip
    i = int(np.abs(beta - v.beta).argmin())
    along = POLICY.probabilities(POLICY.natural_flow(START, ARMS, [1 / beta[i]]))[0]
    tests = [Check("value", "log of a sum", "reward minus β·KL", float(np.abs(value - (gained - beta * spent)).max()), 1e-10), Check("best policy", "Bayes’ rule", "natural flow at 1/β", float(np.abs(along - best[i]).max()), 1e-12)]
    rows = (["beta", "pi 1", "pi 2", "pi 3", "reward", "KL", "value"], [beta, *best.T, gained, spent, value])
    return Scene(
        [figures.posterior(path[:, :2], (Live(best[:, 0], over), Live(best[:, 1], over)), HERE, rows), figures.compromise(t, compromise(1 / t), 1 / beta, (gained, beta * spent, value), rows)],
        figures.TWO, ("a b",), ["beta"], numbers, formula, checks=tests,
    )  # fmt: skip


# ---- the corridor ------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def corridor_tables():
    at = np.stack(np.meshgrid(NODES["l1"][::3], NODES["l2"][::3], indexing="ij"), axis=-1)
    return at, WALK.right(at), WALK.gradient(at), WALK.natural_gradient(at), WALK.fisher(at)


def corridor(v) -> Scene:
    at, right, gradient, natural, fisher = corridor_tables()
    theta, over, every = np.array([v.l1, v.l2]), ("l1", "l2"), 3
    p, g, n, f = WALK.right(theta), WALK.gradient(theta), WALK.natural_gradient(theta), WALK.fisher(theta)
    rest = lambda now, table: Cross((Live(np.atleast_1d(now), ()), Live(table, over, every)))  # noqa: E731
    number = lambda now, table, form="3": Number(Live(table, over, every), form, float(now))  # noqa: E731
    tip = lambda step, steps: tuple(rest(theta[k] + step[k], at[..., k] + steps[..., k]) for k in (0, 1))  # noqa: E731
    numbers = {"p1v": number(p[0], right[..., 0]), "p2v": number(p[1], right[..., 1]), "jv": number(p.prod(), right.prod(axis=-1)), "g1": number(g[0], gradient[..., 0], "4"), "g2": number(g[1], gradient[..., 1], "4"),
               "n1": number(n[0], natural[..., 0]), "f1": number(f[0, 0], fisher[..., 0, 0], "4"), "f2": number(f[1, 1], fisher[..., 1, 1], "4")}  # fmt: skip
    formula = {"groups": [
        [["{exact|_F_} = diag(_p_~{1}_q_~{1}, _p_~{1}_p_~{2}_q_~{2})"], ["{exact|[f1], [f2]}"]], [["{identity|∇_J_}"], ["{identity|[g1], [g2]}"]], [["{exact|_F_^{−1}∇_J_} = (_p_~{2}, 1)"], ["{exact|**[n1], 1**}"]],
    ]}  # fmt: skip
    rows = (["place", "chance of right", "gradient", "natural"], [[1, 2], p, g, n])
    visits = np.stack([np.ones_like(right[..., 0]), right[..., 0], right.prod(axis=-1)], axis=-1)
    going = np.stack([right[..., 0], right.prod(axis=-1)], axis=-1)
    now = np.array([1.0, p[0], p.prod()])
    by_hand, slope = WALK.by_trajectories(theta)
    tests = [Check("F of a trajectory", "visits × p(1 − p)", "sum over three trajectories", float(np.abs(by_hand - f).max()), 1e-13), Check("natural gradient", "advantages", "solve F δ = ∇J", float(np.abs(np.linalg.solve(by_hand, slope) - n).max()), 1e-8)]
    return Scene(
        [figures.logits(tip(20 * g, 20 * gradient), tip(2 * n, 2 * natural), rows), figures.corridor(rest(now, visits), rest(np.array([p[0], p.prod()]), going), (rest(p[0], right[..., 0]), rest(p.prod(), going[..., 1])), rows)],
        figures.TWO, ("a b",), ["l1", "l2"], numbers, formula, checks=tests,
    )  # fmt: skip
