"""Figures of the lesson on the six ways: what each program returns and the λ it needs, by program and by run of SAMPLE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..stage.scene import Axis, Cross, Live, View, bars, guesses, handle, label, points, rule, segments, veil

COLUMNS, AREAS = "minmax(0, 1fr) 286px", ("a c", "b d")
LOOKS = {  # program: style, colour token, opacity of its bar
    "EXACT": ("exact", "exact", 0.9),
    "EXACT(n)": ("exact-thin", "exact", 0.55),
    "SAMPLE": ("sampled", "sampled", 0.9),
    "EMPIRICAL": ("empirical", "empirical", 0.9),
    "ARGMAX": ("none", "theta", 0.75),
    "BATCHED": ("empirical", "empirical", 0.45),
}
ROW = {way: 5.0 - k for k, way in enumerate(LOOKS)}
NAMES = {"EXACT(n)": "EXACT(500)"}
SLOT = {way: way.replace("(", "").replace(")", "") for way in LOOKS}  # in the names of live numbers
LOWEST, HIGHEST = 1e-15, 300.0
LEAST, MOST = 1e-4, 1e10  # of λ
HIDDEN = ["hidden until", "you commit"]
HALF = 0.31  # of a bar's thickness, in rows


def decades(lo: int, hi: int, named: int) -> list[tuple[float, str]]:
    """A tick for every power of ten; a name at every so manieth."""
    return [(10.0**k, _power(k) if (k % named == 0) else "") for k in range(lo, hi + 1)]


def _power(k: int) -> str:
    return "1" if k == 0 else f"10^{{{k}}}".replace("-", "−")


def value_axis(words: str = "", named: bool = True) -> Axis:
    ticks = decades(-15, 2, 3)
    return Axis(LOWEST, HIGHEST, words, ticks if named else [(v, "") for v, _ in ticks], log=True, grid=True)


def lambda_axis(words: str = "", named: bool = True) -> Axis:
    ticks = decades(-4, 10, 2)
    return Axis(LEAST, MOST, words, ticks if named else [(v, "") for v, _ in ticks], log=True, grid=True)


def swap(table: Live | Cross, test: Any, inside: bool) -> Live | Cross:
    """The table where ``test`` holds (or does not), NaN elsewhere: for a label that changes sides."""
    if isinstance(table, Cross):
        return Cross(tuple(swap(t, test, inside) for t in table.tables))
    values = np.asarray(table.values)
    return Live(np.where(test(values) == inside, values, np.nan), table.over, table.every)


def programs(values: Mapping[str, Live], run: Cross, spread: tuple[Cross, Cross], batches: Live | None, rows: Any) -> View:  # fmt: skip
    """V1: six bars on a logarithmic axis; on SAMPLE's the range of 90 % of its runs and the run that is followed.

    ``batches``: where the 1/b rule would put BATCHED, when gradients agree and it is not there.
    """
    layers = []
    for way, (_, token, alpha) in LOOKS.items():
        y = ROW[way]
        layers += [
            bars([LOWEST], values[way], [y - HALF], [y + HALF], token, alpha=alpha),
            label(LOWEST, y, f"{{{token}|{NAMES.get(way, way)}}}", dx=-8, align="right", middle=True, token=token, weight=600, size=12.5),
            label(values[way], y, f"[F_{SLOT[way]}]", dx={"EXACT": 22, "SAMPLE": 34}.get(way, 8), middle=True, token="ink"),
        ]  # fmt: skip
    y = ROW["SAMPLE"]
    layers += [
        segments(spread[0], [y], spread[1], [y], "ink", width=1.25),
        points(run, [y], "sampled", size=4.5, casing=True, edge=False),
        handle(x="eps", at_y=ROW["EXACT"]),
    ]
    caption = "**Six programs, one weight:** what each calls _F_. Drag the disc."
    if batches is not None:
        layers.append(points(batches, [ROW["BATCHED"]], "empirical", size=5, hollow=True, casing=True, edge=False))
        caption = "**Six programs, one weight.** Open triangle: the 1 ∕ _b_ rule for BATCHED"
    return View(
        "a", caption, value_axis(named=False), Axis(-0.6, 5.6, grid=False), layers,
        "Bars on a logarithmic axis: what each of six programs returns for the Fisher information of one weight",
        "EXACT [F_EXACT], EXACT(500) [F_EXACTn], SAMPLE [F_SAMPLE] in the mean, EMPIRICAL [F_EMPIRICAL], ARGMAX [F_ARGMAX], BATCHED [F_BATCHED].",
        table=rows, height=176, phone=200, pad=(92, 4, 8, 6),
    )  # fmt: skip


def strengths(needed: Mapping[str, Live], each: Cross, run: Cross, rows: Any) -> View:
    """V3: the λ that gives every program the stiffness of EXACT at 1; on SAMPLE's row that of each single run."""
    flat = np.linspace(-HALF, HALF, 7)[np.arange(200) * 3 % 7] + ROW["SAMPLE"]
    layers = [rule(x=[1.0], token="axis", width=1.25), points(each, flat, "sampled", size=1.5, alpha=0.5)]
    for way, (style, token, _) in LOOKS.items():
        name, y = f"[m_{SLOT[way]}]", ROW[way]
        hollow = True if way in ("BATCHED", "EXACT(n)", "SAMPLE") else None
        near, far = (swap(needed[way], lambda m: m < 2e5, k) for k in (True, False))
        layers += [
            points(needed[way], [y], style, size=4.5, hollow=hollow, casing=True),
            label(near, y, name, dx=10, middle=True, token=token, weight=600), label(far, y, name, dx=-10, align="right", middle=True, token=token, weight=600),
            label(LEAST, y, f"{{{token}|{NAMES.get(way, way)}}}", dx=2, middle=True, token=token, phone="only", size=12),
        ]  # fmt: skip
    layers += [points(run, [ROW["SAMPLE"]], "sampled", size=4.5, casing=True, edge=False)]
    return View(
        "c", "**The** _λ_ **each needs** for equal stiffness", lambda_axis(named=False), Axis(-0.6, 5.6, grid=False, line=False), layers,
        "The λ that gives each of the six programs the stiffness of EXACT at λ = 1, on a logarithmic axis",
        "EXACT 1, EXACT(500) [m_EXACTn], SAMPLE [m_SAMPLE] in the mean, EMPIRICAL [m_EMPIRICAL], ARGMAX [m_ARGMAX], BATCHED [m_BATCHED].",
        table=rows, height=176, phone=200, pad=(18, 4, 12, 6), small=True,
    )  # fmt: skip


def _lines(exact: Live, empirical: Live) -> list[Any]:
    """Where EXACT and EMPIRICAL stand."""
    return [segments(exact, [-8.0], exact, [208.0], "exact", width=2), segments(empirical, [-8.0], empirical, [208.0], "empirical", width=1.5, dash="dashdot")]  # fmt: skip


def runs(each: Cross, exact: Live, empirical: Live, mean: Cross, error: tuple[Cross, Cross], median: Cross, veil_to: Cross, rows: Any) -> View:  # fmt: skip
    """V2: what every run of SAMPLE returns, with mean (± its standard error) and median."""
    number = np.arange(200.0)
    layers = [
        veil(HIDDEN, x1=veil_to, align="right", at=40.0), *_lines(exact, empirical), points(each, number, "sampled", size=2.2, pick="i"),
        segments(error[0], [222.0], error[1], [222.0], "sampled", width=5, alpha=0.45), points(mean, [222.0], "sampled", size=4.5, hollow=False, edge=False),
        points(median, [-24.0], "sampled", size=5, symbol="diamond", hollow=False, edge=False),
    ]  # fmt: skip
    for where, y, words in ((mean, 222.0, "mean [mean] ± [se]"), (median, -24.0, "median [median]")):
        for right in (False, True):
            layers.append(label(swap(where, lambda m: m < 1e-8, right), y, words, dx=11 if right else -11, align="left" if right else "right", middle=True, token="sampled", weight=600))  # fmt: skip
    return View(
        "b", "**SAMPLE, 200 runs.** Click one: run [i], wrong labels [k], returns [run]", value_axis("returned value, log axis: a gridline is a factor of ten"), Axis(-40.0, 240.0, grid=False), layers,
        "What each of 200 runs of SAMPLE returns, as dots on a logarithmic axis, with mean, median, EXACT and EMPIRICAL",
        "Mean of the runs [mean] ± [se], median [median]; run [i] has [k] wrong labels and returns [run]. Random draws, seed [seed:i].",
        table=rows, height=158, phone=230, pad=(92, 4, 8, 40),
    )  # fmt: skip


def needs(each: Cross, empirical: Live, veil_to: Cross, question: str | None, rows: Any) -> View:
    """The same runs, as the λ each of them would need."""
    layers = [
        veil(HIDDEN, x1=veil_to, align="right", at=40.0), *_lines(Live(np.ones_like(empirical.values), empirical.over), empirical),
        points(each, np.arange(200.0), "sampled", size=2.2, pick="i"), *([guesses(question)] if question else []),
    ]  # fmt: skip
    return View(
        "d", "**The** _λ_ **each run needs.** Run [i]: [need]", lambda_axis("_λ_, log axis"), Axis(-40.0, 240.0, grid=False, line=False), layers,
        "The λ that each of 200 runs of SAMPLE needs for the stiffness of EXACT at λ = 1, as dots on a logarithmic axis",
        "Run [i] needs λ = [need]; EXACT needs 1 and EMPIRICAL [m_EMPIRICAL].",
        table=rows, height=158, phone=230, pad=(18, 4, 12, 40), small=True,
    )  # fmt: skip
