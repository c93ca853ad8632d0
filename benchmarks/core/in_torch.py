"""The digits recipe in plain PyTorch: torch.nn, autograd and torch.optim, nothing of fisher_core.

Written from the definitions and slowly on purpose: a Fisher diagonal is one backward pass per row and label, squared; a
penalty is an expression that autograd differentiates. :mod:`benchmarks.core.reference` runs it beside fisher_core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, jvp

torch.set_num_threads(1)
Penalty = Callable[[nn.Module], Tensor]
State = dict[str, Tensor]


def network(sizes: tuple[int, ...], layers, dtype: torch.dtype = torch.float64) -> nn.Sequential:
    """Linear layers with relu between, started at ``layers``: pairs of weights (units, inputs) and biases (units,)."""
    modules: list[nn.Module] = []
    for (m, h), (weights, biases) in zip(pairwise(sizes), layers, strict=True):
        linear = nn.Linear(m, h, dtype=dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.array(weights)))
            linear.bias.copy_(torch.from_numpy(np.array(biases)))
        modules += [linear, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def flat(named: dict[str, Tensor]) -> np.ndarray:
    """Tensors shaped like a network's parameters in fisher_core's order: a unit's weights, then its bias."""
    rows = [
        torch.cat([named[f"{k}.weight"], named[f"{k}.bias"][:, None]], dim=1).reshape(-1)
        for k in range(0, len(named), 2)
    ]
    return torch.cat(rows).detach().numpy().copy()


def state(net: nn.Module) -> State:
    """The parameters as they are now, copied."""
    return {name: p.detach().clone() for name, p in net.named_parameters()}


def accuracy(net: nn.Module, x: np.ndarray, y: np.ndarray) -> float:
    """The share of rows whose largest logit is that of y."""
    with torch.no_grad():
        return (net(torch.from_numpy(x)).argmax(dim=1) == torch.from_numpy(y)).double().mean().item()


# --- Fisher matrices --------------------------------------------------------------------------------------------------


def squared_scores(net: nn.Module, x: np.ndarray, weights: Tensor) -> State:
    """(1/n) Σ_i Σ_y w_iy (∇ log p(y | x_i))²: a backward pass for every row and label whose weight is not zero."""
    named = dict(net.named_parameters())
    parameters = list(named.values())
    total = [torch.zeros_like(p) for p in parameters]
    for row, row_weights in zip(torch.from_numpy(x), weights, strict=True):
        log_p = torch.log_softmax(net(row[None])[0], dim=0)
        for y in row_weights.nonzero()[:, 0]:
            score = torch.autograd.grad(log_p[y], parameters, retain_graph=True)
            for t, s in zip(total, score, strict=True):
                t += row_weights[y] * s**2
    return {name: t / len(x) for name, t in zip(named, total, strict=True)}


def exact_diagonal(net: nn.Module, x: np.ndarray) -> State:
    """Every label in turn, weighted by its probability."""
    with torch.no_grad():
        p = torch.softmax(net(torch.from_numpy(x)), dim=1)
    return squared_scores(net, x, p)


def diagonal_at(net: nn.Module, x: np.ndarray, y: np.ndarray) -> State:
    """One given label per row."""
    classes = net(torch.from_numpy(x[:1])).shape[1]
    return squared_scores(net, x, nn.functional.one_hot(torch.from_numpy(np.asarray(y)), classes))


def sampled_labels(net: nn.Module, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One label per row from the model: the first class whose cumulated probability exceeds a uniform number."""
    with torch.no_grad():
        below = torch.softmax(net(torch.from_numpy(x)), dim=1).double().cumsum(dim=1)
    uniform = torch.from_numpy(rng.random((len(x), 1)))
    return torch.searchsorted(below, uniform, right=True)[:, 0].clamp(max=below.shape[1] - 1).numpy()


# --- penalties --------------------------------------------------------------------------------------------------------


def diagonal_penalty(stiffness: State, anchor: State, strength: float) -> Penalty:
    """(λ/2) Σ S_k (θ_k − a_k)²."""

    def penalty(net: nn.Module) -> Tensor:
        terms = [(stiffness[name] * (p - anchor[name]) ** 2).sum() for name, p in net.named_parameters()]
        return strength / 2 * torch.stack(terms).sum()

    return penalty


def full_penalty(net: nn.Module, x: np.ndarray, strength: float) -> Penalty:
    """(λ/2) dᵀFd, d = θ − a with the whole Fisher matrix at a = θ now.

    dᵀFd is the mean over rows of the variance, under the network's own labels at a, of the change Jd of the logits:
    J by forward mode at a, the rest an expression. No Fisher matrix and no product with one is formed.
    """
    anchor, inputs = state(net), torch.from_numpy(x)
    with torch.no_grad():
        p = torch.softmax(net(inputs), dim=1)

    def penalty(net: nn.Module) -> Tensor:
        d = {name: q - anchor[name] for name, q in net.named_parameters()}
        _, change = jvp(lambda at: functional_call(net, at, (inputs,)), (anchor,), (d,))
        mean = (p * change).sum(dim=1, keepdim=True)
        return strength / 2 * (p * (change - mean) ** 2).sum(dim=1).mean()

    return penalty


def penalty_gradient(net: nn.Module, penalty: Penalty) -> State:
    """∇_θ of the penalty alone."""
    named = dict(net.named_parameters())
    return dict(zip(named, torch.autograd.grad(penalty(net), list(named.values())), strict=True))


# --- training ---------------------------------------------------------------------------------------------------------


def steps(
    net: nn.Module,
    x: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
    epochs: int,
    optimiser: torch.optim.Optimizer,
    penalty: Penalty | None = None,
    batch: int = 100,
) -> Iterator[tuple[float, float]]:
    """Train, giving (loss of the batch, penalty) with the gradient of their sum in place, *before* every step."""
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(epochs):
        for rows in torch.from_numpy(rng.permutation(len(x))).split(batch):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(net(inputs[rows]), labels[rows])
            held = penalty(net) if penalty else torch.zeros(())
            (loss + held).backward()
            yield loss.item(), held.item()
            optimiser.step()
