"""The operations page in a real browser: at night on a phone, in the dark, by keyboard alone, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import findings
from tests.browser.conftest import PHONE, Opener, screenshot, served
from tests.unit.webhooks.ops_night import READ_TOKEN, TOKEN, Night, opened


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """A night on which something is wrong everywhere."""
    with opened(tmp_path) as made:
        yield made


def sign_in(page: Page, url: str, token: str = TOKEN) -> None:
    page.goto(f"{url}/ops/")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/ops/")


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_every_page_is_readable(open_page: Opener, night: Night, scheme: str, size: dict[str, int]) -> None:
    with served(night.app) as url:
        page = open_page(color_scheme=scheme, viewport=size)
        name = f"ops-{size['width']}-{scheme}"
        page.goto(f"{url}/ops/")
        assert (findings(page), fits(page)) == ([], True)
        screenshot(page, f"{name}-sign-in")
        sign_in(page, url)
        for details in page.locator("details").all():
            details.evaluate("each => each.open = true")
        assert (findings(page), fits(page)) == ([], True)
        screenshot(page, f"{name}-overview")
        page.goto(f"{url}/ops/zammad/{night.incident}")
        assert (findings(page), fits(page)) == ([], True)
        screenshot(page, f"{name}-ticket")
        page.goto(f"{url}/ops/no/such/page")
        assert (findings(page), fits(page)) == ([], True)


def test_without_scripts_and_by_keyboard_alone_a_dead_letter_is_tried_again(open_page: Opener, night: Night) -> None:
    with served(night.app) as url:
        page = open_page(java_script_enabled=False, viewport=PHONE)
        page.goto(f"{url}/ops/")
        page.keyboard.press("Tab")
        assert page.locator(":focus").text_content() == "To the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type(TOKEN)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/ops/")
        again = page.get_by_role("button", name="Try again")
        for _ in range(30):
            page.keyboard.press("Tab")
            if again.evaluate("each => each === document.activeElement"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/ops/?done=replay&n=1")
        assert page.get_by_role("status").text_content() == "1 will be tried again now"
    assert night.operations.table.dead_letters() == []


def test_a_click_on_the_helpdesk_leads_to_the_tickets_page(open_page: Opener, night: Night) -> None:
    with served(night.app) as url:
        page = open_page()
        sign_in(page, url)
        there = f"{url}/ops/zammad/{night.incident}"
        page.route("http://localhost/helpdesk", lambda route: route.fulfill(body=f"<a href='{there}'>explain</a>"))
        page.goto("http://localhost/helpdesk")
        page.get_by_role("link", name="explain").click()
        page.get_by_role("heading", name="What each rule sees and decides").wait_for()


def test_whoever_may_only_look_is_offered_nothing_to_do(open_page: Opener, night: Night) -> None:
    with served(night.app) as url:
        page = open_page(viewport=PHONE)
        sign_in(page, url, READ_TOKEN)
        assert page.get_by_role("button").all_text_contents() == ["Sign out", "Explain"]
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Token").wait_for()
