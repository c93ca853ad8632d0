"""Patterns arrive one by one: SNR of the first, how many are kept, the signal of each."""

from __future__ import annotations

import numpy as np

from fisher_studies import capacity

from ...frame.declaration import Tab, Values, choose
from ...stage.axes import Axis
from ...stage.compound import here as cursor
from ...stage.marks import Bars, Curve, Handle, Label, Points, Rule, Veil, named
from ...stage.scene import Cross, Live, Number, Scene, View
from . import words
from .drawn import by_pattern, drawn, intervals, runs_note, runs_number, when
from .memory import (
    CURVE,
    EDGES,
    END,
    NAME,
    NODES,
    START,
    STEP,
    STYLE,
    TOKEN,
    Point,
    above,
    along,
    asked,
    bar_line,
    bar_signals,
    c,
    checks,
    column,
    count,
    drawn_runs,
    first,
    first_numbers,
    here,
    holds_to,
    i,
    kept,
    kept_curve,
    load,
    memory,
    method,
    moving,
    n,
    name,
    own,
    patterns,
    seed,
    stored,
    thr,
)

PLAIN = {"tab": "storing", "n": 1000.0, "thr": 1.0, "own": False, "runs": "0"}
MIDDLES = (EDGES[:-1] + EDGES[1:]) / 2


def picture(v: Values) -> Scene:
    p, rules = here(v), ["gd", "ewc", *(["rate"] if v.method == "rate" else [])]
    numbers = {"t": Number(moving(p, count, "load", "n"), "i"), **followed_numbers(p, v), **runs_number(v)}
    for rule in rules:
        share = moving(p, kept(rule, v.own), *along(rule, "load", "n", "thr"))
        numbers |= first_numbers(p, rule) | {f"{rule}_kept": Number(asked(rule, share), "3")}
    numbers["shown_kept"] = numbers[f"{v.method}_kept"]
    open_ = v.method != "ewc" or "first" in v.seen
    simulated = drawn(v) if open_ else None
    return Scene(
        [
            snr(p, v, rules, simulated, open_),
            shares(p, v, rules),
            signals(p, v, simulated) if open_ else hidden_signals(),
        ],
        controls=["load", "n", "thr", *(["c"] if v.method == "rate" else [])],
        numbers=numbers,
        formula=table(v, rules),
        groups=["method"],
        breaks=["own"],
        more=["runs", "seed"],
        checks=checks(v),
    )


# ---- SNR of pattern 1 --------------------------------------------------------------------------------------------------
def snr(p: Point, v: Values, rules, simulated, open_: bool) -> View:
    """SNR of pattern 1 against t ∕ n; a thin line for the pattern whose bar is chosen."""
    at, say, level = cursor(load), words.part("storing", "snr"), Live(thr.nodes, ("thr",))
    layers = [
        named(
            Curve(CURVE, capacity.hebb_snr(CURVE), "theta", width=1, dash="short", alpha=0.45),
            say["hebb"],
            "start",
            token="ink3",
        ),
        named(Rule(y=level, token="ink2"), "threshold [thr]", "start"),
        Rule(x=at),
    ]
    for rule in rules:
        x = moving(p, lambda q: patterns(CURVE, q.n) / q.n, "n")
        curve = Curve(x, moving(p, first(rule, "snr", CURVE), *along(rule, "n")), STYLE[rule])
        layers += [
            named(curve, name(rule), "middle" if rule == "rate" else "end", weight=600),
            Points(at, moving(p, first(rule, "snr"), *along(rule, "load", "n")), STYLE[rule], size=5, edge=False),
        ]
        if rule != "rate":  # where pattern 1 falls to the threshold
            to = moving(p, lambda q, rule=rule: holds_to(rule)(q) / q.n, *along(rule, "n", "thr"))
            dot = Points(to, level, "theta", size=3, symbol="circle", edge=False)
            layers.append(
                named(dot, f"[{rule}_holds:i]", "right" if rule == "ewc" else "left", token=TOKEN[rule], weight=600)
            )
    if open_:
        x, y, now = followed(p, v)
        layers += [
            Curve(x, y, STYLE[v.method], width=1.25, alpha=0.85),
            Points(at, now, STYLE[v.method], size=4, symbol="circle", hollow=True, edge=False),
        ]
    if simulated:
        where = {k: x for k, x in when(v).items() if k in ("n", "c")}
        layers += intervals(*by_pattern(v, simulated)[0], where, 0.15)
    columns = [patterns(CURVE, p.n), *(first(r, "snr", CURVE)(p) for r in rules)]
    return View(
        "a",
        say["caption" if open_ else "caption_hidden"],
        Axis.decades(START, END, "patterns per synapse _t_ ∕ _n_"),
        Axis.decades(0.15, 9, "signal ∕ noise"),
        [*layers, Handle(x="load", text="[load]")],
        slot="main",
        alt=say["alt"],
        sentence=say["sentence"],
        table=([say["patterns"], *(say("column", rule=r) for r in rules)], columns),
    )


def followed(p: Point, v: Values):
    """Load, SNR and present SNR of the pattern of each bar: which bar is chosen only the browser knows."""
    each, t = stored(v.n), patterns(CURVE if v.method != "rate" else CURVE[::3], v.n)
    now = Live(memory(v.method, p).snr(each[:, None], patterns(NODES["load"], v.n), v.own), ("i", "load"))
    if v.method != "rate":
        return t / v.n, Live(memory(v.method, p).snr(each[:, None], t, v.own), ("i",)), now
    slower = [memory("rate", p._replace(c=rate)) for rate in NODES["c"]]
    over_c = Live(np.stack([m.snr(each[:, None], t, v.own) for m in slower]), ("c", "i"))
    return t / v.n, over_c, Cross((now, Live(np.stack([m.snr(each, p.t, v.own) for m in slower]), ("c", "i"))))


def followed_numbers(p: Point, v: Values) -> dict[str, Number]:
    """Index, signal, noise and SNR of each bar's pattern over (bar, load), and over c at the present load."""
    made = {"index": Number(Live(np.stack([stored(size) for size in NODES["n"]], axis=1) * 1.0, ("i", "n")), "i")}
    each, t = stored(v.n)[:, None], patterns(NODES["load"], v.n)
    values = {
        "signal": lambda m, i, t: m.signal(i, t),
        "noise": lambda m, i, t: m.own_noise(i, t) if v.own else m.noise(t + 0 * i),
        "snr": lambda m, i, t: m.snr(i, t, v.own),
    }
    for what, value in values.items():
        arrived = np.where(each <= t, 1.0, np.nan)  # a pattern that has not come has no signal yet
        tables = [Live(value(memory(v.method, p), each, t) * arrived, ("i", "load"))]
        if v.method == "rate":
            rates = [value(memory("rate", p._replace(c=rate)), each[:, 0], p.t) for rate in NODES["c"]]
            tables.append(Live(np.stack(rates) * np.where(each[:, 0] <= p.t, 1.0, np.nan), ("c", "i")))
        made[f"i_{what}"] = Number(asked(v.method, Cross(tuple(tables))), "2" if what == "snr" else "3", none="–")
    return made


# ---- how many are kept, and each of them -------------------------------------------------------------------------------
def shares(p: Point, v: Values, rules) -> View:
    """The share of all patterns so far that are above the threshold."""
    at, say = cursor(load), words.part("storing", "kept")
    shown = [r for r in rules if r != "ewc" or "first" in v.seen]
    layers = [Rule(x=at)]
    for rule in rules:
        curve = Curve(NODES["load"], moving(p, kept_curve(rule, v.own), *along(rule, "n", "thr")), STYLE[rule])
        now = moving(p, kept(rule, v.own), *along(rule, "load", "n", "thr"))
        layers += [
            asked(rule, curve if rule == "rate" else named(curve, name(rule), weight=600)),
            asked(rule, Points(at, now, STYLE[rule], size=4.5, edge=False)),
        ]
    if "first" not in v.seen:
        layers += [Label([0.04], [0.55 - 0.22 * k], s, token="ink3") for k, s in enumerate(say.list("hidden"))]
    columns = [patterns(NODES["load"], p.n), *(kept_curve(r, v.own)(p) for r in shown)]
    return View(
        "b",
        say["caption"],
        Axis.linear(0, END, "_t_ ∕ _n_", 1),
        Axis.linear(0, 1.08, digits=1),
        [*layers, Handle(x="load", invisible=True)],
        slot="side",
        alt=say["alt"],
        sentence=say("sentence", shares=", ".join(f"{NAME[r]} [{r}_kept:3]" for r in shown)),
        table=([say["patterns"], *(say("column", rule=r) for r in shown)], [x[::3] for x in columns]),
    )


AXES = Axis.linear(0, END, "stored at _i_ ∕ _n_", 1), Axis.linear(0, 1.28, digits=1)


def hidden_signals() -> View:
    say = words.part("storing", "signals")
    return View(
        "c",
        say["caption_hidden"],
        *AXES,
        [Veil(say.list("hidden")), Rule(x=cursor(load))],
        slot="side",
        alt=say["alt"],
        sentence=say["sentence_hidden"],
        table=(say.list("columns")[:1], [[1]]),
    )


def signals(p: Point, v: Values, simulated) -> View:
    """Signal of the patterns in the order in which they came; those above threshold × noise are full."""
    say, token, keys = words.part("storing", "signals"), TOKEN[v.method], along(v.method, "load", "n", "thr")
    other = "gd" if v.method != "gd" else "ewc"
    left, right = EDGES[:-1], EDGES[1:] - 0.004
    every = moving(p, bar_signals(v.method), *along(v.method, "load", "n"))
    if v.own:
        x, level = MIDDLES, moving(p, bar_line(v.method, True), *keys)
    else:  # one noise for all: a level line as far as there are patterns
        x = moving(p, lambda q: column(q.load) * [0.0, 1.0], "load")
        level = moving(p, lambda q: column(q.thr * memory(v.method, q).noise(q.t)) * [1.0, 1.0], *keys)
    layers = [
        Rule(x=cursor(load)),
        Bars(left, right, [0.0], every, token, alpha=0.2),
        Bars(left, right, [0.0], moving(p, above(v.method, v.own), *keys), token, alpha=0.9),
        asked(other, Curve(MIDDLES, moving(p, bar_signals(other), "load", "n"), STYLE[other], width=1.5)),
        Curve(x, level, "theta", width=1.5),
        Points(MIDDLES, every, token, size=0.1, pick="i", column=True, edge=False, casing=False),
        Label([END], [1.1], say["line_own" if v.own else "line"], align="right", token="ink2"),  # clear of every bar
    ]
    if simulated:
        where = when(v) | {"thr": v.thr}
        layers += [mark for x, estimate in by_pattern(v, simulated)[1:] for mark in intervals(x, estimate, where)]
    now = stored(p.n) <= p.t
    if now.any():
        columns = [a[now] for a in (stored(p.n), bar_signals(v.method)(p), bar_line(v.method, v.own)(p))]
    else:
        columns = [[1]]
    return View(
        "c",
        say("caption", rule=name(v.method)),
        *AXES,
        layers,
        slot="side",
        alt=say["alt"],
        sentence=say["sentence"],
        table=(say.list("columns")[: len(columns)], columns),
    )


# ---- the table ---------------------------------------------------------------------------------------------------------
def row(rule: str) -> list:
    """How a rule is named in a table, and its step."""
    return [{"glyph": STYLE[rule], "text": words("pattern_1", rule=NAME[rule], token=TOKEN[rule])}, STEP[rule]]


def table(v: Values, rules) -> dict:
    rows = [
        [*row(r), f"[{r}_signal]", f"[{r}_noise]", f"**[{r}_snr]**", f"**[{r}_kept]**", f"[{r}_holds]"] for r in rules
    ]
    own_noise = "pattern_i_own" if v.own else "pattern_i"
    label = words(own_noise, rule=NAME[v.method], token=TOKEN[v.method])
    rows.append([label, "", "[i_signal]", "[i_noise]", "**[i_snr]**", *runs_note(v)])
    return {
        "head": words.list("storing", "head"),
        "rows": rows,
        "align": ["left", *["right"] * 6],
        "wide": [1, 6],
    }


def program(v: Values):
    size = {"synapses": round(v.n), "patterns": int(patterns(v.load, v.n)), "c": float(v.c)}
    if v.runs != "0":
        return "drawn", {"rule": v.method, "runs": int(v.runs), "seed": int(v.seed), **size}
    return "exact", {"threshold": float(v.thr), "own": bool(v.own), **size}


tab = Tab(
    key="storing",
    words=words,
    controls=[load, n, thr, c, method, own, drawn_runs, seed, i],
    picture=picture,
    program=program,
    questions=[
        choose("first", words, correct="all", setup={**PLAIN, "method": "ewc", "load": 0.82}, shows={"load": 0.84}),
        choose(
            "slow",
            words,
            correct="longer",
            setup={**PLAIN, "method": "gd", "load": 0.48},
            shows={"method": "rate", "c": 0.2, "load": 0.82},
        ),
    ],
)
