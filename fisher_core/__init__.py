"""The Fisher information matrix, exact and fast. Question → call:

    What families are there?         ``FAMILIES``: "bernoulli", "normal", "gamma", …
    Fisher matrix of one             ``family.fisher(theta)``
    … in other coordinates           ``family.in_chart("natural")``, with the same methods
    KL(p‖q) of two members           ``family.kl(theta_p, theta_q)``
    Score, draws, estimate           ``family.score(x, theta)``, ``family.sample(theta, n, rng)``, ``family.mle(x)``
    F from draws, from data          ``information.monte_carlo(family, theta, n, rng)``, ``information.empirical(family, x, theta)``
    F by a second method             ``information.by_quadrature(family, theta)``
    F of a regression or a network   ``information.exact(model, x, theta)``, of one of :mod:`models`
    The score as a random variable   ``score.expected(family, truth, theta)``
    KL by a second method            ``divergence.kl_quadrature(family, theta_p, theta_q)``
    ½δᵀFδ                            ``divergence.quadratic(fisher, delta)``
    Spread of an estimate            ``estimation.naive(family, x, theta)``, ``estimation.sandwich(family, x, theta)``
    F⁻¹, null directions, ellipse    ``linalg.inverse(fisher)``, ``linalg.null_space(fisher)``, ``linalg.fisher_ellipse(fisher)``
    Natural gradient step            ``descent.step(objective, theta, "natural", rate)``
    Elastic weight consolidation     ``continual.penalty("ewc_diagonal", strength, anchor, fisher)``

The whole map, with formulas, files, lessons and tests, is docs/map.md.

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
