"""Predict, then see: questions whose answers stay in Python until the reader commits.

Three kinds: `Choose` one of a few, `Place` a point on the plot, `Order` a list.  ``wire`` is what may travel before the
commitment; ``reveal`` is what follows it.  Every wrong answer has feedback of its own, named by a misconception.
Texts may be callables, so that a number in feedback is computed when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .controls import spoken

Words = str | Callable[[], str]


def say(words: Words) -> str:
    return words if isinstance(words, str) else words()


def judged(said: str, right: bool) -> str:
    """The headline over an answer: the verdict is here, so that a feedback need not begin with it."""
    return f"You said {said}: {'right' if right else 'no'}"


@dataclass(frozen=True)
class Observe:
    """'What did you see?': one click between the commitment and the explanation; ``right`` is the place of what there is."""

    question: str
    options: Sequence[str]
    right: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """``setup``: control values at which the question is asked and the answer shown, changed by ``shows`` for the answer;
    ``when``: the subset of them at which the options are drawn on the plot."""

    key: str
    question: str
    truth: Words
    setup: Mapping[str, Any] = field(default_factory=dict)
    shows: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)
    view: str | None = None
    hint: str | None = None
    why: Words | None = None
    observe: Observe | None = None
    next: str | None = None

    def wire(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "question": self.question,
            "when": dict(self.when),
            "view": self.view,
            "hint": self.hint,
            "next": self.next,
        }

    def answered(self, given: Any) -> dict[str, Any]:
        wire = self.wire() | {
            "answered": True,
            "given": given,
            "truth": say(self.truth),
            "why": say(self.why) if self.why else None,
        }
        if self.observe:
            seen = self.observe
            wire["observe"] = {"question": seen.question, "options": list(seen.options), "right": seen.right}
        return wire


@dataclass(frozen=True)
class Option:
    """``at``: where the option stands on the plot, {"x": ..., "y": ...} in its view's coordinates."""

    key: str
    label: str
    feedback: Words
    misconception: str = ""
    text: str | None = None
    short: str | None = None
    at: Mapping[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Choose(Question):
    options: Sequence[Option]
    correct: str

    def check(self, given: Any) -> Any:
        if given not in [o.key for o in self.options]:
            raise ValueError("that is not one of the options")
        return given

    def wire(self) -> dict[str, Any]:
        options = [
            {"key": o.key, "label": o.label, "text": o.text, "short": o.short, "at": dict(o.at) if o.at else None}
            for o in self.options
        ]
        return super().wire() | {"kind": "choice", "options": options}

    def reveal(self, given: Any) -> dict[str, Any]:
        chosen = next((o for o in self.options if o.key == given), None)
        feedback = (
            next(o for o in self.options if o.key == self.correct).feedback if chosen is None else chosen.feedback
        )
        right = None if given is None else given == self.correct
        headline = "" if chosen is None else judged(spoken(chosen.short or chosen.label), given == self.correct)
        return self.answered(given) | {"headline": headline, "feedback": say(feedback), "right": right}


@dataclass(frozen=True, kw_only=True)
class Place(Question):
    """Place a point.  ``regions``: (misconception, test on (x, y), feedback), the first that holds is shown."""

    x: Mapping[str, Any]
    y: Mapping[str, Any]
    regions: Sequence[tuple[str, Callable[[float, float], bool], Words]]
    right: Callable[[float, float], bool]
    praise: Words

    def check(self, given: Any) -> Any:
        try:
            point = {"x": float(given["x"]), "y": float(given["y"])}
        except (TypeError, KeyError, ValueError, OverflowError):
            raise ValueError("a point needs two numbers") from None
        if not all(axis["lo"] <= point[k] <= axis["hi"] for k, axis in (("x", self.x), ("y", self.y))):
            raise ValueError("the point lies outside the plot")
        return point

    def wire(self) -> dict[str, Any]:
        return super().wire() | {"kind": "point", "x": dict(self.x), "y": dict(self.y)}

    def reveal(self, given: Any) -> dict[str, Any]:
        if given is None:
            return self.answered(None) | {"headline": "", "feedback": say(self.praise), "right": None}
        x, y = given["x"], given["y"]
        right = self.right(x, y)
        feedback = self.praise if right else next(words for _, test, words in self.regions if test(x, y))
        headline = judged(f"({x:+.1f}, {y:+.1f})".replace("-", "−"), right)
        return self.answered(given) | {"headline": headline, "feedback": say(feedback), "right": right}


@dataclass(frozen=True, kw_only=True)
class Order(Question):
    """Order a list, best first; ``ties`` lets two neighbours be called equal.

    An answer is {"order": keys, "tie": booleans}: ``tie[i]`` says that place i equals place i − 1.
    ``feedback`` receives the list of groups, each a set of keys.
    """

    items: Sequence[Mapping[str, str]]
    correct: Sequence[frozenset[str]]
    feedback: Callable[[Sequence[frozenset[str]]], str]
    ties: bool = True

    def check(self, given: Any) -> Any:
        keys = [i["key"] for i in self.items]
        order, tie = (given.get("order"), given.get("tie")) if isinstance(given, Mapping) else (None, None)
        if (
            not isinstance(order, list)
            or not all(isinstance(k, str) for k in order)
            or sorted(order) != sorted(keys)
            or not isinstance(tie, list)
            or len(tie) != len(keys)
        ):
            raise ValueError("the order must name each item once")
        return {"order": order, "tie": [bool(t) for t in tie]}

    def wire(self) -> dict[str, Any]:
        return super().wire() | {"kind": "order", "items": [dict(i) for i in self.items], "ties": self.ties}

    def groups(self, given: Any) -> list[frozenset[str]]:
        groups: list[set[str]] = []
        for key, tie in zip(given["order"], given["tie"], strict=True):
            if tie and groups:
                groups[-1].add(key)
            else:
                groups.append({key})
        return [frozenset(g) for g in groups]

    def reveal(self, given: Any) -> dict[str, Any]:
        groups = list(self.correct) if given is None else self.groups(given)
        names = {i["key"]: i.get("short", i["label"]) for i in self.items}
        said = " < ".join(" = ".join(sorted(spoken(names[k]) for k in g)) for g in groups)
        right = None if given is None else groups == list(self.correct)
        headline = "" if given is None else judged(said, groups == list(self.correct))
        return self.answered(given) | {"headline": headline, "feedback": self.feedback(groups), "right": right}
