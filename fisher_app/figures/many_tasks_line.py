"""Figures of the lesson on many tasks, on a line: shares in the answer, the answer as tasks go by, and whom each rule serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Data, Layer, Live, Mix, View, bars, curve, guesses, handle, label, points, rule, veil
from .many_tasks import NOT_ONE, STYLES, TOKENS

MOST = 20
COUNTS = np.arange(2, MOST + 1)
TOP = 0.62  # of the shares shown; a larger one is at the edge with its number


def places() -> Array:
    """Centres of the bars of T tasks on an axis from 0 to 1: (T, k), NaN beyond T."""
    k = np.arange(1, MOST + 1)
    return np.where(k <= COUNTS[:, None], (k - 0.5) / COUNTS[:, None], np.nan)


def cursor(newest: bool) -> Layer:
    """One line through all views: at the followed task, or at the newest."""
    x = places()
    return rule(x=Live(x[np.arange(len(COUNTS)), COUNTS - 1], ("T",)) if newest else Live(x, ("T", "k")), token="ctl")


def after(shares: Array) -> Array:
    """Rows for T = 2 … 20, NaN beyond T; ``shares`` (..., T, k) from T = 1."""
    rows = shares[..., 1:, :]
    return np.where(np.arange(1, MOST + 1) <= COUNTS[:, None], rows, np.nan)


def shares(
    table: Mapping[str, Array],
    shown: Sequence[str],
    kind: str,
    count: float,
    gamma: float,
    hidden: bool,
    small: bool,
    newest: bool = False,
) -> View:
    """Bars for separate springs, marks for the others; the followed task, or the newest, under one cursor."""
    x, half, token = places(), 0.36 / COUNTS, TOKENS[kind]
    layers: list[Layer] = [cursor(newest)]
    if "separate" in shown:
        heights = np.minimum(after(table["separate"]), TOP)
        layers.append(
            bars(
                Live(x - half[:, None], ("T",)),
                Live(x + half[:, None], ("T",)),
                [0.0],
                Live(heights, ("T",)),
                token,
                alpha=0.35,
                outline=token,
            )
        )
        if hidden:
            layers.append(veil("separate springs: hidden until you commit", y0=0.0, y1=TOP, at=0.33))
    if "single" in shown:
        heights = after(table["single"])
        layers.append(curve(Live(x, ("T",)), Live(heights, ("T",)), STYLES[kind]["single"], width=1.5))
        layers.append(points(Live(x, ("T",)), Live(heights, ("T",)), STYLES[kind]["single"], size=3.5, casing=False))
    if "online" in shown:
        style = STYLES[kind]["online"]
        heights = after(table["online"])
        when = {"when": {"gamma": NOT_ONE}} if "single" in shown else {}
        layers.append(curve(Live(x, ("T",)), Live(heights, ("gamma", "T")), style, width=1.5) | when)
        layers.append(points(Live(x, ("T",)), Live(heights, ("gamma", "T")), style, size=3, casing=False) | when)
        newest = heights[:, np.arange(len(COUNTS)), COUNTS - 1]
        layers.append(
            label(
                Live(np.where(newest > TOP, 1.0, np.nan), ("gamma", "T")),
                TOP,
                "newest [newest:2] ↑",
                dx=-2,
                dy=12,
                align="right",
                token=token,
                size=12.5,
            )
            | when
        )
    layers += share_names(table, shown, kind, hidden)
    layers.append(
        points(Live(x, ("T",)), np.full(MOST, -0.1), "data", size=2.5, alpha=0, pick="k", casing=False) | {"base": 1}
    )
    layers.append(guesses("first"))
    row = int(count) - 2
    column = round(gamma * 20)
    values = {
        "separate": after(table["separate"])[row],
        "single": after(table["single"])[row],
        "online": after(table["online"])[column, row],
    }
    n = int(count)
    return View(
        "b", "**Share** of each of [T] equal tasks in the final answer",
        Axis(0, 1, "task 1 … [T]", ()), Axis(0, TOP, "", [(t, f"{t:g}") for t in (0, 0.2, 0.4, 0.6)]), layers,
        height=126 if small else 152, phone=200, pad=(30, 8, 10, 26), small=True,
        alt="Share of each of T equal tasks in the answer after all of them, for single, separate and online springs",
        sentence="Of [T] equal tasks, task [k] has a share of [share_single] with a single spring, [share_separate] with separate springs, [share_online] online at γ = [gamma].",
        table=(["task", *shown], [np.arange(1, n + 1), *(np.round(values[m][:n], 6) for m in shown)]),
    )  # fmt: skip


def share_names(table: Mapping[str, Array], shown: Sequence[str], kind: str, hidden: bool) -> list[Layer]:
    """Names beside bar 1, above the level line, and at the newest task."""
    x, place = places(), {"token": TOKENS[kind], "weight": 600, "size": 12.5}
    layers = []
    if "separate" in shown and not hidden:
        layers.append(label(Live(x[:, 0] + 0.36 / COUNTS, ("T",)), 0.5, "separate", dx=6, dy=9, **place))
    if "single" in shown:
        layers.append(label(0.66, Live(1 / COUNTS, ("T",)), "single", dy=-7, align="center", **place))
    if "online" in shown:
        newest = after(table["online"])[:, np.arange(len(COUNTS)), COUNTS - 1]
        when = {"when": {"gamma": NOT_ONE}} if "single" in shown else {}
        layers.append(
            label(
                1.0,
                Live(np.where(newest > TOP, np.nan, newest), ("gamma", "T")),
                "online",
                dx=-2,
                dy=-9,
                align="right",
                **place,
            )
            | when
        )
    return layers


# ---- the answer as tasks go by -----------------------------------------------------------------------------------------
LINE_COLUMNS, LINE_AREAS = "minmax(0, 1fr) 300px", ("a b", "a c")
TITLES = {
    "equal": "**The answer** _θ_. Task [k] asks for 1, the others for 0 (grey).",
    "newest": "**The answer** _θ_: all asked for 0; task [T] asks for 1 and gets [answer_single].",
    "drift": "**The answer** _θ_. Task _k_ asks for _k_ (grey).",
}
SCALES = {"equal": (1.0, 0.5), "newest": (1.0, 0.5), "drift": (20.0, 50.0)}  # highest answer, highest loss shown


@dataclass(frozen=True)
class Line:
    """T equal tasks on a line: what they ask for, and the answer after each, as tables.

    ``centres`` (…, 20) over ``by``; ``paths[m]`` (…, 21), θ after 0 … 20 tasks, over ``by``; ``ends[m]`` θ after T tasks
    over ``ends_by[m]``; "online" has γ first.
    """

    world: str
    centres: Array
    paths: Mapping[str, Array]
    ends: Mapping[str, Array]
    by: tuple[str, ...]

    def path(self, memory: str) -> Live:
        return Live(self.paths[memory], (*(("gamma",) if memory == "online" else ()), *self.by))

    def end(self, memory: str, values: Array | None = None) -> Live:
        over = ("T", *(b for b in self.by if b != "T"))
        return Live(self.ends[memory] if values is None else values, ("gamma", *over) if memory == "online" else over)

    def asked(self, values: Array | None = None) -> Live:
        return Live(self.centres if values is None else values, self.by)


def answers(line: Line, shown: Sequence[str], kind: str, now: Mapping[str, Array]) -> View:
    high = SCALES[line.world][0]
    tasks = np.arange(0, MOST + 1)
    layers: list[Layer] = [
        rule(x=Live(np.arange(1, MOST + 1), ("k",)), token="ctl")
        if line.world != "newest"
        else rule(x=Live(COUNTS, ("T",)), token="ctl"),
        points(
            tasks[1:],
            line.asked(),
            "data",
            size=3,
            pick=None if line.world == "newest" else "k",
            edge=False,
            count=Live(COUNTS, ("T",)),
            casing=False,
        )
        | {"base": 1},
    ]
    for memory in shown:
        if memory != "online":
            layers.append(followed(line, memory, STYLES[kind][memory]))
    for memory in shown:
        when = {"when": {"gamma": NOT_ONE}} if memory == "online" and "single" in shown else {}
        style, end = STYLES[kind][memory], line.end(memory)
        layers.append(curve(tasks, line.path(memory), style, casing=True, upto="T", dots=memory != "online") | when)
        layers.append(points(Live(COUNTS, ("T",)), end, style, size=6) | when)
        name = "single = separate" if line.world == "newest" and {"single", "separate"} <= set(shown) else memory
        if memory == "separate" and name != memory:
            continue
        place = {"dx": 12, "dy": clear_of_single(line, memory, high), "weight": 600, "token": TOKENS[kind], "size": 14}
        layers.append(label(Live(COUNTS, ("T",)), end, f"{name} [answer_{memory}]", **place) | when)
    top = [(0.0, "0"), (0.5, "½"), (1.0, "1")] if high == 1 else [(t, f"{t:g}") for t in (0, 5, 10, 15, 20)]
    n = len(now["single"])
    return View(
        "a", TITLES[line.world],
        Axis(0, 24, "tasks learned", [(t, f"{t}") for t in (0, 5, 10, 15, 20)]), Axis(-0.04 * high, 1.06 * high, "", top), layers,
        height=352, phone=300, pad=(34, 10, 10, 40),
        alt="The answer after each of T equal tasks on a line, for single, separate and online springs",
        sentence="After [T] tasks the answer is [answer_single] with a single spring, [answer_separate] with separate springs, [answer_online] online at γ = [gamma].",
        table=(["tasks learned", *shown], [np.arange(n), *(np.round(now[m], 6) for m in shown)]),
    )  # fmt: skip


def clear_of_single(line: Line, memory: str, high: float) -> Data:
    """How far a name stands below its mark: moved away from the single spring's where the two are close."""
    if memory == "single":
        return 4.0
    gap = line.ends[memory] - line.ends["single"]
    near = np.abs(gap) < 0.06 * high
    return line.end(memory, np.where(near, np.where(gap >= 0, -10.0, 20.0), 4.0))


def followed(line: Line, memory: str, style: str) -> Layer:
    """The step of the answer that the followed task made, as a broad band; of the newest task if all eyes are on it."""
    path = line.paths[memory]
    k = np.arange(1, MOST + 1) if line.world != "newest" else COUNTS
    rows = np.stack([(path if path.ndim == 1 else path[i])[[j - 1, j]] for i, j in enumerate(k)])
    over = ("T",) if line.world == "newest" else ("k",)
    return curve(Live(np.stack([k - 1.0, k], -1), over), Live(rows, over), style, width=9, alpha=0.25, dash="solid")


def squares(line: Line, memory: str) -> Mix:
    """½(θ − c_j)² over the tasks j, as ½θ²·1 − θ·c + ½c²: three small tables instead of a large one."""
    theta = line.ends[memory]
    return Mix(
        (line.end(memory, theta**2 / 2), line.end(memory, -theta), 1.0),
        (np.ones(MOST), line.asked(), line.asked(line.centres**2 / 2)),
    )


def line_losses(line: Line, shown: Sequence[str], kind: str, now: Mapping[str, Array]) -> View:
    high = SCALES[line.world][1]
    x = Live(places(), ("T",))
    layers: list[Layer] = [cursor(line.world == "newest")]
    for memory in shown:
        when = {"when": {"gamma": NOT_ONE}} if memory == "online" and "single" in shown else {}
        y = squares(line, memory)
        layers.append(curve(x, y, STYLES[kind][memory], width=1.5) | when)
        layers.append(points(x, y, STYLES[kind][memory], size=3.5, casing=False) | when)
    layers.append(points(x, np.full(MOST, -high), "data", alpha=0, pick="k", casing=False) | {"base": 1})
    half = high / 2
    return View(
        "c", "**Loss** of each task in the end",
        Axis(0, 1, "task 1 … [T]", ()), Axis(0, 1.04 * high, "", [(t, f"{t:g}") for t in (0, half, high)]), layers,
        height=152, phone=200, pad=(30, 8, 10, 26), small=True,
        alt="Loss of each of T equal tasks at the final answer, for single, separate and online springs",
        sentence="At the end task [k] has a loss of [loss_single] with a single spring, [loss_separate] with separate springs, [loss_online] online.",
        table=(["task", *shown], [np.arange(1, len(now["asked"]) + 1), *(np.round((now[m][-1] - now["asked"]) ** 2 / 2, 6) for m in shown)]),
    )  # fmt: skip


# ---- both sides --------------------------------------------------------------------------------------------------------
SIDES_COLUMNS, SIDES_AREAS = "minmax(0, 1fr) minmax(0, 1fr)", ("a b",)


def profile(ends: Mapping[str, Array], shown: Sequence[str], kind: str, count: int, column: int) -> View:
    """Loss of every task of a drift at the final answer; ``ends[m]`` over T, of online EWC over γ and T."""
    tasks = np.arange(1.0, MOST + 1)
    layers: list[Layer] = [rule(x=Live(tasks, ("k",)), token="ctl")]
    inside = np.where(tasks <= COUNTS[:, None], tasks, np.nan)
    for memory in shown:
        when = {"when": {"gamma": NOT_ONE}} if memory == "online" and "single" in shown else {}
        over = ("gamma", "T") if memory == "online" else ("T",)
        y = Mix(
            (Live(ends[memory] ** 2 / 2, over), Live(-ends[memory], over), 1.0), (np.ones(MOST), tasks, tasks**2 / 2)
        )
        layers.append(curve(Live(inside, ("T",)), y, STYLES[kind][memory], casing=True) | when)
        layers.append(points(Live(inside, ("T",)), y, STYLES[kind][memory], size=3.5, casing=False, edge=False) | when)
        last = (COUNTS - ends[memory]) ** 2 / 2
        shown_at = np.where(last < 48, last, 47.0)
        place = {"dx": 8, "dy": 4, "token": TOKENS[kind], "weight": 600}
        layers.append(label(Live(COUNTS.astype(float), ("T",)), Live(shown_at, over), memory, **place) | when)
    layers.append(points(tasks, np.full(MOST, -20.0), "data", alpha=0, pick="k", casing=False) | {"base": 1})
    values = {m: (ends[m][column, count - 2] if m == "online" else ends[m][count - 2]) for m in shown}
    return View(
        "a", "**Who pays?** Task _k_ asks for _k_; its loss in the end.",
        Axis(0.5, 23.5, "task _k_", [(t, f"{t}") for t in (1, 5, 10, 15, 20)]), Axis(0, 50, "", [(t, f"{t}") for t in (0, 10, 20, 30, 40, 50)]), layers,
        height=300, phone=260, pad=(34, 10, 10, 40), small=True,
        alt="Loss of each of T drifting tasks at the final answer, for single, separate and online springs",
        sentence="The oldest task loses [old_single] with a single spring and [old_separate] with separate ones; the newest [new_single] and [new_separate]; all together [all_single] and [all_separate].",
        table=(["task", *shown], [tasks[:count], *(np.round((values[m] - tasks[:count]) ** 2 / 2, 6) for m in shown)]),
    )  # fmt: skip


def regrets(
    ratios: Array,
    table: Mapping[str, Array],
    now: Mapping[str, Data],
    shown: Sequence[str],
    kind: str,
    count: int,
    column: int,
) -> View:
    """What each answer loses against the best for a reader who counts a task r times the next; (…, T, r)."""
    top = 20.0
    layers: list[Layer] = [rule(x=Live(ratios, ("r",)), token="ctl")]
    for memory in shown:
        when = {"when": {"gamma": NOT_ONE}} if memory == "online" and "single" in shown else {}
        over = ("gamma", "T") if memory == "online" else ("T",)
        layers.append(curve(ratios, Live(table[memory], over), STYLES[kind][memory], casing=True) | when)
        layers.append(points(Live(ratios, ("r",)), now[memory], STYLES[kind][memory], size=5) | when)
        node = {"single": 6, "separate": 14, "online": 22}[memory]
        height = np.minimum(table[memory][..., node], 0.9 * top)
        layers.append(
            label(float(ratios[node]), Live(height, over), memory, dx=8, dy=-6, token=TOKENS[kind], weight=600) | when
        )
    layers += [
        label(0.52, top, "newer tasks matter more", dx=4, dy=14, token="ink3", size=12.5),
        label(1.95, top, "older tasks matter more", dx=-4, dy=14, align="right", token="ink3", size=12.5),
        handle(x="r"),
    ]
    values = {m: (table[m][column, count - 2] if m == "online" else table[m][count - 2]) for m in shown}
    return View(
        "b", "**Right for whom?** Regret if a task counts _r_ times the next.",
        Axis(float(ratios[0]), float(ratios[-1]), "worth _r_", [(0.5, "½"), (1, "1"), (2, "2")], log=True), Axis(0, top, "", [(t, f"{t}") for t in (0, 5, 10, 15, 20)]), layers,
        height=300, phone=260, pad=(34, 10, 12, 40), small=True,
        alt="Regret of three ways to remember against r, the worth of a task relative to the next; drag r",
        sentence="If a task counts [r] times as much as the next, a single spring loses [regret_single] against the best answer, separate springs [regret_separate], online EWC [regret_online].",
        table=(["r", *shown], [ratios, *(np.round(values[m], 6) for m in shown)]),
    )  # fmt: skip
