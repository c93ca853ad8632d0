"""Equal tasks on a line: the answer as tasks go by, and the loss of each in the end."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from fisher_app.controls import Choice, Toggle
from fisher_app.frame.declaration import Tab, Values
from fisher_app.lessons.many_tasks import shares, words
from fisher_app.lessons.many_tasks.memories import (
    COUNTS,
    GAMMAS,
    MEMORIES,
    MOST,
    STYLES,
    TASK,
    apart,
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
from fisher_app.stage.marks import Curve, Mark, Points, Rule, named
from fisher_app.stage.scene import Live, Mix, Number, Scene, View
from fisher_app.stage.tables import Data
from fisher_core import continual

WORLDS = {"equal": np.eye(MOST), "drift": TASK, "newest": np.eye(MOST)[1:]}  # what each task asks for
BY = {"equal": ("k",), "drift": (), "newest": ("T",)}  # the control that says whose turn it is


class Answers(NamedTuple):
    """θ after 0 … 20 tasks, (…, 21) over ``BY``, and after T = 2 … 20 tasks, (T, …); of "online" γ leads."""

    path: np.ndarray
    end: np.ndarray


@lru_cache(maxsize=4)
def numbers(world: str) -> dict[str, Answers]:
    centres, found = WORLDS[world], {}
    for memory, table in shares.running().items():
        theta = np.einsum("...tk,...k->...t", table[..., None, :, :] if centres.ndim > 1 else table, centres)
        if world == "newest":  # row i is for T = i + 2 tasks
            end = np.diagonal(theta[..., 1:], axis1=-2, axis2=-1)
        else:
            end = np.swapaxes(theta[..., 1:], -1, -2) if BY[world] else theta[..., 1:]
        start = np.full((*theta.shape[:-1], 1), np.nan)  # before the first task there is no answer
        found[memory] = Answers(np.concatenate([start, theta], axis=-1), end)
    return found


def world_of(v: Values) -> str:
    return "newest" if v.newest else v.world


def hidden(world: str, memory: str, data: Data) -> Data:
    """Where one task asks for 1, the answer is that task's share."""
    return shares.hidden(memory, data) if world == "equal" else data


def ends(world: str, memory: str, values: np.ndarray | None = None) -> Live:
    by = [b for b in BY[world] if b != "T"]
    return Live(numbers(world)[memory].end if values is None else values, over(memory, "T", *by))


def picture(v: Values) -> Scene:
    world = world_of(v)
    return Scene(
        [answers(v, world), shares.view(v, newest=v.newest), losses(v, world)],
        controls=["T", "gamma"],
        numbers=shares.live_numbers() | live_numbers(world),
        formula=key(v),
        groups=["show", "world"],
        breaks=["newest"],
        checks=[shares.check(v.T), shares.check(v.T, v.gamma)],
    )


def live_numbers(world: str) -> dict[str, Number]:
    made = {}
    for m in MEMORIES:
        end = numbers(world)[m].end
        gap = end - 1 if world == "equal" else end[..., None] - WORLDS[world]
        made[f"answer_{m}"] = Number(hidden(world, m, ends(world, m)), "2" if world == "drift" else "3")
        made[f"loss_{m}"] = Number(hidden(world, m, Live(gap**2 / 2, over(m, "T", "k"))), "3")
    return made


def present(v: Values, world: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What the tasks ask for and the answers after 0 … T tasks, for task 1 where k says whose turn it is."""
    row = (int(v.T) - 2,) if world == "newest" else (0,) if world == "equal" else ()
    paths = {
        m: a.path[np.abs(GAMMAS - v.gamma).argmin()] if m == "online" else a.path for m, a in numbers(world).items()
    }
    return WORLDS[world][row][: int(v.T)], {m: p[row][: int(v.T) + 1] for m, p in paths.items()}


def answers(v: Values, world: str) -> View:
    say, high, by = words.part("line", "a"), 20.0 if world == "drift" else 1.0, BY[world]
    steps, count = np.arange(MOST + 1), Live(COUNTS[:, None], ("T",))
    pick = None if v.newest else "k"
    asked = Points(
        TASK, Live(WORLDS[world], by), "data", size=3, pick=pick, edge=False, count=count, casing=False, base=1
    )
    layers: list[Mark] = [Rule(x=count if v.newest else here(followed), token="ctl"), asked]
    layers += [turn(world, m) for m in shown(v) if m != "online"]
    for m in shown(v):
        path = hidden(world, m, Live(numbers(world)[m].path, over(m, *by)))
        trail = Curve(steps, path, STYLES["full"][m], casing=True, upto="T", dots=m != "online")
        end = Points(count, hidden(world, m, ends(world, m)), STYLES["full"][m], size=6)
        layers += [apart(v, m, trail), apart(v, m, name(v, m, end))]
    _, paths = present(v, world)
    return View(
        "a",
        say["caption", world],
        Axis.linear(0, MOST + 0.4, say["x"], 0),
        Axis.linear(-0.04 * high, 1.06 * high, digits=0 if world == "drift" else 1),
        layers,
        alt=say["alt"],
        sentence=say["sentence"],
        slot="main",
        table=(
            [say["x"], *shown(v)],
            [steps[: int(v.T) + 1], *(hidden(world, m, np.round(paths[m], 6)) for m in shown(v))],
        ),
    )


def name(v: Values, memory: str, mark: Mark) -> Mark:
    """Each end with its answer beside it; after a long calm single and separate are one."""
    together = v.newest and {"single", "separate"} <= set(shown(v))
    if together and memory == "separate":
        return mark
    text = "single = separate" if together and memory == "single" else memory
    return named(mark, f"{text} [answer_{memory}]", "after", weight=600, size=14)


def turn(world: str, memory: str) -> Mark:
    """The step of the answer that the followed task made, as a broad band; of the newest task if all eyes are on it."""
    path, by = numbers(world)[memory].path, "T" if world == "newest" else "k"
    k = COUNTS if by == "T" else TASK.astype(int)
    rows = np.stack([(path if path.ndim == 1 else path[i])[[j - 1, j]] for i, j in enumerate(k)])
    x = Live(np.stack([k - 1.0, k], -1), (by,))
    return Curve(x, hidden(world, memory, Live(rows, (by,))), STYLES["full"][memory], width=9, alpha=0.25, dash="solid")


def squares(world: str, memory: str) -> Mix:
    """½(θ − c_j)² over the tasks j, as ½θ²·1 − θ·c + ½c²: three small tables instead of a large one."""
    theta, centres = numbers(world)[memory].end, WORLDS[world]
    return Mix(
        (ends(world, memory, theta**2 / 2), ends(world, memory, -theta), 1.0),
        (np.ones(MOST), Live(centres, BY[world]), Live(centres**2 / 2, BY[world])),
    )


def losses(v: Values, world: str) -> View:
    say, x = words.part("line", "c"), Live(shares.X, ("T",))
    asked, paths = present(v, world)
    high = ceiling((v.T - 1) ** 2 / 2) if world == "drift" else 0.5  # the farthest that an answer can be from a task
    now = {m: (p[-1] - asked) ** 2 / 2 for m, p in paths.items()}
    drawn = lines(v, x, {m: hidden(world, m, squares(world, m)) for m in MEMORIES}, width=1.5)
    return View(
        "c",
        x=Axis(0, 1, words["shares", "x"]),
        y=Axis.linear(0, 1.04 * high, digits=0 if world == "drift" else 1),
        slot="side",
        **words.view("line", "c"),
        layers=[shares.cursor(v.newest), *drawn, columns(x, -high)],
        table=(
            [say["task"], *shown(v)],
            [TASK[: int(v.T)], *(hidden(world, m, np.round(now[m], 6)) for m in shown(v))],
        ),
    )


def key(v: Values) -> dict:
    say = words.part("line", "key")
    rows = say.list("rows")
    if "first" not in v.seen:
        rows[1][1] = say["hidden"]
    glyphs = [STYLES["full"][m] for m in ("single", "separate", "online")]
    body = [[{"glyph": g, "text": r[0]}, *r[1:]] for g, r in zip(glyphs, rows, strict=True)]
    return {"head": say.list("head"), "rows": body, "align": ["left", "left", *["right"] * 6], "wide": [1, 6, 7]}


# ---- what the words name -----------------------------------------------------------------------------------------------
def drifted(memory: str, decay: float = 1.0) -> float:
    """The answer to ten drifting tasks."""
    return float(continual.shares(10, memory, decay) @ TASK[:10])


def undecayed(decay: float) -> float:
    """The same online, where the penalty on the next task is S_t and not γS_t."""
    theta, held = 0.0, 0.0
    for centre in TASK[:10]:
        theta = (held * theta + centre) / (held + 1)
        held = decay * held + 1
    return theta


words.facts |= {
    "drift_single": lambda: drifted("single"),
    "drift_separate": lambda: drifted("separate"),
    "drift_95": lambda: drifted("online", 0.95),
    "drift_50": lambda: drifted("online", 0.5),
    "drift_undecayed": lambda: undecayed(0.95),
    "limit_95": lambda: 1 / (1 - 0.95),
    "half_95": lambda: continual.half_life(0.95),
}


def program(v: Values):
    ask = "newest" if v.newest else "drift" if v.world == "drift" else "first"
    return "line", {"T": round(v.T), "gamma": float(v.gamma), "ask": ask}


tab = Tab(
    key="line",
    words=words,
    controls=[
        tasks,
        gamma,
        followed,
        show,
        Choice("world", "Tasks", {"equal": "one asks for 1", "drift": "drifting"}, "equal"),
        Toggle("newest", "a change after a long calm"),
    ],
    picture=picture,
    program=program,
)
