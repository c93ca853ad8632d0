"""The network: laws of its Fisher matrices, the printed numbers of the tiny net, edges, memory, and the error texts."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import information
from fisher_core.models import MLP, ConditionalModel, SoftmaxRegression
from fisher_core.models.network import passes as network_passes

SHAPES = [((3, 4, 3), "tanh"), ((3, 4, 2), "relu"), ((3, 4, 5, 3), "tanh"), ((2, 3), "tanh"), ((2, 3, 3, 2, 4), "relu")]


def problem(shape, seed=0, n=9):
    model, rng = MLP(*shape), np.random.default_rng(seed)
    theta = model.initial(rng) + 0.3 * rng.normal(size=model.size)
    x = rng.normal(size=(n, model.sizes[0]))
    return model, x, theta, model.sample(x, theta, rng), rng


def by_classes(model, x, theta):
    """The textbook: Σ_y p(y|x) s sᵀ, one class after the other, from the n·C × P factor."""
    p = model.probabilities(x, theta)[0]
    scores = [model.score(x, np.full(len(x), c), theta) for c in range(model.classes)]
    return sum((p[:, c, None] * s).T @ s for c, s in enumerate(scores)) / len(x)


# --- parameters ---------------------------------------------------------------------------------------------------------


def test_parameters_are_stored_unit_by_unit():
    model = MLP((2, 3, 2))
    theta = np.arange(model.size, dtype=float)
    hidden, last = model.unflatten(theta)
    np.testing.assert_array_equal(hidden.weights, [[0, 1], [3, 4], [6, 7]])
    np.testing.assert_array_equal(hidden.biases, [2, 5, 8])
    np.testing.assert_array_equal(last.weights, [[9, 10, 11], [13, 14, 15]])
    np.testing.assert_array_equal(model.flatten(model.unflatten(theta)), theta)
    hidden.weights[0, 0] = -1.0
    assert theta[0] == -1.0, "unflatten gives views"
    assert [theta[s].size for s in model.layer_slices()] == [9, 8] and MLP((64, 32, 10)).size == 2410


def test_initial_weights_have_their_spread():
    model = MLP((400, 300, 50), "relu")
    hidden, last = model.unflatten(model.initial(np.random.default_rng(0)))
    assert hidden.weights.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert last.weights.std() == pytest.approx(np.sqrt(1 / 300), rel=0.03)
    assert not hidden.biases.any() and not last.biases.any()
    again = model.initial(np.random.default_rng(0))
    np.testing.assert_array_equal(again, model.flatten([hidden, last]))
    drawn = np.random.default_rng(0)  # the tables of a published recipe, so that its digits come out
    tables = [
        drawn.normal(0.0, spread, shape) for spread, shape in ((np.sqrt(2 / 400), (400, 300)), (300**-0.5, (300, 50)))
    ]
    for layer, table in zip((hidden, last), tables, strict=True):
        np.testing.assert_allclose(layer.weights.T, table, rtol=1e-14)


def test_without_hidden_layers_it_is_softmax_regression():
    model, x, theta, y, _ = problem(((2, 3), "tanh"))
    twin, (layer,) = SoftmaxRegression(3), model.unflatten(theta)
    inputs, w = np.column_stack([x, np.ones(len(x))]), np.vstack([layer.weights.T, layer.biases])
    np.testing.assert_allclose(model.log_prob(x, y, theta), twin.log_prob(inputs, y, w), rtol=1e-13)
    order = np.arange(9).reshape(3, 3).T.ravel()  # unit by unit against input by input
    np.testing.assert_allclose(model.fisher(x, theta), twin.fisher(inputs, w)[np.ix_(order, order)], atol=1e-15)


# --- laws ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_fisher_is_the_class_loop_by_every_route(shape):
    model, x, theta, _, rng = problem(shape)
    naive = by_classes(model, x, theta)
    f = model.fisher(x, theta)
    np.testing.assert_allclose(f, naive, atol=1e-14)
    np.testing.assert_array_equal(f, f.T)
    np.testing.assert_allclose(model.fisher_diagonal(x, theta), np.diag(naive), rtol=1e-12, atol=1e-16)
    for block, s in zip(model.fisher_blocks(x, theta), model.layer_slices(), strict=True):
        np.testing.assert_array_equal(block, f[s, s])
    v = rng.normal(size=model.size)
    np.testing.assert_allclose(model.fisher_vector(x, theta, v), naive @ v, atol=1e-13)
    assert model.fisher_quadratic(x, theta, v) == pytest.approx(v @ naive @ v, rel=1e-12, abs=0)
    np.testing.assert_array_equal(model.gauss_newton(x, theta), f)
    np.testing.assert_array_equal(information.exact(model, x, theta), f)
    assert isinstance(model, ConditionalModel)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_empirical_matrices_are_second_moments_of_scores(shape):
    model, x, theta, y, _ = problem(shape, seed=3)
    s = model.score(x, y, theta)
    np.testing.assert_allclose(model.empirical_fisher(x, y, theta), s.T @ s / len(x), atol=1e-14)
    np.testing.assert_allclose(
        model.empirical_fisher_diagonal(x, y, theta), (s**2).mean(axis=0), rtol=1e-12, atol=1e-16
    )
    np.testing.assert_allclose(information.empirical(model, (x, y), theta).value, s.T @ s / len(x), atol=1e-14)
    np.testing.assert_allclose(model.mean_gradient(x, y, theta), -s.mean(axis=0), atol=1e-14)


@given(st.sampled_from(SHAPES), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_fisher_is_additive_over_rows_and_blind_to_their_order(shape, seed):
    model, x, theta, _, rng = problem(shape, seed)
    f = model.fisher(x, theta)
    np.testing.assert_allclose((4 * model.fisher(x[:4], theta) + 5 * model.fisher(x[4:], theta)) / 9, f, atol=1e-13)
    np.testing.assert_allclose(model.fisher(x[rng.permutation(9)], theta), f, atol=1e-13)
    assert np.linalg.eigvalsh(f).min() > -1e-13 * max(1.0, np.trace(f))


def test_permuting_hidden_units_permutes_the_fisher_matrix():
    model, x, theta, _, rng = problem(((3, 4, 3), "relu"))
    hidden, last = model.unflatten(theta)
    order = rng.permutation(4)
    moved = model.flatten([(hidden.weights[order], hidden.biases[order]), (last.weights[:, order], last.biases)])
    where = model.flatten([tuple(part) for part in model.unflatten(np.arange(model.size, dtype=float))])
    h, l = model.unflatten(where)
    index = model.flatten([(h.weights[order], h.biases[order]), (l.weights[:, order], l.biases)]).astype(int)
    np.testing.assert_allclose(model.fisher(x, moved), model.fisher(x, theta)[np.ix_(index, index)], atol=1e-15)


def test_a_vector_added_to_all_output_units_is_not_seen():
    model, x, theta, _, _ = problem(((3, 4, 3), "tanh"))
    v = np.zeros(model.size)
    layer = model.unflatten(v)[-1]
    layer.weights[:], layer.biases[:] = [1.0, -2.0, 0.5, 3.0], 0.7
    np.testing.assert_allclose(model.fisher_vector(x, theta, v), 0, atol=1e-15)
    assert model.fisher_quadratic(x, theta, v) < 1e-29
    np.testing.assert_allclose(model.fisher(x, theta + v), model.fisher(x, theta), atol=1e-14)


def test_half_the_quadratic_form_is_the_kl_divergence_of_a_small_step():
    model, x, theta, _, rng = problem(((3, 4, 3), "tanh"), n=20)
    v = rng.normal(size=model.size)
    p, ratios = model.probabilities(x, theta)[0], []
    for size in (1e-2, 1e-3, 1e-4):
        q = model.probabilities(x, theta + size * v)[0]
        kl = (p * np.log(p / q)).sum(axis=1).mean()
        ratios.append(kl / (0.5 * model.fisher_quadratic(x, theta, size * v)) - 1)
    assert abs(ratios[1] / ratios[0]) < 0.2 and abs(ratios[2]) < 1e-3


def test_many_blocks_do_not_show(monkeypatch):
    from fisher_core.models.network import fisher as network_fisher
    from fisher_core.models.network import khatri_rao

    model, x, theta, y, rng = problem(((3, 4, 3), "tanh"), n=101)
    v = rng.normal(size=model.size)

    def everything():
        return [
            model.fisher(x, theta), model.fisher_diagonal(x, theta), model.empirical_fisher(x, y, theta),
            model.empirical_fisher_diagonal(x, y, theta), model.fisher_quadratic(x, theta, v),
            model.monte_carlo_fisher(x, theta, np.random.default_rng(0)).standard_error,
        ]  # fmt: skip

    whole = everything()
    monkeypatch.setattr(khatri_rao, "BLOCK", 200)
    monkeypatch.setattr(network_fisher, "CACHED", 60)
    for a, b in zip(whole, everything(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-15)


# --- Monte Carlo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [((2, 3, 3), "tanh"), ((2, 2, 2, 2), "relu")], ids=str)
@pytest.mark.parametrize("draws", [1, 6])
def test_monte_carlo_is_unbiased_and_calibrated(shape, draws):
    """Over 400 seeds: mean within 4.5 standard errors entry by entry, spread as announced, 95 % intervals hold 95 ± 3.5 %."""
    model, x, theta, _, _ = problem(shape, seed=11, n=150)
    exact = model.fisher(x, theta)
    runs = [model.monte_carlo_fisher(x, theta, np.random.default_rng(s), draws) for s in range(400)]
    values, error = np.array([r.value for r in runs]), runs[0].standard_error
    seen = error > 1e-4 * error.max()
    assert (np.abs(values.mean(axis=0) - exact)[seen] <= 4.5 * error[seen] / np.sqrt(400)).all()
    np.testing.assert_allclose(values.std(axis=0)[seen], error[seen], rtol=0.3)
    covered = (np.abs(values - exact) <= 1.96 * error).mean(axis=0)[seen]
    # Entries rise and fall together, so their mean scatters like one of them: .011 over 400 seeds. Entries that rest on
    # few rows with a rare label are skewed, and their intervals hold less often.
    assert covered.min() > 0.80 and covered.max() < 0.995 and abs(covered.mean() - 0.95) < 0.035
    assert runs[0].n == 150 * draws
    diagonal = [model.monte_carlo_fisher_diagonal(x, theta, np.random.default_rng(s), draws) for s in range(3)]
    for full, short in zip(runs, diagonal, strict=False):
        np.testing.assert_allclose(short.value, np.diag(full.value), rtol=1e-11, atol=1e-16)
        np.testing.assert_allclose(short.standard_error, np.diag(full.standard_error), rtol=1e-7, atol=1e-12)


def test_monte_carlo_diagonal_is_the_average_over_its_own_labels():
    """One draw per row and the same generator: the empirical diagonal at the labels that ``sample`` draws."""
    for shape in SHAPES:
        model, x, theta, _, _ = problem(shape, seed=2)
        y = model.sample(x, theta, np.random.default_rng(4))
        found = model.monte_carlo_fisher_diagonal(x, theta, np.random.default_rng(4)).value
        np.testing.assert_allclose(found, model.empirical_fisher_diagonal(x, y, theta), rtol=1e-10, atol=1e-15)
        found = model.monte_carlo_fisher(x, theta, np.random.default_rng(4)).value
        np.testing.assert_allclose(found, model.empirical_fisher(x, y, theta), atol=1e-14)


def test_the_standard_error_of_many_rows_comes_from_a_share_of_them():
    model, x, theta, _, _ = problem(((3, 4, 3), "tanh"), n=6000)
    found = model.monte_carlo_fisher(x, theta, np.random.default_rng(0))
    thirds = [
        model.monte_carlo_fisher(x[i : i + 1000], theta, np.random.default_rng(0)).standard_error
        for i in range(0, 6000, 1000)
    ]
    every_row = np.sqrt(sum(s**2 for s in thirds)) / 6
    seen = every_row > 1e-2 * every_row.max()
    np.testing.assert_allclose(found.standard_error[seen], every_row[seen], rtol=0.25)
    diagonal = model.monte_carlo_fisher_diagonal(x, theta, np.random.default_rng(0)).standard_error
    np.testing.assert_allclose(diagonal[seen.diagonal()], every_row.diagonal()[seen.diagonal()], rtol=0.25)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_standard_error_of_few_rows_is_exact(shape):
    """Var_y(s sᵀ) row by row, every label with its chance; no row is left out."""
    model, x, theta, _, rng = problem(shape)
    p, draws = model.probabilities(x, theta)[0], 3
    scores = np.array([model.score(x, np.full(len(x), c), theta) for c in range(model.classes)])
    outer = scores[..., :, None] * scores[..., None, :]
    mean, square = (np.einsum("nc,cnij->nij", p, m) for m in (outer, outer**2))
    expected = np.sqrt(np.maximum(square - mean**2, 0).sum(axis=0) / draws) / len(x)
    found = model.monte_carlo_fisher(x, theta, rng, draws)
    np.testing.assert_allclose(found.standard_error, expected, rtol=1e-6, atol=1e-9 * expected.max())
    diagonal = model.monte_carlo_fisher_diagonal(x, theta, rng, draws)
    np.testing.assert_allclose(diagonal.standard_error, expected.diagonal(), rtol=1e-6, atol=1e-9 * expected.max())
    assert found.n == diagonal.n == draws * len(x)


# --- reference.md §7: the tiny net --------------------------------------------------------------------------------------

TINY = MLP((1, 2, 2), "tanh")
TINY_X, TINY_Y = np.array([[-1.5], [-0.5], [0.5], [1.0], [2.0]]), np.array([0, 0, 1, 0, 1])
# f = v₁ tanh w₁x + v₂ tanh w₂x with logistic output: class 0 has logit 0, no biases. θ = (w₁, w₂, v₁, v₂).
TINY_THETA = TINY.flatten([([[1.0], [-0.5]], [0, 0]), ([[0, 0], [1.0, 0.5]], [0, 0])])
FREE = [0, 2, 7, 8]


def test_tiny_net_numbers():
    g, r = (5 * m[np.ix_(FREE, FREE)] for m in TINY.hessian_split(TINY_X, TINY_Y, TINY_THETA))
    h = g + r
    np.testing.assert_allclose(np.linalg.eigvalsh(h), [-0.878901, 0.108370, 0.361492, 1.266466], atol=5.1e-7)
    np.testing.assert_allclose(np.linalg.eigvalsh(g), [5.87e-7, 4.008e-4, 0.045036, 1.187378], rtol=2e-3)
    np.testing.assert_allclose(np.linalg.eigvalsh(g)[2:], [0.045036, 1.187378], atol=5.1e-7)
    np.testing.assert_allclose(np.linalg.eigvalsh(r), [-0.883549, -0.130851, 0.301694, 0.337318], atol=5.1e-7)
    assert np.trace(h) == pytest.approx(0.857427, abs=5.1e-7)
    assert np.trace(g) == pytest.approx(1.232816, abs=5.1e-7)
    e = 5 * TINY.empirical_fisher(TINY_X, TINY_Y, TINY_THETA)[np.ix_(FREE, FREE)]
    assert np.trace(e) == pytest.approx(1.022772, abs=5.1e-7)
    gradient = 5 * TINY.mean_gradient(TINY_X, TINY_Y, TINY_THETA)[FREE]
    np.testing.assert_allclose(gradient, [-0.210092, -0.258148, -0.573493, 0.412432], atol=5.1e-7)
    assert np.linalg.norm(r, 2) <= 1.695508 * 2.176775


def test_hessian_products_and_split():
    model, x, theta, y, rng = problem(((3, 4, 5, 3), "tanh"))
    v = rng.normal(size=model.size)
    h = model.mean_hessian(x, y, theta)
    np.testing.assert_allclose(model.hessian_vector(x, y, theta, v), h @ v, atol=1e-13)
    g, r = model.hessian_split(x, y, theta)
    np.testing.assert_allclose(g + r, h, atol=1e-14)
    np.testing.assert_allclose(information.observed(model, (x, y), theta).value, h, atol=1e-13)
    expected = sum(
        p[:, None, None] * model.hessian(x, np.full(len(x), c), theta)
        for c, p in enumerate(model.probabilities(x, theta)[0].T)
    ).mean(axis=0)
    np.testing.assert_allclose(-expected, g, atol=1e-13)  # R vanishes in expectation over the model's labels


# --- edges --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lead", [5.0, 20.0, 40.0, 100.0, 350.0, 700.0])
@pytest.mark.parametrize("hidden", [True, False])
def test_sure_networks_keep_their_digits(lead, hidden):
    """Top logit ahead by ``lead``: all entries against sums of products of exact residuals, no 1 − p anywhere."""
    model = MLP((1, 1, 3) if hidden else (1, 3), "relu")
    out = ([[lead], [0.0], [-1.0]] if hidden else np.array([[lead], [0.0], [-1.0]]), [0.0, 0.0, 0.0])
    theta = model.flatten([([[1.0]], [0.0]), out] if hidden else [out])
    e = np.exp(np.array([0.0, -lead, -1.0 - lead]))
    p, others = e / e.sum(), np.array([e[1] + e[2], 1.0 + e[2], 1.0 + e[1]]) / e.sum()
    rest = np.array([0.0, -lead, -1.0 - lead])  # output weights from the leader's
    s = []
    for y in range(3):
        r = np.where(np.arange(3) == y, others, -p)
        back = np.dot(r, rest)  # Σ r = 0
        s.append(np.concatenate([[back, back] if hidden else [], np.repeat(r, 2)]))
    truth = sum(p[y] * np.outer(s[y], s[y]) for y in range(3))
    f = model.fisher([[1.0]], theta)
    np.testing.assert_allclose(f, truth, rtol=1e-13)
    np.testing.assert_allclose(model.fisher_diagonal([[1.0]], theta), np.diag(truth), rtol=1e-13)
    v = np.linspace(-1, 2, model.size)
    np.testing.assert_allclose(model.fisher_vector([[1.0]], theta, v), truth @ v, rtol=1e-11)
    assert model.fisher_quadratic([[1.0]], theta, v) == pytest.approx(v @ truth @ v, rel=1e-11, abs=0)
    np.testing.assert_allclose(model.empirical_fisher_diagonal([[1.0]], [0], theta), s[0] ** 2, rtol=1e-13)
    np.testing.assert_allclose(model.log_prob([[1.0]], [0], theta), -np.log1p(e[1] + e[2]), rtol=1e-14)
    np.testing.assert_allclose(model.log_prob([[1.0]], [2], theta), -1 - lead - np.log1p(e[1] + e[2]), rtol=1e-14)


def test_sampled_labels_of_a_sure_row_keep_their_digits_beside_an_undecided_one():
    """Row 1 is sure and touches the first input only, so those entries hold (1 − π)² although labels of row 2 vary."""
    model = MLP((2, 3))
    theta = model.flatten([([[60.0, 0.2], [0.0, 0.0], [-1.0, 0.1]], [0.0, 0.0, 0.0])])
    e = np.exp([-60.0, -61.0])
    for estimate in (model.monte_carlo_fisher, model.monte_carlo_fisher_diagonal):
        value = estimate(np.eye(2), theta, np.random.default_rng(0), 4).value
        found = np.diag(value) if value.ndim == 2 else value
        assert found[0] == pytest.approx(e.sum() ** 2 / 2, rel=1e-12, abs=0)
        assert found[3] == pytest.approx(e[0] ** 2 / 2, rel=1e-12, abs=0)


@pytest.mark.parametrize("draws", [1, 5])
def test_a_sampled_diagonal_keeps_the_digits_of_sure_rows_behind_a_hidden_layer(draws):
    """It is made without scores; the matrix is made of them. Every other row is sure, with a chance of 1e-17 to err."""
    model, rng = MLP((2, 3, 3), "tanh"), np.random.default_rng(3)
    theta = model.initial(rng)
    hidden, out = model.unflatten(theta)
    hidden.weights[0] = [30.0, 0.0]
    out.weights[:, 0] = [20.0, -20.0, -21.0]
    x = np.array([[1.0, 0.0]])
    matrix = model.monte_carlo_fisher(x, theta, np.random.default_rng(4), draws)
    diagonal = model.monte_carlo_fisher_diagonal(x, theta, np.random.default_rng(4), draws)
    assert 0 < diagonal.value.max() < 1e-25
    np.testing.assert_allclose(diagonal.value, np.diag(matrix.value), rtol=1e-10, atol=0)


def test_weights_far_from_zero_that_all_classes_share_leave_the_diagonal_alone():
    model, x, theta, _, _ = problem(((3, 4, 3), "tanh"))
    shifted = theta.copy()
    model.unflatten(shifted)[1].weights[:] += 1e5
    hidden = model.layer_slices()[0]
    np.testing.assert_allclose(
        model.fisher_diagonal(x, shifted)[hidden], model.fisher_diagonal(x, theta)[hidden], rtol=1e-8
    )


def test_a_flat_tanh_keeps_its_slope():
    """φ' = sech² at u = 20 is 1.7e-17; 1 − tanh² would be 0."""
    model = MLP((1, 1, 2), "tanh")
    theta = model.flatten([([[20.0]], [0.0]), ([[0.0], [1.0]], [0.0, 0.0])])
    p = 1 / (1 + np.exp(-np.tanh(20.0)))
    sech2 = 1 / np.cosh(20.0) ** 2
    assert model.fisher([[1.0]], theta)[0, 0] == pytest.approx(p * (1 - p) * sech2**2, rel=1e-13, abs=0)
    assert model.fisher_diagonal([[1.0]], theta)[0] == pytest.approx(p * (1 - p) * sech2**2, rel=1e-13, abs=0)


def test_slopes_and_bends_of_the_activations():
    """sech² u and −2 tanh u sech² u to full accuracy at any u; relu has slope 0 at its kink."""
    u = np.array([0.0, 0.3, 1.0, 2.1, 2.3, 3.0, 5.0, 9.0, 20.0, 300.0])
    u = np.concatenate([-u, u])
    sech2 = 1 / np.cosh(u) ** 2
    np.testing.assert_allclose(network_passes.slope("tanh", u, np.tanh(u)), sech2, rtol=1e-13)
    np.testing.assert_allclose(network_passes.bend("tanh", u, np.tanh(u)), -2 * np.tanh(u) * sech2, rtol=1e-13)
    kink = np.array([-2.0, 0.0, 3.0])
    assert network_passes.slope("relu", kink, np.maximum(kink, 0)).tolist() == [0, 0, 1]
    assert network_passes.bend("relu", kink, np.maximum(kink, 0)).tolist() == [0, 0, 0]


def test_memory_stays_below_the_factor_of_scores():
    """64-32-10 on 1797 rows: the n·C × P factor would take 346 MB; the result takes 46."""
    rng, model = np.random.default_rng(0), MLP((64, 32, 10))
    x, theta = rng.random((1797, 64)), MLP((64, 32, 10)).initial(rng)
    tracemalloc.start()
    model.fisher(x, theta)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    model.fisher_diagonal(x, theta)
    model.fisher_quadratic(x, theta, theta)
    short = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 180e6
    assert short < 8e6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: MLP((3,)), "sizes = (3,) must hold the inputs, any hidden layers, and at least 2 classes"),
        (lambda: MLP((3, 1)), "sizes = (3, 1) must hold"),
        (lambda: MLP((3, 0, 2)), "sizes[1] = 0 must be >= 1"),
        (lambda: MLP((3, 2), "sigmoid"), "activation = 'sigmoid' must be one of tanh, relu"),
        (lambda: MLP((2, 2)).fisher([[1.0, 2.0]], np.zeros(5)), "theta has shape (5,) and must have shape (6,)"),
        (lambda: MLP((2, 2)).fisher([[1.0]], np.zeros(6)), "x has shape (1, 1) and must have shape (n, 2)"),
        (lambda: MLP((2, 2)).fisher_diagonal([[np.nan, 1.0]], np.ones(6)), "x contains nan and must be finite"),
        (lambda: MLP((2, 2)).log_prob([[1.0, 2.0]], [2], np.zeros(6)), "y contains 2 and must be a whole number from 0 to 1"),
        (lambda: MLP((2, 2)).log_prob([[1.0, 2.0]], [0.5], np.zeros(6)), "y contains 0.5 and must be a whole number"),
        (lambda: MLP((2, 2)).fisher_vector([[1.0, 2.0]], np.zeros(6), np.zeros(3)), "v has shape (3,)"),
        (lambda: MLP((2, 2)).monte_carlo_fisher([[1.0, 2.0]], np.zeros(6), np.random.default_rng(0), 0), "draws = 0"),
        (lambda: MLP((2, 2)).initial(7), "rng = 7 must be a numpy.random.Generator"),
        (lambda: MLP((2, 2)).flatten([(np.zeros((2, 3)), [0, 0])]), "weights has shape (2, 3) and must have shape (2, 2)"),
    ],
)  # fmt: skip
def test_refusals(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_mean_hessian_is_symmetric_to_the_last_digit(shape):
    model, x, theta, y, _ = problem(shape)
    h = model.mean_hessian(x, y, theta)
    np.testing.assert_array_equal(h, h.T)
    np.testing.assert_allclose(h, -model.hessian(x, y, theta).mean(axis=0), rtol=1e-10, atol=1e-14)


def test_logits_far_beyond_the_range_of_exp():
    """A quadratic form at logits of 5000 and more is that of logits shifted to 0: adding to all classes changes nothing."""
    model, x, theta, _, rng = problem(((3, 4, 3), "tanh"))
    lifted = theta.copy()
    model.unflatten(lifted)[1].biases[:] += 5000.0
    v = rng.normal(size=model.size)
    assert model.fisher_quadratic(x, lifted, v) == pytest.approx(model.fisher_quadratic(x, theta, v), rel=1e-9, abs=0)
    for found, expected in zip(model.probabilities(x, lifted), model.probabilities(x, theta), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_accuracy_is_a_share_of_the_rows():
    model, x, theta, _, _ = problem(((3, 4, 3), "tanh"), n=10)
    right = model.probabilities(x, theta)[0].argmax(axis=1)
    assert model.accuracy(x, right, theta) == 1.0
    assert model.accuracy(x, np.where(np.arange(10) < 3, (right + 1) % 3, right), theta) == 0.7


def test_starts_labels_and_sampled_matrices_are_their_generators():
    model, x, theta, _, _ = problem(((3, 4, 3), "relu"), n=40)
    calls = (
        model.initial,
        lambda rng: model.sample(x, theta, rng),
        lambda rng: model.monte_carlo_fisher(x, theta, rng, 2).value,
        lambda rng: model.monte_carlo_fisher_diagonal(x, theta, rng, 2).value,
    )
    for call in calls:
        rng = np.random.default_rng(1)
        first, second = call(rng), call(rng)
        same, other = (call(np.random.default_rng(seed)) for seed in (1, 2))
        assert (first == same).all() and (first != second).any() and (first != other).any()
