"""Until when a Reason-For-Outage document is promised, event by event (R32–R34)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.domain.vocabulary import Priority, RfoStatus, TicketState
from connector.policy.models import Policy
from tests.reference.business_time import nth_working_day
from tests.reference.incident import Event

_OVER = {TicketState.RESOLVED, TicketState.CLOSED}


def promised(
    policy: Policy, begins: datetime, first: Priority, events: Sequence[Event]
) -> tuple[RfoStatus | None, datetime | None]:
    """The status and the date after all events; requests are ``orders``, by ``customer`` or ``agent``.

    Whether there is one is decided by every priority that the incident had while it was open; support may order one
    whatever that was. The clock starts at the later of request and end of the outage.
    """
    priority, had = first, {first}
    ended: int | None = None
    orders: list[tuple[int, str]] = []
    for minute, does, value in events:
        if does == "priority":
            priority = value
        elif does == "state" and value in _OVER:
            ended = minute if ended is None else ended
        elif does == "state":
            ended = None
        elif does == "orders":
            orders.append((minute, value))
        if ended is None:
            had.add(priority)
    if not orders:
        return None, None
    if ended is None:
        return RfoStatus.REQUESTED, None
    if not had & policy.rfo.eligible:
        orders = [(minute, who) for minute, who in orders if who == "agent"]
    if not orders:
        return RfoStatus.DECLINED, None
    start = begins + timedelta(minutes=max(orders[0][0], ended))
    return RfoStatus.DUE, nth_working_day(policy.calendars[policy.rfo.calendar], start, policy.rfo.working_days)
