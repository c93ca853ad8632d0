"""Scenes of the lesson on a real network: its controls, stored and live runs, and the figures they feed.

Words are in ``pages/digits.py``, drawing in ``fisher_app/figures/digits.py``, data in ``digits_data``, the other tabs in
``digits_tabs``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fisher_core.data import digits
from fisher_studies import digits_study as study
from fisher_studies.network_sweeps import paired
from fisher_core.models import MLP

from .. import snippets
from ..controls import Choice, Slider, Toggle, Whole
from ..figures import digits as figures
from ..jobs import Progress, Run
from ..stage.scene import Check, Live, Number, Scene
from . import digits_data
from .digits_data import LiveRun, runs

STRENGTHS = tuple(float(s) for s in runs().strengths[1:])
OPEN_BELOW = 100.0  # at 40 epochs the empirical curve is shown from here on while the second question is open

controls = [
    Slider("lam", "Strength _λ_", STRENGTHS[0], STRENGTHS[-1], 1, 100.0, format="g1", at=STRENGTHS),
    Choice("method", "Keep A by", {"none": "none", "l2": "L2", "exact": "exact", "sampled": "sampled", "empirical": "empirical"}, "exact"),
    Choice("epochs", "Epochs on A", {"10": "10", "40": "40", "300": "300"}, "40"),
    Choice("samples", "Inputs that the sampled _F_ sees", {"50": "50", "200": "200", "1200": "1200"}, "1200"),
    Whole("seed", "Seed", 0, 999_999, 0, draw=True),
    Toggle("brk", "one seed, _λ_ from test"),
    Slider("step", "Epoch of B", 0, 40, 1, 40, format="i", local=True, short="epoch"),
    Slider("target", "Accuracy on B to match", 0.86, 0.96, 0.01, 0.93),
    Slider("width", "Side of the shuffled square", 0, 8, 2, 8, format="i"),
    Slider("length", "Length of the perturbation ‖Δ‖", 0.01, 20.0, 1, 1.0, format="g1", at=tuple(digits_data.tabs()["noise_lengths"].tolist())),
    Slider("after", "Tasks learned", 1, 5, 1, 5, format="i"),
]  # fmt: skip
CONTROL = {c.key: c for c in controls}


def column(method: str, samples: str) -> int | None:
    """Where a method is among the stored ones; None for "none", which is λ = 0 of any."""
    name = f"sampled-{samples}" if method == "sampled" else method
    return None if method == "none" else runs().methods.index(name)


def training_of(v) -> int:
    return int(np.flatnonzero(runs().epochs_a == int(v.epochs))[0])


def hidden(v, method: str) -> np.ndarray:
    """Which of the 19 λ of a method an open question hides."""
    none, all_ = np.zeros(len(STRENGTHS), bool), np.ones(len(STRENGTHS), bool)
    if method != "empirical":
        return none
    if v.epochs == "300" and "over" not in v.seen:
        return all_
    return np.array(STRENGTHS) < OPEN_BELOW if v.epochs == "40" and "same" not in v.seen else none


# ---- runs while the reader waits
def run_key(v) -> tuple[int, int, str] | None:
    """What a live run depends on; only the first tab shows one."""
    if v.tab != "runs":
        return None
    return int(v.seed), int(v.epochs), f"sampled-{v.samples}" if v.method == "sampled" else v.method


live = Run("Run live", run_key, digits_data.work, digits_data.promise)


def latest(v) -> LiveRun | None:
    return getattr(v, "run", Progress()).result


# ---- the first tab
def overview(v) -> Scene:
    r, e = runs(), training_of(v)
    shown = tuple(dict.fromkeys(("l2", v.method if v.method != "none" else "exact")))
    fresh, s = latest(v), np.flatnonzero(r.seeds == v.seed)
    one = bool(v.brk and len(s))
    ends = {m: r.end[:, e, column(m, v.samples), 1:] for m in ("l2", "exact", "sampled", "empirical")}
    none = r.end[:, e, 0, 0]
    joint = r.joint[:, e, -1]
    bands = {}
    for m, end in ends.items():
        cover = np.where(hidden(v, m), np.nan, 1.0)[:, None]
        mean = end[s[0]] if one else end.mean(axis=0)
        bands[m] = figures.Band(mean * cover, end.std(axis=0, ddof=1) * cover)
    known = fresh.trace[1:, -1] * np.where(hidden(v, v.method), np.nan, 1.0)[:, None] if fresh is not None and v.method != "none" else None
    level, roof = (none[s[0]], joint[s[0]]) if one else (none.mean(axis=0), joint.mean(axis=0))
    picks = {m: picked(v, e, m, s, one)[0] for m in ends}
    over = f"seed {v.seed} alone" if one else f"mean ± SD over {len(r.seeds)} seeds" + (f" (seed {v.seed} is not stored)" if v.brk else "")
    common = dict(picks=picks, strengths=np.array(STRENGTHS), bands=bands, shown=shown, live=known, one=one, hidden=bool(hidden(v, "empirical").any()))
    views = [
        figures.sweep("a", 0, none=level[0], joint=roof[0], caption=f"**Accuracy on A after B,** {over}. Ticks: _λ_ {'best on test, too good by [flattery]' if one else 'from validation'}", lo=0.25 if v.epochs == "10" else 0.4, height=152, question=question(v), **common),
        figures.training(v.method, trained(v, e, fresh), 152),
        figures.sweep("b", 1, none=level[1], joint=roof[1], caption="**Accuracy on B.** Drag _λ_.", lo=0.5, height=122, **common),
        first_layer(v, e, fresh),
    ]  # fmt: skip
    return Scene(
        views, figures.COLUMNS, figures.AREAS, ["lam", "epochs"], numbers(v, e, none, ends, s, one) | here(v, e, fresh), figures.key(tuple(ends), one),
        player="step", rate=10, groups=["method"], breaks=["brk"], more=["seed", "samples"], checks=checks(v, e, fresh),
    )  # fmt: skip


def question(v) -> str | None:
    """The prediction whose options stand on the plot."""
    return "over" if "over" not in v.seen or v.epochs == "300" else None


def traces(v, e: int, method: str, fresh: LiveRun | None) -> np.ndarray | None:
    """Accuracy of this seed epoch by epoch, (20, 41, 2): just made, or stored."""
    if fresh is not None and method == v.method and fresh.known.any():
        return fresh.trace
    return runs().trace(v.seed, e, column(method, v.samples) or 0)


def trained(v, e: int, fresh: LiveRun | None) -> figures.Training:
    trace, none = traces(v, e, v.method, fresh), traces(v, e, "none", None)
    if trace is None:
        return figures.Training(None, None, v.seed, False)
    cover = hidden(v, v.method)
    if v.method == "none":
        return figures.Training(np.repeat(trace[:1], len(STRENGTHS), axis=0), trace[0], v.seed, False)
    return figures.Training(trace[1:] * np.where(cover, np.nan, 1.0)[:, None, None], None if none is None else none[0], v.seed, bool(cover.all()))


def first_layer(v, e: int, fresh: LiveRun | None):
    r, m = runs(), column(v.method, v.samples)
    if fresh is not None and np.isfinite(fresh.pixels).all():
        pixels, moves, whose = fresh.pixels, fresh.moves, f"seed {v.seed}"
    else:
        pixels, moves, whose = r.pixels[e, m or 0], r.moves(e, m or 0), f"mean over {len(r.seeds)} seeds"
    moves = np.repeat(moves[:1], len(STRENGTHS), axis=0) if v.method == "none" else moves[1:] * np.where(hidden(v, v.method), np.nan, 1.0)[:, None, None]
    return figures.first_layer(v.method, np.array(STRENGTHS), pixels, moves, whose, 122, bool(hidden(v, v.method).all()))  # fmt: skip


def here(v, e: int, fresh: LiveRun | None) -> dict[str, Number]:
    t = trained(v, e, fresh)
    table = np.full((len(STRENGTHS), 41, 2), np.nan) if t.trace is None or t.hidden else t.trace
    return {f"here_{k}": Number(Live(table[:, :, i], ("lam", "step")), "3") for i, k in enumerate("AB")}


def picked(v, e: int, method: str, s, one: bool) -> tuple[float, np.ndarray]:
    """λ chosen on validation rows (the median over seeds) and test accuracies at each seed's own (their mean); of one
    seed the λ that its *test* rows like best, and what they say there. nan while a question hides part of the curve."""
    r, c = runs(), column(method, v.samples)
    if hidden(v, method).any():
        return np.nan, np.full(2, np.nan)
    if one:
        best = 1 + int(r.end[s[0], e, c, 1:].mean(axis=-1).argmax())
        return float(r.strengths[best]), r.end[s[0], e, c, best]
    best, then = r.chosen(e, c)
    return float(r.strengths[np.sort(best)[len(best) // 2]]), then.mean(axis=0)


def numbers(v, e: int, none, ends, s, one: bool) -> dict[str, Number]:
    """Accuracies of every method at this λ and at the chosen one."""
    r = runs()
    found = {f"none_{k}": Number(float(none[s[0], i] if one else none[:, i].mean()), "3") for i, k in enumerate("AB")}
    joint = r.joint[:, e, -1]
    found |= {f"joint_{k}": Number(float(joint[s[0], i] if one else joint[:, i].mean()), "3") for i, k in enumerate("AB")}
    found["none_sdA"] = Number(float(none[:, 0].std(ddof=1)), "2")
    for m, end in ends.items():
        cover = np.where(hidden(v, m), np.nan, 1.0)
        pick, then = picked(v, e, m, s, one)
        for i, k in enumerate("AB"):
            mean = end[s[0], :, i] if one else end[:, :, i].mean(axis=0)
            found[f"{m}_{k}"] = Number(Live(mean * cover, ("lam",)), "3")
            found[f"{m}_pick{k}"] = Number(float(then[i]), "3")
        found[f"{m}_sdA"] = Number(Live(end[:, :, 0].std(axis=0, ddof=1) * cover, ("lam",)), "2")
        found[f"{m}_pick"] = Number(pick, "g1")
    c = column(v.method, v.samples)
    total = 0.0 if c is None else np.nan if hidden(v, v.method).all() else float(r.total[:, e, c].mean())
    flattery = np.nan if c is None or hidden(v, v.method).any() else r.flattery(e, c)
    return found | {"total": Number(total, "g3"), "flattery": Number(flattery, "3")}


# ---- provenance
@lru_cache(maxsize=1)
def small() -> tuple[float, float, float]:
    """Residuals of three facts on the first images and a net 64-6-10: labels, gradient, names of hidden units."""
    model, rng, a = MLP((64, 6, 10), "relu"), np.random.default_rng(0), digits.task()
    x, y, theta = a.x[:60], a.y[:60], model.initial(rng)
    p = model.probabilities(x, theta)[0]
    summed = sum(p[:, c] @ model.score(x, np.full(60, c), theta) ** 2 for c in range(10)) / 60
    exact = model.fisher_diagonal(x, theta)
    v = rng.normal(size=model.size) / np.sqrt(model.size)
    slope = (model.mean_loss(x, y, theta + 1e-6 * v) - model.mean_loss(x, y, theta - 1e-6 * v)) / 2e-6
    order = rng.permutation(6)

    def renamed(values):
        (w1, b1), (w2, b2) = model.unflatten(values)
        return model.flatten([(w1[order], b1[order]), (w2[:, order], b2)])

    moved = model.fisher_diagonal(x, renamed(theta))
    return (
        float(np.abs(summed - exact).max() / exact.max()),
        float(abs(slope - model.mean_gradient(x, y, theta) @ v)),
        float(np.abs(moved - renamed(exact)).max() / exact.max()),
    )


@lru_cache(maxsize=1)
def zero_is_none() -> float:
    """How far λ = 0 under exact springs ends from no springs at all: three epochs of A, two of B."""
    (*_, (pair, theta)) = study.learn_a(0, 3)
    held = study.stiffness("exact", pair.model, pair.a, theta)
    ends = []
    for stiff in (held, np.zeros_like(held)):
        run = study.learn_b(pair, theta, stiff, 0.0, 0)
        ends.append([next(run) for _ in range(3)][-1])
    return float(np.abs(ends[0] - ends[1]).max())


def checks(v, e: int, fresh: LiveRun | None) -> list[Check]:
    by_labels, by_differences, by_names = small()
    made = [
        Check("diagonal of F", "closed form", "all labels", by_labels, 1e-11),
        Check("gradient of the loss", "backward pass", "differences", by_differences, 1e-6),
        Check("F after renaming hidden units", "measured anew", "entries renamed", by_names, 1e-11),
        Check("end of B at λ = 0", "springs of strength 0", "no springs", zero_is_none(), 1e-300),
    ]
    stored = runs().trace(v.seed, e, column(v.method, v.samples) or 0)
    if fresh is not None and stored is not None and fresh.known.any():
        # 0 on one machine. Another BLAS rounds otherwise, and long training turns the last digit into some rows.
        gap = np.nanmax(np.abs(fresh.trace - stored)[fresh.known])
        made.append(Check("accuracy of this seed", "stored run", "run just now", float(gap), 30 / digits_data.TEST_ROWS))
    return made


# ---- words
def mean_at(epochs: int, method: str, strength: float, seeds: int | None = None, task: int = 0) -> float:
    """Mean test accuracy on A (or B) over the first ``seeds`` stored seeds."""
    r = runs()
    e, k = int(np.flatnonzero(r.epochs_a == epochs)[0]), int(np.abs(r.strengths - strength).argmin())
    return float(r.end[:seeds, e, column(method, "1200") or 0, k, task].mean())


def fill(form: str, **cells):
    """A text whose numbers are looked up when it is shown: name=(epochs, method, λ[, task])."""
    return lambda: form.format(**{name: mean_at(*cell[:3], task=cell[3] if len(cell) > 3 else 0) for name, cell in cells.items()})


def program(v) -> str:
    if v.tab == "noise":
        return snippets.render("digits_noise", length=float(v.length))
    kind = "exact" if v.method == "none" else v.method
    return snippets.render(
        "digits", seed=int(v.seed), epochs=int(v.epochs), kind=kind, samples=int(v.samples), strength=0.0 if v.method == "none" else float(v.lam)
    )  # fmt: skip


def holds(v) -> bool:
    """At the defaults: EWC keeps much more of A than nothing and than L2 where B is learned as well, and not all."""
    r, e = runs(), training_of(v)
    ewc, l2 = (r.matched(e, column(m, v.samples), 0.93)[:, 0] for m in ("exact", "l2"))
    none, joint = r.end[:, e, 0, 0, 0], r.joint[:, e, -1, 0]
    return all(d.clear and d.mean > 0 for d in (paired(ewc, none), paired(ewc, l2), paired(joint, ewc)))
