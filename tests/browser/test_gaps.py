"""Networks that fail for a while, servers that start again: what the reader did is kept, or its loss is said."""

import asyncio
import contextlib
import threading
from urllib.parse import urlsplit

import psutil
import pytest
from reader import SLUGS, lesson

from benchmarks.websocket import free_port, serve

SLUG = next(s for s in SLUGS if lesson(s).paste and len(lesson(s).paste.roles) == 1 and lesson(s).predictions)


class Line:
    """A way to a server that can be cut: what is open ends, and nothing new gets through until it is mended."""

    def __init__(self, url):
        self.at, self.port, self.whole, self.open = urlsplit(url), free_port(), True, set()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(10)

    def run(self, started):
        async def serve_until_stopped():
            self.stopped = asyncio.Event()
            async with await asyncio.start_server(self.carry, "127.0.0.1", self.port):
                started.set()
                await self.stopped.wait()
                self.end()
                await asyncio.sleep(0)

        self.loop.run_until_complete(serve_until_stopped())

    async def carry(self, reader, writer):
        if not self.whole:
            writer.transport.abort()
            return
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection(self.at.hostname, self.at.port)
            self.open |= {writer.transport, back.transport}
            await asyncio.gather(self.pour(reader, back), self.pour(there, writer))

    async def pour(self, source, sink):
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.transport.abort()

    def end(self):
        for transport in self.open:
            transport.abort()
        self.open.clear()

    def cut(self):
        self.whole = False
        self.loop.call_soon_threadsafe(self.end)

    def mend(self):
        self.whole = True

    def close(self):
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.thread.join(10)


def answer_and_paste(tab):
    """Commit to the first question, and bring numbers of one's own."""
    page = tab.page
    card = page.locator(".stage .card")
    card.locator("[data-key=skip]").wait_for()
    if card.locator("[role=radio]").count():
        card.locator("[role=radio]").first.click()
    tab.click("[data-key=commit]")
    page.locator(".stage [data-key=more]").click()
    page.locator(".stage [data-key=paste]").fill("1\n2\n4")
    tab.click(".paste button")
    answered = tab.page.locator(".stage .card [data-key=commit]").count() == 0
    assert answered and page.locator(".stage .paste button", has_text="Use these").count()


def first_slider(tab):
    return tab.page.locator(".stage .controls input[type=range]").first


@pytest.mark.parametrize("seconds", [4])
def test_a_gap_in_the_network_loses_nothing(visit, server, seconds):
    line = Line(server.url)
    try:
        tab = visit(SLUG, base=f"http://127.0.0.1:{line.port}")
        tab.expect_gaps()
        answer_and_paste(tab)
        note = tab.page.locator(".stage .paste").inner_text()
        born = tab.page.evaluate("performance.timeOrigin")
        line.cut()
        tab.page.wait_for_timeout(300)
        slider = first_slider(tab)
        place = slider.input_value()
        slider.press("ArrowRight")  # while there is no connection
        tab.page.wait_for_timeout(1000 * seconds)
        line.mend()
        tab.ready(timeout=40_000)
        assert tab.page.evaluate("performance.timeOrigin") == born, "the page did not begin anew"
        assert tab.page.locator(".stage .card [data-key=commit]").count() == 0, "the answer is there"
        assert tab.page.locator(".stage .paste").inner_text() == note, "and so are the numbers"
        assert slider.input_value() != place and tab.page.locator(".stage .notices").count() == 0
        tab.click("[data-key='tool-undo']")
        assert slider.input_value() == place, "and what can be undone"
    finally:
        line.close()


def test_a_server_that_starts_again_loses_answers_and_says_so(visit):
    port = free_port()
    with serve("app.py", port=port) as first:
        tab = visit(SLUG, base=first.url)
        tab.expect_gaps()
        answer_and_paste(tab)
        place = int(first_slider(tab).input_value())
        first.process.kill()
        first_slider(tab).press("ArrowRight")  # at once: a dialog of Streamlit's soon lies over the page
        psutil.wait_procs([first.process], timeout=10)
        tab.page.wait_for_timeout(300)
    with serve("app.py", port=port):
        notices = tab.page.locator(".stage .notices")
        notices.wait_for(timeout=40_000)
        assert "no longer has your answer and the numbers that you pasted" in notices.inner_text()
        tab.ready()
        assert int(first_slider(tab).input_value()) == place + 1
        tab.click(".notices button")
        assert notices.count() == 0
