"""Permalinks: control values and seed <-> the address.  Defaults are left out; what cannot be used is named.

Round trip: ``decode(encode(values)) == values`` (property-tested).  Unknown keys and unusable values never raise: all else
is loaded, that one control keeps its default, and a notice says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from .controls import Control, Slider

SCHEMA = "1"
STREAMLIT_KEYS = {"embed", "embed_options"}


def defaults(controls: Iterable[Control]) -> dict[str, Any]:
    return {c.key: c.default for c in controls}


def encode(values: Mapping[str, Any], controls: Sequence[Control]) -> str:
    """The query string of a state: short keys, in the order of the controls, defaults left out."""
    return urlencode([(c.key, c.text(values[c.key])) for c in controls if values[c.key] != c.default])


def decode(query: Mapping[str, str | Sequence[str]], controls: Sequence[Control]) -> tuple[dict[str, Any], list[str]]:
    """Values and notices.  A value off a slider's grid goes to the nearest point, and the notice says which."""
    values, notices = defaults(controls), []
    known = {c.key: c for c in controls}
    for key, raw in query.items():
        if key in STREAMLIT_KEYS:
            continue
        given = raw if isinstance(raw, str) else raw[-1] if raw else ""
        if not isinstance(raw, str) and len(raw) > 1:
            notices.append(f"{_clip(key)} is given {len(raw)} times; the last one is read.")
        if key == "v":
            if given != SCHEMA:
                notices.append(f"This link was made for version {_clip(given)}; this page reads version {SCHEMA}.")
            continue
        control = known.get(key)
        if control is None:
            notices.append(f"{_clip(key)} is not a control of this page; not used.")
            continue
        try:
            values[key] = control.parse(given)
        except ValueError as error:
            notices.append(f"{error}; {key}={control.text(control.default)}.")
            continue
        if isinstance(control, Slider) and control.rounded(given):
            notices.append(f"{key}={_clip(given)} lies between two steps; {key}={control.text(values[key])} is shown.")
    return values, notices


def _clip(text: str) -> str:
    return text if len(text) <= 24 else text[:21] + "..."
