"""Regressions on the columns that people bring: dates, time stamps, powers, mixed units; labels that a hair separates."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nist import FILIP, FILIP_ESTIMATES, LONGLEY, LONGLEY_ERRORS, LONGLEY_ESTIMATES

from fisher_core import estimation, linalg
from fisher_core.models import (
    LinearRegression,
    LogisticRegression,
    NoMaximumError,
    PoissonRegression,
    SeparableDataError,
    SoftmaxRegression,
    separation,
)
from fisher_core.numerics import accurate

LOGISTIC, LINEAR, POISSON = LogisticRegression(), LinearRegression(), PoissonRegression()
SIX, LABELS = np.arange(1.0, 7.0), np.array([0.0, 0, 1, 0, 1, 1])


def design(*columns) -> np.ndarray:
    return np.column_stack([np.ones(len(columns[0])), *columns])


def errors(model, x, y, theta) -> np.ndarray:
    return np.sqrt(np.diag(estimation.naive(model, (x, y), theta)))


# --- columns far from zero ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offset", "accuracy"), [(0, 1e-9), (1e6, 1e-9), (20200100, 2e-8), (1.7e9, 1e-6), (-1e12, 1e-3)]
)
def test_a_logistic_slope_does_not_know_where_zero_is(offset, accuracy):
    """The error bar is computed from θ, and θ rounded to float64 moves the logits by offset·1e-16."""
    x = design(offset + SIX)
    theta = LOGISTIC.mle(x, LABELS)
    assert theta[1] == pytest.approx(1.2140275858515, rel=2e-13, abs=0)
    centred = LOGISTIC.mle(design(SIX), LABELS)
    assert theta[0] == pytest.approx(centred[0] - offset * centred[1], rel=1e-12)
    assert errors(LOGISTIC, x, LABELS, theta)[1] == pytest.approx(0.91258556, rel=max(accuracy, 5e-9), abs=0)
    robust = np.sqrt(estimation.sandwich(LOGISTIC, (x, LABELS), theta)[1, 1])
    expected = np.sqrt(estimation.sandwich(LOGISTIC, (design(SIX), LABELS), centred)[1, 1])
    assert robust == pytest.approx(expected, rel=max(accuracy, 5e-9), abs=0)


@pytest.mark.parametrize("offset", [1.7e9, 1.7e12, -1e15])
def test_least_squares_on_time_stamps(offset):
    k = np.arange(61.0)
    y = 3 + 2 * k + np.sin(k)
    theta, lever = LINEAR.mle(design(offset + k), y), k - 30
    assert theta[1] == pytest.approx(lever @ y / (lever @ lever), rel=1e-14, abs=0)
    error = errors(LINEAR, design(offset + k), y, theta)[1]
    assert error == pytest.approx((lever @ lever) ** -0.5, rel=1e-10, abs=0)


@pytest.mark.parametrize("offset", [1e6, 1.7e9])
def test_counts_and_classes_by_date(offset):
    k = np.arange(1.0, 10.0)
    counts, classes = np.array([0.0, 1, 0, 2, 3, 2, 5, 4, 9]), np.array([0, 1, 0, 2, 1, 2, 0, 1, 2])
    for model, y in ((POISSON, counts), (SoftmaxRegression(3), classes)):
        near, far = model.mle(design(k), y), model.mle(design(offset + k), y)
        half = len(near) // 2
        np.testing.assert_allclose(far[half:], near[half:], rtol=1e-12, atol=1e-15)
        bars = errors(model, design(offset + k), y, far)[half:]
        np.testing.assert_allclose(bars, errors(model, design(k), y, near)[half:], rtol=1e-6)


def test_a_column_that_rounding_makes_constant_is_said():
    with pytest.raises(linalg.SingularFisherError, match="rank 1 of 2"):
        LOGISTIC.mle(design(1e17 + SIX), LABELS)


def test_filip_and_longley_have_their_certified_values():
    """Filip to the eight digits that powers rounded to float64 allow."""
    powers = FILIP[:, 1:] ** np.arange(11)
    np.testing.assert_allclose(LINEAR.mle(powers, FILIP[:, 0]), FILIP_ESTIMATES, rtol=5e-8)
    x, y = design(LONGLEY[:, 1:]), LONGLEY[:, 0]
    theta = LINEAR.mle(x, y)
    np.testing.assert_allclose(theta, LONGLEY_ESTIMATES, rtol=1e-11)
    model = LinearRegression(np.sqrt(((y - x @ theta) ** 2).sum() / 9))
    np.testing.assert_allclose(errors(model, x, y, theta), LONGLEY_ERRORS, rtol=1e-10)
    robust = [832211.58, 51.2203, 0.0245760, 0.383239, 0.146245, 0.158208, 428.384]
    np.testing.assert_allclose(np.sqrt(np.diag(model.sandwich(x, y, theta)) / 16), robust, rtol=5e-6)


def test_filip_is_the_exact_solution_of_its_float64_powers():
    """The normal equations in fractions."""
    powers, y = FILIP[:, 1:] ** np.arange(11), FILIP[:, 0]
    rows = [[Fraction(float(v)) for v in row] for row in powers]
    right = [Fraction(float(v)) for v in y]
    m = [
        [sum(r[i] * r[j] for r in rows) for j in range(11)] + [sum(r[i] * t for r, t in zip(rows, right, strict=True))]
        for i in range(11)
    ]
    for i in range(11):
        m[i] = [v / m[i][i] for v in m[i]]
        m = [row if k == i else [a - row[i] * b for a, b in zip(row, m[i], strict=True)] for k, row in enumerate(m)]
    np.testing.assert_allclose(LINEAR.mle(powers, y), [float(row[-1]) for row in m], rtol=1e-11)


@given(st.integers(0, 10**6), st.sampled_from(["linear", "logistic", "poisson", "softmax"]), st.integers(-9, 9))
@settings(max_examples=40, deadline=None)
def test_a_change_of_units_scales_the_estimate_and_nothing_else(seed, name, power):
    rng = np.random.default_rng(seed)
    k = {"softmax": 3}.get(name, 1)
    model = {"linear": LINEAR, "logistic": LOGISTIC, "poisson": POISSON, "softmax": SoftmaxRegression(3)}[name]
    x = design(rng.normal(size=80), 5 + rng.normal(size=80))
    y = model.sample(x, 0.3 * rng.normal(size=3 * k), rng)
    units = np.array([1.0, 10.0**power, 10.0 ** rng.integers(-9, 10)])
    try:
        theta = model.mle(x, y)
    except SeparableDataError:  # a class that never came
        with pytest.raises(SeparableDataError):
            model.mle(x * units, y)
        return
    scaled = model.mle(x * units, y)
    by = np.repeat(units, k)
    np.testing.assert_allclose(scaled * by, theta, rtol=1e-10, atol=1e-12)
    bread = model.inverse_information(x * units, y, scaled) * np.outer(by, by)
    np.testing.assert_allclose(bread, model.inverse_information(x, y, theta), rtol=1e-9, atol=1e-11)
    meat = model.sandwich(x * units, y, scaled) * np.outer(by, by)
    np.testing.assert_allclose(meat, model.sandwich(x, y, theta), rtol=1e-9, atol=1e-11)


def test_products_are_rounded_once():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(20, 6)) * 10.0 ** rng.integers(-8, 8, (20, 6))
    b = rng.normal(size=(6, 4))
    b[:, 0] = np.linalg.svd(a[:5])[2][-1]  # cancels in five rows
    exact = [[float(sum(Fraction(u) * Fraction(v) for u, v in zip(r, c, strict=True))) for c in b.T] for r in a]
    np.testing.assert_allclose(accurate.product(a, b), exact, rtol=4e-16)


# --- separable or not ---------------------------------------------------------------------------------------------


def test_one_row_far_out_separates_nothing():
    x = design([1.0, 2, 3, 4, 99999999, 5])
    theta = LOGISTIC.mle(x, [0, 1, 0, 1, 1, 0])
    np.testing.assert_allclose(theta, [-0.405466, 3.28785e-7], rtol=2e-6)
    both = SoftmaxRegression(2).mle(x, [0, 1, 0, 1, 1, 0])
    np.testing.assert_allclose(2 * both[[1, 3]], theta, rtol=1e-9)


@pytest.mark.parametrize("gap", [1e-4, 1e-8, 1e-12, 4e-15])
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_labels_that_overlap_by_a_hair_have_a_maximum_and_others_do_not(gap, offset):
    if offset:
        gap = max(gap, 1e-8)
    y = np.repeat([0.0, 1.0], 6)

    def x(gap):
        return design(offset + np.array([1, 2, 3, 4, 5, 5.5 + gap, 5.5 - gap, 6, 7, 8, 9, 10]))

    theta = LOGISTIC.mle(x(gap), y)
    # Two rows at odds of 1 pull apart, the next two at e^{−slope/2} hold them: gap ≈ e^{−slope/2}.
    assert theta[1] == pytest.approx(-2 * np.log(gap), rel=0.02)
    assert -theta[0] / theta[1] == pytest.approx(5.5 + offset, rel=1e-9)
    for model in (LOGISTIC, SoftmaxRegression(2)):
        with pytest.raises(SeparableDataError):
            model.mle(x(-gap), y)


def rays(margins: list[tuple[int, ...]]):
    """Whether some v ≠ 0 has mᵀv ≥ 0 for all m: every candidate edge of the cone, in whole numbers."""
    d = len(margins[0])
    if d == 1:
        found = [(1,)]
    elif d == 2:
        found = [(-b, a) for a, b in margins]
    else:
        pairs = itertools.combinations(margins, 2)
        found = [(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]) for a, b in pairs]
    signed = [tuple(s * c for c in v) for v in found for s in (1, -1) if any(v)]
    return any(all(sum(p * q for p, q in zip(m, v, strict=True)) >= 0 for m in margins) for v in signed)


@given(st.integers(0, 10**9), st.integers(1, 3), st.integers(3, 11), st.sampled_from([0, 10**7]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_separability_against_whole_numbers(seed, d, n, offset, counts):
    rng = np.random.default_rng(seed)
    small = rng.integers(-3, 4, (n, d))
    small[:, 0] = 1
    score = small @ rng.integers(-2, 3, d) + rng.choice([0, 0, 0, 1], n)
    if np.linalg.matrix_rank(small) < d:
        return
    if counts:
        y = np.where(score > 0, rng.integers(0, 3, n), 0)
        margins = [
            tuple(-s * int(v) for v in row)
            for row, c in zip(small, y, strict=True)
            for s in ((1,) if c == 0 else (1, -1))
        ]
        model = POISSON
    else:
        y = (score > 0).astype(int)
        margins = [tuple((2 * int(c) - 1) * int(v) for v in row) for row, c in zip(small, y, strict=True)]
        model = LOGISTIC
    x = small.astype(float)
    x[:, 1:] += offset
    if not rays(margins):
        theta = model.mle(x, y)
        np.testing.assert_allclose(
            model.mean_gradient(x, y, theta) / np.abs(x).max(axis=0), 0, atol=1e-6 if offset else 1e-12
        )
        return
    with pytest.raises(NoMaximumError) as caught:
        model.mle(x, y)
    v = caught.value.direction
    exact = np.array([[Fraction(float(c)) for c in row] for row in x]) @ [Fraction(float(c)) for c in v]
    signed = np.array([float(e) for e in exact]) / np.abs(x).max()
    if counts:
        assert np.abs(signed[y > 0]).max(initial=0.0) < 1e-15 and signed[y == 0].max() < 1e-15
    else:
        assert ((2 * y - 1) * signed).min() > -1e-15


@given(st.integers(0, 10**9), st.integers(4, 9))
@settings(max_examples=20, deadline=None)
def test_separable_classes_against_a_programme_in_fractions(seed, n):
    """Three classes on a line of small whole numbers: the simplex method in fractions alone, all rows at once."""
    rng = np.random.default_rng(seed)
    x = design(rng.integers(0, 4, n).astype(float))
    y = np.concatenate([[0, 1, 2], rng.integers(0, 3, n - 3)])
    if np.ptp(x[:, 1]) == 0:
        return
    rows = []
    for row, c in zip(x, y, strict=True):
        for other in {0, 1, 2} - {int(c)}:
            gap = np.zeros((2, 3))
            gap[:, c], gap[:, other] = row, -row
            rows.append([Fraction(float(v)) for v in gap[:, :2].ravel()])
    separable = separation._settled(rows) is not None
    model = SoftmaxRegression(3)
    if separable:
        with pytest.raises(SeparableDataError):
            model.mle(x, y)
    else:
        np.testing.assert_allclose(model.mean_gradient(x, y, model.mle(x, y)), 0, atol=1e-12)


def test_a_level_that_only_one_class_has_is_named():
    """Quasi-complete separation in twenty columns: an indicator that is 1 in rows of label 1 alone."""
    rng = np.random.default_rng(1)
    x = design(rng.normal(size=(300, 28)).round(3))
    y = (rng.random(300) < 0.5).astype(float)
    level = np.zeros(300)
    level[np.flatnonzero(y == 1)[:5]] = 1
    with pytest.raises(SeparableDataError) as caught:
        LOGISTIC.mle(np.column_stack([x, level]), y)
    np.testing.assert_allclose(caught.value.direction, [0.0] * 29 + [1.0], atol=1e-12)


@pytest.mark.parametrize(
    ("y", "finite"),
    [
        ([0, 0, 0, 0, 0], False),
        ([0, 0, 0, 0, 3], False),
        ([0, 0, 0, 2, 3], True),
        ([3, 0, 0, 0, 0], False),
        ([1, 0, 0, 0, 2], True),
    ],
)
def test_counts_that_vanish_on_one_side(y, finite):
    x = design(np.arange(5.0))
    if finite:
        np.testing.assert_allclose(POISSON.mean_gradient(x, y, POISSON.mle(x, y)), 0, atol=1e-14)
        return
    with pytest.raises(NoMaximumError, match="y is 0 in every row whose rate changes") as caught:
        POISSON.mle(x, y)
    losses = [POISSON.mean_loss(x, y, t * caught.value.direction) for t in (0.0, 1.0, 10.0)]
    assert (np.diff(losses) < 0).all()
