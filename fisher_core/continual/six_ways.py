r"""Six programs that are all called "the Fisher", as they are found in code (van de Ven 2025, arXiv 2502.11756).

    EXACT      (1/n) Σ Σ_y p(y|x) s_y s_yᵀ        over all inputs
    EXACT(n)   the same on ``subset`` inputs drawn without replacement
    SAMPLE     one label per input drawn from the model           unbiased, and yet: see below
    EMPIRICAL  the observed label                                 not the Fisher
    BATCHED    ḡḡᵀ, ḡ the mean score of a minibatch of b          Cov(s)/b + s̄s̄ᵀ: scale 1/b and more
               or the sum of its scores, ``squared="sum"``        b² times that
    ARGMAX     the label the model predicts                       neither; 0 for squared loss

What a program returns is a plain array, (P,) for the diagonal and (P, P) for the matrix, per observation; for Monte
Carlo with its standard error ask ``information.monte_carlo``.

:mod:`fisher_studies.sure_unit` has their laws for one confident unit; :mod:`fisher_studies.trained_longer` a model on its way
there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import information
from fisher_core import validation as check
from fisher_core.models.base import ConditionalModel
from fisher_core.models.linear import LinearRegression
from fisher_core.models.logistic import LogisticRegression
from fisher_core.models.mlp import MLP
from fisher_core.models.poisson import PoissonRegression
from fisher_core.models.softmax import SoftmaxRegression
from fisher_core.validation import Array

__all__ = ["WAYS", "argmax", "batched", "compute", "empirical", "exact", "exact_on", "most_probable", "sample"]

WAYS = ("EXACT", "EXACT(n)", "SAMPLE", "EMPIRICAL", "BATCHED", "ARGMAX")


def compute(
    way: str,
    model: ConditionalModel,
    x: ArrayLike,
    y: ArrayLike,
    theta: ArrayLike,
    rng: np.random.Generator | None = None,
    *,
    full: bool = False,
    subset: int = 500,
    batch: int = 128,
    squared: str = "mean",
) -> Array:
    """One of :data:`WAYS` by name; ``rng`` is needed for "EXACT(n)" and "SAMPLE", and shuffles "BATCHED" if given."""
    check.choice("way", way, WAYS)
    if way == "EXACT":
        return exact(model, x, theta, full)
    if way == "EXACT(n)":
        return exact_on(model, x, theta, check.generator("rng", rng), subset, full)
    if way == "SAMPLE":
        return sample(model, x, theta, check.generator("rng", rng), full)
    if way == "EMPIRICAL":
        return empirical(model, x, y, theta, full)
    if way == "BATCHED":
        return batched(model, x, y, theta, batch, squared, rng, full)
    return argmax(model, x, theta, full)


def exact(model: ConditionalModel, x: ArrayLike, theta: ArrayLike, full: bool = False) -> Array:
    """EXACT: the expectation over labels in closed form, over all rows of x."""
    return information.exact(model, x, theta, diagonal=not full)


def exact_on(
    model: ConditionalModel, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, n: int = 500, full: bool = False
) -> Array:
    """EXACT(n): the same on ``n`` rows drawn without replacement (all, if there are fewer)."""
    rows, n = check.rows("x", x), check.integer("n", n, 1)
    if n >= len(rows):
        return exact(model, rows, theta, full)
    model.check_rows(len(rows))
    chosen = np.sort(check.generator("rng", rng).choice(len(rows), n, replace=False))
    return exact(model.only(chosen), rows[chosen], theta, full)


def sample(
    model: ConditionalModel, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, full: bool = False
) -> Array:
    """SAMPLE: one label per row, drawn from the model."""
    return empirical(model, x, model.sample(x, theta, rng), theta, full)


def empirical(model: ConditionalModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike, full: bool = False) -> Array:
    """EMPIRICAL: the uncentred second moment of the scores at the labels ``y``."""
    return information.empirical(model, (x, y), theta, diagonal=not full).value


def argmax(model: ConditionalModel, x: ArrayLike, theta: ArrayLike, full: bool = False) -> Array:
    """ARGMAX: as if the model's own prediction had been observed."""
    return empirical(model, x, most_probable(model, x, theta), theta, full)


def batched(
    model: ConditionalModel,
    x: ArrayLike,
    y: ArrayLike,
    theta: ArrayLike,
    batch: int = 128,
    squared: str = "mean",
    rng: np.random.Generator | None = None,
    full: bool = False,
) -> Array:
    """BATCHED: squares of minibatch gradients, the ``squared`` "mean" or "sum" of ``batch`` scores, averaged over batches.

    Rows are taken in order, or shuffled by ``rng``. An incomplete last batch is left out, unless it is the only one.
    With independent scores of mean zero the first is 1/batch of EMPIRICAL and the second batch times it; batch = 1 is
    EMPIRICAL itself. Rows that stand for several, ``weights`` of the model, make no batches: ValueError.
    """
    (rows, labels), theta = check.paired(x, y), check.vector("theta", theta)
    check.choice("squared", squared, ("mean", "sum"))
    model.check_rows(len(rows))
    if model.weights is not None:
        raise ValueError("model has weights and must have none: a batch is made of rows that count once. Repeat rows")
    batch = min(check.integer("batch", batch, 1), len(rows))
    if rng is not None:
        order = check.generator("rng", rng).permutation(len(rows))
        rows, labels, model = rows[order], labels[order], model.only(order)
    count = len(rows) // batch
    total: Array = np.zeros((theta.size,) * (2 if full else 1))
    for k in range(count):
        part = slice(k * batch, (k + 1) * batch)
        gradient: Callable[..., Array] = model.only(part).mean_gradient  # type: ignore[attr-defined]  # every model has it
        g = gradient(rows[part], labels[part], theta)
        if squared == "sum":
            g = g * batch
        total += np.outer(g, g) if full else g * g
    return total / count


@singledispatch
def most_probable(model: ConditionalModel, x: ArrayLike, theta: ArrayLike) -> Array:
    """The label of highest probability (or density) for every row of x."""
    raise ValueError(f"model = {model!r} must be a classifier or a regression")


@most_probable.register(MLP)
def _(model: MLP, x: ArrayLike, theta: ArrayLike) -> Array:
    return model.predict(x, theta).astype(float)


@most_probable.register(SoftmaxRegression)
def _(model: SoftmaxRegression, x: ArrayLike, theta: ArrayLike) -> Array:
    return model.probabilities(x, theta)[0].argmax(axis=1).astype(float)


@most_probable.register(LogisticRegression)
def _(model: LogisticRegression, x: ArrayLike, theta: ArrayLike) -> Array:
    return (model.predict_mean(x, theta) > 0.5).astype(float)


@most_probable.register(LinearRegression)
def _(model: LinearRegression, x: ArrayLike, theta: ArrayLike) -> Array:
    return model.predict_mean(x, theta)


@most_probable.register(PoissonRegression)
def _(model: PoissonRegression, x: ArrayLike, theta: ArrayLike) -> Array:
    return np.floor(model.predict_mean(x, theta))
