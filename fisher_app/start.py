"""Two faults of the platform, mended once: slow collections after each run, and pages that run without the app."""

from __future__ import annotations

import gc

import streamlit as st


@st.cache_resource(show_spinner=False)
def freeze_imports() -> None:
    """Once per process: what is imported stays, so that the collection after every run has little to walk."""
    gc.collect()
    gc.freeze()


def enter_through_app(page: str) -> None:
    """First line of every page: on a cold server a deep link runs the page's file alone; go in through app.py instead.

    The page asked for and its query are kept.
    """
    if not st.session_state.get("entered"):
        st.session_state["go"] = (page, st.query_params.to_dict())
        st.switch_page("app.py")
