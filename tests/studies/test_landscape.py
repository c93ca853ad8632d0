"""A landscape's trails and ends against the plain way: turn the tasks, then train and solve there."""

import numpy as np
import pytest

from fisher_core import continual
from fisher_studies import landscape

A = continual.QuadraticTask([-1.2, -0.4], np.diag([0.1, 6.0]))
B = continual.QuadraticTask([1.0, 0.5], np.diag([3.0, 0.3]))
RNG = np.random.default_rng(3)
X = RNG.standard_normal((60, 2)) * [1.0, 3.0]
LOGISTIC = continual.LogisticTask(X, (RNG.random(60) < 1 / (1 + np.exp(-X @ [0.8, 0.4]))).astype(float))
KINDS = tuple(continual.PENALTIES)


@pytest.mark.parametrize("task_b", [B, LOGISTIC], ids=["quadratic", "logistic"])
@pytest.mark.parametrize("kind", KINDS)
def test_trails_are_those_of_the_turned_tasks(kind, task_b):
    angles, strengths = np.radians([0.0, 20.0, 45.0]), [1.0, 0.3, 2.0]
    trails = landscape.Landscape(A, task_b).trails(kind, strengths, angles, steps=40)
    for k, (angle, strength) in enumerate(zip(angles, strengths, strict=True)):
        a, b = A.rotated(angle), task_b.rotated(angle)
        run = continual.train(b, continual.penalty(kind, strength, a.minimiser, a.fisher()), a.minimiser, 40, 0.1)
        np.testing.assert_allclose(trails.path[k], run.path, atol=1e-12)
        np.testing.assert_allclose(trails.losses["A"][k], a.loss(run.path), atol=1e-12)
        np.testing.assert_allclose(trails.losses["B"][k], b.loss(run.path) - b.loss(b.minimiser), atol=1e-10)


@pytest.mark.parametrize("task_b", [B, LOGISTIC], ids=["quadratic", "logistic"])
@pytest.mark.parametrize("kind", KINDS[1:])
def test_ends_are_those_of_the_turned_tasks(kind, task_b):
    angle, strengths = 0.6, np.array([0.01, 1.0, 30.0])
    ends, losses = landscape.Landscape(A, task_b).ends(kind, strengths, angle)
    sweep = continual.sweep(A.rotated(angle), task_b.rotated(angle), strengths, [kind])
    np.testing.assert_allclose(ends, sweep.endpoints[kind], atol=1e-7)
    np.testing.assert_allclose(losses["A"], sweep.losses[kind]["A"], atol=1e-7)


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("degrees", [0, 10, 45])
def test_best_total_is_that_of_the_sweep(kind, degrees):
    strength, total = landscape.Landscape(A, B).best_total(kind, np.radians(degrees))
    best = continual.best(A.rotated(np.radians(degrees)), B.rotated(np.radians(degrees)), kind)
    assert total == pytest.approx(best.total, abs=1e-7)
    assert strength == pytest.approx(best.strength, rel=1e-2)


def test_all_runs_of_a_landscape_feel_the_same_noise():
    trails = landscape.Landscape(A, B).trails("l2", [0.0, 0.0], noise=0.5, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(trails.path[0], trails.path[1])
    none = continual.penalty("none", 0.0, A.minimiser, A.fisher())
    run = continual.train(B, none, A.minimiser, 120, 0.1, noise=0.5, rng=np.random.default_rng(1))
    np.testing.assert_allclose(trails.path[0], run.path, atol=1e-12)


def test_a_penalty_turned_there_and_back_is_itself():
    p = continual.penalty("ewc_diagonal", 2.0, A.minimiser, A.fisher())
    back = p.rotated(0.7).rotated(-0.7)
    np.testing.assert_allclose(back.matrix, p.matrix, atol=1e-12)
    np.testing.assert_allclose(back.anchor, p.anchor, atol=1e-12)


def test_another_matrix_can_stand_for_the_fisher_matrix():
    protect_nothing = landscape.Landscape(A, B, np.zeros((2, 2)))
    free = landscape.Landscape(A, B).trails("none", 1.0)
    np.testing.assert_array_equal(protect_nothing.trails("ewc_full", 100.0).path, free.path)


@pytest.mark.parametrize("task", [A, LOGISTIC], ids=["quadratic", "logistic"])
def test_second_differences_find_the_hessian(task):
    np.testing.assert_allclose(
        landscape.hessian_by_differences(task, [0.3, -0.2]), task.hessian([0.3, -0.2]), atol=1e-6
    )


def test_a_drawn_task_has_its_minimiser_near_the_weights_that_drew_it():
    task = continual.LogisticTask.drawn([-1.2, 0.4], [1.0, 2.0], 4000, np.random.default_rng(0))
    distance = task.minimiser - [-1.2, 0.4]
    assert 4000 * distance @ task.fisher() @ distance < 13.8  # chi-squared with two degrees of freedom, 0.1 %


@pytest.mark.parametrize("task", [A, LOGISTIC], ids=["quadratic", "logistic"])
def test_a_prior_bends_the_loss_as_it_says(task):
    theta = np.array([[0.3, -0.2], [1.0, 2.0], [0.0, 0.0]])
    bent = continual.with_prior(task, 0.4).loss(theta) - task.loss(theta) - 0.2 * (theta**2).sum(axis=1)
    np.testing.assert_allclose(bent, bent[0], atol=1e-12)
