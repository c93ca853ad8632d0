"""The frame that every lesson fills in.

A page declares a `Lesson` (claim, question, controls, presets, predictions, words) and one function per figure that turns
control values into a `Scene`; the frame does all else, the same way for each: layout, links, undo, predict-then-reveal,
provenance, code, text twin.  It does not know which lesson it shows.

Data goes one way.  The browser sends control values on release; they become the lesson's state; the state makes a scene;
the scene goes to the stage.  While a prediction is open, the scene function is told so (``v.seen``) and leaves the answer
out of what it returns.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from . import course, glossary, links, messages, palette, readings, sources, userdata
from .controls import Choice, Control, Slider, Whole
from .jobs import RUNNER, Progress, Run
from .predictions import Question
from .stage import component
from .stage.scene import Packer, Scene, escaped

UNDO_STEPS = 50
_scenes: OrderedDict[Any, tuple[dict[str, Any], dict[str, str], Scene | None]] = OrderedDict()
_scenes_lock = threading.Lock()
_making: dict[Any, threading.Lock] = {}
SCENES_KEPT = 48

ABOUT_OURS = " (Asked about the page’s own data: to answer or skip sets your rows aside.)"
CITE = "Cite: Fisher Lab, an interactive course on the Fisher information matrix. Code under the MIT licence, text under CC BY 4.0."


@dataclass(frozen=True)
class Preset:
    """A named state; its ``look`` says where to look.  Values not named are at their defaults; the seed is kept."""

    key: str
    label: str
    look: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Paste:
    """Lets the reader bring columns of numbers.

    ``roles``: what each column becomes; ``fixed``: values of controls that hold while such rows are in use; ``idle``: controls
    that are about the page's own data;
    ``unused``: tabs that cannot use them, and what these show instead; ``result``: what they come to, in a sentence.
    """

    label: str
    placeholder: str
    roles: Sequence[str] = ("column",)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    idle: Collection[str] = ()
    unused: Mapping[str, str] = field(default_factory=dict)
    result: Callable[[SimpleNamespace], str] | None = None


@dataclass(frozen=True, eq=False)
class Own:
    """What the reader pasted, how it is to be read, and what came of it.

    ``values``: None where the page shows its own data; ``aside``: they were in use, and can be again.
    """

    text: str = ""
    reading: str = ""
    pick: tuple[int, ...] = ()
    values: NDArray[np.float64] | None = None
    note: str = ""
    offer: userdata.Ambiguous | None = None
    aside: bool = False


@dataclass(frozen=True)
class Figure:
    """One tab of a lesson: its name and the function from values to a scene."""

    label: str
    scene: Callable[[SimpleNamespace], Scene]
    reading: str


@dataclass
class State:
    """What a session knows of one lesson."""

    values: dict[str, Any]
    answers: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    history: list[tuple[dict[str, Any], dict[str, Any], int, Own]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    followed: str = ""
    revision: int = 1
    n: int = 0
    own: Own = Own()
    reader: str = field(default_factory=lambda: secrets.token_hex(8))
    ran: set[Any] = field(default_factory=set)  # names of the runs that this session asked for
    refusal: Progress | None = None


@dataclass(frozen=True, kw_only=True)
class Lesson:
    slug: str
    claim: str
    question: str
    figures: Mapping[str, Figure]
    controls: Sequence[Control]
    presets: Sequence[Preset]
    predictions: Sequence[Question]
    trap: str
    recap: Sequence[tuple[str, str]]
    terms: Sequence[str]
    sources: Sequence[str]
    code: Callable[[SimpleNamespace], str]
    holds: Callable[[SimpleNamespace], bool]
    paste: Paste | None = None
    run: Run | None = None
    spoiled: Mapping[str, Callable[[SimpleNamespace], bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {"tab", "seen", "given", "data", "run"} & {c.key for c in self.controls}  # what the frame itself puts on v
        if taken:
            raise ValueError(f"{self.slug}: a control cannot be called {' or '.join(sorted(taken))}, which is the frame's name")

    # ---- the page -----------------------------------------------------------------------------------------------------
    def show(self) -> None:
        """Everything on the page.  A fragment: moving a control reruns the lesson and nothing around it."""
        _fragment(self)

    def respond(self) -> None:
        state = self.state()
        message = self.read(component.received(self.key))
        if message is not None and message.n is None:
            self.notify(state, message.notices)
        elif message is not None and message.n is not None and message.n != state.n:
            fresh = state.n == 0 and not state.issued
            state.n = message.n
            self.take(state, message, replay=fresh)
        self.follow_address(state)
        data, tables = self.data(state)
        held = message.have if message else frozenset()
        data["tables"] = {name: table for name, table in tables.items() if name not in held}
        if not state.issued or state.issued[-1] != data["link"]:
            state.issued = [*state.issued[-UNDO_STEPS:], data["link"]]
        component.show(data, self.key)

    @property
    def key(self) -> str:
        return f"stage-{self.slug}"

    @property
    def all_controls(self) -> list[Control]:
        return [
            Choice("tab", "Figure", {k: f.label for k, f in self.figures.items()}, next(iter(self.figures))),
            *self.controls,
        ]

    def state(self) -> State:
        lessons = st.session_state.setdefault("lessons", {})
        if self.slug not in lessons:
            lessons[self.slug] = State(links.defaults(self.all_controls))
        return lessons[self.slug]

    # ---- what the reader did ------------------------------------------------------------------------------------------
    def follow_address(self, state: State) -> None:
        """Read the address when it is news: not what was read before, and not what this page has written itself.

        (A rerun reports the address that the session came with, not the one the browser shows by now.)
        """
        query = {k: st.query_params.get_all(k) for k in st.query_params if k not in links.STREAMLIT_KEYS}
        address = links.urlencode([(k, x) for k, given in query.items() for x in given])
        if not address or address == state.followed or address in state.issued:
            return
        state.followed = address
        values, state.notices = links.decode(query, self.all_controls)
        if state.issued:
            self.remember(state)
        state.values = values
        state.revision += 1
        self.spoil(state)

    def read(self, raw: Any) -> messages.Message | None:
        """A message from the browser, as far as it fits this lesson."""
        return messages.read(raw, {c.key for c in self.all_controls}, {
            "preset": [p.key for p in self.presets],
            "tab": list(self.figures),
            "draw": [c.key for c in self.controls if isinstance(c, Whole)],
            "commit": [q.key for q in self.predictions],
            "ask": range(len(self.predictions)),
            "reading": list(readings.STYLES),
            "columns": range(readings.MOST_COLUMNS),
            "go": [e.page for e in course.current().written],
        })  # fmt: skip

    def notify(self, state: State, notices: Sequence[str]) -> None:
        if notices and state.notices != list(notices):
            state.notices, state.revision = list(notices), state.revision + 1

    def take(self, state: State, message: messages.Message, replay: bool = False) -> None:
        """Apply what the browser sent: values first, then the action (not after a server restart: it was done then).

        An action sent before the browser had seen the last one's outcome carries values of before; only the action counts.
        """
        action = message.action or {}
        overtaken = bool(action) and message.rev is not None and message.rev < state.revision
        sent = {} if overtaken else message.values or {}
        new, notices = dict(state.values), list(message.notices)
        for control in self.all_controls:
            if control.key in sent and control.key not in self.fixed(state):
                try:
                    new[control.key] = control.parse(sent[control.key])
                except ValueError as error:
                    notices.append(f"{error}.")
        if any(new[c.key] != state.values[c.key] for c in self.all_controls):  # a step of its own, which an undo then takes back
            self.remember(state)
        state.values = new
        self.notify(state, notices)
        if action and not replay:
            self.act(state, action)
        self.spoil(state)

    def spoil(self, state: State) -> None:
        """A question whose answer the present state shows counts as seen."""
        for name, seen in self.spoiled.items():
            if name not in state.answers and seen(SimpleNamespace(**state.values)):
                state.answers[name] = None

    def remember(self, state: State) -> None:
        state.history = [*state.history[-(UNDO_STEPS - 1) :], (dict(state.values), dict(state.answers), state.asked, state.own)]

    def act(self, state: State, action: Mapping[str, Any]) -> None:
        kind = action["kind"]
        if kind in ("run", "cancel", "look"):  # these move no control: the browser keeps what it has in hand
            self.attend(state, kind)
            return
        if kind == "undo":
            if state.history:
                *state.history, (state.values, state.answers, state.asked, state.own) = state.history
        elif kind == "reset":
            self.remember(state)
            state.values, state.answers, state.asked, state.notices = links.defaults(self.all_controls), {}, 0, []
            state.own, state.ran = Own(), set()
        elif kind == "preset":
            preset = next(p for p in self.presets if p.key == action["preset"])
            self.remember(state)
            self.set_aside(state)
            state.values = self.preset_values(preset, state.values)
        elif kind == "tab":
            self.remember(state)
            state.values = state.values | {"tab": action["tab"]}
        elif kind == "draw":
            control = next(c for c in self.controls if c.key == action["control"] and isinstance(c, Whole))
            self.remember(state)
            state.values = state.values | {control.key: (state.values[control.key] + 1) % (control.hi + 1)}
        elif kind == "commit":
            self.commit(state, action)
        elif kind == "ask":
            self.remember(state)
            state.asked = action["item"]
            self.set_aside(state)
            state.values = state.values | dict(self.predictions[state.asked].setup)
        elif kind in ("paste", "reading", "columns", "again") and self.paste:
            self.remember(state)
            self.take_data(state, action)
        elif kind == "dismiss":
            state.notices = []
        elif kind == "go":
            st.switch_page(action["page"])
        state.revision += 1

    def attend(self, state: State, kind: str) -> None:
        """Start or stop the lesson's run for the present values; what is refused is said beside its button."""
        name = self.run_name(self.values(state))
        state.refusal = None
        if self.run is None or name is None:
            return
        if kind == "run":
            work, key = self.run.work, name[1]
            state.ran.add(name)
            progress = RUNNER.start(name, state.reader, lambda: work(key))
            state.refusal = progress if progress.state == "failed" else None
        elif kind == "cancel":
            RUNNER.cancel(name, state.reader)

    def run_name(self, v: SimpleNamespace) -> tuple[str, Any] | None:
        key = self.run.key(v) if self.run else None
        return None if key is None else (self.slug, key)

    def commit(self, state: State, action: Mapping[str, Any]) -> None:
        question = next(q for q in self.predictions if q.key == action["item"])
        if question.key in state.answers:
            return
        given = action["answer"]
        if given is not None:
            try:
                given = question.check(given)  # type: ignore[attr-defined]
            except ValueError as error:
                state.notices = [f"Your answer was not used: {error}."]
                return
        self.remember(state)
        self.set_aside(state)
        state.answers[question.key] = given
        state.values = state.values | dict(question.setup) | dict(question.shows)

    def take_data(self, state: State, action: Mapping[str, Any]) -> None:
        """Read a text; or the last one again, as the reader has now chosen.  What cannot be read leaves nothing in use."""
        assert self.paste is not None
        last = state.own
        if action["kind"] == "paste":
            last = own = Own(action["text"])
        elif action["kind"] == "reading":
            own = Own(last.text, action["reading"])
        else:
            own = Own(last.text, last.reading, tuple(action.get("pick", last.pick)))
        state.own = Own()
        if not own.text.strip():
            return
        try:
            taken = userdata.read(own.text, len(self.paste.roles), own.reading, own.pick)
        except userdata.Ambiguous as choice:
            state.own = replace(own, pick=(), offer=choice, note=f"Not used: {choice}.")
        except ValueError as error:
            state.own = replace(own, reading="", pick=(), offer=last.offer, note=f"Not used: {error}.")
        else:
            state.own = replace(own, values=taken.values, note=taken.note)

    def fixed(self, state: State) -> dict[str, Any]:
        """Values of controls that are not the reader's to choose while his rows are in use."""
        return dict(self.paste.fixed) if self.paste and state.own.values is not None else {}

    def set_aside(self, state: State) -> None:
        """Presets and questions are about the page's own data."""
        if state.own.values is not None:
            state.own = replace(state.own, values=None, aside=True)

    def preset_values(self, preset: Preset, present: Mapping[str, Any]) -> dict[str, Any]:
        kept = {"seed": present["seed"]} if "seed" in present and "seed" not in preset.values else {}
        return links.defaults(self.all_controls) | kept | dict(preset.values)

    # ---- what the browser gets ----------------------------------------------------------------------------------------
    def values(self, state: State) -> SimpleNamespace:
        v = SimpleNamespace(**(state.values | self.fixed(state)), seen=frozenset(state.answers), given=dict(state.answers), data=state.own.values)
        name = self.run_name(v)
        # a result is kept for all readers, and shown to those who asked for it: the same link is the same picture
        v.run = RUNNER.look(name if name in state.ran else None, state.reader) if self.run else Progress()
        return v

    def data(self, state: State) -> tuple[dict[str, Any], dict[str, str]]:
        """The stage's data and its tables, for a state."""
        v = self.values(state)
        wire, tables, scene = self.scene(state, v)
        own = v.data is not None
        active = None if own else next((p for p in self.presets if self.matches(p, state.values)), None)
        checks = scene.checks if scene else ()
        data = {
            "slug": self.slug,
            "rev": state.revision,
            "n": state.n,
            "session": state.reader,
            "values": state.values | self.fixed(state),
            "link": links.encode(state.values, self.all_controls),
            "palette": palette.THEMES,
            "styles": palette.STYLES,
            "bar": self.bar(),
            "map": self.map(),
            "claim": self.claim,
            "question": self.question,
            "tabs": [{"key": k, "label": f.label} for k, f in self.figures.items()],
            "tab": state.values["tab"],
            "controls": [_offered(c, scene) for c in self.controls],
            "scene": wire,
            "predictions": [asked | {"question": asked["question"] + ABOUT_OURS} if own else asked for asked in self.asked(state)],
            "asked": state.asked,
            "reading": (self.unused(v) or self.result(v, wire["refused"])) + ((scene.reading if scene else "") or self.figures[v.tab].reading),
            "presets": [{"key": p.key, "label": p.label, "on": p is active} for p in self.presets],
            "look": active.look if active else None,
            "bottom": {"breaks": list(scene.breaks) if scene else [], "groups": list(scene.groups) if scene else [], "more": list(scene.more) if scene else []},
            "badge": _badge(checks),
            "run": self.run_wire(state, v),
            "notices": messages.capped(state.notices),
            "canUndo": bool(state.history),
            "paste": self.paste and self.paste_wire(state, v, wire["refused"]),
            "extras": {
                "code": ("# The reader's rows are not used here.\n" if self.unused(v) else "") + self.code(v),
                "trap": self.trap,
                "checks": [[c.quantity, c.method, c.second, f"{c.residual:.1e}", f"{c.tolerance:.0e}"] for c in checks],
                "recap": [{"question": q, "answer": a} for q, a in self.recap],
                "glossary": [{"term": t, "text": glossary.TERMS[t]} for t in self.terms],
                "sources": [sources.SOURCES[s].wire() for s in self.sources],
                "cite": CITE,
            },
        }  # fmt: skip
        return data, tables

    def asked(self, state: State) -> list[dict[str, Any]]:
        """The questions, with the answers of those that were answered."""
        return [q.reveal(state.answers[q.key]) if q.key in state.answers else q.wire() for q in self.predictions]  # type: ignore[attr-defined]

    def unused(self, v: SimpleNamespace) -> str:
        """Said where the reader's rows are in use, and not on this tab."""
        shows = self.paste.unused.get(v.tab) if self.paste and v.data is not None else None
        return f"**Your rows are not used on this tab:** it shows {shows}. " if shows else ""

    def result(self, v: SimpleNamespace, refused: str | None) -> str:
        """What the reader's rows come to, where they are in use."""
        wanted = self.paste and self.paste.result and v.data is not None and refused is None
        return f"{self.paste.result(v)} " if wanted and self.paste and self.paste.result else ""

    def paste_wire(self, state: State, v: SimpleNamespace, refused: str | None) -> dict[str, Any]:
        """The box for the reader's own numbers: what was taken, or why not, and what there is to choose."""
        assert self.paste is not None
        own, said = state.own, escaped(state.own.note)
        if own.aside:
            said = "Your rows are set aside: a preset or a question shows the page’s own data."
        elif own.values is None:
            said += " The page shows its own data." if said else ""
        else:
            lead = "**Read, and not used:** no figure is drawn." if refused else self.unused(v) or "**In use:**"
            said = f"{lead.strip()} {said} They stay in this session and are not part of the link."
        return {
            "label": self.paste.label, "placeholder": self.paste.placeholder, "active": own.values is not None, "aside": own.aside, "note": said,
            "readings": [{"key": o.key, "label": o.label} for o in own.offer.readings] if own.offer else [],
            "columns": [{"label": o.label, "fault": o.fault} for o in own.offer.columns] if own.offer else [],
            "roles": list(self.paste.roles),
        }  # fmt: skip

    def run_wire(self, state: State, v: SimpleNamespace) -> dict[str, Any] | None:
        """The button of the lesson's run and how far it is; None where there is nothing to run."""
        name = self.run_name(v)
        if self.run is None or name is None:
            return None
        progress = state.refusal or v.run
        return {
            "label": self.run.label,
            "says": self.run.says(name[1]),
            "state": progress.state,
            "fraction": progress.fraction,
            "message": progress.message or _waiting(progress),
            "again": round(1000 * progress.again),
        }

    def bar(self) -> dict[str, Any]:
        """Where this lesson stands in the course."""
        book = course.current()
        before, after = book.neighbours(self.slug)
        return {
            "previous": _near(before),
            "next": _near(after),
            "position": f"Lesson {book.number(self.slug)} of {len(book.entries)} · {book.title(self.slug)}",
        }

    def map(self) -> list[dict[str, Any]]:
        """The lessons to choose from, on the page that opens the course."""
        return []

    def scene(self, state: State, v: SimpleNamespace) -> tuple[dict[str, Any], dict[str, str], Scene | None]:
        """The scene of a state, packed; kept for the next reader who asks for the same."""
        local = {c.key for c in self.controls if isinstance(c, Slider) and c.local}
        fixed = {k: x for k, x in state.values.items() if k not in local}
        digest = "" if v.data is None else hashlib.blake2b(v.data.tobytes()).hexdigest()
        name = (self.slug, json.dumps([fixed, state.answers], sort_keys=True), digest, (v.run.state, v.run.count))
        with _scenes_lock:
            if name in _scenes:
                _scenes.move_to_end(name)
                return _scenes[name]
            making = _making.setdefault(name, threading.Lock())
        with making:  # a class that opens a page at once waits for one computation, and does not repeat it
            with _scenes_lock:
                if name in _scenes:
                    return _scenes[name]
            try:
                made = self.pack(v)
            finally:
                _making.pop(name, None)
            with _scenes_lock:
                _scenes[name] = made
                while len(_scenes) > SCENES_KEPT:
                    _scenes.popitem(last=False)
        return made

    def pack(self, v: SimpleNamespace) -> tuple[dict[str, Any], dict[str, str], Scene | None]:
        packer = Packer({c.key: c.nodes for c in self.controls if isinstance(c, Slider)}, v.seen)
        try:
            scene, refused = self.figures[v.tab].scene(v), None
        except ValueError as error:  # the core refuses: say so where the picture would be, and keep everything else
            defaults = SimpleNamespace(
                **(links.defaults(self.all_controls) | {"tab": v.tab}),
                seen=v.seen,
                given=v.given,
                data=None,
                run=Progress(),
            )
            scene, refused = self.figures[v.tab].scene(defaults), f"Not drawn: {escaped(str(error).rstrip('.'))}."
            plain = [replace(view, table=None, sentence="") for view in scene.views]  # no number of the defaults is shown
            scene = replace(scene, checks=(), formula=None, reading="", views=plain)
            if self.paste and v.data is not None:
                scene = _without(scene, {*self.paste.fixed, *self.paste.idle})
        wrong = [c for c in scene.checks if not c.holds]
        if wrong and refused is None:
            refused = " ".join(f"Not drawn: {c.method} and {c.second} disagree on {c.quantity} by {c.residual:.1e}, more than {c.tolerance:.0e}." for c in wrong)  # fmt: skip
        return packer.scene(scene, refused), packer.tables, scene

    def matches(self, preset: Preset, values: Mapping[str, Any]) -> bool:
        local = {c.key for c in self.controls if isinstance(c, Slider) and c.local}
        target = self.preset_values(preset, values)
        return all(values[k] == x for k, x in target.items() if k not in local)


class Front(Lesson):
    """The page that opens the course: one live figure, and the map of all lessons."""

    def bar(self) -> dict[str, Any]:
        book = course.current()
        return {
            "previous": None,
            "next": _near(next(e for e in book.entries if e.page)),
            "position": f"An interactive course in {len(book.entries)} lessons",
        }

    def map(self) -> list[dict[str, Any]]:
        return [
            {"number": i, "title": e.title, "claim": e.claim, "href": e.slug, "page": e.page}
            for i, e in enumerate(course.current().entries, start=1)
        ]


@st.fragment
def _fragment(lesson: Lesson) -> None:
    lesson.respond()


def _near(entry: course.Entry | None) -> dict[str, str] | None:
    return None if entry is None else {"title": entry.title, "href": entry.slug, "page": str(entry.page)}


def _waiting(progress: Progress) -> str:
    if progress.state != "waiting":
        return ""
    return f"waiting: {progress.before} run{'s' * (progress.before > 1)} before yours" if progress.before else "starting"


def _badge(checks: Sequence[Any]) -> dict[str, Any] | None:
    if not checks:
        return None
    worst = max(checks, key=lambda c: (not c.holds, c.residual / c.tolerance))  # NaN does not hold
    if not worst.holds:
        return {"ok": False, "text": f"{worst.method} and {worst.second} disagree by {worst.residual:.0e}"}
    shown = max(worst.residual, 1e-16)
    return {
        "ok": True,
        "text": f"{worst.method} · {worst.second} agrees to {shown:.0e}".replace("e-0", "e-").replace("-", "−"),
    }


def _without(scene: Scene, idle: Collection[str]) -> Scene:
    """The same without some of its controls."""

    def left(names: Sequence[str]) -> list[str]:
        return [k for k in names if k not in idle]

    return replace(scene, controls=left(scene.controls), breaks=left(scene.breaks), groups=left(scene.groups), more=left(scene.more))


def _offered(control: Control, scene: Scene | None) -> dict[str, Any]:
    """A control as the browser gets it, with the options that this scene offers."""
    options = scene.options.get(control.key) if scene else None
    if options is None:
        return control.wire()
    assert isinstance(control, Choice) and options and set(options) <= set(control.options), control.key
    return replace(control, options=options).wire()
