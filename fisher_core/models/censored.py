r"""Lifetimes of which some are only known to be longer: right-censored data, for the exponential and the Weibull family.

A unit is watched up to a time c and either fails at t ≤ c or is still working then. With the density p, the survival
function S = P(T > t) and the hazard h = p/S, and with dᵢ = 1 for a failure, 0 for a survivor,

    log-likelihood         Σ dᵢ log p(tᵢ) + (1 − dᵢ) log S(tᵢ)
    observed information   −(1/n) Σ ∇²_θ of that
    expected, watched to c      E ∫₀^{min(T, c)} (∇ log h)(∇ log h)ᵀ h dt

The last is exact for any c: exponential with rate r (1 − e^{−rc})/r²; Weibull, with τ = (c/λ)ᵏ, v = (1 + log y, −k²/λ)/k,
∫₀^τ v vᵀ e^{−y} dy. It grows with c to the Fisher information of all lifetimes. Watching must end for reasons that know
nothing of the failures to come. Source: Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*,
§3.2 and §5.

>>> from fisher_core import FAMILIES, estimation
>>> model = RightCensored(FAMILIES["weibull"])
>>> time, failed = [1, 2, 3, 4, 5] + [6] * 100, [1] * 5 + [0] * 100
>>> theta = model.mle(time, failed)                                     # shape 1.21554, scale 71.832
>>> covariance = estimation.naive(model, (time, failed), theta)
>>> expected = model.fisher([6.0], theta)                               # per unit, watched up to 6
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.charts import Charted
from fisher_core.estimate import Estimate
from fisher_core.family import Family, stack
from fisher_core.models.base import ConditionalModel
from fisher_core.models.lifetimes import LIFETIMES, Flags
from fisher_core.validation import Array

__all__ = ["RightCensored"]


class RightCensored(ConditionalModel):
    """``family`` when some lifetimes are only known to be longer: FAMILIES["exponential"] or ["weibull"], in any chart.

    Data are the pair (time, failed), both (n,): time > 0 (a survivor's may be 0), failed 1 (or True) for a failure at that
    time and 0 for a unit still working then. θ (d,) is the family's. ``information.observed``, ``empirical`` and
    ``estimation.naive``, ``sandwich`` take the pair as data; ``fisher`` and ``sample`` take in its place the ``limits``
    (n,) > 0 up to which each unit is watched, failed or not. Matrices are per unit.
    """

    def __init__(self, family: Family) -> None:
        self.family = family
        self._chart = family.chart if isinstance(family, Charted) else None
        base = family.base if isinstance(family, Charted) else family
        key = getattr(base, "key", "")
        if not isinstance(base, Family) or key not in LIFETIMES:
            raise ValueError(f"family = {base!r} must be one of lifetimes: {', '.join(LIFETIMES)}, or a chart of it")
        self._base, self._lifetime = base, LIFETIMES[key]

    def __repr__(self) -> str:
        return f"RightCensored({self.family!r})"

    # Of data (time, failed) ----------------------------------------------------------------------------------------

    def check_data(self, time: ArrayLike, failed: ArrayLike) -> tuple[Array, Array]:
        """Times and flags, both (n,); ValueError naming which of them breaks which rule."""
        t, d = _data(time, failed)
        return t, d.astype(float)

    @np.errstate(all="ignore")
    def log_prob(self, time: ArrayLike, failed: ArrayLike, theta: ArrayLike) -> Array:
        """log p(tᵢ | θ) of failures and log S(tᵢ | θ) of survivors, shape (n,)."""
        theta, t, d = self._checked(time, failed, theta)
        result = self._lifetime.log_survival(t, theta)
        result[d] = self._base._log_prob(t[d], theta)
        return check.computed(result, time=t, theta=theta)

    @np.errstate(all="ignore")
    def score(self, time: ArrayLike, failed: ArrayLike, theta: ArrayLike) -> Array:
        """Its gradient in θ, shape (n, d)."""
        base, t, d = self._checked(time, failed, theta)
        score = self._base_score(t, d, base)
        if self._chart is not None:
            score = score @ self._chart.jacobian(self.family.check_theta(theta))
        return check.computed(score, time=t, theta=base)

    @np.errstate(all="ignore")
    def hessian(self, time: ArrayLike, failed: ArrayLike, theta: ArrayLike) -> Array:
        """Its second derivatives in θ, shape (n, d, d)."""
        base, t, d = self._checked(time, failed, theta)
        hessian = stack(self._lifetime.survival_hessian(t, base), (len(t),), 2)
        hessian[d] = stack(self._base._hessian(t[d], base), (int(d.sum()),), 2)
        if self._chart is not None:
            phi = self.family.check_theta(theta)
            jacobian = self._chart.jacobian(phi)
            hessian = jacobian.T @ hessian @ jacobian
            hessian += np.tensordot(self._base_score(t, d, base), self._chart.curvature(phi), 1)
        return check.computed(hessian, time=t, theta=base)

    @np.errstate(all="ignore")
    def mle(self, time: ArrayLike, failed: ArrayLike) -> Array:
        """The maximum-likelihood estimate, (d,). ValueError where there is none: no failure at all, or, for a Weibull, all
        of them at the last of the times."""
        t, d = _data(time, failed)
        if not d.any():
            raise ValueError(
                f"failed holds no failure among {len(d)} units and must hold one or more: the likelihood only grows as "
                f"lifetimes do"
            )
        theta = self._lifetime.mle(t, d)
        if not self._base.contains(theta):
            raise ValueError(f"time has no maximum-likelihood estimate in float64: it tends to theta = {theta}")
        return theta if self._chart is None else self._chart.from_theta(theta)

    # Of limits up to which units are watched -----------------------------------------------------------------------

    @np.errstate(all="ignore")
    def fisher(self, limits: ArrayLike, theta: ArrayLike) -> Array:
        """Expected information per unit, (d, d): the mean over the ``limits`` (n,) up to which each unit is watched."""
        limits, base = _limits(limits), self._base_theta(theta)
        values, counts = np.unique(limits, return_counts=True)
        result = np.einsum("n,nij->ij", counts / len(limits), self._lifetime.fisher(values, base))
        if self._chart is not None:
            jacobian = self._chart.jacobian(self.family.check_theta(theta))
            result = jacobian.T @ result @ jacobian
        return check.computed((result + result.T) / 2, limits=limits, theta=base)

    def kept(self, limits: ArrayLike, theta: ArrayLike) -> Array:
        """What censoring leaves of the information about each θᵢ, the others being unknown as well: (d,), from 0 to 1.

        (F⁻¹)ᵢᵢ/(F_c⁻¹)ᵢᵢ for F of all lifetimes and F_c = ``fisher(limits, theta)``: the ratio of the variances of
        estimates. For an exponential it is the share of units that fail, 1 − e^{−rc}.
        """
        return _own_variances(self.family.fisher(theta)) / _own_variances(self.fisher(limits, theta))

    def sample(self, limits: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """Lifetimes watched up to ``limits`` (n,): rows (time, failed), shape (n, 2)."""
        limits = _limits(limits)
        t = self.family.sample(theta, len(limits), rng)
        return np.column_stack([np.minimum(t, limits), t <= limits]).astype(float)

    def monte_carlo_fisher(
        self, limits: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1
    ) -> Estimate:
        """Mean of s sᵀ over ``draws`` lifetimes for each limit; where limits differ the standard error is a little too
        large, as their spread counts in it."""
        limits = np.tile(_limits(limits), check.integer("draws", draws, 1))
        rows = self.sample(limits, theta, rng)
        s = self.score(rows[:, 0], rows[:, 1], theta)
        products = s[:, :, None] * s[:, None, :]
        n = len(limits)
        error = products.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(products.shape[1:], np.inf)
        return Estimate(products.mean(axis=0), error, n)

    def fisher_diagonal(self, limits: ArrayLike, theta: ArrayLike) -> Array:
        return np.diag(self.fisher(limits, theta)).copy()

    def fisher_vector(self, limits: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        fisher = self.fisher(limits, theta)
        return np.asarray(fisher @ check.vector("v", v, len(fisher)))

    def fisher_quadratic(self, limits: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        return float(self.fisher_vector(limits, theta, v) @ np.asarray(v, dtype=float))

    def gauss_newton(self, limits: ArrayLike, theta: ArrayLike) -> Array:
        """``fisher``: with θ itself as the output the Jacobian is 1."""
        return self.fisher(limits, theta)

    # ----------------------------------------------------------------------------------------------------------------

    def _base_theta(self, theta: ArrayLike) -> Array:
        theta = self.family.check_theta(theta)
        return theta if self._chart is None else self._chart.to_theta(theta)

    def _checked(self, time: ArrayLike, failed: ArrayLike, theta: ArrayLike) -> tuple[Array, Array, Flags]:
        return self._base_theta(theta), *_data(time, failed)

    def _base_score(self, t: Array, d: Flags, theta: Array) -> Array:
        score = stack(self._lifetime.survival_score(t, theta), (len(t),), 1)
        score[d] = stack(self._base._score(t[d], theta), (int(np.sum(d)),), 1)
        return score


def _own_variances(fisher: Array) -> Array:
    """Diagonal of F⁻¹, (d,), taken in units in which that of F is 1."""
    scale = np.sqrt(np.diag(fisher))
    return np.diag(linalg.inverse(fisher / np.outer(scale, scale))) / scale**2


def _data(time: ArrayLike, failed: ArrayLike) -> tuple[Array, Flags]:
    """Times (n,) and which of them are failures (n,), n ≥ 1."""
    t = check.vector("time", time)
    flags = np.asanyarray(failed)
    d = check.vector("failed", flags.astype(float) if flags.dtype == bool else failed)
    if len(t) != len(d):
        raise ValueError(f"failed has {len(d)} rows and must have as many as time, {len(t)}")
    if len(t) == 0:
        raise ValueError("time is empty and must hold at least one observation")
    if not np.isin(d, (0.0, 1.0)).all():
        raise ValueError(
            f"failed contains {d[~np.isin(d, (0.0, 1.0))][0]:g} and must be 1 (failed) or 0 (still working)"
        )
    flags = d == 1
    wrong = (t < 0) | ((t == 0) & flags)
    if wrong.any():
        raise ValueError(f"time contains {t[wrong][0]:g} and must be > 0, or >= 0 for a unit still working")
    return t, flags


def _limits(limits: ArrayLike) -> Array:
    result = np.atleast_1d(check.array("limits", limits))
    if result.ndim != 1 or len(result) == 0:
        raise ValueError(f"limits has shape {result.shape} and must have shape (n,) with n >= 1")
    if not (result > 0).all():
        raise ValueError(f"limits contains {result.min():g} and must be > 0")
    return result
