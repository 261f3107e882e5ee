"""The whole way once: a test ticket, its signed delivery, the row in the work table, the reconcile, and no trace."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from connector.doctor.context import Examination
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.doctor.trial import TrialTicket, fresh_name
from connector.work.jobs import RowState

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


def nothing_left(context: Examination, found: list[str]) -> Observation:
    """What the tests made is gone again, also what earlier ones made: ``found`` is what is still there."""
    left = context.left_behind or found
    if left:
        return warn(f"still there: {'; '.join(left)}", f"Remove it by hand in {context.TITLE}; it does no harm.")
    return ok("nothing of a test is left")


def _known(context: Examination, ticket: str) -> RowState | None:
    return context.table.seen(context.HELPDESK, [ticket]).get(ticket)


def _worked(context: Examination, ticket: str) -> RowState | None:
    row = _known(context, ticket)
    return row if row is not None and (row.seen is not None or row.dead_since is not None) else None
