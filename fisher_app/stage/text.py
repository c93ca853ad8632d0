"""Rich text in Python, as static/stage/text.js reads it (the grammar stands in `fisher_app.frame.words`)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from html import escape

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Lookup = Callable[[str], str | None]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look; ``level`` 1 raised, −1 lowered; ``slot`` names a number instead of ``text``."""

    text: str
    italic: bool = False
    roman: bool = False
    bold: bool = False
    level: int = 0
    token: str | None = None
    slot: bool = False


def runs(source: str) -> Iterator[Run]:
    """The runs of a rich text, in order."""
    look = {"italic": False, "roman": False, "bold": False}
    stack: list[str | int] = []
    level, buffer, i = 0, "", 0  # stack: tokens ("name") and earlier levels (numbers), as they were opened

    def flush() -> Iterator[Run]:
        nonlocal buffer
        if buffer:
            yield Run(buffer, **look, level=level, token=token())
        buffer = ""

    def token() -> str | None:
        return next((t for t in reversed(stack) if isinstance(t, str)), None)

    while i < len(source):
        c, rest = source[i], source[i + 1 : i + 2]
        if c == "\\":
            buffer += rest
            i += 1
        elif c in "_`" or (c == "*" and rest == "*"):
            yield from flush()
            word = {"_": "italic", "`": "roman", "*": "bold"}[c]
            look[word] = not look[word]
            i += c == "*"
        elif c in "^~" and rest == "{":
            yield from flush()
            stack.append(level)
            level, i = (1 if c == "^" else -1), i + 1
        elif c == "{" and "|" in source[i:]:
            yield from flush()
            bar = source.index("|", i)
            stack.append(source[i + 1 : bar])
            i = bar
        elif c == "}" and stack:
            yield from flush()
            closed = stack.pop()
            level = closed if isinstance(closed, int) else level
        elif c == "[" and "]" in source[i:]:
            yield from flush()
            end = source.index("]", i)
            yield Run(source[i + 1 : end], **look, level=level, token=token(), slot=True)
            i = end
        else:
            buffer += c
        i += 1
    yield from flush()


def plain(source: str, lookup: Lookup = lambda slot: None) -> str:
    """The words alone, live numbers by ``lookup``, "?" where it knows none."""
    return "".join((lookup(r.text) or "?") if r.slot else r.text for r in runs(source))


def tagged(source: str, colours: Mapping[str, str], lookup: Lookup = lambda slot: None) -> str:
    """The little HTML that plotly understands: i, b, sup, sub and span with a colour."""
    parts = []
    for r in runs(source):
        text = escape((lookup(r.text) or "?") if r.slot else r.text, quote=False)
        for tag, on in (("i", r.italic), ("b", r.bold), ("sup", r.level > 0), ("sub", r.level < 0)):
            text = f"<{tag}>{text}</{tag}>" if on else text
        parts.append(
            f'<span style="color:{colours[r.token]}">{text}</span>' if r.token and r.token in colours else text
        )
    return "".join(parts)


def number(value: float, spec: str) -> str:
    """A number as the stage writes it (``format`` in text.js); "?" for NaN."""
    value = float(value) + 0.0  # −0 is 0
    if math.isnan(value):
        return "?"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    signed, spec = spec.startswith("+"), spec.removeprefix("+")
    kind, digits = (spec[0], int(spec[1:] or 0)) if spec[0] in "gie%" else ("f", int(spec))
    size = abs(value)
    if kind == "i":
        text = _grouped(_fixed(value, 0))
    elif kind == "%":
        text = _fixed(100 * value, digits) + " %"
    elif kind == "e" or (kind == "g" and value != 0 and not 1e-3 <= size < 1e5):
        mantissa, power = f"{value:.{max(0, digits - 1 if kind == 'g' else digits)}e}".split("e")
        text = f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPT)}"
    elif kind == "g" and size >= 1e4:
        text = _grouped(_fixed(value, 0))
    elif kind == "g":
        text = "0" if value == 0 else _fixed(value, max(0, digits - 1 - math.floor(math.log10(size))))
    else:
        text = _fixed(value, digits)
    if re.fullmatch(r"-0\.?0*", text):
        text = text[1:]
    return (("+" if signed and value > 0 else "") + text).replace("-", "−")


def _fixed(value: float, digits: int) -> str:
    """As ``toFixed`` in the browser: a value halfway between two goes away from 0."""
    with localcontext() as exact:
        exact.prec = 400
        return format(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")


def _grouped(digits: str) -> str:
    return f"{int(digits):,}".replace(",", " ")
