import numpy as np

length = 1.0  # parameter
with np.load("fisher_core/data/digits.npz") as stored:  # run this in the project's folder
    rows = np.random.default_rng(0).permutation(1797)[:1200]
    x, y = stored["images"][rows] / 16, stored["labels"][rows].astype(int)
x, eye, rng = np.column_stack([x, np.ones(1200)]), np.eye(10), np.random.default_rng(0)
first, last = rng.normal(0, np.sqrt(2 / 64), (64, 16)), rng.normal(0, np.sqrt(1 / 16), (16, 10))
theta = np.concatenate([np.vstack([w, np.zeros(w.shape[1])]).T.ravel() for w in (first, last)])
def forward(t, x):
    h = np.column_stack([np.maximum(x @ t[:1040].reshape(16, 65).T, 0), np.ones(len(x))])
    z = h @ t[1040:].reshape(10, 17).T
    return h, z - np.log(np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)) - z.max(1, keepdims=True)
def scores(t, x, h, error):  # one row per image
    back = (error @ t[1040:].reshape(10, 17)[:, :16]) * (h[:, :16] > 0)
    return np.hstack([(a[:, :, None] * b[:, None, :]).reshape(len(x), -1) for a, b in ((back, x), (error, h))])
m, v, n = 0, 0, 0
for batch in (r for _ in range(40) for r in rng.permutation(1200).reshape(12, 100)):  # Adam
    h, log_p = forward(theta, x[batch])
    g = scores(theta, x[batch], h, np.exp(log_p) - eye[y[batch]]).mean(0)
    n, m, v = n + 1, 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    theta = theta - 3e-3 / (1 - 0.9**n) * m / (np.sqrt(v / (1 - 0.999**n)) + 1e-8)
h, log_p = forward(theta, x)
p, fisher = np.exp(log_p), 0
for c in range(10):  # every label, as likely as the model says
    s = scores(theta, x, h, (eye[c] - p) * np.sqrt(p[:, [c]]))
    fisher = fisher + s.T @ s / 1200
values, vectors = np.linalg.eigh(fisher)
null, diagonal = vectors[:, values <= 1e-10 * values[-1]], np.diag(fisher)
for k, name in enumerate(("any", "cheap", "null")):
    d = np.random.default_rng([0, k]).normal(size=(8, 1210))
    d = (d, d / np.sqrt(diagonal + 0.01 * diagonal.mean()), d @ null @ null.T)[k]
    d *= length / np.linalg.norm(d, axis=1, keepdims=True)
    # a difference of logarithms: below 1e-12 it has no digits left
    done = np.mean([(p * (log_p - forward(theta + e, x)[1])).sum() / 1200 for e in d])
    print(f"{name} done {done:.4g} foreseen {np.mean((d @ fisher * d).sum(1)) / 2:.4g} diagonal {np.mean(d**2 @ diagonal) / 2:.4g}")
