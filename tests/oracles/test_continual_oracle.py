"""fisher_core.continual against engines that share no formula with it: mpmath solves, scipy's expm, autograd, loops."""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm, sqrtm
from scipy.optimize import minimize, minimize_scalar

from fisher_core import continual

KINDS = tuple(continual.PENALTIES)


def random_spd(rng: np.random.Generator, d: int, condition: float = 50.0) -> np.ndarray:
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    m = (q * np.exp(rng.uniform(0, np.log(condition), d))) @ q.T
    return (m + m.T) / 2


def exact_endpoint(h, b, m, a, strength) -> list[float]:
    """(H + λM)⁻¹(Hb + λMa) with 60 digits from the float64 inputs as they are."""
    with mpmath.workdps(60):
        h, b, m, a = (mpmath.matrix(np.asarray(v).tolist()) for v in (h, b, m, a))
        m *= mpmath.mpf(float(strength))
        return [float(v) for v in mpmath.lu_solve(h + m, h * b + m * a)]


@pytest.mark.parametrize("seed", range(40))
def test_endpoints_against_sixty_digits(seed):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 5))
    task_a = continual.QuadraticTask(rng.normal(size=d), random_spd(rng, d))
    task_b = continual.QuadraticTask(rng.normal(size=d), random_spd(rng, d))
    if d == 2:
        angle = rng.uniform(0, 2 * np.pi)
        task_a, task_b = task_a.rotated(angle), task_b.rotated(angle)
    strengths = np.concatenate([[0.0, 1e-9, 1.0, 1e9], 10 ** rng.uniform(-9, 9, 4)])
    table = continual.sweep(task_a, task_b, strengths, KINDS)
    matrices = {
        "none": np.zeros((d, d)),
        "l2": np.eye(d),
        "ewc_diagonal": np.diag(np.diag(task_a.precision)),
        "ewc_full": task_a.precision,
    }
    for kind, m in matrices.items():
        for strength, end in zip(strengths, table.endpoints[kind], strict=True):
            truth = exact_endpoint(task_b.precision, task_b.center, m, task_a.center, strength)
            assert np.abs(end - truth).max() <= 1e-12 * np.abs(truth).max()
            p = continual.penalty(kind, strength, task_a.center, task_a.precision)
            np.testing.assert_allclose(continual.minimiser(task_b, p), end, rtol=1e-14, atol=1e-300)


def test_endpoints_keep_their_digits_near_an_anchor_at_the_origin():
    """At λ = 1e9 the end is 1e-9 from the anchor 0, at λ = 1e-9 as close to b = 0: relative accuracy in both."""
    rng = np.random.default_rng(5)
    h, f = random_spd(rng, 3), random_spd(rng, 3)
    away, zero = rng.normal(size=3), np.zeros(3)
    for b, a, strength in ((away, zero, 1e9), (zero, away, 1e-9)):
        end = continual.minimiser(continual.QuadraticTask(b, h), continual.penalty("ewc_full", strength, a, f))
        np.testing.assert_allclose(end, exact_endpoint(h, b, f, a, strength), rtol=1e-12)
        assert np.abs(end).max() < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_values_gradients_and_hessians_against_autograd(kind):
    rng = np.random.default_rng(2)
    d = 3
    f, anchor, theta = random_spd(rng, d), rng.normal(size=d), rng.normal(size=d)
    p = continual.penalty(kind, 1.7, anchor, f)
    m = {"none": np.zeros((d, d)), "l2": np.eye(d), "ewc_diagonal": np.diag(np.diag(f)), "ewc_full": f}[kind]

    def loop(t):  # (λ/2) Σᵢⱼ Mᵢⱼ (θ−θ_A)ᵢ(θ−θ_A)ⱼ, as the textbook says
        return 1.7 / 2 * sum(m[i, j] * (t - anchor)[i] * (t - anchor)[j] for i in range(d) for j in range(d))

    assert p.value(theta) == pytest.approx(loop(theta), rel=1e-13, abs=0)
    np.testing.assert_allclose(p.gradient(theta), autograd.grad(loop)(theta), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(p.hessian(theta), autograd.hessian(loop)(theta), rtol=1e-12, atol=1e-13)
    task = continual.QuadraticTask(anchor, f)
    full = continual.penalty("ewc_full", 1.0, anchor, f)
    assert task.loss(theta) == pytest.approx(full.value(theta), rel=1e-14, abs=0)
    many = rng.normal(size=(4, 5, d))
    assert task.loss(many).shape == (4, 5) and task.gradient(many).shape == (4, 5, d)
    np.testing.assert_allclose(p.value(many)[2, 3], p.value(many[2, 3]), rtol=1e-14)
    np.testing.assert_allclose(p.gradient(many)[2, 3], p.gradient(many[2, 3]), rtol=1e-13, atol=1e-14)


def test_logistic_task_against_autograd():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(30, 2)), rng.integers(0, 2, 30).astype(float)
    task = continual.LogisticTask(x, y, ridge=0.3)

    def loss(t):  # cross-entropy as the textbook says
        p = 1 / (1 + anp.exp(-anp.dot(x, t)))
        return -anp.mean(y * anp.log(p) + (1 - y) * anp.log(1 - p)) + 0.15 * anp.sum(t**2)

    theta = rng.normal(size=2)
    assert task.loss(theta) == pytest.approx(loss(theta), rel=1e-13, abs=0)
    np.testing.assert_allclose(task.gradient(theta), autograd.grad(loss)(theta), rtol=1e-12)
    np.testing.assert_allclose(task.hessian(theta), autograd.hessian(loss)(theta), rtol=1e-12)
    np.testing.assert_allclose(task.fisher(theta), autograd.hessian(loss)(theta) - 0.3 * np.eye(2), rtol=1e-11)
    found = minimize(loss, np.zeros(2), jac=autograd.grad(loss), tol=1e-12)
    np.testing.assert_allclose(task.minimiser, found.x, atol=1e-7)
    many = rng.normal(size=(700, 3, 2))  # several blocks
    np.testing.assert_allclose(task.loss(many)[650, 2], loss(many[650, 2]), rtol=1e-13)
    np.testing.assert_allclose(task.gradient(many)[650, 2], autograd.grad(loss)(many[650, 2]), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("d", [2, 3])  # in the plane eigenvectors are often a symmetric matrix
@pytest.mark.parametrize("kind", KINDS)
def test_descent_against_a_plain_loop_and_flow_against_expm_and_an_ode(kind, d):
    rng = np.random.default_rng(6)
    h, f, a, b = random_spd(rng, d, 10), random_spd(rng, d, 10), rng.normal(size=d), rng.normal(size=d)
    task_b, p = continual.QuadraticTask(b, h), continual.penalty(kind, 0.7, a, f)
    m = {"none": np.zeros((d, d)), "l2": np.eye(d), "ewc_diagonal": np.diag(np.diag(f)), "ewc_full": f}[kind]
    theta, rate = a.copy(), 0.02
    for _ in range(50):
        theta = theta - rate * (h @ (theta - b) + 0.7 * m @ (theta - a))
    run = continual.train(task_b, p, a, steps=50, learning_rate=rate)
    np.testing.assert_allclose(run.path[-1], theta, atol=1e-13)
    np.testing.assert_allclose(continual.paths(task_b, p, a, 50, rate)[0, -1], theta, atol=1e-13)

    s = h + 0.7 * m
    end = np.linalg.solve(s, h @ b + 0.7 * m @ a)
    times = np.array([0.0, 0.1, 1.0, 7.0])
    flow = continual.gradient_flow(task_b, p, a, times)
    np.testing.assert_allclose(flow, [end + expm(-s * t) @ (a - end) for t in times], atol=1e-12)
    ode = solve_ivp(lambda _, t: -(task_b.gradient(t) + p.gradient(t)), (0, 7), a, t_eval=times, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(flow, ode.y.T, atol=1e-8)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("kind", ["l2", "ewc_diagonal"])
def test_best_against_scipys_bounded_search(seed, kind):
    rng = np.random.default_rng(seed)
    task_a, task_b = (continual.QuadraticTask(rng.normal(size=2) * 2, random_spd(rng, 2)) for _ in range(2))

    def total(log_strength):
        p = continual.penalty(kind, 10**log_strength, task_a.center, task_a.precision)
        end = np.linalg.solve(task_b.precision + p.hessian(), task_b.precision @ task_b.center + p.hessian() @ p.anchor)
        return float(task_a.loss(end) + task_b.loss(end))

    best = continual.best(task_a, task_b, kind)
    brackets = [minimize_scalar(total, bounds=(low, low + 1), method="bounded") for low in range(-6, 6)]
    assert best.total == pytest.approx(min(found.fun for found in brackets), rel=1e-9, abs=0)
    assert best.total == pytest.approx(total(np.log10(best.strength)), rel=1e-11, abs=0)


@pytest.mark.parametrize("seed", range(10))
def test_overlap_against_the_formula_as_printed(seed):
    rng = np.random.default_rng(seed)
    f1, f2 = random_spd(rng, 4), random_spd(rng, 4)
    g1, g2 = f1 / np.trace(f1), f2 / np.trace(f2)
    printed = 1 - 0.5 * np.trace(g1 + g2 - 2 * np.real(sqrtm(g1 @ g2)))
    assert continual.fisher_overlap(f1, f2) == pytest.approx(printed, abs=1e-12)


def test_logistic_posterior_against_quadrature_and_laplace_against_its_definition():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(25, 2)), rng.integers(0, 2, 25).astype(float)
    task, n, tau = continual.LogisticTask(x, y), 25, 0.8
    grid = np.linspace(-6, 6, 241)
    exact = continual.posterior_on_grid(task, n, grid, grid, prior_precision=tau)

    def log_posterior(t):  # Σ log p(y|x,θ) − τ‖θ‖²/2
        p = 1 / (1 + anp.exp(-anp.dot(x, t)))
        return anp.sum(y * anp.log(p) + (1 - y) * anp.log(1 - p)) - 0.5 * tau * anp.sum(t**2)

    i, j = 150, 100
    ratio = exact.density[i, j] / exact.density[120, 120]
    point = np.array([grid[j], grid[i]])  # rows run over θ₂
    assert np.log(ratio) == pytest.approx(log_posterior(point) - log_posterior(np.zeros(2)), abs=1e-10)
    from scipy.integrate import dblquad

    mass, _ = dblquad(lambda a, b: np.exp(log_posterior(np.array([a, b]))), -6, 6, -6, 6, epsrel=1e-8)
    assert exact.log_evidence == pytest.approx(np.log(mass), abs=1e-6)
    full = continual.laplace(task, n, prior_precision=tau)
    np.testing.assert_allclose(autograd.grad(log_posterior)(full.mean), 0, atol=1e-11)
    np.testing.assert_allclose(full.precision, -autograd.hessian(log_posterior)(full.mean), rtol=1e-11)
    diagonal = continual.laplace(task, n, prior_precision=tau, diagonal=True)
    np.testing.assert_allclose(diagonal.precision, np.diag(np.diag(full.precision)))
