"""Learn task B from θ_A under four penalties: loss ½(θ−c)ᵀH(θ−c), Fisher matrix H."""

import numpy as np

angle = 0.0  # parameter
lam = 1.0  # parameter
eta = 0.1  # parameter
b = (1.0, 0.5)  # parameter
along = False  # parameter
noise = 0.0  # parameter
seed = 7  # parameter
broken = False  # parameter

t = np.radians(angle)
R = np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
H_A = R @ np.diag([0.1, 6.0]) @ R.T
H_B = R @ np.diag([0.3, 3.0] if along else [3.0, 0.3]) @ R.T
a, b = R @ [-1.2, -0.4], R @ b
F = np.zeros((2, 2)) if broken else H_A  # empirical Fisher of a perfect fit: all residuals are 0
penalties = {"none": np.zeros((2, 2)), "l2": np.eye(2), "diagonal": np.diag(np.diag(F)), "full": F}
shocks = noise * np.random.default_rng(seed).standard_normal((120, 2)) @ R.T


def loss(theta, centre, H):
    return (theta - centre) @ H @ (theta - centre) / 2


def best_sum(P):
    def total(s):
        theta = np.linalg.solve(H_B + s * P, H_B @ b + s * P @ a)
        return loss(theta, a, H_A) + loss(theta, b, H_B)
    return min(total(s) for s in np.geomspace(1e-4, 1e4, 4001))


for name, P in penalties.items():
    theta = a
    for shock in shocks:
        theta = theta - eta * (H_B @ (theta - b) + lam * P @ (theta - a) + shock)
    A, B = loss(theta, a, H_A), loss(theta, b, H_B)
    print(f"{name:9s}", *(f"{x:.6g}" for x in (*theta, A, B, best_sum(P))))
