"""Many tasks: the printed numbers of three tilted tasks, the 1/(k(k+1)) law in fractions, decay, and revisits."""

from fractions import Fraction

import numpy as np
import pytest

from fisher_core.continual import LogisticTask, QuadraticTask, half_life, running_shares, shares, stiffness_held
from fisher_studies.many_tasks import in_sequence, joint_minimiser, merged, trail

A = QuadraticTask([0.0, 0.0], [[4, 1], [1, 0.5]])
B = QuadraticTask([3.0, 1.0], [[0.5, -0.4], [-0.4, 3]])
C = QuadraticTask([1.0, 4.0], [[1, 0.3], [0.3, 1]])
ABC = [A, B, C]


def line(*centers):
    return [QuadraticTask([float(c)], [[1.0]]) for c in centers]


def test_three_tilted_tasks():
    joint, single, separate = joint_minimiser(ABC), in_sequence(ABC), in_sequence(ABC, "separate")
    np.testing.assert_allclose(single.endpoints[-1], joint, rtol=1e-14)
    np.testing.assert_allclose(joint, [0.390977, 1.277360], atol=5.1e-7)
    np.testing.assert_allclose(single.losses[-1], [1.2131, 2.1066, 4.3893], atol=5.1e-5)
    assert single.total == pytest.approx(7.70894, abs=5.1e-6)
    np.testing.assert_allclose(separate.endpoints[-1], [0.180632, 1.225718], atol=5.1e-7)
    np.testing.assert_allclose(separate.losses[-1], [0.6623, 2.3182, 4.8660], atol=5.1e-5)
    assert separate.total == pytest.approx(7.84639, abs=5.1e-6)
    (spring,) = single.springs[-1]
    np.testing.assert_allclose(spring.anchor, [0.179987, 0.483431], atol=5.1e-7)
    both = merged(separate.springs[-1])
    np.testing.assert_allclose(both.anchor, [-0.077245, 0.407041], atol=5.1e-7)
    np.testing.assert_allclose(both.stiffness, spring.stiffness, rtol=1e-15)  # the same spring, held elsewhere


def test_two_errors_that_cancel():
    single, separate = (in_sequence(ABC, m, "ewc_diagonal") for m in ("single", "separate"))
    np.testing.assert_allclose(single.endpoints[-1], [0.566539, 1.343843], atol=5.1e-7)
    np.testing.assert_allclose(separate.endpoints[-1], [0.355902, 1.297020], atol=5.1e-7)
    assert single.total == pytest.approx(7.81415, abs=5.1e-6) and separate.total == pytest.approx(7.71257, abs=5.1e-6)


@pytest.mark.parametrize(
    ("decay", "end", "total"),
    [(0.95, (0.425298, 1.315941), 7.7167), (0.5, (0.933434, 1.856494), 9.5555), (0.0, (1.0, 4.0), 26.9)],
)
def test_online_decay(decay, end, total):
    found = in_sequence(ABC, "online", decay=decay)
    np.testing.assert_allclose(found.endpoints[-1], end, atol=5.1e-7)
    assert found.total == pytest.approx(total, abs=5.1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_decay_one_is_the_exact_sum_for_any_number_of_tasks_in_any_order(seed):
    rng = np.random.default_rng(seed)
    tasks = []
    for _ in range(6):
        root = rng.normal(size=(3, 3))
        tasks.append(QuadraticTask(rng.normal(size=3), root @ root.T))
    joint = joint_minimiser(tasks)
    for memory in ("single", "online", "factors"):
        np.testing.assert_allclose(in_sequence(tasks, memory).endpoints[-1], joint, atol=1e-10)
    np.testing.assert_allclose(in_sequence(tasks[::-1]).endpoints[-1], joint, atol=1e-10)
    prefixes = [joint_minimiser(tasks[: k + 1]) for k in range(6)]
    np.testing.assert_allclose(in_sequence(tasks, "online").endpoints, prefixes, atol=1e-10)


@pytest.mark.parametrize("tasks", [1, 2, 3, 7, 10])
def test_the_law_of_separate_springs_in_fractions(tasks):
    """Spring k sits at θ_k = the mean of c_k and all earlier anchors; unrolled in exact arithmetic."""
    weights = []  # of every centre in θ_k
    for k in range(tasks):
        own = [Fraction(int(j == k)) for j in range(tasks)]
        weights.append([sum(w) / (k + 1) for w in zip(own, *weights, strict=True)])
    law = [Fraction(1, k * (k + 1)) for k in range(1, tasks)] + [Fraction(1, tasks)]
    assert weights[-1] == law
    np.testing.assert_allclose(shares(tasks, "separate"), [float(w) for w in law], rtol=1e-15)
    found = [in_sequence(line(*row), "separate").endpoints[-1, 0] for row in np.eye(tasks)]
    np.testing.assert_allclose(found, shares(tasks, "separate"), rtol=1e-13)


@pytest.mark.parametrize("decay", [0.95, 0.5, 1.0, 0.0])
def test_shares_of_the_other_memories(decay):
    for memory in ("single", "online"):
        found = [in_sequence(line(*row), memory, decay=decay).endpoints[-1, 0] for row in np.eye(6)]
        np.testing.assert_allclose(found, shares(6, memory, decay), rtol=1e-12, atol=1e-15)
    if 0 < decay < 1:
        k = np.arange(1, 7)
        np.testing.assert_allclose(shares(6, "online", decay), decay ** (6 - k) * (1 - decay) / (1 - decay**6))
    assert shares(10, "separate")[0] == 0.5 and shares(1000, "separate")[0] == 0.5


def test_drifting_centres():
    tasks = line(*range(1, 11))
    ends = {m: in_sequence(tasks, m).endpoints[-1, 0] for m in ("single", "separate")}
    assert ends["single"] == pytest.approx(5.5)
    assert ends["separate"] == pytest.approx(2.9290, abs=5e-5)  # the harmonic number H_10
    for decay, end in ((0.95, 5.921), (0.8, 7.203), (0.5, 9.010)):
        assert in_sequence(tasks, "online", decay=decay).endpoints[-1, 0] == pytest.approx(end, abs=5e-4)
    assert half_life(0.95) == pytest.approx(13.5, abs=0.05)
    many = in_sequence(line(*np.zeros(400)), "online", decay=0.95)
    assert many.springs[-1][0].stiffness[0, 0] / 0.95 == pytest.approx(20.0)  # S∞ = F/(1−γ)


def test_a_revisit_counts_twice_unless_its_factor_is_replaced():
    again = in_sequence([*ABC, A])
    np.testing.assert_allclose(again.endpoints[-1], [0.112, 1.177], atol=5e-4)
    assert again.total == pytest.approx(7.971, abs=5e-4)
    replaced = in_sequence([*ABC, A], "factors")
    np.testing.assert_allclose(replaced.endpoints[-1], joint_minimiser(ABC), atol=1e-10)
    assert replaced.total == pytest.approx(7.709, abs=5e-4) and replaced.losses.shape == (4, 3)


def test_the_net_freezes_without_decay():
    for t in (2, 10, 20):
        for memory in ("single", "separate"):
            assert shares(t, memory)[-1] == pytest.approx(1 / t)
        assert shares(t, "online", 1.0)[-1] == pytest.approx(1 / stiffness_held(t)) == pytest.approx(1 / t)
    assert stiffness_held(400, 0.95) == pytest.approx(20.0) and shares(400, "online", 0.95)[-1] == pytest.approx(0.05)
    assert stiffness_held(7, 0.0) == 1.0 and shares(7, "online", 0.0)[-1] == 1.0


def test_decay_left_out_of_the_penalty_is_another_rule():
    """S_t = γS_{t−1} + F held undecayed while task t + 1 is learned: the drift ends at 5.80, not 5.92."""
    held, theta = 0.0, 0.0
    for k in range(1, 11):
        theta, held = (held * theta + k) / (held + 1), 0.95 * held + 1
    assert theta == pytest.approx(5.804, abs=5e-4)


def test_the_rescue_by_the_diagonal_depends_on_the_order():
    total = {m: in_sequence([C, B, A], m, "ewc_diagonal").total for m in ("single", "separate")}
    assert total["single"] == pytest.approx(7.783, abs=5e-4) and total["separate"] == pytest.approx(9.012, abs=5e-4)


def test_a_trail_starts_where_it_is_told_and_passes_every_end():
    course = in_sequence(ABC, "separate")
    path = trail(ABC, course, [2.0, 2.0], steps=10)
    assert path.shape == (31, 2) and path[0] == pytest.approx([2, 2])
    np.testing.assert_array_equal(path[10::10], course.endpoints)
    with pytest.raises(ValueError, match="steps"):
        trail(ABC, course, [2.0, 2.0], steps=1)
    np.testing.assert_array_equal(trail(ABC, course, [2.0, 2.0], steps=2)[2::2], course.endpoints)


def test_running_shares_grow_row_by_row():
    table = running_shares(4, "separate")
    np.testing.assert_allclose(
        table, [[1, 0, 0, 0], [1 / 2, 1 / 2, 0, 0], [1 / 2, 1 / 6, 1 / 3, 0], [1 / 2, 1 / 6, 1 / 12, 1 / 4]]
    )


def test_nothing_remembered_is_the_last_task():
    np.testing.assert_allclose(in_sequence(ABC, kind="none").endpoints[-1], [1, 4])
    np.testing.assert_allclose(in_sequence(ABC, strength=0.0).endpoints[-1], [1, 4])


def test_refusals():
    with pytest.raises(ValueError, match="memory = 'all' must be one of separate, single, online, factors"):
        in_sequence(ABC, "all")
    with pytest.raises(ValueError, match=r"decay = 1\.5 must be between 0 and 1"):
        in_sequence(ABC, "online", decay=1.5)
    with pytest.raises(ValueError, match="tasks is empty"):
        in_sequence([])
    with pytest.raises(ValueError, match=r"decay = -1 must be between 0 and 1"):
        stiffness_held(3, -1.0)
    with pytest.raises(ValueError, match="decay = 1 must be > 0 and < 1"):
        half_life(1.0)


def test_curved_tasks_are_remembered_by_the_fisher_matrix_where_they_ended():
    """For classes it is not the same everywhere: the second task ends elsewhere than at its own minimum."""
    rng = np.random.default_rng(5)
    tasks = [LogisticTask.drawn(theta, [1.0, 2.0], 80, rng) for theta in ([1.0, -1.0], [-2.0, 0.5], [0.0, 2.0])]
    course = in_sequence(tasks, "separate", "ewc_full", 3.0)
    one, two = course.springs[2]
    for task, spring, end in zip(tasks, (one, two), course.endpoints, strict=False):
        np.testing.assert_allclose(spring.stiffness, task.fisher(end), rtol=1e-12)
        np.testing.assert_array_equal(spring.anchor, end)
    third = course.endpoints[2]
    pull = sum(3.0 * s.stiffness @ (third - s.anchor) for s in (one, two))
    np.testing.assert_allclose(tasks[2].gradient(third) + pull, 0, atol=1e-11)
    joint = joint_minimiser(tasks)
    np.testing.assert_allclose(sum(task.gradient(joint) for task in tasks), 0, atol=1e-12)
