import numpy as np

exponent = 1.0  # parameter
path = [5.0]
for _ in range(100):  # loss θ²/2: gradient θ, F = 1, empirical Fisher θ²
    theta = path[-1]
    path.append(theta - 0.3 * theta / (theta**2) ** exponent if theta else 0.0)
print("lowest", round(np.min(path), 6), "last two", *np.round(path[-2:], 6))
