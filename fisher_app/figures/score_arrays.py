"""Arrays behind the figures of the score lesson: its subjects, its cloud, and how they are packed and placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.score import Moments, Skeleton
from fisher_core.validation import Array

from ..stage.scene import Axis

Ticks = Sequence[tuple[float, str]]
BALLS = 10  # numbered data: so many are in the smallest sample, too


def ticks(*values: float) -> list[tuple[float, str]]:
    return [(v, f"{v:g}".replace("-", "−")) for v in values]


@dataclass(frozen=True)
class Subject:
    """A model or a data set on this page: what its axes show, which controls move θ, and its words.

    ``truth`` is where the data come from (for measured data: their maximum-likelihood estimate).  ``kind``: "density",
    "counts" or "labels".  ``tags``: directions in degrees in which the two ellipses are named.  ``family``: a family of
    the registry, by its key; its controls then count ``units`` of θ from the truth instead of being θ themselves.
    """

    key: str
    title: str
    truth: tuple[float, ...]
    controls: tuple[str, ...]
    symbols: tuple[str, ...]  # rich text, maths italic
    x: Axis
    top: float
    top_ticks: Ticks
    s: tuple[Axis, ...]
    formula: tuple[tuple[str, str], ...]  # symbols, and the same with numbers, of each coordinate of the score
    kind: str = "density"
    real: bool = False
    pad_ticks: tuple[Ticks, ...] = ((), ())
    tags: tuple[float, float] = (-35, 215)
    digits: str = "2"
    note: str = ""
    family: str = ""
    units: tuple[float, ...] = ()

    def theta(self, moved: Array) -> Array:
        """θ (…, d) where the controls stand at ``moved`` (…, d)."""
        return np.asarray(self.truth) + np.asarray(self.units) * moved if self.units else np.asarray(moved)

    @property
    def home(self) -> tuple[float, ...]:
        """Where the controls stand at the truth."""
        return (0.0,) * self.d if self.units else self.truth

    @property
    def token(self) -> str:
        return "empirical" if self.real else "sampled"

    @property
    def d(self) -> int:
        return len(self.controls)


@dataclass(frozen=True, eq=False)
class Cloud:
    """All arrays of one picture.  G nodes of θ in the order of the subject's controls, C nodes of N, d coordinates."""

    table: Skeleton  # NaN weights where an open question hides the scores
    dots: Array  # rows of the plotted data (r, n), or of the outcomes of a finite set
    shares: Array | None  # how often each outcome came, (C, m), for a finite set
    chances: Array | None  # how often it should, (m,) or (G, m)
    balls: Array  # the numbered data, (12,) or (12, 2)
    ball_rows: Array  # (r, 12)
    counts: Array  # (C,)
    at_n: Moments  # sample, (C, ...) at the present θ
    at_theta: Moments  # sample, (G, ...) at the present N
    exact: Moments  # under the truth, (G, ...): its covariance is that of the score wherever it is evaluated
    exact_now: Moments
    fisher: Array  # (G, d, d)
    n: int
    rug: Array
    x: Array  # grid of the density
    density: tuple[Array, Array]  # weights (G, R) and rows (R, m)
    tilts: tuple[Array, ...]  # per coordinate, weights (G, R) of ∂p/∂θ on the same rows
    steps: Array  # (G, 12, d): the step along each numbered datum's score
    hidden: Array  # (G,) booleans
    ball_scores: Array  # (12, d) at the present θ
    theta: Array  # (G, d)
    dots_at: Array  # the data behind the dots, (n,); only read where they are numbers


# ---- arrays that only pictures need ------------------------------------------------------------------------------------
def factors(tables: Sequence[Array], tolerance: float) -> list[tuple[Array, Array]]:
    """Tables (G, m) as weights (G, R) on common rows (R, m): singular vectors above ``tolerance`` of the largest."""
    scaled = np.concatenate([t / np.abs(t).max() for t in tables])
    squares, rows = np.linalg.eigh(
        scaled.T @ scaled
    )  # half the digits of a full decomposition, at a hundredth of its time
    rows = rows[:, squares > tolerance**2 * squares[-1]].T[::-1]
    return [(t @ rows.T, rows) for t in tables]


def density_grid(subject: Subject) -> Array:
    if subject.kind == "counts":
        return np.arange(np.ceil(subject.x.lo), np.floor(subject.x.hi) + 1)
    lo, hi = subject.x.lo, subject.x.hi
    if subject.key == "uniform":  # both sides of every place where it can end
        ends = np.round(1 + 0.05 * np.arange(21), 6)
        return np.unique([lo, -1e-6, 0.0, *ends, *(ends + 1e-6), hi])
    inner = np.linspace(lo, hi, 121 if subject.kind == "density" else 81)
    if subject.family:  # a density may be infinite, or not defined, where its support ends
        return np.clip(inner, lo + 1e-3 * (hi - lo), hi - 1e-3 * (hi - lo))
    return (
        np.maximum(inner, 1e-3 * (hi - lo))
        if subject.key in ("gamma", "weibull")
        else np.clip(inner, 2e-3, 0.998)
        if subject.key == "beta"
        else inner
    )


def chosen(subject: Subject, data: Array) -> Array:
    """Which data carry numbers: the first drawn; of counts that are stored in order, as many spread evenly."""
    return (
        np.arange(BALLS)
        if not (subject.real and subject.kind == "counts")
        else np.linspace(0, len(data) - 1, BALLS).astype(int)
    )


def placed(subject: Subject, data: Array, doses: Array) -> Array:
    """Their place in the picture: x, or (dose, label)."""
    return np.column_stack([doses[data[:, 0].astype(int)], data[:, 1]]) if subject.kind == "labels" else data


def outcome_grid(subject: Subject, grid: Array, doses: int) -> Array | None:
    """All outcomes of a model that has few, else None."""
    if subject.kind == "labels":
        return np.column_stack([np.tile(np.arange(doses), 2), np.repeat([0, 1], doses)]).astype(float)
    if subject.key == "uniform":
        return np.array([0.5])
    return grid if subject.kind == "counts" else None


def running_shares(subject: Subject, data: Array, counts: Array, outcomes: Array) -> Array:
    """Share of each outcome among the first N data, (C, m)."""
    if len(outcomes) == 1:
        return np.ones((len(counts), 1))
    code = (data[:, 0] + data[:, 1] * (len(outcomes) // 2)) if subject.kind == "labels" else data - outcomes[0]
    blocks = np.split(code.astype(int), counts[:-1])
    seen = np.cumsum([np.bincount(b, minlength=len(outcomes))[: len(outcomes)] for b in blocks[: len(counts)]], axis=0)
    return seen / counts[:, None]


def rug(subject: Subject, data: Array, doses: Array) -> Array:
    return doses if subject.kind == "labels" else data[:200]


def lanes(at: Array, width: float, gap: float) -> Array:
    """A lane for each mark so that none touches its neighbour: the lowest that is free ``gap`` around it."""
    lane, ends = np.zeros(len(at), dtype=int), []
    for k in np.argsort(at, kind="stable"):
        free = next((j for j, end in enumerate(ends) if at[k] - end >= gap * width), len(ends))
        if free == len(ends):
            ends.append(-np.inf)
        ends[free], lane[k] = at[k], free
    return lane


def spots(subject: Subject, balls: Array) -> tuple[Array, Array]:
    """Where the numbered data lie under the density: side by side where values repeat, else stacked in lanes."""
    lo, hi, top = subject.x.lo, subject.x.hi, subject.top
    if subject.kind == "density":
        return balls, (0.105 + 0.105 * lanes(balls, hi - lo, 0.062)) * top
    x = balls[:, 0] if balls.ndim == 2 else balls
    up = balls[:, 1] if balls.ndim == 2 else np.zeros(len(x))
    per_row = max(1, min(4, int(300 / (hi - lo) * (0.5 if subject.kind == "labels" else 1) / 22)))
    at, height, seen = np.empty(len(x)), np.empty(len(x)), {}
    for k, key in enumerate(zip(x, up, strict=True)):
        j = seen[key] = seen.get(key, -1) + 1
        count = sum(1 for other in zip(x, up, strict=True) if other == key)
        row, width = divmod(j, per_row)[0], min(per_row, count - per_row * (j // per_row))
        at[k] = key[0] + (j % per_row - (width - 1) / 2) * 0.066 * (hi - lo)
        rise = 0.105 + 0.105 * row
        height[k] = (
            (0.05 if not key[1] else 1.0) + (-0.1 if key[1] else 0.1) * row if subject.kind == "labels" else rise * top
        )
    return at, height


def tidy(values: Array, noise: float = 1e-12) -> Array:
    """Rounding noise is shown as the zero it stands for."""
    return np.where(np.abs(values) < noise, 0.0, values)
