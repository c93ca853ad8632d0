"""The digits recipe twice, by fisher_core and by PyTorch: same start, same order of rows, same optimiser, float64.

:func:`differences` follows both step by step through tasks A and B and says how far apart they are; :func:`ends` lets
them run to the end of the recipe, where rounding has had its say, and compares accuracies seed by seed. ``run reference``
writes both to REFERENCE.md; tests/reference holds them to their tolerances.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from fisher_core.continual import SGD, Adam, networks
from fisher_core.continual.networks import DigitsPair, Method, digits_pair
from fisher_core.continual.optimisers import Optimiser, Step
from fisher_core.data.digits import ClassificationTask

from . import in_torch

METHODS = {
    "none": Method("none"),
    "l2": Method("l2", 0.03),
    "ewc, exact": Method("ewc_diagonal", 100.0, "EXACT"),
    "ewc, empirical": Method("ewc_diagonal", 100.0, "EMPIRICAL"),
    "ewc, sampled": Method("ewc_diagonal", 100.0, "SAMPLE"),
    "ewc, full matrix": Method("ewc_full", 10.0),
}
OPTIMISERS: dict[str, tuple[Optimiser, Callable[..., torch.optim.Optimizer]]] = {
    "Adam": (Adam(3e-3), lambda parameters: torch.optim.Adam(parameters, lr=3e-3)),
    "SGD": (SGD(0.05), lambda parameters: torch.optim.SGD(parameters, lr=0.05)),
    "SGD with momentum": (SGD(0.02, 0.9), lambda parameters: torch.optim.SGD(parameters, lr=0.02, momentum=0.9)),
}
EPOCHS, BATCH = 9, 100  # 12 steps an epoch: the first 108 of each task


class Moment(NamedTuple):
    """What is compared before every step."""

    theta: np.ndarray
    loss: float
    gradient: np.ndarray
    penalty: float
    penalty_gradient: np.ndarray
    accuracy: tuple[float, float]


@dataclass
class History:
    """One run: its moments; θ and test accuracies at the end of each task; what holds θ during task B (ewc only)."""

    moments: list[Moment] = field(default_factory=list)
    ends: list[np.ndarray] = field(default_factory=list)
    accuracies: list[tuple[float, float]] = field(default_factory=list)
    stiffness: np.ndarray | None = None
    labels: np.ndarray | None = None


# --- ours -------------------------------------------------------------------------------------------------------------


@dataclass
class Recorder:
    """An optimiser that keeps every θ and gradient it is called with."""

    inner: Optimiser
    calls: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def start(self, size: int) -> Step:
        step = self.inner.start(size)

        def recording(theta: np.ndarray, g: np.ndarray) -> None:
            self.calls.append((theta.copy(), g.copy()))
            step(theta, g)

        return recording


def ours(seed: int, method: Method, optimiser: Optimiser, epochs: int = EPOCHS) -> History:
    """The run of :func:`fisher_core.continual.networks.in_stages`, looked at before every step."""
    pair, recorder = digits_pair(seed), Recorder(optimiser)
    model, tasks = pair.model, (pair.a, pair.b)
    stages = list(networks.in_stages(model, tasks, pair.start, method, pair.rngs, epochs, recorder, BATCH))
    history = History(ends=[stage.theta for stage in stages], accuracies=[tuple(stage.test) for stage in stages])
    calls = iter(recorder.calls)
    for task, stage, rng in zip(tasks, stages, digits_pair(seed).rngs, strict=True):
        for rows in batches(rng, len(task.x), epochs):
            theta, g = next(calls)
            pulls = [method.strength * spring.gradient(theta) for spring in stage.springs]
            history.moments.append(
                Moment(
                    theta=theta,
                    loss=model.mean_loss(task.x[rows], task.y[rows], theta),
                    gradient=g,
                    penalty=sum(method.strength * spring.value(theta) for spring in stage.springs),
                    penalty_gradient=sum(pulls, np.zeros(model.size)),
                    accuracy=(model.accuracy(tasks[0].x_test, tasks[0].y_test, theta),
                              model.accuracy(tasks[1].x_test, tasks[1].y_test, theta)),
                )
            )  # fmt: skip
    if method.kind == "ewc_diagonal":
        history.stiffness = stages[1].springs[0].stiffness.diagonal
    if method.way == "SAMPLE":
        history.labels = model.sample(pair.a.x, stages[0].theta, sampling(seed))
    return history


def batches(rng: np.random.Generator, n: int, epochs: int) -> Iterator[np.ndarray]:
    """The rows of every step: each epoch once through a permutation."""
    for _ in range(epochs):
        yield from np.split(rng.permutation(n), range(BATCH, n, BATCH))


def sampling(seed: int) -> np.random.Generator:
    """The generator that ``in_stages`` hands to a way that draws after task A."""
    return digits_pair(seed).rngs[0].spawn(1)[0]


# --- theirs -----------------------------------------------------------------------------------------------------------


def theirs(
    seed: int,
    method: Method,
    optimiser: Callable[..., torch.optim.Optimizer],
    epochs: int = EPOCHS,
    look: bool = True,
    dtype: torch.dtype = torch.float64,
) -> History:
    """The same run in PyTorch, looked at before every step unless told not to."""
    pair, history = digits_pair(seed), History()
    net = in_torch.network(pair.model.sizes, pair.model.unflatten(pair.start), dtype)
    pair = replace(pair, a=cast(pair.a, net), b=cast(pair.b, net))
    penalty: in_torch.Penalty | None = None
    for task, rng in zip((pair.a, pair.b), pair.rngs, strict=True):
        for loss, held in in_torch.steps(net, task.x, task.y, rng, epochs, optimiser(net.parameters()), penalty, BATCH):
            if look:
                history.moments.append(moment(net, pair, loss, held, penalty))
        history.ends.append(in_torch.flat(in_torch.state(net)))
        history.accuracies.append(accuracies(net, pair))
        if task is pair.a:
            penalty = remembered(net, pair, seed, method, history)
    return history


def cast(task: ClassificationTask, net: torch.nn.Module) -> ClassificationTask:
    """The task with inputs in the network's own precision."""
    to = next(net.parameters()).detach().numpy().dtype
    return replace(task, x=task.x.astype(to), x_test=task.x_test.astype(to))


def accuracies(net: torch.nn.Module, pair: DigitsPair) -> tuple[float, float]:
    return in_torch.accuracy(net, pair.a.x_test, pair.a.y_test), in_torch.accuracy(net, pair.b.x_test, pair.b.y_test)


def moment(
    net: torch.nn.Module, pair: DigitsPair, loss: float, held: float, penalty: in_torch.Penalty | None
) -> Moment:
    return Moment(
        theta=in_torch.flat(in_torch.state(net)),
        loss=loss,
        gradient=in_torch.flat({name: p.grad for name, p in net.named_parameters()}),
        penalty=held,
        penalty_gradient=in_torch.flat(in_torch.penalty_gradient(net, penalty))
        if penalty
        else np.zeros(pair.model.size),
        accuracy=accuracies(net, pair),
    )


def remembered(
    net: torch.nn.Module, pair: DigitsPair, seed: int, method: Method, history: History
) -> in_torch.Penalty | None:
    """The penalty for task B, A having been learned; what it is made of is noted in ``history``."""
    x, anchor = pair.a.x, in_torch.state(net)
    if method.kind == "none":
        return None
    if method.kind == "ewc_full":
        return in_torch.full_penalty(net, x, method.strength)
    if method.kind == "l2":
        return in_torch.diagonal_penalty(
            {name: torch.ones_like(p) for name, p in anchor.items()}, anchor, method.strength
        )
    if method.way == "SAMPLE":
        history.labels = in_torch.sampled_labels(net, x, sampling(seed))
    labels = {"EMPIRICAL": pair.a.y, "SAMPLE": history.labels}.get(method.way)
    stiffness = in_torch.exact_diagonal(net, x) if labels is None else in_torch.diagonal_at(net, x, labels)
    history.stiffness = in_torch.flat(stiffness)
    return in_torch.diagonal_penalty(stiffness, anchor, method.strength)


# --- how far apart ----------------------------------------------------------------------------------------------------


def differences(one: History, other: History) -> dict[str, float]:
    """The largest of every quantity over the run, relative to the largest of its kind there; accuracies absolute."""
    found = {
        name: apart([getattr(m, name) for m in one.moments], [getattr(m, name) for m in other.moments])
        for name in ("theta", "loss", "gradient", "penalty", "penalty_gradient")
    }
    found["accuracy"] = float(
        np.abs(np.subtract([m.accuracy for m in one.moments], [m.accuracy for m in other.moments])).max()
    )
    if one.stiffness is not None and other.stiffness is not None:
        found["stiffness"] = apart(one.stiffness, other.stiffness)
    if one.labels is not None and other.labels is not None:
        found["labels"] = float((one.labels != other.labels).mean())
    return found


def apart(a: object, b: object) -> float:
    a, b = np.asarray(a), np.asarray(b)
    scale = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / scale) if scale else 0.0


def at_the_end(seed: int, method: Method, epochs: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Accuracies on A and B after B, (2,) each: ours, PyTorch's in float64 and in float32; and how far apart θ is."""
    pair = digits_pair(seed)
    stages = list(networks.in_stages(pair.model, (pair.a, pair.b), pair.start, method, pair.rngs, epochs))
    double, single = (
        theirs(seed, method, OPTIMISERS["Adam"][1], epochs, look=False, dtype=dtype)
        for dtype in (torch.float64, torch.float32)
    )
    found = (np.array(run.accuracies[1]) for run in (double, single))
    return stages[1].test, *found, apart(stages[1].theta, double.ends[1])


# --- the record -------------------------------------------------------------------------------------------------------

HEAD = """# The digits recipe beside PyTorch

Written by `benchmarks/core/run reference`. Python {python}, numpy {numpy}, torch {torch}; one thread.

A network 64-64-10 learns the digits (A), then the digits with shuffled pixels (B), once by `fisher_core.continual` and once
by `torch.nn`, autograd and `torch.optim` (`benchmarks/core/in_torch.py`, which knows nothing of fisher_core), from the same
start and with the same rows in every batch. In PyTorch a Fisher diagonal is one backward pass per row and label, squared,
and a penalty is an expression that autograd differentiates; the whole matrix enters by forward mode.

## Step by step

The first {steps} steps of A, then {steps} of B; seed 0. The largest difference over all steps, relative to the largest value
of that quantity in the run. Test accuracies on both tasks are compared before every step. `tests/reference` asks for
{tolerance:g}.

| optimiser | held by | θ | loss | gradient | penalty | its gradient | Fisher diagonal | accuracies |
|---|---|---|---|---|---|---|---|---|
"""
MIDDLE = """
## To the end

40 epochs each, Adam, seeds 0 to {last}: test accuracy on A and B after B, mean over seeds ± their spread (sd). Then PyTorch
minus ours, seed by seed: in float64 the largest of all and that of θ; in float32, as most code runs, mean ± standard error.

| held by | A | B | float64: accuracy | θ | float32: A | B |
|---|---|---|---|---|---|---|
"""
TOLERANCE, SEEDS = 1e-12, 5


def write() -> None:
    lines = [
        HEAD.format(
            python=platform.python_version(),
            numpy=np.__version__,
            torch=torch.__version__,
            steps=12 * EPOCHS,
            tolerance=TOLERANCE,
        )
    ]
    for rule, (mine, their) in OPTIMISERS.items():
        for name, method in METHODS.items():
            d = differences(ours(0, method, mine), theirs(0, method, their))
            held = ["", ""] if method.kind == "none" else [f"{d['penalty']:.0e}", f"{d['penalty_gradient']:.0e}"]
            cells = [f"{d[k]:.0e}" for k in ("theta", "loss", "gradient")] + held
            cells += [
                f"{d['stiffness']:.0e}" if "stiffness" in d else "",
                "equal" if d["accuracy"] == 0 else f"{d['accuracy']:.1e}",
            ]
            lines.append(f"| {rule} | {name} | " + " | ".join(cells) + " |\n")
            print(lines[-1], end="", flush=True)
    lines.append(MIDDLE.format(last=SEEDS - 1))
    for name, method in METHODS.items():
        runs = [at_the_end(seed, method) for seed in range(SEEDS)]
        mine, double, single = (np.array([run[k] for run in runs]) for k in range(3))
        spread, off = mine.std(axis=0, ddof=1), single - mine
        error = off.std(axis=0, ddof=1) / np.sqrt(SEEDS)
        largest = np.abs(double - mine).max()
        cells = [f"{m:.3f} ± {s:.3f}" for m, s in zip(mine.mean(axis=0), spread, strict=True)]
        cells += ["equal" if largest == 0 else f"{largest:.1e}", f"{max(run[3] for run in runs):.0e}"]
        cells += [f"{m:+.4f} ± {s:.4f}" for m, s in zip(off.mean(axis=0), error, strict=True)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |\n")
        print(lines[-1], end="", flush=True)
    (Path(__file__).parent / "REFERENCE.md").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write()
