"""The network against automatic differentiation of its textbook, enumeration of labels, and sixty digits."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest

from fisher_core.models import MLP

SHAPES = [((3, 4, 3), "tanh"), ((2, 4, 2), "relu"), ((2, 3, 3, 3), "tanh")]


def textbook(model, x, y, theta):
    """log p(y_i | x_i, θ), written for autograd: a unit's incoming weights, then its bias."""
    a, at = x, 0
    for layer, (m, h) in enumerate(zip(model.sizes, model.sizes[1:], strict=False)):
        block = anp.reshape(theta[at : at + h * (m + 1)], (h, m + 1))
        at += h * (m + 1)
        a = anp.dot(a, block[:, :m].T) + block[:, m]
        if layer < len(model.sizes) - 2:
            a = anp.tanh(a) if model.activation == "tanh" else anp.maximum(a, 0)
    return a[anp.arange(len(x)), y] - anp.log(anp.sum(anp.exp(a), axis=1))


def problem(shape, seed=0, n=5):
    model, rng = MLP(*shape), np.random.default_rng(seed)
    theta = model.initial(rng) + 0.3 * rng.normal(size=model.size)
    x = rng.normal(size=(n, model.sizes[0]))
    return model, x, model.sample(x, theta, rng), theta


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(2))
def test_log_prob_score_and_hessian_against_autograd(shape, seed):
    model, x, y, theta = problem(shape, seed)
    np.testing.assert_allclose(model.log_prob(x, y, theta), textbook(model, x, y, theta), rtol=1e-12)
    score, hessian = model.score(x, y, theta), model.hessian(x, y, theta)
    for i in range(len(y)):
        row = lambda t, i=i: textbook(model, x[i : i + 1], y[i : i + 1], t)[0]  # noqa: E731
        np.testing.assert_allclose(score[i], autograd.grad(row)(theta), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(hessian[i], autograd.hessian(row)(theta), rtol=1e-9, atol=1e-12)
    loss = lambda t: -anp.mean(textbook(model, x, y, t))  # noqa: E731
    assert model.mean_loss(x, y, theta) == pytest.approx(loss(theta), rel=1e-13, abs=0)
    np.testing.assert_allclose(model.mean_gradient(x, y, theta), autograd.grad(loss)(theta), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(model.mean_hessian(x, y, theta), autograd.hessian(loss)(theta), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_fisher_against_enumeration_of_labels_and_against_the_hessian_of_kl(shape):
    """F = (1/n) Σ_i Σ_y p(y | x_i) s sᵀ with scores by autograd; and ∇² of mean KL(p_θ ‖ p_θ') at θ' = θ."""
    model, x, _, theta = problem(shape, 5, n=4)
    naive = np.zeros((model.size, model.size))
    for i in range(len(x)):
        for label in range(model.classes):
            row = lambda t, i=i, y=label: textbook(model, x[i : i + 1], np.array([y]), t)[0]  # noqa: E731
            s = autograd.grad(row)(theta)
            naive += np.exp(row(theta)) * np.outer(s, s) / len(x)
    np.testing.assert_allclose(model.fisher(x, theta), naive, rtol=1e-10, atol=1e-13)
    p = model.probabilities(x, theta)[0]

    def cross_entropy(t):
        return -sum(anp.mean(p[:, c] * textbook(model, x, np.full(len(x), c), t)) for c in range(model.classes))

    np.testing.assert_allclose(model.fisher(x, theta), autograd.hessian(cross_entropy)(theta), atol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 10.0, 60.0])
def test_a_sure_network_against_sixty_digits(scale):
    """1-2-3 tanh, output weights times ``scale``: exact diagonal, empirical diagonal and vᵀFv by mpmath."""
    model, rng = MLP((1, 2, 3)), np.random.default_rng(1)
    theta = rng.normal(size=model.size)
    theta[4:] *= scale
    x, v = np.array([[0.7], [-1.9]]), rng.normal(size=model.size)
    with mpmath.workdps(400):
        t, dv = [mpmath.mpf(float(a)) for a in theta], [mpmath.mpf(float(a)) for a in v]
        diagonal, empirical, quadratic = [mpmath.mpf(0)] * model.size, [mpmath.mpf(0)] * model.size, mpmath.mpf(0)
        for row in x[:, 0]:
            a = [mpmath.tanh(t[0] * row + t[1]), mpmath.tanh(t[2] * row + t[3])]
            z = [t[4 + 3 * c] * a[0] + t[5 + 3 * c] * a[1] + t[6 + 3 * c] for c in range(3)]
            total = sum(mpmath.exp(u) for u in z)
            p = [mpmath.exp(u) / total for u in z]
            for y in range(3):
                r = [(1 if c == y else 0) - p[c] for c in range(3)]
                back = [sum(r[c] * t[4 + 3 * c + j] for c in range(3)) * (1 - a[j] ** 2) for j in range(2)]
                s = [back[0] * row, back[0], back[1] * row, back[1]]
                for c in range(3):
                    s += [r[c] * a[0], r[c] * a[1], r[c]]
                diagonal = [d + p[y] * u**2 / 2 for d, u in zip(diagonal, s, strict=True)]
                quadratic += p[y] * sum(u * w for u, w in zip(s, dv, strict=True)) ** 2 / 2
                if y == int(np.argmax([float(u) for u in z])):
                    empirical = [d + u**2 / 2 for d, u in zip(empirical, s, strict=True)]
        truth = np.array([float(d) for d in diagonal]), np.array([float(d) for d in empirical]), float(quadratic)
    # The logits themselves are rounded: their error of 1e-16 z is one of π.
    tolerance = 1e-14 * max(1.0, np.abs(model.logits(x, theta)).max())
    np.testing.assert_allclose(model.fisher_diagonal(x, theta), truth[0], rtol=tolerance)
    np.testing.assert_allclose(np.diag(model.fisher(x, theta)), truth[0], rtol=tolerance)
    np.testing.assert_allclose(
        model.empirical_fisher_diagonal(x, model.predict(x, theta), theta), truth[1], rtol=2 * tolerance
    )
    assert model.fisher_quadratic(x, theta, v) == pytest.approx(truth[2], rel=tolerance, abs=0)
