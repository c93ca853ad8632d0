"""Arriving, moving about, coming back: addresses, navigation, servers that go away, thirty readers at once."""

import time
from itertools import pairwise

import psutil
from reader import SLUGS, course, lesson

from benchmarks.websocket import free_port, serve


def moved_query(slug):
    """An address that differs from the default in its first slider."""
    slider = next(c for c in lesson(slug).controls if c.wire()["kind"] == "slider" and not c.local)
    value = next(v for v in slider.nodes[len(slider.nodes) // 3 :] if v != slider.default)
    return f"{slider.key}={slider.text(value)}"


def test_home(visit):
    """The page that opens the course names every written lesson and leads to it."""
    tab = visit()
    page = tab.page
    text = page.locator(".stage").inner_text()
    for entry in course().entries:
        if entry.page:
            assert entry.title in text, entry.title
            assert page.locator(f".stage a[href$='{entry.slug}']").count(), entry.slug
    assert tab.sideways() <= 0
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert tab.sideways() <= 0
    page.locator(f".stage a[href$='{SLUGS[0]}']").first.click()
    page.wait_for_url(f"**/{SLUGS[0]}*")
    page.wait_for_selector(f".stage .bar a[href='{SLUGS[1]}']")


def test_a_cold_deep_link_is_the_first_thing_a_server_sees(visit):
    slug = SLUGS[-1]
    query = moved_query(slug)
    with serve("app.py") as fresh:
        tab = visit(f"{slug}?{query}", base=fresh.url)
        assert tab.query == query
        assert tab.page.locator(".stage .bar .position").inner_text().startswith("Lesson")
        assert tab.page.locator("[data-testid=stException]").count() == 0
        assert "could not be found" not in tab.page.locator("body").inner_text()
        tab.sound()


def test_from_lesson_to_lesson_and_back(visit):
    tab = visit(SLUGS[0])
    page = tab.page
    for here, there in pairwise(SLUGS):
        page.locator(f".stage .bar a[href='{there}']").click()
        page.wait_for_url(f"**/{there}*")
        page.wait_for_selector(f".stage .bar a[href='{here}']")
        tab.ready()
    page.go_back()
    page.wait_for_url(f"**/{SLUGS[-2]}*")
    tab.ready()


def test_state_survives_a_look_elsewhere(visit):
    first, second = SLUGS[:2]
    tab = visit(f"{first}?{moved_query(first)}")
    numbers = tab.numbers()
    tab.page.locator(f".stage .bar a[href='{second}']").click()
    tab.page.wait_for_selector(f".stage .bar a[href='{first}']")
    tab.ready()
    tab.page.locator(f".stage .bar a[href='{first}']").click()
    tab.page.wait_for_selector(f".stage .bar a[href='{second}']")
    tab.ready()
    assert tab.numbers() == numbers


def test_ten_steps_back(visit):
    tab = visit(SLUGS[0])
    slider = tab.page.locator(".stage .controls input[type=range]").first
    states = []
    for i in range(10):
        states.append((tab.query, slider.input_value()))
        slider.focus()
        tab.act(lambda key="ArrowRight" if i % 3 else "ArrowLeft": tab.page.keyboard.press(key))
    for state in reversed(states):
        tab.click("[data-key='tool-undo']")
        assert (tab.query, slider.input_value()) == state


def test_an_address_is_text_and_nothing_else(visit):
    slug = SLUGS[0]
    key = lesson(slug).controls[0].key
    tab = visit(f"{slug}?{key}=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&%3Cb%3E=1&v=9")
    notices = tab.page.locator(".stage .notices")
    assert f"{key}=<img" in notices.inner_text()
    assert notices.locator("img, b").count() == 0
    tab.click(".notices button")
    assert tab.page.locator(".stage .notices").count() == 0


def test_a_server_that_comes_back(visit):
    slug, port = SLUGS[-1], free_port()
    query = moved_query(slug)
    with serve("app.py", port=port) as first:
        tab = visit(f"{slug}?{query}", base=first.url)
        tab.expect_gaps()
        numbers, picture, sockets = tab.numbers(), tab.pixels(), tab.sockets
        first.process.kill()
        psutil.wait_procs([first.process], timeout=10)
    with serve("app.py", port=port):
        assert tab.numbers() == numbers, "the page stays as it was while the server is away"
        deadline = time.monotonic() + 40
        while tab.sockets == sockets and time.monotonic() < deadline:
            tab.page.wait_for_timeout(200)
        slider = tab.page.locator(".stage .controls input[type=range]").first
        place = int(slider.input_value())
        slider.press("ArrowRight")  # the session is gone, and with it who could answer: the page begins anew by itself
        tab.page.wait_for_function("at => performance.timeOrigin > at", arg=tab.page.evaluate("performance.timeOrigin"), timeout=40_000)
        tab.ready()
        assert int(slider.input_value()) == place + 1, "what was done is not lost"
        tab.act(lambda: slider.press("ArrowLeft"))
        assert tab.numbers() == numbers, "and it goes on from there"
        assert tab.query == query
        reloaded = tab.open(f"{slug}?{tab.query}").ready()
        assert reloaded.pixels() == picture
