"""The identity lesson: every number it prints in words, its presets, its secret, its program, data of the reader's own."""

import base64
import contextlib
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from reader import Reader, lesson

from fisher_app import links
from fisher_app.lesson import _badge
from fisher_app.scenes import identity as identity_scenes
from fisher_app.stage.scene import Check
from fisher_core import FAMILIES, estimation, information
from fisher_core.data import historical as datasets
from fisher_core.models import LinearRegression
from fisher_studies import heteroscedastic, identity, misspecified

POISSON, CAUCHY = FAMILIES["poisson"], FAMILIES["cauchy"]


@pytest.fixture(scope="module")
def declared():
    return lesson("identity")


@pytest.fixture(scope="module")
def page(declared):
    """The functions and constants of the page."""
    return declared.code.__globals__


def at(declared, **changes):
    return SimpleNamespace(
        **(links.defaults(declared.all_controls) | {"seen": frozenset(["ratio"]), "given": {}, "data": None} | changes)
    )


def preset(declared, key):
    return at(declared, **next(p for p in declared.presets if p.key == key).values)


def shown(scene, name, *where):
    """A live number of a scene, read at the node indices given (as the browser reads it)."""
    return float(np.asarray(scene.numbers[name].value.values)[where])


# ---- the storyboard's numbers ------------------------------------------------------------------------------------------------
def test_poisson_one_mean_two_spreads(declared, page):
    m = identity.moments(POISSON, [4.0], misspecified.model(POISSON, [4.0]))
    assert (m.square, m.curvature, m.square_sd, m.curvature_sd) == pytest.approx((0.25, 0.25, 0.375, 0.125), abs=1e-12)
    assert m.price == pytest.approx(9)  # "9 × the data", "by a factor 9 in variance"
    v = at(declared)
    scene, t, c = page["both_routes"](v), int(np.abs(page["T"]).argmin()), page["COUNTS"].index(50)
    assert [
        shown(scene, k, t) for k in ("F", "es", "eh", "sds", "sdh", "price_s", "price_h", "ratio")
    ] == pytest.approx([0.25, 0.25, 0.25, 0.375, 0.125, 9, 1, 1])
    x = misspecified.model(POISSON, [4.0]).draw(25_000, np.random.default_rng(v.seed))[:50]
    by_hand = information.empirical(POISSON, x, [4.0]), information.observed(POISSON, x, [4.0])
    assert [shown(scene, k, t, c) for k in ("ms", "ses", "mh", "seh")] == pytest.approx(
        [float(e) for r in by_hand for e in (r.value[0, 0], r.standard_error[0, 0])]
    )
    assert abs(shown(scene, "ms", t, c) - 0.25) < 2 * shown(scene, "ses", t, c), "the claim is seen at first load"
    assert abs(shown(scene, "mh", t, c) - 0.25) < 2 * shown(scene, "seh", t, c)


def test_cauchy_flips_and_half_of_its_curvatures_are_negative():
    m = identity.moments(CAUCHY, [0, 1], misspecified.model(CAUCHY, [0, 1]))
    assert (m.square, m.curvature) == pytest.approx((0.5, 0.5))  # "their mean is +½"
    assert (m.square_sd, m.curvature_sd) == pytest.approx((0.3536, 0.7906), abs=1e-4)
    assert 1 / m.price == pytest.approx(5)  # "the curvature, by a factor 5"
    z = np.linspace(-9, 9, 1801)
    negative = identity.routes(CAUCHY, z, [0, 1]).curvature < 0
    assert (negative == (np.abs(z) > 1 + 1e-12)).all()
    assert CAUCHY.cdf([-1.0], [0, 1])[0] + 1 - CAUCHY.cdf([1.0], [0, 1])[0] == pytest.approx(
        0.5
    )  # "half of the curvatures lie below 0"


def test_overdispersed_counts_give_a_ratio_of_three_for_no_assumed_mean_one(declared, page):
    m = page["gap"]()
    assert (m.ratio, m.square, m.curvature) == pytest.approx((3, 0.75, 0.25))  # "It is 3.00: 0.75 against 0.25."
    scene = page["both_routes"](at(declared, src="over"))
    ratios = np.asarray(scene.numbers["ratio"].value.values)
    assert ratios[int(np.abs(page["T"]).argmin())] == pytest.approx(3)
    assert (ratios > 1.5).all()  # "Drag the assumed λ: no value brings them together."
    assert page["fair"]().price == pytest.approx(9)


def test_natural_parameter_has_no_noise(declared, page):
    scene = page["both_routes"](preset(declared, "natural"))
    assert np.asarray(scene.numbers["sdh"].value.values).max() == 0
    assert np.asarray(scene.numbers["seh"].value.values).max() == 0
    assert shown(scene, "price_s", 0) == np.inf


def test_newton_leaps_46_and_scoring_634(declared, page):
    f, ten = FAMILIES["normal"].in_chart("variance"), page["TEN"]
    assert ((ten - 80) ** 2).sum() == 7340 and len(ten) == 10
    scene, k = page["leap"](preset(declared, "newton")), 1
    assert page["CONTROL"]["start"].nodes[k] == 100
    assert (
        shown(scene, "gradient", k) == pytest.approx(0.317)
        and shown(scene, "J", k) == pytest.approx(0.00684)
        and shown(scene, "F", k) == pytest.approx(0.0005)
    )
    assert round(shown(scene, "Newton", k)) == 46 and round(shown(scene, "scoring", k)) == 634
    assert shown(scene, "to_s", k) == pytest.approx(734) == f.score(ten, [80, 734])[:, 1].sum() + 734


def test_recorded_data(declared, page):
    kicks = datasets.horse_kicks().values
    assert kicks.mean() == pytest.approx(0.61) and kicks.var() == pytest.approx(0.61, abs=0.005)
    ratio = {}
    for key in ("horse", "alpha", "newcomb"):
        scene = page["both_routes"](preset(declared, key))
        ratio[key] = shown(scene, "ratio", int(np.abs(page["T"]).argmin()))
    assert ratio["horse"] == pytest.approx(1, abs=0.01)  # "two bars that meet"
    assert ratio["alpha"] == pytest.approx(1, abs=0.06) and len(datasets.alpha_counts().values) == 2608
    light = datasets.light_passage().values
    z = (light - light.mean()) / light.std()
    assert ratio["newcomb"] == pytest.approx((np.mean(z**4) - 1) / 2) and ratio["newcomb"] > 10
    z = np.sort(light)[2:]  # "two outliers at the right edge part the means"
    z = (z - z.mean()) / z.std()
    assert (np.mean(z**4) - 1) / 2 < 1.2


def test_alpha_bands_overlap(declared, page):
    v = preset(declared, "alpha")
    scene, t, c = page["both_routes"](v), int(np.abs(page["T"]).argmin()), page["COUNTS"].index(int(v.n))
    gap = abs(shown(scene, "ms", t, c) - shown(scene, "mh", t, c))
    assert gap < 2 * shown(scene, "ses", t, c) + 2 * shown(scene, "seh", t, c)  # "the two bands still overlap"


def test_which_matrix_expected_meets_observed_at_the_maximum_of_an_exponential_family_only(declared, page):
    for model, meets in (
        ("poisson", True),
        ("normal", True),
        ("gamma", True),
        ("bernoulli", True),
        ("cauchy", False),
        ("logistic", False),
    ):
        p = page["peak"](page["setting"](at(declared, model=model)))
        found = ~np.isnan(p.t)
        assert found.sum() > 20
        apart = np.abs(p.observed / p.exact - 1)[found]
        assert (apart.max() < 1e-9) if meets else (np.median(apart) > 0.005), model
    s = page["setting"](at(declared))
    x = page["draws"](s)[0][:50]
    assert 4 + 2 * page["peak"](s).t[page["COUNTS"].index(50)] == pytest.approx(x.mean(), abs=1e-9)


def test_sandwich_and_its_simulation(declared, page):
    e = page["error_bars"]()
    k = int(np.abs(e.growth - 1.2).argmin())
    x, y = datasets.regression("heteroscedastic")
    assert page["line"](1.2)[1] == pytest.approx(y)
    assert (round(e.naive[k], 4), round(e.sandwich[k], 4)) == (0.0406, 0.0632)
    assert (round(e.naive_population[k], 4), round(e.sandwich_population[k], 4)) == (0.0432, 0.0716)
    assert e.fits == 4000 and e.simulated_error[k] == pytest.approx(0.0008, abs=5e-5)
    assert abs(e.simulated[k] - 0.0714) < 3 * e.simulated_error[k]
    assert (np.abs(e.simulated - e.sandwich_population) < 4 * e.simulated_error).all(), (
        "the sandwich is right for every noise"
    )
    assert e.sandwich_population[0] == pytest.approx(e.naive_population[0]), "even noise: nothing to correct"
    theta = LinearRegression().mle(x, y)
    model = LinearRegression(sigma=float(np.std(y - x @ theta)))
    assert e.sandwich[k] == pytest.approx(np.sqrt(estimation.sandwich(model, (x, y), theta)[1, 1]))
    assert (e.sandwich_population[k] / e.naive_population[k]) ** 2 == pytest.approx(2.75, abs=0.01)
    assert heteroscedastic.population_errors(0.2, 1.2, 1000)[1] ** 2 * 1000 == pytest.approx(5.126, abs=0.001)


def test_uniform_breaks_the_identity(declared, page):
    scene = page["both_routes"](at(declared, uniform=True))
    t = int(np.abs(page["T"]).argmin())
    assert (shown(scene, "es", t), shown(scene, "eh", t), shown(scene, "ratio", t)) == pytest.approx((1, -1, -1))
    assert shown(scene, "s1", t, 3) == pytest.approx(-1), "the mean slope is −1/θ, not 0"


# ---- the prediction ------------------------------------------------------------------------------------------------------------
def test_the_ratio_is_nowhere_before_the_commitment():
    reader = Reader("identity", {"src": "over"})
    for tab in ("routes", "which"):
        reader.send(kind="tab", tab=tab)
        numbers = reader.scene["numbers"]
        tables = {name: np.frombuffer(base64.b64decode(text), "<f4") for name, text in reader.wire["tables"].items()}
        for name in ("ratio", "es", "eh", "ms", "mh", "sds", "price_s", "s1", "h1"):
            if name in numbers and "ref" in numbers[name]:
                assert np.isnan(tables[numbers[name]["ref"]["t"]]).all(), (tab, name)
    closed = json.dumps(reader.scene)
    after = reader.commit("ratio", "nine")
    assert after["tab"] == "routes" and after["values"]["src"] == "over"
    assert json.dumps(reader.scene) != closed
    assert "9 × the data" in reader.prediction("ratio")["feedback"]


def test_the_hidden_scene_does_not_depend_on_what_it_hides(declared, page, monkeypatch):
    """Twice the variance instead of three times, and another draw: the browser gets the same."""
    v = at(declared, src="over", seen=frozenset())
    for tab in ("routes", "which"):
        first = declared.pack(SimpleNamespace(**(vars(v) | {"tab": tab})))[:2]
        true = misspecified.overdispersed
        with monkeypatch.context() as m:
            m.setattr(misspecified, "overdispersed", lambda f, theta, true=true: true(f, theta, 2.0))
            st.cache_data.clear()
            assert declared.pack(SimpleNamespace(**(vars(v) | {"tab": tab})))[:2] == first
        st.cache_data.clear()


# ---- programs, presets, data of one's own ----------------------------------------------------------------------------------------
STATES = [
    {},
    {"model": "natural"},
    {"src": "over", "at": 0.5},
    {"src": "mixed", "model": "normal"},
    {"model": "gamma", "src": "over"},
    {"model": "beta"},
    {"uniform": True},
]


@pytest.mark.parametrize(
    "case",
    [
        *STATES,
        *({"model": k, "at": 0.3} for k in identity_scenes.CASES),
        "poisson",
        "cauchy",
        "over",
        "horse",
        "alpha",
        "newcomb",
    ],
    ids=str,
)
def test_the_program_runs_and_finds_the_same_numbers(declared, page, case):
    agrees(declared, page, preset(declared, case) if isinstance(case, str) else at(declared, **case))


@pytest.mark.parametrize(
    "case", [{"model": "gamma"}, {"model": "poisson", "src": "mixed"}, {"model": "sigma", "at": 0.5}], ids=str
)
def test_a_family_that_scipy_need_not_know_has_a_program_too(declared, page, case, monkeypatch):
    monkeypatch.setattr(identity_scenes, "IN_SCIPY", set())
    agrees(declared, page, at(declared, **case))


def test_a_family_of_any_kind_can_be_contaminated_and_says_why_it_is_not_overdispersed(declared):
    for model, case in identity_scenes.CASES.items():
        scene = declared.pack(at(declared, model=model, src="mixed", tab="routes"))[0]
        assert scene["refused"] is None or case.base.writes("_bounds"), model
    wire, _, scene = declared.pack(at(declared, model="weibull", src="over", tab="routes"))
    assert "weibull data must stay as they are" in wire["refused"]
    assert not scene.checks, "those of another state say nothing of this one"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "weibull"}, ["(k, λ), at their joint maximum"]),
        ({"model": "poisson"}, ["One parameter here:"]),
        ({"model": "laplace"}, ["The maximum is at a corner:"]),
        ({"model": "cauchy", "n": 5, "data": np.array([1.0, 1, 1, 2, 3, 7, 8, 9, 10, 11, 12])}, ["joint maximum of the likelihood."]),
        ({"src": "over", "seen": frozenset()}, ["hidden until you commit"]),
    ],
)
def test_the_corner_for_all_parameters_says_why_it_is_empty(declared, page, changes, words):
    wire, *_ = declared.pack(at(declared, tab="which", **changes))
    for word in words:
        assert word in json.dumps(wire, ensure_ascii=False)


def agrees(declared, page, v):
    """The program prints what the figure shows."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(declared.code(v), "program", "exec"), {"__name__": "__main__"})
    square, curvature, ratio = printed.getvalue().splitlines()
    scene, t = page["both_routes"](v), int(np.abs(page["T"] - v.at).argmin())
    if not v.uniform and not identity_scenes.CASES[v.model].f.regular:  # no differences at a corner, or across an end
        return
    mine = [float(line.split(word)[1].split()[0]) for line in (square, curvature) for word in ("mean", "SD of one")]
    assert mine == pytest.approx([shown(scene, k, t) for k in ("es", "sds", "eh", "sdh")], rel=2e-3, abs=2e-4)
    assert float(ratio.split()[1]) == pytest.approx(shown(scene, "ratio", t), rel=2e-3)


def test_the_program_is_short():
    from fisher_app import snippets

    assert len((snippets.FOLDER / "identity.py").read_text().splitlines()) <= 40


def test_data_of_ones_own_are_used_or_refused_and_all_else_is_kept():
    reader = Reader("identity")
    ours = reader.picture
    refusals = {
        "1,2\n3,4\n": "more than one way", "1\ntwo\n3": "'two'", "1\nnan\n2": "NaN", "7": "1 row", "3\n3\n3": "constant", ",".join("12" for _ in range(300_000)): "rows",
        "1\n" * 6000: "at most 5000", "9" * 1_000_001: "1 MB", "1;2;3\n4;5;6": "3 columns",
    }  # fmt: skip
    for text, word in refusals.items():
        wire = reader.send(kind="paste", text="deaths\n0\n2\n1\n4\n0\n3")
        assert wire["paste"]["active"] and "6 rows" in wire["paste"]["note"] and wire["scene"]["refused"] is None
        assert not any(p["on"] for p in wire["presets"]) and reader.picture != ours
        wire = reader.send(kind="paste", text=text)
        note = wire["paste"]["note"]
        assert note.startswith("Not used: ") and word in note and note.endswith("The page shows its own data."), note
        assert not wire["paste"]["active"], "of older rows nothing stays"
    reader.send(kind="reset")
    assert reader.picture == ours


def test_rows_that_a_model_cannot_draw_leave_no_number_of_others():
    reader = Reader("identity")
    reader.send(kind="paste", text="1\n3\n2")
    wire = reader.send(kind="paste", text="1\n-3\n2")
    scene, note = wire["scene"], wire["paste"]["note"]
    assert scene["refused"].startswith("Not drawn: x contains -3 and must be a whole number")
    assert scene["controls"] == ["at"] and not {"src", "truth", "real"} & {*wire["bottom"]["groups"], *wire["bottom"]["more"]}
    assert "Read, and not used" in note and "in use" not in note.lower()
    assert scene["formula"] is None and not wire["badge"] and all(v["table"] is None for v in scene["views"])
    assert not any(p["on"] for p in wire["presets"]) and wire["look"] is None
    wire = reader.send({"model": "normal"})
    assert wire["scene"]["refused"] is None and "In use" in wire["paste"]["note"]
    assert reader.send({"model": "poisson"}, kind="paste", text="")["scene"]["refused"] is None


def test_all_rows_of_ones_own_are_used():
    rng = np.random.default_rng(4)
    x = np.concatenate([np.full(50, 3.0), rng.poisson(4, 949)])  # the first 50 say nothing of the rest
    reader = Reader("identity")
    reader.send(kind="paste", text="\n".join(f"{v:g}" for v in x))
    f, hat = FAMILIES["poisson"], x.mean()
    assert reader.number("used") == 999 and "n" not in reader.scene["controls"]
    assert {"truth", "src", "real"}.isdisjoint(reader.wire["bottom"]["more"] + reader.wire["bottom"]["groups"])
    assert reader.number("theta") == pytest.approx(hat, rel=1e-6)
    squares = f.score(x, [hat])[:, 0] ** 2
    t = int(np.abs(identity_scenes.T).argmin())
    table = identity_scenes.sample(identity_scenes.Setting("poisson", False, "rows", 0.0, reader.values["seed"], tuple(x.tolist())))
    assert table.counts[-1] == 999 and table.means[0, t, -1] * f.fisher([hat])[0, 0] == pytest.approx(squares.mean(), rel=1e-9)
    naive, sandwich = np.sqrt(hat / 999), np.sqrt(np.mean((x - hat) ** 2) / 999)
    assert f"λ = {hat:.4g} ± {naive:.4g} ({{observed|naive}}), ± {sandwich:.4g} (" in reader.wire["reading"]
    assert "without an error bar" in reader.send({"uniform": True})["reading"]
    reader.send({"n": 50.0, "uniform": False})
    assert reader.number("used") == 999, "the number of rows cannot be turned down"


def test_tabs_and_presets_and_questions_say_what_becomes_of_ones_own_rows():
    reader = Reader("identity")
    reader.send(kind="paste", text="deaths\n0\n2\n1\n4\n0\n3")
    mine = reader.picture
    for tab, used in (("steps", False), ("sandwich", False), ("which", True), ("routes", True)):
        wire = reader.send(kind="tab", tab=tab)
        for text in (wire["reading"], wire["paste"]["note"]):
            assert ("not used on this tab" in text) is not used, (tab, text)
        assert wire["extras"]["code"].startswith("# The reader's rows are not used here") is not used
        assert wire["paste"]["active"] and "own data" in wire["predictions"][0]["question"]
    for action in ({"kind": "preset", "preset": "cauchy"}, {"kind": "commit", "item": "ratio", "answer": None}):
        wire = reader.send(**action)
        assert not wire["paste"]["active"] and wire["paste"]["aside"] and "set aside" in wire["paste"]["note"]
        reader.send({"model": "poisson", "src": "model"}, kind="again")
        assert reader.wire["paste"]["active"] and reader.picture == mine
    reader.preset("cauchy")
    assert reader.send(kind="undo")["paste"]["active"] and reader.picture == mine
    assert reader.send(kind="undo")  # and so does what came before


def test_a_column_and_a_reading_are_chosen_on_the_page():
    reader = Reader("identity")
    paste = reader.send(kind="paste", text="id,dose\n1,4\n2,7\n3,5")["paste"]
    assert [c["label"] for c in paste["columns"]] == ["id: 1, 2, 3", "dose: 4, 7, 5"] and not paste["active"]
    assert "dose (column 2)" in reader.send(kind="columns", pick=[1])["paste"]["note"]
    paste = reader.send(kind="paste", text="1,5\n2,7\n3,1")["paste"]
    assert [r["key"] for r in paste["readings"]] == ["columns", "comma"]
    note = reader.send({"model": "normal"}, kind="reading", reading="comma")["paste"]["note"]
    assert "3 rows; first 1.5, last 3.1. Numbers are read with decimal commas." in note
    for bad in ({"pick": "01"}, {"pick": [True]}, {"pick": [[]]}, {"pick": [60]}, {"pick": [-1]}, {"pick": None}):
        assert note == reader.send(kind="columns", **bad)["paste"]["note"] and reader.wire["notices"]
    assert "different columns" in reader.send(kind="columns", pick=[7])["paste"]["note"]
    paste = reader.send(kind="reading", reading="points")["paste"]
    assert paste["note"].startswith("Not used: ") and not paste["active"]
    assert reader.send(kind="reading", reading="comma")["paste"]["active"]


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "text", ["1e300\n-1e300\n2", "1e-300\n2e-300", "0\n0\n0\n1e12", "1\n2", "1000000\n1000100\n999900"]
)
def test_extreme_data_never_raise(declared, text):
    data = np.array([float(x) for x in text.split()])
    for model in ("poisson", "cauchy", "normal", "sigma", "gamma"):
        for tab in ("routes", "which"):
            v = at(declared, model=model, tab=tab, data=data)
            wire, _, _ = declared.pack(v)
            assert wire["refused"] is None or wire["refused"].startswith("Not drawn: ")
            assert isinstance(declared.code(v), str)


def test_a_residual_that_is_no_number_is_not_agreement():
    checks = [Check("_F_", "closed form", "quadrature", 1e-14, 1e-6), Check("slope", "sum", "search", np.nan, 1e-6)]
    assert _badge(checks) == {"ok": False, "text": "sum and search disagree by nan"}
