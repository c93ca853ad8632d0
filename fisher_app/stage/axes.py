"""Axes, and the places where pictures stand.  How a tick is written and how tall a view is are the painter's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..controls import Slider


@dataclass(frozen=True)
class Axis:
    """One axis of a view, from ``lo`` to ``hi``.

    ``ticks``: given as (value, text), none (), or None to be derived from the axis's length in pixels, with at most
    ``digits`` decimals and a sign before positive numbers if ``signed``.  ``numbers=False`` leaves the ticks unwritten,
    where the view below says them; views of one scene with the same x axis get the same margins, so that they line up.
    """

    lo: float
    hi: float
    label: str = ""
    ticks: Sequence[tuple[float, str]] | None = ()
    log: bool = False
    grid: bool | None = None
    line: bool | None = None
    rotate: bool = False
    label_at: str | None = None
    at: float | None = None
    digits: int | None = None
    signed: bool = False
    numbers: bool | None = None

    @classmethod
    def linear(cls, lo: float, hi: float, label: str = "", digits: int | None = None, **look: Any) -> Self:
        """Equal steps are equal lengths; round ticks."""
        return cls(lo, hi, label, None, digits=digits, **look)

    @classmethod
    def decades(cls, lo: float, hi: float, label: str = "", **look: Any) -> Self:
        """Equal factors are equal lengths; powers of ten as ticks.  ``grid=True`` draws a line at every power."""
        if not 0 < lo < hi:
            raise ValueError(f"lo = {lo:g} and hi = {hi:g} must be positive and ascending on a logarithmic axis")
        return cls(lo, hi, label, None, log=True, **look)

    @classmethod
    def along(cls, control: Slider, label: str = "", room: float = 0.04, **look: Any) -> Self:
        """The axis on which a control's handle slides: its range, and a little ``room`` on both sides."""
        lo, hi = float(control.nodes[0]), float(control.nodes[-1])
        if control.log:
            reach = (hi / lo) ** room
            return cls.decades(lo / reach, hi * reach, label or control.label, **look)
        reach = room * (hi - lo)
        return cls.linear(lo - reach, hi + reach, label or control.label, **look)

    @classmethod
    def rows(cls, names: Sequence[str], **look: Any) -> Self:
        """A row for every name, one unit apart: the first on top at len(names) − 1, the last at 0."""
        top = len(names) - 1
        return cls(-0.6, top + 0.6, "", [(float(top - k), name) for k, name in enumerate(names)], grid=False, **look)

    @property
    def ends(self) -> tuple[float, float]:
        return self.lo, self.hi

    def wire(self) -> dict[str, Any]:
        ticks = {} if self.ticks is None else {"ticks": [list(t) for t in self.ticks]}
        optional = {
            "grid": self.grid,
            "line": self.line,
            "rotate": self.rotate or None,
            "labelAt": self.label_at,
            "at": self.at,
            "digits": self.digits,
            "signed": self.signed or None,
            "numbers": self.numbers,
        }
        return (
            {"lo": self.lo, "hi": self.hi, "label": self.label, "log": self.log}
            | ticks
            | {k: v for k, v in optional.items() if v is not None}
        )


# ---- slots -------------------------------------------------------------------------------------------------------------
CAPTION, GAP = 20, 10  # a caption's line and the space between rows, as in stage.css
LINE = 21  # of a table below the figures
TALL, STRIP, LOW = 352, 128, 84  # a figure alone, a strip below it, a low view beside it: all on one screen of 800
LEAST = 160  # a row, where there are several
PLAYER, CONTROLS = 36, 44  # what a player takes of that, and every row of sliders after the first
PHONE = {"main": 300, "half": 250, "third": 230, "side": 220, "pair": 220, "narrow": 190, "low": 110, "strip": 150}
SIDE, SQUARE = "286px", 158  # of a pair, as tall as its views are wide
PAIRS = {"pair": "176px 176px", "narrow": "130px 130px"}  # two of the narrow are as wide as a side


@dataclass(frozen=True)
class Layout:
    """A grid: CSS columns, rows of view ids, and the height of each view on a desk and on a phone."""

    columns: str
    areas: tuple[str, ...]
    heights: dict[str, int]
    phones: dict[str, int]


def layout(slots: Sequence[tuple[str, str]], player: bool = False, sliders: int = 2, lines: int = 0) -> Layout:
    """The grid for (id, slot) pairs.

    ``main`` with ``side`` views stacked beside it, the ``low`` ones among them small, and a ``pair`` (or two ``narrow``
    views) side by side on top; several ``main`` views, each with one ``side`` view beside it; or ``half`` or ``third``
    views in a row; ``strip`` views below, all across; the player last.  What the player, more than two ``sliders`` and
    the ``lines`` of a table longer than a formula need below is taken from the height of the views.
    """
    of = {slot: [i for i, s in slots if s == slot] for slot in PHONE}
    unknown = sorted({s for _, s in slots} - set(PHONE))
    row = of["half"] or of["third"]
    rows = len(of["main"])
    pairs = [(of[slot], width) for slot, width in PAIRS.items() if of[slot]]
    pair, width = pairs[0] if pairs else ([], SIDE)
    uneven = rows > 1 and (rows != len(of["side"]) or of["low"] or pair)
    bare = unknown or uneven or [len(ids) for ids, _ in pairs] not in ([], [2])
    if bare or (bool(rows) == bool(row) and len(of["strip"]) < len(slots)):
        raise ValueError(
            f"slots = {slots} must be one main with its sides, or as many, or halves, or thirds; and strips"
        )
    strips = of["strip"]
    below = len(strips) * (STRIP + CAPTION + GAP) + player * PLAYER + max(0, (sliders - 1) // 2) * CONTROLS
    free = 5 if sliders <= 2 else 4  # lines for which there is room in any case
    tall = max(176, TALL - below - LINE * max(0, lines - free))
    heights = {i: tall for i in (*of["main"], *row)} | {i: STRIP if of["main"] or row else tall for i in strips}
    beside = [pair] if pair else []
    beside += [[i] * (2 if pair else 1) for i, s in slots if s in ("side", "low")]
    if rows > 1:
        each = max(LEAST, (tall - (rows - 1) * (CAPTION + GAP)) // rows)
        columns, areas = f"minmax(0, 1fr) {SIDE}", [f"{a} {b}" for a, [b] in zip(of["main"], beside, strict=True)]
        heights |= dict.fromkeys([*of["main"], *of["side"]], each)
    elif beside:
        columns = f"minmax(0, 1fr) {width}"
        areas = [" ".join([of["main"][0], *cells]) for cells in beside]
        room = tall + CAPTION - GAP * (len(beside) - 1) - (LOW + CAPTION) * len(of["low"])
        stacked = len(beside) - len(of["low"])
        if of["pair"] and stacked > 1:
            heights |= dict.fromkeys(pair, SQUARE)
            room, stacked, pair = room - SQUARE - CAPTION, stacked - 1, []
        each = room // stacked - CAPTION
        heights |= {i: LOW for i in of["low"]} | {i: each for i in (*of["side"], *pair)}
    else:
        across = max(1, len(row))
        columns, areas = (
            " ".join(["minmax(0, 1fr)"] * across),
            [" ".join(row or of["main"])] if row or of["main"] else [],
        )
    phones = {i: PHONE["side" if s == "main" and rows > 1 else s] for i, s in slots}
    count = columns.count(" ") + 1 - columns.count(", ")
    below_all = [*strips, *(["player"] if player else [])]
    return Layout(columns, tuple([*areas, *(" ".join([i] * count) for i in below_all)]), heights, phones)
