r"""Do two tasks care about the same weights? The overlap of their Fisher matrices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["fisher_overlap", "overlap_by_layer"]


def fisher_overlap(fisher_1: ArrayLike, fisher_2: ArrayLike) -> float:
    r"""1 − ½ tr(F̂₁ + F̂₂ − 2(F̂₁F̂₂)^½) of the unit-trace matrices F̂ = F/tr F (Kirkpatrick et al. 2017, §4.3).

    1 if and only if the two are proportional, 0 if no direction matters to both. Each argument is a matrix (d, d) or,
    for large networks, its diagonal (d,), for which the overlap is Σᵢ √(f̂₁ᵢ f̂₂ᵢ). In general tr(F̂₁F̂₂)^½ is the sum of
    the singular values of √F̂₁√F̂₂, so no square root of a non-symmetric product is taken; one minus the overlap is
    half the squared Bures distance. Raises ValueError on a zero, indefinite or mismatched matrix.
    """
    f1, f2 = _unit_trace("fisher_1", fisher_1), _unit_trace("fisher_2", fisher_2)
    if f1.shape != f2.shape:
        raise ValueError(f"fisher_2 has shape {f2.shape} and must have the shape of fisher_1, {f1.shape}")
    if f1.ndim == 1:
        overlap = np.sqrt(f1 * f2).sum()
    else:
        overlap = np.linalg.svd(linalg.square_root(f1) @ linalg.square_root(f2), compute_uv=False).sum()
    return float(min(overlap, 1.0))  # by Cauchy–Schwarz ≤ 1; rounding may add the last digit


def _unit_trace(name: str, fisher: ArrayLike) -> Array:
    f = check.array(name, fisher)
    if f.ndim == 1:
        if f.min(initial=0.0) < 0:
            raise ValueError(f"{name} contains {f.min():g} and must be >= 0")
        total = f.sum()
    else:
        f = check.positive_semidefinite(name, f)
        total = np.trace(f)
    if not total > 0:
        raise ValueError(f"{name} has trace {total:g} and must have a positive one")
    return f / total


def overlap_by_layer(fisher_1: ArrayLike, fisher_2: ArrayLike, layers: Sequence[slice]) -> Array:
    """:func:`fisher_overlap` within each layer, (layers,), from two diagonals (P,); nan where one has no information.

    ``layers`` say where each layer's parameters are, as ``MLP.layer_slices`` does. Each block has unit trace of its own.
    """
    f1, f2 = check.vector("fisher_1", fisher_1), check.vector("fisher_2", fisher_2)
    blocks = [(f1[layer], f2[layer]) for layer in layers]
    return np.array([fisher_overlap(a, b) if a.any() and b.any() else np.nan for a, b in blocks])
