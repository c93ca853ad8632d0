import numpy as np

epsilon = 0.01  # parameter
importance = 1000.0  # parameter
p = np.array([1 - epsilon, epsilon])
predicted = p.argmax()
exact, argmax = p @ (np.eye(2)[:, 0] - p[0]) ** 2, ((predicted == 0) - p[0]) ** 2
print(f"ratio {exact / argmax:.6g}")
q = np.array([0.7, 0.2, 0.1])
print(f"three classes: {((np.eye(3)[0] - q) ** 2).sum():.2f} for {q @ ((np.eye(3) - q) ** 2).sum(axis=1):.2f}")
later = 1 / (1 + np.exp(np.log((1 - epsilon) / epsilon) / 2))  # doubt when the logit has halved
print(f"drift {later * (1 - later) / exact:.6g}")


def solve(anchor):  # argmin of (theta - 1)^2 / 2 + importance (theta - anchor)^2: B's optimum is 1, A's was 0
    return (1 + 2 * importance * anchor) / (1 + 2 * importance)


theta = 0.0
for epoch in range(1, 10_001):
    theta = solve(anchor=theta)  # the anchor is renewed
    if epoch in (1, 50, 1000, 10_000):
        print(f"epoch {epoch} renewed {100 * theta:.6g} kept {100 * solve(anchor=0.0):.6g}")
