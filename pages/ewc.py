"""P5: EWC leaves task A along A's flat directions; L2 can't tell flat from steep."""

from fisher_app.start import enter_through_app

enter_through_app("pages/ewc.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import ewc
from fisher_app.lessons.ewc import bayes, plane

lesson(
    "ewc",
    ewc.words,
    [plane.tab, bayes.tab],
    {
        "textbook": {},
        "trap": {"angle": 45.0, "lam": 0.199526},
        "small": {"lam": 0.01},
        "large": {"lam": 100.0},
        "conflict": {"bv": "along", "by": 1.0},
        "logistic": {"loss": "logistic"},
    },
    folder=ewc.__path__[0],
    terms=["EWC", "anchor", "Pareto front", "catastrophic forgetting", "empirical Fisher", "Laplace"],
    sources=["KI", "HU", "LI"],
    holds=plane.holds,
    spoiled={"order": lambda v: v.angle != 0, "empirical": lambda v: v.brk},
).show()
