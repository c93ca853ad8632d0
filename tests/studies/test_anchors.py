"""A moving anchor: the closed form against the solves themselves, sixty digits, and a general minimiser."""

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from fisher_studies.anchors import progress, re_anchored


def test_the_autopsy():
    """f = 1, importance 1000 without its ½: 2.468 % after 50 epochs, .04998 % with the anchor kept."""
    assert float(progress(1, 2000, 50)) == pytest.approx(0.02468, abs=5e-6)
    assert float(progress(1, 2000, 50, moving=False)) == pytest.approx(4.998e-4, abs=5e-8)
    assert float(progress(1, 1000)) == pytest.approx(9.99e-4, abs=5e-7)


@pytest.mark.parametrize("stiffness", [0.0, 1e-9, 0.3, 2000.0, 1e12])
@pytest.mark.parametrize("solves", [0, 1, 7, 300])
def test_the_closed_form_is_what_the_solves_do(stiffness, solves):
    path = re_anchored(1.7, 1.0, 0.0, stiffness, solves)
    assert float(progress(1.7, stiffness, solves)) == pytest.approx(path[-1], rel=1e-9, abs=1e-300)
    with mpmath.workdps(60):
        s, f = mpmath.mpf(stiffness), mpmath.mpf(1.7)
        assert float(progress(1.7, stiffness, solves)) == pytest.approx(
            float(1 - (s / (f + s)) ** solves), rel=1e-13, abs=0
        )


def test_each_solve_against_a_general_minimiser():
    theta = 0.4
    for expected in re_anchored(2.0, -1.5, theta, 3.0, 6)[1:]:
        theta = minimize_scalar(lambda t, a=theta: (t + 1.5) ** 2 + 1.5 * (t - a) ** 2, tol=1e-12).x
        assert theta == pytest.approx(expected, abs=1e-7)


def test_a_fixed_anchor_ends_where_one_solve_ends_and_a_moving_one_arrives():
    k = np.array([1, 10, 1000, 10**6])
    assert (progress(1, 2000, k, moving=False) == progress(1, 2000)).all()
    moving = progress(1, 2000, k)
    assert (np.diff(moving) > 0).all() and moving[-1] == pytest.approx(1)


def test_refusals():
    with pytest.raises(ValueError, match="curvature"):
        progress(0.0, 1.0)
    with pytest.raises(ValueError, match="solves must be >= 0"):
        progress(1.0, 1.0, -1)
