r"""What λ buys on a network: accuracy on the old and the new task for every strength, one run after the other.

λ is chosen on rows set aside for it (``digits.task(validation=…)``) and judged on the test rows, which had no say in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from fisher_core import validation as check
from fisher_core.continual.networks import Stage, accuracy, train
from fisher_core.continual.optimisers import Optimiser
from fisher_core.continual.springs import Spring
from fisher_core.data.digits import ClassificationTask
from fisher_core.models.mlp import MLP
from fisher_core.validation import Array


def sweep(
    model: MLP,
    tasks: Sequence[ClassificationTask],
    theta: ArrayLike,
    springs: Sequence[Spring],
    strengths: ArrayLike,
    seed: int,
    count: int = 40,
    optimiser: Optimiser | None = None,
    batch: int = 100,
) -> Iterator[Stage]:
    """The last of ``tasks`` learned from ``theta`` under ``springs``, once for every λ in ``strengths``, in order.

    Every run has its own ``default_rng(seed)``, so that runs differ by λ only. One :class:`Stage` at a time: a page can
    show how far it is, and stop by not asking for the next.
    """
    task = tasks[-1]
    for strength in check.vector("strengths", strengths):
        rng = np.random.default_rng(seed)
        end = train(model, theta, task.x, task.y, rng, count, springs, float(strength), optimiser, batch)
        test = np.array([accuracy(model, t.x_test, t.y_test, end) for t in tasks])
        validation = np.array([accuracy(model, t.x_validation, t.y_validation, end) for t in tasks])
        yield Stage(end, test, validation, tuple(springs))


def chosen(stages: Sequence[Stage]) -> int:
    """The index of the stage with the best mean *validation* accuracy over tasks; of equal ones the first."""
    means = np.array([stage.validation.mean() for stage in stages])
    if not len(means) or np.isnan(means).any():
        raise ValueError("stages must hold validation accuracies: set rows aside with digits.task(validation=…)")
    return int(np.argmax(means))


def matched(validation: ArrayLike, target: float, judged: ArrayLike) -> Array:
    """What ``judged`` (λ, k) says at the strongest penalty under which the new task is still learned to ``target``, (k,).

    ``validation`` (λ,) holds accuracies on validation rows of the new task, λ ascending. Between the last λ that reaches
    the target and the next both tables are taken as straight lines, so that methods whose λ share no scale are
    compared at one accuracy on the new task. If no λ reaches it, the one that comes nearest is taken.
    """
    learned = check.vector("validation", validation)
    judged = check.matrix("judged", judged, (len(learned), None))
    target = check.scalar("target", target)
    reached = np.flatnonzero(learned >= target)
    if not len(reached):
        return judged[int(np.argmax(learned))]
    last = int(reached[-1])
    if last == len(learned) - 1:
        return judged[last]
    beyond = (learned[last] - target) / (learned[last] - learned[last + 1])
    return judged[last] + beyond * (judged[last + 1] - judged[last])


class Difference(NamedTuple):
    """A mean difference and the half width of its confidence interval."""

    mean: float
    half_width: float

    @property
    def clear(self) -> bool:
        """Does the interval leave 0 out?"""
        return abs(self.mean) > self.half_width


def paired(first: ArrayLike, second: ArrayLike, level: float = 0.95) -> Difference:
    """Mean of first − second (n,) over n pairs, such as seeds, with Student's interval t_{n−1} s/√n."""
    a = check.vector("first", first)
    gap = a - check.vector("second", second, len(a))
    if len(gap) < 2:
        raise ValueError(f"first has {len(gap)} entries and must have at least 2")
    if not 0 < check.scalar("level", level) < 1:
        raise ValueError(f"level = {level:g} must be > 0 and < 1")
    t = stdtrit(len(gap) - 1, (1 + level) / 2)
    return Difference(float(gap.mean()), float(t * gap.std(ddof=1) / np.sqrt(len(gap))))
