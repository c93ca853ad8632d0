"""Break fisher_core and fisher_studies on purpose, one small mistake at a time, and see whether the tests notice.

    python -m benchmarks.mutants --count 120 --seed 0
    python -m benchmarks.mutants --only divergence special --count 40

Works on a copy. Every mutant is one change of one expression: a sign turned, a factor dropped, a constant or a count off
by one, arguments exchanged, a transpose forgotten, a comparison turned, a validation left out. The tests of the module
run, and with --full all of tests/core, tests/studies and tests/oracles after them; a mutant that passes survives and is printed.
Survivors that are known to compute the same are listed in EQUIVALENT with the reason, and counted apart.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
sys.dont_write_bytecode = True

import hypothesis  # noqa: E402
import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("fisher_core", "fisher_studies")
SKIPPED = {"__init__.py"}  # nothing but names
SWAPPED = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
TURNED = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}

# The tests that are likeliest to notice, by the start of the module's path: quick ones first.
FIRST = {
    "families/": [
        "core/test_families.py",
        "core/test_charts.py",
        "oracles/test_scores_oracle.py",
        "oracles/test_accuracy_oracle.py",
        "oracles/test_divergence_oracle.py",
        "oracles/test_information_oracle.py",
    ],
    "numerics/special": [
        "oracles/test_special_oracle.py",
        "oracles/test_accuracy_oracle.py",
        "core/test_families.py",
        "oracles/test_scores_oracle.py",
    ],
    "family": ["core/test_validation.py", "core/test_families.py", "core/test_charts.py", "core/test_information.py"],
    "parameter": ["core/test_families.py", "core/test_charts.py"],
    "charts/pullback": ["core/test_charts.py", "oracles/test_accuracy_oracle.py", "oracles/test_information_oracle.py"],
    "charts/maps": ["core/test_charts.py", "oracles/test_accuracy_oracle.py", "oracles/test_information_oracle.py"],
    "divergence/parabola": ["core/test_curvature.py"],
    "divergence/": ["core/test_divergence.py", "oracles/test_accuracy_oracle.py", "oracles/test_divergence_oracle.py"],
    "numerics/pairs": ["core/test_divergence.py", "oracles/test_accuracy_oracle.py", "oracles/test_divergence_oracle.py"],
    "numerics/expectation": [
        "core/test_divergence.py",
        "core/test_information.py",
        "oracles/test_accuracy_oracle.py",
        "oracles/test_information_oracle.py",
        "oracles/test_divergence_oracle.py",
    ],
    "numerics/differences": ["core/test_information.py", "oracles/test_information_oracle.py"],
    "information": ["core/test_information.py", "oracles/test_information_oracle.py"],
    "models/policy": ["core/test_bandit.py", "oracles/test_descent_oracle.py"],
    "fisher_studies/corridor": ["core/test_bandit.py", "oracles/test_descent_oracle.py"],
    "fisher_studies/gaussian_policy": ["core/test_bandit.py", "oracles/test_descent_oracle.py"],
    "models/policy_flows": ["core/test_bandit.py"],
    "descent/objectives": ["core/test_descent.py", "oracles/test_descent_oracle.py"],
    "descent/irls": ["core/test_descent.py", "oracles/test_descent_oracle.py"],
    "descent/steps": ["core/test_descent.py", "oracles/test_descent_oracle.py"],
    "fisher_studies/tiny_net": ["studies/test_tiny_net.py"],
    "fisher_studies/logistic_design": ["core/test_descent.py"],
    "models/": [
        "core/test_models.py",
        "core/test_mlp.py",
        "oracles/test_models_oracle.py",
        "oracles/test_mlp_oracle.py",
    ],
    "numerics/grams": ["core/test_grams.py", "core/test_models.py"],
    "numerics/draws": ["core/test_information.py"],
    "linalg/": ["core/test_linalg.py", "core/test_units.py", "core/test_validation.py", "core/test_models.py"],
    "continual/six_ways": ["core/test_six_ways.py", "oracles/test_six_ways_oracle.py"],
    "fisher_studies/sure_unit": ["studies/test_sure_unit.py", "core/test_six_ways.py", "oracles/test_six_ways_oracle.py"],
    "fisher_studies/trained_longer": ["studies/test_trained_longer.py"],
    "numerics/simplex": ["core/test_families.py", "oracles/test_accuracy_oracle.py", "core/test_bandit.py"],
    "models/censored": ["core/test_censoring.py"],
    "models/lifetimes": ["core/test_censoring.py"],
    "data/digits": ["core/test_digits.py", "core/test_networks.py"],
    "validation": ["core/test_validation.py", "core/test_linalg.py", "core/test_models.py"],
    "fisher_studies/capacity": ["studies/test_random_patterns.py", "oracles/test_capacity_oracle.py"],
    "fisher_studies/anchors": ["studies/test_anchors.py", "oracles/test_six_ways_oracle.py"],
    "fisher_studies/digits_study": ["studies/test_digits_study.py"],
    "fisher_studies/goals": ["studies/test_goals.py", "studies/test_tasks_in_sequence.py"],
    "fisher_studies/heavy_tailed": ["oracles/test_heavy_tailed_oracle.py", "studies/test_tasks_in_sequence.py"],
    "fisher_studies/many_tasks": ["studies/test_tasks_in_sequence.py", "oracles/test_many_tasks_oracle.py"],
    "continual/springs": [
        "studies/test_tasks_in_sequence.py",
        "oracles/test_many_tasks_oracle.py",
        "core/test_networks.py",
    ],
    "continual/networks": ["core/test_networks.py"],
    "fisher_studies/network_sweeps": ["core/test_networks.py"],
    "continual/optimisers": ["core/test_networks.py"],
    "fisher_studies/weight_noise": ["studies/test_weight_noise.py", "oracles/test_weight_noise_oracle.py"],
    "continual/": ["core/test_continual.py", "studies/test_landscape.py", "oracles/test_continual_oracle.py"],
    "data/historical": ["core/test_datasets.py", "studies/test_two_weights.py", "core/test_models.py"],
    "estimation": ["core/test_estimation.py", "studies/test_routes.py", "core/test_units.py"],
    "fisher_studies/identity": ["studies/test_routes.py"],
    "fisher_studies/heteroscedastic": ["studies/test_routes.py"],
    "fisher_studies/misspecified": ["studies/test_routes.py"],
    "numerics/newton": ["core/test_newton.py", "core/test_models.py"],
    "score": ["core/test_scores.py", "core/test_information.py"],
    "fisher_studies/two_weights": ["studies/test_two_weights.py"],
}

# Mutants that compute the same, or what nobody can see: (module, text of the line, the new text or "" for any, reason).
SPEED = "the size of a block decides the speed only"
EQUIVALENT: list[tuple[str, str, str, str]] = [
    ("family.py", "BLOCK = 8192", "", SPEED),
    ("information.py", "BLOCK = 1 << 18", "", SPEED),
    ("fisher_studies/two_weights.py", "BLOCK = 1 << 18", "", SPEED),
    ("numerics/grams.py", "BLOCK_BYTES, BLOCK_ROWS", "", SPEED),
    ("numerics/grams.py", "SYRK_COLUMNS, SMALL_PRODUCT", "", SPEED),
    ("numerics/grams.py", "size = max(2 * d", "", SPEED),
    ("numerics/draws.py", "BLOCK = 1 << 14", "", SPEED),
    ("numerics/draws.py", "FEW = 8", "", SPEED),
    ("numerics/draws.py", "if x.min() < 0 or top >= len(x)", "(top > len(x))", "one outcome more is counted"),
    ("models/network/khatri_rao.py", "return max(1, BLOCK // table)", "", SPEED),
    ("numerics/error_rows.py", "size = min(max(LEAST", "(len(share) - 1)", "one row less stands for all"),
    (
        "numerics/error_rows.py",
        "steps = np.arange(size) + 0.999999",
        "0.999999",
        "guards against a rounding that no test can bring about",
    ),
    ("models/softmax_output.py", "below = [counted(uniform < edge)", "uniform <= edge", "a chance of 2⁻⁵³"),
    ("fisher_studies/capacity.py", "before = np.concatenate", "0.1", "only later differences of the running sum are used"),
    ("fisher_studies/capacity.py", "half = 0.5 * np.minimum", "_SMALL_LOAD, tau", "the smaller has no order"),
    (
        "fisher_studies/capacity_simulation.py",
        "outputs[:, i] = targets[i]",
        "_inputs(bits[i], synapses), weights",
        "the product has no order",
    ),
    ("fisher_studies/capacity_simulation.py", "width = (synapses", "8", "draws a byte that is not read"),
    ("fisher_studies/capacity_simulation.py", "_dots(weights, oldest)", "oldest, weights", "the product has no order"),
    ("fisher_studies/landscape.py", "reference = self.penalty(kind, 0.0", "0.1", "every use sets its own strength"),
    ("fisher_studies/landscape.py", "if angle == 0.0:", "0.1", "a turn by nothing, computed"),
    ("continual/sweeps.py", "if high - low < 1e-8", "", "the tolerance, below what losses resolve"),
    ("continual/training.py", "times.min(initial=0.0) < 0", "0.1", "only the sign of the smallest counts"),
    (
        "continual/linear_gaussian.py",
        "return cls(x, x @ center + noise",
        "",
        "residuals of the other sign have the same squares",
    ),
    ("continual/networks.py", "rng.spawn(1)[0]", "2", "the first child of two is the same"),
    ("continual/optimisers.py", "np.multiply(work, g, out=work)", "g, work", "the product has no order"),
    ("continual/sweeps.py", "points = 121", "122", "the grid of the first of many rounds"),
    ("models/network/khatri_rao.py", "table = max(max(", "", SPEED),
    ("numerics/error_rows.py", "size = min(max(LEAST", "33", "how many rows the error of an error rests on"),
    ("divergence/parabola.py", "rays = np.sqrt(2 * level)", "3", "only where bisection begins; the contour is the same"),
    ("numerics/differences.py", "return np.stack(slopes", "(1)", "second derivatives have no order"),
    ("divergence/others.py", "np.exp(np.maximum(log_p, log_q))", "log_q, log_p", "the larger has no order"),
    ("families/poisson.py", "return np.ceil(rate", "7", "where a search begins"),
    ("families/fitting/scoring.py", "while new < value", "", "how far a step is cut; the maximum is the same"),
    ("families/weibull.py", "scales = np.where", "0.55", "moves a threshold between two equally accurate ways"),
    ("numerics/error_rows.py", "return np.arange(1), np.zeros(1)", "2", "rows of weight zero"),
    ("models/policy.py", "far = 1.0 / max(np.ptp", "", "where a bracket begins"),
    ("families/charts_of/bernoulli.py", "close = (np.abs(far) < 1)", "2", "moves a threshold between two equally accurate ways"),
    ("descent/steps.py", "while short(far) < 0", "<=", "a bracket one step wider holds the same root"),
    ("fisher_studies/logistic_design.py", "return float(brentq", "0.0011", "a narrower bracket holds the same root"),
    ("fisher_studies/logistic_design.py", "return float(brentq", "11.0", "a wider bracket holds the same root"),
    ("fisher_studies/logistic_design.py", "return float(brentq", "1.1e-14", "the tolerance, below rounding"),
    ("models/policy_flows.py", "odds = np.log(np.maximum", "tiny, p", "the larger has no order"),
    ("descent/steps.py", 'options={"xatol"', "1.1", "the tolerance, a little looser"),
    ("models/policy_flows.py", "FARTHEST = 1e9", "", "where patience ends"),
    ("models/policy_flows.py", "while at(far) < 0 and", "(far <= FARTHEST)", "where patience ends"),
    ("models/policy_flows.py", "if at(far) < 0", "<= 0", "a level met exactly at the far end is found either way"),
    ("fisher_studies/tiny_net.py", "for chance, residual in", "(expit(f))", "the sign of a score is squared away"),
    ("fisher_studies/basins.py", "for _ in range(60)", "61", "bisection, below rounding"),
    ("continual/networks.py", "held = [s for s in springs", "(strength >= 0)", "a pull of nothing, computed"),
    ("continual/optimisers.py", "np.multiply(m, self.beta1", "self.beta1, m", "the product has no order"),
    ("continual/sweeps.py", "if strengths.min(initial=0.0) < 0", "0.1", "only the sign of the smallest counts"),
    ("numerics/expectation.py", "[2.0**-44, 2.0**-47]", "45", "two other anchors of the same straight line"),
    ("families/beta.py", "total = max(mean * (1 - mean)", "2", "where a search begins"),
    (
        "families/cauchy.py",
        "rng.standard_cauchy(n)",
        "(scale) / (rng.standard_cauchy(n))",
        "1/C is a Cauchy variable if C is",
    ),
    ("families/fitting/scoring.py", "step = step / max(1.0", "1.1", "how far a step is cut; the maximum is the same"),
    (
        "families/fitting/scoring.py",
        "np.linalg.eigvalsh(np.linalg.solve(root",
        "0.11000000000000001",
        "which of two ascents is taken",
    ),
    ("families/student_t.py", "low, median, high = np.quantile", "0.55", "where a search begins"),
    ("fisher_studies/heteroscedastic.py", "x, z = rng.standard_normal", "fits - start, 250", "the smaller has no order"),
    ("fisher_studies/misspecified.py", "np.isclose(shares.sum(), 1)", "1, shares.sum()", "a tolerance relative to the other"),
    ("fisher_studies/corridor.py", "visits = np.stack([np.ones_like", "1", "ones of the same shape"),
    ("models/network/fisher.py", "length = others**2", "(p) / (p)", "which rows the error of an error rests on"),
    ("numerics/newton.py", "TOLERANCE = 1e-12", "1.1000000000000002e-12", "the tolerance, below rounding"),
    (
        "fisher_studies/two_weights.py",
        "regular = determinant > 64",
        "(determinant >= 64 * np.finfo(float).eps * a * d)",
        "no matrix has exactly that condition",
    ),
]


@dataclass(frozen=True)
class Mutant:
    """``new`` in place of the bytes start … stop of a module."""

    module: str
    start: int
    stop: int
    new: str
    kind: str
    line: int

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.stop :]


def mutants(module: str, source: bytes) -> Iterator[Mutant]:
    """All mutants of one module."""
    starts = [0]
    for row in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(row))

    def at(node: ast.AST) -> tuple[int, int]:
        begin, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return begin, end

    def text(node: ast.AST) -> str:
        begin, end = at(node)
        return source[begin:end].decode()

    def mutant(node: ast.AST, new: str, kind: str) -> Mutant:
        begin, end = at(node)
        return Mutant(module, begin, end, new, kind, node.lineno)  # type: ignore[attr-defined]

    for node in computing(ast.parse(source)):
        if isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
            yield mutant(node, f"({text(node.left)}) {SWAPPED[type(node.op)]} ({text(node.right)})", "operator")
            if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant):
                yield mutant(node, f"({text(node.right)})", "factor dropped")
            if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant):
                yield mutant(node, f"({text(node.left)})", "divisor dropped")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            yield mutant(node, f"({text(node.left)})", "power dropped")
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield mutant(node, f"({text(node.operand)})", "sign")
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            off = repr(node.value + 1) if isinstance(node.value, int) else repr(node.value * 1.1 or 0.1)
            yield mutant(node, off, "constant")
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in TURNED:
            turned = TURNED[type(node.ops[0])]
            yield mutant(node, f"({text(node.left)} {turned} {text(node.comparators[0])})", "comparison")
        elif isinstance(node, ast.Attribute) and node.attr == "T":
            yield mutant(node, text(node.value), "transpose")
        elif isinstance(node, ast.Call):
            plain = not any(isinstance(a, ast.Starred) for a in node.args)
            if isinstance(node.func, ast.Name) and node.func.id == "len":
                yield mutant(node, f"({text(node)} - 1)", "n by n - 1")
            elif len(node.args) >= 2 and plain and text(node.args[0]) != text(node.args[1]):
                first, second = node.args[:2]
                swapped = text(second) + source[at(first)[1] : at(second)[0]].decode() + text(first)
                yield Mutant(module, at(first)[0], at(second)[1], swapped, "arguments", node.lineno)
        elif isinstance(node, ast.If) and len(node.body) == 1 and isinstance(node.body[0], ast.Raise):
            yield mutant(node.body[0], "pass", "validation")


def computing(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that compute: not annotations, messages, defaults, declared ranges, or the arguments of an error."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns") or (name == "exc" and isinstance(tree, ast.Raise)):
            continue
        for child in value if isinstance(value, list) else [value]:
            declares = isinstance(child, ast.Call) and getattr(child.func, "id", "") == "Parameter"
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr | ast.arguments) and not declares:
                yield child
                yield from computing(child)


def place(copy: Path, module: str) -> Path:
    """The file of a module: those of fisher_core go by their path in it."""
    return copy / (module if module.startswith(PACKAGES[1]) else f"{PACKAGES[0]}/{module}")


def survives(copy: Path, mutant: Mutant, seconds: float, full: bool) -> bool:
    """Whether the tests of the module, and with ``full`` then all, pass with the mutant in place."""
    path = place(copy, mutant.module)
    source = path.read_bytes()
    path.write_bytes(mutant.applied(source))
    wanted = next((tests for start, tests in FIRST.items() if mutant.module.startswith(start)), [])
    first = [f"tests/{name}" for name in wanted if (copy / "tests" / name).exists()]
    key = Path(mutant.module).stem
    narrow = ["-k", key] if mutant.module.startswith("families/") and "fitting" not in mutant.module else []
    stages = [[*first, *narrow]] if first else []
    if full or not first:
        stages.append(["tests/core", "tests/studies", "tests/oracles"])
    try:
        return all(passes(copy, stage, seconds) for stage in stages)
    finally:
        path.write_bytes(source)


def passes(copy: Path, selection: list[str], seconds: float) -> bool:
    """Run pytest in a fork of this process, which has the libraries imported already and nothing of them."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(copy)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))  # a suite that hangs is noticed, too
            sys.path[:0] = [str(copy), str(copy / "tests")]
            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *selection]))
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def reason(mutant: Mutant, line: str) -> str:
    known = ((m, part, new, why) for m, part, new, why in EQUIVALENT if m == mutant.module and part in line)
    return next((why for _, _, new, why in known if new in ("", mutant.new)), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--count", type=int, default=120, help="mutants to run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[], help="modules whose path begins so")
    parser.add_argument("--kinds", nargs="*", default=[], help="such as sign, operator, constant")
    parser.add_argument("--full", action="store_true", help="give survivors of the module's tests the whole suite")
    parser.add_argument("--seconds", type=float, default=900, help="processor time of one run of the tests")
    options = parser.parse_args()
    for library in ("numpy", "scipy.stats", "scipy.optimize", "mpmath", "autograd.numpy", "hypothesis.strategies"):
        importlib.import_module(library)
    # A failing example need not be made small.
    found_is_enough = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=found_is_enough, database=None)
    hypothesis.settings.load_profile("mutants")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in (*PACKAGES, "tests/core", "tests/studies", "tests/oracles"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        shutil.copytree(ROOT / "docs", copy / "docs")
        (copy / "tests/core/test_api_page.py").unlink(missing_ok=True)  # it notices any default that changes
        pool: list[list[Mutant]] = []
        for path in sorted(path for package in PACKAGES for path in (copy / package).rglob("*.py")):
            module = path.relative_to(copy).as_posix().removeprefix("fisher_core/")
            if path.name in SKIPPED or (options.only and not module.startswith(tuple(options.only))):
                continue
            found = [m for m in mutants(module, path.read_bytes()) if not options.kinds or m.kind in options.kinds]
            random.Random(f"{options.seed} {module}").shuffle(found)
            if found:
                pool.append(found)
        print(f"{sum(map(len, pool))} possible mutants of {len(pool)} modules", flush=True)
        # One of every module in turn, so that a large one does not crowd out a small one.
        order = [m for turn in range(max(map(len, pool))) for m in (found[turn] for found in pool if turn < len(found))]
        alive: list[str] = []
        same = 0
        for number, mutant in enumerate(order[: options.count], 1):
            started = time.monotonic()
            source = place(copy, mutant.module).read_bytes()
            line = source.decode().splitlines()[mutant.line - 1].strip()
            shown = f"{mutant.module}:{mutant.line} {mutant.kind}: {line!r}, {source[mutant.start : mutant.stop].decode()!r} -> {mutant.new!r}"
            why = reason(mutant, line)
            lives = not why and survives(copy, mutant, options.seconds, options.full)
            same += bool(why)
            alive += [shown] if lives else []
            verdict = f"same ({why})" if why else "SURVIVES" if lives else "killed"
            print(f"{number:4d} {verdict} {time.monotonic() - started:5.1f}s  {shown}", flush=True)
        ran = min(options.count, len(order))
        print(f"\n{ran} mutants, {ran - same - len(alive)} killed, {same} equivalent, {len(alive)} survive")
        for shown in alive:
            print("  " + shown)


if __name__ == "__main__":
    main()
