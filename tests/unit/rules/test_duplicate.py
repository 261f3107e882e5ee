"""R11: which new mails go on under an open ticket, and which stay cases of their own."""

from typing import Any

import pytest

from connector.domain.decision import Asked
from connector.domain.person import Customer, Person
from connector.domain.ticket import LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, Duplicate, Impact, TicketKind, TicketState
from connector.rules.case import Case
from connector.rules.duplicate import duplicate
from connector.rules.evaluate import evaluate
from tests.builders import T0, at, changed, complete, default_policy, incident, note, said
from tests.unit.rules.passes import with_values

POLICY = default_policy()
OPEN = incident(complete(), id="1", number="41001")


def mail(body: str, subject: str = "Our line", **values: Any) -> Ticket:
    """A new mail that nobody has worked on."""
    article = said(body, T0, subject=subject)
    return with_values(incident(articles=(article,)), fields=complete(priority=None, service_check=None), **values)


def asked(ticket: Ticket) -> tuple[str, ...]:
    """The numbers that are looked up."""
    asks = duplicate(Case(ticket, POLICY, at(minutes=1))).asks
    return asks.numbers if asks else ()


def decided(ticket: Ticket, *others: Ticket) -> object:
    """What becomes of it, once the others are known."""
    return duplicate(Case(with_values(ticket, others=others), POLICY, at(minutes=1))).changes.get("duplicate")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("About ticket 41001: any news?", ("41001",)),
        ("Ticket#41001, and 41002.", ("41001", "41002")),
        ("Re 41007 itself", ()),
        ("Call +49 30/41001 or 030-41001", ()),
        ("on 12.41001 at 41001:30", ()),
        ("order 410011 or 4100", ()),
        ("> ticket 41001 is quoted\n", ()),
        ("41001 41002 41003 41004 41005 41006", ()),
    ],
)
def test_numbers_like_those_of_tickets_are_looked_up(words: str, numbers: tuple[str, ...]) -> None:
    assert asked(mail(words)) == numbers


def test_a_key_is_found_whatever_its_case_and_length() -> None:
    assert asked(mail("see isp-7 and ISP-41001, not XISP-3 or ISP-3-4", number="ISP-12")) == ("ISP-7", "ISP-41001")


@pytest.mark.parametrize(
    "changed",
    [
        {"articles": (said("About 41001", T0, Actor.AGENT, channel=Channel.PHONE),)},
        {"articles": (said("About 41001", T0, channel=Channel.WEB),)},
        {"articles": (said("About 41001", T0), note({"asked"}))},
        {"copied_from": "3"},
        {"state": TicketState.CLOSED},
    ],
)
def test_only_a_new_mail_of_the_customer_is_asked_about(changed: dict[str, Any]) -> None:
    assert asked(mail("About 41001", **changed)) == ()


def test_the_one_open_ticket_of_the_customer_that_it_names() -> None:
    new = mail("About ticket 41001: any news?")
    stranger = with_values(OPEN, customer=Customer(id="9", email="eve@acme.example", organizations=("Acme Logistics",)))
    assert decided(new, OPEN) is Duplicate.CONFIRMED
    assert decided(new) is None
    assert decided(new, stranger) is None
    assert decided(new, with_values(OPEN, state=TicketState.RESOLVED)) is None
    assert decided(new, with_values(OPEN, number="41009")) is None
    both = mail("About 41001 and 41002")
    assert decided(both, OPEN, with_values(OPEN, id="2", number="41002")) is Duplicate.PROPOSED


@pytest.mark.parametrize(
    "words",
    [
        "New outage, similar to 41001.",
        "We have another problem besides 41001.",
        "This is not related to 41001!",
        "Das hat nichts mit 41001 zu tun.",
        "Eine weitere Störung wie bei 41001.",
        "41001 is about Hamburg. Service ID: SVC-1004",
    ],
)
def test_what_sets_itself_apart_is_for_a_person(words: str) -> None:
    assert decided(mail(words), OPEN) is Duplicate.PROPOSED


@pytest.mark.parametrize(
    "words",
    [
        "Ticket 41001\nWe have a new modem now, still no line.",
        "Any news on 41001? It is another day gone.",
        "Wie ist der neue Stand zu 41001?",
        "41001: SVC-1005 is still down.",
    ],
)
def test_what_only_sounds_like_it_goes_on_there(words: str) -> None:
    assert decided(mail(words), OPEN) is Duplicate.CONFIRMED


def test_a_duplicate_of_nobody_knows_what_is_an_incident_still() -> None:
    lost = with_values(mail("x"), fields=complete(duplicate=Duplicate.CONFIRMED, duplicate_of="#41001"))
    assert duplicate(Case(lost, POLICY, T0)).asks == Asked(numbers=("41001",))
    missing = duplicate(Case(with_values(lost, others=()), POLICY, T0))
    assert (missing.ends, [told.message for told in missing.notices]) == (False, ["duplicate_unknown"])
    found = duplicate(Case(with_values(lost, others=(OPEN,)), POLICY, T0))
    assert (found.ends, found.links, found.changes["duplicate_of"]) == (True, ("1",), "41001")


def test_words_of_strangers_on_a_duplicate_are_nobodys_report() -> None:
    """Whoever writes there without being the customer's changes no impact here, and a customer's own claim to be a
    duplicate says nothing."""
    link = LinkedTicket(
        id="7",
        number="41007",
        state=TicketState.OPEN,
        created_by_connector=False,
        kind=TicketKind.INCIDENT,
        duplicate_of="41001",
    )
    first = with_values(OPEN, links=(link,), fields=complete(impact=Impact.DEGRADATION, intake_status="complete"))
    eve = Person(id="66", email="eve@elsewhere.example")
    confirmed = complete(duplicate=Duplicate.CONFIRMED, duplicate_of="41001", intake_status=None, impact=None)
    set_by = changed("duplicate", None, Duplicate.CONFIRMED, T0), changed("duplicate_of", None, "41001", T0)
    said_there = (said("Any news?", T0), said("Impact: service affecting", at(minutes=1), by=eve))
    other = incident(confirmed, articles=said_there, history=set_by)

    noted = evaluate(with_values(first, others=(other,)), POLICY, at(minutes=5))
    assert noted.changes.get("impact") is None
    assert noted.note is not None
    assert "> Any news?" in noted.note.text
    assert "service affecting" not in noted.note.text

    own = tuple(one.model_copy(update={"actor": Actor.CUSTOMER}) for one in set_by)
    claimed = evaluate(with_values(first, others=(with_values(other, history=own),)), POLICY, at(minutes=5))
    assert claimed.note is None or "Any news?" not in claimed.note.text
