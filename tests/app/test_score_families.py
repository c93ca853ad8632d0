"""The score lesson takes up every family of the registry that it can draw, and one added tomorrow as well."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from reader import lesson

from fisher_app import links
from fisher_app.jobs import Progress
from fisher_app.scenes import score
from fisher_app.scenes.score_families import CONTROLS, drawable, nice
from fisher_core import FAMILIES, information

ROOT = Path(__file__).resolve().parents[2]
ADDED = [k for k, s in score.SUBJECTS.items() if s.family]


def state(**values):
    values = links.defaults(lesson("score").all_controls) | values
    return SimpleNamespace(**values, seen=frozenset(), given={}, data=None, run=Progress())


def test_every_drawable_family_can_be_chosen():
    shown = {s.family or k for k, s in score.SUBJECTS.items()} | {"poisson"}
    left_out = set(FAMILIES) - shown
    assert {"categorical", "normal_mean"} <= left_out, "one has a triangle of parameters, the other pairs of numbers"
    assert not [k for k in left_out if drawable(FAMILIES[k])]
    options = next(c for c in score.controls if c.key == "model").options
    assert set(ADDED) <= set(options)


@pytest.mark.parametrize("model", ADDED)
def test_its_numbers_are_the_familys(model):
    v = state(model=model, t1=0.5, n=1000)
    family, theta = FAMILIES[score.SUBJECTS[model].family], score.theta_of(v, model)
    assert family.contains(theta)
    c = score.cloud(v, model)
    x = family.sample(score.SUBJECTS[model].truth, score.MOST, np.random.default_rng(v.seed))[:1000]
    at = int(np.abs(c.theta - theta).sum(axis=1).argmin())
    np.testing.assert_allclose(c.theta[at], theta, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(c.fisher[at], information.by_quadrature(family, theta), rtol=1e-7, atol=1e-9)
    now = list(c.counts).index(1000)
    np.testing.assert_allclose(c.at_n.mean[now], family.score(x, theta).mean(axis=0), rtol=1e-9, atol=1e-12)
    # through the skeleton, as it is dragged
    np.testing.assert_allclose(c.at_theta.covariance[at], np.cov(family.score(x, theta).T, bias=True).reshape(c.fisher[at].shape), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", ADDED)
def test_it_fits_its_axes(model):
    """At the truth 98 of 100 data and scores lie inside, but for the tails that the family itself leaves out of a picture."""
    v, s = state(model=model, n=1000), score.SUBJECTS[model]
    data = score.data_of(model, v.seed)[:1000]
    inside = (data >= s.x.lo) & (data <= s.x.hi)
    scores = score.model_of(model).score(data, s.truth)
    for axis, values in zip(s.s, scores.T, strict=True):
        inside &= (values >= axis.lo) & (values <= axis.hi)
    assert inside.mean() > 0.98 - 2.2 * score.model_of(model).tail
    assert 2 <= len(s.x.ticks) <= 9 and all(2 <= len(a.ticks) <= 9 for a in s.s)


def test_its_program_runs_and_agrees():
    code = score.code(state(model="cauchy", t1=0.4, tab="main"))
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    printed = json.loads(re.search(r"covariance (\[\[.*\]\])", out)[1])
    v = state(model="cauchy", t1=0.4)
    c = score.cloud(v, "cauchy")
    np.testing.assert_allclose(printed, c.at_n.covariance[list(c.counts).index(400)], rtol=1e-7)


def test_a_new_family_appears_without_a_change_to_a_page(tmp_path):
    """The worked example of docs/adding-a-family.md, registered before the lessons are read."""
    source = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "adding-a-family.md").read_text(encoding="utf-8"), re.S)[0]
    (tmp_path / "rayleigh.py").write_text(source, encoding="utf-8")
    program = """
from types import SimpleNamespace
import fisher_core, rayleigh
fisher_core.FAMILIES["rayleigh"] = rayleigh.Rayleigh()
from fisher_app import links
from fisher_app.jobs import Progress
from fisher_app.lessons.kl import every
from fisher_app.scenes import identity, score
assert "rayleigh" in identity.CASES
drawn = links.defaults(every.tab.controls) | {"family": "rayleigh", "chart": "log"}
scene = every.picture(SimpleNamespace(**drawn, seen=frozenset(), given={}, data=None))
assert all(c.holds for c in scene.checks) and len(scene.checks) == 2 and scene.options["chart"]["variance"] == "_s_²"
chosen = links.defaults(score.controls) | {"model": "rayleigh", "tab": "cloud"}
scene = score.main(SimpleNamespace(**chosen, seen=frozenset(), given={}, data=None, run=Progress()))
assert all(c.holds for c in scene.checks) and len(scene.views) == 4
print(scene.views[2].x.label)
"""
    env = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "_s_"


def test_ticks_are_round_and_few():
    assert nice(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert nice(-7.3, 6.1, 5) == [-5, 0, 5]
    assert len(CONTROLS) == 2
