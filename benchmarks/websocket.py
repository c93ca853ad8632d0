"""A browser tab without the browser: one session of the app over Streamlit's own websocket protocol.

It opens a page as a deep link does, reads the stage's data, and sends control values as the stage does on release (a rerun
of the lesson's fragment).  One process holds hundreds of them.  Loopback addresses only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[1]


def require_loopback(url: str) -> None:
    for info in socket.getaddrinfo(urlsplit(url).hostname or "", None):
        if not ipaddress.ip_address(info[4][0]).is_loopback:
            raise SystemExit("refusing: only a loopback address may be loaded")


# ---- a server of one's own ---------------------------------------------------------------------------------------------
@dataclass
class Server:
    url: str
    process: psutil.Process

    @property
    def cpu(self) -> float:
        """CPU seconds used so far."""
        return sum(sum(p.cpu_times()[:2]) for p in [self.process, *self.process.children(recursive=True)])

    @property
    def memory(self) -> float:
        """Resident MB."""
        return sum(p.memory_info().rss for p in [self.process, *self.process.children(recursive=True)]) / 2**20


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def serve(script: str | Path = "app.py", *, asgi: bool = False, port: int | None = None, log: Path | None = None) -> Iterator[Server]:
    """Start a server, wait until it answers, and end it afterwards: ``streamlit run``, or uvicorn on ``asgi:app``."""
    port = port or free_port()
    if asgi:
        command = [sys.executable, "-m", "uvicorn", "asgi:app", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    else:
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    with _started(command, f"http://127.0.0.1:{port}", log) as server:
        yield server


@contextlib.contextmanager
def _started(command: list[str], url: str, log: Path | None, environment: Mapping[str, str] | None = None, patience: float = 60) -> Iterator[Server]:
    with open(log or os.devnull, "ab") as sink:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink, env=environment)
        try:
            deadline = time.monotonic() + patience
            while True:
                try:
                    with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:
                        if answer.status == 200:
                            break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(f"the server did not start: {' '.join(command)}") from None
                    time.sleep(0.05)
            yield Server(url, psutil.Process(process.pid))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def deployed(processes: int, log: Path | None = None) -> Iterator[Server]:
    """As a class meets it: ``deploy/serve``, so many processes behind HAProxy."""
    while True:  # the processes take the ports after the first
        port = free_port()
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for i in range(1, processes + 1):
                stack.enter_context(socket.create_server(("127.0.0.1", port + i)))
            break
    environment = os.environ | {"PYTHON": sys.executable, "FISHER_BIND": f"127.0.0.1:{port}", "FISHER_FIRST_PORT": str(port + 1)}
    with _started([str(ROOT / "deploy" / "serve"), str(processes)], f"http://127.0.0.1:{port}", log, environment, patience=120) as server:
        yield server


# ---- a session ---------------------------------------------------------------------------------------------------------
class Session:
    def __init__(self, url: str, page: str = "", query: str = "", seed: int = 0):
        require_loopback(url)
        self.url, self.page, self.query = url.rstrip("/"), page, query
        self.rng = random.Random(seed)
        self.socket: Any = None
        self.stage: dict[str, Any] = {}
        self.stage_id = self.fragment = self.page_hash = self.session_id = ""
        self.n, self.message = 0, None
        self.held: list[str] = []
        self.exceptions: list[str] = []
        self.bytes, self.config = 0, None
        self.hashes: set[str] = set()

    async def __aenter__(self) -> Session:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def connect(self) -> None:
        at = urlsplit(self.url)
        self.socket = await websockets.connect(
            f"ws://{at.netloc}/_stcore/stream", subprotocols=["streamlit"], additional_headers={"Origin": self.url},
            max_size=None, compression=None, open_timeout=60, ping_interval=None, close_timeout=2, proxy=None)  # fmt: skip

    async def run(self, fragment: bool = False, timeout: float = 120) -> float:
        """One run of the page, or of its fragment; seconds until it is finished."""
        back = BackMsg()
        rerun = back.rerun_script
        rerun.query_string, rerun.page_script_hash = self.query, self.page_hash
        if not self.page_hash:
            rerun.page_name = self.page
        rerun.context_info.url, rerun.context_info.timezone, rerun.context_info.locale = f"{self.url}/{self.page}", "UTC", "en-US"
        if fragment:
            rerun.fragment_id = self.fragment
        if self.message is not None:
            rerun.widget_states.widgets.add(id=self.stage_id, json_value=json.dumps({"state": self.message}))
        rerun.cached_message_hashes.extend(self.hashes)
        start = time.perf_counter()
        await self.socket.send(back.SerializeToString())
        async with asyncio.timeout(timeout):
            while True:
                data = await self.socket.recv()
                self.bytes += len(data)
                forward = ForwardMsg.FromString(data)
                kind = forward.WhichOneof("type")
                if kind == "delta":
                    if forward.metadata.cacheable and forward.hash:
                        self.hashes.add(forward.hash)
                    if forward.delta.WhichOneof("type") == "new_element":
                        self.note(forward.delta)
                elif kind == "new_session":
                    self.session_id = forward.new_session.initialize.session_id
                    self.config = forward.new_session.config
                elif kind == "navigation":
                    self.page_hash = forward.navigation.page_script_hash or self.page_hash
                elif kind == "script_finished" and forward.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return time.perf_counter() - start

    def note(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}"[:300])
        elif kind == "bidi_component":
            self.stage_id, self.stage = element.bidi_component.id, json.loads(element.bidi_component.json)
            self.fragment = delta.fragment_id or self.fragment
            self.held = [*dict.fromkeys([*self.held, *self.stage.get("tables", {})])][-200:]

    async def open(self) -> float:
        """The first run, as a deep link; also when the server hands the page over to the app."""
        spent = await self.run()
        for _ in range(2):
            if self.stage or not self.page:
                break
            spent += await self.run()
        return spent

    async def send(self, values: dict[str, Any] | None = None, **action: Any) -> float:
        """What the stage sends on release."""
        self.n += 1
        self.message = {"n": self.n, "rev": self.stage.get("rev"), "values": values or {}, "action": action or None, "have": self.held}
        return await self.run(fragment=bool(self.fragment))

    async def move(self) -> float:
        """Move one random slider to a random place, as a reader would."""
        sliders = [c for c in self.stage["controls"] if c["kind"] == "slider" and not c.get("local")]
        chosen = self.rng.choice(sliders)
        return await self.send(dict(self.stage["values"]) | {chosen["key"]: self.rng.choice(chosen["nodes"])})


def percentile(values: list[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q / 100 * len(ordered)))] if ordered else float("nan")
