"""The network's Fisher matrices beside their limits and their peers: 64-32-10 tanh on the 1797 digits.  Writes MLP.md.

    benchmarks/core/run network
    PYTHONPATH=. OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python -m benchmarks.core.mlp

With torch, nngeometry, backpack-for-pytorch and asdfghjkl installed (requirements-peers*.txt) their results are compared with ours,
entry by entry, and timed in the same run; without them only the ratios to the limits are written.
"""

from __future__ import annotations

import contextlib
import platform
import warnings
from pathlib import Path

import numpy as np

from fisher_core.data import digits
from fisher_core.models import MLP

from .timing import Contenders, seconds

MODEL = MLP((64, 32, 10), "tanh")
HEAD = """# The network 64-32-10 on 1797 digits: ratios of CPU time

Written by `python -m benchmarks.core.mlp`. Minimum CPU times over interleaved repeats, one thread, float64. Python {python},
numpy {numpy}. P = 2410 parameters, trained to a mean loss of {loss:.3f}. Every peer's result agrees with ours to the
relative difference shown.

| quantity | × its limit | bar | peers, × ours (difference) |
|---|---|---|---|
"""


def main() -> None:
    warnings.simplefilter("ignore")
    x, y = digits.load()
    theta = MODEL.initial(np.random.default_rng(0))
    for _ in range(150):
        theta -= 0.5 * MODEL.mean_gradient(x, y, theta)
    rng, v = np.random.default_rng(1), np.random.default_rng(2).normal(size=MODEL.size)
    kept = MODEL.products(x, theta)
    diagonals: Contenders = {
        "forward": lambda: MODEL.probabilities(x, theta),
        "exact diagonal": lambda: MODEL.fisher_diagonal(x, theta),
        "empirical diagonal": lambda: MODEL.empirical_fisher_diagonal(x, y, theta),
        "sampled diagonal, 1 draw": lambda: MODEL.monte_carlo_fisher_diagonal(x, theta, rng, 1),
        "sampled diagonal, 1000 draws": lambda: MODEL.monte_carlo_fisher_diagonal(x, theta, rng, 1000),
        "vᵀFv": lambda: MODEL.fisher_quadratic(x, theta, v),
        "vᵀFv, forward pass kept": lambda: kept.fisher_quadratic(v),
        "Fv": lambda: MODEL.fisher_vector(x, theta, v),
        "mean gradient": lambda: MODEL.mean_gradient(x, y, theta),
    }
    tables = [rng.normal(size=(len(x), k)) for k in (528, 2145, 320, 2145)]  # Kₙ and Aₙ of the two large blocks
    factor = rng.normal(size=(len(x), MODEL.size))
    full: Contenders = {
        "two gemms": lambda: (tables[0].T.dot(tables[1]), tables[2].T.dot(tables[3])),
        "syrk n × P": lambda: factor.T.dot(factor),
        "exact": lambda: MODEL.fisher(x, theta),
        "empirical": lambda: MODEL.empirical_fisher(x, y, theta),
        "sampled, 1 draw": lambda: MODEL.monte_carlo_fisher(x, theta, rng, 1),
        "sampled, 1000 draws": lambda: MODEL.monte_carlo_fisher(x, theta, rng, 1000),
    }
    short_peers, full_peers = _peers(x, y, theta)
    differences = _differences(short_peers, diagonals["exact diagonal"]()) | _differences(full_peers, full["exact"]())
    short = seconds(diagonals | short_peers, budget=2.0, repeats=15)
    long = seconds(full, budget=4.0) | seconds(full_peers, budget=1.0)
    rows = [
        ("exact, full", long["exact"] / long["two gemms"], "its two gemms", "1.8; peers ≥ 15", full_peers, long["exact"]),
        ("empirical, full", long["empirical"] / long["syrk n × P"], "bare syrk of the scores", "", {}, 0.0),
        ("sampled, full, 1000 draws", long["sampled, 1000 draws"] / long["sampled, 1 draw"], "one draw", "1.5", {}, 0.0),
        ("exact, diagonal", short["exact diagonal"] / short["forward"], "a forward pass", "2.5; BackPACK ≥ 3", short_peers, short["exact diagonal"]),
        ("empirical, diagonal", short["empirical diagonal"] / short["forward"], "a forward pass", "", {}, 0.0),
        ("sampled, diagonal, 1000 draws", short["sampled diagonal, 1000 draws"] / short["sampled diagonal, 1 draw"], "one draw", "1.5", {}, 0.0),
        ("vᵀFv", short["vᵀFv"] / short["forward"], "a forward pass", "", {}, 0.0),
        ("vᵀFv, forward pass kept", short["vᵀFv, forward pass kept"] / short["forward"], "a forward pass", "", {}, 0.0),
        ("Fv", short["Fv"] / short["forward"], "a forward pass", "", {}, 0.0),
        ("mean gradient", short["mean gradient"] / short["forward"], "a forward pass", "", {}, 0.0),
    ]  # fmt: skip
    times = long | short
    lines = [HEAD.format(python=platform.python_version(), numpy=np.__version__, loss=MODEL.mean_loss(x, y, theta))]
    for name, ratio, limit, bar, peers, ours in rows:
        beside = "; ".join(f"{p} {times[p] / ours:.1f} ({differences[p]:.0e})" for p in peers)
        lines.append(f"| {name} | {ratio:.2f} of {limit} | {bar} | {beside} |\n")
    lines.append(
        f"\nA sampled matrix brings its standard error, entry by entry. vᵀFv took {1e3 * short['vᵀFv']:.2f} ms here (bar: 1 ms), "
    )
    lines.append(f"{1e3 * short['vᵀFv, forward pass kept']:.2f} ms with the forward pass kept.\n")
    print("".join(lines))
    (Path(__file__).parent / "MLP.md").write_text("".join(lines), encoding="utf-8")


def _differences(peers: Contenders, ours: np.ndarray) -> dict[str, float]:
    return {name: float(np.abs(call() - ours).max() / np.abs(ours).max()) for name, call in peers.items()}


def _peers(x: np.ndarray, y: np.ndarray, theta: np.ndarray) -> tuple[Contenders, Contenders]:
    """The exact diagonal and matrix by other libraries, brought to our order of parameters."""
    short: Contenders = {}
    full: Contenders = {}
    with contextlib.suppress(ImportError):
        import torch

        torch.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
        layers = MODEL.unflatten(theta)

        def network():
            made = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10))
            with torch.no_grad():
                for module, layer in zip((made[0], made[2]), layers, strict=True):
                    module.weight.copy_(torch.tensor(layer.weights))
                    module.bias.copy_(torch.tensor(layer.biases))
            return made

        xt, yt = torch.tensor(x), torch.tensor(y)
        # Theirs run weights first, then biases, layer by layer: where each of our parameters is among them.
        numbers = iter(range(MODEL.size))
        order = MODEL.flatten([
            (np.array([next(numbers) for _ in range(w.size)]).reshape(w.shape), np.array([next(numbers) for _ in range(b.size)]))
            for w, b in layers
        ]).astype(int)  # fmt: skip
        with contextlib.suppress(ImportError):
            from backpack import backpack, extend
            from backpack.extensions import DiagGGNExact, SqrtGGNExact

            net, loss = extend(network()), extend(torch.nn.CrossEntropyLoss())

            def backpack_diagonal():
                net.zero_grad()
                with backpack(DiagGGNExact()):
                    loss(net(xt), yt).backward()
                return np.concatenate([p.diag_ggn_exact.reshape(-1).numpy() for p in net.parameters()])[order]

            def backpack_full():
                net.zero_grad()
                with backpack(SqrtGGNExact()):
                    loss(net(xt), yt).backward()
                v = torch.cat([p.sqrt_ggn_exact.reshape(10 * len(x), -1) for p in net.parameters()], dim=1)
                return (v.T @ v).numpy()[np.ix_(order, order)]

            short["BackPACK DiagGGNExact"], full["BackPACK SqrtGGNExact"] = backpack_diagonal, backpack_full
        with contextlib.suppress(ImportError):
            from nngeometry.metrics import FIM
            from nngeometry.object import PMatDense, PMatDiag
            from torch.utils.data import DataLoader, TensorDataset

            plain = network()

            def nngeometry(kind):
                loader = DataLoader(TensorDataset(xt, yt), batch_size=len(x))
                return FIM(plain, loader, kind, variant="classif_logits")

            short["nngeometry PMatDiag"] = lambda: nngeometry(PMatDiag).get_diag().detach().numpy()[order]
            full["nngeometry PMatDense"] = lambda: (
                nngeometry(PMatDense).to_torch().detach().numpy()[np.ix_(order, order)]
            )
        with contextlib.suppress(ImportError):
            from asdl import FISHER_EXACT, SHAPE_DIAG, SHAPE_FULL, FisherConfig, get_fisher_maker

            net_3 = network()
            linear = [net_3[0], net_3[2]]

            def asdl(shape):
                config = FisherConfig(FISHER_EXACT, [shape], loss_type="cross_entropy", data_size=len(x))
                maker = get_fisher_maker(net_3, config)
                maker.setup_model_call(net_3, xt)
                maker.forward_and_backward()

            def asdl_diagonal():
                asdl(SHAPE_DIAG)
                parts = [p for m in linear for p in (m.fisher.diag.weight, m.fisher.diag.bias)]
                return torch.cat([p.reshape(-1) for p in parts]).numpy()[order]

            def asdl_full():
                asdl(SHAPE_FULL)
                return net_3.fisher.data.numpy()[np.ix_(order, order)]

            short["ASDL diag"], full["ASDL full"] = asdl_diagonal, asdl_full
    return short, full


if __name__ == "__main__":
    main()
