import numpy as np

rule = "ewc"  # parameter
synapses = 200  # parameter
patterns = 200  # parameter
c = 0.2  # parameter
runs = 400  # parameter
seed = 7  # parameter
n = synapses
rate = {"gd": lambda t: 1 / (n + 1), "ewc": lambda t: 1 / (n + t), "rate": lambda t: c / n}[rule]
rng = np.random.default_rng(seed)
runs = max(8, min(runs, 32_000_000 // (n * patterns)))
first, last, power = [], [], []
for _ in range(runs):
    x = 1 - 2 * rng.integers(0, 2, (patterns, n), dtype=np.int8)
    y = 1 - 2 * rng.integers(0, 2, patterns)
    w = np.zeros(n)
    for t in range(1, patterns + 1):
        w += rate(t) * (y[t - 1] - w @ x[t - 1]) * x[t - 1]
    output = y * (x @ w)
    first.append(output[0])
    last.append(output[-1])
    power.append(w @ w)
for name, values in (("signal of the first", first), ("signal of the last", last)):
    print(name, round(np.mean(values), 4), "standard error", round(np.std(values, ddof=1) / np.sqrt(runs), 4))
noise = np.sqrt(np.mean(power))
print("noise", round(noise, 4), "standard error", round(np.std(power, ddof=1) / np.sqrt(runs) / (2 * noise), 4))
