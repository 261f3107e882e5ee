"""When an issue was none of the rules' business."""

from collections.abc import Iterable
from datetime import datetime

from connector.domain.ticket import Change
from connector.domain.vocabulary import TicketKind
from connector.helpdesks.jira.answer import HistoryRow, IssueRow
from connector.helpdesks.jira.mapping import JiraMapping
from connector.helpdesks.scope import outside


def times_outside(
    mapping: JiraMapping, row: IssueRow, history: Iterable[HistoryRow], changes: Iterable[Change]
) -> tuple[tuple[datetime, datetime], ...]:
    """The times in which the issue was of another type, in another project or in a group outside the rules."""
    types, now = mapping.handled_types, row.fields
    turns: dict[str, list[tuple[datetime, bool, bool]]] = {"issuetype": [], "project": [], "group": []}
    for entry in history:
        for item in entry.items:
            ids, names = (item.old_value, item.new_value), (item.old_text, item.new_text)
            name = item.field_id or item.field
            if name == "issuetype":
                # The type of today by its id: it may have had another name.
                before, after = (i == now.issuetype.id or n in types for i, n in zip(ids, names, strict=True))
                turns[name].append((entry.created, before, after))
            elif name == "project":
                turns[name].append((entry.created, ids[0] == now.project.id, ids[1] == now.project.id))
    for change in changes:
        if change.field == "group" and change.actor.is_trusted:
            before, after = (mapping.holds_for(group, TicketKind.INCIDENT) for group in (change.old, change.new))
            turns["group"].append((change.at, before, after))
    spans = [
        span
        for known in turns.values()
        if known
        for span in outside(now.created, inside=known[0][1], turns=[(at, after) for at, _, after in known])
    ]
    return tuple(sorted(spans))
