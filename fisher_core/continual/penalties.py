r"""What holds the weights near task A: (λ/2)(θ − θ_A)ᵀ M (θ − θ_A), one matrix M for each kind.

    none          M = 0          forget freely
    l2            M = I          every direction alike
    ewc_diagonal  M = diag(F_A)  elastic weight consolidation as published (Kirkpatrick et al. 2017, eq. 3)
    ewc_full      M = F_A        its Laplace approximation before the off-diagonal is dropped

The ½ is always there: code that omits it has doubled λ. F is per observation, so Bayes' value is λ = N_A when the loss
of task B is summed over its observations and N_A/N_B when it is averaged (see ``laplace.bayes_strength``).
A new kind is one line in :data:`PENALTIES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.continual.quadratic import rotation, turned
from fisher_core.validation import Array

__all__ = ["PENALTIES", "Penalty", "penalty"]

# Each takes F_A (d, d) and returns M (d, d).
PENALTIES: dict[str, Callable[[Array], Array]] = {
    "none": np.zeros_like,
    "l2": lambda fisher: np.eye(len(fisher)),
    "ewc_diagonal": lambda fisher: np.diag(np.diag(fisher)),
    "ewc_full": lambda fisher: fisher,
}


@dataclass(frozen=True, eq=False)
class Penalty:
    """(λ/2)(θ−θ_A)ᵀM(θ−θ_A), in the units of the loss it is added to. Made by :func:`penalty`, which checks.

    Attributes
    ----------
    kind : a key of :data:`PENALTIES`.
    strength : λ ≥ 0.
    anchor : θ_A (d,).
    matrix : M (d, d), without λ.
    fisher : F_A (d, d) that M was made from, or None if ``kind`` needed none.
    """

    kind: str
    strength: float
    anchor: Array
    matrix: Array
    fisher: Array | None = None

    def value(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (...)."""
        offset = check.parameters("theta", theta, self.anchor.size) - self.anchor
        return 0.5 * self.strength * np.einsum("...i,...i->...", offset @ self.matrix, offset)

    def gradient(self, theta: ArrayLike) -> Array:
        """λM(θ − θ_A); ``theta`` (..., d) gives (..., d)."""
        return self.strength * ((check.parameters("theta", theta, self.anchor.size) - self.anchor) @ self.matrix)

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """λM (d, d), the same for every ``theta``."""
        return self.strength * self.matrix

    def with_strength(self, strength: float) -> Penalty:
        return replace(self, strength=check.non_negative("strength", strength))

    def rotated(self, angle: float) -> Penalty:
        """The same penalty under other weight names: θ → Rθ, counter-clockwise by ``angle`` (radians)."""
        r = rotation(angle, self.anchor.size)
        fisher = None if self.fisher is None else turned(r, self.fisher)
        return replace(self, anchor=r @ self.anchor, matrix=turned(r, self.matrix), fisher=fisher)


def penalty(kind: str, strength: float, anchor: ArrayLike, fisher: ArrayLike | None = None) -> Penalty:
    """The penalty of this ``kind`` with λ = ``strength`` ≥ 0 about ``anchor`` θ_A (d,).

    ``fisher`` F_A (d, d) per observation may be left out where M does not depend on it ("none", "l2"); given, it also
    tells :func:`~fisher_core.continual.train` what task A was. Raises ValueError on an unknown kind, a negative
    strength, or a matrix that is not symmetric positive semi-definite.
    """
    kind = check.choice("kind", kind, tuple(PENALTIES))
    strength = check.non_negative("strength", strength)
    anchor = check.vector("anchor", anchor)
    if fisher is None:
        if kind not in ("none", "l2"):
            raise ValueError(f"fisher = None must be the Fisher matrix of task A for kind = {kind!r}")
        return Penalty(kind, strength, anchor, PENALTIES[kind](np.zeros((anchor.size, anchor.size))))
    fisher = check.positive_semidefinite("fisher", fisher, anchor.size)
    return Penalty(kind, strength, anchor, PENALTIES[kind](fisher), fisher)
