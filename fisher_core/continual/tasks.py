"""What a task must offer to be learned, remembered and compared."""

from __future__ import annotations

from typing import Protocol

from numpy.typing import ArrayLike

from fisher_core.validation import Array

__all__ = ["Task"]


class Task(Protocol):
    """A convex loss L(θ) in nats per observation, with its derivatives and its Fisher matrix side by side."""

    is_quadratic: bool
    """The Hessian is constant: minimisers, trails and sweeps then have closed forms."""

    @property
    def size(self) -> int:
        """d, the number of parameters."""

    @property
    def minimiser(self) -> Array:
        """arg min L, (d,)."""

    def loss(self, theta: ArrayLike) -> Array:
        """L; (..., d) gives (...)."""

    def gradient(self, theta: ArrayLike) -> Array:
        """∇L; (..., d) gives (..., d)."""

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """∇²L at one point (d,), by default the minimiser; (d, d)."""

    def fisher(self, theta: ArrayLike | None = None) -> Array:
        """Fisher information per observation at one point (d,), by default the minimiser; (d, d)."""
