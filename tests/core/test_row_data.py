"""Weights, noise and exposure by row: whole weights are repeated rows, and what is given by row is used row by row."""

import pickle

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from fisher_core import estimation, information
from fisher_core.descent import irls as glm_descent
from fisher_core.models import LinearRegression, LogisticRegression, PoissonRegression, SoftmaxRegression
from fisher_studies import two_weights

RNG = np.random.default_rng(4)
N = 40
X = np.column_stack([np.ones(N), RNG.normal(size=(N, 2))])
TIMES = RNG.integers(0, 4, N)
SIGMA, EXPOSURE, OFFSET = RNG.uniform(0.3, 3.0, N), RNG.uniform(0.2, 5.0, N), RNG.normal(size=N)


def linear(rows, weights=None):
    return LinearRegression(SIGMA[rows], weights)


def logistic(rows, weights=None):
    return LogisticRegression(weights)


def softmax(rows, weights=None):
    return SoftmaxRegression(3, weights)


def exposed(rows, weights=None):
    return PoissonRegression(exposure=EXPOSURE[rows], weights=weights)


def shifted(rows, weights=None):
    return PoissonRegression(OFFSET[rows], weights=weights)


EVERY, REPEATED = np.arange(N), np.repeat(np.arange(N), TIMES)
MAKERS = [linear, logistic, softmax, exposed, shifted]


def sizes(make) -> int:
    return 9 if make is softmax else 3


@pytest.mark.parametrize("make", MAKERS)
def test_whole_weights_are_repeated_rows(make):
    rng = np.random.default_rng(1)
    theta, v = 0.5 * rng.normal(size=sizes(make)), rng.normal(size=sizes(make))
    y = np.asarray(make(EVERY).sample(X, theta, rng), dtype=float)
    one, many = make(EVERY, TIMES), make(REPEATED)
    a, b = (X, y), (X[REPEATED], y[REPEATED])
    pairs = {
        "mle": lambda m, x, y: m.mle(x, y),
        "fisher": lambda m, x, y: m.fisher(x, theta),
        "diagonal": lambda m, x, y: m.fisher_diagonal(x, theta),
        "vector": lambda m, x, y: m.fisher_vector(x, theta, v),
        "quadratic": lambda m, x, y: m.fisher_quadratic(x, theta, v),
        "loss": lambda m, x, y: m.mean_loss(x, y, theta),
        "gradient": lambda m, x, y: m.mean_gradient(x, y, theta),
        "hessian": lambda m, x, y: m.mean_hessian(x, y, theta),
        "empirical": lambda m, x, y: m.empirical_fisher(x, y, theta),
        "inverse": lambda m, x, y: m.inverse_information(x, y, theta),
        "sandwich": lambda m, x, y: m.sandwich(x, y, theta),
        "naive": lambda m, x, y: estimation.naive(m, (x, y), theta),
        "robust": lambda m, x, y: estimation.sandwich(m, (x, y), theta),
    }
    for name, method in pairs.items():
        np.testing.assert_allclose(method(one, *a), method(many, *b), rtol=1e-9, atol=1e-12, err_msg=name)
    for centered in (False, True):
        e, f = (information.empirical(m, d, theta, centered) for m, d in ((one, a), (many, b)))
        np.testing.assert_allclose(e.value, f.value, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(e.standard_error, f.standard_error, rtol=1e-9, atol=1e-14)
        assert e.n == f.n == TIMES.sum()
    e, f = information.observed(one, a, theta), information.observed(many, b, theta)
    np.testing.assert_allclose(e.value, f.value, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(e.standard_error, f.standard_error, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("make", MAKERS)
def test_blocks_of_rows_keep_their_own_data(make, monkeypatch):
    theta = 0.3 * np.ones(sizes(make))
    model = make(EVERY, TIMES)
    y = np.asarray(model.sample(X, theta, np.random.default_rng(2)), dtype=float)
    whole = information.empirical(model, (X, y), theta), information.observed(model, (X, y), theta)
    np.testing.assert_allclose(whole[0].value, model.empirical_fisher(X, y, theta), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(whole[1].value, model.fisher(X, theta), rtol=1e-11, atol=1e-14)
    monkeypatch.setattr(information, "BLOCK", 50)
    parts = information.empirical(model, (X, y), theta), information.observed(model, (X, y), theta)
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(a.standard_error, b.standard_error, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("make", MAKERS)
def test_sampled_matrices_are_unbiased_and_know_their_error(make):
    theta = 0.3 * np.ones(sizes(make))
    model = make(EVERY, TIMES)
    exact, rng = model.fisher(X, theta), np.random.default_rng(3)
    runs = [model.monte_carlo_fisher(X, theta, rng, 2) for _ in range(400)]
    values = np.array([run.value for run in runs])
    spread = values.std(axis=0)
    known = spread > 1e-12
    assert (np.abs(values.mean(axis=0) - exact)[known] < 4.5 * spread[known] / 20).all()
    errors = np.sqrt(np.mean([run.standard_error**2 for run in runs], axis=0))
    np.testing.assert_allclose(errors[known], spread[known], rtol=0.2)


def test_many_rows_in_blocks_with_noise_of_their_own():
    rng = np.random.default_rng(5)
    x, sigma, w = rng.normal(size=(50_000, 3)), rng.uniform(0.5, 2.0, 50_000), rng.uniform(0.0, 2.0, 50_000)
    model = LinearRegression(sigma, w)
    expected = np.einsum("n,ni,nj->ij", w / sigma**2, x, x) / w.sum()
    np.testing.assert_allclose(model.fisher(x, np.zeros(3)), expected, rtol=1e-11)
    found = model.monte_carlo_fisher(x, np.zeros(3), rng, 2)
    assert np.abs((found.value - expected) / found.standard_error).max() < 5
    y = model.sample(x, [1.0, 2.0, 3.0], rng)
    z = (model.mle(x, y) - [1.0, 2.0, 3.0]) / np.sqrt(np.diag(np.linalg.inv(x.T @ (x / sigma[:, None] ** 2))))
    assert np.abs(z).max() < 5


def test_noise_by_row_against_scipy():
    rng = np.random.default_rng(6)
    model, theta = LinearRegression(SIGMA), np.array([1.0, -0.5, 2.0])
    y = model.sample(X, theta, rng)
    np.testing.assert_allclose(model.log_prob(X, y, theta), stats.norm(X @ theta, SIGMA).logpdf(y), rtol=1e-12)
    root = X / SIGMA[:, None]
    np.testing.assert_allclose(model.mle(X, y), np.linalg.lstsq(root, y / SIGMA, rcond=None)[0], rtol=1e-12)
    np.testing.assert_allclose(estimation.naive(model, (X, y), theta), np.linalg.inv(root.T @ root), rtol=1e-11)
    labels = model.sample(np.ones((N, 1)), [0.0], rng)
    assert stats.kstest(labels / SIGMA, "norm").pvalue > 1e-3


def test_counts_against_scipy_and_enumeration():
    rng = np.random.default_rng(7)
    model, theta = PoissonRegression(exposure=EXPOSURE), np.array([0.4, -0.3, 0.6])
    y, rate = model.sample(X, theta, rng), EXPOSURE * np.exp(X @ theta)
    np.testing.assert_allclose(model.log_prob(X, y, theta), stats.poisson(rate).logpmf(y), rtol=1e-11)
    np.testing.assert_allclose(model.predict_mean(X, theta), rate, rtol=1e-14)
    labels = np.arange(400.0)
    fisher, fourth = np.zeros((3, 3)), np.zeros(N)
    for i in range(N):
        only = PoissonRegression(exposure=EXPOSURE[i])
        rows = np.tile(X[i], (400, 1))
        s, p = only.score(rows, labels, theta), np.exp(only.log_prob(rows, labels, theta))
        assert p.sum() == pytest.approx(1.0, abs=1e-12)
        fisher += (s.T * p) @ s / N
        fourth[i] = p @ (labels - rate[i]) ** 4 - (p @ (labels - rate[i]) ** 2) ** 2
    np.testing.assert_allclose(model.fisher(X, theta), fisher, rtol=1e-10)
    np.testing.assert_allclose(model.squared_residual_variance(X @ theta), fourth, rtol=1e-9)
    found = minimize(lambda t: -stats.poisson(EXPOSURE * np.exp(X @ t)).logpmf(y).mean(), np.zeros(3), tol=1e-12)
    np.testing.assert_allclose(model.mle(X, y), found.x, atol=1e-5)
    same = PoissonRegression(np.log(EXPOSURE))
    np.testing.assert_allclose(same.mle(X, y), model.mle(X, y), rtol=1e-12)


def test_rates_at_the_ends_of_float64():
    one = [[1.0]]
    np.testing.assert_allclose(PoissonRegression().log_prob(one, [2.0], [-800.0]), -1600 - np.log(2), rtol=1e-15)
    np.testing.assert_allclose(PoissonRegression().log_prob(one, [0.0], [-800.0]), 0, atol=0)
    np.testing.assert_allclose(PoissonRegression().log_prob(one, [1e6], [np.log(1e6)]), stats.poisson(1e6).logpmf(1e6))
    for call in (PoissonRegression().log_prob, PoissonRegression().score, PoissonRegression().hessian):
        with pytest.raises(ValueError, match=r"theta must be smaller: the mean of a count, exp\(800\)"):
            call(one, [2.0], [800.0])
    with pytest.raises(ValueError, match="must be"):
        PoissonRegression().fisher(one, [800.0])
    with pytest.raises(ValueError, match=r"theta must be smaller: counts of mean .* do not fit"):
        PoissonRegression().sample(one, [50.0], np.random.default_rng(0))
    big = PoissonRegression().mle(np.column_stack([np.ones(3), np.arange(3.0)]), [1e6, 2e6, 4e6])
    np.testing.assert_allclose(big, [np.log(1e6), np.log(2)], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LinearRegression([1.0, 0.0]), "sigma contains 0 and must be > 0"),
        (lambda: LinearRegression([[1.0]]), r"sigma has shape \(1, 1\) and must be one number or one for every row"),
        (lambda: LinearRegression([1.0, np.inf]), "sigma contains inf and must be finite"),
        (lambda: LinearRegression(SIGMA).fisher(X[:5], np.zeros(3)), r"sigma has shape \(40,\) and must hold one value for each of the 5"),
        (lambda: LinearRegression(SIGMA).mle(X[:5], np.zeros(5)), "sigma has shape"),
        (lambda: LogisticRegression(np.ones(4)).mle(X, np.zeros(N)), r"weights has shape \(4,\)"),
        (lambda: LogisticRegression(-np.ones(4)), "weights contains -1 and must be >= 0"),
        (lambda: LogisticRegression(np.zeros(4)), "weights are all 0"),
        (lambda: LogisticRegression(2.0), r"weights has shape \(\)"),
        (lambda: SoftmaxRegression(3, np.ones(4)).fisher(X, np.zeros(9)), r"weights has shape \(4,\)"),
        (lambda: information.empirical(LinearRegression(SIGMA), (X[:5], np.zeros(5)), np.zeros(3)), "sigma has shape"),
        (lambda: PoissonRegression(0.0, 1.0), "offset and exposure are both given"),
        (lambda: PoissonRegression(exposure=[1.0, 0.0]), "exposure contains 0 and must be > 0"),
        (lambda: PoissonRegression(exposure=-1.0), "exposure = -1 must be > 0"),
        (lambda: PoissonRegression().mle(X, np.full(N, 0.5)), "y contains 0.5 and must be a whole number >= 0"),
        (lambda: PoissonRegression().mle(X, np.full(N, -1.0)), "y contains -1"),
        (lambda: two_weights.mean_losses(LinearRegression(SIGMA), X[:, :2], np.zeros(N), [0.0, 0.0]), "model has sigma by row"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_models_are_values():
    assert LinearRegression(2.0) == LinearRegression(2) and hash(LinearRegression(2.0)) == hash(LinearRegression(2))
    assert LinearRegression(SIGMA) == LinearRegression(SIGMA.copy()) != LinearRegression(2 * SIGMA)
    assert LogisticRegression() != LinearRegression() and SoftmaxRegression(3) != SoftmaxRegression(4)
    assert pickle.loads(pickle.dumps(PoissonRegression(exposure=EXPOSURE))) == PoissonRegression(exposure=EXPOSURE)


def test_a_step_of_reweighted_least_squares_knows_weights_and_noise():
    y = X @ [1.0, 2.0, 3.0] + RNG.normal(size=N)
    model = LinearRegression(SIGMA, TIMES)
    np.testing.assert_allclose(glm_descent.irls_step(model, X, y, np.zeros(3)), model.mle(X, y), rtol=1e-10)
