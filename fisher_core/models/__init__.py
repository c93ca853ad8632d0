"""Conditional models p(y | x, θ): regression, classification, networks."""

from fisher_core.models.bandit import SoftmaxPolicy
from fisher_core.models.base import ConditionalModel
from fisher_core.models.corridor import Corridor
from fisher_core.models.gaussian_policy import GaussianPolicy
from fisher_core.models.linear import LinearRegression
from fisher_core.models.logistic import LogisticRegression, SeparableDataError
from fisher_core.models.mlp import MLP
from fisher_core.models.poisson import PoissonRegression
from fisher_core.models.separation import NoMaximumError
from fisher_core.models.softmax import SoftmaxRegression

__all__ = [
    "MLP",
    "ConditionalModel",
    "Corridor",
    "GaussianPolicy",
    "LinearRegression",
    "LogisticRegression",
    "NoMaximumError",
    "PoissonRegression",
    "SeparableDataError",
    "SoftmaxPolicy",
    "SoftmaxRegression",
]
