"""The way back: a plan that deletes exactly what we made, and says what stays."""

from collections.abc import Iterator

from connector.helpdesks.errors import HelpdeskError, PermanentError
from connector.helpdesks.zammad.client import ZammadClient
from connector.install.current import Current
from connector.install.errors import StepError
from connector.install.kinds import ATTRIBUTES, KINDS, MIGRATIONS, Kind
from connector.install.plan import Action, Plan, Step, count_ours, known_ids
from connector.install.rows import Row

Used = frozenset[tuple[str, int]]
"""Table and id of objects that tickets refer to."""

_REFERRED = {"groups": "group_id", "ticket_priorities": "priority_id"}
"""Tables whose objects tickets refer to → the ticket's attribute."""


def used_by_tickets(client: ZammadClient, current: Current) -> Used:
    """Our groups and priorities that a ticket has: without them the ticket would be broken.

    Ask as the connector's own user, who sees the tickets of all groups. Zammad itself refuses to delete what is in
    use, so nothing breaks if this sees too little.

    Raises StepError if Zammad cannot be asked.
    """
    found = set()
    for path, attribute in _REFERRED.items():
        for row in current.tables[path]:
            if KINDS[path].is_ours(row) and _has_tickets(client, attribute, int(row["id"])):
                found.add((path, int(row["id"])))
    return frozenset(found)


def plan_uninstall(current: Current, used: Used, bot_id: int, *, purge_fields: bool = False) -> Plan:
    """Deletes what we made, what refers to others first. Tickets, their data and what was there before us stay.

    ``purge_fields`` deletes the attributes too, and with them what tickets say there.
    """
    steps: list[Step] = []
    for kind in reversed(tuple(KINDS.values())):
        if kind.path == "users":
            steps += _without_our_roles(current, bot_id)
        for row in current.tables[kind.path]:
            if kind.is_ours(row):
                steps.append(_step(kind, row, used, purge_fields=purge_fields))
    if any(step.action is Action.DELETE and step.kind == ATTRIBUTES for step in steps):
        steps.append(Step(Action.RUN, MIGRATIONS, "migrations", why="drops the attributes' columns"))
    return Plan(tuple(steps), known_ids(current), count_ours(current))


def _step(kind: Kind, row: Row, used: Used, *, purge_fields: bool) -> Step:
    stays = Step(Action.STAYS, kind.path, str(row.get(kind.name)), int(row["id"]))
    if kind.is_adopted(row):
        return _because(stays, "it was there before us")
    if (kind.path, stays.id) in used:
        return _because(stays, "tickets refer to it")
    if kind.path == ATTRIBUTES and not purge_fields:
        return _because(stays, "tickets' data are in it; --purge-fields deletes it")
    return Step(Action.DELETE, kind.path, stays.name, stays.id)


def _because(step: Step, why: str) -> Step:
    return Step(step.action, step.kind, step.name, step.id, why=why)


def _without_our_roles(current: Current, bot_id: int) -> Iterator[Step]:
    """A role that somebody holds cannot be deleted."""
    kind = KINDS["roles"]
    going = {int(row["id"]) for row in current.tables["roles"] if kind.is_ours(row) and not kind.is_adopted(row)}
    for row in current.tables["users"]:
        held = [int(role) for role in row.get("role_ids") or ()]
        if int(row["id"]) == bot_id and going & set(held):
            kept = [role for role in held if role not in going]
            name = str(row["login"])
            yield Step(Action.UPDATE, "users", name, bot_id, {"role_ids": kept}, why="gives our roles back")


def _has_tickets(client: ZammadClient, attribute: str, number: int) -> bool:
    condition = {f"ticket.{attribute}": {"operator": "is", "value": [str(number)]}}
    try:
        rows = client.post("tickets/search", {"condition": condition, "limit": 1}, {"expand": "true"})
    except HelpdeskError as error:
        raise StepError(f"Whether tickets use {attribute} {number} cannot be found out. {error}") from error
    if not isinstance(rows, list):
        raise PermanentError("Zammad POST tickets/search: expected a list")
    return bool(rows)
