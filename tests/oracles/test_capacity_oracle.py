"""Capacity against engines that share no formula with it: mpmath integrals and roots, scipy's ODE solver, drawn patterns."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import chi2

from fisher_studies import capacity
from fisher_studies.capacity_simulation import simulate

LOADS = [1e-9, 1e-4, 0.01, 0.3, 0.4999, 0.5, 0.5001, 0.8, 1.0, 2.0, 5.0, 1e3, 1e8]


def ewc_noise_power(tau):
    """30 digits of s⁻² ∫₁ˢ exp(1/u − 1/s) du, by quadrature; Ei is not used."""
    with mpmath.workdps(30):
        s = 1 + mpmath.mpf(tau)
        pieces = [1, *[mpmath.mpf(10) ** k for k in range(1, 9) if 10**k < s], s]
        return mpmath.quad(lambda u: mpmath.exp(1 / u - 1 / s), pieces) / s**2


@pytest.mark.parametrize("tau", LOADS)
def test_ewc_noise_against_thirty_digits(tau):
    truth = float(ewc_noise_power(tau))
    assert float(capacity.limit_noise_power("ewc", tau)) == pytest.approx(truth, rel=5e-15, abs=0)


def test_golden_ratio_and_the_ewc_crossing_against_mpmath():
    with mpmath.workdps(30):
        golden = mpmath.log((1 + mpmath.sqrt(5)) / 2)
        found = mpmath.findroot(lambda t: 1 / (1 + t) ** 2 - ewc_noise_power(t), mpmath.mpf("0.8"))
        hebb = mpmath.findroot(
            lambda t: mpmath.mpf("0.04") * mpmath.exp(-0.4 * t) - mpmath.mpf(1) / 9 * (1 - mpmath.exp(-0.36 * t)), 0.8
        )
    assert capacity.limit_capacity("gd") == pytest.approx(float(golden), rel=1e-15, abs=0)
    assert capacity.limit_capacity("ewc") == pytest.approx(float(found), rel=1e-13, abs=0)
    assert capacity.limit_capacity("rate", 1.0, 0.2) == pytest.approx(float(hebb), rel=1e-12, abs=0)
    for rule in ("gd", "ewc"):
        assert float(golden if rule == "gd" else found) == pytest.approx(
            {"gd": 0.48121182505960347, "ewc": 0.8272135362659933}[rule], rel=1e-14, abs=0
        )


@pytest.mark.parametrize("rule, c", [("gd", 1.0), ("ewc", 1.0), ("rate", 0.2), ("rate", 1.7)])
def test_limits_against_an_ode_solver(rule, c):
    """With a = nα: S′ = −aS, v′ = −2av + a²(1 + v), and the same for u from (1 − a)² v, started when x = 0.6 is stored."""

    def a(tau):
        return 1 / (1 + tau) if rule == "ewc" else c

    def slope(tau, state):
        signal, power, own = state
        arriving = a(tau) ** 2 * (1 + power)
        return [-a(tau) * signal, -2 * a(tau) * power + arriving, -2 * a(tau) * own + arriving]

    how = {"rtol": 1e-11, "atol": 1e-13}
    before = solve_ivp(slope, (0, 0.6), [a(0), 0, 0], **how).y[:, -1]
    start = [a(0.6), before[1], (1 - a(0.6)) ** 2 * before[1]]
    end = solve_ivp(slope, (0.6, 1.5), start, **how).y[:, -1]
    assert capacity.limit_signal(rule, 0.0, 0.6, c) == pytest.approx(before[0], rel=1e-9, abs=0)
    assert capacity.limit_signal(rule, 0.6, 1.5, c) == pytest.approx(end[0], rel=1e-9, abs=0)
    assert capacity.limit_noise_power(rule, 1.5, c) == pytest.approx(end[1], rel=1e-9, abs=0)
    assert capacity.limit_own_power(rule, 0.6, 1.5, c) == pytest.approx(end[2], rel=1e-9, abs=0)


@pytest.mark.parametrize("n", [3, 50, 2000])
def test_ewc_noise_recursion_against_sums_of_fifty_digits(n):
    """v_t = Σ_k nα_k² Π_{j>k} (1 − 2α_j + nα_j²), summed from the last term backwards."""
    t = 3 * n
    with mpmath.workdps(50):
        total, product = mpmath.mpf(0), mpmath.mpf(1)
        for k in range(t, 0, -1):
            alpha = mpmath.mpf(1) / (n + k)
            total += n * alpha**2 * product
            product *= 1 - 2 * alpha + n * alpha**2
    assert capacity.memory("ewc", n, t).noise(t) ** 2 == pytest.approx(float(total), rel=1e-12, abs=0)


@pytest.mark.parametrize("rule, c, n, t", [("gd", 1.0, 60, 90), ("ewc", 1.0, 60, 120), ("rate", 0.3, 40, 80), ("rate", 1.6, 40, 60)])  # fmt: skip
def test_moments_against_drawn_patterns(rule, c, n, t):
    """z-scores of every pattern's signal and spread and of every step's noise and SNR: their size and their largest."""
    drawn, m = simulate(rule, n, t, 2000, np.random.default_rng(11), c), capacity.memory(rule, n, t, c)
    i, later = np.arange(1, t + 1), slice(5, None)
    scores = {
        "signal": (drawn.signal(), m.signal(i, t)),
        "own noise": (drawn.own_noise(), m.own_noise(i, t)),
        "noise": (drawn.noise(), m.noise(i)),
        "snr": (drawn.snr(), m.snr(1, i)),
    }
    for name, (estimate, truth) in scores.items():
        z = ((estimate.value - truth)[later]) / estimate.standard_error[later]
        assert np.abs(z).max() < 4.5, name
        if name == "signal":  # patterns are nearly independent of each other, steps of one run are not
            assert chi2.sf((z**2).sum(), len(z)) > 1e-4 and chi2.cdf((z**2).sum(), len(z)) > 1e-4
    assert np.abs(drawn.signal([slice(0, t)]).value - m.signal(i, t).mean()) < 4.5 * drawn.signal([slice(0, t)]).standard_error  # fmt: skip


def test_the_reference_simulation():
    """n = 200, 400 runs: at t = 1000 under EWC signal .166 and noise .415 were drawn elsewhere; at t = 200 under GD .374, .79."""
    for rule, t, signal, noise in (("ewc", 1000, 0.166, 0.415), ("gd", 200, 0.374, 0.79)):
        drawn, m = simulate(rule, 200, t, 400, np.random.default_rng(7)), capacity.memory(rule, 200, t)
        first, floor = drawn.signal(), drawn.noise()
        assert abs(first.value[0] - m.signal(1, t)) < 4 * first.standard_error[0]
        assert abs(signal - m.signal(1, t)) < 2 * first.standard_error[0]
        assert abs(floor.value[-1] - m.noise(t)) < 4 * floor.standard_error[-1]
        assert abs(noise - m.noise(t)) < 0.004


def test_error_bars_cover():
    """Standard errors are those of repetition: over 200 seeds the 95 % intervals hold the truth about 95 times in 100."""
    m, hits = capacity.memory("ewc", 20, 30), np.zeros(4)
    for seed in range(200):
        drawn = simulate("ewc", 20, 30, 60, np.random.default_rng(seed))
        group = [slice(10, 20)]
        for k, (estimate, truth) in enumerate([
            (drawn.signal(group), m.signal(np.arange(11, 21), 30).mean()),
            (drawn.own_noise(group), np.sqrt((m.own_noise(np.arange(11, 21), 30) ** 2).mean())),
            (drawn.noise(), m.noise(30)),
            (drawn.snr(), m.snr(1, 30)),
        ]):  # fmt: skip
            low, high = (np.ravel(side)[-1] for side in estimate.interval)
            hits[k] += low <= truth <= high
    assert ((0.89 < hits / 200) & (hits / 200 < 0.99)).all(), hits


def test_the_error_of_a_ratio_is_that_of_the_jackknife():
    """SNR is a ratio of two means over the same runs: leave each run out in turn, and see how much it moves."""
    drawn = simulate("ewc", 6, 12, 400, np.random.default_rng(2))
    others = [(values.sum(axis=0) - values) / 399 for values in (drawn.first, drawn.power)]
    left_out = others[0] / np.sqrt(others[1])
    jackknife = np.sqrt(399 / 400 * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    np.testing.assert_allclose(drawn.snr().standard_error[1:], jackknife[1:], rtol=0.01)
    wrong = np.std(drawn.first, axis=0) / np.sqrt(400 * drawn.power.mean(axis=0))  # as if the noise were known
    assert (np.abs(wrong / jackknife - 1)[1:6] > 0.02).all()
