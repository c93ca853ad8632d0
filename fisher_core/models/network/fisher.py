r"""Second moments of a network's scores under label weights, as matrix and as diagonal, with their standard errors.

Every Fisher-like matrix of a classifier is one sum with its own weights w (n, C) of the labels y:

    (1/n) Σₙ Σ_y wₙ_y sₙ_y sₙ_yᵀ       w = π(y|x): exact;   frequencies of drawn labels: Monte Carlo;
                                        1 at the observed label: empirical;   1 at the predicted one: argmax

so the cost cannot depend on the number of draws. For one hidden layer the diagonal needs no pass per label either: with
the rows R_c of W₂, the most probable class t, and sums that leave it out, the variance of R under π is

    Σ_c π_c (R_c − R̄)² = S + π_t (1−π_t) R_t² − B (B + 2π_t R_t),     B = Σ_{c≠t} π_c R_c,  S = Σ_{c≠t} π_c R_c²

Two (n × C)·(C × H) products, and every term is of the size of 1 − π_t, the sum of the others: no digits are lost where
the network is sure, where Σ π R² − (Σ π R)² would lose all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.models import softmax_output as output
from fisher_core.models.network.khatri_rao import KhatriRaoSum, moments, rows_at_once
from fisher_core.models.network.passes import Tape, backward, forward, gradient
from fisher_core.numerics import error_rows
from fisher_core.validation import Array

__all__ = ["blocks", "diagonal", "label_errors", "matrix", "passed", "rows_in_cache", "sampled"]

Moments = Callable[[int, int], Array]
Weights = Callable[[Array, slice], Array]  # of π (m, C) and the rows it belongs to: the weights of the labels (m, C)

CACHED = 60_000  # numbers of an activation at a time: of half as many each block costs too much, twice as many leave the cache


def matrix(
    activation: str, layers: Sequence[Array], x: Array, weights: Weights, layers_only: bool = False
) -> KhatriRaoSum:
    """Σₙ Σ_y w s sᵀ over the rows of x, not yet divided by n."""
    widths = [w.shape for w in layers]
    total = KhatriRaoSum(widths, layers_only)
    for rows in blocks(len(x), rows_at_once(widths, layers[-1].shape[0])):
        tape = passed(activation, layers, x[rows])
        p, others = output.probabilities(tape.logits)
        total.add(tape.inputs, moments(label_errors(tape, p, others, weights(p, rows))))
    return total


def label_errors(tape: Tape, p: Array, others: Array, weights: Array, power: float = 0.5) -> list[Array]:
    """δₗ w^power (n, labels, H) of every layer and label. A single label of weight 1 in every row is one pass only."""
    if ((weights == 0) | (weights == 1)).all():
        return [e[:, None, :] for e in backward(tape, output.residual(p, others, weights.argmax(axis=1)))]
    scaled = output.residuals(p, others)
    scaled *= (np.sqrt(weights) if power == 0.5 else weights**power)[:, :, None]
    return backward(tape, scaled)


def diagonal(activation: str, layers: Sequence[Array], x: Array, weights: Weights) -> Array:
    """The diagonal of :func:`matrix`, (P,), without the matrix: Σₙ (Σ_y w δ²) ã² layer by layer."""
    total = np.zeros(sum(w.size for w in layers))
    for rows in blocks(len(x), rows_in_cache(layers)):
        tape = passed(activation, layers, x[rows])
        p, others = output.probabilities(tape.logits)
        w = weights(p, rows)
        at = 0
        for square, a in zip(_squared_errors(tape, p, others, w), tape.inputs, strict=True):
            size = square.shape[1] * a.shape[1]
            total[at : at + size] += square.T.dot(a * a).ravel()
            at += size
    return total


def _squared_errors(tape: Tape, p: Array, others: Array, w: Array) -> list[Array]:
    """Σ_y w δ² (n, H) of every layer."""
    if len(tape.weights) > 2:
        return [np.einsum("nyh,nyh->nh", e, e) for e in label_errors(tape, p, others, w)]
    last = p * others if w is p else w * others**2 + (w.sum(axis=1, keepdims=True) - w) * p**2
    if len(tape.weights) == 1:
        return [last]
    slope = tape.slopes()[0]
    rows = tape.weights[1][:, :-1]
    spread = _variance(p, others, rows - rows.mean(axis=0))  # a shift of all classes changes nothing but rounding
    if w is not p:
        spread = _variance(w, w @ (1.0 - np.eye(w.shape[1])), rows) + _gap(p, others, w).dot(rows) ** 2
    spread *= slope
    spread *= slope
    return [spread, last]


def _variance(p: Array, others: Array, rows: Array) -> Array:
    """Σ_c p_c (R_cj − Σ_e p_e R_ej)², (n, H), for ``rows`` R (C, H) and weights p (n, C) with sum 1."""
    at, top = np.arange(len(p)), p.argmax(axis=1)
    rest, likely = p.copy(), p[at, top, None]
    rest[at, top] = 0.0
    squares = rows * rows
    mean, spread = rest.dot(rows), rest.dot(squares)
    leader = squares.take(top, axis=0)
    leader *= likely * others[at, top, None]
    spread += leader
    twice = rows.take(top, axis=0)
    twice *= 2.0 * likely
    twice += mean
    twice *= mean
    spread -= twice
    return spread


def _gap(p: Array, others: Array, w: Array) -> Array:
    """w − p (n, C), with the most probable class through the sums of the others: no digits lost at p ≈ 1 = w."""
    at, top = np.arange(len(p)), p.argmax(axis=1)
    gap = w - p
    gap[at, top] = 0.0
    gap[at, top] = others[at, top] - (w.sum(axis=1) - w[at, top])
    return gap


def sampled(
    activation: str, layers: Sequence[Array], x: Array, rng: np.random.Generator, draws: int, diagonal_only: bool
) -> Estimate:
    """The mean of s sᵀ over ``draws`` labels per row drawn from the model; cost independent of ``draws``.

    The standard error is that of the labels, the inputs being given: √(Σₙ Var_y(s s))/n√draws, entry by entry, in
    closed form. Of many rows it is estimated from a share of them.
    """
    n = len(x)

    def drawn(p: Array, rows: slice) -> Array:
        return output.frequencies(p, rng, draws)

    whole = None if diagonal_only else matrix(activation, layers, x, drawn).matrix()
    value = diagonal(activation, layers, x, drawn) if whole is None else whole
    chosen, stand_for = _rows_for_the_error(activation, layers, x, rng)
    spread = _label_variance(activation, layers, x[chosen], stand_for, diagonal_only)
    return Estimate(check.computed(value, x=x) / n, np.sqrt(spread / draws) / n, n * draws)


def _label_variance(activation: str, layers: Sequence[Array], x: Array, stand_for: Array, diagonal_only: bool) -> Array:
    """Σₙ cₙ Var_y(s s) (P, P), or its diagonal (P,), for rows that stand for cₙ of them, ``stand_for`` (n,).

    Var_y(sᵢsⱼ) = Σ_y π sᵢ²sⱼ² − (Σ_y π sᵢsⱼ)²: the same Kronecker structure, with the squares of δ and of ã.
    """
    widths = [w.shape for w in layers]
    total, at_diagonal = KhatriRaoSum(widths), np.zeros(sum(w.size for w in layers))
    for rows in blocks(len(x), rows_at_once(widths, layers[-1].shape[0])):
        tape = passed(activation, layers, x[rows])
        p, others = output.probabilities(tape.logits)
        errors = label_errors(tape, p, others, p)  # √π δ
        squares = [e * e for e in label_errors(tape, p, others, p, 0.25)]  # √π δ²
        count, inputs = stand_for[rows], [a * a for a in tape.inputs]
        if diagonal_only:
            spread = [_excess((s * s).sum(axis=1), (e * e).sum(axis=1)) for s, e in zip(squares, errors, strict=True)]
            spread = [v * count[:, None] for v in spread]
            at_diagonal += gradient(spread, [a * a for a in inputs], np.empty(at_diagonal.size))
        else:
            total.add(inputs, _kernel(moments(squares), moments(errors), count[:, None, None]))
    return at_diagonal if diagonal_only else total.matrix()


def _kernel(mean_square: Moments, mean: Moments, count: Array) -> Moments:
    return lambda k, l: _excess(mean_square(k, l), mean(k, l)) * count


def _excess(mean_square: Array, mean: Array) -> Array:
    """A variance; where nothing varies it may come out as −1e-17."""
    return np.maximum(mean_square - mean**2, 0.0)


def _rows_for_the_error(
    activation: str, layers: Sequence[Array], x: Array, rng: np.random.Generator
) -> tuple[NDArray[np.intp], Array]:
    """Rows that the standard error is computed from, and how many each stands for: all of them if they are few.

    Their share is an upper estimate of what a row contributes, E‖e_y − π‖⁴ (Σ‖ã‖²)².
    """
    n = len(x)
    if n <= 4 * error_rows.LEAST:
        return np.arange(n), np.ones(n)
    share = np.empty(n)
    for rows in blocks(n, rows_in_cache(layers)):
        tape = passed(activation, layers, x[rows])
        p, others = output.probabilities(tape.logits)
        length = others**2 + (p * p).sum(axis=1, keepdims=True) - p * p
        share[rows] = (p * length**2).sum(axis=1) * sum(np.einsum("nm,nm->n", a, a) for a in tape.inputs) ** 2
    return error_rows.drawn(share, rng.random())


def passed(activation: str, layers: Sequence[Array], x: Array) -> Tape:
    """The forward pass of finite logits. Raises ValueError naming x or theta."""
    tape = forward(activation, layers, x)
    check.computed(tape.logits, x=x)
    return tape


def rows_in_cache(layers: Sequence[Array]) -> int:
    """Rows at a time for passes that make no tables: what they write is then still in the cache when it is read."""
    return max(1, CACHED // max(w.shape[1] for w in layers))


def blocks(n: int, size: int) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))
