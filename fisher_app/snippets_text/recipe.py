"""F of three machines: the covariance of the score over the machine's own outputs, by summing over them."""

import numpy as np

p = (0.01, 0.09)  # parameter
theta = (0.0, 1.0)  # parameter
labels = "data"  # parameter
seed = 7  # parameter
normal = (0.0, 1.0)  # parameter

# data: outputs x of N(μ, σ), scores ((x−μ)/σ², ((x−μ)²/σ² − 1)/σ), averaged by Gauss–Hermite quadrature
z, chance = np.polynomial.hermite_e.hermegauss(20)
chance, sigma = chance / chance.sum(), normal[1]
s = np.stack([z / sigma, (z**2 - 1) / sigma], axis=1)
print("data", *np.diag((s.T * chance) @ s).round(9))

# labels: y of 0 or 1 at seven given x, scores (y − p)(1, x), averaged over y
x = np.arange(-3.0, 4)
features = np.column_stack([np.ones(7), x])
mean = 1 / (1 + np.exp(-features @ theta))
f = sum(((features.T * (y - mean) ** 2) * q) @ features for y, q in ((0, 1 - mean), (1, mean)))
y = {"data": x >= 0, "flipped": x < 0, "model": np.random.default_rng(seed).random(7) < mean}[labels]
e = (features.T * (y - mean) ** 2) @ features
print("labels", *f[[0, 0, 1], [0, 1, 1]].round(9), np.trace(e).round(9))
print("step", *np.linalg.solve(f, features.T @ (y - mean)).round(9))

# actions: a of three, scores e_a − π, averaged over a
pi, r = np.array([*p, 1 - sum(p)]), np.array([1, 0.5, 0])
s = np.eye(3) - pi
f = (s.T * pi) @ s
print("actions", *f[np.triu_indices(3)].round(9))
print("natural", *(np.linalg.pinv(f, rcond=1e-12) @ (f @ r)).round(9))
