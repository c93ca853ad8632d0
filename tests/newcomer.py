"""A pytest plugin: the families in the files of a folder join the registry before any test is collected.

NEWCOMERS=folder PYTHONPATH=tests:. python -m pytest -p newcomer tests/core/test_families.py
"""

import os
import runpy
from pathlib import Path

from fisher_core import FAMILIES, Family

for path in sorted(Path(os.environ["NEWCOMERS"]).glob("*.py")):
    for thing in runpy.run_path(str(path)).values():
        if isinstance(thing, type) and issubclass(thing, Family) and "key" in vars(thing):
            FAMILIES[thing.key] = thing()
