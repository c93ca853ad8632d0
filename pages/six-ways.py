"""P12: one letter F, six programs, and the best λ moves by six decades between them."""

from fisher_app.start import enter_through_app

enter_through_app("pages/six-ways.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import six_ways
from fisher_app.lessons.six_ways import autopsy, longer, shift, ways

lesson(
    "six-ways",
    six_ways.words,
    [ways.tab, longer.tab, shift.tab, autopsy.tab],
    {
        "sure": {},
        "surer": {"eps": 1e-4},
        "many": {"eps": 1e-4, "N": 12_000},
        "sum": {"squared": "sum"},
        "three": {"classes": "3", "eps": 0.3},
        "published": {"tab": "shift", "eps": 1e-4},
        "autopsy": {"tab": "autopsy"},
    },
    folder=six_ways.__path__[0],
    terms=["Fisher matrix", "label-sampled Fisher", "empirical Fisher", "score", "EWC", "anchor"],
    sources=["VV", "KU", "KI"],
    holds=shift.holds,
).show()
