"""Each rule is right for its own goal: worths sum to 1, regret is what a numerical minimum says, and where it is nil."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from fisher_core.continual import shares
from fisher_studies.goals import regret, worth


@pytest.mark.parametrize("ratio", [0.5, 0.95, 1.0, 1.3, 2.0])
def test_regret_is_the_gap_to_a_numerical_minimum(ratio):
    centers = np.random.default_rng(2).normal(0, 3, 8)
    v = np.array([ratio ** (8 - k) for k in range(1, 9)])
    v /= v.sum()
    np.testing.assert_allclose(worth(8, ratio), v, rtol=1e-14)
    goal = lambda theta: float(v @ (0.5 * (theta - centers) ** 2))  # noqa: E731
    best = minimize_scalar(goal, bracket=(-5, 5), tol=1e-12)
    for theta in (-2.0, 0.3, 4.0):
        assert regret(theta, centers, ratio) == pytest.approx(goal(theta) - best.fun, abs=1e-12)


def test_each_rule_has_a_goal_without_regret():
    centers = np.random.default_rng(1).normal(size=10)
    assert regret(shares(10) @ centers, centers, 1.0) == pytest.approx(0, abs=1e-30)
    for decay in (0.5, 0.95):
        assert regret(shares(10, "online", decay) @ centers, centers, decay) == pytest.approx(0, abs=1e-28)


def test_where_separate_springs_serve_better():
    """Drift 1 … 10: from r = 1.177 on the older tasks count enough for separate springs to be the better of the two."""
    centers = np.arange(1.0, 11)
    single, separate = (shares(10, m) @ centers for m in ("single", "separate"))
    gap = lambda r: float(regret(single, centers, r) - regret(separate, centers, r))  # noqa: E731
    assert gap(1.0) < 0 < gap(2.0)
    assert gap(1.1766) < 0 < gap(1.1767)


def test_refusals_and_extremes():
    assert worth(3000, 2.0)[0] == pytest.approx(0.5) and worth(3000, 0.5)[-1] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="ratio"):
        worth(3, 0.0)
    with pytest.raises(ValueError, match="tasks"):
        worth(0, 1.0)
