"""KL against its parabola, by brute force: sums and integrals of p log(p/q), no closed form of KL or F."""

import numpy as np

model = "coin.p"  # parameter
value = 0.1  # parameter
delta = 0.1  # parameter

x = np.arange(2.0) if model.startswith("coin") else np.arange(200.0)
CHARTS = {
    "coin.p": (lambda p: p, lambda u: u),
    "coin.logit": (lambda p: np.log(p / (1 - p)), lambda u: 1 / (1 + np.exp(-u))),
    "coin.arcsine": (lambda p: np.arcsin(np.sqrt(p)), lambda u: np.sin(u) ** 2),
}
to, back = CHARTS.get(model, (lambda t: t, lambda t: t))


def log_p(u):
    t = back(u)
    if model == "uniform.theta":
        return np.full(1, -np.log(t))
    if model == "poisson.lambda":
        return x * np.log(t) - t - np.concatenate([[0], np.cumsum(np.log(x[1:]))])
    return x * np.log(t) + (1 - x) * np.log1p(-t)


def kl(a, b):
    if model == "uniform.theta":
        return np.log(b / a) if b >= a else np.inf
    return np.sum(np.exp(log_p(a)) * (log_p(a) - log_p(b)))


start = to(value)
step = 1e-5
score = (log_p(start + step) - log_p(start - step)) / (2 * step)
F = np.sum(np.exp(log_p(start)) * score**2) if model != "uniform.theta" else 1 / start**2
inside = 0 < back(start + delta) < (1 if model.startswith("coin") else np.inf)
forward = kl(start, start + delta) if inside else np.nan
print(f"F = {F:.6g}  KL = {forward:.6g}  bowl = {0.5 * F * delta**2:.6g}")
