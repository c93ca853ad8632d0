r"""The runs of the lesson on a real network: learn the digits (A), measure a Fisher matrix, learn them permuted (B).

    A: ``epochs_a`` epochs     F, (P,): by one of KINDS at θ_A     B: 40 epochs on L_B + (λ/2) Σ S_i (θ_i − θ_{A,i})²

with S = 1 for l2 and the diagonal of F per observation otherwise. A *sampled* matrix draws one label for each of
``samples`` training rows. Runs of one seed differ by S and λ only; λ = 0 is "none". Joint training goes on with the rows
of both tasks, 20 epochs of twice as many. Everything repeats :func:`fisher_core.continual.networks.digits_pair`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from fisher_core import validation as check
from fisher_core.continual import six_ways
from fisher_core.continual.networks import DigitsPair, digits_pair, epochs
from fisher_core.continual.springs import Spring, Stiffness
from fisher_core.data import digits
from fisher_core.data.digits import ClassificationTask
from fisher_core.models.mlp import MLP
from fisher_core.validation import Array

KINDS = ("l2", "exact", "empirical", "sampled")
EPOCHS_B, EPOCHS_JOINT = 40, 20


def learn_a(seed: int, count: int, validation: int = 0) -> Iterator[tuple[DigitsPair, Array]]:
    """The pair of tasks and θ (P,) at the start and after each of ``count`` epochs on A."""
    pair = digits_pair(seed, validation=validation)
    for theta in chain([pair.start], epochs(pair.model, pair.start, pair.a.x, pair.a.y, pair.rngs[0], count)):
        yield pair, theta


def stiffness(
    kind: str, model: MLP, task: ClassificationTask, theta: Array, seed: int = 0, samples: int = digits.TRAIN
) -> Array:
    """S (P,) measured on the training rows of ``task`` at ``theta``; ``seed`` and ``samples`` are those of "sampled"."""
    if check.choice("kind", kind, KINDS) == "l2":
        return np.ones(model.size)
    if kind != "sampled":
        return six_ways.compute(kind.upper(), model, task.x, task.y, theta)
    samples = min(check.integer("samples", samples, 1), len(task.x))
    rng = np.random.default_rng([seed, samples])
    rows = np.sort(rng.choice(len(task.x), samples, replace=False))
    return six_ways.sample(model, task.x[rows], theta, rng)


def learn_b(pair: DigitsPair, theta_a: Array, held: Array, strength: float, seed: int) -> Iterator[Array]:
    """θ (P,) at θ_A and after each of the 40 epochs on B under springs ``held`` (P,) of strength λ."""
    springs = (Spring(theta_a, Stiffness(held)),)
    rng = np.random.default_rng(100 + seed)
    return chain([theta_a], epochs(pair.model, theta_a, pair.b.x, pair.b.y, rng, EPOCHS_B, springs, strength))


def learn_both(pair: DigitsPair, theta_a: Array, seed: int) -> Iterator[Array]:
    """θ (P,) at θ_A and after each of 20 epochs on the rows of both tasks: the ceiling for a learner who keeps the data."""
    both, rng = digits.joined([pair.a, pair.b]), np.random.default_rng(100 + seed)
    return chain([theta_a], epochs(pair.model, theta_a, both.x, both.y, rng, EPOCHS_JOINT))


def by_pixel(model: MLP, values: Array) -> Array:
    """Σ over the first layer's units of ``values`` (P,), one number per input, biases left out."""
    return model.unflatten(values)[0].weights.sum(axis=0)
