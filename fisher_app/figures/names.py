"""Names beside their curves: where there is room for them, worked out in pixels of a wide screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Layer, label

Box = tuple[float, float, float, float]  # left, top, right, bottom
Corner = tuple[int, int, str]  # where text stands off its point: dx, dy, align
Path = tuple[Array, Array]  # points along a curve, in pixels

CENTRED: Corner = (0, 0, "center")
BESIDE: tuple[Corner, ...] = (
    (9, 15, "left"),
    (-9, -7, "right"),
    (-9, 15, "right"),
    (9, -7, "left"),
    (0, -18, "center"),
)
APART: tuple[Corner, ...] = tuple((dx, dy, "center") for dy in (-45, -75, -105) for dx in (0, -30, 30, -60, 60))
ALONE = 14.0  # pixels to the next curve that leave no doubt whose name it is


class Name(NamedTuple):
    """What to call a curve; ``wide``: pixels of the text."""

    text: str
    y: Array
    wide: int
    weight: int = 400


class Room:
    """A plot with its curves over common ``x``; ``unit``: pixels of one unit of each axis.  What is placed is taken."""

    def __init__(
        self, x_axis: Axis, y_axis: Axis, unit: tuple[float, float], x: Array, curves: Sequence[Array]
    ) -> None:
        self.x_axis, self.y_axis, self.unit, self.x = x_axis, y_axis, unit, x
        self.paths = [self.path(c) for c in curves]
        self.taken: list[Box] = []

    def path(self, y: Array) -> Path:
        known = np.isfinite(y) & (y < 1.5 * self.y_axis.hi)
        if not known.any():
            return np.empty(0), np.empty(0)
        a, b = self.unit[0] * self.x[known], -self.unit[1] * y[known]
        along = np.cumsum(np.hypot(np.diff(a, prepend=a[:1]), np.diff(b, prepend=b[:1])))
        dense = np.linspace(0, along[-1], 300)
        return np.interp(dense, along, a), np.interp(dense, along, b)

    def box(self, x: float, y: float, wide: float, corner: Corner = CENTRED) -> Box:
        """The pixels of a text, from the origin of the axes."""
        dx, dy, align = corner
        left = self.unit[0] * x + dx - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        base = -self.unit[1] * y + dy
        return left, base - 13, left + wide, base + 4

    def fits(self, b: Box) -> bool:
        """Whether text may stand there: inside the axes, off the curves and off other text."""
        left, top, right, bottom = b
        (kx, ky), x, y = self.unit, self.x_axis, self.y_axis
        if not (kx * x.lo <= left and right <= kx * x.hi and -ky * y.hi + 16 <= top and bottom <= -2):
            return False
        if not all(right < a or c < left or bottom < u or d < top for a, u, c, d in self.taken):
            return False
        return not any(
            ((a > left - 3) & (a < right + 3) & (u > top - 1) & (u < bottom + 1)).any() for a, u in self.paths
        )

    def centred(self, text: str, wide: int, tried: Sequence[tuple[float, float]]) -> Layer:
        """Text at the first of the points where it fits."""
        x, y = next((p for p in tried if self.fits(self.box(*p, wide))), tried[0])
        self.taken.append(self.box(x, y, wide))
        return label([x], [y], text, align="center", token="exact", weight=600)

    def name(self, name: Name, side: float) -> Layer | None:
        """A curve's name at a point of it, far out and on ``side`` if possible, and where the curve is alone; or off it, with a hairline."""
        known = np.isfinite(name.y)
        at = [s * r for s in (side, -side) for r in np.arange(0.9, 0.1, -0.05) * self.x_axis.hi]
        at = [x for x in at if known.any() and self.x[known][0] <= x <= self.x[known][-1]]
        own = self.path(name.y)
        others = [p for p in self.paths if not np.array_equal(p, own)]
        for alone, corners in ((ALONE, BESIDE), (0.0, BESIDE), (ALONE, APART), (0.0, APART)):
            for x in at:
                y = float(np.interp(x, self.x[known], name.y[known]))
                a, b = self.unit[0] * x, -self.unit[1] * y
                if y > self.y_axis.hi or any((np.hypot(u - a, v - b) < alone).any() for u, v in others):
                    continue
                spot = next((c for c in corners if self.fits(self.box(x, y, name.wide, c))), None)
                if spot:
                    self.taken.append(self.box(x, y, name.wide, spot))
                    dx, dy, align = spot
                    return label([x], [y], name.text, dx=dx, dy=dy, align=align, token="exact", weight=name.weight,
                                 leader=corners is APART or None, phone=False)  # fmt: skip
        return None
