"""Five steps with four matrices on 200 data sets: none, covariance of gradients, empirical Fisher, exact Fisher."""

import numpy as np

chosen = 3  # parameter

losses = {name: np.zeros((200, 6)) for name in ("gradient", "centred", "empirical", "natural")}
for seed in range(200):
    rng = np.random.RandomState(seed)
    x = np.vstack([rng.randn(100, 2) - 1, rng.randn(100, 2) + 1])
    y, order = np.repeat([0, 1], 100), rng.permutation(200)[:150]
    x, y, start = x[order], y[order], 0.01 * rng.randn(2)
    for name, loss in losses.items():
        w = start
        for k in range(6):
            z = x @ w
            loss[seed, k] = np.mean(np.logaddexp(0, z) - y * z)
            p = 1 / (1 + np.exp(-z))
            g = (p - y)[:, None] * x  # one gradient a row
            matrix = {"gradient": np.eye(2), "centred": np.cov(g.T, bias=True), "empirical": g.T @ g / 150,
                      "natural": (x.T * p * (1 - p)) @ x / 150}[name]
            w = w - np.linalg.solve(matrix, g.mean(axis=0))
for name, loss in losses.items():
    print(name, *loss.mean(axis=0).round(6), "| data set", chosen, *loss[chosen].round(6))
