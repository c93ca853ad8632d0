"""Fixtures for tests of the app without a browser.  ``slug`` runs a test once for every written lesson."""

import logging

import pytest
from reader import SLUGS, Reader, lesson

logging.getLogger("streamlit").setLevel(logging.ERROR)  # "missing ScriptRunContext": pages are loaded outside sessions here


def pytest_generate_tests(metafunc):
    if "slug" in metafunc.fixturenames:
        metafunc.parametrize("slug", SLUGS)


@pytest.fixture
def reader(slug):
    """A fresh session on the lesson."""
    return Reader(slug)


@pytest.fixture
def open_lesson():
    """Open a lesson by name: ``open_lesson("kl", {"p": "0.3"})``."""
    return Reader


@pytest.fixture
def declared(slug):
    return lesson(slug)
