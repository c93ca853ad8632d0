"""What deploy/ holds does what it says: two processes behind HAProxy, of which one is killed and all are replaced."""

import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from pathlib import Path

import psutil
import pytest

from benchmarks.websocket import deployed

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
PATIENCE = 4  # a machine with other work is that much slower
needs_haproxy = pytest.mark.skipif(
    shutil.which("haproxy") is None and not os.environ.get("CI"), reason="no HAProxy on this machine (on Debian: apt-get install haproxy)"
)


def answer(port, path="/", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


class Arrivals:
    """Readers who arrive all the time, new ones and ones who were here before: what each was answered."""

    def __init__(self, port):
        self.port, self.answers, self.slowest, self.over = port, Counter(), 0.0, threading.Event()
        self.threads = [threading.Thread(target=self.come, args=(cookie,), daemon=True) for cookie in (None, f"p{port + 1}", f"p{port + 2}")]

    def come(self, cookie):
        while not self.over.wait(0.1):
            start = time.monotonic()
            try:
                status = answer(self.port, "/", **({"Cookie": f"FSID={cookie}"} if cookie else {}))[0]
            except OSError as error:
                status = repr(error)
            self.answers[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - start)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(20)


@needs_haproxy
def test_one_of_two_is_killed_and_all_are_replaced():
    with deployed(2) as server:
        def processes():
            found = {}
            for child in server.process.children():
                with contextlib.suppress(psutil.Error):
                    command = child.cmdline()
                    if "asgi:app" in command:
                        found[int(command[command.index("--port") + 1])] = child.pid
            return found

        def replaced(*old, within):
            deadline = time.monotonic() + within
            while set(old) & set(processes().values()) or len(processes()) < 2:
                assert time.monotonic() < deadline, processes()
                time.sleep(0.1)

        port = int(server.url.rsplit(":", 1)[1])
        first = processes()
        assert len(first) == 2
        with Arrivals(port) as arrivals:
            time.sleep(0.5)
            os.kill(min(first.values()), signal.SIGKILL)
            replaced(min(first.values()), within=20 * PATIENCE)
            while len({answer(port)[1].get("set-cookie", "").split(";")[0] for _ in range(4)}) < 2:  # both are in use again
                time.sleep(0.2)
            os.kill(server.process.pid, signal.SIGHUP)
            replaced(*processes().values(), within=60 * PATIENCE)
        assert set(arrivals.answers) == {200}, arrivals.answers
        assert sum(arrivals.answers.values()) > 40 and arrivals.slowest < 10

        status, headers, _ = answer(port)
        assert status == 200 and "server" not in headers and headers["x-content-type-options"] == "nosniff"
        assert "blob:" in re.search(r"script-src [^;]*", headers["content-security-policy"])[0]
        for path in ("/_stcore/metrics", "/_stcore/%6Detrics", "//_stcore/metrics", "/_stcore/metrics?x=1"):
            assert answer(port, path)[0] == 404, path
        last = processes().values()
    assert not any(psutil.pid_exists(pid) for pid in last), "TERM ends all of them"


@needs_haproxy
def test_the_file_stands_alone():
    for name in ([], ["FISHER_BIND=*:8080"]):
        done = subprocess.run(["haproxy", "-c", "-f", str(DEPLOY / "haproxy.cfg")], capture_output=True, text=True, env=os.environ | dict(x.split("=") for x in name))
        assert done.returncode == 0, done.stderr


def test_the_policy_knows_the_inline_script_of_the_page():
    """Its hash changes with Streamlit's version."""
    import base64
    import hashlib

    import streamlit

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    allowed = set(re.findall(r"'sha256-([^']+)'", (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")))
    assert {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)} == allowed


# ---- files for engines that are not here: what they name exists, and what they start is what was started above ----------
def instructions():
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    return [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_the_container_holds_what_it_starts():
    copied = {}
    for word, rest in instructions():
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                assert (ROOT / source).exists(), source
                copied[source] = target
        if word in ("CMD", "HEALTHCHECK"):
            command = json.loads(rest[rest.index("[") :])
            assert all(isinstance(part, str) for part in command)
    assert command == ["deploy/serve"] and os.access(DEPLOY / "serve", os.X_OK)
    for needed in ("app.py", "asgi.py", ".streamlit", "static", "pages", "fisher_core", "fisher_studies", "fisher_app", "deploy", "requirements.lock"):
        assert needed in copied, needed
    excluded = (ROOT / ".dockerignore").read_text().split()
    assert not set(excluded) & set(copied)
    assert not [1 for word, rest in instructions() if word == "USER" and rest.strip() == "root"]
    packages = {line.split("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    assert {"streamlit", "uvicorn", "websockets"} <= packages


@pytest.mark.parametrize("name", ["serve", "fisher-lab@.service"])
def test_uvicorn_knows_the_options(name):
    text = re.sub(r"\\\n", " ", (DEPLOY / name).read_text(encoding="utf-8"))
    line = next(line for line in text.splitlines() if "-m uvicorn" in line and not line.lstrip().startswith("#"))
    options = [w for w in shlex.split(line.split("-m uvicorn")[1].split("&")[0].replace("$((first + $1))", "8501")) if w.startswith("--")]
    known = subprocess.run([sys.executable, "-m", "uvicorn", "--help"], capture_output=True, text=True).stdout
    assert options and all(re.search(rf"{option}\b", known) for option in options), options
    assert "--ws-max-size 4194304" in line


def test_nothing_binds_the_app_to_an_address_but_run(tmp_path):
    """A container and a hosted start are reached; ``./run`` is not, unless it is asked to."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert "address" not in config["server"] and config["browser"]["serverAddress"] == "localhost"
    shown = tmp_path / "python"
    shown.write_text('#!/bin/sh\necho "$@"\n')
    shown.chmod(0o755)
    script = (ROOT / "run").read_text().replace("source .ci/environment", "").replace("environment .venv requirements.txt", f"PYTHON={shown}")
    for given, wanted in [([], "--server.address 127.0.0.1"), (["--server.address", "0.0.0.0"], "--server.address 0.0.0.0"), (["--server.address=::", "--server.port", "1"], "--server.address=:: --server.port 1")]:
        done = subprocess.run(["bash", "-c", script, "./run", *given], capture_output=True, text=True, cwd=ROOT)
        assert done.stdout.strip() == f"-m streamlit run app.py {wanted}", done


def test_a_folder_that_cannot_be_written_says_so(tmp_path):
    """Read-only and never installed: a sentence, and no traceback of venv or pip."""
    checkout = tmp_path / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    for name in ("run", "requirements.txt", ".ci/environment"):
        shutil.copy(ROOT / name, checkout / name)
    other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    for folder in (checkout, *checkout.parents):
        if folder.is_relative_to(tmp_path.parents[1]) and folder.owner() == tmp_path.owner():
            folder.chmod(0o755)
    checkout.chmod(0o555)
    try:
        done = subprocess.run(["bash", "run"], cwd=checkout, capture_output=True, text=True, env=os.environ | {"PYTHON": shutil.which("python3")}, **other)
    finally:
        checkout.chmod(0o755)
    assert done.returncode != 0 and done.stdout == ""
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 3, done.stderr
