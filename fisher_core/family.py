"""What a statistical model is: parameters with a domain, observations with a support, and formulas.

Conventions
-----------
``theta`` is float64 of shape ``(d,)``; ``fisher`` and ``kl`` also take grids of shape ``(..., d)``. Observations are
rows: ``(n,)`` for scalar data, ``(n, k)`` for vectors. Natural logarithms (nats); everything is per observation.

A family subclasses :class:`Family`, declares its parameters and support as data, and writes its formulas in the hooks
``_log_prob``, ``_score``, … of the last section. Checking, broadcasting and stacking are done once, here: a hook is
given valid float64 arrays, with theta unpacked along its *first* axis, so that it can begin ``mu, sigma = theta``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.numerics import defaults
from fisher_core.parameter import Parameter, interval_rule
from fisher_core.validation import Array

if TYPE_CHECKING:
    from fisher_core.charts import Chart, Charted

__all__ = ["Family", "stack"]

# Points of a grid handled at once: temporaries that stay in the cache made kl two to three times faster.
BLOCK = 8192


class Family:
    """A parametric family p(x | θ). All methods check their arguments and raise ValueError naming what is wrong.

    Attributes
    ----------
    key, title : the name in ``FAMILIES``, and the one for readers.
    parameters : tuple of :class:`Parameter`, in the order of theta.
    regular : whether E[s] = 0 and F = −E[Hessian] hold; if not, ``why_irregular`` says which fails and why.
    discrete : whether observations are whole numbers.
    columns : None for scalar data (n,), k for data (n, k).
    """

    key: str
    title: str
    parameters: tuple[Parameter, ...]
    regular: bool = True
    why_irregular: str = ""
    discrete: bool = False
    columns: int | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)  # of the support …
    closed: tuple[bool, bool] = (False, False)  # … and whether it includes them
    tail: float = 0.001  # probability left out on each unbounded side of window()
    joint_rule: str = ""  # a rule between several parameters, in words
    locations: tuple[int, ...] = ()  # parameters that only move the data: x − θᵢ has a distribution without θᵢ
    coordinates: tuple[Chart, ...] = ()

    # What is asked -------------------------------------------------------------------------------------------------

    @property
    def default(self) -> Array:
        """The default theta, (d,)."""
        return np.array([p.default for p in self.parameters])

    @property
    def charts(self) -> tuple[str, ...]:
        """Names of the other coordinates this family is offered in."""
        return tuple(chart.key for chart in self.coordinates)

    def in_chart(self, name: str) -> Charted:
        """The same family in other coordinates, with the same interface. See :mod:`fisher_core.charts`."""
        check.choice("name", name, self.charts)
        return self.coordinates[self.charts.index(name)].of(self)

    @np.errstate(all="ignore")
    def log_prob(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """log p(xᵢ | θ), the log density or log mass, shape (n,)."""
        theta = self.check_theta(theta)
        x = self.check_data(x, theta)
        return _finite(self._log_prob(x, theta), x, theta)

    @np.errstate(all="ignore")
    def score(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """s(xᵢ) = ∇_θ log p(xᵢ | θ), shape (n, d)."""
        theta = self.check_theta(theta)
        x = self.check_data(x, theta)
        return _finite(stack(self._score(x, theta), (len(x),), 1), x, theta)

    @np.errstate(all="ignore")
    def hessian(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """∇²_θ log p(xᵢ | θ), shape (n, d, d)."""
        theta = self.check_theta(theta)
        x = self.check_data(x, theta)
        return _finite(stack(self._hessian(x, theta), (len(x),), 2), x, theta)

    @np.errstate(all="ignore")
    def fisher(self, theta: ArrayLike) -> Array:
        """F(θ) = E[s sᵀ] under p(x | θ), in closed form if there is one; theta (..., d) gives (..., d, d)."""
        theta = self.check_thetas("theta", theta)
        return check.computed(stack(self._fisher(_first(theta)), theta.shape[:-1], 2), theta=theta)

    @np.errstate(all="ignore")
    def kl(self, theta_p: ArrayLike, theta_q: ArrayLike) -> Array:
        """KL(p‖q) = E_p[log p − log q] in nats, ≥ 0 and 0 only at equality; (..., d) and (..., d) broadcast to (...).

        Written without cancellation: neighbours keep their digits. Infinite where p has mass that q has not, or beyond
        the range of float64. An end of a parameter that is ``closed`` (a probability of 0 or 1, a rate of 0) is allowed:
        what p never gives adds q, so KL(0‖q) = −log(1 − q) for a coin.
        """
        p, q = self.check_thetas("theta_p", theta_p, closure=True), self.check_thetas("theta_q", theta_q, closure=True)
        try:
            shape = np.broadcast_shapes(p.shape, q.shape)[:-1]
        except ValueError:
            raise ValueError(f"theta_q has shape {q.shape} and must broadcast with theta_p, {p.shape}") from None
        # Rows of the grid at a time: special functions find the axes along which a coordinate repeats itself.
        across = int(np.prod(shape[1:]))
        across = across if 0 < across <= BLOCK else 1
        result = np.empty((int(np.prod(shape)) // across, across))
        p, q = (t.reshape(-1, 1, 1) if t.ndim == 1 else _grid(t, shape, result.shape) for t in (p, q))
        size = BLOCK // across
        for start in range(0, len(result), size):
            rows = slice(start, start + size)
            a, b = (t if t.shape[1] == 1 else np.ascontiguousarray(t[:, rows]) for t in (p, q))
            result[rows] = self._kl(a, b, b - a)
        if np.isnan(result).any():
            raise ValueError("theta_p and theta_q must be closer: their divergence overflows float64")
        return result.reshape(shape)[()]

    @np.errstate(all="ignore")
    def sample(self, theta: ArrayLike, n: int, rng: np.random.Generator) -> Array:
        """n independent draws, (n,) or (n, k). Draws that round out of the support are its nearest float64.

        As in ``kl``, theta may lie at a closed end of its domain.
        """
        theta = self.check_theta(theta, closure=True)
        n, rng = check.integer("n", n), check.generator("rng", rng)
        x = np.asarray(self._sample(theta, n, rng), dtype=float)
        lower, upper = self._bounds(theta)
        lower = lower if self.closed[0] else np.nextafter(lower, np.inf)
        upper = upper if self.closed[1] else np.nextafter(upper, -np.inf)
        return np.clip(x, lower, upper)

    @np.errstate(all="ignore")
    def mle(self, x: ArrayLike) -> Array:
        """The maximum-likelihood estimate, (d,), of n ≥ 1 observations. ValueError where the likelihood has none."""
        x = self.check_data(x)
        if len(x) == 0:
            raise ValueError("x is empty and must hold at least one observation")
        theta = np.asarray(self._mle(x), dtype=float)
        for parameter, value in zip(self.parameters, theta, strict=True):
            if not np.isfinite(value):
                raise ValueError(f"x must be in other units: its estimate of {parameter.name} is beyond float64")
            if not parameter.lower < value < parameter.upper:
                raise ValueError(
                    f"x has no maximum-likelihood estimate inside the parameter space: it tends to "
                    f"{parameter.name} = {value:g}, and {parameter.name} must be {parameter.rule}"
                )
        return theta

    def support(self, theta: ArrayLike) -> tuple[float, float]:
        """(lower, upper) of scalar observations at theta; infinite where there is no bound."""
        self._scalar("support")
        return self._bounds(self.check_theta(theta))

    @np.errstate(all="ignore")
    def cdf(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """P(X ≤ x) for scalar data, shape of x; any finite x is allowed."""
        self._scalar("cdf")
        theta, x = self.check_theta(theta), check.array("x", x)
        below = self._cdf(np.clip(np.floor(x) if self.discrete else x, *self._bounds(theta)), theta)
        return np.where(x < self._bounds(theta)[0], 0.0, below)

    @np.errstate(all="ignore")
    def sf(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """P(X > x), the survival function, shape of x: 1 − cdf with all its digits where that is close to 0."""
        self._scalar("sf")
        theta, x = self.check_theta(theta), check.array("x", x)
        above = self._sf(np.clip(np.floor(x) if self.discrete else x, *self._bounds(theta)), theta)
        return np.where(x < self._bounds(theta)[0], 1.0, above)

    @np.errstate(all="ignore")
    def quantile(self, u: ArrayLike, theta: ArrayLike) -> Array:
        """The smallest x with P(X ≤ x) ≥ u, for 0 < u < 1, shape of u."""
        self._scalar("quantile")
        theta, u = self.check_theta(theta), check.array("u", u)
        if not ((u > 0) & (u < 1)).all():
            raise ValueError(f"u contains {u[~((u > 0) & (u < 1))][0]:g} and must be in (0, 1)")
        return check.computed(self._quantile(u, theta), u=u, theta=theta)

    @np.errstate(all="ignore")
    def window(self, theta: ArrayLike) -> tuple[float, float]:
        """A range of x to plot over: up to a bound of the support where it is near, else with ``tail`` left out."""
        self._scalar("window")
        theta = self.check_theta(theta)
        reach = [float(self._quantile(np.array(u), theta)) for u in (self.tail, 1 - self.tail)]
        low, high = np.clip(reach, -np.finfo(float).max, np.finfo(float).max)
        near = 0.5 * (high - low)
        lower, upper = self._bounds(theta)
        low, high = (lower if low - lower <= near else low), (upper if upper - high <= near else high)
        return float(low), float(max(high, low + 1) if self.discrete else high)

    # What is checked -----------------------------------------------------------------------------------------------

    def contains(self, theta: ArrayLike) -> NDArray[np.bool_]:
        """Whether theta lies in the parameter space; (..., d) to booleans (...). Only a wrong shape or NaN raises."""
        theta = _first(check.parameters("theta", theta, len(self.parameters)))
        inside = [(p.lower < t) & (t < p.upper) for p, t in zip(self.parameters, theta, strict=True)]
        return np.logical_and(np.logical_and.reduce(inside), self._allows(theta))

    def check_thetas(self, name: str, theta: ArrayLike, closure: bool = False) -> Array:
        """theta as (..., d), every entry inside its domain, or with ``closure`` on one of its ``closed`` ends."""
        theta = check.parameters(name, theta, len(self.parameters))
        for i, parameter in enumerate(self.parameters):
            value = theta[..., i]
            outside = ~((parameter.lower < value) & (value < parameter.upper))
            if closure and outside.any():
                low, high = parameter.closed
                outside &= ~((low & (value == parameter.lower)) | (high & (value == parameter.upper)))
            if outside.any():
                worst, rule = value[outside].flat[0], parameter.closed_rule if closure else parameter.rule
                raise ValueError(f"{name} has {parameter.name} = {worst:g}, and {parameter.name} must be {rule}")
        allowed = np.asarray((self._allows_closed if closure else self._allows)(_first(theta)))
        if not allowed.all():
            worst = theta[~allowed][0]
            values = ", ".join(f"{p.name} = {t:g}" for p, t in zip(self.parameters, worst, strict=True))
            rule = self.joint_rule.replace("<", "<=") if closure else self.joint_rule
            raise ValueError(f"{name} has {values}, and must satisfy {rule}")
        return theta

    def check_theta(self, theta: ArrayLike, closure: bool = False) -> Array:
        """theta as (d,), inside its domain, or with ``closure`` on one of its ``closed`` ends."""
        return self.check_thetas("theta", check.vector("theta", theta, len(self.parameters)), closure)

    def check_data(self, x: ArrayLike, theta: Array | None = None) -> Array:
        """x as (n,) or (n, k), inside the support; without theta, inside what the support can be for any theta."""
        x = check.array("x", x)
        if x.ndim != (1 if self.columns is None else 2) or (self.columns is not None and x.shape[1] != self.columns):
            wanted = "(n,)" if self.columns is None else f"(n, {self.columns})"
            raise ValueError(f"x has shape {x.shape} and must have shape {wanted}")
        lower, upper = self.bounds if theta is None else self._bounds(theta)
        low, high = self.closed
        inside = (x >= lower if low else x > lower) & (x <= upper if high else x < upper)
        rule = interval_rule(lower, upper, *self.closed)
        if self.discrete:
            inside &= x == np.floor(x)
            rule = f"a whole number {rule}"
        if not inside.all():
            raise ValueError(f"x contains {x[~inside].flat[0]:g} and must be {rule}, the support of {self.key}")
        return x

    def _scalar(self, method: str) -> None:
        if self.columns is not None:
            raise ValueError(f"{method} needs scalar data, and {self.key} has vectors of {self.columns}")

    def writes(self, hook: str) -> bool:
        """Whether the family has ``hook`` ("_kl", "_fisher", "_cdf", "_sf", "_quantile") in a form of its own; else it is
        computed from the others (:mod:`fisher_core.numerics.defaults`)."""
        return getattr(type(self), hook) is not getattr(Family, hook)

    def _unwritten(self, hook: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} must write {hook}: see docs/adding-a-family.md")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({', '.join(p.name for p in self.parameters)})>"

    # What a family writes: formulas on valid float64 arrays, theta (d,) or coordinates first (d, ...) --------------

    def _log_prob(self, x: Array, theta: Array) -> Array:
        raise self._unwritten("_log_prob(x, theta)")

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        """log p(x|q)/p(x|p) of neighbours, (n,), with the digits that a difference of logarithms loses.

        The score integrated from p to q by eight Gauss–Legendre nodes: every term is of the order of the result.
        """
        total = np.zeros(len(x))
        for t, w in _path_nodes():
            s = self._score(x, p + t * step)
            total += (
                s @ (w * step) if isinstance(s, np.ndarray) else sum(a * b for a, b in zip(s, w * step, strict=True))
            )
        return total

    def _score(self, x: Array, theta: Array) -> Any:
        """The d coordinates of the score, each (n,) or a constant."""
        raise self._unwritten("_score(x, theta)")

    def _hessian(self, x: Array, theta: Array) -> Any:
        """d rows of d entries, each (n,) or a constant."""
        raise self._unwritten("_hessian(x, theta)")

    def _fisher(self, theta: Array) -> Any:
        """d rows of d entries, each (...) or a constant; by quadrature where a family does not write it."""
        return defaults.fisher(self, theta)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        """KL(p‖q); ``step`` = q − p is given apart because a chart knows more digits of it than of its ends.

        By quadrature, from p and q alone, where a family does not write it.
        """
        return defaults.kl(self, p, q)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        raise self._unwritten("_sample(theta, n, rng)")

    def _mle(self, x: Array) -> Any:
        raise self._unwritten("_mle(x)")

    def _cdf(self, x: Array, theta: Array) -> Array:
        """P(X ≤ x), shape of x; by quadrature where a family does not write it."""
        return defaults.cdf(self, x, theta)

    def _sf(self, x: Array, theta: Array) -> Array:
        """P(X > x), shape of x, without 1 − cdf; by quadrature where a family does not write it."""
        return defaults.sf(self, x, theta)

    def _quantile(self, u: Array, theta: Array) -> Array:
        """The inverse of the distribution function, shape of u; a root of ``_cdf`` where a family does not write it."""
        return defaults.quantile(self, u, theta)

    def _bounds(self, theta: Array) -> tuple[float, float]:
        """Bounds of the support; only a family whose support moves with theta writes this."""
        return self.bounds

    def _allows(self, theta: Array) -> Any:
        """Where theta (d, ...) obeys ``joint_rule``."""
        return True

    def _allows_closed(self, theta: Array) -> Any:
        """Where theta (d, ...) obeys it with its edge, if distributions there exist."""
        return self._allows(theta)


def _first(theta: Array) -> Array:
    """(..., d) with its coordinates first, (d, ...), so that a formula can unpack them."""
    return np.moveaxis(theta, -1, 0)


def _grid(theta: Array, shape: tuple[int, ...], as_matrix: tuple[int, ...]) -> Array:
    """theta (..., d) broadcast to ``shape`` and reshaped, coordinates first: (d, rows, across)."""
    d = theta.shape[-1]
    return _first(np.broadcast_to(theta, (*shape, d)).reshape(*as_matrix, d))


def stack(entries: Any, shape: tuple[int, ...], order: int) -> Array:
    """Entries (order 1) or rows of entries (order 2), each broadcasting to ``shape``, with their axes put last.

    An array has them there already."""
    if isinstance(entries, np.ndarray):
        return np.broadcast_to(entries, (*shape, *entries.shape[-order:])).copy()
    rows: Sequence[Sequence[Array]] = entries if order == 2 else [entries]
    result = np.empty((*shape, len(rows), len(rows[0])))
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            result[..., i, j] = entry
    return result if order == 2 else result[..., 0, :]


@cache
def _path_nodes() -> list[tuple[float, float]]:
    """Nodes t and weights w of ∫₀¹ f(t) dt."""
    t, w = np.polynomial.legendre.leggauss(8)
    return list(zip((1 + t) / 2, w / 2, strict=True))


def _finite(result: Array, x: Array, theta: Array) -> Array:
    return check.computed(result, x=x, theta=theta)
