"""What is written to whom: language, time zone, names, and what stands around the text."""

from collections.abc import Mapping
from typing import Any

import pytest

from connector.domain.labels import LABELS, Labels
from connector.domain.person import Customer
from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Urgency
from connector.messages.words import Language
from connector.policy.links import TicketPages
from connector.rules.evaluate import evaluate
from connector.rules.writing import write
from tests.builders import T0, at, complete, default_policy, incident

POLICY = default_policy()
GERMAN = POLICY.model_copy(update={"internal_language": Language.DE})
LONDON = POLICY.catalogue.model_copy(
    update={"customers": [c.model_copy(update={"timezone": "Europe/London"}) for c in POLICY.catalogue.customers]}
)
OPENING: Mapping[str, Any] = {"opening": at(hours=22)}
PROMISE: Mapping[str, Any] = {"due": at(days=5)}


def letter(ticket: Ticket, *parts: tuple[str, Mapping[str, Any]]) -> tuple[str, str]:
    return write(parts or [("deferral_agreed", OPENING)], ticket, POLICY, public=True)


def test_a_customer_reads_times_in_their_own_zone_and_support_in_the_policys() -> None:
    policy = POLICY.model_copy(update={"catalogue": LONDON})
    assert (
        "on Tue 24 Nov 2026 08:00 GMT (08:00 UTC)."
        in write([("deferral_agreed", OPENING)], incident(), policy, public=True).body
    )
    assert (
        "until Tue 24 Nov 2026 09:00 CET (08:00 UTC)"
        in write([("deferred", {**OPENING, "record": "x"})], incident(), policy, public=False).subject
    )
    assert "on Tue 24 Nov 2026 09:00 CET (08:00 UTC)." in letter(incident(customer=Customer(id="9")))[1]


def test_an_internal_note_leads_to_the_tickets_page_and_a_letter_never_does() -> None:
    ticket = incident(complete(impact=None, urgency=Urgency.HIGH, service_id="SVC-9999"))
    policy = POLICY.model_copy(update={"pages": TicketPages("https://c.example/ops", (b"key",))})
    address = TicketPages("https://c.example/ops", (b"key",)).page("zammad", ticket.id)

    note = evaluate(ticket, policy, T0).note

    assert note is not None
    assert not note.public
    assert note.text.endswith(f"policy {POLICY.version}\nWhat every rule says of this ticket: {address}")
    assert note.pages == {address}
    assert note.with_files((), frozenset()).pages == {address}
    assert "c.example" not in write([("deferral_agreed", OPENING)], ticket, policy, public=True).body


def test_a_german_service_desk_reads_german_and_its_customers_english() -> None:
    ticket = incident(complete(impact=None, urgency=Urgency.HIGH, service_id="SVC-9999"))

    note = evaluate(ticket, GERMAN, T0).note

    assert note is not None
    assert not note.public
    assert "SVC-9999 steht nicht im Servicekatalog." in note.text
    assert note.text.endswith(f"Interspace-Regeln, Policy {GERMAN.version}")
    assert "deferral" not in write([("deferral_agreed", OPENING)], ticket, GERMAN, public=True).subject
    assert write([("deferral_agreed", OPENING)], ticket, GERMAN, public=True).body.startswith("Dear Ada Example,")


def test_several_messages_to_a_customer_are_one_letter_that_names_the_ticket_once() -> None:
    subject, body = letter(incident(), ("deferral_agreed", OPENING), ("rfo_promised", PROMISE))
    assert subject == "Re: packet loss on the line"
    assert [body.count(part) for part in ("Dear Ada Example,", "41007", "Kind regards,", "As agreed", "(RFO)")] == [
        1
    ] * 5


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Line down", "Re: Line down"),
        ("Re: AW: Line down", "Re: Line down"),
        ("WG: Line\ndown [ref: level-5]", "Re: Line down [ref: level-5]"),
        ("", "Re: 41007"),
        ("Fwd: ", "Re: 41007"),
    ],
)
def test_a_letter_is_a_reply_to_the_customers_subject(title: str, subject: str) -> None:
    assert letter(incident(title=title))[0] == subject


@pytest.mark.parametrize("name", ["", "ada@harbour.example"])
def test_somebody_whose_name_nobody_knows_is_greeted_without(name: str) -> None:
    assert letter(incident(customer=Customer(id="5", name=name)))[1].startswith("Hello,\n")


def test_several_internal_notes_stand_under_their_titles() -> None:
    asked: tuple[str, Mapping[str, Any]] = ("escalation_at_top", {"requests": [{"who": Actor.CUSTOMER, "at": T0}]})
    unknown: tuple[str, Mapping[str, Any]] = ("service_unknown", {"service_id": "SVC-1"})
    parts = [asked, unknown, asked]
    subject, body = write(parts, incident(), POLICY, public=False)
    assert subject == "Escalation request; Service ID is unknown"
    assert "\n\nService ID is unknown\nService ID SVC-1 is not in" in body
    assert body.count("Interspace rules, policy") == 1


def test_fields_are_named_as_the_screen_names_them() -> None:
    labels = Labels({**LABELS.fields, "deferral_support": "Aufschub ok?"}, LABELS.choices)
    ticket = incident(labels=labels)
    assert 'set "Aufschub ok?"' in write([("deferral_offered", OPENING)], ticket, POLICY, public=False).body


def test_what_is_internal_never_goes_to_a_customer_and_the_other_way_round() -> None:
    for parts, public in (([("escalation_at_top", {})], True), ([("deferral_agreed", OPENING)], False)):
        with pytest.raises(ValueError, match="not every one of"):
            write(parts, incident(), POLICY, public=public)


def test_data_that_a_message_does_not_declare_is_a_mistake_of_the_rules() -> None:
    with pytest.raises(ValueError, match="deferral_agreed declares no data openning"):
        letter(incident(), ("deferral_agreed", {**OPENING, "openning": T0}))
