"""Go right twice for reward 1: F and ∇J from the three trajectories, scores added up action by action."""

import numpy as np

theta = (-2.0, 0.0)  # parameter

p, q = 1 / (1 + np.exp(-np.array(theta)))
chances, rewards = np.array([1 - p, p * (1 - q), p * q]), np.array([0, 0, 1])
scores = np.array([[-p, 0], [1 - p, -q], [1 - p, 1 - q]])
F = (scores.T * chances) @ scores
g = (chances * rewards) @ scores
print("F", *np.diag(F).round(9), "off", F[0, 1].round(12))
print("gradient", *g.round(9))
print("natural", *np.linalg.solve(F, g).round(9))
