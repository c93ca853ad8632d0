"""P3: near θ, KL is a bowl whose matrix is F; the fit breaks at third order."""

from fisher_app.start import enter_through_app

enter_through_app("pages/kl.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import kl, kl_families
from fisher_app.scenes.kl import at, information_at, ratio, setting
from fisher_core import FAMILIES

predictions = [
    Choose(
        key="right", question="At _p_ = 0.10, _δ_ = +0.10: how large is KL beside the bowl, `KL` / (½_Fδ_^{2})?",
        setup=setting("right") | {"tab": "bowl"}, when=setting("right"), view="a",
        hint="or click the {guess|◆} on the plot", correct="below", next="Next: the other side",
        truth=lambda: f"It is {{exact|{ratio(0.1):.2f} ×}}.",
        why=kl.third_order_text,
        observe=Observe("Look at the triangle on the line at _δ_ = +0.10. Where is it?", ["above the dashed bowl", "on the bowl", "below the bowl"], right=2),
        options=[
            Option("below", "0.66 ×", lambda: f"Look at the triangle, under the dashed bowl: _F_ **falls** from {information_at(0.1):.2f} to {information_at(0.2):.2f} as the coin moves inward, so the true curve bends less. Now drag _δ_ towards 0 and watch the ratio return to 1.", text="KL lies well below the bowl", at=at("right", "below")),
            Option("same", "1 ×", lambda: f"That is the limit of small steps; here _δ_ is as big as _p_ itself. Look at the triangle: it stands at {ratio(0.1):.2f} of the bowl. Drag _δ_ towards 0 and watch the ratio return to 1.", "limit taken as equality", text="they still agree", at=at("right", "same")),
            Option("above", "1.5 ×", lambda: f"Right size, wrong side. Look at the triangle: _F_ = 1∕_p_(1−_p_) **falls** as the coin moves inward, from {information_at(0.1):.2f} to {information_at(0.2):.2f}, so the true curve bends less than the bowl. Now drag _δ_ towards 0 and watch the ratio return to 1.", "sign of the third order", text="KL lies well above the bowl", at=at("right", "above")),
        ],
    ),
    Choose(
        key="left", question="Now the other side: _p_ = 0.10, _δ_ = −0.05. `KL` / (½_Fδ_^{2}) is…",
        setup=setting("left") | {"tab": "bowl"}, when=setting("left"), view="a",
        correct="above", truth=lambda: f"It is {{exact|{ratio(-0.05):.2f} ×}}.",
        options=[
            Option("mirror", "0.66 ×", lambda: f"That is the answer of the other side: the gap is of third order, an odd power, so it changes sign with _δ_. Look at the triangle above the bowl, at {ratio(-0.05):.2f} ×. Drag _δ_ through 0 and watch it cross.", "even gap", text="as on the right", at=at("left", "mirror")),
            Option("same", "1 ×", lambda: f"Smaller step, but _p_ is near the wall, where _F_ is steep: from {information_at(0.1):.1f} to {information_at(0.05):.1f}. Look at the triangle, at {ratio(-0.05):.2f} ×. Choose the fair coin to see a step where the two nearly agree.", "step size alone decides", text="the step is small enough", at=at("left", "same")),
            Option("above", "1.5 ×", lambda: f"Towards the wall _F_ rises from {information_at(0.1):.1f} to {information_at(0.05):.1f}, so KL outruns the bowl. Look at the triangle. In the logit the same two coins fit better: press logit below.", text="KL lies well above the bowl", at=at("left", "above")),
        ],
    ),
    Choose(
        key="tail", question="A Cauchy, whose tails are heavy, is shifted by 1.5 standard units. `KL` / ½_δ_^{T}_Fδ_ is…",
        setup=kl_families.setting() | {"tab": "every"}, when=kl_families.setting(), view="a",
        correct="below", truth=lambda: f"It is {{exact|{tail('cauchy'):.2f} ×}}.",
        why="_F_ comes from the middle, where the score is large. In the tails of a Cauchy it fades like 1∕_x_: a far shift changes log _p_ by a logarithm only, and KL grows like one.",
        options=[
            Option("above", "1.5 ×", lambda: f"Rare far data do come, but they hardly tell the two apart: the score of a Cauchy fades in its tails. Look at the triangle, under the dashed bowl at {tail('cauchy'):.2f} ×. At a step of 0.5 it is still {tail('cauchy', step=0.5):.2f} ×: drag it there.", "heavy tails mean more divergence", text="far data make KL larger", at=kl_families.at("above")),
            Option("same", "1 ×", lambda: f"So it is for a Normal, whose KL under a shift is its own bowl. Look at the triangle, at {tail('cauchy'):.2f} × here. Choose Normal under Family and the curves become one; a Student _t_ lies between, at {tail('student_t'):.2f} ×.", "every shift is a Normal's", text="the KL of a shift is a parabola", at=kl_families.at("same")),
            Option("below", "0.67 ×", lambda: f"Look at the triangle, under the dashed bowl: far data come from either, so they tell little. Laplace lags as much, {tail('laplace'):.2f} ×, for another reason, its corner: choose it, and the slope of the gap falls from 4 to 3.", text="KL lies well below the bowl", at=kl_families.at("below")),
        ],
    ),
]  # fmt: skip

tail = kl_families.ratio
there, back = (float(FAMILIES["bernoulli"].kl([a], [b])) for a, b in ((0.3, 0.6), (0.6, 0.3)))

lesson = Lesson(
    slug="kl",
    claim="Near _θ_, KL is a bowl whose matrix is {exact|_F_}; the fit breaks at third order.",
    question="How far from a coin can you walk before the parabola stops measuring the distance?",
    figures={
        "bowl": Figure("Bowl", kl.bowl, "Curves that hug are the claim. On the logarithmic plot the slope counts the order of the gap: slope 3 means halve the step, an eighth of the gap."),
        "contour": Figure("Two parameters", kl.contour, "The solid line is where KL reaches the level, the dashed ellipse where its quadratic does. Where they part, the quadratic errs."),
        "shift": Figure("Same shift", kl.shift, "The means stay 4 apart. Only the spread changes, and with it how far apart the two distributions are in nats."),
        "every": Figure("Every family", kl_families.every, "Steps are measured by _F_ itself, √(_δ_^{T}_Fδ_), so every family has the same dashed bowl: what differs is where KL leaves it, and the coordinates have a say in that."),
        "partition": Figure("_A_(_η_)", kl.partition, "For an exponential family KL is the gap under a tangent, and the curvature of _A_ is the Fisher information."),
    },
    controls=kl.controls,
    presets=[
        Preset("fair", "fair coin", "slope 4, because symmetry cancels the third order.", {"p": 0.5}),
        Preset("rare", "rare event", "two curves split."),
        Preset("wall", "_p_ = .02", "the bowl hits the wall: to the left there is nothing.", {"p": 0.02, "delta": 0.02}),
        Preset("sigma", "Normal in _σ_", "a lopsided contour.", {"tab": "contour"}),
        Preset("log", "Normal in log _σ_", kl.egg_text(), {"tab": "contour", "scale": "log"}),
        Preset("tails", "heavy tails", "where the two KL curves go beyond 0.5. (Commit or skip first.)", {"tab": "every", **kl_families.setting()}),
        Preset("triangle", "triangle", "ellipses flatten at the edges.", {"tab": "contour", "space": "triangle", "level": 0.02}),
    ],
    predictions=predictions,
    trap=f"KL is no distance: from a coin of 0.3 to one of 0.6 it is {there:.3f} nats, back again {back:.3f}. _F_ is not the Hessian of the loss on your data; it is an expectation under the model. And the quadratic errs both ways: below KL on one side, above it on the other.",
    recap=[
        ("At which order do the two directions of KL part?", "The third: they share one quadratic."),
        ("Why is the slope 4 for the fair coin?", "Symmetry: at _p_ = ½ the third-order term cancels."),
        ("From lesson 1: when is the mean score not 0?", "When _θ_ is not the truth, or when the support moves with _θ_."),
    ],
    terms=["KL", "Fisher matrix", "score", "natural parameter", "mean parameter", "regular"],
    sources=["LI", "WO2", "DU"],
    code=kl.code,
    holds=kl.holds,
)  # fmt: skip
lesson.show()
