"""Server entry for a class: ``uvicorn asgi:app --port 8501 --ws-max-size 4194304``.  One person needs only ``./run``.

All that a lesson imports is imported before the port opens, so that thirty readers who arrive at once find it ready, and
is then taken out of the garbage collector's way.  No message that the app reads is longer than 4 MB; uvicorn by itself
lets in 16, and unpacking one holds up everybody.  One process uses one core; ``deploy/serve`` starts several.
"""

import gc
import importlib
import pkgutil
from pathlib import Path

import fisher_app  # before numpy, see there

# isort: split
import numpy  # noqa: F401
import pandas  # noqa: F401
import pyarrow  # noqa: F401
import scipy.linalg
import scipy.optimize
import scipy.special  # noqa: F401
import streamlit as st

import fisher_app.lesson
import fisher_app.lessons
import fisher_app.scenes
import fisher_core  # noqa: F401

for module in pkgutil.iter_modules(fisher_app.scenes.__path__):
    importlib.import_module(f"fisher_app.scenes.{module.name}")
for module in pkgutil.walk_packages(fisher_app.lessons.__path__, "fisher_app.lessons."):
    importlib.import_module(module.name)
gc.collect()
gc.freeze()

app = st.App(Path(__file__).with_name("app.py"))
