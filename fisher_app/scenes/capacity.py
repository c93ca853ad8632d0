"""Scenes of the capacity lesson: the core calls behind its figures, and the numbers in its words.

Words are in ``pages/capacity.py``, drawing in ``fisher_app/figures/capacity.py``, the controls and what is computed at
them in ``capacity_point``, simulations in ``capacity_drawn``, the second figure in ``capacity_apart``.
"""

from __future__ import annotations

import numpy as np

from fisher_studies import capacity

from .. import snippets
from ..figures import capacity as figures
from ..stage.scene import Check, Cross, Live, Number, Scene
from . import capacity_apart
from .capacity_drawn import by_pattern, drawn, runs_note, runs_number
from .capacity_point import (
    CURVE,
    EDGES,
    NODES,
    Point,
    above,
    along,
    bar_line,
    bar_signals,
    column,
    controls,
    count,
    first,
    here,
    holds_to,
    kept,
    kept_curve,
    learned,
    memory,
    moving,
    patterns,
    stored,
)

__all__ = ["apart", "controls", "storing"]


# ---- patterns stored -----------------------------------------------------------------------------------------------------
def storing(v) -> Scene:
    p = here(v)
    rules = ["gd", "ewc", *(["rate"] if v.method == "rate" else [])]
    hidden = set() if "first" in v.seen else {"ewc"}
    veiled = v.method in hidden
    sim = None if veiled else drawn(v)
    dots = None if sim is None else by_pattern(v, sim)
    numbers = {
        "t": Number(moving(p, count, "load", "n"), "i"),
        **followed_numbers(p, v, veiled),
        **runs_number(v),
    }
    for rule in rules:
        share = np.nan if rule in hidden else moving(p, kept(rule, v.own), *along(rule, "load", "n", "thr"))
        numbers |= first_numbers(p, rule) | {f"{rule}_kept": Number(share, "3")}
    numbers["shown_kept"] = numbers[f"{v.method}_kept"]
    lines = [line(p, rule, v.own, rule not in hidden) for rule in rules]
    first_rows, kept_rows, bar_rows = rows(p, v, rules, hidden)
    threshold, hebb = Live(NODES["thr"], ("thr",)), (CURVE, capacity.hebb_snr(CURVE))
    return Scene(
        [
            figures.snr(lines, NODES["load"], threshold, hebb, None if veiled else followed(p, v), v.method, dots, first_rows),
            figures.kept(lines, NODES["load"], v.own, kept_rows),
            figures.signals(None if veiled else bars(p, v, "first" in v.seen), NODES["load"], dots, v.own, bar_rows),
        ],
        figures.COLUMNS, figures.AREAS, ["load", "n", "thr", *(["c"] if v.method == "rate" else [])], numbers, formula(v, rules),
        groups=["method"], breaks=["own"], more=["runs", "seed"], checks=checks(v),
    )  # fmt: skip


def line(p: Point, rule: str, own: bool, shown: bool) -> figures.Line:
    keys = along(rule, "n")
    return figures.Line(
        rule,
        moving(p, lambda q: patterns(CURVE, q.n) / q.n, "n"),
        moving(p, first(rule, "snr", CURVE), *keys),
        moving(p, first(rule, "snr"), *along(rule, "load", "n")),
        moving(p, first(rule, "snr", figures.NAMED_AT[rule]), *keys),
        moving(p, lambda q: holds_to(rule)(q) / q.n, *along(rule, "n", "thr")),
        moving(p, kept_curve(rule, own), *along(rule, "n", "thr")) if shown else np.nan,
        moving(p, kept(rule, own), *along(rule, "load", "n", "thr")) if shown else np.nan,
        shown,
    )


def bars(p: Point, v, answered: bool) -> figures.Bars:
    keys = along(v.method, "load", "n", "thr")
    other = {"gd": "ewc" if answered else None, "ewc": "gd", "rate": "gd"}[v.method]
    if v.own:
        line_x, level = (EDGES[:-1] + EDGES[1:]) / 2, moving(p, bar_line(v.method, True), *keys)
    else:  # one noise for all: a level line as far as there are patterns
        line_x = moving(p, lambda q: column(q.load) * [0.0, 1.0], "load")
        level = moving(p, lambda q: column(q.thr * memory(v.method, q).noise(q.t)) * [1.0, 1.0], *keys)
    return figures.Bars(
        v.method,
        EDGES,
        moving(p, bar_signals(v.method), *along(v.method, "load", "n")),
        moving(p, above(v.method, v.own), *keys),
        line_x,
        level,
        moving(p, bar_signals(other), "load", "n") if other else np.nan,
        other,
    )


def followed(p: Point, v):
    """Load, SNR and present SNR of the pattern of each bar: which bar is chosen only the browser knows."""
    i, t = stored(v.n), patterns(CURVE if v.method != "rate" else CURVE[::3], v.n)
    now = Live(memory(v.method, p).snr(i[:, None], patterns(NODES["load"], v.n), v.own), ("i", "load"))
    if v.method != "rate":
        return t / v.n, Live(memory(v.method, p).snr(i[:, None], t, v.own), ("i",)), now
    slower = [memory("rate", p._replace(c=c)) for c in NODES["c"]]
    table = Live(np.stack([m.snr(i[:, None], t, v.own) for m in slower]), ("c", "i"))
    return t / v.n, table, Cross((now, Live(np.stack([m.snr(i, p.t, v.own) for m in slower]), ("c", "i"))))


def followed_numbers(p: Point, v, hidden: bool) -> dict[str, Number]:
    """Index, signal, noise and SNR of each bar's pattern over (bar, load), and over c at the present load."""
    made = {"index": Number(Live(np.stack([stored(n) for n in NODES["n"]], axis=1) * 1.0, ("i", "n")), "i")}
    i, t = stored(v.n)[:, None], patterns(NODES["load"], v.n)
    values = {
        "signal": lambda m, i, t: m.signal(i, t),
        "noise": lambda m, i, t: m.own_noise(i, t) if v.own else m.noise(t + 0 * i),
        "snr": lambda m, i, t: m.snr(i, t, v.own),
    }
    for name, value in values.items():
        arrived = np.where(i <= t, 1.0, np.nan)  # a pattern that has not come has no signal yet
        tables = [Live(value(memory(v.method, p), i, t) * arrived, ("i", "load"))]
        if v.method == "rate":
            rates = [value(memory("rate", p._replace(c=c)), i[:, 0], p.t) for c in NODES["c"]]
            tables.append(Live(np.stack(rates) * np.where(i[:, 0] <= p.t, 1.0, np.nan), ("c", "i")))
        made[f"i_{name}"] = Number(np.nan if hidden else Cross(tuple(tables)), "2" if name == "snr" else "3", none=None if hidden else "–")
    return made


def first_numbers(p: Point, rule: str) -> dict[str, Number]:
    """Pattern 1 under a rule."""
    keys = along(rule, "load", "n")
    made = {f"{rule}_{x}": Number(moving(p, first(rule, x), *keys), "2" if x == "snr" else "3") for x in ("signal", "noise", "snr")}  # fmt: skip
    return made | {f"{rule}_holds": Number(moving(p, holds_to(rule), *along(rule, "n", "thr")), "i")}


def rows(p: Point, v, rules, hidden):
    """The data of the three views at rest."""
    shown, now = [r for r in rules if r not in hidden], stored(p.n) <= p.t
    yield ["patterns", *(f"SNR of pattern 1, {r}" for r in rules)], [patterns(CURVE, p.n), *(first(r, "snr", CURVE)(p) for r in rules)]  # fmt: skip
    yield ["patterns", *(f"kept, {r}" for r in shown)], [patterns(NODES["load"], p.n)[::3], *(kept_curve(r, v.own)(p)[::3] for r in shown)]  # fmt: skip
    if v.method in hidden or not now.any():
        yield ["pattern"], [[1]]
    else:
        each = (stored(p.n), bar_signals(v.method)(p), bar_line(v.method, v.own)(p))
        yield ["pattern", "signal", "threshold × noise"], [x[now] for x in each]


STEPS = {"gd": "1 ∕ (_n_ + 1)", "ewc": "1 ∕ (_n_ + _t_)", "rate": "[c] ∕ _n_"}


def named(rule: str) -> tuple[dict[str, str], str]:
    token = figures.TOKEN[rule]
    return {"glyph": figures.STYLE[rule], "text": f"{{{token}|{figures.NAME[rule]}, pattern 1}}"}, STEPS[rule]


def formula(v, rules) -> dict:
    table = [
        [*named(r), f"[{r}_signal]", f"[{r}_noise]", f"**[{r}_snr]**", f"**[{r}_kept]**", f"[{r}_holds]"] for r in rules
    ]
    name = f"{{{figures.TOKEN[v.method]}|{figures.NAME[v.method]}, pattern [index]{', own noise' if v.own else ''}}}"
    table.append([name, "", "[i_signal]", "[i_noise]", "**[i_snr]**", *runs_note(v)])
    head = ["[t] patterns, [n] synapses", "step _α_~{_t_}", "signal", "noise", "SNR", "kept", "pattern 1 holds to"]
    return {"head": head, "rows": table, "align": ["left", *["right"] * 6], "wide": [1, 6]}


# ---- checks ----------------------------------------------------------------------------------------------------------------
def checks(v) -> list[Check]:
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


def apart(v) -> Scene:
    return capacity_apart.scene(v, first_numbers, named, checks)


# ---- words -----------------------------------------------------------------------------------------------------------------
def share(rule: str, load: float, n: float = 1000.0) -> float:
    return float(learned(rule, n).kept(int(patterns(load, n))))


def first_snr(rule: str, load: float, n: float = 1000.0) -> float:
    return float(learned(rule, n).snr(1, int(patterns(load, n))))


def crossing(c: float) -> float:
    """The load at which pattern 1 falls to SNR 1 under a constant rate."""
    return capacity.limit_capacity("rate", 1.0, c)


def first_signal(c: float) -> float:
    """Its signal there."""
    return float(capacity.limit_signal("rate", 0.0, crossing(c), c))


def holds(v) -> bool:
    """EWC: one signal for all ages, all kept at .82 and none at .84.  GD: a ramp, of which a part is kept."""
    ewc, gd = learned("ewc", v.n), learned("gd", v.n)
    t, later = int(patterns(0.82, v.n)), int(patterns(0.84, v.n))
    i = np.arange(1, t + 1)
    level = np.ptp(ewc.signal(i, t)) < 1e-9 and ewc.kept(t) == 1 and ewc.kept(later) == 0
    return bool(level and (np.diff(gd.signal(i, t)) > 0).all() and 0 < gd.kept(later) < 1)


def program(v) -> str:
    size = {"synapses": round(v.n), "patterns": int(patterns(v.load, v.n)), "c": float(v.c)}
    if v.runs != "0":
        return snippets.render("capacity_drawn", rule=v.method, runs=int(v.runs), seed=int(v.seed), **size)
    return snippets.render("capacity", threshold=float(v.thr), own=bool(v.own), **size)
