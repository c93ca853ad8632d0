"""Scenes of the lesson on many tasks: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/many-tasks.py``, drawing in ``fisher_app/figures/many_tasks.py`` and ``many_tasks_line.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from fisher_core import continual

from .. import snippets
from ..controls import Choice, Slider, Toggle
from ..figures import many_tasks as figures
from ..figures import many_tasks_line as line_figures
from ..stage.scene import Check, Live, Number, Scene

CENTRES = {"A": (0.0, 0.0), "B": (3.0, 1.0), "C": (1.0, 4.0)}
PRECISIONS = {"A": ((4.0, 1.0), (1.0, 0.5)), "B": ((0.5, -0.4), (-0.4, 3.0)), "C": ((1.0, 0.3), (0.3, 1.0))}
ORDERS = {"abc": "ABC", "cba": "CBA", "bac": "BAC", "abca": "ABCA"}
KINDS = {"full": "ewc_full", "diagonal": "ewc_diagonal"}
START, STEPS, LEVEL = (2.5, 2.6), 96, 0.35
MOST = 20  # tasks on the line
BENT_EVERY = 5  # nodes of γ between two tables, where each row is a descent

controls = [
    Slider("T", "Equal tasks _T_", 2, MOST, 1, 10, format="i"),
    Slider("gamma", "Decay _γ_ of online EWC", 0, 1, 0.05, 1.0),
    Slider("step", "Step", 0, STEPS, 1, STEPS, format="i", local=True, short="step"),
    Slider("k", "Task followed _k_", 1, MOST, 1, 1, format="i", local=True),
    Choice("show", "Penalty", {"all": "all", "single": "single", "separate": "separate", "online": "online"}, "all"),
    Toggle("bent", "tasks that are not quadratic"),
    Choice("kind", "Matrix", {"full": "full _F_", "diagonal": "diagonal"}, "full"),
    Choice("order", "Order of tasks", {"abc": "A, B, C", "cba": "C, B, A", "bac": "B, A, C", "abca": "A, B, C, A again"}, "abc"),
    Choice("world", "Tasks", {"equal": "one asks for 1", "drift": "drifting"}, "equal"),
    Toggle("newest", "a change after a long calm"),
    Slider("r", "Worth _r_ of a task against the next", 0.5, 2, 0.01, 1.0, log=True, at=()),
]  # fmt: skip
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
GAMMAS, COUNTS = NODES["gamma"], NODES["T"].astype(int)


# ---- three tasks in the plane ------------------------------------------------------------------------------------------
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
    kind = continual.HeavyTailedTask if bent else continual.QuadraticTask
    return {n: kind(CENTRES[n], PRECISIONS[n]) for n in "ABC"}


def remember(world: dict, order: str, kind: str, memory: str, decay: float = 1.0) -> Run:
    learned = [world[n] for n in order]
    course = continual.in_sequence(learned, memory, KINDS[kind], decay=decay)
    path = continual.trail(learned, course, START, STEPS // len(learned))
    pull = [continual.merged(s).anchor if s and np.any(s[0].stiffness) else np.full(2, np.nan) for s in course.springs]
    stage = np.maximum(np.arange(STEPS + 1) - 1, 0) // (STEPS // len(learned))
    return Run(path, np.stack([world[n].loss(path) for n in "ABC"], -1), np.stack(pull)[stage])


@lru_cache(maxsize=16)
def played(kind: str, order: str, bent: bool) -> Played:
    world, letters, every = tasks(bent), ORDERS[order], BENT_EVERY if bent else 1
    runs = {m: remember(world, letters, kind, m) for m in ("single", "separate")}
    online = [remember(world, letters, kind, "online", g) for g in GAMMAS[::every]]
    runs["online"] = Run(*(np.stack([getattr(r, f) for r in online]) for f in ("path", "losses", "anchors")))
    joint = continual.joint_minimiser([world[n] for n in dict.fromkeys(letters)])
    return Played(
        letters,
        runs,
        remember(world, letters, kind, "factors") if len(letters) > 3 else None,
        joint,
        np.array([world[n].loss(joint) for n in "ABC"]),
        {n: continual.basin(world[n], LEVEL, 73) for n in "ABC"},
        every,
    )


@lru_cache(maxsize=1)
def counted() -> dict[str, np.ndarray]:
    """Shares of task k after T equal tasks: (T, k) at T = 1 … 20; "online" (γ, T, k)."""
    table = {m: continual.running_shares(MOST, m) for m in ("single", "separate")}
    return table | {"online": np.stack([continual.running_shares(MOST, "online", g) for g in GAMMAS])}


def shares_known(v) -> dict[str, np.ndarray]:
    """What may be shown: the shares under separate springs are the first question's answer."""
    table = dict(counted())
    if "first" not in v.seen:
        table["separate"] = np.full_like(table["separate"], np.nan)
    return table


def shown(v) -> tuple[str, ...]:
    return figures.MEMORIES if v.show == "all" else (v.show,)


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
        line_figures.shares(table, shown(v), v.kind, v.T, v.gamma, "first" not in v.seen, small=True),
    ]
    numbers = figures.numbers(picture) | share_numbers(table)
    return Scene(
        views, figures.COLUMNS, figures.AREAS, ["T", "gamma"], numbers, figures.key(picture), player="step",
        groups=["show"], breaks=["bent"], more=["kind", "order"], checks=plane_checks(v, p),
    )  # fmt: skip


def share_numbers(table) -> dict[str, Number]:
    """Task k's share, and what online EWC holds, over T, γ and k."""
    rows = slice(COUNTS[0] - 1, None)
    held = np.array([[continual.stiffness_held(t, g) for g in GAMMAS] for t in COUNTS])
    return {
        "share_single": Number(Live(table["single"][rows], ("T", "k")), "3"),
        "share_separate": Number(Live(table["separate"][rows], ("T", "k")), "3"),
        "share_online": Number(Live(table["online"][:, rows], ("gamma", "T", "k")), "3"),
        "first_separate": Number(Live(table["separate"][rows, 0], ("T",)), "3"),
        "newest": Number(Live(1 / held, ("T", "gamma")), "3"),
        "newest_single": Number(Live([table["single"][t - 1, t - 1] for t in COUNTS], ("T",)), "3"),
        "newest_separate": Number(Live([table["separate"][t - 1, t - 1] for t in COUNTS], ("T",)), "3"),
        "held": Number(Live(held, ("T", "gamma")), "1"),
        "limit": Number(Live([np.inf if g == 1 else 1 / (1 - g) for g in GAMMAS], ("gamma",)), "1"),
        "half": Number(Live([np.inf if g == 1 else 0.0 if g == 0 else continual.half_life(g) for g in GAMMAS], ("gamma",)), "1"),
    }  # fmt: skip


def plane_checks(v, p: Played) -> list[Check]:
    """Ends by other means: one least-squares problem for bowls, slopes by differences for what bends; shares in 1-D tasks."""
    world = tasks(v.bent)
    learned = [world[n] for n in p.order]
    made = []
    for memory in ("single", "separate"):
        course = continual.in_sequence(learned, memory, KINDS[v.kind])
        worst = 0.0
        for task, springs, theta in zip(learned, course.springs, course.endpoints, strict=True):
            rise = lambda t, task=task, springs=springs: float(task.loss(t)) + sum(s.value(t) for s in springs)  # noqa: E731
            worst = max(worst, *(abs(rise(theta + e) - rise(theta - e)) / 2e-4 for e in 1e-4 * np.eye(2)))
        made.append(
            Check(f"ends, {memory}", "Newton" if v.bent else "linear solve", "slope by differences", worst, 1e-6)
        )
    return [*made, line_check(v.T)]


@lru_cache(maxsize=32)
def line_check(count: float) -> Check:
    """Shares of equal tasks once more: the tasks learned one by one, as one-dimensional bowls."""
    t = round(count)
    rows = [[continual.QuadraticTask([c], [[1.0]]) for c in row] for row in np.eye(t)]
    gap = max(
        float(np.abs([continual.in_sequence(r, m).endpoints[-1, 0] for r in rows] - continual.shares(t, m)).max())
        for m in ("single", "separate")
    )
    return Check("shares", "closed form", "task by task", gap, 1e-12)


# ---- equal tasks on a line ---------------------------------------------------------------------------------------------
def on_the_line(world: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """What each task asks for, (…, 20), and the controls that decide it."""
    if world == "drift":
        return np.arange(1.0, MOST + 1), ()
    if world == "equal":
        return np.eye(MOST), ("k",)
    return np.eye(MOST)[1:], ("T",)


@lru_cache(maxsize=4)
def line_of(world: str, known: bool) -> line_figures.Line:
    centres, by = on_the_line(world)
    paths, ends = {}, {}
    for memory, table in counted().items():
        theta = np.einsum("...tk,...k->...t", table[..., None, :, :] if centres.ndim > 1 else table, centres)
        start = np.full((*theta.shape[:-1], 1), np.nan)  # before the first task there is no answer
        paths[memory] = np.concatenate([start, theta], axis=-1)
        if world == "newest":  # row i is for T = i + 2 tasks
            ends[memory] = np.diagonal(theta[..., 1:], axis1=-2, axis2=-1)
        else:
            after = theta[..., 1:]
            ends[memory] = np.swapaxes(after, -1, -2) if by else after
        if memory == "separate" and not known and world == "equal":
            paths[memory], ends[memory] = np.full_like(paths[memory], np.nan), np.full_like(ends[memory], np.nan)
    return line_figures.Line(world, centres, paths, ends, by)


def line(v) -> Scene:
    world = "newest" if v.newest else v.world
    made, t, table = line_of(world, "first" in v.seen), round(v.T), shares_known(v)
    row = {"k": 0, "T": t - 2}  # the table of numbers is for task 1: k never leaves the browser
    here = tuple(row[b] for b in made.by)
    gamma = int(np.abs(GAMMAS - v.gamma).argmin())
    now = {m: (p[gamma] if m == "online" else p)[here][: t + 1] for m, p in made.paths.items()}
    now["asked"] = made.centres[here][:t]
    numbers = share_numbers(table)
    for m in figures.MEMORIES:
        numbers[f"answer_{m}"] = Number(made.end(m), "2" if world == "drift" else "3")
        gap = made.ends[m] - 1 if world == "equal" else made.ends[m][..., None] - made.centres
        numbers[f"loss_{m}"] = Number(Live(gap**2 / 2, ("gamma", "T", "k") if m == "online" else ("T", "k")), "3")
    views = [
        line_figures.answers(made, shown(v), "full", now),
        line_figures.shares(table, shown(v), "full", v.T, v.gamma, "first" not in v.seen, small=False, newest=v.newest),
        line_figures.line_losses(made, shown(v), "full", now),
    ]
    return Scene(
        views, line_figures.LINE_COLUMNS, line_figures.LINE_AREAS, ["T", "gamma"], numbers, line_key("first" in v.seen),
        groups=["show", "world"], breaks=["newest"], checks=[line_check(v.T), online_check(v.T, v.gamma)],
    )  # fmt: skip


def line_key(known: bool) -> dict:
    law = "1 ∕ _k_(_k_ + 1), newest 1 ∕ _T_" if known else "hidden until you commit"
    return {
        "head": ["Share of task _k_", "", "task [k]", "the newest", "answer", "memory _S_~{T}", "limit", "half-life"],
        "rows": [
            [{"glyph": "exact", "text": "{exact|single}"}, "{exact|1 ∕ _T_}", "[share_single]", "[newest_single]", "**[answer_single]**", "[T]", "∞", "∞"],
            [{"glyph": "separate", "text": "{exact|separate}"}, f"{{exact|{law}}}", "[share_separate]", "[newest_separate]", "**[answer_separate]**", "[T]", "∞", "∞"],
            [{"glyph": "online", "text": "{exact|online, _γ_ = [gamma]}"}, "{exact|_γ_^{_T_−_k_}(1 − _γ_) ∕ (1 − _γ_^{_T_})}", "[share_online]", "[newest]", "**[answer_online]**", "[held]", "[limit]", "[half]"],
        ],
        "align": ["left", "left", *["right"] * 6],
        "wide": [1, 6, 7],
    }  # fmt: skip


@lru_cache(maxsize=32)
def online_check(count: float, gamma: float) -> Check:
    t = round(count)
    rows = [[continual.QuadraticTask([c], [[1.0]]) for c in row] for row in np.eye(t)]
    found = [continual.in_sequence(r, "online", decay=gamma).endpoints[-1, 0] for r in rows]
    gap = float(np.abs(found - continual.shares(t, "online", gamma)).max())
    return Check("shares, online", "geometric series", "task by task", gap, 1e-12)


# ---- both sides --------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def drift_goals() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Answers to a drift over T (of online EWC over γ, T), and their regrets over the worth r."""
    ends = line_of("drift", True).ends
    centres, ratios = np.arange(1.0, MOST + 1), NODES["r"]
    regret = {
        m: np.stack(
            [np.stack([continual.regret(e[..., i], centres[:t], r) for r in ratios], -1) for i, t in enumerate(COUNTS)],
            -2,
        )
        for m, e in ends.items()
    }
    return dict(ends), regret


def sides(v) -> Scene:
    ends, regret = drift_goals()
    t, gamma = round(v.T), int(np.abs(GAMMAS - v.gamma).argmin())
    numbers = {}
    every = np.arange(1.0, MOST + 1)
    for m in figures.MEMORIES:
        over = ("gamma", "T") if m == "online" else ("T",)
        squares = np.where(every <= COUNTS[:, None], (ends[m][..., None] - every) ** 2 / 2, 0.0)
        numbers[f"old_{m}"] = Number(Live(squares[..., 0], over), "1")
        numbers[f"new_{m}"] = Number(Live((ends[m] - COUNTS) ** 2 / 2, over), "1")
        numbers[f"all_{m}"] = Number(Live(squares.sum(-1), over), "1")
        numbers[f"regret_{m}"] = Number(Live(regret[m], (*over, "r")), "2")
        numbers[f"end_{m}"] = Number(Live(ends[m], over), "2")
    now = {m: Live(regret[m], (*(("gamma", "T") if m == "online" else ("T",)), "r")) for m in figures.MEMORIES}
    views = [
        line_figures.profile(ends, shown(v), "full", t, gamma),
        line_figures.regrets(NODES["r"], regret, now, shown(v), "full", t, gamma),
    ]
    return Scene(
        views, line_figures.SIDES_COLUMNS, line_figures.SIDES_AREAS, ["r", "T", "gamma"], numbers, SIDES,
        groups=["show"], checks=[line_check(v.T), goal_check(v)],
    )  # fmt: skip


SIDES = {
    "head": ["", "Huszár 2018: one spring, latest _θ_", "Kirkpatrick et al., reply: a spring per task"],
    "rows": [
        ["why", "Bayes’ rule: B’s optimum holds A already", "Bayes inspires, it does not bind; an anchor sits where its _F_ was measured"],
        ["for it", "exact for quadratic tasks, in any order", "older tasks are harder to keep: more weight may be what you want"],
        ["price", "oldest task **[old_single]** instead of [old_separate]", "all tasks **[all_separate]** instead of [all_single], newest [new_separate] instead of [new_single]"],
    ],
    "align": ["left", "left", "left"],
    "wrap": True,
}  # fmt: skip


def goal_check(v) -> Check:
    """The regret at the present r from the goal itself, summed task by task on a fine grid about its minimum."""
    t = round(v.T)
    centres = np.arange(1.0, t + 1)
    worth = np.array([v.r ** (t - k) for k in centres])
    goal = lambda theta: float(worth @ (theta - centres) ** 2 / (2 * worth.sum()))  # noqa: E731
    end = float(continual.shares(t) @ centres)
    at = np.linspace(1, t, 3)
    bend = np.polyfit(at, [goal(x) for x in at], 2)  # a parabola through three values
    least = bend[2] - bend[1] ** 2 / (4 * bend[0])
    gap = abs(goal(end) - least - float(continual.regret(end, centres, v.r)))
    return Check("regret", "closed form", "parabola through three values of the goal", gap, 1e-9 * t * t)


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
