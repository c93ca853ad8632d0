"""The one client-side component: Python's side of the stage.

The browser's side is in ``static/stage/`` (plain ES modules, no build step), served by Streamlit's static file serving, so
that a rerun carries only what changed.  The component has one state key, ``state``: the control values at the last
release, an optional action, and the names of the tables that the browser already holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

STATIC = Path(__file__).resolve().parents[2] / "static" / "stage"

LOADER = """
const state = (globalThis.__fisherStage ??= {});
const base = new URL("app/static/stage/", document.baseURI);
function sheet(root, version) {
  if (root.querySelector("link[data-stage]")) return Promise.resolve();
  return new Promise(done => {
    const link = document.createElement("link");
    link.rel = "stylesheet"; link.dataset.stage = ""; link.href = new URL("stage.css?v=" + version, base).href;
    link.onload = link.onerror = () => done();
    root.append(link);
  });
}
export default function (component) {
  const { data, parentElement } = component;
  let alive = true, dispose = null;
  const load = name => import(new URL(name + ".js?v=" + data.version, base).href);
  if (!state.module) for (const name of data.modules) load(name).catch(() => {});  // at once, not one after another
  state.module ??= load("stage");
  Promise.all([state.module, sheet(parentElement, data.version)]).then(([stage]) => {
    if (alive) dispose = stage.mount(component);
  }).catch(error => {
    state.module = undefined;
    parentElement.querySelector("[data-wait]").textContent = "The figure could not be loaded: start the app from its own folder, so that its settings apply. " + error;
  });
  return () => { alive = false; dispose?.(); };
}
"""

HTML = """<div data-wait style="min-height:1px"></div>
"""


@cache
def modules() -> list[str]:
    """The browser's modules, by name, that a picture needs."""
    names = (path.relative_to(STATIC).with_suffix("").as_posix() for path in STATIC.rglob("*.js"))
    return sorted(name for name in names if not name.startswith("export/"))


@cache
def version() -> str:
    """Names the state of the browser's files, so that an upgrade is never mixed with a cached file."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(p for p in STATIC.rglob("*.*") if p.suffix in (".js", ".css")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_component = st.components.v2.component("fisher_stage", html=HTML, js=LOADER)


def show(data: Mapping[str, Any], key: str) -> None:
    """Mount the stage; what the reader does arrives in ``st.session_state[key]["state"]`` on the next run."""
    _component(key=key, data={"version": version(), "modules": modules(), **data}, on_state_change=_noop)


def _noop() -> None:
    """A state key needs a callback to be writable from Python and tests; the lesson reads the state itself."""


def received(key: str) -> Any:
    """The last thing that the browser sent, or None; not yet read (see ``fisher_app/messages.py``)."""
    state = st.session_state.get(key)
    return state.get("state") if isinstance(state, Mapping) else None
