"""Tables that the browser scrubs: one quantity on the nodes of named controls, computed in one call.

A number or an array in a picture is either plain, or a table whose leading axes run over the nodes of controls.  The
browser reads it at the present control values while a hand moves; it interpolates, and computes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..controls import Slider


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
    At rest it reads the first.  Where a table is a `Secret` the mark is not drawn while its control moves.
    """

    tables: tuple[Live | Secret, ...]


@dataclass(frozen=True)
class Mix:
    """A table in two factors: ``weights[r]`` times row r of ``rows``, summed over r; rows are (r, m), the result (m,).

    For a table of low rank over many nodes, such as scores of a thousand data over a plane of θ: the weights are small
    tables over the controls, the rows travel once.  Either factor may be one array, or one piece of data per r.
    """

    weights: Data | tuple[Data, ...]
    rows: Data | tuple[Data, ...]


@dataclass(frozen=True)
class Secret:
    """What a reader may not see before the question ``until`` is answered: the packer leaves it out of the wire.

    It may stand for any array, table, number or mark.  A mark that reads a secret is not drawn, a slot shows "?".
    ``where``: only these entries of an array or of a table's values are secret (it broadcasts to them); the rest is drawn.
    For a `Cross` it is one such mask a table.
    """

    data: Any
    until: str
    where: ArrayLike | None = None

    def shown(self, seen: Collection[str]) -> Any:
        """What is behind it for a reader who has seen these questions: all, what is left of it, or None."""
        data = self.data.shown(seen) if isinstance(self.data, Secret) else self.data
        if self.until in seen or data is None:
            return data
        if self.where is None:
            return None
        if isinstance(data, Cross):
            masks: Sequence[ArrayLike] = self.where  # type: ignore[assignment]  # a mask a table
            parts = (Secret(t, self.until, w).shown(seen) for t, w in zip(data.tables, masks, strict=True))
            return Cross(tuple(parts))
        if isinstance(data, Live):
            return replace(data, values=np.where(self.where, np.nan, np.asarray(data.values, dtype=np.float64)))
        return np.where(self.where, np.nan, np.asarray(data, dtype=np.float64))


Data = ArrayLike | Live | Cross | Mix | Secret


def at(clock: Slider, data: Data) -> Data:
    """What ``data``, whose last axis runs over the nodes of ``clock``, is at the present step of the clock."""
    if isinstance(data, Secret):
        return replace(data, data=at(clock, data.data))
    if isinstance(data, Cross):
        return Cross(tuple(at(clock, t) for t in data.tables))  # type: ignore[misc]  # of a table it is a table
    if isinstance(data, Mix):
        rows = data.rows
        return Mix(data.weights, tuple(at(clock, r) for r in rows) if isinstance(rows, tuple) else at(clock, rows))
    if isinstance(data, Live):
        return Live(data.values, (*data.over, clock.key), (*data.strides, 1))
    return Live(data, (clock.key,))


def turned(angle: Slider, x: Data, y: Data) -> tuple[Mix, Mix]:
    """(x, y) turned counter-clockwise by a control in degrees: two tables hold every angle."""
    cos, sin = (Live(f(np.radians(angle.nodes)), (angle.key,)) for f in (np.cos, np.sin))
    back = Live(-np.sin(np.radians(angle.nodes)), (angle.key,))
    return Mix((cos, back), (x, y)), Mix((sin, cos), (x, y))


@dataclass(frozen=True)
class Point:
    """Where the reader stands: the nodes of every control with a scale, and the present values of all."""

    nodes: Mapping[str, NDArray[np.float64]]
    values: Mapping[str, Any]

    def over(self, controls: str | Sequence[str], f: Callable[..., ArrayLike]) -> Live | Cross:
        """f on the nodes of each named control through the present point: the table that the browser scrubs.

        ``f`` is vectorised and called once for each control, with one argument per name: the nodes, (m,), of the control
        that moves, and the present value of the others, (1,).  It returns (m, ...).  One name gives a `Live`, several the
        `Cross` of tables; (a, b, ...) in the data axes is the shape at one point.
        """
        names = (controls,) if isinstance(controls, str) else tuple(controls)
        unknown = [name for name in names if name not in self.nodes]
        if unknown or not names:
            raise ValueError(f"controls = {controls!r} must be among {', '.join(sorted(self.nodes))}")

        def table(moving: str) -> Live:
            at = [self.nodes[n] if n == moving else np.full(1, float(self.values[n])) for n in names]
            values = np.asarray(f(*at), dtype=np.float64)
            if values.shape[:1] != self.nodes[moving].shape:
                wanted = len(self.nodes[moving])
                raise ValueError(
                    f"f over {moving} has shape {values.shape} and must have {wanted} along its first axis"
                )
            return Live(values, (moving,))

        return table(names[0]) if len(names) == 1 else Cross(tuple(table(name) for name in names))


def read(data: Data, nodes: Mapping[str, NDArray[np.float64]], values: Mapping[str, float]) -> NDArray[np.float64]:
    """``data`` at control values, as the browser reads it: linear between nodes; of a cross, its first table at rest."""
    if isinstance(data, Secret):
        return read(data.data, nodes, values)
    if isinstance(data, Cross):
        return read(data.tables[0], nodes, values)
    if isinstance(data, Mix):
        weights, rows = (
            np.stack([read(part, nodes, values) for part in factor])
            if isinstance(factor, tuple)
            else read(factor, nodes, values)
            for factor in (data.weights, data.rows)
        )
        return np.einsum("r,rm->m", weights.reshape(-1), rows.reshape(weights.size, -1))
    if not isinstance(data, Live):
        return np.asarray(data, dtype=np.float64)
    table = np.asarray(data.values, dtype=np.float64)
    for key, stride in zip(data.over, data.strides, strict=True):
        at, x = nodes[key][::stride], float(values[key])
        i = int(np.clip(np.searchsorted(at, x, side="right") - 1, 0, max(len(at) - 2, 0)))
        f = 0.0 if len(at) == 1 else float(np.clip((x - at[i]) / (at[i + 1] - at[i]), 0, 1))
        f = round(f) if min(f, 1 - f) < 1e-9 else f  # at a node a neighbour's NaN says nothing
        table = table[i] if f == 0 else table[i + 1] if f == 1 else (1 - f) * table[i] + f * table[i + 1]
    return table
