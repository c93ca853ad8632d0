"""One place that checks what callers hand in, and words the errors.

Every message names the argument, the value that broke the rule, and the rule:

>>> positive("sigma", -1.0)
Traceback (most recent call last):
ValueError: sigma = -1.0 must be > 0

Nothing is clipped or repaired: a value outside its rule is the caller's to mend. Real numbers of any kind are taken, and
booleans as 0 and 1: whatever numpy makes an array of, fractions and decimals included. What numpy would turn into floats
though it says something else is refused: masked entries, complex numbers, dates and durations, text, whole numbers with
more digits than float64 holds.
"""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Array",
    "array",
    "choice",
    "computed",
    "generator",
    "integer",
    "matrix",
    "no_negative_eigenvalue",
    "non_negative",
    "paired",
    "parameters",
    "positive",
    "positive_semidefinite",
    "positive_semidefinites",
    "rows",
    "scalar",
    "symmetric",
    "unit_diagonal",
    "vector",
]

Array = NDArray[np.float64]


def array(name: str, value: ArrayLike) -> Array:
    """``value`` as finite float64 of any shape; ValueError on what is not real numbers, ragged rows, NaN or infinity."""
    result = _float64(name, value)
    if not _is_finite(result):
        bad = result[~np.isfinite(result)].flat[0]
        raise ValueError(f"{name} contains {bad} and must be finite")
    return result


def scalar(name: str, value: ArrayLike) -> float:
    """``value`` as one finite float."""
    result = array(name, value)
    if result.ndim != 0:
        raise ValueError(f"{name} has shape {result.shape} and must be a single number")
    return float(result)


def positive(name: str, value: ArrayLike) -> float:
    result = scalar(name, value)
    if not result > 0:
        raise ValueError(f"{name} = {result:g} must be > 0")
    return result


def non_negative(name: str, value: ArrayLike) -> float:
    result = scalar(name, value)
    if result < 0:
        raise ValueError(f"{name} = {result:g} must be >= 0")
    return result


def integer(name: str, value: object, minimum: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ValueError(f"{name} = {_short(value)} must be a whole number")
    number = int(value)
    if number < minimum:
        raise ValueError(f"{name} = {_short(value)} must be >= {minimum}")
    if number > _LARGEST:
        raise ValueError(f"{name} = {_short(value)} must be <= {_LARGEST}, the largest whole number of 64 bits")
    return number


def vector(name: str, value: ArrayLike, size: int | None = None) -> Array:
    """``value`` as a finite float64 vector of shape ``(size,)``."""
    result = array(name, value)
    if result.ndim != 1 or (size is not None and result.size != size):
        wanted = "(d,)" if size is None else f"({size},)"
        raise ValueError(f"{name} has shape {result.shape} and must have shape {wanted}")
    return result


def rows(name: str, value: ArrayLike, columns: int | None = None) -> Array:
    """``value`` as a float64 matrix (n, columns) with n >= 1, not yet searched for NaN.

    For large inputs that search costs as much as a product with them. NaN and infinity survive every sum and product,
    so the caller tests its small result with :func:`computed` instead.
    """
    result = _float64(name, value)
    if result.ndim != 2 or len(result) == 0 or (columns is not None and result.shape[1] != columns):
        wanted = "d" if columns is None else str(columns)
        raise ValueError(f"{name} has shape {result.shape} and must have shape (n, {wanted}) with n >= 1")
    return result


def paired(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Inputs x as :func:`rows` and labels y, (n,) or (n, m), one for every row of x."""
    inputs, labels = rows("x", x), array("y", y)
    if labels.ndim == 0 or len(labels) != len(inputs):
        raise ValueError(f"y has shape {labels.shape} and must have as many rows as x, {len(inputs)}")
    return inputs, labels


def computed(result: Array, **inputs: ArrayLike) -> Array:
    """``result`` if it is finite; otherwise ValueError naming which of ``inputs`` was not, or an overflow."""
    if _is_finite(result):
        return result
    for name, value in inputs.items():
        array(name, value)
    raise ValueError(f"{' and '.join(inputs)} must be of a size whose results float64 holds")


def parameters(name: str, value: ArrayLike, size: int) -> Array:
    """``value`` as finite parameter vectors of shape ``(..., size)``: one point, a path, or a grid of them."""
    result = array(name, value)
    if result.ndim == 0 or result.shape[-1] != size:
        raise ValueError(f"{name} has shape {result.shape} and must have shape (..., {size})")
    return result


def matrix(name: str, value: ArrayLike, shape: tuple[int | None, int | None] = (None, None)) -> Array:
    """``value`` as a finite float64 matrix; ``None`` in ``shape`` leaves that side free."""
    result = array(name, value)
    if result.ndim != 2 or any(w is not None and w != g for w, g in zip(shape, result.shape, strict=True)):
        wanted = ", ".join("any" if side is None else str(side) for side in shape)
        raise ValueError(f"{name} has shape {result.shape} and must have shape ({wanted})")
    return result


def positive_semidefinite(name: str, value: ArrayLike, size: int | None = None) -> Array:
    """``value`` as a symmetric matrix without negative eigenvalues; see :func:`positive_semidefinites`."""
    return positive_semidefinites(name, matrix(name, value, (size, size)))


def positive_semidefinites(name: str, value: ArrayLike) -> Array:
    """``value`` as symmetric matrices (..., d, d) without negative eigenvalues (to 1e-12 of the largest of each).

    Judged in units in which the diagonal is 1: whether a matrix is positive semi-definite does not hang on the units of
    its coordinates.
    """
    result = symmetric(name, value)
    no_negative_eigenvalue(name, result, np.asarray(np.linalg.eigvalsh(unit_diagonal(name, result))))
    return result


def symmetric(name: str, value: ArrayLike) -> Array:
    """``value`` as symmetric matrices (..., d, d), to 1e-12 of √|MᵢᵢMⱼⱼ| or of the larger entry."""
    result = array(name, value)
    if result.ndim < 2 or result.shape[-1] != result.shape[-2]:
        raise ValueError(f"{name} has shape {result.shape} and must be square")
    other = np.swapaxes(result, -1, -2)
    asymmetry = np.abs(result - other)
    if asymmetry.any():
        root = np.sqrt(np.abs(np.diagonal(result, axis1=-2, axis2=-1)))
        size = np.maximum(np.maximum(np.abs(result), np.abs(other)), root[..., :, None] * root[..., None, :])
        if (asymmetry > 1e-12 * size).any():
            raise ValueError(f"{name} must be symmetric; it differs from its transpose by {asymmetry.max():.3g}")
    return result


def unit_diagonal(name: str, matrices: Array) -> Array:
    """S⁻¹MS⁻¹ with S = √diag M, for symmetric M (..., d, d): what M is in any units; ValueError if S is not real.

    A row without a diagonal stays a row of zeros, all that a positive semi-definite matrix can have there.
    """
    root = np.sqrt(np.maximum(np.diagonal(matrices, axis1=-2, axis2=-1), np.finfo(float).tiny))
    with np.errstate(over="ignore"):
        scaled = matrices / root[..., :, None] / root[..., None, :]
    # |Mᵢⱼ| ≤ √(MᵢᵢMⱼⱼ) wherever no eigenvalue is negative
    if not (np.abs(scaled).max(initial=0.0) <= 1 + 1e-12) or np.diagonal(scaled, axis1=-2, axis2=-1).min(initial=0) < 0:
        no_negative_eigenvalue(name, matrices, np.full(matrices.shape[:-1], -np.inf))
    return scaled


def no_negative_eigenvalue(name: str, matrices: Array, scaled: Array) -> None:
    """ValueError unless the eigenvalues ``scaled`` (..., d) of ``unit_diagonal(matrices)`` are ≥ 0 to 1e-12."""
    lowest = scaled.min(axis=-1, initial=0.0)
    if (lowest < -1e-12 * scaled.max(axis=-1, initial=0.0)).any():
        worst = float(np.linalg.eigvalsh(matrices).min())
        if worst < 0:
            raise ValueError(f"{name} must have no negative eigenvalue; its lowest is {worst:.6g}")
        raise ValueError(f"{name} must have no negative eigenvalue, and in units in which its diagonal is 1 it has one")


def choice(name: str, value: object, options: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} = {_short(value)} must be one of {', '.join(options)}")
    return str(value)


def generator(name: str, value: object) -> np.random.Generator:
    if not isinstance(value, np.random.Generator):
        raise ValueError(f"{name} = {_short(value)} must be a numpy.random.Generator, e.g. numpy.random.default_rng(7)")
    return value


_EXACT = 2**53  # up to here float64 holds every whole number
_LARGEST = 2**63 - 1
_FEW = 1 << 13  # numbers up to which BLAS sums squares without other threads, which may have to be waited for


def _float64(name: str, value: ArrayLike) -> Array:
    """``value`` as float64, not yet searched for NaN: the one place where numbers enter."""
    if type(value) is np.ndarray and value.dtype.type is np.float64:
        return value
    _refuse_masked(name, value)
    try:
        numbers = np.asarray(value)
    except (TypeError, ValueError):  # ragged rows
        raise ValueError(f"{name} = {_short(value)} must be numbers") from None
    kind = numbers.dtype.kind
    if kind in "iu":
        _refuse_rounded(name, numbers)
    elif kind == "O":
        return _from_objects(name, value, numbers)
    elif kind not in "fb":
        what = _NOT_REAL.get(kind, f"of type {numbers.dtype.name}")
        raise ValueError(f"{name} = {_short(value)} must be numbers, real ones, and is {what}")
    with np.errstate(over="ignore"):  # of longer floats; found as infinity
        return numbers.astype(np.float64, copy=False)


_NOT_REAL = {"c": "complex", "M": "dates", "m": "durations", "U": "text", "S": "text", "T": "text"}


_NESTED = (list, tuple, np.ma.MaskedArray)


def _refuse_masked(name: str, value: object) -> None:
    if isinstance(value, np.ma.MaskedArray):
        hidden = int(np.ma.getmaskarray(value).sum())
        if hidden:
            raise ValueError(
                f"{name} has {hidden} masked of {value.size} entries and must have none: leave them out, "
                "for example by compressed()"
            )
    elif isinstance(value, (list, tuple)) and any(issubclass(kind, _NESTED) for kind in set(map(type, value))):
        for part in value:
            _refuse_masked(name, part)


def _refuse_rounded(name: str, numbers: NDArray[np.integer]) -> None:
    if numbers.dtype.itemsize < 8 or not numbers.size or -_EXACT <= numbers.min() <= numbers.max() <= _EXACT:
        return
    for number in numbers[(numbers > _EXACT) | (numbers < -_EXACT)].tolist():
        _refuse_inexact(name, number)


def _refuse_inexact(name: str, number: int) -> None:
    if int(float(number)) != number:
        raise ValueError(
            f"{name} contains {_short(number)} and must hold no whole number that float64 rounds: "
            "measure from an origin nearer by"
        )


def _from_objects(name: str, value: object, numbers: NDArray[np.object_]) -> Array:
    """Fractions, decimals, long whole numbers: one by one, for numpy would read "1" and drop imaginary parts."""
    result = np.empty(numbers.shape)
    for at, number in np.ndenumerate(numbers):
        if not isinstance(number, (Real, Decimal, np.bool_)):
            raise ValueError(f"{name} = {_short(value)} must be numbers, real ones, and holds {_short(number)}")
        try:
            result[at] = float(number)
            if isinstance(number, Integral):
                _refuse_inexact(name, int(number))
            elif isinstance(number, Decimal) and number.is_finite() and np.isinf(result[at]):
                raise OverflowError
        except OverflowError:
            raise ValueError(f"{name} contains {_short(number)} and must be within the range of float64") from None
    return result


def _is_finite(values: Array) -> bool:
    # A finite sum of squares settles it in one pass without a temporary; an infinite one may be an overflow of the sum.
    return (values.size <= _FEW and math.isfinite(np.vdot(values, values))) or bool(np.isfinite(values).all())


def _short(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # a whole number of more digits than Python prints
        text = "a number too long to print"
    return text if len(text) <= 60 else text[:57] + "..."
