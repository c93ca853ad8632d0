"""Policies and descent against automatic differentiation and other people's solvers and minimisers."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from fisher_core import FAMILIES, descent
from fisher_core.data import historical as datasets
from fisher_core.models import LogisticRegression, SoftmaxPolicy
from fisher_studies.corridor import Corridor
from fisher_studies.gaussian_policy import GaussianPolicy

POLICY, REWARDS = SoftmaxPolicy(3), np.array([1.0, 0.5, 0.0])
START = POLICY.logits([0.01, 0.09, 0.90])


def softmax(theta):
    e = anp.exp(theta)
    return e / anp.sum(e)


@pytest.mark.parametrize("seed", range(4))
def test_policy_derivatives(seed):
    rng = np.random.default_rng(seed)
    policy, theta, r = SoftmaxPolicy(4), rng.normal(size=4), rng.normal(size=4)
    value = lambda t: anp.dot(softmax(t), r)  # noqa: E731
    np.testing.assert_allclose(policy.gradient(theta, r), autograd.grad(value)(theta), atol=1e-14)
    np.testing.assert_allclose(policy.value_hessian(theta, r), autograd.hessian(value)(theta), atol=1e-13)
    scores = autograd.jacobian(lambda t: anp.log(softmax(t)))(theta)
    np.testing.assert_allclose(policy.score(np.arange(4), theta), scores, atol=1e-14)
    np.testing.assert_allclose(policy.fisher(theta), (scores.T * softmax(theta)) @ scores, atol=1e-14)


@pytest.mark.parametrize("method", ["LSODA", "Radau"])
def test_plain_flow_by_another_solver(method):
    """In the probabilities, by a stiff solver that shares neither coordinates nor method."""

    def slope(t, p):
        g = p * (REWARDS - p @ REWARDS)
        return p * (g - p @ g)  # dπ = (diag π − ππᵀ) dθ

    t = np.array([10.0, 94.0, 174.2, 188.0])
    other = solve_ivp(slope, (0, 188), np.exp(START), method=method, t_eval=t, rtol=1e-10, atol=1e-13).y.T
    ours = POLICY.probabilities(POLICY.plain_flow(START, REWARDS, np.append(0.0, t)))[1:]
    np.testing.assert_allclose(ours, other, atol=1e-6)


def test_natural_flow_is_replicator_dynamics():
    slope = lambda t, p: p * (REWARDS - p @ REWARDS)  # noqa: E731
    other = solve_ivp(slope, (0, 9), np.exp(START), method="LSODA", t_eval=[4.5, 9.0], rtol=1e-11, atol=1e-13).y.T
    ours = POLICY.probabilities(POLICY.natural_flow(START, REWARDS, [4.5, 9.0]))
    np.testing.assert_allclose(ours, other, atol=1e-8)


def test_gaussian_flows_by_a_solver():
    policy, normal = GaussianPolicy(1.0), FAMILIES["normal"]
    for run, fisher in ((policy.natural_flow, normal.fisher), (policy.plain_flow, lambda t: np.eye(2))):
        slope = lambda t, y, fisher=fisher: np.linalg.solve(fisher(y), [-2 * (y[0] - 1), -2 * y[1]])  # noqa: E731
        other = solve_ivp(slope, (0, 2), [-1.0, 1.0], t_eval=[0.5, 2.0], rtol=1e-11, atol=1e-12).y
        np.testing.assert_allclose(np.stack(run(-1.0, 1.0, [0.5, 2.0])), other, atol=1e-8)


def test_corridor_by_autograd():
    chance = lambda t: 1 / (1 + anp.exp(-t))  # noqa: E731
    theta = np.array([-2.0, 0.0])
    np.testing.assert_allclose(
        Corridor().gradient(theta), autograd.grad(lambda t: chance(t[0]) * chance(t[1]))(theta), atol=1e-14
    )


def test_soft_optimum_beats_every_other_policy():
    beta, rng = 0.2, np.random.default_rng(0)
    logits, best = POLICY.soft_optimum(START, REWARDS, beta)
    pi0 = np.exp(START)
    for p in rng.dirichlet(np.ones(3), 2000):
        assert p @ REWARDS - beta * p @ np.log(p / pi0) <= best[0] + 1e-12
    assert POLICY.probabilities(logits)[0].argmax() == 0


@pytest.mark.parametrize("seed", range(3))
def test_scoring_ends_where_another_minimiser_does(seed):
    run = datasets.g1_race(seed)
    textbook = lambda t: float(np.mean(np.logaddexp(0, run.x @ t) - run.y * (run.x @ t)))  # noqa: E731
    other = minimize(textbook, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15}).x
    loss = descent.likelihood(LogisticRegression(), (run.x, run.y))
    np.testing.assert_allclose(descent.path(loss, np.zeros(2), "scoring", 1.0, 12)[-1], other, rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_exact_fisher_of_a_logistic_loss_is_its_hessian(seed):
    run = datasets.g1_race(seed)
    textbook = lambda t: anp.mean(anp.log(1 + anp.exp(anp.dot(run.x, t))) - run.y * anp.dot(run.x, t))  # noqa: E731
    theta = np.array([0.4, 0.9])
    step = theta - np.linalg.solve(autograd.hessian(textbook)(theta), autograd.grad(textbook)(theta))
    loss = descent.likelihood(LogisticRegression(), (run.x, run.y))
    np.testing.assert_allclose(descent.step(loss, theta), step, rtol=1e-10)


def test_newton_matrix_of_a_family_by_autograd():
    x = np.array([0.3, -1.2, 2.0])
    log_p = lambda t: -anp.mean(-0.5 * ((x - t[0]) / t[1]) ** 2 - anp.log(t[1]))  # noqa: E731
    theta = np.array([0.1, 1.3])
    loss = descent.likelihood(FAMILIES["normal"], x)
    np.testing.assert_allclose(loss.gradient(theta), autograd.grad(log_p)(theta), atol=1e-14)
    np.testing.assert_allclose(descent.matrix(loss, theta, "newton"), autograd.hessian(log_p)(theta), atol=1e-13)
