"""Every other family of the registry as a subject of the score lesson: axes from its own quantiles, words from its parameters.

A family is taken up if its data are numbers that any θ allows, its one or two parameters may take any value in their
ranges, and a datum notices each of them at its default. θ is then moved in units of its ruler: one unit is what one datum
would notice.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fisher_core import FAMILIES
from fisher_studies import identity
from fisher_core.family import Family
from fisher_core.validation import Array

from ..controls import floored
from ..figures.score_arrays import Subject, Ticks
from ..stage.scene import Axis

CONTROLS = ("t1", "t2")


def nice(lo: float, hi: float, most: int = 5) -> list[float]:
    """At most ``most`` round numbers from lo to hi."""
    rough = (hi - lo) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    return [float(round(v, 12)) + 0.0 for v in step * np.arange(np.ceil(lo / step), np.floor(hi / step) + 1)]


def ticks(values: list[float], at: list[float] | None = None) -> Ticks:
    return [(a, f"{v:g}".replace("-", "−")) for v, a in zip(values, values if at is None else at, strict=True)]


def drawable(f: Family) -> bool:
    fixed = f.columns is None and not f.writes("_bounds") and not f.joint_rule
    return fixed and len(f.parameters) <= 2 and bool((np.diag(f.fisher(f.default)) > 0).all())


def subject(f: Family, nodes: Array) -> Subject:
    """``nodes``: the values of the controls, in rulers from the default."""
    theta, d = f.default, len(f.parameters)
    units = tuple(floored(identity.ruler(f, theta, i)) for i in range(d))
    symbols = tuple(p.symbol for p in f.parameters)
    lo, hi = f.window(theta)
    if f.discrete:
        x, (lo, hi) = np.arange(np.ceil(lo), np.floor(hi) + 1), (lo - 0.7, hi + 0.7)
        top = 1.45 * float(np.exp(f.log_prob(x, theta)).max())
    else:
        inner = np.linspace(lo, hi, 203)[1:-1]
        top = 1.45 * float(np.exp(f.log_prob(inner, theta)).max())
    reach = [f.quantile(np.linspace(0.005, 0.995, 199), theta)]
    scores = f.score(np.concatenate(reach), theta)
    low, high = (
        1.5 * np.minimum(scores.min(axis=0), -1 / np.array(units)),
        1.5 * np.maximum(scores.max(axis=0), 1 / np.array(units)),
    )
    axes = tuple(
        Axis(float(a), float(b), f"_s_~{{_{s}_}}" if d == 2 else "score _s_", ticks(nice(a, b)))
        for a, b, s in zip(low, high, symbols, strict=True)
    )
    pads = tuple(
        ticks(
            v := nice(theta[i] + units[i] * nodes[0], theta[i] + units[i] * nodes[-1], 4 - 2 * i),
            [(t - theta[i]) / units[i] for t in v],
        )
        for i in range(d)
    )
    here = ", ".join(f"[v{i + 1}]" for i in range(d))
    names = ", ".join(f"_{s}_" for s in symbols)
    found = ", ".join(f"[s{i + 1}:+2]" for i in range(d))
    words = [
        (
            f"_s_ = ∇ log _p_(_x_ | {names})",
            f"at _x_ = [xi], ({names}) = ({here}): **({found})**"
            if d == 2
            else f"at _x_ = [xi], {names} = {here}: **{found}**",
        )
    ]
    value = ", ".join(f"{t:.3g}" for t in theta)
    return Subject(
        f.key, f"{f.title} ({value})", tuple(theta), CONTROLS[:d], symbols, Axis(lo, hi, "count _x_" if f.discrete else "datum _x_", ticks(nice(lo, hi, 6))),
        top, ticks([t for t in nice(0, top, 4) if t]), axes, tuple(words), kind="counts" if f.discrete else "density", pad_ticks=(*pads, *[()] * (2 - d)), digits="3", units=units,
        family=f.key,
    )  # fmt: skip


def others(taken: set[str], names: Iterable[str], nodes: Array) -> dict[str, Subject]:
    """Subjects for the families of the registry that are not ``taken``, none under one of ``names``."""
    return {
        f"{k}-distribution" if k in names else k: subject(f, nodes)
        for k, f in FAMILIES.items()
        if k not in taken and drawable(f)
    }
