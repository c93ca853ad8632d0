"""Two flows of a policy over three arms, dθ/dt = ∇J and dθ/dt = F⁺∇J, by a differential equation in π."""

import numpy as np
from scipy.integrate import solve_ivp

p = (0.01, 0.09)  # parameter
damping = 0.0  # parameter

r = np.array([1, 0.5, 0])
start = np.array([*p, 1 - sum(p)])


def fisher(pi):
    return np.diag(pi) - np.outer(pi, pi)


def slope(t, pi, kind):
    gradient = pi * (r - pi @ r)
    if kind == "natural":
        gradient = np.linalg.lstsq(fisher(pi), gradient, rcond=1e-13)[0]
    if kind == "damped":
        gradient = np.linalg.solve(fisher(pi) + damping * np.eye(3), gradient)
    return fisher(pi) @ gradient


def half(t, pi, kind):
    return pi[0] - 0.5


half.terminal = True
print("trace", np.trace(fisher(start)).round(9))
print("push", *(start * (r - start @ r)).round(9))
for kind in ("natural", "plain", *(["damped"] if damping else [])):
    run = solve_ivp(slope, (0, 1e6), start, method="LSODA", events=half, args=(kind,), rtol=1e-10, atol=1e-14)
    print(kind, run.t[-1].round(4), run.y[1].max().round(4))
