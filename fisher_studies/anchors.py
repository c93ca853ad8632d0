r"""An anchor that is renewed: no memory, but a slower walk.

Solve min ½f(θ − b)² + ½s(θ − a)² exactly, K times. With the anchor a kept where task A left it, every solve ends at the
same place, f/(f + s) of the way from a to b. With the anchor moved to where the last solve ended, what is left of the
way shrinks by s/(f + s) each time:

    progress  1 − (s/(f + s))^K,  → 1: B is learned in full and A forgotten in full, only later (a trust region).

s is the whole coefficient of ½(θ − a)²: λF for a penalty written with its ½, 2λF for one without.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array


def progress(curvature: float, stiffness: float, solves: ArrayLike = 1, moving: bool = True) -> Array:
    """Share of the way from the anchor to B's optimum after ``solves`` exact solves; ``curvature`` is f > 0, s >= 0."""
    f, s, k = (
        check.positive("curvature", curvature),
        check.non_negative("stiffness", stiffness),
        check.array("solves", solves),
    )
    if (k < 0).any():
        raise ValueError("solves must be >= 0")
    kept = np.log1p(f / s) if s > 0 else np.inf  # log of what one solve divides the rest of the way by
    with np.errstate(invalid="ignore"):
        left = np.where(k == 0, 0.0, (k if moving else np.minimum(k, 1.0)) * kept)
    return -np.expm1(-left)


def re_anchored(curvature: float, optimum: float, start: float, stiffness: float, solves: int) -> Array:
    """Where each of ``solves`` exact solves ends when the anchor moves along, (solves + 1,) from ``start``."""
    f, s = check.positive("curvature", curvature), check.non_negative("stiffness", stiffness)
    path = [check.scalar("start", start)]
    for _ in range(check.integer("solves", solves)):
        path.append((f * optimum + s * path[-1]) / (f + s))
    return np.array(path)
