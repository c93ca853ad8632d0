r"""Differences that subtraction would lose: log, exp and log-gamma near the points where they cancel.

Kullback–Leibler divergences of neighbours are differences of nearly equal numbers: for a step δ every term is of order
δ while the result is of order δ², so at δ = 1e-8 plain subtraction has no digit left. The functions here are written as
sums of terms of one sign instead. All are elementwise, broadcast, and keep nearly full relative accuracy (1e-14).

The gamma function is split as Stirling did (Loader 2000, *Fast and accurate computation of binomial probabilities*):

    log Γ(x) = x log x − x + ½ log(2π/x) + J(x),    J(x) = 1/(12x) − 1/(360x³) + …

J, J′ and J″ have one sign each, and what is left out is elementary. They are summed from x + 10 on by Bernoulli's
series, and carried down to x by the differences h(x) = J(x) − J(x+1) = (x+½) log(1+1/x) − 1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fisher_core.validation import Array

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B₂, B₄, …
_SHIFT = 10  # from x = 10 on, eight terms of the series reach 1e-17
_LOG_2PI = 1.8378770664093453

# J(x) = ∫ x/(x² + t²) dμ(t) with dμ = −log(1 − e^{−2πt}) dt/π on t > 0 (Binet's second formula), by Gauss's rule of ten
# nodes in t²: (t², weight), built from the moments |B₂ₙ₊₂|/((2n+1)(2n+2)). From x = 4 on within 2e-17 of J; the nodes left
# out weigh less than 1e-18.
_BINET = (
    (0.01066668255464769, 0.076292336233092095),
    (0.23634947843678085, 0.0066336594120841001),
    (0.92392102095448819, 0.00039364198825250303),
    (2.3222679030215203, 1.3440197983908933e-5),
    (4.7520041941092642, 2.5302650589863719e-7),
    (8.6474428363816956, 2.4643306023903742e-9),
    (14.637342450841398, 1.106555523813073e-11),
    (23.71863931191394, 1.8662135230084819e-14),
    (37.717277722644082, 7.912060866662415e-18),
)
_BINET_FROM = 4
_FAR = -16.0  # so far down the difference of two logits is rounded by more than 1e-15


def itakura_saito(a: Array, b: Array, gap: Array) -> Array:
    """a/b − 1 − log(a/b) ≥ 0 for positive a, b: the divergence of scales (Itakura and Saito 1968).

    ``gap`` = a − b is given apart, for the caller often knows more of its digits than a and b can hold. With c = gap/b
    and s = c/(2+c), log(1+c) = 2 artanh s, and c − log(1+c) = c s − 2(s³/3 + s⁵/5 + …) does not cancel.
    """
    c = gap / b
    near = np.abs(c) < 0.4
    if not near.any():
        return c - log_ratio(a, b)
    all_near = near.all()
    u = c if all_near else np.where(near, c, 0.0)
    s = u / (2 + u)
    t = s * s
    series = s * (u - 2 * t * _horner(t, [1 / (2 * j + 3) for j in range(13)]))
    return series if all_near else np.where(near, series, c - log_ratio(a, b))


def i_divergence(p: Array, q: Array, step: Array) -> Array:
    """p log(p/q) − p + q ≥ 0, one outcome's share of a KL divergence (Csiszár 1975), for masses p, q ≥ 0: q where p = 0,
    infinite where only q = 0. ``step`` = q − p, of which the caller often knows more digits.
    """
    value = p * itakura_saito(q, p, step)
    if np.isfinite(value).all():
        return value
    # p = 0, or q/p overflows where the share does not
    return np.where(np.isfinite(value), value, np.where(p == 0, q, step - p * log_ratio(q, p)))


def log_ratio(a: Array, b: Array, gap: Array | None = None) -> Array:
    """log(a/b) for positive a and b, to full relative accuracy near a = b and where a/b overflows or underflows.

    ± log(1 + |a − b|/min(a, b)) has all its digits at any ratio, for one logarithm. ``gap`` = a − b, if it is known
    better than a and b are.
    """
    gap = a - b if gap is None else gap
    size = np.log1p(np.abs(gap) / np.minimum(a, b))
    result = np.copysign(size, gap)
    if size.size and np.isfinite(size.max()):
        return result
    return np.where(np.isfinite(size), result, np.log(a) - np.log(b))


def exact_difference(a: Array, b: Array) -> tuple[Array, Array]:
    """a − b rounded, and what the rounding took (Knuth 1969, §4.2.2): at logits of 700 that is 1e-13 of a probability."""
    gap = a - b
    near_a = gap + b
    lost = (a - near_a) + ((near_a - gap) - b)
    return gap, np.where(np.isfinite(lost), lost, 0.0)


def exponentials(z: Array, top: Array) -> Array:
    """e^{z − top} ≤ 1 to full relative accuracy, of the shape of z (k, ...), for the largest logit ``top`` (...).

    At a distance of 700 the subtraction is rounded by up to 6·10⁻¹⁴, and so would be the exponential.
    """
    below = z - top
    if below.min(initial=0.0) > _FAR:
        return np.exp(below)
    below, lost = exact_difference(z, top)
    e = np.exp(below)
    e += e * lost
    return e


def product_difference(a: Array, b: Array | float, c: Array, d: Array | float) -> Array:
    """ab − cd as if the products were not rounded (Dekker 1971): where they nearly cancel, their rounding is all that
    a plain difference has left."""
    plain, lost = a * b - c * d, _product_error(a, b) - _product_error(c, d)
    return np.where(np.isfinite(lost), plain + lost, plain)  # beyond 1e300 halves of 26 bits overflow


def exp_excess(x: Array) -> Array:
    """eˣ − 1 − x ≥ 0, by its power series where |x| < ½."""
    near = np.abs(x) < 0.5
    y = np.where(near, x, 0.0)
    coefficients = 1 / np.cumprod(np.arange(2.0, 17.0))  # 1/2!, 1/3!, …
    return np.where(near, y**2 * _horner(y, list(coefficients)), np.expm1(x) - x)


def mass_divergence(p: Array, q: Array, log_ratio: Array) -> Array:
    """p log(p/q) − p + q ≥ 0, one outcome's share of a KL divergence, from log(q/p); p and q may underflow."""
    return np.where(np.abs(log_ratio) < 0.5, p * exp_excess(log_ratio), q - p - p * log_ratio)


def stirling_error(x: Array) -> Array:
    """J(x) = log Γ(x) − x log x + x − ½ log(2π/x) > 0 for x > 0."""
    x = np.asarray(x, dtype=float)
    y, carried = _carry(x, lambda t: (t + 0.5) * np.log1p(1 / t) - 1)
    return carried + _horner(y**-2, [b / ((2 * n + 1) * (2 * n + 2)) for n, b in enumerate(_BERNOULLI)]) / y


def stirling_slope(x: Array) -> Array:
    """J′(x) = ψ(x) − log x + 1/(2x) < 0."""
    x = np.asarray(x, dtype=float)
    y, carried = _carry(x, lambda t: np.log1p(1 / t) - (t + 0.5) / (t * (t + 1)))
    return carried - _horner(y**-2, [b / (2 * n + 2) for n, b in enumerate(_BERNOULLI)]) / y**2


def stirling_curvature(x: Array) -> Array:
    """J″(x) = ψ₁(x) − 1/x − 1/(2x²) > 0; here h″(x) = 1/(2x²(x+1)²) is rational, so every digit is kept."""
    x = np.asarray(x, dtype=float)
    y, carried = _carry(x, lambda t: 0.5 / (t * (t + 1)) ** 2)
    return carried + _horner(y**-2, list(_BERNOULLI)) / y**3


def trigamma(x: Array) -> Array:
    """ψ₁(x) = d² log Γ(x)/dx²; several times faster than scipy's, which sums a zeta function."""
    return stirling_curvature(x) + (1 + 0.5 / x) / x


def digamma_rise(x: Array, step: Array) -> Array:
    """ψ(x + step) − ψ(x) for step > 0, with all its digits also where the step is small."""
    return np.log1p(step / x) + digamma_rise_excess(x, step)


def digamma_rise_excess(x: Array, step: Array) -> Array:
    """The same less log((x + step)/x), a smaller number of the same sign."""
    rise = step / (2 * x * (x + step))
    # h′(t) − h′(u) with t + 1 over t and u + 1 over u taken together
    return rise - _fall(
        x,
        step,
        lambda t, u, d: np.log1p(d / (t * (u + 1))) - 0.5 * d * (1 / (t * u) + 1 / ((t + 1) * (u + 1))),
        [-b / (2 * n + 2) for n, b in enumerate(_BERNOULLI)],
        2,
    )


def trigamma_fall(x: Array, step: Array) -> Array:
    """ψ₁(x) − ψ₁(x + step) for step > 0, with all its digits also where the step is small."""
    y = x + step
    elementary = step / (x * y) * (1 + (x + y) / (2 * x * y))

    def carried(t: Array, u: Array, d: Array) -> Array:
        a, b = 1 / (t * (t + 1)), 1 / (u * (u + 1))
        return (0.5 * d * a) * ((t + u + 1) * b) * (a + b)

    return elementary + _fall(x, step, carried, list(_BERNOULLI), 3)


def log_gamma_excess(x: Array, y: Array, step: Array) -> Array:
    """g(y) − g(x) − (y − x) g′(x) ≥ 0 for the convex g(x) = log Γ(x) − x log x + x; ``step`` = y − x.

    The Bregman divergence of g: that of log Γ without the part x log x, which families combine with other terms.
    g″(x) = ψ₁(x) − 1/x > 0. Half an Itakura–Saito divergence, and the same construction for J, :func:`_stirling_excess`.
    Where y < x/2 the latter is a difference that does not cancel.
    """
    x, y, step = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, y, step)))
    shape = x.shape
    x, y, step = _without_repeats(x, y, step)
    result = np.array(0.5 * itakura_saito(y, x, step))  # an array even for one point: it is filled by masks
    far = y < 0.5 * x
    near = ~far
    if far.any():
        a, b = x[far], y[far]
        result[far] += stirling_error(b) - stirling_error(a) - step[far] * stirling_slope(a)
        x, y, step = x[near], y[near], step[near]
    result[near] += _stirling_excess(x, y, step).ravel()
    return np.broadcast_to(result, shape)


def _without_repeats(*arrays: Array) -> list[Array]:
    """Arrays of one shape without the axes along which none of them changes: coordinates of a grid repeat themselves."""
    kept = list(arrays)
    for axis in range(kept[0].ndim):
        first = (slice(None),) * axis + (slice(1),)
        if all((a == a[first]).all() for a in kept):
            kept = [a[first] for a in kept]
    return kept


def _stirling_excess(x: Array, y: Array, step: Array) -> Array:
    """J(y) − J(x) − (y − x) J′(x) ≥ 0 for y ≥ x/2, term by term.

    For a term of Binet's sum, x/(x² + t²) = Re 1/(x + it), it is Re (y − x)²/((y + it)(x + it)²). For a term of
    J(x) = J(x+1) + h(x) it is (y − x)²/(2xy(x+1)) − (y + ½)(−log(1 − v) − v) with v = (y − x)/(y(x+1)), the relative
    change of 1 + 1/x.
    """
    carried = np.zeros_like(y)
    low = np.minimum(x, y) < _BINET_FROM
    if low.any():
        a, b, d = x[low], y[low], step[low]
        one, part = np.ones(()), np.zeros_like(a)
        for _ in range(_BINET_FROM):
            v = d / (b * (a + 1))
            part += 0.5 * v * d / a - (b + 0.5) * itakura_saito(1 - v, one, -v)
            a, b = a + 1, b + 1
        carried[low] = part
        x, y = np.where(low, x + _BINET_FROM, x), np.where(low, y + _BINET_FROM, y)
    inverse_x, inverse_y = x**-2, y**-2
    lead = 1 + 2 * x / y
    total = np.zeros_like(y)
    for t2, weight in _BINET:
        u = t2 * inverse_x
        total += weight * (1 - u * lead) / ((1 + u) ** 2 * (1 + t2 * inverse_y))
    return carried + (step / x) ** 2 / y * total


def log_gamma_divergence(x: Array, step: Array) -> Array:
    """log Γ(y) − log Γ(x) − (y − x) ψ(x) ≥ 0 at y = x + step: the Bregman divergence of log Γ."""
    y = x + step
    return y * itakura_saito(x, y, -step) + log_gamma_excess(x, y, step)


def log_beta_excess(a: Array, b: Array) -> Array:
    """g(a) + g(b) − g(a + b): log B(a, b) without its part a log(a/(a+b)) + b log(b/(a+b))."""
    s = a + b
    stirling = stirling_error(a) + stirling_error(b) - stirling_error(s)
    return 0.5 * (_LOG_2PI + np.log(s / a) - np.log(b)) + stirling


def _product_error(a: Array, b: Array | float) -> Array:
    """What rounding took from a·b: each factor is split into halves of 26 bits, whose products are exact."""
    (high_a, low_a), (high_b, low_b) = _halves(a), _halves(b)
    return ((high_a * high_b - a * b) + high_a * low_b + low_a * high_b) + low_a * low_b


def _halves(a: Array | float) -> tuple[Array | float, Array | float]:
    shifted = 134217729.0 * a  # 2²⁷ + 1
    high = shifted - (shifted - a)
    return high, a - high


def _carry(x: Array, h: Callable[[Array], Array]) -> tuple[Array, Array]:
    """(y, Σ h(x + i) over x + i < y): y = x where x ≥ 10, else y = x + 10, from where the series is accurate."""
    carried = np.zeros_like(x)
    low = x < _SHIFT
    if low.any():
        t = x[low]
        if t.size <= 256:  # one call for all ten terms: for a single θ the calls cost more than the numbers
            carried[low] = h(t + np.arange(_SHIFT)[:, None]).sum(axis=0)
        else:
            carried[low] = sum(h(t + i) for i in range(_SHIFT))
    return np.where(low, x + _SHIFT, x), carried


def _fall(
    x: Array, step: Array, h: Callable[[Array, Array, Array], Array], coefficients: list[float], power: int
) -> Array:
    """f(x) − f(x + step) for f = Σ cₙ x^{−(power + 2n)}, carried down by h(t, t + step, step), as J′ and J″ are."""
    x, step = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(step, dtype=float))
    low = x < _SHIFT
    total = np.zeros_like(x)
    if low.any():
        t, d = x[low], step[low]
        if t.size <= 256:  # one call for all ten, as in _carry
            t = t + np.arange(_SHIFT)[:, None]
            total[low] = h(t, t + d, d).sum(axis=0)
        else:
            total[low] = sum(h(t + i, t + i + d, d) for i in range(_SHIFT))
    start = np.where(low, x + _SHIFT, x)
    log_ratio = np.log1p(step / start)
    square, term = start**-2, start**-power
    lost, more = -np.expm1(-power * log_ratio), -np.expm1(-2 * log_ratio)  # 1 − (x/y)ᵐ, and how it grows with m
    for c in coefficients:
        total = total + c * term * lost
        term = term * square
        lost = lost * (1 - more) + more
    return total


def _horner(x: Array, coefficients: list[float]) -> Array:
    """c₀ + c₁x + c₂x² + …"""
    result = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        result *= x
        result += c
    return result
