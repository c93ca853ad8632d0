"""P10: importance weights from A let one small network learn B and keep most of A."""

from fisher_app.start import enter_through_app

enter_through_app("pages/digits.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import digits, digits_tabs
from fisher_app.scenes.digits import fill, mean_at

BOTH = {"e40": (40, "empirical", 100), "e300": (300, "empirical", 100), "x40": (40, "exact", 100), "x300": (300, "exact", 100), "n300": (300, "none", 0)}
TEN = {"e10": (40, "empirical", 10), "x10": (40, "exact", 10), "e100": (40, "empirical", 100), "x100": (40, "exact", 100)}
PLAIN = {"tab": "runs", "brk": False, "lam": 100.0, "samples": "1200"}

lesson = Lesson(
    slug="digits",
    claim="Importance weights from A let one small network learn B and keep most of A; how much depends on _λ_, which Fisher, and luck.",
    question="A: digits. B: the same with shuffled pixels. What is left of A?",
    figures={
        "runs": Figure("One network", digits.overview, "Bands: the spread over seeds, not the error of a mean. Tiles: the 64 weights at each pixel; “held” is a log scale."),
        "fronts": Figure("Fair comparison", digits_tabs.fronts, "Compare what is kept of A where B is learned equally well: each seed’s _λ_ is set on validation rows (so its mark lies inside the mean curve), A and B are test rows. Bars: 95 % for the mean."),
        "overlap": Figure("Overlap", digits_tabs.overlap, "Six hidden layers of 32 units; A, then B under EWC, _λ_ = 100. Shuffle all pixels and the first layers part, while those near the output are shared; shuffle few and all are."),
        "noise": Figure("Weight noise", digits_tabs.noise, "A trained net 64-16-10 is shaken. Small: _F_ foresees the damage, and its null space ([null] of 1210 directions) is free. At length 10 that hurts as much as what the diagonal calls cheap: a quadratic is local."),
        "more": Figure("More permutations", digits_tabs.more, "One running penalty at the latest weights; each seed’s _λ_ is chosen on validation rows. EWC spreads its losses evenly, L2 and “none” know the latest task best."),
    },
    controls=digits.controls,
    presets=[
        Preset("none", "none", "A sinks as soon as B starts. Press play.", {"method": "none"}),
        Preset("l2", "L2", "B pays: what holds A holds everything.", {"method": "l2", "lam": 0.03}),
        Preset("ewc", "EWC", "both bands; dark tiles stay, the rim moves. Right of 10^{3} B pays and A gains nothing.", {"method": "exact", "lam": 100.0}),
        Preset("three", "three Fishers", "one _λ_, three different penalties.", {"method": "empirical", "lam": 10.0}),
        Preset("over", "over-trained", "purple lies on the line of no penalty.", {"method": "empirical", "epochs": "300"}),
        Preset("under", "under-trained", f"no penalty keeps {mean_at(10, 'none', 0):.2f} of A, EWC {mean_at(10, 'exact', 10):.2f}: _F_ was taken before A had settled.", {"method": "exact", "epochs": "10", "lam": 10.0}),
        Preset("fifty", "50 inputs", "50 drawn labels: at the same _λ_ it keeps less of A, and its tick moves right.", {"method": "sampled", "samples": "50"}),
    ],
    predictions=[
        Choose(
            key="over", question=f"Train A to zero loss (300 epochs); {{empirical|empirical}} _F_, _λ_ = 100. Accuracy on A after B, now {mean_at(40, 'empirical', 100):.3f}?",
            setup={**PLAIN, "epochs": "40", "method": "empirical"}, shows={"epochs": "300"}, when={"tab": "runs", "brk": False, "epochs": ["40", "300"]}, correct="worse",
            truth=fill("**Worse:** {e40:.3f} → {e300:.3f}. (Exact: {x40:.3f} → {x300:.3f}.)", **BOTH),
            options=[
                Option("better", "better", fill("A surer network has {{empirical|smaller}} residuals, not larger importance: the empirical _F_ is made of their squares and fades with them. Look at the purple curve at _λ_ = 100: it lies on the line “none”, {e300:.3f} beside {n300:.3f}. Slide _λ_ to 10^{{6}} and it climbs.", **BOTH), "a surer net is better protected", short="better", at={"x": 100.0, "y": 0.985}),
                Option("same", "the same", fill("The same would need an _F_ that does not depend on the fit. Look at the ends: {{empirical|empirical}} {e40:.3f} → {e300:.3f}. Even the {{exact|exact}} one fades, {x40:.3f} → {x300:.3f}. Press 40 and 300 in turn.", **BOTH), "F does not depend on the fit", short="same", at={"x": 100.0, "y": mean_at(40, "empirical", 100)}),
                Option("worse", "worse", fill("The penalty is gone: {e300:.3f}, and no EWC at all gives {n300:.3f}. Look at the pale tiles; at _λ_ = 10^{{6}} they are back, in the same pattern. A scale error before a shape error.", **BOTH), short="worse", at={"x": 100.0, "y": 0.68}),
            ],
            observe=Observe("What did the purple curve do?", ["It moved right by decades", "It lost its shape", "It stayed"], right=0),
            why="Squared residuals at the observed labels vanish with the loss. The exact _F_ asks what the model might have said instead, and fades more slowly. In _λ_ the purple curve is the teal one, three decades to the right.",
            next="Second look",
        ),
        Choose(
            key="same", question=f"A for 40 epochs. At _λ_ = 100 exact and empirical _F_ keep A about equally well, {mean_at(40, 'exact', 100):.2f} and {mean_at(40, 'empirical', 100):.2f}. And at _λ_ = 10?",
            setup={**PLAIN, "epochs": "40", "method": "empirical"}, shows={"lam": 10.0}, correct="exact",
            truth=fill("{{exact|Exact {x10:.3f}}}, {{empirical|empirical {e10:.3f}}}; at 100: {x100:.3f} and {e100:.3f}.", **TEN),
            options=[
                Option("equal", "equally well again", fill("At 100 both curves have reached their plateau, and there _λ_ hardly matters. On the slope it does: {x10:.3f} and {e10:.3f}. Look at the two curves left of 100, purple is the teal one moved right.", **TEN), "equal at one λ is equal"),
                Option("empirical", "empirical keeps more", fill("Observed labels give the {{empirical|smaller}} matrix: trace 3 beside 11. So it is the softer spring, {e10:.3f} beside {x10:.3f}. Look at the tiles while you switch.", **TEN), "observed labels know more"),
                Option("exact", "exact keeps more", fill("Its trace is almost four times larger, so its spring is stiffer: {x10:.3f} beside {e10:.3f}. Slide _λ_ to 30 and purple arrives where teal was.", **TEN)),
            ],
            why="_λF_ is what counts. Two programs for _F_ that differ by a factor need _λ_ that differ by it; report how _F_ was computed.",
        ),
    ],
    spoiled={"over": lambda v: v.method == "empirical" and v.epochs == "300", "same": lambda v: v.method == "empirical" and v.epochs == "40" and v.lam < digits.OPEN_BELOW},
    trap="The spread over seeds is as large as many published differences. EWC does not solve forgetting: joint training keeps more, and after only 10 epochs on A it is not clearly better than L2 where B is learned as well (Fair comparison). Rankings of Fishers depend on the problem: van de Ven finds the exact one better on harder sets; our easy case does not contradict it. _λ_ is chosen on validation rows; picked on test rows it flatters itself. Bayes' _λ_ would be _N_~{A} ∕ _N_~{B} = 1 here; the diagonal of _F_, taken at one point, needs far more.",
    recap=[
        ("What do the bands show?", "The spread over seeds, ± 1 SD: what one run may do, not how well the mean is known."),
        ("Why does the empirical _F_ fail after long training?", "Its residuals are almost 0, so its scale is; its pattern is still nearly right."),
        ("From an earlier page: what is _λ_ in Bayes’ terms?", "_N_~{A} ∕ _N_~{B} when B’s loss is a mean: 1 here."),
    ],
    terms=["EWC", "catastrophic forgetting", "empirical Fisher", "label-sampled Fisher", "anchor", "overlap"],
    sources=["KI", "VV", "KU"],
    code=digits.program,
    holds=digits.holds,
    run=digits.live,
)  # fmt: skip
lesson.show()
