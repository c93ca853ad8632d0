"""Scenes of the EWC lesson: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/ewc.py``, drawing in ``fisher_app/figures/ewc.py``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import continual, linalg
from fisher_studies.basins import basin
from fisher_studies.landscape import Landscape, Trails, hessian_by_differences

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..figures import ewc as figures
from ..stage.scene import Check, Live, Number, Scene

CENTRE_A, CENTRE_B = (-1.2, -0.4), (1.0, 0.5)
STIFF_A, STIFF_B = np.diag([0.1, 6.0]), {"across": np.diag([3.0, 0.3]), "along": np.diag([0.3, 3.0])}
SPREAD_A, SPREAD_B, ROWS = (0.9, 6.0), {"across": (5.0, 1.2), "along": (1.2, 5.0)}, 120  # inputs of the logistic tasks
LEVEL, START_OF_ALL, EMPIRICAL_ROWS = 0.35, (-2.1, 1.25), 40
STRENGTHS = np.geomspace(1e-3, 1e3, 61)

controls = [
    Slider("lam", "Strength of the penalty _λ_", 0.01, 100, 0.1, 1.0, format="g2", log=True),
    Slider("angle", "Rotate the whole problem", 0, 90, 1, 0.0, format="i", unit="°"),
    Slider("step", "Step", 0, 120, 1, 120.0, format="i", local=True, short="step"),
    Toggle("brk", "noise-free A, empirical Fisher"),
    Choice("show", "Penalties", {"all": "all", "l2": "L2", "diagonal": "diagonal", "full": "full"}, "all"),
    Choice("loss", "Loss", {"quadratic": "quadratic", "logistic": "logistic"}, "quadratic"),
    Choice("bv", "B's valley", {"across": "across A's", "along": "along A's"}, "across"),
    Toggle("prologue", "show how A was learned"),
    Slider("lr", "Learning rate _η_", 0.01, 0.4, 0.01, 0.1),
    Slider("noise", "Gradient noise, standard deviation", 0, 2, 0.1, 0.0, format="1"),
    Slider("bx", "B's centre, _θ_~{1} at 0°", -1, 1.7, 0.1, CENTRE_B[0], format="1"),
    Slider("by", "B's centre, _θ_~{2} at 0°", -1, 1.3, 0.1, CENTRE_B[1], format="1"),
    seed(),
    Slider("na", "Observations of A, _N_~{A}", 10, 1000, 0.2, 15.8489, format="i", log=True),
    Slider("tilt", "Turn A's valley", 0, 90, 5, 30.0, format="i", unit="°"),
    Slider("nb", "Observations of B, _N_~{B}", 10, 1000, 0.2, 63.0957, format="i", log=True),
    Slider("tau", "Prior precision _τ_", 0, 5, 0.5, 0.0, format="1"),
]
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
LAMBDAS, DEGREES = NODES["lam"], NODES["angle"]
PAD = [(NODES[k][0], NODES[k][-1]) for k in ("bx", "by")]
figures.PAD_ENDS[:], figures.PAD_RANGE[:] = [len(NODES["bx"]) - 1, len(NODES["by"]) - 1], PAD


@lru_cache(maxsize=16)
def problem(loss: str, bv: str, bx: float, by: float, brk: bool, number: int = 0) -> Landscape:
    """The two tasks in the axes of 0°; ``number`` seeds the data of the logistic ones."""
    if loss == "logistic":
        if brk:
            raise ValueError(
                "noise-free labels make the logistic task A separable: its weights run off to infinity and there is no θ_A to protect. Switch back to the quadratic loss (under More)"
            )
        draw = continual.LogisticTask.drawn
        return Landscape(
            draw(CENTRE_A, SPREAD_A, ROWS, np.random.default_rng([number, 2])),
            draw((bx, by), SPREAD_B[bv], ROWS, np.random.default_rng([number, 3])),
        )
    task_b = continual.QuadraticTask((bx, by), STIFF_B[bv])
    if not brk:
        return Landscape(continual.QuadraticTask(CENTRE_A, STIFF_A), task_b)
    task_a = continual.LinearGaussianTask.designed(CENTRE_A, STIFF_A, EMPIRICAL_ROWS, 0.0, np.random.default_rng(1))
    return Landscape(task_a, task_b, task_a.empirical_fisher())


def degrees(every: int) -> np.ndarray:
    return np.radians(DEGREES[::every])


def stride(kind: str) -> int:
    return figures.EVERY.get(kind, figures.EVERY_SHAPE)


def training(lr: float, noise: float, number: int) -> dict:
    return {"learning_rate": lr, "noise": noise, "rng": np.random.default_rng(number) if noise else None}


@lru_cache(maxsize=16)
def over_strength(which: tuple, angle: float, how: tuple):
    land = problem(*which)
    made = {k: land.trails(k, LAMBDAS, np.radians(angle), **training(*how)) for k in figures.KINDS[1:]}
    made["none"] = land.trails("none", 0.0, np.radians(angle), **training(*how))
    unit = [land.penalty(k, 1.0, np.radians(angle)) for k in figures.KINDS[1:]]
    limits = np.array([min(continual.step_limit(land.task_b, p.with_strength(s)) for p in unit) for s in LAMBDAS])
    return made, limits


@lru_cache(maxsize=16)
def over_angle(which: tuple, lam: float, how: tuple):
    land = problem(*which)
    return {k: land.trails(k, lam, degrees(stride(k)), **training(*how)) for k in figures.KINDS}


@lru_cache(maxsize=8)
def over_centre(bv: str, brk: bool, lam: float, how: tuple):
    """Trails for θ_B at the corners of its pad: trails of quadratic tasks are linear in θ_B, so four hold them all."""
    corners = [(x, y) for x in PAD[0] for y in PAD[1]]
    land = problem("quadratic", bv, *CENTRE_B, brk)
    tasks = [continual.QuadraticTask(c, STIFF_B[bv]) for c in corners for _ in figures.KINDS]
    penalties = [land.penalty(k, lam) for _ in corners for k in figures.KINDS]
    path = continual.paths(tasks, penalties, land.task_a.minimiser, 120, **training(*how)).reshape(
        2, 2, len(figures.KINDS), 121, 2
    )
    return {k: path[:, :, i] for i, k in enumerate(figures.KINDS)}


@lru_cache(maxsize=8)
def basins(which: tuple):
    land = problem(*which)
    return basin(land.task_a, LEVEL, 73), basin(land.task_b, LEVEL, 73)


def rims(which: tuple, angles: np.ndarray):
    """Low-loss regions, what each penalty takes A's to be, and the diagonal that EWC keeps, over angles."""
    land, turns = problem(*which), np.stack([continual.rotation(a) for a in angles])
    made = {name: np.einsum("kij,mj->kmi", turns, rim) for name, rim in zip("AB", basins(which), strict=True)}
    for kind in ("l2", "ewc_full", "ewc_diagonal"):
        found = [land.penalty(kind, 1.0, a).rotated(a) for a in angles]
        if np.linalg.eigvalsh(found[0].matrix)[0] > 1e-9:
            made[kind] = np.stack([linalg.fisher_ellipse(p.matrix, LEVEL).points(73, p.anchor) for p in found])
    return made, np.stack([np.diag(p.matrix) for p in found])


@lru_cache(maxsize=8)
def turning_rims(which: tuple):
    return rims(which, degrees(figures.EVERY_SHAPE))


@lru_cache(maxsize=8)
def fronts(which: tuple, kind: str, angle: float):
    land, quadratic = problem(*which), which[0] == "quadratic"
    losses = land.ends(kind, STRENGTHS if quadratic else STRENGTHS[10:51:2], np.radians(angle))[1]
    total = land.best_total(kind, np.radians(angle))[1] if quadratic else float((losses["A"] + losses["B"]).min())
    return losses["A"], losses["B"], total


@lru_cache(maxsize=8)
def diagonal_fronts(which: tuple):
    """The diagonal's front while the angle moves; for the logistic tasks only at rest, being slow."""
    if which[0] != "quadratic":
        return None
    land = problem(*which)
    losses = [land.ends("ewc_diagonal", STRENGTHS, a)[1] for a in degrees(3)]
    a, b = np.stack([x["A"] for x in losses]), np.stack([x["B"] for x in losses])
    return a, b, (a + b).min(axis=1)


def landscape(v):
    which, how, angle = (
        (v.loss, v.bv, v.bx, v.by, v.brk, v.seed if v.loss == "logistic" else 0),
        (v.lr, v.noise, v.seed),
        np.radians(v.angle),
    )
    land = problem(*which)
    known = "order" in v.seen or v.angle != 0  # turning shows what the first question asks
    v.lam_index = int(np.abs(LAMBDAS - v.lam).argmin())
    lam, limits = over_strength(which, v.angle, how)
    turned = dict(over_angle(which, v.lam, how))
    (shapes, entries), (here, entry) = turning_rims(which), rims(which, np.array([angle]))
    best = {k: fronts(which, k, v.angle if k == "ewc_diagonal" else 0.0) for k in figures.KINDS[1:]}
    table = diagonal_fronts(which) if known else None  # not sent before
    if table is None:
        blank = np.full((31, len(best["ewc_diagonal"][0])), np.nan)
        table = blank, blank, blank[:, 0]
    if not known:
        turned["ewc_diagonal"] = hide(turned["ewc_diagonal"])
        shapes = shapes | {k: np.full_like(s, np.nan) for k, s in shapes.items() if k == "ewc_diagonal"}
    linear = v.loss == "quadratic" and v.angle == 0
    picture = figures.Picture(
        lam, turned, over_centre(v.bv, v.brk, v.lam, how) if linear else {}, shapes, {k: s[0] for k, s in here.items()}, prologue(land, angle) if v.prologue else None,
        turn(land.task_a.minimiser), turn((v.bx, v.by)), {k: b[:2] for k, b in best.items()},
        (table[0], table[1], 3), {k: b[2] for k, b in best.items()}, (table[2], 3),
        float(lam["none"].losses["B"][0, 0]), limits, v.lr, v, styles={"none": "none", "l2": "identity", "ewc_diagonal": "diagonal", "ewc_full": "empirical" if v.brk else "exact"},
    )  # fmt: skip
    top = next(t for t in (3, 6, 9, 12, 24) if t >= min(24, lam["none"].losses["A"][0, -1]))
    at_1 = float(land.ends("l2", [1.0])[1]["A"][0])
    size = next(s for s in (0.5, 1, 2, 4, 6, 8, 16) if s >= min(16, max(1.3 * picture.best["l2"], at_1 / 0.7)))
    numbers = figures.numbers(picture, entry[0], entries if known else np.full_like(entries, np.nan))
    return Scene(
        [figures.weights(picture, linear), figures.losses(picture, "A", top), figures.losses(picture, "B", top), figures.trade_off(picture, size)],
        figures.COLUMNS, figures.AREAS, ["lam", "angle"], numbers, figures.key(picture), player="step", groups=["show"], breaks=["brk"],
        more=["bx", "by", "lr", "noise", "loss", "bv", "prologue", "seed"], checks=checks(land, v),
    )  # fmt: skip


def turn(point) -> np.ndarray:
    return np.stack([continual.rotation(a) @ np.asarray(point) for a in degrees(figures.EVERY_SHAPE)])


def hide(trails: Trails) -> Trails:
    """The same shape without the numbers: an unanswered question's answer."""
    return Trails(
        np.full_like(trails.path, np.nan), {k: np.full_like(x, np.nan) for k, x in trails.losses.items()}
    )


def prologue(land: Landscape, angle: float):
    """How A was learned: its gradient flow, from far away to θ_A itself."""
    free = continual.penalty("none", 0.0, START_OF_ALL, land.task_a.fisher())
    if land.task_a.is_quadratic:
        bowl = continual.QuadraticTask(land.task_a.minimiser, land.task_a.fisher())
        path = continual.gradient_flow(bowl, free, START_OF_ALL, np.concatenate([[0], np.geomspace(0.02, 400, 60)]))
    else:
        path = continual.paths(land.task_a, free, START_OF_ALL, 3000, 0.3)[0][
            np.r_[0, np.unique(np.geomspace(1, 3000, 60).astype(int))]
        ]
    path = np.concatenate([path, [land.task_a.minimiser]])
    turns = np.stack([continual.rotation(a) for a in degrees(figures.EVERY_SHAPE)])
    return np.einsum("kij,mj->kmi", turns, path), path @ continual.rotation(angle).T


def checks(land: Landscape, v) -> list[Check]:
    """End points by other means: the matrix exponential for bowls, differences of the objective otherwise."""
    worst = 0.0
    for kind in figures.KINDS:
        p = land.penalty(kind, v.lam, np.radians(v.angle))
        end = continual.minimiser(land.task_b, p)
        if land.task_b.is_quadratic:
            worst = max(worst, float(np.abs(continual.gradient_flow(land.task_b, p, p.anchor, [1e3])[0] - end).max()))
        else:
            rise = lambda t, p=p: float(land.task_b.loss(t) + p.value(t))  # noqa: E731
            worst = max(worst, *(abs(rise(end + e) - rise(end - e)) / 2e-5 for e in 1e-5 * np.eye(2)))
    second = (
        ("end of training", "linear solve", "matrix exponential", worst, 1e-9)
        if land.task_b.is_quadratic
        else ("end of training", "Newton", "slope by differences", worst, 1e-6)
    )
    a = land.task_a
    gap = float(
        np.abs(hessian_by_differences(a, a.minimiser, 2e-4) - a.fisher()).max() / np.abs(a.fisher()).max()
    )
    return [Check(*second), Check("_F_~{A}", "closed form", "second differences of the loss", gap, 1e-5)]


# ---- Bayes -------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=4)
def posteriors(loss: str, tilt: float, tau: float, number: int):
    task = problem(loss, "across", *CENTRE_B, False, number).task_a.rotated(np.radians(tilt))
    ends: dict[str, list] = {"exact": [], "exact-50": [], "full": [], "diagonal": []}
    apart: dict[str, list] = {"full": [], "diagonal": []}
    for n in NODES["na"]:
        with_prior = continual.with_prior(task, tau / n)
        gaussians = {k: continual.laplace(task, n, tau, diagonal=k == "diagonal") for k in apart}
        reach = 5.5 * np.sqrt(np.diag(gaussians["full"].covariance))
        axes = [np.linspace(m - r, m + r, 71) for m, r in zip(gaussians["full"].mean, reach, strict=True)]
        exact = continual.posterior_on_grid(task, n, *axes, tau)
        for drop, name in ((np.log(20), "exact"), (np.log(2), "exact-50")):
            ends[name].append(basin(with_prior, drop / n, 61))
        for k, g in gaussians.items():
            ends[k].append(linalg.fisher_ellipse(g.precision, np.log(20)).points(61, g.mean))
            apart[k].append(exact.total_variation(g))
    mode = continual.laplace(task, NODES["na"][-1], tau).mean
    return {k: np.stack(r) for k, r in ends.items()}, {k: np.array(a) for k, a in apart.items()}, mode


def bayes(v):
    ends, apart, mode = posteriors(v.loss, v.tilt, v.tau, v.seed if v.loss == "logistic" else 0)
    ratio = np.array([[continual.bayes_strength(a, b) for b in NODES["nb"]] for a in NODES["na"]])
    numbers = {"tv_full": Number(Live(apart["full"], ("na",)), "2"), "tv_diagonal": Number(Live(apart["diagonal"], ("na",)), "2"),
               "summed": Number(Live([continual.bayes_strength(a) for a in NODES["na"]], ("na",)), "i"), "mean": Number(Live(ratio, ("na", "nb")), "g2")}  # fmt: skip
    formula = {"groups": [
        [["log _p_ ≈ −½ _Δ_^{T} ({exact|_N_~{A} _F_~{A}} + _τI_) _Δ_,  _Δ_ = _θ_ − _θ_^{\\*}"], ["distance: full {exact|**[tv_full]**}, diagonal {diagonal|**[tv_diagonal]**}"]],
        [["_λ_, _L_~{B} summed", "_λ_, _L_~{B} a mean"], ["_N_~{A} = **[summed]**", "_N_~{A} ∕ _N_~{B} = **[mean]**"]],
    ]}  # fmt: skip
    words = {
        "title": f"logistic task: random draw, seed {v.seed}, {ROWS} rows"
        if v.loss == "logistic"
        else "quadratic task: the full Gaussian is exact"
    }
    task = problem(v.loss, "across", *CENTRE_B, False, v.seed).task_a.rotated(np.radians(v.tilt))
    gap = float(np.abs(hessian_by_differences(task, task.minimiser, 2e-4) - task.fisher()).max() / 6)
    check = Check("precision per observation", "Fisher matrix", "second differences of the loss", gap, 1e-5)
    return Scene([figures.posterior("na", int(np.abs(NODES["na"] - v.na).argmin()), ends, mode, 2.6, words), figures.distances("na", NODES["na"], apart["full"], apart["diagonal"])],
                 figures.BAYES_COLUMNS, figures.BAYES_AREAS, ["na", "tilt", "nb", "tau"], numbers, formula, groups=["loss"], more=["seed"], checks=[check])  # fmt: skip


# ---- what the words ask ------------------------------------------------------------------------------------------------
def total_at(degrees_: float, kind: str, lam: float | None = None) -> float:
    land = problem("quadratic", "across", *CENTRE_B, False)
    if lam is None:
        return land.best_total(kind, np.radians(degrees_))[1]
    losses = land.ends(kind, [lam], np.radians(degrees_))[1]
    return float(losses["A"][0] + losses["B"][0])


def program(v) -> str:
    same = {
        "angle": float(v.angle),
        "lam": float(v.lam),
        "eta": float(v.lr),
        "b": (float(v.bx), float(v.by)),
        "along": v.bv == "along",
        "noise": float(v.noise),
        "seed": int(v.seed),
    }
    return (
        snippets.render("ewc_logistic", **same)
        if v.loss == "logistic"
        else snippets.render("ewc", **same, broken=bool(v.brk))
    )


def claim(v) -> bool:
    """On A's loss the trails end in this order: full EWC below L2 below no penalty, and EWC has the best sum."""
    land = problem(v.loss, v.bv, v.bx, v.by, v.brk)
    ends = {k: land.ends(k, [v.lam], np.radians(v.angle))[1] for k in figures.KINDS}
    sums = {k: land.best_total(k, np.radians(v.angle))[1] for k in figures.KINDS[1:]}
    return bool(ends["ewc_full"]["A"] < ends["l2"]["A"] < ends["none"]["A"] and sums["ewc_full"] < sums["l2"])
