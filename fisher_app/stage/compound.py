"""Pictures in a few words: what most lessons draw, made of marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..controls import Slider
from .axes import Axis
from .marks import Bars, Curve, Handle, Mark, Points, Region, Rule, Segments, named
from .scene import View
from .tables import Data, Live, at


@dataclass(frozen=True)
class Reading:
    """A curve, its value at the control's nodes, and its name: one line of `readings`."""

    y: Data
    at: Data
    name: str = ""
    where: str = ""
    weight: int | None = None
    size: float = 5


def here(control: Slider) -> Live:
    """Where the control stands, on an axis of its own values."""
    return Live(control.nodes[:, None], (control.key,))


def readings(
    control: Slider, x: Data, curves: Mapping[str, Reading], *, at: Data | None = None, on_axis: float | None = None
) -> list[Mark]:
    """Curves over the values of a control, by style, with a cursor line, a dot on each and a handle to drag.

    ``at``: the x of the cursor where that is not the control's own value.  The handle is a disc on the axis at height
    ``on_axis``, or the whole picture where that is None.
    """
    cursor = here(control) if at is None else at
    drawn: list[Mark] = [Rule(x=cursor)]
    for style, r in curves.items():
        line = Curve(x, r.y, style)
        drawn.append(named(line, r.name, r.where, weight=r.weight) if r.name else line)
    drawn += [Points(cursor, r.at, style, size=r.size, edge=False) for style, r in curves.items()]
    if on_axis is None:
        return [*drawn, Handle(x=control.key, invisible=True)]
    return [*drawn, Handle(x=control.key, at_y=[on_axis], text=f"[{control.key}]")]


# ---- two weights ---------------------------------------------------------------------------------------------------------
def plane(
    name: str,
    x: tuple[float, float],
    y: tuple[float, float],
    layers: Sequence[Mark],
    weight: str = "weight",
    **view: Any,
) -> View:
    """The plane of two weights, one unit as long on both axes."""
    return View(
        name,
        x=Axis.linear(*x, f"{weight} _θ_~{{1}}", 0, label_at="right"),
        y=Axis.linear(*y, f"{weight} _θ_~{{2}}", 0, grid=False),
        layers=layers,
        equal=True,
        slot=view.pop("slot", "main"),
        **view,
    )


def valley(x: Data, y: Data, task: str, hatch: str) -> Mark:
    """Where a task's loss is low: its colour and its hatching, its letter inside."""
    shade = Region(x, y, task, hatch=hatch, outline=f"{task}-hatch", alpha=0.66, outline_alpha=0.01)
    return named(shade, task, "inside", size=24, weight=650, token="ink2")


def outline(x: Data, y: Data, token: str, dash: str = "short", width: float = 1.5, alpha: float = 0.6) -> Mark:
    """A closed line around nothing shaded, such as what someone believes of a valley."""
    return Region(x, y, outline=token, dash=dash, width=width, outline_alpha=alpha)


def trail(
    x: Data, y: Data, style: str, *, clock: Slider, dots: bool = True, end: bool = True, **mark: Any
) -> list[Mark]:
    """A path on a clock: drawn up to the present step, faint beyond, dots along it, a mark where it stands.

    The last axis of ``x`` and ``y`` runs over the nodes of ``clock``.  ``mark``: what the mark at the end is like.
    """
    path = Curve(x, y, style, casing=True, upto=clock.key, dots=dots or None)
    return [path, *([Points(at(clock, x), at(clock, y), style, **mark)] if end else [])]


def timed(clock: Slider, y: Data, style: str, **mark: Any) -> list[Mark]:
    """A quantity over the steps of a clock: drawn up to the present step, a mark where it stands."""
    return [Curve(clock.nodes, y, style, upto=clock.key), Points(here(clock), at(clock, y), style, **mark)]


def hand(clock: Slider) -> list[Mark]:
    """The line at the present step, and the whole picture to drag it."""
    return [Rule(x=here(clock), token="ctl"), Handle(x=clock.key, invisible=True)]


def two_densities(x0: Data, p: Data, x1: Data, q: Data, style: str = "theta") -> list[Mark]:
    """A distribution in the colour of data, and the one beside it in ink or in another style."""
    return [Curve(x0, p, "data", width=2), Curve(x1, q, style, width=2)]


def two_masses(x: ArrayLike, p: Data, q: Data, half: float = 0.4) -> list[Mark]:
    """Two mass functions on common outcomes, as bars side by side."""
    at = np.asarray(x, dtype=float)
    return [Bars(at - half, at, [0], p, "data"), Bars(at, at + half, [0], q, "ctl")]


def triangle_of_slope(x0: float, x1: float, y0: Data, y1: Data) -> Mark:
    """The right triangle under a straight line of a logarithmic plot, whose height over width is the slope."""
    return Segments([x0, x1, x0], _row(y0, y0, y0), [x1, x1, x1], _row(y0, y1, y1))


def _row(*parts: Data) -> Data:
    if isinstance(parts[0], Live):
        first = parts[0]
        return Live(
            np.concatenate(
                [np.asarray(p.values).reshape(len(np.asarray(p.values)), 1) for p in parts if isinstance(p, Live)],
                axis=1,
            ),
            first.over,
        )
    return [float(np.asarray(p)) for p in parts]
