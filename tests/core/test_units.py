"""A change of units never changes an answer: powers of ten from −9 to 9 in any coordinate, column or datum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import FAMILIES, continual, descent, estimation, information, linalg
from fisher_core.continual import minimisers
from fisher_core.continual.springs import Spring
from fisher_core.models import LinearRegression, LogisticRegression, SoftmaxRegression
from fisher_studies import many_tasks

FEW = settings(max_examples=25, deadline=None)
SEEDS, EXPONENTS = st.integers(0, 10**6), st.lists(st.integers(-9, 9), min_size=6, max_size=6)


def correlated(seed: int, d: int, rank: int | None = None) -> np.ndarray:
    """Positive semi-definite of a rank, with a unit diagonal, and well conditioned on its range."""
    rng = np.random.default_rng(seed)
    rows = np.linalg.qr(rng.standard_normal((d, d)))[0][:, :rank] * rng.uniform(0.5, 1.5, rank or d)
    f = rows @ rows.T
    return f / np.sqrt(np.outer(np.diag(f), np.diag(f)))


def units(exponents: list[int], d: int) -> np.ndarray:
    """How many new units of each coordinate make an old one, (d,)."""
    return 10.0 ** np.array(exponents[:d])


# linalg -----------------------------------------------------------------------------------------------------------------


@given(SEEDS, st.integers(1, 6), EXPONENTS)
@FEW
def test_inverses_and_solutions_in_other_units(seed, d, exponents):
    f, u = correlated(seed, d), units(exponents, d)
    other = f / np.outer(u, u)
    rhs = np.random.default_rng(seed).standard_normal(d)
    scale = np.abs(np.linalg.inv(f)).max()
    np.testing.assert_allclose(linalg.inverse(other) / np.outer(u, u), linalg.inverse(f), atol=1e-13 * scale, rtol=1e-9)
    wanted = np.linalg.solve(f, rhs)
    for found in (
        linalg.solve(other, rhs / u),
        linalg.solve_symmetric(other, rhs / u),
        linalg.solves(other, (rhs / u)[:, None])[:, 0],
    ):
        np.testing.assert_allclose(found / u, wanted, atol=1e-13 * scale)
    np.testing.assert_allclose(linalg.least_norm(other, rhs / u) / u, wanted, atol=1e-13 * scale)
    np.testing.assert_allclose(linalg.whitening(other) / u[:, None], linalg.whitening(f), atol=1e-12 * scale)
    assert linalg.null_space(other).shape == (d, 0)
    whole = linalg.factor("f", other)
    np.testing.assert_allclose((whole @ whole.T) * np.outer(u, u), f, atol=1e-13)


@given(SEEDS, st.integers(2, 6), st.integers(1, 5), EXPONENTS)
@FEW
def test_null_spaces_in_other_units(seed, d, rank, exponents):
    rank = min(rank, d - 1)
    f, u = correlated(seed, d, rank), units(exponents, d)
    null = linalg.null_space(f / np.outer(u, u))
    assert null.shape == (d, d - rank)
    np.testing.assert_allclose(null.T @ null, np.eye(d - rank), atol=1e-12)
    back = null / u[:, None]
    np.testing.assert_allclose(f @ (back / np.linalg.norm(back, axis=0)), 0, atol=1e-10)
    with pytest.raises(linalg.SingularFisherError, match=f"rank {rank} of {d}") as caught:
        linalg.inverse(f / np.outer(u, u))
    np.testing.assert_allclose(caught.value.null_space, null)
    assert (caught.value.eigenvalues[: d - rank] == 0).all() and (caught.value.eigenvalues[d - rank :] > 0).all()


@given(SEEDS, st.integers(2, 5), EXPONENTS)
@FEW
def test_what_is_no_maximum_is_none_in_any_units(seed, d, exponents):
    rng, u = np.random.default_rng(seed), units(exponents, d)
    vectors = np.linalg.qr(rng.standard_normal((d, d)))[0]
    h = (vectors * np.concatenate([[-1.0], rng.uniform(0.5, 2.0, d - 1)])) @ vectors.T
    rhs = rng.standard_normal(d)
    other = h / np.outer(u, u)
    np.testing.assert_allclose(
        linalg.solve_symmetric(other, rhs / u) / u, np.linalg.solve(h, rhs), rtol=1e-9, atol=1e-12
    )
    with pytest.raises(ValueError, match="no negative eigenvalue"):
        linalg.inverse(other)
    with pytest.raises(ValueError, match="no maximum of the likelihood"):
        linalg.inverse_at_maximum(other, np.zeros(d))


@pytest.mark.parametrize("ratio", [1e-18, 1e-9, 1e9, 1e18])
def test_ellipses_in_other_units(ratio):
    u = np.array([1.0, ratio])
    f = np.array([[2.0, 1.2], [1.2, 1.0]])
    rim = linalg.fisher_ellipse(f / np.outer(u, u), 0.7).points(33) / u
    np.testing.assert_allclose(0.5 * np.einsum("ki,ij,kj->k", rim, f, rim), 0.7, rtol=1e-6)
    e = linalg.covariance_ellipse(np.linalg.inv(f) * np.outer(u, u), np.sqrt(1.4))
    np.testing.assert_allclose(e.semi_axes, linalg.fisher_ellipse(f / np.outer(u, u), 0.7).semi_axes, rtol=1e-12)
    with pytest.raises(linalg.SingularFisherError, match="rank 1 of 2"):
        linalg.fisher_ellipse(np.ones((2, 2)) / np.outer(u, u))
    with pytest.raises(ValueError, match="no negative eigenvalue"):
        linalg.covariance_ellipse(np.array([[1.0, 1.001], [1.001, 1.0]]) * np.outer(u, u))


def test_the_ends_of_float64_are_ends_of_nothing_before():
    for size in (1e-200, 1e200):
        np.testing.assert_allclose(linalg.fisher_ellipse(size * np.eye(2)).semi_axes, [size**-0.5] * 2, rtol=1e-12)
    ellipse = linalg.fisher_ellipse(np.diag([1e-200, 1e200]))
    np.testing.assert_allclose(ellipse.semi_axes, [1e100, 1e-100], rtol=1e-12)
    np.testing.assert_allclose(linalg.inverse(np.diag([1e-300, 1e300])), np.diag([1e300, 1e-300]), rtol=1e-12)
    with pytest.raises(ValueError, match="inverse beyond float64"):
        linalg.inverse(np.diag([1e-320, 1.0]))


def test_the_right_values_of_the_list():
    np.testing.assert_allclose(linalg.inverse(np.diag([1e18, 1.0])), np.diag([1e-18, 1.0]), rtol=1e-15)
    variances = np.diag(linalg.inverse(FAMILIES["weibull"].fisher([1.5, 1e8])))
    np.testing.assert_allclose(variances, [1.36784, 4.9274e15], rtol=5e-6)
    np.testing.assert_allclose(variances, np.diag(linalg.inverse(FAMILIES["weibull"].fisher([1.5, 1.0]))) * [1, 1e16])


def test_an_error_does_not_advise_what_was_done():
    ones = 1e18 * np.ones((2, 2))
    with pytest.raises(linalg.SingularFisherError, match=r"damping = 1e-06 is too small to be seen beside 1e\+18"):
        linalg.solve(ones, [1.0, 1.0], damping=1e-6)
    with pytest.raises(linalg.SingularFisherError, match="Add damping > 0"):
        linalg.solve(ones, [1.0, 1.0])
    np.testing.assert_allclose(linalg.solve(np.diag([1e18, 0.0]), [1.0, 1.0], damping=1e-6), [1e-18, 1e6], rtol=1e-12)
    loss = descent.Objective("bowl", lambda t: 0.0, lambda t: t, lambda t: ones, lambda t: ones)
    for kind in ("damped", "newton"):
        with pytest.raises(linalg.SingularFisherError, match=r"damping = 0\.001 is too small"):
            descent.direction(loss, [1.0, 2.0], kind, damping=1e-3)


def test_square_roots_and_eigenvalues_keep_the_digits_of_the_small_ones():
    for a, b, d in ((1e18, 3e8, 1.0), (1.0, -5e8, 1e18), (4.0, 1e-9, 1e-18)):
        f, root = np.array([[a, b], [b, d]]), np.sqrt(a * d - b * b)
        wanted = (f + root * np.eye(2)) / np.sqrt(a + d + 2 * root)
        np.testing.assert_allclose(linalg.square_root(f), wanted, rtol=1e-12)
        np.testing.assert_allclose(linalg.eigen("f", f)[0], [root**2 / max(a, d), max(a, d)], rtol=1e-12)
        np.testing.assert_allclose(linalg.square_root(np.stack([np.eye(2), f]))[1], wanted, rtol=1e-12)


# descent ----------------------------------------------------------------------------------------------------------------


def in_units(loss: descent.Objective, u: np.ndarray) -> descent.Objective:
    """The same loss as a function of θ·u."""
    across = np.outer(u, u)
    return descent.Objective(
        loss.name,
        lambda t: loss.loss(t / u),
        lambda t: loss.gradient(t / u) / u,
        lambda t: loss.fisher(t / u) / across,
        lambda t: loss.hessian(t / u) / across,
        lambda t, centred: loss.empirical(t / u, centred) / across,
        None if loss.kl is None else lambda p, q: loss.kl(p / u, q / u),
    )


X = np.column_stack([np.ones(8), np.array([-1.0, 2.0, 0.5, -0.3, 1.7, -2.2, 0.9, 0.1])])
Y = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0])
NORMAL = descent.likelihood(FAMILIES["normal"], np.array([0.3, -0.2, 1.9, 0.8, 2.4]))
OBJECTIVES = [(NORMAL, [0.4, 1.3]), (descent.likelihood(LogisticRegression(), (X, Y)), [0.2, 0.7])]


@pytest.mark.parametrize("loss, theta", OBJECTIVES)
@pytest.mark.parametrize("exponents", [(9, -9), (-9, 0), (0, 9), (7, -8)])
def test_steps_in_other_units_land_at_the_same_point(loss, theta, exponents):
    u = 10.0 ** np.array(exponents)
    other, start = in_units(loss, u), np.array(theta) * u
    for kind in ("natural", "newton", "scoring", "empirical", "centred"):
        for pseudo in (False, True):
            here = descent.step(loss, theta, kind, 0.7, pseudo_inverse=pseudo)
            np.testing.assert_allclose(
                descent.step(other, start, kind, 0.7, pseudo_inverse=pseudo) / u, here, rtol=1e-11
            )
    np.testing.assert_allclose(descent.path(other, start, "natural", 0.3, 5) / u, descent.path(loss, theta, "natural", 0.3, 5), rtol=1e-11)  # fmt: skip
    step, gain = descent.kl_step(other, start, 0.01)
    np.testing.assert_allclose(step / u, descent.kl_step(loss, theta, 0.01)[0], rtol=1e-11)
    assert gain == pytest.approx(descent.kl_step(loss, theta, 0.01)[1], rel=1e-11)
    flow = descent.flow(loss, theta, [0.5, 2.0])
    np.testing.assert_allclose(descent.flow(other, start, [0.5, 2.0]) / u, flow, rtol=1e-8)
    if loss.kl is not None:
        np.testing.assert_allclose(descent.kl_ball(other, start, 0.05)[0] / u, descent.kl_ball(loss, theta, 0.05)[0], rtol=1e-6)  # fmt: skip


def test_a_pseudo_inverse_in_other_units_differs_by_a_null_direction_only():
    rows = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 1.5]])
    f, u = rows.T @ rows, np.array([1e9, 1.0, 1e-7])
    bowl = descent.Objective("valley", lambda t: 0.5 * t @ f @ t, lambda t: f @ t, lambda t: f, lambda t: f)
    theta = np.array([1.0, -0.4, 0.7])
    for kind in ("natural", "newton"):
        there = descent.step(in_units(bowl, u), theta * u, kind, pseudo_inverse=True)
        np.testing.assert_allclose(rows @ (there / u), 0.0, atol=1e-12)
        null = linalg.null_space(f / np.outer(u, u))[:, 0]
        assert abs(null @ (there - theta * u)) < 1e-9 * np.linalg.norm(there - theta * u)  # the shortest way there


@pytest.mark.parametrize("exponents", [(9, -9), (-9, 0), (0, 9)])
def test_regressions_step_to_the_same_fit_in_other_units_of_their_columns(exponents):
    u, model = 10.0 ** np.array(exponents), LogisticRegression()
    theta = np.array([0.2, 0.7])
    here = descent.irls_step(model, X, Y, theta)
    np.testing.assert_allclose(descent.irls_step(model, X / u, Y, theta * u) / u, here, rtol=1e-11)
    for kind in ("natural", "empirical", "centred"):
        runs = descent.race(model, np.stack([X, X]), np.stack([Y, Y]), np.stack([theta, theta]), kind, 0.5, 3)
        others = descent.race(model, (X / u)[None], Y[None], (theta * u)[None], kind, 0.5, 3)
        np.testing.assert_allclose(others[0][:, 0] / u, runs[0][:, 1], rtol=1e-10)
        np.testing.assert_allclose(others[1][:, 0], runs[1][:, 0], rtol=1e-10)


def test_dependent_columns_stop_a_reweighted_step_and_end_a_run():
    x = np.column_stack([X, 3 * X[:, 1]])
    with pytest.raises(linalg.SingularFisherError, match="rank 2 of 3"):
        descent.irls_step(LogisticRegression(), x, Y, np.zeros(3))
    stack = np.stack([x, np.column_stack([X, X[:, 1] ** 2])])
    path, _ = descent.race(LogisticRegression(), stack, np.stack([Y, Y]), np.zeros((2, 3)), "natural", 1.0, 1)
    assert np.isnan(path[1, 0]).all() and np.isfinite(path[1, 1]).all()


# continual --------------------------------------------------------------------------------------------------------------


def tasks(seed: int, d: int, count: int, u: np.ndarray) -> list[continual.QuadraticTask]:
    """Bowls in units of which ``u`` make one, by the same numbers for every u."""
    rng = np.random.default_rng(seed)
    return [
        continual.QuadraticTask(rng.normal(size=d) * u, correlated(seed + k, d) / np.outer(u, u)) for k in range(count)
    ]


@given(SEEDS, st.integers(2, 4), EXPONENTS)
@FEW
def test_minimisers_of_springs_in_other_units(seed, d, exponents):
    u = units(exponents, d)
    one, other = tasks(seed, d, 3, np.ones(d)), tasks(seed, d, 3, u)
    for kind in ("ewc_full", "ewc_diagonal"):
        found = []
        for a, b, c in (one, other):
            hold = continual.penalty(kind, 2.5, a.minimiser, a.fisher())
            ends = minimisers.quadratic_minimisers(
                b.hessian(), b.center, hold.matrix, hold.anchor, np.array([1e-3, 1, 50])
            )
            course = many_tasks.in_sequence([a, b, c, a], "factors", kind, 0.8)
            found.append((minimisers.minimiser(b, hold), ends, course.endpoints, hold.value(b.center), course.losses))
        for at_one, at_other in zip(*found, strict=True):
            scale = u if np.ndim(at_one) and np.shape(at_one)[-1] == d and at_one is not found[0][-1] else 1.0
            np.testing.assert_allclose(at_other / scale, at_one, rtol=1e-8, atol=1e-11)
    for method in (
        many_tasks.joint_minimiser,
        lambda t: many_tasks.merged([Spring(s.center, s.precision) for s in t]).anchor,
    ):
        np.testing.assert_allclose(method(other) / u, method(one), rtol=1e-8, atol=1e-11)
    wide, narrow = (continual.laplace(t[0], 40.0).covariance for t in (other, one))
    np.testing.assert_allclose(wide / np.outer(u, u), narrow, rtol=1e-9, atol=1e-12)
    middle = continual.laplace(other[0], 40.0).log_density(other[0].center) + np.log(u).sum()
    assert middle == pytest.approx(continual.laplace(one[0], 40.0).log_density(one[0].center), rel=1e-9)


@pytest.mark.parametrize("task", [continual.LinearGaussianTask, continual.LogisticTask])
@pytest.mark.parametrize("exponents", [(9, -9), (-9, 0), (0, 9)])
def test_tasks_made_of_data_in_other_units(task, exponents):
    u = 10.0 ** np.array(exponents)
    other_y = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    ends = []
    for scale in (np.ones(2), u):
        a, b = task(X / scale, Y), task(X / scale, other_y)
        hold = continual.penalty("ewc_full", 3.0, a.minimiser, a.fisher())
        ends.append(minimisers.minimiser(b, hold) / scale)
        ends.append(np.sqrt(np.diag(continual.laplace(a, 8.0).covariance)) / scale)
    np.testing.assert_allclose(ends[2:], ends[:2], rtol=1e-9)


def test_a_rank_one_task_turned_onto_an_axis_stays_semi_definite_and_of_rank_one():
    v = np.array([np.cos(0.3), np.sin(0.3)])
    task = continual.QuadraticTask([1.0, 2.0], 3.7 * np.outer(v, v))
    for angle in np.linspace(-0.3, 6, 64):
        assert linalg.null_space(task.rotated(angle).precision).shape == (2, 1)
        assert linalg.null_space(continual.penalty("ewc_full", 1.0, [0, 0], task.fisher()).rotated(angle).matrix).shape == (2, 1)  # fmt: skip


# estimation -------------------------------------------------------------------------------------------------------------

# family: what a unit c times smaller makes of θ, whose data are then c times larger
SCALES = {
    "normal": (1, 1),
    "cauchy": (1, 1),
    "logistic": (1, 1),
    "student_t": (1, 1),
    "exponential": (-1,),
    "gamma": (0, -1),
    "weibull": (0, 1),
}
DATA = np.array([0.31, 1.2, 2.7, 0.4, 5.1, 0.9, 1.6])


@pytest.mark.parametrize("c", [1e-9, 1e-4, 1e9])
@pytest.mark.parametrize("key", SCALES)
def test_estimates_steps_and_error_bars_in_other_units_of_the_data(key, c):
    f, power = FAMILIES[key], c ** np.array(SCALES[key], dtype=float)
    theta = f.mle(DATA)
    np.testing.assert_allclose(f.mle(DATA * c) / power, theta, rtol=1e-9)
    for bars in (estimation.naive, estimation.sandwich):
        here, there = bars(f, DATA, theta), bars(f, DATA * c, theta * power) / np.outer(power, power)
        size = np.sqrt(np.outer(np.diag(here), np.diag(here)))
        np.testing.assert_allclose(there / size, here / size, rtol=1e-9, atol=1e-9)
    off = theta * 1.1
    for step in (estimation.newton_step, estimation.scoring_step):
        np.testing.assert_allclose(step(f, DATA * c, off * power) / power, step(f, DATA, off), rtol=1e-9, atol=1e-12)
    for i in range(len(theta)):
        ends = np.sort([0.2 * theta[i], 4 * theta[i]])
        top = estimation.along(f, DATA, theta, i, *ends)
        assert top == pytest.approx(theta[i], rel=1e-6)
        there = estimation.along(f, DATA * c, theta * power, i, *(ends * power[i])) / power[i]
        assert there == pytest.approx(top, rel=1e-8, abs=0)


@pytest.mark.parametrize("exponents", [(9, -9), (-9, 0), (0, 9)])
@pytest.mark.parametrize("model", [LinearRegression(0.7), LogisticRegression(), SoftmaxRegression(3)])
def test_error_bars_in_other_units_of_the_columns(model, exponents):
    u = 10.0 ** np.array(exponents)
    y = np.array([0.0, 2, 1, 0, 1, 2, 0, 1]) if isinstance(model, SoftmaxRegression) else Y
    theta = model.mle(X, y)
    each = np.repeat(u, len(theta) // 2)
    np.testing.assert_allclose(model.mle(X / u, y) / each, theta, rtol=1e-8)
    for bars in (estimation.naive, estimation.sandwich):
        here, there = bars(model, (X, y), theta), bars(model, (X / u, y), theta * each) / np.outer(each, each)
        size = np.sqrt(np.outer(np.diag(here), np.diag(here)))
        np.testing.assert_allclose(there / size, here / size, rtol=1e-8, atol=1e-8)
    observed = information.observed(model, (X / u, y), theta * each).value
    assert linalg.null_space(observed).shape[1] == (2 if isinstance(model, SoftmaxRegression) else 0)
