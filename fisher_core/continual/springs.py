r"""What remembers earlier tasks: springs ½(θ − a)ᵀS(θ − a), and three ways to keep them as tasks go by.

    separate   one spring per task, at the θ where its Fisher matrix was measured   (Kirkpatrick et al. 2017)
    single     one spring at the latest θ, S = Σ F_t: exact for quadratic tasks     (Huszár 2018)
    online     the same with decay, S_t = γ S_{t−1} + F_t; the penalty on task t+1 is γ S_t   (Schwarz et al. 2018)

With γ = 1 online is single. (Where the penalty is S_t undecayed the weights of tasks differ: conventions vary.) A
*separate* spring at θ_t pulls towards a point that earlier springs have shaped already, so early tasks count many times:
with T equal tasks task k < T has a share of 1/(k(k+1)) in the answer and the last 1/T, see :func:`shares`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = [
    "MEMORIES",
    "Spring",
    "Stiffness",
    "consolidate",
    "half_life",
    "routes",
    "running_shares",
    "shares",
    "stiffness_held",
]

MEMORIES = ("separate", "single", "online")


@dataclass(frozen=True, eq=False)
class Stiffness:
    """S without the matrix: a diagonal (P,) plus weighted products v → Fv."""

    diagonal: Array
    products: tuple[tuple[float, Callable[[Array], Array]], ...] = ()

    def __add__(self, other: Stiffness) -> Stiffness:
        return Stiffness(self.diagonal + other.diagonal, self.products + other.products)

    def __mul__(self, factor: float) -> Stiffness:
        return Stiffness(self.diagonal * factor, tuple((c * factor, product) for c, product in self.products))

    def times(self, v: Array) -> Array:
        """Sv, (P,)."""
        result = self.diagonal * v
        for c, product in self.products:
            result += c * product(v)
        return result


@dataclass(frozen=True, eq=False)
class Spring:
    """½(θ − ``anchor``)ᵀ S (θ − ``anchor``); ``stiffness`` S is a :class:`Stiffness` or, for few parameters, (d, d)."""

    anchor: Array
    stiffness: Any

    def times(self, v: Array) -> Array:
        return self.stiffness.times(v) if isinstance(self.stiffness, Stiffness) else self.stiffness @ v

    def value(self, theta: Array) -> float:
        offset = theta - self.anchor
        return 0.5 * float(offset @ self.times(offset))

    def gradient(self, theta: Array) -> Array:
        return self.times(theta - self.anchor)


def consolidate(
    springs: Sequence[Spring], anchor: Array, stiffness: Any, memory: str = "single", decay: float = 1.0
) -> tuple[Spring, ...]:
    """The springs that hold during the next task, after one was learned to ``anchor`` with Fisher ``stiffness``.

    ``decay`` γ in [0, 1] is that of "online" and ignored by the others.
    """
    check.choice("memory", memory, MEMORIES)
    if not 0 <= check.scalar("decay", decay) <= 1:
        raise ValueError(f"decay = {decay:g} must be between 0 and 1")
    if memory == "separate":
        return (*springs, Spring(anchor, stiffness))
    if len(springs) > 1:
        raise ValueError(f"springs hold {len(springs)} and memory = {memory!r} keeps one: start from those it made")
    total = springs[0].stiffness + stiffness if springs else stiffness
    return (Spring(anchor, total * decay if memory == "online" else total),)


def shares(tasks: int, memory: str = "single", decay: float = 1.0) -> Array:
    """The share of each of T equal one-dimensional tasks in the answer after all of them, (T,), sum 1.

    single 1/T;  separate 1/(k(k+1)) and 1/T for the last;  online γ^{T−k}(1−γ)/(1−γ^T).
    """
    t = check.integer("tasks", tasks, 1)
    check.choice("memory", memory, MEMORIES)
    k = np.arange(1, t + 1)
    if memory == "separate":
        result = 1.0 / (k * (k + 1.0))
        result[-1] = 1.0 / t
        return result
    if memory == "single":
        return np.full(t, 1.0 / t)
    if not 0 <= check.scalar("decay", decay) <= 1:
        raise ValueError(f"decay = {decay:g} must be between 0 and 1")
    weights = float(decay) ** (t - k)
    return weights / weights.sum()


def running_shares(tasks: int, memory: str = "single", decay: float = 1.0) -> Array:
    """:func:`shares` after 1, 2, … T tasks: (T, T), row t sums to 1 and is 0 beyond task t."""
    result = np.zeros((check.integer("tasks", tasks, 1), tasks))
    for t in range(1, tasks + 1):
        result[t - 1, :t] = shares(t, memory, decay)
    return result


def routes(tasks: int) -> Array:
    """How the shares under separate springs come about, (T, T): entry (t, k) is what task k gets through spring t.

    T θ_T = c_T + θ_1 + … + θ_{T−1}: each spring t < T passes on 1/T of the shares in θ_t, the newest task adds its own
    1/T in row T. Columns sum to ``shares(tasks, "separate")``: task 1 comes in again with every spring.
    """
    result = running_shares(tasks, "separate") / tasks
    result[-1] = 0.0
    result[-1, -1] = 1.0 / tasks
    return result


def stiffness_held(tasks: int, decay: float = 1.0) -> float:
    """S_T of online EWC after T equal tasks, in units of F: 1 + γ + … + γ^{T−1} (γ = .95: 20 in the end).

    The newest task's share in the answer is 1/S_T.
    """
    t = check.integer("tasks", tasks, 1)
    if not 0 <= check.scalar("decay", decay) <= 1:
        raise ValueError(f"decay = {decay:g} must be between 0 and 1")
    return float((float(decay) ** np.arange(t)).sum())


def half_life(decay: ArrayLike) -> float:
    """Tasks until an old one's weight has halved under online EWC: ln ½/ln γ (γ = .95: 13.5)."""
    gamma = check.scalar("decay", decay)
    if not 0 < gamma < 1:
        raise ValueError(f"decay = {gamma:g} must be > 0 and < 1")
    return float(np.log(0.5) / np.log(gamma))
