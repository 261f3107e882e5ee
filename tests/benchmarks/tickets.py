"""Tickets as a working day brings them, each different, each as far as the rules themselves have brought it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from connector.domain.decision import Decision, NewTicket
from connector.domain.fields import Fields
from connector.domain.ticket import Article, LinkedTicket, Ticket
from connector.domain.vocabulary import Actor, Priority, RfoStatus, TicketState
from connector.policy.models import Policy
from connector.rules.evaluate import evaluate
from tests.builders import T0, changed, incident, moved, note, said

_numbers = count(1)
_IMPACTS = ("service affecting", "degradation", "non-service affecting")
_URGENCIES = ("high", "medium", "low")
_ROUTINE = (
    "Our monitoring shows the interface towards your edge flapping and the users on site report slow and broken "
    "sessions. We have restarted the router on our side, checked the patch cables and swapped the optic, with no "
    "change. Nothing was changed here during the last days. "
)


def mail(number: int, at: datetime) -> str:
    """The body of a customer's e-mail of about 1 KB with all required details, sent ``at``; no two are the same."""
    start = at - timedelta(minutes=5 + number % 60)
    return (
        f"Dear support team,\n\nwe see trouble on the line to branch office {number}. {_ROUTINE}\n"
        f"- Service ID: SVC-1005\n- Start time: {start:%Y-%m-%d %H:%M} UTC\n"
        f"- Description: sessions to branch {number} break off\n- Impact: {_IMPACTS[number % 3]}\n"
        f"- Urgency: {_URGENCIES[number // 3 % 3]}\n- IP address: 192.0.2.{number % 250 + 1}\n"
        f"- Test results: ping to 192.0.2.{number % 250 + 1}, {number % 40} % lost of 1000\n\n"
        f"Please call us back on extension {number % 90 + 10} once you know more, day or night.\n\n"
        "Best regards\nAda Lovelace\n\n--\nHarbour Bank, Network Operations\nPier 7, 20457 Hamburg\n\n"
        "On Sun, Nov 22, 2026 at 4:00 PM Support <support@interspace.example> wrote:\n"
        "> Thank you for your message. The maintenance has been completed as planned.\n> Kind regards\n> Support\n"
    )


def new_mail(created: datetime = T0, number: int | None = None) -> Ticket:
    """A ticket that has just come in by e-mail: nothing is filled in yet."""
    number = number or next(_numbers)
    fresh = Fields(priority=Priority.P3, group="intake")
    article = said(mail(number, created), created, subject=f"Line to branch {number} down")
    return incident(
        fresh,
        state=TicketState.NEW,
        articles=(article,),
        created_at=created,
        updated_at=created,
        id=str(number),
        number=str(41000 + number),
        title=f"Line to branch {number} down",
    )


def in_work(policy: Policy, created: datetime = T0) -> Ticket:
    """A triaged incident with three to six articles that support is working on, half an hour old."""
    number = next(_numbers)
    ticket = settled(new_mail(created, number), policy, created)
    ticket = _with(ticket, _answer(created + timedelta(minutes=9), f"We are looking into branch {number}."))
    ticket = _with(ticket, said(f"Thank you. Branch {number} is still down.", created + timedelta(minutes=14)))
    if number % 2:
        ticket = _with(ticket, _answer(created + timedelta(minutes=20), "A technician is on the way."))
    return settled(ticket, policy, created + timedelta(minutes=30))


def with_rfo(policy: Policy, created: datetime = T0) -> Ticket:
    """A resolved P1 or P2 whose customer has asked for the RFO; the task is linked and due."""
    number = next(_numbers) * 9
    ticket = settled(new_mail(created, number), policy, created)
    ticket = _with(ticket, _answer(created + timedelta(minutes=9), "We are looking into it."))
    ticket = settled(ticket, policy, created + timedelta(minutes=61))
    resolved = created + timedelta(minutes=100)
    ticket = ticket.model_copy(
        update={
            "state": TicketState.CLOSED,
            "history": (*ticket.history, moved(TicketState.NEW, TicketState.CLOSED, resolved)),
        }
    )
    ticket = _with(ticket, said("Thanks. Please send us the RFO for this outage.", resolved + timedelta(hours=1)))
    return settled(ticket, policy, resolved + timedelta(hours=1))


def aged(policy: Policy, now: datetime, age: timedelta, articles: int, pauses: int) -> Ticket:
    """A P4 that has been open for ``age``, in which support waited ``pauses`` times for the customer."""
    created = now - age
    ticket = settled(new_mail(created, 8), policy, created)
    step = age / (max(articles, pauses) + 1)
    for turn in range(articles):
        at = created + step * (turn + 1)
        ticket = _with(ticket, _answer(at, f"Step {turn} is done.") if turn % 2 else said(f"And step {turn}?", at))
    for turn in range(pauses):
        at = created + step * (turn + 1)
        paused = moved(TicketState.OPEN, TicketState.PENDING_CUSTOMER, at)
        going_on = moved(TicketState.PENDING_CUSTOMER, TicketState.OPEN, at + step / 3)
        ticket = ticket.model_copy(update={"history": (*ticket.history, paused, going_on)})
    return settled(ticket, policy, now)


def settled(ticket: Ticket, policy: Policy, now: datetime) -> Ticket:
    """The ticket after all that the rules want at ``now`` has been written."""
    while not (decision := evaluate(ticket, policy, now)).writes_nothing:
        ticket = _written(ticket, decision, now)
    return fresh(ticket)


def fresh(ticket: Ticket) -> Ticket:
    """The same ticket as it comes from a read: nothing about it has been computed yet."""
    return ticket.model_copy()


def day(policy: Policy, size: int) -> Iterator[Ticket]:
    """Of ten looks on a working day one is at a new mail, six are at incidents in work, three at resolved ones."""
    for number in range(size):
        match number % 10:
            case 0:
                yield new_mail()
            case 1 | 2 | 3:
                yield with_rfo(policy)
            case _:
                yield in_work(policy)


def _answer(at: datetime, body: str) -> Article:
    return said(body, at, Actor.AGENT)


def _with(ticket: Ticket, article: Article) -> Ticket:
    return ticket.model_copy(update={"articles": (*ticket.articles, article), "updated_at": article.created_at})


def _written(ticket: Ticket, decision: Decision, now: datetime) -> Ticket:
    before = ticket.fields
    entries = [
        changed(field, getattr(before, field), value, now, Actor.CONNECTOR) for field, value in decision.changes.items()
    ]
    update: dict[str, Any] = {"history": (*ticket.history, *entries)}
    if decision.note is not None:
        update["articles"] = (*ticket.articles, note(set(decision.note.marks), now))
    if decision.creates:
        update["links"] = (*ticket.links, *(_created(new) for new in decision.creates))
    return fresh(ticket.with_changes(decision.changes).model_copy(update=update))


def _created(new: NewTicket) -> LinkedTicket:
    """An RFO task or a problem record as it comes with its incident."""
    status = new.fields.get("rfo_status")
    return LinkedTicket(
        id=f"9{new.key}",
        number=f"9{new.key}",
        state=TicketState.OPEN,
        created_by_connector=True,
        connector_key=new.key,
        rfo_status=status and RfoStatus(status),
        rfo_due_at=new.fields.get("rfo_due_at"),
    )
