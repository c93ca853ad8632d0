"""Computations too long for a rerun go on in the background: with progress, stopped when nobody wants them, kept with bounds.

A lesson declares a `Run`: what it depends on, and a generator of (fraction done, result so far).  The frame starts it when
the reader asks, shows how far it is, lets the reader stop it, and hands the lesson's scenes the latest result as ``v.run``,
a `Progress`.  Nothing here knows Streamlit or a lesson.

One run at a time computes; others wait their turn.  Readers who ask for the same run share it.  A run stops at its next
``yield`` when the last reader who wanted it has cancelled, asked for another, or not been heard of for a while.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

LOOK = 0.4  # seconds between two looks at a run that computes
STATES = ("idle", "waiting", "running", "done", "stopped", "failed")


@dataclass(frozen=True)
class Run:
    """What a lesson can compute in the background.

    ``key``: what the run depends on, from the control values, hashable; None where there is nothing to run.
    ``work``: from that key to (fraction done in [0, 1], result so far), deterministic; a ValueError becomes a sentence.
    ``says``: what the button would compute and about how long it takes, from that key.
    """

    label: str
    key: Callable[[SimpleNamespace], Hashable | None]
    work: Callable[[Any], Iterator[tuple[float, Any]]]
    says: Callable[[Any], str] = lambda key: ""


@dataclass(frozen=True)
class Progress:
    """How far a run is.  ``result`` is the latest one, also after a stop; ``count`` says how many there were.

    ``before``: how many runs come before one that waits.
    """

    state: str = "idle"
    fraction: float = 0.0
    result: Any = None
    count: int = 0
    message: str = ""
    before: int = 0

    @property
    def going(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def again(self) -> float:
        """Seconds until it is worth another look: the further back in the queue, the longer, well within patience."""
        return min(LOOK * (1 + self.before), 10 * LOOK)


@dataclass
class Job:
    work: Iterator[tuple[float, Any]]
    progress: Progress
    readers: dict[str, float] = field(default_factory=dict)  # when each was last heard of


class Runner:
    """Runs by name, one at a time.  ``kept`` finished ones are remembered; at most ``queue`` wait."""

    def __init__(self, kept: int = 24, queue: int = 40, patience: float = 15.0):
        self.kept, self.queue, self.patience = kept, queue, patience
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def start(self, name: Hashable, reader: str, make: Callable[[], Iterator[tuple[float, Any]]]) -> Progress:
        """Begin, join, or find it done.  What was stopped or failed begins anew."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.progress.state in ("stopped", "failed"):
                if sum(j.progress.going for j in self._jobs.values()) >= self.queue:
                    return Progress("failed", message="Too many runs are waiting: try again in a minute")
                self._jobs.pop(name, None)  # a run that begins anew waits behind those that wait already
                job = self._jobs[name] = Job(make(), Progress("waiting"))
            job.readers[reader] = time.monotonic()
            self._forget()
            if job.progress.going and (self._worker is None or not self._worker.is_alive()):
                self._worker = threading.Thread(target=self._go, name="fisher-lab-runs", daemon=True)
                self._worker.start()
            return job.progress

    def look(self, name: Hashable | None, reader: str) -> Progress:
        """How far it is; to look is to want it, and to want no other."""
        with self._lock:
            for other, job in self._jobs.items():
                if other == name and reader in job.readers:
                    job.readers[reader] = time.monotonic()
                elif job.progress.going:
                    job.readers.pop(reader, None)
            found = self._jobs.get(name) if name is not None else None
            if found is None or (found.progress.going and reader not in found.readers):
                return Progress()
            if not found.progress.going:
                self._jobs.move_to_end(name)
            if found.progress.state == "waiting":
                earlier = itertools.takewhile(lambda job: job is not found, self._jobs.values())
                return replace(found.progress, before=sum(job.progress.going for job in earlier))
            return found.progress

    def cancel(self, name: Hashable, reader: str) -> None:
        """This reader wants it no longer.  What others wait for goes on."""
        with self._lock:
            job = self._jobs.get(name)
            if job:
                job.readers.pop(reader, None)
                if not job.readers and job.progress.going:
                    job.progress = _as("stopped", job.progress)

    # ---- the one thread that computes
    def _go(self) -> None:
        while True:
            with self._lock:
                job = next((j for j in self._jobs.values() if j.progress.going), None)
                if job is None:
                    self._worker = None
                    return
            self._advance(job)

    def _advance(self, job: Job) -> None:
        """One run to its end, or until nobody wants it."""
        while True:
            with self._lock:
                heard = time.monotonic() - self.patience
                job.readers = {r: t for r, t in job.readers.items() if t > heard}
                if not job.readers and job.progress.going:
                    job.progress = _as("stopped", job.progress)
                if not job.progress.going:
                    break
            try:
                fraction, result = next(job.work)
                news = Progress("running", float(fraction), result, job.progress.count + 1)
            except StopIteration:
                news = Progress("done", 1.0, job.progress.result, job.progress.count)
            except ValueError as refusal:
                news = _as("failed", job.progress, str(refusal))
            except Exception:
                logging.getLogger(__name__).exception("a run failed")
                news = _as("failed", job.progress, "The run failed; the server's log says why")
            with self._lock:
                job.progress = _as("stopped", news) if job.progress.state == "stopped" else news
            time.sleep(0)  # readers' reruns share this process
        close = getattr(job.work, "close", None)
        if close:
            close()

    def _forget(self) -> None:
        ended = [n for n, j in self._jobs.items() if not j.progress.going]
        for name in ended[: max(0, len(ended) - self.kept)]:
            del self._jobs[name]


def _as(state: str, progress: Progress, message: str = "") -> Progress:
    return Progress(state, progress.fraction, progress.result, progress.count, message)


RUNNER = Runner()
