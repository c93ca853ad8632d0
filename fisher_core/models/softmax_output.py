r"""The output of a classifier: logits z (n, C) to labels 0 … C−1 by π_c = e^{z_c}/Σ_e e^{z_e}.

    residual for label y      r_y = ∂ log π_y/∂z = e_y − π
    curvature                 Λ = diag π − ππᵀ = Σ_y π_y r_y r_yᵀ

1 − π_c is never formed: the *sum of the others* keeps its digits where the network is sure, and a trained network is.
From exact residuals everything further back is exact too, for what follows are sums and products only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.numerics import special
from fisher_core.validation import Array

__all__ = [
    "centred",
    "check_labels",
    "counted",
    "curved",
    "draw",
    "frequencies",
    "hits",
    "log_prob",
    "one_hot",
    "probabilities",
    "residual",
    "residuals",
    "variance",
    "variance_at",
    "words",
]

Labels = NDArray[np.intp]
WORD_GENERATORS = (np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64)  # MT19937 makes 32 bits
COUNTED_DRAWS = 30  # up to here comparing uniforms is faster than a binomial draw for every row


def check_labels(y: ArrayLike, n: int, classes: int) -> Labels:
    """``y`` as n whole numbers 0 … classes−1."""
    labels = check.vector("y", y, n)
    wrong = (labels < 0) | (labels >= classes) | (labels != np.floor(labels))
    if wrong.any():
        raise ValueError(f"y contains {labels[wrong][0]:g} and must be a whole number from 0 to {classes - 1}")
    return labels.astype(np.intp)


def probabilities(z: Array, axis: int = 1) -> tuple[Array, Array]:
    """π and the sum of the other classes' probabilities 1 − π, both to full relative accuracy and of the shape of z:
    (n, C), or with ``axis`` 0 (C, n).

    Computed by class: numpy takes the maxima and sums of many short rows one by one, of a few long ones in half the time.
    """
    z = np.ascontiguousarray(z if axis == 0 else z.T)
    e = special.exponentials(z, z.max(axis=0))
    total = e.sum(axis=0)
    others = (1.0 - np.eye(len(e))).dot(e)
    e /= total
    others /= total
    return (e, others) if axis == 0 else (e.T, others.T)


def log_prob(z: Array, y: Labels) -> Array:
    """log π_y, (n,): z_y − max z − log(1 + the other exponentials), by log1p."""
    rows, top = np.arange(len(z)), z.argmax(axis=1)
    largest = z[rows, top]
    rest = special.exponentials(z.T, largest)
    rest[top, rows] = 0.0  # the 1 of log1p
    return z[rows, y] - largest - np.log1p(rest.sum(axis=0))


def residual(p: Array, others: Array, y: Labels) -> Array:
    """e_y − π, (n, C)."""
    r, rows = -p, np.arange(len(p))
    r[rows, y] = others[rows, y]
    return r


def residuals(p: Array, others: Array) -> Array:
    """e_y − π for every label y, (n, C, C): the first C runs over labels, the second over logits."""
    n, classes = p.shape
    r = np.empty((n, classes, classes))
    r[:] = -p[:, None, :]
    c = np.arange(classes)
    r[:, c, c] = others
    return r


def draw(p: Array, rng: np.random.Generator) -> Labels:
    """One label per row of π, (n,)."""
    uniform = rng.random((len(p), 1))
    return np.minimum((uniform >= np.cumsum(p, axis=1)).sum(axis=1), p.shape[1] - 1).astype(np.intp)


def frequencies(p: Array, rng: np.random.Generator, draws: int) -> Array:
    """Shares of the labels among ``draws`` of them drawn for every row of π, (n, C)."""
    if draws > COUNTED_DRAWS:
        # The counts are those of independent labels, drawn at once: the cost does not grow with their number.
        return rng.multinomial(draws, p / p.sum(axis=1, keepdims=True)) / draws
    uniform = rng.random((draws, len(p)))
    below = [counted(uniform < edge) for edge in np.cumsum(p.T[:-1], axis=0)]  # labels up to each class but the last
    none = np.zeros(len(p))
    return np.diff([none, *below, none + draws], axis=0).T / draws


def counted(hits: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """How many of the first axis are true; fewer than 256."""
    return np.add.reduce(hits.view(np.uint8), axis=0, dtype=np.uint8)


def hits(p: Array, rng: np.random.Generator, draws: int) -> NDArray[np.uint8]:
    """How many of ``draws`` < 256 uniform numbers fall below each p < 1 of (n,).

    Sixteen bits decide about nearly all of them, at a third of the time of a float64; the one in 65536 that is neither
    above nor below goes by further bits, so that chances are exact to 2⁻⁵³ as with ``rng.random() < p``.
    """
    scaled = p * 65536.0
    whole = scaled.astype(np.uint16)
    bits = words(rng, (draws * len(p) + 3) // 4).view(np.uint16)
    uniform = bits[: draws * len(p)].reshape(draws, len(p))
    result = counted(uniform < whole)
    undecided = np.flatnonzero(uniform == whole) % len(p)
    if undecided.size:
        np.add.at(result, undecided, rng.random(undecided.size) < (scaled - whole)[undecided])
    return result


def words(rng: np.random.Generator, n: int) -> NDArray[np.uint64]:
    """``n`` random words of 64 bits; as the generator makes them, at half the time of ``rng.integers``, if it can."""
    if isinstance(rng.bit_generator, WORD_GENERATORS):
        return rng.bit_generator.random_raw(n)
    return rng.integers(0, 2**64, n, dtype=np.uint64)


def one_hot(y: Labels, classes: int) -> Array:
    """1 at the label, 0 elsewhere, (n, C)."""
    return (y[:, None] == np.arange(classes)).astype(np.float64)


def curved(p: Array, dz: Array) -> Array:
    """Λ dz, (n, C), for changes dz (n, C) of the logits: π_c (dz_c − Σ_e π_e dz_e)."""
    return p * centred(p, dz)


def variance(p: Array, dz: Array) -> Array:
    """dzᵀ Λ dz, (n,): the variance of dz under the model's own labels, as a sum of squares."""
    d = centred(p, dz)
    return np.einsum("nc,nc,nc->n", p, d, d)


def variance_at(z: Array, dz: Array) -> Array:
    """The same from the logits, (n,)."""
    e = special.exponentials(z.T, z.max(axis=1)).T
    return variance(e / e.sum(axis=1, keepdims=True), dz)


def centred(p: Array, dz: Array) -> Array:
    """dz_c − Σ_e π_e dz_e, (n, C). Measured from the most probable class, so that a sure row does not cancel."""
    d = dz - dz[np.arange(len(p)), p.argmax(axis=1)][:, None]
    return d - np.einsum("nc,nc->n", p, d)[:, None]
