"""The worked example of docs/adding-a-family.md, taken from the page as it stands and run through what a family promises."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import fisher_core
from fisher_core import divergence, information

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-family.md"
SOURCE = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[0]


@pytest.fixture(scope="module")
def registered(tmp_path_factory):
    """The example as a module of its own, in the registry while these tests run."""
    path = tmp_path_factory.mktemp("family") / "rayleigh.py"
    path.write_text(SOURCE, encoding="utf-8")
    names: dict[str, object] = {"__name__": "rayleigh"}
    exec(compile(SOURCE, str(path), "exec"), names)
    family = names["Rayleigh"]()
    fisher_core.FAMILIES[family.key] = family
    yield fisher_core.FAMILIES["rayleigh"]
    del fisher_core.FAMILIES[family.key]


def views(family):
    return [family, *(family.in_chart(name) for name in family.charts)]


def test_it_is_one_short_file():
    assert len(SOURCE.splitlines()) <= 150


def test_distribution_is_scipys(registered):
    x, peer = np.array([0.01, 0.4, 1.7, 6.0]), stats.rayleigh(scale=1.7)
    np.testing.assert_allclose(registered.log_prob(x, [1.7]), peer.logpdf(x), rtol=1e-13)
    np.testing.assert_allclose(registered.cdf(x, [1.7]), peer.cdf(x), rtol=1e-12)
    np.testing.assert_allclose(registered.quantile(registered.cdf(x, [1.7]), [1.7]), x, rtol=1e-12)
    drawn = registered.sample([1.7], 4000, np.random.default_rng(0))
    assert stats.kstest(drawn, peer.cdf).pvalue > 1e-3


def test_every_route_to_the_fisher_matrix_agrees_in_every_chart(registered):
    for f in views(registered):
        theta, fisher = f.default, f.fisher(f.default)
        for of in ("score", "hessian"):
            np.testing.assert_allclose(information.by_quadrature(f, theta, of=of), fisher, rtol=1e-9)
        sampled = information.monte_carlo(f, theta, 50_000, np.random.default_rng(1))
        assert (np.abs(sampled.value - fisher) < 5 * sampled.standard_error).all()
        x = f.sample(theta, 50_000, np.random.default_rng(2))
        observed = information.observed(f, x, theta)
        assert (np.abs(observed.value - fisher) <= 5 * observed.standard_error + 1e-12).all()


def test_kl_keeps_its_digits_and_agrees_with_quadrature(registered):
    for f in views(registered):
        p, scale = f.default, 1 / np.sqrt(f.fisher(f.default)[0])
        for step in (0.3, 1e-2, 1e-5, 1e-8):
            q = p + step * scale
            assert float(f.kl(p, q)) == pytest.approx(divergence.kl_quadrature(f, p, q), rel=1e-11, abs=0)
            parabola = divergence.quadratic(f.fisher(p), q - p)
            assert float(f.kl(p, q)) == pytest.approx(parabola, rel=3 * step + 1e-13, abs=0)
        assert f.kl(p, p) == 0


def test_maximum_likelihood_is_the_scores_root(registered):
    for f in views(registered):
        x = f.sample(f.default, 500, np.random.default_rng(3))
        assert np.abs(f.score(x, f.mle(x)).mean()) < 1e-12 * np.sqrt(f.fisher(f.default)[0, 0])


def test_errors_are_worded_without_a_line_of_its_own(registered):
    with pytest.raises(ValueError, match="scale = -1, and scale must be > 0"):
        registered.fisher([-1.0])
    with pytest.raises(ValueError, match="x contains -3 and must be > 0, the support of rayleigh"):
        registered.score([-3.0], [1.0])
