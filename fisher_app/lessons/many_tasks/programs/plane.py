"""Three tasks in sequence: loss ½(θ−c)ᵀP(θ−c), Fisher matrix P; springs that remember the earlier ones."""

import numpy as np

order = "ABC"  # parameter
diagonal = False  # parameter
gamma = 1.0  # parameter

P = {"A": np.array([[4, 1], [1, 0.5]]), "B": np.array([[0.5, -0.4], [-0.4, 3]]), "C": np.array([[1, 0.3], [0.3, 1]])}
c = {"A": np.array([0, 0]), "B": np.array([3, 1]), "C": np.array([1, 4])}


def minimise(terms):
    """Minimiser of Σ ½(θ−a)ᵀS(θ−a) as least squares: stack square roots R with RᵀR = S."""
    roots = []
    for S, a in terms:
        values, vectors = np.linalg.eigh(S)
        R = (vectors * np.sqrt(np.maximum(values, 0))).T
        roots.append((R, R @ a))
    return np.linalg.lstsq(np.vstack([R for R, _ in roots]), np.hstack([b for _, b in roots]))[0]


def report(name, theta):
    losses = [(theta - c[n]) @ P[n] @ (theta - c[n]) / 2 for n in "ABC"]
    print(f"{name:9s}", *(f"{x:.6f}" for x in (*theta, *losses, sum(losses))))


report("joint", minimise([(P[n], c[n]) for n in "ABC"]))
for memory in ("single", "separate", "online"):
    springs = []
    for n in order:
        theta = minimise([(P[n], c[n]), *springs])
        F = np.diag(np.diag(P[n])) if diagonal else P[n]
        if memory == "separate":
            springs.append((F, theta))
        else:
            total = sum((S for S, _ in springs), F)
            springs = [(gamma * total if memory == "online" else total, theta)]
    report(memory, theta)
