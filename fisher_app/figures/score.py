"""Figures of the score lesson: data under a density, their cloud of scores, the two matrices, the plane of θ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fisher_core.linalg import square_root
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
)
from .score_arrays import BALLS, Cloud, Subject, spots, tidy

COLUMNS, AREAS = "minmax(0, 1fr) minmax(0, 1.2fr)", ("a b", "c d")


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

    @property
    def rug(self) -> Data:
        """The data as strokes under the density: as many as N says."""
        x = self.c.rug
        return x if self.s.real else self.n(np.where(np.arange(len(x)) < self.c.counts[:, None], x, np.nan))

    def error(self, pick) -> Data:
        """A standard error: the spread of one term over √N; for measured data from the data themselves."""
        c = self.c
        if self.s.real:
            return self.theta(pick(c.at_theta) / np.sqrt(c.n))
        spread = np.where(c.hidden, np.nan, pick(c.exact)) / np.sqrt(c.n)
        return self.both(pick(c.exact_now) / np.sqrt(c.counts), spread)

    def covariance_error(self, a: int, b: int) -> Data:
        """The error of an entry of the sample's covariance, exact at every N: what the data give in its place if measured."""
        c = self.c
        if self.s.real:
            return self.theta(tidy(c.at_theta.error(c.n)[:, a, b]))
        over_theta = np.where(c.hidden, np.nan, tidy(c.exact.error(c.n)[:, a, b]))
        return self.both(tidy(c.exact_now.error(c.counts)[:, a, b]), over_theta)

    def first(self, most: int) -> dict[str, Data]:
        """How many of at most ``most`` marks, one a datum, are in the sample: ``count`` of a layer of points."""
        if self.s.real:
            return {}
        return {"count": self.n(np.minimum(self.c.counts, most).astype(float))}

    def chosen(self, values: Array) -> Live:
        """Values of the numbered data at the highlighted one."""
        return Live(values, ("i",))


def numbered(x: Data, y: Data) -> dict:
    """The data that have numbers, with them inside; a click picks one."""
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
        base=1,
        inside=True,
        width=1,
    )


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
    layers = [segments(r.rug, [0.0], r.rug, [0.035 * subject.top], "data", alpha=0.45)] if kind == "density" else []
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
    layers += [rule(x=r.chosen(at), token="hair"), numbered(at, height), *said]
    drawn = "random draw, seed [seed:i]" if not subject.real else subject.note
    caption = f"**Data.** Click a number; {drawn}." if not subject.real else f"**Data.** {subject.note}"
    return View(
        "a", caption, subject.x, Axis(0, subject.top, name, subject.top_ticks), layers,
        alt="Density at θ with ten numbered data below it; a dashed curve shows how the chosen datum tilts it",
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


SHAPES = {
    "normal": "They lie on a parabola, and yet their covariance is diagonal.",
    "cauchy": "They lie on a circle of radius 1 ∕ _σ_: no datum, however far out, pulls harder than that.",
    "laplace": "They lie on two lines: every datum pulls _m_ by the same 1 ∕ _b_, to one side or the other.",
}


def reading(subject: Subject, r: Reading) -> str:
    """How to read the scores of this model: what a mark is, and what stands for mean and covariance."""
    pull = "gradient of log-likelihood: the pull it exerts on _θ_"
    if subject.d == 2:
        one = f"One dot is one datum’s {pull}." if r.c.shares is None else f"A dot is one outcome’s {pull}; its area is the share of the data."
        shape = SHAPES.get({"light": "normal"}.get(subject.key, subject.family or subject.key), "")
        return f"{one} The cross is their mean, the ellipse their covariance. {shape}".strip()
    bar = "The cross is the mean, the bar one standard deviation to either side; dashed, what √_F_ promises."
    if r.c.shares is None:
        return f"One dot is one datum: to the right its {pull}, upwards the datum itself. {bar}"
    return f"A stalk stands at each outcome’s {pull}; its height is the share of the data, the small dot the chance. {bar}"


def origin(subject: Subject, r: Reading) -> str:
    """How many dots of how many data, in words: one each, or a mark for every outcome."""
    if r.c.shares is not None and not subject.real:
        return "one dot per outcome; random draw, seed [seed:i], _N_ = [n:i]"
    if subject.real:
        return f"one dot per datum; _n_ = {r.c.n}"
    return "[dots:i] dots for _N_ = [n:i] data; random draw, seed [seed:i]"


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
               **({} if finite else r.first(c.dots.shape[1])))
    )  # fmt: skip
    side = {1: "left", -1: "right"}
    layers = [
        rule(x=[0.0], token="axis", dash="dot"), rule(y=[0.0], token="axis", dash="dot"), dots,
        ellipse(*mean, *entry, subject.token, dash="solid", width=2.5, casing=True),
        ellipse([0.0], [0.0], *(r.theta(promised[:, a, b]) for a, b in ((0, 0), (0, 1), (1, 1))), "exact", dash="dash", width=2.25),
        *([] if subject.real else [points(r.theta(np.where(c.hidden, np.nan, c.exact.mean[:, 0])), r.theta(np.where(c.hidden, np.nan, c.exact.mean[:, 1])), "exact", size=4.5, casing=True)]),
        points(*mean, subject.token, symbol="cross", size=6, casing=True, edge=True),
        points(r.scores(0, c.ball_rows), r.scores(1, c.ball_rows), "theta", size=3, pick="i", edge=False, casing=False, labels=apart(subject, c.ball_scores), base=1),
        label(r.both(here_n[0], here_t[0]), r.both(here_n[1], here_t[1]), "data" if subject.real else "sample", dx=9 * np.sign(np.cos(np.radians(subject.tags[0]))), dy=12, align=side[int(np.sign(np.cos(np.radians(subject.tags[0]))))], token=subject.token, weight=600),
        label(r.theta(there[0]), r.theta(there[1]), "exact _F_", dx=9 * np.sign(np.cos(np.radians(subject.tags[1]))), dy=12, align=side[int(np.sign(np.cos(np.radians(subject.tags[1]))))], token="exact", weight=600),
        *note_when_hidden(r, (sx.lo + sx.hi) / 2, sy.lo + 0.86 * (sy.hi - sy.lo)),
        *question,
    ]  # fmt: skip
    return View(
        "b", f"**Scores**, {origin(subject, r)}.", sx, sy, layers,
        alt="Scores of all data as dots, their mean as a cross, and one-sigma ellipses of the sample and of the Fisher matrix",
        sentence="Mean score ([m1], [m2]); covariance [c11], [c12], [c22]; the Fisher matrix says [f11], [f12], [f22].",
        table=(["datum", "score 1", "score 2"], [np.arange(1, BALLS + 1), *c.ball_scores.T]), height=245, phone=290, pad=(40, 10, 8, 42),
    )  # fmt: skip


def asked(key: str, given: dict | None, truth: Array, when: dict) -> list[dict]:
    """The guess on the plot, and once answered the way from it to the truth."""
    layers = [guesses(key) if given is None else guesses(key).where(when)]
    if given is not None:
        gap = float(np.hypot(given["x"] - truth[0], given["y"] - truth[1]))
        middle = (given["x"] + truth[0]) / 2, (given["y"] + truth[1]) / 2
        layers += [
            segments([given["x"]], [given["y"]], [truth[0]], [truth[1]], "guess", width=1.25, dash="short")
           .where(when)
        ]
        if gap > 0.4:
            layers += [label(*middle, f"gap {gap:.1f}", dx=8, dy=-6, token="guess").where(when)]
    return layers


def spans(subject: Subject, r: Reading, up: float, down: float) -> list[dict]:
    """Mean ± one standard deviation of the scores at height ``up``, and what the Fisher information promises below it."""
    c = r.c
    sd = np.sqrt(np.maximum(c.at_n.covariance[:, 0, 0], 0.0)), np.sqrt(np.maximum(c.at_theta.covariance[:, 0, 0], 0.0))
    mean, root = r.both(c.at_n.mean[:, 0], c.at_theta.mean[:, 0]), np.sqrt(c.fisher[:, 0, 0])
    low = r.both(c.at_n.mean[:, 0] - sd[0], c.at_theta.mean[:, 0] - sd[1])
    high = r.both(c.at_n.mean[:, 0] + sd[0], c.at_theta.mean[:, 0] + sd[1])
    word, (sx,) = "data" if subject.real else "sample", subject.s
    left = sx.lo + sx.hi < -0.2 * (sx.hi - sx.lo)  # where there is room for words
    beside = {"dx": -9, "align": "right"} if left else {"dx": 9}
    return [
        rule(x=[0.0], token="axis", dash="dot"),
        segments(low, [up], high, [up], subject.token, width=2.5), points(mean, [up], subject.token, symbol="cross", size=5.5, casing=True),
        segments(r.theta(-root), [down], r.theta(root), [down], "exact", width=2.25, dash="dash"),
        label(low if left else high, up, f"mean ± 1σ, {word}", middle=True, token=subject.token, weight=600, **beside), label(r.theta(-root if left else root), down, "0 ± √_F_, exact", **beside, middle=True, token="exact", weight=600),
    ]  # fmt: skip


def line_view(subject: Subject, r: Reading) -> View:
    """One coordinate, data that are real numbers: each datum's score across, the datum itself upwards."""
    c, (sx,) = r.c, subject.s
    lo, width = subject.x.lo, subject.x.hi - subject.x.lo
    layers = [
        points(r.scores(0, c.dots), c.dots_at, "data", size=2.2, alpha=0.4, edge=False, **r.first(c.dots.shape[1])),
        *spans(subject, r, lo + 1.19 * width, lo + 1.08 * width),
        points(r.scores(0, c.ball_rows), c.balls, "theta", size=3, pick="i", edge=False, casing=False, base=1),
    ]  # fmt: skip
    return View(
        "b", f"**Scores**, {origin(subject, r)}.", sx, Axis(lo, lo + 1.36 * width, "datum _x_", subject.x.ticks), layers,
        alt="Each datum against its score, and the mean score plus and minus one standard deviation",
        sentence="Mean score [m1], variance [c11]; the Fisher information is [f11].",
        table=(["datum", "score"], [np.arange(1, BALLS + 1), c.ball_scores[:, 0]]), height=245, phone=270, pad=(40, 10, 8, 42),
    )  # fmt: skip


def strip_view(subject: Subject, r: Reading) -> View:
    """One coordinate, few outcomes: where each outcome's score lies, and how often it came."""
    c, (sx,) = r.c, subject.s
    s = r.scores(0, c.dots)
    share = c.shares[-1] if subject.real else r.n(c.shares)
    chance = c.chances if c.chances.ndim == 1 else r.theta(c.chances)
    layers = [
        segments(s, [0.0], s, share, subject.token, width=1.5),
        points(s, share, subject.token, size=6.5, hollow=True, edge=False), points(s, chance, "exact", size=3.5, edge=False, casing=False),
        *spans(subject, r, 1.15 * subject.top, 1.05 * subject.top),
        points(r.scores(0, c.ball_rows), [0.0], "theta", size=4, pick="i", edge=False, base=1, alpha=0.0),
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
            points([subject.home[0]], [subject.home[1]], "optimum", size=6),
            handle(x=subject.controls[0], y=subject.controls[1], ring=11),
        ]
        y = Axis(y0 - dy, y1 + dy, f"_{subject.symbols[1]}_", subject.pad_ticks[1], label_at=None)
    else:
        layers += [
            points([subject.home[0]], [0.5], "optimum", size=6),
            rule(y=[0.5], token="hair"),
            handle(x=subject.controls[0], at_y=0.5, ring=11),
        ]
        y = Axis(0, 1, "", (), line=False)
    return View(
        "c", f"**Evaluate at** {names}: drag the ring; ★ is {home}.", Axis(lo - margin, hi + margin, f"_{subject.symbols[0]}_", subject.pad_ticks[0], label_at="right"), y, layers,
        alt="Where the scores are evaluated: a handle in the plane of parameters, with a star at the truth",
        sentence=f"Scores are evaluated at {', '.join(f'[v{k + 1}]' if subject.units else f'[{c}]' for k, c in enumerate(subject.controls))}.",
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
    for k in range(len(subject.units)):
        numbers[f"v{k + 1}"] = Number(r.theta(c.theta[:, k]), "g3")
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
            numbers["e" + name] = Number(r.covariance_error(a, b), error)
    if c.shares is None and not subject.real:
        numbers["dots"] = Number(r.first(c.dots.shape[1])["count"], "i")
    for name in ("m2", "k2", "d2", "s2", "f12", "f22", "c12", "c22", "e12", "e22"):
        numbers.setdefault(name, Number(np.nan))
    x = c.balls[:, 0] if c.balls.ndim == 2 else c.balls
    numbers["xi"] = Number(r.chosen(x), "2" if subject.kind != "counts" else "i")
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
