"""How live is a lesson?  Drags every control in headless Chromium as a hand would.

    python -m benchmarks.frames [LESSON ...] [--seconds 2] [--width 1280] [--dark]

Per control: median, 95th percentile and worst gap between animation frames in ms while the button is down, how many
different pictures were seen before release (1: nothing moved), and from release to Python's answer on screen, as a
multiple of the same for the least there can be: a one-slider, one-line Streamlit page in the same browser.
Software rendering on a shared machine: trust the ratios.
"""

import argparse
import hashlib
import math
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import sync_playwright

from fisher_app.course import Course

from .websocket import percentile, serve

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LESSONS = [e.slug for e in Course.read().written]
BARE = 'import streamlit as st\nx = st.slider("x", 0, 100, 50)\nst.markdown(f"value {x}")\n'
DONE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
START = "() => { window.__t = []; const f = t => { window.__t.push(t); window.__f = requestAnimationFrame(f) }; window.__f = requestAnimationFrame(f) }"
STOP = "() => { cancelAnimationFrame(window.__f); return window.__t }"

# [x, y, cursor] over a grid of a canvas: the cursor says what a mouse would take hold of there, "" of nothing.
HOLDS = """c => { const b = c.getBoundingClientRect(), found = []; for (let y = 3; y < b.height; y += 7) for (let x = 3; x < b.width; x += 7) {
  c.dispatchEvent(new PointerEvent("pointermove", { clientX: b.left + x, clientY: b.top + y, pointerType: "mouse" })); found.push([b.left + x, b.top + y, c.style.cursor]); }
  return found; }"""


def chromium(play):
    import shutil

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    return play.chromium.launch(executable_path=path, args=FLAGS)


def drag(page, box, held, seconds, answered):
    """Sweep across the box from where something can be held; without such a place, from its middle."""
    x, y = held or (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    left, span = box["x"] + 0.1 * box["width"], 0.8 * box["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(START)
    end, i = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        page.mouse.move(left + span * (0.5 + 0.45 * math.sin(i / 12)), y)
        i += 1
    stamps = page.evaluate(STOP)
    pictures = set()
    for k in range(3):  # pictures are compared outside the timed part
        page.mouse.move(left + span * (0.2 + 0.3 * k), y)
        page.wait_for_timeout(80)
        pictures.add(hashlib.md5(page.screenshot()).hexdigest())
    start = time.monotonic()
    page.mouse.up()
    answered()
    return [b - a for a, b in pairwise(stamps)], len(pictures), 1000 * (time.monotonic() - start)


def floor(browser, rounds=8):
    """Release to done on a page with one slider and one line, by the keyboard: ms, median."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with serve(script) as server:
            page = browser.new_page()
            page.goto(server.url)
            slider = page.locator("input[type=range]").first
            slider.wait_for()
            page.wait_for_timeout(1000)
            spent = []
            for _ in range(rounds):
                value = int(slider.input_value()) + 1
                start = time.monotonic()
                slider.press("ArrowRight")
                page.get_by_text(f"value {value}", exact=True).wait_for()
                spent.append(1000 * (time.monotonic() - start))
            page.close()
    return statistics.median(spent)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", default=LESSONS)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    a = parser.parse_args()
    with sync_playwright() as play, serve("app.py") as server:
        browser = chromium(play)
        least = floor(browser)
        print(f"one slider and one line of Streamlit: {least:.0f} ms from key to text")
        for lesson in a.lessons:
            page = browser.new_page(viewport={"width": a.width, "height": 900}, color_scheme="dark" if a.dark else "light")
            errors = []
            page.on("pageerror", lambda e, errors=errors: errors.append(str(e)))
            page.goto(f"{server.url}/{lesson}")
            page.wait_for_selector(".stage[data-ready] canvas")
            page.wait_for_timeout(1000)
            stage = page.locator(".stage")
            print(f"{lesson}")
            controls = page.locator(".stage input[type=range]:visible, .stage canvas.live:visible")
            for i in range(min(controls.count(), 6)):
                control = controls.nth(i)
                control.scroll_into_view_if_needed()
                box, name = control.bounding_box(), control.get_attribute("aria-label") or ""
                before = stage.get_attribute("data-sent")

                def answered(stage=stage, before=before):
                    deadline = time.monotonic() + 10
                    while time.monotonic() < deadline:
                        sent, ready = stage.evaluate("s => [s.dataset.sent ?? null, s.dataset.ready]")
                        if sent != before and ready.split(".")[1] == sent:
                            return
                        time.sleep(0.005)

                holds = [(x, y) for x, y, cursor in control.evaluate(HOLDS) if cursor] if control.evaluate("c => c.tagName === 'CANVAS'") else []
                gaps, pictures, release = drag(page, box, holds[len(holds) // 2] if holds else None, a.seconds, answered)
                print(
                    f"  {name[:40]:40s} frames median {statistics.median(gaps):.1f} p95 {percentile(gaps, 95):.1f} worst {max(gaps):.0f} ms;"
                    f" {pictures} pictures before release; release to answer {release:.0f} ms ({release / least:.1f} x the least)"
                )
            if errors:
                print(f"  page errors: {errors[:3]}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
