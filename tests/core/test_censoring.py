"""Right-censored lifetimes: estimates against a plain search, derivatives against differences, information against draws."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy import optimize, stats

from fisher_core import FAMILIES, estimation, information
from fisher_core.models.censored import RightCensored

EXPONENTIAL, WEIBULL = RightCensored(FAMILIES["exponential"]), RightCensored(FAMILIES["weibull"])
BOTH = pytest.mark.parametrize("model", [EXPONENTIAL, WEIBULL], ids=["exponential", "weibull"])
FEW = np.r_[np.arange(1.0, 6.0), np.full(100, 6.0)], np.r_[np.ones(5), np.zeros(100)]  # 5 failures, 100 survivors at 6
# Every model in every chart, at a point of it
VIEWS = [RightCensored(f.family.in_chart(c)) for f in (EXPONENTIAL, WEIBULL) for c in f.family.charts]
VIEWS = pytest.mark.parametrize("model", [EXPONENTIAL, WEIBULL, *VIEWS], ids=lambda m: m.family.key)


def drawn(model, seed=0, n=40):
    """Times and flags of units that are watched for different times."""
    rng = np.random.default_rng(seed)
    rows = model.sample(rng.uniform(0.2, 2.0, n), model.family.default, rng)
    return rows[:, 0], rows[:, 1]


def test_five_failures_and_a_hundred_survivors():
    np.testing.assert_allclose(WEIBULL.mle(*FEW), [1.21554, 71.832], rtol=5e-6)
    np.testing.assert_allclose(EXPONENTIAL.mle(*FEW), [5 / 615], rtol=1e-15)
    np.testing.assert_allclose(WEIBULL.score(*FEW, WEIBULL.mle(*FEW)).sum(axis=0), 0, atol=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_the_estimate_is_the_highest_point(seed):
    t, d = drawn(WEIBULL, seed)
    law = lambda k, s: stats.weibull_min(k, scale=s)  # noqa: E731
    loss = lambda u: -np.where(d == 1, law(*np.exp(u)).logpdf(t), law(*np.exp(u)).logsf(t)).sum()  # noqa: E731
    found = optimize.minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-13})
    np.testing.assert_allclose(WEIBULL.mle(t, d), np.exp(found.x), rtol=1e-6)
    np.testing.assert_allclose(WEIBULL.log_prob(t, d, np.exp(found.x)).sum(), -found.fun, rtol=1e-12)


@BOTH
def test_without_survivors_all_is_as_without_censoring(model):
    f = model.family
    x = f.sample(f.default, 30, np.random.default_rng(1))
    ones = np.ones(30)
    np.testing.assert_allclose(model.mle(x, ones), f.mle(x), rtol=1e-11)
    np.testing.assert_array_equal(model.score(x, ones, f.default), f.score(x, f.default))
    np.testing.assert_allclose(model.fisher([1e6], f.default), f.fisher(f.default), rtol=1e-14)
    np.testing.assert_allclose(model.kept([1e6], f.default), 1, rtol=1e-13)


@VIEWS
def test_score_and_hessian_are_derivatives(model):
    (t, d), theta = drawn(model), model.family.default + 0.1
    for i, step in enumerate(1e-5 * np.eye(len(theta))):
        score = (model.log_prob(t, d, theta + step) - model.log_prob(t, d, theta - step)) / 2e-5
        hessian = (model.score(t, d, theta + step) - model.score(t, d, theta - step)) / 2e-5
        np.testing.assert_allclose(model.score(t, d, theta)[:, i], score, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(model.hessian(t, d, theta)[:, :, i], hessian, rtol=1e-6, atol=1e-8)


@VIEWS
def test_expected_information_is_that_of_draws(model):
    theta, limits = model.family.default, np.array([0.3, 1.0, 2.5])
    f, rng = model.fisher(limits, theta), np.random.default_rng(2)
    sampled = information.monte_carlo(model, limits, theta, rng, draws=20_000)
    assert (np.abs(sampled.value - f) < 5 * sampled.standard_error).all()
    rows = model.sample(np.tile(limits, 20_000), theta, rng)
    h = -model.hessian(rows[:, 0], rows[:, 1], theta)
    assert (np.abs(h.mean(axis=0) - f) < 5 * h.std(axis=0) / np.sqrt(len(h)) + 1e-12).all()
    np.testing.assert_array_equal(information.exact(model, limits, theta), f)
    np.testing.assert_allclose(f, np.mean([model.fisher([c], theta) for c in limits], axis=0), rtol=1e-13)


@pytest.mark.parametrize("c", [1e-9, 0.3, 2.5, 40.0])
def test_information_up_to_a_limit_in_closed_form_and_by_mpmath(c):
    np.testing.assert_allclose(EXPONENTIAL.fisher([c], [0.7]), [[-np.expm1(-0.7 * c) / 0.49]], rtol=1e-15)
    np.testing.assert_allclose(EXPONENTIAL.kept([c], [0.7]), [-np.expm1(-0.7 * c)], rtol=1e-14)
    shape, scale = 1.5, 2.0
    with mp.workdps(30):
        end = shape * mp.log(mp.mpf(c) / scale)
        marks = [end - k for k in (90, 30, 12, 6, 4, 2, 1, 0)]
        mass = lambda w: mp.exp(w - mp.exp(w))  # noqa: E731
        first = float(mp.quad(lambda w: (1 + w) * mass(w), marks))
        second = float(mp.quad(lambda w: (1 + w) ** 2 * mass(w), marks))
        share = float(-mp.expm1(-mp.exp(end)))
    expected = [[second / shape**2, -first / scale], [-first / scale, (shape / scale) ** 2 * share]]
    np.testing.assert_allclose(WEIBULL.fisher([c], [shape, scale]), expected, rtol=1e-13)


def test_a_weibull_of_shape_one_is_exponential():
    t, d = drawn(EXPONENTIAL)
    np.testing.assert_allclose(WEIBULL.log_prob(t, d, [1.0, 2.0]), EXPONENTIAL.log_prob(t, d, [0.5]), rtol=1e-13)
    mean = RightCensored(FAMILIES["exponential"].in_chart("mean"))
    np.testing.assert_allclose(WEIBULL.score(t, d, [1.0, 2.0])[:, 1:], mean.score(t, d, [2.0]), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(WEIBULL.fisher([1.3], [1.0, 2.0])[1, 1], mean.fisher([1.3], [2.0])[0, 0], rtol=1e-14)


def test_error_bars_of_a_censored_sample():
    """Observed information, the sandwich, and the expected information beside them."""
    theta = EXPONENTIAL.mle(*FEW)
    assert estimation.naive(EXPONENTIAL, FEW, theta)[0, 0] == pytest.approx(theta[0] ** 2 / 5, rel=1e-12, abs=0)
    assert estimation.sandwich(EXPONENTIAL, FEW, theta).shape == (1, 1)
    best = WEIBULL.mle(*FEW)
    observed = information.observed(WEIBULL, FEW, best)
    np.testing.assert_allclose(105 * observed.value, [[34.5371, 0.211031], [0.211031, 0.00143177]], rtol=5e-6)
    naive = estimation.naive(WEIBULL, FEW, best)
    np.testing.assert_allclose(np.linalg.inv(105 * observed.value), naive, rtol=1e-9)
    expected = np.linalg.inv(105 * WEIBULL.fisher([6.0], best))
    np.testing.assert_allclose(expected, naive, rtol=0.05)


def test_error_bars_cover():
    """95 % intervals for log r from the observed information, 60 % of units censored."""
    rng, inside, log = np.random.default_rng(5), 0, RightCensored(FAMILIES["exponential"].in_chart("log"))
    for _ in range(400):
        rows = log.sample(np.full(60, 0.5), [0.0], rng)
        theta = log.mle(rows[:, 0], rows[:, 1])
        inside += abs(theta[0]) < 1.96 * np.sqrt(1 / rows[:, 1].sum())
    assert 0.92 < inside / 400 < 0.98


@pytest.mark.parametrize("unit", [1e-9, 1e9, 1e-100])
def test_a_change_of_units_changes_no_answer(unit):
    (t, d), limits = drawn(WEIBULL, 3), np.array([0.3, 2.0])
    here, there = WEIBULL.mle(t, d), WEIBULL.mle(unit * t, d)
    np.testing.assert_allclose(there, here * [1, unit], rtol=1e-12)
    np.testing.assert_allclose(EXPONENTIAL.mle(unit * t, d), EXPONENTIAL.mle(t, d) / unit, rtol=1e-14)
    scaled = np.outer([1, unit], [1, unit])
    np.testing.assert_allclose(WEIBULL.fisher(unit * limits, there) * scaled, WEIBULL.fisher(limits, here), rtol=1e-11)
    np.testing.assert_allclose(WEIBULL.kept(unit * limits, there), WEIBULL.kept(limits, here), rtol=1e-9)
    assert ((WEIBULL.kept(limits, here) > 0) & (WEIBULL.kept(limits, here) < 1)).all()


def test_the_order_of_units_and_a_copy_of_all_change_no_estimate():
    t, d = drawn(WEIBULL, 4)
    np.testing.assert_allclose(WEIBULL.mle(t[::-1], d[::-1]), WEIBULL.mle(t, d), rtol=1e-13)
    np.testing.assert_allclose(WEIBULL.mle(np.tile(t, 3), np.tile(d, 3)), WEIBULL.mle(t, d), rtol=1e-13)
    np.testing.assert_array_equal(WEIBULL.mle(t, d == 1), WEIBULL.mle(t, d))


def test_a_unit_that_was_never_watched_says_nothing():
    t, d = drawn(WEIBULL, 6)
    none = np.append(t, 0.0), np.append(d, 0.0)
    for model in (WEIBULL, EXPONENTIAL):
        np.testing.assert_allclose(model.mle(*none), model.mle(t, d), rtol=1e-13)
        theta = model.family.default
        assert (model.score(*none, theta)[-1] == 0).all() and (model.hessian(*none, theta)[-1] == 0).all()


def test_nearly_equal_lifetimes():
    """One failure a millionth before the end: the shape is large, the estimate exists."""
    t, d = np.array([1 - 1e-6, 1.0, 1.0]), np.array([1, 1, 0])
    theta = WEIBULL.mle(t, d)
    assert theta[0] > 1e5
    scaled = WEIBULL.score(t, d, theta).sum(axis=0) * theta
    np.testing.assert_allclose(scaled / [1, theta[0]], 0, atol=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: WEIBULL.mle([1, 2, 3], [0, 0, 0]), "failed holds no failure among 3 units"),
        (lambda: EXPONENTIAL.mle([1, 2, 3], [0, 0, 0]), "failed holds no failure among 3 units"),
        (lambda: WEIBULL.mle([1, 5, 5], [0, 1, 1]), "time has all 2 failures at 5, the last of the times"),
        (lambda: WEIBULL.mle([1, 2, 3], [0, 1]), "failed has 2 rows and must have as many as time, 3"),
        (lambda: WEIBULL.mle([1, -2, 3], [0, 1, 1]), "time contains -2 and must be > 0"),
        (lambda: WEIBULL.mle([1, 0, 3], [0, 1, 1]), "time contains 0 and must be > 0, or >= 0 for a unit still"),
        (lambda: WEIBULL.mle([1, 2, 3], [0, 1, 2]), "failed contains 2 and must be 1 (failed) or 0 (still working)"),
        (lambda: WEIBULL.mle([1, np.nan, 3], [0, 1, 1]), "time contains nan"),
        (lambda: WEIBULL.mle([], []), "time is empty"),
        (lambda: WEIBULL.mle([[1, 2]], [[1, 1]]), "time has shape (1, 2)"),
        (lambda: WEIBULL.score([1, 2], [1, 0], [1.0, -1.0]), "scale = -1, and scale must be > 0"),
        (lambda: WEIBULL.fisher([1, 0], [1.0, 1.0]), "limits contains 0 and must be > 0"),
        (lambda: WEIBULL.fisher([], [1.0, 1.0]), "limits has shape (0,)"),
        (lambda: information.observed(WEIBULL, ([1, 2], [1]), [1.0, 1.0]), "failed has 1 rows"),
        (lambda: RightCensored(FAMILIES["gamma"]), "must be one of lifetimes: exponential, weibull"),
        (lambda: RightCensored("weibull"), "family = 'weibull' must be one of lifetimes"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)
