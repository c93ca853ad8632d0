"""The Fisher matrix of a softmax unit (.7, .2, .1) has a null direction: a number added to all logits."""

import numpy as np

shift = 0.0  # parameter

logits = np.log([0.7, 0.2, 0.1]) + shift
pi = np.exp(logits) / np.exp(logits).sum()
s = np.eye(3) - pi  # score of each class
F = (s.T * pi) @ s
print("chances", *pi.round(9))
print("eigenvalues", *np.linalg.eigvalsh(F).round(6), "trace", np.trace(F).round(6))
x = np.array([1, 2])
print("with x = (1, 2)", *np.linalg.eigvalsh(np.kron(np.outer(x, x), F)).round(6))
print("F+", *np.linalg.pinv(F).ravel().round(4))
print("F+ F", *(np.linalg.pinv(F) @ F).ravel().round(4))
