"""What the core says of stored patterns at the point where the controls stand, and the tables through it.

Everything is exact for the present number of synapses. A table per control runs through the present point, so that any
one of them can be dragged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from fisher_studies import capacity

from ...controls import Choice, Slider, Toggle
from ...controls import seed as seed_control
from ...frame.declaration import Values
from ...stage.scene import Check, Number
from ...stage.tables import Cross, Live, Secret
from . import words

SMALL = (50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000)
SYNAPSES = (*SMALL, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 6000, 8000, 10_000)
THRESHOLDS = (0.75, *(round(0.1 * k, 1) for k in range(8, 31)))
RATES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
START, END = 0.02, 1.5  # loads t/n that are drawn
LONGEST = 2  # patterns per synapse that are learned: beyond the drawn ones, so that every crossing has a place
BIN = 0.03  # patterns per synapse that one bar stands for

load = Slider("load", "Patterns per synapse _t_ ∕ _n_", START, END, 0.01, 0.5)
n = Slider("n", "Synapses _n_", SYNAPSES[0], SYNAPSES[-1], 1, 1000, format="i", at=SYNAPSES)
thr = Slider("thr", "Threshold", THRESHOLDS[0], THRESHOLDS[-1], 0.1, 1.0, at=THRESHOLDS)
c = Slider("c", "Constant rate _c_", RATES[0], RATES[-1], 0.1, 0.2, at=RATES)
method = Choice("method", "Rule", {"gd": "GD", "ewc": "EWC", "rate": "constant rate _c_"}, "gd")
own = Toggle("own", "each pattern against its own noise")
drawn_runs = Choice("runs", "Simulate", {"0": "no", "100": "100 runs", "400": "400 runs"}, "0")
seed = seed_control()
i = Slider("i", "Bar followed", 0, round(END / BIN) - 1, 1, 8, format="i", local=True)

NODES = {s.key: s.nodes for s in (load, n, thr, c, i)}
EDGES = BIN * np.arange(len(i.nodes) + 1)
CURVE = np.geomspace(START, END, 100)
STYLE = {"gd": "identity", "ewc": "exact", "rate": "identity-dot"}
TOKEN = {"gd": "identity", "ewc": "exact", "rate": "identity"}
NAME = {"gd": "GD", "ewc": "EWC", "rate": "_c_ = [c]"}
STEP = {"gd": "1 ∕ (_n_ + 1)", "ewc": "1 ∕ (_n_ + _t_)", "rate": "[c] ∕ _n_"}


def name(rule: str) -> str:
    """A rule in its colour."""
    return f"{{{TOKEN[rule]}|{NAME[rule]}}}"


def asked(rule: str, data: Any) -> Any:
    """What tells which of EWC's patterns fade first."""
    return Secret(data, "first") if rule == "ewc" else data


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
    """What: "signal", "noise" or "snr" of pattern 1, at the point's load or along ``loads``."""

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


# ---- numbers and checks ------------------------------------------------------------------------------------------------
def first_numbers(p: Point, rule: str) -> dict[str, Number]:
    """Pattern 1 under a rule."""
    keys = along(rule, "load", "n")
    made = {
        f"{rule}_{what}": Number(moving(p, first(rule, what), *keys), "2" if what == "snr" else "3")
        for what in ("signal", "noise", "snr")
    }
    return made | {f"{rule}_holds": Number(moving(p, holds_to(rule), *along(rule, "n", "thr")), "i")}


def checks(v: Values) -> list[Check]:
    """The exact recursion at 1000, 2000 and 4000 synapses, extrapolated to infinitely many, against the closed forms;
    signals by running products and crossings by search against theirs."""
    t, made = round(1000 * v.load), []
    for rule, second in (("ewc", "exponential integral"), ("gd", "closed form")):
        powers = [learned(rule, 1000.0 * k).power[k * t - 1] for k in (1, 2, 4)]
        limit = (powers[0] - 6 * powers[1] + 8 * powers[2]) / 3
        gap = abs(limit / float(capacity.limit_noise_power(rule, v.load)) - 1)
        made.append(Check(f"noise² of {rule.upper()} as _n_ grows", "recursion, extrapolated", second, gap, 1e-6))
    last = int(patterns(v.load, v.n))
    signals = learned("ewc", v.n).signal(np.arange(1, last + 1), last)
    gap = float(np.abs(signals * (v.n + last) / v.n - 1).max())
    made.append(Check("signal of EWC at every age", "running product", "_n_ ∕ (_n_ + _t_)", gap, 1e-11))
    gap = abs(capacity.limit_capacity("gd", v.thr) / capacity.limit_capacity("rate", v.thr, 1.0) - 1)
    return [*made, Check("crossing of GD", "closed form", "root search", gap, 1e-10)]


# ---- numbers in the words ----------------------------------------------------------------------------------------------
def crossing(rate: float) -> float:
    """The load at which pattern 1 falls to SNR 1 under a constant rate."""
    return capacity.limit_capacity("rate", 1.0, rate)


def first_signal(rate: float) -> float:
    """Its signal there."""
    return float(capacity.limit_signal("rate", 0.0, crossing(rate), rate))


def share(rule: str, at: float, against_own: bool = False) -> float:
    """Patterns kept of 1000 synapses."""
    return float(learned(rule, 1000.0).kept(int(patterns(at, 1000.0)), own=against_own))


def holds(v: Values) -> bool:
    """EWC: one signal for all ages, all kept at .82 and none at .84.  GD: a ramp, of which a part is kept."""
    ewc, gd = learned("ewc", v.n), learned("gd", v.n)
    t, later = int(patterns(0.82, v.n)), int(patterns(0.84, v.n))
    each = np.arange(1, t + 1)
    level = np.ptp(ewc.signal(each, t)) < 1e-9 and ewc.kept(t) == 1 and ewc.kept(later) == 0
    return bool(level and (np.diff(gd.signal(each, t)) > 0).all() and 0 < gd.kept(later) < 1)


words.facts |= {
    "sign_right": lambda: 100 * float(ndtr(1.0)),
    "hebb_signal": lambda: float(learned("rate", 1000.0, 0.01).signal(1, 990)),
    "gd_left": lambda: share("gd", 0.84),
    "newest": lambda: 1 / 1.84,
    "lit": lambda: float(learned("ewc", 1000.0).snr(1, 820)),
    "dark": lambda: float(learned("ewc", 1000.0).snr(1, 840)),
    "slow_crossing": lambda: crossing(0.2),
    "full_crossing": lambda: crossing(1.0),
    "slow_signal": lambda: first_signal(0.2),
    "ewc_capacity": lambda: capacity.limit_capacity("ewc"),
    "ewc_signal_there": lambda: float(capacity.limit_signal("ewc", 0.0, capacity.limit_capacity("ewc"))),
    "limit_snr": lambda: float(
        capacity.limit_signal("ewc", 0.0, 1.0) / np.sqrt(capacity.limit_noise_power("ewc", 1.0))
    ),
    "ewc_own": lambda: share("ewc", 1.0, True),
    "gd_own": lambda: share("gd", 1.0, True),
    "ewc_strangers": lambda: share("ewc", 1.0),
    "gd_strangers": lambda: share("gd", 1.0),
}
