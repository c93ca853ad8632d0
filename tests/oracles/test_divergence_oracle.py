"""KL against 60 digits and against its definition; its parabola; the other divergences.

Closed forms come from ``closed_kl``, written from the literature and checked here against the defining integral.
"""

from __future__ import annotations

import closed_kl
import densities
import mpmath as mp
import numpy as np
import pytest
from registry import cases, exact, fixed, moves

from fisher_core import FAMILIES, divergence

STEPS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8)


def true_kl(f, p, q) -> float:
    densities.FIXED.update(fixed(f))
    if f.key in closed_kl.CLOSED:
        with mp.workdps(60):
            return float(closed_kl.CLOSED[f.key](exact(p), exact(q)))
    if f.key not in closed_kl.INTEGRATED:
        pytest.skip(f"write KL of {f.key!r} in mpmath in tests/oracles/closed_kl.py")
    with mp.workdps(35):
        return float(closed_kl.integral(f.key, exact(p), exact(q)))


def neighbour(f, theta, step):
    """θ moved by ``step`` standard deviations of one observation in every parameter, towards the inside."""
    direction = 1 / np.sqrt(np.diag(f.fisher(theta)))
    return theta + step * direction * np.where(np.arange(len(theta)) % 2, 1.0, -1.0)


@pytest.mark.parametrize("key", [k for k in FAMILIES if k in closed_kl.BREAKS and k in closed_kl.CLOSED])
def test_closed_forms_agree_with_the_defining_integral(key):
    p, q = {
        "exponential": ((4,), (3,)),
        "beta": ((2, 3), (3, "2.5")),
        "uniform": ((1,), (1,)),
    }.get(key, ((2, "1.5"), ("2.5", 2)))
    p, q = [mp.mpf(v) for v in p], [mp.mpf(v) for v in q]
    assert abs(closed_kl.integral(key, p, q) - closed_kl.CLOSED[key](p, q)) < 1e-20


@pytest.mark.parametrize(("f", "theta"), cases(typical=True))
def test_kl_of_neighbours_keeps_its_digits(f, theta):
    tolerance = 1e-10 if f.key in closed_kl.INTEGRATED else 1e-13
    for step in STEPS:
        for q in (neighbour(f, theta, step), neighbour(f, theta, -step)):
            truth = true_kl(f, theta, q)
            assert float(f.kl(theta, q)) == pytest.approx(truth, rel=tolerance, abs=0), step
            assert float(divergence.kl(f, theta, q)) == float(f.kl(theta, q))


@pytest.mark.parametrize(("f", "theta"), cases())
def test_kl_at_extreme_parameters(f, theta):
    tolerance = 1e-10 if f.key in closed_kl.INTEGRATED else 1e-12
    for step in (0.1, 1e-5):
        # of the distance to the nearest end of the parameter space, so that a probability of 1e-12 stays one
        room = [min(t - p.lower, p.upper - t, 1e300) for t, p in zip(theta, f.parameters, strict=True)]
        reach = np.minimum(room, 1 / np.sqrt(np.diag(f.fisher(theta))))
        if f.key == "categorical":
            reach = np.minimum(reach, 1 - theta.sum())
        q = theta - step * reach
        assert float(f.kl(theta, q)) == pytest.approx(true_kl(f, theta, q), rel=tolerance, abs=0)


@pytest.mark.parametrize(("f", "theta"), cases(typical=True))
def test_quadrature_agrees_with_kl_far_and_near(f, theta):
    for step in (-0.4, 0.3, 1e-2, 1e-4):
        q = neighbour(f, theta, step)
        # d = log p − log q is a difference of rounded numbers: eps/step of it is lost before anything is summed.
        expected = pytest.approx(float(f.kl(theta, q)), rel=1e-11 + 1e-14 / abs(step), abs=0)
        assert divergence.kl_quadrature(f, theta, q) == expected
        assert divergence.kl_quadrature(f, theta, theta) == 0.0


@pytest.mark.parametrize(("f", "theta"), [c for c in cases(typical=True) if not moves(c.values[0])])
def test_kl_leaves_its_parabola_at_third_order(f, theta):
    """|KL − ½δᵀFδ| ∝ t³ along a line; t⁴ for a fair coin by symmetry; 0 when only a mean moves."""
    fisher, t = f.fisher(theta), np.geomspace(1e-3, 1e-2, 9)
    delta = neighbour(f, theta, 1.0) - theta
    gap = f.kl(theta, theta + t[:, None] * delta) - divergence.quadratic(fisher, t[:, None] * delta)
    if np.abs(gap).max() < 1e-15:
        assert f.key not in closed_kl.CLOSED or f.key == "normal_mean"
        return
    slope = np.polyfit(np.log(t), np.log(np.abs(gap)), 1)[0]
    even = f.key not in closed_kl.CLOSED or (f.key, tuple(theta)) == ("bernoulli", (0.5,))
    assert slope == pytest.approx(4 if even and slope > 3.5 else 3, abs=0.05)


@pytest.mark.parametrize(("f", "theta"), [c for c in cases(typical=True) if not moves(c.values[0])])
def test_every_smooth_divergence_is_the_same_parabola(f, theta):
    delta = neighbour(f, theta, 1e-3) - theta
    form = delta @ f.fisher(theta) @ delta
    near = pytest.approx(1.0, rel=5e-3)
    assert divergence.hellinger(f, theta, theta + delta) / form * 8 == near
    if f.regular:  # Laplace's densities cross at corners, where these integrands keep eight digits only
        chi_squared = divergence.f_divergence(f, theta, theta + delta, lambda t: (t - 1) ** 2)
        assert chi_squared / form == near


@pytest.mark.parametrize(("f", "theta"), cases(typical=True))
def test_f_divergences_contain_kl_and_hellinger(f, theta):
    if moves(f):
        with pytest.raises(ValueError, match="same support"):
            divergence.f_divergence(f, theta, theta * 2, lambda t: (t - 1) ** 2)
        return
    q = neighbour(f, theta, 0.4)
    forward = divergence.f_divergence(f, theta, q, lambda t: t * np.log(t))
    reverse = divergence.f_divergence(f, theta, q, lambda t: -np.log(t))
    hellinger = divergence.f_divergence(f, theta, q, lambda t: (np.sqrt(t) - 1) ** 2 / 2)
    variation = divergence.f_divergence(f, theta, q, lambda t: np.abs(t - 1) / 2)
    assert forward == pytest.approx(float(f.kl(theta, q)), rel=1e-9, abs=0)
    assert reverse == pytest.approx(float(f.kl(q, theta)), rel=1e-9, abs=0)
    assert hellinger == pytest.approx(divergence.hellinger(f, theta, q), rel=1e-10, abs=0)
    assert variation == pytest.approx(1 - divergence.overlap(f, theta, q), rel=1e-9, abs=0)
    # Le Cam and Pinsker: the order of the three is a theorem, whatever the family.
    assert hellinger <= variation <= np.sqrt(2 * hellinger)
    assert variation <= np.sqrt(forward / 2)


@pytest.mark.parametrize("estimator", ["log_ratio", "non_negative"])
@pytest.mark.parametrize(("f", "theta"), [c for c in cases(typical=True) if not moves(c.values[0])])
def test_kl_monte_carlo_is_within_five_standard_errors(f, theta, estimator):
    q = neighbour(f, theta, 0.2)
    sampled = divergence.kl_monte_carlo(f, theta, q, 100_000, np.random.default_rng(3), estimator=estimator)
    truth = float(f.kl(theta, q))
    assert abs(sampled.value - truth) < 5 * sampled.standard_error
    assert sampled.standard_error < 0.1 * truth
