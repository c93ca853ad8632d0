"""Published λ of highest accuracy, and where the multipliers of one sure unit would carry that of EXACT."""

from __future__ import annotations

import numpy as np

from fisher_studies import published

from ...frame.declaration import Tab, Values
from ...stage.axes import Axis
from ...stage.marks import Points, Rule, Segments, Veil
from ...stage.scene import Live, Number, Scene, View
from ...stage.tables import Secret
from . import words
from .runs import medians, runs, secret
from .unit import LOOKS, QUESTION, N, b, both_ways, checks, eps, name, seed, squared, unit
from .ways import HALF, program

FOUND = {r.way: r for r in published.VAN_DE_VEN}
WAYS = ("EXACT", "SAMPLE", "EMPIRICAL", "BATCHED")  # those with λ to be read off
STUDIES = {"a": "mnist", "b": "cifar"}


def moved(v: Values, by: float = 1.0):
    """``by`` in the λ of the other programs: SAMPLE's typical run, EMPIRICAL, BATCHED."""
    empirical = by * np.array([u.multiplier("EMPIRICAL") for u in both_ways(v)[0]])
    factor = np.array([unit(v, batch=size).batch_factor(v.squared) for size in b.nodes])
    return {
        "SAMPLE": secret(v, [by * m for m in medians(runs(v)[1])]),
        "EMPIRICAL": Live(empirical, ("eps",)),
        "BATCHED": Live(empirical[:, None] / factor, ("eps", "b")),
    }


def picture(v: Values) -> Scene:
    return Scene(
        [peaks(v, id_, study) for id_, study in STUDIES.items()],
        controls=["eps", "b"],
        numbers={f"m_{way}": Number(table, "g2") for way, table in moved(v).items()},
        formula={
            "head": words.list("shift", "head"),
            "rows": [[name(way), *cells(r.mnist), *cells(r.cifar)] for way, r in FOUND.items()],
            "align": ["left", *["right"] * 4],
            "wide": [2, 4],
            "wrap": True,
        },
        groups=["squared"],
        more=["N", "seed"],
        checks=checks(v),
    )


def cells(a: published.Accuracy) -> list[str]:
    return [f"{a.percent:.2f} ± {a.error:.2f}", str(a.seconds)]


def peaks(v: Values, id_: str, study: str) -> View:
    peak = {way: getattr(FOUND[way], f"{study}_peak") for way in WAYS}
    ends = list(dict.fromkeys(peak["EXACT"]))
    carried = [moved(v, end) for end in ends]
    layers = [Rule(x=ends, token="exact", width=1, dash="short")]
    for k, (way, (low, high)) in enumerate(peak.items()):
        y, (style, token, _) = 3.0 - k, LOOKS[way]
        read_off = (
            Segments([low], [y], [high], [y], "data", width=7, alpha=0.55)
            if high > low
            else Points([low], [y], "data", size=5, symbol="square")
        )
        asked = way == "SAMPLE"  # where its λ lies is the question
        if asked and QUESTION not in v.seen:
            layers.append(Veil(" ".join(words.list("hidden")), y0=[y - HALF], y1=[y + HALF]))
        layers.append(Secret(read_off, QUESTION) if asked else read_off)
        if way != "EXACT":
            at, row, hollow = [table[way] for table in carried], [y + HALF], True if way != "EMPIRICAL" else None
            layers.append(Segments(at[0], row, at[-1], row, token, width=2))
            layers += [Points(x, row, style, size=4.5, hollow=hollow, edge=False) for x in at]
    say, shut = words.part("shift"), [way == "SAMPLE" for way in WAYS]
    own = {"study": say["study", study]}
    return View(
        id_,
        x=Axis.decades(1e3, 1e14, "_λ_, log axis", grid=True),
        y=Axis.rows([f"**{name(way)}**" for way in WAYS]),
        layers=layers,
        slot="half",
        table=(say.list("columns"), [WAYS, *(Secret([peak[w][j] for w in WAYS], QUESTION, shut) for j in (0, 1))]),
        **say.view("peaks", **own),
    )


tab = Tab(key="shift", words=words, controls=[eps, b, squared, N, seed], picture=picture, program=program)

words.facts |= {
    "cifar_exact": lambda: FOUND["EXACT"].cifar.percent,
    "cifar_empirical": lambda: FOUND["EMPIRICAL"].cifar.percent,
}


def holds(v: Values) -> bool:
    """Six decades between the published peaks of EXACT and BATCHED; and at the defaults λ = 1, 1, 1, 99, 99, 12 672."""
    exact, batched = (np.log10(FOUND[way].mnist_peak).mean() for way in ("EXACT", "BATCHED"))
    needed = [unit(v).multiplier(way) for way in LOOKS]
    return bool(abs(batched - exact - 6) < 0.1 and np.allclose(needed, [1, 1, 1, 99, 99, 12_672]))
