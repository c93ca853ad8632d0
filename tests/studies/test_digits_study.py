"""The runs of the digits lesson: the recipe itself, and what must hold exactly between runs."""

import numpy as np
import pytest

from fisher_core.continual import networks
from fisher_core.continual.networks import Method
from fisher_core.data import digits
from fisher_core.models import MLP
from fisher_studies import digits_study as study


def after_a(seed=3, epochs=2):
    (*_, (pair, theta)) = study.learn_a(seed, epochs)
    return pair, theta


def test_learning_a_and_b_is_the_recipe():
    pair, theta = after_a()
    recipe = networks.digits_pair(3)
    at = networks.train(recipe.model, recipe.start, recipe.a.x, recipe.a.y, recipe.rngs[0], 2)
    np.testing.assert_array_equal(theta, at)
    springs = networks.remember((), recipe.model, recipe.a, at, Method("ewc_diagonal", 100.0))
    end = networks.train(recipe.model, at, recipe.b.x, recipe.b.y, recipe.rngs[1], 40, springs, 100.0)
    *_, last = study.learn_b(pair, theta, study.stiffness("exact", pair.model, pair.a, theta), 100.0, 3)
    np.testing.assert_array_equal(last, end)


def test_strength_zero_is_none_bit_for_bit():
    pair, theta = after_a()
    held = [study.stiffness(kind, pair.model, pair.a, theta) for kind in study.KINDS]
    ends = [list(study.learn_b(pair, theta, s, 0.0, 3))[-1] for s in held]
    free = networks.train(pair.model, theta, pair.b.x, pair.b.y, np.random.default_rng(103), 40)
    for end in ends:
        np.testing.assert_array_equal(end, free)


def test_runs_begin_at_theta_a_and_have_their_epochs():
    pair, theta = after_a(4, 1)
    b = list(study.learn_b(pair, theta, np.ones(theta.size), 0.01, 4))
    both = list(study.learn_both(pair, theta, 4))
    assert len(b) == study.EPOCHS_B + 1 and len(both) == study.EPOCHS_JOINT + 1
    np.testing.assert_array_equal(b[0], theta)
    np.testing.assert_array_equal(both[0], theta)
    rows = digits.joined([pair.a, pair.b])
    ceiling = networks.train(pair.model, theta, rows.x, rows.y, np.random.default_rng(104), 20)
    np.testing.assert_array_equal(both[-1], ceiling)
    assert len(list(study.learn_a(4, 5))) == 6


def test_stiffness_of_every_kind():
    pair, theta = after_a()
    m, a = pair.model, pair.a
    np.testing.assert_array_equal(study.stiffness("l2", m, a, theta), 1.0)
    exact = study.stiffness("exact", m, a, theta)
    scores = np.zeros(m.size)  # enumeration of labels, from per-example gradients
    p = m.probabilities(a.x[:200], theta)[0]
    for label in range(10):
        scores += p[:, label] @ m.score(a.x[:200], np.full(200, label), theta) ** 2
    np.testing.assert_allclose(m.fisher_diagonal(a.x[:200], theta), scores / 200, rtol=1e-10, atol=1e-18)
    np.testing.assert_allclose(
        study.stiffness("empirical", m, a, theta), (m.score(a.x, a.y, theta) ** 2).mean(axis=0), rtol=1e-9, atol=1e-18
    )
    few, many = (study.stiffness("sampled", m, a, theta, 3, n) for n in (50, 1200))
    assert not np.array_equal(few, many)
    np.testing.assert_array_equal(few, study.stiffness("sampled", m, a, theta, 3, 50))
    alive = exact > exact.mean()  # of one law: more rows, nearer
    near = [
        np.abs(np.log(s[alive] / exact[alive], where=s[alive] > 0, out=np.full(alive.sum(), 3.0))).mean()
        for s in (few, many)
    ]
    assert near[1] < 0.5 * near[0]
    draws = np.mean([study.stiffness("sampled", m, a, theta, k).sum() for k in range(30)])
    assert draws == pytest.approx(exact.sum(), rel=0.05)


def test_by_pixel_sums_the_units_and_a_pixel_never_lit_needs_nothing():
    pair, theta = after_a()
    exact = study.stiffness("exact", pair.model, pair.a, theta)
    pixels = study.by_pixel(pair.model, exact)
    first = exact[: 64 * 65].reshape(64, 65)
    np.testing.assert_allclose(pixels, first[:, :64].sum(axis=0))
    np.testing.assert_array_equal(pixels == 0, pair.a.x.max(axis=0) == 0)


def test_rows_set_aside_are_not_learned_from():
    (*_, (pair, _)) = study.learn_a(0, 0, validation=200)
    assert len(pair.a.x) == 1000 and len(pair.a.x_validation) == 200 and len(pair.a.x_test) == 597
    whole = digits.task()
    np.testing.assert_array_equal(np.concatenate([pair.a.x, pair.a.x_validation]), whole.x)
    np.testing.assert_array_equal(pair.a.x_test, whole.x_test)


def test_refusals():
    pair, theta = after_a()
    with pytest.raises(ValueError, match="kind = 'batched' must be one of l2, exact, empirical, sampled"):
        study.stiffness("batched", pair.model, pair.a, theta)
    with pytest.raises(ValueError, match="samples = 0 must be >= 1"):
        study.stiffness("sampled", pair.model, pair.a, theta, 0, 0)


def test_sampled_rows_are_drawn_without_replacement():
    """Every row has an input of its own: the inputs seen are the rows drawn."""
    x, y, none = np.eye(12), np.zeros(12, dtype=int), np.zeros((0, 12))
    task = digits.ClassificationTask("one each", x, y, none, y[:0], none, y[:0])
    model = MLP((12, 3))
    for samples in (1, 7, 12, 50):
        held = study.stiffness("sampled", model, task, np.zeros(model.size), seed=1, samples=samples)
        seen = study.by_pixel(model, held) > 0
        assert seen.sum() == min(samples, 12)
    draws = [study.stiffness("sampled", model, task, np.zeros(model.size), seed=s, samples=4) for s in (1, 1, 2)]
    assert (draws[0] == draws[1]).all() and (draws[0] != draws[2]).any()
