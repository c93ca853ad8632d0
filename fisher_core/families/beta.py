r"""Beta: p(x | a, b) = xᵃ⁻¹(1−x)ᵇ⁻¹/B(a, b), 0 < x < 1; mean m = a/s with s = a + b.

    s_a = log x + ψ(s) − ψ(a),   s_b = log(1−x) + ψ(s) − ψ(b)
    F = [[ψ₁(a) − ψ₁(s), −ψ₁(s)], [−ψ₁(s), ψ₁(b) − ψ₁(s)]]
    KL(p‖q) = s_q KL_Bernoulli(m_q‖m_p) + D(a) + D(b) − D(s),   D(a) = g(a_q) − g(a_p) − (a_q − a_p) g′(a_p)

with g(a) = log Γ(a) − a log a + a: KL is the Bregman divergence of log B with p and q exchanged, and taking the parts
a log a of the three gamma functions together, as a Bernoulli divergence, leaves nothing large to cancel. Unless b is
small and b ≪ a: then D(a) and D(s) are nearly one, and what is left of them is integrated, see :func:`_lopsided`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betainc, betaincc, betaincinv, betaln

from fisher_core import charts
from fisher_core.families.fitting.scoring import check_varied, offsets
from fisher_core.family import Family
from fisher_core.numerics import special
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Beta"]

SCORING_STEPS, LONGEST_STEP = 100, 2.0
LOPSIDED = 1 / 32  # b/min(a, 1) below which D(a) − D(a + b) would lose more than five bits
SEGMENT, PATH = (
    [(float(1 + t) / 2, float(w) / 2) for t, w in zip(*np.polynomial.legendre.leggauss(n), strict=True)]
    for n in (16, 5)
)


class Beta(Family):
    """x in (0, 1); theta = (a, b)."""

    key = "beta"
    title = "Beta"
    parameters = (
        Parameter("a", "a", 0.0, np.inf, (0.5, 10.0), 2.0),
        Parameter("b", "b", 0.0, np.inf, (0.5, 10.0), 5.0),
    )
    bounds = (0.0, 1.0)
    coordinates = (charts.Separable("log", (charts.LOG, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        # −s KL_Bernoulli(m‖x) takes the large powers of x and the large part of log B together.
        a, b = theta
        m, m_bar = a / (a + b), b / (a + b)
        above = _above_mean(x, theta)
        deviance = a * special.itakura_saito(x, m, above) + b * special.itakura_saito(1 - x, m_bar, -above)
        return -deviance - special.log_beta_excess(a, b) - np.log(x) - np.log1p(-x)

    def _score(self, x: Array, theta: Array) -> Any:
        a, b = theta
        s, above = a + b, _above_mean(x, theta)
        excess = special.digamma_rise_excess  # log s/a goes with log x
        log_x, log_rest = special.log_ratio(x, a / s, above), special.log_ratio(1 - x, b / s, -above)
        return log_x + excess(a, b), log_rest + excess(b, a)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (aa, ab), (_, bb) = self._fisher(theta)
        return (-aa, -ab), (-ab, -bb)

    def _fisher(self, theta: Array) -> Any:
        a, b = theta
        both = special.trigamma(a + b)
        return (special.trigamma_fall(a, b), -both), (-both, special.trigamma_fall(b, a))

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (a, b), (a_q, b_q), (d_a, d_b) = p, q, step
        s, s_q = a + b, a_q + b_q
        near = (np.abs(d_a) < 0.5 * a) & (np.abs(d_b) < 0.5 * b)
        gap = np.where(near, a * d_b - b * d_a, a * b_q - b * a_q) / (s * s_q)  # m_p − m_q
        means = a_q * special.itakura_saito(a / s, a_q / s_q, gap) + b_q * special.itakura_saito(b / s, b_q / s_q, -gap)
        excess = special.log_gamma_excess
        value = means + (excess(a, a_q, d_a) + excess(b, b_q, d_b) - excess(s, s_q, d_a + d_b))
        for large, small in (((a, a_q, d_a), (b, b_q, d_b)), ((b, b_q, d_b), (a, a_q, d_a))):
            thin = [few < LOPSIDED * np.minimum(many, 1.0) for few, many in zip(small[:2], large[:2], strict=True)]
            chosen = np.broadcast_to(thin[0] & thin[1], value.shape)
            if chosen.any():
                parts = (np.broadcast_to(part, value.shape)[chosen] for part in (*large, *small, means))
                value = np.array(value)
                value[chosen] = _lopsided(*parts)
        return value

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        a, b = theta
        return rng.beta(a, b, n)

    def _mle(self, x: Array) -> Array:
        check_varied(self, x)
        center, above = offsets(x)
        rest = (1 - x).mean()
        gaps = (
            float(special.itakura_saito(x, np.array(center), above).mean()),  # log x̄ − mean log x, without cancellation
            float(special.itakura_saito(1 - x, np.array(rest), -above).mean()),
        )
        return _maximum(center, float(rest), *gaps)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return betainc(*theta, x)

    def _sf(self, x: Array, theta: Array) -> Array:
        return betaincc(*theta, x)

    def _quantile(self, u: Array, theta: Array) -> Array:
        a, b = theta
        # near 0, where betaincinv ends, by the leading term of P(X ≤ x), xᵃ/(a B(a, b)) (1 + a(1 − b)x/(a + 1) + …)
        leading = np.exp((np.log(u) + np.log(a) + betaln(a, b)) / a)
        return np.where((1 + b) * leading < 1e-17, leading, betaincinv(a, b, u))


def _maximum(center: float, rest: float, gap: float, gap_rest: float) -> Array:
    """(a, b) that maximise the likelihood of data with mean ``center``, 1 − mean ``rest``, and log x̄ − mean log x, the same
    of 1 − x.

    Scoring in u = logit m − logit x̄ and log s, s = a + b: the maximum of an exponential family is where its score
    vanishes, and there scoring is Newton's method. Mean and s are nearly orthogonal where a and b are large and nearly
    collinear.
    """

    def place(u: float, s: float) -> tuple[Array, Array, float, float]:
        e = np.exp(u)
        log_fall = np.log1p(center * np.expm1(u)) if abs(u) < 0.5 else np.log(rest + center * e)
        a, b = s * center * e / np.exp(log_fall), s * rest / np.exp(log_fall)
        return (
            np.array(a),
            np.array(b),
            -gap - u + log_fall,
            -gap_rest + log_fall,
        )  # … and mean log x/m, log (1 − x)/(1 − m)

    def likelihood(u: float, s: float) -> float:
        a, b, log_x, log_rest = place(u, s)
        return float(a * log_x + b * log_rest - special.log_beta_excess(a, b))

    u, s = 0.0, 1 / (center * gap + rest * gap_rest)
    value = likelihood(u, s)
    for _ in range(SCORING_STEPS):
        a, b, log_x, log_rest = place(u, s)
        score_a, score_b = log_x + special.digamma_rise_excess(a, b), log_rest + special.digamma_rise_excess(b, a)
        turn = a * (b / s)  # da/du = −db/du
        score = np.array([turn * (score_a - score_b), a * score_a + b * score_b])
        excess_a, excess_b, excess_s = (
            0.5 + t * (t * special.stirling_curvature(t)) for t in (a, b, a + b)
        )  # t²ψ₁(t) − t
        mixed = turn * (excess_a / a - excess_b / b)
        fisher = np.array(
            [[turn**2 * (special.trigamma(a) + special.trigamma(b)), mixed], [mixed, excess_a + excess_b - excess_s]]
        )
        scale = np.sqrt(np.diag(fisher))
        step = np.linalg.solve(fisher / np.outer(scale, scale), score / scale) / scale
        step /= max(1.0, np.abs(step).max() / LONGEST_STEP)
        gain = float(score @ step)
        new = likelihood(u + step[0], s * np.exp(step[1]))
        while gain > 1e-10 and not new > value + 1e-4 * gain:
            step, gain = step / 2, gain / 2
            new = likelihood(u + step[0], s * np.exp(step[1]))
        u, s, value = u + step[0], s * np.exp(step[1]), new
        if gain < 1e-20:
            break
    a, b, _, _ = place(u, s)
    return np.array([a, b])


def _lopsided(a: Array, a_q: Array, d_a: Array, b: Array, b_q: Array, d_b: Array, means: Array) -> Array:
    """KL where b ≪ a and b_q ≪ a_q, both small.

    Neighbours: ∫₀¹ (1 − t) δᵀF(p + tδ)δ dt, in which F has all its digits. Others: in KL = ``means`` + D(b) − ∫₀¹ d/dτ
    D(a + τb → a_q + τb_q) dτ the integrand is b_q [g′(y) − g′(x)] − b (y − x) g″(x), and nothing is left to cancel.
    """
    value = np.zeros_like(a)
    near = (np.abs(d_a) < 0.5 * a) & (np.abs(d_b) < 0.5 * b)
    for t, w in SEGMENT:
        at, bt = (a + t * d_a)[near], (b + t * d_b)[near]
        u, v = d_a[near], d_b[near]
        form = special.trigamma_fall(at, bt) * u**2 + special.trigamma_fall(bt, at) * v**2
        value[near] += w * (1 - t) * (form - 2 * special.trigamma(at + bt) * u * v)
    far = ~near
    a, a_q, d_a, b, b_q, d_b = (part[far] for part in (a, a_q, d_a, b, b_q, d_b))
    apart = np.zeros_like(a)
    for t, w in PATH:
        x, y, step = a + t * b, a_q + t * b_q, d_a + t * d_b
        rise = special.stirling_slope(y) - special.stirling_slope(x) + 0.5 * step / (x * y)
        bend = special.stirling_curvature(x) + 0.5 / x**2
        apart += w * (b_q * rise - b * step * bend)
    value[far] = means[far] + special.log_gamma_excess(b, b_q, d_b) - apart
    return value


def _above_mean(x: Array, theta: Array) -> Array:
    """x − m as if m and 1 − x were not rounded: (xb − (1 − x)a)/(a + b)."""
    a, b = theta
    rest = 1 - x
    lost = (1 - rest) - x
    return (special.product_difference(x, b, rest, a) - lost * a) / (a + b)
