"""P5: EWC leaves task A along A's flat directions; L2 can't tell flat from steep."""

from fisher_app.start import enter_through_app

enter_through_app("pages/ewc.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Option, Order
from fisher_app.scenes import ewc
from fisher_app.scenes.ewc import CENTRE_B, total_at

def ordered() -> str:
    return f"{{exact|full {total_at(45, 'ewc_full'):.3f}}} < {{diagonal|diagonal}} = {{identity|L2 {total_at(45, 'l2'):.3f}}}"


def order_feedback(groups) -> str:
    place = {key: i for i, group in enumerate(groups) for key in group}
    if place["full"] < place["diagonal"] == place["l2"]:
        return "At 45° the diagonal of _F_ is 3.05 · _I_: a circle. The leaf trail ends where an ochre one with a 3.05 times larger _λ_ would. Turn the problem back and only leaf moves."
    if place["full"] == place["diagonal"]:
        return "That holds at 0° only, where the valley lies along an axis and the diagonal is all of _F_. Look at the leaf outline: at 45° it is a circle, like L2's. Turn back to 0° and watch it become the valley again."
    if place["diagonal"] < place["l2"]:
        return "L2 is blind to rotation: its best stays 0.693, look at the ochre curve. But it is not worse than the diagonal, which at 45° is a multiple of _I_ and has the same front. Slide _λ_ to 0.2 and see leaf reach ochre's best."
    if place["l2"] < place["diagonal"] and place["full"] < place["l2"]:
        return f"At _λ_ = 1 that is what you see: {total_at(45, 'ewc_diagonal', 1.0):.2f} for the diagonal. But one _λ_ is an unfair comparison: at its own best _λ_ ≈ 0.2 the diagonal equals L2. Move _λ_ down and watch the plus mark."
    return "The full matrix turns with the problem: the teal mark keeps its 0.350 at every angle, no other penalty does better than training on both. Turn the problem and watch it stay on its curve."

TEXTBOOK = {
    "tab": "plane",
    "angle": 0.0,
    "lam": 1.0,
    "brk": False,
    "show": "all",
    "loss": "quadratic",
    "bv": "across",
    "bx": CENTRE_B[0],
    "by": CENTRE_B[1],
    "lr": 0.1,
    "noise": 0.0,
    "step": 120.0,
}
GLYPHS = {
    "full": ("EWC, full _F_", "exact", "full"),
    "diagonal": ("EWC, diagonal of _F_", "diagonal", "diagonal"),
    "l2": ("L2", "identity", "L2"),
}

lesson = Lesson(
    slug="ewc",
    claim="EWC leaves task A along A’s flat directions; L2 can’t tell flat from steep.",
    question="You have learned A. How do you learn B and keep A?",
    figures={
        "plane": Figure("Two weights", ewc.landscape, "The thin outlines around _θ_^{\\*}~{A} are what each penalty believes A’s valley looks like. L2 believes in a circle. EWC has measured it."),
        "bayes": Figure("Bayes", ewc.bayes, "After A, Bayes’ prior for B is A’s posterior. EWC keeps a Gaussian of it: stiffness _N_~{A} _F_~{A}. At a tilt the diagonal one is too narrow: it is sure of what A never said."),
    },
    controls=ewc.controls,
    presets=[
        Preset("textbook", "textbook 0°", "EWC bends into the overlap, L2 stops short.", {}),
        Preset("trap", "45° trap", "at its best _λ_ the leaf trail ends where the ochre one can.", {"angle": 45.0, "lam": 0.199526}),
        Preset("small", "_λ_ too small", "the marks slide to B; A is lost under every penalty.", {"lam": 0.01}),
        Preset("large", "_λ_ = 100", "it diverges. The step limit 2/_λ_~{max} was 0.317 and is now 0.0033: the optimiser fails, not EWC.", {"lam": 100.0}),
        Preset("conflict", "conflicting tasks", "no overlap: nothing saves both.", {"bv": "along", "by": 1.0}),
        Preset("logistic", "logistic", "the dashed belief is A’s valley only near _θ_^{\\*}~{A}: quadratic is local.", {"loss": "logistic"}),
    ],
    predictions=[
        Order(
            key="order", question="Rotate everything by 45°: same tasks, other names for the weights. Order the three by best total loss.",
            setup=TEXTBOOK, shows={"angle": 45.0},
            items=[{"key": k, "label": n, "glyph": g, "short": s} for k, (n, g, s) in GLYPHS.items()],
            correct=[frozenset({"full"}), frozenset({"diagonal", "l2"})], feedback=order_feedback, truth=ordered,
            why="Turning the axes turns _F_ but not its diagonal: diag(_RFR_^{T}) at 45° has two equal entries, (0.1 + 6)/2 = 3.05. The diagonal is a choice of coordinates, not a law.",
            next="Next: the wrong Fisher",
        ),
        Choose(
            key="empirical", question="A’s labels carry no noise, and _F_~{A} is computed from the {empirical|observed labels} at _θ_^{\\*}~{A}. Where does EWC end now?",
            setup=TEXTBOOK, shows={"brk": True},
            options=[
                Option("same", "where it ended before", "That takes the empirical matrix for Fisher’s. They agree only when residuals are as noisy as the model says; here they are 0. Look at the purple triangle: it left the teal place.", "empirical is Fisher at the optimum"),
                Option("stays", "at _θ_^{\\*}~{A}: a perfect fit is infinitely sure", "A perfect fit makes scores small, not certain: the matrix is made of squared residuals, and they are 0. Look at the purple triangle beside B, not at the star.", "a perfect fit is certainty"),
                Option("none", "where “no penalty” ends", "Every residual is 0, so every score is 0, so is the matrix, so is the penalty: purple lies on black."),
            ],
            correct="none", truth="On the trail of no penalty.",
            why="Empirical: mean of _r_^{2}_xx_^{T}, with _r_ = 0. Exact: mean of _xx_^{T}, no residual in it. Switch “Break it” off and the triangle walks back.",
        ),
    ],
    spoiled={"order": lambda v: v.angle != 0, "empirical": lambda v: v.brk},
    trap="EWC picks a point on a front; it does not abolish forgetting. One _λ_ is an unfair comparison: compare fronts. _F_ is taken at _θ_^{\\*}~{A} and goes stale on the way to B (preset logistic). "
    "Trails start at _θ_^{\\*}~{A}, not at the origin. For three tasks the two-task formula does not simply add up. L2 is not “too strong”, it has the wrong shape. "
    "In Kirkpatrick’s Figure 1 the blue arrow is {theta|no penalty}, the green one {identity|L2}, the red one {exact|EWC}. The unpenalised run ends at loss A = 2.672; at step 120 it has reached 2.548.",
    recap=[
        ("Why compare fronts over _λ_, not penalties at one _λ_?", "They share no scale: at one _λ_ one of them is simply stiffer."),
        ("What is _λ_ in Bayes’ terms?", "_N_~{A} if B’s loss is a sum, _N_~{A} ∕ _N_~{B} if it is a mean."),
        ("From an earlier page: which labels make it the empirical Fisher?", "The observed ones. Labels drawn from the model give Fisher’s."),
    ],
    terms=["EWC", "anchor", "Pareto front", "catastrophic forgetting", "empirical Fisher", "Laplace"],
    sources=["KI", "HU", "LI"],
    code=ewc.program,
    holds=ewc.claim,
)  # fmt: skip
lesson.show()
