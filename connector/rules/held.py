"""Which priority a ticket had when (R23, R38): a raised priority counts from the moment it was raised.

The history tells, as far as the change counts: what a customer set through the API never did (P20). What the connector
wrote counts from the message or the choice that brought it, as if the connector had been up at that moment.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from connector.domain.ticket import Ticket, found_once
from connector.domain.vocabulary import Channel, Priority
from connector.rules.case import Case
from connector.rules.completeness import completeness
from connector.rules.priority import priority
from connector.rules.trust import contested, verified

_DECIDING = ("impact", "urgency", "fault_type", "priority_source")
"""Fields from which the priority follows."""

_ONE_LOOK = timedelta(seconds=5)
"""What the connector did within this time, it did at one look."""


class Held(NamedTuple):
    """Since when a ticket has a priority."""

    since: datetime
    priority: Priority


def priorities_held(case: Case) -> tuple[Held, ...]:
    """The priorities one after another, from the creation on; the last is the one it has now.

    That is what was decided for it, unless somebody keeps resetting it.
    """
    created, default = case.ticket.created_at, case.policy.default_priority
    history = case.ticket.changes.get("priority", ())
    first = history[0].old if history else case.found.fields.priority
    held, settled = [Held(created, first or default)], created
    if not history and held[0].priority is case.priority:
        return (held[0],)
    for change in history:
        if change.actor.is_connector:
            held += _written(case, change.at, change.new or default, settled)
        elif change.actor.is_trusted:
            held.append(Held(change.at, change.new or default))
            settled = change.at
    if held[-1].priority is not case.priority and "priority" not in contested(case.found, case.now):
        held += _written(case, case.now, case.priority, settled)
    return _in_order(held)


_SINCE = attrgetter("since")


def _in_order(held: list[Held]) -> tuple[Held, ...]:
    """By time, each as long as it lasted: of several at one moment the last counts."""
    lasting: list[Held] = []
    for one in sorted(held, key=_SINCE):
        if lasting and lasting[-1].since == one.since:
            lasting.pop()
        if not lasting or lasting[-1].priority is not one.priority:
            lasting.append(one)
    return tuple(lasting)


def _written(case: Case, at: datetime, value: Priority, settled: datetime) -> Iterator[Held]:
    """What the connector found at a look, and wrote or is about to write, dated to what brought it.

    If more than one thing had come since its look before, the rules are asked what they would have said after each.
    Nothing is dated to before ``settled``, when somebody else last decided on the priority. Where nothing had come,
    the policy has changed: that counts from the look.
    """
    brought = _facts(case.ticket, _looked(case.ticket, at - _ONE_LOOK), at)
    for moment in brought[:-1]:
        yield Held(max(moment, settled), _would_have_been(case, moment))
    yield Held(max(brought[-1], settled) if brought else at, value)


def _facts(ticket: Ticket, after: datetime | None, until: datetime) -> list[datetime]:
    """When something came that the priority may follow from: after ``after``, not later than ``until``."""
    came = _came(ticket)
    return came[bisect_right(came, after) if after is not None else 0 : bisect_right(came, until)]


@found_once
def _came(ticket: Ticket) -> list[datetime]:
    """When something came that the priority may follow from, the creation first."""
    came = {
        article.created_at
        for article in ticket.articles
        if (article.author.is_customer and not article.internal) or article.channel is Channel.PHONE
    }
    for changes in filter(None, map(ticket.changes.get, _DECIDING)):
        came.update([change.at for change in changes if not change.actor.is_connector])
    # A merge brings along what was said before the ticket was there: that came with the creation.
    return [ticket.created_at, *sorted([at for at in came if at > ticket.created_at])]


def _looked(ticket: Ticket, before: datetime) -> datetime | None:
    """When the connector last did something on the ticket before that."""
    if before <= ticket.created_at:
        return None  # What a merge has brought along from before is no matter: the creation is the first that counts.
    acts = _acts(ticket)
    at = bisect_left(acts, before)
    return acts[at - 1] if at else None


@found_once
def _acts(ticket: Ticket) -> list[datetime]:
    """When the connector did something on the ticket."""
    acts = [change.at for change in ticket.history if change.actor.is_connector]
    acts += [article.created_at for article in ticket.articles if article.author.is_connector]
    return sorted(acts)


def _would_have_been(case: Case, moment: datetime) -> Priority:
    """The priority that the rules would have given the ticket then."""
    # Links play no part, and whether it has changed since is known here.
    found = case.found.model_copy(update={"links": (), "updated_at": case.now})
    then = verified(found.as_of(moment))[0]
    looked = Case(then, case.policy, moment)
    for rule in (completeness, priority):
        looked = looked.with_changes(rule(looked).changes)
    return looked.priority
