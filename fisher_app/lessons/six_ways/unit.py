"""One sure unit and the runs of SAMPLE on it: what three of the tabs share."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.continual import six_ways
from fisher_studies.sure_unit import SureUnit, wrong_labels

from ...controls import Choice, Slider, Toggle
from ...controls import seed as seed_control
from ...frame.declaration import Values
from ...stage.scene import Check
from . import words

EPSILONS = (*(float(f"{m}e{k}") for k in range(-6, -1) for m in (1, 1.5, 2, 3, 5, 7)), 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
SMALL_SIZES = (10, 20, 30, 50, 70, 100, 200, 300, 500, 700)
SIZES = (*SMALL_SIZES, 1000, 1500, 2000, 3000, 5000, 7000, 12_000, 20_000, 30_000, 60_000)
RUNS = 200
TWO_TO_ONE = (2 / 3, 1 / 3)
LEAN = 0.8  # mean of the inputs when gradients are made to agree: nine in ten of one sign
QUESTION = "typical"
ASKED = {"tab": "ways", "eps": 1e-4, "N": 1000, "b": 128, "squared": "mean", "classes": "2", "lean": False}
SHOWN = 0.01  # before a commitment, SAMPLE is shown where all its labels are right less often than this
LOOKS = {  # program: style, colour token, opacity of its bar
    "EXACT": ("exact", "exact", 0.9),
    "EXACT(n)": ("exact-thin", "exact", 0.55),
    "SAMPLE": ("sampled", "sampled", 0.9),
    "EMPIRICAL": ("empirical", "empirical", 0.9),
    "ARGMAX": ("none", "theta", 0.75),
    "BATCHED": ("empirical", "empirical", 0.45),
}
SLOT = {way: way.replace("(", "").replace(")", "") for way in LOOKS}  # in the names of live numbers

eps = Slider("eps", "Doubt _ε_, that is 1 − confidence", 1e-6, 0.4, 1, 0.01, format="g2", log=True, at=EPSILONS)
N = Slider("N", "Inputs _N_", 10, 60_000, 1, 1000, format="i", log=True, at=SIZES)
b = Slider("b", "Batch size _b_", 1, 1024, 1, 128, format="i", log=True, at=tuple(2**k for k in range(11)))
squared = Choice("squared", "BATCHED squares the", {"mean": "mean", "sum": "sum"}, "mean")
classes = Choice("classes", "Classes", {"2": "2", "3": "3, errors 2 : 1"}, "2")
lean = Toggle("lean", "9 inputs in 10 alike")
seed = seed_control(default=1)


def name(way: str, token: str = "") -> str:
    """A program's name in its colour."""
    return f"{{{token or LOOKS.get(way, ('', 'ink2'))[1]}|{'EXACT(500)' if way == 'EXACT(n)' else way}}}"


def unit(v: Values, epsilon=None, n=None, batch=None) -> SureUnit:
    """The unit of the present controls, or the one beside it at another ε, N or b."""
    shares = TWO_TO_ONE if v.classes == "3" else ()
    return SureUnit(epsilon or v.eps, int(n or v.N), int(batch or v.b), LEAN if v.lean else 0.0, shares)


def both_ways(v: Values) -> tuple[list[SureUnit], list[SureUnit]]:
    """The unit along ε at the present N, and along N at the present ε."""
    return [unit(v, epsilon=e) for e in EPSILONS], [unit(v, n=n) for n in SIZES]


@lru_cache(maxsize=12)
def drawn(number: int, shares: tuple[float, ...]) -> np.ndarray:
    """Wrong labels of all runs, (runs, ε, N, wrong classes): one draw, followed over both sliders."""
    return wrong_labels(EPSILONS, SIZES, RUNS, np.random.default_rng(number), shares)


def checks(v: Values) -> list[Check]:
    """The laws against the programs on a unit's data, label by label; and BATCHED against all sums of signs."""
    law = unit(v, n=min(v.N, 2000), batch=min(v.b, v.N))
    x, y, theta = law.data(np.random.default_rng(v.seed))
    most = drawn(v.seed, law.shares)[:, EPSILONS.index(v.eps), SIZES.index(int(v.N))].max(axis=0)
    wrong = np.minimum(most, len(y) // 3)
    flipped = y.copy()
    flipped[: wrong.sum()] = np.repeat(np.arange(1, 3) if law.shares else [0.0], wrong)
    sampled, scores = float(law.of_wrong_labels(wrong if law.shares else wrong[0])), "scores of the model"
    pairs = {
        "EXACT": (law.value("EXACT"), six_ways.exact(law.model, x, theta), "sum over labels"),
        "EMPIRICAL": (law.value("EMPIRICAL"), six_ways.empirical(law.model, x, y, theta), scores),
        "ARGMAX": (law.value("ARGMAX"), six_ways.argmax(law.model, x, theta), scores),
        "SAMPLE with as many wrong labels as any run": (
            sampled,
            six_ways.empirical(law.model, x, flipped, theta),
            scores,
        ),
    }
    tests = [Check(way, "law", how, abs(a / law.read(f) - 1), 1e-9) for way, (a, f, how) in pairs.items()]
    by_signs = law.value("BATCHED", v.squared) / law.batched_by_signs(v.squared)
    return [*tests, Check("BATCHED", "law", "all sums of signs", abs(by_signs - 1), 1e-9)]


# ---- numbers in the words ----------------------------------------------------------------------------------------------
def power(value: float) -> str:
    """The nearest power of ten."""
    return f"10^{{{round(np.log10(value))}}}".replace("-", "−")


asked, three = SureUnit(ASKED["eps"], ASKED["N"], ASKED["b"]), SureUnit(0.3, shares=TWO_TO_ONE)
words.facts |= {
    "runs": lambda: RUNS,
    "all_right": lambda: 100 * asked.no_wrong_label,
    "some_wrong": lambda: 100 * (1 - asked.no_wrong_label),
    "needed": lambda: asked.value("EXACT") / asked.sample_median,
    "right_floor": lambda: power(asked.of_wrong_labels(0)),
    "wrong_floor": lambda: power(asked.of_wrong_labels(1)),
    "median_to_mean": lambda: power(asked.sample_median / asked.value("SAMPLE")),
    "wrong_labels": lambda: asked.n * asked.epsilon,
    "sum_to_mean": lambda: asked.batch_factor("sum") / asked.batch_factor("mean"),
    "three_exact": lambda: three.value("EXACT"),
    "three_argmax": lambda: three.value("ARGMAX"),
    "too_small": lambda: SureUnit(0.01).multiplier("ARGMAX"),
} | {f"none_{k}": lambda k=k: SureUnit(10.0**-k, 12_000).no_wrong_label for k in (3, 4, 5, 6)}
