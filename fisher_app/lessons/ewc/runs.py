"""Training runs, what they leave low, and fronts over λ: tables through the present point, in the axes of 0°.

Turning the problem turns all that is drawn and changes no run but the diagonal's, so that one table over the angle is
enough: the diagonal's, which is the first question's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from fisher_core import continual, linalg
from fisher_studies.basins import basin
from fisher_studies.landscape import turned

from ...controls import Slider
from ...stage.tables import Cross, Data, Live, Secret
from .tasks import CENTRE_B, KINDS, LEVEL, RATE, STIFF_B, problem

lam = Slider("lam", "Strength of the penalty _λ_", 0.01, 100, 0.1, 1.0, format="g2", log=True)
angle = Slider("angle", "Rotate the whole problem", 0, 90, 1, 0.0, format="i", unit="°")
step = Slider("step", "Step", 0, 120, 1, 120.0, format="i", local=True, short="step")
rate = Slider("lr", "Learning rate _η_", 0.01, 0.4, 0.01, RATE)
bx = Slider("bx", "B's centre, _θ_~{1} at 0°", -1, 1.7, 0.1, CENTRE_B[0], format="1")
by = Slider("by", "B's centre, _θ_~{2} at 0°", -1, 1.3, 0.1, CENTRE_B[1], format="1")

PAD = (len(bx.nodes) - 1, len(by.nodes) - 1)  # from end to end: what is linear in θ_B needs no node between
STRENGTHS = np.geomspace(1e-3, 1e3, 61)
FAR, STEEP = 40.0, 9e3  # a diverging run is not drawn beyond these weights, these losses
EVERY, EVERY_SHAPE = 3, 5  # nodes of the angle in the tables of the diagonal
START_OF_ALL = (-2.1, 1.25)
Quantities = dict[str, Data]


def kept(path, losses: Mapping) -> dict[str, np.ndarray]:
    """Weights and losses along runs; NaN where a diverging one has left the picture."""
    near = np.where(np.linalg.norm(path, axis=-1, keepdims=True) > FAR, np.nan, path)
    return {"x": near[..., 0], "y": near[..., 1]} | {k: np.where(a > STEEP, np.nan, a) for k, a in losses.items()}


def training(lr: float, noise: float, seed: int) -> dict:
    return {"learning_rate": lr, "noise": noise, "rng": np.random.default_rng(seed) if noise else None}


@lru_cache(maxsize=16)
def over_strength(which: tuple, degrees: float, how: tuple) -> dict[str, dict[str, np.ndarray]]:
    """Runs of every kind for all λ at one angle; without a penalty there is one run."""
    land, made = problem(*which), {}
    for kind in KINDS:
        turn = np.radians(degrees) if kind == "ewc_diagonal" else 0.0
        found = land.trails(kind, 0.0 if kind == "none" else lam.nodes, turn, **training(*how))
        made[kind] = kept(turned(found.path, np.full(len(found.path), -turn)), found.losses)
    return made


@lru_cache(maxsize=16)
def over_angle(which: tuple, strength: float, how: tuple) -> dict[str, np.ndarray]:
    """The diagonal's runs for all angles at one λ."""
    turns = np.radians(angle.nodes[::EVERY])
    found = problem(*which).trails("ewc_diagonal", strength, turns, **training(*how))
    return kept(turned(found.path, -turns), found.losses)


@lru_cache(maxsize=8)
def over_centre(bv: str, brk: bool, strength: float, how: tuple) -> dict[str, np.ndarray]:
    """Paths for θ_B at the corners of its pad: those of bowls are linear in θ_B, so four hold them all."""
    corners = [(x, y) for x in bx.nodes[[0, -1]] for y in by.nodes[[0, -1]]]
    land = problem("quadratic", bv, *CENTRE_B, brk)
    tasks = [continual.QuadraticTask(c, STIFF_B[bv]) for c in corners for _ in KINDS]
    penalties = [land.penalty(k, strength) for _ in corners for k in KINDS]
    paths = continual.paths(tasks, penalties, land.task_a.minimiser, int(step.hi), **training(*how))
    return dict(zip(KINDS, np.moveaxis(paths.reshape(2, 2, len(KINDS), -1, 2), 2, 0), strict=True))


def unknown(*shape: int) -> Live:
    """What only Python can tell after θ_B has moved."""
    return Live(np.full((2, 2, *shape), np.nan), ("bx", "by"), every=PAD)


def runs(which: tuple, how: tuple, strength: float, degrees: float, pad: bool) -> dict[str, Quantities]:
    """x, y in the axes of 0°, loss A and loss B of every kind at all steps; with ``pad`` also while θ_B moves."""
    made: dict[str, Quantities] = {}
    corners = over_centre(which[1], which[4], strength, how) if pad else {}
    for kind, found in over_strength(which, degrees, how).items():
        made[kind] = {}
        for name, values in found.items():
            tables: list[Live | Secret] = [Live(values[0], ()) if kind == "none" else Live(values, ("lam",))]
            if kind == "ewc_diagonal":
                turning = Live(over_angle(which, strength, how)[name], ("angle",), every=EVERY)
                tables.append(Secret(turning, "order"))
            if pad and name in ("x", "y"):
                tables.append(Live(corners[kind][..., "xy".index(name)], ("bx", "by"), every=PAD))
            elif pad:
                tables.append(unknown(values.shape[-1]))
            made[kind][name] = Cross(tuple(tables))
    return made


@lru_cache(maxsize=16)
def limits(which: tuple, degrees: float) -> np.ndarray:
    """Over λ: the learning rate beyond which some penalty's descent diverges."""
    land = problem(*which)
    unit = [land.penalty(k, 1.0, np.radians(degrees)) for k in KINDS[1:]]
    return np.array([min(continual.step_limit(land.task_b, p.with_strength(s)) for p in unit) for s in lam.nodes])


# ---- what is low, and what each penalty takes for it -------------------------------------------------------------------
@lru_cache(maxsize=8)
def basins(which: tuple) -> dict[str, np.ndarray]:
    land = problem(*which)
    return {"A": basin(land.task_a, LEVEL, 73), "B": basin(land.task_b, LEVEL, 73)}


@lru_cache(maxsize=16)
def beliefs(which: tuple, degrees: float) -> dict[str, tuple[Data, Data]]:
    """Where each penalty would have A's loss low; none where its matrix is 0."""
    land, every = problem(*which), np.radians(angle.nodes[::EVERY_SHAPE])

    def rim(kind: str, turn: float = 0.0) -> np.ndarray:
        p = land.penalty(kind, 1.0, turn)
        return linalg.fisher_ellipse(p.matrix, LEVEL).points(73, p.anchor)

    made: dict[str, tuple[Data, Data]] = {}
    for kind in ("l2", "ewc_full", "ewc_diagonal"):
        if np.linalg.eigvalsh(land.penalty(kind, 1.0).matrix)[0] <= 1e-9:
            continue
        if kind != "ewc_diagonal":
            made[kind] = tuple(rim(kind).T)
            continue
        now, table = rim(kind, np.radians(degrees)), np.stack([rim(kind, t) for t in every])
        sent = [Secret(Live(table[..., i], ("angle",), every=EVERY_SHAPE), "order") for i in (0, 1)]
        made[kind] = Cross((Live(now[:, 0], ()), sent[0])), Cross((Live(now[:, 1], ()), sent[1]))
    return made


@lru_cache(maxsize=8)
def diagonals(which: tuple) -> np.ndarray:
    """The diagonal of F_A in the turned axes, over the angle, (91, 2)."""
    found = [problem(*which).penalty("ewc_diagonal", 1.0, t).rotated(t).matrix for t in np.radians(angle.nodes)]
    return np.diagonal(found, axis1=1, axis2=2)


def learning_of_a(which: tuple) -> np.ndarray:
    """How A was learned: its gradient flow, from far away to θ_A itself."""
    land = problem(*which)
    free, a = continual.penalty("none", 0.0, START_OF_ALL, land.task_a.fisher()), land.task_a
    if a.is_quadratic:
        bowl = continual.QuadraticTask(a.minimiser, a.fisher())
        path = continual.gradient_flow(bowl, free, START_OF_ALL, np.concatenate([[0], np.geomspace(0.02, 400, 60)]))
    else:
        shown = np.r_[0, np.unique(np.geomspace(1, 3000, 60).astype(int))]
        path = continual.paths(a, free, START_OF_ALL, 3000, 0.3)[0][shown]
    return np.concatenate([path, [a.minimiser]])


# ---- the trade-off -----------------------------------------------------------------------------------------------------
@lru_cache(maxsize=8)
def front(which: tuple, kind: str, degrees: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Loss A and loss B at the end of training, over λ, and their least sum."""
    land, quadratic, turn = problem(*which), which[0] == "quadratic", np.radians(degrees)
    losses = land.ends(kind, STRENGTHS if quadratic else STRENGTHS[10:51:2], turn)[1]
    least = land.best_total(kind, turn)[1] if quadratic else float((losses["A"] + losses["B"]).min())
    return losses["A"], losses["B"], least


@lru_cache(maxsize=8)
def turning_fronts(which: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The diagonal's over the angle; of the logistic tasks unknown while a hand turns them, being slow."""
    turns, land = np.radians(angle.nodes[::EVERY]), problem(*which)
    if which[0] != "quadratic":
        blank = np.full((len(turns), len(front(which, "ewc_diagonal", 0.0)[0])), np.nan)
        return blank, blank, blank[:, 0]
    losses = [land.ends("ewc_diagonal", STRENGTHS, t)[1] for t in turns]
    a, b = np.stack([x["A"] for x in losses]), np.stack([x["B"] for x in losses])
    return a, b, (a + b).min(axis=1)


def fronts(which: tuple, degrees: float, pad: bool) -> dict[str, tuple[Data, Data, Data]]:
    """Loss A, loss B over λ, and the best sum, of every penalty; the diagonal's also while the problem turns."""
    made = {}
    for kind in KINDS[1:]:
        diagonal = kind == "ewc_diagonal"
        now = front(which, kind, degrees if diagonal else 0.0)
        tables: list[list[Live | Secret]] = [[Live(np.atleast_1d(a), ())] for a in now]
        for given, table in zip(tables, turning_fronts(which) if diagonal else (), strict=False):
            given.append(Secret(Live(table[..., None] if table.ndim == 1 else table, ("angle",), every=EVERY), "order"))
        for given, a in zip(tables, now, strict=True):
            given += [unknown(np.size(a))] if pad else []
        made[kind] = tuple(Cross(tuple(t)) for t in tables)
    return made
