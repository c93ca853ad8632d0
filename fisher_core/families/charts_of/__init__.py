"""Coordinates that one family needs formulas of its own for; those that any family can have are in :mod:`fisher_core.charts`."""

__all__: list[str] = []
