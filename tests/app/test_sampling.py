"""The lesson on exact, sampled and empirical Fisher: its storyboard's numbers, its hidden answer, its programs, bad data."""

import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from reader import Reader, lesson, shown

from fisher_app import links, userdata
from fisher_app.scenes import worlds
from fisher_studies import two_weights

SLUG = "sampling"
PRESETS = [p.key for p in lesson(SLUG).presets]


@pytest.fixture(scope="module")
def answered():
    reader = Reader(SLUG)
    reader.commit("further", None)
    return reader


def at(offset, noise="matched", quiet=False):
    w = worlds.make("linear", noise, "correct", quiet)
    return w, two_weights.survey(w.model, w.x, w.y, w.origin + np.array(offset, dtype=float))


# ---- the storyboard, from the core -------------------------------------------------------------------------------------
@pytest.mark.parametrize("offset, exact, empirical", [((1, -1), 1.414, 0.295), ((3, -3), 4.243, 0.163)])
def test_steps_from_the_start_and_from_three_times_further(offset, exact, empirical):
    w, here = at(offset)
    move = two_weights.steps(here.exact, here.gradient)
    assert np.linalg.norm(move) == pytest.approx(exact, abs=5e-4)
    np.testing.assert_allclose(here.theta + move, w.origin, atol=1e-12)  # lands on the optimum
    assert np.linalg.norm(two_weights.steps(here.empirical, here.gradient)) == pytest.approx(empirical, abs=5e-4)


@pytest.mark.parametrize(
    "noise, diagonal", [("matched", (1.05, 1.00)), ("fourfold", (4.19, 4.00)), ("heteroscedastic", (1.60, 3.79))]
)
def test_empirical_matrix_at_the_optimum(noise, diagonal):
    _, here = at((0, 0), noise)
    np.testing.assert_allclose(np.diag(here.empirical), diagonal, atol=5e-3)
    np.testing.assert_allclose(np.diag(here.exact), (1.00, 0.98), atol=5e-3)


@pytest.mark.parametrize("classes, ratios", [("correct", (0.876, 1.050)), ("crossed", (0.406, 1.590))])
def test_the_trap_at_an_optimum(classes, ratios):
    w = worlds.make("logistic", "matched", classes, False)
    here = two_weights.survey(w.model, w.x, w.y, w.origin)
    values = np.linalg.eigvals(np.linalg.solve(here.exact, here.empirical))
    np.testing.assert_allclose(np.sort(values.real), ratios, atol=5e-4)


def test_crossed_axes_are_turned_by_a_right_angle():
    w = worlds.make("logistic", "matched", "crossed", False)
    here = two_weights.survey(w.model, w.x, w.y, w.origin)
    long_axes = [np.linalg.eigh(m)[1][:, 0] for m in (here.exact, here.empirical)]
    assert abs(long_axes[0] @ long_axes[1]) < 0.1


def test_without_noise_the_empirical_matrix_goes_and_the_exact_one_stays():
    _, loud = at((0, 0))
    _, quiet = at((0, 0), quiet=True)
    np.testing.assert_allclose(quiet.empirical, 0.02**2 * loud.empirical, rtol=1e-9)
    np.testing.assert_array_equal(quiet.exact, loud.exact)


def test_challenger_leans_the_other_way():
    w = worlds.make("logistic", "matched", "challenger", False)
    here = two_weights.survey(w.model, w.x, w.y, w.origin)
    assert len(w.x) == 23 and here.exact[0, 1] < -0.03 and here.empirical[0, 1] > 0.01


# ---- on screen ---------------------------------------------------------------------------------------------------------
def test_first_look():
    reader = Reader(SLUG)
    for name, value in {
        "exact_length": 1.414,
        "empirical_length": 0.295,
        "E11": 3.133,
        "E22": 5.457,
        "F22": 0.976,
        "distance": 1.414,
    }.items():
        assert shown(name, reader) == pytest.approx(value, abs=5e-4), name
    drawn, error = shown("S11", reader), shown("S11_se", reader)
    assert abs(drawn - shown("F11", reader)) < 4 * error


def test_the_answer_is_absent_until_it_is_given():
    reader = Reader(SLUG)
    assert "0.163" not in reader.raw and "shorter}: 0" not in reader.raw
    for offset in ((3, -3), (0, 0), (2, 2)):
        reader.send({"a": offset[0], "b": offset[1]})
        assert shown("empirical_length", reader) != shown("empirical_length", reader)  # NaN
        assert np.isnan(reader.number("empirical_length"))
    assert "0.163" not in reader.raw
    wire = reader.commit("further", "same")
    assert reader.values["a"] == 3 and reader.values["b"] == -3
    assert shown("empirical_length", reader) == pytest.approx(0.163, abs=5e-4)
    assert "0.295" in reader.prediction("further")["truth"] and "0.163" in reader.prediction("further")["truth"]
    assert wire["badge"]["ok"]


def test_fields_and_walk_hide_their_empirical_part_too():
    reader = Reader(SLUG)
    reader.send(kind="tab", tab="fields")
    panel = next(v for v in reader.scene["views"] if v["id"] == "e")
    assert not [x for x in panel["layers"] if x.get("style") == "empirical"]
    reader.send(kind="tab", tab="walk")
    assert np.isnan(reader.number("lowest"))


def test_wrong_answers_have_feedback_of_their_own(answered):
    texts = [o.feedback() for o in lesson(SLUG).predictions[0].options]
    assert len(set(texts)) == 3 and "4.243" in texts[0] and "0.884" in texts[0] and "0.163" in texts[1]


def test_walk_numbers(answered):
    answered.send({"xi": 1.0, "step": 100}, kind="tab", tab="walk")
    assert answered.number("lowest") == pytest.approx(-33.95, abs=5e-3)
    answered.send({"xi": 0.5})
    assert sorted(round(answered.number(n), 6) for n in ("last", "before")) == [-0.1, 0.2]
    answered.send(kind="tab", tab="plane")


def test_moments_add_up(answered):
    answered.send({"a": 1.0, "b": -1.0, "model": "linear"}, kind="tab", tab="moment")
    for k in "01":
        assert shown("E" + k, answered) == pytest.approx(shown("C" + k, answered) + shown("G" + k, answered), rel=1e-6)
    answered.send(kind="tab", tab="plane")


# ---- programs, extremes, data -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", PRESETS)
def test_preset_and_its_program_agree(answered, key):
    wire = answered.preset(key)
    assert wire["look"] and answered.scene["refused"] is None
    run = subprocess.run(
        [sys.executable, "-c", wire["extras"]["code"]], capture_output=True, text=True, timeout=60, check=True
    )
    rows = {
        line.split()[0]: [float(x) for x in re.findall(r"-?[\d.]+(?:e-?\d+)?", line)]
        for line in run.stdout.splitlines()
    }
    for name, letter in (("exact", "F"), ("empirical", "E")):
        for k, value in zip(("11", "12", "22"), rows[name][:3], strict=True):
            assert shown(letter + k, answered) == pytest.approx(value, abs=2e-6), (name, k)
        assert shown(f"{name}_length", answered) == pytest.approx(rows[name][3], rel=1e-4, abs=2e-5)
    for k, value in zip(("11", "12", "22"), rows["sampled"][:3], strict=True):  # other labels, same law
        assert abs(shown("S" + k, answered) - value) < 6 * shown(f"S{k}_se", answered) + 2e-4


def values(**given):
    declared = lesson(SLUG)
    return SimpleNamespace(
        **(links.defaults(declared.all_controls) | given),
        seen=frozenset(["further"]),
        given={},
        data=given.pop("data", None),
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"quiet": True},
        {"noise": "heteroscedastic"},
        *({"model": "logistic", "classes": c} for c in ("correct", "separable", "challenger")),
    ],
)
@pytest.mark.parametrize("corner", [(-3.2, 3.2), (3.2, 3.2), (0.0, 0.0)])
def test_corners_of_the_pad(settings, corner):
    for labels in ("data", "model"):
        wire, _, scene = lesson(SLUG).pack(values(a=corner[0], b=corner[1], M=10.0, labels=labels, **settings))
        assert wire["refused"] is None and all(c.holds for c in scene.checks)


@pytest.mark.parametrize(
    "text, words",
    [
        ("1, 2\n2, 4\n3, 6\n4, 8", "lie on a line"),
        ("1 2\n2 5", "at least 3"),
        ("x,y\n1,2\n1,3\n1,5", "constant"),
        ("1,2\n2,4\n3,6", "more than one way"),
        ("a,b\n1,x\n2,3", "not a number"),
        ("1\n2\n3", "columns"),
        ("1,nan\n2,3\n4,5", "NaN"),
        ("1e300,1\n-1e300,2\n1,4\n2,9", "nearer to 1"),
    ],
)
def test_bad_data_are_named_and_nothing_else_is_lost(text, words):
    reader = Reader(SLUG)
    reader.send({"a": 2.0})
    wire = reader.send(kind="paste", text=text)
    said = (wire["paste"]["note"] or "") + (reader.scene["refused"] or "")
    assert words in said and reader.values["a"] == 2.0
    reader.send(kind="paste", text="")
    assert reader.scene["refused"] is None


def test_own_data_are_used():
    rng = np.random.default_rng(0)
    x = rng.normal(20, 5, 60)
    text = "x, y\n" + "\n".join(
        f"{a:.4f}, {100 + 7 * a + 30 * e:.4f}" for a, e in zip(x, rng.normal(size=60), strict=True)
    )
    reader = Reader(SLUG)
    reader.send({"a": 1.0, "b": -1.0}, kind="paste", text=text)
    assert reader.scene["refused"] is None and shown("exact_length", reader) == pytest.approx(2**0.5, rel=1e-9)
    np.testing.assert_allclose([shown("F11", reader), shown("F12", reader), shown("F22", reader)], [1, 0, 1], atol=1e-9)
    reader.send({"model": "logistic"})
    assert not {"noise", "classes"} & set(reader.wire["bottom"]["more"])
    assert "labels for logistic regression are 0 and 1" in reader.scene["refused"]
    w = worlds.make(
        "logistic",
        "matched",
        "correct",
        False,
        userdata.read(
            "t,y\n" + "\n".join(f"{a},{int(a + 4 * e > 20)}" for a, e in zip(x, rng.normal(size=60), strict=True)), 2
        ),
    )
    assert w.model.mean_gradient(w.x, w.y, w.origin) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_a_datum_is_called_by_its_place_among_the_rows(model):
    reader = Reader(SLUG)
    reader.send({"model": model, "i": 15}, kind="paste", text="x,y\n1,0\n2,1\n4,0\n3,1")
    assert reader.scene["refused"] is None and reader.number("datum") in (1, 2, 3, 4)
    assert "datum [datum]" in reader.picture and "atum [i]" not in reader.picture


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_ones_own_rows_are_on_the_plot_and_in_the_program(model):
    rng = np.random.default_rng(2)
    x = rng.normal(20, 5, 60)
    y = 7 + 0.1 * x + 0.3 * rng.normal(size=60) if model == "linear" else (x + 4 * rng.normal(size=60) > 20).astype(float)
    reader = Reader(SLUG)
    text = "dose;response\n" + "\n".join(f"{a:.2f};{b:.2f}" for a, b in zip(x, y, strict=True)).replace(".", ",")
    wire = reader.send({"model": model, "a": 1.0, "b": -2.0}, kind="paste", text=text)
    assert wire["paste"]["active"] and "decimal commas" in wire["paste"]["note"] and reader.scene["refused"] is None
    assert not {"noise", "classes"} & set(wire["bottom"]["more"])
    w = worlds.make(model, "matched", "correct", False, userdata.read(text, 2).values)
    view = next(v for v in reader.scene["views"] if v["id"] == "b")
    for axis, values in (("x", w.x[:, 1]), ("y", w.y)):
        low, high = view[axis]["range"] if "range" in view[axis] else (view[axis]["lo"], view[axis]["hi"])
        assert low < values.min() and values.max() < high, axis
    run = subprocess.run([sys.executable, "-c", wire["extras"]["code"]], capture_output=True, text=True, timeout=60, check=True)
    rows = {line.split()[0]: [float(n) for n in line.split()[1:]] for line in run.stdout.splitlines()}
    for name, letter in (("exact", "F"), ("empirical", "E")):
        assert rows[name][:3] == pytest.approx([shown(letter + k, reader) for k in ("11", "12", "22")], rel=1e-5, abs=2e-6)
        assert rows[name][3] == pytest.approx(shown(f"{name}_length", reader), rel=1e-4)
    for tab in ("fields", "walk", "error"):
        assert "not used on this tab" in reader.send(kind="tab", tab=tab)["reading"]
    many = reader.send(kind="paste", text="\n".join(f"{k} {k % 7}" for k in range(500)))
    assert "500 rows" in many["paste"]["note"]
