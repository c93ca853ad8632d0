"""Bad input raises ValueError that names the argument, the value and the rule; nothing returns NaN."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy import sparse

from fisher_core import FAMILIES, descent, estimation, information
from fisher_core import score as scores
from fisher_core import validation as check
from fisher_core.continual import networks, six_ways
from fisher_core.descent import irls as glm_descent
from fisher_core.families.categorical import Categorical
from fisher_core.families.normal_mean import NormalMean
from fisher_core.families.student_t import StudentT
from fisher_core.models import MLP, LinearRegression, LogisticRegression, SoftmaxRegression
from fisher_studies import heteroscedastic, misspecified, tiny_net

ALL = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)


def says(message: str):
    return pytest.raises(ValueError, match=re.escape(message))


@ALL
@pytest.mark.parametrize("method", ["log_prob", "score", "hessian", "fisher", "sample", "kl", "window", "support"])
def test_theta_is_checked_everywhere(family, method):
    if method in ("window", "support") and family.columns is not None:
        pytest.skip("scalar data only")
    theta, rng = family.default, np.random.default_rng(0)
    x = family.sample(theta, 3, rng)
    call = {
        "log_prob": lambda t: family.log_prob(x, t),
        "score": lambda t: family.score(x, t),
        "hessian": lambda t: family.hessian(x, t),
        "fisher": family.fisher,
        "sample": lambda t: family.sample(t, 3, rng),
        "kl": lambda t: family.kl(theta, t),
        "window": family.window,
        "support": family.support,
    }[method]
    name = "theta_q" if method == "kl" else "theta"
    call(theta)
    with says(f"{name} contains nan and must be finite"):
        call(np.full(len(theta), np.nan))
    with says(f"{name} has shape ({len(theta) + 1},) and must have shape"):
        call(np.append(theta, 0.1))
    with says("must be numbers"):
        call("abc")
    for i, parameter in enumerate(family.parameters):
        for edge in (parameter.lower, parameter.upper):
            if np.isfinite(edge):
                wrong = theta.copy()
                wrong[i] = edge
                rule = parameter.rule
                if method in ("kl", "sample") and parameter.closed[edge == parameter.upper]:
                    if not family.joint_rule or edge == parameter.lower:
                        call(wrong)  # a distribution without a score
                    rule, wrong[i] = parameter.closed_rule, edge + (edge - theta[i])
                with says(f"{name} has {parameter.name} = {wrong[i]:g}, and {parameter.name} must be {rule}"):
                    call(wrong)


@ALL
@pytest.mark.parametrize("method", ["log_prob", "score", "hessian", "mle"])
def test_data_are_checked_everywhere(family, method):
    theta = family.default
    good = family.sample(theta, 20, np.random.default_rng(1))
    call = family.mle if method == "mle" else lambda x: getattr(family, method)(x, theta)
    wanted = "(n,)" if family.columns is None else f"(n, {family.columns})"
    bad = good.copy()
    bad.flat[0] = np.nan
    with says("x contains nan and must be finite"):
        call(bad)
    with says(f"x has shape {good[None].shape} and must have shape {wanted}"):
        call(good[None])
    with says(f"x has shape () and must have shape {wanted}"):
        call(1.0)
    if family.columns is None:
        low, high = family.bounds if method == "mle" else family.support(theta)
        outside = [b for b, ok in ((low - 1, True), (low, not family.closed[0])) if ok and np.isfinite(b)]
        outside += [b for b, ok in ((high + 1, True), (high, not family.closed[1])) if ok and np.isfinite(b)]
        for value in outside:
            with says(f"x contains {value:g} and must be"):
                call(np.append(good, value))
    if family.discrete:
        with pytest.raises(ValueError, match=r"x contains 0.5 and must be a whole number .*, the support of"):
            call(np.append(good, 0.5))


@ALL
def test_sampling_arguments(family):
    rng = np.random.default_rng(2)
    with says("n = -1 must be >= 0"):
        family.sample(family.default, -1, rng)
    with says("n = 2.5 must be a whole number"):
        family.sample(family.default, 2.5, rng)
    with says("rng = 7 must be a numpy.random.Generator"):
        family.sample(family.default, 3, 7)
    assert len(family.sample(family.default, 0, rng)) == 0


@ALL
def test_estimates_need_data(family):
    empty = np.empty(0 if family.columns is None else (0, family.columns))
    with says("x is empty and must hold at least one observation"):
        family.mle(empty)


@ALL
def test_grids_must_broadcast(family):
    theta = family.default
    with says("must broadcast with theta_p"):
        family.kl(np.tile(theta, (2, 1)), np.tile(theta, (3, 1)))


@pytest.mark.parametrize("key", ["gamma", "beta", "weibull", "logistic", "cauchy", "student_t", "normal", "laplace"])
def test_constant_data_have_no_estimate(key):
    with pytest.raises(ValueError, match=r"^x h(as|olds)"):
        FAMILIES[key].mle([0.5, 0.5, 0.5])


@pytest.mark.parametrize("key, x, parameter", [("bernoulli", [1, 1], "p = 1"), ("poisson", [0, 0], "rate = 0")])
def test_estimates_on_the_edge_are_refused(key, x, parameter):
    with pytest.raises(ValueError, match=f"it tends to {parameter}, and"):
        FAMILIES[key].mle(x)


def test_missing_class_is_named():
    with says("x has no observation of class 1"):
        FAMILIES["categorical"].mle([0, 2, 2])


def test_half_of_the_data_at_one_point_is_too_much_for_cauchy():
    with says("x holds 1 2 times in 4"):
        FAMILIES["cauchy"].mle([1.0, 1.0, 2.0, 5.0])


def test_simplex_is_checked_as_a_whole():
    with says("theta has p_1 = 0.6, p_2 = 0.5, and must satisfy p_1 + … < 1"):
        FAMILIES["categorical"].fisher([0.6, 0.5])


def test_overflow_is_an_error_not_a_nan():
    with says("x and theta must be of a size whose results float64 holds"):
        FAMILIES["normal"].hessian([1e200], [0, 1e-200])


def test_fixed_quantities_of_families():
    for nu, rule in ((0, "nu = 0 must be > 0"), (-3.5, "nu = -3.5 must be > 0"), (np.nan, "nu contains nan"),
                     (np.inf, "nu contains inf"), ([4, 5], "must be a single number"), ("4", "nu = '4' must be")):  # fmt: skip
        with says(rule):
            StudentT(nu)
    with says("classes = 1 must be >= 2"):
        Categorical(1)
    with says("must be positive definite"):
        NormalMean([[1.0, 1.0], [1.0, 1.0]])
    with says("covariance must be symmetric"):
        NormalMean([[1.0, 0.5], [0.0, 1.0]])


def test_vector_families_have_no_cdf():
    for call in (lambda f: f.cdf([0.0], f.default), lambda f: f.support(f.default), lambda f: f.window(f.default)):
        with says("needs scalar data, and normal_mean has vectors of 2"):
            call(FAMILIES["normal_mean"])


def test_quantile_levels():
    with says("u contains 1 and must be in (0, 1)"):
        FAMILIES["normal"].quantile([0.5, 1.0], [0, 1])


# The checks themselves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: check.array("x", [1, np.inf]), "x contains inf and must be finite"),
        (lambda: check.array("x", [[1], [1, 2]]), "must be numbers"),
        (lambda: check.scalar("x", [1.0]), "x has shape (1,) and must be a single number"),
        (lambda: check.positive("sigma", 0.0), "sigma = 0 must be > 0"),
        (lambda: check.non_negative("damping", -0.5), "damping = -0.5 must be >= 0"),
        (lambda: check.integer("n", True), "n = True must be a whole number"),
        (lambda: check.vector("v", [[1.0]]), "v has shape (1, 1) and must have shape (d,)"),
        (lambda: check.rows("x", np.empty((0, 2))), "x has shape (0, 2) and must have shape (n, d) with n >= 1"),
        (lambda: check.parameters("theta", 1.0, 2), "theta has shape () and must have shape (..., 2)"),
        (lambda: check.matrix("m", [1.0], (None, 3)), "m has shape (1,) and must have shape (any, 3)"),
        (lambda: check.positive_semidefinite("f", [[1.0, 2.0], [2.0, 1.0]]), "f must have no negative eigenvalue"),
        (lambda: check.choice("kind", "x", ("a", "b")), "kind = 'x' must be one of a, b"),
        (lambda: check.generator("rng", None), "rng = None must be a numpy.random.Generator"),
        (lambda: check.computed(np.array(np.nan), x=[np.nan]), "x contains nan and must be finite"),
        (lambda: check.computed(np.array(np.inf), x=[1.0]), "x must be of a size whose results float64 holds"),
    ],
)
def test_messages_name_argument_value_and_rule(call, message):
    with says(message):
        call()


def test_checked_values_come_back_as_float64():
    assert check.vector("v", [1, 2]).dtype == np.float64
    assert check.integer("n", np.int64(3)) == 3 and isinstance(check.integer("n", np.int64(3)), int)


# What numpy would turn into floats without asking ---------------------------------------------------------------------

HIDDEN = np.ma.masked_equal([1.0, 2.0, 3.0, -999.0], -999)
TABLE = np.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)])
NOT_REAL_NUMBERS = {
    "masked": (HIDDEN, "x has 1 masked of 4 entries and must have none"),
    "masked within a list": ([HIDDEN, HIDDEN], "x has 1 masked of 4 entries"),
    "masked constant": (np.ma.masked, "x has 1 masked of 1 entries"),
    "complex": ([1 + 0j, 2], "must be numbers, real ones, and is complex"),
    "dates": (np.array(["2020-01-01", "2020-01-02"], "M8[D]"), "must be numbers, real ones, and is dates"),
    "durations": (np.array([1, 2], "m8[s]"), "must be numbers, real ones, and is durations"),
    "clock": ([datetime.datetime(2020, 1, 1)], "holds datetime.datetime(2020, 1, 1, 0, 0)"),
    "digits": (["1", "2"], "x = ['1', '2'] must be numbers, real ones, and is text"),
    "a digit among numbers": ([1, "2"], "and is text"),
    "bytes": ([b"1"], "and is text"),
    "objects": (np.array(["1", 2.0], dtype=object), "and holds '1'"),
    "complex objects": (np.array([1j], dtype=object), "and holds 1j"),
    "dates as objects": (np.array([np.datetime64("2020")], dtype=object), "and holds np.datetime64('2020')"),
    "missing": ([1.0, None], "and holds None"),
    "records": (TABLE, "must be numbers, real ones, and is of type"),
    "sparse": (sparse.csr_array(np.eye(2)), "must be numbers, real ones, and holds"),
    "beyond float64": (10**400, "must be within the range of float64"),
    "beyond print": ([10**6000], "x contains a number too long to print and must be within the range of float64"),
    "ratio beyond float64": (Fraction(10**400), "must be within the range of float64"),
    "decimal beyond float64": (Decimal("1e400"), "must be within the range of float64"),
    "nanoseconds": (np.array([1_700_000_000_123_456_789]), "x contains 1700000000123456789 and must hold no whole"),
    "long whole number": (
        2**64 + 1,
        "x contains 18446744073709551617 and must hold no whole number that float64 rounds",
    ),
}


@pytest.mark.parametrize("take", [check.array, check.rows, check.scalar, check.vector, check.matrix, check.positive])
@pytest.mark.parametrize("value, message", NOT_REAL_NUMBERS.values(), ids=NOT_REAL_NUMBERS)
def test_what_is_not_real_numbers_is_refused(take, value, message):
    with says(message):
        take("x", value)


@ALL
@pytest.mark.parametrize("case", ["masked", "complex", "dates", "durations", "digits", "objects"])
def test_no_family_takes_them(family, case):
    value, message = NOT_REAL_NUMBERS[case]
    for call in (family.mle, lambda x: family.log_prob(x, family.default), lambda x: family.score(x, family.default)):
        with says(message):
            call(value)


def test_real_numbers_of_any_kind_are_taken():
    for value in (
        [True, False],
        np.array([True, False]),
        [Fraction(1), Decimal(0)],
        np.array([1, False], dtype=object),
        np.ma.array([1.0, 0.0], mask=[False, False]),
        np.array([1, 0], dtype=np.uint8),
        np.array([1, 0], dtype=np.float16),
        np.array([1, 0], dtype=np.longdouble),
        range(1, -1, -1),
        memoryview(np.array([1.0, 0.0])),
    ):
        result = check.array("x", value)
        assert type(result) is np.ndarray and result.dtype == np.float64 and result.tolist() == [1.0, 0.0]
    assert check.array("x", [2**60, 10**22]).tolist() == [2.0**60, 1e22], "whole numbers that float64 holds"
    given = np.ones((2, 2))
    assert check.rows("x", given) is given and check.array("x", given) is given, "no copies on hot paths"


# Labels that do not belong to rows ------------------------------------------------------------------------------------

X3, Y5 = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [0.0, 1.0, 0.0, 1.0, 1.0]
PAIRED = {
    "batched": lambda m, t, x, y: six_ways.batched(m, x, y, t, batch=1),
    "batched by 3": lambda m, t, x, y: six_ways.batched(m, x, y, t, batch=3, rng=np.random.default_rng(0)),
    "six ways": lambda m, t, x, y: six_ways.empirical(m, x, y, t),
    "empirical": lambda m, t, x, y: information.empirical(m, (x, y), t),
    "observed": lambda m, t, x, y: information.observed(m, (x, y), t),
    "likelihood": lambda m, t, x, y: descent.likelihood(m, (x, y)).gradient(t),
    "log_prob": lambda m, t, x, y: m.log_prob(x, y, t),
    "score": lambda m, t, x, y: m.score(x, y, t),
    "hessian": lambda m, t, x, y: m.hessian(x, y, t),
    "gradient": lambda m, t, x, y: m.mean_gradient(x, y, t),
}


@pytest.mark.parametrize("call", PAIRED.values(), ids=PAIRED)
@pytest.mark.parametrize(
    "model", [LogisticRegression(), LinearRegression(), SoftmaxRegression(2), MLP((2, 2))], ids=str
)
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
def test_every_row_has_one_label(call, model, count):
    theta = np.full(6 if isinstance(model, MLP) else 4 if isinstance(model, SoftmaxRegression) else 2, 0.1)
    call(model, theta, X3, Y5[:3])
    with pytest.raises(ValueError, match=r"^y has shape \(\d,\) and must have"):
        call(model, theta, X3, Y5[:count])


def test_other_pairs_are_counted():
    for call in (
        lambda: tiny_net.loss([1.0, 2.0], [1.0], np.zeros(4)),
        lambda: scores.moments(np.ones((2, 3)), [0.5, 0.5]),
        lambda: misspecified.mixture(FAMILIES["normal"], [[0.0, 1.0]], [0.5, 0.5]),
        lambda: list(networks.epochs(MLP((2, 2)), np.zeros(6), X3, Y5, np.random.default_rng(0), 1)),
        lambda: glm_descent.race(LogisticRegression(), np.ones((1, 3, 2)), [Y5], np.zeros((1, 2)), "natural", 1.0, 2),
        lambda: heteroscedastic.slope_errors([1.0, 2.0], [1.0]),
    ):
        with pytest.raises(ValueError, match=r"shapes? \(\d,|^x \(1, 3, 2\), y \(1, 5\)"):
            call()
    with says("y contains 0.5 and must be a whole number"):
        next(networks.epochs(MLP((2, 2)), np.zeros(6), X3, [0.0, 0.5, 1.0], np.random.default_rng(0), 1))


@pytest.mark.parametrize("route", [estimation.naive, estimation.sandwich, information.empirical, information.observed])
@pytest.mark.parametrize(("model", "data"), [(FAMILIES["normal"], [1.0, 2.0]), (LogisticRegression(), ([[1.0]], [1]))])
def test_an_empty_theta_is_named(route, model, data):
    with pytest.raises(ValueError, match=r"shape \((0|1, 1),?\) and must have shape"):
        route(model, data, [])


def test_what_is_no_list_no_name_or_no_count_is_said():
    normal, rng = FAMILIES["normal"], np.random.default_rng(0)
    with pytest.raises(ValueError, match="free = 0 must be different whole numbers from 0 to 1"):
        estimation.newton_step(normal, [1.0, 2.0], [0.0, 1.0], free=0)
    with pytest.raises(ValueError, match=r"of = array.* must be one of score, hessian"):
        information.by_quadrature(normal, [0.0, 1.0], of=np.array(["score", "hessian"]))
    with pytest.raises(ValueError, match=r"draws = 1000000.* must be <= 9223372036854775807"):
        LogisticRegression().monte_carlo_fisher([[1.0]], [0.0], rng, 10**30)
