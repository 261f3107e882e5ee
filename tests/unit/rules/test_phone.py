"""R4, R12–R14: what whoever takes a call reads, and what the caller gets in writing."""

from datetime import datetime
from typing import Any

import pytest

from connector.domain.ticket import Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, ServiceCheck, Silence, TicketState
from connector.policy.models import Policy
from connector.rules.phone import phone
from tests.builders import T0, at, complete, default_policy, incident, said
from tests.unit.rules.passes import Decided, decide, with_values

DEFAULT = default_policy()
POLICY = DEFAULT.model_copy(update={"intake": DEFAULT.intake.model_copy(update={"phone_receipt": True})})
QUIET = DEFAULT.model_copy(update={"intake": DEFAULT.intake.model_copy(update={"phone_receipt": False})})


def call(*, is_call: bool = True, silence: Silence | None = None, **fields: Any) -> Ticket:
    """An agent wrote down a call about SVC-1005 of Harbour Bank."""
    opening = said("Line down.", T0, Actor.AGENT, channel=Channel.PHONE, is_call=is_call)
    ticket = incident(complete(**fields), articles=(opening,), created_by=Actor.AGENT, channel=Channel.PHONE)
    return ticket.silenced(silence) if silence else ticket


def of(ticket: Ticket, policy: Policy = POLICY, now: datetime = T0) -> Decided:
    return decide(phone, ticket, policy, now)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_the_agent_reads_who_is_entitled_and_the_matrix_of_the_service() -> None:
    check, _ = of(call()).notes

    assert (check.public, check.title, set(check.marks)) == (False, "Caller check for SVC-1005", {"caller-SVC-1005"})
    assert lines(check.text)[:5] == [
        "SVC-1005 belongs to Harbour Bank, and Ada Example is known as a contact of theirs.",
        "Contacts are recognised by: Harbour Bank, @harbour.example.",
        "Circuit HAM-ETH-0108. Region Hamburg.",
        "Escalation matrix of this service:",
        "- Level 1 (engineer on duty): Engineer on duty",
    ]


def catalogue_with(**owner: Any) -> Policy:
    customers = tuple(
        one.model_copy(update=owner) if one.id == "harbour" else one for one in POLICY.catalogue.customers
    )
    return POLICY.model_copy(update={"catalogue": POLICY.catalogue.model_copy(update={"customers": customers})})


@pytest.mark.parametrize(
    ("customer", "owner", "first"),
    [
        ({}, {}, "The caller (Ada Example) is not known as a contact of Harbour Bank, to whom SVC-1005 belongs."),
        ({"name": ""}, {"name": ""}, "The caller (ada@harbour.example) is not known as a contact of harbour,"),
        ({"name": "", "email": None}, {}, "The caller is not known as a contact of Harbour Bank"),
        ({}, {"phone": "+49 40 1"}, "Call back the registered number: +49 40 1."),
    ],
)
def test_about_the_service_of_another_nothing_is_shared(
    customer: dict[str, Any], owner: dict[str, Any], first: str
) -> None:
    ticket = call(service_check=ServiceCheck.FOREIGN)
    ticket = with_values(ticket, customer=ticket.customer.model_copy(update=customer))
    check = of(ticket, catalogue_with(**owner)).notes[0]

    assert first in check.text
    assert "Share nothing about it yet." in check.text


def test_a_service_whose_owner_is_not_in_the_catalogue_is_named_by_the_owners_id() -> None:
    none = POLICY.model_copy(update={"catalogue": POLICY.catalogue.model_copy(update={"customers": ()})})
    check = of(call(), none).notes[0]

    assert "SVC-1005 belongs to harbour" in check.text
    assert "recognised" not in check.text


@pytest.mark.parametrize("service_id", [None, "SVC-9"])
def test_without_a_service_of_the_catalogue_there_is_nothing_to_check(service_id: str | None) -> None:
    assert of(call(service_id=service_id), QUIET).notes == ()


def test_the_caller_gets_number_what_was_understood_and_what_is_promised() -> None:
    ticket = call(priority=Priority.P2, repair_due_at=at(hours=8), next_update_at=at(hours=4), circuit_id="C-1")
    _, receipt = of(ticket).notes

    assert (receipt.public, set(receipt.marks)) == (True, {"phone-receipt"})
    text = lines(receipt.text)[1:]
    assert text[0].startswith("Thank you for your call. Your ticket number is 41007;")
    assert text[2:7] == [
        "- Service: SVC-1005",
        "- Circuit: C-1",
        "- Start of the problem: Mon 23 Nov 2026 10:40 CET (09:40 UTC)",
        "- Problem: packet loss on the line",
        "- Impact: Degradation (e.g. high packet loss or latency)",
    ]
    assert text[7] == (
        "We handle it with priority P2. You will hear from us again by Mon 23 Nov 2026 15:00 CET (14:00 UTC)."
        " We aim to have it repaired by Mon 23 Nov 2026 19:00 CET (18:00 UTC)."
    )


def test_whoever_has_no_address_hears_it_from_the_agent() -> None:
    _, aloud = of(call(silence=Silence.NO_ADDRESS)).notes

    assert (aloud.public, aloud.title) == (False, "Read out to the caller: ticket 41007")
    assert "- Service: SVC-1005" in aloud.text


@pytest.mark.parametrize(
    ("ticket", "now", "reason"),
    [
        (call(is_call=False), T0, "nobody called to open it"),
        (with_values(call(), articles=()), T0, "nobody called to open it"),
        (call(), at(hours=1, seconds=1), "the call is over"),
        (with_values(call(), state=TicketState.CLOSED), T0, "the call is over"),
    ],
)
def test_only_who_has_just_called(ticket: Ticket, now: datetime, reason: str) -> None:
    outcome = of(ticket, now=now)

    assert (outcome.notes, outcome.reasons) == ((), (reason,))
    assert len(of(call(), now=at(hours=1)).notes) == 2
