"""What the digits page knows: stored runs of many seeds, and runs made while the reader waits.

Stored by ``python -m fisher_app.precompute.digits_runs``; both follow :mod:`fisher_studies.digits_study`.
Accuracies are shares of the 597 test rows of A and of B.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from fisher_studies import digits_study as study
from fisher_studies import network_sweeps
from fisher_studies.digits_study import EPOCHS_B
from fisher_core.continual.networks import DigitsPair, accuracy
from fisher_core.validation import Array

FOLDER = Path(__file__).parents[1] / "data"
TEST_ROWS, VALIDATION_ROWS = 597, 200
STEPS = np.arange(0, EPOCHS_B + 1, 8)  # epochs of B at which moves of the weights are shown


@dataclass(frozen=True, eq=False)
class Runs:
    """Stored runs: S seeds, 3 trainings of A, 6 methods, λ = 0 and 19 more.

    Attributes
    ----------
    end : test accuracy on A and B after B, (S, 3, 6, 20, 2).
    validation : the same on 200 rows by nets that did not learn from them.
    joint : test accuracy while learning both, (S, 3, 21, 2), one entry per epoch.
    learning : test accuracy on A and B while learning A, (S, 16, 2), after ``learning_epochs``.
    pixels : mean stiffness of the 64 weights at each pixel, (3, 6, 64), over seeds too.
    moved : root mean square way of those weights after epochs ``moved_epochs``, (3, 6, 20, 3, 64), mean over seeds.
    total : trace of each diagonal, (S, 3, 6);  correlation: of its logarithm with the exact one's.
    """

    seeds: Array
    epochs_a: Array
    strengths: Array
    methods: tuple[str, ...]
    end: Array
    validation: Array
    joint: Array
    learning: Array
    learning_epochs: Array
    pixels: Array
    moved: Array
    moved_epochs: Array
    total: Array
    correlation: Array
    _start: Array
    _steps: Array

    def trace(self, seed: int, e: int, m: int) -> Array | None:
        """Test accuracy on A and B epoch by epoch of B, (20, 41, 2); None for seeds without stored traces."""
        if seed not in self.seeds[: len(self._steps)]:
            return None
        s = int(np.flatnonzero(self.seeds == seed)[0])
        start = np.broadcast_to(self._start[s, e].astype(int), (len(self.strengths), 1, 2))
        return np.concatenate([start, start + np.cumsum(self._steps[s, e, m].astype(int), axis=1)], axis=1) / TEST_ROWS

    def chosen(self, e: int, m: int) -> tuple[Array, Array]:
        """λ with the best mean validation accuracy, as index (S,), and test accuracies at it, (S, 2). Never 0."""
        best = 1 + self.validation[:, e, m, 1:].mean(axis=-1).argmax(axis=1)
        return best, self.end[np.arange(len(self.seeds)), e, m, best]

    def flattery(self, e: int, m: int) -> float:
        """By how much mean test accuracy is too good when every seed's λ is picked on its own test rows; mean over seeds."""
        return float(self.end[:, e, m, 1:].mean(axis=-1).max(axis=1).mean() - self.chosen(e, m)[1].mean())

    def matched(self, e: int, m: int, target: float) -> Array:
        """Test accuracies (S, 2) at the strongest λ that still learns B to ``target`` on validation rows."""
        tables = zip(self.validation[:, e, m, 1:, 1], self.end[:, e, m, 1:], strict=True)
        return np.array([network_sweeps.matched(learned, target, end) for learned, end in tables])

    def moves(self, e: int, m: int) -> Array:
        """Way of the weights at STEPS epochs of B, straight lines between those stored: (20, 6, 64)."""
        known = np.concatenate([np.zeros_like(self.moved[e, m, :, :1]), self.moved[e, m]], axis=1)
        return between(np.array([0, *self.moved_epochs]), known)


def between(epochs: Array, known: Array) -> Array:
    """Values at STEPS from those at ``epochs``, along axis 1."""
    weights = np.array([np.interp(STEPS, epochs, unit) for unit in np.eye(len(epochs))])
    return np.einsum("kt,lkp->ltp", weights, known)


@lru_cache(maxsize=1)
def runs() -> Runs:
    with np.load(FOLDER / "digits_runs.npz", allow_pickle=False) as stored:
        d = {name: stored[name] for name in stored.files}
    return Runs(
        seeds=d["seeds"], epochs_a=d["epochs_a"], strengths=d["strengths"], methods=tuple(d["methods"].tolist()),
        end=d["end"] / TEST_ROWS, validation=d["validation"] / VALIDATION_ROWS, joint=d["joint"] / TEST_ROWS,
        learning=d["learning"] / TEST_ROWS, learning_epochs=d["learning_epochs"],
        pixels=d["pixels"].astype(float), moved=d["moved"] * float(d["moved_unit"]), moved_epochs=d["moved_epochs"],
        total=d["total"].astype(float), correlation=d["correlation"].astype(float), _start=d["start"], _steps=d["steps"],
    )  # fmt: skip


@lru_cache(maxsize=1)
def tabs() -> dict[str, Array]:
    with np.load(FOLDER / "digits_tabs.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


# ---- while the reader waits ------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class LiveRun:
    """One seed, one training of A, one method: what is known so far, nan where it is not.

    ``trace`` (20, 41, 2) and ``moves`` (20, 6, 64) as in :class:`Runs`; ``pixels`` (64,);  ``after_a``: epochs of A done.
    """

    trace: Array
    moves: Array
    pixels: Array
    total: float
    after_a: int

    @property
    def known(self) -> Array:
        """Which λ are done, (20,)."""
        return np.isfinite(self.trace[:, -1, 0])


def outwards(start: int, count: int) -> list[int]:
    """``start`` first, then its neighbours, nearest first."""
    return sorted(range(count), key=lambda k: (abs(k - start), k))


def shares(pair: DigitsPair, theta: Array) -> list[float]:
    """Test accuracy on A and on B."""
    return [accuracy(pair.model, t.x_test, t.y_test, theta) for t in (pair.a, pair.b)]


def order(method: str) -> list[int]:
    """Which of the stored λ a live run takes, in turn: from 100 outwards (L2 from 0.03), none only λ = 0."""
    if method == "none":
        return [0]
    strengths = runs().strengths
    middle = 0.03 if method == "l2" else 100
    return outwards(int(np.abs(strengths - middle).argmin()), len(strengths))


@lru_cache(maxsize=1)
def pace() -> float:
    """Seconds that an epoch of B takes on this machine, with its accuracies."""
    (*_, (pair, theta)) = study.learn_a(0, 1)
    run = study.learn_b(pair, theta, np.zeros_like(theta), 0.0, 0)
    next(run)
    start = time.perf_counter()
    for at in islice(run, 4):
        shares(pair, at)
    return (time.perf_counter() - start) / 4


def promise(key: tuple[int, int, str]) -> str:
    """What a live run computes, and about how long that takes here."""
    seed, epochs_a, method = key
    many = len(order(method))
    seconds = float(f"{(epochs_a + EPOCHS_B * many) * pace():.1g}")
    what = "no penalty" if method == "none" else f"{many - 1} λ"
    return f"seed {seed}, {what}: {max(seconds, 1):.0f} s"


def work(key: tuple[int, int, str]) -> Iterator[tuple[float, LiveRun]]:
    """Learn A, measure the matrix, learn B once for every λ of :func:`order`."""
    seed, epochs_a, method = key
    stored = runs()
    kind, _, samples = method.partition("-")
    count, turns = len(stored.strengths), order(method)
    now = LiveRun(np.full((count, EPOCHS_B + 1, 2), np.nan), np.full((count, len(STEPS), 64), np.nan), np.full(64, np.nan), np.nan, 0)
    cost, done = epochs_a + EPOCHS_B * len(turns), 0
    for done, (pair, theta) in enumerate(study.learn_a(seed, epochs_a)):  # noqa: B007
        if done % 20 == 19:
            now = replace(now, after_a=done)
            yield done / cost, now
    held = study.stiffness("exact" if kind == "none" else kind, pair.model, pair.a, theta, seed, int(samples or 1200))
    if kind == "none":
        held = np.zeros_like(held)
    now = replace(now, pixels=study.by_pixel(pair.model, held) / pair.model.sizes[1], total=float(held.sum()), after_a=epochs_a)
    for k in turns:
        trace, moves = now.trace.copy(), now.moves.copy()
        for epoch, at in enumerate(study.learn_b(pair, theta, held, float(stored.strengths[k]), seed)):
            trace[k, epoch] = shares(pair, at)
            if epoch in STEPS:
                square = study.by_pixel(pair.model, (at - theta) ** 2) / pair.model.sizes[1]
                moves[k, list(STEPS).index(epoch)] = np.sqrt(square)
        done += EPOCHS_B
        now = replace(now, trace=trace, moves=moves)
        yield done / cost, now
