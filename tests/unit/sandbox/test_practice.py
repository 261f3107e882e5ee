"""The sandbox to practise on: people act on its page, its clock moves on, and an installation finds a bare helpdesk."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

from connector import clock
from connector.domain.model import TicketId
from connector.domain.vocabulary import Actor, Impact, Priority
from connector.helpdesks import registry
from connector.sandbox.practice.server import CUSTOMER, Practice, PracticeClock
from connector.sandbox.wire import Response
from connector.settings import declared

VARIANTS = {house.name: house for plugin in registry.plugins() for house in plugin.houses}


@pytest.fixture(scope="module", params=sorted(VARIANTS))
def practice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """A furnished helpdesk of each kind, for all tests."""
    moved = PracticeClock(tmp_path_factory.mktemp("clock") / "practice-clock")
    return Practice(VARIANTS[request.param].open(moved), moved)


def get(practice: Practice, path: str = "") -> str:
    answer = practice.handle("GET", f"/practice/{path}", {})
    assert answer.status == 200, answer.body
    return answer.body.decode()


def post(practice: Practice, path: str, **form: str) -> Response:
    return practice.handle("POST", f"/practice/{path}", {}, urlencode(form).encode())


def test_a_mail_opens_a_ticket_and_both_people_go_on_with_it(practice: Practice) -> None:
    made = post(practice, "new", subject="Line <b>dead</b>", body="SVC-1005 is down")
    where = made.headers["Location"].removeprefix("/practice/")
    assert post(practice, f"{where}/answer", body="We are on it.").status == 303
    assert post(practice, f"{where}/note", body="Fibre cut near the harbour.").status == 303
    assert post(practice, f"{where}/customer", body="Any news?").status == 303
    assert post(practice, f"{where}/state", state="closed").status == 303

    ticket = practice.house.open_desk().read(TicketId(where))
    assert ticket.customer.email == CUSTOMER
    assert ticket.state.is_over
    assert [article.internal for article in ticket.articles if "Fibre cut" in article.body] == [True]
    page = get(practice, where)
    for said in ("We are on it.", "Fibre cut near the harbour.", "Any news?", "Line &lt;b&gt;dead&lt;/b&gt;"):
        assert said in page
    assert ticket.number in get(practice)
    assert "<b>dead" not in get(practice)


def test_the_agent_sets_fields_that_the_page_calls_as_the_helpdesk_does(practice: Practice) -> None:
    where = post(practice, "new", subject="Line dead", body="SVC-1005 is down").headers["Location"].rpartition("/")[2]
    post(practice, f"{where}/fields", impact="degradation", deferral_support="yes", escalation_request="asked by phone")
    chosen = post(practice, f"{where}/fields", priority="P1", deferral_support="", service_id="SVC-1005")

    ticket = practice.house.open_desk().read(TicketId(where))
    assert chosen.status == 303
    assert (ticket.fields.impact, ticket.fields.priority) == (Impact.DEGRADATION, Priority.P1)
    assert (ticket.fields.deferral_support or False, ticket.fields.service_id) == (False, "SVC-1005")
    assert ticket.fields.escalation_request == "asked by phone"
    assert [change.actor for change in ticket.changes["impact"]] == [Actor.AGENT], "what stays is not set again"
    page = get(practice, where)
    assert f'<option value="P1" selected>{ticket.labels.choice("priority", "P1")}</option>' in page
    assert f"<dd>{ticket.labels.choice('impact', 'degradation')}</dd>" in page


def test_the_clock_moves_on_for_helpdesk_and_connector(practice: Practice) -> None:
    before = shown(practice)
    assert post(practice, "clock", step="+1 h").status == 303
    assert timedelta(minutes=59) < shown(practice) - before < timedelta(minutes=61)


def shown(practice: Practice) -> datetime:
    """What the page says that it is."""
    found = re.search(r"<strong>(.*) UTC</strong>", get(practice))
    assert found is not None
    return datetime.strptime(found[1], "%a %d %b %Y %H:%M:%S")  # noqa: DTZ007 - compared with its like


@pytest.mark.parametrize(("path", "form"), [("clock", {"step": "+9 h"}), ("1/erase", {"body": "x"}), ("new", {})])
def test_what_the_page_does_not_offer_is_refused(practice: Practice, path: str, form: dict[str, str]) -> None:
    assert post(practice, path, **form).status == 400


def test_on_a_socket_it_answers_by_its_own_time(tmp_path: Path) -> None:
    moved = PracticeClock(tmp_path / "practice-clock")
    moved.advance(timedelta(days=1))
    with Practice(VARIANTS["zammad"].open(moved), moved).serve(0) as server:
        page = requests.get(server.url, timeout=30)
        assert page.url == f"{server.url}/practice/"
        assert requests.get(f"{server.url}/practice/page.css", timeout=30).headers["Content-Type"] == "text/css"
        dated = datetime.strptime(page.headers["Date"], "%a, %d %b %Y %H:%M:%S %Z").astimezone()
        assert dated > clock.now() + timedelta(hours=20)


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_a_bare_one_has_accounts_and_nothing_of_the_connectors(name: str, tmp_path: Path) -> None:
    moved = PracticeClock(tmp_path / "practice-clock")
    practice = Practice(VARIANTS[name].bare(moved), moved)
    for setting in practice.house.settings():
        assert f"{practice.house.name}_{setting}" in declared()
    made = post(practice, "new", subject="Line dead", body="SVC-1005 is down")
    assert made.status == 303
    assert practice.house.tickets() == [made.headers["Location"].removeprefix("/practice/")]
    # It cannot be read as the connector reads it before there are its fields, and the page says so.
    assert "here is no" in get(practice) or "Line dead" in get(practice)
