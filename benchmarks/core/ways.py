r"""What three well-known ways to compute "the Fisher" for EWC return on one network, and why.  Writes WAYS.md.

    PYTHONPATH=. python -m benchmarks.core.ways

The network is that of the digits lesson after task A. The rules were read in public code and are written anew from their
formulas, on a table of scores (n, P); none of that code is here. Every ratio is measured, and beside it stands what a
formula says that knows only the network's probabilities π, its last hidden layer a and the sizes of the batches:

    label ℓ instead of the sum over labels    Σ w ‖e_ℓ − π‖² / Σ w (1 − ‖π‖²),  w = 1 + ‖a‖²      two classes: ε/(1 − ε)
    square of a batch's mean score            Cov/b · (n − b)/(n − 1) + s̄²                       for Cov ≫ s̄²: 1/b
    divided by the last index from 0          m/(m − 1) for m terms
    no ½ in the penalty                       2
    anchor renewed K times                    1 − (2λ/(f + 2λ))^K instead of f/(f + 2λ)           of the way to B

The first is exact for the last layer of weights, whose scores are (e_ℓ − π) ⊗ (a, 1), and close for the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from fisher_core import six_ways
from fisher_core.continual import SGD, Spring, Stiffness, networks
from fisher_core.continual.anchors import progress
from fisher_core.continual.networks import digits_pair
from fisher_core.models import MLP

Array = np.ndarray

# --- the rules, on scores (n, P) of the labels that each of them looks at ---------------------------------------------


def mean_of_squares(scores: Array) -> Array:
    """(1/n) Σ s²: right for the labels it is given."""
    return (scores**2).mean(axis=0)


def squares_of_means(scores: Array, batch: int) -> Array:
    """The squared mean score of every batch, averaged over batches; a short last one counts like the others."""
    return np.mean([scores[k : k + batch].mean(axis=0) ** 2 for k in range(0, len(scores), batch)], axis=0)


def by_last_index(value: Array, terms: int) -> Array:
    """A mean of ``terms`` terms as it comes out when their sum is divided by the last index, counted from 0."""
    return value * terms / (terms - 1)


def every_label(model: MLP, x: Array, theta: Array) -> Array:
    """(1/n) Σ_i Σ_y π_iy s_iy²: one label after the other, the definition."""
    p = model.probabilities(x, theta)[0]
    labels = np.arange(model.classes)
    return sum(p[:, y] @ model.score(x, np.full(len(x), y), theta) ** 2 for y in labels) / len(x)


# --- the formulas that predict them -----------------------------------------------------------------------------------


def of_one_label(p: Array, others: Array, labels: Array, weights: Array) -> Array:
    """w ‖e_ℓ − π‖², (n,): a row's squared score for label ℓ; ``others`` is 1 − π."""
    rows = np.arange(len(p))
    squares = p**2
    squares[rows, labels] = others[rows, labels] ** 2
    return weights * squares.sum(axis=1)


def of_all_labels(p: Array, others: Array, weights: Array) -> Array:
    """w (1 − ‖π‖²), (n,): its mean under the model's own labels."""
    return weights * (p * others).sum(axis=1)


def of_batches(square: Array, mean: Array, n: int, batch: int) -> Array:
    """E of :func:`squares_of_means` over shuffles: Cov/b · (n − b)/(n − 1) + s̄², averaged over the sizes of batches.

    ``square`` is the mean of s², ``mean`` that of s: entry by entry, or traces with ``mean`` = ‖s̄‖.
    """
    sizes = np.diff([*range(0, n, batch), n])
    shrink = np.mean((n - sizes) / (sizes * (n - 1)))
    return (square - mean**2) * shrink + mean**2


# --- the network ------------------------------------------------------------------------------------------------------


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
        return every_label(self.model, self.x, self.theta)

    def scores(self, labels: Array) -> Array:
        return self.model.score(self.x, labels, self.theta)

    def label_ratio(self, labels: Array) -> float:
        """The formula for one label per row, as a ratio of traces to EXACT."""
        p, others, w = self.outputs
        return float(of_one_label(p, others, labels, w).sum() / of_all_labels(p, others, w).sum())


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
        Row("ewc.pytorch", "predicted label", mean_of_squares(predicted), label(net.predicted), half=False),
        Row("ewc.pytorch", f"predicted label, {len(some)} rows as in its demo", mean_of_squares(predicted[some]),
            label(net.predicted), of_subset(spread, len(some), n), half=False),
    ]  # fmt: skip

    square, mean = (observed**2).mean(axis=0).sum(), np.linalg.norm(observed.mean(axis=0))
    products = observed @ observed.T
    for b in batches:
        expected = label(net.y) * of_batches(square, mean, n, b) / square
        found.append(
            Row("Avalanche", f"observed label, (mean gradient)², b = {b}", squares_of_means(observed, b), float(expected),
                over_shuffles(products, b, shuffles) / trace, half=False)
        )  # fmt: skip

    p = net.outputs[0]
    drawn = np.minimum((rng.random((n, 1)) >= p.cumsum(axis=1)).sum(axis=1), p.shape[1] - 1)
    norms = np.stack([(net.scores(np.full(n, c)) ** 2).sum(axis=1) for c in range(p.shape[1])], axis=1)
    mean_norm = (p * norms).sum(axis=1)
    few = rng.permutation(n)[: min(501, n // 2)]
    b, count = batches[-1], -(-n // batches[-1])
    off = n / (n - 1)
    found += [
        Row("continual-learning", "`all`", by_last_index(every_label(net.model, net.x, net.theta), n), off),
        Row("continual-learning", f"`all`, n = {len(few) - 1}: that and one more, divided by as many",
            every_label(net.model, net.x[few], net.theta), 1.0, of_subset(mean_norm.std() / trace, len(few), n)),
        Row("continual-learning", "`sample`", by_last_index(mean_of_squares(net.scores(drawn)), n), off,
            float(np.sqrt(((p * norms**2).sum(axis=1) - mean_norm**2).sum()) / n / trace)),
        Row("continual-learning", "`true`", by_last_index(mean_of_squares(observed), n), off * label(net.y)),
        Row("continual-learning", "`pred`", by_last_index(mean_of_squares(predicted), n), off * label(net.predicted)),
        Row("continual-learning", f"`true`, b = {b}: {count} batches, divided by {count - 1}",
            by_last_index(squares_of_means(observed[rng.permutation(n)], b), count),
            float(label(net.y) * of_batches(square, mean, n, b) / square * count / (count - 1)),
            over_shuffles(products, b, shuffles) / trace * count / (count - 1)),
    ]  # fmt: skip
    return found


def of_subset(sd: float, m: int, n: int) -> float:
    """Standard deviation of the mean of m of n numbers drawn without replacement."""
    return float(sd * np.sqrt((n - m) / (m * (n - 1))))


def over_shuffles(products: Array, batch: int, times: int) -> float:
    """Standard deviation over shuffles of the trace of :func:`squares_of_means`, from the scores' products (n, n)."""
    n, rng = len(products), np.random.default_rng(1)
    parts = [slice(k, min(k + batch, n)) for k in range(0, n, batch)]
    if batch == 1:
        return 0.0
    orders = (rng.permutation(n) for _ in range(times))
    return float(np.std([np.mean([products[np.ix_(o[s], o[s])].mean() for s in parts]) for o in orders]))


def by_confidence(
    net: Network, edges: tuple[float, ...] = (1.0, 0.1, 0.01, 0.001, 0.0)
) -> list[tuple[str, int, float, float, float]]:
    """Rows by their ε = 1 − π of the predicted label: how many, and the predicted label's square ÷ EXACT:
    measured, by the formula, and by that of two classes."""
    p, others, w = net.outputs
    epsilon = others[np.arange(len(p)), net.predicted]
    norms = np.stack([(net.scores(np.full(len(p), c)) ** 2).sum(axis=1) for c in range(p.shape[1])], axis=1)
    exact, chosen = (p * norms).sum(axis=1), norms[np.arange(len(p)), net.predicted]
    one, all_ = of_one_label(p, others, net.predicted, w), of_all_labels(p, others, w)
    found = []
    for high, low in pairwise(edges):
        here = (epsilon > low) & (epsilon <= high)
        two = (w * epsilon**2)[here].sum() / (w * epsilon * (1 - epsilon))[here].sum()
        name = f"{low:g} – {high:g}" if low else f"below {high:g}"
        found.append(
            (name, int(here.sum()), chosen[here].sum() / exact[here].sum(), one[here].sum() / all_[here].sum(), two)
        )
    return found


# --- the penalty ------------------------------------------------------------------------------------------------------


def pull(net: Network, half: bool, seed: int = 2) -> float:
    """The slope of λ Σ F d² with or without ½, by a central difference along a random line, ÷ that of our spring."""
    rng = np.random.default_rng(seed)
    d, along = 0.1 * rng.normal(size=(2, net.model.size))
    penalty = lambda at: (0.5 if half else 1.0) * float(net.exact @ at**2)  # noqa: E731
    spring = Spring(net.theta, Stiffness(net.exact))
    return (penalty(d + along) - penalty(d - along)) / 2 / float(along @ spring.gradient(net.theta + d))


def walked(curvature: float, strength: float, solves: int, moving: bool) -> float:
    """Minimise f/2 (θ − 1)² + λ(θ − a)² numerically, ``solves`` times from a = 0, moving a along or not."""
    anchor = at = 0.0
    for _ in range(solves):
        objective = lambda t, a=anchor: curvature / 2 * (t - 1) ** 2 + strength * (t - a) ** 2  # noqa: E731
        at = float(minimize_scalar(objective, (anchor, anchor + 1e-3), tol=1e-12).x)
        anchor = at if moving else 0.0
    return at


def kept_and_learned(seed: int, anchor: str, strength: float = 50.0, epochs: int = 50) -> tuple[float, float]:
    """Test accuracy on A and B after B; penalty λ Σ F d² with the predicted label on 200 rows of A.

    ``anchor`` "none", "fixed" where A ended, or "rebuilt": F and anchor taken anew at every epoch, where θ is then.
    """
    pair, rule = digits_pair(seed), SGD(0.05)
    model, a, b = pair.model, pair.a, pair.b
    theta = networks.train(model, pair.start, a.x, a.y, pair.rngs[0], epochs, optimiser=rule)
    old = np.random.default_rng(200 + seed).choice(len(a.x), 200, replace=False)
    springs: tuple[Spring, ...] = ()
    for epoch in range(epochs):
        if anchor == "rebuilt" or (anchor == "fixed" and epoch == 0):
            springs = (Spring(theta, Stiffness(2 * six_ways.argmax(model, a.x[old], theta))),)
        theta = networks.train(model, theta, b.x, b.y, pair.rngs[1], 1, springs, strength, rule)
    return model.accuracy(a.x_test, a.y_test, theta), model.accuracy(b.x_test, b.y_test, theta)


# --- the record -------------------------------------------------------------------------------------------------------

HEAD = """# One network, one letter F

Written by `python -m benchmarks.core.ways`.

EWC needs a diagonal Fisher matrix, and code that is widely read and used computes several things under that name. All of
them rank the weights in nearly the same way (see the correlations), so each can serve EWC with a λ of its own; what does
not carry over from one to another is λ. Three programs, all good to learn from:

| | read at | |
|---|---|---|
| [ewc.pytorch](https://github.com/moskomule/ewc.pytorch) | `utils.py` and `demo.ipynb` at 234e64f | its author raises the question of the label himself (issues 2 and 4) |
| [Avalanche](https://github.com/ContinualAI/avalanche) | `EWCPlugin` in avalanche-lib 0.6.0 (October 2024) | batch size: `train_mb_size`, 1 unless set (issue 1224) |
| [continual-learning](https://github.com/GMvandeVen/continual-learning) | `models/cl/continual_learner.py` at 0fa419e | all of it settings, which its author compares in arXiv:2502.11756 |

None of their code is here: `benchmarks/core/ways.py` writes each rule anew. Run once beside them on this network, the method
of the released Avalanche and the loops of the other two returned what these rules do, to 1e-14.

## What each returns

The digits network 64-64-10 after task A (40 epochs, seed 0), {n} rows, mean loss {loss:.4f}. Ratios to EXACT on all rows.
*Predicted* is the ratio of traces by the formulas below, ± the standard deviation over shuffles, draws or subsets where
the outcome depends on them. The last column is the λ that, with the penalty as written there, pulls as hard in all as
λ = 1 with EXACT and ½.

| in | rule | ratio of traces | predicted | median ratio of entries | correlation of logs | λ for λ = 1 |
|---|---|---:|---:|---:|---:|---:|
"""
FORMULAS = """
The formulas know the probabilities π, the last hidden layer a and the sizes of the batches:

- label ℓ instead of the sum over labels: Σ w ‖e_ℓ − π‖² / Σ w (1 − ‖π‖²) with w = 1 + ‖a‖². It is exact for the last layer
  of weights, whose scores are (e_ℓ − π) ⊗ (a, 1), and close for the first;
- the square of a batch's mean score: Cov/b · (n − b)/(n − 1) + s̄², averaged over the sizes of the batches: little else than
  1/b as long as the mean score s̄ is small beside its spread;
- a sum of m terms divided by the last index from 0: m/(m − 1). With `n = 500` set the loop ends one row later, and the index
  is then the number of rows.
"""
CONFIDENCE = """
## The surer, the smaller

Why the predicted label gives less: rows by ε = 1 − the probability of the predicted label. Where EXACT has 1 − ‖π‖² a row,
the predicted label has ε² + Σ π² of the others; between two classes that is ε² for ε(1 − ε), a ratio of ε/(1 − ε). Where more
than one other class shares ε it is smaller still.

| ε | rows | predicted label ÷ EXACT | formula | two classes |
|---|---:|---:|---:|---:|
"""
PENALTY = """
## The ½

Slope of the penalty along a random line, by differences, ÷ that of (λ/2) Σ F d² at the same λ and F.

| in | penalty | measured | formula |
|---|---|---:|---:|
| ewc.pytorch, Avalanche | λ Σ F d² | {without:.6f} | 2 |
| continual-learning, fisher_core | (λ/2) Σ F d² | {with_:.6f} | 1 |

## The anchor

In the demo of ewc.pytorch F and anchor are taken anew before every epoch of the new task, where the weights are then: the
penalty slows the walk but does not remember where it began. On f/2 (θ − b)² + λ(θ − a)², share of the way from a to b after K
epochs, each minimised numerically, beside 1 − (2λ/(f + 2λ))^K (renewed) and f/(f + 2λ) (kept).

| f | λ | K | renewed | formula | kept | formula |
|---:|---:|---:|---:|---:|---:|---:|
"""
DIGITS = """
On the digits, with the predicted label on 200 rows, λ = 50 without ½, 50 epochs each of SGD at 0.05; means of seeds 0 to 4
± standard error.

| anchor | A after B | B |
|---|---:|---:|
"""


def record() -> str:
    net = Network.after_a()
    lines = [HEAD.format(n=len(net.x), loss=net.model.mean_loss(net.x, net.y, net.theta))]
    for row in rows(net):
        trace, median, correlation = row.against(net.exact)
        expected = f"{row.predicted:.4g}" + (f" ± {row.error:.1g}" if row.error else "")
        lam = 1 / trace / (1 if row.half else 2)
        lines.append(
            f"| {row.where} | {row.rule} | {trace:.4g} | {expected} | {median:.3g} | {correlation:.3f} | {lam:.3g} |\n"
        )
    lines += [FORMULAS, CONFIDENCE]
    for name, count, measured, formula, two in by_confidence(net):
        lines.append(f"| {name} | {count} | {measured:.3g} | {formula:.3g} | {two:.3g} |\n")
    lines.append(PENALTY.format(without=pull(net, False), with_=pull(net, True)))
    for f, strength, k in ((1.0, 1000.0, 1), (1.0, 1000.0, 50), (1.0, 1000.0, 1000), (0.1, 10.0, 50)):
        cells = [
            walked(f, strength, k, True),
            progress(f, 2 * strength, k),
            walked(f, strength, k, False),
            progress(f, 2 * strength, k, False),
        ]
        lines.append(f"| {f:g} | {strength:g} | {k} | " + " | ".join(f"{100 * float(c):.4g} %" for c in cells) + " |\n")
    lines.append(DIGITS)
    for anchor in ("none", "fixed", "rebuilt"):
        found = np.array([kept_and_learned(seed, anchor) for seed in range(5)])
        cells = [
            f"{m:.3f} ± {s:.3f}"
            for m, s in zip(found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(5), strict=True)
        ]
        lines.append(f"| {anchor} | " + " | ".join(cells) + " |\n")
    return "".join(lines)


if __name__ == "__main__":
    text = record()
    print(text)
    (Path(__file__).parent / "WAYS.md").write_text(text, encoding="utf-8")
