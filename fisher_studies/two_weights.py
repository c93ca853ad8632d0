r"""Two-weight models seen from above: loss, gradient and three Fisher matrices at many θ in one call.

For a generalised linear model with inputs x (n, 2), everything per observation, in nats:

    L(θ) = −(1/n) Σ log p(y_i | x_i, θ)           loss, gradient g = ∇L
    F(θ) = (1/n) Σ w_i x_i x_iᵀ                   exact: E over labels of the model
    F̂(θ) = (1/M) Σ_m r̃_m² x_m x_mᵀ                sampled: M rows, one label each drawn from the model; → F
    E(θ) = (1/n) Σ r_i² x_i x_iᵀ                  empirical: the observed labels; not → F

and the step of each, −M⁻¹g. Sources: Kunstner, Balles and Hennig (2019), arXiv 1905.12558, eqs. 2–5; Martens (2020),
arXiv 1412.1193, §11.
Stacks run over leading axes: θ (..., 2) gives losses (...), gradients (..., 2) and matrices (..., 2, 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtri

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.models.base import ConditionalModel
from fisher_core.models.generalized_linear import GeneralizedLinearModel
from fisher_core.models.linear import LinearRegression
from fisher_core.models.logistic import LogisticRegression
from fisher_core.validation import Array

BLOCK = 1 << 18  # numbers held at a time


@dataclass(frozen=True, eq=False)
class Survey:
    """What a model and its data say at each θ (..., 2).

    Attributes
    ----------
    loss : (...), gradient : (..., 2), exact and empirical : (..., 2, 2).
    """

    theta: Array
    loss: Array
    gradient: Array
    exact: Array
    empirical: Array


def survey(model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Survey:
    """Loss, gradient, exact and empirical Fisher matrix at every θ of a stack."""
    x, y, theta = _data(model, x, y, theta)
    flat, n = theta.reshape(-1, 2), len(x)
    outer = _outer(x)
    loss, gradient = np.empty(len(flat)), np.empty((len(flat), 2))
    exact, empirical = np.empty((len(flat), 3)), np.empty((len(flat), 3))
    rows = max(1, BLOCK // n)
    for start in range(0, len(flat), rows):
        part = slice(start, start + rows)
        z = flat[part] @ x.T
        residual = model.residual(y, z)
        loss[part] = -model.log_density(y, z).mean(axis=1)
        gradient[part] = residual @ x / -n
        exact[part] = model.weight(z) @ outer / n
        empirical[part] = residual**2 @ outer / n
    shape = theta.shape[:-1]
    return Survey(
        theta, loss.reshape(shape), gradient.reshape(*shape, 2), _square(exact, shape), _square(empirical, shape)
    )


def mean_losses(model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
    """L at every θ of a stack, (...): what a contour plot needs."""
    x, y, theta = _data(model, x, y, theta)
    flat = theta.reshape(-1, 2)
    rows = max(1, BLOCK // len(x))
    blocks = [-model.log_density(y, flat[s : s + rows] @ x.T).mean(axis=1) for s in range(0, len(flat), rows)]
    return np.concatenate(blocks).reshape(theta.shape[:-1])


def sampled_fisher(
    model: GeneralizedLinearModel, x: ArrayLike, theta: ArrayLike, draws: int, rng: np.random.Generator
) -> Estimate:
    """F̂ from ``draws`` labels in all, each at a row of x drawn with replacement; stacks over θ.

    Rows and uniforms are shared by all θ (common random numbers): moving θ moves the estimate smoothly, and what is
    seen is the change with θ, not fresh noise. Standard errors by entry, from the spread of the M terms.
    """
    _alike(model)
    x, theta = check.rows("x", x, 2), _stack(theta)
    draws, rng = check.integer("draws", draws, 2), check.generator("rng", rng)
    rows, uniform = rng.integers(len(x), size=draws), rng.random(draws)
    x = x[rows]
    outer, flat = _outer(x), theta.reshape(-1, 2)
    if isinstance(model, LinearRegression):  # the residual of a drawn label does not know θ
        flat = flat[:1]
    mean, square = np.empty((len(flat), 3)), np.empty((len(flat), 3))
    block = max(1, BLOCK // draws)
    for start in range(0, len(flat), block):
        z = flat[start : start + block] @ x.T
        weight = model.residual(label_at(model, z, uniform), z) ** 2
        mean[start : start + block] = weight @ outer / draws
        square[start : start + block] = weight**2 @ outer**2 / draws
    error = np.sqrt(np.maximum(square - mean**2, 0.0) / (draws - 1))
    shape = theta.shape[:-1]
    full = (int(np.prod(shape)), 3)
    return Estimate(_square(np.broadcast_to(mean, full), shape), _square(np.broadcast_to(error, full), shape), draws)


@singledispatch
def label_at(model: ConditionalModel, z: Array, uniform: Array) -> Array:
    """The label with probability ``uniform`` below it, for linear predictors z: drawing by inversion."""
    raise ValueError(
        f"model = {type(model).__name__} must be LinearRegression or LogisticRegression to draw labels by inversion"
    )


@label_at.register
def _(model: LinearRegression, z: Array, uniform: Array) -> Array:
    return z + model.sigma * ndtri(uniform)


@label_at.register
def _(model: LogisticRegression, z: Array, uniform: Array) -> Array:
    return (uniform < expit(z)).astype(float)


def by_label_quadrature(model: ConditionalModel, x: ArrayLike, theta: ArrayLike, step: float = 1e-4) -> Array:
    """F by summing over labels, scores by central differences of ``log_prob``: the second method beside ``fisher``.

    Two labels for logistic regression; five Gauss–Hermite labels a row, exact for the fourth-degree polynomials that
    squared scores are, for linear regression.
    """
    x, theta = check.rows("x", x), check.vector("theta", theta)
    n, d = x.shape
    if model.weights is not None:
        raise ValueError("model has weights by row and must be one model for all rows")
    if isinstance(model, LinearRegression):
        nodes, weights = np.polynomial.hermite_e.hermegauss(5)
        centre = x @ theta
        labels = [centre + model.sigma * t for t in nodes]
        chances = [np.full(n, w / weights.sum()) for w in weights]
    elif isinstance(model, LogisticRegression):
        labels = [np.zeros(n), np.ones(n)]
        chances = [np.exp(model.log_prob(x, label, theta)) for label in labels]
    else:
        raise ValueError(
            f"model = {type(model).__name__} must be LinearRegression or LogisticRegression to sum over labels"
        )
    total = np.zeros((d, d))
    for label, chance in zip(labels, chances, strict=True):
        arms = [model.log_prob(x, label, theta + e) - model.log_prob(x, label, theta - e) for e in step * np.eye(d)]
        score = np.stack(arms, axis=1) / (2 * step)
        total += (chance[:, None] * score).T @ score
    return total / n


def steps(fisher: ArrayLike, gradient: ArrayLike) -> Array:
    """−F⁻¹g for stacks (..., 2, 2) and (..., 2). NaN where F is singular to rounding: there is no step to show."""
    f, g = check.array("fisher", fisher), check.array("gradient", gradient)
    a, b, d = f[..., 0, 0], f[..., 0, 1], f[..., 1, 1]
    determinant = a * d - b * b
    regular = determinant > 64 * np.finfo(float).eps * a * d
    scale = np.divide(-1.0, determinant, out=np.full_like(determinant, np.nan), where=regular)
    return scale[..., None] * np.stack([d * g[..., 0] - b * g[..., 1], a * g[..., 1] - b * g[..., 0]], axis=-1)


def inverse_roots(fisher: ArrayLike) -> Array:
    """F^{−1/2}, symmetric, for a stack (..., 2, 2): the unit circle goes to {δ: δᵀFδ = 1}. NaN where F is singular."""
    f = check.array("fisher", fisher)
    a, b, d = f[..., 0, 0], f[..., 0, 1], f[..., 1, 1]
    determinant = a * d - b * b
    regular = determinant > 64 * np.finfo(float).eps * a * d
    root = np.sqrt(np.where(regular, determinant, np.nan))
    # √A = (A + √det A·I)/t with t = √(tr A + 2√det A); the inverse of a 2×2 matrix swaps its diagonal.
    scale = 1 / (root * np.sqrt(a + d + 2 * root))
    return scale[..., None, None] * np.stack(
        [np.stack([d + root, -b], axis=-1), np.stack([-b, a + root], axis=-1)], axis=-2
    )


def radial_band(
    model: GeneralizedLinearModel, x: ArrayLike, theta: ArrayLike, draws: int, rng: np.random.Generator,
    turns: int = 48, errors: float = 1.96, farthest: float = 30.0,
) -> tuple[Array, Array]:  # fmt: skip
    """Radii of {δ: δᵀF̂δ = 1} along ``turns`` directions with F̂ moved by ± ``errors`` standard errors: inner, outer.

    In direction u the estimate uᵀF̂u is a mean of M terms r̃²(uᵀx)², so it has a standard error of its own, which the
    entries' errors alone would not give. (..., turns + 1), closed; radii beyond ``farthest`` are cut there. The same
    ``rng`` state gives the same labels as :func:`sampled_fisher`.
    """
    _alike(model)
    x, theta = check.rows("x", x, 2), _stack(theta)
    rows, uniform = rng.integers(len(x), size=draws), rng.random(draws)
    x, flat = x[rows], theta.reshape(-1, 2)
    if isinstance(model, LinearRegression):
        flat = flat[:1]
    angle = np.linspace(0.0, 2 * np.pi, turns + 1)
    cos, sin = np.cos(angle), np.sin(angle)
    # (uᵀx)² and (uᵀx)⁴ as polynomials in u: three and five sums over the labels instead of two for every direction.
    second = np.stack([cos**2, 2 * cos * sin, sin**2])
    fourth = np.stack([cos**4, 4 * cos**3 * sin, 6 * cos**2 * sin**2, 4 * cos * sin**3, sin**4])
    quartic = np.stack([x[:, 0] ** (4 - k) * x[:, 1] ** k for k in range(5)], axis=1)
    blocks = np.array_split(flat, max(1, flat.size * draws // BLOCK))
    predictors = (block @ x.T for block in blocks)
    weight = np.concatenate([model.residual(label_at(model, z, uniform), z) ** 2 for z in predictors])
    mean = weight @ _outer(x) @ second / draws
    error = np.sqrt(np.maximum(weight**2 @ quartic @ fourth / draws - mean**2, 0.0) / (draws - 1))
    radii = [1 / np.sqrt(np.maximum(mean + sign * errors * error, farthest**-2)) for sign in (1, -1)]
    shape = (*theta.shape[:-1], turns + 1)
    full = (int(np.prod(theta.shape[:-1])), turns + 1)
    return np.broadcast_to(radii[0], full).reshape(shape), np.broadcast_to(radii[1], full).reshape(shape)


def batch_second_moment(covariance: ArrayLike, mean: ArrayLike, batch: ArrayLike) -> Array:
    """E[ḡ_B²] by coordinate, Var/B + mean², for gradients averaged over B draws: what Adam's v estimates.

    B = 1 is the diagonal of the empirical Fisher, B → ∞ the squared gradient. Stacks broadcast; last axis coordinates.
    """
    covariance, mean = check.array("covariance", covariance), check.array("mean", mean)
    return covariance / check.array("batch", batch)[..., None] + mean**2


def preconditioned_path(
    model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, starts: ArrayLike, matrix: str, rate: float, count: int
) -> Array:
    """θ_{t+1} = θ_t − rate·M⁻¹g from several starts (k, 2) at once: (count + 1, k, 2).

    ``matrix``: "identity" (gradient descent), "exact" (natural gradient) or "empirical".
    """
    check.choice("matrix", matrix, ("identity", "exact", "empirical"))
    path = [_stack(starts)]
    for _ in range(check.integer("count", count, 1)):
        here = survey(model, x, y, path[-1])
        move = -here.gradient if matrix == "identity" else steps(getattr(here, matrix), here.gradient)
        path.append(path[-1] + rate * move)
    return np.stack(path)


def power_path(exponent: ArrayLike, rate: float = 0.3, start: float = 5.0, count: int = 60) -> Array:
    """θ ← θ(1 − rate·|θ|^{−2ξ}) on L = θ²/2, where F = 1 and E = θ²: dividing by E^ξ. (..., count + 1) for ξ (...).

    ξ = 0 is gradient descent, here also the natural gradient; ξ = ½ Adam-like; ξ = 1 the empirical Fisher. At θ = 0
    the walk stays: the gradient is zero. Kunstner, Balles and Hennig (2019), §4.
    """
    exponent = check.array("exponent", exponent)
    path = [np.full(exponent.shape, float(start))]
    for _ in range(check.integer("count", count, 1)):
        here = path[-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            move = rate * np.sign(here) * np.abs(here) ** (1 - 2 * exponent)
        path.append(here - np.where(here == 0, 0.0, move))
    return np.stack(path, axis=-1)


def relative_error(estimates: ArrayLike, exact: ArrayLike) -> Array:
    """‖estimate − F‖/‖F‖ in the Frobenius norm, for a stack of estimates."""
    estimates, exact = check.array("estimates", estimates), check.array("exact", exact)
    return np.linalg.norm(estimates - exact, axis=(-2, -1)) / np.linalg.norm(exact)


def sampling_errors(
    model: GeneralizedLinearModel,
    x: ArrayLike,
    theta: ArrayLike,
    draws: ArrayLike,
    repeats: int,
    rng: np.random.Generator,
    truth: ArrayLike | None = None,
) -> Array:
    """``relative_error`` of sampled matrices at one θ for each number of draws, ascending: (numbers, repeats).

    Repeats are independent; within one, the first M labels of a longer run are the labels of the shorter one.

    ``truth``: the labels are those of a world with these weights, not the model's own: observed labels of a θ that is
    not the truth. Then the error does not go to zero.
    """
    _alike(model)
    x, theta = check.rows("x", x, 2), check.vector("theta", theta, 2)
    world = theta if truth is None else check.vector("truth", truth, 2)
    exact, outer = model.fisher(x, theta), _outer(x)
    numbers = np.array([check.integer("draws", int(k), 2) for k in np.atleast_1d(draws)])
    if (np.diff(numbers) <= 0).any():
        raise ValueError(f"draws = {numbers} must be increasing")
    picked = rng.integers(len(x), size=(repeats, numbers[-1]))
    labels = label_at(model, (x @ world)[picked], rng.random(picked.shape))
    weight = model.residual(labels, (x @ theta)[picked]) ** 2
    starts = np.concatenate([[0], numbers[:-1]])
    sums = np.stack([np.add.reduceat(weight * column[picked], starts, axis=1) for column in outer.T], axis=-1)
    entries = np.cumsum(sums, axis=1) / numbers[:, None]
    return relative_error(_square(entries, (repeats, len(numbers))), exact).T


def _outer(x: Array) -> Array:
    """x₁², x₁x₂, x₂² of each row, (n, 3): the distinct entries of xxᵀ."""
    return np.stack([x[:, 0] ** 2, x[:, 0] * x[:, 1], x[:, 1] ** 2], axis=1)


def _square(entries: Array, shape: tuple[int, ...]) -> Array:
    return entries[..., [0, 1, 1, 2]].reshape(*shape, 2, 2)


def _stack(theta: ArrayLike) -> Array:
    theta = check.array("theta", theta)
    if theta.ndim < 1 or theta.shape[-1] != 2:
        raise ValueError(f"theta has shape {theta.shape} and must have shape (..., 2)")
    return theta


def _data(model: GeneralizedLinearModel, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> tuple[Array, Array, Array]:
    x = check.rows("x", x, 2)
    _alike(model)
    return x, model.check_labels(y, len(x)), _stack(theta)


def _alike(model: GeneralizedLinearModel) -> None:
    """Rows are drawn, and averaged alike, here."""
    for name in model.row_fields:
        raise ValueError(f"model has {name} by row and must be one model for all rows")
