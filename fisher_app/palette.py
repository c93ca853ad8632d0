"""One quantity = one colour + one dash + one symbol, on every page, light and dark.

Colour says *which matrix*: gradient descent and L2 share the identity's ochre, natural gradient and full EWC the exact
Fisher's teal.  The interface itself is ink on page.  Marks keep a contrast >= 3.04 with the page, text shades >= 4.5;
all pairs stay apart in normal, protan, deutan and tritan vision (``tests/app/test_palette.py`` computes how far).
"""

from __future__ import annotations

# token: (light mark, dark mark, light text, dark text)
MATRICES = {
    "data": ("#5F6261", "#889281", "#5F6261", "#889281"),
    "theta": ("#111827", "#F9FAFB", "#111827", "#F9FAFB"),
    "exact": ("#119597", "#01E4BA", "#0E7A7B", "#01E4BA"),
    "diagonal": ("#71963A", "#A1F896", "#59772E", "#A1F896"),
    "identity": ("#4F3B04", "#EEAB5A", "#4F3B04", "#EEAB5A"),
    "sampled": ("#DA3B01", "#FE5806", "#CB3701", "#FE5806"),
    "empirical": ("#C625FD", "#A134F4", "#B102ED", "#BA69F7"),
    "observed": ("#133171", "#BAC5FD", "#133171", "#BAC5FD"),
    "guess": ("#F72C8A", "#E454B6", "#D60867", "#E55BB9"),
}

REGIONS = {  # low-loss regions of tasks A, B, C and their hatching
    "A": ("#D1D5DB", "#374151"),
    "B": ("#F1E3C6", "#4A4030"),
    "C": ("#C7D2E0", "#2E3A4A"),
    "A-hatch": ("#AEB4BD", "#4E596B"),
    "B-hatch": ("#DCC596", "#65583F"),
    "C-hatch": ("#9FB2CB", "#465670"),
}

NEUTRALS = {
    "page": ("#FFFFFF", "#0E1117"),
    "row": ("#F0F2F6", "#262730"),
    "veil": ("#F7F8FA", "#141821"),
    "ink": ("#111827", "#F9FAFB"),
    "ink2": ("#4B5563", "#B6BDC8"),
    "ink3": ("#6B7280", "#8F98A6"),
    "hair": ("#E5E7EB", "#2A2F3A"),
    "axis": ("#9CA3AF", "#5B6472"),
    "ctl": ("#1F2937", "#E5E7EB"),
    "ctl-text": ("#FFFFFF", "#0E1117"),
}

# How a quantity is drawn: colour token, dash, symbol, line width.  ``bowl`` is the local quadratic of the exact Fisher.
STYLES = {
    "exact": {"token": "exact", "dash": "solid", "symbol": "triangle", "width": 2.75},
    "exact-thin": {"token": "exact", "dash": "solid", "symbol": "triangle", "width": 1.5},
    "bowl": {"token": "exact", "dash": "short", "symbol": "circle", "width": 2, "alpha": 0.6, "hollow": True},
    "separate": {"token": "exact", "dash": "dash", "symbol": "triangle", "width": 1.75, "hollow": True},
    "online": {"token": "exact", "dash": "dot", "symbol": "triangle-down", "width": 2.25},
    "diagonal": {"token": "diagonal", "dash": "longshort", "symbol": "plus", "width": 1.5},
    "diagonal-separate": {"token": "diagonal", "dash": "dash", "symbol": "circle", "width": 1.75, "hollow": True},
    "diagonal-online": {"token": "diagonal", "dash": "dot", "symbol": "cross", "width": 2.25},
    "identity": {"token": "identity", "dash": "long", "symbol": "square", "width": 2},
    "identity-dot": {"token": "identity", "dash": "dot", "symbol": "square", "width": 2, "hollow": True},
    "sampled": {"token": "sampled", "dash": "dot", "symbol": "circle", "width": 2, "hollow": True},
    "empirical": {"token": "empirical", "dash": "dashdot", "symbol": "triangle-down", "width": 2},
    "observed": {"token": "observed", "dash": "dash", "symbol": "cross", "width": 2},
    "none": {"token": "theta", "dash": "solid", "symbol": "cross", "width": 1.25},
    "theta": {"token": "theta", "dash": "solid", "symbol": "circle", "width": 1.5},
    "optimum": {"token": "theta", "dash": "solid", "symbol": "star", "width": 1.5},
    "data": {"token": "data", "dash": "solid", "symbol": "circle", "width": 1, "size": 2.5},
    "guess": {"token": "guess", "dash": "solid", "symbol": "diamond", "width": 1.25},
}


def theme(mode: int) -> dict[str, dict[str, str]]:
    """Colours of one theme (0 light, 1 dark): ``mark`` for lines and symbols, ``text`` for words."""
    plain = {name: shades[mode] for name, shades in {**NEUTRALS, **REGIONS}.items()}
    marks = {name: shades[mode] for name, shades in MATRICES.items()}
    words = {name: shades[2 + mode] for name, shades in MATRICES.items()}
    return {"mark": {**plain, **marks}, "text": {**plain, **words}}


THEMES = {"light": theme(0), "dark": theme(1)}
