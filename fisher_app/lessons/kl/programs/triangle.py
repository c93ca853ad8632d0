"""Fisher matrix of three outcomes in (p1, p2), as the covariance of the score by enumeration."""

import numpy as np

p1 = 0.2  # parameter
p2 = 0.3  # parameter

p = np.array([p1, p2, 1 - p1 - p2])
score = np.array([[1 / p[0], 0.0], [0.0, 1 / p[1]], [-1 / p[2], -1 / p[2]]])
F = np.einsum("x,xi,xj->ij", p, score, score)
print(F)
