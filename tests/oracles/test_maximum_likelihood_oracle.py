"""Estimates against Newton's method on the log-likelihoods of ``densities.py`` in mpmath: of data that hardly vary, are
far from 0, tiny, huge or skewed, and of ordinary ones."""

from __future__ import annotations

import densities
import mpmath as mp
import numpy as np
import pytest
from registry import exact

from fisher_core import FAMILIES

SPREADS = (1e-3, 1e-6, 1e-9, 1e-12, 1e-14)
STEPS = np.array([0.0, 1.0, 2.0, 3.7, 5.0])
POSITIVE = {
    "tiny": [1e-100, 2e-100, 5e-100],
    "huge": [1e100, 2e100, 5e100],
    "two": [1.0, 3.0],
    "tied": [1.0, 1.0, 3.0],
    "outlier": [1.0, 1.1, 1.2, 1.3, 1e12],
    "skewed": [1e-100, 1e-30, 1.0, 1e5],
    "spaced by .001": [1e6, 1e6 + 0.001, 1e6 + 0.002, 1e6 + 0.003],
}
SCATTERED = {
    "tiny": [1e-300, 2e-300, 5e-300, 6e-300],
    "huge": [-1e300, 2e300, 5e300, 6e300],
    "outlier": [1.0, 1.1, 1.2, 1.3, 1e12],
    "far": [1e8, 1e8 + 1e-7, 1e8 + 3e-7, 1e8 - 1e-7],
    "one of five": [-6.184, -18.209, 2.632, 0.379, -1836.78],
    "wide": [-1e9, -1.0, 0.0, 0.5, 2.0, 1e12],
}
UNIT = {
    "close": [0.5, 0.5 + 1e-10, 0.5 + 3e-10, 0.5 + 1e-9],
    "at 0": [1e-10, 2e-10, 5e-10],
    "at 1": [1 - 1e-10, 1 - 2e-10, 1 - 5e-10],
    "both ends": [1e-12, 1 - 1e-12, 1e-9, 1 - 1e-10, 0.5],
    "skewed": [1e-30, 0.5, 1e-20, 0.99],
    "two": [0.2, 0.9],
}
KINDS = {"gamma": POSITIVE, "weibull": POSITIVE, "beta": UNIT} | dict.fromkeys(
    ("normal", "logistic", "cauchy", "student_t"), SCATTERED
)
CASES = [
    pytest.param(key, np.array(x), id=f"{key}-{name}")
    for key, kinds in KINDS.items()
    for name, x in (kinds | {f"spread {r}": (0.3 if key == "beta" else 1e6) * (1 + r * STEPS) for r in SPREADS}).items()
]


def place(key: str, theta: list, t) -> list:
    """θ moved by t: locations in units of the scale, everything else in its own size."""
    located = 0 in FAMILIES[key].locations
    return [theta[0] + theta[1] * t[0] if located else theta[0] * (1 + t[0]), theta[1] * (1 + t[1])]


def newton(key: str, x: list, theta: list) -> list:
    def value(*t):
        at = place(key, theta, t)
        return mp.fsum(densities.LOG_DENSITY[key](v, at) for v in x) / len(x)

    gradient = mp.matrix([mp.diff(value, (0, 0), n) for n in ((1, 0), (0, 1))])
    mixed = mp.diff(value, (0, 0), (1, 1))
    hessian = mp.matrix([[mp.diff(value, (0, 0), (2, 0)), mixed], [mixed, mp.diff(value, (0, 0), (0, 2))]])
    assert hessian[0, 0] < 0 < mp.det(hessian), "a maximum"
    return place(key, theta, [-step for step in mp.lu_solve(hessian, gradient)])


@pytest.mark.parametrize(("key", "x"), CASES)
def test_the_estimate_is_the_maximum_to_eleven_digits(key, x):
    found = FAMILIES[key].mle(x)
    with mp.workdps(80):
        theta = exact(found)
        for _ in range(2 if min(abs(np.diff(np.unique(x)))) > 1e-10 * abs(x).max() else 6):
            theta = newton(key, exact(x), theta)
        rounding = 2e-16 * abs(theta[0])
        if 0 in FAMILIES[key].locations:
            assert abs(found[0] - theta[0]) <= 1e-11 * theta[1] + rounding
        else:
            assert abs(found[0] / theta[0] - 1) < 1e-11
        assert abs(found[1] / theta[1] - 1) < 1e-11
