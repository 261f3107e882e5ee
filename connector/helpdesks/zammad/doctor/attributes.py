"""Has every field of the rules its attribute, of the right type, with the right options, migrated?"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector.doctor.context import Row
from connector.doctor.finding import Observation, fail, ok, skipped, warn
from connector.domain.fields import CATALOGUE
from connector.helpdesks.zammad.doctor.context import ANY_TICKET, Context

_MIGRATE = "Run interspace install, or POST object_manager_attributes_execute_migrations as an admin."


def attributes(context: Context) -> Observation:
    """As the object manager has them."""
    known = _known(context)
    wanted = context.mapping.fields
    missing = sorted(attribute for attribute in wanted.values() if attribute not in known)
    if missing:
        return fail(
            f"no attribute {', '.join(missing)}",
            "Create them with interspace install, or name yours in the mapping under fields.",
        )
    wrong = [
        problem
        for field, attribute in wanted.items()
        for problem in problems(attribute, CATALOGUE[field].kind, known[attribute])
    ]
    if wrong:
        return fail("; ".join(wrong), "interspace install plan zammad shows how they should be.")
    return ok(f"all {len(wanted)} attributes are there, of the right type")


def labels(context: Context) -> Observation:
    """Notes name a field as the agents' screens do."""
    known = _known(context)
    shown = {field: known[attribute].get("display") for field, attribute in context.mapping.fields.items()}
    other = [
        f"{field}: notes say {context.mapping.screen[field]!r}, the screen says {label!r}"
        for field, label in shown.items()
        if label != context.mapping.screen[field]
    ]
    if other:
        return warn(
            "; ".join(other),
            "Put the names on the screen into the mapping under labels, or run interspace install to rename them.",
        )
    return ok("notes name every field as the screens do")


def _known(context: Context) -> dict[str, Row]:
    return {
        str(row.get("name")): row
        for row in context.rows("object_manager_attributes")
        if row.get("object", "Ticket") == "Ticket"
    }


def migrations(context: Context) -> Observation:
    """Writing an attribute before its migration is silently ignored."""
    mapped = set(context.mapping.fields.values())
    waiting = sorted(
        str(row.get("name"))
        for row in context.rows("object_manager_attributes")
        if row.get("name") in mapped
        and any(row.get(flag) for flag in ("to_create", "to_migrate", "to_config", "to_delete"))
    )
    if waiting:
        return fail(f"not migrated: {', '.join(waiting)}", _MIGRATE)
    return ok("nothing waits for a migration")


def attributes_on_a_ticket(context: Context) -> Observation:
    """As the connector sees them: what an examination without an admin's token can tell."""
    tickets = context.bot.post("tickets/search", {"condition": ANY_TICKET, "limit": 1}, {"expand": "true"})
    if not isinstance(tickets, list) or not tickets:
        return skipped("there is no ticket that the connector's user may read")
    ticket: Row = tickets[0]
    missing = sorted(attribute for attribute in context.mapping.fields.values() if attribute not in ticket)
    if missing:
        return fail(f"ticket {ticket.get('number')} has no attribute {', '.join(missing)}", _MIGRATE)
    return ok(f"ticket {ticket.get('number')} has all {len(context.mapping.fields)} attributes")


def problems(attribute: str, kind: type, row: Row) -> Iterator[str]:
    """What keeps an attribute from holding values of ``kind``."""
    data_type, option = str(row.get("data_type")), row.get("data_option")
    option = option if isinstance(option, dict) else {}
    if data_type not in _TYPES[_base(kind)]:
        yield f"{attribute} is of type {data_type}, not {_TYPES[_base(kind)][0]}"
    elif row.get("active") is False:
        yield f"{attribute} is not active"
    elif data_type == "datetime" and option.get("diff") is not None:
        yield f'{attribute} fills itself with "now + {option["diff"]} h" on every new ticket: "diff" must be null'
    elif issubclass(kind, StrEnum) and data_type != "input":
        lacking = [value.value for value in kind if value.value not in set(_values(option.get("options")))]
        if lacking:
            yield f"{attribute} has no option {', '.join(lacking)}"


_TYPES: dict[type, tuple[str, ...]] = {
    StrEnum: ("select", "tree_select", "input"),
    str: ("input", "textarea"),
    datetime: ("datetime",),
    bool: ("boolean",),
    int: ("integer",),
}
"""What can hold a value, the usual one first."""


def _base(kind: type) -> type:
    return StrEnum if issubclass(kind, StrEnum) else kind


def _values(options: Any) -> Iterator[str]:
    """Options are an object (value → label), or a list of objects that may have children."""
    if isinstance(options, dict):
        yield from map(str, options)
    elif isinstance(options, list):
        for option in options:
            if isinstance(option, dict):
                yield str(option.get("value"))
                yield from _values(option.get("children"))
