"""Two routes to the Fisher information by finite differences of log p: nothing here knows a derivative."""

import numpy as np
from scipy import special, stats

model = "poisson"  # parameter
theta = [4.0]  # parameter
coordinate = 0  # parameter
truth = [(1.0, "poisson", (4.0,))]  # parameter
rows = None  # parameter

MEMBER = {
    "poisson": stats.poisson, "natural": lambda eta: stats.poisson(np.exp(eta)), "bernoulli": stats.bernoulli,
    "gamma_poisson": lambda mean, size: stats.nbinom(size, size / (size + mean)), "normal": stats.norm,
    "exponential": lambda rate: stats.expon(scale=1 / rate), "gamma": lambda k, rate: stats.gamma(k, scale=1 / rate),
    "beta": stats.beta, "weibull": lambda k, scale: stats.weibull_min(k, scale=scale), "cauchy": stats.cauchy,
    "laplace": stats.laplace, "logistic": stats.logistic, "student_t": lambda m, s: stats.t(5, m, s), "uniform": lambda top: stats.uniform(0, top),
}  # fmt: skip


def nodes(share, name, parameters):  # values and weights, for expectations
    d = MEMBER[name](*parameters)
    if hasattr(d.dist, "pmf"):
        return (k := np.arange(min(d.support()[1], 600) + 1)), share * d.pmf(k)
    t = np.arange(-36, 36, 0.01)  # E g = ∫ g(x(u)) du with u = 1/(1 + e⁻ᵗ)
    return np.where(t < 0, d.ppf(special.expit(t)), d.isf(special.expit(-t))), share * special.expit(t) * special.expit(-t) * 0.01


def log_p(step):
    d = MEMBER[model](*(theta + step * np.eye(len(theta))[coordinate]))
    return d.logpmf(x) if hasattr(d.dist, "pmf") else d.logpdf(np.clip(x, *d.support()))  # at data inside the support


parts = [rows] if rows else [nodes(*part) for part in truth]
x, w = (np.concatenate(a) for a in zip(*parts, strict=True))
w, h = w / w.sum(), 1e-3
square, curvature = ((log_p(h) - log_p(-h)) / (2 * h)) ** 2, -(log_p(h) - 2 * log_p(0) + log_p(-h)) / h**2
for name, a in (("squared slope", square), ("curvature", curvature)):
    print(f"{name:14s} mean {w @ a:.4g}  SD of one {np.sqrt(w @ (a - w @ a) ** 2):.4g}")
print(f"ratio {w @ square / (w @ curvature):.4f}")
