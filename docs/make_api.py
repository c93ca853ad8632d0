"""Write the API of fisher_core, from its docstrings, as one Markdown page:  python docs/make_api.py [FILE]

Without a file the page goes to docs/api.md, which is not kept in the repository: it says nothing that the docstrings do
not. A name is public if its module lists it in ``__all__``; it stands where it is defined. :mod:`fisher_core.numerics` is
private.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType

PAGE = Path(__file__).with_name("api.md")
sys.path.insert(0, str(PAGE.parents[1]))  # the checkout's own fisher_core, installed or not
FIRST = ("fisher_core.family", "fisher_core.information", "fisher_core.divergence", "fisher_core.models")


def page() -> str:
    """The whole page, as Markdown."""
    package = importlib.import_module("fisher_core")
    names = [m.name for m in pkgutil.walk_packages(package.__path__, "fisher_core.") if "numerics" not in m.name]
    order = sorted(names, key=lambda n: (next((i for i, f in enumerate(FIRST) if n.startswith(f)), len(FIRST)), n))
    modules = [m for m in (importlib.import_module(name) for name in order) if list(public(m))]
    contents = [f"- [`{m.__name__}`](#{anchor(m.__name__)}): {first_line(m)}" for m in modules]
    opening = [
        "# API of fisher_core",
        "Written by `python docs/make_api.py` from the docstrings; edit those.",
        fenced(inspect.getdoc(package) or ""),
        "\n".join(contents),
    ]
    return "\n\n".join(opening + [part for m in modules for part in module(m)]) + "\n"


def module(m: ModuleType) -> Iterator[str]:
    yield f"## {m.__name__}"
    yield fenced(inspect.getdoc(m) or "")
    for name, thing in public(m):
        if inspect.isclass(thing):
            yield f"### class `{name}`"
            if dataclasses.is_dataclass(thing) and not issubclass(thing, Exception):
                yield f"`{name}{signature(thing)}`"
            yield prose(thing)
            for heading, f in members(thing):
                yield f"#### {heading}"
                yield prose(f)
        else:
            yield f"### `{name}{signature(thing)}`"
            yield prose(thing)


def public(m: ModuleType) -> Iterator[tuple[str, object]]:
    """Classes and functions of the module's ``__all__`` that it defines, in the order of its lines."""
    listed = [(name, getattr(m, name)) for name in m.__all__]
    own = [
        (name, thing)
        for name, thing in listed
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == m.__name__ and inspect.getdoc(thing)
    ]
    yield from sorted(own, key=lambda pair: inspect.getsourcelines(pair[1])[1])


def members(c: type) -> Iterator[tuple[str, object]]:
    """Headings and documented functions of the public methods and properties that the class itself defines."""
    for name, thing in vars(c).items():
        if name.startswith("_"):
            continue
        if isinstance(thing, property | cached_property):
            f = thing.fget if isinstance(thing, property) else thing.func
            if f is not None and f.__doc__:
                yield f"`{c.__name__}.{name}` (property)", f
        else:
            f = getattr(thing, "__wrapped__", getattr(thing, "__func__", thing))
            if inspect.isfunction(f) and f.__doc__:
                yield f"`{c.__name__}.{name}{signature(f)}`", f


def signature(thing: object) -> str:
    """The parameters without their types, which the text gives more readably as shapes."""
    parameters = inspect.signature(thing).parameters.values()  # type: ignore[arg-type]
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters if p.name not in ("self", "cls")]
    text = str(inspect.Signature(bare))
    return re.sub(r"<[^<>]* at 0x[0-9a-f]+>|<factory>", "…", text)


def prose(thing: object) -> str:
    """A docstring as it stands: its formulas and tables are set by spaces, so it is shown as text."""
    return fenced(inspect.cleandoc(getattr(thing, "__doc__", None) or ""))


def fenced(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


def first_line(m: ModuleType) -> str:
    return (inspect.getdoc(m) or "").split("\n")[0].rstrip(".:")


def anchor(name: str) -> str:
    return name.replace(".", "")


if __name__ == "__main__":
    (Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE).write_text(page(), encoding="utf-8")
