"""Softmax policies, the Gaussian policy and the corridor: the reference's numbers, invariants, refusals."""

import numpy as np
import pytest

from fisher_core import information, linalg
from fisher_core.models import SoftmaxPolicy, SoftmaxRegression
from fisher_core.models.policy import first_crossing, half_time
from fisher_core.models.policy_flows import integrate
from fisher_studies.corridor import Corridor
from fisher_studies.gaussian_policy import GaussianPolicy

POLICY = SoftmaxPolicy(3)
REWARDS = np.array([1.0, 0.5, 0.0])
START = POLICY.logits([0.01, 0.09, 0.90])
ACTIONS = np.arange(3)


def random_case(seed, arms=4):
    rng = np.random.default_rng(seed)
    return SoftmaxPolicy(arms), rng.normal(0, 2, arms), rng.normal(size=arms)


# --- reference.md §8 ----------------------------------------------------------------------------------------------------


def test_the_three_arms():
    assert POLICY.value(START, REWARDS) == pytest.approx(0.055)
    np.testing.assert_allclose(POLICY.gradient(START, REWARDS), [0.00945, 0.04005, -0.0495], atol=1e-12)
    assert 0.04005 / 0.00945 == pytest.approx(4.238, abs=5e-4)
    np.testing.assert_allclose(POLICY.natural_gradient(START, REWARDS), [0.5, 0, -0.5])
    assert POLICY.variance(START, REWARDS) == pytest.approx(0.029475)
    f = POLICY.fisher(START)
    assert np.trace(f) == pytest.approx(0.1818)
    np.testing.assert_allclose(np.linalg.eigvalsh(f), [0, 0.014527, 0.167273], atol=5e-7)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(POLICY.fisher(POLICY.logits([0.7, 0.2, 0.1]))), [0, 0.125597, 0.334403], atol=5e-7
    )


@pytest.mark.parametrize(
    "flow, half, nine_tenths", [("natural", 2 * np.log(15), 2 * np.log(90)), ("plain", 174.2, 188.0)]
)
def test_when_the_best_arm_gets_there(flow, half, nine_tenths):
    digits = 1e-9 if flow == "natural" else 0.05
    assert POLICY.time_to(START, REWARDS, 0, 0.5, flow) == pytest.approx(half, abs=digits)
    assert POLICY.time_to(START, REWARDS, 0, 0.9, flow) == pytest.approx(nine_tenths, abs=digits)
    assert POLICY.time_to(START, REWARDS, 0, 0.005, flow) == 0.0
    assert POLICY.time_to(START, [0.0, 1.0, 0.5], 0, 0.5, flow) == np.inf


def test_peaks_of_the_mediocre_arm():
    t = np.linspace(0, 200, 20001)
    plain = POLICY.probabilities(POLICY.plain_flow(START, REWARDS, t))
    k = plain[:, 1].argmax()
    assert (plain[k, 1], t[k], plain[k, 0]) == pytest.approx((0.9634, 94.0, 0.0183), abs=0.05)
    assert plain[k, 1] == pytest.approx(0.9634, abs=5e-5)
    t = np.linspace(0, 10, 100001)
    natural = POLICY.probabilities(POLICY.natural_flow(START, REWARDS, t))
    k = natural[:, 1].argmax()
    assert natural[k, 1] == pytest.approx(0.32173, abs=5e-6) and t[k] == pytest.approx(np.log(90), abs=1e-3)


@pytest.mark.parametrize("flow, time", [("plain", 181.6), ("natural", 7.890)])
def test_when_the_reward_is_nine_tenths(flow, time):
    run = POLICY.plain_flow if flow == "plain" else POLICY.natural_flow
    values = POLICY.value(run(START, REWARDS, [time - 0.05, time + 0.05]), REWARDS)
    assert values[0] < 0.9 < values[1]


@pytest.mark.parametrize("p, plain, natural", [(0.1, 6.6417, 2.1972), (0.01, 54.090, 4.5951), (0.001, 506.41, 6.9068)])
def test_two_arms(p, plain, natural):
    assert half_time(p) == pytest.approx((plain, natural), rel=2e-5)
    two = SoftmaxPolicy(2)
    for flow, exact in zip(
        ("plain", "natural"), half_time(p, 0.3), strict=True
    ):  # the flows themselves know no formula
        assert two.time_to(two.logits([p, 1 - p]), [0.3, 0.0], 0, 0.5, flow) == pytest.approx(
            float(exact), rel=1e-8, abs=0
        )


def test_kl_step():
    for radius, predicted, actual, spent in (
        (0.01, 0.024280, 0.030697, 0.011696),
        (0.001, 0.007678, 0.008255, 0.0010495),
    ):
        delta, gain = POLICY.kl_step(START, REWARDS, radius)
        assert gain == pytest.approx(predicted, abs=5e-7)
        assert POLICY.value(START + delta, REWARDS) - 0.055 == pytest.approx(actual, abs=5e-7)
        assert POLICY.kl(START, START + delta) == pytest.approx(spent, abs=5e-7)
        assert 0.5 * delta @ POLICY.fisher(START) @ delta == pytest.approx(radius)
        assert gain == pytest.approx(POLICY.gradient(START, REWARDS) @ delta)


def test_no_radius_is_no_step():
    delta, gain = POLICY.kl_step(START, REWARDS, 0.0)
    assert not delta.any() and gain == 0.0


def test_the_standard_error_is_that_of_the_terms_drawn():
    found = POLICY.sampled_gradient(START, REWARDS, 25, np.random.default_rng(5), 0.2)
    drawn = POLICY.sample(START, 25, np.random.default_rng(5)).astype(int)
    terms = (REWARDS[drawn] - 0.2)[:, None] * POLICY.score(drawn, START)
    np.testing.assert_allclose(found.value, terms.mean(axis=0), atol=1e-15)
    np.testing.assert_allclose(found.standard_error, terms.std(axis=0, ddof=1) / 5, rtol=1e-10)
    assert found.n == 25


def test_baselines():
    assert POLICY.gradient_noise(START, REWARDS) == pytest.approx(0.050698, abs=5e-7)
    assert POLICY.gradient_noise(START, REWARDS, 0.055) == pytest.approx(0.041161, abs=5e-7)
    best = POLICY.optimal_baseline(START, REWARDS)
    assert best == pytest.approx(0.504406, abs=5e-7)
    assert POLICY.gradient_noise(START, REWARDS, best) == pytest.approx(0.004443, abs=5e-7)
    assert POLICY.gradient_noise(START, REWARDS + 10) == pytest.approx(20.0647, abs=5e-5)
    np.testing.assert_allclose(POLICY.gradient(START, REWARDS + 10), POLICY.gradient(START, REWARDS), atol=1e-15)


def test_matrices_that_are_not_fisher():
    off = POLICY.off_policy_moment(START, np.full(3, 1 / 3))
    assert np.trace(off) == pytest.approx(1.151533, abs=5e-7)
    np.testing.assert_allclose(POLICY.off_policy_moment(START, np.exp(START)), POLICY.fisher(START), atol=1e-15)
    for scale, second in ((1, 1.395805), (10, 0.139580)):
        r = scale * REWARDS
        e = POLICY.reward_weighted_fisher(START, r, float(POLICY.value(START, r)))
        assert (np.linalg.pinv(e) @ POLICY.gradient(START, r))[1] == pytest.approx(second, abs=5.1e-7)


def test_inference():
    beta = np.array([1.0, 0.2, 0.1])
    logits, value = POLICY.soft_optimum(START, REWARDS, beta)
    pi = POLICY.probabilities(logits)
    np.testing.assert_allclose(pi[1], [0.426406, 0.315014, 0.258579], atol=5.1e-7)
    np.testing.assert_allclose(pi @ REWARDS, [0.094253, 0.583914, 0.967685], atol=5.1e-7)
    divergence = POLICY.kl(logits, START)
    np.testing.assert_allclose(divergence, [0.021404, 1.672376, 4.219300], atol=5.1e-7)
    np.testing.assert_allclose(value, [0.072849, 0.249438, 0.545755], atol=5.1e-7)
    np.testing.assert_allclose(value, pi @ REWARDS - beta * divergence, rtol=1e-12)
    flow = POLICY.natural_flow(START, REWARDS, 1 / beta)
    np.testing.assert_allclose(POLICY.probabilities(flow), pi, rtol=1e-12)


def test_gaussian_policy():
    policy = GaussianPolicy(1.0)
    natural, plain = policy.natural_flow(-1.0, 1.0, 2.0), policy.plain_flow(-1.0, 1.0, 2.0)
    assert (natural[0] - 1, natural[1]) == pytest.approx((-0.4, 5**-0.5)) and policy.value(*natural) == pytest.approx(
        -0.36
    )
    assert (plain[0] - 1, plain[1]) == pytest.approx((-0.0366, 0.0183), abs=5e-5)
    assert policy.value(*plain) == pytest.approx(-0.0017, abs=5e-5)


def test_corridor():
    corridor = Corridor()
    np.testing.assert_allclose(corridor.right([-2, 0]), [0.1192, 0.5], atol=5e-5)
    np.testing.assert_allclose(np.diag(corridor.fisher([-2, 0])), [0.104994, 0.029801], atol=5e-7)
    np.testing.assert_allclose(corridor.gradient([-2, 0]), [0.052497, 0.029801], atol=5e-7)
    np.testing.assert_allclose(corridor.natural_gradient([-2, 0]), [0.5, 1.0])
    for theta in np.random.default_rng(0).normal(0, 3, (5, 2)):
        f, g = corridor.by_trajectories(theta)
        np.testing.assert_allclose(corridor.fisher(theta), f, atol=1e-14)
        np.testing.assert_allclose(corridor.gradient(theta), g, atol=1e-14)
        np.testing.assert_allclose(np.linalg.solve(f, g), corridor.natural_gradient(theta), rtol=1e-9)


# --- identities -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_gradient_is_fisher_times_rewards_and_natural_is_centred_rewards(seed):
    policy, theta, r = random_case(seed)
    f, g = policy.fisher(theta), policy.gradient(theta, r)
    np.testing.assert_allclose(f @ r, g, atol=1e-14)
    np.testing.assert_allclose(np.linalg.pinv(f) @ g, policy.natural_gradient(theta, r), atol=1e-10)
    assert r @ f @ r == pytest.approx(float(policy.variance(theta, r)))
    p, s = policy.probabilities(theta), policy.score(np.arange(4), theta)
    np.testing.assert_allclose(p @ s, 0, atol=1e-15)
    np.testing.assert_allclose((s.T * p) @ s, f, atol=1e-15)
    np.testing.assert_allclose(linalg.null_space(f)[:, 0] ** 2, 0.25)
    noise = p @ ((s * (r - 0.3)[:, None] - g) ** 2).sum(axis=1)
    assert policy.gradient_noise(theta, r, 0.3) == pytest.approx(noise)
    b = policy.optimal_baseline(theta, r)
    assert (policy.gradient_noise(theta, r, b + np.array([-0.1, 0.1])) > policy.gradient_noise(theta, r, b)).all()


def test_natural_flow_runs_along_the_natural_gradient_and_plain_along_the_plain_one():
    t, h = 3.0, 1e-4
    for run, slope in ((POLICY.natural_flow, POLICY.natural_gradient), (POLICY.plain_flow, POLICY.gradient)):
        path = run(START, REWARDS, [t - h, t, t + h])
        np.testing.assert_allclose((path[2] - path[0]) / (2 * h), slope(path[1], REWARDS), rtol=1e-5, atol=1e-9)


def test_flows_of_many_starts_are_those_of_each():
    starts = POLICY.logits([[0.01, 0.09, 0.9], [0.3, 0.3, 0.4]])
    for run in (POLICY.natural_flow, POLICY.plain_flow):
        together = run(starts, REWARDS, [0.0, 1.0, 20.0])
        assert together.shape == (2, 3, 3)
        for k in range(2):
            np.testing.assert_allclose(together[k], run(starts[k], REWARDS, [0.0, 1.0, 20.0]), atol=1e-8)
        np.testing.assert_allclose(together[:, 0], starts)
        np.testing.assert_array_equal(run(starts, REWARDS, [0.0, 0.0]), np.stack([starts, starts], axis=1))


def test_it_is_a_family_and_softmax_regression_on_a_constant():
    np.testing.assert_allclose(information.by_quadrature(POLICY, START), POLICY.fisher(START), atol=1e-12)
    model, ones = SoftmaxRegression(3), np.ones((3, 1))
    np.testing.assert_allclose(model.fisher(ones, START), POLICY.fisher(START), atol=1e-15)
    np.testing.assert_allclose(model.score(ones, ACTIONS, START), POLICY.score(ACTIONS, START), atol=1e-15)
    np.testing.assert_allclose(model.log_prob(ones, ACTIONS, START), POLICY.log_prob(ACTIONS, START))
    np.testing.assert_allclose(-POLICY.hessian(ACTIONS, START)[1], POLICY.fisher(START))
    np.testing.assert_allclose(POLICY.log_prob(ACTIONS, START + 5), POLICY.log_prob(ACTIONS, START))
    np.testing.assert_allclose(np.exp(POLICY.log_prob(ACTIONS, POLICY.mle([0, 0, 0, 1, 2, 2]))), [3 / 6, 1 / 6, 2 / 6])
    assert POLICY.mle([0, 1, 2, 2]).sum() == pytest.approx(0, abs=1e-15)
    assert POLICY.cdf([0, 1, 2], START) == pytest.approx([0.01, 0.10, 1.0])
    assert POLICY.quantile([0.005, 0.05, 0.5], START) == pytest.approx([0, 1, 2])


@pytest.mark.parametrize("lead", [5.0, 40.0, 350.0, 700.0])
def test_a_sure_policy_keeps_its_digits(lead):
    theta = np.array([lead, 0.0, -3.0])
    rest = np.exp(-lead) + np.exp(-lead - 3)
    f = POLICY.fisher(theta)
    np.testing.assert_allclose(f[0, 0], rest / (1 + rest) ** 2, rtol=1e-14)
    np.testing.assert_allclose(POLICY.score([0], theta)[0, 0], rest / (1 + rest), rtol=1e-14)
    push = (np.exp(-lead) * 0.5 + np.exp(-lead - 3)) / (1 + rest) ** 2  # π₁ (π₂(r₁−r₂) + π₃(r₁−r₃))
    np.testing.assert_allclose(POLICY.gradient(theta, REWARDS)[0], push, rtol=1e-13)
    assert POLICY.kl(theta, theta + np.array([1e-8, 0, 0])) == pytest.approx(0.5e-16 * f[0, 0], rel=1e-6)


def test_sampled_gradient_is_calibrated():
    exact = POLICY.gradient(POLICY.logits([0.2, 0.3, 0.5]), REWARDS)
    hits, spreads = np.zeros(3), []
    for seed in range(500):
        found = POLICY.sampled_gradient(POLICY.logits([0.2, 0.3, 0.5]), REWARDS, 400, np.random.default_rng(seed), 0.4)
        low, high = found.interval
        hits += (low < exact) & (exact < high)
        spreads.append(found.standard_error**2)
    assert (np.abs(hits / 500 - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 500)).all()
    noise = POLICY.gradient_noise(POLICY.logits([0.2, 0.3, 0.5]), REWARDS, 0.4)
    assert 400 * np.mean(spreads, axis=0).sum() == pytest.approx(float(noise), rel=0.02)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: SoftmaxPolicy(1), "arms = 1 must be >= 2"),
        (lambda: POLICY.value([0, 0], REWARDS), "must have shape (..., 3)"),
        (lambda: POLICY.value(START, [1, 2]), "rewards has shape (2,)"),
        (lambda: POLICY.logits([0.5, 0.5, 0]), "probabilities contain 0 and must be > 0"),
        (lambda: POLICY.logits([0.5, 0.4, 0.2]), "have the sum 1.1 and must have 1"),
        (lambda: POLICY.kl_step(START, np.ones(3), 0.1), "rewards must differ"),
        (lambda: POLICY.kl_step(START, REWARDS, -0.1), "radius contains -0.1"),
        (lambda: POLICY.plain_flow(START, REWARDS, [1.0, 0.5]), "times must be ascending"),
        (lambda: POLICY.soft_optimum(START, REWARDS, 0.0), "beta contains 0 and must be > 0"),
        (lambda: POLICY.damped_gradient(START, REWARDS, 0.0), "damping contains 0 and must be > 0"),
        (lambda: POLICY.time_to(START, REWARDS, 3, 0.5, "plain"), "arm = 3"),
        (lambda: POLICY.time_to(START, REWARDS, 0, 1.0, "plain"), "level = 1 must be"),
        (lambda: half_time(0.7), "start contains 0.7 and must be in (0, 1/2]"),
        (lambda: POLICY.log_prob([3], START), "the support of softmax_policy"),
        (lambda: linalg.solve(POLICY.fisher(START), REWARDS), "fisher has rank 2 of 3"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert message in str(error.value)


@pytest.mark.parametrize("damping", [1e-4, 1e-2, 0.1, 30.0])
def test_damped_steps_and_flows(damping):
    direct = np.linalg.solve(POLICY.fisher(START) + damping * np.eye(3), POLICY.gradient(START, REWARDS))
    np.testing.assert_allclose(POLICY.damped_gradient(START, REWARDS, damping), direct, rtol=1e-9, atol=1e-14)
    path = POLICY.damped_flow(START, REWARDS, [2.0 - 1e-4, 2.0, 2.0 + 1e-4], [damping, 1.0])[0]
    slope = POLICY.damped_gradient(path[1], REWARDS, damping)
    np.testing.assert_allclose((path[2] - path[0]) / 2e-4, slope, rtol=1e-4, atol=1e-8)


def test_crossings_in_a_table():
    t = np.linspace(0, 250, 5001)
    runs = POLICY.probabilities(POLICY.plain_flow(np.stack([START, [0.0, 0.0, 0.0]]), REWARDS, t))
    found = first_crossing(t, runs[..., 0], 0.5)
    exact = [POLICY.time_to(s, REWARDS, 0, 0.5, "plain") for s in (START, np.zeros(3))]
    np.testing.assert_allclose(found, exact, rtol=1e-4)
    assert first_crossing(t, runs[..., 0], 0.2).tolist()[1] == 0.0
    assert first_crossing(t, runs[..., 2], 0.95).tolist() == [np.inf, np.inf]


def test_ring_of_equal_quadratic_divergence():
    ring = POLICY.kl_ring(START, [1e-6, 0.02])
    delta = ring - START
    np.testing.assert_allclose(
        0.5 * np.einsum("...i,ij,...j->...", delta, POLICY.fisher(START), delta), [[1e-6] * 121, [0.02] * 121]
    )
    np.testing.assert_allclose(delta.sum(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(POLICY.kl(START, ring[0]), 1e-6, rtol=0.02)
    with pytest.raises(ValueError, match="arms = 2 must be 3"):
        SoftmaxPolicy(2).kl_ring([0, 0], 0.1)


@pytest.mark.parametrize("seed", range(6))
def test_natural_crossings_against_a_fine_table(seed):
    """Any arm, also one that rises and falls again: the first time it has the level, or never."""
    policy, theta, r = random_case(seed, 3)
    t = np.linspace(0, 60, 60001)
    p = policy.probabilities(policy.natural_flow(theta, r, t))
    for arm in range(3):
        for level in (0.3, 0.6, 0.95):
            found = policy.time_to(theta, r, arm, level, "natural")
            after = np.flatnonzero(p[:, arm] >= level)
            assert found == (pytest.approx(t[after[0]], abs=2e-3) if after.size else np.inf)


def test_a_level_just_below_the_peak_is_found_on_the_way_up():
    level = 0.3217  # the middle arm's natural peak is .32173
    t = POLICY.time_to(START, REWARDS, 1, level, "natural")
    assert t < np.log(90)
    p = POLICY.probabilities(POLICY.natural_flow(START, REWARDS, [t - 1e-3, t, t + 1e-3]))[:, 1]
    assert p[0] < p[1] < p[2] and p[1] == pytest.approx(level, rel=1e-12, abs=0)
    assert POLICY.time_to(START, REWARDS, 1, 0.3218, "natural") == np.inf


def test_hessians_of_many_policies_are_those_of_each():
    many = np.random.default_rng(0).normal(size=(4, 3, 3))
    each = [[POLICY.value_hessian(t, REWARDS) for t in row] for row in many]
    np.testing.assert_allclose(POLICY.value_hessian(many, REWARDS), each, atol=1e-16)


@pytest.mark.parametrize("sigma", [0.6, 2.0])
def test_gaussian_flows_leave_along_their_gradients(sigma):
    policy, h = GaussianPolicy(0.5), 1e-6
    natural, plain = (np.array(run(2.0, sigma, h)) - [2.0, sigma] for run in (policy.natural_flow, policy.plain_flow))
    np.testing.assert_allclose(plain / h, [-2 * 1.5, -2 * sigma], rtol=1e-5)
    np.testing.assert_allclose(natural / h, [-2 * 1.5 * sigma**2, -(sigma**3)], rtol=1e-4)


def test_logits_count_only_by_their_differences():
    """At any height: nothing overflows, and the prior of the soft optimum is a distribution."""
    for height in (-3.0, 2000.0):
        np.testing.assert_allclose(POLICY.probabilities(START + height), POLICY.probabilities(START), rtol=1e-11)
        np.testing.assert_allclose(POLICY.fisher(START + height), POLICY.fisher(START), rtol=1e-11, atol=1e-16)
        flow = POLICY.plain_flow(START + height, REWARDS, [0.0, 3.0]) - POLICY.plain_flow(START, REWARDS, [0.0, 3.0])
        np.testing.assert_allclose(flow, height, rtol=1e-9)
        for shifted, here in zip(
            POLICY.soft_optimum(START + height, REWARDS, [0.5, 2.0]),
            POLICY.soft_optimum(START, REWARDS, [0.5, 2.0]),
            strict=True,
        ):
            np.testing.assert_allclose(shifted, here, rtol=1e-10)
    logits, value = POLICY.soft_optimum(START, REWARDS, 0.7)
    best = POLICY.probabilities(logits[0])
    gain = best @ REWARDS - 0.7 * float(POLICY.kl(logits[0], START))
    assert value[0] == pytest.approx(gain, rel=1e-12, abs=0)


def test_a_sure_step_in_the_corridor_keeps_its_digits():
    theta, rest = np.array([40.0, 38.0]), np.exp([-40.0, -38.0])
    np.testing.assert_allclose(np.diag(Corridor().fisher(theta)), rest, rtol=1e-14)
    np.testing.assert_allclose(Corridor().gradient(theta), rest, rtol=1e-14)


def test_a_crossing_at_the_end_of_a_table_is_one():
    assert first_crossing([0.0, 1.0], [0.2, 0.5], 0.5) == 1.0
    assert first_crossing([0.0, 1.0], [0.2, 0.4999], 0.5) == np.inf
    assert first_crossing([2.0, 3.0], [0.6, 0.4], 0.5) == 2.0


@pytest.mark.parametrize("p", [0.1, 0.01])
def test_plain_flows_keep_nine_digits(p):
    """Two arms reach even odds at a time known in closed form."""
    two = SoftmaxPolicy(2)
    end = two.plain_flow(two.logits([p, 1 - p]), [1.0, 0.0], [float(half_time(p)[0])])[0]
    assert two.probabilities(end)[0] == pytest.approx(0.5, abs=2e-9)


def test_a_flow_that_leaves_all_bounds_is_refused():
    with pytest.raises(ValueError, match="times reach 2 and must stop before the flow leaves"):
        integrate(lambda t, y: y**2, np.ones(1), np.array([2.0]))  # 1/(1 − t)
    for times in ([-1.0, 0.0], [1.0, 0.5], []):
        with pytest.raises(ValueError, match="times must be ascending and begin at 0 or later"):
            POLICY.plain_flow(START, REWARDS, times)
    twice = POLICY.plain_flow(START, REWARDS, [0.0, 1.0, 1.0])
    np.testing.assert_array_equal(twice[1], twice[2])
    np.testing.assert_array_equal(POLICY.plain_flow(START, REWARDS, [0.0, 0.0]), [START, START])
