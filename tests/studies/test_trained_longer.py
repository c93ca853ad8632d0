"""Training a separable model longer and longer: SAMPLE's mean stays at EXACT, its median goes to EMPIRICAL."""

import numpy as np
import pytest
from scipy import stats

from fisher_core.continual import six_ways
from fisher_core.data import historical as datasets
from fisher_core.models import LogisticRegression
from fisher_studies.trained_longer import trained_longer

STEPS = (0, 10, 100, 1000)


@pytest.fixture(scope="module")
def training():
    return trained_longer(*datasets.separable_classes(), 1.0, STEPS, 400, np.random.default_rng(0))


def test_the_mean_stays_and_the_median_falls(training):
    mean, error = training.mean_ratio
    assert (np.abs(mean - 1) <= 4 * error + 1e-12).all()
    median = training.median_ratio[:, 1]
    assert median[1] > 0.9 and 0.5 < median[2] < 0.95 and median[3] < 0.01
    np.testing.assert_allclose(median[3], training.empirical[3, 1] / training.exact[3, 1], rtol=1e-9)


def test_it_is_the_programs_along_plain_gradient_descent(training):
    x, y = datasets.separable_classes()
    model, theta = LogisticRegression(), np.zeros(2)
    for _ in range(100):
        theta = theta - model.mean_gradient(x, y, theta)
    np.testing.assert_allclose(training.theta[2], theta, rtol=1e-10)
    np.testing.assert_allclose(training.exact[2], six_ways.exact(model, x, theta), rtol=1e-12)
    np.testing.assert_allclose(training.empirical[2], six_ways.empirical(model, x, y, theta), rtol=1e-12)
    runs = np.array([six_ways.sample(model, x, theta, np.random.default_rng(s)) for s in range(400)])
    spread = np.sqrt(runs.var(axis=0) / 200)  # of the difference of two means of 400
    assert (np.abs(runs.mean(axis=0) - training.samples[2].mean(axis=0)) < 4 * spread).all()


def test_steps_must_ascend():
    with pytest.raises(ValueError, match=r"steps = .* must ascend"):
        trained_longer(*datasets.separable_classes(), 1.0, (10, 5), 20, np.random.default_rng(0))


def test_one_step_may_be_all_that_is_recorded():
    found = trained_longer(*datasets.separable_classes(), 1.0, (0,), 20, np.random.default_rng(0))
    assert found.theta.tolist() == [[0.0, 0.0]] and found.samples.shape == (1, 20, 2)
    with pytest.raises(ValueError, match="must ascend"):
        trained_longer(*datasets.separable_classes(), 1.0, (), 20, np.random.default_rng(0))
    with pytest.raises(ValueError, match="must ascend"):
        trained_longer(*datasets.separable_classes(), 1.0, (3, 3), 20, np.random.default_rng(0))


def test_the_error_of_a_mean_ratio_is_that_of_a_mean(training):
    ratios = training.samples / training.exact[:, None]
    mean, error = training.mean_ratio
    np.testing.assert_allclose(mean, ratios.mean(axis=1), rtol=1e-13)
    np.testing.assert_allclose(error, stats.sem(ratios, axis=1), rtol=1e-12)
