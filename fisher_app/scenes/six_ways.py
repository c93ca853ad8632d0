"""Scenes of the lesson on the six ways to compute a Fisher matrix: its controls, the core calls, the figures they feed.

Here the main figure; the tabs are in ``six_ways_tabs.py``, the words in ``pages/six-ways.py``, the drawing in
``fisher_app/figures/``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from fisher_studies import published
from fisher_core.continual import six_ways
from fisher_studies.sure_unit import SureUnit, wrong_labels

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..figures import six_ways as figures
from ..stage.scene import Check, Cross, Live, Number, Scene

EPSILONS = (*(float(f"{m}e{k}") for k in range(-6, -1) for m in (1, 1.5, 2, 3, 5, 7)), 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
SIZES = (10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 12_000, 20_000, 30_000, 60_000)  # fmt: skip
STEPS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000)
RUNS = 200
TWO_TO_ONE = (2 / 3, 1 / 3)
LEAN = 0.8  # of the inputs when gradients are made to agree: nine in ten of one sign
SHOWN = 0.01  # before a commitment, SAMPLE is shown where all its labels are right less often than this

controls = [
    Slider("eps", "Doubt _ε_, that is 1 − confidence", 1e-6, 0.4, 1, 0.01, format="g2", log=True, at=EPSILONS),
    Slider("N", "Inputs _N_", 10, 60_000, 1, 1000, format="i", log=True, at=SIZES),
    Slider("b", "Batch size _b_", 1, 1024, 1, 128, format="i", log=True, at=tuple(2**k for k in range(11))),
    Choice("squared", "BATCHED squares the", {"mean": "mean", "sum": "sum"}, "mean"),
    Choice("classes", "Classes", {"2": "2", "3": "3, errors 2 : 1"}, "2"),
    Toggle("lean", "9 inputs in 10 alike"),
    seed(default=1),
    Slider("i", "Run followed", 0, RUNS - 1, 1, 12, format="i", local=True),
    Slider("t", "Training step", STEPS[0], STEPS[-1], 1, 300, format="i", log=True, at=STEPS, local=True),
    Choice("weight", "Weight", {"0": "first", "1": "second"}, "1"),
    Slider("K", "Epochs _K_", 1, 10_000, 1, published.AUTOPSY.epochs, format="i", log=True, at=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000), local=True),
    Slider("lam", "Importance _λ_", 1, 100_000, 1, published.AUTOPSY.importance, format="i", log=True, at=(*(m * 10**k for k in range(5) for m in (1, 2, 5)), 100_000)),
]  # fmt: skip
ATS = {c.key: c.nodes for c in controls if isinstance(c, Slider)}
QUESTION = "typical"
ASKED = {"tab": "ways", "eps": 1e-4, "N": 1000, "b": 128, "squared": "mean", "classes": "2", "lean": False}


def unit(v, epsilon=None, n=None, batch=None) -> SureUnit:
    """The unit of the present controls, or the one beside it at another ε, N or b."""
    shares = TWO_TO_ONE if v.classes == "3" else ()
    return SureUnit(epsilon or v.eps, int(n or v.N), int(batch or v.b), LEAN if v.lean else 0.0, shares)


@lru_cache(maxsize=12)
def drawn(number: int, shares: tuple[float, ...]) -> np.ndarray:
    """Wrong labels of all runs, (runs, ε, N, wrong classes): one draw, followed over both sliders."""
    return wrong_labels(EPSILONS, SIZES, RUNS, np.random.default_rng(number), shares)


class Sampled:
    """SAMPLE along ε at the present N and along N at the present ε; NaN where an open question hides it.

    ``values``, ``needed`` (the λ of each run) and ``wrong``: one table (nodes, runs) for either way along.
    """

    def __init__(self, v):
        counts = drawn(v.seed, unit(v).shares)
        self.now, column = EPSILONS.index(v.eps), SIZES.index(int(v.N))
        self.units = [[unit(v, epsilon=e) for e in EPSILONS], [unit(v, n=n) for n in SIZES]]
        self.hidden = [np.array([QUESTION not in v.seen and u.no_wrong_label > SHOWN for u in us]) for us in self.units]
        self.values, self.needed, self.wrong = [], [], []
        for k, along in enumerate((counts[:, :, column].swapaxes(0, 1), counts[:, self.now].swapaxes(0, 1))):
            us = self.units[k]
            of = [u.of_wrong_labels(c if u.shares else c[:, 0]) for u, c in zip(us, along, strict=True)]
            self.values.append(self.masked(of, k))
            self.needed.append(np.array([u.value("EXACT") for u in us])[:, None] / self.values[k])
            self.wrong.append(self.masked(along.sum(axis=-1), k))

    def masked(self, values, k: int) -> np.ndarray:
        values = np.array(values, dtype=float)
        return np.where(self.hidden[k].reshape(-1, *(1,) * (values.ndim - 1)), np.nan, values)

    def cross(self, tables, *more: str) -> Cross:
        return Cross(tuple(Live(t, (key, *more)) for key, t in zip(("eps", "N"), tables, strict=True)))

    def over(self, statistic, tables=None) -> Cross:
        """A statistic of the runs, at every node."""
        return self.cross([statistic(x) for x in tables or self.values])

    def law(self, of) -> Cross:
        """A number that the unit knows without drawing."""
        return self.cross([self.masked([of(u) for u in us], k) for k, us in enumerate(self.units)])

    def veiled(self, lo: float, hi: float) -> Cross:
        """Where a veil over an axis from ``lo`` to ``hi`` ends."""
        return self.cross([np.where(h, hi, lo / 10) for h in self.hidden])


def mean(x: np.ndarray) -> np.ndarray:
    return x.mean(axis=1)


def median(x: np.ndarray) -> np.ndarray:
    return np.median(x, axis=1)


def ways(v) -> Scene:
    along, cube = [unit(v, epsilon=e) for e in EPSILONS], ("eps", "N", "b")
    returned = {w: Live(np.array([u.value(w) for u in along]), ("eps",)) for w in figures.LOOKS if w != "BATCHED"}
    needed = {w: Live(np.array([u.multiplier(w) for u in along]), ("eps",)) for w in returned}
    batches = [[unit(v, n=n, batch=b) for b in ATS["b"]] for n in SIZES]
    parts = np.array([[u.batch_parts(v.squared) for u in row] for row in batches])
    right, stiff = (np.asarray(t["EMPIRICAL"].values)[:, None, None] for t in (returned, needed))
    returned["BATCHED"] = Live(right * parts.sum(axis=-1), cube)
    needed["BATCHED"] = Live(stiff / parts.sum(axis=-1), cube)
    rule = np.array([[replace(u, lean=0.0).batch_factor(v.squared) for u in row] for row in batches])

    s = Sampled(v)
    run, need = s.cross(s.values, "i"), s.cross(s.needed, "i")
    # exact, from the law of one run: where no run drew a wrong label the runs agree, and their own spread would say 0
    error = [s.masked([u.sample_sd / np.sqrt(RUNS) for u in us], k) for k, us in enumerate(s.units)]
    low = s.cross([np.maximum(mean(x) - e, figures.LOWEST) for x, e in zip(s.values, error, strict=True)])
    between = [low, s.cross([mean(x) + e for x, e in zip(s.values, error, strict=True)])]
    spread = [s.over(lambda x, q=q: np.quantile(x, q, axis=1)) for q in (0.05, 0.95)]
    numbers = {f"F_{figures.SLOT[w]}": Number(t, "g2") for w, t in returned.items()}
    numbers |= {f"m_{figures.SLOT[w]}": Number(t, "g2") for w, t in needed.items()}
    numbers |= {
        "run": Number(run, "g2"), "need": Number(need, "g2"), "k": Number(s.cross(s.wrong, "i"), "i"),
        "mean": Number(s.over(mean), "g2"), "se": Number(s.cross(error), "g2"), "median": Number(s.over(median), "g2"),
        "sd": Number(s.law(lambda u: u.sample_sd), "g2"), "none": Number(s.law(lambda u: u.no_wrong_label), "g3"),
    }  # fmt: skip
    if v.lean:
        numbers |= {k: Number(Live(right * parts[..., i], cube), "g2") for i, k in enumerate(("cov", "square"))}

    here = unit(v)
    by_program = (["program", "returns", "λ for equal stiffness"], [list(figures.LOOKS), *([of(w, v.squared) for w in figures.LOOKS] for of in (here.value, here.multiplier))])  # fmt: skip
    by_run = (["run", "wrong labels", "returns", "needs λ"], [np.arange(RUNS), *(t[0][s.now] for t in (s.wrong, s.values, s.needed))])  # fmt: skip
    return Scene(
        [
            figures.programs(returned, run, spread, Live(right * rule, cube) if v.lean else None, by_program),
            figures.strengths(needed, s.cross(s.needed), need, by_program),
            figures.runs(s.cross(s.values), returned["EXACT"], returned["EMPIRICAL"], s.over(mean), between, s.over(median), s.veiled(figures.LOWEST, figures.HIGHEST), by_run),
            figures.needs(s.cross(s.needed), needed["EMPIRICAL"], s.veiled(figures.LEAST, figures.MOST), QUESTION if v.classes == "2" else None, by_run),
        ],
        figures.COLUMNS, figures.AREAS, ["eps", "N", "b"], numbers, laws(v), groups=["squared"], breaks=["lean"], more=["classes", "seed"], checks=checks(v),
    )  # fmt: skip


def laws(v) -> dict:
    exact, right = ("1 − Σ_p_^{2}", "Σ_r_^{2}") if v.classes == "3" else ("_ε_(1 − _ε_)", "_ε_^{2}")
    exact_group = [[f"{{exact|EXACT = {exact}}}"], ["{exact|**[F_EXACT]**}"]]
    empirical_group = [[f"{{empirical|EMPIRICAL = {right}}}"], ["{empirical|[F_EMPIRICAL]}"]]
    if v.lean:
        words = {"mean": "`Cov` ∕ _b_ + _ḡ_^{2}", "sum": "_b_ `Cov` + _b_^{2}_ḡ_^{2}"}[v.squared]
        batched_group = [[f"{{empirical|BATCHED = {words}}}"], ["{empirical|**[F_BATCHED]** = [cov] + [square]}"]]
        return {"groups": [exact_group, empirical_group, batched_group]}
    batched = {"mean": f"{right} ∕ _b_", "sum": f"_b_ · {right}"}[v.squared]
    return {"groups": [
        exact_group, [["{sampled|SAMPLE}"], ["{sampled|[F_SAMPLE] ± [sd]}"]], empirical_group,
        [[f"{{empirical|BATCHED = {batched}}}"], ["{empirical|[F_BATCHED]}"]], [["no wrong label"], ["**[none]**"]],
    ]}  # fmt: skip


def checks(v) -> list[Check]:
    """The laws against the programs on a unit's data, label by label; and BATCHED against all sums of signs."""
    law = unit(v, n=min(v.N, 2000), batch=min(v.b, v.N))
    x, y, theta = law.data(np.random.default_rng(v.seed))
    most = drawn(v.seed, law.shares)[:, EPSILONS.index(v.eps), SIZES.index(int(v.N))].max(axis=0)
    wrong = np.minimum(most, len(y) // 3)
    flipped = y.copy()
    flipped[: wrong.sum()] = np.repeat(np.arange(1, 3) if law.shares else [0.0], wrong)
    sampled = float(law.of_wrong_labels(wrong if law.shares else wrong[0]))
    scores = "scores of the model"
    pairs = {
        "EXACT": (law.value("EXACT"), six_ways.exact(law.model, x, theta), "sum over labels"),
        "EMPIRICAL": (law.value("EMPIRICAL"), six_ways.empirical(law.model, x, y, theta), scores),
        "ARGMAX": (law.value("ARGMAX"), six_ways.argmax(law.model, x, theta), scores),
        "SAMPLE with as many wrong labels as any run": (sampled, six_ways.empirical(law.model, x, flipped, theta), scores),
    }  # fmt: skip
    tests = [Check(name, "law", how, abs(a / law.read(b) - 1), 1e-9) for name, (a, b, how) in pairs.items()]
    by_signs = law.value("BATCHED", v.squared) / law.batched_by_signs(v.squared)
    return [*tests, Check("BATCHED", "law", "all sums of signs", abs(by_signs - 1), 1e-9)]


# ---- words -------------------------------------------------------------------------------------------------------------
def holds(v) -> bool:
    """Six decades between the published peaks of EXACT and BATCHED; and at the defaults λ = 1, 1, 1, 99, 99, 12 672."""
    found = {r.way: np.log10(r.mnist_peak).mean() for r in published.VAN_DE_VEN if r.mnist_peak}
    needed = [unit(v).multiplier(way) for way in figures.LOOKS]
    return bool(abs(found["BATCHED"] - found["EXACT"] - 6) < 0.1 and np.allclose(needed, [1, 1, 1, 99, 99, 12_672]))


def typical(form: str):
    """Words with the numbers of the question: shares of runs with and without a wrong label, λ of the median run."""

    def words() -> str:
        u = SureUnit(ASKED["eps"], ASKED["N"])
        none = 100 * u.no_wrong_label
        return form.format(share=none, wrong=100 - none, needed=round(u.value("EXACT") / u.sample_median))

    return words


def program(v) -> str:
    if v.tab == "longer":
        return snippets.render("six_ways_longer", seed=v.seed, weight=int(v.weight))
    if v.tab == "autopsy":
        return snippets.render("six_ways_autopsy", epsilon=v.eps, importance=v.lam)
    u = unit(v)
    return snippets.render(
        "six_ways", epsilon=v.eps, n=u.n, batch=u.batch, squared=v.squared, lean=u.lean, wrong=u.shares or (1.0,), seed=v.seed
    )  # fmt: skip
