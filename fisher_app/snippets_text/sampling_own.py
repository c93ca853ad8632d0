import numpy as np

model = "linear"  # parameter
rows = [(0.0, 1.0), (1.0, 2.5), (2.0, 2.0), (3.0, 4.5)]  # parameter
quiet = False  # parameter
offset = (1.0, -1.0)  # parameter
draws = 1000  # parameter
seed = 7  # parameter
t, y = np.array(rows).T
x = np.column_stack([np.ones(len(t)), (t - t.mean()) / t.std()])
if linear := model == "linear":  # y in units of its residual spread; the model believes N(0, 1)
    y = y / np.std(y - x @ np.linalg.lstsq(x, y, rcond=None)[0])
    optimum = np.linalg.lstsq(x, y, rcond=None)[0]
    y = x @ optimum + 0.02 * (y - x @ optimum) if quiet else y
else:
    optimum = np.zeros(2)
    for _ in range(30):  # Newton
        p = 1 / (1 + np.exp(-x @ optimum))
        optimum += np.linalg.solve((x.T * (p - p**2)) @ x, x.T @ (y - p))
z = x @ (optimum + offset)
mean, weight = (z, np.ones(len(z))) if linear else (1 / (1 + np.exp(-z)), 1 / (2 + np.exp(z) + np.exp(-z)))
rng = np.random.default_rng(seed)
drawn = rng.integers(len(x), size=draws)
labels = z[drawn] + rng.normal(size=draws) if linear else rng.random(draws) < mean[drawn]
matrices = {"exact": (x.T * weight) @ x / len(x),  # labels averaged out, drawn, observed
            "sampled": (x[drawn].T * (labels - mean[drawn]) ** 2) @ x[drawn] / draws, "empirical": (x.T * (y - mean) ** 2) @ x / len(x)}
for name, matrix in matrices.items():
    step = np.linalg.solve(matrix, x.T @ (y - mean) / len(x))
    print(name, *matrix[[0, 0, 1], [0, 1, 1]].round(6), np.linalg.norm(step).round(6))
