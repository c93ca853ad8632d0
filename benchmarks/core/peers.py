"""Scales and digits: what well-known libraries return, beside fisher_core and beside brute force.  Writes PEERS.md.

Every number is computed here, by the library itself where it is installed.  Rows marked *formula* are rules found in
public code, written out anew as one line of numpy; none of that code is copied.  Most of what looks wrong is a convention
that its documentation states; it is listed because scales are where this subject is misread.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import mpmath
import numpy as np
from scipy import special as sc

from fisher_core import FAMILIES, information
from fisher_core.models import LinearRegression, LogisticRegression, SoftmaxRegression
from fisher_core.numerics import special

from . import contenders
from .contenders import _if_installed, _linear, _torch

N, D = 64, 3
HERE = Path(__file__).parent
HEAD = """# fisher_core beside its peers: scales and digits

Written by `benchmarks/core/run peers`. Python {python}, {versions}.

These libraries are good at what they are for, and most rows are documented conventions. They are collected here because
one convention, per observation and without a reduction flag, is what fisher_core offers instead.
"""


def write() -> None:
    lines = [HEAD.format(versions=contenders.versions(), python=platform.python_version())]
    for section in (scales, logistic_digits, softmax_digits, kl_digits):
        print(f"{section.__name__} …", flush=True)
        lines += [*section(), ""]
    (HERE / "PEERS.md").write_text("\n".join(lines), encoding="utf-8")


# --- scales ----------------------------------------------------------------------------------------------------------


def scales() -> Iterator[str]:
    rng = np.random.default_rng(0)
    x, theta = rng.normal(size=(N, D)), rng.normal(size=D)
    logistic, linear = LogisticRegression(), LinearRegression()
    y, target = logistic.sample(x, theta, rng), linear.sample(x, theta, rng)
    g, h = brute_force_scores(x, y, theta), brute_force_scores(x, target, theta, linear=True)
    right = {"empirical": g.T @ g / N, "linear exact": x.T @ x / N, "linear empirical": h.T @ h / N}
    p = 1 / (1 + np.exp(-x @ theta))
    right["exact"] = (
        sum(q * np.outer(s, s) for i in range(N) for q, s in ((p[i], (1 - p[i]) * x[i]), (1 - p[i], -p[i] * x[i]))) / N
    )
    ours = {
        "exact": information.exact(logistic, x, theta),
        "empirical": information.empirical(logistic, (x, y), theta).value,
        "linear exact": information.exact(linear, x, theta),
        "linear empirical": information.empirical(linear, (x, target), theta).value,
    }
    yield "## Scales\n"
    yield f"Ratio of what is returned to the right value per observation, from the scores of {N} observations one by one;"
    yield "ratios of traces. *fisher_core* in the same units is in the last column.\n"
    yield "| where | ratio | note | fisher_core |"
    yield "|---|---:|---|---:|"
    for kind, where, value, note in [*library_scales(x, y, target, theta), *formula_scales(g)]:
        trace = np.trace(np.atleast_2d(value)) if np.ndim(value) == 2 else np.sum(value)
        mine = np.trace(ours[kind]) / np.trace(right[kind])
        yield f"| {where} | {trace / np.trace(right[kind]):.4g} | {note} | {mine:.6g} |"


def brute_force_scores(x: np.ndarray, y: np.ndarray, theta: np.ndarray, linear: bool = False) -> np.ndarray:
    """∇ log p(y_i | x_i, θ), one row at a time, as the textbook says."""
    rows = []
    for row, label in zip(x, y, strict=True):
        z = sum(a * b for a, b in zip(row, theta, strict=True))
        rows.append((label - (z if linear else 1 / (1 + np.exp(-z)))) * row)
    return np.array(rows)


def library_scales(x, y, target, theta) -> Iterator[tuple[str, str, np.ndarray, str]]:
    with _if_installed():
        from statsmodels.api import GLM, families

        glm = GLM(y, x, family=families.Binomial()).information(theta)
        lowest = ", ".join(f"{v:.3g}" for v in np.linalg.eigvalsh(glm))
        note = f"returns the Hessian of the log-likelihood: negative definite (eigenvalues {lowest}), a sum over n"
        yield "exact", "statsmodels `GLM.information` / n", glm / N, note
    with _if_installed():
        torch = _torch()
        xt, yt, tt = (torch.tensor(a) for a in (x, y[:, None], target[:, None]))
        with _if_installed():
            from backpack import backpack, extend
            from backpack.extensions import SumGradSquared

            for reduction, note in (
                ("mean", "gradients are those of the mean loss, already divided by n; documented"),
                ("sum", "the sum over observations"),
            ):
                network, loss = extend(_linear(theta[None])), extend(torch.nn.BCEWithLogitsLoss(reduction=reduction))
                with backpack(SumGradSquared()):
                    loss(network(xt), yt).backward()
                value = network.weight.sum_grad_squared.numpy().ravel()
                yield "empirical", f"BackPACK `SumGradSquared`, reduction `{reduction}`, n = {N}", value, note
        with _if_installed():
            from curvlinops import EFLinearOperator, GGNLinearOperator

            for reduction, factor in (("sum", 1 / N), ("mean", 1.0)):
                for kind, operator in (("linear exact", GGNLinearOperator), ("linear empirical", EFLinearOperator)):
                    network, loss = _linear(theta[None]), torch.nn.MSELoss(reduction=reduction)
                    made = operator(network, loss, list(network.parameters()), [(xt, tt)], check_deterministic=False)
                    value = factor * (made @ torch.eye(D)).detach().numpy()
                    over = " / n" if reduction == "sum" else ""
                    note = "torch's squared error has no ½: its curvature is 2, its squared gradient 4"
                    yield kind, f"curvlinops `{operator.__name__}`, MSELoss `{reduction}`{over}", value, note


def formula_scales(g: np.ndarray) -> Iterator[tuple[str, str, np.ndarray, str]]:
    for size in (1, 8, 32, N):
        value = (g.reshape(-1, size, D).mean(axis=1) ** 2).mean(axis=0)
        note = "mean over batches of (mean gradient)²: squares must be taken before the mean"
        yield "empirical", f"*formula* common in EWC code, batch {size} of {N}", value, note
    yield (
        "empirical",
        f"*formula* Σ g²/(n − 1), n = {N}",
        (g**2).sum(axis=0) / (N - 1),
        "divided by the last index from 0",
    )
    for draws in (4, 10):
        value = np.repeat(g / draws, draws, axis=0)
        note = "S copies of a loss divided by S: 1/S² summed S times"
        yield "empirical", f"*formula* Σ_s (∇ loss/S)², S = {draws}", (value**2).sum(axis=0) / N, note


# --- digits ----------------------------------------------------------------------------------------------------------


def relative(value: float, truth: mpmath.mpf) -> str:
    error = abs(mpmath.mpf(float(value)) / truth - 1)
    return "0" if error < 5e-17 else mpmath.nstr(error, 1, min_fixed=1, max_fixed=0)


def logistic_digits() -> Iterator[str]:
    logits = (5.0, 20.0, 36.0, 40.0, 100.0, 700.0)
    yield "## Logistic Fisher matrix where the model is sure\n"
    yield "Relative error at one observation with logit z; truth by mpmath with enough digits. A trained network lives here.\n"
    yield "| | " + " | ".join(f"z = {z:g}" for z in logits) + " |"
    yield "|---|" + "---:|" * len(logits)
    columns = []
    for z in logits:
        with mpmath.workdps(700):
            p = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
            truth = p * (1 - p)
        made = contenders.logistic_fisher(np.array([[1.0]]), np.array([1.0]), np.array([z]))
        with np.errstate(all="ignore"):
            columns.append({name: relative(np.asarray(call())[0, 0], truth) for name, call in made.items()})
    for name in columns[0]:
        yield f"| {name} | " + " | ".join(column[name] for column in columns) + " |"


def softmax_digits() -> Iterator[str]:
    leads = (5.0, 20.0, 40.0, 100.0, 350.0)
    yield "## Softmax: F₀₀ with the top of three logits ahead\n"
    yield "| | " + " | ".join(f"by {lead:g}" for lead in leads) + " |"
    yield "|---|" + "---:|" * len(leads)
    columns = []
    for lead in leads:
        z = np.array([[lead, 0.0, -1.0]])
        with mpmath.workdps(700):
            e = [mpmath.exp(mpmath.mpf(v)) for v in z[0]]
            truth = e[0] / sum(e) * (1 - e[0] / sum(e))
        made = contenders.softmax_fisher(np.ones((3, 1)), np.arange(3), z)
        made = {k: v for k, v in made.items() if "k−1" not in k}  # its first class is the reference
        made["fisher_core fisher_diagonal"] = lambda z=z: SoftmaxRegression(3).fisher_diagonal([[1.0]], z)[None]
        with np.errstate(all="ignore"):
            columns.append({name: relative(np.asarray(call())[0, 0], truth) for name, call in made.items()})
    for name in columns[0]:
        yield f"| {name} | " + " | ".join(column[name] for column in columns) + " |"


def kl_digits() -> Iterator[str]:
    steps = (1e-1, 1e-2, 1e-4, 1e-6, 1e-8)
    yield "## KL divergence of neighbours\n"
    yield "Relative error of KL(θ‖θ + δ), the same step δ in every parameter; truth by mpmath with 80 digits at the float64"
    yield "end points. 1 means that no digit is right, more that the sign may be wrong too.\n"
    yield "| | " + " | ".join(f"δ = {s:g}" for s in steps) + " |"
    yield "|---|" + "---:|" * len(steps)
    for key, theta in (
        ("normal", (0.3, 1.5)),
        ("gamma", (2.0, 3.0)),
        ("beta", (2.0, 3.0)),
        ("bernoulli", (0.3,)),
        ("exponential", (4.0,)),
    ):
        columns = []
        for step in steps:
            p, q = np.array(theta), np.array(theta) + step
            with mpmath.workdps(80):
                truth = exact_kl(key, [mpmath.mpf(v) for v in p], [mpmath.mpf(v) for v in q])
            found = {
                "fisher_core": FAMILIES[key].kl(p, q),
                "*formula* of the textbook, numpy and scipy": textbook_kl(key, p, q),
            }
            with _if_installed():
                found["torch.distributions"] = torch_kl(key, p, q)
            columns.append({name: relative(value, truth) for name, value in found.items()})
        for name in columns[0]:
            yield f"| {key}: {name} | " + " | ".join(column[name] for column in columns) + " |"
    yield ""
    d = np.float32(1e-3) * np.array([1, 0.5, 0.1, -0.3], dtype=np.float32)
    naive, ours = np.exp(d) - d - np.float32(1), special.exp_excess(d.astype(float))
    yield "The integrand e^d − d − 1 of the Monte Carlo estimator known as k3 cancels in the same way. In float32:\n"
    yield "| d | " + " | ".join(f"{v:.1e}" for v in d) + " |"
    yield "|---|" + "---:|" * len(d)
    yield "| *formula* `exp(d) - d - 1` | " + " | ".join(f"{v:.1e}" for v in naive) + " |"
    yield "| fisher_core `special.exp_excess`, right | " + " | ".join(f"{v:.1e}" for v in ours) + " |"


def textbook_kl(key: str, p, q) -> float:
    """The closed form as books print it."""
    return float(_closed_kl(key, p, q, np.log, sc.gammaln, sc.digamma))


def exact_kl(key: str, p, q) -> mpmath.mpf:
    return _closed_kl(key, p, q, mpmath.log, mpmath.loggamma, mpmath.digamma)


def _closed_kl(key, p, q, log, log_gamma, digamma):
    if key == "normal":
        (m, s), (n, t) = p, q
        return log(t / s) + (s**2 + (m - n) ** 2) / (2 * t**2) - type(s)(1) / 2
    if key == "gamma":
        (a, b), (c, e) = p, q
        return (a - c) * digamma(a) - log_gamma(a) + log_gamma(c) + c * (log(b) - log(e)) + a * (e - b) / b
    if key == "beta":
        (a, b), (c, e) = p, q
        log_beta = lambda u, v: log_gamma(u) + log_gamma(v) - log_gamma(u + v)  # noqa: E731
        mean = (a - c) * digamma(a) + (b - e) * digamma(b) + (c - a + e - b) * digamma(a + b)
        return log_beta(c, e) - log_beta(a, b) + mean
    if key == "bernoulli":
        (a,), (c,) = p, q
        return a * log(a / c) + (1 - a) * log((1 - a) / (1 - c))
    (a,), (c,) = p, q
    return log(a / c) + c / a - 1


def torch_kl(key: str, p, q) -> float:
    torch = _torch()
    made = {
        "normal": "Normal",
        "gamma": "Gamma",
        "beta": "Beta",
        "bernoulli": "Bernoulli",
        "exponential": "Exponential",
    }
    family = getattr(torch.distributions, made[key])
    pair = [family(*(torch.tensor(v) for v in theta)) for theta in (p.tolist(), q.tolist())]
    return float(torch.distributions.kl_divergence(*pair))
