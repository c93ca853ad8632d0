"""What a reader can move: each control knows its values, how they are written in a link, and how to refuse one.

``parse`` turns text from a link, or a value from the browser, into a value of the control, or raises ``ValueError`` with
one clear sentence.  Values outside the rule are never used and never silently changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MARKUP = re.compile(r"\\(.)|[_`*{}]|\^|~|\w+\|")


def spoken(text: str) -> str:
    """Rich text as plain words."""
    return MARKUP.sub(lambda found: found[1] or "", text).strip()


@dataclass(frozen=True)
class Slider:
    """A number on a grid.  ``nodes`` is the grid: tables are computed there, so what is shown is exact while dragging.

    ``log`` spaces the nodes geometrically (``count`` of them); otherwise they are lo, lo + step, ..., hi.
    ``at`` gives the nodes themselves, ascending from lo to hi: round numbers on a logarithmic scale, or one special value.
    ``local`` values (a player's step, a highlighted datum) never leave the browser until something else does.
    """

    key: str
    label: str
    lo: float
    hi: float
    step: float
    default: float
    format: str = "2"
    log: bool = False
    unit: str = ""
    local: bool = False
    short: str | None = None
    at: tuple[float, ...] = ()

    @property
    def nodes(self) -> NDArray[np.float64]:
        if self.at:
            return np.array(self.at, dtype=float)
        if self.log:
            decades = math.log10(self.hi / self.lo)
            exponents = np.linspace(0.0, 1.0, round(decades / self.step) + 1)
            grid = self.lo * 10 ** (exponents * decades)
            return np.array([float(f"{v:.6g}") for v in grid])
        count = round((self.hi - self.lo) / self.step) + 1
        return np.round(self.lo + self.step * np.arange(count), 10)

    def parse(self, value: Any) -> float:
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"{self.key}={_short(value)} not used: it must be a number")
        if not self.lo - 1e-9 <= number <= self.hi + 1e-9 * max(1.0, abs(self.hi)):
            raise ValueError(f"{self.key}={_short(value)} not used: it must lie from {self.lo:g} to {self.hi:g}")
        nodes = self.nodes
        return float(nodes[np.abs(nodes - number).argmin()])

    def rounded(self, value: Any) -> bool:
        """Whether ``parse`` moved a usable value to the nearest node."""
        return abs(self.parse(value) - float(value)) > 1e-6 * max(1.0, abs(float(value)))

    def text(self, value: Any) -> str:
        return f"{value:.6g}"

    def wire(self) -> dict[str, Any]:
        return {"kind": "slider", "key": self.key, "label": self.label, "spoken": spoken(self.label), "nodes": self.nodes.tolist(),
                "format": self.format, "unit": self.unit, "local": self.local, "short": self.short}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One of a few; ``options`` maps the value (as it stands in a link) to its label."""

    key: str
    label: str
    options: Mapping[str, str]
    default: str
    select: bool = False

    def parse(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            names = list(self.options)
            others = f" or {len(names) - 8} others" if len(names) > 9 else ""
            raise ValueError(
                f"{self.key}={_short(value)} not used: it must be one of {', '.join(names[:8] if others else names)}{others}"
            )
        return value

    def text(self, value: Any) -> str:
        return str(value)

    def wire(self) -> dict[str, Any]:
        return {"kind": "choice", "key": self.key, "label": self.label, "spoken": spoken(self.label),
                "options": [{"value": v, "label": t} for v, t in self.options.items()], "select": self.select}  # fmt: skip


@dataclass(frozen=True)
class Toggle:
    """Off or on; 0 or 1 in a link."""

    key: str
    label: str
    default: bool = False

    def parse(self, value: Any) -> bool:
        if value in (True, "1", "true"):
            return True
        if value in (False, "0", "false"):
            return False
        raise ValueError(f"{self.key}={_short(value)} not used: it must be 0 or 1")

    def text(self, value: Any) -> str:
        return str(int(value))

    def wire(self) -> dict[str, Any]:
        return {"kind": "toggle", "key": self.key, "label": self.label, "spoken": spoken(self.label)}


@dataclass(frozen=True)
class Whole:
    """A whole number typed in, such as a seed; ``draw`` adds a button that takes the next one."""

    key: str
    label: str
    lo: int
    hi: int
    default: int
    draw: bool = False

    def parse(self, value: Any) -> int:
        try:
            number: int | None = int(value) if isinstance(value, float) and value.is_integer() else int(str(value))
        except (ValueError, OverflowError):
            number = None
        if number is None or not self.lo <= number <= self.hi:
            raise ValueError(
                f"{self.key}={_short(value)} not used: it must be a whole number from {self.lo} to {self.hi}"
            )
        return number

    def text(self, value: Any) -> str:
        return str(value)

    def wire(self) -> dict[str, Any]:
        return {
            "kind": "whole",
            "key": self.key,
            "label": self.label,
            "spoken": spoken(self.label),
            "lo": self.lo,
            "hi": self.hi,
            "draw": self.draw,
        }


Control = Slider | Choice | Toggle | Whole


def floored(x: float) -> float:
    """One significant digit, downwards: a round step for a slider."""
    power = 10.0 ** np.floor(np.log10(x))
    return float(np.floor(x / power + 1e-9) * power)


def seed(default: int = 7) -> Whole:
    """The seed of every random draw on a page."""
    return Whole("seed", "Seed", 0, 999_999, default, draw=True)


def _short(value: Any) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes no whole number of thousands of digits
        text = "a number of thousands of digits"
    return text if len(text) <= 24 else text[:21] + "..."
