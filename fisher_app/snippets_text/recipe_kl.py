"""One step of KL radius c from π = (.01, .09, .90): natural and plain, promised and gained."""

import numpy as np

c = 0.01  # parameter
scale = 1.0  # parameter

r, pi = np.array([1, 0.5, 0]), np.array([0.01, 0.09, 0.9])
F = np.diag(pi) - np.outer(pi, pi)
g = F @ r


def moved(delta):
    new = pi * np.exp(delta)
    return new / new.sum()


for name, direction in (("natural", np.linalg.pinv(F) @ g), ("plain", g)):
    delta = direction * np.sqrt(2 * c / (direction @ F @ direction))
    new = moved(delta)
    print(name, (g @ delta).round(6), ((new - pi) @ r).round(6), (pi @ np.log(pi / new)).round(7))
s = np.eye(3) - pi  # scores; rewards taken into the matrix: E[(r − J)² s sᵀ]
weighted = sum(p * (scale * (a - pi @ r)) ** 2 * np.outer(t, t) for p, a, t in zip(pi, r, s, strict=True))
print("steps", np.linalg.norm(np.linalg.pinv(F) @ (scale * g)).round(6), *(np.linalg.pinv(weighted) @ (scale * g)).round(6))
