"""What a Jira consists of: accounts, configuration, issues and what hangs on them."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from connector.sandbox.jira.seed import TABLES

Json = Any
Row = SimpleNamespace
"""A row of configuration: an id, a name, a description, and the columns of its table in `tables.yaml`."""
Flavour = Literal["cloud", "datacenter"]
PUBLIC_PROPERTY = "sd.public.comment"


def blank(table: str, **given: Any) -> Row:
    """A row without an id, with what is given and else what nobody gave."""
    return Row(**{"name": "", "description": "", **deepcopy(TABLES[table].get("columns", {})), **given})


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
class CustomField:
    """A custom field; `kind` is the end of its type key, such as `textfield` or `select`."""

    id: str
    number: int
    name: str
    type: str
    description: str = ""
    contexts: dict[str, Row] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What values it takes."""
        return self.type.rpartition(":")[2]

    @property
    def options(self) -> list[Row]:
        """Those of all contexts."""
        return [option for context in self.contexts.values() for option in context.options.values()]

    def option(self, option_id: object) -> Row | None:
        """The option with this id."""
        key = str(option_id)
        return next((context.options[key] for context in self.contexts.values() if key in context.options), None)


@dataclass(eq=False)
class FieldScheme:
    """Which custom fields the projects of a Cloud have; before the migration of 2026 a field configuration says it."""

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
class Screen:
    """What can be set when an issue is created or edited."""

    id: int
    name: str
    tabs: dict[int, Row] = field(default_factory=dict)

    @property
    def fields(self) -> list[str]:
        """The ids on all its tabs."""
        return [name for tab in self.tabs.values() for name in tab.fields]


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
    """A comment. Without the property that says otherwise it is public; `visibility` says nothing about the portal."""

    id: str
    author: str
    update_author: str
    body: str
    created: datetime
    updated: datetime
    properties: dict[str, Json] = field(default_factory=dict)
    visibility: dict[str, Json] | None = None

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
class Delivery:
    """A webhook call that waits for its time; the body is what was true when the event happened."""

    identifier: str
    webhook_id: int
    body: bytes
    due: datetime
    attempts: int = 0
