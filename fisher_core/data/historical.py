"""Data worth knowing: five small historical sets, and the seeded generators behind the numbers the pages print.

Every set is small enough to be read here; every generator owns its random state, so no global one is touched.
Measurements themselves are facts and free of copyright; each set names where they were published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = [
    "Dataset",
    "Race",
    "alpha_counts",
    "challenger",
    "g1_race",
    "horse_kicks",
    "k1_field",
    "k2_logistic",
    "k3_linear",
    "light_passage",
    "regression",
    "separable_classes",
    "standardised_classes",
    "standardised_line",
]


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table of observations. ``values`` is (n, len(columns)), one row per observation, or (n,) for one column."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    columns: tuple[str, ...]
    values: Array


_PUBLIC = "Public domain: published measurements."


def horse_kicks() -> Dataset:
    """Deaths by horse kick in 200 corps-years of the Prussian army: the first Poisson fit. Mean .61, variance .611."""
    return Dataset(
        "horse_kicks",
        "Deaths by horse kick",
        "Deaths in one corps in one year: 10 army corps over the 20 years 1875–1894.",
        "L. von Bortkiewicz, Das Gesetz der kleinen Zahlen, Teubner, Leipzig 1898, §12.",
        _PUBLIC,
        ("deaths",),
        _repeat(109, 65, 22, 3, 1),
    )


def alpha_counts() -> Dataset:
    """Scintillations from polonium in 2608 intervals of 1/8 minute: 10 097 in all, mean 3.8715.

    Tables that end with "12 or more: 2" lose three particles and give 10 094.
    """
    return Dataset(
        "alpha_counts",
        "Alpha particles counted",
        "Scintillations of alpha particles in 2608 intervals of 7.5 seconds.",
        "E. Rutherford, H. Geiger and H. Bateman, Philosophical Magazine 20 (1910), 698–707, table I.",
        _PUBLIC,
        ("particles",),
        _repeat(57, 203, 383, 525, 532, 408, 273, 139, 45, 27, 10, 4, 0, 1, 1),
    )


def light_passage() -> Dataset:
    """Newcomb's 66 passage times of light, in ns beyond 24.8 µs; outliers −44 and −2. Mean 26.21, sd 10.75."""
    times = (
        "28 26 33 24 34 -44 27 16 40 -2 29 22 24 21 25 30 23 29 31 19 24 20 36 32 36 28 25 21 28 29 37 25 28 26 30 32 "
        "36 26 30 22 36 23 27 27 28 27 31 27 26 33 26 32 32 24 39 28 24 25 32 25 29 27 28 29 16 23"
    )
    return Dataset(
        "light_passage",
        "Newcomb's speed of light",
        "Time for light to travel 7442 m over the Potomac and back, as nanoseconds beyond 24 800.",
        "S. Newcomb, Astronomical Papers 2 (1891), 107–230; as tabulated by S. Stigler, Annals of Statistics 5 (1977).",
        _PUBLIC,
        ("deviation_ns",),
        np.array([float(t) for t in times.split()]),
    )


def challenger() -> Dataset:
    """Temperature at launch and O-ring distress before 51-L; logistic fit logit P = 15.0429 − .2322 °F.

    Flights in launch order. The question the night before was P at 31 °F.
    """
    temperature = [66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58]
    distress = [0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1]
    return Dataset(
        "challenger",
        "O-rings before Challenger",
        "The 23 space shuttle launches before 51-L: temperature in °F and whether any primary O-ring showed distress.",
        "Report of the Presidential Commission on the Space Shuttle Challenger Accident (1986); "
        "S. Dalal, E. Fowlkes and B. Hoadley, JASA 84 (1989), 945–957, table 1.",
        "Public domain: work of the United States government.",
        ("temperature_f", "distress"),
        np.column_stack([temperature, distress]).astype(float),
    )


DATASETS = {make.__name__: make for make in (horse_kicks, alpha_counts, light_passage, challenger)}


# Seeded generators. Legacy RandomState reproduces numpy.random.seed(0) without touching the global state.


def k1_field() -> tuple[Array, Array]:
    """The regression of a vector-field picture: x (1000, 2) = (1, lognormal), y (1000,) = 2 + 2x + N(0, 1).

    Kunstner, Balles and Hennig 2019, fig. 1. θ = (intercept, slope), θ* = (2.038564, 1.980396).
    """
    rng = np.random.RandomState(0)
    x = rng.lognormal(0, 0.75, (1000, 1))
    y = 2 + 2 * x + rng.randn(1000, 1)
    return np.column_stack([np.ones(1000), x]), y[:, 0]


_K2 = {  # mean of label 0 (label 1 has minus that), linear maps of label 0 and label 1
    "correct": (1.0, 2 * np.eye(2), 2 * np.eye(2)),
    "crossed": (1.0, 1.5 * np.array([[1, -0.6], [-0.6, 1]]), 1.5 * np.array([[1, 0.6], [0.6, 1]])),
    "unequal": (1.5, 3 * np.eye(2), np.eye(2)),
}


def k2_logistic(kind: str = "correct") -> tuple[Array, Array]:
    """Two classes of 500 points, x (1000, 2), y (1000,): logistic regression without bias, right or wrong.

    Kunstner, Balles and Hennig 2019, fig. 2. "correct": equal spreads, so the model is true; "crossed": spreads at
    right angles; "unequal": one class wider. Each class is mean + N(0, I) C with C used as a linear map, not as a
    covariance. Raises ValueError on another kind.
    """
    mean, c0, c1 = _K2[check.choice("kind", kind, tuple(_K2))]
    rng = np.random.RandomState(0)
    # Label 0 sits at +mean, so the optimal weights are negative.
    x0 = mean + rng.randn(500, 2) @ c0
    x1 = -mean + rng.randn(500, 2) @ c1
    return np.vstack([x0, x1]), np.repeat([0.0, 1.0], 500)


def k3_linear(kind: str = "matched") -> tuple[Array, Array]:
    """x (1000, 2) = (N(0, 1), 1), y = x + 1 + N(0, 1); "misspecified" adds .5x² that the line cannot follow."""
    check.choice("kind", kind, ("matched", "misspecified"))
    rng = np.random.RandomState(0)
    x = rng.randn(1000)
    y = x + 1 + rng.randn(1000)
    return np.column_stack([x, np.ones(1000)]), y + 0.5 * x**2 if kind == "misspecified" else y


def regression(noise: str = "matched") -> tuple[Array, Array]:
    """x (1000, 2) = (1, N(0, 1)), y = 1 + 2x + noise: the line of the pages on empirical Fisher and sandwich.

    "matched": N(0, 1). "heteroscedastic": the next 1000 draws times .2 + 1.2|x|. "fourfold": the matched noise doubled,
    so that its variance, and with it the empirical Fisher at the optimum, is four times what the model believes.
    """
    check.choice("noise", noise, ("matched", "heteroscedastic", "fourfold"))
    rng = np.random.default_rng(1)
    x = rng.normal(size=1000)
    matched, following = rng.normal(size=1000), rng.normal(size=1000)
    errors = {"matched": matched, "heteroscedastic": following * (0.2 + 1.2 * np.abs(x)), "fourfold": 2 * matched}
    return np.column_stack([np.ones(1000), x]), 1 + 2 * x + errors[noise]


def separable_classes() -> tuple[Array, Array]:
    """x (200, 2) = (1, ±(1 + .8|N(0, 1)|)), y (200,) = 1 where x > 0: a threshold at 0 makes no error.

    The likelihood of logistic regression grows with the slope without end, and every Fisher matrix goes to 0 with it.
    """
    rng = np.random.default_rng(1)
    y = np.tile([0.0, 1.0], 100)
    x = np.where(y == 1, 1.0, -1.0) * (1 + 0.8 * np.abs(rng.normal(size=200)))
    return np.column_stack([np.ones(200), x]), y


def standardised_line(x: Array, y: Array) -> tuple[Array, Array]:
    """Any two columns made ready for a regression line with unit noise: x (n, 2) = (1, standardised x), y (n,).

    y is divided by the root mean square of its least-squares residuals, so that the model's noise is the data's.
    Raises ValueError if there are fewer than 3 rows, x is constant, or the points lie on a line.
    """
    x, y = check.vector("x", x), check.vector("y", y)
    design, level = _standardised(x, y), y - y[0]  # as far from 0 as y may be, its noise keeps its digits
    residual = level - design @ np.linalg.lstsq(design, level, rcond=None)[0]
    noise = float(np.sqrt((residual**2).mean()))
    if noise <= max(1e-9 * np.ptp(y), 16 * np.finfo(float).eps * np.abs(y).max()):
        raise ValueError("the points lie on a line: there is no noise to measure the labels by")
    return design, y / noise


def standardised_classes(x: Array, y: Array) -> tuple[Array, Array]:
    """A number and a label 0 or 1 made ready for logistic regression: x (n, 2) = (1, standardised x), y (n,).

    Raises ValueError if labels are not 0 and 1, only one of them occurs, or x is constant.
    """
    x, y = check.vector("x", x), check.vector("y", y)
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        raise ValueError(
            f"labels for logistic regression are 0 and 1, and label {int(wrong.argmax()) + 1} is {y[wrong][0]:g}"
        )
    if np.ptp(y) == 0:
        raise ValueError(f"all labels are {y[0]:g}: there is nothing to tell apart")
    return _standardised(x, y), y


def _standardised(x: Array, y: Array) -> Array:
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"that is {len(x)} rows of x and {len(y)} of y, and at least 3 of both are needed")
    if np.ptp(x) == 0:
        raise ValueError(f"x is constant ({x[0]:g}): no slope can be learned")
    for name, column in (("x", x), ("y", y)):
        if not 1e-100 < np.abs(column).max() < 1e100:
            raise ValueError(f"{name} reaches {np.abs(column).max():g}: give it in units nearer to 1")
    x = x - x[0]
    return np.column_stack([np.ones(len(x)), (x - x.mean()) / x.std()])


@dataclass(frozen=True, eq=False)
class Race:
    """Training rows x (150, 2), y (150,), test rows (50, 2), (50,), and the start W (2,) of every method."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array
    start: Array


def g1_race(seed: int) -> Race:
    """Two overlapping Gaussian classes at ∓(1, 1) for the race of preconditioners; seeds 0–199 make the table."""
    rng = np.random.RandomState(check.integer("seed", seed))
    x = np.vstack([rng.randn(100, 2) - 1, rng.randn(100, 2) + 1])
    y = np.repeat([0.0, 1.0], 100)
    order = rng.permutation(200)
    train, test = order[:150], order[150:]
    return Race(x[train], y[train], x[test], y[test], 0.01 * rng.randn(2))


def _repeat(*counts: int) -> Array:
    """0, …, 0, 1, …, 1, …: ``counts[k]`` observations of the value k."""
    return np.repeat(np.arange(len(counts), dtype=float), counts)
