"""The networks of fisher_core.continual beside the same in PyTorch, step by step; `benchmarks/core/run reference`."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed here: benchmarks/core/run reference makes an environment that has it"
)

from benchmarks.core import in_torch, reference  # noqa: E402
from fisher_core.continual.networks import digits_pair  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")  # torch's own, on first use of jvp
METHODS, OPTIMISERS, TOLERANCE = reference.METHODS, reference.OPTIMISERS, reference.TOLERANCE


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", OPTIMISERS)
def test_every_step_of_both_tasks(rule, method):
    """108 steps of A, 108 of B: θ, loss, gradient, penalty, its gradient, what holds θ, and accuracies on both tasks."""
    mine, their = OPTIMISERS[rule]
    one, other = reference.ours(0, METHODS[method], mine), reference.theirs(0, METHODS[method], their)
    assert len(one.moments) == len(other.moments) == 216
    found = reference.differences(one, other)
    assert found.pop("accuracy") == 0.0
    assert found.pop("labels", 0.0) == 0.0, "the sampled labels"
    assert ("stiffness" in found) == (METHODS[method].kind == "ewc_diagonal")
    for name, value in found.items():
        assert value < TOLERANCE, name
    if method != "none":
        assert one.moments[-1].penalty > 0.05, "a penalty that does nothing proves nothing"


@pytest.mark.parametrize("seed", [3, 4])
def test_fisher_diagonals_entry_by_entry(seed):
    """Exact, at the true labels and at given ones, each entry relative to itself and not to the largest."""
    pair = digits_pair(seed)
    model, x, y = pair.model, pair.a.x[:400], pair.a.y[:400]
    theta = pair.start + 0.1 * np.random.default_rng(seed).normal(size=model.size)
    net, labels = (
        in_torch.network(model.sizes, model.unflatten(theta)),
        model.sample(x, theta, np.random.default_rng(9)),
    )
    for ours, theirs in (
        (model.fisher_diagonal(x, theta), in_torch.exact_diagonal(net, x)),
        (model.empirical_fisher_diagonal(x, y, theta), in_torch.diagonal_at(net, x, y)),
        (model.empirical_fisher_diagonal(x, labels, theta), in_torch.diagonal_at(net, x, labels)),
    ):
        np.testing.assert_allclose(ours, in_torch.flat(theirs), rtol=1e-11, atol=1e-300)
    assert np.array_equal(in_torch.sampled_labels(net, x, np.random.default_rng(9)), labels)


@pytest.mark.parametrize("method", METHODS)
def test_the_ends_of_the_recipe(method):
    """40 epochs each, five seeds: the same accuracies; and in float32 the same within the spread over seeds."""
    runs = [reference.at_the_end(seed, METHODS[method]) for seed in range(reference.SEEDS)]
    ours, double, single = (np.array([run[k] for run in runs]) for k in range(3))
    # Rounding may grow over 960 steps, if not here then with another BLAS: two of 597 digits may fall otherwise.
    assert np.abs(double - ours).max() <= 2.01 / 597
    off, spread = single - ours, ours.std(axis=0, ddof=1)
    error = np.maximum(off.std(axis=0, ddof=1), 1 / 597) / np.sqrt(reference.SEEDS)
    assert (np.abs(off.mean(axis=0)) <= 3 * error).all()
    assert (np.abs(off.mean(axis=0)) <= spread).all()


# --- would it be noticed? -----------------------------------------------------------------------------------------------


WRONG = {
    "λ larger by a part in 10¹⁰": ("penalty", {"strength": 100.0 * (1 + 1e-10)}, {}),
    "another way": ("stiffness", {"way": "EMPIRICAL"}, {}),
    "ε larger by a tenth": ("theta", {}, {"eps": 1.1e-8}),
    "β₂ .99": ("theta", {}, {"betas": (0.9, 0.99)}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_noticed(wrong):
    where, method, settings = WRONG[wrong]
    right = METHODS["ewc, exact"]
    one = reference.ours(0, right, OPTIMISERS["Adam"][0], epochs=2)
    other = reference.theirs(0, replace(right, **method), lambda p: torch.optim.Adam(p, lr=3e-3, **settings), epochs=2)
    assert reference.differences(one, other)[where] > 10 * TOLERANCE
