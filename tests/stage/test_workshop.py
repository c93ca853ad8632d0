"""The form and the types of the browser's modules: prettier and tsc, as the lock file names them, installed once."""

import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from under_node import STAGE, node_path, run

HERE = Path(__file__).parent
TOOLS = HERE / "node_modules"
MODULES = sorted(STAGE.rglob("*.js"))
pytestmark = pytest.mark.xdist_group("workshop")


def npm() -> list[str]:
    """The npm that comes with the node of the wheel, else the system's."""
    inside = Path(node_path()).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if inside.exists():
        return [str(inside)]
    found = shutil.which("npm")
    return [str(Path(found).resolve())] if found else []


@pytest.fixture(scope="module")
def tools() -> Path:
    """Prettier and TypeScript; without a network and without them the tests are skipped, but with CI set they fail."""
    stamp = TOOLS / ".lock"
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    with open(HERE / "package.json", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at a time
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            done = run(*npm(), "ci", "--ignore-scripts", cwd=HERE, timeout=180) if npm() else None
            if done is None or done.returncode:
                reason = "prettier and tsc could not be installed: " + (done.stderr[-600:] if done else "no npm")
                pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
            stamp.write_text(wanted, encoding="utf-8")
    return TOOLS


def test_form(tools):
    files = [*map(str, MODULES), str(STAGE / "types.d.ts"), *map(str, sorted(HERE.glob("*.js")))]
    done = run(str(tools / "prettier/bin/prettier.cjs"), "--config", str(HERE / ".prettierrc.json"), "--check", *files)
    assert done.returncode == 0, f"npm run format, in tests/stage:\n{done.stdout}{done.stderr}"


def test_types(tools):
    done = run(str(tools / "typescript/bin/tsc"), "-p", str(HERE / "tsconfig.json"))
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(STAGE).as_posix())
def test_a_module_is_read_in_one_sitting(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("// "), "what it is for, in its first line"
    assert len(lines) <= 260
    assert max(map(len, lines)) <= 120


def test_every_mark_of_the_wire_is_painted():
    schema = json.loads((Path(__file__).parents[2] / "fisher_app/stage/wire.schema.json").read_text(encoding="utf-8"))
    kinds = set()

    def walk(part):
        if isinstance(part, dict):
            kind = part.get("properties", {}).get("kind", {})
            kinds.update(kind.get("enum", [kind["const"]] if "const" in kind else []))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(schema)
    assert len(kinds) >= 14
    assert kinds == {path.stem for path in (HERE / "golden").glob("*.svg")} - {"axes", "named"}
