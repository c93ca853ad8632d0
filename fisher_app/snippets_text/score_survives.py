"""Information about a normal mean that is left when only the bin of each observation is kept."""

import numpy as np
from scipy import integrate, stats

theta = 0.0  # parameter
n = 1  # parameter
edges = [0.0]  # parameter

kept = 0.0
low = -np.inf
for high in [*edges, np.inf]:
    chance = stats.norm.cdf(high, theta) - stats.norm.cdf(low, theta)
    if chance > 0:  # the score of a bin is the mean score inside it
        total, _ = integrate.quad(lambda x: (x - theta) * stats.norm.pdf(x, theta), low, high)
        kept += total**2 / chance
    low = high
print("one observation", 1.0, "its bin", kept, "lost inside the bins", 1 - kept)
print("n observations", float(n), "their mean", float(n), "their bins", n * kept)
