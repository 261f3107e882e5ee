"""The page of a ticket and the link in our question, in a real browser: what a button does is on the ticket."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from connector.domain.vocabulary import TicketState
from tests.browser.axe import findings
from tests.browser.conftest import Opener, screenshot
from tests.browser.customer import NIGHT, Desk, attach, desk_at, fill, send


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A Monday morning."""
    with desk_at(tmp_path) as made:
        yield made


def test_buttons_escalate_ask_and_add(desk: Desk, open_page: Opener) -> None:
    page = open_page(viewport={"width": 900, "height": 900})
    page.goto(desk.address())
    fill(page)
    send(page)
    ticket = desk.ticket_of(page)
    page.get_by_role("button", name="Open the ticket").click()
    page.get_by_role("button", name="Escalate to level 2").click()
    expect(page.locator("#reason-error")).to_be_visible()
    assert findings(page) == []
    page.fill("#reason", "Nobody should have to escalate this, and nobody has called us back.")
    page.get_by_role("button", name="Escalate to level 2").click()
    expect(page.get_by_role("status")).to_contain_text("Your request to escalate is with us.")
    expect(page.locator("[aria-current=step]")).to_contain_text("service manager for Acme")
    expect(page.get_by_role("region", name="Escalate")).to_contain_text("You can again from")
    screenshot(page, "ticket-escalated")
    assert findings(page) == []
    assert desk.stage.ticket(ticket).fields.escalation_level == 2
    page.get_by_role("button", name="Request the RFO").click()
    expect(page.get_by_role("button", name="Request the RFO")).to_have_count(0)
    rfo = desk.stage.ticket(ticket).fields.rfo_status
    assert rfo is not None
    page.fill("#text", "Here is the log.")
    attach(page, "log.txt", b"x", "text/plain")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert desk.stage.ticket(ticket).articles[-1].attachments == ("log.txt",)
    desk.agent.replies(ticket, "We are on it: a fibre is cut.")
    desk.agent.sets(ticket, state=TicketState.CLOSED)
    desk.stage.settle()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("main")).to_contain_text("log.txt")
    expect(page.locator("main")).to_contain_text("We are on it: a fibre is cut.")
    expect(page.get_by_role("region", name="Eskalieren")).to_have_count(0)
    screenshot(page, "ticket-closed-de")
    assert findings(page) == []


def test_a_consent_is_given_and_withdrawn_by_a_button(tmp_path: Path, open_page: Opener) -> None:
    with desk_at(tmp_path, NIGHT) as desk:
        page = open_page()
        page.goto(desk.address())
        fill(page, impact="non_service_affecting", time="21:50")
        send(page)
        ticket = desk.ticket_of(page)
        desk.agent.sets(ticket, deferral_support=True)
        desk.stage.settle()
        page.get_by_role("button", name="Open the ticket").click()
        screenshot(page, "ticket-defer")
        page.get_by_role("button", name="I agree to defer").click()
        expect(page.get_by_role("status")).to_contain_text("Your consent is with us.")
        deferred = desk.stage.ticket(ticket)
        assert deferred.fields.deferred_until == datetime.fromisoformat("2026-11-24T08:00+00:00")
        screenshot(page, "ticket-deferred")
        assert findings(page) == []
        page.get_by_role("button", name="Withdraw, please carry on now").click()
        expect(page.get_by_role("status")).to_contain_text("Your consent is withdrawn.")
        assert desk.stage.ticket(ticket).fields.deferred_until is None


def test_the_link_in_our_question_shows_and_only_the_button_agrees(tmp_path: Path, open_page: Opener) -> None:
    with desk_at(tmp_path, NIGHT) as desk:
        body = "No redundancy.\nService ID: SVC-1001\nStart time: 2026-11-23 20:50 UTC\nImpact: non service affecting\n"
        ticket = desk.customer.writes("Backup line dead", body)
        desk.stage.settle()
        desk.agent.sets(ticket, deferral_support=True)
        desk.stage.settle()
        letter = desk.stage.ticket(ticket).articles[-1].body
        link = re.search(r"https://support\.isp\.example(/form/consent\?link=\S+)", letter)
        assert link is not None
        page = open_page()
        for _ in range(3):
            page.goto(desk.url + link[1])
        screenshot(page, "consent")
        assert findings(page) == []
        desk.stage.settle()
        assert desk.stage.ticket(ticket).fields.deferred_until is None
        page.get_by_role("button", name="Yes, I agree to defer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        screenshot(page, "consent-given")
        assert findings(page) == []
        assert desk.stage.ticket(ticket).fields.deferred_until == datetime.fromisoformat("2026-11-24T08:00+00:00")
        # Opened and pressed again it changes nothing.
        page.goto(desk.url + link[1])
        page.get_by_role("button", name="Yes, I agree to defer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You have agreed already")
        page.goto(desk.url + link[1])
        page.get_by_role("button", name="No, please carry on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        assert desk.stage.ticket(ticket).fields.deferred_until is None
        desk.stage.advance(timedelta(hours=12))
        page.goto(desk.url + link[1])
        expect(page.get_by_role("heading", level=1)).to_have_text("This question is not open any more")
        page.goto(f"{desk.url}{link[1][:-1]}")
        expect(page.get_by_role("heading", level=1)).to_have_text("This link is not good any more")
        screenshot(page, "consent-wrong-link")
        assert findings(page) == []


def test_tickets_of_others_are_not_there(desk: Desk, open_page: Opener) -> None:
    page = open_page()
    page.goto(desk.address())
    fill(page)
    send(page)
    ticket = desk.ticket_of(page)
    stranger = open_page()
    for name in (ticket, "999"):
        stranger.goto("about:blank")
        stranger.goto(desk.address(None, f"tickets/{name}", org="northwind", sub="eve", email="eve@northwind.example"))
        expect(stranger.get_by_role("heading", level=1)).to_have_text("There is no such ticket")
    screenshot(stranger, "no-such-ticket")
    assert findings(stranger) == []
