"""The running app in headless Chromium.  ``slug`` runs a test once for every written lesson.

Chromium is the system's.  Without it these tests are skipped, and say so; with CI set they must run, and fail instead.
"""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from reader import SLUGS

from benchmarks.websocket import serve

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
PROBES = ("_stcore/health", "_stcore/host-config")  # on a deep link Streamlit's page first looks for the server below it: 404


def pytest_generate_tests(metafunc):
    if "slug" in metafunc.fixturenames:  # one worker takes all of a lesson: its tests share a tab
        metafunc.parametrize("slug", [pytest.param(s, marks=pytest.mark.xdist_group(s)) for s in SLUGS], scope="session")


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        reason = "no Chromium on this machine (on Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def server():
    """The app as one person starts it."""
    with serve("app.py") as running:
        yield running


class Tolerant(list):
    """A browser complains of a server that is away; that is not a fault of the page."""

    def append(self, problem):
        if not any(word in problem for word in ("ERR_CONNECTION_REFUSED", "WebSocket connection", "when disconnected from server", "reaching server endpoint", "server is not responding", "Failed to fetch", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE", "AxiosError", "Network Error")):
            super().append(problem)


class Visit:
    """One reader's tab: its page, what went wrong in it, and what came over the wire."""

    def __init__(self, context, base):
        self.context, self.base = context, base
        self.page = context.new_page()
        self.problems, self.foreign, self.received, self.sent, self.sockets = [], [], [], [], 0
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error} {(error.stack or '')[:600]}"))
        self.page.on("console", self.heard)
        self.page.on("request", self.requested)
        self.page.on("websocket", self.connected)

    def expect_gaps(self):
        """From here on the server may be away for a while."""
        self.problems = Tolerant(self.problems)

    def heard(self, message):
        if message.type == "error" and not any(probe in (message.location or {}).get("url", "") for probe in PROBES):
            self.problems.append(f"console: {message.text} {message.location.get('url', '')}")

    def requested(self, request):
        if request.url.startswith(("http", "ws")) and urlsplit(request.url).hostname != "127.0.0.1":
            self.foreign.append(request.url)

    def connected(self, socket):
        self.sockets += 1
        socket.on("framereceived", lambda payload: self.received.append(payload if isinstance(payload, bytes) else payload.encode()))
        socket.on("framesent", lambda payload: self.sent.append(payload))

    def open(self, path=""):
        self.page.goto(f"{self.base}/{path}")
        return self

    def ready(self, timeout=30_000):
        """Until the stage shows what Python answered to the last thing that was sent, and has drawn it."""
        self.page.wait_for_selector(".stage[data-ready] .figures > *", state="attached", timeout=timeout)
        self.page.wait_for_function(
            """() => { const find = root => { for (const e of root.querySelectorAll("*")) { if (e.classList?.contains("stage") && e.dataset.ready) return e; if (e.shadowRoot) { const f = find(e.shadowRoot); if (f) return f; } } return null; };
                const s = find(document); return s && (!s.dataset.sent || s.dataset.ready.split(".")[1] === s.dataset.sent); }""",
            timeout=timeout,
        )
        self.page.evaluate("() => document.fonts.ready.then(() => new Promise(f => requestAnimationFrame(() => requestAnimationFrame(() => f(1)))))")
        return self

    def act(self, do, timeout=30_000):
        """Do something that the stage sends to Python, and wait for the answer."""
        stage = self.page.locator(".stage")
        before = stage.get_attribute("data-sent")
        do()
        handle = stage.element_handle()
        self.page.wait_for_function("([s, before]) => (s.dataset.sent ?? null) !== before", arg=[handle, before], timeout=10_000)
        return self.ready(timeout)

    def click(self, selector):
        return self.act(lambda: self.page.locator(f".stage {selector}").first.click())

    def pixels(self):
        """Each canvas of the figures, as data."""
        return self.page.locator(".stage .figures canvas").evaluate_all("cs => cs.map(c => c.toDataURL())")

    def numbers(self):
        """Every live number on the page, as text."""
        return self.page.locator(".stage [data-slot]").evaluate_all("es => es.map(e => [e.dataset.slot, e.textContent])")

    @property
    def query(self):
        return urlsplit(self.page.url).query

    def sideways(self):
        return self.page.evaluate("Math.max(document.documentElement.scrollWidth - innerWidth, document.querySelector('[data-testid=stMain]').scrollWidth - document.querySelector('[data-testid=stMain]').clientWidth)")

    def sound(self):
        """Nothing has gone wrong so far."""
        assert not self.problems, self.problems
        assert not self.foreign, self.foreign
        assert self.page.locator("[data-testid=stException]").count() == 0


def open_tab(browser, base, path="", width=1280, height=800, dark=False, wait=True, **options):
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True, **options)
    context.set_default_timeout(15_000)
    tab = Visit(context, base).open(path)
    return tab.ready() if wait else tab


@pytest.fixture
def visit(browser, server):
    """Open a tab of one's own: ``visit("kl?p=0.3", width=390, dark=True)``.  At the end all must be sound."""
    visits = []

    def start(path="", base=None, **options):
        visits.append(open_tab(browser, base or server.url, path, **options))
        return visits[-1]

    try:
        yield start
        for tab in visits:
            tab.sound()
    finally:
        for tab in visits:
            tab.context.close()


@pytest.fixture(scope="session")
def shared_tab(browser, server, slug):
    tab = open_tab(browser, server.url, slug, permissions=["clipboard-read", "clipboard-write"])
    yield tab
    tab.context.close()


@pytest.fixture
def tab(shared_tab):
    """The lesson at its defaults, in a tab that the lesson's tests share: loading one takes longer than most tests."""
    shared_tab.page.mouse.move(2, 2)
    if "?" in shared_tab.page.url or shared_tab.page.locator(".stage [data-key='tool-undo']").is_enabled():
        shared_tab.click("[data-key='tool-reset']")
    yield shared_tab
    shared_tab.sound()
