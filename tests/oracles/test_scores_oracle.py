"""log p, score and Hessian of every family against mpmath differentiation of a density written by another hand.

The scale of an error is that of the quantity itself plus its typical size, √Fᵢᵢ or √(FᵢᵢFⱼⱼ): a score that happens to
be nearly zero need not have relative digits, but it may not be off by a visible part of its standard deviation.
"""

from __future__ import annotations

import densities
import mpmath as mp
import numpy as np
import pytest
from registry import cases, exact, log_density, observations


def test_every_second_density_has_points_to_be_tested_at():
    assert set(densities.LOG_DENSITY) == set(densities.POINTS)


@pytest.mark.parametrize(("f", "theta"), cases())
def test_log_prob(f, theta):
    x = observations(f, theta)
    truth = np.array([float(log_density(f, row, exact(theta))) for row in x])
    np.testing.assert_allclose(f.log_prob(x, theta), truth, rtol=1e-13, atol=1e-12)


@pytest.mark.parametrize(("f", "theta"), cases())
def test_score_and_hessian(f, theta):
    x, d = observations(f, theta), len(theta)
    point = tuple(exact(theta))
    size = np.sqrt(np.diag(f.fisher(theta)))
    score, hessian = f.score(x, theta), f.hessian(x, theta)
    assert score.shape == (len(x), d)
    assert hessian.shape == (len(x), d, d)
    for row, s, h in zip(x, score, hessian, strict=True):

        def log_p(*t, row=row):
            return log_density(f, row, t)

        unit = np.eye(d, dtype=int)
        true_s = np.array([float(mp.diff(log_p, point, tuple(e))) for e in unit])
        true_h = np.array([[float(mp.diff(log_p, point, tuple(a + b))) for b in unit] for a in unit])
        assert (np.abs(s - true_s) <= 1e-12 * (np.abs(true_s) + size)).all(), (row, s, true_s)
        assert (np.abs(h - true_h) <= 1e-12 * (np.abs(true_h) + np.outer(size, size))).all(), (row, h, true_h)
