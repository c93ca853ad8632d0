"""Student t with any real number of degrees of freedom: closed forms, limits, accuracy, several peaks."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from fisher_core import FAMILIES, information
from fisher_core.families import StudentT
from fisher_core.numerics.student_t_kl import kl as kl_by_nodes

SOME = [0.1, 0.5, 1.0, 1.7, 2.0, 2.5, 4.0, 30.5, 1e3, 1e6]


def test_the_registry_keeps_its_entry():
    assert type(FAMILIES["student_t"]) is StudentT and FAMILIES["student_t"].nu == 5
    assert FAMILIES["student_t"].title == "Student t, ν = 5" and StudentT(0.25).title == "Student t, ν = 0.25"


@pytest.mark.parametrize("s", [1e-9, 0.7, 1e9])
def test_fisher_of_four_degrees(s):
    np.testing.assert_allclose(StudentT(4).fisher([3.0, s]), np.diag([5, 8]) / (7 * s**2), rtol=1e-15)


@pytest.mark.parametrize("nu", [0.5, 2.0, 4.0, 7.3, 1e3])
def test_fisher_is_the_mean_square_of_the_score(nu):
    np.testing.assert_allclose(
        information.by_quadrature(StudentT(nu), [0.4, 1.3]), StudentT(nu).fisher([0.4, 1.3]), rtol=1e-9, atol=1e-10
    )


@pytest.mark.parametrize("nu", SOME)
def test_log_probability_to_the_last_digits(nu):
    x = np.array([-30.0, -1.0, 0.0, 0.3, 4.0, 1e5])
    with mp.workdps(60):
        n = mp.mpf(nu)
        c = mp.gammaprod([(n + 1) / 2], [n / 2]) / mp.sqrt(mp.pi * n)
        expected = [float(mp.log(c) - (n + 1) / 2 * mp.log(1 + mp.mpf(v) ** 2 / n)) for v in x]
    np.testing.assert_allclose(StudentT(nu).log_prob(x, [0, 1]), expected, rtol=2e-15)


def test_infinitely_many_degrees_are_the_normal():
    f, normal, x = StudentT(1e15), FAMILIES["normal"], np.linspace(-6, 6, 9)
    p, q = [0.3, 1.2], [[0.31, 1.2001], [2.0, 0.4]]
    np.testing.assert_allclose(f.log_prob(x, p), normal.log_prob(x, p), rtol=1e-13)
    np.testing.assert_allclose(f.hessian(x, p), normal.hessian(x, p), rtol=1e-12)
    np.testing.assert_allclose(f.fisher(p), normal.fisher(p), rtol=1e-14)
    np.testing.assert_allclose(f.kl(p, q), normal.kl(p, q), rtol=1e-12)


def exact_kl(nu, a, r):
    """KL of (0, 1) and (a, r) by mpmath, over x = √ν sinh u with breaks where either density is."""
    n, a, r = mp.mpf(nu), mp.mpf(a), mp.mpf(r)
    c, a, width = mp.gammaprod([(n + 1) / 2], [n / 2]) / mp.sqrt(mp.pi), a / mp.sqrt(n), 1 / mp.sqrt(n)

    def integrand(u):
        z = mp.sinh(u)
        gap = mp.log(1 + ((z - a) / r) ** 2) - mp.log(1 + z * z)
        return c * mp.cosh(u) ** -n * ((n + 1) / 2 * gap + mp.log(r))

    end, centre = 70 / n + 1, mp.asinh(a)
    marks = [k * width for k in (-9, -3, -1, 0, 1, 3, 9)] + [centre + k * r * width for k in (-9, -1, 0, 1, 9)]
    return float(mp.quad(integrand, sorted({-end, -end / 3, end / 3, end, *(m for m in marks if abs(m) < end)})))


@pytest.mark.parametrize(
    ("nu", "a", "r"),
    [
        (0.1, 0.3, 1.2),
        (0.5, 3.0, 0.01),
        (1.7, 1e-3, 1.001),
        (2.0, 40.0, 2.0),
        (2.5, 0.0, 50.0),
        (4.0, 1.0, 1.0),
        (4.0, 0.2, 1e-3),
        (30.5, 0.3, 1.2),
        (30.5, 5.0, 5.0),
        (1e3, 1e-3, 1.001),
        (1e6, 0.3, 1.2),
        (1e6, 3.0, 0.01),
    ],
)
def test_kl_against_mpmath(nu, a, r):
    with mp.workdps(35):
        expected = exact_kl(nu, a, r)
    assert StudentT(nu).kl([0.0, 1.0], [a, r]) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("nu", [1, 3, 5, 11])
def test_nodes_and_the_elementary_form_are_one(nu):
    """Two ways that share nothing, over far and near pairs, to 1e-14 of either."""
    rng = np.random.default_rng(nu)
    size = 10.0 ** rng.uniform(-8, 3, 300)
    shift, change = size * rng.standard_normal(300), np.expm1(np.minimum(size, 3) * rng.uniform(-1, 1, 300))
    f = StudentT(nu)
    expected = f.kl([0.0, 1.0], np.column_stack([shift, 1 + change]))
    found = kl_by_nodes(nu, f._log_norm, shift, 1 + change, (1 + change) - 1)
    np.testing.assert_allclose(found, expected, rtol=3e-14)


@pytest.mark.parametrize("nu", SOME)
def test_kl_of_neighbours_is_half_the_fisher_form(nu):
    f, p = StudentT(nu), np.array([0.3, 1.7])
    for step in ([1e-8, 0], [0, 1e-8], [1e-8, -1e-8]):
        step = (p + step) - p
        assert f.kl(p, p + step) == pytest.approx(0.5 * step @ f.fisher(p) @ step, rel=1e-7, abs=0)
    assert f.kl(p, p) == 0


@pytest.mark.parametrize("nu", [0.1, 0.5, 4.0, 30.5])
def test_a_change_of_units_changes_no_divergence(nu):
    f, p, q = StudentT(nu), np.array([0.3, 1.7]), np.array([4.0, 0.2])
    for unit in (1e-9, 1e9):
        assert f.kl(unit * p, unit * q) == pytest.approx(float(f.kl(p, q)), rel=1e-13, abs=0)


@pytest.mark.parametrize("nu", SOME)
def test_distribution_functions_and_draws(nu):
    f, u = StudentT(nu), np.array([1e-12, 1e-6, 0.01, 0.3, 0.7, 0.999])
    x = f.quantile(u, [0.5, 2.0])
    np.testing.assert_allclose(f.cdf(x, [0.5, 2.0]), u, rtol=1e-11)
    draws = f.sample([0.5, 2.0], 4000, np.random.default_rng(3))
    assert stats.kstest(draws, lambda at: f.cdf(at, [0.5, 2.0])).pvalue > 1e-3


def highest(f, x):
    """The largest likelihood that a dense search of starts finds."""
    from scipy.optimize import minimize

    loss = lambda t: -f.log_prob(x, [t[0], np.exp(t[1])]).sum()  # noqa: E731
    starts = [(loc, np.log(scale)) for loc in x for scale in np.ptp(x) * np.geomspace(1e-3, 1, 7)]
    best = sorted(starts, key=loss)[:8]
    return -min(minimize(loss, start, method="Nelder-Mead").fun for start in best)


@pytest.mark.parametrize("seed", range(5))
def test_below_one_degree_the_highest_of_several_peaks_is_found(seed):
    """Two or three clusters; the median, where a search would begin, is in none of them or in the lower one."""
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.normal(0, 1, 9), rng.normal(40, 0.3, 8), rng.normal(90, 2, 6)])
    for nu in (0.3, 0.6):
        f = StudentT(nu)
        theta = f.mle(x)
        assert f.log_prob(x, theta).sum() >= highest(f, x) - 1e-9
        np.testing.assert_allclose(f.mle(1e9 * x), 1e9 * theta, rtol=1e-7)


def test_too_few_data_for_few_degrees_are_refused():
    """A datum alone holds a share 1/n ≥ ν/(ν + 1): the likelihood grows without end around it."""
    with pytest.raises(ValueError, match="1 times in 10 and must hold no value in a share"):
        StudentT(0.1).mle(np.arange(10.0))


@pytest.mark.parametrize(("family", "nu"), [(StudentT(0.3), 0.3), (FAMILIES["cauchy"], 1.0), (StudentT(2.5), 2.5)])
def test_tails_to_the_ends_of_float64(family, nu):
    """P(T > z) = ν^{(ν−1)/2} z^{−ν}/c, s_s → ν and F_bin = ν² P so far out, where z² overflows too."""
    log_c = 0.5 * np.log(np.pi * nu) + gammaln(nu / 2) - gammaln((nu + 1) / 2)
    for z in (1e10, 1e100, 1e153, 1e160, 1e250):
        tail = np.exp((nu - 1) / 2 * np.log(nu) - nu * np.log(z) - log_c)
        assert family.sf([z], [0, 1])[0] == family.cdf([-z], [0, 1])[0] == pytest.approx(tail, rel=1e-12, abs=1e-320)
        np.testing.assert_allclose(family.score([z], [0, 1])[0], [(nu + 1) / z, nu], rtol=1e-13)
        log_tail = (nu - 1) / 2 * np.log(nu) - nu * np.log(z) - log_c
        assert family.log_prob([z], [0, 1])[0] == pytest.approx(np.log(nu) - np.log(z) + log_tail, rel=1e-13)
        if tail > 1e-300:
            assert family.quantile([tail], [0, 1])[0] == pytest.approx(-z, rel=1e-11)
            expected = tail * nu**2
            assert information.coarsened(family, [0, 1], [z])[1, 1] == pytest.approx(expected, rel=1e-3, abs=0)
    assert StudentT(2.5).quantile([1e-200], [0, 1])[0] == pytest.approx(-8.76543788e79, rel=1e-8)
    with pytest.raises(ValueError, match="u and theta must"):
        StudentT(0.3).quantile([1e-100], [0, 1])


@pytest.mark.parametrize("nu", [1e3, 1e5, 1e9, 1e15])
def test_estimates_keep_their_digits_for_many_degrees_of_freedom(nu):
    x = np.array([1.3, -0.4, 0.2, 2.9, -1.1])
    for unit in (1e-200, 1.0, 1e100):
        loc, scale = StudentT(nu).mle(unit * x)
        z = (unit * x - loc) / scale
        w = 1 / (1 + z * z / nu)
        assert abs(np.mean(z * w)) < 3e-15 and abs(np.mean((z * z - 1) * w)) < 3e-15
