"""``make demo-panel``, as somebody sees it who has just cloned the project."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.conftest import Opener, screenshot

ROOT = Path(__file__).parents[2]


@pytest.fixture
def panel() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The panel's address, and the process that is all of it."""
    command = [sys.executable, "deploy/example-panel/demo.py", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = re.search(r"http://[\d.:]+/", process.stdout.readline())
        assert told is not None
        yield told[0], process
        process.kill()


def test_from_the_panel_to_the_answer_in_it(panel: tuple[str, subprocess.Popen[str]], open_page: Opener) -> None:
    url, process = panel
    page = open_page()
    page.goto(url)
    page.get_by_role("link", name="SVC-1001").click()
    form = page.frame_locator("interspace-ticket iframe")
    expect(form.locator(".service")).to_contain_text("BER-ACC-0001")
    assert page.locator("interspace-ticket").get_attribute("token") is None
    form.locator("#title").fill("No traffic since the storm")
    form.locator("#start-day").fill("2026-11-23")
    form.locator("#start-time").fill("10:40")
    form.locator("input[value=service_affecting]").check()
    height = page.locator("iframe").evaluate("each => each.offsetHeight")
    assert height > 1_000  # as high as the form: no second scroll bar
    screenshot(page, "panel-form")
    form.get_by_role("button", name="Send report").last.click()
    expect(form.locator(".number")).to_have_text(re.compile(r"\d+"), timeout=60_000)
    expect(form.locator("main")).to_contain_text("First response by")
    form.get_by_role("button", name="Open the ticket").click()
    form.locator("#reason").fill("It is our only line.")
    form.get_by_role("button", name="Escalate to level 2").click()
    expect(form.get_by_role("status")).to_be_visible(timeout=60_000)
    # Support answers after ten seconds; whoever looks again sees it.
    answer = form.get_by_text("have sent an engineer")
    for _ in range(60):
        form.get_by_role("button", name="Deutsch").click()
        form.get_by_role("button", name="English").click()
        expect(form.get_by_role("heading", level=1)).to_contain_text("Ticket")
        if answer.count():
            break
        page.wait_for_timeout(1_000)
    expect(answer).to_be_visible()
    expect(form.locator("[aria-current=step]")).to_contain_text("service manager for Acme")
    screenshot(page, "panel-answer")
    assert findings(page.frames[1]) == []
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
