"""What the other tabs of the digits page show at once: five permutations, overlap by layer, weight noise. Ten seeds.

    python -m fisher_app.precompute.digits_tabs      # about ten minutes on one core

Writes ``fisher_app/data/digits_tabs.npz``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from fisher_core.continual import networks, overlap_by_layer
from fisher_core.continual.networks import Method
from fisher_core.data import digits
from fisher_core.models import MLP
from fisher_core.validation import Array
from fisher_studies import weight_noise
from fisher_studies.digits_study import EPOCHS_JOINT

TARGET = Path(__file__).parents[1] / "data" / "digits_tabs.npz"
SEEDS = range(10)

# ---- five permutations: accuracy on task j after task i, by method and λ; λ is chosen on rows set aside
TASKS, VALIDATION = 5, 200
SEQUENCES = {
    "none": (0.0,),
    "l2": (0.003, 0.01, 0.03, 0.1, 0.3),
    "ewc": (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0),
}


def sequence(seed: int, validation: int = 0) -> tuple[networks.DigitsPair, list[digits.ClassificationTask]]:
    """A and B of the page's recipe, and three more permutations, each from a generator of its own."""
    pair = networks.digits_pair(seed, validation=validation)
    more = [
        digits.permuted(pair.a, np.random.default_rng([seed, k]).permutation(64), "ABCDE"[k]) for k in range(2, TASKS)
    ]
    return pair, [pair.a, pair.b, *more]


def course(seed: int, kind: str, strength: float, validation: int = 0) -> Array:
    """Test accuracy (or validation accuracy, with rows set aside) on task j after task i, (5, 5)."""
    pair, tasks = sequence(seed, validation)
    rngs = [pair.rngs[0], *(np.random.default_rng(100 * k + seed) for k in range(1, TASKS))]
    method = Method({"ewc": "ewc_diagonal"}.get(kind, kind), strength)
    stages = networks.in_stages(pair.model, tasks, pair.start, method, rngs)
    return np.array([stage.validation if validation else stage.test for stage in stages])


def joint(seed: int) -> Array:
    """The same when the rows of all tasks so far are kept: 20 epochs on all of them after each new task."""
    pair, tasks = sequence(seed)
    theta = networks.train(pair.model, pair.start, pair.a.x, pair.a.y, pair.rngs[0], 40)
    found = []
    for k in range(TASKS):
        if k:
            rows = digits.joined(tasks[: k + 1])
            rng = np.random.default_rng(100 * k + seed)
            theta = networks.train(pair.model, theta, rows.x, rows.y, rng, EPOCHS_JOINT)
        found.append([pair.model.accuracy(t.x_test, t.y_test, theta) for t in tasks])
    return np.array(found)


def permutations() -> dict[str, Any]:
    made: dict[str, Any] = {"joint": np.array([joint(seed) for seed in SEEDS])}
    for kind, strengths in SEQUENCES.items():
        made[f"{kind}_strengths"] = np.array(strengths)
        for rows, name in ((0, "test"), (VALIDATION, "validation")):
            made[f"{kind}_{name}"] = np.array([[course(s, kind, lam, rows) for lam in strengths] for s in SEEDS])
    return made


# ---- overlap of the two tasks' Fisher matrices by layer, when only the central pixels are shuffled
WIDTHS = (0, 2, 4, 6, 8)
DEEP = MLP((64, 32, 32, 32, 32, 32, 32, 10), "relu")


def overlaps(seed: int, width: int) -> tuple[Array, list[float]]:
    """Overlap of F_A at θ_A with F_B at θ_B, (7,), after A and then B under EWC, λ = 100; accuracy on A and B then."""
    rng = np.random.default_rng(seed)
    a = digits.task()
    b = digits.permuted(a, digits.central_permutation(width, rng))
    start = DEEP.initial(rng)
    learned = networks.in_stages(DEEP, [a, b], start, Method("ewc_diagonal", 100.0), [rng, np.random.default_rng(100 + seed)])
    first, second = list(learned)
    f_a, f_b = DEEP.fisher_diagonal(a.x, first.theta), DEEP.fisher_diagonal(b.x, second.theta)
    return overlap_by_layer(f_a, f_b, DEEP.layer_slices()), second.test.tolist()


def overlap() -> dict[str, Any]:
    found = [[overlaps(seed, width) for width in WIDTHS] for seed in SEEDS]
    return {
        "overlap_widths": np.array(WIDTHS),
        "overlap": np.array([[by_layer for by_layer, _ in row] for row in found]),
        "overlap_accuracy": np.array([[accuracy for _, accuracy in row] for row in found]),
    }


# ---- weight noise: damage foreseen and damage done, on a net small enough for its whole Fisher matrix
SMALL = MLP((64, 16, 10), "relu")
LENGTHS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0])
NOISE_DRAWS = 8


def shaken(seed: int) -> tuple[Array, float, int]:
    """KL, ½ΔᵀFΔ and its diagonal part, (3 kinds, 11 lengths, 3), means over 8 directions; ‖θ‖; width of the null space."""
    rng = np.random.default_rng(seed)
    a = digits.task()
    theta = networks.train(SMALL, SMALL.initial(rng), a.x, a.y, rng, 40)
    table = np.zeros((len(weight_noise.DIRECTIONS), len(LENGTHS), 3))
    for k, kind in enumerate(weight_noise.DIRECTIONS):
        for v in weight_noise.directions(kind, SMALL, a.x, theta, NOISE_DRAWS, np.random.default_rng([seed, k])):
            unit = np.array(weight_noise.foreseen(SMALL, a.x, theta, v))
            for i, length in enumerate(LENGTHS):
                done = weight_noise.mean_kl(SMALL, a.x, theta, length * v)
                table[k, i] += np.array([done, *(length**2 * unit)]) / NOISE_DRAWS
    return table, float(np.linalg.norm(theta)), weight_noise.null_space(SMALL, a.x, theta).shape[1]


def noise() -> dict[str, Any]:
    tables, norms, widths = zip(*(shaken(seed) for seed in SEEDS), strict=True)
    return {
        "noise": np.array(tables),
        "noise_lengths": LENGTHS,
        "noise_norm": np.array(norms),
        "noise_null": np.array(widths),
    }


if __name__ == "__main__":
    np.savez_compressed(TARGET, **{**noise(), **overlap(), **permutations()})
