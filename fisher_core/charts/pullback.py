r"""Coordinates on parameter space, and one pull-back that carries every quantity into them.

A chart φ ↦ θ(φ) renames the members of a family and leaves the distributions alone. With J = ∂θ/∂φ,

    s_φ = Jᵀ s,     H_φ = Jᵀ H J + Σₖ sₖ ∇²θₖ,     F_φ = Jᵀ F J,

while log p, KL, samples and the maximum-likelihood estimate stay what they were. The second term of the Hessian is why
the observed information is no tensor; its expectation vanishes because E[s] = 0, and so F is one (Amari 2016, §2).

Most charts change each coordinate by itself, by one of the changes written in :mod:`fisher_core.charts.maps`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fisher_core.charts.maps import IDENTITY, Map
from fisher_core.family import Family, stack
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Chart", "Charted", "Separable"]


class Chart(ABC):
    """Coordinates for one family. Arrays have the coordinate first: θ and φ are (d, ...), so they can be unpacked.

    ``key`` is the name for ``in_chart``. A joint chart, whose coordinates mix several parameters, is a subclass.
    """

    key: str
    joint_rule: str = ""  # a rule between the coordinates, in words

    @abstractmethod
    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        """The new coordinates with their domains, given the family's own."""

    @abstractmethod
    def to_theta(self, phi: Array) -> Array:
        """θ(φ), (d, ...)."""

    @abstractmethod
    def from_theta(self, theta: Array) -> Array:
        """φ(θ), (d, ...)."""

    @abstractmethod
    def jacobian(self, phi: Array) -> Array:
        """J[k, i] = ∂θₖ/∂φᵢ, (d, d, ...)."""

    @abstractmethod
    def curvature(self, phi: Array) -> Array:
        """∂²θₖ/∂φᵢ∂φⱼ at [k, i, j], (d, d, d, ...)."""

    @abstractmethod
    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        """θ(φ_q) − θ(φ_p), (d, ...), without cancellation."""

    def allows(self, phi: Array) -> Any:
        """Where phi (d, ...) obeys ``joint_rule``."""
        return True

    def of(self, family: Family) -> Charted:
        """The family in these coordinates."""
        return Charted(family, self)


@dataclass(frozen=True)
class Separable(Chart):
    """Each coordinate by its own map."""

    key: str
    maps: tuple[Map, ...]

    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return tuple(m.rename(p) for p, m in zip(of, self.maps, strict=True))

    def to_theta(self, phi: Array) -> Array:
        return np.stack([m.forward(u) for m, u in zip(self.maps, phi, strict=True)])

    def from_theta(self, theta: Array) -> Array:
        return np.stack([m.inverse(t) for m, t in zip(self.maps, theta, strict=True)])

    def jacobian(self, phi: Array) -> Array:
        d = len(self.maps)
        result = np.zeros((d, d, *phi.shape[1:]))
        for k, m in enumerate(self.maps):
            result[k, k] = m.slope(phi[k])
        return result

    def curvature(self, phi: Array) -> Array:
        d = len(self.maps)
        result = np.zeros((d, d, d, *phi.shape[1:]))
        for k, m in enumerate(self.maps):
            result[k, k, k] = m.curvature(phi[k])
        return result

    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        return np.stack([m.difference(a, b) for m, a, b in zip(self.maps, phi_p, phi_q, strict=True)])


class Charted(Family):
    """``base`` in the coordinates of ``chart``: the pull-back of the module's opening lines.

    A family in its own natural coordinates may be known more accurately than the pull-back can tell, where θ itself
    rounds (p = 1 − 1e-20): then its chart's ``of`` returns a subclass with formulas of its own.
    """

    def __init__(self, base: Family, chart: Chart) -> None:
        self.base, self.chart = base, chart
        self.key, self.title = f"{base.key}.{chart.key}", f"{base.title}, chart {chart.key}"
        self.parameters = chart.parameters(base.parameters)
        self.regular, self.why_irregular = base.regular, base.why_irregular
        self.discrete, self.columns = base.discrete, base.columns
        self.bounds, self.closed, self.tail = base.bounds, base.closed, base.tail
        self.joint_rule, self.coordinates = chart.joint_rule, base.coordinates
        maps = chart.maps if isinstance(chart, Separable) else ()
        self.locations = tuple(i for i in base.locations if maps and maps[i] is IDENTITY)

    def in_chart(self, name: str) -> Charted:
        return self.base.in_chart(name)

    def writes(self, hook: str) -> bool:
        return self.base.writes(hook)

    # The change of coordinates -------------------------------------------------------------------------------------

    @np.errstate(all="ignore")
    def to_base(self, phi: ArrayLike) -> Array:
        """θ(φ); (..., d) to (..., d)."""
        phi = self.check_thetas("phi", phi)
        return np.moveaxis(self._theta(np.moveaxis(phi, -1, 0)), 0, -1)

    @np.errstate(all="ignore")
    def from_base(self, theta: ArrayLike) -> Array:
        """φ(θ); (..., d) to (..., d). ValueError where float64 rounds φ onto an edge of its domain."""
        theta = self.base.check_thetas("theta", theta)
        return self.check_thetas("phi", np.moveaxis(self.chart.from_theta(np.moveaxis(theta, -1, 0)), 0, -1))

    @np.errstate(all="ignore")
    def jacobian(self, phi: ArrayLike) -> Array:
        """J[..., k, i] = ∂θₖ/∂φᵢ; (..., d) to (..., d, d)."""
        return _matrices_last(self.chart.jacobian(np.moveaxis(self.check_thetas("phi", phi), -1, 0)), 2)

    @np.errstate(all="ignore")
    def second_derivatives(self, phi: ArrayLike) -> Array:
        """∂²θₖ/∂φᵢ∂φⱼ at [..., k, i, j]; (..., d) to (..., d, d, d)."""
        return _matrices_last(self.chart.curvature(np.moveaxis(self.check_thetas("phi", phi), -1, 0)), 3)

    @np.errstate(all="ignore")
    def _theta(self, phi: Array) -> Array:
        theta = self.chart.to_theta(phi)
        for parameter, value in zip(self.base.parameters, theta, strict=True):
            outside = ~((parameter.lower < value) & (value < parameter.upper))
            if outside.any():
                names = ", ".join(p.name for p in self.parameters)
                raise ValueError(
                    f"theta = ({names}) gives {parameter.name} = {value[outside].flat[0]:g} in float64, and "
                    f"{parameter.name} must be {parameter.rule}"
                )
        return theta

    # The pull-back -------------------------------------------------------------------------------------------------

    def _score(self, x: Array, phi: Array) -> Any:
        return self._base_score(x, phi) @ self.chart.jacobian(phi)

    def _hessian(self, x: Array, phi: Array) -> Any:
        jacobian, theta = self.chart.jacobian(phi), self._theta(phi)
        hessian = stack(self.base._hessian(x, theta), (len(x),), 2)
        return jacobian.T @ hessian @ jacobian + np.tensordot(self._base_score(x, phi), self.chart.curvature(phi), 1)

    def _fisher(self, phi: Array) -> Any:
        jacobian = _matrices_last(self.chart.jacobian(phi), 2)
        fisher = stack(self.base._fisher(self._theta(phi)), phi.shape[1:], 2)
        result = np.swapaxes(jacobian, -1, -2) @ fisher @ jacobian
        return (result + np.swapaxes(result, -1, -2)) / 2  # products round the two triangles differently

    def _base_score(self, x: Array, phi: Array) -> Array:
        return stack(self.base._score(x, self._theta(phi)), (len(x),), 1)

    # What does not depend on coordinates ---------------------------------------------------------------------------

    def _log_prob(self, x: Array, phi: Array) -> Array:
        return self.base._log_prob(x, self._theta(phi))

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return self.base._log_ratio(x, self._theta(p), self._theta(q), self.chart.difference(p, q))

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        if not self.base.writes("_kl"):
            return super()._kl(p, q, step)  # here the steps have the digits that their images in θ have lost
        return self.base._kl(self._theta(p), self._theta(q), self.chart.difference(p, q))

    def _sample(self, phi: Array, n: int, rng: np.random.Generator) -> Array:
        return self.base._sample(self._theta(phi), n, rng)

    def _mle(self, x: Array) -> Array:
        return self.chart.from_theta(self.base.mle(x))

    def _cdf(self, x: Array, phi: Array) -> Array:
        return self.base._cdf(x, self._theta(phi))

    def _sf(self, x: Array, phi: Array) -> Array:
        return self.base._sf(x, self._theta(phi))

    def _quantile(self, u: Array, phi: Array) -> Array:
        return self.base._quantile(u, self._theta(phi))

    def _bounds(self, phi: Array) -> tuple[float, float]:
        return self.base._bounds(self._theta(phi))

    def _allows(self, phi: Array) -> Any:
        return self.chart.allows(phi)


def _matrices_last(array: Array, axes: int) -> Array:
    """(d, …, d, ...) with its ``axes`` leading axes put last."""
    return np.moveaxis(array, tuple(range(axes)), tuple(range(-axes, 0)))
