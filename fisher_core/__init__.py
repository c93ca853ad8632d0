"""The Fisher information matrix, exact and fast: families, information, divergences.

Conventions: natural logarithms (nats); every matrix is per observation; data first, parameters last;
exact results are plain arrays, sampled ones an ``Estimate`` with its standard error.
"""

from fisher_core import charts, continual, datasets, divergence, information, linalg, models
from fisher_core.families import FAMILIES
from fisher_core.family import Estimate, Family, Parameter

__all__ = [
    "FAMILIES",
    "Estimate",
    "Family",
    "Parameter",
    "charts",
    "continual",
    "datasets",
    "divergence",
    "information",
    "linalg",
    "models",
]
