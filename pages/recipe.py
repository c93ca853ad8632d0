"""P14: one recipe for data, labels and actions; and a natural gradient from which the policy drops out."""

from fisher_app.start import enter_through_app

enter_through_app("pages/recipe.py")

from fisher_app.lesson import Figure, Lesson, Preset
from fisher_app.predictions import Choose, Observe, Option
from fisher_app.scenes import recipe, recipe_machines, recipe_models, recipe_policy
from fisher_app.scenes.recipe import RARE
from fisher_app.scenes.recipe_machines import arm_text, flip_text

POLICY = {"machine": "policy", "p1": RARE[0], "p2": RARE[1], "damp": False}
CLASSIFIER = {"machine": "supervised", "b": 0.0, "w": 1.0}

lesson = Lesson(
    slug="recipe",
    claim="Whatever a model produces, {exact|_F_} is the covariance of the score under its own output.",
    question="Data, labels, actions: is it one _F_?",
    figures={
        "machines": Figure("Three machines", recipe_machines.machines, "Dot: a score, its area the probability; cross: mean, ellipse: covariance {exact|_F_}. The table has the ringed dot’s term. For actions the natural gradient is _r_ − mean _r_."),
        "kl": Figure("KL step", recipe_policy.kl_step, "Policies on a ring are equally far in KL. To first order no step to the ring gains more than the natural one; the promise is that first order."),
        "noise": Figure("Noise", recipe_policy.noise, "A number added to all rewards leaves the exact arrow where it is and blows up the cloud. A baseline takes it out again, for nothing: scores average to 0."),
        "speed": Figure("Speed", recipe_policy.speed, "A rare arm costs the plain gradient a factor 1 ∕ _p_~{0}, the natural one a logarithm. A Gaussian policy shrinks its own natural steps."),
        "newton": Figure("Newton", recipe_models.newton, "A logistic Hessian has no label in it, so exact Fisher, Newton and reweighted least squares are one step. The covariance of gradients wins the first steps by a longer step, not by a better direction."),
        "gauss": Figure("Gauss–Newton", recipe_models.gauss_newton, "Four weights, five data. _G_ is Fisher’s matrix and never left of 0; _R_, the bending of the network times its residuals, is. So _G_ is used, and its error has a bound."),
        "null": Figure("Null space", recipe_models.null_space, "One number added to all logits changes no probability: a direction without information. Its eigenvalue is 0, and _F_ has no inverse."),
        "inference": Figure("Inference", recipe_policy.inference, "Reward minus _β_ times the divergence from the old policy is greatest at _π_~{0}e^{_r_ ∕ _β_}: Bayes’ rule with _r_ ∕ _β_ as log-likelihood, and the natural flow at _t_ = 1 ∕ _β_."),
        "corridor": Figure("Two steps", recipe_policy.corridor, "The world’s transitions drop out of the score. The second place counts in _F_ as often as it is visited, and in ∇_J_ too: in the natural gradient visits cancel."),
    },
    controls=recipe.controls,
    presets=[
        Preset("weights", "information weights", "_p_(1 − _p_) peaks on the boundary; a slope of 3 instead of 1 cuts the information about it from 2.046 to 0.112.", {"machine": "supervised", "w": 3.0}),
        Preset("plateau", "plateau", "the ochre detour: from _t_ = 30 to 700 it plays arm 2, and _π_~{1} = ½ comes at 826.", {"p1": 0.005}),
        Preset("rare", "_p_~{0} = .001, two arms", "506 for plain, 6.9 for natural; at .01 they are 54.1 and 4.60, at .1 6.64 and 2.20.", {"tab": "speed", "p0": 0.001}),
        Preset("klstep", "KL step _c_ = .01", "promised 0.0243, gained 0.0307; the step’s true KL is 0.0117.", {"tab": "kl", "c": 0.01}),
        Preset("ten", "+10 to all rewards", "the exact arrow stays; the noise of one term goes from 0.0507 to 20.06. Move the baseline to 10.5.", {"tab": "noise", "offset": 10.0}),
        Preset("gaussian", "Gaussian policy", "on the right natural is slower: at _t_ = 2 its gap is 0.4, the plain one’s 0.037.", {"tab": "speed"}),
    ],
    predictions=[
        Choose(
            key="arm", question="_π_ = (.01, .09, .90), rewards (1, ½, 0). Which arm does the {identity|plain gradient} raise most?",
            setup=POLICY | {"tab": "machines"}, when={"machine": "policy"}, view="t", hint="or click a corner", correct="two",
            truth=arm_text("Arm 2: its logit is pushed by {1:.5f}, arm 1’s by {0:.5f}, {ratio:.1f} × less."),
            options=[
                Option("one", "arm 1, the best", arm_text("Arm 1 is the {{exact|natural}} gradient’s choice, which pushes by _r_ minus its mean. The plain push is _π_~{{_a_}}(_r_~{{_a_}} − _J_), and arm 1 is hardly ever played: {0:.5f}. Ochre leaves the ring upwards, not to the right. Drag the ring to the right and it obeys."), "the best arm is pushed most", short="arm 1", at={"x": 1.03, "y": 0.1}),
                Option("two", "arm 2, the middling", arm_text("_π_~{{_a_}}(_r_~{{_a_}} − _J_): nine times as often played, half as good. So ochre climbs to _π_~{{2}} = {top:.3f} and _π_~{{1}} reaches ½ only at _t_ = {plain:.0f}; natural, at {natural:.2f}."), short="arm 2", at={"x": 0.08, "y": 0.99}),
                Option("three", "arm 3, the usual", arm_text("Arm 3 is played most, but its reward 0 lies below the average _J_ = 0.055: it is pushed down, by {down:.4f}. Ochre leaves the corner of arm 3. Play from step 0 and watch."), "what is played most is pushed most", short="arm 3", at={"x": 0.24, "y": 0.06}),
            ],
            observe=Observe("Where did the ochre trail go first?", ["Up, to arm 2", "Right, to arm 1", "It stayed at arm 3"], right=0),
            why="∇_J_ = _Fr_, and _F_ is small where _π_ is. Dividing by _F_ leaves _r_ − mean(_r_): the policy has dropped out.",
            next="Next: flip the labels",
        ),
        Choose(
            key="flip", question="Logistic regression at _θ_ = (0, 1), seven inputs. Flip every training label. What changes?",
            setup=CLASSIFIER | {"labels": "data", "tab": "machines"}, shows={"labels": "flipped"}, correct="empirical",
            truth=flip_text("Only {{empirical|_E_}}: tr {{exact|_F_}} stays {0:.3f}, tr {{empirical|_E_}} goes from {1:.3f} to {2:.2f}."),
            options=[
                Option("both", "_F_ and the empirical Fisher", flip_text("_F_ never reads a label: it averages over both of them with the model’s own probabilities. The teal ellipse stood still at {0:.3f}. Switch labels back and forth."), "F depends on the observed labels"),
                Option("fisher", "only _F_", flip_text("The reverse. The teal ellipse stood still; the purple one, made of squared residuals at the labels you have, went from {1:.3f} to {2:.2f}."), "exact and empirical swapped"),
                Option("empirical", "only the empirical Fisher", flip_text("Purple marks jump to the other end of each ray. A flipped label is a large residual, and _E_ is made of their squares. _F_ weighs both ends with the model’s own chances.")),
                Option("neither", "neither", flip_text("Look at the purple marks: each jumps to the other end of its ray, and tr _E_ from {1:.3f} to {2:.2f}. The gradient turns round, too. Only what the model says of its own output stays."), "labels do not matter"),
            ],
            why="For a canonical link the Hessian has no label in it either: so natural gradient = Newton, with any labels. See the tab Newton.",
        ),
    ],
    spoiled={"flip": lambda v: v.machine == "supervised" and v.labels == "flipped"},
    trap="In reinforcement learning actions _are_ draws from the model: averaging observed score products is honest Monte Carlo. In supervised learning observed labels are not, and the same average is the empirical Fisher. _F_ of a policy is singular: F⁺, not F⁻¹. A baseline is free only because `E`\\[_s_\\] = 0. And natural is not always faster.",
    recap=[
        ("What is averaged over in _F_?", "The model’s own output: data, labels or actions. Inputs and states are as given."),
        ("What is the natural policy gradient of a bandit?", "The rewards minus their mean. How rare an arm is does not matter."),
        ("From lesson 1: when is the mean score not 0?", "When the data do not come from the model at _θ_, or the support moves. Logs of another policy are such data, labels from the world too."),
    ],
    terms=["score", "Fisher matrix", "natural gradient", "policy", "advantage", "baseline", "damping", "Gauss–Newton (GGN)"],
    sources=["LI", "KU", "MA", "KA", "TR", "WO2"],
    code=recipe.program,
    holds=recipe_machines.holds,
)  # fmt: skip
lesson.show()
