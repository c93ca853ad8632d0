"""Moments of the score on and off the truth, skeletons of score tables, scores of bins: each against a second way."""

import numpy as np
import pytest

from fisher_core import FAMILIES, charts, information
from fisher_core import score as scores
from fisher_core.models import LogisticRegression

NORMAL = FAMILIES["normal"]
REGULAR = [f for f in FAMILIES.values() if f.regular and f.columns is None and f.key != "cauchy"]


@pytest.fixture
def labels():
    return scores.LabelsAtInputs(LogisticRegression(), np.column_stack([np.ones(5), np.linspace(-2, 2, 5)]))


@pytest.mark.parametrize("family", REGULAR, ids=lambda f: f.key)
def test_at_the_truth_the_mean_is_zero_and_the_covariance_is_the_fisher_matrix(family):
    theta = family.default
    m = scores.expected(family, theta, theta)
    scale = np.sqrt(np.diag(family.fisher(theta)))
    assert np.abs(m.mean / scale).max() < 1e-8
    assert np.allclose(m.covariance / np.outer(scale, scale), family.fisher(theta) / np.outer(scale, scale), atol=1e-7)


@pytest.mark.parametrize("family", REGULAR, ids=lambda f: f.key)
def test_off_the_truth_the_mean_is_the_slope_of_kl(family):
    truth = family.default
    theta = truth * 0.8 + np.array([0.2 * (p.default if p.lower == 0 else 0.3) for p in family.parameters]) * 0.5
    mean = scores.expected(family, truth, theta).mean
    assert np.allclose(mean, scores.kl_slope(family, truth, theta), rtol=1e-6, atol=1e-8)
    with pytest.raises(ValueError):
        scores.kl_slope(family, truth, np.full_like(truth, np.nan))


def test_normal_score_at_one_one_and_standard_errors():
    assert np.allclose(scores.expected(NORMAL, [0, 1], [1, 1]).mean, [-1, 1], atol=1e-12)
    m = scores.expected(NORMAL, [0, 1], [0, 1])
    assert np.allclose(m.covariance, np.diag([1, 2]), atol=1e-12)
    assert np.allclose(m.spread / np.sqrt(1000), np.sqrt([[2e-3, 1e-2], [1e-2, 5.6e-2]]))
    off = scores.expected(NORMAL, [0, 1], [1, 1])
    assert np.allclose(off.second - off.covariance, np.outer(off.mean, off.mean))


def test_the_support_moves_and_the_mean_is_not_zero():
    for theta in (1.0, 1.5, 2.0):
        assert np.isclose(scores.expected(FAMILIES["uniform"], [1.0], [theta]).mean[0], -1 / theta)


def test_standard_errors_are_calibrated():
    rng, m = np.random.default_rng(0), scores.expected(NORMAL, [0, 1], [0, 1])
    covariances = []
    for _ in range(600):
        s = NORMAL.score(NORMAL.sample([0, 1], 200, rng), [0, 1])
        covariances.append(np.cov(s.T, bias=True))
    assert np.allclose(np.std(covariances, axis=0), m.spread / np.sqrt(200), rtol=0.12)


def test_labels_at_inputs(labels):
    theta, rng = np.array([0.3, -0.7]), np.random.default_rng(1)
    x, w = labels.outcomes(theta)
    assert np.isclose(w.sum(), 1)
    m = scores.expected(labels, theta, theta)
    assert np.allclose(m.mean, 0, atol=1e-12) and np.allclose(m.covariance, labels.fisher(theta))
    assert np.allclose(labels.fisher(theta), information.exact(labels.model, labels.inputs, theta))
    draws = labels.sample(theta, 40_000, rng)
    shares = np.array([((draws == pair).all(axis=1)).mean() for pair in x])
    assert np.abs(shares - w).max() < 5 * np.sqrt(0.25 / 40_000)


@pytest.mark.parametrize("name", ["normal", "gamma", "beta", "weibull", "labels"])
def test_skeleton_reproduces_the_table(name, labels):
    if name == "labels":
        model, truth, x = labels, np.array([0.0, 1.0]), labels.outcomes([0.0, 1.0])[0]
        thetas = np.stack(np.meshgrid(np.linspace(-1, 1, 7), np.linspace(0, 2, 7)), -1).reshape(-1, 2)
    else:
        model = FAMILIES[name]
        truth = model.default
        thetas = truth * np.stack(np.meshgrid(np.linspace(0.7, 1.4, 7), np.linspace(0.7, 1.4, 7)), -1).reshape(
            -1, 2
        ) + (name == "normal") * np.array([[0.5, 0]])
        x = np.quantile(
            model.sample(truth, 5000, np.random.default_rng(0)), (1 - np.cos(np.linspace(0, np.pi, 72))) / 2
        )
    table = scores.skeleton(lambda t: model.score(x, t), thetas)
    data = model.sample(truth, 500, np.random.default_rng(3))
    if name != "labels":
        data = np.clip(data, x.min(), x.max())
    rows = table.rows(model, data)
    exact = np.stack([model.score(data, t).T for t in thetas])
    assert np.abs(table.weights @ rows - exact).max() < 1e-5 * np.abs(exact).max()
    assert np.abs(table.weights).max() < 50
    if name in ("normal", "gamma", "beta"):
        assert table.weights.shape[-1] == 3, "an exponential family's score is affine in two statistics"


def test_running_moments_are_those_of_each_prefix():
    rows = np.random.default_rng(0).normal(size=(3, 1000))
    mean, second = scores.running(rows, [10, 333, 1000])
    for k, n in enumerate([10, 333, 1000]):
        assert np.allclose(mean[k], rows[:, :n].mean(axis=1)) and np.allclose(
            second[k], rows[:, :n] @ rows[:, :n].T / n
        )


def test_steps_have_their_length():
    f = np.array([[2.0, 0.5], [0.5, 1.0]])
    steps = scores.step_along(np.random.default_rng(0).normal(size=(9, 2)), f, 0.35)
    assert np.allclose(np.einsum("ni,ij,nj->n", steps, f, steps), 0.35**2)
    assert (scores.step_along(np.zeros((1, 2)), f, 0.35) == 0).all()


def test_bins():
    for theta, kept in ((0.0, 0.63662), (1.0, 0.43863)):
        assert np.isclose(information.coarsened(NORMAL, [theta, 1], [0.0])[0, 0], kept, atol=5e-6)
    edges = [-1.0, 0.0, 0.7]
    mass, means = scores.bin_means(NORMAL, [0.2, 1.1], edges)
    assert np.isclose(mass.sum(), 1) and np.allclose(mass @ means, 0, atol=1e-12)
    assert np.allclose((means.T * mass) @ means, information.coarsened(NORMAL, [0.2, 1.1], edges))
    assert np.isclose(
        scores.bin_information(NORMAL, [0.2, 1.1], edges, 0),
        information.coarsened(NORMAL, [0.2, 1.1], edges)[0, 0],
        rtol=1e-9,
    )


def test_densities_of_a_plot():
    p, s = scores.density_and_slopes(FAMILIES["uniform"], [-0.5, 0.5, 1.5], [1.0])
    assert p.tolist() == [0, 1, 0] and s[:, 0].tolist() == [0, -1, 0]
    scale = charts.Separable("scale", (charts.IDENTITY, charts.RECIPROCAL)).of(FAMILIES["gamma"])
    x, h = np.array([0.5, 2.0]), 1e-5
    p, s = scores.density_and_slopes(scale, x, [2.0, 1.0])
    up, down = (scores.density_and_slopes(scale, x, [2.0, 1.0 + d])[0] for d in (h, -h))
    assert np.allclose((up - down) / (2 * h), p * s[:, 1], rtol=1e-6)


def test_ends_of_a_support_belong_to_a_plot_if_they_belong_to_it():
    """Uniform data may be 0 and θ; exponential ones 0; gamma ones not, and there its density is shown as 0."""
    p, s = scores.density_and_slopes(FAMILIES["uniform"], [0.0, 2.0], [2.0])
    assert p.tolist() == [0.5, 0.5] and s[:, 0].tolist() == [-0.5, -0.5]
    p, s = scores.density_and_slopes(FAMILIES["exponential"], [0.0, -1.0], [3.0])
    assert p.tolist() == pytest.approx([3.0, 0.0]) and s[:, 0].tolist() == pytest.approx([1 / 3, 0.0])
    p, s = scores.density_and_slopes(FAMILIES["beta"], [0.0, 1.0, 0.5], [2.0, 2.0])
    assert p.tolist() == pytest.approx([0.0, 0.0, 1.5]) and (s[:2] == 0).all()


def test_bins_about_every_parameter_and_bad_edges():
    edges = [-1.0, 0.0, 0.7]
    kept = information.coarsened(NORMAL, [0.2, 1.1], edges)
    for i in (0, 1):
        assert scores.bin_information(NORMAL, [0.2, 1.1], edges, i) == pytest.approx(kept[i, i], rel=1e-9)
    for bad in ([0.0, 0.0], [1.0, 0.0], []):
        with pytest.raises(ValueError, match="edges"):
            scores.bin_means(NORMAL, [0.2, 1.1], bad)


def test_the_slope_of_kl_next_to_the_edge_of_parameter_space():
    """KL of exponentials is r − 1 − log r with r = θ/truth: slope 1/truth − 1/θ."""
    f = FAMILIES["exponential"]
    for theta in (1e-6, 1e-3, 1e3):
        assert scores.kl_slope(f, [2e-6], [theta])[0] == pytest.approx(1 / theta - 1 / 2e-6, rel=1e-8)


def test_labelled_inputs_follow_their_generator(labels):
    theta = np.array([0.3, -0.7])
    one, same, other = (labels.sample(theta, 50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one[:, 0] != other[:, 0]).any() and (one[:, 1] != other[:, 1]).any()
    with pytest.raises(ValueError, match="n = -1 must be >= 0"):
        labels.sample(theta, -1, np.random.default_rng(1))
    with pytest.raises(ValueError, match="rng = 7 must be"):
        labels.sample(theta, 3, 7)


@pytest.mark.parametrize(
    ("name", "theta", "n"),
    [("laplace", [0.0, 1.0], 400), ("laplace", [2.0, 0.5], 10), ("normal", [0.0, 1.0], 12), ("bernoulli", [0.5], 25)],
)
def test_error_of_a_covariance_also_where_its_leading_part_is_zero(name, theta, n):
    """Over 4000 samples; to first order the Laplace slope's and the fair coin's variance have none: their square is fixed."""
    family = FAMILIES[name]
    m = scores.expected(family, theta, theta)
    s = family.score(family.sample(theta, 4000 * n, np.random.default_rng(0)), theta).reshape(4000, n, -1)
    s = s - s.mean(axis=1, keepdims=True)
    found = np.sqrt(((np.einsum("kni,knj->kij", s, s) / n - m.covariance) ** 2).mean(axis=0))
    assert np.allclose(m.error(n), found, rtol=0.06)
    assert m.error([n, 4 * n]).shape == (2, *m.covariance.shape)
    if name in ("laplace", "bernoulli"):
        assert m.spread[0, 0] < 1e-7 and m.error(n)[0, 0] == pytest.approx(
            m.covariance[0, 0] * np.sqrt(2 * (n - 1) / n + 1) / n
        )


def test_error_refuses_no_draws():
    with pytest.raises(ValueError, match="n = 0 must be >= 1"):
        scores.expected(FAMILIES["normal"], [0, 1], [0, 1]).error(0)
