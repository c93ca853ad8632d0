"""One sure unit: the laws of the six programs against the programs, enumeration, and the binomial distribution."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.special import bdtr

from fisher_core.continual import six_ways
from fisher_studies.sure_unit import SureUnit, wrong_labels

THREE = (2 / 3, 1 / 3)


def test_sample_looks_empirical_on_a_sure_unit():
    chances = [SureUnit(e, 12_000).no_wrong_label for e in (1e-3, 1e-4, 1e-5, 1e-6)]
    np.testing.assert_allclose(chances, [6.1e-6, 0.301, 0.887, 0.988], rtol=6e-3)
    relative = [SureUnit(e).sample_sd / SureUnit(e).value("SAMPLE") for e in (0.01, 1e-3, 1e-4)]
    np.testing.assert_allclose(relative, [0.311, 0.999, 3.162], atol=1.5e-3)
    assert SureUnit(1e-3).no_wrong_label == pytest.approx(0.368, abs=5e-4)
    law = SureUnit(1e-4)
    assert law.no_wrong_label == pytest.approx(0.905, abs=5e-4)
    assert law.sample_median == pytest.approx(1e-8, rel=1e-12, abs=0)
    assert law.sample_median / law.value("SAMPLE") == pytest.approx(1e-4, rel=2e-4)
    draws = law.draws(4000, np.random.default_rng(0))
    assert np.mean(draws == draws.min()) == pytest.approx(0.905, abs=0.02)
    assert draws.mean() == pytest.approx(law.value("SAMPLE"), abs=4 * law.sample_sd / np.sqrt(4000))


@pytest.mark.parametrize(
    ("epsilon", "n"), [(0.3, 7), (0.01, 1000), (0.2, 50), (0.0006, 1000), (0.0008, 1000), (0.5, 10)]
)
def test_the_median_of_sample(epsilon, n):
    law = SureUnit(epsilon, n)
    assert law.sample_median == pytest.approx(
        float(law.of_wrong_labels(stats.binom(n, epsilon).median())), rel=1e-12, abs=0
    )


@pytest.mark.parametrize("probability", [0.05, 0.5, 0.95])
@pytest.mark.parametrize(("epsilon", "n"), [(0.3, 7), (0.01, 1000), (1e-4, 1000), (1e-6, 60_000), (0.5, 10)])
def test_quantiles_of_sample(epsilon, n, probability):
    law = SureUnit(epsilon, n)
    wanted = law.of_wrong_labels(stats.binom(n, epsilon).ppf(probability))
    assert law.sample_quantile(probability) == pytest.approx(float(wanted), rel=1e-12, abs=0)


def test_the_chance_of_no_wrong_label_among_12_000():
    chances = [SureUnit(e, 12_000).no_wrong_label for e in (1e-3, 1e-4, 1e-5, 1e-6)]
    np.testing.assert_allclose(chances, [stats.binom(12_000, e).pmf(0) for e in (1e-3, 1e-4, 1e-5, 1e-6)], rtol=1e-9)


def test_three_classes_and_the_programs():
    law = SureUnit(0.3, 1000, shares=THREE)
    assert law.value("EXACT") == pytest.approx(0.46) and law.value("ARGMAX") == pytest.approx(0.14)
    np.testing.assert_allclose(law.squared_scores, [0.14, 1.14, 1.34])
    x, y, theta = law.data(np.random.default_rng(0))
    for way in ("EXACT", "EXACT(n)", "EMPIRICAL", "ARGMAX"):
        found = six_ways.compute(way, law.model, x, y, theta, np.random.default_rng(1))
        assert law.read(found) == pytest.approx(law.value(way), rel=1e-12, abs=0), way
    wrong = y.copy()
    wrong[:30], wrong[30:35] = 1, 2
    assert law.read(six_ways.empirical(law.model, x, wrong, theta)) == pytest.approx(law.of_wrong_labels([30, 5]))
    draws = law.draws(2000, np.random.default_rng(2))
    assert draws.mean() == pytest.approx(0.46, abs=4 * law.sample_sd / np.sqrt(2000))
    assert draws.std() == pytest.approx(law.sample_sd, rel=0.08)


@pytest.mark.parametrize("epsilon", [1e-6, 1e-3, 0.01, 0.3])
@pytest.mark.parametrize("shares", [(), THREE])
def test_the_mean_over_labels_is_exact(epsilon, shares):
    law = SureUnit(epsilon, shares=shares)
    assert (1 - epsilon) * law.squared_scores[0] + law.wrong @ law.squared_scores[1:] == pytest.approx(
        law.value("EXACT"), rel=1e-13, abs=0
    )


@pytest.mark.parametrize("squared", ["mean", "sum"])
@pytest.mark.parametrize("lean", [0.0, 0.5, 0.8, -1.0])
def test_batches_over_all_patterns_of_signs(lean, squared):
    """The mean over all 2^b batches, each with its probability: leaning inputs add ḡḡᵀ and break the 1/b rule."""
    b, unit = 6, SureUnit(0.1, 1000, 6, lean)
    total = 0.0
    for signs in itertools.product([1.0, -1.0], repeat=b):
        g = unit.epsilon * np.mean(signs) * (b if squared == "sum" else 1)
        total += np.prod([(1 + s * lean) / 2 for s in signs]) * g**2
    assert unit.value("BATCHED", squared) == pytest.approx(total, rel=1e-12, abs=0)
    assert unit.batched_by_signs(squared) == pytest.approx(total, rel=1e-12, abs=0)
    assert unit.value("EMPIRICAL") * unit.batch_factor(squared) == pytest.approx(total, rel=1e-12, abs=0)
    x, y, theta = SureUnit(0.1, 6 * 20_000, 6, lean).data(np.random.default_rng(0))
    found = six_ways.batched(unit.model, x, y, theta, b, squared)[1]
    assert found == pytest.approx(total, rel=0.05)


@pytest.mark.parametrize(("share", "epsilon"), [(1.0, 0.01), (0.5, 1 / (1 + 99**0.5)), (0.0, 0.5)])
def test_a_logit_that_has_fallen(share, epsilon):
    later = SureUnit(0.01, 50, 8).at_logit(share)
    assert later.epsilon == pytest.approx(epsilon, rel=1e-12, abs=0) and (later.n, later.batch) == (50, 8)


@pytest.mark.parametrize("batch", [1, 2, 128, 1024])
@pytest.mark.parametrize("lean", [0.0, 0.8, 1.0])
def test_large_batches_sign_by_sign(batch, lean):
    law = SureUnit(1e-4, 5000, batch, lean, THREE)
    assert law.batched_by_signs() == pytest.approx(law.value("BATCHED"), rel=1e-10, abs=0)


def test_a_batch_is_no_larger_than_the_data():
    assert SureUnit(0.01, 50, 128).value("BATCHED") == pytest.approx(1e-4 / 50)
    assert SureUnit(0.01, 50, 1).value("BATCHED", "sum") == SureUnit(0.01).value("EMPIRICAL")


def test_sum_over_mean_is_the_square_of_the_batch():
    """Two programs at b = 128, brought to one scale: 14.65 = 128 F and 8.94e-4 = F/128 are both .1144."""
    law = SureUnit(0.3, 1000, 128)
    assert law.value("BATCHED", "sum") / law.value("BATCHED") == pytest.approx(128**2)
    assert 14.65 / 128 == pytest.approx(8.94e-4 * 128, rel=1e-3)


@pytest.mark.parametrize("shares", [(), THREE])
def test_wrong_labels_follow_the_binomial_law_and_nest(shares):
    epsilons, sizes = [1e-3, 0.01, 0.02, 0.3], [10, 200, 1000]
    counts = wrong_labels(epsilons, sizes, 4000, np.random.default_rng(0), shares)
    assert counts.shape == (4000, 4, 3, max(1, len(shares)))
    assert (np.diff(counts, axis=1) >= 0).all() and (np.diff(counts, axis=2) >= 0).all()
    total = counts.sum(axis=-1)
    for (i, e), (j, n) in itertools.product(enumerate(epsilons), enumerate(sizes)):
        law = stats.binom(n, e)
        edges = np.unique(law.ppf([0.1, 0.3, 0.5, 0.7, 0.9]))
        found = [(total[:, i, j] <= k).mean() for k in edges]
        np.testing.assert_allclose(found, law.cdf(edges), atol=4 * 0.5 / np.sqrt(4000))
    if shares:
        np.testing.assert_allclose(counts[:, -1, -1].mean(axis=0), 300 * np.array(shares), rtol=0.01)


def test_the_unit_and_its_draws_refuse():
    cases = {"epsilon = 0 must be > 0": {"epsilon": 0.0}, "lean = 2 must be from -1 to 1": {"lean": 2.0},
             "shares = .* must be >= 0 and sum to 1": {"shares": (0.5, 0.2)}, "batch = 0 must be >= 1": {"batch": 0}}  # fmt: skip
    for words, given in cases.items():
        with pytest.raises(ValueError, match=words):
            SureUnit(**{"epsilon": 0.1, **given})
    with pytest.raises(ValueError, match="shares must be empty"):
        SureUnit(0.1, shares=THREE).sample_quantile(0.5)
    with pytest.raises(ValueError, match="probability = 1 must be > 0 and < 1"):
        SureUnit(0.1).sample_quantile(1.0)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"epsilons = .* must ascend"):
        wrong_labels([0.1, 0.05], [10], 5, rng)
    with pytest.raises(ValueError, match=r"sizes = .* must be ascending whole numbers"):
        wrong_labels([0.1], [10.5], 5, rng)


def test_a_quantile_at_a_jump_is_the_number_of_wrong_labels_that_reaches_it():
    """Where the probability is exactly that of at most k wrong labels, the answer is k, whatever the inverse rounds to."""
    for n, epsilon in ((20, 0.3), (100, 0.05), (1000, 0.004)):
        unit = SureUnit(epsilon, n)
        for k in range(1, 12):
            reached = float(bdtr(k, n, epsilon))
            if reached < 1:
                assert unit.sample_quantile(reached) == unit.of_wrong_labels(k)


def test_a_unit_that_hardly_errs_keeps_the_digits_of_its_chance():
    assert SureUnit(1e-10).at_logit(2.0).epsilon == pytest.approx(1e-20, rel=1e-9, abs=0)
    assert -np.log(SureUnit(1e-13, 10**9).no_wrong_label) == pytest.approx(1e-4, rel=1e-9, abs=0)


def test_the_weight_is_read_and_not_the_bias():
    assert SureUnit(0.1).read([3.0, 5.0]) == 5.0
    assert SureUnit(0.1, shares=THREE).read([1.0, 1.0, 1.0, 2.0, 3.0, 4.0]) == 9.0
    with pytest.raises(ValueError, match=r"diagonal has shape \(3,\)"):
        SureUnit(0.1).read([1.0, 2.0, 3.0])
