"""The KL lesson's tab for every family of the registry: nothing on the page names one, and none is left out."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from reader import Reader, lesson

from fisher_app import links
from fisher_app.lessons.kl import checks as kl_checks
from fisher_app.lessons.kl import every as tab
from fisher_app.lessons.kl import line as lines
from fisher_app.lessons.kl import shapes
from fisher_app.stage.tables import Secret
from fisher_core import FAMILIES, divergence, information
from fisher_core.divergence.parabola import unit_direction

ROOT = Path(__file__).resolve().parents[2]
EVERY = pytest.mark.parametrize("key", tab.offered_families())


def state(seen=("tail",), given=None, **values):
    return SimpleNamespace(**links.defaults(tab.tab.controls) | {"tab": "every"} | values, seen=frozenset(seen), given=given or {}, data=None)


def number(scene, name, step=None):
    """A live number of the scene at a step."""
    value = scene.numbers[name].value
    value = value.data if isinstance(value, Secret) else value
    return float(value if step is None else value.values[int(np.abs(tab.STEPS - step).argmin())])


def words(view):
    """What is written in a view: labels, and the names of marks."""
    return [layer.text if layer.kind == "label" else layer.name.text for layer in view.layers if layer.kind == "label" or layer.name]


@EVERY
def test_every_family_draws_in_every_chart_and_direction(key):
    base = FAMILIES[key]
    for chart in tab.charts(base):
        family = tab.in_chart(base, chart)
        for along in tab.directions(family):
            q, scene = tab.line(key, chart, along, "default"), tab.picture(state(family=key, chart=chart, along=along))
            assert len(scene.views) == 3 and scene.checks and all(c.holds for c in scene.checks)
            weights = np.ones(len(q.theta)) if along == "all" else np.eye(len(q.theta))[int(along) - 1]
            np.testing.assert_allclose(q.direction, unit_direction(family, family.default, weights))
            for step in (-1.6, -0.4, 0.3, 1.2):
                end = family.default + step * q.direction
                assert number(scene, "quad", step) == pytest.approx(0.5 * step**2)
                found = np.array([number(scene, f"to{i + 1}", step) for i in range(len(end))])
                inside = q.walls[0] < step < q.walls[1]
                assert found == pytest.approx(end) if inside else np.isnan(found).all(), "no value outside the space"
                if not family.contains(end):
                    assert np.isnan(number(scene, "kl", step)) and scene.numbers["kl"].none == "–"
                    continue
                assert number(scene, "kl", step) == pytest.approx(float(family.kl(family.default, end)), rel=1e-12)
                assert number(scene, "reverse", step) == pytest.approx(float(family.kl(end, family.default)), rel=1e-12)
            names = words(scene.views[0])
            assert sum("KL" in n for n in names) >= 1 and sum("the bowl" in n for n in names) == 1, (chart, along, names)


@EVERY
def test_other_places_to_start_from_draw_too(key):
    for start, theta in tab.places(key).items():
        scene = tab.picture(state(family=key, start=start))
        assert all(c.holds for c in scene.checks)
        assert [number(scene, f"from{i + 1}") for i in range(len(theta))] == pytest.approx(list(theta))


@EVERY
def test_the_gap_is_of_third_order_or_higher_where_the_family_is_smooth(key):
    for along in tab.directions(FAMILIES[key]):
        n = tab.numbers(key, "own", along, "default")
        if n.exact:
            assert np.isnan(n.slope) and np.isnan(n.reverse_slope)
        elif FAMILIES[key].regular:
            assert min(abs(n.slope - 3), abs(n.slope - 4)) < 0.1
            assert min(abs(n.reverse_slope - 3), abs(n.reverse_slope - 4)) < 0.1


def test_what_the_irregular_families_do():
    uniform = tab.numbers("uniform", "own", "1", "default")
    assert uniform.slope == pytest.approx(1, abs=0.05) and np.isnan(uniform.reverse_slope)
    scene = tab.picture(state(family="uniform"))
    assert sum("= ∞" in w for w in words(scene.views[0])) == 2 and "≠" in scene.formula["groups"][0][0]
    assert number(scene, "kl", -0.4) == np.inf and scene.reading.startswith("**Irregular:** the support")
    # Laplace: KL of a shift is even, and yet its gap is of third order, |t|³/6: the corner
    laplace, t = tab.numbers("laplace", "own", "1", "default"), tab.STEPS
    np.testing.assert_allclose(laplace.cursor.forward, laplace.cursor.forward[::-1], rtol=1e-12)
    assert laplace.slope == pytest.approx(3, abs=0.02)
    small = np.abs(np.abs(t) - 0.05) < 1e-9
    np.testing.assert_allclose(laplace.cursor.gap[small], -(0.05**3) / 6, rtol=0.02)
    assert "even in _δ_, yet of order [slope:i]" in words(tab.picture(state(family="laplace")).views[1])
    for smooth in ("cauchy", "logistic", "student_t"):
        assert "even in _δ_, so of order [slope:i]" in words(tab.picture(state(family=smooth)).views[1])
        assert tab.numbers(smooth, "own", "1", "default").slope == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(("key", "along"), [("normal", "1"), ("normal_mean", "1"), ("normal_mean", "all")])
def test_where_kl_is_its_bowl_there_is_no_gap(key, along):
    scene = tab.picture(state(family=key, along=along))
    assert words(scene.views[1]) == ["no gap: `KL` is its bowl"] and "=" in scene.formula["groups"][0][0]


def test_the_distributions_are_the_familys():
    at, q = int(np.abs(tab.STEPS - 0.7).argmin()), tab.line("gamma", "own", "1", "default")
    _, _, _, (_, _, x, y), _ = shapes.pair("gamma", "own", "1", "default")
    np.testing.assert_allclose(y[at][2:-2], np.exp(q.family.log_prob(x[at][2:-2], q.theta + 0.7 * q.direction)), rtol=1e-12)
    for key in ("bernoulli", "categorical", "poisson"):
        kind, _, _, (_, y0, _, y), _ = shapes.pair(key, "own", "1", "default")
        assert kind == "masses" and y0.sum() == pytest.approx(1, abs=2e-3) and y[at].sum() == pytest.approx(1, abs=5e-3)
    _, _, _, (x0, _, x, _), _ = shapes.pair("normal_mean", "own", "1", "default")
    np.testing.assert_allclose(x[at] - x0, 0.7 * tab.line("normal_mean", "own", "1", "default").direction[0], rtol=1e-9)
    _, _, _, (_, y0, _, _), _ = shapes.pair("uniform", "own", "1", "default")  # a box, with its walls drawn
    assert (y0[0], y0[-1]) == (0.0, 0.0) and set(y0[1:-1]) == {1.0}


def test_a_step_that_leaves_the_space_meets_a_wall():
    q = tab.line("normal", "own", "2", "default")
    assert q.walls == pytest.approx((-(2**0.5), 2.0), abs=1e-9) and q.wall(q.walls[0]) == "_σ_ > 0"
    scene = tab.picture(state(family="normal", along="2", step=-1.7))
    assert "no _θ_ here: _σ_ > 0" in words(scene.views[0]) and np.isnan(scene.views[2].layers[1].y.values[6]).all()
    assert tab.line("categorical", "own", "all", "default").wall(0.7071067811865) == "_p_₁ + … < 1"


# ---- the second method -------------------------------------------------------------------------------------------------------
def test_what_quadrature_cannot_resolve_is_said(monkeypatch):
    def refuse(*_):
        raise ValueError("theta must be resolvable")

    kl_checks.checked.cache_clear()
    monkeypatch.setattr(divergence, "kl_quadrature", refuse)
    scene = tab.picture(state(family="poisson"))
    assert "no second method here" in scene.reading and [c.quantity for c in scene.checks] == ["F"]
    monkeypatch.setattr(information, "by_quadrature", refuse)
    kl_checks.checked.cache_clear()
    (check,) = tab.picture(state(family="poisson")).checks
    assert check.holds and "draws" in check.second and check.residual > 0.01
    kl_checks.checked.cache_clear()


CASES = [
    ("gamma", "own", "all", 0.7), ("normal", "natural", "2", -1.0), ("normal_mean", "own", "1", 1.3), ("categorical", "natural", "all", 0.8),
    ("poisson", "sqrt", "1", -1.5), ("laplace", "own", "1", 1.5), ("uniform", "own", "1", 0.5), ("uniform", "own", "1", -0.5),
    ("cauchy", "own", "2", 1.0), ("exponential", "own", "1", -1.5),
]  # fmt: skip


def test_the_program_agrees_for_many_families():
    code = "\n".join(lesson("kl").code(state(family=f, chart=c, along=a, step=s)) for f, c, a, s in CASES)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for (family, chart, along, step), line in zip(CASES, out.splitlines(), strict=True):
        kl, bowl = re.search(r"KL (.*)  bowl (\S+)", line).groups()
        scene = tab.picture(state(family=family, chart=chart, along=along, step=step))
        assert float(bowl) == pytest.approx(number(scene, "quad", step), rel=1e-6), family
        if kl.startswith("none"):
            assert np.isnan(number(scene, "kl", step))
        else:
            assert float(kl) == pytest.approx(number(scene, "kl", step), rel=1e-6), family


# ---- pickers -----------------------------------------------------------------------------------------------------------------
def offered(reader, key):
    return {o["value"]: o["label"] for o in next(c for c in reader.wire["controls"] if c["key"] == key)["options"]}


def test_pickers_offer_what_the_family_has():
    reader = Reader("kl", {"tab": "every", "family": "normal", "chart": "natural", "along": "2"})
    assert set(offered(reader, "family")) == set(FAMILIES)
    assert offered(reader, "chart")["log_sigma"] == "_μ_, log _σ_" and offered(reader, "along") == {"1": "_η_₁", "2": "_η_₂", "all": "both"}
    reader.send({"family": "gamma"})
    assert set(offered(reader, "chart")) == {"own", "log"} and reader.values["chart"] == "natural"
    assert reader.number("from1") == 2.0, "a chart that is not offered stands for the family's own"
    reader.send({"family": "uniform"})
    assert reader.wire["bottom"]["groups"] == ["family", "start"], "there is nothing to choose among"
    reader.send({"family": "normal"})
    assert reader.values["chart"] == "natural" and reader.number("from2") == -0.5
    reader.send(kind="tab", tab="bowl")
    assert len(offered(reader, "chart")) > 6


def test_the_question_hides_its_answer():
    reader = Reader("kl", {"tab": "every", "family": "cauchy", "step": "1.5"})
    assert np.isnan(reader.number("kl")) and reader.number("quad") == pytest.approx(1.125)
    assert "0.75377" not in reader.raw and "0.67002" not in reader.raw
    reader.send({"chart": "log_scale"})
    assert np.isnan(reader.number("kl"))
    reader.send({"chart": "own"})
    reader.commit("tail", "above")
    assert reader.number("kl") == pytest.approx(np.log(1 + 1.125), rel=1e-6) and reader.number("ratio") == pytest.approx(0.670, abs=5e-4)
    shown = reader.prediction("tail")
    assert "0.67" in shown["truth"] and "0.67" in shown["feedback"]
    assert [layer["text"] for layer in reader.scene["views"][0]["layers"] if layer["kind"] == "bracket"] == ["gap 0.83 ×"]


@pytest.mark.parametrize(("family", "ratio"), [("normal", 1.0), ("student_t", 0.88), ("cauchy", 0.67), ("laplace", 0.64)])
def test_the_ratios_of_the_feedback(family, ratio):
    assert tab.ratio(family) == pytest.approx(ratio, abs=5e-3)


def test_a_far_shift_of_a_cauchy_costs_a_logarithm():
    t = np.array([0.5, 1.5, 50.0, 500.0])
    kl = [tab.ratio("cauchy", step=s) * 0.5 * s**2 for s in t]
    np.testing.assert_allclose(kl, np.log1p(t**2 / 2), rtol=1e-12)  # a unit is √2 scales


def registered(program):
    """What a program prints that puts families into the registry before the tab is read."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


DRAW = """
import warnings
warnings.simplefilter("ignore")
from types import SimpleNamespace
from fisher_app import links
from fisher_app.lessons.kl import every as tab, shapes
def draw(key, **values):
    values = links.defaults(tab.tab.controls) | {"family": key} | values
    return tab.picture(SimpleNamespace(**values, seen=frozenset(), given={}, data=None))
"""


def test_families_of_other_shapes():
    """Three parameters, triples, single columns; and one that has no unit of length, for F is 0 at its default."""
    said = registered("""
import numpy as np
from fisher_core import FAMILIES
from fisher_core.families.categorical import Categorical
from fisher_core.families.normal_mean import NormalMean
for key, f in {"four": Categorical(4), "triples": NormalMean(np.eye(3)), "column": NormalMean([[2.0]])}.items():
    f.key, FAMILIES[key] = key, f
FAMILIES["flat"] = type("Flat", (type(FAMILIES["poisson"]),), {"key": "flat", "_fisher": lambda self, theta: ((0 * theta[0],),)})()
""" + DRAW + """
assert set(FAMILIES) - set(next(c for c in tab.tab.controls if c.key == "family").options) == {"flat"}
for key in ("four", "triples", "column"):
    for along in tab.directions(FAMILIES[key]):
        scene = draw(key, along=along)
        assert all(c.holds for c in scene.checks), scene.checks
print(tab.directions(FAMILIES["four"]), shapes.pair("triples", "own", "3", "default")[4])
""")  # fmt: skip
    assert "'3': '_p_₃', 'all': 'all'" in said and re.search(r"\(\S*1\S*, \S*3\S*\)$", said.strip())


def test_a_family_without_forms_of_its_own_is_computed_and_checked_by_draws():
    """KL, F, distribution function and quantiles by quadrature: in less than a second each, exact at the present step."""
    said = registered("""
import time
from fisher_core import FAMILIES, Family
for key in ("gamma", "poisson", "normal"):
    base = type(FAMILIES[key])
    FAMILIES["bare_" + key] = type("Bare", (base,), {"key": "bare_" + key} | {h: getattr(Family, h) for h in ("_kl", "_fisher", "_cdf", "_sf", "_quantile")})()
""" + DRAW + """
for key in ("gamma", "poisson", "normal"):
    begun = time.process_time()
    scene, peer = draw("bare_" + key, step=0.75), draw(key, step=0.75)
    assert time.process_time() - begun < 2
    assert [c.method for c in scene.checks] == ["mean square of its score", "quadrature"] and all(c.holds for c in scene.checks)
    assert "draws" in scene.checks[1].second
    for name in ("kl", "reverse"):
        mine, its = scene.numbers[name].value.values, peer.numbers[name].value.values
        at, inner = int(abs(tab.STEPS - 0.75).argmin()), (abs(tab.STEPS) > 0.01) & (abs(tab.STEPS) < 1.1)
        assert abs(mine[at] / its[at] - 1) < 1e-9 and abs(mine / its - 1)[inner].max() < 0.005, (key, name)
    print(key, [round(float(scene.numbers[k].value), 1) for k in ("slope", "reverse_slope")])
""")  # fmt: skip
    assert said.split("\n")[:2] == ["gamma [3.0, 3.0]", "poisson [3.0, 3.0]"] and "normal [nan, nan]" in said


# ---- names -------------------------------------------------------------------------------------------------------------------
def test_symbols_are_italic_and_words_are_not():
    assert [lines.symbol(s) for s in ("μ", "log σ", "p₁", "1/σ²", "arcsin √p", "a_b")] == ["_μ_", "log _σ_", "_p_₁", "1/_σ_²", "arcsin √_p_", "_a_\\__b_"]
