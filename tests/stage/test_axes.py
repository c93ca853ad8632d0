"""Slots become a grid of which every view has its place, and no screen is left."""

import pytest

from fisher_app.controls import Slider
from fisher_app.stage.axes import CAPTION, CONTROLS, GAP, LINE, PLAYER, TALL, Axis, layout

LAYOUTS = [["main"], ["main", "side"], ["main", "side", "side"], ["main", "side", "side", "side"], ["main", "side", "low"], ["main", "low", "side", "low"], ["half", "half"], ["third"] * 3,
           ["main", "side", "main", "side"], ["main", "strip"], ["main", "side", "strip", "strip"], ["half", "half", "strip"], ["strip"], ["main", "pair", "pair"], ["main", "pair", "side", "pair", "low"],
           ["main", "narrow", "narrow", "side"]]  # fmt: skip


@pytest.mark.parametrize("player", [False, True])
@pytest.mark.parametrize("slots", LAYOUTS, ids="-".join)
def test_every_view_has_one_rectangle(slots, player):
    ids = [chr(ord("a") + i) for i in range(len(slots))]
    grid = layout(list(zip(ids, slots, strict=True)), player)
    rows = [row.split() for row in grid.areas]
    assert len({len(row) for row in rows}) == 1
    assert {cell for row in rows for cell in row} == {*ids, *(["player"] if player else [])}
    for i in {cell for row in rows for cell in row}:
        cells = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == i]
        (r0, c0), (r1, c1) = cells[0], cells[-1]
        assert len(cells) == (r1 - r0 + 1) * (c1 - c0 + 1), f"{i} is no rectangle"
    sides = [grid.heights[i] for i, s in zip(ids, slots, strict=True) if s in ("side", "low")]
    sides += [grid.heights[i] for i, s in zip(ids, slots, strict=True) if s in ("pair", "narrow")][:1]
    if sides and slots.count("main") == 1:  # both columns end at one line
        assert abs(sum(sides) + (CAPTION + GAP) * (len(sides) - 1) - grid.heights["a"]) <= len(sides)
    if slots.count("main") > 1:  # rows, of which all together are as tall as one figure
        tall = 2 * grid.heights["a"] + CAPTION + GAP
        assert len(set(grid.heights.values())) == 1 and tall in (TALL - player * PLAYER, TALL - 1, 350)
    elif "main" in slots and "strip" not in slots:
        assert grid.heights["a"] == TALL - player * PLAYER
    assert set(grid.phones) == set(ids)


def test_a_third_slider_takes_its_row_from_the_views():
    tall = [layout([("a", "half"), ("b", "half")], sliders=n).heights["a"] for n in range(6)]
    assert tall == [TALL, TALL, TALL, TALL - CONTROLS, TALL - CONTROLS, TALL - 2 * CONTROLS]


def test_figures_shrink_for_a_table_below_them():
    halves = [("a", "half"), ("b", "half")]
    assert [layout(halves, lines=n).heights["a"] for n in (0, 5, 7, 40)] == [TALL, TALL, TALL - 2 * LINE, 176]
    three = [layout(halves, sliders=3, lines=n).heights["a"] for n in (0, 2, 5)]
    assert three == [TALL - CONTROLS, TALL - CONTROLS, TALL - CONTROLS - LINE], "a second row of sliders had that room"


@pytest.mark.parametrize(
    "slots",
    [
        ["side"],
        ["main", "main"],
        ["main", "side", "main"],
        ["main", "side", "main", "low"],
        ["main", "half"],
        ["corner"],
        ["main", "pair"],
        ["main", "narrow", "pair"],
    ],
)
def test_what_is_no_layout_is_refused(slots):
    with pytest.raises(ValueError, match="must be one main"):
        layout([(str(i), s) for i, s in enumerate(slots)])


def test_rows_have_names_from_the_top():
    axis = Axis.rows(["first", "second", "third"])
    assert axis.ticks == [(2.0, "first"), (1.0, "second"), (0.0, "third")] and axis.lo < 0 and axis.hi > 2
    assert Axis.decades(1, 10, numbers=False).wire()["numbers"] is False


def test_axes_derive_their_ticks_unless_given():
    assert "ticks" not in Axis.linear(0, 1, "x").wire() and Axis(0, 1).wire()["ticks"] == []
    assert Axis.linear(0, 1, digits=2, signed=True).wire() == {
        "lo": 0,
        "hi": 1,
        "label": "",
        "log": False,
        "digits": 2,
        "signed": True,
    }
    with pytest.raises(ValueError, match="positive and ascending"):
        Axis.decades(0, 1)
    along = Axis.along(Slider("p", "Chance _p_", 0.02, 0.98, 0.01, 0.1))
    assert along.lo < 0.02 and along.hi > 0.98 and along.label == "Chance _p_"
    log = Axis.along(Slider("lam", "λ", 0.01, 100, 0.25, 1, log=True))
    assert log.log and 0 < log.lo < 0.01 and log.hi > 100
