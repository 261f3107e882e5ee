"""What else writes to tickets in this Zammad, and what it does to us (`connector/doctor/writers.py`).

Bodies as in recordings 255, 265, 270, 275 and 300; AI agents and e-mail filters as the source of 7.0 to 7.2 has them
(`app/models/ai/agent`, `app/models/postmaster_filter.rb`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector.doctor.context import Row
from connector.doctor.writers import OtherWriter, checks
from connector.domain.field import SetBy
from connector.domain.fields import CATALOGUE
from connector.helpdesks.zammad.doctor.conditions import named_conditions, reaches, texts
from connector.helpdesks.zammad.doctor.context import Context
from connector.helpdesks.zammad.install.tables import KINDS

_NATIVE = frozenset({"priority", "group", "state"})
_AT_CREATION, _AT_CHANGE = "create_middle", "edit"
_SCREENS = {
    _AT_CREATION: "on the mask of new tickets: RFO tasks and problem records are refused with 422 without it",
    _AT_CHANGE: "on the mask of changes: every write of the connector to a ticket without it is refused with 422",
}
"""The masks that bind the API too (recordings 163, 266-268; zammad#4834)."""
_RESTRICTS = frozenset({"remove_option", "set_fixed_to"})
_WRITES_BY_MASK = frozenset({"select", "fill_in", "fill_in_empty", "auto_select"})
_AI_WRITES = {
    "TicketPrioritizer": "priority_id",
    "TicketGroupDispatcher": "group_id",
    "TicketTitleRewriter": "title",
    "TicketCategorizer": "category",
    "TicketTextExtractor": "extracted_text",
}
"""Type of an AI agent → the attribute that it writes, or where it says which (``type_enrichment_data``)."""
_BY_MAIL = (
    "of a mail that opens a ticket: details count as the customer's word, what only support or the rules set is "
    "emptied again with a note, and a group outside the rules leaves the mail to itself"
)
_OTHER_TIMES = (
    "may count for the rules' tickets in place of ours: Zammad's own escalation times and mails then differ from what "
    "the rules promise"
)
_TITLE = "rewrites the title, which the rules read for details: what the customer wrote there is lost to them"


def triggers(context: Context) -> Iterator[OtherWriter]:
    """Triggers that set something on tickets of ours."""
    return _performers(context, "triggers", "trigger")


def jobs(context: Context) -> Iterator[OtherWriter]:
    """Jobs of the scheduler."""
    return _performers(context, "jobs", "scheduler job")


def _performers(context: Context, path: str, word: str) -> Iterator[OtherWriter]:
    for row in context.rows(path):
        if not row.get("active", True) or _is_ours(path, row) or row.get("object") not in (None, "", "Ticket"):
            continue
        if not reaches(row.get("condition"), context.groups_in_scope):
            continue
        perform = row.get("perform") or {}
        does = ["deletes tickets: what the rules had promised on them is gone"] if "ticket.action" in perform else []
        yield OtherWriter(f"{word} {_name(row)}", _fields(context, perform), does)


def macros(context: Context) -> Iterator[OtherWriter]:
    """Macros that write what is the rules' own. What else a macro sets is an agent's choice, and meant so."""
    for row in context.rows("macros"):
        if row.get("active", True) and not _is_ours("macros", row):
            ours = [name for name in _fields(context, row.get("perform") or {}) if _is_rules(name)]
            yield OtherWriter(f"macro {_name(row)}", ours)


def ai_agents(context: Context) -> Iterator[OtherWriter]:
    """AI agents, from 7.0 on."""
    for row in context.rows("ai_agents"):
        if not row.get("active", True):
            continue
        written = [*_mapped(row.get("action_definition")), *_by_type(row)]
        fields = _fields(context, {f"ticket.{name}": None for name in written})
        does = [_TITLE] if "title" in written else []
        if fields or does:
            does.append("the connector leaves a ticket alone while it is at work there")
        yield OtherWriter(f"AI agent {_name(row)}", fields, does)


def filters(context: Context) -> Iterator[OtherWriter]:
    """Filters of incoming mail. What they set on a new ticket is said by its sender, in whose name it is made."""
    for row in context.rows("postmaster_filters"):
        if not row.get("active", True):
            continue
        named = {str(name).lower() for name in row.get("perform") or {}}
        begin = "x-zammad-ticket-"
        filled = [_field(context, name.removeprefix(begin)) for name in sorted(named) if name.startswith(begin)]
        fields = [context.mapping.screen[field] for field in filled if field is not None]
        does = [f"fills in {', '.join(fields)} {_BY_MAIL}"] if fields else []
        if "x-zammad-ignore" in named:
            does.append("drops mails: what customers write there reaches nobody")
        yield OtherWriter(f"e-mail filter {_name(row)}", (), does)


def workflows(context: Context) -> Iterator[OtherWriter]:
    """Core workflows: what they demand, hide or offer binds the API too."""
    for row in context.rows("core_workflows"):
        if not row.get("active", True) or _is_ours("core_workflows", row) or row.get("object") not in (None, "Ticket"):
            continue
        if not _binds_us(context, row) or not reaches(row.get("condition_selected"), context.groups_in_scope):
            continue
        demanded, offered, filled = [], [], []
        for name, operators in _operators(row.get("perform") or {}):
            if "set_mandatory" in operators:
                demanded.append(name)
            field = _field(context, name)
            if field is not None and _RESTRICTS & operators:
                offered.append(name)
            if field is not None and _WRITES_BY_MASK & operators:
                filled.append(field)
        does = [f"demands {', '.join(demanded)} {_SCREENS[screen]}" for screen in _screens(row) if demanded]
        if offered:
            does.append(f"offers only some values of {', '.join(offered)}: another one that the rules write is refused")
        yield OtherWriter(f"core workflow {_name(row)}", filled, does)


def required(context: Context) -> Iterator[OtherWriter]:
    """Attributes without which a mask cannot be sent, by any agent (zammad#4834)."""
    for row in context.rows("object_manager_attributes"):
        if row.get("object", "Ticket") != "Ticket" or row.get("active") is False or not row.get("editable", True):
            continue
        screens = row.get("screens") or {}
        does = [says for screen, says in _SCREENS.items() if any(map(_demands, _of_agents(screens.get(screen))))]
        yield OtherWriter(f"attribute {row.get('name')}", (), [f"is required {says}" for says in does])


def slas(context: Context) -> Iterator[OtherWriter]:
    """SLAs of others for tickets of ours: Zammad takes the first that fits, by name."""
    for row in context.rows("slas"):
        if not _is_ours("slas", row) and reaches(row.get("condition"), context.groups_in_scope):
            yield OtherWriter(f"SLA {_name(row)}", (), [_OTHER_TIMES])


KINDS_OF_WRITERS: Mapping[str, Callable[[Context], Iterator[OtherWriter]]] = {
    "triggers": triggers,
    "scheduler": jobs,
    "AI agents": ai_agents,
    "core workflows": workflows,
    "required fields": required,
    "SLAs": slas,
    "e-mail filters": filters,
    "macros": macros,
}
WRITERS = checks(KINDS_OF_WRITERS, lambda context: context.mapping.screen, "policy and mapping", "admin token")


def _is_ours(path: str, row: Row) -> bool:
    return path in KINDS and KINDS[path].is_ours(row)


def _name(row: Row) -> str:
    return repr(str(row.get("name", "")))


def _fields(context: Context, perform: Mapping[str, Any]) -> list[str]:
    """The rules' names of what is set."""
    named = (str(name).removeprefix("ticket.") for name in perform if str(name).startswith("ticket."))
    return [field for name in named if (field := _field(context, name)) is not None]


def _field(context: Context, attribute: str) -> str | None:
    native = attribute.removesuffix("_id")
    return native if native in _NATIVE else context.mapping.field(attribute)


def _is_rules(field: str) -> bool:
    return field in CATALOGUE and CATALOGUE[field].set_by is SetBy.RULES


def _mapped(action: Any) -> Iterator[str]:
    """What a definition of one's own maps its results to, with and without conditions."""
    if not isinstance(action, Mapping):
        return
    for part in (action, *(one for one in action.get("conditions") or () if isinstance(one, Mapping))):
        yield from (str(name).removeprefix("ticket.") for name in part.get("mapping") or {})


def _by_type(row: Row) -> Iterator[str]:
    written = _AI_WRITES.get(str(row.get("agent_type")))
    if written is not None:
        yield str((row.get("type_enrichment_data") or {}).get(written, written))


def _operators(perform: Mapping[str, Any]) -> Iterator[tuple[str, set[str]]]:
    for name, spec in perform.items():
        operator = spec.get("operator") if isinstance(spec, Mapping) else None
        yield str(name).removeprefix("ticket."), texts(operator)


def _screens(flow: Row) -> list[str]:
    named = texts((flow.get("preferences") or {}).get("screen") or [*_SCREENS])
    return [screen for screen in _SCREENS if screen in named]


def _binds_us(context: Context, flow: Row) -> bool:
    """Unless it is for roles that the connector's user has not, or for all but its own."""
    mine = {"session.role_ids": texts(context.me.get("role_ids") or []), "session.id": {str(context.me["id"])}}
    for name, spec in named_conditions(flow.get("condition_selected")):
        if (held := mine.get(name)) is None:
            continue
        meets = bool(held & texts(spec.get("value")))
        if meets == str(spec.get("operator", "is")).endswith("not"):
            return False
    return True


def _of_agents(shown_to: Any) -> list[Mapping[str, Any]]:
    held = shown_to if isinstance(shown_to, Mapping) else {}
    return [held[who] for who in ("-all-", "ticket.agent") if isinstance(held.get(who), Mapping)]


def _demands(spec: Mapping[str, Any]) -> bool:
    return spec["required"] is True if "required" in spec else spec.get("null") is False
