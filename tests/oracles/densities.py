"""Log-densities of every family, written a second time in mpmath, from the textbook and not from the package.

``LOG_DENSITY[key](x, theta)`` takes mpmath numbers and returns log p(x|θ) to the working precision. ``POINTS[key]`` are
parameters at which a family is tested: typical ones first, extreme ones after. A new family needs an entry in both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath as mp

Number = mp.mpf
LogDensity = Callable[[Sequence[Number] | Number, Sequence[Number]], Number]

# The known covariance of ``normal_mean`` and the degrees of freedom of ``student_t`` are attributes of the family
# objects; the battery hands them over through FIXED so that this file imports nothing from the package.
FIXED: dict[str, object] = {"covariance": None, "degrees": mp.mpf(5)}


def bernoulli(x, theta):
    (p,) = theta
    return mp.log(p) if x == 1 else mp.log(1 - p)


def categorical(x, theta):
    probabilities = [*theta, 1 - mp.fsum(theta)]
    return mp.log(probabilities[int(x)])


def poisson(x, theta):
    (rate,) = theta
    return x * mp.log(rate) - rate - mp.loggamma(x + 1)


def exponential(x, theta):
    (rate,) = theta
    return mp.log(rate) - rate * x


def normal(x, theta):
    mu, sigma = theta
    return -((x - mu) ** 2) / (2 * sigma**2) - mp.log(sigma * mp.sqrt(2 * mp.pi))


def normal_mean(x, theta):
    covariance = mp.matrix(FIXED["covariance"])
    gap = mp.matrix([x[0] - theta[0], x[1] - theta[1]])
    return -(gap.T * covariance**-1 * gap)[0] / 2 - mp.log(2 * mp.pi) - mp.log(mp.det(covariance)) / 2


def gamma(x, theta):
    shape, rate = theta
    return shape * mp.log(rate) - mp.loggamma(shape) + (shape - 1) * mp.log(x) - rate * x


def beta(x, theta):
    a, b = theta
    return (a - 1) * mp.log(x) + (b - 1) * mp.log(1 - x) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)


def weibull(x, theta):
    shape, scale = theta
    return mp.log(shape / scale) + (shape - 1) * mp.log(x / scale) - (x / scale) ** shape


def cauchy(x, theta):
    location, scale = theta
    return mp.log(scale / mp.pi) - mp.log(scale**2 + (x - location) ** 2)


def laplace(x, theta):
    location, scale = theta
    return -mp.log(2 * scale) - abs(x - location) / scale


def logistic(x, theta):
    location, scale = theta
    z = (x - location) / scale
    return -z - mp.log(scale) - 2 * mp.log1p(mp.exp(-z))


def student_t(x, theta):
    location, scale = theta
    nu = FIXED["degrees"]
    normaliser = mp.loggamma((nu + 1) / 2) - mp.loggamma(nu / 2) - mp.log(nu * mp.pi) / 2 - mp.log(scale)
    return normaliser - (nu + 1) / 2 * mp.log1p(((x - location) / scale) ** 2 / nu)


def uniform(x, theta):
    (end,) = theta
    return -mp.log(end) if 0 <= x <= end else mp.mpf("-inf")


LOG_DENSITY: dict[str, LogDensity] = {
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
        logistic,
        student_t,
        uniform,
    )
}

TYPICAL = 2  # the first two of POINTS[key] are ordinary parameters, the others extreme
POINTS: dict[str, list[tuple[float, ...]]] = {
    "bernoulli": [(0.3,), (0.5,), (1e-12,), (1 - 1e-12,)],
    "categorical": [(0.2, 0.3), (0.4, 0.2), (1e-12, 0.4), (0.6, 0.4 - 1e-9)],
    "poisson": [(4.0,), (0.7,), (1e-9,), (1e5,)],
    "exponential": [(4.0,), (0.3,), (1e-6,), (1e6,)],
    "normal": [(0.3, 1.5), (-2.0, 0.4), (0.5, 1e-6), (1e3, 1e4)],
    "normal_mean": [(0.3, -1.2), (0.0, 0.0), (1e3, -1e3)],
    "gamma": [(2.0, 3.0), (0.4, 1.0), (1e5, 3.0), (1e-3, 1.0), (2.0, 1e-6)],
    "beta": [(2.0, 3.0), (2.0, 5.0), (0.6, 0.5), (1e5, 300.0), (1e-3, 2.0)],
    "weibull": [(2.0, 1.5), (0.7, 2.0), (50.0, 1.0), (2.0, 1e-6)],
    "cauchy": [(0.3, 1.5), (-1.0, 0.4), (0.0, 1e-6), (1e3, 1e3)],
    "laplace": [(0.3, 1.5), (-1.0, 0.4), (0.0, 1e-6), (1e3, 1e3)],
    "logistic": [(0.3, 1.5), (-1.0, 0.4), (0.0, 1e-6), (1e3, 1e3)],
    "student_t": [(0.3, 1.5), (-1.0, 0.4), (0.0, 1e-6), (1e3, 1e3)],
    "uniform": [(2.0,), (0.3,), (1e-6,), (1e6,)],
}
