"""Surveys of two-weight models against the models' own methods, drawn labels against the exact matrix, walks by hand."""

import numpy as np
import pytest
from scipy import stats

from fisher_core import information, linalg
from fisher_core.data import historical as datasets
from fisher_core.models import LinearRegression, LogisticRegression
from fisher_studies import two_weights

LINE, CLASSES = LinearRegression(), LogisticRegression()
REG, K2 = datasets.regression(), datasets.k2_logistic("crossed")
CASES = [pytest.param(LINE, *REG, id="linear"), pytest.param(CLASSES, *K2, id="logistic")]
THETA = np.array([[[0.4, -0.7], [1.0, 2.0]], [[-0.5, 0.1], [0.0, 0.0]]])


@pytest.mark.parametrize("model, x, y", CASES)
def test_survey_is_the_models_own_matrices(model, x, y):
    seen = two_weights.survey(model, x, y, THETA)
    for i in np.ndindex(2, 2):
        assert seen.loss[i] == pytest.approx(model.mean_loss(x, y, THETA[i]), rel=1e-12, abs=0)
        np.testing.assert_allclose(seen.gradient[i], model.mean_gradient(x, y, THETA[i]), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(seen.exact[i], model.fisher(x, THETA[i]), rtol=1e-11)
        np.testing.assert_allclose(seen.empirical[i], information.empirical(model, (x, y), THETA[i]).value, rtol=1e-11)
    np.testing.assert_allclose(two_weights.mean_losses(model, x, y, THETA), seen.loss, rtol=1e-13)


@pytest.mark.parametrize("model, x, y", CASES)
def test_sum_over_labels_is_the_exact_matrix(model, x, y):
    theta = THETA[0, 0]
    np.testing.assert_allclose(two_weights.by_label_quadrature(model, x, theta), model.fisher(x, theta), rtol=1e-7)


@pytest.mark.parametrize("model, x, y", CASES)
def test_intervals_of_the_sampled_matrix_cover(model, x, y):
    theta = np.array([0.3, 0.5])
    exact = model.fisher(x, theta)
    hits = np.zeros((2, 2))
    for seed in range(400):
        drawn = two_weights.sampled_fisher(model, x, theta, 300, np.random.default_rng(seed))
        hits += np.abs(drawn.value - exact) < 1.96 * drawn.standard_error
    assert (hits / 400 > 0.90).all() and (hits / 400 < 0.985).all()


@pytest.mark.parametrize("model, x, y", CASES)
def test_band_and_matrix_share_their_labels(model, x, y):
    drawn = two_weights.sampled_fisher(model, x, THETA, 500, np.random.default_rng(3))
    inner, outer = two_weights.radial_band(model, x, THETA, 500, np.random.default_rng(3), turns=8)
    along = 1 / np.sqrt(drawn.value[..., 0, 0])  # the ellipse's radius in the first direction
    error = drawn.standard_error[..., 0, 0]
    np.testing.assert_allclose(inner[..., 0], 1 / np.sqrt(along**-2 + 1.96 * error), rtol=1e-9)
    np.testing.assert_allclose(outer[..., 0], 1 / np.sqrt(along**-2 - 1.96 * error), rtol=1e-9)
    assert (inner < outer).all()
    np.testing.assert_allclose(inner[..., 0], inner[..., -1])


def test_common_labels_do_not_know_theta_on_a_line():
    drawn = two_weights.sampled_fisher(LINE, REG[0], THETA, 50, np.random.default_rng(0)).value
    assert np.ptp(drawn, axis=(0, 1)).max() == 0


def test_steps_and_roots():
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(7, 2, 2))
    fisher, gradient = factor @ factor.transpose(0, 2, 1), rng.normal(size=(7, 2))
    moves, roots = two_weights.steps(fisher, gradient), two_weights.inverse_roots(fisher)
    for f, g, move, root in zip(fisher, gradient, moves, roots, strict=True):
        np.testing.assert_allclose(move, -linalg.solve(f, g), rtol=1e-8)
        np.testing.assert_allclose(root @ f @ root, np.eye(2), atol=1e-8)
    flat = np.array([[1.0, 1.0], [1.0, 1.0]])
    assert np.isnan(two_weights.steps(flat, [1.0, 0.0])).all() and np.isnan(two_weights.inverse_roots(flat)).all()


def test_powers_of_the_empirical_fisher_in_one_dimension():
    """Kunstner, Balles and Hennig (2019): ½ walks by .3 and then cycles; 1 overshoots to −33.9 within 60 steps."""
    gentle, half, one = two_weights.power_path([0.0, 0.5, 1.0])
    np.testing.assert_allclose(gentle, 5 * 0.7 ** np.arange(61))
    np.testing.assert_allclose(half[:18], 5 - 0.3 * np.arange(18), atol=1e-12)
    np.testing.assert_allclose(half[18:22], [-0.1 + 0.3, -0.1, 0.2, -0.1], atol=1e-12)
    assert one.min() == pytest.approx(-33.95, abs=0.005)
    assert two_weights.power_path(1.0, start=0.0)[-1] == 0


def test_fields_of_k1():
    x, y = datasets.k1_field()
    optimum = LINE.mle(x, y)
    np.testing.assert_allclose(optimum, [2.038564, 1.980396], atol=5e-7)
    starts = np.array([[-0.5, 4.5], [4.5, 4.0]])
    natural = two_weights.preconditioned_path(LINE, x, y, starts, "exact", 0.08, 30)
    np.testing.assert_allclose(natural - optimum, (starts - optimum) * 0.92 ** np.arange(31)[:, None, None], atol=1e-10)
    one = two_weights.preconditioned_path(LINE, x, y, starts, "empirical", 1.0, 1)
    here = LINE.empirical_fisher(x, y, starts[0])
    np.testing.assert_allclose(one[1, 0], starts[0] - np.linalg.solve(here, LINE.mean_gradient(x, y, starts[0])))
    descent = two_weights.preconditioned_path(LINE, x, y, starts, "identity", 0.2, 1)
    np.testing.assert_allclose(descent[1, 1], starts[1] - 0.2 * LINE.mean_gradient(x, y, starts[1]))


def test_error_of_sampled_labels_falls_as_the_root():
    """.64, .22, .071, .023 for 10 to 10 000 labels, weights (.5, 1.5); labels of another world level off."""
    x = REG[0]
    errors = two_weights.sampling_errors(CLASSES, x, [0.5, 1.5], [10, 100, 1000, 10_000], 150, np.random.default_rng(1))
    mean, spread = errors.mean(axis=1), errors.std(axis=1) / 150**0.5
    np.testing.assert_array_less(np.abs(mean - [0.638, 0.222, 0.071, 0.023]), 4 * np.hypot(spread, spread * 2**0.5))
    assert np.polyfit(np.log([10, 100, 1000, 10_000]), np.log(mean), 1)[0] == pytest.approx(-0.5, abs=0.03)
    other = two_weights.sampling_errors(CLASSES, x, [0.5, 1.5], [1000, 10_000], 50, np.random.default_rng(1), [1, 1])
    assert (other.mean(axis=1) > 0.4).all()


def test_second_moments_of_batches():
    """Against batches drawn from the data."""
    x, y = REG
    scores = LINE.score(x, y, [0.0, 1.0])
    rng = np.random.default_rng(0)
    batches = scores[rng.integers(1000, size=(20_000, 10))].mean(axis=1)
    expected = two_weights.batch_second_moment(scores.var(axis=0), scores.mean(axis=0), np.array([1, 10, 10**9]))
    np.testing.assert_allclose((batches**2).mean(axis=0), expected[1], rtol=0.03)
    np.testing.assert_allclose(expected[0], np.diag(LINE.empirical_fisher(x, y, [0.0, 1.0])))
    np.testing.assert_allclose(expected[2], scores.mean(axis=0) ** 2, rtol=1e-6)


def test_refusals():
    with pytest.raises(ValueError, match=r"shape \(\.\.\., 2\)"):
        two_weights.survey(LINE, *REG, np.zeros(3))
    with pytest.raises(ValueError, match="must be increasing"):
        two_weights.sampling_errors(CLASSES, REG[0], [0, 1], [10, 10], 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="0 or 1"):
        two_weights.survey(CLASSES, *REG, THETA)
    with pytest.raises(ValueError, match="lie on a line"):
        datasets.standardised_line(np.arange(5.0), 2 * np.arange(5.0))
    with pytest.raises(ValueError, match="label 2 is 3"):
        datasets.standardised_classes(np.arange(3.0), np.array([0.0, 3.0, 1.0]))
    with pytest.raises(ValueError, match="all labels are 1"):
        datasets.standardised_classes(np.arange(3.0), np.ones(3))
    with pytest.raises(ValueError, match="units nearer to 1"):
        datasets.standardised_line(np.array([1e300, 2.0, 3.0]), np.arange(3.0))


def test_separable_classes_have_no_optimum_and_lose_all_information():
    x, y = datasets.separable_classes()
    with pytest.raises(ValueError, match="separable"):
        CLASSES.mle(x, y)
    traces = [np.trace(CLASSES.fisher(x, [0.0, slope])) for slope in (1, 2, 4)]
    assert traces[0] > 2 * traces[1] > 8 * traces[2]


@pytest.mark.parametrize("model, x, y", CASES)
def test_blocks_of_a_survey_do_not_show(model, x, y, monkeypatch):
    theta = np.random.default_rng(5).normal(size=(7, 2))
    rng = np.random.default_rng
    whole = two_weights.survey(model, x, y, theta), two_weights.sampled_fisher(model, x, theta, 60, rng(1))
    losses, band = two_weights.mean_losses(model, x, y, theta), two_weights.radial_band(model, x, theta, 60, rng(1), 6)
    for block in (1, 3 * len(x), 180):  # one θ at a time, three of seven, three of seven of the drawn
        monkeypatch.setattr(two_weights, "BLOCK", block)
        seen, drawn = two_weights.survey(model, x, y, theta), two_weights.sampled_fisher(model, x, theta, 60, rng(1))
        for name in ("loss", "gradient", "exact", "empirical"):
            np.testing.assert_allclose(getattr(seen, name), getattr(whole[0], name), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(drawn.value, whole[1].value, rtol=1e-12)
        np.testing.assert_allclose(drawn.standard_error, whole[1].standard_error, rtol=1e-9)
        np.testing.assert_allclose(two_weights.mean_losses(model, x, y, theta), losses, rtol=1e-12)
        for found, wanted in zip(two_weights.radial_band(model, x, theta, 60, rng(1), 6), band, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9)


@pytest.mark.parametrize("model", [LinearRegression(0.5), CLASSES], ids=["linear", "logistic"])
def test_sampled_matrices_and_bands_are_means_of_their_terms(model):
    """Term by term: r² xxᵀ with its standard error, and (r uᵀx)² in every direction u with its own."""
    x, theta, draws = K2[0], np.array([0.4, -0.3]), 40
    found = two_weights.sampled_fisher(model, x, theta, draws, np.random.default_rng(7))
    inner, outer = two_weights.radial_band(model, x, theta, draws, np.random.default_rng(7), turns=9, errors=0.7)
    rng = np.random.default_rng(7)
    rows, uniform = rng.integers(len(x), size=draws), rng.random(draws)
    z = x[rows] @ theta
    labels = (
        z + 0.5 * stats.norm.ppf(uniform) if model is not CLASSES else (uniform < 1 / (1 + np.exp(-z))).astype(float)
    )
    scores = model.score(x[rows], labels, theta)
    terms = scores[:, :, None] * scores[:, None, :]
    np.testing.assert_allclose(found.value, terms.mean(axis=0), rtol=1e-11)
    np.testing.assert_allclose(found.standard_error, stats.sem(terms), rtol=1e-9)
    assert found.n == draws
    for farthest in (30.0, 4.0):  # a thousand errors below there is nothing left: the band is cut
        cut = two_weights.radial_band(model, x, theta, draws, np.random.default_rng(7), 3, 1e3, farthest)[1]
        np.testing.assert_allclose(cut, farthest, rtol=1e-13)
    for k, angle in enumerate(np.linspace(0, 2 * np.pi, 10)):
        along = (scores @ [np.cos(angle), np.sin(angle)]) ** 2
        for radius, sign in ((inner, 1), (outer, -1)):
            wanted = along.mean() + sign * 0.7 * stats.sem(along)
            assert radius[k] == pytest.approx(1 / np.sqrt(max(wanted, 30.0**-2)), rel=1e-8)


def test_noise_is_told_from_other_lines():
    """Label quadrature is exact for a line of any noise, and says F = XᵀX/(nσ²)."""
    model, x = LinearRegression(0.25), REG[0]
    np.testing.assert_allclose(two_weights.by_label_quadrature(model, x, [0.3, 0.1], 1e-2), x.T @ x / 62.5, rtol=1e-8)


def test_relative_errors_are_frobenius_and_runs_share_their_first_labels():
    exact = np.array([[2.0, 1.0], [1.0, 3.0]])
    estimates = exact + np.array([[[0.3, 0.0], [0.0, -0.4]], [[0.0, 0.5], [0.5, 0.0]]])
    expected = np.array([0.5, np.sqrt(0.5)]) / np.sqrt(15)
    np.testing.assert_allclose(two_weights.relative_error(estimates, exact), expected, rtol=1e-13)
    x, theta = REG[0], [0.5, 1.5]
    errors = two_weights.sampling_errors(CLASSES, x, theta, [5, 40], 3, np.random.default_rng(2))
    rng = np.random.default_rng(2)
    picked = rng.integers(len(x), size=(3, 40))
    uniform = rng.random((3, 40))
    for k in range(3):
        rows = x[picked[k]]
        labels = two_weights.label_at(CLASSES, rows @ theta, uniform[k])
        s = CLASSES.score(rows, labels, theta)
        for row, m in enumerate((5, 40)):
            estimate = s[:m].T @ s[:m] / m
            assert errors[row, k] == pytest.approx(
                float(two_weights.relative_error(estimate, CLASSES.fisher(x, theta)))
            )


def test_what_is_singular_but_for_rounding_has_no_step():
    rows = np.random.default_rng(0).normal(size=(20, 2))
    for f in (*(np.outer(v, v) for v in rows), *(np.outer(v, v) * [[1 + 1e-15, 1], [1, 1]] for v in rows)):
        assert np.isnan(two_weights.steps(f, [1.0, 0.0])).all() and np.isnan(two_weights.inverse_roots(f)).all()
    stiff = np.diag([1.0, 1e-9])
    np.testing.assert_allclose(two_weights.steps(stiff, [1.0, 1.0]), [-1.0, -1e9], rtol=1e-12)
    np.testing.assert_allclose(two_weights.inverse_roots(stiff), np.diag([1.0, 1e4 * np.sqrt(10)]), rtol=1e-7)
