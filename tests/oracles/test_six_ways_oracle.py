"""The six ways and the sure unit against autograd, sixty digits and exact fractions."""

from fractions import Fraction
from math import comb

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest

from fisher_core.continual import six_ways
from fisher_core.models import SoftmaxRegression
from fisher_studies.sure_unit import SureUnit

N, D, K = 24, 3, 4


def log_prob(theta, x, y):
    z = x @ anp.reshape(theta, (D, K))
    return z[y] - anp.log(anp.sum(anp.exp(z)))


SCORE = autograd.grad(log_prob)


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(N, D)), rng.normal(size=D * K)
    p = np.exp(x @ theta.reshape(D, K))
    return x, rng.integers(K, size=N), theta, p / p.sum(axis=1, keepdims=True)


def outer(g):
    return np.outer(g, g)


def test_each_program_is_its_sum_of_gradients(case):
    x, y, theta, p = case
    model = SoftmaxRegression(K)
    exact = sum(p[i, c] * outer(SCORE(theta, x[i], c)) for i in range(N) for c in range(K)) / N
    empirical = sum(outer(SCORE(theta, x[i], y[i])) for i in range(N)) / N
    argmax = sum(outer(SCORE(theta, x[i], int(p[i].argmax()))) for i in range(N)) / N
    parts = [sum(SCORE(theta, x[i], y[i]) for i in range(k, k + 6)) for k in range(0, N, 6)]
    batched = sum(map(outer, parts)) / 4
    drawn = model.sample(x, theta, np.random.default_rng(1)).astype(int)
    sample = sum(outer(SCORE(theta, x[i], drawn[i])) for i in range(N)) / N
    found = {
        "EXACT": six_ways.exact(model, x, theta, full=True),
        "EMPIRICAL": six_ways.empirical(model, x, y, theta, full=True),
        "ARGMAX": six_ways.argmax(model, x, theta, full=True),
        "BATCHED": six_ways.batched(model, x, y, theta, 6, "sum", full=True),
        "SAMPLE": six_ways.sample(model, x, theta, np.random.default_rng(1), full=True),
    }
    for way, truth in zip(found, (exact, empirical, argmax, batched, sample), strict=True):
        np.testing.assert_allclose(found[way], truth, rtol=1e-10, atol=1e-13, err_msg=way)
    mean = six_ways.batched(model, x, y, theta, 6, full=True)
    np.testing.assert_allclose(mean, batched / 36, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("epsilon", [0.3, 0.01, 1e-4, 1e-6])
@pytest.mark.parametrize("shares", [(), (2 / 3, 1 / 3)])
def test_the_laws_with_sixty_digits(epsilon, shares):
    law = SureUnit(epsilon, 1000, 128, 0.0, shares)
    with mpmath.workdps(60):
        e = mpmath.mpf(epsilon)
        p = [1 - e, *(e * mpmath.mpf(s) for s in shares or (1.0,))]
        weights = range(len(p)) if shares else (0,)
        worth = [sum(((c == y) - p[c]) ** 2 for c in weights) for y in range(len(p))]
        exact = sum(a * b for a, b in zip(p, worth, strict=True))
        variance = sum(a * b**2 for a, b in zip(p, worth, strict=True)) - exact**2
        assert law.value("EXACT") == pytest.approx(float(exact), rel=1e-14, abs=0)
        assert law.value("ARGMAX") == pytest.approx(float(worth[0]), rel=1e-14, abs=0)
        assert law.value("BATCHED") == pytest.approx(float(worth[0] / 128), rel=1e-14, abs=0)
        assert law.multiplier("ARGMAX") == pytest.approx(float(exact / worth[0]), rel=1e-13, abs=0)
        assert law.sample_sd == pytest.approx(float(mpmath.sqrt(variance / 1000)), rel=1e-12, abs=0)
        assert law.no_wrong_label == pytest.approx(float(p[0] ** 1000), rel=1e-12, abs=0)


@pytest.mark.parametrize(("epsilon", "n"), [(Fraction(1, 4), 9), (Fraction(1, 100), 120), (Fraction(1, 2), 15)])
@pytest.mark.parametrize("probability", [0.05, 0.5, 0.9])
def test_quantiles_by_exact_fractions(epsilon, n, probability):
    total, k = Fraction(0), -1
    while total < Fraction(probability):
        k += 1
        total += comb(n, k) * epsilon**k * (1 - epsilon) ** (n - k)
    value = (k * (1 - epsilon) ** 2 + (n - k) * epsilon**2) / n
    assert SureUnit(float(epsilon), n).sample_quantile(probability) == pytest.approx(float(value), rel=1e-12, abs=0)
