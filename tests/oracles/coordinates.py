"""θ(φ) of every chart, a second time and in mpmath: ``TO_THETA[family][chart](*phi)`` returns the d entries of θ."""

from __future__ import annotations

import mpmath as mp


def log_scale(location, log_of_scale):
    return location, mp.exp(log_of_scale)


def both_log(a, b):
    return mp.exp(a), mp.exp(b)


def softmax_without_last(*eta):
    total = 1 + mp.fsum(mp.exp(e) for e in eta)
    return tuple(mp.exp(e) / total for e in eta)


TO_THETA = {
    "bernoulli": {
        "logit": lambda eta: (1 / (1 + mp.exp(-eta)),),
        "arcsine": lambda angle: (mp.sin(angle) ** 2,),
    },
    "categorical": {"natural": softmax_without_last},
    "poisson": {"log": lambda u: (mp.exp(u),), "sqrt": lambda u: (u**2,)},
    "exponential": {"log": lambda u: (mp.exp(u),), "mean": lambda mean: (1 / mean,)},
    "normal": {
        "log_sigma": log_scale,
        "variance": lambda mu, v: (mu, mp.sqrt(v)),
        "precision": lambda mu, t: (mu, 1 / mp.sqrt(t)),
        "natural": lambda a, b: (-a / (2 * b), mp.sqrt(-1 / (2 * b))),
        "mean_parameters": lambda m, s: (m, mp.sqrt(s - m**2)),
    },
    "gamma": {"log": both_log},
    "beta": {"log": both_log},
    "weibull": {"log": both_log},
    "cauchy": {"log_scale": log_scale},
    "laplace": {"log_scale": log_scale},
    "logistic": {"log_scale": log_scale},
    "student_t": {"log_scale": log_scale},
}
