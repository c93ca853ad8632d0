"""Small worlds of the lesson on sampling: a two-weight model, its data, and the point that offsets are counted from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fisher_core.data import historical as datasets
from fisher_core.models import LinearRegression, LogisticRegression
from fisher_core.validation import Array

Rows = tuple[tuple[float, ...], ...]

QUIET = 0.02  # the share of the noise that "break it" leaves


@dataclass(frozen=True, eq=False)
class World:
    """``origin`` is the optimum where there is one; ``kind`` says how the data are drawn: line, curve or plane."""

    model: LinearRegression | LogisticRegression
    x: Array
    y: Array
    origin: Array
    kind: str
    axes: tuple[str, str] = ("intercept", "slope")
    optimum: str = "optimum _θ_\\*"
    units: str = "input _x_"
    found: bool = True  # whether an optimum exists


def make(model: str, noise: str, classes: str, quiet: bool, rows: Rows | None = None) -> World:
    """The data of a preset, or the reader's own: x standardised, and for a line y in units of its residual spread.

    Raises ValueError, in words for the reader, when their data do not suit the model.
    """
    own = None if rows is None else np.array(rows)
    units = "input _x_" if own is None else "your _x_, standardised"
    if model == "linear":
        line = LinearRegression()
        x, y = datasets.regression(noise) if own is None else datasets.standardised_line(own[:, 0], own[:, 1])
        origin = line.mle(x, y)
        fit = line.predict_mean(x, origin)
        return World(line, x, fit + QUIET * (y - fit) if quiet else y, origin, "line", units=units)
    logistic = LogisticRegression()
    if own is None and classes in ("correct", "crossed"):
        x, y = datasets.k2_logistic(classes)
        names = ("weight _w_~{1}", "weight _w_~{2}")
        return World(logistic, x, y, logistic.mle(x, y), "plane", names, "optimum _w_\\*")
    if own is None and classes == "separable":
        x, y = datasets.separable_classes()
        return World(logistic, x, y, np.array([0.0, 1.0]), "curve", optimum="(0, 1)", found=False)
    columns = datasets.challenger().values if own is None else own
    x, y = datasets.standardised_classes(columns[:, 0], columns[:, 1])
    return World(
        logistic, x, y, logistic.mle(x, y), "curve", units="temperature, standardised" if own is None else units
    )
