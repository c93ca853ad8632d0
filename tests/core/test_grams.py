"""Gram matrices by blocks against the textbook's sums."""

from __future__ import annotations

import numpy as np
import pytest

from fisher_core.numerics import grams


@pytest.mark.parametrize("n", [1, 7, 1000, 20_000])  # the last two need several blocks
@pytest.mark.parametrize("d", [1, 2, 30])
def test_weighted_gram_is_the_textbook_sum(n, d):
    rng = np.random.default_rng(n + d)
    x, w = rng.standard_normal((n, d)), rng.uniform(0, 3, n)
    naive = sum(np.outer(w_i * x_i, x_i) for w_i, x_i in zip(w, x, strict=True))
    np.testing.assert_allclose(grams.weighted(x, w), naive, rtol=1e-12, atol=1e-12 * n)
    np.testing.assert_allclose(grams.weighted(x), x.T @ x, rtol=1e-14)
    np.testing.assert_allclose(grams.weighted(np.asfortranarray(x), w), naive, rtol=1e-12, atol=1e-12 * n)


@pytest.mark.parametrize(
    ("n", "d", "k"), [(1, 2, 3), (700, 3, 2), (200, 45, 2), (40_000, 2, 3), (9000, 41, 2)]
)  # the last two need blocks
def test_kronecker_gram_is_the_textbook_sum(n, d, k):
    rng = np.random.default_rng(n)
    x, half = rng.standard_normal((n, d)), rng.standard_normal((k, k, n))
    half[0, 0], half[1, 0], half[0, 1] = abs(half[0, 0]), -1.0, 0.0  # one sign, the other, mixed ones
    symmetric = half + half.transpose(1, 0, 2)
    naive = np.einsum("nj,nl,cen->jcle", x, x, symmetric).reshape(d * k, d * k)
    c, e, _ = grams.packing(k)
    found = grams.kronecker(x, lambda rows: symmetric[c, e][:, rows], k)
    np.testing.assert_allclose(found, naive, rtol=1e-11, atol=1e-12 * n)


def test_weighted_gram_names_what_it_refuses():
    x = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"weights contain -1 and must be >= 0"):
        grams.weighted(x, [1.0, -1.0, 2.0])
    with pytest.raises(ValueError, match=r"weights has shape \(2,\) and must have shape \(3,\)"):
        grams.weighted(x, [1.0, 1.0])
    with pytest.raises(ValueError, match=r"x contains nan and must be finite"):
        grams.weighted([[1.0, np.nan]], [1.0])
    with pytest.raises(ValueError, match=r"x contains inf and must be finite"):
        grams.weighted([[1.0, np.inf]], [0.0])
    with pytest.raises(ValueError, match="of a size whose results float64 holds"):
        grams.weighted([[1e200, 1.0]], [1.0])


@pytest.mark.parametrize("d", [1, 2, 3, 30, 45, 64, 65, 100])
def test_rows_are_scaled_and_grams_symmetric_at_any_width(d):
    rng = np.random.default_rng(d)
    x, w = rng.standard_normal((50, d)), rng.uniform(0, 3, 50)
    np.testing.assert_allclose(grams.scaled_rows(x, -w), -w[:, None] * x, rtol=1e-15)
    for gram in (grams.weighted(x, w), grams.weighted(x)):
        np.testing.assert_array_equal(gram, gram.T)
