"""Random patterns learned by many memories side by side: what :mod:`fisher_studies.capacity` says, drawn.

Everything measured is an :class:`Estimate`; runs are independent, the patterns of one run are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.validation import Array
from fisher_studies.capacity import rates


@dataclass(frozen=True, eq=False)
class Simulation:
    """``runs`` independent memories after T patterns.

    Attributes
    ----------
    outputs : (runs, T): y_i w_Tᵀx_i of every pattern at the end.
    first, power : (runs, T): y_1 w_tᵀx_1 and ‖w_t‖² along the way, t = 1 … T.
    """

    outputs: Array
    first: Array
    power: Array

    def signal(self, groups: Sequence[slice] | None = None) -> Estimate:
        """Mean output of each pattern at the end, (T,), or of each group of patterns: ``groups`` slice 0 … T−1."""
        return _mean(_grouped(self.outputs, groups))

    def first_signal(self) -> Estimate:
        """Mean output of pattern 1 at t = 1 … T."""
        return _mean(self.first)

    def own_noise(self, groups: Sequence[slice] | None = None) -> Estimate:
        """Standard deviation of the outputs about their pattern's mean, root of the mean square over each group."""
        scatter = (self.outputs - self.outputs.mean(axis=0)) ** 2 * len(self.outputs) / (len(self.outputs) - 1)
        return _root(_grouped(scatter, groups))

    def noise(self) -> Estimate:
        """√E‖w_t‖², (T,)."""
        return _root(self.power)

    def snr(self) -> Estimate:
        """SNR of pattern 1 at t = 1 … T; its standard error carries the covariance of signal and noise."""
        signal, power = self.first.mean(axis=0), self.power.mean(axis=0)
        influence = (self.first - signal * self.power / (2 * power)) / np.sqrt(power)  # up to a constant
        return Estimate(signal / np.sqrt(power), _mean(influence).standard_error, len(self.first))


def simulate(
    rule: str, synapses: int, patterns: int, runs: int, rng: np.random.Generator, c: float = 1.0
) -> Simulation:
    """Learn random patterns in ``runs`` memories side by side, in single precision (1e-6, far below any error bar)."""
    alpha = rates(rule, synapses, patterns, c)
    runs = check.integer("runs", runs, 2)
    check.generator("rng", rng)
    width = (synapses + 7) // 8  # a bit per input: all patterns are kept, to be read out at the end
    bits = np.frombuffer(rng.bytes(patterns * runs * width), np.uint8).reshape(patterns, runs, width)
    targets = 1.0 - 2.0 * rng.integers(0, 2, (patterns, runs))
    weights = np.zeros((runs, synapses), np.float32)
    first, power, outputs = (np.empty((runs, patterns)) for _ in range(3))
    oldest = _inputs(bits[0], synapses)
    for t in range(patterns):
        x = _inputs(bits[t], synapses)
        error = targets[t] - _dots(weights, x)
        x *= (alpha[t] * error).astype(np.float32)[:, None]
        weights += x
        first[:, t], power[:, t] = targets[0] * _dots(weights, oldest), _dots(weights, weights)
    for i in range(patterns):
        outputs[:, i] = targets[i] * _dots(weights, _inputs(bits[i], synapses))
    return Simulation(outputs, first, power)


def _inputs(bits: np.ndarray, synapses: int) -> np.ndarray:
    x = np.unpackbits(bits, axis=1, count=synapses).astype(np.float32)
    x *= 2
    x -= 1
    return x


def _dots(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("rn,rn->r", a, b)


def _grouped(values: Array, groups: Sequence[slice] | None) -> Array:
    """Means over groups of patterns within each run: runs are independent, patterns of one run are not."""
    return values if groups is None else np.stack([values[:, g].mean(axis=1) for g in groups], axis=1)


def _mean(values: Array) -> Estimate:
    return Estimate(values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values)), len(values))


def _root(powers: Array) -> Estimate:
    mean = _mean(powers)
    root = np.sqrt(mean.value)
    error = np.divide(
        mean.standard_error, 2 * root, out=np.zeros_like(root), where=root > 0
    )  # a mean of zeros is exact
    return Estimate(root, error, mean.n)
