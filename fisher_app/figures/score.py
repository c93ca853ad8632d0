"""Figures of the score lesson: data under a density, their cloud of scores, the two matrices, the plane of θ; summaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core.scores import Moments, Skeleton, square_root
from fisher_core.validation import Array

from ..stage.scene import (
    Axis,
    Cross,
    Data,
    Live,
    Mix,
    Number,
    TableView,
    View,
    bars,
    curve,
    ellipse,
    guesses,
    handle,
    label,
    points,
    rule,
    segments,
    veil,
)  # fmt: skip

Ticks = Sequence[tuple[float, str]]
COLUMNS, AREAS = "minmax(0, 1fr) minmax(0, 1.2fr)", ("a b", "c d")
BALLS = 12


def ticks(*values: float) -> list[tuple[float, str]]:
    return [(v, f"{v:g}".replace("-", "−")) for v in values]


@dataclass(frozen=True)
class Subject:
    """A model or a data set on this page: what its axes show, which controls move θ, and its words.

    ``truth`` is where the data come from (for measured data: their maximum-likelihood estimate).  ``kind``: "density",
    "counts" or "labels".  ``tags``: directions in degrees in which the two ellipses are named.
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
    return (
        np.maximum(inner, 1e-3 * (hi - lo))
        if subject.key in ("gamma", "weibull")
        else np.clip(inner, 2e-3, 0.998)
        if subject.key == "beta"
        else inner
    )


def chosen(subject: Subject, data: Array) -> Array:
    """Which data carry the numbers 1 to 12: the first drawn; of counts that are stored in order, twelve spread evenly."""
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


class Reading:
    """Turns a cloud's arrays into what the browser reads: over θ, over N at the present θ, or both crosswise."""

    def __init__(self, subject: Subject, cloud: Cloud, shape: tuple[int, ...]):
        self.s, self.c, self.shape = subject, cloud, shape

    def theta(self, values: Array) -> Live:
        return Live(np.asarray(values).reshape(*self.shape, *np.shape(values)[1:]), self.s.controls)

    def n(self, values: Array) -> Live:
        return Live(values, ("n",))

    def both(self, over_n: Array, over_theta: Array) -> Data:
        return self.theta(over_theta) if self.s.real else Cross((self.n(over_n), self.theta(over_theta)))

    def scores(self, i: int, rows: Array) -> Mix:
        return Mix(self.theta(self.c.table.weights[:, i]), rows)

    def datum(self, i: int) -> Mix:
        return Mix(self.theta(self.c.table.weights[:, i]), Live(self.c.ball_rows.T, ("i",)))

    def sample(self, pick) -> Data:
        return self.both(pick(self.c.at_n), pick(self.c.at_theta))

    def error(self, pick) -> Data:
        """A standard error: the spread of one term over √N; for measured data from the data themselves."""
        c = self.c
        if self.s.real:
            return self.theta(pick(c.at_theta) / np.sqrt(c.n))
        spread = np.where(c.hidden, np.nan, pick(c.exact)) / np.sqrt(c.n)
        return self.both(pick(c.exact_now) / np.sqrt(c.counts), spread)


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


def numbered(x: Data, y: Data) -> dict:
    """The twelve data with their numbers inside; a click picks one."""
    return points(
        x,
        y,
        "theta",
        size=7.5,
        hollow=True,
        pick="i",
        edge=False,
        casing=False,
        labels=[str(k + 1) for k in range(BALLS)],
    ) | {"base": 1, "inside": True, "width": 1}


def apart(subject: Subject, scores: Array, width: float = 300, height: float = 206) -> list[str]:
    """Their numbers in the cloud, where there is room: none touches another."""
    sx, sy = subject.s
    at = np.column_stack(
        [(scores[:, 0] - sx.lo) / (sx.hi - sx.lo) * width, (scores[:, 1] - sy.lo) / (sy.hi - sy.lo) * height]
    )
    kept: list[int] = []
    for k in range(len(at)):
        if np.isfinite(at[k]).all() and all(
            abs(at[k, 0] - at[j, 0]) > 18 or abs(at[k, 1] - at[j, 1]) > 15 for j in kept
        ):
            kept.append(k)
    return [str(k + 1) if k in kept else "" for k in range(len(at))]


def data_view(subject: Subject, r: Reading) -> View:
    c, kind = r.c, subject.kind
    p = Mix(r.theta(c.density[0]), c.density[1])
    push = [Live(c.steps.reshape(*r.shape, BALLS, -1)[..., k], (*subject.controls, "i")) for k in range(subject.d)]
    tilt = Mix((1.0, *push), (p, *(Mix(r.theta(w), c.density[1]) for w in c.tilts)))
    at, height = spots(subject, c.balls)
    over_i = Live(at, ("i",))
    layers = [segments(c.rug, [0.0], c.rug, [0.035 * subject.top], "data", alpha=0.45)] if kind == "density" else []
    if kind == "counts":
        layers += [bars(c.x - 0.03 * (subject.x.hi - subject.x.lo) / 2, c.x + 0.03 * (subject.x.hi - subject.x.lo) / 2, [0.0], p, "A"),
                   points(c.x, tilt, "theta", size=4.5, hollow=True, symbol="diamond", edge=False)]  # fmt: skip
        said = [label(subject.x.hi, 0.93 * subject.top, "◇ a step for datum [i:i]", align="right", token="ink2")]
        if c.shares is not None:
            layers.append(
                points(
                    c.x,
                    r.n(c.shares) if not subject.real else c.shares[-1],
                    subject.token,
                    size=4.5,
                    hollow=True,
                    edge=False,
                )
            )
    else:
        if kind == "labels" and c.shares is not None:
            k = c.shares.shape[1] // 2
            ones = c.shares[:, k:] / np.maximum(c.shares[:, :k] + c.shares[:, k:], 1e-9)
            layers.append(
                points(
                    c.rug,
                    r.n(np.where(c.shares[:, :k] + c.shares[:, k:] > 0, ones, np.nan)),
                    "sampled",
                    size=4,
                    hollow=True,
                    edge=False,
                )
            )
        layers += [curve(c.x, tilt, "theta", dash="short", width=1.5), curve(c.x, p, "theta", width=2.5)]
        said = []
    name = "_p_(_x_)" if kind != "labels" else "_p_(_y_ = 1 | _x_)"
    lo, hi = subject.x.lo, subject.x.hi
    if kind == "labels":
        said = [label(hi, 0.3, "a step for datum [i:i]", align="right", token="ink2")]
    elif kind == "density" and np.isfinite(c.steps).any():
        said = [
            label(
                Live(np.clip(at, lo + 0.02 * (hi - lo), hi - 0.46 * (hi - lo)), ("i",)),
                0.9 * subject.top,
                "a step for datum [i:i]",
                dx=7,
                token="ink2",
            )
        ]
    layers += [rule(x=over_i, token="hair"), numbered(at, height), *said]
    drawn = "random draw, seed [seed:i]" if not subject.real else subject.note
    caption = f"**Data.** Click a number; {drawn}." if not subject.real else f"**Data.** {subject.note}"
    return View(
        "a", caption, subject.x, Axis(0, subject.top, name, subject.top_ticks), layers,
        alt="Density at θ with twelve numbered data below it; a dashed curve shows how the chosen datum tilts it",
        sentence="Datum [i:i] is x = [xi]; a step along its score tilts the density towards it, to the dashed curve.",
        table=(["datum", "x", *(["y"] if c.balls.ndim == 2 else [])], [np.arange(1, BALLS + 1), *np.atleast_2d(c.balls.T)]), height=245, phone=250, pad=(40, 10, 8, 42),
    )  # fmt: skip


def directions(root: Array, mean: Array, degrees: float) -> tuple[Array, Array]:
    angle = np.radians(degrees)
    edge = mean + root @ np.array([np.cos(angle), np.sin(angle)])
    return edge[..., 0], edge[..., 1]


def note_when_hidden(r: Reading, x: float, y: float) -> list[dict]:
    if not r.c.hidden.any():
        return []
    where = r.theta(np.where(r.c.hidden, x, np.nan))
    return [label(where, y, "hidden until you commit", align="center", token="ink3", clip=False)]


def cloud_view(subject: Subject, r: Reading, question: Sequence[dict]) -> View:
    """Two coordinates: one dot per datum, the mean with its ellipse, and the ellipse that the model promises."""
    c, (sx, sy) = r.c, subject.s
    roots = square_root(np.nan_to_num(c.at_n.covariance)), square_root(np.nan_to_num(c.at_theta.covariance))
    roots = roots[0] + 0 * c.at_n.covariance, roots[1] + 0 * c.at_theta.covariance
    promised = square_root(c.fisher)
    mean = [r.both(c.at_n.mean[:, k], c.at_theta.mean[:, k]) for k in (0, 1)]
    entry = [r.both(roots[0][:, a, b], roots[1][:, a, b]) for a, b in ((0, 0), (0, 1), (1, 1))]
    here_n, here_t = (
        directions(roots[0], c.at_n.mean, subject.tags[0]),
        directions(roots[1], c.at_theta.mean, subject.tags[0]),
    )
    there = directions(promised, np.zeros(2), subject.tags[1])
    finite = c.shares is not None
    dots = (
        points(r.scores(0, c.dots), r.scores(1, c.dots), "data", size=2.2, sizes=r.n(2.2 + 22 * np.sqrt(c.shares) * (c.shares > 0)) if finite else None, alpha=0.4,
               count=None if finite or subject.real else r.n(np.minimum(c.counts, c.dots.shape[1]).astype(float)))
    )  # fmt: skip
    side = {1: "left", -1: "right"}
    layers = [
        rule(x=[0.0], token="axis", dash="dot"), rule(y=[0.0], token="axis", dash="dot"), dots,
        ellipse(*mean, *entry, subject.token, dash="solid", width=2.5, casing=True),
        ellipse([0.0], [0.0], *(r.theta(promised[:, a, b]) for a, b in ((0, 0), (0, 1), (1, 1))), "exact", dash="dash", width=2.25),
        *([] if subject.real else [points(r.theta(np.where(c.hidden, np.nan, c.exact.mean[:, 0])), r.theta(np.where(c.hidden, np.nan, c.exact.mean[:, 1])), "exact", size=4.5, casing=True)]),
        points(*mean, subject.token, symbol="cross", size=6, casing=True, edge=True),
        points(r.scores(0, c.ball_rows), r.scores(1, c.ball_rows), "theta", size=3, pick="i", edge=False, casing=False, labels=apart(subject, c.ball_scores)) | {"base": 1},
        label(r.both(here_n[0], here_t[0]), r.both(here_n[1], here_t[1]), "data" if subject.real else "sample", dx=9 * np.sign(np.cos(np.radians(subject.tags[0]))), dy=12, align=side[int(np.sign(np.cos(np.radians(subject.tags[0]))))], token=subject.token, weight=600),
        label(r.theta(there[0]), r.theta(there[1]), "exact _F_", dx=9 * np.sign(np.cos(np.radians(subject.tags[1]))), dy=12, align=side[int(np.sign(np.cos(np.radians(subject.tags[1]))))], token="exact", weight=600),
        *note_when_hidden(r, (sx.lo + sx.hi) / 2, sy.lo + 0.86 * (sy.hi - sy.lo)),
        *question,
    ]  # fmt: skip
    count = "_N_ = [n:i]" if not subject.real else f"_n_ = {c.n}"
    origin = f"random draw, seed [seed:i], {count}" if not subject.real else count
    return View(
        "b", f"**Scores**, one dot per datum; {origin}.", sx, sy, layers,
        alt="Scores of all data as dots, their mean as a cross, and one-sigma ellipses of the sample and of the Fisher matrix",
        sentence="Mean score ([m1], [m2]); covariance [c11], [c12], [c22]; the Fisher matrix says [f11], [f12], [f22].",
        table=(["datum", "score 1", "score 2"], [np.arange(1, BALLS + 1), *c.ball_scores.T]), height=245, phone=290, pad=(40, 10, 8, 42),
    )  # fmt: skip


def asked(key: str, given: dict | None, truth: Array, when: dict) -> list[dict]:
    """The guess on the plot, and once answered the way from it to the truth."""
    layers = [guesses(key) if given is None else guesses(key) | {"when": when}]
    if given is not None:
        gap = float(np.hypot(given["x"] - truth[0], given["y"] - truth[1]))
        middle = (given["x"] + truth[0]) / 2, (given["y"] + truth[1]) / 2
        layers += [
            segments([given["x"]], [given["y"]], [truth[0]], [truth[1]], "guess", width=1.25, dash="short")
            | {"when": when}
        ]
        if gap > 0.4:
            layers += [label(*middle, f"gap {gap:.1f}", dx=8, dy=-6, token="guess") | {"when": when}]
    return layers


def strip_view(subject: Subject, r: Reading) -> View:
    """One coordinate, few outcomes: where each outcome's score lies, and how often it came."""
    c, (sx,) = r.c, subject.s
    s = r.scores(0, c.dots)
    share = c.shares[-1] if subject.real else r.n(c.shares)
    chance = c.chances if c.chances.ndim == 1 else r.theta(c.chances)
    sd = np.sqrt(np.maximum(c.at_n.covariance[:, 0, 0], 0.0)), np.sqrt(np.maximum(c.at_theta.covariance[:, 0, 0], 0.0))
    mean = r.both(c.at_n.mean[:, 0], c.at_theta.mean[:, 0])
    root = np.sqrt(c.fisher[:, 0, 0])
    low, high = (
        r.both(c.at_n.mean[:, 0] - sd[0], c.at_theta.mean[:, 0] - sd[1]),
        r.both(c.at_n.mean[:, 0] + sd[0], c.at_theta.mean[:, 0] + sd[1]),
    )
    word = "data" if subject.real else "sample"
    up, down = 1.15 * subject.top, 1.05 * subject.top
    layers = [
        rule(x=[0.0], token="axis", dash="dot"), segments(s, [0.0], s, share, subject.token, width=1.5),
        points(s, share, subject.token, size=6.5, hollow=True, edge=False), points(s, chance, "exact", size=3.5, edge=False, casing=False),
        segments(low, [up], high, [up], subject.token, width=2.5), points(mean, [up], subject.token, symbol="cross", size=5.5, casing=True),
        segments(r.theta(-root), [down], r.theta(root), [down], "exact", width=2.25, dash="dash"),
        label(high, up, f"mean ± 1σ, {word}", dx=9, middle=True, token=subject.token, weight=600), label(r.theta(root), down, "0 ± √_F_, exact", dx=9, middle=True, token="exact", weight=600),
        points(r.scores(0, c.ball_rows), [0.0], "theta", size=4, pick="i", edge=False) | {"base": 1, "alpha": 0.0},
    ]  # fmt: skip
    count = "_N_ = [n:i]" if not subject.real else f"_n_ = {c.n}"
    origin = f"random draw, seed [seed:i], {count}" if not subject.real else count
    return View(
        "b", f"**Scores** and their share of the data; {origin}.", sx, Axis(0, 1.23 * subject.top, "", [(0, "0"), *subject.top_ticks]), layers,
        alt="Each possible score with the share of data that has it, and the mean plus and minus one standard deviation",
        sentence="Mean score [m1], variance [c11]; the Fisher information is [f11].",
        table=(["outcome", "share"], [np.arange(c.dots.shape[1]), c.shares[-1]]), height=245, phone=270, pad=(40, 10, 8, 42),
    )  # fmt: skip


def pad_view(
    subject: Subject, r: Reading, bounds: Sequence[tuple[float, float]], box: tuple[float, float, float, float] | None
) -> View:
    """The plane of θ: the star is where the data come from, the ring where their scores are evaluated."""
    (lo, hi), *rest = bounds
    margin = 0.05 * (hi - lo)
    names = " and ".join(f"_{s}_" for s in subject.symbols)
    home = "the estimate" if subject.real else "the truth"
    layers = []
    if rest:
        y0, y1 = rest[0]
        dy = 0.12 * (y1 - y0)
        if box:
            layers += [veil(x0=box[1]), veil(x1=box[0]), veil(x0=box[0], x1=box[1], y0=box[3]), veil(x0=box[0], x1=box[1], y1=box[2]),
                       label(hi, y1 - 0.1 * (y1 - y0), "hidden until you commit", align="right", token="ink3", size=12, middle=True)]  # fmt: skip
        layers += [
            points([subject.truth[0]], [subject.truth[1]], "optimum", size=6),
            handle(x=subject.controls[0], y=subject.controls[1], ring=11),
        ]
        y = Axis(y0 - dy, y1 + dy, f"_{subject.symbols[1]}_", subject.pad_ticks[1], label_at=None)
    else:
        layers += [
            points([subject.truth[0]], [0.5], "optimum", size=6),
            rule(y=[0.5], token="hair"),
            handle(x=subject.controls[0], at_y=0.5, ring=11),
        ]
        y = Axis(0, 1, "", (), line=False)
    return View(
        "c", f"**Evaluate at** {names}: drag the ring; ★ is {home}.", Axis(lo - margin, hi + margin, f"_{subject.symbols[0]}_", subject.pad_ticks[0], label_at="right"), y, layers,
        alt="Where the scores are evaluated: a handle in the plane of parameters, with a star at the truth",
        sentence=f"Scores are evaluated at {', '.join(f'[{k}]' for k in subject.controls)}.",
        table=(["parameter", home], [[s.replace("_", "") for s in subject.symbols], list(subject.truth)]), height=99, phone=150, pad=(40, 8, 10, 28), small=True,
    )  # fmt: skip


def matrix_view(subject: Subject) -> TableView:
    t = subject.token
    if subject.d == 2:
        exact = [["{exact|[f11]}", "{exact|[f12]}"], ["{exact|[f12]}", "{exact|[f22]}"]]
        sample = [
            [f"{{{t}|[c11]}} ± [e11]", f"{{{t}|[c12]}} ± [e12]"],
            [f"{{{t}|[c12]}} ± [e12]", f"{{{t}|[c22]}} ± [e22]"],
        ]
    else:
        exact, sample = [["{exact|[f11]}"]], [[f"{{{t}|[c11]}} ± [e11]"]]
    title = "{exact|_F_}, exact" if subject.key != "uniform" else "{exact|`E`\\[_s_^{2}\\]}"
    word = "these data" if subject.real else "sample ± SE"
    cells = [{"title": title, "matrix": exact}, {"title": f"{{{t}|`Cov`(_s_)}}, {word}", "matrix": sample}]
    return TableView(
        "d", "**Covariance of the scores**", cells, alt="The Fisher matrix beside the covariance of the drawn scores",
        sentence="Fisher matrix [f11], [f12], [f22]; covariance of the scores [c11] ± [e11], [c12] ± [e12], [c22] ± [e22].",
        table=(["entry"], [["11", "12", "22"]]), height=84,
    )  # fmt: skip


def readout(subject: Subject, r: Reading) -> dict[str, Number]:
    """Every live number of the main figure."""
    c, g = r.c, subject.digits
    numbers: dict[str, Number] = {}
    value, error = ("g2", "g1") if g == "4" else (g, "g2") if g == "2" else (g, g)
    for a in range(subject.d):
        numbers[f"m{a + 1}"] = Number(r.sample(lambda m, a=a: tidy(m.mean[:, a])), g)
        numbers[f"k{a + 1}"] = Number(r.theta(np.where(c.hidden, np.nan, tidy(c.exact.mean[:, a], 1e-6))), g)
        numbers[f"d{a + 1}"] = Number(
            r.error(lambda m, a=a: np.sqrt(np.maximum(tidy(m.covariance[..., a, a]), 0.0))), g
        )
        numbers[f"s{a + 1}"] = Number(r.datum(a), g)
        for b in range(a, subject.d):
            name = f"{a + 1}{b + 1}"
            numbers["f" + name] = Number(r.theta(tidy(c.fisher[:, a, b])), "g2" if g == "4" else "g3")
            numbers["c" + name] = Number(r.sample(lambda m, a=a, b=b: tidy(m.covariance[:, a, b])), value)
            numbers["e" + name] = Number(r.error(lambda m, a=a, b=b: tidy(m.spread[..., a, b])), error)
    for name in ("m2", "k2", "d2", "s2", "f12", "f22", "c12", "c22", "e12", "e22"):
        numbers.setdefault(name, Number(np.nan))
    x = c.balls[:, 0] if c.balls.ndim == 2 else c.balls
    numbers["xi"] = Number(Live(x, ("i",)), "2" if subject.kind != "counts" else "i")
    if c.balls.ndim == 2:
        numbers["yi"] = Number(Live(c.balls[:, 1], ("i",)), "i")
    return numbers


def formula(subject: Subject) -> dict:
    groups = [[[symbols], [substituted]] for symbols, substituted in subject.formula]
    t = subject.token
    if subject.d == 2:
        mean, slope = f"({{{t}|[m1:+2]}} ± [d1], {{{t}|[m2:+2]}} ± [d2])", "([k1:+2], [k2:+2])"
    else:
        mean, slope = f"{{{t}|[m1:+2]}} ± [d1]", "[k1:+2]"
    if subject.real:
        groups.append([["mean of _s_ over these data"], [mean]])
    else:
        groups.append([["mean of _s_", "→", "−∇`KL`(★‖_θ_)"], [mean, "", slope]])
    return {"groups": groups}


# ---- what survives a summary ----------------------------------------------------------------------------------------------
SURVIVES_COLUMNS, SURVIVES_AREAS = "minmax(0, 1fr) 270px", ("e f", "e g")
CUT_WORDS = {"sign": "sign(_x_)", "three": "3 bins", "unit": "bins of 1", "fine": "bins of ¼"}


def survives(
    at: Array,
    sizes: Array,
    cut: str,
    edges: Sequence[float],
    curves: dict[str, Array],
    means: Array,
    mass: Array,
    full: Array,
    data: Array,
):
    """Scores and the mean score of each bin; information kept by each summary; the same against θ."""
    over = ("at",)
    lo, hi = -4.0, 4.0
    cuts = np.array([lo, *edges, hi])
    left, right = np.repeat(cuts[:-1], 1), np.repeat(cuts[1:], 1)
    stairs_x = np.column_stack([left, right, np.full(len(left), np.nan)]).ravel()
    stairs_y = np.stack([np.column_stack([m, m, np.full(len(m), np.nan)]).ravel() for m in means])
    grid = np.array([lo, hi])
    shifted = data + at[:, None]  # the same draws, moved with θ
    scores = shifted - at[:, None]
    bins = np.stack([np.searchsorted(edges, row) for row in shifted])
    tails = np.take_along_axis(means, bins, axis=1)
    few = slice(0, 140)
    e = View(
        "e", "**The score of what is kept**: in each bin, the mean of the scores. Drag _θ_.", Axis(lo, hi, "datum _x_", ticks(-3, -2, -1, 0, 1, 2, 3)), Axis(-3.4, 3.4, "score of _μ_ at _θ_ = [at]", ticks(-3, -2, -1, 0, 1, 2, 3)),
        [
            rule(x=list(edges) if len(edges) < 12 else np.array(edges), token="hair"),
            segments(Live(shifted[:, few], over), Live(scores[:, few], over), Live(shifted[:, few], over), Live(tails[:, few], over), "data", alpha=0.35),
            curve(grid, Live(grid - at[:, None], over), "exact-thin"), points(Live(shifted, over), Live(scores, over), "data", size=2.2, alpha=0.5),
            curve(stairs_x, Live(stairs_y, over), "exact", casing=True),
            label(Live(np.minimum(at + 1.75, 3.0), over), Live(np.minimum(at + 1.75, 3.0) - at, over), "score of _x_ itself", dx=-12, dy=-2, align="right", token="exact"),
            handle(x="at", at_y=-3.4, text="[at]"),
        ],
        alt="Scores of normal data on a slanted line, and the steps of their mean in each bin; grey threads are what is lost",
        sentence="At θ = [at] one datum carries information 1; the bins keep [kept], and [lost] scatters inside them.",
        table=(["bin from", "to", "probability", "score"], [left, right, mass[np.abs(at).argmin()], means[np.abs(at).argmin()]]), height=352, phone=300, pad=(42, 12, 8, 46),
    )  # fmt: skip
    rows = [("all of _x_", full), ("their mean", full), (CUT_WORDS[cut], curves[cut])]
    if cut != "sign":
        rows.append(("sign(_x_)", curves["sign"]))
    n = sizes[:, None]
    layers = []
    for k, (name, value) in enumerate(rows):
        y = len(rows) - k - 0.5
        total = Live((n * value)[..., None], ("m", "at"))
        layers += [bars([0.0], Live((n * full)[..., None], ("m", "at")), [y - 0.26], [y + 0.26], "row"), bars([0.0], total, [y - 0.26], [y + 0.26], "exact", alpha=0.85 if k != 1 else 0.6),
                   label(0.0, y, name, dx=-8, align="right", middle=True, clip=False), label(Live((n * full), ("m", "at")), y, f"[bar{k}]", dx=7, middle=True, token="ink", weight=600, clip=False)]  # fmt: skip
    f = View(
        "f", "**Information** in _n_ = [m] observations: _F_ adds up.", Axis(0, 6, "", ticks(0, 1, 2, 3, 4, 5)), Axis(0, len(rows), "", (), line=False), layers,
        alt="Bars of the information that all data, their mean, the chosen bins and one bit keep", sentence="Of [bar0] the mean keeps [bar1] and the chosen summary [bar2].",
        table=(["summary", "information of one"], [[r.replace("_", "") for r, _ in rows], [float(v[np.abs(at).argmin()]) for _, v in rows]]), height=150, phone=170, pad=(84, 6, 8, 26), small=True,
    )  # fmt: skip
    g = View(
        "g", "**Kept by one observation**, wherever _θ_ is", Axis(-2, 2, "_θ_", ticks(-2, -1, 0, 1), label_at="right"), Axis(0, 1.12, "", ticks(0, 0.5, 1)),
        [
            rule(x=Live(at[:, None], over)), curve(at, full, "exact-thin"), *([curve(at, curves["sign"], "exact-thin", dash="dot")] if cut != "sign" else []), curve(at, curves[cut], "exact"),
            label(-2, 1, "_F_ = 1", dx=6, dy=-6, token="exact"), points(Live(at[:, None], over), Live(curves[cut][:, None], over), "exact", size=5),
            label(Live(np.clip(at, -1.45, 1.45), over), Live(curves[cut], over), "[kept]", dy=18 if cut != "fine" else 20, align="center", token="exact", weight=600),
        ],
        alt="Information kept by the chosen summary against the parameter, with the full information above it", sentence="At θ = [at] the summary keeps [kept] of 1.",
        table=(["θ", "kept"], [at, curves[cut]]), height=160, phone=180, pad=(36, 8, 10, 28), small=True,
    )  # fmt: skip
    numbers = {
        "kept": Number(Live(curves[cut], over), "3"), "lost": Number(Live(full - curves[cut], over), "3"), "full": Number(Live(full, over), "i"),
        **{f"bar{k}": Number(Live(n * v, ("m", "at")), "2") for k, (_, v) in enumerate(rows)},
    }  # fmt: skip
    formula = {"groups": [
        [["{exact|_F_}", "=", "kept", "+", "scatter inside the bins"], ["[full]", "=", "**[kept]**", "+", "**[lost]**"]],
        [["_n_ observations"], ["[m] · [kept] = **[bar2]**"]],
        [["sufficient: the mean"], ["[m] · 1 = **[bar1]**"]],
    ]}  # fmt: skip
    return [e, f, g], numbers, formula
