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
    ``digits`` decimals and a sign before positive numbers if ``signed``.
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

    @classmethod
    def linear(cls, lo: float, hi: float, label: str = "", digits: int | None = None, **look: Any) -> Self:
        """Equal steps are equal lengths; round ticks."""
        return cls(lo, hi, label, None, digits=digits, **look)

    @classmethod
    def decades(cls, lo: float, hi: float, label: str = "", **look: Any) -> Self:
        """Equal factors are equal lengths; powers of ten as ticks."""
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
        }
        return (
            {"lo": self.lo, "hi": self.hi, "label": self.label, "log": self.log}
            | ticks
            | {k: v for k, v in optional.items() if v is not None}
        )


# ---- slots -------------------------------------------------------------------------------------------------------------
CAPTION, GAP = 20, 10  # a caption's line and the space between rows, as in stage.css
TALL, STRIP, LOW = 352, 128, 84  # a figure alone, a strip below it, a low view beside it: all on one screen of 800
PHONE = {"main": 300, "half": 250, "third": 230, "side": 220, "low": 110, "strip": 150}
SIDE = "286px"


@dataclass(frozen=True)
class Layout:
    """A grid: CSS columns, rows of view ids, and the height of each view on a desk."""

    columns: str
    areas: tuple[str, ...]
    heights: dict[str, int]


def layout(slots: Sequence[tuple[str, str]], player: bool = False) -> Layout:
    """The grid for (id, slot) pairs.

    ``main`` with ``side`` views stacked beside it, the ``low`` ones among them small; or ``half`` or ``third`` views in a
    row; ``strip`` views below, all across; the player last.
    """
    of = {slot: [i for i, s in slots if s == slot] for slot in PHONE}
    unknown = sorted({s for _, s in slots} - set(PHONE))
    row = of["half"] or of["third"]
    if unknown or len(of["main"]) > 1 or (bool(of["main"]) == bool(row) and len(of["strip"]) < len(slots)):
        raise ValueError(f"slots = {slots} must be one main with its sides, or halves, or thirds; and strips")
    strips = of["strip"]
    tall = max(176, TALL - len(strips) * (STRIP + CAPTION + GAP))
    heights = {i: tall for i in (*of["main"], *row)} | {i: STRIP if of["main"] or row else tall for i in strips}
    beside = [i for i, s in slots if s in ("side", "low")]
    if beside:
        columns, areas = f"minmax(0, 1fr) {SIDE}", [f"{of['main'][0]} {i}" for i in beside]
        room = tall + CAPTION - GAP * (len(beside) - 1) - (LOW + CAPTION) * len(of["low"])
        heights |= {i: LOW for i in of["low"]} | {i: room // len(of["side"]) - CAPTION for i in of["side"]}
    else:
        across = max(1, len(row))
        columns, areas = (
            " ".join(["minmax(0, 1fr)"] * across),
            [" ".join(row or of["main"])] if row or of["main"] else [],
        )
    width = columns.count(" ") + 1 - columns.count(", ")
    below = [*strips, *(["player"] if player else [])]
    return Layout(columns, tuple([*areas, *(" ".join([i] * width) for i in below)]), heights)
