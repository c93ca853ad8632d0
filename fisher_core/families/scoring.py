r"""Maximum likelihood where there is no closed form: Newton's method, with Fisher's scoring where Newton must not go.

Both solve M δ = s̄ for the mean score s̄. Newton's M is the mean of −Hessian, quadratic in convergence but not always
positive definite; scoring's is F(θ), which always is (Fisher 1925). In coordinates without bounds (log of a scale or
shape) the step is halved until the likelihood grows.
"""

from __future__ import annotations

import numpy as np

from fisher_core.family import Family
from fisher_core.validation import Array

LONGEST_STEP = 2.0  # in a log coordinate: a factor of 7
MAX_STEPS = 200


def maximise(family: Family, chart: str, x: Array, start: Array) -> Array:
    """θ̂ (d,) from ``start``, iterating in ``chart``. Raises ValueError where the likelihood has no maximum.

    Stops when the gain still promised, ½ s̄ᵀδ nats per observation, is below rounding, or is small and no longer shrinks
    because s̄ is rounded; the last step is taken too.
    """
    if x.min() == x.max():
        raise ValueError(
            f"x holds only the value {x.flat[0]:g} and must hold two or more different ones: the likelihood of "
            f"{family.key} grows without end as it narrows"
        )
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
    raise ValueError(f"x has no maximum-likelihood estimate: after {MAX_STEPS} steps theta is {model.to_base(phi)}")


def _ascent(score: Array, observed: Array, fisher: Array) -> Array:
    """Newton's step where observed information is at least a tenth of the expected in every direction."""
    root = np.linalg.cholesky(fisher)
    half = np.linalg.solve(root, observed)
    if np.linalg.eigvalsh(np.linalg.solve(root, half.T)).min() > 0.1:
        return np.asarray(np.linalg.solve(observed, score))
    return np.asarray(np.linalg.solve(fisher, score))


def check_ties(x: Array, share: float) -> None:
    """ValueError if ``share`` of the data or more coincide: a heavy-tailed density then grows without end there."""
    values, counts = np.unique(x, return_counts=True)
    if counts.max() >= share * len(x):
        raise ValueError(
            f"x holds {values[counts.argmax()]:g} {counts.max()} times in {len(x)} and must hold no value in a share "
            f"of {share:g} or more: the likelihood would grow without end around it"
        )
