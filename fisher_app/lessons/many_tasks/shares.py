"""What each of T equal tasks weighs in the answer after all of them: the view that two tabs show, and the question."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_app.frame.declaration import Values, choose
from fisher_app.lessons.many_tasks import words
from fisher_app.lessons.many_tasks.memories import (
    ASKED,
    COUNTS,
    GAMMAS,
    MEMORIES,
    MOST,
    TASK,
    TOKENS,
    apart,
    at,
    columns,
    lines,
    over,
    shown,
)
from fisher_app.stage.axes import Axis
from fisher_app.stage.marks import Bars, Guess, Label, Mark, Rule, Segments, Veil, named
from fisher_app.stage.scene import Check, Live, Number, View
from fisher_app.stage.tables import Data, Secret
from fisher_core import continual
from fisher_studies.many_tasks import in_sequence

TOP = 0.62  # of the shares shown; a larger one is at the edge with its number
PARTED = 2  # bars that show their slices; the others are too low
X = np.where(COUNTS[:, None] >= TASK, (TASK - 0.5) / COUNTS[:, None], np.nan)  # (T, k) on an axis from 0 to 1
HALF = 0.36 / COUNTS[:, None]
NEWEST = (np.arange(len(COUNTS)), COUNTS - 1)


@lru_cache(maxsize=1)
def running() -> dict[str, np.ndarray]:
    """Shares of task k after T = 1 … 20 equal tasks, (T, k), 0 beyond T; "online" (γ, T, k)."""
    table = {m: continual.running_shares(MOST, m) for m in ("single", "separate")}
    return table | {"online": np.stack([continual.running_shares(MOST, "online", g) for g in GAMMAS])}


@lru_cache(maxsize=1)
def numbers() -> dict[str, np.ndarray]:
    """The same after T = 2 … 20 tasks, NaN beyond T."""
    return {m: np.where(COUNTS[:, None] >= TASK, table[..., 1:, :], np.nan) for m, table in running().items()}


def hidden(memory: str, data: Data) -> Data:
    """The shares under separate springs, and all that tells them, are the question's answer."""
    return Secret(data, "first") if memory == "separate" else data


def view(v: Values, kind: str = "full", newest: bool = False) -> View:
    """Bars for separate springs, marks for the others; the followed task, or the newest, under one cursor."""
    share, x, token = numbers(), Live(X, ("T",)), TOKENS[kind]
    names = {"single": "above", "online": "end"}
    layers: list[Mark] = [cursor(newest)]
    if "separate" in shown(v):
        heights = hidden("separate", Live(np.minimum(share["separate"], TOP), ("T",)))
        bars = Bars(Live(X - HALF, ("T",)), Live(X + HALF, ("T",)), [0.0], heights, token, alpha=0.35, outline=token)
        layers += [named(bars, "separate", "right", weight=600), slices(token)]
        if "first" not in v.seen:
            layers.append(Veil(words["shares", "veil"], y0=0.0, y1=TOP, at=0.33))
    layers += lines(v, x, {m: Live(share[m], over(m, "T")) for m in names}, kind, names, width=1.5)
    if "online" in shown(v):
        last = share["online"][:, *NEWEST]
        beyond = Live(np.where(last > TOP, 0.88 * TOP, np.nan), ("gamma", "T"))
        layers.append(apart(v, "online", Label([1.0], beyond, words["shares", "beyond"], align="right", token=token)))
    present = [hidden(m, at(m, share[m], v)[: round(v.T)]) for m in shown(v)]
    return View(
        "b",
        x=Axis(0, 1, words["shares", "x"]),
        y=Axis.linear(0, TOP, digits=1),
        slot="side",
        **words.view("shares"),
        layers=[*layers, columns(x, -0.1), Guess("first")],
        table=(["task", *shown(v)], [TASK[: round(v.T)], *present]),
    )


def cursor(newest: bool) -> Mark:
    """One line through all views: at the followed task, or at the newest."""
    return Rule(x=Live(X[NEWEST], ("T",)) if newest else Live(X, ("T", "k")), token="ctl")


def slices(token: str) -> Mark:
    """Lines that part the first bars into what comes through one spring after the other."""
    levels, left, right = (np.full((len(COUNTS), PARTED * MOST), np.nan) for _ in range(3))
    for i, t in enumerate(COUNTS):
        through = continual.routes(t)
        for k in range(min(PARTED, t - 1)):
            passed = np.cumsum(through[k : t - 1, k])[:-1]
            cells = slice(k * MOST, k * MOST + len(passed))
            levels[i, cells], left[i, cells], right[i, cells] = passed, X[i, k] - HALF[i, 0], X[i, k] + HALF[i, 0]
    ends = (hidden("separate", Live(a, ("T",))) for a in (left, levels, right, levels))
    return Segments(*ends, token, alpha=0.7)


def live_numbers() -> dict[str, Number]:
    """Task k's share and the newest's, and what online EWC holds, over T, γ and k."""
    share = numbers()
    held = np.array([[continual.stiffness_held(t, g) for g in GAMMAS] for t in COUNTS])
    below = GAMMAS < 1
    limit = np.divide(1, 1 - GAMMAS, out=np.full(len(GAMMAS), np.inf), where=below)
    half = [np.inf if g == 1 else 0.0 if g == 0 else continual.half_life(g) for g in GAMMAS]
    return {
        **{f"share_{m}": Number(hidden(m, Live(share[m], over(m, "T", "k"))), "3") for m in MEMORIES},
        **{f"newest_{m}": Number(hidden(m, Live(share[m][..., *NEWEST], over(m, "T"))), "3") for m in MEMORIES},
        "first_separate": Number(hidden("separate", Live(share["separate"][:, 0], ("T",))), "3"),
        "held": Number(Live(held, ("T", "gamma")), "1"),
        "limit": Number(Live(limit, ("gamma",)), "1"),
        "half": Number(Live(half, ("gamma",)), "1"),
    }


@lru_cache(maxsize=64)
def check(count: float, decay: float | None = None) -> Check:
    """Shares of equal tasks once more: the tasks learned one by one, as one-dimensional bowls."""
    t = round(count)
    rows = [[continual.QuadraticTask([c], [[1.0]]) for c in row] for row in np.eye(t)]
    memories, g = (("single", "separate"), 1.0) if decay is None else (("online",), decay)
    gap = max(
        np.abs([in_sequence(r, m, decay=g).endpoints[-1, 0] for r in rows] - continual.shares(t, m, g)).max()
        for m in memories
    )
    if decay is None:
        return Check("shares", "closed form", "task by task", float(gap), 1e-12)
    return Check("shares, online", "geometric series", "task by task", float(gap), 1e-12)


def of_ten(k: int) -> float:
    return float(continual.shares(10, "separate")[k - 1])


words.facts |= {
    **{f"share{k}": lambda k=k: of_ten(k) for k in (1, 2, 3, 10)},
    "first_of_three": lambda: float(continual.shares(3, "separate")[0]),
    "first_online": lambda: float(continual.shares(10, "online", 0.5)[0]),
}

question = choose(
    "first",
    words,
    correct="half",
    setup=ASKED,
    when={"T": ASKED["T"]},
    view="b",
    at={k: {"x": 0.05, "y": y} for k, y in (("tenth", 0.1), ("fifth", 0.2), ("half", 0.5), ("zero", 0.012))},
)
