"""The table of contents: what the frame needs to know of the lessons around the one it shows."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ENTRY_POINT = Path(__file__).resolve().parents[1] / "app.py"


@dataclass(frozen=True)
class Entry:
    """One lesson on the map.  ``page`` is its file, or None while it is not written."""

    slug: str
    title: str
    claim: str
    page: str | None = None


class Course:
    """Lessons in reading order; numbers are places in that order."""

    def __init__(self, entries: Sequence[Entry]):
        self.entries = tuple(entries)

    @classmethod
    def read(cls) -> Course:
        """The table as it is written in the entry point, which is not run: for tests and benchmarks."""
        tree = ast.parse(ENTRY_POINT.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        entries = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "Entry"]
        return cls([Entry(*(ast.literal_eval(a) for a in entry.args)) for entry in entries])

    @property
    def written(self) -> list[Entry]:
        return [e for e in self.entries if e.page]

    def number(self, slug: str) -> int:
        return next(i for i, e in enumerate(self.entries, start=1) if e.slug == slug)

    def neighbours(self, slug: str) -> tuple[Entry | None, Entry | None]:
        """The written lessons before and after."""
        written = self.written
        at = next(i for i, e in enumerate(written) if e.slug == slug)
        return (written[at - 1] if at else None), (written[at + 1] if at + 1 < len(written) else None)

    def title(self, slug: str) -> str:
        return self.entries[self.number(slug) - 1].title


_open: Course | None = None


def open_course(course: Course) -> None:
    """Called by the entry point, once per run: the frame reads the neighbours of a lesson from it."""
    global _open
    _open = course


def current() -> Course:
    if _open is None:
        raise RuntimeError("no course is open: start from app.py")
    return _open
