"""Figures of the lesson on many tasks, on a line: shares in the answer, and the answer as tasks go by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Layer, Live, Mix, View, bars, curve, guesses, label, points, rule, segments, veil
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
    routes: Sequence[Array],
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
        layers.append(slices(x, half, routes, token))
        if hidden:
            layers.append(veil("separate springs: hidden until you commit", y0=0.0, y1=TOP, at=0.33))
    if "single" in shown:
        heights = after(table["single"])
        layers.append(curve(Live(x, ("T",)), Live(heights, ("T",)), STYLES[kind]["single"], width=1.5))
        layers.append(points(Live(x, ("T",)), Live(heights, ("T",)), STYLES[kind]["single"], size=3.5, casing=False))
    if "online" in shown:
        style = STYLES[kind]["online"]
        heights = after(table["online"])
        when = {"gamma": NOT_ONE} if "single" in shown else None
        layers.append(curve(Live(x, ("T",)), Live(heights, ("gamma", "T")), style, width=1.5).where(when))
        layers.append(points(Live(x, ("T",)), Live(heights, ("gamma", "T")), style, size=3, casing=False).where(when))
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
            ).where(when)
        )
    layers += share_names(table, shown, kind, hidden)
    layers.append(
        points(Live(x, ("T",)), np.full(MOST, -0.1), "data", size=2.5, alpha=0, pick="k", column=True, casing=False, base=1)
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


def slices(x: Array, half: Array, routes: Sequence[Array], token: str) -> Layer:
    """Lines that part the first bars into what comes through one spring after the other; ``routes`` of T = 2 … 20 tasks."""
    parted = 2  # bars; the others are too low
    levels, left, right = (np.full((len(COUNTS), parted * MOST), np.nan) for _ in range(3))
    for i, (t, through) in enumerate(zip(COUNTS, routes, strict=True)):
        for k in range(min(parted, t - 1)):
            passed = np.cumsum(through[k : t - 1, k])[:-1]
            at = slice(k * MOST, k * MOST + len(passed))
            levels[i, at], left[i, at], right[i, at] = passed, x[i, k] - half[i], x[i, k] + half[i]
    return segments(*(Live(a, ("T",)) for a in (left, levels, right, levels)), token, alpha=0.7)


def share_names(table: Mapping[str, Array], shown: Sequence[str], kind: str, hidden: bool) -> list[Layer]:
    """Names beside bar 1, above the level line, and at the newest task."""
    x, place = places(), {"token": TOKENS[kind], "weight": 600, "size": 12.5}
    layers = []
    if "separate" in shown and not hidden:
        beside = np.where(COUNTS > 3, x[:, 0] + 0.36 / COUNTS, np.nan)  # of two or three tasks the bars leave no room
        layers.append(label(Live(beside, ("T",)), 0.34, "separate", dx=6, dy=4, **place))  # between the guesses ½ and 1/5
    if "single" in shown:
        clear = np.where(COUNTS > 3, 0.66, 0.12)
        layers.append(label(Live(clear, ("T",)), Live(1 / COUNTS, ("T",)), "single", dy=-7, align="center", **place))
    if "online" in shown:
        newest = after(table["online"])[:, np.arange(len(COUNTS)), COUNTS - 1]
        when = {"gamma": NOT_ONE} if "single" in shown else None
        layers.append(
            label(
                1.0,
                Live(np.where(newest > TOP, np.nan, newest), ("gamma", "T")),
                "online",
                dx=-2,
                dy=-9,
                align="right",
                **place,
            ).where(when)
        )
    return layers


# ---- the answer as tasks go by -----------------------------------------------------------------------------------------
COLUMNS, AREAS = "minmax(0, 1fr) 300px", ("a b", "a c")
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
            casing=False, base=1),
    ]
    for memory in shown:
        if memory != "online":
            layers.append(followed(line, memory, STYLES[kind][memory]))
    for memory in shown:
        when = {"gamma": NOT_ONE} if memory == "online" and "single" in shown else None
        style, end = STYLES[kind][memory], line.end(memory)
        layers.append(curve(tasks, line.path(memory), style, casing=True, upto="T", dots=memory != "online").where(when))
        layers.append(points(Live(COUNTS, ("T",)), end, style, size=6).where(when))
    layers += answer_names(line, shown, kind, 0.064 * high)
    top = [(0.0, "0"), (0.5, "½"), (1.0, "1")] if high == 1 else [(t, f"{t:g}") for t in (0, 5, 10, 15, 20)]
    n = len(now["single"])
    return View(
        "a", TITLES[line.world],
        Axis(0, 20.4, "tasks learned", [(t, f"{t}") for t in (0, 5, 10, 15, 20)]), Axis(-0.04 * high, 1.06 * high, "", top), layers,
        height=352, phone=300, pad=(34, 10, 104, 40),
        alt="The answer after each of T equal tasks on a line, for single, separate and online springs",
        sentence="After [T] tasks the answer is [answer_single] with a single spring, [answer_separate] with separate springs, [answer_online] online at γ = [gamma].",
        table=(["tasks learned", *shown], [np.arange(n), *(np.round(now[m], 6) for m in shown)]),
    )  # fmt: skip


def answer_names(line: Line, shown: Sequence[str], kind: str, gap: float) -> list[Layer]:
    """Each name with its answer, right of its mark; after a long calm single and separate are one."""
    together = line.world == "newest" and {"single", "separate"} <= set(shown)
    names = {m: m for m in shown if not (together and m == "separate")}
    if together:
        names["single"] = "single = separate"
    heights = stacked({m: line.ends[m] for m in names}, gap)
    over = ("gamma", "T", *(b for b in line.by if b != "T"))
    place = {"dx": 12, "dy": 4, "weight": 600, "token": TOKENS[kind], "size": 14}
    at = Live(COUNTS, ("T",))
    return [label(at, Live(heights[m], over), f"{name} [answer_{m}]", **place) for m, name in names.items()]


def stacked(heights: Mapping[str, Array], gap: float) -> dict[str, Array]:
    """Heights of names beside their marks, over γ and all else, moved up where two would stand closer than ``gap``.

    ``heights["online"]`` has γ first, the others have no γ. Where online EWC is the single spring it has no name.
    """
    nodes = heights["online"].shape[0] if "online" in heights else len(NOT_ONE) + 1
    wide = {m: np.array(h) if m == "online" else np.repeat(h[None], nodes, axis=0) for m, h in heights.items()}
    if {"online", "single"} <= set(wide):
        wide["online"][-1] = np.nan
    h = np.stack(list(wide.values()))
    order = np.argsort(h, axis=0, kind="stable")  # hidden ones last
    placed = np.take_along_axis(h, order, 0)
    for i in range(1, len(placed)):
        placed[i] = np.maximum(placed[i], placed[i - 1] + gap)
    np.put_along_axis(h, order, placed, 0)
    return dict(zip(wide, h, strict=True))


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
        when = {"gamma": NOT_ONE} if memory == "online" and "single" in shown else None
        y = squares(line, memory)
        layers.append(curve(x, y, STYLES[kind][memory], width=1.5).where(when))
        layers.append(points(x, y, STYLES[kind][memory], size=3.5, casing=False, edge=False).where(when))
    layers.append(points(x, np.full(MOST, -high), "data", alpha=0, pick="k", column=True, casing=False, base=1))
    half = high / 2
    return View(
        "c", "**Loss** of each task in the end",
        Axis(0, 1, "task 1 … [T]", ()), Axis(0, 1.04 * high, "", [(t, f"{t:g}") for t in (0, half, high)]), layers,
        height=152, phone=200, pad=(30, 8, 10, 26), small=True,
        alt="Loss of each of T equal tasks at the final answer, for single, separate and online springs",
        sentence="At the end task [k] has a loss of [loss_single] with a single spring, [loss_separate] with separate springs, [loss_online] online.",
        table=(["task", *shown], [np.arange(1, len(now["asked"]) + 1), *(np.round((now[m][-1] - now["asked"]) ** 2 / 2, 6) for m in shown)]),
    )  # fmt: skip
