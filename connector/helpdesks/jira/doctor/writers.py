"""What else writes to issues of this Jira, and what it does to us (`connector/doctor/writers.py`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from connector.doctor.finding import Check, Observation, skipped
from connector.doctor.writers import OtherWriter, checks
from connector.helpdesks.jira.doctor.account import ADMIN_TOKEN
from connector.helpdesks.jira.doctor.automation import automation_rules
from connector.helpdesks.jira.doctor.by_hand import with_goals
from connector.helpdesks.jira.doctor.context import Context
from connector.helpdesks.jira.doctor.workflows import workflows
from connector.helpdesks.jira.install.checklist import FIRST_RESPONSE, REPAIR
from connector.helpdesks.jira.mapping import JiraMapping

_ALWAYS = frozenset({"project", "issuetype", "summary", "description", "labels", "reporter"})
"""What every issue of the connector's making has; the reporter is whoever makes it."""
_MADE = ("group", "connector_key")
_OTHER_TIMES = (
    "counts by a calendar, goals and pauses of its own: its times, and what Automation mails by them, differ from what "
    "the rules promise"
)
_LOOK = "Look into the project's settings: Automation, Workflows."


def required_fields(context: Context) -> Iterator[OtherWriter]:
    """Fields without which Jira makes no issue, whoever makes it, though the connector has no value for them."""
    mapping, ids = context.mapping, context.site.fields.ids
    for kind, form in context.forms.items():
        if kind in _own_types(mapping):
            filled = {*_ALWAYS, *(ids[name] for name in (*_MADE, *_own_types(mapping)[kind]))}
            for field_id, row in form.items():
                if row.get("required") and not row.get("hasDefaultValue") and field_id not in filled:
                    does = f"is required of {kind}: the connector has no value for it, and cannot make one (400)"
                    yield OtherWriter(f"field {str(row.get('name'))!r}", (), [does])


def _own_types(mapping: JiraMapping) -> Mapping[str, tuple[str, ...]]:
    """The types of issues that the connector makes, with what else it always fills in."""
    return {mapping.issue_types.rfo_task: ("rfo_status", "rfo_due_at"), mapping.issue_types.problem: ()}


def slas(context: Context) -> Iterator[OtherWriter]:
    """Goals of Service Management that the checklist does not ask for, as the latest request shows them."""
    for _, lengths in with_goals(context):
        for name in lengths:
            if name not in (FIRST_RESPONSE, REPAIR):
                yield OtherWriter(f"SLA {name!r}", (), [_OTHER_TIMES])
        return


_SEEN: Mapping[str, Callable[[Context], Iterable[OtherWriter]]] = {"required fields": required_fields, "SLAs": slas}
_ON_CLOUD: Mapping[str, Callable[[Context], Iterable[OtherWriter]]] = {
    "automation rules": automation_rules,
    "workflows": workflows,
}


def _of_cloud(check: Check[Context]) -> Check[Context]:
    def look(context: Context) -> Observation:
        if not context.flavour.administers:
            return skipped("Data Center tells it to no program", _LOOK)
        return check.look(context)

    return check._replace(look=look)


def writers(fields: str, types: str) -> tuple[Check[Context], ...]:
    """The checks of this section; ``fields`` and ``types`` are those that have to pass before."""

    def made(
        kinds: Mapping[str, Callable[[Context], Iterable[OtherWriter]]], *needs: str
    ) -> tuple[Check[Context], ...]:
        return checks(kinds, lambda context: context.site.fields.labels, fields, types, *needs)

    return (*map(_of_cloud, made(_ON_CLOUD, ADMIN_TOKEN)), *made(_SEEN))
