"""What has to be known and done in Zammad before what we made can be taken away."""

from collections.abc import Iterator

from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.zammad.client import ZammadClient
from connector.helpdesks.zammad.install.kinds import KINDS
from connector.install.current import Current
from connector.install.errors import StepError
from connector.install.plan import Action, Step
from connector.install.rows import Id
from connector.install.uninstall import Used

_REFERRED = {"groups": "group_id", "ticket_priorities": "priority_id"}
"""Tables whose objects tickets refer to → the ticket's attribute."""


def used_by_tickets(client: ZammadClient, current: Current) -> Used:
    """Our groups and priorities that a ticket has: without them the ticket would be broken.

    Ask as the connector's own user, who sees the tickets of all groups. Zammad itself refuses to delete what is in
    use, so nothing breaks if this sees too little.

    Raises StepError if Zammad cannot be asked.
    """
    found: dict[tuple[str, Id], str] = {}
    for path, attribute in _REFERRED.items():
        for row in current.tables[path]:
            if KINDS[path].is_ours(row) and _has_tickets(client, attribute, int(row["id"])):
                found[path, row["id"]] = "tickets refer to it"
    return found


def without_our_roles(current: Current, bot_id: int) -> Iterator[Step]:
    """A role that somebody holds cannot be deleted."""
    kind = KINDS["roles"]
    going = {int(row["id"]) for row in current.tables["roles"] if kind.is_ours(row) and not kind.is_adopted(row)}
    for row in current.tables["users"]:
        held = [int(role) for role in row.get("role_ids") or ()]
        if int(row["id"]) == bot_id and going & set(held):
            kept = [role for role in held if role not in going]
            name = str(row["login"])
            why = "gives our roles back"
            yield Step(Action.UPDATE, "users", name, bot_id, {"role_ids": kept}, why=why, label=KINDS["users"].label)


def _has_tickets(client: ZammadClient, attribute: str, number: int) -> bool:
    condition = {f"ticket.{attribute}": {"operator": "is", "value": [str(number)]}}
    try:
        rows = client.post("tickets/search", {"condition": condition, "limit": 1}, {"expand": "true"})
    except HelpdeskError as error:
        raise StepError(f"Whether tickets use {attribute} {number} cannot be found out. {error}") from error
    if not isinstance(rows, list):
        raise PermanentError("Zammad POST tickets/search: expected a list")
    return bool(rows)
