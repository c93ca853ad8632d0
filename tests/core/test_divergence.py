"""Divergences: the printed numbers of the lessons, limits, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from fisher_core import FAMILIES, divergence
from fisher_core.numerics.expectation import QuadratureError

NORMAL, BERNOULLI = FAMILIES["normal"], FAMILIES["bernoulli"]


def ratio(f, p, q):
    """KL(p‖q) over its parabola at p."""
    return float(f.kl(p, q)) / divergence.quadratic(f.fisher(p), np.subtract(q, p))


def test_bernoulli_kl_and_its_parabola():
    forward, reverse = BERNOULLI.kl([0.1], [0.2]), BERNOULLI.kl([0.2], [0.1])
    half = divergence.quadratic(BERNOULLI.fisher([0.1]), [0.1])
    np.testing.assert_allclose([forward, reverse, half], [0.036690, 0.044403, 0.055556], atol=5e-7)
    np.testing.assert_allclose([forward / half, reverse / half], [0.660, 0.799], atol=5e-4)
    half = divergence.quadratic(BERNOULLI.fisher([0.1]), [-0.05])
    np.testing.assert_allclose([BERNOULLI.kl([0.1], [0.05]), half], [0.020654, 0.013889], atol=5e-7)
    assert ratio(BERNOULLI, [0.1], [0.05]) == pytest.approx(1.487, abs=5e-4)
    assert BERNOULLI.kl([0.05], [0.1]) / half == pytest.approx(1.203, abs=5e-4)


def test_normal_scale_steps_in_three_coordinates():
    """The same ±.3 in σ, in log σ, and the same two distributions measured in log σ."""
    log = NORMAL.in_chart("log_sigma")
    found = [
        ratio(NORMAL, [0, 1], [0, 1.3]),
        ratio(NORMAL, [0, 1], [0, 0.7]),
        ratio(log, [0, 0], [0, 0.3]),
        ratio(log, [0, 0], [0, -0.3]),
        ratio(log, [0, 0], [0, np.log(1.3)]),
        ratio(log, [0, 0], [0, np.log(0.7)]),
    ]
    np.testing.assert_allclose(found, [0.647, 1.819, 0.827, 1.234, 0.846, 1.287], atol=5e-4)


@pytest.mark.parametrize(
    ("d", "forward", "reverse", "half"),
    [(0.1, 0.0126656, 0.0146898, 0.0150000), (0.01, 1.47370e-4, 1.49669e-4, 1.5e-4)],
)
def test_normal_diagonal_step(d, forward, reverse, half):
    p, q = [0.0, 1.0], [d, 1 + d]
    found = [NORMAL.kl(p, q), NORMAL.kl(q, p), divergence.quadratic(NORMAL.fisher(p), [d, d])]
    np.testing.assert_allclose(found, [forward, reverse, half], rtol=1e-5)
    assert divergence.kl_quadrature(NORMAL, p, q) == pytest.approx(forward, rel=1e-5)


@pytest.mark.parametrize(
    ("sigma", "peak", "kl", "hellinger", "overlap"),
    [
        (2.0, 0.19947, 2.0, 0.39347, 0.31731),
        (0.5, 0.79788, 32.0, 0.99966, 6.33e-5),
        (np.sqrt(2), 0.28209, 4.0, 0.63212, 0.15730),
        (np.sqrt(0.5), 0.56419, 16.0, 0.98168, 0.00468),
    ],
)
def test_same_shift_different_kl(sigma, peak, kl, hellinger, overlap):
    """Means ±2 with a common standard deviation."""
    p, q = [-2.0, sigma], [2.0, sigma]
    assert np.exp(NORMAL.log_prob([-2.0], p)[0]) == pytest.approx(peak, abs=5e-6)
    assert divergence.kl(NORMAL, p, q) == pytest.approx(kl, rel=1e-14, abs=0)
    assert divergence.kl_quadrature(NORMAL, p, q) == pytest.approx(kl, rel=1e-12, abs=0)
    assert divergence.hellinger(NORMAL, p, q) == pytest.approx(hellinger, abs=5e-6)
    assert divergence.hellinger(NORMAL, p, q) == pytest.approx(-np.expm1(-2 / sigma**2), rel=1e-12, abs=0)
    assert divergence.overlap(NORMAL, p, q) == pytest.approx(overlap, rel=1e-3)


def test_shifted_supports():
    """U(0, θ): KL is infinite where q misses part of p, and has no parabola: it is log(θ_q/θ_p)."""
    f = FAMILIES["uniform"]
    assert divergence.kl(f, [2.0], [1.0]) == np.inf
    assert divergence.kl_quadrature(f, [2.0], [1.0]) == np.inf
    assert divergence.kl_quadrature(f, [1.0], [2.0]) == pytest.approx(np.log(2), rel=1e-13, abs=0)
    for p, q in (([1.0], [2.0]), ([2.0], [1.0])):
        assert divergence.hellinger(f, p, q) == pytest.approx(1 - np.sqrt(0.5), rel=1e-12, abs=0)
        assert divergence.overlap(f, p, q) == pytest.approx(0.5, rel=1e-12, abs=0)
    sampled = divergence.kl_monte_carlo(f, [1.0], [2.0], 50, np.random.default_rng(0))
    assert sampled.value == pytest.approx(np.log(2), rel=1e-14, abs=0)
    sampled = divergence.kl_monte_carlo(f, [2.0], [1.0], 50, np.random.default_rng(0))
    assert sampled.value == np.inf
    assert not np.isnan(sampled.standard_error)


def test_neighbours_keep_their_digits():
    """N(0, 1) against N(1e-8, 1): 5e-17, where adding up log-ratios gives rounding noise of 1e-17."""
    p, q = [0.0, 1.0], [1e-8, 1.0]
    assert divergence.kl(NORMAL, p, q) == pytest.approx(5e-17, rel=1e-14, abs=0)
    assert divergence.kl_quadrature(NORMAL, p, q) == pytest.approx(5e-17, rel=1e-6, abs=0)
    assert divergence.hellinger(NORMAL, p, q) == pytest.approx(1.25e-17, rel=1e-6, abs=0)
    near = divergence.kl_monte_carlo(NORMAL, p, q, 20_000, np.random.default_rng(0), estimator="non_negative")
    assert abs(near.value - 5e-17) < 4 * near.standard_error < 5e-18
    coarse = divergence.kl_monte_carlo(NORMAL, p, q, 20_000, np.random.default_rng(0))
    assert coarse.standard_error > 1e-11


@pytest.mark.parametrize(("p", "q"), [([0, 10.0], [3, 0.01]), ([0, 0.01], [3, 10.0]), ([0, 1.0], [60, 1.0])])
def test_quadrature_resolves_two_scales_at_once(p, q):
    assert divergence.kl_quadrature(NORMAL, p, q) == pytest.approx(float(NORMAL.kl(p, q)), rel=1e-12, abs=0)


SCALES = [(k, i) for k, f in FAMILIES.items() if f.columns is None for i in set(range(len(f.default))) - {*f.locations}]
SHAPES = {("gamma", 0), ("beta", 0), ("beta", 1), ("weibull", 0)}


@pytest.mark.parametrize("ratio", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6])
@pytest.mark.parametrize(("key", "i"), SCALES)
def test_quadrature_resolves_any_ratio_of_scales(key, i, ratio):
    """Both ways, at one place and far apart; a shape of 1e-3 has no float64 where its mass is, and is refused."""
    f = FAMILIES[key]
    for apart in (0.0, 0.3, 1e2, 1e3) if f.locations else (0.0,):
        p, q = f.default.copy(), f.default.copy()
        q[i] *= ratio
        q[list(f.locations)] += apart
        for a, b in ((p, q), (q, p)):
            try:
                found = divergence.kl_quadrature(f, a, b)
            except QuadratureError:
                assert (key, i) in SHAPES
                assert q[i] < 0.03
            else:
                assert found == pytest.approx(float(f.kl(a, b)), rel=3e-12, abs=0)


@pytest.mark.parametrize(
    ("key", "p", "q"),
    [
        ("cauchy", [0, 1], [1e4, 1e-5]),  # x next to q has six digits: its mass is missed by 6e-8, and does not count
        ("student_t", [0, 1], [1e4, 1e-4]),
        ("gamma", [0.05, 1e-3], [0.05, 1]),  # a slow tail to the left and a steep end on the right
        ("gamma", [0.1, 1], [0.1, 1e-3]),
        ("weibull", [1.5, 1], [0.15, 1]),
        ("weibull", [0.15, 1], [1.5, 1]),
        ("beta", [0.29, 0.3], [0.5, 0.9]),  # 1 − x has few digits where there is mass
        ("beta", [2, 0.05], [2, 5]),
    ],
)
def test_quadrature_keeps_its_digits_where_panels_or_x_are_coarse(key, p, q):
    f = FAMILIES[key]
    for a, b in ((p, q), (q, p)):
        assert divergence.kl_quadrature(f, a, b) == pytest.approx(float(f.kl(a, b)), rel=1e-12, abs=0)


def test_quadrature_refuses_coordinates_in_which_the_density_cancels():
    """Of N(100, 1e-6) the natural form θ₁x + θ₂x² − A is a difference of numbers of 1e16. (4e-9)"""
    g = NORMAL.in_chart("natural")
    with pytest.raises(QuadratureError, match="resolvable"):
        divergence.kl_quadrature(g, g.from_base([100.0, 1e-6]), g.from_base([0.0, 1.0]))


def test_quadratic_broadcasts():
    fisher = NORMAL.fisher(np.array([[0.0, 1.0], [0.0, 2.0]]))
    delta = np.array([0.1, 0.2])
    np.testing.assert_allclose(divergence.quadratic(fisher, delta), [0.045, 0.01125], rtol=1e-14)
    grid = divergence.quadratic(fisher[0], np.zeros((5, 7, 2)))
    assert grid.shape == (5, 7)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: divergence.quadratic(np.eye(2), [1.0, 2.0, 3.0]), "fisher has shape"),
        (lambda: divergence.quadratic(np.eye(2), np.nan), "delta contains nan"),
        (lambda: divergence.kl_quadrature(NORMAL, [0, 1], [0, -1]), "sigma = -1"),
        (lambda: divergence.kl_monte_carlo(NORMAL, [0, 1], [0, 2], 1, np.random.default_rng(0)), "n = 1 must be >= 2"),
        (lambda: divergence.kl_monte_carlo(NORMAL, [0, 1], [0, 2], 9, None), "rng = None"),
        (lambda: divergence.kl_monte_carlo(NORMAL, [0, 1], [0, 2], 9, np.random.default_rng(0), "k3"), "estimator"),
        (lambda: divergence.kl_quadrature(FAMILIES["weibull"], [0.3, 1.0], [30.0, 1.0]), "thinner tails"),
        (lambda: divergence.f_divergence(NORMAL, [0, 1], [0, 0.001], lambda t: (t - 1) ** 2), "fit float64"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
