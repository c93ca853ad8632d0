r"""The laws of the six ways for one unit that is sure and right.

A logistic unit whose bias makes it right with confidence 1 − ε on all N inputs tells the six programs apart. For the
weight, still zero, of an input ±1 of random sign,

    EXACT ε(1−ε)    EMPIRICAL = ARGMAX = ε²    BATCHED ε²/b, sum bε²    SAMPLE [k(1−ε)² + (N−k)ε²]/N, k ~ Bin(N, ε)

SAMPLE has the right mean, but once (1−ε)^N > ½ its *median* is ε²: its mean rides on rare wrong labels.

BATCHED is Cov/b + ḡ², and so ε²/b only where the scores of a batch are independent *with mean zero*. Let the inputs
lean, E[x] = m: then it is ε²[(1 − m²)/b + m²], and at m = 1 (the bias itself) it is ε² at any b.

With several wrong classes the unit is a softmax one, the probabilities are (1−ε, ε·shares), and what is shown is the
trace over the weights of that input: EXACT 1 − Σp², EMPIRICAL = ARGMAX = ‖e₁ − p‖². (.7, .2, .1): .46 against .14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, bdtrik, expit, gammaln, xlog1py, xlogy

from fisher_core import validation as check
from fisher_core.continual.six_ways import WAYS
from fisher_core.models.base import ConditionalModel
from fisher_core.models.logistic import LogisticRegression
from fisher_core.models.softmax import SoftmaxRegression
from fisher_core.validation import Array


@dataclass(frozen=True)
class SureUnit:
    """A unit that is right with confidence 1 − ``epsilon`` on each of ``n`` inputs ±1.

    Attributes
    ----------
    batch : size b of BATCHED's minibatches; more than n is n.
    lean : mean m of the inputs, 0 for random signs.
    shares : how the wrong classes of a softmax unit divide ε, sum 1; empty for a logistic unit.
    """

    epsilon: float
    n: int = 1000
    batch: int = 128
    lean: float = 0.0
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < check.scalar("epsilon", self.epsilon) <= 0.5:
            raise ValueError(f"epsilon = {self.epsilon:g} must be > 0 and <= 0.5")
        check.integer("n", self.n, 1)
        check.integer("batch", self.batch, 1)
        if not -1 <= check.scalar("lean", self.lean) <= 1:
            raise ValueError(f"lean = {self.lean:g} must be from -1 to 1")
        if self.shares:
            shares = check.vector("shares", self.shares)
            if shares.min() < 0 or abs(shares.sum() - 1) > 1e-12:
                raise ValueError(f"shares = {self.shares} must be >= 0 and sum to 1")

    # ---- what a label is worth
    @property
    def wrong(self) -> Array:
        """Probabilities of the wrong labels, (w,); they sum to ε, and the right one has 1 − ε."""
        return self.epsilon * np.array(self.shares or (1.0,))

    @property
    def squared_scores(self) -> Array:
        """What each label adds, the right one first, (1 + w,): (1[y=c] − p_c)², for a softmax unit summed over c."""
        e, q = self.epsilon, self.wrong
        if not self.shares:
            return np.array([e * e, (1 - e) ** 2])
        others = q.sum() - q
        return np.array([e * e + q @ q, *((1 - e) ** 2 + (others + 1 - e) ** 2 + q @ q - q * q)])

    # ---- the six
    def value(self, way: str, squared: str = "mean") -> float:
        """What ``way`` returns in the mean over its own randomness."""
        check.choice("way", way, WAYS)
        check.choice("squared", squared, ("mean", "sum"))
        right = float(self.squared_scores[0])
        if way in ("EMPIRICAL", "ARGMAX"):
            return right
        if way == "BATCHED":
            return right * self.batch_factor(squared)
        e, q = self.epsilon, self.wrong
        return e * (1 - e) if not self.shares else float(e * (1 - e) + q @ (1 - q))

    def batch_parts(self, squared: str = "mean") -> tuple[float, float]:
        """Covariance part (1 − m²)/b and mean part m² of BATCHED in units of EMPIRICAL, b² times that for "sum"."""
        b = min(self.batch, self.n)
        scale = 1.0 if check.choice("squared", squared, ("mean", "sum")) == "mean" else float(b * b)
        return scale * (1 - self.lean**2) / b, scale * self.lean**2

    def batch_factor(self, squared: str = "mean") -> float:
        """BATCHED in units of EMPIRICAL; it does not depend on ε."""
        return sum(self.batch_parts(squared))

    def batched_by_signs(self, squared: str = "mean") -> float:
        """The same mean of BATCHED the long way: over all sums of the b signs of a batch, each with its probability."""
        b = min(self.batch, self.n)
        plus, up = np.arange(b + 1.0), (1 + self.lean) / 2
        log_ways = gammaln(b + 1) - gammaln(plus + 1) - gammaln(b - plus + 1)
        chances = np.exp(log_ways + xlogy(plus, up) + xlog1py(b - plus, -up))
        total = 2 * plus - b
        worth = total if check.choice("squared", squared, ("mean", "sum")) == "sum" else total / b
        return float(self.squared_scores[0] * (chances @ worth**2))

    def at_logit(self, share: float) -> SureUnit:
        """The same unit when later training has left ``share`` of its logit log (1−ε)/ε: ε' = 1/(1 + ((1−ε)/ε)^share)."""
        logit = check.non_negative("share", share) * (np.log1p(-self.epsilon) - np.log(self.epsilon))
        return replace(self, epsilon=float(expit(-logit)))

    def multiplier(self, way: str, squared: str = "mean") -> float:
        """The λ that gives ``way`` the stiffness EXACT has at λ = 1."""
        return self.value("EXACT") / self.value(way, squared)

    # ---- SAMPLE
    def of_wrong_labels(self, k: ArrayLike) -> Array:
        """What SAMPLE returns when k of its n labels are wrong: [k(1−ε)² + (n−k)ε²]/n. For softmax k is (..., w)."""
        right, *others = self.squared_scores
        k = check.array("k", k)
        counts = k if self.shares else k[..., None]
        return ((self.n - counts.sum(axis=-1)) * right + counts @ np.array(others)) / self.n

    def draws(self, repetitions: int, rng: np.random.Generator) -> Array:
        """What SAMPLE returns in that many runs, (repetitions,)."""
        counts = wrong_labels([self.epsilon], [self.n], repetitions, rng, self.shares)[:, 0, 0]
        return self.of_wrong_labels(counts if self.shares else counts[:, 0])

    @property
    def no_wrong_label(self) -> float:
        """P(k = 0) = (1−ε)ⁿ: the share of runs in which SAMPLE returns what EMPIRICAL does."""
        return float(np.exp(self.n * np.log1p(-self.epsilon)))

    @property
    def sample_sd(self) -> float:
        """Standard deviation of SAMPLE over runs; for a logistic unit (1−2ε)√(ε(1−ε)/n)."""
        gaps = self.squared_scores[1:] - self.squared_scores[0]
        return float(np.sqrt((self.wrong @ gaps**2 - (self.wrong @ gaps) ** 2) / self.n))

    def sample_quantile(self, probability: float) -> float:
        """The smallest value that SAMPLE of a logistic unit does not exceed with that probability (binomial law)."""
        if self.shares:
            raise ValueError("shares must be empty: the quantile is that of a logistic unit")
        if not 0 < check.scalar("probability", probability) < 1:
            raise ValueError(f"probability = {probability:g} must be > 0 and < 1")
        if self.no_wrong_label >= probability:
            return float(self.of_wrong_labels(0))
        k = np.ceil(bdtrik(probability, self.n, self.epsilon))
        while (
            k > 0 and bdtr(k - 1, self.n, self.epsilon) >= probability
        ):  # a rounding error of the inverse is one label
            k -= 1
        return float(self.of_wrong_labels(k))

    @property
    def sample_median(self) -> float:
        """Median of SAMPLE over runs: ε² as soon as (1−ε)ⁿ > ½."""
        return self.sample_quantile(0.5)

    # ---- the same as data, for the programs themselves
    @property
    def model(self) -> ConditionalModel:
        return SoftmaxRegression(1 + len(self.shares)) if self.shares else LogisticRegression()

    def data(self, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Such a unit for ``six_ways.compute(way, unit.model, x, y, θ)``: x (n, 2) = (1, ±1), all y right."""
        signs = np.where(check.generator("rng", rng).random(self.n) < (1 + self.lean) / 2, 1.0, -1.0)
        x, logit = np.column_stack([np.ones(self.n), signs]), np.log1p(-self.epsilon) - np.log(self.epsilon)
        if self.shares:
            bias = np.array([logit, *np.log(self.shares)])
            return x, np.zeros(self.n), np.concatenate([bias, np.zeros(bias.size)])
        return x, np.ones(self.n), np.array([logit, 0.0])

    def read(self, diagonal: ArrayLike) -> float:
        """The weight's entry of a diagonal that a program returned; for softmax the sum over its classes."""
        diagonal = check.vector("diagonal", diagonal, 2 * (1 + len(self.shares)) if self.shares else 2)
        return float(diagonal[diagonal.size // 2 :].sum())


def wrong_labels(
    epsilons: ArrayLike, sizes: ArrayLike, runs: int, rng: np.random.Generator, shares: tuple[float, ...] = ()
) -> Array:
    """Numbers of wrong labels in ``runs`` runs of SAMPLE, at every ε and N: (runs, E, S, w), w = 1 without ``shares``.

    One and the same draw throughout: input i of a run has one uniform u_i, its label is wrong at ε if u_i < ε, and N
    counts the first N inputs. So a run can be followed as ε and N move. Both lists must ascend.
    """
    e, n = check.vector("epsilons", epsilons), np.asarray(sizes)
    if e.size == 0 or e[0] <= 0 or e[-1] > 0.5 or (np.diff(e) <= 0).any():
        raise ValueError(f"epsilons = {e.tolist()} must ascend within (0, 0.5]")
    if n.ndim != 1 or n.size == 0 or n.dtype.kind not in "iu" or n[0] < 1 or (np.diff(n) <= 0).any():
        raise ValueError(f"sizes = {n.tolist()} must be ascending whole numbers >= 1")
    cells = np.outer(np.diff(e, prepend=0.0), np.array(shares or (1.0,)))  # u falls between two ε; its wrong class
    inputs = np.diff(n, prepend=0)
    chances = np.append(cells.ravel(), 1 - e[-1])
    drawn = check.generator("rng", rng).multinomial(inputs, chances, size=(check.integer("runs", runs, 1), n.size))
    counts = drawn[..., :-1].reshape(runs, n.size, *cells.shape)
    return counts.cumsum(axis=1).cumsum(axis=2).swapaxes(1, 2)
