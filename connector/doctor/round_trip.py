"""The whole way once: a test ticket, its signed delivery, the row in the work table, the reconcile, and no trace."""

from connector.doctor.context import HELPDESK, Context
from connector.doctor.finding import Seen, fail, ok, skipped, warn
from connector.doctor.trial import fresh_name, leftovers, trial_ticket
from connector.work.jobs import Seen as Known


def round_trip(context: Context) -> Seen:
    """The row appears only through a delivery whose signature the receiver accepted."""
    if not context.test_tickets:
        return skipped("no test ticket is wanted")
    with trial_ticket(context, fresh_name("round trip")) as ticket:
        row = context.until(context.patience.delivery, lambda: _known(context, ticket.id))
        if row is not None:
            row = context.until(context.patience.reconcile, lambda: _worked(context, ticket.id)) or row
    if row is None:
        return fail(
            f"ticket {ticket.number} was made, but no delivery reached the work table in "
            f"{context.patience.delivery:.0f} s",
            "Is interspace run running? Zammad's log (Manage → Webhook) and the receiver's tell what happened.",
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


def left_behind(context: Context) -> Seen:
    """What the tests made is gone again, also what earlier ones made."""
    found = context.left_behind or leftovers(context)
    if found:
        return warn(f"still there: {'; '.join(found)}", "Remove it by hand in Zammad; it does no harm.")
    return ok("no test ticket, trigger or job is left")


def _known(context: Context, ticket: str) -> Known | None:
    return context.table.seen(HELPDESK, [ticket]).get(ticket)


def _worked(context: Context, ticket: str) -> Known | None:
    row = _known(context, ticket)
    return row if row is not None and (row.seen is not None or row.dead_since is not None) else None
