"""One door to each Fisher matrix: families, conditional models and networks go through it, as matrix or as diagonal."""

from __future__ import annotations

import numpy as np
import pytest

from fisher_core import FAMILIES, information
from fisher_core.continual import six_ways
from fisher_core.models import MLP, LinearRegression, LogisticRegression, PoissonRegression, SoftmaxRegression
from fisher_core.models.censored import RightCensored

X = np.random.default_rng(2).normal(size=(40, 3))
COUNTS = np.random.default_rng(3).integers(0, 4, 40)
MODELS = {
    "linear": (LinearRegression(sigma=0.7), X, [0.5, -1.0, 0.3]),
    "logistic": (LogisticRegression(), X, [0.5, -1.0, 0.3]),
    "logistic, rows that count": (LogisticRegression(weights=COUNTS), X, [0.5, -1.0, 0.3]),
    "poisson": (PoissonRegression(), X, [0.2, -0.4, 0.3]),
    "softmax": (SoftmaxRegression(3), X, np.linspace(-1, 1, 9)),
    "softmax, rows that count": (SoftmaxRegression(3, weights=COUNTS), X, np.linspace(-1, 1, 9)),
    "network": (MLP((3, 4, 3), "tanh"), X, np.random.default_rng(4).normal(size=31)),
}


@pytest.mark.parametrize("name", MODELS)
def test_diagonals_of_models_are_those_of_the_matrices(name):
    model, x, theta = MODELS[name]
    y = model.sample(x, theta, np.random.default_rng(5))
    compare(information.exact(model, x, theta, diagonal=True), information.exact(model, x, theta))
    compare(information.gauss_newton(model, x, theta, diagonal=True), information.gauss_newton(model, x, theta))
    both = [information.empirical(model, (x, y), theta, diagonal=d) for d in (True, False)]
    alike(*both)
    s, w = model.score(x, y, theta), np.ones(40) if model.weights is None else np.asarray(model.weights, float)
    np.testing.assert_allclose(both[1].value, (s.T * w) @ s / w.sum(), rtol=1e-10, atol=1e-14)
    assert both[1].n == w.sum()
    alike(*(information.empirical(model, (x, y), theta, centered=True, diagonal=d) for d in (True, False)))
    alike(*(information.observed(model, (x, y), theta, diagonal=d) for d in (True, False)))
    alike(*(information.monte_carlo(model, x, theta, np.random.default_rng(6), 3, diagonal=d) for d in (True, False)))
    for full in (True, False):
        found = six_ways.empirical(model, x, y, theta, full)
        np.testing.assert_array_equal(found, both[0 if not full else 1].value)


def test_diagonals_of_lifetimes():
    model, theta = RightCensored(FAMILIES["weibull"]), np.array([1.3, 2.0])
    time, failed = np.array([0.5, 1.0, 2.0, 2.0]), np.array([1.0, 1.0, 0.0, 1.0])
    alike(*(information.empirical(model, (time, failed), theta, diagonal=d) for d in (True, False)))
    limits = np.full(5, 2.0)
    compare(information.exact(model, limits, theta, diagonal=True), information.exact(model, limits, theta))


@pytest.mark.parametrize("key", FAMILIES)
def test_diagonals_of_families_are_those_of_the_matrices(key):
    f = FAMILIES[key]
    theta, x = f.default, f.sample(f.default, 50, np.random.default_rng(7))
    compare(information.exact(f, theta, diagonal=True), information.exact(f, theta))
    alike(*(information.monte_carlo(f, theta, 200, np.random.default_rng(8), diagonal=d) for d in (True, False)))
    alike(*(information.empirical(f, x, theta, diagonal=d) for d in (True, False)))
    alike(*(information.observed(f, x, theta, diagonal=d) for d in (True, False)))


def compare(diagonal, matrix):
    np.testing.assert_allclose(diagonal, np.diag(matrix), rtol=1e-9, atol=1e-14)


def alike(diagonal, matrix):
    compare(diagonal.value, matrix.value)
    np.testing.assert_allclose(diagonal.standard_error, np.diag(matrix.standard_error), rtol=1e-6, atol=1e-9)
    assert diagonal.n == matrix.n
