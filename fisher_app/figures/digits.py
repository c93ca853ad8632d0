"""Figures of the lesson on a real network: accuracy against λ, one training run, and the first layer as tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import (
    Axis, Layer, Live, View, curve, guesses, handle, label, points, region, rule, tiles, veil,
)  # fmt: skip

COLUMNS, AREAS = "minmax(0, 1fr) 296px", ("a t", "b f", "player player")
STYLE = {"none": "none", "l2": "identity", "exact": "exact", "sampled": "sampled", "empirical": "empirical"}
TOKEN = {"none": "theta", "l2": "identity", "exact": "exact", "sampled": "sampled", "empirical": "empirical"}
NAME = {"none": "no penalty", "l2": "L2", "exact": "EWC, exact _F_", "sampled": "EWC, sampled _F_", "empirical": "EWC, empirical _F_"}
SHORT = {"none": "none", "l2": "L2", "exact": "exact", "sampled": "sampled", "empirical": "empirical"}
DECADES = [(10.0**k, f"10^{{{str(k).replace('-', '−')}}}" if k else "1") for k in range(-3, 7, 1)]
STIFF = (-5.0, 1.0)  # decades of λS that the tiles resolve
FURTHEST = 0.42  # a way of the weights that has the full colour


@dataclass(frozen=True, eq=False)
class Band:
    """Accuracy of one method over λ: mean and standard deviation over seeds, (λ, 2) each; nan where hidden."""

    mean: Array
    spread: Array


def share(value: float) -> str:
    return f"{value:.1f}"


def sweep(id: str, task: int, strengths: Array, bands: Mapping[str, Band], shown: Sequence[str], none: float, joint: float, *, caption: str,
          lo: float, height: int, live: Array | None, one: bool, hidden: bool, picks: Mapping[str, float], question: str | None = None) -> View:  # fmt: skip
    """Accuracy on A (``task`` 0) or B (1) after B, against λ; ``shown`` methods have their spread over seeds as a band.

    ``picks``: the λ of every method that was chosen on validation rows (or, of one seed, on its test rows)."""
    first = id == "a"
    layers: list[Layer] = []
    for m in shown:
        if m in bands and not one:
            mean, spread = bands[m].mean[:, task], bands[m].spread[:, task]
            known = np.isfinite(mean)
            x, low, high = strengths[known], (mean - spread)[known], np.minimum(1.0, mean + spread)[known]
            if known.any():
                layers.append(region(np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]]), TOKEN[m], alpha=0.16))
    layers += [rule(y=none, token="theta", width=1.25), rule(y=joint, token="ink3", width=1.25, dash="short"), rule(x=Live(strengths, ("lam",)), token="axis")]
    for m, band in bands.items():
        thick = m in shown
        layers.append(curve(strengths, band.mean[:, task], STYLE[m], width=None if thick else 1.25, alpha=None if thick else 0.75))
        layers.append(points(Live(strengths, ("lam",)), Live(band.mean[:, task], ("lam",)), STYLE[m], size=4.5 if thick else 3.5, edge=False))
        if first and m in shown:
            layers += name(m, strengths, band.mean[:, task])
    layers.append(label(1.3e6, joint, "joint" if first else "", dy=-6, align="right", token="ink3"))
    layers.append(label(1.3e6, none, "none", dy=-6, align="right", token="theta"))
    if first:
        layers += [rule(x=x, token=TOKEN[m], width=3, start=lo, end=lo + 0.035) for m, x in picks.items() if np.isfinite(x)]
    if live is not None:
        layers += [points(strengths, live[:, task], "theta", size=2.6, edge=False, hollow=True), label(1.1e-3, 1.0, "rings: this seed, just now" if first else "", dy=1, token="ink2")]
    if hidden and first:
        layers.append(label(1.3e6, lo, "empirical: hidden until you commit", dy=-8, align="right", token="ink3"))
    if question and first:
        layers.append(guesses(question))
    layers.append(handle(x="lam", invisible=True) if first else handle(x="lam", text="_λ_ = [lam]"))
    who = "of one seed" if one else "mean over seeds"
    ys = [v for v in (0.2, 0.4, 0.6, 0.8, 1.0) if v >= lo]
    columns = [strengths, *(band.mean[:, task] for band in bands.values()), *(band.spread[:, task] for band in bands.values())]
    letter = "AB"[task]
    return View(
        id, caption, Axis(7e-4, 1.5e6, "", [] if first else DECADES, log=True),
        Axis(lo, 1.02, "", [(v, share(v)) for v in ys]), layers,
        f"Test accuracy on task {letter} after learning B, {who}, against the strength of the penalty, one curve per method",
        f"At λ = [lam], accuracy on {letter}: no penalty [none_{letter}], " + ", ".join(f"{SHORT[m]} [{m}_{letter}]" for m in bands) + ".",
        table=(["lambda", *(f"{m}, mean" for m in bands), *(f"{m}, SD over seeds" for m in bands)], columns),
        height=height, phone=max(190, height), pad=(34, 6, 8, 8 if first else 36),
    )  # fmt: skip


def name(m: str, strengths: Array, mean: Array) -> list[Layer]:
    """The method's name where its curve climbs fastest, on the side that is free there."""
    known = np.flatnonzero(np.isfinite(mean))
    if len(known) < 4:
        return []
    half = (mean[known].min() + mean[known].max()) / 2
    at = int(known[np.argmax(mean[known] >= half)])
    left = m in ("l2", "exact")
    return [label(float(strengths[at]), float(mean[at]), f"{{{TOKEN[m]}|{SHORT[m]}}}", dx=-9 if left else 10, dy=-5 if left else 14, align="right" if left else "left", token=TOKEN[m], weight=600)]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Training:
    """One seed's way through B, epoch by epoch: accuracies (λ, 41, 2), and those without a penalty, (41, 2)."""

    trace: Array | None
    none: Array | None
    seed: int
    hidden: bool


def training(method: str, t: Training, height: int) -> View:
    """V3: the player. Accuracy on A falls while that on B rises."""
    epochs = np.arange(41.0)
    layers: list[Layer] = [rule(x=Live(epochs, ("step",)), token="axis")]
    sentence = f"Seed {t.seed} at epoch [step] of B: accuracy on A [here_A], on B [here_B]."
    if t.hidden:
        layers.append(veil(["hidden until", "you commit"]))
    elif t.trace is None:
        layers.append(veil([f"seed {t.seed} is not stored:", "press “Run live”"]))
        sentence = f"Seed {t.seed} has no stored run; epoch [step]."
    else:
        if t.none is not None and method != "none":
            layers += [curve(epochs, t.none[:, 0], "none", upto="step", alpha=0.8), label(40, float(t.none[-1, 0]), "A, no penalty", dy=16, align="right", token="ink2")]
        on_a, on_b = (Live(t.trace[:, :, k], ("lam",)) for k in (0, 1))
        layers += [
            curve(epochs, on_b, STYLE[method], upto="step", width=1.5, dash="short"), curve(epochs, on_a, STYLE[method], upto="step", width=2.75),
            points(Live(epochs, ("step",)), Live(t.trace[:, :, 0], ("lam", "step")), STYLE[method], size=4.5), points(Live(epochs, ("step",)), Live(t.trace[:, :, 1], ("lam", "step")), STYLE[method], size=3.5),
            label(2.0, Live(t.trace[:, 2, 0], ("lam",)), f"{{{TOKEN[method]}|A}}", dx=3, dy=-8, token=TOKEN[method], weight=600),
            label(1.0, Live(t.trace[:, 1, 1], ("lam",)), f"{{{TOKEN[method]}|B}}", dx=9, dy=12, token=TOKEN[method]),
        ]  # fmt: skip
    trace = np.full((41, 2), np.nan) if t.trace is None or t.hidden else t.trace[len(t.trace) // 2]
    return View(
        "t", f"**Learning B,** seed {t.seed}, {{{TOKEN[method] if method != 'none' else 'ink'}|{NAME[method]}}}", Axis(0, 41, "epoch of B", [(k, str(k)) for k in (0, 10, 20, 30, 40)]),
        Axis(0, 1.04, "", [(v, share(v)) for v in (0.0, 0.5, 1.0)]), layers,
        "Test accuracy on A and B of one seed, epoch by epoch while B is learned; the player moves along it", sentence,
        table=(["epoch", "accuracy on A", "accuracy on B"], [epochs, trace[:, 0], trace[:, 1]]),
        height=height, phone=200, pad=(34, 6, 8, 40), small=True,
    )  # fmt: skip


def first_layer(method: str, strengths: Array, stiffness: Array | None, moves: Array | None, whose: str, height: int, hidden: bool) -> View:
    """V2: the 64 weights at each pixel. Left how stiffly λS holds them, right how far learning B moved them."""
    layers: list[Layer] = []
    for x0, what in ((0.0, "held: _λS_"), (9.2, "moved by B")):
        layers += [tiles(x0, x0 + 8, 0.0, 8.0, np.zeros(64), 8, "ink3", outline="axis"), label(x0 + 4, 8.0, what, dy=-7, align="center", token="ink2")]
    table = [np.arange(64), *(np.full(64, np.nan) if a is None else (a if a.ndim == 1 else a[len(a) // 2, -1]) for a in (stiffness, moves))]
    if hidden:
        layers.append(veil(["hidden until you commit"]))
    else:
        if stiffness is not None and method != "none":
            with np.errstate(divide="ignore"):
                shade = (np.log10(np.maximum(np.outer(strengths, stiffness), 1e-300)) - STIFF[0]) / (STIFF[1] - STIFF[0])
            layers.append(tiles(0.0, 8.0, 0.0, 8.0, Live(np.clip(shade, 0, 1), ("lam",)), 8, TOKEN[method]))
        if moves is not None:
            layers.append(tiles(9.2, 17.2, 0.0, 8.0, Live(np.clip(moves / FURTHEST, 0, 1), ("lam", "step"), (1, 8)), 8, "theta"))
    return View(
        "f", f"**First layer by pixel,** {whose}", Axis(0, 17.2, "", [], line=False), Axis(0, 8), layers,
        "The 8 by 8 pixels twice: how stiffly the penalty holds their weights (log scale), and how far learning B moved them",
        "Trace of the penalty's matrix [total]. Dark left: stiff; dark right: moved. λ = [lam], epoch [step].",
        table=(["pixel", "stiffness S, mean over units", "move, root mean square"], table), height=height, phone=170, pad=(4, 22, 4, 4), equal=True, small=True,
    )  # fmt: skip


def key(methods: Sequence[str], one: bool) -> dict:
    """Numbers of every method at this λ; of one seed also at the λ that its test rows like best."""
    head: list = [""]
    rows = [["accuracy on A"], ["accuracy on B"], *([["best _λ_ on test rows: A, B"]] if one else [])]
    for m in ("none", *methods):
        head.append({"glyph": STYLE[m], "text": f"{{{'ink' if m == 'none' else TOKEN[m]}|{SHORT[m]}}}"})
        rows[0].append(f"**[{m}_A]**" + ("" if one else f" {{ink3|± [{m}_sdA]}}"))
        rows[1].append(f"[{m}_B]")
        if one:
            rows[2].append("–" if m == "none" else f"[{m}_pick]: [{m}_pickA], [{m}_pickB]")
    head.append("{ink2|joint}")
    rows[0].append("[joint_A]")
    rows[1].append("[joint_B]")
    if one:
        rows[2].append("–")
    return {"head": head, "rows": rows, "align": ["left", *["right"] * (len(methods) + 2)]}
