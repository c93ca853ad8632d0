"""Every view of every tab: on the wire as its grammar says, and painted by plotly too."""

import ast
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator
from reader import SLUGS, lesson

from fisher_app import links, palette
from fisher_app.controls import Slider
from fisher_app.jobs import Progress
from fisher_app.stage import schema
from fisher_app.stage.marks import MARKS, Mark
from fisher_app.stage.scene import Packer, TableView, live_numbers
from fisher_app.stage.tables import Point

TABS = [(slug, tab) for slug in SLUGS for tab in lesson(slug).figures]


@cache
def shown(slug, tab):
    """The scene of a tab at its defaults with every answer given, and where the reader stands."""
    page = lesson(slug)
    values = links.defaults(page.all_controls) | {"tab": tab}
    answers = {q.key: None for q in page.predictions}
    v = SimpleNamespace(**values, seen=frozenset(answers), given=answers, data=None, run=Progress())
    nodes = {c.key: c.nodes for c in page.controls if isinstance(c, Slider)}
    return page, page.figures[tab].scene(v), Point(nodes, values), frozenset(answers)


def test_the_grammar_is_that_of_the_marks():
    for path, text in schema.written().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m fisher_app.stage.schema"


@pytest.mark.parametrize(("slug", "tab"), TABS)
def test_every_mark_is_on_the_wire_as_the_grammar_says(slug, tab):
    _page, scene, point, seen = shown(slug, tab)
    wire = Packer(point.nodes, seen).scene(scene, None)
    by_kind = {m.kind: m.__name__ for m in MARKS}
    grammar = schema.schema()
    validators = {k: Draft202012Validator({"$defs": grammar["$defs"], "$ref": f"#/$defs/{name}"}) for k, name in by_kind.items()}
    for view in wire["views"]:
        for mark in json.loads(json.dumps(view["layers"])):
            faults = [f"{'/'.join(map(str, e.path))}: {e.message}"[:200] for e in validators[mark["kind"]].iter_errors(mark)]
            assert not faults, (view["id"], mark["kind"], faults[:3])


@pytest.mark.parametrize(("slug", "tab"), TABS)
def test_every_view_is_a_plotly_figure(slug, tab):
    from fisher_app.painters.plotly import figure

    page, scene, point, seen = shown(slug, tab)
    said = live_numbers(scene, point, page.controls, seen)
    for view in scene.views:
        for theme in ("light", "dark"):
            made = json.loads(figure(view, point, theme, said, seen).to_json())
            assert made["layout"]["template"]["layout"]["paper_bgcolor"] == palette.THEMES[theme]["mark"]["page"]
        assert made["data"] or made["layout"].get("annotations"), view.id
        if isinstance(view, TableView):
            assert {trace["type"] for trace in made["data"]} == {"table"}
            continue
        drawn = [m for m in view.layers if isinstance(m, Mark) and m.kind in ("curve", "points", "ellipse", "bars") and not m.when]
        assert len(made["data"]) >= len(drawn), view.id
        assert made["layout"]["xaxis"]["type"] == ("log" if view.x.log else "linear")
        words = json.dumps([made["layout"]["title"], made["layout"].get("annotations", [])])
        assert "_" not in made["layout"]["title"]["text"] and "[" not in made["layout"]["title"]["text"], words


def test_only_the_painters_know_plotly_and_they_are_asked_late():
    """(Streamlit itself imports plotly where it is installed, when the server starts.)"""
    root = Path(schema.__file__).parents[2]
    for path in [*root.glob("*.py"), *(root / "pages").glob("*.py"), *(root / "fisher_app").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = {
            name.name if isinstance(node, ast.Import) else node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        assert path.parent.name in ("painters", "programs", "snippets_text") or not any(n.split(".")[0] == "plotly" for n in found), path
        top = {getattr(n, "module", "") or "" for n in tree.body if isinstance(n, ast.ImportFrom)}
        assert path.parent.name == "painters" or not any("painters" in m for m in top), f"{path.name}: import it where it is needed"
