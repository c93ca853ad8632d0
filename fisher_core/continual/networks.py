r"""Networks that learn one task after another, with or without springs that hold what earlier tasks needed.

    objective on task t     (1/n) Σ −log p(y_i | x_i, θ) + (λ/2) Σ (θ − a)ᵀS(θ − a)

with S = 0 (none), I (l2), the diagonal of a Fisher matrix per observation (ewc_diagonal) by any of the six ways, or the whole
matrix by products that never form it (ewc_full). The loss is a mean, so Bayes' value is λ = N_A/N_B, 1 for tasks of one
size. Everything random comes from the generators handed in: same generators, same digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.continual import six_ways
from fisher_core.continual.optimisers import Adam, Optimiser
from fisher_core.continual.penalties import PENALTIES
from fisher_core.continual.springs import Spring, Stiffness, consolidate
from fisher_core.data import digits
from fisher_core.data.digits import ClassificationTask
from fisher_core.models import softmax_output
from fisher_core.models.mlp import MLP
from fisher_core.validation import Array

__all__ = [
    "KINDS",
    "DigitsPair",
    "Method",
    "Stage",
    "accuracy",
    "digits_pair",
    "epochs",
    "in_stages",
    "remember",
    "train",
]

KINDS = tuple(PENALTIES)  # the same as for two weights


@dataclass(frozen=True)
class Method:
    """How a network is kept from forgetting.

    Attributes
    ----------
    kind : one of KINDS.
    strength : λ ≥ 0.
    way : which of the six ways measures the Fisher matrix for "ewc_diagonal".
    memory, decay : how springs add up over tasks, see :mod:`fisher_core.continual.springs`.
    subset, batch, squared : settings of the ways EXACT(n) and BATCHED.
    """

    kind: str = "ewc_diagonal"
    strength: float = 1.0
    way: str = "EXACT"
    memory: str = "single"
    decay: float = 1.0
    subset: int = 500
    batch: int = 128
    squared: str = "mean"

    def __post_init__(self) -> None:
        check.choice("kind", self.kind, KINDS)
        check.non_negative("strength", self.strength)
        check.choice("way", self.way, six_ways.WAYS)


def epochs(
    model: MLP,
    theta: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    rng: np.random.Generator,
    count: int,
    springs: Sequence[Spring] = (),
    strength: float = 1.0,
    optimiser: Optimiser | None = None,
    batch: int = 100,
) -> Iterator[Array]:
    """Train on x (n, k), y (n,) from ``theta`` (P,), giving θ after each of ``count`` epochs; stop asking to stop.

    Every epoch goes once through ``rng.permutation(n)`` in batches of ``batch`` rows, the last perhaps smaller. Adam
    with its defaults unless told otherwise. Raises ValueError when the run leaves float64.
    """
    theta = check.vector("theta", theta, model.size).copy()
    x = check.matrix("x", x, (None, model.sizes[0]))
    labels = softmax_output.check_labels(y, len(x), model.classes)
    rng, strength = check.generator("rng", rng), check.non_negative("strength", strength)
    count, batch = check.integer("count", count), check.integer("batch", batch, 1)
    model.log_prob(x, labels, theta)  # once for all: do x, y and the model belong together?
    held = [s for s in springs if strength > 0]
    step = (optimiser or Adam()).start(theta.size)
    for _ in range(count):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            g = model.mean_gradient(x[rows], labels[rows], theta)
            for spring in held:
                pull = spring.gradient(theta)
                pull *= strength
                g += pull
            step(theta, g)
        yield theta.copy()


def train(model: MLP, theta: ArrayLike, *run: Any, **options: Any) -> Array:
    """θ (P,) after the last epoch of :func:`epochs`, which takes the same arguments."""
    end = check.vector("theta", theta, model.size)
    for after in epochs(model, theta, *run, **options):
        end = after
    return end


def remember(
    springs: Sequence[Spring],
    model: MLP,
    task: ClassificationTask,
    theta: Array,
    method: Method,
    rng: np.random.Generator | None = None,
) -> tuple[Spring, ...]:
    """The springs for the next task, ``task`` having been learned to ``theta``; λ is not in them.

    The Fisher matrix is measured on the task's training rows at ``theta``, once. ``rng`` is for ways that draw.
    """
    if method.kind == "none":
        return ()
    if method.kind == "l2":
        stiffness = Stiffness(np.ones(model.size))
    elif method.kind == "ewc_diagonal":
        stiffness = Stiffness(
            six_ways.compute(
                method.way, model, task.x, task.y, theta, rng,
                subset=method.subset, batch=method.batch, squared=method.squared,
            )
        )  # fmt: skip
    else:
        stiffness = Stiffness(np.zeros(model.size), ((1.0, model.products(task.x, theta).fisher_vector),))
    return consolidate(springs, theta, stiffness, method.memory, method.decay)


@dataclass(frozen=True, eq=False)
class Stage:
    """One task learned.

    Attributes
    ----------
    theta : (P,) at its end.
    test, validation : accuracy of every task of the sequence at that point, (T,); nan where a task has no such rows.
    springs : what was held while it was learned.
    """

    theta: Array
    test: Array
    validation: Array
    springs: tuple[Spring, ...]


def in_stages(
    model: MLP,
    tasks: Sequence[ClassificationTask],
    theta: ArrayLike,
    method: Method,
    rngs: Sequence[np.random.Generator],
    count: int | Sequence[int] = 40,
    optimiser: Optimiser | None = None,
    batch: int = 100,
) -> Iterator[Stage]:
    """Learn ``tasks`` in order from ``theta``, one :class:`Stage` at a time; ``rngs`` one generator per task.

    Ways that draw take a generator spawned from the task's own, so that the order of its rows does not depend on them.
    """
    counts = [count] * len(tasks) if isinstance(count, int) else list(count)
    if not len(tasks) == len(rngs) == len(counts):
        raise ValueError(f"tasks, rngs and count have lengths {len(tasks)}, {len(rngs)}, {len(counts)} and must agree")
    springs: tuple[Spring, ...] = ()
    at = check.vector("theta", theta, model.size)
    for task, rng, n in zip(tasks, rngs, counts, strict=True):
        at = train(model, at, task.x, task.y, rng, n, springs, method.strength, optimiser, batch)
        test = np.array([accuracy(model, t.x_test, t.y_test, at) for t in tasks])
        validation = np.array([accuracy(model, t.x_validation, t.y_validation, at) for t in tasks])
        yield Stage(at, test, validation, springs)
        springs = remember(springs, model, task, at, method, rng.spawn(1)[0])


def accuracy(model: MLP, x: Array, y: ArrayLike, theta: Array) -> float:
    """The share of rows whose most probable label is y; nan if there are none."""
    return model.accuracy(x, y, theta) if len(x) else float("nan")


@dataclass(frozen=True, eq=False)
class DigitsPair:
    """The recipe of the digits lesson for one seed: A the digits, B the same through a permutation of the pixels.

    ``rngs`` are those of A, continued after the start was drawn, and of B. Use a pair for one run: generators move on.
    """

    model: MLP
    a: ClassificationTask
    b: ClassificationTask
    start: Array
    rngs: tuple[np.random.Generator, np.random.Generator]


def digits_pair(seed: int, permute: bool = True, validation: int = 0) -> DigitsPair:
    """1200 digits to train, 597 to test, net 64-64-10 relu; ``default_rng(seed)`` draws permutation, then weights.

    Task B is trained by ``default_rng(100 + seed)``. Without ``permute`` no permutation is drawn and B is A.
    """
    seed = check.integer("seed", seed)
    rng, model = np.random.default_rng(seed), MLP((64, 64, 10), "relu")
    a = digits.task("A", validation)
    b = digits.permuted(a, rng.permutation(64)) if permute else a
    return DigitsPair(model, a, b, model.initial(rng), (rng, np.random.default_rng(100 + seed)))
