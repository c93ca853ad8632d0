r"""Handwritten digits, 8×8 pixels: the data of the lessons on networks, and the tasks made from them.

1,797 images of 43 people's digits reduced to 8×8 counts 0 … 16; the test part of "Optical Recognition of Handwritten
Digits" (Alpaydin and Kaynak 1998, UCI, CC BY 4.0; see ``README.md`` beside this file). Pixels are divided by 16.

A *permuted* task shows the same digits through a fixed shuffling of the pixels: as hard as before, and with the old
weights useless. A *split* task holds some of the classes only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["ClassificationTask", "central_permutation", "joined", "load", "permuted", "split", "task"]

COUNT, TRAIN, CLASSES = 1797, 1200, 10


@dataclass(frozen=True, eq=False)
class ClassificationTask:
    """Rows to learn from and rows to judge by.

    Attributes
    ----------
    name : what a legend calls it.
    x, y : training inputs (n, k) and labels (n,).
    x_validation, y_validation : for choosing λ; empty if nothing was set aside.
    x_test, y_test : for the accuracy that is reported, and for nothing else.
    """

    name: str
    x: Array
    y: NDArray[np.intp]
    x_validation: Array
    y_validation: NDArray[np.intp]
    x_test: Array
    y_test: NDArray[np.intp]


def load() -> tuple[Array, NDArray[np.intp]]:
    """Images (1797, 64) in [0, 1] and labels (1797,), in the original order; fresh arrays."""
    images, labels = _stored()
    return images / 16.0, labels.astype(np.intp)


def task(name: str = "A", validation: int = 0, seed: int = 0) -> ClassificationTask:
    """All digits in the order of ``default_rng(seed).permutation``: the first 1200 to train, the last 597 to test.

    The last ``validation`` of the 1200 are set aside for choosing λ.
    """
    x, y = load()
    validation = check.integer("validation", validation)
    if validation >= TRAIN:
        raise ValueError(f"validation = {validation} must be < {TRAIN}, the rows that are not for the test")
    order = np.random.default_rng(seed).permutation(COUNT)
    learn, choose, judge = np.split(order, [TRAIN - validation, TRAIN])
    return ClassificationTask(name, x[learn], y[learn], x[choose], y[choose], x[judge], y[judge])


def permuted(of: ClassificationTask, permutation: ArrayLike, name: str = "B") -> ClassificationTask:
    """The same rows with their columns shuffled: new column j shows old column ``permutation[j]``."""
    columns = check.vector("permutation", permutation, of.x.shape[1]).astype(np.intp)
    if not np.array_equal(np.sort(columns), np.arange(of.x.shape[1])):
        raise ValueError(f"permutation must hold each of 0 … {of.x.shape[1] - 1} once")
    return replace(
        of, name=name, x=of.x[:, columns], x_validation=of.x_validation[:, columns], x_test=of.x_test[:, columns]
    )


def central_permutation(width: int, rng: np.random.Generator, side: int = 8) -> NDArray[np.intp]:
    """A permutation of side² pixels that shuffles the central ``width``×``width`` square and leaves the rim alone."""
    if not 0 <= check.integer("width", width) <= side:
        raise ValueError(f"width = {width} must be between 0 and {side}")
    pixels = np.arange(side * side).reshape(side, side)
    low = (side - width) // 2
    inner = pixels[low : low + width, low : low + width].ravel().copy()
    result = pixels.ravel().copy()
    result[inner] = check.generator("rng", rng).permutation(inner)
    return result


def split(of: ClassificationTask, classes: Sequence[int], name: str = "") -> ClassificationTask:
    """The rows of these ``classes`` only; labels keep their numbers."""
    wanted = check.vector("classes", classes)
    if wanted.size == 0 or not np.isin(wanted, of.y).all():
        raise ValueError(f"classes = {list(classes)} must be one or more of the labels of the task")
    learn, choose, judge = (np.isin(y, wanted) for y in (of.y, of.y_validation, of.y_test))
    title = name or "".join(str(c) for c in classes)
    return ClassificationTask(
        title, of.x[learn], of.y[learn], of.x_validation[choose], of.y_validation[choose], of.x_test[judge],
        of.y_test[judge],
    )  # fmt: skip


def joined(tasks: Sequence[ClassificationTask], name: str = "joint") -> ClassificationTask:
    """All rows of all ``tasks``: the ceiling that a learner who may keep the data can reach."""
    fields = ("x", "y", "x_validation", "y_validation", "x_test", "y_test")
    return ClassificationTask(name, *(np.concatenate([getattr(t, f) for t in tasks]) for f in fields))


@cache
def _stored() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as stored:
        return stored["images"], stored["labels"]
