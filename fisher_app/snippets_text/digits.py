import numpy as np

seed = 0  # parameter
epochs = 40  # parameter
kind = "exact"  # parameter
samples = 1200  # parameter
strength = 100.0  # parameter
with np.load("fisher_core/data/digits.npz") as stored:  # run this in the project's folder
    order = np.random.default_rng(0).permutation(1797)
    x, y = (stored["images"] / 16)[order], stored["labels"][order].astype(int)
rng = np.random.default_rng(seed)
shuffle, eye = rng.permutation(64), np.eye(10)
start = [rng.normal(0, np.sqrt(2 / 64), (64, 64)), np.zeros(64), rng.normal(0, np.sqrt(1 / 64), (64, 10)), np.zeros(10)]
def forward(t, x):
    h = np.maximum(x @ t[0] + t[1], 0)
    e = np.exp((z := h @ t[2] + t[3]) - z.max(1, keepdims=True))
    return h, e / e.sum(1, keepdims=True)
def summed(t, x, h, error, k=1):  # over rows: gradients, or their squares
    back = (error @ t[2].T) * (h > 0)
    return [(x**k).T @ back**k, (back**k).sum(0), (h**k).T @ error**k, (error**k).sum(0)]
def train(t, x, y, rng, count, stiffness):  # Adam
    anchor, t, m, v = t, list(t), [0.0] * 4, [0.0] * 4
    for n, rows in enumerate((r for _ in range(count) for r in rng.permutation(1200).reshape(12, 100)), 1):
        h, p = forward(t, x[rows])
        for i, g in enumerate(summed(t, x[rows], h, (p - eye[y[rows]]) / 100)):
            g = g + strength * stiffness[i] * (t[i] - anchor[i])
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            t[i] = t[i] - 3e-3 / (1 - 0.9**n) * m[i] / (np.sqrt(v[i] / (1 - 0.999**n)) + 1e-8)
    return t
a = train(start, x[:1200], y[:1200], rng, epochs, [0.0] * 4)
draw = np.random.default_rng([seed, samples])
rows = np.sort(draw.choice(1200, samples, replace=False)) if kind == "sampled" else np.arange(1200)
h, p = forward(a, x[rows])
labels = {"empirical": y[rows], "sampled": (draw.random((len(rows), 1)) >= p.cumsum(1)).sum(1)}.get(kind)
weight = p if labels is None else eye[labels.clip(0, 9)]  # exact: every label, as likely as the model says
squares = [summed(a, x[rows], h, (eye[c] - p) * np.sqrt(weight[:, [c]]), 2) for c in range(10)]
stiff = [sum(s[i] for s in squares) / len(rows) for i in range(4)]
b = train(a, x[:1200, shuffle], y[:1200], np.random.default_rng(100 + seed), 40, [1.0] * 4 if kind == "l2" else stiff)
for name, t, pixels in (("A", a, x), ("A after B", b, x), ("B", b, x[:, shuffle])):
    print(name, (forward(t, pixels[1200:])[1].argmax(1) == y[1200:]).mean().round(4))
