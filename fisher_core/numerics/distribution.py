"""What quadrature and draws need to know of a family: its support, log-density, score and sampler."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core.validation import Array


class Distribution(Protocol):
    """The part of :class:`fisher_core.family.Family` that everything in this package works with."""

    key: str
    discrete: bool
    columns: int | None
    bounds: tuple[float, float]
    locations: tuple[int, ...]
    regular: bool

    def check_theta(self, theta: ArrayLike, closure: bool = False) -> Array: ...

    def contains(self, theta: ArrayLike) -> NDArray[np.bool_]: ...

    def support(self, theta: ArrayLike) -> tuple[float, float]: ...

    def sample(self, theta: ArrayLike, n: int, rng: np.random.Generator) -> Array: ...

    def log_prob(self, x: ArrayLike, theta: ArrayLike) -> Array: ...

    def score(self, x: ArrayLike, theta: ArrayLike) -> Array: ...

    # Past the checks: see the hooks of Family.

    def _log_prob(self, x: Array, theta: Array) -> Array: ...

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array: ...

    def _cdf(self, x: Array, theta: Array) -> Array: ...

    def _bounds(self, theta: Array) -> tuple[float, float]: ...
