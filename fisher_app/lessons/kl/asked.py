"""What the questions about the coin ask, and the numbers in what is said about it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from fisher_core import FAMILIES
from fisher_core.divergence.parabola import profile

from ...frame.declaration import Values, choose
from . import words

COIN, START = FAMILIES["bernoulli"], np.array([0.1])
AT = {"right": 0.1, "left": -0.05}
SAID = {"right": {"below": 0.66, "same": 1.0, "above": 1.5}, "left": {"mirror": 0.66, "same": 1.0, "above": 1.5}}
GLYPHS = {Fraction(1, 3): "⅓", Fraction(1, 6): "⅙"}


def setting(key: str) -> dict[str, Any]:
    """Where the question is asked: the controls that must stand there for its marks to be drawn."""
    return {"p": 0.1, "delta": AT[key], "coords": "p", "model": "coin", "moving": False}


def ratio(shift: float) -> float:
    """KL in units of its bowl, that far from the coin p = 0.1."""
    line = profile(COIN, START, [1.0], [shift])
    return float(line.forward[0] / line.quadratic[0])


def information(chance: float) -> float:
    return float(COIN.fisher([chance])[0, 0])


def bowl(key: str) -> float:
    """½Fδ² where the question is asked."""
    return 0.5 * information(0.1) * AT[key] ** 2


def answer(v: Values) -> tuple[str, float, float] | None:
    """The last question answered, the ratio that was said, and the true one."""
    return next(((k, SAID[k][v.given[k]], ratio(AT[k])) for k in ("left", "right") if v.given.get(k)), None)


def slope_of_information(step: float = 1e-5) -> float:
    """F′(p) of the coin."""
    return float((COIN.fisher(START + step) - COIN.fisher(START - step))[0, 0] / (2 * step))


def third_order(reverse: bool = False) -> str:
    """c in KL = ½Fδ² + c·F′δ³ + … of a coin: the odd part of the gap beside the slope of F."""
    step = 1e-3
    line = profile(COIN, START, [1.0], [step, -step])
    ahead, back = line.reverse_gap if reverse else line.gap
    return GLYPHS[Fraction((ahead - back) / 2 / step**3 / slope_of_information(step)).limit_denominator(12)]


words.facts |= {
    "ratio_right": lambda: ratio(AT["right"]),
    "ratio_left": lambda: ratio(AT["left"]),
    "F05": lambda: information(0.05),
    "F10": lambda: information(0.1),
    "F20": lambda: information(0.2),
    "third": third_order,
    "third_back": lambda: third_order(reverse=True),
    "slope_of_F": slope_of_information,
    "kl_there": lambda: float(COIN.kl([0.3], [0.6])),
    "kl_back": lambda: float(COIN.kl([0.6], [0.3])),
}

questions = [
    choose(
        key,
        words,
        correct=correct,
        setup=setting(key) | {"tab": "bowl"},
        when=setting(key),
        view="a",
        at={option: {"x": AT[key], "y": r * bowl(key)} for option, r in SAID[key].items()},
    )
    for key, correct in (("right", "below"), ("left", "above"))
]
