"""Steps and flows: what each preconditioner is, where they agree, invariance, the race, refusals."""

import numpy as np
import pytest

from fisher_core import FAMILIES, descent, information, linalg
from fisher_core.data import historical as datasets
from fisher_core.models import MLP, LinearRegression, LogisticRegression, SoftmaxPolicy, SoftmaxRegression
from fisher_studies import logistic_design

LOGISTIC = LogisticRegression()
X = np.column_stack([np.ones(7), np.arange(-3.0, 4.0)])
Y = (X[:, 1] >= 0).astype(float)
INPUTS = X[:, 1]
POLICY, REWARDS = SoftmaxPolicy(3), np.array([1.0, 0.5, 0.0])
START = POLICY.logits([0.01, 0.09, 0.90])
NORMAL = FAMILIES["normal"]

EXPLOSION = descent.Objective(
    "−θ³/3", lambda t: -(float(t[0]) ** 3) / 3, lambda t: -(t**2), lambda t: np.eye(1)
)  # θ = 1/(1 − t)


# --- reference.md §7: seven inputs, any labels --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "theta, f, e, flipped",
    [
        ((0, 0), (1.75, 0, 7), 8.75, 8.75),
        ((0, 1), (0.943564, 0, 2.046352), 0.726396, 28.293771),
        ((0, 3), (0.345533, 0, 0.112306), 0.259058, 33.825263),
        ((1, 1), (0.916050, -0.709870, 2.426055), 1.118970, 27.196820),
    ],
)
def test_fisher_reads_no_label(theta, f, e, flipped):
    theta = np.array(theta, dtype=float)
    for labels, trace in ((Y, e), (1 - Y, flipped)):
        loss = descent.likelihood(LOGISTIC, (X, labels))
        exact = 7 * descent.matrix(loss, theta, "natural")
        np.testing.assert_allclose(exact[[0, 0, 1], [0, 1, 1]], f, atol=5.1e-7)
        np.testing.assert_allclose(7 * descent.matrix(loss, theta, "newton"), exact, atol=1e-14)
        assert 7 * np.trace(descent.matrix(loss, theta, "empirical")) == pytest.approx(trace, abs=5.1e-7)


def test_flipping_turns_the_gradient():
    kept, flipped = (descent.likelihood(LOGISTIC, (X, y)) for y in (Y, 1 - Y))
    np.testing.assert_allclose(-7 * kept.gradient([0, 1]), [0.5, 1.299250], atol=5e-7)
    np.testing.assert_allclose(-7 * flipped.gradient([0, 1]), [-0.5, -10.700750], atol=5e-7)
    np.testing.assert_allclose(descent.direction(kept, [0, 1], "natural"), [0.529906, 0.634910], atol=5e-7)
    np.testing.assert_allclose(descent.direction(flipped, [0, 1], "natural"), [-0.529906, -5.229182], atol=5e-7)


def test_information_about_the_slope_and_the_best_inputs():
    w = np.array([0, 0.5, 1, 2, 3, 5.0])
    found = logistic_design.slope_information(w, INPUTS)
    np.testing.assert_allclose(found, [7, 4.7275, 2.0464, 0.3957, 0.1123, 0.0137], atol=5e-5)
    for slope, value in zip(w, found, strict=True):
        assert 7 * LOGISTIC.fisher(X, [0, slope])[1, 1] == pytest.approx(value)
    slanted = logistic_design.slope_information([0.4, 1.3], INPUTS + 0.3, intercept=0.7)
    for slope, value in zip((0.4, 1.3), slanted, strict=True):
        assert 7 * LOGISTIC.fisher(X + np.array([0.0, 0.3]), [0.7, slope])[1, 1] == pytest.approx(value)
    z = np.linspace(0.01, 6, 60001)
    weight = LOGISTIC.weight(z)
    assert logistic_design.d_optimal() == pytest.approx(z[(z * weight).argmax()], abs=1e-3)
    assert logistic_design.best_for_slope() == pytest.approx(z[(z**2 * weight).argmax()], abs=1e-3)
    assert logistic_design.d_optimal() == pytest.approx(1.5434, abs=5e-5)
    assert logistic_design.best_for_slope() == pytest.approx(2.3994, abs=5e-5)


def test_the_best_pair_of_inputs_has_the_largest_determinant():
    theta = np.array([0.4, 1.7])

    def determinant(x):
        return np.linalg.det(LOGISTIC.fisher(np.column_stack([np.ones(2), x]), theta))

    best = logistic_design.best_pair(theta)
    for shift in np.random.default_rng(0).normal(0, 0.05, (200, 2)):
        assert determinant(best + shift) <= determinant(best)
    np.testing.assert_allclose(LOGISTIC.mean(theta[0] + theta[1] * best), [0.176, 0.824], atol=5e-4)
    assert np.isinf(logistic_design.best_pair([[0.0, 0.0]])).all()


# --- reference.md §5: natural gradient = Newton = IRLS; the race of four ------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_three_names_for_one_step(seed):
    run = datasets.g1_race(seed)
    loss = descent.likelihood(LOGISTIC, (run.x, run.y))
    natural = descent.step(loss, run.start)
    np.testing.assert_allclose(descent.step(loss, run.start, "newton"), natural, rtol=1e-12)
    np.testing.assert_allclose(descent.step(loss, run.start, "scoring"), natural, rtol=1e-12)
    np.testing.assert_allclose(descent.irls_step(LOGISTIC, run.x, run.y, run.start), natural, rtol=1e-10)
    centred, empirical = (descent.direction(loss, run.start, k) for k in ("centred", "empirical"))
    g, e = loss.gradient(run.start), descent.matrix(loss, run.start, "empirical")
    np.testing.assert_allclose(centred, empirical / (1 - g @ np.linalg.solve(e, g)), rtol=1e-9)  # Sherman–Morrison


TABLE = {
    "gradient": (0.6936, 0.3631, 0.3004, 0.2710, 0.2535, 0.2418),
    "centred": (0.6936, 0.1924, 0.1903, 0.1898, 0.1897, 0.1897),
    "empirical": (0.6936, 0.3059, 0.1975, 0.1903, 0.1898, 0.1897),
    "natural": (0.6936, 0.3056, 0.2245, 0.1972, 0.1905, 0.1896),
}


@pytest.fixture(scope="module")
def races():
    runs = [datasets.g1_race(s) for s in range(200)]
    return tuple(np.stack([getattr(r, name) for r in runs]) for name in ("x", "y", "start"))


@pytest.mark.parametrize("kind", TABLE)
def test_the_race(races, kind):
    x, y, start = races
    theta, losses = descent.race(LOGISTIC, x, y, start, kind, 1.0, 5)
    np.testing.assert_allclose(losses.mean(axis=1), TABLE[kind], atol=5.1e-5)
    one = descent.likelihood(LOGISTIC, (x[7], y[7]))
    np.testing.assert_allclose(theta[:, 7], descent.path(one, start[7], kind, 1.0, 5), atol=1e-12)
    assert losses[5, 7] == pytest.approx(one.loss(theta[5, 7]), rel=1e-12, abs=0)


def test_a_set_that_cannot_go_on_leaves_the_others_alone():
    x = np.stack([X, np.column_stack([X[:, 1], X[:, 1]])])
    theta, losses = descent.race(LOGISTIC, x, np.stack([Y, Y]), np.zeros((2, 2)), "natural", 1.0, 2)
    assert np.isfinite(losses[:, 0]).all() and np.isnan(theta[1, 1]).all()


# --- paths and coordinates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chart, peak, landing", [(None, 1.572, 3.0), ("log_sigma", 1.7324, np.e**2), ("variance", 1.236, 5**0.5)]
)
def test_natural_flow_does_not_know_coordinates_and_one_step_does(chart, peak, landing):
    family = NORMAL if chart is None else NORMAL.in_chart(chart)
    into = (lambda t: np.array(t)) if chart is None else family.from_base
    back = (lambda t: t) if chart is None else family.to_base
    loss = descent.divergence(family, into([1.0, 1.0]))
    t = np.linspace(0, 6, 101)
    natural = back(descent.flow(loss, into([-1.0, 1.0]), t))
    np.testing.assert_allclose((natural**2).sum(axis=1), 2.0, rtol=1e-7)  # the circle μ² + σ² = 2
    mean_parameters = np.stack([natural[:, 0], (natural**2).sum(axis=1)], axis=1)
    np.testing.assert_allclose(mean_parameters[:, 0], 1 - 2 * np.exp(-t), atol=1e-7)  # a straight line, at rate 1
    plain = back(descent.flow(loss, into([-1.0, 1.0]), t[:60], "gradient"))
    assert plain[:, 1].max() == pytest.approx(peak, abs=2e-3)
    np.testing.assert_allclose(back(descent.step(loss, into([-1.0, 1.0]))), [1.0, landing], rtol=1e-9)


def test_divergence_is_a_likelihood_without_noise():
    x = np.random.default_rng(0).normal(1.0, 2.0, 200)
    fit = descent.likelihood(NORMAL, x)
    ideal = descent.divergence(NORMAL, NORMAL.mle(x))  # a Normal's likelihood sees only mean and variance
    theta = np.array([0.3, 1.5])
    np.testing.assert_allclose(ideal.gradient(theta), fit.gradient(theta), atol=1e-10)
    np.testing.assert_allclose(descent.matrix(ideal, theta, "newton"), descent.matrix(fit, theta, "newton"), atol=1e-9)
    assert ideal.loss(theta) == pytest.approx(fit.loss(theta) - fit.loss(NORMAL.mle(x)), rel=1e-10, abs=0)


@pytest.mark.parametrize("kind", ["natural", "gradient", "damped", "empirical"])
def test_a_flow_is_the_limit_of_small_steps(kind):
    loss = descent.likelihood(LOGISTIC, (X, np.array([0, 0, 1, 0, 1, 1, 1.0])))
    damping = 0.1 if kind == "damped" else 0.0
    end = descent.flow(loss, [0.0, 0.0], [0.0, 0.5], kind, damping)[-1]
    gaps = [np.abs(descent.path(loss, [0.0, 0.0], kind, 0.5 / n, n, damping)[-1] - end).max() for n in (100, 200)]
    assert gaps[1] < 0.005 and gaps[0] / gaps[1] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("radius, angle", [(0.1, 11.00), (1e-3, 0.864), (1e-5, 0.084)])
def test_the_best_step_in_a_kl_ball_tends_to_the_natural_one(radius, angle):
    loss = descent.divergence(NORMAL, [2.0, 0.5])
    start = np.array([0.0, 1.0])
    delta, gain = descent.kl_ball(loss, start, radius)
    natural, promised = descent.kl_step(loss, start, radius)
    between = np.degrees(np.arccos(delta @ natural / np.linalg.norm(delta) / np.linalg.norm(natural)))
    assert between == pytest.approx(angle, abs=6e-3 if radius == 0.1 else 6e-4)
    assert NORMAL.kl(start, start + delta) == pytest.approx(radius, rel=1e-9, abs=0)
    assert gain == pytest.approx(loss.loss(start) - loss.loss(start + delta)) and gain > 0
    turn = np.linspace(0, 2 * np.pi, 721)  # no other point of the ball, found by bisection, does better
    for u in np.stack([np.cos(turn), np.sin(turn)], axis=1):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            end = start + middle * u
            low, high = (middle, high) if end[1] > 0 and NORMAL.kl(start, end) < radius else (low, middle)
        assert loss.loss(start) - loss.loss(start + low * u) <= gain * (1 + 1e-9)
    np.testing.assert_allclose(natural / np.linalg.norm(natural), [0.77611, 0.63059], atol=5e-6)
    assert promised == pytest.approx(gain, rel=0.35)


@pytest.mark.parametrize(
    "chart, rate, plain, natural",
    [
        (None, 0.1, 638, 87),
        (None, 0.3, None, 27),
        ("log_sigma", 0.1, 174, 88),
        ("log_sigma", 0.3, 58, 29),
        ("variance", 0.1, None, 85),
        ("variance", 0.3, None, 26),
        ("mean_parameters", 0.1, None, 85),
        ("mean_parameters", 0.3, None, 26),
    ],
)
def test_steps_to_a_target(chart, rate, plain, natural):
    family = NORMAL if chart is None else NORMAL.in_chart(chart)
    into = (lambda t: np.array(t)) if chart is None else family.from_base
    loss = descent.divergence(family, into([5.0, 0.5]))
    for kind, count in (("gradient", plain), ("natural", natural)):
        assert descent.steps_until(loss, into([0.0, 10.0]), kind, rate, 1e-3, 700) == count


# --- the policy as an objective -----------------------------------------------------------------------------------------


def test_policy_steps_are_those_of_the_closed_forms():
    loss = descent.reward(POLICY, REWARDS)
    with pytest.raises(linalg.SingularFisherError) as error:
        descent.direction(loss, START, "natural")
    np.testing.assert_allclose(np.abs(error.value.null_space[:, 0]), 3**-0.5)
    np.testing.assert_allclose(
        descent.direction(loss, START, "natural", pseudo_inverse=True), [0.5, 0, -0.5], atol=1e-12
    )
    for damping, step in (
        (1e-4, (0.496671, 0.001636, -0.498307)),
        (1e-2, (0.301173, 0.092111, -0.393284)),
        (0.1, (0.070565, 0.130840, -0.201405)),
    ):
        np.testing.assert_allclose(descent.direction(loss, START, "damped", damping), step, atol=5.1e-7)
    delta, gain = descent.kl_step(loss, START, 0.01, pseudo_inverse=True)
    closed, promised = POLICY.kl_step(START, REWARDS, 0.01)
    np.testing.assert_allclose(delta, closed, atol=1e-12)
    assert gain == pytest.approx(float(promised))
    assert loss.kl is not None and loss.kl(START, np.zeros(3)) == POLICY.kl(START, np.zeros(3))
    delta, gain = descent.kl_step(loss, START, 0.01, "gradient")
    assert gain == pytest.approx(0.022444, abs=5e-7)
    assert loss.loss(START) - loss.loss(START + delta) == pytest.approx(0.026942, abs=5e-7)
    t = np.array([0.0, 1.0, 5.4161])
    np.testing.assert_allclose(
        descent.flow(loss, START, t, "natural", pseudo_inverse=True), POLICY.natural_flow(START, REWARDS, t), atol=1e-8
    )
    np.testing.assert_allclose(
        descent.flow(loss, START, t, "gradient"), POLICY.plain_flow(START, REWARDS, t), atol=1e-8
    )


def test_second_moments_of_sampled_policy_gradients():
    loss = descent.reward(POLICY, REWARDS, baseline=0.3)
    p, terms = np.exp(START), (REWARDS - 0.3)[:, None] * POLICY.score(np.arange(3), START)
    raw = (terms.T * p) @ terms
    np.testing.assert_allclose(descent.matrix(loss, START, "empirical"), raw, atol=1e-15)
    mean = p @ terms
    np.testing.assert_allclose(descent.matrix(loss, START, "centred"), raw - np.outer(mean, mean), atol=1e-15)
    assert np.trace(descent.matrix(loss, START, "centred")) == pytest.approx(
        float(POLICY.gradient_noise(START, REWARDS, 0.3))
    )


def test_a_damped_gradient_is_a_shorter_one_and_no_time_is_no_step():
    loss = descent.likelihood(LOGISTIC, (X, Y))
    g = loss.gradient(np.array([0.2, 0.7]))
    np.testing.assert_allclose(descent.direction(loss, [0.2, 0.7], "gradient", 0.25), -g / 1.25)
    np.testing.assert_allclose(descent.matrix(loss, [0.2, 0.7], "gradient", 0.25), 1.25 * np.eye(2))
    np.testing.assert_array_equal(descent.flow(loss, [0.2, 0.7], [0.0, 0.0]), [[0.2, 0.7]] * 2)
    once, twice = (descent.flow(loss, [0.2, 0.7], times) for times in ([0.0, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0]))
    np.testing.assert_array_equal(once[[0, 1, 1, 2]], twice)


def test_the_pseudo_inverse_is_refused_where_it_would_drop_a_part():
    loss = descent.reward(POLICY, REWARDS)
    for size in (1e-6, 1.0, 1e6):
        odd = descent.Objective("not a function of π", loss.loss, lambda t, s=size: np.array([s, 0, 0]), loss.fisher)
        with pytest.raises(linalg.SingularFisherError):
            descent.direction(odd, START, "natural", pseudo_inverse=True)


@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
def test_what_is_null_does_not_hang_on_units(size):
    rewards = descent.reward(POLICY, size * REWARDS)
    scaled = descent.Objective("F in other units", rewards.loss, rewards.gradient, lambda t: size * POLICY.fisher(t))
    for loss, step in ((rewards, size * np.array([0.5, 0, -0.5])), (scaled, np.array([0.5, 0, -0.5]))):
        found = descent.direction(loss, START, "natural", pseudo_inverse=True)
        np.testing.assert_allclose(found, step, rtol=1e-9, atol=1e-9 * np.abs(step).max())


def test_objectives_of_families_know_their_data():
    x = np.random.default_rng(2).normal(0.5, 1.5, 40)
    loss, theta = descent.likelihood(NORMAL, x), np.array([0.2, 1.1])
    scores = NORMAL.score(x, theta)
    np.testing.assert_allclose(descent.matrix(loss, theta, "empirical"), scores.T @ scores / 40, rtol=1e-12)
    np.testing.assert_allclose(descent.matrix(loss, theta, "centred"), np.cov(scores.T, bias=True), rtol=1e-12)
    assert loss.kl is not None and loss.kl(theta, NORMAL.mle(x)) == NORMAL.kl(theta, NORMAL.mle(x))
    assert descent.flow(loss, theta, [0.3]).shape == (1, 2)


def test_no_direction_promises_more_than_the_natural_one():
    loss = descent.likelihood(LOGISTIC, (X, Y))
    rng = np.random.default_rng(0)
    theta = np.array([0.2, 0.7])
    delta, gain = descent.kl_step(loss, theta, 1e-3)
    f, g = loss.fisher(theta), loss.gradient(theta)
    others = rng.normal(size=(500, 2))
    others *= np.sqrt(2e-3 / np.einsum("ni,ij,nj->n", others, f, others))[:, None]
    assert (-others @ g <= gain + 1e-15).all() and 0.5 * delta @ f @ delta == pytest.approx(1e-3)
    assert gain == pytest.approx(np.sqrt(2e-3 * g @ np.linalg.solve(f, g)))
    newton, _ = descent.kl_step(loss, theta, 1e-3, "newton")
    np.testing.assert_allclose(newton, delta, rtol=1e-10)


@pytest.mark.parametrize(
    "model, size", [(LinearRegression(0.7), 2), (LOGISTIC, 2), (SoftmaxRegression(3), 6), (MLP((2, 2, 2)), 12)]
)
def test_every_conditional_model_descends(model, size):
    rng = np.random.default_rng(3)
    x, theta = rng.normal(size=(30, 2)), rng.normal(size=size)
    y = model.sample(x, theta, rng)
    loss = descent.likelihood(model, (x, y))
    for kind in ("gradient", "damped"):
        after = descent.step(loss, theta * 0.5, kind, 0.1, 0.5 if kind == "damped" else 0.0)
        assert loss.loss(after) < loss.loss(theta * 0.5)
    assert loss.kl is None
    np.testing.assert_allclose(
        descent.matrix(loss, theta, "centred"), information.empirical(model, (x, y), theta, centered=True).value
    )


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda loss: descent.matrix(loss, [0, 1], "adam"), "kind = 'adam' must be one of"),
        (lambda loss: descent.matrix(loss, [0, 1], "damped"), "damping = 0 must be > 0"),
        (lambda loss: descent.direction(loss, [0, 1], "natural", -1.0), "damping = -1 must be >= 0"),
        (lambda loss: descent.flow(loss, [0, 1], [1.0, 0.0]), "times must be ascending"),
        (lambda loss: descent.path(loss, [0, 1], "natural", 1.0, -1), "count = -1"),
        (lambda loss: descent.flow(EXPLOSION, [1.0], [2.0], "gradient"), "times reach 2 and must stop before"),
        (lambda loss: descent.kl_step(loss, [0, 1], -1.0), "radius = -1 must be >= 0"),
        (lambda loss: descent.kl_ball(loss, [0, 1], 0.1), "has no divergence"),
        (lambda loss: descent.kl_ball(descent.divergence(NORMAL, [0, 1]), [0, 1.5], 0.0), "radius = 0 must be > 0"),
        (lambda loss: descent.steps_until(descent.divergence(NORMAL, [0, 1]), [0, -1], "natural", 1, 0.1, 9), "sigma"),
        (lambda loss: descent.likelihood(LOGISTIC, X), "must be the pair (x, y)"),
        (lambda loss: descent.irls_step(LOGISTIC, X, Y, [0, 800.0]), "theta must be smaller"),
        (lambda loss: descent.race(LOGISTIC, X, Y, [0, 1], "natural", 1, 1), "must be (s, n, d)"),
        (lambda loss: descent.step(descent.divergence(NORMAL, [0, 1]), [0, 1], "empirical"), "has no single gradients"),
        (lambda loss: descent.kl_step(descent.reward(POLICY, np.ones(3)), START, 0.1, "gradient"), "must have a slope"),
        (lambda loss: descent.path(descent.divergence(NORMAL, [0, 1]), [0, 9.0], "natural", 3, 1), "sigma"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as error:
        call(descent.likelihood(LOGISTIC, (X, Y)))
    assert message in str(error.value)


def bowl(m, center):
    """½(θ − c)ᵀM(θ − c), M symmetric and perhaps not definite, with a Fisher matrix of its own."""
    fisher = np.diag(np.arange(1.0, len(m) + 1))
    return descent.Objective(
        "a saddle", lambda t: float(0.5 * (t - center) @ m @ (t - center)), lambda t: m @ (t - center), lambda t: fisher,
        lambda t: m, lambda t, centred: 2 * fisher - (np.eye(len(m)) if centred else 0.0), lambda p, q: float(q[0] - 2 * p[0]),
    )  # fmt: skip


def test_damping_is_added_to_every_matrix_in_every_direction():
    m = np.random.default_rng(0).normal(size=(3, 3))
    m, theta = m + m.T, np.array([0.3, -1.0, 2.0])
    loss = bowl(m, np.zeros(3))
    f = np.diag([1.0, 2.0, 3.0])
    wanted = {"natural": f, "damped": f, "scoring": f, "newton": m, "empirical": 2 * f, "centred": 2 * f - np.eye(3)}
    for kind, matrix in wanted.items():
        np.testing.assert_allclose(descent.matrix(loss, theta, kind, 0.3), matrix + 0.3 * np.eye(3), rtol=1e-14)
        found = descent.direction(loss, theta, kind, 0.3)
        np.testing.assert_allclose(found, -np.linalg.solve(matrix + 0.3 * np.eye(3), m @ theta), rtol=1e-9)
        np.testing.assert_allclose(descent.step(loss, theta, kind, 0.5, 0.3), theta + 0.5 * found, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_newton_finds_a_saddle_and_with_a_flat_direction_the_nearest_point_of_its_valley(seed):
    rng = np.random.default_rng(seed)
    vectors = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    center, theta = rng.normal(size=4), rng.normal(size=4)
    saddle = bowl((vectors * [3.0, -2.0, 0.5, -0.1]) @ vectors.T, center)
    np.testing.assert_allclose(descent.step(saddle, theta, "newton"), center, rtol=1e-9)
    valley = bowl((vectors * [3.0, -2.0, 0.5, 0.0]) @ vectors.T, center)
    with pytest.raises(linalg.SingularFisherError):
        descent.step(valley, theta, "newton")
    flat = vectors[:, 3]
    expected = center + flat * (flat @ (theta - center))
    np.testing.assert_allclose(
        descent.step(valley, theta, "newton", pseudo_inverse=True), expected, rtol=1e-9, atol=1e-12
    )


def test_a_run_is_over_when_its_loss_is_below_and_after_the_most_steps():
    """Halving the distance at every step from loss 8: 2, ½, ⅛ …"""
    loss = bowl(np.eye(1), np.zeros(1))
    count = lambda below, most: descent.steps_until(loss, [4.0], "gradient", 0.5, below, most)  # noqa: E731
    assert [count(below, 9) for below in (9.0, 8.0, 2.5, 2.0, 0.51, 0.5)] == [0, 1, 1, 2, 2, 3]
    assert count(0.5, 3) == 3 and count(0.5, 2) is None


def test_divergences_of_objectives_go_from_the_first_to_the_second():
    p, q = np.array([0.2, 1.1]), np.array([0.5, 2.0])
    assert descent.divergence(NORMAL, [0.0, 1.0]).kl(p, q) == NORMAL.kl(p, q) != NORMAL.kl(q, p)
    other = START + np.array([0.5, 0.0, -0.2])
    assert descent.reward(POLICY, REWARDS).kl(START, other) == POLICY.kl(START, other) != POLICY.kl(other, START)
    assert descent.divergence(NORMAL, p).loss(q) == NORMAL.kl(p, q)


def test_the_reward_weighted_matrix_of_an_objective_has_its_baseline():
    """(1/n) Σ of (r − b)² s sᵀ over the arms by their chances; centred less ∇J ∇Jᵀ."""
    loss, p = descent.reward(POLICY, REWARDS, 0.4), POLICY.probabilities(START)
    s = POLICY.score([0.0, 1.0, 2.0], START)
    expected = (s.T * (p * (REWARDS - 0.4) ** 2)) @ s
    np.testing.assert_allclose(descent.matrix(loss, START, "empirical"), expected, rtol=1e-12)
    g = p @ (REWARDS[:, None] * s)
    np.testing.assert_allclose(descent.matrix(loss, START, "centred"), expected - np.outer(g, g), rtol=1e-10)


def test_a_small_part_outside_the_range_is_not_dropped_either():
    loss = descent.reward(POLICY, REWARDS)
    g = loss.gradient(START)
    for part, refused in ((1e-5, True), (1e-13, False)):
        odd = descent.Objective("almost", loss.loss, lambda t, p=part: g + p * np.linalg.norm(g), loss.fisher)
        if refused:
            with pytest.raises(linalg.SingularFisherError):
                descent.direction(odd, START, "natural", pseudo_inverse=True)
        else:
            found = descent.direction(odd, START, "natural", pseudo_inverse=True)
            np.testing.assert_allclose(found, [0.5, 0.0, -0.5], atol=1e-8)


OBJECTIVES = {
    "data": (descent.likelihood(NORMAL, np.array([0.3, -1.0, 2.2, 0.4])), [0.2, 1.1]),
    "labels": (descent.likelihood(LOGISTIC, (X, 1 - Y)), [0.2, 0.7]),
    "member": (descent.divergence(FAMILIES["gamma"], [2.0, 1.0]), [2.5, 0.8]),
    "reward": (descent.reward(POLICY, REWARDS, 0.2), [0.3, -0.5, 0.1]),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_gradients_and_hessians_of_objectives_are_those_of_their_loss(name):
    loss, theta = OBJECTIVES[name]
    theta, d = np.array(theta), len(theta)
    slope = [(loss.loss(theta + e) - loss.loss(theta - e)) / 2e-5 for e in 1e-5 * np.eye(d)]
    np.testing.assert_allclose(loss.gradient(theta), slope, rtol=1e-6, atol=1e-9)
    bend = [(loss.gradient(theta + e) - loss.gradient(theta - e)) / 2e-5 for e in 1e-5 * np.eye(d)]
    np.testing.assert_allclose(descent.matrix(loss, theta, "newton"), bend, rtol=1e-6, atol=1e-8)


def test_a_stiff_set_goes_on():
    """Columns in units a hundred thousand times apart: the natural step of a line lands on least squares all the same."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 9, 2)) * [1.0, 1e-5]
    y = rng.normal(size=(2, 9))
    theta, losses = descent.race(LinearRegression(), x, y, np.zeros((2, 2)), "natural", 1.0, 1)
    for k in range(2):
        np.testing.assert_allclose(theta[1, k], np.linalg.lstsq(x[k], y[k], rcond=None)[0], rtol=1e-6)
    assert np.isfinite(losses).all()
