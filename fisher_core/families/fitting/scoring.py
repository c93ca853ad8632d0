r"""Maximum likelihood where there is no closed form: Newton's method, with Fisher's scoring where Newton must not go.

Both solve M δ = s̄ for the mean score s̄. Newton's M is the mean of −Hessian, quadratic in convergence but not always
positive definite; scoring's is F(θ), which always is (Fisher 1925). In coordinates without bounds (log of a scale or
shape) the step is halved until the likelihood grows.

Data that hardly vary, or are far from 0, lose their digits in differences: families of location and scale are fitted to
:func:`standardised` data, others to their means and what exceeds them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fisher_core.family import Family
from fisher_core.validation import Array

__all__ = ["Standardised", "average", "check_ties", "check_varied", "maximise", "offsets", "seen_from", "standardised"]

LONGEST_STEP = 2.0  # in a log coordinate: a factor of 7
MAX_STEPS = 200
SQUARABLE = 490  # numbers below 2⁴⁹⁰ have squares whose sums are within float64


def maximise(family: Family, chart: str, x: Array, start: Array) -> Array:
    """θ̂ (d,) from ``start``, iterating in ``chart``. Raises ValueError where the likelihood has no maximum.

    Stops when the gain still promised, ½ s̄ᵀδ nats per observation, is below rounding, or is small and no longer shrinks
    because s̄ is rounded; the last step is taken too.
    """
    check_varied(family, x)
    model = family.in_chart(chart)
    phi = model.from_base(start)
    value = model.log_prob(x, phi).mean()
    last_gain = np.inf
    for _ in range(MAX_STEPS):
        score = model.score(x, phi).mean(axis=0)
        step = _ascent(score, -model.hessian(x, phi).mean(axis=0), model.fisher(phi))
        bounded = [i for i, p in enumerate(family.parameters) if np.isfinite(p.lower)]
        step = step / max(1.0, np.abs(step[bounded]).max() / LONGEST_STEP)
        gain = float(score @ step)
        if gain < 1e-24 or (gain < 1e-12 and gain > last_gain / 4):
            return model.to_base(phi + step)
        last_gain = gain
        new = model.log_prob(x, phi + step).mean()
        while new < value + 1e-4 * gain - 1e-14 * abs(value):
            step, gain = step / 2, gain / 2
            new = model.log_prob(x, phi + step).mean()
        phi, value = phi + step, new
    raise ValueError(
        f"x must be less extreme: after {MAX_STEPS} steps to theta = {model.to_base(phi)} its likelihood grows"
    )


def _ascent(score: Array, observed: Array, fisher: Array) -> Array:
    """Newton's step where observed information is at least a tenth of the expected in every direction."""
    root = np.linalg.cholesky(fisher)
    half = np.linalg.solve(root, observed)
    if np.linalg.eigvalsh(np.linalg.solve(root, half.T)).min() > 0.1:
        return np.asarray(np.linalg.solve(observed, score))
    return np.asarray(np.linalg.solve(fisher, score))


class Standardised(NamedTuple):
    """Data as x = middle + unit·z: z (n,), an observation in the middle, and a power of two."""

    z: Array
    middle: float
    unit: float

    def placed(self, loc: float, scale: float) -> Array:
        """(loc, scale) of x from those of z."""
        return np.array([self.middle + self.unit * loc, self.unit * scale])


def standardised(family: Family, x: Array) -> Standardised:
    """x (n,) less its middle observation, in units near the median distance from it; ValueError if all are equal.

    Nothing is rounded where x lies within a factor of two of its middle, so that digits are those of the differences.
    """
    check_varied(family, x)
    return seen_from(x, float(np.partition(x, len(x) // 2)[len(x) // 2]))


def seen_from(x: Array, middle: float, size: float = 0.0) -> Standardised:
    """x (n,) less one of them, ``middle``, in units near ``size``, or near the median distance from it."""
    shrink = 0.25 if np.abs(x).max() > 1e307 else 1.0  # differences then overflow
    gap = shrink * x - shrink * middle
    far = np.abs(gap)
    own = _exponent(shrink * size if size else np.median(far[far > 0]))
    unit = np.ldexp(1.0, max(own, _exponent(far.max()) - SQUARABLE))
    return Standardised(gap / unit, float(middle), float(unit / shrink))


def offsets(x: Array) -> tuple[float, Array]:
    """The mean of positive x (n,), and x less that mean with the digits that rounding the mean would take."""
    middle = float(np.partition(x, len(x) // 2)[len(x) // 2])
    gap = x - middle
    shift = average(gap)
    return middle + float(shift), gap - shift


def average(x: Array) -> Array:
    """The mean of x (n, ...) over its rows, also where their sum would overflow."""
    mean = x.mean(axis=0)
    return mean if np.isfinite(mean).all() else np.asarray((x / len(x)).sum(axis=0))


def check_varied(family: Family, x: Array) -> None:
    """ValueError if all of x are one value, as a spread that is computed and rounded could not tell."""
    if x.min() == x.max():
        raise ValueError(
            f"x holds only the value {x.flat[0]:g} and must hold two or more different ones: the likelihood of "
            f"{family.key} grows without end as it narrows"
        )


def _exponent(size: float) -> int:
    return int(np.frexp(size)[1])


def check_ties(x: Array, share: float) -> None:
    """ValueError if ``share`` of the data or more coincide: a heavy-tailed density then grows without end there, or at
    exactly that share has no single maximum."""
    values, counts = np.unique(x, return_counts=True)
    if counts.max() >= share * len(x):
        raise ValueError(
            f"x holds {values[counts.argmax()]:g} {counts.max()} times in {len(x)} and must hold no value in a share "
            f"of {share:g} or more: around it the likelihood grows without end, or has no single maximum"
        )
