r"""What a regression knows of every row besides x: how often it counts, its noise, its exposure.

A *weight* w says that the row stands for w equal rows (frequency weights). What belongs to one row, a score, a density,
a label, is that of one of them; every average is Σ w(·)/Σ w, and n in an error bar is Σ w: integer weights give what
repeated rows give. Such data belong to the rows of one x, so a model that holds them takes inputs of that length only.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.models.base import ConditionalModel, Rows
from fisher_core.validation import Array

__all__ = ["RowData"]


class RowData(ConditionalModel):
    """A frozen dataclass whose fields named in ``by_row`` are None, one number for all rows, or (n,)."""

    by_row: ClassVar[tuple[str, ...]] = ("weights",)
    weights: ArrayLike | None

    @property
    def row_fields(self) -> dict[str, Array]:
        """The fields that hold one number per row."""
        return {name: value for name in self.by_row if isinstance(value := getattr(self, name), np.ndarray)}

    def only(self, rows: Rows) -> Self:
        """The same model for some of its rows."""
        fields = self.row_fields
        if not fields:
            return self
        part = object.__new__(type(self))
        for name, value in vars(self).items():
            object.__setattr__(part, name, value[rows] if name in fields else value)
        return part

    def check_rows(self, n: int) -> None:
        for name, value in self.row_fields.items():
            if len(value) != n:
                raise ValueError(
                    f"{name} has shape {value.shape} and must hold one value for each of the {n} rows of x"
                )

    def total_weight(self, n: int) -> float:
        """How many observations n rows stand for: Σ w, or n."""
        return float(n) if self.weights is None else float(np.sum(self.weights))

    def weighted(self, values: Array) -> Array:
        """w·values (n,)."""
        return values if self.weights is None else np.asarray(self.weights) * values

    def average(self, values: Array) -> float:
        """Σ w·values/Σ w."""
        return float(values.mean() if self.weights is None else self.weighted(values).sum() / self.total_weight(0))

    def hold(self, name: str, value: ArrayLike | None, rule: str = "") -> None:
        """Check and keep a field: finite, a number or (n,), and ``rule`` "> 0", ">= 0" or none."""
        kept: Any = None
        if value is not None:
            numbers = np.array(check.array(name, value))
            if numbers.ndim > 1 or numbers.size == 0:
                raise ValueError(f"{name} has shape {numbers.shape} and must be one number or one for every row, (n,)")
            if rule and (wrong := numbers[numbers <= 0 if rule == "> 0" else numbers < 0]).size:
                said = f"= {wrong.flat[0]:g}" if numbers.ndim == 0 else f"contains {wrong.flat[0]:g} and"
                raise ValueError(f"{name} {said} must be {rule}")
            numbers.flags.writeable = False
            kept = numbers if numbers.ndim else float(numbers)
        object.__setattr__(self, name, kept)

    def hold_weights(self) -> None:
        """Check and keep ``weights``: None or (n,), none negative and not all zero."""
        if self.weights is None:
            return
        check.vector("weights", self.weights)
        self.hold("weights", self.weights, ">= 0")
        if not np.any(self.weights):
            raise ValueError("weights are all 0 and one must be > 0")

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        values = (vars(self)[name] for name in sorted(vars(self)))
        return (type(self), *((v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values))
