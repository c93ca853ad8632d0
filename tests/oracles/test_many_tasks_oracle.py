"""Many tasks by other means: exact fractions, least squares on stacked roots, an ODE solver, differences of the objective."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

from fisher_core import continual, linalg
from fisher_core.continual import LogisticTask, QuadraticTask
from fisher_studies.many_tasks import in_sequence, joint_minimiser, merged, trail

DECAYS = [Fraction(0), Fraction(1, 2), Fraction(4, 5), Fraction(19, 20), Fraction(1)]


def unrolled(tasks, memory, decay=Fraction(1)):
    """Coefficients of c_1 … c_T in θ_T, in exact arithmetic, from the condition that every spring's pull adds to zero."""
    held, theta = [], []  # springs as (stiffness, anchor); anchors are rows of coefficients
    for k in range(tasks):
        own = [Fraction(int(j == k)) for j in range(tasks)]
        pulls = [(Fraction(1), own), *held]
        total = sum(s for s, _ in pulls)
        theta = [sum(s * a[j] for s, a in pulls) / total for j in range(tasks)]
        if memory == "separate":
            held.append((Fraction(1), theta))
        else:
            before = held[0][0] if held else Fraction(0)
            held = [((before + 1) * (decay if memory == "online" else 1), theta)]
    return theta


@pytest.mark.parametrize("tasks", [1, 2, 3, 10, 20])
def test_separate_springs_count_task_k_one_over_k_times_k_plus_one(tasks):
    law = [Fraction(1, k * (k + 1)) for k in range(1, tasks)] + [Fraction(1, tasks)]
    assert unrolled(tasks, "separate") == law and sum(law) == 1
    np.testing.assert_allclose(continual.shares(tasks, "separate"), [float(w) for w in law], rtol=2e-16)


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("tasks", [1, 2, 10, 20])
def test_online_weights_are_a_geometric_series(tasks, decay):
    found = unrolled(tasks, "online", decay)
    if decay == 1:
        assert found == [Fraction(1, tasks)] * tasks == unrolled(tasks, "single")
    else:
        assert found == [decay ** (tasks - k) * (1 - decay) / (1 - decay**tasks) for k in range(1, tasks + 1)]
    np.testing.assert_allclose(continual.shares(tasks, "online", float(decay)), [float(w) for w in found], rtol=4e-15)
    assert float(1 / found[-1]) == pytest.approx(continual.stiffness_held(tasks, float(decay)), rel=1e-14, abs=0)


def test_running_shares_are_the_shares_of_every_prefix():
    for memory, decay in (("separate", 1), ("single", 1), ("online", Fraction(19, 20))):
        table = continual.running_shares(12, memory, float(decay))
        for t in range(1, 13):
            np.testing.assert_allclose(table[t - 1, :t], [float(w) for w in unrolled(t, memory, decay)], rtol=4e-15)
            assert not table[t - 1, t:].any()


@pytest.mark.parametrize("tasks", [1, 2, 3, 10])
def test_routes_by_taking_springs_apart(tasks):
    """What task k gets through spring t: the pull of that spring alone, at the θ_t of exact arithmetic."""
    through = continual.routes(tasks)
    for t in range(1, tasks):
        np.testing.assert_allclose(through[t - 1, :t], [float(w / tasks) for w in unrolled(t, "separate")], rtol=4e-15)
    np.testing.assert_allclose(through.sum(axis=0), continual.shares(tasks, "separate"), rtol=1e-14)
    np.testing.assert_allclose(through.sum(axis=1), 1 / tasks, rtol=1e-14)


def random_tasks(seed):
    rng = np.random.default_rng(seed)
    d, count = int(rng.integers(1, 6)), int(rng.integers(2, 9))
    spread = 10.0 ** rng.uniform(-1, 1, (count, d))
    roots = [np.linalg.qr(rng.normal(size=(d, d)))[0] * np.sqrt(s) for s in spread]
    return [QuadraticTask(rng.normal(0, 3, d), r @ r.T) for r in roots], roots, rng


@pytest.mark.parametrize("seed", range(40))
def test_full_ewc_with_one_spring_is_joint_training(seed):
    """Of quadratic tasks, whatever they are and in any order; joint training by least squares on stacked square roots."""
    tasks, roots, rng = random_tasks(seed)
    design = np.concatenate([r.T for r in roots])
    target = np.concatenate([r.T @ t.center for r, t in zip(roots, tasks, strict=True)])
    joint = np.linalg.lstsq(design, target, rcond=None)[0]
    np.testing.assert_allclose(joint_minimiser(tasks), joint, atol=1e-10)
    order = rng.permutation(len(tasks))
    for memory in ("single", "online", "factors"):
        found = in_sequence([tasks[i] for i in order], memory, decay=1.0).endpoints[-1]
        np.testing.assert_allclose(found, joint, atol=1e-10)
    twice = [tasks[i] for i in order] + [tasks[order[0]]]
    np.testing.assert_allclose(in_sequence(twice, "factors").endpoints[-1], joint, atol=1e-10)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("memory", ["separate", "single", "online"])
def test_each_stage_ends_where_no_objective_falls(seed, memory):
    """The objective of every stage, written out spring by spring, has no slope at θ_t: central differences."""
    tasks, _, _ = random_tasks(seed)
    kind = ("ewc_full", "ewc_diagonal")[seed % 2]
    course = in_sequence(tasks, memory, kind, strength=0.7, decay=0.6)
    for task, springs, theta in zip(tasks, course.springs, course.endpoints, strict=True):

        def objective(t, task=task, springs=springs):
            return float(task.loss(t)) + 0.7 * sum(s.value(t) for s in springs)  # fmt: skip

        scale = 1 + np.abs(task.precision).max() * len(tasks)
        for e in 1e-4 * np.eye(task.size):
            assert abs(objective(theta + e) - objective(theta - e)) / 2e-4 < 1e-8 * scale


@pytest.mark.parametrize("seed", range(6))
def test_merged_springs_pull_alike(seed):
    tasks, _, rng = random_tasks(seed)
    springs = in_sequence(tasks, "separate").springs[-1]
    one = merged(springs)
    for theta in rng.normal(size=(3, tasks[0].size)):
        np.testing.assert_allclose(one.gradient(theta), sum(s.gradient(theta) for s in springs), rtol=1e-10, atol=1e-10)


def test_the_trail_solves_the_flow():
    tasks, _, _ = random_tasks(3)
    for memory, strength in (("separate", 1.0), ("single", 0.4)):
        course = in_sequence(tasks, memory, strength=strength)
        path = trail(tasks, course, np.ones(tasks[0].size), steps=8, strength=strength)
        assert path.shape == (8 * len(tasks) + 1, tasks[0].size)
        np.testing.assert_allclose(path[8::8], course.endpoints, rtol=1e-14)
        for k, (task, springs) in enumerate(zip(tasks, course.springs, strict=True)):

            def down(_, theta, task=task, springs=springs, strength=strength):
                return -task.gradient(theta) - strength * sum(s.gradient(theta) for s in springs)  # fmt: skip

            curvature = task.precision + strength * sum(
                (s.stiffness for s in springs), np.zeros((task.size, task.size))
            )
            rates = np.linalg.eigvalsh(curvature)
            times = 0.1 / rates[-1] * np.expm1(np.arange(9) / 8 * np.log1p(120 * rates[-1] / rates[0]))
            run = solve_ivp(down, (0, times[-1]), path[8 * k], "LSODA", times, rtol=1e-9, atol=1e-11)
            np.testing.assert_allclose(path[8 * k : 8 * k + 8], run.y.T[:8], atol=1e-6)
            np.testing.assert_allclose(path[8 * k + 8], run.y.T[8], atol=1e-4)  # e^{-12} is left at the last time


def bent():
    rng = np.random.default_rng(5)
    centres = ((0.0, 0.5), (1.5, 1.0), (0.8, 2.0))
    return [LogisticTask.drawn(c, (2.0, 1.0), 200, rng) for c in centres]


def test_tasks_that_bend_end_where_a_general_optimiser_ends():
    tasks = bent()
    for memory, decay in (("separate", 1.0), ("single", 1.0), ("online", 0.5), ("factors", 1.0)):
        course = in_sequence(tasks, memory, decay=decay)
        for task, springs, theta in zip(tasks, course.springs, course.endpoints, strict=True):
            rise = lambda t, task=task, springs=springs: float(task.loss(t)) + sum(s.value(t) for s in springs)  # noqa: E731
            found = minimize(
                rise, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000}
            )
            np.testing.assert_allclose(theta, found.x, atol=1e-6)
    total = lambda t: float(sum(task.loss(t) for task in tasks))  # noqa: E731
    found = minimize(total, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000})
    np.testing.assert_allclose(joint_minimiser(tasks), found.x, atol=1e-6)
    assert np.abs(in_sequence(tasks).endpoints[-1] - found.x).max() > 1e-3, "and a single spring is not exact there"


def test_the_trail_of_tasks_that_bend_goes_downhill_to_each_end():
    tasks = bent()
    course = in_sequence(tasks)
    path = trail(tasks, course, [1.0, 0.0], steps=16)
    np.testing.assert_array_equal(path[16::16], course.endpoints)
    for k, (task, springs) in enumerate(zip(tasks, course.springs, strict=True)):
        stage = path[16 * k : 16 * k + 17]
        height = task.loss(stage) + np.array([sum(s.value(t) for s in springs) for t in stage])
        assert (np.diff(height) < 1e-12).all()
        assert np.linalg.norm(stage[-2] - stage[-1]) < 1e-2


def test_the_trail_refuses_what_has_no_end():
    flat = QuadraticTask([0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]])
    with pytest.raises(linalg.SingularFisherError):
        trail([flat], in_sequence([flat]), [1.0, 1.0])
    with pytest.raises(ValueError, match="springs is empty"):
        merged([])
