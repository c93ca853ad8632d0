"""Six ways: the printed numbers for one logistic unit, three classes, and the laws between the programs."""

import numpy as np
import pytest

from fisher_core.continual import six_ways
from fisher_core.continual.six_ways import WAYS
from fisher_core.models import MLP, LinearRegression, LogisticRegression, PoissonRegression, SoftmaxRegression
from fisher_studies.sure_unit import SureUnit

UNIT = LogisticRegression()


@pytest.mark.parametrize(("epsilon", "ratio"), [(0.4, 1.5), (0.25, 3), (0.1, 9), (0.01, 99)])
def test_one_logistic_unit(epsilon, ratio):
    law = SureUnit(epsilon, 1000)
    x, y, theta = law.data(np.random.default_rng(0))
    for way in ("EXACT", "EXACT(n)", "EMPIRICAL", "ARGMAX"):
        found = six_ways.compute(way, UNIT, x, y, theta, np.random.default_rng(1))
        assert found[1] == pytest.approx(law.value(way), rel=1e-12, abs=0), way
    assert law.multiplier("ARGMAX") == law.multiplier("EMPIRICAL") == pytest.approx(ratio)


def test_the_bars_at_confidence_99_percent():
    law = SureUnit(0.01, 1000, 128)
    assert [law.value(w) for w in ("EXACT", "EMPIRICAL", "ARGMAX")] == pytest.approx([0.0099, 1e-4, 1e-4])
    assert law.value("BATCHED") == pytest.approx(7.8e-7, rel=2e-3) and law.sample_sd == pytest.approx(0.0031, abs=5e-5)
    assert law.multiplier("BATCHED") == pytest.approx(12_672)
    assert law.value("BATCHED", "sum") / law.value("BATCHED") == pytest.approx(16_384)
    x, y, theta = SureUnit(0.01, 128 * 4000).data(np.random.default_rng(0))
    found = six_ways.batched(UNIT, x, y, theta)
    assert found[1] == pytest.approx(law.value("BATCHED"), rel=0.1)
    assert found[0] == pytest.approx(1e-4), "the scores of the bias agree: no 1/b"
    assert six_ways.batched(UNIT, x, y, theta, squared="sum")[1] == pytest.approx(law.value("BATCHED", "sum"), rel=0.1)
    runs = [six_ways.sample(UNIT, x[:1000], theta, np.random.default_rng(s))[1] for s in range(300)]
    assert np.mean(runs) == pytest.approx(0.0099, abs=4 * 0.0031 / np.sqrt(300))
    assert np.std(runs) == pytest.approx(law.sample_sd, rel=0.15)


def test_three_classes():
    model, z = SoftmaxRegression(3), np.log([0.7, 0.2, 0.1])
    assert six_ways.exact(model, [[1.0]], z).sum() == pytest.approx(0.46)
    assert six_ways.argmax(model, [[1.0]], z).sum() == pytest.approx(0.14)
    assert np.trace(six_ways.argmax(model, [[1.0]], z, full=True)) == pytest.approx(0.14)
    net = MLP((1, 3))
    theta = net.flatten([(np.zeros((3, 1)), z)])
    assert six_ways.argmax(net, [[1.0]], theta)[1::2].sum() == pytest.approx(0.14)


def test_argmax_of_squared_loss_is_nothing():
    assert six_ways.argmax(LinearRegression(), [[1.0], [2.0]], [0.5]) == [0.0]


@pytest.mark.parametrize("way", WAYS)
def test_the_diagonal_is_that_of_the_matrix(way):
    rng, net = np.random.default_rng(3), MLP((3, 4, 3))
    theta, x = net.initial(rng), rng.normal(size=(40, 3))
    for model, t in ((net, theta), (SoftmaxRegression(3), rng.normal(size=9)), (UNIT, rng.normal(size=3))):
        y = model.sample(x, t, rng)
        short, whole = (
            six_ways.compute(way, model, x, y, t, np.random.default_rng(5), full=full, subset=25, batch=8)
            for full in (False, True)
        )
        np.testing.assert_allclose(short, np.diag(whole), rtol=1e-12, atol=1e-16)


def test_batches_of_one_are_the_empirical_fisher_and_one_batch_the_squared_gradient():
    rng, net = np.random.default_rng(3), MLP((3, 4, 3))
    theta, x = net.initial(rng), rng.normal(size=(40, 3))
    y = net.sample(x, theta, rng)
    np.testing.assert_allclose(six_ways.batched(net, x, y, theta, 1), six_ways.empirical(net, x, y, theta), rtol=1e-12)
    np.testing.assert_allclose(six_ways.batched(net, x, y, theta, 64), net.mean_gradient(x, y, theta) ** 2)
    once, thousand = six_ways.batched(net, x, y, theta, 7), six_ways.batched(net, x, y, theta, 7, "sum")
    np.testing.assert_allclose(thousand, 49 * once)
    s = net.score(x, y, theta)[:35].reshape(5, 7, -1).mean(axis=1)
    np.testing.assert_allclose(once, (s**2).mean(axis=0))


def test_the_batch_rule_needs_independent_scores_of_mean_zero():
    """In the mean over shuffles ḡ² is (E − s̄²)/b·(n−b)/(n−1) + s̄²: correlated gradients add s̄s̄ᵀ and break 1/b."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 1)) + 1.0
    y, theta = UNIT.sample(x, [2.0], rng), [0.5]
    e, mean = six_ways.empirical(UNIT, x, y, theta)[0], UNIT.mean_gradient(x, y, theta)[0]
    runs = [six_ways.batched(UNIT, x, y, theta, 10, rng=np.random.default_rng(s))[0] for s in range(400)]
    law = (e - mean**2) / 10 * 50 / 59 + mean**2
    assert np.mean(runs) == pytest.approx(law, abs=4 * np.std(runs) / 20)
    assert law > 1.5 * e / 10


def test_refusals():
    x, y, theta = SureUnit(0.1, 4).data(np.random.default_rng(0))
    with pytest.raises(ValueError, match="way = 'FISHER' must be one of EXACT"):
        six_ways.compute("FISHER", UNIT, x, y, theta)
    with pytest.raises(ValueError, match="rng = None must be a numpy"):
        six_ways.compute("SAMPLE", UNIT, x, y, theta)
    with pytest.raises(ValueError, match="squared = 'both' must be one of mean, sum"):
        six_ways.batched(UNIT, x, y, theta, squared="both")


def test_a_subset_is_drawn_without_replacement_and_all_are_taken_if_they_are_fewer():
    """Every row has an input of its own, so the diagonal says which were drawn."""
    model, x, theta, y = LinearRegression(2.0), np.eye(12), np.zeros(12), np.zeros(12)
    for n in (1, 5, 11):
        found = six_ways.exact_on(model, x, theta, np.random.default_rng(n), n)
        assert np.count_nonzero(found) == n
        np.testing.assert_allclose(found[found > 0], 0.25 / n)
        by_name = six_ways.compute("EXACT(n)", model, x, y, theta, np.random.default_rng(n), subset=n)
        np.testing.assert_array_equal(by_name, found)
    for n in (12, 500):
        every = six_ways.exact_on(model, x, theta, np.random.default_rng(0), n, full=True)
        np.testing.assert_allclose(every, six_ways.exact(model, x, theta, full=True), rtol=1e-14)
    draws = [six_ways.exact_on(model, x, theta, np.random.default_rng(s), 5) for s in (1, 1, 2)]
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()


@pytest.mark.parametrize("full", [False, True])
def test_blocks_of_scores_do_not_show(full, monkeypatch):
    rng, model = np.random.default_rng(4), SoftmaxRegression(3)
    x, theta = rng.normal(size=(50, 2)), rng.normal(size=6)
    y = model.sample(x, theta, rng)
    whole = six_ways.empirical(model, x, y, theta, full)
    s = model.score(x, y, theta)
    np.testing.assert_allclose(whole, s.T @ s / 50 if full else (s**2).mean(axis=0), rtol=1e-12)
    for block in (1, 6 * 7, 6 * 25):  # a row each, with an incomplete last block, two halves
        monkeypatch.setattr("fisher_core.models.base.BLOCK", block)
        np.testing.assert_allclose(six_ways.empirical(model, x, y, theta, full), whole, rtol=1e-12)


def test_shuffled_batches_keep_every_label_with_its_row():
    rng, model = np.random.default_rng(6), SoftmaxRegression(3)
    x, theta = rng.normal(size=(50, 2)), rng.normal(size=6)
    y = model.sample(x, theta, rng)
    order = np.random.default_rng(9).permutation(50)
    wanted = six_ways.batched(model, x[order], y[order], theta, 8)
    found = six_ways.compute("BATCHED", model, x, y, theta, np.random.default_rng(9), batch=8)
    np.testing.assert_array_equal(found, wanted)
    whole = six_ways.batched(model, x, y, theta, 500, "sum")  # the only batch, however large it might have been
    np.testing.assert_allclose(whole, model.score(x, y, theta).sum(axis=0) ** 2, rtol=1e-10)
    other = six_ways.sample(model, x, theta, np.random.default_rng(1))
    assert (other != six_ways.sample(model, x, theta, np.random.default_rng(2))).any()


@pytest.mark.parametrize("way", ["EXACT", "EMPIRICAL", "ARGMAX"])
@pytest.mark.parametrize("full", [False, True])
def test_a_weight_is_that_many_rows(way, full, monkeypatch):
    rng = np.random.default_rng(3)
    x, y, times = rng.normal(size=(9, 2)), rng.integers(0, 2, 9), np.array([1, 2, 0, 1, 3, 1, 1, 2, 4])
    each = np.repeat(np.arange(9), times)
    expected = six_ways.compute(way, UNIT, x[each], y[each], [0.3, -0.2], full=full)
    monkeypatch.setattr("fisher_core.models.base.BLOCK", 8)
    found = six_ways.compute(way, LogisticRegression(weights=times), x, y, [0.3, -0.2], full=full)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_rows_of_their_own_noise_go_with_their_inputs():
    rng = np.random.default_rng(4)
    x, y, sigma, theta = rng.normal(size=(6, 2)), rng.normal(size=6), np.arange(1.0, 7.0), np.array([0.3, -0.2])
    model = LinearRegression(sigma)
    scores = model.score(x, y, theta)
    batches = scores.reshape(3, 2, 2).mean(axis=1)
    np.testing.assert_allclose(six_ways.batched(model, x, y, theta, 2), (batches**2).mean(axis=0), rtol=1e-13)
    shuffled = six_ways.batched(model, x, y, theta, 1, rng=np.random.default_rng(0))
    np.testing.assert_allclose(shuffled, (scores**2).mean(axis=0), rtol=1e-13)
    chosen = np.sort(np.random.default_rng(5).choice(6, 4, replace=False))
    found = six_ways.exact_on(model, x, theta, np.random.default_rng(5), 4)
    np.testing.assert_allclose(found, LinearRegression(sigma[chosen]).fisher_diagonal(x[chosen], theta), rtol=1e-13)


def test_batches_of_weighted_rows_are_refused_and_counts_have_a_mode():
    with pytest.raises(ValueError, match="model has weights and must have none"):
        six_ways.batched(LogisticRegression(weights=[1, 2]), [[1.0], [2.0]], [0, 1], [0.5])
    with pytest.raises(ValueError, match=r"weights has shape \(3,\)"):
        six_ways.empirical(LogisticRegression(weights=[1, 2, 3]), [[1.0], [2.0]], [0, 1], [0.5])
    np.testing.assert_array_equal(six_ways.most_probable(PoissonRegression(), [[1.0], [2.0]], [1.0]), [2, 7])
