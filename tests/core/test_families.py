"""What every family promises, checked over the registry: a new family is picked up by itself.

The second opinions here are finite differences, scipy.stats distribution functions and literals from the literature;
independent densities, automatic derivatives and quadrature are in ``tests/oracles``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fisher_core import FAMILIES, Family, Parameter, families
from fisher_core.families.categorical import Categorical
from fisher_core.families.normal_mean import NormalMean
from fisher_core.families.student_t import StudentT
from fisher_core.numerics import defaults as numerical
from fisher_core.parameter import interval_rule

REQUIRED = ("_log_prob", "_score", "_hessian", "_sample", "_mle")
# The registry, and members with other fixed quantities than the registry's.
MEMBERS = {**FAMILIES, **{f"student_t({nu:g})": StudentT(nu) for nu in (0.5, 4, 30.5)}}
NAMES = {family: name for name, family in MEMBERS.items()}
ALL = pytest.mark.parametrize("family", MEMBERS.values(), ids=MEMBERS)
REGULAR = pytest.mark.parametrize("family", [f for f in MEMBERS.values() if f.regular], ids=NAMES.get)
SCALAR = pytest.mark.parametrize("family", [f for f in MEMBERS.values() if f.columns is None], ids=NAMES.get)

# scipy.stats as it names them, for the Kolmogorov–Smirnov tests of samples and for cdf. A family without a name there is
# held to the integral of its own density.
PEER = {
    "bernoulli": lambda t: stats.bernoulli(t[0]),
    "categorical": lambda t: stats.rv_discrete(values=(range(len(t) + 1), [*t, 1 - sum(t)])),
    "poisson": lambda t: stats.poisson(t[0]),
    "exponential": lambda t: stats.expon(scale=1 / t[0]),
    "normal": lambda t: stats.norm(*t),
    "gamma": lambda t: stats.gamma(t[0], scale=1 / t[1]),
    "beta": lambda t: stats.beta(*t),
    "weibull": lambda t: stats.weibull_min(t[0], scale=t[1]),
    "cauchy": lambda t: stats.cauchy(*t),
    "laplace": lambda t: stats.laplace(*t),
    "logistic": lambda t: stats.logistic(*t),
    "student_t": lambda t, nu=5: stats.t(nu, *t),
    "uniform": lambda t: stats.uniform(0, t[0]),
}


def _peer(family: Family, theta: np.ndarray):
    """Its frozen distribution in scipy.stats."""
    return PEER[family.key](theta, family.nu) if isinstance(family, StudentT) else PEER[family.key](theta)


def thetas(family: Family) -> st.SearchStrategy[np.ndarray]:
    """Points of the typical box."""
    return st.tuples(*(st.floats(*p.typical) for p in family.parameters)).map(np.array).filter(family.contains)


def grid(family: Family, points: int = 3) -> np.ndarray:
    """A grid over the inside of the typical box, (points, …, d)."""
    axes = [np.linspace(p.typical[0], p.typical[1], points + 2)[1:-1] * 0.98 for p in family.parameters]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def moves(family: Family) -> bool:
    """Whether the support depends on θ, and so E[s] is not 0 and KL has no parabola."""
    return family.writes("_bounds")


# Declarations -------------------------------------------------------------------------------------------------------


def test_registry_keys_are_the_families_own():
    assert all(key == family.key for key, family in FAMILIES.items())
    assert {"bernoulli", "categorical", "poisson", "exponential", "normal", "normal_mean", "gamma", "beta", "weibull",
            "cauchy", "laplace", "logistic", "student_t", "uniform"} <= set(FAMILIES)  # fmt: skip


def test_every_file_with_a_family_is_listed():
    """A file that is not listed in fisher_core/families/__init__.py is neither tested nor shown."""
    for path in Path(families.__file__).parent.glob("[a-z]*.py"):
        module = import_module(f"{families.__name__}.{path.stem}")
        own = {k for k, v in vars(module).items() if isinstance(v, type) and v.__module__ == module.__name__}
        named = {k for k in own if issubclass(getattr(module, k), Family) and "key" in vars(getattr(module, k))}
        for name in named:
            assert f"{path.stem}:{name}" in families.LISTED, f'add "{path.stem}:{name}" to LISTED'


@ALL
def test_required_hooks_are_written(family):
    missing = [hook for hook in REQUIRED if not family.writes(hook)]
    assert not missing, f"{type(family).__name__} must write {', '.join(missing)}"


@ALL
def test_declarations_are_complete(family):
    assert family.title and family.default.shape == (len(family.parameters),)
    assert all(p.name and p.symbol for p in family.parameters)
    assert family.contains(family.default) and family.contains(grid(family)).all()
    assert bool(family.why_irregular) == (not family.regular)


@pytest.mark.parametrize(
    ("typical", "default"),
    [((0.1, 0.9), 0.95), ((0.1, 0.9), 0.05), ((0.0, 0.9), 0.5), ((0.1, 1.0), 0.5), ((-1.0, 2.0), 0.5)],
)
def test_parameter_keeps_its_default_in_the_typical_range_and_that_inside_the_domain(typical, default):
    with pytest.raises(ValueError, match="lower < typical low <= default <= typical high < upper"):
        Parameter("p", "p", 0.0, 1.0, typical, default)
    assert Parameter("p", "p", 0.0, 1.0, (0.1, 0.9), 0.1).rule == "in (0, 1)"


def test_intervals_in_words():
    inf = np.inf
    found = [interval_rule(*case) for case in (
        (-inf, inf), (0, inf), (0, inf, True), (-inf, 2), (-inf, 2, False, True), (0, 1, True), (0, 1, False, True),
    )]  # fmt: skip
    assert found == ["finite", "> 0", ">= 0", "< 2", "<= 2", "in [0, 1)", "in (0, 1]"]


@ALL
def test_a_location_only_moves_the_data(family):
    x, theta = family.sample(family.default, 9, np.random.default_rng(1)), family.default
    for i in family.locations:
        by = 0.75 if family.columns is None else 0.75 * np.eye(family.columns)[i]
        there = theta + 0.75 * np.eye(len(theta))[i]
        np.testing.assert_allclose(family.log_prob(x + by, there), family.log_prob(x, theta), rtol=1e-12)


# Closed forms -------------------------------------------------------------------------------------------------------

A, Z = 1 - np.euler_gamma, np.pi**2 / 6
FISHER = [  # Fisher information per observation; digits are those of the literature's tables
    ("bernoulli", [0.3], [[4.761905]]),
    ("poisson", [4], [[0.25]]),
    ("exponential", [4], [[1 / 16]]),
    ("normal", [7, 2], [[0.25, 0], [0, 0.5]]),
    ("gamma", [2, 3], [[0.644934, -0.333333], [-0.333333, 0.222222]]),
    ("beta", [2, 5], [[0.491389, -0.153545], [-0.153545, 0.067778]]),
    ("weibull", [2, 3], [[(Z + A**2) / 4, -A / 3], [-A / 3, 4 / 9]]),
    ("cauchy", [1, 2], [[1 / 8, 0], [0, 1 / 8]]),
    ("logistic", [0, 2], [[1 / 12, 0], [0, (3 + np.pi**2) / 36]]),
    ("laplace", [0, 2], [[1 / 4, 0], [0, 1 / 4]]),
    ("student_t", [0, 1], [[0.75, 0], [0, 1.25]]),
    ("categorical", [0.2, 0.3], [[7, 2], [2, 2 + 10 / 3]]),
    ("uniform", [2], [[1 / 4]]),
]


@pytest.mark.parametrize("key, theta, expected", FISHER, ids=[case[0] for case in FISHER])
def test_fisher_of_the_tables(key, theta, expected):
    np.testing.assert_allclose(FAMILIES[key].fisher(theta), expected, rtol=1e-12, atol=6e-7)


KL = [
    ("bernoulli", [0.1], [0.2], 0.036690, 5e-7),
    ("bernoulli", [0.2], [0.1], 0.044403, 5e-7),
    ("bernoulli", [0.1], [0.05], 0.020654, 5e-7),
    ("normal", [0, 1], [0.1, 1.1], 0.0126656, 5e-8),
    ("normal", [0.1, 1.1], [0, 1], 0.0146898, 5e-8),
    ("normal", [0, 1], [0.01, 1.01], 1.47370e-4, 5e-10),
    ("normal", [0, 1], [1e-8, 1], 5e-17, 1e-31),
    ("normal", [-2, 0.5], [2, 0.5], 32.0, 1e-12),
    ("normal", [-2, 2**0.5], [2, 2**0.5], 4.0, 1e-12),
    ("exponential", [1], [2], 1 - np.log(2), 1e-15),
    ("poisson", [2], [1], 2 * np.log(2) - 1, 1e-15),
    ("cauchy", [0, 1], [2, 1], np.log(2), 1e-15),
    ("uniform", [1], [2], np.log(2), 1e-15),
    ("uniform", [2], [1], np.inf, 0),
    ("laplace", [0, 1], [1, 1], np.exp(-1), 1e-15),
    ("student_t", [0, 1], [0, 1.3], 0.0399828460911907, 1e-15),  # mpmath, 34 digits
    ("logistic", [0, 1], [1, 2], 0.3172176046624919, 1e-14),  # mpmath, 34 digits
]


@pytest.mark.parametrize("key, p, q, expected, tolerance", KL, ids=[f"{c[0]}-{i}" for i, c in enumerate(KL)])
def test_kl_of_the_tables(key, p, q, expected, tolerance):
    if np.isinf(expected):
        assert FAMILIES[key].kl(p, q) == np.inf
    else:
        assert abs(FAMILIES[key].kl(p, q) - expected) <= tolerance


def test_normal_score_is_a_parabola_in_the_first_coordinate():
    x = np.linspace(-4, 4, 9)
    s = FAMILIES["normal"].score(x, [0, 1])
    np.testing.assert_allclose(s[:, 1], s[:, 0] ** 2 - 1, atol=1e-14)


def test_score_off_the_truth_has_a_mean():
    x = FAMILIES["normal"].sample([0, 1], 200_000, np.random.default_rng(1))
    np.testing.assert_allclose(FAMILIES["normal"].score(x, [1, 1]).mean(axis=0), [-1, 1], atol=0.02)


def test_newton_and_scoring_differ_by_a_factor_of_fourteen():
    """Ten values with Σ(x−80)² = 7340 at variance 100: observed −.00684, expected −.00050, steps +46 and +634."""
    x = 80 + np.sqrt(734) * np.array([1, -1] * 5)
    f = FAMILIES["normal"].in_chart("variance")
    slope = f.score(x, [80, 100])[:, 1].sum()
    observed, expected = f.hessian(x, [80, 100])[:, 1, 1].sum(), -10 * f.fisher([80, 100])[1, 1]
    np.testing.assert_allclose([slope, observed, expected], [0.317, -0.00684, -0.0005], rtol=1e-3)
    np.testing.assert_allclose([-slope / observed, -slope / expected], [46.3, 634], rtol=2e-3)


def test_student_t_with_one_degree_of_freedom_is_cauchy():
    p, q = np.array([0.3, 1.2]), np.array([[-1.0, 0.4], [0.3, 1.2001], [9, 30.0]])
    one, cauchy, x = StudentT(1), FAMILIES["cauchy"], np.linspace(-9, 9, 7)
    np.testing.assert_allclose(one.kl(p, q), cauchy.kl(p, q), rtol=1e-13)
    np.testing.assert_allclose(one.log_prob(x, p), cauchy.log_prob(x, p), rtol=1e-14)
    np.testing.assert_allclose(one.hessian(x, p), cauchy.hessian(x, p), rtol=1e-13)


def test_categorical_with_two_classes_is_bernoulli():
    two, bernoulli = Categorical(2), FAMILIES["bernoulli"]
    np.testing.assert_allclose(two.fisher([0.3]), bernoulli.fisher([0.3]), rtol=1e-15)
    np.testing.assert_allclose(two.kl([0.3], [0.4]), bernoulli.kl([0.3], [0.4]), rtol=1e-14)


# The methods against each other -------------------------------------------------------------------------------------


@ALL
def test_shapes_and_types(family):
    d, theta = len(family.parameters), family.default
    x = family.sample(theta, 7, np.random.default_rng(2))
    assert x.shape == ((7,) if family.columns is None else (7, family.columns))
    expected = {
        "log_prob": (family.log_prob(x, theta), (7,)),
        "score": (family.score(x, theta), (7, d)),
        "hessian": (family.hessian(x, theta), (7, d, d)),
        "fisher": (family.fisher(theta), (d, d)),
        "mle": (family.mle(family.sample(theta, 99, np.random.default_rng(3))), (d,)),
    }
    for name, (value, shape) in expected.items():
        assert value.shape == shape and value.dtype == np.float64, name


@ALL
def test_fisher_and_kl_broadcast_as_loops_do(family):
    points = grid(family)
    d = len(family.parameters)
    flat = points.reshape(-1, d)
    fisher = family.fisher(points)
    assert fisher.shape == (*points.shape, d)
    np.testing.assert_allclose(fisher.reshape(-1, d, d), [family.fisher(t) for t in flat], rtol=1e-14)
    np.testing.assert_allclose(
        family.kl(family.default, points).ravel(), [family.kl(family.default, t) for t in flat], rtol=1e-13
    )
    np.testing.assert_allclose(
        family.kl(flat[:, None], flat), [[family.kl(p, q) for q in flat] for p in flat], rtol=1e-13
    )


@pytest.mark.parametrize("family", [f for f in MEMBERS.values() if f.writes("_kl")], ids=NAMES.get)
def test_kl_of_a_large_grid_is_that_of_its_points(family):
    """Grids are worked off in blocks: no seam may show."""
    axes = [np.linspace(*p.typical, 12_000) for p in family.parameters]
    line = np.stack(axes, axis=-1)
    line = line[family.contains(line)]
    picked = np.linspace(0, len(line) - 1, 23).astype(int)
    full = family.kl(line, family.default)
    np.testing.assert_allclose(full[picked], [family.kl(line[i], family.default) for i in picked], rtol=1e-13)


@ALL
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_score_and_hessian_are_derivatives_of_log_prob(family, shift):
    theta = np.array([(1 - shift) * p.default + shift * p.typical[0] for p in family.parameters])
    draws = family.sample(theta, 40, np.random.default_rng(4))
    for i, h in enumerate(1e-5 * np.maximum(np.abs(theta), 0.1)):
        step = h * np.eye(len(theta))[i]
        x = draws[_inside(family, draws, theta - step) & _inside(family, draws, theta + step)]
        assert len(x) > 30, "few draws are as near to an end as that"
        score = (family.log_prob(x, theta + step) - family.log_prob(x, theta - step)) / (2 * h)
        hessian = (family.score(x, theta + step) - family.score(x, theta - step)) / (2 * h)
        np.testing.assert_allclose(family.score(x, theta)[:, i], score, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(family.hessian(x, theta)[:, :, i], hessian, rtol=1e-5, atol=1e-7)


@ALL
def test_score_has_mean_zero_and_second_moment_fisher(family):
    """z-scores of sampled means: below 5 in every entry, except for the mean score where the support moves."""
    theta, n = family.default, 40_000
    s = family.score(family.sample(theta, n, np.random.default_rng(5)), theta)
    if family.key == "uniform":
        np.testing.assert_array_equal(s, -1 / theta[0])
    assert moves(family) or (np.abs(s.mean(axis=0)) < 5 * s.std(axis=0) / np.sqrt(n)).all()
    products = s[:, :, None] * s[:, None, :]
    spread = products.std(axis=0) / np.sqrt(n)
    assert (np.abs(products.mean(axis=0) - family.fisher(theta)) <= 5 * spread + 1e-12).all()


@REGULAR
def test_mean_hessian_is_minus_fisher(family):
    theta, n = family.default, 40_000
    h = family.hessian(family.sample(theta, n, np.random.default_rng(6)), theta)
    spread = h.std(axis=0) / np.sqrt(n)
    assert (np.abs(h.mean(axis=0) + family.fisher(theta)) <= 5 * spread + 1e-9).all()


@pytest.mark.parametrize("family", [f for f in FAMILIES.values() if not f.regular], ids=lambda f: f.key)
def test_irregular_families_break_the_identity(family):
    theta, n = family.default, 40_000
    x = family.sample(theta, n, np.random.default_rng(6))
    s, h = family.score(x, theta), family.hessian(x, theta)
    drift, gap = np.abs(s.mean(axis=0)), np.abs(h.mean(axis=0) + family.fisher(theta))
    broken = (drift > 5 * s.std(axis=0) / np.sqrt(n)).any() or (gap > 5 * h.std(axis=0) / np.sqrt(n) + 1e-9).any()
    assert broken, "E[s] = 0 and F = −E[Hessian] hold: it is regular"


def test_laplace_and_uniform_break_the_identity_as_they_say():
    laplace, uniform = FAMILIES["laplace"], FAMILIES["uniform"]
    x = laplace.sample([0, 1], 50, np.random.default_rng(7))
    assert (laplace.hessian(x, [0, 1])[:, 0, 0] == 0).all() and laplace.fisher([0, 1])[0, 0] == 1
    assert (uniform.hessian([0.5], [2])[:, 0, 0] == 0.25).all() and uniform.fisher([2])[0, 0] == 0.25


@REGULAR
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_fisher_is_positive_definite(family, data):
    theta = data.draw(thetas(family))
    f = family.fisher(theta)
    np.testing.assert_array_equal(f, f.T)
    scale = np.sqrt(np.diag(f))
    assert (scale > 0).all(), f"F is singular at {theta}: let `typical` keep clear of it"
    assert np.linalg.eigvalsh(f / np.outer(scale, scale)).min() > 1e-6


@ALL
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_kl_is_zero_only_at_equality(family, data):
    p, q = data.draw(thetas(family)), data.draw(thetas(family))
    assert family.kl(p, p) == 0
    assert family.kl(p, q) > 0 or np.abs(q - p).max() < 1e-100


@pytest.mark.parametrize("family", [f for f in MEMBERS.values() if not moves(f)], ids=NAMES.get)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_kl_of_neighbours_is_half_the_fisher_form(family, data):
    """KL/(½δᵀFδ) → 1 at rate |δ|: at 1e-8 a form that cancels has no digit left."""
    p = data.draw(thetas(family))
    scale = 1 / np.sqrt(np.diag(family.fisher(p)))
    for size, slack in ((1e-3, 1e-2), (1e-5, 1e-4), (1e-8, 1e-6)):
        q = p + size * scale * np.resize([1.0, -0.7, 0.5], len(p))
        if family.contains(q):
            step = q - p
            assert abs(family.kl(p, q) / (0.5 * step @ family.fisher(p) @ step) - 1) < slack


@SCALAR
def test_kl_of_distant_pairs_is_the_integral(family):
    """E_p[log p − log q] as ∫₀¹ du over the quantiles of p by the tanh-sinh rule, or as the sum over counts."""
    corners = grid(family, 2).reshape(-1, len(family.parameters))
    for p in corners:
        for q in corners:
            (low, high), (first, last) = family.support(p), family.support(q)
            if low < first or high > last:
                assert family.kl(p, q) == np.inf
                continue
            if family.discrete:
                x = np.arange(low, high + 1 if np.isfinite(high) else 2 * family.quantile(1 - 1e-12, p) + 60)
                weights = np.exp(family.log_prob(x, p))
            else:
                t = np.linspace(-3, 3, 400)
                z = np.pi * np.sinh(t)
                x = np.clip(family.quantile(1 / (1 + np.exp(-z)), p), *_open(family.support(p)))
                weights = (t[1] - t[0]) * np.pi * np.cosh(t) / (2 + 2 * np.cosh(z))
            expected = weights @ (family.log_prob(x, p) - family.log_prob(x, q))
            slack = 1e-8 if family.regular else 1e-3  # the rule converges slowly across a corner
            assert abs(family.kl(p, q) - expected) <= slack * expected + 1e-11, (p, q)


def _open(support):
    return np.nextafter(support[0], np.inf), np.nextafter(support[1], -np.inf)


@SCALAR
def test_cdf_is_the_integral_of_the_density_and_quantile_its_inverse(family):
    for theta in grid(family, 2).reshape(-1, len(family.parameters)):
        u = np.array([1e-3, 0.1, 0.37, 0.5, 0.9, 0.999])
        x = family.quantile(u, theta)
        np.testing.assert_allclose(family.cdf(x, theta), numerical.cdf(family, x, theta), rtol=1e-9)
        np.testing.assert_allclose(x, numerical.quantile(family, u, theta), rtol=1e-9)
        if not family.discrete:
            np.testing.assert_allclose(family.cdf(x, theta), u, rtol=1e-9)
        low, high = family.support(theta)
        assert np.isinf(low) or family.cdf(low - 1, theta) == 0
        assert np.isinf(high) or family.cdf(high + 1, theta) == 1


@SCALAR
def test_sf_is_the_rest_of_the_cdf_and_keeps_its_digits_where_that_is_1(family):
    for theta in grid(family, 2).reshape(-1, len(family.parameters)):
        u = np.array([1e-3, 0.1, 0.5, 0.9, 0.999])
        x = family.quantile(u, theta)
        np.testing.assert_allclose(family.sf(x, theta), 1 - family.cdf(x, theta), rtol=1e-9)
        low, high = family.support(theta)
        assert np.isinf(low) or family.sf(low - 1, theta) == 1
        assert np.isinf(high) or family.sf(high + 1, theta) == family.sf(high, theta) == 0
        out = 3 * (x[-1] - x[0])
        far = np.array([x[0] - out, x[-1] + out, x[-1] + 3 * out])
        if np.isfinite(low) and np.isfinite(high):
            far = low + (high - low) * np.array([1e-9, 1e-3, 0.999, 1 - 1e-9])
        far = far[(far > low) & (far < high)]
        far = np.unique(np.floor(far)) if family.discrete else far
        for name in ("sf", "cdf"):
            by_quadrature = getattr(numerical, name)(family, far, theta)
            np.testing.assert_allclose(getattr(family, name)(far, theta), by_quadrature, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("family", [f for f in MEMBERS.values() if f.key in PEER], ids=NAMES.get)
def test_cdf_and_quantile_agree_with_scipy(family):
    for theta in grid(family, 2).reshape(-1, len(family.parameters)):
        peer = _peer(family, theta)
        u = np.array([1e-3, 0.1, 0.37, 0.5, 0.9, 0.999])
        x = family.quantile(u, theta)
        np.testing.assert_allclose(x, peer.ppf(u), rtol=1e-9)
        np.testing.assert_allclose(family.cdf(x, theta), peer.cdf(x), rtol=1e-10)
        np.testing.assert_allclose(family.sf(x, theta), peer.sf(x), rtol=1e-9, atol=1e-15)
        beyond = np.array([x[0] - 1e3, x[-1] + 1e4])
        np.testing.assert_allclose(family.cdf(beyond, theta), peer.cdf(beyond), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("key", [k for k, f in FAMILIES.items() if f.discrete])
def test_distribution_functions_of_counts_are_steps(key):
    """Constant up to the next whole number; and quantiles are the whole numbers at which they jump, in every chart."""
    family = FAMILIES[key]
    whole = family.bounds[0] + np.arange(3.0)
    for view in (family, *(family.in_chart(name) for name in family.charts)):
        theta = view.default
        steps = view.cdf(whole, theta)
        for part in (0.3, 0.7, 1 - 1e-12):
            np.testing.assert_array_equal(view.cdf(whole + part, theta), steps)
        inside = steps[steps < 1]
        np.testing.assert_array_equal(view.quantile(inside * (1 - 1e-9), theta), whole[: len(inside)])
        np.testing.assert_array_equal(view.quantile(inside * (1 + 1e-9), theta), whole[: len(inside)] + 1)


@SCALAR
def test_samples_pass_kolmogorov_smirnov(family):
    """Discrete families by χ² instead: the Kolmogorov–Smirnov distribution is that of continuous data."""
    theta, n = family.default, 5000
    x = family.sample(theta, n, np.random.default_rng(8))
    peer = _peer(family, theta) if family.key in PEER else None
    if family.discrete:
        values = np.arange(x.min(), x.max() + 1)
        counts = np.array([(x == v).sum() for v in values])
        expected = n * (peer.pmf(values) if peer else np.exp(family.log_prob(values, theta)))
        used = expected > 5
        observed = np.append(counts[used], n - counts[used].sum())
        wanted = np.append(expected[used], n - expected[used].sum())
        if wanted[-1] < 1e-6:
            observed, wanted = observed[:-1], wanted[:-1]
        p_value = stats.chi2.sf(((observed - wanted) ** 2 / wanted).sum(), len(wanted) - 1)
    else:
        p_value = stats.kstest(x, peer.cdf if peer else lambda at: family.cdf(at, theta)).pvalue
    assert p_value > 1e-3


@SCALAR
def test_window_holds_nearly_all_the_mass(family):
    for theta in grid(family, 2).reshape(-1, len(family.parameters)):
        low, high = family.window(theta)
        assert low < high
        outside = family.cdf(low, theta) * (not family.discrete) + 1 - family.cdf(high, theta)
        assert outside <= 2 * family.tail + 1e-12


def test_normal_mean_samples_have_its_covariance():
    f = NormalMean([[2.0, -0.5], [-0.5, 1.0]])
    x = f.sample([1, -1], 50_000, np.random.default_rng(9))
    np.testing.assert_allclose(np.cov(x.T), f.covariance, atol=0.05)
    np.testing.assert_allclose(f.fisher([1, -1]) @ f.covariance, np.eye(2), atol=1e-14)


def test_same_generator_state_gives_the_same_samples():
    for family in FAMILIES.values():
        a, b = (family.sample(family.default, 5, np.random.default_rng(10)) for _ in range(2))
        np.testing.assert_array_equal(a, b)


def test_samples_are_their_generators_and_move_it():
    """Another state gives other draws, in every chart, and so does the same generator asked again."""
    for family in FAMILIES.values():
        for view in (family, *(family.in_chart(name) for name in family.charts)):
            rng = np.random.default_rng(10)
            first, second = (view.sample(view.default, 60, rng) for _ in range(2))
            assert (first != second).any() and (first != view.sample(view.default, 60, np.random.default_rng(11))).any()


# Maximum likelihood -------------------------------------------------------------------------------------------------


@ALL
@pytest.mark.parametrize("n", [25, 400])
def test_mle_maximises_the_likelihood(family, n):
    for theta in grid(family, 2).reshape(-1, len(family.parameters)):
        x = family.sample(theta, n, np.random.default_rng(11))
        try:
            best = family.mle(x)
        except ValueError as error:  # 25 draws of a rare class or event
            assert family.discrete and "maximum-likelihood" in str(error)
            continue
        value = family.log_prob(x, best).sum()
        sizes = 1 / np.sqrt(n * np.diag(family.fisher(best)))
        for direction in np.vstack([np.eye(len(best)), -np.eye(len(best)), np.ones((1, len(best)))]):
            other = best + 0.1 * sizes * direction
            if family.contains(other) and _inside(family, x, other).all():
                assert family.log_prob(x, other).sum() <= value
        if family.regular:
            gradient = family.score(x, best).mean(axis=0) / np.sqrt(np.diag(family.fisher(best)))
            assert np.abs(gradient).max() < 1e-14


def _inside(family, x, theta):
    """Which of the data the support at theta holds, (n,)."""
    if family.columns is not None:
        return np.ones(len(x), dtype=bool)
    low, high = family.support(theta)
    return (x >= low) & (x <= high)


@ALL
def test_mle_is_consistent(family):
    """Within 5 standard errors of the truth, by the Fisher information (for the uniform family: by its own rate)."""
    theta, n = family.default, 20_000
    error = family.mle(family.sample(theta, n, np.random.default_rng(12))) - theta
    assert (np.abs(error) < 5 * np.sqrt(np.diag(np.linalg.inv(n * family.fisher(theta))))).all()


def test_cauchy_mle_survives_wild_data():
    x = np.array([-1e9, -1.0, 0.0, 0.5, 2.0, 1e12])
    loc, scale = FAMILIES["cauchy"].mle(x)
    np.testing.assert_allclose(FAMILIES["cauchy"].score(x, [loc, scale]).mean(axis=0), 0, atol=1e-9)
    assert -1 < loc < 1 and 0.1 < scale < 10


# At the edges -------------------------------------------------------------------------------------------------------

EDGES = [
    ("bernoulli", [1e-12]),
    ("normal", [2, 1e-6]),
    ("gamma", [1e-3, 1]),
    ("gamma", [1e5, 2]),
    ("beta", [1e-3, 1e-3]),
    ("beta", [1e5, 1e-3]),
    ("beta", [1e5, 1e5]),
    ("weibull", [1e-3, 1]),
    ("weibull", [1e5, 1]),
    ("poisson", [1e-12]),
    ("poisson", [1e12]),
    ("cauchy", [0, 1e-6]),
]


@pytest.mark.parametrize("key, theta", EDGES, ids=[f"{key}-{theta[0]:g}" for key, theta in EDGES])
def test_edges_give_finite_numbers_and_samples_in_the_support(key, theta):
    f = FAMILIES[key]
    x = f.sample(theta, 3000, np.random.default_rng(13))
    for method in (f.log_prob, f.score, f.hessian):
        assert np.isfinite(method(x, theta)).all()
    assert np.isfinite(f.fisher(theta)).all() and np.isfinite(f.window(theta)).all()


def test_shapes_of_a_thousandth_sample_within_float64():
    """Half the mass of gamma(.001) lies below the smallest float64; what lies above must be distributed right."""
    gamma = FAMILIES["gamma"].sample([1e-3, 1], 20_000, np.random.default_rng(14))
    seen = gamma[gamma > 1e-300]
    floor = stats.gamma(1e-3).cdf(1e-300)
    assert abs(len(seen) / 20_000 - (1 - floor)) < 5 * 0.5 / np.sqrt(20_000)
    assert stats.kstest(seen, lambda x: (stats.gamma(1e-3).cdf(x) - floor) / (1 - floor)).pvalue > 1e-3
    beta = FAMILIES["beta"].sample([1e-3, 1e-3], 20_000, np.random.default_rng(15))
    assert beta.min() > 0 and beta.max() < 1 and abs((beta > 0.5).mean() - 0.5) < 0.02


EXTREME_KL = [  # mpmath, 60 digits, of the textbook formulas at these very float64 numbers
    ("bernoulli", [1e-12], [2e-12], 3.0685281944055468e-13),
    ("bernoulli", [0.3], [0.3 + 1e-8], 2.3809523482116097e-16),
    ("poisson", [1e5], [1e5 + 1e-3], 5.0000000050837228e-12),
    ("gamma", [1e5, 2.0], [1.00000001e5, 2.00000002], 2.5000083359243703e-17),
    ("gamma", [1e-3, 1.0], [1.1e-3, 1.0], 0.0046898284079415448),
    ("beta", [1e5, 1e5], [1e5 + 1e-3, 1e5 + 1e-3], 2.5000125025418321e-17),
    ("beta", [2.0, 5.0], [2 + 1e-8, 5 - 1e-8], 4.3312850543581221e-17),
    ("weibull", [1.5, 1.0], [1.5 + 1e-8, 1 - 1e-8], 1.9530467520896073e-16),
    ("categorical", [0.3, 0.7 - 1e-9], [0.3, 0.7 - 2e-9], 3.0685285626527938e-10),
    ("gamma", [3.0, 1.0], [9.0, 4.0], 0.89810046151548651),
    ("beta", [3.0, 1.0], [9.0, 4.0], 1.0077601649795288),
    ("weibull", [3.0, 1.0], [9.0, 4.0], 11.532491179397565),
    ("laplace", [3.0, 1.0], [9.0, 4.0], 1.8869140491640572),
    ("weibull", [1.5, 1e-10], [1.5, 1.0], 33.538776394910686),
    ("weibull", [1.5, 1.0], [1.5, 1e-3], 31611.414968765319),
]


@pytest.mark.parametrize("key, p, q, expected", EXTREME_KL, ids=[f"{c[0]}-{i}" for i, c in enumerate(EXTREME_KL)])
def test_kl_at_the_edges(key, p, q, expected):
    assert abs(FAMILIES[key].kl(p, q) / expected - 1) < 1e-13


NEIGHBOUR_KL = [  # mpmath, 45 digits, by integration of p log p/q: on both sides of where a series takes over
    ("student_t", [0.42, 1.616], 0.0036304839601621617751),
    ("student_t", [0.33, 1.679], 0.00021570851978785792194),
    ("student_t", [0.307, 1.6951], 0.000011595345390199377452),
    ("student_t", [0.301, 1.6993], 2.3585676725773420113e-7),
    ("student_t", [0.5, 1.56], 0.010559024366012942246),
    ("logistic", [0.42, 1.616], 0.0027674984964040160128),
    ("logistic", [0.33, 1.679], 0.00016387110392078759108),
    ("logistic", [0.307, 1.6951], 8.8018638893633350385e-6),
    ("logistic", [0.301, 1.6993], 1.7899949841805168206e-7),
    ("logistic", [0.5, 1.56], 0.0080774835131567056417),
]


@pytest.mark.parametrize("key, q, expected", NEIGHBOUR_KL, ids=[f"{c[0]}-{i}" for i, c in enumerate(NEIGHBOUR_KL)])
def test_kl_of_neighbours_without_an_elementary_form(key, q, expected):
    assert abs(FAMILIES[key].kl([0.3, 1.7], q) / expected - 1) < 5e-15


@pytest.mark.parametrize("key", ["normal", "gamma", "beta", "weibull", "exponential", "cauchy", "laplace", "logistic",
                                 "student_t"])  # fmt: skip
def test_lower_tails_keep_their_digits(key):
    """Quantiles and their chances to 1e-15 of the mass: P(X ≤ x) is no difference from 1."""
    family, u = FAMILIES[key], np.array([1e-15, 1e-12, 1e-6])
    x = family.quantile(u, family.default)
    np.testing.assert_allclose(family.cdf(x, family.default), u, rtol=1e-10)
    np.testing.assert_allclose(x, PEER[key](family.default).ppf(u), rtol=1e-9)


@pytest.mark.parametrize("key", ["normal", "cauchy", "student_t"])
def test_the_score_of_a_scale_has_its_digits_next_to_its_zero(key):
    """One scale away from the centre it changes sign; (z² − 1) would round there."""
    family, theta, gap = FAMILIES[key], np.array([0.0, 1.0]), 1.2345e-9
    at = np.array([1 + gap, 1 - gap, -1 - gap])
    gaps = np.array([at[0] - 1, at[1] - 1, -1 - at[2]])  # as rounded
    slope = family.hessian(np.array([1.0]), theta)[0, 0, 1]  # ∂s_scale/∂x = −∂s_scale/∂loc
    np.testing.assert_allclose(family.score(at, theta)[:, 1], -slope * gaps, rtol=1e-8)


@pytest.mark.parametrize("key", ["weibull", "gamma"])
def test_the_score_next_to_its_zero_is_the_distance_times_its_slope(key):
    """Beside the datum whose score in the last coordinate is 0: ∂s/∂x times the step, not its rounding."""
    family, theta = FAMILIES[key], FAMILIES[key].default
    x0 = theta[1] if key == "weibull" else theta[0] / theta[1]
    at = x0 * np.array([1 + 1.2345e-9, 1 - 1.2345e-9])
    rise = (theta[0] / theta[1]) ** 2 if key == "weibull" else -1.0
    np.testing.assert_allclose(family.score(at, theta)[:, 1], rise * (at - x0), rtol=1e-8)


@pytest.mark.parametrize("rate", [2e3, 5e4, 1e6, 5e7])
def test_poisson_quantiles_of_large_rates_are_the_peers(rate):
    u = np.array([1e-4, 0.01, 0.3, 0.5, 0.8, 0.999])
    np.testing.assert_array_equal(FAMILIES["poisson"].quantile(u, [rate]), stats.poisson(rate).ppf(u))


def test_a_quantile_at_a_jump_is_the_count_that_reaches_it():
    """The smallest x with P(X ≤ x) ≥ u, where u is exactly that chance, in every chart."""
    coin, three = FAMILIES["bernoulli"], FAMILIES["categorical"]
    assert coin.quantile([0.75, np.nextafter(0.75, 1)], [0.25]).tolist() == [0, 1]
    assert coin.in_chart("logit").quantile([0.5, np.nextafter(0.5, 1)], [0.0]).tolist() == [0, 1]
    assert three.quantile([0.25, 0.5, np.nextafter(0.5, 1)], [0.25, 0.25]).tolist() == [0, 1, 2]
    assert Categorical(2).in_chart("natural").quantile([0.5, np.nextafter(0.5, 1)], [0.0]).tolist() == [0, 1]


def test_hardly_ever_is_not_never():
    """Chances of 1e-20 have their digits: log(1 − p) = −p, P(X ≤ 0) = e^{−η}, and in the last of many classes."""
    coin = FAMILIES["bernoulli"]
    np.testing.assert_allclose(coin.log_prob([0.0], [1e-20]), [-1e-20], rtol=1e-15)
    np.testing.assert_allclose(coin.in_chart("logit").cdf([0.0], [40.0]), [np.exp(-40.0)], rtol=1e-14)
    np.testing.assert_allclose(coin.in_chart("logit").hessian([1.0, 0.0], [40.0])[:, 0, 0], -np.exp(-40.0), rtol=1e-13)
    sure = FAMILIES["categorical"].in_chart("natural")
    np.testing.assert_allclose(sure.score([0.0], [40.0, 0.0]), [[2 * np.exp(-40.0), -np.exp(-40.0)]], rtol=1e-13)
    assert not FAMILIES["categorical"].contains([0.5, 0.5]) and FAMILIES["categorical"].contains([0.5, 0.5 - 2.0**-50])


def test_a_far_logistic_datum_keeps_its_curvature():
    h = FAMILIES["logistic"].hessian(np.array([40.0, -40.0]), [0.0, 1.0])[:, 0, 0]
    np.testing.assert_allclose(h, -2 * np.exp(-40.0), rtol=1e-13)


def test_a_window_of_heavy_tails_shows_the_bulk():
    """Three per cent left out on either side: ten scales, not three hundred."""
    low, high = FAMILIES["cauchy"].window([1.0, 2.0])
    np.testing.assert_allclose([low, high], stats.cauchy(1, 2).ppf([0.03, 0.97]), rtol=1e-12)


def test_poisson_quantiles_at_large_rates_are_right_to_the_last_count_or_two():
    f = FAMILIES["poisson"]
    for rate in (2e8, 1e10):
        for u in (
            1e-5,
            0.3,
            1 - 1e-5,
        ):  # beyond 4.5 standard deviations scipy loses digits of the distribution function
            x = f.quantile(u, [rate])
            below, above = f.cdf(np.array([x - 2, x + 1]), [rate])
            assert below < u <= above


def test_a_window_of_counts_that_hardly_ever_come_has_room_for_one():
    assert FAMILIES["poisson"].window([1e-9]) == (0, 1)


@ALL
def test_results_are_the_callers_to_write_to(family):
    theta, x = family.default, family.sample(family.default, 4, np.random.default_rng(16))
    before = family.fisher(theta).copy()
    for result in (family.score(x, theta), family.hessian(x, theta), family.fisher(theta)):
        result *= 2
    np.testing.assert_array_equal(family.fisher(theta), before)


@ALL
def test_the_edge_of_parameter_space_is_outside(family):
    for i, parameter in enumerate(family.parameters):
        for edge in (parameter.lower, parameter.upper):
            if np.isfinite(edge):
                theta = np.tile(family.default, (2, 1))
                theta[1, i] = edge
                assert family.contains(theta).tolist() == [True, False]


def test_windows_begin_at_a_bound_only_where_it_is_near():
    f = FAMILIES["gamma"]
    assert f.window([10.0, 1.0])[0] == 0 and f.window([40.0, 1.0])[0] == f.quantile(f.tail, [40.0, 1.0])
    b = FAMILIES["beta"]
    assert b.window([2.0, 2.0]) == (0, 1) and b.window([90.0, 90.0])[1] == b.quantile(1 - b.tail, [90.0, 90.0])


@pytest.mark.parametrize(("key", "share"), [("cauchy", 1 / 2), ("student_t", 5 / 6)])
def test_a_heavy_tailed_fit_is_refused_from_the_share_of_ties_at_which_it_has_no_maximum(key, share):
    """Copas 1975 (Cauchy), and in the same way ν/(ν + 1): at the share the likelihood grows without end, below it not."""
    family, n = FAMILIES[key], 30
    spread = np.linspace(-3.0, 4.0, n)
    tied = round(share * n)
    with pytest.raises(ValueError, match=f"holds 1 {tied} times in {n}"):
        family.mle(np.where(np.arange(n) < tied, 1.0, spread))
    theta = family.mle(np.where(np.arange(n) < tied - 2, 1.0, spread))
    assert np.isfinite(theta).all() and theta[1] > 0


@pytest.mark.parametrize(("theta", "u"), [((2.0, 5.0), 1e-200), ((0.5, 3.0), 1e-60), ((30.0, 2.0), 1e-300)])
def test_quantiles_of_beta_in_the_far_tail(theta, u):
    x = FAMILIES["beta"].quantile([u], theta)
    assert FAMILIES["beta"].cdf(x, theta)[0] == pytest.approx(u, rel=1e-12, abs=0)
    leading = FAMILIES["beta"].quantile([1e-36], (2.0, 5.0))[0]  # I_x(2, 5) = 15x² − …
    assert leading == pytest.approx(np.sqrt(1e-36 / 15), rel=1e-13, abs=0)
