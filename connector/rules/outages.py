"""When the incident was going on, from the ticket's history: an outage ends with the repair (R34).

A customer's message opens a closed ticket again, whatever it says: helpdesks do so by themselves or by a preset. That
begins another outage only if a customer plainly says that the fault is back, or support opens the ticket or
escalates it. Until then the incident counts as over: a request for an RFO never stops its own clock, a thank-you moves
no date, and nothing escalates on what is repaired.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from connector.domain.ticket import Article, Change, Ticket, found_once
from connector.domain.vocabulary import Actor, Channel, TicketState
from connector.rules.text.afterwards import Afterwards, read_afterwards
from connector.rules.text.known import read_messages
from connector.rules.text.reply import own_words
from connector.rules.text.subject import own_subject

_SAME_ACT = timedelta(seconds=10)
"""A mail is stored a moment before or after the ticket is opened by it."""
_AUTOMATION = timedelta(minutes=5)
"""A rule of the helpdesk opens the ticket this long after the message at most."""


class CountedState(NamedTuple):
    """A state that the ticket passed into, as it counts."""

    at: datetime
    state: TicketState
    actor: Actor
    """Who set it, or whose word woke the ticket."""


class Outage(NamedTuple):
    """A time in which the incident was going on. ``ended`` is ``None`` while it is."""

    began: datetime
    ended: datetime | None = None
    repaired: bool = False
    """It ended with a repair: not as a duplicate, merged or cancelled."""


class Reopened(NamedTuple):
    """The ticket is open by a message that does not plainly say that the fault is back: it counts as over."""

    change: Change
    message: Article
    said: Afterwards | None
    """``None``: not by the customer."""


def states(ticket: Ticket) -> list[CountedState]:
    """The states since the ticket's creation as they count, oldest first."""
    return _counted(ticket)[0]


def reopened(ticket: Ticket) -> Reopened | None:
    """The message by which the ticket is open now although it counts as over."""
    return _counted(ticket)[1] if was_ever_over(ticket) else None


@found_once
def is_over(ticket: Ticket) -> bool:
    """Nobody has to work on the incident any more, whatever state a thank-you has put the ticket into."""
    return ticket.state.is_over or reopened(ticket) is not None


@found_once
def was_ever_over(ticket: Ticket) -> bool:
    """Most tickets have only ever been open."""
    if ticket.state.is_over:
        return True
    over = [change for change in ticket.changes.get("state", ()) if change.old.is_over or change.new.is_over]
    return bool(over)


@found_once
def outages(ticket: Ticket) -> tuple[Outage, ...]:
    """The times in which the incident was going on, oldest first; never empty."""
    if not was_ever_over(ticket):
        return (Outage(ticket.created_at),)
    found: list[Outage] = []
    for at, state, _ in states(ticket):
        goes_on = bool(found) and found[-1].ended is None
        if not state.is_over:
            if not goes_on:
                found.append(Outage(at))
        else:
            last = found.pop() if found else Outage(at)
            found.append(Outage(last.began, at if last.ended is None else last.ended, state in _REPAIRED))
    if ticket.state is TicketState.CANCELLED and found[-1].repaired:
        # Somebody has changed how it ended since, which is no change of the state itself.
        found[-1] = found[-1]._replace(repaired=False)
    return tuple(found)


@found_once
def _counted(ticket: Ticket) -> tuple[list[CountedState], Reopened | None]:
    changes = ticket.changes.get("state", ())
    counted = [CountedState(ticket.created_at, changes[0].old if changes else ticket.state, ticket.created_by)]
    if not was_ever_over(ticket):
        return [*counted, *(CountedState(change.at, change.new, change.actor) for change in changes)], None
    opened: Reopened | None = None
    wakes: CountedState | None = None
    closed_at = ticket.created_at
    for change in changes:
        if opened is not None and wakes is not None and wakes.at <= change.at:
            counted.append(wakes._replace(state=change.old))
            opened = None
        if change.new.is_over:
            opened, closed_at = None, change.at
        elif change.old.is_over:
            opened = _reopened(ticket, change, closed_at)
            wakes = _wakes(ticket, change) if opened else None
        if opened is None:
            counted.append(CountedState(change.at, change.new, change.actor))
    if opened is not None and wakes is not None:
        return [*counted, wakes], None
    return counted, opened


def _reopened(ticket: Ticket, change: Change, closed_at: datetime) -> Reopened | None:
    """``None`` where somebody meant to open it: support, a customer by the state itself, or with such words. The
    connector opens one for what a customer writes in the panel, as a helpdesk does for a mail."""
    place = opening_message(ticket, change, closed_at)
    if place is None:
        return None
    said = _said(ticket, place)
    return None if said is Afterwards.BROKEN else Reopened(change, ticket.articles[place], said)


def opening_message(ticket: Ticket, change: Change, since: datetime) -> int | None:
    """The place of the message, not older than ``since``, because of which a helpdesk or its automation has opened the
    ticket by itself; ``None``: support did, or there is no such message."""
    if change.actor.is_staff:
        return None
    since, until = max(since, change.at - _AUTOMATION), change.at + _SAME_ACT
    places = [
        at
        for at, article in enumerate(ticket.articles)
        if since <= article.created_at <= until
        and not (article.author.is_staff or article.author in _AUTOMATIC)
        and (change.actor is not Actor.CONNECTOR or article.channel is Channel.PANEL)
    ]
    before = [at for at in places if ticket.articles[at].created_at <= change.at]
    return before[-1] if before else next(iter(places), None)


def _wakes(ticket: Ticket, opening: Change) -> CountedState | None:
    """The first word after ``opening`` that the fault is back: a customer's, or support escalates. What was said on a
    ticket that is merged into this one now was about its own repair."""
    repairs = (
        change.at for merged in ticket.merged for change in merged.changes.get("state", ()) if change.new in _REPAIRED
    )
    since = max((opening.at, *repairs))
    words = [
        CountedState(article.created_at, ticket.state, article.author)
        for at, article in enumerate(ticket.articles)
        if article.created_at > since and _said(ticket, at) is Afterwards.BROKEN
    ]
    escalated = [
        CountedState(change.at, ticket.state, change.actor)
        for change in ticket.changes.get("escalation_request", ())
        if change.at > opening.at and change.new and change.actor.is_staff
    ]
    return min((*words[:1], *escalated[:1]), default=None)


def _said(ticket: Ticket, at: int) -> Afterwards | None:
    """What a customer's message says; ``None`` of anybody else's."""
    if ticket.articles[at].author is not Actor.CUSTOMER:
        return None
    message = read_messages(ticket, (at,))[at]
    return read_afterwards(f"{own_subject(ticket, at)}\n\n{own_words(message.lines)}")


_AUTOMATIC = frozenset({Actor.CONNECTOR, Actor.OTHER_CONNECTOR, Actor.SYSTEM})
_REPAIRED = frozenset({TicketState.RESOLVED, TicketState.CLOSED})
