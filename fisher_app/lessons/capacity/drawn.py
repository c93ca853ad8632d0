"""Simulations of the capacity lesson: as many runs as were asked for or as a release can wait for, and what they show."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from fisher_core.estimate import Estimate
from fisher_studies.capacity_simulation import Simulation, simulate

from ...frame.declaration import Values
from ...stage.marks import Mark, Points, Segments
from ...stage.scene import Number
from . import words
from .memory import EDGES, END, START, patterns

SIGNS, FEWEST = 32_000_000, 8  # a simulation draws at most so many inputs (0.3 s), and is not shown with fewer runs
STOPS = np.arange(0.25, END + 0.01, 0.25)


@lru_cache(maxsize=8)
def simulation(rule: str, n: int, t: int, runs: int, c: float, number: int) -> Simulation:
    return simulate(rule, n, t, runs, np.random.default_rng(number), c)


def affordable(v: Values) -> int:
    """As many runs as were asked for, or as a release can wait for; 0 if that is too few to tell anything."""
    runs = min(int(v.runs), SIGNS // (round(v.n) * int(patterns(v.load, v.n))))
    return runs if runs >= FEWEST else 0


def drawn(v: Values) -> Simulation | None:
    """Runs up to the present t; None if there are none."""
    runs, rate = affordable(v), v.c if v.method == "rate" else 1.0
    return simulation(v.method, round(v.n), int(patterns(v.load, v.n)), runs, rate, v.seed) if runs else None


def when(v: Values) -> dict[str, float]:
    """Where the controls must stand for the marks of a simulation to be true."""
    return {"load": v.load, "n": v.n, **({"c": v.c} if v.method == "rate" else {})}


def at(estimate: Estimate, index) -> Estimate:
    return Estimate(estimate.value[index], estimate.standard_error[index], estimate.n)


def by_pattern(v: Values, sim: Simulation):
    """(load, SNR of pattern 1) along the way, then by bar at the end (pattern, signal) and (place, threshold × noise)."""
    t = sim.power.shape[1]
    times = np.unique(np.rint(np.geomspace(max(1, START * v.n), t, 14)).astype(int))
    edges = np.minimum(np.rint(EDGES * v.n).astype(int), t)
    groups = [slice(a, b) for a, b in pairwise(edges) if a < b]
    middles = np.array([(g.start + g.stop + 1) / 2 / v.n for g in groups])
    noise, x = (sim.own_noise(groups), middles) if v.own else (at(sim.noise(), [-1]), np.array([t / v.n]))
    line = Estimate(v.thr * noise.value, v.thr * noise.standard_error, noise.n)
    snr = at(sim.snr(), times - 1)
    return (times / v.n, snr), (middles, sim.signal(groups)), (x, line)


def on_its_way(v: Values) -> tuple[Estimate, Estimate, dict[str, float]] | None:
    """Noise and signal of pattern 1 at the stops passed so far, under the chosen rule."""
    sim = drawn(v)
    if sim is None:
        return None
    index = patterns([*STOPS[v.load - 1e-9 > STOPS], v.load], v.n) - 1
    return at(sim.noise(), index), at(sim.first_signal(), index), when(v)


def runs_note(v: Values) -> list[str]:
    """Two cells that say what was simulated; ``[drawn]`` is how many runs."""
    if v.runs == "0":
        return words.list("simulated", "none")
    return words.list("simulated", "runs" if affordable(v) else "too_large")


def runs_number(v: Values) -> dict[str, Number]:
    return {"drawn": Number(float(affordable(v)), "i")}


# ---- how they are drawn ------------------------------------------------------------------------------------------------
def intervals(x, estimate: Estimate, where: dict[str, float], low: float = -np.inf) -> list[Mark]:
    """Hollow circles with ± 2 standard errors; what reaches below ``low`` is cut there."""
    half = 2 * estimate.standard_error
    bar = Segments(x, np.maximum(estimate.value - half, low), x, estimate.value + half, "sampled", width=1.25)
    return [bar.where(where), Points(x, estimate.value, "sampled", size=3.2, edge=False, when=where)]


def crosses(noise: Estimate, signal: Estimate, where: dict[str, float]) -> list[Mark]:
    """Hollow circles with ± 2 standard errors both ways."""
    x, y, dx, dy = noise.value, signal.value, 2 * noise.standard_error, 2 * signal.standard_error
    arms = [
        Segments(x - dx, y, x + dx, y, "sampled", width=1.25),
        Segments(x, y - dy, x, y + dy, "sampled", width=1.25),
    ]
    return [*(arm.where(where) for arm in arms), Points(x, y, "sampled", size=3.2, edge=False, when=where)]
