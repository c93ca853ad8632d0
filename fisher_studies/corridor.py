"""The smallest problem of several steps: two decisions in a row, and a Fisher matrix that counts visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from fisher_core import validation as check
from fisher_core.validation import Array


@dataclass(frozen=True)
class Corridor:
    """Go right twice for reward 1; a step to the left ends it with 0. Logits θ (..., 2), p = σ(θ) of stepping right.

    log p(trajectory) = Σ log π(a|s) + what the world does, and the world does not know θ: transitions drop out of the
    score. The second place is visited with probability p₁, so, with visits in it,

        F = diag(p₁q₁, p₁p₂q₂),   J = p₁p₂,   ∇J = (p₁q₁p₂, p₁p₂q₂),   F⁻¹∇J = (p₂, 1)

    the advantages of stepping right: visit frequencies have cancelled. Source: Kakade (2001), §3.
    """

    def right(self, theta: ArrayLike) -> Array:
        """p, (..., 2)."""
        return expit(check.parameters("theta", theta, 2))

    def fisher(self, theta: ArrayLike) -> Array:
        """F of one trajectory, (..., 2, 2)."""
        theta = check.parameters("theta", theta, 2)
        p, spread = expit(theta), expit(theta) * expit(-theta)
        visits = np.stack([np.ones_like(p[..., 0]), p[..., 0]], axis=-1)
        return (visits * spread)[..., None] * np.eye(2)

    def value(self, theta: ArrayLike) -> Array:
        """J = p₁p₂, (...)."""
        return self.right(theta).prod(axis=-1)

    def gradient(self, theta: ArrayLike) -> Array:
        """∇J, (..., 2): each logit's is J times the chance of the other action."""
        theta = check.parameters("theta", theta, 2)
        return expit(theta).prod(axis=-1)[..., None] * expit(-theta)

    def natural_gradient(self, theta: ArrayLike) -> Array:
        """F⁻¹∇J = (p₂, 1), (..., 2)."""
        p = self.right(theta)
        return np.stack([p[..., 1], np.ones_like(p[..., 1])], axis=-1)

    def by_trajectories(self, theta: ArrayLike) -> tuple[Array, Array]:
        """F and ∇J summed over the three trajectories, scores added up action by action: the second method; θ (2,)."""
        (p, q), (a, b) = self.right(theta), expit(-check.vector("theta", theta, 2))
        chances, rewards = np.array([a, p * b, p * q]), np.array([0.0, 0.0, 1.0])
        scores = np.array([[-p, 0.0], [a, -q], [a, b]])
        return (scores.T * chances) @ scores, (chances * rewards) @ scores
