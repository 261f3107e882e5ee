"""Who speaks on a ticket: the customer and their colleagues, machines, strangers; what reached the customer (R36)."""

from typing import Any

import pytest

from connector.domain.model import TicketId
from connector.domain.person import Customer, FormerCustomer, Person
from connector.domain.ticket import Article, Change, MergedTicket, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, PrioritySource, TicketState
from connector.rules import timeline
from connector.rules.case import Case
from connector.rules.evaluate import evaluate
from connector.rules.people import is_machine, known
from connector.rules.requests import customer_consents, escalation_requests, rfo_requests
from tests.builders import at, changed, complete, default_policy, incident, note, said

POLICY = default_policy()
ADA = Person(id="5", email="ada@harbour.example")
COLLEAGUE = Person(id="6", email="bob@harbour.example")
SHARED_ORGANIZATION = Person(id="7", email="carl@freemail.example", organizations=("HARBOUR bank",))
STRANGERS = {
    "a carrier in copy": Person(id="8", email="noc@carrier.example"),
    "another customer's user": Person(id="9", email="petra@acme.example", organizations=("Acme Logistics",)),
    "a freemail address": Person(id="10", email="ada@freemail.example"),
    "a domain that ends like the customer's": Person(id="11", email="ada@evil-harbour.example"),
    "nobody of any address": Person(id="12"),
}


def judged(article: Article, **values: Any) -> Actor:
    return known(incident(articles=(article,), **values), POLICY.catalogue).articles[0].author


@pytest.mark.parametrize("person", [ADA, COLLEAGUE, SHARED_ORGANIZATION])
def test_the_customer_and_colleagues_speak_for_the_customer(person: Person) -> None:
    assert judged(said("hello", by=person)) is Actor.CUSTOMER


@pytest.mark.parametrize("person", STRANGERS.values(), ids=STRANGERS)
def test_everybody_else_is_a_stranger(person: Person) -> None:
    assert judged(said("hello", by=person)) is Actor.STRANGER


def test_all_organizations_and_domains_of_the_catalogue_make_a_colleague() -> None:
    hidden = Customer(id="5", organizations=("Reseller Ltd", "Harbour Bank"))

    assert judged(said("hello", by=COLLEAGUE), customer=hidden) is Actor.CUSTOMER
    assert judged(said("hello", by=COLLEAGUE), customer=Customer(id="5")) is Actor.STRANGER


@pytest.mark.parametrize("actor", [actor for actor in Actor if actor is not Actor.CUSTOMER])
def test_whom_the_helpdesk_knows_stays_who_they_are(actor: Actor) -> None:
    assert judged(said("hello", author=actor, by=STRANGERS["a carrier in copy"])) is actor


def test_a_stranger_changes_nothing_and_gets_nothing() -> None:
    words = "Impact: degradation\nPriority: Low\nPlease escalate this ticket. Please send us the RFO."
    before = incident(articles=(said("hello", by=ADA),))
    carrier = said(words, at(minutes=1), by=STRANGERS["a carrier in copy"])
    told = incident(articles=(*before.articles, carrier))

    decision = evaluate(told, POLICY, at(minutes=2))

    assert decision.changes == evaluate(before, POLICY, at(minutes=2)).changes
    assert not decision.creates


def test_a_strangers_change_of_a_guarded_field_is_repaired() -> None:
    change = changed("priority", Priority.P1, Priority.P4, at(minutes=1), Actor.CUSTOMER)
    by_stranger = change.model_copy(update={"by": STRANGERS["another customer's user"]})
    ticket = known(incident(history=(by_stranger,)), POLICY.catalogue)

    assert ticket.history[0].actor is Actor.STRANGER
    assert not ticket.history[0].actor.is_trusted


def test_who_wrote_as_support_afterwards_was_support_when_changing_a_field() -> None:
    """As of then: the role is gone, the article that only support can write is still there."""
    former = Person(id="30", email="grace@interspace.example")
    early, late = (
        changed("priority", Priority.P1, Priority.P3, at(minutes=minute), Actor.CUSTOMER).model_copy(
            update={"by": former}
        )
        for minute in (1, 9)
    )
    answer = said("We are on it.", at(minutes=5), Actor.AGENT, by=former)

    history = known(incident(articles=(answer,), history=(early, late)), POLICY.catalogue).history

    assert [change.actor for change in history] == [Actor.AGENT, Actor.STRANGER]


@pytest.mark.parametrize(
    ("address", "machine"),
    [
        ("noreply@alarms.example", True),
        ("no-reply@alarms.example", True),
        ("Do-Not-Reply@alarms.example", True),
        ("donotreply+7@alarms.example", True),
        ("MAILER-DAEMON@mx.example", True),
        ("postmaster@mx.example", True),
        ("bounces+ada=harbour.example@lists.example", True),
        ("norbert.reply@harbour.example", False),
        ("replyteam@harbour.example", False),
        ("noc@harbour.example", False),
        ("noreply", False),
        (None, False),
    ],
)
def test_machines_are_known_by_their_address(address: str | None, machine: bool) -> None:
    assert is_machine(address) is machine
    if machine:
        assert judged(said("hello", by=Person(id="5", email=address))) is Actor.MACHINE


ANSWERS: dict[str, tuple[dict[str, Any], bool]] = {
    "mail to the customer": ({"recipients": ("ADA@harbour.example",)}, True),
    "mail to a colleague": ({"recipients": ("noc@carrier.example", "bob@harbour.example")}, True),
    "mail to a supplier": ({"recipients": ("noc@carrier.example",)}, False),
    "mail to nobody": ({"recipients": ()}, False),
    "a comment in the portal": ({"channel": Channel.WEB}, True),
    "a note that mails nobody": ({"channel": Channel.NOTE}, False),
    "an internal note": ({"channel": Channel.NOTE, "internal": True}, False),
    "a call": ({"channel": Channel.PHONE, "is_call": True, "recipients": ()}, True),
    "a call in the customer's words": ({"author": Actor.CUSTOMER, "channel": Channel.PHONE, "is_call": True}, True),
    "a phone note of nobody's call": ({"channel": Channel.PHONE, "recipients": ()}, False),
    "the customer's own mail": ({"author": Actor.CUSTOMER}, False),
    "our own message": ({"author": Actor.CONNECTOR}, False),
    "another connector's": ({"author": Actor.OTHER_CONNECTOR}, False),
    "an absence notice of an agent's mailbox": ({"author": Actor.MACHINE}, False),
    "the helpdesk's own notice": ({"author": Actor.SYSTEM}, False),
    "what the agent wrote who is the customer": ({"channel": Channel.WEB, "by": ADA}, False),
}


def answered(**values: Any) -> Ticket:
    article = said("Please wait.", at(minutes=5), **({"author": Actor.AGENT} | values))
    return known(incident(articles=(said("dead", by=ADA), article)), POLICY.catalogue)


@pytest.mark.parametrize(("values", "counts"), ANSWERS.values(), ids=ANSWERS)
def test_a_response_is_what_reached_the_customer(values: dict[str, Any], counts: bool) -> None:
    ticket = answered(**values)

    assert timeline.first_response_at(ticket) == (at(minutes=5) if counts else None)
    assert timeline.last_update_at(ticket) == (at(minutes=5) if counts else at())


def test_a_public_note_reaches_who_writes_in_the_portal() -> None:
    note = said("Fibre cut.", at(minutes=5), Actor.AGENT, channel=Channel.NOTE)

    assert timeline.first_response_at(incident(articles=(note,), channel=Channel.WEB)) == at(minutes=5)
    came_back = said("still dead", channel=Channel.WEB, by=ADA)
    assert timeline.first_response_at(incident(articles=(came_back, note))) == at(minutes=5)


def test_what_an_agent_wrote_to_open_the_ticket_states_its_details() -> None:
    opening = said("Impact: service affecting\nUrgency: high", author=Actor.AGENT, channel=Channel.NOTE, recipients=())
    unstated = incident().fields.model_copy(update={"impact": None, "urgency": None})
    ticket = incident(unstated, articles=(opening,), created_by=Actor.AGENT)

    assert evaluate(ticket, POLICY, at()).changes["priority"] is Priority.P1


@pytest.mark.parametrize(
    "body", ["Please escalate this ticket.", "Please send us the RFO.", "I agree to the deferral."]
)
def test_support_reads_once_what_a_stranger_asks_for(body: str) -> None:
    carrier = said(body, at(minutes=1), by=STRANGERS["a carrier in copy"])
    ticket = incident(articles=(said("hello", by=ADA), carrier))

    decision = evaluate(ticket, POLICY, at(minutes=2))

    assert decision.note is not None
    assert not decision.note.public
    assert f"unclear-{carrier.id}" in decision.note.marks
    assert "by somebody who is not of this customer" in decision.note.text
    told = said("", at(minutes=2), Actor.CONNECTOR, internal=True, marks=decision.note.marks)
    again = evaluate(incident(articles=(*ticket.articles, told)), POLICY, at(minutes=3))
    assert again.note is None or not any(mark.name == "unclear" for mark in again.note.marks)


def test_a_stranger_takes_no_consent_back() -> None:
    agreed = said("I agree to the deferral.", at(minutes=1), by=ADA)
    against = said("I do not agree to the deferral.", at(minutes=2), by=STRANGERS["a carrier in copy"])
    case = Case(known(incident(articles=(said("x", by=ADA), agreed, against)), POLICY.catalogue), POLICY, at(minutes=3))

    assert [consent.at for consent in customer_consents(case)] == [at(minutes=1)]


# Changes of the priority by whom the helpdesk does not know any more


def by_system(old: Priority | None, new: Priority, hours: float, id: str = "801") -> Change:
    return changed("priority", old, new, at(hours=hours), Actor.SYSTEM).model_copy(update={"id": id})


def noted(hours: float, source: PrioritySource = PrioritySource.AGENT, actor: Actor = Actor.CONNECTOR) -> Change:
    return changed("priority_source", None, source, at(hours=hours), actor)


RAISED = by_system(Priority.P3, Priority.P1, 1)


@pytest.mark.parametrize(
    ("history", "by_agents"),
    [
        ((RAISED, noted(1)), ["801"]),
        ((RAISED, noted(9)), ["801"]),
        ((noted(0.9), RAISED), []),
        ((RAISED,), []),
        ((RAISED, noted(1, PrioritySource.MATRIX)), []),
        ((RAISED, noted(1, actor=Actor.AGENT)), []),
        ((by_system(Priority.P1, Priority.P1, 1), noted(1)), []),
        ((RAISED, noted(1.5), by_system(Priority.P1, Priority.P2, 2, "802")), ["801"]),
        ((RAISED, by_system(Priority.P1, Priority.P2, 2, "802"), noted(2)), ["802"]),
        ((RAISED, noted(1), by_system(Priority.P1, Priority.P2, 2, "802"), noted(3)), ["801", "802"]),
    ],
    ids=[
        "seen-then", "seen-later", "seen-before", "never-seen", "of-the-matrix", "said-by-somebody", "unchanged",
        "before-the-next", "after-the-next", "both",
    ],
)  # fmt: skip
def test_what_the_connector_wrote_down_as_an_agents_is_an_agents(
    history: tuple[Change, ...], by_agents: list[str]
) -> None:
    """Though the helpdesk says today that the system made the change, because the user was deleted."""
    found = known(incident(history=history), POLICY.catalogue).history

    priorities = [change for change in found if change.field == "priority"]
    assert [change.id for change in priorities if change.actor is Actor.AGENT] == by_agents
    assert {change.actor for change in priorities if change.id not in by_agents} <= {Actor.SYSTEM}


def test_another_field_of_the_same_entry_is_not_an_agents() -> None:
    same_entry = changed("impact", None, "degradation", at(hours=1), Actor.SYSTEM).model_copy(update={"id": "801"})
    found = known(incident(history=(RAISED, same_entry, noted(1))), POLICY.catalogue).history

    assert [change.actor for change in found] == [Actor.AGENT, Actor.SYSTEM, Actor.CONNECTOR]


def test_the_people_of_merged_tickets_are_judged_too() -> None:
    merged = MergedTicket(
        id=TicketId("6"), number="41006", created_at=at(), created_by=Actor.CUSTOMER, state=TicketState.CANCELLED,
        fields=complete(), history=(RAISED, noted(1)),
    )  # fmt: skip
    (found,) = known(incident(merged=(merged,)), POLICY.catalogue).merged

    assert found.history[0].actor is Actor.AGENT


def test_whose_ticket_it_was_spoke_for_the_customer_and_was_answered_then() -> None:
    """Support has given the ticket to the right customer since."""
    assistant = Person(id="21", email="ann@freemail.example")
    former = FormerCustomer(id="21", email="ann@freemail.example", until=at(minutes=20))
    customer = Customer(id="5", email="ada@harbour.example", former=(former,))
    answer = said("On it.", at(minutes=3), Actor.AGENT, recipients=("Ann@freemail.example",))
    later = answer.model_copy(update={"id": "99", "created_at": at(minutes=21)})

    assert judged(said("hello", by=assistant), customer=customer) is Actor.CUSTOMER
    assert judged(said("hello", at(minutes=20), by=assistant), customer=customer) is Actor.STRANGER
    assert incident(articles=(answer, later), customer=customer).answers == (answer,)


def test_what_a_person_was_told_of_stays_with_them_when_the_stranger_is_let_in() -> None:
    """Added to the organization since. What they ask for from then on counts."""
    asked = said("Please escalate this ticket. Please send us the RFO.", at(minutes=5), by=COLLEAGUE)
    told = note({f"unclear-{asked.id}"}, at(minutes=6))
    counted = note({f"request-a{asked.id}"}, at(minutes=7))

    def requests(*articles: Article) -> tuple[int, int]:
        case = Case(known(incident(articles=articles), POLICY.catalogue), POLICY, at(hours=1))
        return len(escalation_requests(case)), len(rfo_requests(case))

    assert requests(asked, told) == (0, 0)
    assert requests(asked, told, counted) == requests(asked) == (1, 1)
    assert requests(asked, told, said("We need the next level, please escalate.", at(minutes=9), by=COLLEAGUE)) == (
        1,
        0,
    )
