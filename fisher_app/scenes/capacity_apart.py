"""The second figure of the capacity lesson: signal against noise, and what a constant rate trades for holding longer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_studies import capacity

from ..figures import capacity as figures
from ..stage.scene import Live, Number, Scene
from .capacity_drawn import STOPS, on_its_way, runs_note, runs_number
from .capacity_point import NODES, RATES, THRESHOLDS, Point, along, count, first, here, moving, patterns

GRID = np.concatenate([[0.001], np.linspace(0.02, figures.END, 75)])
NAMED = {"gd": (figures.END, -6, 20), "ewc": (figures.END, -12, 20), "rate": (0.1, -4, -10)}  # load, pixels


def path(p: Point, rule: str) -> figures.Path:
    load, dx, dy = NAMED[rule]
    noise, signal = (
        [moving(p, first(rule, what, loads), *along(rule, "n")) for loads in (GRID, STOPS, load)]
        + [moving(p, first(rule, what), *along(rule, "load", "n"))]
        for what in ("noise", "signal")
    )
    return figures.Path(
        rule, noise[0], signal[0], noise[3], signal[3], noise[1], signal[1], (noise[2], signal[2], dx, dy)
    )


@lru_cache(maxsize=1)
def crossings() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """For n → ∞: the load at which pattern 1 crosses and its signal there, over (threshold, c); and for both rivals."""
    load = np.array([[capacity.limit_capacity("rate", x, c) for c in RATES] for x in THRESHOLDS])
    signal = np.stack(
        [[capacity.limit_signal("rate", 0.0, t, c) for t, c in zip(row, RATES, strict=True)] for row in load]
    )
    loads = {rule: np.array([capacity.limit_capacity(rule, x) for x in THRESHOLDS]) for rule in ("gd", "ewc")}
    return load, signal, loads, {rule: capacity.limit_signal(rule, 0.0, t) for rule, t in loads.items()}


def scene(v, numbers, row, checks) -> Scene:
    """``numbers``: of pattern 1 under each rule shown; ``row``: how a rule is named and its step, in the table."""
    p, hidden = here(v), "slow" not in v.seen
    rules = ["gd", "ewc", *([] if hidden else ["rate"])]
    load, signal, loads, heights = crossings()
    made = {"t": Number(moving(p, count, "load", "n"), "i"), **runs_number(v)}
    for rule in rules:
        made |= numbers(p, rule)
    for name, table in (("crosses", load), ("faint", signal)):
        made[name] = Number(np.nan if hidden else Live(table, ("thr", "c")), "3")
    rows = []
    for rule in rules:
        name, step = row(rule)
        note = f"  {runs_note(v)[0]}" if rule == v.method else ""
        cells = [f"**[{rule}_signal]**", f"[{rule}_noise]", f"**[{rule}_snr]**", f"[{rule}_holds]"]
        rows.append([name | {"text": name["text"] + note}, step, *cells])
    head = ["[t] patterns, [n] synapses", "step _α_~{_t_}", "signal", "noise", "SNR", "holds to"]
    k = int(np.abs(NODES["thr"] - v.thr).argmin())
    names = [f"{what}, {rule}" for rule in rules for what in ("noise", "signal")]
    columns = [first(rule, what, GRID)(p) for rule in rules for what in ("noise", "signal")]

    def beside(id, caption, sentence, table, rivals, order):
        rows = (["c"], [list(RATES)]) if hidden else (["c", "value"], [list(RATES), table[k]])
        lines = [(rule, Live(rivals[rule], ("thr",))) for rule in order]
        return figures.along_rates(id, caption, sentence, NODES["c"], Live(table, ("thr",)), Live(table, ("thr", "c")), lines, hidden, rows)  # fmt: skip

    return Scene(
        [
            figures.plane([path(p, r) for r in rules], Live(NODES["thr"], ("thr",)), hidden, on_its_way(v), (["patterns", *names], [patterns(GRID, v.n), *columns])),
            beside("b", "**Pattern 1 holds to** this _t_ ∕ _n_", "At _c_ = [c] pattern 1 holds to _t_ ∕ _n_ = [crosses].", load, loads, ("ewc", "gd")),
            beside("c", "**Its signal** at that moment", "At _c_ = [c] its signal is then [faint].", signal, heights, ("gd", "ewc")),
        ],
        figures.COLUMNS, figures.AREAS, ["load", "c", "thr", "n"], made, {"head": head, "rows": rows, "align": ["left", *["right"] * 5], "wide": [1, 5]},
        more=["method", "runs", "seed"], checks=checks(v),
    )  # fmt: skip
