"""Workflows of the project on Cloud: what their transitions set, ask for and forbid, and which ways are missing.

The connector takes two ways: an RFO task or problem record that was closed too early is taken back (R28, R34), and an
RFO task is closed when its document is delivered.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connector.doctor.context import Row
from connector.doctor.writers import OtherWriter
from connector.domain.vocabulary import TicketState
from connector.helpdesks.answer import objects
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.touched import touched


class _Way(NamedTuple):
    """A transition that the connector may take."""

    name: str
    to: str
    """The status, by name."""
    row: Row


def workflows(context: Context) -> Iterator[OtherWriter]:
    """One for each workflow of the handled issue types. Raises HelpdeskError."""
    told: dict[str, tuple[Row, dict[str, str], list[str]]] = {}
    for kind in sorted(context.mapping.handled_types & context.issue_types.keys()):
        pair = {"projectId": context.site.project_id, "issueTypeId": context.issue_types[kind]}
        answer = context.admin.post("api/3/workflows", {"projectAndIssueTypes": [pair]})
        held = answer if isinstance(answer, Mapping) else {}
        names = {str(row.get("statusReference")): str(row.get("name")) for row in _rows(held, "statuses")}
        for row in _rows(held, "workflows"):
            told.setdefault(str(row.get("id")), (row, names, []))[2].append(kind)
    for row, names, kinds in told.values():
        yield _writer(context, row, names, kinds)


def _rows(held: Mapping[str, Any], key: str) -> list[Row]:
    return objects(held.get(key) or [], f"Jira POST workflows: {key}")


def _writer(context: Context, workflow: Row, names: Mapping[str, str], kinds: list[str]) -> OtherWriter:
    ways = [_way(row, names) for row in _rows(workflow, "transitions")]
    sets, does = touched(context, [field for way in ways for field in _set_by(way.row)])
    own = {context.mapping.issue_types.rfo_task, context.mapping.issue_types.problem} & set(kinds)
    if own:
        does += _on_our_ways(context, ways, workflow, names, sorted(own))
    return OtherWriter(f"workflow {str(workflow.get('name'))!r} of {', '.join(kinds)}", sets, does)


def _way(row: Row, names: Mapping[str, str]) -> _Way:
    to = str(row.get("toStatusReference"))
    return _Way(str(row.get("name")), names.get(to, to), row)


def _set_by(transition: Row) -> Iterator[str]:
    """The fields that its post functions write: parameters that name one. A source of a copy is not written."""
    for action in transition.get("actions") or ():
        for key, value in (action.get("parameters") or {}).items():
            if "source" not in str(key).casefold():
                yield from str(value).split(",")


def _on_our_ways(
    context: Context, ways: list[_Way], workflow: Row, names: Mapping[str, str], kinds: list[str]
) -> Iterator[str]:
    state = context.mapping.state
    wanted = [TicketState.OPEN]
    if context.mapping.issue_types.rfo_task in kinds:
        wanted.append(TicketState.CLOSED)
    of = " and ".join(kinds)
    for way in ways:
        if state(way.to) in wanted and way.row.get("type") != "INITIAL":
            yield from _hindrances(way, of)
    over = [names.get(reference, reference) for reference in _references(workflow)]
    shut = [name for name in over if (known := state(name)) is not None and known.is_over]
    stuck = [name for name in shut if not _leads(ways, names, name, TicketState.OPEN, state)]
    if stuck:
        yield f"has no way from {', '.join(stuck)} back to work: {of} that was closed too early stays closed"
    if TicketState.CLOSED in wanted and not any(state(way.to) is TicketState.CLOSED for way in ways):
        yield f"has no way to {' or '.join(context.mapping.state_names(TicketState.CLOSED))}: {of} stays open"


def _hindrances(way: _Way, of: str) -> Iterator[str]:
    begin, left_out = f"on the way {way.name!r} to {way.to}", f"the connector's change of status of {of} is left out"
    asked = ", ".join(str(rule.get("ruleKey")) for rule in way.row.get("validators") or ())
    if asked:
        yield f"{begin} it asks for something ({asked}): {left_out} where it is missing"
    if _conditions(way.row.get("conditions")):
        yield f"{begin} it has conditions: {left_out} where they keep the connector's user out"


def _conditions(group: Any) -> bool:
    held = group if isinstance(group, Mapping) else {}
    return bool(held.get("conditions")) or any(map(_conditions, held.get("conditionGroups") or ()))


def _references(workflow: Row) -> list[str]:
    return [str(row.get("statusReference")) for row in _rows(workflow, "statuses")]


def _leads(ways: list[_Way], names: Mapping[str, str], begin: str, end: TicketState, state: Any) -> bool:
    """Whether a transition leads from the status ``begin`` to one that means ``end``."""
    return any(state(way.to) is end and (way.row.get("type") == "GLOBAL" or begin in _from(way, names)) for way in ways)


def _from(way: _Way, names: Mapping[str, str]) -> set[str]:
    references = [str(link.get("fromStatusReference")) for link in way.row.get("links") or ()]
    return {names.get(reference, reference) for reference in references}
