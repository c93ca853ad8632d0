"""What a hand, a keyboard and a screen reader find, on every lesson.  No test names a lesson."""

import base64
import re
from xml.etree import ElementTree

from axe_playwright_python.sync_playwright import Axe
from reader import lesson

from benchmarks.frames import HOLDS

AXE = Axe()


def axe_faults(tab):
    found = AXE.run(tab.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).response["violations"]
    # Streamlit's own chrome is not ours to mend: only what lies in the stage counts, whose selectors run through a shadow root.
    ours = []
    for fault in found:
        nodes = [n["target"] for n in fault["nodes"] if any(isinstance(t, list) or "stage" in str(t) for t in n["target"])]
        if nodes and fault["impact"] in ("serious", "critical"):
            ours.append((fault["id"], nodes[:3], fault["nodes"][0].get("failureSummary", "")[:300]))
    return ours


def looks_right(tab):
    """At 1280 px everything on one screen; on a phone one column; at both no serious fault of accessibility."""
    assert all(len(p) > 2000 for p in tab.pixels()[:1]), "the main figure is not empty"
    assert tab.sideways() <= 0
    bottom = tab.page.locator(".stage .bottom .row").bounding_box()
    assert bottom["y"] + bottom["height"] <= 800, "claim, question, figure, controls and checks share one screen"
    assert not axe_faults(tab)
    wide = tab.pixels()
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.page.wait_for_timeout(300)
    assert tab.sideways() <= 0, "one column on a phone"
    assert tab.pixels() != wide
    box = tab.page.locator(".stage .figures canvas").first.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["width"] > 280
    small = tab.page.locator(".stage").evaluate(
        """s => [...s.querySelectorAll('button, input[type=range], select, summary, a[href]')].filter(e => { const b = e.getBoundingClientRect(); return b.width && b.height < 24 && !e.closest('.extras li'); }).map(e => e.dataset.key ?? e.textContent.slice(0, 30))"""
    )
    assert not small, f"too low for a thumb: {small}"
    assert not axe_faults(tab)


def ground(tab):
    return tab.page.locator(".stage").evaluate("s => getComputedStyle(s.getRootNode().host ?? s).getPropertyValue('--st-background-color')").strip().lower()


def test_it_draws_and_fits_in_the_light(tab):
    assert ground(tab) in ("#ffffff", "#fff", "rgb(255, 255, 255)")
    try:
        looks_right(tab)
    finally:
        tab.page.set_viewport_size({"width": 1280, "height": 800})
        tab.page.wait_for_timeout(200)


def test_it_draws_and_fits_in_the_dark_and_starts_still(visit, slug):
    tab = visit(slug, dark=True, reduced_motion="reduce")
    assert ground(tab) in ("#0e1117", "rgb(14, 17, 23)")
    first = tab.pixels()
    tab.page.wait_for_timeout(400)
    assert tab.pixels() == first, "nothing moves before the reader does"
    running = tab.page.locator(".stage").evaluate("s => s.getRootNode().getAnimations?.().filter(a => a.playState === 'running').length ?? 0")
    assert running == 0
    looks_right(tab)


def test_axe_sees_into_the_stage(visit):
    """A fault planted in the stage is found: the silence of the other tests means something."""
    tab = visit("kl")
    tab.page.locator(".stage .head").evaluate("e => { const b = document.createElement('button'); b.className = 'planted'; e.append(b); }")
    assert any(fault == "button-name" for fault, *_ in axe_faults(tab))


def press_slider(tab, slider):
    """Press the mouse where the slider's thumb can be moved from; returns its box."""
    box = slider.bounding_box()
    tab.page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + box["height"] / 2)
    tab.page.mouse.down()
    return box


def test_a_slider_is_live_and_release_is_exact(tab, visit, slug):
    slider = tab.page.locator(".stage .controls input[type=range]").first
    box = press_slider(tab, slider)
    sent, pictures = len(tab.sent), set()
    for share in (0.5, 0.62, 0.3, 0.8, 0.7):
        tab.page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2, steps=3)
        tab.page.wait_for_timeout(60)
        pictures.add("".join(tab.pixels()))
    assert len(pictures) >= 4, "pictures change before release"
    assert len(tab.sent) == sent, "nothing is sent while the button is down"
    tab.act(tab.page.mouse.up)
    key = slider.get_attribute("data-control")
    assert re.search(rf"(^|&){key}=", tab.query), f"{key} is in the address: {tab.page.url}"

    other = visit(f"{slug}?{tab.query}")
    assert other.numbers() == tab.numbers()
    tab.page.mouse.move(5, 5)
    blur(tab)
    assert other.pixels() == tab.pixels(), "the link shows the same picture"


def blur(tab):
    tab.page.evaluate("() => { const deep = r => { const a = r.activeElement; return a?.shadowRoot ? deep(a.shadowRoot) ?? a : a; }; deep(document)?.blur?.(); }")
    tab.ready()


def test_the_figure_itself_can_be_taken_hold_of(tab):
    """Where the cursor says so: a handle is dragged, marks are clicked."""
    canvases = tab.page.locator(".stage canvas.live")
    assert canvases.count(), "some view can be taken hold of"
    for i in range(canvases.count()):
        canvases.nth(i).scroll_into_view_if_needed()
        spots = canvases.nth(i).evaluate(HOLDS)
        assert any(not cursor for *_, cursor in spots), "not everywhere"
        handle = [(x, y) for x, y, cursor in spots if cursor in ("grab", "ew-resize", "ns-resize")]
        marks = [(x, y) for x, y, cursor in spots if cursor in ("pointer", "crosshair")]
        assert handle or marks
        pictures = {"".join(tab.pixels())}
        if handle:
            x, y = handle[len(handle) // 2]
            tab.page.mouse.move(x, y)
            tab.page.mouse.down()
            for dx, dy in ((-20, -8), (-45, -16), (30, 12), (60, 20)):
                tab.page.mouse.move(x + dx, y + dy, steps=3)
                tab.page.wait_for_timeout(60)
                pictures.add("".join(tab.pixels()))
            tab.page.mouse.up()
        else:
            for x, y in marks[:: max(1, len(marks) // 4)]:
                tab.page.mouse.click(x, y)
                tab.page.wait_for_timeout(60)
                pictures.add("".join(tab.pixels()))
        assert len(pictures) >= (3 if handle else 2), (i, len(handle), len(marks))
        tab.page.wait_for_timeout(800)  # a control of the browser's own is told to Python later
        tab.ready()


def test_presets_undo_reset(tab, slug):
    start = tab.numbers(), tab.query
    for preset in lesson(slug).presets[:2]:
        tab.click(f"[data-key='preset-{preset.key}']")
        assert tab.page.locator(f".stage [data-key='preset-{preset.key}']").get_attribute("aria-pressed") == "true"
    tab.click("[data-key='tool-undo']")
    tab.click("[data-key='tool-undo']")
    assert (tab.numbers(), tab.query) == start
    tab.click(f"[data-key='preset-{lesson(slug).presets[-1].key}']")
    tab.click("[data-key='tool-reset']")
    assert (tab.numbers(), tab.query) == start


def focused(tab):
    return tab.page.evaluate("() => { const deep = r => { const a = r.activeElement; return a?.shadowRoot ? deep(a.shadowRoot) ?? a : a; }; const a = deep(document); return a ? [a.tagName, a.dataset.key ?? '', a.getAttribute('aria-label') ?? ''] : null; }")


def test_keyboard_alone(tab):
    tab.page.locator(".stage .bar a").first.focus()
    seen = []
    for _ in range(90):
        tab.page.keyboard.press("Tab")
        seen.append(tuple(focused(tab)))
        if len(seen) > 3 and seen[-1][1].startswith("preset-"):
            break
    keys = [k for _, k, _ in seen]
    assert "tool-reset" in keys
    assert any(tag == "INPUT" and key.startswith("in-") for tag, key, _ in seen), keys
    assert any(tag == "CANVAS" for tag, *_ in seen), "the figure's handle is reached by Tab"
    assert any(k.startswith(("option-", "order-", "guess-")) for k in keys) and "commit" in keys, keys

    slider = tab.page.locator(".stage .controls input[type=range]").first
    slider.focus()
    outline = slider.evaluate("e => { const s = getComputedStyle(e); return s.outlineStyle + s.boxShadow; }")
    assert outline != "nonenone", "focus can be seen"
    before, words = tab.pixels(), slider.get_attribute("aria-valuetext")
    tab.act(lambda: [tab.page.keyboard.press("ArrowRight") for _ in range(3)])
    assert tab.pixels() != before and slider.get_attribute("aria-valuetext") != words

    handle = tab.page.locator(".stage canvas.live").first
    handle.focus()
    before, words = tab.pixels(), handle.get_attribute("aria-valuetext")
    for key in ("ArrowRight", "Shift+ArrowRight", "ArrowLeft"):
        tab.page.keyboard.press(key)
    tab.page.wait_for_timeout(100)
    assert tab.pixels() != before and handle.get_attribute("aria-valuetext") != words
    tab.page.wait_for_timeout(800)
    tab.ready()


def test_predict_then_see(tab, slug):
    question = lesson(slug).predictions[0]
    stage = tab.page.locator(".stage")
    del tab.received[:]
    tab.click("[data-key='tool-reset']")
    wire = b"".join(tab.received)
    assert b'"predictions"' in wire
    for word in (b'"answered"', b'"feedback"', b'"headline"'):
        assert word not in wire, f"{word} came before the commitment"
    options = stage.locator(".predict [data-key^='option-']")
    if options.count():
        options.last.click()
    elif stage.locator(".predict [data-guess]").count():
        for i, axis in enumerate((question.x, question.y)):
            stage.locator(".predict [data-guess]").nth(i).fill(str(round((axis["lo"] + 2 * axis["hi"]) / 3, 2)))
    before = tab.pixels()
    tab.click("[data-key='commit']")
    wire = b"".join(tab.received)
    assert b'"answered"' in wire and b'"feedback"' in wire
    observe = stage.locator(".predict .option")
    if question.observe:
        assert observe.count() >= 2
        observe.first.click()
    assert stage.locator(".predict .feedback .truth").inner_text().strip()
    assert "You said" in stage.locator(".predict .eyebrow").inner_text()
    assert tab.pixels() != before, "the answer is drawn"
    if len(lesson(slug).predictions) > 1:
        tab.click("[data-key='next']")
        tab.click("[data-key='skip']")
        assert "You said" not in stage.locator(".predict .eyebrow").inner_text()
        assert stage.locator(".predict .feedback .truth").inner_text().strip()


def test_player(tab, slug):
    stage = tab.page.locator(".stage")
    if not stage.locator(".player").count():
        tabs = [k for k in lesson(slug).figures]
        for key in tabs[1:]:
            tab.click(f"[data-key='tab-{key}']")
            if stage.locator(".player").count():
                break
        else:
            return  # nothing is played in this lesson
    scrub = stage.locator(".player input[type=range]")
    stage.locator(".player [data-key='tool-back']").click()
    scrub.evaluate("e => { e.value = 0; e.dispatchEvent(new Event('input')); }")
    at = lambda: int(scrub.evaluate("e => e.value"))  # noqa: E731
    tab.page.wait_for_timeout(80)
    first = tab.pixels()
    stage.locator(".player [data-key='tool-forward']").click()
    stage.locator(".player [data-key='tool-forward']").click()
    tab.page.wait_for_timeout(80)
    assert at() == 2 and tab.pixels() != first
    stage.locator(".player [data-key='tool-back']").click()
    stage.locator(".player [data-key='tool-back']").click()
    tab.page.wait_for_timeout(80)
    assert at() == 0 and tab.pixels() == first, "stepping back shows what was there"
    stage.locator(".player [data-key='play']").click()
    tab.page.wait_for_timeout(700)
    assert stage.locator(".player [data-key='play']").get_attribute("aria-label") == "Pause"
    stage.locator(".player [data-key='play']").click()
    tab.page.wait_for_timeout(100)
    stopped = at()
    assert stopped > 2
    tab.page.wait_for_timeout(900)
    tab.ready()
    assert at() == stopped, "Python's answer does not move the player"


def test_take_away(tab, slug, tmp_path):
    page = tab.page

    def take(words):
        page.locator(".stage [data-key='tool-download']").click()
        with page.expect_download() as download:
            page.locator(".stage .menu").get_by_text(words, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert not page.locator(".stage .menu").is_visible(), "it closes after its choice"
        return path.name, path.read_bytes()

    views = page.locator(".stage .figures [data-view]:not(canvas)").count()
    captions = page.locator(".stage .caption b").all_inner_texts()
    panels = [("Panel 1, SVG", b"<svg")] if views > 1 else []
    for words, start in [("Figure, SVG", b"<svg"), ("Figure, PNG", b"\x89PNG"), ("Data, CSV", b'\xef\xbb\xbf"Fisher Lab'), *panels]:
        name, content = take(words)
        assert content.startswith(start) and len(content) > 500, (words, content[:60])
        suffix = words[-3:].lower()
        assert name == f"fisher-lab-{slug}.{suffix}" if "Panel" not in words else name.startswith(f"fisher-lab-{slug}-")
        if suffix == "png":
            assert int.from_bytes(content[16:20], "big") == 2000, "wide enough for a slide"
            continue
        text = content.decode("utf-8")
        assert not re.search(r"127\.0\.0\.1|localhost|file:", text), "no address of a machine"
        if suffix == "svg":
            root = ElementTree.fromstring(text)
            written = ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]
            assert "data:font/woff2" in text and f"Fisher Lab · {slug}" in " ".join(written)
            assert not any("hidden until" in w for w in written)
            said = " ".join(written)
            for caption in captions[: 1 if "Panel" in words else None]:
                assert caption.split()[0].rstrip(".,:") in said, f"{words}: the caption {caption}"
            opened = tab.context.new_page()
            opened.goto("data:image/svg+xml;base64," + base64.b64encode(content).decode())
            assert opened.evaluate("document.documentElement.getBBox().width") > 500
            opened.close()
    tab.click(f"[data-key='preset-{lesson(slug).presets[-1].key}']")
    page.locator(".stage [data-key='tool-link']").click()
    page.wait_for_timeout(150)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.locator(".stage [data-key='tool-code']").click()
    assert page.locator(".stage details[data-name=code] pre").is_visible()
    page.locator(".stage [data-key='tool-table']").click()
    twin = page.locator(".stage details[data-name=twin]")
    assert twin.locator("table").count() >= 1
    assert "?" not in re.sub(r"\?[^ ]", "", twin.locator("p").first.inner_text()) or lesson(slug).predictions


def test_tabs(tab, slug):
    figures = list(lesson(slug).figures)
    if len(figures) == 1:
        return
    for key in [*figures[1:], figures[0]]:
        tab.click(f"[data-key='tab-{key}']")
        assert tab.page.locator(f".stage [data-key='tab-{key}']").get_attribute("aria-selected") == "true"
        assert tab.pixels()
        assert tab.sideways() <= 0
        bottom = tab.page.locator(".stage .bottom .row").bounding_box()
        assert bottom["y"] + bottom["height"] <= 800, key


NAMES = """async () => {
  const main = (function find(root) { for (const e of root.querySelectorAll("*")) { if (e.classList?.contains("stage")) return e; const f = e.shadowRoot && find(e.shadowRoot); if (f) return f; } return null; })(document);
  const { stages } = await import(performance.getEntriesByType("resource").find(r => /\\/stage\\.js\\?/.test(r.name)).name);
  const stage = stages.get(main.parentElement ?? main.getRootNode()) ?? stages.get(main.getRootNode()), before = { ...stage.values }, faults = [];
  let names = 0;
  const look = where => {
    stage.memory.clear(); stage.draw();
    names += stage.written.length;
    stage.written.forEach((n, i) => {
      const { clientWidth: w, clientHeight: h } = stage.canvases.get(n.view);
      if (n.x0 < -0.5 || n.y0 < -0.5 || n.x1 > w + 0.5 || n.y1 > h + 0.5) faults.push([where, n.text, "leaves", n.x0, n.y0, n.x1, n.y1, w, h]);
      for (const m of stage.written.slice(0, i)) if (m.view === n.view && Math.min(m.x1, n.x1) - Math.max(m.x0, n.x0) > 1 && Math.min(m.y1, n.y1) - Math.max(m.y0, n.y0) > 1) faults.push([where, n.text, "on", m.text]);
    });
  };
  look("here");
  const moved = [...stage.controls.values()].filter(c => c.nodes);
  for (const c of moved) for (const end of [c.nodes[0], c.nodes.at(-1)]) {
    Object.assign(stage.values, before, { [c.key]: end, _moved: c.key });
    look(`${c.key} = ${end}`);
  }
  Object.assign(stage.values, before); stage.memory.clear(); stage.draw();
  return { names, faults };
}"""


def test_names_of_marks_are_whole_and_apart_at_both_ends_of_every_slider(tab, slug):
    figures, faults = list(lesson(slug).figures), []
    for key in [*figures[1:], figures[0]]:
        if len(figures) > 1:
            tab.click(f"[data-key='tab-{key}']")
        for width in (1280, 390):
            tab.page.set_viewport_size({"width": width, "height": 800})
            tab.page.wait_for_timeout(120)
            found = tab.page.evaluate(NAMES)
            faults += [(key, width, *f) for f in found["faults"]]
            if not found["names"]:
                break
    tab.page.set_viewport_size({"width": 1280, "height": 800})
    assert not faults, faults[:8]


def test_a_run_goes_on_while_a_hand_moves_and_stops_when_told(tab):
    """Only lessons that compute in the background have the button."""
    button = tab.page.locator(".stage [data-key='run']")
    if not button.count():
        return
    tab.page.locator(".stage .more").click()  # a seed that nobody has asked for, or the run might be done already
    tab.act(lambda: (tab.page.locator(".stage [data-key='in-seed']").fill("4321"), tab.page.locator(".stage [data-key='in-seed']").press("Enter")))
    tab.click("[data-key='run']")
    tab.page.wait_for_function("s => s.getRootNode().querySelector('.run progress')?.value > 0", arg=tab.page.locator(".stage").element_handle())
    assert button.inner_text() == "Cancel"
    slider = tab.page.locator(".stage .controls input[type=range]").first
    before = slider.input_value()
    tab.act(lambda: (slider.focus(), tab.page.keyboard.press("ArrowRight")))
    assert slider.input_value() != before, "the page is usable meanwhile"
    bottom = tab.page.locator(".stage .bottom .row").bounding_box()
    assert bottom["y"] + bottom["height"] <= 900
    if button.inner_text() == "Cancel":  # unless what moved belongs to the run, which then has ended
        tab.click("[data-key='run']")
    tab.page.wait_for_function("s => !s.getRootNode().querySelector('.run progress')", arg=tab.page.locator(".stage").element_handle())
    assert button.inner_text() != "Cancel" and button.is_enabled()
