"""Scenes of the other tabs of the lesson on the six ways: longer training, published strengths, the autopsy."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import historical as datasets
from fisher_studies import published, two_weights
from fisher_studies import anchors
from fisher_core.models import LogisticRegression
from fisher_studies.sure_unit import SureUnit
from fisher_studies.trained_longer import trained_longer

from ..figures import six_ways as figures, six_ways_tabs as tabs
from ..stage.scene import Check, Live, Number, Scene
from .six_ways import ATS, EPSILONS, QUESTION, RUNS, STEPS, TWO_TO_ONE, Sampled, checks, median, unit


@lru_cache(maxsize=4)
def training(number: int):
    return trained_longer(*datasets.separable_classes(), 1.0, STEPS, RUNS, np.random.default_rng(number))


def longer(v) -> Scene:
    run, w = training(v.seed), int(v.weight)
    hidden = QUESTION not in v.seen
    mean, error = (a[:, w] for a in run.mean_ratio)
    middle, empirical = run.median_ratio[:, w], (run.empirical / run.exact)[:, w]
    ratios = run.samples[..., w] / run.exact[:, None, w]
    if hidden:
        middle, ratios = np.full_like(middle, np.nan), np.full_like(ratios, np.nan)
    numbers = {k: Number(Live(a, ("t",)), f) for k, a, f in (("mean", mean, "2"), ("se", error, "g2"), ("median", middle, "g2"), ("empirical", empirical, "g2"), ("exact", run.exact[:, w], "g2"))}  # fmt: skip
    formula = {"groups": [
        [["{exact|EXACT}"], ["{exact|[exact]}"]], [["{sampled|mean of SAMPLE ∕ EXACT}"], ["{sampled|[mean] ± [se]}"]],
        [["{sampled|median ∕ EXACT}"], ["{sampled|**[median]**}"]], [["{empirical|EMPIRICAL ∕ EXACT}"], ["{empirical|[empirical]}"]],
    ]}  # fmt: skip
    x, _ = datasets.separable_classes()
    model, at = LogisticRegression(), len(STEPS) // 2
    by_labels = np.diag(two_weights.by_label_quadrature(model, x, run.theta[at]))
    return Scene(
        tabs.longer(np.array(STEPS, dtype=float), mean, error, middle, empirical, ratios, hidden), "minmax(0, 1fr) 286px", ("a b",), ["t"], numbers, formula, groups=["weight"], more=["seed"],
        checks=[Check(f"EXACT at step {STEPS[at]}", "closed form", "sum over labels", float(np.abs(run.exact[at] / by_labels - 1).max()), 1e-6)],
    )  # fmt: skip


def peaks(v) -> Scene:
    """Published λ, and where the unit's multipliers would carry EXACT's."""
    along, s = [unit(v, epsilon=e) for e in EPSILONS], Sampled(v)
    factor = np.array([unit(v, batch=b).batch_factor(v.squared) for b in ATS["b"]])
    empirical = np.array([u.multiplier("EMPIRICAL") for u in along])
    moved = {
        "SAMPLE": s.over(median, s.needed),
        "EMPIRICAL": Live(empirical, ("eps",)),
        "BATCHED": Live(empirical[:, None] / factor, ("eps", "b")),
    }
    numbers = {f"m_{way}": Number(t, "g2") for way, t in moved.items()}
    found = {r.way: r for r in published.VAN_DE_VEN}
    peak = {(w, name): getattr(found[w], name) for w in ("EXACT", *moved) for name in ("mnist_peak", "cifar_peak")}
    if QUESTION not in v.seen:  # where SAMPLE's λ lies is what is asked
        peak |= {("SAMPLE", name): (np.nan, np.nan) for name in ("mnist_peak", "cifar_peak")}
    rows = [
        [f"{{{figures.LOOKS[way][1] if way in figures.LOOKS else 'ink2'}|{figures.NAMES.get(way, way)}}}", *(x for a in (r.mnist, r.cifar) for x in (f"{a.percent:.2f} ± {a.error:.2f}", str(a.seconds)))]
        for way, r in found.items()
    ]  # fmt: skip
    formula = {"head": ["van de Ven (2025), not ours", "Split MNIST, %", "s", "Split CIFAR-10, %", "s"], "rows": rows, "align": ["left", "right", "right", "right", "right"], "wide": [2, 4], "wrap": True}  # fmt: skip
    return Scene(
        [tabs.peaks(k, title, {w: peak[w, name] for w in ("EXACT", *moved)}, moved) for k, title, name in (("a", "Split MNIST", "mnist_peak"), ("b", "Split CIFAR-10", "cifar_peak"))],
        "1fr 1fr", ("a b",), ["eps", "b"], numbers, formula, groups=["squared"], more=["N", "seed"], checks=checks(v),
    )  # fmt: skip


def autopsy(v) -> Scene:
    notes = published.AUTOPSY
    ratio = Live(np.array([SureUnit(e).multiplier("ARGMAX") for e in EPSILONS]), ("eps",))
    three = SureUnit(0.3, shares=TWO_TO_ONE)
    exact = [[u.value("EXACT") for u in (SureUnit(e), SureUnit(e).at_logit(0.5))] for e in EPSILONS]
    drift = Live(np.array([later / before for before, later in exact]), ("eps",))

    def walked_at(epochs):
        """With the anchor renewed, and kept; without its ½ the penalty has stiffness 2λ."""
        return {moving: np.array([anchors.progress(1.0, 2 * lam, epochs, moving) for lam in ATS["lam"]]) for moving in (True, False)}  # fmt: skip

    clock = np.unique(np.round(np.geomspace(1, ATS["K"][-1], 70)))
    along, marks = walked_at(clock), walked_at(ATS["K"])
    numbers = {
        "ratio": Number(ratio, "g2"), "drift": Number(drift, "g2"),
        "moving": Number(Live(100 * marks[True], ("lam", "K")), "g4"), "fixed": Number(Live(100 * marks[False], ("lam", "K")), "g4"),
        "stiff": Number(Live(2 * ATS["lam"], ("lam",)), "i"),
    }  # fmt: skip
    low, high = notes.starts
    rows = [
        ["(a)", "label: the predicted class", "all classes, each with its _p_", f"[ratio] × too small; three classes {three.value('ARGMAX'):.2f} for {three.value('EXACT'):.2f}"],
        ["(b)", "anchor and _F_ renewed every epoch", "kept from the end of A", "**[moving] %** of the way to B, not {exact|[fixed] %}"],
        ["(c)", f"{notes.inputs} inputs of all old tasks, today’s weights", "each task’s own, at its _θ_\\*", "if logits halved since, _F_ is [drift] × its value"],
        ["(d)", "two runs, two starts", "one start", f"{100 * (high - low):.1f} points before B begins ({low:g}, {high:g}, read off)"],
        ["(e)", "_λ_ Σ _F_(_θ_ − _θ_\\*)^{2}", "½ in front", "stiffness [stiff] where _λ_ = [lam:i]"],
    ]  # fmt: skip
    formula = {"head": ["", "as found", "repaired", "what it does"], "rows": rows, "align": ["left"] * 4, "wrap": True}
    ends = [
        anchors.progress(1.0, 2 * v.lam, notes.epochs),
        anchors.re_anchored(1.0, 1.0, 0.0, 2 * v.lam, notes.epochs)[-1],
    ]
    unit_checks = [c for c in checks(v) if c.quantity in ("EXACT", "ARGMAX")]
    return Scene(
        [tabs.too_small(np.array(EPSILONS), np.asarray(ratio.values)), tabs.moving_anchor(clock, along, marks, ATS["K"], int(np.searchsorted(ATS["lam"], v.lam)))],
        "1fr 1fr", ("a b",), ["eps", "K", "lam"], numbers, formula,
        checks=[*unit_checks, Check(f"progress in {notes.epochs} epochs", "closed form", "solve after solve", float(abs(ends[0] / ends[1] - 1)), 1e-9)],
    )  # fmt: skip
