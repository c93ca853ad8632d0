"""Conditional models against automatic differentiation, enumeration of labels, sixty digits, and naive twins."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from fisher_core.models import LinearRegression, LogisticRegression, SoftmaxRegression

LOGITS = [5.0, 20.0, 36.0, 40.0, 100.0, 700.0]
LOGISTIC = LogisticRegression()


def textbook(model, x, y, theta):
    """log p(y_i | x_i, θ) as the textbook says, for autograd."""
    if isinstance(model, LinearRegression):
        z = anp.dot(x, theta)
        return -0.5 * (y - z) ** 2 / model.sigma**2 - 0.5 * anp.log(2 * anp.pi * model.sigma**2)
    if isinstance(model, LogisticRegression):
        p = 1 / (1 + anp.exp(-anp.dot(x, theta)))
        return y * anp.log(p) + (1 - y) * anp.log(1 - p)
    z = anp.dot(x, anp.reshape(theta, (x.shape[1], model.classes)))
    return z[anp.arange(len(y)), y.astype(int)] - anp.log(anp.sum(anp.exp(z), axis=1))


CASES = [(LinearRegression(sigma=0.6), 3), (LogisticRegression(), 3), (SoftmaxRegression(classes=4), 3 * 4)]
IDS = ["linear", "logistic", "softmax"]


def problem(model, size, seed=0, n=9):
    rng = np.random.default_rng(seed)
    x, theta = rng.normal(size=(n, 3)), rng.normal(size=size)
    return x, model.sample(x, theta, rng), theta


@pytest.mark.parametrize(("model", "size"), CASES, ids=IDS)
@pytest.mark.parametrize("seed", range(3))
def test_log_prob_score_and_hessian_against_autograd(model, size, seed):
    x, y, theta = problem(model, size, seed)
    np.testing.assert_allclose(model.log_prob(x, y, theta), textbook(model, x, y, theta), rtol=1e-12)
    for i in range(len(y)):
        row = lambda t, i=i: textbook(model, x[i : i + 1], y[i : i + 1], t)[0]  # noqa: E731
        np.testing.assert_allclose(model.score(x, y, theta)[i], autograd.grad(row)(theta), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(model.hessian(x, y, theta)[i], autograd.hessian(row)(theta), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("model", "size"), CASES[1:], ids=IDS[1:])
def test_fisher_against_enumeration_of_labels(model, size):
    """F = (1/n) Σ_i Σ_y p(y | x_i) s sᵀ, with score by autograd and probability from the textbook log p."""
    x, _, theta = problem(model, size, 5)
    classes = getattr(model, "classes", 2)
    naive = np.zeros((size, size))
    for i in range(len(x)):
        for label in range(classes):
            y = np.array([float(label)])
            row = lambda t, i=i, y=y: textbook(model, x[i : i + 1], y, t)[0]  # noqa: E731
            s = autograd.grad(row)(theta)
            naive += np.exp(row(theta)) * np.outer(s, s) / len(x)
    np.testing.assert_allclose(model.fisher(x, theta), naive, rtol=1e-10, atol=1e-13)


def test_linear_fisher_against_gauss_hermite():
    """The expectation over y by 40-point Gauss–Hermite of the textbook score's outer product."""
    model = LinearRegression(sigma=0.6)
    x, _, theta = problem(model, 3, 6)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    naive = np.zeros((3, 3))
    for i in range(len(x)):
        for node, weight in zip(nodes, weights / np.sqrt(2 * np.pi), strict=True):
            y = np.array([x[i] @ theta + 0.6 * node])
            s = autograd.grad(lambda t, i=i, y=y: textbook(model, x[i : i + 1], y, t)[0])(theta)
            naive += weight * np.outer(s, s) / len(x)
    np.testing.assert_allclose(model.fisher(x, theta), naive, rtol=1e-11)
    y = model.sample(x, theta, np.random.default_rng(0))
    np.testing.assert_allclose(model.log_prob(x, y, theta), stats.norm(x @ theta, 0.6).logpdf(y), rtol=1e-13)


@pytest.mark.parametrize("logit", [s * z for z in LOGITS for s in (1, -1)])
def test_logistic_keeps_every_digit_at_extreme_logits(logit):
    with mpmath.workdps(700):
        z = mpmath.mpf(logit)
        p = 1 / (1 + mpmath.exp(-z))
        fisher, log_p, log_q = p * (1 - p), mpmath.log(p), mpmath.log(1 - p)
        residual, fisher = 1 - p, +fisher
        relative = {
            "fisher": LOGISTIC.fisher([[1.0]], [logit])[0, 0] / fisher - 1,
            "diagonal": LOGISTIC.fisher_diagonal([[1.0]], [logit])[0] / fisher - 1,
            "vector": LOGISTIC.fisher_vector([[1.0]], [logit], [1.0])[0] / fisher - 1,
            "quadratic": LOGISTIC.fisher_quadratic([[1.0]], [logit], [1.0]) / fisher - 1,
            "log p(1)": LOGISTIC.log_prob([[1.0]], [1], [logit])[0] / log_p - 1,
            "log p(0)": LOGISTIC.log_prob([[1.0]], [0], [logit])[0] / log_q - 1,
            "score": LOGISTIC.score([[1.0]], [1], [logit])[0, 0] / residual - 1,
            "observed": -LOGISTIC.hessian([[1.0]], [1], [logit])[0, 0, 0] / fisher - 1,
            "gradient": -LOGISTIC.mean_gradient([[1.0]], [1], [logit])[0] / residual - 1,
        }
    assert {k: float(abs(v)) for k, v in relative.items() if abs(v) > 1e-14} == {}


@pytest.mark.parametrize("lead", [*LOGITS[:-1], 350.0])
def test_softmax_keeps_every_digit_when_one_class_leads(lead):
    """F₀₀ = π₀(1 − π₀) with the top logit ahead by ``lead``: the sum of the others, not 1 − π₀."""
    model, z = SoftmaxRegression(3), np.array([lead, 0.0, -1.0])
    with mpmath.workdps(700):
        e = [mpmath.exp(mpmath.mpf(v)) for v in z]
        p = [v / sum(e) for v in e]
        truth = [[float((p[a] if a == b else 0) - p[a] * p[b]) for b in range(3)] for a in range(3)]
        log_p = [float(mpmath.log(v)) for v in p]
    np.testing.assert_allclose(model.fisher([[1.0]], z), truth, rtol=1e-14)
    np.testing.assert_allclose(model.fisher_diagonal([[1.0]], z), np.diag(truth), rtol=1e-14)
    found = [model.log_prob([[1.0]], [c], z)[0] for c in range(3)]
    np.testing.assert_allclose(found, log_p, rtol=1e-14)


@pytest.mark.parametrize("size", [1.0, 30.0, 350.0])
def test_softmax_keeps_every_digit_of_any_logits(size):
    """Not only of whole ones: at a distance of 700 the difference of two logits is rounded by 6·10⁻¹⁴."""
    rng, model = np.random.default_rng(7), SoftmaxRegression(4)
    for _ in range(20):
        z, v = size * rng.uniform(-1, 1, 4), rng.normal(size=4)
        with mpmath.workdps(700):
            e = [mpmath.exp(mpmath.mpf(logit)) for logit in z]
            p = [value / sum(e) for value in e]
            fisher = [[float((p[a] if a == b else 0) - p[a] * p[b]) for b in range(4)] for a in range(4)]
            scores = [[float((a == c) - p[a]) for a in range(4)] for c in range(4)]
            log_p = [float(mpmath.log(value)) for value in p]
            mean = sum(a * mpmath.mpf(b) for a, b in zip(p, v, strict=True))
            along = float(sum(a * (b - mean) ** 2 for a, b in zip(p, v, strict=True)))
        ones, labels = np.ones((4, 1)), np.arange(4)
        np.testing.assert_allclose(model.fisher([[1.0]], z), fisher, rtol=1e-14, atol=1e-300)
        np.testing.assert_allclose(model.fisher_quadratic([[1.0]], z, v), along, rtol=1e-14)
        np.testing.assert_allclose(model.score(ones, labels, z), scores, rtol=1e-14, atol=1e-300)
        np.testing.assert_allclose(model.log_prob(ones, labels, z), log_p, rtol=1e-14)


def test_sampled_matrix_of_a_sure_row_keeps_every_digit():
    """The label of the model is the leading class: (e₀ − π)(e₀ − π)ᵀ, whose entries are products of small chances."""
    z = np.array([40.0, 0.0, -1.0])
    with mpmath.workdps(60):
        e = [mpmath.exp(v) for v in z]
        r = [float((c == 0) - value / sum(e)) for c, value in enumerate(e)]
    found = SoftmaxRegression(3).monte_carlo_fisher([[1.0]], z, np.random.default_rng(0), 5)
    np.testing.assert_allclose(found.value, np.outer(r, r), rtol=1e-14)


def test_a_sandwich_beyond_float64_is_refused():
    with pytest.raises(ValueError, match="must be of a size whose results float64 holds"):
        LOGISTIC.sandwich([[1.0]], [1.0], [-700.0])
    with pytest.raises(ValueError, match="must be of a size whose results float64 holds"):
        SoftmaxRegression(2).sandwich([[1.0]], [1], [350.0, -350.0])


@pytest.mark.parametrize("logit", [0.3, -2.0, 7.0])
@pytest.mark.parametrize("draws", [1, 4, 40])
def test_squared_residuals_have_their_closed_moments(logit, draws):
    """Mean and variance of the averaged r² over all label counts, by the binomial distribution."""
    p = 1 / (1 + np.exp(-logit))
    ones = np.arange(draws + 1)
    weight = stats.binom(draws, p).pmf(ones)
    squares = (ones * (1 - p) ** 2 + (draws - ones) * p**2) / draws
    mean = weight @ squares
    found = LOGISTIC.squared_residuals(np.full(4000, logit), np.random.default_rng(3), draws)
    variance = LOGISTIC.squared_residual_variance(np.array([logit])) / draws
    assert mean == pytest.approx(LOGISTIC.weight(np.array([logit]))[0], rel=1e-10, abs=0)
    assert variance[0] == pytest.approx(weight @ (squares - mean) ** 2, rel=1e-9, abs=0)
    assert abs(found.mean() - mean) <= 4.5 * np.sqrt(variance[0] / 4000) + 1e-15
    assert all(np.abs(squares - value).min() < 1e-12 for value in np.unique(found))


def test_monte_carlo_against_the_naive_average_of_score_products():
    """Many labels per row: the fast path agrees with G.T @ G / n over drawn labels within 5 standard errors of both."""
    for model, size in CASES:
        x, _, theta = problem(model, size, 8)
        rng = np.random.default_rng(1)
        fast = model.monte_carlo_fisher(x, theta, rng, draws=2000)
        many = np.tile(x, (2000, 1))
        g = model.score(many, model.sample(many, theta, rng), theta)
        slow = g.T @ g / len(g)
        z = (fast.value - slow) / (np.sqrt(2) * fast.standard_error + 1e-300)
        assert np.abs(z).max() < 5
        exact = model.fisher(x, theta)
        assert np.abs((fast.value - exact) / fast.standard_error).max() < 5


@pytest.mark.parametrize("seed", range(4))
def test_maximum_likelihood_against_scipy_minimize(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(80, 3))
    y = LOGISTIC.sample(x, [1.0, -0.5, 0.2], rng)
    loss = lambda t: -anp.mean(textbook(LOGISTIC, x, y, t))  # noqa: E731
    found = minimize(loss, np.zeros(3), jac=autograd.grad(loss), tol=1e-12)
    np.testing.assert_allclose(LOGISTIC.mle(x, y), found.x, atol=1e-7)
    assert LOGISTIC.mean_loss(x, y, found.x) == pytest.approx(loss(found.x), rel=1e-13, abs=0)
    target = rng.normal(size=80)
    normal_equations = np.linalg.solve(x.T @ x, x.T @ target)
    np.testing.assert_allclose(LinearRegression(2.0).mle(x, target), normal_equations, rtol=1e-11)


@pytest.mark.parametrize("seed", range(3))
def test_softmax_estimates_against_scipy_minimize_and_naive_twins(seed):
    """The maximum by BFGS on the textbook likelihood; E as GᵀG/n; the sandwich with a pseudo-inverse."""
    rng = np.random.default_rng(seed)
    model, x = SoftmaxRegression(3), rng.normal(size=(120, 2))
    y = model.sample(x, rng.normal(size=6), rng)
    loss = lambda t: -anp.mean(textbook(model, x, y, t))  # noqa: E731
    found = minimize(loss, np.zeros(6), jac=autograd.grad(loss), tol=1e-12)  # from 0 gradients keep the sum of columns
    theta = model.mle(x, y)
    np.testing.assert_allclose(theta, found.x, atol=1e-6)
    np.testing.assert_allclose(model.mean_gradient(x, y, found.x + 0.1), autograd.grad(loss)(found.x + 0.1), atol=1e-14)
    np.testing.assert_allclose(model.mean_hessian(x, y, theta), autograd.hessian(loss)(theta), atol=1e-13)
    g = np.stack(
        [autograd.grad(lambda t, i=i: textbook(model, x[i : i + 1], y[i : i + 1], t)[0])(theta) for i in range(120)]
    )
    np.testing.assert_allclose(model.empirical_fisher(x, y, theta), g.T @ g / 120, rtol=1e-11, atol=1e-14)
    bread = np.linalg.pinv(autograd.hessian(loss)(theta), rcond=1e-10)
    np.testing.assert_allclose(model.sandwich(x, y, theta), bread @ (g.T @ g / 120) @ bread, rtol=1e-8, atol=1e-10)


def test_sandwich_against_simulated_fits():
    """Heteroscedastic REG law: 4000 refits of the slope spread as the sandwich says (.0716), not as F⁻¹ (.0432)."""
    rng, slopes = np.random.default_rng(4), []
    model = LinearRegression()
    for _ in range(4000):
        x = rng.normal(size=1000)
        y = 1 + 2 * x + rng.normal(size=1000) * (0.2 + 1.2 * np.abs(x))
        slopes.append(np.polyfit(x, y, 1)[0])
    simulated = np.std(slopes)
    assert simulated == pytest.approx(0.0716, abs=3 * 0.0008)
    x = np.column_stack([np.ones(400_000), rng.normal(size=400_000)])
    y = x @ [1.0, 2.0] + rng.normal(size=400_000) * (0.2 + 1.2 * np.abs(x[:, 1]))
    mle = model.mle(x, y)
    h, e = x.T @ x / 400_000, (x * (y - x @ mle)[:, None]).T @ (x * (y - x @ mle)[:, None]) / 400_000
    naive_twin = np.linalg.inv(h) @ e @ np.linalg.inv(h)
    np.testing.assert_allclose(model.sandwich(x, y, mle), naive_twin, rtol=1e-9, atol=1e-9)
    assert np.sqrt(naive_twin[1, 1] / 1000) == pytest.approx(simulated, rel=0.05)
