"""Conditional models p(y | x, θ): regression, classification, networks."""

from fisher_core.models.base import ConditionalModel
from fisher_core.models.censored import RightCensored
from fisher_core.models.linear import LinearRegression
from fisher_core.models.logistic import LogisticRegression, SeparableDataError
from fisher_core.models.mlp import MLP
from fisher_core.models.poisson import PoissonRegression
from fisher_core.models.policy import SoftmaxPolicy
from fisher_core.models.separation import NoMaximumError
from fisher_core.models.softmax import SoftmaxRegression

__all__ = [
    "MLP",
    "ConditionalModel",
    "LinearRegression",
    "LogisticRegression",
    "NoMaximumError",
    "PoissonRegression",
    "RightCensored",
    "SeparableDataError",
    "SoftmaxPolicy",
    "SoftmaxRegression",
]
