"""Every view of the stage as a plotly figure: to zoom, to hover, to take away.

    figure(view, Point(nodes, values), "dark")

It draws the same marks from the same tables, read at the same values.  What needs a hand is left out: handles are drawn as
plain discs, guesses not at all.  Names stand where plotly can put them without knowing the pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from .. import palette
from ..stage import marks, text
from ..stage.axes import Axis
from ..stage.scene import TableView, View
from ..stage.tables import Data, Point, Secret, read

FONT = '"Source Sans Pro", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'
DASH = {
    "solid": "solid",
    "short": "4px,3px",
    "dash": "6px,4px",
    "long": "8px,5px",
    "longshort": "9px,3px,2px,3px",
    "dot": "1.5px,3.5px",
    "dashdot": "8px,3px,2px,3px",
}
SYMBOL = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle-up",
    "triangle-down": "triangle-down",
    "diamond": "diamond",
    "star": "star",
    "plus": "cross-thin",
    "cross": "x-thin",
    "tick": "line-ew",
}
THIN = ("cross-thin", "x-thin", "line-ew")
HATCH = {"/": "/", "\\": "\\", ".": "."}


def template(theme: str = "light") -> go.layout.Template:
    """Colours, fonts and axes of the course, for any plotly figure."""
    mark, ink = palette.THEMES[theme]["mark"], palette.THEMES[theme]["text"]
    axis = {
        "gridcolor": mark["hair"],
        "linecolor": mark["axis"],
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": mark["axis"],
        "tickfont": {"color": ink["ink3"]},
        "title": {"font": {"color": ink["ink2"]}, "standoff": 8},
    }
    scene = {"gridcolor": mark["hair"], "zeroline": False, "backgroundcolor": mark["page"], "color": ink["ink2"]}
    return go.layout.Template(
        layout={
            "paper_bgcolor": mark["page"],
            "plot_bgcolor": mark["page"],
            "font": {"family": FONT, "size": 14, "color": ink["ink"]},
            "colorway": [mark[k] for k in palette.MATRICES],
            "xaxis": axis,
            "yaxis": axis,
            "scene": {"xaxis": scene, "yaxis": scene, "zaxis": scene},
            "hoverlabel": {
                "bgcolor": mark["row"],
                "bordercolor": mark["axis"],
                "font": {"family": FONT, "color": ink["ink"]},
            },
            "legend": {"bgcolor": mark["page"], "orientation": "h", "y": -0.2},
            "margin": {"l": 56, "r": 24, "t": 56, "b": 56},
        }
    )


def figure(
    view: View | TableView,
    point: Point,
    theme: str = "light",
    lookup: text.Lookup = lambda slot: None,
    seen: Sequence[str] = (),
) -> go.Figure:
    """``view`` at the control values of ``point``; ``lookup`` gives the live numbers in its words.

    A `Secret` whose question is not among ``seen`` is left out, as on the stage.
    """
    made = _Painting(point, theme, lookup, frozenset(seen))
    made.words(view)
    if isinstance(view, TableView):
        made.matrices(view)
        return made.figure
    made.room(view)
    made.axis("xaxis", view.x)
    made.axis("yaxis", view.y)
    if view.equal:
        made.figure.update_yaxes(scaleanchor="x", scaleratio=1)
    order = sorted(range(len(view.layers)), key=lambda i: (DEPTH.get(type(made.shown(view.layers[i])), 3), i))
    for i in order:
        made.draw(view.layers[i], view)
    return made.figure


DEPTH: dict[type, int] = {
    marks.Region: 0,
    marks.Veil: 0,
    marks.Bars: 0,
    marks.Tiles: 0,
    marks.Rule: 1,
    marks.Segments: 1,
    marks.Points: 4,
    marks.Bracket: 5,
    marks.Label: 6,
    marks.Handle: 7,
}


class _Painting:
    """One figure while it is painted."""

    def __init__(self, point: Point, theme: str, lookup: text.Lookup, seen: frozenset[str]):
        self.point, self.lookup, self.seen = point, lookup, seen
        self.mark, self.ink = palette.THEMES[theme]["mark"], palette.THEMES[theme]["text"]
        self.figure = go.Figure(layout={"template": template(theme), "showlegend": False, "hovermode": "closest"})
        self.painters: dict[type, Callable[[Any, View], None]] = {
            marks.Curve: self.curve,
            marks.Points: self.points,
            marks.Region: self.region,
            marks.Veil: self.veil,
            marks.Rule: self.rule,
            marks.Segments: self.segments,
            marks.Arrow: self.arrow,
            marks.Ellipse: self.ellipse,
            marks.Bars: self.bars,
            marks.Tiles: self.tiles,
            marks.Label: self.label,
            marks.Handle: self.handle,
            marks.Bracket: self.bracket,
            marks.Guess: lambda mark, view: None,
        }

    # ---- reading
    def shown(self, value: Any) -> Any:
        return value.shown(self.seen) if isinstance(value, Secret) else value

    def array(self, data: Data | None) -> NDArray[np.float64]:
        data = self.shown(data)
        return (
            np.full(1, np.nan)
            if data is None
            else np.atleast_1d(read(data, self.point.nodes, self.point.values)).ravel()
        )

    def number(self, data: Data | None) -> float:
        return float(self.array(data)[0])

    def pair(self, *data: Data) -> list[NDArray[np.float64]]:
        return [np.array(a) for a in np.broadcast_arrays(*(self.array(d) for d in data))]

    def tone(self, token: str | None) -> str:
        return self.mark.get(token or "", self.mark["ink2"])

    def rich(self, source: str) -> str:
        return text.tagged(source, self.ink, self.lookup)

    def look(self, mark: Any) -> dict[str, Any]:
        """The palette's style with what the mark says of itself."""
        own = {
            k: v
            for k in ("token", "dash", "symbol", "width", "alpha", "hollow", "size")
            if (v := getattr(mark, k, None)) is not None
        }
        return (
            {"token": "ink2", "dash": "solid", "symbol": "circle", "width": 2, "alpha": 1.0}
            | palette.STYLES.get(getattr(mark, "style", ""), {})
            | own
        )

    # ---- around the marks
    def words(self, view: View | TableView) -> None:
        self.figure.update_layout(
            title={"text": self.rich(view.caption), "font": {"size": 15}, "x": 0.02, "xanchor": "left"},
            meta={"alt": view.alt},
        )

    def axis(self, which: str, axis: Axis) -> None:
        ends = np.log10([axis.lo, axis.hi]) if axis.log else np.array([axis.lo, axis.hi])
        given = (
            {}
            if axis.ticks is None
            else {
                "tickmode": "array",
                "tickvals": [t for t, _ in axis.ticks],
                "ticktext": [self.rich(s) for _, s in axis.ticks],
            }
        )
        self.figure.update_layout(
            {
                which: {
                    "type": "log" if axis.log else "linear",
                    "range": ends.tolist(),
                    "title": {"text": self.rich(axis.label)},
                    "showgrid": bool(axis.grid) if axis.grid is not None else which == "yaxis",
                    "showline": axis.line is not False,
                    "showticklabels": axis.numbers is not False,
                }
                | given
            }
        )

    def room(self, view: View) -> None:
        """A wider left margin where names stand outside the axes, as those of rows do."""
        outside = [
            m.text
            for m in view.layers
            if isinstance(m, marks.Label) and m.align == "right" and self.number(m.x) <= view.x.lo
        ]
        if outside:
            longest = max(len(text.plain(t, self.lookup)) for t in outside)
            self.figure.update_layout(margin={"l": max(56, 8 * longest + 24)})

    def matrices(self, view: TableView) -> None:
        """Matrices as tables side by side."""
        n = max(1, len(view.cells))
        for i, cell in enumerate(view.cells):
            rows = cell.get("matrix") or cell.get("rows") or [[""]]
            head = cell.get("head") or [cell.get("title", "")] + [""] * (len(rows[0]) - 1)
            columns = [[self.cell(row[j]) if j < len(row) else "" for row in rows] for j in range(max(map(len, rows)))]
            self.figure.add_trace(
                go.Table(
                    header={
                        "values": [self.cell(h) for h in head],
                        "fill_color": self.mark["row"],
                        "font": {"color": self.ink["ink"]},
                    },
                    cells={"values": columns, "fill_color": self.mark["page"], "font": {"color": self.ink["ink"]}},
                    domain={"x": [i / n, (i + 0.96) / n], "y": [0, 1]},
                )
            )

    def cell(self, content: Any) -> str:
        """A cell of a table: rich text, or a sample of a line with words beside it."""
        return self.rich(str(content.get("text", "")) if isinstance(content, dict) else str(content or ""))

    def draw(self, layer: marks.Mark | Secret, view: View) -> None:
        mark = self.shown(layer)
        if (
            mark is None
            or not self.holds(mark.when)
            or any(isinstance(v, Secret) and self.shown(v) is None for v in vars(mark).values())
        ):
            return
        self.painters[type(mark)](mark, view)

    def holds(self, when: Any) -> bool:
        values = self.point.values
        return all(values[k] in v if isinstance(v, tuple | list) else values[k] == v for k, v in (when or {}).items())

    def name(self, mark: marks.Mark, x: NDArray[np.float64], y: NDArray[np.float64], view: View) -> None:
        """The mark's name at the last part of it that lies inside the axes."""
        if mark.name is None:
            return
        inside = np.flatnonzero((x >= view.x.lo) & (x <= view.x.hi) & (y >= view.y.lo) & (y <= view.y.hi))
        if not len(inside):
            return
        share = {"start": 0.12, "middle": 0.5, "end": 0.95}.get(mark.name.where, 0.8)
        i = inside[int(share * (len(inside) - 1))]
        right = np.searchsorted([view.x.lo, view.x.hi], x[i]) and (x[i] - view.x.lo) / (view.x.hi - view.x.lo) > 0.7
        self.note(
            float(x[i]),
            float(y[i]),
            mark.name.text,
            view,
            token=mark.name.token or self.look(mark)["token"],
            anchor="right" if right else "left",
            dx=-8 if right else 8,
            dy=-10,
            weight=mark.name.weight,
        )

    def note(
        self,
        x: float,
        y: float,
        words: str,
        view: View,
        *,
        token: str | None = None,
        anchor: str = "left",
        dx: float = 0,
        dy: float = 0,
        size: float | None = None,
        weight: int | None = None,
    ) -> None:
        if not (np.isfinite(x) and np.isfinite(y)) or (view.x.log and x <= 0) or (view.y.log and y <= 0):
            return
        rich = self.rich(words)
        self.figure.add_annotation(
            x=np.log10(x) if view.x.log else x,
            y=np.log10(y) if view.y.log else y,
            text=f"<b>{rich}</b>" if (weight or 0) >= 600 else rich,
            showarrow=False,
            xanchor=anchor,
            xshift=dx,
            yshift=-dy,
            font={"color": self.ink.get(token or "ink2", self.ink["ink2"]), "size": size or 13},
        )

    def lines(self, x: Any, y: Any, mark: Any, look: dict[str, Any], **more: Any) -> None:
        called = text.plain(mark.name.text, self.lookup) if mark.name else ""
        self.figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                line={"color": self.tone(look["token"]), "width": look["width"], "dash": DASH[look["dash"]]},
                opacity=look["alpha"],
                name=called,
                hovertemplate="%{x:.4g}, %{y:.4g}" + f"<extra>{called}</extra>",
                **more,
            )
        )

    # ---- the marks
    def curve(self, mark: marks.Curve, view: View) -> None:
        x, y = self.pair(mark.x, mark.y)
        look = self.look(mark)
        if mark.upto is not None:
            self.lines(x, y, mark, look | {"alpha": 0.3 * look["alpha"]})
            last = float(self.point.values[mark.upto])
            x, y = x[: int(last) + 1], y[: int(last) + 1]
        self.lines(x, y, mark, look)
        if mark.end and len(x):
            self.symbols(x[-1:], y[-1:], look, 6.5 if mark.end is True else float(mark.end))
        self.name(mark, x, y, view)

    def points(self, mark: marks.Points, view: View) -> None:
        x, y = self.pair(mark.x, mark.y)
        count = len(x) if mark.count is None else min(len(x), int(self.number(mark.count)))
        x, y, look = x[:count], y[:count], self.look(mark)
        size = self.array(mark.sizes)[:count] if mark.sizes is not None else look.get("size", 6.5)
        self.symbols(
            x, y, look, size, labels=[self.rich(s) for s in (mark.labels or ())][:count], inside=bool(mark.inside)
        )
        if mark.pick is not None and 0 <= (k := int(self.point.values[mark.pick]) - (mark.base or 0)) < count:
            self.symbols(
                x[k : k + 1], y[k : k + 1], {"token": "ctl", "symbol": "circle", "hollow": True, "width": 2}, 10
            )
        self.name(mark, x, y, view)

    def symbols(
        self, x: Any, y: Any, look: dict[str, Any], size: Any, labels: Sequence[str] = (), inside: bool = False
    ) -> None:
        symbol, colour = SYMBOL[look.get("symbol", "circle")], self.tone(look["token"])
        thin = symbol in THIN
        self.figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="markers+text" if labels else "markers",
                text=list(labels) or None,
                textposition="middle center" if inside else "top right",
                opacity=look.get("alpha", 1.0),
                hovertemplate="%{x:.4g}, %{y:.4g}<extra></extra>",
                marker={
                    "symbol": f"{symbol}-open" if look.get("hollow") or thin else symbol,
                    "size": 2 * np.asarray(size),
                    "color": colour,
                    "line": {
                        "color": colour if look.get("hollow") or thin else self.mark["page"],
                        "width": 1.75 if look.get("hollow") or thin else 0,
                    },
                },
            )
        )

    def region(self, mark: marks.Region, view: View) -> None:
        x, y = self.pair(mark.x, mark.y)
        fill: dict[str, Any] = (
            {} if mark.token is None and mark.hatch is None else {"fill": "toself", "fillcolor": self.tone(mark.token)}
        )
        if mark.hatch is not None:
            fill["fillpattern"] = {
                "shape": HATCH[mark.hatch],
                "fgcolor": self.tone(f"{mark.token}-hatch"),
                "bgcolor": self.tone(mark.token),
                "size": 6,
                "fillmode": "replace",
            }
        self.figure.add_trace(
            go.Scatter(
                x=[*x, x[0]],
                y=[*y, y[0]],
                mode="lines",
                opacity=mark.alpha or 1.0,
                hoverinfo="skip",
                line={
                    "color": self.tone(mark.outline),
                    "width": (mark.width or 1.5) if mark.outline else 0,
                    "dash": DASH[mark.dash or "short"],
                },
                **fill,
            )
        )
        self.name(mark, x, y, view)

    def ellipse(self, mark: marks.Ellipse, view: View) -> None:
        x, y, xx, xy, yy = (self.number(d) for d in (mark.x, mark.y, mark.xx, mark.xy, mark.yy))
        turn = np.linspace(0, 2 * np.pi, 97)
        rim = x + xx * np.cos(turn) + xy * np.sin(turn), y + xy * np.cos(turn) + yy * np.sin(turn)
        self.lines(*rim, mark, self.look(mark))
        self.name(mark, *rim, view)

    def segments(self, mark: marks.Segments, view: View) -> None:
        x0, y0, x1, y1 = self.pair(mark.x0, mark.y0, mark.x1, mark.y1)
        gap = np.full_like(x0, np.nan)
        self.lines(np.stack([x0, x1, gap], -1).ravel(), np.stack([y0, y1, gap], -1).ravel(), mark, self.look(mark))
        self.name(mark, x1, y1, view)

    def rule(self, mark: marks.Rule, view: View) -> None:
        line = {"color": self.tone(mark.token), "width": mark.width, "dash": DASH[mark.dash or "solid"]}
        for data, across, own in ((mark.x, view.y, "x"), (mark.y, view.x, "y")):
            if data is None:
                continue
            ends = [
                self.number(d) if d is not None else edge
                for d, edge in ((mark.start, across.lo), (mark.end, across.hi))
            ]
            other = "y" if own == "x" else "x"
            for at in self.array(data):
                if np.isfinite(at) and np.isfinite(ends).all():
                    self.figure.add_shape(
                        type="line",
                        line=line,
                        layer="below",
                        **{f"{own}0": at, f"{own}1": at, f"{other}0": ends[0], f"{other}1": ends[1]},
                    )

    def arrow(self, mark: marks.Arrow, view: View) -> None:
        x0, y0, x1, y1 = (self.number(d) for d in (mark.x0, mark.y0, mark.x1, mark.y1))
        look = self.look(mark)
        if np.isfinite([x0, y0, x1, y1]).all():
            self.lines([x0, x1], [y0, y1], mark, look)
            self.figure.add_annotation(
                x=x1,
                y=y1,
                ax=x0,
                ay=y0,
                xref="x",
                yref="y",
                axref="x",
                ayref="y",
                text="",
                showarrow=True,
                arrowhead=2,
                arrowwidth=look["width"],
                arrowcolor=self.tone(look["token"]),
            )
            self.name(mark, np.array([x1]), np.array([y1]), view)

    def bars(self, mark: marks.Bars, view: View) -> None:
        x0, x1, y0, y1 = self.pair(mark.x0, mark.x1, mark.y0, mark.y1)
        floor = [axis.lo if axis.log else -np.inf for axis in (view.x, view.y)]
        x0, y0 = np.maximum(x0, floor[0]), np.maximum(y0, floor[1])
        gap = np.full_like(x0, np.nan)
        x, y = (np.stack(parts, -1).ravel() for parts in ((x0, x1, x1, x0, x0, gap), (y0, y0, y1, y1, y0, gap)))
        self.figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                opacity=mark.alpha or 1.0,
                hovertemplate="%{x:.4g}, %{y:.4g}<extra></extra>",
                line={"color": self.tone(mark.outline), "width": 1 if mark.outline else 0},
                **({} if mark.hollow else {"fill": "toself", "fillcolor": self.tone(mark.token)}),
            )
        )
        self.name(mark, (x0 + x1) / 2, np.maximum(y0, y1), view)

    def tiles(self, mark: marks.Tiles, view: View) -> None:
        values = self.array(mark.values)
        rows = -(-len(values) // mark.columns)
        grid = np.pad(values, (0, rows * mark.columns - len(values)), constant_values=np.nan).reshape(
            rows, mark.columns
        )
        edges = [np.linspace(mark.x0, mark.x1, mark.columns + 1), np.linspace(mark.y1, mark.y0, rows + 1)]
        self.figure.add_trace(
            go.Heatmap(
                x=edges[0],
                y=edges[1],
                z=grid,
                zmin=0,
                zmax=1,
                showscale=False,
                colorscale=[[0, self.mark["page"]], [1, self.tone(mark.token)]],
            )
        )

    def label(self, mark: marks.Label, view: View) -> None:
        if mark.phone == "only":
            return
        anchor = {"left": "left", "center": "center", "right": "right"}[mark.align or "left"]
        self.note(
            self.number(mark.x),
            self.number(mark.y),
            mark.text,
            view,
            token=mark.token,
            anchor=anchor,
            dx=self.number(mark.dx),
            dy=self.number(mark.dy),
            size=mark.size,
            weight=mark.weight,
        )

    def handle(self, mark: marks.Handle, view: View) -> None:
        if mark.invisible:
            return
        x = self.point.values[mark.x] if mark.x else self.number(mark.at_x)
        y = self.point.values[mark.y] if mark.y else self.number(mark.at_y) if mark.at_y is not None else view.y.lo
        self.symbols([x], [y], {"token": "ctl", "symbol": "circle", "hollow": mark.ring is not None}, mark.ring or 7)
        if mark.text:
            self.note(float(x), float(y), mark.text, view, token="ink", anchor="center", dy=18, size=14, weight=600)

    def bracket(self, mark: marks.Bracket, view: View) -> None:
        x, y0, y1 = (self.number(d) for d in (mark.x, mark.y0, mark.y1))
        self.figure.add_shape(type="line", x0=x, x1=x, y0=y0, y1=y1, line={"color": self.tone("guess"), "width": 1.25})
        self.note(x, (y0 + y1) / 2, mark.text, view, token="guess", anchor="right", dx=-7)

    def veil(self, mark: marks.Veil, view: View) -> None:
        ends = [
            edge if d is None else self.number(d)
            for d, edge in ((mark.x0, view.x.lo), (mark.x1, view.x.hi), (mark.y0, view.y.lo), (mark.y1, view.y.hi))
        ]
        x0, x1, y0, y1 = ends
        self.figure.add_shape(
            type="rect", x0=x0, x1=x1, y0=y0, y1=y1, fillcolor=self.mark["veil"], line={"width": 0}, layer="below"
        )
        words = [mark.text] if isinstance(mark.text, str) else list(mark.text or [])
        if words:
            middle = [
                np.sqrt(a * b) if log else (a + b) / 2 for a, b, log in ((x0, x1, view.x.log), (y0, y1, view.y.log))
            ]
            self.note(
                float(middle[0]),
                float(mark.at if mark.at is not None else middle[1]),
                "<br>".join(words),
                view,
                token="ink3",
                anchor="center",
            )
