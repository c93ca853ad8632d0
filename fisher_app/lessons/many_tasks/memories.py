"""What the tabs share: three ways to remember and how they look, the number of tasks, the decay, the task followed."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from fisher_app.controls import Choice, Slider
from fisher_app.stage.marks import Curve, Mark, Points, named
from fisher_app.stage.tables import Data

MEMORIES = ("separate", "single", "online")  # in the order of drawing
STYLES = {
    "full": {"single": "exact", "separate": "separate", "online": "online"},
    "diagonal": {"single": "diagonal", "separate": "diagonal-separate", "online": "diagonal-online"},
}
TOKENS = {"full": "exact", "diagonal": "diagonal"}
MOST = 20  # tasks
ASKED = {"tab": "plane", "T": 10.0, "gamma": 1.0, "show": "all", "kind": "full", "order": "abc", "bent": False}

tasks = Slider("T", "Equal tasks _T_", 2, MOST, 1, 10, format="i")
gamma = Slider("gamma", "Decay _γ_ of online EWC", 0, 1, 0.05, 1.0)
followed = Slider("k", "Task followed _k_", 1, MOST, 1, 1, format="i", local=True)
show = Choice("show", "Penalty", {"all": "all", "single": "single", "separate": "separate", "online": "online"}, "all")

COUNTS, GAMMAS, TASK = tasks.nodes.astype(int), gamma.nodes, np.arange(1.0, MOST + 1)
BELOW_ONE = {"gamma": [float(g) for g in GAMMAS if g < 1]}  # where online EWC leaves the single spring


def shown(v: SimpleNamespace) -> tuple[str, ...]:
    return MEMORIES if v.show == "all" else (v.show,)


def over(memory: str, *controls: str) -> tuple[str, ...]:
    """What a table of this memory runs over."""
    return ("gamma", *controls) if memory == "online" else controls


def at(memory: str, values, v: SimpleNamespace):
    """The entry of a table over (γ of "online",) T at the present values."""
    row = round(v.T) - int(COUNTS[0])
    return values[np.abs(GAMMAS - v.gamma).argmin(), row] if memory == "online" else values[row]


def apart(v: SimpleNamespace, memory: str, mark: Mark) -> Mark:
    """Online EWC is drawn where it is not the single spring, unless it stands alone."""
    return mark.where(BELOW_ONE) if memory == "online" and "single" in shown(v) else mark


def lines(
    v: SimpleNamespace,
    x: Data,
    y: Mapping[str, Data],
    kind: str = "full",
    names: Mapping[str, str] | None = None,
    **look,
) -> list[Mark]:
    """For every memory shown a line through its marks, with its name where ``names`` says on which side."""
    layers = []
    for memory in shown(v):
        if memory in y:
            line = Curve(x, y[memory], STYLES[kind][memory], **look)
            if names and memory in names:
                line = named(line, memory, names[memory], weight=600)
            dots = Points(x, y[memory], STYLES[kind][memory], size=3.5, casing=False, edge=False)
            layers += [apart(v, memory, line), apart(v, memory, dots)]
    return layers


def columns(x: Data, below: float) -> Mark:
    """Nothing to see, something to click: a column of the view follows its task."""
    return Points(x, np.full(MOST, below), "data", alpha=0, pick="k", column=True, casing=False, base=1)


def ceiling(highest: float) -> float:
    """The round number at or above ``highest``: where an axis ends that is to hold it."""
    power = 10.0 ** np.floor(np.log10(highest))
    return next(float(m * power) for m in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * power >= highest * (1 - 1e-9))
