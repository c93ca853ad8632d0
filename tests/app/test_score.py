"""The score lesson: every number in its prose, what hides before a commitment, and the program beside the figure."""

import base64
import contextlib
import io
import json
import re

import numpy as np
import pytest
from reader import Reader, lesson

from fisher_app.scenes import score
from fisher_core import FAMILIES, charts, information
from fisher_core import score as scores
from fisher_core.data import historical as datasets

NORMAL = FAMILIES["normal"]
SCALE = charts.Separable("scale", (charts.IDENTITY, charts.RECIPROCAL)).of(FAMILIES["gamma"])


@pytest.fixture(scope="module")
def session():
    return Reader("score")


@pytest.fixture
def page(session):
    session.send(kind="reset")
    return session


def tables(page):
    """All tables that this session was sent, by name."""
    return {name: np.frombuffer(base64.b64decode(text), "<f4") for name, text in page.wire["tables"].items()}


def read(page, ref, **local):
    """What the browser would show for a reference at the present values."""
    values, controls = page.values | local, {c["key"]: c for c in page.wire["controls"]}
    if isinstance(ref, str):
        return np.array([float(ref)])
    if not isinstance(ref, dict):
        return np.atleast_1d(np.array([float(x) for x in ref] if isinstance(ref, list) else [ref], dtype=float))
    if "mix" in ref:
        w, rows = ref["mix"]
        weights = np.array([read(page, x, **local)[0] for x in w["each"]]) if "each" in w else read(page, w, **local)
        stacked = (
            np.array([read(page, x, **local) for x in rows["each"]])
            if "each" in rows
            else read(page, rows, **local).reshape(len(weights), -1)
        )
        return weights @ stacked
    if "pick" in ref:
        return read(page, ref["pick"][0], **local)
    array = page.tables[ref["t"]].reshape(ref["shape"])
    for key in ref["over"]:
        nodes = np.array(controls[key]["nodes"])
        array = array[int(np.abs(nodes - values[key]).argmin())]
    return np.atleast_1d(array).ravel()


def number(page, name, **local):
    n = page.scene["numbers"][name]
    return (
        float(n["exact"])
        if "exact" in n and n["exact"] is not None and "ref" not in n
        else float(read(page, n["ref"], **local)[0])
    )


def take(page, *names, **local):
    page.tables = tables(page)
    return np.array([number(page, n, **local) for n in names])


# ---- the storyboard's numbers ------------------------------------------------------------------------------------------
def test_first_look_normal_400_typical_seed(page):
    assert (page.values["model"], page.values["n"], page.values["seed"]) == ("normal", 400, score.TYPICAL)
    assert np.allclose(take(page, "f11", "f12", "f22"), [1, 0, 2], atol=1e-7), "covariance diag(1, 2)"
    s = NORMAL.score(NORMAL.sample([0, 1], 100_000, np.random.default_rng(score.TYPICAL))[:400], [0, 1])
    assert np.allclose(s[:, 1], s[:, 0] ** 2 - 1), "the cloud is a parabola"
    c = np.cov(s.T, bias=True)
    assert np.allclose(take(page, "c11", "c12", "c22"), [c[0, 0], c[0, 1], c[1, 1]], rtol=1e-5)
    assert np.allclose(take(page, "m1", "m2"), s.mean(axis=0), rtol=1e-5)
    text = json.dumps(page.scene, ensure_ascii=False)
    assert "[dots:i] dots for _N_ = [n:i] data; random draw, seed [seed:i]" in text


def test_standard_errors_at_1000(page):
    page.send({"n": 1000})
    assert np.allclose(take(page, "e11", "e12", "e22"), [0.0447, 0.0999, 0.2364], atol=5e-5)
    page.send({"n": 100_000})
    assert np.allclose(take(page, "e11", "e12", "e22"), np.sqrt([2e-5, 1e-4, 5.6e-4]), rtol=2e-4)


def test_live_tables_meet_the_exact_numbers(page):
    """What a drag shows at a node is what a release computes there."""
    page.commit("cross", None)
    page.send({"mu": 0.0, "sigma": 1.0, "n": 400})
    page.tables = tables(page)
    dragged = {}
    for name in ("m1", "m2", "c11", "c12", "c22", "e22", "k1"):
        ref = page.scene["numbers"][name]["ref"]
        over_theta = ref["pick"][1] if "pick" in ref else ref
        dragged[name] = float(read(page, over_theta, mu=-0.7, sigma=1.3)[0])
    page.send({"mu": -0.7, "sigma": 1.3})
    released = dict(zip(dragged, take(page, *dragged), strict=True))
    for name, value in dragged.items():
        assert value == pytest.approx(released[name], rel=2e-4, abs=1e-6), name


def test_gamma_in_shape_and_scale(page):
    page.preset("gamma")
    f = take(page, "f11", "f12", "f22")
    assert np.allclose(f, [0.645, 1, 2], atol=5e-4) and f[1] / np.sqrt(f[0] * f[2]) == pytest.approx(0.88, abs=0.005)
    assert np.allclose(FAMILIES["gamma"].fisher([2, 1]), [[0.645, -1], [-1, 2]], atol=5e-4), (
        "in shape and rate the 1 is −1"
    )
    assert "rate the 1 is −1" in page.wire["look"]


def test_rare_event_has_two_scores(page):
    page.preset("rare")
    assert np.allclose(FAMILIES["bernoulli"].score([0, 1], [0.05])[:, 0], [-1.05, 20], atol=5e-3)
    assert take(page, "f11")[0] == pytest.approx(21.05, abs=0.01)


def test_wrong_theta_after_the_answer(page):
    page.commit("cross", {"x": 0.0, "y": 0.0})
    assert (page.values["mu"], page.values["sigma"]) == (1, 1)
    assert np.allclose(take(page, "k1", "k2"), [-1, 1], atol=1e-5)
    m = take(page, "m1", "m2")
    assert np.abs(m - [-1, 1]).max() < 4 * np.max(take(page, "d1", "d2"))
    shown = page.prediction("cross")
    assert "(−1, +1)" in shown["truth"] and "made the data" in shown["feedback"]


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [(0, 0, "only at the _θ_ that made"), (1, 1, "toward"), (1, -2, "toward"), (-1, -1, "mean square 2"), (-1, 0, "mean square 2"), (-3, 4, "Right quadrant"), (-0.2, 3, "Right quadrant"), (-1, 1, "Scores point home")],
)  # fmt: skip
def test_each_place_has_its_feedback(x, y, words):
    shown = lesson("score").predictions[0].reveal({"x": x, "y": y})
    assert words in shown["feedback"] and shown["right"] is ((x, y) == (-1, 1))
    x0, w = scores.outcomes(NORMAL, [0, 1])
    assert w @ (x0 - 1) ** 2 == pytest.approx(2), "spread about μ = 1 is 2"


def test_one_bit(page):
    page.preset("bit")
    assert page.values["tab"] == "survives"
    for at, kept in ((0.0, 0.637), (1.0, 0.439)):
        page.send({"at": at})
        assert take(page, "kept")[0] == pytest.approx(kept, abs=5e-4)
        assert information.coarsened(NORMAL, [at, 1], [0.0])[0, 0] == pytest.approx(kept, abs=5e-4)
    page.send({"at": 0.0, "m": 5})
    assert np.allclose(take(page, "bar0", "bar1", "bar2"), [5, 5, 5 * 0.63662], atol=1e-4), (
        "F adds; the mean loses nothing"
    )
    assert ".637 at _θ_ = 0 and to .439" in page.preset("bit")["look"]


def test_break_it_the_mean_is_minus_one_over_theta(page):
    for theta in (1.0, 1.5, 2.0):
        page.send({"moving": True, "top": theta})
        assert np.allclose(take(page, "m1", "k1"), -1 / theta, atol=1e-6)
        assert take(page, "c11")[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["kicks", "alpha", "light"])
def test_measured_scores_average_to_zero_at_the_estimate(page, name):
    page.preset(name)
    means = take(page, "m1", "m2") if name == "light" else take(page, "m1")
    assert (np.abs(means) < 1e-9).all()


def test_what_the_looks_say_of_measured_data():
    counts = datasets.alpha_counts().values
    assert len(counts) == 2608 and counts.mean() == pytest.approx(3.87, abs=5e-3)
    s = FAMILIES["poisson"].score(counts, [counts.mean()])[:, 0]
    assert s.var() * counts.mean() == pytest.approx(0.95, abs=0.005), "5 % less than F"
    times = datasets.light_passage().values
    assert len(times) == 66 and times[5] == -44 and times[9] == -2
    s = NORMAL.score(times, NORMAL.mle(times))[:, 1]
    assert (s[[5, 9]] ** 2).sum() > 0.5 * (s**2).sum(), "two outliers make most of the spread"
    assert len(datasets.horse_kicks().values) == 200


# ---- before the commitment ---------------------------------------------------------------------------------------------
def test_the_answer_is_absent_before_commit(page):
    for values in ({}, {"mu": 1.0, "sigma": 1.0}, {"mu": -2.0, "sigma": 0.5}, {"n": 100_000}):
        page.send(values)
        page.tables = tables(page)
        for name in ("m1", "m2", "k1", "k2", "c11", "c22", "s1"):
            ref = page.scene["numbers"][name]["ref"]
            for one in ref.get("pick", [ref]):
                if "mix" in one:
                    assert np.isnan(read(page, one, mu=1.0, sigma=1.0, i=3)).all()
                elif set(one["over"]) >= {"mu", "sigma"}:
                    assert np.isnan(read(page, one, mu=1.0, sigma=1.0)).all(), name
        cloud = next(v for v in page.scene["views"] if v["id"] == "b")
        for layer in cloud["layers"]:
            if layer["kind"] == "points":
                assert np.isnan(
                    read(page, layer["x"]["pick"][1] if "pick" in layer["x"] else layer["x"], mu=1.0, sigma=1.0)
                ).all()
        assert any(
            layer["kind"] == "veil" for layer in next(v for v in page.scene["views"] if v["id"] == "c")["layers"]
        )
    page.send({"mu": 1.0, "sigma": 1.0})
    assert np.isnan(take(page, "m1", "m2", "c11", "s1", "d1")).all()
    page.commit("cross", None)
    assert np.isfinite(take(page, "m1", "m2", "c11", "s1", "d1")).all()
    assert not any(layer["kind"] == "veil" for v in page.scene["views"] for layer in v.get("layers", []))


# ---- the program -------------------------------------------------------------------------------------------------------
def run(code):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "program", "exec"), {})
    return printed.getvalue()


def numbers_after(text, word):
    line = next(li for li in text.splitlines() if li.startswith(word))
    return np.array([float(x) for x in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", line.split(" +- ")[0])])


STATES = [
    ("normal", {"mu": 1.0}),
    ("gamma", {}),
    ("beta", {"a": 2.4}),
    ("weibull", {}),
    ("bernoulli", {"p": 0.1}),
    ("logistic", {"w0": 0.4}),
    ("light", {}),
    ("kicks", {"lam": 0.7}),
    ("alpha", {}),
]


@pytest.mark.parametrize(("model", "values"), STATES, ids=[m for m, _ in STATES])
def test_the_program_agrees_with_the_figure(page, model, values):
    page.commit("cross", None)
    page.send({"mu": 0.0, "sigma": 1.0, "n": 10_000, "model": model, **values})
    printed = run(page.wire["extras"]["code"])
    two = page.scene["numbers"]["m2"].get("exact", 0) != "nan"
    mean, covariance = numbers_after(printed, "mean score"), numbers_after(printed, "covariance")
    if not two:
        want, names = take(page, "m1"), ["c11"]
    else:
        want, names = take(page, "m1", "m2"), ["c11", "c12", "c12", "c22"]
    measured = model in ("light", "kicks", "alpha")
    same_draws = model in ("normal", "light", "kicks", "alpha")
    errors = np.array([1e-6] * len(want)) if same_draws else 5 * take(page, *(["d1", "d2"] if two else ["d1"]))
    assert (np.abs(mean - want) <= errors + 1e-6).all(), (mean, want)
    allowed = 1e-5 if same_draws or measured else 6 * take(page, *[n.replace("c", "e") for n in names])
    assert (np.abs(covariance - take(page, *names)) <= allowed + 1e-5).all()


def test_the_program_of_summaries_agrees(page):
    page.preset("bit")
    page.send({"at": 1.0, "m": 3})
    printed = run(page.wire["extras"]["code"])
    assert np.allclose(numbers_after(printed, "one observation")[1], take(page, "kept")[0], atol=1e-6)
    assert np.allclose(numbers_after(printed, "n observations")[2], take(page, "bar2")[0], atol=1e-5)


def test_models_and_their_extremes_draw(page):
    page.commit("cross", None)
    controls = {c["key"]: c for c in page.wire["controls"]}
    for option in controls["model"]["options"]:
        wire = page.send({"model": option["value"]})
        shown = [k for k in wire["scene"]["controls"] if k != "n"]
        for end in (0, -1):
            wire = page.send({k: controls[k]["nodes"][end] for k in shown} | {"n": controls["n"]["nodes"][end]})
            assert wire["scene"]["refused"] is None and wire["badge"]["ok"], (option, end)


def test_every_numbered_datum_is_in_the_smallest_sample():
    controls = {c.key: c for c in lesson("score").controls}
    assert controls["i"].hi == controls["n"].lo
