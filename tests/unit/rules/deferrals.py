"""Tickets that may be deferred, on a Monday evening."""

from datetime import timedelta
from typing import Any

from connector.domain.fields import Fields
from connector.domain.ticket import Change, Ticket
from connector.domain.vocabulary import Impact, Priority
from connector.rules.deferral import deferral
from tests.builders import at, changed, complete, default_policy, incident, said
from tests.unit.rules.passes import Decided, decide

POLICY = default_policy()
EVENING = at(hours=9)
"""Monday, 20:00 in Berlin."""
OPENING = at(hours=22)
"""Tuesday, 09:00 in Berlin."""

QUIET = complete(
    impact=Impact.NON_SERVICE_AFFECTING,
    urgency="high",
    priority=Priority.P3,
    problem_start=EVENING - timedelta(minutes=20),
)


def agreed(fields: Fields = QUIET, *changes: Change, message: bool = True, **values: Any) -> Ticket:
    """An agent set the field at 19:00 UTC, the customer wrote ten minutes later."""
    support = changed("deferral_support", None, True, EVENING).model_copy(update={"actor_name": "Grace Hopper"})
    words = said("I agree to the deferral.", EVENING + timedelta(minutes=10), id="77", author_name="Ada Lovelace")
    return incident(
        fields.model_copy(update={"deferral_support": True}),
        history=(support, *changes),
        articles=(words,) if message else (),
        **values,
    )


def decided(ticket: Ticket, minutes: float = 11) -> Decided:
    """What the rule says so many minutes after the evening began."""
    return decide(deferral, ticket, POLICY, EVENING + timedelta(minutes=minutes))
