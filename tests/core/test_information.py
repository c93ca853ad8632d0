"""Information: the printed numbers of the lessons, the theorems, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from fisher_core import FAMILIES, Family, Parameter, divergence, information
from fisher_core import score as scores
from fisher_core.models import LinearRegression, LogisticRegression
from fisher_core.numerics import draws as drawn
from fisher_core.numerics import expectation

NORMAL, POISSON, BERNOULLI = FAMILIES["normal"], FAMILIES["poisson"], FAMILIES["bernoulli"]


def moments(f, theta, of):
    """Mean and standard deviation of a function of x under the family."""
    at = expectation.nodes(f, theta)
    w = expectation.weights(f, theta, at)
    x, w = at.x[w > 1e-30], w[w > 1e-30]
    value = of(x)
    mean = w @ value
    return mean, np.sqrt(w @ (value - mean) ** 2)


# Printed numbers ------------------------------------------------------------------------------------------------------


def test_standard_errors_of_the_normal_score_covariance_at_a_thousand_draws():
    """.0447, .1, .2366: √(2/N), √(10/N), √(56/N)."""
    theta = [0.0, 1.0]
    spread = [
        moments(NORMAL, theta, lambda x, i=i, j=j: NORMAL.score(x, theta)[:, i] * NORMAL.score(x, theta)[:, j])[1]
        for i, j in ((0, 0), (0, 1), (1, 1))
    ]
    np.testing.assert_allclose(spread, np.sqrt([2, 10, 56]), rtol=1e-10)
    np.testing.assert_allclose(np.array(spread) / np.sqrt(1000), [0.0447, 0.1, 0.2366], atol=5e-5)
    estimate = information.monte_carlo(NORMAL, theta, 400_000, np.random.default_rng(1))
    found = estimate.standard_error[[0, 0, 1], [0, 1, 1]] * np.sqrt(400)
    np.testing.assert_allclose(found, [0.0447, 0.1, 0.2366], rtol=0.03)


def test_the_normal_cloud_is_a_parabola_with_a_diagonal_covariance():
    s = NORMAL.score(np.linspace(-3, 3, 13), [0.0, 1.0])
    np.testing.assert_allclose(s[:, 1], s[:, 0] ** 2 - 1, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(information.by_quadrature(NORMAL, [0, 1]), np.diag([1, 2]), atol=1e-11)


def test_off_the_truth_the_mean_score_points_to_it():
    """Data N(0, 1), score at (1, 1): mean (−1, +1)."""
    mean = [moments(NORMAL, [0, 1], lambda x, i=i: NORMAL.score(x, [1, 1])[:, i])[0] for i in (0, 1)]
    np.testing.assert_allclose(mean, [-1, 1], atol=1e-12)


def test_poisson_hessian_route_needs_nine_times_fewer_samples():
    theta = [4.0]
    mean, square = moments(POISSON, theta, lambda x: POISSON.score(x, theta)[:, 0] ** 2)
    same, curvature = moments(POISSON, theta, lambda x: -POISSON.hessian(x, theta)[:, 0, 0])
    np.testing.assert_allclose([mean, same, square, curvature], [0.25, 0.25, 0.375, 0.125], rtol=1e-12)
    assert (square / curvature) ** 2 == pytest.approx(9)


def test_cauchy_location_curvature_is_the_noisier_and_half_of_it_negative():
    f, theta = FAMILIES["cauchy"], [0.0, 1.0]
    mean, square = moments(f, theta, lambda x: f.score(x, theta)[:, 0] ** 2)
    same, curvature = moments(f, theta, lambda x: -f.hessian(x, theta)[:, 0, 0])
    np.testing.assert_allclose([mean, same], 0.5, rtol=1e-11)
    np.testing.assert_allclose([square, curvature], [0.3536, 0.7906], atol=5e-5)
    quartiles = np.array([-1 - 1e-9, -1 + 1e-9, 1 - 1e-9, 1 + 1e-9])  # −ℓ″ changes sign where |x| = 1: P = ½
    np.testing.assert_array_equal(f.hessian(quartiles, theta)[:, 0, 0] > 0, [True, False, False, True])
    np.testing.assert_allclose(f.cdf(np.array([-1.0, 1.0]), theta), [0.25, 0.75], rtol=1e-14)


def test_gamma_scores_are_correlated():
    """Shape 2, rate 1: correlation −.8805 (+.8805 with a scale in place of the rate)."""
    found = information.by_quadrature(FAMILIES["gamma"], [2.0, 1.0])
    assert found[0, 1] / np.sqrt(found[0, 0] * found[1, 1]) == pytest.approx(-0.8805, abs=5e-5)


def test_overdispersed_counts_break_the_identity_by_a_factor_of_three():
    """Negative binomial with mean 4 and r = 2 (variance 12), fitted by a Poisson: E[s²]/E[−ℓ″] = 3."""
    x, r, mean = np.arange(2000.0), 2.0, 4.0
    log_p = gammaln(x + r) - gammaln(r) - gammaln(x + 1) + r * np.log(r / (r + mean)) + x * np.log(mean / (r + mean))
    p = np.exp(log_p)
    squares, curvature = POISSON.score(x, [4.0])[:, 0] ** 2, -POISSON.hessian(x, [4.0])[:, 0, 0]
    assert p @ squares / (p @ curvature) == pytest.approx(3.0, rel=1e-10, abs=0)
    data = np.random.default_rng(2).negative_binomial(r, r / (r + mean), 200_000).astype(float)
    ratio = information.empirical(POISSON, data, [4.0]).value / information.observed(POISSON, data, [4.0]).value
    assert ratio[0, 0] == pytest.approx(3.0, rel=0.03)


def test_newton_and_scoring_take_different_steps():
    """Ten values with Σ(x − 80)² = 7340 at (80, v = 100): curvature −.00684 observed, −.0005 expected; +46 and +634."""
    f, phi = NORMAL.in_chart("variance"), np.array([80.0, 100.0])
    x = 80 + np.sqrt(734) * np.repeat([-1.0, 1.0], 5)
    gradient = f.score(x, phi).sum(axis=0)[1]
    observed = 10 * information.observed(f, x, phi).value[1, 1]
    expected = 10 * information.exact(f, phi)[1, 1]
    np.testing.assert_allclose([gradient, observed, expected], [0.317, 0.00684, 0.0005], rtol=1e-12)
    assert round(gradient / observed) == 46
    assert round(gradient / expected) == 634


def test_natural_parameters_have_no_noise_in_the_curvature():
    f = NORMAL.in_chart("natural")
    x = NORMAL.sample([0.4, 1.3], 50, np.random.default_rng(4))
    phi = f.mle(x)
    found = information.observed(f, x, phi)
    np.testing.assert_allclose(found.value, f.fisher(phi), rtol=1e-12)
    assert (found.standard_error <= 1e-14 * np.abs(found.value)).all()


def test_one_bit_keeps_two_thirds():
    """sign(X), X ~ N(θ, 1): .63662 = 2/π at 0 and .43863 at 1 of the full 1."""
    kept = [information.coarsened(NORMAL, [mu, 1.0], [0.0])[0, 0] for mu in (0.0, 1.0)]
    np.testing.assert_allclose(kept, [0.63662, 0.43863], atol=5e-6)
    assert kept[0] == pytest.approx(2 / np.pi, rel=1e-13, abs=0)


def at_cut(f, theta, c, slope):
    """(∂F/∂θ)²/(F S) of the one bit x > c, from ∂F/∂θ = ``slope`` × density."""
    p = np.exp(f.log_prob([c], theta)[0])
    return (slope * p) * (slope * p / (f.cdf(c, theta) * f.sf(c, theta)))


CUTS = {  # (family, θ, coordinate, ∂F/∂θ over the density, cuts)
    "normal loc": ("normal", [0.1, 1.0], 0, lambda c, t: -1.0, [-30.0, -15.0, -9.0, 0.3, 2.0, 5.0, 9.0, 15.0, 25.0]),
    "normal scale": ("normal", [0.1, 2.0], 1, lambda c, t: -(c - 0.1) / 2, [-30.0, -9.0, 0.3, 5.0, 15.0, 50.0]),
    "logistic loc": ("logistic", [0.1, 1.0], 0, lambda c, t: -1.0, [-600.0, -15.0, 0.3, 15.0, 300.0]),
    "laplace loc": ("laplace", [0.1, 1.0], 0, lambda c, t: -1.0, [-300.0, -30.0, 0.2, 10.0, 300.0]),
    "cauchy loc": ("cauchy", [0.1, 1.0], 0, lambda c, t: -1.0, [-1e9, -30.0, 0.2, 10.0, 1e12]),
    "student_t loc": ("student_t", [0.1, 1.0], 0, lambda c, t: -1.0, [-1e4, -30.0, 0.2, 10.0, 1e6]),
    "exponential": ("exponential", [1.1], 0, lambda c, t: c / t[0], [1e-9, 1e-3, 0.5, 50.0, 500.0]),
    "gamma rate": ("gamma", [2.0, 1.0], 1, lambda c, t: c / t[1], [1e-9, 1e-3, 0.5, 50.0, 500.0]),
    "weibull scale": ("weibull", [1.5, 1.0], 1, lambda c, t: -c / t[1], [1e-9, 1e-3, 0.5, 2.0, 20.0, 70.0]),
    "poisson": ("poisson", [4.0], 0, lambda c, t: -1.0, [0, 1, 3, 10, 50, 120]),
    "more counts": ("poisson", [4e9], 0, lambda c, t: -1.0, [4 * 10**9 - 10**5]),
    "many counts": ("poisson", [1e6], 0, lambda c, t: -1.0, [997_000, 1_000_000, 1_002_000]),
}


@pytest.mark.parametrize(("key", "theta", "i", "slope", "cuts"), CUTS.values(), ids=CUTS)
def test_one_bit_far_out_keeps_all_digits(key, theta, i, slope, cuts):
    f = FAMILIES[key]
    for c in cuts:
        kept = information.coarsened(f, theta, [c])[i, i]
        wanted = at_cut(f, theta, c, slope(c, theta))
        assert kept == pytest.approx(wanted, rel=1e-11 if key != "poisson" else 1e-8, abs=0), c


def test_a_bit_at_15_sigma():
    kept = information.coarsened(NORMAL, [0.0, 1.0], [15.0])
    assert kept[0, 0] == pytest.approx(8.332615e-49, rel=1e-6, abs=0)
    np.testing.assert_allclose(kept, kept[0, 0] * np.outer([1, 15], [1, 15]), rtol=1e-12)
    np.testing.assert_allclose(information.coarsened(NORMAL, [0.0, 1.0], [-15.0])[0, 0], kept[0, 0], rtol=1e-12)
    uniform = information.coarsened(FAMILIES["uniform"], [2.0], [1e-12])
    assert uniform == pytest.approx((1e-12 / 4) ** 2 / (1e-12 / 2) + 0.25, rel=1e-12)  # its E[s] is not 0


def test_bins_within_a_tail_keep_the_digits_of_each():
    edges = np.array([-40.0, -20.0, -15.0, 15.0, 15.5, 16.0, 20.0])
    mass, means = scores.bin_means(NORMAL, [0.0, 1.0], edges)
    below, above = NORMAL.cdf(edges, [0.0, 1.0]), NORMAL.sf(edges, [0.0, 1.0])
    wanted = [below[0], *np.diff(below[:3]), 1.0, *-np.diff(above[3:]), above[-1]]
    np.testing.assert_allclose(mass, wanted, rtol=1e-11)
    p = np.append(np.insert(np.exp(NORMAL.log_prob(edges, [0.0, 1.0])), 0, 0.0), 0.0)
    np.testing.assert_allclose(
        (mass * means[:, 0])[[0, 1, 2, 4, 5, 6, 7]], -np.diff(p)[[0, 1, 2, 4, 5, 6, 7]], rtol=1e-11
    )
    for i in (0, 1):
        kept = information.coarsened(NORMAL, [0.0, 1.0], edges)[i, i]
        assert scores.bin_information(NORMAL, [0.0, 1.0], edges, i, 1e-4) == pytest.approx(kept, rel=1e-6, abs=0)


class Geometric(Family):
    """x = 1, 2, …: the most probable is the first, and no stride may pass over it."""

    key = "geometric"
    title = "Geometric"
    parameters = (Parameter("p", "p", 0.0, 1.0, (0.1, 0.9), 0.5),)
    discrete, bounds, closed = True, (1.0, np.inf), (True, False)

    def _log_prob(self, x, theta):
        return np.log(theta[0]) + (x - 1) * np.log1p(-theta[0])

    def _score(self, x, theta):
        return (1 / theta[0] - (x - 1) / (1 - theta[0]),)

    def _sample(self, theta, n, rng):
        return rng.geometric(theta[0], n)


@pytest.mark.parametrize("p", [0.5, 0.03, 0.003])
def test_quadrature_of_wide_counts_that_begin_at_their_peak(p):
    f = Geometric()
    exact = 1 / (p**2 * (1 - p))
    assert information.by_quadrature(f, [p])[0, 0] == pytest.approx(exact, rel=1e-9)
    assert f.fisher([p])[0, 0] == pytest.approx(exact, rel=1e-12)
    assert f.quantile([0.5], [p])[0] == np.ceil(-np.log(2) / np.log1p(-p))
    with pytest.raises(NotImplementedError, match=r"Geometric must write _hessian\(x, theta\): see docs"):
        f.hessian([1.0], [p])


# Theorems -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [k for k, f in FAMILIES.items() if f.regular and f.columns is None])
def test_coarsening_only_loses_information_and_finer_bins_lose_less(key):
    f = FAMILIES[key]
    theta = f.default
    whole = information.exact(f, theta)
    tolerance = -1e-11 * np.trace(whole)
    before = np.zeros_like(whole)
    for levels in (2, 4, 64):
        edges = np.unique(f.quantile(np.arange(1, levels) / levels, theta))
        kept = information.coarsened(f, theta, edges)
        assert np.linalg.eigvalsh(whole - kept).min() >= tolerance
        assert np.linalg.eigvalsh(kept - before).min() >= tolerance
        before = kept
    assert np.trace(before) / np.trace(whole) > 0.8


def test_bins_that_single_out_every_outcome_lose_nothing():
    edges = np.arange(0, 60) + 0.5
    np.testing.assert_allclose(information.coarsened(POISSON, [4.0], edges), [[0.25]], rtol=1e-13)
    np.testing.assert_allclose(information.coarsened(BERNOULLI, [0.3], [0.0]), BERNOULLI.fisher([0.3]), rtol=1e-13)


def test_information_adds_and_a_sufficient_statistic_keeps_it():
    """Ten Bernoulli trials hold 10 F; so does their number of successes, binomial with score T/p − (n−T)/(1−p)."""
    n, p = 10, 0.3
    t = np.arange(n + 1.0)
    pmf = np.exp(gammaln(n + 1) - gammaln(t + 1) - gammaln(n - t + 1) + t * np.log(p) + (n - t) * np.log(1 - p))
    score = t / p - (n - t) / (1 - p)
    assert pmf @ score**2 == pytest.approx(n * information.exact(BERNOULLI, [p])[0, 0], rel=1e-12, abs=0)
    # The sum of n Poisson counts is Poisson(nλ): by the chain rule n² F(nλ) = n F(λ).
    assert n**2 * information.exact(POISSON, [4.0 * n])[0, 0] == pytest.approx(n / 4, rel=1e-14, abs=0)


def test_the_sampled_routes_converge_like_one_over_root_n():
    theta, sizes = np.array([0.0, 1.0]), np.array([300, 30_000])
    for route in (information.empirical, information.observed):
        errors = [
            np.sqrt(
                np.mean(
                    [
                        (route(NORMAL, NORMAL.sample(theta, n, np.random.default_rng(k)), theta).value[1, 1] - 2) ** 2
                        for k in range(60)
                    ]
                )
            )
            for n in sizes
        ]
        slope = np.diff(np.log(errors))[0] / np.diff(np.log(sizes))[0]
        assert slope == pytest.approx(-0.5, abs=0.08)


def test_centring_is_another_matrix_away_from_the_maximum():
    x = NORMAL.sample([0.0, 1.0], 500, np.random.default_rng(3))
    for theta, equal in ((NORMAL.mle(x), True), (np.array([1.0, 1.0]), False)):
        mean = NORMAL.score(x, theta).mean(axis=0)
        uncentred = information.empirical(NORMAL, x, theta)
        centred = information.empirical(NORMAL, x, theta, centered=True)
        np.testing.assert_allclose(uncentred.value - centred.value, np.outer(mean, mean), atol=1e-12)
        assert np.allclose(uncentred.value, centred.value, atol=1e-12) == equal
        np.testing.assert_allclose(centred.value, np.cov(NORMAL.score(x, theta).T, bias=True), rtol=1e-12)
    assert uncentred.value[0, 0] / centred.value[0, 0] > 1.8


class Moved(Family):
    """A family of positive numbers after x → start + width·x: what is said of θ stays what it was."""

    def __init__(self, base, start, width):
        self.base, self.start, self.width = base, start, width
        self.key, self.parameters = f"moved {base.key}", base.parameters
        self.bounds = (start, start + width * base.bounds[1])

    def _before(self, x):
        return (x - self.start) / self.width

    def _log_prob(self, x, theta):
        return self.base._log_prob(self._before(x), theta) - np.log(self.width)

    def _score(self, x, theta):
        return self.base._score(self._before(x), theta)

    def _hessian(self, x, theta):
        return self.base._hessian(self._before(x), theta)

    def _sample(self, theta, n, rng):
        return self.start + self.width * self.base.sample(theta, n, rng)


@pytest.mark.parametrize("key", ["gamma", "beta", "weibull"])
def test_quadrature_finds_a_support_that_begins_elsewhere(key):
    base = FAMILIES[key]
    moved, theta, other = Moved(base, 3.0, 0.25), base.default, 1.3 * base.default
    for of in ("score", "hessian"):
        np.testing.assert_allclose(information.by_quadrature(moved, theta, of), base.fisher(theta), rtol=1e-8)
    assert divergence.kl_quadrature(moved, theta, other) == pytest.approx(
        float(base.kl(theta, other)), rel=1e-11, abs=0
    )
    halves = information.coarsened(base, theta, [0.4])
    np.testing.assert_allclose(information.coarsened(moved, theta, [3.1]), halves, rtol=1e-8)


# Mechanics ------------------------------------------------------------------------------------------------------------


def test_blocks_do_not_show(monkeypatch):
    x = NORMAL.sample([0.0, 1.0], 1000, np.random.default_rng(3))
    whole = [r(NORMAL, x, [0.2, 1.1]) for r in (information.empirical, information.observed)]
    for size in (64, 3, 1):  # a row may be longer than a block
        monkeypatch.setattr(information, "BLOCK", size)
        pieces = [r(NORMAL, x, [0.2, 1.1]) for r in (information.empirical, information.observed)]
        for a, b in zip(whole, pieces, strict=True):
            np.testing.assert_allclose(a.value, b.value, rtol=1e-12)
            np.testing.assert_allclose(a.standard_error, b.standard_error, rtol=1e-10)
    assert information.monte_carlo(NORMAL, [0.0, 1.0], 1000, np.random.default_rng(0)).n == 1000


def test_naive_second_moment_and_standard_error():
    x, theta = NORMAL.sample([0.0, 1.0], 40, np.random.default_rng(3)), [0.2, 1.1]
    products = np.array([np.outer(s, s) for s in NORMAL.score(x, theta)])
    found = information.empirical(NORMAL, x, theta)
    np.testing.assert_allclose(found.value, products.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(found.standard_error, products.std(axis=0, ddof=1) / np.sqrt(40), rtol=1e-10)
    hessians = -NORMAL.hessian(x, theta)
    found = information.observed(NORMAL, x, theta)
    np.testing.assert_allclose(found.value, hessians.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, hessians.std(axis=0, ddof=1) / np.sqrt(40), rtol=1e-10, atol=1e-15)


def test_one_observation_has_an_infinite_error_not_nan():
    for found in (
        information.empirical(NORMAL, [0.5], [0.0, 1.0]),
        information.observed(NORMAL, [0.5], [0.0, 1.0]),
        information.monte_carlo(NORMAL, [0.0, 1.0], 1, np.random.default_rng(0)),
    ):
        assert np.isinf(found.standard_error).all()
        assert np.isfinite(found.value).all()


@pytest.mark.parametrize("model", [LogisticRegression(), LinearRegression(sigma=2.0)], ids=lambda m: type(m).__name__)
def test_conditional_models_go_to_their_own_methods(model):
    rng = np.random.default_rng(9)
    x, theta = rng.normal(size=(300, 3)), np.array([0.5, -1.0, 0.3])
    y = model.sample(x, theta, rng)
    fisher = information.exact(model, x, theta)
    np.testing.assert_array_equal(fisher, model.fisher(x, theta))
    np.testing.assert_allclose(information.exact_diagonal(model, x, theta), np.diag(fisher), rtol=1e-13)
    np.testing.assert_allclose(information.gauss_newton(model, x, theta), fisher, rtol=1e-13)
    sampled = information.monte_carlo(model, x, theta, rng, draws=20)
    assert (np.abs(sampled.value - fisher) < 5 * sampled.standard_error).all() and sampled.n == 6000
    scores = model.score(x, y, theta)
    np.testing.assert_allclose(information.empirical(model, (x, y), theta).value, scores.T @ scores / 300, rtol=1e-12)
    observed = information.observed(model, (x, y), theta)
    np.testing.assert_allclose(observed.value, -model.hessian(x, y, theta).mean(axis=0), rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(information.exact_diagonal(NORMAL, [0.0, 2.0]), [0.25, 0.5])


def test_diagonals_of_many_points_are_the_callers():
    theta = np.array([[0.0, 2.0], [1.0, 0.5], [3.0, 1.0]])
    found = information.exact_diagonal(NORMAL, theta)
    np.testing.assert_array_equal(found, [[0.25, 0.5], [4.0, 8.0], [1.0, 2.0]])
    found *= 2  # an array of its own


class Wrong(type(NORMAL)):
    """The Normal with a score that is half again too large, and a Hessian that is twice what it ought to be."""

    key = "wrong"

    def _score(self, x, theta):
        return tuple(1.5 * s for s in super()._score(x, theta))

    def _hessian(self, x, theta):
        return tuple(tuple(2.0 * h for h in row) for row in super()._hessian(x, theta))


class Heavier(type(NORMAL)):
    """The Normal with a millionth of probability too much."""

    key = "heavier"

    def _log_prob(self, x, theta):
        return super()._log_prob(x, theta) + 1e-6


def test_quadrature_is_the_same_every_time_and_weighs_what_it_finds():
    for f in (NORMAL, POISSON, FAMILIES["normal_mean"], FAMILIES["beta"]):
        np.testing.assert_array_equal(*(information.by_quadrature(f, f.default) for _ in range(2)))
    with pytest.raises(expectation.QuadratureError, match=r"found mass 1\.000001 in place of 1"):
        information.by_quadrature(Heavier(), [0.0, 1.0])


def test_quadrature_believes_no_formula_it_can_do_without():
    """The score form differentiates log p, the Hessian form the score: mistakes further on do not reach them."""
    theta, truth = [0.3, 1.2], NORMAL.fisher([0.3, 1.2])
    np.testing.assert_allclose(information.by_quadrature(Wrong(), theta), truth, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(information.by_quadrature(Wrong(), theta, "hessian"), 1.5 * truth, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: information.exact("normal", [0, 1]), "model = 'normal' must be a Family or a ConditionalModel"),
        (lambda: information.exact(NORMAL, [0, -1]), "sigma = -1"),
        (lambda: information.exact_diagonal(3, [0, 1]), "must be a Family"),
        (lambda: information.monte_carlo(NORMAL, [0, 1], 0, np.random.default_rng()), "n = 0 must be >= 1"),
        (lambda: information.monte_carlo(NORMAL, [0, 1], 10, 7), "rng = 7 must be a numpy.random.Generator"),
        (lambda: information.monte_carlo(None, [0, 1], 10, 7), "must be a Family"),
        (lambda: information.empirical(NORMAL, [], [0, 1]), "x is empty"),
        (lambda: information.empirical(NORMAL, [np.nan], [0, 1]), "x contains nan"),
        (lambda: information.empirical(LogisticRegression(), np.ones((3, 1)), [0.0]), r"the pair \(x, y\)"),
        (
            lambda: information.observed(LogisticRegression(), (np.ones((3, 1)), [1.0]), [0.0]),
            r"y has shape \(1,\) and must have as many rows",
        ),
        (lambda: information.by_quadrature(NORMAL, [0, 1], of="x"), "of = 'x' must be one of score, hessian"),
        (lambda: information.by_quadrature(NORMAL, [1e9, 1e-9]), "found mass"),
        (lambda: information.coarsened(NORMAL, [0, 1], [1.0, 0.0]), "increasing"),
        (lambda: information.coarsened(NORMAL, [0, 1], []), "edges"),
        (lambda: information.coarsened(FAMILIES["normal_mean"], [0, 1], [0.0]), "scalars"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_draws_of_a_discrete_family_are_counted_not_lost():
    x = np.array([0.0, 3.0, 3.0, 11.0, 0.0, 3.0, *range(12)])
    values, counts = drawn.counted(x)
    np.testing.assert_array_equal(values, np.arange(12))
    np.testing.assert_array_equal(counts, [3, 1, 1, 4, 1, 1, 1, 1, 1, 1, 1, 2])
    values, counts = drawn.counted(x[:6] % 11)  # few outcomes, one of them missing
    np.testing.assert_array_equal(np.repeat(values, counts.astype(int)), [0, 0, 0, 3, 3, 3])
    np.testing.assert_array_equal(values, [0, 3])
    for kept in (np.array([1e9, 1e9]), np.array([-1.0, 0.0])):
        assert drawn.counted(kept)[0] is kept and drawn.counted(kept)[1] is None


@pytest.mark.parametrize("key", ["bernoulli", "categorical", "poisson", "weibull"])
def test_monte_carlo_is_the_mean_over_its_own_draws(key):
    f, n = FAMILIES[key], drawn.BLOCK + 1000
    found = information.monte_carlo(f, f.default, n, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    x = np.concatenate([f.sample(f.default, drawn.BLOCK, rng), f.sample(f.default, 1000, rng)])
    s = f.score(x, f.default)
    products = s[:, :, None] * s[:, None, :]
    np.testing.assert_allclose(found.value, products.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.standard_error, products.std(axis=0, ddof=1) / np.sqrt(n), rtol=1e-9)
    np.testing.assert_array_equal(found.value, found.value.T)
    q = f.default * 0.98
    kl = divergence.kl_monte_carlo(f, f.default, q, n, np.random.default_rng(5))
    d = divergence.log_ratio(f, x, f.default, q)
    np.testing.assert_allclose([kl.value, kl.standard_error], [d.mean(), d.std(ddof=1) / np.sqrt(n)], rtol=1e-9)
