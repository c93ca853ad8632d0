"""Noise of the sampled policy gradient (r − baseline) s, rewards (1, ½, 0) + offset, π = (.01, .09, .90)."""

import numpy as np

baseline = 0.0  # parameter
offset = 0.0  # parameter
logs = False  # parameter
seed = 7  # parameter

r, pi = np.array([1, 0.5, 0]) + offset, np.array([0.01, 0.09, 0.9])
s = np.eye(3) - pi  # the score of each action


def noise(b):
    terms = (r - b)[:, None] * s
    return pi @ (terms**2).sum(axis=1) - ((pi @ terms) ** 2).sum()


grid = np.linspace(-1, 12, 13001)
best = grid[np.argmin([noise(b) for b in grid])]  # by looking, not by formula
print("noise", noise(baseline).round(7))
print("best", best.round(6), noise(best).round(7))
chance = np.full(3, 1 / 3) if logs else pi
rng = np.random.default_rng(seed)
drawn = s[rng.choice(3, size=1000, p=chance), 1] ** 2  # entry 22 of s sᵀ
print("F22", drawn.mean().round(6), "±", (drawn.std() / np.sqrt(1000)).round(6), "exact", pi[1] * (1 - pi[1]))
print("traces", (pi @ (s**2).sum(axis=1)).round(6), (s**2).sum().round(6) / 3)
mean = np.mean([(r - baseline)[a] * s[a] for a in rng.choice(3, size=20000, p=pi)], axis=0)
print("mean of 20000 terms", mean.round(4), "exact", (pi * (r - pi @ r)).round(4))
