"""Results of others, as they print them: shown beside ours and never mixed with ours.

Each record names its source; a number "read off" a plot is as good as the eye that read it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Accuracy:
    """Accuracy in per cent with the ± printed beside it, and the running time in seconds."""

    percent: float
    error: float
    seconds: int


@dataclass(frozen=True)
class SixWaysResult:
    """One row of van de Ven (2025): EWC with one way to compute the Fisher, mean of 30 seeds.

    ``mnist_peak``, ``cifar_peak``: the λ where accuracy is highest, (lowest, highest), read off the plots; None where
    the source has none to read.
    """

    way: str
    mnist: Accuracy
    cifar: Accuracy
    mnist_peak: tuple[float, float] | None = None
    cifar_peak: tuple[float, float] | None = None


# G. M. van de Ven (2025), arXiv:2502.11756. Split MNIST and Split CIFAR-10, 5 tasks of 2 classes, separate heads, Adam at
# 1e-3, 2000 iterations a task, batches of 128 and 256. EXACT(n) has n = 500, BATCHED b = 128.
VAN_DE_VEN = (
    SixWaysResult("EXACT", Accuracy(99.12, 0.16, 121), Accuracy(84.91, 0.65, 972), (1e4, 1e5), (1e5, 1e5)),
    SixWaysResult("EXACT(n)", Accuracy(98.93, 0.15, 58), Accuracy(84.57, 0.72, 668)),
    SixWaysResult("SAMPLE", Accuracy(99.12, 0.12, 101), Accuracy(83.77, 0.72, 817), (1e8, 1e8), (1e9, 1e9)),
    SixWaysResult("EMPIRICAL", Accuracy(99.12, 0.12, 100), Accuracy(83.28, 0.77, 817), (1e8, 1e8), (1e9, 1e9)),
    SixWaysResult("BATCHED", Accuracy(99.11, 0.16, 58), Accuracy(83.38, 0.66, 667), (1e10, 1e11), (1e12, 1e12)),
    SixWaysResult("none", Accuracy(85.41, 0.88, 53), Accuracy(69.53, 1.34, 627)),
)


@dataclass(frozen=True)
class AutopsyReadings:
    """What the widely linked program of the autopsy sets, and what can be read off its plot (shares of 1)."""

    importance: float = 1000.0
    epochs: int = 50
    inputs: int = 200
    starts: tuple[float, float] = (0.615, 0.68)  # accuracy on A of its two runs before task B begins, read off


AUTOPSY = AutopsyReadings()
