"""What may come from the browser: one place that reads a message, so that nothing after it meets an unknown shape or size.

A message is {n, rev, values, action, have}: its number (a repeat is the same message), the revision of the state that the
reader saw, the values of the controls, what the reader did, and the names of the tables that the browser holds.  Whatever
does not fit is left out, and a sentence says so; `read` never raises.  Whether a value or an answer is allowed, its control
or its question says; here it has become a bounded plain thing that they can be asked about.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_TEXT = 4_000_000  # letters of pasted data; how much of it is data, userdata.py says
MOST_WORD = 200  # letters of a value, a key, an answer
MOST_ITEMS = 1_000  # entries of a list or a mapping: names of tables, an ordered answer
MOST_DEPTH = 4
MOST_NUMBER = 2.0**53  # what a browser writes exactly
MOST_NOTICES, MOST_LETTERS = 50, 240

# What a reader can do, and what comes with it: the name of a thing of this lesson, a place in a list or some, text, or an
# answer.
ACTIONS: dict[str, dict[str, str]] = {
    "run": {}, "cancel": {}, "look": {}, "undo": {}, "reset": {}, "dismiss": {},
    "preset": {"preset": "name"}, "tab": {"tab": "name"}, "draw": {"control": "name"}, "go": {"page": "name"},
    "commit": {"item": "name", "answer": "answer"}, "ask": {"item": "place"}, "paste": {"text": "text"},
    "reading": {"reading": "name"}, "columns": {"pick": "places"}, "again": {},
}  # fmt: skip
QUIET = ("look",)  # a question of the page itself, and nothing the reader did


@dataclass(frozen=True)
class Message:
    """One message, read.  ``n`` is None where none could be made out: then nothing of it was used."""

    n: int | None = None
    rev: int | None = None
    values: Mapping[str, Any] | None = None
    action: Mapping[str, Any] | None = None
    have: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return str(self.action["kind"]) if self.action else ""


def read(raw: Any, controls: Collection[str], names: Mapping[str, Collection[Any]]) -> Message | None:
    """The message, or None where there is none yet.  ``names``: for each kind of action what may be named or placed."""
    if raw is None:
        return None
    n = whole(raw.get("n")) if isinstance(raw, Mapping) else None
    if n is None:
        return Message(notices=("What the page sent could not be read; nothing was changed.",))
    notices: list[str] = []
    values = _values(raw.get("values"), controls, notices)
    action = _action(raw.get("action"), names, notices)
    have = raw.get("have", [])
    if not isinstance(have, list | tuple) or len(have) > MOST_ITEMS:
        notices.append("The list of tables that the page holds could not be read; all are sent again.")
        have = []
    held = frozenset(name for name in have if isinstance(name, str) and len(name) <= MOST_WORD)
    return Message(n, whole(raw.get("rev")), values, action, held, tuple(notices))


def capped(notices: Sequence[str]) -> list[str]:
    """Few enough to read, each short enough."""
    shown = [n if len(n) <= MOST_LETTERS else n[: MOST_LETTERS - 1] + "…" for n in notices[:MOST_NOTICES]]
    return shown + ([f"And {len(notices) - MOST_NOTICES} more."] if len(notices) > MOST_NOTICES else [])


def whole(value: Any) -> int | None:
    """A whole number that a browser can write, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST_NUMBER or value != int(value):
        return None
    return int(value)


def plain(value: Any, depth: int = 0) -> Any:
    """The same, made of texts, finite numbers, truth values, lists and mappings within the bounds; else ValueError."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) <= MOST_WORD:
            return value
        raise ValueError(f"it is {len(value)} letters long, and at most {MOST_WORD} are read")
    if isinstance(value, int | float):
        if abs(value) <= MOST_NUMBER or (isinstance(value, float) and math.isfinite(value)):
            return value
        raise ValueError("it is a number out of all bounds")
    if isinstance(value, list | tuple | Mapping):
        if len(value) > MOST_ITEMS or depth == MOST_DEPTH:
            raise ValueError("it is too large")
        if isinstance(value, Mapping):
            return {plain(k, MOST_DEPTH): plain(x, depth + 1) for k, x in value.items()}
        return [plain(x, depth + 1) for x in value]
    raise ValueError("it is of no kind that is read here")


def _values(raw: Any, controls: Collection[str], notices: list[str]) -> dict[str, Any]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        notices.append("The values of the controls could not be read; not used.")
        return {}
    values = {}
    for key, value in raw.items():
        if key not in controls:
            notices.append(f"{_short(key)} is not a control of this page; not used.")
            continue
        try:
            values[key] = plain(value, MOST_DEPTH)
        except ValueError as error:
            notices.append(f"{key}={_short(value)} not used: {error}.")
    return values


def _action(raw: Any, names: Mapping[str, Collection[Any]], notices: list[str]) -> dict[str, Any] | None:
    if raw is None:
        return None
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str) or kind not in ACTIONS:
        notices.append("The page asked for something that this lesson does not know; nothing was done.")
        return None
    action: dict[str, Any] = {"kind": kind}
    for name, sort in ACTIONS[kind].items():
        value = raw.get(name)
        if sort == "name" and not (isinstance(value, str) and value in names.get(kind, ())):
            notices.append(f"{_short(value)} is no {name} here; nothing was done.")
            return None
        if sort == "place" and whole(value) not in names.get(kind, ()):
            notices.append(f"There is no {name} {_short(value)} here; nothing was done.")
            return None
        if sort == "places":
            found = [whole(k) for k in value] if isinstance(value, list | tuple) and len(value) <= MOST_ITEMS else [None]
            if not all(k in names.get(kind, ()) for k in found):
                notices.append("The page chose what is not there; nothing was done.")
                return None
            value = found
        if sort == "text":
            if not isinstance(value, str):
                notices.append("What was pasted is not text; not used.")
                return None
            if len(value) > MOST_TEXT:
                notices.append(f"What was pasted has {len(value)} letters, and at most {MOST_TEXT} are read; not used.")
                return None
        if sort == "place":
            value = whole(value)
        if sort == "answer":
            try:
                value = plain(value)
            except ValueError as error:
                notices.append(f"Your answer was not used: {error}.")
                return None
        action[name] = value
    return action


def _short(value: Any) -> str:
    if not isinstance(value, str):
        value = whole(value) if isinstance(value, int | float) else None
        return "…" if value is None else str(value)
    return value if len(value) <= 24 else value[:21] + "..."
