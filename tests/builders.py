"""Tickets for tests, one line each."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import count
from typing import Any

from connector.domain.fields import Fields
from connector.domain.openhours import OpenHours
from connector.domain.person import Customer
from connector.domain.ticket import Article, Change, Ticket
from connector.domain.vocabulary import Actor, Channel, Priority, ServiceCheck, TicketState
from connector.policy.kinds import Span
from connector.policy.load import load_policy
from connector.policy.locate import MAPPINGS
from connector.policy.models import Policy

T0 = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday, 11:00 in Berlin."""

_numbers = count(1000)


@cache
def default_policy() -> Policy:
    """The policy that comes with the project."""
    return load_policy(MAPPINGS / "interspace.yaml", MAPPINGS / "services.yaml")


@cache
def office_p4() -> Policy:
    """The default policy with a P4 that counts working hours, as one may choose.

    First response within 8 h, repair within 5 working days, levels after 1, 3, 5 and 10 working days.
    """
    policy, p4 = default_policy(), Priority.P4
    targets = {"calendar": "office", "first_response": Span("8 h"), "repair": Span("5 working days")}
    default = policy.escalation.ladders["default"]
    ages = ("0", "1 working day", "3 working days", "5 working days", "10 working days")
    levels = tuple(
        level.model_copy(update={"after": {**level.after, p4: Span(age)}})
        for level, age in zip(default.levels, ages, strict=True)
    )
    ladders = {**policy.escalation.ladders, "default": default.model_copy(update={"levels": levels})}
    return policy.model_copy(
        update={
            "priorities": {**policy.priorities, p4: policy.priorities[p4].model_copy(update=targets)},
            "escalation": policy.escalation.model_copy(update={"ladders": ladders}),
        }
    )


def weekly(weekdays: Iterable[int], opens: time, closes: time) -> tuple[OpenHours, ...]:
    """The same hours on several weekdays, 0 is Monday."""
    since_midnight = [timedelta(hours=clock.hour, minutes=clock.minute) for clock in (opens, closes)]
    return tuple(OpenHours(weekday, *since_midnight) for weekday in sorted(weekdays))


def at(**parts: float) -> datetime:
    """T0 plus a length of time."""
    return T0 + timedelta(**parts)


def complete(**values: Any) -> Fields:
    """Fields of a triaged P3 incident with all required details."""
    defaults = {
        "service_id": "SVC-1005",
        "problem_start": T0 - timedelta(minutes=20),
        "short_description": "packet loss on the line",
        "impact": "degradation",
        "urgency": "medium",
        "priority": Priority.P3,
        "group": "intake",
        "service_check": ServiceCheck.VERIFIED,
    }
    return Fields(**(defaults | values))


def incident(
    fields: Fields | None = None,
    *,
    state: TicketState = TicketState.OPEN,
    articles: tuple[Article, ...] = (),
    history: tuple[Change, ...] = (),
    **values: Any,
) -> Ticket:
    """An incident of Harbour Bank, whose services have the default ladder."""
    defaults: dict[str, Any] = {
        "helpdesk": "zammad",
        "id": "7",
        "number": "41007",
        "title": "packet loss on the line",
        "created_at": T0,
        "updated_at": T0,
        "created_by": Actor.CUSTOMER,
        "channel": Channel.EMAIL,
        "customer": Customer(id="5", name="Ada Example", email="ada@harbour.example", organizations=("Harbour Bank",)),
        "state": state,
        "fields": fields or complete(),
        "articles": articles,
        "history": history,
    }
    return Ticket(**(defaults | values))


def said(body: str, when: datetime = T0, author: Actor = Actor.CUSTOMER, **values: Any) -> Article:
    """A message."""
    defaults: dict[str, Any] = {
        "id": str(next(_numbers)),
        "created_at": when,
        "author": author,
        "channel": Channel.EMAIL,
        "internal": False,
        "body": body,
    }
    return Article(**(defaults | values))


def note(marks: set[str], when: datetime = T0) -> Article:
    """A note of the connector that proves ``marks``."""
    return said("", when, Actor.CONNECTOR, channel=Channel.NOTE, internal=True, marks=frozenset(marks))


def changed(field: str, old: Any, new: Any, when: datetime, actor: Actor = Actor.AGENT) -> Change:
    """A history entry."""
    return Change(id=str(next(_numbers)), at=when, field=field, old=old, new=new, actor=actor)


def moved(old: TicketState, new: TicketState, when: datetime, actor: Actor = Actor.AGENT) -> Change:
    """A change of state."""
    return changed("state", old, new, when, actor)
