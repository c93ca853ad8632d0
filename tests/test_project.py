"""The project around the app: style, types, architecture, packaging, safety, the README's promises."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APP_FILES = [ROOT / "app.py", ROOT / "asgi.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "fisher_app").rglob("*.py"))]
CORE_FILES = sorted((ROOT / "fisher_core").rglob("*.py"))
STUDY_FILES = sorted((ROOT / "fisher_studies").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command, **options):
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300, **options)


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: nothing to list")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def named(path):
    return str(path.relative_to(ROOT))


# ---- style, types, architecture ------------------------------------------------------------------------------------------
def test_style():
    done = run("-m", "ruff", "check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout[-4000:]


def test_types():
    done = run("-m", "mypy")
    assert done.returncode == 0, done.stdout[-4000:]


def test_architecture():
    done = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    contracts = len(PROJECT["tool"]["importlinter"]["contracts"])
    assert f"Contracts: {contracts} kept, 0 broken" in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{a.name}" for a in node.names)


def test_the_top_shelf_of_the_core_is_short():
    """What a newcomer sees first: one idea each."""
    shelf = {p.name for p in (ROOT / "fisher_core").iterdir() if p.name != "__pycache__"}
    assert len(shelf) <= 18, sorted(shelf)


def test_the_core_of_the_core_is_an_evenings_reading():
    """In this order every definition comes before its use: from what an estimate is to KL by quadrature."""
    read = ("estimate", "parameter", "family", "families/bernoulli", "families/normal", "score", "information", "divergence/kl")
    files = [ROOT / "fisher_core" / f"{name}.py" for name in read]
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files) <= 1500
    modules = [f"fisher_core.{name.replace('/', '.')}" for name in read]
    for i, path in enumerate(files):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not used & set(modules[i + 1 :]), path


@pytest.mark.parametrize("path", CORE_FILES, ids=named)
def test_no_import_hides_in_a_function_of_the_core(path):
    """A circle of imports would need one; scipy's heavier parts may wait until they are wanted."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            hidden = [n.module for n in ast.walk(function) if isinstance(n, ast.ImportFrom)]
            assert all(name.startswith("scipy.") for name in hidden), hidden


@pytest.mark.parametrize("path", CORE_FILES + STUDY_FILES, ids=named)
def test_core_and_studies_need_numpy_and_scipy_only(path):
    own = {"fisher_core"} if path in CORE_FILES else {"fisher_core", "fisher_studies"}
    for name in imports(path):
        root = name.split(".")[0]
        assert root in {"numpy", "scipy"} | own or root in sys.stdlib_module_names, name
        assert not name.startswith("scipy.stats"), "scipy.stats takes longer to import than all the rest"


@pytest.mark.parametrize("path", APP_FILES, ids=named)
def test_no_way_for_text_to_become_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert name not in {"eval", "exec", "compile", "sympify", "parse_expr", "html", "system", "Popen"} or (
                name == "compile" and isinstance(node.func, ast.Attribute)  # re.compile
            ), f"{name} at line {node.lineno}"
            assert "unsafe_allow_html" not in {k.arg for k in node.keywords}
            assert "unsafe_allow_javascript" not in {k.arg for k in node.keywords}
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert not {"pickle", "subprocess", "socket", "requests", "urllib.request"} & set(imports(path))


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "stage").rglob("*.js")), ids=named)
def test_text_never_becomes_markup_in_the_browser(path):
    code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert word not in code, word
    assert not re.search(r"https?://(?!www\.w3\.org/)", code), "nothing is fetched from elsewhere"


@pytest.mark.parametrize("path", [p for p in APP_FILES if p.name != "palette.py"], ids=named)
def test_colours_live_in_the_palette(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.search(r"#[0-9a-fA-F]{6}\b|\brgba?\(|\bhsla?\(", node.value), f"line {node.lineno}: {node.value[:60]}"


def caches(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for decorator in getattr(node, "decorator_list", ()):
            call = decorator if isinstance(decorator, ast.Call) else None
            target = call.func if call else decorator
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            yield node, name, call


@pytest.mark.parametrize("path", APP_FILES + CORE_FILES + STUDY_FILES, ids=named)
def test_every_cache_has_a_bound(path):
    for function, name, call in caches(path):
        takes_arguments = isinstance(function, ast.FunctionDef) and bool(function.args.args)
        keywords = {k.arg for k in call.keywords} if call else set()
        if name in ("cache_data", "cache_resource"):
            assert "max_entries" in keywords or not takes_arguments, f"{function.name}: max_entries"
        if name in ("lru_cache", "cache") and takes_arguments:
            bounded = name == "lru_cache" and call and (call.args or "maxsize" in keywords)
            named_once = [a.arg for a in function.args.args] == ["name"]  # one entry per file of the project
            assert bounded or named_once, f"{function.name}: a bound on what is kept"


def test_documented_modules():
    for path in CORE_FILES + STUDY_FILES + APP_FILES:
        if path.parent.name not in ("snippets_text", "programs"):
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), named(path)


# ---- what is in the repository -------------------------------------------------------------------------------------------
def test_no_paths_of_a_machine_and_no_addresses_of_an_index():
    for path in tracked():
        if path.suffix in {".png", ".woff2", ".npz", ".gz"}:
            continue
        text = path.read_text(encoding="utf-8")
        found = re.search(r"(?<![\w.])/(home|root|Users|work|opt|tmp)/\w|index-url|trusted-host|find-links", text)
        if path != Path(__file__):
            assert not found, f"{named(path)}: {found and found[0]}"


def test_the_lock_is_complete():
    lines = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    packages = {line.split("==")[0]: line for line in lines if "==" in line}
    assert all("--hash=sha256:" in line for line in packages.values())
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert re.split(r"[<>=]", line)[0] in packages, line
    assert not any("://" in line for line in lines)


def test_requirements_agree():
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith(("numpy", "scipy"))]
    assert PROJECT["project"]["dependencies"] == wanted


def test_licences():
    assert "MIT License" in (ROOT / "LICENSE").read_text()
    assert PROJECT["project"]["license"] == "MIT"
    fonts = ROOT / "static" / "stage" / "fonts"
    assert list(fonts.glob("*.woff2")) and "MIT" in (fonts / "KATEX-LICENSE").read_text()


def test_configuration_is_safe():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["enableStaticServing"] is True
    assert config["server"]["fileWatcherType"] == "none"
    assert config["logger"]["enableRich"] is False, "rich prints all local variables: one large one freezes the server"
    assert config["runner"]["postScriptGC"] is False
    assert config["server"]["maxUploadSize"] <= 5 and config["server"]["maxMessageSize"] <= 50


# ---- the core alone --------------------------------------------------------------------------------------------------------
def test_the_core_installs_alone(tmp_path):
    """``pip install .`` brings fisher_core and its data, and nothing of the app."""
    source = tmp_path / "source"
    for path in tracked():
        relative = path.relative_to(ROOT)
        if relative.parts[0] in ("fisher_core", "pyproject.toml", "README.md", "LICENSE", "fisher_studies", "fisher_app"):
            (source / relative).parent.mkdir(parents=True, exist_ok=True)
            (source / relative).write_bytes(path.read_bytes())
    target = tmp_path / "target"
    done = run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(target), str(source))
    assert done.returncode == 0, done.stderr[-2000:]
    assert {p.name for p in target.iterdir() if not p.name.endswith(".dist-info") and p.name != "__pycache__"} == {"fisher_core"}
    probe = "import fisher_core, sys; f = fisher_core.FAMILIES['bernoulli']; print(float(f.fisher([0.5])[0, 0]), fisher_core.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(target)!r}); {probe}"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4.0") and str(target) in done.stdout
    missing = [p.name for p in (ROOT / "fisher_core").rglob("*") if p.suffix in (".npz", ".csv", ".typed") and not (target / p.relative_to(ROOT)).exists()]
    assert not missing


def test_importing_the_core_brings_nothing_heavy():
    done = run("-c", "import sys, json, fisher_core; print(json.dumps(sorted(sys.modules)))")
    modules = set(json.loads(done.stdout))
    assert not {"scipy.stats", "streamlit", "pandas", "plotly", "matplotlib", "fisher_studies", "fisher_app"} & modules


def cpu(code):
    """CPU seconds of an interpreter that runs ``code``: waiting and other people's work are not in it."""
    before = os.times()
    done = run("-X", "frozen_modules=on", "-c", code)
    after = os.times()
    assert done.returncode == 0, done.stderr
    return (after.children_user + after.children_system) - (before.children_user + before.children_system)


def test_importing_the_core_is_quick():
    """At most 1.3 times as long as numpy and scipy.special, which it cannot do without."""
    bare, core, rounds = [], [], 0
    while rounds < 4 or (min(core) > 1.3 * min(bare) and rounds < 12):
        bare.append(cpu("import numpy, scipy.special"))
        core.append(cpu("import fisher_core"))
        rounds += 1
    assert min(core) <= 1.3 * min(bare), f"{min(core) / min(bare):.2f} times numpy and scipy.special"


# ---- the README --------------------------------------------------------------------------------------------------------------
def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_notebook_runs():
    code = next(b for b in blocks("python") if "fisher_core" in b)
    assert len(code.strip().splitlines()) <= 12
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    for line in code.splitlines():
        if "# -> " in line:
            assert line.split("# -> ")[1].strip() in done.stdout, line


def test_the_readme_names_things_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / link).exists(), link
    for name in re.findall(r"`((?:fisher_core|fisher_studies|fisher_app|pages|tests|static|benchmarks|docs)/[\w./]*\w/?)`", text):
        assert (ROOT / name).exists(), name
    for command in ("./run", "./test"):
        assert f"\n{command}" in text
        assert os.access(ROOT / command, os.X_OK)
