"""T equal tasks ½(θ − c)² in sequence: each answer is a weighted mean of the task's own centre and the anchors."""

import numpy as np

T = 10  # parameter
gamma = 1.0  # parameter
ask = "first"  # parameter


def learn(centres, memory):
    """θ after each task; centres (T,) or (T, m) for m problems at once."""
    springs, path = [], []
    for c in centres:
        pulls = [(1.0, c), *springs]
        theta = sum(s * a for s, a in pulls) / sum(s for s, _ in pulls)
        path.append(theta)
        if memory == "separate":
            springs.append((1.0, theta))
        else:
            held = springs[0][0] if springs else 0.0
            springs = [((held + 1) * (gamma if memory == "online" else 1), theta)]
    return np.array(path)


centres = {"first": np.eye(T)[0], "newest": np.eye(T)[-1], "drift": np.arange(1.0, T + 1)}[ask]
for memory in ("single", "separate", "online"):
    print(memory, "shares", *(f"{s:.6f}" for s in learn(np.eye(T), memory)[-1]))  # of task 1, 2, … in the last answer
    print(memory, "answer", f"{learn(centres, memory)[-1]:.6f}")
