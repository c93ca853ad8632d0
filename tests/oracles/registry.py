"""The cases every oracle runs over: all of FAMILIES at the parameters of ``densities.POINTS``.

A family without a second density, θ(φ) or KL here is held to its own density by quadrature and differences alone; what
more could be tested is skipped, with the remedy.
"""

from __future__ import annotations

import densities
import mpmath as mp
import numpy as np
import pytest

from fisher_core import FAMILIES, Family

mp.mp.dps = 30


def exact(values) -> list[mp.mpf]:
    """float64 as mpmath numbers, without rounding."""
    return [mp.mpf(float(v)) for v in np.ravel(values)]


def points(key: str, typical: bool = False) -> list[tuple[float, ...]]:
    if key not in densities.POINTS:
        return [tuple(FAMILIES[key].default)]
    return densities.POINTS[key][: densities.TYPICAL] if typical else densities.POINTS[key]


def cases(typical: bool = False, regular: bool | None = None) -> list:
    """pytest parameters (family, theta)."""
    return [
        pytest.param(f, np.array(theta), id=f"{key}-{'-'.join(f'{t:g}' for t in theta)}")
        for key, f in FAMILIES.items()
        if regular is None or f.regular == regular
        for theta in points(key, typical)
    ]


def moves(f: Family) -> bool:
    """Whether the support depends on θ: KL is then infinite on one side, and has no parabola."""
    return f.writes("_bounds")


def charts() -> list:
    """pytest parameters (family, chart name)."""
    return [pytest.param(f, name, id=f"{key}-{name}") for key, f in FAMILIES.items() for name in f.charts]


def log_density(f: Family, x, theta) -> mp.mpf:
    """log p(x|θ) by the independent density; x a float or a row, theta mpmath numbers."""
    if f.key not in densities.LOG_DENSITY:
        pytest.skip(f"write log p of {f.key!r} in mpmath in tests/oracles/densities.py")
    densities.FIXED.update(fixed(f))
    return densities.LOG_DENSITY[f.key](exact(x) if np.ndim(x) else mp.mpf(float(x)), theta)


def fixed(f: Family) -> dict[str, object]:
    """What a family holds constant, for the densities that need it."""
    return {
        name: exact_matrix(getattr(f, name)) if np.ndim(getattr(f, name)) else mp.mpf(float(getattr(f, name)))
        for name in ("covariance", "degrees")
        if hasattr(f, name)
    }


def exact_matrix(values) -> list[list[mp.mpf]]:
    return [exact(row) for row in np.asarray(values)]


def observations(f: Family, theta: np.ndarray) -> np.ndarray:
    """A few draws, and for a small discrete support all of it, so that the improbable is tested too."""
    if f.discrete and np.isfinite(f.support(theta)).all():
        lo, hi = f.support(theta)
        return np.arange(lo, hi + 1)
    return f.sample(theta, 5, np.random.default_rng(5))
