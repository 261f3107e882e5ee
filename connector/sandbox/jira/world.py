"""The state of one Jira: its records, and the sequences that number them."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira import seed
from connector.sandbox.jira.errors import not_found
from connector.sandbox.jira.index import Index
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
    blank,
)
from connector.sandbox.jira.times import whole_millis

BASE_URL = "https://sandbox.example"
CLOUD_ID = "00000000-5a4d-4b0c-8000-00000000c10d"
GATEWAY_URL = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}"
_STARTS = {"issue": 10001, "field": 10050, "options": 10020, "comment": 10100, "change": 10500, "contexts": 10300}
_STARTS |= {"webhooks": 1}


class World:
    """The state of one Jira, with rows of configuration in tables by their ids. The desk serialises access.

    `migrated`: this Cloud has field schemes; before the migration of 2026 it has field configurations.
    """

    sends_no_mail = False
    """Outgoing mail is switched off."""

    def __init__(self, clock: Callable[[], datetime], flavour: Flavour, *, migrated: bool = True) -> None:
        self.clock = clock
        self.flavour: Flavour = flavour
        self.cloud = flavour == "cloud"
        self.migrated = migrated
        self.random = Random(42)  # noqa: S311 - deterministic on purpose
        self.limits = Limits(clock, per_issue=self.cloud)
        self.index = Index(clock)
        self.results: dict[str, list[IndexRow]] = {}
        """What searches have found, kept for the next page."""
        self.zone = ZoneInfo("UTC")
        """The zone of the server, in which webhooks write times."""
        self.embedded_comments = 5000
        """How many comments come with an issue; below, how many changelog entries."""
        self.embedded_changes = 100 if self.cloud else 5000
        self.users: dict[str, User] = {}
        self.tokens: dict[str, User] = {}
        self.organizations: dict[str, str] = {}
        self.projects: dict[str, Project] = {}
        self.roles: dict[str, Row] = {}
        self.custom_fields: dict[str, CustomField] = {}
        self.field_schemes: dict[int, FieldScheme] = {}
        self.screens: dict[int, Screen] = {}
        self.statuses: dict[str, Row] = {}
        self.transitions: dict[str, Row] = {}
        self.priorities: dict[str, Row] = {}
        self.resolutions: dict[str, Row] = {}
        self.issue_types: dict[str, Row] = {}
        self.link_types: dict[str, Row] = {}
        self.filters: dict[str, Row] = {}
        self.dashboards: dict[str, Row] = {}
        self.webhooks: dict[int, Row] = {}
        self.request_types: dict[str, Row] = {}
        self.queues: dict[str, Row] = {}
        self.slas: dict[str, Row] = {}
        self.others = Row(automations={}, rules={})
        """What others have set up that writes to issues: Automation's rules by uuid, and by the id of a transition its
        `actions`, `validators` and `conditions`, each as Jira tells of it."""
        self.reopens: dict[str, str] = {}
        """Where a customer's public comment moves an issue, by the id of its status: a preset of the project."""
        self.issues: dict[int, Issue] = {}
        self.issue_ids: dict[str, int] = {}
        self.hidden: set[int] = set()
        """Issues with a security level, which only administrators of the project see."""
        self.temporary_files: dict[str, tuple[str, bytes]] = {}
        self.mails: list[Mail] = []
        self.deliveries: dict[str, Delivery] = {}
        self.lost: list[Delivery] = []
        self.compiled_filters: dict[str, Callable[[IndexRow], bool]] = {}
        self._sequences: dict[str, Iterator[int]] = {}
        self._install()
        self.request_type_field, self.organizations_field = list(self.custom_fields)[:2]

    def _install(self) -> None:
        for table in ("roles", "priorities", "resolutions", "issue_types", "link_types"):
            for name, more in seed.FRESH[table].items():
                self.add(table, name, **more)
        for name, category in seed.FRESH["statuses"].items():
            self.add_status(name, category)
        self.new_screen("Default Screen")
        name = "Default Field Scheme" if self.migrated else "Default Field Configuration"
        scheme = FieldScheme(self.next_id("field scheme"), name)
        self.field_schemes[scheme.id] = scheme
        if not self.cloud:
            self.add("dashboards", "System Dashboard", sharePermissions=[{"type": "global"}])
        self.new_custom_field("Request Type", seed.REQUEST_TYPE_FIELD)
        self.new_custom_field("Organizations", seed.ORGANIZATIONS_FIELD)
        scheme.fields |= self.custom_fields.keys()

    def now(self) -> datetime:
        """The clock's time, in whole milliseconds of UTC."""
        return whole_millis(self.clock())

    def next_id(self, kind: str) -> int:
        """The next number of a sequence."""
        return next(self._sequences.setdefault(kind, itertools.count(_STARTS.get(kind, 10000))))

    def link_to(self, path: str) -> str:
        """The `self` address of something below the REST API: on Cloud by the gateway, since 14 July 2026."""
        return f"{GATEWAY_URL if self.cloud else BASE_URL}/rest/api/2/{path}"

    def add_user(self, email: str, display: str = "", zone: str = "UTC", kind: str = "customer") -> User:
        """A new account, whose login is the first part of its address."""
        number, name = self.next_id("user"), email.partition("@")[0].lower()
        opaque = hashlib.sha256(email.lower().encode()).hexdigest()[:32]
        cloud_id = f"qm:{opaque}" if kind == "customer" else f"712020:{opaque}"
        number_or_id = cloud_id if self.cloud else f"JIRAUSER{number}"
        user = User(number_or_id, name, email.lower(), display or name, ZoneInfo(zone), kind)
        self.users[user.id] = user
        return user

    def user_with_email(self, email: str) -> User | None:
        """The account with this e-mail address."""
        return next((user for user in self.users.values() if user.email == email.lower()), None)

    def user_called(self, name: object) -> User | None:
        """The account that a request means: by accountId on Cloud, by login or key on Data Center."""
        text = str(name)
        others = () if self.cloud else self.users.values()
        return self.users.get(text) or next((user for user in others if user.name == text), None)

    def organization(self, name: str) -> str:
        """The number of an organization, which is there from now on."""
        known = next((number for number, called in self.organizations.items() if called == name), None)
        number = known or str(len(self.organizations) + 1)
        self.organizations[number] = name
        return number

    def project(self, key_or_id: object) -> Project | None:
        """A project by id, or by a key that it has or had."""
        text = str(key_or_id)
        keys = {key: held for held in self.projects.values() for key in (*held.former_keys, held.key)}
        return self.projects.get(text) or keys.get(text.upper())

    def issue(self, key_or_id: object) -> Issue:
        """An issue by key or id. Raises JiraError 404."""
        text = str(key_or_id)
        number = int(text) if text.isdecimal() else self.issue_ids.get(text.upper())
        issue = self.issues.get(number) if number is not None else None
        if issue is None:
            raise not_found("Issue")
        return issue

    def custom_field(self, field_id: str) -> CustomField:
        """A custom field by id. Raises JiraError 404."""
        found = self.custom_fields.get(field_id)
        if found is None:
            raise not_found("The custom field")
        return found

    def new_project(self, key: str, name: str, lead: str | None) -> Project:
        """A service project with a screen of its own and all issue types there are."""
        screen = self.new_screen(f"{key}: Jira Service Management: Create and Edit Screen")
        number, desk = str(self.next_id("project")), str(len(self.projects) + 1)
        shared = next(iter(self.field_schemes))
        self.projects[number] = Project(number, key, name, lead, screen.id, shared, desk, list(self.issue_types))
        return self.projects[number]

    def new_screen(self, name: str) -> Screen:
        """A screen with one tab of system fields."""
        tab = blank("tabs", id=self.next_id("tabs"), name="Field Tab", fields=list(seed.SCREEN_FIELDS))
        screen = Screen(self.next_id("screen"), name, {tab.id: tab})
        self.screens[screen.id] = screen
        return screen

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
        title = f"Default Configuration Scheme for {name}"
        context = blank("contexts", id=str(self.next_id("contexts")), name=title)
        made.contexts[context.id] = context
        self.custom_fields[made.id] = made
        return made

    def add(self, table: str, name: str, **more: Any) -> Row:
        """A row of a table of configuration, the one that has this name if there is one."""
        rows: dict[str, Row] = getattr(self, table)
        known = named(rows, name)
        if known is not None:
            return known
        made = blank(table, id=str(self.next_id(table)), name=name, **more)
        rows[made.id] = made
        return made

    def add_status(self, name: str, category: str) -> Row:
        """A status of category `new`, `indeterminate` or `done`, with a transition to it from everywhere."""
        status = self.add("statuses", name, category=category)
        if all(way.to != status.id for way in self.transitions.values()):
            number = str(11 + 10 * len(self.transitions))
            self.transitions[number] = blank("transitions", id=number, name=name, to=status.id)
        return status

    def add_options(self, context: Row, values: Iterable[str]) -> list[Row]:
        """More options of a field, where this context applies."""
        made = [Row(id=str(self.next_id("options")), value=value) for value in values]
        context.options |= {option.id: option for option in made}
        return made


def named(table: Mapping[str, Row], name: str) -> Row | None:
    """A row by name, in any case, or by id."""
    return table.get(name) or next((row for row in table.values() if row.name.casefold() == name.casefold()), None)
