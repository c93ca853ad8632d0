"""What a browser may send, and what it may not: nothing that arrives raises, and the stage stays usable."""

import json
import math
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader import SLUGS, course, lesson

from fisher_app import links, messages
from fisher_app.controls import Choice, Slider, Toggle, Whole
from fisher_app.lesson import State
from fisher_app.predictions import Choose, Order, Place

CONTROLS, NAMES = {"x", "y"}, {"tab": ["a", "b"], "preset": ["p"], "draw": ["seed"], "commit": ["q"], "ask": range(2), "columns": range(50), "reading": ["comma"], "go": ["pages/kl.py"]}
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([10**400, -(2**63), "x" * 10_000, math.nan, "😀", "\x00"])
junk = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=12)


def read(raw):
    return messages.read(raw, CONTROLS, NAMES)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@settings(max_examples=200, deadline=None)
@given(junk)
def test_anything_is_read_or_left_out(raw):
    message = read(raw)
    assert message is None or message.n is None or isinstance(raw, dict)
    if message:
        assert message.n is not None or message.notices
        assert all(n.endswith(".") for n in message.notices)


@settings(max_examples=100, deadline=None)
@given(junk, junk, st.dictionaries(st.sampled_from(["x", "y", "z"]), junk) | junk, st.fixed_dictionaries({"kind": st.sampled_from(sorted(messages.ACTIONS)) | junk}, optional={k: junk | st.sampled_from(["a", "p", "q", "seed", 0, 1, 2]) for k in ("tab", "preset", "control", "item", "answer", "text", "page")}) | junk, junk | st.lists(st.text()))  # fmt: skip
def test_what_comes_through_is_bounded_and_known(n, rev, values, action, have):
    message = read({"n": n, "rev": rev, "values": values, "action": action, "have": have})
    if message.n is None:
        assert message.action is None and message.values is None, "nothing of it is used"
        return
    assert message.rev is None or abs(message.rev) <= 2**53
    assert set(message.values) <= CONTROLS
    assert all(isinstance(x, str | bool | int | float | None) and (not isinstance(x, str) or len(x) <= messages.MOST_WORD) for x in message.values.values())
    assert all(isinstance(name, str) for name in message.have)
    text = json.dumps([message.values, message.action], allow_nan=False)
    assert len(text) < 200_000 or message.kind == "paste"
    if message.action:
        assert set(message.action) == {"kind", *messages.ACTIONS[message.kind]}


@pytest.mark.parametrize(
    "part",
    [
        {"action": {"kind": "tab", "tab": []}}, {"action": {"kind": "tab", "tab": {"a": 1}}}, {"action": {"kind": "go", "page": "x" * 100_000}},
        {"action": {"kind": "go", "page": "app.py"}}, {"action": {"kind": "go"}}, {"action": {"kind": "ask", "item": -1}}, {"action": {"kind": "ask", "item": True}},
        {"action": {"kind": "ask", "item": 10**400}}, {"action": {"kind": ["tab"]}}, {"action": {"kind": "rm"}}, {"action": []}, {"action": "undo"},
        {"action": {"kind": "columns", "pick": 1}}, {"action": {"kind": "columns", "pick": [True]}}, {"action": {"kind": "columns", "pick": [[0]]}},
        {"action": {"kind": "columns", "pick": [10**400]}}, {"action": {"kind": "reading", "reading": "tea leaves"}}, {"action": {"kind": "reading"}},
        {"action": {"kind": "paste", "text": None}}, {"action": {"kind": "paste", "text": 7}}, {"action": {"kind": "paste", "text": "9" * (messages.MOST_TEXT + 1)}},
        {"action": {"kind": "commit", "item": "q", "answer": nested(500)}}, {"action": {"kind": "commit", "item": "q", "answer": [0] * 5000}},
        {"action": {"kind": "commit", "item": "q", "answer": math.nan}}, {"action": {"kind": "commit", "item": None, "answer": 1}},
        {"have": None}, {"have": "abc"}, {"have": ["x"] * 100_000}, {"values": []}, {"values": "x"}, {"values": {"x": []}}, {"values": {"x": 10**400}},
        {"values": {"x": "y" * 1000}}, {"values": {"x": math.inf}}, {"values": {"unknown": 1}},
    ],
    ids=lambda part: repr(part)[:60],
)  # fmt: skip
def test_what_does_not_fit_is_left_out_with_a_sentence(part):
    message = read({"n": 1, "rev": 1, "values": {}, "action": None, "have": []} | part)
    assert message.n == 1 and message.notices and message.action is None and not message.values and not message.have
    assert all(n.endswith(".") and len(n) < 200 for n in message.notices)


@pytest.mark.parametrize("n", [None, True, "1", math.nan, math.inf, 10**400, 1.5, [], {}])
def test_a_message_without_a_number_is_none(n):
    assert read({"n": n, "action": {"kind": "undo"}}).n is None
    assert read(None) is None


def test_notices_are_few_and_short():
    shown = messages.capped(["x" * 10_000] * 500)
    assert len(shown) == messages.MOST_NOTICES + 1 and max(map(len, shown)) == messages.MOST_LETTERS and shown[-1] == f"And {500 - messages.MOST_NOTICES} more."
    assert messages.capped(["a."]) == ["a."]


def test_what_the_stage_sends_comes_through():
    raw = {"n": 1732000000000, "rev": 3, "values": {"x": 0.1, "y": "b"}, "action": {"kind": "commit", "item": "q", "answer": {"order": ["a", "b"], "tie": [False, True]}}, "have": ["t1", "t2"]}
    message = read(raw)
    assert (message.n, message.rev, dict(message.values), dict(message.action), message.have, message.notices) == (raw["n"], 3, raw["values"], raw["action"], {"t1", "t2"}, ())
    assert read(raw | {"action": {"kind": "commit", "item": "q", "answer": None}}).action["answer"] is None, "to skip is an answer"


# ---- what stands behind it holds as well -------------------------------------------------------------------------------
ANSWERS = [Choose(key="c", question="?", truth="t", options=[], correct="a"), Order(key="o", question="?", truth="t", items=[{"key": "a", "label": "a"}, {"key": "b", "label": "b"}], correct=[], feedback=str),
           Place(key="p", question="?", truth="t", x={"lo": 0, "hi": 1}, y={"lo": 0, "hi": 1}, regions=[], right=lambda x, y: True, praise="")]  # fmt: skip
KINDS = [Slider("x", "x", 0, 1, 0.1, 0.5), Choice("x", "x", {"a": "A"}, "a"), Toggle("x", "x"), Whole("x", "x", 0, 9, 1)]


@settings(max_examples=120, deadline=None)
@given(junk | st.fixed_dictionaries({"order": junk | st.permutations(["a", "b"]), "tie": junk}) | st.fixed_dictionaries({"x": junk, "y": junk}))
def test_answers_and_values_are_taken_or_refused_in_a_sentence(value):
    for judge in [*[q.check for q in ANSWERS], *[c.parse for c in KINDS]]:
        try:
            json.dumps(judge(value), allow_nan=False)
        except ValueError as error:
            assert 0 < len(str(error)) < 200


def test_answers_of_the_wrong_kind():
    for question, given_answer in [(ANSWERS[1], {"order": [1, "a", None], "tie": []}), (ANSWERS[1], [1, "a", None]), (ANSWERS[2], {"x": 10**400, "y": 0}), (ANSWERS[2], {"x": math.nan, "y": 0})]:
        with pytest.raises(ValueError):
            question.check(given_answer)


legit = st.sampled_from(["1", "", "nine", "9" * 5000, "1\n2\n3", "1,2\n3,4\n5,7", '"', "1;2\n3;4"])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_stage_stays(data):
    """Messages in a row, each with some junk in it: the lesson takes them, and can still be shown and moved."""
    declared = lesson(data.draw(st.sampled_from([s for s in SLUGS if lesson(s).paste][:1] + SLUGS[:1])))
    state = State(links.defaults(declared.all_controls))
    keys = [c.key for c in declared.all_controls]
    questions = [q.key for q in declared.predictions]
    something = {"tab": list(declared.figures), "preset": [p.key for p in declared.presets], "control": ["seed"], "item": [*questions, 0, 1], "text": [], "page": [e.page for e in course().written], "answer": [None]}
    action = st.fixed_dictionaries({"kind": st.sampled_from(sorted(messages.ACTIONS))}, optional={k: junk | legit | st.sampled_from([*known, None]) for k, known in something.items()})
    raws = data.draw(st.lists(st.fixed_dictionaries({"n": st.integers(1, 99), "rev": st.integers(0, 9), "values": junk | st.dictionaries(st.sampled_from(keys), junk, max_size=2), "action": junk | action, "have": junk}), min_size=1, max_size=4))
    with patch("streamlit.switch_page"):
        for raw in raws:
            declared.take(state, declared.read(raw))
    json.dumps(declared.data(state)[0], allow_nan=False)
    declared.take(state, declared.read({"n": 100, "rev": state.revision, "values": {}, "action": {"kind": "reset"}, "have": []}))
    wire, _ = declared.data(state)
    assert wire["scene"]["refused"] is None and wire["values"] == links.defaults(declared.all_controls)


def test_a_repeated_message_is_one_message(open_lesson):
    """The page sends its last message again after a gap in the network: it counts once."""
    reader = open_lesson(SLUGS[0])
    slider = next(c for c in reader.wire["controls"] if c["kind"] == "slider" and not c.get("local"))
    wire = reader.send({slider["key"]: slider["nodes"][0]})
    again = reader.run()
    assert (again["n"], again["rev"], again["canUndo"]) == (wire["n"], wire["rev"], True)
    reader.send(kind="undo")
    assert not reader.wire["canUndo"]


@pytest.mark.parametrize("raw", [{}, [], "x", {"n": None}, {"n": "1"}, {"n": 1, "rev": [], "values": 3, "action": 7, "have": None}, {"n": 2, "action": {"kind": "tab", "tab": []}}], ids=repr)
def test_the_page_says_what_it_did_not_use(open_lesson, raw):
    reader = open_lesson(SLUGS[0])
    before = reader.picture
    reader.app.session_state[f"stage-{reader.slug}"] = {"state": raw}
    wire = reader.run()
    assert wire["notices"] and reader.picture == before
    assert reader.run()["rev"] == wire["rev"], "said once"
    reader.n = 5
    assert not reader.send(kind="dismiss")["notices"]


def test_an_address_of_a_thousand_keys_is_answered_in_a_few_lines():
    declared = lesson(SLUGS[0])
    state = State(links.defaults(declared.all_controls))
    state.values, state.notices = links.decode({f"k{i}": "1" for i in range(1000)}, declared.all_controls)
    assert len(declared.data(state)[0]["notices"]) == messages.MOST_NOTICES + 1
