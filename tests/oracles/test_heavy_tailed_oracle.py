"""The heavy-tailed task against its meaning: KL between Laplace densities and their Fisher information, by quadrature."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from fisher_core import linalg
from fisher_core.continual import QuadraticTask
from fisher_studies.heavy_tailed import HeavyTailedTask

P = np.array([[4.0, 1.0], [1.0, 0.5]])
TASK = HeavyTailedTask([1.0, -0.5], P)
POINTS = np.array([[1.0, -0.5], [1.2, 0.3], [-0.7, 2.0], [3.0, -4.0]])


def test_the_loss_is_the_kl_divergence_of_its_readings():
    values, vectors = np.linalg.eigh(P)
    for theta in POINTS[1:]:
        total = 0.0
        for p, u in zip(values, vectors.T, strict=True):
            b, gap = 1 / np.sqrt(p), float(u @ (theta - TASK.center))  # Laplace of scale b has Fisher information 1/b²
            ends = (-40 * b, *sorted((0.0, gap)), 40 * b + abs(gap))
            density = lambda x, b=b: np.exp(-abs(x) / b) / (2 * b)  # noqa: E731
            integrand = lambda x, b=b, gap=gap, f=density: f(x) * (abs(x - gap) - abs(x)) / b  # noqa: E731
            total += sum(quad(integrand, lo, hi, epsabs=1e-12, limit=200)[0] for lo, hi in itertools.pairwise(ends))
        assert TASK.loss(theta) == pytest.approx(total, rel=1e-9, abs=0)


@pytest.mark.parametrize("theta", POINTS[1:])
def test_derivatives_by_differences(theta):
    for i, e in enumerate(1e-6 * np.eye(2)):
        assert TASK.gradient(theta)[i] == pytest.approx(
            float(TASK.loss(theta + e) - TASK.loss(theta - e)) / 2e-6, rel=1e-7, abs=0
        )
        column = (TASK.gradient(theta + e) - TASK.gradient(theta - e)) / 2e-6
        np.testing.assert_allclose(TASK.hessian(theta)[:, i], column, rtol=1e-7, atol=1e-9)


def test_near_its_centre_it_is_the_bowl_and_far_away_it_is_not():
    bowl = QuadraticTask(TASK.center, P)
    assert TASK.loss(TASK.center) == 0 and not TASK.gradient(TASK.center).any()
    np.testing.assert_allclose(TASK.hessian(TASK.center), P, rtol=1e-14)
    near = TASK.center + 1e-7 * np.array([1.0, 2.0])
    assert float(TASK.loss(near)) == pytest.approx(float(bowl.loss(near)), rel=1e-6)
    far = TASK.center + np.array([30.0, 0.0])
    assert float(TASK.loss(far)) < 0.1 * float(bowl.loss(far))
    np.testing.assert_array_equal(TASK.fisher(far), P)
    assert TASK.loss(POINTS[:, None]).shape == (4, 1) and TASK.gradient(POINTS).shape == (4, 2)


def test_a_flat_direction_is_refused():
    with pytest.raises(linalg.SingularFisherError):
        HeavyTailedTask([0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(ValueError, match="center"):
        HeavyTailedTask([[0.0]], [[1.0]])


@pytest.mark.parametrize("d", [2, 3])
def test_next_to_the_centre_the_gradient_keeps_its_digits(d):
    rng = np.random.default_rng(d)
    a = rng.normal(size=(d, d))
    task = HeavyTailedTask(np.zeros(d), a @ a.T + np.eye(d))
    step = 1e-13 * rng.normal(size=d)
    np.testing.assert_allclose(task.gradient(step), task.precision @ step, rtol=1e-11)
    assert task.loss(step) == pytest.approx(0.5 * step @ task.precision @ step, rel=1e-11, abs=0)
    np.testing.assert_allclose(task.hessian(step), task.precision, rtol=1e-10)
