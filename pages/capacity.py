"""P13: EWC turns slow forgetting of the old into even ageing of all, until every memory fades at once."""

from fisher_app.start import enter_through_app

enter_through_app("pages/capacity.py")

from fisher_app.frame.declaration import lesson
from fisher_app.lessons import capacity
from fisher_app.lessons.capacity import apart, storing
from fisher_app.lessons.capacity.memory import holds

lesson(
    "capacity",
    capacity.words,
    [storing.tab, apart.tab],
    {
        "gd": {},
        "ewc": {"method": "ewc"},
        "lit": {"method": "ewc", "load": 0.82},
        "dark": {"method": "ewc", "load": 0.84},
        "simulated": {"method": "ewc", "n": 200.0, "load": 1.0, "runs": "400"},
        "hebb": {"method": "rate", "c": 0.01, "load": 0.99},
    },
    folder=capacity.__path__[0],
    terms=["EWC", "SNR", "blackout", "catastrophic forgetting", "Fisher matrix"],
    sources=["KI"],
    holds=holds,
    spoiled={"slow": lambda v: v.method == "rate"},
).show()
