"""The KL lesson: every number that its storyboard or its prose prints, and its programs."""

import re
import subprocess
import sys

import pytest
from reader import Reader, lesson

from fisher_core import FAMILIES
from fisher_core.divergence.parabola import order_of_gap


@pytest.fixture
def kl():
    reader = Reader("kl")
    for question in ("tail", "right", "left"):  # the last one leaves the reader on the first tab
        reader.commit(question, None)
    return reader


def printed(reader) -> list[float]:
    """The numbers that the page's own program prints."""
    run = subprocess.run([sys.executable, "-c", reader.wire["extras"]["code"]], capture_output=True, text=True, timeout=60, check=True)
    return [float(x) for x in re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.sub(r"[a-zA-Z_]\w*", "", run.stdout.replace("nan", "")))]


def test_first_look_hides_the_answer_and_shows_the_parabola():
    reader = Reader("kl")
    assert str(reader.number("kl")) == "nan" and str(reader.number("ratio")) == "nan"
    assert reader.number("quad") == pytest.approx(0.055556, abs=5e-7)
    assert reader.number("F") == pytest.approx(11.1111, abs=5e-5)
    assert "0367" not in reader.raw and "0.66042" not in reader.raw


@pytest.mark.parametrize(("delta", "kl_value", "ratio"), [(0.1, 0.036690, 0.660), (-0.05, 0.020654, 1.487)])
def test_the_two_predictions(kl, delta, kl_value, ratio):
    kl.send({"p": 0.1, "delta": delta})
    assert kl.number("kl") == pytest.approx(kl_value, abs=5e-7)
    assert kl.number("ratio") == pytest.approx(ratio, abs=5e-4)


def test_feedback_states_the_computed_ratio_and_information():
    reader = Reader("kl")
    reader.commit("right", "above")
    answer = reader.prediction("right")
    assert "0.66" in answer["truth"] and "11.11" in answer["feedback"] and "6.25" in answer["feedback"]
    assert answer["headline"] == "You said 1.5 ×: no"
    assert reader.commit("left", "mirror") and "1.49" in reader.prediction("left")["truth"]


def test_the_gap_between_guess_and_truth_is_drawn():
    reader = Reader("kl")
    reader.commit("right", "above")
    brackets = [layer for layer in reader.scene["views"][0]["layers"] if layer["kind"] == "bracket"]
    assert [b["text"] for b in brackets] == ["gap 0.84 ×"]


def test_slope_three_for_the_rare_event_and_four_for_the_fair_coin(kl):
    kl.preset("rare")
    assert kl.number("slope") == pytest.approx(3, abs=0.1) and kl.number("order") == 3
    kl.preset("fair")
    assert kl.number("slope") == pytest.approx(4, abs=0.02) and kl.number("order") == 4
    assert kl.number("midpoint_slope") == pytest.approx(4, abs=0.05)


def test_midpoint_slope_is_four_for_every_coin(kl):
    assert order_of_gap(FAMILIES["bernoulli"], [0.1], [1.0], 1e-3, "midpoint_gap") == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(("scale", "shift", "ratio"), [("sigma", 0.3, 0.647), ("sigma", -0.3, 1.819), ("log", 0.3, 0.827), ("log", -0.3, 1.234)])
def test_two_parameters(kl, scale, shift, ratio):
    kl.send({"tab": "contour", "scale": scale, "dscale": shift})
    assert kl.number("ratio") == pytest.approx(ratio, abs=6e-4)


@pytest.mark.parametrize(
    ("spread", "divergence", "peak", "hellinger", "overlap"), [(2.0, 2.0, 0.19947, 0.39347, 0.31731), (0.5, 32.0, 0.79788, 0.99966, 6.33e-5)]
)
def test_same_shift(kl, spread, divergence, peak, hellinger, overlap):
    kl.send({"tab": "shift", "spread": spread})
    assert kl.number("kl") == pytest.approx(divergence, rel=1e-6)
    assert kl.number("peak") == pytest.approx(peak, abs=5e-6)
    assert kl.number("hellinger") == pytest.approx(hellinger, abs=5e-6)
    assert kl.number("overlap") == pytest.approx(overlap, rel=1e-3)


@pytest.mark.parametrize(("variance", "divergence"), [(2.0, 4.0), (0.5, 16.0)])
def test_if_the_caption_meant_variances(kl, variance, divergence):
    kl.send({"tab": "shift", "spread": variance})
    assert kl.number("as_variance") == pytest.approx(divergence, rel=1e-6)


def test_the_other_kl_of_the_trap():
    text = lesson("kl").trap
    there, back = re.findall(r"\d\.\d{3}", text)
    assert float(there) == pytest.approx(0.3 * 0.69314718 * -1 + 0.7 * 0.5596158, abs=6e-4)
    assert float(there) != float(back)


def test_moving_support_has_infinite_divergence_one_way(kl):
    kl.send({"moving": True, "dtop": -0.2})
    assert kl.number("kl") == float("inf")
    kl.send({"moving": True, "dtop": 0.3})
    assert kl.number("kl") == pytest.approx(0.262364, abs=5e-7)
    assert kl.number("slope") == pytest.approx(1.0)


@pytest.mark.parametrize("preset", [p.key for p in lesson("kl").presets])
def test_the_program_reproduces_the_figure(kl, preset):
    kl.preset(preset)
    numbers = printed(kl)
    if kl.values["tab"] == "every":
        assert numbers[-2:] == pytest.approx([kl.number("kl"), kl.number("quad")], rel=1e-5)
    elif kl.values["tab"] == "bowl":
        F, value, bowl = numbers
        assert F == pytest.approx(kl.number("F"), rel=1e-5) and bowl == pytest.approx(kl.number("quad"), rel=1e-5)
        assert value == pytest.approx(kl.number("kl"), rel=1e-5)
    elif kl.values["space"] == "normal":
        assert numbers == pytest.approx([kl.number("kl"), kl.number("quad")], rel=1e-5)
    else:
        assert numbers == pytest.approx(FAMILIES["categorical"].fisher([0.2, 0.3]).ravel().tolist(), rel=1e-6)


@pytest.mark.parametrize("values", [{"model": "poisson"}, {"coords": "logit"}, {"coords": "arcsine"}, {"moving": True}, {"tab": "shift"}, {"tab": "partition"}])
def test_the_program_of_other_modes(kl, values):
    kl.send(values)
    numbers = printed(kl)
    names = {"shift": ["kl", "hellinger", "overlap"], "partition": ["F", "kl"]}.get(kl.values["tab"], ["F", "kl", "quad"])
    for name, value in zip(names, numbers, strict=False):
        assert value == pytest.approx(kl.number(name), rel=2e-4), name
