"""Coordinates on parameter space: ``maps`` of one coordinate, and the ``pullback`` that carries every quantity along."""

from fisher_core.charts.maps import ARCSINE, IDENTITY, LOG, LOGIT, PRECISION, RECIPROCAL, SQRT, VARIANCE, Map
from fisher_core.charts.pullback import Chart, Charted, Separable

__all__ = [
    "ARCSINE",
    "IDENTITY",
    "LOG",
    "LOGIT",
    "PRECISION",
    "RECIPROCAL",
    "SQRT",
    "VARIANCE",
    "Chart",
    "Charted",
    "Map",
    "Separable",
]
