import numpy as np

synapses = 1000  # parameter
patterns = 500  # parameter
threshold = 1.0  # parameter
c = 0.2  # parameter
own = False  # parameter
n = synapses
rules = {"GD": lambda t: 1 / (n + 1), "EWC": lambda t: 1 / (n + t), "rate": lambda t: c / n}
for name, rate in rules.items():
    signal, variance = np.zeros(patterns), np.zeros(patterns)  # of each stored pattern's output
    power, first, holds = 0.0, 0.0, 0  # variance of the output for a pattern never stored; signal of pattern 1
    for t in range(1, 2 * n + 1):
        a = rate(t)
        first = (1 - a) * first if t > 1 else n * a
        if t <= patterns:
            old = slice(0, t - 1)
            variance[old] += a * a * (signal[old] ** 2 + (n - 2) * power + n) - (2 * a - 2 * a * a) * variance[old]
            variance[t - 1] = (1 - n * a) ** 2 * power
            signal[old] *= 1 - a
            signal[t - 1] = n * a
        power += n * a * a * (1 + power) - 2 * a * power
        holds = t if first >= threshold * np.sqrt(power) else holds
        if t == patterns:
            noise = np.sqrt(power)
    kept = np.mean(signal >= threshold * (np.sqrt(variance) if own else noise))
    print(name, "signal", round(signal[0], 6), "noise", round(noise, 6), "SNR", round(signal[0] / noise, 6))
    print(name, "kept", round(kept, 6), "pattern 1 holds to", holds)
