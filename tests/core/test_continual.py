"""fisher_core.continual: the printed numbers of the EWC page, the laws behind them, and the words of the errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import continual, linalg
from fisher_core.models import LinearRegression, LogisticRegression, SeparableDataError
from fisher_studies import basins, heavy_tailed, landscape

A = continual.QuadraticTask([-1.2, -0.4], np.diag([0.1, 6.0]))
B = continual.QuadraticTask([1.0, 0.5], np.diag([3.0, 0.3]))
KINDS = tuple(continual.PENALTIES)
EWC = continual.penalty("ewc_full", 1.0, A.center, A.precision)


def random_spd(rng: np.random.Generator, d: int) -> np.ndarray:
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    m = (q * rng.uniform(0.1, 5.0, d)) @ q.T
    return (m + m.T) / 2


def random_tasks(seed: int, d: int = 2) -> tuple[continual.QuadraticTask, continual.QuadraticTask]:
    rng = np.random.default_rng(seed)
    return tuple(continual.QuadraticTask(rng.normal(size=d) * 2, random_spd(rng, d)) for _ in range(2))


def classes(seed: int, theta: tuple[float, float], n: int = 120) -> continual.LogisticTask:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 2)) @ rng.uniform(-1.5, 1.5, (2, 2))
    y = (rng.random(n) < 1 / (1 + np.exp(-x @ np.array(theta)))).astype(float)
    return continual.LogisticTask(x, y, ridge=0.02)


seeds = st.integers(0, 10**6)
kinds = st.sampled_from(KINDS)


# --- reference.md §9, the default landscape -----------------------------------------------------------------------


def test_default_landscape_table():
    ends = continual.sweep(A, B, [1.0], KINDS)
    assert ends.endpoints["none"][0].tolist() == [1.0, 0.5]
    assert ends.losses["none"]["A"][0] == pytest.approx(2.672, abs=1e-12)
    assert ends.losses["none"]["B"][0] == 0.0
    for kind in ("ewc_diagonal", "ewc_full"):
        np.testing.assert_allclose(ends.endpoints[kind][0], [0.92903, -0.35714], atol=5e-6)
        assert ends.losses[kind]["A"][0] == pytest.approx(0.23215, abs=5e-6)
        assert ends.losses[kind]["B"][0] == pytest.approx(0.11776, abs=5e-6)
        assert continual.best(A, B, kind).total == pytest.approx(0.34991, abs=5e-6)
        assert continual.best(A, B, kind).strength == pytest.approx(1.0, rel=1e-6)
    l2 = continual.best(A, B, "l2")
    assert (l2.strength, l2.total) == (pytest.approx(0.632, abs=5e-4), pytest.approx(0.6926, abs=5e-5))
    np.testing.assert_allclose(l2.endpoint, [0.6173, -0.1103], atol=5e-5)
    np.testing.assert_allclose(list(l2.losses.values()), [0.4170, 0.2756], atol=5e-5)


@pytest.mark.parametrize(
    ("degrees", "best_total", "best_strength", "total_at_1"),
    [
        (0, 0.3499, None, 0.3499),
        (10, 0.3516, 0.113, 0.691),
        (20, 0.3499, None, 1.363),
        (30, 0.3586, None, 1.831),
        (40, 0.4668, None, 1.997),
        (45, 0.6926, 0.207, 2.025),
    ],
)
def test_the_diagonal_pays_for_the_angle(degrees, best_total, best_strength, total_at_1):
    a, b = (task.rotated(np.radians(degrees)) for task in (A, B))
    best = continual.best(a, b, "ewc_diagonal")
    assert best.total == pytest.approx(best_total, abs=5e-5)
    if best_strength is not None:
        assert best.strength == pytest.approx(best_strength, abs=5e-4)
    assert continual.sweep(a, b, [1.0]).total("ewc_diagonal")[0] == pytest.approx(total_at_1, abs=5e-4)


def test_at_45_degrees_the_diagonal_is_l2():
    a, b = A.rotated(np.pi / 4), B.rotated(np.pi / 4)
    np.testing.assert_allclose(np.diag(a.precision), 3.05, rtol=1e-15)
    diagonal, l2 = continual.best(a, b, "ewc_diagonal"), continual.best(a, b, "l2")
    assert diagonal.total == pytest.approx(l2.total, rel=1e-13, abs=0)
    np.testing.assert_allclose(diagonal.endpoint, [0.5144, 0.3585], atol=5e-5)
    ends = continual.sweep(a, b, [1.0], ["ewc_diagonal"]).endpoints["ewc_diagonal"]
    np.testing.assert_allclose(ends[0], [0.1487, -0.3030], atol=5e-5)


@pytest.mark.parametrize(
    ("strength", "kind", "theta", "total"),
    [
        (0.1, "l2", (2.429412, 0.894118), 14.2502),
        (0.1, "ewc_diagonal", (1.576402, 0.796905), 6.8380),
        (0.1, "ewc_full", (1.467043, 0.734463), 6.0472),
        (1.0, "l2", (0.876712, 0.537671), 3.1360),
        (1.0, "ewc_diagonal", (0.293137, 0.547787), 2.0563),
        (1.0, "ewc_full", (0.179987, 0.483431), 2.0159),
    ],
)
def test_second_oracle_table(strength, kind, theta, total):
    a = continual.QuadraticTask([0, 0], [[4, 1], [1, 0.5]])
    b = continual.QuadraticTask([3, 1], [[0.5, -0.4], [-0.4, 3]])
    end = continual.minimiser(b, continual.penalty(kind, strength, a.center, a.precision))
    np.testing.assert_allclose(end, theta, atol=5.1e-7)
    assert a.loss(end) + b.loss(end) == pytest.approx(total, abs=5e-5)


def test_step_limits():
    assert continual.step_limit(B, EWC) == pytest.approx(0.317, abs=5e-4)
    assert continual.step_limit(B, EWC.with_strength(100)) == pytest.approx(0.0033, abs=5e-5)
    nothing = continual.QuadraticTask([0, 0], np.zeros((2, 2)))
    assert continual.step_limit(nothing, EWC.with_strength(0)) == np.inf


def test_the_step_limit_is_that_of_the_curvature_where_one_stands():
    task, p = classes(3, (1.0, 0.5)), continual.penalty("l2", 0.2, [4.0, -3.0])
    for at in ([0.0, 0.0], [2.0, -1.0], None):
        h = landscape.hessian_by_differences(task, p.anchor if at is None else at) + 0.2 * np.eye(2)
        assert continual.step_limit(task, p, at) == pytest.approx(2 / np.linalg.eigvalsh(h)[-1], rel=1e-5)


def test_overlap_of_the_reference():
    f1, f2 = np.array([4.0, 1, 0, 0]), np.array([0.0, 1, 3, 0])
    for one, two in ((f1, f2), (np.diag(f1), np.diag(f2))):
        assert continual.fisher_overlap(one, two) == pytest.approx(0.223607, abs=5e-7)
    r1, r2 = np.sqrt(f1 / 5), np.sqrt(f2 / 4)
    assert 1 - continual.fisher_overlap(f1, f2) == pytest.approx(0.5 * ((r1 - r2) ** 2).sum())


# --- laws ---------------------------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_overlap_is_symmetric_and_between_0_and_1(seed, d):
    rng = np.random.default_rng(seed)
    f1, f2 = random_spd(rng, d), random_spd(rng, d)
    f1 = f1 @ np.diag(rng.integers(0, 2, d)) @ f1 + 1e-3 * np.eye(d)
    overlap = continual.fisher_overlap(f1, f2)
    assert 0.0 <= overlap <= 1.0
    assert overlap == pytest.approx(continual.fisher_overlap(f2, f1), abs=1e-14)
    assert 1 - 1e-13 <= continual.fisher_overlap(f1, 7 * f1) <= 1.0
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    assert continual.fisher_overlap(q @ f1 @ q.T, q @ f2 @ q.T) == pytest.approx(overlap, abs=1e-12)


def test_overlap_of_disjoint_directions_is_zero_also_when_tilted():
    r = continual.rotation(0.7)
    f1, f2 = r @ np.diag([2.0, 0.0]) @ r.T, r @ np.diag([0.0, 5.0]) @ r.T
    assert continual.fisher_overlap(f1, f2) < 1e-15


@given(seeds, st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_full_ewc_at_strength_one_is_joint_training(seed, d):
    a, b = random_tasks(seed, d)
    end = continual.minimiser(b, continual.penalty("ewc_full", 1.0, a.center, a.precision))
    joint = np.linalg.solve(a.precision + b.precision, a.precision @ a.center + b.precision @ b.center)
    np.testing.assert_allclose(end, joint, rtol=1e-10, atol=1e-12)


@given(seeds, kinds, st.floats(-9, 9), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_the_minimiser_has_no_gradient(seed, kind, log_strength, d):
    a, b = random_tasks(seed, d)
    p = continual.penalty(kind, 10.0**log_strength, a.center, a.precision)
    end = continual.minimiser(b, p)
    scale = np.abs(b.gradient(a.center)).max() + np.abs(p.gradient(b.center)).max()
    assert np.abs(b.gradient(end) + p.gradient(end)).max() <= 1e-13 * scale


@given(seeds, st.floats(-3, 3), st.floats(0.01, 50))
@settings(max_examples=50, deadline=None)
def test_l2_and_full_do_not_see_a_rotation(seed, angle, strength):
    a, b = random_tasks(seed)
    flat = continual.sweep(a, b, [strength], ("l2", "ewc_full"))
    turned = continual.sweep(a.rotated(angle), b.rotated(angle), [strength], ("l2", "ewc_full"))
    for kind in ("l2", "ewc_full"):
        for task in "AB":
            assert turned.losses[kind][task][0] == pytest.approx(flat.losses[kind][task][0], rel=1e-9, abs=1e-12)
        moved = flat.endpoints[kind][0] @ continual.rotation(angle).T
        np.testing.assert_allclose(turned.endpoints[kind][0], moved, atol=1e-10)


def test_rotation_is_counter_clockwise():
    np.testing.assert_allclose(continual.rotation(np.pi / 2) @ [1, 0], [0, 1], atol=1e-16)
    turned = A.rotated(np.pi / 2)
    np.testing.assert_allclose(turned.center, [0.4, -1.2], atol=1e-15)
    np.testing.assert_allclose(turned.precision, np.diag([6.0, 0.1]), atol=1e-14)


@given(seeds, kinds, st.floats(0.0, 5.0), st.floats(0.05, 0.95))
@settings(max_examples=50, deadline=None)
def test_under_the_step_limit_the_objective_only_falls(seed, kind, strength, fraction):
    a, b = random_tasks(seed)
    p = continual.penalty(kind, strength, a.center, a.precision)
    rate = fraction * continual.step_limit(b, p)
    run = continual.train(b, p, a.center, steps=50, learning_rate=rate)
    assert run.diverged_at is None
    assert (np.diff(run.objective) <= 1e-14 * (1 + run.objective[0])).all()
    np.testing.assert_allclose(run.losses["A"], a.loss(run.path), rtol=1e-14)
    np.testing.assert_allclose(run.losses["B"], b.loss(run.path), rtol=1e-14)


def test_training_ends_at_the_minimiser_and_starts_where_told():
    for kind in KINDS:
        p = continual.penalty(kind, 1.0, A.center, A.precision)
        run = continual.train(B, p, A.center, steps=4000)
        assert run.path.shape == (4001, 2)
        assert run.path[0].tolist() == A.center.tolist()
        np.testing.assert_allclose(run.path[-1], continual.minimiser(B, p), atol=1e-12)


@pytest.mark.parametrize("strength", [100.0, 1e9])
def test_a_diverging_run_says_so_and_stays_finite(strength):
    run = continual.train(B, EWC.with_strength(strength), A.center, steps=2000, learning_rate=0.1)
    assert 2 <= run.diverged_at <= 10
    assert run.path.shape == (2001, 2)
    for values in (run.path, run.objective, run.losses["A"], run.losses["B"]):
        assert np.isfinite(values.astype(np.float32)).all()
    assert (run.path[run.diverged_at :] == run.path[run.diverged_at - 1]).all()
    table = continual.paths(B, EWC.with_strength(strength), A.center, steps=2000, learning_rate=0.1)
    np.testing.assert_allclose(table[0], run.path, rtol=1e-11)


def test_a_run_is_given_up_when_its_gradient_is_a_hundred_million_times_what_it_was():
    """dθ = −rate·θ at rate 11: the gradient is 10ᵗ at step t, and 2·10⁸ is passed at the ninth."""
    bowl, none = continual.QuadraticTask([0.0], [[1.0]]), continual.penalty("none", 0.0, [0.0])
    assert continual.train(bowl, none, [1.0], steps=8, learning_rate=11.0).diverged_at is None
    for steps in (9, 10, 30):
        run = continual.train(bowl, none, [1.0], steps=steps, learning_rate=11.0)
        assert run.diverged_at == 9
        np.testing.assert_allclose(run.path[:9, 0], (-10.0) ** np.arange(9), rtol=1e-13)
        assert (run.path[9:] == run.path[8]).all()


def test_a_noisy_diverging_run_rests_too():
    rng = np.random.default_rng(3)
    run = continual.train(B, EWC.with_strength(100), A.center, learning_rate=0.1, noise=1.0, rng=rng)
    assert run.diverged_at < 20
    assert (run.path[run.diverged_at :] == run.path[run.diverged_at - 1]).all()


def test_just_above_the_limit_grows_just_below_shrinks():
    limit = continual.step_limit(B, EWC)
    for factor, grows in ((1.001, True), (0.999, False)):
        run = continual.train(B, EWC, A.center, steps=5000, learning_rate=factor * limit)
        assert bool(run.objective[-1] > run.objective[0]) is grows


def test_paths_are_the_runs_of_train():
    angles, strengths = np.radians([0, 10, 45]), [0.0, 0.3, 20.0]
    a = [A.rotated(t) for t in angles]
    b = [B.rotated(t) for t in angles]
    p = [continual.penalty("ewc_diagonal", s, t.center, t.precision) for s, t in zip(strengths, a, strict=True)]
    table = continual.paths(b, p, [t.center for t in a], steps=60, learning_rate=0.01)
    assert table.shape == (3, 61, 2)
    for k in range(3):
        run = continual.train(b[k], p[k], a[k].center, steps=60, learning_rate=0.01)
        np.testing.assert_allclose(table[k], run.path, atol=1e-13)
    shared = continual.paths(B, [EWC.with_strength(s) for s in (0.5, 2.0)], A.center, steps=10)
    np.testing.assert_allclose(
        shared[1], continual.train(B, EWC.with_strength(2.0), A.center, steps=10).path, atol=1e-14
    )
    assert continual.paths(B, EWC, np.zeros((4, 2)), steps=3).shape == (4, 4, 2)


def test_paths_of_logistic_tasks_are_the_runs_of_train():
    a, b = classes(1, (1.0, -1.0)), classes(2, (-0.5, 1.5))
    p = continual.penalty("ewc_full", 1.0, a.minimiser, a.fisher())
    penalties = [p.with_strength(s) for s in (0.0, 1.0, 1e4)]  # the last diverges
    table = continual.paths(b, penalties, a.minimiser, steps=80, learning_rate=0.5)
    for row, each in zip(table, penalties, strict=True):
        run = continual.train(b, each, a.minimiser, steps=80, learning_rate=0.5)
        np.testing.assert_allclose(row, run.path, rtol=1e-10, atol=1e-13)
    turned = [b.rotated(t) for t in (0.0, 0.4)]
    anchors = [a.rotated(t) for t in (0.0, 0.4)]
    penalties = [continual.penalty("l2", 0.3, t.minimiser) for t in anchors]
    pair = continual.paths(turned, penalties, [t.minimiser for t in anchors], steps=80, learning_rate=0.5)
    np.testing.assert_allclose(pair[1], pair[0] @ continual.rotation(0.4).T, atol=1e-12)


@given(seeds, st.floats(-3, 3))
@settings(max_examples=20, deadline=None)
def test_rotated_tasks_of_data_are_the_same_tasks(seed, angle):
    rng, r = np.random.default_rng(seed), continual.rotation(angle)
    theta = rng.normal(size=2)
    design = continual.LinearGaussianTask.designed([0.5, -2.0], random_spd(rng, 2), n=9, noise=0.7, rng=rng)
    for task in (classes(seed, (0.5, 0.5), n=20), design):
        turned = task.rotated(angle)
        assert turned.loss(r @ theta) == pytest.approx(task.loss(theta), rel=1e-11, abs=0)
        np.testing.assert_allclose(turned.minimiser, r @ task.minimiser, atol=1e-9)
        np.testing.assert_allclose(turned.fisher(r @ theta), r @ task.fisher(theta) @ r.T, atol=1e-12)


def test_noise_has_the_standard_deviation_it_says():
    still = continual.QuadraticTask([0.0, 0.0], np.zeros((2, 2)))
    none = continual.penalty("none", 0.0, [0.0, 0.0])
    rng = np.random.default_rng(7)
    run = continual.train(still, none, [0.0, 0.0], steps=20_000, learning_rate=0.1, noise=3.0, rng=rng)
    steps = np.diff(run.path, axis=0)
    assert abs(steps.std() / 0.3 - 1) < 4 / np.sqrt(2 * steps.size)
    again = continual.train(still, none, [0.0, 0.0], 20_000, 0.1, 3.0, np.random.default_rng(7))
    np.testing.assert_array_equal(again.path, run.path)
    assert set(run.losses) == {"B"}  # without F_A the penalty does not know task A


@given(seeds, kinds, st.floats(0.0, 5.0))
@settings(max_examples=30, deadline=None)
def test_small_steps_follow_the_flow(seed, kind, strength):
    a, b = random_tasks(seed)
    p = continual.penalty(kind, strength, a.center, a.precision)
    rate = 1e-3 * continual.step_limit(b, p)
    run = continual.train(b, p, a.center, steps=300, learning_rate=rate)
    flow = continual.gradient_flow(b, p, a.center, rate * np.arange(301))
    np.testing.assert_allclose(run.path, flow, atol=2e-3 * np.abs(b.center - a.center).max())
    assert flow[0].tolist() == a.center.tolist()


def test_flow_of_a_flat_direction_stands_still_there():
    valley = continual.QuadraticTask([1.0, 5.0], np.diag([2.0, 0.0]))
    none = continual.penalty("none", 0.0, [0.0, 0.0])
    flow = continual.gradient_flow(valley, none, [0.0, 0.0], [0.0, 0.5, 100.0])
    np.testing.assert_allclose(flow, [[0, 0], [1 - np.exp(-1.0), 0], [1, 0]], atol=1e-14)


@given(seeds, kinds)
@settings(max_examples=25, deadline=None)
def test_best_beats_every_grid(seed, kind):
    a, b = random_tasks(seed)
    best = continual.best(a, b, kind)
    grid = continual.sweep(a, b, np.logspace(-6, 6, 500), (kind,))
    assert best.total <= grid.total(kind).min() + 1e-13
    if kind == "ewc_full":
        assert best.interior and best.strength == pytest.approx(1.0, rel=1e-5)


def test_stiff_problems_have_an_end_and_flat_ones_are_named():
    stiff = continual.QuadraticTask([1.0, -2.0], np.diag([1e5, 1e-5]))
    nothing = continual.penalty("ewc_full", 1.0, [3.0, 3.0], np.zeros((2, 2)))
    np.testing.assert_allclose(continual.minimiser(stiff, nothing), [1.0, -2.0], rtol=1e-12)
    valley = continual.QuadraticTask([1.0, 5.0], np.diag([2.0, 0.0]))
    with pytest.raises(linalg.SingularFisherError, match=r"H_B \+ λM at λ = 0 has rank 1 of 2"):
        continual.sweep(A, valley, [1.0, 0.5, 0.0], ["l2"])


def test_the_best_of_a_range_that_misses_it_is_its_end():
    for bounds, end in (((2.0, 1e3), 2.0), ((1e-3, 0.5), 0.5)):
        best = continual.best(A, B, "ewc_full", bounds)  # of all strengths it is 1
        assert best.strength == pytest.approx(end, rel=1e-9, abs=0) and not best.interior
    assert continual.best(A, B, "ewc_full", (0.5, 2.0)).interior


def test_a_front_moves_from_b_to_a():
    front = continual.sweep(A, B, np.logspace(-4, 4, 60), ("l2", "ewc_full"))
    for kind in ("l2", "ewc_full"):
        assert (np.diff(front.losses[kind]["B"]) > 0).all()
        assert (np.diff(front.losses["ewc_full"]["A"]) < 0).all()  # L2 need not be monotone in A


# --- tasks made of data -------------------------------------------------------------------------------------------


def test_a_designed_regression_task_is_the_quadratic_one():
    rng = np.random.default_rng(3)
    precision = random_spd(rng, 2)
    task = continual.LinearGaussianTask.designed([0.5, -2.0], precision, n=40, noise=0.7, rng=rng)
    np.testing.assert_allclose(task.minimiser, [0.5, -2.0], atol=1e-13)
    np.testing.assert_allclose(task.fisher(), precision, atol=1e-13)
    theta = rng.normal(size=(5, 2))
    bowl = continual.QuadraticTask([0.5, -2.0], precision)
    np.testing.assert_allclose(task.loss(theta) - task.loss(task.minimiser), bowl.loss(theta), rtol=1e-11)
    np.testing.assert_allclose(task.gradient(theta), bowl.gradient(theta), atol=1e-12)
    assert task.loss(task.minimiser) == pytest.approx(0.7**2 / 2)
    p = continual.penalty("l2", 0.3, [0.0, 0.0])
    np.testing.assert_allclose(continual.minimiser(task, p), continual.minimiser(bowl, p), atol=1e-12)


def test_break_it_noise_free_data_and_empirical_fisher_protect_nothing():
    rng = np.random.default_rng(11)
    a = continual.LinearGaussianTask.designed(A.center, A.precision, n=60, noise=0.0, rng=rng)
    empirical, exact = a.empirical_fisher(), a.fisher()
    assert np.abs(empirical).max() < 1e-28 * np.abs(exact).max()
    none = continual.train(B, continual.penalty("none", 0.0, a.minimiser), a.minimiser)
    tricked = continual.train(B, continual.penalty("ewc_full", 1.0, a.minimiser, empirical), a.minimiser)
    protected = continual.train(B, continual.penalty("ewc_full", 1.0, a.minimiser, exact), a.minimiser)
    np.testing.assert_allclose(tricked.path, none.path, atol=1e-14)
    assert a.loss(none.path[-1]) > 10 * a.loss(protected.path[-1])
    noisy = continual.LinearGaussianTask.designed(A.center, A.precision, n=60, noise=1.0, rng=rng)
    assert 0.3 < np.trace(noisy.empirical_fisher()) / np.trace(exact) < 2.0


def test_logistic_task_trains_to_its_newton_minimiser():
    a, b = classes(1, (1.0, -1.0)), classes(2, (-0.5, 1.5))
    np.testing.assert_allclose(a.gradient(a.minimiser), 0, atol=1e-15)
    p = continual.penalty("ewc_full", 2.0, a.minimiser, a.fisher())
    end = continual.minimiser(b, p)
    np.testing.assert_allclose(b.gradient(end) + p.gradient(end), 0, atol=1e-15)
    rate = 0.5 * continual.step_limit(b, p)
    run = continual.train(b, p, a.minimiser, steps=2000, learning_rate=rate, tasks={"A": a, "B": b})
    np.testing.assert_allclose(run.path[-1], end, atol=1e-12)
    np.testing.assert_allclose(run.losses["A"], a.loss(run.path))
    sweep = continual.sweep(a, b, [2.0, 0.5], ("ewc_full", "none"))
    np.testing.assert_allclose(sweep.endpoints["ewc_full"][0], end, atol=1e-13)
    np.testing.assert_allclose(sweep.endpoints["none"][1], b.minimiser, atol=1e-13)
    best = continual.best(a, b, "ewc_full")
    grid = continual.sweep(a, b, np.logspace(-2, 2, 60), ("ewc_full",))
    assert best.total <= grid.total("ewc_full").min() + 1e-13


def test_a_drawn_task_has_the_spread_it_is_given_and_labels_of_its_model():
    task = continual.LogisticTask.drawn([0.0, 0.3], [4.0, 0.25], 20_000, np.random.default_rng(15))
    np.testing.assert_allclose(task.x.std(axis=0), [4.0, 0.25], rtol=0.03)
    error = task.minimiser - [0.0, 0.3]
    assert error @ task.fisher() @ error * 20_000 < 20  # χ² of 2
    theta = np.array([0.2, -1.0])
    scores = LogisticRegression().score(task.x, task.y, theta)
    np.testing.assert_allclose(task.empirical_fisher(theta), scores.T @ scores / 20_000, rtol=1e-11)


def test_separable_task_has_no_minimiser_without_ridge():
    x, y = np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 0.5]]), [1, 1, 0]
    with pytest.raises(SeparableDataError, match="separable"):
        _ = continual.LogisticTask(x, y).minimiser
    assert np.isfinite(continual.LogisticTask(x, y, ridge=0.1).minimiser).all()


def test_basin_rim_is_a_level_set():
    rim = basins.basin(A, 0.25)
    np.testing.assert_allclose(A.loss(rim), 0.25, rtol=1e-12)
    assert rim.shape == (181, 2)
    edges = np.diff(rim, axis=0)
    assert (edges[:-1, 0] * edges[1:, 1] - edges[:-1, 1] * edges[1:, 0] > 0).all()  # convex, counter-clockwise
    task = classes(4, (1.0, 0.5))
    np.testing.assert_allclose(task.loss(basins.basin(task, 0.1, 41)) - task.loss(task.minimiser), 0.1, rtol=1e-10)
    with pytest.raises(linalg.SingularFisherError):
        basins.basin(continual.QuadraticTask([0, 0], np.diag([1.0, 0.0])), 0.1)
    cone = heavy_tailed.HeavyTailedTask([1.0, -1.0], [[2.0, 0.3], [0.3, 1.0]])  # hundreds of times its ellipse away
    np.testing.assert_allclose(cone.loss(basins.basin(cone, 1e5, 21)), 1e5, rtol=1e-10)


# --- Bayes --------------------------------------------------------------------------------------------------------


def test_for_a_quadratic_task_laplace_is_the_posterior():
    r = A.rotated(0.5)
    grid = np.linspace(-9, 9, 601)
    exact = continual.posterior_on_grid(r, 20, grid, grid, prior_precision=0.5)
    assert exact.edge < 1e-8
    assert exact.density.sum() * (grid[1] - grid[0]) ** 2 == pytest.approx(1.0)
    full = continual.laplace(r, 20, prior_precision=0.5)
    diagonal = continual.laplace(r, 20, prior_precision=0.5, diagonal=True)
    np.testing.assert_allclose(full.precision, 20 * r.precision + 0.5 * np.eye(2))
    np.testing.assert_allclose(full.mean, np.linalg.solve(full.precision, 20 * r.precision @ r.center), rtol=1e-13)
    assert exact.total_variation(full) < 1e-12
    assert exact.total_variation(diagonal) > 0.2
    assert (np.diag(diagonal.covariance) <= np.diag(full.covariance)).all()
    # log ∫ e^{−N L − τ‖θ‖²/2} in closed form: completing the square
    m = full.mean
    top = -20 * r.loss(m) - 0.25 * m @ m
    assert exact.log_evidence == pytest.approx(
        top + np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(full.precision)[1], abs=1e-9
    )


@pytest.mark.parametrize("side", ["bottom", "top", "left", "right"])
def test_the_edge_of_a_posterior_is_its_height_at_the_nearest_side(side):
    """Half a standard deviation from one side of the grid, far from the others: e^{−1/8} of the top."""
    step = 0.25
    one, two = np.arange(-20, 21) * step, np.arange(-30, 31) * step
    center = {"bottom": [0, -7], "top": [0, 7], "left": [-4.5, 0], "right": [4.5, 0]}[side]
    task = continual.QuadraticTask(center, np.eye(2))
    assert continual.posterior_on_grid(task, 1.0, one, two).edge == pytest.approx(np.exp(-1 / 8), rel=1e-12, abs=0)


def test_a_prior_adds_to_the_one_that_is_there():
    """L + (ρ/2)‖θ‖² up to a constant, for both kinds of task."""
    theta = np.random.default_rng(4).normal(size=(6, 2))
    for task in (classes(2, (1.0, -0.5)), A.rotated(0.3)):
        both = continual.with_prior(task, 0.4)
        expected = task.loss(theta) + 0.2 * (theta**2).sum(axis=-1)
        np.testing.assert_allclose(np.diff(both.loss(theta)), np.diff(expected), rtol=1e-11)
        np.testing.assert_allclose(
            both.hessian(both.minimiser), task.hessian(both.minimiser) + 0.4 * np.eye(2), rtol=1e-11
        )
        assert continual.with_prior(task, 0.0) is task


def test_a_posterior_of_unevenly_spaced_axes():
    """N(c, (10 P)⁻¹): its evidence is 2π/√det(10 P) and it has mass 1 by the rule of the trapezium, whatever the steps."""
    spread = np.sinh(np.linspace(-4, 4, 700)) / np.sinh(4)
    task = continual.QuadraticTask([0.1, -0.2], np.array([[2.0, 0.5], [0.5, 1.0]]))
    one, two = 4 * spread + 0.1, 5 * spread - 0.2
    exact = continual.posterior_on_grid(task, 10, one, two)
    expected = np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(10 * task.precision)[1]
    assert exact.log_evidence == pytest.approx(expected, abs=1e-4)
    assert np.trapezoid(np.trapezoid(exact.density, two, axis=0), one) == pytest.approx(1.0)


def test_a_ridge_is_part_of_the_posterior():
    """Laplace's precision is the Hessian of N·L + τ‖θ‖²/2, and L holds the ridge."""
    task = classes(6, (0.5, 1.0))
    found = continual.laplace(task, 30, prior_precision=0.7)
    hessian = 30 * landscape.hessian_by_differences(task, found.mean) + 0.7 * np.eye(2)
    np.testing.assert_allclose(found.precision, hessian, rtol=1e-5)
    np.testing.assert_allclose(30 * task.gradient(found.mean) + 0.7 * found.mean, 0, atol=1e-12)


def test_a_regression_task_measures_in_units_of_its_noise():
    """Up to a constant its loss is the mean of −log N(y; xᵀθ, σ²), its empirical Fisher the second moment of the scores."""
    rng = np.random.default_rng(14)
    x, y, sigma = rng.normal(size=(9, 2)), rng.normal(size=9), 0.4
    task, model = continual.LinearGaussianTask(x, y, sigma), LinearRegression(sigma)
    theta = rng.normal(size=(4, 2))
    losses = [-model.log_prob(x, y, t).mean() for t in theta]
    np.testing.assert_allclose(np.diff(task.loss(theta)), np.diff(losses), rtol=1e-11)
    np.testing.assert_allclose(task.gradient(theta), [-model.score(x, y, t).mean(axis=0) for t in theta], rtol=1e-11)
    for at in (theta[0], None):
        s = model.score(x, y, task.minimiser if at is None else at)
        np.testing.assert_allclose(task.empirical_fisher(at), s.T @ s / 9, rtol=1e-11)
    with pytest.raises(ValueError, match="n = 4 must be >= 5"):
        continual.LinearGaussianTask.designed([0.0, 0.0], np.eye(2), 4, 1.0, rng)


def test_total_variation_of_shifted_gaussians():
    """Equal covariances at Mahalanobis distance m differ by 2Φ(m/2) − 1: .382925 at m = 1."""
    grid = np.linspace(-9, 9, 601)
    exact = continual.posterior_on_grid(continual.QuadraticTask([0, 0], np.eye(2)), 4, grid, grid)
    shifted = continual.Gaussian(np.array([0.5, 0.0]), 4 * np.eye(2))
    assert exact.total_variation(shifted) == pytest.approx(0.382925, abs=1e-4)
    assert exact.total_variation(continual.Gaussian(np.array([50.0, 0.0]), np.eye(2))) == pytest.approx(1.0)


def test_laplace_gets_better_with_data():
    task = classes(5, (1.0, -0.5))
    grid = np.linspace(-6, 6, 401)
    gaps = []
    for n in (5, 50, 500):
        exact = continual.posterior_on_grid(task, n, grid, grid, prior_precision=0.5)
        gaps.append(exact.total_variation(continual.laplace(task, n, prior_precision=0.5)))
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.05


def test_bayes_strength_is_the_posterior_mode():
    """λ = N_A for a summed loss of B, N_A/N_B for a mean: both give the mode of the two-task posterior."""
    n_a, n_b = 30.0, 12.0
    posterior_a = continual.laplace(A, n_a)
    mode = np.linalg.solve(
        posterior_a.precision + n_b * B.precision, posterior_a.precision @ A.center + n_b * B.precision @ B.center
    )
    mean_loss = EWC.with_strength(continual.bayes_strength(n_a, n_b))
    np.testing.assert_allclose(continual.minimiser(B, mean_loss), mode, rtol=1e-13)
    summed = continual.QuadraticTask(B.center, n_b * B.precision)
    np.testing.assert_allclose(
        continual.minimiser(summed, EWC.with_strength(continual.bayes_strength(n_a))), mode, rtol=1e-13
    )
    assert continual.bayes_strength(30, 12) == 2.5


def test_gaussian_log_density_integrates_to_one():
    g = continual.Gaussian(np.array([0.3, -0.2]), np.array([[2.0, 0.6], [0.6, 1.0]]))
    axis = np.linspace(-9, 9, 721)
    values = np.exp(g.log_density(np.stack(np.meshgrid(axis, axis), axis=-1)))
    assert values.sum() * (axis[1] - axis[0]) ** 2 == pytest.approx(1.0, abs=1e-9)


# --- what is refused, and in which words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: continual.QuadraticTask([0, 0], [[1, 2], [2, 1]]), "precision must have no negative eigenvalue"),
        (lambda: continual.QuadraticTask([0, 0], [[1, 2], [0, 1]]), "precision must be symmetric"),
        (lambda: continual.QuadraticTask([0, np.nan], np.eye(2)), "center contains nan and must be finite"),
        (lambda: continual.QuadraticTask([0, 0], np.eye(3)), r"precision has shape \(3, 3\)"),
        (lambda: A.loss([1.0, 2.0, 3.0]), r"theta has shape \(3,\) and must have shape \(\.\.\., 2\)"),
        (lambda: A.gradient([np.nan, 2.0]), "theta contains nan and must be finite"),
        (lambda: continual.QuadraticTask([0.0], [[1.0]]).rotated(1.0), "size = 1 must be 2: only tasks of two"),
        (lambda: continual.penalty("ewc", 1.0, [0, 0]), "kind = 'ewc' must be one of none, l2, ewc_diagonal, ewc_full"),
        (lambda: continual.penalty("l2", -1.0, [0, 0]), "strength = -1 must be >= 0"),
        (lambda: continual.penalty("ewc_full", 1.0, [0, 0]), "fisher = None must be the Fisher matrix of task A"),
        (lambda: continual.penalty("ewc_full", 1.0, [0, 0], np.eye(3)), r"fisher has shape \(3, 3\)"),
        (lambda: EWC.with_strength(np.inf), "strength contains inf and must be finite"),
        (lambda: continual.train(B, EWC, A.center, steps=-1), "steps = -1 must be >= 0"),
        (lambda: continual.train(B, EWC, A.center, steps=2.5), r"steps = 2\.5 must be a whole number"),
        (lambda: continual.train(B, EWC, A.center, learning_rate=0), "learning_rate = 0 must be > 0"),
        (lambda: continual.train(B, EWC, A.center, noise=1.0), "rng = None must be a numpy.random.Generator"),
        (lambda: continual.train(B, EWC, A.center, noise=-1.0), "noise = -1 must be >= 0"),
        (lambda: continual.train(B, EWC, [0.0]), r"start has shape \(1,\) and must have shape \(2,\)"),
        (lambda: continual.paths([A, B], [EWC] * 3, A.center), r"have lengths 2, 3, 1 and must have one length K"),
        (lambda: continual.paths(A, EWC, [0.0]), r"starts has shape \(1,\)"),
        (lambda: continual.gradient_flow(B, EWC, A.center, [-1.0]), "times contain -1 and must be >= 0"),
        (
            lambda: continual.gradient_flow(classes(1, (1, 1)), EWC, A.center, [1.0]),
            "task_b = LogisticTask must be a quadratic",
        ),
        (lambda: continual.sweep(A, B, [-1.0]), "strengths contain -1 and must be >= 0"),
        (lambda: continual.sweep(A, B, [1.0], ["l3"]), "kind = 'l3' must be one of"),
        (lambda: continual.best(A, B, "l2", (1.0, 0.5)), r"bounds = \(1\.0, 0\.5\) must be ascending"),
        (lambda: continual.fisher_overlap(np.zeros(2), np.ones(2)), "fisher_1 has trace 0"),
        (lambda: continual.fisher_overlap(np.ones(2), np.ones(3)), r"fisher_2 has shape \(3,\)"),
        (lambda: continual.fisher_overlap([1.0, -1.0], np.ones(2)), "fisher_1 contains -1 and must be >= 0"),
        (lambda: continual.LogisticTask(np.ones((2, 2)), [0, 2]), "y contains 2 and must be 0 or 1"),
        (lambda: continual.LinearGaussianTask(np.ones((2, 2)), [0.0]), r"y has shape \(1,\)"),
        (lambda: continual.LinearGaussianTask(np.ones((2, 2)), [0.0, 1.0], sigma=0), "sigma = 0 must be > 0"),
        (lambda: continual.posterior_on_grid(A, 0, [0, 1], [0, 1]), "observations = 0 must be > 0"),
        (lambda: continual.posterior_on_grid(A, 1, [1, 0], [0, 1]), r"theta_1 = .* must be at least two ascending"),
        (lambda: continual.bayes_strength(10, 0), "observations_b = 0 must be > 0"),
        (lambda: basins.basin(A, 0.0), "level = 0 must be > 0"),
        (lambda: basins.basin(continual.QuadraticTask([0.0], [[1.0]]), 1.0), "task has 1 parameters"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_two_flat_tasks_leave_a_line_of_minimisers():
    flat = np.diag([1.0, 0.0])
    a, b = continual.QuadraticTask([0, 0], flat), continual.QuadraticTask([1, 1], flat)
    with pytest.raises(linalg.SingularFisherError, match=r"H_B \+ λM at λ = 1 has rank 1 of 2") as caught:
        continual.minimiser(b, continual.penalty("ewc_full", 1.0, a.center, a.precision))
    np.testing.assert_allclose(np.abs(caught.value.null_space[:, 0]), [0, 1])
    with pytest.raises(linalg.SingularFisherError):
        continual.laplace(a, 10)
    assert continual.laplace(a, 10, prior_precision=1.0).precision.tolist() == [[11, 0], [0, 1]]
