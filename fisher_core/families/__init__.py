"""The parametric families, one file each. A new one is a file and a line below; tests and pages find it here.

``FAMILIES`` has one of each kind. Those with a fixed quantity are classes as well: ``StudentT(4)``, ``Categorical(10)``,
``NormalMean(covariance)``.
"""

from __future__ import annotations

from pkgutil import resolve_name

from fisher_core.families.categorical import Categorical
from fisher_core.families.normal_mean import NormalMean
from fisher_core.families.student_t import StudentT
from fisher_core.family import Family

__all__ = ["FAMILIES", "LISTED", "Categorical", "NormalMean", "StudentT"]

LISTED = (  # file:class, in the order of the pickers
    "bernoulli:Bernoulli",
    "categorical:Categorical",
    "poisson:Poisson",
    "exponential:Exponential",
    "normal:Normal",
    "normal_mean:NormalMean",
    "gamma:Gamma",
    "beta:Beta",
    "weibull:Weibull",
    "cauchy:Cauchy",
    "laplace:Laplace",
    "logistic:Logistic",
    "student_t:StudentT",
    "uniform:Uniform",
)

FAMILIES: dict[str, Family] = {}
for _where in LISTED:
    _family = resolve_name(f"{__name__}.{_where}")()
    if _family.key in FAMILIES:
        raise ValueError(f"{_where} has the key {_family.key!r}, and so has {type(FAMILIES[_family.key]).__name__}")
    FAMILIES[_family.key] = _family
