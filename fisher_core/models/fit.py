r"""Maximum likelihood of regressions by Newton's method, in coordinates that follow the weights.

The model is fitted in γ, with Z = X T orthonormal (:mod:`~fisher_core.models.design`): units and origins of columns do not
matter. Where the information of the rows differs much, as when one row lies far out and is sure, Z is made orthonormal
anew under the present weights: in coordinates centred on the far row, nothing would be left of the others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from fisher_core import linalg
from fisher_core.models import separation
from fisher_core.models.design import Design, orthogonal
from fisher_core.numerics import newton
from fisher_core.validation import Array

__all__ = ["Likelihood", "maximum"]

MAX_STEPS = 1000
UNEVEN = 30.0  # ratio of the pivots of √H from which on coordinates are changed
FAR, TOO_FAR = 20.0, 60.0  # logits that may, and that do call for a proof that the maximum exists
LAST_STEP = 1e-5  # in logits; the error after it is about its square
NO_BETTER = 1e-2  # a step as short as this that is no shorter than the last one is made of rounding


class Likelihood(ABC):
    """Of predictors z = Zγ, (n, m), for γ (d, m). Means over observations."""

    no_maximum = separation.NoMaximumError

    @abstractmethod
    def start(self, rows: Array, weights: Array) -> Array:
        """A first γ."""

    @abstractmethod
    def shares(self, n: int) -> Array:
        """What each row counts in the mean, (n,)."""

    @abstractmethod
    def loss(self, z: Array) -> float:
        """−mean log p."""

    @abstractmethod
    def gradient(self, rows: Array, z: Array) -> Array:
        """Of the loss in γ, (d·m,)."""

    @abstractmethod
    def hessian(self, rows: Array, z: Array) -> Array:
        """Of the loss in γ, (d·m, d·m)."""

    @abstractmethod
    def information(self, z: Array) -> Array:
        """Of every row about its z, as its share, (n,)."""

    @abstractmethod
    def reach(self, z: Array) -> float:
        """How far z has gone in the direction of certainty."""

    @abstractmethod
    def margins(self, x: Array) -> Array:
        """See :mod:`~fisher_core.models.separation`; (N, D) for D free parameters."""

    @abstractmethod
    def forces(self, z: Array) -> Array:
        """λ (N,) with Σ λm = −n·gradient."""

    @abstractmethod
    def as_parameters(self, gamma: Array) -> Array:
        """W (d, k) of coefficients that belong to γ (d, m)."""

    @abstractmethod
    def as_free(self, w: Array) -> Array:
        """The D free parameters of W."""

    @abstractmethod
    def as_direction(self, v: Array) -> Array:
        """The unit vector in θ of D free parameters."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def maximum(likelihood: Likelihood, x: Array) -> Array:
    """W (d, k) at the maximum. SingularFisherError if columns are dependent, NoMaximumError if it is at infinity."""
    shares = likelihood.shares(len(x))
    first = orthogonal(x, shares)
    climb = _Climb(likelihood, x, first, likelihood.start(first.rows, shares))
    proven = False
    for _ in range(MAX_STEPS):
        arrived = climb.step()
        reach = likelihood.reach(climb.z)
        if not proven and (arrived is None or (reach > FAR if arrived else reach > TOO_FAR)):
            _prove(likelihood, x, first, climb)
            proven = True
        if arrived:
            return likelihood.as_parameters(climb.at.back @ climb.gamma)
        if arrived is None:
            break
    raise ValueError("x must be less extreme: the likelihood has a maximum, which rounding hides from Newton's method")


def _prove(likelihood: Likelihood, x: Array, first: Design, climb: _Climb) -> None:
    """Raise if the maximum is at infinity."""
    if separation.overlap(likelihood.margins(climb.at.rows), likelihood.forces(climb.z)):
        return
    start = likelihood.as_free(likelihood.as_parameters(climb.at.back @ climb.gamma))
    v = separation.direction(likelihood.margins(x), likelihood.margins(first.rows), start)
    if v is not None:
        raise likelihood.no_maximum(likelihood.as_direction(v))


class _Climb:
    """Newton's method from ``gamma`` in the coordinates ``at``, with a line search."""

    def __init__(self, likelihood: Likelihood, x: Array, at: Design, gamma: Array) -> None:
        self.likelihood, self.x, self.at, self.gamma = likelihood, x, at, gamma
        self.z = at.rows @ gamma
        self.value = likelihood.loss(self.z)
        self.uneven, self.moved = UNEVEN, np.inf

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def step(self) -> bool | None:
        """One step; whether it was the last, or None where there is no curvature left to follow."""
        hessian = self.likelihood.hessian(self.at.rows, self.z)
        if _unevenness(hessian) > self.uneven:
            try:
                self._turn()
            except linalg.SingularFisherError:
                return None
            hessian = self.likelihood.hessian(self.at.rows, self.z)
            self.uneven = max(UNEVEN, 10 * _unevenness(hessian))
        gradient = self.likelihood.gradient(self.at.rows, self.z)
        try:
            step = -linalg.solve(hessian, gradient)
        except ValueError:  # singular, or by rounding not even that
            return None
        slope = float(gradient @ step)
        direction = step.reshape(self.gamma.shape)
        moved = float(np.abs(self.at.rows @ direction).max())
        small = -slope <= 2 * newton.TOLERANCE**2 * (1.0 + abs(self.value))
        size = newton.shortened(
            lambda s: self.likelihood.loss(self.at.rows @ (self.gamma + s * direction)), self.value, slope
        )
        self.gamma = self.gamma + size * direction
        self.z = self.at.rows @ self.gamma
        self.value = self.likelihood.loss(self.z)
        last, self.moved = self.moved, moved
        return small and (moved <= LAST_STEP or last / 2 <= moved <= NO_BETTER)

    def _turn(self) -> None:
        """Coordinates in which the present information of all rows is even."""
        weights = self.likelihood.information(self.z)
        weights = weights / weights.sum()
        self.at = orthogonal(self.x, weights)
        root = np.sqrt(weights)[:, None]
        self.gamma = np.linalg.lstsq(root * self.at.rows, root * self.z, rcond=None)[0]
        self.z = self.at.rows @ self.gamma
        self.value = self.likelihood.loss(self.z)


def _unevenness(hessian: Array) -> float:
    try:
        pivots = np.diagonal(np.linalg.cholesky(hessian))
    except np.linalg.LinAlgError:
        return np.inf
    return float(pivots.max() / pivots.min())
