"""How the policy's names are written in one Jira: project, issue types, fields, statuses, priorities, groups, roles."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pydantic import Field

from connector.domain.vocabulary import TicketKind, TicketState
from connector.helpdesks import mapping
from connector.helpdesks.mapping import HelpdeskMapping
from connector.policy.kinds import Name
from connector.policy.problem import Location, UnlocatedProblem
from connector.policy.section import Section, dig, entries

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,254}", re.ASCII)
_LONGEST_NAME = 255
FIELD_ID = re.compile(r"customfield_\d{1,10}", re.ASCII)
"""A custom field's own id, different in every Jira."""


class IssueTypes(Section):
    """Kinds of issues."""

    incident: tuple[Name, ...] = Field(min_length=1, description="the rules hold for these")
    rfo_task: Name = Field(description="the task to write a Reason-For-Outage document (R34)")
    problem: Name = Field(description="the record of a root cause (R28)")


class JiraMapping(HelpdeskMapping):
    """Canonical names ↔ Jira's names."""

    HELPDESK = "Jira"

    project: Name = Field(description="the key of the service project")
    issue_types: IssueTypes
    request_type: Name | None = Field(
        default=None,
        description="by which the reports of a panel are raised; without it, the first that makes an incident",
    )
    document_request_type: Name | None = Field(
        default=None,
        description="by which escalation matrices are handed over (R35): of an issue type that the rules leave alone",
    )
    link_type: Name = Field(description="between an incident and what the connector creates for it")
    fields: Mapping[str, Name] = Field(
        description="field → name of the custom field, or its id",
        json_schema_extra=mapping.keys_are_fields,
    )
    statuses: Mapping[str, TicketState] = Field(description="status in Jira → state of the rules")
    resolution: Name = Field(default="Done", description="for transitions that ask for one")
    not_repaired: tuple[Name, ...] = Field(
        default=("Duplicate", "Won't Do", "Won't Fix", "Declined"),
        description="resolutions that are no repair: an issue that is done with one counts as cancelled",
    )
    group_field: Name = Field(description="the custom field that holds the group")
    groups: Mapping[str, str] = Field(description="group of the policy → option of the group field")
    mail_contacts: bool = Field(
        default=False,
        description="Jira mails contacts of a level who have an account in it; false: Automation rules of yours do",
    )
    former_accounts: frozenset[str] = Field(
        default=frozenset(),
        description="accounts it had before (accountId; on Data Center the user name): they stay the connector",
    )
    former_agents: frozenset[str] = Field(
        default=frozenset(), description="accounts that were agents before the connector came: they stay support"
    )
    other_connectors: frozenset[str] = Field(
        default=frozenset(), description="accounts of other installations of the connector on this Jira"
    )

    @classmethod
    def findings(cls, data: Any) -> Iterator[UnlocatedProblem]:
        """Everything the rules need has exactly one name in Jira."""
        yield from _project(data)
        yield from _issue_types(data)
        yield from mapping.fields(data, cls.HELPDESK, "custom field", _name_problems)
        yield from _group_field(data)
        yield from mapping.states(data, "statuses", cls.HELPDESK, "status")
        yield from mapping.priorities(data)
        yield from mapping.groups(data)
        yield from mapping.scope(data)
        yield from mapping.roles(data)

    def is_repair(self, resolution: str | None) -> bool:
        """Whether an issue that is done with this resolution was repaired; one without any was."""
        return (resolution or "").strip().casefold() not in {name.casefold() for name in self.not_repaired}

    @property
    def named_states(self) -> Mapping[str, TicketState]:
        """Jira's statuses, and what they mean."""
        return self.statuses

    def issue_type(self, kind: TicketKind) -> str:
        """The type of an issue that the connector creates; of incidents the first."""
        types = {TicketKind.RFO_TASK: self.issue_types.rfo_task, TicketKind.PROBLEM: self.issue_types.problem}
        return types.get(kind, self.issue_types.incident[0])

    def kind_of(self, issue_type: str, group: str) -> TicketKind:
        """What an issue of this type is to the rules, whoever made it; ``group``: the policy's name of its group."""
        types = self.issue_types
        if issue_type == types.rfo_task:
            return TicketKind.RFO_TASK
        if issue_type == types.problem:
            return TicketKind.PROBLEM
        is_incident = issue_type in types.incident and self.holds_for(group, TicketKind.INCIDENT)
        return TicketKind.INCIDENT if is_incident else TicketKind.OTHER

    def holds_for(self, group: str, kind: TicketKind) -> bool:
        """By the type alone, unless the mapping names the groups of incidents."""
        chosen = kind is TicketKind.INCIDENT and self.scope.incidents is not None
        return not chosen or self.kind_in(group) is TicketKind.INCIDENT

    def types_of(self, kind: TicketKind) -> tuple[str, ...]:
        """The issue types of the connector's business that are this."""
        types = self.issue_types
        of_kind = {
            TicketKind.INCIDENT: types.incident,
            TicketKind.RFO_TASK: (types.rfo_task,),
            TicketKind.PROBLEM: (types.problem,),
        }
        return of_kind.get(kind, ())

    @property
    def handled_types(self) -> frozenset[str]:
        """Issues of other types are none of the connector's business."""
        return frozenset({*self.issue_types.incident, self.issue_types.rfo_task, self.issue_types.problem})


def _project(data: Any) -> Iterator[UnlocatedProblem]:
    key = dig(data, "project")
    if isinstance(key, str) and key.strip() and not _PROJECT_KEY.fullmatch(key.strip()):
        yield ("project",), f"{key[:80]!r} is no project key: capital letters, digits and underscores (example: ISP)"


def _issue_types(data: Any) -> Iterator[UnlocatedProblem]:
    used: dict[Any, Location] = {}
    places: list[Location] = [("issue_types", "incident", at) for at, _ in entries(data, "issue_types", "incident")]
    for place in (*places, ("issue_types", "rfo_task"), ("issue_types", "problem")):
        yield from mapping.only_once(place, dig(data, *place), used)


def _group_field(data: Any) -> Iterator[UnlocatedProblem]:
    name = dig(data, "group_field")
    if isinstance(name, str):
        yield from ((("group_field",), message) for message in _name_problems(name))
        taken = next((field for field, mapped in entries(data, "fields") if mapped == name), None)
        if taken is not None:
            yield ("group_field",), f"{name!r} is already the custom field of {taken}"


def _name_problems(name: str) -> Iterator[str]:
    if not name.strip():
        return
    if name.startswith("customfield_") and not FIELD_ID.fullmatch(name):
        yield f"{name[:80]!r} is no id of a custom field (example: customfield_10050)"
    elif len(name) > _LONGEST_NAME:
        yield f"a name has up to {_LONGEST_NAME} characters"


load_mapping = partial(mapping.read_mapping, kind=JiraMapping)
"""The mapping of a file. Raises PolicyError with everything that is wrong with it."""
