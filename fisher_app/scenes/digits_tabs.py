"""The other tabs of the lesson on a real network: fair comparison, overlap by layer, weight noise, more permutations."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import digits as images
from fisher_core.continual import fisher_overlap, overlap_by_layer
from fisher_studies import network_sweeps, weight_noise
from fisher_core.models import MLP

from ..figures import digits_tabs as figures
from ..stage.scene import Check, Live, Number, Scene
from . import digits, digits_data
from .digits_data import runs

METHODS = ("l2", "exact", "sampled", "empirical")
TARGETS, WIDTHS, LENGTHS = (digits.CONTROL[k].nodes for k in ("target", "width", "length"))


# ---- fronts
def fronts(v) -> Scene:
    r, e = runs(), digits.training_of(v)
    covered = [m for m in METHODS if digits.hidden(v, m).any()]
    compared = compare(v.epochs, v.samples)
    cover = {m: np.nan if m in covered else 1.0 for m in compared}
    matched = {m: figures.Matched(t.mean * cover[m], t.gap * cover[m]) for m, t in compared.items()}
    curves = {m: r.end[:, e, digits.column(m, v.samples), 1:].mean(axis=0) * cover[m] for m in METHODS}
    none, joint = r.end[:, e, 0, 0].mean(axis=0), r.joint[:, e, -1].mean(axis=0)
    numbers = {}
    for m, t in matched.items():
        for k, i in (("A", 0), ("B", 1)):
            numbers[f"{m}_m{k}"] = Number(Live(t.mean[:, i], ("target",)), "3")
        numbers[f"{m}_gap"], numbers[f"{m}_half"] = (Number(Live(t.gap[:, i], ("target",)), form) for i, form in ((0, "+3"), (1, "3")))
    views = [figures.fronts(curves, matched, TARGETS, none, joint, len(r.seeds), 0.25 if v.epochs == "10" else 0.5), figures.paired(METHODS, covered, TARGETS, matched, len(r.seeds))]
    return Scene(
        views, figures.SIDE, ("a b",), ["target"], numbers, figures.matched_table(METHODS), groups=["epochs"], more=["samples"], checks=[bootstrap(v.epochs)],
    )  # fmt: skip


@lru_cache(maxsize=12)
def compare(epochs: str, samples: str) -> dict[str, figures.Matched]:
    """Every method at matched accuracy on B, for every target; gaps in A to exact EWC, paired by seed."""
    r = runs()
    e = int(np.flatnonzero(r.epochs_a == int(epochs))[0])
    ends = {m: [r.matched(e, digits.column(m, samples), t) for t in TARGETS] for m in METHODS}
    ends["none"], ends["joint"] = [r.end[:, e, 0, 0]] * len(TARGETS), [r.joint[:, e, -1]] * len(TARGETS)
    found = {}
    for m, tables in ends.items():
        gaps = [network_sweeps.paired(t[:, 0], x[:, 0]) for t, x in zip(tables, ends["exact"], strict=True)]
        found[m] = figures.Matched(np.array([t.mean(axis=0) for t in tables]), np.array(gaps))
    return found


@lru_cache(maxsize=3)
def bootstrap(epochs: str) -> Check:
    """Student's interval of EWC − L2 at 0.93 on B beside one from resampled seeds."""
    r = runs()
    e = int(np.flatnonzero(r.epochs_a == int(epochs))[0])
    gap = r.matched(e, digits.column("exact", "1200"), 0.93)[:, 0] - r.matched(e, digits.column("l2", "1200"), 0.93)[:, 0]
    drawn = np.random.default_rng(0).choice(gap, (4000, len(gap))).mean(axis=1)
    student = network_sweeps.paired(gap, np.zeros_like(gap))
    half = float(np.subtract(*np.quantile(drawn, [0.975, 0.025])) / 2)
    return Check("interval of EWC − L2", "Student’s t", "resampled seeds", abs(half - student.half_width), 0.4 * student.half_width)


# ---- overlap
def overlap(v) -> Scene:
    d = digits_data.tabs()
    table, accuracy = d["overlap"], d["overlap_accuracy"].mean(axis=0)
    numbers = {f"o{k + 1}": Number(Live(table.mean(axis=0)[:, k], ("width",)), "2") for k in range(table.shape[2])}
    numbers |= {f"o{k}": Number(Live(accuracy[:, i], ("width",)), "2") for i, k in enumerate("AB")}
    formula = {"groups": [
        [["overlap = Σ √(_f_~{A,i} _f_~{B,i}),  _f_ = _F_~{ii} ∕ trace, layer by layer"], ["first layer {exact|**[o1]**}, fourth {exact|**[o4]**}, output {exact|**[o7]**}"]],
    ]}  # fmt: skip
    return Scene(
        [figures.overlap(WIDTHS.astype(int), table), figures.square(WIDTHS.astype(int)), figures.overlap_numbers(accuracy[int(np.abs(WIDTHS - v.width).argmin())])], "minmax(0, 1fr) 250px", ("a b", "a c"), ["width"], numbers, formula, checks=overlap_checks(),
    )  # fmt: skip


@lru_cache(maxsize=1)
def overlap_checks() -> list[Check]:
    """Diagonals against matrices; and against ½ the squared distance of their roots."""
    model, rng = MLP((64, 4, 10), "relu"), np.random.default_rng(1)
    a = images.task()
    theta = model.initial(rng)
    x, y = a.x[:40], a.x[:40, rng.permutation(64)]
    one, two = model.fisher_diagonal(x, theta), model.fisher_diagonal(y, theta)
    layers = model.layer_slices()
    by_layer = overlap_by_layer(one, two, layers)
    by_matrix = [fisher_overlap(np.diag(one[s]), np.diag(two[s])) for s in layers]
    by_distance = [1 - 0.5 * ((np.sqrt(one[s] / one[s].sum()) - np.sqrt(two[s] / two[s].sum())) ** 2).sum() for s in layers]
    return [
        Check("overlap", "sum over a diagonal", "square roots of matrices", float(np.abs(by_layer - by_matrix).max()), 1e-7),
        Check("overlap", "sum over a diagonal", "1 − distance² of the roots", float(np.abs(by_layer - by_distance).max()), 1e-10),
        Check("(4,1,0,0) and (0,1,3,0)", "overlap", "0.223607", abs(fisher_overlap([4.0, 1, 0, 0], [0.0, 1, 3, 0]) - 0.05**0.5), 1e-12),
    ]


# ---- weight noise
def noise(v) -> Scene:
    d = digits_data.tabs()
    table = d["noise"]
    mean = table.mean(axis=0)
    numbers = {f"{name}{k}": Number(Live(mean[k, :, i], ("length",)), "g2") for k in range(3) for i, name in enumerate("nfd")}
    numbers["norm"], numbers["null"] = Number(float(d["noise_norm"].mean()), "1"), Number(float(d["noise_null"].mean()), "i")
    views = [figures.noise(d["noise_lengths"], table, float(d["noise_norm"].mean())), figures.believed(d["noise_lengths"], table)]
    return Scene(views, figures.SIDE, ("a b",), ["length"], numbers, figures.noise_table(), checks=noise_checks())


@lru_cache(maxsize=1)
def noise_checks() -> list[Check]:
    """KL by its definition, and the quadratic form by the whole matrix, on a net 64-4-10."""
    model, rng = MLP((64, 4, 10), "relu"), np.random.default_rng(2)
    x, theta = images.task().x[:80], model.initial(rng)
    delta = 0.05 * rng.normal(size=model.size)
    p = model.probabilities(x, theta)[0]
    ratio = [model.log_prob(x, np.full(80, c), theta) - model.log_prob(x, np.full(80, c), theta + delta) for c in range(10)]
    naive = float((p * np.stack(ratio, axis=1)).sum(axis=1).mean())
    kl = weight_noise.mean_kl(model, x, theta, delta)
    full, _ = weight_noise.foreseen(model, x, theta, delta)
    form = 0.5 * delta @ model.fisher(x, theta) @ delta
    return [
        Check("KL", "carried change of logits", "two passes", abs(kl - naive) / kl, 1e-9),
        Check("½ΔᵀFΔ", "product", "whole matrix", abs(full - form) / form, 1e-11),
    ]


# ---- more permutations
@lru_cache(maxsize=1)
def courses() -> dict[str, np.ndarray]:
    """Test accuracy on task j after task i, (seeds, 5, 5), at each seed's λ chosen on validation rows."""
    d = digits_data.tabs()
    made = {"joint": d["joint"], "none": d["none_test"][:, 0]}
    for m in ("l2", "ewc"):
        best = d[f"{m}_validation"][:, :, -1].mean(axis=-1).argmax(axis=1)
        made[m] = d[f"{m}_test"][np.arange(len(best)), best]
    return made


def more(v) -> Scene:
    tables = courses()
    so_far = np.tril(np.ones((5, 5)))
    means = {m: (t * so_far).sum(axis=-1) / so_far.sum(axis=-1) for m, t in tables.items()}
    shown = {m: np.where(so_far > 0, t, np.nan) for m, t in tables.items()}
    numbers = {}
    for m in figures.ORDER:
        gaps = np.array([network_sweeps.paired(means["ewc"][:, k], means[m][:, k]) for k in range(5)])
        numbers[f"m_{m}"] = Number(Live(means[m].mean(axis=0), ("after",)), "3")
        numbers[f"s_{m}"] = Number(Live(means[m].std(axis=0, ddof=1), ("after",)), "3")
        numbers[f"a_{m}"] = Number(Live(tables[m].mean(axis=0)[:, 0], ("after",)), "3")
        numbers[f"g_{m}"], numbers[f"h_{m}"] = (Number(Live(gaps[:, i], ("after",)), form) for i, form in ((0, "+3"), (1, "3")))
    return Scene([figures.seen(means), figures.each(shown)], figures.SIDE, ("a b",), ["after"], numbers, figures.more_table(), checks=[same_as_stored()])


@lru_cache(maxsize=1)
def same_as_stored() -> Check:
    """After the first task every method stands at the same net: the recipe's, which the first tab stores apart."""
    r, tables = runs(), courses()
    count = min(len(r.seeds), len(tables["none"]))
    first = np.array([tables[m][:count, 0, 0] for m in figures.ORDER])
    return Check("accuracy after A", "sequence of five", "runs of the first tab", float(np.abs(first - r.learning[:count, list(r.learning_epochs).index(40), 0]).max()), 1.5 / digits_data.TEST_ROWS)
