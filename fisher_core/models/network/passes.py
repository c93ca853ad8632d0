r"""The passes of a fully connected network: forward, backward, and their derivatives along a direction.

Layer l has weights W̃ₗ (H, m+1), one row per unit: its m incoming weights, then its bias. With inputs ã = (a, 1)

    forward     u = W̃ₗ ã,  a ← φ(u);  the last u are the logits z
    backward    δₗ = φ'(uₗ) ∘ Wₗ₊₁ᵀ δₗ₊₁,   ∂/∂W̃ₗ = δₗ ãₗᵀ,     δ_L given at the logits
    forward-mode, along V       u̇ = Ṽₗ ã + W̃ₗ ã̇,  ȧ = φ'(u) u̇       (Jacobian times V)
    Pearlmutter's R-operator     δ̇ₗ = φ'∘(Wᵀδ̇ + Vᵀδ) + φ''∘u̇∘Wᵀδ     (Hessian times V; Pearlmutter 1994)

Everything is linear in δ_L, so one pass serves the score, the loss and every Fisher matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

__all__ = [
    "ACTIVATIONS",
    "Tape",
    "activate",
    "backward",
    "bend",
    "forward",
    "gradient",
    "moved_errors",
    "per_example",
    "slope",
    "tangent",
    "value_and_tangent",
    "with_one",
]

ACTIVATIONS = ("tanh", "relu")


@dataclass(frozen=True, eq=False)
class Tape:
    """What a forward pass leaves behind.

    Attributes
    ----------
    weights : W̃ₗ (H, m+1) of every layer, the first layer first.
    inputs : ãₗ (n, m+1) of every layer, the last column 1.
    preactivations : uₗ (n, H) of the hidden layers.
    logits : (n, C).
    """

    activation: str
    weights: Sequence[Array]
    inputs: Sequence[Array]
    preactivations: Sequence[Array]
    logits: Array

    def slopes(self) -> list[Array]:
        """φ'(u) (n, H) of the hidden layers."""
        return [slope(self.activation, u, a[:, :-1]) for u, a in zip(self.preactivations, self.inputs[1:], strict=True)]


def activate(activation: str, u: Array, out: Array | None = None) -> Array:
    """φ(u)."""
    return np.tanh(u, out=out) if activation == "tanh" else np.maximum(u, 0.0, out=out)


def slope(activation: str, u: Array, a: Array) -> Array:
    """φ'(u) where a = φ(u); 0 at the kink of relu.

    For tanh 1 − tanh² where that keeps 14 digits, else 4e/(1+e)² with e = e^{−2|u|}: at u = 20 the first has none left.
    """
    if activation == "relu":
        return (u > 0).astype(np.float64)
    s = a * a
    np.subtract(1.0, s, out=s)
    flat = s < 0.05
    if flat.any():
        e = np.exp(-2.0 * np.abs(u[flat]))
        s[flat] = 4.0 * e / (1.0 + e) ** 2
    return s


def bend(activation: str, u: Array, a: Array) -> Array:
    """φ''(u) where a = φ(u); for relu 0 almost everywhere, and 0 here."""
    return -2.0 * a * slope(activation, u, a) if activation == "tanh" else np.zeros_like(u)


def with_one(a: Array) -> Array:
    """(a, 1): the input of a layer with its bias, (n, m+1)."""
    extended = np.empty((len(a), a.shape[1] + 1))
    extended[:, :-1] = a
    extended[:, -1] = 1.0
    return extended


def forward(activation: str, weights: Sequence[Array], x: Array) -> Tape:
    """Logits of the rows of x (n, m), and all that is needed to go back. Does not test for overflow."""
    inputs, preactivations = [with_one(x)], []
    with np.errstate(over="ignore", invalid="ignore"):
        for w in weights[:-1]:
            u = inputs[-1].dot(w.T)
            preactivations.append(u)
            extended = np.empty((len(u), u.shape[1] + 1))
            activate(activation, u, out=extended[:, :-1])
            extended[:, -1] = 1.0
            inputs.append(extended)
        return Tape(activation, weights, inputs, preactivations, inputs[-1].dot(weights[-1].T))


def backward(tape: Tape, output_error: Array, slopes: Sequence[Array] | None = None) -> list[Array]:
    """δₗ (n, …, H) of every layer from δ_L (n, …, C) at the logits; an axis between is carried along (labels)."""
    errors = [output_error]
    slopes = tape.slopes() if slopes is None else slopes
    for w, s in zip(tape.weights[:0:-1], slopes[::-1], strict=True):
        above = errors[-1]
        below = above.reshape(-1, above.shape[-1]).dot(w[:, :-1]).reshape(*above.shape[:-1], -1)
        below *= s if above.ndim == 2 else s[:, None, :]
        errors.append(below)
    return errors[::-1]


def gradient(errors: Sequence[Array], inputs: Sequence[Array], out: Array) -> Array:
    """Σₙ δₗ ãₗᵀ of every layer, written into ``out`` (P,) unit by unit."""
    at = 0
    for delta, a in zip(errors, inputs, strict=True):
        h, m = delta.shape[1], a.shape[1]
        np.dot(delta.T, a, out=out[at : at + h * m].reshape(h, m))
        at += h * m
    return out


def per_example(errors: Sequence[Array], inputs: Sequence[Array]) -> Array:
    """δₗ ãₗᵀ for every row, (n, P)."""
    n = len(inputs[0])
    rows = np.empty((n, sum(e.shape[1] * a.shape[1] for e, a in zip(errors, inputs, strict=True))))
    at = 0
    for delta, a in zip(errors, inputs, strict=True):
        h, m = delta.shape[1], a.shape[1]
        np.multiply(delta[:, :, None], a[:, None, :], out=rows[:, at : at + h * m].reshape(n, h, m))
        at += h * m
    return rows


def tangent(
    tape: Tape, directions: Sequence[Array], slopes: Sequence[Array] | None = None
) -> tuple[Array, list[Array], list[Array]]:
    """Forward-mode along Ṽₗ: the change ż (n, C) of the logits, u̇ of the hidden layers, ȧ of every layer's input."""
    slopes = tape.slopes() if slopes is None else slopes
    moved_inputs = [np.zeros((len(tape.logits), 0))]  # x does not move
    moved_hidden = []
    moved = tape.inputs[0].dot(directions[0].T)
    for layer, s in enumerate(slopes, start=1):
        moved_hidden.append(moved)
        moved_inputs.append(s * moved)
        moved = tape.inputs[layer].dot(directions[layer].T)
        moved += moved_inputs[-1].dot(tape.weights[layer][:, :-1].T)
    return moved, moved_hidden, moved_inputs


def value_and_tangent(
    activation: str, weights: Sequence[Array], directions: Sequence[Array], x: Array
) -> tuple[Array, Array]:
    """Logits z (n, C) of the rows of x (n, m) and their change ż along Ṽₗ, nothing kept: one product for both.

    Both come as views of (C, n) arrays, so that sums over the classes of a row run along memory.
    """
    a, moved = x.T, None
    with np.errstate(over="ignore", invalid="ignore"):
        for layer, (w, v) in enumerate(zip(weights, directions, strict=True), start=1):
            both = np.concatenate([w, v])
            both = both[:, :-1].dot(a) + both[:, -1:]
            u, change = both[: len(w)], both[len(w) :]
            if moved is not None:
                change += w[:, :-1].dot(moved)
            if layer < len(weights):
                a = activate(activation, u)
                moved = slope(activation, u, a)
                moved *= change
    return u.T, change.T


def moved_errors(
    tape: Tape,
    directions: Sequence[Array],
    output_error: Array,
    moved_output_error: Array,
    moved_hidden: Sequence[Array],
) -> tuple[list[Array], list[Array]]:
    """δₗ and its derivative δ̇ₗ along Ṽ of every layer, from both at the logits (n, C): the R-operator."""
    errors, moved = [output_error], [moved_output_error]
    for layer in range(len(tape.weights) - 1, 0, -1):
        w, v = tape.weights[layer][:, :-1], directions[layer][:, :-1]
        u, a = tape.preactivations[layer - 1], tape.inputs[layer][:, :-1]
        back, first, second = errors[-1].dot(w), slope(tape.activation, u, a), bend(tape.activation, u, a)
        moved.append(first * (moved[-1].dot(w) + errors[-1].dot(v)) + second * moved_hidden[layer - 1] * back)
        errors.append(first * back)
    return errors[::-1], moved[::-1]
