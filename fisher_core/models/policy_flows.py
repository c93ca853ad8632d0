"""Runs of a policy in time: integrating a flow, and finding when it has a given probability.

θ are logits, r rewards. The plain flow dθ/dt = π∘(r − πᵀr) is integrated by an eighth-order Runge–Kutta method; the natural
one is the straight line θ₀ + tr.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["ascending", "first_crossing", "integrate", "log_sum", "natural_crossing", "plain_crossing"]

FARTHEST = 1e9  # a flow that has not arrived by then is called unfinished


def first_crossing(times: ArrayLike, probabilities: ArrayLike, level: float) -> Array:
    """When a tabulated probability (..., m) first reaches ``level``, log odds interpolated: (...), infinite if never.

    For a table of many runs; :meth:`SoftmaxPolicy.time_to` is exact.
    """
    times, p = check.vector("times", times), check.array("probabilities", probabilities)
    tiny = np.finfo(float).tiny
    odds = np.log(np.maximum(p, tiny)) - np.log(np.maximum(1 - p, tiny)) - np.log(level / (1 - level))
    reached = odds >= 0
    after = np.maximum(reached.argmax(axis=-1), 1)[..., None]
    low, high = (np.take_along_axis(odds, k, axis=-1)[..., 0] for k in (after - 1, after))
    after = after[..., 0]
    share = np.divide(-low, high - low, out=np.zeros_like(low), where=high > low)
    found = times[after - 1] + np.clip(share, 0, 1) * (times[after] - times[after - 1])
    return np.where(reached[..., 0], times[0], np.where(reached.any(axis=-1), found, np.inf))


def ascending(times: ArrayLike) -> Array:
    times = check.vector("times", times)
    if len(times) == 0 or times[0] < 0 or (np.diff(times) < 0).any():
        raise ValueError("times must be ascending and begin at 0 or later")
    return times


def integrate(slope: Any, start: Array, times: Array, unit: ArrayLike = 1.0) -> Array:
    """y at ``times`` (m,) of y' = slope(t, y), y(0) = start (n,): (m, n). ``unit`` (n,): what is large for each yᵢ."""
    from scipy.integrate import solve_ivp

    if times[-1] == 0:
        return np.broadcast_to(start, (len(times), start.size)).copy()
    apart, back = np.unique(times, return_inverse=True)  # the solver takes no time twice
    done = solve_ivp(
        slope, (0.0, times[-1]), start, method="DOP853", t_eval=apart, rtol=1e-10, atol=1e-12 * np.asarray(unit)
    )
    if not done.success:
        raise ValueError(f"times reach {times[-1]:g} and must stop before the flow leaves the parameter space")
    return done.y.T[back]


def plain_crossing(start: Array, rewards: Array, short: Any) -> float:
    """The first zero of ``short`` on the plain flow, by the solver's own root finding; infinite beyond FARTHEST."""
    from scipy.integrate import solve_ivp

    def slope(t: float, theta: Array) -> Array:  # one policy: half the time of the stacked one
        e = np.exp(theta - theta.max())
        p = e / e.sum()
        return p * (rewards - p @ rewards)

    short.terminal = True
    done = solve_ivp(slope, (0.0, FARTHEST), start, method="DOP853", events=short, rtol=1e-11, atol=1e-12)
    return float(done.t_events[0][0]) if done.t_events[0].size else np.inf


def natural_crossing(start: Array, rewards: Array, short: Any) -> float:
    """The first zero of ``short`` on θ₀ + tr. The log odds of an arm are concave in t: up to their top they only rise."""
    from scipy.optimize import brentq, minimize_scalar

    at = lambda t: short(t, start + t * rewards)  # noqa: E731
    far = 1.0 / max(np.ptp(rewards), 1e-300)
    while at(far) < 0 and at(2 * far) > at(far) and far < FARTHEST:
        far *= 2
    if at(far) < 0:
        far = float(
            minimize_scalar(lambda t: -at(t), bounds=(0.0, 2 * far), method="bounded", options={"xatol": 1e-9}).x
        )
    return float(brentq(at, 0.0, far, xtol=1e-12, rtol=1e-14)) if at(far) >= 0 else np.inf


def log_sum(x: Array) -> float:
    top = x.max()
    return float(top + np.log(np.exp(x - top).sum()))
