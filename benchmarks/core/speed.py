"""Ratios of CPU time, never times: what carries over from one machine to another.  Writes RESULTS.md."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from fisher_core import FAMILIES, Family, divergence, information
from fisher_core.models import LogisticRegression, SoftmaxRegression
from fisher_core.numerics import draws as drawn

from . import contenders
from .timing import Contenders, seconds

HERE = Path(__file__).parent
LOGISTIC = LogisticRegression()
SIZES = [(1000, 2), (1000, 10), (1000, 100), (1000, 500), (100_000, 2), (100_000, 10), (100_000, 100), (10_000, 500)]
SOFTMAX_SIZES = [(1000, 10, 3), (1797, 64, 10), (20_000, 30, 5)]
CLOSED_FORM_KL = [key for key in FAMILIES if key != "logistic"]  # the logistic KL is an integral


def write(quick: bool) -> None:
    lines = [HEAD.format(versions=contenders.versions(), python=platform.python_version())]
    for section in (logistic, empirical, monte_carlo, softmax, kl_grids, quadrature, draws, imports):
        print(f"{section.__name__} …", flush=True)
        lines += [*section(quick), ""]
    (HERE / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")


HEAD = """# fisher_core beside its peers: speed

Written by `benchmarks/core/run speed`. Ratios of minimum CPU times over interleaved repeats in one process, one thread,
float64, CPU. Python {python}, {versions}.

*× ours*: how many times longer than fisher_core. *× syrk*: how many times longer than the bare BLAS product `X.T @ X`,
below which nobody gets. Before timing, every result is compared with ours (relative difference below 1e-10, draws
within their noise); a peer that differs is marked ≠. Setting up models and compiling are not counted, although jax's
compilation alone takes longer than all our results together. A dash: more than 1.5 s a call, or not asked. The peers do more than this: automatic differentiation
serves any model, and ours only those whose matrix is known in closed form.
"""


def problem(n: int, d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + d)
    x, theta = rng.normal(size=(n, d)), rng.normal(size=d) / np.sqrt(d)
    return x, (rng.random(n) < 0.5).astype(float), theta


def affordable(found: Contenders, limit: float) -> Contenders:
    """Without those whose second call, after compilation and caches, takes more than ``limit`` seconds."""
    kept = {}
    for name, call in found.items():
        call()
        start = time.process_time()
        call()
        if time.process_time() - start < limit:
            kept[name] = call
    return kept


def compared(found: Contenders, base: str, tolerance: float, quick: bool) -> dict[str, float]:
    """CPU seconds of each; a name is marked where the result is not that of ``base``."""
    right = np.asarray(found[base]())
    marked = {}
    for name, call in affordable(found, 0.5 if quick else 1.5).items():
        value = np.asarray(call())
        scale = np.abs(right).max()
        # Networks order parameters class by class: their eigenvalues and ours must be the same.
        differs = value.shape == right.shape and (
            np.abs(value - right).max() > tolerance * scale
            and np.abs(np.linalg.eigvalsh(value) - np.linalg.eigvalsh(right)).max() > len(right) * tolerance * scale
        )
        marked[f"{name} ≠" if differs else name] = call
    return seconds(marked, 0.3 if quick else 1.0)


def table(columns: dict[str, dict[str, float]], base: str, unit: str) -> Iterator[str]:
    """Rows are contenders, columns problems, cells time over that of ``base``."""
    names = dict.fromkeys(name for column in columns.values() for name in column)
    yield f"| {unit} | " + " | ".join(columns) + " |"
    yield "|---|" + "---:|" * len(columns)
    for name in names:
        cells = (f"{c[name] / c[base]:.3g}" if name in c else "–" for c in columns.values())
        yield f"| {name} | " + " | ".join(cells) + " |"


def logistic(quick: bool) -> Iterator[str]:
    columns, bare = {}, {}
    for n, d in SIZES[: 3 if quick else None]:
        x, y, theta = problem(n, d)
        found = contenders.logistic_fisher(x, y, theta)
        times = compared({**found, "bare syrk": lambda x=x: x.T @ x / len(x)}, "fisher_core", 1e-10, quick)
        times["bare syrk"] = times.pop("bare syrk ≠", times.get("bare syrk", np.nan))
        columns[f"{n:.0e}, {d}".replace("e+0", "e")] = times
        bare[(n, d)] = times["fisher_core"] / times["bare syrk"]
    yield "## Logistic regression: full Fisher matrix (n, d), link evaluation included\n"
    yield from table(columns, "fisher_core", "× ours")
    yield ""
    yield "Ours × syrk: " + ", ".join(f"{r:.2f}" for r in bare.values()) + "."
    wide, ten = (max(r for (_, d), r in bare.items() if some(d)) for some in (lambda d: d >= 100, lambda d: d == 10))
    yield f"Bars: ≤ 1.6 for d ≥ 100 (here at most {wide:.2f}), ≤ 3 for d = 10 (at most {ten:.2f}), never slower than statsmodels:"
    for said, name, ours in (
        ("as a user calls it at least {} times our time,", "statsmodels Logit(y, x).hessian", "fisher_core"),
        (
            "the bare method of a model that was made and checked before at least {}",
            f"{contenders.PREPARED} Logit.hessian",
            "fisher_core",
        ),
        (
            "(ours checks its arguments in every call), and {} times our own inner loop.",
            f"{contenders.PREPARED} Logit.hessian",
            contenders.UNCHECKED,
        ),
    ):
        found = {key: column[name] / column[ours] for key, column in columns.items() if name in column}
        if found:
            least = min(found, key=lambda key: found[key])
            yield said.format(f"{found[least]:.2f} (at {least})")


def empirical(quick: bool) -> Iterator[str]:
    columns = {}
    for n, d in SIZES[: 3 if quick else None]:
        x, y, theta = problem(n, d)
        base = "fisher_core model.empirical_fisher"
        columns[f"{n:.0e}, {d}".replace("e+0", "e")] = compared(
            contenders.logistic_empirical(x, y, theta), base, 1e-10, quick
        )
    yield "## Logistic regression: empirical Fisher matrix (n, d)\n"
    yield from table(columns, base, "× ours")


def monte_carlo(quick: bool) -> Iterator[str]:
    columns = {}
    for n, d in [(1000, 100), (10_000, 100)] if quick else [(1000, 100), (10_000, 100), (100_000, 100)]:
        x, _, theta = problem(n, d)
        found: Contenders = {"fisher_core exact": lambda x=x, theta=theta: LOGISTIC.fisher(x, theta)}
        for k in (1, 10):
            for name, call in contenders.logistic_monte_carlo(x, theta, k).items():
                found[f"{name}, K = {k}"] = call
        columns[f"{n:.0e}, {d}".replace("e+0", "e")] = compared(found, "fisher_core exact", 0.2, quick)
    yield "## Logistic regression: Monte Carlo Fisher matrix with K label draws per row (n, d)\n"
    yield from table(columns, "fisher_core exact", "× our exact matrix")
    yield ""
    yield "The standard error of every entry is computed when it is read. Bar: K = 10 ≤ 1.2 × exact; here"
    for name, end in ("fisher_core", ";"), ("fisher_core, standard errors read", "."):
        ratios = (f"{c[f'{name}, K = 10'] / c['fisher_core exact']:.2f}" for c in columns.values())
        yield f"{', '.join(ratios)}{' with the errors read' if end == '.' else ''}{end}"


def softmax(quick: bool) -> Iterator[str]:
    columns, other = {}, {}
    for n, d, k in SOFTMAX_SIZES[: 2 if quick else None]:
        rng = np.random.default_rng(n)
        x, y, w = rng.normal(size=(n, d)), rng.integers(0, k, n), rng.normal(size=(d, k)) / np.sqrt(d)
        key = f"{n}, {d}, {k}"
        columns[key] = compared(contenders.softmax_fisher(x, y, w), "fisher_core", 1e-10, quick)
        model, theta, v = SoftmaxRegression(k), w.ravel(), rng.normal(size=d * k)
        ours: Contenders = {
            "exact": lambda m=model, x=x, t=theta: m.fisher(x, t),
            "diagonal": lambda m=model, x=x, t=theta: m.fisher_diagonal(x, t),
            "F v": lambda m=model, x=x, t=theta, v=v: m.fisher_vector(x, t, v),
            "vᵀF v": lambda m=model, x=x, t=theta, v=v: m.fisher_quadratic(x, t, v),
            "empirical": lambda m=model, x=x, y=y, t=theta: m.empirical_fisher(x, y, t),
        }
        for s in (1, 10, 1000):
            draw = partial(model.monte_carlo_fisher, x, theta, rng, s)
            ours[f"Monte Carlo, K = {s}"] = draw
            ours[f"Monte Carlo, standard errors read, K = {s}"] = lambda draw=draw: draw().standard_error
        other[key] = seconds(ours, 0.3 if quick else 1.0)
    yield "## Softmax regression: full Fisher matrix (n, d, classes)\n"
    yield from table(columns, "fisher_core", "× ours")
    yield ""
    yield from table(other, "exact", "ours, × exact")


def kl_grids(quick: bool) -> Iterator[str]:
    yield "## KL divergence on a 200 × 200 grid\n"
    yield "One call for 40 000 pairs, from and to the default parameters. Times in units of 40 000 calls of `numpy.log1p`"
    yield "on an array, so that they carry over; log1p itself takes about 0.04 ms here. The slower direction in the family's"
    yield "own coordinates, and in the slowest of the others it is offered in. Bar: 15 ms.\n"
    unit = np.random.default_rng(0).random(40_000)
    yield "| family | its own coordinates | slowest others | in ms on this machine |"
    yield "|---|---:|---:|---:|"
    for key, f in FAMILIES.items():
        grid, found = parameter_grid(key), {"unit": lambda: np.log1p(unit)}
        for chart in ("", *f.charts):
            g = f.in_chart(chart) if chart else f
            at = g.from_base(grid) if chart else grid
            middle = g.default if g.contains(g.default) else at[100, 100]
            found[f"{chart} to"] = lambda g=g, at=at, middle=middle: g.kl(middle, at)
            found[f"{chart} from"] = lambda g=g, at=at, middle=middle: g.kl(at, middle)
        times = seconds(found, 0.2 if quick else 0.6)
        own = max(times.pop(" to"), times.pop(" from"))
        one = times.pop("unit")
        slowest = max(times, key=lambda name: times[name]) if times else ""
        other = f"{times[slowest] / one:.0f} ({slowest.split()[0]})" if slowest else "–"
        note = "" if key in CLOSED_FORM_KL else " (an integral: no closed form)"
        yield f"| {key}{note} | {own / one:.0f} | {other} | {1e3 * max(own, *times.values(), 0):.1f} |"


def parameter_grid(key: str) -> np.ndarray:
    """(200, 200, d) over the typical range of every parameter."""
    f = FAMILIES[key]
    d = len(f.parameters)
    ends = [(0.05, 0.45)] * d if key == "categorical" else [p.typical for p in f.parameters]
    if d == 1:
        return np.linspace(*ends[0], 40_000).reshape(200, 200, 1)
    return np.stack(np.meshgrid(*(np.linspace(a, b, 200) for a, b in ends), indexing="ij"), axis=-1)


def quadrature(quick: bool) -> Iterator[str]:
    yield "## The second method: information.by_quadrature\n"
    yield "| family | ms on this machine, E[ssᵀ] | −E[H] |"
    yield "|---|---:|---:|"
    for key, f in FAMILIES.items():
        times = seconds(
            {of: lambda f=f, of=of: information.by_quadrature(f, f.default, of) for of in ("score", "hessian")},
            0.1 if quick else 0.3,
        )
        yield f"| {key} | {1e3 * times['score']:.2g} | {1e3 * times['hessian']:.2g} |"


def draws(quick: bool) -> Iterator[str]:
    n = 10**6 if quick else 10**7
    rng = np.random.default_rng(0)
    yield f"## Monte Carlo with {n:.0e} draws from families\n"
    yield "Time over that of generating the same draws with `family.sample` in blocks of 2¹⁴, and the most memory that arrays"
    yield "took at any time, standard errors included; of the Fisher matrix, and of the KL divergence to a neighbour from a tenth"
    yield "of the draws, which is integrated from the score so as not to cancel. Bar for the matrix: 2 ×, bounded memory.\n"
    yield "| family | Fisher matrix, × sampling | MB | KL, × sampling | MB |"
    yield "|---|---:|---:|---:|---:|"
    for key, f in FAMILIES.items():
        near = 0.98 * f.default + 0.002
        matrix, matrix_memory = _against_sampling(
            f, n, rng, lambda m, f=f: information.monte_carlo(f, f.default, m, rng)
        )
        kl, kl_memory = _against_sampling(
            f, n // 10, rng, lambda m, f=f, q=near: divergence.kl_monte_carlo(f, f.default, q, m, rng)
        )
        yield f"| {key} | {matrix:.2f} | {matrix_memory:.1f} | {kl:.1f} | {kl_memory:.1f} |"


def _against_sampling(
    f: Family, n: int, rng: np.random.Generator, estimate: Callable[[int], object]
) -> tuple[float, float]:
    """Least time of ``estimate(n)`` over that of n draws, and the most memory of its arrays, MB."""
    tracemalloc.start()  # numpy reports its arrays; the process's own peak is that of the benchmarks before
    estimate(min(n, 10**6))
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    least = {"sample": np.inf, "estimate": np.inf}
    for _ in range(10):  # a tenth at a time, in turn
        start = time.process_time()
        estimate(n // 10)
        middle = time.process_time()
        for begin in range(0, n // 10, drawn.BLOCK):
            f.sample(f.default, min(drawn.BLOCK, n // 10 - begin), rng)
        least["estimate"] = min(least["estimate"], middle - start)
        least["sample"] = min(least["sample"], time.process_time() - middle)
    return least["estimate"] / least["sample"], peak


def imports(quick: bool) -> Iterator[str]:
    modules = ["numpy", "fisher_core", "scipy.stats", "statsmodels.api", "jax", "torch", "nngeometry.metrics"]
    modules += ["backpack", "curvlinops"]
    times = {}
    for _ in range(2 if quick else 4):
        for module in modules:
            code = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            if done.returncode == 0:
                times[module] = min(times.get(module, np.inf), float(done.stdout))
    yield "## Import time\n"
    yield "| module | × `import numpy` |"
    yield "|---|---:|"
    for module, t in times.items():
        yield f"| {module} | {t / times['numpy']:.1f} |"
