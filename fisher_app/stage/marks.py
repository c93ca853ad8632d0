"""What can be drawn: every mark a frozen dataclass, in the view's own data coordinates.

Styles and tokens are names from `fisher_app.palette`.  Text is rich: ``_x_`` maths italic, ```KL``` upright maths,
``**bold**``, ``^{sup}``, ``~{sub}``, ``{token|coloured}``, ``[name]`` a live number.

The fields are the wire: `fisher_app.stage.schema` writes ``wire.schema.json`` and ``wire.d.ts`` from them, and the painter
in the browser reads nothing else.  A mark may carry a ``name``; the painter, which knows the pixels and the fonts, finds
the place for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, dataclass, field, fields, is_dataclass, replace
from typing import Any, ClassVar, Self, get_type_hints

from .tables import Cross, Data, Live

AT = "wire name of a field, where it is not its own in camel case"


@dataclass(frozen=True)
class Name:
    """The name of a mark, placed by the painter.  ``where``: which part of the mark it likes best.

    ``where`` is "start", "middle", "end", "above", "below", "left", "right", "inside" a shape or "" (anywhere); of points
    also "after", to the right with room past the end of the axis, and "beyond", in a column there.  ``token``: its
    colour, of itself that of the mark.  ``phone=False`` drops it on a narrow screen.
    """

    text: str
    where: str = ""
    token: str | None = None
    size: float | None = None
    weight: int | None = None
    phone: bool | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Mark:
    """What all marks share.  ``when``: drawn only where these controls have these values (or one of them)."""

    kind: ClassVar[str]
    when: Mapping[str, Any] | None = None
    name: Name | None = None

    def where(self, condition: Mapping[str, Any] | None) -> Self:
        """The same mark, drawn only where the condition holds."""
        return replace(self, when=condition)


def named(mark: Mark, text: str, where: str = "", **look: Any) -> Mark:
    """``mark`` with a name that the painter places; ``look`` as the fields of `Name`."""
    return replace(mark, name=Name(text, where, **look))


@dataclass(frozen=True, eq=False)
class Curve(Mark):
    """A line; NaN leaves a gap.  ``upto`` names a player control: drawn full up to its step, faint beyond."""

    kind = "curve"
    x: Data
    y: Data
    style: str
    _: KW_ONLY
    casing: bool | None = None
    upto: str | None = None
    dots: bool | None = None
    end: bool | float | None = None
    width: float | None = None
    dash: str | None = None
    alpha: float | None = None
    token: str | None = None


@dataclass(frozen=True, eq=False)
class Points(Mark):
    """Marks.  ``pick`` names a control that holds the index of the highlighted point, counted from ``base``.

    A click on or near a mark chooses it; with ``column`` also one above or below it, as on a bar.
    ``count`` shows only the first so many; ``edge=False`` hides a mark beyond the axes instead of pinning it there;
    ``inside`` writes the labels into the marks.
    """

    kind = "points"
    x: Data
    y: Data
    style: str
    _: KW_ONLY
    size: float | None = None
    sizes: Data | None = None
    alpha: float | None = None
    count: Data | None = None
    labels: Sequence[str] | None = None
    pick: str | None = None
    column: bool | None = None
    base: int | None = None
    inside: bool | None = None
    hollow: bool | None = None
    casing: bool | None = None
    edge: bool | None = None
    symbol: str | None = None
    token: str | None = None
    width: float | None = None


@dataclass(frozen=True, eq=False)
class Region(Mark):
    """A closed shape: filled with ``token``, hatched "/", "\\\\" or ".", outlined in another token."""

    kind = "region"
    x: Data
    y: Data
    token: str | None = None
    _: KW_ONLY
    hatch: str | None = None
    outline: str | None = None
    dash: str | None = None
    alpha: float | None = None
    width: float | None = None
    outline_alpha: float | None = None


@dataclass(frozen=True, eq=False)
class Veil(Mark):
    """Where something stays hidden until the reader commits; its words stand at height ``at``."""

    kind = "veil"
    text: str | Sequence[str] | None = None
    _: KW_ONLY
    x0: Data | None = None
    x1: Data | None = None
    y0: Data | None = None
    y1: Data | None = None
    at: float | None = None
    align: str | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule(Mark):
    """Straight lines across the view at x or y, or from ``start`` to ``end`` along the other axis."""

    kind = "rule"
    x: Data | None = None
    y: Data | None = None
    token: str = "axis"
    width: float = 1
    dash: str | None = None
    start: Data | None = field(default=None, metadata={AT: "from"})
    end: Data | None = field(default=None, metadata={AT: "to"})


@dataclass(frozen=True, eq=False)
class Segments(Mark):
    """Straight lines from (x0, y0) to (x1, y1)."""

    kind = "segments"
    x0: Data
    y0: Data
    x1: Data
    y1: Data
    token: str = "axis"
    _: KW_ONLY
    width: float = 1
    dash: str | None = None
    alpha: float | None = None


@dataclass(frozen=True, eq=False)
class Arrow(Mark):
    """A vector from (x0, y0) to (x1, y1)."""

    kind = "arrow"
    x0: Data
    y0: Data
    x1: Data
    y1: Data
    style: str
    _: KW_ONLY
    width: float | None = None
    dash: str | None = None
    casing: bool | None = None


@dataclass(frozen=True, eq=False)
class Ellipse(Mark):
    """The unit circle under the symmetric matrix [[xx, xy], [xy, yy]], moved to (x, y)."""

    kind = "ellipse"
    x: Data
    y: Data
    xx: Data
    xy: Data
    yy: Data
    style: str
    _: KW_ONLY
    width: float | None = None
    dash: str | None = None
    alpha: float | None = None
    casing: bool | None = None


@dataclass(frozen=True, eq=False)
class Bars(Mark):
    """Rectangles from (x0, y0) to (x1, y1)."""

    kind = "bars"
    x0: Data
    x1: Data
    y0: Data
    y1: Data
    token: str
    _: KW_ONLY
    alpha: float | None = None
    outline: str | None = None
    hollow: bool | None = None


@dataclass(frozen=True, eq=False)
class Tiles(Mark):
    """A grid of cells from (x0, y1) at the top left to (x1, y0), row by row; ``values`` in [0, 1] of the full colour."""

    kind = "tiles"
    x0: float
    x1: float
    y0: float
    y1: float
    values: Data
    columns: int
    token: str
    _: KW_ONLY
    outline: str | None = None


@dataclass(frozen=True, eq=False)
class Label(Mark):
    """Text at a point, moved by (dx, dy) pixels: the exception, for words that name no mark.

    ``leader`` draws a hairline to the point; ``phone=False`` drops it there, ``"only"`` everywhere else; ``at`` is "left"
    or "right" for text at that edge, wherever the axis ends.
    """

    kind = "label"
    x: Data
    y: Data
    text: str
    _: KW_ONLY
    dx: Data = 0
    dy: Data = 0
    align: str | None = None
    token: str | None = None
    size: float | None = None
    weight: int | None = None
    leader: bool | None = None
    phone: bool | str | None = None
    casing: bool | None = None
    middle: bool | None = None
    clip: bool | None = None
    at: str | None = None


@dataclass(frozen=True, eq=False)
class Handle(Mark):
    """Something to drag: ``x`` and ``y`` name the controls it moves (both: a θ-pad).

    ``ring``: an open ring of that radius in pixels instead of the disc, when what lies under it must be seen.
    """

    kind = "handle"
    x: str | None = None
    y: str | None = None
    _: KW_ONLY
    at_x: Data | None = None
    at_y: Data | None = None
    text: str | None = None
    invisible: bool | None = None
    ring: float | None = None


@dataclass(frozen=True, eq=False)
class Bracket(Mark):
    """The measured gap between a guess and the truth."""

    kind = "bracket"
    x: Data
    y0: Data
    y1: Data
    text: str
    _: KW_ONLY
    dx: float | None = None


@dataclass(frozen=True, eq=False)
class Guess(Mark):
    """The options of a prediction, and the reader's guess, drawn on the plot."""

    kind = "guess"
    prediction: str


MARKS: tuple[type[Mark], ...] = (
    Curve, Points, Region, Veil, Rule, Segments, Arrow, Ellipse, Bars, Tiles, Label, Handle, Bracket, Guess,
)  # fmt: skip


# ---- the wire ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WireField:
    """One field of a mark: its name here and on the wire, whether tables may stand for it, whether it must be there."""

    name: str
    wire: str
    data: bool
    required: bool
    type: Any


_fields: dict[type, tuple[WireField, ...]] = {}


def fields_of(mark: type[Mark]) -> tuple[WireField, ...]:
    """The fields of a kind of mark, in order: what its wire form can hold."""
    if mark not in _fields:
        _fields[mark] = tuple(_read_fields(mark))
    return _fields[mark]


def _read_fields(mark: type[Mark]) -> Iterator[WireField]:
    hints = get_type_hints(mark)
    return (
        WireField(
            f.name,
            f.metadata.get(AT, camel(f.name)),
            any(part in (Live, Cross) for part in getattr(hints[f.name], "__args__", ())),
            f.default is MISSING and f.default_factory is MISSING,
            hints[f.name],
        )
        for f in fields(mark)
    )


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def plain(value: Any) -> Any:
    """A value of the wire that is no table: nested dataclasses as what is set in them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {camel(f.name): plain(v) for f in fields(value) if (v := getattr(value, f.name)) not in (None, "")}
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    return value.item() if hasattr(value, "item") else value
