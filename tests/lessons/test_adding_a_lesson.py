"""The worked lesson of docs/adding-a-lesson.md, written out and registered: it shows, asks, hides, answers, and its program runs."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "adding-a-lesson.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`((?:fisher_app|pages)/[\w./]*fair[\w./]*)`\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL))

VISIT = """
import pathlib, runpy, subprocess, sys
from types import SimpleNamespace
from unittest.mock import patch
import fisher_app.lessons
fisher_app.lessons.__path__.append(str(pathlib.Path("fisher_app/lessons").resolve()))
from fisher_app import links
from fisher_app.jobs import Progress
from fisher_app.lesson import Lesson
shown = []
with patch("fisher_app.start.enter_through_app", lambda page: None), patch.object(Lesson, "show", lambda self: shown.append(self)):
    runpy.run_path("pages/fair.py")
(lesson,) = shown
def pack(seen=(), **values):
    v = SimpleNamespace(**links.defaults(lesson.all_controls) | values, seen=frozenset(seen), given={}, data=None, run=Progress())
    wire, tables, scene = lesson.pack(v)
    assert wire["refused"] is None and scene.checks and all(c.holds for c in scene.checks)
    return wire, tables, lesson.code(v)
shut, few, code = pack()
open_, many, _ = pack(["how_many"])
assert shut["numbers"]["n"] == {"format": "i", "exact": "nan"} and "ref" in open_["numbers"]["n"]
assert len(open_["views"][0]["layers"]) > len(shut["views"][0]["layers"])
(question,) = lesson.predictions
assert question.reveal("tens")["right"] is False and "149" in question.reveal("tens")["feedback"]
assert question.reveal("hundreds")["right"] is True and question.reveal(None)["truth"].count("149") == 1
print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
"""


def test_the_worked_lesson(tmp_path):
    assert len(FILES) == 5, sorted(FILES)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", VISIT], capture_output=True, text=True, cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "148.99 tosses" in done.stdout and "by the parabola 150" in done.stdout
