import numpy as np

world = "regression matched"  # parameter
quiet = False  # parameter
offset = (1.0, -1.0)  # parameter
draws = 1000  # parameter
seed = 7  # parameter
if world.startswith("regression"):  # a line with noise; the model believes N(0, 1)
    t, e, later = np.random.default_rng(1).normal(size=(3, 1000))
    noise = {"matched": e, "fourfold": 2 * e, "heteroscedastic": later * (0.2 + 1.2 * np.abs(t))}
    x, y = np.column_stack([np.ones(1000), t]), 1 + 2 * t + noise[world.split()[1]]
elif world == "separable":
    y = np.arange(200) % 2
    x = np.column_stack([np.ones(200), (2 * y - 1) * (1 + 0.8 * np.abs(np.random.default_rng(1).normal(size=200)))])
elif world == "challenger":  # temperature at launch, O-ring distress
    t = np.array([66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58.0])
    x, y = np.column_stack([np.ones(23), (t - t.mean()) / t.std()]), np.isin(np.arange(23), [1, 8, 9, 10, 13, 20, 22])
else:  # two clouds
    a = {"correct": 0, "crossed": 0.6}[world]
    rng, s = np.random.RandomState(0), {"correct": 2, "crossed": 1.5}[world]
    clouds = [rng.randn(500, 2) @ (s * np.array([[1, -b], [-b, 1]])) for b in (a, -a)]
    x, y = np.vstack([1 + clouds[0], clouds[1] - 1]), np.repeat([0, 1], 500)
if linear := world.startswith("regression"):
    optimum = np.linalg.lstsq(x, y, rcond=None)[0]
    y = x @ optimum + 0.02 * (y - x @ optimum) if quiet else y
else:
    optimum = np.array([0.0, 1.0 * (world == "separable")])
    for _ in range(0 if world == "separable" else 30):  # Newton
        p = 1 / (1 + np.exp(-x @ optimum))
        optimum += np.linalg.solve((x.T * (p - p**2)) @ x, x.T @ (y - p))
z = x @ (optimum + offset)
mean, weight = (z, np.ones(len(z))) if linear else (1 / (1 + np.exp(-z)), 1 / (2 + np.exp(z) + np.exp(-z)))
rng = np.random.default_rng(seed)
rows = rng.integers(len(x), size=draws)
labels = z[rows] + rng.normal(size=draws) if linear else rng.random(draws) < mean[rows]
matrices = {"exact": (x.T * weight) @ x / len(x),  # labels averaged out, drawn, observed
            "sampled": (x[rows].T * (labels - mean[rows]) ** 2) @ x[rows] / draws, "empirical": (x.T * (y - mean) ** 2) @ x / len(x)}
for name, matrix in matrices.items():
    step = np.linalg.solve(matrix, x.T @ (y - mean) / len(x))
    print(name, *matrix[[0, 0, 1], [0, 1, 1]].round(6), np.linalg.norm(step).round(6))
