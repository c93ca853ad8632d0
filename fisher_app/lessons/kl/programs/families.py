"""KL against its parabola for any family of fisher_core, by sums and integrals of its log-density and score."""

import numpy as np
from scipy import integrate

from fisher_core import FAMILIES  # any family's density can only come from the family; its own KL and F are not used

family = "gamma"  # parameter
chart = "own"  # parameter
theta = [2.0, 1.0]  # parameter
direction = [1.0, 0.0]  # parameter
step = 0.7  # parameter

f = FAMILIES[family] if chart == "own" else FAMILIES[family].in_chart(chart)
theta, direction = np.array(theta), np.array(direction)
end = theta + step * direction


def mean(g):
    """E[g(x)] under theta: over outcomes, over a lattice of vectors, or over the quantiles of a density."""
    if f.columns is not None:
        draws = f.sample(theta, 4000, np.random.default_rng(0))
        axes = [np.linspace(c.mean() - 9 * c.std(), c.mean() + 9 * c.std(), 161) for c in draws.T]
        x = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, f.columns)
        return np.exp(f.log_prob(x, theta)) @ g(x) * np.prod([a[1] - a[0] for a in axes])
    if f.discrete:
        x = np.arange(f.quantile(1e-15, theta), f.quantile(1 - 1e-15, theta) + 1)
        return np.exp(f.log_prob(x, theta)) @ g(x)
    return integrate.quad(lambda u: g(f.quantile([u], theta))[0], 0, 1, limit=400, epsabs=1e-11)[0]


def kl():
    (lo, hi), (first, last) = [(0, 0), (0, 0)] if f.columns else [f.support(theta), f.support(end)]
    if lo < first or hi > last:
        return np.inf  # theta has data that theta + delta has not
    return mean(lambda x: f.log_prob(x, theta) - f.log_prob(x, end))


bowl = 0.5 * step**2 * mean(lambda x: (f.score(x, theta) @ direction) ** 2)
print("theta + delta", end.tolist(), " KL", kl() if f.contains(end) else "none: outside the space", " bowl", bowl)
