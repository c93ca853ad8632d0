"""benchmarks/core/ways.py and what it needs: the rules against literal loops, the formulas against enumeration, WAYS.md against both."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.core import fisher_penalties as penalties
from benchmarks.core import fisher_rules as rules
from benchmarks.core import ways_on_digits as ways
from fisher_core.continual import six_ways
from fisher_core.models import MLP
from fisher_studies.anchors import progress


def small(sizes=(4, 5, 3), n=23, seed=0):
    model, rng = MLP(sizes, "relu"), np.random.default_rng(seed)
    theta = model.initial(rng) + 0.5 * rng.normal(size=model.size)
    x = rng.normal(size=(n, sizes[0]))
    return ways.Network(model, x, rng.integers(0, sizes[-1], n), theta)


# --- rules ----------------------------------------------------------------------------------------------------------------


def test_the_rules_are_the_loops_they_stand_for():
    net = small()
    score = lambda rows, labels: net.model.score(net.x[rows], labels, net.theta)  # noqa: E731
    p = net.model.probabilities(net.x, net.theta)[0]
    predicted = batched = exact = 0.0
    for i in range(23):
        predicted = predicted + score([i], p[[i]].argmax(axis=1))[0] ** 2 / 23
        for y in range(3):
            exact = exact + p[i, y] * score([i], [y])[0] ** 2 / 23
    for rows in (range(0, 8), range(8, 16), range(16, 23)):  # the short batch is a whole term of the mean
        batched = batched + score(list(rows), net.y[list(rows)]).mean(axis=0) ** 2 / 3
    np.testing.assert_allclose(rules.mean_of_squares(net.scores(net.predicted)), predicted, rtol=1e-12)
    np.testing.assert_allclose(rules.squares_of_means(net.scores(net.y), 8), batched, rtol=1e-12, atol=1e-18)
    np.testing.assert_allclose(net.exact, exact, rtol=1e-12)
    np.testing.assert_allclose(rules.by_last_index(np.mean([3.0, 5.0, 4.0]), 3), (3 + 5 + 4) / 2)


def test_the_rules_are_our_ways_where_they_agree():
    net = small(n=24)
    m, x, y, theta = net.model, net.x, net.y, net.theta
    np.testing.assert_allclose(net.exact, six_ways.exact(m, x, theta), rtol=1e-11)
    np.testing.assert_allclose(
        rules.mean_of_squares(net.scores(net.predicted)), six_ways.argmax(m, x, theta), rtol=1e-11
    )
    np.testing.assert_allclose(
        rules.squares_of_means(net.scores(y), 8), six_ways.batched(m, x, y, theta, 8), rtol=1e-11, atol=1e-18
    )


# --- formulas -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 6])
def test_batches_in_the_mean_over_every_order(batch):
    scores = np.random.default_rng(1).normal(size=(6, 3)) + 0.4
    enumerated = np.mean(
        [rules.squares_of_means(scores[list(o)], batch) for o in itertools.permutations(range(6))], axis=0
    )
    square, mean = (scores**2).mean(axis=0), scores.mean(axis=0)
    np.testing.assert_allclose(rules.of_batches(square, mean, 6, batch), enumerated, rtol=1e-12)
    trace = rules.of_batches(square.sum(), np.linalg.norm(mean), 6, batch)
    assert trace == pytest.approx(enumerated.sum(), rel=1e-12, abs=0)


def test_one_label_exactly_for_the_last_layer():
    net = small()
    last = net.model.layer_slices()[-1]
    p, others, w = net.outputs
    np.testing.assert_allclose(
        (net.scores(net.y)[:, last] ** 2).sum(axis=1), rules.of_one_label(p, others, net.y, w), rtol=1e-11
    )
    assert net.exact[last].sum() == pytest.approx(rules.of_all_labels(p, others, w).mean(), rel=1e-11, abs=0)


def test_one_of_two_labels_is_epsilon_over_one_minus_epsilon():
    epsilon = np.array([0.4, 0.25, 0.1, 0.01])
    p = np.stack([1 - epsilon, epsilon], axis=1)
    zero, one = np.zeros(4, dtype=int), np.ones(4)
    ratio = rules.of_one_label(p, p[:, ::-1], zero, one) / rules.of_all_labels(p, p[:, ::-1], one)
    np.testing.assert_allclose(ratio, epsilon / (1 - epsilon), rtol=1e-13)
    np.testing.assert_allclose(1 / ratio, [1.5, 3, 9, 99], rtol=1e-13)


def test_spreads():
    scores = np.random.default_rng(2).normal(size=(30, 4))
    orders = np.random.default_rng(1)  # the generator over_shuffles starts from
    literal = np.std([rules.squares_of_means(scores[orders.permutation(30)], 8).sum() for _ in range(50)])
    assert rules.over_shuffles(scores @ scores.T, 8, 50) == pytest.approx(literal, rel=1e-10, abs=0)
    numbers = np.random.default_rng(3).normal(size=7)
    enumerated = np.std([np.mean(c) for c in itertools.combinations(numbers, 3)])
    assert rules.of_subset(numbers.std(), 3, 7) == pytest.approx(enumerated, rel=1e-12, abs=0)


# --- the penalty ----------------------------------------------------------------------------------------------------------


def test_the_half_and_the_anchor():
    net = small()
    assert penalties.pull(net.exact, half=False) == pytest.approx(2, rel=1e-9, abs=0)
    assert penalties.pull(net.exact, half=True) == pytest.approx(1, rel=1e-9, abs=0)
    for moving in (True, False):
        assert penalties.walked(1.0, 1000.0, 50, moving) == pytest.approx(progress(1.0, 2000.0, 50, moving), rel=1e-6)
    assert penalties.walked(1.0, 1000.0, 50, True) == pytest.approx(1 - (2000 / 2001) ** 50, rel=1e-6)


@pytest.mark.slow
def test_a_renewed_anchor_forgets_on_the_digits():
    none, fixed, rebuilt = (penalties.kept_and_learned(1, anchor) for anchor in ("none", "fixed", "rebuilt"))
    assert none[0] < rebuilt[0] < fixed[0] - 0.1


@pytest.mark.slow
def test_the_matching_strength_brings_every_rule_to_the_same_end():
    """Batches of 128 hold next to nothing at the λ of EXACT, and as much as EXACT at the λ that the ratio says."""
    net = ways.Network.after_a(1)
    b128 = 2 * rules.squares_of_means(net.scores(net.y), 128)
    exact = penalties.after_b(net.theta, net.exact, 100.0, 1)
    same = penalties.after_b(net.theta, b128, 100.0, 1)
    matched = penalties.after_b(net.theta, b128, 100.0 * net.exact.sum() / b128.sum(), 1)
    assert same[0] < exact[0] - 0.1
    np.testing.assert_allclose(matched, exact, atol=0.03)


# --- the record -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_predicted_and_measured_on_the_digits_and_in_the_record():
    """Traces within 3 % and three standard deviations of what the formulas say, and WAYS.md has these numbers."""
    net = ways.Network.after_a()
    text = (Path(ways.__file__).parent / "WAYS.md").read_text(encoding="utf-8")
    made = ways.rows(net, shuffles=100)
    assert len({row.where for row in made}) == 4
    for row in made:
        trace, median, correlation = row.against(net.exact)
        assert abs(trace - row.predicted) <= 0.03 * row.predicted + 3 * row.error, row.rule
        assert 0.94 < correlation <= 1 + 1e-12, row.rule
        expected = [trace, row.predicted, median, correlation, 1 / trace / (1 if row.half else 2)]
        np.testing.assert_allclose(
            printed(text, f"| {row.where} | {row.rule} |"), expected, rtol=0.01, err_msg=row.rule
        )
    for name, count, measured, formula, two in ways.by_confidence(net):
        assert measured == pytest.approx(formula, rel=0.03) and formula < two
        np.testing.assert_allclose(printed(text, f"| {name} |"), [count, measured, formula, two], rtol=0.01)


def printed(text, start):
    """The cells of a table's line that are numbers; of "a ± b", a."""
    line = next(part for part in text.splitlines() if part.startswith(start))
    return [float(cell) for cell in re.findall(r"\| ([\d.e+-]+)(?= [|±])", line)]
