"""Digits where they are hard to keep: KL in every chart from ordinary to absurd parameters, Hellinger distances and
f-divergences of neighbours, each against sixty digits of a formula from the literature."""

from __future__ import annotations

import closed_kl
import densities
import mpmath as mp
import numpy as np
import pytest
from coordinates import TO_THETA
from registry import exact, fixed, log_density, moves

from fisher_core import FAMILIES, divergence
from fisher_core.families.categorical import Categorical
from fisher_core.families.student_t import StudentT
from fisher_core.models.policy import SoftmaxPolicy
from fisher_core.numerics import expectation, special

STEPS = [10.0**-k for k in range(1, 9)]
VIEWS = [
    pytest.param(f, name, id=f"{key}-{name or 'theta'}")
    for key, f in FAMILIES.items()
    if key in closed_kl.CLOSED and key != "uniform"
    for name in ("", *f.charts)
]


def wild(key, rng):
    """Parameters between 1e-12 and 1 − 1e-12, 1e-3 and 1e5, σ from 1e-6 to 1e4, whatever the family allows."""

    def spread(low, high):
        return 10 ** rng.uniform(np.log10(low), np.log10(high))

    if key == "bernoulli":
        p = spread(1e-12, 0.5)
        return [p if rng.random() < 0.5 else 1 - p]
    if key == "categorical":
        return [spread(1e-12, 0.3), 0.7 - spread(1e-9, 0.1)]
    if key in ("poisson", "exponential"):
        return [spread(1e-9, 1e9)]
    if key in ("gamma", "beta", "weibull"):
        return [spread(1e-3, 1e5 if key != "weibull" else 1e2), spread(1e-3, 1e5)]
    if key == "normal_mean":
        return list(rng.normal(size=2) * 1e3)
    return [rng.normal() * spread(1e-3, 1e2), spread(1e-5, 1e4)]


def truth(f, p, q):
    densities.FIXED.update(fixed(f))
    return closed_kl.CLOSED[f.key](p, q)


@pytest.mark.parametrize(("f", "name"), VIEWS)
def test_kl_in_every_chart_at_any_step(f, name):
    g, to = (f.in_chart(name), TO_THETA[f.key][name]) if name else (f, lambda *t: t)
    rng, seen = np.random.default_rng(5), 0
    for _ in range(4):
        theta = np.array(wild(f.key, rng))
        p = g.from_base(theta) if name else theta
        with mp.workdps(90):
            at_p = to(*exact(p))
            for step in STEPS:
                # a step in standard deviations, where that does not leave float64: there KL is 1e-2 to 1e-16
                q = p + step / np.sqrt(np.diag(g.fisher(p))) * rng.choice([-1.0, 1.0], len(p))
                if not g.contains(q):
                    continue
                expected = truth(f, at_p, to(*exact(q)))
                assert abs(float(g.kl(p, q) / expected - 1)) < 1e-13, (p, q)
                seen += 1
    assert seen > 10


FOUND = [  # each was wrong once: in brackets by how much
    ("bernoulli", "arcsine", [1.5707742306814894], [1.570769230680921]),  # (2e-6) p = 1 − 5e-10
    ("bernoulli", "arcsine", [1.4261794272909816], [1.5687973700200797]),  # (4e-12)
    ("normal", "natural", [110682248223154.05, -180630133643.111], [110682248229164.55, -180630133652.92]),  # (3e-10)
    (
        "normal",
        "natural",
        [677122.1366194548, -690787.6238747559],
        [-0.4982821545712452, -0.6907876238747558],
    ),  # (4e-12)
    ("normal", "mean_parameters", [-0.8273406705453824, 0.6844925853741589], [-0.8273406705433681, 0.6844925853708259]),
    ("normal", "mean_parameters", [0.6557692876617554, 0.43003336489064425], [0.6565598721436551, 0.4310708657717951]),
    ("normal", "mean_parameters", [0.5, 1.0], [-3.0, 40.0]),
    ("normal", "mean_parameters", [20.0, 401.0], [23.0, 530.0]),
    ("gamma", "", [43256.41184464276, 0.26874270513596155], [176.74893354614832, 0.001595995581894082]),  # (4e-13)
    ("beta", "", [0.0028733549349643462, 0.056531792523610284], [0.00316102698662804, 0.038133918262709954]),  # (1e-13)
    ("categorical", "natural", [-24.069096498660528, 12.22742124495982], [-19.42722312888572, 12.22714061990108]),
    (
        "categorical",
        "natural",
        [69.51479289074759, 86.649585612746],
        [14.344874801476177, 31.47968377043664],
    ),  # (2e-13)
    ("bernoulli", "logit", [720.4957054259093], [26.565961211159543]),  # (1e-12)
    ("gamma", "", [63725.90214422757, 21.988355796133277], [0.0027437071542931297, 0.0004951263936424802]),  # (2e-11)
    ("gamma", "log", [11.139298406147608, 6.26513783984392], [-4.907565859884774, -8.025557697101577]),  # (1e-10)
    ("beta", "", [0.006438149236653479, 98604.10381189041], [0.18842226421235206, 0.007392883250995358]),  # (3e-11)
    ("beta", "", [0.0031207484922985192, 26.6028803644215], [0.0031207547565904525, 41.86552637084651]),  # (2e-13)
    ("beta", "log", [2.128831765315432, -6.827141017226775], [1.255998448653004, -6.8576325790447825]),  # (7e-13)
    ("beta", "", [0.02, 1e-7], [0.0200001, 1.0000001e-7]),
    ("beta", "", [3.0, 1e-9], [3.1, 1e-9]),
]


@pytest.mark.parametrize(("key", "name", "p", "q"), FOUND)
def test_kl_where_it_once_lost_digits(key, name, p, q):
    f = FAMILIES[key]
    g, to = (f.in_chart(name), TO_THETA[key][name]) if name else (f, lambda *t: t)
    with mp.workdps(700 if key == "bernoulli" else 90):
        expected = truth(f, to(*exact(p)), to(*exact(q)))
        assert abs(float(g.kl(p, q) / expected - 1)) < 1e-13


@pytest.mark.parametrize("step", STEPS)
def test_kl_of_softmax_policies_keeps_its_digits(step):
    """Contrasts of the logits are rounded; their steps need not be. (1e-8 at a step of 1e-8.)"""
    a = np.array([0.3, 0.7, -1.1])
    b = a + step * np.array([1.0, -0.4, 0.3])
    with mp.workdps(90):
        p, q = ([mp.exp(z) / mp.fsum(map(mp.exp, logits)) for z in logits] for logits in (exact(a), exact(b)))
        expected = mp.fsum(u * mp.log(u / v) for u, v in zip(p, q, strict=True))
        assert abs(float(SoftmaxPolicy(3).kl(a, b) / expected - 1)) < 1e-14


def test_probabilities_at_logits_that_round_when_subtracted():
    eta = [700.3, 0.1, -31.7]
    f = Categorical(4).in_chart("natural")
    with mp.workdps(700):
        w = [mp.exp(z) for z in [*exact(eta), mp.mpf(0)]]
        expected = [float(v / mp.fsum(w)) for v in w]
    np.testing.assert_allclose(np.diag(f.fisher(eta))[1:], expected[1:3], rtol=5e-15)  # (6e-14)


def test_a_categorical_may_have_many_classes():
    f = Categorical(1000)
    assert (f.default == 1e-3).all() and f.contains([p.typical[1] for p in f.parameters])
    assert f.fisher(f.default)[0, 0] == pytest.approx(2000)


CERTAIN = [
    ("bernoulli", "arcsine", [2.2839118182203064e-05], 0),  # (1.7e-7)
    ("bernoulli", "arcsine", [1.5707], 1),
    ("bernoulli", "logit", [30.0], 1),
    ("categorical", "", [1.5756497047336434e-09, 4.843684312944555e-09], 2),  # (7e-9)
    ("categorical", "natural", [30.0, -5.0], 0),
]


@pytest.mark.parametrize(("key", "name", "p", "x"), CERTAIN)
def test_log_probability_of_what_is_nearly_certain(key, name, p, x):
    f = FAMILIES[key]
    g, to = (f.in_chart(name), TO_THETA[key][name]) if name else (f, lambda *t: t)
    with mp.workdps(60):
        expected = densities.LOG_DENSITY[key](x, to(*exact(p)))
        assert abs(float(g.log_prob([float(x)], p)[0] / expected - 1)) < 1e-14


@pytest.mark.parametrize(
    ("key", "name", "p", "q"),
    [
        ("normal", "", [0.0, 1e160], [0.0, 1.1e160]),
        ("normal", "", [0.0, 1e-200], [0.0, 1e200]),
        ("normal", "log_sigma", [0.0, -400.0], [0.0, -399.0]),
        ("exponential", "mean", [1e200], [1.1e200]),
        ("exponential", "mean", [1e-200], [3e-201]),
    ],
)
def test_kl_of_scales_whose_squares_leave_float64(key, name, p, q):
    f = FAMILIES[key]
    g, to = (f.in_chart(name), TO_THETA[key][name]) if name else (f, lambda *t: t)
    with mp.workdps(60):
        expected = float(truth(f, to(*exact(p)), to(*exact(q))))
    assert float(g.kl(p, q)) == pytest.approx(expected, rel=1e-13, abs=0)


def test_points_that_a_chart_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="must satisfy m_2 > m_1²"):
        FAMILIES["normal"].in_chart("mean_parameters").from_base([1e8, 1e-6])


def test_cdf_of_a_narrow_weibull_keeps_its_digits():
    x, theta = 750.6347501949404, [23959.087720096722, 750.6769576706304]
    with mp.workdps(60):
        shape, scale = exact(theta)
        expected = float(-mp.expm1(-((mp.mpf(x) / scale) ** shape)))
    assert FAMILIES["weibull"].cdf([x], theta)[0] == pytest.approx(expected, rel=1e-14, abs=0)  # (1e-12)


@pytest.mark.parametrize("shift", [0.3, 1.0, 2.9, 3.1, 7.0, 11.0, 16.0, 24.0, 40.0, 300.0])
def test_kl_of_logistics_that_are_scales_apart(shift):
    """With one scale KL is d coth(d/2) − 2; at 11 scales, where nodes were sparse, 3e-10 of it was lost."""
    with mp.workdps(60):
        d = mp.mpf(shift)
        expected = float(d * mp.coth(d / 2) - 2)
    assert FAMILIES["logistic"].kl([0.0, 0.5], [0.5 * shift, 0.5]) == pytest.approx(expected, rel=3e-14, abs=0)


@pytest.mark.parametrize("nu", [5, 101, 301, 999])
def test_kl_of_student_t_with_any_odd_degrees_of_freedom(nu):
    """Gamma functions of 301 degrees overflow, those of the coefficients' ratios do not; the limit is the normal's."""
    f = StudentT(nu)
    with mp.workdps(30):
        n, a = mp.mpf(nu), mp.mpf("0.25")
        k = mp.gamma((n + 1) / 2) / mp.gamma(n / 2) / mp.sqrt(mp.pi * n)
        density = lambda z: k * (1 + z * z / n) ** (-(n + 1) / 2)  # noqa: E731
        ratio = lambda z: (n + 1) / 2 * mp.log((n + ((z - a) / 2) ** 2) / (n + z * z)) + mp.log(2)  # noqa: E731
        expected = float(mp.quad(lambda z: density(z) * ratio(z), [-mp.inf, -8, -3, 0, 3, 8, mp.inf]))
    assert f.kl([0.0, 1.0], [0.25, 2.0]) == pytest.approx(expected, rel=1e-13 if nu < 999 else 1e-12, abs=0)


@pytest.mark.parametrize(
    ("q", "expected"), [([4.0, 1.2], 1.6991297420060240453), ([0.25, 1.15], 0.021643242218834189049)]
)
def test_kl_of_logistics_of_two_scales(q, expected):
    """Integrals of p (log p − log q) by mpmath with 50 digits."""
    assert FAMILIES["logistic"].kl([0.0, 1.0], q) == pytest.approx(expected, rel=2e-14, abs=0)


BY_CHART = [  # points whose logarithm, score and Hessian the pull-back, or a rounded mean, would spoil: in brackets by how much
    ("normal", "natural", [-158376472608.29486, -550226069.8978791], [-143.91942521428126]),  # (5e-11, 2e-8)
    ("normal", "natural", [-2.2752287188726408e-05, -9.514621817380183e-06], [460110.83329200814]),  # (2e-9)
    ("normal", "precision", [53588996.469935745, 242750.24150744057], [53590659.77056382]),  # (8e-5)
    ("poisson", "log", [-22.56569288766235], [7146855.0]),  # (1)
    ("beta", "", [98604.10381189041, 18.838306519925283], [0.9998617433718653]),  # (4e-13)
    ("beta", "", [3214.6290933009673, 4728.04323352174], [0.4047289074792928]),  # (7e-13)
    ("gamma", "", [19048.366699543953, 89.2456998291337], [213.43759204544065]),  # (2e-13)
]


@pytest.mark.parametrize(("key", "name", "p", "x"), BY_CHART)
def test_derivatives_of_log_probability_where_they_once_lost_digits(key, name, p, x):
    f = FAMILIES[key]
    g, to = (f.in_chart(name), TO_THETA[key][name]) if name else (f, lambda *t: t)
    scale = np.sqrt(np.diag(g.fisher(p)))  # digits of a score are counted from a thousandth of its spread
    with mp.workdps(120):
        at, d = exact(p), len(p)

        def log_prob(*phi):
            return log_density(f, x[0], to(*phi))

        def derivative(*orders):
            steps = [mp.mpf(10) ** -40 / mp.mpf(s) for s in scale]
            moved = lambda *u: log_prob(*(a + v * h for a, v, h in zip(at, u, steps, strict=True)))  # noqa: E731
            value = mp.diff(moved, (0,) * d, orders, h=mp.mpf(10) ** -10) if d > 1 else mp.diff(moved, 0, orders[0])
            return float(value / mp.fprod(h**k for h, k in zip(steps, orders, strict=True)))

        unit = np.eye(d, dtype=int)
        score = np.array([derivative(*unit[i].tolist()) for i in range(d)])
        hessian = np.array([[derivative(*(unit[i] + unit[j]).tolist()) for j in range(d)] for i in range(d)])
        expected = float(log_prob(*at))
    assert g.log_prob(x, p)[0] == pytest.approx(expected, rel=2e-14 if key != "poisson" else 1e-13)
    np.testing.assert_array_less(np.abs(g.score(x, p)[0] - score), 1e-14 * np.abs(score) + 1e-15 * scale)
    gap = np.abs(g.hessian(x, p)[0] - hessian)
    np.testing.assert_array_less(gap, 1e-14 * np.abs(hessian) + 1e-15 * np.outer(scale, scale))


@pytest.mark.parametrize(("f", "name"), VIEWS)
def test_fisher_matrices_are_symmetric_to_the_last_digit(f, name):
    g = f.in_chart(name) if name else f
    rng = np.random.default_rng(1)
    for _ in range(20):
        theta = np.array(wild(f.key, rng))
        fisher = g.fisher(g.from_base(theta) if name else theta)
        assert (fisher == fisher.T).all()


def test_products_that_nearly_cancel():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50)) * 1e3
    c = a * (1 + 1e-12 * rng.normal(size=50))
    d = a * b / c
    found = special.product_difference(a, b, c, d)
    with mp.workdps(60):
        expected = [float(w * x - y * z) for w, x, y, z in zip(*(exact(v) for v in (a, b, c, d)), strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    with np.errstate(over="ignore", invalid="ignore"):
        assert special.product_difference(np.array(1e305), 1.0, np.array(2.0), np.array(3.0)) == 1e305


@pytest.mark.parametrize(("f", "name"), VIEWS)
def test_remainder_of_kl_in_every_chart_is_of_third_order_or_higher(f, name):
    """|KL − ½δᵀFδ| on a log–log grid has slope 3, or 4 where symmetry cancels the third order, or there is none."""
    g = f.in_chart(name) if name else f
    p = g.default
    t = np.geomspace(2e-3, 2e-2, 9)
    delta = 1 / np.sqrt(np.diag(g.fisher(p))) * np.resize([1.0, -0.6], len(p))
    fisher = g.fisher(p)
    gap = np.abs(g.kl(p, p + t[:, None] * delta) - divergence.quadratic(fisher, t[:, None] * delta))
    if gap.max() < 1e-15:
        assert f.key == "normal_mean"
        return
    slope = np.polyfit(np.log(t), np.log(gap), 1)[0]
    assert min(abs(slope - 3), abs(slope - 4)) < 0.1


# Hellinger distances from the affinity ∫√(pq), which is elementary in these families -----------------------------------

AFFINITY = {
    "bernoulli": lambda p, q: mp.sqrt(p[0] * q[0]) + mp.sqrt((1 - p[0]) * (1 - q[0])),
    "poisson": lambda p, q: mp.exp(-((mp.sqrt(p[0]) - mp.sqrt(q[0])) ** 2) / 2),
    "exponential": lambda p, q: 2 * mp.sqrt(p[0] * q[0]) / (p[0] + q[0]),
    "normal": lambda p, q: (
        mp.sqrt(2 * p[1] * q[1] / (p[1] ** 2 + q[1] ** 2))
        * mp.exp(-((p[0] - q[0]) ** 2) / (4 * (p[1] ** 2 + q[1] ** 2)))
    ),
    "gamma": lambda p, q: mp.exp(
        mp.loggamma((p[0] + q[0]) / 2)
        - (mp.loggamma(p[0]) + mp.loggamma(q[0])) / 2
        + (p[0] * mp.log(p[1]) + q[0] * mp.log(q[1])) / 2
        - (p[0] + q[0]) / 2 * mp.log((p[1] + q[1]) / 2)
    ),
    "beta": lambda p, q: mp.beta((p[0] + q[0]) / 2, (p[1] + q[1]) / 2) / mp.sqrt(mp.beta(*p) * mp.beta(*q)),
}
NEAR = {"bernoulli": [0.3], "poisson": [4.0], "exponential": [4.0], "normal": [0.3, 1.5], "gamma": [2.0, 3.0], "beta": [2.0, 3.0]}  # fmt: skip
SMOOTH = {  # φ by its values alone, and φ″(1)
    "hellinger": (lambda t: (np.sqrt(t) - 1) ** 2 / 2, 0.25),
    "chi squared": (lambda t: (t - 1) ** 2, 2.0),
    "jensen-shannon": (lambda t: 0.5 * (t * np.log(2 * t / (1 + t)) + np.log(2 / (1 + t))), 0.25),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("key", AFFINITY)
def test_divergences_of_neighbours_keep_their_digits(key, step):
    f, p = FAMILIES[key], np.array(NEAR[key])
    q = p + step / np.sqrt(np.diag(f.fisher(p))) * np.resize([1.0, -1.0], len(p))
    with mp.workdps(60):
        expected = float(1 - AFFINITY[key](exact(p), exact(q)))
        forward, reverse = (float(closed_kl.CLOSED[key](exact(a), exact(b))) for a, b in ((p, q), (q, p)))
    assert divergence.hellinger(f, p, q) == pytest.approx(expected, rel=1e-13, abs=0)
    assert divergence.kl_quadrature(f, p, q) == pytest.approx(forward, rel=1e-13, abs=0)
    by_values = {
        "hellinger": (SMOOTH["hellinger"][0], expected),
        "kl": (lambda t: t * np.log(t), forward),
        "reverse": (lambda t: -np.log(t), reverse),
    }
    for phi, value in by_values.values():
        assert divergence.f_divergence(f, p, q, phi) == pytest.approx(value, rel=1e-11, abs=0)
    d = divergence.log_ratio(f, f.sample(p, 50, np.random.default_rng(0)), p, q)
    assert np.abs(d).max() < 20 * step


@pytest.mark.parametrize("key", [k for k, f in FAMILIES.items() if not moves(f)])
def test_smooth_divergences_are_half_the_second_derivative_times_the_form(key):
    """To the last digits at 1e-6, where the third order is what is left: 1e-5 of the whole."""
    f = FAMILIES[key]
    p = f.default
    delta = 1e-6 / np.sqrt(np.diag(f.fisher(p))) * np.resize([1.0, -1.0], len(p))
    form = delta @ f.fisher(p) @ delta
    for phi, bend in SMOOTH.values():
        assert divergence.f_divergence(f, p, p + delta, phi) / form == pytest.approx(bend / 2, rel=1e-5)
    assert divergence.hellinger(f, p, p + delta) / form == pytest.approx(1 / 8, rel=1e-5)
    variation = divergence.f_divergence(f, p, p + delta, lambda t: np.abs(t - 1) / 2)
    at = expectation.nodes(f, p)
    mean = expectation.weights(f, p, at) @ np.abs(f.score(at.x, p) @ delta)  # over nodes that do not know its corner
    assert variation == pytest.approx(mean / 2, rel=0.05, abs=0)


CHI_SQUARED = {
    "normal": lambda p, q: (
        q[1] ** 2
        / (p[1] * mp.sqrt(2 * q[1] ** 2 - p[1] ** 2))
        * mp.exp((p[0] - q[0]) ** 2 / (2 * q[1] ** 2 - p[1] ** 2))
        - 1
    ),
    "poisson": lambda p, q: mp.exp((p[0] - q[0]) ** 2 / q[0]) - 1,
    "exponential": lambda p, q: p[0] ** 2 / (q[0] * (2 * p[0] - q[0])) - 1,
}
FAR_PAIRS = [  # in brackets what came of it once
    (
        "normal",
        "chi squared",
        [-1.9212914421180059, 3.363635755616292],
        [-0.6785927438869273, 2.4589328200384943],
    ),  # (3e-2)
    ("normal", "chi squared", [0.0, 1.0], [0.3, 0.73]),
    ("poisson", "chi squared", [4.690568043889926], [0.3590241879928513]),  # (99 %)
    ("poisson", "chi squared", [17.361555133703174], [1.278857289763223]),  # (100 %)
    ("exponential", "chi squared", [1.0], [1.9]),
    (
        "normal",
        "hellinger",
        [-2.745484269375165, 0.41424861056459883],
        [2.9882865534137153, 1.2555496059132738],
    ),  # refused
    ("normal", "kl", [2.141418310319187, 2.457811395807522], [-1.2875933029226687, 0.42881974306873494]),  # (2e-6)
    ("weibull", "kl", [0.6892048212529069, 3.44020443805092], [3.3510863321311852, 0.46338386686098654]),  # (99.9 %)
    ("weibull", "reverse", [0.6892048212529069, 3.44020443805092], [3.3510863321311852, 0.46338386686098654]),  # (22 %)
    ("gamma", "kl", [4.485820874659167, 2.697216894464804], [8.489016831365028, 0.1502405982531414]),  # refused
    ("beta", "hellinger", [7.968017606450139, 0.5148776260592105], [7.9788005149210415, 0.5153454218407125]),  # (3e-10)
]


@pytest.mark.parametrize(("key", "kind", "p", "q"), FAR_PAIRS)
def test_divergences_of_far_pairs_are_right_whatever_the_tails(key, kind, p, q):
    """Where p is wider than q, q φ(p/q) is large where neither has mass."""
    f, phi = FAMILIES[key], {"kl": lambda t: t * np.log(t), "reverse": lambda t: -np.log(t), **{k: v[0] for k, v in SMOOTH.items()}}[kind]  # fmt: skip
    with mp.workdps(60):
        a, b = exact(p), exact(q)
        expected = float(
            {
                "chi squared": lambda: CHI_SQUARED[key](a, b),
                "hellinger": lambda: 1 - AFFINITY[key](a, b),
                "kl": lambda: closed_kl.CLOSED[key](a, b),
                "reverse": lambda: closed_kl.CLOSED[key](b, a),
            }[kind]()
        )
    assert divergence.f_divergence(f, p, q, phi) == pytest.approx(expected, rel=2e-12, abs=0)


@pytest.mark.parametrize(("key", "p", "q"), [("normal", [0, 1.5], [0, 1]), ("exponential", [1.0], [2.1])])
def test_an_infinite_divergence_is_refused(key, p, q):
    with pytest.raises(ValueError, match="does not fade in the tails"):
        divergence.f_divergence(FAMILIES[key], p, q, lambda t: (t - 1) ** 2)


@pytest.mark.parametrize("step", STEPS)
def test_total_variation_of_neighbours_keeps_its_digits(step):
    """A corner at p = q: 1e-8 of it was lost at a step of 1e-8."""
    f, p, q = FAMILIES["normal"], [0.0, 1.0], [step, 1.0]
    with mp.workdps(60):
        expected = float(mp.erf(mp.mpf(step) / mp.sqrt(8)))
    assert divergence.f_divergence(f, p, q, lambda t: np.abs(t - 1) / 2) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("step", STEPS)
def test_divergences_of_coins_that_are_nearly_certain_keep_their_digits(step):
    """1 − p has fewer digits than the step: the score may not be integrated through rounded points. (3e-8)"""
    f, p = FAMILIES["bernoulli"], [1 - 3e-12]
    q = [1 - 3e-12 * (1 - step)]
    with mp.workdps(60):
        expected = [float(1 - AFFINITY["bernoulli"](exact(p), exact(q))), float(closed_kl.CLOSED["bernoulli"](exact(p), exact(q)))]  # fmt: skip
    if p != q:
        found = [divergence.hellinger(f, p, q), divergence.kl_quadrature(f, p, q)]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("key", "name", "p", "q"),
    [
        ("bernoulli", "logit", [-26.86944395123721], [-68359.0]),  # (half of it)
        ("bernoulli", "logit", [28.12593490239762], [40.93357641834397]),  # (2e-7)
        ("bernoulli", "arcsine", [1e-6], [2e-6]),
        (
            "categorical",
            "natural",
            [8.380249118111676, 2.986808622496543],
            [37.45945265196642, 32.787066750768574],
        ),  # (5e-7)
        ("categorical", "natural", [-14.532186884991109, 14.278202473772696], [3.502005432908806, 14.26559951718437]),
    ],
)
def test_divergences_of_rare_outcomes_far_apart_keep_their_digits(key, name, p, q):
    """Most of p hardly moves while the logits are far apart: no score may be integrated along such a step."""
    f = FAMILIES[key]
    g, to = f.in_chart(name), TO_THETA[key][name]
    with mp.workdps(90):
        a, b = ([*t, 1 - mp.fsum(t)] for t in (to(*exact(p)), to(*exact(q))))
        variation = float(mp.fsum(abs(u - v) for u, v in zip(a, b, strict=True)) / 2)
        hellinger = float(mp.fsum((mp.sqrt(u) - mp.sqrt(v)) ** 2 for u, v in zip(a, b, strict=True)) / 2)
    assert divergence.f_divergence(g, p, q, lambda t: np.abs(t - 1) / 2) == pytest.approx(variation, rel=1e-12, abs=0)
    assert divergence.hellinger(g, p, q) == pytest.approx(hellinger, rel=1e-12, abs=0)


def test_a_tail_that_ends_with_float64_is_no_refusal():
    """Beta(17, 0.05) has 1e-15 of its mass within e^−700 of 1."""
    g, p, q = FAMILIES["beta"].in_chart("log"), [2.844356552135212, -2.9572911108952304], [3.2711496, -3.0570935]
    assert divergence.kl_quadrature(g, p, q) == pytest.approx(float(g.kl(p, q)), rel=1e-9, abs=0)


@pytest.mark.parametrize(("key", "name"), [("normal", ""), ("normal", "variance"), ("cauchy", ""), ("student_t", "")])
def test_divergences_do_not_depend_on_where_the_pair_is(key, name):
    """At a location of 1e8 and a scale of 1e-4, x has four digits; they were refused or wrong."""
    f = FAMILIES[key]
    g, scale = (f.in_chart(name), 1e-8) if name else (f, 1e-4)
    p, q = np.array([1e8, scale]), np.array([1e8 + 2.0**-14, 1.3 * scale])
    expected = float(g.kl(p, q))
    assert divergence.kl_quadrature(g, p, q) == pytest.approx(expected, rel=1e-12, abs=0)
    assert divergence.f_divergence(g, p, q, lambda t: t * np.log(t)) == pytest.approx(expected, rel=1e-12, abs=0)
    apart = divergence.hellinger(g, p - p[0] * np.array([1, 0]), q - p[0] * np.array([1, 0]))
    assert divergence.hellinger(g, p, q) == apart


def test_distant_counts_are_summed_without_what_lies_between():
    f, p, q = FAMILIES["poisson"], [1e-3], [1e9]
    assert divergence.kl_quadrature(f, p, q) == pytest.approx(float(f.kl(p, q)), rel=1e-12, abs=0)


@pytest.mark.parametrize("step", STEPS)
def test_divergences_of_nested_uniforms_keep_their_digits(step):
    f, p, q = FAMILIES["uniform"], [0.7], [0.7 + step]
    with mp.workdps(60):
        ratio = mp.mpf(q[0]) / mp.mpf(p[0])
        kl, hellinger = float(mp.log(ratio)), float(1 - 1 / mp.sqrt(ratio))
    assert divergence.kl_quadrature(f, p, q) == pytest.approx(kl, rel=1e-13, abs=0)
    for pair in ((p, q), (q, p)):
        assert divergence.hellinger(f, *pair) == pytest.approx(hellinger, rel=1e-13, abs=0)


def test_log_ratio_of_far_pairs_is_the_difference():
    f, x = FAMILIES["gamma"], np.array([0.1, 1.0, 7.0])
    expected = f.log_prob(x, [2, 3]) - f.log_prob(x, [5, 0.5])
    np.testing.assert_allclose(divergence.log_ratio(f, x, [2, 3], [5, 0.5]), expected, rtol=1e-13)
    assert divergence.log_ratio(FAMILIES["uniform"], [0.5, 1.5], [2.0], [1.0]).tolist() == [-np.log(2), np.inf]


@pytest.mark.parametrize("key", ["cauchy", "student_t", "gamma", "poisson"])
def test_log_ratio_of_neighbours_has_all_its_digits(key):
    """Of every datum, and the more of them there are no fewer: against the independent densities with thirty digits."""
    f = FAMILIES[key]
    p = f.default
    q = p + 0.06 * np.linalg.cholesky(np.linalg.inv(f.fisher(p))).sum(axis=1)  # 0.06 to 0.1 standard deviations
    x = f.sample(p, 40, np.random.default_rng(3))
    expected = [float(log_density(f, v, exact(p)) - log_density(f, v, exact(q))) for v in x]
    found = divergence.log_ratio(f, x, p, q)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-16)
    np.testing.assert_array_equal(divergence.log_ratio(f, np.tile(x, 50), p, q), np.tile(found, 50))
    assert divergence.log_ratio(f, [], p, q).shape == (0,)


@pytest.mark.parametrize(
    ("key", "name"), [(k, c) for k, f in FAMILIES.items() if f.regular and f.columns is None for c in f.charts]
)
def test_log_ratio_of_neighbours_in_a_chart(key, name):
    """−s·δ − ½δᵀHδ to the last digits of a step of 1e-7, half of which the images in θ have lost."""
    f = FAMILIES[key].in_chart(name)
    p = f.default
    q = p + 1e-7 / np.sqrt(np.diag(f.fisher(p))) * np.resize([1.0, -0.7], len(p))
    x, step = f.sample(p, 20, np.random.default_rng(4)), q - p
    expected = -(f.score(x, p) @ step) - 0.5 * np.einsum("i,nij,j->n", step, f.hessian(x, p), step)
    np.testing.assert_allclose(divergence.log_ratio(f, x, p, q), expected, rtol=1e-11, atol=1e-19)


def test_a_convex_function_must_vanish_at_one():
    with pytest.raises(ValueError, match=r"convex\(1\) = 1 must be 0"):
        divergence.f_divergence(FAMILIES["normal"], [0, 1], [0, 2], lambda t: t**2)


def test_a_divergence_is_refused_only_if_the_ratio_overflows_where_there_is_mass():
    """Far out p/q underflows: −log 0 would be infinite there, with no mass to speak of."""
    f, p, q = FAMILIES["normal"], [0.3, 1.5], [-1.2, 2.56]
    found = divergence.f_divergence(f, p, q, lambda t: -np.log(t))
    assert found == pytest.approx(float(f.kl(q, p)), rel=1e-11, abs=0)


def _counted(c: mp.mpf, rate: mp.mpf, side: int) -> mp.mpf:
    """P(X > c) for side 1, P(X ≤ c) for side −1, term by term."""
    k = c + 1 if side > 0 else c
    term = mp.exp(k * mp.log(rate) - rate - mp.loggamma(k + 1))
    total = term
    while term > total * mp.mpf(10) ** -20 and k > 0:
        term, k = (term * rate / (k + 1), k + 1) if side > 0 else (term * k / rate, k - 1)
        total += term
    return total


@pytest.mark.parametrize("rate", [1e3, 6e4, 1e6])
@pytest.mark.parametrize("z", [-30.0, -8.0, -4.2, 4.2, 8.0, 30.0])
def test_tails_of_many_counts_keep_their_digits(rate, z):
    """scipy's pdtrc is 4.6e-6 off at a rate of 1e6 and 5 standard deviations, and 20 % at 1e8 and 8."""
    c = np.floor(rate + z * np.sqrt(rate))
    if c < 60:
        pytest.skip("no such count")
    found = (FAMILIES["poisson"].sf if z > 0 else FAMILIES["poisson"].cdf)([c], [rate])[0]
    assert found == pytest.approx(float(_counted(mp.mpf(c), mp.mpf(rate), int(np.sign(z)))), rel=2e-12, abs=0)
    waiting = (FAMILIES["gamma"].cdf if z > 0 else FAMILIES["gamma"].sf)([rate], [c + 1, 1.0])[0]
    assert waiting == pytest.approx(found, rel=1e-13, abs=0), "c + 1 events by time λ"
