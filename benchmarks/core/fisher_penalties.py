r"""Penalties of EWC as public code writes them, written anew: with or without ½, and with an anchor that stays or moves.

    no ½ in the penalty       2
    anchor renewed K times    1 − (2λ/(f + 2λ))^K of the way from a to b on f/2 (θ − b)² + λ(θ − a)², instead of f/(f + 2λ)

:mod:`benchmarks.core.ways` has what is measured and what the formulas say side by side.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from fisher_core.continual import SGD, Spring, Stiffness, networks, six_ways
from fisher_core.continual.networks import digits_pair

Array = np.ndarray


def pull(stiffness: Array, half: bool, seed: int = 2) -> float:
    """The slope of Σ F d² with or without ½, by a central difference along a random line, ÷ that of our spring."""
    d, along = 0.1 * np.random.default_rng(seed).normal(size=(2, len(stiffness)))
    penalty = lambda at: (0.5 if half else 1.0) * float(stiffness @ at**2)  # noqa: E731
    spring = Spring(np.zeros(len(stiffness)), Stiffness(stiffness))
    return (penalty(d + along) - penalty(d - along)) / 2 / float(along @ spring.gradient(d))


def walked(curvature: float, strength: float, solves: int, moving: bool) -> float:
    """Minimise f/2 (θ − 1)² + λ(θ − a)² numerically, ``solves`` times from a = 0, moving a along or not."""
    anchor = at = 0.0
    for _ in range(solves):
        objective = lambda t, a=anchor: curvature / 2 * (t - 1) ** 2 + strength * (t - a) ** 2  # noqa: E731
        at = float(minimize_scalar(objective, (anchor, anchor + 1e-3), tol=1e-12).x)
        anchor = at if moving else 0.0
    return at


def kept_and_learned(seed: int, anchor: str, strength: float = 50.0, epochs: int = 50) -> tuple[float, float]:
    """Test accuracy on A and B after B; penalty λ Σ F d² with the predicted label on 200 rows of A.

    ``anchor`` "none", "fixed" where A ended, or "rebuilt": F and anchor taken anew at every epoch, where θ is then.
    """
    pair, rule = digits_pair(seed), SGD(0.05)
    model, a, b = pair.model, pair.a, pair.b
    theta = networks.train(model, pair.start, a.x, a.y, pair.rngs[0], epochs, optimiser=rule)
    old = np.random.default_rng(200 + seed).choice(len(a.x), 200, replace=False)
    springs: tuple[Spring, ...] = ()
    for epoch in range(epochs):
        if anchor == "rebuilt" or (anchor == "fixed" and epoch == 0):
            springs = (Spring(theta, Stiffness(2 * six_ways.argmax(model, a.x[old], theta))),)
        theta = networks.train(model, theta, b.x, b.y, pair.rngs[1], 1, springs, strength, rule)
    return model.accuracy(a.x_test, a.y_test, theta), model.accuracy(b.x_test, b.y_test, theta)


def after_b(theta: Array, stiffness: Array, strength: float, seed: int, epochs: int = 40) -> tuple[float, float]:
    """Test accuracy on A and B when B is learned by Adam from ``theta``, held by (λ/2) Σ S d²."""
    pair = digits_pair(seed)
    held = (Spring(theta, Stiffness(stiffness)),)
    end = networks.train(pair.model, theta, pair.b.x, pair.b.y, pair.rngs[1], epochs, held, strength)
    return tuple(pair.model.accuracy(t.x_test, t.y_test, end) for t in (pair.a, pair.b))
