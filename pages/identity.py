"""P2: squared slope and negative curvature are two different random quantities with one average, if the model is right."""

from fisher_app.start import enter_through_app

enter_through_app("pages/identity.py")

from fisher_app.lesson import Figure, Lesson, Paste, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import identity
from fisher_app.scenes.identity import fair, gap

STRIP = 0.92
predictions = [
    Choose(
        key="ratio",
        question="Counts have variance 3 × the mean. I fit a Poisson, with the right mean. `E` _s_^{2} ∕ (−`E` _ℓ_″) = ?",
        setup={"tab": "routes", "model": "poisson", "src": "over", "uniform": False, "real": "no", "at": 0.0, "truth": 0.0},
        when={"src": "over"}, view="b", correct="three",
        truth=lambda: f"It is **{gap().ratio:.2f}**: {gap().square:.2f} against {gap().curvature:.2f}.",
        observe=Observe("Which mean left the line _F_?", ["{sampled|_s_^{2}}", "{observed|−_ℓ_″}", "both", "neither"], right=0),
        why="With _s_ = (_x_ − _λ_)∕_λ_ the mean square is variance∕_λ_^{2}; with −_ℓ_″ = _x_∕_λ_^{2} the mean curvature is mean∕_λ_^{2}. Their ratio is variance∕mean.",
        options=[
            Option("one", "1", "The identity needs the model’s own expectation, and these data have another. See the two vertical bars among the dots: one has left _F_. Drag the assumed _λ_: no value brings them together.",
                   misconception="the identity holds for any data", text="they stay equal", at={"x": 1.0, "y": STRIP}),
            Option("root", "√3", "That is the ratio of standard errors, the root of this one. The orange bar stands at a mean of squares. Compare it with the blue one, then open the tab Sandwich.",
                   misconception="squares confused with standard errors", text="it grows like the SD", at={"x": 3**0.5, "y": STRIP}),
            Option("three", "3", lambda: f"_s_^{{2}} follows the variance of the data, −_ℓ_″ only their mean. The orange bar stands at {gap().square / fair().square:.2f} _F_, the blue one has not moved.",
                   text="it grows like the variance", at={"x": 3.0, "y": STRIP}),
            Option("nine", "9", lambda: f"That was the price of noise: {fair().price:.0f} × the data at _λ_ = 4, when the model is right. This asks for two means. Read them at the two vertical bars, not at the widths of the clouds.",
                   misconception="means confused with noise", text="it grows like its square"),
        ],
    ),
]  # fmt: skip

lesson = Lesson(
    slug="identity",
    claim="Squared slope and negative curvature have one average, {exact|_F_}, if the model is right.",
    question="Two ways to read {exact|_F_} off data: which is noisier, and when do they part?",
    figures={
        "routes": Figure("Two routes", identity.both_routes, "Each datum gives two dots: the square of its slope, and its curvature, where you stand. Each cloud estimates _F_. Bars are ± 2 SE. Click a dot."),
        "steps": Figure("Newton or scoring", identity.leap, "An arrow is one step, to the top of its dashed quadratic. Same slope, two curvatures: the data’s own and the expected one."),
        "which": Figure("Which matrix is it?", identity.which, "One sample, three informations. Where blue meets teal is the maximum of the likelihood, if the model is an exponential family. Try the Cauchy."),
        "sandwich": Figure("Sandwich", identity.bars, "Grey: what slopes of repeated data sets do. Blue: the error bar that trusts the model. Purple: the sandwich, which asks the residuals."),
    },
    controls=identity.controls,
    presets=[
        Preset("poisson", "Poisson", "one mean, two spreads."),
        Preset("cauchy", "Cauchy", "half of the curvatures lie below 0.", {"model": "cauchy"}),
        Preset("over", "3 × variance", "the gap between the two vertical bars.", {"src": "over"}),
        Preset("natural", "natural _η_", "every blue dot at _F_: curvature has no noise.", {"model": "natural"}),
        Preset("newton", "Newton", "the leap: scoring +634, Newton +46.", {"tab": "steps"}),
        Preset("horse", "horse kicks", "two bars that meet: a true Poisson, it seems.", {"real": "horse", "n": 200}),
        Preset("alpha", "α decays", "2608 counts, and the two bands still overlap.", {"real": "alpha", "n": 3200}),
        Preset("newcomb", "Newcomb", "two outliers at the right edge part the means.", {"real": "newcomb", "model": "sigma", "n": 80}),
    ],
    predictions=predictions,
    trap="Observed is not expected: minus the Hessian on the data varies with the sample and can be negative; its mean under the model is _F_. And Newton is not scoring: the two take the same step only where the two curvatures agree, near the maximum.",
    recap=[
        ("Which route to the information is noisier for a Poisson, which for a Cauchy?", "Poisson: the squared slope, by a factor 1 + 2_λ_ in variance, 9 at _λ_ = 4. Cauchy: the curvature, by a factor 5."),
        ("In which coordinate has the curvature no noise at all?", "In the natural parameter of an exponential family: −_ℓ_″ does not depend on the datum there, so observed equals expected information."),
        ("From lesson 1: when is the mean score not 0?", "When _θ_ is not the true value, or when the support moves with _θ_. In both cases the identity fails too."),
    ],
    terms=["score", "Fisher matrix", "observed information", "empirical Fisher", "scoring", "natural parameter", "sandwich", "regular"],
    sources=["LI", "WO1", "KU", "BO", "RU", "NE"],
    code=identity.program,
    holds=identity.holds,
    paste=Paste("Your own column of data (numbers, one a row; they are fitted with the model chosen)", "4\n7\n2\n5", fixed={"n": 5000}, result=identity.fitted, idle=("src", "truth", "real"), unused={"steps": "ten values of its own", "sandwich": "regressions simulated here"}),
)  # fmt: skip
lesson.show()
