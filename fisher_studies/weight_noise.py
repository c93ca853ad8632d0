r"""Is F right about what the weights are worth? Perturb them, and compare the damage foreseen with the damage done.

    foreseen   ½ ΔᵀFΔ   (with all of F, or with its diagonal as EWC has it)
    measured   KL(p_θ ‖ p_{θ+Δ}) = (1/n) Σ_i Σ_y π_y(x_i) log π_y/π′_y,   exact over labels, averaged over inputs

Kirkpatrick et al. (2017) shake a trained network along three kinds of directions: any (uniform on the sphere), those
that the diagonal of F calls cheap (each weight by 1/√(F_ii + ε)), and those that F calls free (its null space). All have
unit length here, so that lengths are comparable.

No digits are lost at small Δ. The change of the logits is carried through the layers, u̇ = V ã + W′ȧ, and never a
difference of two forward passes; with c = ż − Σ π ż the divergence of a row is log(1 + Σ π (e^c − 1 − c)), whose terms
are not negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.models import softmax_output as output
from fisher_core.models.mlp import MLP
from fisher_core.numerics.special import exp_excess
from fisher_core.validation import Array

DIRECTIONS = ("uniform", "inverse-fisher", "null-space")
FULL = 3000  # parameters of the largest network whose null space is computed


def directions(
    kind: str,
    model: MLP,
    x: ArrayLike,
    theta: ArrayLike,
    count: int,
    rng: np.random.Generator,
    damping: float = 0.01,
    tolerance: float = 1e-10,
) -> Array:
    """``count`` random directions of one of DIRECTIONS, (count, P), of length 1.

    ``damping`` ε is in units of the mean of the diagonal; ``tolerance``: an eigenvalue below that share of the largest
    counts as null. "null-space" needs the whole matrix: networks of at most 3000 parameters.
    """
    check.choice("kind", kind, DIRECTIONS)
    theta, count = check.vector("theta", theta, model.size), check.integer("count", count, 1)
    noise = check.generator("rng", rng).normal(size=(count, model.size))
    if kind == "inverse-fisher":
        diagonal = model.fisher_diagonal(x, theta)
        noise /= np.sqrt(diagonal + check.positive("damping", damping) * diagonal.mean())
    elif kind == "null-space":
        basis = null_space(model, x, theta, tolerance)
        noise = noise @ basis @ basis.T
    return noise / np.linalg.norm(noise, axis=1, keepdims=True)


def null_space(model: MLP, x: ArrayLike, theta: ArrayLike, tolerance: float = 1e-10) -> Array:
    """Orthonormal basis (P, k) of the directions in which F is at most ``tolerance`` of its largest eigenvalue."""
    if model.size > FULL:
        raise ValueError(f"model has {model.size} parameters and must have at most {FULL} for a null space")
    values, vectors = np.linalg.eigh(model.fisher(x, theta))
    basis = vectors[:, values <= check.positive("tolerance", tolerance) * values[-1]]
    if not basis.shape[1]:
        raise ValueError(f"tolerance = {tolerance:g} must be larger: F has no eigenvalue so small")
    return basis


def foreseen(model: MLP, x: ArrayLike, theta: ArrayLike, delta: ArrayLike) -> tuple[float, float]:
    """½ ΔᵀFΔ with the whole matrix, by a product that never forms it, and with its diagonal; nats."""
    delta = check.vector("delta", delta, model.size)
    diagonal = model.fisher_diagonal(x, theta)
    return 0.5 * model.fisher_quadratic(x, theta, delta), 0.5 * float(diagonal @ delta**2)


def logit_step(model: MLP, x: ArrayLike, theta: ArrayLike, delta: ArrayLike) -> tuple[Array, Array]:
    """Logits z at θ and their change ż from θ to θ + Δ, both (n, C); ż is right to its own last digits."""
    moved = model.unflatten(check.vector("delta", delta, model.size))
    layers = model.unflatten(check.vector("theta", theta, model.size))
    a = check.rows("x", x, model.sizes[0])
    da: Array = np.zeros_like(a)
    for k, (layer, step) in enumerate(zip(layers, moved, strict=True)):
        u = a @ layer.weights.T + layer.biases
        du = a @ step.weights.T + step.biases + da @ (layer.weights + step.weights).T
        if k == len(layers) - 1:
            return check.computed(u, x=a), check.computed(du, x=a)
        a, da = _activation_step(model.activation, u, du)
    raise AssertionError("a network has layers")


def mean_kl(model: MLP, x: ArrayLike, theta: ArrayLike, delta: ArrayLike) -> float:
    """KL(p_θ ‖ p_{θ+Δ}) in nats, averaged over the rows of x, to full relative accuracy at any Δ."""
    z, dz = logit_step(model, x, theta, delta)
    p = output.probabilities(z)[0]
    c = output.centred(p, dz)
    reach = c.max(axis=1)
    near = reach < 30
    kl = np.empty(len(z))
    kl[near] = np.log1p((p[near] * exp_excess(c[near])).sum(axis=1))
    with np.errstate(divide="ignore"):  # log 0 = −∞: a label that never comes
        far = np.log(p[~near]) + c[~near]
    top = far.max(axis=1, initial=-np.inf)
    kl[~near] = top + np.log(np.exp(far - top[:, None]).sum(axis=1))
    return float(kl.mean())


def _activation_step(activation: str, u: Array, du: Array) -> tuple[Array, Array]:
    """φ(u) and φ(u + du) − φ(u)."""
    if activation == "relu":
        a = np.maximum(u, 0.0)
        return a, np.maximum(du, -a) * (u > 0) + np.maximum(u + du, 0.0) * (u <= 0)
    # tanh(u + v) − tanh u = sinh v/(cosh u cosh(u + v)), with every exponential of a negative number
    a, w = np.abs(u), np.abs(u + du)
    sizes = (1 + np.exp(-2 * a)) * (1 + np.exp(-2 * w))
    reach = np.abs(du)
    sinh = -np.expm1(-2 * reach) * np.exp(reach - a - w)
    return np.tanh(u), np.sign(du) * 2 * sinh / sizes
