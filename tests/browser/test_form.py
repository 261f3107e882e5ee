"""The report form in a real browser, as it stands in a panel: on a sandbox helpdesk, with the rules at work."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from connector.domain.vocabulary import Actor, Impact
from tests.browser.axe import findings
from tests.browser.conftest import PHONE, Opener, screenshot
from tests.browser.customer import Desk, attach, desk_at, fill, fits, send


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A Monday morning."""
    with desk_at(tmp_path) as made:
        yield made


def test_a_fault_is_reported_and_becomes_a_ticket(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.goto(desk.address())
    assert "#" not in page.url
    expect(page.get_by_role("heading", name="Report a fault")).to_be_focused()
    expect(page.locator(".service")).to_contain_text("BER-ACC-0001")
    fill(page)
    expect(page.locator("#start-utc")).to_have_text("= 2026-11-23 09:40 UTC")
    page.check("input[name=urgency][value=high]")
    page.check("input[name=fault][value=permanent]")
    page.fill("#details", "Since the thunderstorm.\nLEDs are off.")
    page.fill("#addresses", "192.0.2.7, 2001:db8::/48")
    page.fill("#tests", "ping: 100 % loss")
    attach(page, "mtr.txt", b"lost", "text/plain")
    screenshot(page, "report-filled")
    assert findings(page) == []
    send(page)
    number = page.locator(".number")
    expect(number).to_have_text(re.compile(r"\d+"))
    expect(page.locator("main")).to_contain_text("P1 critical")
    screenshot(page, "sent")
    assert findings(page) == []
    ticket = desk.stage.ticket(desk.ticket_of(page))
    assert ticket.fields.service_id == "SVC-1001"
    assert ticket.fields.impact is Impact.SERVICE_AFFECTING
    assert ticket.fields.problem_start == datetime.fromisoformat("2026-11-23T09:40+00:00")
    assert ticket.fields.ip_addresses == "192.0.2.7, 2001:db8::/48"
    assert ticket.customer.email == "bob@acme.example"
    assert ticket.articles[0].author is Actor.CUSTOMER
    assert ticket.articles[0].attachments == ("mtr.txt",)
    assert "Since the thunderstorm." in ticket.articles[0].body


def test_everything_that_is_wrong_is_said_beside_its_control(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.goto(desk.address())
    page.fill("#addresses", "192.0.2.999")
    page.fill("#details", "kept")
    send(page)
    summary = page.locator("#summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_count(4)
    expect(page.locator("#addresses")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#details")).to_have_value("kept")
    screenshot(page, "report-errors")
    assert findings(page) == []
    summary.get_by_role("link", name=re.compile("What is wrong")).click()
    expect(page.locator("#title")).to_be_focused()
    assert desk.stage.house.tickets() == []


@pytest.mark.parametrize("time", ["02:30", ""])
def test_a_start_that_nobody_can_know_is_asked_for(desk: Desk, open_page: Opener, time: str) -> None:
    page = open_page()
    page.goto(desk.address())
    fill(page)
    # At three o'clock the clocks of Berlin were put back to two.
    page.fill("#start-day", "2026-10-25")
    page.fill("#start-time", time)
    send(page)
    expect(page.locator("#start-day-error")).to_be_visible()
    page.fill("#start-time", "02:30")
    page.select_option("#start-zone", "UTC")
    send(page)
    expect(page.locator(".number")).to_be_visible()
    start = desk.stage.ticket(desk.ticket_of(page)).fields.problem_start
    assert start == datetime.fromisoformat("2026-10-25T02:30+00:00")


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Störung melden"), ("fr", "Signaler un incident"), ("es", "Comunicar una avería")]
)
def test_the_page_speaks_the_readers_language(desk: Desk, open_page: Opener, language: str, heading: str) -> None:
    page = open_page()
    page.goto(desk.address(lang=language))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.fill("#title", "bleibt")
    screenshot(page, f"report-{language}")
    assert findings(page) == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report a fault")
    expect(page.locator("#title")).to_have_value("bleibt")
    expect(page.locator("#summary")).to_have_count(0)


def test_the_keyboard_is_enough(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.goto(desk.address())
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    def tab_to(target: Locator) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if target.evaluate("each => each === document.activeElement"):
                return
        raise AssertionError(f"the keyboard does not come to {target}")

    tab_to(page.locator("#title"))
    page.keyboard.type("No traffic")
    tab_to(page.locator("#start-day"))
    page.keyboard.type("11232026")
    tab_to(page.locator("#start-time"))
    page.keyboard.type("1040AM")
    tab_to(page.locator("#impact"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[value=degradation]")).to_be_checked()
    # Enter in a line sends the form, and no button before it.
    page.locator("#title").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".number")).to_be_visible()
    assert desk.stage.ticket(desk.ticket_of(page)).fields.impact is Impact.DEGRADATION


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_phone_by_day_and_night(desk: Desk, open_page: Opener, scheme: str) -> None:
    page = open_page(viewport=PHONE, color_scheme=scheme)

    def is_well(name: str) -> None:
        screenshot(page, f"phone-{scheme}-{name}")
        assert findings(page) == []
        assert fits(page)

    page.goto(desk.address(service=None))
    is_well("services")
    page.get_by_role("button", name="Choose SVC-1001").click()
    send(page)
    expect(page.locator("#summary")).to_be_visible()
    is_well("errors")
    fill(page)
    send(page)
    expect(page.locator(".number")).to_be_visible()
    is_well("sent")
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ticket")
    is_well("ticket")
    page.goto(f"{desk.url}/form/")
    is_well("without-token")


def test_what_is_reported_already_is_shown_before_it_is_reported_again(desk: Desk, open_page: Opener) -> None:
    first = open_page()
    first.goto(desk.address())
    fill(first, title="Fibre cut <b>near</b> the station")
    send(first)
    expect(first.locator(".number")).to_be_visible()
    number = first.locator(".number").inner_text()
    again = open_page()
    again.goto(desk.address())
    reported = again.get_by_role("region", name="Already reported?")
    expect(reported).to_contain_text(number)
    expect(reported).to_contain_text("Fibre cut <b>near</b> the station")
    screenshot(again, "already-reported")
    assert findings(again) == []
    reported.get_by_role("button", name=f"Open {number}").click()
    expect(again.get_by_role("heading", level=1)).to_have_text(f"Ticket {number}")
    again.fill("#text", "Still down.")
    again.get_by_role("button", name="Send message").click()
    expect(again.get_by_role("status")).to_contain_text("Your message is with us.")
    ticket = desk.stage.ticket(desk.ticket_of(first))
    assert [article.body for article in ticket.articles if article.author is Actor.CUSTOMER][-1] == "Still down."
    # Of another service nothing is said.
    other = open_page()
    other.goto(desk.address(service="SVC-1002"))
    expect(other.locator("#reported")).to_have_count(0)


def test_a_report_that_is_sent_twice_is_one_ticket(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.goto(desk.address())
    fill(page)
    filled = page.evaluate("Object.fromEntries(new FormData(document.querySelector('[enctype]')))")
    page.get_by_role("button", name="Send report").last.dblclick(no_wait_after=True)
    expect(page.locator(".number")).to_be_visible()
    number = page.locator(".number").inner_text()
    # The same page once more, out of a browser's memory and changed there.
    again = {name: value for name, value in filled.items() if isinstance(value, str)} | {"title": "Changed since"}
    boxes = "".join(f'<input name="{name}" value="{value}">' for name, value in again.items())
    page.set_content(f'<form method="post" action="{desk.url}/form/report">{boxes}<button>Again</button></form>')
    page.get_by_role("button").click()
    expect(page.locator(".number")).to_have_text(number)
    expect(page.locator("main")).to_contain_text("What you changed since then was not sent")
    screenshot(page, "sent-twice")
    assert len(desk.stage.house.tickets()) == 1


def test_a_token_opens_one_page_and_a_page_lives_for_a_while(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    address = desk.address()
    page.goto(address)
    fill(page)
    other = open_page()
    other.goto(address)
    expect(other.get_by_role("heading", level=1)).to_have_text("This page was opened already")
    screenshot(other, "opened-already")
    assert findings(other) == []
    late = desk.address()
    desk.stage.advance(timedelta(hours=3))
    other.goto("about:blank")
    other.goto(late)
    expect(other.get_by_role("heading", level=1)).to_have_text("This page has been open for too long")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("This page has been open for too long")
    screenshot(page, "too-long")
    assert findings(page) == []
    assert desk.stage.house.tickets() == []


HOSTILE = "</textarea><script>document.title='owned'</script>{{7*7}} ' \" <img src=x onerror=alert(1)> \u202egpj.exe"


def test_what_somebody_writes_stays_text(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail("a script of a stranger ran"))
    page.goto(desk.address())
    fill(page, title=HOSTILE)
    page.fill("#details", HOSTILE)
    page.fill("#addresses", HOSTILE)
    attach(page, "../<b>x.txt", b"<script>", "text/html")
    send(page)
    expect(page.locator("#summary")).to_be_visible()
    expect(page.locator("#title")).to_have_value(HOSTILE)
    page.fill("#addresses", "")
    send(page)
    expect(page.locator(".number")).to_be_visible()
    assert "owned" not in page.title()
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.locator(".said").first).to_contain_text("</textarea><script>")
    assert "owned" not in page.title()
    assert page.locator("main script, main img").count() == 0


def test_it_works_without_javascript(desk: Desk, open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    word = desk.address().partition("#")[2]
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{desk.url}/form/?service=SVC-1001"><input name="token" value="{word}">'
        "<button>Open</button></form>"
    )
    page.get_by_role("button").click()
    send(page)
    expect(page.locator("#summary")).to_be_visible()
    fill(page)
    send(page)
    expect(page.locator(".number")).to_be_visible()
    page.get_by_role("button", name="Open the ticket").click()
    page.fill("#reason", "We wait.")
    page.get_by_role("button", name="Escalate to level 2").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert len(desk.stage.house.tickets()) == 1


def test_a_report_waits_for_a_helpdesk_that_is_down(tmp_path: Path, open_page: Opener) -> None:
    with desk_at(tmp_path, settles=False) as desk:
        page = open_page()
        page.goto(desk.address())
        fill(page)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your report is with us")
        screenshot(page, "waiting")
        assert findings(page) == []
        desk.stage.settle()
        page.get_by_role("button", name="Look again").click()
        expect(page.locator(".number")).to_have_text(re.compile(r"\d+"))
        assert len(desk.stage.house.tickets()) == 1
