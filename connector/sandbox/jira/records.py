"""What a Jira consists of: accounts, configuration, issues and what hangs on them."""

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

Json = Any
Row = SimpleNamespace
"""A row of configuration with an id, mostly a name, and what its kind has more; `world.py` says what that is."""
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


def new_context(name: str, **more: Any) -> Row:
    """Where a custom field applies, and its options there by id. No projects: everywhere."""
    return Row(name=name, description="", project_ids=[], issue_type_ids=[], options={}, **more)


def new_dashboard(owner: str, **more: Any) -> Row:
    """A dashboard without gadgets."""
    blank = {"name": "", "description": "", "shares": [], "editors": [], "gadgets": {}, "item_properties": {}}
    return Row(owner=owner, **{**blank, **more})


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

    def option(self, option_id: object) -> Row | None:
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
class Screen:
    """What can be set when an issue is created or edited."""

    id: int
    name: str
    tabs: dict[int, Row] = field(default_factory=dict)

    def has(self, field_id: str) -> bool:
        """Whether a field is on any tab."""
        return any(field_id in tab.fields for tab in self.tabs.values())


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
class Delivery:
    """A webhook call that waits for its time; the body is what was true when the event happened."""

    identifier: str
    webhook_id: int
    body: bytes
    due: datetime
    attempts: int = 0
