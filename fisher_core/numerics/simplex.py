"""Probabilities of k classes, from k − 1 of them or from logits, each with its own digits however small it is."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fisher_core.numerics.special import exact_difference, exponentials, mass_divergence
from fisher_core.validation import Array


def complete(theta: Array) -> Array:
    """All k probabilities, the class first: (k−1, ...) to (k, ...). 1 − Σ pᵢ with what each subtraction rounds off."""
    last, lost = np.ones(theta.shape[1:]), np.zeros(theta.shape[1:])
    for p in theta:
        rest = last - p
        lost += (last - rest) - p
        last = rest
    return np.concatenate([theta, (last + lost)[None]])


def above(p: Array) -> Array:
    """Σ pⱼ over the classes j after each, (k,), added up from the last."""
    return np.append(np.cumsum(p[:0:-1])[::-1], 0.0)


def class_at(u: Array, p: Array, side: Literal["left", "right"]) -> Array:
    """The class in whose stretch of the unit interval u lies; p without the last class."""
    return np.searchsorted(np.cumsum(p), u, side=side).astype(float)


def with_zero(eta: Array) -> Array:
    return np.concatenate([eta, np.zeros_like(eta[:1])])


def kl_of_logits(a: Array, b: Array) -> Array:
    """KL from the softmax of all k logits a to that of b, (k, ...) to (...)."""
    p = softmax(a)
    return np.asarray(mass_divergence(p, softmax(b), log_softmax_step(a, b, p)).sum(axis=0))


def log_ratio_of_logits(a: Array, b: Array) -> Array:
    """log(qᵢ/pᵢ) of all classes, (k, ...), for logits a of p and b of q."""
    return log_softmax_step(a, b, softmax(a))


def log_softmax(eta: Array) -> Array:
    """log p from all k logits; the leading class is log(1/(1 + rest)) with the rest summed by itself."""
    below, lost = exact_difference(eta, eta.max(axis=0))
    rest = np.sort(np.exp(below), axis=0)[:-1].sum(axis=0)
    return below + (lost - np.log1p(rest))


def softmax(eta: Array) -> Array:
    """p from all k logits, each to full relative accuracy."""
    e = exponentials(eta, eta.max(axis=0))
    return e / e.sum(axis=0)


def log_softmax_step(a: Array, b: Array, p: Array) -> Array:
    """log(qᵢ/pᵢ), (k, ...), for logits a of p and b of q: where it is small, −log(1 + Σⱼ pⱼ (e^{dⱼ − dᵢ} − 1)), d = b − a.

    Decided for each class by itself: when one rare class is moved far, the others hardly change."""
    log_p, log_q = log_softmax(a), log_softmax(b)
    far = log_q - log_p
    d, lost = exact_difference(b, a)
    near = np.stack([-np.log1p((p * np.expm1((d - d[i]) + (lost - lost[i]))).sum(axis=0)) for i in range(len(d))])
    close = (np.abs(far) < 1) & (np.abs(far) < -0.5 * np.minimum(log_p, log_q))
    return np.where(close & np.isfinite(near), near, far)


def covariance(p: Array) -> Array:
    """diag(p) − ppᵀ without the last class, (d, d, ...) from p (d+1, ...), with 1 − pᵢ as the sum of the others."""
    d = len(p) - 1
    result = -p[:-1, None] * p[None, :-1]
    for i in range(d):
        result[i, i] = p[i] * np.delete(p, i, axis=0).sum(axis=0)
    return result
