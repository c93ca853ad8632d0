"""The painter in the browser, tested without one: placing names, ticks, tables (``*.test.js`` beside this file)."""

from pathlib import Path

import pytest
from under_node import run

HERE = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.js")), ids=lambda p: p.stem)
def test_under_node(file):
    done = run("--test", "--test-reporter=spec", str(file))
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "pass 0" not in done.stdout
