"""Three tasks with Laplace noise in sequence: Fisher matrix P everywhere, but no parabola; springs that remember."""

import numpy as np
from scipy.optimize import minimize

order = "ABC"  # parameter
diagonal = False  # parameter
gamma = 1.0  # parameter

P = {"A": np.array([[4, 1], [1, 0.5]]), "B": np.array([[0.5, -0.4], [-0.4, 3]]), "C": np.array([[1, 0.3], [0.3, 1]])}
c = {"A": np.array([0, 0]), "B": np.array([3, 1]), "C": np.array([1, 4])}


def loss(n, theta):
    values, vectors = np.linalg.eigh(P[n])
    z = np.abs(np.sqrt(values) * ((theta - c[n]) @ vectors))
    return np.sum(z + np.expm1(-z))  # KL between Laplace densities


def minimise(names, springs):
    def height(t):
        return sum(loss(n, t) for n in names) + sum((t - a) @ S @ (t - a) for S, a in springs) / 2

    return minimize(height, [0, 0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-15, "maxiter": 4000}).x


def report(name, theta):
    losses = [loss(n, theta) for n in "ABC"]
    print(f"{name:9s}", *(f"{x:.6f}" for x in (*theta, *losses, sum(losses))))


report("joint", minimise("ABC", []))
for memory in ("single", "separate", "online"):
    springs = []
    for n in order:
        theta = minimise(n, springs)
        F = np.diag(np.diag(P[n])) if diagonal else P[n]
        total = sum((S for S, _ in springs), F)
        one = (gamma * total if memory == "online" else total, theta)
        springs = [*springs, (F, theta)] if memory == "separate" else [one]
    report(memory, theta)
