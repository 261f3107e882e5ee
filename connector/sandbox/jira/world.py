"""The records of the sandbox, and the sequences that number them."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira import seed
from connector.sandbox.jira.errors import no_issue, not_found
from connector.sandbox.jira.index import Index, Results
from connector.sandbox.jira.index import Row as IndexRow
from connector.sandbox.jira.limits import Limits
from connector.sandbox.jira.records import (
    CustomField,
    Delivery,
    FieldScheme,
    Flavour,
    Issue,
    Mail,
    Project,
    Row,
    Screen,
    User,
    new_context,
    new_dashboard,
)
from connector.sandbox.jira.times import whole_millis

BASE_URL = "https://sandbox.example"
CLOUD_ID = "00000000-5a4d-4b0c-8000-00000000c10d"
GATEWAY_URL = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"
SEQUENCE_STARTS = {
    "issue": 10001,
    "field": 10050,
    "option": 10020,
    "comment": 10100,
    "change": 10500,
    "context": 10300,
    "webhook": 1,
}


class World:
    """The state of one Jira. It is not thread-safe by itself: the desk serialises access.

    What rows have beside id, name and description: a status its ``category``; a transition the status it leads ``to``,
    its ``sources`` (from anywhere if there are none), and the required fields that it ``asks`` for; a kind of link how
    it reads from both ends, ``inward`` and ``outward``; a dashboard ``gadgets`` by id, whose settings are
    ``item_properties``; a request type ``fields``, and which of them are required; an SLA its ``goal``, ``until`` the
    *resolution* or the first *response*, and the statuses in which it ``pauses``. ``others`` is what other people have
    set up that writes to issues, as Jira tells of it: the rules of Automation by uuid, and by the id of a transition
    its ``actions``, ``validators`` and ``conditions``.
    """

    def __init__(self, clock: Callable[[], datetime], flavour: Flavour, *, migrated: bool = True) -> None:
        self.clock = clock
        self.flavour: Flavour = flavour
        self.cloud = flavour == "cloud"
        self.migrated = migrated
        """Whether this Cloud has field schemes; before the migration of 2026 it has field configurations."""
        self.random = Random(42)  # noqa: S311 - deterministic on purpose
        self.limits = Limits(clock, per_issue=self.cloud)
        self.index = Index(clock)
        self.users: dict[str, User] = {}
        self.tokens: dict[str, User] = {}
        self.projects: dict[str, Project] = {}
        self.roles: dict[str, Row] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.field_schemes: dict[int, FieldScheme] = {}
        self.screens: dict[int, Screen] = {}
        self.statuses: dict[str, Row] = {}
        self.transitions: dict[str, Row] = {}
        self.others = Row(automations={}, rules={})
        self.priorities: dict[str, Row] = {}
        self.resolutions: dict[str, Row] = {}
        self.issue_types: dict[str, Row] = {}
        self.link_types: dict[str, Row] = {}
        self.issues: dict[int, Issue] = {}
        self.issue_ids: dict[str, int] = {}
        self.results = Results()
        self.filters: dict[str, Row] = {}
        self.dashboards: dict[str, Row] = {}
        self.webhooks: dict[int, Row] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.compiled_filters: dict[str, Callable[[IndexRow], bool]] = {}
        self.lost: list[Delivery] = []
        self.request_types: dict[str, Row] = {}
        self.queues: dict[str, Row] = {}
        self.slas: dict[str, Row] = {}
        self.organizations: dict[str, str] = {}
        self.embedded_comments = 5000
        """How many comments come with an issue."""
        self.embedded_changes = 100 if self.cloud else 5000
        """How many changelog entries come with an issue."""
        self.zone = ZoneInfo("UTC")
        """The zone of the server, in which webhooks write times."""
        self.hidden: set[int] = set()
        """Issues with a security level, which only administrators of the project see."""
        self.reopens: dict[str, str] = {}
        """Where a customer's public comment moves an issue, by the id of its status: a preset of the project."""
        self._sequences: dict[str, Iterator[int]] = {}
        _install(self)
        self.request_type_field, self.organizations_field = list(self.custom_fields)[:2]

    sends_no_mail = False
    """Outgoing mail is switched off."""

    @cached_property
    def mails(self) -> list[Mail]:
        """What it has mailed to people with an account."""
        return []

    @cached_property
    def temporary_files(self) -> dict[str, tuple[str, bytes]]:
        """Files that wait to be attached, by their ids."""
        return {}

    def now(self) -> datetime:
        """The clock's time, in whole milliseconds of UTC."""
        return whole_millis(self.clock())

    def next_id(self, kind: str) -> int:
        """The next number of a sequence."""
        return next(self._sequences.setdefault(kind, itertools.count(SEQUENCE_STARTS.get(kind, 10000))))

    def link_to(self, path: str) -> str:
        """The `self` address of something below the REST API: on Cloud by the gateway, since 14 July 2026."""
        return f"{GATEWAY_URL if self.cloud else BASE_URL}/rest/api/2/{path}"

    def add_user(self, name: str, email: str, display: str, zone: str, kind: str) -> User:
        """A new account."""
        number = self.next_id("user")
        opaque = hashlib.sha256(email.encode()).hexdigest()
        cloud_id = f"qm:{opaque[:32]}" if kind == "customer" else f"712020:{opaque[:32]}"
        user = User(cloud_id if self.cloud else f"JIRAUSER{number}", name, email, display or name, ZoneInfo(zone), kind)
        self.users[user.id] = user
        return user

    def automation(self) -> User:
        """The account that presets act as."""
        known = next((user for user in self.users.values() if user.kind == "app"), None)
        return known or self.add_user("automation", "", "Automation for Jira", "UTC", "app")

    def user_with_email(self, email: str) -> User | None:
        """The account with this e-mail address."""
        return next((user for user in self.users.values() if user.email == email.lower()), None)

    def project(self, key_or_id: object) -> Project | None:
        """A project by key or id."""
        text = str(key_or_id)
        key = text.upper()
        named = (held for held in self.projects.values() if key == held.key or key in held.former_keys)
        return self.projects.get(text) or next(named, None)

    def issue(self, key_or_id: object) -> Issue:
        """An issue by key or id.

        Raises JiraError 404.
        """
        text = str(key_or_id)
        number = int(text) if text.isdecimal() else self.issue_ids.get(text.upper())
        issue = self.issues.get(number) if number is not None else None
        if issue is None:
            raise no_issue()
        return issue

    def custom_field(self, field_id: str) -> CustomField:
        """A custom field by id.

        Raises JiraError 404.
        """
        found = self.custom_fields.get(field_id)
        if found is None:
            raise not_found("The custom field")
        return found

    def new_project(self, key: str, name: str, lead: str | None) -> Project:
        """A service project with a screen of its own and all issue types there are."""
        screen = self.new_screen(f"{key}: Jira Service Management: Create and Edit Screen")
        number = str(self.next_id("project"))
        desk = str(len(self.projects) + 1)
        shared = next(iter(self.field_schemes))
        project = Project(number, key, name, lead, screen.id, shared, desk, list(self.issue_types))
        self.projects[number] = project
        return project

    def new_screen(self, name: str) -> Screen:
        """A screen with one tab of system fields."""
        tab = Row(id=self.next_id("tab"), name="Field Tab", fields=list(seed.SCREEN_FIELDS))
        screen = Screen(self.next_id("screen"), name, {tab.id: tab})
        self.screens[screen.id] = screen
        return screen

    def new_field_scheme(self, name: str) -> FieldScheme:
        """A scheme without custom fields, of no project yet."""
        made = FieldScheme(self.next_id("field scheme"), name)
        self.field_schemes[made.id] = made
        return made

    def belongs(self, field_id: str, project: Project, type_id: str | None = None) -> bool:
        """Whether a project, or one of its issue types, has a field. On Data Center all have all; on Cloud a field that
        was made by REST belongs to none until it is associated (since 1 January 2026), whatever its contexts say."""
        if not self.cloud or field_id not in self.custom_fields:
            return True
        return self.field_schemes[project.field_scheme_id].has(field_id, type_id)

    def new_custom_field(self, name: str, kind: str, description: str = "") -> CustomField:
        """A custom field with one global context, on no screen and of no project."""
        number = self.next_id("field")
        made = CustomField(f"customfield_{number}", number, name, kind, description)
        context = new_context(f"Default Configuration Scheme for {name}", id=str(self.next_id("context")))
        made.contexts[context.id] = context
        self.custom_fields[made.id] = made
        return made

    def add(self, table: dict[str, Row], kind: str, name: str, **more: Any) -> Row:
        """A row of a table of configuration, the one that has this name if there is one."""
        known = named(table, name)
        if known is not None:
            return known
        made = Row(id=str(self.next_id(kind)), name=name, description="", **more)
        table[made.id] = made
        return made

    def add_priority(self, name: str) -> Row:
        """A priority."""
        return self.add(self.priorities, "priority", name, colour="")

    def add_link_type(self, name: str, inward: str, outward: str) -> Row:
        """A kind of link."""
        return self.add(self.link_types, "link type", name, inward=inward, outward=outward)

    def add_status(self, name: str, category: str) -> Row:
        """A status with a transition to it from everywhere."""
        if category not in seed.CATEGORIES:
            raise ValueError(f"no status category {category!r}")
        status = self.add(self.statuses, "status", name, category=category)
        if all(way.to != status.id for way in self.transitions.values()):
            number = str(11 + 10 * len(self.transitions))
            way = Row(id=number, name=name, to=status.id, sources=frozenset(), asks=frozenset())
            self.transitions[number] = way
        return status

    def add_options(self, context: Row, values: Iterable[str]) -> list[Row]:
        """More options of a field, where this context applies."""
        made = [Row(id=str(self.next_id("option")), value=value) for value in values]
        context.options |= {option.id: option for option in made}
        return made


def named(table: Mapping[str, Row], name: str) -> Row | None:
    """A row by name, in any case, or by id."""
    return table.get(name) or next((row for row in table.values() if row.name.casefold() == name.casefold()), None)


def _install(world: World) -> None:
    for name in seed.ROLES:
        world.add(world.roles, "role", name)
    for name in seed.PRIORITIES:
        world.add_priority(name)
    for name in seed.RESOLUTIONS:
        world.add(world.resolutions, "resolution", name)
    for name in seed.ISSUE_TYPES:
        world.add(world.issue_types, "issue type", name)
    for name, category in seed.STATUSES.items():
        world.add_status(name, category)
    for link in seed.LINK_TYPES:
        world.add_link_type(*link)
    world.new_screen("Default Screen")
    scheme = world.new_field_scheme("Default Field Scheme" if world.migrated else "Default Field Configuration")
    if not world.cloud:
        number = str(world.next_id("dashboard"))
        world.dashboards[number] = new_dashboard("", id=number, name="System Dashboard", shares=[{"type": "global"}])
    world.new_custom_field("Request Type", seed.REQUEST_TYPE_FIELD)
    world.new_custom_field("Organizations", seed.ORGANIZATIONS_FIELD)
    scheme.fields |= world.custom_fields.keys()
