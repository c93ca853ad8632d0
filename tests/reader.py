"""A reader without a browser: opens a lesson through ``app.py``, sends what a browser would send, sees what it would get.

The course's table of contents is read from the source of ``app.py``, so that a new lesson is tested as soon as it is listed.
"""

from __future__ import annotations

import base64
import json
import os
import runpy
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")  # a failing page says why

import numpy as np
from streamlit.testing.v1 import AppTest

from fisher_app.course import Course, open_course
from fisher_app.lesson import Lesson

ROOT = Path(__file__).resolve().parents[1]


@cache
def course() -> Course:
    return Course.read()


WRITTEN = course().written
SLUGS = [e.slug for e in WRITTEN]
PAGES = {"home": "pages/home.py"} | {e.slug: e.page for e in WRITTEN}


@cache
def lesson(slug: str) -> Lesson:
    """The declaration on a lesson's page, without showing it."""
    shown: list[Lesson] = []
    open_course(course())
    with patch("fisher_app.start.enter_through_app", lambda page: None), patch.object(Lesson, "show", lambda self: shown.append(self)):
        runpy.run_path(str(ROOT / PAGES[slug]))
    assert len(shown) == 1, f"{PAGES[slug]} must show one lesson, and shows {len(shown)}"
    assert shown[0].slug == slug
    return shown[0]


def strict(text: str) -> Any:
    """JSON as every browser reads it: no NaN, no Infinity."""

    def refuse(word: str) -> None:
        raise ValueError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


class Reader:
    """One session on one lesson.  ``wire`` is the stage's data after the last run, ``raw`` its text."""

    def __init__(self, slug: str, query: dict[str, str | list[str]] | None = None):
        self.slug, self.n = slug, 0
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        for key, value in (query or {}).items():
            self.app.query_params[key] = value
        self.app.run()
        self.app.switch_page(PAGES[slug])
        self.run()

    def run(self) -> dict[str, Any]:
        self.app.run()
        assert not self.app.exception, self.app.exception[0].value
        stages = self.app.get("bidi_component")
        assert len(stages) == 1, f"{PAGES[self.slug]} shows {len(stages)} stages, and one is wanted"
        self.raw = stages[0].proto.json
        self.wire = strict(self.raw)
        return self.wire

    def send(self, values: dict[str, Any] | None = None, **action: Any) -> dict[str, Any]:
        """What the browser sends on release: control values, and perhaps something done."""
        self.n += 1
        message = {"n": self.n, "rev": self.wire["rev"], "values": values or {}, "action": action or None, "have": []}
        self.app.session_state[f"stage-{self.slug}"] = {"state": message}
        return self.run()

    def preset(self, key: str) -> dict[str, Any]:
        return self.send(kind="preset", preset=key)

    def commit(self, item: str, answer: Any) -> dict[str, Any]:
        return self.send(kind="commit", item=item, answer=answer)

    def ask(self, index: int) -> dict[str, Any]:
        return self.send(kind="ask", item=index)

    # ---- parts of what is shown
    @property
    def values(self) -> dict[str, Any]:
        return self.wire["values"]

    @property
    def scene(self) -> dict[str, Any]:
        return self.wire["scene"]

    @property
    def picture(self) -> str:
        """The scene as text: equal if and only if the browser draws the same."""
        return json.dumps(self.scene, sort_keys=True)

    def prediction(self, key: str) -> dict[str, Any]:
        return next(p for p in self.wire["predictions"] if p["key"] == key)

    def number(self, name: str) -> float:
        """What the slot ``[name]`` shows at the present control values, read from the tables as the browser reads them."""
        entry = self.scene["numbers"][name]
        ref = entry.get("ref")
        return float(entry["exact"]) if ref is None else self.read(ref)

    def read(self, ref: dict[str, Any]) -> float:
        """The number that a reference into the tables stands for at the present control values."""
        ref = ref["pick"][0] if "pick" in ref else ref  # a cross is read along its first table at rest
        if "mix" in ref:  # one row: a product of two tables
            return float(np.prod([self.read(factor) for factor in ref["mix"]]))
        table = np.frombuffer(base64.b64decode(self.wire["tables"][ref["t"]]), "<f4").reshape(ref["shape"])
        nodes = {c["key"]: c.get("nodes") for c in self.wire["controls"]}
        index = tuple(int(np.abs(np.array(nodes[key]) - self.values[key]).argmin()) for key in ref["over"])
        return float(table[index].item())


def shown(name: str, reader: Reader) -> float:
    """The number at rest: the exact one where the table is interpolated."""
    value = reader.scene["numbers"][name].get("exact")
    return float(value) if not isinstance(value, dict | None) else reader.number(name)
