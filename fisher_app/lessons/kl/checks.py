"""KL and F of any family by a second method: quadrature, or draws where the family itself is computed by quadrature."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import numpy as np

from fisher_core import divergence, information
from fisher_core.estimate import Estimate
from fisher_core.family import Family

from ...stage.scene import Check
from .line import Line

DRAWS = 20_000


@lru_cache(maxsize=64)
def checked(q: Line, step: float) -> tuple[list[Check], str]:
    """F and KL by a second method, and the key of what is to be said if the present KL has none."""
    for share in (1.0, 0.7, 0.4, 0.1):
        t = share * (step or 0.5)
        if q.walls[0] <= t <= q.walls[1]:
            with suppress(ValueError):  # the nodes do not resolve both densities: take a nearer one
                found = [information_checked(q.family, q.theta), divergence_checked(q, t, t == step)]
                unresolved = t != step and step and q.walls[0] <= step <= q.walls[1]
                return (
                    found,
                    "nearer" if unresolved else "",
                )
    return [information_checked(q.family, q.theta)], "unchecked"


def divergence_checked(q: Line, t: float, shown: bool) -> Check:
    """KL at step t by quadrature; by draws where it is itself an integral."""
    f, end = q.family, q.theta + t * q.direction
    what, value = "KL(θ‖θ+δ)" + ("" if shown else f" at {t:+.2f}".replace("-", "−")), f.kl(q.theta, end)
    if f.writes("_kl"):
        return Check(what, "own form", "quadrature", relative(value, divergence.kl_quadrature(f, q.theta, end)), 1e-8)
    return sampled(
        what, "quadrature", value, divergence.kl_monte_carlo(f, q.theta, end, DRAWS, np.random.default_rng(1))
    )


def information_checked(f: Family, theta) -> Check:
    """F by quadrature of differences of log p, in units of its diagonal; by draws where that does not resolve them."""
    exact, method = f.fisher(theta), "closed form" if f.writes("_fisher") else "mean square of its score"
    try:
        scale = np.sqrt(np.diag(exact))
        gap = (exact - information.by_quadrature(f, theta)) / np.outer(scale, scale)
        return Check("F", method, "quadrature of ssᵀ", float(np.abs(gap).max()), 1e-6)
    except ValueError:
        return sampled("F", method, exact, information.monte_carlo(f, theta, DRAWS, np.random.default_rng(1)))


def sampled(what: str, method: str, value, drawn: Estimate) -> Check:
    """Against draws, in standard errors."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(drawn.value - value) / drawn.standard_error
    return Check(
        what,
        method,
        f"{drawn.n} draws, in standard errors",
        float(np.nanmax(np.where(drawn.value == value, 0.0, apart))),
        5.0,
    )


def relative(value, other) -> float:
    value, other = float(value), float(other)
    return 0.0 if value == other else abs(value - other) / max(abs(value), 1e-12)
