"""What stands for which penalty in every picture of the plane: its style, its name, and when two of them are one."""

from __future__ import annotations

from ...frame.declaration import Values
from ...stage.marks import Mark, named
from . import words
from .runs import angle
from .tasks import KINDS

SHOWN = {"all": KINDS, "l2": KINDS[:2], "diagonal": ("none", "ewc_diagonal"), "full": ("none", "ewc_full")}
SLOTS = {"none": "none", "l2": "l2", "ewc_diagonal": "diagonal", "ewc_full": "full"}  # in numbers: [full_A]
STYLES = {"none": "none", "l2": "identity", "ewc_diagonal": "diagonal", "ewc_full": "exact"}
MATRICES = {"none": "0", "l2": "_I_", "ewc_diagonal": "diag([d1], [d2])", "ewc_full": "_F_~{A}"}
WHERE = {"none": "right", "l2": "above", "ewc_diagonal": "right", "ewc_full": "below"}  # names at the ends of trails
BELIEF = {"l2": "above", "ewc_full": "below"}
STRAIGHT, TURNED = {"angle": 0.0}, {"angle": angle.nodes[1:].tolist()}
say = words.part("plane")


def shown(v: Values) -> list[str]:
    return [k for k in KINDS if k in SHOWN[v.show]]


def twins(v: Values) -> bool:
    """At 0° the diagonal and the full matrix of a bowl are one, and only one of their marks is drawn."""
    return v.loss == "quadratic" and v.show == "all"


def style(v: Values, kind: str) -> str:
    return "empirical" if v.brk and kind == "ewc_full" else STYLES[kind]


def token(v: Values, kind: str) -> str:
    return "ink" if kind == "none" else style(v, kind)


def named_for(v: Values, kind: str, mark: Mark, where: str = "", short: str = "names", **look) -> list[Mark]:
    """A mark with the name of its penalty: of twins one name at 0°, two where they part."""
    own, called = {"token": token(v, kind), "weight": 600} | look, say.part(short)
    if twins(v) and kind in ("ewc_full", "ewc_diagonal"):
        apart = named(mark, called[kind], where, **own).where(TURNED)
        return [apart, named(mark, called["ewc"], where, **own).where(STRAIGHT)] if kind == "ewc_full" else [apart]
    alone = kind.startswith("ewc") and v.show != "all"
    return [named(mark, called["ewc" if alone else kind], where, **own)]
