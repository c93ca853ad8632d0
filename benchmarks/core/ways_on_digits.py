"""The digits network after task A, what every rule returns on it, and what the formulas say of that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from fisher_core.continual import networks, six_ways
from fisher_core.continual.networks import digits_pair
from fisher_core.models import MLP

from . import fisher_rules as rules

Array = np.ndarray


@dataclass(frozen=True)
class Network:
    """The digits network after task A and what the formulas know of it."""

    model: MLP
    x: Array
    y: Array
    theta: Array

    @classmethod
    def after_a(cls, seed: int = 0, epochs: int = 40) -> Network:
        pair = digits_pair(seed)
        theta = networks.train(pair.model, pair.start, pair.a.x, pair.a.y, pair.rngs[0], epochs)
        return cls(pair.model, pair.a.x, pair.a.y, theta)

    @cached_property
    def outputs(self) -> tuple[Array, Array, Array]:
        """π (n, C), 1 − π (n, C) and w = 1 + ‖a‖² (n,), by a forward pass of one's own."""
        a = self.x
        *hidden, last = self.model.unflatten(self.theta)
        for weights, biases in hidden:
            a = a @ weights.T + biases
            a = np.tanh(a) if self.model.activation == "tanh" else np.maximum(a, 0)
        z = a @ last.weights.T + last.biases
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return (
            e / e.sum(axis=1, keepdims=True),
            e @ (1 - np.eye(e.shape[1])) / e.sum(axis=1, keepdims=True),
            1 + (a**2).sum(axis=1),
        )

    @cached_property
    def predicted(self) -> Array:
        return self.outputs[0].argmax(axis=1)

    @cached_property
    def exact(self) -> Array:
        return rules.every_label(self.model, self.x, self.theta)

    def scores(self, labels: Array) -> Array:
        return self.model.score(self.x, labels, self.theta)

    def label_ratio(self, labels: Array) -> float:
        """The formula for one label per row, as a ratio of traces to EXACT."""
        p, others, w = self.outputs
        return float(rules.of_one_label(p, others, labels, w).sum() / rules.of_all_labels(p, others, w).sum())


@dataclass(frozen=True)
class Row:
    """One rule on one network: what it returns, and the ratio of its trace to EXACT that a formula says."""

    where: str
    rule: str
    value: Array
    predicted: float
    error: float = 0.0  # the standard deviation over shuffles, draws or subsets, where the outcome depends on them
    half: bool = True  # whether the penalty it feeds has its ½

    def against(self, exact: Array) -> tuple[float, float, float]:
        """Ratio of traces, median ratio of entries, correlation of logarithms (entries that are not 0)."""
        kept = (self.value > 0) & (exact > 0)
        a, b = self.value[kept], exact[kept]
        return (
            float(self.value.sum() / exact.sum()),
            float(np.median(a / b)),
            float(np.corrcoef(np.log(a), np.log(b))[0, 1]),
        )


def rows(net: Network, batches: tuple[int, ...] = (1, 8, 32, 128), shuffles: int = 400) -> list[Row]:
    """Every rule of the table on ``net``; what is random is drawn from fixed generators."""
    n, rng = len(net.x), np.random.default_rng(0)
    observed, predicted = net.scores(net.y), net.scores(net.predicted)
    trace, label = net.exact.sum(), net.label_ratio
    found = [
        Row(
            "fisher_core",
            "EXACT: every label, weighted by its probability",
            six_ways.exact(net.model, net.x, net.theta),
            1.0,
        )
    ]

    some = np.sort(rng.choice(n, min(200, n // 2), replace=False))
    spread = (predicted**2).sum(axis=1).std() / trace
    found += [
        Row("ewc.pytorch", "predicted label", rules.mean_of_squares(predicted), label(net.predicted), half=False),
        Row("ewc.pytorch", f"predicted label, {len(some)} rows as in its demo", rules.mean_of_squares(predicted[some]),
            label(net.predicted), rules.of_subset(spread, len(some), n), half=False),
    ]  # fmt: skip

    square, mean = (observed**2).mean(axis=0).sum(), np.linalg.norm(observed.mean(axis=0))
    products = observed @ observed.T
    for b in batches:
        expected = label(net.y) * rules.of_batches(square, mean, n, b) / square
        found.append(
            Row("Avalanche", f"observed label, (mean gradient)², b = {b}", rules.squares_of_means(observed, b), float(expected),
                rules.over_shuffles(products, b, shuffles) / trace, half=False)
        )  # fmt: skip

    p = net.outputs[0]
    drawn = np.minimum((rng.random((n, 1)) >= p.cumsum(axis=1)).sum(axis=1), p.shape[1] - 1)
    norms = np.stack([(net.scores(np.full(n, c)) ** 2).sum(axis=1) for c in range(p.shape[1])], axis=1)
    mean_norm = (p * norms).sum(axis=1)
    few = rng.permutation(n)[: min(501, n // 2)]
    b, count = batches[-1], -(-n // batches[-1])
    off = n / (n - 1)
    found += [
        Row("continual-learning", "`all`", rules.by_last_index(rules.every_label(net.model, net.x, net.theta), n), off),
        Row("continual-learning", f"`all`, n = {len(few) - 1}: that and one more, divided by as many",
            rules.every_label(net.model, net.x[few], net.theta), 1.0, rules.of_subset(mean_norm.std() / trace, len(few), n)),
        Row("continual-learning", "`sample`", rules.by_last_index(rules.mean_of_squares(net.scores(drawn)), n), off,
            float(np.sqrt(((p * norms**2).sum(axis=1) - mean_norm**2).sum()) / n / trace)),
        Row("continual-learning", "`true`", rules.by_last_index(rules.mean_of_squares(observed), n), off * label(net.y)),
        Row("continual-learning", "`pred`", rules.by_last_index(rules.mean_of_squares(predicted), n), off * label(net.predicted)),
        Row("continual-learning", f"`true`, b = {b}: {count} batches, divided by {count - 1}",
            rules.by_last_index(rules.squares_of_means(observed[rng.permutation(n)], b), count),
            float(label(net.y) * rules.of_batches(square, mean, n, b) / square * count / (count - 1)),
            rules.over_shuffles(products, b, shuffles) / trace * count / (count - 1)),
    ]  # fmt: skip
    return found


def by_confidence(
    net: Network, edges: tuple[float, ...] = (1.0, 0.1, 0.01, 0.001, 0.0)
) -> list[tuple[str, int, float, float, float]]:
    """Rows by their ε = 1 − π of the predicted label: how many, and the predicted label's square ÷ EXACT:
    measured, by the formula, and by that of two classes."""
    p, others, w = net.outputs
    epsilon = others[np.arange(len(p)), net.predicted]
    norms = np.stack([(net.scores(np.full(len(p), c)) ** 2).sum(axis=1) for c in range(p.shape[1])], axis=1)
    exact, chosen = (p * norms).sum(axis=1), norms[np.arange(len(p)), net.predicted]
    one, all_ = rules.of_one_label(p, others, net.predicted, w), rules.of_all_labels(p, others, w)
    found = []
    for high, low in pairwise(edges):
        here = (epsilon > low) & (epsilon <= high)
        two = (w * epsilon**2)[here].sum() / (w * epsilon * (1 - epsilon))[here].sum()
        name = f"{low:g} – {high:g}" if low else f"below {high:g}"
        found.append(
            (name, int(here.sum()), chosen[here].sum() / exact[here].sum(), one[here].sum() / all_[here].sum(), two)
        )
    return found
