"""Scenes of the empirical-Fisher lesson: its controls, the core calls behind each figure, and the figures they feed.

Words are in ``pages/sampling.py``, drawing in ``fisher_app/figures/sampling.py``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import historical as datasets
from fisher_core import information
from fisher_studies import two_weights
from fisher_core.models import LinearRegression, LogisticRegression

from .. import snippets
from ..controls import Choice, Slider, Toggle, seed
from ..figures import sampling as figures
from ..stage.scene import Axis, Check, Live, Number, Scene
from . import worlds
from .worlds import World

START, NEAR = (1.0, -1.0), 0.5  # before a commitment the empirical step is shown only this near to the start
FAR = (3.0, -3.0)
SHOWN = 40  # data drawn one by one
ROWS_PRINTED = 400  # in a program

controls = [
    Slider("a", "First weight _θ_~{1}, from the optimum", -3.2, 3.2, 0.1, START[0], format="+1"),
    Slider("b", "Second weight _θ_~{2}, from the optimum", -3.2, 3.2, 0.1, START[1], format="+1"),
    Choice("model", "Model", {"linear": "linear", "logistic": "logistic"}, "linear"),
    Choice("labels", "Labels shown", {"data": "observed", "model": "drawn"}, "data"),
    Choice("noise", "Noise", {"matched": "matched", "fourfold": "4 ×", "heteroscedastic": "uneven"}, "matched"),
    Choice("classes", "Classes", {"correct": "equal", "crossed": "crossed", "separable": "separable", "challenger": "Challenger"}, "correct"),
    Slider("M", "Labels drawn _M_", 10, 10_000, 0.25, 1000, format="i", log=True),
    Toggle("quiet", "take the noise away"),
    seed(),
    Slider("i", "Datum followed", 0, SHOWN - 1, 1, 15, format="i", local=True),
    Slider("step", "Step", 0, 100, 1, 100, format="i", local=True),
    Slider("xi", "Exponent _ξ_", 0, 1, 0.05, 1.0, format="2"),
    Slider("batch", "Batch size _B_", 1, 1000, 0.25, 10, format="i", log=True),
]  # fmt: skip
CONTROL = {c.key: c for c in controls}
NODES = CONTROL["a"].nodes
PLAIN = {"model": "linear", "noise": "matched", "quiet": False}


world = lru_cache(maxsize=12)(worlds.make)


def own(v) -> tuple[tuple[float, ...], ...] | None:
    """The reader's rows, in a form that can name what is kept."""
    return None if v.data is None else tuple(map(tuple, v.data.tolist()))


def worlds_of(v) -> list[str]:
    """The control that chooses among the page's own data, where those are shown."""
    return [] if v.data is not None else ["noise" if v.model == "linear" else "classes"]


def pad(w: World, every: int) -> np.ndarray:
    return w.origin + np.stack(np.meshgrid(NODES[::every], NODES[::every], indexing="ij"), axis=-1)


@lru_cache(maxsize=12)
def surveyed(key, own):
    """Over the pad: the survey; over the window: the loss; along the ray (1, −1): the survey again."""
    w = world(*key, own)
    every = 1 if w.kind == "line" and len(w.x) <= 2000 else 2 if len(w.x) <= 2000 else 4
    gx, gy = np.linspace(-5.2, 5.2, 45), np.linspace(-4, 4, 35)
    loss = two_weights.mean_losses(w.model, w.x, w.y, w.origin + np.stack(np.meshgrid(gx, gy, indexing="ij"), axis=-1))
    lowest = two_weights.mean_losses(w.model, w.x, w.y, w.origin[None])[0] if w.found else loss.min()
    levels = lowest + (loss[(0, -1), (0, -1)].max() - lowest) * (np.arange(1, 8) / 7.5) ** 2
    distance = np.linspace(0.04, 4.8, 120)
    ray = w.origin + distance[:, None] * np.array([1, -1]) / np.sqrt(2)
    return (
        every,
        two_weights.survey(w.model, w.x, w.y, pad(w, every)),
        figures.level_segments(gx, gy, loss, levels),
        distance,
        two_weights.survey(w.model, w.x, w.y, ray),
    )


@lru_cache(maxsize=12)
def sampled(key, own, draws: int, number: int):
    """Sampled matrices over the pad (coarser where each node costs a sum over many labels), and the band's radii."""
    w = world(*key, own)
    every, band = (64, 64) if w.kind == "line" else (2, 8) if draws <= 1000 else (8, 16)
    fisher = two_weights.sampled_fisher(w.model, w.x, pad(w, every), draws, np.random.default_rng(number))
    return (
        every,
        fisher,
        band,
        two_weights.radial_band(w.model, w.x, pad(w, band), draws, np.random.default_rng(number)),
    )


def spread(values: np.ndarray, every: int, wanted: int) -> np.ndarray:
    """A coarse table on a finer grid of the same pad, for tables that are combined with finer ones."""
    if every == wanted:
        return values
    weights = np.array([np.interp(NODES[::wanted], NODES[::every], unit) for unit in np.eye(len(NODES[::every]))]).T
    return np.einsum("ia,jb,ab...->ij...", weights, weights, values)


def length(step: np.ndarray) -> np.ndarray:
    return np.linalg.norm(step, axis=-1)


def plane(v) -> Scene:
    key = (v.model, v.noise, v.classes, v.quiet)
    w = world(*key, own(v))
    every, pads, contours, distance, ray = surveyed(key, own(v))
    coarse, drawn, band_every, band = sampled(key, own(v), round(v.M), v.seed)
    theta = np.add(w.origin, (v.a, v.b))
    here = two_weights.survey(w.model, w.x, w.y, theta)
    drawn_here = two_weights.sampled_fisher(w.model, w.x, theta, round(v.M), np.random.default_rng(v.seed))
    fisher, error = spread(drawn.value, coarse, every), spread(drawn.standard_error, coarse, every)
    offsets = pad(w, every) - w.origin
    open_question = "further" not in v.seen and v.data is None  # the question is about the page's own data
    hidden = length(offsets - START) > NEAR if open_question else np.zeros(offsets.shape[:2], dtype=bool)
    hidden_here = open_question and np.hypot(v.a - START[0], v.b - START[1]) > NEAR
    steps = {"exact": two_weights.steps(pads.exact, pads.gradient), "sampled": two_weights.steps(fisher, pads.gradient), "empirical": np.where(hidden[..., None], np.nan, two_weights.steps(pads.empirical, pads.gradient))}  # fmt: skip
    rest = {"exact": two_weights.steps(here.exact, here.gradient), "sampled": two_weights.steps(drawn_here.value, here.gradient), "empirical": np.full(2, np.nan) if hidden_here else two_weights.steps(here.empirical, here.gradient)}  # fmt: skip

    def number(table, exact, form="2"):
        return Number(figures.table(table, every), form, float(exact))

    numbers = {f"{m}_length": number(length(steps[m]), np.linalg.norm(rest[m]), "3") for m in steps}
    for k, i, j in (("11", 0, 0), ("12", 0, 1), ("22", 1, 1)):
        numbers[f"F{k}"] = number(pads.exact[..., i, j], here.exact[i, j], "3")
        numbers[f"S{k}"] = number(fisher[..., i, j], drawn_here.value[i, j], "3")
        numbers[f"S{k}_se"] = number(error[..., i, j], drawn_here.standard_error[i, j], "3")
        numbers[f"E{k}"] = number(pads.empirical[..., i, j], here.empirical[i, j], "3")
    numbers["gradient"] = number(length(pads.gradient), np.linalg.norm(here.gradient))
    numbers["loss"] = number(pads.loss, here.loss, "3")
    numbers["distance"] = number(length(offsets), np.hypot(v.a, v.b))
    linear_start = two_weights.survey(w.model, w.x, w.y, w.origin + START)
    start_step = two_weights.steps(linear_start.empirical, linear_start.gradient)
    numbers["start_length"] = Number(float(np.linalg.norm(start_step)), "3")
    shown, tilt, datum = followed(w, v, theta)
    numbers |= datum
    plain = w.kind == "line" and v.data is None and v.noise == "matched" and not v.quiet
    view = figures.plane(
        figures.Plane(NODES, every, contours, *(two_weights.inverse_roots(m) for m in (pads.exact, fisher, pads.empirical)), *steps.values(), band_every, band),
        w.axes, w.optimum, FAR if plain and open_question else None,
        (*START, *start_step) if not open_question and plain and np.hypot(v.a - START[0], v.b - START[1]) > NEAR else None, tilt, w.found,
        (["quantity", *rest], [["step in the first weight", "step in the second weight", "step length"], *([*np.broadcast_to(m, 2).tolist(), float(np.linalg.norm(m))] for m in rest.values())]),
    )  # fmt: skip
    window = (np.hypot(*START) - NEAR, np.hypot(*START) + NEAR) if open_question else None
    along = figures.lengths(distance, length(two_weights.steps(ray.exact, ray.gradient)), length(two_weights.steps(ray.empirical, ray.gradient)),
                            (length(offsets), length(steps["exact"]), length(steps["empirical"])), every, window, "further" if plain else None, w.optimum)  # fmt: skip
    formula = {"groups": [
        [["{exact|‖_F_^{−1}∇_L_‖}"], ["{exact|**[exact_length]**}"]],
        [["{sampled|‖_F_~{M}^{−1}∇_L_‖}"], ["{sampled|[sampled_length]}"]],
        [["{empirical|‖_E_^{−1}∇_L_‖}"], ["{empirical|**[empirical_length]**}"]],
        [["to the optimum" if w.found else "from (0, 1)"], ["[distance:3]"]],
        [["‖∇_L_‖"], ["[gradient]"]], [["loss _L_"], ["[loss]"]],
    ]}  # fmt: skip
    return Scene(
        [view, figures.data(shown, v.labels == "model", len(w.x), own=v.data is not None), along, figures.matrices(w.kind == "line", (["entry", "exact", "sampled", "standard error", "empirical"], [["11", "12", "22"], *([m[0, 0], m[0, 1], m[1, 1]] for m in (here.exact, drawn_here.value, drawn_here.standard_error, here.empirical))]))], figures.COLUMNS, figures.AREAS, ["a", "b"], numbers, formula,
        groups=["model", "labels"], more=[*worlds_of(v), "M", "seed"], breaks=["quiet"] if v.model == "linear" else [], checks=checks(w, theta, here),
    )  # fmt: skip


def followed(w: World, v, theta):
    """The data drawn one by one, what each adds to the matrix, and its gradient from θ; live where that is smooth."""
    rows = np.linspace(0, len(w.x) - 1, SHOWN).astype(int) if w.kind == "plane" else np.arange(SHOWN) % len(w.x)
    own = v.data is not None
    x, y = w.x[rows], w.y[rows]
    linear, plane = w.kind == "line", w.kind == "plane"
    stride = 64 if linear else 4
    grid = pad(w, stride)
    uniform = np.random.default_rng(v.seed + 1).random(SHOWN)
    norm = np.linalg.norm(x, axis=1)
    drawn = v.labels == "model"
    if drawn and not linear:  # a drawn class is 0 or 1 and does not slide: it is drawn anew at rest
        y = two_weights.label_at(w.model, x @ theta, uniform)
    z = grid @ x.T
    labels = two_weights.label_at(w.model, z, uniform) if drawn and linear else y
    residual = w.model.residual(labels, z)
    fine = pad(w, 8)
    fine_labels = two_weights.label_at(w.model, fine @ x.T, uniform) if drawn and linear else y
    size = figures.pixels(np.abs(w.model.residual(fine_labels, fine @ x.T)) * norm, 1.1 if linear else 3.5)
    over = ("a", "b", "i")
    here = x @ theta
    rest = w.model.residual(two_weights.label_at(w.model, here, uniform) if drawn else y, here)
    offsets = grid - w.origin
    numbers = {"datum": Number(Live(rows + 1.0, ("i",)), "i"),
               "residual": Number(Live(residual, over, (stride, stride, 1)), "+2", Live(rest, ("i",))),
               **{f"x{i}{j}": Number(Live(x[:, i - 1] * x[:, j - 1], ("i",)), "2") for i, j in ((1, 1), (1, 2), (2, 2))}}  # fmt: skip
    tip = (offsets[:, :, None, :] + residual[..., None] * x)[:: 1 if linear else 2, :: 1 if linear else 2]
    if plane:
        direction = pad(w, 2)
        turned = (
            9
            * np.stack([-direction[..., 1], direction[..., 0]], axis=-1)
            / np.maximum(length(direction), 1e-9)[..., None]
        )
        line = np.stack([-turned, turned], axis=-2)
        shown = figures.Shown("plane", x[:, 0], x[:, 1], (x[:, 0], x[:, 1]), figures.table(line[..., 0], 2), figures.table(line[..., 1], 2), None, Live(size, ("a", "b"), 8),
                              Axis(-8, 8, "_x_~{1}", [(t, f"{t}".replace("-", "−")) for t in (-5, 0, 5)]), Axis(-6, 6, "_x_~{2}", [(-5, "−5"), (0, "0"), (5, "5")]), y == 1)  # fmt: skip
        return shown, tip, numbers
    x_axis = Axis(-3.4, 3.4, w.units, [(-2, "−2"), (0, "0"), (2, "2")])
    if own:
        x_axis = figures.around(w.x[:, 1], x_axis.label)
    reach = np.linspace(x_axis.lo, x_axis.hi, 2 if linear else 31)
    fit = w.model.mean(grid @ np.stack([np.ones_like(reach), reach]))
    foot = w.model.mean(z)
    y_axis = (
        Axis(-8, 10, "_y_", [(-5, "−5"), (0, "0"), (5, "5")])
        if linear
        else Axis(-0.15, 1.4, "label _y_", [(0, "0"), (1, "1")])
    )
    if own and linear:
        y_axis = figures.around(w.y, "your _y_, in its noise")
    crowd = slice(None if own else 400)
    shown = figures.Shown(w.kind, x[:, 1], Live(labels, ("a", "b"), stride) if drawn and linear else y, (w.x[crowd, 1], w.y[crowd]), reach, Live(fit, ("a", "b"), stride), Live(foot, ("a", "b"), stride), Live(size, ("a", "b"), 8),
                          x_axis, y_axis, y == 1)  # fmt: skip
    return shown, tip, numbers


def checks(w: World, theta, here) -> list[Check]:
    def relative(a, b):
        return float(np.abs(a - b).max() / max(np.abs(a).max(), 1e-300))

    centred = information.empirical(w.model, (w.x, w.y), theta, centered=True).value
    tests = [
        Check(
            "exact F",
            "closed form",
            "sum over labels",
            relative(here.exact, two_weights.by_label_quadrature(w.model, w.x, theta)),
            1e-6,
        ),
        Check(
            "empirical Fisher",
            "mean of score products",
            "covariance plus ∇L∇Lᵀ",
            relative(here.empirical, centred + np.outer(here.gradient, here.gradient)),
            1e-7,
        ),
    ]
    if w.kind == "line":
        least = np.polynomial.polynomial.polyfit(w.x[:, 1], w.y, 1)
        tests.append(
            Check(
                "θ after one exact step",
                "−F⁻¹∇L",
                "least squares by polyfit",
                relative(least, theta + two_weights.steps(here.exact, here.gradient)),
                1e-8,
            )
        )
    return tests


# ---- the tabs ----------------------------------------------------------------------------------------------------------
FIELD_RATES = {"identity": 0.2, "exact": 0.08, "empirical": 1.0}
FIELD_SCALES = {"identity": 1 / 3, "exact": 1.0, "empirical": 3.0}


@lru_cache(maxsize=1)
def k1():
    """K1: contours, fields on a grid, and runs from four starts."""
    x, y = datasets.k1_field()
    line = LinearRegression()
    optimum = line.mle(x, y)
    fine = np.linspace(-1.6, 5.6, 61)
    loss = two_weights.mean_losses(line, x, y, np.stack(np.meshgrid(fine, fine, indexing="ij"), axis=-1))
    lowest = line.mean_loss(x, y, optimum)
    contours = figures.level_segments(fine, fine, loss, lowest + (np.arange(1, 8) ** 2) * 0.5)
    spots = np.linspace(-0.6, 4.6, 9)
    grid = np.stack(np.meshgrid(spots, spots, indexing="ij"), axis=-1)
    here = two_weights.survey(line, x, y, grid)
    moves = {
        "identity": -here.gradient,
        "exact": two_weights.steps(here.exact, here.gradient),
        "empirical": two_weights.steps(here.empirical, here.gradient),
    }
    starts = np.array([[-0.5, 4.5], [4.5, 4.0], [0.0, 0.0], [4.5, -0.5]])
    paths = {k: two_weights.preconditioned_path(line, x, y, starts, k, rate, 100) for k, rate in FIELD_RATES.items()}
    excess = {k: two_weights.mean_losses(line, x, y, path[:, 0]) - lowest for k, path in paths.items()}
    return optimum, contours, grid, moves, paths, excess


def fields(v) -> Scene:
    optimum, contours, grid, moves, paths, excess = k1()
    hidden = "further" not in v.seen
    titles = {"identity": "**Gradient descent**", "exact": "**Natural gradient**", "empirical": "**Empirical Fisher**"}
    views = [
        figures.field(
            key,
            titles[style],
            style,
            grid,
            moves[style],
            FIELD_SCALES[style],
            paths[style],
            contours,
            optimum,
            hidden and style == "empirical",
        )
        for key, style in zip("gne", titles, strict=True)
    ]
    away = {
        f"{key}_away": Number(
            np.nan if hidden and style == "empirical" else Live(length(paths[style] - optimum).mean(axis=1), ("step",)),
            "3",
        )
        for key, style in zip("gne", titles, strict=True)
    }
    formula = {
        "groups": [
            [[f"{{{s}|mean distance to _θ_\\*}}"], [f"{{{s}|**[{k}_away]**}}"]]
            for k, s in zip("gne", titles, strict=True)
        ]
    }
    x, _ = datasets.k1_field()
    line = LinearRegression()
    tests = [
        Check(
            "F of K1",
            "closed form",
            "sum over labels",
            float(np.abs(line.fisher(x, optimum) - two_weights.by_label_quadrature(line, x, optimum)).max()),
            1e-7,
        )
    ]
    return Scene(
        [*views, figures.field_losses({k: e for k, e in excess.items() if not (hidden and k == "empirical")})],
        "repeat(3, minmax(0, 1fr))",
        ("g n e", "l l l", "player player player"),
        [],
        away,
        formula,
        player="step",
        checks=tests,
    )


@lru_cache(maxsize=1)
def walks():
    return two_weights.power_path(CONTROL["xi"].nodes, count=100)


def pathology(v) -> Scene:
    paths = walks().copy()
    hidden = "further" not in v.seen
    if hidden:
        paths[CONTROL["xi"].nodes > 0.5] = np.nan
    steps = Live(paths, ("xi", "step"))
    numbers = {
        "walk": Number(steps, "2"),
        "lowest": Number(Live(paths.min(axis=-1), ("xi",)), "2"),
        "last": Number(Live(paths[:, -1], ("xi",)), "2"),
        "before": Number(Live(paths[:, -2], ("xi",)), "2"),
    }
    formula = {"groups": [
        [["_θ_ ← _θ_ − 0.3 · _θ_ ∕ {empirical|(_θ_^{2})}^{_ξ_}"], ["_ξ_ = [xi]" + (", above ½ hidden until you commit" if hidden else "")]],
        [["lowest _θ_"], ["{empirical|**[lowest]**}"]], [["last two"], ["{empirical|[before], [last]}"]],
    ]}  # fmt: skip
    exact = np.array([5 - 0.3 * min(k, 17) if k < 17 else (-0.1 if k % 2 else 0.2) for k in range(101)])
    tests = [
        Check(
            "walk at ξ = ½",
            "recursion",
            "steps of .3, then .2 and −.1 in turn",
            float(np.abs(walks()[10] - exact).max()),
            1e-9,
        )
    ]
    return Scene(
        figures.walk(CONTROL["xi"].nodes, paths),
        "minmax(0, 1fr) 286px",
        ("a z", "player player"),
        ["xi"],
        numbers,
        formula,
        player="step",
        checks=tests,
    )


def moment(v) -> Scene:
    key = (v.model, v.noise, v.classes, v.quiet)
    w = world(*key, own(v))
    every, pads, *_ = surveyed(key, own(v))
    mean = pads.gradient**2
    total, exact = (np.diagonal(m, axis1=-2, axis2=-1) for m in (pads.empirical, pads.exact))
    covariance = total - mean
    stride = 4 // every
    batch = two_weights.batch_second_moment(
        covariance[::stride, ::stride, None], pads.gradient[::stride, ::stride, None], CONTROL["batch"].nodes
    )
    here = two_weights.survey(w.model, w.x, w.y, np.add(w.origin, (v.a, v.b)))
    seen = two_weights.batch_second_moment(
        np.diag(here.empirical) - here.gradient**2, here.gradient, CONTROL["batch"].nodes
    )
    numbers = {}
    for k in range(2):
        numbers |= {f"F{k}": Number(figures.table(exact[..., k], every), "2", float(here.exact[k, k])), f"E{k}": Number(figures.table(total[..., k], every), "2", float(here.empirical[k, k])),
                    f"C{k}": Number(figures.table(covariance[..., k], every), "2", float(here.empirical[k, k] - here.gradient[k] ** 2)), f"G{k}": Number(figures.table(mean[..., k], every), "2", float(here.gradient[k] ** 2)),
                    f"V{k}": Number(Live(batch[..., k], ("a", "b", "batch"), (4, 4, 1)), "2", Live(seen[:, k], ("batch",)))}  # fmt: skip
    formula = {"groups": [
        [["{empirical|_E_} = {empirical|covariance} + {identity|∇_L_∇_L_^{T}}"], ["[E0] = [C0] + [G0]"]],
        [["Adam: _v_ = {empirical|covariance} ∕ _B_ + {identity|(∇_L_)^{2}}"], ["[V0], and it divides by √_v_, not by _v_"]],
    ]}  # fmt: skip
    return Scene(
        figures.moments(w.axes, every, exact, covariance, mean, batch),
        "1fr 1fr",
        ("a b",),
        ["a", "b", "batch"],
        numbers,
        formula,
        groups=["model"],
        more=worlds_of(v),
        checks=checks(w, np.add(w.origin, (v.a, v.b)), here),
    )


DRAWS = np.round(np.geomspace(10, 10_000, 7)).astype(int)


@lru_cache(maxsize=4)
def repeated(number: int):
    x, _ = datasets.regression()
    model, theta = LogisticRegression(), [0.5, 1.5]
    return tuple(
        two_weights.sampling_errors(model, x, theta, DRAWS, 100, np.random.default_rng(number), truth)
        for truth in (None, [1.0, 1.0])
    )


def convergence(v) -> Scene:
    drawn, observed = repeated(v.seed)
    mean = drawn.mean(axis=1)
    numbers = {f"err{k}": Number(float(m), "3") for k, m in enumerate(mean)}
    numbers["slope"] = Number(float(np.polyfit(np.log(DRAWS), np.log(mean), 1)[0]), "2")
    numbers["floor"] = Number(float(observed.mean(axis=1)[-1]), "2")
    formula = {"groups": [
        [["{sampled|drawn labels:} error ∝ _M_^{slope}"], ["{sampled|slope **[slope]**}"]],
        [["{empirical|labels of another world:} not → 0"], ["{empirical|error **[floor]** at 10 000}"]],
        [["weights (0.5, 1.5)"], ["100 repeats, seed [seed:i]"]],
    ]}  # fmt: skip
    x, _ = datasets.regression()
    model, theta = LogisticRegression(), np.array([0.5, 1.5])
    tests = [
        Check(
            "exact F",
            "closed form",
            "sum over labels",
            float(np.abs(model.fisher(x, theta) - two_weights.by_label_quadrature(model, x, theta)).max()),
            1e-7,
        )
    ]
    return Scene(
        [figures.errors(DRAWS.astype(float), drawn, observed)],
        "minmax(0, 1fr)",
        ("a",),
        ["M"],
        numbers,
        formula,
        more=["seed"],
        checks=tests,
    )


# ---- words -------------------------------------------------------------------------------------------------------------
def empirical_lengths() -> tuple[float, float]:
    """Lengths of the empirical step at the start and three times further out, on REG."""
    w = world("linear", "matched", "correct", False, None)
    here = two_weights.survey(w.model, w.x, w.y, w.origin + np.array([START, FAR]))
    return tuple(length(two_weights.steps(here.empirical, here.gradient)))


def holds(v) -> bool:
    """At the defaults: drawn labels give F within 4 standard errors, the observed ones another matrix and a short step."""
    w = world(v.model, v.noise, v.classes, v.quiet, own(v))
    theta = np.add(w.origin, (v.a, v.b))
    here = two_weights.survey(w.model, w.x, w.y, theta)
    drawn = two_weights.sampled_fisher(w.model, w.x, theta, round(v.M), np.random.default_rng(v.seed))
    near = np.abs(drawn.value - here.exact) < 4 * drawn.standard_error
    short = length(two_weights.steps(here.empirical, here.gradient)) < 0.5 * length(
        two_weights.steps(here.exact, here.gradient)
    )
    return bool(near.all() and short and np.abs(here.empirical - here.exact).max() > 1)


def far_text(form: str):
    return lambda: form.format(*empirical_lengths(), 3 * empirical_lengths()[0])


def program(v) -> str:
    if v.tab == "walk":
        return snippets.render("sampling_walk", exponent=v.xi)
    if v.tab == "fields":
        return snippets.render("sampling_fields")
    if v.tab == "error":
        return snippets.render("sampling_error", seed=v.seed)
    if v.data is not None:
        if len(v.data) > ROWS_PRINTED:
            return f"# Your {len(v.data)} rows are too many to print here: with at most {ROWS_PRINTED}, this is the program for them."
        return snippets.render("sampling_own", model=v.model, rows=list(map(tuple, v.data.tolist())),
                               quiet=v.quiet and v.model == "linear", offset=(v.a, v.b), draws=round(v.M), seed=v.seed)  # fmt: skip
    kind = f"regression {v.noise}" if v.model == "linear" else v.classes
    return snippets.render(
        "sampling", world=kind, quiet=v.quiet and v.model == "linear", offset=(v.a, v.b), draws=round(v.M), seed=v.seed
    )
