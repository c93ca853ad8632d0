"""Hessian = Gauss–Newton + rest, for v₁ tanh w₁x + v₂ tanh w₂x with logistic output, by finite differences."""

import numpy as np

factor = 1.0  # parameter

x, y = np.array([-1.5, -0.5, 0.5, 1, 2]), np.array([0, 0, 1, 0, 1])
theta, h = factor * np.array([1, -0.5, 1, 0.5]), 1e-4


def f(t):
    return t[2] * np.tanh(t[0] * x) + t[3] * np.tanh(t[1] * x)


def second(function):
    step = h * np.eye(4)
    return np.array([[sum(a * b * function(theta + a * step[i] + b * step[j]) for a in (1, -1) for b in (1, -1)) / (4 * h * h)
                      for j in range(4)] for i in range(4)])


J = np.array([(f(theta + e) - f(theta - e)) / (2 * h) for e in h * np.eye(4)]).T
p = 1 / (1 + np.exp(-f(theta)))
H = second(lambda t: np.sum(np.logaddexp(0, f(t)) - y * f(t)))
G = (J.T * p * (1 - p)) @ J
bend = np.moveaxis(second(f), -1, 0)  # ∇²f at each x
for name, matrix in (("H", H), ("G", G), ("R", H - G)):
    print(name, *np.linalg.eigvalsh(matrix).round(6))
print("bound", np.linalg.norm(H - G, 2).round(6), (np.linalg.norm(bend, 2, axis=(1, 2)).max() * np.abs(p - y).sum()).round(6))
