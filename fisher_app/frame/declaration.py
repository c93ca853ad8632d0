"""A lesson as its page declares it: tabs in order, presets, questions.  What each tab shows is in the tab's own file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .. import snippets
from ..controls import Control
from ..jobs import Run
from ..lesson import Figure, Front, Lesson, Paste, Preset
from ..predictions import Choose, Observe, Option, Order, Question
from ..stage.scene import Scene
from .words import Words

Values = SimpleNamespace


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One figure of a lesson: its controls, its picture, its program, its questions.

    ``picture`` turns control values into a scene; ``program`` names a file in ``programs/`` and gives the values of its
    parameters.  ``words`` are the lesson's; the tab's own stand under ``key``.
    """

    key: str
    words: Words
    controls: Sequence[Control]
    picture: Callable[[Values], Scene]
    program: Callable[[Values], tuple[str, Mapping[str, Any]]]
    questions: Sequence[Question] = ()

    @property
    def figure(self) -> Figure:
        return Figure(self.words[self.key, "label"], self.picture, self.words[self.key, "reading"])


def lesson(
    slug: str,
    words: Words,
    tabs: Sequence[Tab],
    presets: Mapping[str, Mapping[str, Any]],
    *,
    folder: str | Path,
    terms: Sequence[str],
    sources: Sequence[str],
    holds: Callable[[Values], bool],
    questions: Sequence[Question] | None = None,
    paste: Paste | None = None,
    run: Run | None = None,
    spoiled: Mapping[str, Callable[[Values], bool]] | None = None,
    front: bool = False,
) -> Lesson:
    """The lesson of these tabs.  Two tabs may share a control only by declaring the same object."""
    of = {tab.key: tab for tab in tabs}
    programs = Path(folder) / "programs"

    def code(v: Values) -> str:
        name, values = of[v.tab].program(v)
        return snippets.fill(programs / f"{name}.py", values)

    return (Front if front else Lesson)(
        slug=slug,
        claim=words["claim"],
        question=words["question"],
        figures={tab.key: tab.figure for tab in tabs},
        controls=_controls(tabs),
        presets=[
            Preset(key, words["presets", key, "label"], words["presets", key, "look"], values)
            for key, values in presets.items()
        ],
        predictions=[q for tab in tabs for q in tab.questions] if questions is None else questions,
        trap=words["trap"],
        recap=[(q, a) for q, a in words.list("recap")],
        terms=terms,
        sources=sources,
        code=code,
        holds=holds,
        paste=paste,
        run=run,
        spoiled=spoiled or {},
    )


def _controls(tabs: Sequence[Tab]) -> list[Control]:
    kept: dict[str, Control] = {}
    for tab in tabs:
        for control in tab.controls:
            if kept.setdefault(control.key, control) is not control:
                raise ValueError(
                    f"tab {tab.key!r} declares another control {control.key!r}: share the object, or rename it"
                )
    return list(kept.values())


def choose(
    key: str, words: Words, *, correct: str, at: Mapping[str, Mapping[str, float]] | None = None, **asked: Any
) -> Choose:
    """A question with options, its words under ``questions.<key>`` and ``questions.<key>.<option>``.

    ``at``: where an option stands on the plot.  What else is given goes to `Choose`: setup, when, view, shows.
    """
    say = words.part("questions", key)
    options = [
        Option(
            option,
            say[option, "label"],
            lambda option=option: say[option, "feedback"],  # type: ignore[misc]  # facts are computed when said
            say.get(option, "misconception") or "",
            say.get(option, "text"),
            say.get(option, "short"),
            (at or {}).get(option),
        )
        for option in say.tree
        if isinstance(say.tree[option], Mapping) and option != "observe"
    ]
    observe = None
    if "observe" in say.tree:
        observe = Observe(say["observe", "question"], say.list("observe", "options"), say.tree["observe"]["right"])
    return Choose(
        key=key,
        question=say["question"],
        truth=lambda: say["truth"],
        why=(lambda: say["why"]) if "why" in say.tree else None,
        hint=say.get("hint"),
        next=say.get("next"),
        observe=observe,
        options=options,
        correct=correct,
        **asked,
    )


def order(
    key: str,
    words: Words,
    *,
    glyphs: Mapping[str, str],
    correct: Sequence[frozenset[str]],
    said: Callable[[Sequence[frozenset[str]]], str],
    **asked: Any,
) -> Order:
    """Things to put in order, best first: ``glyphs`` names each and the style it is drawn in.

    Their words are under ``questions.<key>.items``; ``said`` names the text under ``questions.<key>.feedback`` for an
    answer, given as groups of equals.  What else is given goes to `Order`.
    """
    say = words.part("questions", key)
    items = [
        {"key": k, "label": say["items", k, "label"], "glyph": glyph, "short": say["items", k, "short"]}
        for k, glyph in glyphs.items()
    ]
    return Order(
        key=key,
        question=say["question"],
        truth=lambda: say["truth"],
        why=(lambda: say["why"]) if "why" in say.tree else None,
        hint=say.get("hint"),
        next=say.get("next"),
        items=items,
        correct=correct,
        feedback=lambda groups: say["feedback", said(groups)],
        **asked,
    )
