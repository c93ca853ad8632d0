"""P1: at the true parameter the score averages to zero; its covariance is the Fisher matrix."""

from fisher_app.start import enter_through_app

enter_through_app("pages/score.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Place
from fisher_app.scenes import score
from fisher_app.scenes.score import ASKED, answer, place, spread_about
import numpy as np

question = Place(
    key="cross", view="b", question="Data from _N_(0, 1). Evaluate their scores at (_μ_, _σ_) = (1, 1) instead. Where will the cloud’s mean lie?",
    setup=ASKED | {"tab": "main", "n": 400.0}, when=ASKED, hint="click in the cloud’s axes",
    truth=lambda: f"It lies at {{exact|{place(*answer())}}}.",
    x={"lo": -4, "hi": 4, "label": "_s_~{_μ_}", "step": 0.1}, y={"lo": -3, "hi": 7, "label": "_s_~{_σ_}", "step": 0.1},
    right=lambda x, y: bool(np.hypot(*(np.array([x, y]) - answer())) < 0.5),
    praise=lambda: f"Scores point home: left, for the data lie left of 1; and up, for their mean square about 1 is {spread_about(1.0):.0f}, more than _σ_^{{2}} = 1 admits.",
    regions=[
        ("zero everywhere", lambda x, y: np.hypot(x, y) < 0.5, "The mean is zero only at the _θ_ that made the data. Follow the cross as you drag the ring away from ★."),
        ("points away", lambda x, y: x > 0.25, "The score points *toward* the data, and they lie left of _μ_ = 1: look at the cross, left of the dotted line. Drag the ring across ★.".replace("*", "")),
        ("spread ignored", lambda x, y: y <= 0.25, lambda: f"About _μ_ = 1 the data have mean square {spread_about(1.0):.0f}, more than _σ_ = 1 admits, so _σ_ is pushed up: look at the cross, above the dotted line. Raise _σ_ until it comes down."),
        ("size", lambda x, y: True, lambda: f"Right quadrant, other size: {place(*answer())} is −∇`KL`. Look at the cross; halve _μ_ and see how far it moves."),
    ],
    why="Mean score = −∇`KL`(truth‖_θ_): downhill in the divergence that maximum likelihood descends.",
)  # fmt: skip

lesson = Lesson(
    slug="score",
    claim="At the true parameter the score averages to zero; its covariance is the {exact|Fisher matrix}.",
    question="Every datum pulls the parameters its own way. What is left when all the pulls are added up?",
    figures={
        "main": Figure("Scores", score.main, "One dot is one datum’s gradient of log-likelihood: the pull it exerts on _θ_. The cross is their mean."),
        "survives": Figure("What survives", score.survives, "The slanted line is the score of a number you know exactly. A summary’s score is the mean over its bin: the steps. What scatters inside a bin is the information you lost."),
    },
    controls=score.controls,
    presets=[
        Preset("parabola", "Normal", "a parabola, _s_~{_σ_} = _s_~{_μ_}^{2} − 1: perfectly dependent scores, yet covariance diag(1, 2)."),
        Preset("gamma", "Gamma _k_ = 2", "the tilt: shape and scale pull together, correlation .88, _F_ = (.645, 1; 1, 2). In shape and rate the 1 is −1.", {"model": "gamma"}),
        Preset("rare", "Bernoulli .05", "two dots only: −1.05 nearly always, +20 now and then.", {"model": "bernoulli"}),
        Preset("few", "_N_ = 10", "how far the solid ellipse strays from the dashed one. Draw again under More.", {"n": 10.0}),
        Preset("wrong", "wrong _θ_", "the cross has left zero. (Commit or skip first.)", {"mu": 1.0}),
        Preset("bit", "1-bit sign(_x_)", "the information bar: 1 falls to .637 at _θ_ = 0 and to .439 at _θ_ = 1.", {"tab": "survives", "cut": "sign"}),
        Preset("kicks", "horse kicks", "scores of real data at their own estimate average to zero exactly.", {"model": "kicks"}),
        Preset("alpha", "alpha counts", "2608 counts at their mean, 3.87: the spread of the scores is 5 % less than _F_.", {"model": "alpha"}),
        Preset("light", "light speed", "data 6 and 10: two outliers make most of the spread in _s_~{_σ_}.", {"model": "light"}),
    ],
    predictions=[question],
    trap=f"The score is a function of the data at fixed _θ_, not a slope in _x_. Off the truth its second moment is not its covariance: the square of the mean is added. And diagonal _F_ does not mean independent scores. One draw may be lucky: the one that opens this page, seed {score.TYPICAL}, was chosen from 0 to 199 as typical, its mean score neither nearer to 0 nor further than usual under any model here; New draw, under More, shows others.",
    recap=[
        ("When is the mean score not zero?", "When _θ_ is not the truth (it is −∇`KL` then), or when the support moves with _θ_: for _U_(0, _θ_) it is −1 ∕ _θ_."),
        ("The Fisher matrix is diagonal. Are the scores independent?", "No. For the Normal they lie on a parabola: uncorrelated and perfectly dependent."),
        ("Which summary loses no information?", "A sufficient one: its score is the score of the data. Any other loses the scatter of the score inside its bins."),
    ],
    terms=["score", "Fisher matrix", "sufficient", "regular", "KL"],
    sources=["LI", "WO1", "DU", "BO", "RU", "NE"],
    code=score.code,
    holds=score.holds,
)  # fmt: skip
lesson.show()
