"""Scenes of the lesson on many tasks: its controls, three tasks in the plane, and what the words ask.

Words are in ``pages/many-tasks.py``, drawing in ``fisher_app/figures/many_tasks.py``; equal tasks in ``many_tasks_line.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from fisher_studies import basins
from fisher_studies import heavy_tailed
from fisher_studies import many_tasks
from fisher_core import continual

from .. import snippets
from ..controls import Choice, Slider, Toggle
from ..figures import many_tasks as figures
from ..figures import many_tasks_line as line_figures
from ..stage.scene import Check, Scene
from . import many_tasks_line as line_scenes
from .many_tasks_line import COUNTS, GAMMAS, line, line_check, routes_known, share_numbers, shares_known, shown, sides

__all__ = ["controls", "holds", "line", "plane", "program", "says", "sides"]

CENTRES = {"A": (0.0, 0.0), "B": (3.0, 1.0), "C": (1.0, 4.0)}
PRECISIONS = {"A": ((4.0, 1.0), (1.0, 0.5)), "B": ((0.5, -0.4), (-0.4, 3.0)), "C": ((1.0, 0.3), (0.3, 1.0))}
ORDERS = {"abc": "ABC", "cba": "CBA", "bac": "BAC", "abca": "ABCA"}
KINDS = {"full": "ewc_full", "diagonal": "ewc_diagonal"}
START, STEPS, LEVEL = (2.5, 2.6), 96, 0.35
BENT_EVERY = 5  # nodes of γ between two tables, where each row is a descent

controls = [
    *line_scenes.controls,
    Slider("step", "Step", 0, STEPS, 1, STEPS, format="i", local=True, short="step"),
    Toggle("bent", "tasks that are not quadratic"),
    Choice("kind", "Matrix", {"full": "full _F_", "diagonal": "diagonal"}, "full"),
    Choice("order", "Order of tasks", {"abc": "A, B, C", "cba": "C, B, A", "bac": "B, A, C", "abca": "A, B, C, A again"}, "abc"),
]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One way to remember, played: (n, 2) weights, (n, 3) losses of A, B, C, (n, 2) anchors; γ leads for "online"."""

    path: np.ndarray
    losses: np.ndarray
    anchors: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        return self.losses.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class Played:
    order: str
    runs: dict[str, Run]
    factors: Run | None
    joint: np.ndarray
    joint_losses: np.ndarray
    rims: dict[str, np.ndarray]
    every: int  # nodes of γ between two rows of the online tables
    now: Run | None = None  # online at the present γ, where the tables skip nodes

    def now_online(self, what: str) -> np.ndarray:
        assert self.now is not None
        return getattr(self.now, what)


@lru_cache(maxsize=2)
def tasks(bent: bool) -> dict:
    kind = heavy_tailed.HeavyTailedTask if bent else continual.QuadraticTask
    return {n: kind(CENTRES[n], PRECISIONS[n]) for n in "ABC"}


def remember(world: dict, order: str, kind: str, memory: str, decay: float = 1.0) -> Run:
    learned = [world[n] for n in order]
    course = many_tasks.in_sequence(learned, memory, KINDS[kind], decay=decay)
    path = many_tasks.trail(learned, course, START, STEPS // len(learned))
    pull = [many_tasks.merged(s).anchor if s and np.any(s[0].stiffness) else np.full(2, np.nan) for s in course.springs]
    stage = np.maximum(np.arange(STEPS + 1) - 1, 0) // (STEPS // len(learned))
    return Run(path, np.stack([world[n].loss(path) for n in "ABC"], -1), np.stack(pull)[stage])


@lru_cache(maxsize=16)
def played(kind: str, order: str, bent: bool) -> Played:
    world, letters, every = tasks(bent), ORDERS[order], BENT_EVERY if bent else 1
    runs = {m: remember(world, letters, kind, m) for m in ("single", "separate")}
    online = [remember(world, letters, kind, "online", g) for g in GAMMAS[::every]]
    runs["online"] = Run(*(np.stack([getattr(r, f) for r in online]) for f in ("path", "losses", "anchors")))
    joint = many_tasks.joint_minimiser([world[n] for n in dict.fromkeys(letters)])
    return Played(
        letters,
        runs,
        remember(world, letters, kind, "factors") if len(letters) > 3 else None,
        joint,
        np.array([world[n].loss(joint) for n in "ABC"]),
        {n: basins.basin(world[n], LEVEL, 73) for n in "ABC"},
        every,
    )


def plane(v) -> Scene:
    p = replace(
        played(v.kind, v.order, v.bent), now=remember(tasks(v.bent), ORDERS[v.order], v.kind, "online", v.gamma)
    )
    picture = figures.Picture(p, shown(v), v.kind, v)
    table = shares_known(v)
    views = [
        figures.weights(picture),
        figures.enlarged(picture),
        figures.task_losses(picture),
        line_figures.shares(table, shown(v), v.kind, v.T, v.gamma, "first" not in v.seen, routes_known(v), small=True),
    ]
    numbers = figures.numbers(picture) | share_numbers(table)
    return Scene(
        views, figures.COLUMNS, figures.AREAS, ["T", "gamma"], numbers, figures.key(picture), player="step",
        groups=["show"], breaks=["bent"], more=["kind", "order"], checks=plane_checks(v, p),
    )  # fmt: skip


def plane_checks(v, p: Played) -> list[Check]:
    """Ends by other means: one least-squares problem for bowls, slopes by differences for what bends; shares in 1-D tasks."""
    world = tasks(v.bent)
    learned = [world[n] for n in p.order]
    made = []
    for memory in ("single", "separate"):
        course = many_tasks.in_sequence(learned, memory, KINDS[v.kind])
        worst = 0.0
        for task, springs, theta in zip(learned, course.springs, course.endpoints, strict=True):
            rise = lambda t, task=task, springs=springs: float(task.loss(t)) + sum(s.value(t) for s in springs)  # noqa: E731
            worst = max(worst, *(abs(rise(theta + e) - rise(theta - e)) / 2e-4 for e in 1e-4 * np.eye(2)))
        made.append(
            Check(f"ends, {memory}", "Newton" if v.bent else "linear solve", "slope by differences", worst, 1e-6)
        )
    if v.kind == "full" and not v.bent and len(set(p.order)) == len(p.order):
        gap = float(np.abs(p.runs["single"].path[-1] - by_least_squares(learned)).max())
        made.append(Check("single spring’s end", "task after task", "least squares on all at once", gap, 1e-10))
    return [*made, line_check(v.T)]


def by_least_squares(bowls: list) -> np.ndarray:
    """The joint minimiser by another road: Σ ‖Rᵀ(θ − c)‖² with RRᵀ = P, stacked."""
    roots = [np.linalg.cholesky(b.precision).T for b in bowls]
    target = np.concatenate([r @ b.center for r, b in zip(roots, bowls, strict=True)])
    return np.linalg.lstsq(np.concatenate(roots), target, rcond=None)[0]


# ---- what the words ask ------------------------------------------------------------------------------------------------
ASKED = {"tab": "plane", "T": 10.0, "gamma": 1.0, "show": "all", "kind": "full", "order": "abc", "bent": False}


def says(words: str):
    """A text with the shares of tasks 1, 2, 3 and 10 of ten under separate springs, of task 1 of three, and online at γ = ½."""

    def said() -> str:
        ten = continual.shares(10, "separate")
        return words.format(
            *ten[[0, 1, 2, 9]], continual.shares(3, "separate")[0], continual.shares(10, "online", 0.5)[0]
        )

    return said


def program(v) -> str:
    if v.tab == "plane":
        name = "many_tasks_bent" if v.bent else "many_tasks"
        return snippets.render(name, order=ORDERS[v.order], diagonal=v.kind == "diagonal", gamma=float(v.gamma))
    ask = "drift" if v.tab == "sides" else "newest" if v.newest else "drift" if v.world == "drift" else "first"
    return snippets.render("many_tasks_line", T=round(v.T), gamma=float(v.gamma), ask=ask)


def holds(v) -> bool:
    """One running penalty ends at the joint minimiser; separate springs do not, and keep half of the answer for task 1."""
    p = played("full", "abc", False)
    single, separate = (p.runs[m].path[-1] for m in ("single", "separate"))
    return bool(
        np.abs(single - p.joint).max() < 1e-12
        and np.abs(separate - p.joint).max() > 0.1
        and all(abs(continual.shares(t, "separate")[0] - 0.5) < 1e-12 for t in COUNTS)
    )
