"""docs/map.md: what it names exists, its calls fit the functions, and no public name is without a place on it."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

import fisher_core
from fisher_core import FAMILIES
from fisher_core.continual import networks, six_ways
from fisher_core.data import digits, historical
from fisher_core.models import MLP, LogisticRegression, SoftmaxPolicy, censored

ROOT = Path(__file__).resolve().parents[2]
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in MAP.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| question"))
]
NAMED = {
    "FAMILIES": FAMILIES,
    "family": FAMILIES["normal"],
    "model": LogisticRegression(),
    "network": MLP((2, 3, 2)),
    "policy": SoftmaxPolicy(3),
    "censored": censored,
    "networks": networks,
    "six_ways": six_ways,
    "digits": digits,
    "historical": historical,
    "families": import_module("fisher_core.families"),
    "validation": import_module("fisher_core.validation"),
} | {name: getattr(fisher_core, name) for name in fisher_core.__all__ if name != "FAMILIES"}


def calls(text):
    """Expressions between backticks, as trees."""
    return [ast.parse(code, mode="eval").body for code in re.findall(r"`([^`]+)`", text)]


def fits(tree) -> None:
    """The name is there; a call's arguments fit its parameters."""
    if isinstance(tree, ast.Subscript):
        assert ast.literal_eval(tree.slice) in NAMED[ast.unparse(tree.value)], ast.unparse(tree)
        return
    path = ast.unparse(tree.func if isinstance(tree, ast.Call) else tree).split(".")
    thing = reduce(getattr, path[1:], NAMED[path[0]])
    if isinstance(tree, ast.Call):
        names = {keyword.arg: None for keyword in tree.keywords}
        inspect.signature(thing).bind(*tree.args, **names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_row_names_is_there(row):
    _, _, call, files, lesson, test = row
    for tree in calls(call):
        fits(tree)
    for name in files.split(", "):
        assert (ROOT / "fisher_core" / name).is_file(), name
    assert not lesson or (ROOT / "pages" / lesson).is_file()
    assert (ROOT / "tests" / test).is_file()


def test_the_opening_of_the_package_names_calls_that_fit():
    codes = re.findall(r"``(.+?)``", fisher_core.__doc__)
    assert len(codes) > 15
    for code in codes:
        fits(ast.parse(code, mode="eval").body)


def public_modules():
    for found in pkgutil.walk_packages(fisher_core.__path__, "fisher_core."):
        if "numerics" not in found.name.split("."):
            yield import_module(found.name)


def test_every_public_name_has_a_place():
    placed = {name for row in ROWS for name in row[3].split(", ")}
    for module in public_modules():
        here = Path(module.__file__).relative_to(ROOT / "fisher_core").as_posix()
        own = [n for n in module.__all__ if getattr(getattr(module, n), "__module__", None) == module.__name__]
        assert not own or here in placed, (here, own)


def test_every_public_module_says_what_is_public():
    for module in public_modules():
        assert all(hasattr(module, name) for name in module.__all__), module.__name__
        defined = {
            n
            for n, thing in vars(module).items()
            if (inspect.isclass(thing) or inspect.isfunction(thing))
            and not n.startswith("_")
            and thing.__module__ == module.__name__
        }
        assert defined <= set(module.__all__), (module.__name__, defined - set(module.__all__))


def test_it_is_one_page():
    assert len(MAP.splitlines()) <= 150
