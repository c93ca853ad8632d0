"""Bad input raises ValueError that names the argument, the value and the rule; nothing returns NaN."""

from __future__ import annotations

import re

import numpy as np
import pytest

from fisher_core import FAMILIES
from fisher_core import validation as check
from fisher_core.families.categorical import Categorical
from fisher_core.families.normal_mean import NormalMean
from fisher_core.families.student_t import StudentT

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
                with says(f"{name} has {parameter.name} = {edge:g}, and {parameter.name} must be {parameter.rule}"):
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
    with says("x and theta must be small enough not to overflow float64"):
        FAMILIES["normal"].hessian([1e200], [0, 1e-200])


def test_fixed_quantities_of_families():
    with says("nu = 4 must be odd"):
        StudentT(4)
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
        (lambda: check.computed(np.array(np.inf), x=[1.0]), "x must be small enough not to overflow"),
    ],
)
def test_messages_name_argument_value_and_rule(call, message):
    with says(message):
        call()


def test_checked_values_come_back_as_float64():
    assert check.vector("v", [1, 2]).dtype == np.float64
    assert check.integer("n", np.int64(3)) == 3 and isinstance(check.integer("n", np.int64(3)), int)
