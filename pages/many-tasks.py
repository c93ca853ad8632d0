"""P11: one running penalty at the latest optimum is exact; a spring per task counts the first task again and again."""

from fisher_app.start import enter_through_app

enter_through_app("pages/many-tasks.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import many_tasks
from fisher_app.lessons.many_tasks import line, plane, sides

lesson(
    "many-tasks",
    many_tasks.words,
    [plane.tab, line.tab, sides.tab],
    {
        "tilted": {},
        "ten": {"tab": "line"},
        "drift": {"tab": "line", "world": "drift"},
        "decay": {"tab": "line", "world": "drift", "gamma": 0.95},
        "rescue": {"kind": "diagonal"},
        "revisit": {"order": "abca"},
        "forget": {"gamma": 0.0},
    },
    folder=many_tasks.__path__[0],
    terms=["EWC", "online EWC", "anchor", "Fisher matrix", "catastrophic forgetting", "Laplace"],
    sources=["HU", "HR", "SC", "KI"],
    holds=plane.holds,
).show()
