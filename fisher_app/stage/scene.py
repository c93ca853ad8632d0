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
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..controls import Choice, Control
from . import text
from .axes import Axis, Layout, layout
from .marks import (
    Arrow,
    Bars,
    Bracket,
    Curve,
    Ellipse,
    Guess,
    Handle,
    Label,
    Mark,
    Points,
    Region,
    Rule,
    Segments,
    Tiles,
    Veil,
    fields_of,
    plain,
)  # fmt: skip
from .tables import Cross, Data, Live, Mix, Point, Secret, read

__all__ = [
    "Axis", "Check", "Cross", "Data", "Layer", "Live", "Mix", "Number", "Packer", "Scene", "Secret", "TableView", "View",
    "arrow", "bars", "bracket", "curve", "ellipse", "escaped", "guesses", "handle", "label", "points", "region", "rule",
    "segments", "tiles", "veil",
]  # fmt: skip

# Pictures are written with lower-case words.
arrow, bars, bracket, curve, ellipse, guesses, handle, label = (
    Arrow,
    Bars,
    Bracket,
    Curve,
    Ellipse,
    Guess,
    Handle,
    Label,
)
points, region, rule, segments, tiles, veil = Points, Region, Rule, Segments, Tiles, Veil
Layer = Mark


def escaped(text: str) -> str:
    """Plain text as rich text that shows the same."""
    return "".join("\\" + c if c in "_`*^~{}[]|\\" else c for c in text)


@dataclass(frozen=True)
class Number:
    """A number in text: ``[name]`` shows it.  ``value`` NaN shows "?" (hidden), infinity shows "∞".

    Two of them, along the last axis, are a point: "(0.18, 0.48)".
    ``exact``: what to show at rest instead, when ``value`` is a table that is interpolated while a hand moves.
    ``none``: what NaN shows where nothing is hidden and there simply is no number, such as "–".
    """

    value: float | ArrayLike | Live | Cross | Mix | Secret
    format: str = "2"
    exact: float | Live | None = None
    none: str | None = None


@dataclass(frozen=True)
class View:
    """One picture.  ``alt`` says what it is (<= 150 characters); ``sentence`` carries the current numbers.

    ``table`` is (column names, columns): the figure's data, at most 50 rows shown, all of them in the download.
    ``slot``: where it stands (`fisher_app.stage.axes.layout`); height and margins then follow.
    """

    id: str
    caption: str
    x: Axis
    y: Axis
    layers: Sequence[Layer | Secret]
    alt: str
    sentence: str
    table: tuple[Sequence[str], Sequence[ArrayLike | Secret]] | None = None
    height: int = 352
    phone: int | None = None
    pad: tuple[int, int, int, int] | None = (42, 12, 8, 50)
    equal: bool = False
    small: bool = False
    slot: str = ""


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
    slot: str = ""


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
    columns: str = ""
    areas: Sequence[str] = ()
    controls: Sequence[str] = ()
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


def live_numbers(scene: Scene, point: Point, controls: Iterable[Control], seen: Collection[str] = ()) -> text.Lookup:
    """What the slots of a scene show at a point: its numbers, else the values of controls; None where nothing is known."""
    known = {c.key: c for c in controls}

    def lookup(slot: str) -> str | None:
        name, _, spec = slot.partition(":")
        found = scene.numbers.get(name)
        if isinstance(found, str):
            return text.plain(found, lookup)
        if found is not None:
            value: Any = found.value if found.exact is None else found.exact
            value = value.shown(seen) if isinstance(value, Secret) else value
            said = [math.nan] if value is None else read(value, point.nodes, point.values).ravel().tolist()
            words = [text.number(x, spec or found.format) for x in said]
            return found.none if any(map(math.isnan, said)) else words[0] if len(words) == 1 else f"({', '.join(words)})"
        control = known.get(name)
        if control is None or name not in point.values:
            return None
        value = point.values[name]
        if isinstance(control, Choice):
            return text.plain(control.options.get(value, str(value)))
        return text.number(float(value), spec or getattr(control, "format", "i")) + getattr(control, "unit", "")

    return lookup


# ---- to the wire -----------------------------------------------------------------------------------------------------
class Packer:
    """Turns scenes into JSON plus float32 tables named by their content, so that a table travels once."""

    def __init__(self, nodes: Mapping[str, NDArray[np.float64]], seen: Collection[str] = ()):
        self.nodes = nodes
        self.seen = frozenset(seen)
        self.tables: dict[str, str] = {}

    def scene(self, scene: Scene, refused: str | None) -> dict[str, Any]:
        slotted = any(v.slot for v in scene.views)
        slots, rows = [(v.id, v.slot) for v in scene.views], (scene.formula or {}).get("rows")
        sliders, lines = sum(c in self.nodes for c in scene.controls), len(rows) + 1 if rows else 0
        grid = layout(slots, bool(scene.player), sliders, lines) if slotted else None
        return {
            "layout": {
                "columns": grid.columns if grid else scene.columns,
                "areas": list(grid.areas if grid else scene.areas),
                "slotted": slotted,
            },
            "views": [self.view(v) | self.sizes(v, grid) for v in scene.views],
            "controls": list(scene.controls),
            "numbers": {name: self.number(n) for name, n in scene.numbers.items()},
            "formula": scene.formula,
            "player": {"control": scene.player, "rate": scene.rate} if scene.player else None,
            "refused": refused,
        }

    def sizes(self, view: View | TableView, grid: Layout | None) -> dict[str, Any]:
        """The heights that the view's slot gives it."""
        if grid is None:
            return {}
        phone = getattr(view, "phone", None) or grid.phones[view.id]
        return {"height": grid.heights[view.id]} | ({"phone": phone} if isinstance(view, View) else {})

    def view(self, view: View | TableView) -> dict[str, Any]:
        common = {
            "id": view.id,
            "caption": view.caption,
            "alt": view.alt,
            "sentence": view.sentence,
            "height": view.height,
        }
        common["table"] = (
            None if view.table is None else _data_table(view.table[0], [self.column(c) for c in view.table[1]])
        )
        if isinstance(view, TableView):
            return common | {"kind": "table", "cells": list(view.cells), "layers": []}
        return common | {
            "kind": "canvas", "phone": view.phone, "pad": None if view.slot else view.pad,
            "equal": view.equal, "small": view.small or view.slot not in ("", "main"),
            "x": view.x.wire(), "y": view.y.wire(), "layers": [packed for layer in view.layers if (packed := self.layer(layer)) is not None],
        }  # fmt: skip

    def layer(self, mark: Mark | Secret) -> dict[str, Any] | None:
        """A mark as the wire knows it: its kind and every field that is set; None while it, or a part of it, is secret."""
        shown = self.revealed(mark)
        if shown is None:
            return None
        wire: dict[str, Any] = {"kind": shown.kind}
        for f in fields_of(type(shown)):
            value = getattr(shown, f.name)
            if isinstance(value, Secret):
                value = self.revealed(value)
                if value is None:
                    return None
            if value is not None:
                wire[f.wire] = self.data(value) if f.data else plain(value)
        return wire

    def revealed(self, value: Any) -> Any:
        """What may be seen of a secret, or None; anything else as it is."""
        return value.shown(self.seen) if isinstance(value, Secret) else value

    def column(self, column: Any) -> Any:
        """A column of a view's table; empty where it is secret."""
        shown = self.revealed(column)
        return np.full(np.shape(column.data), np.nan) if shown is None else shown

    def number(self, number: Number | str) -> dict[str, Any]:
        if isinstance(number, str):
            return {"text": number}
        wire: dict[str, Any] = {"format": number.format} | ({"none": number.none} if number.none else {})
        value = self.revealed(number.value)
        if value is None:
            return {"format": number.format, "exact": "nan"}
        if isinstance(value, Live | Cross | Mix):
            exact = (
                {}
                if number.exact is None
                else {"exact": self.data(number.exact) if isinstance(number.exact, Live) else _finite(number.exact)}
            )
            return wire | {"ref": self.data(value)} | exact
        many = np.ndim(value) > 0
        return wire | {"exact": [_finite(x) for x in np.ravel(value)] if many else _finite(value)}

    def data(self, value: Any) -> Any:
        if isinstance(value, Mix):
            return {
                "mix": [
                    {"each": [self.data(x) for x in f]} if isinstance(f, tuple) else self.data(f)
                    for f in (value.weights, value.rows)
                ]
            }
        if isinstance(value, Cross):
            whole = [replace(t, where=True) if isinstance(t, Secret) and t.where is None else t for t in value.tables]
            return {"pick": [self.data(self.revealed(t)) for t in whole]}
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
