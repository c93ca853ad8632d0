"""Error bars look at their matrix; the highest peak is the highest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import FAMILIES, estimation, linalg
from fisher_core.families.student_t import StudentT
from fisher_core.models import MLP, LinearRegression, LogisticRegression, SoftmaxRegression

CAUCHY = FAMILIES["cauchy"]
BARS = [estimation.naive, estimation.sandwich]

# Longley (1967), J. Amer. Statist. Assoc. 62, 819, as in NIST's Statistical Reference Datasets: employment, and GNP
# deflator, GNP, unemployed, armed forces, population, year.
LONGLEY = np.array(
    [
        [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
        [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
        [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
        [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
        [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
        [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
        [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
        [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
        [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
        [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
        [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
        [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
        [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
        [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
        [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
        [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
)


def test_longley_has_its_certified_errors_and_the_robust_ones():
    y, x = LONGLEY[:, 0], np.column_stack([np.ones(16), LONGLEY[:, 1:]])
    model = LinearRegression(304.854073561965)  # the certified residual standard deviation
    theta = model.mle(x, y)
    certified = [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.226073200069370, 455.478499142212]  # fmt: skip
    np.testing.assert_allclose(np.sqrt(np.diag(estimation.naive(model, (x, y), theta))), certified, rtol=1e-9)
    robust = [832211.58, 51.2203, 0.0245760, 0.383239, 0.146245, 0.158208, 428.384]
    np.testing.assert_allclose(np.sqrt(np.diag(estimation.sandwich(model, (x, y), theta))), robust, rtol=4e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(model.sandwich(x, y, theta)) / 16), robust, rtol=4e-6)


def test_softmax_has_error_bars_for_its_own_representative():
    x, y = np.column_stack([np.ones(9), np.arange(1.0, 10.0)]), np.array([0, 1, 0, 2, 1, 2, 0, 1, 2])
    model = SoftmaxRegression(3)
    theta = model.mle(x, y)
    wanted = [1.17763, 1.21491, 1.78067, 0.0476987, 0.0386373, 0.0476987]
    np.testing.assert_allclose(np.diag(estimation.naive(model, (x, y), theta)), wanted, rtol=4e-6)


@pytest.mark.parametrize("model", [LinearRegression(0.7), LogisticRegression(), SoftmaxRegression(3), MLP((2, 2, 2))])
def test_two_functions_of_one_name_do_not_disagree(model):
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(40), rng.normal(size=40)])
    if isinstance(model, MLP):  # no weights are told apart: both refuse
        theta = rng.normal(size=model.size)
        y = model.sample(x, theta, rng)
        refusals = []
        for ask in (lambda: estimation.sandwich(model, (x, y), theta), lambda: model.sandwich(x, y, theta)):
            with pytest.raises(ValueError) as caught:
                ask()
            refusals.append(str(caught.value))
        assert refusals[0] == refusals[1]
        return
    y = model.sample(x, rng.normal(size=6 if isinstance(model, SoftmaxRegression) else 2), rng)
    theta = model.mle(x, y)
    np.testing.assert_allclose(estimation.sandwich(model, (x, y), theta), model.sandwich(x, y, theta) / 40, rtol=1e-13)


@pytest.mark.parametrize("bars", BARS)
def test_no_error_bars_where_there_is_no_maximum(bars):
    for data, theta in (([-5.0, 5.0], [0.0, 1.0]), ([-5e9, 5e9], [0.0, 1e9]), ([-5e-9, 5e-9], [0.0, 1e-9])):
        with pytest.raises(ValueError, match=r"no maximum of the likelihood: along \[1\. 0\.\] it curves upward"):
            bars(CAUCHY, data, theta)
    with pytest.raises(ValueError, match="no maximum of the likelihood"):
        bars(FAMILIES["student_t"], [-9.0, 9.0], [0.0, 1.0])
    with pytest.raises(ValueError, match="no maximum of the likelihood"):
        bars(FAMILIES["normal"].in_chart("variance"), [1.0, 2.0], [1.5, 30.0])


@pytest.mark.parametrize("bars", BARS)
def test_no_error_bars_from_the_curvature_of_an_irregular_family(bars):
    with pytest.raises(ValueError, match=r"uniform must be regular .* support .* moves with the parameter"):
        bars(FAMILIES["uniform"], [1.0, 2.0, 3.0], [3.0])
    for f in (FAMILIES["laplace"], FAMILIES["laplace"].in_chart("log_scale")):
        with pytest.raises(ValueError, match=r"must be regular .* corner"):
            bars(f, [1.0, 2.0, 3.5], [2.0, 1.0])


@pytest.mark.parametrize("bars", BARS)
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_a_direction_without_data_is_named(bars, unit):
    a = np.array([1.0, 2.0, 4.0, 7.0, 3.0])
    x = np.column_stack([np.ones(5), a, 2 * a / unit])
    null = np.array([0.0, 2.0, -unit]) / np.hypot(2.0, unit)
    for model, y in ((LogisticRegression(), [0, 1, 0, 1, 1]), (LinearRegression(), [1.0, 2, 3, 5, 1])):
        with pytest.raises(linalg.SingularFisherError, match=r"rank 2 of 3 .*null direction") as caught:
            bars(model, (x, y), np.zeros(3))
        assert abs(caught.value.null_space[:, 0] @ null) == pytest.approx(1.0, rel=1e-9)
    softmax = SoftmaxRegression(2)
    with pytest.raises(linalg.SingularFisherError, match="null direction"):
        bars(softmax, (x, [0, 1, 0, 1, 1]), np.zeros(6))


def test_steps_name_the_direction_that_has_no_curvature():
    laplace = FAMILIES["laplace"]
    with pytest.raises(linalg.SingularFisherError, match=r"rank 1 of 2 .*null direction \[1\. 0\.\]\. Leave"):
        estimation.newton_step(laplace, [1.0, 2.0, 3.5], [2.0, 1.0])
    with pytest.raises(linalg.SingularFisherError, match=r"among the coordinates free = \[0\] has rank 0 of 1"):
        estimation.newton_step(laplace, [1.0, 2.0, 3.5], [2.0, 1.0], [0])
    assert estimation.newton_step(laplace, [1.0, 2.0, 3.5], [2.0, 1.0], [1])[1] != 0
    flat = estimation.newton_step(CAUCHY, [-5.0, 5.0], [0.1, 1.0])  # a saddle: the step is that of the quadratic
    h, s = CAUCHY.hessian([-5.0, 5.0], [0.1, 1.0]).sum(axis=0), CAUCHY.score([-5.0, 5.0], [0.1, 1.0]).sum(axis=0)
    np.testing.assert_allclose(flat, -np.linalg.solve(h, s), rtol=1e-12)


@pytest.mark.parametrize("step", [estimation.newton_step, estimation.scoring_step])
def test_steps_refuse_coordinates_that_are_not_there(step):
    for free in ([2], [-1], [0, 0], [0.5], [True]):
        with pytest.raises(ValueError, match="free"):
            step(FAMILIES["normal"], [1.0, 2.0], [0.0, 1.0], free)
    with pytest.raises(ValueError, match="x is empty"):
        step(FAMILIES["normal"], [], [0.0, 1.0])
    assert step(FAMILIES["normal"], [1.0, 2.0], [0.0, 1.0], []).tolist() == [0.0, 0.0]


def test_along_finds_a_narrow_peak_in_a_wide_range():
    x = [-6.184, -18.209, 2.632, 0.379, -1836.78]
    for lower, upper in ((-2000, 100), (-1e9, 1e9), (-1e12, 3e9)):
        assert estimation.along(CAUCHY, x, [0.0, 1.0], 0, lower, upper) == pytest.approx(0.583113485, rel=1e-8)
    assert estimation.along(CAUCHY, x, [0.0, 1.0], 0, -30, 0.2) == 0.2  # the likelihood still rises there
    for c in (1e-9, 1e9):
        found = estimation.along(CAUCHY, np.array(x) * c, [0.0, c], 0, -2000 * c, 100 * c)
        assert found == pytest.approx(0.583113485 * c, rel=1e-8, abs=0)


@given(st.integers(0, 10**6), st.sampled_from([1, 3, 5]), st.floats(-3, 3), st.integers(2, 9))
@settings(max_examples=20, deadline=None)
def test_along_is_never_below_a_search_by_brute_force(seed, nu, size, n):
    f, scale = StudentT(nu), 10.0**size
    x = scale * np.random.default_rng(seed).standard_cauchy(n) * 3
    at = lambda m, v: f.log_prob(x, [m, v]).sum()  # noqa: E731
    found = estimation.along(f, x, [0.0, scale], 0, x.min() - 100 * scale, x.max() + 100 * scale)
    near = np.concatenate([x + scale * t for t in np.linspace(-3, 3, 121)])
    assert at(found, scale) >= max(at(m, scale) for m in near) - 1e-12
    spread = estimation.along(f, x, [x[0], 1.0], 1, 1e-4 * scale, 1e6 * scale)
    assert at(x[0], spread) >= max(at(x[0], v) for v in scale * np.geomspace(1e-4, 1e6, 200)) - 1e-12


def test_along_reaches_the_end_of_a_support_and_a_corner():
    uniform, laplace = FAMILIES["uniform"], FAMILIES["laplace"]
    assert estimation.along(uniform, [1.0, 2.0, 3.0], [3.0], 0, 0.5, 100.0) == pytest.approx(3.0, rel=1e-15)
    with pytest.raises(ValueError, match="x must lie in the support"):
        estimation.along(uniform, [1.0, 2.0, 3.0], [3.0], 0, 0.5, 2.0)
    assert estimation.along(laplace, [1.0, 2.0, 7.0], [0.0, 1.0], 0, -50.0, 1e6) == pytest.approx(2.0, rel=1e-14)
    mean = FAMILIES["normal_mean"]
    x = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.4]])
    slope = mean.precision @ (x.mean(axis=0) - [0.0, 0.7])
    assert estimation.along(mean, x, [0.0, 0.7], 0, -1e6, 1e6) == pytest.approx(
        slope[0] / mean.precision[0, 0], rel=1e-9
    )


def test_along_refuses_what_it_cannot_search():
    for i in (2, -1, 0.5):
        with pytest.raises(ValueError, match="i = "):
            estimation.along(CAUCHY, [1.0, 2.0], [0.0, 1.0], i, 0, 1)
    with pytest.raises(ValueError, match="x is empty"):
        estimation.along(CAUCHY, [], [0.0, 1.0], 0, 0, 1)
    with pytest.raises(ValueError, match="scale = -1"):
        estimation.along(CAUCHY, [1.0, 2.0], [0.0, 1.0], 1, -1, 1)
