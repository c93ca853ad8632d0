"""What three well-known ways to compute "the Fisher" for EWC return on one network, and why.  Writes WAYS.md.

    PYTHONPATH=. python -m benchmarks.core.ways

The network is that of the digits lesson after task A. The rules (:mod:`benchmarks.core.fisher_rules`) were read in public
code and are written anew from their formulas; none of that code is here. Every ratio is measured, and beside it stands
what a formula says that knows only the network's probabilities, its last hidden layer and the sizes of the batches.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fisher_studies.anchors import progress

from .fisher_penalties import after_b, kept_and_learned, pull, walked
from .ways_on_digits import Network, by_confidence, rows

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
Of ours, `six_ways.argmax` returns the second line, `six_ways.batched` those of Avalanche (a short last batch left out), and
`exact`, `sample` and `empirical` those of continual-learning but for the factors n/(n − 1).

The formulas know the probabilities π, the last hidden layer a and the sizes of the batches:

- label ℓ instead of the sum over labels: Σ w ‖e_ℓ − π‖² / Σ w (1 − ‖π‖²) with w = 1 + ‖a‖². It is exact for the last layer
  of weights, whose scores are (e_ℓ − π) ⊗ (a, 1), and close for the first;
- the square of a batch's mean score: Cov/b · (n − b)/(n − 1) + s̄², averaged over the sizes of the batches: little else than
  1/b as long as the mean score s̄ is small beside its spread;
- a sum of m terms divided by the last index from 0: m/(m − 1). With `n = 500` set the loop ends one row later, and the index
  is then the number of rows.
"""
CARRIED = """
## λ does not carry over

Task B after A, 40 epochs of Adam, seeds 0 to 4: test accuracy on A and on B, mean ± standard error. On the left λ = {lam:g} for
all, with the penalty as written there; on the right the λ that pulls as hard in all as {lam:g} does with EXACT and ½: {lam:g}
times the last column above, found anew for each seed.

| in | rule | A, λ = {lam:g} | B | A, λ that matches | B |
|---|---|---:|---:|---:|---:|
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


def carried_over(strength: float = 100.0, seeds: int = 5, rules: tuple[int, ...] = (0, 1, 3, 5, 6, 9)) -> list[str]:
    """B learned with some of the rows' matrices, at one λ and at the λ that matches each."""
    ends: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    for seed in range(seeds):
        net = Network.after_a(seed)
        made = rows(net)
        for row in (made[k] for k in rules):
            written = row.value * (1 if row.half else 2)
            ends.setdefault((row.where, row.rule), []).append(
                after_b(net.theta, written, strength, seed)
                + after_b(net.theta, written, strength * net.exact.sum() / written.sum(), seed)
            )
    lines = [CARRIED.format(lam=strength)]
    for (where, rule), found in ends.items():
        mean, error = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(seeds)
        lines.append(
            f"| {where} | {rule} | "
            + " | ".join(f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, error, strict=True))
            + " |\n"
        )
    return lines


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
    lines += [FORMULAS, *carried_over(), CONFIDENCE]
    for name, count, measured, formula, two in by_confidence(net):
        lines.append(f"| {name} | {count} | {measured:.3g} | {formula:.3g} | {two:.3g} |\n")
    lines.append(PENALTY.format(without=pull(net.exact, False), with_=pull(net.exact, True)))
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
