"""Both sides of an argument about a drift: who pays for a rule, and whom it serves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_app.controls import Slider
from fisher_app.frame.declaration import Tab, Values
from fisher_app.lessons.many_tasks import line, shares, words
from fisher_app.lessons.many_tasks.memories import (
    COUNTS,
    MEMORIES,
    MOST,
    STYLES,
    TASK,
    apart,
    at,
    ceiling,
    columns,
    followed,
    gamma,
    lines,
    over,
    show,
    shown,
    tasks,
)
from fisher_app.stage.axes import Axis
from fisher_app.stage.compound import here
from fisher_app.stage.marks import Curve, Handle, Mark, Points, Rule, named
from fisher_app.stage.scene import Check, Live, Mix, Number, Scene, View
from fisher_core import continual
from fisher_studies.goals import regret

worth = Slider("r", "Worth _r_ of a task against the next", 0.5, 2, 0.01, 1.0, log=True)


@lru_cache(maxsize=1)
def numbers() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Answers to a drift over T (of online EWC over γ, T), and their regrets over the worth r too."""
    found = {}
    for m, (_, end) in line.numbers("drift").items():
        at_T = [np.stack([regret(end[..., i], TASK[:t], r) for r in worth.nodes], -1) for i, t in enumerate(COUNTS)]
        found[m] = end, np.stack(at_T, -2)
    return found


def picture(v: Values) -> Scene:
    made = {}
    for m, (end, lost) in numbers().items():
        squares = np.where(COUNTS[:, None] >= TASK, (end[..., None] - TASK) ** 2 / 2, 0.0)
        told = {"old": squares[..., 0], "new": (end - COUNTS) ** 2 / 2, "all": squares.sum(-1)}
        made |= {f"{who}_{m}": Number(Live(loss, over(m, "T")), "1") for who, loss in told.items()}
        made |= {
            f"regret_{m}": Number(Live(lost, over(m, "T", "r")), "2"),
            f"end_{m}": Number(Live(end, over(m, "T")), "2"),
        }
    return Scene(
        [profile(v), regrets(v)],
        controls=["r", "T", "gamma"],
        numbers=made,
        formula={
            "head": words.list("sides", "head"),
            "rows": words.list("sides", "rows"),
            "align": ["left"] * 3,
            "wrap": True,
        },
        groups=["show"],
        checks=[shares.check(v.T), check(v)],
    )


def profile(v: Values) -> View:
    """Loss of every task of a drift at the final answer: ½θ² − θk + ½k²."""
    high = ceiling((v.T - 1) ** 2 / 2)  # the farthest that an answer can be from a task
    inside = Live(np.where(COUNTS[:, None] >= TASK, TASK, np.nan), ("T",))
    losses = {
        m: Mix((Live(end**2 / 2, over(m, "T")), Live(-end, over(m, "T")), 1.0), (np.ones(MOST), TASK, TASK**2 / 2))
        for m, (end, _) in numbers().items()
    }
    cells = [(at(m, numbers()[m][0], v) - TASK[: int(v.T)]) ** 2 / 2 for m in shown(v)]
    return View(
        "a",
        x=Axis.linear(0.5, MOST + 0.5, words["sides", "a", "x"], 0),
        y=Axis.linear(0, high),
        slot="half",
        **words.view("sides", "a"),
        layers=[
            Rule(x=here(followed), token="ctl"),
            *lines(v, inside, losses, names=dict.fromkeys(MEMORIES, "end"), casing=True),
            columns(TASK, -0.4 * high),
        ],
        table=(["task", *shown(v)], [TASK[: int(v.T)], *np.round(cells, 6)]),
    )


def regrets(v: Values) -> View:
    """What each answer loses against the best for a reader who counts a task r times the next."""
    now = {m: at(m, lost, v) for m, (_, lost) in numbers().items()}
    high = ceiling(max(now[m].max() for m in shown(v)))
    layers: list[Mark] = [Rule(x=here(worth), token="ctl")]
    for m in shown(v):
        lost, style = numbers()[m][1], STYLES["full"][m]
        curve = named(Curve(worth.nodes, Live(lost, over(m, "T")), style, casing=True), m, "start", weight=600)
        dot = Points(here(worth), Live(lost, over(m, "T", "r")), style, size=5)
        layers += [apart(v, m, curve), apart(v, m, dot)]
    return View(
        "b",
        x=Axis.along(worth, words["sides", "b", "x"]),
        y=Axis.linear(0, high),
        slot="half",
        **words.view("sides", "b"),
        layers=[*layers, Handle(x="r")],
        table=(["r", *shown(v)], [worth.nodes, *(np.round(now[m], 6) for m in shown(v))]),
    )


def check(v: Values) -> Check:
    """The regret at the present r from the goal itself, summed task by task on a fine grid about its minimum."""
    t = round(v.T)
    centres = TASK[:t]
    counts = np.array([v.r ** (t - k) for k in centres])
    goal = lambda theta: float(counts @ (theta - centres) ** 2 / (2 * counts.sum()))  # noqa: E731
    end, three = float(continual.shares(t) @ centres), np.linspace(1, t, 3)
    bend = np.polyfit(three, [goal(x) for x in three], 2)  # a parabola through three values
    least = bend[2] - bend[1] ** 2 / (4 * bend[0])
    gap = abs(goal(end) - least - float(regret(end, centres, v.r)))
    return Check("regret", "closed form", "parabola through three values of the goal", gap, 1e-9 * t * t)


tab = Tab(
    key="sides",
    words=words,
    controls=[tasks, gamma, followed, show, worth],
    picture=picture,
    program=lambda v: ("line", {"T": round(v.T), "gamma": float(v.gamma), "ask": "drift"}),
)
