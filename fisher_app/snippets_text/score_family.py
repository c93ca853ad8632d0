"""Scores of N draws from a family of fisher_core, by differences of its log-density: their mean and covariance."""

import numpy as np

from fisher_core import FAMILIES

family = "cauchy"  # parameter
truth = [0.0, 1.0]  # parameter
theta = [0.0, 1.0]  # parameter
N = 400  # parameter
seed = 7  # parameter

f, most = FAMILIES[family], 100_000  # the largest sample is drawn; its first N are used
x = f.sample(truth, most, np.random.default_rng(seed))[:N]
theta, h = np.array(theta), 1e-5
score = np.array([(f.log_prob(x, theta + e) - f.log_prob(x, theta - e)) / (2 * h) for e in h * np.eye(len(theta))])
mean, centred = score.mean(axis=1), score - score.mean(axis=1, keepdims=True)
print("mean score", mean, "+-", centred.std(axis=1) / np.sqrt(N))
print("covariance", (centred @ centred.T / N).tolist())
print("Fisher, closed form", f.fisher(theta).tolist())
