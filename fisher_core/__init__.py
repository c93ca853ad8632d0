"""The Fisher information matrix, exact and fast: families, information, divergences.

Conventions: natural logarithms (nats); every matrix is per observation; data first, parameters last;
exact results are plain arrays, sampled ones an ``Estimate`` with its standard error.

The subjects are imported when they are first named, so that importing the package costs little more than numpy and
scipy.special.
"""

from importlib import import_module
from types import ModuleType

from fisher_core.families import FAMILIES
from fisher_core.family import Estimate, Family, Parameter

__all__ = [
    "FAMILIES",
    "Estimate",
    "Family",
    "Parameter",
    "censoring",
    "charts",
    "continual",
    "datasets",
    "descent",
    "digits",
    "divergence",
    "information",
    "linalg",
    "models",
    "six_ways",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
