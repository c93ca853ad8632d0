"""P11: one running penalty at the latest optimum is exact; a spring per task counts the first task again and again."""

from fisher_app.start import enter_through_app

enter_through_app("pages/many-tasks.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import many_tasks
from fisher_app.scenes.many_tasks import ASKED, says

lesson = Lesson(
    slug="many-tasks",
    claim="One running penalty is exact; a spring per task counts the first task again and again.",
    question="A and B are learned. How do you remember both while you learn C?",
    figures={
        "plane": Figure("Three tasks", many_tasks.plane, "A bar is one task’s share in the final answer. Thin lines: springs, pulling to their anchors."),
        "line": Figure("Many tasks", many_tasks.line, "A bar is one task’s share in the final answer; its slices are the springs it comes through. Click one to follow its task _k_; drag _T_ to let the tasks come."),
        "sides": Figure("Both sides", many_tasks.sides, "Each rule is right for a goal: a single spring if all tasks count alike (_r_ = 1), online EWC if task _k_ counts _γ_ times the next, separate springs if the oldest count most. A curve that touches 0 is a rule without regret."),
    },
    controls=many_tasks.controls,
    presets=[
        Preset("tilted", "three tilted tasks", "anchors (0.180, 0.483) and (−0.077, 0.407).", {}),
        Preset("ten", "ten equal", "bar 1. Drag _T_: does it shrink?", {"tab": "line"}),
        Preset("drift", "drifting centres", "5.50 beside 2.93. One is the mean of 1 … 10, the other the harmonic number _H_~{10}.", {"tab": "line", "world": "drift"}),
        Preset("decay", "_γ_ = 0.95", "the memory fills to _S_~{∞} = 20; the weight of a task halves every 13.5 tasks. The drift ends at 5.92 (_γ_ = 0.5: 9.01).", {"tab": "line", "world": "drift", "gamma": 0.95}),
        Preset("rescue", "diagonal rescue", "separate 7.713 now beats single 7.814: two errors cancel. Learn C, B, A (under More) and they add: 9.012, 7.783.", {"kind": "diagonal"}),
        Preset("revisit", "revisit A", "the running sum counts A twice: (0.112, 1.177), 7.971. One factor per task, A’s replaced (Huszár’s remedy): 7.709.", {"order": "abca"}),
        Preset("forget", "_γ_ = 0", "plain fine-tuning: the dotted trail runs to C and the losses add up to 26.9.", {"gamma": 0.0}),
    ],
    predictions=[
        Choose(
            key="first", question="Ten equal tasks, separate springs. Task 1’s share of the answer?",
            setup=ASKED, when={"T": ASKED["T"]}, view="b", hint="or click a mark", correct="half",
            truth=says("It is **1/2**: {0:.3f} for task 1, then {1:.3f}, {2:.3f}, … and {3:.3f} for the newest."),
            options=[
                Option("tenth", "1/10", says("1/10 is the {{exact|single}} penalty, the level line of triangles. With separate springs each anchor was itself pulled towards task 1, so task 1 comes in again with every one: bar 1 stands at {0:.3f}. Drag _T_: the line sinks, the bar stays."), "a share each, as if nothing were counted twice", short="1/10", at={"x": 0.05, "y": 0.1}),
                Option("fifth", "1/5", says("1/5 would be right if it were counted twice. But every later anchor contains task 1 once more: look at bar 1, {0:.3f}, beside bar 2, {1:.3f}. Drag _T_ down to 3: bar 1 was at {4:.3f} already then."), "counted exactly twice", short="1/5", at={"x": 0.05, "y": 0.2}),
                Option("half", "1/2", says("Task _k_ keeps 1 ∕ _k_(_k_ + 1), for ever; only the newest gets 1 ∕ _T_. Look at bar 1, {0:.3f}: a slice for every spring it comes in with. Drag _T_: it stands still however many follow."), short="1/2", at={"x": 0.05, "y": 0.5}),
                Option("zero", "→ 0", says("A share that fades is online EWC with _γ_ < 1: at _γ_ = 0.5 task 1 would keep {5:.3f}. Separate springs let nothing fade: bar 1 stands at {0:.3f}. Drag _γ_ down and watch the dotted line, not the bars."), "old tasks fade by themselves", short="→ 0", at={"x": 0.05, "y": 0.012}),
            ],
            observe=Observe("What do you see in the bars?", ["They fall steeply, only the last one rises", "They are level", "They fall to nothing"], right=0),
            why="_θ_~{T} is the mean of _c_~{T} and of all earlier _θ_~{t}. Task 1 has all of _θ_~{1} and half of every _θ_~{t} since: (1 + (_T_ − 2)/2) ∕ _T_ = ½.",
        ),
    ],
    trap="'Decay' means two things: here _S_~{t} = _γS_~{t−1} + _F_~{t} and the penalty on the next task is _γS_~{t}, so task _k_ counts _γ_^{_T_−_k_}. Where the penalty is _S_~{t} undecayed, the drift at _γ_ = 0.95 ends at 5.80 and not at 5.92. "
    "A single spring is exact only for quadratic tasks and the full _F_. _γ_ is not _λ_: _λ_ says how much the past counts against the new task, _γ_ how fast it ages. Here _λ_ = 1 throughout. "
    "And _γ_ = 1 has its price: after twenty tasks the newest moves the answer by 1/20 of the way (Break it, under Many tasks).",
    recap=[
        ("When is a single running penalty the same as training on everything?", "For quadratic tasks and the full Fisher matrix, in any order, as long as no task comes twice."),
        ("How many tasks’ worth does online EWC remember?", "At most 1 ∕ (1 − _γ_): 20 for _γ_ = 0.95. At _γ_ = 1 there is no limit, and the net freezes."),
        ("From lesson 10: why does the diagonal lose when the problem is turned?", "Turning changes the diagonal of _F_ but not _F_: at 45° it is a multiple of _I_ and EWC is L2."),
    ],
    terms=["EWC", "online EWC", "anchor", "Fisher matrix", "catastrophic forgetting", "Laplace"],
    sources=["HU", "HR", "SC", "KI"],
    code=many_tasks.program,
    holds=many_tasks.holds,
)  # fmt: skip
lesson.show()
