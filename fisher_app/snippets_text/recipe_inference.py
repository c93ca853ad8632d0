"""max E[r] − β KL(π ‖ π₀) over policies, by a general-purpose minimiser; and the natural flow at time 1/β."""

import numpy as np
from scipy.optimize import minimize

beta = 0.2  # parameter

r, prior = np.array([1, 0.5, 0]), np.array([0.01, 0.09, 0.9])


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def cost(z):
    pi = softmax(np.append(z, 0))
    return beta * pi @ np.log(pi / prior) - pi @ r


found = minimize(cost, np.log(prior[:2] / prior[2]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000})
pi = softmax(np.append(found.x, 0))
print("best", *pi.round(6))
print("reward", (pi @ r).round(6), "cost", (beta * pi @ np.log(pi / prior)).round(6), "value", -round(found.fun, 6))
print("flow", *softmax(np.log(prior) + r / beta).round(6))
