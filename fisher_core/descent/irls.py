"""Descent for generalised linear models: reweighted least squares, and races on many data sets at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.models.design import orthogonal
from fisher_core.models.generalized_linear import GeneralizedLinearModel
from fisher_core.validation import Array

__all__ = ["irls_step", "race"]


def irls_step(model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
    """One step of iteratively reweighted least squares: regress z + r/w on x with weights w; (d,).

    By QR of √w·x, in units and origins of its own. No gradient and no Fisher matrix is formed, and yet for a canonical link the result is that of a full
    natural step and of a Newton step (Nelder and Wedderburn 1972). SingularFisherError where columns are dependent.
    """
    theta = check.vector("theta", theta)
    x = check.rows("x", x, theta.size)
    z = x @ theta
    model.check_rows(len(x))
    weight, residual = model.weight(z), model.residual(model.check_labels(y, len(x)), z)
    if not (weight > 0).all():
        raise ValueError("theta must be smaller: a row's weight underflows to 0 and its working response is infinite")
    share = model.weighted(weight)
    root, design = np.sqrt(share), orthogonal(x, share / share.sum(), "XᵀWX")
    turned = np.linalg.lstsq(root[:, None] * design.rows, root * (z + residual / weight), rcond=None)[0]
    return np.asarray(design.back @ turned, dtype=float)


def race(
    model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, start: ArrayLike, kind: str, rate: float, count: int
) -> tuple[Array, Array]:
    """:func:`fisher_core.descent.path` on many data sets of one shape at once: θ (count + 1, s, d) and mean losses (count + 1, s).

    x (s, n, d), y (s, n), start (s, d); kind "gradient", "natural", "empirical" or "centred". A step that overflows
    or meets a singular matrix leaves NaN, and the other sets go on.
    """
    x, y, theta = check.array("x", x), check.array("y", y), check.array("start", start)
    if x.ndim != 3 or y.shape != x.shape[:2] or theta.shape != (x.shape[0], x.shape[2]):
        raise ValueError(f"x {x.shape}, y {y.shape} and start {theta.shape} must be (s, n, d), (s, n) and (s, d)")
    model.check_labels(y.ravel(), y.size)
    for name in model.row_fields:
        raise ValueError(f"model has {name} by row and must be one model for all data sets")
    check.choice("kind", kind, ("gradient", "natural", "empirical", "centred"))
    count, n = check.integer("count", count), x.shape[1]
    thetas, losses = [theta], []
    for k in range(count + 1):
        z = np.einsum("snd,sd->sn", x, theta)
        residual = model.residual(y, z)
        losses.append(-model.log_density(y, z).mean(axis=1))
        if k == count:
            break
        g = -np.einsum("sn,snd->sd", residual, x) / n
        weight = model.weight(z) if kind == "natural" else residual**2
        m = np.einsum("sn,sni,snj->sij", weight / n, x, x)
        if kind == "gradient":
            theta = theta - rate * g
        else:
            if kind == "centred":
                m = m - g[:, :, None] * g[:, None, :]
            theta = theta - rate * linalg.solves(m, g[..., None])[..., 0]
        thetas.append(theta)
    return np.stack(thetas), np.stack(losses)
