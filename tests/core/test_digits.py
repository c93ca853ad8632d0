"""The digits: what is bundled, how it is split, and the tasks made from it."""

from pathlib import Path

import numpy as np
import pytest

import fisher_core
from fisher_core.data import digits


def test_what_is_bundled():
    x, y = digits.load()
    assert x.shape == (1797, 64) and y.shape == (1797,) and x.dtype == np.float64
    assert x.min() == 0 and x.max() == 1 and np.array_equal(x * 16, np.round(x * 16))
    np.testing.assert_array_equal(np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    assert (x * 16).sum() == 561_718  # every pixel
    np.testing.assert_array_equal(16 * x[0, :16], [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
    np.testing.assert_array_equal(y[:12], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    folder = Path(fisher_core.__file__).parent / "data"
    assert (folder / "digits.npz").stat().st_size < 60_000
    notice = (folder / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in notice and "Alpaydin" in notice and "10.24432/C50P49" in notice


def test_what_is_loaded_may_be_written_to():
    x, _ = digits.load()
    x[:] = 7
    assert digits.load()[0].max() == 1


def test_train_validation_and_test_rows_share_nothing():
    whole, apart = digits.task(), digits.task(validation=300)
    assert [len(a) for a in (whole.x, whole.x_validation, whole.x_test)] == [1200, 0, 597]
    assert [len(a) for a in (apart.x, apart.x_validation, apart.x_test)] == [900, 300, 597]
    np.testing.assert_array_equal(np.vstack([apart.x, apart.x_validation]), whole.x)
    np.testing.assert_array_equal(apart.x_test, whole.x_test)
    order = np.random.default_rng(0).permutation(1797)
    x, y = digits.load()
    np.testing.assert_array_equal(whole.x, x[order[:1200]])
    np.testing.assert_array_equal(whole.y_test, y[order[1200:]])


def test_permuted_and_split_tasks():
    rng = np.random.default_rng(0)
    a, order = digits.task(validation=100), rng.permutation(64)
    b = digits.permuted(a, order)
    np.testing.assert_array_equal(b.x[:, 3], a.x[:, order[3]])
    np.testing.assert_array_equal(b.x_test[:, np.argsort(order)], a.x_test)
    assert b.y is a.y and b.name == "B"
    low = digits.split(a, [0, 1, 2])
    assert set(low.y) == set(low.y_test) == set(low.y_validation) == {0, 1, 2} and low.name == "012"
    parts = [digits.split(a, [2 * k, 2 * k + 1]) for k in range(5)]
    whole = digits.joined(parts)
    assert len(whole.y) == 1100 and sorted(whole.y_test) == sorted(a.y_test)


@pytest.mark.parametrize("width", [0, 2, 5, 8])
def test_central_permutations_leave_the_rim(width):
    order = digits.central_permutation(width, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(order), np.arange(64))
    moved = (order != np.arange(64)).reshape(8, 8)
    low = (8 - width) // 2
    outside = np.ones((8, 8), bool)
    outside[low : low + width, low : low + width] = False
    assert not moved[outside].any() and moved.sum() >= 0.6 * (width**2 if width > 2 else 0)


def test_refusals():
    a = digits.task()
    with pytest.raises(ValueError, match="validation = 1200 must be < 1200"):
        digits.task(validation=1200)
    with pytest.raises(ValueError, match=r"permutation must hold each of 0 … 63 once"):
        digits.permuted(a, np.zeros(64, int))
    with pytest.raises(ValueError, match=r"classes = \[11\] must be"):
        digits.split(a, [11])
    with pytest.raises(ValueError, match="width = 9 must be between 0 and 8"):
        digits.central_permutation(9, np.random.default_rng(0))
