"""A whole Jira in memory: what tests, the demo and benchmarks hold in their hands."""

import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeVar

from connector.sandbox.faults import Fault
from connector.sandbox.front import Front, Post
from connector.sandbox.jira import changing, deliveries, mail, routes, seed
from connector.sandbox.jira.call import to_json
from connector.sandbox.jira.records import CustomField, Delivery, Flavour, Mail, Project, Row
from connector.sandbox.jira.world import World, named
from connector.sandbox.wire import Response

ADMIN = "Admin"
T = TypeVar("T")


class Exchange(NamedTuple):
    """One API call with both bodies, for whoever judges them."""

    flavour: Flavour
    method: str
    path: str
    body: bytes
    status: int
    answer: bytes


WATCHERS: list[Callable[[Exchange], object]] = []
"""Told of every call that any sandbox answers, injected faults excepted: how a test suite judges them all."""


class SandboxJira(Front):
    """The part of Jira's REST API that the connector uses, with the real one's quirks. Thread-safe.

    All times come from `clock`, which must return aware datetimes; `sleep` serves injected delays only.
    `requests` lists the calls that arrived, `faults` injects trouble, `world` holds the records.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        flavour: Flavour = "cloud",
        *,
        migrated: bool = True,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(sleep)
        self.world = World(clock, flavour, migrated=migrated)
        self.flavour: Flavour = flavour

    def next_delivery_at(self) -> datetime | None:
        """When the next delivery is due; None if none is waiting."""
        with self._lock:
            return deliveries.next_due(self.world)

    def lost_deliveries(self) -> list[Delivery]:
        """Deliveries that were given up."""
        with self._lock:
            return list(self.world.lost)

    def mails(self) -> list[Mail]:
        """What Jira itself has mailed to people with an account."""
        with self._lock:
            return list(self.world.mails)

    def authorization(self, token: str) -> str:
        """The `Authorization` header of a token's owner: Basic on Cloud, Bearer on Data Center.

        Raises KeyError for an unknown token.
        """
        with self._lock:
            user = self.world.tokens[token]
        if self.world.cloud:
            return "Basic " + b64encode(f"{user.email}:{token}".encode()).decode()
        return f"Bearer {token}"

    def add_user(
        self,
        email: str,
        roles: Iterable[str] = (),
        organization: str | None = None,
        *,
        firstname: str = "",
        lastname: str = "",
        time_zone: str = "UTC",
        account_type: str | None = None,
    ) -> str:
        """An account; returns an API token of it. A known one gets one more token.

        `roles` are project roles, given in all projects there are; `Admin` makes a site administrator. Without any
        it is a customer of the portal. Raises KeyError for an unknown role.
        """
        with self._lock:
            user = self.world.user_with_email(email)
            if user is None:
                wanted = list(roles)
                kind = account_type or ("atlassian" if wanted else "customer")
                name = email.partition("@")[0].lower()
                organization_id = self._organization_id(organization)
                display = f"{firstname} {lastname}".strip() or name
                user = self.world.add_user(name, email.lower(), display, time_zone, kind)
                user.organization = organization_id
                for role in wanted:
                    self._give(role, user.id)
            token = f"sandbox-{self.world.random.getrandbits(128):032x}"
            self.world.tokens[token] = user
            return token

    def add_scoped_token(self, email: str) -> str:
        """An API token with scopes, of a service account or a person: it works at the gateway only.

        Raises KeyError for an unknown account.
        """
        with self._lock:
            user = self.world.users[self.user_id(email)]
            token = f"{seed.SCOPED}{self.world.random.getrandbits(128):032x}"
            self.world.tokens[token] = user
            return token

    def user_id(self, email: str) -> str:
        """The accountId on Cloud, the user key on Data Center. Raises KeyError if there is none."""
        with self._lock:
            user = self.world.user_with_email(email)
            if user is None:
                raise KeyError(f"nobody has the address {email}")
            return user.id

    def add_to_group(self, email: str, group: str) -> None:
        """Put an account into a group, which exists by having members. Raises KeyError for an unknown account."""
        with self._lock:
            self.world.users[self.user_id(email)].groups.add(group)

    def give_role_to_group(self, role: str, group: str) -> None:
        """Let a group have a role in all projects there are. Raises KeyError for an unknown role."""
        with self._lock:
            for project in self.world.projects.values():
                project.role_groups.setdefault(self._role_id(role), set()).add(group)

    def add_project(self, key: str, name: str = "") -> Project:
        """A company-managed service project that no role has anybody in yet."""
        with self._lock:
            lead = next(iter(self.world.users), None)
            return self.world.new_project(key, name or key, lead)

    def add_role(self, name: str) -> str:
        """A project role, or the one that has the name already; returns its id."""
        with self._lock:
            return str(self.world.add(self.world.roles, "role", name).id)

    def add_status(self, name: str, category: str) -> str:
        """A status of category `new`, `indeterminate` or `done`, reachable from everywhere; returns its id."""
        with self._lock:
            return str(self.world.add_status(name, category).id)

    def add_priority(self, name: str) -> str:
        """A priority; returns its id."""
        with self._lock:
            return str(self.world.add_priority(name).id)

    def add_issue_type(self, name: str) -> str:
        """An issue type that all projects there are can use; returns its id."""
        with self._lock:
            made = self.world.add(self.world.issue_types, "issue type", name)
            for project in self.world.projects.values():
                if made.id not in project.issue_type_ids:
                    project.issue_type_ids.append(made.id)
            return str(made.id)

    def add_link_type(self, name: str, inward: str, outward: str) -> str:
        """A kind of link; returns its id."""
        with self._lock:
            return str(self.world.add_link_type(name, inward, outward).id)

    def add_field(self, name: str, kind: str, options: Iterable[str] = (), types: Collection[str] = ()) -> CustomField:
        """A custom field of all projects there are, on their screens, as an admin makes it by hand; `kind` such as
        `textfield` or `select`. `types`: the ids of the issue types that have it; none: all."""
        with self._lock:
            made = self.world.new_custom_field(name, seed.TYPE_PREFIX + kind)
            self.world.add_options(next(iter(made.contexts.values())), options)
            for project in self.world.projects.values():
                next(iter(self.world.screens[project.screen_id].tabs.values())).fields.append(made.id)
                scheme = self.world.field_schemes[project.field_scheme_id]
                scheme.fields.add(made.id)
                scheme.restricted |= {made.id: set(types)} if types else {}
            return made

    def add_options(self, field: str, values: Iterable[str]) -> None:
        """More options for a list, in each of its contexts; as an admin does by hand. KeyError for no such field."""
        with self._lock:
            found = next((held for held in self.world.custom_fields.values() if held.name == field), None)
            if found is None:
                raise KeyError(f"the sandbox has no custom field {field!r}")
            for context in found.contexts.values():
                self.world.add_options(context, values)

    def add_request_type(self, name: str, issue_type: str, fields: Mapping[str, bool], project: str = "") -> str:
        """Something that customers can ask for in the portal; `fields` by id, and whether each is required.

        Without `project` in the first one there is. Returns its id. Raises KeyError for an unknown type or project.
        """
        with self._lock:
            place = self.world.project(project) if project else next(iter(self.world.projects.values()), None)
            kind = named(self.world.issue_types, issue_type)
            if place is None or kind is None:
                raise KeyError(f"the sandbox has no project {project!r} or no issue type {issue_type!r}")
            more = {"issue_type_id": kind.id, "service_desk_id": place.service_desk_id, "fields": dict(fields)}
            return self._new(self.world.request_types, "request type", name=name, **more)

    def add_queue(self, name: str, jql: str, project: str = "ISP") -> str:
        """A queue of the service desk's agents; returns its id. Raises KeyError for an unknown project."""
        with self._lock:
            place = self.world.project(project)
            if place is None:
                raise KeyError(f"the sandbox has no project {project!r}")
            return self._new(self.world.queues, "queue", name=name, service_desk_id=place.service_desk_id, jql=jql)

    def add_sla(
        self,
        name: str,
        goal: timedelta,
        until: Literal["resolution", "response"] = "resolution",
        pauses: Iterable[str] = (),
    ) -> str:
        """A service level agreement whose clock stands still in the statuses `pauses`; returns its id."""
        with self._lock:
            return self._new(self.world.slas, "sla", name=name, goal=goal, until=until, pauses=frozenset(pauses))

    def receive_mail(self, sender: str, subject: str, body: str, project: str = "ISP") -> str:
        """A customer's e-mail becomes a request, or a public comment if its subject names an issue; the issue's id.

        An unknown sender gets an account. Raises KeyError if the project has no request type.
        """
        with self._lock:
            return mail.receive(self.world, sender, subject, body, project)

    def attach(self, issue: str, filename: str, by: str, content: bytes = b"") -> None:
        """A file on an issue, by the owner of a token. Raises KeyError for an unknown token."""
        with self._lock:
            changing.attach(self.world, self.world.issue(issue), self.world.tokens[by], filename, content)

    def act(self, what: Callable[[World], T]) -> T:
        """Do something to the world while nobody else does; see `reorganizing`."""
        with self._lock:
            return what(self.world)

    def reopen_on_comment(self, statuses: Iterable[str], target: str) -> None:
        """A preset: a customer's public comment moves an issue from these statuses to another.

        Raises KeyError for an unknown one.
        """
        with self._lock:
            ids = {held.name: held.id for held in self.world.statuses.values()}
            self.world.reopens |= {ids[name]: ids[target] for name in statuses}

    def share(self, issue: str, organizations: Iterable[str]) -> None:
        """Let a request be shared with these organizations, in this order."""
        with self._lock:
            numbers = tuple(self._organization_id(name) for name in organizations)
            found = self.world.issue(issue)
            found.fields[self.world.organizations_field] = numbers
            self.world.index.changed(found)

    def ask_on_transition(self, status: str, field: str = "resolution") -> None:
        """Let the transition to a status ask for a field, by id. Raises KeyError for an unknown status."""
        with self._lock:
            found = named(self.world.statuses, status)
            if found is None:
                raise KeyError(f"the sandbox has no status {status!r}")
            for way in self.world.transitions.values():
                way.asks |= {field} if way.to == found.id else set()

    def allow_only(self, status: str, sources: Iterable[str]) -> None:
        """Let a status be reached from these statuses only. Raises KeyError for an unknown one."""
        with self._lock:
            ids = {held.name: held.id for held in self.world.statuses.values()}
            for way in self.world.transitions.values():
                if way.to == ids[status]:
                    way.sources = frozenset(ids[name] for name in sources)

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[Response, str]:
        response, who = routes.answer(self.world, method, target, headers, body)
        for watcher in WATCHERS:
            watcher(Exchange(self.flavour, method, target, body, response.status, response.body))
        return response, who

    def _refusal(self, fault: Fault) -> Response:
        text = {409: "The issue was changed by somebody else.", 429: "Rate limit exceeded."}.get(fault.status, "")
        headers = {"Content-Type": "application/json;charset=UTF-8", **fault.headers}
        if fault.retry_after is not None:
            headers["Retry-After"] = fault.retry_after
        return Response(fault.status, headers, to_json({"errorMessages": [text] if text else [], "errors": {}}))

    def _deliver_due(self, post: Post | None) -> int:
        return deliveries.deliver_due(self.world, self._lock, post or deliveries.over_http)

    def _new(self, table: dict[str, Row], kind: str, **columns: Any) -> str:
        number = str(self.world.next_id(kind))
        table[number] = Row(id=number, **columns)
        return number

    def _give(self, role: str, user_id: str) -> None:
        if role == ADMIN:
            self.world.users[user_id].groups.add(seed.ADMINS)
            return
        role_id = self._role_id(role)
        for project in self.world.projects.values():
            project.role_users.setdefault(role_id, set()).add(user_id)

    def _organization_id(self, name: str | None) -> str | None:
        if name is None:
            return None
        held = self.world.organizations
        known = next((number for number, called in held.items() if called == name), None)
        number = known or str(len(held) + 1)
        held[number] = name
        return number

    def _role_id(self, name: str) -> str:
        found = named(self.world.roles, name)
        if found is None:
            raise KeyError(f"the sandbox has no project role named {name!r}")
        return str(found.id)
