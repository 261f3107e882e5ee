"""The records of the sandbox, and the sequences that number them."""

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from connector.sandbox.jira import seed
from connector.sandbox.jira.errors import no_issue, not_found
from connector.sandbox.jira.index import Index, Results, Row
from connector.sandbox.jira.limits import Limits
from connector.sandbox.jira.records import (
    Context,
    CustomField,
    Dashboard,
    Delivery,
    FieldScheme,
    Flavour,
    Issue,
    LinkType,
    Mail,
    Named,
    Others,
    Project,
    Queue,
    RequestType,
    Role,
    SavedFilter,
    Screen,
    Sla,
    Status,
    Tab,
    Transition,
    User,
    Webhook,
)
from connector.sandbox.jira.times import whole_millis

BASE_URL = "https://sandbox.example"
CLOUD_ID = "00000000-5a4d-4b0c-8000-00000000c10d"
GATEWAY_URL = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"
NamedT = TypeVar("NamedT", bound=Named)
SEQUENCE_STARTS = {"issue": 10001, "field": 10050, "option": 10020, "comment": 10100, "change": 10500, "context": 10300}


class World:
    """The state of one Jira. It is not thread-safe by itself: the desk serialises access."""

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
        self.roles: dict[str, Role] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.field_schemes: dict[int, FieldScheme] = {}
        self.screens: dict[int, Screen] = {}
        self.others = Others()
        self.statuses: dict[str, Status] = {}
        self.transitions: dict[str, Transition] = {}
        self.priorities: dict[str, Named] = {}
        self.resolutions: dict[str, Named] = {}
        self.issue_types: dict[str, Named] = {}
        self.link_types: dict[str, LinkType] = {}
        self.issues: dict[int, Issue] = {}
        self.issue_ids: dict[str, int] = {}
        self.results = Results()
        self.filters: dict[str, SavedFilter] = {}
        self.dashboards: dict[str, Dashboard] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.compiled_filters: dict[str, Callable[[Row], bool]] = {}
        self.lost: list[Delivery] = []
        self.request_types: dict[str, RequestType] = {}
        self.queues: dict[str, Queue] = {}
        self.slas: dict[str, Sla] = {}
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
        self.bulk = False
        """Whether what happens now is a bulk change, whose webhooks take the second lane."""
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

    def status_named(self, name: str) -> Status | None:
        """A status by name, in any case, or by id."""
        return _named(self.statuses, name)

    def priority_named(self, name: str) -> Named | None:
        """A priority by name, in any case, or by id."""
        return _named(self.priorities, name)

    def issue_type_named(self, name: str) -> Named | None:
        """An issue type by name, in any case, or by id."""
        return _named(self.issue_types, name)

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
        tab = Tab(self.next_id("tab"), "Field Tab", list(seed.SCREEN_FIELDS))
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
        context = Context(str(self.next_id("context")), f"Default Configuration Scheme for {name}")
        made.contexts[context.id] = context
        self.custom_fields[made.id] = made
        return made

    def new_status(self, name: str, category: str) -> Status:
        """A status with a transition to it from everywhere."""
        if category not in seed.CATEGORIES:
            raise ValueError(f"no status category {category!r}")
        status = Status(str(self.next_id("status")), name, "", category)
        self.statuses[status.id] = status
        transition = Transition(str(11 + 10 * len(self.transitions)), name, to=status.id)
        self.transitions[transition.id] = transition
        return status

    def new_link_type(self, name: str, inward: str, outward: str) -> LinkType:
        """A kind of link."""
        made = LinkType(str(self.next_id("link type")), name, inward=inward, outward=outward)
        self.link_types[made.id] = made
        return made

    def new_named(self, table: dict[str, Named], kind: str, name: str) -> Named:
        """A priority, resolution or issue type."""
        made = Named(str(self.next_id(kind)), name)
        table[made.id] = made
        return made

    def new_role(self, name: str) -> Role:
        """A project role that nobody has yet."""
        made = Role(str(self.next_id("role")), name)
        self.roles[made.id] = made
        return made


def _named(table: Mapping[str, NamedT], name: str) -> NamedT | None:
    found = table.get(name)
    return found or next((row for row in table.values() if row.name.casefold() == name.casefold()), None)


def _install(world: World) -> None:
    for name in seed.ROLES:
        world.new_role(name)
    for name in seed.PRIORITIES:
        world.new_named(world.priorities, "priority", name)
    for name in seed.RESOLUTIONS:
        world.new_named(world.resolutions, "resolution", name)
    for name in seed.ISSUE_TYPES:
        world.new_named(world.issue_types, "issue type", name)
    for name, category in seed.STATUSES.items():
        world.new_status(name, category)
    for link in seed.LINK_TYPES:
        world.new_link_type(*link)
    world.new_screen("Default Screen")
    scheme = world.new_field_scheme("Default Field Scheme" if world.migrated else "Default Field Configuration")
    if not world.cloud:
        number = str(world.next_id("dashboard"))
        world.dashboards[number] = Dashboard(number, "System Dashboard", "", shares=[{"type": "global"}])
    world.new_custom_field("Request Type", seed.REQUEST_TYPE_FIELD)
    world.new_custom_field("Organizations", seed.ORGANIZATIONS_FIELD)
    scheme.fields |= world.custom_fields.keys()
