"""What a statistical model is: parameters with a domain, observations with a support, and formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array


@dataclass(frozen=True)
class Estimate:
    """A sampled value with its standard error: whatever comes from draws or data is one of these.

    ``value`` and ``standard_error`` have one shape; ``n`` is the number of draws behind them.
    The standard error is the standard deviation of ``value`` over repetitions, estimated from the draws.
    """

    value: Array
    standard_error: Array
    n: int

    @property
    def interval(self) -> tuple[Array, Array]:
        """The 95 % interval value ± 1.96 standard errors, entry by entry."""
        half = 1.959963984540054 * np.asarray(self.standard_error)
        return self.value - half, self.value + half
