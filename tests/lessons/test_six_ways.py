"""The lesson on the six ways: its storyboard's numbers, its hidden answer, its programs, every sentence with a number."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from reader import Reader, course, lesson

from fisher_app import links
from fisher_app.lessons.six_ways import runs as sample
from fisher_app.lessons.six_ways import unit as lab
from fisher_app.lessons.six_ways.unit import LOOKS, SLOT
from fisher_studies import anchors, published
from fisher_studies.sure_unit import SureUnit

SLUG = "six-ways"
PRESETS = [p.key for p in lesson(SLUG).presets]


@pytest.fixture
def answered():
    reader = Reader(SLUG)
    reader.commit("typical", None)
    reader.send(links.defaults(lesson(SLUG).controls))
    return reader


def returned(reader):
    return [reader.number(f"F_{SLOT[way]}") for way in LOOKS]


def needed(reader):
    return [reader.number(f"m_{SLOT[way]}") for way in LOOKS]


def look(key):
    return next(p.look for p in lesson(SLUG).presets if p.key == key)


# ---- first look and what moves it ----------------------------------------------------------------------------------------
def test_first_look():
    reader = Reader(SLUG)
    assert returned(reader) == pytest.approx([0.0099, 0.0099, 0.0099, 1e-4, 1e-4, 7.8e-7], rel=2e-3)
    assert reader.number("sd") == pytest.approx(0.0031, abs=5e-5)
    assert needed(reader) == pytest.approx([1, 1, 1, 99, 99, 12_672], rel=1e-6)
    assert abs(reader.number("mean") - 0.0099) < 4 * reader.number("se")


def test_the_aha(answered):
    """ε = 10⁻⁴, N = 1000: 90.5 % of runs draw no wrong label and return 10⁻⁸; median over mean 10⁻⁴; two floors."""
    answered.send({"eps": 1e-4})
    assert answered.number("none") == pytest.approx(0.905, abs=5e-4)
    assert answered.number("median") == pytest.approx(1e-8, rel=1e-6)
    law = SureUnit(1e-4)
    assert law.sample_median / law.value("SAMPLE") == pytest.approx(1e-4, rel=2e-4)
    runs = sample.runs(values(eps=1e-4))[0][0][lab.EPSILONS.index(1e-4)]
    assert ((runs < 1.001e-8) | (runs > 9e-4)).all() and 0.8 < (runs < 1.001e-8).mean() < 0.98
    assert float(law.of_wrong_labels(1)) == pytest.approx(1e-3, rel=1e-3)
    assert 1000 * 1e-4 == pytest.approx(0.1)  # wrong labels to be met, in "Why?"


def test_the_dots_follow_the_binomial_law():
    for eps, n in ((0.01, 1000), (1e-4, 12_000), (0.3, 50)):
        runs = sample.runs(values(eps=eps, N=n))[0][0][lab.EPSILONS.index(eps)]
        law = SureUnit(eps, n)
        for q in (0.25, 0.5, 0.75):
            share = (runs <= law.sample_quantile(q) * (1 + 1e-12)).mean()
            below = (runs < law.sample_quantile(q) * (1 - 1e-12)).mean()
            error = 4 * 0.5 / np.sqrt(lab.RUNS)
            assert below - error < q < share + error, (eps, n, q)
        assert abs(runs.mean() - law.value("SAMPLE")) < 4 * law.sample_sd / np.sqrt(lab.RUNS)


def test_a_run_is_one_run_in_every_view(answered):
    """The ringed dot, its circle on the bar and on the λ axis, and the caption are the same run."""
    answered.send({"i": 40, "eps": 1e-4, "N": 12_000})
    run, need, k = (answered.number(n) for n in ("run", "need", "k"))
    law = SureUnit(1e-4, 12_000)
    assert run == pytest.approx(float(law.of_wrong_labels(round(k))), rel=1e-5)
    assert need == pytest.approx(law.value("EXACT") / run, rel=1e-5)
    views = {v["id"]: v for v in answered.scene["views"]}
    assert all(any(layer.get("pick") == "i" for layer in views[v]["layers"]) for v in "bd")
    for v in "ac":
        marks = [layer for layer in views[v]["layers"] if layer["kind"] == "points" and layer["style"] == "sampled"]
        assert any(
            "i" in t["over"] for layer in marks for t in (layer["x"].get("pick") or [layer["x"]]) if isinstance(t, dict)
        )


@pytest.mark.parametrize("control", ["eps", "N", "b"])
def test_bars_dots_and_marks_are_live(answered, control):
    text = json.dumps(answered.scene)
    assert f'"{control}"' in text
    overs = {tuple(t["over"]) for t in tables(answered.scene)}
    assert any(control in over for over in overs)


def tables(node):
    if isinstance(node, dict):
        if "t" in node and "over" in node:
            yield node
        for child in node.values():
            yield from tables(child)
    elif isinstance(node, list):
        for child in node:
            yield from tables(child)


def test_sum_or_mean(answered):
    mean = answered.number("F_BATCHED")
    answered.preset("sum")
    assert answered.number("F_BATCHED") / mean == pytest.approx(16_384, rel=1e-6) and "16 384" in look("sum")
    assert answered.number("F_BATCHED") > answered.number("F_EMPIRICAL")


def test_three_classes(answered):
    answered.preset("three")
    assert answered.number("F_EXACT") == pytest.approx(0.46) and answered.number("F_ARGMAX") == pytest.approx(0.14)
    assert "0.14" in look("three") and "0.46" in look("three")
    assert 1 - 0.3 == pytest.approx(0.7) and np.allclose(SureUnit(0.3, shares=lab.TWO_TO_ONE).wrong, [0.2, 0.1])


def test_break_it(answered):
    """Leaning inputs: BATCHED keeps ḡ² at any b, and the 1/b rule is off by a factor that grows with b."""
    plain = answered.number("F_BATCHED")
    answered.send({"lean": True})
    broken = answered.number("F_BATCHED")
    assert broken == pytest.approx(answered.number("cov") + answered.number("square"), rel=1e-6)
    assert broken / plain == pytest.approx(128 * 0.64 + 0.36, rel=1e-6)
    answered.send({"b": 1024})
    assert answered.number("F_BATCHED") == pytest.approx(broken, rel=0.01)


def test_twelve_thousand_inputs(answered):
    chances = [SureUnit(e, 12_000).no_wrong_label for e in (1e-3, 1e-4, 1e-5, 1e-6)]
    np.testing.assert_allclose(chances, [6.1e-6, 0.301, 0.887, 0.988], rtol=6e-3)
    assert "6.1 × 10⁻⁶, 0.301, 0.887, 0.988" in look("many")
    answered.preset("many")
    assert answered.number("none") == pytest.approx(0.301, abs=5e-4)


# ---- the question ----------------------------------------------------------------------------------------------------------
def values(**given):
    declared = lesson(SLUG)
    return SimpleNamespace(**(links.defaults(declared.all_controls) | given), seen=frozenset(["typical"]), given={}, data=None)  # fmt: skip


def test_the_answer_is_absent_until_it_is_given():
    """Where a run may draw no wrong label, no dot, no median, no λ of a run is in the tables, on any tab."""
    reader = Reader(SLUG)
    for eps, n in ((1e-4, 1000), (1e-6, 60_000), (0.01, 10), (0.01, 1000)):
        reader.send({"eps": eps, "N": n})
        hidden = (1 - eps) ** n > lab.SHOWN
        for name in ("median", "mean", "run", "need", "k", "none", "sd"):
            assert np.isnan(reader.number(name)) == hidden, (eps, n, name)
    shut = sample.secret(values(), sample.runs(values())[0]).shown(frozenset())
    for found, units in zip(shut.tables, lab.both_ways(values()), strict=True):
        for row, unit in zip(found.values, units, strict=True):
            assert np.isnan(row).all() == (unit.no_wrong_label > lab.SHOWN)
    reader.send(kind="tab", tab="longer")
    assert np.isnan(reader.number("median"))
    reader.send({"eps": 1e-4, "N": 1000}, kind="tab", tab="shift")
    assert np.isnan(reader.number("m_SAMPLE"))
    assert "1e8" not in json.dumps(reader.scene["views"][0]["table"]["rows"][1])
    assert reader.scene["views"][0]["table"]["rows"][1][1:] == [None, None]
    wire = reader.commit("typical", "between")
    assert reader.values["eps"] == 1e-4 and reader.values["N"] == 1000 and reader.values["tab"] == "ways"
    assert reader.number("need") in (pytest.approx(9999, rel=1e-4), pytest.approx(0.1, rel=0.01))
    assert "9999" in reader.prediction("typical")["truth"] and "90.5 %" in reader.prediction("typical")["truth"]
    assert wire["badge"]["ok"]


def test_the_words_of_the_answers():
    question = lesson(SLUG).predictions[0]
    texts = {o.key: o.feedback() for o in question.options}
    assert len(set(texts.values())) == 3
    assert "90.5 %" in texts["empirical"] and "9.5 %" in texts["empirical"]
    assert "10^{−3}" in texts["exact"] and "10^{−3}" in texts["between"]  # asserted in test_the_aha
    assert question.options[2].at["x"] == pytest.approx(SureUnit(1e-4).multiplier("EMPIRICAL"))


# ---- tabs ------------------------------------------------------------------------------------------------------------------
def test_published_numbers(answered):
    answered.preset("published")
    rows = {re.sub(r"\{\w+\||\}", "", r[0]): r[1:] for r in answered.scene["formula"]["rows"]}
    assert rows["EXACT"] == ["99.12 ± 0.16", "121", "84.91 ± 0.65", "972"]
    assert rows["EMPIRICAL"] == ["99.12 ± 0.12", "100", "83.28 ± 0.77", "817"]
    assert len(rows) == 6 and "not ours" in answered.scene["formula"]["head"][0]
    assert "84.91" in look("published") and "83.28" in look("published") and len([r for r in published.VAN_DE_VEN if round(r.mnist.percent) == 99]) == 5  # fmt: skip
    assert max(published.VAN_DE_VEN, key=lambda r: r.cifar.percent).way == "EXACT"


def test_one_unit_comes_within_a_decade(answered):
    """What the reading of the tab says of ε = 10⁻⁴, at the defaults of N and b."""
    unit = SureUnit(1e-4)
    found = {r.way: r for r in published.VAN_DE_VEN}
    moved = {
        "SAMPLE": unit.value("EXACT") / unit.sample_median,
        "EMPIRICAL": unit.multiplier("EMPIRICAL"),
        "BATCHED": unit.multiplier("BATCHED"),
    }
    for way, by in moved.items():
        for name in ("mnist_peak", "cifar_peak"):
            start, end = getattr(found["EXACT"], name), getattr(found[way], name)
            gaps = np.abs(np.log10(by * np.array(start) / np.array(end)))
            assert gaps.max() <= 1.001, (way, name)
    answered.send({"eps": 1e-4}, kind="tab", tab="shift")
    assert [answered.number(f"m_{w}") for w in moved] == pytest.approx(list(moved.values()), rel=1e-5)


def test_the_recap_names_the_right_lesson():
    assert any(f"From lesson {course().number('ewc')}" in q for q, _ in lesson(SLUG).recap)


def test_six_decades():
    found = {r.way: np.log10(r.mnist_peak).mean() for r in published.VAN_DE_VEN if r.mnist_peak}
    assert found["BATCHED"] - found["EXACT"] == pytest.approx(6)
    assert SureUnit(1e-4).multiplier("BATCHED") > 1e6


def test_autopsy(answered):
    answered.preset("autopsy")
    assert answered.number("moving") == pytest.approx(2.468, abs=5e-4)
    assert answered.number("fixed") == pytest.approx(0.04998, abs=5e-6)
    assert answered.number("ratio") == pytest.approx(99) and answered.number("stiff") == 2000
    for eps, ratio in ((0.4, 1.5), (0.25, 3), (0.1, 9)):
        answered.send({"eps": eps})
        assert answered.number("ratio") == pytest.approx(ratio)
    text = json.dumps(answered.scene["formula"], ensure_ascii=False)
    assert "0.14 for 0.46" in text and "6.5 points" in text and "0.615, 0.68" in text and "200 inputs" in text
    answered.send({"eps": 0.01})
    assert answered.number("drift") == pytest.approx(8.4, abs=0.05)
    assert float(anchors.progress(1, 2000, 10**7)) == pytest.approx(1)  # a renewed anchor only delays


def test_trained_longer_ends_on_empirical(answered):
    answered.send(kind="tab", tab="longer")
    for weight in ("0", "1"):
        answered.send({"weight": weight, "t": 3000})
        assert (
            answered.number("median") == pytest.approx(answered.number("empirical"), rel=1e-5)
            and answered.number("median") < 0.01
        )
        assert abs(answered.number("mean") - 1) < 5 * answered.number("se")
        answered.send({"t": 10})
        assert answered.number("median") == pytest.approx(1, abs=0.1)


# ---- programs and extremes -------------------------------------------------------------------------------------------------
def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return {line.split()[0]: [float(x) for x in re.findall(r"(?<![\w(])-?\d[\d.]*(?:e[+-]?\d+)?", line)] for line in done.stdout.splitlines()}  # fmt: skip


@pytest.mark.parametrize("key", [k for k in PRESETS if k != "autopsy"])
def test_preset_and_its_program_agree(answered, key):
    wire = answered.preset(key)
    assert wire["look"] and answered.scene["refused"] is None
    answered.send({"tab": "ways"})
    rows = run(answered.wire["extras"]["code"])
    for way in LOOKS:
        shown = answered.number(f"F_{SLOT[way]}")
        if way == "SAMPLE":  # other draws, the same law
            assert abs(rows[way][0] - shown) < 5 * answered.number("sd") / np.sqrt(200)
        else:
            assert rows[way][0] == pytest.approx(shown, rel=2e-6), way
            assert rows[way][1] == pytest.approx(answered.number(f"m_{SLOT[way]}"), rel=2e-5)
    assert rows["no_wrong_label"][0] == pytest.approx(answered.number("none"), rel=1e-4, abs=1e-30)


def test_the_programs_of_the_tabs_agree(answered):
    answered.preset("autopsy")
    code = answered.wire["extras"]["code"]
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"ratio {answered.number('ratio'):.6g}" in out and f"drift {answered.number('drift'):.5g}" in out
    kept, renewed = (float(re.search(r"epoch 50 renewed ([\d.]+) kept ([\d.]+)", out)[k]) for k in (2, 1))
    assert renewed == pytest.approx(answered.number("moving"), rel=1e-5)
    assert kept == pytest.approx(answered.number("fixed"), rel=1e-5)
    answered.send({"t": 300}, kind="tab", tab="longer")
    out = subprocess.run([sys.executable, "-c", answered.wire["extras"]["code"]], capture_output=True, text=True, timeout=60, check=True).stdout  # fmt: skip
    line = next(x for x in out.splitlines() if x.startswith("300 "))
    exact, median, empirical = (
        float(re.search(rf"{n} ([\d.e+-]+)", line)[1]) for n in ("exact", "median", "empirical")
    )
    assert exact == pytest.approx(answered.number("exact"), rel=1e-5)
    assert median == pytest.approx(answered.number("median"), abs=1e-3) and empirical == pytest.approx(
        answered.number("empirical"), abs=1e-6
    )


@pytest.mark.parametrize("classes", ["2", "3"])
@pytest.mark.parametrize(("eps", "n", "b"), [(1e-6, 10, 1024), (0.4, 60_000, 1), (1e-6, 60_000, 1024), (0.4, 10, 1)])
@pytest.mark.parametrize("lean", [False, True])
def test_corners(classes, eps, n, b, lean):
    for tab in lesson(SLUG).figures:
        for squared in ("mean", "sum"):
            wire, _, scene = lesson(SLUG).pack(
                values(eps=eps, N=n, b=b, classes=classes, lean=lean, squared=squared, tab=tab)
            )
            assert wire["refused"] is None and all(c.holds for c in scene.checks), [
                c for c in scene.checks if not c.holds
            ]
