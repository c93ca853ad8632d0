"""P3: near θ, KL is a bowl whose matrix is F; the fit breaks at third order."""

from fisher_app.start import enter_through_app

enter_through_app("pages/kl.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import kl
from fisher_app.lessons.kl import bowl, contour, every, partition, shift
from fisher_core import FAMILIES
from fisher_core.divergence.parabola import order_of_gap

lesson(
    "kl",
    kl.words,
    [bowl.tab, contour.tab, shift.tab, every.tab, partition.tab],
    {
        "fair": {"p": 0.5},
        "rare": {},
        "wall": {"p": 0.02, "delta": 0.02},
        "sigma": {"tab": "contour"},
        "log": {"tab": "contour", "scale": "log"},
        "tails": {"tab": "every", **every.setting()},
        "triangle": {"tab": "contour", "space": "triangle", "level": 0.02},
    },
    folder=kl.__path__[0],
    terms=["KL", "Fisher matrix", "score", "natural parameter", "mean parameter", "regular"],
    sources=["LI", "WO2", "DU"],
    holds=lambda v: abs(order_of_gap(FAMILIES["bernoulli"], [v.p], [1.0], 0.01) - 3) < 0.1,  # of third order
).show()
