"""The same matrix by each library a reader might use instead, as its documentation tells, from data already in its type.

Every function returns {name: callable}, each callable giving the matrix per observation in float64.  Setting up models
and compiling are not timed.  A library that does not import is left out.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
from collections.abc import Callable, Iterator

import numpy as np

from fisher_core import information
from fisher_core.estimate import Estimate
from fisher_core.models import LogisticRegression, SoftmaxRegression
from fisher_core.numerics import grams

Array = np.ndarray
Contenders = dict[str, Callable[[], Array]]
UNCHECKED = "fisher_core, nothing checked: grams.blocked"
PREPARED = "statsmodels, model made and data checked before:"
PACKAGES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "statsmodels": "statsmodels",
    "scikit-learn": "scikit-learn",
    "jax": "jax",
    "torch": "torch",
    "nngeometry": "nngeometry",
    "BackPACK": "backpack-for-pytorch",
    "ASDL": "asdfghjkl",
    "curvlinops": "curvlinops-for-pytorch",
}


def versions() -> str:
    found = []
    for name, package in PACKAGES.items():
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(package)}")
    return ", ".join(found)


def logistic_fisher(x: Array, y: Array, theta: Array) -> Contenders:
    n = len(x)
    model, found = LogisticRegression(), {}
    found["fisher_core"] = lambda: model.fisher(x, theta)
    found[UNCHECKED] = lambda: grams.blocked(x, lambda block, rows: model.weight(block.dot(theta)), over=n)
    found["numpy: (Xᵀw)X, w = p(1−p)"] = lambda: _textbook_logistic(x, theta)
    with _if_installed():
        from statsmodels.api import GLM, Logit, families

        logit, glm = Logit(y, x), GLM(y, x, family=families.Binomial())
        found["statsmodels Logit(y, x).hessian"] = lambda: -Logit(y, x).hessian(theta) / n
        found[f"{PREPARED} Logit.hessian"] = lambda: -logit.hessian(theta) / n
        found[f"{PREPARED} GLM.information"] = lambda: -glm.information(theta) / n
    with _if_installed():
        from sklearn._loss import HalfBinomialLoss
        from sklearn.linear_model._linear_loss import LinearModelLoss

        loss = LinearModelLoss(base_loss=HalfBinomialLoss(), fit_intercept=False)
        found["scikit-learn gradient_hessian"] = lambda: loss.gradient_hessian(theta, x, y)[1]
    with _if_installed():
        jax = _jax()

        def mean_loss(t):
            z = x @ t
            return (jax.nn.softplus(z) - y * z).mean()

        compiled = jax.jit(jax.hessian(mean_loss))
        found["jax jit(hessian)"] = lambda: np.asarray(compiled(theta).block_until_ready())
    with _if_installed():
        torch = _torch()
        from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

        xt, yt, tt = (torch.tensor(a) for a in (x, y, theta))
        hessian = torch.func.hessian(lambda t: cross_entropy(xt @ t, yt))
        found["torch.func.hessian"] = lambda: hessian(tt).numpy()
        network, loss_1, column = _linear(theta[None]), torch.nn.BCEWithLogitsLoss(), yt[:, None]
        found |= _backpack(network, torch.nn.BCEWithLogitsLoss(), xt, column)
        found |= _nngeometry(_linear(theta[None]), "classif_binary_logits", xt, yt.long())
        found |= _curvlinops(_linear(theta[None]), loss_1, xt, column)
    return found


def softmax_fisher(x: Array, y: Array, w: Array) -> Contenders:
    """Networks keep a class's weights together (k, d): their matrices are put into our order, W (d, k), untimed."""
    n, d = x.shape
    k = w.shape[1]
    model, found = SoftmaxRegression(k), {}
    found["fisher_core"] = lambda: model.fisher(x, w.ravel())
    found["numpy: class loop of n·k rows, syrk"] = lambda: _class_loop(x, w)
    with _if_installed():
        from statsmodels.api import MNLogit

        # the first class is its reference: (k−1)d parameters, a class's together
        logit = MNLogit(y, x)
        relative = (w - w[:, :1])[:, 1:]
        found["statsmodels MNLogit(y, x).hessian (k−1 classes)"] = lambda: (
            -MNLogit(y, x).hessian(relative.ravel("F")) / n
        )
        found[f"{PREPARED} MNLogit.hessian (k−1 classes)"] = lambda: -logit.hessian(relative.ravel("F")) / n
    with _if_installed():
        from sklearn._loss import HalfMultinomialLoss
        from sklearn.linear_model._linear_loss import LinearModelLoss

        loss = LinearModelLoss(base_loss=HalfMultinomialLoss(n_classes=k), fit_intercept=False)
        # its hessian is that of the (k, d) coefficients raveled in F order, which is (d, k) in C order
        found["scikit-learn gradient_hessian"] = lambda: loss.gradient_hessian(
            np.asfortranarray(w.T), x, y.astype(float)
        )[1]
    with _if_installed():
        jax = _jax()
        labels = jax.nn.one_hot(y, k)

        def mean_loss(t):
            return -(jax.nn.log_softmax(x @ t.reshape(d, k)) * labels).sum() / n

        compiled = jax.jit(jax.hessian(mean_loss))
        found["jax jit(hessian)"] = lambda: np.asarray(compiled(w.ravel()).block_until_ready())
    with _if_installed():
        torch = _torch()
        xt, yt, wt = torch.tensor(x), torch.tensor(y), torch.tensor(w.ravel())
        hessian = torch.func.hessian(lambda t: torch.nn.functional.cross_entropy(xt @ t.reshape(d, k), yt))
        found["torch.func.hessian"] = lambda: hessian(wt).numpy()
        found |= _backpack(_linear(w.T), torch.nn.CrossEntropyLoss(), xt, yt)
        found |= _nngeometry(_linear(w.T), "classif_logits", xt, yt)
        found |= _curvlinops(_linear(w.T), torch.nn.CrossEntropyLoss(), xt, yt)
    return found


def logistic_empirical(x: Array, y: Array, theta: Array) -> Contenders:
    n, d = x.shape
    model, found = LogisticRegression(), {}
    found["fisher_core model.empirical_fisher"] = lambda: model.empirical_fisher(x, y, theta)
    found["fisher_core information.empirical, with standard errors"] = lambda: (
        information.empirical(model, (x, y), theta).value
    )
    with _if_installed():
        from statsmodels.api import Logit

        logit = Logit(y, x)

        def outer_product():
            g = logit.score_obs(theta)
            return g.T @ g / n

        found[f"{PREPARED} score_obs, GᵀG"] = outer_product
    with _if_installed():
        jax = _jax()
        gradient = jax.vmap(jax.grad(lambda t, row, label: jax.nn.softplus(row @ t) - label * (row @ t)), (None, 0, 0))

        def gram(t):
            g = gradient(t, x, y)
            return g.T @ g / n

        compiled = jax.jit(gram)
        found["jax jit(vmap(grad))"] = lambda: np.asarray(compiled(theta).block_until_ready())
    with _if_installed():
        torch = _torch()
        from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

        xt, yt, tt = (torch.tensor(a) for a in (x, y, theta))
        each = torch.func.vmap(torch.func.grad(lambda t, row, label: cross_entropy(row @ t, label)), (None, 0, 0))

        def torch_gram():
            g = each(tt, xt, yt)
            return (g.T @ g / n).numpy()

        found["torch.func vmap(grad)"] = torch_gram
        with _if_installed():
            from backpack import backpack, extend
            from backpack.extensions import BatchGrad

            network, loss = extend(_linear(theta[None])), extend(torch.nn.BCEWithLogitsLoss(reduction="sum"))

            def batch_grad():
                network.zero_grad()
                value = loss(network(xt), yt[:, None])
                with backpack(BatchGrad()):
                    value.backward()
                g = network.weight.grad_batch.reshape(n, d)
                return (g.T @ g / n).numpy()

            found["BackPACK BatchGrad, GᵀG"] = batch_grad
        with _if_installed():
            from curvlinops import EFLinearOperator

            linear, bce = _linear(theta[None]), torch.nn.BCEWithLogitsLoss()

            def curvlinops_ef():
                operator = EFLinearOperator(
                    linear, bce, list(linear.parameters()), [(xt, yt[:, None])], check_deterministic=False
                )
                return (operator @ torch.eye(d)).detach().numpy()

            found["curvlinops EF @ eye"] = curvlinops_ef
    return found


def _with_errors(estimate: Estimate) -> Array:
    assert np.isfinite(estimate.standard_error).all()
    return estimate.value


def logistic_monte_carlo(x: Array, theta: Array, draws: int) -> Contenders:
    n, d = x.shape
    model, rng = LogisticRegression(), np.random.default_rng(0)
    found = {
        "fisher_core": lambda: model.monte_carlo_fisher(x, theta, rng, draws).value,
        "fisher_core, standard errors read": lambda: _with_errors(model.monte_carlo_fisher(x, theta, rng, draws)),
    }

    def looped():
        total = np.zeros((d, d))
        for _ in range(draws):
            g = model.score(x, model.sample(x, theta, rng), theta)
            total += g.T @ g
        return total / (n * draws)

    found["numpy: GᵀG per draw"] = looped
    with _if_installed():
        torch = _torch()
        from backpack import backpack, extend
        from backpack.extensions import SqrtGGNMC

        two = np.stack([np.zeros(d), theta])
        xt, labels = torch.tensor(x), torch.zeros(n, dtype=torch.long)
        network, loss = extend(_linear(two)), extend(torch.nn.CrossEntropyLoss())

        def sqrt_ggn_mc():
            network.zero_grad()
            value = loss(network(xt), labels)
            with backpack(SqrtGGNMC(mc_samples=draws)):
                value.backward()
            v = network.weight.sqrt_ggn_mc[:, :, 1].reshape(-1, d)
            return (v.T @ v).detach().numpy()

        found["BackPACK SqrtGGNMC"] = sqrt_ggn_mc
    with _if_installed():
        from nngeometry.metrics import FIM_MonteCarlo
        from nngeometry.object import PMatDense
        from torch.utils.data import DataLoader, TensorDataset

        linear = _linear(np.stack([np.zeros(d), theta]))

        def fim_monte_carlo():
            loader = DataLoader(TensorDataset(xt, labels), batch_size=n)
            return FIM_MonteCarlo(linear, loader, PMatDense, trials=draws).to_torch().detach().numpy()[d:, d:]

        found["nngeometry FIM_MonteCarlo"] = fim_monte_carlo
    with _if_installed():
        from curvlinops import FisherMCLinearOperator

        pair = _linear(np.stack([np.zeros(d), theta]))
        half = torch.zeros(2 * d, d)
        half[d:] = torch.eye(d)  # the class that has weights

        def curvlinops_mc():
            parameters, loss = list(pair.parameters()), torch.nn.CrossEntropyLoss()
            operator = FisherMCLinearOperator(
                pair, loss, parameters, [(xt, labels)], check_deterministic=False, mc_samples=draws
            )
            return (operator @ half)[d:].detach().numpy()

        found["curvlinops FisherMC @ half of eye"] = curvlinops_mc
    return found


# --- how each network library is asked -------------------------------------------------------------------------------


def _backpack(network, loss, x, y) -> Contenders:
    with _if_installed():
        from backpack import backpack, extend
        from backpack.extensions import SqrtGGNExact

        network, loss = extend(network), extend(loss)

        def fisher():
            network.zero_grad()
            value = loss(network(x), y)
            with backpack(SqrtGGNExact()):
                value.backward()
            v = network.weight.sqrt_ggn_exact.reshape(-1, network.weight.numel())
            return (v.T @ v).detach().numpy()

        return {"BackPACK SqrtGGNExact": fisher}
    return {}


def _nngeometry(network, variant: str, x, y) -> Contenders:
    with _if_installed():
        from nngeometry.metrics import FIM
        from nngeometry.object import PMatDense
        from torch.utils.data import DataLoader, TensorDataset

        def fisher():
            loader = DataLoader(TensorDataset(x, y), batch_size=len(x))
            return FIM(network, loader, PMatDense, variant=variant).to_torch().detach().numpy()

        return {"nngeometry FIM": fisher}
    return {}


def _curvlinops(network, loss, x, y) -> Contenders:
    with _if_installed():
        import torch
        from curvlinops import GGNLinearOperator

        def fisher():
            parameters = list(network.parameters())
            operator = GGNLinearOperator(network, loss, parameters, [(x, y)], check_deterministic=False)
            return (operator @ torch.eye(parameters[0].numel())).detach().numpy()

        return {"curvlinops GGN @ eye": fisher}
    return {}


def _linear(weight: Array):
    import torch

    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
    return layer


def _jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


def _torch():
    import torch

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    return torch


@contextlib.contextmanager
def _if_installed() -> Iterator[None]:
    try:
        yield
    except ImportError as missing:
        print(f"left out: {missing}")


# --- the textbook, for comparison ------------------------------------------------------------------------------------


def _textbook_logistic(x: Array, theta: Array) -> Array:
    p = 1 / (1 + np.exp(-x @ theta))
    return (x.T * (p * (1 - p))) @ x / len(x)


def _class_loop(x: Array, w: Array) -> Array:
    """Σ_c π_c s_c s_cᵀ with all scores (n, dk) of one class at a time."""
    n, d = x.shape
    k = w.shape[1]
    z = np.exp(x @ w)
    p = z / z.sum(axis=1, keepdims=True)
    total = np.zeros((d * k, d * k))
    for c in range(k):
        residual = (np.arange(k) == c) - p
        g = (x[:, :, None] * (np.sqrt(p[:, c])[:, None] * residual)[:, None, :]).reshape(n, d * k)
        total += g.T @ g
    return total / n
