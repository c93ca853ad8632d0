"""The information of one bit against derivatives of distribution functions in mpmath, far out in both tails."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from registry import exact

from fisher_core import FAMILIES, information

DISTRIBUTION = {
    "normal": lambda x, mu, sigma: mp.erfc(-(x - mu) / sigma / mp.sqrt(2)) / 2,
    "gamma": lambda x, k, rate: mp.gammainc(k, 0, x * rate, regularized=True),
    "beta": lambda x, a, b: mp.betainc(a, b, 0, x, regularized=True),
    "weibull": lambda x, k, scale: 1 - mp.exp(-((x / scale) ** k)),
    "cauchy": lambda x, loc, scale: mp.atan2(scale, loc - x) / mp.pi,
}
BITS = [
    ("normal", [0.1, 1.0], [-12.0, 1e-3, 8.0]),
    ("gamma", [2.0, 1.0], [1e-9, 0.5, 60.0]),
    ("gamma", [0.3, 5.0], [1e-9, 0.5, 12.0]),
    ("beta", [2.0, 5.0], [1e-9, 0.5, 1 - 1e-9]),
    ("weibull", [1.5, 1.0], [1e-9, 2.0, 20.0]),
    ("cauchy", [0.1, 1.0], [-1e6, 10.0]),
]


@pytest.mark.parametrize(("key", "theta", "cuts"), BITS)
def test_one_bit(key, theta, cuts):
    with mp.workdps(80):
        for c in cuts:
            x, at = mp.mpf(c), exact(theta)
            below = DISTRIBUTION[key](x, *at)
            slope = [mp.diff(lambda *t: DISTRIBUTION[key](x, *t), at, n) for n in ((1, 0), (0, 1))]  # noqa: B023
            wanted = [[float(a * b / (below * (1 - below))) for b in slope] for a in slope]
            np.testing.assert_allclose(information.coarsened(FAMILIES[key], theta, [c]), wanted, rtol=1e-11)
