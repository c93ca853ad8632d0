"""The controls of the capacity lesson, and what the core says at the point where they stand.

Everything is exact for the present number of synapses. A table per control runs through the present point, so that any
one of them can be dragged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from fisher_studies import capacity

from ..controls import Choice, Slider, Toggle, seed
from ..figures.capacity import END, START
from ..stage.scene import Cross, Live

SYNAPSES = (*(50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000),)  # fmt: skip
THRESHOLDS = (0.75, *(round(0.1 * k, 1) for k in range(8, 31)))
RATES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
LONGEST = 2  # patterns per synapse that are learned: beyond the drawn ones, so that every crossing has a place
BIN = 0.03  # patterns per synapse that one bar stands for

controls = [
    Slider("load", "Patterns per synapse _t_ ∕ _n_", START, END, 0.01, 0.5),
    Slider("n", "Synapses _n_", SYNAPSES[0], SYNAPSES[-1], 1, 1000, format="i", at=SYNAPSES),
    Slider("thr", "Threshold", THRESHOLDS[0], THRESHOLDS[-1], 0.1, 1.0, at=THRESHOLDS),
    Slider("c", "Constant rate _c_", RATES[0], RATES[-1], 0.1, 0.2, at=RATES),
    Choice("method", "Rule", {"gd": "GD", "ewc": "EWC", "rate": "constant rate _c_"}, "gd"),
    Toggle("own", "each pattern against its own noise"),
    Choice("runs", "Simulate", {"0": "no", "100": "100 runs", "400": "400 runs"}, "0"),
    seed(),
    Slider("i", "Bar followed", 0, round(END / BIN) - 1, 1, 8, format="i", local=True),
]
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
EDGES = BIN * np.arange(len(NODES["i"]) + 1)
CURVE = np.geomspace(START, END, 100)


class Point(NamedTuple):
    """``load`` and ``thr`` may be arrays over their nodes; ``n`` and ``c`` are one number each."""

    load: float | np.ndarray
    n: float
    thr: float | np.ndarray
    c: float

    @property
    def t(self) -> np.ndarray:
        return patterns(self.load, self.n)


Quantity = Callable[[Point], np.ndarray]


def here(v) -> Point:
    return Point(v.load, v.n, v.thr, v.c)


def patterns(load, n) -> np.ndarray:
    return np.maximum(1, np.rint(np.asarray(load) * n)).astype(int)


@lru_cache(maxsize=160)
def learned(rule: str, n: float, c: float = 1.0) -> capacity.Memory:
    return capacity.memory(rule, round(n), round(LONGEST * n), c)


def memory(rule: str, p: Point) -> capacity.Memory:
    return learned(rule, p.n, p.c) if rule == "rate" else learned(rule, p.n)


def moving(p: Point, quantity: Quantity, *keys: str) -> Cross:
    """Tables of a quantity through the point, one per control; those that may be arrays run in one call."""
    tables = []
    for key in keys:
        if key in ("load", "thr"):
            values = quantity(p._replace(**{key: NODES[key]}))
        else:
            values = np.stack([quantity(p._replace(**{key: x})) for x in NODES[key]])
        tables.append(Live(values, (key,)))
    return Cross(tuple(tables))


def along(rule: str, *keys: str) -> tuple[str, ...]:
    """The controls that a rule's quantity depends on: c belongs to the constant rate."""
    return (*keys, "c") if rule == "rate" else keys


def column(x) -> np.ndarray:
    """A number, or an array over a control's nodes, with an axis behind it for what is drawn."""
    return np.asarray(x)[..., None]


# ---- quantities --------------------------------------------------------------------------------------------------------
def count(p: Point) -> np.ndarray:
    return p.t * 1.0


def first(rule: str, what: str, loads=None) -> Quantity:
    """ "signal", "noise" or "snr" of pattern 1, at the point's load or along ``loads``."""

    def quantity(p: Point) -> np.ndarray:
        m, t = memory(rule, p), p.t if loads is None else patterns(loads, p.n)
        return m.noise(t) if what == "noise" else getattr(m, what)(1, t)

    return quantity


def kept(rule: str, own: bool) -> Quantity:
    return lambda p: memory(rule, p).kept(p.t, p.thr, own)


def kept_curve(rule: str, own: bool) -> Quantity:
    return lambda p: memory(rule, p).kept(patterns(NODES["load"], p.n), column(p.thr), own)


def holds_to(rule: str) -> Quantity:
    """The last t at which pattern 1 reaches the threshold."""
    return lambda p: np.array([float(memory(rule, p).capacity(x)) for x in np.ravel(p.thr)]).reshape(np.shape(p.thr))


def stored(n: float) -> np.ndarray:
    """The pattern in the middle of each bar."""
    return patterns((EDGES[:-1] + EDGES[1:]) / 2, n)


def so_far(values, p: Point) -> np.ndarray:
    """What is drawn at bars: NaN where their pattern has not come yet."""
    return np.where(stored(p.n) <= column(p.t), values, np.nan)


def bar_signals(rule: str) -> Quantity:
    return lambda p: so_far(memory(rule, p).signal(stored(p.n), column(p.t)), p)


def bar_line(rule: str, own: bool) -> Quantity:
    """Threshold × noise at each bar."""

    def line(p: Point) -> np.ndarray:
        m, t = memory(rule, p), column(p.t)
        return so_far(column(p.thr) * (m.own_noise(stored(p.n), t) if own else m.noise(t)), p)

    return line


def above(rule: str, own: bool) -> Quantity:
    """The signals that reach threshold × noise, NaN elsewhere."""

    def kept_signals(p: Point) -> np.ndarray:
        signal = bar_signals(rule)(p)
        return np.where(signal >= bar_line(rule, own)(p), signal, np.nan)

    return kept_signals
