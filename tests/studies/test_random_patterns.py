"""Capacity: the printed numbers, exact moments against plain loops and full enumeration, limits, fractions, errors."""

import itertools

import numpy as np
import pytest

from fisher_studies import capacity
from fisher_studies.capacity import RULES, limit_capacity, limit_kept, limit_noise_power, limit_signal, memory
from fisher_studies.capacity_simulation import simulate

GOLDEN = np.log((1 + np.sqrt(5)) / 2)


# ---- exact for every n -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("n, t", [(2, 3), (3, 2)])
def test_every_pattern_there_is(rule, n, t):
    """The means over all 2^(t(n+1)) equally likely sequences of inputs and targets, one after the other."""
    alpha = capacity.rates(rule, n, t, c=0.7)
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=t * (n + 1)))).reshape(-1, t, n + 1)
    x, y, w = signs[..., :n], signs[..., n], np.zeros((len(signs), n))
    m = memory(rule, n, t, c=0.7)
    for k in range(t):
        w = w + alpha[k] * (y[:, k] - np.einsum("rn,rn->r", w, x[:, k]))[:, None] * x[:, k]
        outputs = y * np.einsum("rn,rtn->rt", w, x)
        i = np.arange(1, k + 2)
        np.testing.assert_allclose(outputs.mean(axis=0)[: k + 1], m.signal(i, k + 1), atol=1e-14)
        np.testing.assert_allclose(outputs.std(axis=0)[: k + 1], m.own_noise(i, k + 1), atol=1e-14)
        np.testing.assert_allclose((w**2).sum(axis=1).mean(), m.noise(k + 1) ** 2, rtol=1e-13)


@pytest.mark.parametrize("rule, c", [("gd", 1.0), ("ewc", 1.0), ("rate", 0.05), ("rate", 1.9)])
def test_running_products_against_loops(rule, c):
    n, t = 40, 130
    alpha, m = capacity.rates(rule, n, t, c), memory(rule, n, t, c)
    power, signal, own = 0.0, np.zeros(0), np.zeros(0)
    for a in alpha:
        own = own * (1 - 2 * a + 2 * a * a) + a * a * signal**2 + a * a * ((n - 2) * power + n)
        signal = signal * (1 - a)
        signal, own = np.append(signal, n * a), np.append(own, (1 - n * a) ** 2 * power)
        power = power * (1 - 2 * a + n * a * a) + n * a * a
        i, now = np.arange(1, len(signal) + 1), len(signal)
        np.testing.assert_allclose(m.signal(i, now), signal, rtol=1e-12)
        np.testing.assert_allclose(m.own_noise(i, now), np.sqrt(own), rtol=1e-9, atol=1e-13)
        assert m.noise(now) ** 2 == pytest.approx(power, rel=1e-12, abs=0)


def test_ewc_signals_are_equal_whatever_their_age():
    m = memory("ewc", 300, 900)
    for t in (1, 300, 900):
        np.testing.assert_allclose(m.signal(np.arange(1, t + 1), t), 300 / (300 + t), rtol=1e-12)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("own", [False, True])
def test_kept_is_the_plain_count(rule, own):
    m = memory(rule, 60, 150, c=0.4)
    for threshold in (0.3, 1.0, 1.7):
        found = m.kept(np.arange(1, 151), threshold, own)
        for t in (1, 2, 30, 48, 49, 50, 51, 60, 149, 150):
            snr = m.snr(np.arange(1, t + 1), t, own)
            assert (np.diff(snr) > -1e-12 * snr[1:]).all(), "SNR never falls with the pattern's index"
            assert found[t - 1] == pytest.approx((snr >= threshold).mean(), abs=1e-15)
    assert m.kept(np.array([10, 20]), np.array([[0.5], [1.0], [2.0]])).shape == (3, 2)


# ---- the printed numbers ---------------------------------------------------------------------------------------------
def test_crossings():
    assert limit_capacity("gd") == pytest.approx(GOLDEN, rel=1e-15, abs=0)
    assert limit_capacity("ewc") == pytest.approx(0.82721, abs=5e-6)
    for c, load in ((1.0, 0.48121), (0.5, 0.65670), (0.2, 0.83001)):
        assert limit_capacity("rate", 1.0, c) == pytest.approx(load, abs=5e-6)
    assert limit_capacity("rate", 1.0, 1e-6) == pytest.approx(1.0, abs=2e-6)  # pure Hebb: √(n/t) = 1 at t = n
    assert limit_capacity("rate", 2.5, 1.0) == pytest.approx(limit_capacity("gd", 2.5), rel=1e-12, abs=0)


def test_patterns_stored_by_a_thousand_synapses():
    assert memory("ewc", 1000, 2000).capacity() == 827 and memory("gd", 1000, 2000).capacity() == 481
    assert memory("gd", 50, 60).capacity(1e-6) == 60 and memory("gd", 50, 60).capacity(1e6) == 0


def test_signal_noise_and_snr_at_one_pattern_per_synapse():
    np.testing.assert_allclose(limit_signal("ewc", [0, 0.5, 1], 1.0), 0.5)
    noise = np.sqrt(limit_noise_power("ewc", 1.0))
    assert noise == pytest.approx(0.5534, abs=5e-5) and 0.5 / noise == pytest.approx(0.903, abs=5e-4)
    signal, noise = limit_signal("gd", 0.0, 1.0), np.sqrt(limit_noise_power("gd", 1.0))
    assert (signal, noise) == pytest.approx((0.3679, 0.7951), abs=5e-5)
    assert signal / noise == pytest.approx(0.463, abs=5e-4)


def test_fractions_kept():
    """In the limit .93275 and .22934; 1000 synapses hold 467 of 500 and 230 of 1000."""
    np.testing.assert_allclose(limit_kept("gd", [0.5, 1.0]), [0.93275, 0.22934], atol=5e-6)
    np.testing.assert_allclose(limit_kept("ewc", [0.0, 0.5, 0.82, 0.84, 1.0]), [1, 1, 1, 0, 0])
    assert limit_kept("gd", 0.0) == limit_kept("rate", 0.0, 1.0, 0.2) == 1 and limit_kept("ewc", [1.0]).dtype == float
    gd, ewc = memory("gd", 1000, 1000), memory("ewc", 1000, 1000)
    np.testing.assert_allclose(gd.kept(np.array([500, 1000])), [0.934, 0.230])
    np.testing.assert_allclose(ewc.kept(np.array([500, 827, 828, 1000])), [1, 1, 0, 0])


def test_two_hundred_synapses():
    m, g = memory("ewc", 200, 1000), memory("gd", 200, 200)
    assert (float(m.signal(1, 1000)), float(m.noise(1000))) == pytest.approx((0.1667, 0.4142), abs=5e-5)
    assert np.sqrt(limit_noise_power("ewc", 5.0)) == pytest.approx(0.4145, abs=5e-5)
    assert (float(g.signal(1, 200)), float(g.noise(200))) == pytest.approx((0.3688, 0.7917), abs=5e-5)


def test_blackout_is_a_matter_of_whose_noise():
    """Against the scatter of never stored patterns EWC keeps none at t = n; against their own, more than GD does."""
    ewc, gd = memory("ewc", 1000, 1000), memory("gd", 1000, 1000)
    assert ewc.kept(1000) == 0 < gd.kept(1000) == pytest.approx(0.230)
    assert ewc.kept(1000, own=True) == pytest.approx(0.787) and gd.kept(1000, own=True) == pytest.approx(0.414)
    assert ewc.own_noise(1, 1000) == pytest.approx(ewc.noise(1000), rel=2e-3)  # the first met no noise to remove
    assert ewc.own_noise(1000, 1000) == pytest.approx(ewc.noise(1000) / 2, rel=2e-3)


# ---- limits ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rule, c", [("gd", 1.0), ("ewc", 1.0), ("rate", 0.3), ("rate", 1.6)])
def test_finite_memories_approach_the_limit_like_one_over_n(rule, c):
    x, tau = np.array([0.1, 0.4, 1.2]), 1.2
    gaps = []
    for n in (100, 1000):
        m, t = memory(rule, n, round(1.2 * n), c), round(1.2 * n)
        i = np.round(x * n).astype(int)
        gaps.append(np.abs(np.concatenate([
            m.signal(i, t) - limit_signal(rule, x, tau, c),
            [m.noise(t) ** 2 - limit_noise_power(rule, tau, c)],
            m.own_noise(i, t) ** 2 - capacity.limit_own_power(rule, x, tau, c),
        ])))  # fmt: skip
    assert gaps[0].max() < 0.05
    assert (gaps[1] < gaps[0] / 5 + 1e-12).all()


def test_ends_of_the_ewc_curve_are_power_laws():
    for tau in (1e-9, 1e9):
        snr = limit_signal("ewc", 0.0, tau) / np.sqrt(limit_noise_power("ewc", tau))
        assert snr == pytest.approx(capacity.hebb_snr(tau), rel=1e-7, abs=0)
    assert limit_noise_power("ewc", 0.0) == 0 and limit_noise_power("gd", 0.0) == 0


def test_capacity_at_any_threshold_is_where_the_curve_crosses():
    for rule, c, threshold in itertools.product(RULES, (1e-3, 0.5, 1.9), (1e-3, 0.3, 1, 30, 1e4)):
        tau = limit_capacity(rule, threshold, c)
        snr = limit_signal(rule, 0.0, tau, c) / np.sqrt(limit_noise_power(rule, tau, c))
        assert snr == pytest.approx(threshold, rel=1e-9, abs=0), (rule, c, threshold)


def test_kept_limit_against_many_synapses():
    tau = np.array([0.2, 0.5, 0.7, 1.0, 1.9])
    for rule, c in (("gd", 1.0), ("ewc", 1.0), ("rate", 0.3)):
        t = np.round(tau * 20_000).astype(int)
        found = memory(rule, 20_000, 40_000, c).kept(t, 0.9)
        np.testing.assert_allclose(found, limit_kept(rule, tau, 0.9, c), atol=3e-4)


# ---- simulation, errors ------------------------------------------------------------------------------------------------
def test_simulation_is_repeatable_and_its_groups_are_means():
    one, two = (simulate("ewc", 30, 40, 50, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.outputs, two.outputs)
    assert one.outputs.shape == one.first.shape == one.power.shape == (50, 40)
    groups = [slice(0, 10), slice(10, 40)]
    each, means = one.signal(), one.signal(groups)
    np.testing.assert_allclose(means.value, [each.value[g].mean() for g in groups], rtol=1e-12)
    np.testing.assert_allclose(each.standard_error, one.outputs.std(axis=0, ddof=1) / np.sqrt(50), rtol=1e-12)
    assert {
        e.n for e in (means, each, one.noise(), one.own_noise(), one.own_noise(groups), one.snr(), one.first_signal())
    } == {50}
    np.testing.assert_allclose(one.own_noise().value, one.outputs.std(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(one.first_signal().value[-1], each.value[0], atol=1e-6)
    assert (means.standard_error < each.standard_error[0]).all()
    np.testing.assert_allclose(one.outputs[:, 0], one.first[:, -1], atol=1e-5)
    np.testing.assert_allclose(one.power[:, 0], 30 / 31**2, rtol=1e-6)  # w_1 = α y x


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: memory("sgd", 10, 10), "rule = 'sgd' must be one of gd, ewc, rate"),
        (lambda: memory("gd", 1, 10), "synapses = 1 must be >= 2"),
        (lambda: memory("rate", 10, 10, c=2.0), "c = 2 must be > 0 and < 2"),
        (lambda: memory("gd", 10, 10_000), "too many"),
        (lambda: memory("gd", 10, 10).signal(0, 5), "i must be whole numbers from 1 to 10"),
        (lambda: memory("gd", 10, 10).noise(11), "t must be whole numbers from 1 to 10"),
        (lambda: limit_noise_power("ewc", -0.1), "load contains -0.1 and must be >= 0"),
        (lambda: limit_capacity("gd", 0.0), "threshold = 0 must be > 0"),
        (lambda: simulate("gd", 10, 10, 1, np.random.default_rng(0)), "runs = 1 must be >= 2"),
        (lambda: simulate("gd", 10, 10, 5, 7), "rng = 7 must be a numpy.random.Generator"),
    ],
)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match="^.*" + words.replace(".", r"\.").replace(">", r">")):
        call()


def test_a_pattern_not_yet_stored_is_a_stranger():
    m = memory("gd", 10, 20)
    assert m.signal(5, 4) == 0 == m.snr(5, 4) and m.own_noise(5, 4) == m.noise(4)
    assert limit_signal("gd", 0.5, 0.4) == 0
    assert capacity.limit_own_power("ewc", 0.5, 0.4) == limit_noise_power("ewc", 0.4)


def test_a_pattern_long_forgotten_still_has_its_moments():
    """After 1200 patterns of ten synapses 1e-50 of the first is left; ties of signal and noise count as kept."""
    m = memory("gd", 10, 1200)
    assert float(m.signal(1, 1200)) == pytest.approx(10 / 11 * (10 / 11) ** 1199, rel=1e-10, abs=0)
    assert np.isfinite(m.own_noise(np.arange(1, 1201), 1200)).all()
    tie = memory("rate", 4, 1)  # one pattern: signal 1, noise ½
    assert tie.snr(1, 1) == 2.0 and tie.kept(1, 2.0) == 1.0 and tie.capacity(2.0) == 1
