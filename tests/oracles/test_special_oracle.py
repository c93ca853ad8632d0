"""Stirling's remainder and the divergence of log Γ against fifty digits, and the nodes of Binet's rule from their moments."""

import mpmath
import numpy as np
import pytest

from fisher_core.numerics import special

POINTS = [1e-6, 1e-3, 0.1, 0.7, 2.0, 3.99, 4.01, 7.0, 9.99, 10.0, 30.0, 1e4, 1e100]


def gauss_rule(k):
    """Nodes t² and weights of the measure with moments |B₂ₙ₊₂|/((2n+1)(2n+2)), by Chebyshev's algorithm."""
    moments = [abs(mpmath.bernoulli(2 * n + 2)) / ((2 * n + 1) * (2 * n + 2)) for n in range(2 * k)]
    before, now = [mpmath.mpf(0)] * (2 * k), list(moments)
    a, b = [moments[1] / moments[0]], [moments[0]]
    for j in range(1, k):
        after = [mpmath.mpf(0)] * (2 * k)
        for i in range(j, 2 * k - j):
            after[i] = now[i + 1] - a[-1] * now[i] - (b[-1] * before[i] if j > 1 else 0)
        a.append(after[j + 1] / after[j] - now[j] / now[j - 1])
        b.append(after[j] / now[j - 1])
        before, now = now, after
    jacobi = mpmath.zeros(k)
    for i in range(k):
        jacobi[i, i] = a[i]
        if i:
            jacobi[i, i - 1] = jacobi[i - 1, i] = mpmath.sqrt(b[i])
    values, vectors = mpmath.eigsy(jacobi)
    return [(values[i], moments[0] * vectors[0, i] ** 2) for i in range(k)]


def test_binets_nodes_are_those_of_gauss():
    with mpmath.workdps(100):
        rule = [(float(t2), float(weight)) for t2, weight in gauss_rule(10)]
    np.testing.assert_allclose(special._BINET, rule[: len(special._BINET)], rtol=1e-15)
    assert max(weight for _, weight in rule[len(special._BINET) :]) < 1e-17


@pytest.mark.parametrize("x", POINTS)
def test_log_gamma_excess_keeps_its_digits(x):
    """g(y) − g(x) − (y−x) g′(x) with g = log Γ(x) − x log x + x; steps down to x/20 and up to a hundredfold."""
    ratios = np.array([-0.95, -0.51, -0.49, -0.2, -1e-3, -1e-8, 1e-8, 1e-3, 0.19, 0.5, 3.0, 100.0])
    steps = x * ratios
    truth = []
    with mpmath.workdps(400 if x > 1e50 else 60):
        g = lambda v: mpmath.loggamma(v) - v * mpmath.log(v) + v  # noqa: E731
        a = mpmath.mpf(x)
        for step in steps:
            d = mpmath.mpf(float(step))
            truth.append(float(g(a + d) - g(a) - d * (mpmath.digamma(a) - mpmath.log(a))))
    np.testing.assert_allclose(special.log_gamma_excess(np.array(x), x + steps, steps), truth, rtol=5e-15)


@pytest.mark.parametrize("x", POINTS[:-1])
def test_digamma_and_trigamma_of_neighbours_keep_their_digits(x):
    steps = x * np.array([1e-9, 1e-4, 0.1, 3.0, 1e6])
    with mpmath.workdps(60):
        a = mpmath.mpf(x)
        rises = [[float(mpmath.psi(n, a + mpmath.mpf(d)) - mpmath.psi(n, a)) for d in steps.tolist()] for n in (0, 1)]
    np.testing.assert_allclose(special.digamma_rise(np.array(x), steps), rises[0], rtol=2e-15)
    np.testing.assert_allclose(-special.trigamma_fall(np.array(x), steps), rises[1], rtol=2e-15)


CHANGES = np.array([1e-12, 1e-6, 0.01, 0.03, 0.05, 0.1, 0.3, 0.39, 0.41, 0.49, 0.51, 0.6, 0.9])
BOTH_WAYS = np.concatenate([-CHANGES, CHANGES, [3.0, 12.0]])


def compare(found, truth, rtol):
    np.testing.assert_allclose(found, [float(t) for t in truth], rtol=rtol)


def test_what_subtraction_would_lose_is_there_on_both_sides_of_every_switch():
    exact = [mpmath.mpf(v) for v in BOTH_WAYS.tolist()]
    with mpmath.workdps(60):
        gap = BOTH_WAYS * 0.7
        steps = [mpmath.mpf(g) / mpmath.mpf(0.7) for g in gap.tolist()]
        compare(
            special.itakura_saito(0.7 + gap, np.full(gap.shape, 0.7), gap), [c - mpmath.log1p(c) for c in steps], 2e-15
        )
        excess = [mpmath.expm1(v) - v for v in exact]
        compare(special.exp_excess(BOTH_WAYS), excess, 1e-15)
        p = np.full(gap.shape, 0.3)
        compare(
            special.mass_divergence(p, p * np.exp(BOTH_WAYS), BOTH_WAYS), [mpmath.mpf(0.3) * e for e in excess], 3e-15
        )


def test_logarithms_of_ratios_beyond_the_range_of_ratios():
    a = np.array([1.0, 1 + 2.0**-30, 1.5, 3.0, 1e-300, 1e300, 5e-324, 0.9999])
    b = np.array([1 - 2.0**-53, 1.0, 1.4999, 2.9, 1e300, 1e-300, 1e308, 1.0])
    with mpmath.workdps(60):
        truth = [mpmath.log(mpmath.mpf(u) / mpmath.mpf(v)) for u, v in zip(a.tolist(), b.tolist(), strict=True)]
    with np.errstate(over="ignore"):
        compare(special.log_ratio(a, b), truth, 5e-16)


def test_products_that_nearly_cancel():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 50))
    d = a * b / c * (1 + 1e-15 * rng.normal(size=50))
    with mpmath.workdps(60):
        exact = [[mpmath.mpf(v) for v in row.tolist()] for row in (a, b, c, d)]
        truth = [u * v - w * z for u, v, w, z in zip(*exact, strict=True)]
    compare(special.product_difference(a, b, c, d), truth, 1e-15)


def test_stirlings_remainder_and_its_derivatives():
    """Also for many arguments at once, which are carried up another way."""
    x = np.array([*POINTS[:-1]])
    with mpmath.workdps(60):
        exact = [mpmath.mpf(v) for v in x.tolist()]
        log_gamma = lambda v: mpmath.loggamma(v) - v * mpmath.log(v) + v - mpmath.log(2 * mpmath.pi / v) / 2  # noqa: E731
        cases = (
            (special.stirling_error, [log_gamma(v) for v in exact], 1e-13),
            (special.stirling_slope, [mpmath.psi(0, v) - mpmath.log(v) + 1 / (2 * v) for v in exact], 1e-13),
            (special.stirling_curvature, [mpmath.psi(1, v) - 1 / v - 1 / (2 * v**2) for v in exact], 1e-13),
            (special.trigamma, [mpmath.psi(1, v) for v in exact], 1e-15),
        )
        for function, truth, rtol in cases:
            compare(function(x), truth, rtol)
            np.testing.assert_allclose(function(np.repeat(x, 40)), np.repeat(function(x), 40), rtol=1e-14)


def test_the_excess_of_log_beta():
    a, b = np.array([0.5, 2.0, 30.0, 1e5, 1e-3]), np.array([0.5, 5.0, 1e-3, 1e5, 1e-3])
    with mpmath.workdps(60):
        g = lambda v: mpmath.loggamma(v) - v * mpmath.log(v) + v  # noqa: E731
        pairs = [(mpmath.mpf(u), mpmath.mpf(v)) for u, v in zip(a.tolist(), b.tolist(), strict=True)]
        compare(special.log_beta_excess(a, b), [g(u) + g(v) - g(u + v) for u, v in pairs], 2e-15)


@np.errstate(all="ignore")  # as in the families, which call it
def test_a_mass_that_underflows_leaves_the_other():
    """p log(p/q) − p + q at p = e^{−1000}, which float64 does not know; and at q, where log p/q is far."""
    assert special.mass_divergence(np.array(0.0), np.array(0.5), np.array(1000.0)) == 0.5
    np.testing.assert_allclose(
        special.mass_divergence(np.array(0.5), np.array(0.0), np.array(-1000.0)), 499.5, rtol=1e-15
    )
