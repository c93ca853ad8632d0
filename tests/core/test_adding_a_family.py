"""The worked example of docs/adding-a-family.md, taken from the page as it stands and put into the registry: the tests that
hold for every family hold for it, with nothing written elsewhere, and notice when one of its formulas is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from fisher_core import Family

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "adding-a-family.md").read_text(encoding="utf-8")
SOURCE = re.findall(r"```python\n(.*?)```", PAGE, re.S)[0]


def hook(name: str) -> str:
    """The text of one method."""
    return re.search(rf"    def {name}\(.*?(?=\n    def |\Z)", SOURCE, re.S)[0]


WRONG = {  # what is written in place of what, and the test that must notice
    "score": ("((x / s) ** 2 - 2) / s,)", "(2 - (x / s) ** 2) / s,)", "score_and_hessian_are_derivatives"),
    "hessian": ("2 - 3 * (x / s) ** 2", "3 * (x / s) ** 2 - 2", "mean_hessian_is_minus_fisher"),
    "fisher": ("4 / s**2,),", "8 / s**2,),", "second_moment_fisher"),
    "kl": ("return itakura_saito(s**2, t**2, -d * (s + t))", "return itakura_saito(t**2, s**2, d * (s + t))", "kl_of_distant_pairs"),
    "digits": ("itakura_saito(s**2, t**2, -d * (s + t))", "(s / t) ** 2 - 1 - 2 * np.log(s / t)", "kl_of_neighbours"),
    "bounds": ("bounds = (0.0, np.inf)", "bounds = (-np.inf, np.inf)", "cdf_is_the_integral"),
    "norm": ("return np.log(x / s) -", "return 0.1 + np.log(x / s) -", "cdf_is_the_integral"),
    "sampler": ("rng.rayleigh(theta[0], n)", "rng.rayleigh(1.1 * theta[0], n)", "samples_pass_kolmogorov"),
    "cdf": ("-np.expm1(-0.5", "-np.expm1(-0.6", "cdf_is_the_integral"),
    "sf": ("return np.exp(-0.5 *", "return np.exp(-0.6 *", "sf_is_the_rest"),
    "quantile": ("np.sqrt(-2 *", "np.sqrt(-2.1 *", "cdf_is_the_integral"),
    "mle": ("np.sqrt(0.5 * (x**2)", "np.sqrt(0.6 * (x**2)", "mle_maximises"),
    "regular": ('title = "Rayleigh"', 'title, regular, why_irregular = "Rayleigh", False, "so they say"', "break_the_identity"),
    "missing": (hook("_mle"), "", "required_hooks"),
}  # fmt: skip


def run(folder: Path, *arguments: str) -> str:
    """What pytest says with the families of ``folder`` in the registry."""
    path = os.pathsep.join(map(str, (ROOT / "tests", ROOT)))
    command = [sys.executable, "-m", "pytest", "-p", "newcomer", "-p", "no:cacheprovider", "-rfs", "-k", "rayleigh"]
    environment = os.environ | {"NEWCOMERS": str(folder), "PYTHONPATH": path}
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def rayleigh():
    names: dict[str, object] = {"__name__": "rayleigh"}
    exec(compile(SOURCE, "rayleigh.py", "exec"), names)
    return names["Rayleigh"]()


def test_it_is_one_short_file():
    assert len(SOURCE.splitlines()) <= 150


def test_every_test_of_the_registry_holds_for_it(tmp_path):
    (tmp_path / "rayleigh.py").write_text(SOURCE, encoding="utf-8")
    said = run(tmp_path, "tests/core", "tests/studies", "tests/oracles", "--ignore=tests/core/test_adding_a_family.py")
    assert "FAILED" not in said, said[-4000:]
    skipped = set(re.findall(r"SKIPPED .*: (write .*)", said))
    assert {re.search(r"tests/oracles/\w+\.py", line)[0] for line in skipped} == set(
        re.findall(r"tests/oracles/\w+\.py", PAGE)
    )


def test_it_needs_no_more_than_five_hooks(tmp_path):
    short = SOURCE
    for name in ("_fisher", "_kl", "_cdf", "_sf", "_quantile"):
        short = short.replace(hook(name), "")
    (tmp_path / "rayleigh.py").write_text(short, encoding="utf-8")
    said = run(tmp_path, "tests/core/test_families.py", "tests/core/test_charts.py")
    assert "FAILED" not in said, said[-4000:]


def test_a_wrong_formula_is_noticed(tmp_path):
    for name, (right, wrong, _) in WRONG.items():
        assert SOURCE.count(right) == 1, right
        text = SOURCE.replace(right, wrong).replace('key = "rayleigh"', f'key = "rayleigh_{name}"')
        (tmp_path / f"rayleigh_{name}.py").write_text(text, encoding="utf-8")
    said = run(tmp_path, "tests/core/test_families.py")
    for name, (_, _, test) in WRONG.items():
        assert re.search(rf"FAILED .*{test}\w*\[(.*-)?rayleigh_{name}[\]-]", said), name


def test_neighbours_keep_their_digits_in_a_chart_without_a_closed_form(rayleigh):
    """A step of 1e-8 in log s is half forgotten by its ends in s."""
    short = type("Short", (type(rayleigh),), {"_kl": Family._kl})()
    for name in short.charts:
        f, exact = short.in_chart(name), rayleigh.in_chart(name)
        p = f.from_base([1.1])
        for step in (1e-3, 1e-5, 1e-8):
            assert f.kl(p, p + step) == pytest.approx(exact.kl(p, p + step), rel=1e-11, abs=0)


def test_distribution_is_scipys(rayleigh):
    x, peer = np.array([0.01, 0.4, 1.7, 6.0]), stats.rayleigh(scale=1.7)
    np.testing.assert_allclose(rayleigh.log_prob(x, [1.7]), peer.logpdf(x), rtol=1e-13)
    np.testing.assert_allclose(rayleigh.cdf(x, [1.7]), peer.cdf(x), rtol=1e-12)


def test_errors_are_worded_without_a_line_of_its_own(rayleigh):
    with pytest.raises(ValueError, match="scale = -1, and scale must be > 0"):
        rayleigh.fisher([-1.0])
    with pytest.raises(ValueError, match="x contains -3 and must be > 0, the support of rayleigh"):
        rayleigh.score([-3.0], [1.0])
