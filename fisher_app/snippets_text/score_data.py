"""Scores of measured data: at their own maximum-likelihood estimate they average to zero.  Derivatives by differences."""

import numpy as np
from scipy import stats

data = "horse_kicks"  # parameter
theta = [0.61]  # parameter

if data == "light_passage":  # S. Newcomb 1882: ns beyond 24 800
    times = """28 26 33 24 34 -44 27 16 40 -2 29 22 24 21 25 30 23 29 31 19 24 20 36 32 36 28 25 21 28 29 37 25 28 26 30 32
    36 26 30 22 36 23 27 27 28 27 31 27 26 33 26 32 32 24 39 28 24 25 32 25 29 27 28 29 16 23"""
    x, log_p = np.array(times.split(), float), lambda x, t: stats.norm.logpdf(x, *t)
    estimate = [x.mean(), x.std()]
else:
    tally = {
        "horse_kicks": [109, 65, 22, 3, 1],
        "alpha_counts": [57, 203, 383, 525, 532, 408, 273, 139, 45, 27, 10, 4, 0, 1, 1],
    }[data]
    x, log_p = np.repeat(np.arange(len(tally)), tally).astype(float), lambda x, t: stats.poisson.logpmf(x, t[0])
    estimate = [x.mean()]

theta = np.array(theta)
score = np.array([(log_p(x, theta + e) - log_p(x, theta - e)) / 2e-5 for e in 1e-5 * np.eye(len(theta))])
mean, centred = score.mean(axis=1), score - score.mean(axis=1, keepdims=True)
print("estimate", estimate)
print("mean score", mean)
print("covariance", (centred @ centred.T / len(x)).tolist())
