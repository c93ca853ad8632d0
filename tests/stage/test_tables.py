"""Tables as the browser reads them, and the one way to make them."""

import base64

import numpy as np
import pytest

from fisher_app.controls import Slider
from fisher_app.stage.axes import Axis
from fisher_app.stage.compound import plane, trail
from fisher_app.stage.marks import Curve, named
from fisher_app.stage.scene import Number, Packer, View
from fisher_app.stage.tables import Cross, Live, Mix, Point, Secret, at, read, turned

NODES = {"a": np.linspace(0, 1, 11), "b": np.array([1.0, 2.0, 4.0])}
HERE = Point(NODES, {"a": 0.25, "b": 3.0})


def test_over_computes_each_table_in_one_call_through_the_present_point():
    calls = []

    def f(a, b):
        calls.append((a.shape, b.shape))
        return np.stack(np.broadcast_arrays(a * b, a + b), axis=-1)

    cross = HERE.over(("a", "b"), f)
    assert calls == [((11,), (1,)), ((1,), (3,))]
    assert [t.over for t in cross.tables] == [("a",), ("b",)]
    np.testing.assert_allclose(cross.tables[0].values[:, 0], NODES["a"] * 3)
    np.testing.assert_allclose(cross.tables[1].values[:, 1], 0.25 + NODES["b"])
    one = HERE.over("a", np.sqrt)
    assert isinstance(one, Live) and one.over == ("a",)


@pytest.mark.parametrize(("names", "f"), [("c", np.sqrt), ((), np.sqrt), ("a", lambda a: 1.0), ("a", lambda a: a[:-1])])
def test_over_refuses_what_is_no_table(names, f):
    with pytest.raises(ValueError, match=r"must (be|have)"):
        HERE.over(names, f)


def test_read_interpolates_between_nodes_and_not_across_a_gap_at_a_node():
    plane = Live(NODES["a"][:, None] * NODES["b"], ("a", "b"))
    assert read(plane, NODES, HERE.values) == pytest.approx(0.75)
    gap = Live(np.array([1.0, np.nan, 3.0]), ("b",))
    assert read(gap, NODES, {"b": 1.0}) == 1 and read(gap, NODES, {"b": 4.0}) == 3
    assert np.isnan(read(gap, NODES, {"b": 1.5}))
    sparse = Live(np.array([0.0, 1.0]), ("a",), every=10)
    assert read(sparse, NODES, {"a": 0.3}) == pytest.approx(0.3)
    assert read(Cross((Live(NODES["a"], ("a",)), Live(NODES["b"], ("b",)))), NODES, HERE.values) == pytest.approx(0.25)
    mixed = read(Mix((Live(NODES["a"], ("a",)), np.array(2.0)), np.array([[1.0, 10.0], [2.0, 20.0]])), NODES, HERE.values)
    np.testing.assert_allclose(mixed, [4.25, 42.5])


def test_a_secret_travels_only_after_its_question():
    mark = named(Curve([0, 1], Secret([271, 828], "e"), "exact"), "hush")
    shut, open_ = Packer(NODES), Packer(NODES, {"e"})
    assert shut.layer(mark) is None and shut.layer(Secret(mark, "e")) is None
    assert open_.layer(mark)["y"] == [271, 828] and open_.layer(mark)["name"] == {"text": "hush"}
    assert shut.number(Number(Secret(2.5, "e"))) == {"format": "2", "exact": "nan"}
    assert open_.number(Number(Secret(2.5, "e")))["exact"] == 2.5
    assert "271" not in str(shut.tables)


def test_a_part_of_a_table_can_be_secret():
    half = Secret(Secret(Live(np.array([1.0, 2.0, 3.0]), ("b",)), "low", NODES["b"] < 2), "high", NODES["b"] > 2)
    left = [half.shown(seen).values for seen in ((), ("low",), ("high",), ("low", "high"))]
    np.testing.assert_array_equal(left, [[np.nan, 2, np.nan], [1, 2, np.nan], [np.nan, 2, 3], [1, 2, 3]])
    assert Packer(NODES).number(Number(half))["ref"]["over"] == ["b"]
    cross = Cross((Live(np.array([1.0, 2.0, 3.0]), ("b",)), Live(np.arange(11.0), ("a",))))
    some = Secret(cross, "far", [NODES["b"] > 2, NODES["a"] > 0.45]).shown(())
    np.testing.assert_array_equal(np.isnan(some.tables[0].values), [False, False, True])
    assert np.isnan(some.tables[1].values).sum() == 6 and Secret(cross, "far", [True, True]).shown({"far"}) is cross


def test_a_secret_column_of_a_figures_table_is_empty():
    def rows(seen):
        columns = [[1, 2], Secret([3.0, 4.0], "e"), Secret([5.0, 6.0], "e", [True, False])]
        view = View("v", "", Axis(0, 1), Axis(0, 1), [], "", "", table=(["x", "y", "z"], columns))
        return Packer(NODES, seen).view(view)["table"]["rows"]

    assert rows(()) == [[1, None, None], [2, None, 6.0]] and rows({"e"}) == [[1, 3.0, 5.0], [2, 4.0, 6.0]]


CLOCK, ANGLE = Slider("t", "Step", 0, 4, 1, 4.0), Slider("turn", "Turn", 0, 90, 15, 0.0)
CLOCKED = NODES | {"t": CLOCK.nodes, "turn": ANGLE.nodes}


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: Secret(x, "q"), lambda x: Cross((x,)), lambda x: Mix([1.0, 1.0], (x, x))])
def test_a_quantity_along_a_clock_is_read_at_its_step(wrap):
    values = np.arange(55.0).reshape(11, 5)
    along = wrap(Live(values[::5], ("a",), every=5))
    now = at(CLOCK, along)
    for a, t in ((0.0, 0), (1.0, 4), (0.5, 2)):
        state = {"a": a, "t": t}
        assert read(now, CLOCKED, state) == pytest.approx(read(along, CLOCKED, state)[t])
    assert read(at(CLOCK, values[3]), CLOCKED, {"t": 2}) == 17


def test_two_tables_hold_every_turn():
    path = np.random.default_rng(0).normal(size=(5, 2))
    for degrees in (0.0, 30.0, 90.0):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        xy = [read(q, CLOCKED, {"turn": degrees}) for q in turned(ANGLE, *path.T)]
        np.testing.assert_allclose(np.transpose(xy), path @ np.array([[c, s], [-s, c]]), atol=1e-15)


def test_a_secret_table_of_a_cross_is_nowhere_in_the_wire():
    secret, plain = np.linspace(5, 7, 11), np.linspace(1, 2, 3)
    cross = Cross((Live(plain, ("b",)), Secret(Live(secret, ("a",)), "q")))
    for seen, hidden in (((), True), (("q",), False)):
        packer = Packer(NODES, seen)
        wire = packer.data(cross)
        assert [ref["over"] for ref in wire["pick"]] == [["b"], ["a"]], "its control still makes the mark go"
        sent = np.frombuffer(base64.b64decode(packer.tables[wire["pick"][1]["t"]]), "<f4")
        assert np.isnan(sent).all() if hidden else sent == pytest.approx(secret)
    assert read(cross, NODES, {"b": 1.0}) == 1.0


def test_a_trail_goes_up_to_the_clock_and_ends_in_a_mark():
    path = np.arange(10.0).reshape(2, 5)
    curve, mark = trail(*path, "exact", clock=CLOCK, size=4)
    assert (curve.upto, curve.casing, curve.dots, mark.size) == ("t", True, True, 4)
    assert [read(q, CLOCKED, {"t": 3}) for q in (mark.x, mark.y)] == [3, 8]
    assert len(trail(*path, "exact", clock=CLOCK, end=False, dots=False)) == 1
    view = plane("p", (-1, 1), (0, 2), [curve, mark], caption="c", alt="a", sentence="s")
    assert view.equal and view.slot == "main" and view.x.ticks is None
