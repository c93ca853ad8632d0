"""When has the better of two arms probability ½?  And a Gaussian policy, whose natural steps shrink with it."""

import numpy as np
from scipy.integrate import quad, solve_ivp

p0 = 0.01  # parameter

print("plain", round(quad(lambda p: 1 / (2 * (p * (1 - p)) ** 2), p0, 0.5)[0], 6))  # ṗ = 2 p²(1−p)²
print("natural", round(quad(lambda p: 1 / (p * (1 - p)), p0, 0.5)[0], 6))  # ṗ = p(1−p)
# a ~ N(μ, σ), reward −(a − 1)²: J = −(μ − 1)² − σ², F = diag(1, 2) ∕ σ²
for name, slope in (("plain", lambda t, y: -2 * np.array([y[0] - 1, y[1]])),
                    ("natural", lambda t, y: -2 * np.array([y[0] - 1, y[1]]) * [y[1] ** 2, y[1] ** 2 / 2])):
    mu, sigma = solve_ivp(slope, (0, 2), [-1, 1], rtol=1e-10, atol=1e-12).y[:, -1]
    print("gauss", name, abs(mu - 1).round(6), (-((mu - 1) ** 2) - sigma**2).round(6))
