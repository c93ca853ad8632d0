"""Write the API of fisher_core, from its docstrings, as one Markdown page:  python docs/make_api.py [FILE]

Without a file the page goes to docs/api.md, which is not kept in the repository: it says nothing that the docstrings do
not. A name is public if it does not begin with an underscore and is defined in the module itself.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

PAGE = Path(__file__).with_name("api.md")
sys.path.insert(0, str(PAGE.parents[1]))  # the checkout's own fisher_core, installed or not
FIRST = ("fisher_core.family", "fisher_core.information", "fisher_core.divergence", "fisher_core.models")


def page() -> str:
    """The whole page, as Markdown."""
    package = importlib.import_module("fisher_core")
    names = [m.name for m in pkgutil.walk_packages(package.__path__, "fisher_core.")]
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
            for method, f in methods(thing):
                yield f"#### `{name}.{method}{signature(f)}`"
                yield prose(f)
        else:
            yield f"### `{name}{signature(thing)}`"
            yield prose(thing)


def public(m: ModuleType) -> Iterator[tuple[str, object]]:
    """Classes and functions that the module defines, in the order of its lines."""
    own = [
        (name, thing)
        for name, thing in vars(m).items()
        if not name.startswith("_")
        and (inspect.isclass(thing) or inspect.isfunction(thing))
        and thing.__module__ == m.__name__
        and inspect.getdoc(thing)
    ]
    yield from sorted(own, key=lambda pair: inspect.getsourcelines(pair[1])[1])


def methods(c: type) -> Iterator[tuple[str, object]]:
    """Documented public methods and properties that the class itself defines."""
    for name, thing in vars(c).items():
        f = thing.fget if isinstance(thing, property) else getattr(thing, "__wrapped__", thing)
        if not name.startswith("_") and inspect.isfunction(f) and f.__doc__:
            yield name, f


def signature(thing: object) -> str:
    """The parameters without their types, which the text gives more readably as shapes."""
    parameters = inspect.signature(thing).parameters.values()  # type: ignore[arg-type]
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in parameters if p.name != "self"]
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
