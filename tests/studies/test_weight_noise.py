"""Perturbed weights: damage foreseen by F and damage done; overlap layer by layer."""

import numpy as np
import pytest

from fisher_core.continual import fisher_overlap, overlap_by_layer
from fisher_core.models import MLP
from fisher_studies import weight_noise


def problem(activation="tanh", seed=0, sizes=(4, 6, 3), n=40):
    model, rng = MLP(sizes, activation), np.random.default_rng(seed)
    x = rng.normal(size=(n, sizes[0]))
    x[:, 0] = 0.0  # a dead input: its weights are a null space that no length can wake
    return model, x, model.initial(rng) + 0.2 * rng.normal(size=model.size)


def naive(model, x, theta, delta):
    p = model.probabilities(x, theta)[0]
    labels = [np.full(len(x), c) for c in range(model.classes)]
    log_ratio = np.stack([model.log_prob(x, y, theta) - model.log_prob(x, y, theta + delta) for y in labels], axis=1)
    return float((p * log_ratio).sum(axis=1).mean())


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("length", [0.1, 1.0, 30.0, 3000.0])
def test_kl_is_the_mean_over_labels_and_inputs(activation, length):
    model, x, theta = problem(activation)
    (delta,) = length * weight_noise.directions("uniform", model, x, theta, 1, np.random.default_rng(3))
    assert weight_noise.mean_kl(model, x, theta, delta) == pytest.approx(naive(model, x, theta, delta), rel=1e-9, abs=0)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_damage_tends_to_the_quadratic_form_and_the_gap_shrinks_in_proportion(activation):
    model, x, theta = problem(activation, 1)
    (v,) = weight_noise.directions("uniform", model, x, theta, 1, np.random.default_rng(0))
    lengths = np.array([1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
    gaps = [
        weight_noise.mean_kl(model, x, theta, t * v) / weight_noise.foreseen(model, x, theta, t * v)[0] - 1
        for t in lengths
    ]
    np.testing.assert_allclose(gaps[1:3], gaps[1] * lengths[1:3] / lengths[1], rtol=0.02)
    assert abs(gaps[4]) < 1e-9


def test_foreseen_is_the_form_of_the_matrix_and_of_its_diagonal():
    model, x, theta = problem(seed=2)
    delta = np.random.default_rng(5).normal(size=model.size)
    f = model.fisher(x, theta)
    full, diagonal = weight_noise.foreseen(model, x, theta, delta)
    assert full == pytest.approx(0.5 * delta @ f @ delta, rel=1e-12, abs=0)
    assert diagonal == pytest.approx(0.5 * np.diag(f) @ delta**2, rel=1e-12, abs=0)


def test_steps_of_the_logits_are_differences_of_two_passes():
    for activation in ("tanh", "relu"):
        model, x, theta = problem(activation, 3, (4, 6, 5, 3))
        delta = 0.5 * np.random.default_rng(1).normal(size=model.size)
        z, dz = weight_noise.logit_step(model, x, theta, delta)
        np.testing.assert_allclose(z, model.logits(x, theta), atol=1e-13)
        np.testing.assert_allclose(z + dz, model.logits(x, theta + delta), atol=1e-12)


@pytest.mark.parametrize("kind", weight_noise.DIRECTIONS)
def test_directions_have_unit_length_and_follow_their_generator(kind):
    model, x, theta = problem()
    once, again = (weight_noise.directions(kind, model, x, theta, 5, np.random.default_rng(8)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    np.testing.assert_allclose(np.linalg.norm(once, axis=1), 1.0, rtol=1e-13)
    assert once.shape == (5, model.size)


def test_null_space_noise_is_harmless_where_no_length_can_wake_it():
    """Dead input and shift of all logits: free at any length. The diagonal sees a price in the shift all the same."""
    model, x, theta = problem("tanh", 4)
    basis = weight_noise.null_space(model, x, theta, 1e-12)
    assert basis.shape[1] >= 6 + 7  # weights of the dead input, one shift for each input of the output layer
    np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=1e-12)
    assert np.abs(model.fisher(x, theta) @ basis).max() < 1e-10
    shift = model.flatten([(np.zeros((6, 4)), np.zeros(6)), (np.ones((3, 6)), np.ones(3))])
    full, diagonal = weight_noise.foreseen(model, x, theta, 10 * shift)
    assert weight_noise.mean_kl(model, x, theta, 10 * shift) < 1e-25 and full < 1e-25 < 0.1 < diagonal


def test_null_space_noise_lies_in_the_null_space():
    model, x, theta = problem("relu", 4)
    f = model.fisher(x, theta)
    free, any_ = (
        weight_noise.directions(kind, model, x, theta, 4, np.random.default_rng(2), tolerance=1e-12)
        for kind in ("null-space", "uniform")
    )
    assert np.abs(free @ f).max() < 1e-6 * np.abs(any_ @ f).max()
    # It is the projection of the uniform one, which comes from the same draws.
    left = any_ - (np.einsum("cp,cp->c", any_, free) / np.einsum("cp,cp->c", free, free))[:, None] * free
    basis = weight_noise.null_space(model, x, theta, 1e-12)
    np.testing.assert_allclose(left @ basis, 0, atol=1e-10)


@pytest.mark.parametrize("damping", [0.01, 1.0])
def test_inverse_fisher_noise_scales_every_weight_by_its_damped_price(damping):
    """(uniform/inverse)² of the same draws is F_ii + ε mean F up to one factor for each direction."""
    model, x, theta = problem(seed=6)
    cheap, any_ = (
        weight_noise.directions(kind, model, x, theta, 3, np.random.default_rng(2), damping)
        for kind in ("inverse-fisher", "uniform")
    )
    diagonal = model.fisher_diagonal(x, theta)
    price = diagonal + damping * diagonal.mean()
    np.testing.assert_allclose(
        (any_ / cheap) ** 2 / price, np.ones_like(cheap) * ((any_ / cheap) ** 2 / price)[:, :1], rtol=1e-9
    )


def test_inverse_fisher_noise_avoids_what_the_diagonal_calls_dear():
    model, x, theta = problem(seed=6)
    f = model.fisher_diagonal(x, theta)
    rng = np.random.default_rng(0)
    cheap, any_ = (weight_noise.directions(k, model, x, theta, 400, rng) for k in ("inverse-fisher", "uniform"))
    assert (cheap**2 @ f).mean() < 0.2 * (any_**2 @ f).mean()
    # The law: with little damping the squares of the moves are as 1/(F + ε).
    held = f > f.mean()
    raw = cheap[:, held] * np.sqrt(f[held] + 0.01 * f.mean())
    spread = (raw**2).mean(axis=0)
    np.testing.assert_allclose(spread / spread.mean(), 1.0, atol=0.35)


def test_overlap_by_layer():
    layers = (slice(0, 4), slice(4, 6), slice(6, 8))
    f1, f2 = np.array([4.0, 1, 0, 0, 1, 2, 0, 0]), np.array([0.0, 1, 3, 0, 5, 10, 1, 0])
    np.testing.assert_allclose(overlap_by_layer(f1, f2, layers), [0.223607, 1.0, np.nan], atol=5e-7)
    np.testing.assert_allclose(overlap_by_layer(f1, np.r_[f2[:-1], 1.0], [layers[-1], layers[0]])[0], np.nan)
    model, x, theta = problem("relu", 7, (4, 6, 5, 3))
    a, b = model.fisher_diagonal(x, theta), model.fisher_diagonal(x[:, ::-1], theta)
    found = overlap_by_layer(a, b, model.layer_slices())
    np.testing.assert_allclose(found, [fisher_overlap(a[s], b[s]) for s in model.layer_slices()])
    assert found.shape == (3,) and (found < 1).all()


def test_permuting_hidden_units_permutes_the_fisher_matrix():
    model, x, theta = problem("relu", 9)
    order = np.random.default_rng(2).permutation(6)
    (w1, b1), (w2, b2) = model.unflatten(theta)
    renamed = model.flatten([(w1[order], b1[order]), (w2[:, order], b2)])
    places = model.flatten([(w[order], b[order]) if k == 0 else (w[:, order], b) for k, (w, b) in enumerate(model.unflatten(np.arange(float(model.size))))]).astype(int)  # fmt: skip
    np.testing.assert_allclose(renamed, theta[places])
    f = model.fisher(x, theta)
    np.testing.assert_allclose(model.fisher(x, renamed), f[np.ix_(places, places)], atol=1e-14)
    np.testing.assert_allclose(model.fisher_diagonal(x, renamed), np.diag(f)[places], rtol=1e-12)


def test_refusals():
    model, x, theta = problem()
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="kind = 'sideways' must be one of uniform, inverse-fisher, null-space"):
        weight_noise.directions("sideways", model, x, theta, 1, rng)
    big = MLP((64, 64, 10))
    with pytest.raises(ValueError, match="model has 4810 parameters and must have at most 3000"):
        weight_noise.null_space(big, np.zeros((2, 64)), np.zeros(big.size))
    with pytest.raises(ValueError, match="tolerance = 0 must be > 0"):
        weight_noise.null_space(model, x, theta, 0.0)
