"""Every standard error means what it says: over 400 seeds the 95 % interval covers the truth 91 to 99 % of the time.

The band is ±3.7 binomial standard deviations wide, as some seventy proportions are held to it at once.
"""

from __future__ import annotations

import densities
import numpy as np
import pytest
from registry import cases, moves

from fisher_core import FAMILIES, divergence, information

SEEDS = 400
N = 3000


def coverage(estimates, truth):
    """Share of intervals that hold the truth, entry by entry, NaN where no estimate has any spread at all."""
    inside = np.array([(e.interval[0] <= truth) & (truth <= e.interval[1]) for e in estimates])
    spread = np.array([e.standard_error for e in estimates]).max(axis=0)
    constant = spread <= 1e-7 * np.abs(truth)
    for e in estimates:
        np.testing.assert_allclose(np.where(constant, e.value, truth), truth, rtol=1e-9, atol=1e-12)
    return np.where(constant, np.nan, inside.mean(axis=0))


def assert_calibrated(estimates, truth):
    share = coverage(estimates, np.asarray(truth))
    assert np.nanmin(np.append(share, 0.95)) >= 0.91, share
    assert np.nanmax(np.append(share, 0.95)) <= 0.99, share


def first_cases(**choice):
    """One typical parameter per family whose score has fourth moments that N draws can tell: a newcomer's may not."""
    seen: dict[str, object] = {}
    for case in cases(typical=True, **choice):
        if case.values[0].key in densities.POINTS:
            seen.setdefault(case.values[0].key, case)
    return list(seen.values())


@pytest.mark.parametrize(("f", "theta"), first_cases())
def test_monte_carlo_and_empirical(f, theta):
    sampled = [information.monte_carlo(f, theta, N, np.random.default_rng(seed)) for seed in range(SEEDS)]
    assert_calibrated(sampled, f.fisher(theta))
    rng = np.random.default_rng(77)
    data = [f.sample(theta, N, rng) for _ in range(SEEDS)]
    assert_calibrated([information.empirical(f, x, theta) for x in data], f.fisher(theta))
    # A mean of scores that is estimated from 3000 draws costs the centred matrix 1/3000: far below its error.
    if f.regular:
        assert_calibrated([information.empirical(f, x, theta, centered=True) for x in data], f.fisher(theta))


@pytest.mark.parametrize(("f", "theta"), first_cases(regular=True))
def test_observed(f, theta):
    rng = np.random.default_rng(78)
    found = [information.observed(f, f.sample(theta, N, rng), theta) for _ in range(SEEDS)]
    assert_calibrated(found, f.fisher(theta))


@pytest.mark.parametrize("estimator", ["log_ratio", "non_negative"])
@pytest.mark.parametrize(("f", "theta"), [c for c in first_cases() if not moves(c.values[0])])
def test_kl(f, theta, estimator):
    q = theta - 0.15 / np.sqrt(np.diag(f.fisher(theta)))
    found = [
        divergence.kl_monte_carlo(f, theta, q, N, np.random.default_rng(seed), estimator=estimator)
        for seed in range(SEEDS)
    ]
    assert_calibrated(found, f.kl(theta, q))


def test_the_battery_notices_an_error_bar_that_is_a_third_too_small():
    f, theta = FAMILIES["normal"], np.array([0.0, 1.0])
    found = [information.monte_carlo(f, theta, N, np.random.default_rng(seed)) for seed in range(SEEDS)]
    shrunk = [type(e)(e.value, e.standard_error * 2 / 3, e.n) for e in found]
    with pytest.raises(AssertionError):
        assert_calibrated(shrunk, f.fisher(theta))
