"""`#{ticket.number}` and its like in the texts of triggers, jobs, macros and e-mails."""

import re

from connector.sandbox.zammad.records import Record, as_history_text
from connector.sandbox.zammad.world import World

FQDN = "zammad.example.com"
_PLACEHOLDER = re.compile(r"#\{\s*([a-z_.]+)\s*\}")
_RELATIONS = {
    "state": "TicketState",
    "priority": "TicketPriority",
    "group": "Group",
    "owner": "User",
    "customer": "User",
    "organization": "Organization",
    "created_by": "User",
    "updated_by": "User",
}


def filled(world: World, text: str, ticket: Record, article: Record | None) -> str:
    """The text with what its placeholders name; an empty value is `-`, an unknown one says so."""
    return _PLACEHOLDER.sub(lambda found: _looked_up(world, found[1], ticket, article), text)


def _looked_up(world: World, path: str, ticket: Record, article: Record | None) -> str:
    kind, *names = path.split(".")
    if path in {"config.fqdn", "config.http_type"}:
        return FQDN if path == "config.fqdn" else "https"
    record = {"ticket": ticket, "article": article or {}}.get(kind, {})
    for name in names[:-1]:
        related = world.table(_RELATIONS.get(name, "")).get(record.get(f"{name}_id", 0))
        record = related or {}
    last = names[-1] if names else ""
    if last not in record:
        return f"#{{{path} / no such method}}"
    return as_history_text(record[last]) or "-"
