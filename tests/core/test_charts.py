"""Every chart of every family: maps both ways, their derivatives, and the pull-back, against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import FAMILIES, charts
from fisher_core.families.categorical import Categorical

CASES = [(family, name) for family in FAMILIES.values() for name in family.charts]
IDS = [f"{family.key}-{name}" for family, name in CASES]
EVERY = pytest.mark.parametrize("family, name", CASES, ids=IDS)
PROPERTY = settings(max_examples=20, deadline=None, derandomize=True)

PROMISED = {
    "bernoulli": {"logit", "arcsine"},
    "categorical": {"natural"},
    "poisson": {"log", "sqrt"},
    "exponential": {"log", "mean"},
    "normal": {"log_sigma", "variance", "precision", "natural", "mean_parameters"},
    "gamma": {"log"},
    "beta": {"log"},
    "weibull": {"log"},
    "cauchy": {"log_scale"},
    "laplace": {"log_scale"},
    "logistic": {"log_scale"},
    "student_t": {"log_scale"},
}


def points(family) -> st.SearchStrategy[np.ndarray]:
    return st.tuples(*(st.floats(*p.typical) for p in family.parameters)).map(np.array).filter(family.contains)


def derivative(f, phi):
    """∂f/∂φ by a fourth-order central difference, the new axis last."""
    columns = []
    for i in range(len(phi)):
        h = 1e-3 * max(abs(phi[i]), 0.1) * np.eye(len(phi))[i]
        h = h / 4
        near, far = f(phi + h) - f(phi - h), f(phi + 2 * h) - f(phi - 2 * h)
        columns.append((8 * near - far) / (12 * h[i]))
    return np.stack(columns, axis=-1)


def close(actual, desired, rtol, noise=0.0):
    """Within rtol of the largest entry, for entries may vanish; ``noise`` is the rounding of a finite difference."""
    np.testing.assert_allclose(actual, desired, rtol=rtol, atol=rtol * np.abs(desired).max() + noise)


def test_promised_charts_are_there():
    for key, names in PROMISED.items():
        assert names <= set(FAMILIES[key].charts)


@EVERY
def test_declarations_follow_the_family(family, name):
    charted = family.in_chart(name)
    assert charted.base is family and charted.charts == family.charts
    assert charted.regular == family.regular and charted.discrete == family.discrete
    assert charted.contains(charted.default)
    if isinstance(charted.chart, charts.Separable):
        np.testing.assert_allclose(charted.to_base(charted.default), family.default, rtol=1e-14, atol=1e-15)
        for mine, its in zip(charted.parameters, family.parameters, strict=True):
            assert mine == its or mine.name != its.name
    assert family.in_chart(name).in_chart(family.charts[0]).key == f"{family.key}.{family.charts[0]}"


@EVERY
@PROPERTY
@given(data=st.data())
def test_maps_are_inverse_to_each_other(family, name, data):
    charted = family.in_chart(name)
    theta, phi = data.draw(points(family)), data.draw(points(charted))
    np.testing.assert_allclose(charted.to_base(charted.from_base(theta)), theta, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(charted.from_base(charted.to_base(phi)), phi, rtol=1e-11, atol=1e-12)


@EVERY
@PROPERTY
@given(data=st.data())
def test_jacobian_and_second_derivatives_are_those_of_the_map(family, name, data):
    charted = family.in_chart(name)
    phi = _inside(charted, data.draw(points(charted)))
    jacobian = charted.jacobian(phi)
    close(jacobian, derivative(charted.to_base, phi), 1e-7)
    # Where a map turns, its second derivative vanishes and only the rounding of its first is left to compare.
    close(charted.second_derivatives(phi), derivative(charted.jacobian, phi), 1e-7, 1e-10 * np.abs(jacobian).max())


@EVERY
@PROPERTY
@given(data=st.data())
def test_fisher_is_pulled_back(family, name, data):
    """F_φ = Jᵀ F J with J by finite differences, and back with its inverse."""
    charted = family.in_chart(name)
    phi = _inside(charted, data.draw(points(charted)))
    jacobian, fisher = derivative(charted.to_base, phi), family.fisher(charted.to_base(phi))
    close(charted.fisher(phi), jacobian.T @ fisher @ jacobian, 1e-6)
    inverse = derivative(charted.from_base, charted.to_base(phi))
    close(inverse.T @ charted.fisher(phi) @ inverse, fisher, 1e-5)


@EVERY
def test_score_and_hessian_are_derivatives_in_the_chart(family, name):
    charted = family.in_chart(name)
    rng = np.random.default_rng(1)
    for shift in (0.0, 0.3):
        phi = np.array([(1 - shift) * p.default + shift * p.typical[0] for p in charted.parameters])
        phi = _inside(charted, phi)
        x = charted.sample(phi, 30, rng)
        close(charted.score(x, phi), derivative(lambda t, x=x: charted.log_prob(x, t), phi), 1e-7)
        if family.regular:
            close(charted.hessian(x, phi), derivative(lambda t, x=x: charted.score(x, t), phi), 1e-7)


@EVERY
@PROPERTY
@given(data=st.data())
def test_what_does_not_depend_on_coordinates(family, name, data):
    charted = family.in_chart(name)
    p, q = data.draw(points(charted)), data.draw(points(charted))
    theta_p, theta_q = charted.to_base(p), charted.to_base(q)
    np.testing.assert_allclose(charted.kl(p, q), family.kl(theta_p, theta_q), rtol=1e-9, atol=1e-18)
    assert charted.kl(p, p) == 0
    x = family.sample(theta_p, 9, np.random.default_rng(2))
    np.testing.assert_array_equal(x, charted.sample(p, 9, np.random.default_rng(2)))
    np.testing.assert_allclose(charted.log_prob(x, p), family.log_prob(x, theta_p), rtol=1e-12, atol=1e-13)
    if family.columns is None:
        np.testing.assert_allclose(charted.cdf(x, p), family.cdf(x, theta_p), rtol=1e-12)
        assert charted.support(p) == family.support(theta_p)


@EVERY
def test_mle_is_equivariant(family, name):
    charted = family.in_chart(name)
    x = family.sample(family.default, 300, np.random.default_rng(3))
    np.testing.assert_allclose(charted.to_base(charted.mle(x)), family.mle(x), rtol=1e-12)


@EVERY
def test_fisher_and_kl_broadcast(family, name):
    charted = family.in_chart(name)
    path = np.stack([np.linspace(p.default, p.typical[1], 6)[:-1] for p in charted.parameters], axis=-1)
    path = path[charted.contains(path)]
    assert len(path) > 1
    np.testing.assert_allclose(charted.fisher(path), [charted.fisher(t) for t in path], rtol=1e-13)
    expected = [[charted.kl(p, q) for q in path] for p in path]
    np.testing.assert_allclose(charted.kl(path[:, None], path), expected, rtol=1e-12)
    np.testing.assert_allclose(charted.jacobian(path), [charted.jacobian(t) for t in path], rtol=1e-13)


@EVERY
@PROPERTY
@given(data=st.data())
def test_kl_keeps_its_digits_in_every_chart(family, name, data):
    """At steps of 1e-8 the images in theta have lost half of the step: the chart must hand on the difference itself."""
    charted = family.in_chart(name)
    p = data.draw(points(charted))
    scale = 1 / np.sqrt(np.diag(charted.fisher(p)))
    q = p + 1e-8 * scale * np.resize([1.0, -0.7], len(p))
    if charted.contains(q):
        step = q - p
        assert abs(charted.kl(p, q) / (0.5 * step @ charted.fisher(p) @ step) - 1) < 1e-6


# Known Fisher matrices in other coordinates --------------------------------------------------------------------------

TABLE = [
    ("bernoulli", "logit", [np.log(3 / 7)], [[0.21]]),
    ("bernoulli", "arcsine", [0.5], [[4]]),
    ("poisson", "log", [np.log(4)], [[4]]),
    ("poisson", "sqrt", [2], [[4]]),
    ("exponential", "log", [1], [[1]]),
    ("exponential", "mean", [4], [[1 / 16]]),
    ("normal", "log_sigma", [5, np.log(2)], [[0.25, 0], [0, 2]]),
    ("normal", "variance", [5, 4], [[0.25, 0], [0, 1 / 32]]),
    ("normal", "precision", [5, 4], [[4, 0], [0, 1 / 32]]),
    ("normal", "natural", [1, -0.5], [[1, 2], [2, 6]]),
    ("normal", "mean_parameters", [1, 2], [[3, -1], [-1, 0.5]]),
    ("categorical", "natural", [0, 0], [[2 / 9, -1 / 9], [-1 / 9, 2 / 9]]),
]


@pytest.mark.parametrize("key, name, phi, expected", TABLE, ids=[f"{c[0]}-{c[1]}" for c in TABLE])
def test_fisher_of_the_tables(key, name, phi, expected):
    np.testing.assert_allclose(FAMILIES[key].in_chart(name).fisher(phi), expected, rtol=1e-13, atol=1e-15)


def test_natural_and_mean_parameters_have_inverse_fisher_matrices():
    """∂η/∂m = ∇²A = F_η, so F_m = F_η⁻¹ (Amari 2016, §2.1)."""
    natural, mean = (FAMILIES["normal"].in_chart(name) for name in ("natural", "mean_parameters"))
    theta = [0.7, 1.3]
    product = natural.fisher(natural.from_base(theta)) @ mean.fisher(mean.from_base(theta))
    np.testing.assert_allclose(product, np.eye(2), atol=1e-13)


def test_hessian_in_natural_parameters_has_no_noise():
    for key, name in (("normal", "natural"), ("bernoulli", "logit"), ("categorical", "natural")):
        f = FAMILIES[key].in_chart(name)
        x = f.sample(f.default, 20, np.random.default_rng(4))
        np.testing.assert_allclose(f.hessian(x, f.default), np.repeat(-f.fisher(f.default)[None], 20, 0), atol=1e-14)


# Charts with formulas of their own -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "family, name",
    [(FAMILIES["bernoulli"], "logit"), (FAMILIES["categorical"], "natural"), (Categorical(4), "natural")],
    ids=["bernoulli", "categorical-3", "categorical-4"],
)
def test_own_formulas_agree_with_the_pull_back(family, name):
    own = family.in_chart(name)
    generic = charts.Charted(family, own.chart)
    phi = np.linspace(-1.5, 1, len(family.parameters))
    x = family.sample(family.default, 30, np.random.default_rng(5))
    for method in ("log_prob", "score", "hessian"):
        np.testing.assert_allclose(getattr(own, method)(x, phi), getattr(generic, method)(x, phi), atol=1e-13)
    np.testing.assert_allclose(own.fisher(phi), generic.fisher(phi), rtol=1e-12)
    for step in (1.3, 1e-2, 1e-8):
        np.testing.assert_allclose(own.kl(phi, phi + step), generic.kl(phi, phi + step), rtol=1e-12)


def test_confident_coins_keep_their_information():
    logit = FAMILIES["bernoulli"].in_chart("logit")
    for eta in (40.0, 700.0, -700.0):
        np.testing.assert_allclose(logit.fisher([eta]), [[np.exp(-abs(eta))]], rtol=1e-13)
        np.testing.assert_allclose(logit.log_prob([1.0, 0.0], [eta]), [min(eta, 0), min(-eta, 0)], atol=1e-16)
    np.testing.assert_allclose(logit.kl([700.0], [699.0]), np.exp(-700) * (np.e - 2), rtol=1e-12)
    np.testing.assert_allclose(logit.kl([-800.0], [800.0]), 800, rtol=1e-14)
    softmax = FAMILIES["categorical"].in_chart("natural")
    np.testing.assert_allclose(softmax.fisher([40.0, 0.0])[0, 0], 2 * np.exp(-40), rtol=1e-13)
    np.testing.assert_allclose(softmax.log_prob([0.0], [40.0, 0.0]), -2 * np.exp(-40), rtol=1e-13)
    assert (softmax.sample([40.0, 0.0], 9, np.random.default_rng(6)) == 0).all()
    np.testing.assert_allclose(softmax.kl([700.0, 0.0], [-700.0, 0.0]), 700 + np.log(2), rtol=1e-13)


def test_unknown_chart_is_named_with_the_ones_there_are():
    with pytest.raises(ValueError, match=r"name = 'log' must be one of log_sigma, variance"):
        FAMILIES["normal"].in_chart("log")


def test_coordinates_that_round_out_of_theta_are_refused():
    with pytest.raises(ValueError, match=r"gives rate = inf in float64, and rate must be > 0"):
        FAMILIES["poisson"].in_chart("log").fisher([800.0])


def test_points_outside_have_no_coordinates():
    f = FAMILIES["normal"].in_chart("precision")
    for call in (f.to_base, f.jacobian, f.second_derivatives):
        with pytest.raises(ValueError, match="phi has precision = -1, and precision must be > 0"):
            call([0.0, -1.0])
    with pytest.raises(ValueError, match="theta has sigma = -1, and sigma must be > 0"):
        f.from_base([0.0, -1.0])


@EVERY
def test_windows_and_quantiles_are_those_of_the_family(family, name):
    charted = family.in_chart(name)
    theta = charted.to_base(charted.default)
    np.testing.assert_allclose(charted.window(charted.default), family.window(theta), rtol=1e-12)
    u = np.array([0.01, 0.4, 0.99])
    np.testing.assert_allclose(charted.quantile(u, charted.default), family.quantile(u, theta), rtol=1e-12)


def test_a_support_that_moves_and_vectors_of_data_are_carried_along():
    """No family of the registry needs it in a chart; one to come may."""
    uniform = FAMILIES["uniform"]
    log = charts.Charted(uniform, charts.Separable("log", (charts.LOG,)))
    assert log.support([np.log(3.0)]) == pytest.approx((0.0, 3.0)) and not log.regular
    with pytest.raises(ValueError, match=r"x contains 3\.5 and must be in"):
        log.score([3.5], [np.log(3.0)])
    np.testing.assert_allclose(log.score([1.0], [np.log(3.0)]), [[-1.0]])
    vectors = FAMILIES["normal_mean"]
    same = charts.Charted(vectors, charts.Separable("same", (charts.IDENTITY, charts.IDENTITY)))
    x = vectors.sample([1.0, 2.0], 5, np.random.default_rng(7))
    np.testing.assert_allclose(same.score(x, [0.5, 1.0]), vectors.score(x, [0.5, 1.0]))
    with pytest.raises(ValueError, match=r"x has shape \(5,\)"):
        same.log_prob(x[:, 0], [0.5, 1.0])


def test_mean_parameters_obey_their_joint_rule():
    f = FAMILIES["normal"].in_chart("mean_parameters")
    with pytest.raises(ValueError, match=r"m_1 = 2, m_2 = 3, and must satisfy m_2 > m_1²"):
        f.fisher([[0.0, 1.0], [2.0, 3.0]])
    assert f.contains([[0.0, 1.0], [2.0, 3.0]]).tolist() == [True, False]


def _inside(charted, phi):
    """phi moved off the edge of its domain by enough for finite differences."""
    for i, p in enumerate(charted.parameters):
        width = 0.01 * (p.typical[1] - p.typical[0])
        phi = phi.copy()
        phi[i] = np.clip(phi[i], p.typical[0] + width, p.typical[1] - width)
    return phi if charted.contains(phi) else charted.default


def test_a_logit_far_out_keeps_its_slope_and_its_steps():
    """π(u) π(−u) = e^{−|u|} there, and between the two ends lies all of (0, 1)."""
    u = np.array([-700.0, -40.0, 40.0, 700.0])
    np.testing.assert_allclose(charts.LOGIT.slope(u), np.exp(-np.abs(u)), rtol=1e-13)
    np.testing.assert_allclose(charts.LOGIT.curvature(u), -np.sign(u) * np.exp(-np.abs(u)), rtol=1e-13)
    assert charts.LOGIT.difference(np.array(-800.0), np.array(800.0)) == 1.0
    rest = 2.0 ** -np.arange(30.0, 53.0)  # 1 − p of a coin that is nearly sure: its arcsine is √(1 − p) from π/2
    np.testing.assert_allclose(np.pi / 2 - charts.ARCSINE.inverse(1 - rest), np.arcsin(np.sqrt(rest)), rtol=1e-7)
    np.testing.assert_allclose(charts.ARCSINE.inverse(rest), np.arcsin(np.sqrt(rest)), rtol=1e-14)
    np.testing.assert_allclose(
        charts.LOGIT.difference(np.array([40.0]), np.array([41.0])), np.exp(-40.0) - np.exp(-41.0), rtol=1e-13
    )


def test_kl_of_points_whose_ratio_overflows():
    """e^720 is beyond float64, and neither KL nor a step between those points is."""
    poisson, coin = FAMILIES["poisson"].in_chart("log"), FAMILIES["bernoulli"].in_chart("logit")
    assert float(poisson.kl([-700.0], [20.0])) == pytest.approx(np.exp(20.0), rel=1e-14)
    assert float(poisson.kl([20.0], [-700.0])) == pytest.approx(np.exp(20.0) * 719.0, rel=1e-14)
    assert float(poisson.kl([-27.0], [702.0])) == pytest.approx(np.exp(702.0), rel=1e-12)
    assert float(FAMILIES["poisson"].kl([1e-305], [1e9])) == pytest.approx(1e9, rel=1e-14)
    assert float(coin.kl([720.0], [-20.0])) == pytest.approx(20.0 + np.log1p(np.exp(-20.0)), rel=1e-14)
    assert float(coin.kl([-20.0], [720.0])) == pytest.approx(720.0 - 741.0 * np.exp(-20.0), rel=1e-14)
