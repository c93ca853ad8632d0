"""KL divergences from the literature, in mpmath: at 60 digits their cancellation costs nothing.

``KL[key](p, q)`` takes two parameter vectors of mpmath numbers. The two families without an elementary form, logistic
and Student's t, are integrated. ``integral`` is the definition itself; it checks the closed forms in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath as mp
from densities import FIXED, LOG_DENSITY

Theta = Sequence[mp.mpf]
# The support as mpmath integrates it: (start, a point in the bulk, end) of theta for continuous families.
BREAKS: dict[str, Callable[[Theta], list[mp.mpf]]] = {
    "exponential": lambda t: [0, 1 / t[0], 10 / t[0], mp.inf],
    "gamma": lambda t: [0, t[0] / t[1], 10 * t[0] / t[1], mp.inf],
    "weibull": lambda t: [0, t[1], 4 * t[1], mp.inf],
    "beta": lambda t: [0, mp.mpf(1) / 2, 1],
    "uniform": lambda t: [0, t[0]],
} | {
    key: lambda t: [-mp.inf, t[0] - 6 * t[1], t[0], t[0] + 6 * t[1], mp.inf]
    for key in ("normal", "cauchy", "laplace", "logistic", "student_t")
}


def integral(key: str, p: Theta, q: Theta) -> mp.mpf:
    """∫ (p(e^{−d} − 1 + d)) dx with d = log p − log q: the definition, with ∫(q − p) = 0 added."""
    log_density = LOG_DENSITY[key]

    def integrand(x: mp.mpf) -> mp.mpf:
        log_p = log_density(x, p)
        d = log_p - log_density(x, q)
        return mp.exp(log_p) * (mp.expm1(-d) + d)

    breaks = sorted({*BREAKS[key](p), *BREAKS[key](q)})
    return mp.quad(integrand, breaks)


def bernoulli(p, q):
    return categorical(p, q)


def categorical(p, q):
    full_p, full_q = [*p, 1 - mp.fsum(p)], [*q, 1 - mp.fsum(q)]
    return mp.fsum(a * mp.log(a / b) for a, b in zip(full_p, full_q, strict=True))


def poisson(p, q):
    return p[0] * mp.log(p[0] / q[0]) + q[0] - p[0]


def exponential(p, q):
    return mp.log(p[0] / q[0]) + q[0] / p[0] - 1


def normal(p, q):
    return mp.log(q[1] / p[1]) + (p[1] ** 2 + (p[0] - q[0]) ** 2) / (2 * q[1] ** 2) - mp.mpf(1) / 2


def normal_mean(p, q):
    gap = mp.matrix([a - b for a, b in zip(p, q, strict=True)])
    return (gap.T * mp.matrix(FIXED["covariance"]) ** -1 * gap)[0] / 2


def gamma(p, q):
    (a, b), (c, d) = p, q
    return (a - c) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(c) + c * mp.log(b / d) + a * (d - b) / b


def beta(p, q):
    (a, b), (c, d) = p, q
    log_beta = [mp.loggamma(u) + mp.loggamma(v) - mp.loggamma(u + v) for u, v in (p, q)]
    gap = (a - c) * mp.digamma(a) + (b - d) * mp.digamma(b) + (c - a + d - b) * mp.digamma(a + b)
    return log_beta[1] - log_beta[0] + gap


def weibull(p, q):
    """Bauckhage (2013), arXiv 1310.3713."""
    (k, lam), (m, mu) = p, q
    log_ratio = mp.log(k / lam**k) - mp.log(m / mu**m)
    return log_ratio + (k - m) * (mp.log(lam) - mp.euler / k) + (lam / mu) ** m * mp.gamma(m / k + 1) - 1


def cauchy(p, q):
    """Chyzak and Nielsen (2019), arXiv 1905.10965: symmetric in p and q."""
    return mp.log(((p[1] + q[1]) ** 2 + (p[0] - q[0]) ** 2) / (4 * p[1] * q[1]))


def laplace(p, q):
    gap = abs(p[0] - q[0])
    return mp.log(q[1] / p[1]) + gap / q[1] + p[1] / q[1] * mp.exp(-gap / p[1]) - 1


def uniform(p, q):
    return mp.log(q[0] / p[0]) if p[0] <= q[0] else mp.inf


CLOSED: dict[str, Callable[[Theta, Theta], mp.mpf]] = {
    f.__name__: f
    for f in (
        bernoulli,
        categorical,
        poisson,
        exponential,
        normal,
        normal_mean,
        gamma,
        beta,
        weibull,
        cauchy,
        laplace,
        uniform,
    )
}
INTEGRATED = ("logistic", "student_t")
