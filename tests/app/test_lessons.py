"""What every lesson owes its reader, tested on each one that is listed in ``app.py`` and written.

Nothing here names a lesson: a new page is held to the same as soon as it is in the table of contents.
"""

import ast
import itertools
import json
import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import parse_qs

import numpy as np
import pytest
import streamlit as st
from reader import ROOT, WRITTEN, Reader, course

from fisher_app import controls, glossary, lesson, links, palette, sources
from fisher_app.predictions import Choose, Order, Place, say
from fisher_app.stage import scene as stage_scene

MOST_BYTES = 800_000  # of a whole first message: tables, words, palette


# ---- what is asked of a reader's first look --------------------------------------------------------------------------
def test_every_written_lesson_has_its_page():
    assert len(WRITTEN) >= 5
    for entry in WRITTEN:
        assert (ROOT / entry.page).exists(), entry.page
    assert len({e.slug for e in course().entries}) == len(course().entries)


def test_first_look(reader, slug):
    wire, scene = reader.wire, reader.scene
    assert wire["slug"] == slug
    assert len(wire["claim"]) > 20 and wire["claim"].rstrip().endswith(".")
    assert wire["question"].rstrip().endswith("?")
    assert len(wire["reading"]) > 30
    assert scene["refused"] is None and scene["views"]
    assert wire["notices"] == [] and wire["link"] == "" and not wire["canUndo"]
    assert wire["badge"]["ok"] and wire["extras"]["checks"], "every figure shows how it was computed and checked"
    assert len(reader.raw) < MOST_BYTES, f"{len(reader.raw)} bytes in the first message"


def test_the_claim_holds_at_the_defaults(declared):
    values = links.defaults(declared.all_controls)
    everything_answered = frozenset(q.key for q in declared.predictions)
    assert declared.holds(SimpleNamespace(**values, seen=everything_answered, data=None)) is True


def test_at_most_five_controls_at_load(reader):
    visible = in_reach(reader) - set(reader.wire["bottom"]["more"])
    assert 1 <= len(visible) <= 5, visible
    assert in_reach(reader) <= {c["key"] for c in reader.wire["controls"]}


def test_each_view_is_also_words_and_numbers(reader, declared):
    for tab in declared.figures:
        reader.send(kind="tab", tab=tab)
        for view in reader.scene["views"]:
            where = (tab, view["id"])
            assert 10 <= len(view["alt"]) <= 150, where
            assert re.search(r"\[\w+|\d", view["sentence"]), f"{where}: the sentence carries the current numbers"
            table = view["table"]
            assert table and table["columns"] and 1 <= len(table["rows"]) <= 50, where
            assert all(len(row) == len(table["columns"]) for row in table["rows"]), where


def test_the_foot_of_the_page(reader):
    extras = reader.wire["extras"]
    assert len(extras["trap"]) > 40
    assert 2 <= len(extras["recap"]) <= 3
    assert all(r["question"].rstrip().endswith("?") and len(r["answer"]) > 10 for r in extras["recap"])
    assert extras["glossary"] and extras["sources"] and "licence" in extras["cite"]


def test_terms_and_sources_are_known(declared):
    assert set(declared.terms) <= set(glossary.TERMS)
    assert set(declared.sources) <= set(sources.SOURCES)


# ---- controls ----------------------------------------------------------------------------------------------------------
def settings(control):
    """The values of a control worth trying: both ends, or every option."""
    wire = control.wire()
    if wire["kind"] == "slider":
        return [wire["nodes"][0], wire["nodes"][-1]]
    if wire["kind"] == "choice":
        return [o["value"] for o in wire["options"]]
    if wire["kind"] == "toggle":
        return [True, False]
    return [control.lo, control.hi]


def sound(wire):
    """A picture with its provenance, or a sentence in its place."""
    refused = wire["scene"]["refused"]
    if refused is None:
        assert wire["badge"]["ok"], wire["badge"]
    else:
        assert refused.startswith("Not drawn: ") and refused.endswith(".") and len(refused) > 25, refused
        assert "Traceback" not in refused and "object at" not in refused


def test_every_control_at_every_extreme(reader, declared):
    defaults = links.defaults(declared.controls)
    for tab in declared.figures:
        reader.send(kind="tab", tab=tab)
        for control in declared.controls:
            for value in settings(control):
                wire = reader.send({**defaults, control.key: value})
                assert wire["values"][control.key] == value
                assert wire["notices"] == []
                sound(wire)


def test_corners(reader, declared):
    """All sliders at one end, all at the other, with each choice and each toggle; after every question is answered."""
    for question in declared.predictions:
        reader.commit(question.key, None)
    ends = [{c.key: settings(c)[i] for c in declared.controls if c.wire()["kind"] in ("slider", "whole")} for i in (0, -1)]
    discrete = [[(c.key, v) for v in settings(c)] for c in declared.controls if c.wire()["kind"] in ("choice", "toggle")]
    for tab in declared.figures:
        reader.send(kind="tab", tab=tab)
        combinations = list(itertools.islice(itertools.product(*discrete), 12))
        for end, combination in itertools.product(ends, combinations):
            sound(reader.send({**end, **dict(combination)}))


def test_each_control_does_something_visible(reader, declared):
    defaults = links.defaults(declared.controls)
    for question in declared.predictions:  # an open question may hide what a control would show
        reader.commit(question.key, None)
    idle = {c.key for c in declared.controls}
    others = [{c.key: value} for c in declared.controls if c.wire()["kind"] in ("choice", "toggle") for value in settings(c)]
    for context, tab in itertools.product([{}, *others], declared.figures):  # some controls belong to one model or mode
        if not idle:
            break
        reader.send(kind="tab", tab=tab)
        reader.send({**defaults, **context})
        idle -= browser_side(reader.scene)
        before, shown = reader.scene, in_reach(reader)
        for control in declared.controls:
            for value in settings(control):
                if control.key in (idle & shown) - set(context) and value != defaults[control.key]:
                    reader.send({**defaults, **context, control.key: value})
                    if reader.scene != before:
                        idle.discard(control.key)
    assert not idle, f"moving {sorted(idle)} changes nothing"


def in_reach(reader):
    """The keys of the controls that are on the page now."""
    scene, bottom = reader.scene, reader.wire["bottom"]
    player = [scene["player"]["control"]] if scene["player"] else []
    return {*scene["controls"], *player, *bottom["breaks"], *bottom["groups"], *bottom["more"]}


def browser_side(scene):
    """Controls that the browser reads by itself: tables run over them, curves are cut at them, a click chooses them."""
    found = set()

    def walk(node):
        if isinstance(node, dict):
            found.update(node.get("over") or ())
            found.update(v for k, v in node.items() if k in ("upto", "pick") and isinstance(v, str))
            if isinstance(node.get("when"), dict):
                found.update(node["when"])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(scene)
    return found


def test_a_control_cannot_take_a_name_of_the_frame(declared):
    fields = {f: getattr(declared, f) for f in declared.__dataclass_fields__}
    for name in ("run", "tab", "data"):
        with pytest.raises(ValueError, match=f"cannot be called {name}"):
            lesson.Lesson(**fields | {"controls": [*declared.controls, controls.Toggle(name, "x")]})


def test_nonsense_from_the_browser_is_named_and_not_used(reader, declared):
    for control in declared.controls:
        for nonsense in (float("nan"), float("inf"), "<script>", None, [], {}, "9" * 4000):
            before = dict(reader.values)
            wire = reader.send({control.key: nonsense})
            if wire["values"] == before:
                assert any(n.startswith(f"{control.key}=") for n in wire["notices"]), (control.key, nonsense)
            else:
                pytest.fail(f"{control.key}={str(nonsense)[:20]} was used as {wire['values'][control.key]}")
    for action in ({"kind": "tab", "tab": "nowhere"}, {"kind": "preset", "preset": 7}, {"kind": "draw", "control": "nothing"},
                   {"kind": "commit", "item": "no such question", "answer": 1}, {"kind": "ask", "item": 99}, {"kind": "what"}, {}):  # fmt: skip
        reader.send(**action)


def test_scenes_fit_the_stage(reader, declared):
    """Each view has its place in the layout, handles and players move real controls, live numbers exist."""
    for tab in declared.figures:
        scene = reader.send(kind="tab", tab=tab)["scene"]
        controls = {c["key"]: c for c in reader.wire["controls"]}
        areas = set(" ".join(scene["layout"]["areas"]).split())
        assert {v["id"] for v in scene["views"]} <= areas, tab
        if scene["player"]:
            assert controls[scene["player"]["control"]]["local"]
        for view in scene["views"]:
            if view["kind"] != "canvas":
                continue
            for axis in ("x", "y"):
                assert view[axis]["lo"] < view[axis]["hi"] and (not view[axis]["log"] or view[axis]["lo"] > 0)
            for layer in view["layers"]:
                for name in ("style",):
                    assert layer.get(name) is None or layer[name] in palette.STYLES, layer[name]
                if layer["kind"] == "handle":
                    moved = [layer[k] for k in "xy" if layer.get(k)]
                    assert moved and all(controls[k]["kind"] == "slider" for k in moved)


# ---- presets, links, undo ----------------------------------------------------------------------------------------------
def test_presets(reader, declared):
    assert len(declared.presets) >= 4
    states, seen = {}, set()
    for preset in declared.presets:
        wire = reader.preset(preset.key)
        sound(wire)
        assert [p["key"] for p in wire["presets"] if p["on"]] == [preset.key]
        assert len(wire["look"]) > 10, f"{preset.key} says where to look"
        states[preset.key], _ = wire["link"], seen.add(json.dumps(wire["values"], sort_keys=True))
    assert len(seen) == len(declared.presets), "each preset is a state of its own"
    assert len(set(states.values())) == len(declared.presets), "each preset has an address of its own"


def test_a_link_restores_its_state(reader, declared, slug):
    for preset in declared.presets[:4]:
        reader.send(kind="reset")  # a visitor has answered nothing
        wire = reader.preset(preset.key)
        visitor = Reader(slug, parse_qs(wire["link"], keep_blank_values=True))
        assert visitor.wire["notices"] == []
        assert visitor.values == wire["values"]
        assert visitor.picture == reader.picture


def test_undo_ten_steps_and_reset(reader, declared):
    moved = sorted(declared.controls, key=lambda c: not getattr(c, "local", False))  # those of the browser's own are steps too
    past = []
    for i in range(12):
        past.append(dict(reader.values))
        control = moved[i % len(moved)]
        value = next(v for v in settings(control) if v != reader.values[control.key])
        reader.send({control.key: value})
    for values in reversed(past):
        assert reader.wire["canUndo"]
        assert reader.send(kind="undo")["values"] == values
    assert not reader.wire["canUndo"]
    reader.send(kind="undo")  # nothing left: no harm
    before = dict(reader.values)
    assert reader.send({control.key: value}, kind="undo")["values"] == before, "an undo takes back what it arrives with"


def test_undo_brings_back_seed_and_answer(reader, declared):
    question = declared.predictions[0]
    reader.commit(question.key, None)
    answered = dict(reader.values)
    reader.preset(declared.presets[-1].key)
    reader.send(kind="reset")
    assert reader.values == links.defaults(declared.all_controls)
    assert not reader.prediction(question.key).get("answered")
    reader.send(kind="undo")
    assert reader.prediction(question.key)["answered"]
    reader.send(kind="undo")
    assert reader.values == answered


def test_the_same_seed_draws_the_same(slug, declared):
    drawn_key = next((c.key for c in declared.controls if getattr(c, "draw", False)), None)
    pictures = []
    for _ in range(2):
        lesson._scenes.clear()
        st.cache_data.clear()
        reader = Reader(slug)
        pictures.append(reader.picture)
    assert pictures[0] == pictures[1]
    if drawn_key:
        for question in declared.predictions:
            reader.commit(question.key, None)
        reader.send(links.defaults(declared.controls))
        before, seed = reader.picture, reader.values[drawn_key]
        reader.send(kind="draw", control=drawn_key)
        assert reader.values[drawn_key] == seed + 1
        changed = reader.picture != before
        for tab in list(declared.figures)[1:]:
            reader.send(kind="tab", tab=tab)
            one = reader.picture
            reader.send(kind="draw", control=drawn_key)
            changed |= reader.picture != one
        for control in declared.controls:  # some draws belong to one model or mode
            if not changed and control.wire()["kind"] in ("choice", "toggle"):
                for value in settings(control):
                    reader.send({**links.defaults(declared.controls), control.key: value})
                    one = reader.picture
                    reader.send(kind="draw", control=drawn_key)
                    changed |= reader.picture != one
        assert changed, "a new draw changes some figure"


HOSTILE = ["nan", "1e400", "-1e300", "<script>alert(1)</script>", "9" * 4000, "", "\u202e\x00", "1;2", "None"]


def test_hostile_addresses(slug, declared):
    defaults = links.defaults(declared.all_controls)
    for text in HOSTILE:
        reader = Reader(slug, {c.key: text for c in declared.all_controls})
        for control in declared.all_controls:
            named = [n for n in reader.wire["notices"] if n.startswith(f"{control.key}=")]
            assert named, f"{control.key}={text[:20]} was neither used nor named"
            assert all(len(n) < 200 for n in named)
        assert reader.values == defaults
        assert reader.scene["refused"] is None


def test_addresses_from_elsewhere(slug, declared):
    control = next(c for c in declared.controls if c.wire()["kind"] == "slider")
    good = control.nodes[len(control.nodes) // 3]
    reader = Reader(slug, {"utm_source": "letter", control.key: ["junk", control.text(good)], "v": "99"})
    notices = " ".join(reader.wire["notices"])
    assert "utm_source is not a control" in notices
    assert f"{control.key} is given 2 times" in notices
    assert "version 99" in notices
    assert reader.values[control.key] == good
    assert not reader.send(kind="dismiss")["notices"]


# ---- predictions -------------------------------------------------------------------------------------------------------
ANSWER_KEYS = {"truth", "feedback", "right", "why", "headline", "praise", "correct", "regions", "misconception", "answered"}


def keys_of(node):
    if isinstance(node, dict):
        yield from node
        for child in node.values():
            yield from keys_of(child)
    elif isinstance(node, list):
        for child in node:
            yield from keys_of(child)


def test_answers_are_absent_until_the_reader_commits(reader, declared):
    assert declared.predictions, "a lesson asks before it shows"
    for index, question in enumerate(declared.predictions):
        reader.send(kind="reset")
        reader.ask(index)
        open_now = reader.prediction(question.key)
        assert not ANSWER_KEYS & set(keys_of(open_now)), question.key
        words = [say(question.truth), say(question.why) if question.why else ""]
        if isinstance(question, Choose):
            words += [say(o.feedback) for o in question.options]
        for sentence in words:
            if len(sentence) > 24:
                assert json.dumps(sentence)[1:-1] not in reader.raw, f"{question.key}: '{sentence}' is in the page before commitment"
        before = reader.picture
        reader.commit(question.key, None)
        assert reader.prediction(question.key)["answered"]
        assert reader.picture != before, f"{question.key}: committing shows something that was hidden"


def test_every_option_has_its_own_feedback(reader, declared):
    for index, question in enumerate(declared.predictions):
        for answer, right in answers(question):
            reader.send(kind="reset")
            reader.ask(index)
            reader.commit(question.key, answer)
            shown = reader.prediction(question.key)
            assert shown["answered"] and shown["given"] == answer
            assert shown["right"] is right, (question.key, answer)
            assert len(shown["feedback"]) > 10 and shown["truth"], (question.key, answer)
            assert shown["headline"].startswith("You said ") and shown["headline"].endswith(": right" if right else ": no")
            assert not re.search(r"[_`{}^~]", shown["headline"]), "the headline is plain text"
            sound(reader.wire)
        if isinstance(question, Choose):
            wrong = [o for o in question.options if o.key != question.correct]
            assert all(o.misconception for o in wrong), f"{question.key}: each wrong option names the idea behind it"
            feedback = [say(o.feedback) for o in question.options]
            assert len(set(feedback)) == len(feedback)
            assert question.correct in {o.key for o in question.options}


def answers(question):
    """Answers to try, and whether each is right."""
    if isinstance(question, Choose):
        return [(o.key, o.key == question.correct) for o in question.options]
    if isinstance(question, Place):
        points = [{"x": float(x), "y": float(y)} for x in np.linspace(question.x["lo"], question.x["hi"], 3) for y in np.linspace(question.y["lo"], question.y["hi"], 3)]
        return [(p, question.right(p["x"], p["y"])) for p in points]
    assert isinstance(question, Order)
    orders = list(itertools.permutations(i["key"] for i in question.items))[:6]
    none = [False] * len(question.items)
    tried = [{"order": list(o), "tie": none} for o in orders]
    if question.ties:
        tried += [{"order": list(orders[0]), "tie": [False] * i + [True] + [False] * (len(none) - i - 1)} for i in range(1, len(none))]
    return [(t, question.groups(t) == list(question.correct)) for t in tried]


def test_the_whole_space_of_answers_has_feedback(declared):
    for question in declared.predictions:
        if isinstance(question, Place):
            hits = 0
            for x in np.linspace(question.x["lo"], question.x["hi"], 41):
                for y in np.linspace(question.y["lo"], question.y["hi"], 41):
                    shown = question.reveal({"x": float(x), "y": float(y)})
                    assert shown["feedback"]
                    hits += shown["right"]
            assert 0 < hits < 41 * 41, f"{question.key}: some places are right and some are not"
        if isinstance(question, Order):
            keys, found = [i["key"] for i in question.items], 0
            for order in itertools.permutations(keys):
                for tie in itertools.product([False, True], repeat=len(keys) - 1 if question.ties else 0):
                    shown = question.reveal({"order": list(order), "tie": [False, *tie] if question.ties else [False] * len(keys)})
                    assert shown["feedback"]
                    found += shown["right"]
            assert found >= 1, f"{question.key}: the right answer can be given"


def test_skipping_and_nonsense_answers(reader, declared):
    for question in declared.predictions:
        reader.send(kind="reset")
        for nonsense in ("no such option", {"x": "a"}, [1, 2], {"order": [], "tie": []}, {"x": 1e400, "y": 0}, 7):
            wire = reader.commit(question.key, nonsense)
            assert not reader.prediction(question.key).get("answered"), (question.key, nonsense)
            assert any("answer was not used" in n for n in wire["notices"])
        reader.commit(question.key, None)
        skipped = reader.prediction(question.key)
        assert skipped["given"] is None and skipped["right"] is not False, "a skipped question is not wrong"
        assert skipped["truth"]


def test_a_second_answer_does_not_replace_the_first(reader, declared):
    question = declared.predictions[0]
    (first, _), (second, _) = answers(question)[:2]
    reader.commit(question.key, first)
    reader.commit(question.key, second)
    assert reader.prediction(question.key)["given"] == first


# ---- trust -------------------------------------------------------------------------------------------------------------
def test_a_failed_check_takes_the_place_of_the_figure(slug, monkeypatch):
    lesson._scenes.clear()
    monkeypatch.setattr(stage_scene.Check, "holds", property(lambda self: False))
    try:
        reader = Reader(slug)
        assert "disagree" in reader.scene["refused"]
        assert not reader.wire["badge"]["ok"]
    finally:
        lesson._scenes.clear()


def test_checks_are_made_on_every_tab(reader, declared):
    for tab in declared.figures:
        reader.send(kind="tab", tab=tab)
        checks = reader.wire["extras"]["checks"]
        assert checks, tab
        for _, method, second, *_ in checks:
            assert method and second and method != second


def programs(reader, declared):
    yield "defaults", reader.wire["extras"]["code"]
    for tab in declared.figures:
        yield f"tab {tab}", reader.send(kind="tab", tab=tab)["extras"]["code"]
    for preset in declared.presets:
        yield preset.key, reader.preset(preset.key)["extras"]["code"]


def for_any_family(code):
    return re.search(r"^family = '\w+'$", code, re.MULTILINE) is not None


def test_the_python_runs_alone(reader, declared):
    """Each preset's program: plain numpy and scipy, short, and it prints numbers.  One for any family of the registry
    takes the family's density from fisher_core."""
    wanted = {code: name for name, code in programs(reader, declared)}
    for code, name in wanted.items():
        imports = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Import | ast.ImportFrom)]
        roots = {a.name.split(".")[0] if isinstance(n, ast.Import) else n.module.split(".")[0] for n in imports for a in n.names}
        assert roots <= {"numpy", "scipy", "math"} | ({"fisher_core"} if for_any_family(code) else set()), (name, roots)
        assert len(code.splitlines()) <= 40, (name, len(code.splitlines()))
    for alone in (True, False):
        for code, (printed, fault) in run_each([c for c in wanted if for_any_family(c) != alone], alone).items():
            assert not fault, (wanted[code], fault[-800:])
            assert re.search(r"\d", printed), wanted[code]
            assert "nan" not in printed.lower().split(), wanted[code]


RUN_EACH = """
import contextlib, io, json, sys, traceback

def run(code):
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "program", "exec"), {"__name__": "__main__"})
    except BaseException:
        return printed.getvalue(), traceback.format_exc()
    return printed.getvalue(), ""

print(json.dumps([run(code) for code in json.load(sys.stdin)]))
"""


def run_each(codes, alone):
    """What each program prints, and its traceback; one interpreter for all, for importing scipy takes longer than they do."""
    if not codes:
        return {}
    command = [sys.executable, *(["-I"] if alone else []), "-c", RUN_EACH]
    done = subprocess.run(command, input=json.dumps(codes), capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-800:]
    return dict(zip(codes, json.loads(done.stdout), strict=True))


def test_the_core_refusing_is_a_sentence(slug, declared, monkeypatch):
    """If a scene raises ValueError, the page says so where the picture would be, and all else stays."""
    lesson._scenes.clear()
    first = next(iter(declared.figures.values()))
    reader = Reader(slug)
    original, calls = lesson.Lesson.pack, []

    def refuse(self, v):
        figure = self.figures[v.tab]
        attempts = iter([True])

        def once(values):
            calls.append(values)
            if next(attempts, False):
                raise ValueError("sigma = -1 must be positive")
            return figure.scene(values)

        patched = {**self.figures, v.tab: lesson.Figure(figure.label, once, figure.reading)}
        with monkeypatch.context() as m:
            m.setitem(self.__dict__, "figures", patched)
            return original(self, v)

    assert first.label
    monkeypatch.setattr(lesson.Lesson, "pack", refuse)
    lesson._scenes.clear()
    try:
        wire = reader.send(kind="reset")
        assert wire["scene"]["refused"] == "Not drawn: sigma = -1 must be positive."
        assert wire["claim"] and wire["presets"] and calls
    finally:
        lesson._scenes.clear()


# ---- words -------------------------------------------------------------------------------------------------------------
RICH = {"text", "label", "labels", "caption", "sentence", "look", "claim", "question", "reading", "answer", "trap", "why", "truth",
        "feedback", "hint", "next", "title", "term", "short", "refused", "rows", "head", "groups", "matrix", "ticks", "checks", "columns"}  # fmt: skip
PLAIN = {"code", "sources", "cite", "palette", "styles", "tables", "bar", "alt", "notices", "values", "layout", "version", "badge", "bottom", "paste"}


def rich_strings(node, path=(), inherited=False):
    """Every string that the stage reads as rich text, with the way to it."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in PLAIN:
                yield from rich_strings(child, (*path, key), key in RICH)
    elif isinstance(node, list):
        for i, child in enumerate(node):
            yield from rich_strings(child, (*path, i), inherited)
    elif isinstance(node, str) and inherited:
        yield path, node


def markup_faults(text, known_slots):
    """What is wrong with a rich text: an unclosed mark, an unknown colour, a live number that nobody computes."""
    bare = re.sub(r"\\.", "", text)
    for slot in re.findall(r"\[([^\]]*)\]", bare):
        if slot.split(":")[0] not in known_slots:
            yield f"[{slot}] is not a number of this scene"
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    if bare.count("_") % 2:
        yield "unclosed _"
    if bare.count("`") % 2:
        yield "unclosed `"
    if bare.count("**") % 2 or bare.replace("**", "").count("*"):
        yield "unclosed **"
    if "[" in bare or "]" in bare:
        yield "unclosed ["
    depth = 0
    for match in re.finditer(r"[~^]\{|\{([\w-]*)\|?|\}", bare):
        if match[0] == "}":
            depth -= 1
        else:
            depth += 1
            token = match[1]
            if token is not None and (not match[0].endswith("|") or token not in palette.THEMES["light"]["text"]):
                yield f"unknown colour in '{match[0]}'"
        if depth < 0:
            yield "} without {"
            return
    if depth:
        yield "unclosed {"


def test_markup_is_sound(reader, declared):
    faults = []
    states = [lambda: reader.wire] + [lambda p=p: reader.preset(p.key) for p in declared.presets]
    states += [lambda t=t: reader.send(kind="tab", tab=t) for t in declared.figures]
    states += [lambda q=q: reader.commit(q.key, None) for q in declared.predictions]
    states += [lambda t=t: reader.send(kind="tab", tab=t) for t in declared.figures]
    for state in states:
        wire = state()
        slots = set(wire["scene"]["numbers"]) | {c["key"] for c in wire["controls"]}
        on_page = {**wire, "controls": [c for c in wire["controls"] if c["key"] in in_reach(reader)]}
        faults += [(path, text, fault) for path, text in rich_strings(on_page) for fault in markup_faults(text, slots)]
    for question in declared.predictions:
        if isinstance(question, Choose):
            faults += [(question.key, o.key, f) for o in question.options for f in markup_faults(say(o.feedback), slots)]
    assert not faults, faults[:5]


def test_the_markup_checker_itself():
    assert not list(markup_faults("_x_^{2} {exact|_F_} [n:2] \\_ `KL`", {"n"}))
    for bad in ("_x", "`KL", "**b", "{exact|F", "F}", "{nocolour|F}", "[m]", "x^{2", "[n"):
        assert list(markup_faults(bad, {"n"})), bad


# ---- bringing one's own numbers ----------------------------------------------------------------------------------------
def test_pasted_numbers(reader, declared):
    if declared.paste is None:
        assert reader.wire["paste"] is None
        return
    columns = len(declared.paste.roles)
    rows = np.random.default_rng(3).normal(1, 2, (40, columns)).round(3)
    text = "\n".join(",".join(map(str, r)) for r in rows)
    link = reader.wire["link"]
    wire = reader.send(kind="paste", text=text)
    assert wire["paste"]["active"] and "40 rows" in wire["paste"]["note"], wire["paste"]
    assert wire["link"] == link, "data never go into the link"
    sound(wire)
    for bad in ("a,b\nc,d", "1\nnan\n3", "5", "3\n" * 9, "1e999\n2\n3", "9" * 1_000_001, "\x00\x01"):
        refused = reader.send(kind="paste", text=bad)
        assert refused["paste"]["note"].startswith("Not used: "), bad[:10]
        sound(refused)
    assert not reader.send(kind="paste", text="")["paste"]["active"]
