"""The Python that made this figure: short programs in ``fisher_app/snippets_text/*.py``, with present values filled in.

Each is a real program (numpy and scipy only, at most 40 lines) that runs as it stands.  A line ending in
``# parameter`` is an assignment whose right-hand side is replaced by the reader's value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "snippets_text"
LINE = re.compile(r"^(\w+) = .*?\s+# parameter$", re.MULTILINE)


@lru_cache(maxsize=256)
def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def render(name: str, **values: Any) -> str:
    """The program ``name`` with its parameters set; ValueError if a parameter is unknown or missing."""
    return fill(FOLDER / f"{name}.py", values)


def fill(path: Path, values: Mapping[str, Any]) -> str:
    """The program at ``path`` with its parameters set."""
    name, source = path.stem, _source(path)
    wanted = set(LINE.findall(source))
    if wanted != set(values):
        raise ValueError(f"snippet {name} has parameters {sorted(wanted)} and was given {sorted(values)}")
    return LINE.sub(lambda m: f"{m[1]} = {values[m[1]]!r}", source)
