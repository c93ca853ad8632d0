import numpy as np
from scipy import stats

epsilon = 0.01  # parameter
n = 1000  # parameter
batch = 128  # parameter
squared = "mean"  # parameter
lean = 0.0  # parameter
wrong = (1.0,)  # parameter
seed = 7  # parameter
p = np.array([1 - epsilon, *(epsilon * np.array(wrong))])  # the right label first
scores = np.eye(len(p)) - p  # scores[y, c]: of the weight of class c, at input +1, if the label is y
if len(p) == 2:
    scores = scores[:, :1]  # a logistic unit has one weight
rng = np.random.default_rng(seed)
sign = np.where(rng.random(n) < (1 + lean) / 2, 1, -1)  # of the inputs


def mean_square(labels, x):  # of the scores at these labels, summed over classes
    return ((scores[labels] * x[:, None]) ** 2).sum() / len(x)


F = {"EXACT": sum(p[y] * mean_square(np.full(n, y), sign) for y in range(len(p)))}
some = rng.choice(n, min(500, n), replace=False)
F["EXACT(n)"] = sum(p[y] * mean_square(np.full(len(some), y), sign[some]) for y in range(len(p)))
runs = np.array([mean_square(rng.choice(len(p), n, p=p), sign) for _ in range(200)])
F["SAMPLE"] = runs.mean()
F["EMPIRICAL"] = F["ARGMAX"] = mean_square(np.zeros(n, dtype=int), sign)
b = min(batch, n)
plus = np.arange(b + 1)  # positive inputs in a batch
gradient = np.outer(2 * plus - b, scores[0]) / (b if squared == "mean" else 1)
F["BATCHED"] = stats.binom(b, (1 + lean) / 2).pmf(plus) @ (gradient**2).sum(axis=1)
for way, value in F.items():
    print(f"{way} {value:.6e} lambda {F['EXACT'] / value:.6g}")
print(f"error {runs.std() / np.sqrt(200):.3e} median {np.median(runs):.6e}")
print(f"no_wrong_label {(1 - epsilon) ** n:.6g}")
