"""Runs in the background: progress, sharing, stopping, refusal, bounds; and a lesson that has one."""

import ast
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from types import SimpleNamespace

import pytest
from reader import ROOT, SLUGS, lesson

from fisher_app import links
from fisher_app.jobs import Progress, Run, Runner
from fisher_app.lesson import State


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


class Steps:
    """Work under the test's control: each ``let()`` allows one step."""

    def __init__(self, count=3):
        self.allowed, self.count, self.begun, self.closed = threading.Semaphore(0), count, 0, False

    def let(self, steps=1):
        self.allowed.release(steps)

    def __call__(self):
        self.begun += 1
        try:
            for i in range(self.count):
                assert self.allowed.acquire(timeout=5)
                yield (i + 1) / self.count, f"result {i + 1}"
        finally:
            self.closed = True


def test_a_run_reports_how_far_it_is_and_keeps_its_result():
    runner, steps = Runner(), Steps()
    assert runner.look("a", "me") == Progress()
    assert runner.start("a", "me", steps).going
    steps.let()
    until(lambda: runner.look("a", "me").count == 1)
    seen = runner.look("a", "me")
    assert (seen.state, seen.fraction, seen.result) == ("running", pytest.approx(1 / 3), "result 1")
    steps.let(2)
    until(lambda: runner.look("a", "me").state == "done")
    assert runner.look("a", "me").result == "result 3"
    assert runner.start("a", "another", steps).state == "done" and steps.begun == 1, "what is done is not done again"


def test_to_cancel_stops_at_the_next_step_and_keeps_what_there_was():
    runner, steps = Runner(), Steps(1000)
    runner.start("a", "me", steps)
    steps.let(5)
    until(lambda: runner.look("a", "me").count == 5)
    runner.cancel("a", "me")
    assert runner.look("a", "me").state == "stopped"
    steps.let(1)
    until(lambda: steps.closed)
    assert runner.look("a", "me").count == 6 and runner.look("a", "me").result == "result 6"
    again = Steps(1)
    again.let()
    runner.start("a", "me", again)
    until(lambda: runner.look("a", "me").state == "done")
    assert runner.look("a", "me").count == 1, "a stopped run begins anew"


def test_readers_share_a_run_and_it_goes_on_while_one_of_them_wants_it():
    runner, steps = Runner(), Steps()
    runner.start("a", "me", steps)
    runner.start("a", "you", steps)
    runner.cancel("a", "me")
    assert runner.look("a", "me") == Progress(), "who has cancelled is not told of it"
    steps.let(3)
    until(lambda: runner.look("a", "you").state == "done")
    assert steps.begun == 1


def test_who_asks_for_another_run_no_longer_wants_the_first():
    runner, first, second = Runner(), Steps(1000), Steps(1)
    runner.start("a", "me", first)
    first.let()
    until(lambda: runner.look("a", "me").count == 1)
    runner.look("b", "me")
    first.let()
    until(lambda: first.closed)
    second.let()
    runner.start("b", "me", second)
    until(lambda: runner.look("b", "me").state == "done")


def test_a_run_whose_readers_are_gone_stops_by_itself():
    runner, steps = Runner(patience=0.05), Steps(1000)
    runner.start("a", "me", steps)
    time.sleep(0.1)
    steps.let(2)
    until(lambda: steps.closed)
    assert steps.begun <= 1


def test_what_goes_wrong_is_said():
    def refused():
        yield 0.5, 1
        raise ValueError("epochs = 0 must be at least 1")

    def broken():
        yield 0.5, 1
        raise ZeroDivisionError

    runner = Runner()
    runner.start("a", "me", refused)
    until(lambda: runner.look("a", "me").state == "failed")
    assert runner.look("a", "me").message == "epochs = 0 must be at least 1"
    runner.start("b", "me", broken)
    until(lambda: runner.look("b", "me").state == "failed")
    assert "failed" in runner.look("b", "me").message and runner.look("b", "me").result == 1


def test_what_is_kept_and_what_waits_is_bounded():
    runner = Runner(kept=3, queue=2)
    for name in range(6):
        runner.start(name, "me", lambda: iter([(1.0, "x")]))
        until(lambda name=name: runner.look(name, "me").state == "done")
    assert [runner.look(n, "me").state for n in range(6)].count("done") <= 4
    block = Steps(1)
    assert runner.start("a", "me", block).going
    assert runner.start("b", "you", block).going
    assert "Too many" in runner.start("c", "they", block).message
    block.let(2)
    until(lambda: runner.look("b", "you").state == "done")


def test_a_place_in_the_queue():
    """Who waits is told how many come first, and looks again the later the further back; nobody overtakes."""
    runner, steps = Runner(), {name: Steps(1) for name in "abc"}
    for name in "abc":
        runner.start(name, name, steps[name])
    assert [runner.look(name, name).before for name in "abc"] == [0, 1, 2]
    assert [round(runner.look(name, name).again, 6) for name in "abc"] == [0.4, 0.8, 1.2]
    runner.cancel("b", "b")
    assert runner.look("c", "c").before == 1
    steps["b"] = Steps(1)
    runner.start("b", "b", steps["b"])
    assert (runner.look("c", "c").before, runner.look("b", "b").before) == (1, 2), "begun anew, at the end"
    for step in steps.values():
        step.let()
    until(lambda: all(runner.look(n, n).state == "done" for n in "abc"))
    assert Progress("waiting", before=39).again * 3 < runner.patience, "who waits long is still heard of"
    crowd = sum(1 / Progress("waiting", before=i).again for i in range(1, 21))
    assert crowd < 20 / 0.4 / 6, "twenty who wait ask less than a sixth as often as one that computes is looked at"


@pytest.fixture
def running(monkeypatch):
    """A lesson that counts to three under the test's control; its run depends on the tab."""
    monkeypatch.setattr("fisher_app.lesson.RUNNER", Runner())
    monkeypatch.setattr("fisher_app.lesson._scenes", OrderedDict())
    steps = Steps()
    declared = replace(lesson(SLUGS[0]), run=Run("Run live", lambda v: v.tab, lambda key: steps()))
    return declared, State(links.defaults(declared.all_controls)), steps


def test_a_lesson_runs_shows_how_far_and_moves_nothing(running):
    declared, state, steps = running
    wire, _ = declared.data(state)
    assert wire["run"] == {"again": 400, "label": "Run live", "says": "", "state": "idle", "fraction": 0.0, "message": ""}
    before = (state.revision, dict(state.values), list(state.history))
    declared.take(state, declared.read({"n": 1, "rev": state.revision, "values": {}, "action": {"kind": "run"}}))
    assert declared.data(state)[0]["run"]["state"] in ("waiting", "running")
    steps.let()
    until(lambda: declared.data(state)[0]["run"]["fraction"] > 0.3)
    assert declared.values(state).run.result == "result 1"
    declared.take(state, declared.read({"n": 2, "rev": state.revision, "values": {}, "action": {"kind": "look"}}))
    steps.let(2)
    until(lambda: declared.data(state)[0]["run"]["state"] == "done")
    assert (state.revision, dict(state.values), list(state.history)) == before


def test_a_lesson_cancels(running):
    declared, state, steps = running
    declared.take(state, declared.read({"n": 1, "rev": state.revision, "values": {}, "action": {"kind": "run"}}))
    declared.take(state, declared.read({"n": 2, "rev": state.revision, "values": {}, "action": {"kind": "cancel"}}))
    assert declared.data(state)[0]["run"]["state"] == "stopped"
    steps.let(1)
    until(lambda: steps.closed or not steps.begun)


def test_a_scene_is_made_anew_for_every_result(running):
    declared, state, steps = running
    seen = []
    figure = declared.figures[state.values["tab"]]
    declared = replace(
        declared,
        figures={
            **declared.figures,
            state.values["tab"]: replace(figure, scene=lambda v: (seen.append(v.run.result), figure.scene(v))[1]),
        },
    )
    declared.take(state, declared.read({"n": 1, "rev": state.revision, "values": {}, "action": {"kind": "run"}}))
    for i in range(3):
        steps.let()
        until(lambda i=i: declared.values(state).run.count == i + 1)
        declared.data(state)
        declared.data(state)
    assert list(dict.fromkeys(seen))[-3:] == ["result 1", "result 2", "result 3"]


def test_lessons_without_a_run_have_no_button():
    declared = lesson(SLUGS[0])
    wire, _ = replace(declared, run=None).data(State(links.defaults(declared.all_controls)))
    assert wire["run"] is None
    assert (
        replace(declared, run=Run("Run", lambda v: None, iter)).run_wire(State({}), SimpleNamespace(run=Progress()))
        is None
    )


@pytest.mark.parametrize("entry", ["app.py", "asgi.py"])
def test_blas_has_one_thread_before_numpy_is_loaded(entry):
    """Idle threads of BLAS made a background run five times slower."""
    tree = ast.parse((ROOT / entry).read_text(encoding="utf-8"))
    names = [a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names]
    assert next(n for n in names if n not in sys.stdlib_module_names) == "fisher_app"
    probe = "import sys, os, fisher_app; assert 'numpy' not in sys.modules; print(os.environ['OPENBLAS_NUM_THREADS'])"
    clean = {k: x for k, x in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, cwd=ROOT, env=clean)
    assert done.stdout.strip() == "1", done.stderr
