"""Three tilted tasks of two weights, learned one after the other: every way to remember, played."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from fisher_app.controls import Slider
from fisher_app.frame.declaration import Values
from fisher_app.lessons.many_tasks import shares, words
from fisher_app.lessons.many_tasks.memories import GAMMAS, over, shown
from fisher_app.stage.scene import Check, Live
from fisher_app.stage.tables import Cross, Data
from fisher_core import continual
from fisher_studies.heavy_tailed import HeavyTailedTask
from fisher_studies.many_tasks import in_sequence, joint_minimiser, merged, trail

CENTRES = {"A": (0.0, 0.0), "B": (3.0, 1.0), "C": (1.0, 4.0)}
PRECISIONS = {"A": ((4.0, 1.0), (1.0, 0.5)), "B": ((0.5, -0.4), (-0.4, 3.0)), "C": ((1.0, 0.3), (0.3, 1.0))}
ORDERS = {"abc": "ABC", "cba": "CBA", "bac": "BAC", "abca": "ABCA"}
KINDS = {"full": "ewc_full", "diagonal": "ewc_diagonal"}
START, STEPS, LEVEL = (2.5, 2.6), 96, 0.35
BENT_EVERY = 5  # nodes of γ between two tables, where each row is a descent

step = Slider("step", "Step", 0, STEPS, 1, STEPS, format="i", local=True, short="step")


class Run(NamedTuple):
    """One way to remember, played: (n, 2) weights, (n, 3) losses of A, B, C, (n, 2) anchors; γ leads for "online"."""

    path: np.ndarray
    losses: np.ndarray
    anchors: np.ndarray


@lru_cache(maxsize=2)
def world(bent: bool) -> dict:
    kind = HeavyTailedTask if bent else continual.QuadraticTask
    return {n: kind(CENTRES[n], PRECISIONS[n]) for n in "ABC"}


@lru_cache(maxsize=64)
def remember(kind: str, order: str, bent: bool, memory: str, decay: float = 1.0) -> Run:
    learned = [world(bent)[n] for n in ORDERS[order]]
    course = in_sequence(learned, memory, KINDS[kind], decay=decay)
    path = trail(learned, course, START, STEPS // len(learned))
    pull = [merged(s).anchor if s and np.any(s[0].stiffness) else np.full(2, np.nan) for s in course.springs]
    stage = np.maximum(np.arange(STEPS + 1) - 1, 0) // (STEPS // len(learned))
    return Run(path, np.stack([world(bent)[n].loss(path) for n in "ABC"], -1), np.stack(pull)[stage])


@lru_cache(maxsize=16)
def numbers(kind: str, order: str, bent: bool) -> dict[str, Run]:
    """All ways to remember; "online" at every γ, or every so manieth where a row is a descent; "joint" keeps all data."""
    runs = {m: remember(kind, order, bent, m) for m in ("single", "separate")}
    online = [remember(kind, order, bent, "online", g) for g in GAMMAS[:: BENT_EVERY if bent else 1]]
    runs["online"] = Run(*(np.stack(part) for part in zip(*online, strict=True)))
    if len(ORDERS[order]) > 3:
        runs["factors"] = remember(kind, order, bent, "factors")
    best = joint_minimiser([world(bent)[n] for n in "ABC"])
    return runs | {"joint": Run(best, np.array([world(bent)[n].loss(best) for n in "ABC"]), np.full(2, np.nan))}


def data(v: Values, memory: str, what: str, part=slice(None), by_step: bool = True) -> Data:
    """A part of one run at the present step, or over all steps; of online EWC over γ too."""
    tail = ("step",) if by_step else ()
    values = getattr(numbers(v.kind, v.order, v.bent)[memory], what)[..., part]
    if memory == "joint":
        return values
    table = Live(
        values,
        over(memory, *tail),
        every=(BENT_EVERY if v.bent and memory == "online" else 1, 1)[: 1 + len(tail)] if memory == "online" else 1,
    )
    if memory != "online" or not v.bent:
        return table
    return Cross((Live(getattr(remember(v.kind, v.order, v.bent, "online", v.gamma), what)[..., part], tail), table))


def box(v: Values) -> tuple[float, float, float, float]:
    """What is enlarged: all ends and the anchors of the last stage, if they lie close enough."""
    runs = numbers(v.kind, v.order, v.bent)
    alone = remember(v.kind, v.order, v.bent, "online", v.gamma)
    near = [alone] if shown(v) == ("online",) else [runs[m] for m in ("single", "separate")]
    ends = np.array([*(r.path[-1] for r in near), runs["joint"].path])
    all_ = np.concatenate([ends, [r.anchors[-1] for r in near]])
    if not np.ptp(all_, axis=0).max() < 1.4:  # too far, or without an anchor
        all_ = ends
    middle, half = (all_.max(axis=0) + all_.min(axis=0)) / 2, max(0.5, 0.8 * float(np.ptp(all_, axis=0).max()))
    return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half


def total(losses: Data) -> Data:
    if isinstance(losses, Cross):
        return Cross(tuple(total(t) for t in losses.tables))
    return Live(losses.values.sum(-1), losses.over, losses.every) if isinstance(losses, Live) else float(losses.sum())


def checks(v: Values) -> list[Check]:
    """Ends by other means: one least-squares problem for bowls, slopes by differences for what bends; shares in 1-D tasks."""
    learned, made = [world(v.bent)[n] for n in ORDERS[v.order]], []
    for memory in ("single", "separate"):
        course, worst = in_sequence(learned, memory, KINDS[v.kind]), 0.0
        for task, springs, theta in zip(learned, course.springs, course.endpoints, strict=True):
            rise = lambda t, task=task, springs=springs: float(task.loss(t)) + sum(s.value(t) for s in springs)  # noqa: E731
            worst = max(worst, *(abs(rise(theta + e) - rise(theta - e)) / 2e-4 for e in 1e-4 * np.eye(2)))
        method = "Newton" if v.bent else "linear solve"
        made.append(Check(f"ends, {memory}", method, "slope by differences", worst, 1e-6))
    if v.kind == "full" and not v.bent and len(set(learned)) == len(learned):
        gap = float(np.abs(numbers("full", v.order, False)["single"].path[-1] - by_least_squares(learned)).max())
        made.append(Check("single spring’s end", "task after task", "least squares on all at once", gap, 1e-10))
    return [*made, shares.check(v.T)]


def by_least_squares(bowls: list) -> np.ndarray:
    """The joint minimiser by another road: Σ ‖Rᵀ(θ − c)‖² with RRᵀ = P, stacked."""
    roots = [np.linalg.cholesky(b.precision).T for b in bowls]
    target = np.concatenate([r @ b.center for r, b in zip(roots, bowls, strict=True)])
    return np.linalg.lstsq(np.concatenate(roots), target, rcond=None)[0]


# ---- what the words name ---------------------------------------------------------------------------------------------------
def end(memory: str, kind: str = "full", order: str = "abc", decay: float = 1.0) -> Run:
    """The last row of a run."""
    return Run(*(part[-1] for part in remember(kind, order, False, memory, decay)))


def pair(point: np.ndarray) -> str:
    return "({:.3f}, {:.3f})".format(*point).replace("-", "−")


words.facts |= {
    "anchor_single": lambda: pair(end("single").anchors),
    "anchor_separate": lambda: pair(end("separate").anchors),
    "rescued": lambda: end("separate", "diagonal").losses.sum(),
    "diagonal": lambda: end("single", "diagonal").losses.sum(),
    "rescued_cba": lambda: end("separate", "diagonal", "cba").losses.sum(),
    "diagonal_cba": lambda: end("single", "diagonal", "cba").losses.sum(),
    "revisited": lambda: pair(end("single", order="abca").path),
    "revisited_sum": lambda: end("single", order="abca").losses.sum(),
    "remedy": lambda: end("factors", order="abca").losses.sum(),
    "tuned": lambda: end("online", decay=0.0).losses.sum(),
}
