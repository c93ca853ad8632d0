"""Sentences with a number or a formula in them: each is read from the page and computed anew."""

import re

import mpmath
import numpy as np
import pytest
from reader import SLUGS, Reader, lesson, shown
from scipy import stats

from fisher_app.predictions import Choose
from fisher_app.scenes import score as scenes
from fisher_core import FAMILIES
from fisher_core import score as scores
from fisher_core.data import historical as datasets

FRACTIONS = {"½": 1 / 2, "⅓": 1 / 3, "⅙": 1 / 6}


def numbers(text):
    """The numbers in a text, in order."""
    plain = text.replace("−", "-")
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?|-?\.\d+", plain)]


def why(slug, key):
    words = next(q for q in lesson(slug).predictions if q.key == key).why
    return words if isinstance(words, str) else words()


def look(slug, key):
    return next(p for p in lesson(slug).presets if p.key == key).look


# ---- KL
def coin(p, q):
    return p * mpmath.log(p / q) + (1 - p) * mpmath.log((1 - p) / (1 - q))


def third_terms(p):
    """Coefficients of δ³ in KL(p‖p+δ) and KL(p+δ‖p), in units of F′(p), by mpmath."""
    with mpmath.workdps(40):
        p = mpmath.mpf(p)
        slope = mpmath.diff(lambda t: 1 / (t * (1 - t)), p)
        forth, back = (mpmath.taylor(f, 0, 3)[3] for f in (lambda d: coin(p, p + d), lambda d: coin(p + d, p)))
        return float(forth / slope), float(back / slope), float(slope)


def test_the_third_order_of_kl_is_a_third_forward_and_a_sixth_back():
    text = why("kl", "right")
    forth, back, slope = third_terms("0.1")
    said = [FRACTIONS[glyph] for glyph in re.findall(r"([⅓⅙])_F_′_δ_\^\{3\}", text)]
    assert said == pytest.approx([forth, back], rel=1e-9)
    assert text.index("_p_‖_p_+_δ_") < text.index("⅓") < text.index("_p_+_δ_‖_p_") < text.index("⅙")
    assert numbers(text[text.index("slope of _F_") :])[0] == pytest.approx(slope, abs=0.05)
    assert third_terms("0.37")[:2] == pytest.approx((forth, back)), "at any coin"


def test_how_far_the_egg_is_off_the_ellipse():
    reader = Reader("kl")
    reader.preset("log")
    assert reader.values["level"] == pytest.approx(0.16)
    up, down = numbers(look("kl", "log"))
    with mpmath.workdps(30):  # KL(N(0,1) ‖ N(0, e^t)) = t + (e^(−2t) − 1)/2
        reach = mpmath.sqrt(mpmath.mpf("0.16"))
        top, bottom = (mpmath.findroot(lambda t: t + (mpmath.exp(-2 * t) - 1) / 2 - mpmath.mpf("0.16"), t) for t in (0.4, -0.4))
    assert up == pytest.approx(float(100 * (top / reach - 1)), abs=0.5)
    assert down == pytest.approx(float(100 * (1 + bottom / reach)), abs=0.5)


def test_the_direction_in_which_kl_is_infinite_is_named_on_its_side():
    reader = Reader("kl", {"moving": "1"})
    layers = reader.scene["views"][0]["layers"]
    labels = [la for la in layers if la["kind"] == "label"]
    side = {la["text"]: float(np.ravel(la["x"])[0]) for la in labels if "∞" in la["text"]}
    assert set(side) == {"`KL`(_θ_‖_θ_+_δ_) = ∞", "`KL`(_θ_+_δ_‖_θ_) = ∞"}
    uniform = FAMILIES["uniform"]
    assert side["`KL`(_θ_‖_θ_+_δ_) = ∞"] < 0 and np.isinf(uniform.kl([1.0], [0.8])) and np.isfinite(uniform.kl([0.8], [1.0]))
    assert side["`KL`(_θ_+_δ_‖_θ_) = ∞"] > 0 and np.isinf(uniform.kl([1.2], [1.0]))
    names = [la["name"]["text"] for la in layers if "name" in la]
    assert names.count("`KL`(_θ_+_δ_‖_θ_)") == 1, "the finite curve has its name"


@pytest.mark.parametrize(("family", "step"), [("gamma", -2.0), ("weibull", -2.0), ("bernoulli", 2.0)])
def test_no_value_is_named_where_a_step_leaves_the_space(family, step):
    reader = Reader("kl", {"tab": "every", "family": family, "step": str(step)})
    assert np.isnan(reader.number("to1")) == np.isnan(reader.number("kl"))
    inside = Reader("kl", {"tab": "every", "family": family, "step": "0.5"})
    assert np.isfinite(inside.number("to1"))


def test_no_rate_below_zero_is_named():
    reader = Reader("kl", {"model": "poisson", "lam": "1", "dlam": "-2"})
    assert np.isnan(reader.number("moved"))
    reader.send({"lam": 4.0})
    assert reader.number("moved") == pytest.approx(2.0)


# ---- score
def drawn(model):
    s = scenes.SUBJECTS[model]
    return not s.real and model != "uniform"


MODELS = [m for m in scenes.SUBJECTS if drawn(m)]


@pytest.mark.parametrize("model", MODELS)
def test_the_draw_that_the_page_opens_with_is_typical(model):
    """χ² of the mean in its middle 70 %, every entry of the covariance within 1.6 standard errors: as the comment says."""
    m, truth = scenes.model_of(model), np.array(scenes.SUBJECTS[model].truth)
    s = m.score(scenes.data_of(model, scenes.TYPICAL)[:400], truth)
    mean, fisher = s.mean(axis=0), m.fisher(truth)
    p = stats.chi2.sf(len(s) * mean @ np.linalg.solve(fisher, mean), len(mean))
    assert 0.15 < p < 0.85
    gap = np.abs(np.cov(s.T, bias=True).reshape(fisher.shape) - fisher)
    assert (gap < 1.6 * scores.expected(m, truth, truth).error(400)).all()


def test_the_page_says_how_its_seed_was_chosen():
    reader = Reader("score")
    assert f"seed {reader.values['seed']}, was chosen from 0 to 199 as typical" in reader.wire["extras"]["trap"]


@pytest.mark.parametrize(("n", "dots"), [("10", 10), ("400", 400), ("100000", 900)])
def test_as_many_dots_as_the_caption_says(n, dots):
    reader = Reader("score", {"n": n})
    a, b = (next(v for v in reader.scene["views"] if v["id"] == k) for k in "ab")
    assert "[dots:i] dots for _N_ = [n:i] data" in b["caption"] and reader.number("dots") == dots
    clouds = [la for la in b["layers"] if la["kind"] == "points" and la.get("count")]
    assert [reader.read(la["count"]) for la in clouds] == [dots]
    (balls,) = (la for la in a["layers"] if la["kind"] == "points" and la.get("labels"))
    assert balls["labels"] == [str(k) for k in range(1, 11)], "numbered data are in the smallest sample"
    assert min(dots, float(n)) == dots


@pytest.mark.parametrize("model", list(scenes.SUBJECTS))
def test_how_to_read_it_names_what_is_on_the_plot(model):
    subject = scenes.SUBJECTS[model]
    reader = Reader("score", {"moving": "1"} if model == "uniform" else {"model": model})
    view = next(v for v in reader.scene["views"] if v["id"] == "b")
    text = reader.wire["reading"]
    assert ("ellipse" in text) == any(la["kind"] == "ellipse" for la in view["layers"]) == (subject.d == 2)
    assert ("stalk" in text) == view["caption"].startswith("**Scores** and their share")
    assert ("parabola" in text) == (model in ("normal", "light"))
    assert ("circle" in text) == (model == "cauchy") and ("two lines" in text) == (model == "laplace")


def test_the_shapes_that_the_words_name():
    x = np.random.default_rng(0).normal(size=200) * 3
    for location, scale in ((0.0, 1.0), (0.7, 2.5)):
        theta = [location, scale]
        s = FAMILIES["normal"].score(x, theta)
        assert s[:, 1] == pytest.approx(scale * s[:, 0] ** 2 - 1 / scale), "a parabola"
        assert np.hypot(*FAMILIES["cauchy"].score(x, theta).T) == pytest.approx(1 / scale), "a circle of radius 1/σ"
        assert np.abs(FAMILIES["laplace"].score(x, theta)[:, 0]) == pytest.approx(1 / scale), "two lines at ± 1/b"


def test_no_error_bar_is_zero_where_the_estimate_errs():
    reader = Reader("score", {"model": "laplace"})
    assert reader.number("c11") != 1 and reader.number("e11") == pytest.approx(np.sqrt(2 * 399 / 400 + 1) / 400, rel=1e-4, abs=0)
    inside = 0
    f, exact = FAMILIES["laplace"], scores.expected(FAMILIES["laplace"], [0, 1], [0, 1]).error(400)
    for seed in range(200):
        s = f.score(f.sample([0, 1], 400, np.random.default_rng(seed)), [0, 1])
        inside += np.abs(np.cov(s.T, bias=True) - np.eye(2)) < 1.96 * exact
    assert (inside >= 182).all() and (inside <= 198).all(), "91 to 99 % of 200"


# ---- questions
EVERY = [(slug, q) for slug in SLUGS for q in lesson(slug).predictions]


@pytest.mark.parametrize(("page", "question"), EVERY, ids=[f"{s}-{q.key}" for s, q in EVERY])
def test_the_verdict_is_in_the_headline_and_no_words_praise_a_skip(page, question):
    skipped = question.reveal(None)
    assert skipped["right"] is None and not skipped["headline"]
    assert not re.match(r"(Yes|Right|Correct|Exactly|Well done)\b", skipped["feedback"])
    if isinstance(question, Choose):
        for option in question.options:
            shown = question.reveal(option.key)
            assert shown["headline"].endswith(": right" if option.key == question.correct else ": no")
            assert not re.search(r"[\\_*^~{}]\w", shown["headline"].replace("θ*A", "θA")), "no markup"
            if option.key == question.correct:
                assert not re.match(r"(No|Not|Backwards|Wrong|The reverse)\b", shown["feedback"])
            else:
                assert not re.match(r"(Yes|Right[.:,]|Correct)", shown["feedback"])
    if question.observe:
        assert 0 <= question.observe.right < len(question.observe.options)
        assert "observe" not in question.wire(), "what there is to see is not in the page before the commitment"


def test_a_star_in_a_headline_is_a_star():
    shown = next(q for q in lesson("ewc").predictions if q.key == "empirical").reveal("stays")
    assert shown["headline"] == "You said at θ*A: a perfect fit is infinitely sure: no"


# ---- identity, recipe, six ways, capacity
@pytest.mark.parametrize("rate", [0.61, 4.0, 9.0])
def test_the_price_of_the_noisier_route(rate):
    """Poisson: Var s² over Var ℓ″ is 1 + 2λ; Cauchy: the other way round, 5."""
    text = dict(lesson("identity").recap)["Which route to the information is noisier for a Poisson, which for a Cauchy?"]
    assert "1 + 2_λ_ in variance, 9 at _λ_ = 4" in text and "by a factor 5" in text
    x = np.arange(200.0)
    p = np.exp(FAMILIES["poisson"].log_prob(x, [rate]))
    square, bend = ((x - rate) / rate) ** 2, x / rate**2
    variance = [p @ a**2 - (p @ a) ** 2 for a in (square, bend)]
    assert variance[0] / variance[1] == pytest.approx(1 + 2 * rate)
    assert 1 + 2 * 4 == 9
    u = np.linspace(-np.pi / 2, np.pi / 2, 200_001)[1:-1]  # x = tan u is Cauchy when u is uniform
    s, h = 2 * np.tan(u) / (1 + np.tan(u) ** 2), 2 * (1 - np.tan(u) ** 2) / (1 + np.tan(u) ** 2) ** 2
    assert h.var() / (s**2).var() == pytest.approx(5, rel=1e-4)


def test_the_labels_machine_shows_a_ray_an_input():
    reader = Reader("recipe", {"machine": "supervised"})
    view = next(v for v in reader.scene["views"] if v["id"] == "s")
    assert "two dots a ray" in view["caption"]
    dots = np.array(view["table"]["rows"] if "rows" in view["table"] else view["table"][1], dtype=object)
    assert dots.size and len(set(np.ravel(dots[0] if len(dots) == 5 else dots[:, 0]))) == 7


def test_the_ratio_stands_with_the_two_means():
    head, rows = (Reader("identity").scene["formula"][k] for k in ("head", "rows"))
    assert not any("ratio" in cell for row in rows for cell, name in zip(row, head, strict=True) if isinstance(cell, str) and name == "data needed")
    assert any("[ratio]" in cell for row in rows for cell in row if isinstance(cell, str))


@pytest.mark.parametrize(("n", "dots"), [("50", 50), ("3200", 300)])
def test_the_identity_says_how_many_data_have_dots(n, dots):
    reader = Reader("identity", {"n": n})
    assert reader.number("dots") == dots and "[dots:i] of [used:i] drawn" in reader.scene["views"][1]["caption"]


@pytest.mark.parametrize(("eps", "n"), [("1e-06", "1000"), ("0.0001", "10"), ("0.01", "1000")])
def test_the_error_of_the_mean_is_that_of_its_law(eps, n):
    """Also where no run drew a wrong label and all runs agree: it never says ± 0."""
    reader = Reader("six-ways", {"eps": eps, "N": n})
    reader.commit("typical", None)
    reader.send({"eps": float(eps), "N": float(n)})
    e, size = reader.values["eps"], reader.values["N"]
    # one label gives (1−ε)² with chance ε, else ε²: its variance, over N labels and 200 runs
    law = np.sqrt(e * (1 - e)) * ((1 - e) ** 2 - e**2) / np.sqrt(size) / np.sqrt(200)
    assert reader.number("se") == pytest.approx(law, rel=1e-5, abs=0) and law > 0
    assert abs(reader.number("mean") - e * (1 - e)) < 4 * law


def test_a_pattern_that_has_not_come_has_no_signal():
    reader = Reader("capacity", {"load": "0.02", "method": "gd", "i": "250"})
    if reader.number("index") > 20:
        assert all(np.isnan(reader.number(k)) for k in ("i_signal", "i_noise", "i_snr"))
        assert reader.scene["numbers"]["i_signal"]["none"] == "–"


# ---- many tasks
def test_sums_and_means_of_the_presets():
    assert numbers(look("many-tasks", "drift"))[:2] == pytest.approx([np.arange(1, 11).mean(), (1 / np.arange(1, 11)).sum()], abs=5e-3)
    reader = Reader("many-tasks")
    reader.preset("rescue")
    said = numbers(look("many-tasks", "rescue"))[:2]
    assert [shown(f"{m}_sum", reader) for m in ("separate", "single")] == pytest.approx(said, abs=5e-4)


def test_where_the_natural_gradient_goes():
    text = lesson("sampling").figures["fields"].reading
    said = numbers(re.search(r"straight to \(([^)]*)\)", text)[1])
    x, y = datasets.k1_field()
    assert np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]) if np.ndim(x) == 1 else x, y, rcond=None)[0] == pytest.approx(said, abs=5e-5)
