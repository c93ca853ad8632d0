"""Three faults of the platform, mended once: slow collections, pages that run without the app, and sessions
that import at once.

Every session imports what its page needs in a thread of its own. Two that come to a package from different ends, one
through its ``__init__`` and one through a module in it, wait for each other, and Python lets one go on with a half-made
module. So the packages that import their own modules are imported here, where every session passes first.
"""

from __future__ import annotations

import gc
import sys

import streamlit as st

import fisher_core.continual
import fisher_core.families
import fisher_core.models  # noqa: F401

_modules_at_last_freeze = 0


def freeze_imports() -> None:
    """After a run: what has been imported stays, so that no later collection need walk it again."""
    global _modules_at_last_freeze
    if len(sys.modules) != _modules_at_last_freeze:
        _modules_at_last_freeze = len(sys.modules)
        gc.collect()
        gc.freeze()


def enter_through_app(page: str) -> None:
    """First line of every page: on a cold server a deep link runs the page's file alone; go in through app.py instead.

    The page asked for and its query are kept.  A page's file is named as its address, with hyphens (``six-ways.py``): on a
    cold server Streamlit looks for a deep link among the file names, and says "Page not found" over a page it then shows.
    """
    if not st.session_state.get("entered"):
        st.session_state["go"] = (page, st.query_params.to_dict())
        st.switch_page("app.py")
