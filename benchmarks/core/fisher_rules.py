r"""Rules that are called "the Fisher" in public code, written anew on tables of scores; and formulas for what they return.

    label ℓ instead of the sum over labels    Σ w ‖e_ℓ − π‖² / Σ w (1 − ‖π‖²),  w = 1 + ‖a‖²      two classes: ε/(1 − ε)
    square of a batch's mean score            Cov/b · (n − b)/(n − 1) + s̄²                       for Cov ≫ s̄²: 1/b
    divided by the last index from 0          m/(m − 1) for m terms

π are a network's probabilities, a its last hidden layer. The first is exact for the last layer of weights, whose scores
are (e_ℓ − π) ⊗ (a, 1), and close for the others. :mod:`benchmarks.core.ways` has rules and formulas side by side.
"""

from __future__ import annotations

import numpy as np

from fisher_core.models import MLP

Array = np.ndarray

# --- rules, on the scores (n, P) at the labels that each of them looks at -----------------------------------------------


def mean_of_squares(scores: Array) -> Array:
    """(1/n) Σ s²: right for the labels it is given."""
    return (scores**2).mean(axis=0)


def squares_of_means(scores: Array, batch: int) -> Array:
    """The squared mean score of every batch, averaged over batches; a short last one counts like the others."""
    return np.mean([scores[k : k + batch].mean(axis=0) ** 2 for k in range(0, len(scores), batch)], axis=0)


def by_last_index(value: Array, terms: int) -> Array:
    """A mean of ``terms`` terms as it comes out when their sum is divided by the last index, counted from 0."""
    return value * terms / (terms - 1)


def every_label(model: MLP, x: Array, theta: Array) -> Array:
    """(1/n) Σ_i Σ_y π_iy s_iy²: one label after the other, the definition."""
    p = model.probabilities(x, theta)[0]
    labels = np.arange(model.classes)
    return sum(p[:, y] @ model.score(x, np.full(len(x), y), theta) ** 2 for y in labels) / len(x)


# --- formulas ---------------------------------------------------------------------------------------------------------


def of_one_label(p: Array, others: Array, labels: Array, weights: Array) -> Array:
    """w ‖e_ℓ − π‖², (n,): a row's squared score for label ℓ; ``others`` is 1 − π."""
    rows = np.arange(len(p))
    squares = p**2
    squares[rows, labels] = others[rows, labels] ** 2
    return weights * squares.sum(axis=1)


def of_all_labels(p: Array, others: Array, weights: Array) -> Array:
    """w (1 − ‖π‖²), (n,): its mean under the model's own labels."""
    return weights * (p * others).sum(axis=1)


def of_batches(square: Array, mean: Array, n: int, batch: int) -> Array:
    """E of :func:`squares_of_means` over shuffles: Cov/b · (n − b)/(n − 1) + s̄², averaged over the sizes of batches.

    ``square`` is the mean of s², ``mean`` that of s: entry by entry, or traces with ``mean`` = ‖s̄‖.
    """
    sizes = np.diff([*range(0, n, batch), n])
    shrink = np.mean((n - sizes) / (sizes * (n - 1)))
    return (square - mean**2) * shrink + mean**2


# --- how much of it is chance -------------------------------------------------------------------------------------------


def of_subset(sd: float, m: int, n: int) -> float:
    """Standard deviation of the mean of m of n numbers drawn without replacement."""
    return float(sd * np.sqrt((n - m) / (m * (n - 1))))


def over_shuffles(products: Array, batch: int, times: int) -> float:
    """Standard deviation over shuffles of the trace of :func:`squares_of_means`, from the scores' products (n, n)."""
    n, rng = len(products), np.random.default_rng(1)
    parts = [slice(k, min(k + batch, n)) for k in range(0, n, batch)]
    if batch == 1:
        return 0.0
    orders = (rng.permutation(n) for _ in range(times))
    return float(np.std([np.mean([products[np.ix_(o[s], o[s])].mean() for s in parts]) for o in orders]))
