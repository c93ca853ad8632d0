"""fisher_core.linalg against numpy's own factorisations and hand-made shapes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fisher_core import linalg


def random_spd(seed: int, d: int, smallest: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.standard_normal((d, d)))
    return (q * rng.uniform(smallest, 5.0, d)) @ q.T


@given(st.integers(0, 10**6), st.integers(1, 6), st.floats(0.0, 10.0))
@settings(max_examples=40, deadline=None)
def test_solve_and_inverse_undo_the_matrix(seed, d, damping):
    f = random_spd(seed, d)
    damped = f + damping * np.eye(d)
    rhs = np.random.default_rng(seed).standard_normal((d, 3))
    np.testing.assert_allclose(damped @ linalg.solve(f, rhs, damping), rhs, atol=1e-12)
    np.testing.assert_allclose(damped @ linalg.inverse(f, damping), np.eye(d), atol=1e-12)
    assert linalg.inverse(f, damping).tolist() == linalg.inverse(f, damping).T.tolist()


def test_a_singular_fisher_is_an_answer():
    direction = np.array([3.0, -4.0, 0.0]) / 5
    f = 7.0 * (np.eye(3) - np.outer(direction, direction))
    for ask in (lambda: linalg.inverse(f), lambda: linalg.solve(f, np.ones(3))):
        with pytest.raises(linalg.SingularFisherError, match=r"rank 2 of 3.*0\.6.*0\.8.*damping") as caught:
            ask()
        np.testing.assert_allclose(caught.value.eigenvalues, [0, 7, 7], atol=1e-14)
        np.testing.assert_allclose(np.abs(caught.value.null_space[:, 0]), np.abs(direction), atol=1e-14)
    assert issubclass(linalg.SingularFisherError, ValueError)
    np.testing.assert_allclose(np.abs(linalg.null_space(f)[:, 0] @ direction), 1.0, rtol=1e-14)
    assert linalg.null_space(np.eye(3)).shape == (3, 0)
    assert linalg.null_space(np.zeros((2, 2))).shape == (2, 2)
    np.testing.assert_allclose(linalg.solve(f, direction, damping=0.5), direction / 0.5, rtol=1e-13)
    with pytest.raises(linalg.SingularFisherError):
        linalg.solve(f, direction, damping=1e-300)  # too little to matter is none
    with pytest.raises(ValueError, match=r"damping = -1 must be >= 0"):
        linalg.solve(np.eye(3), direction, damping=-1)
    with pytest.raises(ValueError, match=r"rhs has shape \(2,\)"):
        linalg.solve(np.eye(3), np.ones(2))


@given(st.integers(0, 10**6), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_square_root_squares_back_and_is_principal(seed, d):
    f = random_spd(seed, d)
    root = linalg.square_root(f)
    np.testing.assert_allclose(root @ root, f, atol=1e-13)
    assert np.linalg.eigvalsh(root).min() > 0


def test_square_roots_of_a_stack_are_those_of_its_matrices():
    stack = np.stack([random_spd(seed, 3) * 10.0**seed for seed in range(4)]).reshape(2, 2, 3, 3)
    stack[0, 0] = 1.0  # rank one: what is null is decided for each by itself
    roots = linalg.square_root(stack)
    for at in np.ndindex(2, 2):
        np.testing.assert_allclose(roots[at], linalg.square_root(stack[at]), rtol=1e-13, atol=1e-15)
    stack[1, 0, 0, 1] += 1e-3
    with pytest.raises(ValueError, match="matrix must be symmetric"):
        linalg.square_root(stack)
    with pytest.raises(ValueError, match=r"matrix must have no negative eigenvalue; its lowest is -2"):
        linalg.square_root([np.eye(2), -2 * np.eye(2)])


def test_square_root_of_a_rank_one_matrix_has_no_noise():
    v = np.array([0.6, 0.8, 0.0])
    np.testing.assert_allclose(linalg.square_root(4 * np.outer(v, v)), 2 * np.outer(v, v), atol=1e-15)


def test_covariance_ellipse_of_the_reference():
    # reference.md §13: [[1, −1], [−1, 2]], 68.27 %: semi-axes 2.4516, .9364, major axis at 121.717°.
    e = linalg.covariance_ellipse([[1, -1], [-1, 2]], scale=1.5152)
    np.testing.assert_allclose(e.semi_axes, [2.4516, 0.9364], atol=6e-5)
    np.testing.assert_allclose(np.degrees(e.angle), 121.717, atol=6e-4)


@given(st.integers(0, 10**6), st.floats(0.01, 9.0))
@settings(max_examples=40, deadline=None)
def test_ellipse_points_lie_on_their_level_set(seed, level):
    f = random_spd(seed, 2)
    rim = linalg.fisher_ellipse(f, level).points(33)
    np.testing.assert_allclose(0.5 * np.einsum("ki,ij,kj->k", rim, f, rim), level, rtol=1e-12)
    np.testing.assert_allclose(rim[0], rim[-1], atol=1e-14 * np.abs(rim).max())
    c = np.linalg.inv(f)
    rim = linalg.covariance_ellipse(c, np.sqrt(2 * level)).points(33, center=(1.0, -2.0)) - (1.0, -2.0)
    np.testing.assert_allclose(np.einsum("ki,ij,kj->k", rim, f, rim), 2 * level, rtol=1e-11)


def test_ellipses_broadcast_and_keep_thin_ones_thin():
    stack = np.stack([np.eye(2), [[4.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 4.0]]]).reshape(3, 1, 2, 2)
    e = linalg.fisher_ellipse(stack, level=0.5)
    np.testing.assert_allclose(e.semi_axes[:, 0], [[1, 1], [1, 0.5], [1, 0.5]])
    np.testing.assert_allclose(e.angle[1:, 0], [np.pi / 2, 0.0])
    assert e.points(9).shape == (3, 1, 9, 2)
    thin = np.diag([1.0, 1e-20])
    np.testing.assert_allclose(linalg.covariance_ellipse(thin).semi_axes, [1.0, 1e-10], rtol=1e-14)
    assert linalg.covariance_ellipse(np.zeros((2, 2))).semi_axes.tolist() == [0.0, 0.0]


def test_ellipses_refuse_what_has_none():
    with pytest.raises(linalg.SingularFisherError, match="rank 1 of 2"):
        linalg.fisher_ellipse([np.eye(2), [[1.0, 1.0], [1.0, 1.0]]])
    with pytest.raises(ValueError, match="no negative eigenvalue"):
        linalg.covariance_ellipse([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(ValueError, match="symmetric"):
        linalg.covariance_ellipse([[1.0, 0.5], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"covariance has shape \(3, 3\)"):
        linalg.covariance_ellipse(np.eye(3))
    with pytest.raises(ValueError, match="level = 0 must be > 0"):
        linalg.fisher_ellipse(np.eye(2), 0)


def test_stiff_is_not_singular():
    """A correlation of 1 − 1e-13 leaves some information; one of 1 − 1e-16 what rounding may leave. Units leave all."""
    stiff = np.diag([1.0, 1e-13])
    np.testing.assert_allclose(linalg.inverse(stiff), np.diag([1.0, 1e13]), rtol=1e-12)
    assert linalg.null_space(stiff).shape == linalg.null_space(np.diag([1.0, 1e-40])).shape == (2, 0)
    for gap, rank in ((1e-13, 2), (1e-16, 1)):
        assert linalg.null_space([[1.0, 1.0 - gap], [1.0 - gap, 1.0]]).shape == (2, 2 - rank)
    ellipse = linalg.fisher_ellipse(stiff)
    np.testing.assert_allclose(ellipse.semi_axes, [1e13**0.5, 1.0], rtol=1e-12)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_what_is_singular_but_for_rounding_is_singular(seed):
    rng = np.random.default_rng(seed)
    v, w = rng.normal(size=2), rng.normal(size=(5, 2))
    with pytest.raises(linalg.SingularFisherError, match="rank 1 of 2"):
        linalg.fisher_ellipse(np.outer(v, v))
    low_rank = w @ w.T
    left = linalg.null_space(low_rank)
    assert left.shape == (5, 3)
    np.testing.assert_allclose(linalg.square_root(low_rank) @ left, 0, atol=1e-12)


def test_the_null_direction_is_in_the_message():
    with pytest.raises(
        linalg.SingularFisherError, match=r"rank 2 of 3 and no inverse; null direction \[0\. 1\. 0\.\]\. Add"
    ):
        linalg.inverse(np.diag([1.0, 0.0, 2.0]))
    with pytest.raises(linalg.SingularFisherError, match=r"null directions .*; .*; .* …\. Add"):
        linalg.inverse(np.diag([1.0, 0.0, 0.0, 0.0, 0.0]))


def test_a_negative_definite_matrix_is_no_covariance():
    with pytest.raises(ValueError, match="covariance must have no negative eigenvalue; its lowest is -2"):
        linalg.covariance_ellipse([[-1.0, 0.0], [0.0, -2.0]])
