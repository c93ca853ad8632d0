"""The runs that the digits page shows at once: every seed, training of A, penalty and λ, with its training trace.

    python -m fisher_app.precompute.digits_runs FOLDER      # about 40 minutes on one core; goes on where it stopped

One file per seed goes to FOLDER; the last step packs them into ``fisher_app/data/digits_runs.npz``. Accuracies are kept
as numbers of rows that are right: of 597 test rows of A and of B, and of 200 validation rows by nets that learned from
the other 1000 (λ is chosen there, and judged on the test rows of the net that learned from all 1200).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fisher_core.continual.networks import DigitsPair
from fisher_core.validation import Array
from fisher_studies import digits_study as study

SEEDS = range(20)
EPOCHS_A = (10, 40, 300)
STRENGTHS = (*(float(f"{m}e{e}") for e in range(-3, 6) for m in (1, 3)), 1e6)
METHODS = ("l2", "exact", "empirical", "sampled-50", "sampled-200", "sampled-1200")
RECORDED_A = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 100, 150, 200, 300)
MOVED = (1, 2, 4, 8, 16, 40)  # epochs of B after which the way of the weights is kept
VALIDATION = 200
TRACED, KEPT, MOVED_UNIT = 10, (8, 16, 40), 0.005  # seeds with whole traces; epochs and unit of the pictures of moves
TARGET = Path(__file__).parents[1] / "data" / "digits_runs.npz"


def right(pair: DigitsPair, theta: Array, rows: str = "test") -> list[int]:
    """How many rows of A and of B the net labels rightly."""
    counts = []
    for task in (pair.a, pair.b):
        x, y = getattr(task, f"x_{rows}"), getattr(task, f"y_{rows}")
        counts.append(int((pair.model.predict(x, theta) == y).sum()))
    return counts


def springs(pair: DigitsPair, theta: Array, seed: int) -> Iterator[Array]:
    """The stiffness of every method, (P,)."""
    for method in METHODS:
        kind, _, samples = method.partition("-")
        yield study.stiffness(kind, pair.model, pair.a, theta, seed, int(samples or 1200))


def one_seed(seed: int) -> dict[str, Any]:
    shape = (len(EPOCHS_A), len(METHODS), 1 + len(STRENGTHS))  # λ = 0 first
    found: dict[str, Any] = {
        "learning": np.zeros((len(RECORDED_A), 2), np.uint16),
        "trace": np.zeros((*shape, study.EPOCHS_B + 1, 2), np.uint16),
        "moved": np.zeros((*shape, len(MOVED), 64), np.float32),
        "validation": np.zeros((*shape, 2), np.uint16),
        "joint": np.zeros((len(EPOCHS_A), study.EPOCHS_JOINT + 1, 2), np.uint16),
        "pixels": np.zeros((len(EPOCHS_A), len(METHODS), 64), np.float32),
        "total": np.zeros((len(EPOCHS_A), len(METHODS))),
        "correlation": np.zeros((len(EPOCHS_A), len(METHODS))),
    }
    for held_out in (0, VALIDATION):
        for epoch, (pair, theta) in enumerate(study.learn_a(seed, max(EPOCHS_A), held_out)):
            if epoch in RECORDED_A and not held_out:
                found["learning"][RECORDED_A.index(epoch)] = right(pair, theta)
            if epoch in EPOCHS_A:
                e = EPOCHS_A.index(epoch)
                if held_out:
                    choose(found["validation"][e], pair, theta, seed)
                else:
                    judge({k: found[k][e] for k in found if k not in ("learning", "validation")}, pair, theta, seed)
    return found


def choose(validation: Array, pair: DigitsPair, theta: Array, seed: int) -> None:
    for m, held in enumerate(springs(pair, theta, seed)):
        for k, strength in enumerate((0.0, *STRENGTHS)):
            if strength == 0 and m > 0:
                validation[m, 0] = validation[0, 0]
                continue
            (*_, end) = study.learn_b(pair, theta, held, strength, seed)
            validation[m, k] = right(pair, end, "validation")


def judge(found: dict[str, Array], pair: DigitsPair, theta: Array, seed: int) -> None:
    exact = study.stiffness("exact", pair.model, pair.a, theta)
    for m, held in enumerate(springs(pair, theta, seed)):
        alive = (exact > 0) & (held > 0)
        found["pixels"][m], found["total"][m] = study.by_pixel(pair.model, held), held.sum()
        found["correlation"][m] = np.corrcoef(np.log(exact[alive]), np.log(held[alive]))[0, 1] if m else np.nan
        for k, strength in enumerate((0.0, *STRENGTHS)):
            if strength == 0 and m > 0:
                found["trace"][m, 0], found["moved"][m, 0] = found["trace"][0, 0], found["moved"][0, 0]
                continue
            for epoch, at in enumerate(study.learn_b(pair, theta, held, strength, seed)):
                found["trace"][m, k, epoch] = right(pair, at)
                if epoch in MOVED:
                    square = study.by_pixel(pair.model, (at - theta) ** 2) / pair.model.sizes[1]
                    found["moved"][m, k, MOVED.index(epoch)] = np.sqrt(square)
    for epoch, at in enumerate(study.learn_both(pair, theta, seed)):
        found["joint"][epoch] = right(pair, at)


def packed(folder: Path) -> dict[str, Any]:
    """What travels with the page: whole traces of the first ten seeds, ends of all, pictures averaged over seeds."""
    seeds = [seed for seed in SEEDS if (folder / f"{seed}.npz").exists()]
    runs = [dict(np.load(folder / f"{seed}.npz")) for seed in seeds]
    every = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    steps = np.diff(every["trace"][:TRACED].astype(np.int16), axis=-2)
    mean_moved = every["moved"].mean(axis=0, dtype=np.float64)[..., [MOVED.index(k) for k in KEPT], :]
    return {
        "seeds": np.array(seeds, np.int16),
        "epochs_a": np.array(EPOCHS_A, np.int16),
        "strengths": np.array((0.0, *STRENGTHS)),
        "methods": np.array(METHODS),
        "learning_epochs": np.array(RECORDED_A, np.int16),
        "learning": every["learning"],
        "start": every["trace"][..., 0, 0, 0, :],  # of B: after A, the same for every method and λ
        "steps": steps,  # changes from epoch to epoch
        "end": every["trace"][..., -1, :],
        "validation": every["validation"].astype(np.uint8),
        "joint": every["joint"],
        "total": every["total"].astype(np.float32),
        "correlation": every["correlation"].astype(np.float32),
        "pixels": (every["pixels"].mean(axis=0, dtype=np.float64) / 64).astype(np.float32),
        "moved_epochs": np.array(KEPT, np.int16),
        "moved": np.round(mean_moved / MOVED_UNIT).astype(np.uint8),
        "moved_unit": np.array(MOVED_UNIT),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        if not (folder / f"{seed}.npz").exists():
            started = time.perf_counter()
            np.savez_compressed(folder / f"{seed}.npz", **one_seed(seed))
            print(f"seed {seed}: {time.perf_counter() - started:.0f} s", flush=True)
    np.savez_compressed(TARGET, **packed(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
