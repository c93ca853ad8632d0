"""Scenes of the Fisher–Hessian identity lesson: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/identity.py``, drawing in ``fisher_app/figures/identity.py``.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from fisher_core import FAMILIES, estimation, information
from fisher_core.data import historical as datasets
from fisher_studies import heteroscedastic, identity, misspecified
from fisher_core.family import Family
from fisher_core.models import LinearRegression

from .. import snippets
from ..controls import Choice, Slider, Toggle, floored, seed
from ..figures import identity as figures
from ..stage.scene import Check, Live, Number, Scene, escaped

COUNTS = (
    5,
    6,
    8,
    10,
    13,
    16,
    20,
    25,
    32,
    40,
    50,
    63,
    80,
    100,
    130,
    160,
    200,
    250,
    320,
    400,
    500,
    630,
    800,
    1000,
    1300,
    1600,
    2000,
    2500,
    3200,
    4000,
    5000,
)
MOST, DOTS, PICKS = COUNTS[-1], 300, 40
STEPS = np.unique(np.concatenate([np.arange(1, PICKS + 1), np.round(np.geomspace(PICKS, MOST, 44))]))
GRID = np.round(np.arange(-0.95, 1.751, 0.05), 10)
RECORDED = {
    "horse": ("horse kicks, shuffled", datasets.horse_kicks),
    "alpha": ("α particles, shuffled", datasets.alpha_counts),
    "newcomb": ("Newcomb’s passage times", datasets.light_passage),
}


@dataclass(frozen=True)
class Case:
    """A family with one parameter shown, the others held; ``f`` may be in another chart than ``base``."""

    label: str
    base: Family
    f: Family
    i: int = 0


def cases() -> dict[str, Case]:
    """Scalar families of the registry, each by its first parameter; and a few by another name for it."""
    named = {
        "poisson": "Poisson, _λ_",
        "cauchy": "Cauchy, location",
        "normal": "Normal, _μ_",
        "bernoulli": "Bernoulli, _p_",
    }
    scalars = {k: f for k, f in FAMILIES.items() if k != "uniform" and f.columns is None and not f.joint_rule}
    found = {k: Case(label, FAMILIES[k], FAMILIES[k]) for k, label in named.items()}
    found["sigma"] = Case("Normal, _σ_", FAMILIES["normal"], FAMILIES["normal"], 1)
    found["natural"] = Case("Poisson, _η_ = log _λ_", FAMILIES["poisson"], FAMILIES["poisson"].in_chart("log"))
    # where F is 0 there is no ruler
    rest = {k: f for k, f in scalars.items() if k not in found and f.fisher(f.default)[0, 0] > 0}
    return found | {k: Case(f"{f.title}, {f.parameters[0].symbol}", f, f) for k, f in rest.items()}


CASES = cases()
UNIFORM = Case("Uniform", FAMILIES["uniform"], FAMILIES["uniform"])

controls = [
    Slider("at", "Assumed parameter [name]", -0.8, 1.5, 0.1, 0.0, format="+1"),
    Slider("n", "Number of data _n_", 5, 5000, 1, 50, format="i", at=COUNTS),
    Choice("model", "Model", {k: c.label for k, c in CASES.items()}, "poisson", select=True),
    Choice("src", "Data", {"model": "model", "over": "over-dispersed", "mixed": "contaminated"}, "model"),
    Toggle("uniform", "uniform"),
    Slider("truth", "True parameter [name]", -0.8, 1.5, 0.1, 0.0, format="+1"),
    Choice(
        "real",
        "Recorded data",
        {"no": "none", "horse": "horse kicks", "alpha": "_α_ particles", "newcomb": "light, Newcomb"},
        "no",
        select=True,
    ),
    seed(5),
    Slider("start", "Start _v_", 60, 1580, 40, 100, format="i"),
    Slider("growth", "Noise that grows with |_x_|, _b_", 0, 1.4, 0.1, 1.2, format="1"),
    Slider("i", "Highlighted datum", 0, PICKS - 1, 1, 3, format="i", local=True),
]
CONTROL = {c.key: c for c in controls}
T = CONTROL["at"].nodes


def rows_of(v):
    """The reader's own or recorded rows, or None where data are drawn."""
    if v.data is not None:
        return v.data
    if v.real == "no":
        return None
    rows = RECORDED[v.real][1]().values
    # Tables of counts have lost the order of their data; running means need one.
    return rows if v.real == "newcomb" else np.random.default_rng(v.seed).permutation(rows)


class Setting(NamedTuple):
    """What the arrays of a state depend on besides the live sliders: they are computed once for each."""

    model: str
    uniform: bool
    kind: str
    truth: float
    seed: int
    rows: tuple[float, ...] | None

    @property
    def case(self) -> Case:
        return UNIFORM if self.uniform else CASES[self.model]


def setting(v) -> Setting:
    rows = rows_of(v)
    if rows is not None:
        return Setting(v.model, v.uniform, "rows", 0.0, v.seed, tuple(rows.tolist()))
    return Setting(v.model, v.uniform, "model" if v.uniform else v.src, v.truth, v.seed, None)


@lru_cache(maxsize=16)
def origin(s: Setting):
    """Where the data come from: the true or fitted parameter vector, and the length of one unit of the sliders."""
    case = Setting(*s).case
    f, i = case.f, case.i
    if s.rows is not None:
        theta = f.mle(s.rows)
        return theta, identity.ruler(f, theta, i)
    unit = floored(identity.ruler(f, f.default, i))
    theta = f.default + unit * s.truth * np.eye(len(f.default))[i]
    return theta, floored(identity.ruler(f, theta, i))


def population(s: Setting):
    if s.rows is not None:
        return misspecified.rows(s.rows)
    case, theta = s.case, origin(s)[0]
    base = theta if case.f is case.base else case.f.to_base(theta)
    return {"model": misspecified.model, "over": misspecified.overdispersed, "mixed": misspecified.contaminated}[
        s.kind
    ](case.base, base)


def attempt(function, *at, shape):
    """NaN where the core refuses: a parameter that makes the data impossible."""
    try:
        return function(*at)
    except ValueError:
        return np.full(shape, np.nan)


def assumed(s: Setting, t) -> np.ndarray:
    """The parameter vector at t units from the origin; (d,), or (m, d) for several t."""
    theta, unit = origin(s)
    return theta + np.multiply.outer(t, unit * np.eye(len(theta))[s.case.i])


def draws(s: Setting):
    """Five data sets, (5, n); the first is the one looked at datum by datum.  Rows given are followed by resamplings of them."""
    rng, source = np.random.default_rng(s.seed), population(s)
    if s.rows is None:
        return source.draw(figures.SETS * MOST, rng).reshape(figures.SETS, MOST)
    rows = np.array(s.rows)
    return np.stack([rows, *source.draw((figures.SETS - 1) * len(rows), rng).reshape(-1, len(rows))])


@lru_cache(maxsize=8)
def sample(s: Setting) -> figures.Sample:
    """Everything that the browser scrubs, for all assumed parameters and all n at once."""
    s = Setting(*s)
    f, i = s.case.f, s.case.i
    x, source = draws(s), population(s)
    counts = np.minimum(COUNTS, x.shape[1])
    steps = STEPS[x.shape[1] >= STEPS].astype(int)
    distinct, back = np.unique(x, return_inverse=True)
    back = back.reshape(x.shape)
    own = back[0]

    def first(values):  # means over the first n of each data set, (c, k)
        return np.cumsum(values[back], axis=1)[:, counts - 1].T / counts[:, None]

    def picks(values):  # the pickable data, last; NaN where there are fewer
        return np.concatenate(
            [values[..., :PICKS], np.full((*values.shape[:-1], max(0, PICKS - values.shape[-1])), np.nan)], axis=-1
        )

    def routes(theta):
        r = identity.routes(f, distinct, theta, i)
        return np.stack([r.score, r.curvature])

    level, datum, slope, bend, score, curvature = [], [], [], [], [], []
    for theta in assumed(s, GRID):
        log = attempt(f.log_prob, distinct, theta, shape=distinct.shape)
        level.append(first(log))
        datum.append(log[own[:PICKS]])
    for theta in assumed(s, T):
        sides = attempt(routes, theta, shape=(2, len(distinct)))
        for kept, means, side in ((score, slope, sides[0]), (curvature, bend, sides[1])):
            kept.append(side[own])
            means.append(first(side))
    level, datum, score, curvature = (
        np.stack(level, axis=-1),
        picks(np.array(datum)).T,
        np.array(score),
        np.array(curvature),
    )
    information = f.fisher(assumed(s, T))[:, i, i]
    with np.errstate(over="ignore"):  # identity.running refuses squares that have left float64
        both = np.stack([score**2, curvature]) / information[:, None]
    ok = ~np.isnan(score[:, 0])
    running = np.full((4, len(T), x.shape[1]), np.nan)
    for route in (0, 1):
        running[2 * route, ok], running[2 * route + 1, ok] = identity.running(both[route, ok])
    expected = [
        attempt(lambda theta: np.array(astuple(identity.moments(f, theta, source, i))), theta, shape=4)
        for theta in assumed(s, T)
    ]
    return figures.Sample(
        information=information, expected=np.stack(expected, axis=-1),
        level=level - np.fmax.reduce(level, axis=-1, keepdims=True), slope=np.stack(slope, axis=1), bend=np.stack(bend, axis=1),
        x=picks(x[0]), datum=datum - np.fmax.reduce(datum, axis=-1, keepdims=True), datum_slope=picks(score).T, datum_bend=picks(curvature).T,
        dots=both[:, :, :DOTS], means=running[:, :, counts - 1], running=running[:, :, steps - 1],
        below=np.cumsum(curvature < 0, axis=1)[:, counts - 1].astype(float), counts=counts.astype(float), steps=steps.astype(float), grid=GRID,
    )  # fmt: skip


@lru_cache(maxsize=8)
def checked(s: Setting, t: float) -> list[Check]:
    """F in closed form against both sides of the identity by quadrature, and the population's moments against its rows or sums."""
    s = Setting(*s)
    case, theta = s.case, assumed(s, t)
    f, i = case.f, case.i
    exact = f.fisher(theta)[i, i]
    form = "closed form" if f.writes("_fisher") else "mean square of its score"
    squared = relative(information.by_quadrature(f, theta, "score")[i, i], exact)
    if not f.regular:  # the identity is false, and says so; what F there is, is a mean square
        return [Check("`E` _s_^{2}", form, "quadrature", squared, 1e-6)]
    bent = relative(information.by_quadrature(f, theta, "hessian")[i, i], exact)
    return [
        Check("_F_ = `E` _s_^{2}", form, "quadrature", squared, 1e-6),
        Check("_F_ = −`E` _ℓ_″", form, "quadrature", bent, 1e-6),
    ]


def relative(a, b) -> float:
    return float(abs(a - b) / abs(b))


def frame(v, s: Setting) -> figures.Frame:
    theta, unit = origin(s)
    f, i = s.case.f, s.case.i
    ends = np.nan_to_num(f.kl(theta, assumed(s, np.array(figures.WINDOW))), posinf=0.0)
    given = f"random draw, seed {s.seed}"
    if s.rows is not None:
        given = (
            "your rows"
            if v.data is not None
            else RECORDED[v.real][0] + ("" if v.real == "newcomb" else f", seed {s.seed}")
        )
    table = sample(s)
    here = T.searchsorted(0.0)
    ratios = table.expected[[0, 2], here] / table.information[here]
    return figures.Frame(f.parameters[i].symbol, float(theta[i]), unit, float(ends[ends > 0].min()), given,
                         "resampled" if s.rows is not None else "data set", 5.0 if s.kind == "over" else float(np.clip(1.5 * ratios.max(), 3.0, 40.0)), "i" if f.discrete else "2",
                         figures.REACH if f.regular else -1.5, FALSE.get(f.key, "" if f.regular else "**The identity is false** for this family"))  # fmt: skip


FALSE = {
    "uniform": "**The identity is false:** the support moves with _θ_",
    "laplace": "**The identity is false:** log _p_ has a corner",
}
IN_SCIPY = {"poisson", "bernoulli", "normal", "exponential", "gamma", "beta", "weibull", "cauchy", "laplace", "logistic",
            "student_t", "uniform"}  # fmt: skip


def names(s: Setting) -> dict[str, Number | str]:
    """What the labels of the sliders say: the parameter's symbol, and its true value in place of the slider's own units."""
    f, i = s.case.f, s.case.i
    true = f.default[i] + floored(identity.ruler(f, f.default, i)) * CONTROL["truth"].nodes
    return {
        "name": f.parameters[i].symbol,
        "truth": "fitted" if s.rows is not None else Number(Live(true, ("truth",)), "g3"),
    }


def secret(v, s: Setting) -> bool:
    """Over-dispersed data are the subject of the prediction: nothing about them is sent before the reader commits."""
    return s.kind == "over" and "ratio" not in v.seen


def placed(v, scene: Scene) -> Scene:
    """With the controls that do something here: rows at hand have no true parameter, and one's own are all in use."""
    if v.data is not None:
        return replace(scene, controls=["at"], breaks=["uniform"], groups=["model"], more=["seed"])
    if v.real != "no":
        return replace(scene, breaks=["uniform"], groups=["model"], more=["real", "seed"])
    return replace(scene, breaks=["uniform"], groups=["model", "src"], more=["truth", "real", "seed"])


def state(v):
    s = setting(v)
    hidden = secret(v, s)
    table = sample(s)
    return s, table.hidden() if hidden else table, hidden, int(np.abs(T - v.at).argmin()), COUNTS.index(int(v.n))


def both_routes(v):
    s, table, hidden, t, c = state(v)
    question = "ratio" if s.kind == "over" else None
    return placed(v, figures.two_routes(frame(v, s), table, T, t, c, question, hidden, checked(s, v.at), extra=names(s)))


@lru_cache(maxsize=8)
def peak(s: Setting) -> figures.Peak:
    """The maximum of the likelihood of the first n data along the coordinate, for every n, and the three matrices there."""
    s = Setting(*s)
    f, i, x, table = s.case.f, s.case.i, draws(s)[0], sample(s)
    theta, unit = origin(s)
    found = np.full((6, len(COUNTS)), np.nan)
    for c, n in enumerate(table.counts.astype(int)):
        best = int(np.nan_to_num(table.level[c, 0], nan=-np.inf).argmax())
        if not f.regular or not 0 < best < len(GRID) - 1:
            continue  # outside the window, or at a corner: no maximum with a slope of zero to show
        hat = theta.copy()
        hat[i] += unit * GRID[best]
        for _ in range(4):  # from the best point of the grid; by then the steps are rounding
            step = estimation.newton_step(f, x[:n], hat, [i])
            hat = hat + np.clip(step, -0.05 * unit, 0.05 * unit)
        j, e = information.observed(f, x[:n], hat), information.empirical(f, x[:n], hat)
        found[:, c] = (
            (hat[i] - theta[i]) / unit,
            f.fisher(hat)[i, i],
            *(m[i, i] for m in (j.value, j.standard_error, e.value, e.standard_error)),
        )
    return figures.Peak(*found)


def jointly(s: Setting, n: int):
    """The three matrices at the joint maximum, where the family has two parameters and the data allow one; else why not."""
    f = s.case.f
    if len(f.parameters) == 1:
        return {"none": ("One parameter here:", "each matrix is one number.")}
    if len(f.parameters) > 2:
        return {"none": (f"{len(f.parameters)} parameters here:", "more than fit into this corner.")}
    if not f.regular:
        return {"none": ("The maximum is at a corner:", "there is no curvature to compare.")}
    x = draws(s)[0][:n]
    try:
        hat = f.mle(x)
    except ValueError:
        return {"none": ("These data have no", "joint maximum of the likelihood.")}
    matrices = {
        "expected": f.fisher(hat),
        "observed": information.observed(f, x, hat).value,
        "empirical": information.empirical(f, x, hat).value,
    }
    return {"parameters": [p.symbol for p in f.parameters], "matrices": matrices}


def which(v):
    s, table, hidden, t, c = state(v)
    top = peak(s)
    if hidden:
        top = figures.Peak(*(np.full(len(COUNTS), np.nan) for _ in range(6)))
    whole = None if hidden else jointly(s, int(sample(s).counts[c]))
    return placed(v, figures.which_matrix(frame(v, s), table, top, T, t, c, whole, hidden, checked(s, v.at), extra=names(s)))


TEN = np.array([83.0, 85, 90, 94, 100, 109, 112, 116, 120, 123])  # IQ-like; Σ(x − 80)² = 7340


@lru_cache(maxsize=1)
def steps() -> figures.Steps:
    f, start, grid = FAMILIES["normal"].in_chart("variance"), CONTROL["start"].nodes, np.linspace(20, 1600, 159)
    free = [1]

    def total(v):
        return f.log_prob(TEN, [80, v]).sum()

    def path(step, v, length=8):
        found = [v]
        for _ in range(length):
            v = v + step(f, TEN, [80, v], free)[1] if v > 0 else np.nan  # NaN once a step has left the domain
            found.append(v if v > 0 else np.nan)
        return found

    both = (estimation.newton_step, estimation.scoring_step)
    paths = np.array([[path(step, v) for v in start] for step in both])
    bend = np.array([[-f.hessian(TEN, [80, v])[:, 1, 1].sum(), len(TEN) * f.fisher([80, v])[1, 1]] for v in start]).T
    return figures.Steps(
        grid, np.array([total(v) for v in grid]), start, np.array([total(v) for v in start]), np.array([f.score(TEN, [80, v])[:, 1].sum() for v in start]),
        bend, np.array([[step(f, TEN, [80, v], free)[1] for v in start] for step in both]), paths, float(np.mean((TEN - 80) ** 2)), TEN,
    )  # fmt: skip


def leap(v):
    q = steps()
    now = int(np.abs(q.start - v.start).argmin())
    landing = relative(
        q.start[now] + q.step[1, now],
        estimation.along(FAMILIES["normal"].in_chart("variance"), TEN, [80, 100], 1, 100, 2000),
    )
    extra = names(setting(v))
    return figures.two_steps(q, now, [Check("maximum", "one scoring step", "search", landing, 1e-6)], extra=extra)


def line(growth: float):
    """The regression data (design, labels) with noise (1.4 − b + b|x|) z; b = 1.2 is the recipe as printed."""
    x, y = datasets.regression("heteroscedastic")
    size = np.abs(x[:, 1])
    return x, x @ [1.0, 2.0] + (1.4 - growth + growth * size) * (y - x @ [1.0, 2.0]) / (0.2 + 1.2 * size)


@lru_cache(maxsize=1)
def error_bars() -> figures.Errors:
    growth = CONTROL["growth"].nodes
    x = line(0.0)[0]
    levels, y = [(1.4 - b, b) for b in growth], np.array([line(b)[1] for b in growth])
    own = []
    for labels in y:
        theta = LinearRegression().mle(x, labels)
        model = LinearRegression(sigma=float(np.std(labels - x @ theta)))
        own.append(
            [
                np.sqrt(covariance(model, (x, labels), theta)[1, 1])
                for covariance in (estimation.naive, estimation.sandwich)
            ]
        )
    fits = 4000
    level, slope = heteroscedastic.simulated_slopes(len(x), fits, np.random.default_rng(7))
    errors = np.array([a * level + b * slope for a, b in levels])
    edges, grid = np.linspace(-0.28, 0.28, 43), np.linspace(-0.28, 0.28, 161)
    of = np.array([heteroscedastic.population_errors(a, b, len(x)) for a, b in levels]).T
    return figures.Errors(
        growth, x[:400, 1], y[:, :400], *np.array(own).T, *of, errors.std(axis=1), errors.std(axis=1) / np.sqrt(2 * fits),
        edges, np.array([np.histogram(e, edges)[0] for e in errors]) / (fits * np.diff(edges)), grid,
        np.array([[np.exp(FAMILIES["normal"].log_prob(grid, [0, sd])) for sd in row] for row in of]), fits,
    )  # fmt: skip


def bars(v):
    e = error_bars()
    now = int(np.abs(e.growth - v.growth).argmin())
    x, y = line(v.growth)
    direct = heteroscedastic.slope_errors(x[:, 1], y)
    checks = [Check(f"{name} SE", "from the matrices", "sums over rows", relative(mine, theirs), 1e-8)
              for name, mine, theirs in (("naive", e.naive[now], direct[0]), ("sandwich", e.sandwich[now], direct[1]))]  # fmt: skip
    return figures.two_error_bars(e, now, checks, extra=names(setting(v)))


# ---- the prediction: a ratio ---------------------------------------------------------------------------------------------
def gap():
    """Moments of the two routes for counts of mean 4 and variance 12, under the Poisson with that mean."""
    f = FAMILIES["poisson"]
    return identity.moments(f, [4.0], misspecified.overdispersed(f, [4.0], 3.0))


def fair():
    f = FAMILIES["poisson"]
    return identity.moments(f, [4.0], misspecified.model(f, [4.0]))


def fitted(v) -> str:
    """The reader's estimate, with the error bar that trusts the model and the one that asks the data."""
    s = setting(v)
    f, theta = s.case.f, origin(s)[0]
    try:
        bars = [np.sqrt(np.diag(covariance(f, s.rows, theta))) for covariance in (estimation.naive, estimation.sandwich)]
    except ValueError as error:
        plain = "; ".join(f"{p.symbol} = {shown(m)}" for p, m in zip(f.parameters, theta, strict=True))
        return f"**Your fit,** _n_ = {len(s.rows)}: {plain}, without an error bar: {escaped(str(error).rstrip('.'))}."
    parts = [f"{p.symbol} = {shown(m)} ± {shown(a)} ({{observed|naive}}), ± {shown(b)} ({{empirical|sandwich}})"
             for p, m, a, b in zip(f.parameters, theta, *bars, strict=True)]  # fmt: skip
    return f"**Your fit,** _n_ = {len(s.rows)}: {'; '.join(parts)}."


def shown(x: float) -> str:
    return f"{x:.4g}".replace("-", "−")


# ---- the lesson -----------------------------------------------------------------------------------------------------------
def program(v) -> str:
    s = setting(v)
    try:
        parts, theta = population(s).parts, assumed(s, v.at)
    except ValueError as error:  # the core refuses these data, and the figure says so
        return f"# Not drawn: {error}"
    name = s.model if s.model in ("natural", *FAMILIES) else "normal"
    rows = None
    if s.rows is not None:
        rows = [a.tolist() for a in np.unique(s.rows, return_counts=True)]
    truth = [(float(share), key, tuple(float(p) for p in at)) for share, key, at in parts]
    if s.case.base.key not in IN_SCIPY:
        return snippets.render("identity_family", family=s.case.f.key, theta=[round(float(p), 10) for p in theta], coordinate=s.case.i,
                               truth=[(share, at) for share, _, at in truth], rows=rows)  # fmt: skip
    return snippets.render("identity", model="uniform" if s.uniform else name, theta=[round(float(p), 10) for p in theta],
                           coordinate=s.case.i, truth=truth, rows=rows)  # fmt: skip


def holds(v) -> bool:
    """One average, two spreads."""
    s = setting(v)
    m, f = (
        identity.moments(s.case.f, origin(s)[0], population(s), s.case.i),
        s.case.f.fisher(origin(s)[0])[s.case.i, s.case.i],
    )
    return bool(
        relative(m.square, f) < 1e-9 and relative(m.curvature, f) < 1e-9 and relative(m.square_sd, m.curvature_sd) > 0.5
    )
