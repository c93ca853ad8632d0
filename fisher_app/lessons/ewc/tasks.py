"""The two tasks of the lesson, as bowls or as logistic regressions, and what its words say of them."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from fisher_core import continual
from fisher_core.continual import LinearGaussianTask, LogisticTask, QuadraticTask
from fisher_studies.landscape import Landscape

from ...controls import Choice, seed
from . import words

CENTRE_A, CENTRE_B = (-1.2, -0.4), (1.0, 0.5)
STIFF_A, STIFF_B = np.diag([0.1, 6.0]), {"across": np.diag([3.0, 0.3]), "along": np.diag([0.3, 3.0])}
SPREAD_A, SPREAD_B, ROWS = (0.9, 6.0), {"across": (5.0, 1.2), "along": (1.2, 5.0)}, 120  # inputs of the logistic tasks
LEVEL, RATE, EMPIRICAL_ROWS = 0.35, 0.1, 40
KINDS = ("none", "l2", "ewc_full", "ewc_diagonal")  # in the order of drawing: leaf dashes lie on teal

loss = Choice("loss", "Loss", {"quadratic": "quadratic", "logistic": "logistic"}, "quadratic")
number = seed()


@lru_cache(maxsize=16)
def problem(
    loss: str = "quadratic",
    bv: str = "across",
    bx: float = CENTRE_B[0],
    by: float = CENTRE_B[1],
    brk: bool = False,
    seed: int = 0,
) -> Landscape:
    """The two tasks in the axes of 0°; ``seed`` that of the data of the logistic ones."""
    if loss == "logistic":
        if brk:
            raise ValueError(words["separable"])
        a, b = (np.random.default_rng([seed, k]) for k in (2, 3))
        return Landscape(
            LogisticTask.drawn(CENTRE_A, SPREAD_A, ROWS, a), LogisticTask.drawn((bx, by), SPREAD_B[bv], ROWS, b)
        )
    task_b = QuadraticTask((bx, by), STIFF_B[bv])
    if not brk:
        return Landscape(QuadraticTask(CENTRE_A, STIFF_A), task_b)
    task_a = LinearGaussianTask.designed(CENTRE_A, STIFF_A, EMPIRICAL_ROWS, 0.0, np.random.default_rng(1))
    return Landscape(task_a, task_b, task_a.empirical_fisher())


# ---- what the words say ------------------------------------------------------------------------------------------------
def best(kind: str, degrees: float, which: int = 1) -> float:
    """The least sum of both losses over λ; with ``which`` = 0 the λ that gives it."""
    return problem().best_total(kind, np.radians(degrees))[which]


def end(kind: str, strength: float, degrees: float = 0.0) -> dict[str, float]:
    return {k: float(x[0]) for k, x in problem().ends(kind, [strength], np.radians(degrees))[1].items()}


def limit(strength: float) -> float:
    """The largest learning rate at which every penalty's descent on B converges."""
    return min(continual.step_limit(problem().task_b, problem().penalty(k, strength)) for k in KINDS)


words.facts |= {
    "level": lambda: LEVEL,
    "best_full": partial(best, "ewc_full", 45),
    "best_diagonal": partial(best, "ewc_diagonal", 45),
    "best_l2": partial(best, "l2", 45),
    "best_lam": partial(best, "ewc_diagonal", 45, 0),
    "circle": lambda: float(
        problem().penalty("ewc_diagonal", 1.0, np.radians(45)).rotated(np.radians(45)).matrix[0, 0]
    ),
    "flat": lambda: STIFF_A[0, 0],
    "steep": lambda: STIFF_A[1, 1],
    "diagonal_at_one": lambda: sum(end("ewc_diagonal", 1.0, 45).values()),
    "none_end": lambda: end("none", 0.0)["A"],
    "none_run": lambda: float(problem().trails("none", 0.0).losses["A"][0, -1]),
    "limit_one": partial(limit, 1.0),
    "limit_hundred": partial(limit, 100.0),
}
