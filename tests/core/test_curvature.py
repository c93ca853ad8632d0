"""KL against its parabola: printed values, orders of the gap, contours."""

import numpy as np
import pytest

from fisher_core import FAMILIES, Family, information
from fisher_core.divergence.parabola import fitted_order, kl_contour, order_of_gap, profile, reach, unit_direction

COIN, NORMAL = FAMILIES["bernoulli"], FAMILIES["normal"]


@pytest.mark.parametrize(
    ("family", "theta", "direction", "step", "forward", "reverse"),
    [
        (COIN, [0.1], [1.0], 0.1, 0.660, 0.799),
        (COIN, [0.1], [1.0], -0.05, 1.487, 1.203),
        (NORMAL, [0, 1], [0, 1.0], 0.3, 0.647, None),
        (NORMAL, [0, 1], [0, 1.0], -0.3, 1.819, None),
        (NORMAL.in_chart("log_sigma"), [0, 0], [0, 1.0], 0.3, 0.827, None),
        (NORMAL.in_chart("log_sigma"), [0, 0], [0, 1.0], -0.3, 1.234, None),
        (NORMAL.in_chart("log_sigma"), [0, 0], [0, 1.0], np.log(1.3), 0.846, None),
        (NORMAL.in_chart("log_sigma"), [0, 0], [0, 1.0], np.log(0.7), 1.287, None),
    ],
)
def test_ratio_of_kl_to_its_parabola(family, theta, direction, step, forward, reverse):
    line = profile(family, theta, direction, [step])
    assert line.forward[0] / line.quadratic[0] == pytest.approx(forward, abs=6e-4)
    if reverse is not None:
        assert line.reverse[0] / line.quadratic[0] == pytest.approx(reverse, abs=6e-4)


def test_kl_of_the_worked_example():
    line = profile(COIN, [0.1], [1.0], [0.1])
    assert line.forward[0] == pytest.approx(0.036690, abs=5e-7)
    assert line.quadratic[0] == pytest.approx(0.055556, abs=5e-7)
    assert line.reverse[0] == pytest.approx(0.044403, abs=5e-7)


@pytest.mark.parametrize(
    ("p", "kind", "order"),
    [
        (0.1, "gap", 3),
        (0.1, "reverse_gap", 3),
        (0.5, "gap", 4),
        (0.5, "reverse_gap", 4),
        (0.1, "midpoint_gap", 4),
        (0.3, "midpoint_gap", 4),
    ],
)
def test_order_of_the_gap(p, kind, order):
    assert order_of_gap(COIN, [p], [1.0], 1e-3, kind) == pytest.approx(order, abs=0.05)


@pytest.mark.parametrize("key", ["bernoulli", "poisson", "normal", "gamma", "beta", "exponential", "categorical"])
def test_midpoint_gap_is_of_fourth_order_in_every_family(key):
    family = FAMILIES[key]
    direction = np.full(len(family.parameters), 1.0) / len(family.parameters)
    assert order_of_gap(
        family, family.default, direction, 0.02 * family.default.min() or 0.02, "midpoint_gap"
    ) == pytest.approx(4, abs=0.15)


def test_the_order_of_a_profile_is_that_of_its_gap():
    line = profile(COIN, [0.1], [1.0], 1e-3 * np.geomspace(0.1, 1, 24), midpoint=False)
    for kind in ("gap", "reverse_gap"):
        assert fitted_order(line, kind) == order_of_gap(COIN, [0.1], [1.0], 1e-3, kind)
    assert np.isnan(line.midpoint).all() and np.isnan(fitted_order(line, "midpoint_gap"))
    assert np.isnan(fitted_order(profile(NORMAL, [0.0, 5.0], [0.3, 0.0], [0.1, 0.2])))
    uniform = profile(FAMILIES["uniform"], [1.0], [1.0], [0.01, 0.1])
    assert fitted_order(uniform) == pytest.approx(1, abs=0.05) and np.isnan(fitted_order(uniform, "reverse_gap"))
    with pytest.raises(ValueError, match="kind"):
        fitted_order(line, "slope")


def test_a_coordinate_without_information_has_no_unit():
    class Flat(type(NORMAL)):
        def _fisher(self, theta):
            return (theta[1] ** -2, 0), (0, 0)

    assert unit_direction(Flat(), [0, 2.0], [1, 0]) == pytest.approx([2.0, 0.0])
    with pytest.raises(ValueError, match="must have a length in F"):
        unit_direction(Flat(), [0, 2.0], [0, 1])


def test_a_step_out_of_the_space_is_nan_and_theta_outside_raises():
    line = profile(COIN, [0.02], [1.0], [-0.05, 0.05])
    assert np.isnan(line.forward[0]) and np.isfinite(line.forward[1])
    with pytest.raises(ValueError, match=r"p = 1\.2"):
        profile(COIN, [1.2], [1.0], [0.1])
    with pytest.raises(ValueError, match="direction"):
        profile(COIN, [0.2], [1.0, 2.0], [0.1])


@pytest.mark.parametrize("key", FAMILIES)
def test_a_unit_step_has_length_one_in_every_chart(key):
    base = FAMILIES[key]
    for family in (base, *(base.in_chart(c) for c in base.charts)):
        theta, d = family.default, len(family.parameters)
        for weights in (*np.eye(d), np.ones(d), -np.arange(1.0, d + 1)):
            direction = unit_direction(family, theta, weights)
            assert direction @ family.fisher(theta) @ direction == pytest.approx(1.0, rel=1e-13, abs=0)
            if family is base:
                assert direction @ information.by_quadrature(family, theta) @ direction == pytest.approx(
                    1.0, rel=1e-9, abs=0
                )
            assert (np.sign(direction) == np.sign(weights)).all()
            assert profile(family, theta, direction, [1e-3]).quadratic[0] == pytest.approx(5e-7, rel=1e-13, abs=0)


def test_one_unit_of_a_location_is_the_reach_of_one_datum():
    assert unit_direction(NORMAL, [0, 3.0], [1, 0]) == pytest.approx([3.0, 0.0])
    assert unit_direction(FAMILIES["cauchy"], [0, 1.0], [1, 0]) == pytest.approx([2**0.5, 0.0])


def test_reach_ends_at_the_wall():
    assert reach(COIN, [0.3], [1.0], 2.0) == pytest.approx((-0.3, 0.7), abs=1e-12)
    assert reach(NORMAL, [0, 1.0], [1.0, 0.0], 2.0) == (-2.0, 2.0)
    assert reach(FAMILIES["categorical"], [0.2, 0.3], [1.0, 1.0], 2.0) == pytest.approx((-0.2, 0.25), abs=1e-12)
    for key in FAMILIES:
        family = FAMILIES[key]
        direction = unit_direction(family, family.default, np.ones(len(family.parameters)))
        lo, hi = reach(family, family.default, direction, 3.0)
        assert lo < 0 < hi and family.contains(family.default + np.outer([lo, hi], direction)).all()
        assert lo == -3.0 or not family.contains(family.default + (lo - 1e-9) * direction)


@pytest.mark.parametrize("level", [0.005, 0.05, 0.3])
def test_contour_points_have_that_kl(level):
    points = kl_contour(NORMAL, [0, 1], level)
    assert np.isfinite(points).all()
    np.testing.assert_allclose(NORMAL.kl(np.broadcast_to([0.0, 1.0], points.shape), points), level, rtol=1e-9)


def test_small_contours_are_the_fisher_ellipse():
    points = kl_contour(NORMAL, [0, 1], 1e-8) - [0, 1]
    np.testing.assert_allclose(points[:, 0] ** 2 + 2 * points[:, 1] ** 2, 2e-8, rtol=1e-3)


def test_contour_of_the_triangle_stays_inside():
    points = kl_contour(FAMILIES["categorical"], [0.05, 0.05], 0.3)
    inside = points[np.isfinite(points).all(axis=1)]
    assert len(inside) > 20 and (inside > 0).all() and (inside.sum(axis=1) < 1).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: profile(COIN, 0.1, [1.0], [0.1]), "theta"),
        (lambda: profile(COIN, [float("nan")], [1.0], [0.1]), "theta contains nan"),
        (lambda: order_of_gap(COIN, [0.1], [1.0], 5.0), "scale = 5 must be smaller"),
        (lambda: order_of_gap(NORMAL, [0.0, 1.0], [1.0, 0.0], 2.0**-4), "direction"),
        (lambda: order_of_gap(NORMAL, [0.0, 5.0], [0.3, 0.0], 0.07), "direction"),
        (lambda: unit_direction(NORMAL, [0.0, 1.0], [0.0, 0.0]), "weights = .* must have a length"),
        (lambda: reach(NORMAL, [0.0, 1.0], [1.0, 0.0], -1.0), "most = -1 must be > 0"),
        (lambda: kl_contour(NORMAL, [0.0, 1.0], -1.0), "level = -1 must be > 0"),
        (lambda: kl_contour(COIN, [0.1], 0.1), "must have shape"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_contour_has_three_points_at_least():
    assert kl_contour(NORMAL, [0.0, 1.0], 0.1, count=3).shape == (3, 2)
    with pytest.raises(ValueError, match="count = 2 must be"):
        kl_contour(NORMAL, [0.0, 1.0], 0.1, count=2)


def test_all_that_is_asked_of_a_point_outside_is_nan():
    line = profile(COIN, [0.02], [1.0], [-0.05, 0.05])
    for values in (line.forward, line.reverse, line.midpoint, line.gap, line.midpoint_gap):
        assert np.isnan(values[0]) and np.isfinite(values[1])
    assert np.isfinite(line.quadratic).all()  # the parabola of θ knows no edge
    with pytest.raises(ValueError, match=r"scale = 0\.1 must be smaller"):
        order_of_gap(COIN, [0.02], [-1.0], 0.1)
    with pytest.raises(ValueError, match="the gap is 0"):
        order_of_gap(NORMAL, [0, 1], [1.0, 0.0], 0.1)


@pytest.mark.parametrize("key", ["gamma", "beta", "weibull"])
def test_small_contours_are_the_ellipse_evenly_travelled(key):
    """Where parameters are correlated: whitened by F, the points are on a circle and at equal angles."""
    family, level = FAMILIES[key], 1e-8
    points = kl_contour(family, family.default, level, 25)
    whitened = (points - family.default) @ np.linalg.cholesky(family.fisher(family.default)) / np.sqrt(2 * level)
    np.testing.assert_allclose(np.linalg.norm(whitened, axis=1), 1.0, atol=1e-3)
    turn = np.unwrap(np.arctan2(whitened[:, 1], whitened[:, 0]))
    np.testing.assert_allclose(turn, np.linspace(0, 2 * np.pi, 25), atol=1e-6)


def test_rays_that_do_not_reach_a_contour_are_left_out():
    """KL to wider Normals grows as a logarithm: three nats lie beyond the search, other directions have their point."""
    points = kl_contour(NORMAL, [0, 1], 3.0)
    reached = np.isfinite(points).all(axis=1)
    assert 0 < (~reached).sum() < len(points) // 2
    np.testing.assert_allclose(NORMAL.kl([0.0, 1.0], points[reached]), 3.0, rtol=1e-6)
    assert reached[points[:, 1] < 1].all()
    for level in (0.0, -1.0):
        with pytest.raises(ValueError, match="must be > 0"):
            kl_contour(NORMAL, [0, 1], level)


def test_a_step_at_which_quadrature_gives_up_is_no_number():
    """Half of the mass of a Weibull of shape 1e-4 is beyond float64: its closed form knows KL, an integral does not."""
    weibull = FAMILIES["weibull"]
    bare = type("Bare", (type(weibull),), {"_kl": Family._kl, "_fisher": Family._fisher})()
    steps = [-1.4999, -0.5, 0.0, 0.5, -2.0]
    exact, found = (profile(f, [1.5, 1.0], [1.0, 0.0], steps) for f in (weibull, bare))
    assert np.isnan(found.forward).tolist() == np.isnan(found.reverse).tolist() == [True, False, False, False, True]
    for name in ("forward", "reverse", "midpoint"):
        known = ~np.isnan(getattr(found, name))
        np.testing.assert_allclose(getattr(found, name)[known], getattr(exact, name)[known], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("steps", [[], [0.1], [-0.1, 0.1]])
def test_an_order_wants_steps_of_two_sizes(steps):
    line = profile(NORMAL, [0.0, 1.0], [0.0, 1.0], steps)
    with pytest.raises(ValueError, match="must have two of different size"):
        fitted_order(line)
