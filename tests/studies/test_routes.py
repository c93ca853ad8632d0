"""The two routes to Fisher information, populations outside the model, steps and error bars."""

import numpy as np
import pytest
from scipy import stats

from fisher_core import FAMILIES, estimation
from fisher_core.data import historical as datasets
from fisher_core.models import LinearRegression
from fisher_studies import heteroscedastic, identity, misspecified

POISSON = FAMILIES["poisson"]
SCALARS = [f for f in FAMILIES.values() if f.columns is None]
REGULAR = [f for f in SCALARS if f.regular]


@pytest.mark.parametrize("f", REGULAR, ids=lambda f: f.key)
def test_both_routes_average_to_fisher_in_every_coordinate(f):
    population = misspecified.model(f, f.default)
    for i in range(len(f.parameters)):
        m = identity.moments(f, f.default, population, i)
        exact = f.fisher(f.default)[i, i]
        assert m.square == pytest.approx(exact, rel=1e-8, abs=0)
        assert m.curvature == pytest.approx(exact, rel=1e-8, abs=0)


def test_routes_are_the_slope_and_curvature_of_the_log_density():
    x, h = np.array([0.0, 3.0, 9.0]), 1e-4
    r = identity.routes(POISSON, x, [4.0])
    low, mid, high = (stats.poisson.logpmf(x, 4 + d) for d in (-h, 0, h))
    assert r.score == pytest.approx((high - low) / (2 * h), abs=1e-7)
    assert r.curvature == pytest.approx(-(high - 2 * mid + low) / h**2, abs=1e-5)
    assert r.square == pytest.approx(r.score**2)


def test_overdispersed_counts_are_negative_binomial():
    p = misspecified.overdispersed(POISSON, [4.0])
    theirs = stats.nbinom(2, 1 / 3)
    assert p.weights == pytest.approx(theirs.pmf(p.x), rel=1e-10, abs=0)
    assert p.weights.sum() == pytest.approx(1, abs=1e-12)
    x = p.draw(40_000, np.random.default_rng(1))
    assert x.mean() == pytest.approx(4, abs=5 * (12 / 40_000) ** 0.5)
    assert x.var() == pytest.approx(12, rel=0.06)


@pytest.mark.parametrize("key", ["poisson", "normal", "exponential", "gamma", "logistic"])
def test_overdispersion_triples_the_variance_and_keeps_the_mean(key):
    f = FAMILIES[key]
    plain, wide = misspecified.model(f, f.default), misspecified.overdispersed(f, f.default)
    means = [p.weights @ p.x for p in (plain, wide)]
    variances = [p.weights @ (p.x - m) ** 2 for p, m in zip((plain, wide), means, strict=True)]
    assert means[1] == pytest.approx(means[0], abs=1e-6)
    assert variances[1] == pytest.approx(3 * variances[0], rel=1e-5)


@pytest.mark.parametrize("f", [f for f in SCALARS if not f.writes("_bounds") and not f.joint_rule], ids=lambda f: f.key)
def test_contaminated_draws_follow_their_weights(f):
    p = misspecified.contaminated(f, f.default)
    assert p.weights.sum() == pytest.approx(1, abs=1e-7)
    x = p.draw(20_000, np.random.default_rng(2))
    for cut in np.quantile(x, (0.2, 0.5, 0.8)):
        share = p.weights[p.x <= cut].sum()
        assert np.mean(x <= cut) == pytest.approx(share, abs=0.03)


OUTLYING = [  # spread or mean times three, a coin or a beta turned round
    ("normal", [1.0, 2.0], (1.0, 6.0)),
    ("cauchy", [1.0, 2.0], (1.0, 6.0)),
    ("poisson", [4.0], (12.0,)),
    ("bernoulli", [0.3], (0.7,)),
    ("beta", [2.0, 5.0], (5.0, 2.0)),
    ("exponential", [6.0], (2.0,)),
    ("gamma", [2.0, 6.0], (2.0, 2.0)),
    ("weibull", [1.5, 2.0], (1.5, 6.0)),
]


@pytest.mark.parametrize("key, theta, away", OUTLYING, ids=[case[0] for case in OUTLYING])
def test_a_share_of_contaminated_data_comes_from_the_outlying_member(key, theta, away):
    f = FAMILIES[key]
    p = misspecified.contaminated(f, theta, 0.2)
    (share, name, kept), (other, same, outlying) = p.parts
    assert name == same == key and (share, other) == (pytest.approx(0.8), pytest.approx(0.2))
    assert kept == tuple(theta) and outlying == pytest.approx(away)
    assert misspecified.contaminated(f, theta).parts[1][0] == pytest.approx(0.1)


def test_a_mixture_has_the_moments_of_its_parts():
    f, shares = FAMILIES["normal"], [0.25, 0.75]
    p = misspecified.mixture(f, [[-2.0, 1.0], [3.0, 0.5]], shares)
    mean = 0.25 * -2 + 0.75 * 3
    square = 0.25 * (4 + 1) + 0.75 * (9 + 0.25)
    fourth = 0.25 * (16 + 24 + 3) + 0.75 * (81 + 54 * 0.25 + 3 * 0.0625)
    found = [p.weights @ p.x**k for k in (0, 1, 2, 4)]
    np.testing.assert_allclose(found, [1, mean, square, fourth], rtol=1e-9)
    x = p.draw(20_000, np.random.default_rng(3))
    assert x.mean() == pytest.approx(mean, abs=5 * np.sqrt((square - mean**2) / 20_000))
    assert (x < 0).mean() == pytest.approx(0.25, abs=0.02)
    for bad in ([0.5, 0.6], [1.0, 0.0], [1.5, -0.5]):
        with pytest.raises(ValueError, match="must be positive and sum to 1"):
            misspecified.mixture(f, [[-2.0, 1.0], [3.0, 0.5]], bad)


def test_heavy_tails_are_spread_by_the_root_of_the_factor():
    wide = misspecified.overdispersed(FAMILIES["cauchy"], [1.0, 2.0], 9.0)
    assert wide.parts == ((1.0, "cauchy", (1.0, 6.0)),)
    with pytest.raises(ValueError, match="factor = 1 must be > 1"):
        misspecified.overdispersed(POISSON, [4.0], 1.0)


@pytest.mark.parametrize(("mean", "size"), [(0.5, 0.05), (4.0, 2.0), (300.0, 0.4)])
def test_the_counts_of_a_wide_negative_binomial_are_all_there(mean, size):
    p = misspecified.negative_binomial(mean, size)
    assert p.weights.sum() == pytest.approx(1, abs=1e-12)
    assert p.weights @ p.x == pytest.approx(mean, rel=1e-9)
    assert p.weights @ (p.x - mean) ** 2 == pytest.approx(mean + mean**2 / size, rel=1e-8)
    x = p.draw(20_000, np.random.default_rng(4))
    assert x.mean() == pytest.approx(mean, abs=5 * np.sqrt((mean + mean**2 / size) / 20_000))


def test_rows_are_drawn_again_with_replacement():
    p = misspecified.rows([1.0, 2.0, 5.0])
    x = p.draw(3000, np.random.default_rng(5))
    assert {1.0, 2.0, 5.0} == set(x) and p.weights.tolist() == [1 / 3] * 3
    assert (x == 5).mean() == pytest.approx(1 / 3, abs=0.05)


def test_what_cannot_be_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="must have variance p"):
        misspecified.overdispersed(FAMILIES["bernoulli"], [0.3])
    with pytest.raises(ValueError, match="must stay as they are"):
        misspecified.contaminated(FAMILIES["uniform"], [1.0])
    with pytest.raises(ValueError, match="factor"):
        misspecified.overdispersed(POISSON, [4.0], 0.5)
    with pytest.raises(ValueError, match="empty"):
        misspecified.rows([])
    with pytest.raises(ValueError, match="i = 1"):
        identity.routes(POISSON, [1.0], [4.0], 1)


def test_running_means_and_errors_are_those_of_each_beginning():
    x = np.random.default_rng(0).gamma(2, 3, 30)
    mean, error = identity.running(x)
    for n in (2, 7, 30):
        assert mean[n - 1] == pytest.approx(x[:n].mean())
        assert error[n - 1] == pytest.approx(x[:n].std(ddof=1) / n**0.5)
    assert np.isinf(error[0])
    assert identity.running(np.full(9, 0.1))[1][1:].max() == 0


def test_two_standard_errors_cover_fisher_as_often_as_they_say():
    rng, hits = np.random.default_rng(5), 0
    for _ in range(400):
        r = identity.routes(POISSON, POISSON.sample([4.0], 400, rng), [4.0])
        mean, error = identity.running(r.curvature)
        hits += abs(mean[-1] - 0.25) < 1.96 * error[-1]
    assert 0.92 < hits / 400 < 0.975


def test_ruler_stays_inside():
    for f in SCALARS:
        for i, parameter in enumerate(f.parameters):
            one = identity.ruler(f, f.default, i)
            assert parameter.lower <= f.default[i] - one and f.default[i] + 2 * one <= parameter.upper


# ---- steps and error bars -------------------------------------------------------------------------------------------------
def test_newton_and_scoring_steps_by_finite_differences():
    f, x, h = FAMILIES["normal"].in_chart("variance"), np.array([83.0, 85, 90, 94, 100, 109, 112, 116, 120, 123]), 0.01

    def total(v):
        return stats.norm.logpdf(x, 80, v**0.5).sum()

    slope, bend = (total(100 + h) - total(100 - h)) / (2 * h), (total(100 + h) - 2 * total(100) + total(100 - h)) / h**2
    newton, scoring = (step(f, x, [80, 100], [1]) for step in (estimation.newton_step, estimation.scoring_step))
    assert newton[0] == scoring[0] == 0
    assert newton[1] == pytest.approx(-slope / bend, rel=1e-4)
    assert scoring[1] == pytest.approx(slope / (10 / (2 * 100**2)), rel=1e-6)


def test_along_finds_the_higher_of_two_peaks():
    f = FAMILIES["cauchy"]
    x = np.array([-6.0, 5.0, 5.5, 6.0])
    best = estimation.along(f, x, [0.0, 0.5], 0, -10, 10)
    fine = np.linspace(-10, 10, 4001)
    assert best == pytest.approx(fine[np.argmax([f.log_prob(x, [m, 0.5]).sum() for m in fine])], abs=0.005)
    with pytest.raises(ValueError, match="lower"):
        estimation.along(f, x, [0.0, 0.5], 0, 1, 1)


def test_sandwich_equals_naive_where_the_model_is_right_and_not_elsewhere():
    x, y = datasets.regression("heteroscedastic")
    theta = LinearRegression().mle(x, y)
    model = LinearRegression(sigma=float(np.std(y - x @ theta)))
    naive, robust = (np.sqrt(c(model, (x, y), theta)[1, 1]) for c in (estimation.naive, estimation.sandwich))
    assert (naive, robust) == pytest.approx(heteroscedastic.slope_errors(x[:, 1], y), rel=1e-10, abs=0)
    x, y = datasets.regression("matched")
    theta = LinearRegression().mle(x, y)
    both = [np.sqrt(c(LinearRegression(), (x, y), theta)[1, 1]) for c in (estimation.naive, estimation.sandwich)]
    assert both[1] == pytest.approx(both[0], rel=0.06)


def test_simulated_slopes_are_least_squares_fits():
    a, b = heteroscedastic.simulated_slopes(200, 3, np.random.default_rng(4))
    x, z = np.random.default_rng(4).standard_normal((2, 3, 200))
    for k in range(3):
        y = 1 + 2 * x[k] + (0.2 + 1.2 * np.abs(x[k])) * z[k]
        assert 2 + 0.2 * a[k] + 1.2 * b[k] == pytest.approx(np.polyfit(x[k], y, 1)[0], rel=1e-10, abs=0)


def test_population_errors_of_the_slope_are_expectations_over_the_inputs():
    """E over x ~ N(0, 1) by a fine sum: naive² = E[sd²]/n, sandwich² = E[x² sd²]/n with sd = a + b|x|."""
    x = np.linspace(0, 12, 200_001)
    weight = stats.norm.pdf(x)
    weight /= weight.sum()
    for a, b, n in ((0.2, 1.2, 1000), (1.0, 0.0, 50), (0.0, 2.0, 1)):
        variance = (a + b * x) ** 2
        expected = np.sqrt([weight @ variance / n, weight @ (x**2 * variance) / n])
        np.testing.assert_allclose(heteroscedastic.population_errors(a, b, n), expected, rtol=1e-4)
    with pytest.raises(ValueError, match="n = 0 must be >= 1"):
        heteroscedastic.population_errors(1, 1, 0)


def test_price_is_the_ratio_of_variances():
    """For N(μ, σ) in σ: Var s² = 60/σ⁴ − 4/σ⁴, from (z² − 1)², and Var ℓ″ = 9·2/σ⁴, from 1 − 3z²: 56/18."""
    f = FAMILIES["normal"]
    moments = identity.moments(f, [0.0, 2.0], misspecified.model(f, [0.0, 2.0]), 1)
    assert moments.price == pytest.approx(56 / 18, rel=1e-9, abs=0)
    assert moments.ratio == pytest.approx(1, rel=1e-9, abs=0)
    flat = identity.moments(f, [0.0, 2.0], misspecified.model(f, [0.0, 2.0]), 0)
    assert flat.price == np.inf and flat.curvature_sd == 0


def test_running_means_of_small_values_keep_their_error():
    mean, error = identity.running(1e-9 * np.array([1.0, 2.0, 4.0]))
    np.testing.assert_allclose(mean, 1e-9 * np.array([1, 1.5, 7 / 3]), rtol=1e-12)
    np.testing.assert_allclose(error[1:], 1e-9 * np.array([0.5, np.std([1, 2, 4], ddof=1) / np.sqrt(3)]), rtol=1e-12)


def test_the_ratio_of_the_routes_is_the_factor_of_the_variance():
    """Counts of three times the variance: s² has three times its mean, −ℓ″ the same as ever; a flat route is infinite."""
    m = identity.moments(POISSON, [4.0], misspecified.overdispersed(POISSON, [4.0]))
    assert (m.ratio, m.curvature) == (pytest.approx(3.0, rel=1e-9), pytest.approx(0.25, rel=1e-9))
    flat = identity.Moments(1.0, 0.5, 0.0, 0.0)
    assert flat.ratio == np.inf and flat.price == np.inf
    assert identity.Moments(1.0, 0.0, 1.0, 0.0).price == 1.0 and identity.Moments(1.0, 3.0, 1.0, 0.5).price == 36.0


def test_a_ruler_is_one_standard_deviation_or_what_the_domain_leaves():
    """From θᵢ one may go one ruler down and two up and stay inside."""
    normal, coin = FAMILIES["normal"], FAMILIES["bernoulli"]
    assert identity.ruler(normal, [0.0, 2.0]) == pytest.approx(2.0) and identity.ruler(
        normal, [0.0, 2.0], 1
    ) == pytest.approx(2**0.5)
    for p, wanted in ((0.1, 0.1), (0.9, 0.05), (0.5, 0.25)):
        assert identity.ruler(coin, [p]) == pytest.approx(wanted)


def test_values_that_differ_by_rounding_have_an_error_of_exactly_zero():
    mean, error = identity.running([0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2])
    assert error[0] == np.inf and (error[1:] == 0).all() and mean[-1] == pytest.approx(0.3)


def test_a_sandwich_away_from_the_maximum_has_the_uncentred_moment():
    f, theta = FAMILIES["normal"], np.array([0.4, 1.3])
    x = f.sample([0.0, 1.0], 60, np.random.default_rng(6))
    h, s = -f.hessian(x, theta).mean(axis=0), f.score(x, theta)
    bread = np.linalg.inv(h)
    np.testing.assert_allclose(estimation.sandwich(f, x, theta), bread @ (s.T @ s / 60) @ bread / 60, rtol=1e-9)
    np.testing.assert_allclose(estimation.naive(f, x, theta), bread / 60, rtol=1e-9)


def test_a_search_along_one_parameter_finds_its_top_and_leaves_the_start_alone():
    f, theta = FAMILIES["normal"], np.array([9.0, 1.3])
    x = np.array([0.31, -1.2, 2.7, 0.4])
    assert estimation.along(f, x, theta, 0, -5.0, 5.0) == pytest.approx(x.mean(), abs=2e-7)
    spread = np.sqrt(((x - 9.0) ** 2).mean())
    assert estimation.along(f, x, theta, 1, 0.1, 50.0) == pytest.approx(spread, abs=2e-6)
    assert theta.tolist() == [9.0, 1.3]
