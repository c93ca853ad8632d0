"""The API page can be built from the docstrings of today, and holds what the library offers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_api_page_is_built_from_the_docstrings():
    spec = importlib.util.spec_from_file_location("make_api", DOCS / "make_api.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = script.page()
    for heading in (
        "### class `Family`",
        "### class `LogisticRegression`",
        "### `monte_carlo(",
        "#### `Family.kl(theta_p, theta_q)`",
        "#### `Estimate.interval` (property)",
    ):
        assert heading in page, heading
