"""P12: one letter F, six programs, and the best λ moves by six decades between them."""

from fisher_app.start import enter_through_app

enter_through_app("pages/six-ways.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import six_ways, six_ways_tabs
from fisher_app.scenes.six_ways import ASKED, QUESTION, typical

lesson = Lesson(
    slug="six-ways",
    claim="One letter _F_, six programs, and the best _λ_ moves by six decades between them.",
    question="EWC needs a Fisher matrix. Does it matter which program computes it?",
    figures={
        "ways": Figure("Six programs", six_ways.ways, "Left, what a program returns; right, the _λ_ it needs to be as stiff as EXACT. Each gridline is a factor of ten. The ringed dot is one run: its _F_ and its _λ_ are the open circles on SAMPLE’s row."),
        "longer": Figure("Trained longer", six_ways_tabs.longer, "Everything in units of EXACT. At each step 200 runs of SAMPLE are drawn. Their mean stays at 1, with a growing error; follow the median, and the single runs on the right."),
        "shift": Figure("_λ_ shift", six_ways_tabs.peaks, "Grey: published (30 seeds, ± as printed, peaks read off). Coloured: EXACT’s peak times one unit’s multipliers; at _ε_ = 10^{−4} within a decade. Rule: report how _F_ was computed, never carry _λ_ across."),
        "autopsy": Figure("Autopsy", six_ways_tabs.autopsy, "A widely linked PyTorch EWC beside a repaired one. It is short, clear code from which many have learned. Five of its lines do something other than their names say."),
    },
    controls=six_ways.controls,
    presets=[
        Preset("sure", "_ε_ = 0.01", "the dots of SAMPLE lie around EXACT’s line.", {}),
        Preset("surer", "_ε_ = 10^{−4}", "where the dots go, and where their mean stays.", {"eps": 1e-4}),
        Preset("many", "_N_ = 12 000", "the chance of no wrong label: 6.1 · 10^{−6}, 0.301, 0.887, 0.988 for _ε_ = 10^{−3} … 10^{−6}.", {"eps": 1e-4, "N": 12_000}),
        Preset("sum", "sum or mean", "BATCHED, now on the other side of EMPIRICAL: _b_^{2} = 16 384 apart.", {"squared": "sum"}),
        Preset("three", "three classes", "ARGMAX 0.14 where EXACT has 0.46, for (0.7, 0.2, 0.1).", {"classes": "3", "eps": 0.3}),
        Preset("published", "published table", "five rows tie at ≈ 99 % on MNIST; on CIFAR EXACT leads, 84.91 against EMPIRICAL’s 83.28.", {"tab": "shift", "eps": 1e-4}),
        Preset("autopsy", "autopsy", "which label, which anchor.", {"tab": "autopsy"}),
    ],
    predictions=[
        Choose(
            key=QUESTION, question="SAMPLE is unbiased. On a very confident net (_ε_ = 10^{−4}, _N_ = 1000), the _λ_ of your one run should match…",
            setup=ASKED, when={"eps": ASKED["eps"], "N": ASKED["N"], "b": ASKED["b"]}, view="d", hint="or set _ε_ to 10^{−4} and click a mark", correct="empirical",
            truth=typical("{{empirical|EMPIRICAL’s}}, _λ_ = {needed}: {share:.1f} % of runs draw no wrong label."),
            options=[
                Option("exact", "EXACT’s", typical("True of the mean over many runs, not of yours. The mean stays on the {{exact|teal}} line, and no dot stands there: one wrong label in 1000 gives 10^{{−3}}, none gives 10^{{−8}}. Slide _ε_ up and see the dots come back."), "unbiased means typical", short="EXACT’s", at={"x": 1.0, "y": 50.0}),
                Option("between", "between", typical("Look at the dots: they sit on two floors, 10^{{−8}} without a wrong label and 10^{{−3}} with one, and nothing lies between. Slide _N_ up and the floors fill in."), "an average run returns the average", short="between", at={"x": 100.0, "y": 110.0}),
                Option("empirical", "EMPIRICAL’s", typical("{share:.1f} % of runs draw only right labels and return _ε_^{{2}}, what EMPIRICAL returns. The other {wrong:.1f} % carry the whole mean. Median over mean is 10^{{−4}}: the diamond and the circle in the lower plot."), short="EMPIRICAL’s", at={"x": 9999.0, "y": 170.0}),
            ],
            observe=Observe("What did the dots do?", ["Nearly all fell on one line", "They spread around the mean", "They stayed with EXACT"], right=0),
            why="The mean is _ε_ · (1 − _ε_)^{2} + (1 − _ε_) · _ε_^{2}: nearly all of it comes from labels of chance _ε_, each worth almost 1. In _N_ draws you meet _Nε_ of them, here 0.1.",
        ),
    ],
    trap="(i) Unbiased is not typical: SAMPLE’s mean rides on rare wrong labels. (ii) ARGMAX is neither Fisher nor empirical, and for squared loss it gives exactly 0: the predicted value leaves no residual. (iii) BATCHED is EMPIRICAL ∕ _b_, or _b_ times it, only if gradients are independent with mean zero; else it gains _ḡḡ_\u200a^{T}, which no rescaling takes out. (iv) EXACT costs one backward pass per class and input, SAMPLE one per input.",
    recap=[
        ("Why does SAMPLE look empirical on a sure network?", "Rare wrong labels carry its mean; most runs draw none and return what the observed labels give."),
        ("By how much is ARGMAX too small?", "By (1 − _ε_) ∕ _ε_: 99 times at 99 % confidence."),
        ("From lesson 10: what is _λ_ in Bayes’ terms?", "_N_~{A} for a summed loss, _N_~{A} ∕ _N_~{B} for a mean one, and only with EXACT’s _F_."),
    ],
    terms=["Fisher matrix", "label-sampled Fisher", "empirical Fisher", "score", "EWC", "anchor"],
    sources=["VV", "KU", "KI"],
    code=six_ways.program,
    holds=six_ways.holds,
)  # fmt: skip
lesson.show()
