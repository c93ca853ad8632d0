"""The small view of two distributions, θ in grey and θ + δ in ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Live, View, bars, curve, points


@dataclass(frozen=True)
class Shapes:
    """Two distributions: ``x0, y0`` at θ, and ``x, y`` over the step; two ``columns`` of draws where data are vectors."""

    kind: str
    window: tuple[float, float]
    top: float
    x0: Array
    y0: Array
    x: Array
    y: Array
    ticks: Sequence[tuple[float, str]]
    bottom: float = 0.0
    columns: tuple[int, ...] = ()

    def view(self, before: str, after: str, node: int, over: tuple[str, ...]) -> View:
        """``before`` and ``after``: θ and θ + δ in words; ``node``: the present step."""
        caption, words = "**The two distributions**, _θ_ in grey", "The two densities"
        moved = Live(self.x, over), Live(self.y, over)
        if self.kind == "masses":
            half = 0.42 * float(np.diff(self.x0).min(initial=1.0))
            later = Live(np.nan_to_num(self.y), over)
            layers = [
                bars(self.x0 - half, self.x0, [0], self.y0, "data"),
                bars(self.x0, self.x0 + half, [0], later, "ctl"),
            ]
            words = "The two distributions, as bars"
            table = ["x", "at θ", "at θ + δ"], [self.x0, self.y0, self.y[node]]
        elif self.kind == "pairs":
            layers = [points(self.x0, self.y0, "data", size=1.6, alpha=0.7), points(*moved, "theta", size=1.6)]
            caption, words = (
                f"**{len(self.x0)} draws of each**, _θ_ in grey",
                "Draws of the two, from the same random numbers",
            )
            names = [f"x{k} at {at}" for at in ("θ", "θ + δ") for k in self.columns]
            table = names, [self.x0, self.y0, self.x[node], self.y[node]]
        else:
            layers = [curve(self.x0, self.y0, "data", width=2), curve(*moved, "theta", width=2)]
            cells = [a[::3] for a in (self.x0, self.y0, self.x[node], self.y[node])]
            table = ["x at θ", "density", "x at θ + δ", "density at θ + δ"], cells
        return View(
            "c", caption, Axis(*self.window, ticks=self.ticks), Axis(self.bottom, self.top, grid=False, line=False), layers,
            alt=words, sentence=f"Grey: {before}; in ink: {after}.", table=table, height=120, phone=140, pad=(38, 4, 10, 22), small=True,
        )  # fmt: skip
