"""The lesson on data, labels and actions: its storyboard's numbers on screen, its hidden answers, its programs."""

import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from reader import Reader, lesson, shown

from fisher_app import links
from fisher_app.scenes import recipe, recipe_machines, recipe_models, recipe_policy

SLUG = "recipe"
PRESETS = [p.key for p in lesson(SLUG).presets]
TABS = list(lesson(SLUG).figures)


@pytest.fixture(scope="module")
def answered():
    reader = Reader(SLUG)
    reader.commit("arm", None)
    reader.commit("flip", None)
    reader.send(kind="preset", preset="nothing")
    reader.send(links.defaults(lesson(SLUG).controls))
    return reader


def near(reader, **wanted):
    for name, value in wanted.items():
        digits = len(str(value).partition(".")[2])
        assert shown(name, reader) == pytest.approx(value, abs=0.5001 * 10.0**-digits), name


# ---- first look --------------------------------------------------------------------------------------------------------
def test_first_look():
    reader = Reader(SLUG)
    near(reader, trG=3.000, trF=2.990, trP=0.182, t_natural=5.42, p3=0.90)
    assert shown("pw", reader) == pytest.approx(0.09) and shown("ps2", reader) == pytest.approx(0.91)
    assert all(np.isnan(reader.number(n)) for n in ("t_plain", "g1", "j_plain", "push1", "push2", "damped2"))


def test_the_first_answer_is_absent_everywhere_until_it_is_given():
    reader = Reader(SLUG)
    for tab in ("machines", "kl", "noise"):
        for extra in ({}, {"damp": True, "weighted": True}):
            reader.send(extra, kind="tab", tab=tab)
            for view in reader.scene["views"]:
                assert not [x for x in view["layers"] if x.get("style") in ("identity", "exact-thin") and x["kind"] in ("curve", "points", "arrow")]
            assert "0.04005" not in reader.raw and "0.00945" not in reader.raw and "174.2" not in reader.raw
            assert "plain" not in str([v["table"] for v in reader.scene["views"]])
    reader.send({"damp": False, "weighted": False}, kind="tab", tab="machines")
    reader.commit("arm", "one")
    text = reader.prediction("arm")
    assert "0.04005" in text["truth"] and "4.2 ×" in text["truth"] and "0.00945" in text["feedback"]
    near(reader, t_plain=174.2, push1=0.00945, push2=0.04005, push3=-0.0495, natural1=0.5, natural2=0.0, natural3=-0.5)


def test_flipped_labels_seen_early_count_as_seen():
    reader = Reader(SLUG)
    reader.send({"machine": "supervised", "labels": "flipped"})
    assert reader.prediction("flip")["given"] is None and reader.prediction("flip")["answered"]


def test_flip_answer_is_absent_and_then_shown():
    reader = Reader(SLUG)
    reader.ask(1)
    near(reader, trF=2.990, trE=0.726)
    assert "28.29" not in reader.raw and "28.3" not in reader.raw
    reader.commit("flip", "both")
    near(reader, trF=2.990, trE=28.294, step_b=-0.53, step_w=-5.23, grad_b=-0.50, grad_w=-10.70)
    assert "28.29" in reader.prediction("flip")["truth"] and "2.990" in reader.prediction("flip")["feedback"]


def test_wrong_answers_have_feedback_of_their_own():
    first, second = ([o.feedback() for o in q.options] for q in lesson(SLUG).predictions)
    assert len(set(first)) == 3 and len(set(second)) == 4
    assert "0.00945" in first[0] and "0.963" in first[1] and "174" in first[1] and "5.42" in first[1] and "by 0.0495" in first[2]
    assert all("2.990" in second[k] or "0.726" in second[k] for k in (0, 1, 3))


def test_further_to_the_right_the_plain_gradient_obeys():
    for p1, best in ((0.01, 1), (0.05, 0), (0.2, 0)):
        assert recipe.POLICY.gradient(recipe.start(p1, 0.09), recipe.ARMS).argmax() == best


# ---- the main figure ---------------------------------------------------------------------------------------------------
def test_damping_brings_the_plateau_back(answered):
    def halfway(path):
        return recipe_machines.first_crossing(recipe.TIMES, path[:, 0], 0.5)

    path = recipe_machines.damped_runs(0.01, 0.09)
    k = int(np.abs(recipe.NODES["eps"] - 0.1).argmin())
    assert recipe.NODES["eps"][k] == pytest.approx(0.1)
    natural = recipe_machines.run_from(0.01, 0.09, "natural")[0]
    assert path[k, :, 1].max() > 2 * natural[:, 1].max() and halfway(path[k]) > 2 * halfway(natural)
    step = recipe.POLICY.damped_gradient(recipe.start(*recipe.RARE), recipe.ARMS, 0.1)
    np.testing.assert_allclose(step, [0.07, 0.13, -0.20], atol=5e-3)
    answered.send({"damp": True})
    near(answered, damped1=0.07, damped2=0.13, damped3=-0.20)
    assert [x for v in answered.scene["views"] for x in v["layers"] if x.get("style") == "exact-thin"]
    answered.send({"damp": False})


def test_tables_while_dragging_are_the_runs_at_rest(answered):
    """Every second start is in the tables: there the table and the run from that start are one."""
    answered.send({"p1": 0.04, "p2": 0.2})
    plain, t = recipe_machines.run_from(0.04, 0.2, "plain")
    i, j = (int(np.abs(recipe.NODES[k][::2] - x).argmin()) for k, x in (("p1", 0.04), ("p2", 0.2)))
    np.testing.assert_allclose(recipe_machines.plain_runs()[i, j], plain[:, :2], atol=1e-7)
    np.testing.assert_allclose(recipe_machines.natural_runs()[i, j], recipe_machines.run_from(0.04, 0.2, "natural")[0][:, :2], atol=1e-12)
    assert shown("t_plain", answered) == pytest.approx(t)
    assert recipe_machines.first_crossing(recipe.TIMES, plain[:, 0], 0.5) == pytest.approx(t, rel=0.01)  # what is shown while dragging
    answered.send({"p1": 0.01, "p2": 0.09})


def test_information_weights(answered):
    answered.preset("weights")
    near(answered, F22=0.112, trF=0.458, trE=0.259)
    answered.send({"w": 1.0})
    near(answered, F22=2.046)
    answered.send({"labels": "model"})
    drawn = shown("trE", answered)
    answered.send(kind="draw", control="seed")
    assert shown("trE", answered) != drawn and "seed" in str([v["caption"] for v in answered.scene["views"]])


def test_plateau(answered):
    answered.preset("plateau")
    near(answered, t_plain=826)
    path = recipe_machines.run_from(0.005, 0.09, "plain")[0]
    resting = recipe.TIMES[path[:, 1] > 0.85]
    assert resting.min() < 35 and 650 < resting.max() < 830


# ---- the tabs ----------------------------------------------------------------------------------------------------------
def test_rare_arms_and_the_gaussian(answered):
    for key, p0, plain, natural in (("rare", 0.001, 506, 6.9), ("gaussian", 0.01, 54.1, 4.60)):
        answered.preset(key)
        assert answered.values["p0"] == p0
        near(answered, t_plain=plain, t_natural=natural)
    near(answered, g_natural=0.4, g_plain=0.037, j_natural=-0.36, j_plain=-0.0017)
    answered.send({"p0": 0.1})
    near(answered, t_plain=6.64, t_natural=2.20)


def test_kl_step(answered):
    answered.preset("klstep")
    near(answered, predicted=0.0243, actual=0.0307, spent=0.0117, actual_plain=0.0269)
    answered.send({"weighted": True})
    near(answered, weighted_2=1.396, natural_length=0.707)
    answered.send({"scale": 10.0})
    near(answered, weighted_2=0.140, natural_length=7.07)
    answered.send({"weighted": False, "scale": 1.0})


def test_ten_more(answered):
    answered.send({"offset": 0.0}, kind="tab", tab="noise")
    near(answered, noise=0.0507, best=0.504, noise_b=0.0044, trF=0.182)
    answered.preset("ten")
    near(answered, noise=20.06, best=10.504, noise_b=0.0044)
    answered.send({"baseline": 10.5})
    near(answered, noise=0.0044)
    assert abs(shown("f22", answered) - 0.0819) < 4 * shown("se", answered)
    answered.send({"logs": True})
    near(answered, trL=1.152)
    assert abs(shown("f22", answered) - 0.0819) > 6 * shown("se", answered)
    answered.send({"logs": False})


def test_two_hundred_samples_scatter_about_the_exact_gradient():
    corners = recipe_policy.sampled(7)
    exact = recipe.POLICY.gradient(recipe_policy.START, recipe.ARMS)
    for corner in corners.reshape(4, 200, 3):
        error = corner.std(axis=0) / np.sqrt(200)
        assert (np.abs(corner.mean(axis=0) - exact) < 4 * error).all()
    again = np.stack([recipe.POLICY.sampled_gradient(recipe_policy.START, recipe.ARMS + 10, 100, np.random.default_rng([7, k]), -1.0).value for k in range(200)])
    np.testing.assert_allclose(corners[0, 1], again, atol=1e-12)


def test_the_race(answered):
    answered.send(kind="tab", tab="newton")
    near(answered, gradient_1=0.3631, centred_1=0.1924, empirical_1=0.3059, natural_1=0.3056)
    near(answered, gradient_5=0.2418, centred_5=0.1897, empirical_5=0.1897, natural_5=0.1896)
    made, _ = recipe_models.races()
    k = 3
    ratio = made["centred"][0][k, 1] - made["centred"][0][k, 0], made["empirical"][0][k, 1] - made["empirical"][0][k, 0]
    np.testing.assert_allclose(ratio[0] / np.linalg.norm(ratio[0]), ratio[1] / np.linalg.norm(ratio[1]), rtol=1e-9)  # a longer step only
    assert shown("long", answered) == pytest.approx(np.linalg.norm(ratio[0]) / np.linalg.norm(ratio[1]), rel=1e-6) and shown("long", answered) > 1.5


def test_gauss_newton(answered):
    answered.send({"gap": 1.0}, kind="tab", tab="gauss")
    near(answered, H0=-0.879, H3=1.266, G3=1.187, R0=-0.884, norm=0.884, bound=3.691, trH=0.857, trG=1.233, trE=1.023)
    assert shown("G0", answered) == pytest.approx(5.87e-7, rel=2e-3)
    values, *_ = recipe_models.splits()
    assert (values["G"] > -1e-12).all() and (values["H"][:, 0] < 0).all()


def test_null_space(answered):
    answered.send({"shift": 1.5}, kind="tab", tab="null")
    near(answered, e1=0.1256, e2=0.3344, trace=0.46, x1=0.628, x2=1.672, rank=2)
    assert shown("z1", answered) == pytest.approx(np.log(0.7) + 1.5)


def test_inference(answered):
    answered.send({"beta": 0.2}, kind="tab", tab="inference")
    near(answered, q1=0.426, q2=0.315, q3=0.259, value=0.2494, gained=0.5839, t=5.0)
    answered.send({"beta": 1.0})
    near(answered, gained=0.0943, value=0.0728)


def test_two_steps(answered):
    answered.send({"l1": -2.0, "l2": 0.0}, kind="tab", tab="corridor")
    near(answered, f1=0.1050, f2=0.0298, g1=0.0525, g2=0.0298, n1=0.500, p1v=0.119)


# ---- programs, extremes ------------------------------------------------------------------------------------------------
def output(code):
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    rows = {}
    for line in run.stdout.splitlines():
        name, rest = re.match(r"([A-Za-z]\S*(?: (?=[a-z])[a-z]+)?)\s+(.*)", line).groups()
        rows[name] = [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", rest)]
    return rows


STATES = [(p, None) for p in PRESETS] + [(None, {"tab": t}) for t in TABS] + [(None, {"machine": m}) for m in ("generative", "supervised")]
STATES += [(None, {"machine": "supervised", "labels": "flipped"}), (None, {"damp": True})]


@pytest.mark.parametrize("preset, values", STATES, ids=str)
def test_program_and_figure_agree(answered, preset, values):
    if preset:
        answered.preset(preset)
    else:
        answered.send(links.defaults(lesson(SLUG).all_controls))
        answered.send(kind="tab", tab=values.get("tab", "machines"))
        answered.send({k: x for k, x in values.items() if k != "tab"})
    wire, tab = answered.wire, answered.wire["tab"]
    assert answered.scene["refused"] is None and wire["badge"]["ok"]
    rows = output(wire["extras"]["code"])

    def agree(name, value, **digits):
        assert shown(name, answered) == pytest.approx(value, **(digits or {"rel": 2e-5, "abs": 2e-6})), name

    if tab == "machines" and answered.values["machine"] == "policy":
        agree("trP", rows["trace"][0])
        agree("t_natural", rows["natural"][0], rel=1e-4)
        agree("t_plain", rows["plain"][0], rel=1e-4)
    elif tab == "machines":
        agree("G11", rows["data"][0])
        agree("G22", rows["data"][1])
        agree("F22", rows["labels"][2])
        agree("trE", rows["labels"][3])
        if answered.values["machine"] == "supervised":
            agree("step_b", rows["step"][0])
            agree("step_w", rows["step"][1])
    elif tab == "kl":
        for name, value in zip(("predicted", "actual", "spent"), rows["natural"], strict=True):
            agree(name, value, abs=1e-6)
        agree("actual_plain", rows["plain"][1], abs=1e-6)
    elif tab == "noise":
        agree("noise", rows["noise"][0])
        agree("best", rows["best"][0], abs=6e-4)
        agree("noise_b", rows["best"][1], abs=2e-6)
        agree("trF", rows["traces"][0])
        agree("trL", rows["traces"][1], abs=1e-6)
    elif tab == "speed":
        agree("t_plain", rows["plain"][0])
        agree("t_natural", rows["natural"][0])
        agree("g_plain", rows["gauss plain"][0], abs=2e-6)
        agree("g_natural", rows["gauss natural"][0], abs=2e-6)
    elif tab == "newton":
        for kind in recipe_models.KINDS:
            for k in range(6):
                agree(f"{kind}_{k}", rows[kind][k], abs=1e-6)
    elif tab == "gauss":
        for name in "HR":
            for k in range(4):
                agree(f"{name}{k}", rows[name][k], abs=1e-5)
        agree("bound", rows["bound"][1], abs=1e-4)
    elif tab == "null":
        agree("e1", rows["eigenvalues"][1], abs=1e-6)
        agree("e2", rows["eigenvalues"][2] if len(rows["eigenvalues"]) > 2 else rows["eigenvalues trace"][2], abs=1e-6)
    elif tab == "inference":
        for k in range(3):
            agree(f"q{k + 1}", rows["best"][k], abs=1e-5)
        agree("value", rows["reward"][2], abs=2e-6)
    else:
        agree("f1", rows["F"][0])
        agree("g1", rows["gradient"][0])
        agree("n1", rows["natural"][0])


def test_the_claim_fails_for_a_wrong_matrix(monkeypatch):
    values = SimpleNamespace(**links.defaults(lesson(SLUG).all_controls), seen=frozenset(), data=None)
    assert recipe_machines.holds(values)
    right = recipe.POLICY.fisher
    monkeypatch.setattr(type(recipe.POLICY), "fisher", lambda self, theta: 1.01 * right(theta))
    assert not recipe_machines.holds(values)
