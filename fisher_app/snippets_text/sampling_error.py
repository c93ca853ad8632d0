import numpy as np

seed = 7  # parameter
x = np.column_stack([np.ones(1000), np.random.default_rng(1).normal(size=1000)])
chance = 1 / (1 + np.exp(-x @ [0.5, 1.5]))
other = 1 / (1 + np.exp(-x @ [1.0, 1.0]))  # another world, whose labels are observed
fisher = (x.T * (chance - chance**2)) @ x / 1000
rng = np.random.default_rng(seed)
for draws in (10, 100, 1000, 10_000):
    errors = []
    for labels_from in (chance, other):
        for _ in range(100):
            rows = rng.integers(1000, size=draws)
            residual = (rng.random(draws) < labels_from[rows]) - chance[rows]
            estimate = (x[rows].T * residual**2) @ x[rows] / draws
            errors.append(np.linalg.norm(estimate - fisher) / np.linalg.norm(fisher))
    print(draws, "labels: drawn", np.mean(errors[:100]).round(4), "another world", np.mean(errors[100:]).round(4))
