"""The page that opens the course."""

from fisher_app.start import enter_through_app

enter_through_app("pages/home.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import home
from fisher_app.lessons.home import ruler

lesson(
    "home",
    home.words,
    [ruler.tab],
    {
        "sharp": {"mu": 0.0, "sigma": 0.4},
        "unit": {},
        "wide": {"mu": 0.0, "sigma": 2.4},
        "left": {"mu": -2.0},
    },
    folder=home.__path__[0],
    terms=["Fisher matrix", "score", "KL"],
    sources=["LI", "LY", "AM"],
    holds=ruler.holds,
    front=True,
).show()
