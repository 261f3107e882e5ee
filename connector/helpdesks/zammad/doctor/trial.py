"""Tickets, triggers and jobs made on Zammad for a test, and removed again whatever happens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from connector.doctor.context import Row
from connector.doctor.round_trip import PREFIX, TrialTicket, trial_fields
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import with_id
from connector.helpdesks.errors import ForbiddenError, HelpdeskError, NotFoundError
from connector.helpdesks.zammad.doctor.context import Context, listed
from connector.helpdesks.zammad.values import encode


@contextmanager
def trial_ticket(context: Context, title: str) -> Iterator[TrialTicket]:
    """A closed ticket in the intake group, made by the admin: the connector's own changes fire no webhook.

    It is complete and over, so that no rule asks, writes to anybody or escalates; it belongs to the connector's user.
    """
    try:
        row = with_id(context.admin.post("tickets", _ticket(context, title)), "Zammad POST tickets")
        yield TrialTicket(str(row["id"]), str(row.get("number")), title)
    finally:
        _remove_tickets(context, title)


@contextmanager
def trial_object(context: Context, path: str, body: Mapping[str, Any]) -> Iterator[str]:
    """A trigger or a job, by the path of its table; yields its id."""
    try:
        yield str(with_id(context.admin.post(path, body), f"Zammad POST {path}")["id"])
    finally:
        _remove_objects(context, path, str(body["name"]))


def leftovers(context: Context) -> list[str]:
    """What earlier examinations left: one that was killed, or one that could not remove it."""
    descriptions = [f"ticket {row.get('number')}" for row in _titled(context, "contains", PREFIX)]
    for path in ("triggers", "jobs"):
        # A token that may not look there cannot have made anything there either.
        with suppress(ForbiddenError):
            names = (str(row.get("name", "")) for row in listed(context.admin, path))
            descriptions += [f"{path} {name!r}" for name in names if name.startswith(PREFIX)]
    return descriptions


def _ticket(context: Context, title: str) -> dict[str, Any]:
    mapping = context.mapping
    fields = trial_fields(context.clock())
    return {
        "title": title,
        "group": mapping.group_name("intake"),
        "state": _existing_state(context),
        "customer_id": context.me["id"],
        "article": {"subject": title, "body": "A test by interspace doctor.", "type": "note", "internal": True},
        **{
            mapping.attribute(name): encode(getattr(fields, name))
            for name in fields.model_fields_set
            if name in mapping.fields
        },
    }


def _existing_state(context: Context) -> str:
    there = {str(row.get("name")) for row in context.names("ticket_states")}
    return next(name for name in context.mapping.state_names(TicketState.CLOSED) if name in there)


def _remove_tickets(context: Context, title: str) -> None:
    try:
        for row in _titled(context, "is", title):
            _remove_ticket(context, row)
    except HelpdeskError as error:
        context.left_behind.append(f"ticket {title!r} ({error})")


def _remove_ticket(context: Context, row: Row) -> None:
    try:
        context.admin.delete(f"tickets/{row['id']}")
    except NotFoundError:
        return
    except ForbiddenError:
        context.left_behind.append(f"ticket {row.get('number')}, closed (deleting needs the permission admin)")


def _titled(context: Context, operator: str, title: str) -> list[Row]:
    condition = {"ticket.title": {"operator": operator, "value": title}}
    answer = context.admin.post("tickets/search", {"condition": condition, "limit": 50}, {"expand": "true"})
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


def _remove_objects(context: Context, path: str, name: str) -> None:
    try:
        for row in listed(context.admin, path):
            if row.get("name") == name:
                context.admin.delete(f"{path}/{row['id']}")
    except HelpdeskError as error:
        context.left_behind.append(f"{path} {name!r} ({error})")
