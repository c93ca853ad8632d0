"""The lesson on data, labels and actions: its controls, its three machines, and the program of each tab.

The first figure is in ``recipe_machines`` (its clouds of scores in ``recipe_clouds``), the tabs on policies are in
``recipe_policy``, those on classifiers and networks in ``recipe_models``; words are in ``pages/recipe.py``, drawing in
``fisher_app/figures/recipe*.py``.
"""

from __future__ import annotations

import numpy as np

from fisher_core import FAMILIES
from fisher_core.models import LogisticRegression, SoftmaxPolicy

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..stage.scene import Cross, Live

POLICY, ARMS = SoftmaxPolicy(3), np.array([1.0, 0.5, 0.0])  # the rewards
RARE = (0.01, 0.09)  # π₁, π₂ of the start
NORMAL, LOGISTIC = FAMILIES["normal"], LogisticRegression()
INPUTS = np.arange(-3.0, 4.0)
FEATURES = np.column_stack([np.ones(7), INPUTS])
TIMES = np.concatenate([[0.0], np.geomspace(0.05, 1000, 120)])
Z = np.linspace(-2.4, 2.4, 17)  # outputs of the Normal, in units of σ from μ

controls = [
    Slider("p1", "Best arm _π_~{1}, at the start", 0.002, 0.45, 0, RARE[0], format="g2", at=(0.002, 0.003, 0.005, 0.007, 0.01, 0.014, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12, 0.15, 0.18, 0.21, 0.25, 0.29, 0.33, 0.36, 0.4, 0.42, 0.45)),
    Slider("p2", "Middle arm _π_~{2}, at the start", 0.01, 0.5, 0, RARE[1], format="g2", at=(0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.09, 0.12, 0.14, 0.17, 0.2, 0.24, 0.27, 0.31, 0.35, 0.39, 0.42, 0.46, 0.5)),
    Choice("machine", "Machine", {"generative": "data", "supervised": "labels", "policy": "actions"}, "policy"),
    Choice("labels", "Labels", {"data": "given", "flipped": "flipped", "model": "drawn"}, "data"),
    Slider("b", "Intercept _b_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("w", "Slope _w_", 0, 4, 0.1, 1.0, format="1"),
    Slider("mu", "Mean _μ_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("sigma", "Standard deviation _σ_", 0.7, 2, 0.05, 1.0),
    Toggle("damp", "damp _F_ + _εI_"),
    Slider("eps", "Damping _ε_", 1e-4, 1, 0.25, 0.1, format="g2", log=True),
    Slider("step", "Step", 0, 120, 1, 120.0, format="i", local=True),
    Slider("ia", "Action ringed", 0, 2, 1, 1, format="i", local=True),
    Slider("ix", "Label ringed", 0, 13, 1, 11, format="i", local=True),
    Slider("ig", "Output ringed", 0, 16, 1, 12, format="i", local=True),
    Slider("c", "KL radius _c_, nats", 0.001, 0.05, 0, 0.01, format="g2", at=(0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05)),
    Slider("scale", "Rewards times", 1, 10, 1, 1.0, format="i"),
    Toggle("weighted", "take rewards into _F_"),
    Slider("baseline", "Baseline _β_~{0}", -1, 11, 0.1, 0.0, format="1"),
    Slider("offset", "Added to all rewards", 0, 10, 0.5, 0.0, format="1"),
    Toggle("logs", "actions from uniform logs"),
    seed(),
    Slider("p0", "Better arm at the start _p_~{0}", 0.001, 0.5, 0, 0.01, format="g2", at=(0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)),
    Slider("beta", "Price of information _β_", 0.05, 5, 0.0625, 0.2, format="g2", at=tuple(float(f"{1 / t:.6g}") for t in (20, 16, 13, 10, 8, 7, 6, 5, 4, 3.5, 3, 2.5, 2, 1.6, 1.3, 1, 0.8, 0.6, 0.4, 0.3, 0.2))),
    Slider("l1", "First logit _θ_~{1}", -4, 2, 0.1, -2.0, format="+1"),
    Slider("l2", "Second logit _θ_~{2}", -4, 2, 0.1, 0.0, format="+1"),
    Slider("shift", "Same number added to all logits", -2, 2, 0.1, 0.0, format="+1"),
    Slider("race", "Data set", 0, 199, 1, 3, format="i"),
    Slider("gap", "Weights _θ_ times", 0.2, 2, 0.05, 1.0),
]  # fmt: skip
CONTROL = {c.key: c for c in controls}
NODES = {k: c.nodes for k, c in CONTROL.items() if isinstance(c, Slider)}


def start(p1: float, p2: float) -> np.ndarray:
    """Logits of (π₁, π₂, the rest)."""
    return POLICY.logits([p1, p2, 1 - p1 - p2])


def committed(v) -> bool:
    """Whether the reader may see where the plain gradient goes."""
    return "arm" in v.seen


def rest(now, table: Live) -> Cross:
    """An exact array at rest, a coarser table while the hand moves."""
    return Cross((Live(np.atleast_1d(now), ()), table))


def program(v) -> str:
    render = snippets.render
    if v.tab == "machines" and v.machine == "policy":
        return render("recipe_flow", p=(v.p1, v.p2), damping=v.eps if v.damp else 0.0)
    if v.tab == "machines":
        return render("recipe", p=(v.p1, v.p2), theta=(v.b, v.w), labels=v.labels, seed=v.seed, normal=(v.mu, v.sigma))
    values = {
        "kl": {"c": v.c, "scale": v.scale},
        "noise": {"baseline": v.baseline, "offset": v.offset, "logs": v.logs, "seed": v.seed},
        "speed": {"p0": v.p0},
        "newton": {"chosen": int(v.race)},
        "gauss": {"factor": v.gap},
        "null": {"shift": v.shift},
        "inference": {"beta": v.beta},
        "corridor": {"theta": (v.l1, v.l2)},
    }
    return render(f"recipe_{v.tab}", **values[v.tab])
