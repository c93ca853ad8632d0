"""fisher_core.numerics.newton where plain Newton steps would run away, and where there is nothing to find."""

import numpy as np
import pytest
from scipy.optimize import brentq

from fisher_core import linalg
from fisher_core.numerics import newton


def log_cosh(max_steps: int = 200) -> np.ndarray:
    """log cosh(θ − 1) summed: from |θ − 1| > 1.09 the undamped iteration diverges."""
    return newton.minimise(
        lambda t: float((np.logaddexp(t - 1, 1 - t) - np.log(2)).sum()),
        lambda t: np.tanh(t - 1),
        lambda t: np.diag(1 - np.tanh(t - 1) ** 2),
        [4.0, -3.0],
        max_steps,
    )


def test_the_line_search_tames_an_overshooting_step():
    np.testing.assert_allclose(log_cosh(), 1.0, atol=1e-15)


def test_a_quadratic_takes_one_step():
    h, b = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([3.0, -1.0])
    calls = []

    def hessian(_):
        calls.append(1)
        return h

    end = newton.minimise(lambda t: float(0.5 * (t - b) @ h @ (t - b)), lambda t: h @ (t - b), hessian, [9.0, 9.0])
    np.testing.assert_allclose(end, b, rtol=1e-15)
    assert len(calls) == 2  # one step, and one to see that it is over


def test_running_out_of_steps_and_flat_losses_are_said():
    with pytest.raises(ValueError, match="max_steps = 2 must be larger"):
        log_cosh(max_steps=2)
    flat = np.diag([1.0, 0.0])
    with pytest.raises(linalg.SingularFisherError, match=r"Hessian of the loss has rank 1 of 2.*must curve"):
        newton.minimise(lambda t: float(t[0] ** 2 / 2), lambda t: flat @ t, lambda t: flat, [1.0, 1.0])


def test_a_step_that_only_turns_round_is_halved():
    """Where Newton's step for log cosh leads to the mirror image, the loss does not fall and the step is not taken."""
    cycle = brentq(lambda x: np.sinh(2 * x) - 4 * x, 0.5, 2.0, xtol=1e-15)
    calls = []

    def hessian(t):
        calls.append(1)
        return np.diag(1 - np.tanh(t) ** 2)

    end = newton.minimise(lambda t: float(np.log(np.cosh(t)).sum()), np.tanh, hessian, [cycle])
    np.testing.assert_allclose(end, 0.0, atol=1e-12)
    assert len(calls) < 10


def test_a_step_to_where_the_loss_has_no_value_is_halved():
    """θ − log θ from 3: the full step would go to −3."""

    def loss(t):
        return float(t[0] - np.log(t[0])) if t[0] > 0 else np.nan

    end = newton.minimise(loss, lambda t: 1 - 1 / t, lambda t: np.diag(t**-2.0), [3.0])
    np.testing.assert_allclose(end, 1.0, rtol=1e-14)
