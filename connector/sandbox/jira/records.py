"""What a Jira consists of: accounts, configuration, issues and what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

Json = Any
Flavour = Literal["cloud", "datacenter"]
Category = Literal["new", "indeterminate", "done"]
PUBLIC_PROPERTY = "sd.public.comment"


@dataclass(eq=False)
class User:
    """An account. `id` is the accountId on Cloud and the user key on Data Center, `name` the login."""

    id: str
    name: str
    email: str
    display: str
    zone: ZoneInfo
    kind: str
    groups: set[str] = field(default_factory=set)
    organization: str | None = None
    active: bool = True
    hides_email: bool = False
    shown: dict[str, Json] = field(default_factory=dict)


class Mail(NamedTuple):
    """What Jira itself has mailed."""

    to: str
    subject: str
    body: str
    issue: str


@dataclass(eq=False)
class Option:
    """A value of a select field."""

    id: str
    value: str


@dataclass(eq=False)
class Context:
    """Where a custom field applies, and its options there. No projects: everywhere."""

    id: str
    name: str
    project_ids: list[str] = field(default_factory=list)
    issue_type_ids: list[str] = field(default_factory=list)
    options: dict[str, Option] = field(default_factory=dict)
    description: str = ""


@dataclass(eq=False)
class CustomField:
    """A custom field; `kind` is the end of its type key, such as `textfield` or `select`."""

    id: str
    number: int
    name: str
    type: str
    description: str = ""
    contexts: dict[str, Context] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What values it takes."""
        return self.type.rpartition(":")[2]

    def option(self, option_id: object) -> Option | None:
        """The option with this id."""
        key = str(option_id)
        return next((context.options[key] for context in self.contexts.values() if key in context.options), None)


@dataclass(eq=False)
class FieldScheme:
    """Which custom fields the projects of a Cloud have. Before the migration of 2026 it is a field configuration, which
    says the same."""

    id: int
    name: str
    fields: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    restricted: dict[str, set[str]] = field(default_factory=dict)
    """Fields that only some issue types have, with the ids of these."""

    def has(self, field_id: str, type_id: str | None = None) -> bool:
        """Whether it gives a field, to this issue type if one is named."""
        return field_id in self.fields and (type_id is None or type_id in self.restricted.get(field_id, {type_id}))


@dataclass(eq=False)
class Tab:
    """A tab of a screen with the ids of its fields in order."""

    id: int
    name: str
    fields: list[str]


@dataclass(eq=False)
class Screen:
    """What can be set when an issue is created or edited."""

    id: int
    name: str
    tabs: dict[int, Tab] = field(default_factory=dict)

    def has(self, field_id: str) -> bool:
        """Whether a field is on any tab."""
        return any(field_id in tab.fields for tab in self.tabs.values())


@dataclass(eq=False)
class Named:
    """A priority, resolution, issue type or link type end: id and name."""

    id: str
    name: str
    description: str = ""
    colour: str = field(default="", kw_only=True)
    """Of a priority."""


@dataclass(eq=False)
class Status(Named):
    """A status of the workflow."""

    category: Category = "indeterminate"


@dataclass(eq=False)
class Transition(Named):
    """A way to a status; from anywhere if it has no sources."""

    to: str = ""
    sources: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    """Fields of its screen, by id; each is required."""


@dataclass(eq=False)
class LinkType(Named):
    """A kind of link, with how it reads from both ends."""

    inward: str = ""
    outward: str = ""


@dataclass(eq=False)
class Others:
    """What other people have set up that writes to issues, in the shapes in which Jira tells of it."""

    automations: dict[str, Json] = field(default_factory=dict)
    """Rules of Automation by uuid."""
    rules: dict[str, dict[str, Json]] = field(default_factory=dict)
    """By the id of a transition: its ``actions``, ``validators`` and ``conditions``."""


@dataclass(eq=False)
class Role(Named):
    """A project role; who has it is told by the project."""


@dataclass(eq=False)
class Project:
    """A company-managed service project. All its issue types share one workflow and one screen."""

    id: str
    key: str
    name: str
    lead: str | None
    screen_id: int
    field_scheme_id: int
    service_desk_id: str
    issue_type_ids: list[str] = field(default_factory=list)
    role_users: dict[str, set[str]] = field(default_factory=dict)
    role_groups: dict[str, set[str]] = field(default_factory=dict)
    next_number: int = 1
    properties: dict[str, Json] = field(default_factory=dict)
    former_keys: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Comment:
    """A comment. Without the property that says otherwise it is public."""

    id: str
    author: str
    update_author: str
    body: str
    created: datetime
    updated: datetime
    properties: dict[str, Json] = field(default_factory=dict)
    visibility: dict[str, Json] | None = None
    """A restriction to a role or group, which says nothing about the portal."""

    @property
    def internal(self) -> bool:
        """Whether customers cannot see it."""
        held = self.properties.get(PUBLIC_PROPERTY)
        return isinstance(held, dict) and held.get("internal") is True


@dataclass(eq=False)
class ChangeRecord:
    """One entry of the changelog; the items are in the shape of their JSON."""

    id: str
    author: str
    created: datetime
    items: list[dict[str, Json]]


@dataclass(eq=False)
class Link:
    """A link: the source reads the outward, the destination the inward description."""

    id: str
    type_id: str
    source: int
    destination: int


@dataclass(eq=False)
class Attachment:
    """A file on an issue."""

    id: str
    author: str
    filename: str
    created: datetime
    content: bytes


@dataclass(eq=False)
class Issue:
    """An issue. `fields` holds raw values: ids of options, users, statuses; moments as datetimes.

    Values are replaced, never changed in place, so that a copy of the dictionary is a snapshot.
    """

    id: int
    key: str
    project_id: str
    fields: dict[str, Any]
    comments: list[Comment] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    properties: dict[str, Json] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(eq=False)
class SavedFilter:
    """A saved search."""

    id: str
    name: str
    owner: str
    jql: str
    description: str = ""
    shares: list[dict[str, Json]] = field(default_factory=list)
    editors: list[dict[str, Json]] = field(default_factory=list)


@dataclass(eq=False)
class Dashboard:
    """A dashboard with its gadgets by id; a gadget's settings are dashboard item properties."""

    id: str
    name: str
    owner: str
    description: str = ""
    shares: list[dict[str, Json]] = field(default_factory=list)
    editors: list[dict[str, Json]] = field(default_factory=list)
    gadgets: dict[int, dict[str, Json]] = field(default_factory=dict)
    item_properties: dict[tuple[str, str], Json] = field(default_factory=dict)


@dataclass(eq=False)
class Webhook:
    """An admin webhook."""

    id: int
    name: str
    url: str
    events: list[str]
    filter: str
    secret: str | None
    exclude_body: bool
    enabled: bool
    updated_by: str
    created: datetime
    updated: datetime


@dataclass(eq=False)
class Delivery:
    """A webhook call that waits for its time; the body is what was true when the event happened."""

    identifier: str
    webhook_id: int
    body: bytes
    flow: Literal["Primary", "Secondary"]
    due: datetime
    attempts: int = 0


@dataclass(eq=False)
class RequestType:
    """What customers can ask for in the portal; `fields` says which are required."""

    id: str
    name: str
    issue_type_id: str
    service_desk_id: str
    fields: dict[str, bool]


@dataclass(eq=False)
class Sla:
    """A goal: met at the resolution or at the first public answer; its clock stands still in some statuses."""

    name: str
    goal: timedelta
    until: Literal["resolution", "response"]
    pauses: frozenset[str]


@dataclass(eq=False)
class Queue:
    """A saved list of a service desk's agents."""

    id: str
    name: str
    service_desk_id: str
    jql: str
