"""Two routes to the Fisher information of a family of fisher_core, by finite differences of its log p."""

import numpy as np

from fisher_core import FAMILIES, score

family = "cauchy"  # parameter
theta = [0.0, 1.0]  # parameter
coordinate = 0  # parameter
truth = [(1.0, (0.0, 1.0))]  # parameter
rows = None  # parameter

f, h = FAMILIES[family], 1e-3


def nodes(share, parameters):  # values and weights, for expectations
    points, weights = score.outcomes(f, parameters)
    return points, share * weights


def log_p(step):
    at = theta + step * np.eye(len(theta))[coordinate]
    return f.log_prob(np.clip(x, *f.support(at)), at)  # at data inside the support


parts = [rows] if rows else [nodes(*part) for part in truth]
x, w = (np.concatenate(a) for a in zip(*parts, strict=True))
x, w = x[w > 1e-18], w[w > 1e-18] / w.sum()
square, curvature = ((log_p(h) - log_p(-h)) / (2 * h)) ** 2, -(log_p(h) - 2 * log_p(0) + log_p(-h)) / h**2
for name, a in (("squared slope", square), ("curvature", curvature)):
    print(f"{name:14s} mean {w @ a:.4g}  SD of one {np.sqrt(w @ (a - w @ a) ** 2):.4g}")
print(f"ratio {w @ square / (w @ curvature):.4f}")
