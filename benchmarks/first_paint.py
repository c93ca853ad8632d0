"""First figure on screen, against the first words of a one-line Streamlit page: both servers warm, the browser's cache cold.

    python -m benchmarks.first_paint [LESSON ...] [--rounds 5]

Interleaved rounds, a fresh browser context each: from navigation to the first drawn canvas of a lesson, and to the text of
the bare page.  The target is 1.5 times the bare page.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from .frames import LESSONS, chromium
from .websocket import serve


def paint(browser, url, selector):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    start = time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(selector)
    page.evaluate("() => new Promise(f => requestAnimationFrame(() => f(1)))")
    spent = time.monotonic() - start
    context.close()
    return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", default=LESSONS)
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text('import streamlit as st\nst.markdown("one line")\n')
        with serve(script) as bare, serve("app.py") as app, sync_playwright() as play:
            browser = chromium(play)
            pages = {"bare": (bare.url, "[data-testid=stMarkdown]"), **{s: (f"{app.url}/{s}", ".stage[data-ready] canvas") for s in a.lessons}}
            for url, selector in pages.values():
                paint(browser, url, selector)
            spent = {name: [] for name in pages}
            for _ in range(a.rounds):
                for name, (url, selector) in pages.items():
                    spent[name].append(paint(browser, url, selector))
            browser.close()
    least = statistics.median(spent["bare"])
    print(f"one line of Streamlit: {1000 * least:.0f} ms (best {1000 * min(spent['bare']):.0f})")
    for name in a.lessons:
        print(f"{name:10s} {1000 * statistics.median(spent[name]):.0f} ms, {statistics.median(spent[name]) / least:.2f} times (best {min(spent[name]) / min(spent['bare']):.2f})")


if __name__ == "__main__":
    main()
