"""P4: draw y from the model and you get Fisher; plug in the observed y and you get something else."""

from fisher_app.start import enter_through_app

enter_through_app("pages/sampling.py")

from fisher_app.lesson import Figure, Lesson, Paste, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import sampling
from fisher_app.scenes.sampling import FAR, PLAIN, far_text

lesson = Lesson(
    slug="sampling",
    claim="Labels drawn from the model give {exact|_F_}; observed labels give something else.",
    question="Same formula, mean of _ss_\u200a^{T}. Does it matter whose labels go in?",
    figures={
        "plane": Figure("Three steps", sampling.plane, "Arrow length is the real step; the ellipse around _θ_ is the matrix that shaped it: a large matrix is a small ellipse. The thin line is the gradient of the ringed datum."),
        "fields": Figure("Fields", sampling.fields, "Arrows are scaled ⅓, 1 and 3. Gradient descent curves in, the natural gradient goes straight to (2.0386, 1.9804), the empirical Fisher runs sideways and creeps while it is far. Rates 0.2, 0.08 and 1."),
        "walk": Figure("1-D", sampling.pathology, "_ξ_ = 0 is gradient descent, ½ divides by the size of the gradient as Adam does, 1 is the empirical Fisher: tiny steps where the slope is steep, wild ones where it is flat."),
        "moment": Figure("Second moment", sampling.moment, "Purple is the spread of the single gradients, ochre the square of their mean. Adam squares batch gradients, so its purple part shrinks as 1 ∕ _B_."),
        "error": Figure("Sampling error", sampling.convergence, "Both axes are logarithmic. A hundred times more drawn labels, a tenth of the error; observed labels of another world level off."),
    },
    controls=sampling.controls,
    presets=[
        Preset("optimum", "at the optimum", "they agree: 1.05, 1.00 on the diagonal beside 1.00, 0.98.", {"a": 0.0, "b": 0.0}),
        Preset("far", "far away", "the purple stub inside the ring.", {"a": FAR[0], "b": FAR[1]}),
        Preset("fourfold", "noise 4 ×", "the empirical matrix is four times too big.", {"a": 0.0, "b": 0.0, "noise": "fourfold"}),
        Preset("uneven", "uneven noise", "1.60 and 3.79 beside 1.00 and 0.98: the wrong shape.", {"a": 0.0, "b": 0.0, "noise": "heteroscedastic"}),
        Preset("separable", "separable", "no optimum exists; drag the ring up and every matrix goes to 0.", {"model": "logistic", "classes": "separable", "a": 0.0, "b": 1.0}),
        Preset("crossed", "crossed classes", "the axes of the purple ellipse are turned by 90°.", {"model": "logistic", "classes": "crossed", "a": 0.0, "b": 0.0}),
        Preset("challenger", "Challenger", "23 real launches; the purple ellipse leans the other way.", {"model": "logistic", "classes": "challenger", "a": 0.0, "b": 0.0}),
    ],
    predictions=[
        Choose(
            key="further", question="Move _θ_ three times further out, from (+1, −1) to (+3, −3). The empirical-Fisher step gets…",
            setup={"a": FAR[0], "b": FAR[1], **PLAIN, "tab": "plane"}, when=PLAIN, view="c", hint="or click a mark at distance 4.24", correct="shorter",
            truth=far_text("It gets {{empirical|shorter}}: {0:.3f} → {1:.3f}."),
            options=[
                Option("longer", "3 × longer", far_text("Three times longer is the {{exact|exact}} step: its matrix stays put and the gradient grows with the distance, so it lands on the optimum from anywhere (4.243). The purple dot shows {1:.3f}, not {2:.3f}. Drag the ring outwards and watch the purple ellipse shrink."), "the empirical Fisher is the Fisher", short="3 ×", at={"x": 4.243, "y": 0.885}),
                Option("same", "the same", far_text("The same would need the matrix to grow as fast as the gradient. But the gradient grows like the residual, the matrix like its {{empirical|square}}: on the lower plot purple bends down to {1:.3f}. Drag the ring outwards."), "matrix and gradient grow alike", short="same", at={"x": 4.243, "y": 0.295}),
                Option("shorter", "shorter", far_text("Further from the optimum it walks less, {1:.3f} instead of {0:.3f}. The gradient grows like the residual, the matrix like its square. See the stub in the ring; drag it out along the diagonal."), short="shorter", at={"x": 4.243, "y": 0.098}),
            ],
            observe=Observe("What did the purple arrow do?", ["It shrank to a stub", "It kept its length", "It reached for the optimum"], right=0),
            why="Far out _r_ ≈ ∇_f_·(_θ_\\* − _θ_). The gradient is a mean of _r_, the empirical matrix a mean of _r_^{2}: their quotient falls like 1 ∕ distance.",
        ),
    ],
    trap="(i) Empirical is not Monte Carlo: the error of drawn labels falls as 1 ∕ √_M_, that of observed ones does not. (ii) The square of the mean gradient is not the mean of the squares. (iii) Agreement at the optimum needs a correct model; on equal classes the eigenvalues of _F_^{−1}_E_ are 0.876 and 1.050, on crossed ones 0.406 and 1.590. Statisticians often call 'data _x_, model _y_' the empirical Fisher; machine learning calls that the Fisher.",
    recap=[
        ("Which labels make it empirical?", "The observed ones. Labels drawn from the model give the Fisher matrix, up to sampling noise."),
        ("What is the empirical Fisher at a perfect fit?", "0: every residual is 0, while _F_ stays."),
        ("From lesson 2: when do squared slope and negative curvature share one average?", "When the model is right: both are averages under the model's own distribution."),
    ],
    terms=["score", "Fisher matrix", "empirical Fisher", "label-sampled Fisher", "natural gradient", "KL"],
    sources=["KU", "VV", "MA", "DA"],
    code=sampling.program,
    holds=sampling.holds,
    paste=Paste("**Your own data:** two columns, _x_ and _y_ (for the logistic model _y_ is 0 or 1). Standardised, then used instead.", "x, y\n1.2, 3.4\n2.0, 5.1\n3.1, 6.0", roles=("_x_", "_y_"), idle=("noise", "classes"), unused={"fields": "a line of its own, with four starts", "walk": "a loss of its own in one weight", "error": "a logistic regression of its own"}),
)  # fmt: skip
lesson.show()
