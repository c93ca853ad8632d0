"""Every number the sets are known by, and the generators against the recipes as written."""

import numpy as np
import pytest

from fisher_core.data import historical as datasets
from fisher_core.models import LogisticRegression


def test_horse_kicks():
    kicks = datasets.horse_kicks().values
    assert np.bincount(kicks.astype(int)).tolist() == [109, 65, 22, 3, 1]
    assert kicks.size == 200
    assert kicks.mean() == pytest.approx(0.61)
    assert kicks.var(ddof=1) == pytest.approx(0.6109548, abs=5e-8)  # the Poisson mark: variance ≈ mean


def test_alpha_counts():
    counts = datasets.alpha_counts().values
    assert counts.size == 2608
    assert counts.sum() == 10_097  # as the paper says
    assert np.minimum(counts, 12).sum() == 10_094  # and as tables ending at "12 or more" have it
    assert counts.mean() == pytest.approx(3.8715, abs=5e-5)


def test_light_passage():
    times = datasets.light_passage().values
    assert times.size == 66
    assert times.mean() == pytest.approx(26.21, abs=0.005)
    assert times.std(ddof=1) == pytest.approx(10.75, abs=0.005)
    assert np.median(times) == 27
    assert np.sort(times)[:3].tolist() == [-44, -2, 16]


def test_challenger():
    data = datasets.challenger()
    temperature, distress = data.values.T
    assert data.columns == ("temperature_f", "distress")
    assert np.sort(temperature[distress == 1]).tolist() == [53, 57, 58, 63, 70, 70, 75]
    x = np.column_stack([np.ones(23), temperature])
    np.testing.assert_allclose(LogisticRegression().mle(x, distress), [15.0429, -0.2322], atol=5e-5)


@pytest.mark.parametrize("name", datasets.DATASETS)
def test_every_set_says_where_it_is_from(name):
    data = datasets.DATASETS[name]()
    assert data.name == name
    assert np.isfinite(data.values).all()
    assert data.values.ndim == 1 if len(data.columns) == 1 else data.values.shape[1] == len(data.columns)
    assert all(len(text) > 10 for text in (data.title, data.description, data.source, data.licence))


# The recipes as they are written down, with the global state the generators must not touch.


def test_generators_reproduce_the_seeded_recipes():
    state = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(0)  # noqa: NPY002
        x = np.random.lognormal(0, 0.75, (1000, 1))  # noqa: NPY002
        y = 2 + 2 * x + np.random.randn(1000, 1)  # noqa: NPY002
        made_x, made_y = datasets.k1_field()
        assert (made_x[:, 1:] == x).all() and (made_x[:, 0] == 1).all() and (made_y[:, None] == y).all()

        np.random.seed(0)  # noqa: NPY002
        a, b = np.random.randn(500, 2), np.random.randn(500, 2)  # noqa: NPY002
        c0, c1 = 1.5 * np.array([[1, -0.6], [-0.6, 1]]), 1.5 * np.array([[1, 0.6], [0.6, 1]])
        made_x, made_y = datasets.k2_logistic("crossed")
        np.testing.assert_array_equal(made_x, np.vstack([1 + a @ c0, -1 + b @ c1]))
        assert made_y.tolist() == [0] * 500 + [1] * 500
        np.testing.assert_array_equal(datasets.k2_logistic("unequal")[0], np.vstack([1.5 + 3 * a, -1.5 + b]))

        np.random.seed(0)  # noqa: NPY002
        x = np.random.randn(1000)  # noqa: NPY002
        y = x + 1 + np.random.randn(1000)  # noqa: NPY002
        np.testing.assert_array_equal(datasets.k3_linear()[0], np.column_stack([x, np.ones(1000)]))
        np.testing.assert_array_equal(datasets.k3_linear()[1], y)
        np.testing.assert_array_equal(datasets.k3_linear("misspecified")[1], y + 0.5 * x**2)

        np.random.seed(0)  # noqa: NPY002
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        datasets.k1_field(), datasets.k2_logistic(), datasets.k3_linear(), datasets.g1_race(3)
        assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002

    r = np.random.default_rng(1)
    x = r.normal(size=1000)
    y = 1 + 2 * x + r.normal(size=1000)
    np.testing.assert_array_equal(datasets.regression()[0], np.column_stack([np.ones(1000), x]))
    np.testing.assert_array_equal(datasets.regression()[1], y)
    uneven = 1 + 2 * x + r.normal(size=1000) * (0.2 + 1.2 * np.abs(x))
    np.testing.assert_array_equal(datasets.regression("heteroscedastic")[1], uneven)
    np.testing.assert_allclose(datasets.regression("fourfold")[1] - 1 - 2 * x, 2 * (y - 1 - 2 * x), atol=1e-12)


def test_race_of_reference_section_5():
    """G1: mean training loss 0–5 steps of Newton over 200 seeds .6936 .3056 .2245 .1972 .1905 .1896, sd .040 at 5."""
    model, losses = LogisticRegression(), []
    for seed in range(200):
        race = datasets.g1_race(seed)
        assert race.x.shape == (150, 2) and race.x_test.shape == (50, 2)
        w, run = race.start, []
        for _ in range(6):
            run.append(model.mean_loss(race.x, race.y, w))
            w = w - np.linalg.solve(model.fisher(race.x, w), model.mean_gradient(race.x, race.y, w))
        losses.append(run)
    np.testing.assert_allclose(np.mean(losses, axis=0), [0.6936, 0.3056, 0.2245, 0.1972, 0.1905, 0.1896], atol=6e-5)
    assert np.std(losses, axis=0)[5] == pytest.approx(0.040, abs=6e-4)


def test_generators_name_what_they_refuse():
    with pytest.raises(ValueError, match="kind = 'wrong' must be one of correct, crossed, unequal"):
        datasets.k2_logistic("wrong")
    with pytest.raises(ValueError, match="kind = 'x' must be one of matched, misspecified"):
        datasets.k3_linear("x")
    with pytest.raises(ValueError, match="noise = 'loud' must be one of"):
        datasets.regression("loud")
    with pytest.raises(ValueError, match=r"seed = 0\.5 must be a whole number"):
        datasets.g1_race(0.5)


def test_a_line_far_from_zero_has_noise_and_a_line_without_noise_has_none():
    rng = np.random.default_rng(3)
    x = np.arange(20.0)
    noise = rng.normal(size=20)
    near = datasets.standardised_line(x, 2 * x + noise)[1]
    far = datasets.standardised_line(x + 2.0**30, 2 * x + noise + 2.0**30)[1]
    np.testing.assert_allclose(far - far[0], near - near[0], rtol=1e-6, atol=1e-6)
    for exact in (3 * x + 0.1, 1e9 + x / 3, np.full(20, 0.1)):
        with pytest.raises(ValueError, match="the points lie on a line"):
            datasets.standardised_line(x, exact)
    with pytest.raises(ValueError, match="x has 1 masked of 20 entries"):
        datasets.standardised_line(np.ma.masked_equal(x, 3.0), noise)


def test_columns_made_ready_have_unit_spread_and_unit_noise():
    """Mean squares, not divided by degrees of freedom: as the maximum-likelihood noise of a line is."""
    x, y = np.array([3.0, 5.0, 11.0, 12.0]), np.array([1.0, 4.0, 5.0, 9.0])
    design, target = datasets.standardised_line(x, y)
    np.testing.assert_allclose([design[:, 1].mean(), (design[:, 1] ** 2).mean()], [0, 1], atol=1e-14)
    residual = target - np.polyval(np.polyfit(design[:, 1], target, 1), design[:, 1])
    assert (residual**2).mean() == pytest.approx(1.0, rel=1e-12)
    classes, labels = datasets.standardised_classes(x, np.array([0.0, 1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(classes, design)
    assert labels.tolist() == [0, 1, 1, 0]
    for bad in (x[:2], x[:3]):
        with pytest.raises(ValueError, match="at least 3 of both"):
            datasets.standardised_line(bad, y[:2])
    with pytest.raises(ValueError, match="x is constant"):
        datasets.standardised_line(np.ones(4), y)
