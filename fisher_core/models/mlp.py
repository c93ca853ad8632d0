r"""A fully connected network with a softmax output: p(y | x, θ) = softmax(z)_y, z = f(x, θ).

    u₁ = W₁x + b₁,  a₁ = φ(u₁),  …,  z = W_L a_{L−1} + b_L            φ = tanh or max(0, ·)

θ (P,) holds the parameters unit by unit, layer by layer: a unit's incoming weights, then its bias; for sizes
(64, 32, 10) P = 32·65 + 10·33 = 2410. The output is an exponential family in its logits, so the Fisher matrix is the
generalised Gauss–Newton matrix (Martens 2020, §9), and the Hessian of the mean loss splits into

    ∇²L = G + R,   G = (1/n) Σ JᵀΛJ = F,   R = −(1/n) Σ_c (e_y − π)_c ∇²f_c

where R, the curvature of the network weighted by its residuals, is what makes Hessians indefinite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.models import softmax_output as output
from fisher_core.models.base import ConditionalModel
from fisher_core.models.network import fisher as network_fisher
from fisher_core.models.network.passes import ACTIVATIONS, Tape, backward, gradient, per_example, value_and_tangent
from fisher_core.models.network.products import NetworkProducts
from fisher_core.validation import Array

__all__ = ["MLP", "Layer"]


class Layer(NamedTuple):
    """Views into θ: ``weights`` (units, inputs), one row per unit, and ``biases`` (units,)."""

    weights: Array
    biases: Array


@dataclass(frozen=True)
class MLP(ConditionalModel):
    """Layers of ``sizes`` (inputs, hidden …, classes); x (n, sizes[0]), y (n,) of labels 0 … classes−1, θ (P,)."""

    sizes: tuple[int, ...]
    activation: str = "tanh"

    def __post_init__(self) -> None:
        sizes = tuple(
            check.integer(f"sizes[{i}]", int(s) if isinstance(s, np.integer) else s, 1)
            for i, s in enumerate(self.sizes)
        )
        if len(sizes) < 2 or sizes[-1] < 2:
            raise ValueError(f"sizes = {sizes} must hold the inputs, any hidden layers, and at least 2 classes")
        object.__setattr__(self, "sizes", sizes)
        check.choice("activation", self.activation, ACTIVATIONS)

    # Parameters ------------------------------------------------------------------------------------------------------

    @property
    def classes(self) -> int:
        return self.sizes[-1]

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return sum((m + 1) * h for m, h in pairwise(self.sizes))

    def initial(self, rng: np.random.Generator) -> Array:
        """A random start (P,): weights N(0, 2/m) before relu (He et al. 2015) and N(0, 1/m) elsewhere, biases 0.

        Drawn layer by layer, input by input: one (inputs, units) table after the other.
        """
        check.generator("rng", rng)
        theta = np.zeros(self.size)
        layers = self.unflatten(theta)
        for layer in layers:
            gain = 2.0 if self.activation == "relu" and layer is not layers[-1] else 1.0
            layer.weights.T[:] = rng.normal(0.0, np.sqrt(gain / layer.weights.shape[1]), layer.weights.shape[::-1])
        return theta

    def unflatten(self, theta: ArrayLike) -> tuple[Layer, ...]:
        """θ (P,) as weights and biases of every layer; views where ``theta`` is a float64 array."""
        return tuple(Layer(w[:, :-1], w[:, -1]) for w in self._layers(check.vector("theta", theta, self.size)))

    def flatten(self, layers: Sequence[tuple[ArrayLike, ArrayLike]]) -> Array:
        """The inverse of :meth:`unflatten`: (P,) from pairs of weights (units, inputs) and biases (units,)."""
        theta = np.empty(self.size)
        for target, (weights, biases) in zip(self._layers(theta), layers, strict=True):
            units, inputs = target.shape
            target[:, :-1] = check.matrix("weights", weights, (units, inputs - 1))
            target[:, -1] = check.vector("biases", biases, units)
        return theta

    def layer_slices(self) -> tuple[slice, ...]:
        """Where each layer's parameters are in θ."""
        ends = np.cumsum([0] + [(m + 1) * h for m, h in pairwise(self.sizes)]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(ends))

    # Probabilities and labels ----------------------------------------------------------------------------------------

    def logits(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """z (n, classes)."""
        return self._tape(x, theta).logits

    def probabilities(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """π (n, classes) and the sum of the other classes' probabilities, 1 − π, both to full relative accuracy."""
        return output.probabilities(self.logits(x, theta))

    def predict(self, x: ArrayLike, theta: ArrayLike) -> output.Labels:
        """The most probable label of every row, (n,)."""
        return self.logits(x, theta).argmax(axis=1)

    def accuracy(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """The share of rows whose most probable label is y."""
        predicted = self.predict(x, theta)
        return float((predicted == output.check_labels(y, len(predicted), self.classes)).mean())

    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """Labels 0 … classes−1 as integers, (n,)."""
        return output.draw(self.probabilities(x, theta)[0], check.generator("rng", rng))  # type: ignore[return-value]

    def log_prob(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        z = self.logits(x, theta)
        return output.log_prob(z, output.check_labels(y, len(z), self.classes))

    # First and second derivatives ------------------------------------------------------------------------------------

    def score(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """∇_θ log p(y_i | x_i, θ), (n, P), by one backward pass."""
        tape = self._tape(x, theta)
        return per_example(backward(tape, self._residual(tape, y)), tape.inputs)

    def mean_loss(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """−(1/n) Σ log p(y_i | x_i, θ), nats."""
        return float(-self.log_prob(x, y, theta).mean())

    def mean_gradient(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Gradient of ``mean_loss``, (P,), in one forward and one backward pass: no (n, P) array."""
        tape = self._tape(x, theta)
        return gradient(backward(tape, self._residual(tape, y) / -len(tape.logits)), tape.inputs, np.empty(self.size))

    def hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """∇²_θ log p(y_i | x_i, θ), (n, P, P), by P passes of the R-operator: for small networks."""
        products = self.products(x, theta)
        residual = self._residual(products.tape, y)
        columns = [products.moved_scores(residual, v) for v in np.eye(self.size)]
        return np.stack(columns, axis=2)

    def hessian_vector(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        """∇²L v, (P,), for the mean loss L, without the matrix (Pearlmutter 1994)."""
        products = self.products(x, theta)
        return products.hessian_vector(self._residual(products.tape, y), check.vector("v", v, self.size))

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of ``mean_loss``, the observed information, (P, P), by P products: for small networks."""
        products = self.products(x, theta)
        residual = self._residual(products.tape, y)
        h = np.stack([products.hessian_vector(residual, v) for v in np.eye(self.size)])
        return (h + h.T) / 2  # the columns are computed apart and differ in the last digit

    def hessian_split(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """G and R with ∇²L = G + R, (P, P) each: Gauss–Newton, and the network's own curvature by the residuals."""
        g = self.gauss_newton(x, theta)
        return g, self.mean_hessian(x, y, theta) - g

    # Fisher matrices: exact ------------------------------------------------------------------------------------------

    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ Σ_y π_y s_y s_yᵀ, (P, P), by products of tables (:mod:`~fisher_core.models.network.khatri_rao`)."""
        return self._matrix(x, theta, lambda p, rows: p)

    def fisher_blocks(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, ...]:
        """The blocks of ``fisher`` of each layer with itself, without the others."""
        x, layers = self._checked(x, theta)
        total = network_fisher.matrix(self.activation, layers, x, lambda p, rows: p, layers_only=True)
        return tuple(check.computed(total.block(k), x=x) / len(x) for k in range(len(layers)))

    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        return self._diagonal(x, theta, lambda p, rows: p)

    def products(self, x: ArrayLike, theta: ArrayLike) -> NetworkProducts:
        """F v, vᵀF v and ∇²L v at one θ for many v: the forward pass is made once and kept."""
        return NetworkProducts(self._tape(x, theta))

    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        """F v, (P,): a forward-mode and a backward pass."""
        return self.products(x, theta).fisher_vector(check.vector("v", v, self.size))

    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        """vᵀFv: the mean variance, under the model's own labels, of the change Jv of the logits."""
        v = check.vector("v", v, self.size)
        x, layers = self._checked(x, theta)
        directions, total = self._layers(v), 0.0
        for rows in network_fisher.blocks(len(x), network_fisher.rows_in_cache(layers)):
            z, dz = value_and_tangent(self.activation, layers, directions, x[rows])
            total += output.variance_at(check.computed(z, x=x, theta=theta), dz).sum()
        return float(check.computed(np.asarray(total), v=v)) / len(x)

    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ JᵀΛJ with Λ = diag π − ππᵀ in the logits: for this output the same matrix as ``fisher``."""
        return self.fisher(x, theta)

    def gauss_newton_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        return self.fisher_diagonal(x, theta)

    # Fisher matrices: other labels -----------------------------------------------------------------------------------

    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """Mean of s sᵀ over ``draws`` model labels per row, at a cost that does not grow with ``draws``."""
        return self._sampled(x, theta, rng, draws, False)

    def monte_carlo_fisher_diagonal(
        self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1
    ) -> Estimate:
        """The diagonal of ``monte_carlo_fisher``, (P,), without the matrix."""
        return self._sampled(x, theta, rng, draws, True)

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ s sᵀ at the labels ``y``, (P, P): observed ones, or any others. Uncentred; not the Fisher matrix."""
        chosen = self._one_hot(x, y)
        return self._matrix(x, theta, lambda p, rows: chosen[rows])

    def empirical_fisher_diagonal(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ s² at the labels ``y``, (P,): (δ²)ᵀ(ã²) layer by layer."""
        x, layers = self._checked(x, theta)
        labels = output.check_labels(y, len(x), self.classes)
        total = np.zeros(self.size)
        for rows in network_fisher.blocks(len(x), network_fisher.rows_in_cache(layers)):
            tape = network_fisher.passed(self.activation, layers, x[rows])
            errors = backward(tape, self._residual(tape, labels[rows]))
            total += gradient([e * e for e in errors], [a * a for a in tape.inputs], np.empty(self.size))
        return check.computed(total, x=x) / len(x)

    # ------------------------------------------------------------------------------------------------------------------

    def _layers(self, theta: Array) -> list[Array]:
        """W̃ₗ (units, inputs + 1) of every layer, views into ``theta``."""
        return [theta[s].reshape(h, m + 1) for s, (m, h) in zip(self.layer_slices(), pairwise(self.sizes), strict=True)]

    def _checked(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, list[Array]]:
        return check.rows("x", x, self.sizes[0]), self._layers(check.vector("theta", theta, self.size))

    def _tape(self, x: ArrayLike, theta: ArrayLike) -> Tape:
        x, layers = self._checked(x, theta)
        return network_fisher.passed(self.activation, layers, x)

    def _residual(self, tape: Tape, y: ArrayLike) -> Array:
        labels = output.check_labels(y, len(tape.logits), self.classes)
        return output.residual(*output.probabilities(tape.logits), labels)

    def _one_hot(self, x: ArrayLike, y: ArrayLike) -> Array:
        return output.one_hot(output.check_labels(y, len(check.rows("x", x)), self.classes), self.classes)

    def _matrix(self, x: ArrayLike, theta: ArrayLike, weights: network_fisher.Weights) -> Array:
        x, layers = self._checked(x, theta)
        total = network_fisher.matrix(self.activation, layers, x, weights).matrix()
        total /= len(x)
        return check.computed(total, x=x)

    def _diagonal(self, x: ArrayLike, theta: ArrayLike, weights: network_fisher.Weights) -> Array:
        x, layers = self._checked(x, theta)
        return check.computed(network_fisher.diagonal(self.activation, layers, x, weights), x=x) / len(x)

    def _sampled(
        self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int, diagonal: bool
    ) -> Estimate:
        x, layers = self._checked(x, theta)
        draws, rng = check.integer("draws", draws, 1), check.generator("rng", rng)
        return network_fisher.sampled(self.activation, layers, x, rng, draws, diagonal)
