r"""Rules that turn a gradient g_t into a step: stochastic gradient descent and Adam.

    SGD     v ← μ v + g,                 θ ← θ − η v
    Adam    m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,   θ ← θ − η m̂/(√v̂ + ε),   m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)

Adam divides by the *root* of a second moment of batch gradients: neither a Fisher matrix nor its inverse (Kingma and Ba
2015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["SGD", "Adam", "Optimiser", "Step"]

Step = Callable[[Array, Array], None]


class Optimiser(Protocol):
    """A rule with its settings; ``start(size)`` gives the step function of one run, with fresh state."""

    def start(self, size: int) -> Step:
        """A function of (θ, g) that moves θ in place."""


@dataclass(frozen=True)
class SGD:
    """Plain or heavy-ball (``momentum`` μ) gradient descent."""

    learning_rate: float = 0.1
    momentum: float = 0.0

    def __post_init__(self) -> None:
        check.positive("learning_rate", self.learning_rate)
        if not 0 <= check.scalar("momentum", self.momentum) < 1:
            raise ValueError(f"momentum = {self.momentum:g} must be >= 0 and < 1")

    def start(self, size: int) -> Step:
        velocity = np.zeros(size)

        def step(theta: Array, g: Array) -> None:
            np.multiply(velocity, self.momentum, out=velocity)
            np.add(velocity, g, out=velocity)
            theta -= self.learning_rate * velocity

        return step


@dataclass(frozen=True)
class Adam:
    """Adam with bias correction; the defaults are those of the digits recipe."""

    learning_rate: float = 3e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check.positive("learning_rate", self.learning_rate)
        check.positive("epsilon", self.epsilon)
        for name in ("beta1", "beta2"):
            if not 0 <= check.scalar(name, getattr(self, name)) < 1:
                raise ValueError(f"{name} = {getattr(self, name):g} must be >= 0 and < 1")

    def start(self, size: int) -> Step:
        m, v, work = np.zeros(size), np.zeros(size), np.empty(size)
        t = 0

        def step(theta: Array, g: Array) -> None:
            nonlocal t
            t += 1
            np.multiply(m, self.beta1, out=m)
            np.multiply(g, 1 - self.beta1, out=work)
            np.add(m, work, out=m)
            np.multiply(v, self.beta2, out=v)
            np.multiply(work, g, out=work)
            np.multiply(work, (1 - self.beta2) / (1 - self.beta1), out=work)
            np.add(v, work, out=v)
            np.sqrt(v, out=work)
            np.divide(work, np.sqrt(1 - self.beta2**t), out=work)
            np.add(work, self.epsilon, out=work)
            np.divide(m, work, out=work)
            np.multiply(work, self.learning_rate / (1 - self.beta1**t), out=work)
            theta -= work

        return step
