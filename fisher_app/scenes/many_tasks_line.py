"""Scenes of the lesson on many tasks, on a line: equal tasks, their shares in the answer, and both sides of the argument.

Words are in ``pages/many-tasks.py``, drawing in ``fisher_app/figures/many_tasks_line.py`` and ``many_tasks_sides.py``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_studies import goals
from fisher_studies import many_tasks
from fisher_core import continual

from ..controls import Choice, Slider, Toggle
from ..figures import many_tasks as plane_figures
from ..figures import many_tasks_line as figures
from ..figures import many_tasks_sides as sides_figures
from ..stage.scene import Check, Live, Number, Scene

MOST = 20  # tasks

controls = [
    Slider("T", "Equal tasks _T_", 2, MOST, 1, 10, format="i"),
    Slider("gamma", "Decay _γ_ of online EWC", 0, 1, 0.05, 1.0),
    Slider("k", "Task followed _k_", 1, MOST, 1, 1, format="i", local=True),
    Choice("show", "Penalty", {"all": "all", "single": "single", "separate": "separate", "online": "online"}, "all"),
    Choice("world", "Tasks", {"equal": "one asks for 1", "drift": "drifting"}, "equal"),
    Toggle("newest", "a change after a long calm"),
    Slider("r", "Worth _r_ of a task against the next", 0.5, 2, 0.01, 1.0, log=True),
]
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
GAMMAS, COUNTS = NODES["gamma"], NODES["T"].astype(int)


# ---- shares ------------------------------------------------------------------------------------------------------------
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


@lru_cache(maxsize=1)
def all_routes() -> list[np.ndarray]:
    return [continual.routes(t) for t in COUNTS]


def routes_known(v) -> list[np.ndarray]:
    """Through which springs the shares come; no less an answer than the shares themselves."""
    return all_routes() if "first" in v.seen else [np.full((t, t), np.nan) for t in COUNTS]


def shown(v) -> tuple[str, ...]:
    return plane_figures.MEMORIES if v.show == "all" else (v.show,)


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


@lru_cache(maxsize=32)
def line_check(count: float) -> Check:
    """Shares of equal tasks once more: the tasks learned one by one, as one-dimensional bowls."""
    t = round(count)
    rows = [[continual.QuadraticTask([c], [[1.0]]) for c in row] for row in np.eye(t)]
    gap = max(
        float(np.abs([many_tasks.in_sequence(r, m).endpoints[-1, 0] for r in rows] - continual.shares(t, m)).max())
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
def line_of(world: str, known: bool) -> figures.Line:
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
    return figures.Line(world, centres, paths, ends, by)


def line(v) -> Scene:
    world = "newest" if v.newest else v.world
    made, t, table = line_of(world, "first" in v.seen), round(v.T), shares_known(v)
    row = {"k": 0, "T": t - 2}  # the table of numbers is for task 1: k never leaves the browser
    here = tuple(row[b] for b in made.by)
    gamma = int(np.abs(GAMMAS - v.gamma).argmin())
    now = {m: (p[gamma] if m == "online" else p)[here][: t + 1] for m, p in made.paths.items()}
    now["asked"] = made.centres[here][:t]
    numbers = share_numbers(table)
    for m in plane_figures.MEMORIES:
        numbers[f"answer_{m}"] = Number(made.end(m), "2" if world == "drift" else "3")
        gap = made.ends[m] - 1 if world == "equal" else made.ends[m][..., None] - made.centres
        numbers[f"loss_{m}"] = Number(Live(gap**2 / 2, ("gamma", "T", "k") if m == "online" else ("T", "k")), "3")
    views = [
        figures.answers(made, shown(v), "full", now),
        figures.shares(
            table, shown(v), "full", v.T, v.gamma, "first" not in v.seen, routes_known(v), small=False, newest=v.newest
        ),
        figures.line_losses(made, shown(v), "full", now),
    ]
    return Scene(
        views, figures.COLUMNS, figures.AREAS, ["T", "gamma"], numbers, line_key("first" in v.seen),
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
    found = [many_tasks.in_sequence(r, "online", decay=gamma).endpoints[-1, 0] for r in rows]
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
            [np.stack([goals.regret(e[..., i], centres[:t], r) for r in ratios], -1) for i, t in enumerate(COUNTS)],
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
    for m in plane_figures.MEMORIES:
        over = ("gamma", "T") if m == "online" else ("T",)
        squares = np.where(every <= COUNTS[:, None], (ends[m][..., None] - every) ** 2 / 2, 0.0)
        numbers[f"old_{m}"] = Number(Live(squares[..., 0], over), "1")
        numbers[f"new_{m}"] = Number(Live((ends[m] - COUNTS) ** 2 / 2, over), "1")
        numbers[f"all_{m}"] = Number(Live(squares.sum(-1), over), "1")
        numbers[f"regret_{m}"] = Number(Live(regret[m], (*over, "r")), "2")
        numbers[f"end_{m}"] = Number(Live(ends[m], over), "2")
    now = {m: Live(regret[m], (*(("gamma", "T") if m == "online" else ("T",)), "r")) for m in plane_figures.MEMORIES}
    views = [
        sides_figures.profile(ends, shown(v), "full", t, gamma),
        sides_figures.regrets(NODES["r"], regret, now, shown(v), "full", t, gamma),
    ]
    return Scene(
        views, sides_figures.COLUMNS, sides_figures.AREAS, ["r", "T", "gamma"], numbers, SIDES,
        groups=["show"], checks=[line_check(v.T), goal_check(v)],
    )  # fmt: skip


SIDES = {
    "head": ["", "Huszár 2018: one spring, latest _θ_", "Kirkpatrick et al., reply: a spring per task"],
    "rows": [
        ["why", "Bayes’ rule: B’s optimum holds A already", "Bayes inspires, it does not bind; an anchor sits where its _F_ was measured"],
        ["for it", "exact for quadratic tasks in any order", "it works in practice; older tasks are harder to keep and may deserve more weight"],
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
    gap = abs(goal(end) - least - float(goals.regret(end, centres, v.r)))
    return Check("regret", "closed form", "parabola through three values of the goal", gap, 1e-9 * t * t)
