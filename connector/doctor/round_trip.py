"""The whole way once: a test ticket, its signed delivery, the row in the work table, the reconcile, and no trace.

Everything that is made on the helpdesk for a test carries a name of its own, and what has that name is removed, also a
thing whose creation was never answered.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, TypeVar

from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.domain.fields import Fields
from connector.domain.vocabulary import FaultType, Impact, Urgency
from connector.work.jobs import RowState

PREFIX = "Interspace doctor"
"""Every name of a test object begins so; nothing else's does."""


class TrialTicket(NamedTuple):
    """A ticket that was made for a test."""

    id: str
    number: str
    title: str


def trial_fields(now: datetime) -> Fields:
    """What the rules want to know of a ticket (R15–R18, R20), so that none asks for it; no service is named."""
    return Fields(
        service_id="none",
        problem_start=now.replace(microsecond=0),
        short_description="Test of the connection by interspace doctor",
        impact=Impact.NON_SERVICE_AFFECTING,
        urgency=Urgency.LOW,
        fault_type=FaultType.PERMANENT,
    )


def fresh_name(purpose: str) -> str:
    """A name nothing else has."""
    return f"{PREFIX} {secrets.token_hex(4)}: {purpose}, please ignore"


C = TypeVar("C", bound=Examination)


def round_trip(context: C, trial: Callable[[C, str], AbstractContextManager[TrialTicket]], log: str) -> Observation:
    """The row appears only through a delivery whose signature the receiver accepted.

    ``trial`` makes a ticket and removes it again, ``log`` says where the helpdesk tells of its deliveries.
    """
    if not context.test_tickets:
        return skipped("no test ticket is wanted")
    with trial(context, fresh_name("round trip")) as ticket:
        row = context.until(context.patience.delivery, lambda: _known(context, ticket.id))
        if row is not None:
            row = context.until(context.patience.reconcile, lambda: _worked(context, ticket.id)) or row
    if row is None:
        return fail(
            f"ticket {ticket.number} was made, but no delivery reached the work table in "
            f"{context.patience.delivery:.0f} s",
            f"Is interspace run running? {log} and the receiver's log tell what happened.",
        )
    if row.dead_since is not None:
        return fail(
            f"ticket {ticket.number} was delivered, but could not be worked on",
            f"interspace dead-letters show {ticket.id} tells why.",
        )
    if row.seen is None:
        return warn(
            f"ticket {ticket.number} was delivered, but no worker has taken it in {context.patience.reconcile:.0f} s",
            "Start interspace run or interspace work on this work table.",
        )
    return ok(f"ticket {ticket.number} was made, delivered, worked on and removed")


def nothing_left(context: Examination, leftovers: list[str]) -> Observation:
    """All test objects are removed, those of earlier runs too; ``leftovers`` names those that are still there."""
    left = context.left_behind or leftovers
    if left:
        return warn(f"still there: {'; '.join(left)}", f"Remove it by hand in {context.TITLE}; it does no harm.")
    return ok("nothing of a test is left")


def _known(context: Examination, ticket: str) -> RowState | None:
    return context.table.seen(context.HELPDESK, [ticket]).get(ticket)


def _worked(context: Examination, ticket: str) -> RowState | None:
    row = _known(context, ticket)
    return row if row is not None and (row.seen is not None or row.dead_since is not None) else None
