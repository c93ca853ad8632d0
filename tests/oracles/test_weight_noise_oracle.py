"""KL of a perturbed network from its definition in 300 digits, at steps where float64 has no digits left to subtract."""

import mpmath
import numpy as np
import pytest

from fisher_core.models import MLP
from fisher_studies import weight_noise


def by_definition(model, x, theta, delta):
    """(1/n) Σ_i Σ_y π log π/π′, layer by layer in mpmath."""
    number = lambda v: mpmath.mpf(float(v))  # noqa: E731

    def log_probabilities(row, weights):
        a, at = [number(v) for v in row], 0
        for layer, (m, h) in enumerate(zip(model.sizes[:-1], model.sizes[1:], strict=True)):
            u = []
            for unit in range(h):
                w = weights[at + unit * (m + 1) : at + (unit + 1) * (m + 1)]
                u.append(sum(p * q for p, q in zip(w[:-1], a, strict=True)) + w[-1])
            at += h * (m + 1)
            last = layer == len(model.sizes) - 2
            a = u if last else [mpmath.tanh(v) if model.activation == "tanh" else max(v, mpmath.mpf(0)) for v in u]
        total = mpmath.log(sum(mpmath.exp(v) for v in a))
        return [v - total for v in a]

    before, after = [number(t) for t in theta], [number(t) + number(d) for t, d in zip(theta, delta, strict=True)]
    kl = mpmath.mpf(0)
    for row in x:
        p, q = log_probabilities(row, before), log_probabilities(row, after)
        kl += sum(mpmath.exp(a) * (a - b) for a, b in zip(p, q, strict=True))
    return kl / len(x)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("scale", [1.0, 12.0], ids=["unsure", "sure"])
@pytest.mark.parametrize("length", [1e-14, 1e-8, 1e-3, 0.3, 5.0, 200.0])
def test_mean_kl(activation, scale, length):
    model, rng = MLP((2, 3, 3), activation), np.random.default_rng(4)
    theta = scale * rng.normal(size=model.size)
    x, delta = rng.normal(size=(3, 2)), length * rng.normal(size=model.size)
    with mpmath.workdps(300):
        truth = float(by_definition(model, x, theta, delta))
    # The logits are rounded by 1e-16 of their size, and π with them.
    tolerance = 3e-14 * max(1.0, float(np.abs(model.logits(x, theta)).max()))
    assert weight_noise.mean_kl(model, x, theta, delta) == pytest.approx(truth, rel=tolerance, abs=0)
