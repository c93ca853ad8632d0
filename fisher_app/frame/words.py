"""The words of a lesson: prose from ``words.en.toml``, its numbers computed.

    [bowl.main]
    caption = "**Two coins, shift apart.** Their information is [information:2]."

Markup, here and in every picture: ``_x_`` maths italic, ```KL``` upright maths, ``**bold**``, ``^{sup}``, ``~{sub}``,
``{token|coloured}``, ``[name]`` or ``[name:format]`` a number, ``\\`` takes the next letter as it is.  A number named here
is a fact of the lesson, computed when it is said; any other is live, and the stage fills it in.

Formats: "2" two decimals, "g3" three digits, "i" a whole number, "%1" per cent, "e2" scientific; "+" before any writes the
sign.  Another language is another file, ``words.de.toml``; what it lacks is said in English (``missing`` lists it).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..stage.text import number

SLOT = re.compile(r"(?<!\\)\[(\w+)(?::([^\]]+))?\]")
Facts = Mapping[str, Callable[[], float | str]]


class Words:
    """The words of one lesson, or of a part of it: ``words["bowl", "main", "caption"]``, ``words.part("bowl")``."""

    def __init__(self, tree: Mapping[str, Any], facts: Facts | None = None, place: str = ""):
        self.tree, self.place = tree, place
        self.facts: dict[str, Callable[[], float | str]] = facts if isinstance(facts, dict) else dict(facts or {})

    @classmethod
    def of(cls, folder: str | Path, facts: Facts | None = None, language: str = "en") -> Words:
        """The words in ``folder`` (or beside the file of that name)."""
        folder = Path(folder)
        folder = folder if folder.is_dir() else folder.parent
        return cls(
            _merged(_read(folder / "words.en.toml"), _read(folder / f"words.{language}.toml")), facts, folder.name
        )

    def __getitem__(self, path: str | tuple[str, ...]) -> str:
        """The text at a path, its facts filled in."""
        return self(*((path,) if isinstance(path, str) else path))

    def __call__(self, *path: str, **own: float | str) -> str:
        """The text at a path, with ``own`` numbers and words for this once: ``say("caption", symbol="_σ_")``."""
        text = self._at(path)
        if not isinstance(text, str):
            raise KeyError(f"{self._name(path)} is no text")
        return self.said(text, own)

    def get(self, *path: str) -> str | None:
        """The text at a path, or None."""
        try:
            return self[path]
        except KeyError:
            return None

    def part(self, *path: str) -> Words:
        """The words below a path."""
        tree = self._at(path)
        if not isinstance(tree, Mapping):
            raise KeyError(f"{self._name(path)} has no parts")
        return Words(tree, self.facts, self._name(path))

    def view(self, *name: str, **own: float | str) -> dict[str, Any]:
        """Caption, alternative text and sentence of a view, as `fisher_app.stage.scene.View` takes them."""
        return {role: self(*name, role, **own) for role in ("caption", "alt", "sentence")}

    def list(self, *path: str, **own: float | str) -> list[Any]:
        """A list of texts, or of lists of texts, with ``own`` numbers and words for this once."""

        def all_said(item: Any) -> Any:
            return [all_said(x) for x in item] if isinstance(item, list) else self.said(item, own)

        found = self._at(path)
        if not isinstance(found, list):
            raise KeyError(f"{self._name(path)} is no list")
        return [all_said(item) for item in found]

    def keys(self) -> Iterator[str]:
        return iter(self.tree)

    def said(self, text: str, own: Mapping[str, float | str] | None = None) -> str:
        """``text`` with the facts that it names; other slots are left to the stage."""

        def fact(m: re.Match[str]) -> str:
            value = own[m[1]] if own and m[1] in own else self.facts[m[1]]() if m[1] in self.facts else m[0]
            return value if isinstance(value, str) else number(value, m[2] or "2")

        return SLOT.sub(fact, text)

    def _at(self, path: str | tuple[str, ...]) -> Any:
        found: Any = self.tree
        for key in (path,) if isinstance(path, str) else path:
            if not isinstance(found, Mapping) or key not in found:
                raise KeyError(f"{self._name(path)} is not in the words")
            found = found[key]
        return found

    def _name(self, path: str | tuple[str, ...]) -> str:
        return ".".join([*([self.place] if self.place else []), *((path,) if isinstance(path, str) else path)])


def missing(folder: str | Path, language: str) -> list[str]:
    """The paths of English texts that ``words.<language>.toml`` does not have."""
    folder = Path(folder)
    return sorted(set(_paths(_read(folder / "words.en.toml"))) - set(_paths(_read(folder / f"words.{language}.toml"))))


@lru_cache(maxsize=64)
def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _merged(base: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        k: _merged(v, above[k]) for k, v in base.items() if isinstance(v, Mapping) and isinstance(above.get(k), Mapping)
    }
    return {**base, **above, **both}


def _paths(tree: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _paths(value, (*at, key))
        else:
            yield ".".join((*at, key))
