"""Words for pictures: a `Scene` is views, views are axes and layers, layers are arrays with a style.

A layer's array is either plain, or `Live`: a table whose leading axes run over the nodes of named controls.  The browser
reads it at the present control values while a hand moves; it interpolates and draws, and computes nothing else.

Coordinates are the view's own data coordinates.  Styles and tokens are names from `fisher_app.palette`.
Text is rich: ``_x_`` maths italic, ```KL``` upright maths, ``**bold**``, ``^{sup}``, ``~{sub}``,
``{token|coloured}``, ``[name]`` a live number.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Layer = dict[str, Any]


def escaped(text: str) -> str:
    """Plain text as rich text that shows the same."""
    return "".join("\\" + c if c in "_`*^~{}[]|\\" else c for c in text)


@dataclass(frozen=True)
class Live:
    """``values[i, j, ..., :]`` at node i of the first control in ``over``, node j of the second, ...; then data axes.

    ``every``: the table holds only every so manieth node of each control (first and last among them), and the browser
    interpolates between them: for shapes that bend little, or are linear in the control and need two nodes only.
    """

    values: ArrayLike
    over: tuple[str, ...]
    every: int | tuple[int, ...] = 1

    @property
    def strides(self) -> tuple[int, ...]:
        return (self.every,) * len(self.over) if isinstance(self.every, int) else self.every


@dataclass(frozen=True)
class Cross:
    """Tables through the present point, one per control: for when the full product would be too large to send.

    While control c moves, the browser reads the table whose ``over`` holds c; Python re-centres all on release.
    At rest it reads the first.
    """

    tables: tuple[Live, ...]


@dataclass(frozen=True)
class Mix:
    """A table in two factors: ``weights[r]`` times row r of ``rows``, summed over r; rows are (r, m), the result (m,).

    For a table of low rank over many nodes, such as scores of a thousand data over a plane of θ: the weights are small
    tables over the controls, the rows travel once.  Either factor may be one array, or one piece of data per r.
    """

    weights: Data | tuple[Data, ...]
    rows: Data | tuple[Data, ...]


Data = ArrayLike | Live | Cross | Mix


@dataclass(frozen=True)
class Number:
    """A number in text: ``[name]`` shows it.  ``value`` NaN shows "?" (hidden), infinity shows "∞".

    ``exact``: what to show at rest instead, when ``value`` is a table that is interpolated while a hand moves.
    ``none``: what NaN shows where nothing is hidden and there simply is no number, such as "–".
    """

    value: float | Live | Cross | Mix
    format: str = "2"
    exact: float | Live | None = None
    none: str | None = None


@dataclass(frozen=True)
class Axis:
    lo: float
    hi: float
    label: str = ""
    ticks: Sequence[tuple[float, str]] = ()
    log: bool = False
    grid: bool | None = None
    line: bool | None = None
    rotate: bool = False
    label_at: str | None = None
    at: float | None = None

    def wire(self) -> dict[str, Any]:
        wire = {
            "lo": self.lo,
            "hi": self.hi,
            "label": self.label,
            "ticks": [list(t) for t in self.ticks],
            "log": self.log,
        }
        optional = {
            "grid": self.grid,
            "line": self.line,
            "rotate": self.rotate or None,
            "labelAt": self.label_at,
            "at": self.at,
        }
        return wire | {k: v for k, v in optional.items() if v is not None}


@dataclass(frozen=True)
class View:
    """One picture.  ``alt`` says what it is (<= 150 characters); ``sentence`` carries the current numbers.

    ``table`` is (column names, columns): the figure's data, at most 50 rows shown, all of them in the download.
    """

    id: str
    caption: str
    x: Axis
    y: Axis
    layers: Sequence[Layer]
    alt: str
    sentence: str
    table: tuple[Sequence[str], Sequence[ArrayLike]] | None = None
    height: int = 352
    phone: int | None = None
    pad: tuple[int, int, int, int] = (42, 12, 8, 50)
    equal: bool = False
    small: bool = False


@dataclass(frozen=True)
class TableView:
    """Matrices or small tables beside a picture; each cell is rich text."""

    id: str
    caption: str
    cells: Sequence[Mapping[str, Any]]
    alt: str
    sentence: str
    table: tuple[Sequence[str], Sequence[ArrayLike]] | None = None
    height: int = 120


@dataclass(frozen=True)
class Check:
    """One line of provenance: two methods that could disagree, and by how much they do, for the shown parameters."""

    quantity: str
    method: str
    second: str
    residual: float
    tolerance: float

    @property
    def holds(self) -> bool:
        return bool(self.residual <= self.tolerance)


@dataclass(frozen=True)
class Scene:
    """All that a figure group needs: views and their layout, live numbers, the formula, and the controls under it.

    ``options``: what a Choice offers here, by key and value, where that depends on other controls; a value that is not
    offered stands for the first that is.  ``reading``: said in place of the tab's, of this very state.
    """

    views: Sequence[View | TableView]
    columns: str
    areas: Sequence[str]
    controls: Sequence[str]
    numbers: Mapping[str, Number | str] = field(default_factory=dict)
    formula: Mapping[str, Any] | None = None
    player: str | None = None
    groups: Sequence[str] = ()
    breaks: Sequence[str] = ()
    more: Sequence[str] = ()
    checks: Sequence[Check] = ()
    rate: float = 20
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reading: str = ""


# ---- layers: small constructors, so that a figure reads as a list of what is drawn ------------------------------------
def _layer(kind: str, **attributes: Any) -> Layer:
    return {"kind": kind} | {k: v for k, v in attributes.items() if v is not None}


def curve(x: Data, y: Data, style: str, *, casing: bool = False, upto: str | None = None, dots: bool = False,
          end: bool | float = False, width: float | None = None, dash: str | None = None, alpha: float | None = None,
          token: str | None = None) -> Layer:  # fmt: skip
    """A line; NaN leaves a gap.  ``upto`` names a player control: drawn full up to its step, faint beyond."""
    return _layer("curve", x=x, y=y, style=style, casing=casing or None, upto=upto, dots=dots or None, end=end or None,
                  width=width, dash=dash, alpha=alpha, token=token)  # fmt: skip


def points(x: Data, y: Data, style: str, *, size: float | None = None, sizes: Data | None = None, alpha: float | None = None,
           count: Data | None = None, labels: Sequence[str] | None = None, pick: str | None = None, hollow: bool | None = None,
           casing: bool | None = None, edge: bool | None = None, symbol: str | None = None, token: str | None = None,
           when: Mapping[str, Any] | None = None, column: bool | None = None) -> Layer:  # fmt: skip
    """Marks.  ``pick`` names a control that holds the index of the highlighted point: a click on or near a mark chooses it,
    with ``column`` also one above or below it, as on a bar.  ``count`` shows only the first so many; ``edge=False`` hides
    a mark beyond the axes instead of pinning it there."""
    return _layer("points", x=x, y=y, style=style, size=size, sizes=sizes, alpha=alpha, count=count, labels=labels, pick=pick,
                  hollow=hollow, casing=casing, edge=edge, symbol=symbol, token=token, when=when, column=column)  # fmt: skip


def region(x: Data, y: Data, token: str | None = None, *, hatch: str | None = None, outline: str | None = None,
           dash: str | None = None, alpha: float | None = None, width: float | None = None, outline_alpha: float | None = None) -> Layer:  # fmt: skip
    """A closed shape: filled with ``token``, hatched "/", "\\\\" or ".", outlined in another token."""
    return _layer("region", x=x, y=y, token=token, hatch=hatch, outline=outline, dash=dash, alpha=alpha, width=width,
                  outlineAlpha=outline_alpha)  # fmt: skip


def veil(text: str | Sequence[str] | None = None, *, x0: Data | None = None, x1: Data | None = None, y0: Data | None = None,
         y1: Data | None = None, at: float | None = None, align: str | None = None) -> Layer:  # fmt: skip
    """What stays hidden until the reader commits; its words stand at height ``at``, centred or at the right edge."""
    return _layer("veil", text=text, x0=x0, x1=x1, y0=y0, y1=y1, at=at, align=align)


def rule(*, x: Data | None = None, y: Data | None = None, token: str = "axis", width: float = 1, dash: str | None = None,
         start: Data | None = None, end: Data | None = None) -> Layer:  # fmt: skip
    """Straight lines across the view at x or y, or from ``start`` to ``end`` along the other axis."""
    return _layer("rule", x=x, y=y, token=token, width=width, dash=dash, **{"from": start, "to": end})


def segments(x0: Data, y0: Data, x1: Data, y1: Data, token: str = "axis", *, width: float = 1, dash: str | None = None,
             alpha: float | None = None) -> Layer:  # fmt: skip
    return _layer("segments", x0=x0, y0=y0, x1=x1, y1=y1, token=token, width=width, dash=dash, alpha=alpha)


def arrow(
    x0: Data, y0: Data, x1: Data, y1: Data, style: str, *, width: float | None = None, dash: str | None = None
) -> Layer:
    return _layer("arrow", x0=x0, y0=y0, x1=x1, y1=y1, style=style, width=width, dash=dash)


def ellipse(x: Data, y: Data, xx: Data, xy: Data, yy: Data, style: str, *, width: float | None = None, dash: str | None = None,
            alpha: float | None = None, casing: bool | None = None) -> Layer:  # fmt: skip
    """The unit circle under the symmetric matrix [[xx, xy], [xy, yy]], moved to (x, y)."""
    return _layer(
        "ellipse", x=x, y=y, xx=xx, xy=xy, yy=yy, style=style, width=width, dash=dash, alpha=alpha, casing=casing
    )


def bars(x0: Data, x1: Data, y0: Data, y1: Data, token: str, *, alpha: float | None = None, outline: str | None = None,
         hollow: bool | None = None) -> Layer:  # fmt: skip
    return _layer("bars", x0=x0, x1=x1, y0=y0, y1=y1, token=token, alpha=alpha, outline=outline, hollow=hollow)


def tiles(x0: float, x1: float, y0: float, y1: float, values: Data, columns: int, token: str, *, outline: str | None = None) -> Layer:  # fmt: skip
    """A grid of cells from (x0, y1) at the top left to (x1, y0), row by row; each ``values`` in [0, 1] is how much of the
    colour it has."""
    return _layer("tiles", x0=x0, x1=x1, y0=y0, y1=y1, values=values, columns=columns, token=token, outline=outline)


def label(x: Data, y: Data, text: str, *, dx: Data = 0, dy: Data = 0, align: str | None = None, token: str | None = None,
          size: float | None = None, weight: int | None = None, leader: bool | None = None, phone: bool | str | None = None,
          casing: bool | None = None, middle: bool | None = None, clip: bool | None = None) -> Layer:  # fmt: skip
    """Text in the view, moved by (dx, dy) pixels; ``leader`` draws a hairline to the point; ``phone=False`` drops it there,
    ``"only"`` everywhere else."""
    return _layer("label", x=x, y=y, text=text, dx=dx, dy=dy, align=align, token=token, size=size, weight=weight, leader=leader,
                  phone=phone, casing=casing, middle=middle, clip=clip)  # fmt: skip


def handle(x: str | None = None, y: str | None = None, *, at_x: Data | None = None, at_y: Data | None = None,
           text: str | None = None, invisible: bool | None = None, ring: float | None = None) -> Layer:  # fmt: skip
    """Something to drag: ``x`` and ``y`` name the controls it moves (both: a θ-pad).

    ``ring``: an open ring of that radius in pixels instead of the disc, when what lies under it must be seen."""
    return _layer("handle", x=x, y=y, atX=at_x, atY=at_y, text=text, invisible=invisible, ring=ring)


def bracket(x: Data, y0: Data, y1: Data, text: str, *, dx: float | None = None) -> Layer:
    """The measured gap between a guess and the truth."""
    return _layer("bracket", x=x, y0=y0, y1=y1, text=text, dx=dx)


def guesses(prediction: str) -> Layer:
    """The options of a prediction, and the reader's guess, drawn on the plot."""
    return _layer("guess", prediction=prediction)


# ---- to the wire -----------------------------------------------------------------------------------------------------
class Packer:
    """Turns scenes into JSON plus float32 tables named by their content, so that a table travels once."""

    def __init__(self, nodes: Mapping[str, NDArray[np.float64]]):
        self.nodes = nodes
        self.tables: dict[str, str] = {}

    def scene(self, scene: Scene, refused: str | None) -> dict[str, Any]:
        return {
            "layout": {"columns": scene.columns, "areas": list(scene.areas)},
            "views": [self.view(v) for v in scene.views],
            "controls": list(scene.controls),
            "numbers": {name: self.number(n) for name, n in scene.numbers.items()},
            "formula": scene.formula,
            "player": {"control": scene.player, "rate": scene.rate} if scene.player else None,
            "refused": refused,
        }

    def view(self, view: View | TableView) -> dict[str, Any]:
        common = {
            "id": view.id,
            "caption": view.caption,
            "alt": view.alt,
            "sentence": view.sentence,
            "height": view.height,
        }
        common["table"] = None if view.table is None else _data_table(*view.table)
        if isinstance(view, TableView):
            return common | {"kind": "table", "cells": list(view.cells), "layers": []}
        return common | {
            "kind": "canvas", "phone": view.phone, "pad": view.pad, "equal": view.equal, "small": view.small,
            "x": view.x.wire(), "y": view.y.wire(), "layers": [self.layer(layer) for layer in view.layers],
        }  # fmt: skip

    def layer(self, layer: Layer) -> dict[str, Any]:
        keep = {"kind", "text", "labels", "when", "pick", "prediction", "align"}
        named = layer["kind"] == "handle"
        return {k: v if k in keep or (named and k in "xy") else self.data(v) for k, v in layer.items()}

    def number(self, number: Number | str) -> dict[str, Any]:
        if isinstance(number, str):
            return {"text": number}
        wire: dict[str, Any] = {"format": number.format} | ({"none": number.none} if number.none else {})
        if isinstance(number.value, Live | Cross | Mix):
            exact = (
                {}
                if number.exact is None
                else {"exact": self.data(number.exact) if isinstance(number.exact, Live) else _finite(number.exact)}
            )
            return wire | {"ref": self.data(number.value)} | exact
        return wire | {"exact": _finite(number.value)}

    def data(self, value: Any) -> Any:
        if isinstance(value, Mix):
            return {
                "mix": [
                    {"each": [self.data(x) for x in f]} if isinstance(f, tuple) else self.data(f)
                    for f in (value.weights, value.rows)
                ]
            }
        if isinstance(value, Cross):
            return {"pick": [self.data(t) for t in value.tables]}
        if isinstance(value, Live):
            array = np.asarray(value.values)
            wanted = tuple(
                len(self.nodes[key][::stride]) for key, stride in zip(value.over, value.strides, strict=True)
            )
            if array.shape[: len(wanted)] != wanted:
                raise ValueError(f"a table over {value.over} has shape {array.shape} and must begin with {wanted}")
            sparse = {
                k: self.nodes[k][::stride].tolist()
                for k, stride in zip(value.over, value.strides, strict=True)
                if stride > 1
            }
            return self.table(array, value.over) | ({"nodes": sparse} if sparse else {})
        if isinstance(value, np.ndarray | list | tuple) and not (len(value) and isinstance(value[0], str)):
            array = np.asarray(value, dtype=np.float64).ravel()
            return [_finite(v) for v in array] if array.size <= 12 else self.table(array, ())
        return _finite(value) if isinstance(value, float | np.floating) else value

    def table(self, array: NDArray[Any], over: tuple[str, ...]) -> dict[str, Any]:
        with np.errstate(over="ignore"):  # beyond float32 is beyond every axis: infinity says so
            packed = np.ascontiguousarray(array, dtype="<f4")
        name = hashlib.blake2b(packed.data, digest_size=9).hexdigest()
        if name not in self.tables:
            self.tables[name] = base64.b64encode(packed.data).decode()
        return {"t": name, "shape": list(packed.shape), "over": list(over)}


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity; the reader in the browser knows these three words."""
    number = float(value)
    if math.isfinite(number):
        return number
    return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"


def _data_table(
    columns: Sequence[str], arrays: Sequence[ArrayLike], most: int = 50, all_rows: int = 5000
) -> dict[str, Any]:
    cells = [
        [None if isinstance(v, float) and not math.isfinite(v) else v for v in np.asarray(a).tolist()] for a in arrays
    ]
    rows = [list(r) for r in zip(*cells, strict=True)]
    picked = rows if len(rows) <= most else [rows[i] for i in np.linspace(0, len(rows) - 1, most).astype(int)]
    return {"columns": list(columns), "rows": picked} | ({"all": rows[:all_rows]} if len(rows) > most else {})
