r"""Products with the Fisher matrix and the Hessian of a network, at one θ, without the matrices.

    vᵀFv = (1/n) Σ żᵀΛż        ż = Jv by one forward-mode pass; ½vᵀFv is KL(p_θ ‖ p_{θ+v}) to second order
    Fv   = (1/n) Σ JᵀΛż        and one backward pass
    Hv   by Pearlmutter's R-operator

For P = 2410 and n = 1797 a quadratic form costs about one forward pass, where the matrix costs two hundred.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from fisher_core.models import softmax_output as output
from fisher_core.models.network.passes import Tape, backward, gradient, moved_errors, per_example, tangent
from fisher_core.validation import Array

__all__ = ["NetworkProducts"]


class NetworkProducts:
    """Made by ``MLP.products(x, theta)``; keeps the forward pass, so that each product costs its own passes only."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.slopes = tape.slopes()

    @cached_property
    def probabilities(self) -> Array:
        return output.probabilities(self.tape.logits)[0]

    def logit_change(self, v: Array) -> Array:
        """ż = Jv, (n, C)."""
        return tangent(self.tape, self._split(v), self.slopes)[0]

    def fisher_quadratic(self, v: Array) -> float:
        return float(output.variance(self.probabilities, self.logit_change(v)).mean())

    def fisher_vector(self, v: Array) -> Array:
        curved = output.curved(self.probabilities, self.logit_change(v))
        curved /= len(curved)
        return gradient(backward(self.tape, curved, self.slopes), self.tape.inputs, np.empty(v.size))

    def hessian_vector(self, residual: Array, v: Array) -> Array:
        """∇²L v, (P,), of the mean loss, ``residual`` e_y − π (n, C)."""
        errors, moved, inputs, moved_inputs = self._moved(residual, v)
        product = gradient(moved, inputs, np.empty(v.size))
        product += gradient(errors, moved_inputs, np.empty(v.size))
        return product / -len(residual)

    def moved_scores(self, residual: Array, v: Array) -> Array:
        """The derivative of every row's score along v, (n, P)."""
        errors, moved, inputs, moved_inputs = self._moved(residual, v)
        return per_example(moved, inputs) + per_example(errors, moved_inputs)

    def _moved(self, residual: Array, v: Array) -> tuple[list[Array], list[Array], list[Array], list[Array]]:
        """δ, δ̇, ã and its derivative for every layer along v."""
        directions = self._split(v)
        dz, moved_hidden, moved_activations = tangent(self.tape, directions, self.slopes)
        moved_inputs = [np.zeros_like(a) for a in self.tape.inputs]
        for target, source in zip(moved_inputs[1:], moved_activations[1:], strict=True):
            target[:, :-1] = source  # the 1 does not move, nor does x
        errors, moved = moved_errors(
            self.tape, directions, residual, -output.curved(self.probabilities, dz), moved_hidden
        )
        return errors, moved, list(self.tape.inputs), moved_inputs

    def _split(self, v: Array) -> list[Array]:
        """v (P,) in the shapes of the layers."""
        parts, at = [], 0
        for w in self.tape.weights:
            parts.append(v[at : at + w.size].reshape(w.shape))
            at += w.size
        return parts
