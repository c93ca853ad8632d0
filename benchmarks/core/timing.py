"""Minimum CPU time over interleaved repeats: what is left when other processes and the clock's moods are out."""

from __future__ import annotations

import time
from collections.abc import Callable

Contenders = dict[str, Callable[[], object]]
ROUNDS = 150  # at most, where a round takes milliseconds: a busy neighbour on the machine may stay for a second


def seconds(contenders: Contenders, budget: float = 1.0, repeats: int = 7) -> dict[str, float]:
    """CPU seconds of one call of each, the smallest over at least ``repeats`` rounds in turn.

    Calls are bundled until a bundle takes 2 ms.  ``budget`` bounds the seconds spent on each contender; a contender that
    takes longer than that is still called three times, its first call (compilation, caches) not counted.
    """
    bundles, best = {}, {}
    for name, call in contenders.items():
        call()
        once = max(_cpu(call, 1), 1e-7)
        bundles[name], best[name] = max(1, int(0.002 / once)), once
    spent = dict.fromkeys(contenders, 0.0)
    for round_ in range(ROUNDS):
        for name, call in contenders.items():
            if spent[name] < budget and (round_ < repeats or best[name] * bundles[name] < 0.1):
                each = _cpu(call, bundles[name], depth=5 * (round_ % 40))
                best[name] = min(best[name], each)
                spent[name] += each * bundles[name]
    return best


def _cpu(call: Callable[[], object], times: int, depth: int = 0) -> float:
    """Seconds of one call, from ``depth`` more frames down.

    Where CPython has to begin a new chunk of frames, every call pays for it, some 2 to 10 µs. Which contender that hits
    hangs on the depth of the stack, so rounds are made from different ones.
    """
    if depth:
        return _cpu(call, times, depth - 1)
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times
