"""Tables as the browser reads them, and the one way to make them."""

import numpy as np
import pytest

from fisher_app.stage.axes import Axis
from fisher_app.stage.marks import Curve, named
from fisher_app.stage.scene import Number, Packer, View
from fisher_app.stage.tables import Cross, Live, Mix, Point, Secret, read

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
