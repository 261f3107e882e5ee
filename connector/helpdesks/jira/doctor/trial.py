"""Issues made on Jira for a test, and removed again whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from connector.doctor.context import Row
from connector.doctor.round_trip import PREFIX, TrialTicket, trial_fields
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import with_id
from connector.helpdesks.errors import HelpdeskError, NotFoundError, PermanentError
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.install.pages import listed
from connector.helpdesks.jira.listing import quoted
from connector.helpdesks.jira.values import encode


@contextmanager
def trial_issue(context: Context, title: str) -> Iterator[TrialTicket]:
    """An incident, made by the admin, because the receiver skips what the connector's own user does, and closed at
    once. It is complete, so that no rule asks for anything."""
    made: TrialTicket | None = None
    try:
        answer = with_id(context.admin.post("api/2/issue", {"fields": _fields(context, title)}), "Jira POST issue")
        made = TrialTicket(str(answer["id"]), str(answer.get("key")), title)
        _close(context, made)
        yield made
    finally:
        _remove(context, title, made)


def leftovers(context: Context) -> list[str]:
    """What earlier examinations left: one that was killed, or one that could not remove it."""
    return [f"issue {row.get('key')}" for row in _titled(context, PREFIX) if _is_there(context, row)]


def _fields(context: Context, title: str) -> dict[str, Any]:
    mapping, ids = context.mapping, context.site.fields.ids
    fields = trial_fields(context.clock())
    rich = context.flavour.rich_fields
    return {
        "project": {"key": mapping.project},
        "issuetype": {"name": mapping.issue_types.incident[0]},
        "summary": title,
        "description": "A test by interspace doctor.",
        **{ids[name]: encode(name, getattr(fields, name), rich=rich) for name in fields.model_fields_set},
    }


def _close(context: Context, ticket: TrialTicket) -> None:
    path = f"api/2/issue/{ticket.id}/transitions"
    ways = listed(context.admin, path, "expand=transitions.fields", "transitions")
    over = [name for state in (TicketState.CLOSED, TicketState.RESOLVED) for name in context.mapping.state_names(state)]
    way = next((way for name in over for way in ways if (way.get("to") or {}).get("name") == name), None)
    if way is None:
        raise PermanentError(f"Jira {ticket.number}: no transition of a new incident leads to {' or '.join(over)}")
    asks = "resolution" in (way.get("fields") or {})
    fields = {"fields": {"resolution": {"name": context.mapping.resolution}}} if asks else {}
    context.admin.post(path, {"transition": {"id": way["id"]}, **fields})


def _remove(context: Context, title: str, made: TrialTicket | None) -> None:
    """Removes the issue by its id, or by its title once search shows it if its creation was never answered."""
    try:
        if made is not None:
            _delete(context, made.id)
            return
        rows = context.until(context.patience.step, lambda: _titled(context, title) or None)
        for row in rows or ():
            _delete(context, str(row["id"]))
    except HelpdeskError as error:
        context.remember(f"issue {title!r}", error)


def _delete(context: Context, issue_id: str) -> None:
    try:
        context.admin.delete(f"api/2/issue/{issue_id}")
    except NotFoundError:
        return


def _titled(context: Context, title: str) -> list[Row]:
    jql = f"project = {quoted(context.mapping.project)} AND summary ~ {quoted(quoted(title))}"
    answer = context.admin.post(context.flavour.search, {"jql": jql, "fields": ["summary"], "maxResults": 50})
    rows = answer.get("issues") if isinstance(answer, dict) else None
    return [row for row in rows or () if str((row.get("fields") or {}).get("summary", "")).startswith(PREFIX)]


def _is_there(context: Context, row: Row) -> bool:
    """Whether the issue still exists: search may list deleted ones."""
    try:
        context.admin.get(f"api/2/issue/{row['id']}", urlencode({"fields": "summary"}))
    except NotFoundError:
        return False
    return True
