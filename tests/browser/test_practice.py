"""The page of the sandbox to practise on, in a real browser without scripts."""

from pathlib import Path

import pytest

from connector.helpdesks import registry
from connector.sandbox.practice.server import Practice, PracticeClock
from tests.browser.axe import findings
from tests.browser.conftest import PHONE, Opener, screenshot


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ticket_is_written_answered_and_looked_at(open_page: Opener, tmp_path: Path, scheme: str) -> None:
    clock = PracticeClock(tmp_path / "practice-clock")
    with Practice(registry.plugin("zammad").houses[0].open(clock), clock).serve(0) as server:
        page = open_page(color_scheme=scheme, viewport=PHONE)
        page.goto(server.url)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", name="Line dead").wait_for()
        page.get_by_label("grace@interspace.example writes").fill("We are on it.")
        page.get_by_role("button", name="Answer the customer").click()
        page.get_by_text("We are on it.").wait_for()
        page.get_by_role("button", name="+1 h").click()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert findings(page) == []
        screenshot(page, f"practice-{scheme}-tickets")
        page.get_by_role("link", name="41001").click()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert findings(page) == []
        screenshot(page, f"practice-{scheme}-ticket")
