"""Probabilities of exactly 0 and rates of 0: distributions without a score, between which divergences exist."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from fisher_core import FAMILIES, divergence
from fisher_core.families.categorical import Categorical
from fisher_core.models import SoftmaxPolicy

COIN, COUNTS = FAMILIES["bernoulli"], FAMILIES["poisson"]
INF = np.inf


@pytest.mark.parametrize("q", [1e-12, 1e-3, 0.3, 0.5, 1 - 1e-12])
def test_a_coin_that_never_or_always_falls_on_heads(q):
    assert COIN.kl([0.0], [q]) == pytest.approx(-np.log1p(-q), rel=1e-15, abs=0)
    assert COIN.kl([1.0], [q]) == pytest.approx(-np.log(q), rel=1e-15, abs=0)
    assert COIN.kl([[0.0], [1.0]], [q]).shape == (2,)
    assert COIN.kl([q], [0.0]) == COIN.kl([q], [1.0]) == INF
    assert COIN.kl([0.0], [0.0]) == COIN.kl([1.0], [1.0]) == 0
    assert COIN.kl([0.0], [1.0]) == COIN.kl([1.0], [0.0]) == INF


@pytest.mark.parametrize("q", [1e-9, 3.0, 1e12])
def test_a_rate_of_zero(q):
    assert COUNTS.kl([0.0], [q]) == pytest.approx(q, rel=1e-15, abs=0)
    assert COUNTS.kl([q], [0.0]) == INF and COUNTS.kl([0.0], [0.0]) == 0


def test_the_smallest_chances_do_not_overflow():
    assert COIN.kl([1e-310], [0.5]) == pytest.approx(np.log(2), rel=1e-15, abs=0)
    assert COIN.kl([0.5], [1e-310]) == pytest.approx(-0.5 * np.log(4e-310), rel=1e-14, abs=0)


def probabilities(weights, total=np.sum):
    return weights / total(weights)


@pytest.mark.parametrize("place", [0, 17, 270])
def test_weights_with_a_zero_against_all_of_them(place):
    """0, 2 … 271 against 1 … 271 is log(36856/36855), wherever the zero stands: the last class is only implied."""
    q, p = (np.roll(w, place) for w in (np.arange(1.0, 272.0), np.r_[0.0, np.arange(2.0, 272.0)]))
    f, (p, q) = Categorical(271), (probabilities(w)[:-1] for w in (p, q))
    expected = float(mp.log(mp.mpf(36856) / 36855))
    assert expected == pytest.approx(2.71330e-5, rel=1e-6, abs=0)
    assert f.kl(p, q) == pytest.approx(expected, rel=1e-12, abs=0)
    assert f.kl(q, p) == INF and f.kl(p, p) == 0


@pytest.mark.parametrize("total", [np.sum, sum])
def test_a_last_class_of_zero_is_zero_however_its_sum_was_rounded(total):
    rng = np.random.default_rng(0)
    for classes in (3, 4, 10, 60):
        f = Categorical(classes)
        for _ in range(20):
            w = np.append(rng.exponential(size=classes - 1) * 10.0 ** rng.uniform(-3, 3, classes - 1), 0.0)
            p, q = probabilities(w, total), rng.dirichlet(np.ones(classes))
            some = w > 0
            expected = p[some] @ (np.log(p[some]) - np.log(q[some]))
            assert f.kl(p[:-1], q[:-1]) == pytest.approx(expected, rel=1e-11, abs=0)
            assert f.kl(q[:-1], p[:-1]) == INF


def test_several_zeros_and_a_certain_class():
    f = Categorical(4)
    assert f.kl([0, 0, 1], [0.2, 0.2, 0.5]) == pytest.approx(np.log(2), rel=1e-15, abs=0)
    assert f.kl([0, 0, 0], [0.2, 0.2, 0.5]) == pytest.approx(np.log(10), rel=1e-14, abs=0)
    assert f.kl([0, 0.5, 0.5], [0, 0.25, 0.25]) == pytest.approx(np.log(2), rel=1e-15, abs=0)
    assert f.kl([0, 0.25, 0.25], [0, 0.5, 0.5]) == INF
    assert Categorical(2).kl([1 - 2.0**-53], [0.5]) == COIN.kl([1 - 2.0**-53], [0.5])


def test_where_no_score_exists_none_is_given():
    for call in (
        COIN.fisher,
        lambda t: COIN.score([0], t),
        lambda t: COIN.hessian([0], t),
        lambda t: COIN.log_prob([0], t),
    ):
        with pytest.raises(ValueError, match=r"theta has p = 0, and p must be in \(0, 1\)"):
            call([0.0])
    assert not COIN.contains([0.0]) and not Categorical(3).contains([0.3, 0.7])
    with pytest.raises(ValueError, match=r"theta_p has p = -0.1, and p must be in \[0, 1\]"):
        COIN.kl([-0.1], [0.5])
    with pytest.raises(ValueError, match=r"theta_p has p_1 = 0.6, p_2 = 0.5, and must satisfy p_1 .* <= 1"):
        Categorical(3).kl([0.6, 0.5], [0.2, 0.2])
    with pytest.raises(ValueError, match="rate must be > 0"):
        FAMILIES["exponential"].kl([0.0], [1.0])


def test_draws_of_what_is_certain():
    rng = np.random.default_rng(1)
    assert set(COIN.sample([0.0], 99, rng)) == {0.0} and set(COIN.sample([1.0], 99, rng)) == {1.0}
    assert set(Categorical(4).sample([0, 0.5, 0.5], 999, rng)) == {1.0, 2.0}
    assert set(COUNTS.sample([0.0], 99, rng)) == {0.0}


PAIRS = [
    (COIN, [0.0], [0.3], [1, 0], [0.7, 0.3]),
    (COIN, [0.0], [1.0], [1, 0], [0, 1]),
    (Categorical(4), [0, 0.2, 0.3], [0.1, 0.2, 0.3], [0, 0.2, 0.3, 0.5], [0.1, 0.2, 0.3, 0.4]),
    (Categorical(4), [0.1, 0.2, 0.7], [0.1, 0.2, 0.3], [0.1, 0.2, 0.7, 0], [0.1, 0.2, 0.3, 0.4]),
    (COUNTS, [0.0], [3.0], [1, 0], [np.exp(-3.0), -np.expm1(-3.0)]),
    (COUNTS, [0.0], [1e6], [1, 0], [0, 1]),
]


@pytest.mark.parametrize(("f", "theta", "other", "p", "q"), PAIRS)
def test_divergences_are_their_sums(f, theta, other, p, q):
    """p and q are the masses, those of counts other than 0 taken together: none of these tells them apart."""
    p, q = np.array(p, dtype=float), np.array(q, dtype=float)
    near = {"rel": 1e-12, "abs": 0}
    for (a, x), (b, y) in (((theta, p), (other, q)), ((other, q), (theta, p))):
        assert divergence.kl_quadrature(f, a, b) == pytest.approx(float(f.kl(a, b)), **near)
        assert divergence.hellinger(f, a, b) == pytest.approx(((np.sqrt(x) - np.sqrt(y)) ** 2).sum() / 2, **near)
        assert divergence.overlap(f, a, b) == pytest.approx(np.minimum(x, y).sum(), rel=1e-12, abs=1e-300)
        variation = divergence.f_divergence(f, a, b, lambda t: np.abs(t - 1) / 2)
        assert variation == pytest.approx(np.abs(x - y).sum() / 2, **near)
        assert divergence.f_divergence(f, a, b, lambda t: t * np.log(t)) == pytest.approx(float(f.kl(a, b)), **near)
        assert divergence.f_divergence(f, a, b, lambda t: -np.log(t)) == pytest.approx(float(f.kl(b, a)), **near)


def test_chi_squared_from_a_certain_coin():
    square = lambda t: (t - 1) ** 2  # noqa: E731
    assert divergence.f_divergence(COIN, [0.0], [0.3], square) == pytest.approx(3 / 7, rel=1e-14, abs=0)
    assert divergence.f_divergence(COIN, [0.3], [0.0], square) == INF


def test_sampled_kl_of_certain_coins():
    rng = np.random.default_rng(2)
    sampled = divergence.kl_monte_carlo(COIN, [0.0], [0.3], 50, rng)
    assert sampled.value == pytest.approx(-np.log(0.7), rel=1e-14, abs=0)
    assert divergence.kl_monte_carlo(COIN, [0.3], [0.0], 50, rng).value == INF


def test_scores_averaged_over_a_policy_that_never_plays_an_arm():
    policy = SoftmaxPolicy(3)
    theta = policy.logits([0.2, 0.3, 0.5])
    s = policy.score([0, 1, 2], theta)
    found = policy.off_policy_moment(theta, [0.0, 0.25, 0.75])
    np.testing.assert_allclose(found, 0.25 * np.outer(s[1], s[1]) + 0.75 * np.outer(s[2], s[2]), rtol=1e-14)
    with pytest.raises(ValueError, match=r"probabilities of behaviour contain -0.1 and must be >= 0"):
        policy.off_policy_moment(theta, [-0.1, 0.35, 0.75])
