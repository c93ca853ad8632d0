"""Data for lessons and tests: ``historical`` sets and recipes from papers, ``digits`` and the tasks made from them."""

from fisher_core.data import digits, historical

__all__ = ["digits", "historical"]
