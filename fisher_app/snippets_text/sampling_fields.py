import numpy as np

rng = np.random.RandomState(0)
t = rng.lognormal(0, 0.75, (1000, 1))
x, y = np.column_stack([np.ones(1000), t]), (2 + 2 * t + rng.randn(1000, 1))[:, 0]
optimum = np.linalg.lstsq(x, y, rcond=None)[0]
print("optimum", *optimum.round(6))
fisher = x.T @ x / 1000
for name, rate in (("descent", 0.2), ("natural", 0.08), ("empirical", 1.0)):
    away = []
    for theta in np.array([[-0.5, 4.5], [4.5, 4.0], [0.0, 0.0], [4.5, -0.5]]):
        for _ in range(100):
            residual = y - x @ theta
            matrix = {"descent": np.eye(2), "natural": fisher, "empirical": (x.T * residual**2) @ x / 1000}[name]
            theta = theta + rate * np.linalg.solve(matrix, x.T @ residual / 1000)
        away.append(np.hypot(*(theta - optimum)))
    print(name, "mean distance after 100 steps", np.mean(away).round(6))
