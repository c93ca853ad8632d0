"""The app as deploy/ serves it: under its content security policy everything draws, and nothing is refused."""

import os
import shutil

import pytest
from reader import SLUGS

from benchmarks.websocket import deployed


@pytest.mark.skipif(shutil.which("haproxy") is None and not os.environ.get("CI"), reason="no HAProxy on this machine (on Debian: apt-get install haproxy)")
def test_nothing_is_refused_by_the_policy(visit):
    with deployed(1) as server:
        tab = visit(base=server.url, wait=False)
        page = tab.page
        page.context.add_init_script("window.refused = []; document.addEventListener('securitypolicyviolation', e => refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))")
        for slug in ("", SLUGS[0], "digits" if "digits" in SLUGS else SLUGS[-1]):
            tab.open(slug).ready()
            assert page.locator(".stage .figures canvas").count()
            assert page.evaluate("refused") == []
        page.locator(".stage .controls input[type=range], .stage .player input[type=range]").first.press("ArrowRight")
        tab.ready()
        page.locator("[data-key=tool-download]").click()
        with page.expect_download():
            page.locator(".stage .menu button").nth(1).click()  # an image made in the page
        assert page.evaluate("refused") == []
        ran = page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.head.append(s); return window.ran ?? null; }")
        assert ran is None and len(page.evaluate("refused")) == 1, "the policy is in force"
        tab.problems.clear()
