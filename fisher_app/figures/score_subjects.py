"""What the score lesson can be asked about: models and measured data, with their fixed axes and their words."""

from __future__ import annotations

from fisher_core import FAMILIES
from fisher_core.data import historical as datasets

from ..stage.scene import Axis
from .score_arrays import Subject, ticks

MEASURED = {"kicks": "horse_kicks", "alpha": "alpha_counts", "light": "light_passage"}


def estimate(name: str, family: str) -> tuple[float, ...]:
    values = datasets.DATASETS[MEASURED[name]]().values
    return tuple(float(t) for t in FAMILIES[family].mle(values))


def counts(
    key: str, title: str, control: str, top: float, highest: int, s: tuple[float, float], s_ticks, note: str, pad
) -> Subject:
    return Subject(
        key, title, estimate(key, "poisson"), (control,), ("λ",), Axis(-0.7, highest + 0.7, "count _x_", ticks(*range(0, highest + 1, 1 if highest < 8 else 2))),
        top, ticks(*(0.2, 0.4, 0.6) if top > 0.5 else (0.1, 0.2)), (Axis(*s, "score _s_ = _x_ ∕ _λ_ − 1", s_ticks),),
        (("_s_~{_λ_} = _x_ ∕ _λ_ − 1", f"[xi] ∕ [{control}] − 1 = **[s1:+2]**"), ("{exact|_F_} = 1 ∕ _λ_", f"1 ∕ [{control}] = **[f11]**")),
        kind="counts", real=True, pad_ticks=(pad, ()), digits="3", note=note,
    )  # fmt: skip


def normal(
    key: str,
    title: str,
    truth: tuple[float, ...],
    keys: tuple[str, str],
    x: Axis,
    top: float,
    top_ticks,
    s: tuple[Axis, Axis],
    pads,
    **more,
) -> Subject:
    sigma = keys[1]
    return Subject(
        key, title, truth, keys, ("μ", "σ"), x, top, top_ticks, s,
        (("_s_~{_μ_} = (_x_ − _μ_) ∕ _σ_^{2}", f"[dev:+2] ∕ [{sigma}:1]^{{2}} = **[s1:+2]**"),
         ("_s_~{_σ_} = (_x_ − _μ_)^{2} ∕ _σ_^{3} − 1 ∕ _σ_", "at _x_ = [xi]: **[s2:+2]**")), pad_ticks=pads, **more,
    )  # fmt: skip


LIGHT = estimate("light", "normal")
SUBJECTS = {s.key: s for s in (
    normal("normal", "Normal (0, 1)", (0.0, 1.0), ("mu", "sigma"), Axis(-4, 4, "datum _x_", ticks(-3, -2, -1, 0, 1, 2, 3)), 0.82, ticks(0.2, 0.4, 0.6, 0.8),
           (Axis(-4, 4, "_s_~{_μ_}", ticks(-3, -2, -1, 0, 1, 2, 3)), Axis(-3, 7, "_s_~{_σ_}", ticks(-2, 0, 2, 4, 6))), (ticks(-2, -1, 0, 1), ticks(1, 2))),
    Subject("gamma", "Gamma, shape 2, scale 1", (2.0, 1.0), ("k", "scale"), ("k", "b"), Axis(0, 9, "datum _x_", ticks(0, 2, 4, 6, 8)), 0.62, ticks(0.2, 0.4, 0.6),
            (Axis(-4, 3, "_s_~{_k_}", ticks(-4, -2, 0, 2)), Axis(-3, 7, "_s_~{_b_}", ticks(-2, 0, 2, 4, 6))),
            (("_s_~{_k_} = log(_x_ ∕ _b_) − _ψ_(_k_)", "at _x_ = [xi]: **[s1:+2]**"), ("_s_~{_b_} = (_x_ ∕ _b_ − _k_) ∕ _b_", "([xi] ∕ [scale] − [k]) ∕ [scale] = **[s2:+2]**")),
            pad_ticks=(ticks(1, 2, 3), ticks(1, 2)), tags=(-20, 190), digits="2"),
    Subject("beta", "Beta (2, 5)", (2.0, 5.0), ("a", "b"), ("a", "b"), Axis(0, 1, "datum _x_", ticks(0, 0.2, 0.4, 0.6, 0.8, 1)), 4.2, ticks(1, 2, 3, 4),
            (Axis(-4, 2.5, "_s_~{_a_}", ticks(-4, -2, 0, 2)), Axis(-1.5, 1, "_s_~{_b_}", ticks(-1, -0.5, 0, 0.5))),
            (("_s_ = (log _x_, log(1 − _x_)) − their means", "at _x_ = [xi]: **([s1:+2], [s2:+2])**"),),
            pad_ticks=(ticks(1, 2, 3), ticks(1, 5, 9)), tags=(265, 205), digits="3"),
    Subject("weibull", "Weibull (1.5, 1)", (1.5, 1.0), ("wk", "wl"), ("k", "λ"), Axis(0, 4, "datum _x_", ticks(0, 1, 2, 3, 4)), 1.25, ticks(0.4, 0.8, 1.2),
            (Axis(-5, 3, "_s_~{_k_}", ticks(-4, -2, 0, 2)), Axis(-3, 8, "_s_~{_λ_}", ticks(-2, 0, 2, 4, 6, 8))),
            (("_s_~{_k_} = (1 + (1 − _u_) log _u_) ∕ _k_", "_u_ = (_x_ ∕ _λ_)^{_k_}, _x_ = [xi]: **[s1:+2]**"), ("_s_~{_λ_} = (_u_ − 1) _k_ ∕ _λ_", "**[s2:+2]**")),
            pad_ticks=(ticks(1, 2), ticks(1, 2)), tags=(-35, 215), digits="3"),
    Subject("bernoulli", "Bernoulli .05", (0.05,), ("p",), ("p",), Axis(-0.6, 1.6, "outcome _x_", ticks(0, 1)), 1.15, ticks(0.25, 0.5, 0.75, 1),
            (Axis(-4, 26, "score _s_", ticks(0, 10, 20)),),
            (("_s_ = (_x_ − _p_) ∕ _p_(1 − _p_)", "at _x_ = [xi]: **[s1:+2]**"), ("{exact|_F_} = 1 ∕ _p_(1 − _p_)", "at _p_ = [p]: **[f11]**")),
            kind="counts", pad_ticks=(ticks(0.1, 0.2, 0.3, 0.4), ()), digits="2"),
    Subject("logistic", "logistic, two weights", (0.0, 1.0), ("w0", "w1"), ("w~{0}", "w~{1}"), Axis(-2.4, 2.4, "dose _x_, nine values", ticks(-2, -1, 0, 1, 2)), 1.3, ticks(0.5, 1),
            (Axis(-1.1, 1.1, "_s_ for the intercept", ticks(-1, -0.5, 0, 0.5, 1)), Axis(-2, 2, "_s_ for the slope", ticks(-2, -1, 0, 1, 2))),
            (("_s_ = (_y_ − _p_(_y_ = 1 | _x_)) · (1, _x_)", "at _x_ = [xi], _y_ = [yi]: **([s1:+2], [s2:+2])**"),),
            kind="labels", pad_ticks=(ticks(-2, -1, 0, 1), ticks(-1, 1, 3)), tags=(-50, 130), digits="3"),
    counts("kicks", "horse kicks, Poisson", "lam", 0.75, 5, (-2, 9), ticks(0, 2, 4, 6, 8), "200 corps-years, deaths by horse kick.", ticks(0.4, 0.6, 0.8, 1)),
    counts("alpha", "alpha counts, Poisson", "rate", 0.28, 14, (-1.5, 3.5), ticks(-1, 0, 1, 2, 3), "2608 intervals, α particles counted.", ticks(3, 3.5, 4, 4.5)),
    normal("light", "light speed, Normal", LIGHT, ("mean", "sd"), Axis(-50, 60, "passage time _x_, ns beyond 24 800", ticks(-40, -20, 0, 20, 40)), 0.075, ticks(0.02, 0.04, 0.06),
           (Axis(-0.8, 0.4, "_s_~{_μ_}", ticks(-0.8, -0.4, 0, 0.4)), Axis(-0.6, 4.6, "_s_~{_σ_}", ticks(0, 1, 2, 3, 4))), (ticks(20, 24, 28), ticks(6, 12, 18)),
           real=True, tags=(-35, 160), digits="4", note="Newcomb 1882, 66 passages of light."),
    Subject("uniform", "Uniform (0, 1)", (1.0,), ("top",), ("θ",), Axis(-0.1, 2.1, "datum _x_", ticks(0, 0.5, 1, 1.5, 2)), 1.3, ticks(0.5, 1),
            (Axis(-2, 2, "score _s_", ticks(-2, -1, 0, 1, 2)),),
            (("_s_ = −1 ∕ _θ_ for every _x_", "−1 ∕ [top] = **[s1:+2]**"), ("`E`[_s_^{2}] = 1 ∕ _θ_^{2} is no variance".replace("[", "\\[", 1).replace("]", "\\]", 1), "**[f11]**, variance **[c11]**")),
            pad_ticks=(ticks(1, 1.5), ()), digits="2"),
)}  # fmt: skip
