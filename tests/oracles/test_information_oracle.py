"""The Fisher matrix of every family by methods that do not know its formula.

Quadrature of the score's outer product and of minus the Hessian; the Hessian of KL in either argument; the change of
variables with a Jacobian from mpmath; draws from the model.
"""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from coordinates import TO_THETA
from registry import cases, charts, exact, moves

from fisher_core import FAMILIES, information
from fisher_core.numerics import expectation

# Beyond these float64 cannot hold the density: where a Gamma or Beta has half its mass below 1e-308, or a point mass
# of nearly 1 in the last digits before 1, there is nothing to integrate.
UNRESOLVED = {("gamma", (1e-3, 1.0)), ("beta", (1e-3, 2.0))}


def normalised(matrix, fisher):
    """Entries in units of √(FᵢᵢFⱼⱼ)."""
    size = np.sqrt(np.diag(fisher))
    return matrix / np.outer(size, size)


def resolved(cases):
    return [c for c in cases if (c.values[0].key, tuple(c.values[1])) not in UNRESOLVED]


@pytest.mark.parametrize("of", ["score", "hessian"])
@pytest.mark.parametrize(("f", "theta"), resolved(cases(regular=True)))
def test_quadrature_of_either_form_is_the_fisher_matrix(f, theta, of):
    fisher = f.fisher(theta)
    found = information.by_quadrature(f, theta, of=of)
    np.testing.assert_allclose(normalised(found, fisher), normalised(fisher, fisher), rtol=0, atol=1e-8)


@pytest.mark.parametrize("of", ["score", "hessian"])
@pytest.mark.parametrize(("f", "theta"), cases(typical=True, regular=True))
def test_quadrature_at_ordinary_parameters_has_ten_digits(f, theta, of):
    fisher = f.fisher(theta)
    found = information.by_quadrature(f, theta, of=of)
    np.testing.assert_allclose(normalised(found, fisher), normalised(fisher, fisher), rtol=0, atol=1e-10)


@pytest.mark.parametrize(("f", "name"), charts())
def test_quadrature_in_every_chart(f, name):
    g = f.in_chart(name)
    fisher = g.fisher(g.default)
    found = information.by_quadrature(g, g.default)
    np.testing.assert_allclose(normalised(found, fisher), normalised(fisher, fisher), rtol=0, atol=1e-9)


@pytest.mark.parametrize(("key", "theta"), sorted(UNRESOLVED))
def test_densities_that_float64_cannot_hold_are_refused(key, theta):
    with pytest.raises(expectation.QuadratureError, match=key) as caught:
        information.by_quadrature(FAMILIES[key], theta)
    assert abs(caught.value.mass - 1) > 1e-7


@pytest.mark.parametrize(("f", "theta"), cases(typical=True, regular=True))
def test_the_score_averages_to_zero(f, theta):
    at = expectation.nodes(f, theta)
    w = expectation.weights(f, theta, at)
    seen = w > 1e-30
    mean = w[seen] @ f.score(at.x[seen], theta)
    assert (np.abs(mean) < 1e-12 * np.sqrt(np.diag(f.fisher(theta)))).all()


def test_laplace_has_the_information_but_not_the_hessian():
    """log p has a corner at the location: E[s²] = 1/b² there, while ∂²log p/∂μ² = 0 almost everywhere."""
    f, b = FAMILIES["laplace"], 1.5
    assert not f.regular
    np.testing.assert_allclose(information.by_quadrature(f, [0.3, b]), np.eye(2) / b**2, atol=1e-12)
    np.testing.assert_allclose(information.by_quadrature(f, [0.3, b], of="hessian"), np.diag([0, b**-2]), atol=1e-12)


def test_uniform_breaks_the_identity_because_its_support_moves():
    """s = −1/θ for every x: E[s] = −1/θ, E[s²] = 1/θ², −E[∂²log p] = −1/θ²."""
    f, end = FAMILIES["uniform"], 2.0
    assert not f.regular
    at = expectation.nodes(f, [end])
    np.testing.assert_allclose(expectation.weights(f, [end], at) @ f.score(at.x, [end]), [-1 / end], rtol=1e-13)
    np.testing.assert_allclose(information.by_quadrature(f, [end]), [[end**-2]], rtol=1e-13)
    np.testing.assert_allclose(information.by_quadrature(f, [end], of="hessian"), [[-(end**-2)]], rtol=1e-13)


@pytest.mark.parametrize("second", [True, False], ids=["in its second argument", "in its first argument"])
@pytest.mark.parametrize(("f", "theta"), [c for c in cases(typical=True) if not moves(c.values[0])])
def test_fisher_is_the_hessian_of_kl(f, theta, second):
    """vᵀFv = lim [KL(θ, θ+hv) + KL(θ, θ−hv)]/h², extrapolated from h and h/2; v along axes and diagonals."""
    fisher = f.fisher(theta)
    axes = np.diag(1 / np.sqrt(np.diag(fisher)))
    sums = [a + b for i, a in enumerate(axes) for b in axes[:i]]

    def curvature(v, h):
        ends = [theta + h * v, theta - h * v]
        return sum(f.kl(theta, end) if second else f.kl(end, theta) for end in ends) / h**2

    for v in [*axes, *sums]:
        # A corner of log p is a kink in KL's third derivative: the error is of first order in h, else of second.
        order = 2 if f.regular else 1
        coarse, fine = curvature(v, 2e-4), curvature(v, 1e-4)
        assert (2**order * fine - coarse) / (2**order - 1) == pytest.approx(v @ fisher @ v, rel=1e-6)


@pytest.mark.parametrize(("f", "name"), charts())
def test_fisher_transforms_with_the_jacobian_both_ways(f, name):
    """F_φ = JᵀF_θJ and F_θ = KᵀF_φK with K = J⁻¹, J = ∂θ/∂φ from mpmath and an independent θ(φ)."""
    if name not in TO_THETA.get(f.key, {}):
        pytest.skip(f"write θ(φ) of {f.key}.{name} in tests/oracles/coordinates.py")
    to_theta, g = TO_THETA[f.key][name], f.in_chart(name)
    for low_or_high in (0.25, 0.6):
        theta = np.array([p.typical[0] + low_or_high * (p.typical[1] - p.typical[0]) for p in f.parameters])
        if f.key == "categorical":
            theta = theta / (1.5 * theta.sum())
        phi = g.from_base(theta)
        point, d = tuple(exact(phi)), len(phi)
        np.testing.assert_allclose(np.array(to_theta(*point), dtype=float), theta, rtol=1e-13)
        unit = np.eye(d, dtype=int)
        j = np.array(
            [[float(mp.diff(lambda *t, k=k: to_theta(*t)[k], point, tuple(e))) for e in unit] for k in range(d)]
        )
        expected = j.T @ f.fisher(theta) @ j
        np.testing.assert_allclose(normalised(g.fisher(phi), expected), normalised(expected, expected), atol=1e-12)
        k = np.linalg.inv(j)
        back, fisher = k.T @ g.fisher(phi) @ k, f.fisher(theta)
        np.testing.assert_allclose(normalised(back, fisher), normalised(fisher, fisher), atol=1e-12)


@pytest.mark.parametrize(("f", "theta"), cases(typical=True))
def test_monte_carlo_is_within_five_standard_errors(f, theta):
    fisher = f.fisher(theta)
    sampled = information.monte_carlo(f, theta, 200_000, np.random.default_rng(11))
    assert sampled.n == 200_000
    error = np.abs(sampled.value - fisher)
    # 1e-12 for entries without any spread, such as s² = 1/θ² of the uniform.
    assert (error <= 5 * sampled.standard_error + 1e-12 * np.abs(fisher)).all()
    scale = np.sqrt(np.outer(np.diag(fisher), np.diag(fisher)))
    assert (sampled.standard_error < 0.05 * scale).all()
