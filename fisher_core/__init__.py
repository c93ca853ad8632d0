"""The Fisher information matrix, exact and fast. Question → call:

    What families are there?             FAMILIES["normal"], FAMILIES["gamma"], …: ``log_prob score hessian sample mle cdf``
    Fisher matrix F(θ) of one            ``family.fisher(theta)``          KL(p‖q)    ``family.kl(theta_p, theta_q)``
    … in other coordinates               ``family.in_chart("natural").fisher(phi)``, :mod:`charts`
    F from draws, from data              ``information.monte_carlo``, ``empirical``, ``observed``, ``by_quadrature``
    F of a regression or a network       ``models.LogisticRegression().fisher(x, theta)``, ``models.MLP``
    The score as a random variable       ``score.expected(family, truth, theta)``
    KL by a second method, other φ       ``divergence.kl_quadrature``, ``kl_monte_carlo``, ``hellinger``, ``f_divergence``
    ½δᵀFδ, and how far KL is from it     ``divergence.quadratic``, ``profile``
    How good can an estimate be?         ``estimation.cramer_rao``
    F⁻¹, null directions, ellipses       ``linalg.solve``, ``null_space``, ``fisher_ellipse``
    A natural-gradient step              ``descent.step(objective, theta, rate, "natural")``
    Elastic weight consolidation         ``continual.penalty``, ``minimiser``, ``train``, ``networks``

Conventions: natural logarithms (nats); every matrix is per observation; data first, parameters last;
exact results are plain arrays, sampled ones an ``Estimate`` with its standard error.

The subjects are imported when they are first named, so that importing the package costs little more than numpy and
scipy.special.
"""

from importlib import import_module
from types import ModuleType

from fisher_core.estimate import Estimate
from fisher_core.families import FAMILIES
from fisher_core.family import Family
from fisher_core.parameter import Parameter

__all__ = [
    "FAMILIES",
    "Estimate",
    "Family",
    "Parameter",
    "charts",
    "continual",
    "data",
    "descent",
    "divergence",
    "estimation",
    "information",
    "linalg",
    "models",
    "score",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
