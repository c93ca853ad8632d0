"""Maximum likelihood on data as people have them: constant, nearly constant, far from 0, in other units, with outliers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fisher_core import FAMILIES
from fisher_core.families.student_t import StudentT

SCALAR = {key: f for key, f in FAMILIES.items() if f.columns is None}
CONTINUOUS = {key: f for key, f in SCALAR.items() if not f.discrete}
UNITS = [f for f in CONTINUOUS.values() if f.bounds in ((-np.inf, np.inf), (0.0, np.inf))]
MOVABLE = [f for f in UNITS if f.locations]
NARROWING = ["normal", "laplace", "logistic", "gamma", "beta", "weibull"]
TIED = ["cauchy", "student_t"]


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1e-300, 1 / 3])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("key", NARROWING + TIED)
def test_equal_data_are_refused_whatever_their_mean_rounds_to(key, value, n):
    message = f"x holds only the value {value:g}" if key in NARROWING else f"x holds {value:g} {n} times in {n}"
    with pytest.raises(ValueError, match=f"^{message} and must hold"):
        FAMILIES[key].mle([value] * n)


def test_equal_data_have_an_estimate_where_nothing_narrows():
    for key, value, theta in (
        ("exponential", 0.1, 10),
        ("poisson", 3, 3),
        ("uniform", 0.1, 0.1),
        ("poisson", 1e308, 1e308),
    ):
        assert FAMILIES[key].mle([value] * 3) == pytest.approx([theta], rel=1e-15, abs=0)
    assert FAMILIES["exponential"].mle([1e308] * 3) == pytest.approx([1e-308], rel=1e-15, abs=0)


def test_two_neighbouring_floats_are_told_apart():
    for key in [*NARROWING, "student_t"]:
        x = np.array([0.3, np.nextafter(0.3, 1)])
        theta = FAMILIES[key].mle(x)
        assert np.isfinite(theta).all() and theta[1] > 0
    half = (x[1] - x[0]) / 2
    assert FAMILIES["normal"].mle(x)[1] == half == FAMILIES["laplace"].mle(x)[1]
    # skewness vanishes, and what is left is a normal density: k = m²/σ², k π/√6 …
    assert FAMILIES["gamma"].mle(x)[0] == pytest.approx((0.3 / half) ** 2, rel=1e-10)
    assert FAMILIES["beta"].mle(x).sum() == pytest.approx(0.3 * 0.7 / half**2, rel=1e-10)


def test_nearly_constant_data_keep_the_digits_of_their_differences():
    x = [1e8, 1e8 + 1e-7, 1e8 + 3e-7]
    gaps = np.array(x) - 1e8
    assert FAMILIES["normal"].mle(x)[1] == pytest.approx(gaps.std(), rel=1e-14, abs=0)
    x = 1e6 + np.array([0.0, 0.001, 0.002, 0.003])
    shape, rate = FAMILIES["gamma"].mle(x)
    assert shape == pytest.approx(8e17, rel=1e-6) and shape / rate == pytest.approx(1e6 + 0.0015, rel=1e-15)
    y = 0.5 + np.array([0.0, 1e-10, 3e-10, 1e-9])
    a, b = FAMILIES["beta"].mle(y)
    assert a + b == pytest.approx(0.25 / y.var(), rel=1e-6) and a / (a + b) == pytest.approx(y.mean(), rel=1e-15)


def test_what_leaves_float64_is_said():
    with pytest.raises(ValueError, match="x must be in other units: its estimate of rate is beyond float64"):
        FAMILIES["exponential"].mle([1e-310])


@pytest.mark.parametrize("unit", [1e-9, 1e9, 1e-100, 1e100, 3.0])
@pytest.mark.parametrize("family", UNITS, ids=lambda f: f.key)
def test_a_change_of_units_changes_no_estimate(family, unit):
    for n in (5, 40):
        x = family.sample(family.default, n, np.random.default_rng(21))
        here, there = family.mle(x), family.mle(unit * x)
        np.testing.assert_allclose(family.cdf(unit * x, there), family.cdf(x, here), rtol=1e-12)
        gap = family.log_prob(unit * x, there) - family.log_prob(x, here) + np.log(unit)
        assert np.abs(gap).max() < 1e-11


@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
@pytest.mark.parametrize("family", MOVABLE, ids=lambda f: f.key)
def test_a_change_of_origin_moves_locations_only(family, unit):
    fine = np.round(family.sample(family.default, 9, np.random.default_rng(22)) * 2**20) * 2.0**-20
    far = fine + 2.0**30  # without rounding
    here, there = family.mle(fine), family.mle(far)
    assert there[1] == pytest.approx(here[1], rel=1e-13, abs=0)
    assert there[0] - 2.0**30 == pytest.approx(here[0], abs=2.0**-22)
    scaled = family.mle(unit * fine)
    np.testing.assert_allclose(scaled, unit * here, rtol=1e-12, atol=1e-12 * unit * here[1])


@pytest.mark.parametrize("family", [FAMILIES["cauchy"], FAMILIES["student_t"], StudentT(3)], ids=lambda f: f.title)
def test_heavy_tails_have_no_higher_peak_elsewhere(family):
    rng, nu = np.random.default_rng(23), getattr(family, "nu", 1)
    samples = [np.array([-6.184, -18.209, 2.632, 0.379, -1836.78])]
    samples += [np.exp(3 * rng.standard_normal(n)) * rng.choice([-1, 1], n) for n in (3, 4, 5, 5, 6, 7, 9, 12)]
    for x in samples:
        best = family.mle(x)
        around = np.concatenate([x, np.linspace(x.min(), x.max(), 40), best[0] + best[1] * np.linspace(-3, 3, 21)])
        scales = best[1] * 10.0 ** np.linspace(-3, 3, 49)
        z = (x - around[:, None, None]) / scales[:, None]
        heights = -(nu + 1) / 2 * np.log1p(z**2 / nu).mean(axis=-1) - np.log(scales)
        top = -(nu + 1) / 2 * np.log1p(((x - best[0]) / best[1]) ** 2 / nu).mean() - np.log(best[1])
        assert heights.max() <= top + 1e-13


def test_tiny_proportions_are_gamma_distributed():
    x = [1e-300, 2e-300, 5e-300]
    assert FAMILIES["beta"].mle(x) == pytest.approx(FAMILIES["gamma"].mle(x), rel=1e-12, abs=0)


@pytest.mark.parametrize("nu", [0.3, 1.0, 2.5, 30.0])
@pytest.mark.parametrize("decades", [10, 60, 120])
def test_student_t_over_many_decades_is_where_the_score_vanishes(nu, decades):
    x = 10 ** np.random.default_rng(decades).uniform(-decades / 2, decades / 2, 15)
    for data in (x, -x, 1.0 + x / x.max()) if decades == 10 else (x, -x):
        loc, scale = StudentT(nu).mle(data)
        z = [(Fraction(v) - Fraction(loc)) / Fraction(scale) for v in data]
        weights = [1 / (1 + v * v / Fraction(nu)) for v in z]
        # the score of a location and a scale rounded to float64 is not 0, but as small as they are rounded
        rounding = 1e-14 * max(1.0, abs(loc) / scale)
        assert abs(sum(v * w for v, w in zip(z, weights, strict=True))) / 15 < rounding * (1 + nu)
        assert abs(sum((v * v - 1) * w for v, w in zip(z, weights, strict=True))) / 15 < rounding * (1 + nu)
