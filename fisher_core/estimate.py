"""A number that was sampled, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np

from fisher_core.validation import Array

__all__ = ["Estimate"]


@dataclass(frozen=True, repr=False)
class Estimate:
    """A sampled value with its standard error: whatever comes from draws or data is one of these.

    ``value`` and ``standard_error`` have one shape; ``n`` is the number of draws behind them, or the sum of their weights.
    The standard error is the standard deviation of ``value`` over repetitions, estimated from the draws. It may be
    handed over as a function, called when it is first read: that of every entry of a matrix costs as much as the matrix.
    """

    value: Array
    error: Array | Callable[[], Array]
    n: float

    @property
    def standard_error(self) -> Array:
        if callable(self.error):
            object.__setattr__(self, "error", self.error())
        return cast(Array, self.error)

    @property
    def interval(self) -> tuple[Array, Array]:
        """The 95 % interval value ± 1.96 standard errors, entry by entry."""
        half = 1.959963984540054 * np.asarray(self.standard_error)
        return self.value - half, self.value + half

    def __repr__(self) -> str:
        return f"Estimate(value={self.value!r}, standard_error={self.standard_error!r}, n={self.n})"

    def __reduce__(self) -> tuple[type[Estimate], tuple[Array, Array, float]]:
        return Estimate, (self.value, self.standard_error, self.n)
