"""The Fisher matrix of a Normal, as the covariance of its score, by a Riemann sum."""

import numpy as np

mu = 1.0  # parameter
sigma = 1.0  # parameter

x = mu + sigma * np.linspace(-12, 12, 240001)
p = np.exp(-(((x - mu) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
score = np.stack([(x - mu) / sigma**2, (x - mu) ** 2 / sigma**3 - 1 / sigma])
F = (score * p) @ score.T * (x[1] - x[0])
print(F)
