import numpy as np

weight = 1  # parameter
seed = 7  # parameter
y = np.arange(200) % 2  # two classes that a threshold parts without error
x = np.column_stack([np.ones(200), (2 * y - 1) * (1 + 0.8 * np.abs(np.random.default_rng(1).normal(size=200)))])
rng, theta = np.random.default_rng(seed), np.zeros(2)
for step in range(1, 3001):
    theta += x.T @ (y - 1 / (1 + np.exp(-x @ theta))) / 200
    if step in (10, 100, 300, 1000, 3000):
        p, square = 1 / (1 + np.exp(-x @ theta)), x[:, weight] ** 2
        exact = (p * (1 - p)) @ square / 200
        runs = ((rng.random((2000, 200)) < p) - p) ** 2 @ square / 200
        median, empirical = np.median(runs) / exact, (y - p) ** 2 @ square / 200 / exact
        print(step, f"exact {exact:.6e} mean {runs.mean() / exact:.2f} median {median:.4f} empirical {empirical:.6f}")
