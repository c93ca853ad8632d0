"""P13: EWC turns slow forgetting of the old into even ageing of all, until every memory fades at once."""

from fisher_app.start import enter_through_app

enter_through_app("pages/capacity.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import capacity
from fisher_app.scenes.capacity import crossing, first_signal, first_snr, share

PLAIN = {"n": 1000.0, "thr": 1.0, "own": False, "runs": "0"}

lesson = Lesson(
    slug="capacity",
    claim="EWC turns slow forgetting of the old into even ageing of all.",
    question="Patterns keep arriving at the same synapses. Which memories fade first, and when?",
    figures={
        "storing": Figure("Patterns", capacity.storing, "Above the line a pattern can still be read out: at SNR 1 the sign of its output is right 84 times in 100. Noise is the scatter of the output for patterns never stored."),
        "apart": Figure("Signal, noise", capacity.apart, "SNR is the slope of the ray to a dot, the signal its height. A small constant rate climbs no higher than _c_: it stays readable by whispering into a quiet room."),
    },
    controls=capacity.controls,
    presets=[
        Preset("gd", "GD", "a ramp: the oldest bars sink below the line first."),
        Preset("ewc", "EWC", "the heights of the bars, from the oldest to the newest.", {"method": "ewc"}),
        Preset("lit", "_t_ ∕ _n_ = .82", "the line and the bars: which of them stand above it.", {"method": "ewc", "load": 0.82}),
        Preset("dark", "_t_ ∕ _n_ = .84", "the same bars, twenty patterns later.", {"method": "ewc", "load": 0.84}),
        Preset("simulated", "200 synapses, simulated", "circles with ± 2 standard errors lie on the bars and on the line.", {"method": "ewc", "n": 200.0, "load": 1.0, "runs": "400"}),
        Preset("hebb", "pure Hebb, _c_ → 0", "SNR follows √(_n_ ∕ _t_) and reaches 1 only at _t_ = _n_; the signals are 0.01.", {"method": "rate", "c": 0.01, "load": 0.99}),
    ],
    predictions=[
        Choose(
            key="first", question="{exact|EWC}, patterns keep arriving. Which memories cross the threshold first?",
            setup={"tab": "storing", "method": "ewc", "load": 0.82, **PLAIN}, shows={"load": 0.84}, correct="all",
            truth="All together.", next="Next: a slower rate",
            options=[
                Option("oldest", "the oldest", lambda: f"That is {{identity|GD}}: the ochre ramp over the bars, lowest at the left; there {share('gd', 0.84):.0%} is left by now. EWC's bars are level, so no end of them goes first. Drag _t_ ∕ _n_ between .82 and .84 and watch them go dark.", "forgetting goes by age"),
                Option("newest", "the newest", lambda: f"EWC does learn more and more weakly: pattern _t_ enters with _n_ ∕ (_n_ + _t_), {1 / 1.84:.2f} by now. But the older ones have been worn down to that same number. Look at the bars, left and right. Drag _t_ ∕ _n_ between .82 and .84.", "late patterns are stored weakly, so they go first"),
                Option("all", "all together", lambda: f"A blackout: SNR {first_snr('ewc', 0.82):.3f} at .82 and {first_snr('ewc', 0.84):.3f} at .84, for every pattern. Look at the bars: level. GD still keeps {share('gd', 0.84):.0%}. Drag _t_ ∕ _n_ to and fro."),
            ],
            observe=Observe("Look at the bars. Which have gone dark?", ["those on the left", "those on the right", "all of them"], right=2),
            why="Pattern _i_ enters with _n_ ∕ (_n_ + _i_), and every later step takes 1 ∕ (_n_ + _k_) of it away: the product is _n_ ∕ (_n_ + _t_), with no _i_ in it. The noise is one number for all.",
        ),
        Choose(
            key="slow", question="Store every pattern with a constant rate _c_ = 0.2 instead of 1. Pattern 1 stays above the threshold until…",
            setup={"tab": "storing", "method": "gd", "load": 0.48, **PLAIN}, shows={"method": "rate", "c": 0.2, "load": 0.82}, correct="longer",
            truth=lambda: f"Longer: until _t_ ∕ _n_ = {crossing(0.2):.2f}.",
            options=[
                Option("sooner", "sooner", lambda: f"It is stored five times weaker, that is true. But so is everything that disturbs it: the noise falls too, and SNR is a ratio. Look where the dotted curve crosses: at {crossing(0.2):.2f} instead of {crossing(1.0):.2f}. Drag _c_ down and watch the crossing move right.", "weak storage means a low SNR"),
                Option("same", "the same _t_", lambda: f"Signal and noise both shrink, but not by one factor: a smaller rate also wears the first pattern down more slowly, e^{{−_ct_ ∕ _n_}}. Look where the dotted curve crosses: {crossing(0.2):.2f}, not {crossing(1.0):.2f}. Drag _c_ and watch.", "the scale cancels in a ratio"),
                Option("longer", "longer", lambda: f"{crossing(0.2):.2f} instead of {crossing(1.0):.2f}, and towards 1 as _c_ → 0. But look at the bars: its signal is {first_signal(0.2):.2f}, where ±1 was asked for. SNR does not see that. Press “Signal, noise” and drag _c_."),
            ],
            why="SNR ignores how far the output is from ±1: read signal and SNR together. EWC holds to .827 with a signal of .55 there.",
        ),
    ],
    spoiled={"slow": lambda v: v.method == "rate"},
    trap="(i) “EWC never forgets”: at _t_ = _n_ its signals are ½ and its SNR is 0.903. (ii) Capacity belongs to the synapses: both rules hold a number of patterns in proportion to _n_; drag _n_. "
    "(iii) 1 ∕ (_n_ + _t_) is no tuned schedule: each pattern adds the Fisher matrix _I_, so _F_ = _tI_. "
    "(iv) Whose noise? Here it is the scatter for patterns never stored, one number for all. A stored pattern scatters less, and the newest least: break it, and the blackout becomes a slope. At _t_ = _n_ EWC then keeps 0.787 of its patterns and GD 0.414, where against strangers it was 0 and 0.230.",
    recap=[
        ("Which memory dies first under EWC?", "None before the others: all signals are _n_ ∕ (_n_ + _t_), and against one noise they sink together."),
        ("Past capacity, which rule keeps more patterns above the line?", "Gradient descent: it forgets the old and so has room for the new."),
        ("From the EWC lesson: what does EWC take from task A?", "Its Fisher matrix as stiffness; here it is _tI_ after _t_ patterns."),
    ],
    terms=["EWC", "SNR", "blackout", "catastrophic forgetting", "Fisher matrix"],
    sources=["KI"],
    code=capacity.program,
    holds=capacity.holds,
)  # fmt: skip
lesson.show()
