r"""Six programs that are all called "the Fisher", as they are found in code (van de Ven 2025, arXiv 2502.11756).

    EXACT      (1/n) Σ Σ_y p(y|x) s_y s_yᵀ        over all inputs
    EXACT(n)   the same on ``subset`` inputs drawn without replacement
    SAMPLE     one label per input drawn from the model           unbiased, and yet: see below
    EMPIRICAL  the observed label                                 not the Fisher
    BATCHED    ḡḡᵀ, ḡ the mean score of a minibatch of b          Cov(s)/b + s̄s̄ᵀ: scale 1/b and more
               or the sum of its scores, ``squared="sum"``        b² times that
    ARGMAX     the label the model predicts                       neither; 0 for squared loss

What a program returns is a plain array, (P,) for the diagonal and (P, P) for the matrix, per observation; for Monte
Carlo with its standard error ask the model (``monte_carlo_fisher``).

A logistic unit that its bias makes right with confidence 1 − ε on all N inputs tells them apart: for the weight, still
zero, of an input ±1 of random sign, whose scores are therefore independent with mean zero,

    EXACT ε(1−ε)    EMPIRICAL = ARGMAX = ε²    BATCHED ε²/b, sum bε²    SAMPLE [k(1−ε)² + (N−k)ε²]/N, k ~ Bin(N, ε)

(for the bias, whose scores all have one sign, BATCHED is ε² at any b: the 1/b rule fails where gradients agree).
SAMPLE has the right mean, but once (1−ε)^N > ½ its *median* is ε²: its mean rides on rare wrong labels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtrik

from fisher_core import validation as check
from fisher_core.models.base import ConditionalModel
from fisher_core.models.linear import LinearRegression
from fisher_core.models.logistic import LogisticRegression
from fisher_core.models.mlp import MLP
from fisher_core.models.softmax import SoftmaxRegression
from fisher_core.validation import Array

WAYS = ("EXACT", "EXACT(n)", "SAMPLE", "EMPIRICAL", "BATCHED", "ARGMAX")
BLOCK = 1 << 20  # numbers of scores at a time


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
    return model.fisher(x, theta) if full else model.fisher_diagonal(x, theta)


def exact_on(
    model: ConditionalModel, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, n: int = 500, full: bool = False
) -> Array:
    """EXACT(n): the same on ``n`` rows drawn without replacement (all, if there are fewer)."""
    rows, n = check.rows("x", x), check.integer("n", n, 1)
    chosen = rows if n >= len(rows) else rows[np.sort(check.generator("rng", rng).choice(len(rows), n, replace=False))]
    return exact(model, chosen, theta, full)


def sample(
    model: ConditionalModel, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, full: bool = False
) -> Array:
    """SAMPLE: one label per row, drawn from the model."""
    return empirical(model, x, model.sample(x, theta, rng), theta, full)


def empirical(model: ConditionalModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike, full: bool = False) -> Array:
    """EMPIRICAL: the uncentred second moment of the scores at the labels ``y``."""
    if isinstance(model, MLP):
        return model.empirical_fisher(x, y, theta) if full else model.empirical_fisher_diagonal(x, y, theta)
    rows, y, theta = check.rows("x", x), np.asarray(y), np.asarray(theta, dtype=float)
    total: Array = np.zeros((theta.size,) * (2 if full else 1))
    size = max(1, BLOCK // theta.size)
    for start in range(0, len(rows), size):
        s = model.score(rows[start : start + size], y[start : start + size], theta)
        total += s.T @ s if full else np.einsum("np,np->p", s, s)
    return total / len(rows)


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
    EMPIRICAL itself.
    """
    rows, labels = check.rows("x", x), np.asarray(y)
    check.choice("squared", squared, ("mean", "sum"))
    batch = min(check.integer("batch", batch, 1), len(rows))
    if rng is not None:
        order = check.generator("rng", rng).permutation(len(rows))
        rows, labels = rows[order], labels[order]
    count = len(rows) // batch
    total: Array = np.zeros((np.asarray(theta).size,) * (2 if full else 1))
    gradient: Callable[..., Array] = model.mean_gradient  # type: ignore[attr-defined]  # every model has it
    for k in range(count):
        part = slice(k * batch, (k + 1) * batch)
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


@dataclass(frozen=True)
class SureUnit:
    """The laws of the six ways for one weight of a logistic unit, right with confidence 1 − ``epsilon`` on ``n`` inputs."""

    epsilon: float
    n: int = 1000
    batch: int = 128

    def __post_init__(self) -> None:
        if not 0 < check.scalar("epsilon", self.epsilon) <= 0.5:
            raise ValueError(f"epsilon = {self.epsilon:g} must be > 0 and <= 0.5")
        check.integer("n", self.n, 1)
        check.integer("batch", self.batch, 1)

    def value(self, way: str, squared: str = "mean") -> float:
        """What ``way`` returns in the mean over its own randomness."""
        e, b = self.epsilon, self.batch
        check.choice("way", way, WAYS)
        check.choice("squared", squared, ("mean", "sum"))
        if way == "BATCHED":
            return e * e / b if squared == "mean" else b * e * e
        return e * e if way in ("EMPIRICAL", "ARGMAX") else e * (1 - e)

    def multiplier(self, way: str, squared: str = "mean") -> float:
        """The λ that gives ``way`` the stiffness EXACT has at λ = 1."""
        return self.value("EXACT") / self.value(way, squared)

    def of_wrong_labels(self, k: ArrayLike) -> Array:
        """What SAMPLE returns when k of its n labels are wrong: [k(1−ε)² + (n−k)ε²]/n."""
        k, e = check.array("k", k), self.epsilon
        return (k * (1 - e) ** 2 + (self.n - k) * e**2) / self.n

    def draws(self, repetitions: int, rng: np.random.Generator) -> Array:
        """What SAMPLE returns in that many runs, (repetitions,)."""
        return self.of_wrong_labels(check.generator("rng", rng).binomial(self.n, self.epsilon, repetitions))

    def data(self, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Such a unit for :func:`compute`: x (n, 2) = (1, ±1), y (n,) all 1, θ = (log (1−ε)/ε, 0). Read entry 1."""
        x = np.column_stack([np.ones(self.n), check.generator("rng", rng).choice([-1.0, 1.0], self.n)])
        return x, np.ones(self.n), np.array([np.log1p(-self.epsilon) - np.log(self.epsilon), 0.0])

    @property
    def no_wrong_label(self) -> float:
        """P(k = 0) = (1−ε)ⁿ: the share of runs in which SAMPLE returns what EMPIRICAL does."""
        return float(np.exp(self.n * np.log1p(-self.epsilon)))

    @property
    def sample_sd(self) -> float:
        """Standard deviation of SAMPLE over runs: (1−2ε)√(ε(1−ε)/n)."""
        return float((1 - 2 * self.epsilon) * np.sqrt(self.epsilon * (1 - self.epsilon) / self.n))

    @property
    def sample_median(self) -> float:
        """Median of SAMPLE over runs: ε² as soon as (1−ε)ⁿ > ½."""
        if self.no_wrong_label >= 0.5:
            return self.epsilon**2
        return float(self.of_wrong_labels(np.ceil(bdtrik(0.5, self.n, self.epsilon))))
