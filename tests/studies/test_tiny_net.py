"""The network differentiated by hand, against MLP's passes, differences, and the reference's numbers."""

import numpy as np
import pytest

from fisher_core.models import MLP
from fisher_studies import tiny_net

X, Y, THETA = tiny_net.EXAMPLE_X, tiny_net.EXAMPLE_Y, tiny_net.EXAMPLE_THETA
NET, FREE = MLP((1, 2, 2), "tanh"), [0, 2, 7, 8]


def as_mlp(theta):
    w1, w2, v1, v2 = theta
    return NET.flatten([([[w1], [w2]], [0, 0]), ([[0, 0], [v1, v2]], [0, 0])])


@pytest.mark.parametrize("theta", [THETA, 0.2 * THETA, [2.0, 0.3, -1.0, 1.5]])
def test_both_parts_are_those_of_the_network(theta):
    here = tiny_net.split(X, Y, theta)
    g, r = (5 * m[np.ix_(FREE, FREE)] for m in NET.hessian_split(X[:, None], Y.astype(int), as_mlp(theta)))
    np.testing.assert_allclose(here.gauss_newton, g, atol=1e-13)
    np.testing.assert_allclose(here.rest, r, atol=1e-13)
    np.testing.assert_allclose(tiny_net.by_labels(X, theta), here.gauss_newton, atol=1e-15)
    assert np.linalg.norm(here.rest, 2) <= here.bound
    h, step = np.empty((4, 4)), 1e-4 * np.eye(4)
    for i in range(4):
        for j in range(4):
            arms = [s * t * tiny_net.loss(X, Y, theta + s * step[i] + t * step[j]) for s in (1, -1) for t in (1, -1)]
            h[i, j] = sum(arms) / 4e-8
    np.testing.assert_allclose(here.hessian, h, atol=1e-6)


def test_reference_numbers():
    here = tiny_net.split(X, Y, THETA)
    np.testing.assert_allclose(np.linalg.eigvalsh(here.hessian), [-0.878901, 0.108370, 0.361492, 1.266466], atol=5.1e-7)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(here.gauss_newton), [5.87e-7, 4.008e-4, 0.045036, 1.187378], rtol=2e-3
    )
    np.testing.assert_allclose(np.linalg.eigvalsh(here.rest), [-0.883549, -0.130851, 0.301694, 0.337318], atol=5.1e-7)
    assert (here.residuals, here.steepest, here.bound) == pytest.approx((2.176775, 1.695508, 3.690738), abs=1e-6)
    assert np.trace(here.empirical) == pytest.approx(1.022772, abs=5.1e-7)


def test_refusals():
    with pytest.raises(ValueError, match="theta has shape"):
        tiny_net.split(X, Y, [1.0, 2.0])
    with pytest.raises(ValueError, match="y has shape"):
        tiny_net.split(X, Y[:3], THETA)
