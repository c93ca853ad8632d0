"""Two logistic tasks: learn B from θ_A under four penalties. Losses are counted from each task's own minimum."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

angle = 0.0  # parameter
lam = 1.0  # parameter
eta = 0.1  # parameter
b = (1.0, 0.5)  # parameter
along = False  # parameter
noise = 0.0  # parameter
seed = 7  # parameter

t = np.radians(angle)
R = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])


def draw(theta, spread, number):
    rng = np.random.default_rng(number)
    x = np.array(spread) * rng.standard_normal((120, 2))
    y = (rng.random(120) < expit(x @ theta)).astype(float)
    return x @ R.T, y


def loss(theta, x, y):
    return np.mean(np.logaddexp(0, np.where(y == 1, -1, 1) * (x @ theta)))


A, B = draw([-1.2, -0.4], (0.9, 6.0), [seed, 2]), draw(b, (1.2, 5.0) if along else (5.0, 1.2), [seed, 3])
best_a, best_b = (minimize(loss, np.zeros(2), args=task, tol=1e-10) for task in (A, B))
a, (xa, _), (x, y) = best_a.x, A, B
w = expit(xa @ a) * expit(-xa @ a)
F = xa.T @ (w[:, None] * xa) / 120
shocks = noise * np.random.default_rng(seed).standard_normal((120, 2)) @ R.T
for name, P in {"none": np.zeros((2, 2)), "l2": np.eye(2), "diagonal": np.diag(np.diag(F)), "full": F}.items():
    theta = a
    for shock in shocks:
        theta = theta - eta * (x.T @ (expit(x @ theta) - y) / 120 + lam * P @ (theta - a) + shock)
    print(f"{name:9s}", *(f"{v:.6g}" for v in (*theta, loss(theta, *A) - best_a.fun, loss(theta, *B) - best_b.fun)))
