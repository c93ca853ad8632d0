r"""How many random patterns do n synapses hold?  Gradient descent against EWC (Kirkpatrick et al. 2017, supplement).

Inputs x_t in {−1, +1}ⁿ and targets y_t = ±1 are fair coins. Each pattern is shown once, to a linear unit y = wᵀx, w_0 = 0:

    w_t = w_{t−1} + α_t (y_t − w_{t−1}ᵀx_t) x_t,    α_t = 1/(n + λ_t)

That step minimises ½(y_t − wᵀx_t)² + ½λ_t‖w − w_{t−1}‖². Three rules:

    "gd"    λ_t = 1: gradient descent, the distance to the last weights costs the same for ever
    "ewc"   λ_t = t: that 1, and one for each pattern before, whose Fisher matrix is E[xxᵀ] = I
    "rate"  α_t = c/n with 0 < c < 2; c → 0 is pure Hebbian learning, w ∝ Σ y_t x_t

Pattern i is read out as y_i w_tᵀx_i. Its mean over random patterns is the **signal**

    S_i(t) = n α_i Π_{i<k≤t} (1 − α_k)

which is n/(n+t) for EWC, whatever i: all ages alike. The **noise** is the standard deviation of what a pattern that was
never stored gives, and that is the root of v_t = E‖w_t‖² since E[xxᵀ] = I:

    v_t = (1 − 2α_t + nα_t²) v_{t−1} + nα_t²

A stored pattern's output scatters less, because storing it removed its share of the noise (for i = 1 there was none: then
both agree as n grows). Its variance is the **own** noise power u_i(t), with u_i(i) = (1 − nα_i)² v_{i−1} and

    u_i(t) = (1 − 2α_t + 2α_t²) u_i(t−1) + α_t² S_i(t−1)² + α_t² ((n − 2) v_{t−1} + n)

:class:`Memory` is exact for every n and t. Functions whose name begins with ``limit`` are its limit n → ∞ at fixed load
τ = t/n; they miss it by O(1/n). Patterns are drawn by :func:`fisher_studies.capacity_simulation.simulate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expi

from fisher_core import validation as check
from fisher_core.validation import Array

RULES = ("gd", "ewc", "rate")
_SMALL_LOAD = 0.5  # below, the closed form of the EWC noise cancels, and a sum of positive terms takes its place
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)  # exact to 1e-16 there: the integrand's pole lies at u = −1


def rates(rule: str, synapses: int, patterns: int, c: float = 1.0) -> Array:
    """α_1 … α_t, (t,). ``c`` is that of "rate" and ignored by the others."""
    n, t = check.integer("synapses", synapses, 2), check.integer("patterns", patterns, 1)
    check.choice("rule", rule, RULES)
    if rule == "ewc":
        return 1.0 / (n + np.arange(1.0, t + 1))
    return np.full(t, 1.0 / (n + 1) if rule == "gd" else _rate(c) / n)


def memory(rule: str, synapses: int, patterns: int, c: float = 1.0) -> Memory:
    """All moments of the outputs of n synapses up to ``patterns`` patterns. ValueError if the first has long underflowed."""
    alpha = rates(rule, synapses, patterns, c)
    faded: Array = np.multiply.accumulate(1.0 - alpha)
    if faded[-1] < 1e-120:
        raise ValueError(f"patterns = {patterns} is too many: of the first one less than 1e-120 is left")
    kept_power: Array = np.multiply.accumulate(1 - 2 * alpha + synapses * alpha**2)
    power = kept_power * np.cumsum(synapses * alpha**2 / kept_power)
    decay: Array = np.multiply.accumulate(1 - 2 * alpha + 2 * alpha**2)
    before = np.concatenate([[0.0], power[:-1]])
    arriving = np.cumsum(alpha**2 * ((synapses - 2) * before + synapses) / decay)
    spread = np.cumsum(alpha**2 * np.concatenate([[1.0], faded[:-1]]) ** 2 / decay)
    return Memory(synapses, alpha, faded, power, decay, arriving, spread)


@dataclass(frozen=True, eq=False)
class Memory:
    """Exact moments while n synapses learn; see the module. Patterns i and times t count from 1 and broadcast.

    ``rates`` α_t and ``power`` v_t are (T,); the other arrays are running products and sums from which the recursions
    are read off at any (i, t) at once.
    """

    synapses: int
    rates: Array
    faded: Array  # Π (1 − α)
    power: Array
    decay: Array  # Π (1 − 2α + 2α²)
    arriving: Array
    spread: Array

    def signal(self, i: ArrayLike, t: ArrayLike) -> Array:
        """S_i(t), 0 where t < i: not yet stored."""
        i, t = self._index("i", i), self._index("t", t)
        strength = self.synapses * self.rates[i - 1] / self.faded[i - 1]
        return np.where(t < i, 0.0, strength * self.faded[t - 1])

    def noise(self, t: ArrayLike) -> Array:
        """√v_t: the standard deviation of the output for a pattern that was never stored."""
        return np.sqrt(self.power[self._index("t", t) - 1])

    def own_noise(self, i: ArrayLike, t: ArrayLike) -> Array:
        """√u_i(t): the standard deviation of y_i w_tᵀx_i itself, which is √v_t where t < i."""
        i, t = self._index("i", i), self._index("t", t)
        a, before = i - 1, np.where(i > 1, self.power[i - 2], 0.0)
        at_first = (1 - self.synapses * self.rates[a]) ** 2 * before / self.decay[a]
        since = self.arriving[t - 1] - self.arriving[a]
        shaken = (self.synapses * self.rates[a] / self.faded[a]) ** 2 * (self.spread[t - 1] - self.spread[a])
        return np.sqrt(np.where(t < i, self.power[t - 1], self.decay[t - 1] * (at_first + since + shaken)))

    def snr(self, i: ArrayLike, t: ArrayLike, own: bool = False) -> Array:
        """Signal over noise, or over the pattern's ``own`` noise."""
        with np.errstate(divide="ignore"):  # a pattern just stored with nα = 1 comes out without any scatter
            return self.signal(i, t) / (self.own_noise(i, t) if own else self.noise(t))

    def kept(self, t: ArrayLike, threshold: ArrayLike = 1.0, own: bool = False) -> Array:
        """The fraction of patterns 1 … t whose SNR is at least ``threshold``.

        SNR never falls with i under the three rules, so the first pattern kept is found by halving.
        """
        t, threshold = np.broadcast_arrays(self._index("t", t), check.array("threshold", threshold))
        low, high = np.zeros_like(t), t + 1  # pattern low is lost, pattern high is kept
        while (high - low > 1).any():
            middle = np.maximum((low + high) // 2, 1)
            reached = self.signal(middle, t) >= threshold * (self.own_noise(middle, t) if own else self.noise(t))
            narrow = high - low > 1
            low, high = np.where(narrow & ~reached, middle, low), np.where(narrow & reached, middle, high)
        return (t + 1 - high) / t

    def capacity(self, threshold: float = 1.0) -> int:
        """The last t at which pattern 1 still has SNR >= ``threshold``, 0 if it never has; T if it has to the end."""
        t = np.arange(1, len(self.rates) + 1)
        return int(np.count_nonzero(self.snr(1, t) >= check.positive("threshold", threshold)))

    def _index(self, name: str, value: ArrayLike) -> np.ndarray:
        index = np.asarray(value)
        if (
            index.dtype.kind not in "iu"
            or np.ma.is_masked(value)
            or (index.size and (index.min() < 1 or index.max() > len(self.rates)))
        ):
            raise ValueError(f"{name} must be whole numbers from 1 to {len(self.rates)}")
        return index


# ---- the limit of many synapses ----------------------------------------------------------------------------------------
def limit_signal(rule: str, stored: ArrayLike, load: ArrayLike, c: float = 1.0) -> Array:
    """Signal at load τ = t/n of the pattern stored at load x = i/n: c e^{−c(τ−x)}, for GD c = 1; EWC 1/(1 + τ); 0 before."""
    check.choice("rule", rule, RULES)
    x, tau = np.broadcast_arrays(check.array("stored", stored), _load(load))
    c = 1.0 if rule == "gd" else _rate(c)
    value = 1 / (1 + tau) if rule == "ewc" else c * np.exp(-c * (tau - x))
    return np.where(x > tau, 0.0, value)


def limit_noise_power(rule: str, load: ArrayLike, c: float = 1.0) -> Array:
    r"""v at load τ: c/(2−c) (1 − e^{−c(2−c)τ}), for GD c = 1; EWC, with s = 1 + τ and Ei the exponential integral,

    v = [s − e^{1−1/s} − e^{−1/s} (Ei(1/s) − Ei(1))] / s²  =  s⁻² ∫₀^τ exp(1/(1+u) − 1/s) du.
    """
    check.choice("rule", rule, RULES)
    tau = _load(load)
    if rule != "ewc":
        c = 1.0 if rule == "gd" else _rate(c)
        return np.asarray(-np.expm1(-c * (2 - c) * tau) * c / (2 - c))
    s = 1 + tau
    closed = s - np.exp(1 - 1 / s) - np.exp(-1 / s) * (expi(1 / s) - expi(1.0))
    half = 0.5 * np.minimum(tau, _SMALL_LOAD)
    u = half[..., None] * (1 + _NODES)
    series = half * (np.exp(1 / (1 + u) - 1 / s[..., None]) @ _WEIGHTS)
    return np.asarray(np.where(tau < _SMALL_LOAD, series, closed) / s**2)


def limit_own_power(rule: str, stored: ArrayLike, load: ArrayLike, c: float = 1.0) -> Array:
    """u at load τ of the pattern stored at x: v(τ) less what storing it removed, c(2−c) v(x) e^{−2c(τ−x)};
    EWC (1+2x) v(x)/(1+τ)². Before it is stored v(τ)."""
    x, tau = np.broadcast_arrays(check.array("stored", stored), _load(load))
    rate = 1.0 if rule == "gd" else c
    removed = (1 + 2 * x) / (1 + tau) ** 2 if rule == "ewc" else rate * (2 - rate) * np.exp(-2 * rate * (tau - x))
    return limit_noise_power(rule, tau, c) - np.where(x > tau, 0.0, removed * limit_noise_power(rule, x, c))


def limit_capacity(rule: str, threshold: float = 1.0, c: float = 1.0) -> float:
    """The load τ at which pattern 1's SNR falls to θ; every rule has one. GD: e^{−τ} = u with u² + θ²u = θ², which at
    θ = 1 is τ = ln((1+√5)/2) = .48121."""
    check.choice("rule", rule, RULES)
    square = check.positive("threshold", threshold) ** 2
    if rule == "gd":
        return float(np.log1p(2 / (square * (1 + np.sqrt(1 + 4 / square)))))

    def excess(log_load: float) -> float:
        tau = np.exp(log_load)
        signal = max(float(limit_signal(rule, 0.0, tau, c)), 1e-300)
        return float(2 * np.log(signal) - np.log(square * limit_noise_power(rule, tau, c)))

    hebb = -np.log(square)  # no rule outdoes pure Hebb, whose SNR is θ at τ = 1/θ²
    return float(np.exp(brentq(excess, hebb - 40, hebb + 1, xtol=1e-14)))


def limit_kept(rule: str, load: ArrayLike, threshold: float = 1.0, c: float = 1.0) -> Array:
    """The fraction of patterns with SNR >= θ: all or none for EWC, else (1/cτ) ln(c/(θ√v)) between 0 and 1."""
    tau, theta = _load(load), check.positive("threshold", threshold)
    noise = theta * np.sqrt(limit_noise_power(rule, tau, c))
    if rule == "ewc":
        return np.where(limit_signal(rule, 0.0, tau) >= noise, 1.0, 0.0)
    c = 1.0 if rule == "gd" else c
    with np.errstate(divide="ignore"):  # at τ = 0 there is no noise: all
        return np.asarray(np.clip(np.log(c / noise) / (c * tau), 0.0, 1.0))


def hebb_snr(load: ArrayLike) -> Array:
    """√(n/t), the SNR of every pattern under pure Hebbian learning: the limit c → 0, in which the signals vanish too."""
    return 1 / np.sqrt(_load(load))


def _rate(c: float) -> float:
    if not 0 < check.scalar("c", c) < 2:
        raise ValueError(f"c = {c:g} must be > 0 and < 2: at 2 the noise grows without bound")
    return float(c)


def _load(load: ArrayLike) -> Array:
    tau = check.array("load", load)
    if tau.size and tau.min() < 0:
        raise ValueError(f"load contains {tau.min():g} and must be >= 0")
    return tau
