"""Scores of N draws, evaluated at theta: their mean and covariance, with standard errors.  Derivatives by differences."""

import numpy as np
from scipy import special, stats

model = "normal"  # parameter
truth = [0.0, 1.0]  # parameter
theta = [0.0, 1.0]  # parameter
N = 400  # parameter
seed = 7  # parameter

doses = np.linspace(-2, 2, 9)
rng, most = np.random.default_rng(seed), 100_000  # the largest sample is drawn; its first N are used
if model == "normal":
    x, log_p = truth[0] + truth[1] * rng.standard_normal(most), lambda x, t: stats.norm.logpdf(x, *t)
elif model == "gamma":
    x, log_p = rng.gamma(truth[0], truth[1], most), lambda x, t: stats.gamma.logpdf(x, t[0], scale=t[1])
elif model == "beta":
    x, log_p = rng.beta(*truth, most), lambda x, t: stats.beta.logpdf(x, *t)
elif model == "weibull":
    x, log_p = truth[1] * rng.weibull(truth[0], most), lambda x, t: stats.weibull_min.logpdf(x, t[0], scale=t[1])
elif model == "bernoulli":
    x, log_p = (rng.random(most) < truth[0]) * 1.0, lambda x, t: special.xlogy(x, t[0]) + special.xlog1py(1 - x, -t[0])
elif model == "uniform":
    x, log_p = truth[0] * rng.random(most), lambda x, t: np.full(x.shape[-1], -np.log(t[0]))
else:  # a label 0 or 1 at one of nine doses
    dose = doses[rng.integers(9, size=most)]
    y = rng.random(most) < special.expit(truth[0] + truth[1] * dose)
    x, log_p = np.array([dose, 2.0 * y - 1]), lambda x, t: special.log_expit(x[1] * (t[0] + t[1] * x[0]))

x, theta, h = x[..., :N], np.array(theta), 1e-5
score = np.array([(log_p(x, theta + e) - log_p(x, theta - e)) / (2 * h) for e in h * np.eye(len(theta))])
mean, centred = score.mean(axis=1), score - score.mean(axis=1, keepdims=True)
print("mean score", mean, "+-", centred.std(axis=1) / np.sqrt(N))
print("covariance", (centred @ centred.T / N).tolist())
