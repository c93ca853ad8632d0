"""Scenes of the score lesson: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/score.py``, drawing in ``fisher_app/figures/score.py``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core import FAMILIES, charts, information, score as scores
from fisher_core.data import historical as datasets
from fisher_core.models import LogisticRegression

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..figures import score as figures
from ..figures import score_arrays as arrays
from ..figures import score_survives
from ..figures.score_subjects import MEASURED
from ..figures.score_subjects import SUBJECTS as DRESSED
from ..stage.scene import Check, Live, Number, Scene
from . import score_families

MOST, DOTS = 100_000, 900
COUNTS = (*(m * 10**k for k in (1, 2, 3, 4) for m in (1, 1.5, 2, 3, 4, 6, 8)), MOST)
DOSES = np.linspace(-2, 2, 9)
SHOWN = (-0.3, 0.3, 0.8, 1.2)  # μ and σ at which scores of the normal data are drawn while the question is open
ASKED = {"model": "normal", "moving": False, "mu": 1.0, "sigma": 1.0}  # where the prediction is about
MOVES = np.round(np.arange(-0.6, 1.21, 0.1), 10)  # of a parameter, in rulers
SUBJECTS = DRESSED | score_families.others(
    {"normal", "gamma", "beta", "weibull", "bernoulli", "uniform"}, DRESSED, MOVES
)
# The draw that the page opens with is typical.  Of the seeds 0 to 199, at N = 400, it is one of the four with which χ² of
# the mean score, N m̄ᵀF⁻¹m̄, lies between its 15 % and its 85 % point for every model drawn here, and of those the one
# whose covariances are nearest to F: every entry within 1.6 standard errors.  (Seed 7: at 1.6 % for the Normal, .7 % for
# the Gamma.)
TYPICAL = 84
STEP = 0.35  # Fisher length of the step that tilts the density


def with_mle(key: str, lo: float, hi: float, step: float, mle: float) -> tuple[float, ...]:
    """Nodes that contain the maximum-likelihood estimate itself."""
    return tuple(sorted({*(round(lo + step * k, 6) for k in range(round((hi - lo) / step) + 1)), mle}))


def at_mle(key: str, label: str, name: str, i: int, lo: float, hi: float, step: float) -> Slider:
    subject = SUBJECTS[name]
    return Slider(
        key, label, lo, hi, step, subject.truth[i], format="3", at=with_mle(key, lo, hi, step, subject.truth[i])
    )


controls = [
    Slider("mu", "Mean _μ_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("sigma", "Standard deviation _σ_", 0.5, 2, 0.1, 1.0, format="1"),
    Slider("k", "Shape _k_", 0.6, 4, 0.1, 2.0, format="1"),
    Slider("scale", "Scale _b_", 0.5, 2, 0.1, 1.0, format="1"),
    Slider("a", "First shape _a_", 0.6, 4, 0.2, 2.0, format="1"),
    Slider("b", "Second shape _b_", 1, 9, 0.4, 5.0, format="1"),
    Slider("wk", "Shape _k_", 0.8, 3, 0.1, 1.5, format="1"),
    Slider("wl", "Scale _λ_", 0.5, 2, 0.1, 1.0, format="1"),
    Slider("p", "Chance _p_", 0.01, 0.5, 0.01, 0.05, format="2"),
    Slider("w0", "Intercept _w_~{0}", -2, 2, 0.2, 0.0, format="+1"),
    Slider("w1", "Slope _w_~{1}", -1, 3, 0.2, 1.0, format="+1"),
    Slider("top", "Upper end _θ_", 1, 2, 0.05, 1.0, format="2"),
    at_mle("lam", "Rate _λ_", "kicks", 0, 0.3, 1.2, 0.02),
    at_mle("rate", "Rate _λ_", "alpha", 0, 3.0, 5.0, 0.05),
    at_mle("mean", "Mean _μ_", "light", 0, 20, 32, 0.5),
    at_mle("sd", "Standard deviation _σ_", "light", 1, 6, 18, 0.5),
    Slider("t1", "Parameter [p1]", MOVES[0], MOVES[-1], 0.1, 0.0, format="+1"),
    Slider("t2", "Parameter [p2]", MOVES[0], MOVES[-1], 0.2, 0.0, format="+1"),
    Slider("n", "Number of data _N_", 10, MOST, 1, 400, format="i", at=COUNTS),
    Slider("i", "Highlighted datum", 1, arrays.BALLS, 1, 3, format="i", local=True),
    Choice("model", "Model", {k: s.title for k, s in SUBJECTS.items() if k != "uniform"}, "normal"),
    Toggle("moving", "let the support move"),
    Slider("at", "Mean _θ_", -2, 2, 0.1, 0.0, format="+1"),
    Slider("m", "Observations _n_", 1, 5, 1, 1, format="i"),
    Choice(
        "cut",
        "Keep only",
        {"sign": "sign(_x_)", "three": "3 bins", "unit": "bins of width 1", "fine": "bins of width ¼"},
        "unit",
    ),
    seed(TYPICAL),
]
NODES = {c.key: c.nodes for c in controls if isinstance(c, Slider)}


# ---- from the core to the figure ------------------------------------------------------------------------------------------
def model_of(name: str):
    if name == "gamma":  # in shape and scale: the reciprocal of the family's own rate
        return charts.Separable("scale", (charts.IDENTITY, charts.RECIPROCAL)).of(FAMILIES["gamma"])
    if name == "logistic":
        return scores.LabelsAtInputs(LogisticRegression(), np.column_stack([np.ones(len(DOSES)), DOSES]))
    return FAMILIES[SUBJECTS[name].family or {"kicks": "poisson", "alpha": "poisson", "light": "normal"}.get(name, name)]


def grid_of(name: str) -> np.ndarray:
    subject = SUBJECTS[name]
    return subject.theta(np.stack(np.meshgrid(*(NODES[k] for k in subject.controls), indexing="ij"), axis=-1))


@lru_cache(maxsize=20)
def data_of(name: str, draw: int) -> np.ndarray:
    """The measured values, or the largest sample, drawn once: the first N of it are the sample of size N."""
    if name in MEASURED:
        return datasets.DATASETS[MEASURED[name]]().values
    return model_of(name).sample(SUBJECTS[name].truth, MOST, np.random.default_rng(draw))


@lru_cache(maxsize=20)
def over_theta(name: str):
    """What does not depend on the draw: the skeleton of the score table, Fisher matrices, moments under the truth, densities."""
    model, subject = model_of(name), SUBJECTS[name]
    thetas = grid_of(name).reshape(-1, subject.d)
    x, w = scores.outcomes(model, subject.truth)
    sample = data_of(name, 0)
    few = (
        x
        if subject.kind != "density"
        else np.unique(np.quantile(sample, (1 - np.cos(np.linspace(0, np.pi, 72 if model.regular else 400))) / 2, method="nearest"))
    )
    if subject.real:
        x, w = sample, np.full(len(sample), 1 / len(sample))
        few = np.unique(sample)
    table = scores.skeleton(lambda t: model.score(few, t), thetas)
    exact = scores.moments(table.weights @ table.rows(model, x), w)
    fisher = (
        np.stack([model.fisher(t) for t in thetas])
        if isinstance(model, scores.LabelsAtInputs)
        else model.fisher(thetas)
    )
    grid = arrays.density_grid(subject)
    if subject.kind == "labels":
        fine = scores.LabelsAtInputs(model.model, np.column_stack([np.ones(len(grid)), grid]))
        pairs = np.column_stack([np.arange(len(grid)), np.ones(len(grid))])
        density, slopes = zip(*((fine.chance(1, t), fine.score(pairs, t)) for t in thetas), strict=True)
    else:
        density, slopes = zip(*(scores.density_and_slopes(model, grid, t) for t in thetas), strict=True)
    p = np.array(density)
    stacked = [p, *(p * np.array(slopes)[..., k] for k in range(subject.d))]
    return table, exact, fisher, grid, arrays.factors(stacked, tolerance=2e-4)


def hidden_of(name: str, seen: frozenset[str]) -> np.ndarray:
    thetas = grid_of(name).reshape(-1, SUBJECTS[name].d)
    if name != "normal" or "cross" in seen:
        return np.zeros(len(thetas), dtype=bool)
    mu, sigma = thetas.T
    return ~((mu > SHOWN[0] - 1e-9) & (mu < SHOWN[1] + 1e-9) & (sigma > SHOWN[2] - 1e-9) & (sigma < SHOWN[3] + 1e-9))


def name_of(v) -> str:
    return "uniform" if v.moving else v.model


def theta_of(v, name: str) -> np.ndarray:
    return SUBJECTS[name].theta(np.array([getattr(v, k) for k in SUBJECTS[name].controls]))


def cloud(v, name: str) -> arrays.Cloud:
    model, subject = model_of(name), SUBJECTS[name]
    table, exact, fisher, grid, (density, *tilts) = over_theta(name)
    data, hidden, theta = data_of(name, v.seed), hidden_of(name, v.seen), theta_of(v, name)
    counts = np.array([len(data)]) if subject.real else np.array(COUNTS, dtype=int)
    n = int(counts[-1]) if subject.real else int(v.n)
    now = int(np.abs(grid_of(name).reshape(-1, subject.d) - theta).sum(axis=1).argmin())
    mask = np.where(hidden, np.nan, 1.0)
    blank = mask[now]
    # N moves at the present θ: exact scores of all data; θ moves at the present N: the same through the skeleton
    present = model.score(data, theta).T
    mean, second = scores.running(present, counts)
    at_n = scores.Moments(mean * blank, (second - mean[:, :, None] * mean[:, None, :]) * blank, second * np.nan)
    rows = table.rows(model, data[:n])
    mean, second = (part[-1] for part in scores.running(rows, [n]))
    weights = table.weights
    mean_t = weights @ mean
    cov_t = weights @ second @ np.swapaxes(weights, 1, 2) - mean_t[:, :, None] * mean_t[:, None, :]
    at_theta = scores.Moments(mean_t * mask[:, None], cov_t * mask[:, None, None], exact.spread * mask[:, None, None])
    chosen = arrays.chosen(subject, data)
    finite = arrays.outcome_grid(subject, grid, len(DOSES))
    shares = None if finite is None else arrays.running_shares(subject, data, counts, finite)
    chances = None if finite is None else chances_of(name, model, finite)
    ball_scores = model.score(data[chosen], theta) * blank
    directions = np.stack([weights[:, i] @ table.rows(model, data[chosen]) for i in range(subject.d)], axis=-1)
    steps = scores.step_along(directions, fisher[:, None], STEP)
    if name == "uniform":  # no step along the score keeps this density one: its support would have to move
        steps = steps * np.nan
    return arrays.Cloud(
        scores.Skeleton(weights * mask[:, None, None], table.theta, table.coordinate), table.rows(model, data[:DOTS] if finite is None else finite), shares, chances,
        arrays.placed(subject, data[chosen], DOSES), table.rows(model, data[chosen]), counts, at_n, at_theta, exact, scores.Moments(exact.mean[now] * blank, exact.covariance[now] * blank, exact.spread[now] * blank),
        fisher, n, arrays.rug(subject, data, DOSES), grid, density, tuple(w for w, _ in tilts), steps, hidden, ball_scores, grid_of(name).reshape(-1, subject.d), data[:DOTS],
    )  # fmt: skip


def chances_of(name: str, model, finite: np.ndarray) -> np.ndarray:
    subject = SUBJECTS[name]
    if subject.kind == "labels":
        return model.outcomes(subject.truth)[1]
    if name == "uniform":
        return np.ones(1)
    if subject.real:
        return np.stack([np.exp(model.log_prob(finite, t)) for t in grid_of(name).reshape(-1, 1)])
    return np.exp(model.log_prob(finite, subject.truth))


def main(v) -> Scene:
    name = name_of(v)
    subject, theta = SUBJECTS[name], theta_of(v, name)
    c = cloud(v, name)
    read = figures.Reading(subject, c, tuple(len(NODES[k]) for k in subject.controls))
    asking = name == "normal"
    box = SHOWN if asking and c.hidden.any() else None
    bounds = [(NODES[k][0], NODES[k][-1]) for k in subject.controls]
    asked = figures.asked("cross", v.given.get("cross"), answer(), ASKED) if asking else []
    if subject.d == 2:
        right = figures.cloud_view(subject, read, asked)
    else:
        right = figures.strip_view(subject, read) if c.shares is not None else figures.line_view(subject, read)
    views = [
        figures.data_view(subject, read),
        right,
        figures.pad_view(subject, read, bounds, box),
        figures.matrix_view(subject),
    ]
    shown = [*subject.controls, *([] if subject.real else ["n"])]
    numbers: dict[str, Number | str] = {**figures.readout(subject, read)}
    for k, symbol in enumerate(subject.symbols if subject.family else (), 1):  # sliders in rulers say θ itself
        numbers |= {f"p{k}": symbol, f"t{k}": numbers[f"v{k}"]}
    if "dev" in subject.formula[0][1]:
        numbers["dev"] = Number(Live(c.balls - NODES[subject.controls[0]][:, None], (subject.controls[0], "i")))
    return Scene(views, figures.COLUMNS, figures.AREAS, shown, numbers, figures.formula(subject), breaks=["moving"],
                 groups=[] if v.moving else ["model"], more=["i"] if subject.real else ["seed", "i"], checks=checks_of(name, theta), reading=figures.reading(subject, read))  # fmt: skip


def checks_of(name: str, theta) -> list[Check]:
    model, truth = model_of(name), SUBJECTS[name].truth
    if isinstance(model, scores.LabelsAtInputs):
        return [
            Check(
                "F",
                "closed form",
                "sum over labels",
                relative(model.fisher(theta), scores.expected(model, theta, theta).second),
                1e-9,
            )
        ]
    form = Check(
        "F" if model.regular else "E[s²]",
        "closed form" if model.writes("_fisher") else "mean square of its score",
        "quadrature",
        relative(model.fisher(theta), information.by_quadrature(model, theta)),
        1e-7,
    )
    if name in MEASURED:
        return [form]
    mean = scores.expected(model, truth, theta).mean
    slope = scores.kl_slope(model, truth, theta if model.regular else theta + 1e-3)
    if not model.regular:
        return [form]
    return [
        form,
        Check(
            "mean score off the truth",
            "quadrature",
            "slope of the closed-form KL" if model.writes("_kl") else "slope of KL",
            float(np.abs(mean - slope).max() / max(1.0, np.abs(mean).max())),
            1e-6,
        ),
    ]


def relative(value, other) -> float:
    return float(np.abs(np.asarray(value) - other).max() / np.abs(value).max())


# ---- tab: what survives -----------------------------------------------------------------------------------------------------
CUTS = {"sign": (0.0,), "three": (-0.5, 0.5), "unit": tuple(np.arange(-3, 4.0)), "fine": tuple(np.arange(-12, 13) / 4)}


@lru_cache(maxsize=8)
def kept(cut: str):
    """Of the normal mean: information of a bin at every θ, and the score of each bin."""
    family = FAMILIES["normal"]
    thetas = [(t, 1.0) for t in NODES["at"]]
    bins = [scores.bin_means(family, t, CUTS[cut]) for t in thetas]
    return (
        np.array([information.coarsened(family, t, CUTS[cut])[0, 0] for t in thetas]),
        np.array([s[:, 0] for _, s in bins]),
        np.array([m for m, _ in bins]),
    )


def survives(v) -> Scene:
    family = FAMILIES["normal"]
    theta = np.array([v.at, 1.0])
    curves = {cut: kept(cut)[0] for cut in {v.cut, "sign"}}
    full = family.fisher(np.array([(t, 1.0) for t in NODES["at"]]))[:, 0, 0]
    x = family.sample([0.0, 1.0], 400, np.random.default_rng(v.seed))
    _, means, mass = kept(v.cut)
    views, numbers, formula = score_survives.survives(
        NODES["at"], NODES["m"], v.cut, CUTS[v.cut], curves, means, mass, full, x
    )
    checks = [
        Check("information of the bins", "differences of the distribution function", "quadrature", abs(scores.bin_information(family, theta, CUTS[v.cut], 0) / kept(v.cut)[0][np.abs(NODES["at"] - v.at).argmin()] - 1), 1e-7),
        Check("F", "closed form", "quadrature", relative(family.fisher(theta), information.by_quadrature(family, theta)), 1e-7),
    ]  # fmt: skip
    return Scene(
        views,
        score_survives.COLUMNS,
        score_survives.AREAS,
        ["at", "m"],
        numbers,
        formula,
        groups=["cut"],
        more=["seed"],
        checks=checks,
    )


# ---- the question -----------------------------------------------------------------------------------------------------------
def answer() -> np.ndarray:
    return scores.expected(FAMILIES["normal"], [0.0, 1.0], [1.0, 1.0]).mean


def spread_about(mu: float) -> float:
    """E[(x − μ)²] under N(0, 1), by the outcomes of the model itself."""
    x, w = scores.outcomes(FAMILIES["normal"], [0.0, 1.0])
    return float(w @ (x - mu) ** 2)


def place(x: float, y: float) -> str:
    return f"({x:+.0f}, {y:+.0f})".replace("-", "−")


# ---- the lesson ---------------------------------------------------------------------------------------------------------------
def code(v) -> str:
    if v.tab == "survives":
        return snippets.render("score_survives", theta=float(v.at), n=int(v.m), edges=[float(e) for e in CUTS[v.cut]])
    name = name_of(v)
    subject = SUBJECTS[name]
    theta = [float(t) for t in theta_of(v, name)]
    if subject.real:
        return snippets.render("score_data", data=MEASURED[name], theta=theta)
    if subject.family:
        return snippets.render("score_family", family=subject.family, truth=[float(t) for t in subject.truth], theta=theta, N=int(v.n), seed=int(v.seed))  # fmt: skip
    return snippets.render(
        "score", model=name, truth=[float(t) for t in subject.truth], theta=theta, N=int(v.n), seed=int(v.seed)
    )


def holds(v) -> bool:
    """At the truth the mean is within 3 standard errors of 0, and no entry of the covariance is off F by more than 4."""
    f, theta = FAMILIES["normal"], np.array(SUBJECTS["normal"].truth)
    s = f.score(data_of("normal", v.seed)[: int(v.n)], theta)
    exact, cov = scores.expected(f, theta, theta), np.cov(s.T, bias=True)
    close = np.abs(s.mean(axis=0)) < 3 * np.sqrt(np.diag(f.fisher(theta)) / len(s))
    return bool(close.all() and (np.abs(cov - f.fisher(theta)) < 4 * exact.spread / np.sqrt(len(s))).all())
