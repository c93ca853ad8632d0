"""The logarithm of a Poisson's rate, its natural parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.family import Family
from fisher_core.validation import Array

__all__ = ["InLog", "LogChart"]


class InLog(charts.Charted):
    """Poisson in log λ, its natural parameter: the Hessian does not know x, and no pull-back has to cancel it."""

    def _hessian(self, x: Array, theta: Array) -> Any:
        return ((-np.exp(theta[0]),),)


class LogChart(charts.Separable):
    def of(self, family: Family) -> InLog:
        return InLog(family, self)
