"""One coordinate of a parameter space, with its domain and the range worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Parameter", "interval_rule", "subscript"]


@dataclass(frozen=True)
class Parameter:
    """One coordinate of theta; its domain is the open interval (lower, upper).

    ``name`` is for code and messages, ``symbol`` for formulas. ``typical`` = (low, high) is the range in which the
    parameter is worth looking at: sliders span it and tests draw from it. ``default`` lies inside. ``closed`` says which
    ends still give a distribution (a coin with p = 0): no score exists there, but draws and divergences do.
    """

    name: str
    symbol: str
    lower: float
    upper: float
    typical: tuple[float, float]
    default: float
    closed: tuple[bool, bool] = (False, False)

    def __post_init__(self) -> None:
        low, high = self.typical
        if not self.lower < low <= self.default <= high < self.upper:
            raise ValueError(f"{self.name} must satisfy lower < typical low <= default <= typical high < upper: {self}")

    @property
    def rule(self) -> str:
        """The domain in words, as error messages end: "> 0", "in (0, 1)"."""
        return interval_rule(self.lower, self.upper)

    @property
    def closed_rule(self) -> str:
        """The domain with those of its ends that give a distribution: ">= 0", "in [0, 1]"."""
        return interval_rule(self.lower, self.upper, *self.closed)


def interval_rule(lower: float, upper: float, low: bool = False, high: bool = False) -> str:
    """An interval in words: "finite", "> 0", ">= 0", "in (0, 1]"."""
    if np.isinf(lower) and np.isinf(upper):
        return "finite"
    if np.isinf(upper):
        return f"{'>=' if low else '>'} {lower:g}"
    if np.isinf(lower):
        return f"{'<=' if high else '<'} {upper:g}"
    return f"in {'[' if low else '('}{lower:g}, {upper:g}{']' if high else ')'}"


def subscript(i: int) -> str:
    """i set below a symbol: ₁₂."""
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(i))
