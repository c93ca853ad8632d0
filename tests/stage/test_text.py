"""Rich text and numbers in Python say what the browser says."""

import math

import pytest
from under_node import node

from fisher_app.stage.text import number, plain, runs, tagged

TEXTS = ["plain", "_x_^{2} and `KL`", "**bold _it_** {exact|_F_~{ij}}", r"a\_b \[no slot\]", "[kl:4] nats, [kl]", "{exact|a^{T}b} c", "x < y & z", ""]
VALUES = [0, -0.0, 1, -1, 0.005, 0.0049, 12.345, -12.345, 1e-4, 123456.7, 1e5, 99999, 9999.5, 1e-12, 3e18, math.inf, -math.inf, 0.5, 2.5, 1e4, 1234567]
SPECS = ["0", "2", "+2", "4", "g3", "g4", "+g3", "i", "%1", "%0", "e2"]


def test_runs_agree_with_the_browser():
    there = node("text", "input.map(t => plain(t, s => '<' + s + '>'))", TEXTS)
    assert [plain(t, lambda slot: f"<{slot}>") for t in TEXTS] == there


def test_numbers_agree_with_the_browser():
    values = [str(v) for v in VALUES]
    there = node("text", "input[0].map(v => input[1].map(s => format(Number(v.replace('inf', 'Infinity')), s)))", [values, SPECS])
    here = [[number(v, s) for s in SPECS] for v in VALUES]
    assert here == there


def test_html_has_the_tags_that_plotly_knows():
    assert tagged("_x_^{2} {exact|`F`} a<b", {"exact": "teal"}) == '<i>x</i><sup>2</sup> <span style="color:teal">F</span> a&lt;b'
    assert tagged("[lam] nats", {}, {"lam": "4.00"}.get) == "4.00 nats" and tagged("[other]", {}) == "?"


@pytest.mark.parametrize("source", ["_open", "{exact|open", "^{open", "[open", "}", "\\"])
def test_unfinished_markup_loses_no_letters(source):
    assert "open" not in source or "open" in "".join(r.text for r in runs(source))
