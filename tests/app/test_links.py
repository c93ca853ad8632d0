"""Addresses and controls: what a stranger can write, and what becomes of it."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_app import links
from fisher_app.controls import Choice, Slider, Toggle, Whole, seed, spoken

CONTROLS = [
    Slider("delta", "Shift _δ_", -0.08, 0.14, 0.005, 0.10),
    Slider("lam", "Strength _λ_", 1e-4, 1e4, 0.1, 1.0, log=True),
    Slider("step", "Step", 0, 200, 1, 0, local=True),
    Choice("coords", "Coordinates", {"p": "_p_", "logit": "logit"}, "p"),
    Toggle("mid", "average"),
    seed(),
]


@st.composite
def states(draw):
    pick = {
        "slider": lambda c: draw(st.sampled_from(c.nodes.tolist())),
        "choice": lambda c: draw(st.sampled_from(list(c.options))),
        "toggle": lambda c: draw(st.booleans()),
        "whole": lambda c: draw(st.integers(c.lo, c.hi)),
    }
    return {c.key: pick[c.wire()["kind"]](c) for c in CONTROLS}


def parsed(query):
    from urllib.parse import parse_qs

    return parse_qs(query, keep_blank_values=True)


@given(states())
def test_round_trip(values):
    restored, notices = links.decode(parsed(links.encode(values, CONTROLS)), CONTROLS)
    assert restored == values
    assert notices == []


@given(st.dictionaries(st.text(max_size=12) | st.sampled_from([c.key for c in CONTROLS]), st.lists(st.text(max_size=40), max_size=3), max_size=6))
@settings(max_examples=200)
def test_no_query_raises_and_nothing_is_silent(query):
    values, notices = links.decode(query, CONTROLS)
    for control in CONTROLS:
        assert control.parse(values[control.key]) == values[control.key]
    unused = [k for k, given in query.items() if k not in {c.key for c in CONTROLS} | links.STREAMLIT_KEYS | {"v"}]
    assert len(notices) >= len(unused)


def test_defaults_are_left_out():
    assert links.encode(links.defaults(CONTROLS), CONTROLS) == ""
    assert links.encode(links.defaults(CONTROLS) | {"mid": True}, CONTROLS) == "mid=1"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"delta": "NaN"}, "delta=NaN not used"),
        ({"delta": "1e400"}, "delta=1e400 not used"),
        ({"delta": "-5"}, "delta=-5 not used"),
        ({"coords": "<script>"}, "coords=<script> not used"),
        ({"mid": "2"}, "mid=2 not used"),
        ({"seed": "1.5"}, "seed=1.5 not used"),
        ({"seed": "9" * 4000}, "seed=999"),
        ({"seed": "9" * 9000}, "seed=999"),
        ({"nothing": "1"}, "nothing is not a control"),
        ({"delta": ["0.01", "0.02"]}, "delta is given 2 times"),
        ({"v": "2"}, "version 2"),
        ({"delta": "0.0123"}, "delta=0.0123 lies between two steps; delta=0.01 is shown"),
        ({"x" * 5000: "1"}, "xxx..."),
    ],
)
def test_what_cannot_be_used_is_named(query, word):
    values, notices = links.decode(query, CONTROLS)
    assert len(notices) == 1 and word in notices[0]
    assert len(notices[0]) < 200
    assert set(values) == {c.key for c in CONTROLS}


def test_streamlit_keys_pass_unmentioned():
    assert links.decode({"embed": "true", "embed_options": ["a", "b"]}, CONTROLS) == (links.defaults(CONTROLS), [])


# ---- controls ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: c.key)
@pytest.mark.parametrize("nonsense", [None, [], {}, "", " ", "nan", "inf", "-inf", math.nan, math.inf, "1e400", "0x10", "１２３x", "<b>", object()])
def test_controls_refuse_nonsense_in_one_sentence(control, nonsense):
    with pytest.raises(ValueError, match=f"^{control.key}=.* not used: it must "):
        control.parse(nonsense)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_slider_gives_a_node_or_refuses(value):
    slider = CONTROLS[0]
    try:
        assert slider.parse(value) in slider.nodes
    except ValueError:
        assert not slider.lo <= value <= slider.hi


@pytest.mark.parametrize("slider", [c for c in CONTROLS if isinstance(c, Slider)], ids=lambda c: c.key)
def test_nodes_run_from_end_to_end_and_survive_text(slider):
    nodes = slider.nodes
    assert nodes[0] == pytest.approx(slider.lo) and nodes[-1] == pytest.approx(slider.hi)
    assert (np.diff(nodes) > 0).all()
    assert slider.default in nodes
    assert all(slider.parse(slider.text(v)) == v for v in nodes)


def test_toggles_and_whole_numbers():
    toggle, whole = Toggle("t", "t"), Whole("w", "w", 1, 9, 3)
    assert [toggle.parse(v) for v in (True, "1", "true", 1, False, "0", "false", 0)] == [True] * 4 + [False] * 4
    assert [whole.parse(v) for v in (1, "9", 4.0)] == [1, 9, 4]
    for bad in (0, 10, "0", 4.5):
        with pytest.raises(ValueError, match="w="):
            whole.parse(bad)


def test_spoken():
    assert spoken("Chance of heads _p_") == "Chance of heads p"
    assert spoken("{exact|_F_}^{2}") == "F2"
    assert spoken("at _θ_^{\\*}~{A}") == "at θ*A"
