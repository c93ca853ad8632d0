"""Figures of the lesson on many tasks, both sides of an argument: who pays for a rule, and whom it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Data, Layer, Live, Mix, View, curve, handle, label, points, rule
from .many_tasks import NOT_ONE, STYLES, TOKENS
from .many_tasks_line import COUNTS, MOST, stacked

HIGHEST, MOST_REGRET = 50.0, 20.0  # of what the axes show
COLUMNS, AREAS = "minmax(0, 1fr) minmax(0, 1fr)", ("a b",)


def profile(ends: Mapping[str, Array], shown: Sequence[str], kind: str, count: int, column: int) -> View:
    """Loss of every task of a drift at the final answer; ``ends[m]`` over T, of online EWC over γ and T."""
    tasks = np.arange(1.0, MOST + 1)
    layers: list[Layer] = [rule(x=Live(tasks, ("k",)), token="ctl")]
    inside = np.where(tasks <= COUNTS[:, None], tasks, np.nan)
    for memory in shown:
        when = {"gamma": NOT_ONE} if memory == "online" and "single" in shown else None
        over = ("gamma", "T") if memory == "online" else ("T",)
        y = Mix(
            (Live(ends[memory] ** 2 / 2, over), Live(-ends[memory], over), 1.0), (np.ones(MOST), tasks, tasks**2 / 2)
        )
        layers.append(curve(Live(inside, ("T",)), y, STYLES[kind][memory], casing=True).where(when))
        layers.append(points(Live(inside, ("T",)), y, STYLES[kind][memory], size=3.5, casing=False, edge=False).where(when))
    last = {m: np.minimum((COUNTS - ends[m]) ** 2 / 2, 0.97 * HIGHEST) for m in shown}
    for memory, height in stacked(last, 0.07 * HIGHEST).items():
        place = {"dx": 8, "dy": 4, "token": TOKENS[kind], "weight": 600}
        layers.append(
            label(
                Live(COUNTS, ("T",)),
                Live(np.where(height > HIGHEST, 0.9 * HIGHEST, height), ("gamma", "T")),
                memory,
                **place,
            )
        )
    layers.append(points(tasks, np.full(MOST, -20.0), "data", alpha=0, pick="k", column=True, casing=False, base=1))
    values = {m: (ends[m][column, count - 2] if m == "online" else ends[m][count - 2]) for m in shown}
    return View(
        "a", "**Who pays?** Task _k_ asks for _k_; its loss in the end.",
        Axis(0.5, 20.5, "task _k_", [(t, f"{t}") for t in (1, 5, 10, 15, 20)]), Axis(0, HIGHEST, "", [(t, f"{t}") for t in (0, 10, 20, 30, 40, 50)]), layers,
        height=300, phone=260, pad=(34, 10, 66, 40), small=True,
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
    top = MOST_REGRET
    layers: list[Layer] = [rule(x=Live(ratios, ("r",)), token="ctl")]
    for memory in shown:
        when = {"gamma": NOT_ONE} if memory == "online" and "single" in shown else None
        over = ("gamma", "T") if memory == "online" else ("T",)
        layers.append(curve(ratios, Live(table[memory], over), STYLES[kind][memory], casing=True).where(when))
        layers.append(points(Live(ratios, ("r",)), now[memory], STYLES[kind][memory], size=5).where(when))
        x, y = beside_left_arm(ratios, table[memory], {"single": 6.0, "separate": 13.0, "online": 9.0}[memory])
        layers.append(label(Live(x, over), Live(y, over), memory, dx=8, dy=-4, token=TOKENS[kind], weight=600).where(when))
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


def beside_left_arm(ratios: Array, values: Array, wanted: float) -> tuple[Array, Array]:
    """Where a curve of regret last stands at ``wanted`` or above, left of its minimum; its left end if it never does."""
    left = np.arange(len(ratios)) < values.argmin(axis=-1)[..., None]
    node = np.where(left & (values >= wanted), np.arange(len(ratios)), 0).max(axis=-1)
    return ratios[node], np.minimum(np.take_along_axis(values, node[..., None], -1)[..., 0], 0.85 * MOST_REGRET)
